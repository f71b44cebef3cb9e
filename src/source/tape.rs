//! A file of which one stretch at a time is in memory, as it comes through a pipe.

use std::sync::{PoisonError, RwLock};

use super::{ReadRuns, Readable};
use crate::error::Result;
use crate::plan::Run;

/// The stretch that is there; whoever reads must know which that is.
#[derive(Default)]
pub struct Tape(RwLock<Stretch>);

#[derive(Default)]
struct Stretch {
    /// The byte of the file that is the first of `bytes`.
    from: u64,
    bytes: Vec<u8>,
}

impl Tape {
    /// Goes on to another stretch, and gives back the memory of the one before.
    pub(super) fn wind(&self, from: u64, bytes: Vec<u8>) -> Vec<u8> {
        let mut stretch = self.0.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *stretch, Stretch { from, bytes }).bytes
    }
}

impl Readable for Tape {
    fn reader(&self) -> Box<dyn ReadRuns + '_> {
        Box::new(self)
    }
}

impl ReadRuns for &Tape {
    /// # Panics
    /// Where a run is not within the stretch.
    fn read_runs(&mut self, runs: &mut dyn Iterator<Item = Run>, scratch: &mut [u8]) -> Result<()> {
        let stretch = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut runs = runs.map(|run| Run { file: run.file.wrapping_sub(stretch.from), ..run });
        stretch.bytes.as_slice().read_runs(&mut runs, scratch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Axis, Item, View};

    #[test]
    fn bytes_keep_their_places_in_the_file() {
        let tape = Tape::default();
        let at = |offset| View::new(offset, vec![Axis::Strided { len: 2, stride: 2 }], Item::whole(1));
        let mut scratch = [0; 2];
        for (from, bytes, expected) in [(10, vec![0, 1, 2, 3], [1, 3]), (1 << 40, vec![4, 5, 6, 7], [5, 7])] {
            tape.wind(from, bytes);
            tape.reader().read_runs(&mut at(from + 1).runs(), &mut scratch).expect("it is there");
            assert_eq!(scratch, expected);
        }
        assert_eq!(tape.wind(0, Vec::new()), [4, 5, 6, 7]);
    }
}
