//! Where paths lead: through symlinks, from the root on, to the folder that holds a name; and names on stable storage.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{self, Access, AtFlags};
#[cfg(target_os = "linux")]
use rustix::{
    fs::{Mode, OFlags},
    io::Errno,
};

use super::Sync;
use super::space::flush;
use crate::error::{At, Error, Result};
use crate::escape::printable;

/// Where a path leads when its last name is a symlink, to a file or to nothing.
///
/// # Errors
/// Usage, where symlinks lead in circles.
pub fn follow_links(path: &Path) -> Result<PathBuf> {
    // As many as Linux follows.
    const LINKS: usize = 40;
    let mut path = path.to_path_buf();
    for _ in 0..LINKS {
        match path.read_link() {
            Ok(next) => path = folder_of(&path).join(next),
            Err(_) => return Ok(path),
        }
    }
    Err(Error::usage(format!("is a symlink that leads in circles, through {}", printable(&path.to_string_lossy()))))
}

/// The path of a file from the root on, through no symlinks. The file need not be there; its folder must.
///
/// # Errors
/// Usage, where symlinks lead in circles or it is no name of a file; io, where its folder cannot be found.
pub fn full_path(path: &Path) -> Result<PathBuf> {
    let found = follow_links(path)?;
    let Some(name) = found.file_name() else { return Err(Error::usage("is not the name of a file").at(path)) };
    let folder = folder_of(&found).canonicalize();
    Ok(folder.map_err(|error| Error::io("cannot find its folder", error).at(path))?.join(name))
}

/// Whether files can be made in a folder: by one without a name, where the system and the file system have such, else by
/// what it says of its permissions.
pub(super) fn takes_files(folder: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    match fs::open(folder, OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC, Mode::RUSR | Mode::WUSR) {
        Ok(_) => return Ok(()),
        Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(fs::accessat(fs::CWD, folder, Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS)?)
}

/// Has the names in the folder of a file on stable storage, if that is asked for.
pub(super) fn flush_folder(path: &Path, sync: Sync) -> Result<()> {
    if sync == Sync::No {
        return Ok(());
    }
    let folder = File::open(folder_of(path)).map_err(|error| Error::io("cannot open its folder", error));
    folder.and_then(|folder| flush(&folder)).at(path)
}

/// Has a file that has its name and the name itself on stable storage, if that is asked for.
///
/// # Errors
/// Io.
pub fn flush_named(path: &Path, sync: Sync) -> Result<()> {
    if sync == Sync::No {
        return Ok(());
    }
    let file = File::open(path).map_err(|error| Error::io("cannot open", error)).at(path)?;
    flush(&file).at(path)?;
    flush_folder(&follow_links(path)?, sync)
}

pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
