//! A stream that may be silent for as long as it likes: while nothing comes, somebody is asked whether to go on waiting.
//!
//! A signal that is noted and not obeyed at once ends no `read`. Knows nothing of signals, nor of who might have enough.

use std::fs::File;
use std::io::{self, Read};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::error::Result;

/// How long the stream may be silent before somebody is asked.
const PATIENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// A stream, and who is asked whether to go on with it. What that fails with is inside the [`io::Error`] of a read.
pub struct Waiting<T> {
    from: File,
    told: T,
}

impl<T: FnMut() -> Result<()>> Waiting<T> {
    /// The rest of a stream.
    pub fn new(from: File, told: T) -> Self {
        Self { from, told }
    }
}

impl<T: FnMut() -> Result<()>> Read for Waiting<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            // A stream that trickles is never silent.
            (self.told)().map_err(io::Error::other)?;
            match poll(&mut [PollFd::new(&self.from, PollFlags::IN)], Some(&PATIENCE)) {
                Ok(0) | Err(Errno::INTR) => {}
                // Where the system cannot say, reading does.
                Ok(_) | Err(_) => return self.from.read(buffer),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::OwnedFd;

    use super::*;
    use crate::error::{Error, ErrorKind};

    #[test]
    fn who_waits_for_a_silent_stream_can_be_told_to_stop() {
        let (reader, mut writer) = io::pipe().expect("a pipe");
        writer.write_all(b"abc").expect("room");
        let mut asked = 0;
        let told = || {
            asked += 1;
            if asked > 3 { Err(Error::new(ErrorKind::Interrupted(15), "enough")) } else { Ok(()) }
        };
        let mut waiting = Waiting::new(File::from(OwnedFd::from(reader)), told);
        let mut buffer = [0; 8];
        assert_eq!(waiting.read(&mut buffer).expect("there is something"), 3);
        let error = waiting.read(&mut buffer).expect_err("nothing comes");
        assert_eq!(error.downcast::<Error>().expect("what was told").kind(), ErrorKind::Interrupted(15));
        drop(writer);
        let (reader, writer) = io::pipe().expect("a pipe");
        drop(writer);
        let mut waiting = Waiting::new(File::from(OwnedFd::from(reader)), || Ok(()));
        assert_eq!(waiting.read(&mut buffer).expect("its end"), 0);
    }
}
