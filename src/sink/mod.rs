//! What goes out: elements of a result, in C order of its shape, as text or bytes.
//!
//! A [`Sink`] turns blocks of whole elements into output. A block may begin and end at any element, and what it
//! becomes depends only on its bytes and on the rank of its first element, so blocks can be formatted on many threads
//! and written in order. [`Stream`] does it one after the other. One file a format, chosen in one `match`.
//!
//! This layer must not know arguments, terminals, paths to be opened, or commands: it appends to what it is given.

#[cfg(feature = "arrow")]
mod arrow;
mod binary;
mod cells;
mod delimited;
mod ending;
mod fmt;
mod hex;
mod json;
mod preview;
mod printf;
mod rows;
mod stream;
#[cfg(feature = "cli")]
mod table;

use std::fmt::Display;
use std::io;
use std::ops::Range;
use std::str::FromStr;

pub use ending::from_ending;
pub use fmt::Fmt;
pub use preview::{Heading, Plane, Preview, Shown, Side, preview, shown};
pub use stream::Stream;
#[cfg(feature = "cli")]
pub use table::render;

use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::shape::{Order, Shape};
use delimited::{Delimited, Dialect};

/// The formats that a result can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutputFormat {
    /// One line per row, values separated by tabs.
    Tsv,
    /// One line per row, values separated by commas and quoted as RFC 4180 has it.
    Csv,
    /// One line per row, values separated by one space: what `np.loadtxt` reads.
    Text,
    /// One value: nested arrays, records as objects.
    Json,
    /// One JSON value per line: an array per row, a scalar where the array has one axis, an object per record.
    Ndjson,
    /// Aligned and summarised, for people: drawn from a [`Preview`], not streamed.
    Table,
    /// NumPy's own file format.
    Npy,
    /// The bytes and nothing else.
    Raw,
    /// Offset, bytes and values.
    Hex,
    /// An IPC stream of Arrow's, which only a build with the feature `arrow` writes.
    Arrow,
}

impl OutputFormat {
    /// Every format, in the order in which help lists them.
    pub const ALL: &[Self] = &[
        Self::Tsv,
        Self::Csv,
        Self::Text,
        Self::Json,
        Self::Ndjson,
        Self::Table,
        Self::Npy,
        Self::Raw,
        Self::Hex,
        Self::Arrow,
    ];

    /// The word that names it: `tsv`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tsv => "tsv",
            Self::Csv => "csv",
            Self::Text => "text",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Table => "table",
            Self::Npy => "npy",
            Self::Raw => "raw",
            Self::Hex => "hex",
            Self::Arrow => "arrow",
        }
    }

    /// Whether it is the bytes of the elements as they are, one behind the other.
    pub const fn is_binary(self) -> bool {
        matches!(self, Self::Npy | Self::Raw)
    }

    /// Whether it is text, which a terminal can be sent.
    pub const fn is_text(self) -> bool {
        !matches!(self, Self::Npy | Self::Raw | Self::Arrow)
    }

    /// Whether the items must be in the byte order of this machine; else they stay as they are stored.
    pub const fn takes_native_items(self) -> bool {
        !matches!(self, Self::Npy | Self::Raw | Self::Hex)
    }
}

impl Display for OutputFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for OutputFormat {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let found = Self::ALL.iter().find(|format| format.name() == text);
        found.copied().ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|format| format.name()).collect();
            Error::usage(format!("unknown format '{text}' (one of {})", names.join(", ")))
        })
    }
}

/// What the items are.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The type of each; text formats take it, and the items, in the byte order of this machine.
    pub dtype: DType,
    /// The shape of the result.
    pub shape: Shape,
    /// The order in which they follow each other, which the header of npy tells; every text format needs C.
    pub order: Order,
}

