//! How to go through a view: chunks that follow each other in C order, and in each chunk the runs of bytes, in the
//! order in which they lie in the file.
//!
//! A chunk is a view itself, so whatever can be done with a view can be done chunk by chunk. A run is the plan's
//! smallest step: equal stretches of bytes at equal distances, in the file and in scratch. A 3 x 3 array in C order of
//! which columns 0 and 1 are selected is one run of three stretches:
//!
//! ```text
//!   file     a b . c d . e f .         unit 2 items, file_stride 3 items, count 3
//!   scratch  a b c d e f               scratch_stride 2 items
//! ```
//!
//! Scratch holds the items of a chunk in C order without gaps. Runs go forward through the file whatever the order of
//! the axes and the signs of the strides, so that each page is touched once a chunk.

mod chunks;
mod cursor;
mod once;
mod rectangles;
#[cfg(test)]
mod tests;
mod tiles;
mod walk;

pub use chunks::{Chunk, Chunks};
pub use cursor::{Cursor, Taken};
pub use once::Once;
pub use rectangles::rectangles;
pub use walk::Walk;

use crate::view::{Axis, View};

/// `count` stretches of `unit` bytes: each `file_stride` behind the last in the file, `scratch_stride` in scratch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Where the first stretch begins in the file.
    pub file: u64,
    /// Bytes from one stretch to the next in the file; never negative.
    pub file_stride: i64,
    /// Where the first stretch begins in scratch.
    pub scratch: usize,
    /// Bytes from one stretch to the next in scratch.
    pub scratch_stride: isize,
    /// Bytes in each stretch.
    pub unit: usize,
    /// The number of stretches; at least 1.
    pub count: u64,
}

impl View {
    /// Cuts the view into chunks of at most `most` elements (at least 1).
    pub fn chunks(&self, most: u64) -> Chunks<'_> {
        let dims = self.dims();
        let mut inner = 1;
        let mut axis = dims.len();
        while axis > 0 && inner <= most.max(1) {
            axis -= 1;
            if inner * dims[axis].max(1) > most.max(1) || axis == 0 {
                break;
            }
            inner *= dims[axis].max(1);
        }
        Chunks::along(self, axis, (most / inner).max(1))
    }

    /// Cuts the view into slabs of `step` positions along `axis`, walking the axes before it position by position.
    pub fn slabs(&self, axis: usize, step: u64) -> Chunks<'_> {
        Chunks::along(self, axis, step)
    }

    /// The runs of this view between the file and a scratch that holds all of it.
    pub fn runs(&self) -> Runs {
        Runs::new(self)
    }
}

/// The runs of a view, in the order in which they lie in the file.
#[derive(Clone, Debug)]
pub struct Runs {
    /// The loops around each run, outermost (in the file) first.
    loops: Vec<Loop>,
    /// The counter of each loop; `None` behind the last run.
    at: Option<Vec<u64>>,
    /// Where the current position of the loops lies in the file and in scratch.
    file: u64,
    scratch: usize,
    /// One template for each part of the item, relative to the position of the loops.
    parts: Vec<Run>,
    /// The part that comes next.
    part: usize,
}

/// One loop of a plan.
#[derive(Clone, Debug)]
enum Loop {
    Strided {
        len: u64,
        file: i64,
        scratch: isize,
    },
    /// The steps from the start of the loop, by rising place in the file; equal places keep the order of the list, so
    /// that the last of repeated positions is stored last.
    Listed(Vec<(i64, isize)>),
}

impl Loop {
    fn len(&self) -> u64 {
        match self {
            Self::Strided { len, .. } => *len,
            Self::Listed(steps) => steps.len() as u64,
        }
    }

    fn step(&self, k: u64) -> (i64, isize) {
        match self {
            Self::Strided { file, scratch, .. } => (k as i64 * file, k as isize * scratch),
            Self::Listed(steps) => steps[k as usize],
        }
    }

    /// How far apart in the file its positions lie.
    fn spread(&self) -> u64 {
        match self {
            Self::Strided { file, .. } => file.unsigned_abs(),
            Self::Listed(steps) => match (steps.first(), steps.last()) {
                (Some(first), Some(last)) if steps.len() > 1 => (last.0 - first.0) as u64 / (steps.len() as u64 - 1),
                _ => 0,
            },
        }
    }
}

