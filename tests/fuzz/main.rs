//! Replays the kept corpora and random mutations of them through every body, with a seed that is always the same.
//!
//! `RMM_FUZZ_CASES` says how many mutations of each corpus are tried (2000 by default). An input that fails is kept in
//! the target folder: once it is understood it belongs in `tests/fuzz/corpus/`. The fuzzer that looks for new ones is
//! in `fuzz/`.

mod bodies;
mod mutation;

use std::any::Any;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, io};

use bodies::Target;
use libtest_mimic::{Arguments, Failed, Trial};
use mutation::Mutator;
use rustix::process::{Resource, Rlimit};

/// How many mutations a target, unless `RMM_FUZZ_CASES` says otherwise.
const CASES: u64 = 2000;
/// Inputs are at most 16 KiB long and take far less than a millisecond; this is for debug builds on a busy machine.
const PATIENCE: Duration = Duration::from_secs(5);
/// Address space for all of it: an allocation whose size comes from the input ends the test.
const MEMORY: u64 = 4 << 30;

fn main() -> std::process::ExitCode {
    let args = Arguments::from_args();
    bound_memory().expect("the limit is below the one there is");
    let one = |target: &'static Target| Trial::test(format!("fuzz::{}", target.name), move || replay(target));
    libtest_mimic::run(&args, bodies::TARGETS.iter().map(one).collect()).exit_code()
}

fn bound_memory() -> io::Result<()> {
    let now = rustix::process::getrlimit(Resource::As);
    let lower = Some(now.maximum.map_or(MEMORY, |most| most.min(MEMORY)));
    Ok(rustix::process::setrlimit(Resource::As, Rlimit { current: lower, ..now })?)
}

fn replay(target: &Target) -> Result<(), Failed> {
    let cases = match std::env::var("RMM_FUZZ_CASES") {
        Ok(text) => text.parse().map_err(|error| format!("RMM_FUZZ_CASES={text}: {error}"))?,
        Err(_) => CASES,
    };
    let corpus = corpus(target.name)?;
    for (name, input) in &corpus {
        holds(target, input, name)?;
    }
    let inputs: Vec<Vec<u8>> = corpus.into_iter().map(|(_, input)| input).collect();
    let mut mutator = Mutator::new(target.name, inputs);
    for case in 0..cases {
        holds(target, &mutator.mutated(), &format!("mutation {case}"))?;
    }
    Ok(())
}

/// The kept inputs of a target and their names, always in the same order.
fn corpus(name: &str) -> Result<Vec<(String, Vec<u8>)>, Failed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(name);
    let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<PathBuf>>>()?;
    paths.sort();
    if paths.is_empty() {
        return Err(format!("{} is empty", folder.display()).into());
    }
    paths.iter().map(|path| Ok((path.display().to_string(), fs::read(path)?))).collect()
}

fn holds(target: &Target, input: &[u8], name: &str) -> Result<(), Failed> {
    let start = Instant::now();
    let panic = catch_unwind(|| bodies::run(target.name, input)).err();
    let took = start.elapsed();
    let problem = match panic {
        Some(panic) => said(panic.as_ref()),
        None if took > PATIENCE => format!("took {took:?}"),
        None => return Ok(()),
    };
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}", target.name));
    fs::write(&kept, input)?;
    Err(format!("{name}: {problem}\n  input: {}\n  kept:  {}", input.escape_ascii(), kept.display()).into())
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}
