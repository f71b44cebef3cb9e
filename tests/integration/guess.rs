//! `rmm info --guess`: files of formulas, and whether what they are is found.

use std::f64::consts::TAU;

use rmm::guess::{Block, Candidate, Sample, guess};
use serde_json::Value;

use crate::harness::{Ran, Rmm, arange, npy_bytes};

/// Numbers that look random and are the same on every machine.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// From 0 to 1.
    fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Mean 0, deviation 1.
    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.uniform()).ln()).sqrt() * (TAU * self.uniform()).cos()
    }
}

/// A file, and what it is.
struct Made {
    name: &'static str,
    dtype: &'static str,
    offset: u64,
    shape: Vec<u64>,
    bytes: Vec<u8>,
}

fn made(name: &'static str, dtype: &'static str, header: &[u8], shape: &[u64], value: impl FnMut(u64) -> f64) -> Made {
    let mut bytes = header.to_vec();
    bytes.extend((0..shape.iter().product()).map(value).flat_map(|value| element(dtype, value)));
    Made { name, dtype, offset: header.len() as u64, shape: shape.to_vec(), bytes }
}

/// One element as it lies in a file.
fn element(dtype: &str, value: f64) -> Vec<u8> {
    let mut bytes = match &dtype[1..] {
        "u1" => vec![value as u8],
        "i1" => (value as i8).to_le_bytes().to_vec(),
        "u2" => (value as u16).to_le_bytes().to_vec(),
        "i2" => (value as i16).to_le_bytes().to_vec(),
        "u4" => (value as u32).to_le_bytes().to_vec(),
        "i4" => (value as i32).to_le_bytes().to_vec(),
        "i8" => (value as i64).to_le_bytes().to_vec(),
        "f2" => half(value).to_le_bytes().to_vec(),
        "f4" => (value as f32).to_le_bytes().to_vec(),
        "f8" => value.to_le_bytes().to_vec(),
        other => panic!("{other}"),
    };
    if dtype.starts_with('>') {
        bytes.reverse();
    }
    bytes
}

/// Enough of float16 for ordinary values: fractions are cut.
fn half(value: f64) -> u16 {
    let bits = (value as f32).to_bits();
    let exponent = (bits >> 23 & 255) as i32 - 127 + 15;
    let sign = (bits >> 16 & 0x8000) as u16;
    if (1..31).contains(&exponent) { sign | (exponent as u16) << 10 | (bits >> 13 & 1023) as u16 } else { sign }
}

/// A header of text and numbers, padded with zeros.
fn header(len: usize) -> Vec<u8> {
    let mut bytes = b"INSTR v2".to_vec();
    bytes.extend(640_u32.to_le_bytes());
    bytes.extend(48_u32.to_le_bytes());
    bytes.extend(b"gain=4.0;exposure=0.25;operator=unknown");
    bytes.resize(len.max(16), 0);
    bytes.truncate(len);
    bytes
}

/// A picture of a few blobs, from 0 to 1.
fn field(at: u64, width: u64, height: u64) -> f64 {
    let (x, y) = ((at % width) as f64 / width as f64, (at / width) as f64 / height as f64);
    let blob = |cx: f64, cy: f64, r: f64| (-((x - cx).powi(2) + (y - cy).powi(2)) / r).exp();
    (0.5 * x + 0.2 * y + blob(0.3, 0.4, 0.02) + 0.7 * blob(0.75, 0.7, 0.05)) / 2.2
}

