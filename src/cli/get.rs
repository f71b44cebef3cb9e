//! `rmm get`: elements, one per line.

use std::path::{Path, PathBuf};

use clap::Args;

use super::args::{Intent, OpenArgs};
use super::failure::Exit;
use super::input;
use super::lines::{Lines, Next};
use super::nothing::{EmptyParts, note_result};
use super::number;
use super::select::{SelectArgs, Selected};
use super::ui::Ui;
use crate::array::Array;
use crate::cast::{Conversion, Overflow};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::index::{Index, place};
use crate::job::copy::copy;
use crate::job::listed::{at_a_time, fetch};
use crate::mapping::Stream;
use crate::shape::{Order, Shape};
use crate::sink::{Fmt, Layout, OutputFormat, Sink, Style};
use crate::source::{Memory, Readable};
use crate::view::View;

/// Print elements, one per line
///
/// Each INDEX is what stands inside NumPy's subscript; all elements it selects are printed in C order. A structured
/// element is one line, its fields separated by tabs. With - the indices are read from stdin, one per line.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rmm get data.npy 2,0                  one element
  rmm get data.npy -1,0 0,-1            two, counted from the end
  rmm get data.npy 0                    all elements of the first row
  printf '0,0\\n1,2\\n' | rmm get data.npy -
                                        indices from stdin")]
pub(super) struct GetArgs {
    /// The array; - is standard input
    file: PathBuf,
    /// The elements, as in NumPy's subscript; - reads indices from stdin
    index: Vec<String>,
    #[command(flatten)]
    open: OpenArgs,
    #[command(flatten)]
    select: SelectArgs,
    /// Print each value with a printf format, as numpy.savetxt does: '%.3f'
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    fmt: Option<Fmt>,
    /// Round floats to N digits behind the point
    #[arg(long, value_name = "N", value_parser = number::digits, conflicts_with = "fmt", help_heading = "Output")]
    precision: Option<u8>,
}

pub(super) fn run(args: &GetArgs, ui: &Ui) -> anyhow::Result<Exit> {
    let array = args.open.open(&args.file, Intent::Read, ui)?;
    match &args.index[..] {
        [] if args.select.names_axes() => {
            note_result(&args.select.select(None, &array)?.view.dims(), ui);
            args.print(&array, None, ui)?;
        }
        [] => return Err(Error::usage("which elements? INDEX is missing").hint("rmm get FILE 0,0").into()),
        [stdin] if stdin == "-" => args.print_listed(&array, ui)?,
        words => {
            // All of them are checked before the first is printed.
            let indices = words.iter().map(|word| word.parse()).collect::<Result<Vec<Index>>>()?;
            let mut empty = EmptyParts::default();
            for (index, word) in indices.iter().zip(words) {
                let selected = args.select.select(Some(index), &array)?;
                empty.look(&selected.view, || format!("INDEX '{word}'"));
            }
            empty.note(ui);
            for index in &indices {
                args.print(&array, Some(index), ui)?;
            }
        }
    }
    array.mapping().check_unchanged()?;
    Ok(Exit::Done)
}

impl GetArgs {
    /// The array that the command is about.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// Prints the elements of one index.
    fn print(&self, array: &Array, index: Option<&Index>, ui: &Ui) -> Result<()> {
        let Selected { view, dtype } = self.select.select(index, array)?;
        self.print_elements(array, &view, &dtype, ui)
    }

    /// Prints the elements of a view, one per line.
    fn print_elements(&self, bytes: &dyn Readable, view: &View, dtype: &DType, ui: &Ui) -> Result<()> {
        let native = dtype.to_native();
        let convert = Conversion::between(dtype, &native, Overflow::Error)?;
        let layout = Layout { dtype: native, shape: Shape::new([view.size()])?, order: Order::C };
        let style = Style { fmt: self.fmt.clone(), precision: self.precision, ..Style::default() };
        let sink = Sink::new(OutputFormat::Tsv, &layout, &style)?;
        let progress = ui.progress(view.nbytes());
        copy(bytes, view, &convert, &sink, &mut |bytes| ui.data(bytes), ui.crew(&progress))
    }

    /// Prints the elements of the indices on stdin, line by line.
    fn print_listed(&self, array: &Array, ui: &Ui) -> Result<()> {
        if input::is_stdin(&self.file) {
            return Err(Error::usage("standard input cannot be both the array and the list of indices"));
        }
        Stream::Stdin.check().map_err(|error| Error::io("cannot read", error).at("stdin"))?;
        let mut batch = Batch { get: self, array, plain: self.plain(array)?, places: Vec::new() };
        let mut empty = EmptyParts::default();
        let mut lines = Lines::new(std::io::stdin());
        let failed = |error| Error::io("cannot read", error).at("stdin");
        loop {
            match lines.next().map_err(failed)? {
                Next::Line(number, line) => {
                    if batch.takes(line, ui)? {
                        continue;
                    }
                    batch.print(ui)?;
                    if line.trim_ascii().is_empty() {
                        continue;
                    }
                    let selected = self.selected(line, array);
                    // What goes wrong with the elements, or with printing them, is not the line's fault.
                    let Selected { view, dtype } =
                        selected.map_err(|error| error.within(format_args!("line {number} of stdin")))?;
                    empty.look(&view, || format!("line {number} of stdin"));
                    self.print_elements(array, &view, &dtype, ui)?;
                }
                Next::Waiting => {
                    // Whoever waits for an answer before asking again gets it.
                    batch.print(ui)?;
                    ui.flush()?;
                }
                Next::End => {
                    empty.note(ui);
                    return batch.print(ui);
                }
            }
        }
    }

    /// What the index in a line selects.
    fn selected(&self, line: &[u8], array: &Array) -> Result<Selected> {
        let line = str::from_utf8(line).map_err(|_| Error::usage("is not UTF-8"))?;
        self.select.select(Some(&line.parse()?), array)
    }

    /// All elements, where one integer for each axis picks one of them.
    fn plain(&self, array: &Array) -> Result<Option<Selected>> {
        if self.select.names_axes() {
            return Ok(None);
        }
        let whole = self.select.select(Some(&Index::all()), array)?;
        // A field that is a subarray has axes that no integer picks.
        Ok((whole.view.axes().len() == array.spec().shape.ndim()).then_some(whole))
    }
}

/// Single elements that are fetched and printed together.
struct Batch<'a> {
    get: &'a GetArgs,
    array: &'a Array,
    /// All elements; `None` where lines do not name single ones.
    plain: Option<Selected>,
    places: Vec<u64>,
}

impl Batch<'_> {
    /// Whether the line names a single element, which will be printed in its turn.
    fn takes(&mut self, line: &[u8], ui: &Ui) -> Result<bool> {
        let Some(whole) = &self.plain else { return Ok(false) };
        let Some(place) = place(line, &whole.view) else { return Ok(false) };
        self.places.push(place);
        if self.places.len() >= at_a_time(whole.view.item().size()) {
            self.print(ui)?;
        }
        Ok(true)
    }

    /// Prints what has been taken.
    fn print(&mut self, ui: &Ui) -> Result<()> {
        let Some(Selected { view, dtype }) = self.plain.as_ref().filter(|_| !self.places.is_empty()) else {
            return Ok(());
        };
        let items = Memory(fetch(self.array, view.item(), &self.places, ui.threads())?);
        let shape = Shape::new([self.places.len() as u64])?;
        self.places.clear();
        let packed = View::of_array(&shape, view.item().size(), Order::C, 0);
        self.get.print_elements(&items, &packed, dtype, ui)
    }
}
