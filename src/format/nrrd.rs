//! NRRD headers, with the data behind them (`.nrrd`) or in another file (`.nhdr`).
//!
//! ```text
//! NRRD0004
//! # a comment
//! type: float
//! dimension: 3
//! sizes: 256 192 40          fastest axis first
//! endian: little
//! encoding: raw
//! data file: scan.raw        without it the data follows the first empty line
//! ```
//!
//! Strict where a word says where elements lie or what they are; what describes space and units is skipped.

use std::ffi::OsString;
use std::io::Read;
use std::os::unix::ffi::OsStringExt;

use super::header_text::{Line, Lines, Once, lengths, number, read as read_text, wrong};
use super::raster::{Data, Header, RasterFormat, Start};
use super::unsaid::unsaid;
use crate::dtype::{ByteOrder, DType, Kind, MAX_ITEMSIZE, Number};
use crate::error::{Error, Result};
use crate::spec::ArraySpec;

/// What its files begin with, the version behind.
const MAGIC: &[u8] = b"NRRD000";

/// The most axes that NRRD has.
const MAX_AXES: usize = 16;

/// The names of element types; the first is the one that is written.
const TYPES: &[(Number, &[&str])] = &[
    (Number::Int8, &["int8", "signed char", "int8_t"]),
    (Number::UInt8, &["uint8", "uchar", "unsigned char", "uint8_t"]),
    (Number::Int16, &["int16", "short", "short int", "signed short", "signed short int", "int16_t"]),
    (Number::UInt16, &["uint16", "ushort", "unsigned short", "unsigned short int", "uint16_t"]),
    (Number::Int32, &["int32", "int", "signed int", "int32_t"]),
    (Number::UInt32, &["uint32", "uint", "unsigned int", "uint32_t"]),
    (
        Number::Int64,
        &["int64", "longlong", "long long", "long long int", "signed long long", "signed long long int", "int64_t"],
    ),
    (Number::UInt64, &["uint64", "ulonglong", "unsigned long long", "unsigned long long int", "uint64_t"]),
    (Number::Float32, &["float"]),
    (Number::Float64, &["double"]),
];

/// Fields that say nothing about where the elements are.
const DESCRIPTIVE: &[&str] = &[
    "axis maxs",
    "axis mins",
    "axismaxs",
    "axismins",
    "centerings",
    "centers",
    "content",
    "kinds",
    "labels",
    "max",
    "measurement frame",
    "min",
    "number",
    "old max",
    "old min",
    "oldmax",
    "oldmin",
    "sample units",
    "sampleunits",
    "space",
    "space dimension",
    "space directions",
    "space origin",
    "space units",
    "spacings",
    "thicknesses",
    "units",
];

