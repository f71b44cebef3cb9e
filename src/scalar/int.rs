//! Integers: exact at any size, with whole numbers welcome in any notation.

use super::float::special;
use super::literal::Literal;
use super::{Fraction, Numeral, Overflow, Telling};
use crate::dtype::{Convert, Sign};

/// More digits than the largest integer here has.
const TOO_MANY_DIGITS: i64 = 21;

macro_rules! numerals {
    ($($int:ty),*) => {
        $(impl Numeral for $int {
            fn print(self, out: &mut Vec<u8>) {
                out.extend_from_slice(itoa::Buffer::new().format(self).as_bytes());
            }

            fn print_json(self, out: &mut Vec<u8>) {
                self.print(out);
            }

            fn parse(text: &str, telling: Telling) -> Result<Self, String> {
                if let Some(value) = plain(text.as_bytes()).and_then(|value| Self::try_from(value).ok()) {
                    return Ok(value);
                }
                let out_of_range = || format!("out of range, {} to {}", Self::MIN, Self::MAX);
                let Telling { fraction, overflow } = telling;
                if overflow == Overflow::Error || overflow == Overflow::Nan {
                    let value = whole(text, fraction)?.and_then(|value| Self::try_from(value).ok());
                    return value.ok_or_else(out_of_range);
                }
                if let Some(special) = special(text) {
                    return Ok(if overflow == Overflow::Wrap { 0 } else { Self::saturated(special) });
                }
                let literal = Literal::read(text)?.whole(Fraction::Truncate)?;
                match literal.value().map(Self::try_from) {
                    Some(Ok(value)) => Ok(value),
                    _ if overflow == Overflow::Wrap => Ok(literal.modulo() as Self),
                    _ => Ok(if literal.sign == Sign::Minus { Self::MIN } else { Self::MAX }),
                }
            }
        })*
    };
}

numerals!(i8, u8, i16, u16, i32, u32, i64, u64);

/// Digits with a sign at most, and few enough for an `i64`: nearly all text.
fn plain(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > 18 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let magnitude = digits.iter().fold(0, |value, &digit| 10 * value + i64::from(digit - b'0'));
    Some(if negative { -magnitude } else { magnitude })
}

/// The whole number that `text` stands for; `None` where it has more digits than any integer here.
pub(super) fn whole(text: &str, fraction: Fraction) -> Result<Option<i128>, String> {
    let literal = Literal::read(text).map_err(|reason| match special(text) {
        Some(_) => "an integer is never infinite or NaN".to_owned(),
        None => reason,
    })?;
    Ok(literal.whole(fraction)?.value())
}

impl Literal {
    /// The same without its fraction.
    fn whole(mut self, fraction: Fraction) -> Result<Self, String> {
        if self.exponent < 0 {
            let places = usize::try_from(self.exponent.unsigned_abs()).unwrap_or(usize::MAX);
            let cut = self.digits.split_off(self.digits.len().saturating_sub(places));
            if fraction == Fraction::Refuse && cut.iter().any(|&digit| digit != b'0') {
                return Err("it has a fraction, which only --casting unsafe would drop".to_owned());
            }
            self.exponent = 0;
        }
        Ok(self)
    }

    /// The value of a whole number; `None` where it has more digits than any integer here.
    fn value(&self) -> Option<i128> {
        if self.digits.is_empty() {
            return Some(0);
        }
        if self.exponent.saturating_add(self.digits.len() as i64) > TOO_MANY_DIGITS {
            return None;
        }
        let digits = self.digits.iter().fold(0, |value, digit| 10 * value + i128::from(digit - b'0'));
        let magnitude = digits * 10i128.pow(self.exponent as u32);
        Some(self.sign.signed(magnitude))
    }

