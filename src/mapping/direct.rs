//! Reading and storing by `pread` and `pwrite`: few bytes, whole pieces, and files that cannot be mapped.

use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use super::Mapping;
use super::unchanged::Access;
use crate::error::{Error, Result};
use crate::plan::Run;

/// Stretches closer than this are read, and stored, together with what lies between them.
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
        if !is_dense(piece) {
            return stretches(piece).try_for_each(|(file, at)| self.pread(file, &mut scratch[at..at + piece.unit]));
        }
        let mut together = Vec::new();
        for (span, part) in batches(piece) {
            together.resize((span.end - span.start) as usize, 0);
            self.pread(span.start, &mut together)?;
            for (file, at) in stretches(&part) {
                let byte = (file - span.start) as usize;
                scratch[at..at + piece.unit].copy_from_slice(&together[byte..byte + piece.unit]);
            }
        }
        Ok(())
    }

    /// Stores a piece; both of its spans must have been checked. Where nothing may be mapped, stretches near each other
    /// go together with what lies between them, as whole pages do where it may.
    pub(super) fn pwrite_piece(&self, piece: &Run, scratch: &[u8]) -> Result<()> {
        if self.maps() || !is_dense(piece) {
            return stretches(piece).try_for_each(|(file, at)| self.pwrite(file, &scratch[at..at + piece.unit]));
        }
        let has_gaps = piece.file_stride.unsigned_abs() > piece.unit as u64;
        let mut together = Vec::new();
        for (span, part) in batches(piece) {
            together.resize((span.end - span.start) as usize, 0);
            if has_gaps {
                self.pread(span.start, &mut together)?;
            }
            for (file, at) in stretches(&part) {
                let byte = (file - span.start) as usize;
                together[byte..byte + piece.unit].copy_from_slice(&scratch[at..at + piece.unit]);
            }
            self.pwrite(span.start, &together)?;
        }
        Ok(())
    }
}

/// Whether a piece is read better with what lies between its stretches.
fn is_dense(piece: &Run) -> bool {
    piece.count > 1 && piece.file_stride.unsigned_abs() <= NEAR && piece.unit as u64 <= NEAR
}

/// The parts of a piece whose bytes go together, and the bytes that each reaches.
fn batches(piece: &Run) -> impl Iterator<Item = (Range<u64>, Run)> {
    let piece = *piece;
    let step = piece.file_stride.unsigned_abs();
    let batch = TOGETHER.checked_div(step).unwrap_or(piece.count).clamp(1, piece.count);
    (0..piece.count).step_by(batch as usize).map(move |first| {
        let count = batch.min(piece.count - first);
        let file = piece.file.wrapping_add_signed(first as i64 * piece.file_stride);
        let lowest = file.wrapping_add_signed((count as i64 - 1) * piece.file_stride.min(0));
        let end = lowest + (count - 1) * step + piece.unit as u64;
        let scratch = piece.scratch.wrapping_add_signed(first as isize * piece.scratch_stride);
        (lowest..end, Run { file, scratch, count, ..piece })
    })
}

/// Where each stretch begins in the file and in scratch.
fn stretches(piece: &Run) -> impl Iterator<Item = (u64, usize)> {
    let Run { file, file_stride, scratch, scratch_stride, .. } = *piece;
    (0..piece.count).map(move |k| {
        let at = scratch.wrapping_add_signed((k as isize).wrapping_mul(scratch_stride));
        (file.wrapping_add_signed((k as i64).wrapping_mul(file_stride)), at)
    })
}
