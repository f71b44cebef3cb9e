//! Which parts of a source are holes, asked of the system once for each hole and each stretch of data.

use std::ops::Range;

use super::Readable;
use crate::error::Result;
use crate::view::View;

/// Tells holes from data; a worker's own, fastest where it is asked going forward.
pub struct Holes<'a> {
    /// `None` where there are none.
    bytes: Option<&'a dyn Readable>,
    hole: Range<u64>,
    data: Range<u64>,
}

impl<'a> Holes<'a> {
    /// The holes of these bytes.
    ///
    /// # Errors
    /// Where the source cannot be examined.
    pub fn of(bytes: &'a dyn Readable) -> Result<Self> {
        let bytes = bytes.may_have_holes()?.then_some(bytes);
        Ok(Self { bytes, hole: 0..0, data: 0..0 })
    }

    /// Whether there may be any.
    pub fn may_be(&self) -> bool {
        self.bytes.is_some()
    }

    /// Whether every byte that a view reaches, and every byte between them, lies in one hole: all of them are zero, and
    /// reading them would be for nothing. False where that is not known.
    ///
    /// # Errors
    /// As [`Readable::next_data`].
    pub fn hold(&mut self, view: &View) -> Result<bool> {
        let Some(bytes) = self.bytes else { return Ok(false) };
        let Some(span) = view.span() else { return Ok(false) };
        if self.data.start < span.end && span.start < self.data.end {
            return Ok(false);
        }
        if !(self.hole.start <= span.start && span.start < self.hole.end) {
            let next = bytes.next_data(span.start)?;
            self.data = next.unwrap_or(u64::MAX..u64::MAX);
            self.hole = span.start..self.data.start;
        }
        Ok(self.hole.start <= span.start && span.end <= self.hole.end)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::Mutex;

    use super::super::{Memory, ReadRuns};
    use super::*;
    use crate::shape::{Order, Shape};

    /// Data in some ranges only, and how often it was asked for.
    struct Patches(Vec<Range<u64>>, Mutex<Cell<u32>>);

    impl Readable for Patches {
        fn reader(&self) -> Box<dyn ReadRuns + '_> {
            unreachable!("nothing is read")
        }

        fn may_have_holes(&self) -> Result<bool> {
            Ok(true)
        }

        fn next_data(&self, byte: u64) -> Result<Option<Range<u64>>> {
            let asked = self.1.lock().expect("one thread");
            asked.set(asked.get() + 1);
            let next = self.0.iter().find(|data| byte < data.end);
            Ok(next.map(|data| data.start.max(byte)..data.end))
        }
    }

    #[test]
    fn chunks_are_in_holes_or_not() {
        let patches = Patches(vec![100..200, 300..301, 5000..9000], Mutex::default());
        let mut holes = Holes::of(&patches).expect("nothing to ask");
        let view = View::of_array(&Shape::new([10_000]).expect("small"), 1, Order::C, 0);
        for step in [1, 7, 50, 100] {
            for at in (0..10_000).step_by(step) {
                let part = view.narrowed(0, at, (at + step as u64).min(10_000));
                let range = at..(at + step as u64).min(10_000);
                let data = patches.0.iter().any(|data| data.start < range.end && range.start < data.end);
                assert_eq!(holes.hold(&part).expect("known"), !data, "{range:?}");
            }
        }
    }

    #[test]
    fn the_system_is_asked_once_a_hole() {
        let patches = Patches(vec![100..200, 9000..9001], Mutex::default());
        let mut holes = Holes::of(&patches).expect("nothing to ask");
        let view = View::of_array(&Shape::new([10_000]).expect("small"), 1, Order::C, 0);
        for at in 0..10_000 {
            holes.hold(&view.narrowed(0, at, at + 1)).expect("known");
        }
        assert_eq!(patches.1.lock().expect("one thread").get(), 3);
    }

    #[test]
    fn memory_has_no_holes() {
        let memory = Memory(vec![0; 10]);
        let view = View::of_array(&Shape::new([10]).expect("small"), 1, Order::C, 0);
        assert!(!Holes::of(&memory).and_then(|mut holes| holes.hold(&view)).expect("nothing to ask"));
    }
}