    /// The value of a whole number modulo 2^64, whatever its digits.
    fn modulo(&self) -> u64 {
        let append = |value: u64, digit: &u8| value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        let digits = self.digits.iter().fold(0, append);
        // Ten to the power of 64 and above are multiples of 2^64.
        let magnitude = digits.wrapping_mul(10_u64.wrapping_pow(self.exponent.min(64) as u32));
        if self.sign == Sign::Minus { magnitude.wrapping_neg() } else { magnitude }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Scalar;
    use super::super::testing::{number, printed, read, read_as, refused};
    use super::*;
    use crate::dtype::{DType, Number};

    #[test]
    fn ends_of_every_range_read_back() {
        for (at, low, high) in [
            (Number::Int8, "-128", "127"),
            (Number::UInt8, "0", "255"),
            (Number::Int16, "-32768", "32767"),
            (Number::UInt16, "0", "65535"),
            (Number::Int32, "-2147483648", "2147483647"),
            (Number::UInt32, "0", "4294967295"),
            (Number::Int64, "-9223372036854775808", "9223372036854775807"),
            (Number::UInt64, "0", "18446744073709551615"),
        ] {
            let scalar = number(at);
            for text in [low, high] {
                assert_eq!(printed(&scalar, &read(&scalar, text)), (text.to_owned(), text.to_owned()), "{at}");
            }
            let above = high.parse::<i128>().expect("digits") + 1;
            let below = low.parse::<i128>().expect("digits") - 1;
            for value in [above, below] {
                let message = refused(&scalar, &value.to_string());
                assert_eq!(message, format!("cannot read '{value}' as {at}: out of range, {low} to {high}"));
            }
        }
    }

    #[test]
    fn whole_numbers_are_exact_in_any_notation() {
        let scalar = number(Number::Int64);
        for (text, value) in [
            ("5.0", 5),
            ("1e3", 1000),
            ("1e18", 1_000_000_000_000_000_000),
            ("9007199254740993.0", 9_007_199_254_740_993),
            ("-1.5e1", -15),
            ("0x10", 16),
            ("-0b11", -3),
            ("1_000", 1000),
            ("100e-2", 1),
            ("+7", 7),
            (" 7 ", 7),
            ("-0.0", 0),
            ("0e999999999999999999999", 0),
            ("9223372036854775807.000", i64::MAX),
        ] {
            assert_eq!(read(&scalar, text), value.to_le_bytes(), "{text}");
        }
        assert_eq!(read(&number(Number::UInt64), "18446744073709551615e0"), u64::MAX.to_le_bytes());
    }

    #[test]
    fn fractions_are_refused_unless_truncation_is_asked_for() {
        let message = refused(&number(Number::Int32), "1.5");
        assert!(message.contains("fraction") && message.contains("--casting unsafe"), "{message}");
        assert!(refused(&number(Number::Int32), "1e-400").contains("fraction"));
        let unsafely = read_as(Number::Int8, Fraction::Truncate);
        for (text, value) in [("1.9", 1i8), ("-1.9", -1), ("127.99", 127), ("1e-400", 0), ("-128.9", -128)] {
            assert_eq!(read(&unsafely, text), value.to_le_bytes(), "{text}");
        }
        assert!(refused(&unsafely, "128.0").contains("out of range"));
    }

    #[test]
    fn numbers_beyond_the_type_wrap_and_saturate_exactly() {
        for (at, text, wrapped, saturated) in [
            (Number::UInt8, "18446744073709551617", 1, 255),
            (Number::UInt8, "9223372036854775809", 1, 255),
            (Number::UInt8, "-9007199254740993", 255, 0),
            (Number::UInt8, "300.9", 44, 255),
            (Number::UInt8, "-1", 255, 0),
            (Number::UInt8, "256e300", 0, 255),
            (Number::UInt8, "0x1ff", 255, 255),
            (Number::UInt8, "1e9999999999", 0, 255),
            (Number::Int8, "128", -128, 127),
            (Number::Int8, "-129", 127, -128),
            (Number::UInt8, "nan", 0, 0),
            (Number::Int8, "-inf", 0, -128),
            (Number::Int8, "inf", 0, 127),
            (Number::Int8, "-7", -7, -7),
        ] {
            for (overflow, value) in [(Overflow::Wrap, wrapped), (Overflow::Saturate, saturated)] {
                let telling = Telling { overflow, ..Telling::default() };
                let item = read(&Scalar::told(&DType::native(at), telling), text);
                assert_eq!(item, [value as u8], "{text} as {at}, {overflow}");
            }
        }
        let wrapping = Telling { overflow: Overflow::Wrap, ..Telling::default() };
        let wide = Scalar::told(&DType::native(Number::UInt64), wrapping);
        assert_eq!(read(&wide, "36893488147419103233"), 1_u64.to_le_bytes());
        assert!(refused(&wide, "1x").contains("not a number"));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let scalar = number(Number::UInt64);
        assert!(refused(&scalar, "nan").contains("never infinite or NaN"));
        assert!(refused(&scalar, "1e999999999999").contains("out of range"));
        assert!(refused(&scalar, "").contains("not a number"));
        let long = refused(&scalar, &"9".repeat(1000));
        assert!(long.contains("(1000 characters)") && long.len() < 200, "{long}");
    }
}
