//! `rmm info`: what is in a file.

use std::fs;

use serde_json::Value;

use crate::harness::{Ran, Rmm, bytes, npy_bytes};

#[test]
fn a_file_may_be_called_as_files_are_in_hints() {
    let folder = || Rmm::new().file("FILE.raw", [0; 48]);
    let ran = folder().run(["info", "FILE.raw", "-d", "f4", "-s", "3,4", "--order", "F", "--emit", "nhdr"]);
    ran.refused(2, "hint: rmm info FILE.raw --raw --spec '<f4:4,3:C@0' --emit nhdr\n");
    folder()
        .file("myFILE.bin", "x")
        .run(["info", "myFILE.bin", "--get", "shape"])
        .refused(2, "hint: rmm info myFILE.bin --guess\n");
}

fn a() -> Rmm {
    Rmm::new().arange("a.npy", [3, 4])
}

/// A raw file of 32 float32.
fn raw() -> Rmm {
    let values: Vec<f32> = (0..32_u8).map(f32::from).collect();
    Rmm::new().file("raw.dat", bytes(&values))
}

fn objects(ran: &Ran) -> Vec<Value> {
    let text = String::from_utf8(ran.output().to_vec()).expect("JSON is text");
    text.lines().map(|line| serde_json::from_str(line).expect("each line is an object")).collect()
}

#[test]
fn a_table_says_it_all() {
    let ran = a().run(["info", "a.npy"]).code(0).stderr("");
    let text = String::from_utf8(ran.output().to_vec()).expect("text");
    for (key, value) in [
        ("path", "a.npy"),
        ("format", "npy"),
        ("dtype", "<f8 (float64)"),
        ("byte order", "little"),
        ("shape", "3,4"),
        ("order", "C"),
        ("offset", "128"),
        ("itemsize", "8"),
        ("size", "12"),
        ("nbytes", "96"),
        ("strides", "32,8"),
        ("file size", "224"),
        ("allocated", ""),
        ("trailing", "0"),
    ] {
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_else(|| panic!("no {key} in\n{text}"));
        assert!(line[key.len()..].trim_start().starts_with(value), "{line}");
    }
}

#[test]
fn an_object_a_file_and_a_line_each() {
    let ran = a().npy("b.npy", ">i2", [2], [0, 1, 0, 2]).run(["info", "a.npy", "b.npy", "--json"]).code(0).stderr("");
    let objects = objects(&ran);
    assert_eq!(objects.len(), 2);
    assert!(objects[0]["schema"].is_number());
    assert_eq!(objects[0]["shape"], serde_json::json!([3, 4]));
    assert_eq!((&objects[1]["dtype"], &objects[1]["byteorder"]), (&Value::from(">i2"), &Value::from("big")));
    assert_eq!(objects[1]["path"], "b.npy");
}

#[test]
fn each_value_can_be_asked_for() {
    let get = |key: &str| a().run(["info", "a.npy", "--get", key]);
    get("shape").prints("3,4\n");
    get("spec").prints("<f8:3,4:C@128\n");
    get("dtype").prints("<f8\n");
    get("order").prints("C\n");
    get("offset").prints("128\n");
    get("size").prints("12\n");
    get("itemsize").prints("8\n");
    get("nbytes").prints("96\n");
    get("format").prints("npy\n");
    get("colour").refused(2, "colour");
    raw().run(["info", "raw.dat", "-d", "f4", "-s", "-1,8", "--get", "shape"]).prints("4,8\n");
}

#[test]
fn what_is_told_can_be_given_back() {
    let spec = "rmm slice a.npy --raw --spec \"$(rmm info a.npy --get spec)\" -1,-1";
    a().sh(spec).prints("11.0\n");
    let record = "x:f4,n:i2,t:S3,s:(2,)i1";
    let r = Rmm::new().npy("r.npy", "V11", [2], [1; 22]).sh(&format!("rmm create d.npy -s 2 -d '{record}'")).done();
    let r = r
        .then()
        .sh("rmm slice d.npy --raw --spec \"$(rmm info d.npy --get spec)\" -f raw > got; rmm slice d.npy -f raw > d")
        .done();
    let expected = r.read("d");
    let r = r.file_is("got", expected);
    r.then().sh("rmm create like.npy -d \"$(rmm info d.npy --get dtype)\" -s \"$(rmm info d.npy --get shape)\"; cmp like.npy d.npy").done();
    for dtype in ["bfloat16", ">M8[ns]", "S5", "?", "U3", "V3", "c8", "float8_e5m2"] {
        let made = Rmm::new().run(["create", "x.dat", "-s", "2", "-d", dtype]).done();
        let line = format!("rmm slice x.dat -d \"$(rmm info x.dat -d '{dtype}' --get dtype)\" -f raw | cmp - x.dat");
        made.then().sh(&line).done();
    }
}

