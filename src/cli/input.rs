//! Standard input as a file: what is redirected from one is that file, what comes through a pipe is spooled. A file of
//! which somebody has read the beginning goes on where it stands, as through a pipe.

use std::fs::File;
use std::io::{self, Seek};
use std::os::fd::AsFd;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::escape::shell_path;
use crate::mapping::{Mapping, Mode, Stream, spool, stream_name};

/// Whether a path names a descriptor that the process was started with: `-`, `/dev/stdin`, `/dev/fd/N`.
pub(super) fn is_stream(path: &Path) -> bool {
    descriptor(path).is_some()
}

/// Whether a path names the standard input.
pub(super) fn is_stdin(path: &Path) -> bool {
    descriptor(path) == Some(0)
}

/// Whether a path names the standard output.
pub(super) fn is_stdout(path: &Path) -> bool {
    path == Path::new("-") || path == Path::new("/dev/stdout") || descriptor(path) == Some(1)
}

fn descriptor(path: &Path) -> Option<u32> {
    match path.to_str()? {
        "-" | "/dev/stdin" => Some(0),
        text => text.strip_prefix("/dev/fd/").or_else(|| text.strip_prefix("/proc/self/fd/"))?.parse().ok(),
    }
}

/// [`open_stream`] of what an option names.
///
/// # Errors
/// As [`open_stream`].
pub(super) fn open_source(path: &Path, option: &str) -> Result<Opened> {
    open_stream(path).map_err(|error| match path.metadata() {
        Ok(metadata) if metadata.file_type().is_fifo() => {
            error.with_hints(Vec::new()).whole_hint(format!("{option} - < {}", shell_path(path)))
        }
        _ => error,
    })
}

/// What a path leads to.
pub(super) enum Opened {
    /// A regular file.
    File(Mapping),
    /// What comes through a pipe, or from the middle of a file on, and its name.
    Stream(File, PathBuf),
}

/// Opens a file to be read, or what a shell has opened for us; what comes through a pipe is spooled.
///
/// # Errors
/// Io, where it cannot be read or spooled.
pub(super) fn open(path: &Path) -> Result<Mapping> {
    match open_stream(path)? {
        Opened::File(mapping) => Ok(mapping),
        Opened::Stream(mut file, name) => spool(&mut file, &name),
    }
}

/// Opens a file to be read, or what a shell has opened for us as it comes.
///
/// # Errors
/// Io, where it cannot be opened.
pub(super) fn open_stream(path: &Path) -> Result<Opened> {
    let Some(number) = descriptor(path) else { return Mapping::open(path, Mode::Read).map(Opened::File) };
    let (name, file) = match number {
        0 => (stream_name("stdin"), io::stdin().as_fd().try_clone_to_owned().map(File::from)),
        _ => (path.to_path_buf(), File::open(path)),
    };
    let failed = |error| Error::io("cannot open", error).at(&name);
    if number == 0 {
        Stream::Stdin.check().map_err(failed)?;
    }
    let file = file.map_err(failed)?;
    if file.metadata().map_err(failed)?.is_file() && !is_begun(&file) {
        Mapping::from_file(file, name, Mode::Read).map(Opened::File)
    } else {
        Ok(Opened::Stream(file, name))
    }
}

/// Whether somebody has read of it: a shell that took the first line, a program before us.
fn is_begun(mut file: &File) -> bool {
    file.stream_position().is_ok_and(|at| at > 0)
}
