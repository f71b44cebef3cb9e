//! The place of a sidecar beside a file that is about to appear: what is there, and what will be.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use tempfile::TempPath;

use super::sidecar::path_of;
use crate::error::{Error, Result};
use crate::mapping::{Lock, NewFile, RANDOM, Replace, Sync, flush_named, moving_aside, temporary_prefix};

/// What will stand, or no longer stand, beside a new file.
#[derive(Debug)]
pub struct Beside {
    path: PathBuf,
    text: Option<String>,
    /// Whether something is there that described an earlier file.
    stale: bool,
}

/// A sidecar that only waits for its name, and the one that it replaces. Dropped, it leaves all as it was.
#[derive(Debug)]
pub struct Prepared {
    new: Option<NewFile>,
    aside: Option<Aside>,
}

/// A sidecar under another name, from which it comes back unless it is [discarded](Aside::discard).
#[derive(Debug)]
struct Aside {
    path: PathBuf,
    /// `None` when it has been discarded.
    elsewhere: Option<TempPath>,
    _lock: Option<Lock>,
}

impl Aside {
    fn set(path: &Path) -> Result<Self> {
        let failed = |error| Error::io("cannot set aside", error).at(path);
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(failed(io::ErrorKind::NotFound.into()));
        };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        // Held, it is not taken for what a killed process has left; what is no regular file never is.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        let held = OpenOptions::new().read(true).custom_flags(flags.bits() as i32).open(path).ok();
        let lock = held.map(|file| Lock::exclusive(&file, path)).transpose()?;
        let place = tempfile::Builder::new().prefix(&temporary_prefix(name)).rand_bytes(RANDOM).tempfile_in(folder);
        let elsewhere = place.map_err(failed)?.into_temp_path();
        std::fs::rename(path, &elsewhere).map_err(failed)?;
        Ok(Self { path: path.to_path_buf(), elsewhere: Some(elsewhere), _lock: lock })
    }

    fn discard(mut self) {
        self.elsewhere = None;
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        if let Some(elsewhere) = self.elsewhere.take() {
            // Something went wrong already, and that is what is told.
            let _ = elsewhere.persist(&self.path);
        }
    }
}

impl Beside {
    /// Looks at the place beside `target`: `text` will be there, or nothing.
    ///
    /// # Errors
    /// Usage, where something is there that must not be replaced, or is no sidecar at all.
    pub fn plan(target: &Path, text: Option<String>, replace: Replace) -> Result<Self> {
        let path = path_of(target);
        let found = match path.symlink_metadata() {
            Ok(metadata) => Some(metadata),
            // A name with the suffix may be too long where the name alone is not.
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) if text.is_none() && error.kind() == io::ErrorKind::InvalidFilename => None,
            Err(error) => return Err(Error::io("cannot examine", error).at(path)),
        };
        let Some(found) = found else { return Ok(Self { path, text, stale: false }) };
        if !found.is_file() && !found.is_symlink() {
            return Err(Error::usage("is in the place of the sidecar, and no file").at(path));
        }
        // Beside a file that is replaced it goes with the old content; beside a new one it is somebody else's.
        if replace == Replace::Never {
            return Err(Error::usage("exists already and would describe the new file")
                .at(path)
                .hint("--force replaces it"));
        }
        Ok(Self { path, text, stale: true })
    }

    /// Gives a file that has its name the sidecar that it lacks, where whoever made it was killed before he could.
    ///
    /// # Errors
    /// Usage, where something else is there; io.
    pub fn complete(target: &Path, text: Option<String>, sync: Sync) -> Result<()> {
        let path = path_of(target);
        let Some(text) = text else { return Ok(()) };
        match std::fs::read(&path) {
            Ok(found) if found == text.as_bytes() => flush_named(&path, sync),
            _ => {
                let planned = Self::plan(target, Some(text), Replace::Never);
                let planned = planned.map_err(|error| error.with_hints(Vec::new()).whole_hint(moving_aside(&path)))?;
                planned.prepare()?.commit(sync)
            }
        }
    }

    /// Sets aside what describes an earlier file, and writes what will describe the new one.
    ///
    /// # Errors
    /// Io.
    pub fn prepare(self) -> Result<Prepared> {
        let aside = self.stale.then(|| Aside::set(&self.path)).transpose()?;
        let Some(text) = self.text else { return Ok(Prepared { new: None, aside }) };
        let new = NewFile::create(&self.path, Replace::Never)?;
        new.file().write_all(text.as_bytes()).map_err(|error| Error::io("cannot write", error).at(&self.path))?;
        Ok(Prepared { new: Some(new), aside })
    }
}

impl Prepared {
    /// Gives the sidecar its name, if there is one, now that the file that the old one described is gone.
    ///
    /// # Errors
    /// As [`NewFile::commit`].
    pub fn commit(mut self, sync: Sync) -> Result<()> {
        if let Some(aside) = self.aside.take() {
            aside.discard();
        }
        self.new.map_or(Ok(()), |new| new.commit(sync))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn what_is_missing_beside_a_file_is_brought_and_nothing_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("a.dat");
        let sidecar = path_of(&target);
        let complete = |text: Option<&str>| Beside::complete(&target, text.map(str::to_owned), Sync::Yes);
        complete(None).expect("nothing is needed");
        assert!(!sidecar.exists());
        for _ in 0..2 {
            complete(Some("new")).expect("free, or there");
        }
        let error = complete(Some("other")).expect_err("somebody else's");
        assert_eq!((error.kind(), error.hints()), (ErrorKind::Usage, &[moving_aside(&sidecar)][..]));
        assert_eq!(std::fs::read(&sidecar).expect("there"), b"new");
    }

    #[test]
    fn what_is_not_committed_leaves_the_old_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("a.dat");
        let sidecar = path_of(&target);
        std::fs::write(&sidecar, "old").expect("written");
        for text in [None, Some("new".to_owned())] {
            let plan = Beside::plan(&target, text, Replace::Force).expect("replaced");
            let prepared = plan.prepare().expect("room");
            assert!(!sidecar.exists(), "at no moment a sidecar describes what it does not stand beside");
            drop(prepared);
            assert_eq!(std::fs::read(&sidecar).expect("back"), b"old");
            assert_eq!(folder.path().read_dir().expect("a folder").count(), 1);
        }
        let plan = Beside::plan(&target, Some("new".to_owned()), Replace::Force).expect("replaced");
        plan.prepare().and_then(|prepared| prepared.commit(Sync::Yes)).expect("committed");
        assert_eq!(std::fs::read(&sidecar).expect("there"), b"new");
        let plan = Beside::plan(&target, None, Replace::Force).expect("replaced");
        plan.prepare().and_then(|prepared| prepared.commit(Sync::No)).expect("committed");
        assert_eq!(folder.path().read_dir().expect("a folder").count(), 0);
    }
}
