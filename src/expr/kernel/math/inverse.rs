//! `arcsin`, `arccos`, `arctan` and `arctan2`: by polynomials for the middle, by their symmetries elsewhere.

use super::coefficients::{ASIN, ATAN, PI_2};
use super::double::{clamped, ordered_sum, polynomial, product, quiet, quotient, square_root};
use super::{Function, Function2};

pub(in super::super) struct Arcsin;
pub(in super::super) struct Arccos;
pub(in super::super) struct Arctan;
pub(in super::super) struct Arctan2;

/// `arctan(t)` of a pair from 0 to 1, as a sum of two numbers.
#[inline(always)]
fn arctangent((high, low): (f64, f64)) -> (f64, f64) {
    let (z, z_low) = product(high, high);
    let (cube, cube_low) = product(z, high);
    let cube_low = z_low.mul_add(high, cube_low);
    let factor = polynomial(&ATAN, z);
    (high, cube.mul_add(factor, cube_low.mul_add(factor, low / (1.0 + z))))
}

impl Function for Arctan {
    #[inline(always)]
    fn common(x: f64) -> f64 {
        // Beyond, the reciprocal is nothing beside π/2.
        let size = clamped(x.abs(), 0.0, 1e30);
        let is_large = size > 1.0;
        let inner = if is_large { quotient((1.0, 0.0), (size, 0.0)) } else { (size, 0.0) };
        let (high, low) = arctangent(inner);
        let (rest, rest_low) = ordered_sum(PI_2[0], -high);
        let result = if is_large { rest + ((rest_low - low) + PI_2[1]) } else { high + low };
        result.copysign(x)
    }
}

impl Function2 for Arctan2 {
    #[inline(always)]
    fn common(y: f64, x: f64) -> f64 {
        let (height, width) = (y.abs(), x.abs());
        let is_steep = height > width;
        let (less, more) = if is_steep { (width, height) } else { (height, width) };
        let (high, low) = arctangent(quotient((less, 0.0), (more, 0.0)));
        // Up or down from 0, π/2 or π.
        let quarters: f64 = if is_steep {
            1.0
        } else if x < 0.0 {
            2.0
        } else {
            0.0
        };
        let (high, low) = if is_steep == (x < 0.0) { (high, low) } else { (-high, -low) };
        let (sum, rest) = ordered_sum(quarters * PI_2[0], high);
        (sum + (rest + quarters.mul_add(PI_2[1], low))).copysign(y)
    }

    /// Zeros, infinities and NaN.
    #[inline(always)]
    fn is_rare(y: f64, x: f64) -> bool {
        let is_ordinary = |a: f64| a.abs() > 0.0 && a.abs() < f64::INFINITY;
        !(is_ordinary(y) & is_ordinary(x))
    }

    #[inline(always)]
    fn rare(y: f64, x: f64) -> f64 {
        // Multiples of π/4, which every library has right.
        y.atan2(x)
    }
}

/// Of x: whether it is above ½; `s`, which is x or √((1 - x)/2); and `arcsin(s) - s` in two parts.
#[inline(always)]
fn arcsine(size: f64) -> (bool, f64, f64) {
    let is_large = size > 0.5;
    let half = (1.0 - size) * 0.5;
    let z = if is_large { half } else { size * size };
    let (root, root_low) = square_root((half, 0.0));
    let (s, low) = if is_large { (root, root_low) } else { (size, 0.0) };
    (is_large, s, (s * z).mul_add(polynomial(&ASIN, z), low))
}

impl Function for Arcsin {
    #[inline(always)]
    fn common(x: f64) -> f64 {
        let (is_large, s, rest) = arcsine(x.abs());
        let (high, low) = ordered_sum(PI_2[0], -2.0 * s);
        let result = if is_large { high + ((low - 2.0 * rest) + PI_2[1]) } else { s + rest };
        if x.abs() > 1.0 { f64::NAN } else { result.copysign(x) }
    }
}

impl Function for Arccos {
    #[inline(always)]
    fn common(x: f64) -> f64 {
        let (is_large, s, rest) = arcsine(x.abs());
        let (s, rest) = if x < 0.0 { (-s, -rest) } else { (s, rest) };
        // Near 1 and -1 from 0 and π, in the middle from π/2.
        let base = if is_large { if x < 0.0 { 2.0 } else { 0.0 } } else { 1.0 };
        let part: f64 = if is_large { 2.0 } else { -1.0 };
        let (high, low) = ordered_sum(base * PI_2[0], part * s);
        let result = high + (low + part.mul_add(rest, base * PI_2[1]));
        let result = if x.abs() > 1.0 { f64::NAN } else { result };
        if x.is_nan() { quiet(x) } else { result }
    }
}
