//! `--fmt`: values printed by `printf` specifications, as `numpy.savetxt` does.
//!
//! One specification serves every value, the text around it included, with the format's delimiter between values. As
//! many as a line has values (two for each complex number) make the whole line, and then no delimiter is added.
//! Complex numbers with one specification become ` (re+imj)`, the leading space included.

use bytemuck::{Pod, pod_read_unaligned};

use super::cells::{Cell, Cells, Field};
use super::printf::{Conversion, Spec, Value};
use crate::dtype::{BFloat16, Bool8, Class, DType, Float8E4M3, Float8E5M2, Float16, Kind, LongDouble, Number};
use crate::error::{Error, Result};
use crate::scalar::{Column, Scalar, columns};

/// A format as it was given: specifications and the text around them.
#[derive(Clone, Debug)]
pub struct Fmt {
    text: String,
    specs: Vec<Part>,
    tail: Vec<u8>,
}

#[derive(Clone, Debug)]
struct Part {
    before: Vec<u8>,
    spec: Spec,
}

/// A format that fits the elements it is for.
pub(super) struct Line {
    pub(super) cells: Cells,
    /// What ends the line, where the format is that of the whole line.
    pub(super) whole_line_tail: Option<Vec<u8>>,
}

/// How one element is printed: its parts, which are two for a complex number.
pub(super) struct Printf {
    parts: Vec<(Part, Operand)>,
    tail: Vec<u8>,
}

/// The bytes of an element that a specification prints.
#[derive(Clone)]
struct Operand {
    offset: usize,
    itemsize: usize,
    read: Read,
}

#[derive(Clone)]
enum Read {
    Number(fn(&[u8]) -> Value),
    Text(Scalar),
}

impl std::str::FromStr for Fmt {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if let Some(at) = text.chars().position(|c| c.is_control() && c != '\t') {
            let what = format!("format '{text}': a control character at position {}, but a row is one line", at + 1);
            return Err(Error::usage(what));
        }
        let mut specs = Vec::new();
        let mut literal = Vec::new();
        let mut at = 0;
        while let Some(&byte) = text.as_bytes().get(at) {
            if byte != b'%' || text[at + 1..].starts_with('%') {
                literal.push(byte);
                at += if byte == b'%' { 2 } else { 1 };
                continue;
            }
            let (spec, end) = Spec::parse(text, at)?;
            specs.push(Part { before: std::mem::take(&mut literal), spec });
            at = end;
        }
        if specs.is_empty() {
            return Err(Error::usage(format!("format '{text}' has no % specification")).hint("--fmt %.3f"));
        }
        Ok(Self { text: text.to_owned(), specs, tail: literal })
    }
}

impl Fmt {
    /// This format for lines of `row` elements of a native dtype.
    ///
    /// # Errors
    /// Usage: as many specifications as do not fit a line, or one that cannot print its value (`%x` of a float).
    pub(super) fn bind(&self, dtype: &DType, row: u64) -> Result<Line> {
        let columns = columns(dtype);
        if let [part] = &self.specs[..] {
            let cells = columns.iter().map(|column| self.each(part, column)).collect::<Result<_>>()?;
            return Ok(Line { cells: by_column(dtype, &columns, cells), whole_line_tail: None });
        }
        let operands: Vec<usize> = columns.iter().map(|column| operand_count(&column.dtype)).collect();
        let values = row.saturating_mul(operands.iter().sum::<usize>() as u64);
        if self.specs.len() as u64 != values {
            let what = format!("format '{}' has {} specifications", self.text, self.specs.len());
            return Err(Error::usage(format!("{what}, but a line has {values} values"))
                .hint("give one for all of them, or one for each"));
        }
        let mut specs = self.specs.iter();
        let mut cells = Vec::new();
        for _ in 0..row {
            for (column, &count) in columns.iter().zip(&operands) {
                let parts: Vec<Part> = specs.by_ref().take(count).cloned().collect();
                cells.push(self.cell(parts, Vec::new(), column)?);
            }
        }
        let cells = if dtype.record().is_some() { by_column(dtype, &columns, cells) } else { Cells::Across(cells) };
        Ok(Line { cells, whole_line_tail: Some(self.tail.clone()) })
    }

