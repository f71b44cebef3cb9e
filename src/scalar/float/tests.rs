//! Every small float, random large ones, and tables that Python and NumPy printed.

#![expect(clippy::unreadable_literal, reason = "bits are bits")]

use super::super::testing::{number, printed, read, refused};
use super::*;
use crate::dtype::{Element, Number};
use crate::scalar::Scalar;

/// Bits and Python's `repr`.
const DOUBLES: &[(u64, &str)] = &[
    (0x0000000000000000, "0.0"),
    (0x8000000000000000, "-0.0"),
    (0x3ff0000000000000, "1.0"),
    (0xbff8000000000000, "-1.5"),
    (0x3fb999999999999a, "0.1"),
    (0x3fd5555555555555, "0.3333333333333333"),
    (0x4059000000000000, "100.0"),
    (0x419d6f3454000000, "123456789.0"),
    (0x430c6bf526340000, "1000000000000000.0"),
    (0x4341c37937e07fff, "9999999999999998.0"),
    (0x4341c37937e08000, "1e+16"),
    (0x434aa535d3d0c000, "1.5e+16"),
    (0x4376345785d8a000, "1e+17"),
    (0x4480f0cf064dd592, "1e+22"),
    (0x44b52d02c7e14af6, "1e+23"),
    (0x3f1a36e2eb1c432d, "0.0001"),
    (0x3f1f75104d551d69, "0.00012"),
    (0x3f1a36371ea531a8, "9.999e-05"),
    (0x3ee4f8b588e368f1, "1e-05"),
    (0x3e8421f5f40d8376, "1.5e-07"),
    (0x0000000000000001, "5e-324"),
    (0x0010000000000000, "2.2250738585072014e-308"),
    (0x7fefffffffffffff, "1.7976931348623157e+308"),
    (0x40fe240c9fbe76c9, "123456.789"),
    (0x4340000000000000, "9007199254740992.0"),
    (0x54b249ad2594c37d, "1e+100"),
    (0xab2bff2ee48e0530, "-1e-100"),
    (0x7ff0000000000000, "inf"),
    (0xfff0000000000000, "-inf"),
    (0x7ff8000000000000, "nan"),
    (0x4011666666666666, "4.35"),
    (0x3fd3333333333333, "0.3"),
    (0x3efa36e2eb1c432d, "2.5e-05"),
    (0x43118b54f22aeb03, "1234567890123456.8"),
    (0xf2a74de452e6b438, "-1.989032661366619e+244"),
    (0x6513270e269e0d37, "7.761117632285041e+178"),
    (0x0c5c7fd0a6a3a450, "3.980498358697587e-249"),
    (0xd23f0824128b2f33, "-1.5432835417340557e+88"),
    (0x1818e811892f902b, "1.3647584518757569e-192"),
    (0x9531985d5d9dc9f8, "-1.3701135617873088e-206"),
    (0xe8e25d940ed90475, "-1.7160537630466207e+197"),
    (0x36f675cc81e74ef5, "6.294675241195386e-44"),
    (0x1600a35a099950d8, "1.0613447212142254e-202"),
    (0x6b0d549b6f03675a, "4.708325160387546e+207"),
    (0x3d9c172411e20b8f, "6.387016158513563e-12"),
    (0x8d116ece1738f7d9, "-9.973130378568733e-246"),
];

/// Bits and NumPy's shortest digits in the layout of Python.
const SINGLES: &[(u32, &str)] = &[
    (0x3dcccccd, "0.1"),
    (0x3eaaaaab, "0.33333334"),
    (0x4b800000, "16777216.0"),
    (0x49742400, "1000000.0"),
    (0x5368d4a5, "1000000000000.0"),
    (0x551184e7, "10000000000000.0"),
    (0x58aa87bf, "1500000000000000.0"),
    (0x5a0e1bc9, "9999999000000000.0"),
    (0x5a0e1bca, "1e+16"),
    (0x38d1b717, "0.0001"),
    (0x38cf9e38, "9.9e-05"),
    (0x3727c5ac, "1e-05"),
    (0x7f7fffff, "3.4028235e+38"),
    (0x00000001, "1e-45"),
    (0x00800000, "1.1754944e-38"),
    (0x3e99999a, "0.3"),
    (0x47f12065, "123456.79"),
    (0x4b000000, "8388608.0"),
];

