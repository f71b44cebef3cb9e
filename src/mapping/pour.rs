//! Bytes of a file out into a stream, straight from its windows: the kernel copies them once, and they never pass
//! through memory of this process.

use std::os::fd::{AsFd, BorrowedFd};

use rustix::io::Errno;

use super::Mapping;
use super::unchanged::Access;
use super::window::Window;
use crate::error::{Error, Result};

/// Bytes of one system call, so that a signal is noticed between two, and of what a pipe is asked to hold: the most
/// that Linux gives to everyone.
const PIECE: usize = 1 << 20;

/// Makes a pipe larger, so that its two sides wake each other less often. One that stays as it is works as well, and
/// other streams are none.
pub fn widen(pipe: &impl AsFd) {
    let _ = rustix::pipe::fcntl_setpipe_size(pipe, PIECE);
}

/// Writes `len` bytes of a file to a stream and tells of every piece that is written.
///
/// The stream gets copies, not the pages that `splice` would put there: what is stored in the file afterwards changes
/// nothing.
///
/// # Errors
/// Whatever `told` fails with; io, and broken pipe where the reader has gone; where it is about the stream, without a
/// path, which the caller knows.
pub fn pour(
    from: &Mapping,
    offset: u64,
    len: u64,
    to: BorrowedFd<'_>,
    told: &mut dyn FnMut(u64) -> Result<()>,
) -> Result<()> {
    from.within(offset, len)?;
    if len > PIECE as u64 {
        widen(&to);
    }
    let end = offset + len;
    let mut source = Source { from, window: None, scratch: Vec::new() };
    let mut at = offset;
    while at < end {
        match source.write(at, end, to)? {
            Ok(0) => return Err(Error::io("cannot write", std::io::ErrorKind::WriteZero)),
            Ok(count) => {
                at += count as u64;
                told(count as u64)?;
            }
            Err(Errno::INTR) => told(0)?,
            // The stream's own buffers are the kernel's: the address that is bad is one of the file.
            Err(Errno::FAULT) => return Err(from.lost(at, Access::Read)),
            Err(error) => return Err(Error::stream("cannot write", error)),
        }
    }
    Ok(())
}

struct Source<'a> {
    from: &'a Mapping,
    window: Option<Window>,
    /// What is read where nothing can be mapped.
    scratch: Vec<u8>,
}

impl Source<'_> {
    /// Writes some of the bytes from `at` to `end`: how many, or why none.
    fn write(&mut self, at: u64, end: u64, to: BorrowedFd<'_>) -> Result<Result<usize, Errno>> {
        let end = end.min(at + PIECE as u64);
        if let Some(window) = self.window(at)? {
            return Ok(window.write_to(at..end.min(window.range().end), to));
        }
        self.scratch.resize((end - at) as usize, 0);
        self.from.pread(at, &mut self.scratch)?;
        self.from.read_behind(at..end);
        Ok(rustix::io::write(to, &self.scratch))
    }

    /// The window that holds a byte, where the file can be mapped.
    fn window(&mut self, at: u64) -> Result<Option<&Window>> {
        let holds = self.window.as_ref().is_some_and(|window| window.range().contains(&at));
        if !holds {
            // The old one goes first: there are never two.
            self.leave();
            if self.from.maps() {
                match Window::open(self.from, at, Access::Read) {
                    Ok(window) => self.window = Some(window),
                    Err(error) => self.from.cannot_map(error)?,
                }
            }
        }
        Ok(self.window.as_ref())
    }

    /// Gives up the window, if there is one.
    fn leave(&mut self) {
        if let Some(range) = self.window.take().map(|window| window.range()) {
            self.from.read_behind(range);
        }
    }
}

impl Drop for Source<'_> {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Read;
    use std::os::fd::AsFd;

    use super::super::naive::{FILE, WINDOW, file_of, noise};
    use super::super::{Io, Mode};
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn pours_any_range_into_a_pipe() {
        let content = noise(FILE);
        let (_folder, path) = file_of(&content);
        for io in [Io::Auto, Io::Mmap, Io::Pread] {
            for mode in [Mode::Read, Mode::CopyOnWrite] {
                let from = Mapping::open(&path, mode).expect("a regular file").with_io(io).with_window(WINDOW);
                for (offset, len) in [(0, FILE), (5, FILE - 5), (WINDOW, WINDOW), (WINDOW + 1, 3), (FILE, 0)] {
                    let (mut reader, writer) = std::io::pipe().expect("a pipe");
                    let mut told = 0;
                    let mut tell = |count| {
                        told += count;
                        Ok(())
                    };
                    pour(&from, offset as u64, len as u64, writer.as_fd(), &mut tell).expect("poured");
                    drop(writer);
                    let mut received = Vec::new();
                    reader.read_to_end(&mut received).expect("received");
                    assert!(received == content[offset..offset + len], "{io:?} {offset} {len}");
                    assert_eq!(told, len as u64);
                }
            }
        }
    }

    #[test]
    fn a_file_cut_short_is_an_error_with_its_byte() {
        for io in [Io::Auto, Io::Pread] {
            let (_folder, path) = file_of(&noise(FILE));
            let from = Mapping::open(&path, Mode::Read).expect("a regular file").with_io(io).with_window(WINDOW);
            File::options().write(true).open(&path).and_then(|file| file.set_len(4096)).expect("cut short");
            let (_reader, writer) = std::io::pipe().expect("a pipe");
            let error = pour(&from, 4096, 100, writer.as_fd(), &mut |_| Ok(())).expect_err("nothing there");
            assert_eq!(error.message(), format!("was truncated while being read, byte 4096 of {FILE}"));
            assert_eq!(error.path(), Some(path.as_path()));
        }
    }

    #[test]
    fn what_cannot_be_written_is_an_error() {
        let (_folder, path) = file_of(&noise(FILE));
        let from = Mapping::open(&path, Mode::Read).expect("a regular file");
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let poured = |to: BorrowedFd<'_>| pour(&from, 0, 100, to, &mut |_| Ok(())).expect_err("nobody takes it");
        assert_eq!(poured(writer.as_fd()).kind(), ErrorKind::BrokenPipe);
        let read_only = File::open(&path).expect("there");
        assert_eq!(poured(read_only.as_fd()).kind(), ErrorKind::Io);
        assert_eq!(poured(read_only.as_fd()).path(), None);
        let (_reader, writer) = std::io::pipe().expect("a pipe");
        assert!(pour(&from, 1, FILE as u64, writer.as_fd(), &mut |_| Ok(())).is_err(), "beyond the end");
        let mut stop = |_| Err(Error::usage("enough"));
        assert_eq!(pour(&from, 0, 9, writer.as_fd(), &mut stop).expect_err("stopped").message(), "enough");
    }
}
