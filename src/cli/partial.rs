//! Jobs with `-o` that can be resumed: their results lie in `OUT.rmm-part` until all are there.
//!
//! ```text
//!   .OUT.rmm-XXXXXX ─► journal ─► it is called OUT.rmm-part ─► every block ─► it is called OUT ─► sidecar
//!                                                                      no journal ◄─ receipt ◄────┘
//! ```
//!
//! Wherever such a job ends, what is there says how to go on: a journal without a partial file is that of a job which has
//! made OUT and may lack the rest, or of one that was done or had not begun; a partial file without a journal is not ours:
//! nothing happens to it. A receipt is there when OUT is.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::ended::Kept;
use super::journal::{Job, foreign_receipt, typed};
use super::signals;
use super::ui::Ui;
use crate::array::{Array, NewArray};
use crate::error::{At, Error, ErrorKind, Result};
use crate::escape::path_text;
use crate::job::resumable::{Operation, Receipt, Resumable, Unfinished};
use crate::journal::{Checksum, Checksummer};
use crate::mapping::{
    JournalFile, Mapping, Mode, Partial, Sync, born, discarding, flush_named, journal_path, moving_aside, partial_path,
    remove_partial,
};
use crate::spec::ArraySpec;

/// Something that is computed into a new array, and can be resumed.
pub(super) trait Make {
    /// The arrays that it is computed from.
    fn inputs(&self) -> Vec<&Mapping>;

    /// Begins a job that stores in the array.
    fn begin(&self, target: &Array, operation: Operation, ui: &Ui) -> Result<Resumable>;

    /// Stores what is left, by way of a journal.
    fn go_on(&self, target: &Array, job: &Resumable, ui: &Ui) -> Result<()>;
}

/// The file that is made.
pub(super) struct File<'a> {
    /// Its name.
    pub(super) out: &'a Path,
    /// The array in it.
    pub(super) spec: &'a ArraySpec,
    /// Begins it, or finds what is there of it.
    pub(super) begin: &'a dyn Fn() -> Result<NewArray>,
    /// Brings what stands beside it, where it has its name and not that.
    pub(super) complete: &'a dyn Fn(Sync) -> Result<()>,
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

/// Makes a file, or goes on making it.
///
/// # Errors
/// Usage, where the file is there, or is one of the inputs; busy, where another job makes it; corrupt, where its journal is
/// not to be trusted; what the job itself fails with, and then what is done is said.
pub(super) fn make(file: &File<'_>, job: &Job<'_>, maker: &dyn Make, ui: &Ui) -> Result<()> {
    let &File { out, spec, .. } = file;
    if maker.inputs().iter().any(|input| input.is_at(out)) {
        let error = Error::usage("is both input and output, and a job that is resumed needs its input once more");
        return Err(error.at(out).hint("-i computes in place, by way of a journal"));
    }
    signals::heed();
    let part = partial_path(out)?;
    if has_stray(out)? {
        return Err(stray(&part));
    }
    if let Some(path) = job.args.receipt.as_deref() {
        Receipt::refuse_names_around(path, out)?;
    }
    let receipt = job.receipt()?;
    if let Some((path, receipt)) = receipt.as_ref()
        && !exists(&part)
        && !is_to_be_made_again(receipt, out, spec, job)
    {
        certified(path, receipt, out, job)?;
        return clear_orphan(&part);
    }
    if receipt.is_none() && !exists(&part) && is_ended(file, &part, job)? {
        return Ok(());
    }
    if exists(&part) && !job.args.resume {
        let found = Partial::open(out)?.map(|found| unfinished(&found.mapping()?, out)).transpose()?.flatten();
        if let Some(other) = found {
            return Err(refusal(other, job, out));
        }
    }
    if let Some(path) = job.args.receipt.as_deref() {
        Receipt::prepare(path)?;
    }
    let new = (file.begin)()?;
    let unfinished = if new.file().was_found() {
        Some(unfinished(&new.file().found()?, out)?.ok_or_else(|| stray(&part))?)
    } else {
        clear_orphan(&part)?;
        None
    };
    if unfinished.is_none() && new.spec().shape.size() == 0 {
        return make_empty(new, job, receipt.as_ref());
    }
    if let Some((path, receipt)) = receipt
        && unfinished.as_ref().is_none_or(|unfinished| unfinished.job() != receipt.job)
    {
        return Err(foreign_receipt(path));
    }
    if let Some(other) = unfinished.as_ref().filter(|unfinished| !unfinished.is_of(job.operation)) {
        if let Some(error) = changed(other, job, out) {
            return Err(error);
        }
        let message = "is being made by a job that is unfinished: another one, or its input has changed since";
        return Err(Error::new(ErrorKind::Busy, message)
            .at(out)
            .whole_hint(other.resuming())
            .whole_hint(discarding(out)));
    }
    let (new, target, resumable) = if let Some(unfinished) = unfinished {
        // Refused, it leaves everything as it is.
        let resumable = Resumable::resume(unfinished, job.operation(out)?)?;
        let target = new.array()?;
        (new, target, resumable)
    } else {
        let (target, resumable) = begin(&new, (job, out), maker, ui)?;
        let new = new.stay(resumable.sync()).inspect_err(|_| {
            let _ = resumable.forget();
        })?;
        (new, target, resumable)
    };
    let kept = Kept::Partial { out, made: target.mapping() };
    let _last = kept.last_words(&resumable);
    job.note_sync(&resumable, out, ui);
    let sync = resumable.sync();
    let done = maker.go_on(&target, &resumable, ui).and_then(|()| target.mapping().finish_writing(sync));
    done.map_err(|error| kept.of(error, &resumable))?;
    let ended = new.commit(sync).map_err(|error| in_the_way(error, out)).and_then(|()| conclude(&resumable));
    ended.map_err(|error| kept.of_ending(error, &resumable))
}

