//! The place of a sidecar beside a file that is about to appear: what is there, and what will be.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::sidecar::path_of;
use crate::error::{Error, Result};
use crate::mapping::{NewFile, Replace, Sync};

/// What will stand, or no longer stand, beside a new file.
#[derive(Debug)]
pub struct Beside {
    path: PathBuf,
    text: Option<String>,
    /// Whether something is there that described an earlier file.
    stale: bool,
}

/// A sidecar that only waits for its name.
#[derive(Debug)]
pub struct Prepared(Option<NewFile>);

impl Beside {
    /// Looks at the place beside `target`: `text` will be there, or nothing.
    ///
    /// # Errors
    /// Usage, where something is there that must not be replaced, or is no sidecar at all.
    pub fn plan(target: &Path, text: Option<String>, replace: Replace) -> Result<Self> {
        let path = path_of(target);
        let found = match path.symlink_metadata() {
            Ok(metadata) => Some(metadata),
            // A name with the suffix may be too long where the name alone is not.
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) if text.is_none() && error.kind() == io::ErrorKind::InvalidFilename => None,
            Err(error) => return Err(Error::io("cannot examine", error).at(path)),
        };
        let Some(found) = found else { return Ok(Self { path, text, stale: false }) };
        if !found.is_file() && !found.is_symlink() {
            return Err(Error::usage("is in the place of the sidecar, and no file").at(path));
        }
        // Beside a file that is replaced it goes with the old content; beside a new one it is somebody else's.
        if replace == Replace::Never {
            let why = if text.is_some() { "exists already" } else { "exists already and would describe the new file" };
            return Err(Error::usage(why).at(path).hint("--force replaces it"));
        }
        Ok(Self { path, text, stale: true })
    }

    /// Takes away what describes an earlier file, and writes what will describe the new one.
    ///
    /// # Errors
    /// Io.
    pub fn prepare(self) -> Result<Prepared> {
        if self.stale {
            std::fs::remove_file(&self.path).map_err(|error| Error::io("cannot remove", error).at(&self.path))?;
        }
        let Some(text) = self.text else { return Ok(Prepared(None)) };
        let new = NewFile::create(&self.path, Replace::Never)?;
        new.file().write_all(text.as_bytes()).map_err(|error| Error::io("cannot write", error).at(&self.path))?;
        Ok(Prepared(Some(new)))
    }
}

impl Prepared {
    /// Gives the sidecar its name, if there is one.
    ///
    /// # Errors
    /// As [`NewFile::commit`].
    pub fn commit(self, sync: Sync) -> Result<()> {
        self.0.map_or(Ok(()), |new| new.commit(sync))
    }
}
