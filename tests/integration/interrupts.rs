//! Commands that read or copy for long and are stopped by a signal in the middle: they end by it, soon, and leave nothing.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::{BINARY, RMM, Rmm, prepare};
use crate::snapshot::Snapshot;

/// Bytes of the array, which no machine reads in the time that it takes to send a signal.
const LEN: u64 = 256 << 20;

/// A folder with `a.dat`, all ones.
fn dense() -> Rmm {
    let folder = Rmm::new();
    let mut file = File::create(folder.path("a.dat")).expect("a new file");
    let piece = vec![1; 1 << 20];
    (0..LEN >> 20).for_each(|_| file.write_all(&piece).expect("room"));
    folder
}

/// Runs a command until `/proc/PID/NAME` shows that it is where it should be stopped; the signal that ended it, and what
/// it said.
fn stopped(command: &mut Command, name: &str, is_there: &dyn Fn(&str) -> bool) -> (Option<i32>, String) {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it runs");
    while !fs::read_to_string(format!("/proc/{}/{name}", child.id())).is_ok_and(|text| is_there(&text)) {
        assert!(child.try_wait().expect("an own child").is_none(), "it ended before it was there");
        thread::sleep(Duration::from_micros(200));
    }
    interrupt(&child);
    let output = child.wait_with_output().expect("an own child");
    (output.status.signal(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn interrupt(child: &Child) {
    kill_process(Pid::from_child(child), Signal::INT).expect("an own child can be sent signals");
}

/// Whether a `/proc/PID/status` says that SIGINT is handled: then it is told, and heard where it is safe.
fn heeds(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or_default();
    u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask >> (Signal::INT.as_raw() - 1) & 1 == 1)
}

/// Whether a `/proc/PID/io` says that something has been written, if only by the kernel from file to file.
fn writes(io: &str) -> bool {
    io.lines().find_map(|line| line.strip_prefix("wchar: ")).is_some_and(|count| count != "0")
}

#[test]
fn a_question_that_was_not_answered_has_no_exit_code() {
    for question in [&["--finite"][..], &["--stats"], &["--histogram", "3"], &["--finite", "--json"]] {
        let folder = dense();
        let words = [&["info", "a.dat", "a.dat", "-d", "f4", "-j1"], question].concat();
        let mut command = Command::new(BINARY);
        if let Ok(io) = std::env::var("RMM_TEST_IO") {
            command.args(["info", "--io", &io]).args(&words[1..]);
        } else {
            command.args(words);
        }
        let (signal, said) = stopped(prepare(&mut command, &folder.path("")), "status", &heeds);
        assert_eq!((signal, &*said), (Some(2), "rmm: a.dat: stopped by SIGINT\n"), "{question:?}");
    }
}

#[test]
fn who_waits_for_a_pipe_can_be_stopped() {
    let folder = Rmm::new().run(["create", "a.dat", "-s", "2000000", "-d", "f4"]).done().then();
    for words in [&["slice"][..], &["map-chunks", "--expr", "x + 1"]] {
        let before = Snapshot::of(&folder.path(""));
        let (reader, mut writer) = std::io::pipe().expect("a pipe");
        let mut command = Command::new(BINARY);
        command.arg(words[0]).args(["-", "--spec", "f4:-1", "-o", "o.dat"]).args(&words[1..]);
        let command = prepare(&mut command, &folder.path("")).stdin(reader).stderr(Stdio::null());
        let mut child = command.spawn().expect("it runs");
        writer.write_all(&fs::read(folder.path("a.dat")).expect("there")).expect("it is read");
        // More may come, and nobody knows: what has been read waits for that, and the file has been begun.
        while !fs::read_dir(folder.path(""))
            .expect("there")
            .any(|entry| entry.is_ok_and(|entry| entry.file_name().as_encoded_bytes().starts_with(b".o.dat.rmm-")))
        {
            assert!(child.try_wait().expect("an own child").is_none(), "it ended before it was there");
            thread::sleep(Duration::from_millis(1));
        }
        while !fs::read_to_string(format!("/proc/{}/status", child.id())).is_ok_and(|text| heeds(&text)) {
            thread::sleep(Duration::from_millis(1));
        }
        interrupt(&child);
        assert_eq!(child.wait().expect("an own child").signal(), Some(2), "{words:?}");
        assert!(Snapshot::of(&folder.path("")) == before, "{words:?} left something behind");
    }
}

#[test]
fn a_copy_that_is_set_aside_can_be_stopped() {
    let folder = dense();
    // Another file system, where there is one: within one, both files may share all storage, and nothing is copied.
    let other = Path::new("/dev/shm");
    let temporaries = tempfile::tempdir_in(if other.is_dir() { other } else { Path::new("/tmp") }).expect("a folder");
    let before = Snapshot::of(&folder.path(""));
    let mut command = Command::new(&*RMM);
    command.args(["set", "a.dat", "-d", "u1", "--from", "a.dat", "--from-spec", &format!("u1:{LEN}")]);
    let command = prepare(&mut command, &folder.path("")).env("TMPDIR", temporaries.path());
    let (signal, said) = stopped(command, "io", &writes);
    assert_eq!(signal, Some(2), "{said}");
    assert!(Snapshot::of(&folder.path("")) == before);
    assert_eq!(fs::read_dir(temporaries.path()).expect("there").count(), 0);
}
