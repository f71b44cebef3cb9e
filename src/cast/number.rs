//! Numbers to numbers: loops over private blocks, chosen once by two visits of the table.
//!
//! Each loop converts and checks in one pass without a branch; only a block in which something did not fit is looked
//! at again, item by item.

use std::ops::ControlFlow;

use bytemuck::Zeroable;
use fearless_simd::{Level, dispatch};

use super::time::NAT;
use super::{Overflow, Reason};
use crate::dtype::{Class, Element, Float16, Form, LongDouble, Number, Visit, Wide};

/// Items converted at a time: 8 to 16 KiB in a wide form, so that they stay in the first-level cache.
const BLOCK: usize = 1024;

/// Converts every item of the first block into the second; breaks with the first item that does not fit.
type Loop = fn(&[u8], &mut [u8], Rule) -> ControlFlow<usize>;

/// What becomes of what does not fit.
#[derive(Clone, Copy, Debug)]
struct Rule {
    overflow: Overflow,
    nan: Nan,
}

/// What NaN is among whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nan {
    /// Nothing that fits.
    Misfit,
    /// NaT: they count the steps of a time.
    NotATime,
}

/// A conversion between two types of numbers in native byte order.
#[derive(Clone, Debug)]
pub(super) struct NumberCast {
    kernel: Kernel,
    rule: Rule,
    /// Bytes in what the loops take for an item: of a complex number that becomes another, in one part.
    from: usize,
    to: usize,
    /// Such items in one element: 1 or 2.
    parts: usize,
}

#[derive(Clone, Copy, Debug)]
enum Kernel {
    Direct(Loop),
    Through { wide: usize, widen: Loop, narrow: Loop },
}

impl NumberCast {
    pub(super) fn new(from: Number, to: Number, overflow: Overflow, nan: Nan) -> Self {
        let both_complex = from.class() == Class::Complex && to.class() == Class::Complex;
        let (from, to, parts) = if both_complex { (part(from), part(to), 2) } else { (from, to, 1) };
        let kernel = if to == Number::Bool {
            Kernel::Direct(from.visit(Nonzero))
        } else {
            hot(from, to).map_or_else(|| from.visit(Widen { to }), Kernel::Direct)
        };
        Self { kernel, rule: Rule { overflow, nan }, from: from.itemsize(), to: to.itemsize(), parts }
    }

    /// Breaks with the first element that does not fit.
    pub(super) fn apply(&self, src: &[u8], dst: &mut [u8]) -> ControlFlow<(usize, Reason)> {
        let mut scratch = [LongDouble::zeroed(); BLOCK];
        let scratch = bytemuck::cast_slice_mut::<_, u8>(&mut scratch);
        let blocks = src.chunks(BLOCK * self.from).zip(dst.chunks_mut(BLOCK * self.to));
        for (index, (src, dst)) in blocks.enumerate() {
            let done = match self.kernel {
                Kernel::Direct(direct) => direct(src, dst, self.rule),
                Kernel::Through { wide, widen, narrow } => {
                    let scratch = &mut scratch[..src.len() / self.from * wide];
                    // Widening always fits: the widening loop never breaks.
                    let _ = widen(src, scratch, self.rule);
                    narrow(scratch, dst, self.rule)
                }
            };
            if let ControlFlow::Break(item) = done {
                return ControlFlow::Break(((index * BLOCK + item) / self.parts, Reason::OutOfRange));
            }
        }
        ControlFlow::Continue(())
    }
}

/// The type of one part of a complex number.
fn part(number: Number) -> Number {
    match number {
        Number::Complex64 => Number::Float32,
        Number::Complex128 => Number::Float64,
        Number::CLongDouble => Number::LongDouble,
        real => real,
    }
}

