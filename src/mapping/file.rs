//! An open array file: what it is, how long it was when it was opened, and whether it still is.

use std::fs::{File, FileType, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::advice::give_up;
use super::reader::Reader;
use super::space::{self, Sync};
use super::writer::{Stores, Writer};
use super::{Cache, Mode};
use crate::error::{Error, Result};
use crate::escape::shell_path;
use crate::plan::Run;

/// Bytes of a window: a page fault and a system call are small beside it, and a window for each of many threads small
/// beside any memory.
const WINDOW: usize = 8 << 20;
/// Bytes of the windows of all threads together, as far as that leaves each of them a [`SMALL_WINDOW`].
const WINDOWS: usize = 16 << 20;
const SMALL_WINDOW: usize = 1 << 20;

/// A regular file whose bytes are read and stored through windows; its length is what it was when it was opened.
#[derive(Debug)]
pub struct Mapping {
    file: File,
    path: PathBuf,
    pub(super) origin: Origin,
    mode: Mode,
    len: u64,
    identity: Identity,
    window: usize,
    io: Io,
    cache: Cache,
    /// Whether windows have worked so far.
    mappable: AtomicBool,
    /// Whether windows are a good way on this file system.
    maps_well: bool,
    pub(super) stored_through_window: AtomicBool,
}

/// Which file it is, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The device it lies on.
    pub dev: u64,
    /// Its number on that device.
    pub ino: u64,
}

/// How bytes travel between file and memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Io {
    /// Through windows, except few bytes, whole pieces, files that cannot be mapped, and file systems on which
    /// mappings are slow or unsafe.
    #[default]
    Auto,
    /// Through windows; a file that cannot be mapped is an error.
    Mmap,
    /// By `pread` and `pwrite` alone.
    Pread,
}

/// Whether the path leads to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// It was opened by its path.
    Path,
    /// It came as a handle, and the path is for messages.
    Handle,
}

impl FromStr for Io {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "auto" => Ok(Self::Auto),
            "mmap" => Ok(Self::Mmap),
            "pread" => Ok(Self::Pread),
            _ => Err(Error::usage(format!("--io must be one of auto, mmap, pread (got '{text}')"))),
        }
    }
}

impl Identity {
    /// Of an open file.
    pub fn of(file: &File) -> Result<Self> {
        let metadata = file.metadata().map_err(|error| Error::io("cannot examine", error))?;
        Ok(Self::from_metadata(&metadata))
    }

    /// From what the system says of a file.
    pub fn from_metadata(metadata: &std::fs::Metadata) -> Self {
        Self { dev: metadata.dev(), ino: metadata.ino() }
    }
}

impl Mapping {
    /// Opens a regular file. [`Mode::Create`] makes one that must not exist yet, under its final name at once
    /// ([`NewFile`](super::NewFile) has it appear whole); no other mode makes any.
    ///
    /// A file that says it is empty but is not, as those in /proc, is spooled first.
    ///
    /// # Errors
    /// Usage for what is no regular file; io where the system refuses.
    pub fn open(path: &Path, mode: Mode) -> Result<Self> {
        let mapping = Self::open_regular(path, mode).map_err(|error| error.at(path))?;
        let mut byte = [0];
        if mapping.len == 0 && !mode.stores() && matches!(mapping.file.read_at(&mut byte, 0), Ok(1)) {
            return super::spool::spool(&mut &mapping.file, path);
        }
        Ok(mapping)
    }

    fn open_regular(path: &Path, mode: Mode) -> Result<Self> {
        // Looked at before it is opened: opening a FIFO is noticed by its writer, opening a tape rewinds it.
        if let Ok(metadata) = path.metadata() {
            refuse_irregular(metadata.file_type(), path)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).write(mode.stores()).create_new(mode == Mode::Create);
        // Never O_APPEND, under which Linux appends whatever the offset of a pwrite. O_NONBLOCK: the file may have
        // become a FIFO since; O_CLOEXEC is the standard library's own.
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
        let file = options.open(path).map_err(|error| Error::io("cannot open", error))?;
        let mapping = Self::over(file, path.to_path_buf(), mode)?;
        Ok(Self { origin: Origin::Path, ..mapping })
    }

