mod grammar;

use std::io::Write;
use std::path::Path;

use super::*;
use crate::cast::Overflow;
use crate::job::Silent;
use crate::mapping::{Mapping, Mode, temporary};
use crate::scalar::Scalar;
use crate::shape::Order;
use crate::sink::{OutputFormat, Sink, Style};
use crate::source::text::{Column, Compression, Feed, Header, Layout, Lists, Readings, TextFormat};

/// The bytes, shape and dtype that a text becomes.
type Read = Result<(Vec<u8>, Vec<u64>, String)>;

fn mapping(bytes: &[u8]) -> Mapping {
    let mut file = temporary().expect("room");
    file.write_all(bytes).expect("room");
    Mapping::from_file(file, "a.csv".into(), Mode::Read).expect("a file")
}

fn read_feed(feed: &Feed, format: TextFormat, layout: Layout, dtype: Option<&str>, threads: usize) -> Read {
    let file = temporary()?;
    let into =
        Destination { file: &file, unwritten: &|error| Error::io("cannot write", error), offset: &|_, _| Ok(64) };
    let told = dtype.map(|text| crate::dtype::parse(text).expect(text).dtype);
    let wanted = told.as_ref().map_or(Wanted::Guessed, |dtype| Wanted::Told(dtype, Telling::default()));
    let layout = Layout { lists: told.as_ref().map_or(Lists::Axes, Lists::of), ..layout };
    let (text, blocks) = Text::open(feed, format, layout)?;
    let imported = import(&text, blocks, wanted, &into, Crew { threads, progress: &Silent })?;
    let mut bytes = vec![0; imported.shape.size() as usize * imported.dtype.itemsize()];
    std::os::unix::fs::FileExt::read_exact_at(&file, &mut bytes, imported.offset).expect("all was stored");
    Ok((bytes, imported.shape.dims().to_vec(), imported.dtype.to_string()))
}

fn read(text: &str, format: TextFormat, layout: Layout, dtype: Option<&str>) -> Read {
    let one = read_feed(&Feed::of_file(mapping(text.as_bytes()), None), format, layout.clone(), dtype, 1);
    let readings = if dtype.is_some() { Readings::Once } else { Readings::Again };
    let stream = std::io::Cursor::new(text.as_bytes().to_vec());
    let stream = Feed::of_stream(Box::new(stream), Path::new("a.csv"), None, readings).expect("room");
    let many = read_feed(&stream, format, layout, dtype, 3);
    match (&one, &many) {
        (Ok(one), Ok(many)) => assert!(one == many, "threads and streams change nothing"),
        (one, many) => assert_eq!(format!("{one:?}"), format!("{many:?}")),
    }
    one
}

fn guessed(text: &str, format: TextFormat) -> (Vec<u64>, String) {
    let (_, shape, dtype) = read(text, format, Layout::default(), None).unwrap_or_else(|error| panic!("{error}"));
    (shape, dtype)
}

fn refused(text: &str, format: TextFormat, dtype: Option<&str>) -> String {
    read(text, format, Layout::default(), dtype).expect_err(text).message().to_owned()
}

fn floats(text: &str, format: TextFormat, layout: Layout) -> Vec<f64> {
    let (bytes, ..) = read(text, format, layout, Some("<f8")).unwrap_or_else(|error| panic!("{error}"));
    bytes.as_chunks().0.iter().map(|item| f64::from_le_bytes(*item)).collect()
}