/// Ends a job whose file is in its place.
fn conclude(resumable: &Resumable) -> Result<()> {
    resumable.certify()?;
    resumable.forget()
}

/// What to do where something has the name of what was made: the same command would not go on as long as it is there.
fn in_the_way(error: Error, out: &Path) -> Error {
    if error.kind() != ErrorKind::Usage {
        return error;
    }
    let aside = moving_aside(error.path().unwrap_or(out));
    error.with_hints(Vec::new()).whole_hint(aside)
}

/// Whether a job had made the file, and was ended by this or another before it could end itself: what may be missing is
/// the sidecar and the receipt.
///
/// # Errors
/// Busy, where it has not been asked to be resumed, or is ending just now; as [`make`].
fn is_ended(file: &File<'_>, part: &Path, job: &Job<'_>) -> Result<bool> {
    let Ok(made) = Mapping::open(file.out, Mode::Read) else { return Ok(false) };
    let Some(unfinished) = Unfinished::of_made(&made, part)?.filter(|found| found.is_of(job.operation)) else {
        return Ok(false);
    };
    // Somebody else may have given the partial file that name.
    let (unfinished, left) = unfinished.left()?;
    if !left.is_all() {
        return Ok(false);
    }
    if !job.args.resume {
        return Err(refusal(unfinished, job, file.out));
    }
    let operation = job.operation(file.out)?;
    // Refused, it leaves everything as it is.
    unfinished.check_operation(&operation)?;
    let sync = unfinished.sync(operation.sync);
    (file.complete)(sync)?;
    flush_named(file.out, sync)?;
    conclude(&Resumable::resume(unfinished, operation)?)?;
    Ok(true)
}

/// Makes an array of no elements, which needs no journal, and so nothing of it stays.
fn make_empty(new: NewArray, job: &Job<'_>, receipt: Option<&(&Path, Receipt)>) -> Result<()> {
    if let Some((path, receipt)) = receipt
        && receipt.operation != job.operation
    {
        return Err(foreign_receipt(path));
    }
    let target = new.array()?;
    target.mapping().finish_writing(job.sync)?;
    // Without a journal nothing else would tell that it was this job which made the file.
    let own = job.receipt_of_nothing(target.mapping())?;
    match &own {
        Some((path, own)) if receipt.is_some() => own.write_again(path, job.sync)?,
        Some((path, own)) => own.write(path, job.sync)?,
        None => {}
    }
    new.commit(job.sync).inspect_err(|_| {
        if let Some((path, own)) = own {
            own.withdraw(path);
        }
    })
}

/// Whether a receipt was written before a kill that kept an array of no elements from its name.
fn is_to_be_made_again(receipt: &Receipt, out: &Path, spec: &ArraySpec, job: &Job<'_>) -> bool {
    spec.shape.size() == 0 && receipt.operation == job.operation && !exists(out)
}

