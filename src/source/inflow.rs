//! The elements of a view as they come through a pipe, in pieces of some MiB, each of which is on a [`Tape`] while it is
//! dealt with.
//!
//! ```text
//!   pipe ──► thread: a piece in one stretch ──► one more that waits ──► tape ──► chunks
//! ```
//! Whether the stream is as long as it should be is for the caller to judge, who is told where it ended.

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

use super::Tape;
use crate::error::{Error, Result};
use crate::plan::Chunk;
use crate::view::{Axis, View};

/// Bytes from the first to the last of a piece, where an element is not larger.
const PIECE: u64 = 4 << 20;
/// Bytes that are read at a time where they are not wanted.
const SKIPPED: usize = 256 << 10;
/// How long the stream may be silent before somebody looks whether the job is to be given up.
const PATIENCE: Duration = Duration::from_millis(50);

/// The longest rows of which a piece holds whole ones.
pub const LONGEST_ROW: u64 = 16 << 20;

/// A stream of bytes from one of its first on.
pub struct Stream {
    /// The bytes.
    pub from: Box<dyn Read + Send>,
    /// How many came before them.
    pub at: u64,
    /// The name in messages.
    pub name: PathBuf,
}

/// How the end of a stream is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Where the stream is read to, once the elements have come; it may end before.
    pub until: u64,
    /// The rows along the first axis of the view, where it is not known how many there are.
    pub rows: Option<Rows>,
}

/// Rows that follow each other in a stream: one that is cut off counts as none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// The byte at which the first begins.
    pub from: u64,
    /// Bytes of each, at most [`LONGEST_ROW`].
    pub len: u64,
}

/// What has been seen of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its bytes.
    pub bytes: u64,
    /// Whether it ended with them.
    pub ended: bool,
}

/// Pieces of a view as they come.
pub struct Inflow {
    pieces: Receiver<Result<Came>>,
    /// The piece that is next, with which it is known whether another one follows.
    ahead: Option<Piece>,
    /// Memory to be used again.
    used: Sender<Vec<u8>>,
    seen: Option<Seen>,
}

enum Came {
    Piece(Piece),
    End(Seen),
}

/// Elements, the byte at which the first of them lies, and the bytes from there on.
struct Piece(Chunk, u64, Vec<u8>);

/// Whether C order goes through a view strictly forward, element behind element: so can a stream be read.
pub fn comes_in_order(view: &View) -> bool {
    let parts = view.item().parts();
    let mut span = parts.iter().map(|part| part.file + part.len).max().unwrap_or(0) as i128;
    view.axes().iter().rev().filter(|axis| axis.len() > 1).all(|axis| {
        let least = match axis {
            Axis::Strided { stride, .. } => i128::from(*stride),
            Axis::Listed { positions, stride } => {
                let steps = positions.windows(2).map(|pair| i128::from(pair[1]) - i128::from(pair[0]));
                steps.min().unwrap_or(1) * i128::from(*stride)
            }
        };
        let follows = least > 0 && least >= span;
        span += i128::from(axis.step(axis.len() - 1)) - i128::from(axis.step(0));
        follows
    })
}

impl Inflow {
    /// Begins to read the elements of `view`, which [come in order](comes_in_order).
    ///
    /// # Errors
    /// Io, where the system gives no thread.
    pub fn begin(stream: Stream, view: View, reading: Reading) -> Result<Self> {
        let (deliver, pieces) = sync_channel(1);
        let (used, spare) = channel();
        // A reader that waits for a stream that nobody wants any more ends with the process.
        let read = move || Pull { stream, ended: false, spare }.all(&view, reading, &deliver);
        let spawned = thread::Builder::new().name("stdin".to_owned()).spawn(read);
        spawned.map_err(|error| Error::io("cannot start a thread", error))?;
        Ok(Self { pieces, ahead: None, used, seen: None })
    }

