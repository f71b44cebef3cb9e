//! One thread's way through the elements: registers, a cursor for each input, and the scratch between them.

use super::{Computed, Source, indices};
use crate::dtype::ByteSwap;
use crate::error::{Error, Result};
use crate::expr::{Feed, Registers, Stop};
use crate::job::{misfit_at, place_of};
use crate::mapping::{Identity, Writer};
use crate::plan::{Chunk, Cursor, Run, Walk};
use crate::source::ReadRuns;
use crate::view::{Axis, View};

/// The views of a computation in the order in which it goes through its elements.
pub(super) struct Walked {
    pub(super) walk: Walk,
    inputs: Vec<View>,
    /// Which inputs lie so that this way would jump through their pages: they are read a chunk at a time.
    staged: Vec<bool>,
    ranks: View,
    dims: Vec<u64>,
}

impl Walked {
    pub(super) fn new(computed: &Computed<'_>, walk: Walk) -> Self {
        let inputs: Vec<View> = computed.inputs.iter().map(|input| walk.through(&input.view)).collect();
        let ranks = walk.through(&computed.ranks);
        let staged = inputs.iter().map(|view| !steps_forward(view)).collect();
        Self { staged, inputs, dims: ranks.dims(), ranks, walk }
    }

    /// The elements of each input.
    pub(super) fn inputs(&self) -> &[View] {
        &self.inputs
    }

    /// The bytes of all inputs, for each element, that are read a chunk at a time.
    pub(super) fn staged_bytes(&self) -> usize {
        self.inputs.iter().zip(&self.staged).filter(|(_, staged)| **staged).map(|(view, _)| view.item().size()).sum()
    }

    /// Where an element of the chunk is in the selection, for the beginning of a message.
    fn place(&self, rank: u64, chunk: &Chunk) -> String {
        place_of(&self.walk.position(&chunk.start, rank, &chunk.view.dims(), &self.dims))
    }
}

/// Whether C order goes through a view without coming back to a page that it has left, repetitions of single elements
/// and rows aside.
fn steps_forward(view: &View) -> bool {
    let steps = view.axes().iter().filter(|axis| axis.len() > 1 && axis.stride() != 0);
    steps.map(|axis: &Axis| axis.stride().unsigned_abs()).is_sorted_by(|outer, inner| outer >= inner)
}

/// Where the elements of an input come from while a chunk is gone through.
enum Supply {
    Cursor(Cursor),
    /// All elements of the chunk, and how many bytes have been used.
    Staged(Vec<u8>, usize),
}

/// One thread's registers and scratch.
pub(super) struct Lane<'c, 'a> {
    computed: &'c Computed<'a>,
    registers: Registers,
    /// `None` for inputs that lie in the file that is edited, which are read through the window they are stored through.
    readers: Vec<Option<Box<dyn ReadRuns + 'c>>>,
    supplies: Vec<Supply>,
    /// The ranks of the elements in front.
    ranks: Option<Cursor>,
    /// Those of the block, where they have been asked for.
    ranked: Vec<Run>,
    /// Elements of the chunk that are done.
    done: u64,
    converted: Vec<u8>,
}

impl<'c, 'a> Lane<'c, 'a> {
    /// Inputs in the file `own` are read through the writer that [`Lane::begin`] and [`Lane::next_block`] get.
    pub(super) fn new(computed: &'c Computed<'a>, own: Option<Identity>) -> Self {
        let is_own = |input: &Source<'_>| input.file.is_some() && input.file == own;
        let reader = |input: &'c Source<'a>| (!is_own(input)).then(|| input.bytes.reader());
        Self {
            computed,
            registers: computed.program.registers(),
            readers: computed.inputs.iter().map(reader).collect(),
            supplies: Vec::new(),
            ranks: None,
            ranked: Vec::new(),
            done: 0,
            converted: Vec::new(),
        }
    }

    /// Goes to the beginning of a chunk.
    ///
    /// # Errors
    /// Where elements cannot be read.
    pub(super) fn begin(&mut self, walked: &Walked, chunk: &Chunk, mut own: Option<&mut Writer<'_>>) -> Result<()> {
        self.supplies.resize_with(walked.inputs.len(), || Supply::Staged(Vec::new(), 0));
        for (nth, (view, supply)) in walked.inputs.iter().zip(&mut self.supplies).enumerate() {
            let view = chunk.of(view);
            if !walked.staged[nth] {
                *supply = Supply::Cursor(Cursor::new(&view));
                continue;
            }
            let mut items = match supply {
                Supply::Staged(items, _) => std::mem::take(items),
                Supply::Cursor(_) => Vec::new(),
            };
            items.resize(view.nbytes() as usize, 0);
            source(&mut self.readers[nth], &mut own).read_runs(&mut view.runs(), &mut items)?;
            *supply = Supply::Staged(items, 0);
        }
        self.ranks = (!self.computed.program.axes().is_empty()).then(|| Cursor::new(&chunk.of(&walked.ranks)));
        self.done = 0;
        Ok(())
    }

