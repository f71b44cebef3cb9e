//! Arithmetic of x87 extended doubles, which Rust does not have: sum, difference and product, bit for bit as the
//! processor makes them.
//!
//! Every operation is exact until it rounds once to 64 bits, half to even. Numbers whose leading bit is missing although
//! their exponent is not zero count by their value, as they do where they are printed; a processor refuses them.

use std::ops::{Add, Mul, Neg, Sub};

use super::{LongDouble, Sign};

/// The exponent of all ones: infinities and NaNs.
const SPECIAL: u16 = 0x7fff;
/// The exponent of the last bit of subnormal numbers, where the significand is an integer.
const LOWEST: i32 = 1 - BIAS;
/// What is added to the exponent of an integer significand to store it.
const BIAS: i32 = 16383 + 63;
/// Bits kept below the larger term of a sum, as many as leave room for a carry; three would be enough.
const GUARD: u32 = 62;

/// A number that is neither infinite nor NaN: `significand * 2^exponent`, with the leading bit set unless it is zero.
#[derive(Clone, Copy)]
struct Finite {
    sign: Sign,
    significand: u64,
    exponent: i32,
}

/// What the bits are.
enum Meaning {
    Finite(Finite),
    Infinite(Sign),
    Nan,
}

impl LongDouble {
    fn infinity(sign: Sign) -> Self {
        Self::from_parts(sign, SPECIAL, 1 << 63)
    }

    /// The NaN of an operation that has no result, whose sign is set on x86.
    fn indefinite() -> Self {
        Self::from_parts(Sign::Minus, SPECIAL, 3 << 62)
    }

    fn meaning(self) -> Meaning {
        let (sign, exponent, significand) = self.parts();
        if exponent == SPECIAL {
            return if significand << 1 == 0 { Meaning::Infinite(sign) } else { Meaning::Nan };
        }
        let shift = significand.leading_zeros() % u64::BITS;
        Meaning::Finite(Finite {
            sign,
            significand: significand << shift,
            exponent: i32::from(exponent.max(1)) - BIAS - shift as i32,
        })
    }

    /// Of two of which one at least is a NaN: the one with the larger significand, made quiet.
    fn nan_of(self, other: Self) -> Self {
        let rank = |value: Self| {
            let (sign, _, significand) = value.parts();
            let is_nan = matches!(value.meaning(), Meaning::Nan);
            (is_nan, significand, sign == Sign::Plus)
        };
        let (sign, exponent, significand) = if rank(self) >= rank(other) { self.parts() } else { other.parts() };
        Self::from_parts(sign, exponent, significand | 3 << 62)
    }
}

impl Neg for LongDouble {
    type Output = Self;

    fn neg(self) -> Self {
        let (sign, exponent, significand) = self.parts();
        Self::from_parts(-sign, exponent, significand)
    }
}

impl Add for LongDouble {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        match (self.meaning(), other.meaning()) {
            (Meaning::Nan, _) | (_, Meaning::Nan) => self.nan_of(other),
            (Meaning::Finite(a), Meaning::Finite(b)) => sum(a, b),
            (Meaning::Infinite(a), Meaning::Infinite(b)) if a != b => Self::indefinite(),
            (Meaning::Infinite(sign), _) | (_, Meaning::Infinite(sign)) => Self::infinity(sign),
        }
    }
}

impl Sub for LongDouble {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        // The sign of a NaN stays what it was.
        if matches!(other.meaning(), Meaning::Nan) { self + other } else { self + -other }
    }
}

impl Mul for LongDouble {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        match (self.meaning(), other.meaning()) {
            (Meaning::Nan, _) | (_, Meaning::Nan) => self.nan_of(other),
            (Meaning::Finite(a), Meaning::Finite(b)) => {
                let product = u128::from(a.significand) * u128::from(b.significand);
                rounded(a.sign * b.sign, product, a.exponent + b.exponent)
            }
            (Meaning::Infinite(sign), Meaning::Finite(factor)) | (Meaning::Finite(factor), Meaning::Infinite(sign)) => {
                if factor.significand == 0 {
                    Self::indefinite()
                } else {
                    Self::infinity(sign * factor.sign)
                }
            }
            (Meaning::Infinite(a), Meaning::Infinite(b)) => Self::infinity(a * b),
        }
    }
}

fn sum(a: Finite, b: Finite) -> LongDouble {
    // Zero is the smaller one whatever its exponent.
    let size = |term: Finite| (term.significand != 0, term.exponent, term.significand);
    let (large, small) = if size(a) >= size(b) { (a, b) } else { (b, a) };
    if large.significand == 0 {
        return LongDouble::from_parts(if a.sign == b.sign { a.sign } else { Sign::Plus }, 0, 0);
    }
    let whole = u128::from(large.significand) << GUARD;
    let part =
        shift_right_sticky(u128::from(small.significand) << GUARD, large.exponent.saturating_sub(small.exponent));
    let magnitude = if a.sign == b.sign { whole + part } else { whole - part };
    // What cancels exactly is a positive zero.
    let sign = if magnitude == 0 { Sign::Plus } else { large.sign };
    rounded(sign, magnitude, large.exponent - GUARD as i32)
}

