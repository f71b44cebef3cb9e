//! Python's scalars: the literals of an expression and what operators make of them before an array comes in.
//!
//! NumPy calls them weak, for they take the dtype of the array they meet. Among themselves they are computed as Python
//! computes them, in 64-bit floats and in integers of up to 127 bits. Knows no arrays.

use std::cmp::Ordering;

use num_complex::Complex;

use super::exact;
use super::kernel::float::Real;
use super::kernel::math::modulo::{floor_divide, remainder};
use super::op::Comparison;
use crate::dtype::Number;

/// A scalar of Python.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Weak {
    Bool(bool),
    Int(i128),
    Float(f64),
    Complex(Complex<f64>),
}

/// What is wrong with an operation on scalars.
pub(super) type Complaint = String;

impl Weak {
    /// The dtype that NumPy gives it where it meets no array.
    ///
    /// # Errors
    /// An integer of more than 64 bits has none.
    pub(super) fn default_number(self) -> Result<Number, Complaint> {
        match self {
            Self::Bool(_) => Ok(Number::Bool),
            Self::Int(value) if i64::try_from(value).is_ok() => Ok(Number::Int64),
            Self::Int(value) if u64::try_from(value).is_ok() => Ok(Number::UInt64),
            Self::Int(value) => Err(format!("{value} does not fit 64 bits")),
            Self::Float(_) => Ok(Number::Float64),
            Self::Complex(_) => Ok(Number::Complex128),
        }
    }

    pub(super) fn truth(self) -> bool {
        self.complex() != Complex::new(0.0, 0.0)
    }

    pub(super) fn complex(self) -> Complex<f64> {
        match self {
            Self::Complex(value) => value,
            other => Complex::new(other.real(), 0.0),
        }
    }

    /// The real part, as a float.
    pub(super) fn real(self) -> f64 {
        match self {
            Self::Bool(value) => f64::from(u8::from(value)),
            Self::Int(value) => value as f64,
            Self::Float(value) => value,
            Self::Complex(value) => value.re,
        }
    }

    /// As an integer, if it is one or a bool.
    pub(super) fn integer(self) -> Option<i128> {
        match self {
            Self::Bool(value) => Some(value.into()),
            Self::Int(value) => Some(value),
            Self::Float(_) | Self::Complex(_) => None,
        }
    }

    /// `value.real`.
    pub(super) fn real_part(self) -> Self {
        match self {
            Self::Bool(value) => Self::Int(value.into()),
            Self::Complex(value) => Self::Float(value.re),
            other => other,
        }
    }

    /// `value.imag`.
    pub(super) fn imaginary_part(self) -> Self {
        match self {
            Self::Bool(_) | Self::Int(_) => Self::Int(0),
            Self::Float(_) => Self::Float(0.0),
            Self::Complex(value) => Self::Float(value.im),
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Complex(_) => "complex",
        }
    }
}

/// What Python makes of `symbol value`.
///
/// # Errors
/// The operation is not defined for the type, or the result is too large.
pub(super) fn unary(symbol: &str, value: Weak) -> Result<Weak, Complaint> {
    match (symbol, value.integer(), value) {
        ("-", Some(value), _) => value.checked_neg().map(Weak::Int).ok_or_else(too_large),
        ("-", None, Weak::Float(value)) => Ok(Weak::Float(-value)),
        ("-", None, Weak::Complex(value)) => Ok(Weak::Complex(-value)),
        ("+", Some(value), _) => Ok(Weak::Int(value)),
        ("+", None, value) => Ok(value),
        ("~", Some(value), _) => Ok(Weak::Int(!value)),
        (_, _, value) => Err(format!("'{symbol}' is not defined for {}", value.kind())),
    }
}

/// What Python makes of `left symbol right`.
///
/// # Errors
/// The operation is not defined for the types, the result is too large, or the divisor is zero.
pub(super) fn binary(symbol: &str, left: Weak, right: Weak) -> Result<Weak, Complaint> {
    let undefined = || format!("'{symbol}' is not defined for {} and {}", left.kind(), right.kind());
    if let Some(comparison) = comparison(symbol) {
        return compare(comparison, left, right).map(Weak::Bool).ok_or_else(undefined);
    }
    let result = match (left, right) {
        (Weak::Bool(left), Weak::Bool(right)) if matches!(symbol, "&" | "|" | "^") => {
            Some(Weak::Bool(logical(symbol, left, right)))
        }
        (Weak::Complex(_), _) | (_, Weak::Complex(_)) => complex(symbol, left.complex(), right.complex())?,
        _ => match (left.integer(), right.integer()) {
            (Some(left), Some(right)) => Some(integer(symbol, left, right)?),
            _ => float(symbol, left.real(), right.real())?,
        },
    };
    result.ok_or_else(undefined)
}

fn comparison(symbol: &str) -> Option<Comparison> {
    Some(match symbol {
        "==" => Comparison::Equal,
        "!=" => Comparison::NotEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::LessEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterEqual,
        _ => return None,
    })
}

