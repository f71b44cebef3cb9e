//! `rmm create`: new files, whole or not at all.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};

use rmm::shape::Order;

use crate::harness::{Rmm, arange, bytes, npy_bytes, npy_in};

#[test]
fn zeros_are_a_sparse_file() {
    let made = Rmm::new().run(["create", "z.dat", "-s", "1000,1000"]).done();
    let metadata = fs::metadata(made.then().path("z.dat")).expect("it has been made");
    assert_eq!((metadata.len(), metadata.blocks()), (8_000_000, 0));
    let made = Rmm::new().run(["create", "z.npy", "-s", "1000,1000", "-d", "f4"]).done();
    let metadata = fs::metadata(made.then().path("z.npy")).expect("it has been made");
    assert!(metadata.len() == 4_000_128 && metadata.blocks() * 512 < 100_000, "{} blocks", metadata.blocks());
}

#[test]
fn blocks_can_be_reserved() {
    let made = Rmm::new().run(["create", "z.dat", "-s", "1000,100", "--preallocate"]).done();
    let metadata = fs::metadata(made.then().path("z.dat")).expect("it has been made");
    assert!(metadata.len() == 800_000 && metadata.blocks() * 512 >= 800_000, "{} blocks", metadata.blocks());
}

#[test]
fn the_bytes_are_those_of_numpy_save() {
    for (dims, words) in [(&[2_u64, 3][..], "2,3"), (&[5], "5"), (&[], "()"), (&[0, 3], "0,3"), (&[2, 1, 2], "2x1x2")] {
        for dtype in ["<f8", ">i2", "|b1", "<c16", "|S5", "<U2", "<M8[ns]", "|V3"] {
            let itemsize = rmm::dtype::parse(dtype).expect("a dtype").dtype.itemsize();
            let size: u64 = dims.iter().product();
            let zeros = vec![0; size as usize * itemsize];
            let made = Rmm::new().run(["create", "a.npy", "-s", words, "-d", dtype]).done();
            made.file_is("a.npy", npy_bytes(dtype, dims, &zeros)).names_are(["a.npy"]);
        }
    }
    let made = Rmm::new().run(["create", "a.npy", "-s", "2,3", "-d", "i4", "--order", "F", "--arange"]).done();
    made.file_is("a.npy", npy_in("<i4", &[2, 3], Order::F, &bytes(&[0_i32, 3, 1, 4, 2, 5])));
    let made = Rmm::new().run(["create", "a.dat", "--npy", "-s", "2", "-d", "f8"]).done();
    made.file_is("a.dat", npy_bytes("<f8", &[2], &[0; 16]));
}

#[test]
fn content_is_made_in_c_order() {
    let create = |words: &str| Rmm::new().run(["create", "x"].into_iter().chain(words.split(' '))).done();
    create("-s 2,3").file_is("x", [0; 48]);
    create("-s 3 -d f4 --value 1.5").file_is("x", bytes(&[1.5_f32; 3]));
    create("-s 2 --value -inf").file_is("x", bytes(&[f64::NEG_INFINITY; 2]));
    create("-s 2 -d >i2 --value 0x10").file_is("x", [0, 16, 0, 16]);
    create("-s 2,2 -d i8 --arange").file_is("x", bytes(&[0_i64, 1, 2, 3]));
    create("-s 3 -d i2 --arange --start 5 --step -2").file_is("x", bytes(&[5_i16, 3, 1]));
    create("-s 3 -d f8 --arange --start 0.5 --step 0.25").file_is("x", bytes(&[0.5_f64, 0.75, 1.0]));
    create("-s 5 --linspace 0,1").file_is("x", bytes(&[0.0_f64, 0.25, 0.5, 0.75, 1.0]));
    create("-s 5 --linspace -1,1").file_is("x", bytes(&[-1.0_f64, -0.5, 0.0, 0.5, 1.0]));
    create("-s 2 -d S3 --value ab").file_is("x", b"ab\0ab\0");
    create("-s 2 -d ? --value TRUE").file_is("x", [1, 1]);
    create("-s () --value 2").file_is("x", bytes(&[2.0_f64]));
    create("-s 2 --offset 16 --value 1").file_is("x", bytes(&[0.0_f64, 0.0, 1.0, 1.0]));
    create("--spec <i2:2,2:F@2 --arange").file_is("x", bytes(&[0_i16, 0, 2, 1, 3]));
}