/// Pairs common enough to spare them the way through scratch.
fn hot(from: Number, to: Number) -> Option<Loop> {
    Some(match (from, to) {
        (Number::Float32, Number::Float64) => convert::<f32, f64>,
        (Number::Float16, Number::Float32) => convert::<Float16, f32>,
        (Number::Int32, Number::Int64) => convert::<i32, i64>,
        (Number::Int32, Number::Float64) => convert::<i32, f64>,
        (Number::Int32, Number::Float32) => convert::<i32, f32>,
        (Number::Int16, Number::Float32) => convert::<i16, f32>,
        (Number::UInt16, Number::Float32) => convert::<u16, f32>,
        (Number::UInt8, Number::Float32) => convert::<u8, f32>,
        (Number::Float32, Number::UInt8) => convert::<f32, u8>,
        _ => return None,
    })
}

struct Nonzero;

impl Visit for Nonzero {
    type Output = Loop;

    fn visit<S: Element>(self) -> Loop {
        |src, dst, _| {
            for (item, out) in items::<S>(src).zip(dst) {
                *out = item.is_nonzero().into();
            }
            ControlFlow::Continue(())
        }
    }
}

struct Widen {
    to: Number,
}

impl Visit for Widen {
    type Output = Kernel;

    fn visit<S: Element>(self) -> Kernel {
        let form = <S::Wide as Wide>::FORM;
        let narrow = self.to.visit(Narrow { form });
        let is_wide = S::NUMBER == <S::Wide as Element>::NUMBER;
        if is_wide {
            Kernel::Direct(narrow)
        } else {
            Kernel::Through { wide: size_of::<S::Wide>(), widen: convert::<S, S::Wide>, narrow }
        }
    }
}

struct Narrow {
    form: Form,
}

impl Visit for Narrow {
    type Output = Loop;

    fn visit<T: Element>(self) -> Loop {
        match self.form {
            Form::Signed => convert::<i64, T>,
            Form::Unsigned => convert::<u64, T>,
            Form::Float => convert::<f64, T>,
            Form::Extended => convert::<LongDouble, T>,
        }
    }
}

fn items<S: Element>(src: &[u8]) -> impl Iterator<Item = S> {
    src.chunks_exact(size_of::<S>()).map(bytemuck::pod_read_unaligned)
}

fn convert<S: Element, T: Element>(src: &[u8], dst: &mut [u8], rule: Rule) -> ControlFlow<usize> {
    let all_fit = dispatch!(Level::new(), _level => narrowed::<S, T>(src, dst));
    let to_float = T::NUMBER.class() >= Class::Float;
    let from_integer = matches!(<S::Wide as Wide>::FORM, Form::Signed | Form::Unsigned);
    let already_wrapped = rule.overflow == Overflow::Wrap && (to_float || from_integer);
    if all_fit || already_wrapped { ControlFlow::Continue(()) } else { amend::<S, T>(src, dst, rule) }
}

/// Converts every item; whether all of them fit.
#[inline(always)]
#[expect(clippy::inline_always, reason = "so that it is compiled for the SIMD level of its caller")]
fn narrowed<S: Element, T: Element>(src: &[u8], dst: &mut [u8]) -> bool {
    let mut all_fit = true;
    for (item, out) in items::<S>(src).zip(dst.chunks_exact_mut(size_of::<T>())) {
        let (value, fits) = T::narrow(item.widen());
        out.copy_from_slice(bytemuck::bytes_of(&value));
        all_fit &= fits;
    }
    all_fit
}