/// `value / 2^shift`, of which the last bit is set if anything was lost.
fn shift_right_sticky(value: u128, shift: i32) -> u128 {
    let shift = shift.max(0) as u32;
    let whole = value.checked_shr(shift).unwrap_or(0);
    let is_exact = value.trailing_zeros() >= shift || value == 0;
    whole | u128::from(!is_exact)
}

/// `magnitude * 2^exponent`, rounded half to even; what is too large is infinite.
fn rounded(sign: Sign, magnitude: u128, exponent: i32) -> LongDouble {
    let width = u128::BITS as i32 - magnitude.leading_zeros() as i32;
    let drop = (width - 64).max(LOWEST - exponent);
    // Less than half of the last bit.
    if drop > width {
        return LongDouble::from_parts(sign, 0, 0);
    }
    let significand = if drop > 0 {
        let whole = magnitude.checked_shr(drop as u32).unwrap_or(0);
        let (rest, half) = (magnitude << (u128::BITS as i32 - drop), 1 << 127);
        whole + u128::from(rest > half || (rest == half && whole & 1 == 1))
    } else {
        magnitude << -drop
    };
    let exponent = exponent + drop;
    // Rounded up to 2^64, the significand is one bit too long, and all of its others are zero.
    let is_long = significand >> 64 != 0;
    let (significand, exponent) = if is_long { (1 << 63, exponent + 1) } else { (significand as u64, exponent) };
    if exponent + BIAS >= SPECIAL.into() {
        return LongDouble::infinity(sign);
    }
    let is_normal = significand >> 63 == 1;
    LongDouble::from_parts(sign, if is_normal { (exponent + BIAS) as u16 } else { 0 }, significand)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

    /// Digests of 4000 random sums, differences and products of each kind of operands, from NumPy on x86-64:
    /// tests/numpy/extended.py prints them.
    const BY_NUMPY: [(&str, [u64; 3]); 5] = [
        ("near", [0xc8f8_b575_cd62_e3df, 0x537a_ee3e_b5d6_dea6, 0x57f4_5e1d_92d1_549f]),
        ("apart", [0x4e92_deec_28c1_1d88, 0x4944_72ec_2e62_15e6, 0x1af7_66bd_426b_bf2d]),
        ("subnormal", [0xa212_7e78_dd28_7509, 0xcdea_1585_25ae_d658, 0x06ba_0781_4f33_e11e]),
        ("tiny", [0x8ecc_f293_d6bd_df5e, 0x1d40_24dd_7e0f_9c9f, 0xb5fc_431d_10c9_da25]),
        ("huge", [0xbbf7_6699_312a_c2eb, 0x8580_8b82_53bc_5fd3, 0xab36_04ee_82be_edd9]),
    ];

    /// The generator of tests/numpy/extended.py.
    struct Random(u64);

    impl Random {
        fn next(&mut self) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 ^ self.0 >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd) >> 16
        }

        fn significand(&mut self) -> u64 {
            let bits = self.next() << 32 ^ self.next();
            // Few bits, runs of ones, or any.
            match self.next() % 4 {
                0 => bits & bits << 7 & bits << 13 & bits << 29,
                1 => bits | bits << 7 | bits << 13 | bits << 29,
                _ => bits,
            }
        }

        fn of_exponent(&mut self, exponent: u64) -> LongDouble {
            let exponent = exponent as u16;
            let significand = self.significand();
            let sign = if self.next().is_multiple_of(2) { Sign::Minus } else { Sign::Plus };
            let leading = if exponent == 0 { significand >> 1 } else { significand | 1 << 63 };
            LongDouble::from_parts(sign, exponent, leading)
        }

        fn pair(&mut self, kind: &str) -> (LongDouble, LongDouble) {
            let (a, b) = match kind {
                "near" => (16383 + self.next() % 4, 16383 + self.next() % 4),
                "apart" => (16383 + self.next() % 140, 16383 + self.next() % 140),
                "subnormal" => (8150 + self.next() % 80, 8150 + self.next() % 80),
                "tiny" => (self.next() % 70, self.next() % 3),
                _ => (0x7fff - self.next() % 3, 0x7fff - self.next() % 16500),
            };
            (self.of_exponent(a), self.of_exponent(b))
        }
    }

    /// FNV-1a over the ten bytes that mean something.
    fn digest(kind: &str, operation: impl Fn(LongDouble, LongDouble) -> LongDouble) -> u64 {
        let mut random = Random(SEED);
        (0..4000).fold(0xcbf2_9ce4_8422_2325, |digest, _| {
            let (a, b) = random.pair(kind);
            let (sign, exponent, significand) = operation(a, b).parts();
            let head = exponent | sign.head();
            let bytes = significand.to_le_bytes().into_iter().chain(head.to_le_bytes());
            bytes.fold(digest, |digest: u64, byte| (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
        })
    }

    #[test]
    fn computes_what_the_processor_does() {
        for (kind, expected) in BY_NUMPY {
            let found = [digest(kind, Add::add), digest(kind, Sub::sub), digest(kind, Mul::mul)];
            assert_eq!(found, expected, "{kind}");
        }
    }

    fn double(value: f64) -> LongDouble {
        LongDouble::from_f64(value)
    }

    fn nan(sign: Sign, low: u64) -> LongDouble {
        LongDouble::from_parts(sign, SPECIAL, 1 << 63 | low)
    }

    #[test]
    fn zeros_keep_their_signs() {
        let (plus, minus) = (double(0.0), double(-0.0));
        assert_eq!([plus + plus, plus + minus, minus + plus, minus + minus], [plus, plus, plus, minus]);
        assert_eq!([plus - plus, minus - plus, minus - minus], [plus, minus, plus]);
        assert_eq!([plus * minus, minus * minus, double(-2.0) * plus], [minus, plus, minus]);
        assert_eq!(double(1.5) - double(1.5), plus);
        assert_eq!(double(-1.5) + double(1.5), plus);
        assert_eq!(minus + double(3.0), double(3.0));
        let smallest = LongDouble::from_parts(Sign::Minus, 0, 1);
        assert_eq!([smallest + plus, plus + smallest, smallest * smallest], [smallest, smallest, plus]);
    }

    #[test]
    fn infinities_and_nans_spread() {
        let (inf, one) = (double(f64::INFINITY), double(1.0));
        assert_eq!([inf + inf, inf + one, one - inf, inf * -one, -inf * -inf], [inf, inf, -inf, -inf, inf]);
        let indefinite = LongDouble::indefinite();
        assert_eq!([inf - inf, -inf + inf, inf * double(0.0), double(-0.0) * inf], [indefinite; 4]);
        let quiet = nan(Sign::Plus, 1 << 62 | 5);
        assert_eq!([nan(Sign::Plus, 5) + one, one * nan(Sign::Plus, 5), inf - quiet, quiet + -inf], [quiet; 4]);
        assert_eq!(nan(Sign::Minus, 1 << 62) - nan(Sign::Plus, 7), nan(Sign::Minus, 1 << 62));
        assert_eq!(nan(Sign::Minus, 1 << 62) + nan(Sign::Plus, 1 << 62), nan(Sign::Plus, 1 << 62));
    }

    #[test]
    fn rounds_once_half_to_even() {
        let one_and = |low: u64| LongDouble::from_parts(Sign::Plus, 16383, 1 << 63 | low);
        let half = double(2f64.powi(-64));
        assert_eq!(one_and(0) + half, one_and(0));
        assert_eq!(one_and(1) + half, one_and(2));
        let tiny = LongDouble::from_parts(Sign::Plus, 0, 1);
        assert_eq!([half + tiny + one_and(0), one_and(1) - tiny], [one_and(0), one_and(1)]);
        // Anything above the half rounds up, and below a power of two the steps are half as long.
        assert_eq!(one_and(0) + (half + half * double(2f64.powi(-63))), one_and(1));
        assert_eq!(one_and(0) - half, LongDouble::from_parts(Sign::Plus, 16382, u64::MAX));
        assert_eq!(LongDouble::from_parts(Sign::Plus, 16382, u64::MAX) + half * double(0.5), one_and(0));
    }

    #[test]
    fn ends_in_infinities_and_subnormals() {
        let largest = LongDouble::from_parts(Sign::Plus, 0x7ffe, u64::MAX);
        let half_step = LongDouble::from_parts(Sign::Plus, 0x7ffe - 64, 1 << 63);
        assert_eq!([largest + half_step, largest * double(-2.0)], [double(f64::INFINITY), double(f64::NEG_INFINITY)]);
        assert_eq!(largest + half_step * double(0.5), largest);
        let least_normal = LongDouble::from_parts(Sign::Plus, 1, 1 << 63);
        let smallest = LongDouble::from_parts(Sign::Plus, 0, 1);
        assert_eq!(least_normal - smallest, LongDouble::from_parts(Sign::Plus, 0, u64::MAX >> 1));
        assert_eq!(least_normal - smallest + smallest, least_normal);
        assert_eq!(least_normal * double(2f64.powi(-63)), smallest);
        assert_eq!([smallest * double(0.5), smallest * double(0.75)], [double(0.0), smallest]);
    }

    #[test]
    fn numbers_without_a_leading_bit_count_by_their_value() {
        let half = LongDouble::from_parts(Sign::Plus, 16383, 1 << 62);
        assert_eq!([half + half, half * double(4.0)], [double(1.0), double(2.0)]);
        assert_eq!(LongDouble::from_parts(Sign::Minus, 16383, 0) + double(0.5), double(0.5));
    }
}
