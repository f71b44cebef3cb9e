//! Plain decimal text into numbers, eight digits at a time.
//!
//! What is read here is what most files hold: a minus at most, some digits, a point with digits behind it, an exponent;
//! few enough for 64 bits. Everything else is left to others, who read it all. Knows nothing of what follows a number.

use super::nearest::{Binary, Minus, nearest};

/// Bytes that are looked at: a sign, digits and a point, more digits, an exponent, and what is behind it.
const WINDOW: usize = 32;

/// The powers of ten of fewer than eight digits, and the largest number that so many can be appended to in 64 bits.
static APPENDED: [(u64, u64); 8] = appended();

const fn appended() -> [(u64, u64); 8] {
    let mut appended = [(0, 0); 8];
    let mut digits = 0;
    while digits < 8 {
        let ten = 10u64.pow(digits as u32);
        appended[digits] = (ten, (u64::MAX - (ten - 1)) / ten);
        digits += 1;
    }
    appended
}

/// Eight bytes of text, the first lowest; each that is a digit is its value.
#[derive(Clone, Copy)]
struct Eight(u64);

impl Eight {
    #[inline]
    fn at<const N: usize>(window: &[u8; N], at: usize) -> Self {
        let bytes = window[at..at + 8].try_into().expect("a range of eight bytes");
        Self(u64::from_le_bytes(bytes) ^ 0x3030_3030_3030_3030)
    }

    /// The highest bit of each byte that is no digit. Behind the first of them others may be marked as well.
    #[inline]
    fn others(self) -> u64 {
        (self.0.wrapping_add(0x7676_7676_7676_7676) | self.0) & 0x8080_8080_8080_8080
    }

    /// How many digits there are in front of the first byte that is none.
    #[inline]
    fn digits(self) -> usize {
        self.others().trailing_zeros() as usize / 8
    }

    /// The number that eight digits make.
    #[inline]
    fn number(self) -> u64 {
        let twos = (self.0.wrapping_mul(1 + (10 << 8)) >> 8) & 0x00ff_00ff_00ff_00ff;
        let fours = (twos.wrapping_mul(1 + (100 << 16)) >> 16) & 0x0000_ffff_0000_ffff;
        fours.wrapping_mul(1 + (10_000 << 32)) >> 32
    }

    /// The number that the first digits make, fewer than eight.
    #[inline]
    fn first(self, digits: usize) -> u64 {
        // Zeros in front of them.
        Self((self.0 << 8) << (56 - 8 * digits)).number()
    }
}

/// What the digits of a number make: `mantissa · 10^exponent`.
#[derive(Clone, Copy)]
struct Digits {
    mantissa: u64,
    exponent: i32,
    /// Where the number ends.
    end: usize,
}

/// The float that text begins with, and its length; `None` where this way does not tell. It is the nearest, ties to even.
#[inline(always)]
#[expect(clippy::inline_always, reason = "an eighth of the time is the call, and where the result is put meanwhile")]
pub(super) fn float<T: Binary>(text: &[u8]) -> Option<(T, usize)> {
    let window: &[u8; WINDOW] = text.first_chunk()?;
    let minus = Minus(window[0] == b'-');
    let start = usize::from(minus.0);
    let head = Eight::at(window, start);
    let is_pointed = (head.0 >> 8) as u8 == b'.' ^ b'0';
    let (first, second) = (Eight::at(window, start + 2), Eight::at(window, start + 10));
    let (value, end) = if is_pointed && first.others() | second.others() == 0 {
        let Digits { mantissa, exponent, end } = long(window, start, [head, first, second])?;
        (nearest(mantissa, exponent)?, end)
    } else {
        let Digits { mantissa, exponent, end } = short(window, start, head)?;
        // Dividing what is exact takes less, and rounding by a product is open wherever the quotient is exact, too.
        let exact = if mantissa < 1 << 40 { T::of_exact(mantissa, exponent) } else { None };
        (exact.or_else(|| nearest(mantissa, exponent))?, end)
    };
    Some((T::with_minus(value, minus), end))
}

/// One digit, a point, and at least sixteen digits.
#[inline(always)]
#[expect(clippy::inline_always, reason = "as above")]
fn long(window: &[u8; WINDOW], start: usize, [head, first, second]: [Eight; 3]) -> Option<Digits> {
    let whole = head.0 & 0xff;
    let mantissa = (whole * 100_000_000 + first.number()) * 100_000_000 + second.number();
    // Where the number ends is looked for in the same place with a minus and without one: the next number waits for
    // nothing but this, and what is in front of it may well be a digit of the sixteen.
    let last = Eight::at(window, 18);
    let behind = last.digits();
    let digits = behind - start;
    let &(ten, most) = APPENDED.get(digits)?;
    if whole > 9 || behind == 8 || mantissa > most {
        return None;
    }
    let mantissa = mantissa * ten + Eight(last.0 >> (8 * start)).first(digits);
    let (exponent, end) = with_exponent(window, 18 + behind, -16 - digits as i32)?;
    Some(Digits { mantissa, exponent, end })
}

