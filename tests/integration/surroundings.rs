//! What the rest of the system does meanwhile: other writers, limits, signals, terminals, files that shrink.

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::{RMM, Ran, Rmm, prepare, skipped, wait};

fn a() -> Rmm {
    Rmm::new().arange("a.npy", [3, 4])
}

/// Whether a program is here; says so where it is not.
fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        skipped(&format!("there is no {program}"));
    }
    found
}

#[test]
fn a_file_that_somebody_stores_in_is_busy() {
    if has("flock") {
        for line in ["set a.npy 0,0 1", "fill a.npy --value 1", "map-chunks a.npy --exec cat -i"] {
            a().sh(&format!("flock a.npy rmm {line}")).refused(4, "rmm: a.npy: ");
        }
        for line in [
            "create a.npy -s 3 --force",
            "create a.npy --from - --force",
            "slice a.npy -o a.npy --force",
            "set a.npy 0,0 1 -m c -o a.npy --force",
        ] {
            a().sh(&format!("flock a.npy rmm {line}")).refused(4, "rmm: a.npy: ");
        }
        a().sh("flock a.npy rmm set a.npy 0,0 1").refused(4, "is in use by process ").stderr_has(" (flock), ");
    }
}

/// Runs a command while another `rmm` stores in a file: as a child of that one's.
fn beside_a_writer(folder: Rmm, file: &str, line: &str) -> Ran {
    let child = format!("({line}) >got 2>said || echo $? >>said; cat");
    let writer = format!("rmm map-chunks {file} --raw -d u1 -i --no-journal --exec \"{child}\"");
    folder.sh(&format!("{writer} && cat got && cat said >&2"))
}

#[test]
fn readers_do_not_wait_for_a_writer_and_are_told_of_it_once() {
    let said = "(rmm) is storing in it: what is read may be partly old and partly new\n";
    for line in ["get a.dat 0,1", "slice a.dat 0,1", "get a.dat 0,1 --mode c"] {
        let raw = || Rmm::new().file("a.dat", [0, 1, 2, 3]);
        let line = format!("rmm {line} -d u1 -s 2,2");
        let ran = beside_a_writer(raw(), "a.dat", &line).code(0).stdout("1\n").stderr_has(said);
        assert_eq!(ran.said().lines().count(), 1, "{}", ran.said());
        beside_a_writer(raw(), "a.dat", &format!("{line} -q")).prints("1\n");
    }
    for line in [
        "rmm set a.npy 0,0 1 -m c -o b.npy",
        "rmm create b.npy --from a.npy -s 3,4",
        "rmm create b.npy -s 3,4 --expr y --with y=a.npy",
    ] {
        beside_a_writer(a(), "a.npy", line).code(0).stderr_has(said);
    }
    let text = Rmm::new().file("t.csv", "1,2\n");
    beside_a_writer(text, "t.csv", "rmm create b.npy --from t.csv").code(0).stderr_has(said);
    // Who has done storing is none.
    a().sh("rmm set a.npy 0,0 1 && rmm get a.npy 0,0").prints("1.0\n");
}

#[test]
fn readers_heed_no_lock_of_another_program() {
    if has("flock") {
        a().sh("flock a.npy rmm get a.npy 0,1").prints("1.0\n");
    }
}

#[test]
fn a_limit_on_sizes_is_an_error_and_no_signal() {
    a().sh("ulimit -f 1; rmm create big.dat -s 1000000 --value 1").refused(3, "File too large").names_are(["a.npy"]);
    for edit in ["fill big.dat --expr i", "map-chunks big.dat -i --no-journal --expr x+1"] {
        let line = format!("ulimit -f 1; rmm {edit} -d f8 --io pread");
        let ran = Rmm::new().sparse("big.dat", 800_000).sh(&line).code(3);
        ran.stderr_has("elements may be stored in part");
    }
    a().sh("ulimit -f 1; rmm slice a.npy -o big.csv --fmt %999.3f").refused(3, "big.csv").names_are(["a.npy"]);
}

#[test]
fn a_limit_on_memory_is_an_error_and_no_signal() {
    // An element of 1 GB does not fit, whatever else does.
    let folder = Rmm::new().sparse("big", 1_000_000_000);
    let line = "ulimit -v 600000; rmm slice big -d V1000000000 -f hex";
    let ran = folder.sh(&format!("{line} -o out")).refused(3, "rmm: out of memory: the system does not give ");
    ran.names_are(["big"]).then().sh(line).refused(3, "bytes more");
    // Windows that cannot be mapped are read.
    a().sh("ulimit -v 200000; rmm slice a.npy 0 && rmm fill a.npy --expr x+1 && rmm get a.npy 0,1")
        .prints("0.0\n1.0\n2.0\n3.0\n2.0\n");
}

