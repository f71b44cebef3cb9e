//! Results on their way out: which format, to which file or stream, whole or not at all.

use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use clap::Args;

use super::args::{Destination, WriteArgs};
use super::input::is_stream;
use super::nothing::note_result;
use super::ui::Ui;
use super::words::{FORMATS, one_of};
use super::{number, signals, table};
use crate::array::{Array, Container, Describe, NewArray};
use crate::cast::Conversion;
use crate::dtype::DType;
use crate::error::{At, Error, Result};
use crate::format::npy;
use crate::job::Progress;
use crate::job::copy::copy;
use crate::job::lay::lay;
use crate::mapping::{Identity, Stream, copy_range, give_up, lead, pour, reserve};
use crate::shape::{Order, Shape};
use crate::sink::{Fmt, Header, Layout, OutputFormat, Sink, Style, from_ending};
use crate::spec::ArraySpec;
use crate::view::View;

/// Bytes of a result from which on it is laid out in a file before it goes to a stream in another order.
const WORTH_LAYING_OUT: u64 = 64 << 20;

/// Where a result goes, and how it looks.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArgs {
    /// Write to OUT, which appears whole or not at all; - is standard output
    #[arg(short, long, value_name = "OUT")]
    pub(super) output: Option<PathBuf>,
    /// tsv, csv, text, json, ndjson, table, npy, raw, hex or arrow [default: by OUT's ending, else tsv]
    #[arg(short, long, value_name = "FORMAT", value_parser = one_of::<OutputFormat>(FORMATS), hide_possible_values = true)]
    pub(super) format: Option<OutputFormat>,
    /// A line of column names in front
    #[arg(long)]
    header: bool,
    /// Print each value with a printf format, as numpy.savetxt does: '%.3f'
    #[arg(long, value_name = "FORMAT")]
    fmt: Option<Fmt>,
    /// Round floats to N digits behind the point, in any text; they do not read back then
    #[arg(long, value_name = "N", value_parser = number::digits, conflicts_with = "fmt")]
    precision: Option<u8>,
    /// Also write OUT.rmm.json, which says what is in OUT
    #[arg(long)]
    sidecar: bool,
}

/// A result: elements that lie somewhere, and what is to be made of them.
pub(super) struct Outcome<'a> {
    /// Where they lie.
    pub(super) array: &'a Array,
    /// Which they are.
    pub(super) view: View,
    /// Their type there.
    pub(super) dtype: DType,
    /// The type they are wanted in, in the byte order that binary formats write.
    pub(super) wanted: Wanted,
}

/// What a result should be.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// The element type, with the byte order that binary formats write.
    pub(super) dtype: DType,
    /// What happens to values that do not fit.
    pub(super) overflow: crate::cast::Overflow,
    /// The shape, of the same size as the view.
    pub(super) shape: Shape,
    /// The order in which binary formats lay the elements out.
    pub(super) order: Order,
    /// What values of one column are called, where they have a name.
    pub(super) name: Option<String>,
}

impl Outcome<'_> {
    /// The byte of the file at which the result begins, where it is a stretch of it.
    fn base(&self) -> u64 {
        let stays = self.dtype == self.wanted.dtype;
        self.view.contiguous().filter(|_| stays).map_or(0, |(offset, _)| offset)
    }
}

impl OutputArgs {
    /// Where the result goes.
    pub(super) fn destination(&self) -> Destination {
        Destination::of(self.output.as_deref())
    }

    /// Whether an output is named, or something beside it.
    pub(super) fn is_asked_for(&self) -> bool {
        self.output.is_some() || self.format.is_some() || self.sidecar
    }

    /// Whether a line names columns, which is so of the text that is read, too.
    pub(super) fn names(&self) -> crate::source::text::Header {
        use crate::source::text::Header;
        if self.header { Header::Names } else { Header::Absent }
    }

    /// The format that was asked for, or that the destination implies.
    pub(super) fn format(&self) -> Result<OutputFormat> {
        match (self.format, self.destination()) {
            (Some(format), _) => Ok(format),
            (None, Destination::File(path)) => from_ending(&path),
            (None, _) => Ok(OutputFormat::Tsv),
        }
    }

    /// When what is in OUT is written beside it.
    ///
    /// # Errors
    /// Usage, where `--sidecar` asks for that, and there is no OUT, or text in it.
    pub(super) fn describe(&self) -> Result<Describe> {
        let format = self.format()?;
        match self.destination() {
            Destination::File(_) if self.sidecar && format.is_binary() => Ok(Describe::Always),
            Destination::File(_) if self.sidecar => {
                Err(Error::usage(format!("--sidecar describes raw and npy files, not {format}")))
            }
            _ if self.sidecar => Err(Error::usage("--sidecar describes a file").hint("-o OUT names one")),
            _ if format.is_binary() => Ok(Describe::WhereNeeded),
            _ => Ok(Describe::Never),
        }
    }

