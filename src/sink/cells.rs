//! The texts of one element: the cells of a line, one for each column of a record.

use super::fmt::Printf;
use crate::dtype::{DType, Kind};
use crate::scalar::{Scalar, columns};

/// How the cells of a line are printed.
pub(super) enum Cells {
    /// An element is a cell, each like the others.
    Same(Cell),
    /// An element is a record with a cell for each of its columns.
    Fields(Vec<Field>),
    /// An element is a cell, and each position in the row has its own way.
    Across(Vec<Cell>),
}

/// One column of a record.
pub(super) struct Field {
    pub(super) offset: usize,
    pub(super) itemsize: usize,
    pub(super) cell: Cell,
}

/// How one value is printed.
pub(super) struct Cell {
    text: Text,
    /// Whether the text may hold the commas and quotes that csv must quote.
    is_free: bool,
}

enum Text {
    /// The shortest that reads back, or a rounded one.
    Plain(Scalar),
    Printf(Printf),
}

impl Cells {
    /// The shortest texts for this dtype, or rounded ones.
    pub(super) fn plain(dtype: &DType, precision: Option<u8>) -> Self {
        if dtype.record().is_none() {
            return Self::Same(Cell::plain(dtype, precision));
        }
        let fields = columns(dtype).into_iter().map(|column| Field {
            offset: column.offset,
            itemsize: column.dtype.itemsize(),
            cell: Cell::plain(&column.dtype, precision),
        });
        Self::Fields(fields.collect())
    }
}

impl Cell {
    fn plain(dtype: &DType, precision: Option<u8>) -> Self {
        let is_free = matches!(dtype.kind(), Kind::Bytes(_) | Kind::Str(_));
        Self { text: Text::Plain(scalar(dtype, precision)), is_free }
    }

    pub(super) fn printf(printf: Printf) -> Self {
        Self { text: Text::Printf(printf), is_free: true }
    }

    pub(super) fn is_free(&self) -> bool {
        self.is_free
    }

    /// Appends the text of one value.
    #[inline]
    pub(super) fn print(&self, item: &[u8], out: &mut Vec<u8>) {
        match &self.text {
            Text::Plain(scalar) => scalar.print(item, out),
            Text::Printf(printf) => printf.print(item, out),
        }
    }
}

/// How an element is printed that is no record.
pub(super) fn scalar(dtype: &DType, precision: Option<u8>) -> Scalar {
    precision.map_or_else(|| Scalar::of(dtype), |digits| Scalar::rounded(dtype, digits))
}
