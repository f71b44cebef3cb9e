//! `rmm set`: assignment, with broadcasting.

use std::path::{Path, PathBuf};

use clap::Args;

use super::args::{CastArgs, Intent, OpenArgs};
use super::edit::{Edit, EditArgs};
use super::failure::Exit;
use super::select::{SelectArgs, Selected};
use super::source::{FromArgs, Reading, Source, TextSource};
use super::typed::{typed, typed_element};
use super::ui::Ui;
use super::updates::Updates;
use crate::array::Array;
use crate::cast::{Conversion, Overflow};
use crate::dtype::Parsed;
use crate::error::{Error, Result};
use crate::index::Index;
use crate::job::import::Wanted;
use crate::job::values::{Constant, Elements, Values};
use crate::shape::{Order, Shape};
use crate::source::Memory;
use crate::source::text::Readings;
use crate::spec::{Dims, Request};
use crate::view::{View, tuple};

/// Assign values to elements in place, with NumPy's broadcasting
///
/// One VALUE is a scalar, several are a 1-D array, '[[1,2],[3,4]]' is nested. Values are Python's numbers, also 0x10
/// and nan; true or false; complex 1+2j; dates 2020-01-01 or NaT; records '(1.5,2)'. Nothing is written unless every
/// value parses, fits and broadcasts. With --mode c the file is left alone.
#[derive(Debug, Args)]
#[command(mut_arg("header", |arg| arg.help("The first line of the text of --from that is not skipped names the columns; with -o, a line of names in front")))]
#[command(after_help = "\
Examples:
  rmm set data.npy 0,0 1.5                  one element
  rmm set data.npy -1,: -1.5                a row, broadcast
  rmm set data.npy 0 1 2 3 4                a row, value by value
  rmm set data.npy :2,:2 '[[1,2],[3,4]]'    a block
  rmm set data.npy --rows 0 -inf            with --rows every word is a VALUE
  rmm slice data.npy 1 -o row.npy --force && rmm set data.npy 2 --from row.npy
                                            values from another array
  rmm set data.npy 0:2 --from rows.csv      values from text: csv, tsv, json, ...
  printf '0,0\\t1.5\\n1,2\\t-3\\n' | rmm set data.npy --updates -
                                            many elements, all of them or none")]
pub(super) struct SetArgs {
    /// The array
    file: PathBuf,
    /// INDEX, then the values; only values with --rows, --cols, --along or --from
    #[arg(value_name = "INDEX VALUE")]
    words: Vec<String>,
    #[command(flatten)]
    from: FromArgs,
    /// Take lines of an INDEX, a tab and a VALUE from SRC; - is standard input. Nothing is stored unless all of them
    /// fit; of repeated elements the last counts
    #[arg(long, value_name = "SRC", help_heading = "Content", conflicts_with = "from")]
    updates: Option<PathBuf>,
    #[command(flatten)]
    open: OpenArgs,
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    cast: CastArgs,
    #[command(flatten)]
    edit: EditArgs,
}

pub(super) fn run(args: &SetArgs, ui: &Ui) -> anyhow::Result<Exit> {
    let (index, values) = args.split()?;
    let array = args.edit.opening(&args.open)?.open(&args.file, Intent::Edit, ui)?;
    let selected = args.select.select(index.as_ref(), &array)?;
    let same = Request {
        dtype: Some(Parsed { dtype: selected.dtype.clone(), shape: Vec::new() }),
        shape: Some(Dims::from(&selected.view.shape()?)),
        ..Request::default()
    };
    if let Some(updates) = &args.updates {
        let read = Updates::read(updates, &array, &args.select, args.cast)?;
        read.note_empty(ui);
        args.edit.run(&read, ui)?;
        return Ok(Exit::Done);
    }
    let (header, io, cache) = (args.edit.output.names(), args.open.io(), args.open.cache());
    let reading = Reading { header, readings: Readings::Once, io, cache };
    match args.from.open(&same, Some(array.mapping()), reading, ui)? {
        Some(Source::Array(source)) => args.store_elements(&array, &selected, &source, ui)?,
        Some(Source::Text(text)) => args.store_text(&array, &selected, &text, ui)?,
        None => args.store_typed(&array, &selected, values, ui)?,
    }
    Ok(Exit::Done)
}

