//! NRRD, `MetaImage` and ENVI headers: the array that they describe, in the file that they name.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::harness::{Rmm, root};

/// What all headers here describe: 2, 3, 4 elements of int16, most significant byte first, in `scan.img`.
const NHDR: &str =
    "NRRD0004\ntype: short\ndimension: 3\nsizes: 4 3 2\nendian: big\nencoding: raw\ndata file: scan.img\n";
const MHD: &str = "ObjectType = Image\nNDims = 3\nDimSize = 4 3 2\nBinaryDataByteOrderMSB = True\n\
                   ElementType = MET_SHORT\nElementDataFile = scan.img\n";
const HDR: &str = "ENVI\nsamples = 4\nlines = 3\nbands = 2\ndata type = 2\ninterleave = bsq\nbyte order = 1\n";

const HEADERS: [(&str, &str, &str); 3] =
    [("scan.nhdr", "nrrd", NHDR), ("scan.mhd", "metaimage", MHD), ("scan.hdr", "envi", HDR)];

fn data() -> Vec<u8> {
    (0..24_i16).flat_map(i16::to_be_bytes).collect()
}

/// A header beside its data.
fn folder(name: &str, header: &str) -> Rmm {
    Rmm::new().file("scan.img", data()).file(name, header)
}

#[test]
fn a_header_stands_for_its_array() {
    for (name, format, header) in HEADERS {
        let rmm = folder(name, header).run(["slice", name, "1,:,0"]).prints("12\n16\n20\n").then();
        let rmm = rmm.run(["get", name, "-1,-1,-1"]).prints("23\n").then();
        let rmm = rmm.run(["info", name, "--get", "spec"]).prints(">i2:2,3,4:C@0\n").then();
        let rmm = rmm.run(["info", name, "--get", "format"]).prints(format!("{format}\n")).then();
        let rmm = rmm.run(["info", name, "--get", "data_file"]).prints("scan.img\n").then();
        rmm.run(["info", name]).code(0).stderr("").stdout_has("data file   scan.img").stdout_has("file size   48");
    }
}

#[test]
fn edits_change_the_data_file_and_not_the_header() {
    for (name, _, header) in HEADERS {
        let rmm = folder(name, header);
        // A header need not be writable.
        fs::set_permissions(rmm.path(name), fs::Permissions::from_mode(0o444)).expect("an own file");
        let mut expected = data();
        expected[..2].copy_from_slice(&77_i16.to_be_bytes());
        let rmm = rmm.run(["set", name, "0,0,0", "77"]).done().file_is("scan.img", &expected).then();
        let rmm = rmm.run(["fill", name, "1", "--value", "-1"]).done().then();
        expected[24..].fill(0xff);
        let rmm = rmm.run(["map-chunks", name, "--expr", "x + 1", "-i"]).done().then();
        for item in expected.chunks_exact_mut(2) {
            let value = i16::from_be_bytes([item[0], item[1]]) + 1;
            item.copy_from_slice(&value.to_be_bytes());
        }
        let ran = rmm.run(["slice", name, "0,0"]).prints("78\n2\n3\n4\n");
        ran.file_is("scan.img", &expected).file_is(name, header);
    }
}

#[test]
fn results_and_copies_go_elsewhere() {
    for (name, _, header) in HEADERS {
        let rmm = folder(name, header).run(["slice", name, "-o", "out.raw"]).done().file_is("out.raw", data()).then();
        let rmm = rmm.run(["map-chunks", name, "--expr", "x * 2", "-o", "two.npy"]).done().then();
        let rmm = rmm.run(["get", "two.npy", "1,2,3"]).prints("46\n").then();
        let rmm = rmm.run(["set", name, "0,0,0", "5", "--mode", "c", "-o", "copy.raw"]).done().then();
        let rmm = rmm.run(["create", "from.npy", "-s", "2,3,4", "-d", "i2", "--from", name]).done().then();
        let rmm = rmm.run(["slice", "from.npy", "1,2"]).prints("20\n21\n22\n23\n").then();
        let with = format!("y={name}");
        let ran = rmm.run(["map-chunks", name, "--expr", "x - y", "--with", &with, "-o", "-", "-f", "raw"]);
        ran.prints([0; 48]);
    }
}

