//! The elementary functions of complex numbers, made of those of real ones in [`math`](super::super::math);
//! [`special`] has the arguments for which their formulas do not hold. Knows no blocks.

use std::f64::consts::{FRAC_PI_2, LN_2};

use num_complex::Complex;

use super::super::float::Real;
use super::super::math::{
    Arcsinh, Arctan, Arctan2, Cos, Cosh, Exp, Expm1, Function, Function2, Hypot, Log, Log1p, Sin, Sinh, Tan, Tanh,
};
use super::{is_nan, special};
use crate::expr::op::Op;

/// What an operation that has no loop of its own computes, of numbers with parts `T`.
pub(super) fn function<T: Real>(op: Op) -> fn(Complex<f64>) -> Complex<f64> {
    use std::f64::consts::{LOG2_E, LOG10_E};
    match op {
        Op::Sqrt => sqrt,
        Op::Exp => exp,
        Op::Exp2 => |a| exp(Complex::new(a.re * LN_2, a.im * LN_2)),
        Op::Expm1 => expm1::<T>,
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

/// Whether the square of the size may overflow; 1 is nothing beside that. An infinity is huge, whatever the other part.
fn is_huge(a: Complex<f64>) -> bool {
    a.re.abs().max(a.im.abs()) > 1e150
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
    // Scaled by an even power, neither the sum nor the size overflows or is lost; scaled only then, nothing else is.
    let (scale, back) = match a.re.abs().max(a.im.abs()) {
        large if large > 1e300 => (2f64.powi(-2), 2.0),
        small if small < 1e-250 => (2f64.powi(108), 2f64.powi(-54)),
        _ => (1.0, 1.0),
    };
    let (re, im) = (a.re * scale, a.im * scale);
    let root = ((re.abs() + Hypot::of(re, im)) * 0.5).sqrt();
    let other = im.abs() / (2.0 * root);
    let (re, im) = if re >= 0.0 { (root, other) } else { (other, root) };
    Complex::new(re * back, (im * back).copysign(a.im))
}

pub(super) fn exp(a: Complex<f64>) -> Complex<f64> {
    if a.im == 0.0 {
        return Complex::new(Exp::of(a.re), a.im);
    }
    special::exp(a).unwrap_or_else(|| Complex::new(grown(Cos::of(a.im), a.re, 1.0), grown(Sin::of(a.im), a.re, 1.0)))
}

/// Beyond it the exponential is near the end of the range.
const LARGE_EXPONENT: f64 = 700.0;

/// `part · e^exponent · factor`, which may be in the range where the exponential is not.
fn grown(part: f64, exponent: f64, factor: f64) -> f64 {
    if exponent <= LARGE_EXPONENT {
        return part * Exp::of(exponent) * factor;
    }
    let quarter = Exp::of(exponent / 4.0);
    part * quarter * quarter * quarter * (quarter * factor)
}

/// NumPy's formula. As there, the exponential is infinite beyond the range of the parts, which are `T`.
fn expm1<T: Real>(a: Complex<f64>) -> Complex<f64> {
    let ranged = |size: f64| if T::from_f64(size).is_infinite() { f64::INFINITY } else { size };
    let half = Sin::of(a.im / 2.0);
    let re = ranged(Expm1::of(a.re)) * Cos::of(a.im) - 2.0 * half * half;
    Complex::new(re, ranged(Exp::of(a.re)) * Sin::of(a.im))
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
    } else if a.re.abs() > LARGE_EXPONENT {
        let size = a.re.abs();
        Complex::new(grown(Cos::of(a.im), size, 0.5f64.copysign(a.re)), grown(Sin::of(a.im), size, 0.5))
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
    } else if a.re.abs() > LARGE_EXPONENT {
        let size = a.re.abs();
        Complex::new(grown(Cos::of(a.im), size, 0.5), grown(Sin::of(a.im), size, 0.5f64.copysign(a.re)))
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
    if is_huge(a) {
        return Complex::new((log(a).re + LN_2).copysign(a.re), Arctan2::of(a.im, a.re.abs()));
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
    if is_huge(a) {
        return Complex::new(Arctan2::of(a.im.abs(), a.re), -(log(a).re + LN_2).copysign(a.im));
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
    if is_huge(a) {
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
    use super::super::tests::{assert_near, z};
    use super::super::{multiply, unary};
    use super::*;

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
        close(exp(z(1430.0, 5e-324)), INF, 5.431_174_774_208_59e297);
        close(sinh(z(-745.0, 1e-310)), -INF, 17_715_728_757_651.3);
        close(cosh(z(-1024.0, 1e-200)), INF, -2.609_272_717_183_717e244);
        close(arcsinh(z(-1.7e308, 1.7e308)), -710.766_557_664_068, std::f64::consts::FRAC_PI_4);
        close(arccos(z(1e308, 1.7e308)), 1.039_072_259_536_091, -710.568_560_401_541);
        close(sqrt(z(1.7e308, 1.7e308)), 1.432_508_823_015_457_3e154, 5.933_645_827_121_221e153);
        close(sqrt(z(5e-324, 5e-324)), 2.442_109_726_130_830_4e-162, 1.011_554_969_366_634_7e-162);
    }

    #[test]
    fn a_root_keeps_the_digits_of_a_subnormal_part() {
        assert_eq!(sqrt(z(1024.0, 1e-310)), z(32.0, 1.5625e-312));
        assert_eq!(sqrt(z(-1024.0, -1e-310)), z(1.5625e-312, -32.0));
    }

    #[test]
    fn expm1_overflows_where_the_exponential_of_its_type_does() {
        let of = |re, im| {
            let mut out = [Complex::new(0f32, 0.0)];
            unary(Op::Expm1, &[Complex::new(re, im)], &mut out);
            out[0]
        };
        assert_eq!(of(89.0, 1.0), Complex::new(f32::INFINITY, f32::INFINITY));
        assert!(of(100.0, 0.0).re.is_infinite() && of(100.0, 0.0).im.is_nan());
        assert_eq!(of(88.0, 0.0).im, 0.0);
    }

    /// Where NumPy's own formula loses them.
    #[test]
    fn log1p_keeps_the_digits_of_small_and_the_size_of_large_arguments() {
        let log1p = function::<f64>(Op::Log1p);
        assert_eq!(log1p(z(1e-20, 0.0)), z(1e-20, 0.0));
        assert_eq!(log1p(z(0.0, 1e-8)), z(5.000_000_000_000_000_5e-17, 1e-8));
        assert_near(log1p(z(1.7e308, 1.7e308)), z(710.073_410_483_508_1, std::f64::consts::FRAC_PI_4));
    }

    #[test]
    fn functions_undo_each_other() {
        for a in [z(0.3, 0.4), z(-0.7, 1.2), z(1.5, -0.25), z(-0.1, -0.9)] {
            let of = |op: Op, a| function::<f64>(op)(a);
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
}
