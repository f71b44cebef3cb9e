//! `map-chunks --reduce`: one element of many, with NumPy's results.

use crate::harness::{Rmm, bytes, npy_in};
use rmm::shape::Order;

/// 0 to 11 as 3 rows of 4.
fn a() -> Rmm {
    Rmm::new().arange("a.npy", [3, 4])
}

fn with(name: &str, items: &[f64]) -> Rmm {
    Rmm::new().file(name, bytes(items))
}

#[test]
fn every_reduction_has_numpys_result() {
    for (op, result) in [
        ("sum", "66.0"),
        ("prod", "0.0"),
        ("min", "0.0"),
        ("max", "11.0"),
        ("mean", "5.5"),
        ("std", "3.452052529534663"),
        ("var", "11.916666666666666"),
        ("any", "True"),
        ("all", "False"),
        ("count_nonzero", "11"),
        ("argmin", "0"),
        ("argmax", "11"),
        ("nansum", "66.0"),
        ("nanmin", "0.0"),
        ("nanmax", "11.0"),
        ("nanmean", "5.5"),
        ("nanstd", "3.452052529534663"),
    ] {
        a().run(["map-chunks", "a.npy", "--reduce", op]).prints(format!("{result}\n"));
    }
}

#[test]
fn axes_are_those_of_the_selection() {
    for (words, result) in [
        (&["--axis", "0"][..], "[12.0,15.0,18.0,21.0]"),
        (&["--axis", "-1"], "[6.0,22.0,38.0]"),
        (&["--axis=-1", "--keepdims"], "[[6.0],[22.0],[38.0]]"),
        (&["--axis", "0,1", "--keepdims"], "[[66.0]]"),
        (&["--axis", "-1,0"], "66.0"),
        (&["1", "--axis", "0"], "22.0"),
        (&[":,::-2", "--axis", "1"], "[4.0,12.0,20.0]"),
        (&["[2,0],:", "--axis", "1"], "[38.0,6.0]"),
    ] {
        let command = [&["map-chunks", "a.npy", "-f", "json", "--reduce", "sum"][..], words].concat();
        a().run(command).prints(format!("{result}\n"));
    }
}

#[test]
fn results_of_expressions_are_reduced() {
    a().run(["map-chunks", "a.npy", "--expr", "x > 3", "--reduce", "sum"]).prints("8\n");
    a().run(["map-chunks", "a.npy", "--expr", "x - j", "--reduce", "max", "--axis", "0", "-f", "csv"])
        .prints("8.0\n8.0\n8.0\n8.0\n");
    a().arange("row.npy", [4])
        .run(["map-chunks", "a.npy", "--with", "r=row.npy", "--expr", "x*r", "--reduce", "sum", "--axis", "1"])
        .prints("14.0\n38.0\n62.0\n");
    a().sh("rmm slice a.npy -f npy | rmm map-chunks - --reduce mean").prints("5.5\n");
    a().run(["map-chunks", "a.npy", "--reduce", "sum", "--check"]).prints("");
}

#[test]
fn positions_count_in_the_order_of_the_selection() {
    let items: Vec<f64> = vec![3.0, 1.0, 1.0, 5.0, 0.0, 0.0];
    let folder = || Rmm::new().file("f.npy", npy_in("<f8", &[2, 3], Order::F, &bytes(&items)));
    // In C order: 3 1 0, 1 5 0.
    folder().run(["map-chunks", "f.npy", "--reduce", "argmin"]).prints("2\n");
    folder().run(["map-chunks", "f.npy", "--reduce", "argmax"]).prints("4\n");
    folder().run(["map-chunks", "f.npy", "::-1", "--reduce", "argmin"]).prints("2\n");
    folder().run(["map-chunks", "f.npy", "--reduce", "argmin", "--axis", "0"]).prints("1\n0\n0\n");
}

#[test]
fn results_go_to_files_in_the_type_that_is_wanted() {
    let made =
        a().run(["map-chunks", "a.npy", "--reduce", "mean", "--axis", "0", "--astype", "f4", "-o", "m.dat"]).done();
    made.file_is("m.dat", bytes(&[4_f32, 5.0, 6.0, 7.0]));
    let made = a().run(["map-chunks", "a.npy", "--reduce", "sum", "-o", "s.npy"]).done();
    made.then()
        .run(["info", "s.npy", "--get", "spec"])
        .prints("<f8:():C@128\n")
        .then()
        .run(["get", "s.npy", "()"])
        .prints("66.0\n");
    a().run(["map-chunks", "a.npy", "--reduce", "sum", "-o", "a.npy"]).refused(2, "exists");
}

