//! `log`, `log2`, `log10` and `log1p`: x = 2^k (1 + f), and log(1 + f) by a polynomial of s = f / (2 + f).

use super::Function;
use super::coefficients::{LN_2, LN_2_FULL, LOG, LOG_SHORT, LOG2_E, LOG10_2, LOG10_E};
use super::double::{ordered_sum, pair_product, polynomial, power_of_2, product, quiet, sum, whole};

pub(in super::super) struct Log;
pub(in super::super) struct Log2;
pub(in super::super) struct Log10;
pub(in super::super) struct Log1p;

/// The bits of √½, the least of the mantissas.
const LEAST: u64 = 0x3fe6_a09e_667f_3bcd;
const ONE: u64 = 1023 << 52;
const FRACTION: u64 = (1 << 52) - 1;
/// By how much numbers are scaled that may be subnormal.
const SCALE: f64 = (1u64 << 54) as f64;

/// `k` and `f` of x = 2^k (1 + f), √½ ≤ 1 + f < √2, for normal positive numbers.
#[inline(always)]
fn reduced_normal(x: f64) -> (f64, f64) {
    let bits = x.to_bits().wrapping_add(ONE - LEAST);
    let k = whole(bits >> 52) - 1023.0;
    (k, f64::from_bits((bits & FRACTION) + LEAST) - 1.0)
}

/// As [`reduced_normal`] for all positive numbers.
#[inline(always)]
pub(super) fn reduced(x: f64) -> (f64, f64) {
    let is_small = x < f64::MIN_POSITIVE;
    let (k, f) = reduced_normal(if is_small { x * SCALE } else { x });
    (if is_small { k - 54.0 } else { k }, f)
}

/// `base + log(1 + f)` as a pair; `base` is zero or greater than the logarithm.
#[inline(always)]
fn with_logarithm(base: f64, f: f64) -> (f64, f64) {
    // log(1 + f) = f - f²/2 + s (f²/2 + R(s²)).
    let s = f / (2.0 + f);
    let z = s * s;
    let (square, square_low) = product(0.5 * f, f);
    let (first, first_low) = ordered_sum(base, f);
    let (high, high_low) = ordered_sum(first, -square);
    let beyond = s * z.mul_add(polynomial(&LOG, z), square);
    (high, (first_low + high_low) + (beyond - square_low))
}

/// What a logarithm is of a number that has none of its own.
#[inline(always)]
fn or_special(x: f64, result: f64) -> f64 {
    let result = if x > 0.0 { result } else { f64::NAN };
    let result = if x == 0.0 { f64::NEG_INFINITY } else { result };
    if x == f64::INFINITY || x.is_nan() { quiet(x) } else { result }
}

/// `k ln(2) + log(1 + x + low)` as a pair, for x > -1 that is finite.
#[inline(always)]
pub(super) fn above_one(k: f64, x: f64, low: f64) -> (f64, f64) {
    const NEAR: std::ops::Range<f64> = -0.29..0.41;
    let is_near = x > NEAR.start && x < NEAR.end;
    let (all, rest) = sum(1.0, x);
    let (exponent, fraction) = reduced_normal(all);
    // Of large numbers the rest is nothing, and scaled by less it stays so.
    let back = power_of_2(if exponent < 200.0 { -exponent } else { -200.0 });
    let f = if is_near { x } else { fraction };
    let f_low = if is_near { low } else { (rest + low) * back };
    let k = if is_near { k } else { k + exponent };
    let (high, rest) = with_logarithm(k * LN_2[0], f);
    (high, rest + k.mul_add(LN_2[1], f_low / (1.0 + f)))
}

