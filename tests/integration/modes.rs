//! Mode c: an edit that goes elsewhere.

use std::os::unix::fs::MetadataExt;

use crate::harness::{Rmm, bytes, npy_bytes, npy_in};
use rmm::shape::Order;

const OLD: [i16; 6] = [0, 1, 2, 3, 4, 5];
const NEW: [i16; 6] = [9, 9, 9, 3, 4, 5];

fn m() -> Rmm {
    Rmm::new().npy("m.npy", "<i2", [2, 3], bytes(&OLD))
}

#[test]
fn an_edit_under_mode_c_goes_to_a_copy() {
    for words in ["set m.npy 0 9", "fill m.npy 0 --value 9"] {
        for mode in ["c", "copyonwrite"] {
            let words = words.split(' ').chain(["--mode", mode, "-o", "new.npy"]);
            let ran = m().run(words).done().names_are(["m.npy", "new.npy"]);
            let ran = ran.file_is("m.npy", npy_bytes("<i2", &[2, 3], &bytes(&OLD)));
            let _ = ran.file_is("new.npy", npy_bytes("<i2", &[2, 3], &bytes(&NEW)));
        }
    }
}

#[test]
fn the_copy_can_go_to_stdout() {
    m().run(["fill", "m.npy", "0", "--value", "9", "-m", "c", "-o", "-"]).prints("9\t9\t9\n3\t4\t5\n");
    m().run(["fill", "m.npy", "0", "--value", "9", "-m", "c", "-o", "-", "-f", "raw"]).prints(bytes(&NEW));
    m().run(["set", "m.npy", "0", "9", "-m", "c", "-f", "csv"]).prints("9,9,9\n3,4,5\n");
}

#[test]
fn the_copy_keeps_order_and_byte_order() {
    let f = npy_in(">i2", &[2, 2], Order::F, &[0, 1, 0, 2, 0, 3, 0, 4]);
    let expected = npy_in(">i2", &[2, 2], Order::F, &[0, 1, 0, 2, 0, 7, 0, 4]);
    let ran = Rmm::new().file("f.npy", &f).run(["set", "f.npy", "0,1", "7", "-m", "c", "-o", "g.npy"]).done();
    let ran = ran.file_is("f.npy", &f).file_is("g.npy", &expected);
    ran.then().run(["set", "f.npy", "0,1", "7", "-m", "c", "-o", "-", "-f", "npy"]).prints(&expected);
}

#[test]
fn without_an_output_a_summary_says_what_would_change() {
    for dry in [&["--mode", "c"][..], &["--dry-run"]] {
        let before = npy_bytes("<i2", &[2, 3], &bytes(&OLD));
        let ran = m().run(["fill", "m.npy", "0", "--value", "9"].iter().chain(dry));
        ran.code(0).stderr("").stdout_has("3 of 3").file_is("m.npy", &before).names_are(["m.npy"]);
        let ran = m().run(["set", "m.npy", "0", "0", "1", "7"].iter().chain(dry));
        ran.code(0).stdout_has("1 of 3").stdout_has("2 -> 7").file_is("m.npy", &before);
    }
}

#[test]
fn an_edit_that_does_not_fit_makes_no_copy() {
    m().run(["set", "m.npy", "0", "99999", "-m", "c", "-o", "new.npy"]).refused(2, "99999").names_are(["m.npy"]);
    m().run(["set", "m.npy", "0", "99999", "--dry-run"]).refused(2, "99999");
    m().file("new.npy", "old").run(["set", "m.npy", "0", "9", "-m", "c", "-o", "new.npy"]).refused(2, "exists already");
}

#[test]
fn an_edit_in_place_takes_no_output() {
    m().run(["set", "m.npy", "0", "9", "-o", "new.npy"]).refused(2, "--mode c").stderr_has("hint: ");
    m().run(["set", "m.npy", "0", "9", "-m", "r+"]).done().file_is("m.npy", npy_bytes("<i2", &[2, 3], &bytes(&NEW)));
}

#[test]
fn the_copy_may_replace_the_original() {
    let ran = m().run(["set", "m.npy", "0", "9", "-m", "c", "-o", "m.npy", "--force"]).done();
    ran.file_is("m.npy", npy_bytes("<i2", &[2, 3], &bytes(&NEW))).names_are(["m.npy"]);
}

#[test]
fn a_copy_keeps_the_holes() {
    let made = Rmm::new().run(["create", "huge.npy", "-s", "1024,1024,131072"]).done();
    let made = made.then().run(["set", "huge.npy", "-1,-1,-1", "2.5", "-m", "c", "-o", "copy.npy"]).done();
    let made = made.then().run(["get", "copy.npy", "-1,-1,-1", "0,0,0"]).prints("2.5\n0.0\n");
    let folder = made.then().run(["get", "huge.npy", "-1,-1,-1"]).prints("0.0\n").then();
    let metadata = std::fs::metadata(folder.path("copy.npy")).expect("it has been made");
    assert_eq!(metadata.len(), (1 << 40) + 128);
    assert!(metadata.blocks() * 512 < 1 << 20, "{} blocks", metadata.blocks());
}
