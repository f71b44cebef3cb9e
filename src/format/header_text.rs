//! The text of a header, line by line: bounded, numbered, and as bytes, since a file name in it need not be UTF-8.
//!
//! What the lines mean belongs to the formats.

use std::borrow::Cow;
use std::io::Read;
use std::str::FromStr;

use crate::error::{Error, Result};

/// The longest text header that is read, in bytes: as for `.npy`.
pub(super) const MAX_LEN: u64 = 1 << 20;

/// The beginning of a file, as far as a header may reach.
///
/// # Errors
/// Io.
pub(super) fn read(head: &mut dyn Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    head.take(MAX_LEN + 1).read_to_end(&mut bytes).map_err(|error| Error::io("cannot read the header", error))?;
    Ok(bytes)
}

/// One line, without its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// Its number, from 1.
    pub(super) number: usize,
    /// What stands in it, without white space around.
    pub(super) bytes: &'a [u8],
    /// Where the next line begins, in bytes.
    pub(super) end: usize,
}

/// The lines of a header that may end before the file does.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    number: usize,
}

impl<'a> Lines<'a> {
    /// From the first byte of the file on.
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, number: 0 }
    }

    /// The next line; none at the end of the file.
    ///
    /// # Errors
    /// Corrupt, where the header is longer than any that is read.
    pub(super) fn next(&mut self) -> Result<Option<Line<'a>>> {
        let rest = &self.bytes[self.at..];
        if rest.is_empty() {
            return Ok(None);
        }
        let len = rest.iter().position(|&byte| byte == b'\n');
        if len.is_none() && self.bytes.len() as u64 > MAX_LEN {
            return Err(Error::corrupt(format!("its header is longer than the {MAX_LEN} bytes that are read")));
        }
        let line = &rest[..len.unwrap_or(rest.len())];
        self.at += len.map_or(rest.len(), |len| len + 1);
        self.number += 1;
        Ok(Some(Line { number: self.number, bytes: line.trim_ascii(), end: self.at }))
    }
}

impl<'a> Line<'a> {
    /// The key in front of the separator and the value behind it, without white space around them.
    pub(super) fn split(self, separator: u8) -> Option<(Cow<'a, str>, &'a [u8])> {
        let at = self.bytes.iter().position(|&byte| byte == separator)?;
        let (key, value) = (&self.bytes[..at], &self.bytes[at + 1..]);
        Some((String::from_utf8_lossy(key.trim_ascii()), value.trim_ascii()))
    }

    /// The line as text.
    pub(super) fn text(self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.bytes)
    }

    /// What is wrong with it.
    pub(super) fn wrong(self, what: impl std::fmt::Display) -> Error {
        wrong(self.number, what)
    }
}

/// What is wrong in a line.
pub(super) fn wrong(line: usize, what: impl std::fmt::Display) -> Error {
    Error::corrupt(format!("line {line} of its header: {what}"))
}

/// A value that a key must have at most once, and the line that it stands in.
#[derive(Clone, Debug)]
pub(super) struct Once<T>(Option<(usize, T)>);

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Once<T> {
    /// Takes the value of a line.
    ///
    /// # Errors
    /// Corrupt, where an earlier line has the key already.
    pub(super) fn set(&mut self, line: usize, key: &str, value: T) -> Result<()> {
        if let Some((first, _)) = self.0 {
            return Err(wrong(line, format_args!("{key} is there already, in line {first}")));
        }
        self.0 = Some((line, value));
        Ok(())
    }

    /// The value, where the key was there.
    pub(super) fn get(&self) -> Option<&T> {
        self.0.as_ref().map(|(_, value)| value)
    }

    /// The line and the value.
    ///
    /// # Errors
    /// Corrupt, where the key is missing.
    pub(super) fn needed(&self, key: &str) -> Result<(usize, &T)> {
        let found = self.0.as_ref().map(|(line, value)| (*line, value));
        found.ok_or_else(|| Error::corrupt(format!("its header does not say {key}")))
    }

    /// The line and the value, if any.
    pub(super) fn line(&self) -> Option<(usize, &T)> {
        self.0.as_ref().map(|(line, value)| (*line, value))
    }
}

/// A number, strictly: digits, perhaps behind a sign.
///
/// # Errors
/// Corrupt, naming line and key.
pub(super) fn number<T: FromStr>(line: usize, key: &str, text: &str) -> Result<T> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = if plain { text.parse().ok() } else { None };
    number.ok_or_else(|| wrong(line, format_args!("{key} is '{text}', not a whole number that fits")))
}

/// The lengths of axes, at least 1 each, as they stand in a line.
///
/// # Errors
/// Corrupt, naming line and key.
pub(super) fn lengths(line: usize, key: &str, text: &str) -> Result<Vec<u64>> {
    let length = |word: &str| match number(line, key, word)? {
        0 => Err(wrong(line, format_args!("{key} has a length of 0"))),
        len => Ok(len),
    };
    text.split_ascii_whitespace().map(length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_and_trimmed() {
        let mut lines = Lines::of(b"a: 1 \r\n\nlast");
        let mut next = || lines.next().expect("short").map(|line| (line.number, line.bytes, line.end));
        assert_eq!(next(), Some((1, &b"a: 1"[..], 7)));
        assert_eq!(next(), Some((2, &b""[..], 8)));
        assert_eq!(next(), Some((3, &b"last"[..], 12)));
        assert_eq!(next(), None);
    }

    #[test]
    fn a_header_has_an_end() {
        let endless = vec![b'x'; MAX_LEN as usize + 1];
        assert!(Lines::of(&endless).next().expect_err("endless").message().contains("1048576 bytes"));
        assert_eq!(read(&mut std::io::repeat(0)).expect("zeros").len() as u64, MAX_LEN + 1);
    }

    #[test]
    fn numbers_are_digits() {
        assert_eq!(number::<i64>(1, "skip", "-1").expect("a number"), -1);
        for text in ["", "-", "+1", "1.0", "1e3", "0x10", "99999999999999999999999"] {
            assert!(number::<u64>(3, "skip", text).expect_err(text).message().starts_with("line 3 of its header"));
        }
        assert_eq!(lengths(1, "sizes", "3  4").expect("two"), [3, 4]);
        lengths(1, "sizes", "3 0").expect_err("empty");
    }

    #[test]
    fn a_key_counts_once() {
        let mut once = Once::default();
        assert!(once.needed("type").expect_err("missing").message().contains("does not say type"));
        once.set(2, "type", 1).expect("the first");
        assert_eq!(
            once.set(5, "type", 1).expect_err("again").message(),
            "line 5 of its header: type is there already, in line 2"
        );
    }
}
