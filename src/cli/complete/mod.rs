//! Completions that know the array: dtypes, and the fields and axes of the file that is named on the line.
//!
//! A shell that was told to asks `rmm` itself, by a variable of the environment, for the words that may stand where the
//! cursor is. Whatever is wrong on the line, there is nothing to complete then, and never a message.

mod bash;
mod offer;
mod typed;
mod zsh;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::OnceLock;

use clap::FromArgMatches;
use clap_complete::CompleteEnv;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{Elvish, Fish, Powershell, Shells};

use super::args::{Intent, OpenArgs};
use super::argv;
use crate::array::{Array, Opening};
use crate::dtype::{DType, Kind, Number};

/// The variable by which a shell asks.
pub(super) const VARIABLE: &str = "RMM_COMPLETE";
/// The shells that can ask.
pub(super) const SHELLS: Shells<'static> = Shells(&[&bash::Bash, &Elvish, &Fish, &Powershell, &zsh::Zsh]);
/// The words of the line and which of them is at the cursor, where they are not simply those that a shell hands over.
static ASKED: OnceLock<(Vec<OsString>, usize)> = OnceLock::new();
/// All orders of so many axes are listed; of more, only the reverse.
const PERMUTED: usize = 3;

/// Answers a shell; whether one has asked.
///
/// # Errors
/// Clap's own, where the shell is not known.
pub(super) fn answer() -> Result<bool, clap::Error> {
    let env = CompleteEnv::with_factory(super::command).var(VARIABLE).bin("rmm").shells(SHELLS);
    env.try_complete(std::env::args_os(), std::env::current_dir().ok().as_deref())
}

/// Completes element types.
pub(super) fn dtypes() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| beginning_with(current, dtype_names(current)))
}

/// Completes names of fields.
pub(super) fn fields() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let Some(dtype) = dtype() else { return Vec::new() };
        let Kind::Record(record) = dtype.kind() else { return Vec::new() };
        let named = record.fields().iter().map(|field| (field.name.clone(), field.dtype.to_string()));
        beginning_with(current, named.collect())
    })
}

/// Completes numbers of axes.
pub(super) fn axes() -> ArgValueCompleter {
    axes_before("")
}

/// Completes numbers of axes, each with the sign that comes behind it.
pub(super) fn axes_to_pick() -> ArgValueCompleter {
    axes_before("=")
}

fn axes_before(sign: &'static str) -> ArgValueCompleter {
    ArgValueCompleter::new(move |current: &OsStr| {
        let Some(array) = array() else { return Vec::new() };
        let axis = |(axis, len): (usize, &u64)| (format!("{axis}{sign}"), format!("{len} long"));
        beginning_with(current, array.spec().shape.dims().iter().enumerate().map(axis).collect())
    })
}

/// Completes orders of axes.
pub(super) fn permutations() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let Some(array) = array() else { return Vec::new() };
        let dims = array.spec().shape.dims();
        let order = |axes: &[usize]| {
            let join = |items: Vec<String>| items.join(",");
            let lens = axes.iter().map(|&axis| dims[axis].to_string()).collect();
            (join(axes.iter().map(usize::to_string).collect()), format!("shape {}", join(lens)))
        };
        let reversed: Vec<usize> = (0..dims.len()).rev().collect();
        let all = if dims.len() <= PERMUTED { permuted(&reversed) } else { vec![reversed] };
        beginning_with(current, all.iter().map(|axes| order(axes)).collect())
    })
}

/// Every order of some axes, that in which they are given first.
fn permuted(axes: &[usize]) -> Vec<Vec<usize>> {
    if axes.is_empty() {
        return vec![Vec::new()];
    }
    let with_first = |&first: &usize| {
        let rest: Vec<usize> = axes.iter().copied().filter(|&axis| axis != first).collect();
        permuted(&rest).into_iter().map(move |rest| [&[first], &rest[..]].concat())
    };
    axes.iter().flat_map(with_first).collect()
}

