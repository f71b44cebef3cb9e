//! Counts between equally distant edges, as `numpy.histogram` counts.

use crate::error::{Error, Result};

/// Equally distant edges.
#[derive(Clone, Debug, PartialEq)]
pub struct Edges(Vec<f64>);

impl Edges {
    /// The edges of `bins` bins, at least one, from `low` to `high`; around a single value they are 1 apart in all.
    ///
    /// # Errors
    /// Usage, where no float64 says how far the ends are apart, or where there are too few between them for so many edges.
    pub fn new(low: f64, high: f64, bins: usize) -> Result<Self> {
        let (low, high) = if low == high { (low - 0.5, high + 0.5) } else { (low, high) };
        // As numpy.linspace: the last one is what was asked for.
        let step = (high - low) / bins as f64;
        if !step.is_finite() {
            return Err(Error::usage(format!(
                "no histogram from {low:e} to {high:e}: the range is not finite in float64"
            )));
        }
        let inner = (0..bins).map(|bin| bin as f64 * step + low);
        let edges: Vec<f64> = inner.chain([high]).collect();
        if edges.is_sorted_by(|edge, next| edge < next) {
            return Ok(Self(edges));
        }
        Err(Error::usage(format!("too many bins from {low:?} to {high:?}: there are no {bins} of finite size")))
    }

    /// Each of them, rising.
    pub fn values(&self) -> &[f64] {
        &self.0
    }

    /// The number of bins.
    pub fn bins(&self) -> usize {
        self.0.len() - 1
    }

    /// The bin of a value between the outer edges: each holds its lower edge, the last the upper one too.
    pub fn bin(&self, value: f64) -> usize {
        let (low, high) = (self.0[0], self.0[self.bins()]);
        let bin = (((value - low) / (high - low)) * self.bins() as f64) as usize;
        let bin = bin.min(self.bins() - 1);
        // What was rounded may be on the other side of an edge.
        if value < self.0[bin] {
            bin - 1
        } else if bin + 1 < self.bins() && value >= self.0[bin + 1] {
            bin + 1
        } else {
            bin
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn edges_are_numpys() {
        let edges = |low, high, bins| Edges::new(low, high, bins).expect("there are edges");
        assert_eq!(edges(0.0, 1.0, 4).values(), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(edges(3.0, 3.0, 2).values(), [2.5, 3.0, 3.5]);
    }

    #[test]
    fn edges_that_are_not_numbers_or_not_apart_are_refused() {
        let message = |low, high, bins| Edges::new(low, high, bins).expect_err("there are none").message().to_owned();
        assert!(message(-1.5e308, 1.5e308, 2).contains("not finite"));
        assert!(message(1.0, 1.0 + f64::EPSILON, 2).contains("there are no 2 of finite size"));
        assert!(message(1e300, 1e300, 1).contains("there are no 1 of finite size"));
        assert!(Edges::new(1.0, 1.0 + f64::EPSILON, 1).is_ok());
    }

    #[test]
    fn the_upper_edge_belongs_to_the_last_bin_alone() {
        let edges = Edges::new(0.0, 3.0, 3).expect("three bins");
        assert_eq!([0.0, 0.999, 1.0, 2.0, 2.5, 3.0].map(|value| edges.bin(value)), [0, 0, 1, 2, 2, 2]);
    }

    proptest! {
        #[test]
        fn every_value_is_between_its_edges(low in -1e3..1e3_f64, width in 1e-3..1e3_f64, share in 0.0..1.0_f64, bins in 1_usize..200) {
            let edges = Edges::new(low, low + width, bins).expect("they are apart");
            for value in edges.values().iter().copied().chain([low + share * width]) {
                let bin = edges.bin(value.clamp(low, low + width));
                let own = &edges.values()[bin..=bin + 1];
                prop_assert!(own[0] <= value && (value < own[1] || bin + 1 == bins), "{} in {:?}", value, own);
            }
        }
    }
}
