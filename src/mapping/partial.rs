//! The partial file of a job that can be resumed: `OUT.rmm-part`, which stays however the job ends, until it is whole
//! and called OUT.
//!
//! Its name is known beforehand, so whatever is there may have been planted: a symlink is never followed, and what
//! somebody else owns is refused. It gets that name when its journal is there and loses it before that goes, so what has
//! no journal beside it is not ours. How far the job is says its journal, of which nothing is known here.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::journal::journal_path;
use super::names::{open_planted, remove_own};
use super::paths::{flush_folder, follow_links};
use super::resuming::unfinished;
use super::{Lock, Mapping, Mode, Sync};
use crate::error::{At, Error, ErrorKind, Result};
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

/// The command that gives what is there another name, which nothing has.
pub fn moving_aside(path: &Path) -> String {
    let aside = |number: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(if number == 0 { ".old".to_owned() } else { format!(".old{number}") });
        PathBuf::from(name)
    };
    let free = (0..=u32::MAX).map(aside).find(|name| name.symlink_metadata().is_err());
    let free = free.expect("a folder holds fewer names than there are numbers");
    format!("mv {} {}", shell_path(path), shell_path(&free))
}

/// Takes the name of a partial file away, if it still has it, before its journal goes: one without a journal is never
/// ours.
///
/// # Errors
/// Io.
pub fn remove_partial(part: &Mapping, sync: Sync) -> Result<()> {
    remove_own(part.path(), part.file()).map_err(|error| Error::io("cannot remove", error)).at(part.path())?;
    flush_folder(part.path(), sync)
}

impl Partial {
    /// The partial file of `target`, if there is one.
    ///
    /// # Errors
    /// Busy, where a job stores in it; corrupt, where it is not ours; io.
    pub fn open(target: &Path) -> Result<Option<Self>> {
        let path = partial_path(target)?;
        let planted = |error: Error| match error.kind() {
            ErrorKind::Corrupt => error.at(&path).whole_hint(moving_aside(&path)),
            _ => error,
        };
        let Some((file, metadata)) = open_planted(&path).map_err(planted)? else { return Ok(None) };
        if ![0, rustix::process::geteuid().as_raw()].contains(&metadata.uid()) || metadata.nlink() > 1 {
            let message = "is a partial file of somebody else, or has another name besides";
            return Err(planted(Error::corrupt(message)));
        }
        Self::locked(path, file).map(Some)
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
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::super::{NewFile, Replace};
    use super::*;

    #[test]
    fn it_has_its_name_when_it_is_told_to_stay_and_is_found_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("out");
        let part = partial_path(&target).expect("a name");
        assert!(Partial::open(&target).expect("none").is_none());
        let new = NewFile::resumable(&target, Replace::Never).expect("a new name");
        assert!(!new.was_found() && !part.exists());
        drop(new);
        assert_eq!(folder.path().read_dir().expect("a folder").count(), 0);
        for found in [false, true] {
            let new = NewFile::resumable(&target, Replace::Never).expect("a new name");
            assert_eq!((new.was_found(), new.path()), (found, &*part));
            let new = new.stay(Sync::Yes).expect("free");
            assert!(new.was_found());
            let busy = NewFile::resumable(&target, Replace::Never).expect_err("one at a time");
            assert_eq!(busy.kind(), ErrorKind::Busy);
            drop(new);
            assert!(part.exists() && !target.exists());
            let journal = journal_path(&part).expect("a name");
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
    fn a_name_that_is_taken_meanwhile_stays_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("out");
        let part = partial_path(&target).expect("a name");
        let new = NewFile::resumable(&target, Replace::Never).expect("a new name");
        std::fs::write(&part, "theirs").expect("written");
        assert_eq!(new.stay(Sync::No).expect_err("taken").kind(), ErrorKind::Usage);
        assert_eq!(std::fs::read(&part).expect("there"), b"theirs");
        assert_eq!(folder.path().read_dir().expect("a folder").count(), 1);
    }

    #[test]
    fn what_is_in_the_way_gets_a_name_that_nothing_has() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("out");
        for name in ["out.old", "out.old1", "out.old2"] {
            let aside = folder.path().join(name);
            assert_eq!(moving_aside(&path), format!("mv {} {}", shell_path(&path), shell_path(&aside)));
            std::fs::write(aside, "older").expect("written");
        }
    }

    #[test]
    fn what_is_not_ours_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let (target, victim) = (folder.path().join("out"), folder.path().join("victim"));
        std::fs::write(&victim, "precious").expect("written");
        let part = partial_path(&target).expect("a name");
        symlink(&victim, &part).expect("a link");
        let refused = || Partial::open(&target).expect_err("planted").kind();
        assert_eq!(refused(), ErrorKind::Corrupt);
        std::fs::remove_file(&part).and_then(|()| std::fs::hard_link(&victim, &part)).expect("another name");
        assert_eq!(refused(), ErrorKind::Corrupt);
        std::fs::remove_file(&part).and_then(|()| std::fs::create_dir(&part)).expect("a folder");
        assert_eq!(refused(), ErrorKind::Corrupt);
        assert_eq!(std::fs::read(&victim).expect("there"), b"precious");
    }
}
