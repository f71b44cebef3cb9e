//! Operations on `complex64` and `complex128`: products are fused as NumPy fuses them, quotients are Smith's, and the
//! elementary functions are computed in `complex128`.

mod function;
pub(in super::super) mod power;
mod special;

use num_complex::Complex;

use self::function::function;
use self::power::power;
use super::compare::Compare;
use super::float::Real;
use super::math::{Arctan2, Function2, Hypot};
use super::{map1, map2};
use crate::expr::op::Op;

pub(super) fn binary<T: Real>(op: Op, a: &[Complex<T>], b: &[Complex<T>], out: &mut [Complex<T>]) {
    match op {
        Op::Add => map2(a, b, out, |a, b| Complex::new(a.re + b.re, a.im + b.im)),
        Op::Subtract => map2(a, b, out, |a, b| Complex::new(a.re - b.re, a.im - b.im)),
        Op::Multiply => map2(a, b, out, multiply),
        Op::Divide => map2(a, b, out, divide),
        Op::MultiplyParts => map2(a, b, out, |a, b| Complex::new(a.re * b.re, a.im * b.im)),
        Op::DivideParts => map2(a, b, out, |a, b| Complex::new(a.re / b.re, a.im / b.im)),
        Op::Power => map2(a, b, out, |a, b| narrowed(power(widened(a), widened(b)))),
        // Of equal values, zeros of either sign among them, the first.
        Op::Minimum => map2(a, b, out, |a, b| if a.less_equal(b) || is_nan(a) { a } else { b }),
        Op::Maximum => map2(a, b, out, |a, b| if b.less_equal(a) || is_nan(a) { a } else { b }),
        Op::Fmin => map2(a, b, out, |a, b| if a.less_equal(b) || is_nan(b) { a } else { b }),
        Op::Fmax => map2(a, b, out, |a, b| if b.less_equal(a) || is_nan(b) { a } else { b }),
        other => unreachable!("{other:?} of complex numbers"),
    }
}

pub(super) fn unary<T: Real>(op: Op, a: &[Complex<T>], out: &mut [Complex<T>]) {
    match op {
        Op::Negative => map1(a, out, |a| Complex::new(-a.re, -a.im)),
        Op::Conjugate => map1(a, out, |a| Complex::new(a.re, -a.im)),
        Op::Sign => map1(a, out, sign),
        Op::Square => map1(a, out, |a| multiply(a, a)),
        Op::Reciprocal => map1(a, out, reciprocal),
        Op::Rint => map1(a, out, |a| Complex::new(a.re.round_ties_even(), a.im.round_ties_even())),
        _ => {
            let f = function::<T>(op);
            map1(a, out, |a| narrowed(f(widened(a))));
        }
    }
}

/// What is real of a complex number.
pub(super) fn part<T: Real>(op: Op, a: &[Complex<T>], out: &mut [T]) {
    match op {
        Op::Real => map1(a, out, |a| a.re),
        Op::Imag => map1(a, out, |a| a.im),
        Op::Absolute => map1(a, out, |a| T::from_f64(Hypot::of(a.re.to_f64(), a.im.to_f64()))),
        Op::Angle => map1(a, out, |a| T::from_f64(Arctan2::of(a.im.to_f64(), a.re.to_f64()))),
        other => unreachable!("{other:?} is no part"),
    }
}

pub(super) fn test<T: Real>(op: Op, a: &[Complex<T>], out: &mut [u8]) {
    match op {
        Op::IsNan => map1(a, out, |a| u8::from(is_nan(a))),
        Op::IsInf => map1(a, out, |a| u8::from(a.re.is_infinite() || a.im.is_infinite())),
        Op::IsFinite => map1(a, out, |a| u8::from(a.re.is_finite() && a.im.is_finite())),
        other => unreachable!("{other:?} is no test"),
    }
}

fn is_nan<T: Real>(a: Complex<T>) -> bool {
    a.re.is_nan() || a.im.is_nan()
}

fn widened<T: Real>(a: Complex<T>) -> Complex<f64> {
    Complex::new(a.re.to_f64(), a.im.to_f64())
}

fn narrowed<T: Real>(a: Complex<f64>) -> Complex<T> {
    Complex::new(T::from_f64(a.re), T::from_f64(a.im))
}

