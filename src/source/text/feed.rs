//! Where text comes from: a file or a stream, compressed or not, read from its beginning and, where that is wanted, again.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use super::compressed::Compression;
use crate::error::{Error, Result};
use crate::mapping::{Mapping, spool, temporary, unkept};

/// Bytes that are read before their pages are given up, where that is wanted.
const BEHIND: u64 = 8 << 20;

/// The most text that is looked through for damage: seconds of it.
const VERIFIED: u64 = 1 << 30;
/// Bytes that are looked through at a time.
const PART: usize = 256 << 10;

/// A stream that is read once.
type Stream = Box<dyn Read + Send>;

/// A text that can be opened at any byte.
pub struct Feed {
    origin: Origin,
    compression: Option<Compression>,
    name: PathBuf,
    /// Whether nobody wants the rest of it.
    given_up: Arc<AtomicBool>,
}

enum Origin {
    File(Mapping),
    Stream {
        /// Taken by the first who reads.
        stream: Mutex<Option<Stream>>,
        /// What has been read of it, where it is to be read again.
        kept: Option<File>,
    },
}

/// Whether a stream is to be read more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readings {
    /// Once, from its beginning to its end.
    Once,
    /// Again, from anywhere, after it was read to its end: it is kept in a file without a name meanwhile.
    Again,
}

impl Feed {
    /// The text in a file.
    pub fn of_file(mapping: Mapping, compression: Option<Compression>) -> Self {
        let name = mapping.path().to_path_buf();
        Self { origin: Origin::File(mapping), compression, name, given_up: Arc::default() }
    }

    /// The text that comes through a pipe.
    ///
    /// # Errors
    /// Io, where it cannot be kept.
    pub fn of_stream(
        stream: Stream,
        name: &Path,
        compression: Option<Compression>,
        readings: Readings,
    ) -> Result<Self> {
        let kept = (readings == Readings::Again).then(temporary).transpose()?;
        let origin = Origin::Stream { stream: Mutex::new(Some(stream)), kept };
        Ok(Self { origin, compression, name: name.to_path_buf(), given_up: Arc::default() })
    }

    /// The same, its stream read by somebody who waits for it only until this says that nobody wants it.
    #[must_use]
    pub fn given_up_by(self, given_up: Arc<AtomicBool>) -> Self {
        Self { given_up, ..self }
    }

    /// Says that nobody wants the rest of it: who waits for a stream that is silent need not.
    pub(crate) fn give_up(&self) {
        self.given_up.store(true, Relaxed);
    }

    /// Checks that a file is as long as it was when it was opened: else what was read of it may not be all.
    ///
    /// # Errors
    /// As [`Mapping::check_unchanged`].
    pub(crate) fn check_unchanged(&self) -> Result<()> {
        match &self.origin {
            Origin::File(mapping) => mapping.check_unchanged(),
            Origin::Stream { .. } => Ok(()),
        }
    }

    /// Gives back the file that it is made of, where it is one.
    pub fn into_file(self) -> Option<Mapping> {
        match self.origin {
            Origin::File(mapping) => Some(mapping),
            Origin::Stream { .. } => None,
        }
    }

    /// Its name in messages.
    pub fn name(&self) -> &Path {
        &self.name
    }

    /// All of it in a file without a name, under this name in messages.
    ///
    /// # Errors
    /// Corrupt, where compressed bytes are damaged; io.
    pub fn spooled(&self, name: &Path) -> Result<Mapping> {
        let mut failure = None;
        let mut reader = self.reader(0).map_err(|error| self.failed(error))?;
        let mapping = spool(&mut Noting { reader: &mut reader, failure: &mut failure }, name);
        match failure {
            Some(error) => Err(self.failed(error)),
            None => mapping,
        }
    }

    /// The first bytes, up to so many.
    ///
    /// # Errors
    /// As [`Feed::spooled`].
    pub fn head(&self, len: usize) -> Result<Vec<u8>> {
        let mut head = Vec::new();
        let read = self.reader(0).and_then(|reader| reader.take(len as u64).read_to_end(&mut head));
        read.map_err(|error| self.failed(error))?;
        Ok(head)
    }

    /// Bytes that it takes to read it, where that is known: fewer than the text has where it is compressed.
    pub fn len_hint(&self) -> Option<u64> {
        match &self.origin {
            Origin::File(mapping) => Some(mapping.len()),
            Origin::Stream { .. } => None,
        }
    }