/// Sign and exponent, significand, and NumPy's shortest digits in the layout of Python.
const LONG_DOUBLES: &[(u16, u64, &str)] = &[
    (0x3ffd, 0xaaaaaaaaaaaaaaab, "0.33333333333333333334"),
    (0x3ffb, 0xcccccccccccccccd, "0.1"),
    (0x73e6, 0xd1ba8323fe558c61, "1e+4000"),
    (0x7ffe, 0xffffffffffffffff, "1.189731495357231765e+4932"),
    (0x0001, 0x8000000000000000, "3.3621031431120935063e-4932"),
    (0x0000, 0x0000000000000001, "4e-4951"),
    (0x0000, 0x0000000000000003, "1e-4950"),
    (0x405f, 0xc77487fb61b9f077, "1.234567890123456789e+29"),
    (0x403f, 0x8000000000000000, "1.8446744073709551616e+19"),
    (0x0002, 0xc000000000000000, "1.0086309429336280519e-4931"),
    (0x4000, 0xc90fdaa22168c235, "3.1415926535897932385"),
    (0x3fff, 0x8000000000000001, "1.0000000000000000001"),
    (0x4034, 0x8e1bc9bf04000000, "1e+16"),
    (0x4034, 0x8e1bc9bf03fffe00, "9999999999999999.5"),
    (0x3fee, 0xa7c5ac471b478423, "1e-05"),
    (0x8000, 0x0000000000000000, "-0.0"),
    (0x0000, 0x0000002fe7a8abe0, "7.5e-4940"),
    (0x43e7, 0x8000000000000000, "1.071508607186267321e+301"),
    (0x4058, 0xcecb8f27f4200f3a, "1e+27"),
    (0x405c, 0x813f3978f8940984, "1e+28"),
    (0xe9d7, 0x8790eedb6cad4a26, "-4.5525510909620845594e+3224"),
    (0x9c94, 0xf946082e1fb17c23, "-7.0875406894384047417e-2730"),
    (0x794f, 0xca9fa478a09f76b5, "8.157863733181385503e+4416"),
    (0x32c7, 0xcaf3057a93bd04cf, "3.2709376531593249819e-1019"),
    (0x85f7, 0x9c4c68c8f9ebdacc, "-9.663382800588418621e-4473"),
    (0x2512, 0x910bdf56dbc496cb, "1.1338009141536822156e-2075"),
    (0x8f14, 0xc53531f624ede6a4, "-2.4495054183904762686e-3770"),
    (0xe877, 0xc7b682ac4ef8aa38, "-7.310570936504577667e+3118"),
    (0xca72, 0x8d30edf12e44158b, "-1.9853443658231101666e+805"),
    (0x2fab, 0x980c2862a38fd547, "5.880136579032551101e-1259"),
    (0x880a, 0xdb2672118c38fb29, "-9.524539158140975609e-4313"),
    (0x1a5d, 0xcf3bb4d80f4205b4, "1.2197510366946472306e-2900"),
    (0xb6bc, 0xc40f68b1ae2eb154, "-2.7737015742356307938e-714"),
    (0xcaf4, 0xbb98d788506bf2ef, "-3.590491033796154731e+844"),
];

fn text(scalar: &Scalar, item: &[u8]) -> String {
    printed(scalar, item).0
}

fn bytes<T: Element>(value: T) -> Vec<u8> {
    bytemuck::bytes_of(&value).to_vec()
}

/// Pseudo-random bits.
fn random() -> impl FnMut() -> u64 {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    }
}

#[test]
fn doubles_print_as_python_prints_them() {
    let scalar = number(Number::Float64);
    for &(bits, repr) in DOUBLES {
        assert_eq!(text(&scalar, &bytes(f64::from_bits(bits))), repr);
        if repr != "nan" {
            assert_eq!(read(&scalar, repr), bytes(f64::from_bits(bits)), "{repr}");
        }
    }
}

