//! An array of 1 GiB where the kernel gives 64 MiB, page cache included: every command and mode.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use libtest_mimic::{Failed, Trial};

use crate::needs::{self, Need, trial};

const LIMIT: u64 = 64 << 20;
const BYTES: u64 = 1 << 30;
const SPEC: &str = "f8:8192,16384";

/// Words of commands on the array `a`; those with `OUT` make a file.
const COMMANDS: &[&[&str]] = &[
    &["get", "a", "0,0", "-1,-1", ":,5"],
    &["info", "a"],
    &["slice", "a", "-f", "raw"],
    &["slice", "a", "-f", "raw", "--io", "pread"],
    &["slice", "a", "::-1", "-f", "raw", "--mode", "c"],
    &["slice", "a", "--astype", "f4", "-f", "npy"],
    &["slice", "a", "0:200", "-f", "csv"],
    &["slice", "a", "-o", "OUT", "--force"],
    &["slice", "a", "--transpose", "-o", "OUT", "--force"],
    &["set", "a", ":,7", "1"],
    &["set", "a", ":,7", "1", "--mode", "c"],
    &["set", "a", ":,7", "1", "--mode", "c", "-o", "OUT", "--force"],
    &["fill", "a", "--arange"],
    &["fill", "a", "--value", "2", "--io", "mmap"],
    &["fill", "a", "--value", "2", "--io", "pread", "--sync"],
    &["map-chunks", "a", "--expr", "x*2+1", "-i"],
    &["map-chunks", "a", "--expr", "x*2+1", "-i", "--io", "pread"],
    &["map-chunks", "a", "--expr", "x*2+1", "-o", "OUT", "--force"],
    &["map-chunks", "a", "--exec", "cat", "-i"],
    &["map-chunks", "a", "--exec", "cat", "-o", "OUT", "--force"],
    &["create", "OUT", "--expr", "i+j", "--force"],
    &["create", "OUT", "--from", "a", "--from-format", "raw", "--force"],
];

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("cgroup::a_gibibyte_in_64_mib", Group::need(), |()| every_command())]
}

fn every_command() -> Result<(), Failed> {
    let group = Group::new()?;
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let array = File::create(folder.path().join("a"))?;
    array.set_len(BYTES)?;
    for at in (0..BYTES).step_by(1 << 20) {
        array.write_all_at(&[1; 4096], at)?;
    }
    array.sync_all()?;
    let all = std::env::var_os("RMM_BIG").is_some() || std::env::var_os("CI").is_some();
    // A debug build takes minutes for all of them.
    let some = if all { COMMANDS } else { &COMMANDS[..3] };
    some.iter().try_for_each(|words| group.runs(words, folder.path()))
}

/// A memory controller of version 1, whose processes share the limit.
struct Group(PathBuf);

impl Group {
    fn need() -> Need<()> {
        Self::new().map(drop)
    }

    fn new() -> Result<Self, String> {
        static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let path = PathBuf::from(format!("/sys/fs/cgroup/memory/rmm-test-{}-{number}", std::process::id()));
        let missing = |_| "needs root, and a memory controller (cgroup version 1)".to_owned();
        fs::create_dir(&path).map_err(missing)?;
        let group = Self(path);
        fs::write(group.0.join("memory.limit_in_bytes"), LIMIT.to_string()).map_err(missing)?;
        Ok(group)
    }

    fn runs(&self, words: &[&str], folder: &Path) -> Result<(), Failed> {
        let mut line: Vec<&str> = vec![words[0], words[1]];
        if words[0] == "create" && !words.contains(&"--from") {
            line.extend(["-d", "f8", "-s", "8192,16384"]);
        } else {
            line.extend(["--spec", SPEC]);
        }
        line.extend(&words[2..]);
        let procs = self.0.join("cgroup.procs");
        // The shell joins the group, and becomes the command.
        let output = Command::new("sh")
            .args(["-c", "echo $$ > \"$0\" && exec \"$@\""])
            .arg(procs)
            .arg(needs::RMM)
            .args(&line)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            Some(0) => Ok(()),
            _ => Err(format!("{}: {}: {said}", line.join(" "), output.status).into()),
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Charged pages of files move to the parent; what cannot be removed now is empty and harms nobody.
        let _ = fs::write(self.0.join("memory.force_empty"), "0");
        let _ = fs::remove_dir(&self.0);
    }
}
