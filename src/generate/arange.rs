//! `--arange`, bit for bit as `numpy.arange` counts.

use std::ops::Range;

use num_complex::Complex;

use super::{Generate, element, integer, make_each, uncountable};
use crate::cast::Overflow;
use crate::dtype::{Class, DType, Kind, LongDouble, Number, Wide};
use crate::error::{Error, Result};
use crate::scalar::Scalar;

/// `start + k * step`, as `numpy.arange` counts.
#[derive(Clone, Debug, PartialEq)]
pub enum Arange {
    /// Integers, and dates by their counts; all of them fit, which was checked at both ends.
    Integer {
        /// The first.
        start: i64,
        /// From one to the next.
        step: i64,
        /// Which bits those are: a type of 64 of them, or one whose values they wrap to.
        number: Number,
    },
    /// Types of at most 32 bits, counted in `f32` as NumPy does.
    Single {
        /// The first.
        start: f32,
        /// The one after it, as the array stores it.
        second: f32,
    },
    /// `float64`.
    Double {
        /// The first.
        start: f64,
        /// The one after it, as the array stores it.
        second: f64,
    },
    /// `complex64`.
    SingleComplex {
        /// The first.
        start: Complex<f32>,
        /// The one after it, as the array stores it.
        second: Complex<f32>,
    },
    /// `complex128`.
    DoubleComplex {
        /// The first.
        start: Complex<f64>,
        /// The one after it, as the array stores it.
        second: Complex<f64>,
    },
    /// `float128`.
    Extended {
        /// The first.
        start: LongDouble,
        /// The one after it, as the array stores it.
        second: LongDouble,
    },
    /// `complex256`.
    ExtendedComplex {
        /// The first.
        start: Complex<LongDouble>,
        /// The one after it, as the array stores it.
        second: Complex<LongDouble>,
    },
}

impl Arange {
    /// `count` values from `start` (0 where it is not given) in steps of `step` (1), both written as elements of `dtype`.
    ///
    /// They are what `numpy.arange` counts from those elements: `0.1` of float128 is `numpy.longdouble("0.1")`, which is
    /// not Python's `0.1`.
    ///
    /// # Errors
    /// Usage, where `dtype` does not count, a text is no element of it, or the last value does not fit and `overflow`
    /// does not say what becomes of it.
    pub fn new(dtype: &DType, start: Option<&str>, step: Option<&str>, count: u64, overflow: Overflow) -> Result<Self> {
        let arange = Self::counting(dtype, start, step, count, overflow)?;
        if overflow != Overflow::Wrap && is_finite(start) && arange.leaves_finite_values(count) {
            let error = Error::usage(format!("--arange runs out of the finite values of {}", dtype.name()));
            return Err(error.hint("--overflow wrap stores infinities"));
        }
        Ok(arange)
    }

    fn counting(
        dtype: &DType,
        start: Option<&str>,
        step: Option<&str>,
        count: u64,
        overflow: Overflow,
    ) -> Result<Self> {
        match (dtype.kind(), dtype.number()) {
            (Kind::Datetime(_) | Kind::Timedelta(_), _) => {
                let (start, step) = (start.unwrap_or("0"), step.unwrap_or("1"));
                let first = time_count(dtype, start)?;
                let step =
                    step.parse().map_err(|_| Error::usage(format!("--step '{step}' is no whole number of steps")))?;
                integers(Number::Int64, dtype, first.into(), step, count, overflow)
            }
            (_, Some(number)) => {
                Self::of_number(number, dtype, start.unwrap_or("0"), step.unwrap_or("1"), count, overflow)
            }
            _ => Err(uncountable("--arange", dtype)),
        }
    }

