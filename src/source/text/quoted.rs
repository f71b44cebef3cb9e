//! Rows of csv with quotes, read through the csv crate, which knows no comments behind fields.

use super::lines::{Block, Quotes, is_blank, reader};
use super::parsed::{Bad, Place, Stop};
use super::quotes::{Bare, Marks, still_open};

impl Block<'_> {
    /// Reads all rows of the block.
    pub(super) fn quoted(&mut self, marks: Marks) -> Result<(), Stop> {
        let bare = Bare::of(marks, self.text);
        let text = &bare.text[..];
        let mut reader = reader(marks.delimiter, Quotes::Rfc4180, text);
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).expect("memory can be read") {
            let begin = record.position().map_or(0, |position| position.byte() as usize);
            // The reader passes over empty lines when it looks for the next record.
            let begin = begin + text[begin..].iter().take_while(|&&byte| byte == b'\n').count();
            let end = reader.position().byte() as usize;
            if end >= text.len()
                && let Some(open) = still_open(marks, &text[begin..], None)
            {
                let message = "the quote in front of this field is never closed";
                return Err(Stop::Bad(Bad::new(bare.whole(begin + open), Place::Column(record.len()), message)));
            }
            let line = text[begin..end].strip_suffix(b"\n").unwrap_or(&text[begin..end]);
            let is_nothing = if self.cells.at(0).0.keeps_blanks() {
                line == b"\r"
            } else {
                line.iter().all(|&byte| is_blank(byte) && byte != marks.delimiter)
            };
            if !is_nothing {
                // A carriage return in front of the line end is part of that.
                let ending = if line.ends_with(b"\r") { &b"\r"[..] } else { b"" };
                self.record(&record, ending, bare.whole(begin))?;
            }
        }
        Ok(())
    }

    fn record(&mut self, record: &csv::ByteRecord, ending: &[u8], begin: usize) -> Result<(), Stop> {
        if self.fields.is_none() {
            self.fix(record.len());
        }
        if self.into.rows == 0 {
            self.note_first(begin);
        }
        if !self.is_whole(record.len()) {
            return Err(self.ragged_by(record.len(), begin));
        }
        let start = self.into.items.len();
        self.into.items.resize(start + self.row_size, 0);
        for (column, whole) in record.iter().enumerate() {
            let Some(field) = self.wanted(column, begin)? else { continue };
            let (cell, offset) = self.cells.at(field);
            let item = start + offset..start + offset + cell.itemsize;
            let is_last = column + 1 == record.len();
            let whole = if is_last { whole.strip_suffix(ending).unwrap_or(whole) } else { whole };
            if let Err(refusal) = cell.read(whole, &mut self.into.items[item], &mut self.into.seen) {
                self.into.refuse(refusal, begin, Place::Column(column + 1))?;
            }
        }
        self.into.rows += 1;
        Ok(())
    }
}