/// Up to seven digits, and up to fifteen behind a point.
#[inline]
fn short(window: &[u8; WINDOW], start: usize, head: Eight) -> Option<Digits> {
    let whole = head.digits();
    if !(1..8).contains(&whole) {
        return None;
    }
    let mut mantissa = head.first(whole);
    let point = start + whole;
    if window[point] != b'.' {
        let (exponent, end) = with_exponent(window, point, 0)?;
        return Some(Digits { mantissa, exponent, end });
    }
    let mut at = point + 1;
    let mut last = Eight::at(window, at);
    if last.others() == 0 {
        mantissa = mantissa * 100_000_000 + last.number();
        at += 8;
        last = Eight::at(window, at);
    }
    let digits = last.digits();
    let &(ten, most) = APPENDED.get(digits)?;
    let fraction = at + digits - (point + 1);
    if fraction == 0 || mantissa > most {
        return None;
    }
    mantissa = mantissa * ten + last.first(digits);
    let (exponent, end) = with_exponent(window, at + digits, -(fraction as i32))?;
    Some(Digits { mantissa, exponent, end })
}

/// The exponent of digits that end here, and where the number ends.
#[inline]
fn with_exponent(window: &[u8; WINDOW], at: usize, exponent: i32) -> Option<(i32, usize)> {
    if window[at] | 0x20 != b'e' {
        return Some((exponent, at));
    }
    let (ten, len) = power_of_ten(&window[at..])?;
    Some((exponent + ten, at + len))
}

/// The exponent, of up to three digits, that begins with a letter; and its length.
fn power_of_ten(text: &[u8]) -> Option<(i32, usize)> {
    let sign = *text.get(1)?;
    let start = 1 + usize::from(matches!(sign, b'-' | b'+'));
    let digits = text.get(start..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..4).contains(&digits) {
        return None;
    }
    let end = start + digits;
    let ten = text[start..end].iter().fold(0, |ten, &byte| ten * 10 + i32::from(byte - b'0'));
    // More digits may follow what was looked at.
    (end < text.len()).then_some((if sign == b'-' { -ten } else { ten }, end))
}

/// The whole number that text begins with, of up to 18 digits, and its length; `None` where there are more, or none.
#[inline]
pub(super) fn whole(text: &[u8]) -> Option<(i64, usize)> {
    let minus = usize::from(text.first() == Some(&b'-'));
    let (magnitude, digits) = match text[minus..].first_chunk::<16>() {
        Some(window) => leading(window).or_else(|| one_by_one(&text[minus..]))?,
        None => one_by_one(&text[minus..])?,
    };
    Some((if minus == 1 { -magnitude } else { magnitude }, minus + digits))
}

/// The number that fewer than sixteen digits make, and how many there are.
#[inline]
fn leading(window: &[u8; 16]) -> Option<(i64, usize)> {
    let first = Eight::at(window, 0);
    let digits = first.digits();
    if digits == 8 {
        let second = Eight::at(window, 8);
        let digits = second.digits();
        let &(ten, _) = APPENDED.get(digits)?;
        return Some(((first.number() * ten + second.first(digits)) as i64, 8 + digits));
    }
    (digits > 0).then(|| (first.first(digits) as i64, digits))
}

