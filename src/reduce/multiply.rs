//! Products: of integers exactly as far as 127 bits go, modulo 2^64 and as a float beyond, of floats in `float64` with an exponent that
//! has room for every one on the way.

use std::marker::PhantomData;

use num_complex::Complex;

use super::fold::{Finished, Fold};
use super::items::Item;
use super::lanes;
use super::value::Value;
use crate::dtype::{Bool8, LongDouble};

/// What multiplying needs of an item.
pub(super) trait Factor: Item {
    /// Holds the product of any number of items.
    type Product: Copy + Send;

    /// The product of nothing.
    const NOTHING: Self::Product;

    /// An item as the product of itself.
    fn product(self) -> Self::Product;

    /// The product of two products.
    fn times(a: Self::Product, b: Self::Product) -> Self::Product;

    /// The product of the items of a leaf.
    fn of_all(items: &[Self]) -> Self::Product {
        lanes::join(
            lanes::fold(items, Self::NOTHING, |product, item| Self::times(product, item.product())),
            Self::times,
        )
    }

    /// It as a result.
    fn total(product: Self::Product) -> Value;
}

/// A product of integers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exact {
    /// `None` where it has left 128 bits; only a zero brings it back.
    value: Option<i128>,
    /// Where there is no value, one near it.
    huge: f64,
    modulo: u64,
}

impl Exact {
    fn times(self, other: Self) -> Self {
        let modulo = self.modulo.wrapping_mul(other.modulo);
        if self.value == Some(0) || other.value == Some(0) {
            return Self { value: Some(0), huge: 0.0, modulo };
        }
        let value = self.value.zip(other.value).and_then(|(a, b)| a.checked_mul(b));
        let huge = if value.is_some() { 0.0 } else { self.about() * other.about() };
        Self { value, huge, modulo }
    }

    fn about(self) -> f64 {
        self.value.map_or(self.huge, |value| value as f64)
    }

    fn total(self) -> Value {
        self.value.map_or(Value::Huge(self.huge, self.modulo), Value::Int)
    }
}

impl From<i128> for Exact {
    fn from(value: i128) -> Self {
        Self { value: Some(value), huge: 0.0, modulo: value as u64 }
    }
}

macro_rules! integers {
    ($($int:ty, $value:expr;)*) => {
        $(
            impl Factor for $int {
                type Product = Exact;
                const NOTHING: Exact = Exact { value: Some(1), huge: 0.0, modulo: 1 };

                fn product(self) -> Exact {
                    let value: fn(Self) -> i128 = $value;
                    value(self).into()
                }

                fn times(a: Exact, b: Exact) -> Exact {
                    a.times(b)
                }

                fn total(product: Exact) -> Value {
                    product.total()
                }
            }
        )*
    };
}

integers! {
    i8, i128::from;
    i16, i128::from;
    i32, i128::from;
    i64, i128::from;
    u8, i128::from;
    u16, i128::from;
    u32, i128::from;
    u64, i128::from;
    Bool8, |item| i128::from(item.0 != 0);
}

macro_rules! others {
    ($($item:ty => $product:ty, $one:expr, $total:expr;)*) => {
        $(
            impl Factor for $item {
                type Product = $product;
                const NOTHING: $product = $one;

                fn product(self) -> $product {
                    self.into()
                }

                fn times(a: $product, b: $product) -> $product {
                    a * b
                }

                fn total(product: $product) -> Value {
                    $total(product)
                }
            }
        )*
    };
}

/// 1 in 80 bits.
const LONG_ONE: LongDouble = LongDouble([0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x3f, 0, 0, 0, 0, 0, 0]);

others! {
    Complex<f64> => Complex<f64>, Complex::new(1.0, 0.0), Value::Complex;
    LongDouble => LongDouble, LONG_ONE, Value::Long;
}

/// `fraction * 2^exponent`: a product on its way overflows no more than the result does. So finite factors of which one is
/// zero give zero, wherever a leaf ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scaled {
    /// From 0.5 to 1 without its sign; or zero, infinite or NaN.
    fraction: f64,
    exponent: i64,
}

impl Scaled {
    fn new(value: f64, exponent: i64) -> Self {
        /// 2^64, which makes a normal number of every subnormal one.
        const UP: f64 = 18_446_744_073_709_551_616.0;
        const FIELD: u64 = 0x7ff << 52;
        if value == 0.0 || !value.is_finite() {
            return Self { fraction: value, exponent: 0 };
        }
        let (value, exponent) = if value.is_normal() { (value, exponent) } else { (value * UP, exponent - 64) };
        let bits = value.to_bits();
        let fraction = f64::from_bits(bits & !FIELD | 1022 << 52);
        Self { fraction, exponent: exponent + ((bits & FIELD) >> 52) as i64 - 1022 }
    }

    fn times(self, other: Self) -> Self {
        Self::new(self.fraction * other.fraction, self.exponent.saturating_add(other.exponent))
    }

    /// Rounded once, where it is subnormal.
    fn value(self) -> f64 {
        let power = |exponent: i64| f64::from_bits(((exponent + 1023) as u64) << 52);
        let exponent = self.exponent.clamp(-1200, 1200);
        let half = exponent / 2;
        self.fraction * power(half) * power(exponent - half)
    }
}

