//! Standard input as a file: what is redirected from one is that file, what comes through a pipe is spooled.

use std::fs::File;
use std::io::{self, Seek};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
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

/// What a path leads to.
pub(super) enum Opened {
    /// A regular file.
    File(Mapping),
    /// What comes through a pipe, and its name.
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

/// Opens what a path leads to from where it stands: standard input may be a file of which something was read before.
///
/// # Errors
/// Io, where it cannot be opened.
pub(super) fn open_rest(path: &Path) -> Result<Opened> {
    let opened = open_stream(path)?;
    match opened {
        Opened::File(mapping) if is_stdin(path) => {
            let name = stream_name("stdin");
            let failed = |error| Error::io("cannot read", error).at(&name);
            let mut file = mapping.file().try_clone().map_err(failed)?;
            if file.stream_position().map_err(failed)? == 0 {
                return Ok(Opened::File(mapping));
            }
            Ok(Opened::Stream(file, name))
        }
        opened => Ok(opened),
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
    if file.metadata().map_err(failed)?.is_file() {
        Mapping::from_file(file, name, Mode::Read).map(Opened::File)
    } else {
        Ok(Opened::Stream(file, name))
    }
}