impl SetArgs {
    /// The array that the command is about.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// Which of the words are the index and which are values.
    fn split(&self) -> Result<(Option<Index>, &[String])> {
        let missing = || Error::usage("which values? VALUE is missing").hint("rmm set FILE 0,0 1.5");
        if self.updates.is_some() {
            return match (&self.words[..], self.select.names_axes()) {
                ([], false) => Ok((None, &[])),
                _ => {
                    Err(Error::usage("each line of --updates has its own INDEX and VALUE: there is no room for others"))
                }
            };
        }
        match (&self.words[..], self.select.names_axes(), self.from.from.is_some()) {
            ([], _, true) => Ok((None, &[])),
            ([index], false, true) => Ok((Some(index.parse()?), &[])),
            (_, _, true) => Err(Error::usage("the values come from --from: there is no room for others")),
            ([], true, false) => Err(missing()),
            (values, true, false) => Ok((None, values)),
            ([index, values @ ..], false, false) if !values.is_empty() => Ok((Some(index.parse()?), values)),
            (_, false, false) => Err(missing()),
        }
    }

    fn store_typed(&self, array: &Array, selected: &Selected, words: &[String], ui: &Ui) -> Result<()> {
        let dims = selected.view.dims();
        let parsed = match words {
            [word] if dims.is_empty() => typed_element(word, &selected.dtype, self.cast)?,
            _ => typed(words, &selected.dtype, self.cast)?,
        };
        if parsed.shape.len() > dims.len() {
            let (values, target) = (tuple(&parsed.shape), tuple(&dims));
            return Err(Error::usage(format!(
                "cannot store values of shape {values} in a selection of shape {target}"
            ))
            .at(&self.file));
        }
        if parsed.shape.is_empty() {
            return self.store(array, selected, &Constant(parsed.bytes), ui);
        }
        let view = View::of_array(&Shape::new(parsed.shape)?, selected.dtype.itemsize(), Order::C, 0).broadcast(&dims);
        let convert = Conversion::between(&selected.dtype, &selected.dtype, Overflow::Error)?;
        let bytes = Memory(parsed.bytes);
        let view = view.map_err(|error| error.at(&self.file))?;
        self.store(array, selected, &Elements { bytes: &bytes, view, convert }, ui)
    }

    fn store_elements(&self, array: &Array, selected: &Selected, source: &Array, ui: &Ui) -> Result<()> {
        self.cast.casting().check(source.dtype(), &selected.dtype).map_err(|error| error.at(source.path()))?;
        let view = source.view().broadcast(&selected.view.dims()).map_err(|error| error.at(source.path()))?;
        let convert = Conversion::between(source.dtype(), &selected.dtype, self.cast.overflow)?;
        self.store(array, selected, &Elements { bytes: source, view, convert }, ui)?;
        source.mapping().check_unchanged()
    }

    /// Text is read as the dtype that it is stored in, all of it before anything changes.
    fn store_text(&self, array: &Array, selected: &Selected, text: &TextSource, ui: &Ui) -> Result<()> {
        let telling = self.cast.telling();
        let source = text.spooled(Wanted::Told(&selected.dtype, telling), ui)?;
        let dims = selected.view.dims();
        let spec = source.spec();
        // The lines that `slice` prints for more than two axes are rows of the last, or records.
        let is_folded = match (spec.shape.dims(), &dims[..]) {
            ([rows, columns], [outer @ .., last]) => columns == last && *rows == outer.iter().product::<u64>(),
            ([rows], [outer @ .., 1]) => *rows == outer.iter().product::<u64>(),
            ([rows], all) if selected.dtype.record().is_some() && text.has_lines() => {
                *rows == all.iter().product::<u64>()
            }
            ([1], []) => true,
            _ => false,
        };
        let shape = if is_folded { Shape::new(dims.clone())? } else { spec.shape.clone() };
        let view = View::of_array(&shape, spec.dtype.itemsize(), Order::C, spec.offset);
        let view = view.broadcast(&dims).map_err(|error| error.at(text.name()))?;
        let convert = Conversion::between(&selected.dtype, &selected.dtype, Overflow::Error)?;
        self.store(array, selected, &Elements { bytes: &source, view, convert }, ui)
    }

    fn store(&self, array: &Array, selected: &Selected, values: &dyn Values, ui: &Ui) -> Result<()> {
        self.edit.run(&Edit { array, selected, values }, ui)
    }
}