#[test]
fn singles_have_the_digits_of_their_own_width() {
    let scalar = number(Number::Float32);
    for &(bits, repr) in SINGLES {
        assert_eq!(text(&scalar, &bytes(f32::from_bits(bits))), repr);
        assert_eq!(read(&scalar, repr), bytes(f32::from_bits(bits)), "{repr}");
    }
}

#[test]
fn long_doubles_have_the_digits_that_numpy_finds() {
    let scalar = number(Number::LongDouble);
    for &(head, significand, repr) in LONG_DOUBLES {
        let value = LongDouble::from_parts(Sign::of(f64::from_bits(u64::from(head) << 48)), head & 0x7fff, significand);
        assert_eq!(text(&scalar, &bytes(value)), repr);
        assert_eq!(read(&scalar, repr), bytes(value), "{repr}");
    }
}

/// Prints and reads back every bit pattern; gives the FNV-1a hash of a line for each that is not negative.
fn every<T: Element>(patterns: impl Iterator<Item = T>, count: usize) -> u64 {
    let scalar = number(T::NUMBER);
    let mut lines = Vec::new();
    for (place, value) in patterns.enumerate() {
        let shown = text(&scalar, &bytes(value));
        if shown != "nan" {
            assert_eq!(read(&scalar, &shown), bytes(value), "{shown}");
        }
        if place < count / 2 {
            lines.extend_from_slice(shown.as_bytes());
            lines.push(b'\n');
        }
    }
    lines.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[test]
fn every_small_float_has_the_digits_that_exact_fractions_find() {
    // The hashes are those of tables made with Python's `fractions`: the shortest decimal between the midpoints.
    assert_eq!(every((0..=u8::MAX).map(Float8E4M3), 256), 0x20da_4775_b28b_8b49);
    assert_eq!(every((0..=u8::MAX).map(Float8E5M2), 256), 0xb176_a97e_3aa1_de65);
    assert_eq!(every((0..=u16::MAX).map(Float16), 65536), 0xf324_6339_3d92_5465);
    assert_eq!(every((0..=u16::MAX).map(BFloat16), 65536), 0x2d57_0044_c1ca_821a);
}

#[test]
fn random_floats_read_back() {
    let mut random = random();
    for _ in 0..2000 {
        let bits = random();
        let double = f64::from_bits(bits);
        if !double.is_nan() {
            let scalar = number(Number::Float64);
            assert_eq!(read(&scalar, &text(&scalar, &bytes(double))), bytes(double));
        }
        let single = f32::from_bits(bits as u32);
        if !single.is_nan() {
            let scalar = number(Number::Float32);
            assert_eq!(read(&scalar, &text(&scalar, &bytes(single))), bytes(single));
        }
    }
    for round in 0..300 {
        // Near 1, where most numbers are, and everywhere; subnormal at last.
        let (bits, spread) = (random(), random());
        let exponent = match round % 3 {
            0 => 16383 - 40 + (spread % 80) as u16,
            1 => 1 + (spread % 0x7ffe) as u16,
            _ => 0,
        };
        let significand = if exponent > 0 { bits | 1 << 63 } else { bits >> 1 >> (spread % 60) };
        let value = LongDouble::from_parts(Sign::of(f64::from_bits(spread)), exponent, significand);
        let scalar = number(Number::LongDouble);
        assert_eq!(read(&scalar, &text(&scalar, &bytes(value))), bytes(value), "{}", text(&scalar, &bytes(value)));
    }
}

#[test]
fn small_floats_are_rounded_once() {
    let half = number(Number::Float16);
    for (text, bits) in [
        // 1 + 2^-11 is halfway; the double next to both texts is that midpoint itself.
        ("1.00048828125", 0x3c00u16),
        ("1.000488281250000000000000000001", 0x3c01),
        ("1.00146484374999999999999999999", 0x3c01),
        ("1.00146484375", 0x3c02),
        ("65519.99999999999999999999999", 0x7bff),
        ("2.98023223876953125e-8", 0),
        ("2.980232238769531250000000000001e-8", 1),
        ("-2.980232238769531250000000000001e-8", 0x8001),
        ("1e-400", 0),
        ("0x10", 0x4c00),
        ("1_0.0", 0x4900),
    ] {
        assert_eq!(read(&half, text), bits.to_le_bytes(), "{text}");
    }
    let brain = number(Number::BFloat16);
    assert_eq!(read(&brain, "1.00390625"), 0x3f80u16.to_le_bytes());
    assert_eq!(read(&brain, "1.003906250000000000000000001"), 0x3f81u16.to_le_bytes());
    assert_eq!(read(&number(Number::Float8E4M3), "464"), [0x7e]);
    // Through a double, 1 + 2^-24 would lose its last digit and then tie to even.
    let single = number(Number::Float32);
    assert_eq!(read(&single, "1.000000059604644775390625000000001"), bytes(1.0 + f32::EPSILON));
}

#[test]
fn finite_text_never_becomes_infinite() {
    for (at, text, largest) in [
        (Number::Float64, "1e400", "1.7976931348623157e+308"),
        (Number::Float32, "1e40", "3.4028235e+38"),
        (Number::Float16, "65520", "65504.0"),
        (Number::Float16, "1e400", "65504.0"),
        (Number::BFloat16, "3.4e38", "3.39e+38"),
        (Number::Float8E4M3, "500", "448.0"),
        (Number::Float8E4M3, "464.00000000000000000000001", "448.0"),
        (Number::Float8E5M2, "-61440", "57344.0"),
        (Number::LongDouble, "1.2e4932", "1.189731495357231765e+4932"),
        (Number::LongDouble, "1e99999999999999999999", "1.189731495357231765e+4932"),
    ] {
        let message = refused(&number(at), text);
        let reason = format!("cannot read '{text}' as {at}: out of range, the largest finite value is {largest}");
        assert_eq!(message, reason);
        read(&number(at), largest);
    }
}

#[test]
fn infinities_and_nan_are_words() {
    for &at in Number::ALL.iter().filter(|at| at.class() == crate::dtype::Class::Float) {
        let scalar = number(at);
        for word in ["nan", "NaN", "+nan", "-nan"] {
            let item = read(&scalar, word);
            assert_eq!(printed(&scalar, &item), ("nan".to_owned(), "\"NaN\"".to_owned()), "{at}");
        }
        for (word, shown, json) in
            [("inf", "inf", "\"Infinity\""), ("-Infinity", "-inf", "\"-Infinity\""), ("+INF", "inf", "\"Infinity\"")]
        {
            if at == Number::Float8E4M3 {
                assert!(refused(&scalar, word).contains("this dtype has no infinity"));
            } else {
                assert_eq!(printed(&scalar, &read(&scalar, word)), (shown.to_owned(), json.to_owned()), "{at}");
            }
        }
    }
}

#[test]
fn what_is_no_float_is_refused() {
    for &at in Number::ALL.iter().filter(|at| at.class() == crate::dtype::Class::Float) {
        for text in ["", "1,5", "1d3", "0x1p3", "1__0", "infin", "nan(1)", "1e", ".", "1 2", "True"] {
            assert!(refused(&number(at), text).contains("it is not a number"), "{text}");
        }
        for text in ["5.", ".5", "+1", " 1 ", "1_0.5e-0_1", "0b101", "1E1", "000"] {
            read(&number(at), text);
        }
    }
}

#[test]
fn encodings_that_the_processor_refuses_still_print() {
    let scalar = number(Number::LongDouble);
    assert_eq!(text(&scalar, &bytes(LongDouble::from_parts(Sign::Plus, 16383, 1 << 62))), "0.5");
    assert_eq!(text(&scalar, &bytes(LongDouble::from_parts(Sign::Minus, 16383, 0))), "-0.0");
    assert_eq!(text(&scalar, &bytes(LongDouble::from_parts(Sign::Plus, 0x7fff, 0))), "inf");
}
