//! Structured dtypes: named fields at offsets, with gaps between and behind them where a file has padding.

use super::{ByteOrder, DType};

/// The fields of a structured dtype, by rising offset, without overlap.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    fields: Vec<Field>,
    itemsize: usize,
}

/// One field of a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// Its name, unique in the record.
    pub name: String,
    /// Its title, if it has one: NumPy's second name for a field.
    pub title: Option<String>,
    /// The type of its elements.
    pub dtype: DType,
    /// The shape of its subarray, always in C order; empty for a single element.
    pub shape: Vec<u64>,
    /// Where it begins, in bytes from the beginning of the record.
    pub offset: usize,
}

impl Field {
    /// The number of elements in the field's subarray; 1 where it has none.
    pub fn count(&self) -> usize {
        self.shape.iter().product::<u64>() as usize
    }

    /// Bytes in the field.
    pub fn nbytes(&self) -> usize {
        self.count() * self.dtype.itemsize()
    }
}

impl Record {
    /// A record of these fields and this size in bytes.
    ///
    /// The caller has checked that names are unique and that fields rise in offset, do not overlap and fit the size.
    pub fn new(fields: Vec<Field>, itemsize: usize) -> Self {
        debug_assert!(fields.windows(2).all(|pair| pair[0].offset + pair[0].nbytes() <= pair[1].offset));
        debug_assert!(fields.last().is_none_or(|last| last.offset + last.nbytes() <= itemsize));
        Self { fields, itemsize }
    }

    /// The fields, by rising offset.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Bytes in one record, padding included.
    pub fn itemsize(&self) -> usize {
        self.itemsize
    }

    /// The same record with the bytes of every field in the given order.
    #[must_use]
    pub fn with_byte_order(&self, byte_order: ByteOrder) -> Self {
        let fields = self.fields.iter().cloned();
        let fields = fields.map(|field| Field { dtype: field.dtype.with_byte_order(byte_order), ..field }).collect();
        Self { fields, itemsize: self.itemsize }
    }
}
