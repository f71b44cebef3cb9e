//! `MetaImage` headers, with the data behind them (`.mha`) or in another file (`.mhd`).
//!
//! ```text
//! ObjectType = Image
//! NDims = 3
//! DimSize = 256 192 40            fastest axis first
//! BinaryData = True
//! BinaryDataByteOrderMSB = False
//! ElementType = MET_SHORT
//! ElementDataFile = scan.raw      always the last; LOCAL: the data follows this line
//! ```
//!
//! Channels are the fastest axis of all. Other keys describe space and units, and anybody may add some.

use std::ffi::OsString;
use std::io::Read;
use std::os::unix::ffi::OsStringExt;

use super::header_text::{Line, Lines, Once, lengths, number, read as read_text, wrong};
use super::raster::{Data, Header, RasterFormat, Start};
use super::unsaid::unsaid;
use crate::dtype::{ByteOrder, DType, Kind, Number};
use crate::error::{Error, Result};
use crate::spec::ArraySpec;

/// The names of element types; of two for one type the first is written. `MET_LONG` has four bytes on every machine.
const TYPES: &[(Number, &str)] = &[
    (Number::Int8, "MET_CHAR"),
    (Number::UInt8, "MET_UCHAR"),
    (Number::Int16, "MET_SHORT"),
    (Number::UInt16, "MET_USHORT"),
    (Number::Int32, "MET_INT"),
    (Number::UInt32, "MET_UINT"),
    (Number::Int32, "MET_LONG"),
    (Number::UInt32, "MET_ULONG"),
    (Number::Int64, "MET_LONG_LONG"),
    (Number::UInt64, "MET_ULONG_LONG"),
    (Number::Float32, "MET_FLOAT"),
    (Number::Float64, "MET_DOUBLE"),
];

/// The most axes that are read, channels among them.
const MAX_AXES: usize = 64;

/// Whether a file that begins so is one: a first key of `MetaImage`, of which a comment alone proves nothing.
pub(super) fn fits(head: &[u8]) -> bool {
    let mut lines = Lines::of(head);
    while let Ok(Some(line)) = lines.next() {
        let Some((key, _)) = line.split(b'=') else { return false };
        match &*key {
            "Comment" => {}
            "ObjectType" | "NDims" => return true,
            _ => return false,
        }
    }
    false
}

/// The keys that count.
#[derive(Default)]
struct Keys {
    object: Once<String>,
    ndim: Once<usize>,
    dims: Once<Vec<u64>>,
    dtype: Once<Number>,
    channels: Once<u64>,
    binary: Once<bool>,
    compressed: Once<bool>,
    big_endian: Once<bool>,
    header_size: Once<i64>,
}

/// Reads the header that begins here.
///
/// # Errors
/// Corrupt, with the line; io where reading fails.
pub fn read(head: &mut dyn Read) -> Result<Header> {
    let bytes = read_text(head)?;
    let mut lines = Lines::of(&bytes);
    let mut keys = Keys::default();
    while let Some(line) = lines.next()? {
        if line.bytes.is_empty() {
            continue;
        }
        let Some((key, value)) = line.split(b'=') else {
            return Err(line.wrong(format_args!("'{}' is not KEY = VALUE", line.text())));
        };
        if key == "ElementDataFile" {
            let data = data_file(line, value)?;
            return keys.header(data, line.end as u64);
        }
        keys.take(line.number, &key, &String::from_utf8_lossy(value))?;
    }
    Err(Error::corrupt("its header does not say ElementDataFile"))
}

impl Keys {
    fn take(&mut self, n: usize, key: &str, text: &str) -> Result<()> {
        match key {
            "ObjectType" => self.object.set(n, key, text.to_owned()),
            "NDims" => self.ndim.set(n, key, number(n, key, text)?),
            "DimSize" => self.dims.set(n, key, lengths(n, key, text)?),
            "ElementType" => {
                let found = TYPES.iter().find(|(_, name)| *name == text);
                let (number, _) =
                    found.ok_or_else(|| wrong(n, format_args!("ElementType '{text}' is not MetaImage's")))?;
                self.dtype.set(n, key, *number)
            }
            "ElementNumberOfChannels" => self.channels.set(n, key, number(n, key, text)?),
            "BinaryData" => self.binary.set(n, key, truth(n, key, text)?),
            "CompressedData" => self.compressed.set(n, key, truth(n, key, text)?),
            "BinaryDataByteOrderMSB" | "ElementByteOrderMSB" => {
                let msb = truth(n, key, text)?;
                // Some programs write both.
                match self.big_endian.line() {
                    Some((_, &other)) if other == msb => Ok(()),
                    _ => self.big_endian.set(n, "the byte order", msb),
                }
            }
            "HeaderSize" => self.header_size.set(n, key, number(n, key, text)?),
            _ => Ok(()),
        }
    }

