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
//! A batch may be shorter than the longest there can be: of a job that is stopped, or whose blocks take long, what is
//! computed is not kept waiting for more. So a record says at which block its batch begins, and how long it is; its
//! number says only which of the two places it has, and which batch it follows.
//!
//! What a file shows after a failed flush is not what the storage holds. So a resumed job never believes that its last
//! batch was flushed: it writes it to the journal again, flushes, and stores it again. The batch before that one needs
//! storing alone: nothing of a batch is written before the one before it is flushed.

use std::sync::{Mutex, PoisonError};

use super::{Blocks, Checksum, Flush, Header, Layout, Medium, Names, Read};
use crate::error::{Error, Result};

const MAGIC: u64 = u64::from_le_bytes(*b"\x93RMMRCD\n");
/// Magic, job, number, first block, length, checksum of the batch.
const RECORD: usize = 8 + 16 + 8 + 8 + 8 + 16;
const CHECKSUM: usize = 16;
/// Bytes of a record.
pub(super) const RECORD_BYTES: u64 = (RECORD + CHECKSUM) as u64;

/// The journal of a job, used by the thread that writes it and the one that stores in the array, which may be one.
#[derive(Debug)]
pub struct Redo<'m, M: ?Sized> {
    medium: &'m M,
    header: &'m Header,
    layout: Layout,
    /// The last batch that is whole in the journal, or was.
    pub(super) written: Mutex<Last>,
    /// The last batch that is in the array on stable storage.
    pub(super) stored: Mutex<Last>,
    pub(super) digests: Digests,
}

/// How far a job is: the number of a batch, and the block behind it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Last {
    pub(super) batch: u64,
    pub(super) end: u64,
}

impl Last {
    pub(super) fn of(place: &Mutex<Self>) -> Self {
        *place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn becomes(self, place: &Mutex<Self>) {
        *place.lock().unwrap_or_else(PoisonError::into_inner) = self;
    }
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
    /// Its first block.
    first: u64,
    /// The block behind its last one.
    end: u64,
    len: u64,
}

impl<'m, M: Medium + Flush + ?Sized> Redo<'m, M> {
    /// The journal with this header and layout.
    pub fn new(medium: &'m M, header: &'m Header, layout: Layout) -> Self {
        let (written, stored) = (Mutex::default(), Mutex::default());
        let digests = Digests { of: Checksum::of, of_pieces: Checksum::of_pieces };
        Self { medium, header, layout, written, stored, digests }
    }

    /// Begins a journal: its header and the record of a job that has done nothing yet.
    ///
    /// # Errors
    /// Io.
    pub fn begin(&self, names: &mut dyn Names) -> Result<()> {
        self.medium.write(0, &self.header.encode())?;
        self.record(0, 0, &[])?;
        self.medium.flush()?;
        names.appear()
    }

    /// The number of batches that are done, or whole in the journal.
    pub fn batches(&self) -> u64 {
        Last::of(&self.written).batch
    }

    /// The first block that is not done.
    pub fn next_block(&self) -> u64 {
        Last::of(&self.written).end
    }

    /// The blocks that are whole in the journal, and may be in the array in part.
    pub fn pending(&self) -> std::ops::Range<u64> {
        Last::of(&self.stored).end..self.next_block()
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
            self.write_again(last.batch, last.first, &self.loaded(last)?)?;
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
        let (Some(first), Some(last)) = (whole.first(), whole.last()) else { return };
        Last { batch: last.batch, end: last.end }.becomes(&self.written);
        Last { batch: first.batch.saturating_sub(1), end: first.first }.becomes(&self.stored);
    }

    /// Has the next batch on stable storage in the journal: the next blocks, whole, one behind the other, at most as many
    /// as the header says; its number, counted from 1.
    ///
    /// # Errors
    /// Io. The job cannot go on then: it must be resumed.
    ///
    /// # Panics
    /// Where the batch before the last is not stored yet, whose place this one takes; where these are no whole blocks, or
    /// too many.
    pub fn write(&self, payload: &[u8]) -> Result<u64> {
        let Last { batch, end: first } = Last::of(&self.written);
        let batch = batch + 1;
        assert!(batch <= Last::of(&self.stored).batch + 2, "the place of batch {batch} is still needed");
        let end = self.end_of(first, payload.len() as u64).expect("a batch is of whole blocks, and has a place");
        self.write_again(batch, first, payload)?;
        Last { batch, end }.becomes(&self.written);
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
        let stored = Last::of(&self.stored);
        assert_eq!(batch, stored.batch + 1, "batches are stored in turn");
        let mut block = stored.end;
        while !payload.is_empty() {
            let (bytes, rest) = payload.split_at(self.header.grid.bytes_of(block) as usize);
            array.store(block, bytes)?;
            (block, payload) = (block + 1, rest);
        }
        array.flush()?;
        Last { batch, end: block }.becomes(&self.stored);
        Ok(())
    }

    /// The block behind a batch of so many bytes, where it is one that there can be.
    fn end_of(&self, first: u64, len: u64) -> Option<u64> {
        let end = self.header.grid.block_behind(first, len)?;
        (first < end && end - first <= self.header.batch).then_some(end)
    }

    fn write_again(&self, batch: u64, first: u64, payload: &[u8]) -> Result<()> {
        self.medium.write(self.layout.slot(batch % 2), payload)?;
        self.record(batch, first, payload)?;
        self.medium.flush()
    }

    fn record(&self, batch: u64, first: u64, payload: &[u8]) -> Result<()> {
        let mut record = Vec::with_capacity(RECORD + CHECKSUM);
        record.extend(MAGIC.to_le_bytes());
        record.extend(self.header.job.to_le_bytes());
        record.extend(batch.to_le_bytes());
        record.extend(first.to_le_bytes());
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
            [one, other] if one.batch + 1 != other.batch || one.end != other.first => {
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
        let (batch, first, len) = (word(24), word(32), word(40));
        let belongs = word(0) == MAGIC && record[8..24] == self.header.job.to_le_bytes() && batch % 2 == place;
        // Each batch before it has a block at least, and as many as there may be at most.
        let follows = if batch == 0 {
            (first, len) == (0, 0)
        } else {
            batch - 1 <= first && first.div_ceil(self.header.batch) < batch
        };
        if !belongs || !follows {
            return Ok(None);
        }
        let Some(end) = (if batch == 0 { Some(0) } else { self.end_of(first, len) }) else { return Ok(None) };
        // A batch may be long, and whoever asks how far a job is needs none of it.
        let read = |at: u64, to: &mut [u8]| self.medium.read(self.layout.slot(place) + at, to);
        let whole = (self.digests.of_pieces)(len, batch, &read)?.0.to_le_bytes() == record[48..64];
        Ok(whole.then_some(Found { batch, first, end, len }))
    }
}