#[test]
fn all_fields_decide_the_dtype() {
    use TextFormat::{Csv, Json, Ndjson, Text, Tsv};
    for (text, format, shape, dtype) in [
        ("1 2\n3 4\n", Text, &[2, 2][..], "<i8"),
        ("1\n2\n3", Text, &[3], "<i8"),
        ("1,2\n3,4.5", Csv, &[2, 2], "<f8"),
        ("1\tnan\n", Tsv, &[1, 2], "<f8"),
        ("True\nfalse\n", Text, &[2], "|b1"),
        ("true,1\n", Csv, &[1, 2], "<U4"),
        ("18446744073709551615\n0\n", Text, &[2], "<u8"),
        ("18446744073709551615\n-1\n", Text, &[2], "<f8"),
        ("1\n2j\n", Text, &[2], "<c16"),
        ("a,bcd\n1,\n", Csv, &[2, 2], "<U3"),
        ("\\xff,ab\n", Csv, &[1, 2], "|S2"),
        ("é\n", Csv, &[1], "<U1"),
        ("", Csv, &[0], "<f8"),
        ("# nothing\n\n", Text, &[0], "<f8"),
        ("[[1,2],[3,4.0]]", Json, &[2, 2], "<f8"),
        ("[[[1],[2]]]", Json, &[1, 2, 1], "<i8"),
        ("[]", Json, &[0], "<f8"),
        ("[[],[]]", Json, &[2, 0], "<f8"),
        ("7", Json, &[], "<i8"),
        ("[true]\n", Json, &[1], "|b1"),
        ("[1,\"NaN\",null,\"-Infinity\"]", Json, &[4], "<f8"),
        ("[\"a\",\"bc\"]", Json, &[2], "<U2"),
        ("[\"007\",\"042\"]", Json, &[2], "<U3"),
        ("[\"\",1]", Json, &[2], "<U1"),
        ("[\"NaN\",\"1\"]", Json, &[2], "<U3"),
        ("[NaN,-Infinity,-0,10,1e5,-0.5E-01]", Json, &[6], "<f8"),
        ("[1.5,\"true\",true]", Json, &[3], "<U4"),
        (" [ ] ", Json, &[0], "<f8"),
        ("\"7\"\n\"8\"\n", Ndjson, &[2], "<U1"),
        ("1\n2\n", Ndjson, &[2], "<i8"),
        ("[1,2]\n\n[3,4]\n", Ndjson, &[2, 2], "<i8"),
    ] {
        assert_eq!(guessed(text, format), (shape.to_vec(), dtype.to_owned()), "{text:?}");
    }
}

#[test]
fn null_is_what_is_missing_where_something_can_be() {
    let read = |text: &str, dtype: Option<&str>| read(text, TextFormat::Json, Layout::default(), dtype);
    for (text, dtype, item) in [
        ("[null]", Some("<f4"), &f32::NAN.to_le_bytes()[..]),
        ("[null]", Some("<M8[D]"), &i64::MIN.to_le_bytes()),
        ("[null]", Some("<m8[s]"), &i64::MIN.to_le_bytes()),
        ("[null]", None, &f64::NAN.to_le_bytes()),
    ] {
        let (bytes, ..) = read(text, dtype).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(bytes, item, "{dtype:?}");
    }
    for (text, dtype) in [
        ("[null,\"a\"]", None),
        ("[true,null]", None),
        ("[null]", Some("<i4")),
        ("[null]", Some("|b1")),
        ("[null]", Some("<U4")),
    ] {
        let error = read(text, dtype).expect_err("nothing is missing there");
        assert!(error.message().contains("null has a value among floats (NaN) and times (NaT) only"), "{error}");
    }
}

/// More than a few blocks of rows, with a last one of another kind.
#[test]
fn the_last_field_may_decide() {
    let ints: String = (0..150_000).map(|row| format!("{row},{}\n", row * 7)).collect();
    for (last, dtype) in [("-1,2\n", "<i8"), ("0.5,1\n", "<f8"), ("1j,1\n", "<c16"), ("some,text\n", "<U7")] {
        let (bytes, shape, found) =
            read(&format!("{ints}{last}"), TextFormat::Csv, Layout::default(), None).expect("rows");
        assert_eq!((&shape[..], &found[..]), (&[150_001, 2][..], dtype));
        let scalar = Scalar::of(&crate::dtype::parse(dtype).expect("a dtype").dtype);
        let mut printed = Vec::new();
        scalar.print(&bytes[123_456 * 2 * scalar.itemsize()..][..scalar.itemsize()], &mut printed);
        assert!(printed.starts_with(b"123456") || printed.starts_with(b"(123456+0j"), "{dtype}");
    }
}

