//! Operations on integers, which wrap, and on bools.

use std::ops::{BitAnd, BitOr, BitXor, Not};

use super::{Offender, map1, map2};
use crate::expr::op::Op;

/// What integers can do here; NumPy's rules where C has none.
pub(super) trait Int:
    Copy + Ord + BitAnd<Output = Self> + BitOr<Output = Self> + BitXor<Output = Self> + Not<Output = Self>
{
    fn add(self, other: Self) -> Self;
    fn subtract(self, other: Self) -> Self;
    fn multiply(self, other: Self) -> Self;
    /// Rounded down; 0 where the divisor is 0.
    fn floor_divide(self, other: Self) -> Self;
    /// With the sign of the divisor; 0 where that is 0.
    fn remainder(self, other: Self) -> Self;
    /// With the sign of the dividend; 0 where the divisor is 0.
    fn fmod(self, other: Self) -> Self;
    /// The exponent is not negative.
    fn power(self, exponent: Self) -> Self;
    fn is_negative(self) -> bool;
    fn left_shift(self, count: Self) -> Self;
    fn right_shift(self, count: Self) -> Self;
    fn negative(self) -> Self;
    fn absolute(self) -> Self;
    fn sign(self) -> Self;
}

macro_rules! int {
    ($($T:ty, $unsigned:ty, $negative:expr, $floor:expr, $modulo:expr, $absolute:expr;)*) => {
        $(
            impl Int for $T {
                fn add(self, other: Self) -> Self {
                    self.wrapping_add(other)
                }

                fn subtract(self, other: Self) -> Self {
                    self.wrapping_sub(other)
                }

                fn multiply(self, other: Self) -> Self {
                    self.wrapping_mul(other)
                }

                fn floor_divide(self, other: Self) -> Self {
                    if other == 0 { 0 } else { $floor(self, other) }
                }

                fn remainder(self, other: Self) -> Self {
                    if other == 0 { 0 } else { $modulo(self, other) }
                }

                fn fmod(self, other: Self) -> Self {
                    if other == 0 { 0 } else { self.wrapping_rem(other) }
                }

                fn power(self, exponent: Self) -> Self {
                    let (mut base, mut exponent, mut result) = (self, exponent, 1 as Self);
                    while exponent > 0 {
                        if exponent & 1 == 1 {
                            result = result.wrapping_mul(base);
                        }
                        base = base.wrapping_mul(base);
                        exponent >>= 1;
                    }
                    result
                }

                fn is_negative(self) -> bool {
                    $negative(self)
                }

                fn left_shift(self, count: Self) -> Self {
                    if (count as $unsigned) < <$T>::BITS as $unsigned { self << count } else { 0 }
                }

                fn right_shift(self, count: Self) -> Self {
                    let most = <$T>::BITS as $unsigned - 1;
                    let past = if $negative(self) { !0 } else { 0 };
                    if count as $unsigned <= most { self >> count } else { past }
                }

                fn negative(self) -> Self {
                    self.wrapping_neg()
                }

                fn absolute(self) -> Self {
                    $absolute(self)
                }

                fn sign(self) -> Self {
                    if $negative(self) { !0 } else { Self::from(self > 0) }
                }
            }
        )*
    };
}

macro_rules! signed {
    ($($T:ty, $unsigned:ty;)*) => {
        int! {
            $($T, $unsigned, <$T>::is_negative,
                |a: $T, b: $T| a.wrapping_div(b).wrapping_sub(<$T>::from(a.wrapping_rem(b) != 0 && (a < 0) != (b < 0))),
                |a: $T, b: $T| {
                    let rest = a.wrapping_rem(b);
                    if rest != 0 && (a < 0) != (b < 0) { rest.wrapping_add(b) } else { rest }
                },
                <$T>::wrapping_abs;)*
        }
    };
}

signed! {
    i8, u8;
    i16, u16;
    i32, u32;
    i64, u64;
}

macro_rules! unsigned {
    ($($T:ty;)*) => {
        int! { $($T, $T, |_| false, |a: $T, b: $T| a / b, |a: $T, b: $T| a % b, |a: $T| a;)* }
    };
}

unsigned! {
    u8;
    u16;
    u32;
    u64;
}

