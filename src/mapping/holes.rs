//! Holes: stretches of a file that take no storage and read as zeros.

use std::ops::Range;

use rustix::fs::{FallocateFlags, SeekFrom, fallocate};
use rustix::io::Errno;

use super::{Io, Mapping};
use crate::error::{Error, Result};

/// Bytes of zeros that are stored at a time where the file system cannot make them.
const PIECE: usize = 1 << 20;

impl Mapping {
    /// The first range at or behind a byte that is no hole; `None` where only holes follow. Where the file system
    /// knows no holes, all is data. This moves the cursor of the open file, which nothing here uses.
    ///
    /// # Errors
    /// Io, where the system refuses.
    pub fn next_data(&self, offset: u64) -> Result<Option<Range<u64>>> {
        let len = self.len();
        if offset >= len {
            return Ok(None);
        }
        let failed = |error| Error::io(format!("cannot look for data behind byte {offset}"), error).at(self.path());
        let start = match rustix::fs::seek(self.file(), SeekFrom::Data(offset)) {
            Ok(start) => start,
            // What follows is a hole, or the file has been cut short: who reads on meets the end.
            Err(Errno::NXIO) => return Ok(None),
            Err(Errno::INVAL | Errno::OPNOTSUPP) => return Ok(Some(offset..len)),
            Err(error) => return Err(failed(error)),
        };
        let end = rustix::fs::seek(self.file(), SeekFrom::Hole(start)).map_err(failed)?.min(len);
        Ok((start < end).then_some(start..end))
    }

    /// Whether there may be holes: whether less storage is taken than there are bytes.
    ///
    /// # Errors
    /// Io, where the file cannot be examined.
    pub fn may_have_holes(&self) -> Result<bool> {
        Ok(self.allocated_bytes()? < self.len())
    }

    /// Stores zeros in a range. Its length, its holes and the storage that it has taken stay: the file system makes
    /// the pages in between read as zeros without writing them, where it can.
    ///
    /// # Errors
    /// Io, with the byte; usage, where the file was opened to be read.
    pub fn zero(&self, range: Range<u64>) -> Result<()> {
        if !self.mode().stores() {
            let message = format!("was opened in mode {}, which stores nothing", self.mode());
            return Err(Error::usage(message).at(self.path()));
        }
        self.within(range.start, range.end - range.start)?;
        self.check_len()?;
        let mut at = range.start;
        while let Some(data) = self.next_data(at)?.filter(|data| data.start < range.end) {
            let end = data.end.min(range.end);
            self.zero_data(data.start..end)?;
            at = end;
        }
        Ok(())
    }

    fn zero_data(&self, data: Range<u64>) -> Result<()> {
        let flags = FallocateFlags::ZERO_RANGE | FallocateFlags::KEEP_SIZE;
        let len = data.end - data.start;
        if len >= PIECE as u64 && self.io() != Io::Pread {
            self.check_len()?;
            if fallocate(self.file(), flags, data.start, len).is_ok() {
                return self.check_len();
            }
        }
        // Whatever was in the way, a pwrite meets it too, and says what it was.
        let zeros = vec![0; PIECE.min(len as usize)];
        for at in data.clone().step_by(PIECE) {
            self.pwrite(at, &zeros[..(data.end - at).min(PIECE as u64) as usize])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{FileExt, MetadataExt};

    use super::super::Mode;
    use super::super::naive::{file_of, noise, sparse};
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn zeros_are_stored_where_there_is_data_and_nowhere_else() {
        let len = 8 << 20;
        for io in [Io::Auto, Io::Pread] {
            let (_folder, path) = sparse(len);
            let file = std::fs::File::options().write(true).open(&path).expect("writable");
            let content = noise(3 << 20);
            file.write_all_at(&content, 1 << 20).expect("stored");
            let before = path.metadata().expect("there");
            let mapping = Mapping::open(&path, Mode::ReadWrite).expect("a regular file").with_io(io);
            let range = (1 << 20) + 5..(7 << 20) + 3;
            mapping.zero(range.clone()).expect("stored");
            let mut expected = vec![0; len as usize];
            expected[1 << 20..4 << 20].copy_from_slice(&content);
            expected[range.start as usize..range.end as usize].fill(0);
            assert!(std::fs::read(&path).expect("read") == expected, "{io:?}");
            let after = path.metadata().expect("there");
            assert_eq!(after.len(), len);
            assert!(after.blocks() <= before.blocks().max(3 << 11) + 64, "{} {}", before.blocks(), after.blocks());
        }
    }

    #[test]
    fn a_terabyte_of_holes_is_zero_already() {
        let (_folder, path) = sparse(1 << 40);
        let mapping = Mapping::open(&path, Mode::ReadWrite).expect("a sparse file");
        mapping.zero(0..1 << 40).expect("nothing to store");
        assert!(mapping.may_have_holes().expect("examined"));
        assert!(mapping.allocated_bytes().expect("examined") < 1 << 20);
    }

    #[test]
    fn what_cannot_be_zeroed_is_left_alone() {
        let (_folder, path) = file_of(&noise(4096));
        let mapping = Mapping::open(&path, Mode::Read).expect("a regular file");
        assert_eq!(mapping.zero(0..10).expect_err("opened to be read").kind(), ErrorKind::Usage);
        let mapping = Mapping::open(&path, Mode::ReadWrite).expect("a regular file");
        assert_eq!(mapping.zero(0..5000).expect_err("beyond the end").kind(), ErrorKind::Io);
        std::fs::File::options().write(true).open(&path).and_then(|file| file.set_len(100)).expect("cut short");
        assert_eq!(mapping.zero(0..4096).expect_err("cut short").kind(), ErrorKind::Io);
        assert_eq!(path.metadata().expect("there").len(), 100);
    }

    #[test]
    fn data_is_found_behind_holes() {
        let (_folder, path) = sparse(1 << 20);
        std::fs::File::options()
            .write(true)
            .open(&path)
            .and_then(|file| file.write_all_at(b"x", 600_000))
            .expect("stored");
        let mapping = Mapping::open(&path, Mode::Read).expect("a regular file");
        let data = mapping.next_data(0).expect("examined").expect("a byte is there");
        assert!(data.contains(&600_000));
        if data.end < 1 << 20 {
            assert_eq!(mapping.next_data(data.end).expect("examined"), None);
        }
        assert_eq!(mapping.next_data(1 << 20).expect("examined"), None);
    }
}
