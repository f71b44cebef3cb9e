//! New files that appear whole or not at all: made under another name in the same folder, then renamed.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::beside::{Access, Stays, Temporary};
use super::leftovers::remove_leftovers;
use super::names::leads_to;
use super::partial::refuse_unfinished;
use super::paths::{folder_of, takes_files};
use super::target::{Replaced, Target};
use super::{Mapping, Mode, Sync};
use crate::error::{At, Error, ErrorKind, Result};
use crate::escape::printable;

/// What becomes of a file that is already there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replace {
    /// It stays, and the new one is refused.
    #[default]
    Never,
    /// It stays until the new one is whole, then goes.
    Force,
}

/// A file that has no name of its own until it is committed; dropped before, it leaves nothing behind.
#[derive(Debug)]
pub struct NewFile {
    target: PathBuf,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// A file of another name in the target's folder, and what it replaces.
    Beside { temporary: Temporary, replaced: Option<Replaced>, replace: Replace },
    /// The target itself, which is no regular file: a device, a FIFO.
    Direct(File),
}

impl NewFile {
    /// Begins a file that will be called `target`. A symlink stays, and what it leads to is made or replaced.
    ///
    /// # Errors
    /// Usage, where the target is a folder, or is there and must not be replaced; busy, where somebody stores in it; io,
    /// where the folder is missing or must not be written.
    pub fn create(target: &Path, replace: Replace) -> Result<Self> {
        let temporary = |target: &Path, name: &OsStr, access: Access| {
            refuse_unfinished(target)?;
            remove_leftovers(target);
            Temporary::beside(target, name, access)
        };
        Self::begin(target, replace, &temporary).map_err(|error| error.at(target))
    }

    /// Goes on with a [partial](super::Partial) file, or begins one that gets that name when it is told to [stay](Self::stay): what
    /// is in it is for the caller to know.
    ///
    /// # Errors
    /// As [`NewFile::create`] and [`Partial::open`](super::Partial::open).
    pub fn resumable(target: &Path, replace: Replace) -> Result<Self> {
        Self::begin(target, replace, &Temporary::found_or_beside).map_err(|error| error.at(target))
    }

    /// Whether it is one that was found.
    pub fn was_found(&self) -> bool {
        matches!(&self.place, Place::Beside { temporary: Temporary { stays: Stays::Already(_), .. }, .. })
    }

    /// The same file under the name of a partial one, which it keeps however the process ends. To be told when its journal
    /// is there.
    ///
    /// # Errors
    /// Usage, where something else has that name by now; io.
    pub fn stay(self, sync: Sync) -> Result<Self> {
        let Self { target, place } = self;
        let place = match place {
            Place::Beside { temporary, replaced, replace } => {
                Place::Beside { temporary: temporary.stay(sync)?, replaced, replace }
            }
            direct @ Place::Direct(_) => direct,
        };
        Ok(Self { target, place })
    }

    fn begin(
        target: &Path,
        replace: Replace,
        temporary: &dyn Fn(&Path, &OsStr, Access) -> Result<Temporary>,
    ) -> Result<Self> {
        match Target::find(target, replace)? {
            Target::Direct => {
                let file = OpenOptions::new().write(true).custom_flags(libc::O_NOCTTY).open(target);
                let file = file.map_err(|error| Error::io("cannot open", error))?;
                Ok(Self { target: target.to_path_buf(), place: Place::Direct(file) })
            }
            Target::Beside(target, replaced) => {
                let name = target.file_name().unwrap_or_default();
                let access = if replaced.is_some() { Access::Owner } else { Access::All };
                let temporary = temporary(&target, name, access)?;
                Ok(Self { target, place: Place::Beside { temporary, replaced, replace } })
            }
        }
    }

    /// Where a new file of this name would be, symlinks resolved; `None` where there is a device or a FIFO, which is not
    /// opened: a FIFO that is opened and closed has ended for whoever reads it.
    ///
    /// Nothing is made that has a name: there is nothing to be cleared away, however the process ends.
    ///
    /// # Errors
    /// As [`NewFile::create`], where a regular file cannot be made.
    pub fn place(target: &Path, replace: Replace) -> Result<Option<PathBuf>> {
        let Target::Beside(found, _replaced) = Target::find(target, replace).at(target)? else { return Ok(None) };
        refuse_unfinished(&found).at(target)?;
        let taken = takes_files(folder_of(&found)).map_err(|error| Error::io("cannot create", error));
        taken.at(target).map(|()| Some(found))
    }

