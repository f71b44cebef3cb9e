//! One way through some blocks of a text: handed out to threads, settled in order, stored in any.

use std::os::unix::fs::FileExt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::{Crew, Destination};
use crate::dtype::{ByteSwap, DType};
use crate::error::{Error, Result};
use crate::escape::escape_bytes;
use crate::source::text::{Bad, Block, Kind, Parsed, Parser, Place, Seen, Stop, Text, TextBlocks};
use crate::view::tuple;

/// Makes what parses rows of a kind.
pub(super) type Parsers<'p> = &'p (dyn Fn(Kind) -> Result<Parser> + Sync);

/// Reads blocks from kind `kind` on.
pub(super) struct Pass<'p> {
    pub(super) text: &'p Text<'p>,
    pub(super) parser: Parsers<'p>,
    /// Where rows go; they are only looked at where there is none.
    pub(super) store: Option<Store<'p>>,
    pub(super) kind: Kind,
    pub(super) crew: Crew<'p>,
}

/// How rows are stored.
pub(super) struct Store<'p> {
    pub(super) into: &'p Destination<'p>,
    /// The dtype of rows of a kind; `None` where they cannot be stored yet.
    pub(super) dtype: &'p (dyn Fn(Kind) -> Option<DType> + Sync),
    /// From the byte order of this machine to that of the file.
    pub(super) swap: Option<&'p ByteSwap>,
}

/// Blocks that follow each other and were parsed as one kind.
#[derive(Clone, Debug)]
pub(super) struct Stretch {
    /// The bytes of the text.
    pub(super) start: u64,
    pub(super) stop: u64,
    /// The rows and lines in front of it.
    pub(super) row: u64,
    pub(super) line: u64,
    pub(super) kind: Kind,
}

/// What a pass found.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) rows: u64,
    /// The shape of each row.
    pub(super) dims: Option<Vec<u64>>,
    pub(super) kind: Kind,
    pub(super) seen: Seen,
    /// The first empty field, where a number was expected.
    pub(super) missing: Option<Error>,
    pub(super) stretches: Vec<Stretch>,
    /// Where in the file the elements begin, once it was asked for.
    pub(super) offset: Option<u64>,
}

/// Where threads get their next block.
struct Input<'b> {
    blocks: TextBlocks<'b>,
    next: u64,
}

/// Where blocks are settled, one after the other.
struct Desk {
    turn: u64,
    failure: Option<Error>,
    /// Whether a thread panicked, whose turn never ends.
    is_broken: bool,
    line: u64,
    is_closed: bool,
    found: Outcome,
}

struct Hall<'b, 'p> {
    pass: &'b Pass<'p>,
    input: Mutex<Input<'b>>,
    desk: Mutex<Desk>,
    turned: Condvar,
}

/// Frees those who wait for a thread that panics: only when all have ended does the scope hand the panic on.
struct Alarm<'h, 'b, 'p>(&'h Hall<'b, 'p>);

impl Drop for Alarm<'_, '_, '_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.desk().is_broken = true;
            self.0.pass.text.feed().give_up();
            self.0.turned.notify_all();
        }
    }
}

impl Pass<'_> {
    /// Goes through the blocks of a stretch.
    pub(super) fn run(&self, blocks: TextBlocks<'_>, stretch: &Stretch) -> Result<Outcome> {
        let found = Outcome {
            rows: stretch.row,
            dims: None,
            kind: self.kind,
            seen: Seen::default(),
            missing: None,
            stretches: Vec::new(),
            offset: None,
        };
        let desk = Desk { turn: 0, failure: None, is_broken: false, line: stretch.line, is_closed: false, found };
        let input = Mutex::new(Input { blocks, next: 0 });
        let hall = Hall { pass: self, input, desk: Mutex::new(desk), turned: Condvar::new() };
        thread::scope(|scope| {
            for _ in 1..self.crew.threads {
                // Where the system gives no more threads, those that there are do it all.
                if thread::Builder::new().spawn_scoped(scope, || hall.take_part()).is_err() {
                    break;
                }
            }
            hall.take_part();
        });
        let Desk { failure, is_closed, found, line, .. } =
            hall.desk.into_inner().unwrap_or_else(PoisonError::into_inner);
        match failure {
            Some(error) => Err(error),
            None if self.text.is_list() && !is_closed && stretch.stop == u64::MAX => {
                Err(Error::usage(format!("line {line}: the outermost list is never closed")))
            }
            None => Ok(found),
        }
    }
}

