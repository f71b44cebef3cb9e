//! How a dtype is written: for `--dtype`, for the descr of a `.npy` header, and as NumPy's name.

use std::fmt::{self, Write as _};

use super::{ByteOrder, DType, Field, Kind, Record, TimeStep};

/// For whom a dtype is spelled.
#[derive(Clone, Copy)]
enum Reader {
    /// This program, which knows `bfloat16` and `float8_e5m2`.
    Grammar,
    /// NumPy alone, for which those are bytes without a meaning.
    NumPy,
}

/// The text that `--dtype` accepts and that reads back as an equal dtype.
///
/// A type string with its byte order (`<f8`, `|u1`), a name where NumPy has no type string (`bfloat16`), and the descr
/// list for a record.
impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&spelled(self, Reader::Grammar, ""))
    }
}

impl DType {
    /// The Python literal that NumPy writes as the descr of a `.npy` header: `'<f8'`, `[('x', '<f4'), ('', '|V3')]`.
    ///
    /// bfloat16 and float8 are written as `ml_dtypes` writes them, `'<V2'` and `'<V1'`, which NumPy reads as void; so
    /// is `float8_e5m2`, whose `'<f1'` from there nothing can read.
    pub fn descr(&self) -> String {
        spelled(self, Reader::NumPy, "'")
    }

    /// NumPy's `dtype.name`: `float64`, `bytes40`, `datetime64[ns]`; a record is `void` and its bits.
    pub fn name(&self) -> String {
        let in_bits = |name: &str| match self.itemsize() {
            0 => name.to_owned(),
            size => format!("{name}{}", 8 * size as u64),
        };
        match &self.kind {
            Kind::Number(number) => number.name().to_owned(),
            Kind::Bytes(_) => in_bits("bytes"),
            Kind::Str(_) => in_bits("str"),
            Kind::Void(_) | Kind::Record(_) => in_bits("void"),
            Kind::Datetime(step) => format!("datetime64{}", in_brackets(*step)),
            Kind::Timedelta(step) => format!("timedelta64{}", in_brackets(*step)),
        }
    }
}

/// A record as its list of fields, anything else as its type string between two of `quote`.
fn spelled(dtype: &DType, reader: Reader, quote: &str) -> String {
    let symbol = dtype.byte_order.symbol();
    let typestr = match &dtype.kind {
        Kind::Number(number) => match (number.typestr(), reader) {
            (Some(typestr), _) => format!("{}{typestr}", dtype.byte_order().map_or('|', ByteOrder::symbol)),
            (None, Reader::NumPy) => format!("{symbol}V{}", number.itemsize()),
            (None, Reader::Grammar) if dtype.byte_order == ByteOrder::NATIVE => number.name().to_owned(),
            (None, Reader::Grammar) => format!("{symbol}{number}"),
        },
        Kind::Bytes(len) => format!("|S{len}"),
        Kind::Str(len) => format!("{symbol}U{len}"),
        Kind::Void(len) => format!("|V{len}"),
        Kind::Datetime(step) => format!("{symbol}M8{}", in_brackets(*step)),
        Kind::Timedelta(step) => format!("{symbol}m8{}", in_brackets(*step)),
        Kind::Record(record) => return list(record, reader),
    };
    format!("{quote}{typestr}{quote}")
}

/// What follows `M8`: nothing where there is no unit.
fn in_brackets(step: TimeStep) -> String {
    if step == TimeStep::GENERIC { String::new() } else { format!("[{step}]") }
}

/// A record as a list of its fields, gaps as fields without a name.
fn list(record: &Record, reader: Reader) -> String {
    let mut entries = Vec::with_capacity(record.fields().len());
    let mut end = 0;
    for field in record.fields() {
        entries.extend(gap(end, field.offset));
        entries.push(entry(field, reader));
        end = field.offset + field.nbytes();
    }
    entries.extend(gap(end, record.itemsize()));
    format!("[{}]", entries.join(", "))
}

