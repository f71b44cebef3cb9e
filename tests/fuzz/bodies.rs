//! What must hold for any bytes whatever, one body for each grammar that a file or a user can bring.
//!
//! A body panics where something does not hold: what can be read can be written, and reads back as the same. It knows
//! neither where its bytes come from nor how often it is called: the replay beside it and the fuzzer in `fuzz/` both
//! call it.

// A path of its own, since the fuzzers take this file by its path.
#[path = "journals.rs"]
mod journals;

use rmm::dtype::{self, ByteOrder, DType, Number};
use rmm::error::Result;
use rmm::expr::{Elements, Variable, compile};
use rmm::format::raster::{Header, RasterFormat, Start};
use rmm::format::{envi, metaimage, npy, nrrd, sidecar};
use rmm::index::{Choice, Index};
use rmm::literal::{self, Literal, Longs};
use rmm::scalar::{Scalar, parse_values};
use rmm::shape::{Order, Shape};
use rmm::source::text::{
    Block, Feed, Kind, Layout as Rows, Lists, Parsed, Readings, Stop, Target as Wanted, Telling, Text, TextFormat,
};
use rmm::spec::{ArraySpec, Request, Trailing};
use rmm::view::View;

/// A body and the name of its corpus.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    /// Also the folder of its corpus, and its name for `cargo fuzz run`.
    pub(crate) name: &'static str,
    /// Panics where something does not hold.
    pub(crate) body: fn(&[u8]),
}

/// All of them.
pub(crate) const TARGETS: &[Target] = &[
    Target { name: "npy_header", body: npy::check_any },
    Target { name: "nrrd_header", body: |mut bytes| check_raster(nrrd::read(&mut bytes)) },
    Target { name: "metaimage_header", body: |mut bytes| check_raster(metaimage::read(&mut bytes)) },
    Target { name: "envi_header", body: |mut bytes| check_raster(envi::read(&mut bytes)) },
    Target { name: "descr", body: check_descr },
    Target { name: "literal", body: |bytes| with_text(bytes, check_literal) },
    Target { name: "sidecar", body: |bytes| with_text(bytes, check_sidecar) },
    Target { name: "dtype", body: |bytes| with_text(bytes, check_dtype) },
    Target { name: "spec", body: |bytes| with_text(bytes, check_spec) },
    Target { name: "index", body: |bytes| with_text(bytes, check_index) },
    Target { name: "value", body: check_value },
    Target { name: "journal", body: journals::check },
    Target { name: "text", body: check_import },
    Target { name: "expression", body: |bytes| with_text(bytes, check_expression) },
];

/// Calls the body of this name.
///
/// # Panics
/// Where something does not hold, or there is no such body.
pub(crate) fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("the name of a target");
    (target.body)(bytes);
}

/// These grammars are made of text: bytes that are none are refused before.
fn with_text(bytes: &[u8], check: fn(&str)) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        check(text);
    }
}

/// A header says an array that a file can hold, which can be said again in the same format.
fn check_raster(read: Result<Header>) {
    let Ok(read) = read else { return };
    let offset = match read.start {
        Start::Behind { bytes, .. } => bytes,
        Start::AtEnd => 0,
    };
    let spec = ArraySpec { dtype: read.dtype.clone(), shape: read.shape.clone(), order: Order::C, offset };
    assert!(spec.nbytes() > 0);
    let written = match read.format {
        RasterFormat::Nrrd => nrrd::write(&spec, "a.raw"),
        RasterFormat::MetaImage => metaimage::write(&spec, "a.raw"),
        RasterFormat::Envi => envi::write(&spec),
    };
    let written = written.expect("what was read can be written");
    let mut text = written.as_bytes();
    let again = match read.format {
        RasterFormat::Nrrd => nrrd::read(&mut text),
        RasterFormat::MetaImage => metaimage::read(&mut text),
        RasterFormat::Envi => envi::read(&mut text),
    };
    let again = again.expect("what was written can be read");
    assert_eq!((&again.dtype, &again.shape, again.start), (&read.dtype, &read.shape, Start::at(offset)), "{written}");
}

