//! Floats rounded to a number of digits behind the point, for people: they do not read back to the same bits.

use std::io::Write;

use bytemuck::pod_read_unaligned;
use num_complex::Complex;

use super::float::Real;
use super::{Details, Scalar, Verbs};
use crate::dtype::{BFloat16, DType, Element, Float8E4M3, Float8E5M2, Float16, Kind, LongDouble, Number};

/// From here on floats are written with an exponent, as they are when nothing is rounded.
const LARGE: f64 = 1e16;

impl Scalar {
    /// The text of elements of `dtype` with so many digits behind the point of floats and of the parts of complex
    /// numbers: exact halves to even, `nan` and `inf` as always, from 1e16 on with an exponent. What is no float is
    /// printed as ever. An extended double is rounded by way of float64.
    pub fn rounded(dtype: &DType, digits: u8) -> Self {
        let verbs = match dtype.kind() {
            Kind::Number(Number::Float8E4M3) => float::<Float8E4M3>(),
            Kind::Number(Number::Float8E5M2) => float::<Float8E5M2>(),
            Kind::Number(Number::BFloat16) => float::<BFloat16>(),
            Kind::Number(Number::Float16) => float::<Float16>(),
            Kind::Number(Number::Float32) => float::<f32>(),
            Kind::Number(Number::Float64) => float::<f64>(),
            Kind::Number(Number::LongDouble) => float::<LongDouble>(),
            Kind::Number(Number::Complex64) => complex::<f32>(),
            Kind::Number(Number::Complex128) => complex::<f64>(),
            Kind::Number(Number::CLongDouble) => complex::<LongDouble>(),
            _ => return Self::of(dtype),
        };
        let exact = Self::of(dtype);
        let Verbs { parse, .. } = exact.verbs;
        Self { details: Details::Digits(digits), verbs: Verbs { parse, ..verbs }, ..exact }
    }

    fn digits(&self) -> usize {
        if let Details::Digits(digits) = self.details { digits.into() } else { 0 }
    }
}

/// A float that has a nearest float64.
trait Wide: Real {
    fn wide(self) -> f64;
}

macro_rules! wide {
    ($($float:ty: $wide:expr;)*) => {
        $(impl Wide for $float {
            fn wide(self) -> f64 {
                let wide: fn(Self) -> f64 = $wide;
                wide(self)
            }
        })*
    };
}

wide! {
    Float8E4M3: Self::to_f64;
    Float8E5M2: Self::to_f64;
    BFloat16: Self::to_f64;
    Float16: Self::to_f64;
    LongDouble: |value| value.to_f64();
    f32: f64::from;
    f64: |value| value;
}

fn float<T: Wide + Element>() -> Verbs {
    Verbs {
        print: |scalar, item, out| push(pod_read_unaligned::<T>(item), scalar.digits(), out),
        print_json: |scalar, item, out| push_json(pod_read_unaligned::<T>(item), scalar.digits(), out),
        ..Verbs::of_number(Number::Float64)
    }
}

fn complex<T: Wide>() -> Verbs
where
    Complex<T>: Element,
{
    Verbs {
        print: |scalar, item, out| {
            let Complex { re, im } = pod_read_unaligned::<Complex<T>>(item);
            out.push(b'(');
            push(re, scalar.digits(), out);
            let at = out.len();
            push(im, scalar.digits(), out);
            if out[at] != b'-' {
                out.insert(at, b'+');
            }
            out.extend_from_slice(b"j)");
        },
        print_json: |scalar, item, out| {
            let Complex { re, im } = pod_read_unaligned::<Complex<T>>(item);
            out.push(b'[');
            push_json(re, scalar.digits(), out);
            out.extend_from_slice(b", ");
            push_json(im, scalar.digits(), out);
            out.push(b']');
        },
        ..Verbs::of_number(Number::Float64)
    }
}

fn push_json<T: Wide>(value: T, digits: usize, out: &mut Vec<u8>) {
    if value.is_special() { value.push_json(out) } else { push(value, digits, out) }
}

fn push<T: Wide>(value: T, digits: usize, out: &mut Vec<u8>) {
    let wide = value.wide();
    if value.is_special() || !wide.is_finite() {
        return value.push(super::layout::Point::Always, out);
    }
    let written = if wide.abs() < LARGE {
        write!(out, "{wide:.digits$}")
    } else {
        // Rust writes e16 where Python writes e+16.
        let start = out.len();
        let written = write!(out, "{wide:.digits$e}");
        let e = out[start..].iter().position(|&byte| byte == b'e').map_or(out.len(), |at| start + at + 1);
        out.insert(e, b'+');
        written
    };
    written.expect("memory takes whatever is written");
}

#[cfg(test)]
mod tests {
    use super::super::testing::printed;
    use super::*;

    fn of<T: bytemuck::NoUninit>(number: Number, digits: u8, value: T) -> (String, String) {
        printed(&Scalar::rounded(&DType::native(number), digits), bytemuck::bytes_of(&value))
    }

    fn double(digits: u8, value: f64) -> String {
        of(Number::Float64, digits, value).0
    }

    #[test]
    fn floats_have_as_many_digits_behind_the_point() {
        // What Python's f"{value:.{digits}f}" gives.
        for (digits, value, expected) in [
            (2, 1.005, "1.00"),
            (2, 1.0, "1.00"),
            (0, 2.5, "2"),
            (0, 3.5, "4"),
            (3, -0.000_1, "-0.000"),
            (1, 1e15, "1000000000000000.0"),
            (2, 1.234e16, "1.23e+16"),
            (3, -1e300, "-1.000e+300"),
            (2, f64::NAN, "nan"),
            (2, f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(double(digits, value), expected, "{value}");
        }
    }

    #[test]
    fn every_float_is_rounded_and_nothing_else() {
        assert_eq!(of(Number::Float32, 3, 0.1_f32).0, "0.100");
        assert_eq!(of(Number::Float16, 1, 0x3c00_u16).0, "1.0");
        assert_eq!(of(Number::BFloat16, 4, 0x3dcd_u16).0, "0.1001");
        assert_eq!(of(Number::Int32, 3, 7_i32), ("7".to_owned(), "7".to_owned()));
        let complex = of(Number::Complex128, 1, [0.0_f64, -2.25]);
        assert_eq!(complex, ("(0.0-2.2j)".to_owned(), "[0.0, -2.2]".to_owned()));
        assert_eq!(of(Number::Complex64, 0, [1.0_f32, f32::INFINITY]).1, "[1, \"Infinity\"]");
    }

    #[test]
    fn what_json_has_no_number_for_is_a_string() {
        assert_eq!(of(Number::Float64, 2, f64::NAN).1, "\"NaN\"");
        assert_eq!(of(Number::Float64, 2, 0.5).1, "0.50");
    }
}
