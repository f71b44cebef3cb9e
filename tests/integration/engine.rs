//! `--expr` on arrays of more than a block: orders, byte orders, offsets and threads, and values that do not fit.

use std::fmt::Write;

use crate::harness::{Rmm, bytes, npy_bytes};

/// Enough elements for several parts of 8 MiB and many blocks, not a multiple of either.
const ROWS: u64 = 1531;
const COLUMNS: u64 = 1537;

fn each(f: impl Fn(u64, u64) -> f64) -> Vec<f64> {
    (0..ROWS)
        .flat_map(|row| (0..COLUMNS).map(move |column| (row, column)))
        .map(|(row, column)| f(row, column))
        .collect()
}

fn value(row: u64, column: u64) -> f64 {
    (row * 7 + column) as f64 / 8.0
}

fn in_fortran_order(values: &[f64]) -> Vec<f64> {
    let at = |row: u64, column: u64| values[(row * COLUMNS + column) as usize];
    (0..COLUMNS)
        .flat_map(|column| (0..ROWS).map(move |row| (row, column)))
        .map(|(row, column)| at(row, column))
        .collect()
}

#[test]
fn every_order_byte_order_and_offset_gives_the_same_in_place() {
    let before = each(value);
    let after = each(|row, column| value(row, column) * 2.0 + row as f64 - column as f64 / 4.0);
    let big = |values: &[f64]| values.iter().flat_map(|value| value.to_be_bytes()).collect::<Vec<u8>>();
    let shifted = |mut data: Vec<u8>| {
        data.splice(..0, [9; 3]);
        data
    };
    let spec = |dtype: &str, order: &str, offset: u64| format!("{dtype}:{ROWS},{COLUMNS}:{order}@{offset}");
    let fortran = in_fortran_order;
    for (spec, from, to) in [
        (spec("<f8", "C", 0), bytes(&before), bytes(&after)),
        (spec("<f8", "F", 0), bytes(&fortran(&before)), bytes(&fortran(&after))),
        (spec(">f8", "C", 3), shifted(big(&before)), shifted(big(&after))),
        (spec(">f8", "F", 3), shifted(big(&fortran(&before))), shifted(big(&fortran(&after)))),
    ] {
        for threads in ["1", "3"] {
            let ran = Rmm::new().file("a.dat", &from);
            let words = ["map-chunks", "a.dat", "--spec", &spec, "--expr", "x*2 + i - j/4", "-i", "-j", threads];
            let _ = ran.run(words).done().file_is("a.dat", &to);
        }
    }
}

#[test]
fn an_array_of_the_other_order_is_read_beside_it() {
    let (x, y) = (each(value), each(|row, column| (row * column) as f64));
    let sum: Vec<f64> = x.iter().zip(&y).map(|(x, y)| x - y).collect();
    let folder = || Rmm::new().file("x.dat", bytes(&x)).file("y.dat", bytes(&in_fortran_order(&y)));
    let (spec, with) = (format!("f8:{ROWS},{COLUMNS}"), format!("y=y.dat:f8:{ROWS},{COLUMNS}:F"));
    let words = ["map-chunks", "x.dat", "--spec", &spec, "--with", &with, "--expr", "x - y"];
    let _ = folder().run(words.into_iter().chain(["-i"])).done().file_is("x.dat", bytes(&sum));
    let _ = folder().run(words.into_iter().chain(["-o", "o.dat"])).done().file_is("o.dat", bytes(&sum));
    let _ = folder().run(words.into_iter().chain(["-f", "raw"])).prints(bytes(&sum));
}

#[test]
fn parts_turned_round_and_listed_are_stored_where_they_came_from() {
    let mut expected = each(value);
    for row in (0..ROWS).rev().step_by(3) {
        for column in [700, 5, 1536] {
            expected[(row * COLUMNS + column) as usize] = -(row as f64) - 1.0;
        }
    }
    let spec = format!("f8:{ROWS},{COLUMNS}");
    let words = ["map-chunks", "a.dat", "::-3,[700,5,5,1536]", "--spec", &spec, "--expr", "-i-1", "-i"];
    let _ = Rmm::new().file("a.dat", bytes(&each(value))).run(words).done().file_is("a.dat", bytes(&expected));
}

/// A million int16, of which the named ones become more than an int16 holds when they are added to themselves.
fn shorts(large: &[usize]) -> Vec<i16> {
    let mut values: Vec<i16> = (0..1 << 20).map(|k| (k % 1000) as i16).collect();
    for &at in large {
        values[at] = 20_000;
    }
    values
}

const DOUBLE: &str = "int32(x) + x";

