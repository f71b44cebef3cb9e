//! `rmm map-chunks --exec`: an array computed chunk by chunk by other programs.

use crate::harness::{Rmm, arange, bytes, npy_bytes};

/// 0 to 11 as bytes in the shape (3, 4).
fn m() -> Rmm {
    Rmm::new().npy("m.npy", "u1", [3, 4], (0..12).collect::<Vec<u8>>())
}

fn is(ran: crate::harness::Ran, values: [u8; 12]) {
    let _ = ran.done().file_is("m.npy", npy_bytes("|u1", &[3, 4], &values));
}

const INCREMENT: &str = r"tr '\000-\013' '\001-\014'";

#[test]
fn results_print_as_slice_prints_them() {
    m().run(["map-chunks", "m.npy", "--exec", INCREMENT]).prints("1\t2\t3\t4\n5\t6\t7\t8\n9\t10\t11\t12\n");
    m().run(["map-chunks", "m.npy", "-1", "--exec", INCREMENT, "-f", "csv"]).prints("9\n10\n11\n12\n");
    m().run(["map-chunks", "m.npy", "--rows", "::-1", "--cols", "0", "--exec", "cat"]).prints("8\n4\n0\n");
    m().run(["map-chunks", "m.npy", "--exec", "cat", "-f", "raw"]).prints((0..12).collect::<Vec<u8>>());
}

