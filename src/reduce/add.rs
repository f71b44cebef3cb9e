//! Sums and means: integers exactly, floats in `float64`, extended doubles in their own arithmetic.

use num_complex::Complex;

use super::fold::{Finished, Fold, Remark};
use super::items::{Item, Steps};
use super::lanes;
use super::op::Nans;
use super::value::Value;
use crate::dtype::{Bool8, LongDouble};

/// What adding needs of an item.
pub trait Addend: Item {
    /// Holds the sum of any number of items.
    type Sum: Copy + Send;

    /// The sum of nothing.
    const NOTHING: Self::Sum;

    /// The mean of nothing.
    const NO_MEAN: Value = Value::Float(f64::NAN);

    /// The sum of the items of a leaf.
    fn sum(items: &[Self]) -> Self::Sum;

    /// The sum of two sums.
    fn plus(a: Self::Sum, b: Self::Sum) -> Self::Sum;

    /// It as a result.
    fn total(sum: Self::Sum) -> Value;

    /// A part of it, `count` being anything but zero, as a result.
    fn mean(sum: Self::Sum, count: u64) -> Value;

    /// Whether a NaN among the items makes a sum one that shows it, so that others need not be searched.
    fn shows_nan(sum: Self::Sum) -> bool;
}

/// Integers, added by a function of one leaf.
macro_rules! integers {
    ($($item:ty),*: $sum:expr) => {
        $(
            impl Addend for $item {
                type Sum = i128;
                const NOTHING: i128 = 0;

                fn sum(items: &[Self]) -> i128 {
                    $sum(items)
                }

                fn plus(a: i128, b: i128) -> i128 {
                    a + b
                }

                fn total(sum: i128) -> Value {
                    Value::Int(sum)
                }

                fn mean(sum: i128, count: u64) -> Value {
                    Value::Float(sum as f64 / count as f64)
                }

                fn shows_nan(_sum: i128) -> bool {
                    false
                }
            }
        )*
    };
}

integers!(i8, i16, i32, u8, u16, u32: |items| exact(items, |item| item as i64));
integers!(i64: |items| halves(items, |item: i64| item >> 32, |item| item & 0xffff_ffff));
integers!(u64: |items| halves(items, |item: u64| (item >> 32) as i64, |item| item as i64 & 0xffff_ffff));
integers!(Bool8: |items| exact(items, |item: Bool8| i64::from(item.0 != 0)));

/// The sum of items of at most 32 bits, of which a leaf never fills 64.
fn exact<T: Copy>(items: &[T], value: impl Fn(T) -> i64) -> i128 {
    lanes::join(lanes::fold(items, 0_i64, |sum, item| sum + value(item)), |a, b| a + b).into()
}

/// The sum of items of 64 bits, whose upper and lower halves are added apart: neither sum leaves 64 bits within a leaf.
fn halves<T: Copy>(items: &[T], upper: impl Fn(T) -> i64, lower: impl Fn(T) -> i64) -> i128 {
    (exact(items, upper) << 32) + exact(items, lower)
}

macro_rules! floats {
    ($($float:ty)*) => {
        $(
            impl Addend for $float {
                type Sum = f64;
                const NOTHING: f64 = 0.0;

                fn sum(items: &[Self]) -> f64 {
                    lanes::sum(items, f64::from)
                }

                fn plus(a: f64, b: f64) -> f64 {
                    a + b
                }

                fn total(sum: f64) -> Value {
                    Value::Float(sum)
                }

                fn mean(sum: f64, count: u64) -> Value {
                    Value::Float(sum / count as f64)
                }

                fn shows_nan(sum: f64) -> bool {
                    sum.is_nan()
                }
            }
        )*
    };
}

floats!(f32 f64);

impl Addend for Complex<f64> {
    type Sum = Self;
    const NOTHING: Self = Self::new(0.0, 0.0);

    fn sum(items: &[Self]) -> Self {
        lanes::join(lanes::fold(items, Self::NOTHING, |sum, item| sum + item), |a, b| a + b)
    }

    fn plus(a: Self, b: Self) -> Self {
        a + b
    }

    fn total(sum: Self) -> Value {
        Value::Complex(sum)
    }

    /// As NumPy divides by a complex number whose imaginary part is zero: what is not finite spoils both parts.
    fn mean(sum: Self, count: u64) -> Value {
        Value::Complex(Self::new(sum.re + sum.im * 0.0, sum.im - sum.re * 0.0) / count as f64)
    }

    fn shows_nan(sum: Self) -> bool {
        sum.is_nan()
    }
}

impl Addend for LongDouble {
    type Sum = Self;
    const NOTHING: Self = Self([0; 16]);

    fn sum(items: &[Self]) -> Self {
        lanes::join(lanes::fold(items, Self::NOTHING, |sum, item| sum + item), |a, b| a + b)
    }

    fn plus(a: Self, b: Self) -> Self {
        a + b
    }

    fn total(sum: Self) -> Value {
        Value::Long(sum)
    }

    /// For completeness alone: the dtype has no mean, as it has no division.
    fn mean(sum: Self, count: u64) -> Value {
        Value::Float(sum.to_f64() / count as f64)
    }

    fn shows_nan(sum: Self) -> bool {
        Item::is_nan(sum)
    }
}

impl Addend for Steps {
    /// `None` is NaT.
    type Sum = Option<i128>;
    const NOTHING: Self::Sum = Some(0);
    const NO_MEAN: Value = Value::Int(i64::MIN as i128);

    fn sum(items: &[Self]) -> Self::Sum {
        let is_time = !items.iter().any(|item| item.is_nan());
        is_time.then(|| items.iter().map(|item| i128::from(item.0)).sum())
    }