#[test]
fn holes_and_trailing_bytes_are_told() {
    let mut long = npy_bytes("<f8", &[2], &bytes(&[1.0_f64, 2.0]));
    long.extend(b"trailing");
    Rmm::new().file("t.npy", long).run(["info", "t.npy", "--get", "trailing"]).prints("8\n");
    let huge = Rmm::new().run(["create", "huge.npy", "-s", "1024,1024,131072"]).done();
    let huge = huge.then().run(["info", "huge.npy", "--json"]).code(0);
    let object = &objects(&huge)[0];
    assert_eq!(object["nbytes"], 1_u64 << 40);
    assert_eq!(object["file_size"], (1_u64 << 40) + 128);
    assert!(object["allocated"].as_u64().expect("a number") < 1 << 20, "{object}");
}

#[test]
fn a_file_of_which_nothing_is_said_never_fails_on_its_size() {
    let ran = Rmm::new().file("odd", [0; 7]).run(["info", "odd"]).code(0).stdout_has("7 bytes");
    ran.then().run(["info", "odd", "-d", "f4"]).refused(2, "rmm: odd: 7 bytes");
    Rmm::new().file("empty", "").run(["info", "empty", "--get", "shape"]).prints("0\n");
    Rmm::new().file("odd", [0; 7]).run(["info", "odd", "--json"]).code(0).stdout_has("problem");
}

#[test]
fn a_question_is_answered_by_the_exit_code() {
    let expect = |spec: &str| a().run(["info", "a.npy", "--expect", spec]);
    for spec in ["f8:3,4", "<f8:3,4:C@128", "f8", "f8:-1,4", "f8:3,4:C"] {
        expect(spec).done();
    }
    for (spec, message) in [
        ("f4:3,4", "f4"),
        ("f8:4,3", "4,3"),
        (">f8:3,4", ">f8"),
        ("f8:3,4:F", "F"),
        ("f8:3,4@64", "64"),
        ("f8:12", "12"),
    ] {
        expect(spec).code(1).stdout("").stderr_has("a.npy: ").stderr_has(message);
    }
    expect("f8:x").refused(2, "x");
}

#[test]
fn one_bad_file_does_not_hide_the_others() {
    let ran = a().run(["info", "nope", "a.npy", "--get", "shape"]).code(3).stdout("3,4\n").stderr_has("rmm: nope: ");
    ran.then().run(["info"]).refused(2, "FILE");
}

#[test]
fn streams_are_told_like_files() {
    a().sh("rmm info - --get shape < a.npy").prints("3,4\n");
    a().sh("cat a.npy | rmm info - --get shape").prints("3,4\n");
    a().sh("cat a.npy | rmm info /dev/stdin --get spec").prints("<f8:3,4:C@128\n");
}

#[test]
fn a_sidecar_counts() {
    let made = Rmm::new().run(["create", "x.dat", "-s", "2,3", "-d", "<i2", "--sidecar"]).done();
    let made = made.then().run(["info", "x.dat", "--get", "spec"]).prints("<i2:2,3:C@0\n");
    let folder = made.then();
    fs::remove_file(folder.path("x.dat.rmm.json")).expect("it was there");
    folder.run(["info", "x.dat"]).code(0).stdout_has("12 bytes");
}

#[test]
fn statistics_are_those_of_what_is_not_nan() {
    let items = [3.0, f64::NAN, 0.0, -1.0, f64::INFINITY];
    let folder = || Rmm::new().file("n.dat", bytes(&items));
    let object = &objects(&folder().run(["info", "n.dat", "--stats", "--json"]).code(0))[0];
    let expected = serde_json::json!({
        "count": 5, "nan": 1, "inf": 1, "zero": 1, "min": -1.0, "max": "Infinity", "sum": "Infinity", "mean": "Infinity",
        "std": "NaN"
    });
    assert_eq!(object["stats"], expected);
    let ran = a().run(["info", "a.npy", "--stats", "--ddof", "1"]).code(0);
    let text = String::from_utf8(ran.output().to_vec()).expect("text");
    for line in
        ["count       12", "zero        1", "max         11.0", "sum         66.0", "std         3.605551275463989"]
    {
        assert!(text.lines().any(|found| found == line), "{line} in {text}");
    }
}

