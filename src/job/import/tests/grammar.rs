//! What is a row, a name, a comment, a value: where the formats leave room, and where blocks and quotes could change it.

use super::*;

#[test]
fn rows_have_the_columns_that_the_header_names() {
    use TextFormat::{Csv, Text, Tsv};
    let layout = |columns: &[Column]| Layout { header: Header::Names, columns: columns.to_vec(), ..Layout::default() };
    let b = [Column::Named("b".to_owned())];
    for (text, format, columns, message) in [
        ("a,b\n1,2,3\n", Csv, &b[..], "line 2: it has 3 columns, and the header names 2: '1,2,3'"),
        ("a,b\n1,2\n3,4,5\n", Csv, &b, "line 3: it has 3 columns, and the header names 2"),
        ("a,b\n1,2\n\"3\",4,5\n", Csv, &b, "line 3: it has 3 columns, and the header names 2"),
        ("a,b,c\n1,2\n", Csv, &b, "line 2: it has 2 columns, and the header names 3"),
        ("a,b,c\n1,2\n", Csv, &[], "line 2: it has 2 columns, and the header names 3"),
        ("a b\nr 1 2\n", Text, &[], "line 2: it has 3 columns, and the header names 2"),
        ("a b\nr 1 2 # 3\n", Text, &b, "line 2: it has 3 columns, and the header names 2"),
        ("a\tb\n1\t2\t\n", Tsv, &b, "line 2: it has 3 columns, and the header names 2"),
    ] {
        let error = read(text, format, layout(columns), None).expect_err(text);
        assert!(error.message().contains(message), "{text:?}: {error}");
        assert!(error.hints()[0].contains("--skip-rows 1 --columns"), "{error:?}");
    }
    assert_eq!(floats("\tb\t\nr\t2\t\n", Tsv, layout(&b)), [2.0], "names may be empty");
    assert_eq!(floats("a b # c\n1 2 # 3\n", Text, layout(&[Column::At(1)])).len(), 1, "comments are no columns");
    let error = read("a,b,b\n1,2,3\n", Csv, layout(&b), None).expect_err("which");
    assert!(error.message().contains("columns 1 and 2 are both called 'b'"), "{error}");
    let error = read("a,b,b\n1,2,3\n", Csv, layout(&[]), Some("b:i4")).expect_err("which");
    assert!(error.message().contains("columns 1 and 2 are both called 'b'"), "{error}");
}

#[test]
fn names_may_go_on_in_the_next_line() {
    let layout = |columns: &[Column]| Layout { header: Header::Names, columns: columns.to_vec(), ..Layout::default() };
    let text = "\"x\nm\",\"\"\"\r\ny\"\n1,2\n3,z\n";
    let named = |name: &str| layout(&[Column::Named(name.to_owned())]);
    assert_eq!(floats(text, TextFormat::Csv, named("x\nm")), [1.0, 3.0]);
    let error = read(text, TextFormat::Csv, named("\"\r\ny"), Some("f8")).expect_err("z");
    assert!(error.message().contains("line 5, column 2: cannot read 'z'"), "{error}");
    let error = read("\"x\ny,z\n1,2\n", TextFormat::Csv, layout(&[]), None).expect_err("an open quote");
    assert_eq!(error.message(), "line 1: the quote in front of a name is never closed");
    let long = format!("\n\"x{}", "\n12345678".repeat(200_000));
    let error = read(&long, TextFormat::Csv, layout(&[]), None).expect_err("an open quote");
    assert_eq!(error.message(), "line 2: the quote in front of a name is not closed within 1 MiB");
    let (.., dtype) = read("\"x\ny\tz\n1\t2\n", TextFormat::Tsv, Layout { skip: 1, ..layout(&[]) }, None).expect("tsv");
    assert_eq!(dtype, "<i8", "in tsv quotes mean nothing");
}

#[test]
fn lines_of_quoted_fields_are_counted_behind_comments() {
    let layout = Layout { comment: Some(b'#'), ..Layout::default() };
    let error = read("# c\n\"1\",2\n\n# \"d\n\"3\",x\n", TextFormat::Csv, layout, Some("f8")).expect_err("x");
    assert!(error.message().starts_with("line 5, column 2: cannot read 'x'"), "{error}");
}

/// Blocks without a quote are read by other means than those with one.
#[test]
fn a_quote_changes_nothing_but_its_field() {
    let comments = Layout { comment: Some(b'#'), ..Layout::default() };
    for rows in ["a\rb\n", "a\r\n\r\nb\n", "\x0b\n1\n", "a # \n", "#b\n", " # b\n", "a#b\rc\n", "\n\n", "a \n"] {
        let read = |text: &str, columns: &str| {
            let columns = Layout { columns: vec![columns.parse().expect("a column")], ..comments.clone() };
            let (bytes, shape, _) = read(text, TextFormat::Csv, columns, Some("S4")).expect(text);
            (bytes, shape)
        };
        let (plain, shape) = read(&format!("{rows}q\n"), "0");
        assert_eq!(read(&format!("{rows}\"q\"\n"), "0"), (plain, shape), "{rows:?}");
    }
    let (bytes, ..) = read("\"a\r\"\r\n\"b\"\r\n", TextFormat::Csv, Layout::default(), Some("S2")).expect("text");
    assert_eq!(bytes, b"a\rb\0");
}

