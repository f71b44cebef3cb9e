//! Which elements a command is about: INDEX, or one option an axis, and fields.

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use clap::Args;

use super::complete::{axes_to_pick, fields};
use crate::array::Array;
use crate::dtype::{ByteOrder, DType, Field, Kind, Record};
use crate::error::{Error, Result};
use crate::index::{Index, Pick, Reach, Selection};
use crate::shape::Order;
use crate::spec::ArraySpec;
use crate::view::{Axis, Item, View};

/// A selection by axes and fields.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Selection")]
pub(super) struct SelectArgs {
    /// Along axis 0: an integer (drops the axis), A:B[:S], or a list [1,5,7]; does not mix with INDEX
    #[arg(long, value_name = "PICK")]
    rows: Option<Pick>,
    /// The same along axis 1
    #[arg(long, value_name = "PICK")]
    cols: Option<Pick>,
    /// The same along axis K; may be repeated
    #[arg(long, value_name = "K=PICK", add = axes_to_pick())]
    along: Vec<Along>,
    /// A field of a structured dtype; may be repeated
    #[arg(long, value_name = "NAME", add = fields())]
    field: Vec<String>,
}

/// A pick along a numbered axis.
#[derive(Clone, Debug)]
struct Along(i64, Pick);

impl FromStr for Along {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::usage(format!("'{text}' is no AXIS=PICK")).hint("--along 2=0:10");
        let (axis, pick) = text.split_once('=').ok_or_else(wrong)?;
        Ok(Self(axis.trim().parse().map_err(|_| wrong())?, pick.parse()?))
    }
}

/// Selected elements.
#[derive(Clone, Debug)]
pub(super) struct Selected {
    /// Where they lie.
    pub(super) view: View,
    /// Their type, in the byte order of the file.
    pub(super) dtype: DType,
}

/// What is selected of: an array that is there, or one that is only described.
#[derive(Clone, Copy)]
pub(super) struct Described<'a> {
    /// What the array is.
    pub(super) spec: &'a ArraySpec,
    /// Its name in messages.
    pub(super) path: &'a Path,
}

impl<'a> From<&'a Array> for Described<'a> {
    fn from(array: &'a Array) -> Self {
        Self { spec: array.spec(), path: array.path() }
    }
}

impl SelectArgs {
    /// Whether axes are selected by options, so that no word is an INDEX.
    pub(super) fn names_axes(&self) -> bool {
        self.rows.is_some() || self.cols.is_some() || !self.along.is_empty()
    }

