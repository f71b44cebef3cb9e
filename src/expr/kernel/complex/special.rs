//! Complex functions where the usual formulas have no say: of infinities and NaN, as C99 (Annex G) has them, and of parts
//! so small that a formula would lose them. Where C99 leaves a sign open, it is NumPy's on Linux. Knows no blocks.

use std::f64::consts::FRAC_PI_2;

use num_complex::Complex;

use super::super::math::{Arccos, Arccosh, Arcsin, Arcsinh, Function, Function2, Hypot};

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;
/// Parts below it have squares that vanish beside the other part.
const TINY: f64 = 1e-300;

type Value = Complex<f64>;

/// The sign of a zero that belongs to the imaginary part of the argument: that of NaN means nothing.
fn zero_like(part: f64) -> f64 {
    if part.is_nan() { 0.0 } else { 0f64.copysign(part) }
}

pub(super) fn exp(a: Value) -> Option<Value> {
    match a.re {
        _ if a.im.is_finite() => None,
        f64::NEG_INFINITY => Some(Complex::new(0.0, zero_like(a.im))),
        f64::INFINITY => Some(Complex::new(INF, NAN)),
        _ => None,
    }
}

pub(super) fn sinh(a: Value) -> Option<Value> {
    match a.re {
        _ if a.im.is_finite() => None,
        0.0 => Some(Complex::new(a.re, NAN)),
        _ if a.re.is_infinite() => Some(Complex::new(INF, NAN)),
        _ => None,
    }
}

pub(super) fn cosh(a: Value) -> Option<Value> {
    match a.re {
        _ if a.im.is_finite() => None,
        0.0 => Some(Complex::new(NAN, 0.0)),
        _ if a.re.is_infinite() => Some(Complex::new(INF, NAN)),
        _ => None,
    }
}

pub(super) fn tanh(a: Value) -> Option<Value> {
    match a.re {
        _ if a.im.is_finite() => None,
        0.0 => Some(Complex::new(a.re, NAN)),
        _ if a.re.is_infinite() => Some(Complex::new(1f64.copysign(a.re), zero_like(a.im))),
        _ => None,
    }
}

/// Beyond what follows from [`sinh`].
pub(super) fn sin(a: Value) -> Option<Value> {
    (a.im.is_infinite() && !a.re.is_finite()).then_some(Complex::new(NAN, INF))
}

/// Beyond what follows from [`cosh`].
pub(super) fn cos(a: Value) -> Option<Value> {
    if a.im == 0.0 && !a.re.is_finite() {
        Some(Complex::new(NAN, 0.0))
    } else if a.re == 0.0 && a.im.is_nan() {
        Some(Complex::new(NAN, a.re))
    } else {
        None
    }
}

pub(super) fn arcsinh(a: Value) -> Option<Value> {
    if a.re.is_finite() && a.im.abs() < TINY {
        Some(Complex::new(Arcsinh::of(a.re), a.im / Hypot::of(1.0, a.re)))
    } else if a.re.abs() < TINY && a.im.abs() < 1.0 {
        Some(Complex::new(a.re / ((1.0 - a.im) * (1.0 + a.im)).sqrt(), Arcsin::of(a.im)))
    } else {
        None
    }
}

pub(super) fn arccos(a: Value) -> Option<Value> {
    if a.re == 0.0 && a.im.is_nan() {
        return Some(Complex::new(FRAC_PI_2, NAN));
    }
    if a.im == 0.0 || a.im.is_nan() || a.im.abs() >= TINY || !a.re.is_finite() {
        return None;
    }
    let slope = |re: f64| (1.0 - re).abs().sqrt() * (1.0 + re).sqrt();
    if a.re.abs() < 1.0 {
        Some(Complex::new(Arccos::of(a.re), -a.im / slope(a.re)))
    } else if a.re > 1.0 {
        Some(Complex::new(a.im.abs() / slope(a.re), -Arccosh::of(a.re).copysign(a.im)))
    } else {
        None
    }
}

/// Beyond what follows from [`arccos`].
pub(super) fn arccosh(a: Value) -> Option<Value> {
    (a.re == 0.0 && a.im.is_nan()).then_some(Complex::new(NAN, FRAC_PI_2))
}

/// Beyond what follows from the one of `arctanh`.
pub(super) fn arctan(a: Value) -> Option<Value> {
    (a.re.is_infinite() && a.im.is_nan()).then(|| Complex::new(FRAC_PI_2.copysign(a.re), 0.0))
}

