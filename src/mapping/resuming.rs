//! The command that goes on with a job, as it can be pasted where it is shown.
//!
//! A command says what it said when it was typed in the folder of then alone, and while its array is called so. In that
//! folder it is shown as it was typed; elsewhere it goes to that folder first, and an array that has another name by now
//! is called by that. What would lead to another file is not shown as a command.

use std::ffi::OsStr;
use std::fs::{File, Metadata};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::journal::{JournalFile, array_beside, journal_path};
use super::partial::{discarding, partial_path};
use super::trusted::trusted;
use super::{Identity, full_path};
use crate::error::{Error, ErrorKind};
use crate::escape::{shell_path, shell_word, shortened};
use crate::journal::{Folder, Typed};

/// The most letters that are shown of a command which is not to be pasted.
const SHOWN: usize = 1000;

/// A command that is typed here and now.
///
/// `words` are those behind the name of the program, and `array` is the name of the array among them, or that of its data.
pub fn typed_here(words: impl Iterator<Item = impl AsRef<OsStr>>, array: &Path) -> Typed {
    let mut command = "rmm".to_owned();
    let mut places = Vec::new();
    for word in words {
        command.push(' ');
        let start = command.len();
        command += &shell_word(word.as_ref());
        if word.as_ref() == array.as_os_str() {
            places.push(start..command.len());
        }
    }
    // Where two words are the same, one of them may mean something else.
    let word = if let [_] = places[..] { places.pop() } else { None };
    Typed { command, folder: here(), array: array.as_os_str().as_bytes().to_vec(), word }
}

/// The command that goes on with the job of a journal.
pub fn resuming(journal: &Path, typed: &Typed) -> String {
    let folder = Path::new(OsStr::from_bytes(&typed.folder.path));
    let is_here = typed.folder.is(&here());
    let is_found = is_here || found(folder).is_some_and(|found| found.is(&typed.folder));
    if !is_found || !typed.is_whole() {
        return plainly(typed);
    }
    let from = if is_here { Path::new("") } else { folder };
    let array = array_beside(journal);
    let command = match &typed.word {
        _ if leads_to(&from.join(OsStr::from_bytes(&typed.array)), journal) => typed.command.clone(),
        Some(word) => {
            let Some(name) = (if is_here { Some(array) } else { full_path(&array).ok() }) else {
                return plainly(typed);
            };
            let (before, behind) = (&typed.command[..word.start], &typed.command[word.end..]);
            format!("{before}{}{behind}", shell_path(&name))
        }
        None => return plainly(typed),
    };
    let command = with_resume(&command);
    if is_here { command } else { format!("(cd {} && {command})", shell_path(folder)) }
}

/// Why nobody else may make or replace a file, on which, or on a partial file of which, there is an unfinished job: with
/// the commands that go on with it, as far as its journal can be read, and give it up. `array` is the file that is stored
/// in, `target` the one that is asked for.
pub(super) fn unfinished(message: &str, array: &Path, target: &Path) -> Error {
    let error = Error::new(ErrorKind::Busy, message);
    let error = match goes_on(array) {
        Some(command) => error.whole_hint(command),
        None => error,
    };
    error.whole_hint(discarding(target))
}

/// The command that goes on with the job of an array, where its journal is one that can be gone on with.
fn goes_on(array: &Path) -> Option<String> {
    let journal = JournalFile::open(array).ok()??;
    let file = File::open(array).ok()?;
    let (header, _) = trusted(&journal, (&file, file.metadata().ok()?.len(), array)).ok()?;
    Some(resuming(journal.path(), &header.typed))
}

/// What is said where no command is known that would do: as much of that of then as is of use to anybody.
fn plainly(Typed { command, folder, .. }: &Typed) -> String {
    let folder = if folder.path.is_empty() {
        String::new()
    } else {
        format!(" in {}", shell_path(Path::new(OsStr::from_bytes(&folder.path))))
    };
    let command = shortened(command, SHOWN);
    format!("--resume goes on, with the options and the names of now, with what was begun{folder} by: {command}")
}

