//! The table of functions and operators: to add one, add a row here and its kernel.

use super::op::Op;

/// What an operation takes, and in which dtype it is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// In the dtype where the operands meet.
    Any,
    /// The same, but not for bools.
    NotBool,
    /// The same, with bools as `int8`.
    BoolAsInt8,
    /// The same, but not for complex numbers.
    BoolAsInt8Real,
    /// Floats and complex numbers; integers become the smallest float that holds them.
    Float,
    /// The same, but not for complex numbers.
    FloatReal,
    /// Floats and complex numbers; integers become `float64`.
    Divide,
    /// Bools, integers and floats.
    Real,
    /// Bools and integers.
    Bits,
    /// Integers, and bools as `int8`.
    Shift,
    /// Compared exactly; the result is bool.
    Compare,
    /// Truth values of anything; the result is bool.
    Logical,
    /// A test of floats and complex numbers, with the answer for all bools and integers.
    Test { of_integers: bool },
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// One operation on as many operands as it takes.
    Op(Op, Rule),
    /// `power`, which squares and takes roots where the exponent is a literal that says so.
    Power,
    /// `where(condition, a, b)`.
    Where,
    /// `clip(x, low, high)`.
    Clip,
    /// `round(x)` and `round(x, decimals)`.
    Round,
    /// The part of a complex number; of another, itself or 0.
    Real,
    /// See [`Meaning::Real`].
    Imag,
    /// The angle of a complex number; of another, 0 or pi.
    Angle,
    /// What is there already.
    Positive,
}

use Meaning::Op as M;
use Rule as R;

/// NumPy's names with what they mean, and the number of arguments.
pub(super) const FUNCTIONS: &[(&[&str], usize, Meaning)] = &[
    (&["add"], 2, M(Op::Add, R::Any)),
    (&["subtract"], 2, M(Op::Subtract, R::NotBool)),
    (&["multiply"], 2, M(Op::Multiply, R::Any)),
    (&["divide", "true_divide"], 2, M(Op::Divide, R::Divide)),
    (&["floor_divide"], 2, M(Op::FloorDivide, R::BoolAsInt8Real)),
    (&["mod", "remainder"], 2, M(Op::Remainder, R::BoolAsInt8Real)),
    (&["fmod"], 2, M(Op::Fmod, R::BoolAsInt8Real)),
    (&["power", "pow"], 2, Meaning::Power),
    (&["minimum"], 2, M(Op::Minimum, R::Any)),
    (&["maximum"], 2, M(Op::Maximum, R::Any)),
    (&["fmin"], 2, M(Op::Fmin, R::Any)),
    (&["fmax"], 2, M(Op::Fmax, R::Any)),
    (&["arctan2", "atan2"], 2, M(Op::Arctan2, R::FloatReal)),
    (&["hypot"], 2, M(Op::Hypot, R::FloatReal)),
    (&["copysign"], 2, M(Op::Copysign, R::FloatReal)),
    (&["nextafter"], 2, M(Op::Nextafter, R::FloatReal)),
    (&["bitwise_and"], 2, M(Op::And, R::Bits)),
    (&["bitwise_or"], 2, M(Op::Or, R::Bits)),
    (&["bitwise_xor"], 2, M(Op::Xor, R::Bits)),
    (&["left_shift", "bitwise_left_shift"], 2, M(Op::LeftShift, R::Shift)),
    (&["right_shift", "bitwise_right_shift"], 2, M(Op::RightShift, R::Shift)),
    (&["equal"], 2, M(Op::Equal, R::Compare)),
    (&["not_equal"], 2, M(Op::NotEqual, R::Compare)),
    (&["less"], 2, M(Op::Less, R::Compare)),
    (&["less_equal"], 2, M(Op::LessEqual, R::Compare)),
    (&["greater"], 2, M(Op::Greater, R::Compare)),
    (&["greater_equal"], 2, M(Op::GreaterEqual, R::Compare)),
    (&["logical_and"], 2, M(Op::And, R::Logical)),
    (&["logical_or"], 2, M(Op::Or, R::Logical)),
    (&["logical_xor"], 2, M(Op::Xor, R::Logical)),
    (&["logical_not"], 1, M(Op::Invert, R::Logical)),
    (&["invert", "bitwise_not", "bitwise_invert"], 1, M(Op::Invert, R::Bits)),
    (&["negative"], 1, M(Op::Negative, R::NotBool)),
    (&["positive"], 1, Meaning::Positive),
    (&["abs", "absolute"], 1, M(Op::Absolute, R::Any)),
    (&["fabs"], 1, M(Op::Absolute, R::FloatReal)),
    (&["sign"], 1, M(Op::Sign, R::NotBool)),
    (&["conj", "conjugate"], 1, M(Op::Conjugate, R::BoolAsInt8)),
    (&["square"], 1, M(Op::Square, R::BoolAsInt8)),
    (&["floor"], 1, M(Op::Floor, R::Real)),
    (&["ceil"], 1, M(Op::Ceil, R::Real)),
    (&["trunc"], 1, M(Op::Trunc, R::Real)),
    (&["rint"], 1, M(Op::Rint, R::Float)),
    (&["sqrt"], 1, M(Op::Sqrt, R::Float)),
    (&["cbrt"], 1, M(Op::Cbrt, R::FloatReal)),
    (&["exp"], 1, M(Op::Exp, R::Float)),
    (&["exp2"], 1, M(Op::Exp2, R::Float)),
    (&["expm1"], 1, M(Op::Expm1, R::Float)),
    (&["log"], 1, M(Op::Log, R::Float)),
    (&["log2"], 1, M(Op::Log2, R::Float)),
    (&["log10"], 1, M(Op::Log10, R::Float)),
    (&["log1p"], 1, M(Op::Log1p, R::Float)),
    (&["sin"], 1, M(Op::Sin, R::Float)),
    (&["cos"], 1, M(Op::Cos, R::Float)),
    (&["tan"], 1, M(Op::Tan, R::Float)),
    (&["arcsin", "asin"], 1, M(Op::Arcsin, R::Float)),
    (&["arccos", "acos"], 1, M(Op::Arccos, R::Float)),
    (&["arctan", "atan"], 1, M(Op::Arctan, R::Float)),
    (&["sinh"], 1, M(Op::Sinh, R::Float)),
    (&["cosh"], 1, M(Op::Cosh, R::Float)),
    (&["tanh"], 1, M(Op::Tanh, R::Float)),
    (&["arcsinh", "asinh"], 1, M(Op::Arcsinh, R::Float)),
    (&["arccosh", "acosh"], 1, M(Op::Arccosh, R::Float)),
    (&["arctanh", "atanh"], 1, M(Op::Arctanh, R::Float)),
    (&["deg2rad", "radians"], 1, M(Op::Deg2rad, R::FloatReal)),
    (&["rad2deg", "degrees"], 1, M(Op::Rad2deg, R::FloatReal)),
    (&["isnan"], 1, M(Op::IsNan, R::Test { of_integers: false })),
    (&["isinf"], 1, M(Op::IsInf, R::Test { of_integers: false })),
    (&["isfinite"], 1, M(Op::IsFinite, R::Test { of_integers: true })),
    (&["signbit"], 1, M(Op::Signbit, R::FloatReal)),
    (&["where"], 3, Meaning::Where),
    (&["clip"], 3, Meaning::Clip),
    (&["round", "around"], 1, Meaning::Round),
    (&["real"], 1, Meaning::Real),
    (&["imag"], 1, Meaning::Imag),
    (&["angle"], 1, Meaning::Angle),
];

