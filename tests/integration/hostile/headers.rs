//! `.npy` headers: damaged, foreign, endless, steering.

use crate::harness::Rmm;

/// A header of version 1.0 with this dict, padded as NumPy pads it, and 64 bytes behind it.
fn dict(text: impl AsRef<[u8]>) -> Vec<u8> {
    versioned(1, text)
}

fn versioned(version: u8, text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut text = text.as_ref().to_vec();
    text.push(b'\n');
    let len = text.len();
    let mut file = b"\x93NUMPY".to_vec();
    file.extend([version, 0]);
    match version {
        1 => file.extend(u16::try_from(len).expect("a short header").to_le_bytes()),
        _ => file.extend(u32::try_from(len).expect("a short header").to_le_bytes()),
    }
    file.extend(text);
    file.extend([0; 64]);
    file
}

fn of(descr: &str, shape: &str) -> Vec<u8> {
    dict(format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"))
}

fn prefix(bytes: &[u8]) -> Vec<u8> {
    [b"\x93NUMPY", bytes].concat()
}

/// What the file is, what is said of it. All of them are corrupt: exit 5.
fn corrupt() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let (f8, two) = ("'<f8'", "(2,)");
    vec![
        ("nothing behind the magic", prefix(b""), "ends"),
        ("half a version", prefix(&[1]), "ends"),
        ("no length", prefix(&[1, 0]), "ends"),
        ("half a length", prefix(&[1, 0, 10]), "ends"),
        ("half a long length", prefix(&[2, 0, 10, 0, 0]), "ends"),
        ("version 0", prefix(&[0, 0, 0, 0]), "version"),
        ("version 4", prefix(&[4, 0, 0, 0, 0, 0]), "version"),
        ("version 255.255", prefix(&[255, 255, 0, 0]), "version"),
        ("version 1.1", prefix(&[1, 1, 0, 0]), "version"),
        ("an empty header", prefix(&[1, 0, 0, 0]), ""),
        ("a header of 4 GiB", prefix(&[2, 0, 255, 255, 255, 255]), ""),
        ("a header of 2 GiB", prefix(&[3, 0, 0, 0, 0, 128]), ""),
        ("a header longer than the file", prefix(&[1, 0, 255, 255, b'{']), ""),
        ("no dict", dict("'<f8'"), ""),
        ("a list", dict("['descr', '<f8']"), ""),
        ("a call", dict("__import__('os').system('touch pwned')"), ""),
        ("a lambda", dict("(lambda: {})()"), ""),
        ("a dict that does not end", dict("{'descr': '<f8'"), ""),
        ("a string that does not end", dict("{'descr': '<f8, 'fortran_order': False, 'shape': (2,), }"), ""),
        ("something behind the dict", dict("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), } x"), ""),
        ("two dicts", dict("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }{}"), ""),
        ("no descr", dict("{'fortran_order': False, 'shape': (2,), }"), "descr"),
        ("no shape", dict("{'descr': '<f8', 'fortran_order': False, }"), "shape"),
        ("no order", dict("{'descr': '<f8', 'shape': (2,), }"), "fortran_order"),
        ("a key too many", dict("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), 'x': 1, }"), "x"),
        ("a number for a key", dict("{1: '<f8', 'fortran_order': False, 'shape': (2,), }"), ""),
        ("an order that is a number", dict("{'descr': '<f8', 'fortran_order': 0, 'shape': (2,), }"), "fortran_order"),
        ("an order that is text", dict("{'descr': '<f8', 'fortran_order': 'False', 'shape': (2,), }"), "fortran_order"),
        ("a shape that is a number", of(f8, "2"), "shape"),
        ("a shape that is a list", of(f8, "[2]"), "shape"),
        ("a shape with a bool", of(f8, "(True, 2)"), "shape"),
        ("a shape with a float", of(f8, "(2.0,)"), "2.0"),
        ("a negative length", of(f8, "(-1,)"), ""),
        ("a length above 64 bits", of(f8, "(18446744073709551617,)"), ""),
        ("a length of a thousand digits", of(f8, &format!("({},)", "9".repeat(1000))), ""),
        ("a product that wraps to 0", of(f8, "(4294967296, 4294967296)"), ""),
        ("a product that wraps to 2", of("'|u1'", "(9223372036854775809, 2)"), ""),
        ("bytes that wrap", of(f8, "(2305843009213693953,)"), ""),
        ("65 axes", of(f8, &format!("({})", "1,".repeat(65))), "64"),
        ("ten thousand axes", of(f8, &format!("({})", "1,".repeat(10_000))), ""),
        ("ten thousand brackets", of(f8, &"(".repeat(10_000)), ""),
        ("ten thousand signs", of(f8, &format!("({}1,)", "-".repeat(10_000))), ""),
        ("objects", of("'|O'", two), "object"),
        ("objects in a record", of("[('a', '<f4'), ('b', '|O')]", two), "object"),
        ("an unknown type", of("'<q9'", two), ""),
        ("a float of 3 bytes", of("'<f3'", two), ""),
        ("a string of 2^63 bytes", of("'|S9223372036854775808'", two), ""),
        ("text of 2^62 characters", of("'<U4611686018427387904'", two), ""),
        ("a record of two equal names", of("[('a', '<f4'), ('a', '<f4')]", two), "a"),
        ("a record of deep records", of(&format!("{}'<f4'{}", "[('a', ".repeat(400), ")]".repeat(400)), two), ""),
        ("a subarray of 2^63 elements", of("[('a', '<f4', (9223372036854775807, 2))]", two), ""),
        ("a name that steers the terminal", of("[('\u{1b}]0;pwned\u{7}', '|O')]", two), ""),
        (
            "bytes that are no UTF-8",
            versioned(3, b"{'descr': '\xff\xfe', 'fortran_order': False, 'shape': (2,), }"),
            "",
        ),
        ("a null byte", dict(b"{'descr': '<f8', \0'fortran_order': False, 'shape': (2,), }"), ""),
        ("data of a byte too few", of("'|u1'", "(65,)"), "64"),
        ("data of a tebibyte", of(f8, "(137438953472,)"), "64"),
    ]
}

