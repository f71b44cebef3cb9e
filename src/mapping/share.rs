//! Blocks that two files share: where a file system can do that (btrfs, XFS), a copy takes neither time nor room.

#![allow(unsafe_code, reason = "the call that shares some blocks of a file has no safe interface")]

use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;

use super::Mapping;

/// Fewer bytes are copied: a header of a whole block would be much of the file.
const WORTH_SHARING: u64 = 1 << 20;
/// Larger blocks are not waited for.
const LARGEST_BLOCK: u64 = 64 << 10;

/// Where in an empty file, at byte `least` or behind it, a copy of `len` bytes from byte `offset` of `from` on can lie so
/// that both share their blocks; `None` where the file system shares none, or there are few.
pub fn place_to_share(from: &Mapping, (offset, len): (u64, u64), to: &File, least: u64) -> Option<u64> {
    let block = to.metadata().ok()?.blksize();
    if len < WORTH_SHARING || !block.is_power_of_two() || block > LARGEST_BLOCK {
        return None;
    }
    // Whether it does is asked by sharing one block.
    let shared = share(from.file(), offset / block * block, block, to);
    to.set_len(0).ok()?;
    shared.then(|| least + (offset % block + block - least % block) % block)
}

/// How many bytes before the first of a copy are to be copied with it, so that it begins with a block in both files; what
/// they should be is written over them afterwards.
pub fn lead(offset: u64, to_offset: u64, to: &File) -> u64 {
    let block = to.metadata().map_or(0, |metadata| metadata.blksize());
    let lead = offset.checked_rem(block).unwrap_or(0);
    if Some(lead) == to_offset.checked_rem(block) { lead } else { 0 }
}

/// Whether these bytes of a file could be made the first of another.
#[cfg(target_os = "linux")]
fn share(from: &File, offset: u64, len: u64, to: &File) -> bool {
    let range =
        libc::file_clone_range { src_fd: from.as_raw_fd().into(), src_offset: offset, src_length: len, dest_offset: 0 };
    // SAFETY: the call reads the structure, which lives until it returns, and no other memory of ours.
    unsafe { libc::ioctl(to.as_raw_fd(), libc::FICLONERANGE, &raw const range) == 0 }
}

#[cfg(not(target_os = "linux"))]
fn share(_from: &File, _offset: u64, _len: u64, _to: &File) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::super::naive::{file_of, noise};
    use super::super::{Mapping, Mode};
    use super::*;

    #[test]
    fn what_is_small_is_not_shared() {
        let (folder, path) = file_of(&noise(1000));
        let from = Mapping::open(&path, Mode::Read).expect("regular");
        let to = tempfile::tempfile_in(folder.path()).expect("a temporary file");
        assert_eq!(place_to_share(&from, (0, 1000), &to, 128), None);
    }

    #[test]
    fn a_place_is_in_step_with_the_blocks_and_the_file_stays_empty() {
        let (folder, path) = file_of(&noise(2 << 20));
        let from = Mapping::open(&path, Mode::Read).expect("regular");
        let to = tempfile::tempfile_in(folder.path()).expect("a temporary file");
        for offset in [0, 64, 128, 5000] {
            // Most file systems share nothing.
            if let Some(place) = place_to_share(&from, (offset, 1 << 20), &to, 128) {
                assert!(place >= 128 && lead(offset, place, &to) == offset % to.metadata().expect("open").blksize());
            }
            assert_eq!(to.metadata().expect("open").len(), 0);
        }
        assert_eq!(lead(128, 128, &to), 128);
        assert_eq!(lead(128, 0, &to), 0);
    }
}