    /// `line_end`: where the last line of the header ends.
    fn header(self, data: Data, line_end: u64) -> Result<Header> {
        if let Some((line, object)) = self.object.line().filter(|(_, object)| *object != "Image") {
            return Err(wrong(line, format_args!("ObjectType is {object}, not Image")));
        }
        if let Some((line, _)) = self.compressed.line().filter(|(_, yes)| **yes) {
            return Err(wrong(line, "CompressedData: its elements are no plain bytes").hint(
                "python3 -c \"import sys, SimpleITK as s; s.WriteImage(s.ReadImage(sys.argv[1]), 'OUT.mhd', useCompression=False)\" FILE",
            ));
        }
        if let Some((line, _)) = self.binary.line().filter(|(_, yes)| !**yes) {
            return Err(wrong(line, "BinaryData is False: its elements are text"));
        }
        let (line, &ndim) = self.ndim.needed("NDims")?;
        if !(1..MAX_AXES).contains(&ndim) {
            return Err(wrong(line, format_args!("NDims is {ndim}, not 1 to {}", MAX_AXES - 1)));
        }
        let (line, dims) = self.dims.needed("DimSize")?;
        if dims.len() != ndim {
            return Err(wrong(line, format_args!("{} sizes for {ndim} axes", dims.len())));
        }
        let mut dims: Vec<u64> = dims.iter().rev().copied().collect();
        match self.channels.line() {
            Some((line, 0)) => return Err(wrong(line, "ElementNumberOfChannels is 0")),
            Some((_, &count)) if count > 1 => dims.push(count),
            _ => {}
        }
        let (_, &number) = self.dtype.needed("ElementType")?;
        let order = match self.big_endian.get() {
            Some(true) => ByteOrder::Big,
            Some(false) => ByteOrder::Little,
            // What MetaIO does, too.
            None => ByteOrder::NATIVE,
        };
        let start = match (self.header_size.line(), &data) {
            (Some((_, -1)), _) => Start::AtEnd,
            (Some((line, &bytes)), _) if bytes != 0 => {
                Start::at(u64::try_from(bytes).map_err(|_| wrong(line, format_args!("HeaderSize is {bytes}")))?)
            }
            (_, Data::Here) => Start::at(line_end),
            _ => Start::at(0),
        };
        Header::new(RasterFormat::MetaImage, DType::new(Kind::Number(number), order), dims, start, data)
    }
}

fn truth(line: usize, key: &str, text: &str) -> Result<bool> {
    match text {
        "True" | "true" | "TRUE" | "T" | "1" => Ok(true),
        "False" | "false" | "FALSE" | "F" | "0" => Ok(false),
        _ => Err(wrong(line, format_args!("{key} is '{text}', not True or False"))),
    }
}

/// The file with the data; several are refused.
fn data_file(line: Line<'_>, value: &[u8]) -> Result<Data> {
    let text = String::from_utf8_lossy(value);
    match text.split_ascii_whitespace().next() {
        None => Err(line.wrong("ElementDataFile has no name")),
        Some("LOCAL" | "Local" | "local") => Ok(Data::Here),
        Some("LIST") => Err(several(line, &text)),
        Some(_) if text.contains('%') => Err(several(line, &text)),
        Some(_) => Ok(Data::Named(OsString::from_vec(value.to_vec()))),
    }
}

fn several(line: Line<'_>, text: &str) -> Error {
    line.wrong(format_args!("ElementDataFile '{text}' stands for several files; one is read"))
        .hint("python3 -c \"import sys, SimpleITK as s; s.WriteImage(s.ReadImage(sys.argv[1]), 'OUT.mhd')\" FILE")
}

