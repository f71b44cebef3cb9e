//! Text as rows of elements: csv, tsv, whitespace text, JSON and ndjson, of any size, compressed or not.
//!
//! ```text
//!   Feed ─► Blocks ─► Parser ─► Parsed
//!   bytes   whole     on any    items, packed, or where
//!           rows      thread    and why it failed
//! ```
//!
//! A [`Text`] is opened once: what stands in front of its rows (a mark of UTF-8, lines to skip, names, a bracket) is read
//! then. Its blocks can be read in any order and on any thread; who does that, and where rows are stored, is not known
//! here. What dtype the rows have is told, or guessed by going up the lattice of [`Kind`].

mod blocks;
mod cells;
mod column;
mod compressed;
mod decimal;
mod feed;
mod json;
mod kind;
mod lines;
mod nearest;
mod parsed;
mod plain;
mod preamble;
mod quoted;
mod quotes;

use std::io;

pub use blocks::Block;
pub use cells::{Seen, dtype_of_text};
pub use column::{Column, Columns};
pub use compressed::Compression;
pub use feed::{Feed, Readings};
pub use kind::Kind;
pub use parsed::{Bad, Parsed, Place, Stop};

use crate::dtype::{ByteSwap, Class, DType};
use crate::error::{Error, Result};
pub use crate::scalar::Telling;
use crate::scalar::columns;
use blocks::{Blocks, Rows};
use cells::{Cell, Cells, Refusal};
use json::Node;
use lines::{Blank, Lines, Names, Quotes};

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFormat {
    /// Fields with commas between them, quoted as RFC 4180 has it.
    Csv,
    /// Fields with tabs between them.
    Tsv,
    /// Fields with blanks between them: what `numpy.loadtxt` reads.
    Text,
    /// One value: nested lists.
    Json,
    /// One JSON value a line.
    Ndjson,
}

/// How a text is to be read, beyond its format.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// What stands between two fields, where that is not what the format says.
    pub delimiter: Option<u8>,
    /// What begins a comment, where that is not what the format says.
    pub comment: Option<u8>,
    /// Lines to skip at the beginning, whatever is in them.
    pub skip: u64,
    /// What the first line is.
    pub header: Header,
    /// The columns that are wanted, in this order; all, where there are none.
    pub columns: Vec<Column>,
    /// What the outermost list of JSON is, where it holds numbers and no lists.
    pub lists: Lists,
}

/// What a list of numbers alone is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lists {
    /// An axis.
    #[default]
    Axes,
    /// The two parts of one complex number.
    Pairs,
}

impl Lists {
    /// What it is where elements of this dtype are read.
    pub fn of(dtype: &DType) -> Self {
        match dtype.number() {
            Some(number) if number.class() == Class::Complex => Self::Pairs,
            _ => Self::Axes,
        }
    }
}

/// What the first line that is not skipped is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Header {
    /// A row.
    #[default]
    Absent,
    /// The names of the columns.
    Names,
}

/// What rows are read as.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// Elements of this dtype, in the byte order of this machine.
    Told(&'a DType, Telling),
    /// Elements of a kind that holds until a field says otherwise. Text is measured, not stored.
    Guessed(Kind),
}

/// A text whose rows can be read.
pub struct Text<'f> {
    feed: &'f Feed,
    format: TextFormat,
    layout: Layout,
    rows: Rows,
    names: Option<Vec<String>>,
    /// Columns of the first row, where they are known.
    columns: Option<usize>,
    lines_before: u64,
}

impl TextFormat {
    /// The word that names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Text => "text",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }

    /// Whether rows are lines of fields, and not JSON.
    pub fn has_fields(self) -> bool {
        !matches!(self, Self::Json | Self::Ndjson)
    }
}

impl<'f> Text<'f> {
    /// Opens a text, and gives the blocks of all its rows.
    ///
    /// # Errors
    /// Usage, where it is no text, or the layout does not fit the format or the header; whatever reading it meets.
    pub fn open(feed: &'f Feed, format: TextFormat, layout: Layout) -> Result<(Self, TextBlocks<'f>)> {
        preamble::open(feed, format, layout)
    }

