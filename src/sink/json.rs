//! JSON: one value (`json`), or one per line (`ndjson`). No white space but the line ends.
//!
//! What stands between two elements follows from the rank of the second alone:
//!
//! ```text
//!   shape 2,2,2    [[[a,b],[c,d]],[[e,f],[g,h]]]
//!   rank               0 1   2 3     4 5   6 7      before 4: two axes end, so ]] , [[
//! ```

use std::io;

use super::cells::scalar;
use super::rows::Rows;
use super::{Block, Format, Layout};
use crate::dtype::{DType, Kind};
use crate::escape::printable_json;
use crate::scalar::Scalar;

/// The JSON of one element.
enum Value {
    Scalar(Scalar),
    /// The members of a record: `"name":` with the quotes and the colon, the offset and size, the value.
    Object(Vec<Member>),
    /// A subarray in C order.
    Array {
        dims: Vec<u64>,
        itemsize: usize,
        element: Box<Value>,
    },
}

struct Member {
    key: String,
    offset: usize,
    nbytes: usize,
    value: Value,
}

impl Value {
    fn of(dtype: &DType, precision: Option<u8>) -> Self {
        let Kind::Record(record) = dtype.kind() else { return Self::Scalar(scalar(dtype, precision)) };
        let members = record.fields().iter().map(|field| {
            let element = Self::of(&field.dtype, precision);
            let value = if field.shape.is_empty() {
                element
            } else {
                let itemsize = field.dtype.itemsize();
                Self::Array { dims: field.shape.clone(), itemsize, element: Box::new(element) }
            };
            let name = serde_json::Value::from(field.name.as_str()).to_string();
            let key = format!("{}:", printable_json(&name));
            Member { key, offset: field.offset, nbytes: field.nbytes(), value }
        });
        Self::Object(members.collect())
    }

    fn print(&self, item: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Scalar(scalar) => scalar.print_json(item, out),
            Self::Object(members) => {
                out.push(b'{');
                for (at, member) in members.iter().enumerate() {
                    out.extend_from_slice(if at > 0 { b"," } else { b"" });
                    out.extend_from_slice(member.key.as_bytes());
                    member.value.print(&item[member.offset..member.offset + member.nbytes], out);
                }
                out.push(b'}');
            }
            Self::Array { dims, itemsize, element } => print_nested(dims, *itemsize, element, item, out),
        }
    }
}

fn print_nested(dims: &[u64], itemsize: usize, element: &Value, bytes: &[u8], out: &mut Vec<u8>) {
    let Some((&len, inner)) = dims.split_first() else { return element.print(bytes, out) };
    let stride = itemsize * inner.iter().product::<u64>() as usize;
    out.push(b'[');
    for at in 0..len as usize {
        out.extend_from_slice(if at > 0 { b"," } else { b"" });
        print_nested(inner, itemsize, element, &bytes[at * stride..(at + 1) * stride], out);
    }
    out.push(b']');
}

/// One JSON value for the whole result.
pub(super) struct Json {
    value: Value,
    dims: Vec<u64>,
    /// Elements in a part of the last axis, of the last two, …; without the whole, and 1 where the array is empty.
    parts: Vec<u64>,
}

impl Json {
    pub(super) fn new(layout: &Layout, precision: Option<u8>) -> Self {
        let dims = layout.shape.dims().to_vec();
        let mut part = 1;
        let parts = dims.iter().skip(1).rev().map(|&len| {
            part *= len.max(1);
            part
        });
        Self { value: Value::of(&layout.dtype.to_native(), precision), parts: parts.collect(), dims }
    }

    fn is_empty(&self) -> bool {
        self.dims.contains(&0)
    }

    /// How many axes end before this element, which is not the first.
    fn ends(&self, rank: u64) -> usize {
        self.parts.iter().take_while(|&&part| rank.is_multiple_of(part)).count()
    }
}

impl Format for Json {
    fn begin(&self, out: &mut dyn io::Write) -> io::Result<()> {
        if self.is_empty() {
            return write_hollow(&self.dims, out);
        }
        out.write_all(&vec![b'['; self.dims.len()])
    }

    fn items(&self, block: Block<'_>, out: &mut Vec<u8>) {
        let row = self.parts.first().copied().unwrap_or(u64::MAX);
        let mut column = block.first % row;
        for (rank, item) in (block.first..).zip(block.items(0..block.count)) {
            let ends = if column == 0 && rank > 0 { self.ends(rank) } else { 0 };
            out.resize(out.len() + ends, b']');
            if rank > 0 {
                out.push(b',');
            }
            out.resize(out.len() + ends, b'[');
            self.value.print(item, out);
            column = if column + 1 == row { 0 } else { column + 1 };
        }
    }