fn one_by_one(text: &[u8]) -> Option<(i64, usize)> {
    let digits = text.iter().take(19).take_while(|byte| byte.is_ascii_digit()).count();
    let number = |digits: &[u8]| digits.iter().fold(0, |number, &byte| number * 10 + i64::from(byte - b'0'));
    (1..19).contains(&digits).then(|| (number(&text[..digits]), digits))
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;
    use std::str::FromStr;

    use fast_float2::FastFloat;
    use proptest::prelude::*;

    use super::*;

    /// As in a block: a field, and enough behind it.
    fn in_front_of_others(field: &str) -> Vec<u8> {
        format!("{field},{}", "1234567,".repeat(WINDOW / 8)).into_bytes()
    }

    /// Reads a field, and holds it against the libraries; whether it was read.
    fn is_read<T>(field: &str) -> bool
    where
        T: Binary + FastFloat + FromStr<Err: Debug> + Into<f64>,
    {
        let text = in_front_of_others(field);
        let Some((value, len)) = float::<T>(&text) else { return false };
        let bits = |value: T| value.into().to_bits();
        assert_eq!(bits(value), bits(field[..len].parse().expect("a number")), "{field}");
        let (other, other_len) = fast_float2::parse_partial::<T, _>(&text).expect("a number");
        assert_eq!((bits(value), len), (bits(other), other_len), "{field}");
        true
    }

    /// Of both widths.
    fn are_read(field: &str) -> bool {
        let single = is_read::<f32>(field);
        is_read::<f64>(field) && single
    }

    #[test]
    fn plain_numbers_are_read() {
        for field in [
            "0",
            "-0",
            "7",
            "1234567",
            "0.0",
            "-0.0",
            "0.5",
            "-1.5",
            "1234567.1234567",
            "0.1234567890123456",
            "-2.3456789012345678",
            "0.012345678901234567",
            "123.45678901234567",
            "9.999999999999999999",
            "0.3333333333333333333",
            "1e5",
            "1E-05",
            "-1.25e+012",
            "3.141592653589793116e+00",
            "1.0000000000000000000e+00",
        ] {
            assert!(are_read(field), "{field}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_others() {
        for field in [
            "",
            "-",
            "+1",
            ".5",
            "5.",
            "-.5",
            "1.e5",
            "1e",
            "1e+",
            "1e0005",
            "nan",
            "inf",
            "--1",
            "x",
            "12345678",
            "1e300",
            "1e-300",
            "0.123456789012345678901",
            "1234567.12345678901234567",
            "0.000000000000000000000000",
            "-0.000000000000000000000000",
            "\u{ff11}",
            "1.\u{ff11}",
        ] {
            assert!(!is_read::<f64>(field), "{field}");
        }
        assert_eq!(float::<f64>(b"1.5,"), None, "the window is longer than the text");
    }

    #[test]
    fn ties_and_what_is_next_to_them_are_rounded_to_even() {
        // Odd multiples of half a unit in the last place: with 16 and 17 digits, and one more behind them.
        for n in (0..4000u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15)) {
            let (fine, coarse) = ((1 << 53) + (n >> 11 | 1), (1 << 54) + ((n >> 10 | 1) << 1));
            for whole in [fine, coarse] {
                let digits = whole.to_string();
                for tail in ["", "0", "01", "1", "9"] {
                    let field = format!("{}.{}{tail}e{}", &digits[..1], &digits[1..], digits.len() - 1);
                    are_read(&field);
                    are_read(&format!("-{field}"));
                }
            }
            let (whole, half) = ((1u64 << 24) + (n >> 40), ["5", "50", "500000001", "499999999", "4999999999999"]);
            for half in half {
                let digits = whole.to_string();
                assert_eq!(digits.len(), 8);
                are_read(&format!("{}.{}{half}e7", &digits[..1], &digits[1..]));
            }
        }
    }

    #[test]
    fn floats_are_read_back_from_what_is_written() {
        let mut read = 0;
        for n in (1..20_000u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15)) {
            // Of exponents near 0, where most numbers are.
            let value = f64::from_bits(n & !(0x7f << 55) | 0x3f << 56 | (n >> 3 & 0x7f) << 52 & !(1 << 62));
            for field in [value.to_string(), format!("{value:e}"), format!("{value:.18e}"), format!("{value:.9}")] {
                read += usize::from(is_read::<f64>(&field));
                is_read::<f32>(&field);
            }
            let short = (value.abs().fract() * 1000.0) as f32;
            read += usize::from(is_read::<f32>(&short.to_string()));
        }
        assert!(read > 40_000, "{read}");
    }

    proptest! {
        #[test]
        fn numbers_of_any_shape_have_the_bits_that_the_library_finds(
            field in "-?0{0,4}[0-9]{0,9}(\\.0{0,20}[0-9]{0,24})?([eE][-+]?[0-9]{1,4})?[x.e]?",
        ) {
            are_read(&field);
        }

        #[test]
        fn fractions_have_the_bits_that_the_library_finds(field in "-?[0-9]{1,3}\\.[0-9]{1,18}(e-?[0-9]{1,2})?") {
            are_read(&field);
        }

        #[test]
        fn bytes_of_any_kind_are_no_digits(text in prop::collection::vec(any::<u8>(), 48)) {
            let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count().min(8);
            prop_assert_eq!(Eight::at::<48>(text[..].first_chunk().expect("48 bytes"), 0).digits(), digits);
        }

        #[test]
        fn whole_numbers_are_those_of_the_library(field in "-?[0-9]{0,20}") {
            let text = in_front_of_others(&field);
            let digits = field.trim_start_matches('-').len();
            let expected = field.parse::<i64>().ok().filter(|_| digits < 19).map(|value| (value, field.len()));
            prop_assert_eq!(whole(&text), expected);
            prop_assert_eq!(whole(field.as_bytes()), expected);
        }
    }
}
