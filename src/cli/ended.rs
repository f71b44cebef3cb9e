//! What is said of a job that ended early: how far it is, what is kept of it, how it goes on and how it is given up.

use std::path::Path;

use crate::error::{Error, ErrorKind, Result};
use crate::escape::{path_text, printable};
use crate::job::resumable::Resumable;
use crate::mapping::{LastWords, Mapping, discarding, remove_partial};

/// What stays of a job that ends early.
#[derive(Clone, Copy)]
pub(super) enum Kept<'a> {
    /// The journal of one that is done in this array.
    Journal(&'a Path),
    /// What there is of the file that it makes.
    Partial { out: &'a Path, made: &'a Mapping },
}

impl Kept<'_> {
    /// The array that is changed, or made.
    fn array(&self) -> &Path {
        match self {
            Self::Journal(array) => array,
            Self::Partial { out, .. } => out,
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Journal(_) => "the journal".to_owned(),
            Self::Partial { made, .. } if made.is_at(made.path()) => path_text(made.path()),
            // It has the name of what it makes.
            Self::Partial { .. } => "its journal".to_owned(),
        }
    }

    /// Takes away what there is of a job that has stored nothing.
    fn forget(&self, job: &Resumable) -> Result<()> {
        if let Self::Partial { made, .. } = self {
            remove_partial(made, job.sync())?;
        }
        job.forget()
    }

    /// Whether what it makes has lost its name to somebody else.
    fn is_lost(&self) -> bool {
        match self {
            Self::Journal(_) => false,
            Self::Partial { out, made } => !made.is_at(made.path()) && !made.is_at(out),
        }
    }

    /// What is said of a job that ended early, by an error or a signal.
    pub(super) fn of(self, error: Error, job: &Resumable) -> Error {
        // Another job's journal is neither this one's to speak of nor to remove.
        if error.kind() == ErrorKind::Busy || self.is_lost() {
            return error;
        }
        if job.is_over() {
            // Whoever stored it again would compute it twice.
            let error = error.followed_by("the job is done, and its journal removed, which may not outlive the system");
            return error.with_hints(Vec::new());
        }
        let name = self.name();
        let Ok(left) = job.left() else { return error.followed_by(format!("{name} is kept")) };
        if left.is_nothing() && !matches!(error.kind(), ErrorKind::Interrupted(_)) && self.forget(job).is_ok() {
            return match self {
                Self::Journal(_) => error.followed_by("nothing is stored"),
                Self::Partial { .. } => error,
            };
        }
        if !job.is_there() {
            return error.followed_by(format!("{left}; its journal was moved or removed meanwhile"));
        }
        let error = error.followed_by(format!("{left}; {name} is kept")).whole_hint(job.resuming());
        match error.kind() {
            // Some values never fit, whatever is done with those that do not.
            ErrorKind::Usage => error.with_kind(ErrorKind::Midway).whole_hint(discarding(self.array())),
            _ => error,
        }
    }

    /// What is said of a job that has stored everything and cannot be ended: an exit code that says that nothing has
    /// changed would not be true.
    pub(super) fn of_ending(self, error: Error, job: &Resumable) -> Error {
        let error = match error.kind() {
            ErrorKind::Usage | ErrorKind::Busy => error.with_kind(ErrorKind::Io),
            _ => error,
        };
        self.of(error, job)
    }

    /// What is said of a job for which there is no more memory.
    pub(super) fn last_words(self, job: &Resumable) -> LastWords {
        let (array, name) = (path_text(self.array()), self.name());
        let resuming = printable(&job.resuming()).into_owned();
        LastWords::new(&format!("rmm: {array}: {name} is kept\nhint: {resuming}\n"))
    }
}