    fn end(&self, out: &mut dyn io::Write) -> io::Result<()> {
        if !self.is_empty() {
            out.write_all(&vec![b']'; self.dims.len()])?;
        }
        out.write_all(b"\n")
    }
}

/// The brackets of an array without elements, down to the axis that has none.
fn write_hollow(dims: &[u64], out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(b"[")?;
    if let Some((&len, inner)) = dims.split_first() {
        for at in 0..len {
            out.write_all(if at > 0 { b"," } else { b"" })?;
            write_hollow(inner, out)?;
        }
    }
    out.write_all(b"]")
}

/// One JSON value per line: an array per row, a scalar where there is no second axis, an object per record.
pub(super) struct Ndjson {
    value: Value,
    rows: Rows,
    has_arrays: bool,
}

impl Ndjson {
    pub(super) fn new(layout: &Layout, precision: Option<u8>) -> Self {
        let has_arrays = layout.shape.ndim() > 1 && layout.dtype.record().is_none();
        Self {
            value: Value::of(&layout.dtype.to_native(), precision),
            rows: Rows::of(layout).without_planes(),
            has_arrays,
        }
    }
}

impl Format for Ndjson {
    fn begin(&self, out: &mut dyn io::Write) -> io::Result<()> {
        self.rows.write_empty(b"[]\n", out)
    }

    fn items(&self, block: Block<'_>, out: &mut Vec<u8>) {
        for piece in self.rows.pieces(block.first, block.count) {
            for (column, item) in (piece.column..).zip(block.items(piece.items)) {
                match column {
                    0 if self.has_arrays => out.push(b'['),
                    0 => {}
                    _ => out.push(b','),
                }
                self.value.print(item, out);
            }
            if piece.ends_row {
                out.extend_from_slice(if self.has_arrays { b"]\n" } else { b"\n" });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{counting, field, layout, record, records, text};
    use super::super::{OutputFormat, Style};
    use crate::dtype::{DType, Number};

    fn json(dims: &[u64]) -> String {
        text(OutputFormat::Json, &Style::default(), &counting(dims))
    }

    fn ndjson(dims: &[u64]) -> String {
        text(OutputFormat::Ndjson, &Style::default(), &counting(dims))
    }

    #[test]
    fn arrays_nest_by_shape() {
        assert_eq!(json(&[]), "0\n");
        assert_eq!(json(&[3]), "[0,1,2]\n");
        assert_eq!(json(&[2, 2]), "[[0,1],[2,3]]\n");
        assert_eq!(json(&[2, 2, 2]), "[[[0,1],[2,3]],[[4,5],[6,7]]]\n");
        assert_eq!(json(&[2, 1, 1, 2]), "[[[[0,1]]],[[[2,3]]]]\n");
        assert_eq!(json(&[2, 1]), "[[0],[1]]\n");
    }

    #[test]
    fn empty_arrays_keep_their_outer_axes() {
        assert_eq!(json(&[0]), "[]\n");
        assert_eq!(json(&[2, 0]), "[[],[]]\n");
        assert_eq!(json(&[0, 2]), "[]\n");
        assert_eq!(json(&[1, 2, 0, 3]), "[[[],[]]]\n");
        assert_eq!(ndjson(&[0]), "");
        assert_eq!(ndjson(&[2, 0]), "[]\n[]\n");
    }

    #[test]
    fn a_line_is_a_row() {
        assert_eq!(ndjson(&[]), "0\n");
        assert_eq!(ndjson(&[2]), "0\n1\n");
        assert_eq!(ndjson(&[2, 2]), "[0,1]\n[2,3]\n");
        assert_eq!(ndjson(&[2, 1, 2]), "[0,1]\n[2,3]\n");
    }

    #[test]
    fn records_are_objects() {
        let style = Style::default();
        assert_eq!(
            text(OutputFormat::Ndjson, &style, &records(&[1, 2])),
            "{\"a\":0,\"s\":\"x,0\"}\n{\"a\":1,\"s\":\"x,1\"}\n"
        );
        assert_eq!(text(OutputFormat::Json, &style, &records(&[1, 1])), "[[{\"a\":0,\"s\":\"x,0\"}]]\n");
        assert_eq!(text(OutputFormat::Json, &style, &records(&[])), "{\"a\":0,\"s\":\"x,0\"}\n");
    }

    #[test]
    fn fields_nest_as_they_are_declared() {
        let byte = || DType::native(Number::UInt8);
        let point = record(vec![field("x\"", byte(), &[], 0), field("y", byte(), &[2, 2], 1)], 5);
        let dtype = record(vec![field("p", point, &[], 1)], 6);
        let items = (layout(dtype, &[1]), vec![9, 1, 2, 3, 4, 5]);
        let expected = "[{\"p\":{\"x\\\"\":1,\"y\":[[2,3],[4,5]]}}]\n";
        assert_eq!(text(OutputFormat::Json, &Style::default(), &items), expected);
    }
}
