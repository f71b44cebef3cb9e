//! The four ways to open an array file, by `NumPy`'s names. The mode alone decides how a file is opened.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// How a file is opened, as in `numpy.memmap`.
///
/// `NumPy`'s `r+` grows a file that is too short and its `w+` empties one that is there; here no mode does either.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// `r`: an existing file, only read.
    #[default]
    Read,
    /// `r+`: an existing file, read and edited in place; its length stays.
    ReadWrite,
    /// `w+`: a file that this program has just made.
    Create,
    /// `c`: an existing file, only read; edits live elsewhere and never reach it.
    CopyOnWrite,
}

impl Mode {
    /// Whether stores reach the file.
    pub fn stores(self) -> bool {
        matches!(self, Self::ReadWrite | Self::Create)
    }
}

impl FromStr for Mode {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "r" | "readonly" => Ok(Self::Read),
            "r+" | "readwrite" => Ok(Self::ReadWrite),
            "w+" | "write" => Ok(Self::Create),
            "c" | "copyonwrite" => Ok(Self::CopyOnWrite),
            _ => Err(Error::usage(format!(
                "mode must be one of r, c, r+, w+, readonly, copyonwrite, readwrite, write (got '{text}')"
            ))),
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "r",
            Self::ReadWrite => "r+",
            Self::Create => "w+",
            Self::CopyOnWrite => "c",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_both_names_of_each() {
        for (short, long) in [("r", "readonly"), ("r+", "readwrite"), ("w+", "write"), ("c", "copyonwrite")] {
            let mode: Mode = short.parse().expect("short name");
            assert_eq!(mode, long.parse().expect("long name"));
            assert_eq!(mode.to_string(), short);
        }
    }

    #[test]
    fn refuses_what_numpy_refuses() {
        for text in ["", "w", "a", "x", "rb", "R"] {
            assert!(text.parse::<Mode>().is_err(), "{text}");
        }
    }
}
