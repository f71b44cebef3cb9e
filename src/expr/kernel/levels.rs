//! Every operation on every dtype gives the same bits on every level of SIMD, whatever the length of the block.

use num_complex::Complex;

use super::level::tests::{asks, at, levels};
use super::{apply, width, with_elements};
use crate::dtype::{Class, Number};
use crate::expr::op::{Comparison, Op};

const UNARY: &[Op] = &[
    Op::Negative,
    Op::Absolute,
    Op::Sign,
    Op::Conjugate,
    Op::Square,
    Op::Reciprocal,
    Op::Invert,
    Op::Floor,
    Op::Ceil,
    Op::Trunc,
    Op::Rint,
    Op::Sqrt,
    Op::Cbrt,
    Op::Exp,
    Op::Exp2,
    Op::Expm1,
    Op::Log,
    Op::Log2,
    Op::Log10,
    Op::Log1p,
    Op::Sin,
    Op::Cos,
    Op::Tan,
    Op::Arcsin,
    Op::Arccos,
    Op::Arctan,
    Op::Sinh,
    Op::Cosh,
    Op::Tanh,
    Op::Arcsinh,
    Op::Arccosh,
    Op::Arctanh,
    Op::Deg2rad,
    Op::Rad2deg,
    Op::IsNan,
    Op::IsInf,
    Op::IsFinite,
    Op::Signbit,
    Op::Real,
    Op::Imag,
    Op::Angle,
];

const BINARY: &[Op] = &[
    Op::Add,
    Op::Subtract,
    Op::Multiply,
    Op::Divide,
    Op::MultiplyParts,
    Op::DivideParts,
    Op::FloorDivide,
    Op::Remainder,
    Op::Fmod,
    Op::Power,
    Op::Minimum,
    Op::Maximum,
    Op::Fmin,
    Op::Fmax,
    Op::Arctan2,
    Op::Hypot,
    Op::Copysign,
    Op::Nextafter,
    Op::And,
    Op::Or,
    Op::Xor,
    Op::LeftShift,
    Op::RightShift,
    Op::Equal,
    Op::NotEqual,
    Op::Less,
    Op::LessEqual,
    Op::Greater,
    Op::GreaterEqual,
];

const NUMBERS: &[Number] = &[
    Number::Bool,
    Number::Int8,
    Number::UInt8,
    Number::Int16,
    Number::UInt16,
    Number::Int32,
    Number::UInt32,
    Number::Int64,
    Number::UInt64,
    Number::Float16,
    Number::Float32,
    Number::Float64,
    Number::Complex64,
    Number::Complex128,
];

/// Lengths around those of every vector.
const LENGTHS: &[usize] = &[1, 2, 3, 5, 7, 8, 9, 15, 17, 31, 33, 63, 65, 100];
const MOST: usize = 100;

/// Whether an operation is defined for a dtype, as `lower` lets them through.
fn is_defined(op: Op, number: Number) -> bool {
    let class = number.class();
    let is_float = class == Class::Float;
    match op {
        Op::Add | Op::Multiply | Op::Absolute => true,
        _ if op.comparison().is_some() => true,
        Op::Conjugate | Op::Subtract | Op::Square | Op::Negative | Op::Power => class != Class::Bool,
        Op::Minimum | Op::Maximum | Op::Fmin | Op::Fmax | Op::Floor | Op::Ceil | Op::Trunc => class != Class::Complex,
        Op::FloorDivide | Op::Remainder | Op::Fmod | Op::Sign => !matches!(class, Class::Bool | Class::Complex),
        Op::And | Op::Or | Op::Xor | Op::Invert => !matches!(class, Class::Float | Class::Complex),
        Op::LeftShift | Op::RightShift => matches!(class, Class::Signed | Class::Unsigned),
        Op::Real | Op::Imag | Op::Angle | Op::MultiplyParts | Op::DivideParts => class == Class::Complex,
        Op::Divide | Op::Sqrt | Op::Exp | Op::Log | Op::Sin | Op::Cos | Op::IsNan | Op::IsInf | Op::IsFinite => {
            is_float || class == Class::Complex
        }
        _ => is_float,
    }
}

