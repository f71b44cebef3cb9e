//! The blocks of a job: which elements of the selection, in C order, each of them holds.
//!
//! A selection is cut into rows, each row into parts, each part into blocks; the last part of a row, and the last block
//! of a part, may be shorter.
//!
//! ```text
//!   a selection of shape (2, 8): row 8, part 5, block 2
//!     | 0 1 | 2 3 | 4 ||  5  6 |  7 |     blocks 0 1 2   3 4
//!     | 8 9 |10 11|12 || 13 14 | 15 |     blocks 5 6 7   8 9
//! ```

use std::cmp::Ordering;
use std::fmt::Write;
use std::ops::Range;

use crate::error::{Error, Result};

/// The most blocks of a job, so that what is written down of them fits memory: 2^32 bits are 512 MiB.
const MOST_BLOCKS: u64 = 1 << 32;

/// How the elements of a selection, in C order, are cut into blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    elements: u64,
    row: u64,
    part: u64,
    block: u64,
    itemsize: u64,
}

impl Grid {
    /// `elements` elements of `itemsize` bytes, in rows of `row`, parts of `part` and blocks of `block`.
    ///
    /// # Errors
    /// Corrupt, where these numbers make no grid, or one of more than 2^32 blocks.
    pub fn new(elements: u64, [row, part, block]: [u64; 3], itemsize: u64) -> Result<Self> {
        let grid = Self { elements, row, part, block, itemsize };
        let nested = 0 < block && block <= part && part <= row && row <= elements && itemsize > 0;
        let small = || elements.checked_mul(itemsize).is_some_and(|bytes| i64::try_from(bytes).is_ok());
        // No product here is larger than the number of elements.
        if nested && elements.is_multiple_of(row) && small() && grid.blocks() <= MOST_BLOCKS {
            return Ok(grid);
        }
        let message =
            format!("{elements} elements of {itemsize} bytes in rows of {row}, parts of {part}, blocks of {block}");
        Err(Error::corrupt(message))
    }

    /// The numbers that it was made of.
    pub fn numbers(&self) -> [u64; 5] {
        [self.elements, self.row, self.part, self.block, self.itemsize]
    }

    /// The number of elements.
    pub fn elements(&self) -> u64 {
        self.elements
    }

    /// Bytes of all elements.
    pub fn nbytes(&self) -> u64 {
        self.elements * self.itemsize
    }

    /// Bytes of an element.
    pub fn itemsize(&self) -> u64 {
        self.itemsize
    }

    /// Elements of the longest block.
    pub fn block_len(&self) -> u64 {
        self.block
    }

    /// Bytes of the longest block.
    pub fn block_bytes(&self) -> u64 {
        self.block * self.itemsize
    }

    /// The number of blocks.
    pub fn blocks(&self) -> u64 {
        self.elements / self.row * self.blocks_in_row()
    }

    fn blocks_in_part(&self) -> u64 {
        self.part.div_ceil(self.block)
    }

    fn blocks_in_row(&self) -> u64 {
        self.row / self.part * self.blocks_in_part() + (self.row % self.part).div_ceil(self.block)
    }

    /// The elements of a block, by their rank in C order.
    pub fn ranks(&self, block: u64) -> Range<u64> {
        let (row, in_row) = (block / self.blocks_in_row(), block % self.blocks_in_row());
        let (part, in_part) = (in_row / self.blocks_in_part(), in_row % self.blocks_in_part());
        let (row, part) = (row * self.row, part * self.part);
        let end = (part + self.part).min(self.row);
        let start = part + in_part * self.block;
        row + start..row + (start + self.block).min(end)
    }

    /// Bytes of a block.
    pub fn bytes_of(&self, block: u64) -> u64 {
        let ranks = self.ranks(block);
        (ranks.end - ranks.start) * self.itemsize
    }

    /// The block that begins with the element of this rank.
    pub fn block_at(&self, rank: u64) -> u64 {
        let (row, in_row) = (rank / self.row, rank % self.row);
        let (part, in_part) = (in_row / self.part, in_row % self.part);
        row * self.blocks_in_row() + part * self.blocks_in_part() + in_part / self.block
    }

    /// The block behind those, from this one on, that are so many bytes together; none where that is no whole number of
    /// blocks, or more than there are.
    pub fn block_behind(&self, block: u64, nbytes: u64) -> Option<u64> {
        let blocks = self.blocks();
        if block > blocks || !nbytes.is_multiple_of(self.itemsize) {
            return None;
        }
        let rank = self.ranks(block).start.checked_add(nbytes / self.itemsize)?;
        match rank.cmp(&self.elements) {
            Ordering::Less => Some(self.block_at(rank)).filter(|&behind| self.ranks(behind).start == rank),
            Ordering::Equal => Some(blocks),
            Ordering::Greater => None,
        }
    }

