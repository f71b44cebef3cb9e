//! Storing by way of a journal: block by block with a slot for each thread, or batch by batch.

use std::sync::atomic::{AtomicU64, Ordering};

use super::place::{Bytes, Place};
use super::{Operation, Resumable, grid_of};
use crate::error::Result;
use crate::job::Crew;
use crate::job::values::Values;
use crate::journal::slots::Slots;
use crate::journal::{Blocks, LargeBlocks, Placement, Read, Take};
use crate::mapping::{JournalFile, Mapping, Writer};
use crate::plan::{Chunks, Run};
use crate::view::View;

/// Bytes of a block of a batch: as many as are worth a system call where they lie together, and few enough to stay in a
/// cache until they are handed over.
const BLOCK: u64 = 256 << 10;

/// The chunks of a job with batches whose values belong together in no other way.
pub fn chunks(view: &View) -> Chunks<'_> {
    // More blocks than a journal has room for are made longer.
    let most = BLOCK.max(view.nbytes() >> 31);
    view.chunks((most / view.item().size().max(1) as u64).max(1))
}

/// Begins a job that stores values into the elements of `view`, the selected ones in an order of its own, batch by batch:
/// each of these chunks of it is whole in a batch, or not there.
///
/// # Errors
/// As [`Resumable::begin`].
pub fn begin(
    array: &Mapping,
    selected: &View,
    (view, chunks): (&View, &Chunks<'_>),
    operation: Operation,
) -> Result<Resumable> {
    Resumable::begin(array, grid_of(chunks, view)?, selected, Placement::of(view.clone()), 1, operation)
}

/// Stores the values into the elements of `view`, which lie in the array's file, batch by batch, and leaves alone what
/// is done already; the chunks are those that it was begun with.
///
/// # Errors
/// Where a value does not fit or a store fails; the journal stays. Busy, where the chunks are others.
pub fn store(
    job: &Resumable,
    array: &Mapping,
    (view, chunks): (&View, &Chunks<'_>),
    values: &dyn Values,
    crew: Crew<'_>,
) -> Result<()> {
    job.check_blocks(&grid_of(chunks, view)?)?;
    let places = |block| Place::chunk(chunks, block);
    job.in_batches(array, &places, &|batches| {
        crew.run(chunks.clone(), &|| {
            let mut maker = values.maker();
            Ok(batches.worker(move |chunk, items| maker.append(chunk, items)))
        })
    })
}

/// Gives each thread of a job its slot.
pub struct Hands<'a> {
    job: &'a Resumable,
    taken: AtomicU64,
}

/// One thread's way to the array, by way of its slot.
pub struct Hand<'a> {
    slots: Slots<'a, JournalFile>,
    slot: u64,
}

impl Resumable {
    /// The slots of the job, for the threads that store in the array.
    pub fn hands(&self) -> Hands<'_> {
        Hands { job: self, taken: AtomicU64::new(0) }
    }
}

impl<'a> Hands<'a> {
    /// The number of threads that there are slots for.
    pub fn most(&self) -> usize {
        self.job.header.slots as usize
    }

    /// The next one; each belongs to one thread as long as the job runs.
    ///
    /// # Panics
    /// Where more are taken than there are.
    pub fn next(&self) -> Hand<'a> {
        let (job, slot) = (self.job, self.taken.fetch_add(1, Ordering::Relaxed));
        assert!(slot < job.header.slots, "no more threads than slots");
        Hand { slots: Slots::new(&job.file, &job.header, job.layout), slot }
    }
}

impl Hand<'_> {
    /// Whether a block is done, and must not be computed again.
    ///
    /// # Errors
    /// Io, where the journal cannot be read.
    pub fn is_done(&self, block: u64) -> Result<bool> {
        self.slots.is_done(block)
    }

    /// Stores the results of a block, packed, where its runs say.
    ///
    /// # Errors
    /// Io.
    pub fn commit(
        &self,
        block: u64,
        items: &[u8],
        runs: &mut dyn Iterator<Item = Run>,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        self.slots.commit(self.slot, block, items, &mut Here { runs, writer })
    }

    /// Stores the results of a block that may be larger than memory: `fill` gives them in pieces, before anything is
    /// stored.
    ///
    /// # Errors
    /// Io, and what `fill` fails with.
    pub fn commit_pieces(
        &self,
        block: u64,
        fill: &mut dyn FnMut(Take<'_>) -> Result<()>,
        view: &View,
        writer: &mut Writer<'_>,
    ) -> Result<()> {
        self.slots.commit_pieces(self.slot, block, fill, &mut Large { view, writer })
    }
}

/// The place of the one block that is at hand.
struct Here<'r, 'w, 'a> {
    runs: &'r mut dyn Iterator<Item = Run>,
    writer: &'w mut Writer<'a>,
}

impl Blocks for Here<'_, '_, '_> {
    fn store(&mut self, _block: u64, bytes: &[u8]) -> Result<()> {
        self.writer.write_runs(self.runs, bytes)?;
        // What is collected is not stored yet.
        self.writer.flush()
    }
}

/// The place of one block that may be larger than memory.
struct Large<'v, 'w, 'a> {
    view: &'v View,
    writer: &'w mut Writer<'a>,
}

impl LargeBlocks for Large<'_, '_, '_> {
    fn restore(&mut self, _block: u64, read: Read<'_>) -> Result<()> {
        Place::of(self.view.clone()).store(Bytes::Read(read), self.writer)
    }
}
