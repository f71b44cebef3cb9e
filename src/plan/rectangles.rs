//! Any elements of a view that follow each other in C order, as rectangles.

use super::Chunk;
use crate::view::View;

/// Cuts the positions of C-order ranks `start..stop` of an array of `dims`, all of them long, into the fewest rectangles
/// that follow each other: where each begins, and its lengths.
pub fn rectangles(dims: &[u64], start: u64, stop: u64) -> Vec<(Vec<u64>, Vec<u64>)> {
    let mut rectangles = Vec::new();
    let mut at = start;
    while at < stop {
        let begin = position(dims, at);
        let mut lens = dims.to_vec();
        // The outermost axis of which a whole position begins here and ends before `stop`.
        let mut below = dims.iter().product::<u64>();
        let axis = dims.iter().position(|len| {
            below /= len;
            at.is_multiple_of(below) && stop - at >= below
        });
        at += below;
        if let Some(axis) = axis {
            lens[..axis].fill(1);
            lens[axis] = ((stop - at) / below + 1).min(dims[axis] - begin[axis]);
            at += (lens[axis] - 1) * below;
        }
        rectangles.push((begin, lens));
    }
    rectangles
}

fn position(dims: &[u64], mut rank: u64) -> Vec<u64> {
    let mut position = vec![0; dims.len()];
    for (at, len) in position.iter_mut().zip(dims).rev() {
        (*at, rank) = (rank % len, rank / len);
    }
    position
}

impl Chunk {
    /// The part of a view that begins at `start` and has these lengths.
    pub fn of_part(view: &View, start: Vec<u64>, lens: &[u64]) -> Self {
        let rank = start.iter().zip(view.axes()).fold(0, |rank, (at, axis)| rank * axis.len() + at);
        let axes = start.iter().zip(lens).enumerate();
        let part = axes.fold(view.clone(), |view, (axis, (&at, &len))| view.narrowed(axis, at, at + len));
        Self { rank, start, view: part }
    }

    /// The elements of C-order ranks `start..stop` of a view, in the fewest chunks.
    pub fn between(view: &View, start: u64, stop: u64) -> Vec<Self> {
        let parts = rectangles(&view.dims(), start, stop).into_iter();
        parts.map(|(start, lens)| Self::of_part(view, start, &lens)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::{Order, Shape};

    #[test]
    fn they_follow_each_other() {
        let dims = [3, 4, 5];
        let view = View::of_array(&Shape::new(dims).expect("small"), 1, Order::C, 0);
        for start in 0..60 {
            for stop in start..=60 {
                let mut at = start;
                for chunk in Chunk::between(&view, start, stop) {
                    assert_eq!(chunk.rank, at);
                    assert!(
                        chunk.start.iter().zip(chunk.view.dims()).zip(dims).all(|((at, len), all)| at + len <= all)
                    );
                    at += chunk.view.size();
                }
                assert_eq!(at, stop);
            }
        }
    }

    #[test]
    fn there_are_as_few_as_possible() {
        assert_eq!(rectangles(&[3, 4, 5], 0, 60), [(vec![0, 0, 0], vec![3, 4, 5])]);
        assert_eq!(rectangles(&[3, 4, 5], 20, 60), [(vec![1, 0, 0], vec![2, 4, 5])]);
        assert_eq!(rectangles(&[3, 4, 5], 3, 27).len(), 4);
        assert_eq!(rectangles(&[], 0, 1), [(vec![], vec![])]);
    }
}
