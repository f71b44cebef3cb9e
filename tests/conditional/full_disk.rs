//! A disk that fills up: exit 3, never a signal, never half a new file. Mounts a tmpfs of 4 MiB, which needs root.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use libtest_mimic::{Failed, Trial};
use tempfile::TempDir;

use crate::needs::{self, Need, trial};

const DISK: &str = "size=4m";
/// More than the disk holds.
const TOO_MUCH: u64 = 16 << 20;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("full_disk::create_that_reserves_too_much", can_mount(), |()| create_reserves()),
        trial("full_disk::create_that_writes_too_much", can_mount(), |()| create_writes()),
        trial("full_disk::fill_of_a_sparse_file", can_mount(), |()| edit_of_a_sparse_file("fill", &["--value", "1"])),
        trial("full_disk::set_of_a_sparse_file", can_mount(), |()| edit_of_a_sparse_file("set", &["::4096", "1"])),
        trial("full_disk::map_chunks_of_a_sparse_file", can_mount(), |()| {
            edit_of_a_sparse_file("map-chunks", &["--exec", r"tr '\000' '\001'", "-i", "--no-journal"])
        }),
        trial("full_disk::slice_to_a_new_file", can_mount(), |()| slice_to_a_file("out.npy")),
        trial("full_disk::slice_of_text_to_a_new_file", can_mount(), |()| slice_to_a_file("out.tsv")),
        trial("full_disk::slice_over_an_old_file_keeps_it", can_mount(), |()| slice_keeps_the_old()),
    ]
}

/// A small disk, mounted for one trial.
struct Disk(TempDir);

impl Disk {
    fn mount() -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", DISK, "tmpfs"]).arg(folder.path()).stderr(Stdio::null());
        match mount.status() {
            Ok(status) if status.success() => Ok(Self(folder)),
            _ => Err("needs root, to mount a small tmpfs".to_owned()),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn names(&self) -> Result<Vec<String>, Failed> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.0.path())? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // What cannot be unmounted stays behind: nothing better can be done while a trial is failing.
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

fn can_mount() -> Need<()> {
    static CAN: OnceLock<Need<()>> = OnceLock::new();
    CAN.get_or_init(|| Disk::mount().map(drop)).clone()
}

/// Runs rmm, which must end with exit 3 (no signal) and one line that names the cause.
fn runs_out_of_space(args: &[&str], file: &Path, more: &[&str]) -> Result<(), Failed> {
    let output = Command::new(needs::RMM).args(args).arg(file).args(more).stdin(Stdio::null()).output()?;
    let message = String::from_utf8_lossy(&output.stderr);
    if output.status.code() != Some(3) {
        return Err(format!("expected exit 3, found {}: {message}", output.status).into());
    }
    if !message.starts_with("rmm: ") || !message.contains("No space left on device") {
        return Err(format!("the message does not say what is wrong: {message}").into());
    }
    Ok(())
}

fn holds_only(disk: &Disk, expected: &[&str]) -> Result<(), Failed> {
    let names = disk.names()?;
    if names == expected { Ok(()) } else { Err(format!("expected {expected:?} on the disk, found {names:?}").into()) }
}

fn create_reserves() -> Result<(), Failed> {
    let disk = Disk::mount()?;
    let shape = TOO_MUCH.to_string();
    runs_out_of_space(&["create"], &disk.path("new.npy"), &["--shape", &shape, "--dtype", "u1", "--preallocate"])?;
    holds_only(&disk, &[])
}

fn create_writes() -> Result<(), Failed> {
    let disk = Disk::mount()?;
    let shape = TOO_MUCH.to_string();
    runs_out_of_space(&["create"], &disk.path("new.npy"), &["--shape", &shape, "--dtype", "u1", "--value", "7"])?;
    holds_only(&disk, &[])
}

fn edit_of_a_sparse_file(verb: &str, words: &[&str]) -> Result<(), Failed> {
    let disk = Disk::mount()?;
    let path = disk.path("sparse.u1");
    File::create(&path)?.set_len(TOO_MUCH)?;
    runs_out_of_space(&[verb, "--dtype", "u1"], &path, words)?;
    if fs::metadata(&path)?.len() != TOO_MUCH {
        return Err("the file's length changed".into());
    }
    holds_only(&disk, &["sparse.u1"])
}

fn big_source() -> Result<(TempDir, PathBuf), Failed> {
    let folder = needs::scratch()?;
    let path = folder.path().join("source.u1");
    fs::write(&path, vec![7u8; TOO_MUCH as usize])?;
    Ok((folder, path))
}

fn slice_to_a_file(name: &str) -> Result<(), Failed> {
    let (disk, (_folder, source)) = (Disk::mount()?, big_source()?);
    let out = disk.path(name);
    runs_out_of_space(&["slice", "--dtype", "u1"], &source, &["-o", &out.to_string_lossy()])?;
    holds_only(&disk, &[])
}

fn slice_keeps_the_old() -> Result<(), Failed> {
    let (disk, (_folder, source)) = (Disk::mount()?, big_source()?);
    let out = disk.path("out.npy");
    fs::write(&out, b"old")?;
    runs_out_of_space(&["slice", "--dtype", "u1"], &source, &["-o", &out.to_string_lossy(), "--force"])?;
    if fs::read(&out)? != b"old" {
        return Err("the old file is gone".into());
    }
    holds_only(&disk, &["out.npy"])
}
