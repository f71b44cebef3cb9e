//! Which of the files that have had a number an open file is, and on which of the mounts of its file system: numbers of
//! files and of devices are given again at once.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Statx, StatxFlags};

use super::paths::{folder_of, follow_links};
use crate::journal::Mount;

/// Asks for numbers of mounts that are never given again, since Linux 6.8; rustix has no name for it.
const MNT_ID_UNIQUE: StatxFlags = StatxFlags::from_bits_retain(0x4000);

/// When a file was made, in nanoseconds since 1970; 0 where the file system does not keep it.
pub fn born(file: &File) -> u64 {
    let found = examined(file, StatxFlags::BTIME).filter(|found| found.stx_mask & StatxFlags::BTIME.bits() != 0);
    // Years before 1970 and behind 2554 are numbers like others.
    found.map_or(0, |Statx { stx_btime: at, .. }| {
        at.tv_sec.cast_unsigned().wrapping_mul(1_000_000_000).wrapping_add(u64::from(at.tv_nsec))
    })
}

/// What is known of the mount that an open file is reached by.
pub fn mount_of(file: &File) -> Mount {
    let system = file.metadata().ok().and_then(|metadata| system_of(metadata.dev()));
    Mount { system: system.unwrap_or(0), mount: mount_number(file) }
}

/// Whether a file is a mount of its own, as containers have it: what lies beside it does not where it comes from. No,
/// where that is not known.
pub fn is_mounted_alone(file: &File, path: &Path) -> bool {
    let Ok(path) = follow_links(path) else { return false };
    let folder = OpenOptions::new().read(true).custom_flags(libc::O_PATH | libc::O_DIRECTORY).open(folder_of(&path));
    let (own, around) = (mount_number(file), folder.map_or(0, |folder| mount_number(&folder)));
    own != 0 && around != 0 && own != around
}

/// The number of a mount; 0 where it is not known.
fn mount_number(file: &File) -> u64 {
    let numbers = StatxFlags::MNT_ID | MNT_ID_UNIQUE;
    let found = examined(file, numbers).filter(|found| found.stx_mask & numbers.bits() != 0);
    found.map_or(0, |found| found.stx_mnt_id)
}

fn examined(file: &File, wanted: StatxFlags) -> Option<Statx> {
    rustix::fs::statx(file, c"", AtFlags::EMPTY_PATH, wanted).ok()
}

/// The number of the folder in which the system shows a file system on a disk, `/sys/fs/KIND/DISK`. It is made when the
/// disk is mounted and goes when the last mount of it does, and sysfs counts up: another folder has another number.
fn system_of(dev: u64) -> Option<u64> {
    let (major, minor) = (rustix::fs::major(dev), rustix::fs::minor(dev));
    let disk = PathBuf::from(format!("/sys/dev/block/{major}:{minor}")).read_link().ok()?;
    let kinds = Path::new("/sys/fs").read_dir().ok()?;
    let shown = kinds.flatten().find_map(|kind| kind.path().join(disk.file_name()?).metadata().ok());
    shown.map(|folder| folder.ino())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_birth_whatever_is_done_to_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        std::fs::write(&path, "old").expect("written");
        let first = born(&File::open(&path).expect("there"));
        let known = path.metadata().and_then(|metadata| metadata.created());
        let known = known.ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        assert_eq!(u128::from(first), known.map_or(0, |since| since.as_nanos()));
        std::fs::write(&path, "new").and_then(|()| std::fs::rename(&path, folder.path().join("b"))).expect("renamed");
        assert_eq!(born(&File::open(folder.path().join("b")).expect("there")), first);
        assert_eq!(born(&File::open("/proc/version").expect("there")), 0);
    }

    #[test]
    fn all_files_of_a_mount_agree_and_those_of_others_do_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let of = |path: &Path| mount_of(&File::open(path).expect("there"));
        assert_eq!(of(folder.path()), of(folder.path()));
        let (here, procfs) = (of(folder.path()), of(Path::new("/proc")));
        assert!(!here.is_another(&here));
        assert!(here.mount == 0 || here.is_another(&procfs), "{here:?} {procfs:?}");
        // No disk, so nothing is shown of it.
        assert_eq!(procfs.system, 0);
    }
}
