//! Chunks: boxes of a view that together are the whole view. Runs are not known here.

use std::cmp::Ordering;

use crate::view::View;

/// The chunks of a view: boxes of equal size, but for those at the end of an axis, that together are the view.
#[derive(Clone, Debug)]
pub struct Chunks<'a> {
    view: &'a View,
    /// Positions along each axis in each chunk but the last of a row.
    steps: Vec<u64>,
    /// The axes in the order in which they are walked, slowest first.
    walk: Vec<usize>,
    /// Where the next chunk begins; `None` behind the last.
    next: Option<Vec<u64>>,
    /// The chunk that the view is, where it was cut from another.
    within: Option<&'a Chunk>,
}

/// One chunk of a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The C-order rank of its first element among all elements of the view.
    pub rank: u64,
    /// The position of its first element in the view.
    pub start: Vec<u64>,
    /// Its elements.
    pub view: View,
}

impl Chunk {
    /// The chunk of the one element at `position`.
    pub fn single(view: &View, position: Vec<u64>) -> Self {
        let rank = position.iter().zip(view.axes()).fold(0, |rank, (&at, axis)| rank * axis.len() + at);
        let axes = position.iter().enumerate();
        let single = axes.fold(view.clone(), |view, (axis, &at)| view.narrowed(axis, at, at + 1));
        Self { rank, start: position, view: single }
    }

    /// Cuts the chunk into smaller ones of at most `most` elements, which are chunks of the same view as itself: it must
    /// be one of those that follow each other in C order.
    pub fn chunks(&self, most: u64) -> Chunks<'_> {
        Chunks { within: Some(self), ..self.view.chunks(most) }
    }

    /// The elements of `other`, a view of the same shape as the one this chunk was cut from, at the same positions.
    pub fn of(&self, other: &View) -> View {
        let axes = self.start.iter().zip(self.view.axes()).enumerate();
        axes.fold(other.clone(), |view, (axis, (&start, own))| view.narrowed(axis, start, start + own.len()))
    }
}

impl<'a> Chunks<'a> {
    /// Chunks that follow each other in C order: the axes before `axis` are walked position by position.
    pub(super) fn along(view: &'a View, axis: usize, step: u64) -> Self {
        let dims = view.dims();
        let steps = dims.iter().enumerate().map(|(place, &len)| match place.cmp(&axis) {
            Ordering::Less => 1,
            Ordering::Equal => step,
            Ordering::Greater => len,
        });
        Self::boxes(view, steps.collect(), (0..dims.len()).collect())
    }

    /// Boxes of `steps` positions along the axes, which are walked in the order of `walk`, slowest first.
    pub(super) fn boxes(view: &'a View, mut steps: Vec<u64>, walk: Vec<usize>) -> Self {
        let next = (view.size() > 0).then(|| vec![0; view.axes().len()]);
        for step in &mut steps {
            *step = (*step).max(1);
        }
        Self { view, steps, walk, next, within: None }
    }

    /// The chunk of this number, counted from 0; it must exist.
    pub fn chunk(&self, number: u64) -> Chunk {
        let dims = self.view.dims();
        let mut start = vec![0; dims.len()];
        let mut left = number;
        for &axis in self.walk.iter().rev() {
            let here = dims[axis].div_ceil(self.steps[axis]);
            start[axis] = left % here * self.steps[axis];
            left /= here;
        }
        self.beginning(&start, &dims)
    }

    /// Of chunks that follow each other in C order: the elements in a row, which no chunk leaves, and in each chunk but
    /// the last of a row.
    pub fn lengths(&self) -> (u64, u64) {
        let dims = self.view.dims();
        let Some(cut) = (0..dims.len()).rfind(|&axis| self.steps[axis] < dims[axis]) else {
            let all = self.view.size().max(1);
            return (all, all);
        };
        let below: u64 = dims[cut + 1..].iter().product();
        (dims[cut] * below, self.steps[cut] * below)
    }

    /// The number of bytes of all elements of the view.
    pub fn nbytes(&self) -> u64 {
        self.view.nbytes()
    }

    /// The number of chunks left.
    pub fn count_left(&self) -> u64 {
        let Some(next) = &self.next else { return 0 };
        let dims = self.view.dims();
        let (all, done) = self.walk.iter().fold((1, 0), |(all, done), &axis| {
            let here = dims[axis].div_ceil(self.steps[axis]);
            (all * here, done * here + next[axis] / self.steps[axis])
        });
        all - done
    }

    /// The chunk that begins at `start`.
    fn beginning(&self, start: &[u64], dims: &[u64]) -> Chunk {
        let mut view = self.view.clone();
        let mut rank = 0;
        for (axis, (&at, &len)) in start.iter().zip(dims).enumerate() {
            let stop = (at + self.steps[axis]).min(len);
            if stop - at < len {
                view = view.narrowed(axis, at, stop);
            }
            rank = rank * len + at;
        }
        let Some(outer) = self.within else { return Chunk { rank, start: start.to_vec(), view } };
        let start = outer.start.iter().zip(start).map(|(outer, at)| outer + at).collect();
        Chunk { rank: outer.rank + rank, start, view }
    }

    /// Where the chunk behind the one that begins at `start` begins.
    fn following(&self, mut start: Vec<u64>, dims: &[u64]) -> Option<Vec<u64>> {
        for &axis in self.walk.iter().rev() {
            start[axis] += self.steps[axis];
            if start[axis] < dims[axis] {
                return Some(start);
            }
            start[axis] = 0;
        }
        None
    }
}

impl Iterator for Chunks<'_> {
    type Item = Chunk;

    fn next(&mut self) -> Option<Chunk> {
        let start = self.next.take()?;
        let dims = self.view.dims();
        let chunk = self.beginning(&start, &dims);
        self.next = self.following(start, &dims);
        Some(chunk)
    }
}
