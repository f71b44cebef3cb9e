//! Flat memory: every command on a sparse file of 4 GiB stays below 64 MiB, in 512 MiB of address space.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};

use crate::needs::{self, Need, trial};

/// The file: 32768 × 16384 `float64`, all hole.
const BYTES: u64 = 4 << 30;
const SPEC: &str = "<f8:32768,16384";
const ROWS: u64 = 32768;
const COLUMNS: u64 = 16384;

/// One command and what must come of it.
struct Job {
    name: &'static str,
    verb: &'static str,
    /// What stands behind FILE and its SPEC.
    words: &'static [&'static str],
    stdout: Stdout,
    /// Elements, by their position in the file, and what each must be afterwards.
    after: &'static [(u64, f64)],
}

/// What a command writes to its standard output.
#[derive(Clone, Copy)]
enum Stdout {
    /// That many bytes, through a pipe.
    Bytes(u64),
    /// Something, through a pipe.
    Something,
    /// What nobody counts: it is `/dev/null`.
    Null,
}

const fn reads(name: &'static str, verb: &'static str, words: &'static [&'static str], stdout: Stdout) -> Job {
    Job { name, verb, words, stdout, after: &[(0, 0.0), (BYTES / 8 - 1, 0.0)] }
}

const fn edits(
    name: &'static str,
    verb: &'static str,
    words: &'static [&'static str],
    after: &'static [(u64, f64)],
) -> Job {
    Job { name, verb, words, stdout: Stdout::Bytes(0), after }
}

/// `0.0` and what separates it take four bytes.
const JOBS: &[Job] = &[
    reads("get", "get", &["0,0", "-1,-1", "17,100:200", ":,3"], Stdout::Bytes(4 * (1 + 1 + 100 + ROWS))),
    reads("slice_raw", "slice", &["-f", "raw"], Stdout::Null),
    reads("slice_raw_of_a_column", "slice", &[":,7", "-f", "raw"], Stdout::Bytes(8 * ROWS)),
    reads(
        "slice_raw_to_the_other_order",
        "slice",
        &[":,0:256", "--to-order", "F", "-f", "raw"],
        Stdout::Bytes(8 * 256 * ROWS),
    ),
    reads("slice_tsv_of_a_part", "slice", &["0:40", "-f", "tsv"], Stdout::Bytes(4 * 40 * COLUMNS)),
    reads("summary_of_a_set_in_mode_c", "set", &["9", "3", "--mode", "c"], Stdout::Something),
    edits("set_of_a_column", "set", &[":,5", "1.5"], &[(4, 0.0), (5, 1.5), ((ROWS - 1) * COLUMNS + 5, 1.5)]),
    edits("fill", "fill", &["0:1000", "--value", "2"], &[(0, 2.0), (1000 * COLUMNS - 1, 2.0), (1000 * COLUMNS, 0.0)]),
    edits("fill_with_arange", "fill", &["1:500", "--arange"], &[(COLUMNS - 1, 0.0), (2 * COLUMNS + 3, 16387.0)]),
    edits(
        "map_chunks_through_a_child",
        "map-chunks",
        &["0:500", "--exec", r"tr '\000' '\100'", "-i"],
        &[(0, 32.501_960_784_313_724), (500 * COLUMNS, 0.0)],
    ),
];

pub(crate) fn trials() -> Vec<Trial> {
    let one =
        |job: &'static Job| trial(&format!("memory::{}", job.name), wanted(), move |python| stays_flat(&python, job));
    JOBS.iter().map(one).collect()
}

/// Minutes of work on a slow disk are for those who ask for them.
fn wanted() -> Need<PathBuf> {
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    if is("RMM_BIG", "1") || is("CI", "true") { needs::python() } else { Err("needs RMM_BIG=1 or CI=true".to_owned()) }
}

fn stays_flat(python: &Path, job: &Job) -> Result<(), Failed> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let path = folder.path().join("big.f8");
    File::create(&path)?.set_len(BYTES)?;
    let file = path.to_string_lossy();
    let stdout = match job.stdout {
        Stdout::Bytes(count) => count.to_string(),
        Stdout::Something => "something".to_owned(),
        Stdout::Null => "null".to_owned(),
    };
    let args: Vec<&str> =
        [&stdout, job.verb, &file, "--spec", SPEC].into_iter().chain(job.words.iter().copied()).collect();
    needs::run_script(python, "memory.py", &args)?;
    let file = File::open(&path)?;
    for &(position, expected) in job.after {
        let mut bytes = [0; 8];
        file.read_exact_at(&mut bytes, 8 * position)?;
        let found = f64::from_le_bytes(bytes);
        if found.to_bits() != expected.to_bits() {
            return Err(format!("element {position} should be {expected} and is {found}").into());
        }
    }
    Ok(())
}
