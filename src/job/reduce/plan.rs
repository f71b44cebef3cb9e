//! How the elements are shared out: which of them make a task, and in which chunks they are read.

use super::Reduced;
use crate::plan::{Chunk, rectangles};
use crate::reduce::grid::{LEAF, ROWS};
use crate::view::View;

/// Elements of a task, the least that is worth handing out.
pub(super) const TASK: u64 = 32 * LEAF;
/// Elements that all threads may hold together: what bounds the memory.
const HELD: u64 = 1 << 20;

/// One group of axes.
pub(super) struct Group {
    pub(super) dims: Vec<u64>,
    pub(super) size: u64,
}

impl Group {
    fn new(view: &View, first: usize, count: usize) -> Self {
        let dims = view.dims()[first..first + count].to_vec();
        let size = if dims.contains(&0) { 0 } else { dims.iter().product() };
        Self { dims, size }
    }
}

/// Which elements make a task.
pub(super) struct Plan<'a> {
    view: &'a View,
    pub(super) rows: Group,
    pub(super) outs: Group,
    pub(super) inner: Group,
    pub(super) way: Way,
}

/// How the elements are shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Stretches of inner elements are so long that a task is a part of one.
    Parts,
    /// A task is some rows of some outs: at most so many of each, with all their inner elements.
    Blocks { rows: u64, outs: u64 },
}

impl<'a> Plan<'a> {
    pub(super) fn new(what: &Reduced<'a>, threads: u64) -> Self {
        let [rows, outs, inner] = what.axes;
        let view = what.view;
        let (rows, outs, inner) =
            (Group::new(view, 0, rows), Group::new(view, rows, outs), Group::new(view, rows + outs, inner));
        let way = if inner.size > TASK {
            Way::Parts
        } else {
            // Without inner elements a leaf is made of rows, which are all in memory together.
            let (leaf, elements) = (leaf_rows(&inner), leaf_rows(&inner) * inner.size.max(1));
            let most = (HELD / threads / elements).max(1);
            let outs_in_task = outs.size.clamp(1, most);
            let leaves = (TASK / (elements * outs_in_task)).max(1);
            let leaves = 1 << leaves.ilog2();
            Way::Blocks { rows: leaf * leaves, outs: outs_in_task }
        };
        Self { view, rows, outs, inner, way }
    }

    pub(super) fn tasks(&self) -> u64 {
        match self.way {
            Way::Parts => self.outs.size * self.rows.size * self.inner.size.div_ceil(TASK),
            Way::Blocks { rows, outs } => self.outs.size.div_ceil(outs) * self.rows.size.div_ceil(rows),
        }
    }

    /// The chunks of these positions, which follow each other: the outs are those of one rectangle, and so are the inner
    /// elements, unless there is a single row of a single out.
    pub(super) fn chunks(&self, rows: (u64, u64), outs: (u64, u64), inner: (u64, u64)) -> Vec<Chunk> {
        let groups = [(&self.rows, rows), (&self.outs, outs), (&self.inner, inner)];
        let [rows, outs, inner] = groups.map(|(group, (start, stop))| rectangles(&group.dims, start, stop));
        let mut chunks = Vec::new();
        for row in &rows {
            for out in &outs {
                for inner in &inner {
                    let start = [&row.0[..], &out.0, &inner.0].concat();
                    let lens = [&row.1[..], &out.1, &inner.1].concat();
                    chunks.push(Chunk::of_part(self.view, start, &lens));
                }
            }
        }
        chunks
    }
}

/// Rows in a leaf: each row is one by itself where it has inner elements.
pub(super) fn leaf_rows(inner: &Group) -> u64 {
    if inner.dims.is_empty() { ROWS } else { 1 }
}
