//! Numbers and times to and from texts, through the one reader and writer of elements.
//!
//! What a text says is a matter of `scalar` alone; here are only characters, padding and blocks.

use std::ops::ControlFlow;

use super::string::Width;
use super::{Overflow, Reason};
use crate::dtype::DType;
use crate::scalar::Scalar;

/// Elements to texts.
#[derive(Clone, Debug)]
pub(super) struct Print {
    scalar: Scalar,
    to: Width,
    overflow: Overflow,
}

impl Print {
    pub(super) fn new(from: &DType, to: Width, overflow: Overflow) -> Self {
        Self { scalar: Scalar::of(from), to, overflow }
    }

    /// Breaks with the first element whose text is too long, unless it is to be cut.
    pub(super) fn apply(&self, src: &[u8], dst: &mut [u8]) -> ControlFlow<(usize, Reason)> {
        let mut text = Vec::new();
        let size = self.to.itemsize();
        for (index, item) in src.chunks_exact(self.scalar.itemsize()).enumerate() {
            text.clear();
            self.scalar.print(item, &mut text);
            if text.len() > self.to.characters() && self.overflow == Overflow::Error {
                return ControlFlow::Break((index, Reason::TooLong));
            }
            self.to.write(&text, &mut dst[index * size..][..size]);
        }
        ControlFlow::Continue(())
    }
}

/// Texts to elements.
#[derive(Clone, Debug)]
pub(super) struct Parse {
    from: Width,
    scalar: Scalar,
}

impl Parse {
    pub(super) fn new(from: Width, to: &DType) -> Self {
        Self { from, scalar: Scalar::of(to) }
    }

    /// Breaks with the first text that is no such element or does not fit it, whatever is done on overflow.
    pub(super) fn apply(&self, src: &[u8], dst: &mut [u8]) -> ControlFlow<(usize, Reason)> {
        let size = self.from.itemsize();
        for (index, out) in dst.chunks_exact_mut(self.scalar.itemsize()).enumerate() {
            let text = self.from.read(&src[index * size..][..size]);
            if text.is_none_or(|text| self.scalar.parse(&text, out).is_err()) {
                return ControlFlow::Break((index, Reason::Unreadable));
            }
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Cast;
    use super::*;

    fn cast(from: &str, to: &str, bytes: &[u8], overflow: Overflow) -> Result<Vec<u8>, String> {
        let dtype = |text: &str| crate::dtype::parse(text).unwrap().dtype;
        let (from, to) = (dtype(from), dtype(to));
        let mut out = vec![1; bytes.len() / from.itemsize() * to.itemsize()];
        let cast = Cast::new(&from, &to, overflow).unwrap();
        cast.apply(bytes, &mut out).map_err(|misfit| format!("{} {misfit}", misfit.item))?;
        Ok(out)
    }

    #[test]
    fn numbers_are_written_and_padded() {
        assert_eq!(cast("i1", "S4", &[5, 0x80], Overflow::Error), Ok(b"5\0\0\0-128".to_vec()));
        assert_eq!(cast("?", "S5", &[0], Overflow::Error), Ok(b"False".to_vec()));
        let wide: Vec<u8> = [u32::from(b'5'), 0].into_iter().flat_map(bytemuck::cast::<u32, [u8; 4]>).collect();
        assert_eq!(cast("i1", "U2", &[5], Overflow::Error), Ok(wide));
    }

    #[test]
    fn a_number_with_too_many_digits_is_cut_only_when_told_to() {
        assert_eq!(cast("i1", "S2", &[5, 100], Overflow::Error), Err("1 100 is too long for bytes16".to_owned()));
        assert_eq!(cast("i1", "S2", &[100], Overflow::Wrap), Ok(b"10".to_vec()));
    }

    #[test]
    fn texts_are_read() {
        assert_eq!(cast("S4", "i1", b"12\0\0-128", Overflow::Error), Ok(vec![12, 0x80]));
        let half: [u8; 8] = bytemuck::cast(0.5);
        assert_eq!(cast("S3", "f8", b"0.5", Overflow::Error), Ok(half.to_vec()));
        let wide: Vec<u8> = "77".chars().flat_map(|digit| bytemuck::cast::<u32, [u8; 4]>(digit.into())).collect();
        assert_eq!(cast("U2", "u1", &wide, Overflow::Error), Ok(vec![77]));
    }

    #[test]
    fn what_is_no_such_number_is_named() {
        assert_eq!(cast("S3", "u1", b"12\0abc", Overflow::Wrap), Err("1 'abc' cannot be read as uint8".to_owned()));
        assert!(cast("S3", "u1", b"300", Overflow::Wrap).is_err());
        assert!(cast("S1", "u1", b"\xff", Overflow::Wrap).is_err());
    }
}
