//! System calls that fail, and kills between any two of them: by strace, which says of each call what comes back.

use std::path::PathBuf;
use std::process::Command;

use libtest_mimic::Trial;

use crate::needs::{self, Need, trial};

pub(crate) fn trials() -> Vec<Trial> {
    let names = [
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
    let one = |name: &'static str| {
        trial(&format!("injection::{name}"), strace(), move |python| {
            needs::run_script(&python, "injection.py", &[name])
        })
    };
    names.into_iter().map(one).collect()
}

/// A Python, where strace may trace what it starts.
fn strace() -> Need<PathBuf> {
    let traced = Command::new("strace").args(["-e", "inject=fsync:error=EIO", "true"]).output();
    match traced {
        Ok(output) if output.status.success() => needs::plain_python(),
        _ => Err("needs strace, and the right to trace".to_owned()),
    }
}