#[test]
fn content_that_does_not_fit_makes_no_file() {
    for (words, message) in [
        ("-s 3 -d i1 --value 300", "300"),
        ("-s 3 -d i4 --value 1.5", "1.5"),
        ("-s 3 -d f4 --value 1e40", "1e40"),
        ("-s 3 -d S3 --value abcdef", "abcdef"),
        ("-s 3 -d ? --value yes", "yes"),
        ("-s 300 -d u1 --arange", "299"),
        ("-s 3 -d i4 --value 1 --arange", "--arange"),
        ("-s 3 --start 3", "--arange"),
        ("-s 3 --linspace 1", "1"),
        ("-s 3 -d f3", "f3"),
        ("-s 99999999999999,99999999999999", "99999999999999"),
        ("-s -1", "-1"),
        ("", "--shape"),
        ("-s 3 --mode r", "mode r"),
        ("-s 3 --mode r+", "mode r+"),
        ("-s 3 --mode c", "mode c"),
        ("-s 3 --value [1,2,3]", "one value"),
        ("-s 3 --random", "--random"),
        ("-s 3 --random gauss", "'gauss' is no distribution"),
        ("-s 3 --random uniform --seed -1", "'-1' is no whole number"),
        ("-s 3 --seed 1", "--random"),
        ("-s 3 --random uniform --arange", "--random"),
        ("-s 3 -d i4 --random uniform --seed 1", "not int32"),
        ("-s 3 -d c8 --random normal --seed 1", "not complex64"),
        ("-s 3 -d u1 --random integers:-1,5 --seed 1", "uint8 holds 0 to 255"),
        ("-s 300 -d u1 --arange", "--arange goes from 0 to 299, but uint8 holds 0 to 255: element 256 is 256"),
        ("-s 300 -d i1 --arange --start 100 --step -3", "but int8 holds -128 to 127: element 77 is -131"),
        ("-s 5 -d u1 --overflow saturate --arange --step 9000000000000000000", "but uint8 holds 0 to 255\n"),
        ("-s 3 -d u1 --arange --start -1", "goes from -1 to 1, but uint8 holds 0 to 255: element 0 is -1"),
    ] {
        let words = ["create", "x"].into_iter().chain(words.split(' ').filter(|word| !word.is_empty()));
        Rmm::new().run(words).refused(2, message).names_are([]);
    }
}

/// `Generator(Philox(1))`: `random(3)`, `random(3, "f4")` and `integers(1, 65, 6, "i1")`.
#[test]
fn random_content_is_that_of_numpy() {
    let create =
        |words: &str| Rmm::new().run(["create", "x", "--seed", "1"].into_iter().chain(words.split(' '))).done();
    create("-s 3 --random uniform")
        .file_is("x", bytes(&[0.066_802_009_339_656_3_f64, 0.079_012_982_354_902_95, 0.005_777_118_030_780_293]));
    create("-s 3 -d f4 --random uniform").file_is("x", bytes(&[0.420_910_72_f32, 0.066_801_965, 0.173_733_65]));
    create("-s 6 -d i1 --random integers:1,65").file_is("x", [15, 52, 49, 27, 48, 60]);
    create("-s 3,2 -d i1 --order F --random integers:1,65").file_is("x", [15, 49, 48, 52, 27, 60]);
    let normal = create("-s 4 -d f8 --random normal").read("x");
    let big: Vec<u8> = normal.chunks_exact(8).flat_map(|item| item.iter().rev().copied().collect::<Vec<_>>()).collect();
    create("-s 2,2 -d >f8 --random normal").file_is("x", big);
}

#[test]
fn a_seed_from_the_system_is_told_and_makes_the_same() {
    let told = Rmm::new().run("create x -s 9 --random uniform".split(' ')).code(0).stdout("").stderr_has("rmm: seed ");
    let seed = told.said().trim_end().rsplit(' ').next().expect("a seed").to_owned();
    let again = Rmm::new().run(["create", "x", "-s", "9", "--random", "uniform", "--seed", &seed]).done();
    assert!(again.read("x") == told.read("x"), "seed {seed}");
    let other = Rmm::new().run("create x -s 9 --random uniform -q".split(' ')).done();
    assert!(other.read("x") != told.read("x"), "another seed each time");
}

