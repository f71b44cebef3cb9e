//! Exit codes and messages for every kind of bad input.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use crate::harness::{RMM, Rmm, bytes, npy_bytes, skipped};

fn a() -> Rmm {
    Rmm::new().arange("a.npy", [3, 4])
}

/// Every way to open a file called `name`, reading and editing.
fn every_command(name: &str) -> Vec<Vec<&str>> {
    vec![
        vec!["slice", name],
        vec!["slice", name, "-o", "out.npy"],
        vec!["get", name, "0"],
        vec!["set", name, "0", "1"],
        vec!["fill", name, "--value", "1"],
        vec!["set", name, "0", "1", "--mode", "c"],
        vec!["info", name],
        vec!["info", name, "--json"],
        vec!["map-chunks", name, "--exec", "cat"],
        vec!["map-chunks", name, "--exec", "cat", "-i"],
    ]
}

#[test]
fn numbers_and_words_that_an_option_does_not_take_are_told_with_what_it_takes() {
    let map = ["map-chunks", "a.npy", "--reduce"];
    for (words, message, hint) in [
        (
            &["info", "a.npy", "--histogram", "0"][..],
            "--histogram: '0' is no number of bins from 1 to 1048576",
            "--histogram 10",
        ),
        (&["info", "a.npy", "--histogram", "ten"], "--histogram: 'ten' is no number of bins", "--histogram 10"),
        (&["info", "a.npy", "--stats", "--ddof", "one"], "--ddof: 'one' is no finite number", "--ddof 1"),
        (&[&map[..], &["std", "--ddof", "nan"]].concat(), "--ddof: 'nan' is no finite number", "--ddof 1"),
        (
            &[&map[..], &["sum", "--axis", "0,rows"]].concat(),
            "--axis: 'rows' is no axis",
            "--axis 0, --axis -1 or --axis 0,2",
        ),
        (&["slice", "a.npy", "-j", "0"], "--threads: '0' is no number of threads from 1 to 1024", "-j 4"),
        (&["slice", "a.npy", "-j", "all"], "--threads: 'all' is no number of threads from 1 to 1024", "-j 4"),
        (
            &["create", "b.npy", "--from", "t.csv", "--skip-rows", "-1"],
            "--skip-rows: '-1' is no number of lines",
            "--skip-rows 1",
        ),
        (&["slice", "a.npy", "--mode", "zz"], "--mode: 'zz' is none of r, r+, w+, c", "rmm slice --help"),
        (&[&map[..], &["foo"]].concat(), "--reduce: 'foo' is none of sum, prod", "rmm map-chunks --help"),
        (&["completions", "ksh"], "'ksh' is none of bash", "a similar value exists: 'zsh'"),
    ] {
        let ran = a().run(words).refused(2, &format!("rmm: {message}"));
        ran.stderr_has(&format!("\nhint: {hint}\n"));
    }
}

#[test]
fn arguments_that_make_no_sense_are_usage_errors() {
    a().run(["slice"]).refused(2, "FILE");
    a().run(["slice", "a.npy", "--shpae", "3"]).refused(2, "--shpae").stderr_has("--shape");
    a().run(["slcie", "a.npy"]).refused(2, "slcie");
    a().run(["slice", "a.npy", "--nothing-like-it"])
        .refused(2, "--nothing-like-it")
        .stderr_has("hint: rmm slice --help");
    a().run(["slice", "a.npy", "0", "1"]).refused(2, "'1'");
    a().run(["slice", "a.npy", "--shape"]).refused(2, "--shape");
    a().run(["slice", "a.npy", "--order", "Q"]).refused(2, "Q");
    a().run(["slice", "a.npy", "-s", "3,x"]).refused(2, "3,x");
    a().run(["slice", "a.npy", "-s", "-2"]).refused(2, "-2");
    a().run(["slice", "a.npy", "--offset", "-1"]).refused(2, "-1");
    a().run(["slice", "a.npy", "--offset", "4XB"]).refused(2, "4XB");
    a().run(["slice", "a.npy", "--spec", "f8"]).code(0);
    a().run(["slice", "a.npy", "--spec", "f8:12:Q"]).refused(2, "Q");
    a().run(["slice", "a.npy", "--overflow", "maybe"]).refused(2, "maybe");
    a().run(["slice", "a.npy", "--casting", "maybe"]).refused(2, "maybe");
    a().run(["slice", "a.npy", "--color", "maybe"]).refused(2, "maybe");
    a().run(["slice", "a.npy", "--byteorder", "middle"]).refused(2, "middle");
    a().run(["slice", "a.npy", "--astype", "S"]).refused(2, "itemsize 0");
}

