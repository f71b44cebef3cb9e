//! Words as they were typed, put so that clap cannot mistake a negative number for an option.
//!
//! ```text
//!   rmm set -q f -1,: --io mmap -inf   ─►   rmm set -q --io=mmap -- f -1,: -inf
//! ```
//!
//! Options come first, each in one word with its value, then `--`, then the positionals in their order. Which options
//! there are, and which take a value, is asked of the clap command itself: no option is named here but clap's own
//! `--help` and `--version`. What looks like an option and is none stays one, so that clap can say so.
//!
//! Options must not set `allow_hyphen_values`: with this it is not needed, and it would make a last option swallow the
//! `--`.

use std::ffi::{OsStr, OsString};
use std::iter::Peekable;
use std::vec;

use clap::{Arg, Command};

/// `argv`, the program's name first, so that a leading minus needs neither quotes nor `--`.
///
/// - A word that begins with `-` is a positional if it is `-` alone, stands behind a lone `--`, or goes on like a
///   number or an index: `-1,0`, `-10:`, `-.5`, `-inf`.
/// - An option that needs a value takes the next word, whatever it is, except `--` and the long options of this
///   command: those show that the value was forgotten, which clap reports.
/// - An option whose value may be left out takes the next word only if that is a list of two or more integers:
///   `--transpose 1,0`, but not `--transpose 5`.
///
/// Without a known subcommand in its place, and for `help`, the words from there on are clap's as they are.
pub(super) fn normalise(argv: Vec<OsString>, command: &Command) -> Vec<OsString> {
    let mut words = argv.into_iter().peekable();
    let mut scope = Scope { commands: vec![command] };
    let mut options: Vec<OsString> = words.next().into_iter().collect();
    let mut positionals = Vec::new();
    while let Some(word) = words.next() {
        if word == "--" && !scope.expects_subcommand() {
            positionals.extend(words.by_ref());
        } else if is_positional(&word) || word == "--" {
            match scope.subcommand(&word) {
                Some(inner) if positionals.is_empty() => scope.commands.push(inner),
                _ if scope.expects_subcommand() => {
                    options.push(word);
                    options.extend(words);
                    return options;
                }
                _ => {
                    positionals.push(word);
                    continue;
                }
            }
            options.push(word);
        } else {
            options.push(scope.option(word, &mut words));
        }
    }
    if !positionals.is_empty() {
        options.push("--".into());
    }
    options.extend(positionals);
    options
}

/// The command that the words belong to, last, behind those that it is a subcommand of.
struct Scope<'a> {
    commands: Vec<&'a Command>,
}

/// What an option does with the next word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taking {
    Nothing,
    AnyWord,
    /// The value may be left out, so only a list of integers is surely one.
    ListOnly,
}

impl<'a> Scope<'a> {
    fn command(&self) -> &'a Command {
        self.commands.last().expect("begins with one and only grows")
    }

    fn expects_subcommand(&self) -> bool {
        self.command().has_subcommands()
    }

    fn subcommand(&self, word: &OsStr) -> Option<&'a Command> {
        self.command().find_subcommand(word)
    }

    /// The option's word, joined with the next one if that is its value.
    fn option(&self, mut word: OsString, words: &mut Peekable<vec::IntoIter<OsString>>) -> OsString {
        let takes = match self.taking(&word) {
            Taking::Nothing => false,
            Taking::AnyWord => words.peek().is_some_and(|next| !self.ends_value(next)),
            Taking::ListOnly => words.peek().is_some_and(|next| is_list(next)),
        };
        if takes && let Some(value) = words.next() {
            word.push("=");
            word.push(value);
        }
        word
    }

    fn taking(&self, word: &OsStr) -> Taking {
        let text = valid_part(word);
        if let Some(long) = text.strip_prefix("--") {
            return match self.long(long) {
                Some(arg) if text.len() == word.len() => taking(arg),
                _ => Taking::Nothing,
            };
        }
        // A cluster: the first letter that takes a value has the rest of the word for it.
        let mut letters = text.strip_prefix('-').unwrap_or(text).chars();
        while let Some(letter) = letters.next() {
            match self.short(letter).map_or(Taking::Nothing, taking) {
                Taking::Nothing => {}
                taking if letters.as_str().is_empty() && text.len() == word.len() => return taking,
                _ => break,
            }
        }
        Taking::Nothing
    }

    fn long(&self, name: &str) -> Option<&'a Arg> {
        self.find(|arg| arg.get_long() == Some(name) || arg.get_all_aliases().is_some_and(|all| all.contains(&name)))
    }

    fn short(&self, letter: char) -> Option<&'a Arg> {
        self.find(|arg| {
            arg.get_short() == Some(letter) || arg.get_all_short_aliases().is_some_and(|all| all.contains(&letter))
        })
    }

    /// An argument of this command, or a global one of those around it.
    fn find(&self, fits: impl Fn(&Arg) -> bool) -> Option<&'a Arg> {
        let (inner, outer) = self.commands.split_last().expect("begins with one and only grows");
        let global = outer.iter().flat_map(|command| command.get_arguments()).filter(|arg| arg.is_global_set());
        inner.get_arguments().chain(global).find(|arg| fits(arg))
    }

    /// Whether the word shows that the value before it was forgotten.
    fn ends_value(&self, word: &OsStr) -> bool {
        let Some(long) = valid_part(word).strip_prefix("--") else { return false };
        let name = long.split_once('=').map_or(long, |(name, _)| name);
        matches!(name, "" | "help" | "version") && long == name || self.long(name).is_some()
    }
}

