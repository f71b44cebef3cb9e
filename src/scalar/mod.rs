//! Text to and from one element: what Python prints for it, JSON, and the VALUE of `set`.
//!
//! The functions for a dtype are chosen once, by [`Scalar::of`]; the loops over elements call them through pointers.
//! Items are in the byte order of this machine: callers swap blocks first. Nothing here knows files or separators.

mod big;
mod boolean;
mod column;
mod complex;
mod exact;
mod float;
mod int;
mod layout;
mod literal;
mod nest;
mod overflow;
mod record;
mod rounded;
#[cfg(test)]
mod testing;
mod text;
mod time;
mod values;

pub use column::{Column, columns};
pub use overflow::Overflow;
pub use text::{bytes_of_json, text_len};
pub use values::{Values, parse_values};

use std::borrow::Cow;

use num_complex::Complex;

use crate::dtype::{
    BFloat16, Bool8, DType, Element, Float8E4M3, Float8E5M2, Float16, Kind, LongDouble, Number, TimeStep, with_numbers,
};
use crate::error::{Error, Result};
use crate::escape::shortened;

/// What becomes of a fraction where a whole number is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fraction {
    /// It is an error.
    #[default]
    Refuse,
    /// It is dropped, toward zero; what a date has beyond its unit is dropped toward the past, as NumPy does.
    Truncate,
}

/// How text that is told its dtype is read, beyond what the dtype says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Telling {
    /// What becomes of a fraction where the dtype is of integers.
    pub fraction: Fraction,
    /// What becomes of a number beyond the dtype.
    pub overflow: Overflow,
}

/// How elements of one dtype are written and read as text.
#[derive(Clone, Debug)]
pub struct Scalar {
    name: String,
    itemsize: usize,
    telling: Telling,
    details: Details,
    takes_quotes: bool,
    verbs: Verbs,
}

/// What the functions of some families need besides the item.
#[derive(Clone, Debug)]
enum Details {
    None,
    /// It is text, which stands in quotes inside tuples and lists.
    Text,
    /// Digits behind the point.
    Digits(u8),
    Step(TimeStep),
    Members(Vec<record::Member>),
}

type Print = fn(&Scalar, &[u8], &mut Vec<u8>);
/// Fails with the reason alone: what the text is and should be is said once, by [`Scalar::parse`].
type Parse = fn(&Scalar, &str, &mut [u8]) -> Result<(), String>;

/// The functions of one dtype.
#[derive(Clone, Copy, Debug)]
struct Verbs {
    print: Print,
    print_json: Print,
    parse: Parse,
}

/// A Rust type that is one element and knows its text.
trait Numeral: Element {
    fn print(self, out: &mut Vec<u8>);
    fn print_json(self, out: &mut Vec<u8>);
    fn parse(text: &str, telling: Telling) -> Result<Self, String>;
}

impl Verbs {
    fn of<T: Numeral>() -> Self {
        Self {
            print: |_, item, out| bytemuck::pod_read_unaligned::<T>(item).print(out),
            print_json: |_, item, out| bytemuck::pod_read_unaligned::<T>(item).print_json(out),
            parse: |scalar, text, item| {
                item.copy_from_slice(bytemuck::bytes_of(&T::parse(text, scalar.telling)?));
                Ok(())
            },
        }
    }

    fn of_number(number: Number) -> Self {
        macro_rules! choose {
            ($($variant:ident $rust:ty, $typestr:literal $swap:literal $class:ident $name:literal $other:tt;)*) => {
                match number { $(Number::$variant => Self::of::<$rust>()),* }
            };
        }
        with_numbers!(choose)
    }
}

impl Scalar {
    /// The text of elements of `dtype`, whatever its byte order; fractions where whole numbers are wanted are refused,
    /// and so are numbers beyond it.
    pub fn of(dtype: &DType) -> Self {
        Self::told(dtype, Telling::default())
    }

    /// The same, with a choice about both.
    pub fn told(dtype: &DType, telling: Telling) -> Self {
        let (name, details, verbs) = match dtype.kind() {
            Kind::Number(number) => (number.name().to_owned(), Details::None, Verbs::of_number(*number)),
            Kind::Bytes(len) => (format!("S{len}"), Details::Text, text::BYTES),
            Kind::Str(len) => (format!("U{len}"), Details::Text, text::STR),
            Kind::Void(len) => (format!("V{len}"), Details::None, text::VOID),
            Kind::Datetime(step) => (time::name("datetime64", *step), Details::Step(*step), time::datetime(*step)),
            Kind::Timedelta(step) => (time::name("timedelta64", *step), Details::Step(*step), time::TIMEDELTA),
            Kind::Record(record) => {
                ("a record".to_owned(), Details::Members(record::members(record, telling)), record::RECORD)
            }
        };
        let takes_quotes = !matches!(dtype.kind(), Kind::Number(_) | Kind::Record(_));
        Self { name, itemsize: dtype.itemsize(), telling, details, takes_quotes, verbs }
    }

    /// Bytes in one item.
    pub fn itemsize(&self) -> usize {
        self.itemsize
    }

    /// Whether the elements are text, in which blanks count.
    pub fn is_text(&self) -> bool {
        matches!(self.details, Details::Text)
    }

    /// Appends the element as text: [`parse`](Self::parse) reads it back to the same bytes, but for the sign and the
    /// payload of a NaN.
    pub fn print(&self, item: &[u8], out: &mut Vec<u8>) {
        (self.verbs.print)(self, item, out);
    }

