//! Chunks that other programs compute: each goes through a child process and comes back, several at a time.
//!
//! ```text
//!   file ──► slab, C order, native ──► sh -c COMMAND ──► as many elements ──► back in place, a new file, a stream
//!                                                        all there, status 0
//! ```
//!
//! Nothing of a chunk is stored or written before its child has ended well. A worker holds at most three pieces of a
//! chunk: what it is reading, what came back, and what that is converted to. A chunk is by default so small that the
//! pieces of all workers together are 32 MiB at most; what a larger one gives back is kept in a file without a name.

pub mod child;
mod cut;
mod ended;
mod exchange;
mod resumable;
mod returned;
mod running;
mod stored;

use std::ffi::OsStr;
use std::num::NonZeroU64;
use std::str::FromStr;
use std::sync::Mutex;
use std::time::Duration;

pub use cut::ChunkSize;

use super::delivery::{Delivery, Emit};
use super::{Crew, Worker};
use crate::cast::Conversion;
use crate::dtype::DType;
use crate::error::{Error, ErrorKind, Result};
use crate::mapping::{Mapping, Stores};
use crate::plan::Chunk;
use crate::sink::Sink;
use crate::source::Readable;
use crate::view::View;
use cut::{Sequence, Slab};
use exchange::Exchange;
use returned::Returned;
use stored::Stored;

/// The most bytes of a chunk, where nothing is said.
const CHUNK: u64 = 4 << 20;
/// The most bytes of all pieces that workers hold.
const HELD: u64 = 32 << 20;
/// The pieces that each holds.
const PIECES: u64 = 3;
/// Starting a child for less than this takes longer than what it could do.
const LEAST: u64 = 64 << 10;

/// The size of a chunk in bytes where nothing is said: 4 MiB, or what keeps three pieces a thread below 32 MiB, but at
/// least 64 KiB.
fn default_chunk(threads: usize) -> NonZeroU64 {
    let bytes = CHUNK.min(HELD / (PIECES * threads.max(1) as u64)).max(LEAST);
    NonZeroU64::new(bytes).expect("at least 64 KiB")
}

/// A command that computes chunks.
#[derive(Clone, Debug)]
pub struct Exec<'a> {
    /// What `sh -c` is given.
    pub command: &'a OsStr,
    /// What goes through the pipes.
    pub format: ExecFormat,
    /// The type of the elements that come back, in native byte order.
    pub result: DType,
    /// How long each child may take.
    pub timeout: Option<Duration>,
    /// How much each child gets; by default 4 MiB, less where there are many threads.
    pub size: Option<ChunkSize>,
}

/// How elements travel through a child's pipes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExecFormat {
    /// As bytes and nothing else.
    #[default]
    Raw,
    /// Behind the header of a `.npy` file, both ways.
    Npy,
}

impl FromStr for ExecFormat {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "raw" => Ok(Self::Raw),
            "npy" => Ok(Self::Npy),
            _ => Err(Error::usage(format!("--exec-format must be raw or npy (got '{text}')"))),
        }
    }
}

/// What the children are given.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// Where the elements lie.
    pub bytes: &'a dyn Readable,
    /// Which they are.
    pub view: &'a View,
    /// Their type there.
    pub dtype: &'a DType,
}

/// Where results are stored.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// The file, open to be stored in.
    pub file: &'a Mapping,
    /// The elements, of the same shape as the input.
    pub view: &'a View,
    /// What makes their type and byte order of those that come back.
    pub convert: &'a Conversion,
}