/// Replaces what did not fit.
#[cold]
fn amend<S: Element, T: Element>(src: &[u8], dst: &mut [u8], rule: Rule) -> ControlFlow<usize> {
    for (index, (item, out)) in items::<S>(src).zip(dst.chunks_exact_mut(size_of::<T>())).enumerate() {
        let wide = item.widen();
        let (_, fits) = T::narrow(wide);
        if !fits {
            let value = match rule.overflow {
                _ if rule.nan == Nan::NotATime && wide.is_nan() => T::narrow(NAT).0,
                Overflow::Error => return ControlFlow::Break(index),
                Overflow::Wrap => T::wrapped(wide),
                // The smallest of all is NaT.
                Overflow::Saturate if rule.nan == Nan::NotATime && wide.is_negative() => T::narrow(NAT + 1).0,
                Overflow::Saturate => T::saturated(wide),
                Overflow::Nan => T::not_a_number(),
            };
            out.copy_from_slice(bytemuck::bytes_of(&value));
        }
    }
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use super::super::Cast;
    use super::*;
    use crate::dtype::DType;

    fn cast<S: Element, T: Element>(values: &[S], overflow: Overflow) -> Result<Vec<T>, usize> {
        let cast = Cast::new(&DType::native(S::NUMBER), &DType::native(T::NUMBER), overflow).unwrap();
        let mut out = vec![T::zeroed(); values.len()];
        cast.apply(bytemuck::cast_slice(values), bytemuck::cast_slice_mut(&mut out)).map_err(|misfit| misfit.item)?;
        Ok(out)
    }

    /// Every value under every rule against plain integer arithmetic.
    macro_rules! exhaust {
        ($from:ty => $($to:ty),*) => {
            $(
                let all: Vec<$from> = (<$from>::MIN..=<$from>::MAX).collect();
                let (min, max) = (<$to>::MIN as i64, <$to>::MAX as i64);
                let fits = |value: &$from| (min..=max).contains(&i64::from(*value));
                let wrapped: Vec<$to> = all.iter().map(|value| i64::from(*value).rem_euclid(max - min + 1)).map(|value| value as $to).collect();
                let clamped: Vec<$to> = all.iter().map(|value| i64::from(*value).clamp(min, max) as $to).collect();
                let kept: Vec<$from> = all.iter().copied().filter(fits).collect();
                assert_eq!(cast(&all, Overflow::Wrap), Ok(wrapped));
                assert_eq!(cast(&all, Overflow::Saturate), Ok(clamped));
                assert_eq!(cast::<_, $to>(&all, Overflow::Error).err(), all.iter().position(|value| !fits(value)));
                let kept_after: Vec<$to> = cast(&kept, Overflow::Error).unwrap();
                assert!(kept.iter().zip(&kept_after).all(|(a, b)| i64::from(*a) == i64::from(*b)));
            )*
        };
    }

    #[test]
    fn every_small_integer_under_every_rule() {
        exhaust!(i8 => i8, u8, i16, u16);
        exhaust!(u8 => i8, u8, i16, u16);
        exhaust!(i16 => i8, u8, i16, u16);
    }

    /// How many float16 fit, their sum, and their sum weighted by position modulo 1000: NumPy's.
    #[test]
    fn every_float16_to_integers_as_in_numpy() {
        fn sums<T: Element>() -> (usize, i128, i128) {
            let all: Vec<Float16> = (0..=u16::MAX).map(Float16).collect();
            let fits = |value: &Float16| cast::<_, T>(&[*value], Overflow::Error).is_ok();
            let kept: Vec<Float16> = all.into_iter().filter(fits).collect();
            let values: Vec<T> = cast(&kept, Overflow::Error).unwrap();
            let value = |value: &T| match <T::Wide as Wide>::to_integer::<i64>(value.widen()) {
                (value, true) => i128::from(value),
                _ => unreachable!("float16 ends at 65504"),
            };
            let weighted = values.iter().enumerate().map(|(index, item)| value(item) * (index as i128 % 1000)).sum();
            (values.len(), values.iter().map(value).sum(), weighted)
        }
        assert_eq!(sums::<i8>(), (45064, -1024, -12_142_592));
        assert_eq!(sums::<u8>(), (38912, 387_584, 183_600_384));
        assert_eq!(sums::<i16>(), (61441, -32768, 710_131_680));
        assert_eq!(sums::<u16>(), (47104, 100_624_384, 49_511_850_848));
        assert_eq!(sums::<i32>(), (63488, 0, 1_914_594_304));
        assert_eq!(sums::<u32>(), (47104, 100_624_384, 49_511_850_848));
        assert_eq!(sums::<i64>(), (63488, 0, 1_914_594_304));
        assert_eq!(sums::<u64>(), (47104, 100_624_384, 49_511_850_848));
    }

    #[test]
    fn floats_to_integers_by_rule() {
        let values = [300.7, -1.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, 255.9];
        assert_eq!(cast(&values, Overflow::Wrap), Ok(vec![44u8, 255, 0, 0, 0, 0, 255]));
        assert_eq!(cast(&values, Overflow::Saturate), Ok(vec![255u8, 0, 0, 255, 0, 255, 255]));
        assert_eq!(cast::<_, u8>(&values, Overflow::Error), Err(0));
        assert_eq!(cast(&[2f64.powi(63)], Overflow::Saturate), Ok(vec![i64::MAX]));
        assert_eq!(cast(&[2.9, -2.9], Overflow::Error), Ok(vec![2i32, -2]));
    }

    #[test]
    fn floats_to_narrower_floats_by_rule() {
        let values = [1.0, -1e40, f64::INFINITY];
        assert_eq!(cast::<_, f32>(&values, Overflow::Error), Err(1));
        assert_eq!(cast(&values, Overflow::Wrap), Ok(vec![1.0f32, f32::NEG_INFINITY, f32::INFINITY]));
        assert_eq!(cast(&values, Overflow::Saturate), Ok(vec![1.0f32, f32::MIN, f32::INFINITY]));
        assert!(cast::<_, f32>(&values, Overflow::Nan).unwrap()[1].is_nan());
        assert_eq!(cast::<_, Float16>(&[65519i32, 65520], Overflow::Error), Err(1));
        assert_eq!(cast(&[f32::INFINITY], Overflow::Wrap), Ok(vec![crate::dtype::Float8E4M3(0x7f)]));
    }

    #[test]
    fn the_first_offender_is_found_in_any_block() {
        for at in [0, 1, BLOCK - 1, BLOCK, 5 * BLOCK + 7] {
            let mut values = vec![1i16; 6 * BLOCK];
            values[at..].fill(256);
            assert_eq!(cast::<_, u8>(&values, Overflow::Error), Err(at));
            let mut values = vec![1f64; 6 * BLOCK];
            values[at..].fill(f64::NAN);
            assert_eq!(cast::<_, u64>(&values, Overflow::Error), Err(at));
        }
    }

    #[test]
    fn complex_numbers_lose_or_gain_an_imaginary_part() {
        use num_complex::Complex;
        let values = [Complex::new(1.5, 2.0), Complex::new(0.0, 1.0)];
        assert_eq!(cast(&values, Overflow::Error), Ok(vec![1i8, 0]));
        assert_eq!(cast(&values, Overflow::Error), Ok(vec![crate::dtype::Bool8(1); 2]));
        assert_eq!(cast(&[7u8], Overflow::Error), Ok(vec![Complex::new(7f32, 0.0)]));
        let values = [Complex::new(1.0, 2.0), Complex::new(1.0, 1e40)];
        assert_eq!(cast::<_, Complex<f32>>(&values, Overflow::Error), Err(1));
        assert_eq!(cast(&values, Overflow::Wrap).map(|all| all[1]), Ok(Complex::new(1f32, f32::INFINITY)));
    }

    #[test]
    fn anything_but_zero_is_true() {
        let truth: Vec<crate::dtype::Bool8> = cast(&[0.0, -0.0, 0.1, f64::NAN], Overflow::Error).unwrap();
        assert_eq!(truth.iter().map(|truth| truth.0).collect::<Vec<_>>(), [0, 0, 1, 1]);
        assert_eq!(cast(&[crate::dtype::Bool8(7)], Overflow::Error), Ok(vec![1i8]));
    }
}
