//! Reading `.npy` headers: everything NumPy accepts, nothing it refuses, and never more memory than the file is long.
//!
//! As in NumPy the dict is a Python literal with the keys `descr`, `fortran_order` and `shape` in any order; of a key
//! written twice the last one counts; Python 2's `4L` is an integer in versions 1.0 and 2.0.

use std::io::Read;

use super::{Header, MAGIC, MAX_HEADER};
use crate::dtype::descr;
use crate::error::{Error, ErrorKind, Result};
use crate::literal::{self, Literal, Longs};
use crate::shape::{MAX_NDIM, Order, Shape};

/// Reads the header that begins here, and leaves the reader at the first byte of the data.
///
/// `file_len` is the size of the file in bytes; `None` where it cannot be known, as of a pipe. Whether the data is
/// complete is not checked.
///
/// # Errors
/// Corrupt, with what was expected and what was found; io where reading fails.
pub fn read(bytes_of: &mut dyn Read, file_len: Option<u64>) -> Result<Header> {
    let magic = exactly(bytes_of, 8, "magic and version")?;
    let Some(version) = magic.strip_prefix(MAGIC) else {
        return Err(Error::corrupt("it does not begin with \\x93NUMPY, as .npy files do"));
    };
    let [version @ 1..=3, 0] = *version else {
        let (major, minor) = (version[0], version[1]);
        return Err(Error::corrupt(format!("format version {major}.{minor} is not 1.0, 2.0 or 3.0")));
    };
    let mut len = [0; 4];
    let width = if version == 1 { 2 } else { 4 };
    len[..width].copy_from_slice(&exactly(bytes_of, width as u64, "header's length")?);
    let len = u64::from(u32::from_le_bytes(len));
    let prefix = 8 + width as u64;
    if let Some(file_len) = file_len.filter(|&file_len| len > file_len.saturating_sub(prefix)) {
        let left = file_len.saturating_sub(prefix);
        return Err(Error::corrupt(format!("its header should be {len} bytes long, and the file has {left} more")));
    }
    if len > MAX_HEADER {
        return Err(Error::corrupt(format!("its header of {len} bytes is longer than the {MAX_HEADER} that are read")));
    }
    let text = decode(exactly(bytes_of, len, "header")?, version)?;
    let longs = if version < 3 { Longs::Accepted } else { Longs::Refused };
    let dict = literal::parse(&text, longs).map_err(|error| not_literal(&error))?;
    from_dict(dict, prefix + len)
}

/// The next `len` bytes; at most [`MAX_HEADER`].
fn exactly(bytes_of: &mut dyn Read, len: u64, what: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes_of.take(len).read_to_end(&mut bytes).map_err(|error| Error::io("cannot read the header", error))?;
    if bytes.len() as u64 == len {
        return Ok(bytes);
    }
    Err(Error::corrupt(format!("the file ends after {} of the {len} bytes of its {what}", bytes.len())))
}

fn decode(bytes: Vec<u8>, version: u8) -> Result<String> {
    if version < 3 {
        return Ok(bytes.into_iter().map(char::from).collect());
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Error::corrupt(format!("its header is not UTF-8, which version 3.0 demands, from byte {at} on"))
    })
}

fn not_literal(error: &Error) -> Error {
    let corrupt = Error::corrupt(format!("its header is no Python literal: {}", error.message()));
    if error.message().contains(".int64(") || error.message().contains(".intp(") {
        return corrupt.hint(
            "an old numpy.lib.format.open_memmap wrote NumPy integers into the shape; name --raw, --offset, --dtype and --shape yourself",
        );
    }
    corrupt
}