    /// An open regular file under a name for messages: redirected standard input, a spool, a new file.
    ///
    /// # Errors
    /// Usage for what is no regular file.
    pub fn from_file(file: File, name: PathBuf, mode: Mode) -> Result<Self> {
        Self::over(file, name.clone(), mode).map_err(|error| error.at(name))
    }

    fn over(file: File, path: PathBuf, mode: Mode) -> Result<Self> {
        let metadata = file.metadata().map_err(|error| Error::io("cannot examine", error))?;
        refuse_irregular(metadata.file_type(), &path)?;
        Ok(Self {
            origin: Origin::Handle,
            mode,
            len: metadata.len(),
            identity: Identity::from_metadata(&metadata),
            window: WINDOW,
            io: Io::Auto,
            cache: Cache::Keep,
            mappable: AtomicBool::new(true),
            maps_well: space::maps_well(&file) && (mode.stores() || !space::fills_holes(&file)),
            stored_through_window: AtomicBool::new(false),
            file,
            path,
        })
    }

    /// The same file, its bytes travelling in another way.
    #[must_use]
    pub fn with_io(self, io: Io) -> Self {
        Self { io, ..self }
    }

    /// The same file, its pages kept in memory or not.
    #[must_use]
    pub fn with_cache(self, cache: Cache) -> Self {
        Self { cache, ..self }
    }

    /// The same file for so many threads at once: the more there are, the smaller the window of each.
    #[must_use]
    pub fn shared_by(self, threads: usize) -> Self {
        let window = (WINDOWS / threads.max(1).next_power_of_two()).clamp(SMALL_WINDOW, WINDOW);
        Self { window, ..self }
    }

    /// The same file with windows of another size, a multiple of the page size.
    #[cfg(test)]
    pub(super) fn with_window(self, window: usize) -> Self {
        Self { window, ..self }
    }

    /// The length of the file in bytes when it was opened.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there was no byte in it.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Its path, or the name it has in messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it was opened by its path, which is more than a word for messages then.
    pub fn is_named(&self) -> bool {
        self.origin == Origin::Path
    }

    /// The open file.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// How it was opened.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// How its bytes travel.
    pub fn io(&self) -> Io {
        self.io
    }

    /// What becomes of its pages.
    pub fn cache(&self) -> Cache {
        self.cache
    }

    /// Which file it is, whatever its name.
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// Bytes of storage that it occupies now; fewer than its length where it has holes.
    pub fn allocated_bytes(&self) -> Result<u64> {
        // POSIX counts st_blocks in 512 bytes, whatever the block size of the file system.
        Ok(self.metadata()?.blocks() * 512)
    }

    /// Who may read and write it.
    pub fn permissions(&self) -> Result<Permissions> {
        Ok(self.metadata()?.permissions())
    }

    /// Changes the length of a file that this program makes.
    ///
    /// # Errors
    /// Io, where the system refuses; usage in any mode but [`Mode::Create`].
    pub fn set_len(&mut self, len: u64) -> Result<()> {
        if self.mode != Mode::Create {
            return Err(Error::usage(format!("mode {} never changes the length of a file", self.mode)).at(&self.path));
        }
        space::set_len(&self.file, len).map_err(|error| error.at(&self.path))?;
        self.len = len;
        Ok(())
    }

