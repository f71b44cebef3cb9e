//! A result on its way out of a job: what stands before the elements, the elements in their order, what stands behind.
//!
//! What stands before them may be as long as any result: the lines of 2^40 rows without elements, a header that names
//! every column. So it passes through in pieces, too.

use std::io::{self, BufWriter, Write};

use crate::error::{Error, Result};
use crate::sink::{Sink, Stream};

/// Where the bytes of a result go, one block after the other.
pub type Emit<'a> = dyn FnMut(&[u8]) -> Result<()> + Send + 'a;

/// What one worker at a time has.
pub(super) struct Delivery<'d, 'e> {
    emit: &'d mut Emit<'e>,
    sink: &'d Sink,
    stream: Stream<'d>,
    text: Vec<u8>,
}

impl<'d, 'e> Delivery<'d, 'e> {
    /// Writes what stands before the first element.
    pub(super) fn begin(sink: &'d Sink, emit: &'d mut Emit<'e>) -> Result<Self> {
        pass(emit, |out| sink.begin(out))?;
        Ok(Self { emit, sink, stream: Stream::new(sink), text: Vec::new() })
    }

    /// Writes the text of so many elements that stand alone.
    pub(super) fn text(&mut self, text: &[u8], count: u64) -> Result<()> {
        self.stream.pass(count);
        (self.emit)(text)
    }

    /// Writes the next elements through the sink.
    pub(super) fn items(&mut self, items: &[u8]) -> Result<()> {
        self.text.clear();
        self.stream.write(items, &mut self.text);
        (self.emit)(&self.text)
    }

    /// Writes what stands behind the last element.
    pub(super) fn end(self) -> Result<()> {
        pass(self.emit, |out| self.sink.end(out))
    }
}

/// Emits what `write` writes, block by block.
fn pass(emit: &mut Emit<'_>, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let mut out = BufWriter::new(Pass { emit, failure: None });
    let done = write(&mut out).and_then(|()| out.flush());
    let (Pass { failure, .. }, _) = out.into_parts();
    match failure {
        Some(error) => Err(error),
        None => done.map_err(|error| Error::io("cannot write", error)),
    }
}

/// Keeps the error of `emit`, which says more than one of `io`.
struct Pass<'d, 'e> {
    emit: &'d mut Emit<'e>,
    failure: Option<Error>,
}

impl Write for Pass<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.emit)(bytes).map(|()| bytes.len()).map_err(|error| {
            self.failure = Some(error);
            io::ErrorKind::Other.into()
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::{DType, Number};
    use crate::shape::{Order, Shape};
    use crate::sink::{Layout, OutputFormat, Style};

    fn hollow(rows: u64) -> Sink {
        let shape = Shape::new([rows, 0]).expect("small");
        let layout = Layout { dtype: DType::native(Number::UInt8), shape, order: Order::C };
        Sink::new(OutputFormat::Tsv, &layout, &Style::default()).expect("a format for it")
    }

    #[test]
    fn rows_without_elements_pass_through_in_pieces() {
        let (mut lines, mut longest) = (0, 0);
        let mut emit = |bytes: &[u8]| {
            (lines, longest) = (lines + bytes.len(), longest.max(bytes.len()));
            Ok(())
        };
        Delivery::begin(&hollow(100_000), &mut emit).and_then(Delivery::end).expect("nothing fails");
        assert_eq!(lines, 100_000);
        assert!(longest < 100_000, "{longest}");
    }

    #[test]
    fn the_first_failure_ends_it_and_is_told() {
        let mut calls = 0;
        let mut emit = |_: &[u8]| {
            calls += 1;
            Err(Error::usage("enough"))
        };
        let error = Delivery::begin(&hollow(1 << 60), &mut emit).err().expect("it fails");
        assert_eq!((error.message(), calls), ("enough", 1));
    }
}
