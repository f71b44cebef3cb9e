//! One writer a file: an advisory lock that the system drops when its holder ends, however it ends.
//!
//! A lock is for the whole file, whichever part of it a job stores in. Readers never take it and never wait for it. They
//! learn of it from a mark beside it, which the system shows to whoever asks.

use std::fmt;
use std::fs::{File, TryLockError};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::{Identity, mark};
use crate::error::{Error, ErrorKind, Result};
use crate::escape::printable;

/// The right to store in a file, until it is dropped.
#[derive(Debug)]
#[must_use = "the file is unlocked when this is dropped"]
pub struct Lock {
    // The lock belongs to the open file that this handle shares.
    file: File,
}

/// Who holds the lock of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A process that can be seen.
    Process {
        /// Its number, as this process sees it.
        pid: u32,
        /// The name of its program, where that can be seen.
        command: Option<String>,
    },
    /// One of another machine or container.
    Unseen,
}

impl Lock {
    /// Locks all of an open file, at once or not at all.
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
                mark::set(&file);
                Ok(Self { file })
            }
            Err(TryLockError::Error(error)) => Err(Error::io("cannot lock", error)),
            Err(TryLockError::WouldBlock) => {
                let holder = Holder::of(file);
                Err(Error::new(ErrorKind::Busy, format!("is in use by {holder}, which is storing in it")))
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the handle is not enough while the file it was cloned from is open; there is no one to tell of a
        // failure, and the end of the process unlocks in any case.
        mark::clear(&self.file);
        let _ = self.file.unlock();
    }
}

impl Holder {
    /// Who stores in a file, if anybody does. Nothing is locked to find out.
    pub fn storing_in(file: &File) -> Option<Self> {
        // The system's list of all locks takes it 10 to 20 ms, in which nobody takes or drops one.
        mark::is_set(file).then(|| Self::of(file))
    }

    /// Who holds the exclusive lock of a file, which somebody does.
    fn of(file: &File) -> Self {
        Self::listed(file).unwrap_or(Self::Unseen)
    }

    fn listed(file: &File) -> Option<Self> {
        let identity = Identity::of(file).ok()?;
        let locks = std::fs::read_to_string("/proc/locks").ok()?;
        let listed =
            || locks.lines().filter_map(|line| Listed::parse(line).filter(|listed| listed.ino == identity.ino));
        // On btrfs and overlayfs a file has another device there than where it is looked at; then it must be open in
        // that process.
        let found = listed().find(|listed| listed.dev == identity.dev);
        let found = found.or_else(|| listed().find(|listed| has_open(listed.pid, identity)));
        found.map(|listed| Self::process(listed.pid))
    }

    fn process(pid: u32) -> Self {
        let command = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok();
        Self::Process { pid, command: command.map(|command| command.trim_end().to_owned()) }
    }
}

/// `process 1234 (rmm)`
impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Any process can call itself anything.
            Self::Process { pid, command: Some(command) } => write!(f, "process {pid} ({})", printable(command)),
            Self::Process { pid, command: None } => write!(f, "process {pid}"),
            Self::Unseen => f.write_str("another process"),
        }
    }
}

/// Whether a process has this file open, as far as it may be looked into.
fn has_open(pid: u32, file: Identity) -> bool {
    let Ok(descriptors) = std::fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
    let mut opened = descriptors.flatten().filter_map(|entry| entry.path().metadata().ok());
    opened.any(|metadata| (metadata.dev(), metadata.ino()) == (file.dev, file.ino))
}

/// A line of `/proc/locks` about an exclusive lock that is held.
struct Listed {
    pid: u32,
    dev: u64,
    ino: u64,
}

impl Listed {
    /// From a line such as `1: FLOCK  ADVISORY  WRITE 1234 fd:00:5678 0 EOF`: device numbers in hexadecimal, then the
    /// inode.
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace().skip(1);
        if (words.next()?, words.nth(1)?) != ("FLOCK", "WRITE") {
            return None;
        }
        // Processes of another namespace have the number 0.
        let pid = words.next()?.parse().ok().filter(|&pid| pid > 0)?;
        let mut place = words.next()?.split(':');
        let major = u32::from_str_radix(place.next()?, 16).ok()?;
        let minor = u32::from_str_radix(place.next()?, 16).ok()?;
        let ino = place.next()?.parse().ok()?;
        Some(Self { pid, dev: rustix::fs::makedev(major, minor), ino })
    }
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
        if let Holder::Process { pid, .. } = Holder::of(&first) {
            assert_eq!(pid, std::process::id());
            assert!(error.message().starts_with(&format!("is in use by process {pid} (")), "{error}");
        }
        drop(lock);
        assert_eq!(Holder::listed(&first), None);
        let _lock = Lock::exclusive(&second, &path).expect("free again");
    }

    #[test]
    fn who_reads_is_told_of_a_writer_as_long_as_there_is_one() {
        let (_folder, path) = file_of(b"12345678");
        let reader = File::open(&path).expect("there");
        let writer = File::options().read(true).write(true).open(&path).expect("there");
        assert_eq!(Holder::storing_in(&reader), None);
        let lock = Lock::exclusive(&writer, &path).expect("free");
        assert_eq!(Holder::storing_in(&reader), Some(Holder::of(&reader)));
        drop(lock);
        assert_eq!(Holder::storing_in(&reader), None, "though the file is still open");
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
        let of = |line: &str| Listed::parse(line).map(|listed| (listed.pid, listed.dev, listed.ino));
        let expected = Some((1234, rustix::fs::makedev(0xfd, 0x1a), 5678));
        assert_eq!(of("1: FLOCK  ADVISORY  WRITE 1234 fd:1a:5678 0 EOF"), expected);
        for other in [
            "1: -> FLOCK  ADVISORY  WRITE 1234 fd:1a:5678 0 EOF",
            "1: POSIX  ADVISORY  WRITE 1234 fd:1a:5678 0 EOF",
            "1: FLOCK  ADVISORY  READ 1234 fd:1a:5678 0 EOF",
            "1: FLOCK  ADVISORY  WRITE 0 fd:1a:5678 0 EOF",
            "1: FLOCK  ADVISORY  WRITE 1234 fd:1a",
            "",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn a_holder_cannot_write_on_the_terminal() {
        let holder = Holder::Process { pid: 7, command: Some("a\u{1b}[31m".to_owned()) };
        assert_eq!(holder.to_string(), "process 7 (a\\x1b[31m)");
        assert_eq!(Holder::Process { pid: 7, command: None }.to_string(), "process 7");
        assert_eq!(Holder::Unseen.to_string(), "another process");
        let own = Identity::of(&File::open("/dev/null").expect("there")).expect("open");
        assert!(!has_open(std::process::id(), Identity { ino: u64::MAX, ..own }));
    }
}
