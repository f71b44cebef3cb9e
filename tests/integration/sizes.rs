//! Files that are larger than memory, disk and patience: 1 TiB, most of it a hole.

use std::fs;
use std::os::unix::fs::MetadataExt;

use crate::harness::{Ran, Rmm, bytes, npy_bytes};

/// 2^40 bytes of float64.
const SHAPE: &str = "1024,1024,131072";

fn huge() -> Ran {
    Rmm::new().run(["create", "huge.npy", "-s", SHAPE]).done()
}

#[test]
fn a_tebibyte_is_created_edited_and_read_at_once() {
    let ran = huge().then().run(["set", "huge.npy", "-1,-1,-1", "2.5"]).done();
    let ran = ran.then().run(["get", "huge.npy", "-1,-1,-1", "0,0,0", "512,512,65536"]).prints("2.5\n0.0\n0.0\n");
    let ran = ran.then().run(["slice", "huge.npy", "-1,-1,-3:"]).prints("0.0\n0.0\n2.5\n");
    let ran = ran.then().run(["slice", "huge.npy", "::512,::512,::65536", "-f", "csv"]).prints("0.0,0.0\n".repeat(4));
    let ran = ran.then().run(["fill", "huge.npy", "512,:3,:2", "--arange"]).done();
    let ran = ran.then().run(["slice", "huge.npy", "512,:3,:2"]).prints("0.0\t1.0\n2.0\t3.0\n4.0\t5.0\n");
    let ran = ran.then().run(["slice", "huge.npy", "-1,-1,-2:", "-o", "end.npy"]).done();
    let ran = ran.file_is("end.npy", npy_bytes("<f8", &[2], &bytes(&[0.0_f64, 2.5])));
    let metadata = fs::metadata(ran.then().path("huge.npy")).expect("it is there");
    assert_eq!(metadata.len(), (1 << 40) + 128);
    assert!(metadata.blocks() * 512 < 1 << 20, "{} blocks", metadata.blocks());
}

#[test]
fn little_address_space_is_enough_for_any_size() {
    let limited = |line: &str| format!("ulimit -v 400000 && rmm {line} -j 2");
    let ran = huge().then().sh(&limited("set huge.npy -1,-1,-1 2.5")).done();
    ran.then().sh(&limited("get huge.npy -1,-1,-1")).prints("2.5\n");
}

#[test]
fn a_raw_tebibyte_needs_no_header() {
    let ran = Rmm::new().sparse("huge.dat", 1 << 40).run(["set", "huge.dat", "-d", "f4", "-1", "1.5"]).done();
    let ran = ran.then().run(["get", "huge.dat", "-d", "f4", "274877906943", "-2"]).prints("1.5\n0.0\n");
    ran.then().run(["get", "huge.dat", "--spec", "u1:16@1099511627760", "-1"]).prints("63\n");
}

#[test]
fn a_copy_of_a_hole_is_a_hole() {
    let ran = Rmm::new().sparse("hole.dat", 1 << 34).run(["slice", "hole.dat", "-o", "copy.npy"]).done();
    let metadata = fs::metadata(ran.then().path("copy.npy")).expect("it has been made");
    assert_eq!(metadata.len(), (1 << 34) + 128);
    assert!(metadata.blocks() * 512 < 1 << 20, "{} blocks", metadata.blocks());
}

#[test]
fn sizes_beyond_any_file_are_refused() {
    let larger = "shape 1099511627776 of 2000000000-byte elements is larger than any file (2^63 - 1 bytes)";
    for line in [
        "slice huge.dat -d u1 --astype S2000000000 -o out.raw",
        "slice huge.dat -d u1 --astype S2000000000 -o out.npy",
        "map-chunks huge.dat -d u1 --astype S2000000000 --exec cat -f raw -o out.dat",
        "map-chunks huge.dat -d u1 --astype S2000000000 --exec cat -f table",
    ] {
        let ran = Rmm::new().sparse("huge.dat", 1 << 40).sh(&format!("rmm {line}"));
        ran.code(2).stderr_has(larger).names_are(["huge.dat"]);
    }
    let indivisible =
        Rmm::new().file("five", "12345").run(["info", "five", "-d", "u1", "-s", "4611686018427387904,-1"]);
    indivisible.refused(2, "5 bytes are no whole number of 4611686018427387904-byte slices");
}
