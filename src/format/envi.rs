//! ENVI headers (`.hdr`), whose data lies in a file of the same name with another ending, or none.
//!
//! ```text
//! ENVI
//! description = { text,
//!   over several lines }
//! samples = 640          columns
//! lines   = 480          rows
//! bands   = 7
//! header offset = 0
//! data type = 12         a number for each element type
//! interleave = bsq       bands slowest (bsq), between the others (bil), or fastest (bip)
//! byte order = 0         1: most significant byte first
//! ```
//!
//! The shape always has three axes, in the order in which they lie in the file:
//! bsq `bands,lines,samples`, bil `lines,bands,samples`, bip `lines,samples,bands`.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::header_text::{Line, Lines, Once, number, read as read_text, wrong};
use super::raster::{Data, Header, RasterFormat, Start};
use super::unsaid::unsaid;
use crate::dtype::{ByteOrder, DType, Kind, Number};
use crate::error::{Error, Result};
use crate::spec::ArraySpec;

/// The numbers of element types.
const TYPES: &[(u32, Number)] = &[
    (1, Number::UInt8),
    (2, Number::Int16),
    (3, Number::Int32),
    (4, Number::Float32),
    (5, Number::Float64),
    (6, Number::Complex64),
    (9, Number::Complex128),
    (12, Number::UInt16),
    (13, Number::UInt32),
    (14, Number::Int64),
    (15, Number::UInt64),
];

/// The endings that data files have.
const ENDINGS: &[&str] = &["dat", "img", "raw", "bin", "bsq", "bil", "bip", "sli"];

/// Whether a file that begins so is one.
pub(super) fn fits(head: &[u8]) -> bool {
    head.strip_prefix(b"ENVI").and_then(|rest| rest.iter().find(|byte| !b" \t\r".contains(byte))) == Some(&b'\n')
}

/// Which axis is the slowest, and which the fastest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Interleave {
    Bsq,
    Bil,
    Bip,
}

/// The keys that count.
#[derive(Default)]
struct Keys {
    samples: Once<u64>,
    lines: Once<u64>,
    bands: Once<u64>,
    offset: Once<u64>,
    dtype: Once<Number>,
    interleave: Once<Interleave>,
    byte_order: Once<ByteOrder>,
}

/// Reads the header that begins here.
///
/// # Errors
/// Corrupt, with the line; io where reading fails.
pub fn read(head: &mut dyn Read) -> Result<Header> {
    let bytes = read_text(head)?;
    let mut lines = Lines::of(&bytes);
    if lines.next()?.is_none_or(|line| line.bytes != b"ENVI") {
        return Err(Error::corrupt("line 1 of its header is not ENVI"));
    }
    let mut keys = Keys::default();
    while let Some(line) = lines.next()? {
        if line.bytes.is_empty() || line.bytes.starts_with(b";") {
            continue;
        }
        let Some((key, value)) = line.split(b'=') else {
            return Err(line.wrong(format_args!("'{}' is not KEY = VALUE", line.text())));
        };
        let key = key.split_ascii_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase();
        if value.starts_with(b"{") {
            skip_braces(line, &mut lines)?;
            if ESSENTIAL.contains(&&*key) {
                return Err(line.wrong(format_args!("{key} is a list, not one value")));
            }
            continue;
        }
        keys.take(line.number, &key, &String::from_utf8_lossy(value))?;
    }
    keys.header()
}

/// The keys without which nothing is known.
const ESSENTIAL: &[&str] = &["samples", "lines", "bands", "header offset", "data type", "interleave", "byte order"];

/// Goes behind the brace that closes the one in this line.
fn skip_braces(first: Line<'_>, lines: &mut Lines<'_>) -> Result<()> {
    let mut line = first;
    while !line.bytes.contains(&b'}') {
        line = lines.next()?.ok_or_else(|| first.wrong("its brace is never closed"))?;
    }
    Ok(())
}

