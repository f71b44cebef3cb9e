//! Operations on `float32` and `float64`.

use bytemuck::Pod;

use super::{map1, map2};
use crate::expr::op::Op;

/// A binary float with the functions of the C library.
pub(in super::super) trait Real:
    Pod
    + PartialOrd
    + std::ops::Add<Output = Self>
    + std::ops::Sub<Output = Self>
    + std::ops::Mul<Output = Self>
    + std::ops::Div<Output = Self>
    + std::ops::Rem<Output = Self>
    + std::ops::Neg<Output = Self>
{
    const ZERO: Self;
    const HALF: Self;
    const ONE: Self;
    const NAN: Self;
    const DEGREE: Self;
    const RADIAN: Self;
    fn to_f64(self) -> f64;
    fn from_f64(value: f64) -> Self;
    fn is_nan(self) -> bool;
    fn is_infinite(self) -> bool;
    fn is_finite(self) -> bool;
    fn is_sign_negative(self) -> bool;
    fn abs(self) -> Self;
    fn copysign(self, sign: Self) -> Self;
    fn mul_add(self, factor: Self, term: Self) -> Self;
    fn floor(self) -> Self;
    fn ceil(self) -> Self;
    fn trunc(self) -> Self;
    fn round_ties_even(self) -> Self;
    fn sqrt(self) -> Self;
    fn next_up(self) -> Self;
    fn next_down(self) -> Self;
    fn exp(self) -> Self;
    fn exp2(self) -> Self;
    fn ln(self) -> Self;
    fn log2(self) -> Self;
    fn sin(self) -> Self;
    fn cos(self) -> Self;
    fn power(self, exponent: Self) -> Self;
}

macro_rules! real {
    ($($T:ident)*) => {
        $(
            impl Real for $T {
                const ZERO: Self = 0.0;
                const HALF: Self = 0.5;
                const ONE: Self = 1.0;
                const NAN: Self = $T::NAN;
                const DEGREE: Self = std::$T::consts::PI / 180.0;
                const RADIAN: Self = 180.0 / std::$T::consts::PI;

                fn to_f64(self) -> f64 {
                    self.into()
                }

                fn from_f64(value: f64) -> Self {
                    value as Self
                }

                fn power(self, exponent: Self) -> Self {
                    self.powf(exponent)
                }

                real!(@same $T: is_nan is_infinite is_finite is_sign_negative => bool);
                real!(@same $T: abs floor ceil trunc round_ties_even sqrt next_up next_down exp exp2 ln log2 sin cos => Self);

                fn copysign(self, sign: Self) -> Self {
                    $T::copysign(self, sign)
                }

                fn mul_add(self, factor: Self, term: Self) -> Self {
                    $T::mul_add(self, factor, term)
                }
            }
        )*
    };
    (@same $T:ident: $($name:ident)* => $result:ty) => {
        $(
            fn $name(self) -> $result {
                $T::$name(self)
            }
        )*
    };
}

real!(f32 f64);

/// Rounded down, as Python's `divmod` does: exact where the quotient is near a whole number.
pub(in super::super) fn floor_divide<T: Real>(a: T, b: T) -> T {
    let rest = a % b;
    if b == T::ZERO {
        return a / b;
    }
    let mut quotient = (a - rest) / b;
    if rest != T::ZERO && (b < T::ZERO) != (rest < T::ZERO) {
        quotient = quotient - T::ONE;
    }
    if quotient == T::ZERO {
        return T::ZERO.copysign(a / b);
    }
    let floor = quotient.floor();
    if quotient - floor > T::HALF { floor + T::ONE } else { floor }
}

/// With the sign of the divisor, zero included.
pub(in super::super) fn remainder<T: Real>(a: T, b: T) -> T {
    let rest = a % b;
    if b == T::ZERO {
        rest
    } else if rest == T::ZERO {
        T::ZERO.copysign(b)
    } else if (b < T::ZERO) != (rest < T::ZERO) {
        rest + b
    } else {
        rest
    }
}

fn next_after<T: Real>(from: T, to: T) -> T {
    if from.is_nan() || to.is_nan() {
        T::NAN
    } else if from == to {
        to
    } else if from < to {
        from.next_up()
    } else {
        from.next_down()
    }
}

fn sign<T: Real>(a: T) -> T {
    if a > T::ZERO {
        T::ONE
    } else if a < T::ZERO {
        -T::ONE
    } else if a == T::ZERO {
        T::ZERO
    } else {
        a
    }
}

