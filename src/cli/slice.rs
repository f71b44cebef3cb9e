//! `rmm slice`: any selection to any format.

use std::path::{Path, PathBuf};

use clap::Args;

use super::args::{CastArgs, OpenArgs, WriteArgs, element_type};
use super::complete::{dtypes, permutations};
use super::failure::Exit;
use super::incoming::{Flow, extent, set_down};
use super::output::{Outcome, OutputArgs, Wanted};
use super::select::{Described, SelectArgs};
use super::ui::Ui;
use super::words::{BYTE_ORDERS, ORDERS, one_of};
use crate::array::{Array, Came, Incoming};
use crate::cast::{Conversion, Overflow};
use crate::dtype::{ByteOrder, DType, Parsed};
use crate::error::{Error, Result};
use crate::index::{Index, axis_of};
use crate::job::store::store;
use crate::job::values::Elements;
use crate::shape::{Order, Shape};
use crate::source::Tape;
use crate::spec::{ArraySpec, Dims};
use crate::view::View;

/// Select elements and write them in any format, to stdout or a file
///
/// INDEX is what stands inside NumPy's subscript: 3, -1, 0:100, ::-1, 2,3, ...,0, :,[1,5,7]. Without it everything is
/// selected. Nothing is held in memory whole: files of any size are converted out of core.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rmm slice data.npy 0:10                      ten rows, tab-separated
  rmm slice data.npy ':,[0,2]' -f csv          two columns as CSV
  rmm slice raw.dat -d '<f4' -s -1,8 -o all.npy --force
                                               a raw file as .npy
  rmm slice data.npy --astype f4 --transpose -o t.raw --force
                                               converted and transposed, as raw bytes")]
pub(super) struct SliceArgs {
    /// The array; - is standard input
    file: PathBuf,
    /// The elements, as in NumPy's subscript [default: all]
    index: Option<Index>,
    #[command(flatten)]
    open: OpenArgs,
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    arrange: ArrangeArgs,
    #[command(flatten)]
    cast: CastArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    write: WriteArgs,
}

/// What is made of the selection before it is written, in this order.
#[derive(Debug, Args)]
#[command(next_help_heading = "Conversion")]
struct ArrangeArgs {
    /// Convert the elements to this type
    #[arg(long, value_name = "T", add = dtypes())]
    astype: Option<Parsed>,
    /// Lay raw and npy output out in C or F order [default: C]
    #[arg(long, value_name = "C|F", value_parser = one_of::<Order>(ORDERS), hide_possible_values = true)]
    to_order: Option<Order>,
    /// Byte order of raw and npy output: little, big or native [default: the array's own]
    #[arg(long, value_name = "ORDER", value_parser = one_of::<ByteOrder>(BYTE_ORDERS), hide_possible_values = true)]
    byteorder: Option<ByteOrder>,
    /// Permute the axes, as in 2,0,1; without AXES, reverse them
    #[arg(long, value_name = "AXES", add = permutations(), num_args = 0..=1, default_missing_value = "")]
    transpose: Option<Axes>,
    /// Give the result this shape, in C order; one axis may be -1
    #[arg(long, value_name = "DIMS")]
    reshape: Option<Dims>,
}

/// A permutation of axes as typed; empty reverses.
#[derive(Clone, Debug)]
struct Axes(Vec<i64>);

impl std::str::FromStr for Axes {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let words = text.split(',').filter(|_| !text.is_empty());
        let axes = words.map(|word| word.trim().parse()).collect::<Result<_, _>>();
        axes.map(Self).map_err(|_| Error::usage(format!("'{text}' are no axes")).hint("--transpose 2,0,1"))
    }
}

impl SliceArgs {
    /// The array that the command is about.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// Writes what is selected of an array that comes, as it comes; the array, where it has to be there first.
    fn flow(&self, incoming: Incoming, ui: &Ui) -> Result<Option<Array>> {
        let described = Described { spec: incoming.spec(), path: incoming.name() };
        let reach = self.select.reach(self.index.as_ref(), described)?;
        if incoming.is_open() && self.arrange.moves_axes() {
            return set_down(incoming, ui);
        }
        let selected = self.select.select(self.index.as_ref(), described)?;
        let view = self.arrange.transposed(&selected.view)?;
        let extent = extent(&incoming, reach, &view);
        let Some(extent) = extent.filter(|_| self.arrange.to_order.unwrap_or_default() == Order::C) else {
            return set_down(incoming, ui);
        };
        let format = self.output.format()?;
        if !self.output.takes(extent)? {
            return set_down(incoming, ui);
        }
        let (shape, dtype) = (self.arrange.shape(&view)?, self.arrange.dtype(&selected.dtype)?);
        self.cast.casting_asked().check(&selected.dtype, &dtype)?;
        self.cast.note_what_is_dropped(&selected.dtype, &dtype, ui);
        let dtype = if format.takes_native_items() { dtype.to_native() } else { dtype };
        let convert = Conversion::between(&selected.dtype, &dtype, self.cast.overflow)?;
        let tape = Tape::default();
        let values = Elements { bytes: &tape, view: view.clone(), convert };
        let fits = |found: Described<'_>| self.select.select(self.index.as_ref(), found).map(|_| ());
        let name = self.select.one_field();
        let flow = Flow { incoming, tape: &tape, values: &values, view, dtype, shape, name, extent, fits: &fits };
        flow.write(&self.output, &self.write, ui).map(|()| None)
    }
}