/// Whether a file that begins so is one.
pub(super) fn fits(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

/// The fields that count.
#[derive(Default)]
struct Fields {
    dtype: Once<String>,
    block_size: Once<usize>,
    dimension: Once<usize>,
    sizes: Once<Vec<u64>>,
    encoding: Once<String>,
    endian: Once<ByteOrder>,
    line_skip: Once<u64>,
    byte_skip: Once<i64>,
    data_file: Once<OsString>,
}

/// Reads the header that begins here.
///
/// # Errors
/// Corrupt, with the line; io where reading fails.
pub fn read(head: &mut dyn Read) -> Result<Header> {
    let bytes = read_text(head)?;
    let mut lines = Lines::of(&bytes);
    let first = lines.next()?.filter(|line| matches!(line.bytes.strip_prefix(MAGIC), Some([b'1'..=b'6'])));
    if first.is_none() {
        return Err(Error::corrupt("line 1 of its header is not NRRD0001 to NRRD0006"));
    }
    let mut fields = Fields::default();
    let mut data_at = None;
    while let Some(line) = lines.next()? {
        if line.bytes.is_empty() {
            data_at = Some(line.end as u64);
            break;
        }
        fields.take(line)?;
    }
    fields.header(data_at)
}

impl Fields {
    fn take(&mut self, line: Line<'_>) -> Result<()> {
        if line.bytes.starts_with(b"#") {
            return Ok(());
        }
        let Some((key, value)) = line.split(b':') else {
            return Err(line.wrong(format_args!("'{}' is no field: KEY: VALUE", line.text())));
        };
        // `key:=value` is whatever the writer wanted to keep.
        if value.starts_with(b"=") {
            return Ok(());
        }
        let text = String::from_utf8_lossy(value);
        let (n, key) = (line.number, key.to_ascii_lowercase());
        match &*key {
            "type" => self.dtype.set(n, &key, text.to_ascii_lowercase()),
            "block size" | "blocksize" => self.block_size.set(n, &key, number(n, &key, &text)?),
            "dimension" => self.dimension.set(n, &key, number(n, &key, &text)?),
            "sizes" => self.sizes.set(n, &key, lengths(n, &key, &text)?),
            "encoding" => self.encoding.set(n, &key, text.to_ascii_lowercase()),
            "endian" => self.endian.set(n, &key, endian(n, &text)?),
            "line skip" | "lineskip" => self.line_skip.set(n, &key, number(n, &key, &text)?),
            "byte skip" | "byteskip" => self.byte_skip.set(n, &key, number(n, &key, &text)?),
            "data file" | "datafile" => self.data_file.set(n, &key, data_file(n, value, &text)?),
            _ if DESCRIPTIVE.contains(&&*key) => Ok(()),
            _ => Err(line.wrong(format_args!("'{key}' is no field of NRRD"))),
        }
    }

    fn header(self, data_at: Option<u64>) -> Result<Header> {
        let (line, encoding) = self.encoding.needed("encoding")?;
        if encoding != "raw" {
            return Err(wrong(line, format_args!("encoding {encoding} is not raw: its elements are no plain bytes"))
                .hint("unu save -f nrrd -e raw -i FILE -o OUT.nrrd"));
        }
        let (line, &dimension) = self.dimension.needed("dimension")?;
        if !(1..=MAX_AXES).contains(&dimension) {
            return Err(wrong(line, format_args!("dimension is {dimension}, not 1 to {MAX_AXES}")));
        }
        let (line, sizes) = self.sizes.needed("sizes")?;
        if sizes.len() != dimension {
            return Err(wrong(line, format_args!("{} sizes for {dimension} axes", sizes.len())));
        }
        let data = match self.data_file.get() {
            Some(name) => Data::Named(name.clone()),
            None => Data::Here,
        };
        let from = match (&data, data_at) {
            (Data::Here, None) => return Err(Error::corrupt("its header has neither a data file nor an empty line")),
            (Data::Here, Some(at)) => at,
            _ => 0,
        };
        let lines = self.line_skip.get().copied().unwrap_or(0);
        let start = match self.byte_skip.line() {
            Some((_, -1)) => Start::AtEnd,
            Some((line, &bytes)) => {
                let bytes = u64::try_from(bytes).map_err(|_| wrong(line, format_args!("byte skip is {bytes}")))?;
                Start::Behind { from, lines, bytes }
            }
            None => Start::Behind { from, lines, bytes: 0 },
        };
        let dims = sizes.iter().rev().copied().collect();
        Header::new(RasterFormat::Nrrd, self.dtype()?, dims, start, data)
    }

    fn dtype(&self) -> Result<DType> {
        let (line, name) = self.dtype.needed("type")?;
        if name == "block" {
            let (line, &len) = self.block_size.needed("block size")?;
            if !(1..=MAX_ITEMSIZE).contains(&len) {
                return Err(wrong(line, format_args!("block size is {len}, not 1 to {MAX_ITEMSIZE}")));
            }
            return Ok(DType::new(Kind::Void(len), ByteOrder::NATIVE));
        }
        let found = TYPES.iter().find(|(_, names)| names.contains(&name.as_str()));
        let Some((number, _)) = found else { return Err(wrong(line, format_args!("type '{name}' is not NRRD's"))) };
        match self.endian.get() {
            Some(&order) => Ok(DType::new(Kind::Number(*number), order)),
            None if DType::native(*number).itemsize() == 1 => Ok(DType::native(*number)),
            None => Err(Error::corrupt(format!("its header does not say endian, and {name} has more than one byte"))),
        }
    }
}

fn endian(line: usize, text: &str) -> Result<ByteOrder> {
    match &*text.to_ascii_lowercase() {
        "little" => Ok(ByteOrder::Little),
        "big" => Ok(ByteOrder::Big),
        _ => Err(wrong(line, format_args!("endian is '{text}', not little or big"))),
    }
}

/// The name of one file; several are refused.
fn data_file(line: usize, value: &[u8], text: &str) -> Result<OsString> {
    let list = text.split_ascii_whitespace().next() == Some("LIST");
    if list || text.contains('%') {
        return Err(wrong(line, format_args!("data file '{text}' stands for several files; one is read"))
            .hint("unu save -f nrrd -e raw -i FILE -o OUT.nrrd"));
    }
    if value.is_empty() {
        return Err(wrong(line, "data file has no name"));
    }
    Ok(OsString::from_vec(value.to_vec()))
}

/// The header of an array that is in the file `name`.
///
/// # Errors
/// Usage, where NRRD has no word for it.
pub fn write(spec: &ArraySpec, name: &str) -> Result<String> {
    let (word, endian) = word_for(spec)?;
    let ndim = spec.shape.ndim();
    if !(1..=MAX_AXES).contains(&ndim) {
        return Err(Error::usage(format!("NRRD has 1 to {MAX_AXES} axes, not {ndim}")));
    }
    if name.contains('%') || name == "LIST" || name.starts_with("LIST ") {
        return Err(Error::usage(format!("NRRD takes the name '{name}' for several files")));
    }
    let sizes: Vec<String> = spec.shape.dims().iter().rev().map(u64::to_string).collect();
    let skip = if spec.offset > 0 { format!("byte skip: {}\n", spec.offset) } else { String::new() };
    // The name comes last: older readers take what follows it for data.
    Ok(format!(
        "NRRD0004\ntype: {word}\ndimension: {ndim}\nsizes: {}\n{endian}{skip}encoding: raw\ndata file: {name}\n",
        sizes.join(" ")
    ))
}

/// The type in NRRD's words, and the line that tells the order of its bytes.
fn word_for(spec: &ArraySpec) -> Result<(String, &'static str)> {
    let dtype = &spec.dtype;
    if let Kind::Void(len) = dtype.kind() {
        return Ok((format!("block\nblock size: {len}"), ""));
    }
    let number = dtype.number();
    let Some((_, names)) = TYPES.iter().find(|(of, _)| Some(*of) == number) else {
        return Err(unsaid(format!("NRRD has no element type for {}", dtype.name()), spec));
    };
    let endian = match dtype.byte_order() {
        Some(ByteOrder::Little) => "endian: little\n",
        Some(ByteOrder::Big) => "endian: big\n",
        None => "",
    };
    Ok((names[0].to_owned(), endian))
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
        header(&format!("NRRD0004\n{more}encoding: raw\ndimension: 2\nsizes: 3 2\ndata file: a.raw\n"))
    }

    fn refused(outcome: Result<Header>) -> String {
        let error = outcome.expect_err("wrong");
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
        error.message().to_owned()
    }

    #[test]
    fn axes_are_turned_round() {
        let read = with("# hi\ntype: short\nendian: big\nmy:=own\nspace directions: (1,0) (0,1)\n").expect("a header");
        assert_eq!((read.dtype.to_string().as_str(), read.shape.dims()), (">i2", &[2, 3][..]));
        assert_eq!((read.start, read.data), (Start::at(0), Data::Named("a.raw".into())));
    }

    #[test]
    fn data_may_follow_the_header() {
        let text = "NRRD0001\r\ntype: uchar\r\ndimension: 1\r\nsizes: 3\r\nencoding: raw\r\n\r\nabc";
        let read = header(text).expect("a header");
        assert_eq!((read.start, read.data), (Start::Behind { from: 64, lines: 0, bytes: 0 }, Data::Here));
        assert_eq!(&text[64..], "abc");
    }

    #[test]
    fn skips_are_understood() {
        let read = with("type: uint8\nline skip: 2\nbyte skip: 7\n").expect("a header");
        assert_eq!(read.start, Start::Behind { from: 0, lines: 2, bytes: 7 });
        assert_eq!(with("type: uint8\nbyteskip: -1\n").expect("a header").start, Start::AtEnd);
        assert!(refused(with("type: uint8\nbyte skip: -2\n")).contains("byte skip is -2"));
    }

    #[test]
    fn a_block_is_bytes_without_meaning() {
        assert_eq!(with("type: block\nblock size: 7\n").expect("a header").dtype.to_string(), "|V7");
        assert!(refused(with("type: block\n")).contains("does not say block size"));
        assert!(refused(with("type: block\nblock size: 0\n")).contains("block size is 0"));
    }

    #[test]
    fn every_name_of_a_type_is_known() {
        for (number, name) in TYPES.iter().flat_map(|(number, names)| names.iter().map(move |name| (number, name))) {
            let read = with(&format!("type: {name}\nendian: little\n")).expect(name);
            assert_eq!(read.dtype.number(), Some(*number), "{name}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (more, message) in [
            ("type: int\ntype: int\n", "line 3 of its header: type is there already, in line 2"),
            ("type: half\nendian: big\n", "line 2 of its header: type 'half' is not NRRD's"),
            ("type: int\nendian: middle\n", "line 3 of its header: endian is 'middle', not little or big"),
            ("type: int\n", "its header does not say endian, and int has more than one byte"),
            ("typ: int\n", "line 2 of its header: 'typ' is no field of NRRD"),
            ("type int\n", "line 2 of its header: 'type int' is no field: KEY: VALUE"),
            ("sizes: 1 0\n", "line 2 of its header: sizes has a length of 0"),
            ("sizes: 1 -2\n", "line 2 of its header: sizes is '-2', not a whole number that fits"),
            ("", "its header does not say type"),
        ] {
            assert_eq!(refused(with(more)), message);
        }
        assert!(refused(header("NRRD0009\n")).contains("NRRD0006"));
        assert!(refused(header("NRRD0001\nencoding: raw\ndimension: 3\nsizes: 2 2\n")).contains("2 sizes for 3 axes"));
        let here = "NRRD0001\ntype: uint8\nencoding: raw\ndimension: 1\nsizes: 3\n";
        assert!(refused(header(here)).contains("neither a data file nor an empty line"));
    }

    #[test]
    fn what_is_not_one_file_of_plain_bytes_is_refused_by_name() {
        for encoding in ["gzip", "bzip2", "txt", "hex", "zrl"] {
            let text = format!("NRRD0004\nencoding: {encoding}\n");
            assert!(refused(header(&text)).contains(&format!("encoding {encoding} is not raw")));
        }
        for name in ["LIST", "LIST 2", "a%03d.raw 1 9 1"] {
            let error = header(&format!("NRRD0004\ndata file: {name}\n")).expect_err(name);
            assert!(error.message().contains("several files") && !error.hints().is_empty(), "{error}");
        }
    }

    #[test]
    fn reads_back_what_it_writes() {
        for text in ["<i2:4,3@16", ">f8:2,3,4@0", "u1:5@0", "V7:3@1"] {
            let spec = text.parse::<Request>().and_then(|request| request.resolve_new()).expect(text);
            let read = header(&write(&spec, "a b.raw").expect(text)).expect(text);
            assert_eq!((&read.dtype, &read.shape, read.start), (&spec.dtype, &spec.shape, Start::at(spec.offset)));
            assert_eq!(read.data, Data::Named("a b.raw".into()));
        }
        for (text, name) in
            [("c8:3", "a"), ("f2:3", "a"), ("?:3", "a"), ("u1:()", "a"), ("u1:3", "a%d"), ("u1:3", "LIST")]
        {
            let spec = text.parse::<Request>().and_then(|request| request.resolve_new()).expect(text);
            assert_eq!(write(&spec, name).expect_err(text).kind(), ErrorKind::Usage);
        }
    }
}