pub(super) fn binary<T: Real>(op: Op, a: &[T], b: &[T], out: &mut [T]) {
    match op {
        Op::Add => map2(a, b, out, |a, b| a + b),
        Op::Subtract => map2(a, b, out, |a, b| a - b),
        Op::Multiply => map2(a, b, out, |a, b| a * b),
        Op::Divide => map2(a, b, out, |a, b| a / b),
        Op::FloorDivide => map2(a, b, out, floor_divide),
        Op::Remainder => map2(a, b, out, remainder),
        Op::Fmod => map2(a, b, out, |a, b| a % b),
        Op::Power => map2(a, b, out, T::power),
        // Of equal values, zeros of either sign among them, the second.
        Op::Minimum => map2(a, b, out, |a, b| if a < b || a.is_nan() { a } else { b }),
        Op::Maximum => map2(a, b, out, |a, b| if a > b || a.is_nan() { a } else { b }),
        Op::Fmin => map2(a, b, out, |a, b| if a < b || b.is_nan() { a } else { b }),
        Op::Fmax => map2(a, b, out, |a, b| if a > b || b.is_nan() { a } else { b }),
        Op::Arctan2 => map2(a, b, out, |a, b| T::from_f64(a.to_f64().atan2(b.to_f64()))),
        Op::Hypot => map2(a, b, out, |a, b| T::from_f64(a.to_f64().hypot(b.to_f64()))),
        Op::Copysign => map2(a, b, out, T::copysign),
        Op::Nextafter => map2(a, b, out, next_after),
        other => unreachable!("{other:?} of floats"),
    }
}

/// The extremes of `float16`: of equal values the first, as NumPy has it for this dtype alone.
pub(super) fn half_extreme(op: Op, a: &[f32], b: &[f32], out: &mut [f32]) {
    match op {
        Op::Minimum => map2(a, b, out, |a, b| if a <= b || a.is_nan() { a } else { b }),
        Op::Maximum => map2(a, b, out, |a, b| if a >= b || a.is_nan() { a } else { b }),
        Op::Fmin => map2(a, b, out, |a, b| if a <= b || b.is_nan() { a } else { b }),
        _ => map2(a, b, out, |a, b| if a >= b || b.is_nan() { a } else { b }),
    }
}

pub(super) fn unary<T: Real>(op: Op, a: &[T], out: &mut [T]) {
    match op {
        Op::Negative => map1(a, out, |a| -a),
        Op::Absolute => map1(a, out, T::abs),
        Op::Sign => map1(a, out, sign),
        Op::Conjugate => out.copy_from_slice(a),
        Op::Square => map1(a, out, |a| a * a),
        Op::Reciprocal => map1(a, out, |a| T::ONE / a),
        Op::Floor => map1(a, out, T::floor),
        Op::Ceil => map1(a, out, T::ceil),
        Op::Trunc => map1(a, out, T::trunc),
        Op::Rint => map1(a, out, T::round_ties_even),
        Op::Sqrt => map1(a, out, T::sqrt),
        Op::Exp => map1(a, out, T::exp),
        Op::Exp2 => map1(a, out, T::exp2),
        Op::Log => map1(a, out, T::ln),
        Op::Log2 => map1(a, out, T::log2),
        Op::Sin => map1(a, out, T::sin),
        Op::Cos => map1(a, out, T::cos),
        Op::Deg2rad => map1(a, out, |a| a * T::DEGREE),
        Op::Rad2deg => map1(a, out, |a| a * T::RADIAN),
        _ => wide(op, a, out),
    }
}

/// Functions whose `float32` form in the C library is less accurate than a rounded `float64`.
fn wide<T: Real>(op: Op, a: &[T], out: &mut [T]) {
    let f = match op {
        Op::Cbrt => cbrt,
        Op::Expm1 => f64::exp_m1,
        Op::Log10 => f64::log10,
        Op::Log1p => f64::ln_1p,
        Op::Tan => f64::tan,
        Op::Arcsin => f64::asin,
        Op::Arccos => f64::acos,
        Op::Arctan => f64::atan,
        Op::Sinh => f64::sinh,
        Op::Cosh => f64::cosh,
        Op::Tanh => f64::tanh,
        Op::Arcsinh => arcsinh,
        Op::Arccosh => arccosh,
        Op::Arctanh => arctanh,
        other => unreachable!("{other:?} of a float"),
    };
    map1(a, out, |a| T::from_f64(f(a.to_f64())));
}

pub(super) fn test<T: Real>(op: Op, a: &[T], out: &mut [u8]) {
    match op {
        Op::IsNan => map1(a, out, |a| u8::from(a.is_nan())),
        Op::IsInf => map1(a, out, |a| u8::from(a.is_infinite())),
        Op::IsFinite => map1(a, out, |a| u8::from(a.is_finite())),
        Op::Signbit => map1(a, out, |a| u8::from(a.is_sign_negative())),
        other => unreachable!("{other:?} is no test"),
    }
}

