//! Copies runs of a file into scratch, through one window that stays mapped from call to call.

use super::advice::Pace;
use super::pieces::{Pieces, file_span, scratch_span};
use super::unchanged::Access;
use super::window::{Lost, Window};
use super::{Io, Mapping};
use crate::error::Result;
use crate::plan::Run;

/// A window is worth mapping from this many stretches on: mapping takes as long as reading four or five.
const FEW: u64 = 4;
/// And from this many bytes on.
const SMALL: u64 = 16 << 10;

/// Runs that are looked at before the first of them is copied, so that their bytes are on the way meanwhile.
const AHEAD: usize = 16;
const NOTHING: Run = Run { file: 0, file_stride: 0, scratch: 0, scratch_stride: 0, unit: 0, count: 0 };

/// Reads from a file. Each thread has its own.
#[derive(Debug)]
pub struct Reader<'a> {
    pub(super) mapping: &'a Mapping,
    pub(super) window: Option<Window>,
    visits: Visits,
    /// The number of the window that system calls read of last, whose pages are still to be given up.
    beside: Option<u64>,
    pub(super) pace: Pace,
}

/// What has been asked of the window last visited while it was not mapped.
///
/// The first few small stretches of a window go by system calls; only then is it mapped. Whatever comes, that costs at
/// most twice the better of the two.
#[derive(Debug, Default)]
pub(super) struct Visits {
    window: u64,
    stretches: u64,
    bytes: u64,
}

impl Visits {
    /// Whether, with this piece, a window is worth mapping.
    pub(super) fn deserve_window(&mut self, piece: &Run, mapping: &Mapping) -> bool {
        let window = piece.file / mapping.window_bytes() as u64;
        if window != self.window {
            *self = Self { window, ..Self::default() };
        }
        self.stretches = self.stretches.saturating_add(piece.count);
        self.bytes = self.bytes.saturating_add(piece.count.saturating_mul(piece.unit as u64));
        mapping.io() == Io::Mmap || self.stretches > FEW || self.bytes > SMALL
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(mapping: &'a Mapping) -> Self {
        Self { mapping, window: None, visits: Visits::default(), beside: None, pace: Pace::Steady }
    }

    /// The file it reads.
    pub fn mapping(&self) -> &'a Mapping {
        self.mapping
    }

    /// Copies runs of the file into scratch, in their order; fastest where they rise through the file.
    ///
    /// What another process stores meanwhile may be read in part; that is never undefined behaviour.
    ///
    /// # Errors
    /// Io, with the byte, where the file does not reach as far, has been cut short, or cannot be read.
    ///
    /// # Panics
    /// If a run leaves scratch.
    pub fn read_runs(&mut self, runs: &mut dyn Iterator<Item = Run>, scratch: &mut [u8]) -> Result<()> {
        let mut next = [NOTHING; AHEAD];
        loop {
            let mut count = 0;
            for (place, run) in next.iter_mut().zip(&mut *runs) {
                *place = run;
                count += 1;
            }
            let runs = &next[..count];
            if count > 1
                && let Some(window) = &self.window
            {
                for run in runs {
                    window.prefetch(run.file..run.file.saturating_add(1));
                }
            }
            for (at, run) in runs.iter().enumerate() {
                if check_run(run, self.mapping, scratch.len())? {
                    self.pace = Pace::of(run, runs.get(at + 1));
                    for piece in Pieces::new(*run, self.mapping.window_bytes()) {
                        self.read_piece(&piece, scratch)?;
                    }
                }
            }
            if count < AHEAD {
                return Ok(());
            }
        }
    }

    /// Fills `bytes` from the byte `offset` of the file on.
    ///
    /// # Errors
    /// As [`Self::read_runs`].
    pub fn read_at(&mut self, offset: u64, bytes: &mut [u8]) -> Result<()> {
        let run = Run { file: offset, file_stride: 0, scratch: 0, scratch_stride: 0, unit: bytes.len(), count: 1 };
        self.read_runs(&mut std::iter::once(run), bytes)
    }

    fn read_piece(&mut self, piece: &Run, scratch: &mut [u8]) -> Result<()> {
        if self.mapping.maps()
            && self.reach(piece)?
            && let Some(window) = &self.window
        {
            match window.gather(piece, scratch) {
                Ok(()) => return Ok(()),
                // A system call meets what the window met and says what it was, or does better: to read a hole through
                // a mapping, tmpfs needs a page, which a full one does not have.
                Err(Lost(_)) => self.window = None,
            }
        }
        let size = self.mapping.window_bytes() as u64;
        if self.beside != Some(piece.file / size) {
            self.pass();
            self.beside = Some(piece.file / size);
        }
        self.mapping.pread_piece(piece, scratch)
    }

