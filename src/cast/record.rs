//! Records to records: field by field, by position as NumPy does, whatever the names.

use super::{Cast, Misfit, Overflow};
use crate::dtype::{Field, Record};
use crate::error::{Error, Result};

/// Bytes of records converted at a time, so that they stay in the cache while field after field is gathered.
const BLOCK: usize = 16 << 10;

/// A conversion between two records with as many fields.
#[derive(Clone, Debug)]
pub(super) struct RecordCast {
    from: usize,
    to: usize,
    fields: Vec<FieldCast>,
}

#[derive(Clone, Debug)]
struct FieldCast {
    name: String,
    cast: Cast,
    count: usize,
    from: Span,
    to: Span,
}

/// Where the bytes of a field lie in a record.
#[derive(Clone, Copy, Debug)]
struct Span {
    offset: usize,
    len: usize,
}

impl Span {
    fn of(field: &Field) -> Self {
        Self { offset: field.offset, len: field.nbytes() }
    }
}

impl RecordCast {
    pub(super) fn new(from: &Record, to: &Record, overflow: Overflow) -> Result<Self> {
        let (count, wanted) = (from.fields().len(), to.fields().len());
        if count != wanted {
            return Err(Error::usage(format!("cannot convert records of {count} fields to records of {wanted}")));
        }
        let fields = from.fields().iter().zip(to.fields()).map(|(from, to)| FieldCast::new(from, to, overflow));
        Ok(Self { from: from.itemsize(), to: to.itemsize(), fields: fields.collect::<Result<_>>()? })
    }

    /// Padding becomes zero.
    pub(super) fn apply(&self, src: &[u8], dst: &mut [u8]) -> Result<(), Misfit> {
        dst.fill(0);
        if self.from == 0 || self.to == 0 {
            return Ok(());
        }
        let items = (BLOCK / self.from.max(self.to)).max(1);
        let mut scratch = (Vec::new(), Vec::new());
        let blocks = src.chunks(items * self.from).zip(dst.chunks_mut(items * self.to));
        for (index, (src, dst)) in blocks.enumerate() {
            let misfits = self.fields.iter().filter_map(|field| {
                field.apply(src.chunks_exact(self.from), dst.chunks_exact_mut(self.to), &mut scratch).err()
            });
            if let Some(mut first) = misfits.min_by_key(|misfit| misfit.item) {
                first.item += index * items;
                return Err(first);
            }
        }
        Ok(())
    }
}

impl FieldCast {
    fn new(from: &Field, to: &Field, overflow: Overflow) -> Result<Self> {
        if from.shape != to.shape {
            let message =
                format!("cannot convert field '{}' of shape {:?} to shape {:?}", to.name, from.shape, to.shape);
            return Err(Error::usage(message));
        }
        let cast = match (from.dtype.to_native() == to.dtype.to_native(), to.dtype.record()) {
            (false, None) => Cast::new(&from.dtype, &to.dtype, overflow)?,
            _ => Cast::between(&from.dtype, &to.dtype, overflow)?,
        };
        Ok(Self { name: to.name.clone(), cast, count: to.count(), from: Span::of(from), to: Span::of(to) })
    }

    fn apply<'a>(
        &self,
        src: impl Iterator<Item = &'a [u8]>,
        dst: impl ExactSizeIterator<Item = &'a mut [u8]>,
        (gathered, converted): &mut (Vec<u8>, Vec<u8>),
    ) -> Result<(), Misfit> {
        gathered.clear();
        src.for_each(|item| gathered.extend_from_slice(&item[self.from.offset..][..self.from.len]));
        converted.resize(dst.len() * self.to.len, 0);
        let done = self.cast.apply(gathered, converted);
        done.map_err(|misfit| {
            let item = misfit.item / self.count;
            misfit.within(item, &self.name)
        })?;
        for (index, item) in dst.enumerate() {
            let value = &converted[index * self.to.len..][..self.to.len];
            item[self.to.offset..][..self.to.len].copy_from_slice(value);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::Cast;
    use super::*;
    use crate::dtype::{ByteOrder, DType, Kind};

    fn dtype(text: &str) -> DType {
        crate::dtype::parse(text).unwrap().dtype
    }

    fn cast(from: &str, to: &str) -> Result<Cast> {
        Cast::new(&dtype(from), &dtype(to), Overflow::Error)
    }

    /// A record of `a` and, in `b`, another record of `c`.
    fn nested(element: &DType) -> DType {
        let field = |name: &str, dtype: &DType, offset| Field {
            name: name.to_owned(),
            title: None,
            dtype: dtype.clone(),
            shape: Vec::new(),
            offset,
        };
        let record = |fields: Vec<Field>, itemsize| {
            DType::new(Kind::Record(Arc::new(Record::new(fields, itemsize))), ByteOrder::NATIVE)
        };
        let inner = record(vec![field("c", element, 0)], 1);
        record(vec![field("a", element, 0), field("b", &inner, 1)], 2)
    }

    #[test]
    fn converts_by_position() {
        let cast = cast("a:|u1,b:(2,)|i1", "x:<i2,y:(2,)|u1").unwrap();
        let mut out = [9; 8];
        cast.apply(&[1, 2, 3, 4, 5, 6], &mut out).unwrap();
        let first: [u8; 2] = bytemuck::cast(1i16);
        assert_eq!(out[..4], [first[0], first[1], 2, 3]);
        assert_eq!(out[6..], [5, 6]);
    }

    #[test]
    fn names_the_first_record_that_does_not_fit_and_its_field() {
        let (from, to) = (nested(&dtype("i1")), nested(&dtype("u1")));
        let cast = Cast::new(&from, &to, Overflow::Error).unwrap();
        let mut items = vec![1u8; 100_000];
        items[50_001] = 0xff;
        items[50_002] = 0xff;
        let misfit = cast.apply(&items, &mut vec![0; 100_000]).unwrap_err();
        assert_eq!(misfit.item, 25_000);
        assert_eq!(misfit.to_string(), "-1 does not fit uint8 (field 'b.c')");
    }

    #[test]
    fn refuses_other_counts_shapes_and_single_values() {
        let message = |from, to| cast(from, to).unwrap_err().to_string();
        let two = "a:<i4,b:<f8";
        assert_eq!(message(two, "a:<i4"), "cannot convert records of 2 fields to records of 1");
        assert!(message("a:(2,)<i4", "a:(3,)<i4").contains("'a' of shape [2] to shape [3]"));
        assert!(message(two, "f8").contains("cannot convert void96 to float64: a record is no single value"));
        assert!(message("f8", two).contains("a single value is no record"));
    }
}
