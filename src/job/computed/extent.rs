//! Which chunks are done: ranges of their numbers and of the elements in them, joined where they meet.

use std::collections::BTreeMap;
use std::ops::Range;

/// Chunks that follow each other: numbers, and the ranks of their elements on the way through the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) numbers: Range<u64>,
    pub(super) ranks: Range<u64>,
}

/// Chunks that are done.
#[derive(Debug, Default)]
pub(super) struct Done {
    extents: BTreeMap<u64, Extent>,
    /// Whether storing failed midway, so that others may be stored in part.
    is_torn: bool,
}

impl Done {
    /// Adds chunks that were not there.
    pub(super) fn add(&mut self, mut extent: Extent) {
        if extent.numbers.is_empty() {
            return;
        }
        if let Some(next) = self.extents.remove(&extent.numbers.end) {
            extent.numbers.end = next.numbers.end;
            extent.ranks.end = next.ranks.end;
        }
        if let Some((_, before)) = self.extents.range_mut(..extent.numbers.start).next_back()
            && before.numbers.end == extent.numbers.start
        {
            before.numbers.end = extent.numbers.end;
            before.ranks.end = extent.ranks.end;
            return;
        }
        self.extents.insert(extent.numbers.start, extent);
    }

    /// Takes note that storing failed midway.
    pub(super) fn note_torn(&mut self) {
        self.is_torn = true;
    }

    /// What to say of them: `None` where there are none and nothing was stored in part.
    pub(super) fn told(&self) -> Option<String> {
        let list = |of: fn(&Extent) -> &Range<u64>| {
            let ranges: Vec<String> = self.extents.values().map(|extent| told(of(extent))).collect();
            ranges.join(", ")
        };
        let whole = (!self.extents.is_empty()).then(|| {
            let (numbers, ranks) = (list(|extent| &extent.numbers), list(|extent| &extent.ranks));
            format!("chunks {numbers} are stored: elements {ranks}, counted in file order")
        });
        match (whole, self.is_torn) {
            (Some(whole), true) => Some(format!("{whole}; what follows may be stored in part")),
            (None, true) => Some("elements may be stored in part".to_owned()),
            (whole, false) => whole,
        }
    }
}

fn told(range: &Range<u64>) -> String {
    match range.end - range.start {
        1 => range.start.to_string(),
        _ => format!("{} to {}", range.start, range.end - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_joined_whenever_they_come() {
        let mut done = Done::default();
        assert_eq!(done.told(), None);
        for (first, last) in [(4, 6), (0, 2), (9, 10), (2, 4), (7, 7), (8, 9)] {
            done.add(Extent { numbers: first..last, ranks: first * 10..last * 10 });
        }
        let told = done.told().expect("some are done");
        assert_eq!(told, "chunks 0 to 5, 8 to 9 are stored: elements 0 to 59, 80 to 99, counted in file order");
        done.note_torn();
        let told = done.told().expect("some are done");
        assert!(told.ends_with("counted in file order; what follows may be stored in part"), "{told}");
    }
}
