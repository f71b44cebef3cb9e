//! The file of a journal, `FILE.rmm-journal` beside the array: found, made, mapped, named and removed.
//!
//! The name is known beforehand, so whatever is there may have been planted. A symlink is never followed, a file that
//! somebody else could have written is refused, and a new one is made under a name of its own before it appears.
//!
//! Nothing here knows what a journal says; [`crate::journal`] does.

#![allow(unsafe_code, reason = "mapped memory may only be touched through raw pointers")]

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};

use memmap2::{Advice, MmapOptions, MmapRaw};

use super::copy::{self, Stretches};
use super::names::{is_ours, leads_to, open_planted, refuse_foreign, remove_abandoned, remove_own, remove_untrusted};
use super::paths::{flush_folder, folder_of, follow_links};
use super::spool::no_spool;
use super::trusted::kept_from;
use super::{Lock, Sync, fault, moving_aside, space, temporary};
use crate::error::{At, Error, ErrorKind, Result};
use crate::journal::{Flush, Header, Layout, MOST_HEADER_BYTES, Medium, Memory};

/// Bytes after which the system begins to write what is flushed later.
pub const FLUSHED: usize = 4 << 20;
const ENDING: &str = ".rmm-journal";
/// Behind the name of a journal that has not appeared yet.
const NEW: &str = ".new";

/// How the bytes of a journal are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Not at all: they are looked at in mapped memory.
    Seen,
    /// In mapped memory: they outlive the process.
    Mapped,
    /// By system calls, so that they can be flushed and failures are known.
    Written,
}

/// The open file of a journal.
#[derive(Debug)]
pub struct JournalFile {
    /// The name it has, or will have.
    path: PathBuf,
    file: File,
    len: u64,
    map: Option<MmapRaw>,
    kept: Kept,
    /// Held by whoever goes on with the job: of one that makes a file, the journal is there before the file has a name.
    lock: Option<Lock>,
    /// Whether mapped bytes could not be reached: from then on nothing is. Set before private zeros take their place, so
    /// an access behind which it is not set has reached the file.
    lost: AtomicBool,
    /// Whether its name was taken away here.
    gone: AtomicBool,
}

/// The name of the journal of an array: beside the file that the path leads to, through whatever symlinks.
///
/// # Errors
/// Usage, where symlinks lead in circles.
pub fn journal_path(array: &Path) -> Result<PathBuf> {
    let mut name = follow_links(array)?.into_os_string();
    name.push(ENDING);
    Ok(PathBuf::from(name))
}

impl JournalFile {
    /// Makes the journal of an array, all zeros, under a name that nobody looks for until it [appears](Self::appear).
    ///
    /// # Errors
    /// Busy, where somebody else makes it; io, where the folder takes no journal, with what to do then.
    pub fn create(array: &Path, len: u64, kept: Kept) -> Result<Self> {
        Self::create_where(array, len, kept, space::maps_well)
    }

