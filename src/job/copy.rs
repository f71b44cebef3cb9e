//! Copying the elements of a view to a stream, in C order: read by runs, converted, formatted, delivered.

use std::sync::Mutex;

use super::delivery::{Delivery, Emit};
use super::values::{Elements, Make, Values};
use super::{Crew, Recruit, Worker};
use crate::cast::Conversion;
use crate::error::Result;
use crate::plan::Chunk;
use crate::sink::{Cutting, Sink};
use crate::source::inflow::{Inflow, Seen};
use crate::source::{Readable, Tape};
use crate::view::View;

/// Bytes of a block of elements, small enough that its text stays in the cache too.
const BLOCK: u64 = 256 << 10;
/// Bytes of a block of a short text, so that all threads have a part of it.
const SHORT_BLOCK: u64 = 32 << 10;
/// Bytes of elements whose text is short.
const SHORT: u64 = 4 << 20;
/// Elements whose text takes longer than it takes to start another thread.
const WORTH_A_THREAD: u64 = 1 << 14;
/// Bytes of all blocks together where the result and the file run in different orders: the longer they are, the fewer
/// times each page is touched.
const CROSSING_BLOCKS: u64 = 8 << 20;

/// Writes all elements of `view` through the sink.
///
/// # Errors
/// Where elements cannot be read, do not fit, or `emit` fails.
pub fn copy(
    bytes: &dyn Readable,
    view: &View,
    convert: &Conversion,
    sink: &Sink,
    emit: &mut Emit<'_>,
    crew: Crew<'_>,
) -> Result<()> {
    let elements = Elements { bytes, view: view.clone(), convert: convert.clone() };
    emit_values(&elements, view, sink, emit, crew)
}

/// Writes the values for all elements of `view` through the sink, in its C order.
///
/// # Errors
/// Where a value cannot be made, or `emit` fails.
pub fn emit_values(values: &dyn Values, view: &View, sink: &Sink, emit: &mut Emit<'_>, crew: Crew<'_>) -> Result<()> {
    let is_text = sink.cutting() != Cutting::Verbatim;
    let block = match view.goes_forward() {
        true if is_text && view.nbytes() < SHORT => SHORT_BLOCK,
        true => BLOCK,
        false => (CROSSING_BLOCKS / crew.threads as u64).max(BLOCK),
    };
    let mut emit = |bytes: &[u8]| {
        // What stands before the elements may be endless, too.
        crew.progress.advance(0)?;
        emit(bytes)
    };
    let delivery = Mutex::new(Delivery::begin(sink, &mut emit)?);
    let most = elements_of_a_block(block, view, values, sink);
    let recruit: &Recruit<'_> = &|| Ok(Box::new(Copy::new(values, sink, &delivery)));
    let chunks = view.chunks(most);
    if is_text && view.size() >= WORTH_A_THREAD {
        crew.share(chunks, recruit)?;
    } else {
        crew.run(chunks, recruit)?;
    }
    delivery.into_inner().expect("a worker that panics ends the job").end()
}

/// Whether anything came through a pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flowed {
    /// All that came went through the sink.
    Some,
    /// No element came, and nothing went through the sink, not even what stands before the first.
    Nothing,
}

/// A stream, and where it is while it is dealt with.
pub struct Incoming<'a> {
    /// Its pieces.
    pub inflow: &'a mut Inflow,
    /// Where each of them is in its turn.
    pub tape: &'a Tape,
    /// Judges the stream before its last piece is dealt with: a short one is judged before anything is written.
    pub judge: &'a dyn Fn(Seen) -> Result<()>,
}