    /// Whether the window of a piece is mapped, mapping it where that is worth it.
    pub(super) fn reach(&mut self, piece: &Run) -> Result<bool> {
        if self.window.as_ref().is_some_and(|window| window.holds(piece)) {
            return Ok(true);
        }
        if !self.visits.deserve_window(piece, self.mapping) {
            return Ok(false);
        }
        let before = self.leave();
        match Window::open(self.mapping, piece.file, Access::Read) {
            Ok(window) => {
                match self.pace {
                    Pace::Strides => window.advise_random(),
                    Pace::Steady if before == Some(window.range().start) => self.mapping.read_ahead(window.range().end),
                    Pace::Steady => {}
                }
                self.window = Some(window);
            }
            Err(error) => self.mapping.cannot_map(error)?,
        }
        Ok(self.window.is_some())
    }

    /// Gives up the window, if there is one, and says where it ended. A thread never holds two.
    fn leave(&mut self) -> Option<u64> {
        let range = self.window.take()?.range();
        self.mapping.read_behind(range.clone());
        Some(range.end)
    }

    /// Gives up the pages that system calls have read, with those around them that the system has read ahead.
    fn pass(&mut self) {
        let size = self.mapping.window_bytes() as u64;
        if let Some(start) = self.beside.take().map(|window| window * size) {
            self.mapping.read_behind(start..start.saturating_add(size));
        }
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        self.leave();
        self.pass();
    }
}