    fn create_where(array: &Path, len: u64, kept: Kept, maps_well: impl Fn(&File) -> bool) -> Result<Self> {
        let path = journal_path(array)?;
        let temporary = new_name(&path);
        let refused = |error: Error| error.at(&path).hint("--no-journal does without; the job cannot be resumed then");
        remove_abandoned(&temporary)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).mode(0o600).custom_flags(libc::O_NOFOLLOW);
        let begun = |error: Error| match temporary.symlink_metadata() {
            Err(gone) if gone.kind() == io::ErrorKind::NotFound => begun_elsewhere(&path),
            _ => error,
        };
        let file = options.open(&temporary).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => begun_elsewhere(&path),
            _ => refused(Error::io("cannot keep a journal", error)),
        })?;
        let lock = Lock::exclusive(&file, &temporary).map_err(begun).inspect_err(|error| {
            // What somebody else holds by now is his to take away.
            if error.kind() != ErrorKind::Busy {
                let _ = remove_own(&temporary, &file);
            }
        })?;
        // What is stored through a mapping there is lost or late, and no error tells.
        let mappable = match kept {
            Kept::Mapped if !maps_well(&file) => {
                let message = "cannot keep a journal: on this file system only jobs with --sync have one";
                Err(Error::new(ErrorKind::Io, message))
            }
            _ => Ok(()),
        };
        let made = mappable
            .and_then(|()| space::reserve_all(&file, len))
            .and_then(|()| Self::over(path.clone(), file, len, kept));
        let made = made.map(|made| Self { lock: Some(lock), ..made });
        made.map_err(|error| {
            // It is held here, and so nobody else's.
            let _ = std::fs::remove_file(&temporary);
            refused(error)
        })
    }

    /// Whether a name is that of the journal of an array, or the one that it has before it appears.
    ///
    /// # Errors
    /// Usage, where symlinks lead in circles.
    pub fn has_name(array: &Path, name: &Path) -> Result<bool> {
        let journal = journal_path(array)?;
        let name = follow_links(name)?;
        let folder = |path: &Path| folder_of(path).canonicalize().ok();
        let same = |own: &Path| own.file_name() == name.file_name() && folder(own) == folder(&name);
        Ok(same(&journal) || same(&new_name(&journal)))
    }

    /// Opens the journal of an array, if there is one, to read and to go on with it.
    ///
    /// # Errors
    /// Corrupt, where it may be of somebody else's making; busy, where another user alone may read it; io.
    pub fn open(array: &Path) -> Result<Option<Self>> {
        let path = journal_path(array)?;
        let opened = open_planted(&path).map_err(|error| kept_from(array, error))?;
        let Some((file, metadata)) = opened else { return Ok(None) };
        let owner = array.metadata().map_err(|error| Error::io("cannot examine", error)).at(array)?.uid();
        refuse_foreign(&metadata, owner).at(&path)?;
        Self::over(path, file, metadata.len(), Kept::Written).map(Some)
    }

    fn over(path: PathBuf, file: File, len: u64, kept: Kept) -> Result<Self> {
        Self {
            path,
            file,
            len,
            map: None,
            kept,
            lock: None,
            lost: AtomicBool::new(false),
            gone: AtomicBool::new(false),
        }
        .kept(kept)
    }

    /// The same journal, its bytes stored in this way.
    ///
    /// # Errors
    /// Io, where it cannot be mapped.
    pub fn kept(mut self, kept: Kept) -> Result<Self> {
        // Looking at it must not change its times, so pages are not made ready for stores before there are some.
        self.map = None;
        self.kept = kept;
        if kept != Kept::Written {
            let mut options = MmapOptions::new();
            options.len(self.len as usize);
            let mapped = fault::install().and_then(|()| {
                if kept == Kept::Seen {
                    return options.map_raw_read_only(&self.file);
                }
                let map = options.map_raw(&self.file)?;
                // What can fail fails here. Kernels that cannot populate leave it to the fault handler. Where a store would
                // raise SIGBUS, as the pages have no room on a file system that copies what is stored in, they say EFAULT.
                match map.advise(Advice::PopulateWrite).map_err(|error| (error.raw_os_error(), error)) {
                    Ok(()) | Err((Some(libc::EINVAL), _)) => Ok(map),
                    Err((Some(libc::EFAULT), _)) => Err(std::io::ErrorKind::StorageFull.into()),
                    Err((_, error)) => Err(error),
                }
            });
            self.map = Some(mapped.map_err(|error| Error::io("cannot map the journal", error).at(&self.path))?);
        }
        Ok(self)
    }

    /// The same journal, held until this is dropped.
    ///
    /// # Errors
    /// Busy, where somebody else goes on with its job; io.
    pub fn held(mut self) -> Result<Self> {
        // Whoever drops a lock that he has taken twice has none.
        if self.lock.is_none() {
            self.lock = Some(Lock::exclusive(&self.file, &self.path)?);
        }
        Ok(self)
    }

    /// The journal of an array that is not there, by this name, if there is one; nobody else goes on with it.
    ///
    /// # Errors
    /// Busy, where a job that makes the array begins or ends just now; corrupt, where it is no journal of ours; io.
    pub fn orphan(array: &Path) -> Result<Option<Self>> {
        let path = journal_path(array)?;
        let not_ours = |error: Error| match error.kind() {
            ErrorKind::Corrupt => error.at(&path).whole_hint(moving_aside(&path)),
            _ => error.at(&path),
        };
        let Some((file, metadata)) = open_planted(&path).map_err(not_ours)? else { return Ok(None) };
        refuse_foreign(&metadata, rustix::process::geteuid().as_raw()).map_err(not_ours)?;
        let journal = Self::over(path.clone(), file, metadata.len(), Kept::Written)?.held()?;
        if Header::begins(&journal.beginning(MOST_HEADER_BYTES)?) {
            return Ok(Some(journal));
        }
        Err(not_ours(Error::corrupt("is not a journal of rmm")))
    }

    /// The name it has, or will have.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The array beside which it lies; of a job that makes one, the one that will be there.
    pub fn array_path(&self) -> PathBuf {
        array_beside(&self.path)
    }

    /// The first bytes of it, at most so many.
    ///
    /// # Errors
    /// Io.
    pub fn beginning(&self, most: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; self.len.min(most as u64) as usize];
        self.read(0, &mut bytes)?;
        Ok(bytes)
    }

    /// Whether it is as long as its layout says.
    ///
    /// # Errors
    /// Corrupt, where it is not.
    pub fn check_len(&self, layout: &Layout) -> Result<()> {
        if self.len == layout.nbytes() {
            return Ok(());
        }
        let message = format!("is a damaged journal: {} bytes, where there should be {}", self.len, layout.nbytes());
        Err(Error::corrupt(message).at(&self.path))
    }

    /// Gives a new journal its name.
    ///
    /// # Errors
    /// Busy, where another has appeared; io.
    pub fn appear(&self, sync: Sync) -> Result<()> {
        let temporary = new_name(&self.path);
        let named = rustix::fs::renameat_with(
            rustix::fs::CWD,
            &temporary,
            rustix::fs::CWD,
            &self.path,
            rustix::fs::RenameFlags::NOREPLACE,
        );
        let named = match named {
            // File systems that cannot rename so can link, which never replaces either.
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
                std::fs::hard_link(&temporary, &self.path).and_then(|()| std::fs::remove_file(&temporary))
            }
            other => other.map_err(io::Error::from),
        };
        // A name that may not last is none: nothing is stored yet that it would be needed for.
        let disappear = |_: &Error| {
            let _ = remove_own(&self.path, &self.file);
        };
        named.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Error::new(ErrorKind::Busy, "has appeared meanwhile").at(&self.path),
            io::ErrorKind::NotFound => begun_elsewhere(&self.path),
            _ => Error::io("cannot keep a journal", error).at(&self.path),
        })?;
        self.flush_folder(sync).inspect_err(disappear)
    }

    /// Takes its name away, if it still has it.
    ///
    /// # Errors
    /// Io.
    pub fn vanish(&self, sync: Sync) -> Result<()> {
        let removed = remove_own(&self.path, &self.file)
            .map_err(|error| Error::io("cannot remove the journal of a job that is done", error).at(&self.path))?;
        self.gone.fetch_or(removed, Ordering::AcqRel);
        self.flush_folder(sync)
    }

    /// Whether it [has vanished](Self::vanish): it may have been moved as well.
    pub fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }

    /// Whether what is in it can be a journal, of whatever array.
    pub fn is_ours(&self) -> bool {
        is_ours(&self.file, self.len)
    }

    /// Whether its name still leads to it.
    pub fn is_there(&self) -> bool {
        leads_to(&self.path, &self.file).unwrap_or(true)
    }

    /// Removes what has the name of the journal of an array and cannot be trusted to be that.
    ///
    /// # Errors
    /// Busy, where a job goes on with it; corrupt, where it is something else; io.
    pub fn remove_untrusted(array: &Path) -> Result<()> {
        remove_untrusted(&journal_path(array)?)
    }

    /// The same journal in a file of TMPDIR that has no name: its own room is free once it has vanished and is closed.
    ///
    /// # Errors
    /// Io, where there is no room for it.
    pub fn copied(&self) -> Result<Self> {
        let copy = temporary()?;
        let copied = (&self.file).seek(SeekFrom::Start(0)).and_then(|_| io::copy(&mut &self.file, &mut &copy));
        match copied {
            Ok(copied) if copied == self.len => {}
            Ok(_) => return Err(Error::corrupt("is a damaged journal: it ends too soon").at(&self.path)),
            Err(error) => return Err(no_spool(error, &std::env::temp_dir())),
        }
        Self::over(self.path.clone(), copy, self.len, Kept::Written)
    }

    /// Takes away what never appeared.
    pub fn give_up(&self) {
        let _ = remove_own(&new_name(&self.path), &self.file);
    }

    /// Has its name on stable storage, if that is asked for.
    ///
    /// # Errors
    /// Io.
    pub fn remain(&self, sync: Sync) -> Result<()> {
        self.flush_folder(sync)
    }

    fn flush_folder(&self, sync: Sync) -> Result<()> {
        flush_folder(&self.path, sync)
    }

    /// Writes bytes that will be flushed, long ones so that the storage has something to do meanwhile.
    fn write_through(&self, mut at: u64, bytes: &[u8]) -> Result<()> {
        for piece in bytes.chunks(FLUSHED) {
            self.file.write_all_at(piece, at).map_err(|error| Error::io("cannot write", error).at(&self.path))?;
            at += piece.len() as u64;
            if piece.len() == FLUSHED {
                space::begin_flush(&self.file).at(&self.path)?;
            }
        }
        Ok(())
    }

    /// The address of `len` mapped bytes, all of which are there.
    fn mapped(&self, map: &MmapRaw, at: u64, len: usize) -> Result<*mut u8> {
        let end = at.checked_add(len as u64).filter(|&end| end <= map.len() as u64);
        assert!(end.is_some(), "{len} bytes at byte {at} leave the journal of {} bytes", map.len());
        if self.lost.load(Ordering::SeqCst) {
            return Err(self.unreachable());
        }
        // SAFETY: the bytes lie in the map, as was just checked.
        Ok(unsafe { map.as_mut_ptr().add(at as usize) })
    }

    /// Runs an access to mapped bytes. The pages that cannot be reached are given up; on each are the words of other
    /// threads, whose accesses fail from then on, too.
    fn watched(&self, first: *mut u8, len: usize, access: impl FnOnce()) -> Result<()> {
        let done = fault::watched_by_all(first.addr()..first.addr() + len, &self.lost, access);
        done.map_err(|()| self.unreachable())
    }

    fn unreachable(&self) -> Error {
        Error::new(ErrorKind::Io, "cannot be reached: truncated, no space or input/output error").at(&self.path)
    }

    /// Stops a store in memory that was mapped to be looked at, which would be a fault.
    fn assert_kept(&self) {
        assert!(self.kept != Kept::Seen, "a journal that is looked at is stored in");
    }

    fn word_at(&self, at: u64) -> Result<(&MmapRaw, *mut u8)> {
        assert!(at.is_multiple_of(8), "a word at byte {at} is not aligned");
        let map = self.map.as_ref().expect("words belong to journals in memory");
        Ok((map, self.mapped(map, at, 8)?))
    }
}