impl Runs {
    fn new(view: &View) -> Self {
        let (mut file, mut scratch) = (view.offset(), 0);
        let mut loops = loops_of(view, &mut file, &mut scratch);
        // Farthest apart in the file goes outermost; the sort is stable, so ties keep C order.
        loops.sort_by_key(|each| std::cmp::Reverse(each.spread()));
        join(&mut loops);
        let size = view.item().size();
        let whole = |part: &crate::view::Part| part.len == size;
        let mut unit = size;
        if view.item().parts().iter().all(whole) {
            while let Some(&Loop::Strided { len, file, scratch }) = loops.last() {
                if file != unit as i64 || scratch != unit as isize {
                    break;
                }
                unit *= len as usize;
                loops.pop();
            }
        }
        let (count, stride) = match loops.last() {
            Some(&Loop::Strided { len, file, scratch }) => {
                loops.pop();
                (len, (file, scratch))
            }
            _ => (1, (0, 0)),
        };
        let parts = view.item().parts().iter().map(|part| Run {
            file: part.file as u64,
            file_stride: stride.0,
            scratch: part.packed,
            scratch_stride: stride.1,
            unit: if whole(part) { unit } else { part.len },
            count,
        });
        let parts: Vec<Run> = parts.filter(|run| run.unit > 0).collect();
        let at = (view.size() > 0 && !parts.is_empty()).then(|| vec![0; loops.len()]);
        let mut runs = Self { loops, at, file, scratch, parts, part: 0 };
        runs.shift(|each| each.step(0));
        runs
    }

    /// The number of runs from the first to the last.
    pub fn total(&self) -> u64 {
        self.loops.iter().map(Loop::len).product::<u64>() * self.parts.len() as u64
    }

    /// Moves the position by one step of every loop.
    fn shift(&mut self, step: impl Fn(&Loop) -> (i64, isize)) {
        for each in &self.loops {
            let (file, scratch) = step(each);
            self.file = self.file.wrapping_add_signed(file);
            self.scratch = self.scratch.wrapping_add_signed(scratch);
        }
    }

    /// Moves on to the next position of the loops, if there is one.
    fn advance(&mut self) {
        let Some(at) = &mut self.at else { return };
        for (each, k) in self.loops.iter().zip(at.iter_mut()).rev() {
            let here = each.step(*k);
            *k = if *k + 1 < each.len() { *k + 1 } else { 0 };
            let there = each.step(*k);
            self.file = self.file.wrapping_add_signed(there.0 - here.0);
            self.scratch = self.scratch.wrapping_add_signed(there.1 - here.1);
            if *k > 0 {
                return;
            }
        }
        self.at = None;
    }
}

impl Iterator for Runs {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        self.at.as_ref()?;
        let part = self.parts[self.part];
        let run = Run { file: self.file + part.file, scratch: self.scratch + part.scratch, ..part };
        self.part += 1;
        if self.part == self.parts.len() {
            self.part = 0;
            self.advance();
        }
        Some(run)
    }
}

/// A loop for every axis of more than one position, all going forward in the file.
fn loops_of(view: &View, file: &mut u64, scratch: &mut usize) -> Vec<Loop> {
    let mut loops = Vec::with_capacity(view.axes().len());
    let mut stride = view.item().size() as isize;
    for axis in view.axes().iter().rev() {
        let len = axis.len();
        match axis {
            _ if len == 0 => {}
            _ if len == 1 => *file = file.wrapping_add_signed(axis.step(0)),
            Axis::Strided { stride: in_file, .. } if *in_file < 0 => {
                *file = file.wrapping_add_signed(axis.step(len - 1));
                *scratch += (len as usize - 1) * stride as usize;
                loops.push(Loop::Strided { len, file: -in_file, scratch: -stride });
            }
            Axis::Strided { stride: in_file, .. } => loops.push(Loop::Strided { len, file: *in_file, scratch: stride }),
            Axis::Listed { .. } => {
                let mut steps: Vec<_> = (0..len).map(|k| (axis.step(k), k as isize * stride)).collect();
                steps.sort_by_key(|step| step.0);
                loops.push(Loop::Listed(steps));
            }
        }
        stride *= len.max(1) as isize;
    }
    loops.reverse();
    loops
}

/// Joins neighbouring loops that step as one.
fn join(loops: &mut Vec<Loop>) {
    let mut joined: Vec<Loop> = Vec::with_capacity(loops.len());
    for inner in loops.drain(..) {
        match (joined.last_mut(), &inner) {
            (Some(Loop::Strided { len: outer, file, scratch }), &Loop::Strided { len, file: by, scratch: to })
                if *file == by * len as i64 && *scratch == to * len as isize =>
            {
                *outer *= len;
                (*file, *scratch) = (by, to);
            }
            _ => joined.push(inner),
        }
    }
    *loops = joined;
}
