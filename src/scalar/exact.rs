//! Exact conversion between decimal digits and a binary significand of any precision up to 64 bits.
//!
//! Printing is the free-format algorithm of Steele and White with Dragon4's scaling: the fewest digits that read back
//! to the same value, and of those the nearest, a tie to the even digit. Reading is long division, rounded once, half
//! to even. Both are slow beside table-driven methods and right for every format that has no such tables.

use super::big::Big;
use super::literal::Literal;

/// A binary format, as far as rounding is concerned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Binary {
    /// Bits in a normal significand, the leading one included.
    pub(super) precision: u32,
    /// Subnormals are multiples of two to the power of this.
    pub(super) lowest: i32,
}

impl Binary {
    pub(super) const LONG_DOUBLE: Self = Self { precision: 64, lowest: -16445 };

    /// The significand and exponent of a value of this format that is finite and not negative.
    pub(super) fn split(self, value: f64) -> (u64, i32) {
        let bits = value.to_bits();
        let exponent = (((bits >> 52) as i32 - 1022) - self.precision as i32).max(self.lowest);
        let significand = value * f64::from_bits(((1023 - exponent) as u64) << 52);
        (significand as u64, exponent)
    }
}

/// Limbs that hold every intermediate value of printing a format of at most 16 bits: bfloat16 needs 141 bits.
pub(super) const SMALL: usize = 4;
/// The same for an extended double whose exponent is at most [`MEDIUM_EXPONENT`] either way: 1090 bits.
pub(super) const MEDIUM: usize = 20;
pub(super) const MEDIUM_EXPONENT: i32 = 1000;
/// Text with at most so many digits, and an exponent of at most so much, is read within [`MEDIUM`] limbs: 1220 bits.
const MEDIUM_DIGITS: usize = 60;
const MEDIUM_POWER: u64 = 300;
/// The same for any extended double: 16460 bits.
pub(super) const LONG: usize = 260;
/// The same for reading anything: ten to the power of the digits kept and of the lowest exponent, 55100 bits.
const READ: usize = 880;
/// More digits than the point halfway between two neighbours can have; what follows only says "and a bit more".
const DIGITS_KEPT: usize = 11_600;
/// The largest extended double is below ten to the power of this, and half the smallest above its inverse.
const DECADES: i64 = 4_960;

/// The most digits that a format here can need.
const MOST_DIGITS: usize = 21;

/// Decimal digits with the exponent of the first: `d.ddd` times ten to the power of it.
pub(super) struct Shortest {
    digits: [u8; MOST_DIGITS],
    len: usize,
    pub(super) exponent: i32,
}

impl Shortest {
    /// The digits in ASCII.
    pub(super) fn digits(&self) -> &[u8] {
        &self.digits[..self.len]
    }

