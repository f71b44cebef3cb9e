//! Jobs with `-o` that can be resumed: their results lie in `OUT.rmm-part` until all are there.
//!
//! ```text
//!   OUT.rmm-part ─► its journal ─► every block ─► receipt ─► OUT.rmm-part is called OUT ─► no journal
//! ```
//!
//! Wherever such a job ends, what is there says how to go on: a partial file without a journal holds nothing, and a
//! journal without a partial file is that of a job that was done.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::ended::Kept;
use super::journal::{Job, foreign_receipt};
use super::signals;
use super::ui::Ui;
use crate::array::{Array, NewArray};
use crate::error::{At, Error, ErrorKind, Result};
use crate::escape::path_text;
use crate::job::resumable::{Operation, Receipt, Resumable, Unfinished};
use crate::journal::{Checksum, Checksummer};
use crate::mapping::{Identity, Mapping, Mode, Partial, Sync, born, discarding, journal_path, partial_path};

/// Something that is computed into a new array, and can be resumed.
pub(super) trait Make {
    /// The arrays that it is computed from.
    fn inputs(&self) -> Vec<&Mapping>;

    /// Begins a job that stores in the array.
    fn begin(&self, target: &Array, operation: Operation, ui: &Ui) -> Result<Resumable>;

    /// Stores what is left, by way of a journal.
    fn go_on(&self, target: &Array, job: &Resumable, ui: &Ui) -> Result<()>;
}

/// What a job with these options makes of its inputs, and where: arrays that were stored in since are others.
pub(super) fn checksum(operation: Checksum, inputs: &[&Mapping], out: &[u8]) -> Result<Checksum> {
    let sum = Checksummer::default().with("output").with(operation.0.to_le_bytes()).with(out);
    let sum = inputs.iter().try_fold(sum, |sum, input| Ok(sum.with_numbers(&state(input)?)));
    sum.map(|sum: Checksummer| sum.checksum())
}

/// What is another where an input is another, or has been stored in: its number and length, when it was made and when it
/// was changed. Not its device, which may have another number when the system is started again.
pub(super) fn state(input: &Mapping) -> Result<[u64; 5]> {
    let metadata = input.file().metadata().map_err(|error| Error::io("cannot examine", error)).at(input.path())?;
    let [seconds, nanoseconds] = [metadata.mtime(), metadata.mtime_nsec()].map(i64::cast_unsigned);
    Ok([metadata.ino(), input.len(), born(input.file()), seconds, nanoseconds])
}

/// Makes `out`, or goes on making it. `new` begins the array, or finds what is there of it.
///
/// # Errors
/// Usage, where `out` is there, or is one of the inputs; busy, where another job makes it; corrupt, where its journal is
/// not to be trusted; what the job itself fails with, and then what is done is said.
pub(super) fn make(
    out: &Path,
    job: &Job<'_>,
    new: &dyn Fn() -> Result<NewArray>,
    maker: &dyn Make,
    ui: &Ui,
) -> Result<()> {
    let found = out.metadata().ok().map(|metadata| Identity::from_metadata(&metadata));
    if found.is_some_and(|found| maker.inputs().iter().any(|input| input.identity() == found)) {
        let error = Error::usage("is both input and output, and a job that is resumed needs its input once more");
        return Err(error.at(out).hint("-i computes in place, by way of a journal"));
    }
    signals::heed();
    let part = partial_path(out)?;
    if !exists(&part) && exists(&journal_path(&part)?) {
        remove(&journal_path(&part)?)?;
    }
    if let Some(path) = job.args.receipt.as_deref() {
        Receipt::refuse_names_around(path, out)?;
    }
    let receipt = job.receipt()?;
    if let Some((path, receipt)) = receipt.as_ref()
        && !exists(&part)
    {
        return certified(path, receipt, out, job);
    }
    if exists(&part) && !job.args.resume {
        let found = Partial::open(out)?.map(|found| unfinished(&found.mapping()?, out)).transpose()?.flatten();
        if let Some(other) = found {
            return Err(refusal(other, out));
        }
    }
    if let Some(path) = job.args.receipt.as_deref() {
        Receipt::prepare(path)?;
    }
    let new = new()?;
    let unfinished = unfinished(&new.file().found()?, out)?;
    if unfinished.is_none() && new.spec().shape.size() == 0 {
        return make_empty(new, job, receipt.as_ref());
    }
    if let Some((path, receipt)) = receipt
        && unfinished.as_ref().is_none_or(|unfinished| unfinished.job() != receipt.job)
    {
        return Err(foreign_receipt(path));
    }
    if let Some(other) = unfinished.as_ref().filter(|unfinished| !unfinished.is_of(job.operation)) {
        let message = "is being made by a job that is unfinished: another one, or its input has changed since";
        return Err(Error::new(ErrorKind::Busy, message)
            .at(out)
            .whole_hint(other.resuming())
            .whole_hint(discarding(out)));
    }
    let (target, resumable) = match unfinished {
        Some(unfinished) => {
            // Refused, it leaves everything as it is.
            let resumable = Resumable::resume(unfinished, job.operation(out)?)?;
            (new.array()?, resumable)
        }
        None => begin(&new, (job, out), maker, ui).inspect_err(|_| {
            let _ = std::fs::remove_file(&part);
        })?,
    };
    let kept = Kept::Partial { out, part: &part };
    let _last = kept.last_words(&resumable);
    job.note_sync(&resumable, out, ui);
    let sync = resumable.sync();
    let done = maker.go_on(&target, &resumable, ui).and_then(|()| target.mapping().finish_writing(sync));
    done.and_then(|()| resumable.certify()).map_err(|error| kept.of(error, &resumable))?;
    new.commit(sync)?;
    resumable.forget()
}