#[test]
fn errors_name_line_column_and_text() {
    use TextFormat::{Csv, Json, Ndjson, Text};
    for (text, format, dtype, message) in [
        ("1,2\n3,x\n", Csv, Some("f4"), "line 2, column 2: cannot read 'x' as float32: it is not a number: '3,x'"),
        ("1,2\n\n3\n", Csv, None, "line 3: it has 1 columns, those before it 2: '3'"),
        ("1 2\n1 2 3 # c\n", Text, None, "line 2: it has 3 columns, those before it 2: '1 2 3 # c'"),
        ("1,,2\n", Csv, None, "all other fields are int64: line 1, column 2: the field is empty: '1,,2'"),
        ("1,,2\n", Csv, Some("f8"), "line 1, column 2: cannot read '' as float64: it is not a number: '1,,2'"),
        ("300\n", Csv, Some("u1"), "line 1, column 1: cannot read '300' as uint8: out of range, 0 to 255: '300'"),
        ("1\n1.5\n", Csv, Some("i4"), "line 2, column 1: cannot read '1.5' as int32"),
        ("1e400\n", Csv, None, "line 1, column 1: cannot read '1e400' as float64: out of range"),
        ("1,2,3\n", Csv, Some("f4,f4"), "line 1: it has 3 columns, and the record 2 fields"),
        ("\"a\nb\",1\n\"c\",x\n", Csv, Some("S3,i4"), "line 3, column 2: cannot read 'x' as int32"),
        ("a\\q\n", Csv, None, "line 1, column 1: cannot read 'a\\q' as text: a backslash begins"),
        ("[[1,2],[3]]", Json, None, "line 1: it is ragged: a list has 1 items, those before it 2: '[1,2],[3]]'"),
        ("[1,[2]]", Json, None, "it is ragged"),
        ("[[1],2]", Json, None, "it is ragged"),
        ("[1,2", Json, None, "never closed"),
        ("[1 2]", Json, None, "a comma is missing"),
        ("[1]]", Json, None, "something follows the list"),
        ("1 2", Json, None, "something follows the value"),
        ("[1,\"x\"]", Json, Some("i4"), "cannot read 'x' as int32"),
        ("[[1,2],\n[3,x]]", Json, None, "line 2, at [1] of its row: 'x' is no JSON value"),
        ("[1,x]", Json, Some("U4"), "'x' is no JSON value"),
        ("<html>404</html>", Json, None, "line 1: '<html>404</html>' is no JSON value"),
        ("[1,'a']", Json, None, "''a'' is no JSON value"),
        ("[1,True]", Json, None, "'True' is no JSON value"),
        ("[1,nan]", Json, None, "'nan' is no JSON value"),
        ("[01]", Json, None, "'01' is no JSON value"),
        ("[-01]", Json, Some("i4"), "'-01' is no JSON value"),
        ("[+1]", Json, Some("f8"), "'+1' is no JSON value"),
        ("[.5]", Json, Some("f8"), "'.5' is no JSON value"),
        ("[5.]", Json, Some("f8"), "'5.' is no JSON value"),
        ("[5.e1]", Json, Some("f4"), "'5.e1' is no JSON value"),
        ("[5e]", Json, Some("f8"), "'5e' is no JSON value"),
        ("[5e+]", Json, Some("f2"), "'5e+' is no JSON value"),
        ("[0x1f]", Json, Some("i4"), "'0x1f' is no JSON value"),
        ("[1_000]", Json, Some("S9"), "'1_000' is no JSON value"),
        ("[1,]", Json, None, "a value is missing behind a comma"),
        ("[[1,],[2]]", Json, None, "a value is missing behind a comma"),
        ("[[[1],],[[2]]]", Json, None, "a value is missing behind a comma"),
        ("[1,,2]", Json, None, "a value is missing"),
        ("1\n2,oops\n", Ndjson, None, "something follows"),
        ("[1,oops]\n", Ndjson, None, "line 1, at [1] of its row: 'oops' is no JSON value"),
        ("{\"a\":1,}", Ndjson, Some("a:i4"), "the name of a field is missing"),
        ("[1,2,3]", Json, Some("c16"), "a complex number is a list of two, [re, im]"),
        ("1,2\n3,\"4\n5,6\n", Csv, None, "line 2, column 2: the quote in front of this field is never closed: '3,\"4'"),
        ("1,2\n3,\"4\n5,6\n", Csv, Some("f4"), "line 2, column 2: the quote in front of this field is never closed"),
        ("3,\"4", Csv, Some("i4"), "line 1, column 2: the quote in front of this field is never closed"),
        ("3,\"a\"\"\n", Csv, Some("x:i4,s:U8"), "line 1, column 2: the quote in front of this field is never closed"),
        ("[\"\\q\"]", Json, None, "a string is wrong"),
        ("{\"a\":1}", Ndjson, None, "an object needs --dtype"),
        ("{\"a\":1}", Ndjson, Some("a:i4,b:i4"), "field 'b' is missing"),
        ("{\"a\":1,\"c\":1}", Ndjson, Some("a:i4,b:i4"), "the dtype has no field 'c'"),
        ("{\"a\":1,\"a\":1}", Ndjson, Some("a:i4,b:i4"), "field 'a' is there twice"),
        ("[1,2,3]", Ndjson, Some("c16"), "a complex number is a list of two"),
        ("1\n2 3\n", Ndjson, None, "line 2: something follows the value on its line"),
        ("[1]\n2\n", Ndjson, None, "line 2: it is ragged"),
    ] {
        let found = refused(text, format, dtype);
        assert!(found.contains(message), "{text:?}: {found}");
    }
    assert!(refused(&"[".repeat(100), TextFormat::Json, None).contains("deeper than 64"));
}

