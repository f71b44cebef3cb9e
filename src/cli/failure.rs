//! How a command ends: exit codes, and errors with their hints on stderr.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};

use super::ui::{Globals, Ui};
use super::{input, signals};
use crate::error::{Error, ErrorKind};
use crate::escape::{printable, shell_path};
use crate::mapping::{ELSEWHERE, Stream, stream_name};

/// The exit codes that are promised to scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Complete, and visible to every process.
    Done = 0,
    /// The answer to a question is "no".
    No = 1,
    /// Wrong arguments, or a value that does not fit; found before any existing file changed.
    Usage = 2,
    /// The operating system refused.
    Io = 3,
    /// Somebody else is writing to the file.
    Busy = 4,
    /// A header, sidecar or journal is damaged, foreign or hostile.
    Corrupt = 5,
    /// A child process failed.
    Child = 6,
    /// An in-place job stopped at a value that does not fit, after chunks had been stored.
    Midway = 7,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl From<ErrorKind> for Exit {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Usage => Self::Usage,
            // Whoever reads has had enough; an interrupt is re-raised before its code could be used.
            ErrorKind::BrokenPipe | ErrorKind::Interrupted(_) => Self::Done,
            ErrorKind::Io => Self::Io,
            ErrorKind::Busy => Self::Busy,
            ErrorKind::Corrupt => Self::Corrupt,
            ErrorKind::Child => Self::Child,
            ErrorKind::Midway => Self::Midway,
        }
    }
}

/// Names the array in errors that name no file.
pub(super) fn about(outcome: anyhow::Result<Exit>, file: &Path) -> anyhow::Result<Exit> {
    let named = if input::is_stdin(file) { stream_name("stdin") } else { file.to_path_buf() };
    outcome.map_err(|error| match error.downcast::<Error>() {
        // In a command it stands as it was typed.
        Ok(error) => error.at(&named).naming_file(&shell_path(file)).into(),
        Err(other) => other,
    })
}

/// Reports how a command ended.
pub(super) fn exit(outcome: anyhow::Result<Exit>, ui: &Ui) -> ExitCode {
    let error = match outcome {
        Ok(exit) => return exit.into(),
        Err(error) => error,
    };
    let Some(error) = error.downcast_ref::<Error>() else {
        ui.complain(&format!("{error:#}"), &[]);
        return Exit::Io.into();
    };
    if error.kind() != ErrorKind::BrokenPipe {
        ui.complain(&error.to_string(), &hints(error));
    }
    if let ErrorKind::Interrupted(signal) = error.kind() {
        signals::raise(signal);
    }
    Exit::from(error.kind()).into()
}

/// The hints of an error; where a file without a name finds no room, that it lies in TMPDIR, too.
fn hints(error: &Error) -> Vec<String> {
    let mut hints = error.hints().to_vec();
    let name = error.path().map(Path::to_string_lossy).unwrap_or_default();
    if error.is_of_room() && hints.is_empty() && name.starts_with('<') && name.ends_with('>') {
        hints.push(ELSEWHERE.to_owned());
    }
    hints
}

/// Reports what clap has to say: help and versions as they are, usage errors as every other error.
///
/// `command` is what was being typed: `rmm slice`.
pub(super) fn exit_usage(error: &clap::Error, command: &str) -> ExitCode {
    if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = error.print();
        return Exit::Usage.into();
    }
    if error.use_stderr() {
        let (message, hints) = restated(error, command);
        Ui::new(&Globals::default()).complain(&message, &hints);
        return Exit::Usage.into();
    }
    match Stream::Stdout.check().and_then(|()| error.print()) {
        Err(failed) if failed.kind() != io::ErrorKind::BrokenPipe => {
            let failed = Error::io("cannot write", failed).at("stdout");
            Ui::new(&Globals::default()).complain(&failed.to_string(), &[]);
            Exit::Io.into()
        }
        _ => Exit::Done.into(),
    }
}

/// One line and its hints, of what clap writes as a page.
fn restated(error: &clap::Error, command: &str) -> (String, Vec<String>) {
    let page = error.render().to_string();
    let mut paragraphs = page.split("\n\n");
    let first = paragraphs.next().unwrap_or_default().trim_start_matches("error: ");
    let refused = inner(error).map(ToString::to_string).or_else(|| none_of(error));
    let message = match (error.get(ContextKind::InvalidArg), refused) {
        (Some(ContextValue::String(arg)), Some(refused)) => {
            let option = arg.split(' ').next().unwrap_or(arg);
            // A positional is named by its own message.
            if option.starts_with('-') { format!("{option}: {refused}") } else { refused }
        }
        _ => printable(&first.lines().map(str::trim).collect::<Vec<_>>().join(" ")).into_owned(),
    };
    let mut hints = inner(error).map(|inner| inner.hints().to_vec()).unwrap_or_default();
    // A misspelt option is rarely meant as a value.
    let tips = page.lines().filter_map(|line| line.trim().strip_prefix("tip: "));
    hints.extend(tips.filter(|tip| !tip.starts_with("to pass")).map(str::to_owned));
    if hints.is_empty() {
        hints.push(format!("{command} --help"));
    }
    (message, hints)
}

/// That a word is none of those that can be said.
fn none_of(error: &clap::Error) -> Option<String> {
    let (ContextValue::String(said), ContextValue::Strings(words)) =
        (error.get(ContextKind::InvalidValue)?, error.get(ContextKind::ValidValue)?)
    else {
        return None;
    };
    // What needs no value and what lacks one are told by clap.
    (!said.is_empty() && !words.is_empty()).then(|| format!("'{}' is none of {}", printable(said), words.join(", ")))
}

/// The library's own error inside clap's, where a word did not parse.
fn inner(error: &clap::Error) -> Option<&Error> {
    std::error::Error::source(error)?.downcast_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_the_codes_that_are_promised() {
        let codes = [
            (ErrorKind::Usage, 2),
            (ErrorKind::Io, 3),
            (ErrorKind::Busy, 4),
            (ErrorKind::Corrupt, 5),
            (ErrorKind::Child, 6),
            (ErrorKind::Midway, 7),
            (ErrorKind::BrokenPipe, 0),
        ];
        for (kind, code) in codes {
            assert_eq!(Exit::from(kind) as u8, code, "{kind:?}");
        }
        assert_eq!((Exit::Done as u8, Exit::No as u8), (0, 1));
    }

    #[test]
    fn where_files_without_a_name_lie_is_hinted_at_when_they_find_no_room() {
        let failed = |number: i32| Error::io("cannot write", io::Error::from_raw_os_error(number));
        let hinted = |error: &Error| hints(error).iter().any(|hint| hint.starts_with("TMPDIR"));
        assert!(hinted(&failed(libc::ENOSPC).at(stream_name("copy"))));
        for other in [
            failed(libc::EIO).at(stream_name("copy")),
            failed(libc::ENOSPC).at("a.npy"),
            failed(libc::ENOSPC),
            failed(libc::ENOSPC).at(stream_name("copy")).hint("another"),
        ] {
            assert!(!hinted(&other), "{other}");
        }
    }
}
