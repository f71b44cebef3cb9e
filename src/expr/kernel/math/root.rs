//! `cbrt` and `hypot`: roots, improved by what is left of the power.

use super::coefficients::{CBRT, CBRT_POWERS};
use super::double::{nearest, polynomial, power_of_2, product, quiet, whole};
use super::{Function, Function2};

pub(in super::super) struct Cbrt;
pub(in super::super) struct Hypot;

const FRACTION: u64 = (1 << 52) - 1;
const ONE: u64 = 1023 << 52;

impl Function for Cbrt {
    #[inline(always)]
    fn common(x: f64) -> f64 {
        const SCALE: f64 = (1u64 << 54) as f64;
        let size = x.abs();
        let is_small = size < f64::MIN_POSITIVE;
        let bits = (if is_small { size * SCALE } else { size }).to_bits();
        let mantissa = f64::from_bits(bits & FRACTION | ONE);
        // x = m 2^(3 third + left), and never negative: 1023 and 54 are multiples of 3.
        let exponent = whole(bits >> 52);
        let (third, _) = nearest(exponent - 1.0, 1.0 / 3.0);
        let left = (-3.0f64).mul_add(third, exponent);
        let power = if left > 1.5 {
            (4.0, CBRT_POWERS[2])
        } else if left > 0.5 {
            (2.0, CBRT_POWERS[1])
        } else {
            (1.0, 1.0)
        };
        let value = mantissa * power.0;
        let root = polynomial(&CBRT, mantissa) * power.1;
        // Halley's step makes three times as many digits right, the last one all.
        let cube = root * root * root;
        let root = root * (2.0f64.mul_add(value, cube) / 2.0f64.mul_add(cube, value));
        let (square, square_low) = product(root, root);
        let (cube, cube_low) = product(square, root);
        let left = (cube - value) + square_low.mul_add(root, cube_low);
        let root = root - left / (3.0 * square);
        let result = root * power_of_2(third - if is_small { 341.0 + 18.0 } else { 341.0 });
        let result = if x == 0.0 { x } else { result.copysign(x) };
        if size < f64::INFINITY { result } else { quiet(x) }
    }
}

/// Squares of what lies between are exact pairs.
const LARGE: f64 = f64::from_bits((1023 + 500) << 52);
const SMALL: f64 = f64::from_bits((1023 - 400) << 52);

impl Function2 for Hypot {
    #[inline(always)]
    fn common(x: f64, y: f64) -> f64 {
        let (x, y) = (x.abs(), y.abs());
        let (more, less) = if x < y { (y, x) } else { (x, y) };
        let (first, first_low) = product(more, more);
        let (second, second_low) = product(less, less);
        let root = more.mul_add(more, second).sqrt();
        let (square, square_low) = product(root, root);
        let left = ((first - square) + second) + ((first_low - square_low) + second_low);
        root + left / (2.0 * root)
    }

    #[inline(always)]
    fn is_rare(x: f64, y: f64) -> bool {
        let (x, y) = (x.abs(), y.abs());
        let more = if x < y { y } else { x };
        !((more > SMALL) & (more < LARGE) & (x < LARGE) & (y < LARGE))
    }

    #[inline(always)]
    fn rare(x: f64, y: f64) -> f64 {
        const SCALE: f64 = f64::from_bits((1023 + 600) << 52);
        if x.is_infinite() || y.is_infinite() {
            f64::INFINITY
        } else if x.is_nan() || y.is_nan() {
            f64::NAN
        } else if x == 0.0 && y == 0.0 {
            0.0
        } else if x.abs().max(y.abs()) > 1.0 {
            Self::common(x / SCALE, y / SCALE) * SCALE
        } else {
            Self::common(x * SCALE, y * SCALE) / SCALE
        }
    }
}
