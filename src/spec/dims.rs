//! DIMS as typed: `1000000,500`, with one axis that may be left open as `-1`.

use std::fmt;
use std::str::FromStr;

use super::{Trailing, fit};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::shape::Shape;

/// The lengths of axes, at most one of them open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dims(Vec<Option<u64>>);

impl Dims {
    /// One axis, open.
    pub fn open() -> Self {
        Self(vec![None])
    }

    /// These axes and, behind them, those of a subarray dtype.
    #[must_use]
    pub fn extended(&self, inner: &[u64]) -> Self {
        Self(self.0.iter().copied().chain(inner.iter().copied().map(Some)).collect())
    }

    /// The shape, where no axis is open.
    pub fn fixed(&self) -> Option<Result<Shape>> {
        self.0.iter().copied().collect::<Option<Vec<u64>>>().map(Shape::new)
    }

    /// Whether a shape has these axes; an open one may have any length.
    pub fn allows(&self, shape: &Shape) -> bool {
        let mut pairs = self.0.iter().zip(shape.dims());
        self.0.len() == shape.ndim() && pairs.all(|(dim, len)| dim.is_none_or(|dim| dim == *len))
    }

    /// The shape whose open axis makes it as large as `size` elements.
    ///
    /// # Errors
    /// Usage, where the other axes do not divide the size.
    pub fn of_size(&self, size: u64) -> Result<Shape> {
        let misfit = || Error::usage(format!("cannot reshape array of size {size} into shape {self}"));
        let shape = if let Some(shape) = self.fixed() {
            shape?
        } else {
            let rest = self.with_open(1)?.size();
            let divides = rest != 0 && size.is_multiple_of(rest);
            self.with_open(if divides { size / rest } else { return Err(misfit()) })?
        };
        if shape.size() == size { Ok(shape) } else { Err(misfit()) }
    }

    /// The shape whose open axis takes up the `available` bytes.
    pub(super) fn infer(&self, offset: u64, available: u64, dtype: &DType, trailing: Trailing) -> Result<Shape> {
        let one = self.with_open(1)?.nbytes(dtype.itemsize())?;
        if one == 0 {
            return Err(Error::usage(format!("shape {self}: -1 cannot be inferred beside an axis of length 0")));
        }
        if !available.is_multiple_of(one) && trailing == Trailing::Refuse {
            return Err(fit::indivisible(self, dtype, offset, available, one));
        }
        self.with_open(available / one)
    }

    /// The shape with the open axis given a length.
    pub(super) fn with_open(&self, len: u64) -> Result<Shape> {
        Shape::new(self.0.iter().map(|dim| dim.unwrap_or(len)).collect::<Vec<_>>())
    }
}

impl From<&Shape> for Dims {
    fn from(shape: &Shape) -> Self {
        Self(shape.dims().iter().copied().map(Some).collect())
    }
}

impl fmt::Display for Dims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("()");
        }
        for (axis, len) in self.0.iter().enumerate() {
            let comma = if axis == 0 { "" } else { "," };
            match len {
                Some(len) => write!(f, "{comma}{len}")?,
                None => write!(f, "{comma}-1")?,
            }
        }
        Ok(())
    }
}

impl FromStr for Dims {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong =
            |what: String| Error::usage(format!("shape '{text}': {what}")).hint("write it as 1000,500 or -1,500 or ()");
        let trimmed = text.trim();
        let bare = trimmed.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let inner = bare.unwrap_or(trimmed).trim();
        if inner.is_empty() {
            return if bare.is_some() { Ok(Self(Vec::new())) } else { Err(wrong("it is empty".to_owned())) };
        }
        let inner = inner.strip_suffix(',').unwrap_or(inner);
        let dims =
            inner.split([',', 'x']).map(|word| length(word.trim()).map_err(wrong)).collect::<Result<Vec<_>>>()?;
        if dims.iter().filter(|dim| dim.is_none()).count() > 1 {
            return Err(wrong("only one axis can be -1".to_owned()));
        }
        let dims = Self(dims);
        dims.with_open(0)?;
        Ok(dims)
    }
}

fn length(word: &str) -> Result<Option<u64>, String> {
    if word == "-1" {
        return Ok(None);
    }
    let digits = word.split('_').all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    match word.replace('_', "").parse() {
        Ok(len) if digits => Ok(Some(len)),
        _ if digits => Err(format!("{word} is more than any axis can have")),
        _ if word.starts_with('-') => Err(format!("negative dimensions are not allowed: {word}")),
        _ => Err(format!("'{word}' is no length")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_axis_allows_any_length() {
        let allows = |dims: &str, shape: &[u64]| {
            let dims: Dims = dims.parse().expect(dims);
            dims.allows(&Shape::new(shape).expect("small"))
        };
        assert!(allows("3,-1", &[3, 0]) && allows("-1,0", &[5, 0]) && allows("()", &[]));
        assert!(!allows("3,-1", &[4, 2]) && !allows("-1", &[]) && !allows("-1", &[2, 2]));
    }
}