    /// The one specification, for every value of a column.
    fn each(&self, part: &Part, column: &Column) -> Result<Cell> {
        if operand_count(&column.dtype) == 1 {
            return self.cell(vec![part.clone()], self.tail.clone(), column);
        }
        let real = Part { before: [b" (", &part.before[..]].concat(), ..part.clone() };
        let imaginary = Part { before: [&self.tail, &b"+"[..], &part.before].concat(), ..part.clone() };
        self.cell(vec![real, imaginary], [&self.tail, &b"j)"[..]].concat(), column)
    }

    fn cell(&self, parts: Vec<Part>, tail: Vec<u8>, column: &Column) -> Result<Cell> {
        let operands = parts.iter().enumerate().map(|(at, part)| self.operand(part.spec, at, column));
        let operands = operands.collect::<Result<Vec<_>>>()?;
        Ok(Cell::printf(Printf { parts: parts.into_iter().zip(operands).collect(), tail }))
    }

    /// What a specification prints of a column: its `at`-th part.
    fn operand(&self, spec: Spec, at: usize, column: &Column) -> Result<Operand> {
        let dtype = part_dtype(&column.dtype);
        let itemsize = dtype.itemsize();
        let number = dtype.number();
        let needs_integer = matches!(spec.conversion(), Conversion::Radix(_));
        let read = match (spec.conversion(), number) {
            (Conversion::Text, _) => Read::Text(Scalar::of(&dtype)),
            (_, Some(number)) if !needs_integer || is_integer(number) => Read::Number(reader(number)),
            _ => return Err(self.misfit(if needs_integer { "an integer" } else { "a number" }, column)),
        };
        Ok(Operand { offset: at * itemsize, itemsize, read })
    }

    fn misfit(&self, wanted: &str, column: &Column) -> Error {
        let of = if column.name.is_empty() { String::new() } else { format!(" of column '{}'", column.name) };
        let what = format!("format '{}' needs {wanted}, but the dtype{of} is {}", self.text, column.dtype);
        Error::usage(what).hint("--fmt %s prints any value")
    }
}

impl Printf {
    pub(super) fn print(&self, item: &[u8], out: &mut Vec<u8>) {
        for (part, operand) in &self.parts {
            out.extend_from_slice(&part.before);
            let start = out.len();
            let bytes = &item[operand.offset..operand.offset + operand.itemsize];
            match &operand.read {
                Read::Number(read) => part.spec.number(read(bytes), out),
                Read::Text(scalar) => part.spec.text(|out| scalar.print(bytes, out), out),
            }
            // numpy.savetxt, too, turns the "+-" of a negative imaginary part into "-".
            let is_imaginary = operand.offset > 0;
            if is_imaginary && part.before.ends_with(b"+") && out.get(start) == Some(&b'-') {
                out.remove(start - 1);
            }
        }
        out.extend_from_slice(&self.tail);
    }
}

fn by_column(dtype: &DType, columns: &[Column], cells: Vec<Cell>) -> Cells {
    let mut fields = columns.iter().zip(cells).map(|(column, cell)| Field {
        offset: column.offset,
        itemsize: column.dtype.itemsize(),
        cell,
    });
    if dtype.record().is_some() {
        return Cells::Fields(fields.collect());
    }
    Cells::Same(fields.next().expect("what is no record has one column").cell)
}

fn operand_count(dtype: &DType) -> usize {
    dtype.itemsize().checked_div(part_dtype(dtype).itemsize()).unwrap_or(1)
}

