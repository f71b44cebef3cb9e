//! Storing by way of a journal: block by block with a slot for each thread, or batch by batch by one of them.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Operation, Place, Resumable, grid_of};
use crate::error::Result;
use crate::job::values::{Make, Values};
use crate::job::{Crew, Worker};
use crate::journal::redo::Redo;
use crate::journal::slots::Slots;
use crate::journal::{Blocks, Flush, Header, LargeBlocks, Protocol, Read, Take};
use crate::mapping::{JournalFile, Mapping, Stores, Writer};
use crate::plan::{Chunk, Run};
use crate::view::View;

/// Bytes of a block: long enough to be worth its place on the board, short enough that its slot stays in a cache.
const BLOCK: u64 = 128 << 10;
/// Bytes of a block that are in memory at a time, where it is stored from the journal.
const PIECE: u64 = 1 << 20;

/// Begins a job that stores values into the elements of `view` batch by batch.
///
/// # Errors
/// As [`Resumable::begin`].
pub fn begin(array: &Mapping, view: &View, operation: Operation) -> Result<Resumable> {
    // More blocks than a journal has room for are made longer.
    let most = BLOCK.max(view.nbytes() >> 31);
    let chunks = view.chunks((most / view.item().size().max(1) as u64).max(1));
    let contiguous = view.contiguous().map(|(first, _)| first);
    Resumable::begin(array, grid_of(&chunks, view)?, contiguous, 1, operation)
}

/// Stores the values into the elements of `view`, which lie in the array's file, batch by batch, and leaves alone what
/// is done already.
///
/// # Errors
/// Where a value does not fit or a store fails; the journal stays.
///
/// # Panics
/// Where the job has no batches.
pub fn store(job: &Resumable, array: &Mapping, view: &View, values: &dyn Values, crew: Crew<'_>) -> Result<()> {
    let chunks = view.chunks(job.grid().block_len());
    job.check_blocks(&grid_of(&chunks, view)?)?;
    let place = |block, writer: &mut Writer<'_>, read: Read<'_>| store_view(&chunks.chunk(block).view, writer, read);
    job.recover(array, &place)?;
    let batches = job.batches(array, &place)?.expect("a job that was begun here has batches");
    crew.run(chunks.clone(), &|| Ok(Box::new(Batched { maker: values.maker(), items: Vec::new(), batches: &batches })))
}

/// Stores the bytes that `read` gives, those of all elements of `view`, packed, in C order.
///
/// # Errors
/// Io.
pub fn store_view(view: &View, writer: &mut Writer<'_>, read: Read<'_>) -> Result<()> {
    let itemsize = view.item().size() as u64;
    let mut bytes = Vec::new();
    for piece in view.chunks((PIECE / itemsize.max(1)).max(1)) {
        bytes.resize(piece.view.nbytes() as usize, 0);
        read(piece.rank * itemsize, &mut bytes)?;
        writer.write_runs(&mut piece.view.runs(), &bytes)?;
    }
    // What is collected is not stored yet.
    writer.flush()
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
        store_view(self.view, self.writer, read)
    }
}

/// All blocks of a job, each in its place in the array.
pub(super) struct InPlace<'a> {
    array: &'a Mapping,
    writer: Writer<'a>,
    place: Place<'a>,
}

impl<'a> InPlace<'a> {
    pub(super) fn new(array: &'a Mapping, place: Place<'a>) -> Result<Self> {
        Ok(Self { array, writer: array.writer(Stores::Update)?, place })
    }
}

impl Blocks for InPlace<'_> {
    fn store(&mut self, block: u64, bytes: &[u8]) -> Result<()> {
        let read = |at: u64, to: &mut [u8]| {
            to.copy_from_slice(&bytes[at as usize..at as usize + to.len()]);
            Ok(())
        };
        (self.place)(block, &mut self.writer, &read)
    }
}

impl LargeBlocks for InPlace<'_> {
    fn restore(&mut self, block: u64, read: Read<'_>) -> Result<()> {
        (self.place)(block, &mut self.writer, read)
    }
}

impl Flush for InPlace<'_> {
    fn flush(&self) -> Result<()> {
        self.array.flush()
    }
}

/// The batches of a job that outlives the system: one thread at a time hands blocks over, in their order.
pub struct Batches<'a> {
    header: &'a Header,
    /// The first block that was not done when the job went on.
    first: u64,
    committer: Mutex<Committer<'a>>,
}

struct Committer<'a> {
    redo: Redo<'a, JournalFile>,
    array: InPlace<'a>,
    batch: Vec<u8>,
    next: u64,
}

impl Resumable {
    /// Its batches, if it outlives the system.
    ///
    /// # Errors
    /// Corrupt, where the journal makes no sense; io.
    pub fn batches<'a>(&'a self, array: &'a Mapping, place: Place<'a>) -> Result<Option<Batches<'a>>> {
        if self.header.protocol != Protocol::Redo {
            return Ok(None);
        }
        let mut redo = Redo::new(&self.file, &self.header, self.layout);
        redo.examine()?;
        let first = redo.next_block();
        let committer = Committer { redo, array: InPlace::new(array, place)?, batch: Vec::new(), next: first };
        Ok(Some(Batches { header: &self.header, first, committer: Mutex::new(committer) }))
    }
}

impl Batches<'_> {
    /// Whether a block is done, and must not be computed again.
    pub fn is_done(&self, block: u64) -> bool {
        block < self.first
    }

    /// The number of the block that begins with the element of this rank.
    pub fn block_at(&self, rank: u64) -> u64 {
        self.header.grid.block_at(rank)
    }

    /// Takes the results of the next block; a batch is stored when all of its blocks are there.
    ///
    /// # Errors
    /// Io.
    pub fn push(&self, items: &[u8]) -> Result<()> {
        let mut committer = self.committer.lock().expect("a worker that panics ends the job");
        let Committer { redo, array, batch, next } = &mut *committer;
        batch.extend_from_slice(items);
        *next += 1;
        if next.is_multiple_of(self.header.batch) || *next == self.header.grid.blocks() {
            redo.commit(batch, array)?;
            batch.clear();
        }
        Ok(())
    }
}

/// A worker that computes in any order, and hands over in that of the blocks.
struct Batched<'a, 'b> {
    maker: Box<dyn Make + 'a>,
    items: Vec<u8>,
    batches: &'b Batches<'b>,
}

impl Worker for Batched<'_, '_> {
    fn work(&mut self, chunk: &Chunk) -> Result<()> {
        self.items.clear();
        if !self.batches.is_done(self.batches.block_at(chunk.rank)) {
            self.items.extend_from_slice(self.maker.items(chunk)?);
        }
        Ok(())
    }

    fn deliver(&mut self, chunk: &Chunk) -> Result<()> {
        if self.batches.is_done(self.batches.block_at(chunk.rank)) {
            return Ok(());
        }
        self.batches.push(&self.items)
    }
}
