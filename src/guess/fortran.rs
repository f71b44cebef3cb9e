//! Sequential files of Fortran: the length of each record stands before and behind it, in four bytes.

use super::sample::Sample;
use crate::dtype::ByteOrder;

/// The first record, and how many there are of its length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Where its data begins.
    pub(super) start: u64,
    /// Bytes of its data.
    pub(super) len: u64,
    /// Records of that length in the file; `None` where others have other lengths.
    pub(super) count: Option<u64>,
    pub(super) order: ByteOrder,
}

/// Bytes of a record's length.
const MARKER: u64 = 4;

/// The first record, where there are markers.
pub(super) fn find(sample: &Sample) -> Option<Record> {
    [ByteOrder::Little, ByteOrder::Big].into_iter().find_map(|order| find_in(sample, order))
}

fn find_in(sample: &Sample, order: ByteOrder) -> Option<Record> {
    let marker = |at| {
        let bytes = sample.at(at, MARKER as usize)?.try_into().ok()?;
        Some(u64::from(if order == ByteOrder::Big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }))
    };
    let len = marker(0)?;
    let whole = len + 2 * MARKER;
    // A shorter record would be two equal integers in a row.
    if len < 8 || whole > sample.len() || marker(MARKER + len).is_some_and(|behind| behind != len) {
        return None;
    }
    let last = marker(sample.len() - MARKER)?;
    let ends = last.checked_add(2 * MARKER).and_then(|whole| sample.len().checked_sub(whole));
    let begins = marker(ends?);
    let regular = sample.len().is_multiple_of(whole) && last == len;
    if begins.is_some_and(|begins| begins != last) || (marker(MARKER + len).is_none() && !regular) {
        return None;
    }
    Some(Record { start: MARKER, len, count: regular.then_some(sample.len() / whole), order })
}

impl Record {
    /// What it is, in a few words.
    pub(super) fn why(&self) -> String {
        let order = if self.order == ByteOrder::Big { "big" } else { "little" };
        match self.count {
            Some(1) => format!("a Fortran record between {order}-endian markers"),
            Some(count) => format!("the first of {count} Fortran records between {order}-endian markers"),
            None => format!("the first Fortran record between {order}-endian markers"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::Block;
    use super::*;

    fn sample(lens: &[u32], order: ByteOrder) -> Sample {
        let mut bytes = Vec::new();
        for &len in lens {
            let marker = if order == ByteOrder::Big { len.to_be_bytes() } else { len.to_le_bytes() };
            bytes.extend(marker);
            bytes.extend((0..len).map(|at| at as u8 | 1));
            bytes.extend(marker);
        }
        Sample::new(bytes.len() as u64, vec![Block { offset: 0, bytes }])
    }

    #[test]
    fn markers_are_found_in_both_orders() {
        for order in [ByteOrder::Little, ByteOrder::Big] {
            let found =
                |lens: &[u32]| find(&sample(lens, order)).map(|record| (record.len, record.count, record.order));
            assert_eq!(found(&[80]), Some((80, Some(1), order)));
            assert_eq!(found(&[80, 80, 80]), Some((80, Some(3), order)));
            assert_eq!(found(&[80, 12, 40]), Some((80, None, order)));
        }
    }

    #[test]
    fn lengths_that_do_not_agree_are_no_markers() {
        let mut bytes = sample(&[80], ByteOrder::Little).head().to_vec();
        bytes[84] ^= 1;
        let of = |bytes: &[u8]| Sample::new(bytes.len() as u64, vec![Block { offset: 0, bytes: bytes.to_vec() }]);
        assert_eq!(find(&of(&bytes)), None);
        for bytes in [&[0; 16][..], &[8, 0, 0, 0], &[255; 64], &[]] {
            assert_eq!(find(&of(bytes)), None, "{bytes:?}");
        }
    }
}
