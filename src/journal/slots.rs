//! The journal of a job that survives the death of its process: a slot for each thread, a bit for each block.
//!
//! ```text
//!   compute in scratch ─► slot ─► word = block ─► array ─► bit of the block ─► word = empty
//!
//!   it dies     the word says   the array holds       a resumed job
//!   before 1    empty           the block before      computes it
//!   1 to 2      the block       anything between      stores the slot
//!   behind 2    the block       the block after       stores the slot, which changes nothing
//!   behind 3    empty, bit set  the block after       leaves it alone
//!                                                     1: the word is set; 2: the array is stored; 3: the word is empty
//! ```
//!
//! The pages of the journal and of the array belong to the system, not to the process: no store that was made is lost
//! when the process ends, so nothing is flushed and no checksum is needed. Only the order of the stores counts. They are
//! void after a reboot, which is why a header names the boot.

use std::ops::Range;

use super::{Blocks, Header, LargeBlocks, Layout, Memory, Names, Take};
use crate::error::{Error, Result};

/// The word of a slot that holds nothing.
const EMPTY: u64 = 0;

/// The journal of a job, shared by its threads.
#[derive(Debug)]
pub struct Slots<'m, M: ?Sized> {
    memory: &'m M,
    header: &'m Header,
    layout: Layout,
}

impl<'m, M: Memory + ?Sized> Slots<'m, M> {
    /// The journal with this header and layout, whose memory is `layout.nbytes()` bytes long.
    pub fn new(memory: &'m M, header: &'m Header, layout: Layout) -> Self {
        Self { memory, header, layout }
    }

    /// Begins a journal, whose bytes are all zero: that is how slots are empty and nothing is done.
    ///
    /// # Errors
    /// Io.
    pub fn begin(&self, names: &mut dyn Names) -> Result<()> {
        self.memory.write(0, &self.header.encode())?;
        names.appear()
    }

    /// Whether a block is done.
    ///
    /// # Errors
    /// Io, where the journal cannot be read.
    pub fn is_done(&self, block: u64) -> Result<bool> {
        let (word, bit) = self.layout.bit(block);
        Ok(self.memory.word(word)? & bit != 0)
    }

    /// The number of blocks that are done.
    ///
    /// # Errors
    /// As [`Slots::is_done`]; corrupt, where blocks are done that do not exist.
    pub fn count_done(&self) -> Result<u64> {
        let blocks = self.header.grid.blocks();
        let mut done = 0;
        for first in (0..blocks).step_by(64) {
            let word = self.memory.word(self.layout.bit(first).0)?;
            let beyond = if blocks - first < 64 { word >> (blocks - first) } else { 0 };
            if beyond != 0 {
                return Err(Error::corrupt(format!("is a damaged journal: it has done more than its {blocks} blocks")));
            }
            done += u64::from(word.count_ones());
        }
        Ok(done)
    }

    /// The number of blocks that are done, or whole in slots; and the latter where they are not done.
    ///
    /// # Errors
    /// As [`Slots::count_done`] and [`Slots::pending`].
    pub fn count(&self) -> Result<(u64, Vec<u64>)> {
        let (done, mut whole) = (self.count_done()?, Vec::new());
        for (_, block) in self.pending()? {
            if !self.is_done(block)? {
                whole.push(block);
            }
        }
        Ok((done + whole.len() as u64, whole))
    }

    /// The blocks that are done, as ranges in their order, of which neighbours may touch.
    pub fn runs(&self) -> impl Iterator<Item = Range<u64>> {
        (0..self.header.grid.blocks().div_ceil(64)).flat_map(move |number| {
            // A word that cannot be read says nothing of its blocks.
            let word = self.memory.word(self.layout.bit(number * 64).0).unwrap_or(0);
            runs_of(word).map(move |run| number * 64 + run.start..number * 64 + run.end)
        })
    }