/// Writes the values for all elements that come through the sink. They are made of what is on the tape.
///
/// # Errors
/// Where the stream cannot be read or is judged to be wrong, a value cannot be made, or `emit` fails.
pub fn emit_incoming(
    values: &dyn Values,
    incoming: Incoming<'_>,
    sink: &Sink,
    emit: &mut Emit<'_>,
    crew: Crew<'_>,
) -> Result<Flowed> {
    let Incoming { inflow, tape, judge } = incoming;
    let mut told = || crew.progress.advance(0);
    let mut next = || {
        let piece = inflow.next(tape, &mut told)?;
        inflow.seen().map_or(Ok(()), judge).map(|()| piece)
    };
    let Some(mut piece) = next()? else { return Ok(Flowed::Nothing) };
    let delivery = Mutex::new(Delivery::begin(sink, emit)?);
    loop {
        let most = elements_of_a_block(BLOCK, &piece.view, values, sink);
        crew.run(piece.chunks(most), &|| Ok(Box::new(Copy::new(values, sink, &delivery))))?;
        match next()? {
            Some(another) => piece = another,
            None => break,
        }
    }
    delivery.into_inner().expect("a worker that panics ends the job").end()?;
    Ok(Flowed::Some)
}

/// What is made may be many times as long as what is read, and the other way round.
fn elements_of_a_block(block: u64, view: &View, values: &dyn Values, sink: &Sink) -> u64 {
    let longest = view.item().size().max(values.itemsize()).max(sink.itemsize()).max(1);
    (block / longest as u64).max(1)
}

struct Copy<'a, 'd, 'e> {
    maker: Box<dyn Make + 'a>,
    sink: &'a Sink,
    delivery: &'a Mutex<Delivery<'d, 'e>>,
    /// The text of a chunk, or its items where they are written as they are.
    text: Vec<u8>,
}

impl<'a, 'd, 'e> Copy<'a, 'd, 'e> {
    fn new(values: &'a dyn Values, sink: &'a Sink, delivery: &'a Mutex<Delivery<'d, 'e>>) -> Self {
        Self { maker: values.maker(), sink, delivery, text: Vec::new() }
    }
}

impl Worker for Copy<'_, '_, '_> {
    fn work(&mut self, chunk: &Chunk) -> Result<()> {
        let items = self.maker.items(chunk)?;
        self.text.clear();
        if self.sink.cutting() != Cutting::Verbatim && self.sink.stands_alone(chunk.rank, chunk.view.size()) {
            self.sink.items(chunk.rank, items, &mut self.text);
        } else {
            self.text.extend_from_slice(items);
        }
        Ok(())
    }

    fn deliver(&mut self, chunk: &Chunk) -> Result<()> {
        let mut delivery = self.delivery.lock().expect("a worker that panics ends the job");
        let count = chunk.view.size();
        if self.sink.stands_alone(chunk.rank, count) {
            delivery.text(&self.text, count)
        } else {
            // What is left of a line waits for the rest of it.
            delivery.items(&self.text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Silent;
    use super::*;
    use crate::cast::Overflow;
    use crate::dtype::{DType, Number};
    use crate::shape::{Order, Shape};
    use crate::sink::{Layout, OutputFormat, Stream, Style};
    use crate::source::Memory;

    #[test]
    fn lines_that_cannot_be_cut_are_the_same_by_any_threads() {
        let dtype = DType::native(Number::Int16);
        let convert = Conversion::between(&dtype, &dtype, Overflow::Error).expect("the same type");
        // Rows of whole lines, of a part of one, longer than a block, and a single one that ends within a line.
        for dims in [vec![4000, 96], vec![70_001, 3], vec![2, 200_003], vec![300_001]] {
            let shape = Shape::new(&dims[..]).expect("small");
            let memory = Memory((0..shape.size() * 2).map(|byte| (byte * 7) as u8).collect());
            let view = View::of_array(&shape, 2, Order::C, 0);
            let layout = Layout { dtype: dtype.clone(), shape, order: Order::C };
            let sink = Sink::new(OutputFormat::Hex, &layout, &Style::default()).expect("a format for it");
            let mut expected = Vec::new();
            Stream::new(&sink).write(&memory.0, &mut expected);
            for threads in [1, 3] {
                let mut text = Vec::new();
                let mut emit = |bytes: &[u8]| {
                    text.extend_from_slice(bytes);
                    Ok(())
                };
                let crew = Crew { threads, progress: &Silent };
                copy(&memory, &view, &convert, &sink, &mut emit, crew).expect("memory is always there");
                assert!(text == expected, "{dims:?} by {threads} threads");
            }
        }
    }
}