impl Hall<'_, '_> {
    /// A panic in another thread is handed on when the scope joins it.
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_part(&self) {
        let _alarm = Alarm(self);
        let (mut block, mut parsed) = (Block::default(), Parsed::default());
        let mut parser: Option<(Kind, Parser)> = None;
        while let Some((ticket, start)) = self.take(&mut block) {
            let read = start.and_then(|start| Ok((start, self.read(&block, &mut parser, &mut parsed)?)));
            let stored = self.settle(ticket, read, &block, &mut parsed).and_then(|place| match place {
                Some(at) => self.store(at, &mut parsed.items),
                None => Ok(()),
            });
            if let Err(error) = stored {
                self.desk().failure.get_or_insert(error);
                self.pass.text.feed().give_up();
            }
        }
    }

    /// The next block, its ticket, and where in the text it begins or why it could not be read.
    fn take(&self, block: &mut Block) -> Option<(u64, Result<u64>)> {
        let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let desk = self.desk();
            if desk.failure.is_some() || desk.is_broken {
                return None;
            }
        }
        let start = input.blocks.next(block).transpose()?;
        input.next += 1;
        Some((input.next - 1, start))
    }

    /// Parses a block as the kind that is guessed now, or the first above it that reads all of it.
    fn read(
        &self,
        block: &[u8],
        parser: &mut Option<(Kind, Parser)>,
        parsed: &mut Parsed,
    ) -> Result<Result<Kind, Bad>> {
        let mut kind = self.desk().found.kind;
        loop {
            let parser = match parser {
                Some((of, parser)) if *of == kind => parser,
                _ => &mut parser.insert((kind, (self.pass.parser)(kind)?)).1,
            };
            match parser.read(block, parsed) {
                Ok(()) => return Ok(Ok(kind)),
                Err(Stop::Bad(bad)) => return Ok(Err(bad)),
                Err(Stop::Widen(other)) => kind = kind.join(other),
            }
        }
    }

    /// Waits until all blocks before this one are settled, then adds it: where its rows are to be stored, if they are.
    fn settle(
        &self,
        ticket: u64,
        read: Result<(u64, Result<Kind, Bad>)>,
        block: &[u8],
        parsed: &mut Parsed,
    ) -> Result<Option<u64>> {
        let lines = parsed.lines.unwrap_or_else(|| memchr::memchr_iter(b'\n', block).count() as u64);
        let waiting = |desk: &mut Desk| desk.turn != ticket && !desk.is_broken;
        let mut desk = self.turned.wait_while(self.desk(), waiting).unwrap_or_else(PoisonError::into_inner);
        let mut place = Ok(None);
        if desk.failure.is_none() && !desk.is_broken {
            place = read.and_then(|(start, kind)| {
                let place = match kind {
                    Ok(kind) => self.add(&mut desk, (start, kind), block, parsed),
                    Err(bad) => Err(located(&bad, desk.line, block)),
                };
                self.pass.crew.progress.advance(block.len() as u64)?;
                place
            });
            if let Err(error) = place {
                desk.failure = Some(error);
                // Another thread may wait for what comes next, and hold the input meanwhile.
                self.pass.text.feed().give_up();
                place = Ok(None);
            }
        }
        desk.line += lines;
        desk.turn += 1;
        drop(desk);
        self.turned.notify_all();
        place
    }

    fn add(
        &self,
        desk: &mut Desk,
        (start, kind): (u64, Kind),
        block: &[u8],
        parsed: &mut Parsed,
    ) -> Result<Option<u64>> {
        if parsed.rows > 0 {
            let message = desk.is_closed.then(|| "something follows the list".to_owned());
            let message =
                message.or_else(|| ragged(desk.found.dims.as_deref(), parsed.dims.as_deref(), self.pass.text));
            if let Some(message) = message {
                return Err(located(&Bad::new(parsed.first, Place::Row, message), desk.line, block));
            }
            desk.found.dims = parsed.dims.take();
        } else if let Some(at) = parsed.closed.filter(|_| desk.found.rows > 0) {
            // A block ends with a comma where the list goes on.
            let bad = Bad::new(at, Place::Row, "a value is missing behind a comma");
            return Err(located(&bad, desk.line, block));
        }
        desk.is_closed |= parsed.closed.is_some();
        if let Some(bad) = parsed.missing.take().filter(|_| desk.found.missing.is_none()) {
            desk.found.missing = Some(located(&bad, desk.line, block));
        }
        let (row, line, found) = (desk.found.rows, desk.line, &mut desk.found);
        found.rows += parsed.rows;
        found.kind = found.kind.join(kind);
        found.seen = found.seen.and(parsed.seen);
        let stop = start + block.len() as u64;
        match found.stretches.last_mut() {
            Some(last) if last.kind == kind => last.stop = stop,
            _ => found.stretches.push(Stretch { start, stop, row, line, kind }),
        }
        if parsed.rows == 0 || !kind.has_bytes_of(found.kind) {
            return Ok(None);
        }
        self.place(found, row)
    }

    /// Where in the file a row is stored, if rows of this kind are.
    fn place(&self, found: &mut Outcome, row: u64) -> Result<Option<u64>> {
        let Some(store) = &self.pass.store else { return Ok(None) };
        let Some(dtype) = (store.dtype)(found.kind) else { return Ok(None) };
        let dims = found.dims.as_deref().unwrap_or_default();
        let offset = match found.offset {
            Some(offset) => offset,
            None => *found.offset.insert((store.into.offset)(&dtype, dims)?),
        };
        let row_size = crate::shape::Shape::new(dims)?.nbytes(dtype.itemsize())?;
        let place = row.checked_mul(row_size).and_then(|at| at.checked_add(offset));
        place.map(Some).ok_or_else(|| Error::usage("the rows are more bytes than a file can have"))
    }

    fn store(&self, at: u64, items: &mut [u8]) -> Result<()> {
        let Some(Store { into, swap, .. }) = &self.pass.store else { return Ok(()) };
        if let Some(swap) = swap {
            swap.apply(items);
        }
        into.file.write_all_at(items, at).map_err(into.unwritten)
    }
}

