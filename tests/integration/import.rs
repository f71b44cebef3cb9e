//! Text in: `create --from` and `set --from` of csv, tsv, whitespace text and JSON.

use std::io::Write;

use crate::harness::{Rmm, arange, bytes, npy_bytes, npy_in};
use rmm::shape::Order;

fn floats(values: &[f64], dims: &[u64]) -> Vec<u8> {
    npy_bytes("<f8", dims, &bytes(values))
}

fn csv(text: &str) -> Rmm {
    Rmm::new().file("t.csv", text)
}

#[test]
fn endings_name_the_format_and_fields_the_dtype() {
    csv("1,2\n3,4.5\n")
        .run(["create", "a.npy", "--from", "t.csv"])
        .done()
        .file_is("a.npy", floats(&[1.0, 2.0, 3.0, 4.5], &[2, 2]));
    for (name, text) in [("t.tsv", "1\t2\n"), ("t.txt", "# x\n 1 2\n"), ("t.json", "[[1,2]]"), ("t.jsonl", "[1,2]\n")] {
        let made = Rmm::new().file(name, text).run(["create", "a.npy", "--from", name]).done();
        made.file_is("a.npy", npy_bytes("<i8", &[1, 2], &bytes(&[1_i64, 2])));
    }
}

#[test]
fn stdin_is_text_unless_its_bytes_say_otherwise() {
    let made = Rmm::new().stdin("1 2\n3 4\n").run(["create", "a.npy", "--from", "-"]).done();
    made.file_is("a.npy", npy_bytes("<i8", &[2, 2], &bytes(&[1_i64, 2, 3, 4])));
    let npy = npy_bytes("<f8", &[3], &arange(3));
    Rmm::new().stdin(&npy).run(["create", "a.npy", "--from", "-"]).done().file_is("a.npy", &npy);
    let noted = Rmm::new().stdin("1,2\n").run(["create", "a.npy", "--from", "-"]).code(0);
    noted.stderr_has("--from-format csv").then().run(["get", "a.npy", "0"]).prints("1,2\n");
}

#[test]
fn dtype_and_shape_are_those_that_are_asked_for() {
    let made = csv("1,2,3,4\n").run(["create", "a.npy", "--from", "t.csv", "-d", ">i2", "-s", "2,-1"]).done();
    made.file_is("a.npy", npy_bytes(">i2", &[2, 2], &[0, 1, 0, 2, 0, 3, 0, 4]));
    let made = csv("1,2\n3,4\n").run(["create", "a.npy", "--from", "t.csv", "-d", "u1", "--order", "F"]).done();
    made.file_is("a.npy", npy_in("|u1", &[2, 2], Order::F, &[1, 3, 2, 4]));
    let made = csv("1,2\n").run(["create", "a.npy", "--from", "t.csv", "-d", "u1", "-s", "3,2"]).done();
    made.file_is("a.npy", npy_bytes("|u1", &[3, 2], &[1, 2, 1, 2, 1, 2]));
    let made =
        csv("1,2\n").run(["create", "a.dat", "--from", "t.csv", "-d", "u1", "--offset", "2", "--sidecar"]).done();
    let made = made.file_is("a.dat", [0, 0, 1, 2]).then().run(["get", "a.dat", "0,1"]).prints("2\n");
    made.then().run(["create", "b.npy", "--from", "t.csv", "-s", "3"]).refused(2, "t.csv");
    csv("1,2,3\n")
        .run(["create", "b.npy", "--from", "t.csv", "-s", "2,-1"])
        .refused(2, "cannot reshape")
        .names_are(["t.csv"]);
}

#[test]
fn long_headers_do_not_move_the_elements() {
    // A header of such a dtype takes more than the usual 128 bytes.
    let names: Vec<String> = (0..40).map(|at| format!("a_rather_long_name_{at}:u1")).collect();
    let row: Vec<String> = (0..40).map(|at| at.to_string()).collect();
    let text = format!("{}\n", row.join(",")).repeat(3);
    let made = csv(&text).run(["create", "a.npy", "--from", "t.csv", "-d", &names.join(",")]).done();
    made.then().run(["slice", "a.npy", "2", "-f", "csv"]).prints(format!("{}\n", row.join(",")));
}

