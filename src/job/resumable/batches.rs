//! The batches of a job that outlives the system, on their way from workers through the journal into the array.
//!
//! ```text
//!   workers ─► a batch ─► journal, flushed ─► array, flushed
//!      ▲                                        │
//!      └─────────── its memory ◄────────────────┘
//! ```
//!
//! Each of the three has a batch of its own at the same time: what waits for the storage does not keep the others. A
//! batch is handed on when the next one is ready for it, so a thread never has two.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, ScopedJoinHandle};

use super::place::{InPlace, Places};
use super::{BATCH, Resumable};
use crate::error::{Error, ErrorKind, Result};
use crate::job::Worker;
use crate::job::values::Make;
use crate::journal::Header;
use crate::journal::redo::Redo;
use crate::mapping::{JournalFile, Mapping};
use crate::plan::Chunk;

/// Where workers hand over the results of a job, block by block in their order.
pub struct Batches<'a> {
    header: &'a Header,
    /// The first block that was not done when the job went on.
    first: u64,
    filling: Mutex<Filling<'a>>,
}

struct Filling<'a> {
    batch: Vec<u8>,
    /// The block that comes next.
    next: u64,
    way: Way<'a>,
}

/// Where a batch goes.
enum Way<'a> {
    /// To the threads that write it, store it and give its memory back.
    Line(SyncSender<Vec<u8>>, Receiver<Vec<u8>>),
    /// Into journal and array, here and now.
    Here(&'a Redo<'a, JournalFile>, InPlace<'a>),
}

impl Resumable {
    /// Stores what is whole in the journal of a job that outlives the system, and has `work` hand over what is left of
    /// it; what it has handed over is stored when this returns, whole batches of it.
    ///
    /// # Errors
    /// Corrupt, where the journal makes no sense; io; what `work` fails with.
    pub fn in_batches(
        &self,
        array: &Mapping,
        places: Places<'_>,
        work: &dyn Fn(&Batches<'_>) -> Result<()>,
    ) -> Result<()> {
        let redo = &Redo::new(&self.file, &self.header, self.layout);
        let recovered = redo.recover(&mut self.names(), &mut InPlace::new(array, places)?);
        recovered.map_err(|error| error.at(self.file.path()))?;
        let batches = |way| {
            let filling = Mutex::new(Filling { batch: Vec::new(), next: redo.next_block(), way });
            Batches { header: &self.header, first: redo.next_block(), filling }
        };
        let here = || Ok(batches(Way::Here(redo, InPlace::new(array, places)?)));
        // Chunks that are larger than a batch should be are not held in memory three times.
        if self.header.grid.block_bytes() > BATCH {
            return work(&here()?);
        }
        thread::scope(|scope| {
            let (to_journal, computed) = sync_channel(0);
            let (to_array, written) = sync_channel(0);
            let (give_back, memory) = channel();
            let store = move || store(redo, InPlace::new(array, places)?, &written, &give_back);
            let write = move || write(redo, &computed, &to_array);
            // Where the system gives no more threads, those that there are do it all.
            let Ok(storing) = thread::Builder::new().spawn_scoped(scope, store) else { return work(&here()?) };
            let Ok(writing) = thread::Builder::new().spawn_scoped(scope, write) else { return work(&here()?) };
            let done = work(&batches(Way::Line(to_journal, memory)));
            // The further a batch has come, the earlier it is in the file.
            joined(storing).and(joined(writing)).and(done)
        })
    }
}

/// Writes batches to the journal, until there are no more or the one who stores them has failed.
fn write(
    redo: &Redo<'_, JournalFile>,
    computed: &Receiver<Vec<u8>>,
    to_array: &SyncSender<(u64, Vec<u8>)>,
) -> Result<()> {
    for payload in computed {
        let batch = redo.write(&payload)?;
        // When the next one is taken over, this one's predecessor is stored, and its place in the journal free.
        if to_array.send((batch, payload)).is_err() {
            break;
        }
    }
    Ok(())
}

/// Stores batches in the array, until there are no more.
fn store(
    redo: &Redo<'_, JournalFile>,
    mut array: InPlace<'_>,
    written: &Receiver<(u64, Vec<u8>)>,
    give_back: &Sender<Vec<u8>>,
) -> Result<()> {
    for (batch, payload) in written {
        redo.apply(batch, &payload, &mut array)?;
        // Nobody needs it, where the last batch has been handed over.
        let _ = give_back.send(payload);
    }
    Ok(())
}

/// What a thread has come to; its panic is handed on.
fn joined(thread: ScopedJoinHandle<'_, Result<()>>) -> Result<()> {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

impl Filling<'_> {
    /// Hands a whole batch on.
    fn pass(&mut self) -> Result<()> {
        match &mut self.way {
            Way::Here(redo, array) => {
                redo.apply(redo.write(&self.batch)?, &self.batch, array)?;
                self.batch.clear();
                Ok(())
            }
            Way::Line(to_journal, memory) => {
                let mut empty = memory.try_recv().unwrap_or_default();
                empty.clear();
                let full = std::mem::replace(&mut self.batch, empty);
                // Why they have ended is what is reported.
                let ended = |_| Error::new(ErrorKind::Io, "the threads that store batches have ended");
                to_journal.send(full).map_err(ended)
            }
        }
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

    /// Takes the results of the next block; a batch is handed on when all of its blocks are there.
    ///
    /// # Errors
    /// Io.
    pub fn push(&self, items: &[u8]) -> Result<()> {
        let mut filling = self.filling.lock().expect("a worker that panics ends the job");
        if filling.batch.is_empty() {
            let most = self.header.grid.block_bytes() * self.header.batch;
            filling.batch.reserve_exact(most as usize);
        }
        filling.batch.extend_from_slice(items);
        filling.next += 1;
        if filling.next.is_multiple_of(self.header.batch) || filling.next == self.header.grid.blocks() {
            filling.pass()?;
        }
        Ok(())
    }
}

/// A worker that computes in any order, and hands over in that of the blocks.
pub(super) struct Batched<'a, 'w> {
    pub(super) maker: Box<dyn Make + 'a>,
    pub(super) items: Vec<u8>,
    pub(super) batches: &'a Batches<'w>,
}

impl Worker for Batched<'_, '_> {
    fn work(&mut self, chunk: &Chunk) -> Result<()> {
        self.items.clear();
        if !self.batches.is_done(self.batches.block_at(chunk.rank)) {
            self.maker.append(chunk, &mut self.items)?;
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
