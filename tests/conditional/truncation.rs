//! An array that is cut short or grows while a command is at work in it: an error with exit 3 or a whole result, never
//! a signal. `RMM_CUTS` says how often each command meets it.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use libtest_mimic::{Failed, Trial};

use crate::needs;

/// Rounds of each command, half of which cut the file short and half make it longer.
const CUTS: &str = "2";
const BYTES: u64 = 24 << 20;
/// What stands for the array in the words of a command.
const ARRAY: &str = "ARRAY";

/// Commands that go through all of the array.
const COMMANDS: &[&[&str]] = &[
    &["slice", ARRAY, "-f", "raw"],
    &["slice", ARRAY, "::-1", "-f", "raw"],
    &["slice", ARRAY, "-f", "csv", "--io", "pread"],
    &["slice", ARRAY, "-o", "out.npy", "--force"],
    &["slice", ARRAY, "--astype", "f4", "-o", "out.raw", "--force"],
    &["get", ARRAY, "::1000"],
    &["set", ARRAY, "::1000", "1"],
    &["set", ARRAY, ":", "1", "-m", "c", "-o", "out.npy", "--force"],
    &["fill", ARRAY, "--value", "1"],
    &["fill", ARRAY, "--expr", "x+1"],
    &["fill", ARRAY, "--arange", "--io", "pread"],
    &["map-chunks", ARRAY, "--expr", "x*2+1", "-i"],
    &["map-chunks", ARRAY, "--expr", "x*2+1", "-o", "out.npy", "--force"],
    &["map-chunks", ARRAY, "--exec", "cat", "-i", "--chunk", "1MiB"],
    &["map-chunks", ARRAY, "--exec", "cat", "-f", "raw"],
];

/// Those that store by `pwrite`, here or where the file cannot be mapped. No system call stores in a file only if it
/// still reaches that far, so one that is cut short in the moment before such a store grows again. The next look at its
/// length finds that out, unless the store was that of the last byte.
const BY_PWRITE: &[&str] = &["set", "fill"];

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("truncation::cut_short_under_each_command", || rounds(0)),
        Trial::test("truncation::extended_under_each_command", || rounds(2 * BYTES)),
    ]
}

fn rounds(len: u64) -> Result<(), Failed> {
    let cuts: u64 = std::env::var("RMM_CUTS").unwrap_or_else(|_| CUTS.to_owned()).parse()?;
    for words in COMMANDS {
        for round in 0..cuts {
            let folder = needs::scratch()?;
            // Cuts fall on pages, between them, and on nothing at all.
            let len = if len > 0 { len } else { [0, BYTES / 3 + 5, 8 << 20, BYTES - 4096][round as usize % 4] };
            // From at once to when even a slow one has come far.
            let after = Duration::from_micros(500 << (round % 8));
            one(words, folder.path(), len, after).map_err(|wrong| {
                let why = wrong.message().unwrap_or_default().to_owned();
                format!("{}, {len} bytes after {after:?}: {why}", words.join(" "))
            })?;
        }
    }
    Ok(())
}

fn one(words: &[&str], folder: &Path, len: u64, after: Duration) -> Result<(), Failed> {
    let array = folder.join(ARRAY);
    File::create(&array)?.set_len(BYTES)?;
    let before = ["ARRAY"];
    let mut command = Command::new(needs::RMM);
    command.args(words).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let child = command.spawn()?;
    thread::sleep(after);
    File::options().write(true).open(&array)?.set_len(len)?;
    let output = child.wait_with_output()?;
    let message = String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(0) => {}
        // 2: it had only just begun, and the file is not what the words say it is.
        Some(2 | 3) if message.starts_with("rmm: ARRAY: ") => {}
        _ => return Err(format!("{}: {message}", output.status).into()),
    }
    let after = fs::metadata(&array)?.len();
    // A `pwrite` stores behind the end of a file that was cut short after the last look at its length.
    let grown_again = BY_PWRITE.contains(&words[0]) && len < after && after <= BYTES;
    if after != len && !(grown_again && (output.status.code() == Some(3) || after == BYTES)) {
        let code = output.status.code();
        return Err(format!("exit {code:?}, and the file has {after} bytes instead of {len}: {message}").into());
    }
    let made = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect::<Result<Vec<_>, Failed>>()?;
    let whole = output.status.success() && words.contains(&"-o");
    // A job in place that had stored something keeps its journal, and says so.
    let kept = message.contains("the journal is kept");
    if made.len() != before.len() + usize::from(whole) + usize::from(kept) {
        return Err(format!("exit {:?} left {made:?}", output.status.code()).into());
    }
    Ok(())
}
