//! Arrays that come through a pipe and go on as they come, in constant memory and without a file in between.

use std::io::Write;

use super::args::{Destination, WriteArgs};
use super::nothing::note_result;
use super::output::OutputArgs;
use super::select::Described;
use super::signals;
use super::ui::Ui;
use crate::array::{AlongRows, Array, Describe, Incoming, NewArray};
use crate::dtype::DType;
use crate::error::{At, Error, Result};
use crate::index::Reach;
use crate::job::Emit;
use crate::job::copy::{self as job, Flowed, emit_incoming, emit_values};
use crate::job::values::Values;
use crate::mapping::{Stream, give_up};
use crate::shape::{Order, Shape};
use crate::sink::{Layout, OutputFormat, Sink};
use crate::source::Tape;
use crate::source::inflow::comes_in_order;
use crate::spec::ArraySpec;
use crate::view::View;

/// How long a result is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// As its shape says.
    Known,
    /// As long as rows come; its shape has the longest first axis that there could be.
    Open,
}

/// How long the result is that is made of what `view` selects of an array that comes; `None` where the array has to lie
/// in a file first.
pub(super) fn extent(incoming: &Incoming, reach: Reach, view: &View) -> Option<Extent> {
    if !comes_in_order(view) || view.item().size() == 0 {
        return None;
    }
    match (incoming.is_open(), reach) {
        (true, Reach::FromEnd) => None,
        (true, Reach::Open) => Some(Extent::Open),
        _ => Some(Extent::Known),
    }
}

/// The array in a file, where it cannot be dealt with as it comes.
///
/// # Errors
/// As [`Incoming::spooled`].
pub(super) fn set_down(incoming: Incoming, ui: &Ui) -> Result<Option<Array>> {
    Ok(Some(incoming.spooled()?.shared_by(ui.threads())))
}

/// What becomes of an array that comes.
pub(super) struct Flow<'a> {
    /// The array, of which `values` are made while it is on the tape.
    pub(super) incoming: Incoming,
    pub(super) tape: &'a Tape,
    pub(super) values: &'a dyn Values,
    /// The elements that are read.
    pub(super) view: View,
    /// The type of the result, in the byte order in which it is written.
    pub(super) dtype: DType,
    /// The shape of the result.
    pub(super) shape: Shape,
    /// What values of one column are called, where they have a name.
    pub(super) name: Option<&'a str>,
    pub(super) extent: Extent,
    /// Whether the selection fits an array that turns out to be this one.
    pub(super) fits: &'a dyn Fn(Described<'_>) -> Result<()>,
}

impl OutputArgs {
    /// Whether a result of this extent can be written as it comes, by its format.
    pub(super) fn takes(&self, extent: Extent) -> Result<bool> {
        let is_described = self.describe()? == Describe::Always;
        Ok(match self.format()? {
            _ if is_described && extent == Extent::Open => false,
            OutputFormat::Table => false,
            // What stands in front tells how long they are.
            OutputFormat::Npy | OutputFormat::Hex => extent == Extent::Known,
            _ => true,
        })
    }
}

impl Flow<'_> {
    /// Writes the result where it belongs.
    ///
    /// # Errors
    /// Usage and corrupt, where the stream is shorter or longer than the array: all but its last MiB may have gone to
    /// standard output by then, and no file is made. Io, and casts that fail.
    pub(super) fn write(self, output: &OutputArgs, write: &WriteArgs, ui: &Ui) -> Result<()> {
        let (format, describe) = (output.format()?, output.describe()?);
        output.refuse_terminal(format)?;
        let sink = self.sink(output, format, self.shape.clone())?;
        let Destination::File(path) = output.destination() else {
            Stream::Stdout.check().map_err(|error| Error::io("cannot write", error).at("stdout"))?;
            return self.pass(output, &sink, &mut |bytes| ui.data(bytes), ui);
        };
        signals::heed_before(&path);
        let spec = ArraySpec { dtype: self.dtype.clone(), shape: self.shape.clone(), order: Order::C, offset: 0 };
        let new = NewArray::begin(&path, spec, format.container(), describe, write.replace())?;
        signals::heed();
        let mut file = new.file().file();
        let cache = self.incoming.cache();
        self.pass(output, &sink, &mut |bytes| file.write_all(bytes).map_err(|error| new.file().unwritten(error)), ui)?;
        if !new.file().is_direct() {
            give_up(file, cache).at(new.file().target())?;
        }
        signals::check()?;
        new.commit(write.sync())
    }

    fn sink(&self, output: &OutputArgs, format: OutputFormat, shape: Shape) -> Result<Sink> {
        let base = self.view.contiguous().map_or(0, |(offset, _)| offset);
        let layout = Layout { dtype: self.dtype.clone(), shape, order: Order::C };
        Sink::new(format, &layout, &output.style(base, self.name))
    }

    fn pass(self, output: &OutputArgs, sink: &Sink, emit: &mut Emit<'_>, ui: &Ui) -> Result<()> {
        let open = self.extent == Extent::Open;
        // Where no row comes, the result has none.
        let (shape, none) = if open {
            (Shape::new([&[0], &self.shape.dims()[1..]].concat())?, self.view.narrowed(0, 0, 0))
        } else {
            (self.shape.clone(), self.view.clone())
        };
        let empty = self.sink(output, output.format()?, shape.clone())?;
        let Self { incoming, tape, values, view, fits, .. } = self;
        let progress = ui.progress(if open { 0 } else { view.nbytes() });
        let path = incoming.name().to_path_buf();
        let (mut inflow, expected) = incoming.begin(view, if open { AlongRows::Yes } else { AlongRows::No })?;
        let judge = |seen| expected.found(seen).and_then(|found| fits(Described { spec: &found, path: &path }));
        let incoming = job::Incoming { inflow: &mut inflow, tape, judge: &judge };
        let flowed = emit_incoming(values, incoming, sink, emit, ui.crew(&progress))?;
        if flowed == Flowed::Nothing {
            note_result(shape.dims(), ui);
            emit_values(values, &none, &empty, emit, ui.crew(&progress))?;
        }
        Ok(())
    }
}
