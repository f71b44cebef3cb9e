//! Where results go and what they look like: formats, endings, files that are there already.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::process::Command;

use crate::harness::{Rmm, bytes, npy_bytes, skipped};

/// 0 to 11 as int16 in the shape (2, 2, 3).
fn cube() -> Rmm {
    Rmm::new().npy("c.npy", "<i2", [2, 2, 3], bytes(&(0..12).collect::<Vec<i16>>()))
}

fn a() -> Rmm {
    Rmm::new().arange("a.npy", [3, 4])
}

fn floats(values: &[f64]) -> Rmm {
    Rmm::new().npy("x.npy", "<f8", [values.len() as u64], bytes(values))
}

#[test]
fn each_format_prints_planes_in_its_own_way() {
    for (format, printed) in [
        ("tsv", "0\t1\t2\n3\t4\t5\n\n6\t7\t8\n9\t10\t11\n"),
        ("csv", "0,1,2\n3,4,5\n6,7,8\n9,10,11\n"),
        ("text", "0 1 2\n3 4 5\n\n6 7 8\n9 10 11\n"),
        ("json", "[[[0,1,2],[3,4,5]],[[6,7,8],[9,10,11]]]\n"),
        ("ndjson", "[0,1,2]\n[3,4,5]\n[6,7,8]\n[9,10,11]\n"),
    ] {
        cube().run(["slice", "c.npy", "-f", format]).prints(printed);
    }
    cube().run(["slice", "c.npy", "-f", "raw"]).prints(bytes(&(0..12).collect::<Vec<i16>>()));
    let npy = npy_bytes("<i2", &[2, 2, 3], &bytes(&(0..12).collect::<Vec<i16>>()));
    cube().run(["slice", "c.npy", "-f", "npy"]).prints(npy);
    cube().run(["slice", "c.npy", "-f", "parquet"]).refused(2, "parquet");
}

#[test]
fn one_dimension_is_a_value_a_line_and_none_is_one_line() {
    for (format, line, scalar) in [
        ("tsv", "0\n1\n2\n", "5\n"),
        ("csv", "0\n1\n2\n", "5\n"),
        ("json", "[0,1,2]\n", "5\n"),
        ("ndjson", "0\n1\n2\n", "5\n"),
    ] {
        cube().run(["slice", "c.npy", "0,0", "-f", format]).prints(line);
        cube().run(["slice", "c.npy", "0,1,2", "-f", format]).prints(scalar);
    }
}

#[test]
fn hex_shows_offsets_bytes_and_values() {
    cube().run(["slice", "c.npy", "-f", "hex"]).code(0).stderr("").stdout_has("00 00 01 00 02 00").stdout_has("80");
    // Bytes that stand nowhere in the file are counted from 0.
    let ran = cube().run(["slice", "c.npy", "--astype", "f8", "-f", "hex"]).code(0);
    assert!(ran.output().starts_with(b"00000000  00 00 00 00"), "{}", String::from_utf8_lossy(ran.output()));
}

#[test]
fn a_table_is_for_people() {
    cube().run(["slice", "c.npy", "0", "-f", "table"]).code(0).stderr("").stdout_has("5");
    let long = Rmm::new().run(["create", "l.npy", "-s", "100000", "-d", "i8", "--arange"]).done();
    let shown =
        long.then().run(["slice", "l.npy", "-f", "table"]).code(0).stderr("").stdout_has("…").stdout_has("99999");
    assert!(shown.output().len() < 10_000, "a long axis is summarised");
}

#[test]
fn a_header_line_can_be_added() {
    for (format, printed) in [("tsv", "0\t1\t2\n6\t7\t8\n9\t10\t11\n"), ("csv", "0,1,2\n6,7,8\n9,10,11\n")] {
        cube().run(["slice", "c.npy", "1", "--header", "-f", format]).prints(printed);
    }
    let records = || Rmm::new().file("r", [1, 2, 3, 4]);
    for (fields, printed) in
        [(&["--field", "b,c"][..], "\"b,c\"\n2\n4\n"), (&["--field", "b,c", "--field", "a"], "\"b,c\",a\n2,1\n4,3\n")]
    {
        let spec = ["-d", "[('a','u1'),('b,c','u1')]", "--header", "-f", "csv"];
        records().run([&["slice", "r"], fields, &spec].concat()).prints(printed);
        records().stdin([1, 2, 3, 4]).run([&["slice", "-"], fields, &spec].concat()).prints(printed);
    }
    records().run(["slice", "r", "-d", "a:u1,b:u1", "--field", "b", "-f", "table"]).code(0).stdout_has("   b\n");
    cube().run(["slice", "c.npy", "0,0", "--header"]).prints("value\n0\n1\n2\n");
}

