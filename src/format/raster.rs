//! What NRRD, `MetaImage` and ENVI headers have in common: one array in C order, and the file that its bytes are in.
//!
//! Their axes are in NumPy's order here, slowest first. Finding the file is `data_file`'s work.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::fs::FileExt;

use crate::dtype::DType;
use crate::error::{Error, ErrorKind, Result};
use crate::shape::{Order, Shape};
use crate::spec::ArraySpec;

/// The bytes of a data file in which skipped lines are looked for.
const MAX_LINES_LEN: u64 = 16 << 20;

/// What such a header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Which format it is.
    pub format: RasterFormat,
    /// The type of each element, with its byte order.
    pub dtype: DType,
    /// The lengths of the axes, slowest first.
    pub shape: Shape,
    /// Where in its file the data begins.
    pub start: Start,
    /// Which file has the data.
    pub data: Data,
}

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RasterFormat {
    /// NRRD: `.nrrd`, `.nhdr`.
    Nrrd,
    /// `MetaImage`: `.mha`, `.mhd`.
    MetaImage,
    /// ENVI: `.hdr`.
    Envi,
}

/// Where in its file the data begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// So many bytes behind the end of so many lines, which are counted from this byte on.
    Behind {
        /// The byte where counting begins: behind a header in the same file.
        from: u64,
        /// Lines to skip.
        lines: u64,
        /// Bytes to skip behind them.
        bytes: u64,
    },
    /// It ends with the file.
    AtEnd,
}

/// Which file has the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// The one that the header is in.
    Here,
    /// The one of this name, as the header has it.
    Named(OsString),
    /// One that is named like the header.
    Beside,
}

impl RasterFormat {
    /// Its name: `nrrd`, `metaimage`, `envi`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nrrd => "nrrd",
            Self::MetaImage => "metaimage",
            Self::Envi => "envi",
        }
    }
}

impl Start {
    /// So many bytes behind the beginning of the file.
    pub fn at(bytes: u64) -> Self {
        Self::Behind { from: 0, lines: 0, bytes }
    }
}

impl Header {
    /// A header whose shape and dtype make an array that a file can hold.
    ///
    /// # Errors
    /// Corrupt, where they do not.
    pub(super) fn new(format: RasterFormat, dtype: DType, dims: Vec<u64>, start: Start, data: Data) -> Result<Self> {
        let shape = Shape::new(dims).and_then(|shape| shape.nbytes(dtype.itemsize()).map(|_| shape));
        let shape = shape.map_err(|error| error.with_kind(ErrorKind::Corrupt))?;
        Ok(Self { format, dtype, shape, start, data })
    }

    /// All that finds an element in `file`, which has the data and `len` bytes.
    ///
    /// # Errors
    /// Corrupt, where the data cannot begin where the header says; io.
    pub fn spec(&self, file: &File, len: u64) -> Result<ArraySpec> {
        let offset = match self.start {
            Start::AtEnd => len.saturating_sub(self.shape.nbytes(self.dtype.itemsize())?),
            Start::Behind { from, lines, bytes } => {
                let lines_end = if lines == 0 { from } else { behind_lines(file, from, lines)? };
                lines_end.checked_add(bytes).ok_or_else(|| Error::corrupt("its header skips more than any file has"))?
            }
        };
        let spec = ArraySpec { dtype: self.dtype.clone(), shape: self.shape.clone(), order: Order::C, offset };
        spec.checked().map_err(|error| error.with_kind(ErrorKind::Corrupt))
    }
}

/// Where the line after the next `lines` begins.
fn behind_lines(file: &File, from: u64, lines: u64) -> Result<u64> {
    let mut block = vec![0; 64 << 10];
    let (mut at, mut left) = (from, lines);
    while at - from < MAX_LINES_LEN {
        let count = file.read_at(&mut block, at).map_err(|error| Error::io("cannot read", error))?;
        if count == 0 {
            let found = lines - left;
            return Err(Error::corrupt(format!("its header skips {lines} lines, and the data file has {found}")));
        }
        for (place, _) in block[..count].iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
            left -= 1;
            if left == 0 {
                return Ok(at + place as u64 + 1);
            }
        }
        at += count as u64;
    }
    Err(Error::corrupt(format!("the {lines} lines that its header skips do not end in {MAX_LINES_LEN} bytes")))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::dtype::Number;

    fn offset(content: &[u8], start: Start) -> Result<u64> {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(content).expect("room for it");
        let dtype = DType::native(Number::UInt8);
        let header = Header::new(RasterFormat::Nrrd, dtype, vec![3], start, Data::Here)?;
        header.spec(&file, content.len() as u64).map(|spec| spec.offset)
    }

    #[test]
    fn lines_are_skipped_before_bytes() {
        let start = |lines, bytes| Start::Behind { from: 0, lines, bytes };
        assert_eq!(offset(b"one\ntwo\nxyabc", start(2, 2)).expect("there"), 10);
        assert_eq!(offset(b"one\ntwo\nxyabc", start(0, 4)).expect("there"), 4);
        assert_eq!(offset(b"one\ntwo\nabc", Start::Behind { from: 4, lines: 1, bytes: 0 }).expect("there"), 8);
        let error = offset(b"one\nabc", start(2, 0)).expect_err("one line");
        assert_eq!(error.message(), "its header skips 2 lines, and the data file has 1");
        let endless = vec![b'x'; MAX_LINES_LEN as usize + 1];
        assert!(offset(&endless, start(1, 0)).expect_err("no line").message().contains("do not end"));
        offset(b"abc", start(0, u64::MAX)).expect_err("beyond any file");
    }

    #[test]
    fn data_at_the_end_ends_with_the_file() {
        assert_eq!(offset(b"header abc", Start::AtEnd).expect("there"), 7);
    }

    #[test]
    fn what_no_file_can_hold_is_refused() {
        let new = |dims: Vec<u64>| {
            Header::new(RasterFormat::Envi, DType::native(Number::Float64), dims, Start::at(0), Data::Beside)
        };
        for dims in [vec![1 << 62], vec![1 << 32, 1 << 32], vec![1; 65]] {
            assert_eq!(new(dims).expect_err("too large").kind(), ErrorKind::Corrupt);
        }
    }
}
