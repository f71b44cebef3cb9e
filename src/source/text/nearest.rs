//! A whole number times a power of ten, rounded to the nearest float by one multiplication.
//!
//! ```text
//!   5^exponent               = (power + less than 1) · 2^…       power: its first 64 bits, cut off
//!   mantissa · 10^exponent   = (mantissa · power + less than 2^64) · 2^…
//!                               └ 128 bits: the upper 64 or the next number up ┘
//! ```
//!
//! The processor rounds the upper bits as it makes a float of them. Where what was cut off could change that, which is one
//! number in a hundred, the next 64 bits of the power are asked, and where those do not tell, nobody is: the caller has a
//! slower way that is always right. Knows numbers, and no text.

/// The exponents of ten whose powers of five have 128 bits at most; their floats are neither subnormal nor infinite as
/// float64.
const LOWEST: i32 = -54;
const HIGHEST: i32 = 55;
const COUNT: usize = (HIGHEST - LOWEST + 1) as usize;

/// The first 128 bits of a power of five, the first of them set, the others cut off.
#[derive(Clone, Copy)]
struct Power {
    upper: u64,
    lower: u64,
}

static POWERS: [Power; COUNT] = powers();

const fn powers() -> [Power; COUNT] {
    let mut powers = [Power { upper: 0, lower: 0 }; COUNT];
    let mut place = 0;
    while place < COUNT {
        let exponent = place as i32 + LOWEST;
        let five = 5u128.pow(exponent.unsigned_abs());
        let bits = if exponent < 0 { reciprocal(five) } else { five << five.leading_zeros() };
        powers[place] = Power { upper: (bits >> 64) as u64, lower: bits as u64 };
        place += 1;
    }
    powers
}

/// The first 128 bits of one divided by a number below `2^127` that is no power of two.
const fn reciprocal(divisor: u128) -> u128 {
    let mut rest = 1u128 << divisor.ilog2();
    let mut quotient = 0;
    let mut bits = 0;
    while bits < 128 {
        rest <<= 1;
        quotient <<= 1;
        if rest >= divisor {
            rest -= divisor;
            quotient |= 1;
        }
        bits += 1;
    }
    quotient
}

/// A float of this machine that text is rounded to.
pub(super) trait Binary: bytemuck::Pod {
    /// `mantissa · 10^exponent` by one division or multiplication of two floats, if both are exact.
    fn of_exact(mantissa: u64, exponent: i32) -> Option<Self>;

    /// `value · 2^two`, rounded once, if that is neither subnormal nor infinite; the value is not negative.
    fn of_scaled(value: i64, two: i32) -> Option<Self>;

    /// The number with the sign of a minus in front of it, or as it is.
    #[must_use]
    fn with_minus(self, minus: Minus) -> Self;
}

/// Whether a minus stands in front of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Minus(pub(super) bool);

macro_rules! binary {
    ($($float:ident, $bits:ident, [$($ten:literal)*];)*) => {
        $(impl Binary for $float {
            #[inline]
            fn of_exact(mantissa: u64, exponent: i32) -> Option<Self> {
                const TENS: &[$float] = &[$($ten),*];
                if mantissa > 1 << $float::MANTISSA_DIGITS {
                    return None;
                }
                let ten = *TENS.get(exponent.unsigned_abs() as usize)?;
                let whole = mantissa as $float;
                Some(if exponent < 0 { whole / ten } else { whole * ten })
            }

            #[inline]
            fn of_scaled(value: i64, two: i32) -> Option<Self> {
                const FRACTION: u32 = $float::MANTISSA_DIGITS - 1;
                let biased = two - $float::MIN_EXP + 2;
                // The value itself may be below 2^64, and the power of two has to be a normal float, too.
                let is_normal = biased > 0 && biased + 64 < 2 * $float::MAX_EXP;
                is_normal.then(|| value as $float * $float::from_bits((biased as $bits) << FRACTION))
            }

            #[inline]
            fn with_minus(self, Minus(minus): Minus) -> Self {
                $float::from_bits(self.to_bits() | $bits::from(minus) << ($bits::BITS - 1))
            }
        })*
    };
}

binary! {
    f32, u32, [1e0 1e1 1e2 1e3 1e4 1e5 1e6 1e7 1e8 1e9 1e10];
    f64, u64, [1e0 1e1 1e2 1e3 1e4 1e5 1e6 1e7 1e8 1e9 1e10 1e11 1e12 1e13 1e14 1e15 1e16 1e17 1e18 1e19 1e20 1e21 1e22];
}