/// The type of a complex number's parts; else the type itself.
fn part_dtype(dtype: &DType) -> DType {
    let part = match dtype.kind() {
        Kind::Number(Number::Complex64) => Number::Float32,
        Kind::Number(Number::Complex128) => Number::Float64,
        Kind::Number(Number::CLongDouble) => Number::LongDouble,
        _ => return dtype.clone(),
    };
    DType::native(part)
}

fn is_integer(number: Number) -> bool {
    matches!(number.class(), Class::Bool | Class::Signed | Class::Unsigned)
}

/// How the value of one number that is not complex is read.
fn reader(number: Number) -> fn(&[u8]) -> Value {
    fn of<T: Pod>(item: &[u8]) -> T {
        pod_read_unaligned(item)
    }
    match number {
        Number::Bool => |item| Value::Int((of::<Bool8>(item).0 != 0).into()),
        Number::Int8 => |item| Value::Int(of::<i8>(item).into()),
        Number::UInt8 => |item| Value::Int(of::<u8>(item).into()),
        Number::Int16 => |item| Value::Int(of::<i16>(item).into()),
        Number::UInt16 => |item| Value::Int(of::<u16>(item).into()),
        Number::Int32 => |item| Value::Int(of::<i32>(item).into()),
        Number::UInt32 => |item| Value::Int(of::<u32>(item).into()),
        Number::Int64 => |item| Value::Int(of::<i64>(item).into()),
        Number::UInt64 => |item| Value::Int(of::<u64>(item).into()),
        Number::Float8E4M3 => |item| Value::Float(of::<Float8E4M3>(item).to_f64()),
        Number::Float8E5M2 => |item| Value::Float(of::<Float8E5M2>(item).to_f64()),
        Number::BFloat16 => |item| Value::Float(of::<BFloat16>(item).to_f64()),
        Number::Float16 => |item| Value::Float(of::<Float16>(item).to_f64()),
        Number::Float32 => |item| Value::Float(of::<f32>(item).into()),
        Number::Float64 => |item| Value::Float(of::<f64>(item)),
        Number::LongDouble => |item| Value::Float(of::<LongDouble>(item).to_f64()),
        Number::Complex64 | Number::Complex128 | Number::CLongDouble => {
            unreachable!("complex numbers are printed by their parts")
        }
    }
}

#[cfg(test)]
mod tests {
    use bytemuck::bytes_of;

    use super::super::testing::{field, formatted, layout, record, records, text};
    use super::super::{Layout, OutputFormat};
    use super::*;

    fn numbers<T: Pod>(number: Number, dims: &[u64], values: &[T]) -> (Layout, Vec<u8>) {
        (layout(DType::native(number), dims), bytemuck::cast_slice(values).to_vec())
    }

    fn line(fmt: &str, items: &(Layout, Vec<u8>)) -> String {
        text(OutputFormat::Text, &formatted(fmt), items)
    }

    fn refused(fmt: &str, dtype: &DType, row: u64) -> String {
        let fmt: Fmt = fmt.parse().expect(fmt);
        fmt.bind(dtype, row).err().expect("it does not fit").message().to_owned()
    }

    /// What `numpy.savetxt` writes.
    #[test]
    fn complex_numbers_are_those_of_savetxt() {
        let items = numbers(Number::Complex128, &[1, 2], &[1.0, 2.0, 1.0, -2.0]);
        assert_eq!(line("%.2f", &items), " (1.00+2.00j)  (1.00-2.00j)\n");
        assert_eq!(line("%8.2f", &items), " (    1.00+    2.00j)  (    1.00+   -2.00j)\n");
        assert_eq!(line("%.1f+%.1fj %.1f+%.1fj", &items), "1.0+2.0j 1.0-2.0j\n");
        assert_eq!(line("%s", &items), " (1.0+2.0j)  (1.0-2.0j)\n");
        let halves = numbers(Number::Complex64, &[], &[0.1f32, -0.5]);
        assert_eq!(line("%s", &halves), " (0.1-0.5j)\n");
    }

