//! Reading through the window that a [`Writer`] stores through, so that an edit in place touches each page once.

use super::Writer;
use super::pieces::Pieces;
use super::reader::check_run;
use super::unchanged::Access;
use super::window::{Lost, Window};
use crate::error::Result;
use crate::plan::Run;
use crate::source::ReadRuns;

impl Writer<'_> {
    /// Copies runs of the file into scratch, in their order. Bytes that have been collected and not yet stored are read
    /// as they were.
    ///
    /// # Errors
    /// As [`Reader::read_runs`](super::Reader::read_runs).
    ///
    /// # Panics
    /// If a run leaves scratch.
    pub fn read_runs(&mut self, runs: &mut dyn Iterator<Item = Run>, scratch: &mut [u8]) -> Result<()> {
        for run in runs {
            if check_run(&run, self.mapping, scratch.len())? {
                for piece in Pieces::new(run, self.mapping.window_bytes()) {
                    self.read_piece(&piece, scratch)?;
                }
            }
        }
        Ok(())
    }

    /// Has those bytes of the file that are in the window brought nearer, without waiting for them.
    pub fn prefetch(&self, offset: u64, len: u64) {
        if let Some(window) = &self.window {
            window.prefetch(offset..offset.saturating_add(len));
        }
    }

    fn read_piece(&mut self, piece: &Run, scratch: &mut [u8]) -> Result<()> {
        if self.reach_to_read(piece)?
            && let Some(window) = &self.window
        {
            match window.gather(piece, scratch) {
                Ok(()) => return Ok(()),
                // A system call meets what the window met, and says what it was.
                Err(Lost(_)) => self.window = None,
            }
        }
        self.mapping.pread_piece(piece, scratch)
    }

    /// Whether the window of a piece is mapped; its pages are made ready when they are stored in.
    fn reach_to_read(&mut self, piece: &Run) -> Result<bool> {
        if self.holds(piece) {
            return Ok(true);
        }
        if !self.mapping.maps() || !self.visits.deserve_window(piece, self.mapping) {
            return Ok(false);
        }
        self.mapping.check_len()?;
        // The old one goes first: a thread never holds two.
        self.window = None;
        match Window::open(self.mapping, piece.file, Access::Store) {
            Ok(window) => self.window = Some(window),
            Err(error) => self.mapping.cannot_map(error)?,
        }
        Ok(self.window.is_some())
    }
}

impl ReadRuns for Writer<'_> {
    fn read_runs(&mut self, runs: &mut dyn Iterator<Item = Run>, scratch: &mut [u8]) -> Result<()> {
        Writer::read_runs(self, runs, scratch)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use proptest::prelude::*;

    use super::super::naive::{FILE, SCRATCH, WINDOW, bytes, file_of, noise, runs};
    use super::super::{Io, Mapping, Mode, Stores};
    use super::*;

    #[test]
    fn reads_what_is_there_before_and_after_it_is_stored() {
        let content = noise(FILE);
        let (_folder, path) = file_of(&content);
        for io in [Io::Auto, Io::Mmap, Io::Pread] {
            proptest!(ProptestConfig::with_cases(60), |(batches in prop::collection::vec(runs(), 1..4))| {
                std::fs::write(&path, &content).expect("written");
                let mapping = Mapping::open(&path, Mode::ReadWrite).expect("regular").with_io(io).with_window(WINDOW);
                let mut writer = mapping.writer(Stores::Update).expect("opened to store");
                let mut expected = content.clone();
                for runs in batches {
                    let mut scratch = vec![7; SCRATCH];
                    let mut seen = scratch.clone();
                    for (file, at) in runs.iter().flat_map(bytes) {
                        seen[at] = expected[file];
                    }
                    writer.read_runs(&mut runs.iter().copied(), &mut scratch).expect("within the file");
                    prop_assert!(scratch == seen);
                    writer.prefetch(0, 1 << 20);
                    for byte in &mut scratch {
                        *byte = byte.wrapping_add(1);
                    }
                    writer.write_runs(&mut runs.iter().copied(), &scratch).expect("within the file");
                    for (file, at) in runs.iter().flat_map(bytes) {
                        expected[file] = scratch[at];
                    }
                    if io == Io::Pread {
                        // What is collected is stored at the end.
                        break;
                    }
                }
                writer.finish().expect("unchanged");
                prop_assert!(std::fs::read(&path).expect("read") == expected);
            });
        }
    }

    #[test]
    fn a_file_cut_short_is_an_error_with_the_byte() {
        let (_folder, path) = file_of(&noise(FILE));
        let mapping = Mapping::open(&path, Mode::ReadWrite).expect("regular").with_io(Io::Mmap);
        let mut writer = mapping.writer(Stores::Update).expect("opened to store");
        let run = Run { file: 20_600, file_stride: 0, scratch: 0, scratch_stride: 0, unit: 600, count: 1 };
        writer.read_runs(&mut std::iter::once(run), &mut [0; 600]).expect("all is there");
        File::options().write(true).open(&path).and_then(|file| file.set_len(4096)).expect("cut short");
        let error = writer.read_runs(&mut std::iter::once(run), &mut [0; 600]).expect_err("cut short");
        assert_eq!(error.message(), "was truncated while being read, byte 20600 of 40000");
    }
}
