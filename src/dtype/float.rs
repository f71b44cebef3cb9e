//! The bits of floating-point formats that Rust does not have, to and from `f64`.
//!
//! Decoding is exact, but for the last bits of an extended double. Encoding rounds once, half to even; a generic
//! encoder is used because converting through `f32` first, as the usual crates do, rounds twice.

use super::{BFloat16, Float8E4M3, Float8E5M2, Float16, LongDouble, Sign};

/// A binary format of at most 16 bits.
#[derive(Clone, Copy)]
struct Format {
    exponent_bits: u32,
    mantissa_bits: u32,
    specials: Specials,
}

/// What the largest exponent means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Specials {
    /// Infinities and NaNs, as in IEEE 754.
    Ieee,
    /// Ordinary numbers, but for the one NaN with all bits set: the "fn" of `float8_e4m3fn`.
    FiniteAndNan,
}

const FLOAT16: Format = Format { exponent_bits: 5, mantissa_bits: 10, specials: Specials::Ieee };
const BFLOAT16: Format = Format { exponent_bits: 8, mantissa_bits: 7, specials: Specials::Ieee };
const FLOAT8_E5M2: Format = Format { exponent_bits: 5, mantissa_bits: 2, specials: Specials::Ieee };
const FLOAT8_E4M3FN: Format = Format { exponent_bits: 4, mantissa_bits: 3, specials: Specials::FiniteAndNan };

impl Format {
    fn bias(self) -> i32 {
        (1 << (self.exponent_bits - 1)) - 1
    }

    /// All bits of the exponent and the mantissa.
    fn magnitude_mask(self) -> u16 {
        ((1u32 << (self.exponent_bits + self.mantissa_bits)) - 1) as u16
    }

    /// The bits of the smallest magnitude that is no finite number.
    fn first_special(self) -> u16 {
        match self.specials {
            Specials::Ieee => self.magnitude_mask() >> self.mantissa_bits << self.mantissa_bits,
            Specials::FiniteAndNan => self.magnitude_mask(),
        }
    }

    fn decode(self, bits: u16) -> f64 {
        let magnitude = bits & self.magnitude_mask();
        let mantissa = magnitude & ((1 << self.mantissa_bits) - 1);
        let exponent = i32::from(magnitude >> self.mantissa_bits);
        let value = if magnitude >= self.first_special() {
            let is_infinity = self.specials == Specials::Ieee && mantissa == 0;
            if is_infinity { f64::INFINITY } else { f64::NAN }
        } else {
            let subnormal = exponent == 0;
            let significand = f64::from(mantissa) + if subnormal { 0.0 } else { f64::from(1 << self.mantissa_bits) };
            significand * power_of_two(exponent.max(1) - self.bias() - self.mantissa_bits as i32)
        };
        if bits > self.magnitude_mask() { -value } else { value }
    }

    /// Rounds half to even; what is too large becomes infinity, or NaN where the format has no infinity.
    fn encode(self, value: f64) -> u16 {
        let sign = if value.is_sign_negative() { self.magnitude_mask() + 1 } else { 0 };
        let special = self.first_special();
        if value.is_nan() {
            let quiet = match self.specials {
                Specials::Ieee => special | 1 << (self.mantissa_bits - 1),
                Specials::FiniteAndNan => special,
            };
            return sign | quiet;
        }
        let exponent = (value.abs().to_bits() >> 52) as i32 - 1023;
        let lowest = 1 - self.bias();
        let ulp = power_of_two(exponent.max(lowest) - self.mantissa_bits as i32);
        let steps = (value.abs() / ulp).round_ties_even();
        if !steps.is_finite() || exponent > self.bias() + 1 {
            return sign | special;
        }
        let base = (exponent.max(lowest) - lowest) as u32;
        let magnitude = (base << self.mantissa_bits) + steps as u32;
        sign | magnitude.min(u32::from(special)) as u16
    }
}