/// A block of rows begins anywhere.
#[test]
fn the_first_row_says_how_many_columns_there_are() {
    use TextFormat::{Csv, Text, Tsv};
    let rows = "1,1\n".repeat(1 << 18);
    for (tail, line) in [("1,1,1\n1,1\n", 262_145), ("1,1,1\n\"1\",1\n", 262_145), ("1\n1\n", 262_145)] {
        let bad = refused(&format!("{rows}{tail}"), Csv, Some("f8"));
        let columns = tail.lines().next().expect("a line").split(',').count();
        assert!(bad.starts_with(&format!("line {line}: it has {columns} columns, those before it 2")), "{bad}");
    }
    assert!(refused(&format!("{}1 1 1\n", rows.replace(',', " ")), Text, None).starts_with("line 262145: it has 3"));
    let text = format!("{}\nb\tb\n", "a\ta\n".repeat(1 << 18));
    assert_eq!(guessed(&text, Tsv), (vec![262_145, 2], "<U1".to_owned()));
    let shape = |text: &str, format| read(text, format, Layout::default(), Some("S1")).expect(text).1;
    assert_eq!(shape("\na\ta\n\nb\tb\n", Tsv), [2, 2]);
    assert_eq!(shape("\na\n\nb\n", Tsv), [4]);
    assert_eq!(shape("\n\n", Tsv), [2]);
    assert_eq!(shape("\n\"a\",\"\"\"\"\nb,\"\n\"\n", Csv), [2, 2]);
    assert!(refused("\"a\nb\",c\nd\n", Csv, Some("S3")).starts_with("line 3: it has 1 columns, those before it 2"));
}

#[test]
fn a_carriage_return_alone_is_no_blank_and_no_line_end() {
    for text in ["1 2\r3 4\r", "1 2 # c\r3 4\n", "# c\r1 2\n3 4\n", "1\r2\n", "a\r\rb\r\n"] {
        assert!(refused(text, TextFormat::Text, None).contains("a carriage return ends no line"), "{text:?}");
    }
    assert_eq!(guessed("1 2\r\n# c\r\n\r\n3 4\r\r\n", TextFormat::Text).0, [2, 2]);
}

#[test]
fn what_separates_begins_no_comment() {
    for (format, delimiter, comment) in [
        (TextFormat::Text, Some(b'#'), None),
        (TextFormat::Text, None, Some(b' ')),
        (TextFormat::Csv, None, Some(b',')),
    ] {
        let layout = Layout { delimiter, comment, ..Layout::default() };
        let error = read("1\n", format, layout, None).expect_err("both");
        assert!(error.message().contains("cannot both stand between fields and begin a comment"), "{error}");
    }
}

#[test]
fn no_value_is_no_json() {
    for text in ["", " \n"] {
        assert_eq!(refused(text, TextFormat::Json, None), "there is no JSON value in it");
        assert_eq!(refused(text, TextFormat::Json, Some("f8")), "there is no JSON value in it");
        assert_eq!(guessed(text, TextFormat::Ndjson).0, [0]);
    }
}

#[test]
fn a_comma_at_the_end_of_a_block_is_followed_by_a_value() {
    // Blocks of a list end with a comma: here the first of them with the last.
    let text = format!("[{}]", "1,".repeat(1 << 19));
    assert!(refused(&text, TextFormat::Json, None).contains("a value is missing behind a comma"));
    let text = format!("[{}2]", "1,".repeat(1 << 19));
    assert_eq!(guessed(&text, TextFormat::Json).0, [(1 << 19) + 1]);
}

#[test]
fn a_list_of_two_numbers_is_a_complex_one() {
    for (text, dtype, shape) in [
        ("[1.5,2]", "c16", &[][..]),
        (" [ \"NaN\" , 1 ] ", "c8", &[]),
        ("[NaN,1]", "c8", &[]),
        ("[[1,2],[3,4]]", "c16", &[2]),
        ("[\"1+2j\",\"2j\",\"1\"]", "c16", &[3]),
        ("[]", "c16", &[0]),
        ("[[]]", "c16", &[1, 0]),
        ("3", "c16", &[]),
        ("[1,2]", "f8", &[2]),
    ] {
        let read =
            read(text, TextFormat::Json, Layout::default(), Some(dtype)).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(read.1, shape, "{text}");
    }
    let long = format!("[{}1]", "1,".repeat(1 << 20));
    assert!(refused(&long, TextFormat::Json, Some("c16")).contains("a complex number is a list of two"));
}

#[test]
fn text_without_room_is_told_what_has_some() {
    for (dtype, hint) in [("U", "-d U8"), ("S", "-d S8")] {
        let error = read("abc\n", TextFormat::Text, Layout::default(), Some(dtype)).expect_err("no room");
        assert!(error.hints()[0].contains(hint), "{error:?}");
    }
}