/// The bytes as the descr of an otherwise ordinary `.npy` header.
fn check_descr(bytes: &[u8]) {
    let dict = [b"{'descr': ", bytes, b", 'fortran_order': False, 'shape': (2,), }\n"].concat();
    let len = (dict.len() as u32).to_le_bytes();
    // Version 3.0 is UTF-8.
    npy::check_any(&[npy::MAGIC, &[3, 0], &len, &dict].concat());
}

fn check_literal(text: &str) {
    for longs in [Longs::Accepted, Longs::Refused] {
        let Ok(read) = literal::parse(text, longs) else { continue };
        let mut written = String::new();
        write_literal(&read, &mut written);
        let again = literal::parse(&written, Longs::Refused).expect("what was read can be written");
        assert_eq!(again, read, "{written}");
    }
}

/// The literal in Python's grammar, as plain as can be.
fn write_literal(literal: &Literal, out: &mut String) {
    let mut all = |open: &str, items: &[Literal], close: &str| {
        out.push_str(open);
        for item in items {
            write_literal(item, out);
            out.push(',');
        }
        out.push_str(close);
    };
    match literal {
        Literal::List(items) => all("[", items, "]"),
        Literal::Tuple(items) => all("(", items, ")"),
        Literal::Dict(pairs) => {
            out.push('{');
            for (key, value) in pairs {
                write_literal(key, out);
                out.push(':');
                write_literal(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Literal::Str(text) => {
            out.push('\'');
            for c in text.chars() {
                put(out, format_args!("\\U{:08x}", u32::from(c)));
            }
            out.push('\'');
        }
        Literal::Bytes(bytes) => {
            out.push_str("b'");
            for byte in bytes {
                put(out, format_args!("\\x{byte:02x}"));
            }
            out.push('\'');
        }
        Literal::Int(value) => put(out, format_args!("{value}")),
        Literal::Bool(value) => out.push_str(if *value { "True" } else { "False" }),
        Literal::None => out.push_str("None"),
    }
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    std::fmt::Write::write_fmt(out, text).expect("a string takes every text");
}

fn check_sidecar(text: &str) {
    let Ok(read) = sidecar::parse(text) else { return };
    let (Some(dtype), Some(shape)) = (&read.dtype, &read.shape) else { return };
    let (order, offset) = (read.order.unwrap_or_default(), read.offset.unwrap_or(0));
    // Escapes and padding are spelled out, so what is written may be longer than what was read.
    if text.len() as u64 > sidecar::MAX_LEN / 8 {
        return;
    }
    let written = sidecar::render(dtype, shape, order, offset).expect("what was read can be written");
    let again = sidecar::parse(&written).expect("what was written can be read");
    let found = (again.dtype.as_ref(), again.shape.as_ref(), again.order, again.offset);
    assert_eq!(found, (Some(dtype), Some(shape), Some(order), Some(offset)), "{written}");
}

fn check_dtype(text: &str) {
    let Ok(read) = dtype::parse(text) else { return };
    reads_back(&read.dtype);
    for byte_order in [ByteOrder::Little, ByteOrder::Big] {
        reads_back(&read.dtype.with_byte_order(byte_order));
    }
    // Only NumPy's own names survive in a header, and only where it is not too long; nothing may panic.
    if let Ok(header) = npy::write(&read.dtype, &small(&[2]), Order::C) {
        npy::check_any(&header);
    }
}

fn reads_back(dtype: &DType) {
    let written = dtype.to_string();
    let again = dtype::parse(&written).expect("what was written can be read");
    assert_eq!((&again.dtype, again.shape.len()), (dtype, 0), "{written}");
    assert_eq!(again.dtype.itemsize(), dtype.itemsize());
}

fn check_spec(text: &str) {
    let Ok(request) = text.parse::<Request>() else { return };
    let files = [0, 1, 240, 4096, 1 << 40, u64::MAX];
    let in_files = files.iter().map(|&len| request.resolve(len, Trailing::Allow));
    for spec in in_files.chain([request.resolve_new()]).flatten() {
        let written = spec.to_string();
        let again = written.parse::<Request>().expect("what was written can be read");
        let again: ArraySpec = again.resolve_new().expect("a whole spec");
        assert_eq!(again, spec, "{written}");
        assert_eq!(spec.end(), spec.offset + spec.nbytes());
    }
}

/// Shapes of all kinds: 0-d, empty, ordinary, larger than any memory.
const DIMS: &[&[u64]] = &[&[], &[0], &[7], &[5, 4], &[3, 0, 2], &[2, 3, 4], &[1 << 40], &[1 << 20, 1 << 20]];
/// Selections up to this size are walked element by element.
const WALKED: u64 = 1000;

fn check_index(text: &str) {
    let Ok(index) = text.parse::<Index>() else { return };
    for dims in DIMS {
        let Ok(selection) = index.select(dims) else { continue };
        assert_eq!(selection.choices().len(), dims.len());
        for (choice, &len) in selection.choices().iter().zip(*dims) {
            stays_inside(choice, len);
        }
        let shape = small(dims);
        for order in [Order::C, Order::F] {
            let view = selection.of(&View::of_array(&shape, 2, order, 10));
            if view.size() <= WALKED {
                walks(&view, 10..10 + 2 * shape.size());
            }
        }
    }
}

fn stays_inside(choice: &Choice, len: u64) {
    match choice {
        Choice::At(position) => assert!(*position < len, "{choice:?} of {len}"),
        Choice::List(positions) => assert!(positions.iter().all(|position| *position < len), "{choice:?} of {len}"),
        Choice::Strided { len: 0, .. } => {}
        Choice::Strided { start, step, len: count } => {
            let last = i128::from(*start) + i128::from(*step) * i128::from(count - 1);
            assert!(*start < len && (0..i128::from(len)).contains(&last), "{choice:?} of {len}");
        }
    }
}

/// The runs of all chunks fill scratch to the last byte and stay in the array's own bytes.
fn walks(view: &View, bytes: std::ops::Range<u64>) {
    let (mut elements, mut filled) = (0, 0);
    for chunk in view.chunks(3) {
        assert_eq!(chunk.rank, elements);
        elements += chunk.view.size();
        for run in chunk.view.runs() {
            filled += run.count * run.unit as u64;
            let last = run.file + (run.count - 1) * run.file_stride.unsigned_abs() + run.unit as u64;
            assert!(bytes.contains(&run.file) && last <= bytes.end, "{run:?} outside {bytes:?}");
        }
    }
    assert_eq!((elements, filled), (view.size(), view.nbytes()));
}

/// What the first byte of a value chooses from.
const DTYPES: &[&str] = &[
    "f8",
    "f4",
    "f2",
    "f16",
    "bfloat16",
    "float8_e4m3fn",
    "float8_e5m2",
    "i1",
    "i2",
    "i4",
    "i8",
    "u1",
    "u2",
    "u4",
    "u8",
    "?",
    "c8",
    "c16",
    "c32",
    "S5",
    "U3",
    "V4",
    "M8[s]",
    "M8[25ns]",
    "M8[D]",
    "M8[Y]",
    "M8[as]",
    "m8[ms]",
    "m8",
    "x:f4,y:i2",
    "f4,(2,2)u1,S3",
    "a:{b:c8,c:M8[D]},d:U2",
];

/// The first byte chooses the dtype; the rest is words with NUL between them.
fn check_value(bytes: &[u8]) {
    let Some((&first, rest)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let dtype = dtype::parse(DTYPES[usize::from(first) % DTYPES.len()]).expect("an ordinary dtype").dtype;
    let scalar = Scalar::of(&dtype);
    let words: Vec<String> = text.split('\0').map(str::to_owned).collect();
    let Ok(values) = parse_values(&words, &scalar) else { return };
    let size = values.shape.iter().product::<u64>();
    assert_eq!(values.bytes.len() as u64, size * scalar.itemsize() as u64);
    for item in values.bytes.chunks_exact(scalar.itemsize()) {
        let mut printed = Vec::new();
        scalar.print(item, &mut printed);
        let printed = String::from_utf8(printed).expect("text is UTF-8");
        let mut again = vec![0; scalar.itemsize()];
        scalar.parse(&printed, &mut again).expect("what was written can be read");
        // All NaN are one text, whatever their sign and payload.
        assert!(again == item || printed.contains("nan"), "{printed} as {dtype}: {item:?} became {again:?}");
        let mut json = Vec::new();
        scalar.print_json(item, &mut json);
        // JSON's numbers have no limits, though those of its readers have.
        serde_json::from_slice::<serde::de::IgnoredAny>(&json).expect("JSON");
    }
}

/// The first byte chooses the format, the second the target; the rest is the text.
///
/// Whatever the text, reading it ends, in rows that are all there or in a place within the text; and however it is cut
/// into blocks, they give the same rows.
fn check_import(bytes: &[u8]) {
    const FORMATS: &[TextFormat] =
        &[TextFormat::Csv, TextFormat::Tsv, TextFormat::Text, TextFormat::Json, TextFormat::Ndjson];
    let [format, target, text @ ..] = bytes else { return };
    let lists = if *format & 0x40 > 0 { Lists::Pairs } else { Lists::Axes };
    let (comment, skip) = ((*format & 0x80 > 0).then_some(b'#'), u64::from(*target >> 7));
    let format = FORMATS[usize::from(*format & 0x3f) % FORMATS.len()];
    let comment = comment.filter(|_| format.has_fields());
    let layout = Rows { comment, skip, lists, ..Rows::default() };
    let path = std::path::Path::new("text");
    let feed = || Feed::of_stream(Box::new(std::io::Cursor::new(text.to_vec())), path, None, Readings::Once);
    let feed = feed().expect("memory");
    let Ok((text, mut blocks)) = Text::open(&feed, format, layout) else { return };
    let dtype = dtype::parse(DTYPES[usize::from(*target) % DTYPES.len()]).expect("an ordinary dtype").dtype;
    let (mut block, mut parsed) = (Block::default(), Parsed::default());
    while blocks.next(&mut block).expect("memory").is_some() {
        let mut kind = Kind::Nothing;
        for target in [Wanted::Told(&dtype, Telling::default()), Wanted::Guessed(Kind::Text)] {
            let parser = text.parser(target).expect("a target for any text");
            match parser.read(&block, &mut parsed) {
                Ok(()) => {
                    let itemsize = if matches!(target, Wanted::Told(..)) { dtype.itemsize() } else { 0 };
                    rows_are_whole(&parsed, itemsize);
                }
                Err(Stop::Bad(bad)) => assert!(bad.at <= block.len(), "{bad:?}"),
                Err(Stop::Widen(kind)) => panic!("a told target has no other: {kind:?}"),
            }
        }
        // The guess only goes up, so it comes to an end.
        for _ in 0..9 {
            let parser = text.parser(Wanted::Guessed(kind)).expect("a target for any text");
            match parser.read(&block, &mut parsed) {
                Ok(()) => {
                    rows_are_whole(&parsed, kind.number().map_or(0, Number::itemsize));
                    break;
                }
                Err(Stop::Bad(bad)) => {
                    assert!(bad.at <= block.len(), "{bad:?}");
                    break;
                }
                Err(Stop::Widen(other)) => {
                    assert_ne!(kind.join(other), kind);
                    kind = kind.join(other);
                }
            }
        }
    }
}

fn rows_are_whole(parsed: &Parsed, itemsize: usize) {
    let row = parsed.dims.as_deref().unwrap_or_default().iter().product::<u64>();
    assert_eq!(parsed.items.len() as u64, parsed.rows * row * itemsize as u64);
}

fn small(dims: &[u64]) -> Shape {
    Shape::new(dims).expect("a shape that a file can have")
}

/// What compiles can be run, on any types and values.
fn check_expression(text: &str) {
    for number in [Number::UInt8, Number::Float16, Number::Complex64, Number::Bool] {
        let variables = [Variable { name: "x".to_owned(), dtype: DType::native(number) }];
        let Ok(program) = compile(text, &variables, 2) else { continue };
        let inputs = vec![Elements::Same(&[1; 8]); program.inputs().len()];
        let mut out = vec![0; 3 * program.dtype().itemsize()];
        // A value may be undefined; nothing else may go wrong.
        let _ = program.run(&mut program.registers(), &inputs, &mut |_, _, _| (), &mut out);
    }
}