/// With one fused product in each part, as NumPy computes it where the processor can.
pub(super) fn multiply<T: Real>(a: Complex<T>, b: Complex<T>) -> Complex<T> {
    Complex::new(a.re.mul_add(b.re, -(a.im * b.im)), a.re.mul_add(b.im, a.im * b.re))
}

/// Smith's algorithm, which does not overflow where the quotient does not.
pub(in super::super) fn divide<T: Real>(a: Complex<T>, b: Complex<T>) -> Complex<T> {
    if b.re.abs() >= b.im.abs() {
        if b.re == T::ZERO {
            return Complex::new(a.re / b.re.abs(), a.im / b.re.abs());
        }
        let ratio = b.im / b.re;
        let scale = T::ONE / (b.re + b.im * ratio);
        Complex::new((a.re + a.im * ratio) * scale, (a.im - a.re * ratio) * scale)
    } else {
        let ratio = b.re / b.im;
        let scale = T::ONE / (b.im + b.re * ratio);
        Complex::new((a.re * ratio + a.im) * scale, (a.im * ratio - a.re) * scale)
    }
}

fn reciprocal<T: Real>(a: Complex<T>) -> Complex<T> {
    if a.im.abs() <= a.re.abs() {
        let ratio = a.im / a.re;
        let size = a.re + a.im * ratio;
        Complex::new(T::ONE / size, -ratio / size)
    } else {
        let ratio = a.re / a.im;
        let size = a.re * ratio + a.im;
        Complex::new(ratio / size, -T::ONE / size)
    }
}

/// The number of absolute value 1 in the same direction; 0 of 0.
fn sign<T: Real>(a: Complex<T>) -> Complex<T> {
    let nan = Complex::new(T::NAN, T::NAN);
    let along = |part: T| if part.is_infinite() { T::ONE.copysign(part) } else { T::ZERO };
    if a.re.is_infinite() && a.im.is_infinite() {
        nan
    } else if a.re.is_infinite() || a.im.is_infinite() {
        Complex::new(along(a.re), along(a.im))
    } else if is_nan(a) {
        nan
    } else if a.re == T::ZERO && a.im == T::ZERO {
        Complex::new(T::ZERO, T::ZERO)
    } else {
        let size = T::from_f64(Hypot::of(a.re.to_f64(), a.im.to_f64()));
        if size.is_finite() {
            return Complex::new(a.re / size, a.im / size);
        }
        let (re, im) = (a.re * T::HALF, a.im * T::HALF);
        let size = T::from_f64(Hypot::of(re.to_f64(), im.to_f64()));
        Complex::new(re / size, im / size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn z(re: f64, im: f64) -> Complex<f64> {
        Complex::new(re, im)
    }

    pub(super) fn assert_near(found: Complex<f64>, expected: Complex<f64>) {
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-14 * b.abs().max(1e-14);
        assert!(near(found.re, expected.re) && near(found.im, expected.im), "{found} for {expected}");
    }

    #[test]
    fn divides_by_zero_and_at_the_ends_of_the_range() {
        assert_eq!(divide(z(1.0, 1.0), z(0.0, 0.0)), z(f64::INFINITY, f64::INFINITY));
        assert_near(divide(z(1e300, 1e300), z(1e300, 1e300)), z(1.0, 0.0));
    }

    #[test]
    fn direction_of_zeros_infinities_and_the_largest() {
        assert_eq!(sign(z(0.0, 0.0)), z(0.0, 0.0));
        assert_eq!(sign(z(f64::INFINITY, -2.0)), z(1.0, 0.0));
        assert_eq!(sign(z(0.0, f64::NEG_INFINITY)), z(0.0, -1.0));
        assert_near(sign(z(1e308, 1e308)), z(0.5f64.sqrt(), 0.5f64.sqrt()));
        // By NumPy 2.4.
        assert_eq!(sign(z(f64::INFINITY, f64::NAN)), z(1.0, 0.0));
        assert_eq!(sign(z(f64::NAN, f64::NEG_INFINITY)), z(0.0, -1.0));
        assert!(sign(z(f64::INFINITY, f64::INFINITY)).re.is_nan());
    }
}
