//! For tests: what runs mean, byte by byte, random runs to compare with, and places where stores fail.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::*;
use tempfile::TempDir;

use crate::plan::Run;

/// Bytes of the random files: ten windows of the size used in tests.
pub(super) const FILE: usize = 40_000;
/// Bytes of scratch.
pub(super) const SCRATCH: usize = 12_000;
/// A window in tests.
pub(super) const WINDOW: usize = 4096;

/// Every byte of a run, as its place in the file and in scratch, in the order in which it is copied.
pub(super) fn bytes(run: &Run) -> impl Iterator<Item = (usize, usize)> + use<> {
    let run = *run;
    (0..run.count).flat_map(move |k| {
        let file = run.file.wrapping_add_signed(k as i64 * run.file_stride) as usize;
        let scratch = run.scratch.wrapping_add_signed(k as isize * run.scratch_stride);
        (0..run.unit).map(move |byte| (file + byte, scratch + byte))
    })
}

/// Runs within a file of [`FILE`] bytes and a scratch of [`SCRATCH`].
pub(super) fn runs() -> impl Strategy<Value = Vec<Run>> {
    prop::collection::vec(run(), 0..8)
}

fn run() -> impl Strategy<Value = Run> {
    let unit =
        prop_oneof![8 => 1..=33_usize, 2 => prop::sample::select(vec![1_usize, 2, 4, 8, 16]), 1 => 34..6000_usize];
    let file_stride = prop_oneof![3 => -40..=40_i64, 1 => -700..=700_i64, 1 => -9000..=9000_i64, 2 => Just(i64::MAX)];
    let scratch_stride = prop_oneof![3 => -40..=40_isize, 2 => Just(isize::MAX)];
    (unit, file_stride, scratch_stride, 1..200_u64, 0..FILE, 0..SCRATCH).prop_map(
        |(unit, file_stride, scratch_stride, count, file, scratch)| {
            // The largest numbers stand for packed stretches.
            let file_stride = if file_stride == i64::MAX { unit as i64 } else { file_stride };
            let scratch_stride = if scratch_stride == isize::MAX { unit as isize } else { scratch_stride };
            let fitting = |len: usize, stride: u64| ((len - unit) as u64).checked_div(stride).map_or(count, |n| n + 1);
            let count = count
                .min(fitting(FILE, file_stride.unsigned_abs()))
                .min(fitting(SCRATCH, scratch_stride.unsigned_abs() as u64));
            let place = |len: usize, at: usize, stride: i64| {
                let reach = (count - 1) as i64 * stride;
                let room = len - unit - reach.unsigned_abs() as usize;
                at % (room + 1) + if reach < 0 { reach.unsigned_abs() as usize } else { 0 }
            };
            let file = place(FILE, file, file_stride) as u64;
            let scratch = place(SCRATCH, scratch, scratch_stride as i64);
            Run { file, file_stride, scratch, scratch_stride, unit, count }
        },
    )
}

/// Bytes that are all over the place.
pub(super) fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    })
    .take(len)
    .collect()
}

/// A folder with one file of these bytes.
pub(super) fn file_of(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("array.dat");
    std::fs::write(&path, bytes).expect("a small file");
    (folder, path)
}

/// A folder with one file of that many zeros that take no storage.
pub(super) fn sparse(len: u64) -> (TempDir, PathBuf) {
    let (folder, path) = file_of(b"");
    File::options().write(true).open(&path).and_then(|file| file.set_len(len)).expect("a sparse file");
    (folder, path)
}

/// Says that a test could not be made here.
pub(super) fn skipped(reason: &str) {
    let line = format!("skipped: {}: {reason}\n", std::thread::current().name().unwrap_or_default());
    // The macros are shown of tests that fail alone.
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(log) = std::env::var_os("RMM_SKIPPED") {
        let log = File::options().append(true).create(true).open(log);
        log.and_then(|mut log| log.write_all(line.as_bytes())).expect("RMM_SKIPPED names a file");
    }
}

/// Runs `test` in a folder that holds a mebibyte and that no other process sees; `None` where that cannot be made.
#[expect(unsafe_code, reason = "a private view of the mounted file systems has no safe interface")]
pub(super) fn in_small_folder<T: Send>(test: impl FnOnce(&Path) -> T + Send) -> Option<T> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path();
    let run =
        |words: &[&str]| Command::new("mount").args(words).arg(path).output().is_ok_and(|out| out.status.success());
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            // SAFETY: only this thread's view of the mounted file systems becomes its own, and the thread ends soon.
            let private = unsafe { libc::unshare(libc::CLONE_NEWNS) } == 0
                && Command::new("mount").args(["--make-rprivate", "/"]).output().is_ok_and(|out| out.status.success());
            (private && run(&["-t", "tmpfs", "-o", "size=1m", "tmpfs"])).then(|| test(path))
        });
        thread.join().expect("the test went through")
    })
}
