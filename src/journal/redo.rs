//! The journal of a job that survives the loss of power: whole batches of blocks, in two places by turns.
//!
//! ```text
//!   compute a batch ─► its bytes and its record ─► flush the journal ─► array ─► flush the array ─► the next batch
//!                      in the place that the batch before the last had
//! ```
//!
//! A batch is written to the array only when it is whole on stable storage in the journal, and the next one is written
//! to the journal only when this one is on stable storage in the array. So whatever is lost, torn or reordered, the
//! later of the whole batches is the one that may be in the array in part: it is stored again, and the job goes on
//! behind it. Batches go in order, so nothing else needs to be written down.
//!
//! What a file shows after a failed flush is not what the storage holds. So a resumed job never believes that its last
//! batch was flushed: it writes it to the journal again, flushes, and stores it again.

use super::{Blocks, Checksum, Flush, Header, Layout, Medium, Names};
use crate::error::{Error, Result};

const MAGIC: u64 = u64::from_le_bytes(*b"\x93RMMRCD\n");
/// Magic, job, number, length, checksum of the batch.
const RECORD: usize = 8 + 16 + 8 + 8 + 16;
const CHECKSUM: usize = 16;
/// Bytes of a record.
pub(super) const RECORD_BYTES: u64 = (RECORD + CHECKSUM) as u64;

/// The journal of a job, used by the one thread that stores.
#[derive(Debug)]
pub struct Redo<'m, M: ?Sized> {
    medium: &'m M,
    header: &'m Header,
    layout: Layout,
    /// The number of batches that are in the journal or in the array.
    batches: u64,
    /// What tells a whole batch from a torn one.
    pub(super) digest: fn(&[u8], u64) -> Checksum,
}

impl<'m, M: Medium + Flush + ?Sized> Redo<'m, M> {
    /// The journal with this header and layout.
    pub fn new(medium: &'m M, header: &'m Header, layout: Layout) -> Self {
        Self { medium, header, layout, batches: 0, digest: Checksum::of }
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

    /// The number of batches that are done.
    pub fn batches(&self) -> u64 {
        self.batches
    }

    /// The first block that is not done.
    pub fn next_block(&self) -> u64 {
        self.batches.saturating_mul(self.header.batch).min(self.header.grid.blocks())
    }

    /// The blocks of a batch, counted from 1.
    fn blocks_of(&self, batch: u64) -> std::ops::Range<u64> {
        let end = batch.saturating_mul(self.header.batch);
        end - self.header.batch..end.min(self.header.grid.blocks())
    }

    /// Stores the last batch of a job that died again, if there is one. Harmless when done again, also after it died
    /// midway.
    ///
    /// # Errors
    /// Corrupt, before anything is stored; io.
    pub fn recover<B: Blocks + Flush + ?Sized>(&mut self, names: &mut dyn Names, array: &mut B) -> Result<()> {
        let (batch, payload) = self.last()?;
        names.remain()?;
        self.batches = batch;
        if batch > 0 {
            self.write(batch, &payload)?;
            self.apply(batch, &payload, array)?;
        }
        Ok(())
    }

    /// Finds the number of batches that are done or whole in the journal, and changes nothing.
    ///
    /// # Errors
    /// Corrupt, where no record is whole.
    pub fn examine(&mut self) -> Result<()> {
        self.batches = self.last()?.0;
        Ok(())
    }

    /// Stores the next batch: all of its blocks, one behind the other.
    ///
    /// # Errors
    /// Io. The job cannot go on then: it must be resumed.
    pub fn commit<B: Blocks + Flush + ?Sized>(&mut self, payload: &[u8], array: &mut B) -> Result<()> {
        let batch = self.batches + 1;
        self.write(batch, payload)?;
        self.batches = batch;
        self.apply(batch, payload, array)
    }

    fn write(&self, batch: u64, payload: &[u8]) -> Result<()> {
        self.medium.write(self.layout.slot(batch % 2), payload)?;
        self.record(batch, payload)?;
        self.medium.flush()
    }

    fn apply<B: Blocks + Flush + ?Sized>(&self, batch: u64, mut payload: &[u8], array: &mut B) -> Result<()> {
        for block in self.blocks_of(batch) {
            let (bytes, rest) = payload.split_at(self.header.grid.bytes_of(block) as usize);
            array.store(block, bytes)?;
            payload = rest;
        }
        array.flush()
    }

    fn record(&self, batch: u64, payload: &[u8]) -> Result<()> {
        let mut record = Vec::with_capacity(RECORD + CHECKSUM);
        record.extend(MAGIC.to_le_bytes());
        record.extend(self.header.job.to_le_bytes());
        record.extend(batch.to_le_bytes());
        record.extend((payload.len() as u64).to_le_bytes());
        record.extend((self.digest)(payload, batch).0.to_le_bytes());
        record.extend(Checksum::of(&record, MAGIC).0.to_le_bytes());
        self.medium.write(self.layout.word(batch % 2), &record)
    }

    /// The last whole batch and its bytes.
    fn last(&self) -> Result<(u64, Vec<u8>)> {
        let found = [self.found(0)?, self.found(1)?];
        if let [Some((one, _)), Some((other, _))] = &found
            && one.abs_diff(*other) != 1
        {
            return Err(Error::corrupt(format!(
                "is a damaged journal: batches {one} and {other} do not follow each other"
            )));
        }
        let last = found.into_iter().flatten().max_by_key(|(batch, _)| *batch);
        last.ok_or_else(|| Error::corrupt("is a damaged journal: no batch in it is whole"))
    }

    /// The batch in one of the two places, if it is whole and belongs there.
    fn found(&self, place: u64) -> Result<Option<(u64, Vec<u8>)>> {
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
        let mut payload = vec![0; len as usize];
        self.medium.read(self.layout.slot(place), &mut payload)?;
        let whole = (self.digest)(&payload, batch).0.to_le_bytes() == record[40..56];
        Ok(whole.then_some((batch, payload)))
    }
}
