//! Text of floats beside Python's: `RMM_FLOATS` bit patterns each, every one of float32 from 2^32 on.

use libtest_mimic::Trial;

use crate::needs::{python, run_script, trial};

pub(crate) fn trials() -> Vec<Trial> {
    let count = std::env::var("RMM_FLOATS").unwrap_or_else(|_| "100000".to_owned());
    vec![trial("exact::floats", python(), move |python| run_script(&python, "exact.py", &[&count]))]
}
