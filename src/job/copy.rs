//! Copying the elements of a view to a stream, in C order: read by runs, converted, formatted, delivered.

use std::sync::Mutex;

use super::delivery::{Delivery, Emit};
use super::values::{Elements, Make, Values};
use super::{Crew, Worker};
use crate::cast::Conversion;
use crate::error::Result;
use crate::plan::Chunk;
use crate::sink::{Cutting, Sink};
use crate::source::Readable;
use crate::view::View;

/// Bytes of a block of elements, small enough that its text stays in the cache too.
const BLOCK: u64 = 256 << 10;
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
    let block = if view.goes_forward() { BLOCK } else { (CROSSING_BLOCKS / crew.threads as u64).max(BLOCK) };
    let mut emit = |bytes: &[u8]| {
        // What stands before the elements may be endless, too.
        crew.progress.advance(0)?;
        emit(bytes)
    };
    let delivery = Mutex::new(Delivery::begin(sink, &mut emit)?);
    // What is made may be many times as long as what is read, and the other way round.
    let longest = view.item().size().max(values.itemsize()).max(sink.itemsize()).max(1);
    crew.run(view.chunks((block / longest as u64).max(1)), &|| {
        Ok(Box::new(Copy { maker: values.maker(), sink, delivery: &delivery, text: Vec::new() }))
    })?;
    delivery.into_inner().expect("a worker that panics ends the job").end()
}

struct Copy<'a, 'd, 'e> {
    maker: Box<dyn Make + 'a>,
    sink: &'a Sink,
    delivery: &'a Mutex<Delivery<'d, 'e>>,
    /// The text of a chunk, or its items where they are written as they are.
    text: Vec<u8>,
}

impl Worker for Copy<'_, '_, '_> {
    fn work(&mut self, chunk: &Chunk) -> Result<()> {
        let items = self.maker.items(chunk)?;
        self.text.clear();
        match self.sink.cutting() {
            Cutting::Anywhere => self.sink.items(chunk.rank, items, &mut self.text),
            Cutting::AtLines | Cutting::Verbatim => self.text.extend_from_slice(items),
        }
        Ok(())
    }

    fn deliver(&mut self, _chunk: &Chunk) -> Result<()> {
        let mut delivery = self.delivery.lock().expect("a worker that panics ends the job");
        match self.sink.cutting() {
            Cutting::Anywhere | Cutting::Verbatim => delivery.bytes(&self.text),
            Cutting::AtLines => delivery.items(&self.text),
        }
    }
}
