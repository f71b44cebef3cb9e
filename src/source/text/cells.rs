//! What becomes of each field of a row: its dtype is told, or guessed from all of them, or only its length counts.
//!
//! A field is read in one of two ways. The fast one reads a number where the text is, and says how far it goes; whatever
//! is not plain decimal text it leaves to the slow one, which is given the whole field and reads what
//! [`Scalar`] reads. Nothing here knows where fields begin and end.

use std::borrow::Cow;

use fast_float2::FastFloat;

use super::kind::Kind;
use crate::cast::{Conversion, Overflow};
use crate::dtype::{Class, DType, Kind as DKind, Number};
use crate::error::{Error, Result};
use crate::escape::escape_bytes;
use crate::scalar::{Fraction, Scalar, columns, text_len};

/// Reads the number that the text begins with into an item and says how many bytes it took: 0 where the slow way has to
/// decide.
pub(super) type Fast = fn(&[u8], &mut [u8]) -> usize;

/// Why a field was not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is no value of the dtype, for this reason.
    Bad(String),
    /// It is none of the kind that was guessed, but of this one.
    Widen(Kind),
    /// It is empty, which is right where all others turn out to be text.
    Missing,
}

/// What was seen of fields that are not stored yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The most code points of a field.
    pub code_points: usize,
    /// The most bytes of a field.
    pub bytes: usize,
    /// Whether a field holds bytes that are no text.
    pub is_binary: bool,
}

impl Seen {
    /// What was seen by either.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            code_points: self.code_points.max(other.code_points),
            bytes: self.bytes.max(other.bytes),
            is_binary: self.is_binary || other.is_binary,
        }
    }
}

/// How one field becomes an item.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) itemsize: usize,
    pub(super) fast: Option<Fast>,
    slow: Slow,
}

#[derive(Debug)]
enum Slow {
    Told { scalar: Scalar, loose: Option<Loose> },
    Guess { kind: Kind, scalar: Scalar },
    Nothing,
    Measure,
}

/// A number beyond its dtype, brought into it as `--overflow` says: read as a wider one first.
#[derive(Debug)]
struct Loose(Vec<(Scalar, Conversion)>);

impl Loose {
    fn of(number: Number, overflow: Overflow) -> Result<Option<Self>> {
        if overflow == Overflow::Error || number.class() == Class::Bool {
            return Ok(None);
        }
        let wide: &[Number] = match number.class() {
            Class::Complex => &[Number::Complex128],
            Class::Float => &[Number::Float64],
            _ => &[Number::Int64, Number::UInt64, Number::Float64],
        };
        let own = DType::native(number);
        let ways = wide.iter().map(|&wide| {
            let wide = DType::native(wide);
            Ok((Scalar::of(&wide), Conversion::between(&wide, &own, overflow)?))
        });
        Ok(Some(Self(ways.collect::<Result<_>>()?)))
    }

    /// Whether the text was read in one of the wider ways.
    fn read(&self, text: &str, item: &mut [u8]) -> bool {
        self.0.iter().any(|(scalar, convert)| {
            let mut wide = vec![0; scalar.itemsize()];
            let mut converted = Vec::new();
            let read = scalar.parse(text, &mut wide).is_ok();
            match read.then(|| convert.apply(&mut wide, &mut converted)) {
                Some(Ok(bytes)) => {
                    item.copy_from_slice(bytes);
                    true
                }
                _ => false,
            }
        })
    }
}

impl Cell {
    /// Items of this dtype, in the byte order of this machine.
    pub(super) fn told(dtype: &DType, telling: Telling) -> Result<Self> {
        let scalar = Scalar::with_fraction(dtype, telling.fraction);
        let loose = dtype.number().map(|number| Loose::of(number, telling.overflow)).transpose()?.flatten();
        let fast = dtype.number().and_then(fast);
        Ok(Self { itemsize: dtype.itemsize(), fast, slow: Slow::Told { scalar, loose } })
    }

