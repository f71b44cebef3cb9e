//! Standard streams: arrays that come through pipes, readers that go away, a stdout that cannot be written.

use crate::harness::{Rmm, bytes, npy_bytes};

fn a() -> Rmm {
    Rmm::new().arange("a.npy", [3, 4])
}

#[test]
fn an_array_comes_through_a_pipe() {
    for dash in ["-", "/dev/stdin", "/dev/fd/0"] {
        let npy = npy_bytes("<i2", &[3], &bytes(&[1_i16, 2, 3]));
        Rmm::new().stdin(npy).run(["slice", dash, "::-1"]).prints("3\n2\n1\n");
        Rmm::new().stdin(bytes(&[1.5_f64, 2.5])).run(["get", dash, "1"]).prints("2.5\n");
    }
    a().sh("cat a.npy | rmm slice - 1 | head -n 1").prints("4.0\n");
    a().sh("rmm slice a.npy ::-1 -f npy | rmm slice - -f npy --transpose | rmm get - 0,0").prints("8.0\n");
    a().sh("rmm slice a.npy -f raw | rmm slice - -s 3,4 1,1").prints("5.0\n");
}

#[test]
fn an_array_comes_from_a_redirected_file() {
    for dash in ["-", "/dev/stdin", "/dev/fd/0"] {
        a().sh(&format!("rmm slice {dash} -1 < a.npy")).prints("8.0\n9.0\n10.0\n11.0\n");
    }
    a().sh("rmm get /dev/fd/3 1,1 3< a.npy").prints("5.0\n");
    a().sh("cat a.npy | { rmm get /dev/fd/3 1,1 3<&0; }").prints("5.0\n");
}

#[test]
fn a_stream_must_be_as_long_as_its_array() {
    Rmm::new().stdin([0; 12]).run(["slice", "-"]).refused(2, "12 bytes");
    Rmm::new().stdin([0; 12]).run(["slice", "-", "-s", "2"]).refused(2, "12");
    let short = npy_bytes("<i2", &[3], &bytes(&[1_i16, 2]));
    Rmm::new().stdin(short).run(["slice", "-"]).refused(5, "");
    Rmm::new().stdin("").run(["slice", "-", "-q"]).prints("");
}

#[test]
fn spools_leave_nothing_behind() {
    let ran =
        Rmm::new().stdin(bytes(&[1.0_f64, 2.0])).env("TMPDIR", ".").run(["slice", "-", "::-1"]).prints("2.0\n1.0\n");
    ran.names_are([]);
}

#[test]
fn standard_input_is_not_edited() {
    a().sh("rmm set - 0,0 1 < a.npy").refused(2, "");
    a().sh("rmm fill - --value 1 < a.npy").refused(2, "");
    a().sh("rmm get - - < a.npy").refused(2, "both");
}

#[test]
fn a_reader_that_goes_away_ends_quietly() {
    let long = || Rmm::new().run(["create", "l.npy", "-s", "1000000", "-d", "i4"]).done().then();
    // The status of the first command of the pipe, beside what its reader saw.
    let piped = |line: &str| format!("{{ rmm {line}; echo $? > code; }} | head -c 1 > first");
    for line in ["slice l.npy", "slice l.npy -f csv", "slice l.npy -f json", "slice l.npy -f raw", "get l.npy :"] {
        long().sh(&piped(line)).done().file_is("code", "0\n");
    }
    a().sh("{ rmm slice a.npy; echo $? > code; } | true").done().file_is("code", "0\n");
    a().sh("{ rmm --help; echo $? > code; } | true").done().file_is("code", "0\n");
}

#[test]
fn a_closed_stdout_does_not_matter_where_nothing_goes() {
    a().sh("rmm slice a.npy -o o.csv >&-")
        .done()
        .file_is("o.csv", "0.0,1.0,2.0,3.0\n4.0,5.0,6.0,7.0\n8.0,9.0,10.0,11.0\n");
}

#[test]
fn a_closed_stdout_takes_no_data() {
    for line in [
        "slice a.npy",
        "slice a.npy -f raw",
        "slice a.npy -f table",
        "get a.npy 0",
        "info a.npy",
        "set a.npy 0 1 -m c",
        "map-chunks a.npy --expr x",
        "map-chunks a.npy --exec cat",
        "completions bash",
        "--help",
        "slice --help",
        "--version",
    ] {
        a().sh(&format!("rmm {line} >&-")).refused(3, "rmm: stdout: cannot write: Bad file descriptor");
        a().sh(&format!("rmm {line} > /dev/null")).done();
        a().sh(&format!("rmm {line} 1<> /dev/null")).done();
    }
}

#[test]
fn a_closed_stdin_gives_no_data() {
    for line in [
        "slice -",
        "info -",
        "get -- - 0",
        "get a.npy -",
        "set a.npy --from - --from-format raw",
        "set a.npy --from -",
        "set a.npy --updates -",
        "create b.npy --from -",
    ] {
        a().sh(&format!("rmm {line} <&-")).refused(3, "stdin");
    }
    a().sh("rmm get a.npy 0,1 <&-").prints("1.0\n");
}

#[test]
fn closed_streams_are_never_taken_for_files() {
    a().sh("rmm slice a.npy -o o.npy <&- >&- 2>&-")
        .done()
        .file_is("o.npy", npy_bytes("<f8", &[3, 4], &crate::harness::arange(12)));
    a().sh("rmm set a.npy 0,0 5 <&- >&- 2>&-").done().then().run(["get", "a.npy", "0,0"]).prints("5.0\n");
}

#[test]
fn a_full_disk_behind_stdout_is_an_error() {
    for line in ["slice a.npy", "get a.npy 0", "slice a.npy -f npy", "slice a.npy -o -", "slice a.npy -f table"] {
        a().sh(&format!("rmm {line} > /dev/full")).refused(3, "No space left");
    }
    a().sh("rmm slice a.npy -o /dev/full -f raw").refused(3, "/dev/full");
}

#[test]
fn silence_is_for_notes_and_not_for_errors() {
    a().run(["slice", "a.npy", "3:", "--quiet"]).prints("");
    a().run(["-q", "slice", "a.npy", "9"]).refused(2, "index 9");
}

#[test]
fn colour_is_for_terminals_or_where_it_is_asked_for() {
    let red = "\u{1b}[1;31mrmm:\u{1b}[0m ";
    a().run(["slice", "a.npy", "9"]).code(2).stderr("rmm: a.npy: index 9 is out of bounds for axis 0 with size 3\n");
    a().sh("rmm slice a.npy 9 --color always 2> err; cat err").code(0).stdout_has(red);
    a().sh("NO_COLOR=1 rmm slice a.npy 9 --color never 2> err; cat err").code(0).stdout_has("rmm: a.npy");
}

#[test]
fn threads_do_not_change_the_output() {
    let made = Rmm::new().run(["create", "l.npy", "-s", "700,1000", "-d", "f4", "--arange"]).done();
    let one = made.then().run(["slice", "l.npy", ":,::3", "-j", "1"]).code(0);
    let expected = one.output().to_vec();
    one.then().run(["slice", "l.npy", ":,::3", "-j", "7"]).prints(expected);
    a().run(["slice", "a.npy", "-j", "0"]).refused(2, "threads");
}
