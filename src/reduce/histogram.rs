//! Counts between equally distant edges, as `numpy.histogram` counts.

use crate::dtype::{Float16, Number};
use crate::error::{Error, Result};

/// Equally distant edges, in the float dtype in which they are computed.
#[derive(Clone, Debug, PartialEq)]
pub struct Edges {
    values: Vec<f64>,
    number: Number,
}

impl Edges {
    /// The edges of `bins` bins, at least one, from `low` to `high`, elements of `number`; around a single value they
    /// are 1 apart in all.
    ///
    /// As in NumPy, those of `float16` and `float32` are computed in that dtype, operation by operation, and all others
    /// in `float64`. Where the dtype cannot say how far the ends are apart, these are too: NumPy's edges are NaN there.
    ///
    /// # Errors
    /// Usage, where no float64 says how far the ends are apart, or where there are too few between them for so many edges.
    pub fn new(low: f64, high: f64, bins: usize, number: Number) -> Result<Self> {
        let number = match number {
            Number::Float16 | Number::Float32 if nearest(number, high - low).is_finite() => number,
            _ => Number::Float64,
        };
        let nearest = |value| nearest(number, value);
        let (low, high) = if low == high { (nearest(low - 0.5), nearest(high + 0.5)) } else { (low, high) };
        // As numpy.linspace: the last one is what was asked for.
        let step = nearest(nearest(high - low) / nearest(bins as f64));
        if !step.is_finite() {
            return Err(Error::usage(format!(
                "no histogram from {low:e} to {high:e}: the range is not finite in float64"
            )));
        }
        let inner = (0..bins).map(|bin| nearest(nearest(nearest(bin as f64) * step) + low));
        let values: Vec<f64> = inner.chain([high]).collect();
        if values.is_sorted_by(|edge, next| edge < next) {
            return Ok(Self { values, number });
        }
        let name = number.name();
        Err(Error::usage(format!("too many bins from {low:?} to {high:?}: {name} has no {bins} of finite size there")))
    }

    /// Each of them, rising.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The dtype in which they are computed, which holds each of them.
    pub fn number(&self) -> Number {
        self.number
    }

    /// The number of bins.
    pub fn bins(&self) -> usize {
        self.values.len() - 1
    }

    /// The bin of a value: each holds its lower edge, the last the upper one too. `None` where it is not between the outer
    /// edges, or NaN.
    ///
    /// NumPy's guess from the distance to the lowest edge is at most one bin wrong, but for `float16`, where more bins
    /// than its 11 bits tell apart count what the guess says.
    pub fn bin(&self, value: f64) -> Option<usize> {
        let nearest = |value| nearest(self.number, value);
        let (low, high) = (self.values[0], self.values[self.bins()]);
        if !(low..=high).contains(&value) {
            return None;
        }
        let share = nearest(nearest(value - low) / nearest(high - low));
        let bin = nearest(share * nearest(self.bins() as f64)) as usize;
        let bin = bin.min(self.bins() - 1);
        // What was rounded may be on the other side of an edge.
        Some(if value < self.values[bin] {
            bin - 1
        } else if bin + 1 < self.bins() && value >= self.values[bin + 1] {
            bin + 1
        } else {
            bin
        })
    }
}

/// The result of one operation as `number` has it: rounding that of float64 once more gives the same.
fn nearest(number: Number, value: f64) -> f64 {
    match number {
        Number::Float16 => Float16::from_f64(value).to_f64(),
        Number::Float32 => f64::from(value as f32),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn edges_are_numpys() {
        let edges = |low, high, bins, number| Edges::new(low, high, bins, number).expect("there are edges");
        assert_eq!(edges(0.0, 1.0, 4, Number::Int8).values(), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(edges(3.0, 3.0, 2, Number::Float64).values(), [2.5, 3.0, 3.5]);
        let single = edges(0.0, 1.0, 10, Number::Float32);
        assert_eq!((single.number(), single.values()[6]), (Number::Float32, f64::from(0.6_f32)));
        assert_eq!(edges(0.0, 1.0, 10, Number::Float16).values()[7], 0.699_707_031_25);
    }

    #[test]
    fn a_range_that_the_dtype_does_not_hold_is_one_of_float64() {
        let edges = Edges::new(-60_000.0, 60_000.0, 2, Number::Float16).expect("there are edges");
        assert_eq!((edges.number(), edges.values()), (Number::Float64, &[-60_000.0, 0.0, 60_000.0][..]));
    }

    #[test]
    fn edges_that_are_not_numbers_or_not_apart_are_refused() {
        let message = |low, high, bins, number| {
            Edges::new(low, high, bins, number).expect_err("there are none").message().to_owned()
        };
        assert!(message(-1.5e308, 1.5e308, 2, Number::Float64).contains("not finite"));
        assert!(message(1.0, 1.0 + f64::EPSILON, 2, Number::Float64).contains("float64 has no 2 of finite size"));
        assert!(message(1e300, 1e300, 1, Number::Float64).contains("float64 has no 1 of finite size"));
        assert!(message(1.0, 1.005, 10, Number::Float16).contains("float16 has no 10 of finite size"));
        assert!(Edges::new(1.0, 1.0 + f64::EPSILON, 1, Number::Float64).is_ok());
    }

    #[test]
    fn the_upper_edge_belongs_to_the_last_bin_alone() {
        let edges = Edges::new(0.0, 3.0, 3, Number::UInt8).expect("three bins");
        assert_eq!([0.0, 0.999, 1.0, 2.0, 2.5, 3.0].map(|value| edges.bin(value)), [0, 0, 1, 2, 2, 2].map(Some));
        assert_eq!([-1e-300, 3.1, f64::INFINITY, f64::NAN].map(|value| edges.bin(value)), [None; 4]);
    }

    proptest! {
        #[test]
        fn every_value_is_between_its_edges(low in -1e3..1e3_f64, width in 1e-3..1e3_f64, share in 0.0..1.0_f64, bins in 1_usize..200) {
            let edges = Edges::new(low, low + width, bins, Number::Float64).expect("they are apart");
            for value in edges.values().iter().copied().chain([low + share * width]) {
                let bin = edges.bin(value.clamp(low, low + width)).expect("it is between the outer ones");
                let own = &edges.values()[bin..=bin + 1];
                prop_assert!(own[0] <= value && (value < own[1] || bin + 1 == bins), "{} in {:?}", value, own);
            }
        }
    }
}