pub(super) fn arctanh(a: Value) -> Option<Value> {
    if a.re.is_infinite() || a.im.is_infinite() {
        let im = if a.im.is_nan() { NAN } else { FRAC_PI_2.copysign(a.im) };
        Some(Complex::new(zero_like(a.re), im))
    } else if a.re.is_nan() || a.im.is_nan() {
        Some(Complex::new(NAN, NAN))
    } else {
        None
    }
}

pub(super) fn sqrt(a: Value) -> Option<Value> {
    if a.re == 0.0 && a.im == 0.0 {
        return Some(Complex::new(0.0, a.im));
    }
    if a.im.is_infinite() {
        return Some(Complex::new(INF, a.im));
    }
    if !a.re.is_infinite() {
        return None;
    }
    let rest = if a.im.is_nan() { a.im } else { 0.0 };
    Some(if a.re > 0.0 { Complex::new(a.re, rest.copysign(a.im)) } else { Complex::new(rest, INF.copysign(a.im)) })
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{FRAC_PI_4, PI};

    use super::super::tests::z;
    use super::*;
    use crate::expr::kernel::complex::function::function;
    use crate::expr::op::Op;

    /// By NumPy 2.4, signs of zeros included.
    #[test]
    fn infinities_nan_and_signed_zeros_are_numpys() {
        let same = |a: f64, b: f64| {
            let is_near = a == b || (a - b).abs() <= 1e-15 * b.abs();
            (a.is_nan() && b.is_nan()) || (is_near && a.is_sign_negative() == b.is_sign_negative())
        };
        for (op, a, expected) in [
            (Op::Exp, z(INF, INF), z(INF, NAN)),
            (Op::Exp, z(-INF, INF), z(0.0, 0.0)),
            (Op::Exp, z(-INF, -INF), z(0.0, -0.0)),
            (Op::Exp, z(INF, 0.0), z(INF, 0.0)),
            (Op::Exp, z(NAN, 0.0), z(NAN, 0.0)),
            (Op::Exp, z(INF, NAN), z(INF, NAN)),
            (Op::Exp2, z(-INF, INF), z(0.0, 0.0)),
            (Op::Exp2, z(INF, 0.0), z(INF, 0.0)),
            (Op::Exp2, z(NAN, -0.0), z(NAN, -0.0)),
            (Op::Expm1, z(-0.0, -0.0), z(-0.0, -0.0)),
            (Op::Expm1, z(INF, 0.0), z(INF, NAN)),
            (Op::Expm1, z(-INF, 1.0), z(-1.0, 0.0)),
            (Op::Expm1, z(-INF, INF), z(NAN, NAN)),
            (Op::Log1p, z(-1.0, -0.0), z(-INF, -0.0)),
            (Op::Log1p, z(-INF, INF), z(INF, 2.356_194_490_192_345)),
            (Op::Log1p, z(NAN, INF), z(INF, NAN)),
            (Op::Log1p, z(0.0, NAN), z(NAN, NAN)),
            (Op::Sinh, z(INF, INF), z(INF, NAN)),
            (Op::Sinh, z(INF, 0.0), z(INF, 0.0)),
            (Op::Sinh, z(0.0, INF), z(0.0, NAN)),
            (Op::Sinh, z(-0.0, NAN), z(-0.0, NAN)),
            (Op::Sinh, z(INF, NAN), z(INF, NAN)),
            (Op::Sinh, z(0.0, 3.0), z(-0.0, 0.141_120_008_059_867_2)),
            (Op::Sinh, z(-0.0, 3.0), z(0.0, 0.141_120_008_059_867_2)),
            (Op::Cosh, z(INF, INF), z(INF, NAN)),
            (Op::Cosh, z(0.0, INF), z(NAN, 0.0)),
            (Op::Cosh, z(-INF, NAN), z(INF, NAN)),
            (Op::Cosh, z(-0.0, NAN), z(NAN, 0.0)),
            (Op::Cosh, z(INF, 0.0), z(INF, 0.0)),
            (Op::Tanh, z(0.0, INF), z(0.0, NAN)),
            (Op::Tanh, z(-0.0, NAN), z(-0.0, NAN)),
            (Op::Tanh, z(INF, -INF), z(1.0, -0.0)),
            (Op::Tanh, z(-INF, INF), z(-1.0, 0.0)),
            (Op::Tanh, z(INF, NAN), z(1.0, 0.0)),
            (Op::Tanh, z(NAN, 0.0), z(NAN, 0.0)),
            (Op::Tanh, z(INF, 2.0), z(1.0, -0.0)),
            (Op::Sin, z(INF, INF), z(NAN, INF)),
            (Op::Sin, z(NAN, -INF), z(NAN, INF)),
            (Op::Sin, z(3.0, 0.0), z(0.141_120_008_059_867_2, -0.0)),
            (Op::Sin, z(INF, 0.0), z(NAN, 0.0)),
            (Op::Sin, z(0.0, INF), z(0.0, INF)),
            (Op::Cos, z(INF, INF), z(INF, NAN)),
            (Op::Cos, z(NAN, -INF), z(INF, NAN)),
            (Op::Cos, z(INF, 0.0), z(NAN, 0.0)),
            (Op::Cos, z(0.0, NAN), z(NAN, 0.0)),
            (Op::Cos, z(-0.0, NAN), z(NAN, -0.0)),
            (Op::Tan, z(INF, 0.0), z(NAN, 0.0)),
            (Op::Tan, z(NAN, -0.0), z(NAN, -0.0)),
            (Op::Tan, z(-INF, INF), z(-0.0, 1.0)),
            (Op::Tan, z(0.0, INF), z(0.0, 1.0)),
            (Op::Arcsin, z(5e-324, 5e-324), z(5e-324, 5e-324)),
            (Op::Arcsin, z(NAN, INF), z(NAN, INF)),
            (Op::Arcsin, z(INF, INF), z(FRAC_PI_4, INF)),
            (Op::Arcsinh, z(5e-324, -5e-324), z(5e-324, -5e-324)),
            (Op::Arcsinh, z(INF, INF), z(INF, FRAC_PI_4)),
            (Op::Arcsinh, z(INF, NAN), z(INF, NAN)),
            (Op::Arcsinh, z(-5e-324, 5e-324), z(-5e-324, 5e-324)),
            (Op::Arccos, z(0.0, NAN), z(FRAC_PI_2, NAN)),
            (Op::Arccos, z(-0.0, 5e-324), z(FRAC_PI_2, -5e-324)),
            (Op::Arccos, z(2.0, 5e-324), z(5e-324, -1.316_957_896_924_816_6)),
            (Op::Arccos, z(-INF, INF), z(2.356_194_490_192_345, -INF)),
            (Op::Arccos, z(NAN, INF), z(NAN, -INF)),
            (Op::Arccos, z(2.0, NAN), z(NAN, NAN)),
            (Op::Arcsinh, z(5e-324, 1e-45), z(5e-324, 1e-45)),
            (Op::Arccosh, z(0.0, NAN), z(NAN, FRAC_PI_2)),
            (Op::Arccosh, z(5e-324, -5e-324), z(5e-324, -FRAC_PI_2)),
            (Op::Arccosh, z(2.0, 5e-324), z(1.316_957_896_924_816_6, 5e-324)),
            (Op::Arccosh, z(-INF, NAN), z(INF, NAN)),
            (Op::Arctan, z(INF, NAN), z(FRAC_PI_2, 0.0)),
            (Op::Arctan, z(-INF, NAN), z(-FRAC_PI_2, 0.0)),
            (Op::Arctan, z(0.0, 1.0), z(0.0, INF)),
            (Op::Arctan, z(NAN, INF), z(NAN, 0.0)),
            (Op::Arctanh, z(INF, NAN), z(0.0, NAN)),
            (Op::Arctanh, z(NAN, -INF), z(0.0, -FRAC_PI_2)),
            (Op::Arctanh, z(1.0, 0.0), z(INF, 0.0)),
            (Op::Arctanh, z(2.0, NAN), z(NAN, NAN)),
            (Op::Sqrt, z(-0.0, -0.0), z(0.0, -0.0)),
            (Op::Sqrt, z(NAN, -INF), z(INF, -INF)),
            (Op::Sqrt, z(-INF, 1.0), z(0.0, INF)),
            (Op::Sqrt, z(INF, -0.0), z(INF, -0.0)),
            (Op::Log, z(0.0, 0.0), z(-INF, 0.0)),
            (Op::Log, z(-0.0, -0.0), z(-INF, -PI)),
            (Op::Log, z(NAN, INF), z(INF, NAN)),
            (Op::Log, z(-INF, INF), z(INF, 2.356_194_490_192_345)),
            (Op::Log, z(NAN, 0.0), z(NAN, NAN)),
        ] {
            let found = function::<f64>(op)(a);
            assert!(
                same(found.re, expected.re) && same(found.im, expected.im),
                "{op:?} of {a}: {found} for {expected}"
            );
        }
    }
}
