//! Results before they have a dtype: as exact as the accumulators were.

use num_complex::Complex;

use crate::cast::Overflow;
use crate::dtype::{Class, Convert, Element, LongDouble, Number, Visit, Wide};

/// A result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// An integer, a bool, or a count of steps of time: exact.
    Int(i128),
    /// An integer beyond 128 bits: a float near it, and its value modulo 2^64.
    Huge(f64, u64),
    /// A float of up to 64 bits.
    Float(f64),
    /// An extended double.
    Long(LongDouble),
    /// A complex number.
    Complex(Complex<f64>),
}

/// An integer result that its dtype does not hold, as text: `36893488147419103230`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooLarge(pub String);

impl Value {
    /// Appends the value as an element of `number`; complex numbers are for complex dtypes alone.
    ///
    /// # Errors
    /// Where an integer does not fit, and `overflow` makes that an error. Floats become infinite, as in NumPy.
    pub fn store(self, number: Number, overflow: Overflow, out: &mut Vec<u8>) -> Result<(), TooLarge> {
        let class = number.class();
        match self {
            Self::Int(value) if number == Number::Bool => number.visit(Put(u64::from(value != 0), out)),
            Self::Huge(..) if number == Number::Bool => number.visit(Put(1_u64, out)),
            Self::Int(value) if class <= Class::Signed => {
                let value = fitted(value, number, overflow)?;
                if value < 0 { number.visit(Put(value as i64, out)) } else { number.visit(Put(value as u64, out)) }
            }
            Self::Huge(about, modulo) if class <= Class::Signed => {
                let value = match overflow {
                    Overflow::Error | Overflow::Nan => {
                        let sign = if about < 0.0 { "below -2^127" } else { "above 2^127" };
                        return Err(TooLarge(sign.to_owned()));
                    }
                    Overflow::Wrap => modulo,
                    Overflow::Saturate if about < 0.0 => saturated(i128::MIN, number) as u64,
                    Overflow::Saturate => saturated(i128::MAX, number) as u64,
                };
                number.visit(Put(value, out));
            }
            Self::Int(value) => match number {
                Number::Float64 | Number::Complex128 => number.visit(Put(value as f64, out)),
                Number::LongDouble | Number::CLongDouble => number.visit(Put(long_double(value), out)),
                _ => number.visit(Put(to_odd(value), out)),
            },
            Self::Huge(about, _) => number.visit(Put(about, out)),
            Self::Float(value) => number.visit(Put(value, out)),
            Self::Long(value) => number.visit(Put(value, out)),
            Self::Complex(value) => match number {
                Number::Complex64 => {
                    out.extend(bytemuck::bytes_of(&Complex::new(value.re as f32, value.im as f32)));
                }
                _ => out.extend(bytemuck::bytes_of(&value)),
            },
        }
        Ok(())
    }
}

/// The nearest extended double.
fn long_double(value: i128) -> LongDouble {
    /// 2^64.
    const UP: f64 = 18_446_744_073_709_551_616.0;
    // Both halves are exact, so their sum alone is rounded.
    ((value >> 64) as i64).to_long_double() * LongDouble::from_f64(UP) + (value as u64).to_long_double()
}

/// The value rounded to odd, so that rounding it to a narrower float is all of the rounding that there is.
fn to_odd(value: i128) -> f64 {
    let size = value.unsigned_abs();
    let shift = (u128::BITS - size.leading_zeros()).saturating_sub(u64::BITS);
    let rest = size & ((1 << shift) - 1);
    let magnitude = ((size >> shift) as u64 | u64::from(rest != 0)).to_f64_odd() * 2_f64.powi(shift as i32);
    if value < 0 { -magnitude } else { magnitude }
}

fn saturated(value: i128, number: Number) -> i128 {
    let (lowest, highest) = number.range().expect("results are integers here");
    value.clamp(lowest, highest)
}

fn fitted(value: i128, number: Number, overflow: Overflow) -> Result<i128, TooLarge> {
    let clamped = saturated(value, number);
    match overflow {
        _ if clamped == value => Ok(value),
        Overflow::Error | Overflow::Nan => Err(TooLarge(value.to_string())),
        Overflow::Wrap => Ok(i128::from(value as u64)),
        Overflow::Saturate => Ok(clamped),
    }
}

/// Appends a value as an element.
struct Put<'a, W>(W, &'a mut Vec<u8>);

