//! Powers of complex numbers, with the infinities and NaN of NumPy's.

use num_complex::Complex;

use super::function::{exp, log};
use super::{divide, multiply};

/// NumPy's: small whole exponents by multiplication, all others by logarithm.
pub(in super::super::super) fn power(a: Complex<f64>, b: Complex<f64>) -> Complex<f64> {
    const SMALL: f64 = 100.0;
    let (zero, one) = (Complex::new(0.0, 0.0), Complex::new(1.0, 0.0));
    if b == zero {
        return one;
    }
    if a == zero {
        return if b.re > 0.0 { zero } else { Complex::new(f64::NAN, f64::NAN) };
    }
    if b.im == 0.0 && b.re.fract() == 0.0 && b.re.abs() < SMALL {
        let times =
            |a: Complex<f64>, b: Complex<f64>| Complex::new(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);
        // By 1, which the loop begins with, an infinity would lose its other part to NaN.
        match b.re {
            1.0 => return a,
            2.0 => return times(a, a),
            3.0 => return times(a, times(a, a)),
            _ => {}
        }
        let (mut left, mut base, mut result) = (b.re.abs() as u32, a, one);
        while left > 0 {
            if left & 1 == 1 {
                result = times(result, base);
            }
            base = times(base, base);
            left >>= 1;
        }
        return if b.re < 0.0 { divide(one, result) } else { result };
    }
    exp(multiply_infinities(b, log(a)))
}

/// The product as Annex G of C99 has it, which NumPy's power of complex numbers rests on: infinity times anything but
/// zero is infinite, though both parts come out as NaN.
fn multiply_infinities(a: Complex<f64>, b: Complex<f64>) -> Complex<f64> {
    let product = multiply(a, b);
    if !product.re.is_nan() || !product.im.is_nan() {
        return product;
    }
    let is_infinite = |a: Complex<f64>| a.re.is_infinite() || a.im.is_infinite();
    let boxed = |a: Complex<f64>| {
        let one_or_zero = |part: f64| f64::from(u8::from(part.is_infinite())).copysign(part);
        Complex::new(one_or_zero(a.re), one_or_zero(a.im))
    };
    let numbers = |a: Complex<f64>| {
        let number = |part: f64| if part.is_nan() { 0.0 } else { part };
        Complex::new(number(a.re), number(a.im))
    };
    let overflows = [a.re * b.re, a.im * b.im, a.re * b.im, a.im * b.re].into_iter().any(f64::is_infinite);
    let (a, b) = match (is_infinite(a), is_infinite(b)) {
        (true, true) => (boxed(a), boxed(b)),
        (true, false) => (boxed(a), numbers(b)),
        (false, true) => (numbers(a), boxed(b)),
        (false, false) if overflows => (numbers(a), numbers(b)),
        (false, false) => return product,
    };
    let infinite = |part: f64| f64::INFINITY * part;
    Complex::new(infinite(a.re * b.re - a.im * b.im), infinite(a.re * b.im + a.im * b.re))
}

#[cfg(test)]
mod tests {
    use super::super::tests::z;
    use super::*;

    fn assert_near(found: Complex<f64>, expected: Complex<f64>) {
        let apart = (found - expected).norm();
        assert!(apart <= 1e-14 * expected.norm(), "{found}, not {expected}");
    }

    /// By NumPy 2.4.
    #[test]
    fn powers_are_numpys() {
        assert_eq!(power(z(1.0, 2.0), z(3.0, 0.0)), z(-11.0, -2.0));
        assert_eq!(power(z(1.0, 2.0), z(-2.0, 0.0)), z(-0.12, -0.16));
        assert_near(power(z(1.0, 2.0), z(2.5, 0.0)), z(-6.960_664_459_571_899, 2.729_624_464_784_009));
        assert_eq!(power(z(0.0, 0.0), z(0.0, 0.0)), z(1.0, 0.0));
        assert_eq!(power(z(0.0, 0.0), z(1.0, 0.0)), z(0.0, 0.0));
        assert!(power(z(0.0, 0.0), z(-1.0, 0.0)).re.is_nan());
    }

    /// By NumPy 2.4, but for signs of zeros that hang on the sign of a NaN.
    #[test]
    fn powers_to_and_of_infinities_are_numpys() {
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        let same = |found: f64, expected: f64| found == expected || (found.is_nan() && expected.is_nan());
        for (a, b, expected) in [
            (z(2.0, 0.0), z(-inf, inf), z(0.0, 0.0)),
            (z(-2.0, 0.0), z(-inf, inf), z(0.0, 0.0)),
            (z(0.5, 1.0), z(-inf, nan), z(0.0, 0.0)),
            (z(nan, inf), z(1.0, 0.0), z(nan, inf)),
            (z(inf, 1.0), z(2.0, 0.0), z(inf, inf)),
            (z(nan, inf), z(inf, 0.0), z(inf, nan)),
            (z(nan, inf), z(-0.5, 0.0), z(0.0, 0.0)),
            (z(-inf, nan), z(nan, nan), z(nan, nan)),
            (z(1e200, 1e200), z(1e308, 1e308), z(inf, nan)),
        ] {
            let found = power(a, b);
            assert!(same(found.re, expected.re) && same(found.im, expected.im), "{a} to {b}: {found}, not {expected}");
        }
    }
}
