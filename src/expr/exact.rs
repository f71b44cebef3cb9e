//! Integers of 128 bits among themselves and beside floats, without rounding them to floats first. Knows no operators.

use std::cmp::Ordering;

/// The float nearest to the quotient, half to even; the divisor is not zero.
pub(super) fn quotient(dividend: i128, divisor: i128) -> f64 {
    let (size, by) = (dividend.unsigned_abs(), divisor.unsigned_abs());
    let (mut whole, mut rest, mut exponent) = (size / by, size % by, 0);
    if size != 0 {
        // With one bit for whatever is left, 63 others decide how the quotient is rounded. The rest is smaller than the
        // divisor, which is at most 2^127, so doubling it stays within 128 bits.
        while whole >> 63 == 0 {
            rest <<= 1;
            let bit = u128::from(rest >= by);
            rest -= bit * by;
            whole = whole << 1 | bit;
            exponent -= 1;
        }
        whole |= u128::from(rest != 0);
    }
    let magnitude = whole as f64 * 2_f64.powi(exponent);
    if (dividend < 0) == (divisor < 0) { magnitude } else { -magnitude }
}

/// How an integer compares with a float; `None` with NaN.
pub(super) fn order(integer: i128, float: f64) -> Option<Ordering> {
    const ABOVE: f64 = 170_141_183_460_469_231_731_687_303_715_884_105_728.0;
    if float >= ABOVE {
        return Some(Ordering::Less);
    }
    if float < -ABOVE {
        return Some(Ordering::Greater);
    }
    let beside_fraction = 0.0.partial_cmp(&float.fract())?;
    Some(integer.cmp(&(float.trunc() as i128)).then(beside_fraction))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_are_rounded_once() {
        let ten = |power: u32| 10_i128.pow(power);
        // By Python.
        for (dividend, divisor, expected) in [
            (ten(25), ten(19), 1e6),
            (ten(23), ten(17), 1e6),
            (ten(17) + 1, ten(23), 1e-6),
            (-7, 2, -3.5),
            (1, -3, -1.0 / 3.0),
            (i128::MIN, 1, -(2_f64.powi(127))),
            (1, i128::MIN, -(2_f64.powi(-127))),
            (i128::MIN, i128::MIN, 1.0),
            (i128::MAX, i128::MIN, -1.0),
            ((1 << 53) + 1, 1, 9_007_199_254_740_992.0),
            ((1 << 54) + 6, 2, 9_007_199_254_740_996.0),
            // Half, and a little more than half of the last bit.
            (((1 << 53) + 1) << 40, 1 << 40, 9_007_199_254_740_992.0),
            ((((1 << 53) + 1) << 40) + 1, 1 << 40, 9_007_199_254_740_994.0),
            (-((((1 << 53) + 1) << 40) + 1), 1 << 40, -9_007_199_254_740_994.0),
        ] {
            assert_eq!(quotient(dividend, divisor).to_bits(), f64::to_bits(expected), "{dividend}/{divisor}");
        }
        assert_eq!(quotient(0, 5).to_bits(), 0.0_f64.to_bits());
        assert_eq!(quotient(0, -5).to_bits(), (-0.0_f64).to_bits());
    }

    #[test]
    fn floats_beside_integers_are_not_rounded() {
        let (two_53, two_63, two_127) = (2_f64.powi(53), 2_f64.powi(63), 2_f64.powi(127));
        for (integer, float, expected) in [
            ((1 << 53) + 1, two_53, Some(Ordering::Greater)),
            (1 << 53, two_53, Some(Ordering::Equal)),
            ((1 << 63) - 1, two_63, Some(Ordering::Less)),
            (i128::MAX, two_127, Some(Ordering::Less)),
            (i128::MIN, -two_127, Some(Ordering::Equal)),
            (i128::MIN, -two_127 * 2.0, Some(Ordering::Greater)),
            (0, -0.5, Some(Ordering::Greater)),
            (0, 0.5, Some(Ordering::Less)),
            (-3, -3.5, Some(Ordering::Greater)),
            (3, 3.5, Some(Ordering::Less)),
            (0, -0.0, Some(Ordering::Equal)),
            (0, f64::NEG_INFINITY, Some(Ordering::Greater)),
            (0, f64::INFINITY, Some(Ordering::Less)),
            (0, f64::NAN, None),
        ] {
            assert_eq!(order(integer, float), expected, "{integer} beside {float}");
        }
    }
}
