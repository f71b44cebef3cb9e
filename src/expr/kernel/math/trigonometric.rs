//! `sin`, `cos` and `tan`: x = n π/2 + r, and polynomials of r; huge arguments are reduced one by one.

use super::Function;
use super::coefficients::{COS, PI_2, SIN, TWO_OVER_PI};
use super::double::{nearest, ordered_sum, polynomial, product, quotient};
use super::huge;

pub(in super::super) struct Sin;
pub(in super::super) struct Cos;
pub(in super::super) struct Tan;

/// What is left of an argument.
#[derive(Clone, Copy)]
pub(super) struct Reduced {
    /// The lowest bits of n of x = n π/2 + r.
    pub(super) quadrant: u64,
    /// `r` as a pair, |r| ≤ π/4.
    pub(super) rest: (f64, f64),
}

/// Below it, three parts of π/2 are enough.
const HUGE: f64 = (1u64 << 32) as f64;

#[inline(always)]
fn is_huge(x: f64) -> bool {
    // NaN is, too.
    !(x.abs() < HUGE)
}

/// `x - n π/2` without the third part of π/2: the first of the three numbers less the two others, exactly.
#[inline(always)]
fn parts_left(x: f64, n: f64) -> (f64, f64, f64) {
    // Exact, and of any n but 0 a multiple of 2^-53, the unit of arguments near π/4, where n is 1: the second number is
    // below 2^-22, so that even where it is the larger one, the first is a multiple of its unit, which is all that an
    // ordered sum takes to be exact.
    let rest = (-n).mul_add(PI_2[0], x);
    let (second, second_low) = product(n, PI_2[1]);
    (rest, second, second_low)
}

#[inline(always)]
fn reduced(x: f64) -> Reduced {
    let (n, quadrant) = nearest(x, TWO_OVER_PI);
    let (rest, second, second_low) = parts_left(x, n);
    let (high, low) = ordered_sum(rest, -second);
    Reduced { quadrant, rest: (high, (-n).mul_add(PI_2[2], low - second_low)) }
}

/// `sin(r)` as a sum of two numbers.
#[inline(always)]
fn sine((high, low): (f64, f64)) -> (f64, f64) {
    let z = high * high;
    (high, (z * high).mul_add(polynomial(&SIN, z), low * (-0.5f64).mul_add(z, 1.0)))
}

/// As [`sine`], with more digits: a quotient has errors of its own.
#[inline(always)]
fn precise_sine((high, low): (f64, f64)) -> (f64, f64) {
    let (z, z_low) = product(high, high);
    let (cube, cube_low) = product(z, high);
    let factor = polynomial(&SIN, z);
    let beyond = low.mul_add((-0.5f64).mul_add(z, 1.0), z_low.mul_add(high, cube_low) * factor);
    ordered_sum(high, cube.mul_add(factor, beyond))
}

/// `cos(r)` as a sum of two numbers.
#[inline(always)]
fn cosine((high, low): (f64, f64)) -> (f64, f64) {
    let (z, z_low) = product(high, high);
    let (one, rest) = ordered_sum(1.0, -0.5 * z);
    let beyond = (z * z).mul_add(polynomial(&COS, z), (-high).mul_add(low, -0.5 * z_low));
    (one, rest + beyond)
}

/// The sine in the first quadrant, the cosine in the next, then both negated.
#[inline(always)]
fn turned(Reduced { quadrant, rest }: Reduced) -> f64 {
    let (sine, cosine) = (sine(rest), cosine(rest));
    let value = if quadrant & 1 == 0 { sine.0 + sine.1 } else { cosine.0 + cosine.1 };
    f64::from_bits(value.to_bits() ^ ((quadrant & 2) << 62))
}

#[inline(always)]
fn tangent(Reduced { quadrant, rest }: Reduced) -> f64 {
    let (sine, cosine) = (precise_sine(rest), cosine(rest));
    let cosine = ordered_sum(cosine.0, cosine.1);
    let is_even = quadrant & 1 == 0;
    let (high, low) =
        quotient(if is_even { sine } else { (-cosine.0, -cosine.1) }, if is_even { cosine } else { sine });
    high + low
}

impl Function for Sin {
    #[inline(always)]
    fn common(x: f64) -> f64 {
        let result = turned(reduced(x));
        // Zeros keep their sign.
        if x == 0.0 { x } else { result }
    }

    #[inline(always)]
    fn is_rare(x: f64) -> bool {
        is_huge(x)
    }

    #[inline(always)]
    fn rare(x: f64) -> f64 {
        huge::reduced(x).map_or(f64::NAN, turned)
    }
}

impl Function for Cos {
    #[inline(always)]
    fn common(x: f64) -> f64 {
        turned(quarter_further(reduced(x)))
    }

    #[inline(always)]
    fn is_rare(x: f64) -> bool {
        is_huge(x)
    }

    #[inline(always)]
    fn rare(x: f64) -> f64 {
        huge::reduced(x).map_or(f64::NAN, |reduced| turned(quarter_further(reduced)))
    }
}

#[inline(always)]
fn quarter_further(reduced: Reduced) -> Reduced {
    Reduced { quadrant: reduced.quadrant.wrapping_add(1), ..reduced }
}

impl Function for Tan {
    #[inline(always)]
    fn common(x: f64) -> f64 {
        let result = tangent(reduced(x));
        if x == 0.0 { x } else { result }
    }

    #[inline(always)]
    fn is_rare(x: f64) -> bool {
        is_huge(x)
    }

    #[inline(always)]
    fn rare(x: f64) -> f64 {
        huge::reduced(x).map_or(f64::NAN, tangent)
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::FRAC_PI_2;

    use super::super::double::sum;
    use super::*;

    /// Beside multiples of π/2 the first number vanishes before the second.
    #[test]
    fn what_is_left_is_exact_where_it_cancels() {
        let mut cancelled = 0;
        let mut bits = 1u64;
        for _ in 0..20_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let multiple = (bits >> 33) >> ((bits >> 20) & 31);
            let near = multiple as f64 * FRAC_PI_2;
            for step in -4i64..=4 {
                let x = f64::from_bits(near.to_bits().wrapping_add_signed(if near == 0.0 { step.abs() } else { step }));
                if is_huge(x) {
                    continue;
                }
                let (n, _) = nearest(x, TWO_OVER_PI);
                let (rest, second, _) = parts_left(x, n);
                let (high, low) = ordered_sum(rest, -second);
                let exact = sum(rest, -second);
                assert_eq!((high.to_bits(), low.to_bits()), (exact.0.to_bits(), exact.1.to_bits()), "{x:e}");
                cancelled += usize::from(rest.abs() < second.abs());
            }
        }
        assert!(cancelled > 5_000, "{cancelled}");
    }
}