#[test]
fn errors_far_behind_are_as_exact() {
    let rows = "1.5,2.5,3.5\n".repeat(100_000);
    let bad = refused(&format!("{rows}1,2\n{rows}"), TextFormat::Csv, None);
    assert_eq!(bad, "line 100001: it has 2 columns, those before it 3: '1,2'");
    let bad = refused(&format!("{rows}1,2,abc\n{rows}x\n"), TextFormat::Csv, Some("f8"));
    assert!(bad.starts_with("line 100001, column 3: cannot read 'abc'"), "{bad}");
    let long = format!("{}x,1\n", "1,".repeat(1000));
    assert!(refused(&long, TextFormat::Csv, Some("f8")).ends_with(",1,1,1,1,x,1'"), "what is wrong is shown");
}

#[test]
fn layouts_are_those_of_loadtxt() {
    let layout = Layout { skip: 1, ..Layout::default() };
    assert_eq!(floats("a b\n# c\n1 2 # 3\n\n  4\t5\r\n", TextFormat::Text, layout), [1.0, 2.0, 4.0, 5.0]);
    let layout = Layout { delimiter: Some(b';'), comment: Some(b'%'), ..Layout::default() };
    assert_eq!(floats("% x\n1 ; 2\n3;4% y\n", TextFormat::Csv, layout), [1.0, 2.0, 3.0, 4.0]);
    let layout = |columns: &[Column]| Layout { header: Header::Names, columns: columns.to_vec(), ..Layout::default() };
    let named = |name: &str| Column::Named(name.to_owned());
    let text = "x,\"y,z\",w\n1,2,3\n4,5,6\n";
    assert_eq!(floats(text, TextFormat::Csv, layout(&[named("w"), Column::At(0)])), [3.0, 1.0, 6.0, 4.0]);
    assert_eq!(floats(text, TextFormat::Csv, layout(&[Column::At(-2)])), [2.0, 5.0]);
    assert_eq!(floats(text, TextFormat::Csv, layout(&[named("y,z")])), [2.0, 5.0]);
    assert_eq!(floats("# x y\n1 2\n", TextFormat::Text, layout(&[named("y")])), [2.0]);
    assert_eq!(floats("\u{feff}x\n7\n", TextFormat::Csv, layout(&[])), [7.0]);
    for (columns, message) in [
        (&[named("v")][..], "the header has no column 'v' (it has x, \"y,z\", w)"),
        (&[Column::At(0), named("x")], "column 0 is wanted twice"),
        (&[Column::At(3)], "there is no column 3: the header names 3"),
        (&[Column::At(-4)], "there is no column -4"),
    ] {
        let error = read(text, TextFormat::Csv, layout(columns), Some("f8")).expect_err(message);
        assert!(error.message().contains(message), "{error}");
    }
    let far = Layout { columns: vec![Column::At(3)], ..Layout::default() };
    let error = read("1,2,3\n", TextFormat::Csv, far, None).expect_err("three columns");
    assert!(error.message().contains("it has 3 columns, and column 3 is wanted, where the first is 0"), "{error}");
    let nameless = Layout { columns: vec![named("x")], ..Layout::default() };
    assert!(read(text, TextFormat::Csv, nameless, None).expect_err("no header").message().contains("is a name"));
    assert!(read("", TextFormat::Csv, layout(&[]), None).expect_err("nothing").message().contains("no header"));
    assert!(read("1", TextFormat::Json, layout(&[]), None).expect_err("JSON").message().contains("--header"));
}

