//! `rmm set`: assignment, with NumPy's broadcasting.

use crate::harness::{Rmm, bytes, npy_bytes};

/// 0 to 5 as int16 in the shape (2, 3).
fn m() -> Rmm {
    Rmm::new().npy("m.npy", "<i2", [2, 3], bytes(&[0_i16, 1, 2, 3, 4, 5]))
}

fn becomes(words: &str, values: [i16; 6]) {
    let ran = m().run(["set", "m.npy"].into_iter().chain(words.split(' '))).done();
    ran.file_is("m.npy", npy_bytes("<i2", &[2, 3], &bytes(&values))).names_are(["m.npy"]);
}

#[test]
fn values_are_broadcast_as_in_numpy() {
    becomes("1,2 9", [0, 1, 2, 3, 4, 9]);
    becomes("-1,0 -9", [0, 1, 2, -9, 4, 5]);
    becomes("-1,: -1 --quiet", [0, 1, 2, -1, -1, -1]);
    becomes("0 7 8 9", [7, 8, 9, 3, 4, 5]);
    becomes(": 7 8 9", [7, 8, 9, 7, 8, 9]);
    becomes("0 [7,8,9]", [7, 8, 9, 3, 4, 5]);
    becomes(":,:2 [[6,7],[8,9]]", [6, 7, 2, 8, 9, 5]);
    becomes(":,1: [[6],[8]]", [0, 6, 6, 3, 8, 8]);
    becomes("::-1,0 6 7", [7, 1, 2, 6, 4, 5]);
    becomes("() 1", [1; 6]);
    becomes("... 1", [1; 6]);
    becomes(":,[2,0] 8 9", [9, 1, 8, 9, 4, 8]);
    becomes("--rows 0 7 8 9", [7, 8, 9, 3, 4, 5]);
    becomes("--cols -1 -7 -8", [0, 1, -7, 3, 4, -8]);
    becomes("--along 1=0 -- -7 -8", [-7, 1, 2, -8, 4, 5]);
}

#[test]
fn the_last_of_repeated_positions_wins() {
    becomes("0,[1,1,1] 7 8 9", [0, 9, 2, 3, 4, 5]);
    becomes("[1,1] [[1,2,3],[7,8,9]]", [0, 1, 2, 7, 8, 9]);
}

#[test]
fn what_does_not_broadcast_is_refused() {
    for words in ["0 1 2", ": [[1],[2],[3]]", "0,0 1 2", "0 [[1,2,3]]", ": [[1,2],[3]]"] {
        m().run(["set", "m.npy"].into_iter().chain(words.split(' '))).refused(2, "");
    }
    m().run(["set", "m.npy", "0"]).refused(2, "VALUE is missing").stderr_has("hint: rmm set");
    m().run(["set", "m.npy", "--rows", "0"]).refused(2, "VALUE is missing");
    m().run(["set", "m.npy", "2,0", "1"]).refused(2, "index 2");
}

#[test]
fn integers_take_whole_numbers_only() {
    becomes("0,0 5.0", [5, 1, 2, 3, 4, 5]);
    becomes("0,0 1e3", [1000, 1, 2, 3, 4, 5]);
    becomes("0,0 0x10", [16, 1, 2, 3, 4, 5]);
    becomes("0,0 1_000", [1000, 1, 2, 3, 4, 5]);
    becomes("0,0 1.9 --casting unsafe", [1, 1, 2, 3, 4, 5]);
    becomes("0,0 40000 --overflow wrap", [-25536, 1, 2, 3, 4, 5]);
    becomes("0,0 40000 --overflow saturate", [32767, 1, 2, 3, 4, 5]);
    for value in ["1.5", "1e-3", "nan", "inf", "-inf", "40000", "1e30", "x", "", "1+2j", "True!"] {
        m().run(["set", "m.npy", "0,0", value]).refused(2, value);
    }
}

#[test]
fn nothing_is_stored_unless_every_value_fits() {
    m().run(["set", "m.npy", "0", "7", "8", "x"]).refused(2, "x");
    m().run(["set", "m.npy", ":", "[[1,2,3],[4,5,99999]]"]).refused(2, "99999");
}

#[test]
fn each_dtype_has_its_own_words() {
    let set = |dtype: &str, value: &str| {
        let size = rmm::dtype::parse(dtype).expect(dtype).dtype.itemsize();
        Rmm::new().npy("x.npy", dtype, [1], vec![0; size]).run(["set", "x.npy", "0", value])
    };
    let reads = |dtype: &str, value: &str, printed: &str| {
        set(dtype, value).done().then().run(["get", "x.npy", "0"]).prints(printed.to_owned() + "\n");
    };
    for (value, printed) in [("true", "True"), ("FALSE", "False"), ("1", "True"), ("0", "False")] {
        reads("?", value, printed);
    }
    for value in ["2", "yes", "1.0", "", "None"] {
        set("?", value).refused(2, "");
    }
    for (value, printed) in
        [("-inf", "-inf"), ("nan", "nan"), ("1e400", ""), ("-0.0", "-0.0"), ("1e-5", "1e-05"), (".5", "0.5")]
    {
        if printed.is_empty() {
            set("f8", value).refused(2, value);
        } else {
            reads("f8", value, printed);
        }
    }
    set("f4", "1e40").refused(2, "1e40");
    reads("f4", "0.1", "0.1");
    reads("c16", "1+2j", "(1+2j)");
    reads("c16", "-3", "(-3+0j)");
    reads("M8[s]", "2020-01-01", "2020-01-01T00:00:00");
    reads("M8[D]", "NaT", "NaT");
    reads("S3", "abc", "abc");
    reads("U3", "äöü", "äöü");
    set("S3", "abcdef").refused(2, "abcdef");
    set("U1", "ab").refused(2, "ab");
    reads("x:f4,n:i2", "(1.5,2)", "1.5\t2");
    set("x:f4,n:i2", "(1.5,2.5)").refused(2, "2.5");
    set("x:f4,n:i2", "(1.5)").refused(2, "");
    reads(">i4", "-5", "-5");
    let b = Rmm::new().npy("b.npy", "bfloat16", [1], [0, 0]).run(["set", "b.npy", "-d", "bf16", "0", "1.5"]).done();
    b.then().run(["get", "b.npy", "-d", "bf16", "0"]).prints("1.5\n");
}