fn from_dict(dict: Literal, data_offset: u64) -> Result<Header> {
    let Literal::Dict(pairs) = dict else {
        return Err(Error::corrupt(format!("its header is {}, not a dict", dict.kind())));
    };
    let (mut descr, mut fortran_order, mut shape) = (None, None, None);
    for (key, value) in pairs {
        let place = match &key {
            Literal::Str(name) if name == "descr" => &mut descr,
            Literal::Str(name) if name == "fortran_order" => &mut fortran_order,
            Literal::Str(name) if name == "shape" => &mut shape,
            Literal::Str(name) => return Err(Error::corrupt(format!("its header has a foreign key '{name}'"))),
            other => return Err(Error::corrupt(format!("a key of its header is {}", other.kind()))),
        };
        *place = Some(value);
    }
    let needed = |value: Option<Literal>, key: &str| {
        value.ok_or_else(|| Error::corrupt(format!("its header has no key '{key}'")))
    };
    let (descr, fortran_order, shape) =
        (needed(descr, "descr")?, needed(fortran_order, "fortran_order")?, needed(shape, "shape")?);
    let order = match fortran_order {
        Literal::Bool(true) => Order::F,
        Literal::Bool(false) => Order::C,
        other => {
            let kind = other.kind();
            return Err(Error::corrupt(format!("fortran_order of its header is {kind}, not True or False")));
        }
    };
    refuse_objects(&descr)?;
    let parsed = descr::from_literal(&descr)
        .map_err(|error| Error::corrupt(format!("descr of its header: {}", error.message())))?;
    let shape = lens(&shape)?;
    let shape = Shape::new([shape, parsed.shape].concat())
        .and_then(|shape| shape.nbytes(parsed.dtype.itemsize()).map(|_| shape))
        .map_err(|error| error.with_kind(ErrorKind::Corrupt))?;
    Ok(Header { dtype: parsed.dtype, shape, order, data_offset })
}

fn lens(shape: &Literal) -> Result<Vec<u64>> {
    let Literal::Tuple(lens) = shape else {
        return Err(Error::corrupt(format!("shape of its header is {}, not a tuple of integers", shape.kind())));
    };
    if lens.len() > MAX_NDIM {
        let ndim = lens.len();
        return Err(Error::corrupt(format!(
            "shape of its header has {ndim} dimensions, more than the {MAX_NDIM} that an array can have"
        )));
    }
    let axis = |(axis, len): (usize, &Literal)| match len {
        Literal::Int(len) => u64::try_from(*len).map_err(|_| {
            let fault = if *len < 0 { "is negative" } else { "is larger than any file" };
            Error::corrupt(format!("shape of its header: axis {axis} of length {len} {fault}"))
        }),
        other => Err(Error::corrupt(format!("shape of its header: axis {axis} is {}, not an integer", other.kind()))),
    };
    lens.iter().enumerate().map(axis).collect()
}

