//! How bash asks, and what it is told.
//!
//! Bash cuts words at `:` and `=`, and hands over quotes as they stand. So its script hands over the line, which is read
//! here; what is offered is cut where bash cuts, and quoted as the line is.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_complete::env::EnvCompleter;

use super::offer::{WORDS, offer, script};
use super::typed::{quoted, typed, unquoted};

pub(super) struct Bash;

/// What bash runs at a TAB.
const SCRIPT: &str = r#"_NAME_dynamic() {
    local kind= word
    COMPREPLY=()
    {
        read -r kind
        while IFS= read -r word; do
            COMPREPLY+=("$word")
        done
    } < <(VAR=bash COMPLETER -- "${COMP_LINE:0:COMP_POINT}" "${COMP_LINE:COMP_POINT}" "$2" 2> /dev/null)
    if [[ $kind == words ]]; then
        compopt +o bashdefault +o default 2> /dev/null
    fi
    if [[ ${COMPREPLY[0]-} == *= ]]; then
        compopt -o nospace 2> /dev/null
    fi
}
complete -o bashdefault -o default -o nosort -F _NAME_dynamic BIN 2> /dev/null ||
    complete -o bashdefault -o default -F _NAME_dynamic BIN
"#;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        "bash"
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

    /// `args` are the line up to the cursor, the rest of it, and the word that bash replaces.
    fn write_complete(
        &self,
        cmd: &mut Command,
        args: Vec<OsString>,
        current_dir: Option<&Path>,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        let args: Option<Vec<String>> = args.into_iter().map(|arg| arg.into_string().ok()).collect();
        let Some([before, behind, word]) = args.as_deref() else { return Ok(()) };
        let line = format!("{before}{behind}");
        let Some(typed) = typed(&line, before.len()) else { return Ok(()) };
        let words = typed.words.iter().map(OsString::from).collect();
        let Some(candidates) = offer(cmd, words, typed.at, current_dir) else { return Ok(()) };
        let kept = typed.raw.strip_suffix(word.as_str()).map_or_else(String::new, unquoted);
        writeln!(buf, "{WORDS}")?;
        for candidate in candidates {
            if let Some(value) = candidate.get_value().to_str().and_then(|value| value.strip_prefix(&kept)) {
                writeln!(buf, "{}", quoted(value, typed.quote))?;
            }
        }
        Ok(())
    }
}
