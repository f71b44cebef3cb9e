//! Copies between raw files and `.npy` on file systems that share blocks: they take next to no room.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use libtest_mimic::{Failed, Trial};

use crate::disk::{Disk, Kind};
use crate::needs::{RMM, succeeded, trial};

/// Bytes of the array.
const SIZE: u64 = 32 << 20;

pub(crate) fn trials() -> Vec<Trial> {
    let one = |kind: Kind| trial(&format!("sharing::on_{}", kind.name()), kind.need(), move |()| copies(kind));
    [Kind::Xfs, Kind::Btrfs].map(one).into()
}

fn copies(kind: Kind) -> Result<(), Failed> {
    let disk = Disk::mount(kind)?;
    let folder = disk.path("");
    let rmm = |words: &str| succeeded(&Command::new(RMM).args(words.split(' ')).current_dir(&folder).output()?);
    rmm("create a.raw -s 2048,4096 -d f4 --random uniform --seed 1 --sidecar")?;
    for (words, file) in [
        ("slice a.raw -o b.npy", "b.npy"),
        ("slice b.npy -o c.npy", "c.npy"),
        ("slice b.npy -o c.raw", "c.raw"),
        ("slice b.npy 1024: -o d.npy", "d.npy"),
        ("slice a.raw 1: -o e.npy", "e.npy"),
    ] {
        let before = free(&folder)?;
        rmm(&format!("{words} --sync"))?;
        let taken = before.saturating_sub(free(&folder)?);
        if taken > SIZE / 8 {
            return Err(format!("{words}: {taken} bytes were taken").into());
        }
        let rows = if file.starts_with('d') {
            "1024:"
        } else if file.starts_with('e') {
            "1:"
        } else {
            ":"
        };
        let spec = if file.ends_with("raw") { "-d f4 -s 2048,4096" } else { "" };
        let line = format!("rmm slice {file} {spec} -f raw | cmp - x");
        rmm(&format!("slice a.raw {rows} -f raw -o x"))?;
        let path = format!("{}:{}", Path::new(RMM).parent().expect("a folder").display(), std::env::var("PATH")?);
        succeeded(&Command::new("sh").args(["-c", &line]).env("PATH", path).current_dir(&folder).output()?)?;
        std::fs::remove_file(folder.join("x"))?;
        rustix::fs::syncfs(File::open(&folder)?)?;
    }
    Ok(())
}

/// Bytes that are free once everything is on the disk.
fn free(folder: &Path) -> Result<u64, Failed> {
    rustix::fs::syncfs(File::open(folder)?)?;
    let found = rustix::fs::statvfs(folder)?;
    Ok(found.f_bfree * found.f_frsize)
}