#[test]
fn the_ending_decides() {
    for (name, content) in [
        ("o.csv", &b"0,1,2\n3,4,5\n"[..]),
        ("o.tsv", b"0\t1\t2\n3\t4\t5\n"),
        ("o.txt", b"0 1 2\n3 4 5\n"),
        ("o.json", b"[[0,1,2],[3,4,5]]\n"),
        ("o.ndjson", b"[0,1,2]\n[3,4,5]\n"),
        ("o", b"\0\0\x01\0\x02\0\x03\0\x04\0\x05\0"),
        ("o.dat", b"\0\0\x01\0\x02\0\x03\0\x04\0\x05\0"),
        ("o.bin", b"\0\0\x01\0\x02\0\x03\0\x04\0\x05\0"),
        ("o.raw", b"\0\0\x01\0\x02\0\x03\0\x04\0\x05\0"),
    ] {
        cube().run(["slice", "c.npy", "0", "-o", name]).done().file_is(name, content).names_are(["c.npy", name]);
    }
    cube()
        .run(["slice", "c.npy", "0", "-o", "o.f32", "--astype", "f4"])
        .done()
        .file_is("o.f32", bytes(&[0_f32, 1., 2., 3., 4., 5.]));
    cube().run(["slice", "c.npy", "0,0,1", "-o", "o.CSV"]).done().file_is("o.CSV", "1\n");
    cube().run(["slice", "c.npy", "0,0,1", "-o", "o.csv", "-f", "json"]).done().file_is("o.csv", "1\n");
}

#[test]
fn a_foreign_ending_is_refused() {
    for ending in ["npz", "parquet", "h5", "mat", "gz", "zip", "xlsx", "hdf5", "nc"] {
        let name = format!("o.{ending}");
        cube().run(["slice", "c.npy", "-o", &name]).refused(2, ending).stderr_has("-f ").names_are(["c.npy"]);
    }
    cube().run(["slice", "c.npy", "0,0,1", "-o", "o.npz", "-f", "raw"]).done().file_is("o.npz", [1, 0]);
}

#[test]
fn a_dash_is_stdout() {
    cube().run(["slice", "c.npy", "0,0", "-o", "-"]).prints("0\n1\n2\n").names_are(["c.npy"]);
    cube().run(["slice", "c.npy", "0,0", "-o", "-", "-f", "raw"]).prints([0, 0, 1, 0, 2, 0]);
}

#[test]
fn a_file_that_exists_is_refused_unless_forced() {
    let there = || cube().file("o.csv", "old");
    there().run(["slice", "c.npy", "0,0", "-o", "o.csv"]).refused(2, "o.csv: exists already").stderr_has("--force");
    there()
        .run(["slice", "c.npy", "0,0", "-o", "o.csv", "--force"])
        .done()
        .file_is("o.csv", "0\n1\n2\n")
        .names_are(["c.npy", "o.csv"]);
    let folder = cube();
    fs::create_dir(folder.path("d.csv")).expect("a new folder");
    folder.run(["slice", "c.npy", "-o", "d.csv", "--force"]).refused(2, "directory");
    cube().run(["slice", "c.npy", "-o", "no/o.csv"]).refused(3, "no/o.csv: ");
}

#[test]
fn a_replaced_file_keeps_its_permissions() {
    for mode in [0o600, 0o640, 0o755] {
        let there = cube().file("o.csv", "old");
        fs::set_permissions(there.path("o.csv"), fs::Permissions::from_mode(mode)).expect("an own file");
        let there = there.run(["slice", "c.npy", "0,0", "-o", "o.csv", "--force"]).done().then();
        let found = fs::metadata(there.path("o.csv")).expect("it is there").mode() & 0o777;
        assert_eq!(found, mode, "{found:o} instead of {mode:o}");
    }
}

