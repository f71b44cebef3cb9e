//! Stores runs of scratch in a file, by the one of three ways that suits them.
//!
//! | way | when | why |
//! |---|---|---|
//! | [`Store::Populate`]: make the pages ready, then store through the window | bytes that were just read, or stretches that touch most pages | several threads store at once, into pages that are in memory |
//! | [`Store::Collect`]: `pwrite` pieces of 1 MiB | bytes that nobody has read and that follow each other | a mapping would read the old bytes first, 4 to 5 times slower |
//! | [`Store::Scatter`]: `pwrite` each stretch | few or far apart | mapping a window costs as much as four or five of them |
//!
//! File systems on which a shared mapping is slow or unsafe, and kernels that cannot populate, get the last two.

use std::ops::Range;
use std::sync::atomic::Ordering::Relaxed;

use super::Mapping;
use super::pieces::{Pieces, file_span};
use super::reader::{Visits, check_run};
use super::unchanged::Access;
use super::window::{Lost, Window};
use crate::error::{Error, Result};
use crate::plan::Run;

/// Bytes of one `pwrite`. From 1 MiB on a file system takes the largest pieces of memory for them, and these are what a
/// virtual machine has given back to its host: fetching them was measured to cost five times the write itself.
const COLLECT: usize = 256 << 10;
/// Pieces from this size on are worth a `pwrite` even where nothing follows them.
const WHOLE: usize = 16 << 10;

/// What is known of the bytes that a job stores in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stores {
    /// They were read just before, so their pages are in memory: edits.
    Update,
    /// They were not: fills and new files.
    Overwrite,
}

/// The way a piece takes to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Store {
    Populate,
    Collect,
    Scatter,
}

/// Stores in a file. Each thread has its own; what it has collected is in the file after [`Writer::finish`] only.
#[derive(Debug)]
#[must_use = "the last bytes are stored by `finish`"]
pub struct Writer<'a> {
    pub(super) mapping: &'a Mapping,
    stores: Stores,
    pub(super) window: Option<Window>,
    pub(super) visits: Visits,
    expected: Range<u64>,
    collected: Vec<u8>,
    /// Where the collected bytes begin in the file.
    first: u64,
}

impl<'a> Writer<'a> {
    /// # Errors
    /// Usage, where the file was opened to be read.
    pub(super) fn new(mapping: &'a Mapping, stores: Stores) -> Result<Self> {
        if !mapping.mode().stores() {
            let message = format!("was opened in mode {}, which stores nothing", mapping.mode());
            return Err(Error::usage(message).at(mapping.path()));
        }
        let (window, visits) = (None, Visits::default());
        Ok(Self { mapping, stores, window, visits, expected: 0..0, collected: Vec::new(), first: 0 })
    }

    /// Announces that all bytes of a range of the file are about to be stored, so that its pages can be made ready
    /// many at a time.
    pub fn expect(&mut self, range: Range<u64>) {
        self.expected = range;
    }

    /// Copies runs of scratch into the file, in their order; fastest where they rise through the file. Where stretches
    /// overlap in the file, the last wins. The file never grows.
    ///
    /// # Errors
    /// Io, with the byte, where the file does not reach as far, has changed its size, or there is no space for it.
    ///
    /// # Panics
    /// If a run leaves scratch.
    pub fn write_runs(&mut self, runs: &mut dyn Iterator<Item = Run>, scratch: &[u8]) -> Result<()> {
        for run in runs {
            if check_run(&run, self.mapping, scratch.len())? {
                for piece in Pieces::new(run, self.mapping.window_bytes()) {
                    self.write_piece(&piece, scratch)?;
                }
            }
        }
        Ok(())
    }

    /// Stores `bytes` from the byte `offset` of the file on.
    ///
    /// # Errors
    /// As [`Self::write_runs`].
    pub fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<()> {
        let run = Run { file: offset, file_stride: 0, scratch: 0, scratch_stride: 0, unit: bytes.len(), count: 1 };
        self.write_runs(&mut std::iter::once(run), bytes)
    }

