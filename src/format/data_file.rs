//! The file that a detached header names, and whether it may be read: a header comes from anywhere, and must not make
//! this program open what lies elsewhere.

use std::io;
use std::path::{Path, PathBuf};

use super::envi;
use super::raster::{Data, Header, RasterFormat};
use crate::error::{At, Error, ErrorKind, Result};
use crate::escape::{path_text, shell_path};
use crate::mapping::{Identity, Mapping, Mode};

/// Whether a header may name a file outside its own folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Follow {
    /// It may not, and neither may a symbolic link lead there.
    #[default]
    Inside,
    /// It may name any file.
    Anywhere,
}

/// Opens the file with the data of the header at `path`; none where the data is in the header's own file.
///
/// # Errors
/// Usage, where it lies outside the folder of the header, or several files may be meant; io where it is missing or
/// cannot be opened. The error names both files.
pub fn open(header: &Header, path: &Path, mode: Mode, follow: Follow) -> Result<Option<Mapping>> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let data = match &header.data {
        Data::Here => return Ok(None),
        Data::Named(name) => folder.join(name),
        Data::Beside => beside(path)?,
    };
    let named = |error: Error| {
        let by = format!("the {} header {} names it", header.format.name(), path_text(path));
        error.at(&data).followed_by(by)
    };
    let real = data.canonicalize().map_err(|error| named(Error::io("cannot open", error)))?;
    if follow == Follow::Inside {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let inside = folder.canonicalize().map_err(|error| Error::io("cannot open", error)).at(folder)?;
        if !real.starts_with(inside) {
            return Err(outside(header.format, path, &data, &real));
        }
    }
    let mapping = Mapping::open(&data, mode).map_err(named)?;
    // Between the look and the opening the name may have come to mean another file.
    let seen = real.metadata().map_err(|error| named(Error::io("cannot examine", error)))?;
    if Identity::from_metadata(&seen) != mapping.identity() {
        return Err(named(Error::new(ErrorKind::Io, "has become another file while it was opened")));
    }
    Ok(Some(mapping))
}

fn outside(format: RasterFormat, path: &Path, data: &Path, real: &Path) -> Error {
    let link = if data.is_symlink() { format!(", a link to {}", path_text(real)) } else { String::new() };
    let error = format!(
        "the {} header names {}{link}, which lies outside the folder of the header",
        format.name(),
        path_text(data)
    );
    Error::usage(error).at(path).hint("--follow reads it, if you trust the header")
}

/// The one file that is named like the header.
fn beside(path: &Path) -> Result<PathBuf> {
    let names = envi::names(path);
    let mut found = Vec::new();
    for name in &names {
        match name.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => found.push(name),
            Err(error) if is_absent(&error) => {}
            Err(error) => return Err(Error::io("cannot examine", error).at(name)),
        }
    }
    match found[..] {
        [one] => Ok(one.clone()),
        [] => {
            let looked: Vec<String> = names.iter().take(4).map(|name| path_text(name)).collect();
            let message = format!("there is no data file beside this envi header: none of {}, …", looked.join(", "));
            Err(Error::new(ErrorKind::Io, message).at(path))
        }
        [one, other, ..] => {
            let message =
                format!("the data of this envi header may be in {} or in {}", path_text(one), path_text(other));
            let spec = "--spec DTYPE:BANDS,LINES,SAMPLES";
            Err(Error::usage(message).at(path).hint(format!("rmm info {} {spec}", shell_path(one))))
        }
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::dtype::{DType, Number};
    use crate::format::raster::Start;

    fn header(data: Data) -> Header {
        Header::new(RasterFormat::Nrrd, DType::native(Number::UInt8), vec![3], Start::at(0), data).expect("small")
    }

    fn opened(path: &Path, name: impl AsRef<Path>, follow: Follow) -> Result<PathBuf> {
        let header = header(Data::Named(name.as_ref().into()));
        let mapping = open(&header, path, Mode::Read, follow)?.expect("another file");
        Ok(mapping.path().to_path_buf())
    }

    #[test]
    fn a_file_in_the_folder_or_below_it_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.nhdr");
        fs::create_dir(folder.path().join("sub")).expect("a folder");
        for name in ["a.raw", "sub/b.raw", "..b"] {
            fs::write(folder.path().join(name), "abc").expect("room for it");
            assert_eq!(opened(&path, name, Follow::Inside).expect(name), folder.path().join(name));
        }
        opened(&path, "./a.raw", Follow::Inside).expect("the same");
        opened(&path, folder.path().join("a.raw"), Follow::Inside).expect("the same");
        symlink("a.raw", folder.path().join("link")).expect("a link");
        opened(&path, "link", Follow::Inside).expect("a link inside");
        assert!(open(&header(Data::Here), &path, Mode::Read, Follow::Inside).expect("itself").is_none());
    }

    #[test]
    fn a_file_elsewhere_is_read_only_where_that_is_allowed() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).expect("a folder");
        let (path, secret) = (inner.join("a.nhdr"), folder.path().join("secret"));
        fs::write(&secret, "abc").expect("room for it");
        symlink("../secret", inner.join("link")).expect("a link");
        symlink("..", inner.join("up")).expect("a link");
        for name in [Path::new("../secret"), &secret, Path::new("link"), Path::new("up/secret")] {
            let error = opened(&path, name, Follow::Inside).expect_err("outside");
            assert_eq!((error.kind(), error.path()), (ErrorKind::Usage, Some(&*path)), "{error}");
            assert!(error.hints()[0].contains("--follow"));
            opened(&path, name, Follow::Anywhere).expect("allowed");
        }
    }

    #[test]
    fn errors_name_both_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.nhdr");
        let error = opened(&path, "none.raw", Follow::Inside).expect_err("missing");
        assert_eq!((error.kind(), error.path()), (ErrorKind::Io, Some(&*folder.path().join("none.raw"))));
        assert!(error.message().contains("the nrrd header") && error.message().contains("a.nhdr names it"), "{error}");
        let error = opened(&path, ".", Follow::Inside).expect_err("a folder");
        assert!(error.kind() == ErrorKind::Usage && error.message().contains("directory"), "{error}");
    }

    #[test]
    fn an_envi_header_has_one_file_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("scan.hdr");
        let open = || open(&header(Data::Beside), &path, Mode::Read, Follow::Inside);
        assert_eq!(open().expect_err("nothing").kind(), ErrorKind::Io);
        fs::create_dir(folder.path().join("scan")).expect("a folder");
        fs::write(folder.path().join("scan.img"), "abc").expect("room for it");
        assert_eq!(open().expect("one").expect("another file").path(), folder.path().join("scan.img"));
        fs::write(folder.path().join("scan.BIL"), "abc").expect("room for it");
        let error = open().expect_err("two");
        assert!(error.kind() == ErrorKind::Usage && error.message().contains("scan.BIL"), "{error}");
    }
}