/// Refuses pickled objects by name, wherever they hide, since their bytes are pointers or a program to run.
fn refuse_objects(descr: &Literal) -> Result<()> {
    match descr {
        Literal::Str(text) => {
            let code = |part: &str| {
                let part = part.trim().rsplit(')').next().unwrap_or_default().to_owned();
                part.trim_start_matches(|c: char| "<>=|".contains(c) || c.is_ascii_digit()).to_owned()
            };
            if text.split(',').any(|part| matches!(&*code(part), "O" | "O4" | "O8" | "object" | "object_" | "T")) {
                return Err(Error::corrupt(format!("its elements are Python objects ('{text}'), pickled, not numbers"))
                    .hint("only if you trust the file: python3 -c \"import sys, numpy as np; np.save('numbers.npy', np.load(sys.argv[1], allow_pickle=True).astype('f8'))\" FILE"));
            }
            Ok(())
        }
        // A field's first item is its name, which may be anything.
        Literal::List(fields) => fields.iter().try_for_each(|field| match field {
            Literal::Tuple(parts) | Literal::List(parts) => parts.get(1).map_or(Ok(()), refuse_objects),
            _ => Ok(()),
        }),
        Literal::Tuple(parts) => parts.first().map_or(Ok(()), refuse_objects),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::dtype::{DType, Kind, Number};

    fn file(version: u8, text: &[u8]) -> Vec<u8> {
        let len = (text.len() as u32).to_le_bytes();
        let len = if version == 1 { &len[..2] } else { &len[..] };
        [MAGIC, &[version, 0], len, text].concat()
    }

    fn read_all(bytes: &[u8]) -> Result<Header> {
        read(&mut &bytes[..], Some(bytes.len() as u64))
    }

    fn accepted(version: u8, text: &str) -> Header {
        read_all(&file(version, text.as_bytes())).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    /// The message, having made sure that a pipe is refused alike.
    fn refused(bytes: &[u8]) -> String {
        let error = read_all(bytes).expect_err("hostile");
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
        assert_eq!(read(&mut &bytes[..], None).expect_err("hostile from a pipe").kind(), ErrorKind::Corrupt);
        error.message().to_owned()
    }

    fn with(descr: &str, fortran_order: &str, shape: &str) -> String {
        format!("{{'descr': {descr}, 'fortran_order': {fortran_order}, 'shape': {shape}, }}\n")
    }

    #[test]
    fn reads_the_header_of_numpy() {
        let header = accepted(1, &with("'<f4'", "False", "(2, 3)"));
        assert_eq!((header.dtype, header.order), (DType::native(Number::Float32), Order::C));
        assert_eq!((header.shape.dims(), header.data_offset), (&[2, 3][..], 70));
    }

    #[test]
    fn accepts_what_numpy_accepts() {
        for text in [
            "{'shape':(4,),'descr':'<f4','fortran_order':False}",
            "{\"descr\": \"<f4\",\n \"fortran_order\": False, # comment\n \"shape\": (4,)}",
            "{u'descr': u'<f4', 'fortran_order': False, 'shape': (0x4,), }",
            "{'descr': '<' 'f4', 'fortran_order': False, 'shape': (0b1_00,)}",
            "{'descr': '>f8', 'descr': '<f4', 'fortran_order': False, 'shape': (4,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (4L,), }",
            "{'descr': 'f4', 'fortran_order': False, 'shape': (4,), }",
            "{'descr': '=f4', 'fortran_order': False, 'shape': (4,), }",
            "{'descr': '|f4', 'fortran_order': False, 'shape': (4,), }",
            "{'descr': 'float32', 'fortran_order': False, 'shape': (4,), }",
            "{'descr': ('<f4', ()), 'fortran_order': False, 'shape': (4,), }",
            "{'descr': ('<f4', (4,)), 'fortran_order': False, 'shape': (), }",
        ] {
            let header = accepted(1, text);
            assert_eq!(header.dtype, DType::native(Number::Float32), "{text}");
            assert_eq!(header.shape.dims(), [4], "{text}");
        }
    }

    #[test]
    fn a_subarray_gives_the_array_more_axes() {
        let header = accepted(1, &with("('<f4', (2, 5))", "True", "(3,)"));
        assert_eq!((header.shape.dims(), header.order), (&[3, 2, 5][..], Order::F));
    }

    #[test]
    fn reads_records_in_all_their_forms() {
        let header = accepted(1, &with("[('x', '<f4'), ('', '|V3'), (('T', 'a'), '<i2', (2,))]", "False", "(0,)"));
        assert_eq!(header.dtype.itemsize(), 11);
        assert_eq!(accepted(1, &with("'f4,i2'", "False", "()")).dtype.itemsize(), 6);
        assert_eq!(accepted(1, &with("[]", "False", "(5,)")).dtype.itemsize(), 0);
        assert_eq!(*accepted(1, &with("'<V2'", "False", "(5,)")).dtype.kind(), Kind::Void(2));
        // A field may be called after the type of objects.
        assert_eq!(accepted(1, &with("[('O', 'f4')]", "False", "(5,)")).dtype.itemsize(), 4);
    }

    #[test]
    fn names_are_latin1_before_version_3_and_utf8_since() {
        let name = |header: Header| header.dtype.record().expect("a record").fields()[0].name.clone();
        let text = |name: &[u8]| [b"{'descr': [('", name, b"', 'f4')], 'fortran_order': False, 'shape': ()}"].concat();
        assert_eq!(name(read_all(&file(2, &text(b"\xe9"))).expect("latin-1")), "é");
        assert_eq!(name(read_all(&file(3, &text("日".as_bytes()))).expect("utf-8")), "日");
        assert_eq!(
            refused(&file(3, &text(b"\xe9"))),
            "its header is not UTF-8, which version 3.0 demands, from byte 13 on"
        );
    }

    #[test]
    fn the_data_may_begin_anywhere() {
        let text = with("'<f4'", "False", "()");
        assert_eq!(accepted(1, &text).data_offset, 10 + text.len() as u64);
        assert_eq!(accepted(2, &text).data_offset, 12 + text.len() as u64);
    }

    #[test]
    fn stops_at_the_first_byte_of_the_data() {
        let bytes = [file(1, with("'u1'", "False", "(3,)").as_bytes()), vec![7, 8, 9]].concat();
        let mut rest = &bytes[..];
        read(&mut rest, None).expect("a header");
        assert_eq!(rest, [7, 8, 9]);
    }

    #[test]
    fn refuses_what_is_no_header() {
        let v1 = |text: &str| file(1, text.as_bytes());
        let table: &[(Vec<u8>, &str)] = &[
            (b"".to_vec(), "the file ends after 0 of the 8 bytes of its magic and version"),
            (b"\x93NUMPY\x01".to_vec(), "the file ends after 7 of the 8 bytes of its magic and version"),
            (b"PK\x03\x04 a zip".to_vec(), "it does not begin with \\x93NUMPY, as .npy files do"),
            (b"\x93NUMPY\x01\x01\x00\x00".to_vec(), "format version 1.1 is not 1.0, 2.0 or 3.0"),
            (b"\x93NUMPY\x00\x00\x00\x00".to_vec(), "format version 0.0 is not 1.0, 2.0 or 3.0"),
            (b"\x93NUMPY\x04\x00\x00\x00".to_vec(), "format version 4.0 is not 1.0, 2.0 or 3.0"),
            (b"\x93NUMPY\x01\x00\x76".to_vec(), "the file ends after 1 of the 2 bytes of its header's length"),
            (b"\x93NUMPY\x02\x00\x76\x00\x00".to_vec(), "the file ends after 3 of the 4 bytes of its header's length"),
            (b"\x93NUMPY\x01\x00\x76\x00{".to_vec(), "its header should be 118 bytes long, and the file has 1 more"),
            (
                b"\x93NUMPY\x02\x00\xff\xff\xff\xff{}".to_vec(),
                "its header should be 4294967295 bytes long, and the file has 2 more",
            ),
            (
                file(2, " ".repeat(1_048_577).as_bytes()),
                "its header of 1048577 bytes is longer than the 1048576 that are read",
            ),
            (v1(""), "its header is no Python literal: column 1: the text ends where a value should be"),
            (v1("{'descr"), "its header is no Python literal: column 2: a string without an end"),
            (v1("(1, 2)"), "its header is a tuple, not a dict"),
            (v1("{}"), "its header has no key 'descr'"),
            (v1("{'descr': '<f4', 'shape': (4,)}"), "its header has no key 'fortran_order'"),
            (v1("{'descr': '<f4', 'fortran_order': False}"), "its header has no key 'shape'"),
            (v1("{'a': 1}"), "its header has a foreign key 'a'"),
            (v1("{1: 1}"), "a key of its header is an integer"),
            (
                v1("{'descr': '<f4', 'fortran_order': False, 'shape': (4,)} x"),
                "its header is no Python literal: column 57: found 'x' where the end should be",
            ),
            (
                file(3, b"{'descr': '<f4', 'fortran_order': False, 'shape': (4L,)}"),
                "its header is no Python literal: column 52: '4L' is a long integer of Python 2",
            ),
            (
                v1(&"-".repeat(9000)),
                "its header is no Python literal: column 2: '-' makes this an expression, not a literal",
            ),
            (
                v1(&"[".repeat(9000)),
                "its header is no Python literal: column 69: more than 68 brackets inside each other",
            ),
        ];
        for (bytes, message) in table {
            assert_eq!(refused(bytes), *message);
        }
    }

    #[test]
    fn refuses_values_that_mean_nothing() {
        let not_a_tuple = "not a tuple of integers";
        for (descr, fortran_order, shape, message) in [
            ("'<f4'", "0", "(4,)", "fortran_order of its header is an integer, not True or False".to_owned()),
            ("'<f4'", "None", "(4,)", "fortran_order of its header is None, not True or False".to_owned()),
            ("'<f4'", "'C'", "(4,)", "fortran_order of its header is a string, not True or False".to_owned()),
            ("'<f4'", "False", "[4]", format!("shape of its header is a list, {not_a_tuple}")),
            ("'<f4'", "False", "(4)", format!("shape of its header is an integer, {not_a_tuple}")),
            ("'<f4'", "False", "None", format!("shape of its header is None, {not_a_tuple}")),
            ("'<f4'", "False", "(True, 2)", "shape of its header: axis 0 is a bool, not an integer".to_owned()),
            ("'<f4'", "False", "(2, '2')", "shape of its header: axis 1 is a string, not an integer".to_owned()),
            ("'<f4'", "False", "(-1,)", "shape of its header: axis 0 of length -1 is negative".to_owned()),
            (
                "'<f4'",
                "False",
                "(18446744073709551616,)",
                "shape of its header: axis 0 of length 18446744073709551616 is larger than any file".to_owned(),
            ),
            (
                "'<f4'",
                "False",
                "(4.0,)",
                "its header is no Python literal: column 52: '4.0' is not an integer".to_owned(),
            ),
            (
                "'<f4'",
                "False",
                "(2+2,)",
                "its header is no Python literal: column 53: '+' makes this an expression, not a literal".to_owned(),
            ),
            (
                "'<f4'",
                "False",
                "(np.int64(4),)",
                "its header is no Python literal: column 52: 'np.int64(4)' is a call, not a literal".to_owned(),
            ),
            (
                "'<f8'",
                "False",
                "(2305843009213693952,)",
                "shape 2305843009213693952 of 8-byte elements is larger than any file (2^63 - 1 bytes)".to_owned(),
            ),
            (
                "'<f8'",
                "False",
                "(0, 4294967296, 4294967296)",
                "shape 0,4294967296,4294967296 has more elements than any file (2^63 - 1 bytes)".to_owned(),
            ),
            (
                "('u1', (2147483647,))",
                "False",
                "(4294967296, 2)",
                "shape 4294967296,2,2147483647 has more elements than any file (2^63 - 1 bytes)".to_owned(),
            ),
        ] {
            assert_eq!(refused(&file(1, with(descr, fortran_order, shape).as_bytes())), message);
        }
        let dims = |ndim: usize| format!("({})", "1,".repeat(ndim));
        assert_eq!(accepted(1, &with("'u1'", "False", &dims(64))).shape.ndim(), 64);
        assert_eq!(
            refused(&file(1, with("'u1'", "False", &dims(65)).as_bytes())),
            "shape of its header has 65 dimensions, more than the 64 that an array can have"
        );
        assert_eq!(
            refused(&file(1, with("('u1', (1,))", "False", &dims(64)).as_bytes())),
            "65 dimensions are more than the 64 that an array can have"
        );
    }

    #[test]
    fn refuses_dtypes_that_numpy_refuses() {
        for descr in [
            "b'<f4'",
            "None",
            "4",
            "True",
            "{}",
            "'<f1'",
            "''",
            "' f4'",
            "'<f4 '",
            "'zz'",
            "'x:f4'",
            "\"[('a', 'f4')]\"",
            "()",
            "('<f4',)",
            "[('a',)]",
            "['f4']",
            "[('a', 'f4'), ('a', 'f4')]",
            "[('', 'f4'), ('', 'i2')]",
            "[(1, 'f4')]",
            "[('a', 'f4', -1)]",
            "'|S2147483648'",
            "'<U536870912'",
            "'|V-1'",
            "[('a', '|V2147483647'), ('b', 'u1')]",
        ] {
            let message = refused(&file(1, with(descr, "False", "(4,)").as_bytes()));
            assert!(message.starts_with("descr of its header: "), "{descr}: {message}");
        }
    }

    #[test]
    fn refuses_objects_with_a_way_out() {
        for descr in [
            "'|O'",
            "'O'",
            "'O8'",
            "'object'",
            "'f4,O'",
            "[('a', '|O')]",
            "[('a', [('b', 'O', 2)])]",
            "('O', 2)",
            "'(2,)O'",
            "'T'",
        ] {
            let error = read_all(&file(1, with(descr, "False", "(4,)").as_bytes())).expect_err(descr);
            assert!(error.message().contains("are Python objects"), "{descr}: {error}");
            assert!(error.hints()[0].contains("allow_pickle=True"));
            assert_eq!(error.kind(), ErrorKind::Corrupt);
        }
    }

    #[test]
    fn says_who_wrote_a_call_into_the_shape() {
        let error = read_all(&file(1, with("'<f4'", "False", "(np.int64(4),)").as_bytes())).expect_err("a call");
        assert!(error.hints()[0].contains("--raw"));
    }

    #[test]
    fn a_failing_read_is_not_a_corrupt_file() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::from_raw_os_error(5))
            }
        }
        assert_eq!(read(&mut Broken, None).expect_err("broken").kind(), ErrorKind::Io);
    }

    #[test]
    fn a_pipe_that_ends_early_is_refused_with_the_numbers() {
        let bytes = b"\x93NUMPY\x02\x00\x00\x00\x10\x00{}";
        assert_eq!(
            read(&mut &bytes[..], None).expect_err("short").message(),
            "the file ends after 2 of the 1048576 bytes of its header"
        );
        let bytes = b"\x93NUMPY\x02\x00\xff\xff\xff\xff{}";
        assert_eq!(
            read(&mut &bytes[..], None).expect_err("hostile").message(),
            "its header of 4294967295 bytes is longer than the 1048576 that are read"
        );
    }
}