fn files() -> Vec<Made> {
    let mut noise = Noise(1);
    let mut n = || noise.normal();
    let mut other = Noise(2);
    let mut u = || other.uniform();
    let mut files = vec![
        made("normal f4", "<f4", &[], &[20_011], |_| n()),
        made("normal f8", "<f8", &[], &[20_011], |_| n()),
        made("uniform f4", "<f4", &[], &[30_000], |_| u()),
        made("uniform f8", "<f8", &[], &[30_000], |_| u()),
        made("normal f2", "<f2", &[], &[30_011], |_| n()),
        made("normal >f4", ">f4", &[], &[20_011], |_| n()),
        made("normal >f8", ">f8", &[], &[20_011], |_| 300.0 + 10.0 * n()),
        made("wave f4", "<f4", &[], &[50_021], |i| (i as f64 * 0.0137).sin()),
        made("wave f8", "<f8", &[], &[50_021], |i| 20.0 + 5.0 * (i as f64 * 0.0137).sin()),
        made("wave >f4", ">f4", &[], &[50_021], |i| 1000.0 * (i as f64 * 0.00737).cos()),
        made("ramp i4", "<i4", &[], &[40_009], |i| i as f64),
        made("ramp i8", "<i8", &[], &[40_009], |i| i as f64 * 3.0),
        made("arange f8", "<f8", &[], &[10_007], |i| i as f64),
        made("counts u1", "|u1", &[], &[60_013], |_| (40.0 + 6.0 * n()).max(0.0)),
        made("counts u2", "<u2", &[], &[60_013], |_| (400.0 + 20.0 * n()).max(0.0)),
        made("tokens u2", "<u2", &[], &[100_003], |_| 50_000.0 * u() * u()),
        made("uniform tokens u2", "<u2", &[], &[100_003], |_| 50_257.0 * u()),
        made("tokens i4", "<i4", &[], &[60_001], |_| 128_000.0 * u() * u()),
        made("tokens i8", "<i8", &[], &[30_011], |_| 50_000.0 * u()),
        made("audio i2", "<i2", &[], &[80_021], |i| 9000.0 * (i as f64 * 0.0571).sin() + 300.0 * n()),
        made("audio >i2", ">i2", &[], &[80_021], |i| 9000.0 * (i as f64 * 0.0571).sin() + 300.0 * n()),
        made("audio i2 behind 512", "<i2", &header(512), &[80_000], |i| {
            3000.0 * (i as f64 * 0.0313).sin() + 100.0 * n()
        }),
        made("normal f4 behind 16", "<f4", &header(16), &[30_011], |_| n()),
        made("uniform f8 behind 44", "<f8", &header(44), &[20_011], |_| u()),
        made("picture u1", "|u1", &[], &[240, 320], |i| 20.0 + 200.0 * field(i, 320, 240) + 2.0 * n()),
        made("picture u2", "<u2", &[], &[480, 640], |i| 100.0 + 3900.0 * field(i, 640, 480) + 8.0 * n()),
        made("picture u1 behind 16", "|u1", &header(16), &[200, 256], |i| {
            20.0 + 200.0 * field(i, 256, 200) + 2.0 * n()
        }),
        made("field f4", "<f4", &[], &[180, 360], |i| 250.0 + 50.0 * field(i, 360, 180) + 0.05 * n()),
        made("field f8", "<f8", &[], &[128, 100], |i| field(i, 100, 128) - 0.3),
        made("field >f4 behind 512", ">f4", &header(512), &[100, 200], |i| 10.0 * field(i, 200, 100) + 0.01 * n()),
        made("steps i4", "<i4", &[], &[30_011], |_| 4000.0 * n()),
        made("steps i1", "|i1", &[], &[30_011], |_| 9.0 * n()),
        made("table f4", "<f4", &[], &[9_001, 4], |i| [0.01, 5.0, 300.0, 1e4][i as usize % 4] * (1.0 + 0.1 * n())),
        made("times i8", "<i8", &[], &[20_011], |i| 1.7e9 + 60.0 * i as f64 + (5.0 * u()).floor()),
    ];
    let record = |name, dtype, order: fn(u32) -> [u8; 4], mut file: Made| {
        let marker = order(file.bytes.len() as u32);
        file.bytes = [&marker, &file.bytes[..], &marker].concat();
        Made { name, dtype, offset: 4, ..file }
    };
    let body = made("", "<f8", &[], &[5_000], |_| 10.0 * n());
    files.push(record("Fortran f8", "<f8", u32::to_le_bytes, body));
    let body = made("", ">f4", &[], &[5_001], |_| 1.0 + u());
    files.push(record("Fortran >f4", ">f4", u32::to_be_bytes, body));
    files.push(wav());
    files
}