#[test]
fn a_symlink_stays_and_its_target_is_replaced() {
    let there = cube().file("target.csv", "old");
    symlink("target.csv", there.path("link.csv")).expect("a new link");
    let ran = there.run(["slice", "c.npy", "0,0", "-o", "link.csv"]).refused(2, "exists already");
    let ran = ran.then().run(["slice", "c.npy", "0,0", "-o", "link.csv", "--force"]).done();
    let ran = ran.file_is("target.csv", "0\n1\n2\n").names_are(["c.npy", "link.csv", "target.csv"]);
    assert!(ran.then().path("link.csv").is_symlink());
}

#[test]
fn a_device_is_written_straight() {
    for words in
        [&["slice", "c.npy", "-o", "/dev/null"][..], &["slice", "c.npy", "-o", "/dev/null", "-f", "npy", "--force"]]
    {
        cube().run(words).done();
    }
    let metadata = fs::metadata("/dev/null").expect("every system has one");
    assert!(!metadata.is_file(), "/dev/null has been replaced");
}

#[test]
fn a_fifo_is_written_straight() {
    let folder = cube();
    let made = Command::new("mkfifo").arg(folder.path("p")).status().expect("mkfifo runs");
    assert!(made.success());
    let ran = folder.sh("cat p > copy & rmm slice c.npy 0,0 -f csv -o p; code=$?; wait; exit $code").done();
    let ran = ran.file_is("copy", "0\n1\n2\n").names_are(["c.npy", "copy", "p"]);
    // Raw bytes, which an edited copy that is a file gets in another way.
    let edit = "timeout 20 rmm set c.npy 0,0,0 97 --mode c -o p";
    let ran = ran.then().sh(&format!("cat p > copy & {edit}; code=$?; wait; exit $code")).done();
    assert!(!ran.read("copy").is_empty());
}

#[test]
fn nothing_is_left_behind_by_a_conversion_that_fails() {
    let x = || floats(&[1.0, 2.0, 1e40]);
    let refused = x().run(["slice", "x.npy", "--astype", "f4", "-o", "o.npy"]).refused(2, "1e+40");
    refused.stderr_has("2").names_are(["x.npy"]);
    let kept = x().file("o.npy", "old").run(["slice", "x.npy", "--astype", "i4", "-o", "o.npy", "--force"]);
    kept.refused(2, "1e+40").file_is("o.npy", "old").names_are(["o.npy", "x.npy"]);
}

#[test]
fn overflow_decides_by_value() {
    let x = || floats(&[300.0, -1.5, 2.9, f64::NAN]);
    let astype = |how: &str, to: &str| x().run(["slice", "x.npy", "--astype", to, "--overflow", how]);
    astype("wrap", "u1").prints("44\n255\n2\n0\n");
    astype("saturate", "u1").prints("255\n0\n2\n0\n");
    astype("error", "u1").code(2).stderr_has("300");
    astype("nan", "f4").prints("300.0\n-1.5\n2.9\nnan\n");
    astype("nan", "u1").refused(2, "nan");
    floats(&[1e40, -1e40]).run(["slice", "x.npy", "--astype", "f4", "--overflow", "nan"]).prints("nan\nnan\n");
    floats(&[1e40, -1e40]).run(["slice", "x.npy", "--astype", "f4", "--overflow", "wrap"]).prints("inf\n-inf\n");
    floats(&[f64::INFINITY, f64::NAN]).run(["slice", "x.npy", "--astype", "f4"]).prints("inf\nnan\n");
    floats(&[f64::NAN]).run(["slice", "x.npy", "--astype", "i4"]).refused(2, "nan");
    floats(&[1.9, -1.9]).run(["slice", "x.npy", "--astype", "i4"]).prints("1\n-1\n");
}

#[test]
fn text_that_does_not_fit_is_told_what_helps() {
    let text = || Rmm::new().file("x", "12\0x\0\x7f".as_bytes());
    let convert = |to: &str| text().run(["slice", "x", "-d", "S3", "--astype", to]);
    convert("f8").code(2).stderr("rmm: x: at index (1,): 'x\\x00\\x7f' cannot be read as float64\n");
    convert("S2").code(2).stderr_has("too long for bytes16\nhint: --overflow saturate cuts it");
    text().run(["slice", "x", "-d", "S3", "--astype", "S2", "--overflow", "saturate"]).prints("12\nx\n");
    Rmm::new()
        .file("x", bytes(&['é' as u32]))
        .run(["slice", "x", "-d", "U1", "--astype", "S1"])
        .code(2)
        .stderr("rmm: x: at index (0,): \"é\" is not ASCII, as bytes8 needs\n");
}