    /// The fewest digits that read back to `significand` times two to the power of `exponent` (which is not 0) in
    /// `format`.
    pub(super) fn of<const N: usize>(significand: u64, exponent: i32, format: Binary) -> Self {
        // The value is rest / scale, and the neighbours' midpoints are `above` and `below` away from it, all in units
        // of 1 / scale. Below a power of two the neighbour is half as far.
        let narrow = significand == 1 << (format.precision - 1) && exponent > format.lowest;
        let extra = if narrow { 2 } else { 1 };
        let mut rest = Big::<N>::new(significand);
        rest.shift_left(exponent.max(0) as u32 + extra);
        let mut scale = Big::<N>::new(1);
        scale.shift_left((-exponent).max(0) as u32 + extra);
        let mut below = Big::<N>::new(1);
        below.shift_left(exponent.max(0) as u32);
        let mut above = below.clone();
        above.shift_left(extra - 1);

        // An estimate of the decimal exponent that is right or one too low; the loop below mends it.
        let top = f64::from(exponent + 63 - significand.leading_zeros() as i32);
        let mut decade = (top * std::f64::consts::LOG10_2 - 1e-9).floor() as i32;
        if decade >= 0 {
            scale.multiply_power_of_ten(decade as u32);
        } else {
            for part in [&mut rest, &mut below, &mut above] {
                part.multiply_power_of_ten(-decade as u32);
            }
        }
        let even = significand & 1 == 0;
        let reaches = |rest: &Big<N>, above: &Big<N>, limit: &Big<N>| {
            let mut high = rest.clone();
            high.add(above);
            if even { high.compare(limit).is_ge() } else { high.compare(limit).is_gt() }
        };
        let mut ten = scale.clone();
        ten.multiply_add(10, 0);
        if rest.compare(&ten).is_ge() {
            scale = ten;
            decade += 1;
        }

        let mut shortest = Self { digits: [0; MOST_DIGITS], len: 0, exponent: decade };
        loop {
            let mut digit = 0;
            while rest.compare(&scale).is_ge() {
                rest.subtract(&scale);
                digit += 1;
            }
            let low = if even { rest.compare(&below).is_le() } else { rest.compare(&below).is_lt() };
            let high = reaches(&rest, &above, &scale);
            if low || high {
                let mut double = rest.clone();
                double.add(&rest);
                let past_half = double.compare(&scale);
                let up = high && (!low || past_half.is_gt() || (past_half.is_eq() && digit % 2 == 1));
                shortest.push(digit + u8::from(up));
                return shortest;
            }
            shortest.push(digit);
            for part in [&mut rest, &mut below, &mut above] {
                part.multiply_add(10, 0);
            }
        }
    }

    /// Appends a digit; one that was rounded up to 10 is the first, as the one before would have been rounded instead.
    fn push(&mut self, digit: u8) {
        if digit == 10 {
            self.exponent += 1;
            return self.push(1);
        }
        self.digits[self.len] = b'0' + digit;
        self.len += 1;
    }
}

/// The nearest significand and exponent in `format`, half to even; the significand has at most `precision` bits, and
/// the exponent no upper limit but `None`: too large for any format here.
pub(super) fn nearest(literal: &Literal, format: Binary) -> Option<(u64, i32)> {
    let is_medium = literal.digits.len() <= MEDIUM_DIGITS && literal.exponent.unsigned_abs() <= MEDIUM_POWER;
    if is_medium { nearest_within::<MEDIUM>(literal, format) } else { nearest_within::<READ>(literal, format) }
}

