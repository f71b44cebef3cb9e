//! Variances and standard deviations: two passes over each leaf, then Chan's formula along the tree.

use std::marker::PhantomData;

use num_complex::Complex;

use super::fold::{Finished, Fold, Remark};
use super::items::Item;
use super::lanes;
use super::op::Nans;
use super::value::Value;
use crate::dtype::Bool8;

/// An item as the parts whose variances are added up.
pub trait Parts: Item {
    /// The functions that give each part.
    const PARTS: &'static [fn(Self) -> f64];

    /// The first part.
    fn first(self) -> f64;
}

macro_rules! reals {
    ($($real:ty, $value:expr;)*) => {
        $(
            impl Parts for $real {
                const PARTS: &'static [fn(Self) -> f64] = &[Self::first];

                fn first(self) -> f64 {
                    let value: fn(Self) -> f64 = $value;
                    value(self)
                }
            }
        )*
    };
}

reals! {
    i8, |item| item as f64;
    i16, |item| item as f64;
    i32, |item| item as f64;
    i64, |item| item as f64;
    u8, |item| item as f64;
    u16, |item| item as f64;
    u32, |item| item as f64;
    u64, |item| item as f64;
    f32, |item| item as f64;
    f64, |item| item;
    Bool8, |item| f64::from(u8::from(item.0 != 0));
}

impl Parts for Complex<f64> {
    const PARTS: &'static [fn(Self) -> f64] = &[Self::first, |item| item.im];

    fn first(self) -> f64 {
        self.re
    }
}

/// `var`, `std` and `nanstd`.
pub(super) struct Spread<T> {
    pub(super) nans: Nans,
    pub(super) ddof: f64,
    pub(super) root: Root,
    pub(super) item: PhantomData<T>,
}

/// What is made of a variance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// Nothing: `var`.
    No,
    /// Its square root: `std`.
    Square,
}

/// How many elements there are, the mean of each part, and the sum of the squares of the distances from the means.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moments {
    count: u64,
    /// Each mean, and what is missing from it: together they have twice the digits, so that the distance between means far
    /// from zero is exact enough.
    means: [(f64, f64); 2],
    squares: f64,
}

impl Moments {
    /// Those of no elements.
    pub(super) const NOTHING: Self = Self { count: 0, means: [(0.0, 0.0); 2], squares: 0.0 };

    /// Those of the items of a leaf.
    pub(super) fn of<T: Parts>(items: &[T]) -> Self {
        let mut means = [0.0; 2];
        for (part, mean) in T::PARTS.iter().zip(&mut means) {
            let count = items.len() as f64;
            *mean = lanes::sum(items, part) / count;
            if !mean.is_finite() {
                // The sum of finite items may be too large where their mean is not.
                *mean = lanes::sum(items, |item| part(item) / count);
            }
        }
        Self::around(items, means)
    }

    /// Those of the items of a leaf whose means have been computed.
    pub(super) fn around<T: Parts>(items: &[T], means: [f64; 2]) -> Self {
        let mut moments = Self { count: items.len() as u64, ..Self::NOTHING };
        if items.is_empty() {
            return moments;
        }
        match T::PARTS {
            // Called by its own name, it is compiled into the loop.
            [_] => moments.add(0, items, T::first, means[0]),
            parts => parts.iter().enumerate().for_each(|(nth, part)| moments.add(nth, items, part, means[nth])),
        }
        moments
    }

    fn add<T: Copy>(&mut self, nth: usize, items: &[T], part: impl Fn(T) -> f64, mean: f64) {
        let distance = |item| part(item) - mean;
        let squared = |squares: f64, item| squares + distance(item) * distance(item);
        let (sums, squares) = lanes::fold2(items, (0.0, 0.0), |sum, item| sum + distance(item), squared);
        let [sum, squares] = [sums, squares].map(|lanes| lanes::join(lanes, |a, b| a + b));
        // The distances of a mean that is exact add up to nothing.
        let rest = sum / items.len() as f64;
        self.means[nth] = (mean, rest);
        // Squares that are too large stay so: what is taken from them may be too large, too.
        self.squares += if squares.is_infinite() { squares } else { squares - sum * rest };
    }

    /// Adds those of other elements, by Chan's formula.
    pub(super) fn merge(&mut self, other: Self) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = other;
            return;
        }
        let (own, count) = (self.count as f64, (self.count + other.count) as f64);
        let share = other.count as f64 / count;
        let all_numbers = !(self.squares.is_nan() || other.squares.is_nan());
        for ((mean, rest), (other_mean, other_rest)) in self.means.iter_mut().zip(other.means) {
            let distance = (other_mean - *mean) + (other_rest - *rest);
            let correction = *rest + distance * share;
            let sum = *mean + correction;
            // What the sum did not take; a mean is either larger than its correction or exact beside it.
            let taken = sum - *mean;
            *rest = (*mean - (sum - taken)) + (correction - taken);
            *mean = sum;
            self.squares += distance * distance * (own * share);
        }
        self.squares += other.squares;
        if self.squares.is_nan() && all_numbers {
            // A mean was too far away to be told, and so is the square of the distance.
            self.squares = f64::INFINITY;
        }
        self.count += other.count;
    }

    /// The variance, where so much is left of the count.
    pub(super) fn variance(&self, freedom: f64) -> f64 {
        self.squares / freedom
    }
}

