//! Text into items in a file: blocks of rows parsed on many threads and stored where the rows before them end.
//!
//! ```text
//!   blocks ─► parse as what is guessed so far ─► in turn: how many rows, which kind ─► store behind the rows before
//!             a field does not fit: guess more,                                        (no turn needed)
//!             parse the block again
//! ```
//!
//! All of the input decides the dtype where none is told: the guess only goes up. What was stored under a lower guess is
//! read once more at the end; text is measured first, and stored when its longest field is known. Knows nothing of where
//! the text comes from or what the file will be.

mod pass;

use std::fs::File;
use std::io;

use super::Crew;
use crate::dtype::{ByteSwap, DType, Kind as DKind, Number};
use crate::error::{Error, ErrorKind, Result};
use crate::shape::Shape;
use crate::source::text::{Kind, Seen, Target, Telling, Text, TextBlocks, dtype_of_text};
use pass::{Outcome, Pass, Store, Stretch};

/// What the rows of a text become.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    /// Elements of this dtype, in its byte order.
    Told(&'a DType, Telling),
    /// Elements of the first of these dtypes that all of them can be read as: bool, int64, uint64, float64, complex128,
    /// U of the longest text, S where some of it is no text.
    Guessed,
}

/// Where rows are stored.
pub struct Destination<'a> {
    /// The file, which grows as rows are stored.
    pub file: &'a File,
    /// What it means that bytes could not be written to it.
    pub unwritten: &'a (dyn Fn(io::Error) -> Error + Sync),
    /// The byte at which elements of a dtype begin whose rows have these dims.
    pub offset: &'a (dyn Fn(&DType, &[u64]) -> Result<u64> + Sync),
}

/// What was stored.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The dtype of the elements, in the byte order that was wanted.
    pub dtype: DType,
    /// Their shape: rows first, and what each row is.
    pub shape: Shape,
    /// The byte of the file at which they begin.
    pub offset: u64,
}

/// Stores all rows of a text.
///
/// # Errors
/// Usage, with line, column and text, where something cannot be read as what is wanted; corrupt, where compressed text
/// is damaged; io, also where a file is not as long any more as when it was opened.
pub fn import(
    text: &Text<'_>,
    blocks: TextBlocks<'_>,
    wanted: Wanted<'_>,
    into: &Destination<'_>,
    crew: Crew<'_>,
) -> Result<Imported> {
    // A text shorter than a block is read by one thread: there is nothing to share.
    let is_short = text.feed().len_hint().is_some_and(|len| len < 1 << 20);
    let crew = Crew { threads: if is_short { 1 } else { crew.threads }, ..crew };
    let job = Job { text, into, crew };
    let imported = match wanted {
        Wanted::Told(dtype, telling) => job.told(blocks, dtype, telling),
        Wanted::Guessed => job.guessed(blocks),
    };
    match &imported {
        Err(error) if !matches!(error.kind(), ErrorKind::Usage | ErrorKind::Corrupt) => {}
        // What is wrong with a text, or seems right, may be that the file has been cut short meanwhile.
        _ => text.feed().check_unchanged()?,
    }
    imported.map_err(|error| error.at(text.feed().name()))
}

struct Job<'a> {
    text: &'a Text<'a>,
    into: &'a Destination<'a>,
    crew: Crew<'a>,
}

