//! The four wide forms of numbers, and what each can become: an integer, a float of any width, an extended double.
//!
//! Everything here is exact or rounded once. Nothing knows the narrow types but by their range.

use super::{Convert, Element, LongDouble, Sign};

/// The wide forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `i64`
    Signed,
    /// `u64`
    Unsigned,
    /// `f64`
    Float,
    /// [`LongDouble`]
    Extended,
}

/// An integer type, as seen by the wide forms.
pub trait Integer: Copy {
    /// Its smallest value.
    const MIN: i128;
    /// Its largest value.
    const MAX: i128;
    /// The low bits.
    fn from_bits(bits: u64) -> Self;
    /// The truncated value, clamped; 0 for NaN.
    fn from_f64(value: f64) -> Self;
}

/// One of the wide forms.
pub trait Wide: Element + Convert<Wide = Self> {
    /// Which.
    const FORM: Form;

    /// The truncated value, and whether it fits.
    fn to_integer<T: Integer>(self) -> (T, bool);

    /// The truncated value modulo 2^64; 0 for NaN and infinities.
    fn modulo(self) -> u64;

    /// Whether it is NaN.
    fn is_nan(self) -> bool;

    /// Whether it is neither NaN nor infinite.
    fn is_finite(self) -> bool;

    /// Whether it has a minus sign.
    fn is_negative(self) -> bool;

    /// The nearest `f64`.
    fn to_f64(self) -> f64;

    /// The nearest `f32`, in one rounding.
    fn to_f32(self) -> f32;

    /// The value rounded to odd, which further rounding to at most 51 bits turns into what one rounding would give.
    fn to_f64_odd(self) -> f64;

    /// The same value, exactly.
    fn to_long_double(self) -> LongDouble;
}

#[expect(clippy::needless_bitwise_bool, reason = "a branch would keep the loops from being vectorised")]
impl Wide for i64 {
    const FORM: Form = Form::Signed;

    fn to_integer<T: Integer>(self) -> (T, bool) {
        let (lowest, highest) = const { (max(T::MIN, i64::MIN as i128) as i64, min(T::MAX, i64::MAX as i128) as i64) };
        (T::from_bits(self as u64), (self >= lowest) & (self <= highest))
    }

    fn modulo(self) -> u64 {
        self as u64
    }

    fn is_nan(self) -> bool {
        false
    }

    fn is_finite(self) -> bool {
        true
    }

    fn is_negative(self) -> bool {
        self < 0
    }

    fn to_f64(self) -> f64 {
        self as f64
    }

    fn to_f32(self) -> f32 {
        self as f32
    }

    fn to_f64_odd(self) -> f64 {
        let magnitude = self.unsigned_abs().to_f64_odd();
        if self < 0 { -magnitude } else { magnitude }
    }

    fn to_long_double(self) -> LongDouble {
        long_double(if self < 0 { Sign::Minus } else { Sign::Plus }, self.unsigned_abs())
    }
}

impl Wide for u64 {
    const FORM: Form = Form::Unsigned;

    fn to_integer<T: Integer>(self) -> (T, bool) {
        (T::from_bits(self), self <= const { T::MAX as u64 })
    }

    fn modulo(self) -> u64 {
        self
    }

    fn is_nan(self) -> bool {
        false
    }

    fn is_finite(self) -> bool {
        true
    }

    fn is_negative(self) -> bool {
        false
    }

    fn to_f64(self) -> f64 {
        self as f64
    }

    fn to_f32(self) -> f32 {
        self as f32
    }

    fn to_f64_odd(self) -> f64 {
        // With more than 53 bits, the lowest 11 become one sticky bit, so that at least 42 bits stay.
        if self >> 53 == 0 { self as f64 } else { (self >> 11 << 11 | u64::from(self & 0x7ff != 0) << 11) as f64 }
    }

    fn to_long_double(self) -> LongDouble {
        long_double(Sign::Plus, self)
    }
}

#[expect(clippy::needless_bitwise_bool, reason = "a branch would keep the loops from being vectorised")]
#[expect(clippy::float_cmp, reason = "the end of the range itself is meant")]
impl Wide for f64 {
    const FORM: Form = Form::Float;

    fn to_integer<T: Integer>(self) -> (T, bool) {
        // One below the smallest value is exact for up to 32 bits and for 0; for -2^63 it is -2^63 again.
        let (lowest, below, above) = const { (T::MIN as f64, (T::MIN - 1) as f64, (T::MAX + 1) as f64) };
        (T::from_f64(self), ((self > below) | (self == lowest)) & (self < above))
    }

    fn modulo(self) -> u64 {
        let bits = self.abs().to_bits();
        let exponent = (bits >> 52) as i32 - 1023;
        if exponent == 1024 {
            return 0;
        }
        signed(Sign::of(self), shifted((bits << 11) | 1 << 63, exponent))
    }

    fn is_nan(self) -> bool {
        self.is_nan()
    }

    fn is_finite(self) -> bool {
        self.is_finite()
    }

    fn is_negative(self) -> bool {
        self.is_sign_negative()
    }

    fn to_f64(self) -> f64 {
        self
    }

    fn to_f32(self) -> f32 {
        self as f32
    }

    fn to_f64_odd(self) -> f64 {
        self
    }

    fn to_long_double(self) -> LongDouble {
        LongDouble::from_f64(self)
    }
}

impl Wide for LongDouble {
    const FORM: Form = Form::Extended;