    /// The name it will have, symlinks resolved.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The open file: to write to only, where it is [direct](Self::is_direct).
    pub fn file(&self) -> &File {
        match &self.place {
            Place::Beside { temporary, .. } => temporary.file.as_file(),
            Place::Direct(file) => file,
        }
    }

    /// That bytes could not be written to it.
    pub fn unwritten(&self, error: io::Error) -> Error {
        let error = match &self.place {
            Place::Beside { .. } => Error::io("cannot write", error),
            Place::Direct(_) => Error::stream("cannot write", error),
        };
        error.at(&self.target)
    }

    /// Whether it is a device or a FIFO, which takes bytes in order and cannot be mapped, sized or read again.
    pub fn is_direct(&self) -> bool {
        matches!(self.place, Place::Direct(_))
    }

    /// Whether a file of that name would be [direct](Self::is_direct). Nothing is opened: a FIFO that is opened and
    /// closed has ended for whoever reads it.
    pub fn would_be_direct(target: &Path) -> bool {
        target.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
    }

    /// The file as an array file of `len` bytes, all zero, to be read and stored in before it is committed.
    ///
    /// # Errors
    /// Usage, where it is [direct](Self::is_direct); io, where the system refuses.
    pub fn mapping(&self, len: u64) -> Result<Mapping> {
        let mut mapping = self.found()?;
        mapping.set_len(len)?;
        Ok(mapping)
    }

    /// The file as it is, whatever its length.
    ///
    /// # Errors
    /// As [`NewFile::mapping`].
    pub fn found(&self) -> Result<Mapping> {
        let file = self.file().try_clone().map_err(|error| Error::io("cannot open again", error).at(&self.target))?;
        Mapping::from_file(file, self.path().to_path_buf(), Mode::Create)
    }

    /// The file that is stored in, under the name to be shown: its own where it stays, else that of the target.
    pub fn path(&self) -> &Path {
        match &self.place {
            Place::Beside { temporary: Temporary { stays: Stays::Later(path) | Stays::Already(path), .. }, .. } => path,
            _ => &self.target,
        }
    }

    /// Has its bytes on stable storage, where [`Sync::Yes`] asks for it: what takes long, before what must be quick.
    ///
    /// # Errors
    /// Io. What was there is untouched then.
    pub fn flush(&self, sync: Sync) -> Result<()> {
        let flushed = match (&self.place, sync) {
            (_, Sync::No) => Ok(()),
            (Place::Direct(file), Sync::Yes) => finish_direct(file, sync),
            (Place::Beside { temporary, .. }, Sync::Yes) => flush_new(temporary.file.as_file()),
        };
        flushed.map_err(|error| error.at(&self.target))
    }

    /// Gives the file its name, and with [`Sync::Yes`] has both on stable storage first.
    ///
    /// # Errors
    /// Usage, where the name has been taken meanwhile; io, where the system refuses. What was there is untouched then.
    pub fn commit(self, sync: Sync) -> Result<()> {
        let Self { target, place } = self;
        let committed = match place {
            Place::Direct(file) => finish_direct(&file, sync),
            Place::Beside { temporary, replaced, replace } => {
                rename(temporary, (replaced.as_ref(), replace), &target, sync)
            }
        };
        committed.map_err(|error| error.at(target))
    }
}

fn flush_new(file: &File) -> Result<()> {
    file.sync_all().map_err(|error| Error::io("cannot flush, nothing is stored", error))
}

fn finish_direct(file: &File, sync: Sync) -> Result<()> {
    match sync {
        Sync::No => Ok(()),
        Sync::Yes => match file.sync_all() {
            // Pipes and most devices have nothing to flush.
            Err(error) if error.raw_os_error() != Some(libc::EINVAL) => Err(Error::io("cannot flush", error)),
            _ => Ok(()),
        },
    }
}