#[test]
fn fields_are_set_alone() {
    let mut record = bytes(&[1.5_f32]);
    record.extend(bytes(&[7_i16]));
    let r = || Rmm::new().npy("r.npy", "x:f4,n:i2", [1], &record);
    r().run(["set", "r.npy", "0", "9", "--field", "n"]).done().then().run(["slice", "r.npy"]).prints("1.5\t9\n");
    r().run(["set", "r.npy", "0", "9.5", "--field", "n"]).refused(2, "9.5");
    r().run(["set", "r.npy", "0", "9", "--field", "q"]).refused(2, "q");
}

#[test]
fn values_come_from_another_array() {
    let two = || m().npy("v.npy", "<i2", [3], bytes(&[7_i16, 8, 9]));
    let ran = two().run(["set", "m.npy", "1", "--from", "v.npy"]).done();
    let ran = ran.file_is("m.npy", npy_bytes("<i2", &[2, 3], &bytes(&[0_i16, 1, 2, 7, 8, 9])));
    ran.then()
        .run(["set", "m.npy", "--from", "v.npy"])
        .done()
        .then()
        .run(["slice", "m.npy"])
        .prints("7\t8\t9\n7\t8\t9\n");
    let ran = m().stdin([1, 0, 2, 0, 3, 0]).run(["set", "m.npy", "0", "--from", "-", "--from-format", "raw"]).done();
    ran.file_is("m.npy", npy_bytes("<i2", &[2, 3], &bytes(&[1_i16, 2, 3, 3, 4, 5])));
    m().stdin([1, 0, 2, 0, 3, 0]).run(["set", "m.npy", "0", "--from", "-"]).refused(2, "");
    two().run(["set", "m.npy", "0,:2", "--from", "v.npy"]).refused(2, "v.npy");
    two().run(["set", "m.npy", "0", "1", "--from", "v.npy"]).refused(2, "--from");
    two().run(["set", "m.npy", "0", "--from", "nope.npy"]).refused(3, "nope.npy");
}

#[test]
fn values_nobody_asked_to_convert_follow_same_kind() {
    let floats = || m().npy("v.npy", "<f8", [3], bytes(&[7.0_f64, 8.9, 9.0]));
    floats().run(["set", "m.npy", "0", "--from", "v.npy"]).refused(2, "same_kind");
    floats()
        .run(["set", "m.npy", "0", "--from", "v.npy", "--casting", "unsafe"])
        .done()
        .then()
        .run(["get", "m.npy", "0"])
        .prints("7\n8\n9\n");
    let long = || m().npy("v.npy", "<i8", [3], bytes(&[7_i64, 8, 9]));
    long().run(["set", "m.npy", "0", "--from", "v.npy"]).done().then().run(["get", "m.npy", "0"]).prints("7\n8\n9\n");
    long().run(["set", "m.npy", "0", "--from", "v.npy", "--casting", "safe"]).refused(2, "safe");
    let big = m().npy("v.npy", "<i8", [3], bytes(&[7_i64, 8, 99_999]));
    big.run(["set", "m.npy", "0", "--from", "v.npy"]).refused(2, "99999");
}

#[test]
fn its_own_elements_are_read_before_they_are_stored() {
    let x = Rmm::new().file("x.dat", [1, 2, 3, 4, 5, 6]);
    let ran = x.run(["set", "x.dat", "-d", "u1", "::-1", "--from", "x.dat"]).done();
    ran.file_is("x.dat", [6, 5, 4, 3, 2, 1]).names_are(["x.dat"]);
}

#[test]
fn an_empty_selection_is_one_note() {
    let ran = m().run(["set", "m.npy", "2:", "1"]).code(0).stdout("").stderr_has("rmm: nothing is selected");
    ran.then().run(["set", "m.npy", "2:", "1", "-q"]).done();
    m().run(["set", "m.npy", "2:", "1.5"]).refused(2, "1.5");
}

#[test]
fn the_length_never_changes() {
    let x = Rmm::new().file("x", [0; 24]);
    x.run(["set", "x", "3", "1"]).refused(2, "index 3").then().run(["set", "x", "-s", "4", "3", "1"]).refused(2, "24");
    let trailing = Rmm::new().file("x", [0; 20]).run(["set", "x", "-s", "2", "--allow-trailing", ":", "1"]).done();
    assert_eq!(trailing.read("x").len(), 20);
}

#[test]
fn text_for_one_element_may_begin_with_a_bracket() {
    let folder = Rmm::new().npy("s.npy", "|S6", [2], b"[ab]\0\0x\0\0\0\0\0");
    folder.sh("rmm set s.npy 1 \"$(rmm get s.npy 0)\" && rmm slice s.npy").prints("[ab]\n[ab]\n");
}