/// A WAV file of two channels.
fn wav() -> Made {
    let mut header = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0".to_vec();
    header.extend(44_100_u32.to_le_bytes());
    header.extend((44_100_u32 * 4).to_le_bytes());
    header.extend(b"\x04\0\x10\0data");
    header.extend(40_000_u32.to_le_bytes());
    made("WAV", "<i2", &header, &[10_000, 2], |i| 5000.0 * (i as f64 * 0.01).sin())
}

impl Made {
    fn sample(&self) -> Sample {
        let len = self.bytes.len() as u64;
        let block = |(offset, count): (u64, u64)| {
            let bytes = self.bytes[offset as usize..(offset + count) as usize].to_vec();
            Block { offset, bytes }
        };
        Sample::new(len, Sample::places(len).into_iter().map(block).collect())
    }

    fn is(&self, candidate: &Candidate) -> bool {
        candidate.element.dtype().to_string() == self.dtype
            && candidate.offset == self.offset
            && candidate.shape == self.shape
    }
}

#[test]
fn the_truth_is_mostly_first_and_nearly_always_among_three() {
    let files = files();
    let (mut first, mut three) = (0, 0);
    let mut report = String::new();
    for file in &files {
        let found = guess(&file.sample()).candidates;
        assert!(found.len() <= 8, "{}", file.name);
        let place = found.iter().position(|candidate| file.is(candidate));
        first += usize::from(place == Some(0));
        three += usize::from(place.is_some_and(|place| place < 3));
        if place != Some(0) {
            let shown = |c: &Candidate| {
                format!("\n    {:.2} {} {:?} @{} {}", c.cost, c.element.dtype(), c.shape, c.offset, c.why)
            };
            report.extend([format!("{}: place {place:?}", file.name)]);
            report.extend(found.iter().map(shown).chain(["\n".to_owned()]));
        }
    }
    let all = files.len();
    assert!(first * 100 >= all * 80 && three * 100 >= all * 95, "{first} and {three} of {all}\n{report}");
}

fn json(ran: &Ran) -> Value {
    serde_json::from_slice(ran.output()).expect("an object")
}

/// Runs every printed command in a shell: each must give as many bytes as its shape has.
#[track_caller]
fn commands_work(rmm: Rmm, name: &str) -> Rmm {
    let ran = rmm.run(["info", name, "--guess", "--json"]).code(0).stderr("");
    let object = json(&ran);
    let guesses = object["guesses"].as_array().expect("an array").clone();
    assert!(!guesses.is_empty(), "{object}");
    let mut rmm = ran.then();
    for guess in guesses {
        let (command, dtype) = (guess["command"].as_str().expect("text"), guess["dtype"].as_str().expect("text"));
        let lens = guess["shape"].as_array().expect("an array").iter();
        let count: u64 = lens.map(|len| len.as_u64().expect("a length")).product();
        let size: u64 = dtype[2..].parse().expect("an item size");
        rmm = rmm.sh(&format!("{command} -f raw | wc -c")).prints(format!("{}\n", count * size)).then();
    }
    rmm
}

#[test]
fn every_command_that_is_printed_can_be_pasted() {
    for file in files().into_iter().filter(|file| ["Fortran f8", "WAV", "normal f4 behind 16"].contains(&file.name)) {
        commands_work(Rmm::new().file("it's one.raw", &file.bytes), "it's one.raw");
    }
    commands_work(Rmm::new().file("-x", [7; 31]), "./-x");
    commands_work(Rmm::new().file("one", [200]), "one");
}

#[test]
fn names_are_shown_and_pasted_as_they_are() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let name = OsStr::from_bytes(b"it's \x1b[31m\xff");
    let bytes = arange(100);
    let ran = Rmm::new().file(name, &bytes).run([OsStr::new("info"), name, OsStr::new("--guess")]).code(0);
    let text = ran.output().to_vec();
    assert!(!text.contains(&0x1b), "{}", String::from_utf8_lossy(&text));
    let text = String::from_utf8(text).expect("escaped");
    let command = text.lines().find(|line| line.starts_with("rmm slice ")).expect("a command");
    let (_, command) = command.split_once(' ').expect("words");
    let shown = ran.then().sh(&format!("bash -c {}", quoted(&format!("rmm {command} -f raw")))).code(0);
    shown.stdout(bytes);
}

