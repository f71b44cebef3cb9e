//! The run of the system, by which a journal that outlives no loss of power is known to be of another one.

use std::io::ErrorKind;
use std::path::Path;

use crate::error::{At, Error, Result};
use crate::journal::Boot;

/// Where Linux tells its runs apart.
const BOOT: &str = "/proc/sys/kernel/random/boot_id";

/// The run of the system; all zeros where it has no name, which is no run.
///
/// # Errors
/// Io, where it has a name that cannot be read just now.
pub fn this_boot() -> Result<Boot> {
    match std::fs::read_to_string(BOOT) {
        Ok(text) => Ok(Boot::parse(&text).unwrap_or(Boot(0))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Boot(0)),
        Err(error) => Err(Error::io("cannot tell which run of the system this is", error)).at(Path::new(BOOT)),
    }
}
