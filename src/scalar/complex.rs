//! Complex numbers: Python's `repr`, `(1+2j)` or `2j`, and everything that its `complex` reads.

use num_complex::Complex;

use super::float::Real;
use super::layout::Point;
use super::{Numeral, Telling};
use crate::dtype::Element;

impl<T: Real> Numeral for Complex<T>
where
    Self: Element,
{
    fn print(self, out: &mut Vec<u8>) {
        if self.re.is_plain_zero() {
            self.im.push(Point::AsNeeded, out);
            return out.push(b'j');
        }
        out.push(b'(');
        self.re.push(Point::AsNeeded, out);
        let at = out.len();
        self.im.push(Point::AsNeeded, out);
        if out[at] != b'-' {
            out.insert(at, b'+');
        }
        out.extend_from_slice(b"j)");
    }

    fn print_json(self, out: &mut Vec<u8>) {
        out.push(b'[');
        self.re.push_json(out);
        out.extend_from_slice(b", ");
        self.im.push_json(out);
        out.push(b']');
    }

    fn parse(text: &str, Telling { overflow, .. }: Telling) -> Result<Self, String> {
        let text = text.trim_ascii();
        let inner = text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(text).trim_ascii();
        let Some(parts) = inner.strip_suffix(['j', 'J']) else {
            return Ok(Self::new(T::told(inner, overflow)?, T::ZERO));
        };
        let (re, im) = parts.split_at(imaginary_start(parts));
        let re = if re.is_empty() { T::ZERO } else { T::told(unspaced(re)?, overflow)? };
        let im = match im {
            "" | "+" => T::read("1")?,
            "-" => T::read("-1")?,
            im => T::told(unspaced(im)?, overflow)?,
        };
        Ok(Self::new(re, im))
    }
}

/// Where the last number in `parts` begins: at its sign, which is not that of an exponent.
fn imaginary_start(parts: &str) -> usize {
    let bytes = parts.as_bytes();
    let is_sign = |at: usize| matches!(bytes[at], b'+' | b'-') && (at == 0 || !matches!(bytes[at - 1], b'e' | b'E'));
    (0..bytes.len()).rev().find(|&at| is_sign(at)).unwrap_or(0)
}

/// Numbers alone may have spaces around them, parts may not.
fn unspaced(part: &str) -> Result<&str, String> {
    if part.contains(|c: char| c.is_ascii_whitespace()) { Err("it has a space in it".to_owned()) } else { Ok(part) }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{number, printed, read, refused};
    use super::*;
    use crate::dtype::Number;

    /// Parts and Python's `repr`.
    const BY_PYTHON: &[(f64, f64, &str)] = &[
        (1.0, 2.0, "(1+2j)"),
        (0.0, 2.0, "2j"),
        (-0.0, 2.0, "(-0+2j)"),
        (0.0, -2.0, "-2j"),
        (f64::NAN, f64::INFINITY, "(nan+infj)"),
        (f64::NAN, f64::NEG_INFINITY, "(nan-infj)"),
        (0.0, f64::NAN, "nanj"),
        (1e+16, 1e-05, "(1e+16+1e-05j)"),
        (1.0, -0.0, "(1-0j)"),
        (0.0, -0.0, "-0j"),
        (-0.0, 0.0, "(-0+0j)"),
        (0.0, 0.0, "0j"),
        (1.5, -2.25, "(1.5-2.25j)"),
        (f64::INFINITY, f64::NAN, "(inf+nanj)"),
        (-1e-07, 1e15, "(-1e-07+1000000000000000j)"),
        (0.1, 1e+22, "(0.1+1e+22j)"),
    ];

    #[test]
    fn prints_what_python_prints_and_reads_it_back() {
        let scalar = number(Number::Complex128);
        for &(re, im, repr) in BY_PYTHON {
            let item = bytemuck::bytes_of(&Complex::new(re, im)).to_vec();
            assert_eq!(printed(&scalar, &item).0, repr);
            assert_eq!(printed(&scalar, &read(&scalar, repr)).0, repr);
            if !re.is_nan() && !im.is_nan() {
                assert_eq!(read(&scalar, repr), item, "{repr}");
            }
        }
    }

    #[test]
    fn parts_have_the_digits_of_their_own_width() {
        let scalar = number(Number::Complex64);
        assert_eq!(
            printed(&scalar, &read(&scalar, "0.1-1e-10j")),
            ("(0.1-1e-10j)".to_owned(), "[0.1, -1e-10]".to_owned())
        );
        let scalar = number(Number::CLongDouble);
        assert_eq!(printed(&scalar, &read(&scalar, "0.1+1e4000j")).0, "(0.1+1e+4000j)");
        assert_eq!(printed(&scalar, &read(&scalar, "nan-infj")).1, "[\"NaN\", \"-Infinity\"]");
    }

    #[test]
    fn reads_what_python_reads() {
        let scalar = number(Number::Complex128);
        for (text, re, im) in [
            ("1", 1.0, 0.0),
            ("j", 0.0, 1.0),
            ("-J", 0.0, -1.0),
            ("1+j", 1.0, 1.0),
            ("1-j", 1.0, -1.0),
            (" ( 1e-5+1E+5j ) ", 1e-5, 1e5),
            ("-1-2j", -1.0, -2.0),
            ("infinity-infj", f64::INFINITY, f64::NEG_INFINITY),
            ("(3)", 3.0, 0.0),
            ("1_0+2_0j", 10.0, 20.0),
            ("+2j", 0.0, 2.0),
        ] {
            assert_eq!(read(&scalar, text), bytemuck::bytes_of(&Complex::new(re, im)), "{text}");
        }
    }

    #[test]
    fn what_is_no_complex_number_is_refused() {
        let scalar = number(Number::Complex64);
        for (text, reason) in [
            ("", "not a number"),
            ("(1+2j", "not a number"),
            ("1+2", "not a number"),
            ("1 + 2j", "a space"),
            ("1+2i", "not a number"),
            ("1++2j", "not a number"),
            ("1+2j+3j", "not a number"),
            ("1j+2", "not a number"),
            ("1e40j", "out of range"),
            ("()", "not a number"),
            ("jj", "not a number"),
        ] {
            assert!(refused(&scalar, text).contains(reason), "{text}: {}", refused(&scalar, text));
        }
    }
}
