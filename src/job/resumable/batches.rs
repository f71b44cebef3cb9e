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
//!
//! A batch is handed on when it is full, or when computing it has taken [`LONGEST`]: whatever ends a job whose chunks
//! take long finds little computed that is not stored. A job that is stopped, or fails midway, hands on what it has.

use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, MutexGuard};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use super::place::{InPlace, Places};
use super::{BATCH, Resumable};
use crate::error::{Error, ErrorKind, Result};
use crate::job::Worker;
use crate::journal::redo::Redo;
use crate::journal::{Blocks, Flush, Header, Medium};
use crate::mapping::Mapping;
use crate::plan::Chunk;

/// How long a batch is computed before it is handed on, however short it is: what a job may lose besides the chunks
/// that are being computed when power is lost. The four flushes of a batch cost some hundredths of a second at worst.
const LONGEST: Duration = Duration::from_secs(10);

/// Where workers hand over the results of a job, block by block in their order.
pub struct Batches<'a> {
    header: &'a Header,
    /// The first block that was not done when the job went on.
    first: u64,
    /// How long a batch is computed at most.
    longest: Duration,
    filling: Mutex<Filling<'a>>,
}

struct Filling<'a> {
    batch: Vec<u8>,
    /// The number of blocks in it.
    blocks: u64,
    /// The block that comes next.
    next: u64,
    /// When the batch before it was handed on, or the job went on.
    since: Instant,
    way: Way<'a>,
}

/// Where a batch goes.
enum Way<'a> {
    /// To the threads that write it, store it and give its memory back.
    Line(SyncSender<Vec<u8>>, Receiver<Vec<u8>>),
    /// Into journal and array, here and now.
    Here(Box<Now<'a>>),
}

/// Has a batch in the journal and the array when it returns.
type Now<'a> = dyn FnMut(&[u8]) -> Result<()> + Send + 'a;

/// What is left of a job, batch by batch.
struct Line<'a, M, A> {
    header: &'a Header,
    redo: &'a Redo<'a, M>,
    /// How long a batch is computed at most.
    longest: Duration,
    /// The array, for whichever thread stores in it.
    array: &'a (dyn Fn() -> Result<A> + Sync),
}

/// Has what is computed handed over.
type Work<'w> = &'w dyn Fn(&Batches<'_>) -> Result<()>;

impl Resumable {
    /// Stores what is whole in the journal of a job that outlives the system, and has `work` hand over what is left of
    /// it; what it has handed over is stored when this returns, unless the job fails with its first batch.
    ///
    /// # Errors
    /// Corrupt, where the journal makes no sense; io; what `work` fails with.
    pub fn in_batches(&self, array: &Mapping, places: Places<'_>, work: Work<'_>) -> Result<()> {
        let redo = &Redo::new(&self.file, &self.header, self.layout);
        let recovered = redo.recover(&mut self.names(), &mut InPlace::new(array, places)?);
        self.stored.store(redo.pending().start, Ordering::Release);
        recovered.map_err(|error| error.at(self.file.path()))?;
        let line = Line { header: &self.header, redo, longest: LONGEST, array: &|| InPlace::new(array, places) };
        // Chunks that are larger than a batch should be are not held in memory three times.
        let done = if self.header.grid.block_bytes() > BATCH { line.here(work) } else { line.at_once(work) };
        self.stored.store(redo.pending().start, Ordering::Release);
        done
    }
}

impl<M: Medium + Flush + Sync, A: Blocks + Flush + Send> Line<'_, M, A> {
    fn batches<'b>(&'b self, way: Way<'b>) -> Batches<'b> {
        let next = self.redo.next_block();
        let filling = Mutex::new(Filling { batch: Vec::new(), blocks: 0, next, since: Instant::now(), way });
        Batches { header: self.header, first: next, longest: self.longest, filling }
    }

    /// One batch after another.
    fn here(&self, work: Work<'_>) -> Result<()> {
        let (redo, mut array) = (self.redo, (self.array)()?);
        let way = Way::Here(Box::new(move |batch| redo.apply(redo.write(batch)?, batch, &mut array)));
        fill(&self.batches(way), work)
    }

    /// Three batches at the same time.
    fn at_once(&self, work: Work<'_>) -> Result<()> {
        let Self { redo, array, .. } = *self;
        thread::scope(|scope| {
            let (to_journal, computed) = sync_channel(0);
            let (to_array, written) = sync_channel(0);
            let (give_back, memory) = channel();
            let store = move || store(redo, array()?, &written, &give_back);
            let write = move || write(redo, &computed, &to_array);
            // Where the system gives no more threads, those that there are do it all.
            let Ok(storing) = thread::Builder::new().spawn_scoped(scope, store) else { return self.here(work) };
            let Ok(writing) = thread::Builder::new().spawn_scoped(scope, write) else { return self.here(work) };
            // Dropped when it is filled: that is how the threads hear of the end.
            let done = fill(&self.batches(Way::Line(to_journal, memory)), work);
            // The further a batch has come, the earlier it is in the file.
            joined(storing).and(joined(writing)).and(done)
        })
    }
}

