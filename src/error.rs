//! What can go wrong, and what to do about it.
//!
//! One type for the whole library: a kind that a program can match on, a message with the numbers in it, the path it
//! happened to, and hints that are commands to paste. This module knows nothing of exit codes or terminals.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::escape::{path_text, printable};

/// The result of everything in this library that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The nature of a failure, which decides how a caller should react.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request is wrong or does not fit the data; nothing was changed.
    Usage,
    /// The operating system refused or the file changed underfoot.
    Io,
    /// Somebody else is writing to the file.
    Busy,
    /// A header, sidecar or journal is damaged, foreign or hostile.
    Corrupt,
    /// A child process failed or gave back the wrong number of bytes.
    Child,
    /// An in-place job stopped at a value that does not fit, after chunks had been stored.
    Midway,
    /// A signal asked the job to stop; the number is the signal's.
    Interrupted(i32),
    /// The reader of a pipe went away, which is how `head` says that it has had enough.
    BrokenPipe,
}

/// A failure: kind, path, message and hints.
#[derive(Debug, thiserror::Error)]
pub struct Error {
    kind: ErrorKind,
    path: Option<PathBuf>,
    message: String,
    hints: Vec<String>,
    /// A bit for each of the hints that are whole: nothing in them stands for anything else. There are never many.
    whole: u32,
    #[source]
    source: Option<io::Error>,
}

impl Error {
    /// A failure of the given kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, path: None, message: message.into(), hints: Vec::new(), whole: 0, source: None }
    }

    /// The request is wrong or does not fit.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// A header or another description of data is not what it should be.
    pub fn corrupt(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Corrupt, message)
    }

    /// The operating system said no while doing `action` (`"cannot open"`).
    pub fn io(action: impl fmt::Display, source: impl Into<io::Error>) -> Self {
        let source = source.into();
        let kind = ErrorKind::Io;
        let message = format!("{action}: {}", reason(&source));
        Self { kind, path: None, message, hints: Vec::new(), whole: 0, source: Some(source) }
    }

    /// The same of a stream, whose reader may have had enough: what a file says of broken pipes is an error like others.
    pub fn stream(action: impl fmt::Display, source: impl Into<io::Error>) -> Self {
        let error = Self::io(action, source);
        match error.source.as_ref().map(io::Error::kind) {
            Some(io::ErrorKind::BrokenPipe) => Self { kind: ErrorKind::BrokenPipe, ..error },
            _ => error,
        }
    }

    /// Names the file this happened to, unless a deeper layer has named one.
    #[must_use]
    pub fn at(mut self, path: impl AsRef<Path>) -> Self {
        self.path.get_or_insert_with(|| path.as_ref().to_path_buf());
        self
    }

    /// Says in front of the message what was being looked at: `INDEX '9'`.
    #[must_use]
    pub fn within(mut self, what: impl fmt::Display) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// Says behind the message what has become of the work: `chunks 0 to 4 are stored`.
    #[must_use]
    pub fn followed_by(mut self, what: impl fmt::Display) -> Self {
        self.message = format!("{}; {what}", self.message);
        self
    }

    /// Adds a hint: one line, best a command to paste.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds a hint that was typed, or names its files itself: the word `FILE` in it is what it says.
    #[must_use]
    pub fn whole_hint(mut self, hint: impl Into<String>) -> Self {
        self.whole |= bit(self.hints.len());
        self.hint(hint)
    }

    /// Puts the name of the file, as a shell reads it, for `FILE` in hints.
    #[must_use]
    pub fn naming_file(mut self, word: &str) -> Self {
        for (place, hint) in self.hints.iter_mut().enumerate() {
            if self.whole & bit(place) == 0 {
                *hint = hint.replace("FILE", word);
                self.whole |= bit(place);
            }
        }
        self
    }

    /// The same failure with the hints of another.
    #[must_use]
    pub fn with_hints_of(mut self, other: &Self) -> Self {
        self.hints.clone_from(&other.hints);
        self.whole = other.whole;
        self
    }

    /// The same failure with other hints.
    #[must_use]
    pub fn with_hints(mut self, hints: Vec<String>) -> Self {
        self.hints = hints;
        self.whole = 0;
        self
    }

    /// The same failure as another kind.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.kind = kind;
        self
    }

    /// How a caller should react.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether it is for want of room on a file system, or of what a user may take of it.
    pub fn is_of_room(&self) -> bool {
        let kind = self.source.as_ref().map(io::Error::kind);
        matches!(kind, Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded))
    }

    /// Whether it is for want of the right to do it.
    pub fn is_of_rights(&self) -> bool {
        self.source.as_ref().is_some_and(|source| source.kind() == io::ErrorKind::PermissionDenied)
    }

    /// The file it happened to, where there is one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// What is wrong, without the path.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }
}

