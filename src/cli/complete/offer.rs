//! What is offered to a shell that completes the names of files itself.
//!
//! A shell knows how it quotes names, and variables and home folders in them. So it is told only whether a file may
//! stand where the cursor is, and otherwise the words that fit.

use std::ffi::OsString;
use std::path::Path;

use clap::{Command, ValueHint};
use clap_complete::engine::{self, CompletionCandidate};

use super::typed::{Quote, quoted};

/// The line before the words. Where it is missing, the shell completes the name of a file.
pub(super) const WORDS: &str = "words";

/// What a shell is to run, for a name of its functions, the variable it asks by, the program it completes, and the one
/// that it asks.
pub(super) fn script(template: &str, [name, var, bin, completer]: [&str; 4]) -> String {
    let script = template.replace("NAME", name).replace("VAR", var).replace("BIN", bin);
    script.replace("COMPLETER", &quoted(completer, Quote::None))
}

/// The words that fit at `at`, perhaps none; nothing, where the shell completes the name of a file.
pub(super) fn offer(
    command: &mut Command,
    words: Vec<OsString>,
    at: usize,
    current_dir: Option<&Path>,
) -> Option<Vec<CompletionCandidate>> {
    super::about(&words, at);
    let nothing_typed = words.get(at).is_none_or(|word| word.is_empty());
    let before: Vec<OsString> = words[..at.min(words.len())].to_vec();
    let mut candidates = engine::complete(command, words, at, current_dir).ok()?;
    if candidates.is_empty() {
        return None;
    }
    // All options begin with a dash, which the shell would insert where an index or a value is to come.
    if nothing_typed {
        candidates.retain(|candidate| !candidate.get_value().as_encoded_bytes().starts_with(b"-"));
    }
    let command = before.iter().skip(1).find_map(|word| command.find_subcommand(word)).unwrap_or(command);
    let only_paths = !candidates.is_empty() && candidates.iter().all(|candidate| is_path(candidate, command));
    (!only_paths).then_some(candidates)
}

/// Whether a candidate is the name of a file: it is tagged with the argument that it is for.
fn is_path(candidate: &CompletionCandidate, command: &Command) -> bool {
    let tag = candidate.get_tag().map(ToString::to_string);
    let mut paths = command.get_arguments().filter(|arg| arg.get_value_hint() == ValueHint::AnyPath);
    paths.any(|arg| tag.as_ref() == Some(&arg.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words that are offered for the last one, in a folder of one file.
    fn offered(words: &[&str]) -> Option<Vec<String>> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("npy"), "").expect("room for a file");
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        let at = words.len() - 1;
        let candidates = offer(&mut crate::cli::command(), words, at, Some(folder.path()))?;
        Some(candidates.iter().map(|candidate| candidate.get_value().to_string_lossy().into_owned()).collect())
    }

    #[test]
    fn files_are_left_to_the_shell() {
        for words in [&["rmm", "slice", ""][..], &["rmm", "slice", "np"], &["rmm", "create", "a", "--from=n"]] {
            assert_eq!(offered(words), None, "{words:?}");
        }
    }

    #[test]
    fn a_word_is_no_file_of_that_name() {
        assert_eq!(offered(&["rmm", "slice", "f", "--format", "np"]), Some(vec!["npy".to_owned()]));
    }

    #[test]
    fn options_are_offered_once_one_was_begun() {
        assert_eq!(offered(&["rmm", "get", "f", ""]), Some(Vec::new()));
        assert_eq!(offered(&["rmm", "get", "f", "--fie"]), Some(vec!["--field".to_owned()]));
        assert!(offered(&["rmm", ""]).is_some_and(|words| words.contains(&"map-chunks".to_owned())));
    }
}