impl Job<'_> {
    fn told(&self, blocks: TextBlocks<'_>, dtype: &DType, telling: Telling) -> Result<Imported> {
        let swap = ByteSwap::between(&dtype.to_native(), dtype);
        let parser = |_| self.text.parser(Target::Told(dtype, telling));
        let store = Store { into: self.into, dtype: &|_| Some(dtype.clone()), swap: swap.as_ref() };
        let blocks = blocks.holding(dtype.itemsize());
        let outcome = self.pass(&parser, Some(store), Kind::Nothing).run(blocks, &self.all());
        let outcome = outcome.map_err(|error| match dtype.kind() {
            DKind::Str(0) | DKind::Bytes(0) => error.hint(format!(
                "-d {0}8 has room for 8; without -d the longest text decides",
                if matches!(dtype.kind(), DKind::Str(_)) { 'U' } else { 'S' }
            )),
            _ => error,
        })?;
        self.imported(dtype.clone(), &outcome)
    }

    fn guessed(&self, blocks: TextBlocks<'_>) -> Result<Imported> {
        let parser = |kind| self.text.parser(Target::Guessed(kind));
        let of_kind = |kind: Kind| kind.number().map(DType::native);
        let store = || Some(Store { into: self.into, dtype: &of_kind, swap: None });
        let first = self.pass(&parser, store(), Kind::Nothing).run(blocks, &self.all())?;
        let Some(number) = first.kind.number() else {
            let has_fields = first.rows > 0 && !first.dims.as_deref().unwrap_or_default().contains(&0);
            return if has_fields { self.text(&first) } else { self.nothing(&first) };
        };
        if let Some(error) = first.missing {
            let name = number.name();
            return Err(error
                .within(format_args!("all other fields are {name}"))
                .hint("--dtype U8 reads fields as text"));
        }
        for stretch in first.stretches.iter().filter(|stretch| !stretch.kind.has_bytes_of(first.kind)) {
            let blocks = self.text.blocks(stretch.start, stretch.stop)?;
            self.pass(&parser, store(), first.kind).run(blocks, stretch)?;
        }
        self.imported(DType::native(number), &first)
    }

    /// Text: what was parsed as numbers is measured, too, then all of it is stored.
    fn text(&self, first: &Outcome) -> Result<Imported> {
        let measure = |_| self.text.parser(Target::Guessed(Kind::Text));
        let mut seen: Seen = first.seen;
        for stretch in first.stretches.iter().filter(|stretch| stretch.kind != Kind::Text) {
            let blocks = self.text.blocks(stretch.start, stretch.stop)?;
            seen = seen.and(self.pass(&measure, None, Kind::Text).run(blocks, stretch)?.seen);
        }
        let dtype = dtype_of_text(seen);
        let parser = |_| self.text.parser(Target::Told(&dtype, Telling::default()));
        let (Some(start), Some(stop)) = (first.stretches.first(), first.stretches.last().map(|stretch| stretch.stop))
        else {
            return self.nothing(first);
        };
        let store = Store { into: self.into, dtype: &|_| Some(dtype.clone()), swap: None };
        let blocks = self.text.blocks(start.start, stop)?.holding(dtype.itemsize());
        let outcome = self.pass(&parser, Some(store), Kind::Nothing).run(blocks, start)?;
        self.imported(dtype.clone(), &outcome)
    }

    /// No rows: NumPy's default dtype.
    fn nothing(&self, outcome: &Outcome) -> Result<Imported> {
        self.imported(DType::native(Number::Float64), outcome)
    }

    fn imported(&self, dtype: DType, outcome: &Outcome) -> Result<Imported> {
        if self.text.is_single() && outcome.rows == 0 {
            return Err(Error::usage("there is no JSON value in it"));
        }
        let row = outcome.dims.clone().unwrap_or_default();
        let offset = match outcome.offset {
            Some(offset) => offset,
            None => (self.into.offset)(&dtype, &row)?,
        };
        let rows = if self.text.is_single() && outcome.rows == 1 { None } else { Some(outcome.rows) };
        let shape = Shape::new(rows.into_iter().chain(row).collect::<Vec<_>>())?;
        shape.nbytes(dtype.itemsize())?;
        Ok(Imported { dtype, shape, offset })
    }

    fn pass<'p>(&'p self, parser: pass::Parsers<'p>, store: Option<Store<'p>>, kind: Kind) -> Pass<'p> {
        Pass { text: self.text, parser, store, kind, crew: self.crew }
    }

    /// All of the text.
    fn all(&self) -> Stretch {
        Stretch { start: 0, stop: u64::MAX, row: 0, line: self.text.lines_before(), kind: Kind::Nothing }
    }
}

#[cfg(test)]
mod tests;
