//! In which order the elements of a job are counted, where it is said which of them are done.

use crate::view::{Axis, View};

/// The order of the blocks of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// That of the selection, C order of its axes.
    Selection,
    /// That in which they lie in the file.
    File,
    /// Another one, in which the chunks follow each other.
    Chunks,
}

impl Counting {
    /// The order of `blocks`, a view of the elements of `selected`.
    pub fn of(selected: &View, blocks: &View) -> Self {
        let rises = |axis: &Axis| match axis {
            Axis::Strided { stride, .. } => *stride >= 0,
            Axis::Listed { positions, stride } => *stride >= 0 && positions.is_sorted(),
        };
        let axes = blocks.axes();
        let listed = axes.iter().any(|axis| matches!(axis, Axis::Listed { .. }));
        let goes_outward =
            axes.iter().map(|axis| axis.stride().unsigned_abs()).is_sorted_by(|outer, inner| outer >= inner);
        match () {
            // What is listed need not be listed in this order where it was typed.
            () if blocks == selected && !listed => Self::Selection,
            () if goes_outward && axes.iter().all(rises) => Self::File,
            () => Self::Chunks,
        }
    }

    /// What stands behind numbers of elements: `of the selection`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Selection => "of the selection",
            Self::File => "in the order of the file",
            Self::Chunks => "in the order of the chunks",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Index;
    use crate::plan::Walk;
    use crate::shape::{Order, Shape};
    use crate::view::Item;

    #[test]
    fn elements_are_counted_in_the_order_of_the_blocks() {
        for (index, order, of_walk) in [
            ("1:", Order::C, Counting::Selection),
            ("1:,::2", Order::C, Counting::Selection),
            ("::-1", Order::C, Counting::File),
            (":,::-1", Order::F, Counting::File),
            (":", Order::F, Counting::File),
            ("[0,2]", Order::C, Counting::File),
        ] {
            let whole = View::of_array(&Shape::new([4, 6]).expect("small"), 8, order, 0);
            let view = index.parse::<Index>().expect(index).select(&[4, 6]).expect(index).of(&whole);
            assert_eq!(Counting::of(&view, &Walk::forward(&view).through(&view)), of_walk, "{index} {order:?}");
        }
        let view = View::new(
            100,
            vec![Axis::Strided { len: 3, stride: 1 }, Axis::Strided { len: 4, stride: -5 }],
            Item::whole(1),
        );
        assert_eq!(Counting::of(&view, &view), Counting::Selection);
        assert_eq!(Counting::of(&view, &view.reversed()), Counting::Chunks);
    }
}