    /// The next piece, which is on the tape from now on; `None` behind the last. It is given once it is known whether it
    /// is the last. While nothing comes, `told` is asked whether to go on waiting.
    ///
    /// # Errors
    /// Whatever `told` fails with; io, where the stream cannot be read.
    pub fn next(&mut self, tape: &Tape, told: &mut dyn FnMut() -> Result<()>) -> Result<Option<Chunk>> {
        if self.ahead.is_none() {
            self.ahead = self.receive(told)?;
        }
        let Some(Piece(chunk, from, bytes)) = self.ahead.take() else { return Ok(None) };
        self.ahead = self.receive(told)?;
        // Where the thread has ended there is nothing to be read into it.
        let _ = self.used.send(tape.wind(from, bytes));
        Ok(Some(chunk))
    }

    fn receive(&mut self, told: &mut dyn FnMut() -> Result<()>) -> Result<Option<Piece>> {
        while self.seen.is_none() {
            match self.pieces.recv_timeout(PATIENCE) {
                Ok(Ok(Came::Piece(piece))) => return Ok(Some(piece)),
                Ok(Ok(Came::End(seen))) => self.seen = Some(seen),
                Ok(Err(error)) => return Err(error),
                Err(RecvTimeoutError::Timeout) => told()?,
                Err(RecvTimeoutError::Disconnected) => {
                    let gone = io::Error::from(io::ErrorKind::UnexpectedEof);
                    return Err(Error::io("cannot be read: its thread has ended", gone));
                }
            }
        }
        Ok(None)
    }

    /// What has been seen of the stream, once no piece is left but the one that was given last.
    pub fn seen(&self) -> Option<Seen> {
        self.seen
    }
}

/// The thread's side.
struct Pull {
    stream: Stream,
    ended: bool,
    spare: Receiver<Vec<u8>>,
}

impl Pull {
    /// Delivers all pieces and the end, as long as anybody takes them.
    fn all(mut self, view: &View, reading: Reading, deliver: &SyncSender<Result<Came>>) {
        for chunk in view.chunks(elements_of_a_piece(view, reading.rows)) {
            let piece = self.piece(chunk, reading.rows);
            let (is_last, piece) = match piece {
                Ok(piece) => (self.ended, piece),
                Err(error) => {
                    let _ = deliver.send(Err(error));
                    return;
                }
            };
            if let Some(piece) = piece
                && deliver.send(Ok(piece)).is_err()
            {
                return;
            }
            if is_last {
                break;
            }
        }
        let end = self.skip_to(reading.until).map(|()| Came::End(Seen { bytes: self.stream.at, ended: self.ended }));
        let _ = deliver.send(end);
    }

    /// The elements of a chunk, or as many whole rows of it as came; `None` where that is nothing.
    fn piece(&mut self, chunk: Chunk, rows: Option<Rows>) -> Result<Option<Came>> {
        let span = chunk.view.span().expect("elements of some bytes, within the array");
        self.skip_to(span.start)?;
        let end = rows.map_or(span.end, |rows| rows.from + (span.end - rows.from).div_ceil(rows.len) * rows.len);
        let len = (end - span.start) as usize;
        let mut bytes = self.spare.try_recv().unwrap_or_default();
        bytes.clear();
        // What is promised may never come.
        bytes.reserve_exact(len.min(PIECE as usize));
        let read = (&mut self.stream.from).take(len as u64).read_to_end(&mut bytes);
        read.map_err(|error| self.failed(error))?;
        self.stream.at += bytes.len() as u64;
        if bytes.len() == len {
            return Ok(Some(Came::Piece(Piece(chunk, span.start, bytes))));
        }
        self.ended = true;
        let Some(rows) = rows else { return Ok(None) };
        let whole = whole_rows(&chunk, span.start, rows, self.stream.at);
        Ok((whole > 0).then(|| {
            let view = chunk.view.narrowed(0, 0, whole);
            Came::Piece(Piece(Chunk { view, ..chunk }, span.start, bytes))
        }))
    }

    /// Reads on to a byte of the stream, unless it ends before.
    fn skip_to(&mut self, byte: u64) -> Result<()> {
        let mut scratch = Vec::new();
        while self.stream.at < byte && !self.ended {
            scratch.resize(SKIPPED, 0);
            let now = (byte - self.stream.at).min(SKIPPED as u64) as usize;
            match self.stream.from.read(&mut scratch[..now]) {
                Ok(0) => self.ended = true,
                Ok(count) => self.stream.at += count as u64,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failed(error)),
            }
        }
        Ok(())
    }

    fn failed(&self, error: io::Error) -> Error {
        Error::io("cannot read", error).at(&self.stream.name)
    }
}

