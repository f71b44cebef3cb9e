//! What becomes of each field of a row: its dtype is told, or guessed from all of them, or only its length counts.
//!
//! A field is read in one of two ways. The fast one reads a number where the text is, and says how far it goes; whatever
//! is not plain decimal text it leaves to the slow one, which is given the whole field and reads what
//! [`Scalar`] reads. Nothing here knows where fields begin and end.

use std::borrow::Cow;

use super::kind::Kind;
use super::plain::{Fast, Float, Int, Natural, Plain, Run};
use crate::cast::Conversion;
use crate::dtype::{Class, DType, Kind as DKind, Number};
use crate::error::{Error, Result};
use crate::escape::escape_bytes;
use crate::scalar::{Scalar, Telling, columns, text_len};

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
    /// Where all fields of a row become such items.
    pub(super) run: Option<Run>,
    /// The field that says that a value is missing, where there is one.
    pub(super) missing: Option<&'static str>,
    slow: Slow,
}

#[derive(Debug)]
enum Slow {
    Told(Scalar),
    Guess { kind: Kind, scalar: Scalar },
    Nothing,
    Measure,
}

/// What is missing among floats, and makes a guess one of them.
const NAN: &str = "nan";

impl Cell {
    /// Items of this dtype, in the byte order of this machine.
    pub(super) fn told(dtype: &DType, telling: Telling) -> Result<Self> {
        if dtype.number().is_some_and(|number| number.class() != Class::Bool) {
            // Whether the rule for what does not fit is one for such numbers.
            Conversion::between(&DType::native(Number::Float64), dtype, telling.overflow)?;
        }
        let scalar = Scalar::told(dtype, telling);
        let (fast, run) = dtype.number().and_then(plain).unzip();
        let missing = match dtype.kind() {
            DKind::Number(number) if number.class() >= Class::Float => Some(NAN),
            DKind::Datetime(_) | DKind::Timedelta(_) => Some("NaT"),
            _ => None,
        };
        Ok(Self { itemsize: dtype.itemsize(), fast, run, missing, slow: Slow::Told(scalar) })
    }

    /// Items of a kind, which refuse fields of others.
    pub(super) fn guessed(kind: Kind) -> Self {
        match (kind, kind.number()) {
            (Kind::Text, _) => Self { itemsize: 0, fast: None, run: None, missing: None, slow: Slow::Measure },
            (_, None) => Self { itemsize: 0, fast: None, run: None, missing: Some(NAN), slow: Slow::Nothing },
            (_, Some(number)) => {
                let scalar = Scalar::of(&DType::native(number));
                let plain = if kind == Kind::Natural { Some(ways::<Natural>()) } else { plain(number) };
                let (fast, run) = plain.unzip();
                let missing = Some(NAN);
                Self { itemsize: number.itemsize(), fast, run, missing, slow: Slow::Guess { kind, scalar } }
            }
        }
    }

    /// Whether blanks around the field are part of it.
    pub(super) fn keeps_blanks(&self) -> bool {
        match &self.slow {
            Slow::Told(scalar) => scalar.is_text(),
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
            Slow::Told(scalar) => match scalar.parse(&text, item) {
                Ok(()) => Ok(()),
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

    /// What reads rows of plain numbers, where all fields are of one dtype.
    pub(super) fn run(&self) -> Option<Run> {
        match &self.0 {
            Form::Same(cell) => cell.run,
            Form::Record { .. } => None,
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
        matches!(&cell.slow, Slow::Told(scalar) if scalar.is_text())
    }
}

/// The ways to read plain numbers of a dtype, if there are any.
fn plain(number: Number) -> Option<(Fast, Run)> {
    Some(match number {
        Number::Float64 => ways::<Float<f64>>(),
        Number::Float32 => ways::<Float<f32>>(),
        Number::Int8 => ways::<Int<i8>>(),
        Number::Int16 => ways::<Int<i16>>(),
        Number::Int32 => ways::<Int<i32>>(),
        Number::Int64 => ways::<Int<i64>>(),
        Number::UInt8 => ways::<Int<u8>>(),
        Number::UInt16 => ways::<Int<u16>>(),
        Number::UInt32 => ways::<Int<u32>>(),
        Number::UInt64 => ways::<Int<u64>>(),
        _ => return None,
    })
}

fn ways<P: Plain>() -> (Fast, Run) {
    (P::one, P::run)
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
