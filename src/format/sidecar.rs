//! The sidecar `FILE.rmm.json`, which says of a raw file what a `.npy` header would.
//!
//! ```json
//! {"version": 3, "typestr": "<f4", "dtype": "float32", "shape": [100, 3], "fortran_order": false, "offset": 0}
//! ```
//!
//! The keys are those of NumPy's array interface; `dtype` names what `typestr` cannot (`bfloat16` is `<V2` there), and
//! `descr` lists the fields of a record. A sidecar is read strictly: no other keys, no key twice, no links, and nothing
//! in it names another file. Which of its words count beside those of the user is not known here.

use std::ffi::OsString;
use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Value, json};

use crate::dtype::{self, ByteOrder, DType, Kind, descr};
use crate::error::{At, Error, ErrorKind, Result};
use crate::escape::shell_path;
use crate::literal::{self, Literal, Longs};
use crate::shape::{Order, Shape};

/// The longest sidecar that is read or written, in bytes.
pub const MAX_LEN: u64 = 64 << 10;

/// The version of NumPy's array interface whose keys these are.
const VERSION: u64 = 3;

/// What is appended to the name of the array's file.
const SUFFIX: &str = ".rmm.json";

/// What a sidecar says; any part of it may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sidecar {
    /// The type of each element.
    pub dtype: Option<DType>,
    /// The shape of the array.
    pub shape: Option<Shape>,
    /// The order of the elements.
    pub order: Option<Order>,
    /// Where the data begins, in bytes.
    pub offset: Option<u64>,
}

/// Where the sidecar of `path` lies: beside it, under its name with `.rmm.json` behind.
pub fn path_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(SUFFIX);
    PathBuf::from(name)
}

/// The sidecar of `path`, where there is one.
///
/// # Errors
/// Corrupt where it is a symbolic link, not a regular file, or not a sidecar inside; io where it cannot be read. The
/// error names the sidecar.
pub fn read_beside(path: &Path) -> Result<Option<Sidecar>> {
    let sidecar = path_of(path);
    let Some(text) = read_text(&sidecar).at(&sidecar)? else { return Ok(None) };
    let again = |error: Error| {
        let error = error.whole_hint(format!("rm {}", shell_path(&sidecar)));
        error.whole_hint(format!("rmm info {} -d DTYPE -s DIMS --write-sidecar", shell_path(path)))
    };
    let parsed = parse(&text).map_err(|error| if is_empty(&text) { again(error) } else { error });
    parsed.map(Some).at(&sidecar)
}

fn read_text(path: &Path) -> Result<Option<String>> {
    // Whoever can write to the folder must not make this wait for a FIFO or read a file elsewhere.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = match OpenOptions::new().read(true).custom_flags(flags.bits() as i32).open(path) {
        Ok(file) => file,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) if is_errno(&error, rustix::io::Errno::LOOP) => {
            return Err(Error::corrupt("a sidecar cannot be a symbolic link"));
        }
        Err(error) if is_errno(&error, rustix::io::Errno::NXIO) => return Err(not_regular()),
        Err(error) => return Err(Error::io("cannot open", error)),
    };
    if !file.metadata().map_err(|error| Error::io("cannot stat", error))?.is_file() {
        return Err(not_regular());
    }
    let mut bytes = Vec::new();
    file.take(MAX_LEN + 1).read_to_end(&mut bytes).map_err(|error| Error::io("cannot read", error))?;
    if bytes.len() as u64 > MAX_LEN {
        return Err(too_long());
    }
    let text = String::from_utf8(bytes);
    let text =
        text.map_err(|error| Error::corrupt(format!("not UTF-8 from byte {} on", error.utf8_error().valid_up_to())))?;
    Ok(Some(text))
}

/// No such file, or none that could have that name.
fn is_absent(error: &io::Error) -> bool {
    use rustix::io::Errno;
    [Errno::NOENT, Errno::NOTDIR, Errno::NAMETOOLONG].into_iter().any(|absent| is_errno(error, absent))
}

fn is_errno(error: &io::Error, errno: rustix::io::Errno) -> bool {
    error.raw_os_error() == Some(errno.raw_os_error())
}

fn not_regular() -> Error {
    Error::corrupt("a sidecar must be a regular file")
}

