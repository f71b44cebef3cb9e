//! The journal of a job that survives the loss of power: whole batches of blocks, in two places by turns.
//!
//! ```text
//!   compute a batch ─► its bytes and its record ─► flush the journal ─► array ─► flush the array
//!                      in the place that the batch before the last had
//!
//!   computed     1   2   3   4   5
//!   written          1   2   3   4     4 takes the place of 2, so the array holds 2 by then
//!   stored               1   2   3     all three at the same time, of three batches
//! ```
//!
//! A batch is stored in the array only when it is whole on stable storage in the journal, and written to the journal
//! only when the batch whose place it takes is on stable storage in the array. So whatever is lost, torn or reordered,
//! the batches that may be in the array in part are whole in the journal, two at most: they are stored again, and the
//! job goes on behind them. Batches go in order, so nothing else needs to be written down.
//!
//! What a file shows after a failed flush is not what the storage holds. So a resumed job never believes that its last
//! batch was flushed: it writes it to the journal again, flushes, and stores it again. The batch before that one needs
//! storing alone: nothing of a batch is written before the one before it is flushed.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Blocks, Checksum, Flush, Header, Layout, Medium, Names, Read};
use crate::error::{Error, Result};

const MAGIC: u64 = u64::from_le_bytes(*b"\x93RMMRCD\n");
/// Magic, job, number, length, checksum of the batch.
const RECORD: usize = 8 + 16 + 8 + 8 + 16;
const CHECKSUM: usize = 16;
/// Bytes of a record.
pub(super) const RECORD_BYTES: u64 = (RECORD + CHECKSUM) as u64;

/// The journal of a job, used by the thread that writes it and the one that stores in the array, which may be one.
#[derive(Debug)]
pub struct Redo<'m, M: ?Sized> {
    medium: &'m M,
    header: &'m Header,
    layout: Layout,
    /// The number of batches that are whole in the journal, or were.
    written: AtomicU64,
    /// The number of batches that are in the array on stable storage.
    stored: AtomicU64,
    pub(super) digests: Digests,
}

/// What tells a whole batch from a torn one: the same of bytes in memory and piece by piece.
#[derive(Clone, Copy, Debug)]
pub(super) struct Digests {
    pub(super) of: fn(&[u8], u64) -> Checksum,
    pub(super) of_pieces: fn(u64, u64, Read<'_>) -> Result<Checksum>,
}

/// A batch that is whole in the journal.
#[derive(Clone, Copy, Debug)]
struct Found {
    /// Its number, counted from 1; 0 is that of a job that has done nothing yet, and has no bytes.
    batch: u64,
    len: u64,
}

impl<'m, M: Medium + Flush + ?Sized> Redo<'m, M> {
    /// The journal with this header and layout.
    pub fn new(medium: &'m M, header: &'m Header, layout: Layout) -> Self {
        let (written, stored) = (AtomicU64::new(0), AtomicU64::new(0));
        let digests = Digests { of: Checksum::of, of_pieces: Checksum::of_pieces };
        Self { medium, header, layout, written, stored, digests }
    }

    /// Begins a journal: its header and the record of a job that has done nothing yet.
    ///
    /// # Errors
    /// Io.
    pub fn begin(&self, names: &mut dyn Names) -> Result<()> {
        self.medium.write(0, &self.header.encode())?;
        self.record(0, &[])?;
        self.medium.flush()?;
        names.appear()
    }

    /// The number of batches that are done, or whole in the journal.
    pub fn batches(&self) -> u64 {
        self.written.load(Ordering::Acquire)
    }

    /// The first block that is not done.
    pub fn next_block(&self) -> u64 {
        self.end_of(self.batches())
    }

    /// The blocks that are whole in the journal, and may be in the array in part.
    pub fn pending(&self) -> std::ops::Range<u64> {
        self.end_of(self.stored.load(Ordering::Acquire))..self.next_block()
    }

    /// The first block behind a batch, counted from 1.
    fn end_of(&self, batch: u64) -> u64 {
        batch.saturating_mul(self.header.batch).min(self.header.grid.blocks())
    }

    /// The blocks of a batch, counted from 1.
    fn blocks_of(&self, batch: u64) -> std::ops::Range<u64> {
        self.end_of(batch - 1)..self.end_of(batch)
    }

    /// Stores the last batches of a job that died again, if there are any. Harmless when done again, also after it died
    /// midway.
    ///
    /// # Errors
    /// Corrupt, before anything is stored; io.
    pub fn recover<B: Blocks + Flush + ?Sized>(&self, names: &mut dyn Names, array: &mut B) -> Result<()> {
        let whole = self.whole()?;
        names.remain()?;
        if let Some(last) = whole.last().filter(|last| last.batch > 0) {
            self.write_again(last.batch, &self.loaded(last)?)?;
        }
        self.note(&whole);
        let mut pending = whole.iter().filter(|found| found.batch > 0);
        pending.try_for_each(|found| self.apply(found.batch, &self.loaded(found)?, array))
    }