pub(super) fn run(args: &SliceArgs, ui: &Ui) -> anyhow::Result<Exit> {
    args.output.refuse_early(&args.file, &args.write)?;
    let array = match args.open.open_or_incoming(&args.file, ui)? {
        Came::Array(array) => array,
        Came::Incoming(incoming) => match args.flow(incoming, ui)? {
            Some(array) => array,
            None => return Ok(Exit::Done),
        },
    };
    let selected = args.select.select(args.index.as_ref(), &array)?;
    let view = args.arrange.transposed(&selected.view)?;
    let shape = args.arrange.shape(&view)?;
    let dtype = args.arrange.dtype(&selected.dtype)?;
    args.cast.casting_asked().check(&selected.dtype, &dtype)?;
    args.cast.note_what_is_dropped(&selected.dtype, &dtype, ui);
    let order = args.arrange.to_order.unwrap_or_default();
    let name = args.select.one_field().map(str::to_owned);
    let wanted = Wanted { dtype, overflow: args.cast.overflow, shape, order, name };
    if let Some(view) = reshaped(&view, &wanted) {
        let outcome = Outcome { array: &array, view, dtype: selected.dtype, wanted };
        args.output.write(&outcome, &args.write, ui)?;
    } else {
        let spooled = spooled(&array, &view, &selected.dtype, &wanted.shape, ui)?;
        let outcome = Outcome { array: &spooled, view: spooled.view(), dtype: selected.dtype, wanted };
        args.output.write(&outcome, &args.write, ui)?;
    }
    Ok(Exit::Done)
}

impl ArrangeArgs {
    /// The type that is wanted, in the byte order that is wanted.
    fn dtype(&self, own: &DType) -> Result<DType> {
        let dtype = self.astype.as_ref().map_or_else(|| Ok(own.clone()), element_type)?;
        Ok(match self.byteorder {
            Some(byte_order) => dtype.with_byte_order(byte_order),
            None => dtype,
        })
    }

    /// Whether the first axis of the selection may not be that of the result.
    fn moves_axes(&self) -> bool {
        self.transpose.is_some() || self.reshape.is_some()
    }

    fn transposed(&self, view: &View) -> Result<View> {
        let Some(Axes(axes)) = &self.transpose else { return Ok(view.clone()) };
        let ndim = view.axes().len();
        if axes.is_empty() {
            return Ok(view.reversed());
        }
        if axes.len() != ndim {
            let count = axes.len();
            return Err(Error::usage(format!("--transpose names {count} axes, but the selection has {ndim}")));
        }
        let places = axes.iter().map(|&axis| axis_of(axis, ndim)).collect::<Result<Vec<_>>>()?;
        match (0..ndim).find(|axis| !places.contains(axis)) {
            Some(axis) => Err(Error::usage(format!("--transpose names an axis twice and axis {axis} not at all"))),
            None => Ok(view.transposed(&places)),
        }
    }

    fn shape(&self, view: &View) -> Result<Shape> {
        let own = view.shape()?;
        self.reshape.as_ref().map_or(Ok(own.clone()), |dims| dims.of_size(own.size()))
    }
}

/// The view in its new shape, as far as that matters for the order in which its elements are written.
fn reshaped(view: &View, wanted: &Wanted) -> Option<View> {
    // In C order the elements follow each other as before, whatever the shape.
    if wanted.order == Order::C { Some(view.clone()) } else { view.reshaped(wanted.shape.dims()) }
}

/// The elements in C order in a file without a name, from which any other order can be read.
fn spooled(array: &Array, view: &View, dtype: &DType, shape: &Shape, ui: &Ui) -> Result<Array> {
    let spec = ArraySpec { dtype: dtype.clone(), shape: shape.clone(), order: Order::C, offset: 0 };
    let spooled = Array::spooled(&spec, "reshaped")?;
    let convert = Conversion::between(dtype, dtype, Overflow::Error)?;
    let elements = Elements { bytes: array, view: view.clone(), convert };
    let own = ArraySpec { shape: view.shape()?, ..spec };
    let progress = ui.progress(view.nbytes());
    store(&spooled, &own.view(), &elements, ui.crew(&progress))?;
    Ok(spooled)
}