    fn of_number(
        number: Number,
        dtype: &DType,
        start: &str,
        step: &str,
        count: u64,
        overflow: Overflow,
    ) -> Result<Self> {
        match (number.class(), number.itemsize()) {
            (Class::Bool, _) => Err(uncountable("--arange", dtype)),
            (Class::Signed | Class::Unsigned, _) => {
                integers(number, dtype, integer(start)?, integer(step)?, count, overflow)
            }
            (Class::Float, 16) => {
                let (start, step): (LongDouble, LongDouble) = (element(start)?, element(step)?);
                Ok(Self::Extended { start, second: start + step })
            }
            (Class::Float, 8) => {
                let (start, step): (f64, f64) = (element(start)?, element(step)?);
                Ok(Self::Double { start, second: start + step })
            }
            (Class::Float, _) => {
                let (first, step): (f64, f64) = (element(start)?, element(step)?);
                // NumPy stores the first two values in the array and counts on from what it finds there.
                let stored = |value: f64| rounded(number, value);
                Ok(Self::Single { start: stored(first), second: stored(first + step) })
            }
            (Class::Complex, 8) => {
                let (first, step): (Complex<f64>, Complex<f64>) = (element(start)?, element(step)?);
                let stored = |value: Complex<f64>| Complex::new(value.re as f32, value.im as f32);
                Ok(Self::SingleComplex { start: stored(first), second: stored(first + step) })
            }
            (Class::Complex, 16) => {
                let (start, step): (Complex<f64>, Complex<f64>) = (element(start)?, element(step)?);
                Ok(Self::DoubleComplex { start, second: start + step })
            }
            (Class::Complex, _) => {
                let (start, step): (Complex<LongDouble>, Complex<LongDouble>) = (element(start)?, element(step)?);
                Ok(Self::ExtendedComplex { start, second: Complex::new(start.re + step.re, start.im + step.im) })
            }
        }
    }

    /// Whether it begins or ends at a value that is not finite.
    fn leaves_finite_values(&self, count: u64) -> bool {
        if count == 0 {
            return false;
        }
        let mut ends = vec![0; 2 * self.dtype().itemsize()];
        let (first, last) = ends.split_at_mut(self.dtype().itemsize());
        self.make(0..1, first);
        self.make(count - 1..count, last);
        !match self {
            Self::Integer { .. } => true,
            Self::Single { .. } | Self::SingleComplex { .. } => all::<f32>(&ends, f32::is_finite),
            Self::Double { .. } | Self::DoubleComplex { .. } => all::<f64>(&ends, f64::is_finite),
            Self::Extended { .. } | Self::ExtendedComplex { .. } => all::<LongDouble>(&ends, LongDouble::is_finite),
        }
    }
}

/// Whether a number as it was typed is finite; 0 is.
fn is_finite(text: Option<&str>) -> bool {
    let number = text.and_then(|text| element::<Complex<LongDouble>>(text).ok());
    number.is_none_or(|number| number.re.is_finite() && number.im.is_finite())
}

/// Whether something holds for every part of some items.
fn all<T: bytemuck::AnyBitPattern>(items: &[u8], holds: fn(T) -> bool) -> bool {
    items.chunks_exact(size_of::<T>()).all(|part| holds(bytemuck::pod_read_unaligned(part)))
}

impl Generate for Arange {
    fn dtype(&self) -> DType {
        DType::native(match self {
            Self::Integer { number, .. } => *number,
            Self::Single { .. } => Number::Float32,
            Self::Double { .. } => Number::Float64,
            Self::SingleComplex { .. } => Number::Complex64,
            Self::DoubleComplex { .. } => Number::Complex128,
            Self::Extended { .. } => Number::LongDouble,
            Self::ExtendedComplex { .. } => Number::CLongDouble,
        })
    }

    fn make(&self, ranks: Range<u64>, items: &mut [u8]) {
        match *self {
            Self::Integer { start, step, .. } => {
                make_each(ranks, items, |k| start.wrapping_add(step.wrapping_mul(k as i64)));
            }
            Self::Single { start, second } => {
                make_counted(ranks, items, start, second, |k| start + k as f32 * (second - start));
            }
            Self::Double { start, second } => {
                make_counted(ranks, items, start, second, |k| start + k as f64 * (second - start));
            }
            Self::SingleComplex { start, second } => {
                let delta = second - start;
                make_counted(ranks, items, start, second, |k| {
                    Complex::new(start.re + k as f32 * delta.re, start.im + k as f32 * delta.im)
                });
            }
            Self::DoubleComplex { start, second } => {
                let delta = second - start;
                make_counted(ranks, items, start, second, |k| {
                    Complex::new(start.re + k as f64 * delta.re, start.im + k as f64 * delta.im)
                });
            }
            Self::Extended { start, second } => {
                let delta = second - start;
                make_counted(ranks, items, start, second, |k| start + k.to_long_double() * delta);
            }
            Self::ExtendedComplex { start, second } => {
                let (re, im) = (second.re - start.re, second.im - start.im);
                make_counted(ranks, items, start, second, |k| {
                    let k = k.to_long_double();
                    Complex::new(start.re + k * re, start.im + k * im)
                });
            }
        }
    }
}