/// A word for a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[test]
fn a_short_first_record_of_fortran_has_values() {
    let record = |bytes: &[u8]| {
        let marker = (bytes.len() as u32).to_le_bytes();
        [&marker[..], bytes, &marker].concat()
    };
    let dims = [3_i32, 4].map(i32::to_le_bytes).concat();
    let rmm = Rmm::new().file("f.unf", [record(&dims), record(&arange(12))].concat());
    let ran = rmm.run(["info", "f.unf", "--guess"]).code(0).stdout_has("3 4 …").stdout_has("values 3 to 4");
    let short = ran.then().file("four", [0xb2, 0xb0, 0xb7, 0xb9]).run(["info", "four", "--guess"]).code(0);
    short.stdout_has("values -20302 to -17993");
}

#[test]
fn what_else_reads_a_file_is_said_by_its_name() {
    let rmm = Rmm::new().file("t u.csv", "1,2\n3,4\n").file("z", b"\x1f\x8b\x08").file("b", [1; 9]);
    let ran = rmm.run(["info", "t u.csv", "--guess"]).code(0).stdout_has("rmm create OUT.npy --from 't u.csv'");
    let ran = ran.then().run(["info", "z", "--guess"]).code(0).stdout_has("gzip -dc z | rmm info - --guess");
    ran.then().run(["info", "b"]).code(0).stdout_has("rmm info b --guess");
}

#[test]
fn a_table_has_the_best_first_and_its_command() {
    let file = files().into_iter().find(|file| file.name == "picture u2").expect("a picture");
    let ran = Rmm::new().file("frame.raw", &file.bytes).run(["info", "frame.raw", "--guess"]).code(0).stderr("");
    let text = String::from_utf8(ran.output().to_vec()).expect("text");
    let line = text.lines().find(|line| line.starts_with("1 ")).unwrap_or_else(|| panic!("no first in\n{text}"));
    assert!(line.contains("<u2") && line.contains("480,640"), "{text}");
    assert!(text.contains("\nrmm slice frame.raw -d '<u2' -s 480,640\n"), "{text}");
}

#[test]
fn what_says_what_it_is_is_not_guessed_at() {
    let rmm = Rmm::new().npy("a.npy", "<f4", [2], [0; 8]).file("b", [0; 8]).file("c", "1,2\n3,4\n").file("d", "");
    let ran = rmm.run(["info", "a.npy", "--guess"]).code(0).stdout_has("dtype       <f4").stdout_has("the header says");
    let ran = ran.then().run(["info", "b", "-d", "f4", "--guess"]).code(0).stdout_has("the options say");
    let ran = ran.then().run(["info", "b", "--guess"]).code(0).stdout_has("nothing but zeros");
    let ran = ran.then().run(["info", "c", "--guess"]).code(0).stdout_has("text, not raw");
    let ran = ran.then().run(["info", "d", "--guess"]).code(0).stdout_has("the file is empty");
    let ran = ran.then().file("e", b"\x1f\x8b\x08").run(["info", "e", "--guess", "--json"]).code(0);
    let object = json(&ran);
    assert!(object["remark"].as_str().is_some_and(|remark| remark.starts_with("gzip")), "{object}");
    assert_eq!(object["guesses"], Value::Array(Vec::new()));
    ran.then().run(["info", "a.npy", "--guess", "--get", "shape"]).refused(2, "--get");
}

#[test]
fn standard_input_and_huge_files_are_guessed_at_once() {
    let file = files().into_iter().find(|file| file.name == "ramp i4").expect("a ramp");
    Rmm::new().stdin(&file.bytes).run(["info", "-", "--guess"]).code(0).stdout_has("<i4");
    Rmm::new().sparse("huge", 1 << 40).run(["info", "huge", "--guess"]).code(0).stdout_has("nothing but zeros");
    let npy = npy_bytes("<f8", &[3], &[1; 24]);
    let ran = Rmm::new().file("a.npy", npy).run(["info", "a.npy", "--raw", "--guess"]).code(0);
    ran.stdout_has("--raw");
}
