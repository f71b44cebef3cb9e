//! Standard input that is silent: what can be said without it is said at once, and who waits for it can be stopped.

use std::fs;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::{RMM, Rmm, prepare, wait};
use crate::snapshot::Snapshot;

/// A command that reads a pipe, into which these bytes are written and no more, and the pipe, which stays open.
fn begun(words: &[&str], folder: &Path, bytes: &[u8]) -> (Child, std::io::PipeWriter) {
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    let mut command = Command::new(&*RMM);
    command.args(words).stdin(reader).stdout(Stdio::null()).stderr(Stdio::piped());
    let child = prepare(&mut command, folder).spawn().expect("it runs");
    // Whoever does not read to the end may go.
    drop(command);
    let _ = writer.write_all(bytes);
    (child, writer)
}

/// Its exit code and its message, which must come though the pipe stays open.
fn refused(words: &[&str], folder: &Rmm, bytes: &[u8]) -> (Option<i32>, String) {
    let before = Snapshot::of(&folder.path(""));
    let (mut child, writer) = begun(words, &folder.path(""), bytes);
    assert!(wait(&mut child).is_some_and(|status| status.signal().is_none()), "{words:?} waits for more");
    drop(writer);
    let Output { status, stderr, .. } = child.wait_with_output().expect("an own child");
    assert!(Snapshot::of(&folder.path("")) == before, "{words:?} changed something");
    (status.code(), String::from_utf8_lossy(&stderr).into_owned())
}

#[test]
fn what_can_be_refused_is_refused_before_anything_comes() {
    let folder = Rmm::new().file("a.npy", "old").file("b.npy.rmm.json", "{}").file("c", "");
    for (words, code, message) in [
        (&["create", "a.npy", "--from", "-"][..], 2, "a.npy: exists already"),
        (&["create", "a.npy", "--from", "-", "--from-format", "raw", "-d", "u1"], 2, "a.npy: exists already"),
        (&["create", "x/y.npy", "--from", "-"], 3, "x/y.npy"),
        (&["create", "b.npy", "--from", "-"], 2, "exists already and would describe the new file"),
        (&["create", "n.npy", "--from", "-", "--offset", "8"], 2, "leave --offset out"),
        (&["slice", "-", "-o", "a.npy"], 2, "a.npy: exists already"),
        (&["map-chunks", "-", "--expr", "x", "-o", "a.npy"], 2, "a.npy: exists already"),
    ] {
        let (found, said) = refused(words, &folder, b"");
        assert!(found == Some(code) && said.contains(message), "{words:?}: {found:?} {said}");
    }
}

#[test]
fn a_bad_line_is_told_while_the_rest_is_waited_for() {
    // The next block is begun, and held by another thread that waits for its end.
    let text = "1,2\n".repeat(262_000) + "x,y\n" + &"1,2\n".repeat(100_000);
    let folder = Rmm::new().arange("m.npy", [2, 2]);
    for words in
        [&["create", "o.npy", "--from-format", "csv", "-d", "f8"][..], &["set", "m.npy", "--from-format", "csv"]]
    {
        for threads in ["-j1", "-j2", "-j4"] {
            let (code, said) = refused(&[words, &["--from", "-", threads]].concat(), &folder, text.as_bytes());
            assert!(code == Some(2) && said.contains("line 262001, column 1: cannot read 'x'"), "{words:?} {said}");
        }
    }
}

#[test]
fn who_waits_for_text_can_be_stopped() {
    for (bytes, readings) in [("1,2\n", &[][..]), ("1,2\n", &["-d", "f8"]), ("", &[])] {
        let folder = Rmm::new();
        let before = Snapshot::of(&folder.path(""));
        let words = [&["create", "o.npy", "--from", "-", "--from-format", "csv"], readings].concat();
        let (mut child, writer) = begun(&words, &folder.path(""), bytes.repeat(1000).as_bytes());
        let is_begun = |name: &str| name.starts_with(".o.npy.rmm-");
        while !bytes.is_empty()
            && !fs::read_dir(folder.path(""))
                .expect("there")
                .any(|entry| entry.is_ok_and(|entry| is_begun(&entry.file_name().to_string_lossy())))
        {
            assert!(child.try_wait().expect("an own child").is_none(), "it ended before it was there");
            thread::sleep(Duration::from_millis(1));
        }
        kill_process(Pid::from_child(&child), Signal::TERM).expect("an own child can be sent signals");
        let status = wait(&mut child).expect("it need not wait for more");
        assert_eq!(status.signal(), Some(15), "{words:?}");
        drop(writer);
        let left = Snapshot::of(&folder.path(""));
        assert!(left == before, "{words:?} left something behind: {:?}", left.names_beyond(&before));
    }
}
