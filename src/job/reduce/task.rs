//! What one thread does with a task, and how tasks that are done complete the tree.

use std::sync::Mutex;

use super::Tell;
use super::plan::{Plan, TASK, Way, leaf_rows};
use crate::error::Result;
use crate::job::Worker;
use crate::job::values::{Make, Values};
use crate::plan::{Chunk, rectangles};
use crate::reduce::Fold;
use crate::reduce::grid::{LEAF, Tree};

/// Elements that are read at a time: their bytes stay in a core's second cache.
const READ: u64 = 4 * LEAF;

/// What is put together from tasks that are done, in their order.
pub(super) struct Gathered<'g, 't, A> {
    /// The parts of one stretch of inner elements.
    pub(super) stretch: Tree<A>,
    /// The rows of some outs.
    pub(super) rows: Tree<Vec<A>>,
    pub(super) tell: &'g mut Tell<'t, A>,
}

/// What a branch gives whose elements are all of holes, and so the same: computed once, and put in wherever there is
/// another one like it.
pub(super) struct Hollow<A> {
    /// Its elements of one stretch, or its rows.
    len: u64,
    /// The number of the first element.
    first: u64,
    acc: A,
}

/// One thread's part.
pub(super) struct Task<'a, 'g, 't, F: Fold> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) fold: &'a F,
    pub(super) values: &'a dyn Values,
    pub(super) maker: Box<dyn Make + 'a>,
    /// Items of several rectangles.
    pub(super) items: Vec<u8>,
    /// One column of a leaf of rows.
    pub(super) column: Vec<F::Item>,
    /// Branches without data, one of each size.
    pub(super) hollow: Vec<Hollow<F::Acc>>,
    /// The result of a task, for each of its outs.
    pub(super) found: Vec<F::Acc>,
    pub(super) gathered: &'a Mutex<Gathered<'g, 't, F::Acc>>,
}

impl<F: Fold> Task<'_, '_, '_, F> {
    /// A part of a stretch: the only row of the only out.
    fn part(&mut self, row: u64, out: u64, part: u64) -> Result<()> {
        let (start, stop) = (part * TASK, self.plan.inner.size.min((part + 1) * TASK));
        let (rows, outs, first) = ((row, row + 1), (out, out + 1), row * self.plan.inner.size + start);
        let whole = self.plan.chunks(rows, outs, (start, stop));
        let is_hollow = Self::are_of_holes(&mut *self.maker, &whole)?;
        if is_hollow && self.fill_in(stop - start, first, 1) {
            return Ok(());
        }
        let Self { plan, fold, maker, items, .. } = self;
        let mut tree = Tree::default();
        for start in (start..stop).step_by(READ as usize) {
            let chunks = plan.chunks(rows, outs, (start, stop.min(start + READ)));
            let read = items_of(&mut **maker, &chunks, items)?;
            with_items(read, |items| leaves(*fold, items, row * plan.inner.size + start, &mut tree));
        }
        self.found.extend(tree.finish(|left, right| self.fold.merge(left, right)));
        if is_hollow { self.note(stop - start, first, &whole) } else { Ok(()) }
    }

    /// Rows `rows.0..rows.1` of the outs of one rectangle.
    fn block(&mut self, rows: (u64, u64), outs: (u64, u64)) -> Result<()> {
        let (len, first) = (rows.1 - rows.0, rows.0 * self.plan.inner.size);
        let whole = self.plan.chunks(rows, outs, (0, self.plan.inner.size));
        let is_hollow = Self::are_of_holes(&mut *self.maker, &whole)?;
        if is_hollow && self.fill_in(len, first, (outs.1 - outs.0) as usize) {
            return Ok(());
        }
        let Self { plan, fold, maker, items, column, .. } = self;
        let width = (outs.1 - outs.0) as usize * plan.inner.size as usize;
        let leaf = leaf_rows(&plan.inner);
        let step = (READ / width as u64 / leaf).max(1) * leaf;
        let mut tree = Tree::default();
        for start in (rows.0..rows.1).step_by(step as usize) {
            let chunks = plan.chunks((start, rows.1.min(start + step)), outs, (0, plan.inner.size));
            let read = items_of(&mut **maker, &chunks, items)?;
            with_items(read, |items| {
                for (items, row) in items.chunks(leaf as usize * width).zip((start..).step_by(leaf as usize)) {
                    let found = if plan.inner.dims.is_empty() {
                        columns(*fold, items, width, row, column)
                    } else {
                        stretches(*fold, items, plan.inner.size as usize, row * plan.inner.size)
                    };
                    tree.push(found, |left: &mut Vec<_>, right| merge_all(*fold, left, right));
                }
            });
        }
        self.found
            .extend(tree.finish(|left: &mut Vec<_>, right| merge_all(self.fold, left, right)).into_iter().flatten());
        if is_hollow { self.note(len, first, &whole) } else { Ok(()) }
    }

    /// Whether the elements of these chunks are all of holes.
    fn are_of_holes(maker: &mut dyn Make, chunks: &[Chunk]) -> Result<bool> {
        for chunk in chunks {
            if !maker.are_of_holes(chunk)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Gives each of some outs what a branch without data gives; whether that is known.
    fn fill_in(&mut self, len: u64, first: u64, outs: usize) -> bool {
        let Some(hollow) = self.hollow.iter().find(|hollow| hollow.len == len) else { return false };
        let Some(acc) = self.fold.moved(&hollow.acc, first.wrapping_sub(hollow.first)) else { return false };
        self.found.extend(std::iter::repeat_n(acc, outs));
        true
    }

    /// Keeps what was found last, which is of a branch that had no data.
    fn note(&mut self, len: u64, first: u64, chunks: &[Chunk]) -> Result<()> {
        if self.hollow.iter().any(|hollow| hollow.len == len) {
            return Ok(());
        }
        // It is put in for many others, so what somebody has stored in it before it was read must not be in it.
        if Self::are_of_holes(&mut *self.values.maker(), chunks)?
            && let Some(acc) = self.found.last()
        {
            self.hollow.push(Hollow { len, first, acc: acc.clone() });
        }
        Ok(())
    }
}

impl<F: Fold> Worker for Task<'_, '_, '_, F> {
    fn work(&mut self, task: &Chunk) -> Result<()> {
        self.found.clear();
        let plan = self.plan;
        match plan.way {
            Way::Parts => {
                let parts = plan.inner.size.div_ceil(TASK);
                let row = task.rank / parts;
                self.part(row % plan.rows.size, row / plan.rows.size, task.rank % parts)
            }
            Way::Blocks { rows, outs } => {
                let blocks = plan.rows.size.div_ceil(rows);
                let (row, out) = (task.rank % blocks * rows, task.rank / blocks * outs);
                let mut first = out;
                for (_, lens) in rectangles(&plan.outs.dims, out, plan.outs.size.min(out + outs)) {
                    let stop = first + lens.iter().product::<u64>();
                    self.block((row, plan.rows.size.min(row + rows)), (first, stop))?;
                    first = stop;
                }
                Ok(())
            }
        }
    }

    fn deliver(&mut self, task: &Chunk) -> Result<()> {
        let Self { plan, fold, .. } = self;
        let mut gathered = self.gathered.lock().expect("a worker that panics ends the job");
        let Gathered { stretch, rows, tell } = &mut *gathered;
        let (row, blocks, first) = match plan.way {
            Way::Parts => {
                let parts = plan.inner.size.div_ceil(TASK);
                self.found.drain(..).for_each(|part| stretch.push(part, |left, right| fold.merge(left, right)));
                if task.rank % parts + 1 < parts {
                    return Ok(());
                }
                self.found.extend(stretch.finish(|left, right| fold.merge(left, right)));
                let row = task.rank / parts;
                (row % plan.rows.size, plan.rows.size, row / plan.rows.size)
            }
            Way::Blocks { rows, outs } => {
                let blocks = plan.rows.size.div_ceil(rows);
                (task.rank % blocks, blocks, task.rank / blocks * outs)
            }
        };
        rows.push(std::mem::take(&mut self.found), |left: &mut Vec<_>, right| merge_all(*fold, left, right));
        if row + 1 < blocks {
            return Ok(());
        }
        let found = rows.finish(|left: &mut Vec<_>, right| merge_all(*fold, left, right)).into_iter().flatten();
        tell(first, &found.map(Some).collect::<Vec<_>>())
    }
}

