//! Jobs in place that can be resumed, from the command's side: the options, and what is said of a job that ended early.

use std::path::{Path, PathBuf};

use clap::Args;

use super::args::{Intent, OpenArgs};
use super::edit::{Resume, finished};
use super::ended::Kept;
use super::ui::Ui;
use super::{input, partial, signals};
use crate::array::Array;
use crate::error::{Error, ErrorKind, Result};
use crate::escape::path_text;
use crate::job::resumable::{Operation, Receipt, Resumable, Unfinished};
use crate::journal::{Checksum, Typed};
use crate::mapping::{JournalFile, Lock, Mapping, Sync, journal_path, remove_leftovers, typed_here};

/// What becomes of the journal of a job in place.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Resuming")]
pub(super) struct JournalArgs {
    /// Go on with a job that ended early, by the same command, with the --receipt that it was begun with, if any;
    /// --overflow, --casting, --timeout, --io, --cache, -j and -q may be others, and --sync stays as it was begun. With
    /// map-chunks -o, where there is none, begin one that keeps OUT.rmm-part until it is whole
    #[arg(long, conflicts_with_all = ["no_journal", "discard_journal", "dry_run"])]
    pub(super) resume: bool,
    /// Give up a job that ended early: store what waits in its journal, by way of TMPDIR where the disk is full, say which
    /// part is done, and remove the journal
    #[arg(long, conflicts_with_all = ["no_journal", "mode", "dry_run", "expr"])]
    discard_journal: bool,
    /// Keep no journal FILE.rmm-journal: a job in place that ends early cannot be resumed
    #[arg(long)]
    no_journal: bool,
    /// Write a receipt when the job is done; where there is one, the same command does nothing. A job that is begun with
    /// one is resumed with it alone. With --resume, a job of which there is neither journal nor receipt is begun; with
    /// map-chunks -o, it can be resumed
    #[arg(long, value_name = "PATH", conflicts_with_all = ["no_journal", "discard_journal", "dry_run"])]
    pub(super) receipt: Option<PathBuf>,
}

impl JournalArgs {
    /// Whether the job that ended early is to be given up.
    pub(super) fn discards(&self) -> bool {
        self.discard_journal
    }

    /// Whether results that go elsewhere are to be resumed, too.
    pub(super) fn is_asked_for(&self) -> bool {
        self.resume || self.receipt.is_some()
    }

    /// Whether a journal is to be kept.
    pub(super) fn keeps(&self) -> bool {
        !self.no_journal
    }

    /// For jobs that need no journal.
    ///
    /// # Errors
    /// Usage, where something is asked for that they cannot give.
    pub(super) fn refuse(&self, why: &str) -> Result<()> {
        match (self.resume, &self.receipt) {
            (true, _) => Err(Error::usage(format!("there is nothing to resume: {why}"))),
            (_, Some(_)) => Err(Error::usage(format!("--receipt is for jobs that can be resumed: {why}"))),
            _ => Ok(()),
        }
    }

