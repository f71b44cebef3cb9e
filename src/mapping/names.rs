//! Names that are known beforehand, so that anything may be there: a link, a file of somebody else, another file than
//! the one that was opened by that name. Nothing is followed, believed or taken away by its name alone.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use super::{Identity, Lock, moving_aside};
use crate::error::{At, Error, ErrorKind, Result};
use crate::journal::Header;

/// The regular file of this name, to read and to store in, if there is one: no link is followed, and nothing is waited
/// for. Whose it is remains to be seen.
pub(super) fn open_planted(path: &Path) -> Result<Option<(File, Metadata)>> {
    match path.symlink_metadata() {
        // Where a name would be too long, nobody has made one.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidFilename) => {
            return Ok(None);
        }
        Err(error) => return Err(Error::io("cannot examine", error).at(path)),
        Ok(metadata) if !metadata.is_file() => return Err(Error::corrupt("is not a regular file").at(path)),
        Ok(_) => {}
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY);
    let file = options.open(path).map_err(|error| Error::io("cannot open", error)).at(path)?;
    let metadata = file.metadata().map_err(|error| Error::io("cannot examine", error)).at(path)?;
    Ok(Some((file, metadata)))
}

/// Whether the name is that of this very file, and no link to it.
///
/// # Errors
/// Those of the system, but for a name that nothing has.
pub(super) fn leads_to(path: &Path, file: &File) -> io::Result<bool> {
    let named = match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        named => named?,
    };
    Ok(Identity::from_metadata(&named) == Identity::from_metadata(&file.metadata()?))
}

/// Takes the name of a file away, if it still leads there: what has it by now may be somebody else's. Whether it did.
///
/// # Errors
/// Those of the system.
pub(super) fn remove_own(path: &Path, file: &File) -> io::Result<bool> {
    if !leads_to(path, file)? {
        return Ok(false);
    }
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        removed => removed.map(|()| true),
    }
}

/// Removes the beginning of a journal that a killed process has left, unless somebody holds it; nothing, where there is
/// nothing.
///
/// # Errors
/// Busy, where it is held; corrupt, where it is something else; io.
pub(super) fn remove_abandoned(path: &Path) -> Result<()> {
    let not_ours = |error: Error| error.whole_hint(moving_aside(path));
    let planted = |error: Error| if error.kind() == ErrorKind::Corrupt { not_ours(error) } else { error };
    let Some((file, metadata)) = open_planted(path).map_err(planted)? else { return Ok(()) };
    let _lock = locked(&file, path)?;
    if !is_ours(&file, metadata.len()) {
        return Err(not_ours(Error::corrupt("is not a journal of rmm").at(path)));
    }
    remove_own(path, &file).map(drop).map_err(|error| Error::io("cannot remove", error)).at(path)
}

/// Whether what is in a file can be a journal, or what a crash has left of one: it is all zero before its header is
/// written.
pub(super) fn is_ours(file: &File, len: u64) -> bool {
    let mut beginning = [0; 8];
    let beginning = &mut beginning[..len.min(8) as usize];
    let read = file.read_exact_at(beginning, 0);
    read.is_ok() && (Header::begins(beginning) || beginning.iter().all(|&byte| byte == 0))
}

/// Removes what has the name of a journal and cannot be trusted to be that of the array beside it, unless a job goes on
/// with it.
///
/// # Errors
/// Busy, where it is held; corrupt, where it is something else; io.
pub(super) fn remove_untrusted(path: &Path) -> Result<()> {
    // What cannot be opened is held by nobody.
    let opened = open_planted(path).ok().flatten();
    let _lock = opened.as_ref().map(|(file, _)| locked(file, path)).transpose()?;
    if opened.is_some_and(|(file, metadata)| !is_ours(&file, metadata.len())) {
        let error = Error::corrupt("is not a journal of rmm, and stays").at(path);
        return Err(error.whole_hint(moving_aside(path)));
    }
    std::fs::remove_file(path).map_err(|error| Error::io("cannot remove", error)).at(path)
}

/// The lock on a file, where its file system has any.
fn locked(file: &File, path: &Path) -> Result<Option<Lock>> {
    match Lock::exclusive(file, path) {
        Err(error) if error.kind() == ErrorKind::Busy => Err(error),
        held => Ok(held.ok()),
    }
}

/// A journal is believed where it belongs to the user, to root, or to the owner of the array, and nobody else can
/// write to it.
pub(super) fn refuse_foreign(metadata: &Metadata, owner: u32) -> Result<()> {
    let me = rustix::process::geteuid().as_raw();
    if ![0, me, owner].contains(&metadata.uid()) {
        return Err(Error::corrupt(format!("is a journal of user {}, who does not own the array", metadata.uid())));
    }
    if metadata.mode() & 0o022 != 0 {
        let mode = metadata.mode() & 0o777;
        return Err(Error::corrupt(format!("is a journal that others may write to (mode {mode:o})")));
    }
    if metadata.nlink() > 1 {
        return Err(Error::corrupt("is a journal with another name besides"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::super::naive::file_of;
    use super::*;

    #[test]
    fn only_its_own_file_goes_with_a_name() {
        let (folder, path) = file_of(b"own");
        let own = File::open(&path).expect("there");
        let moved = folder.path().join("moved");
        std::fs::rename(&path, &moved).and_then(|()| std::fs::write(&path, b"theirs")).expect("room");
        assert!(!remove_own(&path, &own).expect("looked at"));
        assert_eq!(std::fs::read(&path).expect("there"), b"theirs");
        let link = folder.path().join("link");
        symlink(&moved, &link).expect("a link");
        assert!(!remove_own(&link, &own).expect("looked at") && link.is_symlink());
        assert!(remove_own(&moved, &own).expect("removed"));
        assert!(!remove_own(&moved, &own).expect("gone already"));
    }

    #[test]
    fn what_is_abandoned_goes_and_what_is_held_or_not_ours_stays() {
        let (_folder, path) = file_of(b"precious");
        let error = remove_abandoned(&path).expect_err("not a journal");
        assert_eq!((error.kind(), error.message()), (ErrorKind::Corrupt, "is not a journal of rmm"));
        assert!(error.hints()[0].starts_with("mv "), "{error}");
        for ours in [&[0; 100][..], b"\x93RMMJRN\n and so on", b""] {
            std::fs::write(&path, b"precious").expect("room");
            assert_eq!(remove_untrusted(&path).expect_err("not a journal").kind(), ErrorKind::Corrupt);
            std::fs::write(&path, ours).expect("room");
            let file = File::open(&path).expect("there");
            let held = Lock::exclusive(&file, &path).expect("free");
            assert_eq!(remove_abandoned(&path).expect_err("held").kind(), ErrorKind::Busy);
            assert_eq!(remove_untrusted(&path).expect_err("held").kind(), ErrorKind::Busy);
            drop(held);
            remove_abandoned(&path).expect("abandoned");
            assert!(!path.exists());
        }
        remove_abandoned(&path).expect("nothing is there");
        symlink("/etc/passwd", &path).expect("a link");
        assert_eq!(remove_abandoned(&path).expect_err("planted").message(), "is not a regular file");
        remove_untrusted(&path).expect("a link");
        assert!(!path.is_symlink());
    }
}
