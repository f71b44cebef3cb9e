//! Lines of fields, as `numpy.loadtxt` takes them: with a delimiter, or with blanks between them.
//!
//! A row is read in one pass: where a field is plain decimal text, reading it finds its end. Quoted fields are the work
//! of [`quoted`](super::quoted).

use memchr::{memchr, memchr_iter, memchr2, memchr3};

use super::cells::Cells;
use super::kind::Kind;
use super::parsed::{Bad, Parsed, Place, Stop};
use super::plain::{Frame, Run, Stand};
use super::quotes::{Bare, Marks, still_open};

/// Bytes of items that room is made for ahead of a run.
const AHEAD: usize = 64 << 10;

/// How fields stand in lines.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    /// What stands between two fields; `None` where that is any number of blanks.
    pub(super) delimiter: Option<u8>,
    /// What begins a comment, which goes on to the end of the line.
    pub(super) comment: Option<u8>,
    pub(super) quotes: Quotes,
    /// For each column up to the last that is wanted, its place among those that are; `None` where all are wanted.
    pub(super) picks: Option<Vec<Option<usize>>>,
    /// What the header says, where there is one.
    pub(super) names: Option<Names>,
    /// Columns of the first row of the text, where they are known: a block of it begins anywhere.
    pub(super) columns: Option<usize>,
    pub(super) blank: Blank,
}

/// The names of a header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    /// How many there are, and so columns in each row.
    pub(super) count: usize,
    /// The lines of the text up to the header and with it.
    pub(super) lines: u64,
}

/// What a quote means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    /// Itself.
    Plain,
    /// What RFC 4180 says.
    Rfc4180,
}

/// What a line without content means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blank {
    /// Nothing.
    Skipped,
    /// Nothing where it is empty; but blanks where a delimiter could be are a field in which something is missing, as
    /// for `numpy.loadtxt`.
    Missing,
    /// An empty text, where rows have one column.
    Value,
}

/// The rows of one block on their way.
pub(super) struct Block<'a> {
    lines: &'a Lines,
    pub(super) cells: &'a Cells,
    pub(super) text: &'a [u8],
    /// Columns of each row, once the first is known.
    pub(super) fields: Option<usize>,
    pub(super) row_size: usize,
    /// Where all rows may be plain: how they stand, and what reads them.
    run: Option<(Run, Frame)>,
    /// Rows that room is made for ahead of a run.
    ahead: usize,
    pub(super) into: &'a mut Parsed,
}

impl Lines {
    /// Reads a block, which ends with a line end.
    pub(super) fn read(&self, text: &[u8], cells: &Cells, into: &mut Parsed) -> Result<(), Stop> {
        let wanted = self.picks.as_ref().map(|picks| picks.iter().flatten().count());
        let mut block = Block::new(self, cells, text, into);
        // Where all columns are wanted, the header or the first row says how many there are.
        let all = self.names.map(|names| names.count).or(self.columns);
        if let Some(fields) = cells.fields().or(wanted).or(all) {
            block.fix(fields);
        }
        match (self.marks(), self.delimiter) {
            (Some(marks), _) if memchr(b'"', text).is_some() => block.quoted(marks),
            (_, Some(delimiter)) => block.lines(|block, stand| block.delimited(delimiter, stand)),
            (_, None) => block.lines(Block::spaced),
        }
    }

    /// Columns of the first row that has any, where it is whole in this text, which ends with a line end.
    pub(super) fn first_columns(&self, text: &[u8]) -> Option<usize> {
        let (cells, mut parsed) = (Cells::guessed(Kind::Nothing), Parsed::default());
        let block = Block::new(self, &cells, text, &mut parsed);
        let mut at = 0;
        while at < text.len() && block.is_skipped(at) {
            at = block.line_end(at) + 1;
        }
        let line = text.get(at..).filter(|rest| !rest.is_empty()).map(|_| &text[at..block.line_end(at)])?;
        let Some(marks) = self.marks().filter(|_| memchr(b'"', line).is_some()) else {
            return Some(block.columns_of(line));
        };
        let bare = Bare::of(marks, &text[at..]);
        let mut record = csv::ByteRecord::new();
        let mut reader = reader(marks.delimiter, Quotes::Rfc4180, &bare.text);
        reader.read_byte_record(&mut record).expect("memory can be read");
        let row = &bare.text[..reader.position().byte() as usize];
        still_open(marks, row, None).is_none().then_some(record.len())
    }

