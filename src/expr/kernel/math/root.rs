//! `sqrt`, `cbrt` and `hypot`: roots, improved by what is left of the power.

use super::coefficients::{CBRT, CBRT_POWERS, RECIPROCAL_ROOT};
use super::double::{nearest, polynomial, power_of_2, product, quiet, whole};
use super::{Function, Function2};

/// The square root in products and sums, which is no other than that of the processor, and faster where lanes are wide.
pub(in super::super) struct Sqrt;
pub(in super::super) struct Cbrt;
pub(in super::super) struct Hypot;

const FRACTION: u64 = (1 << 52) - 1;
const ONE: u64 = 1023 << 52;

/// Goldschmidt's step, which doubles the digits of √x and 1 / (2 √x).
#[inline(always)]
fn nearer(root: f64, half: f64) -> (f64, f64) {
    let left = (-root).mul_add(half, 0.5);
    (root.mul_add(left, root), half.mul_add(left, half))
}

impl Function for Sqrt {
    /// The root is g + h (x - g²), rounded once, of a g ≈ √x and an h ≈ 1 / (2 √x) that are less than 2^-51 off. This sum
    /// is less than 2^-101 off, and on the wrong side of a number halfway between two floats only where √x is as near to
    /// that: the few x of which this could be true are gone through by a test.
    #[inline(always)]
    fn common(x: f64) -> f64 {
        // Half the exponent, negative: 1/√x to one digit, |1 - x guess²| ≤ 0.0683.
        const GUESS: u64 = 0x5FE6_E900_0000_0000;
        let guess = f64::from_bits(GUESS.wrapping_sub(x.to_bits() >> 1));
        let left = (-guess).mul_add(x * guess, 1.0);
        let reciprocal = guess * polynomial(&RECIPROCAL_ROOT, left);
        let (root, half) = nearer(x * reciprocal, 0.5 * reciprocal);
        let (root, half) = nearer(root, half);
        (-root).mul_add(root, x).mul_add(half, root)
    }

    /// What is negative, not finite, or so small that what is left of it is subnormal.
    #[inline(always)]
    fn is_rare(x: f64) -> bool {
        const LEAST: f64 = f64::from_bits((1023 - 900) << 52);
        !((x == 0.0) | (LEAST..f64::INFINITY).contains(&x))
    }

    #[inline(always)]
    fn rare(x: f64) -> f64 {
        x.sqrt()
    }

    #[inline(always)]
    fn common_single(x: f32) -> f32 {
        x.sqrt()
    }

    #[inline(always)]
    fn is_rare_single(_x: f32) -> bool {
        false
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    /// The roots of `c`, which is 1 modulo 8, modulo 2^`bits`.
    fn modular_roots(c: i128, bits: u32) -> [i128; 4] {
        let mut root = 1;
        for known in 3..bits {
            if (root * root - c) & ((1 << (known + 1)) - 1) != 0 {
                root += 1 << (known - 1);
            }
        }
        let half = 1 << (bits - 1);
        [root, -root, root + half, half - root].map(|root| root.rem_euclid(1 << bits))
    }

    /// How near to halfway, squared and in units of 2^-106: enough for what is less than 2^-95 off.
    const NEAR: i128 = 1 << 14;

    /// Numbers whose roots lie nearest to halfway between two floats: `halfway² + distance` is x in units of 2^-106.
    fn hard() -> Vec<f64> {
        // A little more than √2, from which on the numbers are those of x ≥ 2; the two ranges overlap.
        let (least, middle, end) = (1i128 << 53, (1i128 << 53) * 14_142_136 / 10_000_000, 1i128 << 54);
        let from_two = (1i128 << 53) * 14_142_135 / 10_000_000;
        let mut hard = Vec::new();
        for distance in (-NEAR..NEAR).filter(|distance| (-distance).rem_euclid(8) == 1) {
            // From 1 to 2, and from 2 to 4.
            for (bits, range, unit) in [(54, least..middle, 52), (55, from_two..end, 51)] {
                for halfway in modular_roots(-distance, bits).into_iter().filter(|root| range.contains(root)) {
                    let x = (halfway * halfway + distance) >> bits;
                    hard.push(x as f64 / (1u64 << unit) as f64);
                }
            }
        }
        hard
    }

    /// Whether √x, for 1 ≤ x < 4, is nearly halfway between two floats.
    fn is_near_halfway(x: f64) -> bool {
        let whole = |value: f64| (value * (1u64 << 52) as f64) as i128;
        let root = x.sqrt();
        [root.next_down(), root.next_up()].into_iter().any(|other| {
            let halfway = whole(root) + whole(other);
            (halfway * halfway - (whole(x) << 54)).abs() <= NEAR
        })
    }

    fn is_right(x: f64) -> bool {
        let root = if Sqrt::is_rare(x) { Sqrt::rare(x) } else { Sqrt::common(x) };
        root.to_bits() == x.sqrt().to_bits()
    }

    #[test]
    fn square_roots_nearest_to_halfway_are_rounded_right() {
        let hard = hard();
        assert!(hard.len() > 4000, "{}", hard.len());
        assert!(hard.iter().all(|&x| is_near_halfway(x)));
        for x in hard {
            assert!(is_right(x) && is_right(x * 2f64.powi(100)) && is_right(x * 2f64.powi(-100)), "{x:?}");
        }
    }

    #[test]
    fn square_roots_are_those_of_the_processor() {
        let special =
            [0.0, -0.0, 1.0, -1.0, 5e-324, -5e-324, f64::MIN_POSITIVE, f64::MAX, f64::INFINITY, -f64::INFINITY];
        assert!(special.into_iter().all(is_right));
        assert!(Sqrt::rare(f64::NAN).is_nan() && Sqrt::is_rare(f64::NAN));
        let mut bits = 0x9E37_79B9_7F4A_7C15u64;
        for _ in 0..2_000_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let x = f64::from_bits(bits >> 1);
            assert!(x.is_nan() || is_right(x), "{x:?}");
        }
        for exponent in -1074..1024 {
            let power = 2f64.powi(exponent);
            assert!([power, power.next_down(), power.next_up(), power * 1.5].into_iter().all(is_right), "2^{exponent}");
        }
    }
}
