//! The length of a file, the storage behind it, and when its bytes are on that storage.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::MetadataExt;

use rustix::fs::{FallocateFlags, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT};
use rustix::io::Errno;

use crate::error::{Error, Result};

/// Whether a job ends only when its bytes are on stable storage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sync {
    /// They are visible to every process, and survive anything but a crash of the system.
    #[default]
    No,
    /// They survive that, too.
    Yes,
}

/// Makes a file `len` bytes long; what is new reads as zeros and takes no storage yet.
pub fn set_len(file: &File, len: u64) -> Result<()> {
    file.set_len(len).map_err(|error| Error::io(format!("cannot make it {len} bytes long"), error))
}

/// Makes a new file as long as where `data` ends and reserves all of its storage, so that no later store runs out of
/// it. In `data` nothing has been stored yet, or nothing that is wanted where this fails.
///
/// # Errors
/// Io, where there is not enough space (whatever was reserved is given back) or the file system cannot reserve any.
pub fn reserve(file: &File, data: Range<u64>) -> Result<()> {
    let len = data.end;
    if len == 0 {
        return set_len(file, 0);
    }
    let before = file.metadata().map_err(|error| Error::io("cannot examine", error))?.size();
    loop {
        match rustix::fs::fallocate(file, FallocateFlags::empty(), 0, len) {
            Ok(()) => return Ok(()),
            Err(Errno::INTR) => {}
            Err(error) => {
                give_back(file, data.start, before)?;
                return Err(match error {
                    Errno::OPNOTSUPP => {
                        Error::io("this file system cannot reserve space", error).hint("leave --preallocate out")
                    }
                    _ => Error::io(format!("cannot reserve {len} bytes"), error),
                });
            }
        }
    }
}

/// ext4 keeps what it got before space ran out.
fn give_back(file: &File, data: u64, len: u64) -> Result<()> {
    file.set_len(len).map_err(|error| Error::io("cannot give reserved space back", error))?;
    punch_hole(file, data..len);
    Ok(())
}

/// A file system that has no holes reserves nothing in parts, either.
#[cfg(target_os = "linux")]
fn punch_hole(file: &File, bytes: Range<u64>) {
    if !bytes.is_empty() {
        let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        let _ = rustix::fs::fallocate(file, flags, bytes.start, bytes.end - bytes.start);
    }
}

/// Other systems reserve all or nothing.
#[cfg(not(target_os = "linux"))]
fn punch_hole(_file: &File, _bytes: Range<u64>) {}

/// Gives a file the time of a change that was made through a mapping, which the system notes at its leisure.
pub(super) fn touch(file: &File) -> Result<()> {
    let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
    let leave = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
    let times = Timestamps { last_access: leave, last_modification: now };
    rustix::fs::futimens(file, &times).map_err(|error| Error::io("cannot set its time of change", error))
}

/// Has the bytes of a file on stable storage. One failure is final: the system forgets which pages it failed to write,
/// and a second try would succeed without having stored them.
pub(super) fn flush(file: &File) -> Result<()> {
    file.sync_data().map_err(|error| {
        Error::io("cannot flush, and what has reached the storage is not known", error)
            .hint("store it again: what the system failed to write it may have forgotten")
    })
}

/// Has the system begin to write what was stored in a file, and does not wait for it: the less is left to the flush that
/// must follow. Where the system cannot, the flush does it all.
///
/// # Errors
/// As [`flush`]: what could not be written is not known.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "rustix has no such call")]
pub(super) fn begin_flush(file: &File) -> Result<()> {
    use std::os::fd::AsRawFd;

    // SAFETY: the descriptor is open as long as the file is borrowed, and no memory is passed.
    let begun = unsafe { libc::sync_file_range(file.as_raw_fd(), 0, 0, libc::SYNC_FILE_RANGE_WRITE) };
    let error = std::io::Error::last_os_error();
    match error.raw_os_error() {
        _ if begun == 0 => Ok(()),
        Some(libc::ENOSYS | libc::EINVAL | libc::ESPIPE | libc::EPERM) => Ok(()),
        _ => Err(Error::io("cannot begin to flush, and what has reached the storage is not known", error)),
    }
}

/// Other systems begin when they are told to end.
#[cfg(not(target_os = "linux"))]
pub(super) fn begin_flush(_file: &File) -> Result<()> {
    Ok(())
}

/// Whether a hole that is read through a mapping takes room from then on, as on tmpfs.
pub(super) fn fills_holes(file: &File) -> bool {
    const TMPFS: u32 = 0x0102_1994;
    let has_holes = || file.metadata().is_ok_and(|metadata| metadata.blocks().saturating_mul(512) < metadata.len());
    rustix::fs::fstatfs(file).is_ok_and(|system| system.f_type as u32 == TMPFS) && has_holes()
}