/// The library's root, improved by one step of Newton's.
fn cbrt(a: f64) -> f64 {
    const SMALL: f64 = 1e-280;
    if !a.is_finite() || a == 0.0 {
        return a;
    }
    if a.abs() < SMALL {
        return cbrt(a * 2f64.powi(162)) * 2f64.powi(-54);
    }
    let root = a.cbrt();
    let square = root * root;
    let lost = root.mul_add(root, -square);
    let residual = root.mul_add(square, -a) + root * lost;
    let better = root - residual / (3.0 * square);
    if better.is_finite() { better } else { root }
}

/// Beyond it, 1 is nothing beside the square.
const LARGE: f64 = (1u64 << 28) as f64;

pub(super) fn arcsinh(a: f64) -> f64 {
    let size = a.abs();
    let result = if size > LARGE {
        size.ln() + std::f64::consts::LN_2
    } else if size > 2.0 {
        (2.0 * size + 1.0 / ((size * size + 1.0).sqrt() + size)).ln()
    } else {
        (size + size * size / (1.0 + (1.0 + size * size).sqrt())).ln_1p()
    };
    result.copysign(a)
}

fn arccosh(a: f64) -> f64 {
    if a < 1.0 {
        f64::NAN
    } else if a > LARGE {
        a.ln() + std::f64::consts::LN_2
    } else if a > 2.0 {
        (2.0 * a - 1.0 / (a + (a * a - 1.0).sqrt())).ln()
    } else {
        let above = a - 1.0;
        (above + (2.0 * above + above * above).sqrt()).ln_1p()
    }
}

fn arctanh(a: f64) -> f64 {
    let size = a.abs();
    let twice = 2.0 * size;
    let result = if size < 0.5 {
        0.5 * (twice + twice * size / (1.0 - size)).ln_1p()
    } else {
        0.5 * (twice / (1.0 - size)).ln_1p()
    };
    result.copysign(a)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By NumPy 2.4: `a`, `b`, `a // b`, `a % b`.
    #[test]
    fn division_is_numpys() {
        let inf = f64::INFINITY;
        for (a, b, quotient, rest) in [
            (-1.0, inf, -1.0, inf),
            (1.0, -inf, -1.0, -inf),
            (5.0, 3.0, 1.0, 2.0),
            (-5.0, 3.0, -2.0, 1.0),
            (inf, 2.0, f64::NAN, f64::NAN),
            (0.0, 3.0, 0.0, 0.0),
            (-0.0, -3.0, 0.0, -0.0),
            (5.0, 0.0, inf, f64::NAN),
            (-5.0, 0.0, -inf, f64::NAN),
            (-0.0, 3.0, -0.0, 0.0),
            (1.0, 0.1, 9.0, 0.099_999_999_999_999_95),
        ] {
            let found = (floor_divide(a, b), remainder(a, b));
            let same = |x: f64, y: f64| x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan());
            assert!(same(found.0, quotient) && same(found.1, rest), "{a} by {b}: {found:?}");
        }
    }

    #[test]
    fn the_first_nan_and_the_second_of_equals_win() {
        let mut out = [0.0; 4];
        binary(Op::Minimum, &[0.0, -0.0, f64::NAN, 1.0], &[-0.0, 0.0, 1.0, f64::NAN], &mut out);
        assert_eq!(out.map(f64::to_bits)[..2], [(-0.0f64).to_bits(), 0]);
        assert!(out[2].is_nan() && out[3].is_nan());
        binary(Op::Fmax, &[1.0, f64::NAN, 2.0, 3.0], &[f64::NAN, 1.0, 3.0, 2.0], &mut out);
        assert_eq!(out, [1.0, 1.0, 3.0, 3.0]);
    }

    #[test]
    fn inverse_hyperbolic_functions_are_right_where_the_obvious_formula_is_not() {
        for (found, expected) in [
            (arccosh(1.0 + 1e-10), 1.414_213_620_867_586_2e-5),
            (arcsinh(-1e-20), -1e-20),
            (arcsinh(1e300), 691.468_675_078_773_7),
            (arctanh(1e-20), 1e-20),
            (cbrt(27.0), 3.0),
            (cbrt(-5e-324), -1.703_183_936_003_260_3e-108),
        ] {
            assert!((found - expected).abs() <= 2.0 * expected.abs() * f64::EPSILON, "{found} {expected}");
        }
        assert!(arccosh(0.5).is_nan() && arccosh(-1e300).is_nan() && arctanh(1.5).is_nan());
        assert_eq!([arctanh(1.0), arccosh(f64::INFINITY), cbrt(f64::INFINITY)], [f64::INFINITY; 3]);
    }
}
