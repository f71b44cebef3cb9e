//! The partial file of a job that can be resumed: `OUT.rmm-part`, which stays however the job ends, until it is whole
//! and called OUT.
//!
//! Its name is known beforehand, so whatever is there may have been planted: a symlink is never followed, and what
//! somebody else owns is refused. How far the job is says its journal, of which nothing is known here.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::journal::{journal_path, open_planted};
use super::new_file::follow_links;
use super::resuming::unfinished;
use super::{Lock, Mapping, Mode};
use crate::error::{At, Error, Result};
use crate::escape::shell_path;

pub(super) const ENDING: &str = ".rmm-part";

/// A partial file, which nobody else stores in as long as this lives.
#[derive(Debug)]
pub struct Partial {
    pub(super) path: PathBuf,
    pub(super) file: File,
    pub(super) lock: Lock,
}

/// The name of the partial file of `target`: beside the file that the path leads to, through whatever symlinks.
///
/// # Errors
/// Usage, where symlinks lead in circles.
pub fn partial_path(target: &Path) -> Result<PathBuf> {
    let mut name = follow_links(target)?.into_os_string();
    name.push(ENDING);
    Ok(PathBuf::from(name))
}

/// Refuses a target that an unfinished job makes.
///
/// # Errors
/// Busy; corrupt, where something else has the name of its partial file; usage, where symlinks lead in circles.
pub(super) fn refuse_unfinished(target: &Path) -> Result<()> {
    let part = partial_path(target)?;
    if journal_path(&part)?.symlink_metadata().is_err() {
        return Ok(());
    }
    match Partial::open(target)? {
        Some(_) => Err(unfinished("is being made by an unfinished job", &part, target)),
        None => Ok(()),
    }
}

/// The command that gives up the unfinished job on an array, or the one that makes it: no header needs to be asked.
pub fn discarding(array: &Path) -> String {
    format!("rmm map-chunks {} --discard-journal", shell_path(array))
}

impl Partial {
    /// The partial file of `target`, if there is one.
    ///
    /// # Errors
    /// Busy, where a job stores in it; corrupt, where it is not ours; io.
    pub fn open(target: &Path) -> Result<Option<Self>> {
        let path = partial_path(target)?;
        let Some((file, metadata)) = open_planted(&path)? else { return Ok(None) };
        if ![0, rustix::process::geteuid().as_raw()].contains(&metadata.uid()) || metadata.nlink() > 1 {
            return Err(Error::corrupt("is a partial file of somebody else, or has another name besides").at(path));
        }
        Self::locked(path, file).map(Some)
    }

    /// The partial file of `target`, an empty one where there is none.
    ///
    /// # Errors
    /// As [`Partial::open`]; io, where the folder takes none.
    pub fn open_or_create(target: &Path) -> Result<Self> {
        if let Some(found) = Self::open(target)? {
            return Ok(found);
        }
        let path = partial_path(target)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).custom_flags(libc::O_NOFOLLOW);
        let file = options.open(&path).map_err(|error| Error::io("cannot create", error)).at(&path)?;
        Self::locked(path, file)
    }

    fn locked(path: PathBuf, file: File) -> Result<Self> {
        let lock = Lock::exclusive(&file, &path)?;
        Ok(Self { path, file, lock })
    }

    /// What is there of the array, whatever its length.
    ///
    /// # Errors
    /// Io.
    pub fn mapping(&self) -> Result<Mapping> {
        let file = self.file.try_clone().map_err(|error| Error::io("cannot open again", error)).at(&self.path)?;
        Mapping::from_file(file, self.path.clone(), Mode::Create)
    }

    /// Takes its name away.
    ///
    /// # Errors
    /// Io.
    pub fn remove(self) -> Result<()> {
        std::fs::remove_file(&self.path).map_err(|error| Error::io("cannot remove", error)).at(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::super::{NewFile, Replace, Sync};
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn it_stays_when_it_is_dropped_and_is_found_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("out");
        assert!(Partial::open(&target).expect("none").is_none());
        for _ in 0..2 {
            let new = NewFile::resumable(&target, Replace::Never).expect("a new name");
            let busy = NewFile::resumable(&target, Replace::Never).expect_err("one at a time");
            assert_eq!(busy.kind(), ErrorKind::Busy);
            drop(new);
            assert!(partial_path(&target).expect("a name").exists() && !target.exists());
            let journal = journal_path(&partial_path(&target).expect("a name")).expect("a name");
            std::fs::write(&journal, "").expect("written");
            let refused = NewFile::create(&target, Replace::Force).expect_err("it is being made");
            assert_eq!((refused.kind(), refused.hints().len()), (ErrorKind::Busy, 1), "no command can be read");
            std::fs::remove_file(journal).expect("there");
        }
        NewFile::resumable(&target, Replace::Never).and_then(|new| new.commit(Sync::Yes)).expect("committed");
        assert!(target.exists());
        assert_eq!(folder.path().read_dir().expect("a folder").count(), 1);
    }

    #[test]
    fn what_is_not_ours_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let (target, victim) = (folder.path().join("out"), folder.path().join("victim"));
        std::fs::write(&victim, "precious").expect("written");
        let part = partial_path(&target).expect("a name");
        symlink(&victim, &part).expect("a link");
        let refused = || Partial::open_or_create(&target).expect_err("planted").kind();
        assert_eq!(refused(), ErrorKind::Corrupt);
        std::fs::remove_file(&part).and_then(|()| std::fs::hard_link(&victim, &part)).expect("another name");
        assert_eq!(refused(), ErrorKind::Corrupt);
        std::fs::remove_file(&part).and_then(|()| std::fs::create_dir(&part)).expect("a folder");
        assert_eq!(refused(), ErrorKind::Corrupt);
        assert_eq!(std::fs::read(&victim).expect("there"), b"precious");
    }
}