    #[test]
    fn percent_signs_are_doubled() {
        assert_eq!(line("%d%%", &numbers(Number::UInt8, &[2], &[5u8, 6])), "5%\n6%\n");
    }

    #[test]
    fn every_number_is_read() {
        let one = |number: Number, item: &[u8]| line("%.1f", &(layout(DType::native(number), &[]), item.to_vec()));
        assert_eq!(one(Number::Bool, &[1]), "1.0\n");
        assert_eq!(one(Number::Int8, &[0xff]), "-1.0\n");
        assert_eq!(one(Number::UInt8, &[0xff]), "255.0\n");
        assert_eq!(one(Number::Int16, bytes_of(&-300i16)), "-300.0\n");
        assert_eq!(one(Number::UInt16, bytes_of(&65535u16)), "65535.0\n");
        assert_eq!(one(Number::Int32, bytes_of(&-70000i32)), "-70000.0\n");
        assert_eq!(one(Number::UInt32, bytes_of(&u32::MAX)), "4294967295.0\n");
        assert_eq!(one(Number::Int64, bytes_of(&i64::MIN)), "-9223372036854775808.0\n");
        assert_eq!(one(Number::UInt64, bytes_of(&u64::MAX)), "18446744073709551616.0\n");
        assert_eq!(one(Number::Float8E4M3, &[0x38]), "1.0\n");
        assert_eq!(one(Number::Float8E5M2, &[0x3c]), "1.0\n");
        assert_eq!(one(Number::BFloat16, bytes_of(&0x3f80u16)), "1.0\n");
        assert_eq!(one(Number::Float16, bytes_of(&0x3c00u16)), "1.0\n");
        assert_eq!(one(Number::Float32, bytes_of(&1.25f32)), "1.2\n");
        assert_eq!(one(Number::Float64, bytes_of(&-0.05f64)), "-0.1\n");
        assert_eq!(one(Number::LongDouble, &LongDouble::from_f64(2.5).0), "2.5\n");
    }

    #[test]
    fn bools_are_words_or_digits() {
        let items = numbers(Number::Bool, &[2], &[0u8, 7]);
        assert_eq!(line("%s", &items), "False\nTrue\n");
        assert_eq!(line("%d", &items), "0\n1\n");
    }

    #[test]
    fn records_take_one_for_all_or_one_for_each() {
        assert_eq!(line("%5s", &records(&[1])), "    0   x,0\n");
        assert_eq!(line("%x: %s", &records(&[2])), "0: x,0\n1: x,1\n");
        let dtype = record(vec![field("z", DType::native(Number::Complex64), &[], 0)], 8);
        let items = (layout(dtype, &[1]), bytemuck::cast_slice(&[1f32, 2.0]).to_vec());
        assert_eq!(line("%g and %g", &items), "1 and 2\n");
    }

    #[test]
    fn as_many_specifications_as_do_not_fit_are_refused() {
        let dtype = DType::native(Number::UInt8);
        assert!(refused("%d %d %d", &dtype, 2).contains("3 specifications, but a line has 2 values"));
        assert!(refused("%d %d", &dtype, 1).contains("a line has 1 values"));
        assert!(refused("%d %d %d", &records(&[1]).0.dtype, 1).contains("a line has 2 values"));
    }

    #[test]
    fn what_cannot_print_a_dtype_is_refused() {
        assert!(refused("%x", &DType::native(Number::Float32), 1).ends_with("needs an integer, but the dtype is <f4"));
        assert!(
            refused("%d", &records(&[1]).0.dtype, 1).ends_with("needs a number, but the dtype of column 's' is |S3")
        );
        assert!(refused("%o", &DType::native(Number::Complex64), 1).contains("needs an integer"));
    }

    #[test]
    fn texts_that_are_no_format_are_refused() {
        for text in ["", "abc", "100%%", "%", "%d %z", "%d\n", "\u{1b}[0m%d"] {
            assert!(text.parse::<Fmt>().is_err(), "{text:?}");
        }
    }
}
