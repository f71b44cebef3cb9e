//! The types of items that have kernels, and what reductions ask of them. All other dtypes are converted to one of these.

use bytemuck::{Pod, Zeroable};
use num_complex::Complex;

use super::value::Value;
use crate::dtype::{Bool8, Convert, LongDouble, Wide};

/// A time or a span of time: a count of steps, of which the smallest is NaT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(transparent)]
pub(super) struct Steps(pub(super) i64);

/// An item that can be compared and counted.
pub trait Item: Pod + Send + Sync {
    /// Whether it is NaN or NaT, or a complex number with a part that is.
    fn is_nan(self) -> bool;

    /// Whether it is anything but zero; NaN is.
    fn is_nonzero(self) -> bool;

    /// Whether it comes before the other; never where one of them is NaN.
    fn is_less(self, other: Self) -> bool;

    /// It as a result.
    fn value(self) -> Value;
}

macro_rules! integers {
    ($($int:ty)*) => {
        $(
            impl Item for $int {
                fn is_nan(self) -> bool {
                    false
                }

                fn is_nonzero(self) -> bool {
                    self != 0
                }

                fn is_less(self, other: Self) -> bool {
                    self < other
                }

                fn value(self) -> Value {
                    Value::Int(self.into())
                }
            }
        )*
    };
}

integers!(i8 i16 i32 i64 u8 u16 u32 u64);

macro_rules! floats {
    ($($float:ty)*) => {
        $(
            impl Item for $float {
                fn is_nan(self) -> bool {
                    self.is_nan()
                }

                fn is_nonzero(self) -> bool {
                    self != 0.0
                }

                fn is_less(self, other: Self) -> bool {
                    self < other
                }

                fn value(self) -> Value {
                    Value::Float(self.into())
                }
            }
        )*
    };
}

floats!(f32 f64);

impl Item for Bool8 {
    fn is_nan(self) -> bool {
        false
    }

    fn is_nonzero(self) -> bool {
        self.0 != 0
    }

    fn is_less(self, other: Self) -> bool {
        self.0 == 0 && other.0 != 0
    }

    fn value(self) -> Value {
        Value::Int(i128::from(self.0 != 0))
    }
}

impl Item for Complex<f64> {
    fn is_nan(self) -> bool {
        self.re.is_nan() || self.im.is_nan()
    }

    fn is_nonzero(self) -> bool {
        self.re != 0.0 || self.im != 0.0
    }

    fn is_less(self, other: Self) -> bool {
        !self.is_nan() && !other.is_nan() && (self.re < other.re || self.re == other.re && self.im < other.im)
    }

    fn value(self) -> Value {
        Value::Complex(self)
    }
}

impl Item for LongDouble {
    fn is_nan(self) -> bool {
        Wide::is_nan(self)
    }

    fn is_nonzero(self) -> bool {
        Convert::is_nonzero(self)
    }

    fn is_less(self, other: Self) -> bool {
        if Item::is_nan(self) || Item::is_nan(other) {
            return false;
        }
        // Exponent and significand rise together, as the leading bit is stored.
        let key = |value: Self| {
            let (sign, exponent, significand) = value.parts();
            let magnitude = i128::from(exponent) << 64 | i128::from(significand);
            sign.signed(magnitude)
        };
        key(self) < key(other)
    }

    fn value(self) -> Value {
        Value::Long(self)
    }
}

impl Item for Steps {
    fn is_nan(self) -> bool {
        self.0 == i64::MIN
    }

    fn is_nonzero(self) -> bool {
        self.0 != 0
    }

    fn is_less(self, other: Self) -> bool {
        !self.is_nan() && !other.is_nan() && self.0 < other.0
    }

    fn value(self) -> Value {
        Value::Int(self.0.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complex_numbers_are_compared_by_their_real_part_first() {
        let (a, b, nan) = (Complex::new(1.0, 5.0), Complex::new(2.0, -9.0), Complex::new(0.0, f64::NAN));
        assert!(a.is_less(b) && !b.is_less(a) && a.is_less(Complex::new(1.0, 6.0)));
        assert!(nan.is_nan() && !nan.is_less(a) && !a.is_less(nan));
    }

    #[test]
    fn extended_doubles_are_compared_by_value() {
        let of = LongDouble::from_f64;
        let rising = [f64::NEG_INFINITY, -2.0, -1.5, -0.5, 0.0, 0.5, 1.5, 1e300, f64::INFINITY].map(of);
        for (k, a) in rising.iter().enumerate() {
            for (l, b) in rising.iter().enumerate() {
                assert_eq!(a.is_less(*b), k < l);
            }
        }
        assert!(!of(-0.0).is_less(of(0.0)) && !of(0.0).is_less(of(-0.0)));
        assert!(!of(f64::NAN).is_less(of(1.0)) && !of(1.0).is_less(of(f64::NAN)));
    }

    #[test]
    fn the_smallest_step_is_no_time() {
        assert!(Steps(i64::MIN).is_nan() && !Steps(i64::MIN).is_less(Steps(0)) && Steps(-1).is_less(Steps(0)));
    }
}
