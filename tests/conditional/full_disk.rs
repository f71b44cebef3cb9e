//! A disk that fills up, on every kind of file system and by every command that writes: exit 3 with the reason, never
//! a signal, never half a new file, never a longer or a lost old one.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use libtest_mimic::{Failed, Trial};
use tempfile::TempDir;

use crate::disk::{Disk, Kind};
use crate::needs::{self, trial};

/// What the disk has left.
const FREE: u64 = 4 << 20;
/// More than that.
const TOO_MUCH: u64 = 16 << 20;
/// A sparse array on the full disk, and one that is there already; `BIG` is a whole one elsewhere.
const SPARSE: &str = "sparse.u1";
const OLD: &str = "old.npy";

/// A command in a shell in which `rmm` is the program, in the folder of the full disk.
struct Case {
    line: &'static str,
    /// Where the result stands afterwards, beside the two arrays: a file that the shell has made.
    made_by_shell: bool,
}

const fn case(line: &'static str) -> Case {
    Case { line, made_by_shell: false }
}

const CASES: &[Case] = &[
    case("rmm create new.npy -s 2000000 --preallocate"),
    case("rmm create new.dat -s 16777216 -d u1 --value 7"),
    case("rmm create new.npy -s 2000000 --arange"),
    case("rmm create new.npy -s 2000000 --expr 'i*2'"),
    case("rmm create new.npy -s 2000000 --random normal --seed 1 -q"),
    case("rmm create new.npy --from \"$BIG\""),
    case("rmm create old.npy --from \"$BIG\" --force"),
    case("rmm fill sparse.u1 -d u1 --value 1"),
    case("rmm fill sparse.u1 -d u1 --value 1 --sync"),
    case("rmm fill sparse.u1 -d u1 ::64 --value 1 --io mmap"),
    case("rmm fill sparse.u1 -d u1 --expr x+1"),
    case("rmm set sparse.u1 -d u1 ::4096 1"),
    case("rmm set sparse.u1 -d u1 ::16 1 --io pread"),
    case("rmm set sparse.u1 -d u1 --from \"$BIG\""),
    case("rmm set \"$BIG\" 0 1 -m c -o new.npy"),
    case("rmm map-chunks sparse.u1 -d u1 --expr x+1 -i"),
    case("rmm map-chunks sparse.u1 -d u1 --expr x+1 -i --io mmap"),
    case("rmm map-chunks sparse.u1 -d u1 --expr x+1 -i --io pread"),
    case("rmm map-chunks sparse.u1 -d u1 --exec \"tr '\\000' '\\001'\" -i"),
    case("rmm map-chunks \"$BIG\" --expr x+1 -o new.npy"),
    case("rmm map-chunks \"$BIG\" --exec cat -o new.npy"),
    case("rmm map-chunks \"$BIG\" --exec cat -o new.csv"),
    case("rmm slice \"$BIG\" -o new.npy"),
    case("rmm slice \"$BIG\" -o new.tsv"),
    case("rmm slice \"$BIG\" ::-1 -o new.raw"),
    case("rmm slice \"$BIG\" -o old.npy --force"),
    case("TMPDIR=. rmm slice - -d u1 ::-1 -f raw -q < \"$PIPE\" > /dev/null"),
    Case { line: "rmm slice \"$BIG\" -f raw -o - > out", made_by_shell: true },
    Case { line: "rmm slice \"$BIG\" -f csv > out", made_by_shell: true },
    Case { line: "rmm map-chunks \"$BIG\" --expr x+1 > out", made_by_shell: true },
    Case { line: "rmm map-chunks \"$BIG\" --exec cat > out", made_by_shell: true },
];

pub(crate) fn trials() -> Vec<Trial> {
    let one = |kind: Kind| trial(&format!("full_disk::on_{}", kind.name()), kind.need(), move |()| matrix(kind));
    let looked_at = |kind: Kind| {
        let name = format!("full_disk::reading_takes_no_room_on_{}", kind.name());
        trial(&name, kind.need(), move |()| reading_takes_no_room(kind))
    };
    Kind::ALL.into_iter().map(one).chain(Kind::ALL.into_iter().map(looked_at)).collect()
}

/// Holes that are read stay holes: tmpfs gives those that are read through a mapping pages of their own.
fn reading_takes_no_room(kind: Kind) -> Result<(), Failed> {
    use std::os::unix::fs::MetadataExt;

    let disk = Disk::mount(kind)?;
    File::create(disk.path(SPARSE))?.set_len(1 << 30)?;
    let before = fs::metadata(disk.path(SPARSE))?.blocks();
    for words in [
        "info sparse.u1 -d u1 --stats",
        "map-chunks sparse.u1 -d u1 --reduce sum",
        "map-chunks sparse.u1 -d u1 ::4096 --expr x+1 --reduce max",
        "map-chunks sparse.u1 -d u1 ::1000 --exec cat -f raw",
        "slice sparse.u1 -d u1 ::4096 -f raw",
    ] {
        let mut command = Command::new(needs::RMM);
        command.args(words.split(' ')).current_dir(disk.path("")).stdin(Stdio::null());
        needs::succeeded(&command.output()?).map_err(|failed| format!("{words}: {failed:?}"))?;
        let taken = fs::metadata(disk.path(SPARSE))?.blocks() - before;
        if taken > 0 {
            return Err(format!("{words}: {taken} sectors are taken").into());
        }
    }
    Ok(())
}