#[test]
fn headers_columns_and_skipped_rows() {
    let text = "made by hand\nlon,lat,n\n1,2,3\n4,5,6\n";
    let run =
        |words: &[&str]| csv(text).run([&["create", "a.npy", "--from", "t.csv", "--skip-rows", "1"], words].concat());
    run(&["--header", "--columns", "n,lon"]).done().then().run(["slice", "a.npy"]).prints("3\t1\n6\t4\n");
    run(&["--header", "-d", "lat:f4,n:i2"]).done().then().run(["slice", "a.npy"]).prints("2.0\t3\n5.0\t6\n");
    run(&["--header", "-d", "x:f4"]).refused(2, "the header has no column 'x' (it has lon, lat, n)");
    run(&["--columns", "n"]).refused(2, "there is no header").stderr_has("hint: --header");
    run(&["--columns", "0,,1"]).refused(2, "--columns");
    let quoted = csv("\"a,b\",\"c\nd\",7\n1,2,3\n");
    let words = ["create", "a.npy", "--from", "t.csv", "--header", "--columns", "\"7\",\"a,b\""];
    let made = quoted.run(words).done().then().run(["slice", "a.npy"]).prints("3\t1\n").then();
    made.run(["create", "b.npy", "--from", "t.csv", "--header"])
        .done()
        .then()
        .run(["slice", "b.npy"])
        .prints("1\t2\t3\n");
    csv("1;2\n")
        .run(["create", "a.npy", "--from", "t.csv", "--delimiter", ";"])
        .done()
        .then()
        .run(["slice", "a.npy"])
        .prints("1\t2\n");
    csv("1%x\n")
        .run(["create", "a.npy", "--from", "t.csv", "--comments", "%"])
        .done()
        .then()
        .run(["slice", "a.npy"])
        .prints("1\n");
    csv("1").run(["create", "a.npy", "--from", "t.csv", "--delimiter", "ab"]).refused(2, "one ASCII character");
    csv("1").run(["create", "a.npy", "--header"]).refused(2, "--from");
}

#[test]
fn bad_text_is_named_and_nothing_is_left() {
    for (text, words, message) in [
        ("1,2\n3,x\n", &["-d", "f4"][..], "t.csv: line 2, column 2: cannot read 'x' as float32"),
        ("1,2\n3\n", &[], "t.csv: line 2: it has 1 columns, those before it 2: '3'"),
        ("1,,2\n", &[], "line 1, column 2: the field is empty"),
        ("1\n  \n2\n", &["--from-format", "text", "--delimiter", "\t"], "line 2, column 1: the field is empty"),
        ("1\n # c\n2\n", &["--from-format", "text", "--delimiter", "\t"], "line 2, column 1: the field is empty"),
        ("1\0", &[], "holds NUL bytes"),
        ("\"1,2\n3,4\n", &["-d", "f4"], "line 1, column 1: the quote in front of this field is never closed"),
        ("[1,x]\n", &["--from-format", "ndjson"], "line 1, at [1] of its row: 'x' is no JSON value"),
        ("<html>404</html>", &["--from-format", "json"], "line 1: '<html>404</html>' is no JSON value"),
        ("a,b\n1,2,3\n", &["--header"], "line 2: it has 3 columns, and the header names 2: '1,2,3'"),
        ("a,a\n1,2\n", &["--header", "--columns", "a"], "columns 0 and 1 are both called 'a'"),
        ("1\n", &["--from-spec", "f4:1", "--from-format", "csv"], "--from-spec is for a raw SRC"),
        ("1\n", &["--from-format", "raw", "--skip-rows", "1"], "are for text"),
        ("1\n", &["--from-format", "json", "--header"], "--header is for lines of fields"),
        ("1\n", &["--from-format", "xml"], "ndjson"),
    ] {
        let run = csv(text).run([&["create", "a.npy", "--from", "t.csv"], words].concat());
        run.refused(2, message).names_are(["t.csv"]);
    }
    csv("1\n")
        .file("a.npy", "old")
        .run(["create", "a.npy", "--from", "t.csv"])
        .refused(2, "--force")
        .file_is("a.npy", "old");
    csv("x\n")
        .file("a.npy", "old")
        .run(["create", "a.npy", "--from", "t.csv", "-d", "f4", "--force"])
        .code(2)
        .file_is("a.npy", "old");
    csv("1\n").run(["create", "a.npy", "--from", "t.csv", "--value", "1"]).refused(2, "one content");
    Rmm::new().run(["create", "a.npy", "--from", "none.csv"]).refused(3, "none.csv");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).expect("memory");
    writer.finish().expect("memory")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

