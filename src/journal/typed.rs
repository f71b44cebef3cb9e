//! The command of a job as it was typed, and the folder in which it was: what is shown to whoever should go on with it.
//!
//! Names in it may be relative, so it means the same in that folder alone, and as long as the array is called so.
//! What a journal says of it is compared and shown, never run.

use std::ops::Range;

use super::ReceiptPlace;

/// The longest command that is kept: longer ones are cut.
pub(super) const MOST_COMMAND: usize = 64 << 10;
/// The longest path that is kept, which is the longest that the system takes.
pub(super) const MOST_PATH: usize = ReceiptPlace::MOST_PATH;

/// A command, and where it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// Its words, as a shell takes them.
    pub command: String,
    /// The folder in which it was typed.
    pub folder: Folder,
    /// The bytes of the path by which the array is reached from there.
    pub array: Vec<u8>,
    /// The bytes of the command that are this path and nothing else, where it is known which they are.
    pub word: Option<Range<usize>>,
}

/// A folder, however it is called by now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// The bytes of its path, from the root on; none where it is not known.
    pub path: Vec<u8>,
    /// Its number on its device; 0 where it is not known.
    pub number: u64,
    /// When it was made, in nanoseconds since 1970; 0 where that is not known.
    pub born: u64,
}

impl Folder {
    /// Whether it is the same. Devices may have other numbers when the system is started again, so where its birth is not
    /// known its path counts.
    pub fn is(&self, other: &Self) -> bool {
        let same = if self.born == 0 || other.born == 0 { self.path == other.path } else { self.born == other.born };
        self.number != 0 && self.number == other.number && same
    }
}

impl Typed {
    /// As much of it as is kept.
    #[must_use]
    pub fn kept(mut self) -> Self {
        let mut end = self.command.len().min(MOST_COMMAND);
        while !self.command.is_char_boundary(end) {
            end -= 1;
        }
        self.command.truncate(end);
        self.word = self.word.filter(|word| word.end <= end);
        for path in [&mut self.folder.path, &mut self.array] {
            if path.len() > MOST_PATH {
                path.clear();
            }
        }
        self
    }

    /// Whether all of the command is there, as far as its length tells.
    pub fn is_whole(&self) -> bool {
        self.command.len() + char::MAX.len_utf8() <= MOST_COMMAND
    }

    /// Whether the same words were typed in the same folder.
    pub fn is(&self, other: &Self) -> bool {
        self.command == other.command && self.folder.is(&other.folder)
    }

    /// Whether what a journal says can be so: a path from the root on, and whole letters of the command.
    pub(super) fn makes_sense(&self) -> bool {
        let from_root = self.folder.path.is_empty() || self.folder.path.starts_with(b"/");
        let word = self.word.as_ref();
        from_root && word.is_none_or(|word| !word.is_empty() && self.command.get(word.clone()).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(path: &str, number: u64, born: u64) -> Folder {
        Folder { path: path.as_bytes().to_vec(), number, born }
    }

    #[test]
    fn a_folder_is_the_same_by_its_number_and_birth_whatever_it_is_called() {
        let own = folder("/data", 2, 3);
        for (other, same) in [
            (folder("/data", 2, 3), true),
            (folder("/mnt/data", 2, 3), true),
            (folder("/data", 2, 4), false),
            (folder("/data", 3, 3), false),
            (folder("/data", 2, 0), true),
            (folder("/mnt/data", 2, 0), false),
        ] {
            assert_eq!((own.is(&other), other.is(&own)), (same, same), "{other:?}");
        }
        assert!(!Folder::default().is(&Folder::default()), "nothing is known of either");
    }

    #[test]
    fn what_is_too_long_is_cut_and_the_word_behind_the_cut_is_not_known() {
        let long = Typed { command: "é".repeat(MOST_COMMAND), word: Some(4..6), ..Typed::default() };
        let kept = long.clone().kept();
        assert!(!kept.is_whole() && Typed::default().is_whole());
        assert_eq!((kept.command.len(), kept.word), (MOST_COMMAND, Some(4..6)));
        let behind = MOST_COMMAND..MOST_COMMAND + 2;
        assert_eq!(Typed { word: Some(behind), ..long }.kept().word, None);
        let path = vec![b'/'; MOST_PATH + 1];
        let typed = Typed { array: path.clone(), folder: Folder { path, number: 1, born: 1 }, ..Typed::default() };
        let kept = typed.kept();
        assert_eq!((kept.array.len(), kept.folder.path.len(), kept.folder.number), (0, 0, 1));
    }
}
