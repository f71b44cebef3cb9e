//! The smallest or largest element, and where it is.

use std::marker::PhantomData;

use super::fold::{Finished, Fold, Positions, Remark};
use super::items::Item;
use super::lanes;
use super::op::Nans;
use super::value::Value;

/// Which end is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Smallest,
    Largest,
}

/// `min`, `max`, `nanmin`, `nanmax`, `argmin` and `argmax`: of equal elements the first, and with NaN among them the first
/// NaN, unless they are left out.
pub(super) struct Best<T> {
    pub(super) end: End,
    pub(super) nans: Nans,
    /// Where elements are, if the result is a position.
    pub(super) positions: Option<Positions>,
    pub(super) item: PhantomData<T>,
}

/// The best of some elements.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<T> {
    item: T,
    /// It is NaN: nothing else counts, or there is nothing else.
    is_nan: bool,
    /// Its place in the C order of the selection; 0 where nobody asks.
    at: u64,
}

impl<T: Item> Best<T> {
    /// Whether an item is better; never where one of them is NaN.
    fn is_better(&self, item: T, than: T) -> bool {
        match self.end {
            End::Smallest => item.is_less(than),
            End::Largest => than.is_less(item),
        }
    }

    /// The best of items of which `start` is one, NaN left out, and whether there is one.
    fn best(&self, items: &[T], start: T) -> (T, bool) {
        // The end is chosen outside of the loop, so that the loop is nothing but comparisons.
        match self.end {
            End::Smallest => best_by(items, start, T::is_less),
            End::Largest => best_by(items, start, |item, than| than.is_less(item)),
        }
    }

    /// The first place, in the C order of the selection, of an item that is wanted; there is one.
    fn place(&self, items: &[T], first: u64, is_wanted: impl Fn(T) -> bool) -> u64 {
        let Some(positions) = &self.positions else { return 0 };
        let mut places =
            items.iter().zip(first..).filter(|(item, _)| is_wanted(**item)).map(|(_, rank)| positions.of(rank));
        let place = if positions.is_same() { places.next() } else { places.min() };
        place.expect("the best item is one of them")
    }
}

fn best_by<T: Item>(items: &[T], start: T, is_better: impl Fn(T, T) -> bool) -> (T, bool) {
    let better = |best: T, item: T| if is_better(item, best) { item } else { best };
    let (bests, nans) = lanes::fold2(items, (start, false), better, |has_nan, item| has_nan | item.is_nan());
    (lanes::join(bests, better), lanes::join(nans, |a, b| a | b))
}

impl<T: Item> Fold for Best<T> {
    type Item = T;
    type Acc = Found<T>;

    fn leaf(&self, items: &[T], first: u64) -> Found<T> {
        let Some(&start) = items.iter().find(|item| !item.is_nan()) else {
            return Found { item: items[0], is_nan: true, at: self.place(items, first, Item::is_nan) };
        };
        let (item, has_nan) = self.best(items, start);
        if has_nan && self.nans == Nans::Propagate {
            let nan = *items.iter().find(|item| item.is_nan()).expect("one was seen");
            return Found { item: nan, is_nan: true, at: self.place(items, first, Item::is_nan) };
        }
        let is_equal = |other: T| !other.is_nan() && !item.is_less(other) && !other.is_less(item);
        Found { item, is_nan: false, at: self.place(items, first, is_equal) }
    }

    fn moved(&self, acc: &Found<T>, by: u64) -> Option<Found<T>> {
        match &self.positions {
            Some(positions) => positions.is_same().then(|| Found { at: acc.at.wrapping_add(by), ..*acc }),
            None => Some(*acc),
        }
    }

    fn merge(&self, left: &mut Found<T>, right: Found<T>) {
        let is_right = match (left.is_nan, right.is_nan) {
            (true, true) => right.at < left.at,
            (true, false) => self.nans == Nans::Skip,
            (false, true) => self.nans == Nans::Propagate,
            (false, false) => {
                let is_tie = || !self.is_better(left.item, right.item) && right.at < left.at;
                self.is_better(right.item, left.item) || is_tie()
            }
        };
        if is_right {
            *left = right;
        }
    }

