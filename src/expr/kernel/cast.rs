//! From one dtype to another: integers modulo 2^n, floats to integers toward zero and modulo 2^n (NaN and infinities to
//! 0), complex numbers to others by their real part, and whatever is not zero to true.

use num_complex::Complex;

use super::{elements, elements_mut, half, map1, update, with_elements};
use crate::dtype::{Float16, Number};

/// A conversion to `T`.
trait As<T>: Copy {
    fn as_(self) -> T;
}

macro_rules! plain {
    ($($from:ty => $($to:ty)*;)*) => {
        $($(
            impl As<$to> for $from {
                fn as_(self) -> $to {
                    self as $to
                }
            }
        )*)*
    };
}

plain! {
    i8 => i8 u8 i16 u16 i32 u32 i64 u64 f32 f64;
    u8 => i8 u8 i16 u16 i32 u32 i64 u64 f32 f64;
    i16 => i8 u8 i16 u16 i32 u32 i64 u64 f32 f64;
    u16 => i8 u8 i16 u16 i32 u32 i64 u64 f32 f64;
    i32 => i8 u8 i16 u16 i32 u32 i64 u64 f32 f64;
    u32 => i8 u8 i16 u16 i32 u32 i64 u64 f32 f64;
    i64 => i8 u8 i16 u16 i32 u32 i64 u64 f32 f64;
    u64 => i8 u8 i16 u16 i32 u32 i64 u64 f32 f64;
    f32 => f32 f64;
    f64 => f32 f64;
}

macro_rules! truncating {
    ($($from:ty => $($to:ty)*;)*) => {
        $($(
            impl As<$to> for $from {
                fn as_(self) -> $to {
                    truncated(self.into()) as $to
                }
            }
        )*)*
    };
}

truncating! {
    f32 => i8 u8 i16 u16 i32 u32 i64 u64;
    f64 => i8 u8 i16 u16 i32 u32 i64 u64;
}

/// Toward zero and modulo 2^64.
fn truncated(value: f64) -> i64 {
    const IN_64_BITS: f64 = (1u64 << 63) as f64;
    if value.abs() < IN_64_BITS {
        value as i64
    } else if value.abs() < IN_64_BITS * IN_64_BITS {
        // Still larger ones are multiples of 2^64.
        value as i128 as i64
    } else {
        0
    }
}

macro_rules! complexes {
    ($($part:ty => $($to:ty)*;)*) => {
        $($(
            impl As<$to> for Complex<$part> {
                fn as_(self) -> $to {
                    self.re.as_()
                }
            }

            impl As<Complex<$part>> for $to {
                fn as_(self) -> Complex<$part> {
                    Complex::new(self.as_(), 0.0)
                }
            }
        )*
        impl As<Complex<f32>> for Complex<$part> {
            fn as_(self) -> Complex<f32> {
                Complex::new(self.re as f32, self.im as f32)
            }
        }

        impl As<Complex<f64>> for Complex<$part> {
            fn as_(self) -> Complex<f64> {
                Complex::new(self.re as f64, self.im as f64)
            }
        }
        )*
    };
}

complexes! {
    f32 => i8 u8 i16 u16 i32 u32 i64 u64 f32 f64;
    f64 => i8 u8 i16 u16 i32 u32 i64 u64 f32 f64;
}

/// Converts the first `len` elements of `a`.
pub(super) fn cast(from: Number, to: Number, a: &[u64], out: &mut [u64], len: usize) {
    match (from, to) {
        (_, Number::Bool) => with_elements!(from, A => {
            let zero: A = bytemuck::Zeroable::zeroed();
            map1(elements::<A>(a, len), elements_mut(out, len), |a| u8::from(a != zero));
        }),
        // Rounded once.
        (Number::Float64, Number::Float16) => {
            map1(elements(a, len), elements_mut(out, len), |a| Float16::from_f64(a).to_f64() as f32);
        }
        (Number::Complex128, Number::Float16) => {
            map1(elements(a, len), elements_mut(out, len), |a: Complex<f64>| Float16::from_f64(a.re).to_f64() as f32);
        }
        _ => {
            with_elements!(from, A => with_elements!(to, B => {
                map1(elements::<A>(a, len), elements_mut::<B>(out, len), As::as_);
            }));
            if to == Number::Float16 && from != Number::Bool {
                update(elements_mut(out, len), half::rounded);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_truncated_and_taken_modulo() {
        for (value, expected) in [
            (3.7, 3),
            (-3.7, -3),
            (9.3e18, 9_300_000_000_000_000_000u64 as i64),
            (-9.3e18, (-9_300_000_000_000_000_000i128) as i64),
            (1e300, 0),
            (f64::NAN, 0),
            (f64::INFINITY, 0),
            (-9_223_372_036_854_775_808.0, i64::MIN),
        ] {
            assert_eq!(truncated(value), expected, "{value}");
        }
        assert_eq!(As::<u8>::as_(300.5f32), 44);
        assert_eq!(As::<u64>::as_(1.5e19f64), 15_000_000_000_000_000_000);
    }

    #[test]
    fn half_is_rounded_once() {
        let value = 1.0 + 2f64.powi(-11) + 2f64.powi(-30);
        let mut out = [0];
        cast(Number::Float64, Number::Float16, &[value.to_bits()], &mut out, 1);
        assert_eq!(elements::<f32>(&out, 1), [1.000_976_6]);
    }

    #[test]
    fn whatever_is_not_zero_is_true() {
        let mut out = [0];
        let values = [0.0, -0.0, f64::NAN, 0.5].map(f64::to_bits);
        cast(Number::Float64, Number::Bool, &values, &mut out, 4);
        assert_eq!(elements::<u8>(&out, 4), [0, 0, 1, 1]);
    }
}
