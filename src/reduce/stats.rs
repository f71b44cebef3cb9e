//! Nine figures of an array in one pass: count, NaN, infinities, zeros, and smallest, largest, sum, mean and standard
//! deviation of what is not NaN.

use std::borrow::Cow;
use std::marker::PhantomData;

use num_complex::Complex;

use super::add::Addend;
use super::fold::{Finished, Fold};
use super::items::Item;
use super::lanes;
use super::spread::{Moments, Parts};
use super::value::Value;
use crate::dtype::{Bool8, DType, Number};

/// An item that has all nine figures.
pub trait Measured: Addend + Parts {
    /// Whether it is infinite, or has a part that is.
    fn is_infinite(self) -> bool;

    /// Whether a sum shows that every item is finite; false where that has to be looked for.
    fn are_finite(sum: Self::Sum) -> bool;

    /// The sum, the number of zeros, and the smallest and largest of items that may be NaN, which then mean nothing; there
    /// is one item at least.
    fn glance(items: &[Self]) -> (Self::Sum, u64, (Self, Self)) {
        let ends = ends(items).unwrap_or((items[0], items[0]));
        (Self::sum(items), count(items, |item: Self| !item.is_nonzero()), ends)
    }
}

macro_rules! integers {
    ($($int:ty)*) => {
        $(
            impl Measured for $int {
                fn is_infinite(self) -> bool {
                    false
                }

                fn are_finite(_sum: i128) -> bool {
                    true
                }
            }
        )*
    };
}

integers!(Bool8 i8 i16 i32 i64 u8 u16 u32 u64);

macro_rules! floats {
    ($($float:ty)*) => {
        $(
            impl Measured for $float {
                fn is_infinite(self) -> bool {
                    self.is_infinite()
                }

                fn are_finite(sum: Self::Sum) -> bool {
                    sum.is_finite()
                }

                fn glance(items: &[Self]) -> (f64, u64, (Self, Self)) {
                    let (sums, zeros, lows, highs) = lanes::fold4(
                        items,
                        (0.0, 0_u64, items[0], items[0]),
                        |sum, item| sum + f64::from(item),
                        |zeros, item| zeros + u64::from(item == 0.0),
                        |low, item| if item < low { item } else { low },
                        |high, item| if item > high { item } else { high },
                    );
                    let low = lanes::join(lows, |a, b| if b < a { b } else { a });
                    let high = lanes::join(highs, |a, b| if b > a { b } else { a });
                    (lanes::join(sums, |a, b| a + b), lanes::join(zeros, |a, b| a + b), (low, high))
                }
            }
        )*
    };
}

floats!(f32 f64);

impl Measured for Complex<f64> {
    fn is_infinite(self) -> bool {
        self.re.is_infinite() || self.im.is_infinite()
    }

    fn are_finite(sum: Self) -> bool {
        sum.is_finite()
    }
}

/// The figures of some elements.
#[derive(Clone, Copy, Debug)]
pub struct Stats<T: Addend> {
    /// How many there are, NaN included.
    pub count: u64,
    /// How many are NaN.
    pub nan: u64,
    /// How many are infinite.
    pub inf: u64,
    /// How many are zero.
    pub zero: u64,
    /// The smallest and largest that are not NaN; `None` where there are none.
    pub ends: Option<(T, T)>,
    /// The smallest and largest that are finite.
    pub finite: Option<(T, T)>,
    sum: T::Sum,
    moments: Moments,
}

impl<T: Measured> Stats<T> {
    /// Those of no elements.
    pub const NOTHING: Self = Self {
        count: 0,
        nan: 0,
        inf: 0,
        zero: 0,
        ends: None,
        finite: None,
        sum: T::NOTHING,
        moments: Moments::NOTHING,
    };

    /// Those of the items of a leaf.
    pub fn of(items: &[T]) -> Self {
        if items.is_empty() {
            return Self::NOTHING;
        }
        let (sum, zero, ends) = T::glance(items);
        if !T::are_finite(sum) {
            return Self::of_special(items);
        }
        let count = items.len() as u64;
        let means = match T::mean(sum, count) {
            Value::Float(mean) => [mean, 0.0],
            Value::Complex(mean) => [mean.re, mean.im],
            _ => [0.0; 2],
        };
        let moments = Moments::around(items, means);
        Self { count, nan: 0, inf: 0, zero, ends: Some(ends), finite: Some(ends), sum, moments }
    }

