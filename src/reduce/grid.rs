//! The fixed grid: where leaves begin and how they are put together. Knows no types of elements.

/// Elements of a leaf: as many as a core's first cache holds, and gone through twice where that is needed.
pub const LEAF: u64 = 4096;
/// Positions in a leaf where whole rows are reduced elementwise.
pub const ROWS: u64 = 64;

/// Puts partial results together two by two, in the shape of a binary counter: what is merged with what depends on how
/// many there are alone.
#[derive(Clone, Debug)]
pub struct Tree<A> {
    /// Partial results with the power of two of leaves in each, largest first.
    stack: Vec<(u32, A)>,
}

impl<A> Default for Tree<A> {
    fn default() -> Self {
        Self { stack: Vec::new() }
    }
}

impl<A> Tree<A> {
    /// Adds what comes behind all that was added before. All but the last must stand for equally many leaves, a power
    /// of two of them, so that the tree is the same however many are pushed as one.
    pub fn push(&mut self, mut part: A, merge: impl Fn(&mut A, A)) {
        let mut level = 0;
        while let Some((_, mut left)) = self.stack.pop_if(|(own, _)| *own == level) {
            merge(&mut left, part);
            (part, level) = (left, level + 1);
        }
        self.stack.push((level, part));
    }

    /// All of it; `None` where nothing was added.
    pub fn finish(&mut self, merge: impl Fn(&mut A, A)) -> Option<A> {
        let (_, mut whole) = self.stack.pop()?;
        while let Some((_, mut left)) = self.stack.pop() {
            merge(&mut left, whole);
            whole = left;
        }
        Some(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(leaves: std::ops::Range<u64>) -> Option<String> {
        tree(leaves.map(|leaf| leaf.to_string()))
    }

    fn tree(parts: impl Iterator<Item = String>) -> Option<String> {
        let merge = |left: &mut String, right: String| *left = format!("({left}{right})");
        let mut tree = Tree::default();
        parts.for_each(|part| tree.push(part, merge));
        tree.finish(merge)
    }

    #[test]
    fn pairs_are_merged_first() {
        assert_eq!(joined(0..0), None);
        assert_eq!(joined(0..1).expect("one"), "0");
        assert_eq!(joined(0..5).expect("five"), "(((01)(23))4)");
        assert_eq!(joined(0..7).expect("seven"), "(((01)(23))((45)6))");
    }

    #[test]
    fn the_tree_does_not_depend_on_how_it_is_cut() {
        for leaves in 1..70 {
            for step in [1, 2, 4, 8, 16, 64] {
                let starts = (0..leaves).step_by(step);
                let parts = starts.map(|start| joined(start..leaves.min(start + step as u64)).expect("one at least"));
                assert_eq!(tree(parts), joined(0..leaves), "{leaves} in steps of {step}");
            }
        }
    }
}
