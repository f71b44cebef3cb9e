//! Where paths lead: through symlinks, from the root on, to the folder that holds a name; and names on stable storage.

use std::fs::File;
use std::path::{Path, PathBuf};

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
