//! NumPy's promotion: the dtype in which two dtypes meet (NEP 50). Knows no operations.

use super::weak::Weak;
use crate::dtype::{Class, DType, Number};
use crate::error::{Error, Result};

/// The dtype in which elements of `dtype` are computed.
///
/// `bfloat16` and the float8 formats are computed as `float32`, which holds all of their values; NumPy has no arithmetic
/// of its own for them.
///
/// # Errors
/// Usage, naming the dtype, where expressions cannot compute with it.
pub(super) fn computed(dtype: &DType) -> Result<Number> {
    match dtype.number() {
        Some(Number::BFloat16 | Number::Float8E4M3 | Number::Float8E5M2) => Ok(Number::Float32),
        Some(number) if is_computed(number) => Ok(number),
        _ => {
            let error = Error::usage(format!("expressions do not compute with {}", dtype.name()));
            Err(if dtype.record().is_some() { error.hint("one of its fields: x.name") } else { error })
        }
    }
}

/// Whether operations have kernels for it.
pub(super) fn is_computed(number: Number) -> bool {
    use Number as N;
    match number {
        N::Bool
        | N::Int8
        | N::UInt8
        | N::Int16
        | N::UInt16
        | N::Int32
        | N::UInt32
        | N::Int64
        | N::UInt64
        | N::Float16
        | N::Float32
        | N::Float64
        | N::Complex64
        | N::Complex128 => true,
        N::BFloat16 | N::Float8E4M3 | N::Float8E5M2 | N::LongDouble | N::CLongDouble => false,
    }
}

/// `numpy.result_type` of two dtypes.
pub(super) fn promote(a: Number, b: Number) -> Number {
    let (low, high) = if a.class() <= b.class() { (a, b) } else { (b, a) };
    match (low.class(), high.class()) {
        (Class::Bool, _) => high,
        (Class::Unsigned, Class::Signed) if low.itemsize() < high.itemsize() => high,
        (Class::Unsigned, Class::Signed) => match low.itemsize() {
            1 => Number::Int16,
            2 => Number::Int32,
            4 => Number::Int64,
            _ => Number::Float64,
        },
        (Class::Unsigned | Class::Signed, Class::Float) => wider(as_float(low), high),
        (Class::Unsigned | Class::Signed | Class::Float, Class::Complex) => wider(as_complex(as_float(low)), high),
        _ => wider(low, high),
    }
}

/// `numpy.result_type` of any number of dtypes: the highest kind meets the others one by one, so that an `int8` and a
/// `uint8` beside a `float16` need not hold each other.
pub(super) fn promote_all(numbers: impl IntoIterator<Item = Number>) -> Option<Number> {
    let mut numbers: Vec<Number> = numbers.into_iter().collect();
    numbers.sort_by_key(|number| std::cmp::Reverse(number.class()));
    numbers.into_iter().reduce(promote)
}

fn wider(a: Number, b: Number) -> Number {
    if a.itemsize() >= b.itemsize() { a } else { b }
}

/// The smallest float that holds every value (of 64-bit integers, most), as the functions on floats take integers.
pub(super) fn as_float(number: Number) -> Number {
    match (number.class(), number.itemsize()) {
        (Class::Float | Class::Complex, _) => number,
        (_, 1) => Number::Float16,
        (_, 2) => Number::Float32,
        _ => Number::Float64,
    }
}

/// The complex dtype whose parts hold the float.
pub(super) fn as_complex(number: Number) -> Number {
    match number {
        Number::Float16 | Number::Float32 | Number::Complex64 => Number::Complex64,
        _ => Number::Complex128,
    }
}

/// The dtype of the parts of a complex dtype; any other is its own part.
pub(super) fn part(number: Number) -> Number {
    match number {
        Number::Complex64 => Number::Float32,
        Number::Complex128 => Number::Float64,
        other => other,
    }
}

