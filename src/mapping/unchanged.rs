//! Whether the file under a mapping is still the one that was opened, and what to say where it is not.

use std::path::Path;

use super::file::Origin;
use super::{Identity, Mapping};
use crate::error::{Error, ErrorKind, Result};

/// What was being done to the file when something went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Store,
}

impl Mapping {
    /// Whether a path leads to this very file, links followed.
    pub fn is_at(&self, path: &Path) -> bool {
        path.metadata().is_ok_and(|found| Identity::from_metadata(&found) == self.identity())
    }

    /// Checks that the file is as long as it was when it was opened, and, if it is written, that its name still leads
    /// to it. To be called when a job is done, before it is reported as done.
    ///
    /// # Errors
    /// Io, with both lengths.
    pub fn check_unchanged(&self) -> Result<()> {
        self.check_len()?;
        // A reader keeps the file it opened, whole and in peace; what a writer stored would be lost with the old name.
        if self.mode().stores() && self.origin == Origin::Path {
            let named = self.path().metadata();
            let named = named.map_err(|error| Error::io("vanished while being written", error).at(self.path()))?;
            if Identity::from_metadata(&named) != self.identity() {
                let message = "was replaced by another file while being written; what was stored is lost";
                return Err(Error::new(ErrorKind::Io, message).at(self.path()));
            }
        }
        Ok(())
    }

    /// Checks that the file is as long as it was when it was opened.
    pub(super) fn check_len(&self) -> Result<()> {
        let (was, now) = (self.len(), self.metadata()?.len());
        if now == was {
            return Ok(());
        }
        let doing = if self.mode().stores() { "written" } else { "read" };
        let message = format!("changed size while being {doing}, was {was} now {now} bytes");
        Err(Error::new(ErrorKind::Io, message).at(self.path()))
    }

    /// Checks that the bytes `offset..offset + len` lie in the file.
    pub(super) fn within(&self, offset: u64, len: u64) -> Result<()> {
        match offset.checked_add(len) {
            Some(end) if end <= self.len() => Ok(()),
            _ => {
                let message = format!("{len} bytes at byte {offset} are beyond the end of its {} bytes", self.len());
                Err(Error::new(ErrorKind::Io, message).at(self.path()))
            }
        }
    }

    /// The error of a byte of the file that was there and could not be reached.
    pub(super) fn lost(&self, byte: u64, access: Access) -> Error {
        let len = self.len();
        let cut_short = self.metadata().is_ok_and(|now| now.len() <= byte);
        let message = match access {
            Access::Read if cut_short => format!("was truncated while being read, byte {byte} of {len}"),
            Access::Store if cut_short => format!("was truncated while being written, byte {byte} of {len}"),
            Access::Read => format!("cannot read byte {byte} of {len}: input/output error"),
            Access::Store => format!("cannot store at byte {byte} of {len}: no space or input/output error"),
        };
        Error::new(ErrorKind::Io, message).at(self.path())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Mode;
    use super::super::naive::file_of;
    use super::*;

    #[test]
    fn a_file_that_was_replaced_or_grew_is_noticed() {
        let (folder, path) = file_of(b"12345678");
        let mapping = Mapping::open(&path, Mode::ReadWrite).expect("regular");
        mapping.check_unchanged().expect("unchanged");
        let other = folder.path().join("other");
        std::fs::write(&other, b"87654321").expect("written");
        std::fs::rename(&other, &path).expect("renamed");
        assert!(mapping.check_unchanged().expect_err("replaced").message().starts_with("was replaced"));
        let mapping = Mapping::open(&path, Mode::ReadWrite).expect("regular");
        std::fs::write(&path, b"123456789").expect("written");
        let error = mapping.check_unchanged().expect_err("grown");
        assert_eq!(error.message(), "changed size while being written, was 8 now 9 bytes");
    }

    #[test]
    fn a_lost_byte_is_named_with_its_reason() {
        let (_folder, path) = file_of(b"12345678");
        let mapping = Mapping::open(&path, Mode::ReadWrite).expect("regular");
        assert!(mapping.lost(5, Access::Read).message().ends_with("byte 5 of 8: input/output error"));
        assert!(mapping.lost(5, Access::Store).message().starts_with("cannot store at byte 5 of 8"));
        mapping.file().set_len(5).expect("cut short");
        assert_eq!(mapping.lost(5, Access::Store).message(), "was truncated while being written, byte 5 of 8");
        assert_eq!(mapping.lost(5, Access::Read).message(), "was truncated while being read, byte 5 of 8");
    }
}
