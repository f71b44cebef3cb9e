//! A file in the folder of the one that it will be: under a name of its own, or as the partial file of a job.

use std::ffi::OsStr;
use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use super::leftovers::{RANDOM, remove_leftovers, temporary_prefix};
use super::memory::Doomed;
use super::names::remove_own;
use super::new_file::temporary_is_own;
use super::partial::{Partial, partial_path};
use super::paths::{flush_folder, folder_of};
use super::{Lock, Sync};
use crate::error::{Error, ErrorKind, Result};

/// Temporaries that are made anew because somebody who clears up has taken them for abandoned.
const TRIES: usize = 16;

/// A file that is locked for as long as it lives under a name that is not its own, so that nobody takes it for what a
/// killed process has left.
#[derive(Debug)]
pub(super) struct Temporary {
    // In this order: the name goes before the lock does.
    pub(super) file: NamedTempFile,
    pub(super) doomed: Option<Doomed>,
    pub(super) stays: Stays,
    pub(super) lock: Option<Lock>,
}

/// Who may read and write a file that has no name of its own yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Whoever may read and write any new file.
    All = 0o666,
    /// Its owner alone: what it replaces may be private, and has its permissions when it is whole.
    Owner = 0o600,
}

/// Whether a file outlives a process that ends early, and under which name.
#[derive(Debug)]
pub(super) enum Stays {
    Never,
    /// As soon as it is told to.
    Later(PathBuf),
    Already(PathBuf),
}

impl Temporary {
    pub(super) fn beside(target: &Path, name: &OsStr, access: Access) -> Result<Self> {
        let prefix = temporary_prefix(name);
        for _ in 0..TRIES {
            let file = tempfile::Builder::new()
                .prefix(&prefix)
                .rand_bytes(RANDOM)
                // The umask is subtracted by the system.
                .permissions(Permissions::from_mode(access as u32))
                .tempfile_in(folder_of(target))
                .map_err(|error| Error::io("cannot create", error))?;
            match Lock::exclusive(file.as_file(), file.path()) {
                Ok(lock) => return Ok(Self::doomed(file, Some(lock))),
                // Between its making and its locking it was nobody's.
                Err(error) if error.kind() == ErrorKind::Busy || !file.path().exists() => {}
                // A file system without locks has no leftovers that anybody removes, either.
                Err(_) => return Ok(Self::doomed(file, None)),
            }
        }
        Err(Error::new(ErrorKind::Busy, "its temporary file is taken away again and again"))
    }

    /// The partial file of `target`, or one that will be.
    pub(super) fn found_or_beside(target: &Path, name: &OsStr, access: Access) -> Result<Self> {
        remove_leftovers(target);
        if let Some(found) = Partial::open(target)? {
            return Self::partial(found);
        }
        let temporary = Self::beside(target, name, access)?;
        if temporary.lock.is_none() {
            // A second look says why: what stays is known by nothing else to be in use.
            drop(Lock::exclusive(temporary.file.as_file(), temporary.file.path())?);
        }
        Ok(Self { stays: Stays::Later(partial_path(target)?), ..temporary })
    }

    fn doomed(file: NamedTempFile, lock: Option<Lock>) -> Self {
        Self { doomed: Some(Doomed::new(file.path())), file, stays: Stays::Never, lock }
    }

    fn partial(Partial { path, file, lock }: Partial) -> Result<Self> {
        let name = lasting(&path)?;
        Ok(Self::staying((path, name), file, Some(lock)))
    }

    fn staying((path, name): (PathBuf, TempPath), file: File, lock: Option<Lock>) -> Self {
        Self { file: NamedTempFile::from_parts(file, name), doomed: None, stays: Stays::Already(path), lock }
    }

    /// The same under the name that it keeps, which nothing else may have.
    pub(super) fn stay(self, sync: Sync) -> Result<Self> {
        let Self { file, doomed: _doomed, stays: Stays::Later(name), lock } = self else { return Ok(self) };
        let lasting = lasting(&name)?;
        temporary_is_own(&file)?;
        let (file, temporary) = file.into_parts();
        temporary.persist_noclobber(&name).map_err(|refused| match refused.error.kind() {
            io::ErrorKind::AlreadyExists => Error::usage("has appeared meanwhile").at(&name),
            _ => Error::io("cannot rename to it", refused.error).at(&name),
        })?;
        // A name that may not last is none: nothing is stored yet.
        flush_folder(&name, sync).inspect_err(|_| {
            let _ = remove_own(&name, &file);
        })?;
        Ok(Self::staying((name, lasting), file, lock))
    }
}

/// A name that is not taken away when it is dropped.
fn lasting(path: &Path) -> Result<TempPath> {
    let mut name = TempPath::try_from_path(path).map_err(|error| Error::io("cannot find", error))?;
    name.disable_cleanup(true);
    Ok(name)
}
