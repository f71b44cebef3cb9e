//! Offset, bytes and values, line by line.
//!
//! ```text
//!   00000010  00 00 80 3f 00 00 00 40  1.0 2.0
//! ```
//! A line holds up to 16 bytes of whole elements, at least one, and never crosses a row of two and more axes; a record
//! is a line. An array of one axis is one row. Bytes are as stored; the offset of the first is the caller's, and the
//! others follow it without gaps. Columns are aligned, two spaces apart.

use std::borrow::Cow;
use std::io;

use super::cells::Cells;
use super::rows::Rows;
use super::{Block, Cutting, Format, Layout, Style};
use crate::dtype::ByteSwap;
use crate::escape::push_hex_digits;

/// As many bytes as a line shows, where elements are not larger.
const LINE: u64 = 16;

/// Lines of one layout.
pub(super) struct Hex {
    /// Elements in a row, and in a line of it.
    row: u64,
    line: u64,
    itemsize: usize,
    cells: Cells,
    swap: Option<ByteSwap>,
    base: u64,
    offset_digits: usize,
    /// The width of the longest line's bytes.
    bytes_width: usize,
}

impl Hex {
    pub(super) fn new(layout: &Layout, style: &Style) -> Self {
        let base = style.base;
        let native = layout.dtype.to_native();
        let itemsize = layout.dtype.itemsize();
        let is_record = layout.dtype.record().is_some();
        let row = match layout.shape.dims() {
            [len] if !is_record => (*len).max(1),
            _ => Rows::of(layout).row(),
        };
        let line = (LINE / itemsize.max(1) as u64).clamp(1, row);
        let end = base.saturating_add(layout.shape.size().saturating_mul(itemsize as u64));
        Self {
            row,
            line,
            itemsize,
            cells: Cells::plain(&native, style.precision),
            swap: ByteSwap::between(&layout.dtype, &native),
            base,
            offset_digits: format!("{end:x}").len().max(8),
            bytes_width: (line as usize * itemsize * 3).saturating_sub(1),
        }
    }

    fn line(&self, rank: u64, bytes: &[u8], count: usize, out: &mut Vec<u8>) {
        let offset = format!("{:0width$x}  ", self.base + rank * self.itemsize as u64, width = self.offset_digits);
        out.extend_from_slice(offset.as_bytes());
        let start = out.len();
        for (at, &byte) in bytes.iter().enumerate() {
            if at > 0 {
                out.push(b' ');
            }
            push_hex_digits(byte, out);
        }
        out.resize(start + self.bytes_width + 1, b' ');
        let mut native = Cow::Borrowed(bytes);
        if let Some(swap) = &self.swap {
            swap.apply(native.to_mut());
        }
        let block = Block { first: rank, count, bytes: &native };
        block.items(0..count).for_each(|item| self.values(item, out));
        out.push(b'\n');
    }

    fn values(&self, item: &[u8], out: &mut Vec<u8>) {
        match &self.cells {
            Cells::Same(cell) => {
                out.push(b' ');
                cell.print(item, out);
            }
            Cells::Fields(fields) => {
                for field in fields {
                    out.push(b' ');
                    field.cell.print(&item[field.offset..field.offset + field.itemsize], out);
                }
            }
            Cells::Across(_) => unreachable!("only a format for printf goes by position"),
        }
    }

    /// How many elements there are from this rank to the end of its line.
    fn to_end_of_line(&self, rank: u64) -> u64 {
        let column = rank % self.row;
        let line_end = (column / self.line + 1) * self.line;
        line_end.min(self.row) - column
    }
}

impl Format for Hex {
    fn begin(&self, _out: &mut dyn io::Write) -> io::Result<()> {
        Ok(())
    }

    fn items(&self, block: Block<'_>, out: &mut Vec<u8>) {
        let mut done = 0;
        while done < block.count {
            let rank = block.first + done as u64;
            let count = self.to_end_of_line(rank).min((block.count - done) as u64) as usize;
            let bytes = &block.bytes[done * self.itemsize..(done + count) * self.itemsize];
            self.line(rank, bytes, count, out);
            done += count;
        }
    }

    fn whole(&self, first: u64, count: u64) -> u64 {
        let begun = (first + count) % self.row % self.line;
        count.saturating_sub(begun)
    }

    fn cutting(&self) -> Cutting {
        Cutting::AtLines
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{counting, layout, records, text};
    use super::super::{OutputFormat, Style};
    use crate::dtype::{ByteOrder, DType, Kind, Number};

    fn floats(byte_order: ByteOrder, dims: &[u64]) -> (super::Layout, Vec<u8>) {
        let dtype = DType::new(Kind::Number(Number::Float32), byte_order);
        let layout = layout(dtype, dims);
        let values = (1..=layout.shape.size()).map(|value| value as f32);
        let items = values.flat_map(|value| match byte_order {
            ByteOrder::Little => value.to_le_bytes(),
            ByteOrder::Big => value.to_be_bytes(),
        });
        (layout, items.collect())
    }

    fn hex(base: u64, items: &(super::Layout, Vec<u8>)) -> String {
        text(OutputFormat::Hex, &Style { base, ..Style::default() }, items)
    }

    #[test]
    fn shows_offset_bytes_and_values() {
        assert_eq!(hex(16, &floats(ByteOrder::Little, &[1, 2])), "00000010  00 00 80 3f 00 00 00 40  1.0 2.0\n");
    }

    #[test]
    fn shows_bytes_as_stored_and_values_as_meant() {
        assert_eq!(hex(0, &floats(ByteOrder::Big, &[])), "00000000  3f 80 00 00  1.0\n");
    }

    #[test]
    fn lines_have_sixteen_bytes_and_end_with_their_row() {
        let expected = "00000000  00 00 80 3f 00 00 00 40 00 00 40 40 00 00 80 40  1.0 2.0 3.0 4.0\n\
                        00000010  00 00 a0 40                                      5.0\n";
        assert_eq!(hex(0, &floats(ByteOrder::Little, &[5])), expected);
        assert_eq!(hex(0, &floats(ByteOrder::Little, &[2, 5])).lines().count(), 4);
        assert_eq!(hex(0, &floats(ByteOrder::Little, &[2, 2, 2])).lines().count(), 4);
    }

    #[test]
    fn a_record_is_a_line() {
        let text = hex(0, &records(&[2]));
        assert!(text.lines().all(|line| line.contains(" ff 78 2c 3")), "{text}");
        assert!(text.ends_with("  1 x,1\n"), "{text}");
    }

    #[test]
    fn offsets_beyond_four_gigabytes_stay_aligned() {
        let text = hex(0xffff_fffe, &counting(&[2, 1]));
        let native = if cfg!(target_endian = "big") { ["00 00", "00 01"] } else { ["00 00", "01 00"] };
        assert_eq!(text, format!("0fffffffe  {}  0\n100000000  {}  1\n", native[0], native[1]));
    }

    #[test]
    fn an_array_without_elements_has_no_lines() {
        for dims in [&[0][..], &[2, 0], &[0, 2]] {
            assert_eq!(hex(0, &counting(dims)), "", "{dims:?}");
        }
    }
}