    /// Gives up the job that ended early.
    ///
    /// # Errors
    /// Usage, where there is none; busy, where it runs; io.
    pub(super) fn discard(file: &Path, open: &OpenArgs, ui: &Ui) -> Result<()> {
        if partial::discard(file, ui)? && !journal_path(file)?.exists() {
            return Ok(());
        }
        // What is in the file need not be known: the journal says where its blocks lie.
        let array = &match Array::data_file(file, &open.opening(Intent::Edit)?) {
            Err(error) => return Self::discard_orphan(error, ui),
            Ok(array) => array,
        };
        let _lock = Lock::exclusive(array.file(), array.path())?;
        // What waits in the journal is stored whole, and named where it cannot be.
        signals::heed();
        let discarded = match Unfinished::of(array) {
            Ok(None) => return Err(Error::usage("has no unfinished job").at(array.path())),
            Ok(Some(unfinished)) => unfinished.discard(array),
            Err(error) => Err(error),
        };
        match discarded {
            Ok((left, None)) => {
                ui.note(&format!("{}: the job is given up; {}", path_text(array.path()), left.given_up()));
            }
            Ok((left, Some(why))) => {
                return Err(why.followed_by(format!("the job is given up; {}", left.given_up())));
            }
            Err(error) if error.kind() == ErrorKind::Corrupt => {
                JournalFile::remove_untrusted(array.path())?;
                ui.note(&format!("{error}; it is removed, and which part is done is not known"));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Gives up the job on an array that could not be opened, where that is because it is not there.
    fn discard_orphan(error: Error, ui: &Ui) -> Result<()> {
        let is_gone = |path: &Path| path.metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
        let Some(path) = error.path().filter(|path| is_gone(path)) else { return Err(error) };
        let Some(left) = Unfinished::discard_orphan(path)? else { return Err(error) };
        ui.note(&format!("{}: is not there, and its journal is removed; {left}", path_text(path)));
        Ok(())
    }
}

/// One job in place, by the options of its command.
#[derive(Clone, Copy)]
pub(super) struct Job<'a> {
    pub(super) args: &'a JournalArgs,
    /// What is computed, of what, where.
    pub(super) operation: Checksum,
    pub(super) sync: Sync,
}

impl Job<'_> {
    /// Begins the job, or goes on with it, in an array that is locked.
    ///
    /// # Errors
    /// Usage, where there is nothing to resume; busy, where another job is unfinished; corrupt, where its journal is not
    /// to be trusted; what the job itself fails with, and then what is done is said.
    pub(super) fn run(&self, edit: &dyn Resume, ui: &Ui) -> Result<()> {
        let array = edit.array().mapping();
        // From here on there may be something to be cleared away: the receipt is tried, and the journal is made.
        signals::heed();
        let unfinished = Unfinished::of(array)?;
        if let Some((path, receipt)) = self.certified(unfinished.as_ref(), array)? {
            return match unfinished {
                Some(left) if receipt.job == left.job() => {
                    // It was killed between its receipt and its end.
                    let sync = left.sync(self.sync);
                    receipt.write(path, sync)?;
                    left.conclude(sync)
                }
                Some(other) => Err(other.refusal(array)),
                None if self.sync == Sync::Yes => receipt.write(path, self.sync),
                None => Ok(()),
            };
        }
        if let Some(path) = self.args.receipt.as_deref() {
            Receipt::prepare(path)?;
        }
        let view = &edit.selected().view;
        let job = match (unfinished, self.args.resume) {
            (Some(unfinished), true) => Resumable::resume(unfinished, self.operation(array.path())?)?,
            // Which tells that it cannot be resumed, either.
            (Some(unfinished), false) if unfinished.has_other_inputs(self.operation, &typed(array.path())) => {
                Resumable::resume(unfinished, self.operation(array.path())?)?
            }
            (Some(unfinished), false) => return Err(unfinished.refusal(array)),
            (None, true) if self.args.receipt.is_none() => {
                return Err(Error::usage("there is nothing to resume: no job on it is unfinished").at(array.path()));
            }
            (None, _) => {
                edit.check(ui)?;
                if view.size() == 0 {
                    return self.certify_nothing(array);
                }
                edit.begin(self.operation(array.path())?, ui)
                    .map_err(|error| self.unkept(error, array.path(), "add --no-journal and "))?
            }
        };
        self.note_sync(&job, array.path(), ui);
        let kept = Kept::Journal(array.path());
        let _last = kept.last_words(&job);
        remove_leftovers(array.path());
        finished(array, edit.go_on(&job, ui), job.sync()).map_err(|error| kept.of(error, &job))?;
        job.conclude().map_err(|error| kept.of_ending(error, &job))
    }

    /// Writes the receipt, where one is wanted, of a job that has nothing to do.
    ///
    /// # Errors
    /// As [`Receipt::write`].
    fn certify_nothing(&self, array: &Mapping) -> Result<()> {
        let Some((path, receipt)) = self.receipt_of_nothing(array)? else { return Ok(()) };
        receipt.write(path, self.sync)
    }

    /// The same receipt, and where it goes.
    pub(super) fn receipt_of_nothing(&self, array: &Mapping) -> Result<Option<(&Path, Receipt)>> {
        let Some(path) = self.args.receipt.as_deref() else { return Ok(None) };
        Ok(Some((path, Receipt::of_nothing(&self.operation(array.path())?, array))))
    }

    /// Says what the job outlives, where that is not what was asked for when it was resumed.
    pub(super) fn note_sync(&self, job: &Resumable, array: &Path, ui: &Ui) {
        let how = match (job.has_batches(), self.sync) {
            (true, Sync::No) => "with --sync, and goes on with it",
            (false, Sync::Yes) => {
                "without --sync: it is on stable storage when it ends, and outlives no loss of power until then"
            }
            _ => return,
        };
        ui.note(&format!("{}: the job was begun {how}", path_text(array)));
    }

    /// The receipt that says that the job is done, if there is one and no other is to be resumed.
    fn certified(&self, unfinished: Option<&Unfinished>, array: &Mapping) -> Result<Option<(&Path, Receipt)>> {
        let Some(path) = self.args.receipt.as_deref() else { return Ok(None) };
        Receipt::refuse_names_of(path, array)?;
        let Some(receipt) = Receipt::read(path)? else { return Ok(None) };
        if !receipt.is_of(self.operation, array) {
            return Err(foreign_receipt(path));
        }
        let other = unfinished.is_some_and(|unfinished| unfinished.job() != receipt.job);
        Ok((!other || !self.args.resume).then_some((path, receipt)))
    }

    /// The receipt that is there, if there is one.
    pub(super) fn receipt(&self) -> Result<Option<(&Path, Receipt)>> {
        let Some(path) = self.args.receipt.as_deref() else { return Ok(None) };
        Ok(Receipt::read(path)?.map(|receipt| (path, receipt)))
    }

    /// What to do where no journal can be kept, and one is asked for: the hint of [`crate::mapping::JournalFile`] does
    /// not go with that.
    pub(super) fn unkept(&self, error: Error, array: &Path, first: &str) -> Error {
        let options = match (self.args.resume, &self.args.receipt) {
            (false, None) => return error,
            (true, None) => "--resume",
            (false, Some(_)) => "--receipt",
            (true, Some(_)) => "--resume and --receipt",
        };
        if error.kind() != ErrorKind::Io || journal_path(array).ok().as_deref() != error.path() {
            return error;
        }
        error.with_hints(vec![format!("{first}leave {options} out; the job cannot be resumed then")])
    }

    /// A job of its own, that stores in the array of this name.
    pub(super) fn operation(&self, array: &Path) -> Result<Operation> {
        let mut job = [0; 16];
        getrandom::fill(&mut job)
            .map_err(|error| Error::io("the system gives no random number", std::io::Error::from(error)))?;
        Ok(Operation {
            checksum: self.operation,
            typed: typed(array),
            job: u128::from_le_bytes(job),
            receipt: self.args.receipt.clone(),
            sync: self.sync,
        })
    }
}

pub(super) fn foreign_receipt(path: &Path) -> Error {
    let error = Error::usage("is the receipt of another job, or an array that it reads has changed since").at(path);
    error.hint("--receipt takes a name of its own for each job")
}

/// The command as it was typed, but for `--resume`; `array` is the name in it of what it stores in.
pub(super) fn typed(array: &Path) -> Typed {
    let mut options = true;
    let words = std::env::args_os().skip(1).filter(|word| {
        options &= word != "--";
        !options || word != "--resume"
    });
    typed_here(words, array)
}

/// Why nobody may store in the array, if a job on it is unfinished.
///
/// # Errors
/// Busy; corrupt, where something else has the name of its journal.
pub(super) fn refuse_unfinished(array: &Mapping) -> Result<()> {
    match Unfinished::of(array)? {
        Some(unfinished) => Err(unfinished.refusal(array)),
        None => Ok(()),
    }
}

/// Says that some elements of an array are as they were and some as they will be, where a job on it is unfinished.
pub(super) fn warn_of_unfinished(array: &Path, ui: &Ui) {
    if !input::is_stream(array) && journal_path(array).is_ok_and(|path| path.symlink_metadata().is_ok()) {
        let path = path_text(array);
        ui.note(&format!("{path} has an unfinished job, or one that runs: some elements are old, some are new"));
    }
}