/// How the items are shown, beyond the format.
#[derive(Clone, Debug, Default)]
pub struct Style {
    /// The line above the first row.
    pub header: Header,
    /// How each value is printed, where that is not the shortest text that reads back.
    pub fmt: Option<Fmt>,
    /// Digits behind the point of floats, where they are not to read back; `fmt` wins over it.
    pub precision: Option<u8>,
    /// Where the first item lies in its file: the first offset that hex shows, counting on from there.
    pub base: u64,
    /// What values of one column are called, where they have a name.
    pub name: Option<String>,
}

impl Style {
    /// The name of one column of values.
    fn column(&self) -> &str {
        self.name.as_deref().unwrap_or("value")
    }
}

/// The line above the first row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Header {
    /// None.
    #[default]
    Absent,
    /// The names of a record's columns; else `0`, `1`, … along the last axis, or `value` where a line has one value.
    Names,
}

/// Where a result may be cut into blocks that are formatted by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cutting {
    /// Between any two elements.
    Anywhere,
    /// Only where [`Sink::whole`] says so.
    AtLines,
    /// Anywhere, and the items need no formatting: they are the bytes that are written.
    Verbatim,
}

/// Whole elements that follow each other in C order of the result.
#[derive(Clone, Copy)]
struct Block<'a> {
    /// The rank of the first.
    first: u64,
    count: usize,
    bytes: &'a [u8],
}

impl<'a> Block<'a> {
    /// The elements at these positions in the block.
    fn items(self, range: Range<usize>) -> impl Iterator<Item = &'a [u8]> {
        let itemsize = self.bytes.len().checked_div(self.count).unwrap_or(0);
        range.map(move |at| &self.bytes[at * itemsize..(at + 1) * itemsize])
    }
}

/// One output format for one layout.
trait Format: Send + Sync {
    /// What stands before the first element, including all the rows of an array without elements.
    fn begin(&self, out: &mut dyn io::Write) -> io::Result<()>;

    /// Appends a block, which ends where [`Format::whole`] said that one may.
    fn items(&self, block: Block<'_>, out: &mut Vec<u8>);

    /// What stands behind the last element.
    fn end(&self, _out: &mut dyn io::Write) -> io::Result<()> {
        Ok(())
    }

    /// How many of `count` elements from `first` on make a block that can be formatted by itself.
    fn whole(&self, _first: u64, count: u64) -> u64 {
        count
    }

    fn cutting(&self) -> Cutting {
        Cutting::Anywhere
    }
}

/// A result on its way out, in one format.
pub struct Sink {
    format: Box<dyn Format>,
    itemsize: usize,
    size: u64,
}

impl Sink {
    /// A sink for items of this layout.
    ///
    /// # Errors
    /// Usage: a style that the format or the dtype does not have, more bytes than a file can hold, or
    /// [`OutputFormat::Table`], which is no stream.
    pub fn new(format: OutputFormat, layout: &Layout, style: &Style) -> Result<Self> {
        refuse_style(format, style)?;
        if format.is_binary() {
            layout.shape.nbytes(layout.dtype.itemsize())?;
        }
        let delimited = |dialect| Delimited::new(dialect, layout, style);
        let boxed: Box<dyn Format> = match format {
            OutputFormat::Tsv => Box::new(delimited(Dialect::TSV)?),
            OutputFormat::Csv => Box::new(delimited(Dialect::CSV)?),
            OutputFormat::Text => Box::new(delimited(Dialect::TEXT)?),
            OutputFormat::Json => Box::new(json::Json::new(layout, style.precision)),
            OutputFormat::Ndjson => Box::new(json::Ndjson::new(layout, style.precision)),
            OutputFormat::Npy => Box::new(binary::Npy::new(layout)?),
            OutputFormat::Raw => Box::new(binary::Raw),
            OutputFormat::Hex => Box::new(hex::Hex::new(layout, style)),
            #[cfg(feature = "arrow")]
            OutputFormat::Arrow => Box::new(arrow::Arrow::new(layout, style)?),
            #[cfg(not(feature = "arrow"))]
            OutputFormat::Arrow => {
                return Err(Error::usage("this rmm was built without the feature arrow")
                    .whole_hint("cargo install rmm-cli --features arrow"));
            }
            OutputFormat::Table => return Err(Error::usage("a table shows a part of an array and cannot be streamed")),
        };
        Ok(Self { format: boxed, itemsize: layout.dtype.itemsize(), size: layout.shape.size() })
    }

