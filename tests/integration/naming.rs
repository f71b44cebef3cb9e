//! Which array is meant: flags, SPEC, header, sidecar, and modes.

use rmm::shape::Order;

use crate::harness::{Rmm, bytes, npy_in};

/// A raw file of 32 float32: 0, 1, 2, …
fn raw() -> Rmm {
    let values: Vec<f32> = (0..32_u8).map(f32::from).collect();
    Rmm::new().file("raw.dat", bytes(&values))
}

#[test]
fn a_file_without_a_description_is_float64() {
    Rmm::new().file("x", bytes(&[1.5_f64, -2.0])).run(["slice", "x"]).prints("1.5\n-2.0\n");
}

#[test]
fn flags_describe_a_raw_file() {
    raw().run(["get", "raw.dat", "-d", "f4", "-s", "4,8", "-1,0"]).prints("24.0\n");
    raw().run(["get", "raw.dat", "--dtype=<f4", "--shape=4x8", "--order", "F", "1,2"]).prints("9.0\n");
    raw().run(["slice", "raw.dat", "-d", "float32", "-s", "-1,8", "2,:2"]).prints("16.0\n17.0\n");
    raw().run(["slice", "raw.dat", "-d", "f4", "--offset", "0x70"]).prints("28.0\n29.0\n30.0\n31.0\n");
    raw().run(["slice", "raw.dat", "-d", "f4", "--offset", "124", "-s", "()"]).prints("31.0\n");
    Rmm::new().sparse("k", 4104).run(["slice", "k", "--offset", "4KiB"]).prints("0.0\n");
}

#[test]
fn an_offset_need_not_be_aligned() {
    let mut odd = b"abc".to_vec();
    odd.extend(bytes(&[1.5_f64, 2.5]));
    Rmm::new().file("x", odd).run(["slice", "x", "--offset", "3", "1"]).prints("2.5\n");
}

#[test]
fn spec_says_the_same_in_one_word() {
    raw().run(["get", "raw.dat", "--spec", "<f4:4,8", "-1,0"]).prints("24.0\n");
    raw().run(["get", "raw.dat", "--spec", "f4:2,-1:F@64", "1,2"]).prints("21.0\n");
    let big: Vec<u8> = [1.0_f32, 2.0].iter().flat_map(|value| value.to_be_bytes()).collect();
    Rmm::new().file("x", big).run(["slice", "x", "--spec", ">f4:2"]).prints("1.0\n2.0\n");
    Rmm::new()
        .file("x", bytes(&[1.0_f32, 2.0, 3.0, 4.0]))
        .run(["slice", "x", "--spec", "{x:f4,y:f4}:2"])
        .prints("1.0\t2.0\n3.0\t4.0\n");
}

#[test]
fn the_same_key_twice_is_refused() {
    raw().run(["slice", "raw.dat", "--spec", "f4:32", "-d", "f4"]).refused(2, "given twice, by --dtype and by --spec");
    raw().run(["slice", "raw.dat", "--spec", "f4:32", "-s", "32"]).refused(2, "given twice, by --shape and by --spec");
    raw().run(["slice", "raw.dat", "--spec", "f4:8@96", "--offset", "96"]).refused(2, "--offset and by --spec");
    raw().run(["slice", "raw.dat", "--spec", "f4:4,8:F", "--order", "C"]).refused(2, "--order and by --spec");
    raw().run(["slice", "raw.dat", "--spec", "f4:4,8", "--order", "F", "0"]).code(0).stderr("");
}

#[test]
fn the_size_must_be_that_of_the_file() {
    raw().run(["slice", "raw.dat", "-d", "f4", "-s", "33"]).refused(2, "132 bytes, but the file has 128");
    let long = raw().run(["slice", "raw.dat", "-d", "f4", "-s", "30"]).refused(2, "but the file has 128");
    let long = long.stderr_has("--allow-trailing").stderr_has("--offset").stderr_has("--shape 32");
    long.then().run(["get", "raw.dat", "-d", "f4", "-s", "30", "--allow-trailing", "-1"]).prints("29.0\n");
    raw().run(["slice", "raw.dat", "-d", "f4", "-s", "33", "--allow-trailing"]).refused(2, "but the file has 128");
    raw().run(["slice", "raw.dat", "-d", "f4", "-s", "5,-1"]).refused(2, "raw.dat: ");
    raw().run(["slice", "raw.dat", "-d", "f4", "--offset", "129"]).refused(2, "128");
    raw().run(["slice", "raw.dat", "-d", "f4", "-s", "-1,-1"]).refused(2, "-1");
    raw().run(["slice", "raw.dat", "-d", "f4", "-s", "0,-1"]).refused(2, "-1");
    Rmm::new().file("odd", [0; 7]).run(["slice", "odd"]).refused(2, "odd: ").stderr_has("7 bytes");
}

