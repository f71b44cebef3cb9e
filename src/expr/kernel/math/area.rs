//! `arcsinh`, `arccosh` and `arctanh`: logarithms of 1 and a pair.

use super::Function;
use super::double::{ordered_sum, product, quiet, quotient, square_root, sum};
use super::logarithm::above_one;

pub(in super::super) struct Arcsinh;
pub(in super::super) struct Arccosh;
pub(in super::super) struct Arctanh;

/// Beyond it, 1 is nothing beside the square.
const LARGE: f64 = (1u64 << 28) as f64;

/// `log(x + √(x² ± 1))` for x ≥ 0; of large numbers, that is `log(x) + log(2)`.
#[inline(always)]
fn of_root(x: f64, one: f64, less_one: (f64, f64), root: (f64, f64)) -> f64 {
    let is_large = x > LARGE;
    let (high, low) = sum(less_one.0, root.0);
    let low = low + (less_one.1 + root.1);
    let above = if is_large { (x, -1.0) } else { (high, low) };
    let (high, low) = above_one(if is_large { one } else { 0.0 }, above.0, above.1);
    high + low
}

impl Function for Arcsinh {
    #[inline(always)]
    fn common(x: f64) -> f64 {
        let size = x.abs();
        let inner = if size > LARGE { 1.0 } else { size };
        let (square, square_low) = product(inner, inner);
        let (whole, rest) = sum(1.0, square);
        let (root, root_low) = square_root((whole, rest + square_low));
        let (above, above_low) = sum(root, -1.0);
        let result = of_root(size, 1.0, (size, 0.0), (above, above_low + root_low));
        // Zeros keep their sign, infinities are their own.
        let result = if x == 0.0 { x } else { result.copysign(x) };
        if size < f64::INFINITY { result } else { quiet(x) }
    }
}

impl Function for Arccosh {
    #[inline(always)]
    fn common(x: f64) -> f64 {
        let inner = if x > LARGE { 1.0 } else { x };
        let (square, square_low) = product(inner, inner);
        let (whole, rest) = sum(square, -1.0);
        let root = square_root(ordered_sum(whole, rest + square_low));
        let result = of_root(x, 1.0, sum(x, -1.0), root);
        let result = if x < 1.0 { f64::NAN } else { result };
        if x == f64::INFINITY || x.is_nan() { quiet(x) } else { result }
    }
}

impl Function for Arctanh {
    #[inline(always)]
    fn common(x: f64) -> f64 {
        let size = x.abs();
        let (high, low) = quotient((2.0 * size, 0.0), sum(1.0, -size));
        let (high, low) = above_one(0.0, high, low);
        let result = 0.5 * (high + low);
        let result = if size == 1.0 { f64::INFINITY } else { result };
        let result = if size > 1.0 { f64::NAN } else { result };
        let result = if x == 0.0 { x } else { result.copysign(x) };
        if x.is_nan() { quiet(x) } else { result }
    }
}
