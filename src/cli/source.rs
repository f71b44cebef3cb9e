//! `--from SRC`: an array to take values from, in another file or on standard input, as elements or as text.

use std::ffi::OsStr;
use std::io::{Cursor, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use clap::Args;

use super::args::{warn_of_changes, warn_of_writer};
use super::foreign;
use super::input::{self, Opened};
use super::number;
use super::signals;
use super::ui::Ui;
use super::words::{SOURCES, one_of};
use crate::array::{Array, HeaderUse, Opening};
use crate::error::{At, Error, ErrorKind, Result};
use crate::format::{self, Format, HEAD, npy};
use crate::job::import::{Destination, Imported, Wanted, import};
use crate::mapping::{Cache, Io, Mapping, Mode, Waiting, copy_sparse, spool, stream_name, temporary, unkept};
use crate::shape::Order;
use crate::source::text::{Columns, Compression, Feed, Header, Layout, Lists, Readings, Text, TextFormat};
use crate::spec::{ArraySpec, Request, Trailing};

/// Where values come from.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Content")]
pub(super) struct FromArgs {
    /// Take the values from SRC: an array, or text, also compressed by gzip or zstd; - is standard input
    #[arg(long, value_name = "SRC")]
    pub(super) from: Option<PathBuf>,
    /// What SRC is: npy, raw, csv, tsv, text, json or ndjson [default: by its first bytes, then its ending, else text]
    #[arg(long, value_name = "FORMAT", requires = "from", value_parser = one_of::<FromFormat>(SOURCES), hide_possible_values = true)]
    from_format: Option<FromFormat>,
    /// What is in a raw SRC: dtype:shape[:order][@offset] [default: the same as in FILE]
    #[arg(long, value_name = "SPEC", requires = "from")]
    from_spec: Option<Request>,
    /// What stands between two fields of text: one character, or \t [default: a comma in csv, a tab in tsv, else blanks]
    #[arg(long, value_name = "CHAR", requires = "from", value_parser = character)]
    delimiter: Option<u8>,
    /// What begins a comment in text, up to the end of the line [default: # in text, nothing in csv and tsv]
    #[arg(long, value_name = "CHAR", requires = "from", value_parser = character)]
    comments: Option<u8>,
    /// Skip the first N lines of text, whatever is in them
    #[arg(long, value_name = "N", requires = "from", value_parser = number::lines, default_value_t = 0, hide_default_value = true)]
    skip_rows: u64,
    /// The columns of text to take, in this order: positions from 0, or names in the header ("a,b" in quotes is one)
    #[arg(long, value_name = "COL,...", requires = "from")]
    columns: Vec<Columns>,
}

/// The formats that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FromFormat {
    Npy,
    Raw,
    Text(TextFormat),
}

impl FromFormat {
    /// The word that names it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Npy => "npy",
            Self::Raw => "raw",
            Self::Text(format) => format.name(),
        }
    }
}

impl FromStr for FromFormat {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match text {
            "npy" => Self::Npy,
            "raw" => Self::Raw,
            "csv" => Self::Text(TextFormat::Csv),
            "tsv" => Self::Text(TextFormat::Tsv),
            "text" => Self::Text(TextFormat::Text),
            "json" => Self::Text(TextFormat::Json),
            "ndjson" => Self::Text(TextFormat::Ndjson),
            _ => return Err(Error::usage(format!("values are read from {}, not '{text}'", SOURCES.join(", ")))),
        })
    }
}

/// One character of one byte: itself, or `\t`.
fn character(text: &str) -> Result<u8> {
    match text.as_bytes() {
        b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"\n\r\"+-._".contains(byte) => Ok(*byte),
        _ => Err(Error::usage("it is one ASCII character that is part of no number, or \\t")),
    }
}

/// Endings of files that hold elements and nothing else.
const RAW_ENDINGS: &[&str] =
    &["dat", "bin", "raw", "f16", "f32", "f64", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];
/// Endings of compressed files.
const COMPRESSED_ENDINGS: &[&str] = &["gz", "zst", "zstd"];

/// What SRC turned out to be.
pub(super) enum Source {
    Array(Array),
    Text(TextSource),
}