    /// The elements that INDEX, or the options, select.
    ///
    /// # Errors
    /// Usage, where there are both, they do not fit the array, or they select more than any file can hold.
    pub(super) fn select<'a>(&self, index: Option<&Index>, array: impl Into<Described<'a>>) -> Result<Selected> {
        let Described { spec, path } = array.into();
        self.select_of(index, spec).map_err(|error| error.at(path))
    }

    fn select_of(&self, index: Option<&Index>, spec: &ArraySpec) -> Result<Selected> {
        let view = self.selection(index, spec)?.of(&spec.view());
        let selected = self.fields_of(Selected { view, dtype: spec.dtype.clone() })?;
        // Repeated positions can make more elements than can be counted; what follows counts them.
        selected.view.shape()?;
        Ok(selected)
    }

    /// How far the selection reaches along the first axis.
    ///
    /// # Errors
    /// As [`SelectArgs::select`].
    pub(super) fn reach<'a>(&self, index: Option<&Index>, array: impl Into<Described<'a>>) -> Result<Reach> {
        let Described { spec, path } = array.into();
        let ndim = spec.shape.ndim();
        self.index(index, ndim).and_then(|index| index.reach(ndim)).map_err(|error| error.at(path))
    }

    /// The C-order rank in the whole array of each element that [`SelectArgs::select`] gives, as the place of a byte.
    ///
    /// It gave them without an error, so they can be counted. A field that is a subarray has its axes behind those of the array.
    ///
    /// # Errors
    /// As [`SelectArgs::select`].
    pub(super) fn ranks<'a>(&self, index: Option<&Index>, array: impl Into<Described<'a>>) -> Result<View> {
        let Described { spec, path } = array.into();
        let subarray = self.subarray(spec).map_err(|error| error.at(path))?;
        let parts = subarray.iter().product::<u64>();
        let all = View::of_array(&spec.shape, parts as usize, Order::C, 0);
        let view = self.selection(index, spec).map_err(|error| error.at(path))?.of(&all);
        Ok(View::new(view.offset(), with_subarray(&view, subarray, parts), Item::whole(1)))
    }

    /// The lengths of the axes whose coordinates the ranks of [`SelectArgs::ranks`] count.
    ///
    /// # Errors
    /// As [`SelectArgs::select`].
    pub(super) fn counted_dims<'a>(&self, array: impl Into<Described<'a>>) -> Result<Vec<u64>> {
        let Described { spec, path } = array.into();
        Ok([spec.shape.dims(), self.subarray(spec).map_err(|error| error.at(path))?].concat())
    }

    /// The axes that the one field that is selected brings with it.
    fn subarray<'a>(&self, spec: &'a ArraySpec) -> Result<&'a [u64]> {
        match (&self.field[..], spec.dtype.record()) {
            ([name], Some(record)) => Ok(&field(record, name)?.shape),
            _ => Ok(&[]),
        }
    }

    fn selection(&self, index: Option<&Index>, spec: &ArraySpec) -> Result<Selection> {
        let dims = spec.shape.dims();
        self.index(index, dims.len())?.select(dims)
    }

    /// INDEX, or what the options say, of an array of so many dimensions.
    fn index(&self, index: Option<&Index>, ndim: usize) -> Result<Index> {
        match (index, self.names_axes()) {
            (Some(_), true) => {
                Err(Error::usage("INDEX and --rows, --cols or --along do not mix").hint("say it all in INDEX"))
            }
            (Some(index), false) => Ok(index.clone()),
            (None, true) => Index::along(&self.picks(), ndim),
            (None, false) => Ok(Index::all()),
        }
    }

    fn picks(&self) -> Vec<(i64, Pick)> {
        let rows = self.rows.iter().map(|pick| (0, pick.clone()));
        let cols = self.cols.iter().map(|pick| (1, pick.clone()));
        rows.chain(cols).chain(self.along.iter().map(|Along(axis, pick)| (*axis, pick.clone()))).collect()
    }

    /// The name of the field, where only one is selected.
    pub(super) fn one_field(&self) -> Option<&str> {
        match &self.field[..] {
            [name] => Some(name),
            _ => None,
        }
    }

    fn fields_of(&self, selected: Selected) -> Result<Selected> {
        if self.field.is_empty() {
            return Ok(selected);
        }
        let Some(record) = selected.dtype.record() else {
            return Err(Error::usage(format!("--field needs a structured dtype, not {}", selected.dtype.name())));
        };
        let fields = self.field.iter().map(|name| field(record, name)).collect::<Result<Vec<_>>>()?;
        match fields[..] {
            [field] => Ok(one_field(&selected.view, field)),
            _ => some_fields(&selected.view, &fields),
        }
    }
}

fn field<'a>(record: &'a Record, name: &str) -> Result<&'a Field> {
    record.field(name).ok_or_else(|| {
        let names: Vec<&str> = record.fields().iter().map(|field| field.name.as_str()).collect();
        Error::usage(format!("no field of name {name}")).hint(format!("the fields are {}", names.join(", ")))
    })
}

/// One field: its own dtype, the axes of its subarray behind the others.
fn one_field(view: &View, field: &Field) -> Selected {
    let axes = with_subarray(view, &field.shape, field.nbytes() as u64);
    let view = View::new(view.offset() + field.offset as u64, axes, Item::whole(field.dtype.itemsize()));
    Selected { view, dtype: field.dtype.clone() }
}

/// The axes of a view whose elements are subarrays in C order of `size` bytes.
fn with_subarray(view: &View, subarray: &[u64], size: u64) -> Vec<Axis> {
    let mut axes = view.axes().to_vec();
    let mut stride = size as i64;
    for &len in subarray {
        stride /= len.max(1) as i64;
        axes.push(Axis::Strided { len, stride });
    }
    axes
}

/// Several fields, packed without the bytes between them, in the order asked for.
fn some_fields(view: &View, fields: &[&Field]) -> Result<Selected> {
    let item = Item::fields(fields);
    let mut packed: Vec<Field> = Vec::with_capacity(fields.len());
    for (field, part) in fields.iter().zip(item.parts()) {
        if packed.iter().any(|earlier| earlier.name == field.name) {
            return Err(Error::usage(format!("field {} is asked for twice", field.name)));
        }
        packed.push(Field { offset: part.packed, ..(*field).clone() });
    }
    let record = Record::new(packed, item.size());
    let dtype = DType::new(Kind::Record(Arc::new(record)), ByteOrder::NATIVE);
    Ok(Selected { view: View::new(view.offset(), view.axes().to_vec(), item), dtype })
}
