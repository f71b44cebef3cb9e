//! Selections out of core: in another order, from sparse files, into sparse files, with any number of threads.

use std::os::unix::fs::MetadataExt;

use crate::harness::{Rmm, bytes};

/// 2 GiB of float64, one of which is not zero.
fn sparse() -> Rmm {
    let big = Rmm::new().sparse("big", 1 << 31);
    big.run(["set", "big", "-s", "8192,32768", "5,7", "1.5"]).done().then()
}

#[test]
fn a_sparse_array_is_copied_sparse_whatever_is_made_of_it() {
    for (words, spec, index) in [
        (&["--to-order", "F"][..], "f8:8192,32768:F", "5,7"),
        (&["--transpose"], "f8:32768,8192", "7,5"),
        (&["--astype", "f4"], "f4:8192,32768", "5,7"),
        (&["--byteorder", "big"], ">f8:8192,32768", "5,7"),
        (&[], "f8:8192,32768", "5,7"),
    ] {
        let words = [&["slice", "big", "-s", "8192,32768", "-o", "copy.raw"], words].concat();
        let copied = sparse().run(words).done().then();
        let copy = copied.path("copy.raw").metadata().expect("it was made");
        assert!(copy.blocks() * 512 < 1 << 28, "{spec} takes {} MiB", copy.blocks() >> 11);
        copied.run(["get", "copy.raw", "--spec", spec, index, "0,0", "-1,-1"]).prints("1.5\n0.0\n0.0\n");
    }
}

#[test]
fn zeros_are_stored_without_taking_storage() {
    let filled = sparse().run(["fill", "big", "-s", "8192,32768", "--value", "0"]).done().then();
    let big = filled.path("big").metadata().expect("it is there");
    assert_eq!(big.len(), 1 << 31);
    assert!(big.blocks() * 512 < 1 << 20, "{} KiB", big.blocks() / 2);
    filled.run(["get", "big", "-s", "8192,32768", "5,7"]).prints("0.0\n");
}

#[test]
fn only_positive_zero_is_all_zero_bytes() {
    let a = Rmm::new().arange("a.npy", [1000, 300]).run(["fill", "a.npy", "--value", "-0.0"]).done().then();
    a.run(["get", "a.npy", "7,7"]).prints("-0.0\n");
    let a = Rmm::new().arange("a.npy", [1000, 300]).run(["fill", "a.npy", "0:500", "--value", "0"]).done().then();
    a.run(["get", "a.npy", "499,299", "500,0"]).prints("0.0\n150000.0\n");
}

#[test]
fn every_item_size_crosses_orders() {
    for (dtype, size) in [("u1", 1), ("u2", 2), ("f4", 4), ("f8", 8), ("c16", 16), ("V3", 3)] {
        let content: Vec<u8> =
            (0..210 * 190 * size as u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let mut expected = Vec::with_capacity(content.len());
        for column in (0..190).rev() {
            for row in 0..210 {
                expected.extend_from_slice(&content[(row * 190 + column) * size..][..size]);
            }
        }
        for threads in ["1", "5"] {
            let words = ["slice", "a", ":,::-1", "-d", dtype, "-s", "210,190", "--transpose", "-o", "t", "-j", threads];
            let made = Rmm::new().file("a", &content).run(words).done().file_is("t", &expected);
            // Through a stream the elements come in order, by another way.
            let words =
                ["slice", "a", ":,::-1", "-d", dtype, "-s", "210,190", "--transpose", "-f", "raw", "-j", threads];
            made.then().run(words).code(0).stdout(&expected);
        }
    }
}

#[test]
fn of_values_that_do_not_fit_the_first_of_the_result_is_named() {
    let mut values = vec![0.0_f64; 600 * 700];
    (values[1], values[699 * 600]) = (1e9, 1e9);
    let words = ["slice", "a", "-s", "600,700", "--order", "F", "--astype", "i2", "-o", "b"];
    Rmm::new().file("a", bytes(&values)).run(words).refused(2, "at index (0, 699)").names_are(["a"]);
}

#[test]
fn a_large_result_in_another_order_is_the_same_in_a_stream_and_in_a_file() {
    let big = Rmm::new().sparse("big", 80 << 20);
    let big = big.run(["fill", "big", "-s", "5120,2048", "::7,::5", "--random", "normal", "--seed", "3"]).done().then();
    let spec = "--spec f8:5120,2048 --transpose";
    let line = format!("rmm slice big {spec} -o t.npy && rmm slice big {spec} -f npy | cmp - t.npy");
    big.sh(&line).done().names_are(["big", "t.npy"]);
}
