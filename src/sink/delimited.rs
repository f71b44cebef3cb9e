//! Lines of values with something between them: tsv, csv and text.
//!
//! One line per row of the last axis, or per value where there is no second axis, or per record. In tsv and text one
//! empty line stands between the planes of three and more axes, however many axes end there. Strings are escaped in
//! all three, so a row is always one line; csv quotes them as RFC 4180 has it. In `text`, where blanks separate, a `#`
//! begins a comment and nothing is nothing, spaces and `#` are escaped, too, and an empty string is `\x00`, the padding
//! that it consists of: so it reads back.

use std::io;
use std::ops::Range;

use super::cells::{Cell, Cells};
use super::rows::Rows;
use super::{Block, Format, Header, Layout, Style};
use crate::error::Result;
use crate::escape::escape_bytes;
use crate::scalar::columns;

/// What tells the three formats apart.
#[derive(Clone, Copy)]
pub(super) struct Dialect {
    delimiter: &'static [u8],
    /// What stands before the names in a header line.
    comment: &'static [u8],
    planes: Planes,
    quoting: Quoting,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Planes {
    Apart,
    Together,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoting {
    Bare,
    Rfc4180,
    /// What would be no part of a field is escaped.
    Escapes,
}

impl Dialect {
    pub(super) const TSV: Self = Self { delimiter: b"\t", comment: b"", planes: Planes::Apart, quoting: Quoting::Bare };
    pub(super) const CSV: Self =
        Self { delimiter: b",", comment: b"", planes: Planes::Together, quoting: Quoting::Rfc4180 };
    /// The comment is that of `numpy.savetxt`, which `numpy.loadtxt` skips.
    pub(super) const TEXT: Self =
        Self { delimiter: b" ", comment: b"# ", planes: Planes::Apart, quoting: Quoting::Escapes };
}

/// Lines of one layout in one dialect.
pub(super) struct Delimited {
    rows: Rows,
    dialect: Dialect,
    header: Names,
    cells: Cells,
    /// What stands between two cells, how they are quoted and what ends a line: the dialect's own, but where a format
    /// makes the whole line.
    separator: &'static [u8],
    quoting: Quoting,
    end: Vec<u8>,
    /// Whether a line has one cell.
    is_single: bool,
}

/// The names in a header line.
enum Names {
    Absent,
    Listed(Vec<String>),
    Numbered(u64),
}

impl Delimited {
    pub(super) fn new(dialect: Dialect, layout: &Layout, style: &Style) -> Result<Self> {
        let rows = match dialect.planes {
            Planes::Apart => Rows::of(layout),
            Planes::Together => Rows::of(layout).without_planes(),
        };
        let dtype = layout.dtype.to_native();
        let mut end = Vec::new();
        let mut separator = dialect.delimiter;
        let mut quoting = dialect.quoting;
        let cells = match &style.fmt {
            None => Cells::plain(&dtype, style.precision),
            Some(fmt) => {
                let line = fmt.bind(&dtype, rows.row())?;
                // What a format makes of a string is what was asked for.
                quoting = if quoting == Quoting::Escapes { Quoting::Bare } else { quoting };
                if let Some(tail) = line.whole_line_tail {
                    (end, separator, quoting) = (tail, b"", Quoting::Bare);
                }
                line.cells
            }
        };
        end.push(b'\n');
        let header = match style.header {
            Header::Absent => Names::Absent,
            Header::Names if dtype.record().is_some() => {
                Names::Listed(columns(&dtype).into_iter().map(|column| column.name).collect())
            }
            Header::Names if layout.shape.ndim() > 1 => Names::Numbered(layout.shape.dims()[layout.shape.ndim() - 1]),
            Header::Names => Names::Listed(vec![style.column().to_owned()]),
        };
        let is_single = match &cells {
            Cells::Fields(fields) => fields.len() == 1,
            Cells::Same(_) | Cells::Across(_) => rows.row() == 1,
        };
        Ok(Self { rows, dialect, header, cells, separator, quoting, end, is_single })
    }

    fn write_names(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let Dialect { delimiter, comment, quoting, .. } = self.dialect;
        match &self.header {
            Names::Absent => return Ok(()),
            Names::Listed(names) => {
                out.write_all(comment)?;
                let mut text = Vec::new();
                for (at, name) in names.iter().enumerate() {
                    text.extend(if at > 0 { delimiter } else { b"" });
                    let start = text.len();
                    escape_bytes(name.as_bytes(), &mut text);
                    self.quote(quoting, start, &mut text);
                }
                out.write_all(&text)?;
            }
            Names::Numbered(count) => {
                out.write_all(comment)?;
                for at in 0..*count {
                    out.write_all(if at > 0 { delimiter } else { b"" })?;
                    write!(out, "{at}")?;
                }
            }
        }
        out.write_all(b"\n")
    }

    /// Quotes the cell that begins at `start`, if it must be: one with a comma, a quote or a line end in it, and an
    /// empty one alone on its line, which readers would skip.
    fn quote(&self, quoting: Quoting, start: usize, out: &mut Vec<u8>) {
        match quoting {
            Quoting::Bare => return,
            Quoting::Escapes => return escape(start, out),
            Quoting::Rfc4180 => {}
        }
        let cell = &out[start..];
        let is_missing = cell.is_empty() && self.is_single;
        if is_missing || cell.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
            let bare = out.split_off(start);
            out.push(b'"');
            for byte in bare {
                out.extend(if byte == b'"' { &b"\"\""[..] } else { std::slice::from_ref(&byte) });
            }
            out.push(b'"');
        }
    }

    fn cell(&self, cell: &Cell, item: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        cell.print(item, out);
        if cell.is_free() {
            self.quote(self.quoting, start, out);
        }
    }

    /// Appends these elements of a block, the first of which is at `column` in its row.
    fn part(&self, block: Block<'_>, range: Range<usize>, column: u64, out: &mut Vec<u8>) {
        let items = (column..).zip(block.items(range));
        match &self.cells {
            Cells::Same(cell) => items.for_each(|(column, item)| {
                if column > 0 {
                    out.extend_from_slice(self.separator);
                }
                self.cell(cell, item, out);
            }),
            Cells::Across(cells) => items.for_each(|(column, item)| self.cell(&cells[column as usize], item, out)),
            Cells::Fields(fields) => items.for_each(|(_, item)| {
                for (at, field) in fields.iter().enumerate() {
                    if at > 0 {
                        out.extend_from_slice(self.separator);
                    }
                    self.cell(&field.cell, &item[field.offset..field.offset + field.itemsize], out);
                }
            }),
        }
    }
}

/// Escapes what would end the cell that begins at `start`, or leave nothing of it.
fn escape(start: usize, out: &mut Vec<u8>) {
    if out.len() == start {
        return out.extend_from_slice(b"\\x00");
    }
    if !out[start..].iter().any(|byte| matches!(byte, b' ' | b'#')) {
        return;
    }
    for byte in out.split_off(start) {
        match byte {
            b' ' => out.extend_from_slice(b"\\x20"),
            b'#' => out.extend_from_slice(b"\\x23"),
            byte => out.push(byte),
        }
    }
}

impl Format for Delimited {
    fn begin(&self, out: &mut dyn io::Write) -> io::Result<()> {
        self.write_names(out)?;
        self.rows.write_empty(b"\n", out)
    }