/// 3 MB: enough for several threads and chunks.
#[test]
fn random_content_does_not_depend_on_threads() {
    let made = |threads: &str| {
        let words = "create x -s 1000,751 -d f4 --random normal --seed 3 -j".split(' ');
        Rmm::new().run(words.chain([threads])).done().read("x")
    };
    assert!(made("1") == made("7"), "threads change the result");
}

#[test]
fn an_existing_file_is_refused_unless_forced() {
    let there = || Rmm::new().file("x", "old");
    there().run(["create", "x", "-s", "1"]).refused(2, "x: exists already").stderr_has("--force").file_is("x", "old");
    for force in [&["--force"][..], &["--mode", "w+"], &["--mode", "write"]] {
        there().run(["create", "x", "-s", "1"].iter().chain(force)).done().file_is("x", [0; 8]).names_are(["x"]);
    }
    there()
        .run(["create", "x", "-s", "1", "-d", "i1", "--value", "300", "--force"])
        .refused(2, "300")
        .file_is("x", "old");
    Rmm::new().run(["create", "no/x", "-s", "1"]).refused(3, "no/x: ");
    Rmm::new().run(["create", "/dev/null", "-s", "1"]).refused(2, "/dev/null: ");
    Rmm::new().run(["create", ".", "-s", "1", "--force"]).refused(2, "directory");
}

#[test]
fn a_symlink_to_a_new_file_is_followed() {
    let there = Rmm::new();
    symlink("target", there.path("link")).expect("a new link");
    let made = there.run(["create", "link", "-s", "1"]).done().names_are(["link", "target"]);
    assert!(made.file_is("target", [0; 8]).then().path("link").is_symlink());
}

#[test]
fn another_array_can_be_the_model() {
    let f = npy_in(">i2", &[2, 3], Order::F, &[0; 12]);
    let made = Rmm::new().file("f.npy", &f).run(["create", "g.npy", "--like", "f.npy"]).done().file_is("g.npy", &f);
    let made = made.then().run(["create", "h.npy", "--like", "f.npy", "-d", "u1"]).done();
    let made = made.file_is("h.npy", npy_in("|u1", &[2, 3], Order::F, &[0; 6]));
    made.then().run(["create", "i.npy", "--like", "nope"]).refused(3, "nope");
}

#[test]
fn another_array_can_be_the_content() {
    let a = || Rmm::new().arange("a.npy", [2, 3]);
    a().run(["create", "b.npy", "--from", "a.npy"]).done().file_is("b.npy", npy_bytes("<f8", &[2, 3], &arange(6)));
    let floats: Vec<f32> = (0..6_u8).map(f32::from).collect();
    a().run(["create", "b.npy", "--from", "a.npy", "-d", "f4"])
        .done()
        .file_is("b.npy", npy_bytes("<f4", &[2, 3], &bytes(&floats)));
    let x = Rmm::new().file("x.dat", [1, 2, 3, 4]);
    let made = x.run(["create", "b.npy", "--from", "x.dat", "-d", "u1", "-s", "2,2"]).done();
    made.file_is("b.npy", npy_bytes("|u1", &[2, 2], &[1, 2, 3, 4]));
    let x = Rmm::new()
        .stdin([0, 1, 0, 2])
        .run(["create", "b.npy", "--from", "-", "--from-spec", ">i2:2", "-d", "<i2"])
        .done();
    x.file_is("b.npy", npy_bytes("<i2", &[2], &[1, 0, 2, 0]));
    Rmm::new().stdin([0; 16]).run(["create", "b.npy", "--from", "-", "-s", "2"]).code(2).names_are([]);
    a().run(["create", "b.npy", "--from", "a.npy", "-d", "u1", "--value", "1"]).refused(2, "--from");
    a().run(["create", "b.npy", "--from", "nope.npy"]).refused(3, "nope.npy").names_are(["a.npy"]);
}

#[test]
fn types_numpy_does_not_know_get_a_sidecar() {
    let made = Rmm::new().run(["create", "b.npy", "-s", "2", "-d", "bfloat16", "--value", "-2.5"]).done();
    let made = made.names_are(["b.npy", "b.npy.rmm.json"]).then().run(["slice", "b.npy"]).prints("-2.5\n-2.5\n");
    made.then().run(["create", "b.npy", "-s", "1", "--force"]).done().names_are(["b.npy"]);
}