#[test]
fn fmt_formats_as_savetxt_does() {
    floats(&[1.0, -2.5]).run(["slice", "x.npy", "--fmt", "%.3f"]).prints("1.000\n-2.500\n");
    floats(&[1.0, -2.5]).run(["slice", "x.npy", "--fmt", "%10.2e", "-f", "csv"]).prints("  1.00e+00\n -2.50e+00\n");
    floats(&[1.0]).run(["slice", "x.npy", "--fmt", "%s"]).prints("1.0\n");
    floats(&[1.0]).run(["slice", "x.npy", "--fmt", "no"]).refused(2, "no");
}

#[test]
fn json_has_words_for_what_it_has_no_numbers_for() {
    let x = floats(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.5]);
    x.run(["slice", "x.npy", "-f", "json"]).prints("[\"NaN\",\"Infinity\",\"-Infinity\",0.5]\n");
    let c = Rmm::new().npy("z.npy", "<c16", [1], bytes(&[1.0_f64, -2.0]));
    c.run(["slice", "z.npy", "-f", "json"]).prints("[[1.0, -2.0]]\n");
    let n = Rmm::new().npy("n.npy", "<u8", [1], bytes(&[u64::MAX]));
    n.run(["slice", "n.npy", "-f", "ndjson"]).prints("18446744073709551615\n");
}

#[test]
fn types_without_a_header_of_their_own_get_a_sidecar() {
    let ran = floats(&[1.0, -2.5]).run(["slice", "x.npy", "--astype", "bfloat16", "-o", "b.npy"]).done();
    let ran = ran.names_are(["b.npy", "b.npy.rmm.json", "x.npy"]);
    let ran = ran.then().run(["slice", "b.npy"]).prints("1.0\n-2.5\n");
    let ran = ran.then().run(["slice", "x.npy", "-o", "b.npy", "--force"]).done();
    ran.names_are(["b.npy", "x.npy"]).then().run(["slice", "b.npy"]).prints("1.0\n-2.5\n");
}

#[test]
fn a_stale_sidecar_goes_with_the_old_content() {
    let made = Rmm::new().arange("a.npy", [2]).run(["create", "o.dat", "-s", "3", "-d", "i2", "--sidecar"]).done();
    let made = made.names_are(["a.npy", "o.dat", "o.dat.rmm.json"]);
    made.then()
        .run(["slice", "a.npy", "-o", "o.dat", "--force"])
        .done()
        .names_are(["a.npy", "o.dat"])
        .file_is("o.dat", bytes(&[0.0_f64, 1.0]));
}

#[test]
fn sync_is_accepted() {
    cube().run(["slice", "c.npy", "0,0", "-o", "o.csv", "--sync"]).done().file_is("o.csv", "0\n1\n2\n");
}

#[test]
fn dev_stdout_is_standard_output_and_never_replaced() {
    let line = "echo keep > log; rmm slice a.npy 0 -o /dev/stdout >> log; cat log";
    Rmm::new().arange("a.npy", [2, 2]).sh(line).prints("keep\n0.0\n1.0\n");
}

#[test]
fn a_casting_rule_that_is_named_holds_for_astype() {
    let a = || Rmm::new().arange("a.npy", [2]);
    a().run(["slice", "a.npy", "--astype", "i1", "--casting", "safe"]).refused(2, "according to the rule 'safe'");
    a().run(["slice", "a.npy", "--astype", "i1"]).prints("0\n1\n");
}

#[test]
fn imaginary_parts_are_dropped_with_a_word_unless_a_rule_is_named() {
    let word = "from complex128 to float64, the imaginary parts are dropped";
    let run = |words: &str| Rmm::new().file("z", bytes(&[1.0, 2.0])).run(words.split(' '));
    run("slice z -d c16 --astype f8").code(0).stdout("1.0\n").stderr_has(word);
    run("map-chunks z -d c16 --expr x+1 --astype f8").code(0).stdout("2.0\n").stderr_has(word);
    for reduced in ["", " --expr x"] {
        run(&format!("map-chunks z -d c16 --reduce sum --astype f8{reduced}")).code(0).stderr_has(word);
    }
    run("create y -d f8 -s 1 --expr 1+2j").code(0).stderr_has(word);
    for silent in
        ["slice z -d c16 --astype f8 --casting unsafe", "slice z -d c16 --astype c8", "slice z -d c16 --astype ?"]
    {
        run(silent).code(0).stderr("");
    }
    run("map-chunks z -d c16 --expr x -i --check").code(0).stderr("");
}

