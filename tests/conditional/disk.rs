//! Small file systems of several kinds, mounted for one trial. That needs root, and the programs that make them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use libtest_mimic::Failed;
use tempfile::TempDir;

use crate::needs::Need;

/// A kind of file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Tmpfs,
    Ext4,
    Xfs,
    Btrfs,
    /// Over ext4.
    Overlay,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] = [Self::Tmpfs, Self::Ext4, Self::Xfs, Self::Btrfs, Self::Overlay];

    /// Its name in the names of trials.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tmpfs => "tmpfs",
            Self::Ext4 => "ext4",
            Self::Xfs => "xfs",
            Self::Btrfs => "btrfs",
            Self::Overlay => "overlay",
        }
    }

    /// The least that it can be made of: an image of that many bytes, and what makes a file system of it.
    fn maker(self) -> Option<(u64, &'static [&'static str])> {
        match self {
            Self::Tmpfs => None,
            Self::Ext4 | Self::Overlay => Some((24 << 20, &["mkfs.ext4", "-q", "-F", "-m", "0"])),
            Self::Xfs => Some((300 << 20, &["mkfs.xfs", "-q", "-f"])),
            Self::Btrfs => Some((256 << 20, &["mkfs.btrfs", "-q", "-f", "-m", "dup"])),
        }
    }

    /// Whether it can be mounted here; tried only where root asks.
    pub(crate) fn need(self) -> Need<()> {
        // Found out once for each kind: the harness asks for every trial, also to list them.
        static KNOWN: Mutex<Vec<(Kind, Need<()>)>> = Mutex::new(Vec::new());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, need)) = known.iter().find(|(kind, _)| *kind == self) {
            return need.clone();
        }
        let need = Disk::mount(self).map(drop);
        known.push((self, need.clone()));
        need
    }
}

/// A mounted file system, which goes when this is dropped.
pub(crate) struct Disk {
    /// Where its files are.
    root: PathBuf,
    /// What is mounted, the last first.
    mounted: Vec<PathBuf>,
    /// What holds the image and the mount points.
    _folder: TempDir,
}

impl Disk {
    /// A file system of this kind, as small as it can be.
    pub(crate) fn mount(kind: Kind) -> Result<Self, String> {
        if !rustix::process::geteuid().is_root() {
            return Err("needs root, to mount file systems".to_owned());
        }
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let root = folder.path().join("root");
        fs::create_dir(&root).map_err(|error| error.to_string())?;
        let mut disk = Self { root: root.clone(), mounted: Vec::new(), _folder: folder };
        match kind.maker() {
            None => disk.add(&["-t", "tmpfs", "-o", "size=24m", "tmpfs"], root)?,
            Some((bytes, maker)) => {
                let image = disk.root.with_file_name("image");
                File::create(&image).and_then(|file| file.set_len(bytes)).map_err(|error| error.to_string())?;
                run(Command::new(maker[0]).args(&maker[1..]).arg(&image))?;
                disk.add(&["-o", "loop", &image.to_string_lossy()], root)?;
            }
        }
        if kind == Kind::Overlay {
            disk.put_layer_on_top()?;
        }
        Ok(disk)
    }

    fn put_layer_on_top(&mut self) -> Result<(), String> {
        let top = self.root.with_file_name("top");
        let [lower, upper, work] = ["lower", "upper", "work"].map(|name| self.root.join(name));
        for folder in [&lower, &upper, &work, &top] {
            fs::create_dir(folder).map_err(|error| error.to_string())?;
        }
        let layers = format!("lowerdir={},upperdir={},workdir={}", lower.display(), upper.display(), work.display());
        self.add(&["-t", "overlay", "-o", &layers, "overlay"], top.clone())?;
        self.root = top;
        Ok(())
    }

    /// Unmounts it and mounts it once more, on a device of the same number where that is free.
    pub(crate) fn mount_again(&mut self) -> Result<(), String> {
        run(Command::new("umount").arg(&self.root))?;
        self.mounted.retain(|point| *point != self.root);
        let image = self.root.with_file_name("image");
        self.add(&["-o", "loop", &image.to_string_lossy()], self.root.clone())
    }

    /// Another mount of it, at the same time.
    pub(crate) fn bind(&mut self) -> Result<PathBuf, String> {
        let (root, other) = (self.root.clone(), self.root.with_file_name("other"));
        fs::create_dir(&other).map_err(|error| error.to_string())?;
        self.add(&["--bind", &root.to_string_lossy()], other.clone())?;
        Ok(other)
    }

    fn add(&mut self, words: &[&str], at: PathBuf) -> Result<(), String> {
        run(Command::new("mount").args(words).arg(&at))?;
        self.mounted.push(at);
        Ok(())
    }

    /// Takes all space but about `free` bytes.
    pub(crate) fn fill_up(&self, free: u64) -> Result<(), Failed> {
        let none = rustix::fs::FallocateFlags::empty();
        let (ballast, gap) = (File::create(self.path(BALLAST))?, self.path("gap"));
        // What a file system says it has left is not what it gives, so all is taken and some given back.
        rustix::fs::fallocate(File::create(&gap)?, none, 0, free)?;
        let mut len = 0;
        while rustix::fs::fallocate(&ballast, none, len, STEP).is_ok() {
            len += STEP;
        }
        fs::remove_file(&gap)?;
        rustix::fs::syncfs(&ballast)?;
        Ok(())
    }

    /// A path on it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Its files but the ballast, in the order of the alphabet.
    pub(crate) fn names(&self) -> Result<Vec<String>, Failed> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.root)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.retain(|name| name != BALLAST && name != "lost+found");
        names.sort();
        Ok(names)
    }

    /// Removes all files but the ballast.
    pub(crate) fn clear(&self) -> Result<(), Failed> {
        for name in self.names()? {
            fs::remove_file(self.path(&name))?;
        }
        // btrfs gives back what was taken when it next writes its own.
        rustix::fs::syncfs(File::open(&self.root)?)?;
        Ok(())
    }
}

const BALLAST: &str = "ballast";
/// Bytes of it that are taken at a time.
const STEP: u64 = 1 << 20;

impl Drop for Disk {
    fn drop(&mut self) {
        // What cannot be unmounted stays behind: nothing better can be done while a trial is failing.
        for point in self.mounted.iter().rev() {
            let _ = run(Command::new("umount").arg(point as &Path));
        }
    }
}

fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim())),
        Err(_) => Err(format!("needs {name}")),
    }
}
