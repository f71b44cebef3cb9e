//! `--expr`: expressions over arrays, in place, to files and to stdout.

use crate::harness::{Rmm, bytes};

fn a() -> Rmm {
    Rmm::new().arange("a.npy", [2, 3])
}

#[test]
fn results_go_where_they_are_asked_to() {
    a().run(["map-chunks", "a.npy", "--expr", "x*2+1"]).prints("1.0\t3.0\t5.0\n7.0\t9.0\t11.0\n");
    a().run(["map-chunks", "a.npy", "--expr", "-x", "-f", "csv"]).prints("-0.0,-1.0,-2.0\n-3.0,-4.0,-5.0\n");
    a().run(["map-chunks", "a.npy", "1", "--expr", "x > 3", "-f", "json"]).prints("[false,true,true]\n");
    let made = a().run(["map-chunks", "a.npy", "--expr", "x*2", "--astype", "i2", "-o", "b.dat"]).done();
    made.file_is("b.dat", bytes(&[0_i16, 2, 4, 6, 8, 10]));
    let stored = a().run(["map-chunks", "a.npy", ":,1:", "--expr", "x + 10*i", "-i"]).done();
    stored.then().run(["slice", "a.npy"]).prints("0.0\t1.0\t2.0\n3.0\t14.0\t15.0\n");
    a().run(["map-chunks", "a.npy", "--expr", "x", "--check"]).prints("");
    a().sh("rmm slice a.npy -f npy | rmm map-chunks - --expr 'x+1' 0").prints("1.0\n2.0\n3.0\n");
}

#[test]
fn a_result_of_another_kind_is_refused_with_the_cast_that_stores_it() {
    let small = || Rmm::new().file("u.dat", [1_u8, 2]);
    for command in [&["map-chunks", "-i"][..], &["fill"]] {
        let run = |text: &'static str| small().run([command, &["u.dat", "-d", "u1", "--expr", text]].concat());
        let refused = run("x*1.5").refused(2, "rmm: u.dat: cannot cast from float64 to uint8");
        refused.stderr_has("hint: --casting unsafe\nhint: uint8(x*1.5)\n");
        run("uint8(x*1.5)").done().file_is("u.dat", [1, 3]);
    }
}

#[test]
fn repeated_positions_are_computed_once() {
    let stored = a().run(["map-chunks", "a.npy", "0,[2,1,2]", "--expr", "x+1", "-i"]).done();
    stored.then().run(["slice", "a.npy", "0"]).prints("0.0\n2.0\n3.0\n");
}

#[test]
fn other_arrays_keep_to_the_order_of_a_list() {
    let folder = || Rmm::new().arange("a.npy", [5]).file("y.dat", bytes(&[100_f64, 200.0, 300.0]));
    for command in [&["map-chunks", "-i"][..], &["fill"]] {
        let add = |index: &'static str, spec: &'static str| {
            folder().run([command, &["a.npy", index, "--with", spec, "--expr", "x+y"]].concat()).done()
        };
        let two = add("[3,1]", "y=y.dat:f8:2@8");
        two.then().run(["get", "a.npy", ":"]).prints("0.0\n301.0\n2.0\n203.0\n4.0\n");
        // As in NumPy, the last of a position counts.
        let repeated = add("[3,1,1]", "y=y.dat");
        repeated.then().run(["get", "a.npy", ":"]).prints("0.0\n301.0\n2.0\n103.0\n4.0\n");
    }
}

#[test]
fn other_arrays_are_broadcast() {
    let folder = || a().arange("row.npy", [3]).file("raw.dat", bytes(&[100_i32, 200]));
    folder()
        .run(["map-chunks", "a.npy", "--with", "r=row.npy", "--expr", "x*r"])
        .prints("0.0\t1.0\t4.0\n0.0\t4.0\t10.0\n");
    let with = "c=raw.dat:i4:2,1";
    folder()
        .run(["map-chunks", "a.npy", "--with", with, "--expr", "c+x"])
        .prints("100.0\t101.0\t102.0\n203.0\t204.0\t205.0\n");
    folder().run(["map-chunks", "a.npy", "--with", "r=raw.dat:i4", "--expr", "x*r"]).refused(2, "cannot broadcast");
    folder().run(["map-chunks", "a.npy", "--with", "r=none.npy", "--expr", "x*r"]).refused(3, "none.npy: cannot open");
}

#[test]
fn the_file_that_is_changed_is_read_in_the_same_places_only() {
    let same = a().run(["map-chunks", "a.npy", "--with", "y=a.npy", "--expr", "x+y", "-i"]).done();
    same.then().run(["get", "a.npy", "1,2"]).prints("10.0\n");
    a().run(["map-chunks", "a.npy", "0:1", "--with", "y=a.npy:<f8:2,3@128", "--expr", "x", "-i"])
        .refused(2, "other places");
}

#[test]
fn nothing_is_stored_unless_everything_fits() {
    let refused = [
        ("x*1j", "according to the rule 'same_kind'"),
        ("sqr(x)", "unknown function 'sqr' at column 1"),
        ("x +", "column"),
        ("y", "unknown name 'y' at column 1"),
        ("1 < x < 2", "column"),
    ];
    for (expression, part) in refused {
        a().run(["map-chunks", "a.npy", "--expr", expression, "-i"]).refused(2, part);
    }
    let byte = || Rmm::new().file("b.dat", [250, 251, 252]);
    byte()
        .run(["map-chunks", "b.dat", "-d", "u1", "--expr", "int16(x)+4", "-i", "--casting", "unsafe"])
        .refused(2, "at index (2,): 256");
    let wrapped = byte().run(["map-chunks", "b.dat", "-d", "u1", "--expr", "x+5", "-i"]).done();
    wrapped.file_is("b.dat", [255, 0, 1]);
}

