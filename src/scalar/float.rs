//! Floats of every width: the fewest digits that read back to the same bits at that width, rounded once when read.
//!
//! float32 and float64 have table-driven conversions; the others have the exact ones.

use super::exact::{Binary, LONG, MEDIUM, MEDIUM_EXPONENT, SMALL, Shortest, nearest};
use super::layout::{Point, push_digits, push_laid_out, push_whole_end};
use super::literal::Literal;
use super::{Numeral, Overflow, Telling};
use crate::dtype::{BFloat16, Element, Float8E4M3, Float8E5M2, Float16, LongDouble, Sign};

/// A float, which may be a part of a complex number.
pub(super) trait Real: Element {
    /// Zero without a sign.
    const ZERO: Self;

    /// Appends the number; NaN never has a sign.
    fn push(self, point: Point, out: &mut Vec<u8>);
    /// Reads Python's float syntax, or an integer with `0x`, `0o` or `0b`.
    fn read(text: &str) -> Result<Self, String>;
    /// The same, with a choice about finite numbers beyond the largest one.
    fn told(text: &str, overflow: Overflow) -> Result<Self, String> {
        Self::read(text).or_else(|reason| {
            let beyond = if text.trim_ascii().starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY };
            match overflow {
                _ if reason != NO_INFINITY && !reason.starts_with(OUT_OF_RANGE) => Err(reason),
                Overflow::Error => Err(reason),
                Overflow::Wrap => Ok(Self::wrapped(beyond)),
                Overflow::Saturate => Ok(Self::saturated(beyond)),
                Overflow::Nan => Ok(Self::not_a_number()),
            }
        })
    }
    /// Whether no digits stand for it.
    fn is_special(self) -> bool;
    /// Whether it is zero without a sign.
    fn is_plain_zero(self) -> bool;

    /// Appends the number as JSON, which has no infinities and no NaN: those become strings.
    fn push_json(self, out: &mut Vec<u8>) {
        if !self.is_special() {
            return self.push(Point::Always, out);
        }
        let start = out.len();
        self.push(Point::Always, out);
        let text: &[u8] = match &out[start..] {
            b"inf" => b"\"Infinity\"",
            b"-inf" => b"\"-Infinity\"",
            _ => b"\"NaN\"",
        };
        out.truncate(start);
        out.extend_from_slice(text);
    }
}

macro_rules! numerals {
    ($($float:ty),*) => {
        $(impl Numeral for $float {
            fn print(self, out: &mut Vec<u8>) {
                self.push(Point::Always, out);
            }

            fn print_json(self, out: &mut Vec<u8>) {
                self.push_json(out);
            }

            fn parse(text: &str, telling: Telling) -> Result<Self, String> {
                Self::told(text, telling.overflow)
            }
        })*
    };
}

numerals!(Float8E4M3, Float8E5M2, BFloat16, Float16, f32, f64, LongDouble);

/// The infinity or NaN that `text` names.
pub(super) fn special(text: &str) -> Option<f64> {
    let text = text.trim_ascii();
    let word = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is = |name: &str| word.eq_ignore_ascii_case(name);
    let magnitude = match word {
        _ if is("inf") || is("infinity") => f64::INFINITY,
        _ if is("nan") => f64::NAN,
        _ => return None,
    };
    Some(if text.starts_with('-') { -magnitude } else { magnitude })
}

/// NaN or an infinity.
fn push_special(value: f64, out: &mut Vec<u8>) {
    out.extend_from_slice(match Sign::of(value) {
        _ if value.is_nan() => b"nan",
        Sign::Plus => b"inf",
        Sign::Minus => b"-inf",
    });
}

/// How the reason begins where a finite number is not one of the dtype.
const OUT_OF_RANGE: &str = "out of range";
/// The reason where the dtype does not have the infinity that is written.
const NO_INFINITY: &str = "this dtype has no infinity";

fn too_large(largest: &str) -> String {
    format!("{OUT_OF_RANGE}, the largest finite value is {largest}")
}

macro_rules! table_driven {
    ($($float:ident, $fixed_end:literal, $largest:literal;)*) => {
        $(impl Real for $float {
            const ZERO: Self = 0.0;

            fn push(self, point: Point, out: &mut Vec<u8>) {
                if self.is_special() {
                    return push_special(self.into(), out);
                }
                let mut buffer = zmij::Buffer::new();
                let text = buffer.format_finite(self);
                let magnitude = self.abs();
                // Where zmij's layout is Python's.
                if (1e-4..$fixed_end).contains(&magnitude) || magnitude == 0.0 {
                    let shown = if point == Point::AsNeeded { text.strip_suffix(".0").unwrap_or(text) } else { text };
                    return out.extend_from_slice(shown.as_bytes());
                }
                let positive = text.strip_prefix('-').inspect(|_| out.push(b'-')).unwrap_or(text);
                push_laid_out(positive, point, out);
            }

            fn read(text: &str) -> Result<Self, String> {
                let value = match fast_float2::parse(text) {
                    Ok(value) => value,
                    Err(_) => match special(text) {
                        Some(value) => return Ok(value as Self),
                        None => {
                            let plain = Literal::read(text)?.plain();
                            fast_float2::parse(plain).expect("digits and an exponent are a number")
                        }
                    },
                };
                if $float::is_infinite(value) && special(text).is_none() {
                    return Err(too_large($largest));
                }
                Ok(value)
            }

            fn is_special(self) -> bool {
                !self.is_finite()
            }

            fn is_plain_zero(self) -> bool {
                self.to_bits() == 0
            }
        })*
    };
}