    /// Stores what has been collected, and checks that the file is what it was.
    ///
    /// # Errors
    /// As [`Self::write_runs`] and [`Mapping::check_unchanged`].
    pub fn finish(mut self) -> Result<()> {
        self.flush()?;
        self.mapping.check_unchanged()
    }

    fn write_piece(&mut self, piece: &Run, scratch: &[u8]) -> Result<()> {
        match self.way(piece) {
            Store::Collect => self.collect(piece, scratch),
            Store::Scatter => {
                self.flush()?;
                self.mapping.pwrite_piece(piece, scratch)
            }
            Store::Populate => {
                self.flush()?;
                if self.populate(piece)?
                    && let Some(window) = &self.window
                {
                    return window.scatter(piece, scratch).map_err(|Lost(byte)| {
                        self.window = None;
                        self.mapping.lost(byte, Access::Store)
                    });
                }
                // Whatever populating met, a pwrite meets it too, and says what it was.
                self.mapping.pwrite_piece(piece, scratch)
            }
        }
    }

    fn way(&mut self, piece: &Run) -> Store {
        let maps = self.mapping.maps();
        let collects = piece.count == 1 && (self.stores == Stores::Overwrite || !maps);
        let follows = !self.collected.is_empty() && piece.file == self.first + self.collected.len() as u64;
        if collects && (follows || piece.unit >= WHOLE || !maps) {
            return Store::Collect;
        }
        let few = !self.holds(piece) && !self.visits.deserve_window(piece, self.mapping);
        if maps && !few && touches_most_pages(piece) {
            Store::Populate
        } else if collects {
            Store::Collect
        } else {
            Store::Scatter
        }
    }

    pub(super) fn holds(&self, piece: &Run) -> bool {
        self.window.as_ref().is_some_and(|window| window.holds(piece))
    }