fn matrix(kind: Kind) -> Result<(), Failed> {
    let disk = Disk::mount(kind)?;
    disk.fill_up(FREE)?;
    let source = Source::new()?;
    let wrong: Vec<String> = CASES.iter().filter_map(|case| source.runs_out_of_space(case, &disk).err()).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// An array that is longer than what the disk has left.
struct Source {
    folder: TempDir,
    array: PathBuf,
}

impl Source {
    fn new() -> Result<Self, Failed> {
        let folder = needs::scratch()?;
        let array = folder.path().join("big.npy");
        let mut command = Command::new(needs::RMM);
        command.arg("create").arg(&array).args(["-d", "u1", "--value", "7", "-s", &TOO_MUCH.to_string()]);
        needs::succeeded(&command.output()?)?;
        Ok(Self { folder, array })
    }

    fn runs_out_of_space(&self, case: &Case, disk: &Disk) -> Result<(), String> {
        self.try_case(case, disk).map_err(|wrong| format!("{}: {}", case.line, wrong.message().unwrap_or_default()))
    }

    fn try_case(&self, case: &Case, disk: &Disk) -> Result<(), Failed> {
        disk.clear()?;
        File::create(disk.path(SPARSE))?.set_len(TOO_MUCH)?;
        fs::write(disk.path(OLD), "old")?;
        let output = Command::new("bash")
            .args(["-c", &case.line.replace("< \"$PIPE\"", "< <(cat \"$BIG\")")])
            .current_dir(disk.path(""))
            .env("PATH", self.path_with_rmm()?)
            .env("BIG", &self.array)
            .stdin(Stdio::null())
            .output()?;
        let message = String::from_utf8_lossy(&output.stderr);
        if output.status.code() != Some(3) {
            return Err(format!("expected exit 3, found {}: {message}", output.status).into());
        }
        // A page that cannot be had, as of a journal that btrfs has written elsewhere, does not say why.
        if !message.starts_with("rmm: ") || !message.to_lowercase().contains("no space") {
            return Err(format!("the message does not say what is wrong: {message}").into());
        }
        let expected: &[&str] = if case.made_by_shell { &[OLD, "out", SPARSE] } else { &[OLD, SPARSE] };
        let mut names = disk.names()?;
        // What a job in place had stored is not lost: it says so, and its journal stays.
        if message.contains("the journal is kept") {
            let journal = format!("{SPARSE}.rmm-journal");
            let at = names.iter().position(|name| *name == journal).ok_or("the journal is not kept")?;
            names.remove(at);
            self.is_given_up(disk, &journal)?;
        }
        if names != expected {
            return Err(format!("expected {expected:?} on the disk, found {names:?}").into());
        }
        if fs::read(disk.path(OLD))? != b"old" || fs::metadata(disk.path(SPARSE))?.len() != TOO_MUCH {
            return Err("an old file is not what it was".into());
        }
        Ok(())
    }

    /// What a job has left is given up, though the disk is as full as before.
    fn is_given_up(&self, disk: &Disk, journal: &str) -> Result<(), Failed> {
        let given_up = |copies: &std::path::Path| {
            let mut command = Command::new(needs::RMM);
            command.args(["map-chunks", SPARSE, "--discard-journal"]).current_dir(disk.path(""));
            command.env("TMPDIR", copies).stdin(Stdio::null()).output()
        };
        // Where there is no room for a copy, either, nothing is lost.
        let output = given_up(&disk.path(""))?;
        let message = String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            Some(0) if !message.contains("stored in part") => return Ok(()),
            Some(3) if disk.path(journal).exists() && message.contains("TMPDIR") => {}
            _ => return Err(format!("with no room for a copy: {}: {message}", output.status).into()),
        }
        let output = given_up(self.folder.path())?;
        let message = String::from_utf8_lossy(&output.stderr);
        let whole = message.contains("the job is given up; ") && !message.contains("stored in part");
        if output.status.code() != Some(0) || !whole {
            return Err(format!("it cannot be given up: {}: {message}", output.status).into());
        }
        if disk.path(journal).exists() { Err("the journal of a job that is given up is there".into()) } else { Ok(()) }
    }

    fn path_with_rmm(&self) -> Result<std::ffi::OsString, Failed> {
        let link = self.folder.path().join("rmm");
        if !link.exists() {
            std::os::unix::fs::symlink(needs::RMM, &link)?;
        }
        let others = std::env::var_os("PATH").unwrap_or_default();
        Ok(std::env::join_paths(
            std::iter::once(self.folder.path().to_path_buf()).chain(std::env::split_paths(&others)),
        )?)
    }
}
