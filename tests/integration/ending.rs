//! Jobs in place that are stopped, fail or meet the end of the space: what is kept of them, what is said, and how they
//! are given up.

use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use crate::dying::ended;
use crate::harness::{RMM, Rmm, finish, prepare};

/// Adds one to every byte, which is 0 or 1.
const NEXT: &str = r"LC_ALL=C tr '\000\001' '\001\002'";

fn by_child<'a>(exec: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let own = ["map-chunks", "a.dat", "-d", "u1", "-i", "-j1", "--chunk", "1", "--sync", "--exec", exec];
    own.into_iter().chain(more.iter().copied()).collect()
}

#[test]
fn who_stops_a_job_finds_every_chunk_stored_that_was_computed() {
    for signal in ["INT", "TERM"] {
        let folder = Rmm::new().file("a.dat", [0; 6]);
        let exec = format!("if [ $RMM_CHUNK = 4 ] && [ ! -e safe ]; then kill -{signal} $PPID; sleep 5; fi; {NEXT}");
        let mut command = Command::new(&*RMM);
        command.args(by_child(&exec, &[]));
        let (status, _, stderr) = finish(prepare(&mut command, &folder.path("")).stdin(Stdio::null()), None);
        let said = String::from_utf8_lossy(&stderr);
        assert!(status.signal().is_some(), "{said}");
        assert!(
            said.contains("; 4 of 6 chunks are done: elements 0 to 3 of the selection; the journal is kept"),
            "{said}"
        );
        assert_eq!(std::fs::read(folder.path("a.dat")).expect("there"), [1, 1, 1, 1, 0, 0]);
        let ran = folder.file("safe", "").run(by_child(&exec, &["--resume"])).done();
        ran.file_is("a.dat", [1; 6]).names_are(["a.dat", "safe"]);
    }
}

#[test]
fn a_job_that_fails_when_it_was_resumed_keeps_what_it_computed() {
    let folder = Rmm::new().file("a.dat", [0; 6]);
    let stop = "if [ $RMM_CHUNK = 2 ] && [ ! -e ready ]; then touch ready; kill -TERM $PPID; sleep 5; fi";
    let exec = format!("{stop}; if [ $RMM_CHUNK = 5 ] && [ ! -e safe ]; then exit 1; fi; {NEXT}");
    let mut command = Command::new(&*RMM);
    command.args(by_child(&exec, &[]));
    let (status, ..) = finish(prepare(&mut command, &folder.path("")).stdin(Stdio::null()), None);
    assert_eq!(status.signal(), Some(15));
    let ran = folder.run(by_child(&exec, &["--resume"])).refused(6, "5 of 6 chunks are done: elements 0 to 4 ");
    let folder = ran.file_is("a.dat", [1, 1, 1, 1, 1, 0]).then().file("safe", "");
    folder.run(by_child(&exec, &["--resume"])).done().file_is("a.dat", [1; 6]);
}

#[test]
fn a_signal_for_the_whole_group_stops_a_job_wherever_it_meets_a_child() {
    // Most of the time here is spent on starting children, who are in the group until they have their own.
    let folder = Rmm::new();
    for attempt in 0..40 {
        std::fs::write(folder.path("a.dat"), [0; 3000]).expect("room");
        let mut command = Command::new(&*RMM);
        command.args(["map-chunks", "a.dat", "-d", "u1", "-i", "-j1", "--chunk", "1", "--exec", "cat"]);
        let command = prepare(&mut command, &folder.path("")).stdin(Stdio::null()).stdout(Stdio::null());
        let mut job = command.stderr(Stdio::piped()).process_group(0).spawn().expect("rmm runs");
        while !folder.path("a.dat.rmm-journal").exists() {
            assert!(job.try_wait().expect("an own child").is_none(), "it ended before it began");
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_micros(attempt * 700));
        kill_process_group(Pid::from_child(&job), Signal::INT).expect("an own child can be sent signals");
        let output = job.wait_with_output().expect("an own child");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.signal(), Some(2), "{}: {said}", output.status);
        assert!(said.contains("stopped by SIGINT") && said.contains("the journal is kept"), "{said}");
        std::fs::remove_file(folder.path("a.dat.rmm-journal")).expect("kept");
    }
}

