//! `rmm get`: elements, one per line.

use crate::harness::{Rmm, bytes};

fn a() -> Rmm {
    Rmm::new().arange("a.npy", [3, 4])
}

#[test]
fn each_index_s_elements_are_lines() {
    a().run(["get", "a.npy", "1,1"]).prints("5.0\n");
    a().run(["get", "a.npy", "-1,0", "0,-1"]).prints("8.0\n3.0\n");
    a().run(["get", "a.npy", "0", "2,3"]).prints("0.0\n1.0\n2.0\n3.0\n11.0\n");
    a().run(["get", "a.npy", "1:,[0,3]"]).prints("4.0\n7.0\n8.0\n11.0\n");
    a().run(["get", "a.npy", "--rows", "-1", "--cols", "0"]).prints("8.0\n");
}

#[test]
fn indices_come_from_stdin() {
    a().stdin("0,0\n1,2\n-1,-1\n").run(["get", "a.npy", "-"]).prints("0.0\n6.0\n11.0\n");
    a().stdin("0,0\n\n1,2").run(["get", "a.npy", "-"]).prints("0.0\n6.0\n");
    a().stdin("").run(["get", "a.npy", "-"]).prints("");
    a().stdin("0,0\n9,0\n").run(["get", "a.npy", "-"]).code(2).stderr_has("line 2 of stdin").stderr_has("index 9");
    a().stdin("0,0\nx\n").run(["get", "a.npy", "-"]).code(2).stderr_has("line 2 of stdin");
}

#[test]
fn what_is_wrong_with_a_line_is_told_of_that_line_alone() {
    a().stdin("0,0\n\u{fffd}\n").run(["get", "a.npy", "-"]).code(2).stderr_has("line 2 of stdin");
    let bytes = [&b"0,0\n"[..], b"\xff,0\n"].concat();
    a().stdin(bytes).run(["get", "a.npy", "-"]).code(2).stderr_has("line 2 of stdin: is not UTF-8");
    let full = Rmm::new().sparse("a.dat", 1 << 20).stdin("0\n:\n").sh("rmm get a.dat - -d u1 > /dev/full");
    full.code(3).stderr("rmm: stdout: cannot write: No space left on device\n");
}

#[test]
fn many_indices_from_stdin_are_fast() {
    use std::fmt::Write;
    let mut indices = String::new();
    let mut printed = String::new();
    for place in 0..100_000_u64 {
        writeln!(indices, "{}", place * 7919 % 1000).expect("a string grows");
        writeln!(printed, "{}", place * 7919 % 1000).expect("a string grows");
    }
    let values: Vec<u32> = (0..1000).collect();
    Rmm::new().npy("n.npy", "<u4", [1000], bytes(&values)).stdin(indices).run(["get", "n.npy", "-"]).prints(printed);
}

#[test]
fn single_elements_and_whole_rows_from_stdin_keep_their_order() {
    let printed = "5.0\n8.0\n9.0\n10.0\n11.0\n3.0\n5.0\n";
    a().stdin("1,1\n2\n0,-1\n1,1").run(["get", "a.npy", "-"]).prints(printed);
    a().stdin("1,1\n2,9\n0,0\n").run(["get", "a.npy", "-"]).code(2).stderr_has("line 2 of stdin").stderr_has("index 9");
    let x = |stdin: &str| Rmm::new().file("x", bytes(&[1_i16, 2, 3, 4, 5, 6])).stdin(stdin);
    let descr = "[('a','<i2'),('b','<i2',(2,))]";
    x("1\n0\n").run(["get", "x", "-d", descr, "-", "--field", "a"]).prints("4\n1\n");
    x("1\n0\n").run(["get", "x", "-d", descr, "-", "--field", "b"]).prints("5\n6\n2\n3\n");
    x("0\n").run(["get", "x", "-d", "i2", "-", "--rows", "0"]).code(2).stderr_has("do not mix");
    x("0\n\u{e9}\n").run(["get", "x", "-d", "i2", "-"]).code(2).stderr_has("line 2 of stdin");
}

