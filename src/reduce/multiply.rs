//! Products: of integers exactly as far as 127 bits go and modulo 2^64 beyond, of floats in `float64`.

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

    /// It as a result.
    fn total(product: Self::Product) -> Value;
}

/// A product of integers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exact {
    /// `None` where it has left 128 bits; only a zero brings it back.
    value: Option<i128>,
    is_negative: bool,
    modulo: u64,
}

impl Exact {
    fn times(self, other: Self) -> Self {
        let modulo = self.modulo.wrapping_mul(other.modulo);
        if self.value == Some(0) || other.value == Some(0) {
            return Self { value: Some(0), is_negative: false, modulo };
        }
        let value = self.value.zip(other.value).and_then(|(a, b)| a.checked_mul(b));
        Self { value, is_negative: self.is_negative != other.is_negative, modulo }
    }

    fn total(self) -> Value {
        self.value.map_or(Value::Huge(self.is_negative, self.modulo), Value::Int)
    }
}

impl From<i128> for Exact {
    fn from(value: i128) -> Self {
        Self { value: Some(value), is_negative: value < 0, modulo: value as u64 }
    }
}

macro_rules! integers {
    ($($int:ty, $value:expr;)*) => {
        $(
            impl Factor for $int {
                type Product = Exact;
                const NOTHING: Exact = Exact { value: Some(1), is_negative: false, modulo: 1 };

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
    f32 => f64, 1.0, Value::Float;
    f64 => f64, 1.0, Value::Float;
    Complex<f64> => Complex<f64>, Complex::new(1.0, 0.0), Value::Complex;
    LongDouble => LongDouble, LONG_ONE, Value::Long;
}

/// `prod`.
pub(super) struct Multiply<T>(pub(super) PhantomData<T>);

impl<T: Factor> Fold for Multiply<T> {
    type Item = T;
    type Acc = T::Product;

    fn leaf(&self, items: &[T], _first: u64) -> T::Product {
        lanes::join(lanes::fold(items, T::NOTHING, |product, item| T::times(product, item.product())), T::times)
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
        assert_eq!(product(&[-3_i64; 101]), Value::Huge(true, (-3_i64).wrapping_pow(101) as u64));
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
    fn other_numbers_are_multiplied_as_they_are() {
        assert_eq!(product(&[0.5_f32, 3.0, -1.0]), Value::Float(-1.5));
        assert_eq!(product(&[Complex::new(0.0, 1.0); 3]), Value::Complex(Complex::new(0.0, -1.0)));
        let halves = [LongDouble::from_f64(0.5); 3];
        assert_eq!(product(&halves), Value::Long(LongDouble::from_f64(0.125)));
    }
}
