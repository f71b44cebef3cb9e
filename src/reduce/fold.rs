//! What a reduction does with items and accumulators, whatever their types.

use std::sync::Arc;

use bytemuck::Pod;

use super::value::Value;

/// A reduction over items of one type.
pub trait Fold: Sync {
    /// An element in native byte order.
    type Item: Pod;
    /// What is known of some elements that follow each other.
    type Acc: Clone + Send;

    /// What is known of the items of one leaf, of which there is one at least; the first of them is number `first` of all
    /// that are reduced to one.
    fn leaf(&self, items: &[Self::Item], first: u64) -> Self::Acc;

    /// What is known of the same elements where the first of them is `by` places further on, modulo 2^64; `None` where
    /// that is not known without looking at them.
    fn moved(&self, acc: &Self::Acc, _by: u64) -> Option<Self::Acc> {
        Some(acc.clone())
    }

    /// Adds what is known of the elements behind.
    fn merge(&self, left: &mut Self::Acc, right: Self::Acc);

    /// The result for `count` elements; `None` where there are none.
    fn finish(&self, acc: Option<&Self::Acc>, count: u64) -> Finished;
}

/// A result, and what a user may want to know of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// The result.
    pub value: Value,
    /// What NumPy warns of.
    pub remark: Option<Remark>,
}

impl From<Value> for Finished {
    fn from(value: Value) -> Self {
        Self { value, remark: None }
    }
}

/// What NumPy warns of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remark {
    /// The mean of no elements.
    MeanOfNothing,
    /// `ddof` is at least the number of elements.
    NoFreedom,
    /// `nanmin` or `nanmax` of nothing but NaN.
    AllNan,
}

impl Remark {
    /// Every remark.
    pub const ALL: [Self; 3] = [Self::MeanOfNothing, Self::NoFreedom, Self::AllNan];

    /// NumPy's words for it.
    pub fn text(self) -> &'static str {
        match self {
            Self::MeanOfNothing => "Mean of empty slice",
            Self::NoFreedom => "Degrees of freedom <= 0 for slice",
            Self::AllNan => "All-NaN slice encountered",
        }
    }
}

/// Where elements that were reduced in file order stand in the C order of the selection.
#[derive(Clone, Debug, Default)]
pub struct Positions {
    /// Length and C-order stride of each axis, slowest in the file first; empty where the orders are the same.
    axes: Arc<[(u64, u64)]>,
}

impl Positions {
    /// The reduced axes have these lengths, slowest in the file first; the `n`-th is axis `places[n]` in C order.
    pub fn new(dims: &[u64], places: &[usize]) -> Self {
        if places.is_sorted() {
            return Self::default();
        }
        let axes = dims.iter().zip(places).map(|(&len, place)| {
            let behind = dims.iter().zip(places).filter(|(_, other)| *other > place);
            (len, behind.map(|(len, _)| len).product())
        });
        Self { axes: axes.collect() }
    }

    /// Whether both orders are the same, so that what comes first in one does so in the other.
    pub fn is_same(&self) -> bool {
        self.axes.is_empty()
    }

    /// The place in C order of what is number `rank` in the file.
    pub fn of(&self, mut rank: u64) -> u64 {
        if self.is_same() {
            return rank;
        }
        self.axes.iter().rev().fold(0, |place, (len, stride)| {
            let at = rank % len;
            rank /= len;
            place + at * stride
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_the_file_are_found_in_c_order() {
        // Fortran order of 2 by 3: the second axis is the slowest.
        let positions = Positions::new(&[3, 2], &[1, 0]);
        assert_eq!((0..6).map(|rank| positions.of(rank)).collect::<Vec<_>>(), [0, 3, 1, 4, 2, 5]);
        let same = Positions::new(&[2, 3], &[0, 1]);
        assert!(same.is_same());
        assert_eq!(same.of(4), 4);
    }
}
