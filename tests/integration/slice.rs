//! `rmm slice`: INDEX and what is made of the selection, with NumPy's results.

use crate::harness::{Rmm, bytes, npy_bytes};

fn a() -> Rmm {
    Rmm::new().arange("a.npy", [3, 4])
}

fn v() -> Rmm {
    Rmm::new().npy("v.npy", "<i2", [10], bytes(&(0..10).collect::<Vec<i16>>()))
}

#[test]
fn an_integer_drops_its_axis_and_a_list_keeps_it() {
    a().run(["slice", "a.npy", "1"]).prints("4.0\n5.0\n6.0\n7.0\n");
    a().run(["slice", "a.npy", "[1]"]).prints("4.0\t5.0\t6.0\t7.0\n");
    a().run(["slice", "a.npy", "2,3"]).prints("11.0\n");
    a().run(["slice", "a.npy", "-1"]).prints("8.0\n9.0\n10.0\n11.0\n");
}

#[test]
fn slices_are_those_of_numpy() {
    for (index, printed) in [
        ("0:3", "0 1 2"),
        ("8:100", "8 9"),
        ("-100:2", "0 1"),
        ("-2:", "8 9"),
        (":-8", "0 1"),
        ("::-1", "9 8 7 6 5 4 3 2 1 0"),
        ("::4", "0 4 8"),
        ("7:2:-2", "7 5 3"),
        ("...", "0 1 2 3 4 5 6 7 8 9"),
        (":", "0 1 2 3 4 5 6 7 8 9"),
        ("()", "0 1 2 3 4 5 6 7 8 9"),
        ("[1,5,7]", "1 5 7"),
        ("[5,5,-1]", "5 5 9"),
        ("3,...", "3"),
    ] {
        v().run(["slice", "v.npy", index]).prints(printed.replace(' ', "\n") + "\n");
    }
}

#[test]
fn selections_print_as_they_are_described() {
    a().run(["slice", "a.npy", "0:100,2:4"]).prints("2.0\t3.0\n6.0\t7.0\n10.0\t11.0\n");
    a().run(["slice", "a.npy", "...,0"]).prints("0.0\n4.0\n8.0\n");
    a().run(["slice", "a.npy", ":,[1,3]"]).prints("1.0\t3.0\n5.0\t7.0\n9.0\t11.0\n");
    a().run(["slice", "a.npy", "::-1"]).prints("8.0\t9.0\t10.0\t11.0\n4.0\t5.0\t6.0\t7.0\n0.0\t1.0\t2.0\t3.0\n");
}

#[test]
fn a_leading_minus_needs_no_quoting_and_flags_may_follow() {
    v().run(["slice", "v.npy", "-2:", "-f", "csv"]).prints("8\n9\n");
    v().run(["slice", "v.npy", "--rows", "-2:", "-f", "json"]).prints("[8,9]\n");
    v().run(["slice", "v.npy", "-f", "csv", "--", "-1"]).prints("9\n");
    let raw = Rmm::new().file("x", bytes(&[1.0_f64, 2.0]));
    raw.run(["slice", "x", "-s", "-1,2", "-1", "--quiet"]).prints("1.0\n2.0\n");
}

#[test]
fn what_is_out_of_range_is_named() {
    let refused = a().run(["slice", "a.npy", "1,4"]).refused(2, "a.npy: ");
    let _ = refused.stderr_has("index 4").stderr_has("axis 1").stderr_has("size 4");
    a().run(["slice", "a.npy", "-4"]).refused(2, "index -4").stderr_has("axis 0");
    a().run(["slice", "a.npy", "[0,3]"]).refused(2, "index 3");
    a().run(["slice", "a.npy", "0,0,0"]).refused(2, "too many indices").stderr_has("2");
    a().run(["slice", "a.npy", "...,..."]).refused(2, "...");
    a().run(["slice", "a.npy", "::0"]).refused(2, "step");
}