    fn finish(&self, acc: Option<&Found<T>>, _count: u64) -> Finished {
        let found = acc.expect("who reduces nothing has been refused");
        let value = match self.positions {
            Some(_) => Value::Int(found.at.into()),
            None => found.item.value(),
        };
        let remark = (found.is_nan && self.nans == Nans::Skip).then_some(Remark::AllNan);
        Finished { value, remark }
    }
}

#[cfg(test)]
mod tests {
    use num_complex::Complex;
    use proptest::prelude::*;

    use super::*;
    use crate::reduce::items::Steps;

    fn best<T>(end: End, nans: Nans, positions: Option<Positions>) -> Best<T> {
        Best { end, nans, positions, item: PhantomData }
    }

    fn found<T: Item>(best: &Best<T>, items: &[T], leaf: usize) -> Finished {
        let mut parts = items.chunks(leaf).zip(0..).map(|(items, nth)| best.leaf(items, nth * leaf as u64));
        let first = parts.next().expect("one at least");
        let acc = parts.fold(first, |mut left, right| {
            best.merge(&mut left, right);
            left
        });
        best.finish(Some(&acc), items.len() as u64)
    }

    #[test]
    fn the_first_nan_wins_or_none_does() {
        let items = [3.0, f64::NAN, 1.0, f64::NAN, 7.0];
        for leaf in 1..=5 {
            let place = |end, nans| found(&best(end, nans, Some(Positions::default())), &items, leaf).value;
            assert_eq!(place(End::Smallest, Nans::Propagate), Value::Int(1));
            assert_eq!(found(&best(End::Largest, Nans::Skip, None), &items, leaf).value, Value::Float(7.0));
            let nan = found(&best(End::Smallest, Nans::Propagate, None), &items, leaf).value;
            assert!(matches!(nan, Value::Float(value) if value.is_nan()));
        }
        let nothing = found(&best(End::Smallest, Nans::Skip, None), &[f64::NAN; 3], 2);
        assert_eq!(nothing.remark, Some(Remark::AllNan));
        assert_eq!(found(&best(End::Smallest, Nans::Skip, None), &items, 2).remark, None);
    }

    #[test]
    fn the_first_of_equals_is_that_of_the_selection() {
        // In the file: columns of a 2 by 3 array, one after the other.
        let positions = Positions::new(&[3, 2], &[1, 0]);
        let items = [5, 1, 1, 5, 5, 1];
        for leaf in 1..=6 {
            assert_eq!(
                found(&best(End::Smallest, Nans::Propagate, Some(positions.clone())), &items, leaf).value,
                Value::Int(1)
            );
        }
    }

    #[test]
    fn times_and_complex_numbers_have_ends_too() {
        let times = [Steps(5), Steps(i64::MIN), Steps(-2)];
        assert_eq!(found(&best(End::Smallest, Nans::Skip, None), &times, 2).value, Value::Int(-2));
        assert_eq!(found(&best(End::Smallest, Nans::Propagate, None), &times, 2).value, Value::Int(i64::MIN.into()));
        let items = [Complex::new(1.0, 2.0), Complex::new(1.0, 3.0), Complex::new(0.0, 9.0)];
        assert_eq!(found(&best(End::Largest, Nans::Propagate, None), &items, 3).value, Value::Complex(items[1]));
    }

    proptest! {
        #[test]
        fn positions_are_those_of_a_loop(items in prop::collection::vec(-9_i32..9, 1..200), leaf in 1_usize..70) {
            let smallest = items.iter().position(|item| item == items.iter().min().unwrap()).unwrap();
            let value = found(&best(End::Smallest, Nans::Propagate, Some(Positions::default())), &items, leaf).value;
            prop_assert_eq!(value, Value::Int(smallest as i128));
        }
    }
}