    /// What counts beside quotes, where quotes count.
    pub(super) fn marks(&self) -> Option<Marks> {
        let delimiter = self.delimiter.filter(|_| self.quotes == Quotes::Rfc4180)?;
        Some(Marks { delimiter, comment: self.comment })
    }

    /// The fields of one line, without anything around them.
    pub(super) fn split(&self, line: &[u8]) -> Vec<Vec<u8>> {
        match self.delimiter {
            None => line.split(|&byte| is_blank(byte)).filter(|field| !field.is_empty()).map(<[u8]>::to_vec).collect(),
            Some(delimiter) => {
                let mut record = csv::ByteRecord::new();
                // What is read from memory never fails, and a line is at most one record.
                reader(delimiter, self.quotes, line).read_byte_record(&mut record).expect("memory can be read");
                record.iter().map(|field| field.trim_ascii().to_vec()).collect()
            }
        }
    }
}

pub(super) fn reader(delimiter: u8, quotes: Quotes, text: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .quoting(quotes == Quotes::Rfc4180)
        // A carriage return by itself ends no line.
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(text)
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c)
}

impl<'a> Block<'a> {
    fn new(lines: &'a Lines, cells: &'a Cells, text: &'a [u8], into: &'a mut Parsed) -> Self {
        Self { lines, cells, text, fields: None, row_size: 0, run: None, ahead: 1, into }
    }

    pub(super) fn fix(&mut self, fields: usize) {
        self.fields = Some(fields);
        self.row_size = self.cells.row_size(fields);
        let frame = Frame { delimiter: self.lines.delimiter.unwrap_or(b' '), comment: self.lines.comment, fields };
        let are_all_read = self.lines.picks.is_none() && fields > 0;
        self.run = self.cells.run().filter(|_| are_all_read).map(|run| (run, frame));
    }

    /// Goes through the lines; `row` reads the rest of one, and says where the next begins. Its items are the last.
    fn lines(&mut self, row: impl Fn(&mut Self, Stand) -> Result<usize, Stop>) -> Result<(), Stop> {
        let mut at = 0;
        let mut skipped = 0;
        while at < self.text.len() {
            if self.is_skipped(at) {
                let end = self.line_end(at);
                self.refuse_returns(at, end)?;
                at = end + 1;
                skipped += 1;
                continue;
            }
            if self.into.rows == 0 {
                self.begin(at);
            }
            let stand = self.plain_rows(at);
            self.into.rows += stand.rows as u64;
            at = stand.at;
            if stand.rows == 0 || stand.column > 0 {
                self.into.items.resize(self.into.rows as usize * self.row_size + self.row_size, 0);
                at = row(self, stand)?;
                self.into.rows += 1;
            }
        }
        self.into.lines = Some(skipped + self.into.rows);
        Ok(())
    }

    /// Reads rows as long as all of their fields are plain numbers, and then some fields of the next.
    fn plain_rows(&mut self, at: usize) -> Stand {
        let Some((run, frame)) = self.run else { return Stand { rows: 0, begin: at, column: 0, at } };
        let start = self.into.items.len();
        self.into.items.resize(start + self.ahead * self.row_size, 0);
        let stand = run(self.text, at, frame, &mut self.into.items[start..]);
        let rows = stand.rows + usize::from(stand.column > 0);
        self.into.items.truncate(start + rows * self.row_size);
        // Room costs something, and many rows are only ahead where many were before.
        self.ahead = (2 * stand.rows).clamp(1, (AHEAD / self.row_size).max(1));
        stand
    }

    /// Where the line ends in which `at` lies.
    fn line_end(&self, at: usize) -> usize {
        at + memchr(b'\n', &self.text[at..]).expect("a block ends with a line end")
    }

    /// Whether there is nothing in the line but blanks and a comment.
    fn is_skipped(&self, at: usize) -> bool {
        let first = self.text[at];
        if first > b' ' && Some(first) != self.lines.comment {
            return false;
        }
        let line = &self.text[at..self.line_end(at)];
        let content = line.iter().position(|&byte| !is_blank(byte) || Some(byte) == self.lines.delimiter);
        let indented = self.lines.delimiter.is_some() && self.lines.blank == Blank::Missing;
        match content {
            Some(content) => Some(line[content]) == self.lines.comment && !(indented && content > 0),
            None if self.lines.delimiter.is_none() => true,
            // Blanks may be a text; a carriage return belongs to the line end.
            None if line.iter().any(|&byte| byte != b'\r') => !indented && !self.cells.at(0).0.keeps_blanks(),
            None => self.lines.blank != Blank::Value || self.columns().is_some_and(|columns| columns != 1),
        }
    }

