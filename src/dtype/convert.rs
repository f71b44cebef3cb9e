//! How one number becomes another, through one of four wide forms, so that 19 types need no 361 conversions.
//!
//! Every integer and bool widens to `i64` or `u64`, every float to `f64` or the extended double, all without loss; a
//! complex number widens to its real part. Narrowing truncates fractions toward zero, rounds once (half to even), and
//! says whether the value fits; what to do when it does not is for the caller to choose. Nothing here knows blocks.

use num_complex::Complex;

use super::{BFloat16, Bool8, Float8E4M3, Float8E5M2, Float16, Integer, LongDouble, Wide};

/// What every number can do to become another.
pub trait Convert: Copy {
    /// The wide form that holds every value of this type.
    type Wide: Wide;

    /// The same value; of a complex number, the real part.
    fn widen(self) -> Self::Wide;

    /// Whether it is anything but zero: NaN is, and so is `1j`.
    fn is_nonzero(self) -> bool;

    /// The nearest value of this type, and whether `wide` is within its range.
    ///
    /// Infinity fits where the type has one, NaN in every float, anything in a bool. The value of an integer that does
    /// not fit is taken modulo 2^n, that of a float is infinite, or NaN where there is no infinity.
    fn narrow<W: Wide>(wide: W) -> (Self, bool);

    /// A value that does not fit, truncated and taken modulo 2^n (0 for NaN and infinities); in a float, infinite.
    fn wrapped<W: Wide>(wide: W) -> Self {
        Self::narrow(wide).0
    }

    /// The finite value nearest to one that does not fit; 0 for a NaN in an integer.
    fn saturated<W: Wide>(wide: W) -> Self {
        Self::narrow(wide).0
    }

    /// NaN, or 0 where there is none.
    fn not_a_number() -> Self {
        Self::narrow(f64::NAN).0
    }
}

macro_rules! integers {
    ($($int:ty => $wide:ty;)*) => {
        $(
            impl Integer for $int {
                const MIN: i128 = <$int>::MIN as i128;
                const MAX: i128 = <$int>::MAX as i128;

                fn from_bits(bits: u64) -> Self {
                    bits as $int
                }

                fn from_f64(value: f64) -> Self {
                    value as $int
                }
            }

            impl Convert for $int {
                type Wide = $wide;

                fn widen(self) -> $wide {
                    self as $wide
                }

                fn is_nonzero(self) -> bool {
                    self != 0
                }

                fn narrow<W: Wide>(wide: W) -> (Self, bool) {
                    wide.to_integer()
                }

                fn wrapped<W: Wide>(wide: W) -> Self {
                    wide.modulo() as $int
                }

                fn saturated<W: Wide>(wide: W) -> Self {
                    if wide.is_nan() {
                        0
                    } else if wide.is_negative() {
                        <$int>::MIN
                    } else {
                        <$int>::MAX
                    }
                }
            }
        )*
    };
}

integers! {
    i8 => i64;
    u8 => i64;
    i16 => i64;
    u16 => i64;
    i32 => i64;
    u32 => i64;
    i64 => i64;
    u64 => u64;
}

impl Convert for Bool8 {
    type Wide = i64;

    fn widen(self) -> i64 {
        self.is_nonzero().into()
    }

    fn is_nonzero(self) -> bool {
        self.0 != 0
    }

    fn narrow<W: Wide>(wide: W) -> (Self, bool) {
        (Self(wide.is_nonzero().into()), true)
    }
}

impl Convert for f64 {
    type Wide = f64;

    fn widen(self) -> f64 {
        self
    }

    fn is_nonzero(self) -> bool {
        self != 0.0
    }

    fn narrow<W: Wide>(wide: W) -> (Self, bool) {
        let value = wide.to_f64();
        (value, !value.is_infinite() | !wide.is_finite())
    }

    fn saturated<W: Wide>(wide: W) -> Self {
        Self::MAX.copysign(Self::narrow(wide).0)
    }
}

impl Convert for f32 {
    type Wide = f64;

    fn widen(self) -> f64 {
        self.into()
    }

    fn is_nonzero(self) -> bool {
        self != 0.0
    }

    fn narrow<W: Wide>(wide: W) -> (Self, bool) {
        let value = wide.to_f32();
        (value, !value.is_infinite() | !wide.is_finite())
    }

    fn saturated<W: Wide>(wide: W) -> Self {
        Self::MAX.copysign(Self::narrow(wide).0)
    }
}