#[test]
fn integers_are_exact_or_an_error() {
    let folder = || Rmm::new().file("u.dat", bytes(&[u64::MAX, u64::MAX, 3]));
    let sum =
        |words: &[&str]| folder().run([&["map-chunks", "u.dat", "-d", "u8", "--reduce", "sum"][..], words].concat());
    sum(&[]).refused(2, "the sum is 36893488147419103233, which does not fit uint64");
    sum(&["--overflow", "wrap"]).prints("1\n");
    sum(&["--overflow", "saturate"]).prints("18446744073709551615\n");
    sum(&["--astype", "f8"]).prints("3.6893488147419103e+19\n");
    folder()
        .run(["map-chunks", "u.dat", "-d", "u8", "-s", "3,1", "--reduce", "prod", "--axis", "0"])
        .refused(2, "at index (0,): the product is above 2^127");
}

#[test]
fn float32_is_added_in_float64() {
    let ones = vec![1.0_f32; 1 << 12];
    let folder = Rmm::new().file("o.dat", bytes(&[&[16_777_216.0_f32], &ones[..]].concat()));
    folder.run(["map-chunks", "o.dat", "-d", "f4", "--reduce", "sum", "--astype", "f8"]).prints("16781312.0\n");
}

#[test]
fn nan_is_carried_on_or_left_out() {
    let folder = || with("n.dat", &[2.0, f64::NAN, 1.0, f64::NAN]);
    for (op, result) in
        [("min", "nan"), ("nanmin", "1.0"), ("argmax", "1"), ("nansum", "3.0"), ("nanmean", "1.5"), ("mean", "nan")]
    {
        folder().run(["map-chunks", "n.dat", "--reduce", op]).prints(format!("{result}\n"));
    }
    folder()
        .run(["map-chunks", "n.dat", "1::2", "--reduce", "nanmax"])
        .code(0)
        .stderr("rmm: All-NaN slice encountered\n");
    folder().run(["map-chunks", "n.dat", "1::2", "--reduce", "nanmean"]).code(0).stderr("rmm: Mean of empty slice\n");
}

#[test]
fn nothing_has_a_sum_and_no_minimum() {
    let none = |op| with("e.dat", &[]).run(["map-chunks", "e.dat", "--reduce", op]);
    none("sum").prints("0.0\n");
    none("all").prints("True\n");
    none("mean").code(0).stderr("rmm: Mean of empty slice\n");
    none("var").code(0).stderr("rmm: Degrees of freedom <= 0 for slice\n");
    none("max").refused(2, "zero-size array to reduction operation maximum which has no identity");
    none("argmin").refused(2, "attempt to get argmin of an empty sequence");
}

#[test]
fn what_cannot_be_reduced_is_said() {
    for (words, part) in [
        (&["--reduce", "median"][..], "median"),
        (&["--reduce", "sum", "--axis", "2"], "axis 2 is out of bounds for array of dimension 2"),
        (&["--reduce", "sum", "--axis", "0,-2"], "duplicate value in 'axis'"),
        (&["--reduce", "argmin", "--axis", "0,1"], "argmin takes one axis or all, not 2"),
        (&["--reduce", "sum", "--ddof", "1"], "--ddof is for std, var and nanstd, not for sum"),
        (&["--reduce", "sum", "-i"], "cannot be used with"),
        (&["--reduce", "sum", "--exec", "cat"], "cannot be used with"),
        (&["--axis", "0"], "--reduce"),
        (&["--reduce", "sum", "--expr", "2**(int64(x)-5)"], "at index (0, 0): integers to negative integer powers"),
    ] {
        a().run([&["map-chunks", "a.npy"][..], words].concat()).refused(2, part);
    }
    let text = Rmm::new().file("t.dat", *b"abcd");
    text.run(["map-chunks", "t.dat", "-d", "S2", "--reduce", "max"]).refused(2, "max is not defined for");
    let times = Rmm::new().file("t.dat", bytes(&[5_i64, 3]));
    times
        .run(["map-chunks", "t.dat", "-d", "M8[D]", "--reduce", "sum"])
        .refused(2, "sum is not defined for datetime64[D]");
    let times = Rmm::new().file("t.dat", bytes(&[5_i64, 3]));
    times.run(["map-chunks", "t.dat", "-d", "M8[D]", "--reduce", "min"]).prints("1970-01-04\n");
}