#[test]
fn records_take_columns_by_place_or_name() {
    let layout = Layout { header: Header::Names, ..Layout::default() };
    let (bytes, shape, _) = read("y,n,x\n1,2,3\n", TextFormat::Csv, layout, Some("x:i1,y:i1")).expect("a record");
    assert_eq!((&bytes[..], &shape[..]), (&[3, 1][..], &[1][..]));
    let (bytes, ..) =
        read("1 2 3\n", TextFormat::Text, Layout::default(), Some("a:i1,m:(2,)i1")).expect("a record of two fields");
    assert_eq!(bytes, [1, 2, 3]);
    let (bytes, ..) = read(r#"[{"m":[2,3],"a":1}]"#, TextFormat::Json, Layout::default(), Some("a:i1,m:(2,)i1"))
        .expect("a record of two fields");
    assert_eq!(bytes, [1, 2, 3]);
}

#[test]
fn what_is_no_text_is_refused() {
    for (bytes, message) in [(&b"1\0"[..], "NUL bytes"), (b"\xff\xfe1\x01", "UTF-16")] {
        let feed = Feed::of_file(mapping(bytes), None);
        let error = read_feed(&feed, TextFormat::Csv, Layout::default(), None, 1).expect_err(message);
        assert!(error.message().contains(message), "{error}");
    }
}

#[test]
fn compressed_text_is_read_again_where_the_guess_goes_up() {
    let text = format!("{}0.5,1\n", "1,2\n".repeat(300_000));
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(text.as_bytes()).expect("memory");
    let zipped = writer.finish().expect("memory");
    let feed = Feed::of_file(mapping(&zipped), Some(Compression::Gzip));
    let read = read_feed(&feed, TextFormat::Csv, Layout::default(), None, 2).expect("rows");
    assert!(read == self::read(&text, TextFormat::Csv, Layout::default(), None).expect("rows"));
    let cut = Feed::of_file(mapping(&zipped[..zipped.len() / 2]), Some(Compression::Gzip));
    let error = read_feed(&cut, TextFormat::Csv, Layout::default(), None, 2).expect_err("cut short");
    assert_eq!(error.kind(), crate::error::ErrorKind::Corrupt);
}

/// What is printed in any format reads back to the same bytes, whatever they are.
#[test]
fn every_dtype_reads_back_from_every_format() {
    const DTYPES: &[&str] = &[
        "?",
        "i1",
        "u2",
        "<i4",
        "u8",
        ">i8",
        "f2",
        "f4",
        "f8",
        ">f8",
        "f16",
        "bfloat16",
        "float8_e4m3fn",
        "float8_e5m2",
        "c8",
        "c16",
        "c32",
        "S1",
        "S9",
        "U1",
        "U4",
        ">U3",
        "V3",
        "M8[s]",
        "M8[25ns]",
        "m8[ms]",
        "x:f4,s:S3,c:c8",
        "s:S2",
        "p:{u:U1}",
        "a:i2,p:{b:(2,2)c16,t:U2},m:(3,)M8[D]",
    ];
    let mut random = random();
    for text in DTYPES {
        let dtype = crate::dtype::parse(text).expect(text).dtype;
        for dims in [&[][..], &[40], &[7, 3], &[2, 3, 4], &[3, 7, 1]] {
            let shape = Shape::new(dims).expect("small");
            let items: Vec<u8> = (0..shape.size()).flat_map(|_| canonical(&dtype, &mut random)).collect();
            for (out, format) in [
                (OutputFormat::Tsv, TextFormat::Tsv),
                (OutputFormat::Csv, TextFormat::Csv),
                (OutputFormat::Text, TextFormat::Text),
                (OutputFormat::Json, TextFormat::Json),
                (OutputFormat::Ndjson, TextFormat::Ndjson),
            ] {
                // Between planes of lines that are one string each, an empty line is one of them.
                let lone = ["S1", "S9", "U1", "U4", ">U3", "s:S2", "p:{u:U1}"].contains(text);
                let has_planes = dims.len() > 2 && (dims.last() == Some(&1) || dtype.record().is_some());
                if format == TextFormat::Tsv && lone && has_planes {
                    continue;
                }
                let printed = printed(out, &dtype, &shape, &items);
                let read = read(&printed, format, Layout::default(), Some(text));
                let (bytes, ..) = read.unwrap_or_else(|error| panic!("{text} {format:?}: {error}\n{printed}"));
                assert!(bytes == items, "{text} {dims:?} as {format:?}:\n{printed}");
            }
        }
    }
}

#[test]
#[ignore = "minutes, and of a release build: every float32 there is"]
fn every_single_reads_back() {
    use crate::source::text::Value;

    let dtype = crate::dtype::parse("f4").expect("a dtype").dtype;
    let (scalar, value) = (Scalar::of(&dtype), Value::of(&dtype, Telling::default()).expect("numbers are read"));
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let check = |first: u64| {
        let (mut line, mut item) = (Vec::new(), [0; 4]);
        for bits in (first..1 << 32).step_by(threads as usize) {
            let bits = bits as u32;
            line.clear();
            scalar.print(bytemuck::bytes_of(&bits), &mut line);
            value.read(&line, &mut item).unwrap_or_else(|error| panic!("{bits:#x}: {error}"));
            let found: u32 = bytemuck::cast(item);
            let are_nan = f32::from_bits(bits).is_nan() && f32::from_bits(found).is_nan();
            assert!(found == bits || are_nan, "{bits:#x} became {found:#x}");
        }
    };
    std::thread::scope(|scope| (0..threads).for_each(|first| drop(scope.spawn(move || check(first)))));
}

/// Few bytes, so that ends of text, escapes and zeros are there often.
const BYTES: &[u8] = b"\0\0\0\0 #\\x,\"'\t\n\rae19.\x7f\xff\xc3\xa9[{";

/// An element whose text says all of it: no NaN with a payload, no bool but 0 and 1.
fn canonical(dtype: &DType, random: &mut impl FnMut() -> u64) -> Vec<u8> {
    let scalar = Scalar::of(&dtype.to_native());
    let item: Vec<u8> = (0..dtype.itemsize())
        .map(|_| if random().is_multiple_of(2) { BYTES[random() as usize % BYTES.len()] } else { random() as u8 })
        .collect();
    let (mut shown, mut back) = (Vec::new(), vec![0; item.len()]);
    scalar.print(&item, &mut shown);
    scalar.parse(str::from_utf8(&shown).expect("text"), &mut back).expect("what is printed can be read");
    if let Some(swap) = ByteSwap::between(&dtype.to_native(), dtype) {
        swap.apply(&mut back);
    }
    back
}

fn printed(format: OutputFormat, dtype: &DType, shape: &Shape, items: &[u8]) -> String {
    let native = dtype.to_native();
    let mut items = items.to_vec();
    if let Some(swap) = ByteSwap::between(dtype, &native) {
        swap.apply(&mut items);
    }
    let layout = crate::sink::Layout { dtype: native, shape: shape.clone(), order: Order::C };
    let sink = Sink::new(format, &layout, &Style::default()).expect("a format for any dtype");
    let mut text = Vec::new();
    sink.begin(&mut text).expect("memory");
    sink.items(0, &items, &mut text);
    sink.end(&mut text).expect("memory");
    String::from_utf8(text).expect("text")
}

fn random() -> impl FnMut() -> u64 {
    let mut state = 0x2545_f491_4f6c_dd1du64;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 8
    }
}