fn too_long() -> Error {
    Error::corrupt(format!("longer than the {MAX_LEN} bytes that a sidecar can have"))
}

/// Whether there is nothing in a sidecar. So does a shell leave it, before the command starts whose output is to go there.
fn is_empty(text: &str) -> bool {
    text.trim_ascii().is_empty()
}

/// What the text of a sidecar says.
///
/// # Errors
/// Corrupt, naming the key.
pub fn parse(text: &str) -> Result<Sidecar> {
    if text.len() as u64 > MAX_LEN {
        return Err(too_long());
    }
    if is_empty(text) {
        return Err(Error::corrupt("a sidecar that is empty says nothing"));
    }
    let Pairs(pairs) = serde_json::from_str(text)
        .map_err(|error| Error::corrupt(format!("not the JSON object that a sidecar is: {error}")))?;
    let mut sidecar = Sidecar::default();
    let mut words = Words::default();
    let mut seen: Vec<&str> = Vec::new();
    for (key, value) in &pairs {
        if seen.contains(&key.as_str()) {
            return Err(Error::corrupt(format!("key '{key}' is there twice")));
        }
        seen.push(key);
        match key.as_str() {
            "version" if value.as_u64() == Some(VERSION) => {}
            "version" => return Err(Error::corrupt(format!("version is {value}, not {VERSION}"))),
            "typestr" => words.typestr = Some(string(key, value)?),
            "dtype" => words.dtype = Some(string(key, value)?),
            "descr" => words.descr = Some(value),
            "shape" => sidecar.shape = Some(shape(value)?),
            "fortran_order" => {
                let fortran_order = value.as_bool().ok_or_else(|| wrong(key, "true or false", value))?;
                sidecar.order = Some(if fortran_order { Order::F } else { Order::C });
            }
            "offset" => {
                sidecar.offset = Some(value.as_u64().ok_or_else(|| wrong(key, "a number of bytes", value))?);
            }
            _ => return Err(Error::corrupt(format!("unknown key '{key}'"))),
        }
    }
    sidecar.dtype = words.dtype()?;
    if let (Some(shape), Some(dtype)) = (&sidecar.shape, &sidecar.dtype) {
        shape.nbytes(dtype.itemsize()).map_err(|error| error.with_kind(ErrorKind::Corrupt))?;
    }
    Ok(sidecar)
}

fn shape(value: &Value) -> Result<Shape> {
    let wrong = || wrong("shape", "a list of lengths", value);
    let lens = value.as_array().ok_or_else(wrong)?.iter().map(|len| len.as_u64().ok_or_else(wrong));
    Shape::new(lens.collect::<Result<Vec<_>>>()?).map_err(|error| error.with_kind(ErrorKind::Corrupt))
}

fn string<'a>(key: &str, value: &'a Value) -> Result<&'a str> {
    value.as_str().ok_or_else(|| wrong(key, "a string", value))
}

fn wrong(key: &str, expected: &str, found: &Value) -> Error {
    Error::corrupt(format!("{key} is {found}, not {expected}"))
}

/// The three keys that tell the dtype together.
#[derive(Default)]
struct Words<'a> {
    typestr: Option<&'a str>,
    dtype: Option<&'a str>,
    descr: Option<&'a Value>,
}

impl Words<'_> {
    /// The dtype that they agree on.
    fn dtype(&self) -> Result<Option<DType>> {
        let typestr = self.typestr.map(|text| scalar("typestr", dtype::parse(text))).transpose()?;
        let named = match (self.descr, self.dtype) {
            (Some(_), Some(_)) => return Err(Error::corrupt("dtype and descr are both there")),
            (Some(descr), None) => Some(scalar("descr", from_json(descr).and_then(|it| descr::from_literal(&it)))?),
            (None, Some(text)) => Some(scalar("dtype", dtype::parse(text))?),
            (None, None) => None,
        };
        let (Some(bytes), Some(named)) = (&typestr, &named) else { return Ok(named.or(typestr)) };
        // The name says what the bytes mean, the type string how many there are and in which order.
        let order = match (self.typestr.and_then(order_in), self.dtype.and_then(order_in)) {
            (order, None) | (None, order) => order,
            (order, other) if order == other => order,
            _ => return Err(self.disagree()),
        };
        let whole = match (named.kind(), order) {
            (Kind::Record(_), _) | (_, None) => named.clone(),
            (_, Some(order)) => named.with_byte_order(order),
        };
        let fits = match bytes.kind() {
            Kind::Void(len) => *len == whole.itemsize(),
            _ => *bytes == whole,
        };
        if fits { Ok(Some(whole)) } else { Err(self.disagree()) }
    }

    fn disagree(&self) -> Error {
        let other = match (self.dtype, self.descr) {
            (Some(name), _) => format!("dtype '{name}'"),
            _ => "descr".to_owned(),
        };
        Error::corrupt(format!("typestr '{}' and {other} disagree", self.typestr.unwrap_or_default()))
    }
}

