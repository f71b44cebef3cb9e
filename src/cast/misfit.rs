//! The first value of a block that the target type does not hold.

use std::fmt;

use crate::dtype::{Class, DType, Kind, Number};
use crate::scalar::Scalar;

/// A value that does not fit, for the caller to add where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Which item of the block, from 0.
    pub item: usize,
    /// The field it is in, dotted where records are nested; empty where there is no record.
    pub field: String,
    /// Its text.
    pub value: String,
    /// NumPy's name of the target type.
    pub into: String,
    /// The class of the target type, where it holds numbers.
    pub class: Option<Class>,
    /// What is wrong.
    pub reason: Reason,
}

/// Why a value does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Too small, too large, infinite or NaN.
    OutOfRange,
    /// A text with more characters.
    TooLong,
    /// A text with characters that one byte does not hold, or a byte that is no character.
    NotAscii,
    /// A text that says no such value.
    Unreadable,
}

impl Misfit {
    pub(super) fn new(item: usize, reason: Reason, from: &DType, bytes: &[u8], to: &DType) -> Self {
        Self {
            item,
            field: String::new(),
            value: text(from, bytes),
            into: to.name(),
            class: to.number().map(Number::class),
            reason,
        }
    }

    /// The same one, in a field of item `item`.
    pub(super) fn within(mut self, item: usize, field: &str) -> Self {
        self.item = item;
        self.field = if self.field.is_empty() { field.to_owned() } else { format!("{field}.{}", self.field) };
        self
    }
}

/// `300 does not fit uint8`
impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, value, into, .. } = self;
        match self.reason {
            Reason::OutOfRange => write!(f, "{value} does not fit {into}")?,
            Reason::TooLong => write!(f, "{value} is too long for {into}")?,
            Reason::NotAscii => write!(f, "{value} is not ASCII, as {into} needs")?,
            Reason::Unreadable => write!(f, "{value} cannot be read as {into}")?,
        }
        if field.is_empty() { Ok(()) } else { write!(f, " (field '{field}')") }
    }
}

fn text(dtype: &DType, item: &[u8]) -> String {
    match dtype.kind() {
        Kind::Number(_) => {
            let mut text = Vec::new();
            Scalar::of(dtype).print(item, &mut text);
            String::from_utf8_lossy(&text).into_owned()
        }
        Kind::Str(_) => {
            let code = |unit: &[u8; 4]| char::from_u32(bytemuck::pod_read_unaligned(unit)).unwrap_or('\u{fffd}');
            format!("{:?}", item.as_chunks().0.iter().map(code).collect::<String>().trim_end_matches('\0'))
        }
        Kind::Datetime(_) | Kind::Timedelta(_) => bytemuck::pod_read_unaligned::<i64>(item).to_string(),
        _ => {
            let end = item.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            format!("'{}'", item[..end].escape_ascii())
        }
    }
}
