//! Chunks: views that follow each other in C order and together are the whole view. Runs are not known here.

use crate::view::View;

/// The chunks of a view: in C order they follow each other, and together they are the view.
#[derive(Clone, Debug)]
pub struct Chunks<'a> {
    view: &'a View,
    /// The axis that is cut into pieces; those before it are walked position by position.
    axis: usize,
    /// Positions along `axis` in each chunk but the last of a row.
    step: u64,
    /// Where the next chunk begins; `None` behind the last.
    next: Option<Vec<u64>>,
    rank: u64,
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

    /// The elements of `other`, a view of the same shape as the one this chunk was cut from, at the same positions.
    pub fn of(&self, other: &View) -> View {
        let axes = self.start.iter().zip(self.view.axes()).enumerate();
        axes.fold(other.clone(), |view, (axis, (&start, own))| view.narrowed(axis, start, start + own.len()))
    }
}

impl<'a> Chunks<'a> {
    pub(super) fn along(view: &'a View, axis: usize, step: u64) -> Self {
        let next = (view.size() > 0).then(|| vec![0; view.axes().len()]);
        Self { view, axis, step: step.max(1), next, rank: 0 }
    }

    /// The chunk of this number, counted from 0; it must exist.
    pub fn chunk(&self, number: u64) -> Chunk {
        let dims = self.view.dims();
        let (step, in_row) = self.row();
        let mut row = number / in_row;
        let mut start = vec![0; dims.len()];
        for axis in (0..self.axis).rev() {
            start[axis] = row % dims[axis];
            row /= dims[axis];
        }
        if let Some(at) = start.get_mut(self.axis) {
            *at = number % in_row * step;
        }
        let rank = start.iter().zip(&dims).fold(0, |rank, (&at, &len)| rank * len + at);
        let chunk = Self { view: self.view, axis: self.axis, step, next: Some(start), rank }.next();
        chunk.expect("there is a chunk where one begins")
    }

    /// Elements in a row, which no chunk leaves, and in each chunk but the last of a row.
    pub fn lengths(&self) -> (u64, u64) {
        let dims = self.view.dims();
        let Some(&len) = dims.get(self.axis) else { return (1, 1) };
        let below: u64 = dims[self.axis + 1..].iter().product();
        (len * below, self.step.min(len) * below)
    }

    /// Positions in a chunk along the axis that is cut, and chunks along it.
    fn row(&self) -> (u64, u64) {
        let len = self.view.dims().get(self.axis).copied().unwrap_or(1);
        (self.step, len.div_ceil(self.step).max(1))
    }

    /// The number of bytes of all elements of the view.
    pub fn nbytes(&self) -> u64 {
        self.view.nbytes()
    }

    /// The number of chunks left.
    pub fn count_left(&self) -> u64 {
        let Some(next) = &self.next else { return 0 };
        let dims = self.view.dims();
        let Some(len) = dims.get(self.axis) else { return 1 };
        let rows: u64 = dims[..self.axis].iter().product();
        let done = next[..self.axis].iter().zip(&dims).fold(0, |rank, (&at, &len)| rank * len + at);
        (rows - done) * len.div_ceil(self.step) - next[self.axis] / self.step
    }
}

impl Iterator for Chunks<'_> {
    type Item = Chunk;

    fn next(&mut self) -> Option<Chunk> {
        let start = self.next.take()?;
        let mut view = self.view.clone();
        for (axis, &at) in start.iter().enumerate().take(self.axis) {
            view = view.narrowed(axis, at, at + 1);
        }
        if let Some(&at) = start.get(self.axis) {
            let stop = (at + self.step).min(self.view.axes()[self.axis].len());
            view = view.narrowed(self.axis, at, stop);
            self.next = self.following(start.clone(), stop);
        }
        let chunk = Chunk { rank: self.rank, start, view };
        self.rank += chunk.view.size();
        Some(chunk)
    }
}

impl Chunks<'_> {
    /// Where the chunk behind the one that began at `start` and ended before `stop` begins.
    fn following(&self, mut start: Vec<u64>, stop: u64) -> Option<Vec<u64>> {
        let dims = self.view.dims();
        if stop < dims[self.axis] {
            start[self.axis] = stop;
            return Some(start);
        }
        start[self.axis] = 0;
        for axis in (0..self.axis).rev() {
            start[axis] += 1;
            if start[axis] < dims[axis] {
                return Some(start);
            }
            start[axis] = 0;
        }
        None
    }
}
