//! Comparisons, which are exact: no integer is rounded to be compared with another.

use num_complex::Complex;

use super::float::Real;
use super::{elements, elements_mut, map2, with_elements};
use crate::dtype::Number;
use crate::expr::op::{Comparison, Op};

/// An order in which NaN comes nowhere. Its methods are there to be inlined into loops, as those of `Real` are.
pub(super) trait Compare: Copy + PartialEq {
    fn less(self, other: Self) -> bool;
    fn less_equal(self, other: Self) -> bool;
}

macro_rules! compare {
    ($($T:ty)*) => {
        $(
            impl Compare for $T {
                #[inline]
                fn less(self, other: Self) -> bool {
                    self < other
                }

                #[inline]
                fn less_equal(self, other: Self) -> bool {
                    self <= other
                }
            }
        )*
    };
}

compare!(i8 u8 i16 u16 i32 u32 i64 u64 f32 f64);

/// By real part, then by imaginary part; NumPy lets the real parts decide only where no part is NaN.
impl<T: Real> Compare for Complex<T> {
    #[inline]
    fn less(self, other: Self) -> bool {
        let decides = !self.im.is_nan() && !other.im.is_nan();
        (self.re < other.re && decides) || (self.re == other.re && self.im < other.im)
    }

    #[inline]
    fn less_equal(self, other: Self) -> bool {
        let decides = !self.im.is_nan() && !other.im.is_nan();
        (self.re < other.re && decides) || (self.re == other.re && self.im <= other.im)
    }
}

pub(super) fn compare(op: Op, number: Number, a: &[u64], b: &[u64], out: &mut [u64], len: usize) {
    let out = elements_mut(out, len);
    with_elements!(number, T => compare_all::<T>(op, elements(a, len), elements(b, len), out));
}

fn compare_all<T: Compare>(op: Op, a: &[T], b: &[T], out: &mut [u8]) {
    match op {
        Op::Equal => map2(a, b, out, |a, b| u8::from(a == b)),
        Op::NotEqual => map2(a, b, out, |a, b| u8::from(a != b)),
        Op::Less => map2(a, b, out, |a, b| u8::from(a.less(b))),
        Op::LessEqual => map2(a, b, out, |a, b| u8::from(a.less_equal(b))),
        Op::Greater => map2(a, b, out, |a, b| u8::from(b.less(a))),
        Op::GreaterEqual => map2(a, b, out, |a, b| u8::from(b.less_equal(a))),
        other => unreachable!("{other:?} is no comparison"),
    }
}

/// Signed with unsigned, by value.
pub(super) fn mixed(comparison: Comparison, a: &[i64], b: &[u64], out: &mut [u8]) {
    map2(a, b, out, |a, b| {
        let ordering = u64::try_from(a).map_or(std::cmp::Ordering::Less, |a| a.cmp(&b));
        u8::from(comparison.holds(ordering))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_and_unsigned_compare_by_value() {
        let mut out = [0; 3];
        mixed(Comparison::Less, &[-1, i64::MAX, 3], &[0, 1 << 63, 3], &mut out);
        assert_eq!(out, [1, 1, 0]);
        mixed(Comparison::Equal, &[-1, i64::MAX, 3], &[u64::MAX, 1 << 63, 3], &mut out);
        assert_eq!(out, [0, 0, 1]);
    }

    #[test]
    fn complex_numbers_compare_by_real_part_first() {
        let z = |re: f64, im: f64| Complex::new(re, im);
        assert!(z(1.0, 9.0).less(z(2.0, 0.0)) && z(1.0, 1.0).less(z(1.0, 2.0)));
        assert!(!z(1.0, f64::NAN).less(z(2.0, 0.0)) && !z(f64::NAN, 0.0).less_equal(z(1.0, 0.0)));
    }
}
