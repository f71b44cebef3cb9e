//! The loops behind the operations: each over blocks of one dtype, chosen once a block.
//!
//! A block is a slice of `u64` that holds native elements of its dtype; bools are bytes of 0 or 1, and `float16` is kept
//! as `float32` whose every value is a `float16`, rounded once after each operation as NumPy does. Arithmetic is that of
//! IEEE 754 and two's complement; the elementary functions are in [`math`]. Loops are plain, and
//! the compiler vectorises them for each level of SIMD.

mod cast;
mod compare;
pub(super) mod complex;
pub(super) mod float;
pub(super) mod half;
mod int;
mod level;
#[cfg(test)]
mod levels;
pub(super) mod math;

use bytemuck::Pod;
use num_complex::Complex;

pub(super) use self::level::{map1, update};
use self::level::{map2, map3};
use super::op::Op;
use crate::dtype::Number;

/// The position, in a block, of an element for which an operation is not defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offender(pub(super) usize);

/// The elements of a block.
pub(super) fn elements<T: Pod>(block: &[u64], len: usize) -> &[T] {
    &bytemuck::cast_slice(block)[..len]
}

/// The elements of a block, to be written.
pub(super) fn elements_mut<T: Pod>(block: &mut [u64], len: usize) -> &mut [T] {
    &mut bytemuck::cast_slice_mut(block)[..len]
}

/// Bytes of an element in a block.
pub(super) fn width(number: Number) -> usize {
    if number == Number::Float16 { size_of::<f32>() } else { number.itemsize() }
}

/// Does `$work` with `$T` as the type of the elements of `$number` in a block.
macro_rules! with_elements {
    ($number:expr, $T:ident => $work:expr) => {
        match $number {
            Number::Bool | Number::UInt8 => {
                type $T = u8;
                $work
            }
            Number::Int8 => {
                type $T = i8;
                $work
            }
            Number::Int16 => {
                type $T = i16;
                $work
            }
            Number::UInt16 => {
                type $T = u16;
                $work
            }
            Number::Int32 => {
                type $T = i32;
                $work
            }
            Number::UInt32 => {
                type $T = u32;
                $work
            }
            Number::Int64 => {
                type $T = i64;
                $work
            }
            Number::UInt64 => {
                type $T = u64;
                $work
            }
            Number::Float16 | Number::Float32 => {
                type $T = f32;
                $work
            }
            Number::Float64 => {
                type $T = f64;
                $work
            }
            Number::Complex64 => {
                type $T = Complex<f32>;
                $work
            }
            Number::Complex128 => {
                type $T = Complex<f64>;
                $work
            }
            other => unreachable!("expressions do not compute with {other}"),
        }
    };
}

pub(super) use with_elements;

fn select<T: Copy>(condition: &[u8], a: &[T], b: &[T], out: &mut [T]) {
    map3(condition, a, b, out, |condition, a, b| if condition != 0 { a } else { b });
}

/// Does the operation for the first `len` elements of the blocks, which hold `number` (the condition of `where`, bools).
///
/// # Errors
/// The first element for which it is not defined: an integer to a negative power.
pub(super) fn apply(op: Op, number: Number, args: &[&[u64]], out: &mut [u64], len: usize) -> Result<(), Offender> {
    let (a, b) = (args[0], *args.get(1).unwrap_or(&args[0]));
    match op {
        Op::Where => with_elements!(number, T => {
            select::<T>(elements(a, len), elements(b, len), elements(args[2], len), elements_mut(out, len));
        }),
        Op::Cast(to) => cast::cast(number, to, a, out, len),
        Op::Mixed(comparison) => {
            compare::mixed(comparison, elements(a, len), elements(b, len), elements_mut(out, len));
        }
        _ if op.comparison().is_some() => compare::compare(op, number, a, b, out, len),
        _ => return arithmetic(op, number, a, b, out, len),
    }
    Ok(())
}

fn arithmetic(op: Op, number: Number, a: &[u64], b: &[u64], out: &mut [u64], len: usize) -> Result<(), Offender> {
    macro_rules! integers {
        ($T:ty) => {
            match op.arity() {
                1 => int::unary::<$T>(op, elements(a, len), elements_mut(out, len)),
                _ => return int::binary::<$T>(op, elements(a, len), elements(b, len), elements_mut(out, len)),
            }
        };
    }
    macro_rules! floats {
        ($T:ty) => {
            match op.arity() {
                1 if op.result(number) == Number::Bool => {
                    float::test::<$T>(op, elements(a, len), elements_mut(out, len));
                }
                1 => float::unary::<$T>(op, elements(a, len), elements_mut(out, len)),
                _ => float::binary::<$T>(op, elements(a, len), elements(b, len), elements_mut(out, len)),
            }
        };
    }
    macro_rules! complexes {
        ($T:ty) => {
            match (op.arity(), op.result(number)) {
                (1, Number::Bool) => complex::test::<$T>(op, elements(a, len), elements_mut(out, len)),
                (1, result) if result == number => complex::unary::<$T>(op, elements(a, len), elements_mut(out, len)),
                (1, _) => complex::part::<$T>(op, elements(a, len), elements_mut(out, len)),
                _ => complex::binary::<$T>(op, elements(a, len), elements(b, len), elements_mut(out, len)),
            }
        };
    }
    match number {
        Number::Bool => int::boolean(op, elements(a, len), elements(b, len), elements_mut(out, len)),
        Number::Int8 => integers!(i8),
        Number::UInt8 => integers!(u8),
        Number::Int16 => integers!(i16),
        Number::UInt16 => integers!(u16),
        Number::Int32 => integers!(i32),
        Number::UInt32 => integers!(u32),
        Number::Int64 => integers!(i64),
        Number::UInt64 => integers!(u64),
        Number::Float16 => {
            if matches!(op, Op::Minimum | Op::Maximum | Op::Fmin | Op::Fmax) {
                float::half_extreme(op, elements(a, len), elements(b, len), elements_mut(out, len));
            } else if op == Op::Nextafter {
                map2(elements(a, len), elements(b, len), elements_mut(out, len), half::next_after);
            } else {
                floats!(f32);
                if op.result(number) == Number::Float16 {
                    update(elements_mut(out, len), half::rounded);
                }
            }
        }
        Number::Float32 => floats!(f32),
        Number::Float64 => floats!(f64),
        Number::Complex64 => complexes!(f32),
        Number::Complex128 => complexes!(f64),
        other => unreachable!("expressions do not compute with {other}"),
    }
    Ok(())
}
