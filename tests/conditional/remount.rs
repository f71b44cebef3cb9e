//! A file system that is mounted anew between a job and its resumption, while its device keeps its number: what was in
//! memory alone may be lost, so only a journal with `--sync` is believed. Another mount of the same file system at the
//! same time loses nothing.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output};

use libtest_mimic::{Failed, Trial};

use crate::disk::{Disk, Kind};
use crate::needs::{self, trial};

/// Kills its job in chunk 2 as long as there is no file called safe, and adds one to every byte.
const EXEC: &str =
    r"if [ $RMM_CHUNK = 2 ] && [ ! -e safe ]; then kill -9 $PPID; exit 1; fi; LC_ALL=C tr '\001-\014' '\002-\015'";
const SINCE: &str = "was begun before the file system was mounted the last time";

pub(crate) fn trials() -> Vec<Trial> {
    let one = |kind: Kind| trial(&format!("remount::of_{}", kind.name()), kind.need(), move |()| anew(kind));
    let bound = |kind: Kind| trial(&format!("remount::bind_of_{}", kind.name()), kind.need(), move |()| again(kind));
    let kinds = [Kind::Ext4, Kind::Xfs, Kind::Btrfs];
    kinds.into_iter().map(one).chain([Kind::Ext4, Kind::Xfs].into_iter().map(bound)).collect()
}

fn anew(kind: Kind) -> Result<(), Failed> {
    for sync in [&[][..], &["--sync"]] {
        let mut disk = Disk::mount(kind)?;
        killed(&disk.path(""), sync)?;
        disk.mount_again()?;
        fs::write(disk.path("safe"), "")?;
        let before = fs::read(disk.path("a.dat"))?;
        let ran = job(&disk.path(""), &[sync, &["--resume"]].concat())?;
        let said = String::from_utf8_lossy(&ran.stderr);
        let after = fs::read(disk.path("a.dat"))?;
        match sync {
            [] if ran.status.code() == Some(5) && said.contains(SINCE) && after == before => {}
            ["--sync"] if ran.status.success() && after == done() => {}
            _ => return Err(format!("{sync:?}: {}, {after:?}: {said}", ran.status).into()),
        }
    }
    Ok(())
}

fn again(kind: Kind) -> Result<(), Failed> {
    let mut disk = Disk::mount(kind)?;
    killed(&disk.path(""), &[])?;
    let other = disk.bind()?;
    fs::write(other.join("safe"), "")?;
    needs::succeeded(&job(&other, &["--resume"])?)?;
    if fs::read(disk.path("a.dat"))? == done() { Ok(()) } else { Err("not every chunk is computed once".into()) }
}

fn killed(folder: &Path, options: &[&str]) -> Result<(), Failed> {
    fs::write(folder.join("a.dat"), (1..=12).collect::<Vec<u8>>())?;
    let ran = job(folder, options)?;
    if ran.status.signal() != Some(9) {
        return Err(format!("{}: {}", ran.status, String::from_utf8_lossy(&ran.stderr)).into());
    }
    Ok(())
}

fn job(folder: &Path, options: &[&str]) -> Result<Output, Failed> {
    let own = ["map-chunks", "a.dat", "-d", "u1", "-i", "-j1", "--chunk", "3", "--exec", EXEC];
    Ok(Command::new(needs::RMM).args(own).args(options).current_dir(folder).output()?)
}

fn done() -> Vec<u8> {
    (2..=13).collect()
}
