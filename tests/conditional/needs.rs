//! What a trial needs, how it is looked for, and what is said where it is missing.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use libtest_mimic::{Failed, Trial};

/// The binary under test.
pub(crate) const RMM: &str = env!("CARGO_BIN_EXE_rmm");

/// What a trial needs: there, or missing for a reason.
pub(crate) type Need<T> = Result<T, String>;

/// A trial that runs where `need` is met and is reported as ignored, with the reason, where it is not.
pub(crate) fn trial<T: Send + 'static>(
    name: &str,
    need: Need<T>,
    run: impl FnOnce(T) -> Result<(), Failed> + Send + 'static,
) -> Trial {
    match need {
        Ok(found) => Trial::test(name, move || run(found)),
        Err(reason) => {
            let failure = reason.clone();
            Trial::test(name, move || Err(Failed::from(failure))).with_kind(reason).with_ignored_flag(true)
        }
    }
}

/// A Python with NumPy: `RMM_PYTHON`, else `.venv/bin/python`, else `python3`.
pub(crate) fn python() -> Need<PathBuf> {
    static PYTHON: OnceLock<Need<PathBuf>> = OnceLock::new();
    PYTHON.get_or_init(find_python).clone()
}

/// Any Python 3: `python3`, else the one that has NumPy.
pub(crate) fn plain_python() -> Need<PathBuf> {
    let runs = Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
    if runs { Ok(PathBuf::from("python3")) } else { python().map_err(|_| "needs Python 3".to_owned()) }
}

fn find_python() -> Need<PathBuf> {
    let candidates = match std::env::var_os("RMM_PYTHON") {
        Some(named) => vec![PathBuf::from(named)],
        None => vec![root().join(".venv/bin/python"), PathBuf::from("python3")],
    };
    let has_numpy = |python: &PathBuf| {
        let output = Command::new(python).args(["-c", "import numpy; assert numpy.__version__ >= '2'"]).output();
        output.is_ok_and(|output| output.status.success())
    };
    candidates.into_iter().find(has_numpy).ok_or_else(|| "needs Python with NumPy 2: set RMM_PYTHON".to_owned())
}

/// The Python that has NumPy, where it has a module of this name as well.
pub(crate) fn module(name: &str) -> Need<PathBuf> {
    let python = python()?;
    let output = Command::new(&python).args(["-c", &format!("import {name}")]).output();
    let there = output.is_ok_and(|output| output.status.success());
    there.then_some(python).ok_or_else(|| format!("needs the Python module {name}"))
}

/// The first of these names that is a program on the path.
pub(crate) fn program(names: &[&'static str]) -> Need<&'static str> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let there = |name: &&&'static str| std::env::split_paths(&folders).any(|folder| folder.join(name).is_file());
    names.iter().find(there).copied().ok_or_else(|| format!("needs {}", names[0]))
}

/// The folder of the package.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder for one trial's files, in memory where the machine has a file system there.
pub(crate) fn scratch() -> Result<tempfile::TempDir, Failed> {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    Ok(folder?)
}

/// Runs one of the Python scripts beside this file; fails with all it printed where it fails.
pub(crate) fn run_script(python: &Path, script: &str, args: &[&str]) -> Result<(), Failed> {
    let path = root().join("tests/conditional").join(script);
    succeeded(&Command::new(python).arg("-B").arg(path).arg(RMM).args(args).output()?)
}

/// Fails with all that a command printed unless it succeeded.
pub(crate) fn succeeded(output: &Output) -> Result<(), Failed> {
    if output.status.success() {
        return Ok(());
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Err(format!("{}\n{}{}", output.status, text(&output.stdout), text(&output.stderr)).into())
}