#[test]
fn what_is_not_supported_is_refused_by_name() {
    a().run(["slice", "a.npy", "[0,1],[0,1]"]).refused(2, "more than one list");
    a().run(["slice", "a.npy", "newaxis,0"]).refused(2, "newaxis");
    a().run(["slice", "a.npy", "None"]).refused(2, "newaxis");
    a().run(["slice", "a.npy", "<f4"]).refused(2, "'<f4' is no integer, slice, list or ...");
    for condition in ["x>3", "[x<3]", "0:1 & 2", "a != 1", "True"] {
        a().run(["slice", "a.npy", condition]).refused(2, "masks (True, False) and conditions are not supported");
    }
    a().run(["slice", "a.npy", "[True,False,True]"]).refused(2, "mask");
    for garbage in ["a", "1;2", "[1", "1:2:3:4", "1.5", "0x", "1,,2"] {
        a().run(["slice", "a.npy", garbage]).refused(2, garbage);
    }
}

#[test]
fn axes_may_be_named_by_options() {
    a().run(["slice", "a.npy", "--rows", "-1"]).prints("8.0\n9.0\n10.0\n11.0\n");
    a().run(["slice", "a.npy", "--rows", "::2", "--cols", "[1,3]"]).prints("1.0\t3.0\n9.0\t11.0\n");
    a().run(["slice", "a.npy", "--cols", "0"]).prints("0.0\n4.0\n8.0\n");
    a().run(["slice", "a.npy", "--along", "0=1", "--along", "1=2:"]).prints("6.0\n7.0\n");
    a().run(["slice", "a.npy", "--along", "-1=0"]).prints("0.0\n4.0\n8.0\n");
    a().run(["slice", "a.npy", "0", "--rows", "1"]).refused(2, "do not mix");
    a().run(["slice", "a.npy", "--rows", "1", "--along", "0=2"]).refused(2, "axis 0");
    a().run(["slice", "a.npy", "--along", "2=0"]).refused(2, "axis 2");
    a().run(["slice", "a.npy", "--along", "x"]).refused(2, "AXIS=PICK");
    v().run(["slice", "v.npy", "--cols", "0"]).refused(2, "axis 1");
}

#[test]
fn fields_are_selected_by_name() {
    let mut records = Vec::new();
    for (x, n) in [(1.5_f32, 1_i16), (2.5, 2)] {
        records.extend(bytes(&[x]));
        records.extend(bytes(&[n]));
    }
    let r = || Rmm::new().npy("r.npy", "x:f4,n:i2", [2], &records);
    r().run(["slice", "r.npy"]).prints("1.5\t1\n2.5\t2\n");
    r().run(["slice", "r.npy", "--field", "n"]).prints("1\n2\n");
    r().run(["slice", "r.npy", "--field", "n", "--field", "x", "-1"]).prints("2\t2.5\n");
    r().run(["slice", "r.npy", "-f", "csv", "--header"]).prints("x,n\n1.5,1\n2.5,2\n");
    r().run(["slice", "r.npy", "-f", "ndjson"]).prints("{\"x\":1.5,\"n\":1}\n{\"x\":2.5,\"n\":2}\n");
    r().run(["slice", "r.npy", "--field", "q"]).refused(2, "q").stderr_has("x, n");
    v().run(["slice", "v.npy", "--field", "x"]).refused(2, "structured");
}

#[test]
fn an_empty_selection_is_one_note() {
    let note = "rmm: nothing is selected: the result has shape (0, 4)\n";
    a().run(["slice", "a.npy", "3:"]).code(0).stdout("").stderr(note);
    a().run(["slice", "a.npy", "3:", "-q"]).prints("");
    a().run(["slice", "a.npy", "3:", "-f", "json", "-q"]).prints("[]\n");
    let made = a().run(["slice", "a.npy", "3:", "-o", "e.npy"]).code(0).stdout("").stderr(note);
    made.file_is("e.npy", npy_bytes("<f8", &[0, 4], b"")).then().run(["slice", "e.npy", "-q"]).prints("");
}