/// How many positions along the first axis of a chunk that begins at byte `start` lie in whole rows of a stream that
/// ended after `bytes`.
fn whole_rows(chunk: &Chunk, start: u64, rows: Rows, bytes: u64) -> u64 {
    let whole = bytes.saturating_sub(rows.from) / rows.len;
    let first = (start - rows.from) / rows.len;
    let Some(axis) = chunk.view.axes().first() else { return 0 };
    let step = (axis.stride().unsigned_abs() / rows.len).max(1);
    whole.saturating_sub(first).div_ceil(step).min(axis.len())
}

/// As many elements, in C order, as lie within [`PIECE`] bytes; whole rows where there are any.
fn elements_of_a_piece(view: &View, rows: Option<Rows>) -> u64 {
    let (mut count, mut span) = (1, view.item().size() as u64);
    for (place, axis) in view.axes().iter().enumerate().rev() {
        let gap = match axis {
            Axis::Strided { stride, .. } => stride.unsigned_abs(),
            Axis::Listed { positions, stride } => {
                let widest = positions.windows(2).map(|pair| pair[1].abs_diff(pair[0])).max().unwrap_or(1);
                widest.saturating_mul(stride.unsigned_abs())
            }
        };
        let reach = gap.saturating_mul(axis.len().saturating_sub(1)).saturating_add(span);
        let is_inside_of_rows = rows.is_some() && place > 0;
        if reach > PIECE && !is_inside_of_rows {
            return count * (PIECE / gap.max(1)).clamp(1, axis.len());
        }
        (count, span) = (count * axis.len().max(1), reach);
    }
    count
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::super::{Gather, Readable};
    use super::*;
    use crate::index::Index;
    use crate::shape::{Order, Shape};

    fn view(dims: &[u64], itemsize: usize, index: &str, offset: u64) -> View {
        let shape = Shape::new(dims).expect("small");
        let all = View::of_array(&shape, itemsize, Order::C, offset);
        index.parse::<Index>().expect(index).select(dims).expect(index).of(&all)
    }

    fn noise(len: usize) -> Vec<u8> {
        (0..len as u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
    }

    /// All items that come, and what was seen.
    fn pulled(bytes: Vec<u8>, view: &View, reading: Reading) -> (Vec<u8>, Seen) {
        let stream = Stream { from: Box::new(Cursor::new(bytes)), at: 0, name: PathBuf::from("<test>") };
        let tape = Tape::default();
        let mut inflow = Inflow::begin(stream, view.clone(), reading).expect("a thread");
        let (mut items, mut rank) = (Vec::new(), 0);
        while let Some(piece) = inflow.next(&tape, &mut || Ok(())).expect("memory is always there") {
            assert_eq!(piece.rank, rank);
            for chunk in piece.chunks(1000) {
                assert_eq!(chunk.rank, rank);
                let mut scratch = vec![0; chunk.view.nbytes() as usize];
                Gather::new(&tape as &dyn Readable).read(&chunk.of(view), &mut scratch).expect("it is there");
                rank += chunk.view.size();
                items.extend(scratch);
            }
        }
        assert_eq!(inflow.next(&tape, &mut || Ok(())).expect("no more"), None);
        (items, inflow.seen().expect("it ended"))
    }

    fn gathered(bytes: Vec<u8>, view: &View) -> Vec<u8> {
        let mut scratch = vec![0; view.nbytes() as usize];
        Gather::new(&super::super::Memory(bytes)).read(view, &mut scratch).expect("memory is always there");
        scratch
    }

    #[test]
    fn what_goes_forward_comes_in_order() {
        for (index, expected) in [
            (":", true),
            ("1", true),
            ("::2,::3", true),
            (":,[0,2]", true),
            ("[0,2]", true),
            ("[2,0]", false),
            ("[1,1]", false),
            ("::-1", false),
            (":,::-1", false),
            ("::-1,1", false),
            ("3::-4", true),
        ] {
            assert_eq!(comes_in_order(&view(&[4, 4], 8, index, 16)), expected, "{index}");
        }
        assert!(!comes_in_order(&view(&[4, 4], 8, ":", 0).reversed()));
    }

    #[test]
    fn pieces_are_the_view_whatever_its_form() {
        let bytes = noise(24 << 20);
        for (dims, itemsize, index) in [
            (&[3_000_000, 2][..], 4, ":"),
            (&[3_000_000, 2], 4, ":,1"),
            (&[1, 3_000_000, 2], 4, ":,::3"),
            (&[2, 3_000_000], 4, "1,5:"),
            (&[3, 2_000_000], 4, ":,[0,7,1999999]"),
            (&[8, 3, 100_000], 10, "::3,1:,:10"),
            (&[24 << 20], 1, "1000:"),
            (&[2, 12 << 20], 1, "1,-1"),
        ] {
            let view = view(dims, itemsize, index, 0);
            let (items, seen) = pulled(bytes.clone(), &view, Reading { until: u64::MAX, rows: None });
            assert!(items == gathered(bytes.clone(), &view), "{dims:?} {index}");
            assert_eq!(seen, Seen { bytes: 24 << 20, ended: true });
        }
    }

    #[test]
    fn a_stream_is_read_no_further_than_it_must_be() {
        let view = view(&[100, 10], 1, "2:4", 8);
        for (until, bytes) in [(0, 48), (40, 48), (500, 500)] {
            let (items, seen) = pulled(noise(2000), &view, Reading { until, rows: None });
            assert_eq!((items.len(), seen), (20, Seen { bytes, ended: false }), "{until}");
        }
    }

    #[test]
    fn a_stream_that_ends_early_gives_no_piece_in_part() {
        let view = view(&[100, 10], 1, ":", 0);
        let (items, seen) = pulled(noise(999), &view, Reading { until: u64::MAX, rows: None });
        assert_eq!((items.len(), seen), (0, Seen { bytes: 999, ended: true }));
    }

    #[test]
    fn an_error_of_the_stream_is_told() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::from_raw_os_error(5))
            }
        }
        let stream = Stream { from: Box::new(Broken), at: 0, name: PathBuf::from("<test>") };
        let reading = Reading { until: 0, rows: None };
        let mut inflow = Inflow::begin(stream, view(&[3], 1, ":", 0), reading).expect("a thread");
        let error = inflow.next(&Tape::default(), &mut || Ok(())).expect_err("it cannot be read");
        assert!(error.to_string().starts_with("<test>: cannot read: "), "{error}");
    }

    #[test]
    fn who_waits_can_give_up() {
        let (reader, _writer) = std::io::pipe().expect("a pipe");
        let stream = Stream { from: Box::new(reader), at: 0, name: PathBuf::from("<test>") };
        let reading = Reading { until: 0, rows: None };
        let mut inflow = Inflow::begin(stream, view(&[3], 1, ":", 0), reading).expect("a thread");
        let error = inflow.next(&Tape::default(), &mut || Err(Error::usage("enough"))).expect_err("silence");
        assert_eq!(error.message(), "enough");
    }

    proptest! {
        #[test]
        fn only_whole_rows_of_an_open_array_come(
            bytes in 0..200_usize,
            columns in 1..5_u64,
            offset in 0..20_u64,
            start in 0..6,
            stop in prop::option::of(0..9),
            step in 1..4,
            column in prop::option::of(0..1_u64),
        ) {
            let stop = stop.map(|stop: i32| stop.to_string()).unwrap_or_default();
            let index = format!("{start}:{stop}:{step}{}", column.map(|column: u64| format!(",{column}")).unwrap_or_default());
            let rows = (bytes as u64).saturating_sub(offset) / (columns * 2);
            let open = view(&[1 << 40, columns], 2, &index, offset);
            let reading = Reading { until: u64::MAX, rows: Some(Rows { from: offset, len: columns * 2 }) };
            let (items, seen) = pulled(noise(bytes), &open, reading);
            prop_assert_eq!(seen, Seen { bytes: bytes as u64, ended: true });
            prop_assert_eq!(items, gathered(noise(bytes), &view(&[rows, columns], 2, &index, offset)));
        }
    }
}