/// The byte order that a type string begins with.
fn order_in(text: &str) -> Option<ByteOrder> {
    match text.as_bytes().first() {
        Some(b'<') => Some(ByteOrder::Little),
        Some(b'>') => Some(ByteOrder::Big),
        _ => None,
    }
}

/// A dtype of its own, not a subarray: the axes of the array are in `shape`.
fn scalar(key: &str, parsed: Result<dtype::Parsed>) -> Result<DType> {
    let parsed = parsed.map_err(|error| Error::corrupt(format!("{key}: {}", error.message())))?;
    if parsed.shape.is_empty() {
        Ok(parsed.dtype)
    } else {
        Err(Error::corrupt(format!("{key} has a shape of its own")))
    }
}

/// The text of a sidecar, one line.
///
/// # Errors
/// Usage where the dtype has so many fields that the text would be longer than [`MAX_LEN`].
pub fn render(dtype: &DType, shape: &Shape, order: Order, offset: u64) -> Result<String> {
    let mut keys = vec![("version", json!(VERSION))];
    match dtype.kind() {
        Kind::Record(record) => {
            keys.push(("typestr", json!(format!("|V{}", record.itemsize()))));
            // In this program's own names, so that bfloat16 in a record is bfloat16 when it is read.
            keys.push(("descr", to_json(&literal::parse(&dtype.to_string(), Longs::Refused)?)));
        }
        Kind::Bytes(_) | Kind::Str(_) | Kind::Void(_) => keys.push(("typestr", json!(typestr(dtype)))),
        _ => keys.extend([("typestr", json!(typestr(dtype))), ("dtype", json!(dtype.name()))]),
    }
    keys.push(("shape", json!(shape.dims())));
    keys.push(("fortran_order", json!(order == Order::F)));
    keys.push(("offset", json!(offset)));
    let pairs: Vec<String> = keys.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
    let text = format!("{{{}}}\n", pairs.join(", "));
    if text.len() as u64 > MAX_LEN {
        let len = text.len();
        return Err(Error::usage(format!(
            "a sidecar for this dtype is {len} bytes long, more than the {MAX_LEN} that are read back"
        )));
    }
    Ok(text)
}

fn typestr(dtype: &DType) -> String {
    dtype.descr().trim_matches('\'').to_owned()
}

/// A descr list in JSON, where tuples and lists are the same.
fn to_json(literal: &Literal) -> Value {
    match literal {
        Literal::List(items) | Literal::Tuple(items) => items.iter().map(to_json).collect(),
        Literal::Str(text) => json!(text),
        Literal::Int(value) => json!(*value as u64),
        Literal::Bool(_) | Literal::None | Literal::Bytes(_) | Literal::Dict(_) => {
            unreachable!("a descr is made of lists, strings and lengths")
        }
    }
}

fn from_json(value: &Value) -> Result<Literal> {
    match value {
        Value::Array(items) => Ok(Literal::List(items.iter().map(from_json).collect::<Result<_>>()?)),
        Value::String(text) => Ok(Literal::Str(text.clone())),
        Value::Number(number) if number.is_u64() => Ok(Literal::Int(number.as_u64().unwrap_or_default().into())),
        other => Err(Error::corrupt(format!("{other} has no place in a list of fields"))),
    }
}