fn nearest_within<const N: usize>(literal: &Literal, format: Binary) -> Option<(u64, i32)> {
    let digits = &literal.digits[..];
    let leading = literal.exponent.saturating_add(digits.len() as i64);
    if digits.is_empty() || leading < -DECADES {
        return Some((0, format.lowest));
    }
    if leading > DECADES {
        return None;
    }
    let (kept, dropped) = digits.split_at(digits.len().min(DIGITS_KEPT));
    let mut rest = Big::<N>::new(0);
    for chunk in kept.chunks(19) {
        let value = chunk.iter().fold(0, |value, digit| 10 * value + u64::from(digit - b'0'));
        rest.multiply_add(10u64.pow(chunk.len() as u32), value);
    }
    let mut exponent = literal.exponent + dropped.len() as i64;
    if dropped.iter().any(|&digit| digit != b'0') {
        rest.multiply_add(10, 1);
        exponent -= 1;
    }
    let mut scale = Big::<N>::new(1);
    let part = if exponent < 0 { &mut scale } else { &mut rest };
    part.multiply_power_of_ten(exponent.unsigned_abs() as u32);

    // Brings rest / scale into 1..2, times two to the power of `top`.
    let mut top = rest.bits() - scale.bits();
    let part = if top < 0 { &mut rest } else { &mut scale };
    part.shift_left(top.unsigned_abs());
    if rest.compare(&scale).is_lt() {
        rest.shift_left(1);
        top -= 1;
    }
    let lowest = (top + 1 - format.precision as i32).max(format.lowest);
    if top < lowest - 1 {
        return Some((0, format.lowest));
    }
    let mut significand = 0u64;
    for _ in lowest..=top {
        significand <<= 1;
        if rest.compare(&scale).is_ge() {
            rest.subtract(&scale);
            significand |= 1;
        }
        rest.shift_left(1);
    }
    let half = rest.compare(&scale);
    if half.is_lt() || (half.is_eq() && significand & 1 == 0) {
        return Some((significand, lowest));
    }
    let carried = u128::from(significand) + 1;
    if carried >> format.precision == 1 {
        return Some(((carried >> 1) as u64, lowest + 1));
    }
    Some((carried as u64, lowest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::Sign;

    const DOUBLE: Binary = Binary { precision: 53, lowest: -1074 };

    fn text(shortest: &Shortest) -> String {
        format!("{}e{}", String::from_utf8_lossy(shortest.digits()), shortest.exponent)
    }

    #[test]
    fn doubles_print_as_zmij_prints_them() {
        let mut state = 1u64;
        for _ in 0..300 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let value = f64::from_bits(state >> 1);
            if !value.is_finite() {
                continue;
            }
            let bits = value.to_bits();
            let significand = bits << 12 >> 12 | u64::from(bits >> 52 != 0) << 52;
            let shortest = Shortest::of::<40>(significand, ((bits >> 52) as i32).max(1) - 1075, DOUBLE);
            let mut digits = text(&shortest);
            digits.insert(1, '.');
            assert_eq!(digits.parse::<f64>().map(f64::to_bits), Ok(bits), "{digits}");
            let by_rust = format!("{value:e}").replace('.', "");
            assert_eq!(text(&shortest), by_rust);
        }
    }

    #[test]
    fn reads_doubles_as_rust_reads_them() {
        for text in [
            "1",
            "0.1",
            "1e23",
            "9007199254740993",
            "9007199254740992.9999",
            "9007199254740993.0000000000001",
            "4.9e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "2.2250738585072014e-308",
            "2.2250738585072011e-308",
            "1.7976931348623157e308",
            "123456789012345678901234567890",
            "0",
            "1e-4000",
        ] {
            let literal = Literal::read(text).expect("a number");
            let (significand, exponent) = nearest(&literal, DOUBLE).expect("in range");
            let half = exponent / 2;
            let value = significand as f64 * 2f64.powi(half) * 2f64.powi(exponent - half);
            assert_eq!(text.parse(), Ok(value), "{text}");
        }
    }

    #[test]
    fn nothing_overflows_its_limbs() {
        let long = Binary::LONG_DOUBLE;
        for digits in [1, MEDIUM_DIGITS, MEDIUM_DIGITS + 1, DIGITS_KEPT, DIGITS_KEPT + 1] {
            for exponent in [-16_600, -4_966, -301, -300, 0, 240, 300, 301, 4_950] {
                for digit in [b'1', b'9'] {
                    let literal = Literal { sign: Sign::Plus, digits: vec![digit; digits], exponent };
                    let leading = exponent + digits as i64;
                    assert_eq!(nearest(&literal, long).is_none(), leading > DECADES, "{digits} {exponent}");
                }
            }
        }
        for exponent in [-MEDIUM_EXPONENT, MEDIUM_EXPONENT] {
            for significand in [1, 1 << 63, u64::MAX] {
                let medium = Shortest::of::<MEDIUM>(significand, exponent, long);
                assert_eq!(text(&medium), text(&Shortest::of::<LONG>(significand, exponent, long)));
            }
        }
    }

    #[test]
    fn a_last_bit_far_away_still_counts() {
        let format = Binary { precision: 2, lowest: -10 };
        let nearest = |text: &str| nearest(&Literal::read(text).expect("a number"), format);
        assert_eq!(nearest("5"), Some((2, 1)));
        assert_eq!(nearest(&format!("5.{}1", "0".repeat(20_000))), Some((3, 1)));
        assert_eq!(nearest("7"), Some((2, 2)));
        assert_eq!(nearest("1e5000"), None);
        assert_eq!(nearest("1e-5000"), Some((0, -10)));
    }
}
