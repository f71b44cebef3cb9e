//! Where the receipt of a job goes, so that nobody ends the job and leaves its receipt out.
//!
//! What a journal says of it is compared and shown; no file is ever opened by it.

/// A name for a receipt, and the folder that it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptPlace {
    /// The bytes of its path, from the root on.
    pub path: Vec<u8>,
    /// The number of its folder.
    pub folder: u64,
    /// When its folder was made, in nanoseconds since 1970; 0 where that is not known.
    pub born: u64,
}

impl ReceiptPlace {
    /// The longest path, which is that of the system.
    pub const MOST_PATH: usize = 4096;

    /// Whether it is the same: by its path, or where the path leads through another mount, by its folder and its name
    /// there.
    pub fn is(&self, other: &Self) -> bool {
        let folder = |place: &Self| (place.folder, place.born);
        self.path == other.path
            || self.born != 0 && folder(self) == folder(other) && self.file_name() == other.file_name()
    }

    fn file_name(&self) -> Option<&[u8]> {
        self.path.rsplit(|&byte| byte == b'/').next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(path: &str, folder: u64, born: u64) -> ReceiptPlace {
        ReceiptPlace { path: path.as_bytes().to_vec(), folder, born }
    }

    #[test]
    fn a_place_is_the_same_by_its_path_or_by_its_folder_and_name() {
        let own = place("/data/done", 2, 3);
        for (other, same) in [
            (place("/data/done", 2, 3), true),
            (place("/data/done", 8, 9), true),
            (place("/mnt/data/done", 2, 3), true),
            (place("/mnt/data/done", 2, 9), false),
            (place("/mnt/data/done", 8, 3), false),
            (place("/data/other", 2, 3), false),
        ] {
            assert_eq!((own.is(&other), other.is(&own)), (same, same), "{other:?}");
        }
        assert!(
            !place("/a/done", 2, 0).is(&place("/b/done", 2, 0)),
            "the root of each file system has the same number"
        );
    }
}