    /// The block whose whole result is in a slot, if there is one.
    ///
    /// # Errors
    /// Corrupt, where the slot names a block that does not exist.
    pub fn complete(&self, slot: u64) -> Result<Option<u64>> {
        match self.memory.word(self.layout.word(slot))? {
            EMPTY => Ok(None),
            word if word <= self.header.grid.blocks() => Ok(Some(word - 1)),
            word => Err(Error::corrupt(format!("is a damaged journal: slot {slot} holds block {}", word - 1))),
        }
    }

    /// All blocks that are in slots, each with its slot.
    ///
    /// # Errors
    /// Corrupt, where a block is in two slots, or is none.
    pub fn pending(&self) -> Result<Vec<(u64, u64)>> {
        let mut pending: Vec<(u64, u64)> = Vec::new();
        for slot in 0..self.header.slots {
            if let Some(block) = self.complete(slot)? {
                if pending.iter().any(|&(_, other)| other == block) {
                    return Err(Error::corrupt(format!("is a damaged journal: two slots hold block {block}")));
                }
                pending.push((slot, block));
            }
        }
        Ok(pending)
    }

    /// What a job that died has left in its slots is stored; from then on blocks are done or untouched. Harmless when
    /// done again, also after it died midway.
    ///
    /// # Errors
    /// Corrupt, before anything is stored; io.
    pub fn recover(&self, blocks: &mut dyn LargeBlocks) -> Result<()> {
        self.count_done()?;
        let pending = self.pending()?;
        for (slot, block) in pending {
            self.restore(slot, block, blocks)?;
        }
        Ok(())
    }

    /// Stores the result of a block by way of a slot, which no other thread uses.
    ///
    /// # Errors
    /// Io. If the array could be stored in part only, the slot keeps the block. Corrupt, where the slot keeps one.
    pub fn commit(&self, slot: u64, block: u64, bytes: &[u8], blocks: &mut dyn Blocks) -> Result<()> {
        debug_assert_eq!(bytes.len() as u64, self.header.grid.bytes_of(block), "a block is as long as its grid says");
        self.check_free(slot)?;
        self.memory.write(self.layout.slot(slot), bytes)?;
        self.memory.set_word(self.layout.word(slot), block + 1)?;
        blocks.store(block, bytes)?;
        self.settle(slot, block)
    }

