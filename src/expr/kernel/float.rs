//! Operations on `float32` and `float64`.

use bytemuck::Pod;

use super::math::{self, Function2, Power};
use super::{map1, map2};
use crate::expr::op::Op;

/// A binary float. Its methods are there to be inlined into loops, whichever unit of code those are compiled in.
pub(in super::super) trait Real:
    Pod
    + math::Lane
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
    const INFINITY: Self;
    const EPSILON: Self;
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
                const INFINITY: Self = $T::INFINITY;
                const EPSILON: Self = $T::EPSILON;
                const DEGREE: Self = std::$T::consts::PI / 180.0;
                const RADIAN: Self = 180.0 / std::$T::consts::PI;

                #[inline]
                fn to_f64(self) -> f64 {
                    self.into()
                }

                #[inline]
                fn from_f64(value: f64) -> Self {
                    value as Self
                }

                #[inline]
                fn power(self, exponent: Self) -> Self {
                    Self::from_f64(Power::of(self.to_f64(), exponent.to_f64()))
                }

                real!(@same $T: is_nan is_infinite is_finite is_sign_negative => bool);
                real!(@same $T: abs floor ceil trunc round_ties_even sqrt next_up next_down => Self);

                #[inline]
                fn copysign(self, sign: Self) -> Self {
                    $T::copysign(self, sign)
                }

                #[inline]
                fn mul_add(self, factor: Self, term: Self) -> Self {
                    $T::mul_add(self, factor, term)
                }
            }
        )*
    };
    (@same $T:ident: $($name:ident)* => $result:ty) => {
        $(
            #[inline]
            fn $name(self) -> $result {
                $T::$name(self)
            }
        )*
    };
}

real!(f32 f64);

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
        Op::FloorDivide => math::floor_divide(a, b, out),
        Op::Remainder => math::remainder(a, b, out),
        Op::Fmod => math::fmod(a, b, out),
        Op::Power => math::map2::<Power, T>(a, b, out),
        // Of equal values, zeros of either sign among them, the second.
        Op::Minimum => map2(a, b, out, |a, b| if a < b || a.is_nan() { a } else { b }),
        Op::Maximum => map2(a, b, out, |a, b| if a > b || a.is_nan() { a } else { b }),
        Op::Fmin => map2(a, b, out, |a, b| if a < b || b.is_nan() { a } else { b }),
        Op::Fmax => map2(a, b, out, |a, b| if a > b || b.is_nan() { a } else { b }),
        Op::Arctan2 => math::map2::<math::Arctan2, T>(a, b, out),
        Op::Hypot => math::map2::<math::Hypot, T>(a, b, out),
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
        Op::Sqrt => math::sqrt(a, out),
        Op::Deg2rad => map1(a, out, |a| a * T::DEGREE),
        Op::Rad2deg => map1(a, out, |a| a * T::RADIAN),
        _ => elementary(op, a, out),
    }
}

fn elementary<T: Real>(op: Op, a: &[T], out: &mut [T]) {
    macro_rules! each {
        ($($Name:ident)*) => {
            match op {
                $(Op::$Name => math::map1::<math::$Name, T>(a, out),)*
                other => unreachable!("{other:?} of a float"),
            }
        };
    }
    each!(
        Cbrt Exp Exp2 Expm1 Log Log2 Log10 Log1p Sin Cos Tan Arcsin Arccos Arctan
        Sinh Cosh Tanh Arcsinh Arccosh Arctanh
    );
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_nan_and_the_second_of_equals_win() {
        let mut out = [0.0; 4];
        binary(Op::Minimum, &[0.0, -0.0, f64::NAN, 1.0], &[-0.0, 0.0, 1.0, f64::NAN], &mut out);
        assert_eq!(out.map(f64::to_bits)[..2], [(-0.0f64).to_bits(), 0]);
        assert!(out[2].is_nan() && out[3].is_nan());
        binary(Op::Fmax, &[1.0, f64::NAN, 2.0, 3.0], &[f64::NAN, 1.0, 3.0, 2.0], &mut out);
        assert_eq!(out, [1.0, 1.0, 3.0, 3.0]);
    }
}