#[test]
fn overflow_brings_numbers_into_the_dtype() {
    let file = temporary().expect("room");
    let into = Destination { file: &file, unwritten: &|error| Error::io("cannot write", error), offset: &|_, _| Ok(0) };
    for (overflow, bytes) in [(Overflow::Saturate, [255, 0, 7]), (Overflow::Wrap, [44, 255, 7])] {
        let feed = Feed::of_file(mapping(b"300\n-1\n7\n"), None);
        let dtype = crate::dtype::parse("u1").expect("a dtype").dtype;
        let telling = Telling { overflow, ..Telling::default() };
        let (text, blocks) = Text::open(&feed, TextFormat::Csv, Layout::default()).expect("a text");
        import(&text, blocks, Wanted::Told(&dtype, telling), &into, Crew { threads: 1, progress: &Silent })
            .expect("rows");
        let mut found = [0; 3];
        std::os::unix::fs::FileExt::read_exact_at(&file, &mut found, 0).expect("all was stored");
        assert_eq!(found, bytes);
    }
}

#[test]
fn plain_numbers_and_others_are_read_alike_wherever_they_stand() {
    const FIELDS: [&str; 16] = [
        "1",
        "-2.5",
        "0.1234567890123456",
        "17",
        "6.02e23",
        "-0.0",
        "1e-310",
        "nan",
        "-inf",
        "+1",
        ".5",
        "5.",
        "0x10",
        "1_000",
        "12345678901234567890123",
        "-9.999999999999999999",
    ];
    let mut random = random();
    let scalar = Scalar::of(&crate::dtype::parse("<f8").expect("a dtype").dtype);
    for round in 0..200 {
        let columns = 1 + random() as usize % 4;
        let spread = [1, 4, 16][round % 3];
        let (format, between, end) = [
            (TextFormat::Csv, ",", "\n"),
            (TextFormat::Csv, ", ", "\r\n"),
            (TextFormat::Tsv, "\t", "\n"),
            (TextFormat::Text, " ", "\n"),
            (TextFormat::Text, "  ", " # x\n"),
        ][round % 5];
        let (mut text, mut expected) = (String::new(), Vec::new());
        for row in 0..40 {
            if row > 0 && random().is_multiple_of(8) {
                text.push('\n');
            }
            // Most rows are plain, so that there are runs of them.
            let spread = if random().is_multiple_of(4) { spread } else { 6 };
            for column in 0..columns {
                let field = FIELDS[random() as usize % spread];
                let mut item = [0; 8];
                scalar.parse(field, &mut item).expect(field);
                expected.extend_from_slice(&item);
                text += field;
                text += if column + 1 < columns { between } else { end };
            }
        }
        for dtype in [Some("<f8"), None] {
            if dtype.is_none() && (spread == 16 || columns == 1) {
                continue;
            }
            let (bytes, ..) = read(&text, format, Layout::default(), dtype).unwrap_or_else(|error| panic!("{error}"));
            assert!(bytes == expected, "{text}");
        }
    }
}