macro_rules! floats {
    ($($float:ty)*) => {
        $(
            impl Factor for $float {
                type Product = Scaled;
                const NOTHING: Scaled = Scaled { fraction: 0.5, exponent: 1 };

                fn product(self) -> Scaled {
                    Scaled::new(self.into(), 0)
                }

                fn times(a: Scaled, b: Scaled) -> Scaled {
                    a.times(b)
                }

                fn of_all(items: &[Self]) -> Scaled {
                    let lanes = lanes::fold(items, (1.0, 1.0), |(product, least): (f64, f64), item| {
                        let product = product * f64::from(item);
                        (product, least.min(product.abs()))
                    });
                    // What was subnormal on the way has lost digits, though it be large in the end.
                    if lanes.iter().all(|(product, least)| product.is_finite() && *least >= f64::MIN_POSITIVE) {
                        return lanes::join(lanes.map(|(product, _)| Scaled::new(product, 0)), Scaled::times);
                    }
                    items.iter().fold(Self::NOTHING, |product, item| product.times(item.product()))
                }

                fn total(product: Scaled) -> Value {
                    Value::Float(product.value())
                }
            }
        )*
    };
}

floats!(f32 f64);

/// `prod`.
pub(super) struct Multiply<T>(pub(super) PhantomData<T>);

impl<T: Factor> Fold for Multiply<T> {
    type Item = T;
    type Acc = T::Product;

    fn leaf(&self, items: &[T], _first: u64) -> T::Product {
        T::of_all(items)
    }

    fn merge(&self, left: &mut T::Product, right: T::Product) {
        *left = T::times(*left, right);
    }

    fn finish(&self, acc: Option<&T::Product>, _count: u64) -> Finished {
        T::total(acc.copied().unwrap_or(T::NOTHING)).into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn product<T: Factor>(items: &[T]) -> Value {
        let multiply = Multiply(PhantomData);
        multiply.finish((!items.is_empty()).then(|| multiply.leaf(items, 0)).as_ref(), items.len() as u64).value
    }

    #[test]
    fn integers_are_exact_until_they_are_huge() {
        assert_eq!(product::<i8>(&[]), Value::Int(1));
        assert_eq!(product(&[-128_i8; 9]), Value::Int(-(1 << 63)));
        assert_eq!(product(&[3_u64; 40]), Value::Int(3_i128.pow(40)));
        let Value::Huge(about, modulo) = product(&[-3_i64; 101]) else { panic!("it has 161 bits") };
        assert_eq!(modulo, (-3_i64).wrapping_pow(101) as u64);
        assert!((about / -3_f64.powi(101) - 1.0).abs() < 1e-14, "{about}");
        assert_eq!(product(&[2_u8; 200]), Value::Huge(2_f64.powi(200), 0));
        assert_eq!(product(&[i64::MIN; 101]), Value::Huge(f64::NEG_INFINITY, 0));
        assert_eq!(product(&[Bool8(2), Bool8(0)]), Value::Int(0));
    }

    #[test]
    fn a_zero_brings_a_huge_product_back() {
        let mut items = [i64::MAX; 20];
        items[19] = 0;
        assert_eq!(product(&items), Value::Int(0));
        items.reverse();
        assert_eq!(product(&items), Value::Int(0));
    }

    #[test]
    fn products_on_the_way_have_room() {
        let mut items = [1.0; 10];
        (items[0], items[1], items[9]) = (0.0, 1e200, 1e200);
        assert_eq!(product(&items), Value::Float(0.0));
        assert_eq!(product(&(0..2000).rev().map(f64::from).collect::<Vec<_>>()), Value::Float(0.0));
        assert_eq!(product(&[1e-200, 1e-200, 1e200, 1e200]), Value::Float(1.0));
        assert_eq!(product(&[1e200, 1e200]), Value::Float(f64::INFINITY));
        assert_eq!(product(&[-5e-324, 1e300]), Value::Float(-5e-324 * 1e300));
        assert_eq!(product(&[1e-200_f64, -1e-122]), Value::Float(1e-200 * -1e-122));
        let mut lane = [1.0; 17];
        (lane[0], lane[8], lane[16]) = (1e-200, 1.234_567_890_123_456_7e-120, 1e300);
        assert_eq!(product(&lane), product(&[1e-200, 1e300, 1.234_567_890_123_456_7e-120]));
        assert!(matches!(product(&[1e-300, -1e-300]), Value::Float(zero) if zero == 0.0 && zero.is_sign_negative()));
        assert!(matches!(product(&[f64::INFINITY, 0.0]), Value::Float(nan) if nan.is_nan()));
        assert_eq!(product(&[f32::MAX; 9]), Value::Float(f64::from(f32::MAX).powi(8) * f64::from(f32::MAX)));
    }

    proptest! {
        #[test]
        fn what_does_not_overflow_is_that_of_float64(items in prop::collection::vec(-1e15..1e15_f64, 0..20)) {
            let plain: f64 = items.iter().product();
            prop_assert_eq!(items.iter().fold(f64::NOTHING, |a, b| a.times(b.product())).value(), plain);
        }

        #[test]
        fn no_digits_are_lost_on_the_way(exponents in prop::collection::vec(-300..300_i32, 1..60)) {
            // Powers of two are exact, so that all of the result is the last factor.
            let mut items: Vec<f64> = exponents.iter().map(|&exponent| 2_f64.powi(exponent)).collect();
            let rest: i32 = exponents.iter().sum();
            items.push(1.0 / 3.0);
            items.extend((0..rest.unsigned_abs()).step_by(300).map(|done| {
                2_f64.powi(-rest.signum() * (rest.unsigned_abs() - done).min(300).cast_signed())
            }));
            prop_assert_eq!(product(&items), Value::Float(1.0 / 3.0));
        }
    }

    #[test]
    fn other_numbers_are_multiplied_as_they_are() {
        assert_eq!(product(&[0.5_f32, 3.0, -1.0]), Value::Float(-1.5));
        assert_eq!(product(&[Complex::new(0.0, 1.0); 3]), Value::Complex(Complex::new(0.0, -1.0)));
        let halves = [LongDouble::from_f64(0.5); 3];
        assert_eq!(product(&halves), Value::Long(LongDouble::from_f64(0.125)));
    }
}