    /// Learns from the first row how many columns there are.
    fn begin(&mut self, at: usize) {
        if self.fields.is_none() {
            let line = &self.text[at..self.line_end(at)];
            self.fix(self.columns_of(line));
        }
        self.note_first(at);
    }

    /// How many columns a row has, where that is known.
    fn columns(&self) -> Option<usize> {
        let lines = self.lines;
        lines.names.map(|names| names.count).or(lines.columns).or(lines.picks.as_ref().map(Vec::len)).or(self.fields)
    }

    pub(super) fn note_first(&mut self, at: usize) {
        let fields = self.fields.unwrap_or(1);
        self.into.first = at;
        self.into.dims = Some(match self.cells.fields() {
            None if fields != 1 => vec![fields as u64],
            _ => Vec::new(),
        });
    }

    fn columns_of(&self, line: &[u8]) -> usize {
        let line = match self.lines.comment.and_then(|comment| memchr(comment, line)) {
            Some(comment) => &line[..comment],
            None => line,
        };
        match self.lines.delimiter {
            Some(delimiter) => memchr_iter(delimiter, line).count() + 1,
            None => line.split(|&byte| is_blank(byte)).filter(|field| !field.is_empty()).count(),
        }
    }

    /// Reads a row; its line ends at a line end or a comment.
    #[inline]
    fn delimited(&mut self, delimiter: u8, stand: Stand) -> Result<usize, Stop> {
        let Stand { begin, mut at, .. } = stand;
        let text = self.text;
        let start = self.into.items.len() - self.row_size;
        // Blanks in front of a number are no part of it, unless they are what separates.
        let skipped = if delimiter == b' ' { b'\n' } else { b' ' };
        for column in stand.column.. {
            let Some(field) = self.wanted(column, begin)? else {
                let end = self.field_end(delimiter, at);
                match text[end] {
                    byte if byte == delimiter && !self.is_past(column) => at = end + 1,
                    _ => return self.end_row(column, begin, end),
                }
                continue;
            };
            let (cell, offset) = self.cells.at(field);
            let item = start + offset..start + offset + cell.itemsize;
            if let Some(fast) = cell.fast {
                let mut from = at;
                while text[from] == skipped && skipped == b' ' {
                    from += 1;
                }
                let len = fast(&text[from..], &mut self.into.items[item.clone()]);
                let end = from + len;
                if len > 0 && text[end] == delimiter {
                    at = end + 1;
                    continue;
                }
                if len > 0 && text[end] == b'\n' {
                    return self.end_row(column, begin, end);
                }
            }
            let end = self.field_end(delimiter, at);
            let mut whole = &text[at..end];
            if text[end] == b'\n' {
                whole = whole.strip_suffix(b"\r").unwrap_or(whole);
            }
            if let Err(refusal) = cell.read(whole, &mut self.into.items[item], &mut self.into.seen) {
                self.into.refuse(refusal, at, Place::Column(column + 1))?;
            }
            match text[end] {
                byte if byte == delimiter => at = end + 1,
                _ => return self.end_row(column, begin, end),
            }
        }
        unreachable!("every line ends")
    }

    /// The place of a column among the wanted ones; `None` where it is not wanted.
    #[inline]
    pub(super) fn wanted(&self, column: usize, begin: usize) -> Result<Option<usize>, Stop> {
        match &self.lines.picks {
            None if Some(column) < self.fields => Ok(Some(column)),
            None => Err(self.ragged(begin)),
            Some(picks) => Ok(picks.get(column).copied().flatten()),
        }
    }

    /// Whether no column from this one on is wanted.
    fn is_past(&self, column: usize) -> bool {
        self.lines.picks.as_ref().is_some_and(|picks| column >= picks.len())
    }

    #[inline]
    fn field_end(&self, delimiter: u8, at: usize) -> usize {
        let rest = &self.text[at..];
        let len = match self.lines.comment {
            Some(comment) => memchr3(delimiter, b'\n', comment, rest),
            None => memchr2(delimiter, b'\n', rest),
        };
        at + len.expect("a block ends with a line end")
    }