/// The header of an array that is in the file `name`.
///
/// # Errors
/// Usage, where `MetaImage` has no word for it.
pub fn write(spec: &ArraySpec, name: &str) -> Result<String> {
    let found = TYPES.iter().find(|(of, _)| Some(*of) == spec.dtype.number());
    let none = || unsaid(format!("MetaImage has no element type for {}", spec.dtype.name()), spec);
    let (_, word) = found.ok_or_else(none)?;
    let ndim = spec.shape.ndim();
    if !(1..MAX_AXES).contains(&ndim) {
        return Err(Error::usage(format!("MetaImage has 1 to {} axes, not {ndim}", MAX_AXES - 1)));
    }
    if name.contains('%') || matches!(name.split(' ').next(), Some("LOCAL" | "Local" | "local" | "LIST")) {
        return Err(Error::usage(format!("MetaImage does not take '{name}' for the name of one file")));
    }
    let big = if spec.dtype.byte_order() == Some(ByteOrder::Big) { "True" } else { "False" };
    let sizes: Vec<String> = spec.shape.dims().iter().rev().map(u64::to_string).collect();
    let header_size = if spec.offset > 0 { format!("HeaderSize = {}\n", spec.offset) } else { String::new() };
    Ok(format!(
        "ObjectType = Image\nNDims = {ndim}\nBinaryData = True\nBinaryDataByteOrderMSB = {big}\nCompressedData = False\n\
         DimSize = {}\n{header_size}ElementType = {word}\nElementDataFile = {name}\n",
        sizes.join(" ")
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
        header(&format!("NDims = 2\nDimSize = 3 2\nElementType = MET_SHORT\n{more}ElementDataFile = a.raw\n"))
    }

    fn refused(outcome: Result<Header>) -> String {
        let error = outcome.expect_err("wrong");
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
        error.message().to_owned()
    }

    #[test]
    fn axes_are_turned_round_and_channels_come_last() {
        let read = with("BinaryDataByteOrderMSB = True\nOffset = 0 0\nMine = x\n").expect("a header");
        assert_eq!((read.dtype.to_string().as_str(), read.shape.dims()), (">i2", &[2, 3][..]));
        assert_eq!((read.start, read.data), (Start::at(0), Data::Named("a.raw".into())));
        let read = with("ElementNumberOfChannels = 4\nElementByteOrderMSB = False\n").expect("a header");
        assert_eq!((read.dtype.to_string().as_str(), read.shape.dims()), ("<i2", &[2, 3, 4][..]));
        assert_eq!(with("ElementNumberOfChannels = 1\n").expect("a header").shape.dims(), [2, 3]);
    }

    #[test]
    fn local_data_follows_its_line() {
        let text = "ObjectType = Image\nNDims = 1\nDimSize = 3\nElementType = MET_UCHAR\nElementDataFile = LOCAL\nabc";
        let read = header(text).expect("a header");
        let Start::Behind { bytes, .. } = read.start else { panic!("{read:?}") };
        assert_eq!((&text[bytes as usize..], read.data), ("abc", Data::Here));
    }

    #[test]
    fn the_size_of_a_header_is_skipped() {
        assert_eq!(with("HeaderSize = 12\n").expect("a header").start, Start::at(12));
        assert_eq!(with("HeaderSize = -1\n").expect("a header").start, Start::AtEnd);
        assert!(refused(with("HeaderSize = -2\n")).contains("HeaderSize is -2"));
    }

    #[test]
    fn is_recognised_by_its_first_key() {
        for text in ["ObjectType = Image\n", "NDims=3\n", "Comment = x\nObjectType = Image\n"] {
            assert!(fits(text.as_bytes()), "{text}");
        }
        for text in ["", "Comment = x\n", "Comment = x\ny = 1\n", "Objects\n", "\0\0", "a = 1\n"] {
            assert!(!fits(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (more, message) in [
            ("NDims = 2\n", "line 4 of its header: NDims is there already, in line 1"),
            ("BinaryData = Yes\n", "line 4 of its header: BinaryData is 'Yes', not True or False"),
            ("BinaryData = False\n", "line 4 of its header: BinaryData is False: its elements are text"),
            ("CompressedData = True\n", "line 4 of its header: CompressedData: its elements are no plain bytes"),
            ("ObjectType = Tube\n", "line 4 of its header: ObjectType is Tube, not Image"),
            ("ElementNumberOfChannels = 0\n", "line 4 of its header: ElementNumberOfChannels is 0"),
            (
                "ElementByteOrderMSB = 1\nBinaryDataByteOrderMSB = 0\n",
                "line 5 of its header: the byte order is there already, in line 4",
            ),
            ("nonsense\n", "line 4 of its header: 'nonsense' is not KEY = VALUE"),
        ] {
            assert_eq!(refused(with(more)), message);
        }
        assert!(refused(header("ElementType = MET_OTHER\n")).contains("'MET_OTHER' is not MetaImage's"));
        assert!(refused(header("NDims = 2\n")).contains("does not say ElementDataFile"));
        assert!(refused(header("NDims = 3\nDimSize = 2 2\nElementDataFile = a\n")).contains("2 sizes for 3 axes"));
        assert!(refused(header("NDims = 0\nElementDataFile = a\n")).contains("NDims is 0"));
        for name in ["LIST", "a%02d.raw 1 3 1"] {
            assert!(refused(header(&format!("ElementDataFile = {name}\n"))).contains("several files"));
        }
        assert!(refused(header("ElementDataFile =\n")).contains("no name"));
    }

    #[test]
    fn reads_back_what_it_writes() {
        for text in ["<i2:4,3@16", ">f8:2,3,4@0", "u1:5@0", "<u8:5@1"] {
            let spec = text.parse::<Request>().and_then(|request| request.resolve_new()).expect(text);
            let written = write(&spec, "a b.raw").expect(text);
            assert!(fits(written.as_bytes()));
            let read = header(&written).expect(text);
            assert_eq!((&read.dtype, &read.shape, read.start), (&spec.dtype, &spec.shape, Start::at(spec.offset)));
            assert_eq!(read.data, Data::Named("a b.raw".into()));
        }
        for (text, name) in [("c8:3", "a"), ("V2:3", "a"), ("u1:()", "a"), ("u1:3", "a%d"), ("u1:3", "LOCAL")] {
            let spec = text.parse::<Request>().and_then(|request| request.resolve_new()).expect(text);
            assert_eq!(write(&spec, name).expect_err(text).kind(), ErrorKind::Usage);
        }
    }
}