#[test]
fn every_edit_gives_the_file_its_time() {
    let lines = [
        "set a.npy 0,0 9",
        "fill a.npy --value 9",
        "fill a.npy --expr x+1",
        "map-chunks a.npy --expr x+1 -i",
        "map-chunks a.npy --exec 'tr 1 2' -i",
    ];
    for (line, io) in lines.iter().flat_map(|line| ["auto", "mmap", "pread"].map(|io| (line, io))) {
        let folder = a();
        let old = File::options().write(true).open(folder.path("a.npy")).expect("it is there");
        old.set_modified(std::time::UNIX_EPOCH).expect("an own file");
        let folder = folder.sh(&format!("rmm {line} --io {io} --sync")).done().then();
        let modified =
            fs::metadata(folder.path("a.npy")).and_then(|metadata| metadata.modified()).expect("it is there");
        assert!(modified > std::time::UNIX_EPOCH, "{line} --io {io}");
    }
}

/// Starts a job that takes a minute, sends it a signal once it is under way, and says how it ended.
fn interrupted(folder: &Rmm, to: &[&str], signal: Signal) -> (ExitStatus, String) {
    let err = File::create(folder.path("err")).expect("a new file");
    let mut command = Command::new(&*RMM);
    command.args(["map-chunks", "a.npy", "--exec", "touch started; sleep 60; cat"]).args(to);
    prepare(&mut command, &folder.path("")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(err);
    let mut job = command.spawn().expect("rmm runs");
    while !folder.path("started").exists() {
        assert!(job.try_wait().expect("a child can be waited for").is_none(), "it ended before it began");
        thread::sleep(Duration::from_millis(5));
    }
    // Twice, as `timeout` does it: that is one request.
    for _ in 0..2 {
        kill_process(Pid::from_child(&job), signal).expect("an own child can be sent signals");
    }
    let status = wait(&mut job).expect("it ends in time");
    (status, fs::read_to_string(folder.path("err")).expect("text"))
}

#[test]
fn a_signal_ends_a_job_and_leaves_nothing() {
    let usual = [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT, Signal::XCPU, Signal::USR1, Signal::USR2];
    let timers = [Signal::ALARM, Signal::VTALARM, Signal::PROF, Signal::IO];
    let rare = [Signal::POWER, Signal::STKFLT];
    for signal in usual.into_iter().chain(timers).chain(rare) {
        for to in [&["-i"][..], &["-o", "out.npy"]] {
            let folder = a();
            let (status, message) = interrupted(&folder, to, signal);
            assert_eq!(status.signal(), Some(signal.as_raw()), "{status}: {message}");
            assert!(message.starts_with("rmm: a.npy: "), "{message}");
            let ran = folder.run(["-q", "slice", "a.npy", "0"]).prints("0.0\n1.0\n2.0\n3.0\n");
            match to {
                // A job in place can be resumed.
                ["-i"] => ran.names_are(["a.npy", "a.npy.rmm-journal", "err", "started"]),
                _ => ran.names_are(["a.npy", "err", "started"]),
            };
        }
    }
}

#[test]
fn real_time_signals_end_a_job_as_others_do() {
    for signal in [34, 64] {
        let job = "rmm map-chunks a.npy --exec 'touch started; sleep 60; cat' -o out.npy 2>err";
        let wait = "until [ -e started ]; do sleep 0.01; done";
        let ran = a().sh(&format!("{job} & {wait}; kill -{signal} $!; wait $!; echo $?")).code(0);
        let ran = ran.stdout(format!("{}\n", 128 + signal)).names_are(["a.npy", "err", "started"]);
        let said = format!("rmm: a.npy: chunk 0 ([0:3]): stopped by SIGRTMIN+{}\n", signal - 34);
        ran.file_is("err", said);
    }
}

#[test]
fn whoever_insists_is_obeyed_at_once() {
    // The child does not go, and rmm gives it some time: until it has left, or somebody asks once more.
    let job = "rmm map-chunks a.npy --exec 'trap \"\" TERM; touch started; sleep 1; sleep 1; sleep 1' -i 2>err";
    let wait = "until [ -e started ]; do sleep 0.01; done";
    let line = format!("{job} & {wait}; kill -TERM $!; sleep 0.5; kill -TERM $!; wait $!; echo $?; cat err");
    // The shell says that it was terminated; rmm says nothing.
    a().sh(&line).code(0).stdout("143\n");
}

#[test]
fn who_waits_for_the_reader_of_a_fifo_is_ended_by_the_first_signal() {
    a().sh("mkfifo f; rmm slice a.npy -f raw -o f 2>err & sleep 0.3; kill -TERM $!; wait $!; echo $?").stdout("143\n");
}

#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    // As nohup does it; the shell's trap is inherited. The last two are ignored in every job that a script puts in the
    // background.
    let job = "rmm map-chunks a.npy --exec 'touch started; sleep 0.3; cat' -i";
    let wait = "until [ -e started ]; do sleep 0.01; done";
    for (before, signal) in [("trap '' HUP;", "HUP"), ("trap '' TERM;", "TERM"), ("", "INT"), ("", "QUIT")] {
        a().sh(&format!("{before} {job} & {wait}; kill -{signal} $!; wait $!")).done();
    }
}

