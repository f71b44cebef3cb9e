//! What a process that was killed has left of a new file: found by its name, and removed when nobody holds its lock.
//!
//! A new file is called `.OUT.rmm-` and six letters or digits until it is whole, and whoever makes it keeps it locked.
//! The system drops the lock when its holder ends, however it ends. So an unlocked file of such a name is nobody's.

use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::Lock;
use super::journal::remove_leftover;
use super::partial::partial_path;
use super::paths::{folder_of, follow_links};

/// What stands before the random letters.
const MARK: &str = ".rmm-";
/// The random letters and digits.
pub const RANDOM: usize = 6;
/// Bytes of the target's name that the temporary name repeats, so that neither is longer than a name may be.
const NAME: usize = 200;

/// What the names of temporaries of a file of this name begin with.
pub fn temporary_prefix(name: &OsStr) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(OsStr::from_bytes(repeated(name)));
    prefix.push(MARK);
    prefix
}

/// The part of a target's name that the names of its temporaries repeat.
fn repeated(name: &OsStr) -> &[u8] {
    let bytes = name.as_bytes();
    &bytes[..bytes.len().min(NAME)]
}

/// Removes what killed processes have left of `target` and of what describes it. What is locked is being made and
/// stays; so does whatever else has such a name: a symlink, a folder.
///
/// There is nobody to tell where this fails: the folder may not be writable, and what is asked for may still succeed.
pub fn remove_leftovers(target: &Path) {
    let Ok(target) = follow_links(target) else { return };
    remove_leftover(&target);
    if let Ok(part) = partial_path(&target) {
        remove_leftover(&part);
    }
    let (Some(name), folder) = (target.file_name(), folder_of(&target)) else { return };
    let Ok(entries) = folder.read_dir() else { return };
    for entry in entries.flatten() {
        if is_temporary_of(entry.file_name().as_bytes(), repeated(name)) {
            remove_unless_held(&entry.path());
        }
    }
}

/// Whether `entry` is `.NAME.rmm-XXXXXX`, or that of a file that stands beside NAME, as `.NAME.rmm.json.rmm-XXXXXX`.
fn is_temporary_of(entry: &[u8], name: &[u8]) -> bool {
    let rest = entry.strip_prefix(b".").and_then(|rest| rest.strip_prefix(name));
    let Some(rest) = rest.filter(|rest| rest.len() >= MARK.len() + RANDOM) else { return false };
    let (before, random) = rest.split_at(rest.len() - RANDOM);
    let Some(ending) = before.strip_suffix(MARK.as_bytes()) else { return false };
    (ending.is_empty() || ending.starts_with(b".")) && random.iter().all(u8::is_ascii_alphanumeric)
}

fn remove_unless_held(path: &Path) {
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY;
    let Ok(file) = OpenOptions::new().read(true).custom_flags(flags).open(path) else { return };
    if file.metadata().is_ok_and(|metadata| metadata.is_file()) && Lock::exclusive(&file, path).is_ok() {
        let _ = std::fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::unix::fs::symlink;

    use super::super::naive::file_of;
    use super::super::{NewFile, Replace, Sync};
    use super::*;

    #[test]
    fn temporaries_are_known_by_their_names() {
        let of = |entry: &str| is_temporary_of(entry.as_bytes(), b"out.npy");
        for entry in [".out.npy.rmm-abcDE9", ".out.npy.rmm.json.rmm-abcdef"] {
            assert!(of(entry), "{entry}");
        }
        let foreign = [
            "out.npy",
            "out.npy.rmm-abcdef",
            ".out.npy.rmm-abcde",
            ".out.npy.rmm-abcdefg",
            ".out.npy.rmm-abc.ef",
            ".out.npyx.rmm-abcdef",
            ".other.rmm-abcdef",
            ".out.npy",
            "",
        ];
        for entry in foreign {
            assert!(!of(entry), "{entry}");
        }
    }

    #[test]
    fn what_nobody_holds_goes_and_what_is_being_made_stays() {
        let (folder, path) = file_of(b"precious");
        let target = folder.path().join("out");
        let being_made = NewFile::create(&target, Replace::Never).expect("free");
        let (dead, link) = (folder.path().join(".out.rmm-abcdef"), folder.path().join(".out.rmm-uvwxyz"));
        std::fs::write(&dead, b"half").and_then(|()| symlink(&path, &link)).expect("planted");
        let hard = folder.path().join(".out.rmm-000000");
        std::fs::hard_link(&path, &hard).expect("planted");
        NewFile::create(&target, Replace::Never).and_then(|new| new.commit(Sync::No)).expect("free");
        assert!(!dead.exists() && !hard.exists());
        assert!(link.is_symlink());
        assert_eq!(std::fs::read(&path).expect("still there"), b"precious");
        being_made.commit(Sync::No).expect_err("the name is taken, and its own file was there to be renamed");
    }

    #[test]
    fn through_a_link_the_folder_of_its_target_is_searched() {
        let (folder, _) = file_of(b"");
        let deep = folder.path().join("deep");
        std::fs::create_dir(&deep).expect("a folder");
        let (link, dead) = (folder.path().join("link"), deep.join(".out.rmm-abcdef"));
        symlink("deep/out", &link).expect("a link");
        File::create(&dead).expect("planted");
        remove_leftovers(&link);
        assert!(!dead.exists());
        remove_leftovers(Path::new("/"));
        remove_leftovers(&folder.path().join("missing/out"));
    }
}