/// Whether there is anything to copy in a run.
///
/// # Errors
/// Io, where it leaves the file.
///
/// # Panics
/// If it leaves scratch.
pub(super) fn check_run(run: &Run, mapping: &Mapping, scratch: usize) -> Result<bool> {
    if run.count == 0 || run.unit == 0 {
        return Ok(false);
    }
    match file_span(run) {
        Some(span) => mapping.within(span.start, span.end - span.start)?,
        None => mapping.within(run.file, u64::MAX)?,
    }
    let inside = scratch_span(run).is_some_and(|span| span.end <= scratch);
    assert!(inside, "{run:?} leaves the {scratch} bytes of scratch");
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::fs::File;
    use std::path::Path;

    use proptest::prelude::*;

    use super::super::naive::{self, FILE, SCRATCH, WINDOW, bytes, file_of, noise, runs, skipped, sparse};
    use super::*;
    use crate::error::ErrorKind;
    use crate::mapping::Mode;

    fn open(path: &Path, mode: Mode, io: Io) -> Mapping {
        Mapping::open(path, mode).expect("a regular file").with_io(io).with_window(WINDOW)
    }

    fn one(file: u64, unit: usize) -> Run {
        Run { file, file_stride: 0, scratch: 0, scratch_stride: 0, unit, count: 1 }
    }

    #[test]
    fn reads_what_a_byte_loop_reads() {
        let content = noise(FILE);
        let (_folder, path) = file_of(&content);
        for io in [Io::Auto, Io::Mmap, Io::Pread] {
            for mode in [Mode::Read, Mode::CopyOnWrite, Mode::ReadWrite] {
                let mapping = open(&path, mode, io);
                let reader = RefCell::new(mapping.reader());
                proptest!(ProptestConfig::with_cases(60), |(runs in runs())| {
                    let (mut scratch, mut expected) = (vec![7; SCRATCH], vec![7; SCRATCH]);
                    for (file, at) in runs.iter().flat_map(bytes) {
                        expected[at] = content[file];
                    }
                    let mut runs = runs.iter().copied();
                    reader.borrow_mut().read_runs(&mut runs, &mut scratch).expect("within the file");
                    prop_assert!(scratch == expected);
                });
            }
        }
    }

    #[test]
    fn few_small_reads_map_nothing_and_many_do() {
        let (_folder, path) = sparse(1 << 20);
        let mapping = open(&path, Mode::Read, Io::Auto);
        let mut reader = mapping.reader();
        for k in 0..4 {
            reader.read_at(k * 8, &mut [0; 8]).expect("within the file");
            assert!(reader.window.is_none());
        }
        reader.read_at(32, &mut [0; 8]).expect("within the file");
        assert!(reader.window.is_some());
    }

    #[test]
    fn a_terabyte_needs_no_more_than_a_window() {
        let (_folder, path) = sparse(1 << 40);
        let mapping = Mapping::open(&path, Mode::Read).expect("a sparse file");
        let mut scratch = [1; 4096];
        let run = Run { file: 5, file_stride: 1 << 31, scratch: 0, scratch_stride: 8, unit: 8, count: 512 };
        mapping.read_runs(&mut std::iter::once(run), &mut scratch).expect("within the file");
        assert_eq!(scratch, [0; 4096]);
    }

    #[test]
    fn a_file_cut_short_is_an_error_with_the_byte() {
        for io in [Io::Mmap, Io::Pread] {
            let (_folder, path) = file_of(&noise(FILE));
            let mapping = open(&path, Mode::Read, io);
            let mut reader = mapping.reader();
            let mut scratch = vec![0; SCRATCH];
            reader.read_runs(&mut std::iter::once(one(20_600, 8)), &mut scratch).expect("all is there");
            File::options().write(true).open(&path).and_then(|file| file.set_len(4096)).expect("cut short");
            let error = reader.read_runs(&mut std::iter::once(one(20_600, 600)), &mut scratch).expect_err("cut short");
            assert_eq!(error.kind(), ErrorKind::Io);
            assert_eq!(error.message(), "was truncated while being read, byte 20600 of 40000");
            reader.read_runs(&mut std::iter::once(one(0, 4096)), &mut scratch).expect("the rest is there");
            assert!(scratch[..4096] == noise(4096));
            let error = mapping.check_unchanged().expect_err("shorter");
            assert_eq!(error.message(), "changed size while being read, was 40000 now 4096 bytes");
        }
    }

    #[test]
    fn a_file_cut_short_again_and_again_under_threads_never_ends_the_process() {
        let (_folder, path) = file_of(&noise(FILE));
        let file = File::options().write(true).open(&path).expect("writable");
        let mapping = open(&path, Mode::Read, Io::Mmap);
        std::thread::scope(|scope| {
            for unit in [1, 8, 3000] {
                let mapping = &mapping;
                scope.spawn(move || {
                    let mut scratch = vec![0; FILE];
                    let mut reader = mapping.reader();
                    for _ in 0..200 {
                        let count = (FILE / unit) as u64;
                        let run = Run { file_stride: unit as i64, count, ..one(0, unit) };
                        if let Err(error) = reader.read_runs(&mut std::iter::once(run), &mut scratch) {
                            assert_eq!(error.kind(), ErrorKind::Io, "{error}");
                        }
                    }
                });
            }
            for k in 0..200 {
                file.set_len(k * 37 % FILE as u64).expect("cut short");
                file.set_len(FILE as u64).expect("grown");
            }
        });
    }

    #[test]
    fn runs_beyond_the_end_are_errors() {
        let (_folder, path) = file_of(&noise(100));
        let mapping = open(&path, Mode::Read, Io::Auto);
        for run in [one(93, 8), one(u64::MAX, 8), Run { count: 3, file_stride: -40, ..one(60, 8) }] {
            let error = mapping.read_runs(&mut std::iter::once(run), &mut [0; 8]).expect_err("beyond the end");
            assert_eq!(error.kind(), ErrorKind::Io);
        }
        mapping.read_runs(&mut std::iter::once(Run { count: 0, ..one(900, 8) }), &mut []).expect("nothing to read");
    }

    #[test]
    #[should_panic(expected = "of scratch")]
    fn runs_beyond_scratch_are_a_bug() {
        let (_folder, path) = file_of(&noise(100));
        let _ = open(&path, Mode::Read, Io::Auto).read_runs(&mut std::iter::once(one(0, 9)), &mut [0; 8]);
    }

    #[test]
    fn a_file_that_cannot_be_mapped_is_read_all_the_same() {
        // sysfs: regular files of 4096 bytes, of which a few exist, and mmap is refused.
        let path = Path::new("/sys/kernel/mm/transparent_hugepage/enabled");
        let Ok(content) = std::fs::read(path) else { return skipped("no sysfs") };
        let mapping = open(path, Mode::Read, Io::Auto);
        let mut scratch = vec![0; content.len()];
        let bytes = Run { file_stride: 1, scratch_stride: 1, count: content.len() as u64, ..one(0, 1) };
        let reversed = Run { file: content.len() as u64 - 1, file_stride: -1, ..bytes };
        mapping.read_runs(&mut std::iter::once(bytes), &mut scratch).expect("by pread");
        assert_eq!(scratch, content);
        mapping.read_runs(&mut std::iter::once(reversed), &mut scratch).expect("by pread");
        assert!(scratch.iter().rev().eq(&content));
        let only_mapped = open(path, Mode::Read, Io::Mmap);
        let error = only_mapped.read_runs(&mut std::iter::once(bytes), &mut scratch).expect_err("asked to map");
        assert!(error.message().starts_with("cannot map: "), "{error}");
    }

    #[test]
    fn the_oracle_is_within_its_bounds() {
        proptest!(|(runs in naive::runs())| {
            for (file, at) in runs.iter().flat_map(bytes) {
                prop_assert!(file < FILE && at < SCRATCH);
            }
        });
    }
}
