//! Sidecars beside a raw file: damaged, endless, planted.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::harness::Rmm;

fn raw() -> Rmm {
    Rmm::new().file("h.dat", [0; 64])
}

#[test]
fn hostile_sidecars_are_corrupt_and_change_nothing() {
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let table = [
        ("nothing", String::new()),
        ("no JSON", "dtype: f8".to_owned()),
        ("a list", "[1, 2]".to_owned()),
        ("half an object", "{\"dtype\": \"f8\"".to_owned()),
        ("something behind it", "{} {}".to_owned()),
        ("a key that nobody knows", "{\"path\": \"/etc/passwd\"}".to_owned()),
        ("a key twice", "{\"offset\": 0, \"offset\": 8}".to_owned()),
        ("an unknown type", "{\"dtype\": \"nope\"}".to_owned()),
        ("objects", "{\"typestr\": \"|O\"}".to_owned()),
        ("a negative offset", "{\"offset\": -1}".to_owned()),
        ("an offset above 64 bits", "{\"offset\": 18446744073709551617}".to_owned()),
        ("a shape that is text", "{\"shape\": \"2,2\"}".to_owned()),
        ("a shape with a fraction", "{\"shape\": [1.5]}".to_owned()),
        ("a product that wraps", "{\"shape\": [4294967296, 4294967296, 4]}".to_owned()),
        ("an order that is text", "{\"fortran_order\": \"no\"}".to_owned()),
        ("another version", "{\"version\": 99}".to_owned()),
        ("brackets without end", format!("{{\"shape\": {deep}}}")),
        ("more than a sidecar can be", format!("{{\"dtype\": \"{}\"}}", "f".repeat(70_000))),
        ("what steers the terminal", "{\"dtype\": \"\\u001b]0;pwned\\u0007\"}".to_owned()),
    ];
    for (what, text) in table {
        for line in ["slice h.dat", "info h.dat", "set h.dat 0 1", "map-chunks h.dat --expr x -i"] {
            let ran =
                raw().file("h.dat.rmm.json", &text).sh(&format!("rmm {line}")).refused(5, "rmm: h.dat.rmm.json: ");
            let said = ran.said();
            assert!(said.chars().all(|c| c == '\n' || !c.is_control()), "{what}, {line}: {said:?}");
            assert!(said.len() < 2000, "{what}, {line}: {} bytes of message", said.len());
            let _ = ran.file_is("h.dat", [0; 64]).names_are(["h.dat", "h.dat.rmm.json"]);
        }
    }
}

#[test]
fn planted_sidecars_are_not_followed() {
    let folder = raw().file("elsewhere", "{\"dtype\": \"u1\"}");
    symlink("elsewhere", folder.path("h.dat.rmm.json")).expect("a link");
    folder.run(["slice", "h.dat"]).refused(5, "symbolic link");
    let folder = raw();
    fs::create_dir(folder.path("h.dat.rmm.json")).expect("a folder");
    folder.run(["slice", "h.dat"]).refused(5, "regular file");
    let folder = raw();
    assert!(Command::new("mkfifo").arg(folder.path("h.dat.rmm.json")).status().expect("mkfifo runs").success());
    folder.run(["slice", "h.dat"]).refused(5, "regular file");
}