    fn plus(a: Self::Sum, b: Self::Sum) -> Self::Sum {
        Some(a? + b?)
    }

    fn total(sum: Self::Sum) -> Value {
        Value::Int(sum.unwrap_or(i64::MIN.into()))
    }

    fn mean(sum: Self::Sum, count: u64) -> Value {
        Self::total(sum.map(|sum| sum / i128::from(count)))
    }

    /// As in NumPy, `nansum` leaves out NaN, but not NaT.
    fn shows_nan(_sum: Self::Sum) -> bool {
        false
    }
}

/// What is made of a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    /// All of it.
    Whole,
    /// The part of each element.
    Mean,
}

/// `sum`, `nansum`, `mean` and `nanmean`.
pub(super) struct Add<T> {
    pub(super) share: Share,
    pub(super) nans: Nans,
    pub(super) item: std::marker::PhantomData<T>,
}

/// The sum of some elements, and how many of them were left out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sum<S> {
    sum: S,
    skipped: u64,
}

impl<T: Addend> Fold for Add<T> {
    type Item = T;
    type Acc = Sum<T::Sum>;

    fn leaf(&self, items: &[T], _first: u64) -> Self::Acc {
        let sum = T::sum(items);
        if self.nans == Nans::Propagate || !T::shows_nan(sum) {
            return Sum { sum, skipped: 0 };
        }
        let kept: Vec<T> = items.iter().copied().filter(|item| !item.is_nan()).collect();
        Sum { sum: T::sum(&kept), skipped: (items.len() - kept.len()) as u64 }
    }

    fn merge(&self, left: &mut Self::Acc, right: Self::Acc) {
        *left = Sum { sum: T::plus(left.sum, right.sum), skipped: left.skipped + right.skipped };
    }

    fn finish(&self, acc: Option<&Self::Acc>, count: u64) -> Finished {
        let Sum { sum, skipped } = acc.copied().unwrap_or(Sum { sum: T::NOTHING, skipped: 0 });
        match (self.share, count - skipped) {
            (Share::Whole, _) => T::total(sum).into(),
            (Share::Mean, 0) => Finished { value: T::NO_MEAN, remark: Some(Remark::MeanOfNothing) },
            (Share::Mean, count) => T::mean(sum, count).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::marker::PhantomData;

    use proptest::prelude::*;

    use super::*;

    fn finished<T: Addend>(share: Share, nans: Nans, leaves: &[&[T]]) -> Finished {
        let add = Add { share, nans, item: PhantomData };
        let mut parts = leaves.iter().filter(|leaf| !leaf.is_empty()).map(|leaf| add.leaf(leaf, 0));
        let acc = parts.next().map(|first| {
            parts.fold(first, |mut left, right| {
                add.merge(&mut left, right);
                left
            })
        });
        add.finish(acc.as_ref(), leaves.iter().map(|leaf| leaf.len() as u64).sum())
    }

    fn sum<T: Addend>(items: &[T]) -> Value {
        finished(Share::Whole, Nans::Propagate, &[items]).value
    }

    #[test]
    fn nan_is_carried_on_or_left_out() {
        let items: &[&[f64]] = &[&[1.0, f64::NAN, 3.0], &[f64::NAN], &[5.0]];
        let value = |share, nans| match finished(share, nans, items).value {
            Value::Float(value) => value,
            other => panic!("{other:?}"),
        };
        assert!(value(Share::Whole, Nans::Propagate).is_nan());
        assert_eq!((value(Share::Whole, Nans::Skip), value(Share::Mean, Nans::Skip)), (9.0, 3.0));
        let nothing = finished::<f64>(Share::Mean, Nans::Skip, &[&[f64::NAN]]);
        assert_eq!(nothing.remark, Some(Remark::MeanOfNothing));
    }

    #[test]
    fn nothing_adds_up_to_zero() {
        assert_eq!(finished::<f32>(Share::Whole, Nans::Propagate, &[]).value, Value::Float(0.0));
        assert_eq!(finished::<u8>(Share::Whole, Nans::Propagate, &[]).value, Value::Int(0));
        assert_eq!(finished::<f32>(Share::Mean, Nans::Propagate, &[]).remark, Some(Remark::MeanOfNothing));
    }

    #[test]
    fn no_time_makes_a_sum_none() {
        assert_eq!(sum(&[Steps(4), Steps(-7)]), Value::Int(-3));
        assert_eq!(sum(&[Steps(4), Steps(i64::MIN)]), Value::Int(i64::MIN.into()));
        assert_eq!(finished(Share::Mean, Nans::Propagate, &[&[Steps(-7), Steps(0)]]).value, Value::Int(-3));
        let nothing = finished::<Steps>(Share::Mean, Nans::Propagate, &[]);
        assert_eq!(nothing.value, Value::Int(i64::MIN.into()));
    }

    #[test]
    fn bools_count_whatever_their_byte() {
        assert_eq!(sum(&[Bool8(0), Bool8(1), Bool8(7)]), Value::Int(2));
    }

    proptest! {
        #[test]
        fn integers_are_exact(items in prop::collection::vec(any::<i64>(), 1..300)) {
            let unsigned: Vec<u64> = items.iter().map(|&item| item as u64).collect();
            prop_assert_eq!(sum(&items), Value::Int(items.iter().map(|&item| i128::from(item)).sum()));
            prop_assert_eq!(sum(&unsigned), Value::Int(unsigned.iter().map(|&item| i128::from(item)).sum()));
            let small: Vec<i16> = items.iter().map(|&item| item as i16).collect();
            prop_assert_eq!(sum(&small), Value::Int(small.iter().map(|&item| i128::from(item)).sum()));
        }
    }
}