    /// A reader of its own for a thread: it keeps its window between calls.
    pub fn reader(&self) -> Reader<'_> {
        Reader::new(self)
    }

    /// Copies runs of the file into scratch; see [`Reader::read_runs`].
    pub fn read_runs(&self, runs: &mut dyn Iterator<Item = Run>, scratch: &mut [u8]) -> Result<()> {
        self.reader().read_runs(runs, scratch)
    }

    /// A writer of its own for a thread: it keeps its window, and bytes that it collects, between calls.
    ///
    /// # Errors
    /// Usage, where the file was opened to be read.
    pub fn writer(&self, stores: Stores) -> Result<Writer<'_>> {
        Writer::new(self, stores)
    }

    /// Stores runs of scratch in the file, all before it returns; see [`Writer::write_runs`].
    pub fn write_runs(&self, stores: Stores, runs: &mut dyn Iterator<Item = Run>, scratch: &[u8]) -> Result<()> {
        let mut writer = self.writer(stores)?;
        writer.write_runs(runs, scratch)?;
        writer.finish()
    }

    /// Ends a job that stored in the file, after all writers have finished: checks that the file is what it was, gives
    /// it the time of this change, and has it on stable storage if that is asked for.
    ///
    /// # Errors
    /// Io. If flushing fails, it cannot be known what has reached the storage: the bytes must be stored again.
    pub fn finish_writing(&self, sync: Sync) -> Result<()> {
        let touched = self.touch();
        self.check_unchanged()?;
        touched?;
        if sync == Sync::Yes {
            self.flush()?;
        }
        give_up(&self.file, self.cache).map_err(|error| error.at(&self.path))
    }

    /// Gives the file the time of what was stored in it, also where the job did not come to its end.
    ///
    /// # Errors
    /// Io.
    pub fn touch(&self) -> Result<()> {
        if self.stored_through_window.load(Relaxed) {
            space::touch(&self.file).map_err(|error| error.at(&self.path))?;
        }
        Ok(())
    }

    /// Has all bytes that were stored on stable storage.
    ///
    /// # Errors
    /// Io. It cannot be known then what has reached the storage: the bytes must be stored again.
    pub fn flush(&self) -> Result<()> {
        space::flush(&self.file).map_err(|error| error.at(&self.path))
    }

    /// Has the system begin with what [`Mapping::flush`] must end.
    ///
    /// # Errors
    /// As [`Mapping::flush`].
    pub fn begin_flush(&self) -> Result<()> {
        space::begin_flush(&self.file).map_err(|error| error.at(&self.path))
    }

    /// Fills `bytes` from the byte `offset` of the file on, without any window: for headers and the like.
    ///
    /// # Errors
    /// Io, where they are not all there.
    pub fn read_at(&self, offset: u64, bytes: &mut [u8]) -> Result<()> {
        self.within(offset, bytes.len() as u64)?;
        self.pread(offset, bytes)
    }

    pub(super) fn window_bytes(&self) -> usize {
        self.window
    }

    /// Whether windows may be tried.
    pub(super) fn maps(&self) -> bool {
        let wanted = match self.io {
            Io::Auto => self.maps_well,
            Io::Mmap => true,
            Io::Pread => false,
        };
        wanted && self.mappable.load(Relaxed)
    }

    /// Takes note that a window could not be mapped; from now on all goes by `pread` and `pwrite`.
    ///
    /// # Errors
    /// Io, where windows were asked for.
    pub(super) fn cannot_map(&self, error: io::Error) -> Result<()> {
        if self.io == Io::Mmap {
            return Err(Error::io("cannot map", error).at(&self.path).hint("--io auto"));
        }
        self.mappable.store(false, Relaxed);
        Ok(())
    }

    /// Takes note that the kernel cannot make pages ready for stores; from now on all goes by `pwrite`.
    pub(super) fn cannot_populate(&self) {
        self.mappable.store(false, Relaxed);
    }

    pub(super) fn metadata(&self) -> Result<std::fs::Metadata> {
        self.file.metadata().map_err(|error| Error::io("cannot examine", error).at(&self.path))
    }
}

