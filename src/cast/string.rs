//! Texts to texts: `S` and `U` of any length, padded with NUL, and cut only where that is asked for.

use std::ops::ControlFlow;

use super::{Overflow, Reason};
use crate::dtype::{DType, Kind};

/// A text type: how many characters of how many bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Width {
    characters: usize,
    unit: usize,
}

impl Width {
    /// That of `S` and `U`.
    pub(super) fn of(dtype: &DType) -> Option<Self> {
        match *dtype.kind() {
            Kind::Bytes(characters) => Some(Self { characters, unit: 1 }),
            Kind::Str(characters) => Some(Self { characters, unit: 4 }),
            _ => None,
        }
    }

    /// Bytes in one text.
    pub(super) fn itemsize(self) -> usize {
        self.characters * self.unit
    }

    /// The characters that one text has room for.
    pub(super) fn characters(self) -> usize {
        self.characters
    }

    /// Writes ASCII text into an item, padded with NUL and cut where it is too long.
    pub(super) fn write(self, text: &[u8], item: &mut [u8]) {
        item.fill(0);
        for (byte, character) in text.iter().zip(item.chunks_exact_mut(self.unit)) {
            match character {
                [single] => *single = *byte,
                wide => wide.copy_from_slice(bytemuck::bytes_of(&u32::from(*byte))),
            }
        }
    }

    /// The text of an item without its padding; `None` where bytes are not ASCII or code points no characters.
    pub(super) fn read(self, item: &[u8]) -> Option<String> {
        let mut text: String = if self.unit == 1 {
            let ascii = item.is_ascii().then(|| item.iter().map(|byte| char::from(*byte)));
            ascii?.collect()
        } else {
            item.as_chunks()
                .0
                .iter()
                .map(|unit| char::from_u32(bytemuck::cast::<[u8; 4], u32>(*unit)))
                .collect::<Option<_>>()?
        };
        text.truncate(text.trim_end_matches('\0').len());
        Some(text)
    }
}

/// A conversion between two text types.
#[derive(Clone, Debug)]
pub(super) struct StringCast {
    from: Width,
    to: Width,
    overflow: Overflow,
}

impl StringCast {
    pub(super) fn new(from: Width, to: Width, overflow: Overflow) -> Self {
        Self { from, to, overflow }
    }

    /// Breaks with the first text that is too long, unless it is to be cut, or that is not ASCII where it must be.
    pub(super) fn apply(&self, src: &[u8], dst: &mut [u8]) -> ControlFlow<(usize, Reason)> {
        if self.from.characters == 0 || self.to.characters == 0 {
            dst.fill(0);
        }
        if self.from.characters == 0 {
            return ControlFlow::Continue(());
        }
        let (from, to) = (self.from.itemsize(), self.to.itemsize());
        for (index, item) in src.chunks_exact(from).enumerate() {
            let out = &mut dst[index * to..][..to];
            if let ControlFlow::Break(reason) = self.convert(item, out) {
                return ControlFlow::Break((index, reason));
            }
        }
        ControlFlow::Continue(())
    }

    fn convert(&self, item: &[u8], out: &mut [u8]) -> ControlFlow<Reason> {
        let kept = self.from.characters.min(self.to.characters);
        let (item, rest) = item.split_at(kept * self.from.unit);
        if self.overflow == Overflow::Error && rest.iter().any(|byte| *byte != 0) {
            return ControlFlow::Break(Reason::TooLong);
        }
        let (out, padding) = out.split_at_mut(kept * self.to.unit);
        padding.fill(0);
        let is_ascii = if self.from.unit == self.to.unit {
            out.copy_from_slice(item);
            true
        } else if self.to.unit == 4 {
            for (byte, out) in item.iter().zip(out.as_chunks_mut::<4>().0) {
                *out = bytemuck::cast(u32::from(*byte));
            }
            item.is_ascii()
        } else {
            let mut all_ascii = true;
            for (character, out) in item.as_chunks::<4>().0.iter().zip(out) {
                let code: u32 = bytemuck::cast(*character);
                all_ascii &= code < 128;
                *out = code as u8;
            }
            all_ascii
        };
        if is_ascii { ControlFlow::Continue(()) } else { ControlFlow::Break(Reason::NotAscii) }
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

    fn wide(text: &str) -> Vec<u8> {
        text.chars().flat_map(|character| bytemuck::cast::<u32, [u8; 4]>(character.into())).collect()
    }

    #[test]
    fn pads_with_nul() {
        assert_eq!(cast("S2", "S4", b"abc\0", Overflow::Error), Ok(b"ab\0\0c\0\0\0".to_vec()));
        assert_eq!(cast("S3", "U4", b"a\0b", Overflow::Error), Ok(wide("a\0b\0")));
        assert_eq!(cast("U2", "S3", &wide("ab"), Overflow::Error), Ok(b"ab\0".to_vec()));
        assert_eq!(cast("S4", "S2", b"ab\0\0", Overflow::Error), Ok(b"ab".to_vec()));
    }

    #[test]
    fn cuts_only_when_told_to() {
        let long = cast("S6", "S3", b"a\0\0\0\0\0abcde\0", Overflow::Error);
        assert_eq!(long, Err("1 'abcde' is too long for bytes24".to_owned()));
        assert_eq!(cast("S6", "S3", b"abcdef", Overflow::Wrap), Ok(b"abc".to_vec()));
        assert_eq!(cast("U3", "U2", &wide("\u{e9}bc"), Overflow::Saturate), Ok(wide("\u{e9}b")));
    }

    #[test]
    fn only_ascii_passes_between_bytes_and_characters() {
        let message = cast("U1", "S1", &wide("\u{e9}"), Overflow::Wrap).unwrap_err();
        assert_eq!(message, "0 \"\u{e9}\" is not ASCII, as bytes8 needs");
        assert!(cast("S1", "U1", b"\xe9", Overflow::Wrap).unwrap_err().contains("is not ASCII"));
    }
}