fn gap(from: usize, to: usize) -> Option<String> {
    (from < to).then(|| format!("('', '|V{}')", to - from))
}

fn entry(field: &Field, reader: Reader) -> String {
    let name = quoted(&field.name);
    let name = match &field.title {
        Some(title) => format!("({}, {name})", quoted(title)),
        None => name,
    };
    let dtype = spelled(&field.dtype, reader, "'");
    match field.shape.as_slice() {
        [] => format!("({name}, {dtype})"),
        [len] => format!("({name}, {dtype}, ({len},))"),
        lens => {
            let lens: Vec<String> = lens.iter().map(u64::to_string).collect();
            format!("({name}, {dtype}, ({}))", lens.join(", "))
        }
    }
}

/// A text as Python's `repr` writes it.
pub(crate) fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if c == quote => out.extend(['\\', c]),
            _ if is_printable(c) => out.push(c),
            _ => {
                let (letter, width) = match u32::from(c) {
                    0..=0xff => ('x', 2),
                    0x100..=0xffff => ('u', 4),
                    _ => ('U', 8),
                };
                write!(out, "\\{letter}{:0width$x}", u32::from(c)).expect("a String takes any text");
            }
        }
    }
    out.push(quote);
    out
}

/// Python's `str.isprintable` for one character.
fn is_printable(c: char) -> bool {
    // Rust's own escapes follow the same Unicode categories. The first character of a text is treated otherwise where it
    // combines with what stands before it, so another one goes first.
    c == '"' || c == '\'' || String::from_iter(['a', c]).escape_debug().count() == 2
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dtype::{Number, TimeUnit, parse};

    fn dtype(text: &str) -> DType {
        parse(text).expect(text).dtype
    }

    fn record(fields: Vec<Field>, itemsize: usize) -> DType {
        DType::new(Kind::Record(Record::new(fields, itemsize).into()), ByteOrder::NATIVE)
    }

    fn field(name: &str, text: &str, shape: &[u64], offset: usize) -> Field {
        Field { name: name.to_owned(), title: None, dtype: dtype(text), shape: shape.to_vec(), offset }
    }

    /// What `numpy.lib.format.dtype_to_descr` and `dtype.name` give.
    #[test]
    fn writes_what_numpy_writes() {
        for (text, descr, name) in [
            ("<f8", "'<f8'", "float64"),
            (">i2", "'>i2'", "int16"),
            (">u1", "'|u1'", "uint8"),
            ("i1", "'|i1'", "int8"),
            ("bool", "'|b1'", "bool"),
            ("<e", "'<f2'", "float16"),
            ("<g", "'<f16'", "float128"),
            ("<c8", "'<c8'", "complex64"),
            ("<c32", "'<c32'", "complex256"),
            ("<bfloat16", "'<V2'", "bfloat16"),
            (">bfloat16", "'>V2'", "bfloat16"),
            ("S", "'|S0'", "bytes"),
            ("S5", "'|S5'", "bytes40"),
            ("c", "'|S1'", "bytes8"),
            ("<U3", "'<U3'", "str96"),
            (">U3", "'>U3'", "str96"),
            ("V", "'|V0'", "void"),
            ("V7", "'|V7'", "void56"),
            ("V2147483647", "'|V2147483647'", "void17179869176"),
            ("<M8[ns]", "'<M8[ns]'", "datetime64[ns]"),
            (">M8[2D]", "'>M8[2D]'", "datetime64[2D]"),
            ("<m8[25s]", "'<m8[25s]'", "timedelta64[25s]"),
            ("<M8", "'<M8'", "datetime64"),
            ("<f4,<f4,<i2", "[('f0', '<f4'), ('f1', '<f4'), ('f2', '<i2')]", "void80"),
            ("x:<f4,y:(2,3)<i2,z:(1,)u1", "[('x', '<f4'), ('y', '<i2', (2, 3)), ('z', '|u1', (1,))]", "void136"),
            (
                "p:{x:<f4,y:>i2},q:(2,){a:S},u:V3",
                "[('p', [('x', '<f4'), ('y', '>i2')]), ('q', [('a', '|S0')], (2,)), ('u', '|V3')]",
                "void72",
            ),
            ("a:<bfloat16,b:float8_e5m2", "[('a', '<V2'), ('b', '<V1')]", "void24"),
        ] {
            assert_eq!(dtype(text).descr(), descr, "{text}");
            assert_eq!(dtype(text).name(), name, "{text}");
        }
    }

    #[test]
    fn gaps_are_entries_without_a_name() {
        let gaps = record(vec![field("x", "<f4", &[], 0), field("y", "<i2", &[2, 3], 7)], 24);
        assert_eq!(gaps.descr(), "[('x', '<f4'), ('', '|V3'), ('y', '<i2', (2, 3)), ('', '|V5')]");
        let inner = record(vec![field("x", "<f4", &[], 4)], 12);
        assert_eq!(inner.descr(), "[('', '|V4'), ('x', '<f4'), ('', '|V4')]");
        assert_eq!(record(Vec::new(), 8).descr(), "[('', '|V8')]");
        assert_eq!(record(Vec::new(), 0).descr(), "[]");
        assert_eq!(record(Vec::new(), 0).name(), "void");
    }

    #[test]
    fn titles_stand_before_names() {
        let titled = Field { title: Some("T".to_owned()), ..field("a", "<i2", &[], 0) };
        assert_eq!(record(vec![titled], 2).descr(), "[(('T', 'a'), '<i2')]");
    }

    #[test]
    fn text_keeps_the_types_that_numpy_does_not_have() {
        let both = record(vec![field("a", "bf16", &[], 0), field("b", "float8_e5m2", &[], 2)], 3);
        assert_eq!(both.to_string(), "[('a', 'bfloat16'), ('b', 'float8_e5m2')]");
        let foreign = if ByteOrder::NATIVE == ByteOrder::Little { ">bfloat16" } else { "<bfloat16" };
        assert_eq!(dtype(foreign).to_string(), foreign);
        assert_eq!(dtype("float8_e4m3fn").to_string(), "float8_e4m3fn");
    }

    #[test]
    fn names_are_quoted_as_python_does() {
        for (name, repr) in [
            ("a'b", "\"a'b\""),
            ("a\"b", "'a\"b'"),
            ("a'\"b", "'a\\'\"b'"),
            ("a\nb\\\t\r\x07\x7f\u{80}\u{a0}\u{ad}", "'a\\nb\\\\\\t\\r\\x07\\x7f\\x80\\xa0\\xad'"),
            ("\u{200b}\u{2028}é日😀\u{301}\0", "'\\u200b\\u2028é日😀\u{301}\\x00'"),
            ("\u{e0001}\u{e000}\u{378}", "'\\U000e0001\\ue000\\u0378'"),
        ] {
            assert_eq!(quoted(name), repr);
        }
    }

    fn simple() -> impl Strategy<Value = DType> {
        let step =
            (prop::sample::select(TimeUnit::ALL), 1..=i32::MAX as u32).prop_map(|((unit, _), count)| match unit {
                TimeUnit::Generic => TimeStep::GENERIC,
                unit => TimeStep { unit, count },
            });
        let kind = prop_oneof![
            prop::sample::select(Number::ALL).prop_map(Kind::Number),
            (0..100usize).prop_map(Kind::Bytes),
            (0..100usize).prop_map(Kind::Str),
            (0..100usize).prop_map(Kind::Void),
            step.clone().prop_map(Kind::Datetime),
            step.prop_map(Kind::Timedelta),
        ];
        (kind, prop::sample::select(vec![ByteOrder::Little, ByteOrder::Big]))
            .prop_map(|(kind, order)| DType::new(kind, order))
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(dtype in simple()) {
            let parsed = parse(&dtype.to_string()).expect("own text");
            prop_assert_eq!(parsed.dtype, dtype);
            prop_assert_eq!(parsed.shape, [] as [u64; 0]);
        }
    }
}