#[test]
fn a_value_that_does_not_fit_midway_names_itself_and_what_is_stored() {
    let values = shorts(&[700_001, 900_000]);
    for threads in ["1", "2", "7"] {
        let words = [
            "map-chunks",
            "a.dat",
            "-d",
            "i2",
            "--expr",
            DOUBLE,
            "-i",
            "--no-journal",
            "--casting",
            "unsafe",
            "-j",
            threads,
        ];
        let ran = Rmm::new().file("a.dat", bytes(&values)).run(words).code(7);
        let ran = ran.stderr_has("at index (700001,): 40000 does not fit int16; chunks 0 to ").stderr_has("--check");
        let found = ran.read("a.dat");
        let found: Vec<i16> = found.as_chunks().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect();
        // Blocks have 1024 to 65536 elements.
        let stored = found.iter().zip(&values).take_while(|(found, value)| **found == **value * 2).count();
        assert!((600_000..=700_001).contains(&stored), "{stored}");
        let is_stored = format!("elements 0 to {}", stored - 1);
        assert!(ran.said().contains(&is_stored) && found[700_001] == 20_000, "{} but {is_stored}", ran.said());
    }
}

#[test]
fn a_chunk_that_fails_is_left_as_it_was() {
    let values = shorts(&[700_001]);
    let mut expected = values.clone();
    expected[..600_000].iter_mut().for_each(|value| *value *= 2);
    let words = ["map-chunks", "a.dat", "-d", "i2", "--expr", DOUBLE, "-i", "--casting", "unsafe", "-j", "1"];
    let chunked = words.into_iter().chain(["--no-journal", "--chunk", "200000"]);
    let ran = Rmm::new().file("a.dat", bytes(&values)).run(chunked).code(7);
    let _ = ran.stderr_has("chunks 0 to 2 are stored: elements 0 to 599999").file_is("a.dat", bytes(&expected));
}

#[test]
fn the_first_chunk_is_known_to_be_good_before_anything_is_stored() {
    let values = shorts(&[10, 700_001]);
    for threads in ["1", "2", "7"] {
        for chunk in ["64KiB", "300000", "1MiB"] {
            let words = ["map-chunks", "a.dat", "-d", "i2", "--expr", DOUBLE, "-i", "--casting", "unsafe"];
            let words = words.into_iter().chain(["-j", threads, "--chunk", chunk]);
            Rmm::new().file("a.dat", bytes(&values)).run(words).refused(2, "at index (10,): 40000 does not fit int16");
        }
    }
    // fill and --check look at everything first.
    let late = || Rmm::new().file("a.dat", bytes(&shorts(&[1_000_000])));
    late()
        .run(["fill", "a.dat", "-d", "i2", "--expr", DOUBLE, "--casting", "unsafe"])
        .refused(2, "at index (1000000,)");
    late()
        .run(["map-chunks", "a.dat", "-d", "i2", "--expr", DOUBLE, "-i", "--casting", "unsafe", "--check"])
        .refused(2, "at index (1000000,)");
    late()
        .run(["map-chunks", "a.dat", "-d", "i2", "--expr", DOUBLE, "--astype", "i2", "-o", "b.dat"])
        .refused(2, "at index (1000000,)");
}

#[test]
fn integers_to_negative_powers_are_found_as_they_are_stored() {
    let values: Vec<i32> = (0..1 << 20).map(|k| if k == 800_000 { -1 } else { k % 9 }).collect();
    let words = ["map-chunks", "a.dat", "-d", "i4", "--expr", "2 ** x", "-i", "--no-journal"];
    let ran = Rmm::new().file("a.dat", bytes(&values)).run(words).code(7);
    let _ = ran.stderr_has("at index (800000,): integers to negative integer powers are not allowed; chunks 0 to ");
}

#[test]
fn small_floats_and_bools_are_decoded_and_encoded_in_blocks() {
    let halves: Vec<u16> = (0..=u16::MAX).filter(|bits| bits & 0x7c00 != 0x7c00).collect();
    let negated: Vec<u16> = halves.iter().map(|bits| bits ^ 0x8000).collect();
    let dims = [halves.len() as u64];
    let ran = Rmm::new().npy("h.npy", "f2", dims, bytes(&halves)).run(["map-chunks", "h.npy", "--expr", "-x", "-i"]);
    let _ = ran.done().file_is("h.npy", npy_bytes("f2", &dims, &bytes(&negated)));
    let truth: Vec<u8> = (0..100_000).map(|k| (k % 3) as u8).collect();
    let mut expected = String::new();
    for byte in &truth {
        writeln!(expected, "{}", if *byte == 0 { "True" } else { "False" }).expect("memory takes every byte");
    }
    Rmm::new().file("b.dat", truth).run(["map-chunks", "b.dat", "-d", "?", "--expr", "!x"]).prints(expected);
}
