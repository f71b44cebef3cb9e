//! Copies that the kernel makes by itself, file to file, shared or copied.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use rustix::io::Errno;

use super::{Mapping, space};
use crate::error::{Error, Result};

/// Bytes of one system call, so that a signal is noticed between two.
const CALL: u64 = 64 << 20;
/// Bytes of a copy through memory.
const PIECE: usize = 256 << 10;

/// Who is told of every piece that is copied, and may end that.
type Told<'a> = &'a mut dyn FnMut(u64) -> Result<()>;

/// Copies `len` bytes of a file to another, from a byte of that on, where that one is new: holes stay holes. Tells of
/// every piece that is copied.
///
/// # Errors
/// Whatever `told` fails with; io, where it is about the target, without a path, which the caller knows.
pub fn copy_range(
    from: &Mapping,
    offset: u64,
    len: u64,
    (to, to_offset): (&File, u64),
    told: &mut dyn FnMut(u64) -> Result<()>,
) -> Result<()> {
    from.within(offset, len)?;
    let end = offset + len;
    let mut at = offset;
    while let Some(data) = from.next_data(at)?.filter(|data| data.start < end) {
        let stop = data.end.min(end);
        told(data.start - at)?;
        copy_data(from, data.start..stop, (to, to_offset + (data.start - offset)), told)?;
        at = stop;
    }
    if at < end {
        // A file that has been cut short has no data there either: reading tells the one from the other.
        from.read_at(at, &mut [0])?;
        from.read_at(end - 1, &mut [0])?;
        let found = to.metadata().map_err(|error| Error::io("cannot examine", error))?.len();
        space::set_len(to, found.max(to_offset + len))?;
        told(end - at)?;
    }
    Ok(())
}

/// Copies bytes of a file to another, from a byte of that on.
///
/// The kernel shares the storage of both where the file system can (btrfs, XFS, aligned ranges), else copies; where it
/// can do neither, the bytes go through memory.
fn copy_data(from: &Mapping, range: Range<u64>, (to, to_offset): (&File, u64), told: Told<'_>) -> Result<()> {
    let end = range.end;
    let (mut at, mut to_at) = (range.start, to_offset);
    while at < end {
        let now = (end - at).min(CALL) as usize;
        match rustix::fs::copy_file_range(from.file(), Some(&mut at), to, Some(&mut to_at), now) {
            Err(Errno::INTR) => told(0)?,
            Err(error @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG)) => {
                return Err(Error::io(format!("cannot store at byte {to_at}"), error));
            }
            // At once or on the way, and also where nothing was copied and nothing is said: as cat would do it, which
            // finds out what is wrong, if anything is.
            Ok(0) | Err(_) => return copy_through_memory(from, at..end, (to, to_at), told),
            Ok(count) => told(count as u64)?,
        }
    }
    Ok(())
}

fn copy_through_memory(from: &Mapping, range: Range<u64>, (to, to_offset): (&File, u64), told: Told<'_>) -> Result<()> {
    let mut piece = vec![0; PIECE];
    for at in range.clone().step_by(PIECE) {
        let bytes = &mut piece[..(range.end - at).min(PIECE as u64) as usize];
        from.read_at(at, bytes)?;
        let to_at = to_offset + (at - range.start);
        to.write_all_at(bytes, to_at).map_err(|error| Error::io(format!("cannot store at byte {to_at}"), error))?;
        told(bytes.len() as u64)?;
    }
    Ok(())
}