#[test]
fn sums_are_the_same_bits_on_any_number_of_threads() {
    let values: Vec<f64> = (1..=400_000).map(|value| 1.0 / f64::from(value)).collect();
    for shape in ["400000", "400,1000", "100000,4"] {
        for words in [&["--reduce", "sum"][..], &["--reduce", "std", "--axis", "0"]] {
            let result = |threads: &str, chunk: &str| {
                let command = ["map-chunks", "v.dat", "-s", shape, "-f", "raw", "-j", threads, "--chunk", chunk];
                with("v.dat", &values).run([&command[..], words].concat()).code(0).output().to_vec()
            };
            let expected = result("1", "1000");
            for (threads, chunk) in [("2", "1"), ("3", "777"), ("7", "4097")] {
                assert_eq!(result(threads, chunk), expected, "{shape} {words:?} on {threads} threads");
            }
        }
    }
}

#[test]
fn holes_are_not_read_and_count_as_the_zeros_they_are() {
    let sparse =
        |len| Rmm::new().sparse("s", len).run(["set", "s", "-d", "f8", "[70000,-300000]", "0.1"]).done().then();
    let mut both = sparse(1 << 26).sh("cat s > d").done().then();
    for command in [
        "map-chunks FILE -d f8 --reduce std",
        "map-chunks FILE -d f8 -s 8,-1 --reduce argmax --axis 1",
        "map-chunks FILE -d f8 -s -1,8 --reduce mean --axis 0",
        "map-chunks FILE -d f8 --expr 'exp(x)*0.1' --reduce sum",
        "map-chunks FILE -d f8 --expr 'x+i' --reduce sum",
        "map-chunks FILE -d f8 --with y=FILE:f8 --expr 'x-y*3' --reduce min",
        "info FILE -d f8 --stats --histogram 3 --json",
    ] {
        // What a file is called and takes is told before its figures.
        let of =
            |name: &str, threads| format!("rmm {} -j {threads} | sed 's/.*\"stats\"//'", command.replace("FILE", name));
        let ran = both.sh(&of("d", 1)).code(0);
        let expected = ran.output().to_vec();
        both = ran.then().sh(&of("s", 1)).prints(&expected).then();
        both = both.sh(&of("s", 3)).prints(&expected).then();
    }
    // Reading it would take longer than any test may.
    sparse(1 << 37).run(["map-chunks", "s", "-d", "f8", "--expr", "x*2", "--reduce", "max"]).prints("0.2\n");
}

#[test]
fn what_fails_for_the_zeros_of_a_hole_fails() {
    let ran =
        Rmm::new().sparse("s", 1 << 26).run(["map-chunks", "s", "-d", "i8", "--expr", "2**(x-1)", "--reduce", "sum"]);
    ran.refused(2, "at index (0,): integers to negative integer powers are not allowed");
}

#[test]
fn integers_beyond_64_bits_are_there_in_what_holds_them() {
    let reduced = |op: &str, items: Vec<u8>, astype: &str| {
        let command = ["map-chunks", "u.dat", "-d", "u8", "--reduce", op, "--casting", "unsafe", "--astype", astype];
        Rmm::new().file("u.dat", items).run(command)
    };
    let sum = |astype: &str| reduced("sum", bytes(&[u64::MAX, u64::MAX, 5]), astype);
    for (astype, result) in [("f4", "3.689349e+19"), ("c16", "(3.6893488147419103e+19+0j)"), ("bool", "True")] {
        sum(astype).prints(format!("{result}\n"));
    }
    sum("f2").refused(2, "does not fit float16");
    sum("u4").refused(2, "the sum is 36893488147419103235, which does not fit uint64");
    let product = |astype: &str| reduced("prod", bytes(&[2_u64; 70]), astype);
    product("bool").prints("True\n");
    product("c8").prints("(1.1805916e+21+0j)\n");
}
