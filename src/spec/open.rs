//! Arrays of which it is not known yet how long they are: those that come through a pipe.

use super::{ArraySpec, Request};
use crate::dtype::Parsed;
use crate::error::Result;
use crate::shape::{MAX_BYTES, Order};

/// What is made of an array may have elements that are so many times as long.
const ROOM: u64 = 256;

/// What is known of an array before its end has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ahead {
    /// Everything.
    Known(ArraySpec),
    /// All but the length of the first axis, which is longer than that of any file there will be; and the bytes of one position
    /// along it.
    Open(ArraySpec, u64),
    /// Too little to begin with.
    Unknown,
}

impl Request {
    /// The array that this describes in a file whose length is not known yet.
    ///
    /// # Errors
    /// Usage, for what no file can be.
    pub fn ahead(&self) -> Result<Ahead> {
        let Parsed { dtype, shape: inner } = self.dtype_or_default();
        super::sized(&dtype)?;
        let dims = self.shape.clone().unwrap_or_else(super::Dims::open).extended(&inner);
        let (order, offset) = (self.order.unwrap_or_default(), self.offset.unwrap_or(0));
        if let Some(shape) = dims.fixed() {
            return Ok(Ahead::Known(ArraySpec { dtype, shape: shape?, order, offset }.checked()?));
        }
        let row = dims.with_open(1)?.nbytes(dtype.itemsize())?;
        let is_first = dims.with_open(2)?.dims().first() == Some(&2) && dims.with_open(3)?.dims().first() == Some(&3);
        if row == 0 || !is_first || order == Order::F {
            return Ok(Ahead::Unknown);
        }
        let most = (MAX_BYTES / ROOM).saturating_sub(offset) / row;
        Ok(Ahead::Open(ArraySpec { dtype, shape: dims.with_open(most)?, order, offset }.checked()?, row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ahead(text: &str) -> Ahead {
        text.parse::<Request>().expect(text).ahead().expect(text)
    }

    #[test]
    fn what_is_known_before_the_end_depends_on_the_open_axis() {
        assert!(matches!(ahead("f4:3,4"), Ahead::Known(spec) if spec.nbytes() == 48));
        assert!(matches!(ahead("f4:3,4:F@8"), Ahead::Known(spec) if spec.order == Order::F && spec.end() == 56));
        for (text, row, most) in [("f4", 4, MAX_BYTES / ROOM / 4), ("f4:-1,3@9", 12, (MAX_BYTES / ROOM - 9) / 12)] {
            let Ahead::Open(spec, found) = ahead(text) else { panic!("{text}") };
            assert_eq!((found, spec.shape.dims()[0]), (row, most), "{text}");
        }
        for text in ["f4:3,-1", "f4:2,-1", "f4:-1,3:F", "f4:-1,0"] {
            assert_eq!(ahead(text), Ahead::Unknown, "{text}");
        }
        "S0".parse::<Request>().expect("a dtype").ahead().expect_err("no bytes");
    }
}