table_driven! {
    f32, 1e13, "3.4028235e+38";
    f64, 1e16, "1.7976931348623157e+308";
}

macro_rules! exact {
    ($($float:ident, $precision:literal, $lowest:literal, $largest:literal;)*) => {
        $(impl Real for $float {
            const ZERO: Self = Self(0);

            fn push(self, point: Point, out: &mut Vec<u8>) {
                const FORMAT: Binary = Binary { precision: $precision, lowest: $lowest };
                push_small(self.to_f64(), FORMAT, point, out);
            }

            fn read(text: &str) -> Result<Self, String> {
                const FORMAT: Binary = Binary { precision: $precision, lowest: $lowest };
                let value = f64::read(text).map_err(|reason| match reason.starts_with(OUT_OF_RANGE) {
                    true => too_large($largest),
                    false => reason,
                })?;
                if !value.is_finite() {
                    let special = Self::from_f64(value);
                    let kept = value.is_nan() == special.to_f64().is_nan();
                    return kept.then_some(special).ok_or_else(|| NO_INFINITY.to_owned());
                }
                let rounded = Self::from_f64(untied(value, text, FORMAT)?);
                if rounded.is_special() { Err(too_large($largest)) } else { Ok(rounded) }
            }

            fn is_special(self) -> bool {
                !self.to_f64().is_finite()
            }

            fn is_plain_zero(self) -> bool {
                self.0 == 0
            }
        })*
    };
}

exact! {
    Float16, 11, -24, "65504.0";
    BFloat16, 8, -133, "3.39e+38";
    Float8E4M3, 4, -9, "448.0";
    Float8E5M2, 3, -16, "57344.0";
}

fn push_small(value: f64, format: Binary, point: Point, out: &mut Vec<u8>) {
    if !value.is_finite() {
        return push_special(value, out);
    }
    let (significand, exponent) = format.split(value.abs());
    push_exact::<SMALL>(Sign::of(value), significand, exponent, format, point, out);
}

fn push_exact<const N: usize>(
    sign: Sign,
    significand: u64,
    exponent: i32,
    format: Binary,
    point: Point,
    out: &mut Vec<u8>,
) {
    if sign == Sign::Minus {
        out.push(b'-');
    }
    if significand == 0 {
        out.push(b'0');
        return push_whole_end(point, out);
    }
    let shortest = Shortest::of::<N>(significand, exponent, format);
    push_digits(shortest.digits(), shortest.exponent, point, out);
}

/// `value`, the double nearest to `text`, or, where that may lie halfway between two values of `format` by rounding,
/// what `text` rounds to: rounding a second time would go wrong there and nowhere else.
fn untied(value: f64, text: &str, format: Binary) -> Result<f64, String> {
    // Midpoints have at most one bit more than the format.
    let has_few_bits = value.to_bits() << (12 + format.precision) == 0;
    let (significand, exponent) = format.split(value.abs());
    let is_exact = (significand as f64 * 2f64.powi(exponent)).to_bits() == value.abs().to_bits();
    if is_exact || !has_few_bits {
        return Ok(value);
    }
    match nearest(&Literal::read(text)?, format) {
        Some((significand, exponent)) => Ok((significand as f64 * 2f64.powi(exponent)).copysign(value)),
        None => Ok(value),
    }
}

impl Real for LongDouble {
    const ZERO: Self = Self([0; 16]);

    fn push(self, point: Point, out: &mut Vec<u8>) {
        let (sign, exponent, significand) = self.parts();
        if exponent == 0x7fff {
            return push_special(self.to_f64(), out);
        }
        // Encodings that the processor itself refuses print as the number that they spell.
        let format = Binary::LONG_DOUBLE;
        let exponent = i32::from(exponent.max(1)) - 1 + format.lowest;
        let shift = (significand.leading_zeros() as i32).min(exponent - format.lowest);
        let significand = significand.checked_shl(shift as u32).unwrap_or(0);
        let exponent = exponent - shift;
        let push = if exponent.abs() <= MEDIUM_EXPONENT { push_exact::<MEDIUM> } else { push_exact::<LONG> };
        push(sign, significand, exponent, format, point, out);
    }

    fn read(text: &str) -> Result<Self, String> {
        if let Some(value) = special(text) {
            return Ok(Self::from_f64(value));
        }
        let literal = Literal::read(text)?;
        let too_large = || too_large("1.189731495357231765e+4932");
        let (significand, exponent) = nearest(&literal, Binary::LONG_DOUBLE).ok_or_else(too_large)?;
        let is_normal = significand >> 63 == 1;
        let biased = if is_normal { exponent - Binary::LONG_DOUBLE.lowest + 1 } else { 0 };
        if biased >= 0x7fff {
            return Err(too_large());
        }
        Ok(Self::from_parts(literal.sign, biased as u16, significand))
    }

    fn is_special(self) -> bool {
        self.parts().1 == 0x7fff
    }

    fn is_plain_zero(self) -> bool {
        self.parts() == (Sign::Plus, 0, 0)
    }
}

#[cfg(test)]
mod tests;
