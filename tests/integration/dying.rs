//! Jobs that end at a known place by the hand of their own child: chunk by chunk through a command that kills its parent.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use crate::harness::{RMM, Ran, Rmm, finish, prepare};

/// Adds one to every byte, from 1 to 12.
pub(crate) const NEXT: &str = r"LC_ALL=C tr '\001-\014' '\002-\015'";

/// The same, but for a kill of its parent in chunk 2 while there is no file called `safe`.
pub(crate) const EXEC: &str =
    r"if [ $RMM_CHUNK = 2 ] && [ ! -e safe ]; then kill -9 $PPID; exit 1; fi; LC_ALL=C tr '\001-\014' '\002-\015'";

/// A folder with `a.dat`, the bytes 1 to 12.
pub(crate) fn fresh() -> Rmm {
    Rmm::new().file("a.dat", (1..=12).collect::<Vec<u8>>())
}

/// What becomes of them.
pub(crate) fn all_done() -> Vec<u8> {
    (2..=13).collect()
}

/// A command that adds one, and does something else first in chunk 2 while there is no file called `safe`.
pub(crate) fn deadly(deed: &str) -> String {
    format!("if [ $RMM_CHUNK = 2 ] && [ ! -e safe ]; then {deed}; exit 1; fi; {NEXT}")
}

/// The signal that ends a command, and what it says.
#[track_caller]
pub(crate) fn ended(folder: &Rmm, words: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(&*RMM);
    command.args(words);
    let (status, _, stderr) = finish(prepare(&mut command, &folder.path("")).stdin(Stdio::null()), None);
    (status.signal(), String::from_utf8_lossy(&stderr).into_owned())
}

/// The folder of a command that `kill -9` has ended.
#[track_caller]
pub(crate) fn killed(folder: Rmm, words: &[&str]) -> Rmm {
    let (signal, stderr) = ended(&folder, words);
    assert_eq!(signal, Some(9), "{stderr}");
    folder
}

/// The first hint, which is a command, as a shell runs it.
#[track_caller]
pub(crate) fn hinted(said: &str) -> Command {
    let hint = said.lines().find_map(|line| line.strip_prefix("hint: ")).expect("a hint").to_owned();
    let mut shell = Command::new("bash");
    shell.args(["-c", &hint]);
    shell
}

/// The same, pasted into a shell.
#[track_caller]
pub(crate) fn pasted(ran: Ran) -> Ran {
    let shell = hinted(&ran.said());
    ran.then().run_command(shell)
}
