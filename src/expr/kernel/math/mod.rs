//! The elementary functions of `float32` and `float64`, our own: within a unit in the last place or two of the right
//! result, and with the same bits on every machine.
//!
//! A function has a common way without branches, of which the compiler makes lanes of any width, and a rare way for the
//! few arguments that need another algorithm. What is done to an element does not depend on its neighbours: products are
//! fused where it is written, nowhere else, and below AVX2 by the C library, which is slow and has the same bits.
//! `float32` is computed in `float64`, where a shorter polynomial may do, and rounded once more. The polynomials are made
//! by `coefficients.py`.
//!
//! Knows neither the operations of a program nor their names.

#![expect(clippy::inline_always, reason = "so that all is compiled for the level of its caller")]
#![expect(clippy::needless_bitwise_bool, reason = "lanes have no branches")]
#![expect(clippy::neg_cmp_op_on_partial_ord, reason = "NaN is rare, too")]

mod area;
mod coefficients;
mod double;
mod exponential;
mod huge;
mod hyperbolic;
mod inverse;
mod logarithm;
pub(in super::super) mod modulo;
mod power;
mod root;
mod trigonometric;

use fearless_simd::{Level, dispatch};

use super::float::Real;
use super::level::level;

pub(super) use self::area::{Arccosh, Arcsinh, Arctanh};
pub(super) use self::exponential::{Exp, Exp2, Expm1};
pub(super) use self::hyperbolic::{Cosh, Sinh, Tanh};
pub(super) use self::inverse::{Arccos, Arcsin, Arctan, Arctan2};
pub(super) use self::logarithm::{Log, Log1p, Log2, Log10};
pub(super) use self::power::Power;
use self::root::Sqrt;
pub(super) use self::root::{Cbrt, Hypot};
pub(super) use self::trigonometric::{Cos, Sin, Tan};

/// A function of one number.
pub(in super::super) trait Function {
    /// Its value wherever it is not rare; anything where it is.
    fn common(x: f64) -> f64;

    /// Whether the number needs the other way.
    #[inline(always)]
    fn is_rare(_x: f64) -> bool {
        false
    }

    /// Its value where it is rare.
    #[inline(always)]
    fn rare(x: f64) -> f64 {
        Self::common(x)
    }

    /// As [`Function::common`], of a float32: less than 2^-37 off, and rounded.
    #[inline(always)]
    fn common_single(x: f32) -> f32 {
        Self::common(x.into()) as f32
    }

    /// As [`Function::is_rare`], of a float32.
    #[inline(always)]
    fn is_rare_single(x: f32) -> bool {
        Self::is_rare(x.into())
    }

    /// Its value.
    fn of(x: f64) -> f64 {
        dispatch!(level(), _level => if Self::is_rare(x) { Self::rare(x) } else { Self::common(x) })
    }
}

/// A number whose lanes functions are computed in.
pub(in super::super) trait Lane: Copy {
    /// [`Function::common`] of it.
    fn common<F: Function>(self) -> Self;

    /// [`Function::is_rare`] of it.
    fn is_rare<F: Function>(self) -> bool;
}

impl Lane for f64 {
    #[inline(always)]
    fn common<F: Function>(self) -> Self {
        F::common(self)
    }

    #[inline(always)]
    fn is_rare<F: Function>(self) -> bool {
        F::is_rare(self)
    }
}

impl Lane for f32 {
    #[inline(always)]
    fn common<F: Function>(self) -> Self {
        F::common_single(self)
    }

    #[inline(always)]
    fn is_rare<F: Function>(self) -> bool {
        F::is_rare_single(self)
    }
}

/// A function of two numbers.
pub(in super::super) trait Function2 {
    /// Its value wherever it is not rare; anything where it is.
    fn common(x: f64, y: f64) -> f64;

    /// Whether the numbers need the other way.
    fn is_rare(x: f64, y: f64) -> bool;

    /// Its value where it is rare.
    fn rare(x: f64, y: f64) -> f64;

    /// Its value.
    fn of(x: f64, y: f64) -> f64 {
        dispatch!(level(), _level => if Self::is_rare(x, y) { Self::rare(x, y) } else { Self::common(x, y) })
    }
}

/// Elements after which it is asked whether one of them was rare.
const PIECE: usize = 256;

/// `out[n] = F(a[n])`.
pub(super) fn map1<F: Function, T: Real>(a: &[T], out: &mut [T]) {
    at_level1::<F, T>(level(), a, out);
}