/// Has `work` hand over what is left, and hands on what there is of a last batch.
fn fill(batches: &Batches<'_>, work: Work<'_>) -> Result<()> {
    let done = work(batches);
    // A job that fails before anything is stored leaves the array as it was; who stops one goes on later.
    let is_stop = |error: &Error| matches!(error.kind(), ErrorKind::Interrupted(_));
    match &done {
        Err(error) if !is_stop(error) && !batches.have_begun() => done,
        _ => batches.pass_rest().and(done),
    }
}

/// Writes batches to the journal, until there are no more or the one who stores them has failed.
fn write<M: Medium + Flush>(
    redo: &Redo<'_, M>,
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
fn store<M: Medium + Flush, A: Blocks + Flush>(
    redo: &Redo<'_, M>,
    mut array: A,
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
    /// Hands the batch on.
    fn pass(&mut self) -> Result<()> {
        // One that cannot be stored is not there to be tried again: the job must be resumed.
        let batch = std::mem::take(&mut self.batch);
        match &mut self.way {
            Way::Here(store) => {
                store(&batch)?;
                self.batch = batch;
            }
            Way::Line(to_journal, memory) => {
                // Why they have ended is what is reported.
                let ended = |_| Error::new(ErrorKind::Io, "the threads that store batches have ended");
                to_journal.send(batch).map_err(ended)?;
                // When it has been taken over, the batch before the last is stored: its memory is the third there is.
                self.batch = memory.try_recv().unwrap_or_default();
            }
        }
        self.batch.clear();
        self.blocks = 0;
        self.since = Instant::now();
        Ok(())
    }
}

impl<'a> Batches<'a> {
    /// Takes the results of the next block; a batch is handed on when it is full, or has taken long.
    ///
    /// # Errors
    /// Io.
    fn push(&self, items: &[u8]) -> Result<()> {
        let mut filling = self.filling();
        if filling.batch.is_empty() {
            let most = self.header.grid.block_bytes() * self.header.batch;
            filling.batch.reserve_exact(most as usize);
        }
        filling.batch.extend_from_slice(items);
        filling.next += 1;
        filling.blocks += 1;
        let is_full = filling.blocks == self.header.batch || filling.next == self.header.grid.blocks();
        if is_full || filling.since.elapsed() >= self.longest { filling.pass() } else { Ok(()) }
    }

    /// Whether a batch has been handed on, in this life of the job or another.
    fn have_begun(&self) -> bool {
        let filling = self.filling();
        filling.next > filling.blocks
    }

    fn filling(&self) -> MutexGuard<'_, Filling<'a>> {
        self.filling.lock().expect("a worker that panics ends the job")
    }

    /// Hands on what there is of a batch.
    ///
    /// # Errors
    /// Io.
    fn pass_rest(&self) -> Result<()> {
        let mut filling = self.filling();
        if filling.batch.is_empty() { Ok(()) } else { filling.pass() }
    }

    /// A worker that has `append` add the results of a chunk, a block, to others in any order, and hands them over in that
    /// of the blocks. Those that are done are left alone.
    pub fn worker<'b>(&'b self, append: impl FnMut(&Chunk, &mut Vec<u8>) -> Result<()> + 'b) -> Box<dyn Worker + 'b> {
        Box::new(Batched { append, items: Vec::new(), batches: self })
    }

    /// Whether the block that begins where a chunk does is done, and must not be computed again.
    fn has_done(&self, chunk: &Chunk) -> bool {
        self.header.grid.block_at(chunk.rank) < self.first
    }
}

struct Batched<'a, 'w, F> {
    append: F,
    items: Vec<u8>,
    batches: &'a Batches<'w>,
}

impl<F: FnMut(&Chunk, &mut Vec<u8>) -> Result<()>> Worker for Batched<'_, '_, F> {
    fn work(&mut self, chunk: &Chunk) -> Result<()> {
        self.items.clear();
        if self.batches.has_done(chunk) { Ok(()) } else { (self.append)(chunk, &mut self.items) }
    }

    fn deliver(&mut self, chunk: &Chunk) -> Result<()> {
        if self.batches.has_done(chunk) { Ok(()) } else { self.batches.push(&self.items) }
    }
}

#[cfg(test)]
mod tests;