    /// Appends the element as JSON.
    pub fn print_json(&self, item: &[u8], out: &mut Vec<u8>) {
        (self.verbs.print_json)(self, item, out);
    }

    /// Reads an element; where that fails, the bytes of `item` mean nothing.
    ///
    /// # Errors
    ///
    /// Usage, with the text and the reason, where it is no value of this dtype or does not fit it.
    pub fn parse(&self, text: &str, item: &mut [u8]) -> Result<()> {
        (self.verbs.parse)(self, text, item).map_err(|reason| self.refuse(text, &reason))
    }

    /// Appends the element as it stands inside a tuple or a list: text in quotes, the rest as it is.
    fn print_inside(&self, item: &[u8], out: &mut Vec<u8>) {
        match self.details {
            Details::Text => text::push_quoted(self, item, out),
            _ => self.print(item, out),
        }
    }

    /// Reads an element that stands inside a tuple or a list, where all but numbers may have quotes around it.
    fn parse_inside(&self, text: &str, item: &mut [u8]) -> Result<(), String> {
        let text = if self.takes_quotes { nest::unquoted(text) } else { text };
        (self.verbs.parse)(self, text, item)
    }

    fn refuse(&self, text: &str, reason: &str) -> Error {
        Error::usage(format!("cannot read {} as {}: {reason}", quoted(text), self.name))
    }
}

/// `text` in quotes, cut where it is too long for a message.
fn quoted(text: &str) -> String {
    const SHOWN: usize = 80;
    match shortened(text, SHOWN) {
        Cow::Borrowed(text) => format!("'{text}'"),
        Cow::Owned(cut) => format!("'{cut}' ({} characters)", text.chars().count()),
    }
}

#[cfg(test)]
mod tests {
    use super::testing::printed;
    use super::*;
    use crate::dtype::{ByteOrder, Field, Record, TimeUnit};

    /// One dtype of every kind, and a record of them all.
    fn every_kind() -> Vec<DType> {
        let seconds = TimeStep { unit: TimeUnit::Millisecond, count: 25 };
        let kinds = [Kind::Bytes(3), Kind::Str(2), Kind::Void(2), Kind::Datetime(seconds), Kind::Timedelta(seconds)];
        let others = kinds.into_iter().map(|kind| DType::new(kind, ByteOrder::NATIVE));
        let mut all: Vec<DType> = Number::ALL.iter().map(|&number| DType::native(number)).chain(others).collect();
        let mut offset = 0;
        let mut fields = Vec::new();
        for (place, dtype) in all.iter().enumerate() {
            let shape = if place % 2 == 0 { vec![] } else { vec![1, 2] };
            let field = Field { name: format!("f{place}"), title: None, dtype: dtype.clone(), shape, offset };
            offset += field.nbytes();
            fields.push(field);
        }
        all.push(DType::new(Kind::Record(std::sync::Arc::new(Record::new(fields, offset))), ByteOrder::NATIVE));
        all
    }

    fn random() -> impl FnMut() -> usize {
        let mut state = 0x2545_f491_4f6c_dd1du64;
        move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 16) as usize
        }
    }

    #[test]
    fn any_bytes_print_and_what_is_printed_reads_back_to_the_same_text() {
        let mut random = random();
        for dtype in every_kind() {
            let scalar = Scalar::of(&dtype);
            for _ in 0..60 {
                let item: Vec<u8> = (0..scalar.itemsize()).map(|_| random() as u8).collect();
                let (text, json) = printed(&scalar, &item);
                let mut back = vec![0; item.len()];
                scalar.parse(&text, &mut back).unwrap_or_else(|error| panic!("{error}"));
                assert_eq!(printed(&scalar, &back).0, text);
                // An extended double may be JSON beyond what a reader of doubles takes.
                if let Err(error) = serde_json::from_str::<serde_json::Value>(&json) {
                    assert!(error.to_string().starts_with("number out of range"), "{error}: {json}");
                }
                let list = format!("[[{text}],]");
                if dtype.number().is_some() || dtype.record().is_some() {
                    assert_eq!(parse_values(&[list], &scalar).expect("a list").bytes, back);
                }
            }
        }
    }

    #[test]
    fn no_text_is_too_strange_to_refuse() {
        const PIECES: &[&str] = &[
            "0",
            "1",
            "9",
            "-",
            "+",
            ".",
            "e",
            "_",
            "0x",
            "j",
            "nan",
            "inf",
            "NaT",
            "2020",
            "-01",
            "T",
            ":",
            "(",
            ")",
            "[",
            "]",
            ",",
            "'",
            "\"",
            "\\",
            "\\xff",
            " ",
            "é",
            "\u{0}",
            "1e999999999999999999999",
            "99999999999999999999",
        ];
        let mut random = random();
        let scalars: Vec<Scalar> = every_kind().iter().map(Scalar::of).collect();
        for _ in 0..1500 {
            let text: String = (0..random() % 9).map(|_| PIECES[random() % PIECES.len()]).collect();
            for scalar in &scalars {
                let mut item = vec![0; scalar.itemsize()];
                if scalar.parse(&text, &mut item).is_ok() {
                    let shown = printed(scalar, &item).0;
                    let mut back = vec![0; item.len()];
                    scalar.parse(&shown, &mut back).unwrap_or_else(|error| panic!("{text}: {error}"));
                    assert_eq!(printed(scalar, &back).0, shown, "{text}");
                }
                let _ = parse_values(&[format!("[{text}")], scalar);
            }
        }
    }
}
