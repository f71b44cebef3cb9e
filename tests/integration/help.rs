//! The examples that close each subcommand's help are commands that work.

use std::process::{Command, Stdio};

use crate::harness::{Rmm, arange, bytes, finish, npy_bytes, prepare};

/// A command, and what it is for.
fn examples(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    let commands = lines.filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    commands.map(|line| line.split("  ").next().unwrap_or(line).to_owned()).collect()
}

#[test]
fn a_command_ends_where_its_description_begins() {
    let help = "Examples:\n  rmm get a 0          one\n  rmm get a ':,[0, 2]'\n                       two\n";
    assert_eq!(examples(help), ["rmm get a 0", "rmm get a ':,[0, 2]'"]);
}

#[test]
fn every_example_succeeds() {
    let rmm = rmm::cli::command();
    let mut failures = Vec::new();
    for subcommand in rmm.get_subcommands() {
        let help = subcommand.get_after_help().map(ToString::to_string).unwrap_or_default();
        let commands = examples(&help);
        assert!(!commands.is_empty(), "rmm {} --help has no examples", subcommand.get_name());
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("data.npy"), npy_bytes("<f8", &[3, 4], &arange(12))).expect("room");
        let floats: Vec<f32> = (0..32_u8).map(f32::from).collect();
        std::fs::write(folder.path().join("raw.dat"), bytes(&floats)).expect("room");
        std::fs::write(folder.path().join("table.csv"), "lon,lat\n8.5,47.4\n").expect("room");
        std::fs::write(folder.path().join("rows.csv"), "1,2,3,4\n5,6,7,8\n").expect("room");
        for line in commands {
            let mut command = Command::new("sh");
            prepare(command.args(["-c", &line]), folder.path()).stdin(Stdio::null());
            let (status, _, stderr) = finish(&mut command, None);
            if !status.success() {
                failures.push(format!("$ {line}\n{status}: {}", String::from_utf8_lossy(&stderr)));
            }
        }
    }
    assert!(failures.is_empty(), "examples that fail:\n{}", failures.join("\n"));
}

#[test]
fn help_and_version_succeed_everywhere() {
    let rmm = rmm::cli::command();
    for name in rmm.get_subcommands().map(clap::Command::get_name) {
        Rmm::new().run([name, "--help"]).code(0).stderr("").stdout_has("Examples:");
        Rmm::new().run([name, "-h"]).code(0).stderr("").stdout_has("Usage: rmm ");
        Rmm::new().run(["help", name]).code(0).stderr("").stdout_has("Examples:");
    }
    Rmm::new().run(["--version"]).prints(format!("rmm {}\n", env!("CARGO_PKG_VERSION")));
    Rmm::new().run(["--help"]).code(0).stderr("").stdout_has("Usage: rmm");
}