#[test]
fn hostile_headers_are_corrupt_and_change_nothing() {
    let table = corrupt();
    assert!(table.len() >= 50, "{}", table.len());
    for (what, file, message) in table {
        for line in
            ["slice h.npy", "info h.npy", "set h.npy 0 1", "create new.npy --from h.npy", "slice h.npy -o o.npy"]
        {
            let ran = Rmm::new().file("h.npy", &file).sh(&format!("rmm {line}")).refused(5, "rmm: h.npy: ");
            let said = ran.said();
            assert!(said.contains(message), "{what}, {line}: {said}");
            assert!(said.chars().all(|c| c == '\n' || !c.is_control()), "{what}, {line}: {said:?}");
            assert!(said.len() < 2000, "{what}, {line}: {} bytes of message", said.len());
            let _ = ran.file_is("h.npy", &file).names_are(["h.npy"]);
        }
    }
}

#[test]
fn odd_headers_that_numpy_reads_are_read() {
    for (what, file) in [
        ("longs of Python 2", of("'<f8'", "(2L,)")),
        ("another order of keys", dict("{'shape': (2,), 'fortran_order': False, 'descr': '<f8'}")),
        ("a key twice", dict("{'descr': '<i8', 'descr': '<f4', 'fortran_order': False, 'shape': (2,), }")),
        ("double quotes", dict("{\"descr\": \"<f8\", \"fortran_order\": False, \"shape\": (2,)}")),
        ("version 2", versioned(2, "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }")),
        ("version 3", versioned(3, "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }")),
    ] {
        let ran = Rmm::new().file("h.npy", &file).run(["slice", "h.npy"]);
        assert_eq!(ran.output(), b"0.0\n0.0\n", "{what}: {}", ran.said());
    }
}

#[test]
fn names_of_fields_never_reach_a_terminal_as_they_are() {
    let file = of("[('\u{1b}]0;pwned\u{7}', '<f4'), ('\u{202e}b', '<i4')]", "(2,)");
    for line in
        ["info h.npy", "info h.npy --json", "slice h.npy --header", "slice h.npy -f table", "slice h.npy -f json"]
    {
        let ran = Rmm::new().file("h.npy", &file).sh(&format!("rmm {line}")).code(0);
        let told = String::from_utf8_lossy(ran.output()).into_owned();
        assert!(
            told.chars().all(|c| matches!(c, '\n' | '\t') || !(c.is_control() || c == '\u{202e}')),
            "{line}: {told:?}"
        );
    }
}