/// NumPy computes the first two values by themselves and counts on from their difference.
fn make_counted<T: bytemuck::Pod>(ranks: Range<u64>, items: &mut [u8], start: T, second: T, value: impl Fn(u64) -> T) {
    let computed = ranks.end.min(2).max(ranks.start);
    let (first, rest) = items.split_at_mut((computed - ranks.start) as usize * size_of::<T>());
    make_each(ranks.start..computed, first, |k| if k == 0 { start } else { second });
    make_each(computed..ranks.end, rest, value);
}

/// The first of the numbers from `start` on that is not within a range, and its place; `None` where there is none, or
/// 128 bits do not hold it.
fn first_beyond(start: i128, step: i128, (low, high): (i128, i128)) -> Option<(i128, i128)> {
    if !(low..=high).contains(&start) {
        return Some((0, start));
    }
    if step == 0 {
        return None;
    }
    let way = if step > 0 { high.checked_sub(start)? } else { start.checked_sub(low)? };
    let at = way / step.checked_abs()? + 1;
    Some((at, start.checked_add(step.checked_mul(at)?)?))
}

/// Integers, of which both ends were checked: all others lie between.
fn integers(number: Number, dtype: &DType, start: i128, step: i128, count: u64, overflow: Overflow) -> Result<Arange> {
    let last = step.checked_mul(count.saturating_sub(1).into()).and_then(|way| way.checked_add(start));
    let last = if count == 0 { Some(start) } else { last };
    let within = |number: Number| {
        let (low, high) = number.range().expect("integers are counted");
        last.is_some_and(|last| count == 0 || ((low..=high).contains(&start) && (low..=high).contains(&last)))
    };
    // What is counted in 64 bits can be brought into fewer afterwards, where that is asked for.
    let counted = match overflow {
        Overflow::Error => Some(wide(number)).filter(|_| within(number)),
        _ => [wide(number), Number::Int64, Number::UInt64].into_iter().find(|&wide| within(wide)),
    };
    let Some(counted) = counted else {
        let (low, high) = number.range().expect("integers are counted");
        let last = last.map_or("a number beyond 128 bits".to_owned(), |last| last.to_string());
        // Under another rule it is not the dtype that it leaves.
        let offender = first_beyond(start, step, (low, high)).filter(|_| overflow == Overflow::Error);
        let offender = offender.map_or_else(String::new, |(at, value)| format!(": element {at} is {value}"));
        return Err(Error::usage(format!(
            "--arange goes from {start} to {last}, but {} holds {low} to {high}{offender}",
            dtype.name()
        )));
    };
    Ok(Arange::Integer { start: start as i64, step: step as i64, number: counted })
}

/// The 64-bit type whose bits an integer type's values are counted in.
fn wide(number: Number) -> Number {
    if number.class() == Class::Unsigned { Number::UInt64 } else { Number::Int64 }
}

/// The count of a date or a span written as one, or as a bare count of steps.
fn time_count(dtype: &DType, text: &str) -> Result<i64> {
    let mut item = [0; 8];
    match text.parse() {
        Ok(count) if !matches!(dtype.kind(), Kind::Datetime(_)) || text == "0" => Ok(count),
        _ => Scalar::of(&dtype.to_native()).parse(text, &mut item).map(|()| bytemuck::cast(item)),
    }
}

/// The value that an element of this type of at most 32 bits holds for `value`.
fn rounded(number: Number, value: f64) -> f32 {
    use crate::dtype::{BFloat16, Float8E4M3, Float8E5M2, Float16};
    // ml_dtypes goes through float32 on the way to its own types.
    let single = f64::from(value as f32);
    match number {
        Number::Float16 => Float16::from_f64(value).to_f64() as f32,
        Number::BFloat16 => BFloat16::from_f64(single).to_f64() as f32,
        Number::Float8E4M3 => Float8E4M3::from_f64(single).to_f64() as f32,
        Number::Float8E5M2 => Float8E5M2::from_f64(single).to_f64() as f32,
        _ => single as f32,
    }
}
