//! Chunks that children compute in place, by way of a journal: each is one of its blocks.

use std::num::NonZeroU64;

use super::cut::{ChunkSize, Cut, Sequence, Slab};
use super::exchange::Exchange;
use super::{Exec, Input, Taken, Target, default_chunk};
use crate::error::Result;
use crate::job::resumable::{Hand, Operation, Place, Resumable, grid_of};
use crate::job::{Crew, Worker};
use crate::journal::Take;
use crate::mapping::{Stores, Writer};
use crate::plan::Chunk;

impl Exec<'_> {
    /// Begins a job that stores what children compute where it came from; positions must not repeat.
    ///
    /// # Errors
    /// As [`Resumable::begin`].
    pub fn begin(
        &self,
        input: &Input<'_>,
        target: &Target<'_>,
        threads: usize,
        operation: Operation,
    ) -> Result<Resumable> {
        let cut = self.cut(input, self.size.unwrap_or(ChunkSize::Bytes(default_chunk(threads))));
        let grid = grid_of(&cut.chunks(), target.view)?;
        Resumable::begin(target.file, grid, target.view, cut.placement(target.view), threads, operation)
    }

    /// Computes what is left of a job, with the chunks that it was begun with.
    ///
    /// # Errors
    /// As [`Exec::edit`]; the journal stays.
    pub fn edit_resumable(
        &self,
        input: &Input<'_>,
        target: &Target<'_>,
        resumable: &Resumable,
        crew: Crew<'_>,
    ) -> Result<()> {
        let mut job = Exchange::new(self, input, Sequence::File, crew)?;
        if self.size.is_none() {
            // How long a chunk is by itself depends on the threads that the job was begun with.
            let itemsize = input.dtype.itemsize().max(self.result.itemsize()) as u64;
            let bytes = NonZeroU64::new(resumable.grid().block_len() * itemsize).unwrap_or(NonZeroU64::MIN);
            job.cut = self.cut(input, ChunkSize::Bytes(bytes));
        }
        let job = job;
        resumable.check_blocks(&grid_of(&job.cut.chunks(), target.view)?)?;
        let chunks = job.cut.chunks();
        let places = |block| Place::of(job.cut.slab(&chunks.chunk(block)).chunk.of(target.view));
        if resumable.has_batches() {
            return resumable.in_batches(target.file, &places, &|batches| {
                crew.share(job.cut.chunks(), &|| {
                    let mut taken = Taken::new(&job, target.convert);
                    Ok(batches.worker(move |chunk, items| append(&mut taken, target, chunk, items)))
                })
            });
        }
        resumable.recover(target.file, &places)?;
        let hands = resumable.hands();
        let crew = Crew { threads: crew.threads.min(hands.most()), ..crew };
        crew.share(job.cut.chunks(), &|| {
            let (taken, writer) = (Taken::new(&job, target.convert), target.file.writer(Stores::Update)?);
            Ok(Box::new(Store { taken, target, hand: hands.next(), writer }))
        })
    }

    fn cut(&self, input: &Input<'_>, size: ChunkSize) -> Cut {
        Cut::new(input.view, Sequence::File, size, input.dtype.itemsize().max(self.result.itemsize()))
    }
}

/// Stores results by way of a slot.
struct Store<'a> {
    taken: Taken<'a>,
    target: &'a Target<'a>,
    hand: Hand<'a>,
    writer: Writer<'a>,
}

impl Store<'_> {
    fn store(&mut self, slab: &Slab) -> Result<()> {
        let Self { taken, target, hand, writer } = self;
        let returned = taken.job.wanted(slab)?;
        // A result that does not fit leaves the slot empty, and the array alone.
        let mut fill = |take: Take<'_>| taken.each(&returned, slab, target.view, &mut |_, items| take(items));
        hand.commit_pieces(slab.number, &mut fill, &slab.chunk.of(target.view), writer)
    }
}

impl Worker for Store<'_> {
    fn work(&mut self, chunk: &Chunk) -> Result<()> {
        let slab = self.taken.job.cut.slab(chunk);
        if self.hand.is_done(slab.number)? {
            return Ok(());
        }
        let outcome = self.store(&slab);
        self.taken.job.settle(&slab, outcome)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.writer.finish()
    }
}

/// Adds the results of a chunk to others.
fn append(taken: &mut Taken<'_>, target: &Target<'_>, chunk: &Chunk, items: &mut Vec<u8>) -> Result<()> {
    let slab = taken.job.cut.slab(chunk);
    let outcome = taken.job.wanted(&slab).and_then(|returned| {
        taken.each(&returned, &slab, target.view, &mut |_, piece| {
            items.extend_from_slice(piece);
            Ok(())
        })
    });
    taken.job.settle(&slab, outcome)
}
