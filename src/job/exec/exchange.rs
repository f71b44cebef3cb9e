//! One chunk through one child: its elements in, as many back.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use super::child::{Child, Expected};
use super::cut::{Cut, Sequence, Slab};
use super::returned::{Kept, Returned, Wanted};
use super::{ChunkSize, Exec, ExecFormat, Input};
use crate::cast::{Conversion, Overflow};
use crate::dtype::DType;
use crate::error::{Error, ErrorKind, Result};
use crate::format::npy;
use crate::job::{Crew, Progress};
use crate::plan::Chunk;
use crate::shape::{Order, Shape};
use crate::view::View;

/// A job under way, shared by its workers.
pub(super) struct Exchange<'a> {
    exec: &'a Exec<'a>,
    input: &'a Input<'a>,
    pub(super) cut: Cut,
    /// The type of what goes in, and what makes it of the file's.
    native: DType,
    to_native: Conversion,
    /// Bytes that a worker keeps in memory of what goes in, and of what comes back.
    bound: u64,
    progress: &'a dyn Progress,
    /// The number of the first chunk that failed so far.
    failed: AtomicU64,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(exec: &'a Exec<'a>, input: &'a Input<'a>, sequence: Sequence, crew: Crew<'a>) -> Result<Self> {
        let native = input.dtype.to_native();
        let bound = super::default_chunk(crew.threads);
        let size = exec.size.unwrap_or(ChunkSize::Bytes(bound));
        let itemsize = native.itemsize().max(exec.result.itemsize());
        Ok(Self {
            exec,
            input,
            cut: Cut::new(input.view, sequence, size, itemsize),
            to_native: Conversion::between(input.dtype, &native, Overflow::Error)?,
            native,
            bound: bound.get(),
            progress: crew.progress,
            failed: AtomicU64::new(u64::MAX),
        })
    }

    /// All elements that go in.
    pub(super) fn view(&self) -> &'a View {
        self.input.view
    }

    /// The most elements of `itemsize` bytes that a worker handles at once.
    pub(super) fn piece(&self, itemsize: usize) -> u64 {
        (self.bound / itemsize.max(1) as u64).max(1)
    }

    /// What the child makes of a chunk.
    pub(super) fn exchange(&self, slab: &Slab) -> Result<Returned> {
        let shape = Shape::new(slab.chunk.view.dims())?;
        let header = match self.exec.format {
            ExecFormat::Raw => Vec::new(),
            ExecFormat::Npy => npy::write(&self.native, &shape, Order::C)?,
        };
        let result = &self.exec.result;
        let (size, nbytes) = (shape.size(), shape.nbytes(result.itemsize())?);
        let elements = if size == 1 { "element" } else { "elements" };
        let env = self.env(slab, &shape);
        let wanted = Wanted { format: self.exec.format, dtype: result, shape, nbytes };
        let expected = Expected { bytes: wanted.bytes(), meaning: format!("{size} {} {elements}", result.name()) };
        let stop = || self.progress.advance(0).err().or_else(|| self.given_up(slab));
        let child = Child { command: self.exec.command, env, timeout: self.exec.timeout, stop: &stop };
        let mut kept = Kept::new(nbytes, self.bound)?;
        child.run(|feed| self.feed(&slab.chunk, &header, feed), &expected, &mut kept)?;
        kept.returned(&wanted)
    }

    /// The same for results that nobody has use for behind a chunk that failed.
    pub(super) fn wanted(&self, slab: &Slab) -> Result<Returned> {
        let returned = self.exchange(slab)?;
        self.given_up(slab).map_or(Ok(returned), Err)
    }

    fn env(&self, slab: &Slab, shape: &Shape) -> Vec<(&'a str, String)> {
        vec![
            ("RMM_CHUNK", slab.number.to_string()),
            ("RMM_AXIS", slab.axis.to_string()),
            ("RMM_START", slab.start.to_string()),
            ("RMM_STOP", slab.stop.to_string()),
            ("RMM_SHAPE", shape.to_string()),
            ("RMM_DTYPE", self.native.to_string()),
        ]
    }

    /// Writes the elements of a chunk to its child, in C order and native byte order.
    fn feed(&self, chunk: &Chunk, header: &[u8], feed: &mut dyn Write) -> Result<()> {
        let failed = |error| Error::stream("cannot feed the child", error);
        feed.write_all(header).map_err(failed)?;
        let mut reader = self.input.bytes.reader();
        let (mut items, mut converted) = (Vec::new(), Vec::new());
        for piece in chunk.view.chunks(self.piece(self.native.itemsize())) {
            items.resize(piece.view.nbytes() as usize, 0);
            reader.read_runs(&mut piece.view.runs(), &mut items)?;
            let native = self.to_native.apply(&mut items, &mut converted).expect("only the byte order differs");
            feed.write_all(native).map_err(failed)?;
        }
        Ok(())
    }

    /// Why a chunk need not go on: nothing behind one that failed is of use. What is said here is never reported, as the
    /// error of the first chunk is.
    pub(super) fn given_up(&self, slab: &Slab) -> Option<Error> {
        let failed = self.failed.load(Ordering::Relaxed);
        (failed < slab.number).then(|| Error::new(ErrorKind::Child, format!("given up, as chunk {failed} failed")))
    }

    /// Lets the children of the chunks behind this one end.
    pub(super) fn give_up_behind(&self, number: u64) {
        self.failed.fetch_min(number, Ordering::Relaxed);
    }

    /// Takes note of a failure and says which chunk it is about.
    pub(super) fn settle(&self, slab: &Slab, outcome: Result<()>) -> Result<()> {
        outcome.map_err(|error| {
            self.give_up_behind(slab.number);
            error.within(&slab.name)
        })
    }
}