/// The dtype that a weak scalar takes beside an array of `strong`: by kind, whatever its value.
pub(super) fn beside(weak: Weak, strong: Number) -> Number {
    let class = strong.class();
    match weak {
        Weak::Bool(_) => Number::Bool,
        Weak::Int(_) if class == Class::Bool => Number::Int64,
        Weak::Float(_) if class < Class::Float => Number::Float64,
        Weak::Complex(_) if class < Class::Float => Number::Complex128,
        Weak::Complex(_) => as_complex(strong),
        Weak::Int(_) | Weak::Float(_) => strong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: [&str; 14] = ["b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "c8", "c16"];

    /// `numpy.result_type` of 2.4, row with column in the order above.
    const NUMPY: &str = "\
        b1  i1  u1  i2  u2  i4  u4  i8  u8  f2  f4  f8  c8  c16
        i1  i1  i2  i2  i4  i4  i8  i8  f8  f2  f4  f8  c8  c16
        u1  i2  u1  i2  u2  i4  u4  i8  u8  f2  f4  f8  c8  c16
        i2  i2  i2  i2  i4  i4  i8  i8  f8  f4  f4  f8  c8  c16
        u2  i4  u2  i4  u2  i4  u4  i8  u8  f4  f4  f8  c8  c16
        i4  i4  i4  i4  i4  i4  i8  i8  f8  f8  f8  f8  c16 c16
        u4  i8  u4  i8  u4  i8  u4  i8  u8  f8  f8  f8  c16 c16
        i8  i8  i8  i8  i8  i8  i8  i8  f8  f8  f8  f8  c16 c16
        u8  f8  u8  f8  u8  f8  u8  f8  u8  f8  f8  f8  c16 c16
        f2  f2  f2  f4  f4  f8  f8  f8  f8  f2  f4  f8  c8  c16
        f4  f4  f4  f4  f4  f8  f8  f8  f8  f4  f4  f8  c8  c16
        f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  f8  c16 c16
        c8  c8  c8  c8  c8  c16 c16 c16 c16 c8  c8  c16 c8  c16
        c16 c16 c16 c16 c16 c16 c16 c16 c16 c16 c16 c16 c16 c16";

    fn number(typestr: &str) -> Number {
        *Number::ALL.iter().find(|number| number.typestr() == Some(typestr)).expect(typestr)
    }

    #[test]
    fn dtypes_meet_where_numpys_do() {
        for (a, row) in ORDER.iter().zip(NUMPY.lines()) {
            for (b, expected) in ORDER.iter().zip(row.split_whitespace()) {
                assert_eq!(promote(number(a), number(b)), number(expected), "{a} and {b}");
            }
        }
    }

    /// `numpy.result_type(*words)` of 2.4.
    #[test]
    fn several_dtypes_meet_where_numpys_do() {
        for words in
            ["i1 u1 f2 f2", "i1 u2 f2 f4", "u2 i2 f4 f4", "u2 i1 c8 c8", "i2 u1 f2 f4", "i1 u1 u8 f8", "b1 u1 b1 u1"]
        {
            let numbers: Vec<Number> = words.split(' ').map(number).collect();
            let (expected, numbers) = numbers.split_last().expect("words");
            assert_eq!(promote_all(numbers.iter().copied()), Some(*expected), "{words}");
        }
        assert_eq!(promote_all([]), None);
    }

    #[test]
    fn scalars_take_the_dtype_beside_them() {
        for (weak, numpy) in [
            (Weak::Bool(true), "b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1 b1"),
            (Weak::Int(1), "i8 i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8 c8 c16"),
            (Weak::Float(1.0), "f8 f8 f8 f8 f8 f8 f8 f8 f8 f2 f4 f8 c8 c16"),
            (Weak::Complex(num_complex::Complex::i()), "c16 c16 c16 c16 c16 c16 c16 c16 c16 c8 c8 c16 c8 c16"),
        ] {
            for (strong, expected) in ORDER.iter().zip(numpy.split_whitespace()) {
                assert_eq!(beside(weak, number(strong)), number(expected), "{weak:?} beside {strong}");
            }
        }
    }

    #[test]
    fn dtypes_without_arithmetic_are_named() {
        for text in ["f16", "c32", "S3", "U2", "V4", "M8[s]", "m8[s]"] {
            let dtype = crate::dtype::parse(text).unwrap().dtype;
            let error = computed(&dtype).expect_err(text);
            assert!(error.message().starts_with("expressions do not compute with "), "{error}");
        }
        let record = crate::dtype::parse("a:f4,b:i2").unwrap().dtype;
        assert_eq!(computed(&record).expect_err("a record").hints(), ["one of its fields: x.name"]);
        let small = crate::dtype::parse("bfloat16").unwrap().dtype;
        assert_eq!(computed(&small).unwrap(), Number::Float32);
    }
}
