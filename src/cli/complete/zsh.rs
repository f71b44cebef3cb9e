//! How zsh asks, and what it is told.
//!
//! Zsh hands over words as they stand on the line, with their quotes and variables, and quotes itself what is offered.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_complete::engine::CompletionCandidate;
use clap_complete::env::EnvCompleter;

use super::offer::{WORDS, offer, script};
use super::typed::{expanded, unquoted};

pub(super) struct Zsh;

/// What zsh runs at a TAB: loaded as a function of `$fpath`, or sourced. A file may stand behind `--from=` or `name=`.
const SCRIPT: &str = r#"#compdef BIN
_NAME_dynamic() {
    local -a answer
    answer=("${(@f)$(_CLAP_COMPLETE_INDEX=$((CURRENT - 1)) VAR=zsh COMPLETER -- "${words[@]}" 2> /dev/null)}")
    if [[ $answer[1] != words ]]; then
        _files || { compset -P 1 '*=' && _files }
    elif shift answer; [[ ${answer[1]%%:*} == *= ]]; then
        _describe -V 'word' answer -S ''
    else
        _describe -V 'word' answer
    fi
}
if [[ $funcstack[1] == _NAME ]]; then
    _NAME_dynamic "$@"
else
    compdef _NAME_dynamic BIN
fi
"#;

impl EnvCompleter for Zsh {
    fn name(&self) -> &'static str {
        "zsh"
    }

    fn is(&self, name: &str) -> bool {
        name == self.name()
    }

    fn write_registration(
        &self,
        var: &str,
        name: &str,
        bin: &str,
        completer: &str,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        buf.write_all(script(SCRIPT, [name, var, bin, completer]).as_bytes())
    }

    /// `args` are the words as they stand on the line.
    fn write_complete(
        &self,
        cmd: &mut Command,
        args: Vec<OsString>,
        current_dir: Option<&Path>,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        let Some(at) = super::cursor() else { return Ok(()) };
        // Of the word at the cursor zsh keeps variables as they stand, and so must what is offered for it.
        let read = |(index, word): (usize, OsString)| match word.to_str() {
            Some(text) if index == at => unquoted(text).into(),
            Some(text) => expanded(text).into(),
            None => word,
        };
        let mut words: Vec<OsString> = args.into_iter().enumerate().map(read).collect();
        if words.len() == at {
            words.push(OsString::new());
        }
        let Some(candidates) = offer(cmd, words, at, current_dir) else { return Ok(()) };
        writeln!(buf, "{WORDS}")?;
        candidates.iter().filter_map(described).try_for_each(|line| writeln!(buf, "{line}"))
    }
}

/// A word and what is said of it, as `_describe` reads them.
fn described(candidate: &CompletionCandidate) -> Option<String> {
    let word = candidate.get_value().to_str()?.replace('\\', r"\\").replace(':', r"\:");
    let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
    Some(match help.lines().next() {
        Some(help) => format!("{word}:{}", help.replace('\\', r"\\")),
        None => word,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colons_of_words_are_no_ends() {
        let line =
            |word, help: Option<&'static str>| described(&CompletionCandidate::new(word).help(help.map(Into::into)));
        assert_eq!(line("a:b", Some("c: d\ne")).as_deref(), Some("a\\:b:c: d"));
        assert_eq!(line("a\\", None).as_deref(), Some("a\\\\"));
    }
}
