//! `rmm get`: elements, one per line.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use clap::Args;

use super::args::{Intent, OpenArgs};
use super::failure::Exit;
use super::input;
use super::listed::{BATCH, Places};
use super::select::{SelectArgs, Selected};
use super::ui::Ui;
use crate::array::Array;
use crate::cast::{Conversion, Overflow};
use crate::error::{Error, Result};
use crate::index::Index;
use crate::job::copy::copy;
use crate::mapping::Stream;
use crate::shape::{Order, Shape};
use crate::sink::{Fmt, Layout, OutputFormat, Sink, Style};

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
}

pub(super) fn run(args: &GetArgs, ui: &Ui) -> anyhow::Result<Exit> {
    let array = args.open.open(&args.file, Intent::Read, ui)?;
    match &args.index[..] {
        [] if args.select.names_axes() => args.print(&array, None, ui)?,
        [] => return Err(Error::usage("which elements? INDEX is missing").hint("rmm get FILE 0,0").into()),
        [stdin] if stdin == "-" => args.print_listed(&array, ui)?,
        words => {
            // All of them are checked before the first is printed.
            let indices = words.iter().map(|word| word.parse()).collect::<Result<Vec<Index>>>()?;
            for index in &indices {
                args.select.select(Some(index), &array)?;
            }
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
        self.print_selected(array, &self.select.select(index, array)?, ui)
    }

    fn print_selected(&self, array: &Array, selected: &Selected, ui: &Ui) -> Result<()> {
        let Selected { view, dtype } = selected;
        let native = dtype.to_native();
        let convert = Conversion::between(dtype, &native, Overflow::Error)?;
        let layout = Layout { dtype: native, shape: Shape::new([view.size()])?, order: Order::C };
        let style = Style { fmt: self.fmt.clone(), ..Style::default() };
        let sink = Sink::new(OutputFormat::Tsv, &layout, &style)?;
        let progress = ui.progress(view.nbytes());
        copy(array, view, &convert, &sink, &mut |bytes| ui.data(bytes), ui.crew(&progress))
    }

    /// Prints the elements of the indices on stdin, in their order: single elements many at a time.
    fn print_listed(&self, array: &Array, ui: &Ui) -> Result<()> {
        if input::is_stdin(&self.file) {
            return Err(Error::usage("standard input cannot be both the array and the list of indices"));
        }
        Stream::Stdin.check().map_err(|error| Error::io("cannot read", error).at("stdin"))?;
        let all = self.select.select(Some(&Index::all()), array)?;
        let places = Places::of(array, &all.view);
        let print = |batch: &mut Vec<u64>| {
            let view = places.view(batch);
            batch.clear();
            self.print_selected(array, &Selected { view, dtype: all.dtype.clone() }, ui)
        };
        let mut stdin = BufReader::with_capacity(1 << 16, std::io::stdin());
        let (mut line, mut batch) = (Vec::new(), Vec::new());
        for number in 1u64.. {
            line.clear();
            let len =
                stdin.read_until(b'\n', &mut line).map_err(|error| Error::io("cannot read", error).at("stdin"))?;
            let place = places.place(&line);
            batch.extend(place);
            if !batch.is_empty() && (place.is_none() || batch.len() == BATCH) {
                print(&mut batch)?;
            }
            if len == 0 {
                break;
            }
            if place.is_some() || line.trim_ascii().is_empty() {
                continue;
            }
            let text = str::from_utf8(line.trim_ascii()).map_err(|_| Error::usage("is not UTF-8"));
            let printed = text.and_then(str::parse).and_then(|index: Index| self.print(array, Some(&index), ui));
            printed.map_err(|error| error.within(format_args!("line {number} of stdin")))?;
        }
        Ok(())
    }
}
