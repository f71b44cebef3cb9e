//! The operations of a program: each takes operands of one dtype and has one kernel for it. Knows no names.

use super::promote::part;
use crate::dtype::{Class, Number};

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is the NumPy function of that name")]
pub(super) enum Op {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// Each part of a complex number by the same part of the other.
    MultiplyParts,
    /// As [`Self::MultiplyParts`].
    DivideParts,
    FloorDivide,
    Remainder,
    Fmod,
    Power,
    Minimum,
    Maximum,
    Fmin,
    Fmax,
    Arctan2,
    Hypot,
    Copysign,
    Nextafter,
    And,
    Or,
    Xor,
    LeftShift,
    RightShift,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    /// A comparison of `int64` with `uint64`.
    Mixed(Comparison),
    Negative,
    Absolute,
    Sign,
    Conjugate,
    Square,
    Reciprocal,
    Invert,
    Floor,
    Ceil,
    Trunc,
    Rint,
    Sqrt,
    Cbrt,
    Exp,
    Exp2,
    Expm1,
    Log,
    Log2,
    Log10,
    Log1p,
    Sin,
    Cos,
    Tan,
    Arcsin,
    Arccos,
    Arctan,
    Sinh,
    Cosh,
    Tanh,
    Arcsinh,
    Arccosh,
    Arctanh,
    Deg2rad,
    Rad2deg,
    IsNan,
    IsInf,
    IsFinite,
    Signbit,
    Real,
    Imag,
    Angle,
    /// The second operand where the first, a bool, is true, else the third.
    Where,
    /// The same values in another dtype.
    Cast(Number),
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is the NumPy function of that name")]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Comparison {
    /// The comparison with its sides exchanged.
    pub(super) fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessEqual => Self::GreaterEqual,
            Self::Greater => Self::Less,
            Self::GreaterEqual => Self::LessEqual,
            same => same,
        }
    }

    /// What it says of two values in that order.
    pub(super) fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterEqual => ordering.is_ge(),
        }
    }
}

impl Op {
    /// The comparison that it is, if it is one.
    pub(super) fn comparison(self) -> Option<Comparison> {
        Some(match self {
            Self::Equal => Comparison::Equal,
            Self::NotEqual => Comparison::NotEqual,
            Self::Less => Comparison::Less,
            Self::LessEqual => Comparison::LessEqual,
            Self::Greater => Comparison::Greater,
            Self::GreaterEqual => Comparison::GreaterEqual,
            Self::Mixed(comparison) => comparison,
            _ => return None,
        })
    }

    /// Whether an element may have no result: integers to negative powers.
    pub(super) fn can_fail(self, number: Number) -> bool {
        self == Self::Power && number.class() == Class::Signed
    }

    /// The number of operands.
    pub(super) fn arity(self) -> usize {
        match self {
            Self::Where => 3,
            op if op.comparison().is_some() => 2,
            Self::Add
            | Self::Subtract
            | Self::Multiply
            | Self::Divide
            | Self::MultiplyParts
            | Self::DivideParts
            | Self::FloorDivide
            | Self::Remainder
            | Self::Fmod
            | Self::Power
            | Self::Minimum
            | Self::Maximum
            | Self::Fmin
            | Self::Fmax
            | Self::Arctan2
            | Self::Hypot
            | Self::Copysign
            | Self::Nextafter
            | Self::And
            | Self::Or
            | Self::Xor
            | Self::LeftShift
            | Self::RightShift => 2,
            _ => 1,
        }
    }

    /// The dtype of the `nth` operand of an operation on `number`.
    pub(super) fn operand(self, number: Number, nth: usize) -> Number {
        match self {
            Self::Where if nth == 0 => Number::Bool,
            _ => number,
        }
    }

    /// The dtype of what it makes of operands of `number`; of `where`, that of the second and third.
    pub(super) fn result(self, number: Number) -> Number {
        match self {
            op if op.comparison().is_some() => Number::Bool,
            Self::IsNan | Self::IsInf | Self::IsFinite | Self::Signbit => Number::Bool,
            Self::Absolute | Self::Real | Self::Imag | Self::Angle => part(number),
            Self::Cast(to) => to,
            _ => number,
        }
    }
}