    /// Bytes of an item.
    pub fn itemsize(&self) -> usize {
        self.itemsize
    }

    /// Writes what stands before the first element.
    ///
    /// Elements without bytes (`S0`) come in no block, so all of them are written here.
    pub fn begin(&self, out: &mut dyn io::Write) -> io::Result<()> {
        const BATCH: u64 = 4096;
        self.format.begin(out)?;
        let mut text = Vec::new();
        let nothing = self.itemsize > 0 || self.cutting() == Cutting::Verbatim;
        let mut first = if nothing { self.size } else { 0 };
        while first < self.size {
            let count = self.format.whole(first, BATCH.min(self.size - first));
            self.format.items(Block { first, count: count as usize, bytes: &[] }, &mut text);
            out.write_all(&text)?;
            text.clear();
            first += count;
        }
        Ok(())
    }

    /// Appends a block of whole elements, the first of which has this rank in C order.
    ///
    /// The blocks' texts, joined in the order of their ranks, are the same however the result was cut into blocks, as
    /// long as each ends where [`Sink::whole`] says that it may.
    pub fn items(&self, first: u64, items: &[u8], out: &mut Vec<u8>) {
        let count = items.len().checked_div(self.itemsize).unwrap_or(0);
        debug_assert_eq!(items.len(), count * self.itemsize, "a block is whole elements");
        if count > 0 {
            self.format.items(Block { first, count, bytes: items }, out);
        }
    }

    /// How many of `count` elements, from rank `first` on, can be one block: all of them, but for hex, whose lines
    /// cannot be cut. 0 where they are less than a line.
    pub fn whole(&self, first: u64, count: u64) -> u64 {
        self.format.whole(first, count)
    }

    /// Whether `count` elements from rank `first` on can be formatted by themselves, whatever stands around them.
    pub fn stands_alone(&self, first: u64, count: u64) -> bool {
        match self.cutting() {
            Cutting::Anywhere | Cutting::Verbatim => true,
            Cutting::AtLines => self.whole(0, first) == first && self.whole(first, count) == count,
        }
    }

    /// Where blocks may end, and whether they need formatting at all.
    pub fn cutting(&self) -> Cutting {
        self.format.cutting()
    }

    /// Writes what stands behind the last element.
    pub fn end(&self, out: &mut dyn io::Write) -> io::Result<()> {
        self.format.end(out)
    }
}

/// Styles that mean nothing in a format are refused, not ignored.
fn refuse_style(format: OutputFormat, style: &Style) -> Result<()> {
    let has_lines = matches!(format, OutputFormat::Tsv | OutputFormat::Csv | OutputFormat::Text);
    let misfit = match style {
        Style { precision: Some(_), .. } if !format.is_text() => {
            return Err(Error::usage(format!("--precision is for text, not for {format}")));
        }
        _ if has_lines => return Ok(()),
        Style { fmt: Some(_), .. } => "--fmt",
        Style { header: Header::Names, .. } => "--header",
        _ => return Ok(()),
    };
    Err(Error::usage(format!("{misfit} is for tsv, csv and text, not for {format}")))
}

#[cfg(test)]
mod testing;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::testing::{counting, formatted, named, records, strings, text, text_in_blocks};
    use super::*;

    const STREAMS: [OutputFormat; 8] = [
        OutputFormat::Tsv,
        OutputFormat::Csv,
        OutputFormat::Text,
        OutputFormat::Json,
        OutputFormat::Ndjson,
        OutputFormat::Npy,
        OutputFormat::Raw,
        OutputFormat::Hex,
    ];

