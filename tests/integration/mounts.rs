//! What a system mounts otherwise: a file by itself, as containers have it, and one that does not tell its runs apart.
//!
//! Each line runs in a view of the mounted file systems that is its own; where there can be none, nothing is tested.

use std::process::{Command, Stdio};

use crate::dying::{EXEC, fresh, killed};
use crate::harness::{Ran, Rmm, skipped};

const NAMELESS: &str = "mount --bind /dev/null /proc/sys/kernel/random/boot_id";

/// Runs a line of shell behind a mount.
fn behind(folder: Rmm, mount: &str, line: &str) -> Ran {
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", &format!("{mount} && {line}")]);
    folder.run_command(command)
}

/// Whether such a mount can be made here; says so where it cannot.
fn can(mount: &str) -> bool {
    let mut command = Command::new("unshare");
    let command = command.args(["-rm", "sh", "-c", mount]).stdin(Stdio::null());
    let found = command.output().is_ok_and(|output| output.status.success());
    if !found {
        skipped("nothing can be mounted here");
    }
    found
}

#[test]
fn a_job_is_not_begun_with_a_journal_that_nobody_could_believe() {
    if !can(NAMELESS) {
        return;
    }
    let why = "cannot keep a journal: the system does not tell its runs apart, so only jobs with --sync have one";
    for (options, hint) in [
        ("-i", "--no-journal does without; the job cannot be resumed then"),
        ("-i --receipt done", "add --no-journal and leave --receipt out; the job cannot be resumed then"),
        ("-o out -f raw --resume", "leave --resume out; the job cannot be resumed then"),
    ] {
        let job = format!("rmm map-chunks a.dat -d u1 --expr 'x + 1' {options}");
        let ran = behind(fresh(), NAMELESS, &job).refused(3, why).stderr_has(&format!("hint: {hint}\n"));
        ran.names_are(["a.dat"]);
        let ran = behind(fresh(), NAMELESS, &format!("{job} --sync")).done();
        assert!(!ran.then().path("a.dat.rmm-journal").exists());
    }
    behind(fresh(), NAMELESS, "rmm map-chunks a.dat -d u1 --expr 'x + 1' -i --no-journal").done();
}

#[test]
fn no_hint_names_a_command_that_is_refused() {
    if !can(NAMELESS) {
        return;
    }
    let job = ["map-chunks", "a.dat", "-d", "u1", "-i", "-j1", "--chunk", "3", "--exec", EXEC];
    let folder = killed(fresh(), &job);
    let replace = "rmm create a.dat -d u1 -s 3 --force";
    let ran =
        behind(folder, NAMELESS, replace).refused(4, "has an unfinished job\nhint: rmm map-chunks a.dat --discard");
    let resume = "rmm map-chunks a.dat -d u1 -i -j1 --chunk 3 --exec cat --resume";
    let ran =
        behind(ran.then(), NAMELESS, resume).refused(5, "which does not tell its runs apart: what was stored since");
    let ran = ran.then().run(["create", "a.dat", "-d", "u1", "-s", "3", "--force"]);
    ran.refused(4, "has an unfinished job\nhint: rmm map-chunks --resume a.dat");
}

#[test]
fn a_file_that_is_mounted_by_itself_has_no_journal_beside_it() {
    let mount = "mount --bind a.dat b.dat";
    if !can(&format!("cd \"$(mktemp -d)\" && touch a.dat b.dat && {mount}; code=$?; cd / && exit $code")) {
        return;
    }
    for sync in ["", " --sync"] {
        let job = format!("rmm map-chunks b.dat -d u1 --expr 'x + 1' -i{sync}");
        let ran = behind(fresh().file("b.dat", ""), mount, &job);
        let ran = ran.refused(3, "b.dat.rmm-journal: cannot keep a journal: the file is mounted here by itself");
        let ran = ran.stderr_has("hint: --no-journal does without").names_are(["a.dat", "b.dat"]);
        let ran = ran.file_is("a.dat", (1..=12).collect::<Vec<u8>>());
        let ran = behind(ran.then(), mount, &format!("{job} --no-journal")).done();
        ran.file_is("a.dat", (2..=13).collect::<Vec<u8>>());
    }
}
