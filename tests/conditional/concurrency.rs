//! NumPy and rmm over one file at the same time.

use libtest_mimic::Trial;

use crate::needs::{self, trial};

pub(crate) fn trials() -> Vec<Trial> {
    let scenarios = [
        "readers_see_old_or_new_while_set_writes",
        "readers_see_old_or_new_while_fill_writes",
        "numpy_parent_sees_what_its_rmm_child_writes",
        "rmm_sees_what_numpy_has_mapped_and_not_flushed",
        "an_exec_child_of_rmm_sees_the_file_in_numpy",
    ];
    let one = |scenario: &'static str| {
        trial(&format!("concurrency::{scenario}"), needs::python(), move |python| {
            let folder = needs::scratch()?;
            let path = folder.path().to_string_lossy().into_owned();
            needs::run_script(&python, "concurrency.py", &[scenario, &path])
        })
    };
    scenarios.into_iter().map(one).collect()
}