/// Whether mappings of a file are fast, coherent and honest about errors: so on local file systems. Network and
/// user-space ones lose or delay what is stored in them, and hugetlbfs maps pages of its own size only.
pub(super) fn maps_well(file: &File) -> bool {
    rustix::fs::fstatfs(file).is_ok_and(|system| is_local(system.f_type as u32))
}

/// By the number that a file system has for its kind.
fn is_local(kind: u32) -> bool {
    // From linux/magic.h and the file systems' own sources.
    const REMOTE: [u32; 18] = [
        0x6969,      // NFS
        0x6573_5546, // FUSE, virtiofs
        0x517B,      // SMB
        0xFF53_4D42, // CIFS
        0xFE53_4D42, // SMB 2 and 3
        0x564C,      // NCP
        0x0BD0_0BD0, // Lustre
        0x0102_1997, // 9P
        0x00C3_6400, // Ceph
        0x4750_4653, // GPFS
        0x1983_0326, // BeeGFS
        0x5346_414F, // OpenAFS
        0x6B41_4653, // the kernel's own AFS
        0x7375_7245, // Coda
        0x2003_0528, // OrangeFS
        0x786F_4256, // VirtualBox shared folders
        0xBACB_ACBC, // VMware shared folders
        0x9584_58F6, // hugetlbfs
    ];
    !REMOTE.contains(&kind)
}

/// Makes a file so long, and takes the space for it where the file system can.
///
/// # Errors
/// Io, without a path, which the caller knows.
pub(super) fn reserve_all(file: &File, len: u64) -> Result<()> {
    match reserve(file, 0..len) {
        // Where nothing can be reserved, making the pages ready or writing them finds out what is there.
        Err(_)
            if rustix::fs::fallocate(file, rustix::fs::FallocateFlags::empty(), 0, 1)
                == Err(rustix::io::Errno::OPNOTSUPP) =>
        {
            set_len(file, len)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::naive::{file_of, sparse};
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn reserves_what_it_can_and_nothing_otherwise() {
        let (_folder, path) = sparse(0);
        let file = File::options().write(true).open(&path).expect("writable");
        match reserve(&file, 0..1 << 20) {
            Ok(()) => {
                let metadata = file.metadata().expect("open");
                assert_eq!((metadata.len(), metadata.blocks() * 512 >= 1 << 20), (1 << 20, true));
            }
            Err(error) => assert!(error.message().contains("cannot reserve"), "{error}"),
        }
        reserve(&file, 0..0).expect("nothing to reserve");
        let read_only = File::open(&path).expect("there");
        for failed in [set_len(&read_only, 5), reserve(&read_only, 0..5)] {
            assert_eq!(failed.expect_err("opened to be read").kind(), ErrorKind::Io);
        }
    }

    #[test]
    fn what_was_reserved_is_given_back_and_the_header_stays() {
        let (_folder, path) = file_of(&[7; 8192]);
        let file = File::options().read(true).write(true).open(&path).expect("writable");
        set_len(&file, 2 << 20).and_then(|()| reserve(&file, 4096..1 << 20)).expect("room");
        give_back(&file, 4096, 8192).expect("given back");
        let metadata = file.metadata().expect("open");
        assert_eq!(metadata.len(), 8192);
        let stored = std::fs::read(&path).expect("read");
        assert!(stored[..4096].iter().all(|&byte| byte == 7));
        assert!(!cfg!(target_os = "linux") || stored[4096..].iter().all(|&byte| byte == 0));
        give_back(&file, 8192, 4096).expect("nothing behind");
        assert_eq!(file.metadata().expect("open").len(), 4096);
    }

    #[test]
    fn remote_file_systems_are_known_by_their_numbers() {
        // As `stat -f -c %t` prints them: tmpfs, ext4, XFS, btrfs, overlayfs, ZFS.
        for local in [0x0102_1994, 0xEF53, 0x5846_5342, 0x9123_683E, 0x794C_7630, 0x2FC1_2FC1] {
            assert!(is_local(local), "{local:x}");
        }
        for remote in [0x6969, 0x6573_5546, 0xFF53_4D42, 0xFE53_4D42, 0x0BD0_0BD0, 0x4750_4653, 0x0102_1997] {
            assert!(!is_local(remote), "{remote:x}");
        }
    }

    #[test]
    fn a_local_file_system_maps_well_and_a_pipe_flushes_nothing() {
        let (_folder, path) = file_of(b"1234");
        assert!(maps_well(&File::open(&path).expect("there")));
        let (reader, _writer) = std::io::pipe().expect("a pipe");
        let pipe = File::from(std::os::fd::OwnedFd::from(reader));
        assert_eq!(flush(&pipe).expect_err("no storage").kind(), ErrorKind::Io);
        begin_flush(&pipe).expect("left to the flush");
        begin_flush(&File::options().write(true).open(&path).expect("writable")).expect("begun");
    }
}