/// The items of chunks that follow each other.
fn items_of<'i>(maker: &'i mut dyn Make, chunks: &[Chunk], joined: &'i mut Vec<u8>) -> Result<&'i [u8]> {
    if let [chunk] = chunks {
        return maker.items(chunk);
    }
    joined.clear();
    for chunk in chunks {
        joined.extend_from_slice(maker.items(chunk)?);
    }
    Ok(joined)
}

/// Bytes as items, where they lie if they are aligned.
fn with_items<T: bytemuck::Pod>(bytes: &[u8], work: impl FnOnce(&[T])) {
    match bytemuck::try_cast_slice(bytes) {
        Ok(items) => work(items),
        Err(_) => work(&bytes.chunks_exact(size_of::<T>()).map(bytemuck::pod_read_unaligned).collect::<Vec<T>>()),
    }
}

/// Adds the leaves of items that follow each other, the first of which is number `first`.
fn leaves<F: Fold>(fold: &F, items: &[F::Item], first: u64, tree: &mut Tree<F::Acc>) {
    for (leaf, start) in items.chunks(LEAF as usize).zip((first..).step_by(LEAF as usize)) {
        tree.push(fold.leaf(leaf, start), |left, right| fold.merge(left, right));
    }
}

/// One leaf for each column of some rows, the first of which is number `row`.
fn columns<F: Fold>(fold: &F, items: &[F::Item], width: usize, row: u64, column: &mut Vec<F::Item>) -> Vec<F::Acc> {
    if width == 1 {
        return vec![fold.leaf(items, row)];
    }
    let leaf_of = |first: usize| {
        column.clear();
        column.extend(items[first..].iter().step_by(width));
        fold.leaf(column, row)
    };
    (0..width).map(leaf_of).collect()
}

/// One stretch of inner elements for each out of a row.
fn stretches<F: Fold>(fold: &F, items: &[F::Item], len: usize, first: u64) -> Vec<F::Acc> {
    let stretch = |items: &[F::Item]| {
        let mut tree = Tree::default();
        leaves(fold, items, first, &mut tree);
        tree.finish(|left, right| fold.merge(left, right)).expect("no stretch is empty")
    };
    items.chunks(len).map(stretch).collect()
}

fn merge_all<F: Fold>(fold: &F, left: &mut [F::Acc], right: Vec<F::Acc>) {
    for (left, right) in left.iter_mut().zip(right) {
        fold.merge(left, right);
    }
}