macro_rules! small_floats {
    ($($float:ident, max $max:literal, overflow $overflow:literal, sign $sign:literal;)*) => {
        $(
            impl Convert for $float {
                type Wide = f64;

                fn widen(self) -> f64 {
                    self.to_f64()
                }

                fn is_nonzero(self) -> bool {
                    self.0 & !$sign != 0
                }

                fn narrow<W: Wide>(wide: W) -> (Self, bool) {
                    let value = Self::from_f64(wide.to_f64_odd());
                    let overflow = value.0 & !$sign == $overflow;
                    // What became the overflow's own bits fits if it was that value before: infinity, or NaN.
                    let was_special = if Self::from_f64(f64::INFINITY).widen().is_nan() {
                        wide.is_nan()
                    } else {
                        !wide.is_finite()
                    };
                    (value, !overflow || was_special)
                }

                fn saturated<W: Wide>(wide: W) -> Self {
                    Self($max | if wide.is_negative() { $sign } else { 0 })
                }
            }
        )*
    };
}

small_floats! {
    Float16, max 0x7bff, overflow 0x7c00, sign 0x8000;
    BFloat16, max 0x7f7f, overflow 0x7f80, sign 0x8000;
    Float8E5M2, max 0x7b, overflow 0x7c, sign 0x80;
    Float8E4M3, max 0x7e, overflow 0x7f, sign 0x80;
}

impl Convert for LongDouble {
    type Wide = Self;

    fn widen(self) -> Self {
        self
    }

    fn is_nonzero(self) -> bool {
        let (_, exponent, significand) = self.parts();
        exponent != 0 || significand != 0
    }

    fn narrow<W: Wide>(wide: W) -> (Self, bool) {
        (wide.to_long_double(), true)
    }
}

impl<T: Convert> Convert for Complex<T> {
    type Wide = T::Wide;

    fn widen(self) -> T::Wide {
        self.re.widen()
    }

    fn is_nonzero(self) -> bool {
        self.re.is_nonzero() || self.im.is_nonzero()
    }

    fn narrow<W: Wide>(wide: W) -> (Self, bool) {
        let (re, fits) = T::narrow(wide);
        (Self { re, im: T::narrow(0i64).0 }, fits)
    }

    fn saturated<W: Wide>(wide: W) -> Self {
        Self { re: T::saturated(wide), im: T::narrow(0i64).0 }
    }

    fn not_a_number() -> Self {
        Self { re: T::not_a_number(), im: T::narrow(0i64).0 }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the exact value is what is tested")]
mod tests {
    use super::*;
    use crate::dtype::Sign;

    #[test]
    fn integers_round_once() {
        // Just above the midpoint of two bfloat16s: through the nearest f64 it would fall to the even one below.
        let above: i64 = (1 << 62) + (1 << 54) + 1;
        assert_eq!(above.to_f64(), (above - 1) as f64);
        assert_eq!(BFloat16::narrow(above).0.0, 0x5e81);
        assert_eq!(BFloat16::narrow(above - 1).0.0, 0x5e80);
        assert_eq!(BFloat16::narrow(-above).0.0, 0xde81);
    }

    #[test]
    fn extended_doubles_round_once() {
        let above = LongDouble::from_parts(Sign::Plus, 16383, 1 << 63 | 1 << 39 | 1);
        assert_eq!(above.to_f64() as f32, 1.0);
        assert_eq!(above.to_f32(), 1.0 + f32::EPSILON);
        let above = LongDouble::from_parts(Sign::Minus, 16383, 1 << 63 | 1 << 52 | 1);
        assert_eq!(Float16::narrow(above).0.0, 0xbc01);
        let tiny = LongDouble::from_parts(Sign::Plus, 1, 1 << 63);
        assert_eq!((tiny.to_f64_odd(), tiny.to_f32()), (5e-324, 0.0));
        let huge = LongDouble::from_parts(Sign::Plus, 0x7000, 1 << 63);
        assert_eq!((huge.to_f64_odd(), f32::narrow(huge)), (f64::MAX, (f32::INFINITY, false)));
    }

    #[test]
    fn only_what_was_finite_overflows_a_float() {
        assert_eq!(f32::narrow(1e40), (f32::INFINITY, false));
        assert!(f32::narrow(f64::INFINITY).1 && f32::narrow(f64::NAN).1);
        assert!(Float16::narrow(65519.0).1 && !Float16::narrow(65520.0).1);
        assert!(Float8E4M3::narrow(464.0).1 && !Float8E4M3::narrow(465.0).1);
        assert!(!Float8E4M3::narrow(f64::INFINITY).1 && Float8E4M3::narrow(f64::NAN).1);
        assert!(Float8E5M2::narrow(f64::INFINITY).1);
        assert_eq!(Float8E4M3::saturated(f64::NEG_INFINITY).to_f64(), -448.0);
        assert_eq!(Float16::saturated(1e9).to_f64(), 65504.0);
        assert_eq!(f32::saturated(-1e40), f32::MIN);
        let huge = LongDouble::from_parts(Sign::Minus, 0x7000, 1 << 63);
        assert_eq!((f64::narrow(huge).1, f64::saturated(huge)), (false, f64::MIN));
    }
}