#[test]
fn a_signal_that_meets_the_child_first_stops_the_job() {
    // The second is what a shell makes of the death of a program of its own.
    for (signal, number, death) in [("INT", 2, "kill -INT $$"), ("TERM", 15, "exit 143"), ("HUP", 1, "kill -HUP $$")] {
        let folder = Rmm::new().file("a.dat", [0; 6]);
        let later = format!("(sleep 0.02; kill -{signal} $PPID) > /dev/null &");
        let exec = format!("if [ $RMM_CHUNK = 2 ] && [ ! -e safe ]; then {later} {death}; fi; {NEXT}");
        let (by, said) = ended(&folder, &by_child(&exec, &[]));
        assert_eq!(by, Some(number), "{said}");
        assert!(said.contains(&format!("stopped by SIG{signal}; 2 of 6 chunks are done")), "{said}");
        folder.file("safe", "").run(by_child(&exec, &["--resume"])).done().file_is("a.dat", [1; 6]);
    }
}

#[test]
fn a_child_that_dies_of_a_signal_of_its_own_has_failed() {
    for (death, said) in [
        ("kill -INT $$", "the child was killed by signal 2 (SIGINT)"),
        ("kill -TERM $$", "the child was killed by signal 15 (SIGTERM)"),
        ("exit 130", "the child exited with status 130"),
    ] {
        let exec = format!("if [ $RMM_CHUNK = 2 ]; then {death}; fi; {NEXT}");
        let ran = Rmm::new().file("a.dat", [0; 6]).run(by_child(&exec, &[]));
        ran.refused(6, &format!("chunk 2 ([2:3]): {said}; nothing is stored")).names_are(["a.dat"]);
    }
}

/// A limit on the size of files in sectors of 512 bytes, a job that meets it, and what is said of it: chunks of 1000 bytes that are stored
/// before it does, all in all.
struct Full {
    sectors: u64,
    len: u64,
    options: &'static str,
    done: &'static str,
    waits: &'static str,
    stored: usize,
}

const FULL: [Full; 2] = [
    Full {
        sectors: 1000,
        len: 1_000_000,
        options: "--chunk 1000",
        done: "512 of 1000 chunks are done: elements 0 to 511999 of the selection",
        waits: "; 1 more is computed and waits in the journal: elements 512000 to 512999; the journal is kept",
        stored: 512_000,
    },
    Full {
        sectors: 80_000,
        len: 64 << 20,
        options: "--sync",
        done: "128 of 256 chunks are done: elements 0 to 33554431 of the selection",
        waits: " computed and wait in the journal: elements 33554432 to ",
        stored: 32 << 20,
    },
];

/// A job has met the limit.
fn full(case: &Full) -> Rmm {
    let Full { sectors, len, options, done, waits, .. } = case;
    let job = format!("ulimit -f {sectors}; rmm map-chunks a.dat -d u1 -i -j1 --io pread {options}");
    let job = format!("{job} --expr 'x + 1.0' --casting unsafe");
    let ran = Rmm::new().sparse("a.dat", *len).sh(&job).refused(3, "File too large");
    ran.stderr_has(done).stderr_has(waits).names_are(["a.dat", "a.dat.rmm-journal"]).then()
}

#[test]
fn what_is_stored_is_told_from_what_waits_in_the_journal() {
    for case in &FULL {
        let folder = full(case);
        let job = format!("rmm map-chunks a.dat -d u1 -i --resume --io pread {}", case.options);
        let ran = folder.sh(&format!("{job} --expr 'x + 1.0' --casting unsafe")).done().names_are(["a.dat"]);
        assert!(ran.read("a.dat") == vec![1; case.len as usize], "every element is computed once");
    }
}

#[test]
fn a_journal_stays_where_giving_it_up_would_lose_what_waits_in_it() {
    for case in &FULL {
        let discard = format!("ulimit -f {}; rmm map-chunks a.dat -d u1 --io pread --discard-journal", case.sectors);
        let ran = full(case).sh(&discard).refused(3, "File too large").names_are(["a.dat", "a.dat.rmm-journal"]);
        let ran = ran.then().run(["map-chunks", "a.dat", "--discard-journal"]).code(0).names_are(["a.dat"]);
        let stored = ran.stderr_has("the job is given up; ").read("a.dat");
        let ones = stored.iter().take_while(|&&x| x == 1).count();
        assert!(ones > case.stored && stored[ones..].iter().all(|&x| x == 0), "{ones}");
    }
}

#[test]
fn a_job_is_given_up_with_what_waits_in_its_journal_where_that_can_be_stored() {
    let ran = full(&FULL[0]).run(["map-chunks", "a.dat", "--discard-journal"]).code(0).names_are(["a.dat"]);
    let said = "rmm: a.dat: the job is given up; 513 of 1000 chunks are done: elements 0 to 512999 of the selection\n";
    let stored = ran.stderr(said).read("a.dat");
    assert!(stored[..513_000].iter().all(|&x| x == 1) && stored[513_000..].iter().all(|&x| x == 0));
}