    /// The text from byte `from` on.
    ///
    /// # Errors
    /// Where it cannot be read so far.
    pub(super) fn reader(&self, from: u64) -> io::Result<Box<dyn Read + Send + '_>> {
        let at = if self.compression.is_none() { from } else { 0 };
        let bytes: Box<dyn Read + Send + '_> = match &self.origin {
            Origin::File(mapping) => Box::new(ReadAt { file: mapping.file(), at, behind: Some((mapping, at)) }),
            Origin::Stream { stream, kept } => {
                let stream = stream.lock().unwrap_or_else(PoisonError::into_inner).take();
                match (stream, kept) {
                    (Some(stream), Some(kept)) => Box::new(Tee { stream, kept }),
                    (Some(stream), None) => stream,
                    (None, Some(kept)) => Box::new(ReadAt { file: kept, at, behind: None }),
                    (None, None) => return Err(io::Error::other("a stream that was not kept cannot be read again")),
                }
            }
        };
        let Some(compression) = self.compression else { return Ok(bytes) };
        let mut text = compression.reader(bytes);
        io::copy(&mut text.by_ref().take(from), &mut io::sink())?;
        Ok(text)
    }

    /// Whether what was read of it is to be trusted: reads compressed bytes to their end, where the checksum is, up to
    /// 1 GiB of text. `look` is called meanwhile, and may end it.
    ///
    /// # Errors
    /// Corrupt, where they are damaged; what `look` fails with.
    pub fn verify(&self, look: &dyn Fn() -> Result<()>) -> Result<()> {
        if self.compression.is_none() || matches!(self.origin, Origin::Stream { .. }) {
            return Ok(());
        }
        let mut text = self.reader(0).map_err(|error| self.failed(error))?.take(VERIFIED);
        let mut part = vec![0; PART];
        while text.read(&mut part).map_err(|error| self.failed(error))? > 0 {
            look()?;
        }
        Ok(())
    }

    /// What reading it failed with.
    pub fn failed(&self, error: io::Error) -> Error {
        let error = match error.downcast::<Error>() {
            Ok(told) => return told.at(&self.name),
            Err(error) => error,
        };
        let is_damaged = matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof);
        match self.compression {
            Some(compression) if is_damaged => {
                Error::corrupt(format!("the {} data is damaged or cut short: {error}", compression.name()))
            }
            _ => Error::io("cannot read", error),
        }
        .at(&self.name)
    }
}

/// Reads a file from any byte on without moving the position that other processes may share.
struct ReadAt<'a> {
    file: &'a File,
    at: u64,
    /// The file once more, and from where on its pages have not been given up.
    behind: Option<(&'a Mapping, u64)>,
}

impl Read for ReadAt<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(buffer, self.at)?;
        self.at += count as u64;
        if self.behind.is_some_and(|(_, from)| self.at - from >= BEHIND) {
            self.pass();
        }
        Ok(count)
    }
}

impl ReadAt<'_> {
    fn pass(&mut self) {
        if let Some((mapping, from)) = &mut self.behind {
            mapping.read_behind(*from..self.at);
            *from = self.at;
        }
    }
}

impl Drop for ReadAt<'_> {
    fn drop(&mut self) {
        self.pass();
    }
}

/// Keeps what reading failed with, of which a spool keeps the words only.
struct Noting<'a> {
    reader: &'a mut dyn Read,
    failure: &'a mut Option<io::Error>,
}

impl Read for Noting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader
            .read(buffer)
            .inspect_err(|error| *self.failure = Some(io::Error::new(error.kind(), error.to_string())))
    }
}

/// Keeps what passes.
struct Tee<'a> {
    stream: Stream,
    kept: &'a File,
}

impl Read for Tee<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.kept.write_all(&buffer[..count]).map_err(|error| io::Error::other(unkept(error)))?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(feed: &Feed, from: u64) -> io::Result<String> {
        let mut text = String::new();
        feed.reader(from)?.read_to_string(&mut text)?;
        Ok(text)
    }

    fn stream(readings: Readings) -> Feed {
        Feed::of_stream(Box::new(&b"1\n2\n3\n"[..]), Path::new("<stdin>"), None, readings).expect("room")
    }

    #[test]
    fn a_kept_stream_is_read_again_from_anywhere() {
        let feed = stream(Readings::Again);
        assert_eq!(read(&feed, 0).expect("a stream"), "1\n2\n3\n");
        assert_eq!(read(&feed, 2).expect("what was kept"), "2\n3\n");
        assert_eq!(read(&feed, 0).expect("what was kept"), "1\n2\n3\n");
    }

    #[test]
    fn a_stream_that_is_not_kept_is_read_once() {
        let feed = stream(Readings::Once);
        assert_eq!(read(&feed, 0).expect("a stream"), "1\n2\n3\n");
        assert!(read(&feed, 0).is_err());
    }
}