    /// The row that began at `begin` ends at `end`, with this column as its last.
    #[inline]
    fn end_row(&self, column: usize, begin: usize, end: usize) -> Result<usize, Stop> {
        let next = if self.text[end] == b'\n' {
            end + 1
        } else {
            let line_end = self.line_end(end);
            self.refuse_returns(end, line_end)?;
            line_end + 1
        };
        let columns = match (&self.lines.picks, self.lines.names) {
            // Columns behind the last that is wanted were not looked at.
            (Some(_), Some(_)) => self.columns_of(&self.text[begin..next - 1]),
            _ => column + 1,
        };
        if self.is_whole(columns) { Ok(next) } else { Err(self.ragged_by(columns, begin)) }
    }

    /// Whether a row of so many columns has all that it should have.
    #[inline]
    pub(super) fn is_whole(&self, columns: usize) -> bool {
        match (&self.lines.picks, self.lines.names) {
            (None, _) => Some(columns) == self.fields,
            (Some(_), Some(names)) => columns == names.count,
            (Some(picks), None) => columns >= picks.len(),
        }
    }

    /// Refuses a carriage return that stands anywhere but before the line end: what it should begin would be lost. In csv
    /// it is part of its field.
    fn refuse_returns(&self, from: usize, end: usize) -> Result<(), Stop> {
        if self.lines.quotes == Quotes::Rfc4180 {
            return Ok(());
        }
        let text = &self.text[from..end];
        let kept = text.iter().rev().skip_while(|&&byte| byte == b'\r').count();
        let Some(at) = memchr(b'\r', &text[..kept]) else { return Ok(()) };
        let hint = Some("tr '\\r' '\\n' makes line ends of them".to_owned());
        let message = "a carriage return ends no line".to_owned();
        Err(Stop::Bad(Bad { at: from + at, place: Place::Row, message, hint }))
    }

    /// Reads a row whose fields have blanks between them.
    fn spaced(&mut self, stand: Stand) -> Result<usize, Stop> {
        let Stand { begin, mut at, .. } = stand;
        let text = self.text;
        let start = self.into.items.len() - self.row_size;
        let ends = |at: usize| text[at] == b'\n' || Some(text[at]) == self.lines.comment;
        for column in stand.column.. {
            while is_blank(text[at]) {
                if text[at] == b'\r' {
                    self.refuse_returns(at, self.line_end(at))?;
                }
                at += 1;
            }
            if ends(at) {
                let Some(last) = column.checked_sub(1) else { return Err(self.ragged(begin)) };
                return self.end_row(last, begin, at);
            }
            if self.is_past(column) {
                return self.end_row(column, begin, self.line_end(at));
            }
            let field = self.wanted(column, begin)?;
            let mut end = at;
            if let Some((cell, offset)) = field.map(|field| self.cells.at(field)) {
                let item = start + offset..start + offset + cell.itemsize;
                if let Some(fast) = cell.fast {
                    let len = fast(&text[at..], &mut self.into.items[item.clone()]);
                    if len > 0 && (is_blank(text[at + len]) || ends(at + len)) {
                        at += len;
                        continue;
                    }
                }
                while !is_blank(text[end]) && !ends(end) {
                    end += 1;
                }
                if let Err(refusal) = cell.read(&text[at..end], &mut self.into.items[item], &mut self.into.seen) {
                    self.into.refuse(refusal, at, Place::Column(column + 1))?;
                }
            } else {
                while !is_blank(text[end]) && !ends(end) {
                    end += 1;
                }
            }
            at = end;
        }
        unreachable!("every line ends")
    }

    fn ragged(&self, begin: usize) -> Stop {
        self.ragged_by(self.columns_of(&self.text[begin..self.line_end(begin)]), begin)
    }

    pub(super) fn ragged_by(&self, columns: usize, at: usize) -> Stop {
        let mut hint = None;
        let message = match (self.lines.names, &self.lines.picks, self.cells.fields()) {
            (Some(Names { count, lines }), ..) => {
                hint = Some(format!(
                    "--skip-rows {lines} --columns 0,1 takes columns by their positions, without --header"
                ));
                format!("it has {columns} columns, and the header names {count}")
            }
            (None, Some(picks), _) => {
                let last = picks.len() - 1;
                format!("it has {columns} columns, and column {last} is wanted, where the first is 0")
            }
            (None, None, Some(fields)) => format!("it has {columns} columns, and the record {fields} fields"),
            (None, None, None) => format!("it has {columns} columns, those before it {}", self.fields.unwrap_or(0)),
        };
        Stop::Bad(Bad { at, place: Place::Row, message, hint })
    }
}
