//! Integers: exact at any size, with whole numbers welcome in any notation.

use super::literal::Literal;
use super::{Fraction, Numeral};

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

            fn parse(text: &str, fraction: Fraction) -> Result<Self, String> {
                if let Some(value) = plain(text.as_bytes()).and_then(|value| Self::try_from(value).ok()) {
                    return Ok(value);
                }
                let value = whole(text, fraction)?.and_then(|value| Self::try_from(value).ok());
                value.ok_or_else(|| format!("out of range, {} to {}", Self::MIN, Self::MAX))
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
    let mut literal = Literal::read(text).map_err(|reason| match super::float::special(text) {
        Some(_) => "an integer is never infinite or NaN".to_owned(),
        None => reason,
    })?;
    if literal.exponent < 0 {
        let places = usize::try_from(literal.exponent.unsigned_abs()).unwrap_or(usize::MAX);
        let cut = literal.digits.split_off(literal.digits.len().saturating_sub(places));
        if fraction == Fraction::Refuse && cut.iter().any(|&digit| digit != b'0') {
            return Err("it has a fraction, which only --casting unsafe would drop".to_owned());
        }
        literal.exponent = 0;
    }
    if literal.digits.is_empty() {
        return Ok(Some(0));
    }
    if literal.exponent.saturating_add(literal.digits.len() as i64) > TOO_MANY_DIGITS {
        return Ok(None);
    }
    let digits = literal.digits.iter().fold(0, |value, digit| 10 * value + i128::from(digit - b'0'));
    let magnitude = digits * 10i128.pow(literal.exponent as u32);
    Ok(Some(literal.sign.signed(magnitude)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{number, printed, read, read_as, refused};
    use super::*;
    use crate::dtype::Number;

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
    fn what_is_no_number_is_refused() {
        let scalar = number(Number::UInt64);
        assert!(refused(&scalar, "nan").contains("never infinite or NaN"));
        assert!(refused(&scalar, "1e999999999999").contains("out of range"));
        assert!(refused(&scalar, "").contains("not a number"));
        let long = refused(&scalar, &"9".repeat(1000));
        assert!(long.contains("(1000 characters)") && long.len() < 200, "{long}");
    }
}
