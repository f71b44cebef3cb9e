//! Shape and memory order: the only place that multiplies sizes, always checked.
//!
//! Limits are those of files and of NumPy: at most 64 dimensions, and no more bytes than a signed 64-bit file offset
//! can address.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// NumPy's limit on the number of dimensions.
pub const MAX_NDIM: usize = 64;

/// The largest size of a file, in bytes.
pub const MAX_BYTES: u64 = i64::MAX as u64;

/// The lengths of an array's axes, slowest first; empty for a 0-d array, which has one element.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Shape(Vec<u64>);

/// Which axis of an array is contiguous in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// The last axis varies fastest, as in C.
    #[default]
    C,
    /// The first axis varies fastest, as in Fortran.
    F,
}

impl Shape {
    /// A shape of at most [`MAX_NDIM`] axes whose number of elements fits [`MAX_BYTES`].
    pub fn new(dims: impl Into<Vec<u64>>) -> Result<Self> {
        let dims = dims.into();
        if dims.len() > MAX_NDIM {
            return Err(Error::usage(format!(
                "{} dimensions are more than the {MAX_NDIM} that an array can have",
                dims.len()
            )));
        }
        let shape = Self(dims);
        match shape.nbytes(1) {
            Ok(_) => Ok(shape),
            Err(_) => Err(Error::usage(format!("shape {shape} has more elements than any file (2^63 - 1 bytes)"))),
        }
    }

    /// The lengths of the axes.
    pub fn dims(&self) -> &[u64] {
        &self.0
    }

    /// The number of axes.
    pub fn ndim(&self) -> usize {
        self.0.len()
    }

    /// The number of elements: 1 for 0-d, 0 where any axis is empty.
    pub fn size(&self) -> u64 {
        if self.0.contains(&0) { 0 } else { self.0.iter().product() }
    }

    /// The number of bytes for elements of `itemsize` bytes.
    ///
    /// # Errors
    /// Usage, naming the shape, where it exceeds what a file can hold. As in NumPy the lengths other than zero must
    /// multiply without overflow, even in an array without elements.
    pub fn nbytes(&self, itemsize: usize) -> Result<u64> {
        let full = self
            .0
            .iter()
            .filter(|&&len| len != 0)
            .try_fold(itemsize.max(1) as u64, |bytes, &len| bytes.checked_mul(len));
        match full {
            Some(bytes) if bytes <= MAX_BYTES => Ok(if self.0.contains(&0) || itemsize == 0 { 0 } else { bytes }),
            _ => Err(Error::usage(format!(
                "shape {self} of {itemsize}-byte elements is larger than any file (2^63 - 1 bytes)"
            ))),
        }
    }

    /// Byte strides of the array laid out in `order`, one for each axis.
    ///
    /// The shape must have passed [`Shape::nbytes`] for this item size.
    pub fn strides(&self, itemsize: usize, order: Order) -> Vec<i64> {
        let mut strides = vec![0; self.ndim()];
        let mut stride = itemsize as i64;
        let mut lay = |axis: usize| {
            strides[axis] = stride;
            stride = stride.saturating_mul(self.0[axis].max(1) as i64);
        };
        match order {
            Order::C => (0..self.ndim()).rev().for_each(&mut lay),
            Order::F => (0..self.ndim()).for_each(&mut lay),
        }
        strides
    }

    /// The same elements with the axes in reverse.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self(self.0.iter().rev().copied().collect())
    }

    /// This shape with `more` axes behind its own.
    pub fn extended(&self, more: &[u64]) -> Result<Self> {
        Self::new([self.dims(), more].concat())
    }

    /// The position of each axis for the `rank`-th element in C order.
    ///
    /// `rank` must be below [`Shape::size`].
    pub fn position(&self, mut rank: u64) -> Vec<u64> {
        let mut position = vec![0; self.ndim()];
        for (axis, &len) in self.0.iter().enumerate().rev() {
            position[axis] = rank % len;
            rank /= len;
        }
        position
    }
}

impl AsRef<[u64]> for Shape {
    fn as_ref(&self) -> &[u64] {
        &self.0
    }
}

/// The form that `--shape` accepts: `1000000,500`, `3`, `()`.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("()");
        }
        for (axis, len) in self.0.iter().enumerate() {
            write!(f, "{}{len}", if axis == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::C => "C",
            Self::F => "F",
        })
    }
}

impl FromStr for Order {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "C" | "c" => Ok(Self::C),
            "F" | "f" => Ok(Self::F),
            _ => Err(Error::usage(format!("order must be C or F, not '{text}'"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(dims: &[u64]) -> Shape {
        Shape::new(dims).expect("a small shape")
    }

    #[test]
    fn counts_elements() {
        assert_eq!(shape(&[]).size(), 1);
        assert_eq!(shape(&[3, 0, 5]).size(), 0);
        assert_eq!(shape(&[3, 4]).nbytes(8).expect("96"), 96);
    }

    #[test]
    fn refuses_what_no_file_can_hold() {
        assert!(Shape::new([1 << 40, 1 << 40]).is_err());
        assert!(Shape::new([0, 1 << 40, 1 << 40]).is_err());
        assert!(Shape::new([u64::MAX]).is_err());
        assert!(shape(&[1 << 62]).nbytes(8).is_err());
        assert!(Shape::new(vec![1; 65]).is_err());
        assert!(Shape::new(vec![1; 64]).is_ok());
    }

    #[test]
    fn strides_follow_the_order() {
        assert_eq!(shape(&[2, 3, 4]).strides(8, Order::C), [96, 32, 8]);
        assert_eq!(shape(&[2, 3, 4]).strides(8, Order::F), [8, 16, 48]);
        assert_eq!(shape(&[2, 0, 4]).strides(8, Order::C), [32, 32, 8]);
    }

    #[test]
    fn finds_positions() {
        assert_eq!(shape(&[2, 3]).position(5), [1, 2]);
        assert_eq!(shape(&[]).position(0), [] as [u64; 0]);
    }

    #[test]
    fn prints_what_the_option_accepts() {
        assert_eq!(shape(&[1_000_000, 500]).to_string(), "1000000,500");
        assert_eq!(shape(&[7]).to_string(), "7");
        assert_eq!(shape(&[]).to_string(), "()");
    }
}
