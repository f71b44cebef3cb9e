//! Sums and products of pairs of float64, whole numbers and powers of 2 without branches: what the functions are made of.
//!
//! A pair stands for the sum of its parts, of which the second is below half a unit of the first.

/// Added to a number below 2^51, it leaves the nearest whole number in the low bits.
const SHIFT: f64 = 6_755_399_441_055_744.0;
/// The bits of 1: the exponent 0.
const ONE: u64 = 1023 << 52;

/// `a + b·x + c·x² …`, each step with one rounding.
#[inline(always)]
pub(super) fn polynomial<const N: usize>(coefficients: &[f64; N], x: f64) -> f64 {
    let mut sum = coefficients[N - 1];
    for n in (0..N - 1).rev() {
        sum = sum.mul_add(x, coefficients[n]);
    }
    sum
}

/// `a + b` exactly.
#[inline(always)]
pub(super) fn sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let of_b = sum - a;
    (sum, (a - (sum - of_b)) + (b - of_b))
}

/// `a + b` exactly where `a` is zero, not smaller than `b`, or a multiple of the last place of `b`.
#[inline(always)]
pub(super) fn ordered_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    (sum, (a - sum) + b)
}

/// `a · b` exactly, unless it underflows.
#[inline(always)]
pub(super) fn product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    (product, a.mul_add(b, -product))
}

/// The product of two pairs, but for some 2^-104 of it.
#[inline(always)]
pub(super) fn pair_product(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    let (high, low) = product(a.0, b.0);
    (high, low + a.0.mul_add(b.1, a.1 * b.0))
}

/// The quotient of two pairs, but for some 2^-100 of it.
#[inline(always)]
pub(super) fn quotient(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    let high = a.0 / b.0;
    let rest = (-high).mul_add(b.0, a.0) + (-high).mul_add(b.1, a.1);
    (high, rest / b.0)
}

/// The root of a pair that is not negative.
#[inline(always)]
pub(super) fn square_root(a: (f64, f64)) -> (f64, f64) {
    let high = a.0.sqrt();
    let rest = (-high).mul_add(high, a.0) + a.1;
    (high, if high > 0.0 { rest / (2.0 * high) } else { 0.0 })
}

/// The whole number nearest to `factor · x`, and its lowest bits, for products below 2^51.
#[inline(always)]
pub(super) fn nearest(x: f64, factor: f64) -> (f64, u64) {
    let shifted = x.mul_add(factor, SHIFT);
    (shifted - SHIFT, shifted.to_bits())
}

/// The float64 nearest to a whole number below 2^52.
#[inline(always)]
pub(super) fn whole(bits: u64) -> f64 {
    const UNIT: u64 = 1075 << 52;
    f64::from_bits(bits | UNIT) - f64::from_bits(UNIT)
}

/// 2 to a whole power from -1022 to 1023.
#[inline(always)]
pub(super) fn power_of_2(exponent: f64) -> f64 {
    f64::from_bits(((exponent + SHIFT).to_bits() << 52).wrapping_add(ONE))
}

/// `x · 2^exponent` for whole exponents from -2000 to 2000: in two steps, so that it overflows and underflows late.
#[inline(always)]
pub(super) fn scaled(x: f64, exponent: f64) -> f64 {
    let half = (exponent.mul_add(0.5, SHIFT)) - SHIFT;
    x * power_of_2(half) * power_of_2(exponent - half)
}

/// The nearest number of the range; NaN stays.
#[inline(always)]
pub(super) fn clamped(x: f64, low: f64, high: f64) -> f64 {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

/// A NaN as an operation returns it, an infinity as it is.
#[inline(always)]
pub(super) fn quiet(x: f64) -> f64 {
    x + x
}