#[test]
fn data_may_stand_behind_its_header() {
    let nrrd = NHDR.replace("data file: scan.img\n", "\n");
    let mha = MHD.replace("scan.img", "LOCAL");
    for (name, header) in [("scan.nrrd", nrrd), ("scan.mha", mha)] {
        let whole = [header.as_bytes(), &data()].concat();
        let rmm = Rmm::new().file(name, &whole).run(["get", name, "1,2,3"]).prints("23\n").then();
        let rmm = rmm.stdin(&whole).run(["get", "-", "1,2,3"]).prints("23\n").then();
        let ran = rmm.run(["set", name, "1,2,3", "-1"]).done();
        let mut expected = whole.clone();
        let len = expected.len();
        expected[len - 2..].fill(0xff);
        ran.file_is(name, expected);
        let short = &whole[..len - 1];
        Rmm::new().file(name, short).run(["slice", name]).refused(5, "has only 47 behind the header");
    }
}

#[test]
fn interleaved_bands_keep_the_order_of_the_file() {
    for (interleave, shape) in [("bsq", "2,3,4"), ("bil", "3,2,4"), ("bip", "3,4,2")] {
        let header = HDR.replace("bsq", interleave);
        let rmm = folder("scan.hdr", &header).run(["info", "scan.hdr", "--get", "shape"]).prints(format!("{shape}\n"));
        rmm.then().run(["slice", "scan.hdr", "-o", "same.raw"]).done().file_is("same.raw", data());
    }
}

#[test]
fn what_stands_in_front_of_the_data_is_skipped() {
    let behind = |front: &[u8]| [front, &data()].concat();
    let cases = [
        ("a.nhdr", NHDR.replace("encoding", "byte skip: 3\nencoding"), behind(b"abc")),
        ("a.nhdr", NHDR.replace("encoding", "byte skip: -1\nencoding"), behind(b"any length")),
        ("a.nhdr", NHDR.replace("encoding", "line skip: 2\nbyte skip: 1\nencoding"), behind(b"one\ntwo\n.")),
        ("a.mhd", MHD.replace("ElementType", "HeaderSize = 3\nElementType"), behind(b"abc")),
        ("a.mhd", MHD.replace("ElementType", "HeaderSize = -1\nElementType"), behind(b"abcdef")),
        ("scan.hdr", HDR.replace("data type", "header offset = 3\ndata type"), behind(b"abc")),
    ];
    for (name, header, content) in cases {
        let rmm = Rmm::new().file("scan.img", content).file(name, header);
        rmm.run(["slice", name, "1,2"]).prints("20\n21\n22\n23\n");
    }
}

#[test]
fn flags_may_say_no_more_than_the_header() {
    for (name, format, header) in HEADERS {
        let rmm = folder(name, header).run(["slice", name, "-s", "4,6"]).refused(2, "--shape 4,6 contradicts").then();
        let rmm = rmm.run(["slice", name, "--offset", "2"]).refused(2, &format!("the {format} header, which says 0"));
        let rmm = rmm.then().run(["slice", name, "--order", "F"]).refused(2, "--order F contradicts").then();
        let rmm = rmm.run(["slice", name, "-d", "f8"]).refused(2, "(2 bytes)").then();
        let rmm = rmm.run(["get", name, "-s", "2,3,4", "-d", ">u2", "0,0,1"]).prints("1\n").then();
        let rmm = rmm.run(["get", name, "--raw", "-d", "u1", "0"]).prints(format!("{}\n", header.as_bytes()[0])).then();
        rmm.run(["info", name, "--guess"]).code(0).stdout_has("the header says what is in the file");
    }
}

#[test]
fn a_short_data_file_is_damaged_and_a_long_one_is_not() {
    for (name, format, header) in HEADERS {
        let rmm = Rmm::new().file(name, header).file("scan.img", &data()[..40]).run(["slice", name]);
        let message = format!(
            "rmm: {name}: the {format} header promises shape 2,3,4 of int16, which is 48 bytes, but its data file scan.img has only 40"
        );
        let rmm = rmm.refused(5, &message).stderr_has("rmm slice scan.img -d u1").then();
        let rmm = rmm.file("scan.img", [data(), vec![9; 5]].concat());
        rmm.run(["info", name, "--get", "trailing"]).prints("5\n");
    }
}

