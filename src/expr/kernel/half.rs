//! `float16` in `float32`: decoding, encoding and rounding to what a `float16` can hold. Knows no operations.

use crate::dtype::Float16;

/// The exponent of the smallest normal `float16`, 2^-14, in the bits of a `float32`.
const LEAST_NORMAL: u32 = 113 << 23;
/// The smallest magnitude that rounds to infinity: 65520.
const OVERFLOW: u32 = 0x477f_f000;
/// Added to a magnitude below 2^-14, it leaves multiples of 2^-24, rounded half to even.
const MAGIC: f32 = 0.5;

/// The nearest `float16`, half to even, as a `float32`.
#[inline]
pub(in super::super) fn rounded(value: f32) -> f32 {
    let bits = value.to_bits();
    let magnitude = bits & 0x7fff_ffff;
    let sign = bits & 0x8000_0000;
    let normal = (magnitude + 0xfff + (magnitude >> 13 & 1)) & !0x1fff;
    let subnormal = (f32::from_bits(magnitude) + MAGIC - MAGIC).to_bits();
    let finite = if magnitude < LEAST_NORMAL { subnormal } else { normal };
    let result = if magnitude >= OVERFLOW { f32::INFINITY.to_bits() } else { finite };
    // A NaN keeps what payload a float16 has room for.
    let result = if magnitude > 0x7f80_0000 { magnitude & !0x1fff | 0x0040_0000 } else { result };
    f32::from_bits(sign | result)
}

/// The value of the bits.
#[inline]
pub(in super::super) fn decode(bits: u16) -> f32 {
    let (sign, magnitude) = (u32::from(bits & 0x8000) << 16, u32::from(bits & 0x7fff));
    // Scaled by 2^112, subnormal numbers become normal ones.
    let finite = (f32::from_bits(magnitude << 13) * f32::from_bits(239 << 23)).to_bits();
    let special = 0x7f80_0000 | magnitude << 13;
    f32::from_bits(sign | if magnitude >= 0x7c00 { special } else { finite })
}

/// The bits of a value that is one of a `float16`.
#[inline]
pub(in super::super) fn encode(value: f32) -> u16 {
    let bits = value.to_bits();
    let (sign, magnitude) = ((bits >> 16 & 0x8000) as u16, bits & 0x7fff_ffff);
    let finite = (f32::from_bits(magnitude) * f32::from_bits(15 << 23)).to_bits() >> 13;
    let special = 0x7c00 | magnitude >> 13 & 0x3ff;
    sign | if magnitude >= 0x7f80_0000 { special } else { finite } as u16
}

/// The `float16` behind `from` on the way to `to`.
pub(super) fn next_after(from: f32, to: f32) -> f32 {
    if from.is_nan() || to.is_nan() {
        return f32::NAN;
    }
    // A zero keeps its sign, where those of the other dtypes take that of `to`.
    if from == to {
        return from;
    }
    if from == 0.0 {
        return Float16(1 | if to < 0.0 { 0x8000 } else { 0 }).to_f64() as f32;
    }
    let bits = encode(from);
    let is_outward = (from > 0.0) == (to > from);
    decode(if is_outward { bits + 1 } else { bits - 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_float16_is_decoded_and_encoded() {
        for bits in 0..=u16::MAX {
            let value = decode(bits);
            let exact = Float16(bits).to_f64();
            assert!(f64::from(value).to_bits() == exact.to_bits() || (value.is_nan() && exact.is_nan()), "{bits:#x}");
            assert_eq!(encode(value), bits, "{bits:#x}");
            if !value.is_nan() {
                assert_eq!(rounded(value).to_bits(), value.to_bits(), "{bits:#x}");
            }
        }
    }

    #[test]
    fn rounds_half_to_even_at_every_midpoint() {
        for bits in 0..0x7c00u16 {
            let (low, high) = (decode(bits), if bits == 0x7bff { 65536.0 } else { decode(bits + 1) });
            let middle = low + (high - low) / 2.0;
            for value in [middle, middle.next_down(), middle.next_up(), -middle] {
                let expected = Float16::from_f64(f64::from(value)).to_f64() as f32;
                assert_eq!(rounded(value).to_bits(), expected.to_bits(), "{value}");
            }
        }
        assert!(rounded(f32::NAN).is_nan());
        assert_eq!(rounded(f32::NEG_INFINITY), f32::NEG_INFINITY);
    }

    #[test]
    fn steps_from_one_float16_to_the_next() {
        for (from, to, next) in [
            (1.0, 2.0, 1.000_976_6),
            (1.0, 0.0, 0.999_511_7),
            (-1.0, 0.0, -0.999_511_7),
            (0.0, -1.0, -5.960_464_5e-8),
            (65504.0, f32::INFINITY, f32::INFINITY),
            (f32::INFINITY, 0.0, 65504.0),
            (5.0, 5.0, 5.0),
        ] {
            assert_eq!(next_after(from, to), next, "{from} to {to}");
        }
        assert!(next_after(1.0, f32::NAN).is_nan());
    }
}