#[test]
fn a_missing_file_is_an_io_error() {
    for words in every_command("nope.npy") {
        Rmm::new().run(words).refused(3, "rmm: nope.npy: cannot open: No such file or directory").names_are([]);
    }
    let dangling = Rmm::new();
    symlink("nowhere", dangling.path("link")).expect("a new link");
    dangling.run(["slice", "link"]).refused(3, "rmm: link: ");
}

#[test]
fn a_directory_is_no_array() {
    for words in every_command("d") {
        let folder = Rmm::new();
        fs::create_dir(folder.path("d")).expect("a new folder");
        folder.run(words).refused(2, "rmm: d: is a directory");
    }
    a().run(["slice", "a.npy/x"]).refused(3, "a.npy/x");
}

#[test]
fn a_fifo_is_refused_at_once_with_the_way_to_read_it() {
    for words in every_command("p") {
        let folder = Rmm::new();
        assert!(Command::new("mkfifo").arg(folder.path("p")).status().expect("mkfifo runs").success());
        let edits = matches!(words[0], "set" | "fill") || words.contains(&"-i");
        let ran = folder.run(words).refused(2, "rmm: p: ");
        if !edits {
            ran.stderr_has("hint: rmm slice - < p");
        }
    }
}

#[test]
fn a_device_is_no_array() {
    for words in ["/dev/zero", "/dev/null", "/dev/full"].iter().flat_map(|name| every_command(name)) {
        a().run(words).refused(2, "is a character device");
    }
}

#[test]
fn a_file_of_proc_is_read_as_what_it_says() {
    let text = fs::read("/proc/version").expect("Linux has one");
    let ran = a().run(["slice", "/proc/version", "-d", "u1", "-f", "raw"]).code(0);
    assert_eq!(ran.output(), text);
}

#[test]
fn names_need_not_be_text() {
    let name = OsStr::from_bytes(b"\xffa\n.npy");
    let there = || Rmm::new().file(name, npy_bytes("<i2", &[2], &bytes(&[1_i16, 2])));
    there().run([OsStr::new("slice"), name]).prints("1\n2\n");
    there()
        .run([OsStr::new("set"), name, OsStr::new("0"), OsStr::new("7")])
        .done()
        .then()
        .run([OsStr::new("get"), name, OsStr::new("0")])
        .prints("7\n");
    there().run([OsStr::new("slice"), name, OsStr::new("9")]).refused(2, "a\\n.npy: index 9");
    let with = [b"y=".as_slice(), name.as_bytes(), b":<i2:2"].concat();
    let words = [OsStr::new("map-chunks"), name, OsStr::new("--expr"), OsStr::new("x+y"), OsStr::new("--with")];
    there().run(words.into_iter().chain([OsStr::from_bytes(&with)])).prints("2\n4\n");
    let new = OsStr::from_bytes(b"n\xfe.npy");
    for source in ["--from", "--like"] {
        let words = [OsStr::new("create"), new, OsStr::new("--sidecar"), OsStr::new(source), name];
        let made = there().run(words).done().then();
        assert!(made.path(OsStr::from_bytes(b"n\xfe.npy.rmm.json")).exists());
    }
    let out = OsStr::from_bytes(b"o\xfe.csv");
    let made = there().run([OsStr::new("slice"), name, OsStr::new("-o"), out]).done().then();
    assert_eq!(fs::read(made.path(out)).expect("it has been made"), b"1\n2\n");
}

#[test]
fn names_that_look_like_options_follow_two_dashes() {
    Rmm::new().file("-x", bytes(&[1.5_f64])).run(["slice", "--", "-x"]).prints("1.5\n");
    Rmm::new().file("-x", bytes(&[1.5_f64])).run(["slice", "./-x"]).prints("1.5\n");
    Rmm::new().file("-x", bytes(&[1.5_f64])).run(["slice", "-x"]).refused(2, "-x");
}

