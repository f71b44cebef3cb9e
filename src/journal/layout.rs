//! Where the parts of a journal lie, each from the beginning of a page on.
//!
//! ```text
//!   Slots   | header | a bit for each block | a word for each slot, far apart | slot | slot | …
//!   Redo    | header | record | record | batch | batch |
//! ```

use super::redo::RECORD_BYTES;
use super::{Header, PLACES, Protocol};
use crate::error::{Error, Result};

/// Bytes from one slot's word to the next: threads that write neighbouring words must not share a line of cache.
const APART: u64 = 64;

/// The places of the parts of a journal, in bytes from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Where the bits of the blocks begin.
    pub(super) bits: u64,
    /// Where the words of the slots, or the records, begin.
    pub(super) words: u64,
    /// Bytes from one of them to the next.
    pub(super) word_stride: u64,
    /// Where the slots, or the batches, begin.
    pub(super) slots: u64,
    /// Bytes from one of them to the next.
    pub(super) slot_stride: u64,
    nbytes: u64,
}

impl Layout {
    /// The layout of a journal with this header, on pages of `page` bytes.
    ///
    /// # Errors
    /// Corrupt, where it would be longer than any file.
    pub fn new(header: &Header, page: u64) -> Result<Self> {
        let page = page.max(APART);
        let grid = &header.grid;
        let bits = (header.encode().len() as u64).next_multiple_of(page);
        // Every sum and product from here on may be too large, where the header is hostile.
        let place = || {
            let words_from = match header.protocol {
                Protocol::Redo => bits,
                Protocol::Slots => bits + grid.blocks().div_ceil(64).checked_mul(8)?.checked_next_multiple_of(page)?,
            };
            let (count, word_stride, slot) = match header.protocol {
                Protocol::Slots => (header.slots, APART, grid.block_bytes()),
                Protocol::Redo => {
                    (PLACES, RECORD_BYTES.next_multiple_of(page), grid.block_bytes().checked_mul(header.batch)?)
                }
            };
            let slots = words_from.checked_add(count * word_stride)?.checked_next_multiple_of(page)?;
            let slot_stride = slot.checked_next_multiple_of(page)?;
            let nbytes = slots.checked_add(count.checked_mul(slot_stride)?)?;
            i64::try_from(nbytes).ok()?;
            Some(Self { bits, words: words_from, word_stride, slots, slot_stride, nbytes })
        };
        place().ok_or_else(|| Error::corrupt("would be longer than any file"))
    }

    /// Bytes of the whole journal.
    pub fn nbytes(&self) -> u64 {
        self.nbytes
    }

    /// Where the word of a slot, or a record, lies.
    pub(super) fn word(&self, slot: u64) -> u64 {
        self.words + slot * self.word_stride
    }

    /// Where the bytes of a slot, or of a batch, begin.
    pub(super) fn slot(&self, slot: u64) -> u64 {
        self.slots + slot * self.slot_stride
    }

    /// The word that holds the bit of a block, and the bit.
    pub(super) fn bit(&self, block: u64) -> (u64, u64) {
        (self.bits + block / 64 * 8, 1 << (block % 64))
    }
}

#[cfg(test)]
mod tests {
    use super::super::header::tests::header;
    use super::*;
    use crate::journal::Grid;

    #[test]
    fn parts_do_not_overlap() {
        for protocol in [Protocol::Slots, Protocol::Redo] {
            for slots in [1, 3, 100] {
                let header = Header { protocol, slots, batch: 5, ..header() };
                let layout = Layout::new(&header, 4096).expect("small");
                let (last_bit, _) = layout.bit(header.grid.blocks() - 1);
                assert!(header.encode().len() as u64 <= layout.bits.min(layout.words));
                assert!(protocol == Protocol::Redo || last_bit + 8 <= layout.words);
                let count = match protocol {
                    Protocol::Slots => slots,
                    Protocol::Redo => 2,
                };
                assert!(layout.word(count) <= layout.slot(0));
                assert_eq!(layout.slot(count), layout.nbytes());
                assert!([layout.bits, layout.words, layout.slots, layout.slot_stride].iter().all(|at| at % 4096 == 0));
            }
        }
    }

    #[test]
    fn a_layout_longer_than_any_file_is_refused() {
        let grid = Grid::new(1 << 40, [1 << 40; 3], 1 << 20).expect("a grid");
        for protocol in [Protocol::Slots, Protocol::Redo] {
            let header = Header { protocol, grid, slots: 16, batch: u64::MAX, ..header() };
            Layout::new(&header, 4096).expect_err("too long");
        }
    }
}