    #[test]
    fn every_format_is_named_once() {
        let names: BTreeSet<&str> = OutputFormat::ALL.iter().map(|format| format.name()).collect();
        assert_eq!(names.len(), OutputFormat::ALL.len());
        for format in OutputFormat::ALL {
            assert_eq!(format.to_string().parse::<OutputFormat>().expect("its own name"), *format);
        }
    }

    #[test]
    fn an_unknown_format_is_refused_with_the_known_ones() {
        let error = "xls".parse::<OutputFormat>().expect_err("no such format");
        assert!(error.message().contains("tsv, csv, text, json, ndjson, table, npy, raw, hex, arrow"));
    }

    #[test]
    fn a_table_is_no_stream() {
        assert!(Sink::new(OutputFormat::Table, &counting(&[2]).0, &Style::default()).is_err());
    }

    #[test]
    fn styles_that_mean_nothing_are_refused() {
        let (layout, _) = counting(&[2]);
        for format in [
            OutputFormat::Json,
            OutputFormat::Ndjson,
            OutputFormat::Npy,
            OutputFormat::Raw,
            OutputFormat::Hex,
            OutputFormat::Arrow,
        ] {
            for style in [named(), formatted("%d")] {
                assert!(Sink::new(format, &layout, &style).is_err(), "{format}");
            }
        }
    }

    #[test]
    fn elements_without_bytes_are_written_all_the_same() {
        let empty = strings(&["", "", ""]);
        assert_eq!(text(OutputFormat::Tsv, &Style::default(), &empty), "\n\n\n");
        assert_eq!(text(OutputFormat::Csv, &Style::default(), &empty), "\"\"\n\"\"\n\"\"\n");
        assert_eq!(text(OutputFormat::Json, &Style::default(), &empty), "[\"\",\"\",\"\"]\n");
        assert_eq!(text(OutputFormat::Raw, &Style::default(), &empty), "");
    }

    #[test]
    fn blocks_cut_at_every_place_give_the_same_text() {
        for dims in [&[][..], &[5], &[11], &[2, 3], &[3, 1], &[2, 2, 3], &[2, 1, 2, 2], &[1, 9]] {
            for items in [counting(dims), records(dims)] {
                for format in STREAMS {
                    let whole = text(format, &Style::default(), &items);
                    let size = items.0.shape.size() as usize;
                    for first in 1..=size {
                        let cut = text_in_blocks(format, &items, &[first, size]);
                        assert_eq!(cut, whole, "{format} of {dims:?} cut at {first}");
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn blocks_of_any_sizes_give_the_same_text(
            dims in prop::collection::vec(1u64..6, 0..5),
            blocks in prop::collection::vec(1usize..20, 1..6),
            format in prop::sample::select(&STREAMS[..]),
        ) {
            let items = counting(&dims);
            let whole = text(format, &Style::default(), &items);
            prop_assert_eq!(text_in_blocks(format, &items, &blocks), whole);
        }

        #[test]
        fn blocks_formatted_apart_are_joined_in_order(
            dims in prop::collection::vec(1u64..6, 0..5),
            count in 1u64..40,
            format in prop::sample::select(&STREAMS[..]),
        ) {
            let items = counting(&dims);
            let sink = Sink::new(format, &items.0, &Style::default()).expect("it fits");
            let mut joined = Vec::new();
            sink.begin(&mut joined).expect("memory takes all");
            let size = items.0.shape.size();
            let mut first = 0;
            while first < size {
                let count = match sink.whole(first, count.min(size - first)) {
                    0 => sink.whole(first, (size - first).min(16)),
                    count => count,
                };
                sink.items(first, &items.1[first as usize * 2..(first + count) as usize * 2], &mut joined);
                first += count;
            }
            sink.end(&mut joined).expect("memory takes all");
            let joined = String::from_utf8_lossy(&joined).into_owned();
            prop_assert_eq!(joined, text(format, &Style::default(), &items));
        }
    }
}