#[test]
fn deep_and_long_expressions_are_errors_and_no_crash() {
    let deep = format!("{}x{}", "(".repeat(10_000), ")".repeat(10_000));
    a().run(["map-chunks", "a.npy", "--expr", &deep]).refused(2, "");
}

#[test]
fn fill_and_create_take_expressions_too() {
    let filled = a().run(["fill", "a.npy", "1", "--expr", "x*10 + j"]).done();
    filled.then().run(["get", "a.npy", "1"]).prints("30.0\n41.0\n52.0\n");
    a().run(["fill", "a.npy", "--expr", "x", "--value", "1"]).refused(2, "one thing");
    let made = Rmm::new().run(["create", "b.dat", "-s", "2,2", "-d", "i4", "--expr", "i*2+j"]).done();
    made.file_is("b.dat", bytes(&[0_i32, 1, 2, 3]));
    Rmm::new().run(["create", "b.dat", "-s", "2", "--expr", "x"]).refused(2, "unknown name 'x'");
    a().run(["set", "a.npy", "0", "1", "--expr", "x"]).refused(2, "unexpected argument");
}

#[test]
fn the_copy_of_mode_c_is_computed_and_the_file_is_not() {
    let made = a().run(["map-chunks", "a.npy", "--expr", "x+1", "-i", "--mode", "c", "-o", "b.npy"]).done();
    made.then().sh("rmm get a.npy 1,2; rmm get b.npy 1,2").prints("5.0\n6.0\n");
    let told = a().run(["map-chunks", "a.npy", "--expr", "x*2", "-i", "--dry-run"]);
    told.stdout_has("5 of 6 selected elements would change");
}

#[test]
fn a_casting_rule_that_is_named_counts_for_types_that_are_asked_for() {
    let said = "according to the rule 'safe'";
    for what in [&["--expr", "x/3"][..], &["--reduce", "mean"], &["--expr", "x/3", "--reduce", "sum"]] {
        let run = |more: &[&'static str]| a().run([&["map-chunks", "a.npy", "--astype", "i2"], what, more].concat());
        run(&["--casting", "safe"]).refused(2, said);
        run(&["--casting", "unsafe"]).code(0);
        run(&[]).code(0);
    }
    a().run(["slice", "a.npy", "--astype", "i2", "--casting", "safe"]).refused(2, said);
}

#[test]
fn casting_no_keeps_results_out_of_an_array_of_the_other_byte_order() {
    let big = || Rmm::new().file("b.dat", [0, 1, 0, 2]);
    for command in [&["map-chunks", "-i"][..], &["fill"]] {
        let run = |rule: &'static str| {
            big().run([command, &["b.dat", "-d", ">i2", "--expr", "-x", "--casting", rule]].concat())
        };
        run("no").refused(2, "according to the rule 'no'").file_is("b.dat", [0, 1, 0, 2]);
        run("equiv").done().file_is("b.dat", [255, 255, 255, 254]);
    }
    Rmm::new().file("l.dat", [1, 0]).run(["fill", "l.dat", "-d", "<i2", "--expr", "-x", "--casting", "no"]).done();
}

#[test]
fn a_name_that_cannot_be_used_is_refused() {
    for (with, message) in [
        ("x=a.npy", "--with x: x is the array itself"),
        ("1y=a.npy", "--with 1y: a name is letters"),
        ("a b=a.npy", "--with a b: a name is letters"),
        ("i=a.npy", "--with i: i is a coordinate"),
        ("i0=a.npy", "--with i0: i0 is a coordinate"),
        ("nan=a.npy", "--with nan: nan is a constant"),
        ("sin=a.npy", "--with sin: sin is a function"),
    ] {
        let refused = a().run(["map-chunks", "a.npy", "--with", with, "--expr", "x"]).refused(2, message);
        refused.stderr_has("hint: --with y=other.npy");
    }
    let twice = ["fill", "a.npy", "--with", "y=a.npy", "--with", "y=a.npy", "--expr", "x+y"];
    a().run(twice).refused(2, "--with y is given twice").stderr_has("hint: a name for each");
    // A new array has no x of its own.
    a().run(["create", "b.npy", "-s", "2,3", "--expr", "x+1", "--with", "x=a.npy"]).done();
}

#[test]
fn a_result_for_one_field_is_told_how_to_get_there() {
    let records = || Rmm::new().file("r.dat", [1, 2, 3, 4]);
    let run = |text: &'static str| records().run(["map-chunks", "r.dat", "-d", "x:u1,xy:u1", "-i", "--expr", text]);
    run("x.x+1").refused(2, "cannot cast from uint8 to ").stderr_has("hint: --field x --expr 'x+1'\n");
    run("x.xy*x.xy").refused(2, "").stderr_has("hint: --field xy --expr 'x*x'\n");
    run("x.x+x.xy").refused(2, "").stderr_has("hint: --field NAME stores in one field, x\n");
    let told = records().run(["map-chunks", "r.dat", "-d", "x:u1,xy:u1", "-i", "--field", "x", "--expr", "x+1"]).done();
    told.file_is("r.dat", [2, 2, 4, 4]);
}
