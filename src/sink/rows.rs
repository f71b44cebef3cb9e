//! Where lines and planes begin among the ranks of a result.
//!
//! ```text
//!   shape 2,2,3    0 1 2        row: 3 elements, plane: 6
//!                  3 4 5
//!                               a new plane at every multiple of 6 but the first
//!                  6 7 8
//!                  9 . .        a block may end in the middle of a row
//! ```

use std::io;
use std::ops::Range;

use super::Layout;

/// The lines of a result.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows {
    /// Elements in a line; at least 1.
    row: u64,
    /// Elements in a plane, where there is more than one plane to set apart.
    plane: Option<u64>,
    /// Lines of an array that has rows but no elements.
    empty: Option<EmptyRows>,
}

#[derive(Clone, Copy, Debug)]
struct EmptyRows {
    lines: u64,
    per_plane: u64,
}

/// A part of one row that lies in one block.
#[derive(Debug)]
pub(super) struct Piece {
    /// Which elements of the block it is.
    pub(super) items: Range<usize>,
    /// The position of its first element in the row.
    pub(super) column: u64,
    /// Whether a plane other than the first begins with it.
    pub(super) opens_plane: bool,
    /// Whether the row ends with it.
    pub(super) ends_row: bool,
}

impl Rows {
    /// The lines of text: the last axis, or one element where that is a record or there is no second axis.
    pub(super) fn of(layout: &Layout) -> Self {
        let dims = layout.shape.dims();
        let is_record = layout.dtype.record().is_some();
        let row = match dims {
            [.., last] if dims.len() > 1 && !is_record => *last,
            _ => 1,
        };
        let plane = match dims {
            [_, .., rows, last] if dims.len() > 2 => Some(rows * last),
            _ => None,
        };
        let empty = (row == 0).then(|| EmptyRows {
            lines: dims[..dims.len() - 1].iter().product(),
            per_plane: if dims.len() > 2 { dims[dims.len() - 2] } else { 0 },
        });
        Self { row: row.max(1), plane: plane.filter(|&plane| plane > 0), empty }
    }

    /// The same lines without anything between planes.
    #[must_use]
    pub(super) fn without_planes(self) -> Self {
        let empty = self.empty.map(|empty| EmptyRows { per_plane: 0, ..empty });
        Self { plane: None, empty, ..self }
    }

    /// Elements in a line; at least 1.
    pub(super) fn row(self) -> u64 {
        self.row
    }

    /// The rows of a block of `count` elements from rank `first` on.
    pub(super) fn pieces(self, first: u64, count: usize) -> impl Iterator<Item = Piece> {
        let mut done = 0;
        let mut column = first % self.row;
        std::iter::from_fn(move || {
            let left = count - done;
            if left == 0 {
                return None;
            }
            let rank = first + done as u64;
            let len = (self.row - column).min(left as u64);
            let opens_plane = column == 0 && rank > 0 && self.plane.is_some_and(|plane| rank.is_multiple_of(plane));
            let ends_row = column + len == self.row;
            let piece = Piece { items: done..done + len as usize, column, opens_plane, ends_row };
            done += len as usize;
            column = if ends_row { 0 } else { column + len };
            Some(piece)
        })
    }

    /// Writes the lines of an array that has rows but no elements, each as `line`.
    pub(super) fn write_empty(self, line: &[u8], out: &mut dyn io::Write) -> io::Result<()> {
        let Some(empty) = self.empty else { return Ok(()) };
        for at in 0..empty.lines {
            if at > 0 && empty.per_plane > 0 && at.is_multiple_of(empty.per_plane) {
                out.write_all(b"\n")?;
            }
            out.write_all(line)?;
        }
        Ok(())
    }
}