impl<T: Parts> Fold for Spread<T> {
    type Item = T;
    type Acc = Moments;

    fn leaf(&self, items: &[T], _first: u64) -> Moments {
        if self.nans == Nans::Skip && items.iter().any(|item| item.is_nan()) {
            let kept: Vec<T> = items.iter().copied().filter(|item| !item.is_nan()).collect();
            return Moments::of(&kept);
        }
        Moments::of(items)
    }

    fn merge(&self, left: &mut Moments, right: Moments) {
        left.merge(right);
    }

    fn finish(&self, acc: Option<&Moments>, _count: u64) -> Finished {
        let moments = acc.copied().unwrap_or(Moments::NOTHING);
        let freedom = (moments.count as f64 - self.ddof).max(0.0);
        let remark = (freedom <= 0.0).then_some(Remark::NoFreedom);
        // With NaN left out NumPy gives NaN for too few elements, else what the division gives.
        let variance = if remark.is_some() && self.nans == Nans::Skip { f64::NAN } else { moments.variance(freedom) };
        let value = if self.root == Root::Square { variance.sqrt() } else { variance };
        Finished { value: Value::Float(value), remark }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spread<T: Parts>(nans: Nans, ddof: f64, items: &[T], leaf: usize) -> Finished {
        let spread = Spread { nans, ddof, root: Root::No, item: PhantomData };
        let mut parts = items.chunks(leaf).map(|items| spread.leaf(items, 0));
        let acc = parts.next().map(|first| {
            parts.fold(first, |mut left, right| {
                spread.merge(&mut left, right);
                left
            })
        });
        spread.finish(acc.as_ref(), items.len() as u64)
    }

    fn float(finished: &Finished) -> f64 {
        match finished.value {
            Value::Float(value) => value,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_distant_mean_costs_no_digits() {
        let items: Vec<f64> = (0..1000).map(|item| 1e9 + f64::from(item % 2)).collect();
        for leaf in [1, 7, 64, 1000] {
            assert!((float(&spread(Nans::Propagate, 0.0, &items, leaf)) - 0.25).abs() < 1e-12, "{leaf}");
        }
    }

    #[test]
    fn too_few_elements_are_told() {
        for (ddof, items, expected) in
            [(2.0, &[1.0, 2.0][..], f64::INFINITY), (2.0, &[1.0, 1.0], f64::NAN), (0.0, &[], f64::NAN)]
        {
            let found = spread(Nans::Propagate, ddof, items, 9);
            assert_eq!(
                (float(&found).to_bits() | 1 << 63, found.remark),
                (expected.to_bits() | 1 << 63, Some(Remark::NoFreedom))
            );
        }
        assert!(float(&spread(Nans::Skip, 2.0, &[1.0, 2.0], 9)).is_nan());
        assert_eq!(float(&spread(Nans::Skip, 0.0, &[1.0, f64::NAN, 3.0, f64::NAN], 2)), 1.0);
    }

    #[test]
    fn both_parts_of_a_complex_number_count() {
        assert_eq!(float(&spread(Nans::Propagate, 0.0, &[Complex::new(1.0, 2.0), Complex::new(3.0, -1.0)], 9)), 3.25);
    }

    #[test]
    fn squares_that_are_too_large_are_infinite() {
        for items in [&[1e200, -1e200, 1e200][..], &[1.7e308; 3], &[1e200, -1e200], &[1.7e308, -1.7e308, 1.0, 2.0]] {
            for leaf in 1..=4 {
                let value = spread(Nans::Propagate, 0.0, items, leaf).value;
                let constant = items.iter().all(|&item| item == items[0]);
                let expected = if constant { 0.0 } else { f64::INFINITY };
                assert_eq!(value, Value::Float(expected), "{items:?} by {leaf}");
            }
        }
        for special in [f64::INFINITY, f64::NAN] {
            let value = spread(Nans::Propagate, 0.0, &[1e200, special, -1e200], 2).value;
            assert!(matches!(value, Value::Float(nan) if nan.is_nan()), "{value:?}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_two_passes_over_all(items in prop::collection::vec(-1000_i32..1000, 1..300), leaf in 1_usize..99) {
            let mean = items.iter().map(|&item| f64::from(item)).sum::<f64>() / items.len() as f64;
            let squares = items.iter().map(|&item| (f64::from(item) - mean).powi(2)).sum::<f64>();
            let expected = squares / items.len() as f64;
            let found = float(&spread(Nans::Propagate, 0.0, &items, leaf));
            prop_assert!((found - expected).abs() <= 1e-12 * expected.max(1.0), "{} and {}", found, expected);
        }
    }
}
