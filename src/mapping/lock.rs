//! One writer a file: an advisory lock that the system drops when its holder ends, however it ends.
//!
//! The lock covers the whole file, whichever part of it a job stores in. Readers never take it and never wait for it.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::Identity;
use crate::error::{Error, ErrorKind, Result};

/// The right to store in a file, until it is dropped.
#[derive(Debug)]
#[must_use = "the file is unlocked when this is dropped"]
pub struct Lock {
    // The lock belongs to the open file that this handle shares.
    file: File,
}

impl Lock {
    /// Locks an open file, at once or not at all.
    ///
    /// # Errors
    /// Busy, naming the holder where the system knows it, also where the path leads to another file by now (somebody
    /// replaced it between its opening and its locking); io, where the file system has no locks.
    pub fn exclusive(file: &File, path: &Path) -> Result<Self> {
        let lock = Self::take(file).map_err(|error| error.at(path))?;
        let named = path.metadata().map_err(|error| Error::io("vanished while being locked", error).at(path))?;
        if Identity::from_metadata(&named) != Identity::of(file).map_err(|error| error.at(path))? {
            let message = "was replaced by another file while being locked";
            return Err(Error::new(ErrorKind::Busy, message).at(path));
        }
        Ok(lock)
    }

    fn take(file: &File) -> Result<Self> {
        match file.try_lock() {
            Ok(()) => {
                let file = file.try_clone().map_err(|error| Error::io("cannot lock", error))?;
                Ok(Self { file })
            }
            Err(TryLockError::Error(error)) => Err(Error::io("cannot lock", error)),
            Err(TryLockError::WouldBlock) => {
                let holder = Identity::of(file).ok().and_then(holder);
                let by = holder.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"));
                Err(Error::new(ErrorKind::Busy, format!("is in use by {by}, which is storing in it")))
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the handle is not enough while the file it was cloned from is open; there is no one to tell of a
        // failure, and the end of the process unlocks in any case.
        let _ = self.file.unlock();
    }
}

/// The process that holds the lock of a file, as far as the system shows it.
fn holder(file: Identity) -> Option<u32> {
    std::fs::read_to_string("/proc/locks").ok()?.lines().find_map(|line| parse_holder(line, file))
}

/// From a line such as `1: FLOCK  ADVISORY  WRITE 1234 fd:00:5678 0 EOF`: device numbers in hexadecimal, then the inode.
fn parse_holder(line: &str, file: Identity) -> Option<u32> {
    let mut words = line.split_ascii_whitespace().skip(1);
    if words.next()? != "FLOCK" {
        return None;
    }
    let pid = words.nth(2)?.parse().ok()?;
    let mut place = words.next()?.split(':');
    let major = u32::from_str_radix(place.next()?, 16).ok()?;
    let minor = u32::from_str_radix(place.next()?, 16).ok()?;
    let ino: u64 = place.next()?.parse().ok()?;
    let dev = rustix::fs::makedev(major, minor);
    (Identity { dev, ino } == file).then_some(pid)
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    use super::super::naive::{file_of, skipped};
    use super::*;

    #[test]
    fn two_writers_do_not_meet() {
        let (_folder, path) = file_of(b"12345678");
        let (first, second) = (File::open(&path).expect("there"), File::open(&path).expect("there"));
        let lock = Lock::exclusive(&first, &path).expect("free");
        let error = Lock::exclusive(&second, &path).expect_err("taken");
        assert_eq!(error.kind(), ErrorKind::Busy);
        if holder(Identity::of(&first).expect("open")).is_some() {
            assert!(error.message().contains(&format!("process {}", std::process::id())), "{error}");
        }
        drop(lock);
        let _lock = Lock::exclusive(&second, &path).expect("free again");
    }

    #[test]
    fn another_process_keeps_a_writer_out_until_it_ends() {
        let (_folder, path) = file_of(b"12345678");
        let command = Command::new("flock")
            .arg(&path)
            .args(["sh", "-c", "echo held; read end"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let Ok(mut child) = command else { return skipped("no flock command") };
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("the lock is held");
        let file = File::open(&path).expect("there");
        assert_eq!(Lock::exclusive(&file, &path).expect_err("taken").kind(), ErrorKind::Busy);
        drop(child.stdin.take());
        child.wait().expect("it ends");
        let _lock = Lock::exclusive(&file, &path).expect("free again");
    }

    #[test]
    fn a_file_that_was_replaced_is_not_locked() {
        let (folder, path) = file_of(b"12345678");
        let file = File::open(&path).expect("there");
        let other = folder.path().join("other");
        std::fs::write(&other, b"").and_then(|()| std::fs::rename(&other, &path)).expect("replaced");
        assert_eq!(Lock::exclusive(&file, &path).expect_err("replaced").kind(), ErrorKind::Busy);
    }

    #[test]
    fn reads_who_holds_a_lock() {
        let file = Identity { dev: rustix::fs::makedev(0xfd, 0x1a), ino: 5678 };
        assert_eq!(parse_holder("1: FLOCK  ADVISORY  WRITE 1234 fd:1a:5678 0 EOF", file), Some(1234));
        assert_eq!(parse_holder("1: -> FLOCK  ADVISORY  WRITE 1234 fd:1a:5678 0 EOF", file), None);
        assert_eq!(parse_holder("1: POSIX  ADVISORY  WRITE 1234 fd:1a:5678 0 EOF", file), None);
        assert_eq!(parse_holder("1: FLOCK  ADVISORY  WRITE 1234 fd:1a:5679 0 EOF", file), None);
        assert_eq!(parse_holder("", file), None);
    }
}