impl Exec<'_> {
    /// Computes elements and stores the results where they came from, or in a copy: positions must not repeat (see
    /// [`Once`](crate::plan::Once)).
    ///
    /// Chunks are slabs along the axis with the largest byte stride, stored as soon as their child is done.
    ///
    /// # Errors
    /// Child, where a child fails; usage, where a result does not fit, midway where chunks are stored already; io. The
    /// message says which chunk it was, and which are stored.
    pub fn edit(&self, input: &Input<'_>, target: &Target<'_>, crew: Crew<'_>) -> Result<()> {
        let stored = Stored::default();
        self.store(input, target, Stores::Update, &stored, crew).map_err(|error| {
            if stored.is_empty() || error.kind() != ErrorKind::Usage {
                return error.followed_by(&stored);
            }
            // To run the job again with another --overflow would compute the stored chunks twice.
            let hint = "those chunks must not be computed again: INDEX can name what is left".to_owned();
            error.followed_by(&stored).with_kind(ErrorKind::Midway).with_hints(vec![hint])
        })
    }

    /// Computes elements and stores the results in a new file, each in its place.
    ///
    /// # Errors
    /// As [`Exec::edit`]; what is in the file then is worthless.
    pub fn fill(&self, input: &Input<'_>, target: &Target<'_>, crew: Crew<'_>) -> Result<()> {
        self.store(input, target, Stores::Overwrite, &Stored::default(), crew)
    }

    fn store(
        &self,
        input: &Input<'_>,
        target: &Target<'_>,
        stores: Stores,
        stored: &Stored,
        crew: Crew<'_>,
    ) -> Result<()> {
        let job = Exchange::new(self, input, Sequence::File, crew)?;
        crew.share(job.cut.chunks(), &|| {
            let taken = Taken::new(&job, target.convert);
            Ok(Box::new(Store { taken, target, stores, stored }))
        })
    }

    /// Computes elements and stores nothing, so that it is known whether all children do well and all results fit.
    ///
    /// # Errors
    /// As [`Exec::edit`].
    pub fn check(&self, input: &Input<'_>, convert: &Conversion, crew: Crew<'_>) -> Result<()> {
        let job = Exchange::new(self, input, Sequence::File, crew)?;
        crew.share(job.cut.chunks(), &|| Ok(Box::new(Check { taken: Taken::new(&job, convert) })))
    }

    /// Computes elements and writes the results through the sink, in C order, as they are.
    ///
    /// Chunks are slabs along the first axis.
    ///
    /// # Errors
    /// As [`Exec::edit`], and what `emit` fails with.
    pub fn stream(&self, input: &Input<'_>, sink: &Sink, emit: &mut Emit<'_>, crew: Crew<'_>) -> Result<()> {
        let job = Exchange::new(self, input, Sequence::Stream, crew)?;
        let delivery = Mutex::new(Delivery::begin(sink, emit)?);
        crew.share(job.cut.chunks(), &|| {
            Ok(Box::new(Deliver { job: &job, delivery: &delivery, done: None, items: Vec::new() }))
        })?;
        delivery.into_inner().expect("a worker that panics ends the job").end()
    }
}

/// Takes pieces of what came back, and makes of them what is wanted.
struct Taken<'a> {
    job: &'a Exchange<'a>,
    convert: &'a Conversion,
    piece: u64,
    items: Vec<u8>,
    converted: Vec<u8>,
}

impl<'a> Taken<'a> {
    fn new(job: &'a Exchange<'a>, convert: &'a Conversion) -> Self {
        let (from, to) = convert.itemsizes();
        Self { job, convert, piece: job.piece(from.max(to)), items: Vec::new(), converted: Vec::new() }
    }

    /// Gives the results to `place`, piece by piece, with the elements of `view` that they belong to.
    fn each(
        &mut self,
        returned: &Returned,
        slab: &Slab,
        view: &View,
        place: &mut dyn FnMut(&View, &[u8]) -> Result<()>,
    ) -> Result<()> {
        let mut reader = returned.reader();
        for mut piece in slab.chunk.of(view).chunks(self.piece) {
            let from = piece.of(&returned.view);
            self.items.resize(from.nbytes() as usize, 0);
            reader.read_runs(&mut from.runs(), &mut self.items)?;
            let wanted = self.convert.apply(&mut self.items, &mut self.converted).map_err(|misfit| {
                piece.start.iter_mut().zip(&slab.chunk.start).for_each(|(at, start)| *at += start);
                super::misfit(&misfit, &piece)
            })?;
            place(&piece.view, wanted)?;
        }
        Ok(())
    }

