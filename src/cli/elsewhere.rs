//! Results on their way elsewhere: to a stream or a new file, at once or by a job that can be resumed.

use std::io::Write;
use std::path::Path;

use super::args::{Destination, WriteArgs};
use super::edit::EditArgs;
use super::journal::Job;
use super::nothing::note_result;
use super::output::{Outcome, OutputArgs, Wanted, refuse_own_input};
use super::partial::{self, File, Make};
use super::signals;
use super::ui::Ui;
use crate::array::{Array, NewArray};
use crate::cast::Overflow;
use crate::error::Result;
use crate::job::Emit;
use crate::sink::{Layout, OutputFormat, Sink};
use crate::spec::ArraySpec;
use crate::view::tuple;

/// Results in a dtype of their own, with the shape of what they are computed for.
pub(super) trait Elsewhere: Make {
    /// The array that they are computed from.
    fn x(&self) -> &Array;

    /// What a new array of them is: in C order, from the first byte on.
    ///
    /// # Errors
    /// Usage, where it has more elements than can be counted.
    fn spec(&self) -> Result<ArraySpec>;

    /// Hands them on in C order.
    ///
    /// # Errors
    /// What the job fails with.
    fn stream(&self, sink: &Sink, emit: &mut Emit<'_>, ui: &Ui) -> Result<()>;

    /// Stores them in a new array.
    ///
    /// # Errors
    /// What the job fails with.
    fn store_in(&self, target: &Array, ui: &Ui) -> Result<()>;
}

/// Writes the results where they belong.
///
/// # Errors
/// Usage for what cannot be written so, before anything is; io; what the job fails with.
pub(super) fn write(results: &dyn Elsewhere, output: &OutputArgs, write: &WriteArgs, ui: &Ui) -> Result<()> {
    let (format, describe, spec) = (output.format()?, output.describe()?, results.spec()?);
    if format == OutputFormat::Table {
        spec.shape.nbytes(spec.dtype.itemsize())?;
        let spooled = Array::spooled(&spec, "computed")?;
        results.store_in(&spooled, ui)?;
        let ArraySpec { dtype, shape, order, .. } = spec;
        let wanted = Wanted { dtype: dtype.clone(), overflow: Overflow::Error, shape, order, name: None };
        return output.write(&Outcome { array: &spooled, view: spooled.view(), dtype, wanted }, write, ui);
    }
    output.refuse_terminal(format)?;
    note_result(spec.shape.dims(), ui);
    let layout = Layout { dtype: spec.dtype.clone(), shape: spec.shape.clone(), order: spec.order };
    let sink = Sink::new(format, &layout, &output.style(0, None))?;
    let Destination::File(path) = output.destination() else {
        refuse_own_input(results.x())?;
        return results.stream(&sink, &mut |bytes| ui.data(bytes), ui);
    };
    signals::heed_before(&path);
    let new = NewArray::begin(&path, spec, format.container(), describe, write.replace())?;
    let new = new.treated_like(results.x().mapping());
    signals::heed();
    if format.is_binary() && !new.file().is_direct() {
        let array = new.array()?;
        // Fresh blocks in one piece; a file system that cannot do this grows the file as it is written.
        let _ = new.reserve();
        results.store_in(&array, ui)?;
    } else {
        let mut file = new.file().file();
        results.stream(&sink, &mut |bytes| file.write_all(bytes).map_err(|error| new.file().unwritten(error)), ui)?;
    }
    signals::check()?;
    new.commit(write.sync())
}

/// Makes a file of the results that is kept until it is whole, or goes on with it.
///
/// # Errors
/// As [`partial::make`].
pub(super) fn make(results: &dyn Elsewhere, out: &Path, args: &EditArgs, job: Job<'_>, ui: &Ui) -> Result<()> {
    let (format, describe, spec) = (args.output.format()?, args.output.describe()?, results.spec()?);
    note_result(spec.shape.dims(), ui);
    let said = format!("{} {} {:?}", spec.dtype, tuple(spec.shape.dims()), format.container());
    let operation = partial::checksum(job.operation, &results.inputs(), said.as_bytes())?;
    let new = || {
        let (spec, replace) = (spec.clone(), args.write.replace());
        let new = NewArray::resumable(out, spec, format.container(), describe, replace)?;
        Ok(new.treated_like(results.x().mapping()))
    };
    let complete = |sync| NewArray::complete(out, spec.clone(), format.container(), describe, sync);
    let file = File { out, spec: &spec, begin: &new, complete: &complete };
    partial::make(&file, &Job { operation, ..job }, results, ui)
}
