//! A way through a view that goes forward in the file: its axes sorted by how far they step, and turned round where
//! they step backwards. Views of the same shape can be gone through in the same way.

use std::cmp::Reverse;

use crate::shape::Shape;
use crate::view::{Axis, View};

/// An order of axes, and which of them are turned round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// For each axis of the way the axis of the view, slowest first.
    axes: Vec<usize>,
    /// Whether that axis is gone through from its end.
    turned: Vec<bool>,
}

impl Walk {
    /// The way through a view in C order, as it is.
    pub fn straight(view: &View) -> Self {
        let ndim = view.axes().len();
        Self { axes: (0..ndim).collect(), turned: vec![false; ndim] }
    }

    /// The way through a view in the order of its bytes in the file.
    pub fn forward(view: &View) -> Self {
        let mut axes: Vec<usize> = (0..view.axes().len()).collect();
        axes.sort_by_key(|&axis| Reverse(view.axes()[axis].stride().unsigned_abs()));
        let backward = |axis: &usize| matches!(view.axes()[*axis], Axis::Strided { stride, .. } if stride < 0);
        let turned = axes.iter().map(backward).collect();
        Self { axes, turned }
    }

    /// A view of the shape of the one that this is a way through, such that its C order is this way.
    #[must_use]
    pub fn through(&self, view: &View) -> View {
        let walked = view.transposed(&self.axes);
        let turned = self.turned.iter().enumerate().filter(|(_, turned)| **turned);
        turned.fold(walked, |walked, (axis, _)| walked.turned(axis))
    }

    /// The position in the view of the element that is `rank` elements behind `start` on the way through a part of
    /// `lens` of `dims`, all counted along the way.
    pub fn position(&self, start: &[u64], rank: u64, lens: &[u64], dims: &[u64]) -> Vec<u64> {
        let within = Shape::new(lens).expect("a part is smaller than its view").position(rank);
        let mut position = vec![0; self.axes.len()];
        for (place, &axis) in self.axes.iter().enumerate() {
            let at = start[place] + within[place];
            position[axis] = if self.turned[place] { dims[place] - 1 - at } else { at };
        }
        position
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Index;
    use crate::shape::Order;

    #[test]
    fn goes_forward_and_knows_where_it_is() {
        let dims = [3, 4, 5];
        for order in [Order::C, Order::F] {
            for index in [":", "::-1", ":,::-2", "::-1,1:,::-1", "1", "[0,2],::-1"] {
                let whole = View::of_array(&Shape::new(dims).expect("small"), 8, order, 16);
                let view = index.parse::<Index>().expect(index).select(&dims).expect(index).of(&whole);
                let walk = Walk::forward(&view);
                let walked = walk.through(&view);
                assert!(walked.axes().iter().all(|axis| axis.stride() >= 0), "{order:?} {index}");
                let shape = Shape::new(walked.dims()).expect("small");
                let mut before = None;
                for rank in 0..view.size() {
                    let byte = walked.byte_of(&shape.position(rank));
                    assert!(before < Some(byte), "{order:?} {index}");
                    before = Some(byte);
                    let start = vec![0; shape.dims().len()];
                    let position = walk.position(&start, rank, shape.dims(), shape.dims());
                    assert_eq!(view.byte_of(&position), byte, "{order:?} {index}");
                }
            }
        }
    }

    #[test]
    fn the_straight_way_is_c_order() {
        let view = View::of_array(&Shape::new([3, 4]).expect("small"), 8, Order::F, 0);
        let walk = Walk::straight(&view);
        assert_eq!(walk.through(&view), view);
        assert_eq!(walk.position(&[1, 0], 5, &[2, 4], &[3, 4]), [2, 1]);
    }
}