#[test]
fn the_file_is_converted() {
    let made = v().run(["slice", "v.npy", "2:5", "-o", "o.npy"]).done();
    let made = made.file_is("o.npy", npy_bytes("<i2", &[3], &bytes(&[2_i16, 3, 4]))).names_are(["o.npy", "v.npy"]);
    let made = made.then().run(["slice", "v.npy", ":2", "--astype", "f8", "-o", "o.raw"]).done();
    let made = made.file_is("o.raw", bytes(&[0.0_f64, 1.0]));
    let made = made.then().run(["slice", "v.npy", "1:3", "--byteorder", "big", "-o", "o.bin"]).done();
    let made = made.file_is("o.bin", [0, 1, 0, 2]);
    made.then().run(["slice", "v.npy", "1:3", "-o", "o.csv"]).done().file_is("o.csv", "1\n2\n");
}

#[test]
fn the_byte_order_of_the_array_is_kept() {
    let big = || Rmm::new().npy("b.npy", ">i2", [2], [0, 1, 0, 2]);
    big().run(["slice", "b.npy", "-f", "raw"]).prints([0, 1, 0, 2]);
    big().run(["slice", "b.npy", "-f", "npy"]).prints(npy_bytes(">i2", &[2], &[0, 1, 0, 2]));
    big().run(["slice", "b.npy", "-f", "raw", "--byteorder", "little"]).prints([1, 0, 2, 0]);
    big().run(["slice", "b.npy", "-f", "raw", "--byteorder", "native"]).prints(bytes(&[1_i16, 2]));
}

#[test]
fn arrangement_is_that_of_numpy() {
    let m = || Rmm::new().npy("m.npy", "u1", [2, 3], [0, 1, 2, 3, 4, 5]);
    m().run(["slice", "m.npy", "--transpose"]).prints("0\t3\n1\t4\n2\t5\n");
    m().run(["slice", "m.npy", "--transpose", "1,0", "-f", "raw"]).prints([0, 3, 1, 4, 2, 5]);
    m().run(["slice", "m.npy", "--to-order", "F", "-f", "raw"]).prints([0, 3, 1, 4, 2, 5]);
    m().run(["slice", "m.npy", "--reshape", "3,-1"]).prints("0\t1\n2\t3\n4\t5\n");
    m().run(["slice", "m.npy", "--transpose", "--reshape", "2,3"]).prints("0\t3\t1\n4\t2\t5\n");
    m().run(["slice", "m.npy", "--transpose", "--reshape", "-1", "-f", "csv"]).prints("0\n3\n1\n4\n2\n5\n");
    m().run(["slice", "m.npy", ":,1:", "--transpose"]).prints("1\t4\n2\t5\n");
    m().run(["slice", "m.npy", "--reshape", "4,2"]).refused(2, "4,2");
    m().run(["slice", "m.npy", "--reshape", "4,-1"]).refused(2, "6");
    m().run(["slice", "m.npy", "--transpose", "0,0"]).refused(2, "twice");
    m().run(["slice", "m.npy", "--transpose", "0,1,2"]).refused(2, "3 axes");
    m().run(["slice", "m.npy", "--transpose", "0,2"]).refused(2, "axis 2");
}

#[test]
fn its_own_input_is_a_safe_output() {
    let ran = a().run(["slice", "a.npy", "::-1,1", "-o", "a.npy", "--force"]).done();
    ran.file_is("a.npy", npy_bytes("<f8", &[3], &bytes(&[9.0_f64, 5.0, 1.0]))).names_are(["a.npy"]);
    a().run(["slice", "a.npy", "-o", "a.npy"]).refused(2, "exists already").stderr_has("--force");
}

#[test]
fn stdout_onto_its_own_input_is_refused() {
    let ran = v().sh("rmm slice v.npy >> v.npy");
    ran.refused(2, "is both input and output");
}
