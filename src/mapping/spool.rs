//! What cannot be mapped, copied into an unlinked temporary file that can.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::{Mapping, Mode};
use crate::error::{Error, Result};

/// Bytes moved at a time.
const PIECE: usize = 256 << 10;

/// What to do where there is no room for a file without a name.
pub const ELSEWHERE: &str = "TMPDIR names another folder for temporary copies";

/// A file of `len` zero bytes in TMPDIR that has no name but the one in messages, to store in and to read from.
///
/// # Errors
/// Io, where there is no space for it.
pub fn unnamed(name: &Path, len: u64) -> Result<Mapping> {
    let mut mapping = Mapping::from_file(temporary()?, name.to_path_buf(), Mode::Create)?;
    mapping.set_len(len)?;
    Ok(mapping)
}

/// An open file in TMPDIR that has no name: it goes when it is closed, however the process ends.
///
/// # Errors
/// Io, where none can be made.
pub fn temporary() -> Result<File> {
    let folder = std::env::temp_dir();
    tempfile::tempfile_in(&folder).map_err(|error| no_spool(error, &folder))
}

/// Copies all that `from` gives into a file without a name in TMPDIR, and opens it to be read under the name `name`.
///
/// # Errors
/// Io, where `from` cannot be read or there is no space for it.
pub fn spool(from: &mut dyn Read, name: &Path) -> Result<Mapping> {
    let file = temporary()?;
    let mut piece = vec![0; PIECE];
    loop {
        match from.read(&mut piece) {
            Ok(0) => return Mapping::from_file(file, name.to_path_buf(), Mode::Read),
            Ok(len) => (&file).write_all(&piece[..len]).map_err(unkept)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::io("cannot read", error).at(name)),
        }
    }
}

/// That bytes could not be kept in a file without a name.
pub fn unkept(error: io::Error) -> Error {
    no_spool(error, &std::env::temp_dir())
}

pub(super) fn no_spool(error: io::Error, folder: &Path) -> Error {
    Error::io("cannot keep a temporary copy", error).at(folder).hint(ELSEWHERE)
}

/// The name of a stream in messages: `<stdin>`.
pub fn stream_name(stream: &str) -> PathBuf {
    PathBuf::from(format!("<{stream}>"))
}
