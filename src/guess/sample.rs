//! The bytes that were read of a file: a few blocks, each at its place. Nothing here knows what they mean.

use std::ops::Range;

/// Bytes that lie together in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Where they begin.
    pub offset: u64,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// A file's length and some of its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    len: u64,
    blocks: Vec<Block>,
}

/// Bytes of the head, the middle and the tail that are looked at.
const PIECES: [u64; 3] = [256 << 10, 64 << 10, 64 << 10];

/// A file of fewer bytes than this has no header worth the name.
const SHORT: u64 = 64;

impl Sample {
    /// Of a file of `len` bytes; the first of the blocks, which are in their order, begins at 0.
    pub fn new(len: u64, blocks: Vec<Block>) -> Self {
        Self { len, blocks }
    }

    /// Of a file all of whose bytes are known.
    #[cfg(test)]
    pub(super) fn whole(bytes: &[u8]) -> Self {
        Self::new(bytes.len() as u64, vec![Block { offset: 0, bytes: bytes.to_vec() }])
    }

    /// Where to look in a file of `len` bytes: offsets and lengths, 384 KiB in all at most, in their order.
    pub fn places(len: u64) -> Vec<(u64, u64)> {
        let [head, middle, tail] = PIECES;
        if len <= head + middle + tail {
            return vec![(0, len)];
        }
        // On a multiple of any element's size, so that pieces of text files and pages are whole, too.
        let half = (len / 2).next_multiple_of(4096).min(len - tail - middle).max(head);
        vec![(0, head), (half, middle), (len - tail, tail)]
    }

    /// Bytes of the file.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether the file has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The first bytes.
    pub(super) fn head(&self) -> &[u8] {
        self.blocks.first().map_or(&[], |block| &block.bytes)
    }

    /// The bytes at `offset`, if all of them were read.
    pub fn at(&self, offset: u64, count: usize) -> Option<&[u8]> {
        self.blocks.iter().find_map(|block| {
            let start = usize::try_from(offset.checked_sub(block.offset)?).ok()?;
            block.bytes.get(start..start.checked_add(count)?)
        })
    }

    /// All bytes that were read.
    pub(super) fn bytes(&self) -> impl Iterator<Item = u8> + '_ {
        self.blocks.iter().flat_map(|block| block.bytes.iter().copied())
    }

    /// The pieces of a range in which a header is not to be expected, whole elements of `size` bytes up to its end.
    pub(super) fn body(&self, size: usize, range: Range<u64>) -> impl Iterator<Item = &[u8]> + '_ {
        let Range { start, end } = range;
        let phase = end % size as u64;
        let skipped = match self.len {
            // Where the range begins is known.
            _ if start > 0 => start,
            // Too few bytes to leave any out.
            ..SHORT => 0,
            len => (len / 4).min(4096),
        };
        self.blocks.iter().filter_map(move |block| {
            let first = block.offset.max(skipped);
            let ahead = (phase + size as u64 - first % size as u64) % size as u64;
            let start = (first + ahead - block.offset) as usize;
            let bytes = &block.bytes[..block.bytes.len().min(end.saturating_sub(block.offset) as usize)];
            let bytes = bytes.get(start..)?;
            let whole = bytes.len() - bytes.len() % size;
            (whole > 0).then(|| &bytes[..whole])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_files_are_read_whole_and_long_ones_in_three_places() {
        assert_eq!(Sample::places(0), [(0, 0)]);
        assert_eq!(Sample::places(393_216), [(0, 393_216)]);
        for len in [393_217, 1 << 20, (1 << 40) + 7, i64::MAX as u64] {
            let places = Sample::places(len);
            assert_eq!(places.iter().map(|(_, count)| count).sum::<u64>(), 393_216, "{len}");
            assert!(places.windows(2).all(|pair| pair[0].0 + pair[0].1 <= pair[1].0), "{places:?}");
            assert!(places.last().is_some_and(|(at, count)| at + count == len), "{places:?}");
        }
    }

    #[test]
    fn bytes_are_found_where_they_were_read() {
        let block = |offset, bytes: &[u8]| Block { offset, bytes: bytes.to_vec() };
        let sample = Sample::new(100, vec![block(0, b"abcd"), block(96, b"wxyz")]);
        assert_eq!(sample.at(97, 2), Some(&b"xy"[..]));
        assert_eq!((sample.at(99, 2), sample.at(50, 1), sample.at(u64::MAX, 1)), (None, None, None));
    }
}