    /// Finds the number of batches that are done or whole in the journal, and changes nothing.
    ///
    /// # Errors
    /// Corrupt, where no record is whole.
    pub fn examine(&self) -> Result<()> {
        self.note(&self.whole()?);
        Ok(())
    }

    /// Takes note of the batches that were found.
    fn note(&self, whole: &[Found]) {
        let (first, last) = whole.first().zip(whole.last()).map_or((0, 0), |(first, last)| (first.batch, last.batch));
        self.written.store(last, Ordering::Release);
        self.stored.store(first.saturating_sub(1), Ordering::Release);
    }

    /// Has the next batch on stable storage in the journal: all of its blocks, one behind the other; its number, counted
    /// from 1.
    ///
    /// # Errors
    /// Io. The job cannot go on then: it must be resumed.
    ///
    /// # Panics
    /// Where the batch before the last is not stored yet, whose place this one takes.
    pub fn write(&self, payload: &[u8]) -> Result<u64> {
        let batch = self.batches() + 1;
        assert!(batch <= self.stored.load(Ordering::Acquire) + 2, "the place of batch {batch} is still needed");
        self.write_again(batch, payload)?;
        self.written.store(batch, Ordering::Release);
        Ok(batch)
    }

    /// Has a batch that was [written](Self::write), the first that is not stored, on stable storage in the array.
    ///
    /// # Errors
    /// As [`Redo::write`].
    ///
    /// # Panics
    /// Where it is not written yet.
    pub fn apply<B: Blocks + Flush + ?Sized>(&self, batch: u64, mut payload: &[u8], array: &mut B) -> Result<()> {
        assert!(batch <= self.batches(), "batch {batch} is not whole in the journal yet");
        for block in self.blocks_of(batch) {
            let (bytes, rest) = payload.split_at(self.header.grid.bytes_of(block) as usize);
            array.store(block, bytes)?;
            payload = rest;
        }
        array.flush()?;
        self.stored.store(batch, Ordering::Release);
        Ok(())
    }

    fn write_again(&self, batch: u64, payload: &[u8]) -> Result<()> {
        self.medium.write(self.layout.slot(batch % 2), payload)?;
        self.record(batch, payload)?;
        self.medium.flush()
    }

    fn record(&self, batch: u64, payload: &[u8]) -> Result<()> {
        let mut record = Vec::with_capacity(RECORD + CHECKSUM);
        record.extend(MAGIC.to_le_bytes());
        record.extend(self.header.job.to_le_bytes());
        record.extend(batch.to_le_bytes());
        record.extend((payload.len() as u64).to_le_bytes());
        record.extend((self.digests.of)(payload, batch).0.to_le_bytes());
        record.extend(Checksum::of(&record, MAGIC).0.to_le_bytes());
        self.medium.write(self.layout.word(batch % 2), &record)
    }

    /// The whole batches, one or two, in their order.
    fn whole(&self) -> Result<Vec<Found>> {
        let mut found: Vec<Found> = [self.found(0)?, self.found(1)?].into_iter().flatten().collect();
        found.sort_unstable_by_key(|found| found.batch);
        match found.as_slice() {
            [] => Err(Error::corrupt("is a damaged journal: no batch in it is whole")),
            [one, other] if one.batch + 1 != other.batch => {
                let (one, other) = (one.batch, other.batch);
                Err(Error::corrupt(format!("is a damaged journal: batches {one} and {other} do not follow each other")))
            }
            _ => Ok(found),
        }
    }

    /// The bytes of a batch.
    fn loaded(&self, found: &Found) -> Result<Vec<u8>> {
        let mut payload = vec![0; found.len as usize];
        self.medium.read(self.layout.slot(found.batch % 2), &mut payload)?;
        Ok(payload)
    }

    /// The batch in one of the two places, if it is whole and belongs there.
    fn found(&self, place: u64) -> Result<Option<Found>> {
        let mut record = [0; RECORD + CHECKSUM];
        self.medium.read(self.layout.word(place), &mut record)?;
        let (record, checksum) = record.split_at(RECORD);
        if Checksum::of(record, MAGIC).0.to_le_bytes() != checksum {
            return Ok(None);
        }
        let word = |at: usize| u64::from_le_bytes(record[at..at + 8].try_into().expect("eight bytes"));
        let batch = word(24);
        let whole = word(0) == MAGIC && record[8..24] == self.header.job.to_le_bytes() && batch % 2 == place;
        if !whole || batch > self.header.grid.blocks().div_ceil(self.header.batch) {
            return Ok(None);
        }
        let len: u64 = match batch {
            0 => 0,
            batch => self.blocks_of(batch).map(|block| self.header.grid.bytes_of(block)).sum(),
        };
        if word(32) != len {
            return Ok(None);
        }
        // A batch may be long, and whoever asks how far a job is needs none of it.
        let read = |at: u64, to: &mut [u8]| self.medium.read(self.layout.slot(place) + at, to);
        let whole = (self.digests.of_pieces)(len, batch, &read)?.0.to_le_bytes() == record[40..56];
        Ok(whole.then_some(Found { batch, len }))
    }
}