/// Whether an array of this name, or one that is made under it, has this journal beside it.
fn leads_to(array: &Path, journal: &Path) -> bool {
    let identity = |path: &Path| path.symlink_metadata().ok().map(|metadata| Identity::from_metadata(&metadata));
    // What has no name any more is that of no other array.
    let Some(own) = identity(journal) else { return true };
    let beside = |array: &Path| journal_path(array).ok().and_then(|path| identity(&path)) == Some(own);
    beside(array) || partial_path(array).is_ok_and(|part| beside(&part))
}

/// The folder in which relative names are looked up.
fn here() -> Folder {
    let path = std::env::current_dir().unwrap_or_default();
    let found = found(Path::new(".")).unwrap_or_default();
    Folder { path: path.as_os_str().as_bytes().to_vec(), ..found }
}

fn found(folder: &Path) -> Option<Folder> {
    let metadata = folder.metadata().ok()?;
    Some(Folder { path: folder.as_os_str().as_bytes().to_vec(), number: metadata.ino(), born: born_of(&metadata) })
}

fn born_of(metadata: &Metadata) -> u64 {
    let born = metadata.created().ok().and_then(|born| born.duration_since(UNIX_EPOCH).ok());
    born.map_or(0, |born| born.as_nanos() as u64)
}

fn with_resume(command: &str) -> String {
    // Options are options anywhere but behind a lone `--`, which cannot be told from one in quotes; what stands before
    // the subcommand's name is never quoted.
    let names = [" map-chunks", " fill"];
    let end = names.iter().filter_map(|name| command.find(name).map(|start| start + name.len())).min();
    let (named, rest) = command.split_at(end.unwrap_or(command.len()));
    format!("{named} --resume{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_resumed_by_an_option_behind_the_name_of_its_command() {
        for (command, resumed) in [
            ("rmm map-chunks a -i --expr 'x -- 1'", "rmm map-chunks --resume a -i --expr 'x -- 1'"),
            ("rmm -j 4 fill --expr 'x + 1' -- -map-chunks", "rmm -j 4 fill --resume --expr 'x + 1' -- -map-chunks"),
            ("rmm map-chunks ' fill' -i", "rmm map-chunks --resume ' fill' -i"),
        ] {
            assert_eq!(with_resume(command), resumed);
        }
    }

    #[test]
    fn the_word_of_the_array_is_known_where_it_is_the_only_one() {
        let typed = |words: &[&str]| typed_here(words.iter(), Path::new("a b"));
        let one = typed(&["map-chunks", "a b", "-i"]);
        assert_eq!((one.command.as_str(), one.word), ("rmm map-chunks 'a b' -i", Some(15..20)));
        for words in [&["map-chunks", "a b", "--exec", "a b"][..], &["map-chunks", "./a b"], &[]] {
            assert_eq!(typed(words).word, None, "{words:?}");
        }
        assert!(one.folder.is(&here()));
    }

    #[test]
    fn what_leads_nowhere_is_said_in_words() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = folder.path().join("b.rmm-journal");
        std::fs::write(&journal, "").expect("written");
        let gone = found(folder.path()).expect("there");
        let gone = Folder { path: b"/nowhere/at all".to_vec(), ..gone };
        let typed = Typed { command: "rmm fill a".to_owned(), folder: gone, array: b"a".to_vec(), word: None };
        let said = "--resume goes on, with the options and the names of now, with what was begun";
        assert_eq!(resuming(&journal, &typed), format!("{said} in '/nowhere/at all' by: rmm fill a"));
        let unknown = Typed { folder: Folder::default(), ..typed.clone() };
        assert_eq!(resuming(&journal, &unknown), format!("{said} by: rmm fill a"));
        // The folder is there, and the name of the array is not known among the words.
        let renamed = Typed { folder: found(folder.path()).expect("there"), ..typed };
        assert!(resuming(&journal, &renamed).starts_with(said));
        let named = Typed { array: b"b".to_vec(), ..renamed };
        let cut = Typed { command: "rmm fill a ".repeat(1 << 13), ..named.clone() }.kept();
        let shown = resuming(&journal, &cut);
        assert!(shown.starts_with(said) && shown.ends_with('…') && shown.len() < 2 * SHOWN, "{shown}");
        let path = shell_path(folder.path());
        assert_eq!(resuming(&journal, &named), format!("(cd {path} && rmm fill --resume a)"));
    }
}
