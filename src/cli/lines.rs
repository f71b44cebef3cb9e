//! Lines of a stream, read in large pieces, that say when the next one would have to be waited for.

use std::io::{self, Read};
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// Bytes asked for at a time.
const PIECE: usize = 1 << 20;

/// The lines of a stream, numbered from 1.
pub(super) struct Lines<R> {
    from: R,
    /// What has been read; given out up to `start`, looked through up to `seen`.
    buffer: Vec<u8>,
    start: usize,
    seen: usize,
    number: u64,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Reading,
    /// It has been said that the next line is waited for.
    Waiting,
    Ended,
}

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<'a> {
    /// A line without its end, and its number.
    Line(u64, &'a [u8]),
    /// There is none yet; the next call waits for it.
    Waiting,
    /// There will be none.
    End,
}

impl<R: Read + AsFd> Lines<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from, buffer: Vec::new(), start: 0, seen: 0, number: 0, state: State::Reading }
    }

    /// The next line, or what is in its way.
    ///
    /// # Errors
    /// Whatever reading meets.
    pub(super) fn next(&mut self) -> io::Result<Next<'_>> {
        loop {
            if let Some(len) = self.buffer[self.seen..].iter().position(|&byte| byte == b'\n') {
                let line = self.start..self.seen + len;
                (self.start, self.seen) = (line.end + 1, line.end + 1);
                self.number += 1;
                return Ok(Next::Line(self.number, &self.buffer[line]));
            }
            self.seen = self.buffer.len();
            if self.state == State::Ended {
                let line = self.start..self.seen;
                self.start = self.seen;
                self.number += 1;
                return Ok(if line.is_empty() { Next::End } else { Next::Line(self.number, &self.buffer[line]) });
            }
            if self.state == State::Reading && !self.is_ready() {
                self.state = State::Waiting;
                return Ok(Next::Waiting);
            }
            self.read()?;
        }
    }

    /// Whether there is something to read, or the end. Where the system cannot say, there is.
    fn is_ready(&self) -> bool {
        let mut stream = [PollFd::new(&self.from, PollFlags::IN)];
        poll(&mut stream, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok_and(|ready| ready > 0)
    }

    fn read(&mut self) -> io::Result<()> {
        self.buffer.drain(..self.start);
        (self.start, self.seen) = (0, self.buffer.len());
        self.buffer.resize(self.seen + PIECE, 0);
        let read = loop {
            match self.from.read(&mut self.buffer[self.seen..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.buffer.truncate(self.seen + *read.as_ref().unwrap_or(&0));
        self.state = if read? == 0 { State::Ended } else { State::Reading };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn all(text: &[u8]) -> Vec<(u64, Vec<u8>)> {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(text).expect("written");
        std::io::Seek::rewind(&mut file).expect("rewound");
        let mut lines = Lines::new(file);
        let mut found = Vec::new();
        while let Next::Line(number, line) = lines.next().expect("read") {
            found.push((number, line.to_vec()));
        }
        found
    }

    #[test]
    fn lines_are_numbered_whatever_their_ends() {
        let line = |number, text: &[u8]| (number, text.to_vec());
        assert_eq!(all(b""), []);
        assert_eq!(all(b"a\n\nb"), [line(1, b"a"), line(2, b""), line(3, b"b")]);
        assert_eq!(all(b"\n"), [line(1, b"")]);
    }

    #[test]
    fn lines_longer_than_a_piece_and_across_pieces_are_whole() {
        let text = [vec![b'x'; 3 * PIECE], b"\n".to_vec(), b"12345\n".repeat(PIECE / 2)].concat();
        let found = all(&text);
        assert_eq!((found.len(), found[0].1.len()), (1 + PIECE / 2, 3 * PIECE));
        assert!(found[1..].iter().all(|(_, line)| line == b"12345"));
    }

    #[test]
    fn it_is_said_when_a_line_is_waited_for() {
        let (reader, mut writer) = std::io::pipe().expect("a pipe");
        let mut lines = Lines::new(reader);
        assert_eq!(lines.next().expect("nothing yet"), Next::Waiting);
        writer.write_all(b"one\ntw").expect("it fits");
        assert_eq!(lines.next().expect("there"), Next::Line(1, b"one"));
        assert_eq!(lines.next().expect("half of it"), Next::Waiting);
        writer.write_all(b"o").expect("it fits");
        drop(writer);
        assert_eq!(lines.next().expect("the end"), Next::Line(2, b"two"));
        assert_eq!(lines.next().expect("the end"), Next::End);
    }
}