/// Bytes of `b.dat` that are in memory when a line of shell has made it of `a.dat`; `None` where nobody can tell.
fn resident(line: &str) -> Option<u64> {
    // Asked at once: whoever looks at the files afterwards reads them.
    let line = format!("{line} && fincore --bytes --noheadings --output RES b.dat");
    let ran = Rmm::new().file("a.dat", vec![1; 1 << 16]).sh(&line);
    String::from_utf8_lossy(ran.output()).trim().parse().ok()
}

#[test]
fn what_is_made_leaves_the_memory_where_caches_are_dropped() {
    // A file system in memory keeps all.
    if resident("dd if=a.dat of=b.dat conv=fsync && dd of=b.dat oflag=nocache conv=notrunc count=0") != Some(0) {
        return skipped("fincore and a file system on a disk");
    }
    for words in [
        "slice a.dat -d u1 -o b.dat",
        "slice a.dat -d u1 ::-1 -o b.dat",
        "map-chunks a.dat -d u1 --expr x+1 -o b.dat",
        "map-chunks a.dat -d u1 --expr x+1 -o b.dat --resume",
        "map-chunks a.dat -d u1 --exec cat -o b.dat",
        "fill a.dat -d u1 --value 3 --mode c -o b.dat",
        "slice a.dat -d u1 -f ndjson -o b.dat",
        "slice - -d u1 -o b.dat",
    ] {
        let kept = resident(&format!("cat a.dat | rmm {words}"));
        let dropped = resident(&format!("cat a.dat | rmm {words} --cache drop"));
        assert_eq!((kept.is_some_and(|bytes| bytes >= 1 << 16), dropped), (true, Some(0)), "{words}");
    }
}

/// Bytes of a file that are in memory when a line of shell has read it.
fn resident_of(name: &str, line: &str) -> Option<u64> {
    let line =
        format!("sync {name} && cat {name} > b.dat && {line} && fincore --bytes --noheadings --output RES {name}");
    let folder = Rmm::new().file("a.dat", vec![1; 12 << 20]).file("i", "5\n7\n9000000\n7\n".repeat(9));
    let folder = folder.file("a.csv", "# words\n1\n".repeat(10_000)).file("m", vec![0; 10_000]);
    let ran = folder.sh(&line);
    String::from_utf8_lossy(ran.output()).trim().parse().ok()
}

#[test]
fn what_is_read_leaves_the_memory_where_caches_are_dropped() {
    if resident_of("a.dat", "dd if=a.dat iflag=nocache count=0 status=none") != Some(0) {
        return skipped("fincore and a file system on a disk");
    }
    for line in [
        "rmm slice a.dat -d u1 -f raw --cache drop | cat > o",
        "rmm slice a.dat -d u1 -f npy --cache drop --io pread | cat > o",
        "rmm slice a.dat --spec f8:-1,256 :,0 --cache drop --io pread > o",
        "rmm slice a.dat --spec u2:-1 ::2 -f raw --cache drop --io pread > o",
        "rmm get a.dat -d u1 - --cache drop < i > o",
        "rmm get a.dat -d u1 - --cache drop --io pread < i > o",
        "rmm set b.dat -d u1 : --from a.dat --cache drop",
        "rmm set m -d u1 --from a.csv --comments '#' --cache drop",
        "rmm map-chunks a.dat -d u1 --reduce sum --cache drop > o",
    ] {
        let name = if line.contains("a.csv") { "a.csv" } else { "a.dat" };
        assert_eq!(resident_of(name, line), Some(0), "{line}");
    }
}

#[test]
fn items_without_bytes_take_no_time_in_binary_formats() {
    let header = "{'descr': '|S0', 'fortran_order': False, 'shape': (99999999999999,), }";
    let length = u16::try_from(header.len() + 1).expect("short");
    let bytes = [b"\x93NUMPY\x01\x00", &length.to_le_bytes()[..], header.as_bytes(), b"\n"].concat();
    Rmm::new().file("a.npy", bytes).run(["slice", "a.npy", "-o", "b.npy"]).done();
}

