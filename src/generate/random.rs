//! `--random`: values that a seed and a rank decide.
//!
//! Rank `k` takes the `k`-th draw of the stream of `numpy.random.Generator(numpy.random.Philox(seed))`, in the width
//! that NumPy draws for the dtype, and makes of it what NumPy makes. Where NumPy's own values also depend on the draws
//! before them, another way is taken:
//!
//! - An integer that NumPy would reject, because the bounds do not divide the draws evenly, is drawn again from words
//!   that belong to its rank alone. NumPy goes on in the stream instead, so that all ranks behind it differ. No power
//!   of two of integers has such draws.
//! - Normal numbers are made of one word each, by the inverse of their distribution function.

use std::ops::Range;
use std::str::FromStr;

use bytemuck::bytes_of;

use super::normal::standard_normal;
use super::philox::{Draw, Philox};
use super::{Generate, Seed};
use crate::dtype::{Class, DType, Number};
use crate::error::{Error, Result};

/// What random values are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distribution {
    /// Floats from 0, included, to 1, excluded.
    Uniform,
    /// Floats of mean 0 and standard deviation 1.
    Normal,
    /// Integers from the first bound, included, to the second, excluded; without bounds, all that the dtype holds.
    Integers(Option<(i128, i128)>),
}

/// Random values of one dtype.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Random {
    philox: Philox,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// 24 bits of a 32-bit draw.
    UniformSingle,
    /// 53 bits of a 64-bit draw.
    UniformDouble,
    Normal,
    /// One bit of the stream each.
    Bits,
    Integers(Bounded),
}

/// Integers of a type from a lowest one on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bounded {
    number: Number,
    /// The lowest, in two's complement.
    low: u64,
    /// How many there are: 1 to `2**64`.
    count: u128,
}

impl Random {
    /// Values of `distribution` for an array of `dtype`.
    ///
    /// # Errors
    /// Usage, where `dtype` does not go with the distribution or does not hold the bounds.
    pub fn new(distribution: Distribution, dtype: &DType, seed: Seed) -> Result<Self> {
        let form = match (distribution, dtype.number().map(|number| (number.class(), number))) {
            (Distribution::Uniform, Some((Class::Float, number))) if number.itemsize() <= 4 => Form::UniformSingle,
            (Distribution::Uniform, Some((Class::Float, _))) => Form::UniformDouble,
            (Distribution::Normal, Some((Class::Float, _))) => Form::Normal,
            (Distribution::Integers(bounds), Some((Class::Bool | Class::Signed | Class::Unsigned, number))) => {
                integers(number, bounds, dtype)?
            }
            _ => return Err(unfit(distribution, dtype)),
        };
        Ok(Self { philox: Philox::new(seed.key()), form })
    }

    fn fill<D: Draw, T: bytemuck::Pod>(&self, ranks: Range<u64>, items: &mut [u8], value: impl Fn(u64, D) -> T) {
        let (mut items, itemsize) = (items, size_of::<T>());
        self.philox.draws(ranks, |first, draws| {
            let (now, later) = std::mem::take(&mut items).split_at_mut(draws.len() * itemsize);
            for ((rank, draw), item) in (first..).zip(draws).zip(now.chunks_exact_mut(itemsize)) {
                item.copy_from_slice(bytes_of(&value(rank, *draw)));
            }
            items = later;
        });
    }

    fn fill_bits(&self, ranks: Range<u64>, items: &mut [u8]) {
        let mut items = items.iter_mut();
        self.philox.draws(ranks.start / 8..ranks.end.div_ceil(8), |first, bytes: &[u8]| {
            for (place, byte) in (first..).zip(bytes) {
                let wanted = (0..8).filter(|bit| ranks.contains(&(place * 8 + bit)));
                wanted.zip(&mut items).for_each(|(bit, item)| *item = byte >> bit & 1);
            }
        });
    }

    fn fill_bounded<D: Draw>(&self, bounded: Bounded, ranks: Range<u64>, items: &mut [u8]) {
        let rejected = bounded.rejected::<D>();
        let value = |rank, draw: D| {
            let (above, rest) = bounded.scaled(draw);
            bounded.low.wrapping_add(if rest < rejected { bounded.again(self.philox.aside(rank)) } else { above })
        };
        match bounded.number.itemsize() {
            1 => self.fill(ranks, items, |rank, draw| value(rank, draw) as u8),
            2 => self.fill(ranks, items, |rank, draw| value(rank, draw) as u16),
            4 => self.fill(ranks, items, |rank, draw| value(rank, draw) as u32),
            _ => self.fill(ranks, items, value),
        }
    }
}