/// The pairs of a JSON object as they are written, repeated keys included.
struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::dtype::Number;

    fn shape_of(dims: &[u64]) -> Shape {
        Shape::new(dims).expect("a small shape")
    }

    fn dtype_of(text: &str) -> DType {
        dtype::parse(text).expect(text).dtype
    }

    fn refused(text: &str) -> String {
        let error = parse(text).expect_err(text);
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{text}");
        error.message().to_owned()
    }

    #[test]
    fn is_written_in_the_words_of_the_array_interface() {
        let text = render(&dtype_of("<f4"), &shape_of(&[2, 3]), Order::F, 8).expect("short");
        assert_eq!(
            text,
            "{\"version\": 3, \"typestr\": \"<f4\", \"dtype\": \"float32\", \"shape\": [2,3], \
             \"fortran_order\": true, \"offset\": 8}\n"
        );
        let text = render(&dtype_of("x:<f4,y:(2,)bfloat16"), &shape_of(&[]), Order::C, 0).expect("short");
        assert_eq!(
            text,
            "{\"version\": 3, \"typestr\": \"|V8\", \"descr\": [[\"x\",\"<f4\"],[\"y\",\"bfloat16\",[2]]], \
             \"shape\": [], \"fortran_order\": false, \"offset\": 0}\n"
        );
    }

    #[test]
    fn reads_back_what_it_writes() {
        for text in [
            "<f4",
            ">i2",
            "u1",
            "?",
            "bfloat16",
            ">bfloat16",
            "float8_e5m2",
            "S5",
            "<U3",
            ">U3",
            "V7",
            "<M8[25s]",
            ">m8",
            "c16",
            "f16",
            "x:f4,y:>i2,z:bfloat16",
            "[('a', '<f4'), ('', '|V3'), (('T', 'b'), [('c', '>i8')], (2, 3))]",
            "V0",
        ] {
            let dtype = dtype_of(text);
            let rendered = render(&dtype, &shape_of(&[4]), Order::C, 3).expect("short");
            let expected =
                Sidecar { dtype: Some(dtype), shape: Some(shape_of(&[4])), order: Some(Order::C), offset: Some(3) };
            assert_eq!(parse(&rendered).expect("own text"), expected, "{rendered}");
        }
    }

    #[test]
    fn any_key_may_be_missing() {
        assert_eq!(parse("{}").expect("nothing"), Sidecar::default());
        let dtype = |text: &str| parse(text).expect(text).dtype.expect("a dtype");
        assert_eq!(dtype(r#"{"typestr": ">f4"}"#), dtype_of(">f4"));
        assert_eq!(dtype(r#"{"dtype": "bfloat16"}"#), DType::native(Number::BFloat16));
        assert_eq!(dtype(r#"{"typestr": ">V2", "dtype": "bfloat16"}"#), dtype_of(">bfloat16"));
        assert_eq!(dtype(r#"{"typestr": "|V2", "dtype": ">bfloat16"}"#), dtype_of(">bfloat16"));
    }

    #[test]
    fn refuses_anything_else() {
        for (text, message) in [
            (r#"{"version": 2}"#, "version is 2, not 3"),
            (r#"{"version": "3"}"#, "version is \"3\", not 3"),
            (r#"{"data": "/etc/passwd"}"#, "unknown key 'data'"),
            (r#"{"offset": 1, "offset": 1}"#, "key 'offset' is there twice"),
            (r#"{"offset": -1}"#, "offset is -1, not a number of bytes"),
            (r#"{"offset": 1.0}"#, "offset is 1.0, not a number of bytes"),
            (r#"{"fortran_order": 0}"#, "fortran_order is 0, not true or false"),
            (r#"{"shape": 3}"#, "shape is 3, not a list of lengths"),
            (r#"{"shape": [true]}"#, "shape is [true], not a list of lengths"),
            (r#"{"shape": [-1]}"#, "shape is [-1], not a list of lengths"),
            (r#"{"typestr": 4}"#, "typestr is 4, not a string"),
            (r#"{"dtype": null}"#, "dtype is null, not a string"),
            (r#"{"typestr": "zz"}"#, "typestr: dtype 'zz' is not understood"),
            (r#"{"typestr": "(2,)f4"}"#, "typestr has a shape of its own"),
            (r#"{"typestr": "<f4", "dtype": "float64"}"#, "typestr '<f4' and dtype 'float64' disagree"),
            (r#"{"typestr": "<f4", "dtype": ">f4"}"#, "typestr '<f4' and dtype '>f4' disagree"),
            (r#"{"typestr": "<i4", "dtype": "float32"}"#, "typestr '<i4' and dtype 'float32' disagree"),
            (r#"{"typestr": "|V5", "descr": [["a", "<f4"]]}"#, "typestr '|V5' and descr disagree"),
            (r#"{"dtype": "f4", "descr": [["a", "<f4"]]}"#, "dtype and descr are both there"),
            (r#"{"descr": {"a": "<f4"}}"#, "descr: {\"a\":\"<f4\"} has no place in a list of fields"),
            (
                r#"{"descr": [["a"]]}"#,
                "descr: field 0 of a dtype is (name, dtype) or (name, dtype, shape), not a tuple of 1",
            ),
        ] {
            assert_eq!(refused(text), message, "{text}");
        }
        for text in ["", " \n"] {
            assert_eq!(refused(text), "a sidecar that is empty says nothing");
        }
        for text in ["[]", "3", "{", "{\"offset\": 1} x", "{'offset': 1}", "{\"offset\": NaN}"] {
            assert!(refused(text).starts_with("not the JSON object that a sidecar is: "), "{text}");
        }
        assert!(refused(r#"{"shape": [4611686018427387904], "typestr": "<f8"}"#).ends_with("(2^63 - 1 bytes)"));
        assert!(refused(&format!("{{\"shape\": {}1{}}}", "[".repeat(500), "]".repeat(500))).contains("recursion"));
        assert_eq!(refused(&" ".repeat(65_537)), "longer than the 65536 bytes that a sidecar can have");
    }

    #[test]
    fn is_not_written_longer_than_it_is_read() {
        let fields: Vec<String> = (0..5000).map(|place| format!("f{place}:f4")).collect();
        let error = render(&dtype_of(&fields.join(",")), &shape_of(&[]), Order::C, 0).expect_err("too long");
        assert!(error.message().ends_with("more than the 65536 that are read back"), "{error}");
    }

    #[test]
    fn lies_beside_any_name() {
        let path = Path::new(OsStr::from_bytes(b"dir/a\xff.bin"));
        assert_eq!(path_of(path).as_os_str().as_bytes(), b"dir/a\xff.bin.rmm.json");
    }

    #[test]
    fn is_read_from_beside_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let array = folder.path().join("a.bin");
        assert_eq!(read_beside(&array).expect("none"), None);
        assert_eq!(read_beside(&array.join("b")).expect("none"), None);
        assert_eq!(read_beside(&folder.path().join("n".repeat(255))).expect("none"), None);
        std::fs::write(path_of(&array), r#"{"offset": 4}"#).expect("room for it");
        assert_eq!(read_beside(&array).expect("a sidecar"), Some(Sidecar { offset: Some(4), ..Sidecar::default() }));
    }

    #[test]
    fn is_refused_where_it_is_planted_or_damaged() {
        let folder = tempfile::tempdir().expect("a folder");
        let array = folder.path().join("a.bin");
        let sidecar = path_of(&array);
        let refused = || {
            let error = read_beside(&array).expect_err("planted");
            assert_eq!((error.kind(), error.path()), (ErrorKind::Corrupt, Some(sidecar.as_path())));
            error.message().to_owned()
        };
        std::fs::write(folder.path().join("elsewhere"), "{}").expect("room for it");
        symlink(folder.path().join("elsewhere"), &sidecar).expect("a link");
        assert_eq!(refused(), "a sidecar cannot be a symbolic link");
        std::fs::remove_file(&sidecar).expect("a link");
        std::fs::create_dir(&sidecar).expect("a folder");
        assert_eq!(refused(), "a sidecar must be a regular file");
        std::fs::remove_dir(&sidecar).expect("a folder");
        let mode = rustix::fs::Mode::RUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &sidecar, rustix::fs::FileType::Fifo, mode, 0).expect("a FIFO");
        assert_eq!(refused(), "a sidecar must be a regular file");
        std::fs::remove_file(&sidecar).expect("a FIFO");
        std::fs::write(&sidecar, b"{\xff}").expect("room for it");
        assert_eq!(refused(), "not UTF-8 from byte 1 on");
        std::fs::write(&sidecar, vec![0xff; 70_000]).expect("room for it");
        assert_eq!(refused(), "longer than the 65536 bytes that a sidecar can have");
    }
}