/// What is wrong with rows of one shape behind those of another.
fn ragged(before: Option<&[u64]>, dims: Option<&[u64]>, text: &Text<'_>) -> Option<String> {
    let (before, dims) = (before?, dims?);
    if before == dims {
        return None;
    }
    Some(match (text.has_fields(), before, dims) {
        (true, before, dims) => {
            let columns = |dims: &[u64]| dims.first().copied().unwrap_or(1);
            format!("it has {} columns, those before it {}", columns(dims), columns(before))
        }
        (false, before, dims) => format!("it is ragged: shape {}, those before it {}", tuple(dims), tuple(before)),
    })
}

/// The error of something in a block, with its line, its place there, and the line itself.
fn located(bad: &Bad, lines_before: u64, block: &[u8]) -> Error {
    let at = bad.at.min(block.len());
    let line = lines_before + memchr::memchr_iter(b'\n', &block[..at]).count() as u64 + 1;
    let place = match &bad.place {
        Place::Row => String::new(),
        Place::Column(column) => format!(", column {column}"),
        Place::Index(index) if index.is_empty() => String::new(),
        Place::Index(index) => format!(", at {index:?} of its row"),
    };
    let error = Error::usage(format!("line {line}{place}: {}: {}", bad.message, shown(at, block)));
    match &bad.hint {
        Some(hint) => error.hint(hint.clone()),
        None => error,
    }
}

/// The line in which something stands, cut where it is long.
fn shown(at: usize, block: &[u8]) -> String {
    const SHOWN: usize = 60;
    let begin = memchr::memrchr(b'\n', &block[..at]).map_or(0, |end| end + 1);
    let end = memchr::memchr(b'\n', &block[at..]).map_or(block.len(), |end| at + end);
    let line = block[begin..end].trim_ascii_end();
    // What is wrong is shown, not what is far in front of it.
    let from = (at - begin).saturating_sub(SHOWN / 2);
    let part = &line[from.min(line.len())..(from + SHOWN).min(line.len())];
    let mut text = Vec::new();
    escape_bytes(part, &mut text);
    let (before, after) = (if from > 0 { "…" } else { "" }, if from + SHOWN < line.len() { "…" } else { "" });
    format!("'{before}{}{after}'", String::from_utf8_lossy(&text))
}