#[test]
fn somebody_elses_sidecar_is_not_touched() {
    let folder = Rmm::new().file("a.dat.rmm.json", "mine");
    folder.run(["create", "a.dat", "-s", "3"]).refused(2, "a.dat.rmm.json: exists already");
    let folder = Rmm::new().file("a.dat.rmm.json", "mine");
    folder.run(["create", "a.dat", "-s", "3", "--sidecar"]).refused(2, "a.dat.rmm.json: exists already");
}

#[test]
fn a_sidecar_that_cannot_be_replaced_leaves_the_array_alone() {
    for line in ["create a.npy -s 5 -d bf16 --force", "create a.npy -s 5 --force", "slice b.npy -o a.npy --force"] {
        let folder = Rmm::new().arange("a.npy", [3]).arange("b.npy", [4]);
        fs::create_dir(folder.path("a.npy.rmm.json")).expect("a folder");
        folder.run(line.split(' ')).refused(2, "a.npy.rmm.json: is in the place of the sidecar");
    }
}

#[test]
fn a_sidecar_follows_no_link() {
    let folder = Rmm::new().file("victim", "precious");
    symlink("victim", folder.path("a.dat.rmm.json")).expect("a link");
    let refused = folder.run(["create", "a.dat", "-s", "3", "--sidecar"]).refused(2, "exists already");
    let made = refused.then().run(["create", "a.dat", "-s", "3", "--sidecar", "--force"]).done();
    made.file_is("victim", "precious");
}

#[test]
fn a_count_that_leaves_the_type_is_refused_unless_it_is_said_what_becomes_of_it() {
    for (dtype, start, step) in
        [("f2", "60000", "10000"), ("f4", "1e38", "2e38"), ("i2", "32766", "1"), ("f8", "1e308", "5e307")]
    {
        let line = ["create", "a.npy", "-s", "4", "-d", dtype, "--arange", "--start", start, "--step", step];
        Rmm::new().run(line).refused(2, "--arange");
    }
    let line = "create a.dat -s 3 -d i2 --arange --start 32766 --overflow";
    Rmm::new().sh(&format!("rmm {line} wrap && rmm get a.dat -d i2 :")).prints("32766\n32767\n-32768\n");
    Rmm::new().sh(&format!("rmm {line} saturate && rmm get a.dat -d i2 :")).prints("32766\n32767\n32767\n");
}

#[test]
fn a_stream_is_no_place_for_an_array() {
    Rmm::new().run(["create", "-", "-s", "3"]).refused(2, "-: is not a regular file");
}

#[test]
fn an_expression_obeys_the_casting_rule_that_is_named() {
    let create = |words: &str| Rmm::new().run(["create", "x"].into_iter().chain(words.split(' ')));
    create("-s 3 -d i1 --expr i*1.5").done().file_is("x", [0, 1, 3]);
    for rule in ["no", "equiv", "safe", "same_kind"] {
        create(&format!("-s 3 -d i1 --expr i*1.5 --casting {rule}")).refused(2, "x: ").names_are([]);
    }
    create("-s 3 -d i1 --expr i*1.5 --casting unsafe").done().file_is("x", [0, 1, 3]);
}

#[test]
fn a_source_obeys_the_casting_rule_that_is_named() {
    let create = |rule: &str| {
        let words = format!("create x --from a.npy -d i1{rule}");
        Rmm::new().arange("a.npy", [3]).run(words.split(' '))
    };
    create("").done().file_is("x", [0, 1, 2]);
    create(" --casting unsafe").done().file_is("x", [0, 1, 2]);
    for rule in ["no", "equiv", "safe", "same_kind"] {
        let refused = create(&format!(" --casting {rule}")).refused(2, "a.npy: cannot cast from float64 to int8");
        refused.stderr_has(rule).names_are(["a.npy"]);
    }
}

#[test]
fn a_value_that_does_not_fit_names_the_file_and_a_way_that_works() {
    let create = |words: &str| Rmm::new().run(["create", "x"].into_iter().chain(words.split(' ')));
    create("-s 3 -d u1 --expr i*200").refused(2, "rmm: x: at index (2,): 400 does not fit uint8");
    create("-s 1 -d f4 --expr 1e40").refused(2, "--overflow nan stores NaN");
    create("-s 1 -d f4 --expr 1e40 --overflow nan").done().file_is("x", bytes(&[f32::NAN]));
}
