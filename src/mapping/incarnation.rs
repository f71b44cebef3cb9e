//! Which of the mounts that a file system has had it is that a file was opened on: numbers of devices are given again
//! at once.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Statx, StatxFlags};

use crate::journal::Mount;

/// Asks for numbers of mounts that are never given again, since Linux 6.8; rustix has no name for it.
const MNT_ID_UNIQUE: StatxFlags = StatxFlags::from_bits_retain(0x4000);

/// What is known of the mount that an open file is reached by.
pub fn mount_of(file: &File) -> Mount {
    let numbers = StatxFlags::MNT_ID | MNT_ID_UNIQUE;
    let found = examined(file, numbers).filter(|found| found.stx_mask & numbers.bits() != 0);
    let system = file.metadata().ok().and_then(|metadata| system_of(metadata.dev()));
    Mount { system: system.unwrap_or(0), mount: found.map_or(0, |found| found.stx_mnt_id) }
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