impl<W: Wide> Visit for Put<'_, W> {
    type Output = ();

    fn visit<T: Element>(self) {
        self.1.extend(bytemuck::bytes_of(&<T as Convert>::wrapped(self.0)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(value: Value, number: Number, overflow: Overflow) -> Result<Vec<u8>, TooLarge> {
        let mut out = Vec::new();
        value.store(number, overflow, &mut out).map(|()| out)
    }

    #[test]
    fn integers_fit_or_are_told_in_full() {
        let beyond = Value::Int(1 << 64);
        assert_eq!(stored(beyond, Number::UInt64, Overflow::Error), Err(TooLarge("18446744073709551616".to_owned())));
        assert_eq!(stored(beyond, Number::UInt64, Overflow::Wrap), Ok(vec![0; 8]));
        assert_eq!(stored(beyond, Number::UInt64, Overflow::Saturate), Ok(vec![255; 8]));
        assert_eq!(stored(Value::Int(-1), Number::Int64, Overflow::Error), Ok(vec![255; 8]));
        assert_eq!(stored(Value::Int(-1), Number::Int8, Overflow::Error), Ok(vec![255]));
        assert_eq!(stored(Value::Int(1), Number::Bool, Overflow::Error), Ok(vec![1]));
        assert_eq!(stored(beyond, Number::Float64, Overflow::Error), Ok(2_f64.powi(64).to_le_bytes().to_vec()));
        assert!(stored(Value::Huge(-1e40, 5), Number::Int64, Overflow::Error).is_err());
        assert_eq!(stored(Value::Huge(-1e40, 5), Number::Int64, Overflow::Wrap), Ok(5_u64.to_le_bytes().to_vec()));
        assert_eq!(
            stored(Value::Huge(-1e40, 5), Number::Float64, Overflow::Error),
            Ok((-1e40_f64).to_le_bytes().to_vec())
        );
        let lowest = i64::MIN.to_le_bytes().to_vec();
        assert_eq!(stored(Value::Huge(-1e40, 5), Number::Int64, Overflow::Saturate), Ok(lowest));
    }

    #[test]
    fn integers_become_floats_with_one_rounding() {
        let float32 = |value: i128| stored(Value::Int(value), Number::Float32, Overflow::Error);
        // Half of the last bit of a float32 and a little more, which float64 would round away.
        for value in
            [(1 << 24) + 1, (3 << 63) + 5, (((1 << 24) + 1) << 70) + 1, -(((1 << 24) + 1) << 70) - 1, i128::MIN, 0]
        {
            assert_eq!(float32(value), Ok((value as f32).to_le_bytes().to_vec()), "{value}");
        }
        let bfloat16 = stored(Value::Int((((1 << 8) + 1) << 60) + 1), Number::BFloat16, Overflow::Error);
        assert_eq!(bfloat16, Ok(vec![0x81, 0x61]));
        let complex = stored(Value::Int((1 << 65) + 1), Number::Complex128, Overflow::Error);
        assert_eq!(complex, Ok([2_f64.powi(65).to_le_bytes(), [0; 8]].concat()));
        for value in [-(1_i128 << 63), -1, (1 << 64) - 1, -(3 << 70)] {
            let found = stored(Value::Int(value), Number::LongDouble, Overflow::Error);
            let (sign, size) = (u16::from(value < 0) << 15, value.unsigned_abs());
            let shift = size.leading_zeros();
            let mut bits = ((size << shift >> 64) as u64).to_le_bytes().to_vec();
            bits.extend((sign | (16383 + 127 - shift as u16)).to_le_bytes());
            bits.extend([0; 6]);
            assert_eq!(found, Ok(bits), "{value}");
        }
    }

    #[test]
    fn every_integer_but_zero_is_true() {
        for (value, truth) in
            [(Value::Int(0), 0), (Value::Int(1 << 64), 1), (Value::Int(-1), 1), (Value::Huge(-1e40, 0), 1)]
        {
            assert_eq!(stored(value, Number::Bool, Overflow::Error), Ok(vec![truth]), "{value:?}");
        }
    }

    #[test]
    fn floats_are_rounded_once_and_may_become_infinite() {
        assert_eq!(stored(Value::Float(0.1), Number::Float32, Overflow::Error), Ok(0.1_f32.to_le_bytes().to_vec()));
        assert_eq!(stored(Value::Float(1e10), Number::Float16, Overflow::Error), Ok(vec![0, 0x7c]));
    }
}