    /// As [`Stats::of`], where some items may be NaN or infinite.
    fn of_special(items: &[T]) -> Self {
        let nan = count(items, Item::is_nan);
        let inf = count(items, Measured::is_infinite);
        // What there is none of need not be sorted out.
        let kept = without(items, nan, Item::is_nan);
        let finite = without(&kept, inf, Measured::is_infinite);
        Self {
            count: items.len() as u64,
            nan,
            inf,
            zero: items.len() as u64 - count(items, Item::is_nonzero),
            ends: ends(&kept),
            finite: ends(&finite),
            sum: T::sum(&kept),
            moments: Moments::of(&kept),
        }
    }

    /// Adds those of the elements behind.
    pub fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.nan += other.nan;
        self.inf += other.inf;
        self.zero += other.zero;
        self.ends = wider(self.ends, other.ends);
        self.finite = wider(self.finite, other.finite);
        self.sum = T::plus(self.sum, other.sum);
        self.moments.merge(other.moments);
    }

    /// The sum.
    pub fn sum(&self) -> Value {
        T::total(self.sum)
    }

    /// The mean; `None` where there is nothing but NaN.
    pub fn mean(&self) -> Option<Value> {
        (self.count > self.nan).then(|| T::mean(self.sum, self.count - self.nan))
    }

    /// The standard deviation, `ddof` taken from the number of elements: what the division gives, as in NumPy, where
    /// nothing is left of that.
    pub fn std(&self, ddof: f64) -> f64 {
        let freedom = (self.count - self.nan) as f64 - ddof;
        self.moments.variance(freedom.max(0.0)).sqrt()
    }
}

/// How many items are so.
fn count<T: Item>(items: &[T], is_so: impl Fn(T) -> bool) -> u64 {
    lanes::join(lanes::fold(items, 0, |count, item| count + u64::from(is_so(item))), |a, b| a + b)
}

/// The items less those that are so, of which there are `count`.
fn without<T: Item>(items: &[T], count: u64, is_so: impl Fn(T) -> bool) -> Cow<'_, [T]> {
    match count {
        0 => items.into(),
        _ => items.iter().copied().filter(|&item| !is_so(item)).collect(),
    }
}

/// The smallest and largest of items of which none is NaN.
fn ends<T: Item>(items: &[T]) -> Option<(T, T)> {
    let &first = items.first()?;
    let least = |a: T, b: T| if b.is_less(a) { b } else { a };
    let most = |a: T, b: T| if a.is_less(b) { b } else { a };
    let (lows, highs) = lanes::fold2(items, (first, first), least, most);
    Some((lanes::join(lows, least), lanes::join(highs, most)))
}

fn wider<T: Item>(a: Option<(T, T)>, b: Option<(T, T)>) -> Option<(T, T)> {
    let (Some((low, high)), Some((other_low, other_high))) = (a, b) else { return a.or(b) };
    Some((
        if other_low.is_less(low) { other_low } else { low },
        if high.is_less(other_high) { other_high } else { high },
    ))
}

/// Work that needs the type of the items that are measured.
pub trait Survey {
    /// What the work gives.
    type Output;

    /// Does the work for items of type `T`.
    fn over<T: Measured>(self) -> Self::Output;
}

/// The dtype of items as which elements of `dtype` are measured, without loss; `None` where it has no figures.
pub fn items(dtype: &DType) -> Option<DType> {
    let number = match dtype.number()? {
        Number::Float8E4M3 | Number::Float8E5M2 | Number::BFloat16 | Number::Float16 => Number::Float32,
        Number::Complex64 => Number::Complex128,
        Number::LongDouble | Number::CLongDouble => return None,
        other => other,
    };
    Some(DType::native(number))
}

/// Does `survey` for the items of a dtype that [`items`] gave; `None` for any other.
pub fn survey<S: Survey>(items: &DType, survey: S) -> Option<S::Output> {
    Some(match items.number()? {
        Number::Bool => survey.over::<Bool8>(),
        Number::Int8 => survey.over::<i8>(),
        Number::Int16 => survey.over::<i16>(),
        Number::Int32 => survey.over::<i32>(),
        Number::Int64 => survey.over::<i64>(),
        Number::UInt8 => survey.over::<u8>(),
        Number::UInt16 => survey.over::<u16>(),
        Number::UInt32 => survey.over::<u32>(),
        Number::UInt64 => survey.over::<u64>(),
        Number::Float32 => survey.over::<f32>(),
        Number::Float64 => survey.over::<f64>(),
        Number::Complex128 => survey.over::<Complex<f64>>(),
        _ => return None,
    })
}

