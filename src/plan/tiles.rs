//! Tiles: the boxes in which a view is read where its C order is not the order in which it lies in the file.
//!
//! A tile is as long along the axes that are fast in the file as along those that are fast in the result, so that what
//! is read at once and what is stored at once are both whole pages, whatever the memory for it:
//!
//! ```text
//!             file                           result
//!   ┌──────┬──────┬──────┐           ┌────┬────┬────┬────┐
//!   │ ──── │      │      │           │ ── │    │    │    │      each stretch of a tile: contiguous on its side
//!   │ ──── │      │      │    ──►    │ ── │    │    │    │
//!   ├──────┼──────┼──────┤           │ ── │    │    │    │
//! ```

use super::Chunks;
use crate::view::View;

impl View {
    /// Cuts the view into boxes of at most `most` elements (at least 1), which go forward through the file.
    pub fn tiles(&self, most: u64) -> Chunks<'_> {
        let dims = self.dims();
        let result: Vec<usize> = (0..dims.len()).rev().collect();
        let mut file = result.clone();
        file.sort_by_key(|&axis| self.axes()[axis].stride().unsigned_abs());
        let mut steps = vec![1; dims.len()];
        loop {
            let sides = [(&file, reach(&file, &steps, &dims)), (&result, reach(&result, &steps, &dims))];
            // The side whose stretches are shorter grows; of a side that is whole nothing is left to grow.
            let growing = sides.iter().filter(|(side, _)| grows(side, &steps, &dims).is_some());
            let Some((side, _)) = growing.min_by_key(|(_, reach)| *reach) else {
                break;
            };
            let axis = grows(side, &steps, &dims).expect("the side was chosen because it grows");
            let room = most.max(1) / steps.iter().product::<u64>();
            if room < 2 {
                break;
            }
            // Powers of two, so that stretches end where pages do.
            steps[axis] = (steps[axis] * 2).min(dims[axis]);
        }
        let walk = file.into_iter().rev().collect();
        Chunks::boxes(self, steps, walk)
    }
}

/// The axis that lengthens the stretches of a side, fastest first.
fn grows(side: &[usize], steps: &[u64], dims: &[u64]) -> Option<usize> {
    side.iter().copied().find(|&axis| steps[axis] < dims[axis])
}

/// The elements of a stretch that has no gaps on a side.
fn reach(side: &[usize], steps: &[u64], dims: &[u64]) -> u64 {
    let mut reach = 1;
    for &axis in side {
        reach *= steps[axis];
        if steps[axis] < dims[axis] {
            break;
        }
    }
    reach
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::{Order, Shape};

    fn first(dims: &[u64], order: Order, most: u64) -> Vec<u64> {
        let view = View::of_array(&Shape::new(dims).expect("small"), 8, order, 0);
        view.tiles(most).next().map(|tile| tile.view.dims()).unwrap_or_default()
    }

    #[test]
    fn tiles_are_as_long_on_both_sides() {
        assert_eq!(first(&[1 << 12, 1 << 16], Order::F, 1 << 20), [1 << 10, 1 << 10]);
        assert_eq!(first(&[1 << 12, 4], Order::F, 1 << 10), [1 << 8, 4]);
        assert_eq!(first(&[1024, 512, 512], Order::F, 1 << 23), [1024, 16, 512]);
    }

    #[test]
    fn tiles_of_one_order_are_whole_rows() {
        assert_eq!(first(&[100, 64], Order::C, 1 << 10), [16, 64]);
        assert_eq!(first(&[10, 6], Order::C, 1 << 10), [10, 6]);
        assert_eq!(first(&[], Order::C, 8), [0; 0]);
    }

    #[test]
    fn tiles_go_forward_through_the_file() {
        let view = View::of_array(&Shape::new([64, 64]).expect("small"), 8, Order::F, 0);
        let starts: Vec<u64> = view.tiles(64).map(|tile| tile.view.offset()).collect();
        assert!(starts.is_sorted() && starts.len() == 64);
    }
}
