//! `rmm fill`: a region filled by a generator.

use crate::harness::{Rmm, bytes, npy_bytes};

fn m() -> Rmm {
    Rmm::new().npy("m.npy", "<i2", [2, 3], bytes(&[0_i16, 1, 2, 3, 4, 5]))
}

#[test]
fn a_region_is_filled_and_nothing_else() {
    for (words, values) in [
        ("--value 9", [9_i16; 6]),
        ("0 --value -9", [-9, -9, -9, 3, 4, 5]),
        (":,1 --arange", [0, 0, 2, 3, 1, 5]),
        ("-1 --arange --start 10 --step -2", [0, 1, 2, 10, 8, 6]),
        ("--linspace 0,5", [0, 1, 2, 3, 4, 5]),
        ("--linspace 10,5", [10, 9, 8, 7, 6, 5]),
        ("--rows 1 --cols ::2 --value 7", [0, 1, 2, 7, 4, 7]),
        (":,[2,0] --arange", [1, 1, 0, 3, 4, 2]),
        ("::-1,0 --arange", [1, 1, 2, 0, 4, 5]),
    ] {
        let ran = m().run(["fill", "m.npy"].into_iter().chain(words.split(' '))).done();
        ran.file_is("m.npy", npy_bytes("<i2", &[2, 3], &bytes(&values))).names_are(["m.npy"]);
    }
}

#[test]
fn what_does_not_fit_changes_nothing() {
    for (words, message) in [
        ("--value 40000", "40000"),
        ("--value 1.5", "1.5"),
        ("--value x", "x"),
        ("--arange --start 32765", "32768"),
        ("2 --value 1", "index 2"),
        ("", "fill with what"),
        ("--value 1 --arange", "--arange"),
        ("--value 1 -o out.npy", "--mode c"),
        ("0 1 --value 1", "'1'"),
        ("--random uniform --seed 1", "not int16"),
        ("--random integers:0,40000 --seed 1", "int16 holds -32768 to 32767"),
        ("--random integers --linspace 0,1", "--random"),
        ("--seed 1 --value 1", "--seed"),
        ("--start 1 --value 1", "--start"),
    ] {
        let words = ["fill", "m.npy"].into_iter().chain(words.split(' ').filter(|word| !word.is_empty()));
        m().run(words).refused(2, message).names_are(["m.npy"]);
    }
}

#[test]
fn what_does_not_fit_can_be_made_to() {
    let row = |words: &str| {
        m().run(["fill", "m.npy", "0"].into_iter().chain(words.split(' '))).done().then().run(["get", "m.npy", "0"])
    };
    row("--value 9223372036854775809 --overflow wrap").prints("1\n1\n1\n");
    row("--value 32768 --overflow wrap").prints("-32768\n-32768\n-32768\n");
    row("--value 32768 --overflow saturate").prints("32767\n32767\n32767\n");
    row("--value -inf --overflow saturate").prints("-32768\n-32768\n-32768\n");
}

#[test]
fn an_empty_selection_is_one_note() {
    m().run(["fill", "m.npy", "2:", "--value", "1"]).code(0).stdout("").stderr_has("rmm: nothing is selected");
    m().run(["fill", "m.npy", "2:", "--value", "1", "-q"]).done();
}

/// What a seed makes of an element does not depend on what is selected.
#[test]
fn random_parts_are_parts_of_the_random_whole() {
    let zeros = || Rmm::new().npy("m.npy", "<i2", [5, 4], vec![0; 40]);
    let random = |words: &str| {
        let words = words.split(' ').filter(|word| !word.is_empty());
        let fixed = ["--random", "integers", "--seed", "3"];
        zeros().run(["fill", "m.npy"].into_iter().chain(words).chain(fixed)).done().read("m.npy").split_off(128)
    };
    let whole = random("");
    for (index, selected) in [
        ("2", &[8, 9, 10, 11][..]),
        (":,1", &[1, 5, 9, 13, 17]),
        ("::-2,::3", &[0, 3, 8, 11, 16, 19]),
        ("[4,0,4],1:3", &[1, 2, 17, 18]),
        ("-1,[2,0]", &[16, 18]),
        ("--rows 1: --cols -1", &[7, 11, 15, 19]),
        ("3,2", &[14]),
    ] {
        let mut expected = vec![0; 40];
        for &rank in selected {
            expected[2 * rank..2 * rank + 2].copy_from_slice(&whole[2 * rank..2 * rank + 2]);
        }
        assert_eq!(random(index), expected, "{index}");
    }
}

/// A field's subarray has its axes behind those of the array, and so its ranks.
#[test]
fn random_fields_count_their_subarrays() {
    let spec = "[('a','u1'),('b','u1',(3,))]:2";
    let fixed = ["--random", "integers", "--seed", "3"];
    let fill = |words: &[&str]| {
        let ran =
            Rmm::new().file("r.dat", [0; 8]).run(["fill", "r.dat", "--spec", spec].iter().chain(words).chain(&fixed));
        ran.done().read("r.dat")
    };
    let plain = Rmm::new().run("create x -s 6 -d u1".split(' ').chain(fixed)).done().read("x");
    assert_eq!(fill(&["--field", "a"]), [plain[0], 0, 0, 0, plain[1], 0, 0, 0]);
    assert_eq!(fill(&["--field", "b"]), [0, plain[0], plain[1], plain[2], 0, plain[3], plain[4], plain[5]]);
    assert_eq!(fill(&["1", "--field", "b"]), [0, 0, 0, 0, 0, plain[3], plain[4], plain[5]]);
}

#[test]
fn random_values_are_tried_before_they_are_stored() {
    let tried = m().run("fill m.npy --random integers:9,10 --seed 1 --mode c".split(' ')).code(0);
    tried.stdout("6 of 6 selected elements would change, the first at (0, 0) of the selection: 0 -> 9\n");
}

#[test]
fn large_regions_are_filled_alike_by_any_number_of_threads() {
    let made = |threads: &str| {
        let made = Rmm::new().run(["create", "l.dat", "-s", "1000,700", "-d", "f4"]).done();
        let made =
            made.then().run(["fill", "l.dat", "-d", "f4", "-s", "1000,700", ":,::2", "--arange", "-j", threads]).done();
        made.read("l.dat")
    };
    assert!(made("1") == made("7"), "threads change the result");
}
