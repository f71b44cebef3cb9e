//! System calls that fail, and kills between any two of them: by strace, which says of each call what comes back.

use std::path::PathBuf;
use std::process::Command;

use libtest_mimic::Trial;

use crate::needs::{self, Need, trial};

pub(crate) fn trials() -> Vec<Trial> {
    let commands = [
        "create",
        "create_over_an_old_file",
        "slice",
        "set",
        "set_in_mode_c",
        "fill",
        "map_chunks",
        "map_chunks_exec",
        "map_chunks_in_place",
        "map_chunks_in_place_sync",
        "map_chunks_in_place_exec",
        "map_chunks_resumable",
        "map_chunks_resumable_exec",
    ];
    // A job that was killed is given up.
    let discards = [
        "in_place",
        "in_place_sync",
        "on_a_full_disk",
        "on_a_full_disk_sync",
        "without_room",
        "without_room_sync",
        "output",
        "output_sync",
    ];
    let one = |script: &'static str, name: &'static str| {
        let group = script.trim_end_matches(".py");
        trial(&format!("{group}::{name}"), strace(), move |python| needs::run_script(&python, script, &[name]))
    };
    let commands = commands.into_iter().map(|name| one("injection.py", name));
    commands.chain(discards.into_iter().map(|name| one("discards.py", name))).collect()
}

/// A Python, where strace may trace what it starts.
fn strace() -> Need<PathBuf> {
    if std::env::var_os("RMM_INJECTIONS").is_some_and(|most| most == "0") {
        return Err("RMM_INJECTIONS=0 asks for none".to_owned());
    }
    let traced = Command::new("strace").args(["-e", "inject=fsync:error=EIO", "true"]).output();
    match traced {
        Ok(output) if output.status.success() => needs::plain_python(),
        _ => Err("needs strace, and the right to trace".to_owned()),
    }
}