/// Two to the power of `exponent`, which is that of a normal `f64`.
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

macro_rules! convert {
    ($($name:ident, $bits:ty, $format:expr;)*) => {
        $(
            impl $name {
                /// The value, exactly.
                pub fn to_f64(self) -> f64 {
                    $format.decode(self.0.into())
                }

                /// The nearest value, half to even.
                pub fn from_f64(value: f64) -> Self {
                    Self($format.encode(value) as $bits)
                }
            }
        )*
    };
}

convert! {
    Float16, u16, FLOAT16;
    BFloat16, u16, BFLOAT16;
    Float8E5M2, u8, FLOAT8_E5M2;
    Float8E4M3, u8, FLOAT8_E4M3FN;
}

impl LongDouble {
    /// The sign, the biased exponent (bias 16383) and the 64-bit significand with its explicit leading bit.
    pub fn parts(self) -> (Sign, u16, u64) {
        let mut bytes = self.0;
        if cfg!(target_endian = "big") {
            bytes.reverse();
        }
        let significand = u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes"));
        let head = u16::from_le_bytes([bytes[8], bytes[9]]);
        (Sign::of_head(head), head & 0x7fff, significand)
    }

    /// Whether it is neither infinite nor NaN.
    pub fn is_finite(self) -> bool {
        self.parts().1 != 0x7fff
    }

    /// The number of the given sign, biased exponent and significand.
    pub fn from_parts(sign: Sign, exponent: u16, significand: u64) -> Self {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&significand.to_le_bytes());
        bytes[8..10].copy_from_slice(&(exponent | sign.head()).to_le_bytes());
        if cfg!(target_endian = "big") {
            bytes.reverse();
        }
        Self(bytes)
    }

    /// The nearest `f64`, half to even.
    pub fn to_f64(self) -> f64 {
        let (sign, exponent, significand) = self.parts();
        sign.signed(match exponent {
            0x7fff if significand << 1 == 0 => f64::INFINITY,
            0x7fff => f64::NAN,
            _ => scale(significand, i32::from(exponent.max(1)) - 16383 - 63),
        })
    }

    /// The same value, exactly.
    pub fn from_f64(value: f64) -> Self {
        let sign = Sign::of(value);
        let bits = value.abs().to_bits();
        let (exponent, mantissa) = ((bits >> 52) as u16, bits << 11);
        match exponent {
            0 if mantissa == 0 => Self::from_parts(sign, 0, 0),
            0 => {
                let shift = mantissa.leading_zeros();
                Self::from_parts(sign, (16383 - 1022 - shift as i32) as u16, mantissa << shift)
            }
            0x7ff => Self::from_parts(sign, 0x7fff, mantissa | 1 << 63),
            _ => Self::from_parts(sign, exponent + (16383 - 1023), mantissa | 1 << 63),
        }
    }
}

/// `significand` times two to the power of `exponent`, rounded once, half to even.
fn scale(significand: u64, exponent: i32) -> f64 {
    if significand == 0 {
        return 0.0;
    }
    let top = 63 - significand.leading_zeros() as i32 + exponent;
    if top > 1023 {
        return f64::INFINITY;
    }
    let drop = (63 - significand.leading_zeros() as i32 - 52).max(-1074 - exponent);
    if drop > 64 {
        return 0.0;
    }
    let rounded = if drop > 0 { shift_right_even(significand, drop as u32) } else { significand };
    let exponent = exponent + drop.max(0);
    // `rounded` has at most 53 bits, and the product is representable or overflows: two exact steps where the power
    // of two alone would not be a normal number.
    let half = exponent / 2;
    rounded as f64 * power_of_two(half) * power_of_two(exponent - half)
}