fn taking(arg: &Arg) -> Taking {
    let least = arg.get_num_args().map(|range| range.min_values());
    match least {
        _ if !arg.get_action().takes_values() || arg.is_require_equals_set() => Taking::Nothing,
        Some(0) => Taking::ListOnly,
        _ => Taking::AnyWord,
    }
}

/// The word as far as it is text.
fn valid_part(word: &OsStr) -> &str {
    word.as_encoded_bytes().utf8_chunks().next().map_or("", |chunk| chunk.valid())
}

/// Whether the word is no option: it has no minus before it, or goes on like a number or an index.
fn is_positional(word: &OsStr) -> bool {
    let Some(rest) = valid_part(word).strip_prefix('-') else { return true };
    let digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    word == "-" || rest.starts_with(':') || digit(rest.strip_prefix('.').unwrap_or(rest)) || is_special(rest)
}

/// Whether the text begins with a number that has a name, and no letter spoils it: `inf`, `nan+1j`, `infinity,0`.
fn is_special(text: &str) -> bool {
    let letters = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (name, rest) = text.split_at(letters);
    let name = name.to_ascii_lowercase();
    matches!(name.strip_suffix('j').unwrap_or(&name), "inf" | "nan" | "infinity")
        && (rest.is_empty() || rest.starts_with(['+', '-', ',']))
}

/// Whether the word is integers with commas between them.
fn is_list(word: &OsStr) -> bool {
    let integer = |text: &str| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    word.to_str().is_some_and(|text| text.split(',').all(integer))
}

#[cfg(test)]
mod tests {
    use clap::ArgAction;
    use proptest::prelude::*;

    use super::*;