pub(super) fn binary<T: Int>(op: Op, a: &[T], b: &[T], out: &mut [T]) -> Result<(), Offender> {
    match op {
        Op::Add => map2(a, b, out, T::add),
        Op::Subtract => map2(a, b, out, T::subtract),
        Op::Multiply => map2(a, b, out, T::multiply),
        Op::FloorDivide => map2(a, b, out, T::floor_divide),
        Op::Remainder => map2(a, b, out, T::remainder),
        Op::Fmod => map2(a, b, out, T::fmod),
        Op::Power => {
            if let Some(at) = b.iter().position(|exponent| exponent.is_negative()) {
                return Err(Offender(at));
            }
            map2(a, b, out, T::power);
        }
        Op::Minimum | Op::Fmin => map2(a, b, out, T::min),
        Op::Maximum | Op::Fmax => map2(a, b, out, T::max),
        Op::And => map2(a, b, out, |a, b| a & b),
        Op::Or => map2(a, b, out, |a, b| a | b),
        Op::Xor => map2(a, b, out, |a, b| a ^ b),
        Op::LeftShift => map2(a, b, out, T::left_shift),
        Op::RightShift => map2(a, b, out, T::right_shift),
        other => unreachable!("{other:?} of integers"),
    }
    Ok(())
}

pub(super) fn unary<T: Int>(op: Op, a: &[T], out: &mut [T]) {
    match op {
        Op::Negative => map1(a, out, T::negative),
        Op::Absolute => map1(a, out, T::absolute),
        Op::Sign => map1(a, out, T::sign),
        Op::Square => map1(a, out, |a| a.multiply(a)),
        Op::Invert => map1(a, out, |a| !a),
        Op::Conjugate | Op::Floor | Op::Ceil | Op::Trunc => out.copy_from_slice(a),
        other => unreachable!("{other:?} of an integer"),
    }
}

/// Bytes of 0 and 1.
pub(super) fn boolean(op: Op, a: &[u8], b: &[u8], out: &mut [u8]) {
    match op {
        Op::Add | Op::Or | Op::Maximum | Op::Fmax => map2(a, b, out, |a, b| a | b),
        Op::Multiply | Op::And | Op::Minimum | Op::Fmin => map2(a, b, out, |a, b| a & b),
        Op::Xor => map2(a, b, out, |a, b| a ^ b),
        Op::Invert => map1(a, out, |a| a ^ 1),
        Op::Absolute | Op::Floor | Op::Ceil | Op::Trunc => out.copy_from_slice(a),
        other => unreachable!("{other:?} of bools"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_is_numpys() {
        for (a, b, quotient, rest, fmod) in [
            (7i8, -2, -4, -1, 1),
            (-7, 2, -4, 1, -1),
            (-7, -2, 3, -1, -1),
            (6, -2, -3, 0, 0),
            (5, 0, 0, 0, 0),
            (-128, -1, -128, 0, 0),
            (-128, 127, -2, 126, -1),
        ] {
            assert_eq!((a.floor_divide(b), a.remainder(b), Int::fmod(a, b)), (quotient, rest, fmod), "{a} by {b}");
        }
        assert_eq!((7u8.floor_divide(2), 7u8.remainder(0)), (3, 0));
    }

    #[test]
    fn shifts_past_the_width_leave_the_sign() {
        assert_eq!([1u8.left_shift(7), 1u8.left_shift(8), 255u8.right_shift(8)], [128, 0, 0]);
        assert_eq!(
            [(-5i8).right_shift(1), (-5i8).right_shift(8), (-5i8).right_shift(-1), 5i8.right_shift(100)],
            [-3, -1, -1, 0]
        );
        assert_eq!([1i8.left_shift(-1), 1i8.left_shift(7)], [0, -128]);
    }

    #[test]
    fn powers_wrap_and_refuse_negative_exponents() {
        let mut out = [0; 3];
        binary(Op::Power, &[2i8, -3, 0], &[7, 3, 0], &mut out).expect("no exponent is negative");
        assert_eq!(out, [-128, -27, 1]);
        assert_eq!(binary(Op::Power, &[1, 1, 1], &[0, -1, -2], &mut out), Err(Offender(1)));
    }

    #[test]
    fn extremes_wrap() {
        let mut out = [0; 2];
        unary(Op::Absolute, &[-128i8, -5], &mut out);
        assert_eq!(out, [-128, 5]);
        let mut out = [0; 2];
        unary(Op::Negative, &[1u8, 0], &mut out);
        assert_eq!(out, [255, 0]);
        unary(Op::Sign, &[9u8, 0], &mut out);
        assert_eq!(out, [1, 0]);
    }
}