fn at_level1<F: Function, T: Real>(level: Level, a: &[T], out: &mut [T]) {
    dispatch!(level, _level => pieces1::<F, T>(a, out));
}

#[inline(always)]
fn pieces1<F: Function, T: Real>(a: &[T], out: &mut [T]) {
    for (a, out) in a.chunks(PIECE).zip(out.chunks_mut(PIECE)) {
        let mut any = false;
        for (out, &a) in out.iter_mut().zip(a) {
            *out = a.common::<F>();
            any |= a.is_rare::<F>();
        }
        if any {
            rare1::<F, T>(a, out);
        }
    }
}

#[inline(always)]
fn rare1<F: Function, T: Real>(a: &[T], out: &mut [T]) {
    for (out, &a) in out.iter_mut().zip(a) {
        if a.is_rare::<F>() {
            *out = T::from_f64(F::rare(a.to_f64()));
        }
    }
}

/// NumPy's `sqrt`, rounded right: by the instruction, but where it takes three times as long as the products.
pub(super) fn sqrt<T: Real>(a: &[T], out: &mut [T]) {
    #[cfg(target_arch = "x86_64")]
    if level().as_avx512().is_some() {
        return map1::<Sqrt, T>(a, out);
    }
    super::map1(a, out, T::sqrt);
}

/// `out[n] = F(a[n], b[n])`.
pub(super) fn map2<F: Function2, T: Real>(a: &[T], b: &[T], out: &mut [T]) {
    at_level2(
        level(),
        (a, b, out),
        #[inline(always)]
        |x, y| T::from_f64(F::common(x.to_f64(), y.to_f64())),
        #[inline(always)]
        |x, y| F::is_rare(x.to_f64(), y.to_f64()),
        #[inline(always)]
        |x, y| T::from_f64(F::rare(x.to_f64(), y.to_f64())),
    );
}

/// `out[n] = result(rest, a[n], b[n])`, with the rest of `fmod`.
fn of_rest<T: Real>(a: &[T], b: &[T], out: &mut [T], result: impl Fn(T, T, T) -> T) {
    at_level2(
        level(),
        (a, b, out),
        #[inline(always)]
        |a, b| result(modulo::fmod(a, b), a, b),
        modulo::is_rare,
        |a, b| result(a % b, a, b),
    );
}

/// NumPy's `fmod`, exact.
pub(super) fn fmod<T: Real>(a: &[T], b: &[T], out: &mut [T]) {
    of_rest(
        a,
        b,
        out,
        #[inline(always)]
        |rest, _, _| rest,
    );
}

/// NumPy's `mod`, rounded once.
pub(super) fn remainder<T: Real>(a: &[T], b: &[T], out: &mut [T]) {
    of_rest(
        a,
        b,
        out,
        #[inline(always)]
        |rest, _, b| modulo::remainder(rest, b),
    );
}

/// NumPy's `floor_divide`.
pub(super) fn floor_divide<T: Real>(a: &[T], b: &[T], out: &mut [T]) {
    of_rest(a, b, out, modulo::floor_divide);
}

fn at_level2<T: Real>(
    level: Level,
    (a, b, out): (&[T], &[T], &mut [T]),
    common: impl Fn(T, T) -> T,
    is_rare: impl Fn(T, T) -> bool,
    rare: impl Fn(T, T) -> T,
) {
    dispatch!(level, _level => pieces2((a, b, out), &common, &is_rare, &rare));
}

#[inline(always)]
fn pieces2<T: Real>(
    (a, b, out): (&[T], &[T], &mut [T]),
    common: &impl Fn(T, T) -> T,
    is_rare: &impl Fn(T, T) -> bool,
    rare: &impl Fn(T, T) -> T,
) {
    for ((a, b), out) in a.chunks(PIECE).zip(b.chunks(PIECE)).zip(out.chunks_mut(PIECE)) {
        let mut any = false;
        for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
            *out = common(a, b);
            any |= is_rare(a, b);
        }
        if any {
            rare2((a, b, out), is_rare, rare);
        }
    }
}

#[inline(always)]
fn rare2<T: Real>((a, b, out): (&[T], &[T], &mut [T]), is_rare: &impl Fn(T, T) -> bool, rare: &impl Fn(T, T) -> T) {
    for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
        if is_rare(a, b) {
            *out = rare(a, b);
        }
    }
}

#[cfg(test)]
mod tests;