fn bit(place: usize) -> u32 {
    1 << place.min(31)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}: ", path_text(path))?;
        }
        f.write_str(&printable(&self.message))
    }
}

/// Adds the path to whatever went wrong.
pub trait At<T> {
    /// Names the file this happened to, unless a deeper layer has named one.
    fn at(self, path: impl AsRef<Path>) -> Result<T>;
}

impl<T> At<T> for Result<T> {
    fn at(self, path: impl AsRef<Path>) -> Result<T> {
        self.map_err(|error| error.at(path))
    }
}

/// The system's own words without Rust's `(os error N)`.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn want_of_room_is_told_from_other_failures() {
        let failed = |number| Error::io("cannot store", io::Error::from_raw_os_error(number));
        assert!([libc::ENOSPC, libc::EDQUOT].into_iter().all(|number| failed(number).is_of_room()));
        assert!([libc::EIO, libc::EFBIG].into_iter().all(|number| !failed(number).is_of_room()));
        assert!(!Error::usage("too long").is_of_room());
    }

    #[test]
    fn a_reader_that_has_gone_is_told_from_a_file_that_fails() {
        let pipe = || io::Error::from_raw_os_error(libc::EPIPE);
        assert_eq!(Error::stream("cannot write", pipe()).kind(), ErrorKind::BrokenPipe);
        assert_eq!(Error::io("cannot write", pipe()).kind(), ErrorKind::Io);
        assert_eq!(Error::stream("cannot write", io::Error::from_raw_os_error(libc::EIO)).kind(), ErrorKind::Io);
    }

    #[test]
    fn names_the_deepest_path() {
        let error = Error::usage("too long").at("inner").at("outer");
        assert_eq!(error.to_string(), "inner: too long");
    }

    #[test]
    fn the_file_is_named_in_hints_that_are_not_whole() {
        let error = Error::usage("x").hint("rmm FILE").whole_hint("grep FILE").hint("FILE").naming_file("a.npy");
        assert_eq!(error.hints(), ["rmm a.npy", "grep FILE", "a.npy"]);
        // Once: a file may be called so.
        let error = Error::usage("x").hint("rmm FILE").naming_file("FILE.npy");
        let other = Error::usage("y").with_hints_of(&error).naming_file("b.npy");
        assert_eq!(other.hints(), ["rmm FILE.npy"]);
    }

    #[test]
    fn says_what_was_looked_at_and_what_has_become_of_it() {
        let error = Error::usage("too long").within("chunk 3").followed_by("nothing is stored");
        assert_eq!(error.message(), "chunk 3: too long; nothing is stored");
    }

    #[test]
    fn says_what_the_system_said() {
        let error = Error::io("cannot open", io::Error::from_raw_os_error(2)).at("a.npy");
        assert_eq!(error.to_string(), "a.npy: cannot open: No such file or directory");
        assert_eq!(error.kind(), ErrorKind::Io);
    }

    #[test]
    fn never_lets_an_escape_sequence_through() {
        let error = Error::usage("field \u{1b}]0;owned\u{7}").at("a\nb");
        assert_eq!(error.to_string(), "a\\nb: field \\x1b]0;owned\\x07");
    }
}
