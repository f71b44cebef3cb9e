//! Standard normal numbers from 64 random bits each: the sign, and how far out in that tail.
//!
//! The tail's probability, `(m + 1/2) / 2**64` of the 63 bits `m`, goes through the inverse of the distribution
//! function: algorithm AS 241 (PPND16) of M. J. Wichura, Applied Statistics 37 (1988), whose relative error is about
//! 1e-16. Numbers reach out to 9.16. Everything is computed with operations that are rounded alike on all machines, so
//! that a seed means the same bits everywhere; the logarithm of the standard library would not do.

use std::f64::consts::LN_2;

/// The standard normal number of these bits.
#[inline]
pub(super) fn standard_normal(bits: u64) -> f64 {
    let tail = ((bits << 1 >> 1) as f64 + 0.5) * (0.5 / (1_u64 << 63) as f64);
    let size = distance(tail);
    if bits >> 63 == 0 { size } else { -size }
}

/// How far from zero the tail of this probability, at most 1/2, begins.
#[inline]
fn distance(tail: f64) -> f64 {
    let from_middle = 0.5 - tail;
    if from_middle <= 0.425 {
        let r = 0.180_625 - from_middle * from_middle;
        return from_middle * ratio(r, &MIDDLE);
    }
    let r = (-logarithm(tail)).sqrt();
    if r <= 5.0 { ratio(r - 1.6, &TAIL) } else { ratio(r - 5.0, &FAR) }
}

/// Coefficients of two polynomials, constants first.
type Ratio = [[f64; 8]; 2];

/// Of `0.425**2 - q**2`, for the middle 85 %; times q.
const MIDDLE: Ratio = [
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_854,
    ],
];
/// Of `sqrt(-ln p) - 1.6`, down to a probability of `exp(-25)`.
const TAIL: Ratio = [
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        0.000_774_545_014_278_341_4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        0.000_547_593_808_499_534_5,
        1.050_750_071_644_416_9e-9,
    ],
];
/// Of `sqrt(-ln p) - 5`, beyond that.
const FAR: Ratio = [
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        0.001_242_660_947_388_078_4,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        0.599_832_206_555_888,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        0.000_786_869_131_145_613_3,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
];

#[inline]
fn ratio(x: f64, [above, below]: &Ratio) -> f64 {
    let polynomial = |of: &[f64; 8]| of.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient);
    polynomial(above) / polynomial(below)
}

/// The natural logarithm of a number that is not subnormal, within 2 ulp: the series of fdlibm's `log`.
fn logarithm(x: f64) -> f64 {
    const SERIES: [f64; 7] = [
        0.666_666_666_666_673_5,
        0.399_999_999_994_094_2,
        0.285_714_287_436_623_9,
        0.222_221_984_321_497_84,
        0.181_835_721_616_180_5,
        0.153_138_376_992_093_73,
        0.147_981_986_051_165_86,
    ];
    const MANTISSA: u64 = (1 << 52) - 1;
    // The fraction f lies between sqrt(1/2) - 1 and sqrt(2) - 1.
    let bits = x.to_bits() + (1.0_f64.to_bits() - std::f64::consts::FRAC_1_SQRT_2.to_bits());
    let exponent = ((bits >> 52) as i64 - 1023) as f64;
    let f = f64::from_bits((bits & MANTISSA) + std::f64::consts::FRAC_1_SQRT_2.to_bits()) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let series = z * SERIES.iter().rev().fold(0.0, |sum, coefficient| sum * z + coefficient);
    let half = 0.5 * f * f;
    exponent * LN_2 - (half - s * (half + series) - f)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quantiles that mpmath gave for the same probabilities with 60 digits.
    #[test]
    fn quantiles_are_right_to_the_last_digits() {
        let cases = [
            (0x0, 9.155_293_772_686_072),
            (0x1, 9.035_918_848_571_939),
            (0x3e8, 8.295_121_335_463_298),
            (0x10_0000, 7.423_939_748_863_402),
            (0x1000_0000, 6.651_035_379_618_901),
            (0x1c_be99_1a14, 5.681_073_266_710_025),
            (0x1_0000_0000_0000, 4.169_569_323_349_106),
            (0x100_0000_0000_0000, 2.660_067_468_617_459_7),
            (0x3d7_0a3d_70a3_d70a, 2.170_090_377_584_560_6),
            (0x1333_3333_3333_3333, 1.439_531_470_938_456),
            (0x1999_9999_9999_9999, 1.281_551_565_544_600_4),
            (0x4000_0000_0000_0000, 0.674_489_750_196_081_7),
            (0x6666_6666_6666_6666, 0.253_347_103_135_799_8),
        ];
        for (bits, expected) in cases {
            let found = standard_normal(bits);
            assert!(((found - expected) / expected).abs() < 1e-15, "{bits:#x}: {found:e}, not {expected:e}");
            assert_eq!(standard_normal(bits | 1 << 63), -found);
        }
    }

    #[test]
    fn logarithms_are_those_of_the_standard_library() {
        for x in [2.0_f64.powi(-65), 1e-19, 1e-9, 0.001, 0.05, 0.075, 0.25, 0.499_999, 0.5, 0.7, 0.75, 1.0] {
            assert!((logarithm(x) - x.ln()).abs() <= 2.0 * f64::EPSILON * x.ln().abs(), "{x}");
        }
    }
}
