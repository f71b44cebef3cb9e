//! What is made from the definition of the command line and committed beside it: completions, man pages, docs/cli.md.

use std::fs;
use std::path::Path;

use clap::Command;
use clap_complete::{Shell, generate};

use crate::harness::{Rmm, root};

const REFRESH: &str = "RMM_REFRESH=1 cargo test --test integration generated";
/// Columns of docs/cli.md, whatever the terminal.
const WIDTH: usize = 100;

const SCRIPTS: [(Shell, &str); 4] = [
    (Shell::Bash, "completions/rmm.bash"),
    (Shell::Zsh, "completions/_rmm"),
    (Shell::Fish, "completions/rmm.fish"),
    (Shell::PowerShell, "completions/_rmm.ps1"),
];

/// Compares a committed file with what it should be, or writes it where that is asked for.
fn is_fresh(name: &str, expected: &[u8]) -> Result<(), String> {
    let path = root().join(name);
    if std::env::var_os("RMM_REFRESH").is_some() {
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder can be made");
        fs::write(&path, expected).expect("the sources can be written");
    }
    match fs::read(&path) {
        Ok(found) if found == expected => Ok(()),
        Ok(_) => Err(format!("{name} is not what the command line says now")),
        Err(error) => Err(format!("{name}: {error}")),
    }
}

#[track_caller]
fn are_fresh(files: impl IntoIterator<Item = (String, Vec<u8>)>) {
    let stale: Vec<String> =
        files.into_iter().filter_map(|(name, expected)| is_fresh(&name, &expected).err()).collect();
    assert!(stale.is_empty(), "{}\nto refresh: {REFRESH}", stale.join("\n"));
}

/// The names of a folder's files.
fn names_in(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).into_iter().flatten();
    names.map(|entry| entry.expect("a listing goes on").file_name().to_string_lossy().into_owned()).collect()
}

fn script(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    generate(shell, &mut rmm::cli::command(), "rmm", &mut script);
    script
}

#[test]
fn completions_are_fresh() {
    are_fresh(SCRIPTS.map(|(shell, name)| (name.to_owned(), script(shell))));
}

#[test]
fn completions_are_what_the_command_prints() {
    for (shell, _) in SCRIPTS {
        Rmm::new().run(["completions", &shell.to_string()]).prints(script(shell));
    }
    Rmm::new().run(["completions", "elvish"]).code(0).stderr("").stdout_has("edit:completion");
    Rmm::new().run(["completions", "csh"]).refused(2, "csh");
}

#[test]
fn man_pages_are_fresh() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    clap_mangen::generate_to(rmm::cli::command(), folder.path()).expect("room for the pages");
    let names = names_in(folder.path());
    let page = |name: &String| fs::read(folder.path().join(name)).expect("just written");
    are_fresh(names.iter().map(|name| (format!("man/{name}"), page(name))));
    let forgotten: Vec<String> =
        names_in(&root().join("man")).into_iter().filter(|name| !names.contains(name)).collect();
    assert!(forgotten.is_empty(), "in man/ but of no subcommand: {forgotten:?}");
}

#[test]
fn reference_is_fresh() {
    are_fresh([("docs/cli.md".to_owned(), reference().into_bytes())]);
}

/// The help of every subcommand, as Markdown.
fn reference() -> String {
    let mut rmm = rmm::cli::command().term_width(WIDTH);
    rmm.build();
    let mut text =
        String::from("# The command line\n\nWhat `rmm --help` and the `--help` of every subcommand print.\n\n");
    let names: Vec<String> = documented(&rmm).map(|command| command.get_name().to_owned()).collect();
    for name in &names {
        text.extend(["- [rmm ", name, "](#rmm-", name, ")\n"]);
    }
    text += &section("rmm", &mut rmm);
    for name in &names {
        text += &section(&format!("rmm {name}"), rmm.find_subcommand_mut(name).expect("it has just been named"));
    }
    text
}

fn documented(rmm: &Command) -> impl Iterator<Item = &Command> {
    rmm.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help")
}

fn section(title: &str, command: &mut Command) -> String {
    let help = command.render_long_help().to_string();
    // clap pads empty lines; Markdown should not.
    let lines: Vec<&str> = help.trim_end().lines().map(str::trim_end).collect();
    format!("\n## {title}\n\n```text\n{}\n```\n", lines.join("\n"))
}

#[test]
fn reference_does_not_depend_on_the_terminal() {
    assert_eq!(reference(), reference());
    let longest = reference().lines().skip_while(|line| *line != "```text").map(|line| line.chars().count()).max();
    assert!(longest.is_some_and(|longest| longest <= WIDTH), "a line of {longest:?} columns");
}