/// The array beside which a journal of this name lies; of a job that makes one, the one that will be there.
pub(super) fn array_beside(journal: &Path) -> PathBuf {
    let name = journal.as_os_str().as_bytes();
    let name = name.strip_suffix(ENDING.as_bytes()).unwrap_or(name);
    PathBuf::from(OsStr::from_bytes(name.strip_suffix(super::partial::ENDING.as_bytes()).unwrap_or(name)))
}

fn new_name(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(NEW);
    PathBuf::from(name)
}

/// Removes what a killed process has left of the journal of an array that never appeared.
pub(super) fn remove_leftover(array: &Path) {
    let _ = journal_path(array).and_then(|path| remove_abandoned(&new_name(&path)));
}

/// Why a journal is not made: whoever begins a job at the same moment takes away what nobody holds yet.
fn begun_elsewhere(journal: &Path) -> Error {
    Error::new(ErrorKind::Busy, "somebody else begins a job on it").at(journal)
}

impl Medium for JournalFile {
    fn read(&self, at: u64, to: &mut [u8]) -> Result<()> {
        let Some(map) = &self.map else {
            return self.file.read_exact_at(to, at).map_err(|error| Error::io("cannot read", error).at(&self.path));
        };
        let from = self.mapped(map, at, to.len())?;
        let all = Stretches { unit: to.len(), count: 1, from_stride: 0, to_stride: 0 };
        // SAFETY: `mapped` has shown that the bytes are in the map, and no thread but this uses them.
        self.watched(from, to.len(), || unsafe { copy::copy(from, to.as_mut_ptr(), all) })
    }