/// The float nearest to `mantissa · 10^exponent`, ties to even; `None` where this way does not tell.
#[inline]
pub(super) fn nearest<T: Binary>(mantissa: u64, exponent: i32) -> Option<T> {
    let power = POWERS.get((exponent - LOWEST) as usize)?;
    // Zero is open below, whatever it is shifted by.
    let shift = mantissa.leading_zeros() & 63;
    let product = u128::from(mantissa << shift) * u128::from(power.upper);
    let mut value = (product >> 65) as u64;
    // A float64 keeps 53 of 62 or 63 bits, a float32 fewer: what lies behind them is half of the last of them, or may
    // become that, only if the last eight bits are 00000000 or 11111111.
    if (value + 1) & 0xff <= 1 {
        match refined(mantissa << shift, *power, product) {
            Some(refined) => value = refined,
            None => return T::of_scaled(quotient(mantissa, exponent)?, exponent),
        }
    }
    // The power of five has 1 + floor(exponent · log2(5)) bits in front of its point.
    let five = (exponent * 152_170) >> 16;
    T::of_scaled(value as i64, five + exponent - shift as i32 + 2)
}

/// `mantissa · 5^exponent`, where that is a division without rest: all that is a float, or halfway between two, is one.
#[cold]
fn quotient(mantissa: u64, exponent: i32) -> Option<i64> {
    let five = 5u64.checked_pow(exponent.checked_neg()?.try_into().ok()?)?;
    mantissa.is_multiple_of(five).then(|| i64::try_from(mantissa / five).ok()).flatten()
}

/// The upper 63 bits of a product, by all bits of the power, the last bit set for all that follow.
#[cold]
fn refined(mantissa: u64, power: Power, product: u128) -> Option<u64> {
    let product = product + ((u128::from(mantissa) * u128::from(power.lower)) >> 64);
    // Less than two units of the last place are missing: they neither make a carry, nor something of nothing.
    let is_open = (product as u64).wrapping_add(2) <= 2;
    (!is_open).then_some((product >> 65) as u64 | 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_cut_off_and_not_rounded() {
        for exponent in LOWEST..=HIGHEST {
            let Power { upper, lower } = POWERS[(exponent - LOWEST) as usize];
            assert_eq!(upper >> 63, 1, "{exponent}");
            let five = 5u128.pow(exponent.unsigned_abs());
            if exponent >= 0 {
                let bits = u128::from(upper) << 64 | u128::from(lower);
                assert_eq!(bits >> five.leading_zeros(), five, "{exponent}");
            } else if exponent >= -27 {
                let one = 1 << (64 + five.ilog2());
                let (least, most) = (u128::from(upper) * five, u128::from(upper + 1) * five);
                assert!(least < one && one < most, "{exponent}");
            }
        }
    }

    #[test]
    fn what_is_out_of_reach_is_left_to_others() {
        assert_eq!(nearest::<f64>(1 << 60 | 1, LOWEST - 1), None);
        assert_eq!(nearest::<f64>(1 << 60 | 1, HIGHEST + 1), None);
        assert_eq!(nearest::<f64>(0, 30), None);
        // Beyond float32, and next to what is subnormal.
        assert_eq!(nearest::<f32>(123_456_789_123, 30), None);
        assert_eq!(nearest::<f32>(123_456_789_123, -54), None);
        assert_eq!(nearest::<f32>(123_456_789_123, 27), Some(1.234_567_9e38));
        // Halfway between two float64, and nothing is cut off.
        assert_eq!(nearest::<f64>((1 << 53) + 4, 1), None);
    }

    #[test]
    fn what_is_exact_or_halfway_is_rounded_to_even() {
        assert_eq!(nearest::<f64>(0, -30), None);
        assert_eq!(nearest::<f64>(0, -20), Some(0.0));
        assert_eq!(nearest::<f64>(1_000_000_000_000_000_000, -18), Some(1.0));
        assert_eq!(nearest::<f64>(90_071_992_547_409_930, -1), Some(9_007_199_254_740_992.0));
        assert_eq!(nearest::<f64>(90_071_992_547_409_950, -1), Some(9_007_199_254_740_996.0));
        assert_eq!(nearest::<f64>(90_071_992_547_409_931, -1), Some(9_007_199_254_740_994.0));
        assert_eq!(nearest::<f32>(16_777_217, 0), Some(16_777_216.0));
        assert_eq!(nearest::<f32>(16_777_219, 0), Some(16_777_220.0));
    }

    #[test]
    fn the_sign_is_that_of_the_text() {
        assert_eq!(0f64.with_minus(Minus(true)).to_bits(), 1 << 63);
        assert_eq!(2f32.with_minus(Minus(true)), -2.0);
        assert_eq!(2f32.with_minus(Minus(false)), 2.0);
    }
}
