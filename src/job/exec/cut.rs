//! How a selection is cut into the chunks that children get: slabs along its slowest axis.
//!
//! Whatever the order in which slabs follow each other, inside each of them the elements are in C order of the
//! selection's own axes. This module knows views, not children.

use std::cmp::Reverse;
use std::num::NonZeroU64;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::journal::Placement;
use crate::plan::{Chunk, Chunks};
use crate::spec::ByteSize;
use crate::view::View;

/// How much a chunk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChunkSize {
    /// So many positions along the slowest axis of more than one position: `100`.
    Positions(NonZeroU64),
    /// At most so many bytes, but at least one element: `64MiB`. Where one position of the slowest axis is more than
    /// that, the axis behind it is cut, and so on.
    Bytes(NonZeroU64),
}

impl ChunkSize {
    /// Cuts a view into chunks of this size: positions along its first axis of more than one, or bytes.
    pub(in super::super) fn cut(self, view: &View) -> Chunks<'_> {
        match self {
            Self::Positions(positions) => {
                let axis = view.axes().iter().position(|axis| axis.len() > 1).unwrap_or(0);
                view.slabs(axis, positions.get())
            }
            Self::Bytes(bytes) => view.chunks((bytes.get() / view.item().size().max(1) as u64).max(1)),
        }
    }
}

impl FromStr for ChunkSize {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let counts = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let size = if counts {
            text.parse().ok().and_then(NonZeroU64::new).map(Self::Positions)
        } else {
            text.parse().ok().and_then(|ByteSize(bytes)| NonZeroU64::new(bytes)).map(Self::Bytes)
        };
        size.ok_or_else(|| {
            Error::usage(format!("'{text}' is no size of a chunk"))
                .hint("--chunk 100 for positions along the slowest axis, --chunk 64MiB for bytes")
        })
    }
}

/// The order in which slabs follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sequence {
    /// That of the selection: the first axis is the slowest.
    Stream,
    /// That of the file: the axis with the largest byte stride is the slowest.
    File,
}

/// A selection cut into slabs.
pub(super) struct Cut {
    /// The selection, its axes in the order in which the slabs go through them.
    walk: View,
    /// For each axis of `walk` the axis of the selection.
    axes: Vec<usize>,
    /// For each axis of the selection that of `walk`.
    places: Vec<usize>,
    /// The axis of `walk` that is cut, and how many of its positions are in a slab.
    place: usize,
    step: u64,
}

/// One slab: what its child is told, and its elements.
pub(super) struct Slab {
    /// Its number, from 0.
    pub(super) number: u64,
    /// The axis of the selection that is cut.
    pub(super) axis: usize,
    /// The positions along it: from this one on,
    pub(super) start: u64,
    /// up to before this one.
    pub(super) stop: u64,
    /// Its elements, with the axes of the selection.
    pub(super) chunk: Chunk,
    /// `chunk 3 ([:,12:16])`.
    pub(super) name: String,
}

impl Cut {
    /// Cuts a view of elements of whose `itemsize` bytes the larger of what goes in and comes back counts.
    pub(super) fn new(view: &View, sequence: Sequence, size: ChunkSize, itemsize: usize) -> Self {
        let mut axes: Vec<usize> = (0..view.axes().len()).collect();
        if sequence == Sequence::File {
            axes.sort_by_key(|&axis| Reverse(view.axes()[axis].stride().unsigned_abs()));
        }
        let mut places = vec![0; axes.len()];
        for (place, &axis) in axes.iter().enumerate() {
            places[axis] = place;
        }
        let walk = view.transposed(&axes);
        let dims = walk.dims();
        let slowest = dims.iter().position(|&len| len > 1).unwrap_or(0);
        let (place, step) = match size {
            ChunkSize::Positions(positions) => (slowest, positions.get()),
            ChunkSize::Bytes(bytes) => inward(&dims, slowest, bytes.get() / itemsize.max(1) as u64),
        };
        Self { walk, axes, places, place, step }
    }

    /// The slabs, as views with the axes in the order of the walk.
    pub(super) fn chunks(&self) -> Chunks<'_> {
        self.walk.slabs(self.place, self.step)
    }

    /// What a chunk of [`Cut::chunks`] is to its child.
    pub(super) fn slab(&self, walked: &Chunk) -> Slab {
        let ndim = self.axes.len();
        let dims = self.walk.dims();
        let (mut start, mut lens, mut picks) = (vec![0; ndim], vec![0; ndim], vec![String::new(); ndim]);
        for (place, &axis) in self.axes.iter().enumerate() {
            let first = walked.start[place];
            (start[axis], lens[axis]) = (first, dims[place]);
            picks[axis] = match place {
                _ if place < self.place => first.to_string(),
                _ if place == self.place => format!("{first}:{}", first + walked.view.axes()[place].len()),
                _ => ":".to_owned(),
            };
        }
        let named = picks.iter().rposition(|pick| pick != ":").map_or(0, |last| last + 1);
        let number = self.number(&walked.start, &dims);
        let (first, len) =
            walked.view.axes().get(self.place).map_or((0, 1), |cut| (walked.start[self.place], cut.len()));
        Slab {
            number,
            axis: self.axes.get(self.place).copied().unwrap_or(0),
            start: first,
            stop: first + len,
            name: if ndim == 0 {
                format!("chunk {number}")
            } else {
                format!("chunk {number} ([{}])", picks[..named].join(","))
            },
            chunk: Chunk {
                rank: start.iter().zip(&lens).fold(0, |rank, (at, len)| rank * len + at),
                start,
                view: walked.view.transposed(&self.places),
            },
        }
    }

    /// Where slabs of a view of this shape lie: they follow each other along the walk, and what is in them is in the order
    /// of the selection.
    pub(super) fn placement(&self, target: &View) -> Placement {
        Placement { view: target.transposed(&self.axes), within: self.places.clone() }
    }

    fn number(&self, start: &[u64], dims: &[u64]) -> u64 {
        let Some(len) = dims.get(self.place) else { return 0 };
        let row = start[..self.place].iter().zip(dims).fold(0, |row, (at, len)| row * len + at);
        row * len.div_ceil(self.step) + start[self.place] / self.step
    }
}