#[test]
fn every_field_of_numbers_has_statistics() {
    let data = [&1_i32.to_le_bytes()[..], b"ab", &5_i32.to_le_bytes(), b"cd"].concat();
    let folder = || Rmm::new().file("r.npy", npy_bytes("n:<i4,t:S2", &[2], &data));
    let object = &objects(&folder().run(["info", "r.npy", "--stats", "--json"]).code(0))[0];
    assert_eq!(object["stats"]["n"]["mean"], 3.0);
    assert_eq!(object["stats"]["t"], Value::Null);
}

#[test]
fn what_is_no_number_is_not_measured() {
    let refused = |dtype: &str, option: &[&str], message: &str| {
        let folder = Rmm::new().file("a.dat", [0_u8; 32]);
        folder.run([&["info", "a.dat", "-d", dtype], option].concat()).refused(2, message);
    };
    refused("S2", &["--stats"], "--stats needs numbers, but the dtype is bytes16");
    refused("M8[D]", &["--stats", "--finite"], "--stats needs numbers, but the dtype is datetime64[D]");
    refused("m8[s]", &["--histogram", "2", "--stats"], "--histogram needs numbers, but the dtype is timedelta64[s]");
    refused("M8[D]", &["--finite"], "--finite needs numbers, but the dtype is datetime64[D]");
    refused("M8[D]", &["--finite"], "hint: rmm map-chunks a.dat --reduce min, or max");
    refused("g", &["--stats"], "--stats needs numbers of at most 64 bits a part, but the dtype is float128");
    refused("c16", &["--histogram", "2"], "--histogram needs real numbers, but the dtype is complex128");
    let folder = Rmm::new().file("t.npy", npy_bytes("t:S2", &[2], b"abcd"));
    folder.run(["info", "t.npy", "--stats"]).refused(2, "--stats needs numbers, but no field holds any");
}

#[test]
fn counts_stand_between_numpys_edges() {
    let ran = a().run(["info", "a.npy", "--histogram", "2"]).code(0);
    let text = String::from_utf8(ran.output().to_vec()).expect("text");
    assert!(text.ends_with("\n\n0.0\t5.5\t6\n5.5\t11.0\t6\n"), "{text}");
    let object = &objects(&a().run(["info", "a.npy", "--histogram", "2", "--json"]).code(0))[0];
    assert_eq!(object["histogram"], serde_json::json!({"edges": [0.0, 5.5, 11.0], "counts": [6, 6]}));
    assert_eq!(object["stats"], Value::Null);
    let single = Rmm::new().file("f.dat", bytes(&[0_f32, 0.1, 0.5, 1.0]));
    let object = &objects(&single.run(["info", "f.dat", "-d", "f4", "--histogram", "10", "--json"]).code(0))[0];
    // Edges of float32: those of float64 would be 0.9 here, and 0.30000000000000004.
    let edges = serde_json::json!([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.900_000_04, 1.0]);
    assert_eq!(object["histogram"], serde_json::json!({"edges": edges, "counts": [1, 1, 0, 0, 0, 1, 0, 0, 0, 1]}));
}

#[test]
fn what_is_not_finite_is_a_no() {
    a().run(["info", "a.npy", "--finite"]).prints("");
    let ran = Rmm::new().file("n.dat", bytes(&[1.0, f64::NAN])).run(["info", "n.dat", "--finite"]).code(1);
    ran.stderr("rmm: n.dat: not all of 2 elements are finite: 1 NaN, 0 infinite\n");
}

#[test]
fn figures_that_are_no_numbers_are_words_in_json() {
    let nans = || Rmm::new().file("n.dat", bytes(&[f64::NAN, f64::NAN]));
    let object = &objects(&nans().run(["info", "n.dat", "-d", "f8", "--stats", "--json"]).code(0))[0];
    for figure in ["min", "max", "mean", "std"] {
        assert_eq!(object["stats"][figure], "NaN", "{figure}");
    }
    let two = Rmm::new().file("n.dat", bytes(&[1.0, 2.0]));
    let object = &objects(&two.run(["info", "n.dat", "-d", "f8", "--stats", "--ddof", "2", "--json"]).code(0))[0];
    assert_eq!(object["stats"]["std"], "Infinity");
    let far = Rmm::new().file("n.dat", bytes(&[-1.5e308, 1.5e308]));
    far.run(["info", "n.dat", "-d", "f8", "--histogram", "2", "--json"]).refused(2, "rmm: n.dat: no histogram from");
}
