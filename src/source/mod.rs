//! Where elements come from: anything whose bytes can be read by runs, be it a mapped file or memory, and text.

pub mod text;

mod gather;
mod holes;
pub mod inflow;
mod permute;
mod tape;

pub use gather::Gather;
pub use holes::Holes;
pub use tape::Tape;

use std::ops::Range;

use crate::error::Result;
use crate::plan::Run;
use crate::view::View;

/// Bytes that views can be read from.
pub trait Readable: Sync {
    /// A worker's own reader.
    fn reader(&self) -> Box<dyn ReadRuns + '_>;

    /// Has the bytes of a view brought near, as they are read next.
    fn will_need(&self, _view: &View) {}

    /// Whether some of the bytes may be holes: zeros that take no storage and need not be read. See [`Holes`].
    ///
    /// # Errors
    /// Where that cannot be examined.
    fn may_have_holes(&self) -> Result<bool> {
        Ok(false)
    }

    /// The first range at or behind a byte that is no hole; `None` where only holes follow.
    ///
    /// # Errors
    /// Where that cannot be examined.
    fn next_data(&self, byte: u64) -> Result<Option<Range<u64>>> {
        Ok(Some(byte..u64::MAX))
    }
}

/// Reads the runs of a plan into scratch.
pub trait ReadRuns {
    /// Copies every run; scratch is long enough for all of them.
    ///
    /// # Errors
    /// Where the bytes cannot be read.
    fn read_runs(&mut self, runs: &mut dyn Iterator<Item = Run>, scratch: &mut [u8]) -> Result<()>;

    /// Copies the items of `unit` bytes that begin at these bytes, packed; there is room for exactly all of them.
    ///
    /// # Errors
    /// Where the bytes cannot be read.
    fn read_items(&mut self, places: &[u64], unit: usize, items: &mut [u8]) -> Result<()> {
        let run = |(k, &file)| Run { file, file_stride: 0, scratch: k * unit, scratch_stride: 0, unit, count: 1 };
        self.read_runs(&mut places.iter().enumerate().map(run), items)
    }
}

/// Elements in memory, such as those typed on a command line.
pub struct Memory(pub Vec<u8>);

impl Readable for Memory {
    fn reader(&self) -> Box<dyn ReadRuns + '_> {
        Box::new(self.0.as_slice())
    }
}

impl ReadRuns for &[u8] {
    fn read_runs(&mut self, runs: &mut dyn Iterator<Item = Run>, scratch: &mut [u8]) -> Result<()> {
        for run in runs {
            let (mut from, mut to) = (run.file as usize, run.scratch);
            for _ in 0..run.count {
                scratch[to..to + run.unit].copy_from_slice(&self[from..from + run.unit]);
                from = from.wrapping_add_signed(run.file_stride as isize);
                to = to.wrapping_add_signed(run.scratch_stride);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::{Order, Shape};

    #[test]
    fn memory_is_read_as_a_file_is() {
        let memory = Memory((0..6).collect());
        let view = View::of_array(&Shape::new([2, 3]).expect("small"), 1, Order::F, 0);
        let mut scratch = [0; 6];
        memory.reader().read_runs(&mut view.runs(), &mut scratch).expect("memory is always there");
        assert_eq!(scratch, [0, 2, 4, 1, 3, 5]);
    }
}
