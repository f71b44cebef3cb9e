//! Copies single items from many places of a file, those of a window at once.
//!
//! Run by run, finding out what to do takes several times as long as copying an item does.

use super::advice::Pace;
use super::reader::Reader;
use crate::error::Result;
use crate::plan::Run;

impl Reader<'_> {
    /// Fills `items` with those of `unit` bytes that begin at these bytes of the file, in their order; fastest where they
    /// rise through the file, as far as windows go.
    ///
    /// # Errors
    /// As [`Self::read_runs`].
    ///
    /// # Panics
    /// If there is no room for exactly all items.
    pub fn read_items(&mut self, mut places: &[u64], unit: usize, mut items: &mut [u8]) -> Result<()> {
        assert_eq!(items.len(), places.len() * unit, "room for {} items of {unit} bytes", places.len());
        for &place in places {
            self.mapping.within(place, unit as u64)?;
        }
        while let [first, ..] = *places {
            let count = self.near(places, unit).max(1);
            let (near, now) = (&places[..count], items.split_off_mut(..count * unit).expect("room for all"));
            places = &places[count..];
            let run = |(k, &file): (usize, &u64)| Run {
                file,
                file_stride: 0,
                scratch: k * unit,
                scratch_stride: 0,
                unit,
                count: 1,
            };
            let whole = Run { count: count as u64, ..run((0, &first)) };
            self.pace = Pace::skipping(spread(near) / count as u64);
            // One across the end of a window is read in pieces.
            let mappable = self.mapping.maps() && self.near(near, unit) > 0;
            let picked = mappable && self.reach(&whole)? && self.pick(near, unit, now);
            if !picked {
                self.read_runs(&mut near.iter().enumerate().map(run), now)?;
            }
        }
        Ok(())
    }

    /// Whether the items could be copied out of the window.
    fn pick(&mut self, places: &[u64], unit: usize, items: &mut [u8]) -> bool {
        let picked = self.window.as_ref().is_some_and(|window| window.pick(places, unit, items).is_ok());
        if !picked {
            // Zeros may have taken the place of what it has lost.
            self.window = None;
        }
        picked
    }

    /// How many of the first items lie in the window of the first one.
    fn near(&self, places: &[u64], unit: usize) -> usize {
        let size = self.mapping.window_bytes() as u64;
        let start = places[0] - places[0] % size;
        let inside = |&&place: &&u64| start <= place && place + unit as u64 <= start + size;
        places.iter().take_while(inside).count()
    }
}

/// Bytes from the first to the last of these.
fn spread(places: &[u64]) -> u64 {
    let (least, most) = places.iter().fold((u64::MAX, 0), |(least, most), &at| (at.min(least), at.max(most)));
    most.saturating_sub(least)
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use proptest::prelude::*;

    use super::super::naive::{FILE, WINDOW, file_of, noise};
    use super::super::{Io, Mapping, Mode};
    use crate::error::ErrorKind;

    fn open(path: &std::path::Path, io: Io) -> Mapping {
        Mapping::open(path, Mode::Read).expect("a regular file").with_io(io).with_window(WINDOW)
    }

    #[test]
    fn picks_what_indexing_picks() {
        let content = noise(FILE);
        let (_folder, path) = file_of(&content);
        for io in [Io::Auto, Io::Mmap, Io::Pread] {
            let mapping = open(&path, io);
            let mut reader = mapping.reader();
            let mut check = |(unit, places, sorted): (usize, Vec<u64>, bool)| {
                let mut places: Vec<u64> = places.iter().map(|&at| at.min((FILE - unit) as u64)).collect();
                if sorted {
                    places.sort_unstable();
                }
                let mut items = vec![0; places.len() * unit];
                reader.read_items(&places, unit, &mut items).expect("within the file");
                places.iter().flat_map(|&at| &content[at as usize..][..unit]).eq(&items)
            };
            let unit = prop_oneof![4 => 0..=33_usize, 1 => 34..6000_usize];
            let mut runner = proptest::test_runner::TestRunner::default();
            let cases = (unit, prop::collection::vec(0..FILE as u64, 0..300), any::<bool>());
            let check = std::cell::RefCell::new(&mut check);
            runner
                .run(&cases, |case| {
                    prop_assert!((check.borrow_mut())(case));
                    Ok(())
                })
                .expect("as a byte loop");
        }
    }

    #[test]
    fn an_item_beyond_the_end_is_an_error_with_the_byte() {
        let (_folder, path) = file_of(&noise(FILE));
        for io in [Io::Mmap, Io::Pread] {
            let mapping = open(&path, io);
            let error = mapping.reader().read_items(&[0, FILE as u64 - 7], 8, &mut [0; 16]).expect_err("beyond");
            assert_eq!(error.message(), "8 bytes at byte 39993 are beyond the end of its 40000 bytes");
            File::options().write(true).open(&path).and_then(|file| file.set_len(4096)).expect("cut short");
            let error = mapping.reader().read_items(&[8, 20_600], 8, &mut [0; 16]).expect_err("cut short");
            assert_eq!(error.kind(), ErrorKind::Io);
            assert_eq!(error.message(), "was truncated while being read, byte 20600 of 40000");
            std::fs::write(&path, noise(FILE)).expect("as before");
        }
    }
}
