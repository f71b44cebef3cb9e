//! Arrays that come through pipes and go on as they come, without a file in between.

use crate::harness::Rmm;

fn a() -> Rmm {
    Rmm::new().arange("a.npy", [3, 4])
}

/// An array of rows of three float32 that is longer than any piece in which a stream is read.
fn long() -> Rmm {
    Rmm::new().run(["create", "l.npy", "-s", "1000000,3", "-d", "f4", "--arange"]).done().then()
}

/// The same run without a folder for temporary copies: nothing may need one.
fn without_spools(rmm: Rmm) -> Rmm {
    rmm.env("TMPDIR", "/nonexistent")
}

#[test]
fn what_goes_forward_is_not_copied_first() {
    for (described, selected) in [
        ("", "-f raw"),
        ("", ":,0 -f csv"),
        ("", "::1000 -f json"),
        ("", "999990:,1: -f npy"),
        ("", "-3: -f hex"),
        ("", ":10,[0,2] --astype i2 -f tsv --header"),
        ("--spec f4:1000000,3", "7::100000 -f npy"),
        ("--spec f4:-1,3", "--cols 0 -f raw"),
        ("--spec f4:-1,3", "999998:,::2 -f ndjson"),
        ("--spec f4:-1,3", "1:30:7 -f text"),
        ("--spec f4:-1,3", "::250000 -f json"),
        ("--spec f4:-1,3@6000000", "::100000 -f csv"),
        ("--spec {a:f4,b:f4,c:f4}:-1", "::99999 --field c --field a -f tsv"),
        ("--spec f4:-1,3", "123456"),
    ] {
        let file = if described.is_empty() { "l.npy".to_owned() } else { format!("l.raw {described}") };
        let made = long().sh("rmm slice l.npy -f raw -o l.raw").done().then();
        let expected = made.sh(&format!("rmm slice {file} {selected} -o - > expected")).done().then();
        let (name, rest) = file.split_once(' ').unwrap_or((&file, ""));
        let line = format!("cat {name} | rmm slice - {rest} {selected} -o - > found && cmp expected found");
        without_spools(expected).sh(&line).done();
    }
}

#[test]
fn what_must_lie_there_is_copied_first() {
    for selected in ["::-1", ":,::-1", "--transpose", "-f table", "[1,0]"] {
        without_spools(a()).sh(&format!("cat a.npy | rmm slice - {selected}")).refused(3, "/nonexistent");
        a().sh(&format!("rmm slice a.npy {selected} > b; cat a.npy | rmm slice - {selected} | cmp - b")).done();
    }
    for (spec, selected) in [("f8:-1,4", "-1"), ("f8:-1,4", "-f npy"), ("f8:3,-1", "0"), ("f8:-1,4:F", ":")] {
        let line = format!("tail -c 96 a.npy | rmm slice - --spec {spec} {selected}");
        without_spools(a()).sh(&line).refused(3, "/nonexistent");
        a().sh(&line).code(0);
    }
}

#[test]
fn expressions_over_streams_are_computed_as_they_come() {
    for (spec, words) in [
        ("", "--expr 'sqrt(x) + i*j' -f raw"),
        ("", "--expr 'x + y' --with y=l.npy -f raw --astype f8"),
        ("--spec f4:-1,3", "--expr 'x * 2 - i' -f csv"),
        ("--spec f4:-1,3", "5:500000:3 --expr 'x > j' -f raw"),
    ] {
        let made = long().sh("rmm slice l.npy -f raw -o l.raw").done().then();
        let file = if spec.is_empty() { "l.npy" } else { "l.raw" };
        let expected = made.sh(&format!("rmm map-chunks {file} {spec} {words} -o - > expected")).done().then();
        let line = format!("cat {file} | rmm map-chunks - {spec} {words} -o - > found && cmp expected found");
        without_spools(expected).sh(&line).done();
    }
    without_spools(a()).sh("cat a.npy | rmm map-chunks - --expr 'x / 0' -o o.npy").code(0);
    without_spools(a()).sh("cat a.npy | rmm map-chunks - --expr 'x * 60' --astype i1 -o o.npy").refused(2, "(");
    a().sh("cat a.npy | rmm map-chunks - --expr 'x + x' --with x=a.npy").refused(2, "--with x");
    a().sh("cat a.npy | rmm map-chunks - --reduce sum").prints("66.0\n");
}

#[test]
fn a_long_stream_that_ends_badly_makes_no_file() {
    let cut = |bytes: u32, words: &str| {
        let line = format!("head -c {bytes} l.npy | rmm slice - {words} -o o");
        without_spools(long()).sh(&line)
    };
    cut(11_000_000, "").refused(5, "12000000 bytes, but the file has only 10999872");
    cut(11_000_001, "--raw --spec f4:-1,3@128").refused(2, "10999873 bytes are no whole number of 12-byte slices");
    cut(11_000_000, "--raw --spec f4:1000000,3@128").refused(2, "the file has 11000000");
    cut(12_000_128, "--raw --spec f4:900000,3@128").refused(2, "ends at byte 10800128");
    cut(12_000_128, "--raw --spec f4:999999,3@128").refused(2, "12 left over");
    cut(12_000_128, "--raw --spec f4:-1,3@128 1000000").refused(2, "index 1000000 is out of bounds");
    let whole = cut(11_000_001, "--raw --spec f4:-1,3@128 --allow-trailing").done();
    assert_eq!(whole.read("o").len(), 916_656 * 12);
}

#[test]
fn a_stream_is_left_where_nothing_more_is_wanted() {
    let endless = |words: &str| Rmm::new().sh(&format!("yes | rmm slice - {words} -f raw | od -An -c"));
    endless("--spec S2:-1 :3 --allow-trailing").prints("   y  \\n   y  \\n   y  \\n\n");
    endless("--spec S2:2 --allow-trailing").prints("   y  \\n   y  \\n\n");
    Rmm::new().sh("yes | rmm slice - --spec S2:2").refused(2, "--allow-trailing");
    Rmm::new().sh("yes | rmm slice - --spec u1:-1 -f csv | head -n 2").prints("121\n10\n");
    Rmm::new().sh("yes | rmm map-chunks - --spec u1:-1 --expr 'x - i % 2' | head -n 2").prints("121\n9\n");
}

#[test]
fn a_stream_without_rows_is_an_array_without_rows() {
    let nothing = |words: &str| Rmm::new().file("e", "").sh(&format!("rmm slice e --spec f4:-1,3 --quiet {words}"));
    let piped = |words: &str| Rmm::new().sh(&format!(": | rmm slice - --spec f4:-1,3 --quiet {words}"));
    for words in ["", "-f json", "--header", "-f csv --header", "-f ndjson", "-f raw", "5:", "-f json 5:"] {
        let expected = nothing(words).code(0);
        piped(words).prints(expected.output());
    }
    Rmm::new()
        .sh(": | rmm slice - --spec f4:-1,3")
        .code(0)
        .stderr("rmm: nothing is selected: the result has shape (0, 3)\n");
}