#[test]
fn compressed_sources_are_known_by_their_first_bytes() {
    let array = npy_bytes("<f8", &[3], &arange(3));
    for compress in [gzip, zstd] {
        let packed = compress(b"1,2\n3,4\n");
        let expected = npy_bytes("<i8", &[2, 2], &bytes(&[1_i64, 2, 3, 4]));
        let made = Rmm::new().file("t.csv.gz", &packed).run(["create", "a.npy", "--from", "t.csv.gz"]).done();
        made.file_is("a.npy", &expected);
        let made = Rmm::new().stdin(&packed).run(["create", "a.npy", "--from", "-", "--from-format", "csv"]).done();
        made.file_is("a.npy", &expected);
        let made = Rmm::new().file("t", compress(&array)).run(["create", "a.npy", "--from", "t"]).done();
        made.file_is("a.npy", &array);
        let raw = Rmm::new().file("t.dat.gz", compress(&arange(3)));
        raw.run(["create", "a.npy", "--from", "t.dat.gz", "--from-spec", "f8:-1"]).done().file_is("a.npy", &array);
        // Damaged bytes that are read as something else are damaged all the same.
        let text: String = (0..9000).map(|row| format!("{row},{}\n", row * 7)).collect();
        let damaged = compress(text.replace("8000,", "8000,x").as_bytes());
        let last = damaged.len() - if damaged[0] == 0x1f { 6 } else { 1 };
        let damaged: Vec<u8> = damaged.iter().enumerate().map(|(at, byte)| byte ^ u8::from(at == last)).collect();
        let damaged = Rmm::new().file("t.csv.gz", damaged).run(["create", "a.npy", "--from", "t.csv.gz", "-d", "i8"]);
        damaged.refused(5, "damaged or cut short").names_are(["t.csv.gz"]);
        let bad = Rmm::new().file("t.csv.gz", compress(b"1,2\n3,x\n"));
        bad.run(["create", "a.npy", "--from", "t.csv.gz", "-d", "i8"]).refused(2, "line 2, column 2: cannot read 'x'");
        let cut = Rmm::new().file("t.csv.gz", &packed[..packed.len() - 4]);
        cut.run(["create", "a.npy", "--from", "t.csv.gz"]).refused(5, "damaged or cut short").names_are(["t.csv.gz"]);
    }
    let padded = [gzip(b"1,2\n3,4\n"), vec![0; 512]].concat();
    let made = Rmm::new().file("t.csv.gz", padded).run(["create", "a.npy", "--from", "t.csv.gz"]).done();
    made.file_is("a.npy", npy_bytes("<i8", &[2, 2], &bytes(&[1_i64, 2, 3, 4])));
    // Elements may begin as compressed bytes do.
    let raw = Rmm::new().file("t.dat", [0x1f, 0x8b, 8, 0]);
    raw.run(["create", "a.npy", "--from", "t.dat", "-d", "u1"])
        .done()
        .file_is("a.npy", npy_bytes("|u1", &[4], &[0x1f, 0x8b, 8, 0]));
}

#[test]
fn what_describes_itself_is_no_text_even_through_a_pipe_or_compressed() {
    let header = b"NRRD0001\ntype: uint8\nencoding: raw\ndimension: 2\nsizes: 2 1\n\n";
    let nrrd = [&header[..], &[7, 8]].concat();
    let expected = npy_bytes("|u1", &[1, 2], &[7, 8]);
    let made = Rmm::new().stdin(&nrrd).run(["create", "a.npy", "--from", "-"]).done();
    made.file_is("a.npy", &expected);
    for name in ["t.nrrd", "t.csv", "t.dat"] {
        let made = Rmm::new().file(name, &nrrd).run(["create", "a.npy", "--from", name]).done();
        made.file_is("a.npy", &expected);
    }
    let made = Rmm::new().file("t.nrrd", &nrrd).sh("gzip t.nrrd && rmm create a.npy --from t.nrrd.gz").done();
    made.file_is("a.npy", &expected);
    let text =
        Rmm::new().file("t.txt", "ENVI\nb\n").run(["create", "a.npy", "--from", "t.txt"]).refused(5, "t.txt").then();
    let text = text.run(["create", "a.npy", "--from", "t.txt", "--from-format", "text"]).done().then();
    text.run(["get", "a.npy", "0"]).prints("ENVI\n");
    let damaged = Rmm::new().file("t.nrrd", "NRRD0001\nsizes: 2\n\n").run(["create", "a.npy", "--from", "t.nrrd"]);
    damaged.refused(5, "t.nrrd").names_are(["t.nrrd"]);
}