    /// The same for a block that may be larger than memory: `fill` gives it in pieces, before anything of it is stored.
    ///
    /// # Errors
    /// As [`Slots::commit`], and what `fill` fails with: nothing is stored then.
    pub fn commit_pieces(
        &self,
        slot: u64,
        block: u64,
        fill: &mut dyn FnMut(Take<'_>) -> Result<()>,
        blocks: &mut dyn LargeBlocks,
    ) -> Result<()> {
        self.check_free(slot)?;
        let (mut at, len) = (0, self.header.grid.bytes_of(block));
        fill(&mut |piece| {
            assert!(piece.len() as u64 <= len - at, "a block is as long as its grid says");
            self.memory.write(self.layout.slot(slot) + at, piece)?;
            at += piece.len() as u64;
            Ok(())
        })?;
        assert_eq!(at, len, "a block is as long as its grid says");
        self.memory.set_word(self.layout.word(slot), block + 1)?;
        self.restore(slot, block, blocks)
    }

    /// A block that may be in the array in part must not be lost, whoever it is that goes on with its slot.
    fn check_free(&self, slot: u64) -> Result<()> {
        match self.complete(slot)? {
            None => Ok(()),
            Some(kept) => {
                let message =
                    format!("is a journal whose slot {slot} still holds block {kept}: the job must be resumed");
                Err(Error::corrupt(message))
            }
        }
    }

    /// Stores the block that is whole in a slot.
    fn restore(&self, slot: u64, block: u64, blocks: &mut dyn LargeBlocks) -> Result<()> {
        blocks.restore(block, &|at, to| self.memory.read(self.layout.slot(slot) + at, to))?;
        self.settle(slot, block)
    }

    /// A block that is stored is done, and only then its slot is free.
    fn settle(&self, slot: u64, block: u64) -> Result<()> {
        let (word, bit) = self.layout.bit(block);
        self.memory.set_bits(word, bit)?;
        self.memory.set_word(self.layout.word(slot), EMPTY)
    }
}

/// The ranges of the bits of a word that are set.
fn runs_of(word: u64) -> impl Iterator<Item = Range<u64>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = word.checked_shr(from).filter(|&rest| rest != 0)?;
        let start = from + rest.trailing_zeros();
        from = start + (rest >> rest.trailing_zeros()).trailing_ones();
        Some(u64::from(start)..u64::from(from))
    })
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::super::header::tests::header;
    use super::*;
    use crate::error::ErrorKind;
    use crate::journal::{Medium, Read};

    struct Bytes(RefCell<Vec<u8>>);

    impl Medium for Bytes {
        fn read(&self, at: u64, to: &mut [u8]) -> Result<()> {
            to.copy_from_slice(&self.0.borrow()[at as usize..][..to.len()]);
            Ok(())
        }

        fn write(&self, at: u64, bytes: &[u8]) -> Result<()> {
            self.0.borrow_mut()[at as usize..][..bytes.len()].copy_from_slice(bytes);
            Ok(())
        }
    }

    impl Memory for Bytes {
        fn word(&self, at: u64) -> Result<u64> {
            let mut word = [0; 8];
            self.read(at, &mut word)?;
            Ok(u64::from_le_bytes(word))
        }

        fn set_word(&self, at: u64, word: u64) -> Result<()> {
            self.write(at, &word.to_le_bytes())
        }

        fn set_bits(&self, at: u64, bits: u64) -> Result<()> {
            self.set_word(at, self.word(at)? | bits)
        }
    }

    /// An array that takes what it is given, or nothing.
    #[derive(Default)]
    struct Taken {
        is_full: bool,
        blocks: Vec<(u64, Vec<u8>)>,
    }

    impl Blocks for Taken {
        fn store(&mut self, block: u64, bytes: &[u8]) -> Result<()> {
            if self.is_full {
                return Err(Error::new(ErrorKind::Io, "is full"));
            }
            self.blocks.push((block, bytes.to_vec()));
            Ok(())
        }
    }

    impl LargeBlocks for Taken {
        fn restore(&mut self, block: u64, read: Read<'_>) -> Result<()> {
            let mut bytes = vec![0; 8];
            read(0, &mut bytes)?;
            self.store(block, &bytes)
        }
    }

    #[test]
    fn a_slot_that_keeps_a_block_takes_no_other() {
        let header = header();
        let layout = Layout::new(&header, 64).expect("small");
        let memory = Bytes(RefCell::new(vec![0; layout.nbytes() as usize]));
        let slots = Slots::new(&memory, &header, layout);
        let mut array = Taken { is_full: true, ..Taken::default() };
        slots.commit(1, 4, &[4; 8], &mut array).expect_err("full");
        array.is_full = false;
        let error = slots.commit(1, 5, &[5; 8], &mut array).expect_err("not free");
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        assert!(error.message().contains("slot 1 still holds block 4"), "{error}");
        let mut fill = |take: Take<'_>| take(&[5; 8]);
        slots.commit_pieces(1, 5, &mut fill, &mut array).expect_err("not free");
        slots.commit(2, 3, &[3; 8], &mut array).expect("another slot");
        slots.recover(&mut array).expect("room");
        slots.commit(1, 5, &[5; 8], &mut array).expect("free again");
        assert_eq!(array.blocks, [(3, vec![3; 8]), (4, vec![4; 8]), (5, vec![5; 8])]);
        assert_eq!(slots.count_done().expect("there"), 3);
    }

    #[test]
    fn the_bits_of_a_word_are_ranges() {
        for word in [0, 1, 1 << 63, u64::MAX, u64::MAX >> 1, u64::MAX << 1, 0b1011_0010, 0xf0f0_0000_0000_000f] {
            let set: Vec<u64> = (0..64).filter(|bit| word >> bit & 1 == 1).collect();
            assert_eq!(runs_of(word).flatten().collect::<Vec<_>>(), set, "{word:b}");
        }
        assert_eq!(runs_of(0b1011_0010).collect::<Vec<_>>(), [1..2, 4..6, 7..8]);
        assert_eq!(runs_of(u64::MAX).count(), 1);
    }
}
