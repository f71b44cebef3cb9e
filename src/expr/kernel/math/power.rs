//! `power`: 2^(y log2(x)), with the logarithm to some 68 bits.

use super::Function2;
use super::coefficients::{FIFTH, LOG_TAIL, LOG2_E, THIRD};
use super::double::{clamped, ordered_sum, pair_product, polynomial, product, quotient};
use super::exponential::power_of_2_of;
use super::logarithm::reduced;

pub(in super::super) struct Power;

/// `log2(x)` of a positive number as a pair.
#[inline(always)]
fn logarithm(x: f64) -> (f64, f64) {
    let (k, f) = reduced(x);
    // log(1 + f) = 2 s (1 + z/3 + z²/5 …) of z = s².
    let s = quotient((f, 0.0), ordered_sum(2.0, f));
    let z = pair_product(s, s);
    let (high, low) = ordered_sum(FIFTH[0], z.0 * polynomial(&LOG_TAIL, z.0));
    let product = pair_product(z, (high, low + FIFTH[1]));
    let (high, low) = ordered_sum(THIRD[0], product.0);
    let series = pair_product(z, (high, low + (product.1 + THIRD[1])));
    let beyond = pair_product(s, series);
    let (high, low) = ordered_sum(s.0, beyond.0);
    let (high, low) = pair_product((high, low + (beyond.1 + s.1)), (2.0 * LOG2_E[0], 2.0 * LOG2_E[1]));
    let (sum, rest) = ordered_sum(k, high);
    ordered_sum(sum, rest + low)
}

impl Function2 for Power {
    #[inline(always)]
    fn common(x: f64, y: f64) -> f64 {
        // Even, and with every x but 1 beyond the range of the results.
        const MOST: f64 = (1u128 << 65) as f64;
        // Beyond it, results are 0 or infinite.
        const RANGE: f64 = 1100.0;
        let y = clamped(y, -MOST, MOST);
        let (high, low) = logarithm(x.abs());
        let (exponent, exponent_low) = product(y, high);
        let low = if exponent.abs() < RANGE { y.mul_add(low, exponent_low) } else { 0.0 };
        let size = power_of_2_of(clamped(exponent, -RANGE, RANGE), low);
        let is_whole = y.trunc() == y;
        let is_odd = is_whole & ((0.5 * y).trunc() != 0.5 * y);
        let negative = if is_whole { if is_odd { -size } else { size } } else { f64::NAN };
        if x < 0.0 { negative } else { size }
    }

    /// A base that is zero, infinite or NaN, an exponent that is NaN.
    #[inline(always)]
    fn is_rare(x: f64, y: f64) -> bool {
        let size = x.abs();
        !((size > 0.0) & (size < f64::INFINITY)) | y.is_nan()
    }

    #[inline(always)]
    fn rare(x: f64, y: f64) -> f64 {
        // Zero, infinity or NaN, which every library has right, but for a 1 that a signalling NaN makes no less certain.
        if x == 1.0 || y == 0.0 { 1.0 } else { x.powf(y) }
    }
}
