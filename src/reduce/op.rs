//! The names of reductions, in NumPy's words.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// What becomes of NaN, and of NaT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nans {
    /// One makes the result NaN.
    Propagate,
    /// They are left out.
    Skip,
}

/// A reduction of many elements to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// The sum; `nansum`.
    Sum(Nans),
    /// The product.
    Prod,
    /// The smallest; `nanmin`.
    Min(Nans),
    /// The largest; `nanmax`.
    Max(Nans),
    /// The arithmetic mean; `nanmean`.
    Mean(Nans),
    /// The standard deviation; `nanstd`.
    Std(Nans),
    /// The variance.
    Var,
    /// Whether one is anything but zero.
    Any,
    /// Whether none is zero.
    All,
    /// How many are not zero.
    CountNonzero,
    /// Where the smallest is.
    Argmin,
    /// Where the largest is.
    Argmax,
}

impl Op {
    /// Every reduction with its name.
    pub const ALL: &[(Self, &'static str)] = &[
        (Self::Sum(Nans::Propagate), "sum"),
        (Self::Prod, "prod"),
        (Self::Min(Nans::Propagate), "min"),
        (Self::Max(Nans::Propagate), "max"),
        (Self::Mean(Nans::Propagate), "mean"),
        (Self::Std(Nans::Propagate), "std"),
        (Self::Var, "var"),
        (Self::Any, "any"),
        (Self::All, "all"),
        (Self::CountNonzero, "count_nonzero"),
        (Self::Argmin, "argmin"),
        (Self::Argmax, "argmax"),
        (Self::Sum(Nans::Skip), "nansum"),
        (Self::Min(Nans::Skip), "nanmin"),
        (Self::Max(Nans::Skip), "nanmax"),
        (Self::Mean(Nans::Skip), "nanmean"),
        (Self::Std(Nans::Skip), "nanstd"),
    ];

    /// NumPy's name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(op, _)| *op == self).map_or("", |(_, name)| name)
    }

    /// Whether the result is a position.
    pub fn is_position(self) -> bool {
        matches!(self, Self::Argmin | Self::Argmax)
    }

    /// Whether `ddof` means anything to it.
    pub fn takes_ddof(self) -> bool {
        matches!(self, Self::Std(_) | Self::Var)
    }

    /// Why there is no result without elements, if there is none.
    pub fn refuses_nothing(self) -> Option<String> {
        let no_identity = |ufunc: &str| format!("zero-size array to reduction operation {ufunc} which has no identity");
        match self {
            Self::Min(Nans::Propagate) => Some(no_identity("minimum")),
            Self::Max(Nans::Propagate) => Some(no_identity("maximum")),
            Self::Min(Nans::Skip) => Some(no_identity("fmin")),
            Self::Max(Nans::Skip) => Some(no_identity("fmax")),
            Self::Argmin | Self::Argmax => Some(format!("attempt to get {} of an empty sequence", self.name())),
            _ => None,
        }
    }
}

impl FromStr for Op {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let found = Self::ALL.iter().find(|(_, name)| *name == text);
        found.map(|(op, _)| *op).ok_or_else(|| Error::usage(format!("unknown reduction '{text}'")))
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for (op, name) in Op::ALL {
            assert_eq!((name.parse::<Op>().expect(name), op.name()), (*op, *name));
        }
        assert!("median".parse::<Op>().expect_err("not one").message().contains("'median'"));
    }
}