#[test]
fn results_go_in_place() {
    is(m().run(["map-chunks", "m.npy", "--exec", INCREMENT, "-i"]), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    is(m().run(["map-chunks", "m.npy", "1", "--exec", INCREMENT, "-i"]), [0, 1, 2, 3, 5, 6, 7, 8, 8, 9, 10, 11]);
    is(
        m().run(["map-chunks", "m.npy", ":,::2", "--exec", INCREMENT, "--in-place", "--chunk", "1"]),
        [1, 1, 3, 3, 5, 5, 7, 7, 9, 9, 11, 11],
    );
}

#[test]
fn repeated_positions_are_computed_once() {
    is(m().run(["map-chunks", "m.npy", "[1,1,1]", "--exec", INCREMENT, "-i"]), [0, 1, 2, 3, 5, 6, 7, 8, 8, 9, 10, 11]);
}

#[test]
fn results_go_to_a_new_file() {
    let ran = m().run(["map-chunks", "m.npy", ":,:2", "--exec", "cat", "-o", "o.npy"]).done();
    let ran = ran.file_is("o.npy", npy_bytes("|u1", &[3, 2], &[0, 1, 4, 5, 8, 9])).names_are(["m.npy", "o.npy"]);
    let ran = ran.then().run(["map-chunks", "m.npy", "--exec", "cat", "-o", "o.npy"]).refused(2, "exists already");
    ran.then()
        .run(["map-chunks", "m.npy", "0", "--exec", "cat", "-o", "o.npy", "--force"])
        .done()
        .file_is("o.npy", npy_bytes("|u1", &[4], &[0, 1, 2, 3]));
}

#[test]
fn results_may_have_another_dtype() {
    let twice = "cat > t; cat t t; rm t";
    let ran = Rmm::new().npy("x.npy", "u1", [2], [1, 2]).run([
        "map-chunks",
        "x.npy",
        "--exec",
        twice,
        "--astype",
        "u2",
        "-f",
        "csv",
    ]);
    ran.prints("513\n513\n");
}

#[test]
fn chunks_are_native_raw_elements_in_c_order() {
    let big = Rmm::new().npy("b.npy", ">i2", [2], [0, 1, 0, 2]);
    let ran =
        big.run(["map-chunks", "b.npy", "--exec", "tee seen"]).prints("1\n2\n").file_is("seen", bytes(&[1_i16, 2]));
    let ran = ran.then().run(["map-chunks", "b.npy", "--exec", "cat", "-i"]).done();
    let _ = ran.file_is("b.npy", npy_bytes(">i2", &[2], &[0, 1, 0, 2]));
    let npy =
        m().run(["map-chunks", "m.npy", "1", "--exec", "tee seen", "--exec-format", "npy"]).prints("4\n5\n6\n7\n");
    let _ = npy.file_is("seen", npy_bytes("|u1", &[4], &[4, 5, 6, 7]));
}

#[test]
fn the_environment_says_what_a_chunk_is() {
    let say = "echo $RMM_CHUNK $RMM_AXIS $RMM_START $RMM_STOP $RMM_SHAPE $RMM_DTYPE >> said$RMM_CHUNK; cat";
    let ran = m().run(["map-chunks", "m.npy", "--exec", say, "--chunk", "2", "-j", "1"]).code(0);
    let _ = ran.file_is("said0", "0 0 0 2 2,4 |u1\n").file_is("said1", "1 0 2 3 1,4 |u1\n");
}

#[test]
fn a_child_that_fails_stores_nothing() {
    for (command, message) in [
        ("false", "1"),
        ("exit 7", "7"),
        ("cat; exit 7", "7"),
        ("head -c 11", "11"),
        ("cat; echo", "more than 12"),
        ("true", "0"),
        ("kill -9 $$", "9"),
        ("nonexistent-command 2> /dev/null", "127"),
    ] {
        let whole = npy_bytes("|u1", &[3, 4], &(0..12).collect::<Vec<u8>>());
        let ran = m().run(["map-chunks", "m.npy", "--exec", command, "-i"]).code(6).stdout("").stderr_has(message);
        let _ = ran.file_is("m.npy", &whole).names_are(["m.npy"]);
        let ran = m().run(["map-chunks", "m.npy", "--exec", command, "-o", "o.npy"]).code(6).stderr_has(message);
        let _ = ran.file_is("m.npy", &whole).names_are(["m.npy"]);
    }
}

#[test]
fn a_chunk_that_takes_too_long_fails() {
    let ran = m().run(["map-chunks", "m.npy", "--exec", "sleep 50; cat", "-i", "--timeout", "200ms"]).code(6);
    let _ = ran.stderr_has("m.npy").names_are(["m.npy"]);
    m().run(["map-chunks", "m.npy", "--exec", "cat", "--timeout", "soon"]).refused(2, "soon");
}

#[test]
fn check_stores_nothing() {
    let ran = m().run(["map-chunks", "m.npy", "--exec", INCREMENT, "-i", "--check"]).code(0);
    let _ = ran.file_is("m.npy", npy_bytes("|u1", &[3, 4], &(0..12).collect::<Vec<u8>>()));
    let _ = m().run(["map-chunks", "m.npy", "--exec", "false", "-i", "--check"]).code(6);
}

#[test]
fn standard_input_is_computed_but_not_in_place() {
    m().sh("cat m.npy | rmm map-chunks - 0 --exec cat -o -").prints("0\n1\n2\n3\n");
    m().sh("rmm map-chunks - --exec cat -i < m.npy").refused(2, "");
    m().run(["map-chunks", "m.npy", "--exec", "cat", "-i", "--mode", "r"]).refused(2, "mode r");
    m().run(["map-chunks", "m.npy"]).refused(2, "");
    m().run(["map-chunks", "m.npy", "9", "--exec", "cat"]).refused(2, "index 9");
    m().run(["map-chunks", "m.npy", "--exec", "cat", "--chunk", "0"]).refused(2, "0");
}

#[test]
fn an_empty_selection_runs_nothing() {
    let ran = m().run(["map-chunks", "m.npy", "3:", "--exec", "touch ran; cat"]).code(0).stdout("");
    let _ = ran.stderr_has("rmm: nothing is selected").names_are(["m.npy"]);
}

#[test]
fn many_chunks_keep_their_order() {
    let made = Rmm::new().arange("a.npy", [200, 10]).run([
        "map-chunks",
        "a.npy",
        "--chunk",
        "7",
        "-j",
        "5",
        "--exec",
        "cat",
        "-f",
        "raw",
    ]);
    let _ = made.prints(arange(2000));
}
