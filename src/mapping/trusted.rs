//! What must be so before a journal is believed: that it is whole and of this file, and that what was stored since it was
//! begun is there still.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::boot::this_boot;
use super::incarnation::{born, mount_of};
use super::journal::{JournalFile, journal_path};
use super::names::refuse_foreign;
use super::{Identity, PAGE};
use crate::error::{Error, ErrorKind, Result};
use crate::journal::{Array, Boot, Header, Layout, MOST_HEADER_BYTES, Protocol};

/// What the journal of an open file says, where it can be gone on with. `len` is the length of the array, and the path
/// is that by which it was reached.
///
/// # Errors
/// Corrupt, where it is damaged, or another file's, or void since the system was started again; io.
pub fn trusted(journal: &JournalFile, (array, len, path): (&File, u64, &Path)) -> Result<(Header, Layout)> {
    let header = Header::decode(&journal.beginning(MOST_HEADER_BYTES)?)?;
    let Identity { dev, ino } = Identity::of(array)?;
    let own = Array { dev, ino, len, born: born(array) };
    if !header.array.is(&own) {
        return Err(of_another(&header.array, &own, path));
    }
    // Only what --sync has flushed is sure to be there again, under whatever number the device has by now.
    if header.protocol == Protocol::Slots {
        let same_mount = header.array.dev == own.dev && !header.mount.is_another(&mount_of(array));
        if let Some(why) = void(header.boot, this_boot()?, same_mount) {
            return Err(Error::corrupt(format!("{why}: what was stored since then is not known")));
        }
    }
    let layout = Layout::new(&header, PAGE)?;
    journal.check_len(&layout)?;
    Ok((header, layout))
}

/// Why stores since the beginning may be lost, if they may.
fn void(begun: Boot, now: Boot, same_mount: bool) -> Option<&'static str> {
    match () {
        () if begun.0 == 0 || now.0 == 0 => {
            Some("may have been begun before the system was started the last time, which does not tell its runs apart")
        }
        () if begun != now => Some("was begun before the system was started the last time"),
        () if !same_mount => Some("was begun before the file system was mounted the last time"),
        () => None,
    }
}

fn of_another(found: &Array, own: &Array, path: &Path) -> Error {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (ino, len) = (found.ino, found.len);
    let where_is = if (ino, len) == (own.ino, own.len) {
        format!("where {name} was made at another time")
    } else {
        format!("where {name} is inode {} of {} bytes", own.ino, own.len)
    };
    Error::corrupt(format!("is the journal of another file: inode {ino} of {len} bytes, {where_is}"))
}

/// Why the journal of an array cannot be opened: where that is for want of the right to, there is a job of another user.
pub(super) fn kept_from(array: &Path, error: Error) -> Error {
    let Ok(path) = journal_path(array) else { return error };
    let (Ok(own), Ok(metadata)) = (array.metadata(), path.symlink_metadata()) else { return error };
    let whose = metadata.uid();
    if !error.is_of_rights() || whose == rustix::process::geteuid().as_raw() {
        return error;
    }
    let message = format!("is that of an unfinished job of user {whose}, who alone goes on with it or gives it up");
    let known = refuse_foreign(&metadata, own.uid());
    known.err().unwrap_or_else(|| Error::new(ErrorKind::Busy, message)).at(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_is_there_in_the_same_run_and_mount_alone() {
        for (begun, now, same_mount, why) in [
            (7, 7, true, None),
            (7, 8, true, Some("was begun before the system was started")),
            (7, 7, false, Some("was begun before the file system was mounted")),
            (0, 0, true, Some("may have been begun before the system was started")),
            (7, 0, true, Some("may have been begun before the system was started")),
            (0, 7, true, Some("may have been begun before the system was started")),
        ] {
            let found = void(Boot(begun), Boot(now), same_mount);
            assert_eq!(found.is_some(), why.is_some(), "{begun} {now}");
            assert!(found.unwrap_or_default().starts_with(why.unwrap_or_default()), "{found:?}");
        }
    }
}
