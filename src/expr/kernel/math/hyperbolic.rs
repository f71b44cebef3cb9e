//! `sinh`, `cosh` and `tanh`: of `exp(x) - 1` as a pair.

use super::Function;
use super::double::{clamped, ordered_sum, quiet, quotient, sum};
use super::exponential::quarter_less_one;

pub(in super::super) struct Sinh;
pub(in super::super) struct Cosh;
pub(in super::super) struct Tanh;

/// What is so small that the function is rounded to it, and NaN.
#[inline(always)]
fn or_itself(x: f64, result: f64) -> f64 {
    const TINY: f64 = 1e-18;
    let result = if x.abs() < TINY { x } else { result };
    if x.is_nan() { quiet(x) } else { result }
}

impl Function for Sinh {
    #[inline(always)]
    fn common(x: f64) -> f64 {
        const ENOUGH: f64 = 1e30;
        let (high, low) = quarter_less_one(clamped(x.abs(), 0.0, 710.5));
        // e - 1/e = (e - 1) + (e - 1)/e; of large ones, the second is 1.
        let (inner, inner_low) = (clamped(high, 0.0, ENOUGH), if high > ENOUGH { 0.0 } else { low });
        let (whole, whole_low) = sum(0.25, inner);
        let (part, part_low) = quotient((inner, inner_low), (whole, whole_low + inner_low));
        let (value, rest) = sum(high, 0.25 * part);
        let result = 2.0 * (value + (rest + 0.25f64.mul_add(part_low, low)));
        or_itself(x, result.copysign(x))
    }
}

impl Function for Cosh {
    #[inline(always)]
    fn common(x: f64) -> f64 {
        let (high, low) = quarter_less_one(clamped(x.abs(), 0.0, 710.5));
        let (quarter, rest) = sum(0.25, high);
        let low = rest + low;
        let (part, part_low) = quotient((0.0625, 0.0), (quarter, low));
        let (value, rest) = ordered_sum(quarter, part);
        let result = 2.0 * (value + (rest + (low + part_low)));
        if x.is_nan() { quiet(x) } else { result }
    }
}

impl Function for Tanh {
    #[inline(always)]
    fn common(x: f64) -> f64 {
        let (high, low) = quarter_less_one(2.0 * clamped(x.abs(), 0.0, 20.0));
        let (whole, rest) = sum(0.5, high);
        let (value, value_low) = quotient((high, low), (whole, rest + low));
        let result = (value + value_low).copysign(x);
        or_itself(x, result)
    }
}