/// Text to take values from.
pub(super) struct TextSource {
    feed: Feed,
    format: TextFormat,
    layout: Layout,
    /// Whether the format was neither named nor told by an ending.
    is_guess: bool,
    /// How the bytes of what it becomes travel.
    io: Io,
}

/// How SRC is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// Whether text names its columns.
    pub(super) header: Header,
    /// Whether text is read more than once.
    pub(super) readings: Readings,
    /// How the bytes of an array travel.
    pub(super) io: Io,
    /// What becomes of the pages of SRC.
    pub(super) cache: Cache,
}

impl FromArgs {
    /// What is in SRC, if one was named. A raw SRC that nothing describes is what `same` says.
    ///
    /// `target` is the file that is written: if SRC is the same one, its elements are set aside first.
    ///
    /// # Errors
    /// Usage, where it is not known what SRC is; whatever opening it meets.
    pub(super) fn open(
        &self,
        same: &Request,
        target: Option<&Mapping>,
        reading: Reading,
        ui: &Ui,
    ) -> Result<Option<Source>> {
        let Some(path) = &self.from else { return Ok(None) };
        let (head, opened) = headed(input::open_source(path, "--from")?)?;
        let compression = self.compression(path, &head);
        let (head, opened) = match (compression, opened) {
            (None, opened) => (head, opened),
            // Looked into before it is read.
            (Some(compression), opened) => decompressed_head(compression, opened)?,
        };
        let ending = self.format_of(path, &head)?;
        let format = ending.unwrap_or(FromFormat::Text(TextFormat::Text));
        if self.from_format.is_none()
            && matches!(format, FromFormat::Text(_))
            && let Some(error) = foreign::refusal(path, &head, if target.is_some() { "set" } else { "create" })
        {
            return Err(error);
        }
        let FromFormat::Text(text) = format else {
            self.refuse_layout(reading.header, path)?;
            let mapping = spooled(opened, compression)?;
            return self.array(mapping, format, same, target, reading, ui).map(|array| Some(Source::Array(array)));
        };
        if self.from_spec.is_some() {
            return Err(Error::usage(format!("--from-spec is for a raw SRC, not for {}", text.name())).at(path));
        }
        let feed = match opened {
            Peeked::File(mapping) => {
                warn_of_writer(&mapping, ui);
                Feed::of_file(mapping.with_cache(reading.cache), compression)
            }
            Peeked::Stream(stream, name, given_up) => {
                Feed::of_stream(stream, &name, compression, reading.readings)?.given_up_by(given_up)
            }
        };
        let (layout, is_guess) = (self.layout(reading.header), ending.is_none());
        Ok(Some(Source::Text(TextSource { feed, format: text, layout, is_guess, io: reading.io })))
    }

    fn layout(&self, header: Header) -> Layout {
        Layout {
            delimiter: self.delimiter,
            comment: self.comments,
            skip: self.skip_rows,
            header,
            columns: self.columns.iter().flat_map(|Columns(columns)| columns.clone()).collect(),
            lists: Lists::default(),
        }
    }

    fn refuse_layout(&self, header: Header, path: &Path) -> Result<()> {
        if self.layout(header) == Layout::default() {
            return Ok(());
        }
        Err(Error::usage("--delimiter, --comments, --skip-rows, --header and --columns are for text, and SRC is none")
            .at(path))
    }

    /// How SRC is compressed. A raw one, whose bytes may be any, must also be called so.
    fn compression(&self, path: &Path, head: &[u8]) -> Option<Compression> {
        let found = Compression::recognise(head)?;
        let is_called_so = path.extension().is_some_and(|ending| is_among(ending, COMPRESSED_ENDINGS));
        let is_raw = match self.from_format {
            None => self.from_spec.is_some() || by_ending(path) == Some(FromFormat::Raw),
            Some(format) => format == FromFormat::Raw,
        };
        (!is_raw || is_called_so).then_some(found)
    }

    /// What SRC is, as far as anything says it.
    fn format_of(&self, path: &Path, head: &[u8]) -> Result<Option<FromFormat>> {
        match (self.from_format, format::has_header(head)) {
            (Some(FromFormat::Npy), _) if !head.starts_with(npy::MAGIC) => {
                Err(Error::corrupt("does not begin as a .npy file does").at(path))
            }
            // Whatever describes itself is read as it says.
            (None, true) => Ok(Some(FromFormat::Npy)),
            (None, false) if self.from_spec.is_some() => Ok(Some(FromFormat::Raw)),
            (None, false) => Ok(by_ending(path)),
            (format, _) => Ok(format),
        }
    }