#[test]
fn permissions_are_kept() {
    // Root may do everything, so another user tries, where we can become one.
    let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let can_become = Command::new(nobody[0]).args(&nobody[1..]).arg(&*RMM).arg("--version").output();
    let prefix: &[&str] = match can_become {
        Ok(output) if output.status.success() => &nobody,
        _ if rustix::process::geteuid().is_root() => {
            skipped("root may do everything, and setpriv cannot run the binary as nobody");
            return;
        }
        _ => &["env"],
    };
    let run = |words: &[&str], file_mode: u32, folder_mode: u32| {
        let folder = a().file("old.csv", "old");
        fs::set_permissions(folder.path("a.npy"), fs::Permissions::from_mode(file_mode)).expect("an own file");
        fs::set_permissions(folder.path(""), fs::Permissions::from_mode(folder_mode)).expect("an own folder");
        let mut command = Command::new(prefix[0]);
        command.args(&prefix[1..]).arg(&*RMM).args(words);
        folder.run_command(command)
    };
    run(&["slice", "a.npy", "0,0"], 0o444, 0o755).prints("0.0\n");
    run(&["slice", "a.npy", "0,0"], 0o000, 0o755).refused(3, "a.npy: cannot open: Permission denied");
    run(&["set", "a.npy", "0,0", "1"], 0o444, 0o755).refused(3, "a.npy: cannot open: Permission denied");
    run(&["set", "a.npy", "0,0", "1", "--mode", "c"], 0o444, 0o755).code(0);
    run(&["slice", "a.npy", "-o", "new.csv"], 0o444, 0o555).refused(3, "Permission denied");
    run(&["create", "new.npy", "-s", "3"], 0o444, 0o555).refused(3, "Permission denied");
    run(&["create", "new.npy", "-s", "3"], 0o444, 0o777).done();
}

#[test]
fn an_npy_that_is_too_short_is_corrupt() {
    let whole = npy_bytes("<f8", &[3], &bytes(&[1.0_f64, 2.0, 3.0]));
    for len in [8, 10, 50, 127, 128, 136, whole.len() - 1] {
        for words in every_command("s.npy") {
            Rmm::new().file("s.npy", &whole[..len]).run(words).refused(5, "rmm: s.npy: ");
        }
    }
    for words in every_command("s.npy") {
        let ran = Rmm::new().file("s.npy", &whole[..whole.len() - 1]).run(words);
        ran.refused(5, "its bytes are read by: rmm slice s.npy --raw -d u1\n");
    }
}

#[test]
fn objects_are_foreign() {
    let header = "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }";
    let mut file = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    file.extend(format!("{header:<117}\n").bytes());
    file.extend([0; 64]);
    for words in every_command("o.npy") {
        Rmm::new().file("o.npy", &file).run(words).refused(5, "o.npy: ").stderr_has("object");
    }
}

#[test]
fn a_damaged_header_is_corrupt() {
    for (header, version) in [
        ("{'descr': '<f8', 'fortran_order': False, }", 1),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", 1),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }", 1),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4), }", 1),
        ("{'descr': 'nope', 'fortran_order': False, 'shape': (0,), }", 1),
        ("__import__('os').system('true')", 1),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (0,), }", 9),
        ("", 1),
    ] {
        let mut file = b"\x93NUMPY".to_vec();
        file.extend([version, 0, 0x76, 0]);
        file.extend(format!("{header:<117}\n").bytes());
        Rmm::new().file("d.npy", &file).run(["slice", "d.npy"]).refused(5, "rmm: d.npy: ");
        Rmm::new().file("d.npy", &file).run(["set", "d.npy", "0", "1"]).refused(5, "rmm: d.npy: ");
        Rmm::new().file("d.npy", &file).run(["slice", "d.npy", "--raw", "-d", "u1", "0"]).prints("147\n");
    }
}

#[test]
fn a_file_that_only_begins_like_an_npy_is_raw() {
    Rmm::new().file("x", b"\x93NUMPX\x01\0").run(["slice", "x", "-d", "u1", "0"]).prints("147\n");
}

#[test]
fn hostile_names_and_headers_cannot_reach_the_terminal() {
    let name = "a\u{1b}]0;owned\u{7}";
    Rmm::new().run(["slice", name]).refused(3, "a\\x1b]0;owned\\x07");
    let ran = a().run(["slice", "a.npy", "\u{1b}[31m"]);
    ran.refused(2, "\\x1b[31m");
}

#[test]
fn errors_name_the_file_first() {
    a().run(["slice", "a.npy", "9"]).refused(2, "rmm: a.npy: index 9");
    a().run(["slice", "a.npy", "--along", "2=0"]).refused(2, "rmm: a.npy: axis 2");
    a().run(["set", "a.npy", "9", "1"]).refused(2, "rmm: a.npy: index 9");
    a().run(["fill", "a.npy", "9", "--value", "1"]).refused(2, "rmm: a.npy: index 9");
}