    /// Refuses what no input could make good, a name that is taken: before standard input is waited for.
    ///
    /// # Errors
    /// As [`NewArray::refuse`].
    pub(super) fn refuse_early(&self, input: &Path, write: &WriteArgs) -> Result<()> {
        match self.destination() {
            Destination::File(out) if is_stream(input) => NewArray::refuse(&out, write.replace()),
            _ => Ok(()),
        }
    }

    /// How values look, the first of which lies at byte `base`, and which may have a name.
    pub(super) fn style(&self, base: u64, name: Option<&str>) -> Style {
        let header = if self.header { Header::Names } else { Header::Absent };
        Style { header, fmt: self.fmt.clone(), precision: self.precision, base, name: name.map(str::to_owned) }
    }

    /// Writes a result where it belongs.
    ///
    /// # Errors
    /// Usage for what cannot be written so, before anything is; io and casts that fail.
    pub(super) fn write(&self, outcome: &Outcome<'_>, write: &WriteArgs, ui: &Ui) -> Result<()> {
        let (format, describe) = (self.format()?, self.describe()?);
        let destination = self.destination();
        note_result(outcome.wanted.shape.dims(), ui);
        if format == OutputFormat::Table {
            return table::write(self, outcome, &destination, write, ui);
        }
        self.refuse_terminal(format)?;
        let result = Formatted::new(outcome, format, &self.style(outcome.base(), outcome.wanted.name.as_deref()))?;
        match destination {
            Destination::Default | Destination::Stdout => result.to_stdout(ui),
            Destination::File(path) => result.to_file(&path, describe, write, ui),
        }
    }

    /// Refuses bytes for a terminal that did not ask for them.
    pub(super) fn refuse_terminal(&self, format: OutputFormat) -> Result<()> {
        if !format.is_text() && self.destination() == Destination::Default && io::stdout().is_terminal() {
            return Err(Error::usage(format!("{format} is not for terminals"))
                .hint("-o OUT writes it to a file, -o - to the terminal all the same"));
        }
        Ok(())
    }
}

/// A result and the sink it goes through.
struct Formatted<'a> {
    outcome: &'a Outcome<'a>,
    format: OutputFormat,
    view: View,
    dtype: DType,
    convert: Conversion,
    sink: Sink,
}

impl<'a> Formatted<'a> {
    fn new(outcome: &'a Outcome<'a>, format: OutputFormat, style: &Style) -> Result<Self> {
        let wanted = &outcome.wanted;
        let dtype = if format.takes_native_items() { wanted.dtype.to_native() } else { wanted.dtype.clone() };
        let order = match format {
            OutputFormat::Npy => npy::saved_order(&wanted.shape, wanted.order),
            OutputFormat::Raw => wanted.order,
            // Text has no memory order.
            _ => Order::C,
        };
        // In F order the elements follow each other as those of the reversed axes do in C order.
        let view = if order == Order::F { outcome.view.reversed() } else { outcome.view.clone() };
        let convert = Conversion::between(&outcome.dtype, &dtype, wanted.overflow)?;
        let sink = Sink::new(format, &Layout { dtype: dtype.clone(), shape: wanted.shape.clone(), order }, style)?;
        Ok(Self { outcome, format, view, dtype, convert, sink })
    }

    fn to_stdout(&self, ui: &Ui) -> Result<()> {
        refuse_own_input(self.outcome.array)?;
        let progress = ui.progress(self.view.nbytes());
        let (array, crew) = (self.outcome.array, ui.crew(&progress));
        if let Some((offset, len)) = self.verbatim() {
            self.pour(array, offset, len, &progress, ui)?;
        } else if let Some(laid) = self.laid_out(&progress, ui)? {
            self.pour(&laid, 0, self.nbytes(), &crate::job::Silent, ui)?;
        } else {
            copy(array, &self.view, &self.convert, &self.sink, &mut |bytes| ui.data(bytes), crew)?;
        }
        self.outcome.array.mapping().check_unchanged()
    }

    /// Writes bytes of a file to stdout, behind the header.
    fn pour(&self, array: &Array, offset: u64, len: u64, progress: &dyn Progress, ui: &Ui) -> Result<()> {
        ui.data(&self.header())?;
        ui.flush()?;
        let mut told = |bytes| progress.advance(bytes);
        pour(array.mapping(), offset, len, io::stdout().as_fd(), &mut told).at("stdout")
    }