    fn array(
        &self,
        mapping: Mapping,
        format: FromFormat,
        same: &Request,
        target: Option<&Mapping>,
        Reading { io, cache, .. }: Reading,
        ui: &Ui,
    ) -> Result<Array> {
        let header = if format == FromFormat::Npy { HeaderUse::Recognise } else { HeaderUse::Ignore };
        let said = self.from_spec.clone().unwrap_or_default();
        let request = if header == HeaderUse::Ignore { said.or(same.clone()) } else { said };
        let trailing = Trailing::Refuse;
        let opening = Opening { request, mode: Mode::Read, trailing, header, io, cache, ..Opening::default() };
        let source = Array::over(mapping, &opening)?;
        warn_of_changes(source.mapping(), source.mapping().path(), ui);
        let changes = target.is_some_and(|target| target.identity() == source.mapping().identity());
        let aside = changes.then(|| set_aside(source.mapping())).transpose()?;
        Ok(match aside {
            Some(copy) => source.moved_to(copy.with_io(io)),
            None => source,
        })
    }
}

impl TextSource {
    /// Whether it is lines, which have no more than two axes, and not one value.
    pub(super) fn has_lines(&self) -> bool {
        self.format != TextFormat::Json
    }

    /// Stores all rows where `into` says.
    ///
    /// # Errors
    /// As [`import`] has them.
    pub(super) fn import(&self, wanted: Wanted<'_>, into: &Destination<'_>, ui: &Ui) -> Result<Imported> {
        let lists = match wanted {
            Wanted::Told(dtype, _) => Lists::of(dtype),
            Wanted::Guessed => Lists::Axes,
        };
        let layout = Layout { lists, ..self.layout.clone() };
        let progress = ui.progress(self.feed.len_hint().unwrap_or(0));
        let imported = Text::open(&self.feed, self.format, layout)
            .and_then(|(text, blocks)| import(&text, blocks, wanted, into, ui.crew(&progress)));
        let imported = match imported {
            Ok(imported) => imported,
            Err(error) => {
                // What damaged bytes are taken for is no news beside the damage.
                if error.kind() == ErrorKind::Usage {
                    self.feed.verify(&signals::check)?;
                }
                return Err(error);
            }
        };
        if self.is_guess && matches!(imported.dtype.kind(), crate::dtype::Kind::Str(_) | crate::dtype::Kind::Bytes(_)) {
            ui.note(&format!(
                "{} is read as text with blanks between its fields, and they are {}; --from-format csv has commas",
                crate::escape::path_text(self.feed.name()),
                imported.dtype
            ));
        }
        Ok(imported)
    }

    /// All rows as an array in a file without a name.
    ///
    /// # Errors
    /// As [`import`] has them.
    pub(super) fn spooled(&self, wanted: Wanted<'_>, ui: &Ui) -> Result<Array> {
        let file = temporary()?;
        let into = Destination { file: &file, unwritten: &unkept, offset: &|_, _| Ok(0) };
        let Imported { dtype, shape, offset } = self.import(wanted, &into, ui)?;
        let spec = ArraySpec { dtype, shape, order: Order::C, offset };
        file.set_len(spec.end()).map_err(unkept)?;
        let mapping = Mapping::from_file(file, self.name().to_path_buf(), Mode::Read)?.with_io(self.io);
        Ok(Array::known(mapping, spec, Format::Raw))
    }

    /// The name of SRC in messages.
    pub(super) fn name(&self) -> &Path {
        self.feed.name()
    }
}

/// What a path leads to, with nothing of it lost where its first bytes were looked at.
enum Peeked {
    File(Mapping),
    /// With what tells those who wait for it that nobody wants it any more.
    Stream(Box<dyn Read + Send>, PathBuf, Arc<AtomicBool>),
}