/// What the name means and how many arguments it takes.
pub(super) fn function(name: &str) -> Option<(usize, Meaning)> {
    let row = FUNCTIONS.iter().find(|(names, ..)| names.contains(&name))?;
    Some((row.1, row.2))
}

/// What is written for a method of NumPy's arrays.
pub(super) fn standing_alone(path: &[&str]) -> Option<String> {
    let (&last, owner) = path.split_last()?;
    let owner = if owner == ["np"] || owner == ["numpy"] { "x".to_owned() } else { owner.join(".") };
    match (last, function(last)) {
        ("astype", _) => Some(format!("functions stand alone: float32({owner})")),
        ("sum" | "prod" | "min" | "max" | "mean" | "std" | "var" | "any" | "all" | "argmin" | "argmax", _) => {
            Some(format!("--reduce {last}"))
        }
        (_, Some((arguments, _))) => {
            Some(format!("functions stand alone: {last}({owner}{})", ", …".repeat(arguments.saturating_sub(1))))
        }
        (_, None) => None,
    }
}

/// Every name of a function.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().flat_map(|(names, ..)| names.iter().copied())
}

/// The function that an operator between two operands is.
pub(super) fn infix(symbol: &str) -> Meaning {
    let name = match symbol {
        "+" => "add",
        "-" => "subtract",
        "*" => "multiply",
        "/" => "divide",
        "//" => "floor_divide",
        "%" => "remainder",
        "**" => "power",
        "&" => "bitwise_and",
        "|" => "bitwise_or",
        "^" => "bitwise_xor",
        "<<" => "left_shift",
        ">>" => "right_shift",
        "==" => "equal",
        "!=" => "not_equal",
        "<" => "less",
        "<=" => "less_equal",
        ">" => "greater",
        ">=" => "greater_equal",
        "&&" => "logical_and",
        _ => "logical_or",
    };
    function(name).expect("every operator is a function").1
}

/// The function that an operator before its operand is.
pub(super) fn prefix(symbol: &str) -> Meaning {
    let name = match symbol {
        "-" => "negative",
        "+" => "positive",
        "~" => "invert",
        _ => "logical_not",
    };
    function(name).expect("every operator is a function").1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut all: Vec<_> = names().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn rows_take_what_their_operations_take() {
        for (names, arity, meaning) in FUNCTIONS {
            if let Meaning::Op(op, _) = meaning {
                assert_eq!(op.arity(), *arity, "{names:?}");
            }
        }
    }
}