    /// Items of a kind, which refuse fields of others.
    pub(super) fn guessed(kind: Kind) -> Self {
        match (kind, kind.number()) {
            (Kind::Text, _) => Self { itemsize: 0, fast: None, slow: Slow::Measure },
            (_, None) => Self { itemsize: 0, fast: None, slow: Slow::Nothing },
            (_, Some(number)) => {
                let scalar = Scalar::of(&DType::native(number));
                let fast = if kind == Kind::Natural { Some(natural as Fast) } else { fast(number) };
                Self { itemsize: number.itemsize(), fast, slow: Slow::Guess { kind, scalar } }
            }
        }
    }

    /// Whether blanks around the field are part of it.
    pub(super) fn keeps_blanks(&self) -> bool {
        match &self.slow {
            Slow::Told { scalar, .. } => scalar.is_text(),
            Slow::Measure => true,
            Slow::Guess { .. } | Slow::Nothing => false,
        }
    }

    /// Whether the kind of the field is still a guess, and not text.
    pub(super) fn is_guess(&self) -> bool {
        matches!(self.slow, Slow::Guess { .. } | Slow::Nothing)
    }

    /// Reads a whole field.
    pub(super) fn read(&self, field: &[u8], item: &mut [u8], seen: &mut Seen) -> Result<(), Refusal> {
        let text = lossless(field);
        match &self.slow {
            Slow::Told { scalar, loose } => match scalar.parse(&text, item) {
                Ok(()) => Ok(()),
                Err(_) if loose.as_ref().is_some_and(|loose| loose.read(&text, item)) => Ok(()),
                Err(error) => Err(bad(&error)),
            },
            Slow::Guess { .. } | Slow::Nothing if text.trim_ascii().is_empty() => Err(Refusal::Missing),
            Slow::Guess { kind, scalar } => match Kind::of(&text) {
                found if kind.join(found) == *kind => scalar.parse(&text, item).map_err(|error| bad(&error)),
                found => Err(Refusal::Widen(found)),
            },
            Slow::Nothing => Err(Refusal::Widen(Kind::of(&text))),
            Slow::Measure => {
                let (bytes, code_points) = text_len(&text).map_err(|error| bad(&error))?;
                let is_binary = code_points.is_none();
                *seen = seen.and(Seen { code_points: code_points.unwrap_or(0), bytes, is_binary });
                Ok(())
            }
        }
    }
}

fn bad(error: &Error) -> Refusal {
    Refusal::Bad(error.message().to_owned())
}

/// A field as text that reads back to its bytes: those that are no UTF-8 as `\xNN`.
fn lossless(field: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(field) {
        return Cow::Borrowed(text);
    }
    let mut text = String::new();
    for chunk in field.utf8_chunks() {
        text.push_str(chunk.valid());
        let mut escaped = Vec::new();
        escape_bytes(chunk.invalid(), &mut escaped);
        text.push_str(&String::from_utf8(escaped).expect("escapes are ASCII"));
    }
    Cow::Owned(text)
}

/// How text that is told its dtype is read, beyond what the dtype says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Telling {
    /// What becomes of a fraction where the dtype is of integers.
    pub fraction: Fraction,
    /// What becomes of a number beyond the dtype.
    pub overflow: Overflow,
}

/// How the fields of a row become items.
#[derive(Debug)]
pub(super) struct Cells(pub(super) Form);

#[derive(Debug)]
pub(super) enum Form {
    /// Each field is an element.
    Same(Cell),
    /// A row is a record, each field one of its leaves.
    Record { leaves: Vec<Leaf>, itemsize: usize },
}

/// A leaf of a record.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) offset: usize,
    pub(super) cell: Cell,
}

impl Cells {
    /// Elements of this dtype, or records of it, in the byte order of this machine.
    ///
    /// # Errors
    /// Usage, where nothing is converted to the dtype as it would have to be.
    pub(super) fn told(dtype: &DType, telling: Telling) -> Result<Self> {
        let native = dtype.to_native();
        if native.record().is_none() {
            return Ok(Self(Form::Same(Cell::told(&native, telling)?)));
        }
        let leaves = columns(&native)
            .into_iter()
            .map(|column| Ok(Leaf { offset: column.offset, cell: Cell::told(&column.dtype, telling)? }));
        Ok(Self(Form::Record { leaves: leaves.collect::<Result<_>>()?, itemsize: native.itemsize() }))
    }