/// `None` where the comparison is not defined: complex numbers have no order.
fn compare(comparison: Comparison, left: Weak, right: Weak) -> Option<bool> {
    let real = order(left.real_part(), right.real_part());
    let ordering = match (left, right) {
        (Weak::Complex(_), _) | (_, Weak::Complex(_)) => {
            if !matches!(comparison, Comparison::Equal | Comparison::NotEqual) {
                return None;
            }
            let imaginary = order(left.imaginary_part(), right.imaginary_part());
            real.zip(imaginary).map(|(real, imaginary)| real.then(imaginary))
        }
        _ => real,
    };
    // What does not compare, as NaN, is unequal.
    Some(ordering.map_or(comparison == Comparison::NotEqual, |ordering| comparison.holds(ordering)))
}

/// How two numbers that are not complex compare, exactly.
fn order(left: Weak, right: Weak) -> Option<Ordering> {
    match (left.integer(), right.integer()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        (Some(left), None) => exact::order(left, right.real()),
        (None, Some(right)) => exact::order(right, left.real()).map(Ordering::reverse),
        (None, None) => left.real().partial_cmp(&right.real()),
    }
}

fn logical(symbol: &str, left: bool, right: bool) -> bool {
    match symbol {
        "&" => left & right,
        "|" => left | right,
        _ => left ^ right,
    }
}

fn too_large() -> Complaint {
    "the integer has more than 127 bits".to_owned()
}

fn by_zero() -> Complaint {
    "division by zero".to_owned()
}

fn integer(symbol: &str, left: i128, right: i128) -> Result<Weak, Complaint> {
    let whole = match symbol {
        "+" => left.checked_add(right),
        "-" => left.checked_sub(right),
        "*" => left.checked_mul(right),
        "/" | "//" | "%" if right == 0 => return Err(by_zero()),
        "/" => return Ok(Weak::Float(exact::quotient(left, right))),
        "//" => left.checked_div(right).map(|whole| whole - i128::from(left % right != 0 && (left < 0) != (right < 0))),
        "%" => {
            left.checked_rem(right).map(|rest| rest + if rest != 0 && (rest < 0) != (right < 0) { right } else { 0 })
        }
        "**" if right < 0 && left == 0 => return Err(by_zero()),
        "**" if right < 0 => return Ok(Weak::Float((left as f64).power(right as f64))),
        "**" if matches!(left, 0 | 1) || right == 0 => Some(if right == 0 { 1 } else { left }),
        "**" if left == -1 => Some(if right % 2 == 0 { 1 } else { -1 }),
        "**" => u32::try_from(right).ok().and_then(|right| left.checked_pow(right)),
        "<<" | ">>" if right < 0 => return Err("negative shift count".to_owned()),
        "<<" if left == 0 => Some(0),
        "<<" => u32::try_from(right).ok().filter(|right| *right < 127).and_then(|right| left.checked_mul(1 << right)),
        ">>" => Some(left >> right.min(127)),
        "&" => Some(left & right),
        "|" => Some(left | right),
        _ => Some(left ^ right),
    };
    whole.map(Weak::Int).ok_or_else(too_large)
}

/// `None` where the operation is not defined for floats.
fn float(symbol: &str, left: f64, right: f64) -> Result<Option<Weak>, Complaint> {
    Ok(Some(Weak::Float(match symbol {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "/" | "//" | "%" if right == 0.0 => return Err(by_zero()),
        "/" => left / right,
        "//" => floor_divide(left % right, left, right),
        "%" => remainder(left % right, right),
        "**" if left == 0.0 && right < 0.0 => return Err(by_zero()),
        "**" if left < 0.0 && left.is_finite() && right.is_finite() && right.fract() != 0.0 => {
            return Ok(Some(Weak::Complex(super::kernel::complex::power::power(
                Complex::new(left, 0.0),
                Complex::new(right, 0.0),
            ))));
        }
        "**" => left.power(right),
        _ => return Ok(None),
    })))
}

