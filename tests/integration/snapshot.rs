//! All that can be seen of a folder: names, kinds, lengths, times, permissions and bytes.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Longer files are sparse ones, and are told apart by their times.
const READ_WHOLE: u64 = 4 << 20;

/// A folder at one moment, by name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Snapshot(BTreeMap<String, Entry>);

#[derive(Debug, PartialEq, Eq)]
struct Entry {
    inode: u64,
    mode: u32,
    len: u64,
    modified: (i64, i64),
    bytes: Option<Vec<u8>>,
}

impl Snapshot {
    /// The folder now, with all folders in it.
    pub(crate) fn of(folder: &Path) -> Self {
        let mut entries = BTreeMap::new();
        add(&mut entries, folder, "");
        Self(entries)
    }

    /// The names in the order of the alphabet.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    /// The names that the other one does not have.
    pub(crate) fn names_beyond(&self, other: &Self) -> Vec<&str> {
        self.names().into_iter().filter(|&name| !other.0.contains_key(name)).collect()
    }

    /// What has become of it.
    pub(crate) fn difference(&self, later: &Self) -> String {
        let mut text = String::new();
        for name in later.names_beyond(self) {
            writeln!(text, "{name} is new").expect("a string grows");
        }
        for (name, old) in &self.0 {
            match later.0.get(name) {
                None => writeln!(text, "{name} is gone"),
                Some(new) if new.bytes != old.bytes => writeln!(text, "{name} has other bytes"),
                Some(new) if new != old => writeln!(text, "{name} was {old:?} and is {new:?}"),
                Some(_) => Ok(()),
            }
            .expect("a string grows");
        }
        text
    }
}

fn add(entries: &mut BTreeMap<String, Entry>, folder: &Path, prefix: &str) {
    // A folder that must not be read has nothing to show.
    let Ok(listing) = fs::read_dir(folder) else { return };
    for entry in listing {
        let path = entry.expect("a listing goes on").path();
        let Ok(metadata) = path.symlink_metadata() else { continue };
        let name = format!("{prefix}{}", path.file_name().expect("every entry has one").to_string_lossy());
        if metadata.is_dir() {
            add(entries, &path, &format!("{name}/"));
        }
        let bytes = (metadata.is_file() && metadata.len() <= READ_WHOLE).then(|| fs::read(&path).ok()).flatten();
        let entry = Entry {
            inode: metadata.ino(),
            mode: metadata.mode(),
            len: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            bytes,
        };
        entries.insert(name, entry);
    }
}