    /// Elements of a kind that is guessed. Text is measured and not stored.
    pub(super) fn guessed(kind: Kind) -> Self {
        Self(Form::Same(Cell::guessed(kind)))
    }

    /// The number of fields of a row, where that is known.
    pub(super) fn fields(&self) -> Option<usize> {
        match &self.0 {
            Form::Same(_) => None,
            Form::Record { leaves, .. } => Some(leaves.len()),
        }
    }

    /// Bytes of a row of so many fields.
    pub(super) fn row_size(&self, fields: usize) -> usize {
        match &self.0 {
            Form::Same(cell) => fields * cell.itemsize,
            Form::Record { itemsize, .. } => *itemsize,
        }
    }

    /// The field in this place, and where in the row its item is.
    #[inline]
    pub(super) fn at(&self, field: usize) -> (&Cell, usize) {
        match &self.0 {
            Form::Same(cell) => (cell, field * cell.itemsize),
            Form::Record { leaves, .. } => (&leaves[field].cell, leaves[field].offset),
        }
    }

    /// Whether an empty line may be an empty text.
    pub(super) fn is_text(&self) -> bool {
        let cell = match &self.0 {
            Form::Same(cell) => cell,
            Form::Record { leaves, .. } => match &leaves[..] {
                [leaf] => &leaf.cell,
                _ => return false,
            },
        };
        matches!(&cell.slow, Slow::Told { scalar, .. } if scalar.is_text())
    }
}

fn fast(number: Number) -> Option<Fast> {
    Some(match number {
        Number::Float64 => float::<f64>,
        Number::Float32 => float::<f32>,
        Number::Int8 => int::<i8>,
        Number::Int16 => int::<i16>,
        Number::Int32 => int::<i32>,
        Number::Int64 => int::<i64>,
        Number::UInt8 => int::<u8>,
        Number::UInt16 => int::<u16>,
        Number::UInt32 => int::<u32>,
        Number::UInt64 => int::<u64>,
        _ => return None,
    })
}

trait Finite {
    fn is_finite(&self) -> bool;
}

impl Finite for f32 {
    fn is_finite(&self) -> bool {
        f32::is_finite(*self)
    }
}

impl Finite for f64 {
    fn is_finite(&self) -> bool {
        f64::is_finite(*self)
    }
}

/// A finite number: what is out of range, infinite or NaN is for the slow way.
fn float<T: FastFloat + Finite + bytemuck::Pod>(text: &[u8], item: &mut [u8]) -> usize {
    match fast_float2::parse_partial::<T, _>(text) {
        Ok((value, len)) if value.is_finite() => {
            item.copy_from_slice(bytemuck::bytes_of(&value));
            len
        }
        _ => 0,
    }
}

/// Digits with a minus at most, and few enough for an `i64`.
fn int<T: TryFrom<i64> + bytemuck::Pod>(text: &[u8], item: &mut [u8]) -> usize {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let (magnitude, len) = leading_digits(digits);
    if !(1..=18).contains(&len) {
        return 0;
    }
    let value = if negative { -magnitude } else { magnitude };
    match T::try_from(value) {
        Ok(value) => {
            item.copy_from_slice(bytemuck::bytes_of(&value));
            len + usize::from(negative)
        }
        Err(_) => 0,
    }
}

fn natural(text: &[u8], item: &mut [u8]) -> usize {
    if text.first() == Some(&b'-') { 0 } else { int::<i64>(text, item) }
}

/// The number that the first digits make, and how many there are; beyond 18 of them the number means nothing.
fn leading_digits(text: &[u8]) -> (i64, usize) {
    let mut value = 0i64;
    for (len, byte) in text.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 || len > 18 {
            return (value, len);
        }
        value = value.wrapping_mul(10).wrapping_add(digit.into());
    }
    (value, text.len())
}

/// The dtype of text that was measured: code points, unless some field is no text.
pub fn dtype_of_text(seen: Seen) -> DType {
    use crate::dtype::ByteOrder;
    // A string dtype holds something, as NumPy's does for empty strings.
    let kind = match seen {
        Seen { is_binary: true, bytes, .. } => DKind::Bytes(bytes.max(1)),
        Seen { code_points, .. } => DKind::Str(code_points.max(1)),
    };
    DType::new(kind, ByteOrder::NATIVE)
}