    /// Maps the window of a piece and makes its pages ready; whether that went well.
    fn populate(&mut self, piece: &Run) -> Result<bool> {
        if !self.holds(piece) {
            self.mapping.check_len()?;
            // The old one goes first: a thread never holds two.
            self.window = None;
            match Window::open(self.mapping, piece.file, Access::Store) {
                Ok(window) => self.window = Some(window),
                Err(error) => self.mapping.cannot_map(error)?,
            }
        }
        let Some(window) = &mut self.window else { return Ok(false) };
        let span = file_span(piece).expect("a piece has at least one stretch, within the file");
        let mapped = window.range();
        let ahead = self.expected.start.max(mapped.start)..self.expected.end.min(mapped.end);
        let inside = ahead.start <= span.start && span.end <= ahead.end;
        // Where more than the piece cannot be made ready, the piece alone may be: the error must be that of its bytes.
        let mut ready = if inside { window.populate(ahead) } else { window.populate(span.clone()) };
        if ready.is_err() && inside {
            ready = window.populate(span);
        }
        match ready {
            Ok(()) => self.mapping.stored_through_window.store(true, Relaxed),
            Err(error) => {
                self.window = None;
                if error.raw_os_error() == Some(libc::EINVAL) {
                    self.mapping.cannot_populate();
                }
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Adds a single stretch to the bytes that go to the file together.
    fn collect(&mut self, piece: &Run, scratch: &[u8]) -> Result<()> {
        let mut bytes = &scratch[piece.scratch..piece.scratch + piece.unit];
        let mut at = piece.file;
        if at != self.first + self.collected.len() as u64 {
            self.flush()?;
        }
        while !bytes.is_empty() {
            if self.collected.is_empty() {
                self.first = at;
                if bytes.len() >= COLLECT {
                    let (now, later) = bytes.split_at(COLLECT - (at % COLLECT as u64) as usize);
                    self.mapping.pwrite(at, now)?;
                    (at, bytes) = (at + now.len() as u64, later);
                    continue;
                }
                self.collected.reserve_exact(COLLECT);
            }
            // Pieces end where pages do, so that no page is read from storage to be stored in part.
            let room = COLLECT - (self.first % COLLECT as u64) as usize - self.collected.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.collected.extend_from_slice(now);
            at += now.len() as u64;
            bytes = later;
            if now.len() == room {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Stores what has been collected, now.
    ///
    /// # Errors
    /// As [`Self::write_runs`].
    pub fn flush(&mut self) -> Result<()> {
        if !self.collected.is_empty() {
            self.mapping.pwrite(self.first, &self.collected)?;
            self.collected.clear();
        }
        Ok(())
    }
}

/// Whether the pages from the first to the last byte of a piece are mostly pages that it stores in.
fn touches_most_pages(piece: &Run) -> bool {
    let gap = piece.file_stride.unsigned_abs().saturating_sub(piece.unit as u64);
    piece.count == 1 || gap <= rustix::param::page_size() as u64
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::path::Path;

    use proptest::prelude::*;

    use super::super::naive::{FILE, SCRATCH, WINDOW, bytes, file_of, in_small_folder, noise, runs, skipped, sparse};
    use super::super::{Io, Mode, Sync};
    use super::*;
    use crate::error::ErrorKind;

    fn open(path: &Path, io: Io) -> Mapping {
        Mapping::open(path, Mode::ReadWrite).expect("a regular file").with_io(io).with_window(WINDOW)
    }

    fn one(file: u64, unit: usize) -> Run {
        Run { file, file_stride: 0, scratch: 0, scratch_stride: 0, unit, count: 1 }
    }

    #[test]
    fn stores_what_a_byte_loop_stores() {
        let (content, scratch) = (noise(FILE), noise(SCRATCH + 1)[1..].to_vec());
        let (_folder, path) = file_of(&content);
        for io in [Io::Auto, Io::Mmap, Io::Pread] {
            for stores in [Stores::Update, Stores::Overwrite] {
                proptest!(ProptestConfig::with_cases(60), |(batches in prop::collection::vec(runs(), 1..4))| {
                    std::fs::write(&path, &content).expect("written");
                    let mapping = open(&path, io);
                    let mut writer = mapping.writer(stores).expect("opened to store");
                    let mut expected = content.clone();
                    for runs in batches {
                        writer.expect(0..FILE as u64 / 2);
                        writer.write_runs(&mut runs.iter().copied(), &scratch).expect("within the file");
                        for (file, at) in runs.iter().flat_map(bytes) {
                            expected[file] = scratch[at];
                        }
                    }
                    writer.finish().expect("unchanged");
                    prop_assert!(std::fs::read(&path).expect("read") == expected);
                });
            }
        }
    }

    #[test]
    fn each_kind_of_piece_takes_its_way() {
        let (_folder, path) = sparse(64 << 20);
        let mapping = Mapping::open(&path, Mode::ReadWrite).expect("a regular file");
        let way = |stores, piece| mapping.writer(stores).expect("opened to store").way(&piece);
        let far = Run { file_stride: 1 << 16, count: 100, ..one(0, 8) };
        let near = Run { file_stride: 64, count: 100, ..one(0, 8) };
        assert_eq!(way(Stores::Overwrite, one(0, 1 << 20)), Store::Collect);
        assert_eq!(way(Stores::Overwrite, one(0, 8)), Store::Collect);
        assert_eq!(way(Stores::Update, one(0, 32 << 10)), Store::Populate);
        assert_eq!(way(Stores::Update, one(0, 8)), Store::Scatter);
        for stores in [Stores::Update, Stores::Overwrite] {
            assert_eq!(way(stores, near), Store::Populate);
            assert_eq!(way(stores, far), Store::Scatter);
        }
    }

    #[test]
    fn blocks_that_follow_each_other_are_stored_together() {
        let (_folder, path) = sparse(4 << 20);
        let mapping = Mapping::open(&path, Mode::ReadWrite).expect("a regular file");
        let mut writer = mapping.writer(Stores::Overwrite).expect("opened to store");
        let content = noise(3 << 20);
        for (k, block) in content.chunks(30_000).enumerate() {
            writer.write_at(100 + k as u64 * 30_000, block).expect("within the file");
        }
        assert!(!writer.collected.is_empty() && writer.first.is_multiple_of(COLLECT as u64));
        writer.finish().expect("unchanged");
        let stored = std::fs::read(&path).expect("read");
        assert!(stored[100..100 + content.len()] == content && stored.len() == 4 << 20);
    }

    #[test]
    fn only_files_opened_to_be_edited_are() {
        let (_folder, path) = file_of(b"12345678");
        for mode in [Mode::Read, Mode::CopyOnWrite] {
            let mapping = Mapping::open(&path, mode).expect("a regular file");
            let error = mapping.write_runs(Stores::Update, &mut std::iter::once(one(0, 4)), b"abcd");
            assert_eq!(error.expect_err("not to be edited").kind(), ErrorKind::Usage);
        }
        assert_eq!(std::fs::read(&path).expect("read"), b"12345678");
    }

    #[test]
    fn a_file_never_grows() {
        for io in [Io::Auto, Io::Mmap, Io::Pread] {
            for stores in [Stores::Update, Stores::Overwrite] {
                let (_folder, path) = file_of(&noise(FILE));
                let mapping = open(&path, io);
                let beyond = mapping.write_runs(stores, &mut std::iter::once(one(FILE as u64 - 4, 8)), &[1; 8]);
                assert_eq!(beyond.expect_err("beyond the end").kind(), ErrorKind::Io);
                let mut writer = mapping.writer(stores).expect("opened to store");
                writer.write_at(20_480, &[1; 4096]).expect("within the file");
                File::options().write(true).open(&path).and_then(|file| file.set_len(100)).expect("cut short");
                let error =
                    writer.write_at(20_480 + 2048, &[1; 2048]).and_then(|()| writer.finish()).expect_err("cut short");
                assert!(error.message().contains("while being written"), "{error}");
                assert_eq!(path.metadata().expect("there").len(), 100);
            }
        }
    }

    #[test]
    fn the_time_of_change_is_that_of_the_job() {
        let (_folder, path) = file_of(&noise(FILE));
        let mapping = open(&path, Io::Mmap);
        mapping.write_runs(Stores::Update, &mut std::iter::once(one(0, 4096)), &[1; 4096]).expect("stored");
        let old = std::time::SystemTime::UNIX_EPOCH;
        mapping.file().set_modified(old).expect("an old file");
        mapping.finish_writing(Sync::Yes).expect("flushed");
        assert!(path.metadata().and_then(|metadata| metadata.modified()).expect("known") > old);
    }

    #[test]
    fn a_full_disk_is_an_error_with_the_byte() {
        let outcome = in_small_folder(|folder| fill_up(&folder.join("sparse")));
        let Some((lost, results)) = outcome else { return skipped("a file system cannot be mounted here") };
        assert!(lost.is_some_and(|Lost(byte)| byte < 4 << 20));
        for error in results {
            let error = error.expect_err("full");
            assert_eq!(error.kind(), ErrorKind::Io);
            assert!(error.message().starts_with("cannot store at byte "), "{error}");
            assert!(error.message().contains("of 4194304: No space left on device"), "{error}");
        }
    }

    /// Stores 4 MiB in a sparse file in every way; last through a window that has not been populated, so that the
    /// handler is what meets the full disk.
    fn fill_up(path: &Path) -> (Option<Lost>, Vec<Result<()>>) {
        let scratch = vec![1; 4 << 20];
        let mut results = Vec::new();
        for (io, stores) in
            [Io::Auto, Io::Mmap, Io::Pread].into_iter().flat_map(|io| [(io, Stores::Update), (io, Stores::Overwrite)])
        {
            File::create(path).and_then(|file| file.set_len(4 << 20)).expect("a sparse file");
            let mapping = Mapping::open(path, Mode::ReadWrite).expect("a regular file").with_io(io);
            let whole = Run { file_stride: 4096, scratch_stride: 4096, count: 1024, ..one(0, 4096) };
            for run in [whole, Run { unit: 8, ..whole }] {
                results.push(mapping.write_runs(stores, &mut std::iter::once(run), &scratch));
                let mut writer = mapping.writer(stores).expect("opened to store");
                let blocks = (0..128).try_for_each(|k| writer.write_at(k << 15, &scratch[..1 << 15]));
                results.push(blocks.and_then(|()| writer.finish()));
            }
        }
        let mapping = Mapping::open(path, Mode::ReadWrite).expect("a regular file");
        let window = Window::open(&mapping, 0, Access::Store).expect("mapped");
        (window.scatter(&one(0, 4 << 20), &scratch).err(), results)
    }
}