impl Keys {
    fn take(&mut self, n: usize, key: &str, text: &str) -> Result<()> {
        let len = |text| match number(n, key, text)? {
            0 => Err(wrong(n, format_args!("{key} is 0"))),
            len => Ok(len),
        };
        match key {
            "samples" => self.samples.set(n, key, len(text)?),
            "lines" => self.lines.set(n, key, len(text)?),
            "bands" => self.bands.set(n, key, len(text)?),
            "header offset" => self.offset.set(n, key, number(n, key, text)?),
            "data type" => {
                let code: u32 = number(n, key, text)?;
                let found = TYPES.iter().find(|(of, _)| *of == code);
                let (_, number) = found.ok_or_else(|| wrong(n, format_args!("data type {code} is not ENVI's")))?;
                self.dtype.set(n, key, *number)
            }
            "interleave" => self.interleave.set(n, key, interleave(n, text)?),
            "byte order" => self.byte_order.set(n, key, byte_order(n, text)?),
            "file compression" if text != "0" => {
                Err(wrong(n, format_args!("file compression is {text}: its elements are no plain bytes"))
                    .hint("gdal_translate -of ENVI IN OUT.img"))
            }
            "major frame offsets" | "minor frame offsets" => {
                Err(wrong(n, format_args!("{key}: bytes between lines cannot be skipped")))
            }
            _ => Ok(()),
        }
    }

    fn header(self) -> Result<Header> {
        let (_, &samples) = self.samples.needed("samples")?;
        let (_, &lines) = self.lines.needed("lines")?;
        let (_, &bands) = self.bands.needed("bands")?;
        let (_, &number) = self.dtype.needed("data type")?;
        let order = match self.byte_order.get() {
            Some(&order) => order,
            None if DType::native(number).itemsize() == 1 => ByteOrder::NATIVE,
            None => *self.byte_order.needed("byte order")?.1,
        };
        let interleave = match self.interleave.get() {
            Some(&interleave) => interleave,
            // With one band all are the same bytes.
            None if bands == 1 => Interleave::Bsq,
            None => *self.interleave.needed("interleave")?.1,
        };
        let dims = match interleave {
            Interleave::Bsq => vec![bands, lines, samples],
            Interleave::Bil => vec![lines, bands, samples],
            Interleave::Bip => vec![lines, samples, bands],
        };
        let start = Start::at(self.offset.get().copied().unwrap_or(0));
        Header::new(RasterFormat::Envi, DType::new(Kind::Number(number), order), dims, start, Data::Beside)
    }
}

fn interleave(line: usize, text: &str) -> Result<Interleave> {
    match &*text.to_ascii_lowercase() {
        "bsq" => Ok(Interleave::Bsq),
        "bil" => Ok(Interleave::Bil),
        "bip" => Ok(Interleave::Bip),
        _ => Err(wrong(line, format_args!("interleave is '{text}', not bsq, bil or bip"))),
    }
}

fn byte_order(line: usize, text: &str) -> Result<ByteOrder> {
    match text {
        "0" => Ok(ByteOrder::Little),
        "1" => Ok(ByteOrder::Big),
        _ => Err(wrong(line, format_args!("byte order is '{text}', not 0 or 1"))),
    }
}

/// The names that the data file of a header may have: `scan.img` and so on for `scan.hdr`, `scan.img` for
/// `scan.img.hdr`.
pub(super) fn names(header: &Path) -> Vec<PathBuf> {
    let stem = header.with_extension("");
    let ending = |ending: &str| {
        let mut name = stem.clone().into_os_string();
        name.push(".");
        name.push(ending);
        PathBuf::from(name)
    };
    let endings = ENDINGS.iter().flat_map(|text| [ending(text), ending(&text.to_ascii_uppercase())]);
    std::iter::once(stem.clone()).chain(endings).filter(|name| name != header).collect()
}