/// Cuts a file short once the first block of it has been dealt with.
struct Cuts<'a>(&'a Mapping, u64);

impl crate::job::Progress for Cuts<'_> {
    fn advance(&self, _bytes: u64) -> Result<()> {
        self.0.file().set_len(self.1).map_err(|error| Error::io("cannot cut", error))
    }
}

#[test]
fn a_file_that_is_cut_short_while_it_is_read_is_no_whole_text() {
    let text = "12,34\n".repeat(1 << 20);
    for (len, dtype) in [(3 << 20, "<i8"), (3 << 20, ""), ((3 << 20) + 1, ""), ((3 << 20) + 4, "<i8")] {
        let mapping = mapping(text.as_bytes());
        let other = Mapping::from_file(mapping.file().try_clone().expect("open"), "a.csv".into(), Mode::Read);
        let other = other.expect("a file");
        let feed = Feed::of_file(mapping, None);
        let file = temporary().expect("room");
        let unwritten = |error| Error::io("cannot write", error);
        let into = Destination { file: &file, unwritten: &unwritten, offset: &|_, _| Ok(0) };
        let told = crate::dtype::parse("<i8").expect("a dtype").dtype;
        let wanted = if dtype.is_empty() { Wanted::Guessed } else { Wanted::Told(&told, Telling::default()) };
        let (text, blocks) = Text::open(&feed, TextFormat::Csv, Layout::default()).expect("a text");
        let crew = Crew { threads: 1, progress: &Cuts(&other, len) };
        let error = import(&text, blocks, wanted, &into, crew).expect_err("cut short");
        assert_eq!(error.kind(), ErrorKind::Io, "{error}");
        assert!(error.message().starts_with("changed size while being read, was 6291456"), "{error}");
    }
}