#[test]
fn sizes_beyond_all_files_are_refused() {
    for shape in ["9223372036854775807", "18446744073709551615,2", "4294967296,4294967296"] {
        raw().run(["slice", "raw.dat", "-d", "f4", "-s", shape]).refused(2, "");
    }
}

#[test]
fn a_header_describes_itself_whatever_the_name() {
    Rmm::new().arange("data.bin", [2, 2]).run(["slice", "data.bin"]).prints("0.0\t1.0\n2.0\t3.0\n");
    let f = npy_in("<i4", &[2, 3], Order::F, &bytes(&[0_i32, 3, 1, 4, 2, 5]));
    Rmm::new().file("f.npy", f).run(["slice", "f.npy"]).prints("0\t1\t2\n3\t4\t5\n");
}

#[test]
fn what_is_no_npy_is_raw_whatever_the_name() {
    Rmm::new().file("x.npy", bytes(&[1.5_f64])).run(["slice", "x.npy"]).prints("1.5\n");
}

#[test]
fn only_a_dtype_of_the_same_itemsize_goes_over_a_header() {
    let a = || Rmm::new().arange("a.npy", [3, 4]);
    a().run(["get", "a.npy", "-d", "i8", "0,1"]).prints("4607182418800017408\n");
    a().run(["slice", "a.npy", "-d", "f4"]).refused(2, "a.npy: ");
    a().run(["slice", "a.npy", "-s", "4,3"]).refused(2, "3,4");
    a().run(["slice", "a.npy", "--order", "F"]).refused(2, "a.npy: ");
    a().run(["slice", "a.npy", "--offset", "0"]).refused(2, "a.npy: ");
    let v2 = || Rmm::new().npy("v.npy", "V2", [2], [0x80, 0x3f, 0x20, 0xc0]);
    v2().run(["slice", "v.npy", "-d", "bfloat16"]).prints("1.0\n-2.5\n");
    v2().run(["slice", "v.npy"]).prints("803f\n20c0\n");
}

#[test]
fn raw_ignores_the_header() {
    let a = || Rmm::new().arange("a.npy", [3, 4]);
    a().run(["slice", "a.npy", "--raw", "--spec", "f8:3,4@128", "2"]).prints("8.0\n9.0\n10.0\n11.0\n");
    a().run(["slice", "a.npy", "--raw", "-d", "S6", "-s", "1", "--allow-trailing"]).prints("\\x93NUMPY\n");
    a().run(["slice", "a.npy", "--raw", "-d", "u1", "-s", "3,4"]).refused(2, "a.npy: ");
}

#[test]
fn trailing_bytes_of_an_npy_are_left_alone() {
    let mut long = crate::harness::npy_bytes("<f8", &[2], &bytes(&[1.0_f64, 2.0]));
    long.extend(b"trailing");
    Rmm::new().file("a.npy", long).run(["slice", "a.npy"]).prints("1.0\n2.0\n");
}

#[test]
fn a_sidecar_describes_a_raw_file_and_flags_win() {
    let made = Rmm::new().run(["create", "x.dat", "-s", "2,3", "-d", "<i2", "--arange", "--sidecar"]).done();
    let made = made.names_are(["x.dat", "x.dat.rmm.json"]);
    let read = made.then().run(["slice", "x.dat"]).prints("0\t1\t2\n3\t4\t5\n");
    read.then().run(["slice", "x.dat", "-s", "3,2"]).prints("0\t1\n2\t3\n4\t5\n");
}

#[test]
fn an_empty_sidecar_says_how_it_comes_right() {
    let rmm = Rmm::new().file("x.raw", [1, 2, 3, 4]).file("x.raw.rmm.json", "");
    let ran = rmm.run(["info", "x.raw", "-d", "u1", "-s", "2,2", "--emit", "json"]).refused(5, "says nothing");
    ran.stderr_has("hint: rm x.raw.rmm.json\nhint: rmm info x.raw -d DTYPE -s DIMS --write-sidecar\n");
}

#[test]
fn a_damaged_sidecar_is_corrupt() {
    for text in ["", "{", "[]", "{\"dtype\": 3}"] {
        Rmm::new().file("x", [0; 8]).file("x.rmm.json", text).run(["slice", "x"]).refused(5, "x.rmm.json");
    }
}