    /// Ranges of elements in words, no more than a line takes: `elements 0 to 99, 200 to 299`.
    /// `runs` are ranges of blocks, in their order; neighbours need not be one.
    pub fn described(&self, runs: impl Iterator<Item = Range<u64>>) -> String {
        const MOST: usize = 6;
        let mut ranges: Vec<Range<u64>> = Vec::new();
        let mut more = 0_u64;
        for run in runs.filter(|run| !run.is_empty()) {
            let ranks = self.ranks(run.start).start..self.ranks(run.end - 1).end;
            let count = ranges.len();
            match ranges.last_mut() {
                Some(last) if more == 0 && last.end == ranks.start => last.end = ranks.end,
                _ if count < MOST => ranges.push(ranks),
                _ => more += ranks.end - ranks.start,
            }
        }
        let mut text = String::from("elements ");
        for (place, Range { start, end }) in ranges.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            let range = if end - start == 1 { start.to_string() } else { format!("{start} to {}", end - 1) };
            let _ = write!(text, "{comma}{range}");
        }
        match (ranges.is_empty(), more) {
            (true, _) => "no element".to_owned(),
            (false, 0) => text,
            (false, more) => format!("{text} and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(elements: u64, cuts: [u64; 3]) -> Grid {
        Grid::new(elements, cuts, 8).expect("a grid")
    }

    #[test]
    fn blocks_follow_each_other_and_are_the_whole() {
        for (elements, row, part, block) in
            [(10, 5, 5, 2), (16, 8, 5, 2), (10, 10, 7, 3), (12, 4, 4, 4), (1, 1, 1, 1), (6, 2, 1, 1), (9, 9, 4, 4)]
        {
            let grid = grid(elements, [row, part, block]);
            let mut next = 0;
            for number in 0..grid.blocks() {
                let ranks = grid.ranks(number);
                assert_eq!((ranks.start, grid.block_at(ranks.start)), (next, number));
                assert!(ranks.start < ranks.end && grid.bytes_of(number) <= grid.block_bytes());
                next = ranks.end;
            }
            assert_eq!(next, elements);
        }
    }

    #[test]
    fn rows_and_parts_end_blocks() {
        let grid = grid(16, [8, 5, 2]);
        let starts: Vec<u64> = (0..grid.blocks()).map(|block| grid.ranks(block).start).collect();
        assert_eq!(starts, [0, 2, 4, 5, 7, 8, 10, 12, 13, 15]);
    }

    #[test]
    fn whole_blocks_are_known_by_their_bytes() {
        for (elements, row, part, block) in [(16, 8, 5, 2), (10, 10, 7, 3), (9, 9, 4, 4), (1, 1, 1, 1)] {
            let grid = grid(elements, [row, part, block]);
            let blocks = grid.blocks();
            for first in 0..=blocks {
                let mut sums = vec![(0, first)];
                for block in first..blocks {
                    sums.push((sums[sums.len() - 1].0 + grid.bytes_of(block), block + 1));
                }
                for nbytes in 0..=grid.nbytes() + 8 {
                    let expected = sums.iter().find(|&&(sum, _)| sum == nbytes).map(|&(_, behind)| behind);
                    assert_eq!(grid.block_behind(first, nbytes), expected, "{nbytes} bytes from block {first} on");
                }
            }
            assert_eq!((grid.block_behind(blocks + 1, 0), grid.block_behind(0, u64::MAX - 7)), (None, None));
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for (elements, row, part, block, itemsize) in [
            (0, 1, 1, 1, 8),
            (10, 3, 3, 1, 8),
            (10, 5, 5, 0, 8),
            (10, 5, 4, 5, 8),
            (10, 5, 6, 2, 8),
            (10, 5, 5, 2, 0),
            (10, 0, 0, 0, 8),
            (1 << 62, 1 << 62, 1 << 62, 1 << 61, 8),
            (1 << 33, 1 << 33, 1 << 33, 1, 1),
        ] {
            Grid::new(elements, [row, part, block], itemsize).expect_err("no grid");
        }
    }

    #[test]
    fn says_which_elements_are_meant() {
        let grid = grid(100, [10, 10, 4]);
        assert_eq!(grid.described(std::iter::once(0..0)), "no element");
        assert_eq!(grid.described(std::iter::once(0..3)), "elements 0 to 9");
        assert_eq!(grid.described([0..1, 2..3, 3..4].into_iter()), "elements 0 to 3, 8 to 13");
        let text = grid.described((0..30).step_by(2).map(|block| block..block + 1));
        assert_eq!(text, "elements 0 to 3, 8 to 9, 14 to 17, 20 to 23, 28 to 29, 34 to 37 and 30 more");
        assert_eq!(Grid::new(9, [9, 9, 1], 1).expect("a grid").described(std::iter::once(5..6)), "elements 5");
    }
}
