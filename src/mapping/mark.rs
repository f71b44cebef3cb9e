//! The mark of a file that is being stored in, for those who only read it.
//!
//! A lock by `flock` cannot be asked for without taking it. One of a range can (`F_OFD_GETLK`, Linux 3.15), so a writer
//! takes one besides, of a byte that no file has. It keeps nobody out, and the system drops it when its holder ends.

#![allow(unsafe_code, reason = "no safe interface to locks of open file descriptions is at hand")]

use std::fs::File;
use std::os::fd::AsRawFd;

/// The last byte that a lock can name.
const PLACE: libc::off_t = libc::off_t::MAX - 1;

/// Marks a file. One that is open for reading alone, or on a file system without such locks, stays as it is: nobody is
/// warned then.
pub(super) fn set(file: &File) {
    let _ = ask(file, libc::F_OFD_SETLK, libc::F_WRLCK);
}

/// Takes the mark away.
pub(super) fn clear(file: &File) {
    let _ = ask(file, libc::F_OFD_SETLK, libc::F_UNLCK);
}

/// Whether somebody else who has opened the file has marked it; no, where the system does not say.
pub(super) fn is_set(file: &File) -> bool {
    ask(file, libc::F_OFD_GETLK, libc::F_RDLCK) == Some(libc::F_WRLCK)
}

/// The kind of lock that the system answers with, if it does.
fn ask(file: &File, request: libc::c_int, kind: libc::c_int) -> Option<libc::c_int> {
    let mut lock = libc::flock {
        l_type: kind as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: PLACE,
        l_len: 1,
        l_pid: 0,
    };
    // SAFETY: the descriptor is open, and both requests read and write this one struct, which is theirs.
    let answer = unsafe { libc::fcntl(file.as_raw_fd(), request, &raw mut lock) };
    (answer == 0).then(|| lock.l_type.into())
}

#[cfg(test)]
mod tests {
    use super::super::naive::file_of;
    use super::*;

    #[test]
    fn only_others_see_a_mark() {
        let (_folder, path) = file_of(b"1");
        let open = || File::options().read(true).write(true).open(&path).expect("there");
        let (writer, reader) = (open(), File::open(&path).expect("there"));
        assert!(!is_set(&reader));
        set(&writer);
        assert!(is_set(&reader) && !is_set(&writer));
        set(&open());
        assert!(is_set(&reader), "one that cannot be set takes none away");
        clear(&writer);
        assert!(!is_set(&reader));
    }

    #[test]
    fn it_goes_with_its_file() {
        let (_folder, path) = file_of(b"1");
        let (writer, reader) =
            (File::options().write(true).open(&path).expect("there"), File::open(&path).expect("there"));
        set(&writer);
        assert!(is_set(&reader));
        drop(writer);
        assert!(!is_set(&reader));
    }

    #[test]
    fn what_is_open_for_reading_alone_is_not_marked() {
        let (_folder, path) = file_of(b"1");
        let (one, other) = (File::open(&path).expect("there"), File::open(&path).expect("there"));
        set(&one);
        assert!(!is_set(&other));
    }
}
