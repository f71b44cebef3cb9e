//! Counts between equally distant edges, as `numpy.histogram` counts.

/// Equally distant edges.
#[derive(Clone, Debug, PartialEq)]
pub struct Edges(Vec<f64>);

impl Edges {
    /// The edges of `bins` bins, at least one, from `low` to `high`; around a single value they are 1 apart in all.
    pub fn new(low: f64, high: f64, bins: usize) -> Self {
        let (low, high) = if low == high { (low - 0.5, high + 0.5) } else { (low, high) };
        // As numpy.linspace: the last one is what was asked for.
        let step = (high - low) / bins as f64;
        let inner = (0..bins).map(|bin| bin as f64 * step + low);
        Self(inner.chain([high]).collect())
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
        assert_eq!(Edges::new(0.0, 1.0, 4).values(), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(Edges::new(3.0, 3.0, 2).values(), [2.5, 3.0, 3.5]);
    }

    #[test]
    fn the_upper_edge_belongs_to_the_last_bin_alone() {
        let edges = Edges::new(0.0, 3.0, 3);
        assert_eq!([0.0, 0.999, 1.0, 2.0, 2.5, 3.0].map(|value| edges.bin(value)), [0, 0, 1, 2, 2, 2]);
    }

    proptest! {
        #[test]
        fn every_value_is_between_its_edges(low in -1e3..1e3_f64, width in 1e-3..1e3_f64, share in 0.0..1.0_f64, bins in 1_usize..200) {
            let edges = Edges::new(low, low + width, bins);
            for value in edges.values().iter().copied().chain([low + share * width]) {
                let bin = edges.bin(value.clamp(low, low + width));
                let own = &edges.values()[bin..=bin + 1];
                prop_assert!(own[0] <= value && (value < own[1] || bin + 1 == bins), "{} in {:?}", value, own);
            }
        }
    }
}