    fn to_integer<T: Integer>(self) -> (T, bool) {
        let (sign, exponent, significand) = self.parts();
        let exponent = i32::from(exponent) - 16383;
        let magnitude = if exponent < 64 { i128::from(shifted(significand, exponent)) } else { i128::MAX };
        let value = sign.signed(magnitude);
        (T::from_bits(value as u64), (T::MIN..=T::MAX).contains(&value))
    }

    fn modulo(self) -> u64 {
        let (sign, exponent, significand) = self.parts();
        if exponent == 0x7fff { 0 } else { signed(sign, shifted(significand, i32::from(exponent) - 16383)) }
    }

    fn is_nan(self) -> bool {
        let (_, exponent, significand) = self.parts();
        exponent == 0x7fff && significand << 1 != 0
    }

    fn is_finite(self) -> bool {
        self.parts().1 != 0x7fff
    }

    fn is_negative(self) -> bool {
        self.parts().0 == Sign::Minus
    }

    fn to_f64(self) -> f64 {
        self.to_f64()
    }

    fn to_f32(self) -> f32 {
        self.to_f64_odd() as f32
    }

    fn to_f64_odd(self) -> f64 {
        let nearest = self.to_f64();
        let magnitude = |value: Self| {
            let (_, exponent, significand) = value.parts();
            (exponent.max(1), significand)
        };
        let (exact, rounded) = (magnitude(self), magnitude(Self::from_f64(nearest)));
        if exact == rounded || !self.is_finite() {
            return nearest;
        }
        let toward_zero = nearest.to_bits() - u64::from(rounded > exact);
        f64::from_bits(toward_zero | 1)
    }

    fn to_long_double(self) -> LongDouble {
        self
    }
}

/// The bits of the integer part of `significand * 2^(exponent - 63)`, modulo 2^64.
fn shifted(significand: u64, exponent: i32) -> u64 {
    match exponent {
        0..=63 => significand >> (63 - exponent),
        64..=126 => significand << (exponent - 63),
        _ => 0,
    }
}

/// The two's complement of a magnitude with a sign.
fn signed(sign: Sign, magnitude: u64) -> u64 {
    match sign {
        Sign::Plus => magnitude,
        Sign::Minus => magnitude.wrapping_neg(),
    }
}

/// An integer as an extended double, exactly.
fn long_double(sign: Sign, magnitude: u64) -> LongDouble {
    if magnitude == 0 {
        return LongDouble::from_parts(sign, 0, 0);
    }
    let shift = magnitude.leading_zeros();
    LongDouble::from_parts(sign, 16383 + 63 - shift as u16, magnitude << shift)
}

/// The larger one, in constants.
const fn max(a: i128, b: i128) -> i128 {
    if a > b { a } else { b }
}

/// The smaller one, in constants.
const fn min(a: i128, b: i128) -> i128 {
    if a < b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn huge_floats_wrap_exactly() {
        assert_eq!(300.0.modulo(), 300);
        assert_eq!((-1.5).modulo(), u64::MAX);
        assert_eq!((-0.5).modulo(), 0);
        assert_eq!(2f64.powi(64).modulo(), 0);
        assert_eq!((2f64.powi(64) + 2f64.powi(14)).modulo(), 1 << 14);
        assert_eq!((2f64.powi(115) + 2f64.powi(63)).modulo(), 1 << 63);
        assert_eq!(1e300.modulo(), 0);
        assert_eq!(f64::NAN.modulo(), 0);
        assert_eq!(f64::NEG_INFINITY.modulo(), 0);
        assert_eq!(5e-324.modulo(), 0);
        assert_eq!(LongDouble::from_f64(-1.5).modulo(), u64::MAX);
        assert_eq!(LongDouble::from_parts(Sign::Plus, 16383 + 64, 1 << 63 | 3).modulo(), 6);
        assert_eq!(LongDouble::from_f64(f64::INFINITY).modulo(), 0);
    }

    #[test]
    fn the_ends_of_integers_are_exact() {
        assert_eq!(f64::to_integer::<i64>(-2f64.powi(63)), (i64::MIN, true));
        assert!(!f64::to_integer::<i64>(2f64.powi(63)).1);
        assert!(!f64::to_integer::<i64>(-2f64.powi(63) - 2048.0).1);
        assert_eq!(f64::to_integer::<u64>(-0.9), (0, true));
        assert!(!f64::to_integer::<u64>(-1.0).1);
        assert!(!f64::to_integer::<u64>(2f64.powi(64)).1);
        assert_eq!(f64::to_integer::<i8>(-128.9), (-128, true));
        assert!(!f64::to_integer::<i8>(-129.0).1);
        assert_eq!(f64::to_integer::<u8>(255.9), (255, true));
        assert!(!f64::to_integer::<u8>(f64::NAN).1);
        assert_eq!((-1i64).to_integer::<u64>(), (u64::MAX, false));
        assert_eq!(u64::MAX.to_integer::<i64>(), (-1, false));
    }

    #[test]
    fn extended_doubles_hold_every_integer() {
        for value in [0, 1, -1, i64::MIN, i64::MAX, i64::MAX - 1, 1 << 53 | 1] {
            assert_eq!(value.to_long_double().to_integer::<i64>(), (value, true));
        }
        assert_eq!(u64::MAX.to_long_double().to_integer::<u64>(), (u64::MAX, true));
        assert!(!u64::MAX.to_long_double().to_integer::<i64>().1);
        assert!(!LongDouble::from_f64(f64::NAN).to_integer::<i64>().1);
        assert!(!LongDouble::from_f64(2f64.powi(64)).to_integer::<u64>().1);
    }
}