    /// Whether all results fit.
    fn check(&mut self, returned: &Returned, slab: &Slab) -> Result<()> {
        if self.convert.is_cast() { self.each(returned, slab, self.job.view(), &mut |_, _| Ok(())) } else { Ok(()) }
    }
}

/// Stores results.
struct Store<'a> {
    taken: Taken<'a>,
    target: &'a Target<'a>,
    stores: Stores,
    stored: &'a Stored,
}

impl Store<'_> {
    fn store(&mut self, slab: &Slab) -> Result<()> {
        let returned = self.taken.job.exchange(slab)?;
        if slab.chunk.view.size() > self.taken.piece {
            // A result that does not fit leaves the whole chunk alone.
            self.taken.check(&returned, slab)?;
        }
        if let Some(given_up) = self.taken.job.given_up(slab) {
            return Err(given_up);
        }
        let mut writer = self.target.file.writer(self.stores)?;
        let mut write = |view: &View, items: &[u8]| writer.write_runs(&mut view.runs(), items);
        let written = self.taken.each(&returned, slab, self.target.view, &mut write).and_then(|()| writer.finish());
        written.map_err(|error| match (self.stores, error.kind()) {
            (Stores::Update, ErrorKind::Io) => {
                self.stored.note_torn();
                error.followed_by("this chunk may be stored in part")
            }
            _ => error,
        })?;
        self.stored.note(slab.number);
        Ok(())
    }
}

impl Worker for Store<'_> {
    fn work(&mut self, chunk: &Chunk) -> Result<()> {
        let slab = self.taken.job.cut.slab(chunk);
        let outcome = self.store(&slab);
        self.taken.job.settle(&slab, outcome)
    }
}

/// Stores nothing.
struct Check<'a> {
    taken: Taken<'a>,
}

impl Worker for Check<'_> {
    fn work(&mut self, chunk: &Chunk) -> Result<()> {
        let slab = self.taken.job.cut.slab(chunk);
        let returned = self.taken.job.exchange(&slab);
        let outcome = returned.and_then(|returned| self.taken.check(&returned, &slab));
        self.taken.job.settle(&slab, outcome)
    }
}

/// Writes results, chunk after chunk.
struct Deliver<'a, 'd, 'e> {
    job: &'a Exchange<'a>,
    delivery: &'a Mutex<Delivery<'d, 'e>>,
    /// The number of the chunk at hand, and what came back.
    done: Option<(u64, Returned)>,
    items: Vec<u8>,
}

/// Bytes of elements that are formatted at once, small enough that their text is, too.
const BLOCK: u64 = 256 << 10;

impl Worker for Deliver<'_, '_, '_> {
    fn work(&mut self, chunk: &Chunk) -> Result<()> {
        let slab = self.job.cut.slab(chunk);
        let outcome = self.job.exchange(&slab).map(|returned| self.done = Some((slab.number, returned)));
        self.job.settle(&slab, outcome)
    }

    fn deliver(&mut self, _chunk: &Chunk) -> Result<()> {
        let (number, returned) = self.done.take().expect("work comes before deliver");
        // The children of later chunks may end where nobody reads on.
        self.write(&returned).inspect_err(|_| self.job.give_up_behind(number))
    }
}

impl Deliver<'_, '_, '_> {
    fn write(&mut self, returned: &Returned) -> Result<()> {
        let mut delivery = self.delivery.lock().expect("a worker that panics ends the job");
        let mut reader = returned.reader();
        for piece in returned.view.chunks((BLOCK / returned.view.item().size().max(1) as u64).max(1)) {
            self.items.resize(piece.view.nbytes() as usize, 0);
            reader.read_runs(&mut piece.view.runs(), &mut self.items)?;
            delivery.items(&self.items)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