#[test]
fn text_arrives_whichever_way_bytes_travel() {
    for io in ["auto", "mmap", "pread"] {
        for (shape, order, expected) in
            [("2,2", "C", &[1, 2, 3, 4][..]), ("2,2", "F", &[1, 3, 2, 4]), ("2,2,2", "C", &[1, 2, 3, 4, 1, 2, 3, 4])]
        {
            let words = ["create", "a.dat", "--from", "t.csv", "-d", "u1", "-s", shape, "--order", order, "--io", io];
            let made = csv("1,2\n3,4\n").run(words).done().file_is("a.dat", expected).then();
            let set = ["set", "a.dat", "-d", "u1", "-s", "2,2", "--allow-trailing", "0", "--from", "t.csv", "--io", io];
            made.file("t.csv", "8,9\n").run(set).done();
        }
    }
}

#[test]
fn set_reads_text_as_the_dtype_that_is_there() {
    let run = |text: &str, words: &[&str]| {
        let m = Rmm::new().npy("m.npy", "<i2", [2, 3], bytes(&[0_i16, 1, 2, 3, 4, 5]));
        m.stdin(text).run([&["set", "m.npy"], words, &["--from", "-"]].concat())
    };
    let holds = |ran: crate::harness::Ran, values: [i16; 6]| {
        ran.done().file_is("m.npy", npy_bytes("<i2", &[2, 3], &bytes(&values)));
    };
    holds(run("7,8,9\n", &["1", "--from-format", "csv"]), [0, 1, 2, 7, 8, 9]);
    holds(run("7 8 9", &[]), [7, 8, 9, 7, 8, 9]);
    holds(run("[[7],[8]]", &["--from-format", "json"]), [7, 7, 7, 8, 8, 8]);
    holds(run("7\n8\n", &[":,1"]), [0, 7, 2, 3, 8, 5]);
    holds(run("b a\n7 8\n", &[":,0", "--header", "--columns", "a"]), [8, 1, 2, 8, 4, 5]);
    holds(run("1.9\n", &["0,0", "--casting", "unsafe"]), [1, 1, 2, 3, 4, 5]);
    holds(run("99999\n", &["0,0", "--overflow", "saturate"]), [32767, 1, 2, 3, 4, 5]);
    holds(run("65536000000000000000000007\n", &["0,0", "--overflow", "wrap"]), [7, 1, 2, 3, 4, 5]);
    run("1.9\n", &["0,0"]).refused(2, "--casting unsafe");
    run("99999\n", &["0,0"]).refused(2, "line 1, column 1: cannot read '99999' as int16: out of range");
    run("1 2\n", &[]).refused(2, "broadcast");
    run("1 2 3\n1 2 3\n1 2 x\n", &[]).refused(2, "line 3, column 3");
}

