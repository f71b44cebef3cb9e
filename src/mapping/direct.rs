//! Reading and storing by `pread` and `pwrite`: few bytes, whole pieces, and files that cannot be mapped.

use std::io;
use std::os::unix::fs::FileExt;

use super::Mapping;
use super::unchanged::Access;
use crate::error::{Error, Result};
use crate::plan::Run;

/// Stretches closer than this are read together with what lies between them.
const NEAR: u64 = 4096;
/// Bytes read together.
const TOGETHER: u64 = 64 << 10;

impl Mapping {
    /// Fills `bytes` from the byte `offset` on; a file that ends before is an error.
    pub(super) fn pread(&self, mut offset: u64, mut bytes: &mut [u8]) -> Result<()> {
        while !bytes.is_empty() {
            match self.file().read_at(bytes, offset) {
                Ok(0) => return Err(self.lost(offset, Access::Read)),
                Ok(len) => {
                    offset += len as u64;
                    bytes = &mut bytes[len..];
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let action = format!("cannot read byte {offset} of {}", self.len());
                    return Err(Error::io(action, error).at(self.path()));
                }
            }
        }
        Ok(())
    }

    /// Stores `bytes` from the byte `offset` on, which must lie in the file: the file's length is looked at first, as
    /// a `pwrite` behind the end of a file that was cut short would make it grow again.
    pub(super) fn pwrite(&self, mut offset: u64, mut bytes: &[u8]) -> Result<()> {
        self.within(offset, bytes.len() as u64)?;
        self.check_len()?;
        while !bytes.is_empty() {
            match self.file().write_at(bytes, offset) {
                Ok(0) => return Err(self.lost(offset, Access::Store)),
                Ok(len) => {
                    offset += len as u64;
                    bytes = &bytes[len..];
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let action = format!("cannot store at byte {offset} of {}", self.len());
                    return Err(Error::io(action, error).at(self.path()));
                }
            }
        }
        Ok(())
    }

    /// Reads a piece; both of its spans must have been checked.
    pub(super) fn pread_piece(&self, piece: &Run, scratch: &mut [u8]) -> Result<()> {
        let step = piece.file_stride.unsigned_abs();
        if piece.count < 2 || step > NEAR || piece.unit as u64 > NEAR {
            return stretches(piece).try_for_each(|(file, at)| self.pread(file, &mut scratch[at..at + piece.unit]));
        }
        let mut together = Vec::new();
        let batch = TOGETHER.checked_div(step).unwrap_or(piece.count).clamp(1, piece.count);
        for first in (0..piece.count).step_by(batch as usize) {
            let count = batch.min(piece.count - first);
            let from = piece.file.wrapping_add_signed(first as i64 * piece.file_stride);
            let lowest = from.wrapping_add_signed((count as i64 - 1) * piece.file_stride.min(0));
            together.resize(((count - 1) * step) as usize + piece.unit, 0);
            self.pread(lowest, &mut together)?;
            let to = piece.scratch.wrapping_add_signed(first as isize * piece.scratch_stride);
            for (file, at) in stretches(&Run { file: from, scratch: to, count, ..*piece }) {
                let byte = (file - lowest) as usize;
                scratch[at..at + piece.unit].copy_from_slice(&together[byte..byte + piece.unit]);
            }
        }
        Ok(())
    }

    /// Stores a piece, each stretch by itself; both of its spans must have been checked.
    pub(super) fn pwrite_piece(&self, piece: &Run, scratch: &[u8]) -> Result<()> {
        stretches(piece).try_for_each(|(file, at)| self.pwrite(file, &scratch[at..at + piece.unit]))
    }
}

/// Where each stretch begins in the file and in scratch.
fn stretches(piece: &Run) -> impl Iterator<Item = (u64, usize)> {
    let Run { file, file_stride, scratch, scratch_stride, .. } = *piece;
    (0..piece.count).map(move |k| {
        let at = scratch.wrapping_add_signed((k as isize).wrapping_mul(scratch_stride));
        (file.wrapping_add_signed((k as i64).wrapping_mul(file_stride)), at)
    })
}