impl Generate for Random {
    fn dtype(&self) -> DType {
        DType::native(match self.form {
            Form::UniformSingle => Number::Float32,
            Form::UniformDouble | Form::Normal => Number::Float64,
            Form::Bits => Number::Bool,
            Form::Integers(bounded) => bounded.number,
        })
    }

    fn make(&self, ranks: Range<u64>, items: &mut [u8]) {
        match self.form {
            Form::UniformSingle => {
                self.fill(ranks, items, |_, draw: u32| (draw >> 8) as f32 * (1.0 / (1_u32 << 24) as f32));
            }
            Form::UniformDouble => {
                self.fill(ranks, items, |_, draw: u64| (draw >> 11) as f64 * (1.0 / (1_u64 << 53) as f64));
            }
            Form::Normal => self.fill(ranks, items, |_, draw| standard_normal(draw)),
            Form::Bits => self.fill_bits(ranks, items),
            Form::Integers(bounded) => match bounded.number.itemsize() {
                1 => self.fill_bounded::<u8>(bounded, ranks, items),
                2 => self.fill_bounded::<u16>(bounded, ranks, items),
                // NumPy draws 32 bits for 64-bit integers, too, where they are enough.
                _ if bounded.count <= 1 << 32 => self.fill_bounded::<u32>(bounded, ranks, items),
                _ => self.fill_bounded::<u64>(bounded, ranks, items),
            },
        }
    }
}

/// D. Lemire, Fast random integer generation in an interval. ACM TOMACS 29 (2019).
impl Bounded {
    /// The part of a draw's product with the count above the draw's width, which is the integer, and the part below.
    #[inline]
    fn scaled<D: Draw>(self, draw: D) -> (u64, u64) {
        let bits = 8 * size_of::<D>() as u32;
        if bits < 64 {
            let product = draw.into() * self.count as u64;
            (product >> bits, product & ((1 << bits) - 1))
        } else {
            let product = u128::from(draw.into()) * self.count;
            ((product >> 64) as u64, product as u64)
        }
    }

    /// How many of the draws are one too many: those whose lower part is less than this.
    fn rejected<D: Draw>(self) -> u64 {
        ((1_u128 << (8 * size_of::<D>())) % self.count) as u64
    }

    /// The integer of the first word that is not rejected.
    #[cold]
    fn again(self, words: impl Iterator<Item = u64>) -> u64 {
        let rejected = self.rejected::<u64>();
        let mut scaled = words.map(|word| self.scaled(word));
        scaled.find(|(_, rest)| *rest >= rejected).expect("the words never end").0
    }
}

fn integers(number: Number, bounds: Option<(i128, i128)>, dtype: &DType) -> Result<Form> {
    let (lowest, highest) = number.range().unwrap_or((0, 1));
    let (low, end) = bounds.unwrap_or((lowest, highest + 1));
    if low >= end {
        return Err(Error::usage(format!("--random integers:{low},{end} has no integers: the first must be less"))
            .hint(format!("--random integers:{low},{}", low.saturating_add(1))));
    }
    if low < lowest || end - 1 > highest {
        return Err(Error::usage(format!(
            "--random integers go from {low} to {}, but {} holds {lowest} to {highest}",
            end - 1,
            dtype.name()
        )));
    }
    if number.class() == Class::Bool && end - low == 2 {
        return Ok(Form::Bits);
    }
    Ok(Form::Integers(Bounded { number, low: low as u64, count: (end - low) as u128 }))
}

fn unfit(distribution: Distribution, dtype: &DType) -> Error {
    let (name, wanted, hint) = match distribution {
        Distribution::Uniform => ("uniform", "a float", "--random integers:0,10"),
        Distribution::Normal => ("normal", "a float", "--random integers:0,10"),
        Distribution::Integers(_) => ("integers", "an integer or bool", "--random uniform"),
    };
    let error = Error::usage(format!("--random {name} makes {wanted} dtype's values, not {}", dtype.name()));
    match dtype.number().map(Number::class) {
        Some(Class::Complex) => error.hint("make real numbers, two for each: rmm create FILE.dat -d f8"),
        Some(_) => error.hint(hint),
        None => error,
    }
}