/// The names of element types and what they are; with a byte order where one was begun.
fn dtype_names(current: &OsStr) -> Vec<(String, String)> {
    let symbol = current.to_str().and_then(|text| text.chars().next()).filter(|&c| c == '<' || c == '>');
    let prefix = symbol.map_or(String::new(), String::from);
    let of = |&number: &Number| {
        let code = DType::native(number).to_string().trim_start_matches(['<', '>', '|']).to_owned();
        let name = number.name().to_owned();
        let named = (symbol.is_none() && code != name).then(|| (name.clone(), format!("the same as {code}")));
        [Some((format!("{prefix}{code}"), name)), named].into_iter().flatten()
    };
    let times = ["M8[s]", "M8[ms]", "M8[us]", "M8[ns]", "m8[s]", "m8[ns]"];
    let time = |text: &str| {
        let what = if text.starts_with('M') { "a point in time" } else { "a span of time" };
        (format!("{prefix}{text}"), what.to_owned())
    };
    Number::ALL.iter().flat_map(of).chain(times.map(time)).collect()
}

fn beginning_with(current: &OsStr, all: Vec<(String, String)>) -> Vec<CompletionCandidate> {
    let Some(current) = current.to_str() else { return Vec::new() };
    let fitting = all.into_iter().filter(|(value, _)| value.starts_with(current));
    fitting.map(|(value, help)| CompletionCandidate::new(value).help(Some(help.into()))).collect()
}

/// The words that the shell hands over, and which of them is at the cursor.
fn handed_over() -> Option<(Vec<OsString>, usize)> {
    let words: Vec<OsString> = std::env::args_os().skip_while(|word| word != "--").skip(1).collect();
    let last = words.len().checked_sub(1)?;
    Some((words, cursor().unwrap_or(last)))
}

/// Notes which words are asked about, for those who complete by the others.
fn about(words: &[OsString], index: usize) {
    ASKED.get_or_init(|| (words.to_vec(), index));
}

/// Which word is at the cursor, where the script says it.
fn cursor() -> Option<usize> {
    std::env::var("_CLAP_COMPLETE_INDEX").ok()?.parse().ok()
}

/// The array that the line is about, as far as it has been typed.
fn array() -> Option<Array> {
    let (path, opening) = opening()?;
    Array::open(&path, &opening).ok()
}

/// Its element type, which the line alone may say, as for a pipe.
fn dtype() -> Option<DType> {
    let (path, opening) = opening()?;
    let of_file = Array::open(&path, &opening).ok().map(|array| array.dtype().clone());
    of_file.or_else(|| opening.request.dtype.map(|said| said.dtype))
}

/// The file that the line names, and what the line says of it.
fn opening() -> Option<(PathBuf, Opening)> {
    let (mut words, index) = ASKED.get().cloned().or_else(handed_over)?;
    without_word(&mut words, index);
    let command = super::command().ignore_errors(true);
    let words = argv::normalise(words, &command);
    let matches = command.try_get_matches_from(words).ok()?;
    let (_, matches) = matches.subcommand()?;
    let path = matches.try_get_one::<PathBuf>("file").ok()??;
    let opening = OpenArgs::from_arg_matches(matches).ok()?.opening(Intent::Read).ok()?;
    Some((path.clone(), opening))
}

/// Takes away the word at the cursor, and the option whose value it is.
fn without_word(words: &mut Vec<OsString>, index: usize) {
    if index < words.len() {
        words.remove(index);
    }
    let is_option = |word: &OsString| word.to_str().is_some_and(|word| word.starts_with("--") && !word.contains('='));
    if index > 0 && words.get(index - 1).is_some_and(is_option) {
        words.remove(index - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_dtype() {
        for begun in ["", "<", ">"] {
            for (name, _) in dtype_names(OsStr::new(begun)) {
                assert!(name.starts_with(begun) && crate::dtype::parse(&name).is_ok(), "{name}");
            }
        }
    }

    #[test]
    fn orders_of_axes_begin_with_the_reverse() {
        assert_eq!(permuted(&[1, 0]), [[1, 0], [0, 1]]);
        assert_eq!(permuted(&[2, 1, 0]).len(), 6);
    }

    #[test]
    fn the_word_at_the_cursor_goes_with_its_option() {
        let without = |words: &[&str], index| {
            let mut words: Vec<OsString> = words.iter().map(OsString::from).collect();
            without_word(&mut words, index);
            words.into_iter().map(|word| word.into_string().expect("text")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(without(&["rmm", "get", "f", "--field", "x"], 4), "rmm get f");
        assert_eq!(without(&["rmm", "get", "--field", "", "f"], 3), "rmm get f");
        assert_eq!(without(&["rmm", "get", "f", "--field=x"], 3), "rmm get f");
        assert_eq!(without(&["rmm", "get", "f", "-"], 9), "rmm get f -");
    }
}
