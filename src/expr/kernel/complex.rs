//! Operations on `complex64` and `complex128`: products are fused as NumPy fuses them, quotients are Smith's, and the
//! elementary functions are computed in `complex128`, of those of [`super::math`]; [`super::complex_special`] has the
//! arguments for which their formulas do not hold.

use std::f64::consts::{FRAC_PI_2, LN_2};

use num_complex::Complex;

use super::complex_power::power;
use super::complex_special as special;
use super::float::Real;
use super::math::{
    Arcsinh, Arctan, Arctan2, Cos, Cosh, Exp, Expm1, Function, Function2, Hypot, Log, Log1p, Sin, Sinh, Tan, Tanh,
};
use super::{map1, map2};
use crate::expr::op::Op;

pub(super) fn binary<T: Real>(op: Op, a: &[Complex<T>], b: &[Complex<T>], out: &mut [Complex<T>]) {
    match op {
        Op::Add => map2(a, b, out, |a, b| Complex::new(a.re + b.re, a.im + b.im)),
        Op::Subtract => map2(a, b, out, |a, b| Complex::new(a.re - b.re, a.im - b.im)),
        Op::Multiply => map2(a, b, out, multiply),
        Op::Divide => map2(a, b, out, divide),
        Op::Power => map2(a, b, out, |a, b| narrowed(power(widened(a), widened(b)))),
        // Of equal values, zeros of either sign among them, the first.
        Op::Minimum => map2(a, b, out, |a, b| if less_equal(a, b) || is_nan(a) { a } else { b }),
        Op::Maximum => map2(a, b, out, |a, b| if less_equal(b, a) || is_nan(a) { a } else { b }),
        Op::Fmin => map2(a, b, out, |a, b| if less_equal(a, b) || is_nan(b) { a } else { b }),
        Op::Fmax => map2(a, b, out, |a, b| if less_equal(b, a) || is_nan(b) { a } else { b }),
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
            let f = function(op);
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

fn less_equal<T: Real>(a: Complex<T>, b: Complex<T>) -> bool {
    (a.re < b.re && !a.im.is_nan() && !b.im.is_nan()) || (a.re == b.re && a.im <= b.im)
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

/// What an operation that has no loop of its own computes.
pub(super) fn function(op: Op) -> fn(Complex<f64>) -> Complex<f64> {
    use std::f64::consts::{LN_2, LOG2_E, LOG10_E};
    match op {
        Op::Sqrt => sqrt,
        Op::Exp => exp,
        Op::Exp2 => |a| exp(Complex::new(a.re * LN_2, a.im * LN_2)),
        Op::Expm1 => |a| {
            let half = Sin::of(a.im / 2.0);
            Complex::new(Expm1::of(a.re) * Cos::of(a.im) - 2.0 * half * half, Exp::of(a.re) * Sin::of(a.im))
        },
        Op::Log => log,
        Op::Log2 => |a| log(a) * LOG2_E,
        Op::Log10 => |a| log(a) * LOG10_E,
        Op::Log1p => |a| Complex::new(log1p_size(a), Arctan2::of(a.im, a.re + 1.0)),
        Op::Sin => |a| special::sin(a).unwrap_or_else(|| times_minus_i(sinh(times_i(a)))),
        Op::Cos => |a| special::cos(a).unwrap_or_else(|| cosh(times_i(a))),
        Op::Tan => |a| times_minus_i(tanh(times_i(a))),
        Op::Sinh => sinh,
        Op::Cosh => cosh,
        Op::Tanh => tanh,
        Op::Arcsin => |a| times_minus_i(arcsinh(times_i(a))),
        Op::Arccos => arccos,
        Op::Arctan => |a| special::arctan(a).unwrap_or_else(|| times_minus_i(arctanh(times_i(a)))),
        Op::Arcsinh => arcsinh,
        Op::Arccosh => |a| {
            if let Some(result) = special::arccosh(a) {
                return result;
            }
            let result = arccos(a);
            if result.im <= 0.0 && (result.im != 0.0 || a.im.is_sign_positive()) {
                times_i(result)
            } else {
                times_minus_i(result)
            }
        },
        Op::Arctanh => arctanh,
        other => unreachable!("{other:?} of a complex number"),
    }
}

fn times_i(a: Complex<f64>) -> Complex<f64> {
    Complex::new(-a.im, a.re)
}

fn times_minus_i(a: Complex<f64>) -> Complex<f64> {
    Complex::new(a.im, -a.re)
}

fn sqrt(a: Complex<f64>) -> Complex<f64> {
    if let Some(root) = special::sqrt(a) {
        return root;
    }
    // Scaled by an even power, neither the sum nor the size overflows or is lost.
    let scale = if a.re.abs().max(a.im.abs()) > 1.0 { -2 } else { 108 };
    let (re, im) = (a.re * 2f64.powi(scale), a.im * 2f64.powi(scale));
    let root = ((re.abs() + Hypot::of(re, im)) * 0.5).sqrt();
    let other = im.abs() / (2.0 * root);
    let back = 2f64.powi(-scale / 2);
    let (re, im) = if re >= 0.0 { (root, other) } else { (other, root) };
    Complex::new(re * back, (im * back).copysign(a.im))
}

pub(super) fn exp(a: Complex<f64>) -> Complex<f64> {
    if a.im == 0.0 {
        return Complex::new(Exp::of(a.re), a.im);
    }
    if let Some(result) = special::exp(a) {
        return result;
    }
    // Halves, for the size may overflow where the parts do not.
    let half = Exp::of(a.re / 2.0);
    let size = if a.re > 700.0 { half } else { Exp::of(a.re) };
    let again = if a.re > 700.0 { half } else { 1.0 };
    Complex::new(size * Cos::of(a.im) * again, size * Sin::of(a.im) * again)
}

pub(super) fn log(a: Complex<f64>) -> Complex<f64> {
    let (large, small) = (a.re.abs().max(a.im.abs()), a.re.abs().min(a.im.abs()));
    // Near 1 the logarithm of the rounded size would have lost its digits.
    let size = if (0.5..2.0).contains(&large) && small < 2.0 {
        0.5 * Log1p::of((large - 1.0).mul_add(large + 1.0, small * small))
    } else if (1e-150..1e150).contains(&large) || large == 0.0 || !large.is_finite() {
        Log::of(Hypot::of(large, small))
    } else {
        Log::of(large) + 0.5 * Log1p::of((small / large) * (small / large))
    };
    let size = if a.re.is_infinite() || a.im.is_infinite() {
        f64::INFINITY
    } else if is_nan(a) {
        f64::NAN
    } else {
        size
    };
    Complex::new(size, Arctan2::of(a.im, a.re))
}

fn log1p_size(a: Complex<f64>) -> f64 {
    if a.re.abs() < 0.5 && a.im.abs() < 0.5 {
        0.5 * Log1p::of(a.re * (2.0 + a.re) + a.im * a.im)
    } else {
        log(Complex::new(a.re + 1.0, a.im)).re
    }
}

/// On the axes, where a part is zero, it stays zero beside infinities and NaN.
fn sinh(a: Complex<f64>) -> Complex<f64> {
    if a.im == 0.0 {
        Complex::new(Sinh::of(a.re), a.im)
    } else if let Some(result) = special::sinh(a) {
        result
    } else if a.re == 0.0 {
        Complex::new(a.re * 1f64.copysign(Cos::of(a.im)), Sin::of(a.im))
    } else {
        Complex::new(Sinh::of(a.re) * Cos::of(a.im), Cosh::of(a.re) * Sin::of(a.im))
    }
}

/// As [`sinh`].
fn cosh(a: Complex<f64>) -> Complex<f64> {
    if a.im == 0.0 {
        Complex::new(Cosh::of(a.re), a.im * 1f64.copysign(a.re))
    } else if let Some(result) = special::cosh(a) {
        result
    } else if a.re == 0.0 {
        Complex::new(Cos::of(a.im), a.re * 1f64.copysign(Sin::of(a.im)))
    } else {
        Complex::new(Cosh::of(a.re) * Cos::of(a.im), Sinh::of(a.re) * Sin::of(a.im))
    }
}

/// Kahan's, which neither overflows nor cancels.
fn tanh(a: Complex<f64>) -> Complex<f64> {
    const LARGE: f64 = 20.0;
    if a.im == 0.0 {
        return Complex::new(Tanh::of(a.re), a.im);
    }
    if let Some(result) = special::tanh(a) {
        return result;
    }
    if a.re.abs() > LARGE && a.im.is_finite() {
        return Complex::new(
            1f64.copysign(a.re),
            (4.0 * Sin::of(a.im) * Cos::of(a.im) * Exp::of(-2.0 * a.re.abs())).copysign(Sin::of(a.im) * Cos::of(a.im)),
        );
    }
    let tan = Tan::of(a.im);
    let beta = 1.0 + tan * tan;
    let sinh = Sinh::of(a.re);
    let rho = (1.0 + sinh * sinh).sqrt();
    let below = 1.0 + beta * sinh * sinh;
    Complex::new(beta * rho * sinh / below, tan / below)
}

/// Kahan's.
fn arcsinh(a: Complex<f64>) -> Complex<f64> {
    if a.im == 0.0 {
        return Complex::new(Arcsinh::of(a.re), a.im);
    }
    if let Some(result) = special::arcsinh(a) {
        return result;
    }
    if a.re.is_infinite() || a.im.is_infinite() {
        return Complex::new(f64::INFINITY.copysign(a.re), Arctan2::of(a.im, a.re.abs()));
    }
    let above = sqrt(Complex::new(1.0 - a.im, a.re));
    let below = sqrt(Complex::new(1.0 + a.im, -a.re));
    let sine = above.re * below.im - above.im * below.re;
    let size = Arcsinh::of(-sine);
    let product = above.re * below.re - above.im * below.im;
    Complex::new(size.copysign(a.re), Arctan2::of(a.im, product))
}

/// Kahan's.
fn arccos(a: Complex<f64>) -> Complex<f64> {
    if let Some(result) = special::arccos(a) {
        return result;
    }
    if a.re.is_infinite() || a.im.is_infinite() {
        return Complex::new(Arctan2::of(a.im.abs(), a.re), -f64::INFINITY.copysign(a.im));
    }
    let above = sqrt(Complex::new(1.0 - a.re, -a.im));
    let below = sqrt(Complex::new(1.0 + a.re, a.im));
    let angle = 2.0 * Arctan2::of(above.re, below.re);
    Complex::new(angle, Arcsinh::of(below.re * above.im - below.im * above.re))
}

fn arctanh(a: Complex<f64>) -> Complex<f64> {
    if a.re == 0.0 {
        return Complex::new(a.re, Arctan::of(a.im));
    }
    if let Some(result) = special::arctanh(a) {
        return result;
    }
    if a.re.abs().max(a.im.abs()) > 1e150 {
        // 1/z, whose square of a size would overflow; halves, whose size does not.
        let size = Hypot::of(a.re * 0.5, a.im * 0.5);
        return Complex::new(a.re * 0.5 / size / size * 0.5, FRAC_PI_2.copysign(a.im));
    }
    let size = a.re.abs();
    let away = 1.0 - size;
    let distance = Hypot::of(away, a.im);
    let re = if distance < 1e-150 {
        // The square of the distance to the pole would underflow.
        0.5 * (LN_2 - Log::of(distance))
    } else {
        0.25 * Log1p::of(4.0 * size / (away * away + a.im * a.im))
    };
    let im = 0.5 * Arctan2::of(2.0 * a.im, away * (1.0 + size) - a.im * a.im);
    Complex::new(re.copysign(a.re), im)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn z(re: f64, im: f64) -> Complex<f64> {
        Complex::new(re, im)
    }

    fn assert_near(found: Complex<f64>, expected: Complex<f64>) {
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-14 * b.abs().max(1e-14);
        assert!(near(found.re, expected.re) && near(found.im, expected.im), "{found} for {expected}");
    }

    /// By NumPy 2.4.
    #[test]
    fn the_ends_of_the_range_are_numpys() {
        const INF: f64 = f64::INFINITY;
        const NAN: f64 = f64::NAN;
        let close = |found: Complex<f64>, re: f64, im: f64| {
            let near = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-14 * b.abs();
            assert!(near(found.re, re) && near(found.im, im), "{found} for {re} {im}");
        };
        close(arctanh(z(-1.0, 4.4e-201)), -231.015_573_165_719_45, std::f64::consts::FRAC_PI_4);
        close(arctanh(z(1.0, 0.0)), INF, 0.0);
        close(arctanh(z(1e160, 1.0)), 1e-160, FRAC_PI_2);
        close(arctanh(z(INF, NAN)), 0.0, NAN);
        close(arctanh(z(NAN, INF)), 0.0, FRAC_PI_2);
        close(arctanh(z(2.0, NAN)), NAN, NAN);
        close(tanh(z(INF, INF)), 1.0, 0.0);
        close(tanh(z(-INF, NAN)), -1.0, 0.0);
        close(sign(z(INF, NAN)), 1.0, 0.0);
        close(sign(z(NAN, -INF)), 0.0, -1.0);
        close(sign(z(INF, INF)), NAN, NAN);
    }

    #[test]
    fn divides_by_zero_and_at_the_ends_of_the_range() {
        assert_eq!(divide(z(1.0, 1.0), z(0.0, 0.0)), z(f64::INFINITY, f64::INFINITY));
        assert_near(divide(z(1e300, 1e300), z(1e300, 1e300)), z(1.0, 0.0));
    }

    #[test]
    fn functions_undo_each_other() {
        for a in [z(0.3, 0.4), z(-0.7, 1.2), z(1.5, -0.25), z(-0.1, -0.9)] {
            let of = |op: Op, a| function(op)(a);
            assert_near(of(Op::Exp, log(a)), a);
            assert_near(multiply(sqrt(a), sqrt(a)), a);
            for (op, inverse) in [
                (Op::Sin, Op::Arcsin),
                (Op::Cos, Op::Arccos),
                (Op::Tan, Op::Arctan),
                (Op::Sinh, Op::Arcsinh),
                (Op::Cosh, Op::Arccosh),
                (Op::Tanh, Op::Arctanh),
                (Op::Expm1, Op::Log1p),
            ] {
                assert_near(of(op, of(inverse, a)), a);
            }
        }
    }

    #[test]
    fn direction_of_zeros_infinities_and_the_largest() {
        assert_eq!(sign(z(0.0, 0.0)), z(0.0, 0.0));
        assert_eq!(sign(z(f64::INFINITY, -2.0)), z(1.0, 0.0));
        assert_eq!(sign(z(0.0, f64::NEG_INFINITY)), z(0.0, -1.0));
        assert_near(sign(z(1e308, 1e308)), z(0.5f64.sqrt(), 0.5f64.sqrt()));
    }
}
