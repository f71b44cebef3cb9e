//! `rmm set --updates` and `rmm get -`: many elements, named line by line.

use crate::harness::{Rmm, bytes, npy_bytes};

fn m() -> Rmm {
    Rmm::new().npy("m.npy", "<i2", [2, 3], bytes(&[0_i16, 1, 2, 3, 4, 5]))
}

fn holds(lines: &str, words: &[&str], values: [i16; 6]) {
    let ran = m().stdin(lines).run([&["set", "m.npy", "--updates", "-"], words].concat()).done();
    ran.file_is("m.npy", npy_bytes("<i2", &[2, 3], &bytes(&values)));
}

#[test]
fn each_line_is_an_index_and_a_value() {
    holds("0,0\t7\n-1,-1\t8\n", &[], [7, 1, 2, 3, 4, 8]);
    holds("", &[], [0, 1, 2, 3, 4, 5]);
    holds("\n0,1\t-1\r\n\n", &[], [0, -1, 2, 3, 4, 5]);
    holds("1\t9\n0,::2\t[7,8]\n", &[], [7, 1, 8, 9, 9, 9]);
    holds("0,0\t1e2\n0,1\t0x10\n", &[], [100, 16, 2, 3, 4, 5]);
    holds("0,0\t99999\n", &["--overflow", "saturate"], [32767, 1, 2, 3, 4, 5]);
    holds("0,0\t1.9\n", &["--casting", "unsafe"], [1, 1, 2, 3, 4, 5]);
}

#[test]
fn the_last_of_repeated_elements_counts() {
    holds("0,0\t1\n0,0\t2\n0,0\t3\n", &[], [3, 1, 2, 3, 4, 5]);
    holds("0,0\t1\n:\t9\n0,0\t2\n", &[], [2, 9, 9, 9, 9, 9]);
    let lines: String = (0..100_000).map(|at| format!("{},{}\t{}\n", at % 2, at % 3, at % 30_011)).collect();
    holds(
        &lines,
        &[],
        std::array::from_fn(|place| {
            let last = (0..100_000).rev().find(|at| at % 2 * 3 + at % 3 == place).expect("each is there");
            (last % 30_011) as i16
        }),
    );
}

#[test]
fn nothing_is_stored_where_one_line_is_wrong() {
    for (line, message) in [
        ("0,0 7", "line 2 of <stdin>: INDEX and VALUE have a tab between them"),
        ("0,9\t7", "line 2 of <stdin>: index 9 is out of bounds for axis 1 with size 3"),
        ("0,0\tx", "line 2 of <stdin>: cannot read 'x' as int16"),
        ("0,0\t99999", "out of range"),
        ("0,0\t1.5", "fraction"),
        ("0,0\t", "line 2 of <stdin>: cannot read ''"),
        ("q\t1", "line 2 of <stdin>"),
        ("0,0\t[1]", "line 2 of <stdin>"),
        ("0\t[1,2]", "broadcast"),
        ("0,0,0\t1", "too many indices"),
    ] {
        let ran = m().stdin(format!("0,1\t9\n{line}\n0,2\t9\n")).run(["set", "m.npy", "--updates", "-"]);
        ran.refused(2, message).file_is("m.npy", npy_bytes("<i2", &[2, 3], &bytes(&[0_i16, 1, 2, 3, 4, 5])));
    }
    m().run(["set", "m.npy", "0", "--updates", "x"]).refused(2, "there is no room for others");
    m().run(["set", "m.npy", "--updates", "x"]).refused(3, "x");
    m().file("v", "").run(["set", "m.npy", "--updates", "v", "--from", "v"]).refused(2, "--from");
    m().stdin("0,0\t1\n").run(["set", "m.npy", "--updates", "-", "--rows", "0"]).refused(2, "");
}

#[test]
fn updates_come_from_a_file_and_go_to_copies_and_fields() {
    let ran = m().file("u", "0,0\t7\n0,0\t0\n1,1\t4\n1,2\t6\n").run(["set", "m.npy", "--updates", "u", "--dry-run"]);
    let ran = ran.prints("1 of 6 selected elements would change, the first at (1, 2) of the selection: 5 -> 6\n");
    let ran = ran.then().run(["set", "m.npy", "--updates", "u", "--mode", "c", "-o", "-"]).prints("0\t1\t2\n3\t4\t6\n");
    ran.file_is("m.npy", npy_bytes("<i2", &[2, 3], &bytes(&[0_i16, 1, 2, 3, 4, 5])));
    let x = || Rmm::new().file("x", [1, 2, 3, 4]);
    let ran = x().stdin("1\t9\n").run(["set", "x", "-d", "a:u1,b:u1", "--updates", "-", "--field", "b"]).done();
    ran.file_is("x", [1, 2, 3, 9]);
    x().stdin("1\t(8,9)\n").run(["set", "x", "-d", "a:u1,b:u1", "--updates", "-"]).done().file_is("x", [1, 2, 8, 9]);
    x().stdin("()\t7\n").run(["set", "x", "--spec", "u1:()@3", "--updates", "-"]).done().file_is("x", [1, 2, 3, 7]);
    let ran = x().stdin("0\t258\n").run(["set", "x", "-d", ">u2", "--updates", "-"]).done();
    ran.file_is("x", [1, 2, 3, 4]);
}

#[test]
fn updates_of_long_items_are_stored_in_little_memory() {
    // 120 MB of items in address space for half of them.
    let lines = "0\tx\n".repeat(1200) + "0\tlast\n";
    let s = Rmm::new().sparse("s.dat", 100_000).stdin(lines);
    let ran = s.sh("ulimit -v 60000; rmm set s.dat -d S100000 --updates - -j1").done();
    assert!(ran.read("s.dat").starts_with(b"last\0"));
}

#[test]
fn updates_of_nothing_are_noted() {
    let ran = m().stdin("5:\t1\n0,0\t9\n").run(["set", "m.npy", "--updates", "-"]).code(0);
    ran.stderr("rmm: nothing is selected by line 1 of <stdin> (shape (0, 3))\n")
        .then()
        .run(["get", "m.npy", "0,0"])
        .prints("9\n");
}

#[test]
fn an_array_of_nothing_is_noted_once() {
    let empty = Rmm::new().npy("e.npy", "<f8", [0, 3], []).stdin(":\t1\n");
    let ran = empty.run(["set", "e.npy", "--updates", "-"]).code(0);
    ran.stderr("rmm: nothing is selected (shape (0, 3)): nothing is stored\n");
}

#[test]
fn indices_of_all_kinds_print_in_their_order() {
    m().stdin("0,0\n1\n-1,-1\n:,0\n0,2\n").run(["get", "m.npy", "-"]).prints("0\n3\n4\n5\n5\n0\n3\n2\n");
    m().stdin("0,0\r\n 1 , 2 \r\n").run(["get", "m.npy", "-"]).prints("0\n5\n");
    m().stdin("0,1\n0,2\n0,3\n")
        .run(["get", "m.npy", "-"])
        .code(2)
        .stdout("1\n2\n")
        .stderr_has("line 3 of stdin: index 3");
    let f = Rmm::new().file("x", [1, 2, 3, 4, 5, 6]);
    f.stdin("0,1\n1,2\n0,0\n").run(["get", "x", "-", "--spec", "u1:2,3:F"]).prints("3\n6\n1\n");
    let f = Rmm::new().file("x", [1, 2, 3, 4, 5, 6]);
    f.stdin("1\n0\n").run(["get", "x", "-", "-d", "a:u1,m:(2,)u1", "--field", "m"]).prints("5\n6\n2\n3\n");
}
