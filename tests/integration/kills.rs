//! Jobs in place, and jobs that make a file, that are killed at random moments and resumed, again and again: every element is computed once.
//!
//! `RMM_KILLS=1000 cargo test --release --test integration kills` sets how many times each kind of job is killed.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use crate::harness::{RMM, Rmm, bytes, prepare};

/// Rows and columns of the array: small enough for many jobs, several of the parts that threads take.
const ROWS: u64 = 1200;
const COLUMNS: u64 = 2000;
/// Elements of the array under `--sync`: five batches, so that each of the two places in the journal is taken again.
const MANY: u64 = 10_000_000;
/// Kills of each kind where nothing is said.
const KILLS: u64 = 6;

/// The latest moment at which the first life of a job ends, in microseconds.
const SOON: u64 = 30_000;

fn kills() -> u64 {
    std::env::var("RMM_KILLS").map_or(KILLS, |text| text.parse().expect("a number"))
}

/// Runs jobs until they have been killed so many times. `old` is what is in the array, `new` what must be there.
fn every_element_is_computed_once(old: &[u64], new: &[u64], job: &[&str]) {
    every_element_is_computed(old, new, (&["-i"], "a.dat"), job);
}

/// The same for a job whose results go to a place of theirs: the option that says so, and its file.
fn every_element_is_computed(old: &[u64], new: &[u64], (place, result): (&[&str], &str), job: &[&str]) {
    let folder = Rmm::new();
    let (array, receipt) = (folder.path("a.dat"), folder.path("done"));
    std::fs::write(folder.path("old.dat"), bytes(old)).expect("room");
    let (mut killed, mut random) = (0, 1_u64);
    while killed < kills() {
        std::fs::write(&array, bytes(old)).expect("room");
        let mut latest = SOON;
        // The same command until it has ended well: with a receipt it is done once, whenever it was killed.
        loop {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let threads = ["-j1", "-j2", "-j3"][(random >> 60) as usize % 3];
            let mut command = Command::new(&*RMM);
            command.args(["map-chunks", "a.dat", "--resume", "--receipt", "done", threads]).args(place).args(job);
            let mut child = prepare(&mut command, &folder.path(""))
                .stdin(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .expect("runs");
            thread::sleep(Duration::from_micros((random >> 33) % latest));
            // On a slow machine a life may be too short for any progress.
            latest = latest * 5 / 4;
            let _ = child.kill();
            let Output { status, stderr, .. } = child.wait_with_output().expect("its own child");
            killed += u64::from(status.signal().is_some());
            if status.success() {
                break;
            }
            let said = String::from_utf8_lossy(&stderr);
            if status.code() == Some(4) && said.contains("is in use") {
                // A child that was forked and has not become its command yet still holds the lock, for a moment.
                continue;
            }
            assert_eq!(status.signal(), Some(9), "{status} after {killed} kills of {job:?}: {said}");
        }
        let stored = std::fs::read(folder.path(result)).expect("there");
        assert!(stored == bytes(new), "wrong after {killed} kills of {job:?}");
        let names = std::fs::read_dir(folder.path("")).expect("there").flatten().map(|entry| entry.file_name());
        let left: Vec<_> = names.filter(|name| name.to_string_lossy().contains(".rmm-")).collect();
        assert!(left.is_empty(), "{left:?} is left");
        if result != "a.dat" {
            std::fs::remove_file(folder.path(result)).expect("there");
        }
        std::fs::remove_file(&receipt).expect("the job is done");
    }
}

fn old() -> Vec<u64> {
    (0..ROWS * COLUMNS).collect()
}

fn many() -> Vec<u64> {
    (0..MANY).collect()
}

#[test]
fn expressions_are_computed_once() {
    let new: Vec<u64> = old().iter().map(|x| x * 3 + 1).collect();
    every_element_is_computed_once(&old(), &new, &["-d", "u8", "--expr", "x*3+1"]);
}

#[test]
fn coordinates_and_other_orders_are_computed_once() {
    // In Fortran order the row changes first; y lies the other way round.
    let of = |at: u64| 3 * at + 7 * (at % ROWS) + at / ROWS + 5 * (at % ROWS * COLUMNS + at / ROWS);
    let new: Vec<u64> = old().iter().map(|&x| of(x)).collect();
    let spec = format!("i8:{ROWS},{COLUMNS}");
    let with = format!("y=old.dat:{spec}");
    let job = ["--spec", &format!("{spec}:F"), "--with", &with, "--expr", "3*x + 7*i + j + 5*y"];
    every_element_is_computed_once(&old(), &new, &job);
}

#[test]
fn every_other_element_is_computed_once() {
    let new: Vec<u64> = old().iter().map(|x| if x % 2 == 1 { x * 3 + 1 } else { *x }).collect();
    every_element_is_computed_once(&old(), &new, &["1::2", "-d", "u8", "--expr", "x*3+1"]);
}

#[test]
fn expressions_with_sync_are_computed_once() {
    let new: Vec<u64> = many().iter().map(|x| x * 3 + 1).collect();
    every_element_is_computed_once(&many(), &new, &["-d", "u8", "--expr", "x*3+1", "--sync"]);
}

#[test]
fn children_compute_once() {
    // A byte of 255 becomes 0, of 0 becomes 1: what is computed twice shows.
    let new: Vec<u64> =
        old().iter().map(|x| u64::from_le_bytes(x.to_le_bytes().map(|byte| byte.wrapping_add(1)))).collect();
    let exec = r"LC_ALL=C tr '\000-\376\377' '\001-\377\000'";
    every_element_is_computed_once(&old(), &new, &["-d", "u8", "--exec", exec, "--chunk", "300000"]);
}

/// Where results go that are not computed in place.
const OUT: (&[&str], &str) = (&["-o", "out", "-f", "raw"], "out");

#[test]
fn new_files_are_whole_or_absent_and_right() {
    for (old, sync) in [(old(), &[][..]), (many(), &["--sync"])] {
        let new: Vec<u64> = old.iter().map(|x| x * 3 + 1).collect();
        every_element_is_computed(&old, &new, OUT, &[&["-d", "u8", "--expr", "x*3+1"], sync].concat());
    }
}

#[test]
fn children_make_new_files_that_are_right() {
    let new: Vec<u64> =
        old().iter().map(|x| u64::from_le_bytes(x.to_le_bytes().map(|byte| byte.wrapping_add(1)))).collect();
    let exec = r"LC_ALL=C tr '\000-\376\377' '\001-\377\000'";
    every_element_is_computed(&old(), &new, OUT, &["-d", "u8", "--exec", exec, "--chunk", "300000"]);
}