#[test]
fn dropped_caches_read_the_same() {
    a().run(["get", "a.npy", "1,1", "--cache", "drop"]).prints("5.0\n");
    a().run(["get", "a.npy", "1,1", "--cache", "none"]).refused(2, "none");
    let changed = a().run(["set", "a.npy", "1,1", "7", "--cache", "drop"]).done().then();
    changed.run(["get", "a.npy", "1,1"]).prints("7.0\n");
    for index in [":,::-1", "1:"] {
        let copied = a().run(["slice", "a.npy", index, "-o", "b.npy", "--cache", "drop"]).done().then();
        let expected = a().run(["slice", "a.npy", index]).output().to_vec();
        copied.run(["slice", "b.npy"]).prints(expected);
    }
}

#[test]
fn nothing_is_printed_where_one_index_is_wrong() {
    a().run(["get", "a.npy", "0,0", "3,0"]).refused(2, "index 3 is out of bounds for axis 0 with size 3");
    a().run(["get", "a.npy"]).refused(2, "INDEX is missing").stderr_has("hint: rmm get");
    a().run(["get", "a.npy", "--rows", "0", "1"]).refused(2, "do not mix");
    a().run(["get"]).refused(2, "FILE");
}

#[test]
fn nothing_is_selected_without_a_word() {
    for (words, note) in [
        (&["get", "a.npy", "5:"][..], "nothing is selected by INDEX '5:' (shape (0, 4))"),
        (&["get", "a.npy", "5:", "0:0"], "nothing is selected by INDEX '5:' (shape (0, 4)), nor by another"),
        (&["get", "a.npy", "--rows", "5:"], "nothing is selected: the result has shape (0, 4)"),
    ] {
        a().run(words).code(0).stdout("").stderr(&format!("rmm: {note}\n"));
    }
    for (lines, note) in [
        ("0,0\n5:\n", "nothing is selected by line 2 of stdin (shape (0, 4))\n"),
        ("5:\n0,1:1\n", "nothing is selected by line 1 of stdin (shape (0, 4)), nor by another\n"),
        ("5:\n5:\n5:\n", "nothing is selected by line 1 of stdin (shape (0, 4)), nor by 2 others\n"),
    ] {
        a().stdin(lines).run(["get", "a.npy", "-"]).code(0).stderr(&format!("rmm: {note}"));
    }
}

#[test]
fn values_print_as_python_prints_them() {
    let values = [0.1, 1.0, -0.0, 1e16, 1e15, 1e-4, 1e-5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.0 / 3.0];
    let printed = "0.1\n1.0\n-0.0\n1e+16\n1000000000000000.0\n0.0001\n1e-05\nnan\ninf\n-inf\n0.3333333333333333\n";
    Rmm::new().file("x", bytes(&values)).run(["get", "x", ":"]).prints(printed);
    Rmm::new()
        .file("x", bytes(&[0.1_f32, 16_777_216.0]))
        .run(["get", "x", "-d", "f4", ":"])
        .prints("0.1\n16777216.0\n");
    let x = Rmm::new().file("x", bytes(&[u64::MAX, 1 << 63]));
    x.run(["get", "x", "-d", "u8", ":"]).prints("18446744073709551615\n9223372036854775808\n");
    a().run(["get", "a.npy", "--fmt", "%08.3f", "2,3"]).prints("0011.000\n");
    a().run(["get", "a.npy", "--fmt", "%q", "2,3"]).refused(2, "%q");
}

#[test]
fn text_that_could_be_mistaken_is_escaped() {
    let x = Rmm::new().file("x", b"a\tb\\c\n\xff\x1b\0");
    x.run(["get", "x", "-d", "S9", "0"]).prints("a\\tb\\\\c\\n\\xff\\x1b\n");
}