/// Elements of all kinds: small, large, special, and bits without a pattern.
fn noise(number: Number, seed: u64) -> Vec<u64> {
    let mut state = seed;
    let mut word = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state ^ (state >> 29)
    };
    let specials =
        [0.0, -0.0, 1.0, -1.0, 0.5, 3.0, -2.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 700.0, -90.0, 1e-310];
    let mut real = |nth: usize| match nth % 4 {
        0 => specials[word() as usize % specials.len()],
        1 => f64::from_bits(word()),
        _ => (word() as i64 as f64) / 1e17,
    };
    let mut block = vec![0; MOST * 2];
    if matches!(number, Number::Float16) {
        let values = super::elements_mut::<f32>(&mut block, MOST);
        values.iter_mut().enumerate().for_each(|(nth, out)| *out = super::half::rounded(real(nth) as f32));
    } else if matches!(number, Number::Float32 | Number::Complex64) {
        let values = super::elements_mut::<f32>(&mut block, MOST * 2);
        values.iter_mut().enumerate().for_each(|(nth, out)| *out = real(nth) as f32);
    } else if matches!(number, Number::Float64 | Number::Complex128) {
        let values = super::elements_mut::<f64>(&mut block, MOST * 2);
        values.iter_mut().enumerate().for_each(|(nth, out)| *out = real(nth));
    } else {
        let mask = if number == Number::Bool { 0x0101_0101_0101_0101 } else { u64::MAX };
        block.fill_with(|| word() & mask);
    }
    block
}

/// The bytes of the first elements, NaNs all the same: which of two NaNs an operation hands on depends on the order
/// of its operands, which the compiler may choose.
fn bits(number: Number, block: &[u64], len: usize) -> Vec<u8> {
    let mut block = block.to_vec();
    macro_rules! one_nan {
        ($T:ty) => {
            super::elements_mut::<$T>(&mut block, len * width(number) / size_of::<$T>())
                .iter_mut()
                .filter(|value| value.is_nan())
                .for_each(|value| *value = <$T>::NAN)
        };
    }
    match number {
        Number::Float16 | Number::Float32 | Number::Complex64 => one_nan!(f32),
        Number::Float64 | Number::Complex128 => one_nan!(f64),
        _ => {}
    }
    bytemuck::cast_slice(&block)[..len * width(number)].to_vec()
}

fn check(op: Op, number: Number, args: &[&[u64]]) {
    let result = op.result(number);
    for &len in LENGTHS {
        let run = || {
            let mut out = vec![0x5555_5555_5555_5555; MOST * 2];
            let done = apply(op, number, args, &mut out, len);
            (done, bits(result, &out, if done.is_ok() { len } else { 0 }))
        };
        let expected = at(levels()[0], run);
        for level in levels() {
            assert!(at(level, run) == expected, "{op:?} of {len} {number} on {level:?}");
        }
    }
}

#[test]
fn every_operation_has_the_same_bits_on_every_level() {
    for &number in NUMBERS {
        let (a, b) = (noise(number, 1), noise(number, 2));
        for &op in UNARY.iter().filter(|op| is_defined(**op, number)) {
            check(op, number, &[&a]);
        }
        for &op in BINARY.iter().filter(|op| is_defined(**op, number)) {
            check(op, number, &[&a, &b]);
        }
        check(Op::Where, number, &[&noise(Number::Bool, 3), &a, &b]);
        for &to in NUMBERS {
            check(Op::Cast(to), number, &[&a]);
        }
    }
    for comparison in [Comparison::Equal, Comparison::Less, Comparison::GreaterEqual] {
        check(Op::Mixed(comparison), Number::Int64, &[&noise(Number::Int64, 4), &noise(Number::UInt64, 5)]);
    }
}

#[test]
fn functions_and_rests_are_computed_on_the_forced_level() {
    for number in [Number::Float16, Number::Float32, Number::Float64] {
        let (a, b) = (noise(number, 1), noise(number, 2));
        let is_asked = |op, args: &[&[u64]]| {
            asks(|| apply(op, number, args, &mut vec![0; MOST * 2], MOST).expect("floats have results"))
        };
        for op in [Op::Exp, Op::Log1p, Op::Sin, Op::Arcsin, Op::Tanh, Op::Arcsinh, Op::Cbrt] {
            assert!(is_asked(op, &[&a]), "{op:?} of {number}");
        }
        for op in [Op::Power, Op::Arctan2, Op::Hypot, Op::Fmod, Op::Remainder, Op::FloorDivide] {
            assert!(is_asked(op, &[&a, &b]), "{op:?} of {number}");
        }
    }
}

#[test]
fn there_is_more_than_one_level_to_compare() {
    let sizes: Vec<usize> = NUMBERS.iter().map(|number| with_elements!(*number, T => size_of::<T>())).collect();
    assert_eq!(sizes, NUMBERS.iter().map(|number| width(*number)).collect::<Vec<_>>());
    assert!(levels().len() >= 2);
}