#[test]
fn what_slice_prints_is_stored_back() {
    for format in ["tsv", "csv", "text", "json", "ndjson"] {
        let ran = Rmm::new().arange("a.npy", [2, 3, 4]).sh(&format!(
            "rmm slice a.npy -f {format} | rmm create b.npy --from - --from-format {format} -s 2,3,4 -d f8 && cmp a.npy b.npy && \
             rmm slice a.npy ::-1 -f {format} | rmm set b.npy ::-1 --from - --from-format {format} && cmp a.npy b.npy"
        ));
        ran.done();
        Rmm::new()
            .sh(&format!(
                "rmm create a.npy -d x:f4,n:i2 -s 2,3 && cp a.npy b.npy && rmm set a.npy 1,:2 '[(1.5,2),(3,4)]' && \
                 rmm slice a.npy -f {format} | rmm set b.npy --from - --from-format {format} && cmp a.npy b.npy && \
                 rmm slice a.npy :,1 -f {format} | rmm set b.npy ::-1,1 --from - --from-format {format} && rmm get b.npy 0,1"
            ))
            .code(0)
            .stdout("3.0\t4\n");
    }
    let flat =
        Rmm::new().stdin(r#"[{"x":1,"n":2},{"x":3,"n":4}]"#).run(["create", "r.npy", "-d", "x:f4,n:i2", "-s", "2,1"]);
    flat.done()
        .then()
        .stdin(r#"[{"x":1,"n":2},{"x":3,"n":4},{"x":5,"n":6}]"#)
        .run(["set", "r.npy", "--from", "-", "--from-format", "json"])
        .refused(2, "cannot broadcast");
}

#[test]
fn what_slice_prints_has_its_shape_again() {
    let strings = npy_bytes("|S2", &[2, 3, 1], b"a\0\0\0b\0\0\0\0\0cd");
    let ran = Rmm::new()
        .file("s.npy", &strings)
        .sh("rmm slice s.npy -f text | rmm create b.npy --from - --from-format text -d S2 -s 2,3,1");
    ran.done().file_is("b.npy", &strings);
    let complex = npy_bytes("<c16", &[], &bytes(&[1.5, -2.0]));
    let ran = Rmm::new()
        .file("c.npy", &complex)
        .sh("rmm slice c.npy -f json | rmm create b.npy --from - --from-format json -d c16");
    ran.done()
        .file_is("b.npy", &complex)
        .then()
        .sh("rmm slice c.npy -f json | rmm set b.npy --from - --from-format json")
        .done();
    for format in ["tsv", "csv", "text"] {
        let ran = Rmm::new().npy("e.npy", "<f8", [5, 0], []).sh(&format!(
            "rmm slice e.npy -f {format} --header | rmm create b.npy --from - --from-format {format} --header -d f8 -s 5,0 && cmp e.npy b.npy"
        ));
        ran.code(0);
    }
}

#[test]
fn one_long_line_of_json_is_read_in_little_memory() {
    // 26 MB of text in one line.
    let ran =
        Rmm::new().sh("rmm create r.npy -s 1300000 --random uniform --seed 1 && rmm slice r.npy -f json -o r.json && \
         (ulimit -v 100000; rmm create a.npy --from r.json -j 2 -q && \
          rmm create b.npy --from - --from-format json -d f8 -j 2 -q < r.json) && \
         cmp r.npy a.npy && cmp r.npy b.npy");
    ran.done();
}

#[test]
fn long_strings_among_short_ones_take_little_memory() {
    // All of them at once would be 240 MB.
    let text = "a\n".repeat(30_000) + &"b".repeat(2000) + "\n";
    let line =
        "ulimit -v 150000; rmm create a.npy --from t.csv -j 2 && rmm info a.npy --get spec && rmm get a.npy 29999";
    Rmm::new().file("t.csv", text).sh(line).prints("<U2000:30001:C@128\na\n");
}

#[test]
fn long_pipes_are_read_in_little_memory() {
    // 12 MB of text and 8 MB of elements in address space for neither.
    let ran = Rmm::new().sh(
        "(seq 1000000 | sed 's/$/.5/'; echo nan) | (ulimit -v 100000; rmm create a.npy --from - -j 2 -q) && rmm get a.npy 0 -2 -1",
    );
    ran.prints("1.5\n1000000.5\nnan\n");
}

#[test]
fn what_says_itself_that_it_is_no_text_is_named() {
    let zip = b"PK\x03\x04\x14\0\0\0";
    let foreign = |name: &str, bytes: &[u8], message: &str, hint: &str| {
        let ran = Rmm::new().file(name, bytes).run(["create", "o.npy", "--from", name]);
        ran.refused(2, message).stderr_has(hint).names_are([name]);
    };
    foreign("a b.npz", zip, "a b.npz: is no text: it begins as a zip archive", "hint: rmm info 'a b.npz' --guess\n");
    foreign("t.csv", zip, "is no text: it begins as a zip archive", "--guess");
    foreign("p.parquet", b"PAR1\x15\0", "Parquet", "hint: rmm info p.parquet --guess\n");
    foreign(
        "t.txt.bz2",
        b"BZh91AY\xff\xff",
        "bzip2",
        "hint: bzip2 -dc t.txt.bz2 | rmm create o.npy --from - --from-format text\n",
    );
    foreign("t.xz", b"\xfd7zXZ\0\0", "xz", "hint: xz -dc t.xz | rmm create o.npy --from -\n");
    let piped = Rmm::new().stdin(zip).run(["create", "o.npy", "--from", "-"]).refused(2, "<stdin>: is no text");
    assert!(!piped.said().contains("hint"));
    let set = Rmm::new().arange("m.npy", [2]).file("t.xz", b"\xfd7zXZ\0\0").run(["set", "m.npy", "--from", "t.xz"]);
    set.refused(2, "xz").stderr_has("hint: xz -dc t.xz | rmm set m.npy --from -\n");
    // A column may be called so, and who names the format knows.
    let named = Rmm::new().file("t.csv", "PAR1,é\n").run(["create", "o.npy", "--from", "t.csv"]).done();
    named.then().run(["slice", "o.npy", "-f", "csv"]).prints("PAR1,é\n");
    let raw =
        Rmm::new().file("t.png", zip).run(["create", "o.dat", "--from", "t.png", "--from-format", "raw", "-d", "u1"]);
    raw.done().file_is("o.dat", zip);
}

#[test]
fn a_fifo_is_named_with_the_option_that_reads_it() {
    let ff = Rmm::new().arange("m.npy", [2]).sh("mkfifo ff").done().then();
    let create = ff.run(["create", "o.npy", "--from", "ff"]).code(2);
    let create = create.stderr("rmm: ff: is a FIFO, not a regular file\nhint: --from - < ff\n").then();
    create.run(["set", "m.npy", "--updates", "ff"]).code(2).stderr_has("hint: --updates - < ff\n");
}

#[test]
fn standard_input_goes_on_where_it_stands() {
    let text = "7 7\n1 2\n3 4\n";
    let rest = npy_bytes("<i8", &[2, 2], &bytes(&[1_i64, 2, 3, 4]));
    for source in ["< t.txt", "-d i8 < t.txt"] {
        let (told, from) = source.split_once('<').expect("two parts");
        let line = format!("{{ read -r first; rmm create o.npy --from - {told}; }} <{from}");
        Rmm::new().file("t.txt", text).sh(&line).done().file_is("o.npy", &rest);
    }
    let set = Rmm::new().npy("m.npy", "<i8", [2, 2], [0; 32]).file("t.txt", text);
    set.sh("{ read -r first; rmm set m.npy --from -; } < t.txt").done().file_is("m.npy", &rest);
    let set = Rmm::new().file("m", [0; 3]).file("t", "0\t1\n1\t2\n2\t3\n");
    set.sh("{ read -r first; rmm set m -d u1 --updates -; } < t").done().file_is("m", [0, 2, 3]);
    let skip = "dd bs=1 count=2 of=/dev/null status=none";
    for (command, printed) in [
        ("slice - -d u1 -f csv", "3\n4\n"),
        ("slice - -d u1 ::-1 -f csv", "4\n3\n"),
        ("slice - -d u1 -s 2 --allow-trailing", "3\n4\n"),
        ("map-chunks - -d u1 --reduce sum", "7\n"),
        ("map-chunks - -d u1 --expr x+1", "4\n5\n"),
        ("get - -d u1 0", "3\n"),
        ("info - -d u1 --get size", "2\n"),
    ] {
        for line in [format!("{{ {skip}; rmm {command}; }} < x"), format!("cat x | {{ {skip}; rmm {command}; }}")] {
            Rmm::new().file("x", [1, 2, 3, 4]).sh(&line).prints(printed);
        }
    }
    // What is at its beginning is opened as a file, which leaves the position where it was.
    Rmm::new().file("x", [1, 2]).sh("{ rmm slice - -d u1; rmm slice - -d u1 ::-1; } < x").prints("1\n2\n2\n1\n");
}

#[test]
fn where_there_is_no_room_for_copies_the_folder_is_named() {
    let said = |ran: crate::harness::Ran| {
        ran.code(3).stderr_has("cannot keep a temporary copy: File too large").stderr_has("hint: TMPDIR names another");
    };
    // Comments are kept and become no elements.
    let text = format!("{}1,2\n", "# words\n".repeat(2000));
    let words = "rmm create o.npy --from - --from-format csv --comments '#'";
    said(Rmm::new().stdin(&text).sh(&format!("ulimit -f 8; {words}")));
    let set = Rmm::new().npy("m.npy", "<f8", [2], [0; 16]).stdin("1\n".repeat(2000));
    said(set.sh("ulimit -f 8; rmm set m.npy --from -"));
}
