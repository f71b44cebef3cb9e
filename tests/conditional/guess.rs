//! `rmm info --guess` on files as `NumPy`, `SciPy`, Pillow and the wave module leave them: how often it is right.

use std::path::PathBuf;
use std::process::Command;

use libtest_mimic::Trial;

use crate::needs::{self, Need, trial};

/// The least that counts, per cent: the truth first, and among the first three.
const FIRST: &str = "80";
const THREE: &str = "95";

pub(crate) fn trials() -> Vec<Trial> {
    let one = |half: &'static str| {
        trial(&format!("guess::{half}"), python(), move |python| {
            let script = needs::root().join("tests/guess/score.py");
            let mut command = Command::new(python);
            command.arg("-B").arg(script).args(["--rmm", needs::RMM, "--first", FIRST, "--three", THREE, half]);
            needs::succeeded(&command.output()?)
        })
    };
    ["tuned", "held-out"].map(one).into()
}

/// A Python with what makes the files.
fn python() -> Need<PathBuf> {
    let python = needs::python()?;
    let output = Command::new(&python).args(["-c", "import PIL, scipy"]).output();
    let there = output.is_ok_and(|output| output.status.success());
    there.then_some(python).ok_or_else(|| "needs the Python modules PIL and scipy".to_owned())
}