    /// The elements of a large binary result in their order, in a file without a name, where the array runs in another:
    /// a stream takes them one after the other, and each page of the array would be read again and again. `None` where
    /// that is not so, or there is no space for it.
    fn laid_out(&self, progress: &dyn Progress, ui: &Ui) -> Result<Option<Array>> {
        if !self.format.is_binary() || self.view.goes_forward() || self.nbytes() < WORTH_LAYING_OUT {
            return Ok(None);
        }
        let (dtype, shape) = (self.dtype.clone(), self.view.shape()?);
        let spec = ArraySpec { dtype, shape, order: Order::C, offset: 0 };
        let Ok(laid) = Array::spooled(&spec, "result") else { return Ok(None) };
        if reserve(laid.mapping().file(), 0..self.nbytes()).is_err() {
            return Ok(None);
        }
        lay(self.outcome.array, &self.view, &self.convert, (&laid, &spec.view()), ui.crew(progress))?;
        Ok(Some(laid))
    }

    /// Bytes of all elements of the result.
    fn nbytes(&self) -> u64 {
        self.view.size() * self.dtype.itemsize() as u64
    }

    fn to_file(&self, path: &Path, describe: Describe, write: &WriteArgs, ui: &Ui) -> Result<()> {
        let wanted = &self.outcome.wanted;
        let spec = ArraySpec { dtype: self.dtype.clone(), shape: wanted.shape.clone(), order: wanted.order, offset: 0 };
        signals::heed_before(path);
        let new = NewArray::begin(path, spec, self.format.container(), describe, write.replace())?;
        let new = new.treated_like(self.outcome.array.mapping());
        let new = match self.verbatim() {
            Some(range) => new.sharing(self.outcome.array.mapping(), range),
            None => new,
        };
        signals::heed();
        self.fill(&new, ui).at(new.file().target())?;
        self.outcome.array.mapping().check_unchanged()?;
        signals::check()?;
        new.commit(write.sync())
    }

    fn fill(&self, new: &NewArray, ui: &Ui) -> Result<()> {
        let mut file = new.file().file();
        let progress = ui.progress(self.view.nbytes());
        if let Some((offset, len)) = self.verbatim() {
            let from = self.outcome.array.mapping();
            if new.file().is_direct() {
                new.write_header()?;
                return pour(from, offset, len, file.as_fd(), &mut |bytes| progress.advance(bytes));
            }
            let to = new.spec().offset;
            let lead = lead(offset, to, file);
            let target = (file, to - lead);
            copy_range(from, offset - lead, len + lead, target, &mut |bytes| progress.advance(bytes))?;
            new.write_header()?;
            from.read_behind(offset..offset + len);
            return give_up(file, from.cache());
        }
        if self.format.is_binary() && !new.file().is_direct() {
            // Fresh blocks in one piece; a file system that cannot do this grows the file as it is written. The copy of
            // a sparse file is sparse.
            if !self.outcome.array.mapping().may_have_holes()? {
                let _ = new.reserve();
            }
            let array = new.array()?;
            let target = View::of_array(&self.view.shape()?, self.dtype.itemsize(), Order::C, new.spec().offset);
            lay(self.outcome.array, &self.view, &self.convert, (&array, &target), ui.crew(&progress))?;
            return give_up(file, array.mapping().cache());
        }
        let mut emit = |bytes: &[u8]| file.write_all(bytes).map_err(|error| new.file().unwritten(error));
        copy(self.outcome.array, &self.view, &self.convert, &self.sink, &mut emit, ui.crew(&progress))?;
        // A stream has no pages.
        if new.file().is_direct() { Ok(()) } else { give_up(file, self.outcome.array.mapping().cache()) }
    }

    /// The bytes of the file that are the result as they lie there.
    fn verbatim(&self) -> Option<(u64, u64)> {
        if self.format.is_binary() && self.convert.is_identity() { self.view.contiguous() } else { None }
    }

    /// What stands before the first element.
    fn header(&self) -> Vec<u8> {
        let mut header = Vec::new();
        self.sink.begin(&mut header).expect("memory takes every byte");
        header
    }
}

impl OutputFormat {
    /// What a file of this format holds besides the elements.
    pub(super) fn container(self) -> Container {
        if self == Self::Npy { Container::Npy } else { Container::Raw }
    }
}

/// Whether standard output takes the result: it must be open, and not the array itself.
///
/// A shell empties `> FILE` before it starts us, and `>> FILE` would never end.
pub(super) fn refuse_own_input(array: &Array) -> Result<()> {
    Stream::Stdout.check().map_err(|error| Error::io("cannot write", error).at("stdout"))?;
    let stdout = io::stdout().as_fd().try_clone_to_owned().map(std::fs::File::from);
    let is_own =
        stdout.is_ok_and(|stdout| Identity::of(&stdout).is_ok_and(|identity| identity == array.mapping().identity()));
    if is_own && !array.mapping().is_empty() {
        return Err(Error::usage("is both input and output")
            .at(array.path())
            .hint("-o FILE --force replaces it safely"));
    }
    Ok(())
}
