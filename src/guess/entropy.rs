//! How many bits bytes need. Nothing here knows dtypes.

/// How often each byte was seen.
#[derive(Clone, Debug)]
pub(super) struct Counts {
    counts: [u32; 256],
    total: u32,
}

impl Counts {
    pub(super) fn new() -> Self {
        Self { counts: [0; 256], total: 0 }
    }

    pub(super) fn add(&mut self, byte: u8) {
        self.counts[usize::from(byte)] += 1;
        self.total += 1;
    }

    /// Both together.
    pub(super) fn with(&self, other: &Self) -> Self {
        let mut counts = self.clone();
        counts.counts.iter_mut().zip(other.counts).for_each(|(count, more)| *count += more);
        counts.total += other.total;
        counts
    }

    /// Bits for one of the bytes, learning which there are included.
    pub(super) fn bits(&self) -> f64 {
        if self.total == 0 {
            return 0.0;
        }
        let total = f64::from(self.total);
        let seen = || self.counts.iter().filter(|&&count| count > 0);
        let entropy: f64 = seen().map(|&count| f64::from(count) / total).map(|share| -share * share.log2()).sum();
        // What an adaptive code pays for not knowing the shares beforehand: half a logarithm for each.
        let learning = (seen().count() as f64 - 1.0) * total.log2() / 2.0 / total;
        (entropy + learning).min(8.0)
    }

    /// Bits that this very byte would cost among the others.
    pub(super) fn surprise(&self, byte: u8) -> f64 {
        let share = (f64::from(self.counts[usize::from(byte)]) + 0.1) / (f64::from(self.total) + 25.6);
        // What a sample never showed is not impossible.
        -(0.95 * share + 0.05 / 256.0).log2()
    }
}

/// Bits for one byte of all of these.
pub(super) fn of(bytes: impl Iterator<Item = u8>) -> f64 {
    let mut counts = Counts::new();
    bytes.for_each(|byte| counts.add(byte));
    counts.bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_bytes_need_nothing_and_all_bytes_need_eight_bits() {
        assert_eq!(of([7; 1000].into_iter()), 0.0);
        assert_eq!(of(std::iter::empty()), 0.0);
        assert!(of((0..=255).cycle().take(256_000)) > 7.99);
        let coin = of([0, 1].into_iter().cycle().take(10_000));
        assert!((1.0..1.01).contains(&coin), "{coin}");
    }

    #[test]
    fn rare_bytes_surprise() {
        let mut counts = Counts::new();
        (0..1000).for_each(|_| counts.add(1));
        assert!(counts.surprise(1) < 0.2 && counts.surprise(2) > 10.0);
    }
}