#[test]
fn modes_that_read_all_read() {
    for mode in ["r", "r+", "c", "readonly", "readwrite", "copyonwrite"] {
        Rmm::new().arange("a.npy", [2]).run(["get", "a.npy", "1", "-m", mode]).prints("1.0\n");
    }
}

#[test]
fn w_plus_belongs_to_create() {
    for mode in ["w+", "write"] {
        for words in [["slice", "a.npy", "0"], ["get", "a.npy", "0"]] {
            let a = Rmm::new().arange("a.npy", [2]);
            a.run(words.iter().chain(&["--mode", mode])).refused(2, "w+").stderr_has("hint: rmm create");
        }
        for words in [["set", "a.npy", "0", "1"], ["fill", "a.npy", "--value", "1"]] {
            let a = Rmm::new().arange("a.npy", [2]);
            a.run(words.iter().chain(&["--mode", mode])).refused(2, "w+").stderr_has("hint: rmm create");
        }
    }
    Rmm::new().arange("a.npy", [2]).run(["slice", "a.npy", "--mode", "rw"]).refused(2, "rw");
}

#[test]
fn mode_r_refuses_to_edit() {
    for mode in ["r", "readonly"] {
        let a = Rmm::new().arange("a.npy", [2]);
        a.run(["set", "a.npy", "0", "1", "-m", mode]).refused(2, "mode r").stderr_has("hint: ");
        let a = Rmm::new().arange("a.npy", [2]);
        a.run(["fill", "a.npy", "--value", "1", "-m", mode]).refused(2, "mode r").stderr_has("hint: ");
    }
}

#[test]
fn dtypes_are_spelt_as_in_numpy() {
    let one = bytes(&[1_u64]);
    for (dtype, printed) in [
        ("i8", "1\n"),
        ("<u8", "1\n"),
        (">i8", "72057594037927936\n"),
        ("int64", "1\n"),
        ("M8[ns]", "1970-01-01T00:00:00.000000001\n"),
        ("m8[s]", "1\n"),
        ("V8", "0100000000000000\n"),
        ("S8", "\\x01\n"),
    ] {
        Rmm::new().file("x", &one).run(["slice", "x", "-d", dtype]).prints(printed);
    }
    Rmm::new().file("x", [1, 0, 2, 255]).run(["slice", "x", "-d", "b"]).prints("1\n0\n2\n-1\n");
    Rmm::new().file("x", [1, 0, 2, 255]).run(["slice", "x", "-d", "B"]).prints("1\n0\n2\n255\n");
    Rmm::new().file("x", [1, 0]).run(["slice", "x", "-d", "?"]).prints("True\nFalse\n");
    Rmm::new().file("x", [1, 0]).run(["slice", "x", "-d", "bool"]).prints("True\nFalse\n");
    Rmm::new().file("x", [0x38, 0xb8]).run(["slice", "x", "-d", "float8_e4m3fn"]).prints("1.0\n-1.0\n");
    Rmm::new().file("x", [0x80, 0x3f]).run(["slice", "x", "-d", "bf16"]).prints("1.0\n");
    let two = bytes(&[1.0_f64, -2.0]);
    Rmm::new().file("x", &two).run(["slice", "x", "-d", "c16"]).prints("(1-2j)\n");
    Rmm::new().file("x", &two).run(["slice", "x", "-d", "float"]).prints("1.0\n-2.0\n");
    Rmm::new().file("x", &two).run(["slice", "x", "-d", "d"]).prints("1.0\n-2.0\n");
    Rmm::new().file("x", bytes(&[97_u32, 98])).run(["slice", "x", "-d", "U2"]).prints("ab\n");
    for wrong in ["f3", "flaot", "", "M8[parsec]", "O"] {
        Rmm::new().file("x", &two).run(["slice", "x", "-d", wrong]).refused(2, "");
    }
}

#[test]
fn structured_dtypes_are_spelt_in_three_ways() {
    let mut record = bytes(&[1.5_f32]);
    record.extend(bytes(&[7_i16]));
    record.extend([1, 2, 3]);
    for (dtype, printed) in [
        ("x:f4,n:i2,v:V3", "1.5\t7\t010203\n"),
        ("f4,i2,V3", "1.5\t7\t010203\n"),
        ("[('x','<f4'),('n','<i2'),('','|V3')]", "1.5\t7\n"),
    ] {
        Rmm::new().file("x", &record).run(["slice", "x", "-d", dtype]).prints(printed);
    }
}
