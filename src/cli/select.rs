//! Which elements a command is about: INDEX, or one option an axis, and fields.

use std::str::FromStr;
use std::sync::Arc;

use clap::Args;

use super::complete::{axes, fields};
use crate::array::Array;
use crate::dtype::{ByteOrder, DType, Field, Kind, Record};
use crate::error::{Error, Result};
use crate::index::{Index, Pick, Selection};
use crate::shape::Order;
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
    #[arg(long, value_name = "K=PICK", add = axes())]
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

impl SelectArgs {
    /// Whether axes are selected by options, so that no word is an INDEX.
    pub(super) fn names_axes(&self) -> bool {
        self.rows.is_some() || self.cols.is_some() || !self.along.is_empty()
    }

    /// The elements that INDEX, or the options, select.
    ///
    /// # Errors
    /// Usage, where there are both, they do not fit the array, or they select more than any file can hold.
    pub(super) fn select(&self, index: Option<&Index>, array: &Array) -> Result<Selected> {
        let view = self.selection(index, array)?.of(&array.view());
        let selected = self.fields_of(Selected { view, dtype: array.dtype().clone() });
        let selected = selected.map_err(|error| error.at(array.path()))?;
        // Repeated positions can make more elements than can be counted; what follows counts them.
        selected.view.shape().map_err(|error| error.at(array.path()))?;
        Ok(selected)
    }

    /// The C-order rank in the whole array of each element that [`SelectArgs::select`] gives, as the place of a byte.
    ///
    /// It gave them without an error, so they can be counted. A field that is a subarray has its axes behind those of the array.
    ///
    /// # Errors
    /// As [`SelectArgs::select`].
    pub(super) fn ranks(&self, index: Option<&Index>, array: &Array) -> Result<View> {
        let subarray = self.subarray(array)?;
        let parts = subarray.iter().product::<u64>();
        let view = self.selection(index, array)?.of(&View::of_array(&array.spec().shape, parts as usize, Order::C, 0));
        Ok(View::new(view.offset(), with_subarray(&view, subarray, parts), Item::whole(1)))
    }

    /// The lengths of the axes whose coordinates the ranks of [`SelectArgs::ranks`] count.
    ///
    /// # Errors
    /// As [`SelectArgs::select`].
    pub(super) fn counted_dims(&self, array: &Array) -> Result<Vec<u64>> {
        Ok([array.spec().shape.dims(), self.subarray(array)?].concat())
    }

    /// The axes that the one field that is selected brings with it.
    fn subarray<'a>(&self, array: &'a Array) -> Result<&'a [u64]> {
        match (&self.field[..], array.dtype().record()) {
            ([name], Some(record)) => Ok(&field(record, name).map_err(|error| error.at(array.path()))?.shape),
            _ => Ok(&[]),
        }
    }

    fn selection(&self, index: Option<&Index>, array: &Array) -> Result<Selection> {
        let dims = array.spec().shape.dims();
        let index = match (index, self.names_axes()) {
            (Some(_), true) => {
                return Err(Error::usage("INDEX and --rows, --cols or --along do not mix").hint("say it all in INDEX"));
            }
            (Some(index), false) => index.clone(),
            (None, true) => Index::along(&self.picks(), dims.len()).map_err(|error| error.at(array.path()))?,
            (None, false) => Index::all(),
        };
        index.select(dims).map_err(|error| error.at(array.path()))
    }

    fn picks(&self) -> Vec<(i64, Pick)> {
        let rows = self.rows.iter().map(|pick| (0, pick.clone()));
        let cols = self.cols.iter().map(|pick| (1, pick.clone()));
        rows.chain(cols).chain(self.along.iter().map(|Along(axis, pick)| (*axis, pick.clone()))).collect()
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
