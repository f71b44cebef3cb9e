//! Arguments of sine, cosine and tangent as large as they come: times as many bits of 2/π as matter, in whole numbers.

use super::coefficients::{PI_2, TWO_OVER_PI_BITS};
use super::double::pair_product;
use super::trigonometric::Reduced;

const FRACTION: u64 = (1 << 52) - 1;

/// The quadrant and rest of a number of at least 2^32; none of infinities and NaN.
#[cold]
#[inline(never)]
pub(super) fn reduced(x: f64) -> Option<Reduced> {
    if !x.is_finite() {
        return None;
    }
    let magnitude = x.abs().to_bits();
    let mantissa = (magnitude & FRACTION) | (FRACTION + 1);
    // Bits of 2/π before make whole turns: the first that is taken has the weight 2 in the product.
    let start = (magnitude >> 52) as usize + 62 - 1075;
    let [top, middle, bottom] = multiplied(window(start), mantissa);
    // The highest two bits are the quadrant; behind them, a half and more is the next quadrant less something.
    let quadrant = (top >> 62) + (top >> 61 & 1);
    let fraction = [top << 2 | middle >> 62, middle << 2 | bottom >> 62, bottom << 2];
    let is_negative = fraction[0] >> 63 == 1;
    let (high, low) = pair_product(pair(if is_negative { negated(fraction) } else { fraction }), (PI_2[0], PI_2[1]));
    let rest = if is_negative == (x < 0.0) { (high, low) } else { (-high, -low) };
    Some(Reduced { quadrant: if x < 0.0 { quadrant.wrapping_neg() } else { quadrant }, rest })
}

/// 192 bits of 2/π from a position on, counted from 64 bits before the point.
fn window(start: usize) -> [u64; 3] {
    let word = |n: usize| if n == 0 { 0 } else { u128::from(TWO_OVER_PI_BITS[n - 1]) };
    let (first, shift) = (start / 64, start % 64);
    std::array::from_fn(|n| {
        let two = word(first + n) << 64 | word(first + n + 1);
        (two << shift >> 64) as u64
    })
}

/// The lowest 192 bits of the product, words from the highest.
fn multiplied([top, middle, bottom]: [u64; 3], factor: u64) -> [u64; 3] {
    let low = u128::from(bottom) * u128::from(factor);
    let next = u128::from(middle) * u128::from(factor) + (low >> 64);
    [top.wrapping_mul(factor).wrapping_add((next >> 64) as u64), next as u64, low as u64]
}

fn negated([top, middle, bottom]: [u64; 3]) -> [u64; 3] {
    let (bottom, carry) = (!bottom).overflowing_add(1);
    let (middle, carry) = (!middle).overflowing_add(u64::from(carry));
    [(!top).wrapping_add(u64::from(carry)), middle, bottom]
}

/// The first 106 bits that count of a fraction of 192 bits.
fn pair([top, middle, bottom]: [u64; 3]) -> (f64, f64) {
    // No float64 is so near a multiple of π/2 that as many as 64 were zero.
    let zeros = top.leading_zeros();
    let all = u128::from(top) << 64 | u128::from(middle);
    let all = all << zeros | u128::from(bottom) >> (64 - zeros);
    let unit = |bits: u32| f64::from_bits(u64::from(1023 - bits - zeros) << 52);
    let next = (all >> 22) as u64 & ((1 << 53) - 1);
    ((all >> 75) as u64 as f64 * unit(53), next as f64 * unit(106))
}

#[cfg(test)]
mod tests {
    use crate::expr::kernel::math::{Cos, Function, Sin};

    /// By mpmath, with as many digits as it takes.
    #[test]
    fn sine_and_cosine_of_the_hardest_and_the_largest() {
        for (x, sine, cosine) in [
            (6_381_956_970_095_103.0 * 2f64.powi(797), 1.0, -4.687_165_924_254_628e-19),
            (1e22, -0.852_200_849_767_188_8, 0.523_214_785_395_139),
            (f64::MAX, 0.004_961_954_789_184_062, -0.999_987_689_426_559_9),
            (-f64::MAX, -0.004_961_954_789_184_062, -0.999_987_689_426_559_9),
        ] {
            assert_eq!([Sin::of(x), Cos::of(x)], [sine, cosine], "{x}");
        }
    }

    #[test]
    fn agrees_with_the_reduction_of_ordinary_numbers() {
        for x in [4_294_967_296.0f64, 4_294_967_297.5, -5_000_000_001.25] {
            assert!((Sin::rare(x) - Sin::common(x)).abs() < 1e-15, "{x}");
            assert!((Cos::rare(x) - Cos::common(x)).abs() < 1e-15, "{x}");
        }
    }
}