fn refuse_irregular(kind: FileType, path: &Path) -> Result<()> {
    let name = match kind {
        _ if kind.is_file() => return Ok(()),
        _ if kind.is_dir() => "directory",
        _ if kind.is_fifo() => "FIFO",
        _ if kind.is_char_device() => "character device",
        _ if kind.is_block_device() => "block device",
        _ if kind.is_socket() => "socket",
        _ => "special file",
    };
    let error = Error::usage(format!("is a {name}, not a regular file")).at(path);
    Err(match name {
        "FIFO" => error.hint(format!("rmm slice - < {}", shell_path(path))),
        _ => error,
    })
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::super::naive::{file_of, noise, skipped};
    use super::*;
    use crate::error::ErrorKind;

    fn refusal(path: &Path) -> Error {
        Mapping::open(path, Mode::ReadWrite).expect_err("not a regular file");
        let error = Mapping::open(path, Mode::Read).expect_err("not a regular file");
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
        error
    }

    #[test]
    fn only_regular_files_are_opened_and_a_fifo_does_not_hang() {
        let (folder, _) = file_of(b"");
        assert_eq!(refusal(folder.path()).message(), "is a directory, not a regular file");
        assert_eq!(refusal(Path::new("/dev/zero")).message(), "is a character device, not a regular file");
        let fifo = folder.path().join("fifo");
        assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo").success());
        let error = refusal(&fifo);
        assert_eq!(error.message(), "is a FIFO, not a regular file");
        assert_eq!(error.hints(), [format!("rmm slice - < {}", fifo.display())]);
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
        assert_eq!(refusal(&socket).message(), "is a socket, not a regular file");
    }

    #[test]
    fn what_is_missing_is_never_made_except_by_create() {
        let (folder, _) = file_of(b"");
        let path = folder.path().join("missing");
        for mode in [Mode::Read, Mode::ReadWrite, Mode::CopyOnWrite] {
            let error = Mapping::open(&path, mode).expect_err("missing");
            assert_eq!((error.kind(), error.message()), (ErrorKind::Io, "cannot open: No such file or directory"));
            assert!(!path.exists());
        }
        let mut mapping = Mapping::open(&path, Mode::Create).expect("new");
        mapping.set_len(10).expect("longer");
        assert_eq!((mapping.len(), path.metadata().expect("made").len()), (10, 10));
        Mapping::open(&path, Mode::Create).expect_err("is there already");
        let mut mapping = Mapping::open(&path, Mode::ReadWrite).expect("is there");
        assert_eq!(mapping.set_len(5).expect_err("not this mode").kind(), ErrorKind::Usage);
    }

    #[test]
    fn nothing_is_ever_opened_to_append() {
        let (_folder, path) = file_of(b"12345678");
        let mapping = Mapping::open(&path, Mode::ReadWrite).expect("regular");
        let flags = rustix::fs::fcntl_getfl(mapping.file()).expect("open");
        assert!(!flags.contains(rustix::fs::OFlags::APPEND));
    }

    #[test]
    fn a_file_that_claims_to_be_empty_is_read_in_full() {
        let Ok(content) = std::fs::read("/proc/version") else { return skipped("no procfs") };
        let mapping = Mapping::open(Path::new("/proc/version"), Mode::Read).expect("regular");
        let mut bytes = vec![0; content.len()];
        mapping.read_at(0, &mut bytes).expect("spooled");
        assert_eq!((mapping.len(), bytes), (content.len() as u64, content));
        assert_eq!(mapping.path(), Path::new("/proc/version"));
    }

    #[test]
    fn knows_the_storage_behind_holes() {
        let (_folder, path) = super::super::naive::sparse(1 << 30);
        let mapping = Mapping::open(&path, Mode::Read).expect("regular");
        assert!(mapping.allocated_bytes().expect("known") < 1 << 20);
        assert_eq!(mapping.len(), 1 << 30);
        let (_folder, path) = file_of(&noise(8192));
        assert!(Mapping::open(&path, Mode::Read).expect("regular").identity() != mapping.identity());
    }

    #[test]
    fn names_the_ways_bytes_travel() {
        for (name, io) in [("auto", Io::Auto), ("mmap", Io::Mmap), ("pread", Io::Pread)] {
            assert_eq!(name.parse::<Io>().expect("a name"), io);
        }
        "dma".parse::<Io>().expect_err("no such way");
    }
}
