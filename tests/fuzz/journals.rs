//! What must hold for any bytes that stand beside an array under the name of its journal.

use std::cell::RefCell;

use rmm::error::Result;
use rmm::journal::redo::Redo;
use rmm::journal::slots::Slots;
use rmm::journal::{Blocks, Checksum, Flush, Header, LargeBlocks, Layout, Medium, Memory, Names, Protocol, Read};

/// Whatever a journal says, what is read of it and stored lies within it and within the array. A planted one can have the
/// right checksum, so it is made right first.
pub(crate) fn check(bytes: &[u8]) {
    const WORDS: usize = 272;
    const CHECKSUM: usize = 16;
    let mut bytes = bytes.to_vec();
    let _ = Header::decode(&bytes);
    // The lengths of the four texts behind the words.
    let len = |at: usize| {
        let word = bytes.get(at..at + 8).map(|word| u64::from_le_bytes(word.try_into().expect("eight bytes")));
        usize::try_from(word.unwrap_or(u64::MAX)).unwrap_or(usize::MAX)
    };
    let end = [16, 200, 224, 248].into_iter().fold(WORDS, |end, at| end.saturating_add(len(at)));
    if end > bytes.len() {
        return;
    }
    bytes.resize(bytes.len().max(end + CHECKSUM), 0);
    let checksum = Checksum::of(&bytes[..end], 3).0.to_le_bytes();
    bytes[end..end + CHECKSUM].copy_from_slice(&checksum);
    let Ok(header) = Header::decode(&bytes) else { return };
    assert!(bytes.starts_with(&header.encode()), "what was read can be written");
    let Ok(layout) = Layout::new(&header, 64) else { return };
    // Its file is as long as its layout, or it is refused.
    if layout.nbytes() > 1 << 20 {
        return;
    }
    bytes.resize(layout.nbytes() as usize, 0);
    let planted = Planted { bytes: RefCell::new(bytes), header: &header };
    match header.protocol {
        Protocol::Slots => {
            let slots = Slots::new(&planted, &header, layout);
            if slots.recover(&mut &planted).is_ok() {
                assert!(slots.count_done().expect("it was read") <= header.grid.blocks());
                assert!(slots.pending().expect("it was read").is_empty(), "all that is whole is stored");
            }
        }
        Protocol::Redo => {
            let redo = Redo::new(&planted, &header, layout);
            if redo.recover(&mut &planted, &mut &planted).is_ok() {
                assert!(redo.next_block() <= header.grid.blocks());
            }
        }
    }
}

/// A journal that somebody has planted, and the array beside it.
struct Planted<'a> {
    bytes: RefCell<Vec<u8>>,
    header: &'a Header,
}

impl Medium for Planted<'_> {
    fn read(&self, at: u64, to: &mut [u8]) -> Result<()> {
        to.copy_from_slice(&self.bytes.borrow()[at as usize..at as usize + to.len()]);
        Ok(())
    }

    fn write(&self, at: u64, bytes: &[u8]) -> Result<()> {
        self.bytes.borrow_mut()[at as usize..at as usize + bytes.len()].copy_from_slice(bytes);
        Ok(())
    }
}

impl Memory for Planted<'_> {
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

impl Flush for Planted<'_> {
    fn flush(&self) -> Result<()> {
        Ok(())
    }
}

impl Blocks for &Planted<'_> {
    fn store(&mut self, block: u64, bytes: &[u8]) -> Result<()> {
        assert!(block < self.header.grid.blocks(), "a block of the array");
        assert_eq!(bytes.len() as u64, self.header.grid.bytes_of(block));
        assert!(self.header.grid.ranks(block).end <= self.header.grid.elements());
        Ok(())
    }
}

impl LargeBlocks for &Planted<'_> {
    fn restore(&mut self, block: u64, read: Read<'_>) -> Result<()> {
        let mut bytes = vec![0; self.header.grid.bytes_of(block) as usize];
        read(0, &mut bytes)?;
        self.store(block, &bytes)
    }
}

impl Flush for &Planted<'_> {
    fn flush(&self) -> Result<()> {
        Ok(())
    }
}

impl Names for &Planted<'_> {
    fn appear(&mut self) -> Result<()> {
        Ok(())
    }

    fn remain(&mut self) -> Result<()> {
        Ok(())
    }

    fn certify(&mut self) -> Result<()> {
        Ok(())
    }

    fn vanish(&mut self) -> Result<()> {
        Ok(())
    }
}