#[test]
fn a_header_does_not_lead_out_of_its_folder() {
    for (name, format, header) in &HEADERS[..2] {
        let rmm = Rmm::new().file("secret", data());
        fs::create_dir(rmm.path("in")).expect("a folder");
        let inner = format!("in/{name}");
        let absolute = rmm.path("secret").to_string_lossy().into_owned();
        symlink("../secret", rmm.path("in/link")).expect("a link");
        let mut rmm = rmm;
        for target in ["../secret", &absolute, "link"] {
            rmm = rmm.file(&inner, header.replace("scan.img", target));
            let message = format!("rmm: {inner}: the {format} header names ");
            let ran = rmm.run(["slice", &inner]).refused(2, &message);
            let ran = ran.stderr_has("outside the folder of the header").stderr_has("hint: --follow");
            let ran = ran.then().run(["set", &inner, "0,0,0", "5"]).refused(2, "outside the folder");
            rmm = ran.then().run(["slice", &inner, "--follow", "0,0,:2"]).prints("0\n1\n").then();
        }
        rmm.run(["slice", &inner, "--follow", "--raw"]).refused(2, "--raw");
    }
    let rmm = Rmm::new().file("secret", data());
    fs::create_dir(rmm.path("in")).expect("a folder");
    symlink("../secret", rmm.path("in/scan.img")).expect("a link");
    rmm.file("in/scan.hdr", HDR).run(["slice", "in/scan.hdr"]).refused(2, "in/scan.img, a link to ");
}

#[test]
fn a_missing_data_file_is_named_with_its_header() {
    let rmm = Rmm::new().file("scan.nhdr", NHDR).file("scan.hdr", HDR);
    let ran = rmm.run(["slice", "scan.nhdr"]);
    let ran =
        ran.refused(3, "rmm: scan.img: cannot open: No such file or directory; the nrrd header scan.nhdr names it");
    ran.then().run(["slice", "scan.hdr"]).refused(3, "none of scan, scan.dat, scan.DAT, scan.img, …");
}

#[test]
fn a_header_on_a_pipe_has_no_folder() {
    folder("scan.nhdr", NHDR).stdin(NHDR).run(["slice", "-"]).refused(2, "no folder");
}

#[test]
fn what_is_not_one_file_of_plain_bytes_is_refused_by_name() {
    let cases = [
        ("a.nhdr", NHDR.replace("raw", "gzip"), "line 6 of its header: encoding gzip is not raw"),
        ("a.nhdr", NHDR.replace("scan.img", "LIST"), "line 7 of its header: data file 'LIST' stands for several files"),
        ("a.nhdr", NHDR.replace("scan.img", "s%02d.raw 1 2 1"), "stands for several files"),
        (
            "a.mhd",
            MHD.replace("ElementType", "CompressedData = True\nElementType"),
            "line 5 of its header: CompressedData",
        ),
        ("a.mhd", MHD.replace("scan.img", "LIST"), "line 6 of its header: ElementDataFile 'LIST' stands for several"),
        (
            "scan.hdr",
            HDR.replace("data type", "file compression = 1\ndata type"),
            "line 5 of its header: file compression",
        ),
    ];
    for (name, header, message) in cases {
        folder(name, &header).run(["slice", name]).refused(5, message).stderr_has("hint: ");
    }
}

#[test]
fn two_possible_data_files_are_told() {
    let rmm = folder("scan.hdr", HDR).file("scan.dat", data()).run(["slice", "scan.hdr"]);
    rmm.refused(2, "may be in scan.dat or in scan.img").stderr_has("hint: rmm info scan.dat");
}

#[test]
fn the_examples_are_one_array() {
    let example = |name: &str| root().join("examples").join(name).into_os_string();
    for name in ["relief.nhdr", "relief.mhd", "relief.hdr"] {
        let ran = Rmm::new().run(["slice".into(), example(name), "1".into()]);
        ran.prints("-50\t-47\t-44\t-41\n-30\t-27\t-24\t-21\n-10\t-7\t-4\t-1\n");
    }
}

#[test]
fn what_is_emitted_is_read_back() {
    for (form, name) in [("nhdr", "scan.nhdr"), ("mhd", "scan.mhd"), ("envi", "scan.hdr")] {
        let content = [b"front".as_slice(), &data()].concat();
        let rmm = Rmm::new().file("scan.img", content);
        let line = format!("rmm info scan.img --spec '>i2:2,3,4@5' --emit {form} > {name}");
        let rmm = rmm.sh(&line).done().then();
        let rmm = rmm.run(["info", name, "--expect", ">i2:2,3,4@5"]).done().then();
        // And a header says the same of another.
        rmm.run(["info", name, "--emit", "nhdr"])
            .code(0)
            .stdout_has("byte skip: 5")
            .stdout_has("data file: scan.img\n");
    }
    let rmm = Rmm::new().file("scan.img", data());
    rmm.run(["info", "scan.img", "--spec", ">i2:2,-1", "--emit", "numpy"])
        .prints("np.memmap('scan.img', dtype='>i2', mode='r', offset=0, shape=(2, 12), order='C')\n");
}

