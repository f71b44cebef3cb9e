//! The job that stores what is computed: in place, block by block in the order of the file, or in a new array.

use std::ops::Range;

use super::extent::{Done, Extent};
use super::lane::{Lane, Walked};
use super::share::{Part, Share};
use super::{Along, Computed, Values};
use crate::array::Array;
use crate::error::{Error, ErrorKind, Result};
use crate::job::exec::ChunkSize;
use crate::job::resumable::{self, Hand, Hands, Operation, Place, Resumable};
use crate::job::{Crew, WORTH_A_THREAD};
use crate::journal::Grid;
use crate::journal::Placement;
use crate::mapping::{Stores, Sync, Writer};
use crate::plan::{Chunks, Cursor, Run, Walk};
use crate::view::View;

/// Bytes of the file that a thread goes through at a time: a window of it.
const PART: u64 = 8 << 20;
/// Bytes that are stored at a time where nobody has read them.
const PIECE: u64 = 1 << 20;
/// Bytes of inputs that lie in another order: the longer, the fewer times each of their pages is touched.
const STAGED: u64 = 4 << 20;

/// How results are stored.
#[derive(Clone, Copy, Debug, Default)]
pub struct Storing {
    /// What is stored whole or not at all; a block of some thousand elements where nothing is said.
    pub chunk: Option<ChunkSize>,
}

/// A job that ended early.
#[derive(Debug)]
pub struct Stopped {
    /// Why: a value that does not fit is a usage error, whatever has been stored.
    pub error: Error,
    stored: Option<String>,
}

impl Stopped {
    /// The failure of a job in place: a value that does not fit after others were stored is one midway, and what is
    /// stored is said.
    pub fn in_place(self) -> Error {
        let Some(stored) = self.stored else { return self.error };
        let error = self.error.followed_by(stored);
        if error.kind() == ErrorKind::Usage {
            return error.with_kind(ErrorKind::Midway).hint("--check finds such a value before anything is stored");
        }
        error
    }
}

/// Where every block of a job passes through on its way from scratch into the array.
///
/// Blocks have numbers from 0 on, rising through the file, which depend on the array, the selection and the
/// expression, but not on threads: what must happen to a block before it is stored belongs here.
struct Commit<'w> {
    writer: Writer<'w>,
    /// The slot of the thread, where a journal is kept.
    hand: Option<Hand<'w>>,
}

impl Commit<'_> {
    fn block(&mut self, number: u64, runs: &mut dyn Iterator<Item = Run>, items: &[u8]) -> Result<()> {
        match &self.hand {
            Some(hand) => hand.commit(number, items, runs, &mut self.writer),
            None => self.writer.write_runs(runs, items),
        }
    }

    /// Whether a block was stored before the job was resumed.
    fn has_done(&self, number: u64) -> Result<bool> {
        self.hand.as_ref().map_or(Ok(false), |hand| hand.is_done(number))
    }
}

/// How a job goes through its elements.
struct Plan {
    walked: Walked,
    /// The target's elements in that order.
    view: View,
    stores: Stores,
    /// Elements in a block: what is computed together, or all of a part where that is stored at once.
    block: u64,
    /// Whether the blocks of a part are stored together.
    is_whole: bool,
    cut: Option<ChunkSize>,
    most: u64,
}

