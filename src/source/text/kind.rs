//! What all fields seen so far can be: a lattice that is only ever gone up, whatever the order of the fields.
//!
//! ```text
//!            Text
//!           /    \
//!     Complex     \
//!        |         \
//!      Float        \
//!      /   \         \
//!  UInt     Int       Bool
//!      \   /         /
//!     Natural       /
//!          \       /
//!           Nothing
//! ```
//!
//! `Natural` are the whole numbers that both int64 and uint64 hold. The join of two kinds is the first above both. This
//! module knows one field at a time, and neither lines nor files.

use crate::dtype::{DType, Number};
use crate::scalar::Scalar;

/// What some fields can all be read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No field was seen.
    Nothing,
    /// `true` and `false`, in any case. `1` and `0` are numbers.
    Bool,
    /// Whole numbers from 0 to the largest int64.
    Natural,
    /// Whole numbers of int64, some of them negative.
    Int,
    /// Whole numbers of uint64, some of them beyond int64.
    UInt,
    /// Decimal numbers, `nan`, `inf`, and whole numbers beyond 64 bits.
    Float,
    /// Complex numbers: `1+2j`.
    Complex,
    /// Anything.
    Text,
}

impl Kind {
    /// What fields of both kinds can be read as.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        use Kind::{Bool, Complex, Float, Int, Natural, Nothing, Text, UInt};
        let (low, high) = if self.height() <= other.height() { (self, other) } else { (other, self) };
        match (low, high) {
            (low, high) if low == high => high,
            (Int, UInt) | (UInt, Int) => Float,
            (Nothing, high)
            | (Natural, high @ (Int | UInt | Float | Complex))
            | (Int | UInt, high @ (Float | Complex))
            | (Float, high @ Complex) => high,
            (Bool | Natural | Int | UInt | Float | Complex | Text, _) => Text,
        }
    }

    fn height(self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Bool => 1,
            Self::Natural => 2,
            Self::Int | Self::UInt => 3,
            Self::Float => 4,
            Self::Complex => 5,
            Self::Text => 6,
        }
    }

    /// The lowest kind of one field, which is not empty.
    pub fn of(field: &str) -> Self {
        let text = field.trim_ascii();
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return match text.parse::<i128>() {
                Ok(value) if i64::try_from(value).is_ok() => {
                    if value < 0 {
                        Self::Int
                    } else {
                        Self::Natural
                    }
                }
                Ok(value) if u64::try_from(value).is_ok() => Self::UInt,
                _ => Self::Float,
            };
        }
        if fast_float2::parse::<f64, _>(text).is_ok() {
            return Self::Float;
        }
        if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
            return Self::Bool;
        }
        let ends_in_j = text.strip_suffix(')').unwrap_or(text).ends_with(['j', 'J']);
        if ends_in_j && Scalar::of(&DType::native(Number::Complex128)).parse(text, &mut [0; 16]).is_ok() {
            return Self::Complex;
        }
        Self::Text
    }

    /// The dtype of such fields; `None` for text, whose length must be known first, and for no fields at all.
    pub fn number(self) -> Option<Number> {
        match self {
            Self::Nothing | Self::Text => None,
            Self::Bool => Some(Number::Bool),
            Self::Natural | Self::Int => Some(Number::Int64),
            Self::UInt => Some(Number::UInt64),
            Self::Float => Some(Number::Float64),
            Self::Complex => Some(Number::Complex128),
        }
    }

    /// Whether the bytes of fields read as this kind are those of the same fields read as `other`.
    pub fn has_bytes_of(self, other: Self) -> bool {
        self == other || (self == Self::Natural && matches!(other, Self::Int | Self::UInt))
    }
}

#[cfg(test)]
mod tests {
    use super::Kind::{self, Bool, Complex, Float, Int, Natural, Nothing, Text, UInt};

    const ALL: [Kind; 8] = [Nothing, Bool, Natural, Int, UInt, Float, Complex, Text];

    #[test]
    fn the_join_is_that_of_a_lattice() {
        for a in ALL {
            assert_eq!(a.join(a), a);
            assert_eq!(a.join(Nothing), a);
            assert_eq!(a.join(Text), Text);
            for b in ALL {
                assert_eq!(a.join(b), b.join(a));
                assert_eq!(a.join(b).join(a), a.join(b), "{a:?} {b:?}");
                for c in ALL {
                    assert_eq!(a.join(b).join(c), a.join(b.join(c)), "{a:?} {b:?} {c:?}");
                }
            }
        }
    }

    #[test]
    fn fields_are_of_the_lowest_kind_that_reads_them() {
        for (field, kind) in [
            ("0", Natural),
            ("+7", Natural),
            ("-0", Natural),
            (" 12 ", Natural),
            ("-1", Int),
            ("9223372036854775807", Natural),
            ("9223372036854775808", UInt),
            ("18446744073709551615", UInt),
            ("18446744073709551616", Float),
            ("-9223372036854775808", Int),
            ("-9223372036854775809", Float),
            ("1.", Float),
            ("1e5", Float),
            ("-inf", Float),
            ("NaN", Float),
            ("TRUE", Bool),
            ("1+2j", Complex),
            ("(1+2j)", Complex),
            ("2j", Complex),
            ("j", Complex),
            ("", Text),
            ("-", Text),
            ("ninja", Text),
            ("0x10", Text),
            ("1_000", Text),
            ("2020-01-01", Text),
        ] {
            assert_eq!(Kind::of(field), kind, "{field}");
        }
    }
}