#[test]
fn what_a_format_cannot_say_is_not_emitted() {
    for (form, spec, message) in [
        ("nhdr", "c8:3,2", "NRRD has no element type for complex64"),
        ("mhd", "?:6,8", "MetaImage has no element type for bool"),
        ("envi", "i1:6,8", "ENVI has no data type for int8"),
        ("envi", "u1:2,2,2,6", "ENVI has 1 to 3 axes, not 4"),
        ("nhdr", "f4:3,4:F", "NRRD has no word for order F"),
        ("numpy", "bfloat16:24", "NumPy has no dtype for bfloat16"),
    ] {
        let ran = Rmm::new().file("scan.img", data()).run(["info", "scan.img", "--spec", spec, "--emit", form]);
        ran.refused(2, &format!("rmm: scan.img: {message}")).stderr_has("hint: ");
    }
    let rmm = Rmm::new().file("scan.img", [0; 7]).run(["info", "scan.img", "--emit", "nhdr"]).refused(2, "left over");
    rmm.then().run(["info", "scan.img", "--emit", "nhdr", "--json"]).refused(2, "--json");
}

#[test]
fn what_a_format_cannot_say_is_converted_by_the_command_in_the_hint() {
    for (dtype, bytes, form, converted) in [
        ("bool", &[0, 1, 1, 0, 1, 1][..], "nhdr", &[0, 1, 1, 0, 1, 1][..]),
        ("i1", &[0xff, 1, 2, 3, 4, 0x80], "envi", &[0xff, 0xff, 1, 0, 2, 0, 3, 0, 4, 0, 0x80, 0xff]),
    ] {
        let rmm = Rmm::new().file("it's.raw", [&[9; 3], bytes].concat());
        let ran = rmm.run(["info", "it's.raw", "-d", dtype, "-s", "2,3", "--offset", "3", "--emit", form]).code(2);
        let said = ran.said();
        let hint = said.lines().find_map(|line| line.strip_prefix("hint: rmm ")).expect("a command");
        ran.then().sh(&format!("rmm {hint}")).done().file_is("OUT.raw", converted);
    }
    let rmm = Rmm::new().file("c.raw", [0; 16]);
    let ran = rmm.run(["info", "c.raw", "-d", "c8", "--emit", "nhdr"]).refused(2, "NRRD has no element type");
    assert_eq!(ran.said().matches("hint: ").count(), 1, "nothing that would lose imaginary parts");
}

#[test]
fn elements_are_not_written_where_a_header_belongs() {
    let rmm = || Rmm::new().arange("a.npy", [2, 3]);
    for name in ["b.nhdr", "b.mhd", "b.hdr"] {
        rmm().run(["slice", "a.npy", "-o", name]).refused(2, "holds a header and no elements").names_are(["a.npy"]);
    }
    rmm().run(["slice", "a.npy", "-o", "b.tab"]).done().file_is("b.tab", "0.0\t1.0\t2.0\n3.0\t4.0\t5.0\n");
}

#[test]
fn a_sidecar_is_written_beside_the_file() {
    let text = "{\"version\": 3, \"typestr\": \">i2\", \"dtype\": \"int16\", \"shape\": [4,6], \"fortran_order\": true, \
                \"offset\": 0}\n";
    let rmm = Rmm::new().file("scan.img", data());
    let rmm = rmm.run(["info", "scan.img", "--spec", ">i2:4,6:F", "--emit", "json"]).prints(text).then();
    let ran = rmm.run(["info", "scan.img", "--spec", ">i2:4,6:F", "--write-sidecar"]).done();
    let rmm = ran.file_is("scan.img.rmm.json", text).then().run(["get", "scan.img", "1,0"]).prints("1\n").then();
    let rmm = rmm.run(["info", "scan.img", "-s", "24", "--write-sidecar"]).refused(2, "exists already").then();
    let rmm = rmm.run(["info", "scan.img", "-s", "24", "--write-sidecar", "--force"]).done().then();
    let rmm = rmm.run(["info", "scan.img", "--get", "shape"]).prints("24\n").then();
    let rmm = rmm.stdin(data()).run(["info", "-", "-d", "i2", "--write-sidecar"]).refused(2, "no file").then();
    rmm.file("odd", [0; 7]).run(["info", "odd", "--write-sidecar"]).refused(2, "left over");
}

#[test]
fn a_sidecar_describes_the_data_file_of_a_header() {
    let ran = folder("scan.nhdr", NHDR).run(["info", "scan.nhdr", "--write-sidecar"]).done();
    ran.then().run(["get", "scan.img", "1,2,3"]).prints("23\n");
}