/// `value / 2^shift`, half to even, for shifts from 1 to 64.
fn shift_right_even(value: u64, shift: u32) -> u64 {
    let wide = u128::from(value) << 64 >> shift;
    let (whole, rest) = ((wide >> 64) as u64, wide as u64);
    let half = 1 << 63;
    whole + u64::from(rest > half || (rest == half && whole & 1 == 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_small_float_survives() {
        for bits in 0..=u16::MAX {
            for (value, back) in [
                (Float16(bits).to_f64(), Float16::from_f64(Float16(bits).to_f64()).0),
                (BFloat16(bits).to_f64(), BFloat16::from_f64(BFloat16(bits).to_f64()).0),
            ] {
                assert!(value.is_nan() || back == bits, "{bits:#06x}");
            }
        }
        for bits in 0..=u8::MAX {
            for (value, back) in [
                (Float8E4M3(bits).to_f64(), Float8E4M3::from_f64(Float8E4M3(bits).to_f64()).0),
                (Float8E5M2(bits).to_f64(), Float8E5M2::from_f64(Float8E5M2(bits).to_f64()).0),
            ] {
                assert!(value.is_nan() || back == bits, "{bits:#04x}");
            }
        }
    }

    #[test]
    fn rounds_once() {
        let just_above_half = 1.0 + 2f64.powi(-11) + 2f64.powi(-30);
        assert_eq!(Float16::from_f64(just_above_half).0, 0x3c01);
        assert_eq!(Float16::from_f64(65519.0).to_f64(), 65504.0);
        assert_eq!(Float16::from_f64(65520.0).to_f64(), f64::INFINITY);
        assert_eq!(Float16::from_f64(2f64.powi(-25)).0, 0);
        assert_eq!(Float16::from_f64(2f64.powi(-25) * 1.5).0, 1);
        assert_eq!(Float16::from_f64(5e-324).0, 0);
    }

    #[test]
    fn agrees_with_published_values() {
        assert_eq!(BFloat16::from_f64(1.0).0, 0x3f80);
        assert_eq!(BFloat16::from_f64(f64::NAN).0, 0x7fc0);
        assert_eq!(BFloat16::from_f64(f64::NEG_INFINITY).0, 0xff80);
        assert_eq!(Float8E4M3::from_f64(448.0).0, 0x7e);
        assert_eq!(Float8E4M3::from_f64(464.0).0, 0x7e);
        assert_eq!(Float8E4M3::from_f64(500.0).0, 0x7f);
        assert_eq!(Float8E4M3::from_f64(1e30).0, 0x7f);
        assert_eq!(Float8E5M2::from_f64(57344.0).0, 0x7b);
        assert_eq!(Float8E5M2::from_f64(1e9).0, 0x7c);
        assert_eq!(Float8E5M2::from_f64(f64::NAN).0, 0x7e);
    }

    #[test]
    fn extended_doubles_hold_every_double() {
        for value in [0.0, -0.0, 1.0, -1.5, 0.1, 5e-324, -2.2e-308, f64::MAX, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(LongDouble::from_f64(value).to_f64().to_bits(), value.to_bits(), "{value}");
        }
        assert!(LongDouble::from_f64(f64::NAN).to_f64().is_nan());
        assert_eq!(LongDouble::from_f64(1.0).0[..10], [0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x3f]);
    }

    #[test]
    fn extended_doubles_round_half_to_even() {
        let one_and = |low: u64| LongDouble::from_parts(Sign::Plus, 16383, 1 << 63 | low).to_f64();
        assert_eq!(one_and(1 << 10), 1.0);
        assert_eq!(one_and(1 << 10 | 1), 1.0 + f64::EPSILON);
        assert_eq!(one_and(3 << 10), 1.0 + 2.0 * f64::EPSILON);
        assert_eq!(LongDouble::from_parts(Sign::Plus, 0x7ffe, u64::MAX).to_f64(), f64::INFINITY);
        assert_eq!(LongDouble::from_parts(Sign::Plus, 1, 1 << 63).to_f64(), 0.0);
        assert_eq!(LongDouble::from_parts(Sign::Plus, 16383 - 1075, 1 << 63 | 1).to_f64(), 5e-324);
    }
}