impl FromStr for Distribution {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = |what: &str| {
            Error::usage(format!("'{text}' {what}")).hint("--random uniform, normal, integers or integers:0,10")
        };
        match text.split_once(':') {
            None if text == "uniform" => Ok(Self::Uniform),
            None if text == "normal" => Ok(Self::Normal),
            None if text == "integers" => Ok(Self::Integers(None)),
            Some(("integers", bounds)) => {
                let (low, end) = bounds.split_once(',').ok_or_else(|| wrong("has no two bounds"))?;
                let bound = |bound: &str| bound.trim().parse().map_err(|_| wrong("has a bound that is no integer"));
                Ok(Self::Integers(Some((bound(low)?, bound(end)?))))
            }
            _ => Err(wrong("is no distribution")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(word: &str, dtype: &str, seed: u128) -> Result<Random> {
        let dtype = dtype.parse::<crate::dtype::Parsed>()?.dtype;
        Random::new(word.parse()?, &dtype, Seed::from(seed))
    }

    fn made(random: &Random, ranks: Range<u64>) -> Vec<u8> {
        let mut items = vec![0; (ranks.end - ranks.start) as usize * random.dtype().itemsize()];
        random.make(ranks, &mut items);
        items
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The bytes that `numpy.random.Generator(numpy.random.Philox(seed))` makes from a rank on, with `random` and
    /// `integers`; where the rank is large, after `Philox.advance`.
    const NUMPY: &[(u128, &str, &str, u64, &str)] = &[
        (0, "uniform", "<f8", 0, "40c115912dcf8c3fce037c30427fd03f92bb5890202ede3f"),
        (0, "uniform", "<f4", 0, "bce00a3e4079663c3b0f703f10fa833e9adcc53e"),
        (42, "uniform", "<f8", 0, "b8daec002f09b63f080112e68c1ec23fbe131a4c3449d13f"),
        (42, "uniform", "<f4", 0, "b9da6c3f7849b03d4008103e64f4103efc9dd03e"),
        (u128::MAX, "uniform", "<f8", 0, "b04a48068b46aa3f84f9341f1012e53fb147faa830fbe93f"),
        (u128::MAX, "uniform", "<f4", 0, "7095103e5034523d23cc273f8090283f883d523f"),
        (7, "uniform", "<f8", 4_000_000_000_000, "0e4fd0629a8cd73f9e081c935d04d73f"),
        (7, "uniform", "<f4", 8_000_000_000_000, "7878823ed264bc3ef444e03e"),
        (7, "uniform", "<f8", 9, "a0b198c8a153e83fa406320e7cace93f2d8f445436e3e03f"),
        (7, "uniform", "<f4", 13, "b2039b3e00289d3c39677c3fad40623fc842ce3d"),
        (42, "integers", "<i8", 0, "8ab9daec002f099670100224cc193da4"),
        (42, "integers", "<u8", 5, "2cd6fb968175be81e0030c5e778dc254"),
        (42, "integers:-4,4", "<i8", 3, "fdfffffffffffffffffffffffffffffffeffffffffffffff"),
        (42, "integers:0,1099511627776", "<u8", 2, "6830d124450000003c0cf2c0df000000"),
        (42, "integers:0,4294967296", "<i8", 0, "8ab9daec00000000002f091600000000"),
        (42, "integers", "<u4", 3, "cc193d2402fe4e6830d12445"),
        (42, "integers:0,1024", "<i4", 1, "580000009000000090000000a1010000"),
        (42, "integers", "<u2", 5, "0224cc193d2402fe"),
        (42, "integers:-8,8", "<i2", 0, "03000600fafff9fff9ff"),
        (42, "integers", "|i1", 30, "405ff1b332bf85670f"),
        (42, "integers:0,16", "|u1", 3, "0e00020001070100020c"),
        (42, "integers", "|b1", 0, "0001000100000001010000"),
        (42, "integers:0,2", "|b1", 251, "0101000101010000000101010001010000"),
        (42, "integers:1,2", "|b1", 0, "010101"),
        (42, "integers:7,8", "<i4", 0, "0700000007000000"),
        (
            42,
            "integers:0,100",
            "<i8",
            0,
            "5c0000000000000008000000000000000e000000000000000e0000000000000028000000000000001b00000000000000",
        ),
        (42, "integers:5,1005", "<u4", 11, "ff010000740100005001000064020000"),
        (42, "integers:1,7", "<i8", 0, "0600000000000000010000000000000001000000000000000100000000000000"),
        (42, "integers:-1000000000000,1000000000000", "<i8", 2, "4f3cf4f094ffffffc1c1c92cae000000"),
    ];

    #[test]
    fn values_are_those_of_numpy() {
        for (seed, word, dtype, first, expected) in NUMPY {
            let random = random(word, dtype, *seed).expect(word);
            let count = (expected.len() / 2 / random.dtype().itemsize()) as u64;
            assert_eq!(hex(&made(&random, *first..first + count)), *expected, "{seed} {word} {dtype} {first}");
        }
    }

    #[test]
    fn a_value_depends_on_seed_and_rank_alone() {
        for (word, dtype) in [
            ("uniform", "f8"),
            ("uniform", "f4"),
            ("normal", "f8"),
            ("integers", "?"),
            ("integers:0,100", "i1"),
            ("integers:0,1000", "i2"),
            ("integers:0,3000000000", "u4"),
            ("integers:0,3000000000", "i8"),
            ("integers:0,12000000000000000000", "u8"),
        ] {
            let random = random(word, dtype, 5).expect(word);
            let size = random.dtype().itemsize();
            let whole = made(&random, 0..600);
            for ranks in [0..0, 0..1, 3..4, 7..9, 255..257, 13..591, 599..600] {
                let part = &whole[ranks.start as usize * size..ranks.end as usize * size];
                assert_eq!(made(&random, ranks.clone()), part, "{word} {dtype} {ranks:?}");
            }
            assert_ne!(made(&self::random(word, dtype, 6).expect(word), 0..600), whole, "{word} {dtype}");
        }
    }

    /// Of 8-bit draws for 100 integers, 56 of 256 are drawn again: what comes instead is as even.
    #[test]
    fn what_is_drawn_again_is_even() {
        let items = made(&random("integers:-50,50", "i1", 1).expect("they fit"), 0..1_000_000);
        let mut counts = [0_u32; 100];
        for item in items {
            counts[(item as i8 + 50) as usize] += 1;
        }
        let square = |count: &u32| (f64::from(*count) - 10_000.0).powi(2) / 10_000.0;
        let chi: f64 = counts.iter().map(square).sum();
        // With 99 degrees of freedom: 99.8 % lie between.
        assert!((61.0..149.0).contains(&chi), "{chi}");
    }

    #[test]
    fn normal_numbers_are_normal() {
        let items = made(&random("normal", "f8", 1).expect("floats"), 0..1_000_000);
        let mut values: Vec<f64> = items.chunks_exact(8).map(bytemuck::pod_read_unaligned).collect();
        let count = values.len() as f64;
        let moment = |power| values.iter().map(|value| value.powi(power)).sum::<f64>() / count;
        // Five standard errors each.
        for (power, expected, error) in [(1, 0.0, 1.0_f64), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)] {
            let found = moment(power);
            assert!((found - expected).abs() < 5.0 * (error / count).sqrt(), "moment {power}: {found}");
        }
        let between: f64 = values.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / count;
        assert!(between.abs() < 5.0 / count.sqrt(), "neighbours correlate: {between}");
        values.sort_by(f64::total_cmp);
        let distance = values.iter().enumerate().map(|(rank, value)| {
            let expected = distribution(*value);
            (expected - rank as f64 / count).max((rank + 1) as f64 / count - expected)
        });
        // Kolmogorov and Smirnov: a larger distance has a probability of 0.1 %.
        let distance = distance.fold(0.0, f64::max) * count.sqrt();
        assert!(distance < 1.95, "{distance}");
    }

    /// The normal distribution function, by Marsaglia's series (2004); exact enough for a test.
    fn distribution(x: f64) -> f64 {
        let (mut sum, mut term, mut order) = (x, x, 1.0);
        while term.abs() > 1e-17 * sum.abs() {
            order += 2.0;
            term *= x * x / order;
            sum += term;
        }
        0.5 + sum * (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt()
    }

    #[test]
    fn refuses_what_the_dtype_does_not_hold() {
        for (word, dtype, message) in [
            ("uniform", "i4", "--random uniform makes a float dtype's values, not int32"),
            ("normal", "c16", "not complex128"),
            ("uniform", "M8[D]", "not datetime64[D]"),
            ("normal", "S3", "not bytes24"),
            ("uniform", "?", "not bool"),
            ("integers", "f4", "--random integers makes an integer or bool dtype's values, not float32"),
            ("integers:0,10", "m8[s]", "not timedelta64[s]"),
            ("integers:0,257", "u1", "--random integers go from 0 to 256, but uint8 holds 0 to 255"),
            ("integers:-129,0", "i1", "from -129 to -1, but int8 holds -128 to 127"),
            ("integers:0,3", "?", "from 0 to 2, but bool holds 0 to 1"),
            ("integers:5,5", "i4", "--random integers:5,5 has no integers"),
            ("integers:5,4", "i4", "--random integers:5,4 has no integers"),
            ("integers:0", "i4", "'integers:0' has no two bounds"),
            ("integers:0,1.5", "i4", "'integers:0,1.5' has a bound that is no integer"),
            ("uniform:0,1", "f8", "'uniform:0,1' is no distribution"),
            ("gauss", "f8", "'gauss' is no distribution"),
            ("", "f8", "'' is no distribution"),
        ] {
            let error = random(word, dtype, 1).expect_err(word).to_string();
            assert!(error.contains(message), "{error}");
        }
        for edge in ["integers:-128,128", "integers: -128 , 128 "] {
            random(edge, "i1", 1).expect(edge);
        }
    }
}
