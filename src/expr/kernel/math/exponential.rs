//! `exp`, `exp2` and `expm1`: x = k ln(2) + r, and `exp(r)` by a polynomial.

use super::Function;
use super::coefficients::{EXP, LN_2, LN_2_FULL, LOG2_E};
use super::double::{clamped, nearest, ordered_sum, polynomial, power_of_2, product, quiet, scaled, sum};

pub(in super::super) struct Exp;
pub(in super::super) struct Exp2;
pub(in super::super) struct Expm1;

/// `k` and the pair `r` of x = k ln(2) + r, |r| ≤ ln(2)/2, for |x| < 800.
#[inline(always)]
fn reduced(x: f64) -> (f64, (f64, f64)) {
    let (k, _) = nearest(x, LOG2_E[0]);
    // Both the product and the difference are exact.
    let rest = (-k).mul_add(LN_2[0], x);
    let high = (-k).mul_add(LN_2[1], rest);
    (k, (high, (-k).mul_add(LN_2[1], rest - high)))
}

/// The pair `r` of 2^(x + low) = 2^k exp(r), and `k`.
#[inline(always)]
fn reduced_power_of_2(x: f64, low: f64) -> (f64, (f64, f64)) {
    let (k, _) = nearest(x, 1.0);
    let (high, rest) = product(x - k, LN_2_FULL[0]);
    (k, (high, rest + (x - k).mul_add(LN_2_FULL[1], low * LN_2_FULL[0])))
}

/// `exp(r)`, rounded.
#[inline(always)]
fn value((high, low): (f64, f64)) -> f64 {
    let beyond = high.mul_add(polynomial(&EXP, high), 0.5);
    let (one, rest) = ordered_sum(1.0, high);
    one + (rest + (high * high).mul_add(beyond, low))
}

/// `exp(r) - 1` as a pair.
#[inline(always)]
fn less_one((high, low): (f64, f64)) -> (f64, f64) {
    let (square, square_low) = product(high, 0.5 * high);
    let cube = high * high * high * polynomial(&EXP, high);
    let (value, rest) = ordered_sum(high, square);
    (value, rest + (square_low + (cube + low.mul_add(high, low))))
}

/// `2^(high + low)`, rounded; the low part may be as large as 2^-40.
#[inline(always)]
pub(super) fn power_of_2_of(high: f64, low: f64) -> f64 {
    let (k, r) = reduced_power_of_2(high, low);
    scaled(value(sum(r.0, r.1)), k)
}

/// A quarter of `exp(x) - 1` as a pair, for x from -50 to 710.5: so it does not overflow where a half of it does not.
#[inline(always)]
pub(super) fn quarter_less_one(x: f64) -> (f64, f64) {
    let (k, r) = reduced(x);
    let (value, low) = less_one(r);
    let scale = power_of_2(k - 2.0);
    let (whole, whole_low) = sum(scale, -0.25);
    let (high, rest) = sum(whole, scale * value);
    ordered_sum(high, rest + scale.mul_add(low, whole_low))
}

/// Arguments beyond which results are 0 or infinite.
const END: f64 = 746.0;
const END_2: f64 = 1076.0;

/// Numbers beyond the end are replaced: underflow is slow.
#[inline(always)]
fn within(x: f64, end: f64) -> f64 {
    if x.abs() < end { x } else { 0.0 }
}

#[inline(always)]
fn or_limit(x: f64, end: f64, result: f64) -> f64 {
    let result = if x >= end { f64::INFINITY } else { result };
    let result = if x <= -end { 0.0 } else { result };
    if x.is_nan() { quiet(x) } else { result }
}

impl Function for Exp {
    #[inline(always)]
    fn common(x: f64) -> f64 {
        let (k, r) = reduced(x);
        value(r) * power_of_2(k)
    }

    /// Results that are subnormal, zero, infinite or NaN, and their neighbours.
    #[inline(always)]
    fn is_rare(x: f64) -> bool {
        !(x.abs() < 708.0)
    }

    #[inline(always)]
    fn rare(x: f64) -> f64 {
        let (k, r) = reduced(within(x, END));
        or_limit(x, END, scaled(value(r), k))
    }
}

impl Function for Exp2 {
    #[inline(always)]
    fn common(x: f64) -> f64 {
        let (k, r) = reduced_power_of_2(x, 0.0);
        value(r) * power_of_2(k)
    }

    #[inline(always)]
    fn is_rare(x: f64) -> bool {
        !(x.abs() < 1022.0)
    }

    #[inline(always)]
    fn rare(x: f64) -> f64 {
        or_limit(x, END_2, power_of_2_of(within(x, END_2), 0.0))
    }
}

impl Function for Expm1 {
    #[inline(always)]
    fn common(x: f64) -> f64 {
        const TINY: f64 = 1e-18;
        let (high, low) = quarter_less_one(clamped(x, -50.0, 710.0));
        let result = 4.0 * (high + low);
        // So small that it is rounded to x itself, which may be too small for quarters.
        let result = if x.abs() < TINY { x } else { result };
        if x.is_nan() { quiet(x) } else { result }
    }
}