    fn items(&self, block: Block<'_>, out: &mut Vec<u8>) {
        for piece in self.rows.pieces(block.first, block.count) {
            if piece.opens_plane {
                out.push(b'\n');
            }
            self.part(block, piece.items, piece.column, out);
            if piece.ends_row {
                out.extend_from_slice(&self.end);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::OutputFormat::{Csv, Text, Tsv};
    use super::super::testing::{counting, field, formatted, layout, named, record, records, strings, text};
    use super::*;
    use crate::dtype::{DType, Number};

    fn plain(format: super::super::OutputFormat, dims: &[u64]) -> String {
        text(format, &Style::default(), &counting(dims))
    }

    #[test]
    fn a_line_is_a_row_of_the_last_axis() {
        assert_eq!(plain(Tsv, &[]), "0\n");
        assert_eq!(plain(Tsv, &[3]), "0\n1\n2\n");
        assert_eq!(plain(Tsv, &[2, 2]), "0\t1\n2\t3\n");
        assert_eq!(plain(Csv, &[2, 2]), "0,1\n2,3\n");
        assert_eq!(plain(Text, &[2, 2]), "0 1\n2 3\n");
    }

    #[test]
    fn one_empty_line_stands_between_planes_but_not_in_csv() {
        assert_eq!(plain(Tsv, &[2, 2, 2]), "0\t1\n2\t3\n\n4\t5\n6\t7\n");
        assert_eq!(plain(Text, &[2, 2, 1, 2]), "0 1\n\n2 3\n\n4 5\n\n6 7\n");
        assert_eq!(plain(Csv, &[2, 2, 2]), "0,1\n2,3\n4,5\n6,7\n");
    }

    #[test]
    fn empty_arrays_have_their_rows_and_no_more() {
        for dims in [&[0][..], &[0, 3], &[2, 0, 3]] {
            assert_eq!(plain(Tsv, dims), "", "{dims:?}");
        }
        assert_eq!(plain(Tsv, &[2, 0]), "\n\n");
        assert_eq!(plain(Tsv, &[2, 2, 0]), "\n\n\n\n\n");
        assert_eq!(plain(Csv, &[2, 2, 0]), "\n\n\n\n");
        assert_eq!(text(Tsv, &Style::default(), &records(&[2, 0])), "");
    }

    #[test]
    fn a_record_is_a_line_of_its_columns() {
        assert_eq!(text(Tsv, &Style::default(), &records(&[2])), "0\tx,0\n1\tx,1\n");
        assert_eq!(text(Csv, &Style::default(), &records(&[2])), "0,\"x,0\"\n1,\"x,1\"\n");
        assert_eq!(text(Text, &Style::default(), &records(&[1, 2])), "0 x,0\n1 x,1\n");
        assert_eq!(text(Tsv, &Style::default(), &records(&[])), "0\tx,0\n");
    }

    #[test]
    fn csv_quotes_as_rfc_4180_has_it() {
        let items = strings(&["a\"b", "c,d", "e f", "", "g\nh"]);
        assert_eq!(text(Csv, &Style::default(), &items), "\"a\"\"b\"\n\"c,d\"\ne f\n\"\"\ng\\nh\n");
        assert_eq!(text(Tsv, &Style::default(), &items), "a\"b\nc,d\ne f\n\ng\\nh\n");
    }

    #[test]
    fn text_has_a_field_for_every_string() {
        let items = strings(&["a b", "", "#", "c"]);
        assert_eq!(text(Text, &Style::default(), &items), "a\\x20b\n\\x00\n\\x23\nc\n");
        assert_eq!(text(Text, &formatted("<%2s>"), &items), "<a b>\n<  >\n< #>\n< c>\n");
    }

    #[test]
    fn a_header_names_the_columns() {
        assert_eq!(text(Tsv, &named(), &records(&[1])), "a\ts\n0\tx,0\n");
        assert_eq!(text(Csv, &named(), &counting(&[1, 3])), "0,1,2\n0,1,2\n");
        assert_eq!(text(Text, &named(), &counting(&[1, 3])), "# 0 1 2\n0 1 2\n");
        assert_eq!(text(Tsv, &named(), &counting(&[1])), "value\n0\n");
        assert_eq!(text(Tsv, &named(), &counting(&[])), "value\n0\n");
        assert_eq!(text(Csv, &named(), &counting(&[0, 2])), "0,1\n");
    }

    #[test]
    fn names_cannot_break_the_line() {
        let byte = || DType::native(Number::UInt8);
        let dtype = record(vec![field("a,b", byte(), &[], 0), field("c\td\n", byte(), &[], 1)], 2);
        let items = (layout(dtype, &[1]), vec![1, 2]);
        assert_eq!(text(Csv, &named(), &items), "\"a,b\",c\\td\\n\n1,2\n");
        assert_eq!(text(Tsv, &named(), &items), "a,b\tc\\td\\n\n1\t2\n");
    }

    #[test]
    fn a_format_of_one_value_is_delimited() {
        assert_eq!(text(Tsv, &formatted("%03d"), &counting(&[2, 2])), "000\t001\n002\t003\n");
        assert_eq!(text(Csv, &formatted("<%d,>"), &counting(&[1, 2])), "\"<0,>\",\"<1,>\"\n");
        assert_eq!(text(Csv, &formatted("%s"), &records(&[1])), "0,\"x,0\"\n");
    }

    #[test]
    fn a_format_of_the_whole_line_is_not() {
        assert_eq!(text(Csv, &formatted("%d, then %.1f!"), &counting(&[2, 2])), "0, then 1.0!\n2, then 3.0!\n");
        assert_eq!(text(Tsv, &formatted("%d is %5s."), &records(&[2])), "0 is   x,0.\n1 is   x,1.\n");
        let style = Style { header: Header::Names, ..formatted("%d:%d") };
        assert_eq!(text(Csv, &style, &counting(&[1, 2])), "0,1\n0:1\n");
    }
}
