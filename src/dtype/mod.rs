//! The type of one element: the one table of numbers, byte order, records, and NumPy's grammar for all of them.
//!
//! Everything here is words: sizes and names, and the bits of one value. Nothing knows files or text formats.

mod convert;
pub(crate) mod descr;
mod display;
mod extended;
mod float;
mod number;
mod packed;
mod parse;
mod record;
mod scan;
mod sign;
mod swap;
mod time;
mod wide;
mod word;

use std::sync::Arc;

pub use convert::Convert;
pub(crate) use display::quoted;
pub(crate) use number::with_numbers;
pub use number::{BFloat16, Bool8, Class, Element, Float8E4M3, Float8E5M2, Float16, LongDouble, Number, Visit};
pub use parse::{Parsed, parse};
pub use record::{Field, Record};
pub use sign::Sign;
pub use swap::ByteSwap;
pub use time::{TimeStep, TimeUnit};
pub use wide::{Form, Integer, Wide};
pub(crate) use word::distance;

/// NumPy's limit on the size of one element, in bytes.
pub const MAX_ITEMSIZE: usize = i32::MAX as usize;

/// The type of one element: what its bytes mean, and their order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DType {
    kind: Kind,
    byte_order: ByteOrder,
}

/// What the bytes of an element mean.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A number or a bool: one row of the table in `number`.
    Number(Number),
    /// `S`: that many bytes, padded with NUL.
    Bytes(usize),
    /// `U`: that many Unicode code points of four bytes each, padded with NUL.
    Str(usize),
    /// `V`: that many bytes without a meaning.
    Void(usize),
    /// `M8`: a point in time, a 64-bit count of steps since 1970; the smallest value is NaT.
    Datetime(TimeStep),
    /// `m8`: a span of time, a 64-bit count of steps; the smallest value is NaT.
    Timedelta(TimeStep),
    /// Named fields, each at its own offset.
    Record(Arc<Record>),
}

/// The order of the bytes of one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ByteOrder {
    /// Least significant byte first: `<`.
    #[default]
    Little,
    /// Most significant byte first: `>`.
    Big,
}

impl ByteOrder {
    /// The order of this machine.
    pub const NATIVE: Self = if cfg!(target_endian = "big") { Self::Big } else { Self::Little };

    /// The order that a prefix of NumPy's type strings names; `=` and `|` are this machine's.
    pub fn from_symbol(symbol: char) -> Option<Self> {
        match symbol {
            '<' => Some(Self::Little),
            '>' => Some(Self::Big),
            '=' | '|' => Some(Self::NATIVE),
            _ => None,
        }
    }

    /// NumPy's prefix for it: `<` or `>`.
    pub fn symbol(self) -> char {
        match self {
            Self::Little => '<',
            Self::Big => '>',
        }
    }
}

impl DType {
    /// A dtype of the given byte order, which is dropped where it means nothing (as NumPy drops it from `>u1`).
    pub fn new(kind: Kind, byte_order: ByteOrder) -> Self {
        let mut dtype = Self { kind, byte_order };
        if dtype.byte_order().is_none() {
            dtype.byte_order = ByteOrder::NATIVE;
        }
        dtype
    }

    /// A number in the byte order of this machine.
    pub fn native(number: Number) -> Self {
        Self::new(Kind::Number(number), ByteOrder::NATIVE)
    }

    /// What the bytes mean.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The number, where it is one.
    pub fn number(&self) -> Option<Number> {
        match self.kind {
            Kind::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The record, where it is one.
    pub fn record(&self) -> Option<&Record> {
        match &self.kind {
            Kind::Record(record) => Some(record),
            _ => None,
        }
    }

    /// Bytes in one element.
    pub fn itemsize(&self) -> usize {
        match &self.kind {
            Kind::Number(number) => number.itemsize(),
            Kind::Bytes(len) | Kind::Void(len) => *len,
            Kind::Str(len) => 4 * len,
            Kind::Datetime(_) | Kind::Timedelta(_) => 8,
            Kind::Record(record) => record.itemsize(),
        }
    }

    /// The byte order; `None` where elements have none: single bytes, `S`, `V` and records, whose fields have their own.
    pub fn byte_order(&self) -> Option<ByteOrder> {
        let has_one = match &self.kind {
            Kind::Number(number) => number.swap_unit() > 1,
            Kind::Str(len) => *len > 0,
            Kind::Datetime(_) | Kind::Timedelta(_) => true,
            Kind::Bytes(_) | Kind::Void(_) | Kind::Record(_) => false,
        };
        has_one.then_some(self.byte_order)
    }

    /// The same type with its bytes, and those of every field, in the given order.
    #[must_use]
    pub fn with_byte_order(&self, byte_order: ByteOrder) -> Self {
        let kind = match &self.kind {
            Kind::Record(record) => Kind::Record(Arc::new(record.with_byte_order(byte_order))),
            kind => kind.clone(),
        };
        Self::new(kind, byte_order)
    }

    /// The same type in the byte order of this machine.
    #[must_use]
    pub fn to_native(&self) -> Self {
        self.with_byte_order(ByteOrder::NATIVE)
    }
}