#[test]
fn floats_are_rounded_where_that_is_asked_for() {
    let thirds = || {
        let made = Rmm::new().run(["create", "t.dat", "-s", "2", "-d", "x:f4,n:i2,c:c16", "--quiet"]).done().then();
        made.run(["set", "t.dat", "1", "(0.33333334,7,1+0.125j)", "-d", "x:f4,n:i2,c:c16"]).done().then()
    };
    let printed = |format: &str, expected: &str| {
        let words = ["slice", "t.dat", "1:", "-d", "x:f4,n:i2,c:c16", "--precision", "2", "-f", format];
        thirds().run(words).prints(expected);
    };
    printed("tsv", "0.33\t7\t(1.00+0.12j)\n");
    printed("csv", "0.33,7,(1.00+0.12j)\n");
    printed("text", "0.33 7 (1.00+0.12j)\n");
    printed("json", "[{\"x\":0.33,\"n\":7,\"c\":[1.00, 0.12]}]\n");
    printed("ndjson", "{\"x\":0.33,\"n\":7,\"c\":[1.00, 0.12]}\n");
    printed("table", "      x  n             c\n────────────────────────\n0  0.33  7  (1.00+0.12j)\n");
    thirds().run(["get", "t.dat", "1", "-d", "x:f4,n:i2,c:c16", "--field", "x", "--precision", "0"]).prints("0\n");
    a().run(["map-chunks", "a.npy", "0", "--expr", "x / 3", "--precision", "3"]).prints("0.000\n0.333\n0.667\n1.000\n");
    a().run(["map-chunks", "a.npy", "--reduce", "mean", "--precision", "1"]).prints("5.5\n");
    a().run(["slice", "a.npy", "--precision", "2", "-f", "npy"]).refused(2, "--precision is for text, not for npy");
    a().run(["slice", "a.npy", "--precision", "2", "--fmt", "%d"]).refused(2, "--fmt");
    a().run(["slice", "a.npy", "--precision", "-1"]).refused(2, "'-1' is no number of digits from 0 to 100");
}

#[test]
fn what_is_made_is_described_beside_it_where_that_is_asked_for() {
    for line in ["slice a.npy 1:", "map-chunks a.npy 1: --expr x", "map-chunks a.npy 1: --exec cat"] {
        let made = a().sh(&format!("rmm {line} -o o.raw --sidecar")).done().then();
        made.run(["slice", "o.raw", "0"]).prints("4.0\n5.0\n6.0\n7.0\n");
    }
    let edited = a().run(["set", "a.npy", "0,0", "9", "-m", "c", "-o", "o.raw", "--sidecar"]).done().then();
    edited.run(["get", "o.raw", "0,0", "2,3"]).prints("9.0\n11.0\n");
    let piped = a().sh("cat a.npy | rmm slice - --astype f4 -o o.raw --sidecar").done().then();
    piped.run(["info", "o.raw", "--get", "spec"]).prints("<f4:3,4:C@0\n");
    let piped = a().sh("tail -c 96 a.npy | rmm slice - -s -1,4 -o o.raw --sidecar").done().then();
    let replaced = piped.run(["slice", "a.npy", "0", "-o", "o.raw", "--force"]).done();
    replaced.names_are(["a.npy", "o.raw"]);
    let described = a().run(["slice", "a.npy", "-o", "o.npy", "--sidecar"]).done();
    described.names_are(["a.npy", "o.npy", "o.npy.rmm.json"]);
    a().run(["slice", "a.npy", "-o", "o.csv", "--sidecar"])
        .refused(2, "--sidecar describes raw and npy files, not csv");
    a().run(["slice", "a.npy", "--sidecar"]).refused(2, "--sidecar describes a file");
    a().run(["set", "a.npy", "0,0", "9", "--sidecar"]).refused(2, "--mode c");
}

#[test]
fn arrow_needs_a_build_that_writes_it() {
    let ran = a().run(["slice", "a.npy", "-f", "arrow"]);
    if cfg!(feature = "arrow") {
        let piped = ran.code(0);
        assert!(
            piped.output().starts_with(&[0xff; 4]) && piped.output().ends_with(&[0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])
        );
        let made = piped.then().run(["slice", "a.npy", "-o", "a.arrows"]).done();
        assert_eq!(made.read("a.arrows"), a().run(["slice", "a.npy", "-f", "arrow"]).output());
    } else {
        ran.refused(2, "this rmm was built without the feature arrow");
    }
}
