//! What happens to a value that the target type does not hold.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// What to do with a value out of range: NaN or infinity to integer, a finite value that would become infinite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// Stop and name it.
    #[default]
    Error,
    /// Truncate and take modulo 2^n, 0 for NaN and infinities; floats become infinite, texts are cut.
    Wrap,
    /// The nearest finite value, 0 for NaN.
    Saturate,
    /// NaN, for floats and complex numbers only.
    Nan,
}

impl Overflow {
    /// Every choice with its word.
    pub const ALL: &[(Self, &'static str)] =
        &[(Self::Error, "error"), (Self::Wrap, "wrap"), (Self::Saturate, "saturate"), (Self::Nan, "nan")];
}

impl FromStr for Overflow {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let found = Self::ALL.iter().find(|(_, word)| *word == text);
        let unknown = || Error::usage(format!("unknown overflow rule '{text}': error, wrap, saturate or nan"));
        found.map(|(rule, _)| *rule).ok_or_else(unknown)
    }
}

impl fmt::Display for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL[*self as usize].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back() {
        for (rule, word) in Overflow::ALL {
            assert_eq!((word.parse::<Overflow>().unwrap(), &rule.to_string()[..]), (*rule, *word));
        }
        assert!("Error".parse::<Overflow>().unwrap_err().to_string().contains("unknown overflow rule 'Error'"));
    }
}
