//! What `--from SRC` is where it is neither an array nor text: many files say themselves what they are.

use std::path::Path;

use super::input;
use super::source::{FromFormat, by_ending};
use crate::error::Error;
use crate::escape::shell_path;
use crate::guess;
use crate::mapping::stream_name;

/// Programs that decompress what is not decompressed here, by what their files are called.
const DECOMPRESSORS: [&str; 2] = ["xz", "bzip2"];

/// Why SRC is not read as text, where its first bytes are none and say what it is. `verb` is the subcommand.
pub(super) fn refusal(path: &Path, head: &[u8], verb: &str) -> Option<Error> {
    // A character that is cut off at the end is one all the same.
    let is_text = !head.contains(&0) && !str::from_utf8(head).is_err_and(|error| error.error_len().is_some());
    let remark = guess::remark(head).filter(|_| !is_text)?;
    let what = remark.split_once(": ").map_or(&*remark, |(what, _)| what);
    let (name, file) = if input::is_stdin(path) {
        (stream_name("stdin"), String::new())
    } else {
        (path.to_path_buf(), format!(" {}", shell_path(path)))
    };
    let error = Error::usage(format!("is no text: it begins as {what}")).at(name);
    Some(match DECOMPRESSORS.iter().find(|&&program| program == what) {
        Some(program) => {
            let format = input_format(path).map(|format| format!(" --from-format {format}")).unwrap_or_default();
            error.hint(format!("{program} -dc{file} | rmm {verb} FILE --from -{format}"))
        }
        None if file.is_empty() => error,
        None => error.whole_hint(format!("rmm info{file} --guess")),
    })
}

/// What the ending in front of that of a compressed file says.
fn input_format(path: &Path) -> Option<&'static str> {
    by_ending(Path::new(path.file_stem()?)).map(FromFormat::name)
}