/// Makes the empty file `to` a copy of `from`: sharing all storage where the file system can, else with the same holes.
/// Tells of every piece that is copied.
///
/// # Errors
/// As [`copy_range`].
pub fn copy_sparse(from: &Mapping, to: &File, told: &mut dyn FnMut(u64) -> Result<()>) -> Result<()> {
    if rustix::fs::ioctl_ficlone(to, from.file()).is_ok() {
        return Ok(());
    }
    space::set_len(to, from.len())?;
    let mut at = 0;
    while let Some(data) = from.next_data(at)? {
        copy_data(from, data.start..data.end, (to, data.start), told)?;
        at = data.end;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use crate::error::ErrorKind;

    use std::os::unix::fs::MetadataExt;

    use super::super::naive::{FILE, file_of, in_small_folder, noise, skipped, sparse};
    use super::super::{Mode, stream_name};
    use super::*;

    fn open(path: &std::path::Path) -> Mapping {
        Mapping::open(path, Mode::Read).expect("regular")
    }

    #[test]
    fn who_is_told_of_pieces_ends_the_copy() {
        let content = noise(3 << 20);
        let (folder, path) = file_of(&content);
        let (from, to) = (open(&path), tempfile::tempfile_in(folder.path()).expect("a temporary file"));
        let mut all = 0;
        let mut count = |bytes| {
            all += bytes;
            Ok(())
        };
        copy_range(&from, 5, (3 << 20) - 5, (&to, 0), &mut count).expect("copied");
        copy_through_memory(&from, 0..3 << 20, (&to, 0), &mut count).expect("copied");
        assert_eq!(all, (6 << 20) - 5);
        let mut end = |_| Err(Error::new(ErrorKind::Interrupted(2), "ended"));
        to.set_len(0).expect("its own");
        copy_through_memory(&from, 0..3 << 20, (&to, 0), &mut end).expect_err("ended");
        assert_eq!(to.metadata().expect("there").len(), PIECE as u64);
        let error = copy_range(&from, 0, 3 << 20, (&to, 0), &mut end).expect_err("ended");
        assert_eq!(error.kind(), ErrorKind::Interrupted(2));
        to.set_len(0).expect("its own");
        // Storage that both can share is shared at once, and there are no pieces.
        match copy_sparse(&from, &to, &mut end) {
            Err(error) => assert_eq!(error.kind(), ErrorKind::Interrupted(2)),
            Ok(()) => assert_eq!(to.metadata().expect("there").len(), 3 << 20),
        }
    }

    #[test]
    fn copies_a_range_to_anywhere() {
        let content = noise(3 << 20);
        let (folder, path) = file_of(&content);
        let from = open(&path);
        let elsewhere = std::path::Path::new("/dev/shm").is_dir().then(|| tempfile::tempfile_in("/dev/shm"));
        let here = tempfile::tempfile_in(folder.path()).expect("a temporary file");
        for to in elsewhere.into_iter().flatten().chain([here]) {
            copy_range(&from, 5, (3 << 20) - 10, (&to, 100), &mut |_| Ok(())).expect("copied");
            copy_through_memory(&from, 0..7, (&to, 0), &mut |_| Ok(())).expect("copied");
            let mut copied = vec![0; (3 << 20) - 10];
            to.read_exact_at(&mut copied, 100).expect("as long");
            assert!(copied == content[5..content.len() - 5]);
            to.read_exact_at(&mut copied[..7], 0).expect("as long");
            assert_eq!(copied[..7], content[..7]);
        }
        let to = tempfile::tempfile().expect("a temporary file");
        let error = copy_range(&from, 5, 3 << 20, (&to, 0), &mut |_| Ok(())).expect_err("beyond the end");
        assert_eq!(error.path(), Some(path.as_path()));
        File::options().write(true).open(&path).and_then(|file| file.set_len(10)).expect("cut short");
        let error = copy_range(&from, 0, 100, (&to, 0), &mut |_| Ok(())).expect_err("cut short");
        assert_eq!(error.message(), format!("was truncated while being read, byte 10 of {}", content.len()));
    }

    #[test]
    fn a_range_keeps_its_holes() {
        let (_folder, path) = sparse(1 << 30);
        let file = File::options().write(true).open(&path).expect("writable");
        file.write_all_at(b"island", 500 << 20).expect("stored");
        let to = tempfile::tempfile().expect("a temporary file");
        copy_range(&open(&path), 100, (1 << 30) - 100, (&to, 28), &mut |_| Ok(())).expect("copied");
        let metadata = to.metadata().expect("a file");
        assert_eq!(metadata.len(), (1 << 30) - 72);
        assert!(metadata.blocks() * 512 < 1 << 20, "{} blocks", metadata.blocks());
        let mut island = [0; 8];
        to.read_exact_at(&mut island, (500 << 20) - 73).expect("copied");
        assert_eq!(&island, b"\0island\0");
    }

    #[test]
    fn a_full_disk_is_an_error() {
        let (_folder, path) = file_of(&noise(4 << 20));
        let outcome = in_small_folder(|folder| {
            let to = tempfile::tempfile_in(folder).expect("a temporary file");
            copy_range(&open(&path), 0, 4 << 20, (&to, 0), &mut |_| Ok(()))
        });
        let Some(outcome) = outcome else { return skipped("a file system cannot be mounted here") };
        let error = outcome.expect_err("full");
        assert!(error.message().starts_with("cannot store at byte "), "{error}");
        assert!(error.message().ends_with("No space left on device"), "{error}");
    }

    #[test]
    fn holes_stay_holes() {
        let (folder, path) = sparse(1 << 30);
        let file = File::options().write(true).open(&path).expect("writable");
        file.write_all_at(b"island", 500 << 20).expect("stored");
        let from = open(&path);
        let data = from.next_data(0).expect("known").expect("an island");
        assert!(data.contains(&(500 << 20)));
        assert_eq!(from.next_data(1 << 30).expect("known"), None);
        let to = folder.path().join("copy");
        copy_sparse(&from, &File::create(&to).expect("new"), &mut |_| Ok(())).expect("copied");
        let copied = open(&to);
        assert_eq!(copied.len(), 1 << 30);
        assert!(to.metadata().expect("there").blocks() * 512 < 2 << 20);
        let mut island = [0; 6];
        copied.read_at(500 << 20, &mut island).expect("there");
        assert_eq!(&island, b"island");
    }

    #[test]
    fn a_pipe_is_spooled() {
        let content = noise(FILE);
        let (mut reader, mut writer) = std::io::pipe().expect("a pipe");
        let thread = std::thread::spawn({
            let content = content.clone();
            move || writer.write_all(&content).expect("read")
        });
        let mapping = super::super::spool(&mut reader, &stream_name("stdin")).expect("spooled");
        thread.join().expect("written");
        let mut bytes = vec![0; FILE];
        mapping.read_at(0, &mut bytes).expect("all of it");
        assert!(bytes == content);
        assert_eq!(mapping.path().to_str(), Some("<stdin>"));
        assert_eq!(mapping.file().metadata().expect("open").nlink(), 0);
    }
}