/// The outermost axis of which one position is at most `most` elements, and how many positions are.
fn inward(dims: &[u64], slowest: usize, most: u64) -> (usize, u64) {
    let mut inner = 1_u64;
    for place in (slowest..dims.len()).rev() {
        let together = inner.saturating_mul(dims[place].max(1));
        if place == slowest || together > most {
            return (place, (most / inner).max(1));
        }
        inner = together;
    }
    (0, 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Index;
    use crate::shape::{Order, Shape};

    fn view(dims: &[u64], order: Order, index: &str) -> View {
        let whole = View::of_array(&Shape::new(dims).expect("small"), 8, order, 0);
        index.parse::<Index>().expect(index).select(dims).expect(index).of(&whole)
    }

    fn slabs(view: &View, sequence: Sequence, size: &str) -> Vec<Slab> {
        let cut = Cut::new(view, sequence, size.parse().expect(size), 8);
        let slabs: Vec<Slab> = cut.chunks().map(|chunk| cut.slab(&chunk)).collect();
        for (number, slab) in slabs.iter().enumerate() {
            assert_eq!(slab.number, number as u64);
            assert_eq!(slab.chunk.of(view), slab.chunk.view);
            assert_eq!(slab.stop - slab.start, slab.chunk.view.dims().get(slab.axis).copied().unwrap_or(1));
        }
        slabs
    }

    fn names(view: &View, sequence: Sequence, size: &str) -> Vec<String> {
        slabs(view, sequence, size).into_iter().map(|slab| slab.name).collect()
    }

    #[test]
    fn sizes_are_positions_or_bytes() {
        let of = |count| NonZeroU64::new(count).expect("not zero");
        assert_eq!("100".parse::<ChunkSize>().expect("positions"), ChunkSize::Positions(of(100)));
        assert_eq!("64MiB".parse::<ChunkSize>().expect("bytes"), ChunkSize::Bytes(of(64 << 20)));
        for text in ["", "0", "0B", "-1", "1.5", "x", "99999999999999999999"] {
            text.parse::<ChunkSize>().expect_err(text);
        }
    }

    #[test]
    fn the_slowest_axis_is_cut() {
        let c = view(&[4, 6], Order::C, "...");
        assert_eq!(names(&c, Sequence::File, "3"), ["chunk 0 ([0:3])", "chunk 1 ([3:4])"]);
        let f = view(&[4, 6], Order::F, "...");
        assert_eq!(names(&f, Sequence::File, "4"), ["chunk 0 ([:,0:4])", "chunk 1 ([:,4:6])"]);
        let slab = &slabs(&f, Sequence::File, "4")[1];
        assert_eq!((slab.axis, slab.start, slab.stop), (1, 4, 6));
        assert_eq!(slab.chunk.view.dims(), [4, 2]);
        assert_eq!(names(&f, Sequence::Stream, "3"), ["chunk 0 ([0:3])", "chunk 1 ([3:4])"]);
    }

    #[test]
    fn single_axes_are_not_cut() {
        assert_eq!(
            names(&view(&[1, 3], Order::C, "..."), Sequence::File, "2"),
            ["chunk 0 ([0,0:2])", "chunk 1 ([0,2:3])"]
        );
    }

    #[test]
    fn bytes_move_the_cut_inward() {
        let c = view(&[2, 3, 4], Order::C, "...");
        assert_eq!(names(&c, Sequence::File, "1KiB"), ["chunk 0 ([0:2])"]);
        assert_eq!(names(&c, Sequence::File, "96B"), ["chunk 0 ([0:1])", "chunk 1 ([1:2])"]);
        let four = ["chunk 0 ([0,0:2])", "chunk 1 ([0,2:3])", "chunk 2 ([1,0:2])", "chunk 3 ([1,2:3])"];
        assert_eq!(names(&c, Sequence::File, "95B"), four);
        assert_eq!(names(&c, Sequence::File, "24B")[..2], ["chunk 0 ([0,0,0:3])", "chunk 1 ([0,0,3:4])"]);
        assert_eq!(slabs(&c, Sequence::File, "1B").len(), 24);
        let f = view(&[2, 3, 4], Order::F, "...");
        assert_eq!(
            names(&f, Sequence::File, "32B")[..3],
            ["chunk 0 ([:,0:2,0])", "chunk 1 ([:,2:3,0])", "chunk 2 ([:,0:2,1])"]
        );
    }

    #[test]
    fn an_array_without_axes_is_one_chunk() {
        let slabs = slabs(&view(&[], Order::C, "..."), Sequence::File, "1");
        assert_eq!((slabs.len(), slabs[0].axis, slabs[0].start, slabs[0].stop), (1, 0, 0, 1));
        assert_eq!(slabs[0].name, "chunk 0");
    }

    #[test]
    fn nothing_selected_is_no_chunk() {
        assert_eq!(names(&view(&[4, 6], Order::C, "2:2"), Sequence::File, "1"), [] as [&str; 0]);
    }
}