/// Whether a file is called as the partial file of a job that makes `out`, and no journal says that it is.
fn has_stray(out: &Path) -> Result<bool> {
    let journal = journal_path(&partial_path(out)?)?;
    // Twice, as a job may begin meanwhile.
    Ok(!exists(&journal) && Partial::open(out)?.is_some() && !exists(&journal))
}

/// Removes the journal of a partial file that is not there.
fn clear_orphan(part: &Path) -> Result<()> {
    JournalFile::orphan(part)?.map_or(Ok(()), |journal| journal.vanish(Sync::No))
}

fn stray(part: &Path) -> Error {
    let error =
        Error::usage("is there without a journal, so it may be anybody's, and not what a job has made").at(part);
    error.whole_hint(moving_aside(part))
}

fn unfinished(part: &Mapping, out: &Path) -> Result<Option<Unfinished>> {
    Unfinished::of(part).map_err(|error| {
        let error = error.with_hints(Vec::new());
        if Unfinished::is_beside(part) { error.whole_hint(discarding(out)) } else { not_ours(error, part.path()) }
    })
}

/// What to do where a partial file and what is called as its journal do not belong together.
fn not_ours(error: Error, part: &Path) -> Error {
    let error = error.whole_hint(moving_aside(part));
    match journal_path(part) {
        Ok(journal) => error.whole_hint(moving_aside(&journal)),
        Err(_) => error,
    }
}

/// That the same command was given when its inputs were others: it cannot go on, however it is given.
fn changed(other: &Unfinished, job: &Job<'_>, out: &Path) -> Option<Error> {
    let message = "is being made by an unfinished job of the same command, when what it reads was another";
    let error = || Error::new(ErrorKind::Busy, message).at(out).whole_hint(discarding(out));
    other.has_other_inputs(job.operation, &typed(out)).then(error)
}

/// Why nobody else may make `out`.
fn refusal(other: Unfinished, job: &Job<'_>, out: &Path) -> Error {
    if let Some(error) = changed(&other, job, out) {
        return error;
    }
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
/// Busy, where it runs; usage, where no journal says that the partial file is one; corrupt, where something else has the
/// name of either; io.
pub(super) fn discard(out: &Path, ui: &Ui) -> Result<bool> {
    let (path, name) = (partial_path(out)?, path_text(out));
    if has_stray(out)? {
        // A job in place on it is another matter.
        return if exists(&journal_path(out)?) { Ok(false) } else { Err(stray(&path)) };
    }
    let Some(part) = Partial::open(out)? else {
        let Some(journal) = JournalFile::orphan(&path)? else { return Ok(false) };
        journal.vanish(Sync::No)?;
        // The partial file of a job is taken away first where it is given up, and has its own name where it is done.
        let what = if exists(out) { "no job that makes it is unfinished" } else { "the job that makes it is given up" };
        ui.note(&format!("{name}: {what}; a journal without a partial file is removed"));
        return Ok(true);
    };
    let found = part.mapping()?;
    // The partial file goes first, so that at no moment it is there without its journal.
    let left = match Unfinished::of(&found).and_then(|left| left.map(Unfinished::left).transpose()) {
        Ok(Some((unfinished, left))) => {
            let sync = unfinished.sync(Sync::No);
            let told = left.given_up();
            let removed = remove_partial(&found, sync).and_then(|()| unfinished.conclude(sync));
            removed.map_err(|error| {
                if exists(&path) {
                    return error;
                }
                let what = format!("the job that makes {name} is given up; {told}");
                error.with_hints(Vec::new()).followed_by(what)
            })?;
            told
        }
        Ok(None) => return Err(stray(&path)),
        Err(error) if error.kind() == ErrorKind::Corrupt && Unfinished::is_beside(&found) => {
            remove_partial(&found, Sync::Yes)?;
            JournalFile::remove_untrusted(&path)?;
            format!("{error}; which part was done is not known")
        }
        Err(error) if error.kind() == ErrorKind::Corrupt => {
            return Err(not_ours(error.with_hints(Vec::new()), &path));
        }
        Err(error) => return Err(error),
    };
    ui.note(&format!("{name}: the job that makes it is given up; {left}"));
    Ok(true)
}

fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}