    fn write(&self, at: u64, bytes: &[u8]) -> Result<()> {
        self.assert_kept();
        let Some(map) = &self.map else {
            return self.write_through(at, bytes);
        };
        let to = self.mapped(map, at, bytes.len())?;
        let all = Stretches { unit: bytes.len(), count: 1, from_stride: 0, to_stride: 0 };
        // SAFETY: as in `read`; the map is writable, as it is not one to be looked at.
        self.watched(to, bytes.len(), || unsafe { copy::copy(bytes.as_ptr(), to, all) })
    }
}

impl Memory for JournalFile {
    fn word(&self, at: u64) -> Result<u64> {
        let (_, place) = self.word_at(at)?;
        let mut word = 0;
        // SAFETY: the word is aligned and lies in the map; all access to it is atomic.
        self.watched(place, 8, || word = unsafe { AtomicU64::from_ptr(place.cast()) }.load(Ordering::Acquire))?;
        Ok(u64::from_le(word))
    }

    fn set_word(&self, at: u64, word: u64) -> Result<()> {
        self.assert_kept();
        let (_, place) = self.word_at(at)?;
        self.watched(place, 8, || {
            // Neither the compiler nor the processor moves a store over these fences.
            fence(Ordering::SeqCst);
            // SAFETY: as in `word`; the map is writable, as it is not one to be looked at.
            unsafe { AtomicU64::from_ptr(place.cast()) }.store(word.to_le(), Ordering::Release);
            fence(Ordering::SeqCst);
        })
    }

    fn set_bits(&self, at: u64, bits: u64) -> Result<()> {
        self.assert_kept();
        let (_, place) = self.word_at(at)?;
        self.watched(place, 8, || {
            fence(Ordering::SeqCst);
            // SAFETY: as in `word`; the map is writable, as it is not one to be looked at.
            unsafe { AtomicU64::from_ptr(place.cast()) }.fetch_or(bits.to_le(), Ordering::AcqRel);
            fence(Ordering::SeqCst);
        })
    }
}

impl Flush for JournalFile {
    fn flush(&self) -> Result<()> {
        space::flush(&self.file).at(&self.path)
    }
}

#[cfg(test)]
mod tests;