    /// Where it comes from.
    pub fn feed(&self) -> &'f Feed {
        self.feed
    }

    /// Whether rows are lines of fields, and not JSON.
    pub fn has_fields(&self) -> bool {
        self.format.has_fields()
    }

    /// Lines in front of the first row.
    pub fn lines_before(&self) -> u64 {
        self.lines_before
    }

    /// Whether all rows are items of one list, which has to be closed.
    pub fn is_list(&self) -> bool {
        self.rows == Rows::Items
    }

    /// Whether all of it is one element or list that is no row of others.
    pub fn is_single(&self) -> bool {
        self.rows == Rows::Whole
    }

    /// The blocks between two bytes of the text, each where a block began before.
    ///
    /// # Errors
    /// Where the text cannot be read again.
    pub fn blocks(&self, start: u64, stop: u64) -> Result<TextBlocks<'f>> {
        let from = self.feed.reader(start).map_err(|error| self.feed.failed(error))?;
        let from = io::Read::take(from, stop - start);
        Ok(TextBlocks { blocks: Blocks::new(Box::new(from), self.rows, start), feed: self.feed })
    }

    /// What reads the blocks.
    ///
    /// # Errors
    /// Usage, where the columns that are wanted are not there, or nothing is converted to the dtype.
    pub fn parser(&self, target: Target<'_>) -> Result<Parser> {
        if !self.format.has_fields() {
            let node = match target {
                Target::Told(dtype, telling) => Node::told(&dtype.to_native(), telling)?,
                Target::Guessed(kind) => Node::guessed(kind),
            };
            return Ok(Parser(Way::Json { rows: self.rows, node }));
        }
        let cells = match target {
            Target::Told(dtype, telling) => Cells::told(dtype, telling)?,
            Target::Guessed(kind) => Cells::guessed(kind),
        };
        let record = match target {
            Target::Told(dtype, _) if dtype.record().is_some() => Some(dtype),
            _ => None,
        };
        let mut lines = lines_of(self.format, &self.layout);
        lines.picks = self.picks(record)?;
        lines.columns = self.columns;
        lines.names = self.names.as_ref().map(|names| Names { count: names.len(), lines: self.lines_before });
        if let (Some(picks), Some(dtype)) = (&lines.picks, record) {
            let (wanted, leaves) = (picks.iter().flatten().count(), columns(dtype).len());
            if wanted != leaves {
                return Err(Error::usage(format!("{wanted} columns are wanted, and the record has {leaves} fields")));
            }
        }
        if self.format == TextFormat::Tsv && cells.is_text() {
            lines.blank = Blank::Value;
        }
        Ok(Parser(Way::Lines { lines, cells }))
    }

    /// Where the columns that are wanted stand, unless all are.
    fn picks(&self, record: Option<&DType>) -> Result<Option<Vec<Option<usize>>>> {
        let wanted: Vec<Column> = match (&self.layout.columns[..], &self.names, record) {
            ([], Some(_), Some(dtype)) => columns(dtype).into_iter().map(|column| Column::Named(column.name)).collect(),
            ([], ..) => return Ok(None),
            (columns, ..) => columns.to_vec(),
        };
        column::picks(&wanted, self.names.as_deref()).map(Some)
    }
}

/// How the format and the layout have fields stand in lines.
fn lines_of(format: TextFormat, layout: &Layout) -> Lines {
    let (delimiter, quotes, comment, blank) = match format {
        TextFormat::Csv => (Some(b','), Quotes::Rfc4180, None, Blank::Skipped),
        TextFormat::Tsv => (Some(b'\t'), Quotes::Plain, None, Blank::Skipped),
        _ => (None, Quotes::Plain, Some(b'#'), Blank::Missing),
    };
    Lines {
        delimiter: layout.delimiter.or(delimiter),
        comment: layout.comment.or(comment),
        quotes,
        picks: None,
        names: None,
        columns: None,
        blank,
    }
}

/// Reads single values of one dtype, many of them.
#[derive(Debug)]
pub struct Value {
    cell: Cell,
    swap: Option<ByteSwap>,
}

impl Value {
    /// Values of this dtype, in its byte order.
    ///
    /// # Errors
    /// Usage, where nothing is converted to the dtype as it would have to be.
    pub fn of(dtype: &DType, telling: Telling) -> Result<Self> {
        let native = dtype.to_native();
        Ok(Self { cell: Cell::told(&native, telling)?, swap: ByteSwap::between(&native, dtype) })
    }

    /// Reads a value; where that fails, the bytes of `item` mean nothing.
    ///
    /// # Errors
    /// Usage, where the text is no value of the dtype or does not fit it.
    pub fn read(&self, text: &[u8], item: &mut [u8]) -> Result<()> {
        let is_plain = self.cell.fast.is_some_and(|fast| fast(text, item) == text.len() && !text.is_empty());
        if !is_plain && let Err(Refusal::Bad(message)) = self.cell.read(text, item, &mut Seen::default()) {
            return Err(Error::usage(message));
        }
        if let Some(swap) = &self.swap {
            swap.apply(item);
        }
        Ok(())
    }
}

/// Blocks of whole rows, one after the other.
pub struct TextBlocks<'f> {
    blocks: Blocks<'f>,
    feed: &'f Feed,
}

impl TextBlocks<'_> {
    /// The same in blocks so short that items of so many bytes, one for each field, take no more than some MiB.
    #[must_use]
    pub fn holding(mut self, itemsize: usize) -> Self {
        self.blocks.holding(itemsize);
        self
    }

    /// Fills `block` with the next rows and says at which byte of the text they begin; `None` at its end.
    ///
    /// # Errors
    /// Where the text cannot be read.
    pub fn next(&mut self, block: &mut Block) -> Result<Option<u64>> {
        self.blocks.next(block).map_err(|error| self.feed.failed(error))
    }
}

/// Reads blocks of rows, on any thread.
#[derive(Debug)]
pub struct Parser(Way);

#[derive(Debug)]
enum Way {
    Lines { lines: Lines, cells: Cells },
    Json { rows: Rows, node: Node },
}

impl Parser {
    /// Reads all rows of a block.
    ///
    /// # Errors
    /// The first thing in it that cannot be read as the target; what was parsed until then means nothing.
    pub fn read(&self, block: &[u8], into: &mut Parsed) -> Result<(), Stop> {
        into.clear();
        match &self.0 {
            Way::Lines { lines, cells } => lines.read(block, cells, into),
            Way::Json { rows, node } => json::read(*rows, block, node, into),
        }
    }
}