/// The figures as a fold, so that they are computed as any reduction is.
pub struct Measure<T>(pub PhantomData<T>);

impl<T: Measured> Fold for Measure<T> {
    type Item = T;
    type Acc = Stats<T>;

    fn leaf(&self, items: &[T], _first: u64) -> Stats<T> {
        Stats::of(items)
    }

    fn merge(&self, left: &mut Stats<T>, right: Stats<T>) {
        left.merge(right);
    }

    fn finish(&self, acc: Option<&Stats<T>>, _count: u64) -> Finished {
        acc.map_or(Value::Int(0), |stats| Value::Int(stats.count.into())).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats<T: Measured>(items: &[T], leaf: usize) -> Stats<T> {
        items.chunks(leaf).map(Stats::of).fold(Stats::NOTHING, |mut left, right| {
            left.merge(right);
            left
        })
    }

    #[test]
    fn every_figure_is_that_of_what_is_not_nan() {
        let items = [3.0, f64::NAN, 0.0, -0.0, f64::NAN, -5.0, 10.0];
        for leaf in 1..8 {
            let stats = stats(&items, leaf);
            assert_eq!((stats.count, stats.nan, stats.inf, stats.zero), (7, 2, 0, 2));
            assert_eq!((stats.ends, stats.finite), (Some((-5.0, 10.0)), Some((-5.0, 10.0))));
            assert_eq!((stats.sum(), stats.mean()), (Value::Float(8.0), Some(Value::Float(1.6))));
            assert!((stats.std(0.0) - 24.24_f64.sqrt()).abs() < 1e-14);
        }
    }

    #[test]
    fn infinities_are_ends_but_not_finite_ones() {
        let stats = stats(&[1.0_f32, f32::INFINITY, -2.0, f32::NEG_INFINITY], 3);
        assert_eq!((stats.inf, stats.ends), (2, Some((f32::NEG_INFINITY, f32::INFINITY))));
        assert_eq!(stats.finite, Some((-2.0, 1.0)));
        assert!(stats.std(0.0).is_nan());
    }

    #[test]
    fn nothing_has_no_mean() {
        let nothing = stats::<f64>(&[], 1);
        assert_eq!(
            (nothing.count, nothing.sum(), nothing.mean(), nothing.std(0.0).is_nan()),
            (0, Value::Float(0.0), None, true)
        );
        assert_eq!(stats(&[f64::NAN], 1).mean(), None);
        assert!(stats(&[1_u8], 1).std(1.0).is_nan());
        assert_eq!(stats(&[1_u8, 3], 2).std(2.0), f64::INFINITY);
    }

    #[test]
    fn sums_that_leave_the_range_are_infinite_without_an_infinity() {
        let stats = stats(&[f64::MAX, f64::MAX], 2);
        assert_eq!((stats.inf, stats.ends, stats.sum()), (0, Some((f64::MAX, f64::MAX)), Value::Float(f64::INFINITY)));
    }

    #[test]
    fn integers_and_bools_and_complex_numbers_have_them_too() {
        let ints = stats(&[i64::MAX, 0, i64::MAX], 2);
        assert_eq!((ints.zero, ints.sum()), (1, Value::Int(2 * i128::from(i64::MAX))));
        let bools = stats(&[Bool8(0), Bool8(1)], 2);
        assert_eq!((bools.ends, bools.mean()), (Some((Bool8(0), Bool8(1))), Some(Value::Float(0.5))));
        let complex = stats(&[Complex::new(1.0, f64::NAN), Complex::new(3.0, 4.0)], 1);
        let both = stats(&[Complex::new(f64::INFINITY, f64::NAN), Complex::new(0.0, f64::INFINITY)], 1);
        assert_eq!((both.nan, both.inf), (1, 2));
        assert_eq!((complex.nan, complex.mean()), (1, Some(Value::Complex(Complex::new(3.0, 4.0)))));
    }
}