impl Computed<'_> {
    /// Stores the results in the elements of `view`, which lie in the array's file, in the order in which they lie there.
    ///
    /// Nothing is stored before the first chunk is known to be good, and nothing of a chunk that is not.
    ///
    /// # Errors
    /// The first element in the file's order that has no result or does not fit; what cannot be read or stored.
    pub fn store(&self, array: &Array, view: &View, storing: Storing, crew: Crew<'_>) -> Result<(), Stopped> {
        self.store_by(array, &self.plan_to_store(array, view, storing), None, crew)
    }

    /// Begins a job that stores the results in elements that they may be computed from.
    ///
    /// # Errors
    /// As [`Resumable::begin`].
    pub fn begin(
        &self,
        array: &Array,
        view: &View,
        storing: Storing,
        threads: usize,
        operation: Operation,
    ) -> Result<Resumable> {
        if operation.sync == Sync::Yes {
            let walked = &Walk::forward(view).through(view);
            let chunks = self.cut(storing).map_or_else(|| resumable::chunks(walked), |size| size.cut(walked));
            return resumable::begin(array.mapping(), view, (walked, &chunks), operation);
        }
        let plan = self.plan_to_store(array, view, storing);
        Resumable::begin(array.mapping(), plan.grid()?, view, Placement::of(plan.view.clone()), threads, operation)
    }

    /// Stores what is left of a job by way of its journal.
    ///
    /// # Errors
    /// As [`Computed::store`]; the journal stays.
    pub fn go_on(&self, array: &Array, view: &View, storing: Storing, job: &Resumable, crew: Crew<'_>) -> Result<()> {
        if job.has_batches() {
            let walk = Walk::forward(view);
            let view = &walk.through(view);
            let begun_with = || view.chunks(job.grid().block_len());
            let chunks = self.cut(storing).map_or_else(begun_with, |size| size.cut(view));
            let values = Along { computed: self, walk };
            return resumable::store(job, array.mapping(), (view, &chunks), &values, crew);
        }
        let plan = self.plan_to_store(array, view, storing);
        job.check_blocks(&plan.grid()?)?;
        job.recover(array.mapping(), &|block| plan.place_of(job.grid(), block))?;
        let hands = job.hands();
        let crew = Crew { threads: crew.threads.min(hands.most()), ..crew };
        self.store_by(array, &plan, Some(&hands), crew).map_err(|stopped| stopped.error)
    }

    fn plan_to_store(&self, array: &Array, view: &View, storing: Storing) -> Plan {
        let walk = Walk::forward(view);
        let walked = walk.through(view);
        let whole = walked.contiguous().is_some();
        let reads = self.reads(array.mapping().identity());
        let stores = if whole && !reads { Stores::Overwrite } else { Stores::Update };
        self.plan(walk, walked, storing, stores)
    }

    fn store_by(&self, array: &Array, plan: &Plan, hands: Option<&Hands<'_>>, crew: Crew<'_>) -> Result<(), Stopped> {
        let file = array.mapping().identity();
        let own = self.reads(file).then_some(file);
        plan.run(self, crew, &|share| {
            let writer = array.mapping().writer(plan.stores)?;
            let mut commit = Commit { writer, hand: hands.map(Hands::next) };
            let mut lane = Lane::new(self, own);
            while let Some(part) = share.take() {
                commit.writer.expect(part.span());
                let (number, done) = part.store(plan, share, &mut lane, &mut commit);
                share.done(part.extent(plan, number));
                if let Err(error) = done {
                    share.fail(number, error);
                }
                crew.progress.advance(part.chunk.view.nbytes())?;
            }
            commit.writer.finish()
        })
    }

    /// Computes all results and stores none.
    ///
    /// # Errors
    /// As [`Computed::store`].
    pub fn check(&self, view: &View, crew: Crew<'_>) -> Result<()> {
        if !self.can_fail() {
            return Ok(());
        }
        let walk = Walk::forward(view);
        let walked = walk.through(view);
        let plan = self.plan(walk, walked, Storing::default(), Stores::Update);
        let checked = plan.run(self, crew, &|share| {
            let mut lane = Lane::new(self, None);
            while let Some(part) = share.take() {
                if let (number, Err(error)) = part.check(&plan, share, &mut lane) {
                    share.fail(number, error);
                }
                crew.progress.advance(part.chunk.view.nbytes())?;
            }
            Ok(())
        });
        checked.map_err(|stopped| stopped.error)
    }

    /// What is stored whole or not at all, where that makes a difference: what cannot fail is stored at once.
    fn cut(&self, storing: Storing) -> Option<ChunkSize> {
        storing.chunk.filter(|_| self.can_fail())
    }

    fn plan(&self, walk: Walk, view: View, storing: Storing, stores: Stores) -> Plan {
        let walked = Walked::new(self, walk);
        let size = view.item().size().max(1) as u64;
        let computed = self.program.block_len() as u64;
        let cut = self.cut(storing);
        let is_whole = stores == Stores::Overwrite || cut.is_some();
        let part = if stores == Stores::Overwrite { PIECE } else { PART };
        let staged = (STAGED / walked.staged_bytes().max(1) as u64).max(1);
        // Parts end where blocks do, so that no block is cut short but the last of a row.
        let most = (part / size).min(staged).max(1).next_multiple_of(computed);
        Plan { walked, view, stores, block: if is_whole { u64::MAX } else { computed }, is_whole, cut, most }
    }
}