#[test]
fn a_file_that_shrinks_underfoot_is_an_error() {
    let shrink = "truncate -s 130 a.npy; cat";
    a().run(["map-chunks", "a.npy", "--exec", shrink, "-o", "out.npy"])
        .code(3)
        .stderr_has("a.npy")
        .names_are(["a.npy"]);
    // Who reads a chunk may meet the cut, or who stores its results: then they are in the journal, and that is said.
    let kept = "[ -e a.npy.rmm-journal ]; there=$?; grep -q 'the journal is kept' err; [ $? = $there ] && echo agreed";
    a().sh(&format!("rmm map-chunks a.npy --exec '{shrink}' -i 2> err; echo $?; {kept}; grep -c '^rmm: a.npy: ' err"))
        .prints("3\nagreed\n1\n");
}

#[test]
fn terminals_get_no_bytes_unasked() {
    // Other systems have a script of other options.
    if !cfg!(target_os = "linux") || !has("script") {
        return;
    }
    let typed = |line: &str| format!("script -qec '{line}' /dev/null < /dev/null > seen; echo $? > code");
    for format in ["raw", "npy"] {
        let ran = a().sh(&typed(&format!("rmm slice a.npy -f {format}"))).done().file_is("code", "2\n");
        assert!(String::from_utf8_lossy(&ran.read("seen")).contains("terminal"));
        assert!(String::from_utf8_lossy(&ran.read("seen")).contains("-o OUT writes it"));
        let ran = a().sh(&typed(&format!("rmm slice a.npy -f {format} -o -"))).done().file_is("code", "0\n");
        assert!(ran.read("seen").len() >= 96);
    }
    let ran = Rmm::new().file("x", [0; 8]).sh(&typed("rmm slice x")).done();
    let seen = String::from_utf8_lossy(&ran.read("seen")).into_owned();
    assert!(seen.contains("float64") && seen.contains("--dtype"), "{seen}");
    let ran = Rmm::new().file("x", [0; 8]).sh(&typed("rmm slice x -q")).done();
    assert_eq!(ran.read("seen"), b"0.0\r\n");
    let ran = a().sh(&typed("rmm slice a.npy 9")).done();
    assert!(ran.read("seen").starts_with(b"\x1b["), "colour is for terminals");
    let ran = a().env("NO_COLOR", "1").sh(&typed("rmm slice a.npy 9")).done();
    assert!(ran.read("seen").starts_with(b"rmm: a.npy: "), "NO_COLOR is respected");
}

#[test]
fn reading_changes_nothing() {
    let folder = a();
    let before = fs::metadata(folder.path("a.npy")).and_then(|metadata| metadata.modified()).expect("it is there");
    let mut folder = folder;
    for line in [
        "rmm slice a.npy",
        "rmm get a.npy 0",
        "rmm info a.npy",
        "rmm slice a.npy --mode r+",
        "rmm map-chunks a.npy --exec cat",
    ] {
        folder = folder.sh(line).code(0).names_are(["a.npy"]).then();
    }
    let after = fs::metadata(folder.path("a.npy")).and_then(|metadata| metadata.modified()).expect("it is there");
    assert_eq!(before, after);
}