/// Makes an array of no elements, which needs no journal: a partial file without one holds nothing, here as elsewhere.
fn make_empty(new: NewArray, job: &Job<'_>, receipt: Option<&(&Path, Receipt)>) -> Result<()> {
    let part = new.file().path().to_path_buf();
    if let Some((path, receipt)) = receipt
        && !receipt.is_of(job.operation, &new.file().found()?)
    {
        return Err(foreign_receipt(path));
    }
    let made = new.array().and_then(|target| {
        // One that is there was written before a kill that kept the file from its name.
        if receipt.is_none() {
            job.certify_nothing(target.mapping())?;
        }
        target.mapping().finish_writing(job.sync)
    });
    made.inspect_err(|_| {
        let _ = std::fs::remove_file(&part);
    })?;
    new.commit(job.sync)
}

fn unfinished(part: &Mapping, out: &Path) -> Result<Option<Unfinished>> {
    Unfinished::of(part).map_err(|error| error.with_hints(Vec::new()).whole_hint(discarding(out)))
}

/// Why nobody else may make `out`.
fn refusal(other: Unfinished, out: &Path) -> Error {
    let resuming = other.resuming();
    match other.count() {
        Ok((done, blocks)) => {
            let message = format!("is being made by an unfinished job, {done} of {blocks} chunks are computed");
            Error::new(ErrorKind::Busy, message).at(out).whole_hint(resuming).whole_hint(discarding(out))
        }
        Err(error) => error,
    }
}

fn begin(new: &NewArray, (job, out): (&Job<'_>, &Path), maker: &dyn Make, ui: &Ui) -> Result<(Array, Resumable)> {
    let target = new.array()?;
    // Fresh blocks in one piece; a file system that cannot do this grows the file as it is written.
    let _ = new.reserve();
    // A journal that outlives the system belongs to a file that does.
    new.file().flush(job.sync)?;
    let resumable = maker.begin(&target, job.operation(out)?, ui);
    let resumable = resumable.map_err(|error| job.unkept(error, target.path(), ""))?;
    Ok((target, resumable))
}

/// A job whose receipt is there is done, if what it made is there.
fn certified(path: &Path, receipt: &Receipt, out: &Path, job: &Job<'_>) -> Result<()> {
    let made = Mapping::open(out, Mode::Read).ok().filter(|made| receipt.is_of(job.operation, made));
    if made.is_none() {
        return Err(foreign_receipt(path).followed_by("or what it made has changed"));
    }
    if job.sync == Sync::Yes { receipt.write(path, job.sync) } else { Ok(()) }
}

/// Gives up the unfinished job that makes `out`; false where there is none.
///
/// # Errors
/// Busy, where it runs; corrupt, where something else has the name of its partial file; io.
pub(super) fn discard(out: &Path, ui: &Ui) -> Result<bool> {
    let Some(part) = Partial::open(out)? else { return Ok(false) };
    let left = match Unfinished::of(&part.mapping()?).and_then(|left| left.map(Unfinished::left).transpose()) {
        Ok(Some((unfinished, left))) => unfinished.conclude(Sync::No).map(|()| left.given_up())?,
        Ok(None) => "nothing is done".to_owned(),
        Err(error) if error.kind() == ErrorKind::Corrupt => {
            remove(&journal_path(&partial_path(out)?)?)?;
            format!("{error}; which part was done is not known")
        }
        Err(error) => return Err(error),
    };
    part.remove()?;
    ui.note(&format!("{}: the job that makes it is given up; {left}", path_text(out)));
    Ok(true)
}

fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("cannot remove", error).at(path)),
        _ => Ok(()),
    }
}
