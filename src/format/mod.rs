//! What a file's own bytes say about the array in it.
//!
//! Formats are recognised by their first bytes, never by the name of the file; only the head of a file is read. This
//! module knows nothing of the options of a command, and not which of several descriptions wins.

mod beside;
pub mod data_file;
pub mod envi;
mod header_text;
pub mod memmap;
pub mod metaimage;
pub mod npy;
pub mod nrrd;
pub mod raster;
pub mod sidecar;
mod unsaid;

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;

pub use beside::{Beside, Prepared};
pub use data_file::Follow;

use crate::error::{Error, Result};

/// What a file says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// A `.npy` file and its header.
    Npy(npy::Header),
    /// An NRRD, `MetaImage` or ENVI header, with the data behind it or in another file.
    Raster(raster::Header),
    /// Elements and nothing else, as far as anyone can tell.
    Raw,
}

impl Format {
    /// Its name: `npy`, `nrrd`, `metaimage`, `envi`, `raw`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Npy(_) => "npy",
            Self::Raster(header) => header.format.name(),
            Self::Raw => "raw",
        }
    }

    /// Whether it says only where the elements are: in another file.
    pub fn is_detached(&self) -> bool {
        matches!(self, Self::Raster(header) if header.data != raster::Data::Here)
    }
}

/// A format: whether a file that begins with these bytes is of it, and the reading of its header from the first of
/// them on.
struct Recogniser {
    fits: fn(&[u8]) -> bool,
    read: fn(&mut dyn Read, u64) -> Result<Format>,
}

/// Every format with a header, in the order in which they are tried. What fits none of them is raw.
const RECOGNISERS: &[Recogniser] = &[
    Recogniser {
        fits: |head| head.starts_with(npy::MAGIC),
        read: |head, len| npy::read(head, Some(len)).map(Format::Npy),
    },
    Recogniser { fits: nrrd::fits, read: |head, _| nrrd::read(head).map(Format::Raster) },
    Recogniser { fits: envi::fits, read: |head, _| envi::read(head).map(Format::Raster) },
    Recogniser { fits: metaimage::fits, read: |head, _| metaimage::read(head).map(Format::Raster) },
];

/// The first bytes of a file, by which formats are recognised.
pub const HEAD: usize = 512;

/// Whether a file that begins with these bytes has a header, as far as the first [`HEAD`] of them tell.
pub fn has_header(head: &[u8]) -> bool {
    recogniser(head).is_some()
}

fn recogniser(head: &[u8]) -> Option<&'static Recogniser> {
    RECOGNISERS.iter().find(|format| (format.fits)(head))
}

/// The format of a regular file of `len` bytes, whose read position stays where it is.
///
/// # Errors
/// Corrupt where a header is damaged; io where reading fails.
pub fn recognise(file: &File, len: u64) -> Result<Format> {
    let mut first = Vec::with_capacity(HEAD);
    let head = || Head { file, at: 0 };
    head().take(HEAD as u64).read_to_end(&mut first).map_err(|error| Error::io("cannot read", error))?;
    recogniser(&first).map_or(Ok(Format::Raw), |format| (format.read)(&mut head(), len))
}

/// Reads a file from its beginning without moving the position that other processes may share.
struct Head<'a> {
    file: &'a File,
    at: u64,
}

impl Read for Head<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use super::*;
    use crate::dtype::{DType, Number};
    use crate::error::ErrorKind;
    use crate::shape::{Order, Shape};

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(bytes).expect("room for it");
        file
    }

    fn recognised(bytes: &[u8]) -> Result<Format> {
        recognise(&file(bytes), bytes.len() as u64)
    }

    #[test]
    fn knows_npy_by_its_first_bytes() {
        let shape = Shape::new([3]).expect("small");
        let bytes = npy::write(&DType::native(Number::Float32), &shape, Order::C).expect("a header");
        let format = recognised(&bytes).expect("npy");
        assert_eq!(format.name(), "npy");
        assert!(matches!(format, Format::Npy(header) if header.shape == shape && header.data_offset == 128));
    }

    #[test]
    fn knows_text_headers_by_their_first_line() {
        for (name, text) in [
            ("nrrd", "NRRD0001\ntype: uint8\nencoding: raw\ndimension: 1\nsizes: 1\n\n."),
            ("envi", "ENVI\nsamples = 1\nlines = 1\nbands = 1\ndata type = 1\n"),
            ("metaimage", "NDims = 1\nDimSize = 1\nElementType = MET_CHAR\nElementDataFile = a\n"),
        ] {
            assert_eq!(recognised(text.as_bytes()).expect(name).name(), name);
        }
    }

    #[test]
    fn takes_everything_else_for_raw() {
        for bytes in [&b""[..], b"\x93NUMP", b"PK\x03\x04", b"NRRD", b"ENVI", b"NDims", &[0; 100]] {
            assert_eq!(recognised(bytes).expect("raw"), Format::Raw);
        }
    }

    #[test]
    fn does_not_take_a_damaged_header_for_raw() {
        assert_eq!(recognised(b"\x93NUMPY").expect_err("too short").kind(), ErrorKind::Corrupt);
    }

    #[test]
    fn leaves_the_position_alone() {
        let mut file = file(b"0123456789");
        file.seek(io::SeekFrom::Start(4)).expect("a file");
        recognise(&file, 10).expect("raw");
        assert_eq!(file.stream_position().expect("a file"), 4);
    }

    #[test]
    fn says_when_reading_fails() {
        let folder = File::open(std::env::temp_dir()).expect("a folder");
        assert_eq!(recognise(&folder, 0).expect_err("not a file").kind(), ErrorKind::Io);
    }
}
