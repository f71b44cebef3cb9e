//! Every command that README.md and docs/ show is run, and prints what they say.
//!
//! A block that begins with ```` ```console ```` holds commands, each behind `$ `, with what they print behind them;
//! lines behind `> ` belong to the command before. The commands of a file run in their order, in one folder, which
//! begins with a copy of examples/ in it. A line of three dots stands for any lines. A block marked `console,ignore` is
//! not run, and one marked `console,numpy` only where there is NumPy. `RMM_REFRESH=1` writes what is printed into the
//! page.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::harness::{as_typed, finish, prepare, root, skipped};

/// A page in pieces: prose as it is, commands with their output.
struct Page {
    path: PathBuf,
    pieces: Vec<Piece>,
}

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Line(String),
    Shown { command: Vec<String>, output: Vec<String> },
}

fn pages() -> Vec<PathBuf> {
    let docs = fs::read_dir(root().join("docs")).into_iter().flatten();
    let mut paths: Vec<PathBuf> = docs.map(|entry| entry.expect("a listing goes on").path()).collect();
    paths.push(root().join("README.md"));
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md") && path.exists());
    paths.sort();
    paths
}

fn parse(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if inside && line.starts_with("```") {
            inside = false;
        } else if inside {
            let last = pieces.last_mut();
            match (line.strip_prefix("$ "), line.strip_prefix("> "), last) {
                (Some(command), ..) => {
                    pieces.push(Piece::Shown { command: vec![command.to_owned()], output: Vec::new() });
                    continue;
                }
                (_, Some(more), Some(Piece::Shown { command, output })) if output.is_empty() => {
                    command.push(more.to_owned());
                    continue;
                }
                (_, _, Some(Piece::Shown { output, .. })) => {
                    output.push(line.to_owned());
                    continue;
                }
                _ => {}
            }
        } else {
            inside = match line.trim_end() {
                "```console" => true,
                "```console,numpy" => has_numpy(),
                _ => false,
            };
        }
        pieces.push(Piece::Line(line.to_owned()));
    }
    pieces
}

fn render(pieces: &[Piece]) -> String {
    let mut text = String::new();
    let mut push = |prefix: &str, line: &str| text.extend([prefix, line, "\n"]);
    for piece in pieces {
        match piece {
            Piece::Line(line) => push("", line),
            Piece::Shown { command, output } => {
                let (first, more) = command.split_first().expect("a command has a line");
                push("$ ", first);
                for line in more {
                    push("> ", line);
                }
                for line in output {
                    push("", line);
                }
            }
        }
    }
    text
}

/// Whether what was printed is what the page says, in which `...` is any lines.
fn matches(expected: &[String], found: &[String]) -> bool {
    match expected.split_first() {
        None => found.is_empty(),
        Some((dots, rest)) if dots == "..." => (0..=found.len()).any(|skipped| matches(rest, &found[skipped..])),
        Some((line, rest)) => found.first() == Some(line) && matches(rest, &found[1..]),
    }
}

fn run(lines: &[String], folder: &Path) -> Vec<String> {
    let mut command = Command::new("sh");
    // One pipe for both, so that their lines keep their order.
    let script = format!("{{ {}\n}} 2>&1", lines.join("\n"));
    prepare(command.args(["-c", &script]), folder).stdin(Stdio::null());
    let (_, printed, _) = finish(&mut command, None);
    String::from_utf8_lossy(&as_typed(printed)).lines().map(str::to_owned).collect()
}

/// Whether there is a Python with NumPy.
fn has_numpy() -> bool {
    static HAS: OnceLock<bool> = OnceLock::new();
    *HAS.get_or_init(|| {
        let check = Command::new("python3").args(["-c", "import numpy"]).stderr(Stdio::null()).status();
        let has = check.is_ok_and(|status| status.success());
        if !has {
            skipped("the blocks that need NumPy");
        }
        has
    })
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).into_iter().flatten() {
        let path = entry.expect("a listing goes on").path();
        let target = to.join(path.file_name().expect("every entry has one"));
        if path.is_dir() {
            fs::create_dir(&target).expect("a new folder");
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).expect("room for the examples");
        }
    }
}

impl Page {
    fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).expect("a page is text");
        Self { path, pieces: parse(&text) }
    }

    /// Runs all commands; what each printed differently goes into the page, and is reported.
    fn check(&mut self) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let examples = folder.path().join("examples");
        fs::create_dir(&examples).expect("a new folder");
        copy_folder(&root().join("examples"), &examples);
        let name = self.path.strip_prefix(root()).expect("inside the package").display().to_string();
        let mut differences = Vec::new();
        for piece in &mut self.pieces {
            let Piece::Shown { command, output } = piece else { continue };
            let found = run(command, folder.path());
            if !matches(output, &found) {
                let (line, expected) = (command.join("\n> "), output.join("\n"));
                differences.push(format!("{name}: $ {line}\nexpected:\n{expected}\nfound:\n{}\n", found.join("\n")));
                *output = found;
            }
        }
        differences
    }
}

#[test]
fn commands_print_what_the_pages_say() {
    let mut differences = Vec::new();
    for path in pages() {
        let mut page = Page::read(path);
        let found = page.check();
        if !found.is_empty() && std::env::var_os("RMM_REFRESH").is_some() {
            fs::write(&page.path, render(&page.pieces)).expect("the sources can be written");
        } else {
            differences.extend(found);
        }
    }
    let refresh = "RMM_REFRESH=1 cargo test --test integration docs";
    assert!(differences.is_empty(), "{}\nif the pages are wrong: {refresh}", differences.join("\n"));
}

#[test]
fn a_page_is_read_and_written_back_the_same() {
    let text = "# A\n```console\n$ rmm a \\\n> -b\n1\n> 2\n$ c\n```\n$ prose\n```console,ignore\n$ d\n```\n";
    let pieces = parse(text);
    assert_eq!(render(&pieces), text);
    let shown = |command: &[&str], output: &[&str]| {
        let owned = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect();
        Piece::Shown { command: owned(command), output: owned(output) }
    };
    let commands: Vec<Piece> = pieces.into_iter().filter(|piece| matches!(piece, Piece::Shown { .. })).collect();
    assert_eq!(commands, [shown(&["rmm a \\", "-b"], &["1", "> 2"]), shown(&["c"], &[])]);
}

#[test]
fn three_dots_are_any_lines() {
    let lines = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    for (expected, found, same) in
        [("a ... d", "a b c d", true), ("a ...", "a", true), ("... b", "a b c", false), ("a", "a b", false)]
    {
        assert_eq!(matches(&lines(expected), &lines(found)), same, "{expected} and {found}");
    }
}