fn rename(
    Temporary { file: temporary, doomed: _doomed, stays: _, lock: _lock }: Temporary,
    (replaced, replace): (Option<&Replaced>, Replace),
    target: &Path,
    sync: Sync,
) -> Result<()> {
    if let Some(old) = replaced.map(|replaced| &replaced.metadata) {
        // Giving a file away is the right of root alone, so it is tried; who may read and write it is a promise.
        let _ = fchown(temporary.as_file(), Some(old.uid()), Some(old.gid()));
        let permissions = Permissions::from_mode(old.mode() & 0o777);
        let kept = temporary.as_file().set_permissions(permissions);
        kept.map_err(|error| Error::io("cannot keep its permissions", error))?;
    }
    if sync == Sync::Yes {
        flush_new(temporary.as_file())?;
    }
    temporary_is_own(&temporary)?;
    // What is replaced is what was locked, and nothing that has its name since.
    let renamed = match replaced {
        Some(old) if old.is_still(target) => temporary.persist(target),
        _ => match temporary.persist_noclobber(target) {
            // Some file systems can do no more than replace.
            Err(refused) if replace == Replace::Force && is_free(target) => refused.file.persist(target),
            renamed => renamed,
        },
    };
    if let Err(refused) = renamed {
        return Err(match refused.error.kind() {
            io::ErrorKind::AlreadyExists => Error::usage("has appeared meanwhile").hint("--force replaces it"),
            _ => Error::io("cannot rename to it", refused.error),
        });
    }
    if sync == Sync::Yes {
        let flushed = File::open(folder_of(target)).and_then(|folder| folder.sync_all());
        flushed.map_err(|error| {
            Error::io("is whole and in its place, but its folder cannot be flushed", error)
                .hint("until the storage is well again a power cut may undo it; then: sync FILE")
        })?;
    }
    Ok(())
}