fn complex(symbol: &str, left: Complex<f64>, right: Complex<f64>) -> Result<Option<Weak>, Complaint> {
    Ok(Some(Weak::Complex(match symbol {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "/" if right == Complex::new(0.0, 0.0) => return Err(by_zero()),
        "/" => super::kernel::complex::divide(left, right),
        "**" if left == Complex::new(0.0, 0.0) && (right.re < 0.0 || right.im != 0.0) => {
            return Err("zero to a negative or complex power".to_owned());
        }
        "**" => super::kernel::complex::power::power(left, right),
        _ => return Ok(None),
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(symbol: &str, left: i128, right: i128) -> Weak {
        binary(symbol, Weak::Int(left), Weak::Int(right))
            .unwrap_or_else(|error| panic!("{left}{symbol}{right}: {error}"))
    }

    #[test]
    fn integers_are_pythons() {
        for (symbol, left, right, expected) in [
            ("//", 7, -2, -4),
            ("//", -7, 2, -4),
            ("//", 6, -2, -3),
            ("%", -7, 3, 2),
            ("%", 7, -3, -2),
            ("%", 6, -3, 0),
            ("**", 2, 100, 1 << 100),
            ("**", 0, 0, 1),
            ("**", -1, 1 << 100, 1),
            ("<<", 1, 100, 1 << 100),
            (">>", -5, 1, -3),
            (">>", -5, 1000, -1),
            ("&", -1, 6, 6),
            ("^", 5, 6, 3),
        ] {
            assert_eq!(int(symbol, left, right), Weak::Int(expected), "{left}{symbol}{right}");
        }
        assert_eq!(int("/", 1, 2), Weak::Float(0.5));
        assert_eq!(int("**", 2, -1), Weak::Float(0.5));
        assert_eq!(int("<", 1, 2), Weak::Bool(true));
    }

    #[test]
    fn bools_count_as_integers_but_stay_bools_bit_by_bit() {
        let (yes, no) = (Weak::Bool(true), Weak::Bool(false));
        assert_eq!(binary("+", yes, yes), Ok(Weak::Int(2)));
        assert_eq!(binary("^", yes, no), Ok(yes));
        assert_eq!(unary("~", yes), Ok(Weak::Int(-2)));
        assert_eq!(unary("-", yes), Ok(Weak::Int(-1)));
    }

    #[test]
    fn floats_and_complex_numbers_take_over() {
        assert_eq!(binary("//", Weak::Float(-7.5), Weak::Int(2)), Ok(Weak::Float(-4.0)));
        assert_eq!(binary("*", Weak::Int(2), Weak::Complex(Complex::i())), Ok(Weak::Complex(Complex::new(0.0, 2.0))));
        let root = binary("**", Weak::Float(-4.0), Weak::Float(0.5));
        assert!(matches!(root, Ok(Weak::Complex(root)) if (root.im - 2.0).abs() < 1e-15), "{root:?}");
        assert_eq!(binary("==", Weak::Int(1), Weak::Complex(Complex::new(1.0, 0.0))), Ok(Weak::Bool(true)));
        let zero = Complex::new(0.0, 0.0);
        assert_eq!(binary("**", Weak::Complex(zero), Weak::Int(2)), Ok(Weak::Complex(zero)));
        assert_eq!(binary("**", Weak::Int(0), Weak::Complex(zero)), Ok(Weak::Complex(Complex::new(1.0, 0.0))));
    }

    #[test]
    fn integers_beyond_53_bits_are_not_rounded() {
        let two_53 = 1_i128 << 53;
        assert_eq!(int("/", 10_i128.pow(25), 10_i128.pow(19)), Weak::Float(1e6));
        for (symbol, left, right, holds) in [
            ("==", Weak::Int(two_53 + 1), Weak::Float(2_f64.powi(53)), false),
            ("!=", Weak::Float(2_f64.powi(53)), Weak::Int(two_53 + 1), true),
            ("==", Weak::Complex(Complex::new(2_f64.powi(53), 0.0)), Weak::Int(two_53 + 1), false),
            ("==", Weak::Complex(Complex::new(2_f64.powi(53), 1.0)), Weak::Int(two_53), false),
            ("<", Weak::Int((1 << 63) - 1), Weak::Float(2_f64.powi(63)), true),
            (">=", Weak::Float(2_f64.powi(63)), Weak::Int((1 << 63) - 1), true),
            ("<", Weak::Int(1), Weak::Float(f64::NAN), false),
            ("!=", Weak::Int(1), Weak::Float(f64::NAN), true),
            ("==", Weak::Complex(Complex::new(f64::NAN, 0.0)), Weak::Complex(Complex::new(f64::NAN, 0.0)), false),
            ("!=", Weak::Complex(Complex::new(0.0, f64::NAN)), Weak::Int(0), true),
        ] {
            assert_eq!(binary(symbol, left, right), Ok(Weak::Bool(holds)), "{left:?} {symbol} {right:?}");
        }
    }

    #[test]
    fn what_python_refuses_is_refused() {
        for (symbol, left, right) in [
            ("/", Weak::Int(1), Weak::Int(0)),
            ("%", Weak::Float(1.0), Weak::Int(0)),
            ("**", Weak::Int(0), Weak::Int(-1)),
            ("<<", Weak::Int(1), Weak::Int(-1)),
            ("<<", Weak::Int(1), Weak::Int(127)),
            ("*", Weak::Int(i128::MAX), Weak::Int(2)),
            ("//", Weak::Int(i128::MIN), Weak::Int(-1)),
            ("&", Weak::Float(1.0), Weak::Int(1)),
            ("<", Weak::Complex(Complex::i()), Weak::Int(1)),
            ("/", Weak::Int(1), Weak::Complex(Complex::new(0.0, 0.0))),
            ("**", Weak::Int(0), Weak::Complex(Complex::i())),
            ("**", Weak::Float(-0.0), Weak::Complex(Complex::new(0.0, -2.5))),
            ("**", Weak::Int(0), Weak::Complex(Complex::new(1.0, f64::NAN))),
            ("**", Weak::Complex(Complex::new(0.0, 0.0)), Weak::Int(-1)),
        ] {
            assert!(binary(symbol, left, right).is_err(), "{left:?}{symbol}{right:?}");
        }
        assert!(unary("~", Weak::Float(1.0)).is_err());
        assert!(unary("-", Weak::Int(i128::MIN)).is_err());
    }
}