impl Plan {
    fn parts(&self) -> Chunks<'_> {
        match self.cut {
            Some(size) => size.cut(&self.view),
            None => self.view.chunks(self.most),
        }
    }

    /// The blocks, as a journal knows them.
    fn grid(&self) -> Result<Grid> {
        let (row, part) = self.parts().lengths();
        Grid::new(self.view.size(), [row, part, self.block.min(part)], self.view.item().size() as u64)
    }

    /// Where a block of the grid lies.
    fn place_of(&self, grid: &Grid, block: u64) -> Place {
        let ranks = grid.ranks(block);
        let (row, part) = self.parts().lengths();
        let (rows, in_row) = (ranks.start / row, ranks.start % row);
        let chunk = self.parts().chunk(rows * row.div_ceil(part) + in_row / part);
        Place::among(&chunk.view, ranks.start - chunk.rank..ranks.end - chunk.rank)
    }

    fn run(
        &self,
        computed: &Computed<'_>,
        crew: Crew<'_>,
        take_part: &(dyn Fn(&Share<'_>) -> Result<()> + std::marker::Sync),
    ) -> Result<(), Stopped> {
        let parts = self.parts();
        let bytes = self.view.size().saturating_mul(computed.itemsize().max(self.view.item().size()) as u64);
        let most = usize::try_from(parts.count_left()).unwrap_or(usize::MAX);
        let threads = if bytes < WORTH_A_THREAD { 1 } else { crew.threads.min(most).max(1) };
        let stopped = |found: Box<(Error, Done)>| Stopped { error: found.0, stored: found.1.told() };
        Share::new(parts, self.block).run(Crew { threads, ..crew }, take_part).map_err(stopped)
    }
}

impl Part {
    /// The bytes of the file that it lies in, if most of them are stored.
    fn span(&self) -> Range<u64> {
        let view = &self.chunk.view;
        let start = view.byte_of(&vec![0; view.axes().len()]);
        let last: Vec<u64> = view.dims().iter().map(|len| len - 1).collect();
        let end = view.byte_of(&last) + view.item().size() as u64;
        if end - start <= view.nbytes() / 3 * 4 { start..end } else { 0..0 }
    }

    /// Computes and stores its blocks: the number of the one at which it ended, and why it ended early.
    fn store(
        &self,
        plan: &Plan,
        share: &Share<'_>,
        lane: &mut Lane<'_, '_>,
        commit: &mut Commit<'_>,
    ) -> (u64, Result<()>) {
        let mut number = self.first;
        let done = self.store_from(&mut number, plan, share, lane, commit);
        // What is only collected is not stored yet: an interrupt after this would lose it.
        match commit.writer.flush() {
            Ok(()) => (number, done),
            Err(error) => {
                share.note_torn();
                (self.first, Err(done.err().unwrap_or(error)))
            }
        }
    }

    fn store_from(
        &self,
        number: &mut u64,
        plan: &Plan,
        share: &Share<'_>,
        lane: &mut Lane<'_, '_>,
        commit: &mut Commit<'_>,
    ) -> Result<()> {
        lane.begin(&plan.walked, &self.chunk, Some(&mut commit.writer))?;
        let mut target = Cursor::new(&self.chunk.view);
        let size = self.chunk.view.item().size();
        let mut whole = Vec::new();
        if plan.is_whole {
            whole.reserve_exact(self.chunk.view.nbytes() as usize);
        }
        let mut is_open = false;
        while !share.is_over(*number) {
            if commit.has_done(*number)? {
                let len = lane.skip_block(&self.chunk);
                if len == 0 {
                    // It is the first block of the next part.
                    break;
                }
                // Whoever has the first block opens the way for the others.
                if *number == 0 {
                    share.may_store(0);
                }
                *number += 1;
                target.take(len).for_each(drop);
                if plan.is_whole {
                    break;
                }
                continue;
            }
            let Some(items) = lane.next_block(&plan.walked, &self.chunk, Some(&mut commit.writer))? else { break };
            let items = if plan.is_whole {
                whole.extend_from_slice(items);
                if (whole.len() as u64) < self.chunk.view.nbytes() {
                    continue;
                }
                &whole
            } else {
                items
            };
            // Once it has waited, no part has to wait again.
            if !is_open && !share.may_store(*number) {
                break;
            }
            is_open = true;
            commit.block(*number, &mut target.take(items.len() / size), items).inspect_err(|_| share.note_torn())?;
            *number += 1;
        }
        Ok(())
    }

    fn check(&self, plan: &Plan, share: &Share<'_>, lane: &mut Lane<'_, '_>) -> (u64, Result<()>) {
        let mut number = self.first;
        if let Err(error) = lane.begin(&plan.walked, &self.chunk, None) {
            return (number, Err(error));
        }
        loop {
            match lane.next_block(&plan.walked, &self.chunk, None) {
                Ok(Some(_)) if !share.is_over(number) => number += 1,
                Ok(_) => return (number, Ok(())),
                Err(error) => return (number, Err(error)),
            }
        }
    }

    /// Its blocks below a number, and their elements.
    fn extent(&self, plan: &Plan, number: u64) -> Extent {
        let size = self.chunk.view.size();
        let elements = (number - self.first).saturating_mul(plan.block).min(size);
        Extent { numbers: self.first..number, ranks: self.chunk.rank..self.chunk.rank + elements }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Opening;
    use crate::cast::{Conversion, Overflow};
    use crate::expr::compile;
    use crate::job::Progress;
    use crate::mapping::{Io, Mode};

    /// Ends the job after a part.
    struct Interrupt;

    impl Progress for Interrupt {
        fn advance(&self, _bytes: u64) -> Result<()> {
            Err(Error::io("cannot go on", std::io::Error::other("interrupted")))
        }
    }

    #[test]
    fn what_is_called_stored_is_in_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        std::fs::write(&path, [0; 8000]).expect("it is written");
        let request = "i8:1000".parse().expect("a spec");
        let opening = Opening { request, mode: Mode::ReadWrite, io: Io::Pread, ..Opening::default() };
        let array = Array::open(&path, &opening).expect("it is an array");
        let program = compile("i * 0 + 7", &[], 1).expect("an expression");
        let ranks = View::of_array(&array.spec().shape, 1, crate::shape::Order::C, 0);
        let convert = Conversion::between(&program.dtype(), array.dtype(), Overflow::Error).expect("the same");
        let computed = Computed::new(program, &[], (ranks, vec![1000]), convert);
        let crew = Crew { threads: 1, progress: &Interrupt };
        let stopped = computed.store(&array, &array.view(), Storing::default(), crew).expect_err("interrupted");
        let message = stopped.in_place().to_string();
        assert!(message.contains("elements 0 to 999"), "{message}");
        let stored = std::fs::read(&path).expect("it is there");
        assert!(stored.chunks(8).all(|item| item == 7_i64.to_le_bytes()));
    }
}