/// The header of an array that is in a file that the header is named after.
///
/// # Errors
/// Usage, where ENVI has no word for it.
pub fn write(spec: &ArraySpec) -> Result<String> {
    let found = TYPES.iter().find(|(_, number)| Some(*number) == spec.dtype.number());
    let none = || unsaid(format!("ENVI has no data type for {}", spec.dtype.name()), spec);
    let (code, _) = found.ok_or_else(none)?;
    let (bands, lines, samples) = match *spec.shape.dims() {
        [samples] => (1, 1, samples),
        [lines, samples] => (1, lines, samples),
        [bands, lines, samples] => (bands, lines, samples),
        ref dims => {
            let error = Error::usage(format!("ENVI has 1 to 3 axes, not {}", dims.len()));
            return Err(error.hint("--emit nhdr and mhd have more"));
        }
    };
    let byte_order = u8::from(spec.dtype.byte_order() == Some(ByteOrder::Big));
    Ok(format!(
        "ENVI\nsamples = {samples}\nlines = {lines}\nbands = {bands}\nheader offset = {}\nfile type = ENVI Standard\n\
         data type = {code}\ninterleave = bsq\nbyte order = {byte_order}\n",
        spec.offset
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::spec::Request;

    fn header(text: &str) -> Result<Header> {
        read(&mut text.as_bytes())
    }

    /// An ordinary header with more lines.
    fn with(more: &str) -> Result<Header> {
        header(&format!("ENVI\nsamples = 4\nlines = 3\nbands = 2\n{more}"))
    }

    fn refused(outcome: Result<Header>) -> String {
        let error = outcome.expect_err("wrong");
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
        error.message().to_owned()
    }

    #[test]
    fn axes_are_in_the_order_of_the_file() {
        for (interleave, dims) in [("bsq", [2, 3, 4]), ("BIL", [3, 2, 4]), ("bip", [3, 4, 2])] {
            let text = format!("Data  Type = 12\nbyte order = 1\ninterleave = {interleave}\nheader offset = 5\n");
            let read = with(&text).expect(interleave);
            assert_eq!((read.dtype.to_string().as_str(), read.shape.dims()), (">u2", &dims[..]));
            assert_eq!((read.start, read.data), (Start::at(5), Data::Beside));
        }
    }

    #[test]
    fn lists_and_comments_are_skipped() {
        let text =
            "; a comment\ndescription = {\n lines = 7 }\nband names = {a, b}\n\ndata type = 1\ninterleave = bip\n";
        assert_eq!(with(text).expect("a header").shape.dims(), [3, 4, 2]);
    }

    #[test]
    fn is_recognised_by_its_first_line() {
        assert!(fits(b"ENVI\nx") && fits(b"ENVI \r\n"));
        assert!(!fits(b"ENVI") && !fits(b"ENVIRONMENT\n") && !fits(b" ENVI\n"));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (more, message) in [
            ("lines = 3\n", "line 5 of its header: lines is there already, in line 3"),
            ("data type = 7\n", "line 5 of its header: data type 7 is not ENVI's"),
            ("interleave = tile\n", "line 5 of its header: interleave is 'tile', not bsq, bil or bip"),
            ("byte order = 2\n", "line 5 of its header: byte order is '2', not 0 or 1"),
            ("header offset = -4\n", "line 5 of its header: header offset is '-4', not a whole number that fits"),
            ("description = {\n", "line 5 of its header: its brace is never closed"),
            ("interleave = {bsq}\n", "line 5 of its header: interleave is a list, not one value"),
            ("file compression = 1\n", "line 5 of its header: file compression is 1: its elements are no plain bytes"),
            (
                "major frame offsets = 4\n",
                "line 5 of its header: major frame offsets: bytes between lines cannot be skipped",
            ),
            ("nonsense\n", "line 5 of its header: 'nonsense' is not KEY = VALUE"),
            ("", "its header does not say data type"),
            ("data type = 4\n", "its header does not say byte order"),
            ("data type = 4\nbyte order = 0\n", "its header does not say interleave"),
        ] {
            assert_eq!(refused(with(more)), message);
        }
        assert!(refused(header("ENVI\nsamples = 0\n")).contains("samples is 0"));
        assert!(refused(header("ENVY\n")).contains("line 1"));
    }

    #[test]
    fn reads_back_what_it_writes() {
        for (text, dims) in [("<i2:4,3@16", [1, 4, 3]), (">c16:2,3,4@0", [2, 3, 4]), ("u1:5@0", [1, 1, 5])] {
            let spec = text.parse::<Request>().and_then(|request| request.resolve_new()).expect(text);
            let written = write(&spec).expect(text);
            assert!(fits(written.as_bytes()));
            let read = header(&written).expect(text);
            assert_eq!((&read.dtype, read.shape.dims()), (&spec.dtype, &dims[..]));
            assert_eq!(read.start, Start::at(spec.offset));
        }
        for text in ["i1:3", "?:3", "V2:3", "u1:()", "u1:2,2,2,2"] {
            let spec = text.parse::<Request>().and_then(|request| request.resolve_new()).expect(text);
            assert_eq!(write(&spec).expect_err(text).kind(), ErrorKind::Usage);
        }
    }

    #[test]
    fn the_data_is_named_like_the_header() {
        let found = names(Path::new("dir/scan.hdr"));
        assert_eq!(found[..3], ["dir/scan", "dir/scan.dat", "dir/scan.DAT"].map(PathBuf::from));
        assert_eq!(names(Path::new("scan.img.hdr"))[0], Path::new("scan.img"));
        assert!(!names(Path::new("scan")).contains(&PathBuf::from("scan")));
    }
}
