//! Changing the byte order of elements in a private block, by the size of their parts and never by their type.

use fearless_simd::{Level, dispatch};

use super::{DType, Kind};

/// How to reverse the byte order of elements of one dtype: computed once, applied to any number of blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByteSwap {
    itemsize: usize,
    parts: Vec<Part>,
}

/// `count` numbers of `unit` bytes, beginning `offset` bytes into each element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    offset: usize,
    unit: usize,
    count: usize,
}

impl ByteSwap {
    /// What turns elements of type `from` into the same elements of type `to`, which differs in byte order alone.
    ///
    /// `None` where no byte moves.
    pub fn between(from: &DType, to: &DType) -> Option<Self> {
        let mut parts = Vec::new();
        collect(from, to, 0, 1, &mut parts);
        (!parts.is_empty()).then(|| Self { itemsize: from.itemsize(), parts })
    }

    /// Reverses the bytes of every number in `items`, whose length is a multiple of the item size.
    pub fn apply(&self, items: &mut [u8]) {
        debug_assert_eq!(items.len() % self.itemsize, 0);
        match self.parts[..] {
            [Part { unit, count, .. }] if unit * count == self.itemsize => swap_units(items, unit),
            _ => items.chunks_exact_mut(self.itemsize).for_each(|item| {
                for part in &self.parts {
                    swap_units(&mut item[part.offset..part.offset + part.unit * part.count], part.unit);
                }
            }),
        }
    }
}

/// Appends the parts in which `count` elements of `from` and `to`, beginning at `offset`, differ.
fn collect(from: &DType, to: &DType, offset: usize, count: usize, parts: &mut Vec<Part>) {
    if let (Some(from), Some(to)) = (from.record(), to.record()) {
        for element in 0..count {
            let base = offset + element * from.itemsize();
            for (field, other) in from.fields().iter().zip(to.fields()) {
                collect(&field.dtype, &other.dtype, base + field.offset, field.count(), parts);
            }
        }
    } else if from.byte_order() != to.byte_order() {
        let unit = match from.kind() {
            Kind::Number(number) => number.swap_unit(),
            Kind::Str(_) => 4,
            _ => 8,
        };
        parts.push(Part { offset, unit, count: count * from.itemsize() / unit });
    }
}

fn swap_units(bytes: &mut [u8], unit: usize) {
    match unit {
        2 => swap_each::<2>(bytes),
        4 => swap_each::<4>(bytes),
        8 => swap_each::<8>(bytes),
        16 => swap_each::<16>(bytes),
        _ => unreachable!("numbers are swapped in units of 2, 4, 8 or 16 bytes"),
    }
}

fn swap_each<const N: usize>(bytes: &mut [u8]) {
    dispatch!(Level::new(), _level => reverse_each::<N>(bytes));
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "so that it is compiled for the SIMD level of its caller")]
fn reverse_each<const N: usize>(bytes: &mut [u8]) {
    bytes.as_chunks_mut::<N>().0.iter_mut().for_each(|unit| unit.reverse());
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::dtype::{ByteOrder, Field, Number, Record};

    fn swapped(dtype: &DType, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        ByteSwap::between(dtype, &dtype.with_byte_order(ByteOrder::Big)).expect("it has an order").apply(&mut bytes);
        bytes
    }

    #[test]
    fn swaps_each_part_of_a_number() {
        assert_eq!(swapped(&DType::native(Number::Int16), &[1, 2, 3, 4]), [2, 1, 4, 3]);
        assert_eq!(swapped(&DType::native(Number::Complex64), &[1, 2, 3, 4, 5, 6, 7, 8]), [4, 3, 2, 1, 8, 7, 6, 5]);
        assert_eq!(swapped(&DType::new(Kind::Str(1), ByteOrder::Little), &[1, 2, 3, 4]), [4, 3, 2, 1]);
    }

    #[test]
    fn leaves_alone_what_has_no_order() {
        let byte = DType::native(Number::UInt8);
        assert_eq!(ByteSwap::between(&byte, &byte.with_byte_order(ByteOrder::Big)), None);
    }

    #[test]
    fn swaps_the_fields_of_a_record_and_not_its_padding() {
        let field = |name: &str, number, shape: &[u64], offset| Field {
            name: name.to_owned(),
            title: None,
            dtype: DType::native(number),
            shape: shape.to_vec(),
            offset,
        };
        let record = Record::new(vec![field("a", Number::UInt8, &[], 0), field("b", Number::Int16, &[2], 2)], 7);
        let dtype = DType::new(Kind::Record(Arc::new(record)), ByteOrder::Little);
        assert_eq!(swapped(&dtype, &[0, 1, 2, 3, 4, 5, 6]), [0, 1, 3, 2, 5, 4, 6]);
    }
}