/// The functions of a positive number, whose `k` and `f` are given, and what else they have.
macro_rules! of_positive {
    ($($Name:ident: $value:ident { $($more:item)* })*) => {
        $(
            impl Function for $Name {
                #[inline(always)]
                fn common(x: f64) -> f64 {
                    let result = $value(reduced_normal(x));
                    if x < 0.0 { f64::NAN } else { result }
                }

                /// Zeros, subnormal and infinite numbers, NaN. Not the negative ones: `where(x > 0, log(x), 0)` has many.
                #[inline(always)]
                fn is_rare(x: f64) -> bool {
                    !((x.abs() >= f64::MIN_POSITIVE) & (x.abs() < f64::INFINITY))
                }

                #[inline(always)]
                fn rare(x: f64) -> f64 {
                    or_special(x, $value(reduced(x)))
                }

                $($more)*
            }
        )*
    };
}

of_positive! {
    Log: natural {
        #[inline(always)]
        fn common_single(x: f32) -> f32 {
            let result = natural_single(x) as f32;
            if x < 0.0 { f32::NAN } else { result }
        }

        #[inline(always)]
        fn is_rare_single(x: f32) -> bool {
            !((x.abs() >= f32::MIN_POSITIVE) & (x.abs() < f32::INFINITY))
        }
    }
    Log2: binary {}
    Log10: decimal {}
}

/// The logarithm of a normal positive float32, within 2^-38 of it: a division would cost more than the terms it saves.
#[inline(always)]
fn natural_single(x: f32) -> f64 {
    /// The bits of √½.
    const LEAST: u32 = 0x3f35_04f3;
    const ONE: u32 = 127 << 23;
    const FRACTION: u32 = (1 << 23) - 1;
    let bits = x.to_bits().wrapping_add(ONE - LEAST);
    let k = f64::from((bits >> 23) as i32 - 127);
    // Exact.
    let f = f64::from(f32::from_bits((bits & FRACTION) + LEAST) - 1.0);
    let beyond = f.mul_add(polynomial(&LOG_SHORT, f), -0.5);
    k.mul_add(LN_2_FULL[0], (f * f).mul_add(beyond, f))
}

#[inline(always)]
fn natural((k, f): (f64, f64)) -> f64 {
    let (high, low) = with_logarithm(k * LN_2[0], f);
    high + k.mul_add(LN_2[1], low)
}

#[inline(always)]
fn binary((k, f): (f64, f64)) -> f64 {
    let (high, low) = with_logarithm(0.0, f);
    let (high, low) = pair_product(ordered_sum(high, low), (LOG2_E[0], LOG2_E[1]));
    let (high, rest) = ordered_sum(k, high);
    high + (rest + low)
}

#[inline(always)]
fn decimal((k, f): (f64, f64)) -> f64 {
    let (high, low) = with_logarithm(0.0, f);
    let (high, low) = pair_product(ordered_sum(high, low), (LOG10_E[0], LOG10_E[1]));
    let (high, rest) = ordered_sum(k * LOG10_2[0], high);
    high + (rest + k.mul_add(LOG10_2[1], low))
}

impl Function for Log1p {
    #[inline(always)]
    fn common(x: f64) -> f64 {
        let (high, low) = above_one(0.0, x, 0.0);
        let result = or_special(1.0 + x, high + low);
        // Zeros keep their sign.
        if x == 0.0 { x } else { result }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_polynomial_is_near_enough_to_be_rounded() {
        let near_one = (0x3f7f_f000..0x3f80_1000u32).chain([1 << 23, 0x7f7f_ffff]);
        for bits in near_one.chain((1 << 23..0x7f80_0000).step_by(9973)) {
            let x = f32::from_bits(bits);
            let (found, expected) = (natural_single(x), f64::from(x).ln());
            assert!(
                (found - expected).abs() <= expected.abs() * 2f64.powi(-37),
                "log of {x:e}: {found} for {expected}"
            );
        }
    }

    #[test]
    fn float32_without_a_logarithm_are_as_in_float64() {
        for x in [-1.0f32, -f32::MIN_POSITIVE, f32::MIN] {
            assert!(Log::common_single(x).is_nan() && !Log::is_rare_single(x));
        }
        for x in [0.0f32, -0.0, 1e-45, f32::MIN_POSITIVE.next_down(), f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
            assert!(Log::is_rare_single(x));
        }
    }
}