fn is_free(path: &Path) -> bool {
    path.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// Refuses to give a name to a file that has come to be called as the temporary one, which would be somebody else's.
pub(super) fn temporary_is_own(temporary: &NamedTempFile) -> Result<()> {
    match leads_to(temporary.path(), temporary.as_file()) {
        Ok(true) => Ok(()),
        Ok(false) => {
            let name = printable(&temporary.path().to_string_lossy()).into_owned();
            Err(Error::new(ErrorKind::Io, format!("was being made as {name}, which was removed or replaced meanwhile")))
        }
        Err(error) => Err(Error::io("cannot examine its temporary file", error)),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use std::ffi::OsString;

    use super::super::naive::{file_of, in_small_folder, skipped};
    use super::super::{Lock, space};
    use super::*;

    fn listing(folder: &Path) -> Vec<OsString> {
        let mut names: Vec<_> =
            folder.read_dir().expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_whole_or_absent() {
        let (folder, _) = file_of(b"old");
        let target = folder.path().join("new");
        let new = NewFile::create(&target, Replace::Never).expect("free");
        new.file().write_all(b"half").expect("written");
        assert!(!target.exists());
        drop(new);
        assert_eq!(listing(folder.path()), ["array.dat"]);
        for sync in [Sync::No, Sync::Yes] {
            let new = NewFile::create(&target, Replace::Force).expect("free");
            new.file().write_all(b"whole").expect("written");
            new.commit(sync).expect("renamed");
            assert_eq!(std::fs::read(&target).expect("there"), b"whole");
            assert_eq!(listing(folder.path()), ["array.dat", "new"]);
        }
    }

    #[test]
    fn what_would_be_refused_is_known_without_a_name_in_the_folder() {
        let (folder, path) = file_of(b"old");
        let free = folder.path().join("new");
        // What is said of a place is what happens there.
        let same = |target: &Path, replace| {
            let said = |error: Error| (error.kind(), error.to_string(), error.hints().to_vec());
            let made = NewFile::create(target, replace).map(|new| Some(new.target().to_owned())).map_err(said);
            let place = NewFile::place(target, replace).map_err(said);
            assert_eq!(place, made);
            place
        };
        for target in [&free, &path, &folder.path().join("missing/new"), &folder.path().join("..")] {
            for replace in [Replace::Never, Replace::Force] {
                let _ = same(target, replace);
            }
        }
        let link = folder.path().join("link");
        symlink("deep/new", &link).expect("a link");
        assert!(same(&link, Replace::Force).is_err(), "there is no folder to hold it");
        std::fs::create_dir(folder.path().join("deep")).expect("a folder");
        assert_eq!(same(&link, Replace::Never), Ok(Some(folder.path().join("deep/new"))));
        let held = File::open(&path).and_then(|file| Lock::exclusive(&file, &path).map_err(io::Error::other));
        assert_eq!(same(&path, Replace::Force).expect_err("it is stored in").0, ErrorKind::Busy);
        drop(held);
        let changed = |done: &dyn Fn()| {
            let opened = File::open(folder.path()).expect("a folder");
            opened.set_modified(std::time::UNIX_EPOCH).expect("an own folder");
            done();
            opened.metadata().and_then(|found| found.modified()).expect("a time") != std::time::UNIX_EPOCH
        };
        assert!(!changed(&|| drop(NewFile::place(&free, Replace::Never).expect("free"))));
        assert!(changed(&|| drop(NewFile::create(&free, Replace::Never).expect("free"))));
    }

    #[test]
    fn what_exists_is_refused_before_anything_happens() {
        let (folder, path) = file_of(b"old");
        let error = NewFile::create(&path, Replace::Never).expect_err("taken");
        assert_eq!((error.kind(), error.message()), (ErrorKind::Usage, "exists already, 3 bytes"));
        assert_eq!(error.hints(), ["--force replaces it"]);
        let error = NewFile::create(folder.path(), Replace::Force).expect_err("a folder");
        assert_eq!((error.kind(), error.message()), (ErrorKind::Usage, "is a directory"));
        let missing = folder.path().join("missing/new");
        let error = NewFile::create(&missing, Replace::Force).expect_err("no folder");
        assert_eq!((error.kind(), error.message()), (ErrorKind::Io, "cannot create: No such file or directory"));
        assert_eq!(listing(folder.path()), ["array.dat"]);
        assert_eq!(std::fs::read(&path).expect("there"), b"old");
    }

    #[test]
    fn a_name_taken_meanwhile_is_not_replaced() {
        let (folder, _) = file_of(b"old");
        let target = folder.path().join("new");
        let new = NewFile::create(&target, Replace::Never).expect("free");
        std::fs::write(&target, b"theirs").expect("written");
        assert_eq!(new.commit(Sync::No).expect_err("taken").kind(), ErrorKind::Usage);
        assert_eq!(std::fs::read(&target).expect("there"), b"theirs");
        assert_eq!(listing(folder.path()), ["array.dat", "new"]);
    }

    #[test]
    fn what_is_replaced_is_what_was_locked() {
        let (folder, path) = file_of(b"old");
        let (aside, fresh) = (folder.path().join("aside"), folder.path().join("fresh"));
        let swapped = NewFile::create(&path, Replace::Force).expect("forced");
        let appeared = NewFile::create(&fresh, Replace::Force).expect("free");
        let gone = NewFile::create(&path, Replace::Force);
        assert_eq!(gone.expect_err("it is locked").kind(), ErrorKind::Busy);
        std::fs::rename(&path, &aside).and_then(|()| std::fs::write(&path, "theirs")).expect("moved");
        std::fs::write(&fresh, "theirs").expect("written");
        for new in [swapped, appeared] {
            let error = new.commit(Sync::No).expect_err("nobody was asked about this one");
            assert_eq!((error.kind(), error.message()), (ErrorKind::Usage, "has appeared meanwhile"));
        }
        for (path, bytes) in [(&path, "theirs"), (&fresh, "theirs"), (&aside, "old")] {
            assert_eq!(std::fs::read_to_string(path).expect("there"), bytes);
        }
        assert_eq!(listing(folder.path()), ["array.dat", "aside", "fresh"]);
        // What is gone is not replaced.
        let new = NewFile::create(&path, Replace::Force).expect("forced");
        std::fs::remove_file(&path).expect("there");
        new.commit(Sync::No).expect("a free name");
        assert_eq!(std::fs::read(&path).expect("there"), b"");
    }

    #[test]
    fn a_replaced_file_keeps_its_permissions_and_a_new_one_gets_the_usual() {
        let (folder, path) = file_of(b"old");
        std::fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("owned");
        for new in [NewFile::create, NewFile::resumable] {
            let new = new(&path, Replace::Force).expect("forced");
            assert_eq!(new.file().metadata().expect("open").mode() & 0o777, 0o600, "nobody else reads it meanwhile");
            new.commit(Sync::No).expect("renamed");
            assert_eq!(path.metadata().expect("there").mode() & 0o7777, 0o640);
        }
        let (usual, fresh) = (folder.path().join("usual"), folder.path().join("fresh"));
        std::fs::write(&usual, b"").expect("written");
        NewFile::create(&fresh, Replace::Never).and_then(|new| new.commit(Sync::No)).expect("free");
        assert_eq!(fresh.metadata().expect("there").mode(), usual.metadata().expect("there").mode());
    }

    #[test]
    fn a_symlink_stays_and_its_target_is_replaced() {
        let (folder, path) = file_of(b"old");
        let (link, dangling) = (folder.path().join("link"), folder.path().join("dangling"));
        symlink("array.dat", &link).and_then(|()| symlink("fresh", &dangling)).expect("links");
        for link in [&link, &dangling] {
            let new = NewFile::create(link, Replace::Force).expect("forced");
            new.file().write_all(b"new").expect("written");
            new.commit(Sync::No).expect("renamed");
            assert!(link.is_symlink());
            assert_eq!(std::fs::read(link).expect("there"), b"new");
        }
        assert_eq!(std::fs::read(&path).expect("there"), b"new");
        assert_eq!(listing(folder.path()), ["array.dat", "dangling", "fresh", "link"]);
        let circle = folder.path().join("circle");
        symlink("circle", &circle).expect("a link");
        NewFile::create(&circle, Replace::Force).expect_err("leads nowhere");
    }

    #[test]
    fn what_is_no_regular_file_is_written_straight() {
        let new = NewFile::create(Path::new("/dev/null"), Replace::Never).expect("a device");
        assert!(new.is_direct());
        new.file().write_all(b"gone").expect("written");
        assert_eq!(new.mapping(8).expect_err("no array file").kind(), ErrorKind::Usage);
        new.commit(Sync::Yes).expect("nothing to flush");
        let (folder, _) = file_of(b"");
        let fifo = folder.path().join("fifo");
        assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo").success());
        let reader = std::thread::spawn({
            let fifo = fifo.clone();
            move || std::fs::read(fifo).expect("read")
        });
        let new = NewFile::create(&fifo, Replace::Never).expect("a reader is there");
        new.file().write_all(b"through").expect("written");
        new.commit(Sync::No).expect("nothing to rename");
        assert_eq!(reader.join().expect("read"), b"through");
        assert_eq!(listing(folder.path()), ["array.dat", "fifo"]);
    }

    #[test]
    fn a_full_disk_leaves_nothing_behind() {
        let left = in_small_folder(|folder| {
            let new = NewFile::create(&folder.join("new"), Replace::Never).expect("free");
            let error = space::reserve(new.file(), 0..4 << 20).expect_err("full");
            assert_eq!(new.file().metadata().expect("open").len(), 0);
            drop(new);
            (error.kind(), error.message().to_owned(), listing(folder))
        });
        let Some((kind, message, left)) = left else { return skipped("a file system cannot be mounted here") };
        assert_eq!((kind, message.as_str()), (ErrorKind::Io, "cannot reserve 4194304 bytes: No space left on device"));
        assert!(left.is_empty());
    }

    #[test]
    fn a_long_name_is_no_trouble() {
        let (folder, _) = file_of(b"");
        let target = folder.path().join("n".repeat(255));
        NewFile::create(&target, Replace::Never).and_then(|new| new.commit(Sync::No)).expect("as long as it may be");
        assert!(target.exists());
    }
}
