//! The differential test against NumPy: a fixed seed, and one that is new in every run.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use libtest_mimic::{Failed, Trial};

use crate::needs::{self, trial};

/// How many cases a seed, unless `RMM_CASES` says otherwise.
const CASES: &str = "300";
/// Inputs a function whose accuracy is measured, unless `RMM_INPUTS` says otherwise.
const INPUTS: &str = "20000";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("numpy::agrees_on_the_fixed_seed", needs::python(), |python| differential(&python, "1")),
        trial("numpy::expressions_agree", needs::python(), |python| expressions(&python)),
        trial("numpy::text_agrees", needs::python(), |python| text(&python)),
        trial("numpy::functions_are_as_accurate_as_promised", needs::python(), |python| accuracy(&python)),
        trial("numpy::histograms_agree", needs::python(), |python| histograms(&python)),
        trial("numpy::reductions_agree", needs::python(), |python| reductions(&python)),
        trial("numpy::agrees_on_a_new_seed", new_seed(), |python| {
            let seed = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos().to_string();
            differential(&python, &seed)
        }),
    ]
}

/// Random expressions, on a fixed seed.
fn expressions(python: &Path) -> Result<(), Failed> {
    on_fixed_seed("tests/numpy/expressions.py", python)
}

/// Random text, on a fixed seed.
fn text(python: &Path) -> Result<(), Failed> {
    on_fixed_seed("tests/numpy/text.py", python)
}

/// Random histograms, on a fixed seed.
fn histograms(python: &Path) -> Result<(), Failed> {
    on_fixed_seed("tests/numpy/histograms.py", python)
}

/// Random reductions, on a fixed seed.
fn reductions(python: &Path) -> Result<(), Failed> {
    on_fixed_seed("tests/numpy/reductions.py", python)
}

fn on_fixed_seed(script: &str, python: &Path) -> Result<(), Failed> {
    let cases = std::env::var("RMM_CASES").unwrap_or_else(|_| CASES.to_owned());
    let script = needs::root().join(script);
    let mut command = Command::new(python);
    command.arg("-B").arg(script).args(["--rmm", needs::RMM, "--cases", &cases]);
    needs::succeeded(&command.output()?)
}

/// The elementary functions beside NumPy's in a wider type.
fn accuracy(python: &Path) -> Result<(), Failed> {
    let inputs = std::env::var("RMM_INPUTS").unwrap_or_else(|_| INPUTS.to_owned());
    let script = needs::root().join("tests/numpy/accuracy.py");
    let mut command = Command::new(python);
    command.arg("-B").arg(script).args(["--rmm", needs::RMM, "--count", &inputs, "--pairs", &inputs]);
    needs::succeeded(&command.output()?)
}

/// A seed that nobody has tried may find something: that is for a run that was asked for, not for every one.
fn new_seed() -> Result<PathBuf, String> {
    if std::env::var_os("RMM_NEW_SEED").is_none() {
        return Err("RMM_NEW_SEED is not set".to_owned());
    }
    needs::python()
}

/// Runs the script; a failure carries its report, in which the seed stands.
fn differential(python: &Path, seed: &str) -> Result<(), Failed> {
    let cases = std::env::var("RMM_CASES").unwrap_or_else(|_| CASES.to_owned());
    let script = needs::root().join("tests/numpy/differential.py");
    writeln!(std::io::stderr(), "numpy: {cases} cases of seed {seed}")?;
    let mut command = Command::new(python);
    command.arg("-B").arg(script).args(["--rmm", needs::RMM, "--cases", &cases, "--seed", seed]);
    needs::succeeded(&command.output()?)
}
