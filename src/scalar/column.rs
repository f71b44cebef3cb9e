//! The leaves of a dtype, side by side: what a line of tab-separated text has a field for.

use std::fmt::Write;

use super::Scalar;
use crate::dtype::{DType, Kind};

/// One leaf: a field, or an element of its subarray.
#[derive(Clone, Debug)]
pub struct Column {
    /// `x`, `p.x` in a nested record, `m[1,2]` in a subarray; empty where the dtype is no record.
    pub name: String,
    /// Where it begins, in bytes from the beginning of the item.
    pub offset: usize,
    /// Its type.
    pub dtype: DType,
    /// Its text.
    pub scalar: Scalar,
}

impl Column {
    /// The bytes of this column in an item.
    pub fn bytes<'a>(&self, item: &'a [u8]) -> &'a [u8] {
        &item[self.offset..self.offset + self.scalar.itemsize()]
    }
}

/// The leaves of `dtype` in their order; one without a name where it is no record.
pub fn columns(dtype: &DType) -> Vec<Column> {
    let mut columns = Vec::new();
    collect(dtype, "", 0, &mut columns);
    columns
}

fn collect(dtype: &DType, name: &str, offset: usize, columns: &mut Vec<Column>) {
    let Kind::Record(record) = dtype.kind() else {
        return columns.push(Column { name: name.to_owned(), offset, dtype: dtype.clone(), scalar: Scalar::of(dtype) });
    };
    for field in record.fields() {
        let dot = if name.is_empty() { "" } else { "." };
        for element in 0..field.count() {
            let mut name = format!("{name}{dot}{}", field.name);
            push_position(&field.shape, element as u64, &mut name);
            collect(&field.dtype, &name, offset + field.offset + element * field.dtype.itemsize(), columns);
        }
    }
}

/// Appends the coordinates of the element with that C-order rank: `[1,2]`.
fn push_position(shape: &[u64], element: u64, name: &mut String) {
    let mut step = shape.iter().product::<u64>();
    for (axis, len) in shape.iter().enumerate() {
        step /= len;
        let open = if axis == 0 { '[' } else { ',' };
        write!(name, "{open}{}", element / step % len).expect("a string takes whatever is written");
    }
    if !shape.is_empty() {
        name.push(']');
    }
}
