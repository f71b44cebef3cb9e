//! What is there already where a new file is to be.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::paths::follow_links;
use super::resuming::unfinished;
use super::{Identity, Lock, Replace, journal_path};
use crate::error::{Error, Result};

/// Where a new file is made.
#[derive(Debug)]
pub(super) enum Target {
    /// Under another name in the folder of this one, symlinks resolved, which is that of a file; and what it replaces.
    Beside(PathBuf, Option<Replaced>),
    /// There itself, which is no regular file: a device, a FIFO.
    Direct,
}

impl Target {
    /// # Errors
    /// Usage, where the target is a folder, or is there and must not be replaced, or has an unfinished job; busy, where
    /// somebody stores in it; io.
    pub(super) fn find(target: &Path, replace: Replace) -> Result<Self> {
        let replaced = match target.metadata() {
            Ok(metadata) => Some(metadata),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::io("cannot examine", error)),
        };
        if let Some(metadata) = &replaced {
            if metadata.is_dir() {
                return Err(Error::usage("is a directory"));
            }
            if !metadata.is_file() {
                return Ok(Self::Direct);
            }
            if replace == Replace::Never {
                let message = format!("exists already, {} bytes", metadata.len());
                return Err(Error::usage(message).hint("--force replaces it"));
            }
        }
        let target = follow_links(target)?;
        if target.file_name().is_none() {
            return Err(Error::usage("is not the name of a file"));
        }
        let replaced = replaced.map(|metadata| Replaced::lock(metadata, &target)).transpose()?;
        Ok(Self::Beside(target, replaced))
    }
}

/// The file that is there and will be replaced, which nobody else may be storing in meanwhile.
#[derive(Debug)]
pub(super) struct Replaced {
    pub(super) metadata: Box<Metadata>,
    /// `None` where the file may be replaced but not read.
    _lock: Option<Lock>,
}

impl Replaced {
    fn lock(metadata: Metadata, path: &Path) -> Result<Self> {
        // Some network file systems give an exclusive lock only to those who may write.
        let writable = OpenOptions::new().read(true).write(true).open(path);
        let file = writable.or_else(|_| File::open(path)).ok();
        let locked = file.as_ref().and_then(|file| file.metadata().ok());
        let lock = file.map(|file| Lock::exclusive(&file, path)).transpose()?;
        // The name may lead to another file since it was looked at first.
        let metadata = locked.unwrap_or(metadata);
        // Behind the lock: a job that runs holds it, and is no more to be given up than any other.
        let journal = journal_path(path)?;
        if journal.symlink_metadata().is_ok() {
            return Err(unfinished("has an unfinished job", path, path));
        }
        Ok(Self { metadata: Box::new(metadata), _lock: lock })
    }

    /// Whether the name still leads to it; else somebody may be storing in what is there.
    pub(super) fn is_still(&self, path: &Path) -> bool {
        let identity = |metadata: &Metadata| Identity::from_metadata(metadata);
        path.symlink_metadata().is_ok_and(|found| identity(&found) == identity(&self.metadata))
    }
}