    /// Goes past the next block of the chunk without computing it; the number of its elements, 0 behind the last.
    pub(super) fn skip_block(&mut self, chunk: &Chunk) -> usize {
        let len = (self.computed.program.block_len() as u64).min(chunk.view.size() - self.done) as usize;
        for (supply, input) in self.supplies.iter_mut().zip(&self.computed.inputs) {
            match supply {
                Supply::Cursor(cursor) => cursor.take(len).for_each(drop),
                Supply::Staged(_, used) => *used += len * input.view.item().size(),
            }
        }
        if let Some(ranks) = &mut self.ranks {
            ranks.take(len).for_each(drop);
        }
        self.done += len as u64;
        len
    }

    /// Computes the next block of the chunk: its elements, packed, as the target holds them; `None` behind the last.
    ///
    /// # Errors
    /// The first element that has no result or does not fit, with its place; elements that cannot be read.
    pub(super) fn next_block(
        &mut self,
        walked: &Walked,
        chunk: &Chunk,
        own: Option<&mut Writer<'_>>,
    ) -> Result<Option<&[u8]>> {
        let len = (self.computed.program.block_len() as u64).min(chunk.view.size() - self.done) as usize;
        if len == 0 {
            return Ok(None);
        }
        let first = self.done;
        self.done += len as u64;
        self.ranked.clear();
        let Self { computed, registers, readers, supplies, ranks, ranked, converted, .. } = self;
        let mut loader = Loader { computed, readers, supplies, ranks, ranked, own, len, hinted: 0.0 };
        let items = computed.program.run_block(registers, &mut loader, len).map_err(|stop| match stop {
            Stop::Undefined(undefined) => {
                Error::usage(format!("{}{undefined}", walked.place(first + undefined.item as u64, chunk)))
            }
            Stop::Feed(error) => error,
        })?;
        let converted = computed.convert.apply(items, converted);
        converted.map(Some).map_err(|misfit| misfit_at(&misfit, &walked.place(first + misfit.item as u64, chunk)))
    }
}

/// What an input is read with.
fn source<'r>(
    reader: &'r mut Option<Box<dyn ReadRuns + '_>>,
    own: &'r mut Option<&mut Writer<'_>>,
) -> &'r mut dyn ReadRuns {
    match (reader, own) {
        (Some(reader), _) => &mut **reader,
        (None, Some(writer)) => &mut **writer,
        (None, None) => unreachable!("whoever has its own file read through a writer brings it"),
    }
}

/// The elements of one block on their way into registers.
struct Loader<'l, 'c, 'a, 'w> {
    computed: &'l Computed<'a>,
    readers: &'l mut Vec<Option<Box<dyn ReadRuns + 'c>>>,
    supplies: &'l mut Vec<Supply>,
    ranks: &'l mut Option<Cursor>,
    ranked: &'l mut Vec<Run>,
    own: Option<&'l mut Writer<'w>>,
    len: usize,
    /// How much of the next block has been asked for.
    hinted: f64,
}

impl Feed for Loader<'_, '_, '_, '_> {
    fn load(&mut self, input: usize, items: &mut [u8]) -> Result<()> {
        match &mut self.supplies[input] {
            Supply::Cursor(cursor) => {
                source(&mut self.readers[input], &mut self.own).read_runs(&mut cursor.take(self.len), items)?;
            }
            Supply::Staged(all, used) => {
                items.copy_from_slice(&all[*used..*used + items.len()]);
                *used += items.len();
            }
        }
        if let Some(swap) = &self.computed.inputs[input].swap {
            ByteSwap::apply(swap, items);
        }
        Ok(())
    }

    fn index(&mut self, axis: usize, out: &mut [i64]) -> Result<()> {
        let dims = &self.computed.dims;
        if self.ranked.is_empty() {
            let ranks = self.ranks.as_mut().expect("whoever names coordinates has ranks");
            self.ranked.extend(ranks.take(self.len));
        }
        indices::fill(self.ranked, dims[axis + 1..].iter().product(), dims[axis], out);
        Ok(())
    }

    fn ahead(&mut self, share: f64) {
        let from = self.hinted;
        self.hinted += share;
        let Some(writer) = &self.own else { return };
        for (supply, reader) in self.supplies.iter().zip(&*self.readers) {
            if let (Supply::Cursor(cursor), None) = (supply, reader) {
                let (offset, bytes) = cursor.ahead(self.len);
                let part = |share: f64| (bytes as f64 * share) as u64;
                writer.prefetch(offset + part(from), part(self.hinted) - part(from));
            }
        }
    }
}