    fn command() -> Command {
        let option = |name: &'static str| Arg::new(name).long(name);
        let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
        let words = || Arg::new("words").action(ArgAction::Append);
        let sub = |name: &'static str| {
            Command::new(name)
                .arg(words())
                .arg(option("shape").short('s').short_alias('S'))
                .arg(option("format").short('f').alias("fmt"))
                .arg(option("value"))
                .arg(option("rows").action(ArgAction::Append))
                .arg(option("expr"))
                .arg(option("output").short('o'))
                .arg(option("transpose").short('t').num_args(0..=1))
                .arg(option("check").num_args(0..=1).require_equals(true))
                .arg(flag("in-place").short('i'))
        };
        Command::new("rmm")
            .version("1")
            .arg(flag("quiet").short('q').global(true))
            .arg(option("color").global(true))
            .arg(option("log"))
            .subcommands(["get", "set", "fill"].map(sub))
            .subcommand(sub("slice").alias("cut"))
    }

    fn line(text: &str) -> Vec<OsString> {
        std::iter::once("rmm").chain(text.split_whitespace()).map(OsString::from).collect()
    }

    fn normal(text: &str) -> String {
        let words = normalise(line(text), &command());
        let words: Vec<&str> = words.iter().skip(1).map(|word| word.to_str().expect("text")).collect();
        words.join(" ")
    }

    /// What clap makes of the words: the subcommand's matches.
    fn parsed(text: &str) -> clap::ArgMatches {
        let matches = command().try_get_matches_from(normalise(line(text), &command())).expect(text);
        matches.subcommand().expect(text).1.clone()
    }

    fn refused(text: &str) -> clap::Error {
        command().try_get_matches_from(normalise(line(text), &command())).expect_err(text)
    }

    #[test]
    fn words_are_told_apart_as_promised() {
        for (typed, meant) in [
            ("get f -1,0", "get -- f -1,0"),
            ("slice f -10: -f csv", "slice -f=csv -- f -10:"),
            ("set f -1,: -1.5 --quiet", "set --quiet -- f -1,: -1.5"),
            ("set f 0 -inf", "set -- f 0 -inf"),
            ("get f 0 -s -1,500", "get -s=-1,500 -- f 0"),
            ("fill f --value -inf", "fill --value=-inf -- f"),
            ("slice f --rows -10: --rows -1", "slice --rows=-10: --rows=-1 -- f"),
            ("fill f --expr -x", "fill --expr=-x -- f"),
            ("fill f --expr -i -i", "fill --expr=-i -i -- f"),
            ("set -q f 0 -- -q --value", "set -q -- f 0 -q --value"),
        ] {
            assert_eq!(normal(typed), meant);
            parsed(typed);
        }
    }

    #[test]
    fn values_reach_clap_as_typed() {
        for (typed, name, value) in [
            ("get f -s -1,500", "shape", "-1,500"),
            ("get f -qs -1,500", "shape", "-1,500"),
            ("get f -qis3,4", "shape", "3,4"),
            ("get f -s=-3", "shape", "-3"),
            ("get f -S =f8", "shape", "=f8"),
            ("get f --format =f8", "format", "=f8"),
            ("get f --fmt -%d", "format", "-%d"),
            ("slice f -o -", "output", "-"),
            ("slice f --value --1", "value", "--1"),
            ("slice f --value=--quiet", "value", "--quiet"),
            ("slice f --transpose -1,0", "transpose", "-1,0"),
            ("slice f -t 1,0", "transpose", "1,0"),
            ("slice f --color never", "color", "never"),
        ] {
            assert_eq!(parsed(typed).get_one::<String>(name).map(String::as_str), Some(value), "{typed}");
        }
        let mut words = line("get f --value");
        words.push("".into());
        assert_eq!(normalise(words, &command())[2], "--value=");
    }

    #[test]
    fn numbers_and_indices_are_positionals() {
        for word in "-1 -1,0 -10: -.5 -0x1f -1e5 -1-2j -inf -INF -nan -Infinity -inf+1j -nan-2j -infj -inf,0 - -:"
            .split(' ')
            .chain(["", "x", "...", "[1,2]", "(-1,2)"])
        {
            assert!(is_positional(word.as_ref()), "{word}");
        }
    }

    #[test]
    fn everything_else_with_a_minus_is_an_option() {
        for word in ["-i", "-info", "-nano", "-infinite", "-inf=3", "-x", "--1", "--", "-.", "-é", "-in", "-[1]"] {
            assert!(!is_positional(word.as_ref()), "{word}");
        }
    }

    #[test]
    fn a_value_that_may_be_left_out_must_be_a_list() {
        assert_eq!(normal("slice --transpose f"), "slice --transpose -- f");
        assert_eq!(normal("slice f --transpose 0"), "slice --transpose=0 -- f");
        assert_eq!(normal("slice f -qt 0:5"), "slice -qt -- f 0:5");
        assert_eq!(normal("slice f --transpose 1,-2,0"), "slice --transpose=1,-2,0 -- f");
        assert_eq!(normal("slice f -t1,0 --check 1,0"), "slice -t1,0 --check -- f 1,0");
        for word in ["", ",", "1,", "1,2:3", "1,--2", "1,x", "[1,2]"] {
            assert!(!is_list(word.as_ref()), "{word}");
        }
    }

    #[test]
    fn a_forgotten_value_is_clap_s_to_report() {
        for typed in [
            "fill f --value",
            "fill f -s",
            "fill f --value --quiet",
            "fill f --value --help",
            "fill f --value --rows=3",
            "fill f -o --",
        ] {
            let error = refused(typed);
            assert!(error.to_string().contains("a value is required for"), "{typed}: {error}");
        }
    }

    #[test]
    fn unknown_options_are_clap_s_to_report() {
        use clap::error::ErrorKind::{InvalidSubcommand, UnknownArgument};
        for typed in ["get f 0 --shpae 3", "get f -x", "get -qz f -1", "--shape 3 get f", "get f --log x"] {
            assert_eq!(refused(typed).kind(), UnknownArgument, "{typed}");
        }
        assert!(refused("get f 0 --shpae 3").to_string().contains("'--shape'"));
        assert_eq!(refused("gte f -1").kind(), InvalidSubcommand);
    }

    #[test]
    fn help_and_version_work_everywhere() {
        use clap::error::ErrorKind::{DisplayHelp, DisplayVersion};
        for typed in ["--help", "-h", "help", "help get", "get --help", "get f -1 --help", "get -h f"] {
            assert_eq!(refused(typed).kind(), DisplayHelp, "{typed}");
        }
        for typed in ["--version", "-V", "-q --version"] {
            assert_eq!(refused(typed).kind(), DisplayVersion, "{typed}");
        }
    }

    #[test]
    fn the_subcommand_is_found_behind_options_and_under_an_alias() {
        assert_eq!(normal("--color never -q --log x cut f -1"), "--color=never -q --log=x cut -- f -1");
        assert_eq!(normal("get get set"), "get -- get set");
        assert_eq!(normal("get"), "get");
        assert_eq!(normal("-- get f"), "-- get f");
        assert_eq!(normalise(vec![], &command()), Vec::<OsString>::new());
    }

    #[test]
    #[cfg(unix)]
    fn words_that_are_no_text_pass_untouched() {
        use std::os::unix::ffi::OsStringExt;
        let word = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
        let mut words = line("get");
        words.extend([
            word(b"\xff"),
            word(b"-s\xfe"),
            word(b"--value=\xfd"),
            word(b"-q\xfc"),
            "-o".into(),
            word(b"-\xfb"),
        ]);
        let mut meant = line("get");
        meant.extend([word(b"-s\xfe"), word(b"--value=\xfd"), word(b"-q\xfc"), word(b"-o=-\xfb"), "--".into()]);
        meant.push(word(b"\xff"));
        assert_eq!(normalise(words, &command()), meant);
    }

    proptest! {
        #[test]
        fn no_word_is_lost(
            words in proptest::collection::vec(
                prop_oneof![
                    "(--?)?[a-z0-9=,:.-]{0,6}",
                    proptest::sample::select(vec![
                        "--", "-", "-s", "-qs", "--value", "--quiet", "--transpose", "-t", "1,0", "-1", "-inf", "get",
                        "--color", "--help", "--check", "-i",
                    ]).prop_map(String::from),
                ],
                0..12,
            ),
            sub in proptest::sample::select(vec!["get", "slice", "--color never set", "help", "none"]),
        ) {
            let mut typed = line(sub);
            typed.extend(words.iter().map(OsString::from));
            let normal = normalise(typed.clone(), &command());
            // Joining replaces the boundary by `=`, and a lone `--` may come or go: the rest must be there, once.
            let letters = |words: &[OsString]| {
                let words = words.iter().filter(|word| *word != "--").map(|word| word.to_str().expect("text"));
                let mut all: Vec<char> = words.flat_map(str::chars).filter(|c| *c != '=').collect();
                all.sort_unstable();
                all
            };
            let dashes = |words: &[OsString]| words.iter().filter(|word| *word == "--").count();
            let (before, after) = (dashes(&typed), dashes(&normal));
            prop_assert!(after + 1 >= before && after <= before + 1, "{:?}", normal);
            prop_assert_eq!(letters(&typed), letters(&normal), "{:?}", normal);
            // What has been put right stays so.
            prop_assert_eq!(normalise(normal.clone(), &command()), normal);
        }
    }
}
