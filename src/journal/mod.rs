//! Journals: what an in-place job writes down so that, however it ends, every block is computed exactly once.
//!
//! `x -> f(x)` cannot be done twice, and a block that was stored in part cannot be told from one that was not. So the
//! whole result of a block is in the journal before its place in the array is touched: to store it again is harmless,
//! to compute it again never needed.
//!
//! | protocol | survives | cost |
//! |---|---|---|
//! | [`slots`] | the death of the process at any store | two copies of each block in memory |
//! | [`redo`] | the loss of power at any write | two flushes and a checksum for each batch of blocks |
//!
//! Nothing here knows files or threads. A journal's bytes are a [`Medium`], the array is blocks with numbers
//! ([`Blocks`]), so the simulations run the very code that jobs run: `simulation` ends it at any store, and loses,
//! tears and reorders writes that were not flushed.

mod checksum;
mod counting;
mod grid;
mod header;
mod layout;
mod placement;
mod receipt_place;
pub mod redo;
#[cfg(test)]
mod simulation;
pub mod slots;
mod typed;

pub use checksum::{Checksum, Checksummer};
pub use counting::Counting;
pub use grid::Grid;
pub use header::{Array, Boot, Header, MOST_BATCH_BYTES, MOST_HEADER_BYTES, Mount, PLACES, Protocol};
pub use layout::Layout;
pub use placement::Placement;
pub use receipt_place::ReceiptPlace;
pub use typed::{Folder, Typed};

use crate::error::Result;

/// The bytes of a journal, in memory that outlives the process or in a file.
pub trait Medium {
    /// Fills `to` from byte `at` on.
    ///
    /// # Errors
    /// Io, where it cannot be read.
    fn read(&self, at: u64, to: &mut [u8]) -> Result<()>;

    /// Writes `bytes` from byte `at` on, in any order among themselves.
    ///
    /// # Errors
    /// Io, where they cannot be written, all or in part.
    fn write(&self, at: u64, bytes: &[u8]) -> Result<()>;
}

/// A journal in memory that outlives the process. A process that dies has made all its stores up to some point, and
/// none behind it; so the order in which they are made is all that counts.
pub trait Memory: Medium {
    /// The word at byte `at`, a multiple of 8.
    ///
    /// # Errors
    /// Io, where it cannot be read.
    fn word(&self, at: u64) -> Result<u64>;

    /// Stores a word at byte `at`, a multiple of 8, whole: after all stores before it, before all behind it.
    ///
    /// # Errors
    /// Io, where it cannot be stored.
    fn set_word(&self, at: u64, word: u64) -> Result<()>;

    /// Sets bits of a word, whole, whoever sets others: after all stores before it, before all behind it.
    ///
    /// # Errors
    /// Io, where they cannot be stored.
    fn set_bits(&self, at: u64, bits: u64) -> Result<()>;
}

/// A journal, or an array, whose bytes can be had on stable storage.
pub trait Flush {
    /// Has all that was written before on stable storage.
    ///
    /// # Errors
    /// Io. What has reached the storage cannot be known then, and a second try would say nothing about it.
    fn flush(&self) -> Result<()>;
}

/// The array of a job, as blocks that do not overlap.
pub trait Blocks {
    /// Stores all bytes of a block; harmless when done again.
    ///
    /// # Errors
    /// Io, where they cannot be stored, all or in part.
    fn store(&mut self, block: u64, bytes: &[u8]) -> Result<()>;
}

/// The array of a job whose blocks may be larger than memory.
pub trait LargeBlocks {
    /// Stores all bytes of a block; harmless when done again. `read` fills pieces of it, from a byte of the block on.
    ///
    /// # Errors
    /// Io, where they cannot be stored, all or in part; what `read` fails with.
    fn restore(&mut self, block: u64, read: Read<'_>) -> Result<()>;
}

/// Fills a piece of a block, from a byte of the block on.
pub type Read<'a> = &'a dyn Fn(u64, &mut [u8]) -> Result<()>;

/// Takes the pieces of a block, one behind the other.
pub type Take<'a> = &'a mut dyn FnMut(&[u8]) -> Result<()>;

/// The names around a job: that of its journal, and that of its receipt.
pub trait Names {
    /// Gives the journal its name; until then it does not exist for anyone. What must outlive the system is flushed
    /// before and behind it.
    ///
    /// # Errors
    /// Io, where the system refuses.
    fn appear(&mut self) -> Result<()>;

    /// Makes sure that a journal that was found keeps its name, whatever it is that ends next: who gave it that name may
    /// have died before it was flushed.
    ///
    /// # Errors
    /// Io, where the system refuses.
    fn remain(&mut self) -> Result<()>;

    /// Writes the receipt, where one is wanted and is not there, whole or not at all.
    ///
    /// # Errors
    /// Io, where the system refuses.
    fn certify(&mut self) -> Result<()>;

    /// Takes the journal's name away, where it has one.
    ///
    /// # Errors
    /// Io, where the system refuses.
    fn vanish(&mut self) -> Result<()>;
}

/// Ends the journal of a job all of whose blocks are stored, or whose receipt is there: that may not be on stable storage
/// yet, and the journal not be gone. Who finds neither journal nor receipt knows that the job was never begun.
///
/// # Errors
/// Io.
pub fn conclude(names: &mut dyn Names) -> Result<()> {
    names.certify()?;
    names.vanish()
}

/// The header of a journal whose blocks lie at the beginning of an array that has no more than them.
#[cfg(test)]
pub(crate) fn header_of(protocol: Protocol, grid: Grid) -> Header {
    let header = header::tests::header();
    Header { protocol, array: Array { len: grid.nbytes(), ..header.array }, placement: None, grid, ..header }
}
