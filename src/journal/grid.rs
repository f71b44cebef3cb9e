//! The blocks of a job: which elements of the selection, in C order, each of them holds.
//!
//! ```text
//!   a selection of shape (2, 5), blocks of 2 positions of the last axis: row 5, block 2
//!     | 0 1 | 2 3 | 4 |     blocks 0 1 2
//!     | 5 6 | 7 8 | 9 |     blocks 3 4 5
//! ```

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
    block: u64,
    itemsize: u64,
}

impl Grid {
    /// `elements` elements of `itemsize` bytes, in rows of `row`, each cut into blocks of `block`; the last block of a
    /// row may be shorter.
    ///
    /// # Errors
    /// Corrupt, where these numbers make no grid, or one of more than 2^32 blocks.
    pub fn new(elements: u64, row: u64, block: u64, itemsize: u64) -> Result<Self> {
        let grid = Self { elements, row, block, itemsize };
        let fits = elements > 0 && itemsize > 0 && (1..=row).contains(&block) && elements.is_multiple_of(row);
        let small = fits && elements.checked_mul(itemsize).is_some_and(|bytes| i64::try_from(bytes).is_ok());
        // No product here is larger than the number of elements.
        if small && grid.blocks() <= MOST_BLOCKS {
            return Ok(grid);
        }
        Err(Error::corrupt(format!(
            "{elements} elements of {itemsize} bytes in rows of {row}, {block} a block, cannot be"
        )))
    }

    /// The four numbers that it was made of.
    pub fn numbers(&self) -> [u64; 4] {
        [self.elements, self.row, self.block, self.itemsize]
    }

    /// The number of elements.
    pub fn elements(&self) -> u64 {
        self.elements
    }

    /// Bytes of all elements.
    pub fn nbytes(&self) -> u64 {
        self.elements * self.itemsize
    }

    /// The number of blocks.
    pub fn blocks(&self) -> u64 {
        self.elements / self.row * self.row.div_ceil(self.block)
    }

    /// Bytes of the longest block.
    pub fn block_bytes(&self) -> u64 {
        self.block * self.itemsize
    }

    /// The elements of a block, by their rank in C order.
    pub fn ranks(&self, block: u64) -> Range<u64> {
        let in_row = self.row.div_ceil(self.block);
        let (row, place) = (block / in_row * self.row, block % in_row * self.block);
        row + place..row + (place + self.block).min(self.row)
    }

    /// Bytes of a block.
    pub fn bytes_of(&self, block: u64) -> u64 {
        let ranks = self.ranks(block);
        (ranks.end - ranks.start) * self.itemsize
    }

    /// The block that begins with the element of this rank.
    pub fn block_at(&self, rank: u64) -> u64 {
        rank / self.row * self.row.div_ceil(self.block) + rank % self.row / self.block
    }

    /// Ranges of elements in words, no more than a line takes: `elements 0 to 99, 200 to 299`.
    pub fn described(&self, blocks: impl Iterator<Item = u64>) -> String {
        const MOST: usize = 6;
        let mut ranges: Vec<Range<u64>> = Vec::new();
        let mut more = 0_u64;
        for block in blocks {
            let ranks = self.ranks(block);
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

    #[test]
    fn blocks_follow_each_other_and_are_the_whole() {
        for (elements, row, block) in [(10, 5, 2), (10, 10, 3), (12, 4, 4), (1, 1, 1), (6, 2, 1)] {
            let grid = Grid::new(elements, row, block, 8).expect("a grid");
            let mut next = 0;
            for number in 0..grid.blocks() {
                let ranks = grid.ranks(number);
                assert_eq!((ranks.start, grid.block_at(ranks.start)), (next, number));
                assert!(ranks.end - ranks.start <= block && grid.bytes_of(number) <= grid.block_bytes());
                next = ranks.end;
            }
            assert_eq!(next, elements);
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for (elements, row, block, itemsize) in [
            (0, 1, 1, 8),
            (10, 3, 1, 8),
            (10, 5, 0, 8),
            (10, 5, 6, 8),
            (10, 5, 2, 0),
            (10, 0, 0, 8),
            (1 << 62, 1 << 62, 1, 8),
            (1 << 33, 1 << 33, 1, 1),
        ] {
            Grid::new(elements, row, block, itemsize).expect_err("no grid");
        }
    }

    #[test]
    fn says_which_elements_are_meant() {
        let grid = Grid::new(100, 10, 4, 8).expect("a grid");
        assert_eq!(grid.described(0..0), "no element");
        assert_eq!(grid.described(0..3), "elements 0 to 9");
        assert_eq!(grid.described([0, 2, 3].into_iter()), "elements 0 to 3, 8 to 13");
        assert_eq!(
            grid.described((0..30).step_by(2)),
            "elements 0 to 3, 8 to 9, 14 to 17, 20 to 23, 28 to 29, 34 to 37 and 30 more"
        );
        assert_eq!(Grid::new(9, 9, 1, 1).expect("a grid").described([5].into_iter()), "elements 5");
    }
}