/// The first bytes, and all of them.
fn headed(opened: Opened) -> Result<(Vec<u8>, Peeked)> {
    match opened {
        Opened::File(mapping) => {
            let mut head = vec![0; HEAD.min(usize::try_from(mapping.len()).unwrap_or(HEAD))];
            let read = mapping.file().read_exact_at(&mut head, 0);
            read.map_err(|error| Error::io("cannot read", error).at(mapping.path()))?;
            Ok((head, Peeked::File(mapping)))
        }
        Opened::Stream(file, name) => {
            let mut head = Vec::new();
            let read = (&file).take(HEAD as u64).read_to_end(&mut head);
            read.map_err(|error| Error::io("cannot read", error).at(&name))?;
            let given_up = Arc::new(AtomicBool::new(false));
            let unwanted = Arc::clone(&given_up);
            let rest = Waiting::new(file, move || {
                if unwanted.load(Relaxed) { Err(Error::usage("is not wanted any more")) } else { signals::check() }
            });
            Ok((head.clone(), Peeked::Stream(Box::new(Cursor::new(head).chain(rest)), name, given_up)))
        }
    }
}

/// The first bytes of what was compressed. A stream is spooled as it is, so that it can be read from its beginning again.
fn decompressed_head(compression: Compression, opened: Peeked) -> Result<(Vec<u8>, Peeked)> {
    let feed = Feed::of_file(spooled(opened, None)?, Some(compression));
    let head = feed.head(HEAD)?;
    Ok((head, Peeked::File(feed.into_file().expect("it was made of a file"))))
}

/// All bytes in a file, decompressed where they are compressed.
fn spooled(opened: Peeked, compression: Option<Compression>) -> Result<Mapping> {
    match (opened, compression) {
        (Peeked::File(mapping), None) => Ok(mapping),
        (Peeked::Stream(mut stream, name, _), None) => spool(&mut stream, &name),
        (Peeked::File(mapping), Some(compression)) => {
            let name = mapping.path().to_path_buf();
            Feed::of_file(mapping, Some(compression)).spooled(&name)
        }
        (Peeked::Stream(..), Some(_)) => unreachable!("a compressed stream has been spooled"),
    }
}

fn is_among(ending: &OsStr, endings: &[&str]) -> bool {
    endings.contains(&&*ending.to_string_lossy().to_lowercase())
}

/// What the ending says, behind which another may say that it is compressed.
pub(super) fn by_ending(path: &Path) -> Option<FromFormat> {
    let ending = path.extension()?;
    if is_among(ending, COMPRESSED_ENDINGS) {
        return by_ending(Path::new(path.file_stem()?));
    }
    match &*ending.to_string_lossy().to_lowercase() {
        "csv" => Some(FromFormat::Text(TextFormat::Csv)),
        "tsv" | "tab" => Some(FromFormat::Text(TextFormat::Tsv)),
        "txt" => Some(FromFormat::Text(TextFormat::Text)),
        "json" => Some(FromFormat::Text(TextFormat::Json)),
        "ndjson" | "jsonl" => Some(FromFormat::Text(TextFormat::Ndjson)),
        _ if is_among(ending, RAW_ENDINGS) => Some(FromFormat::Raw),
        _ => None,
    }
}

/// A copy without a name of a file that is about to change.
fn set_aside(mapping: &Mapping) -> Result<Mapping> {
    let file = temporary()?;
    copy_sparse(mapping, &file, &mut |_| signals::check()).at(stream_name("copy"))?;
    Mapping::from_file(file, mapping.path().to_path_buf(), Mode::Read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_name_formats_also_behind_those_of_compression() {
        for (path, format) in [
            ("a.csv", Some(FromFormat::Text(TextFormat::Csv))),
            ("a.TSV.gz", Some(FromFormat::Text(TextFormat::Tsv))),
            ("a.txt.zst", Some(FromFormat::Text(TextFormat::Text))),
            ("a.f32.zstd", Some(FromFormat::Raw)),
            ("a.jsonl", Some(FromFormat::Text(TextFormat::Ndjson))),
            ("a.gz", None),
            ("a", None),
            (".csv", None),
        ] {
            assert_eq!(by_ending(Path::new(path)), format, "{path}");
        }
    }

    #[test]
    fn what_may_be_part_of_a_number_separates_nothing() {
        assert_eq!([character(";"), character("\\t"), character(" ")].map(Result::unwrap), [b';', b'\t', b' ']);
        for text in ["", "ab", "e", "1", "-", ".", "\n", "\"", "é"] {
            assert!(character(text).is_err(), "{text:?}");
        }
    }
}
