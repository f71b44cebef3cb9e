//! The checksum of headers, records and batches: XXH3 of 128 bits, seeded with what must not be mistaken.
//!
//! It finds damage and torn writes; it does not keep out who wants to deceive. What a journal says is never executed
//! and is checked against the command and the array before anything is stored.

use xxhash_rust::xxh3::{Xxh3, xxh3_128_with_seed};

use super::Read;
use crate::error::Result;

/// Bytes that are in memory at a time, where there may be many.
const PIECE: u64 = 1 << 20;

/// 128 bits that two different contents hardly ever share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Checksum(pub u128);

impl Checksum {
    /// Of bytes, and of what they are: the same bytes in another place have another checksum.
    pub fn of(bytes: &[u8], seed: u64) -> Self {
        Self(xxh3_128_with_seed(bytes, seed))
    }

    /// Of `len` bytes that are not in memory together: `read` fills pieces of them, from a byte on.
    ///
    /// # Errors
    /// What `read` fails with.
    pub fn of_pieces(len: u64, seed: u64, read: Read<'_>) -> Result<Self> {
        let mut sum = Xxh3::with_seed(seed);
        let mut piece = vec![0; len.min(PIECE) as usize];
        for start in (0..len).step_by(PIECE as usize) {
            let piece = &mut piece[..(len - start).min(PIECE) as usize];
            read(start, piece)?;
            sum.update(piece);
        }
        Ok(Self(sum.digest128()))
    }
}

/// The checksum of parts, each told from the one behind it by its length.
#[derive(Clone, Default)]
pub struct Checksummer(Xxh3);

impl Checksummer {
    /// Adds a part.
    #[must_use]
    pub fn with(mut self, part: impl AsRef<[u8]>) -> Self {
        let part = part.as_ref();
        self.0.update(&(part.len() as u64).to_le_bytes());
        self.0.update(part);
        self
    }

    /// Adds numbers.
    #[must_use]
    pub fn with_numbers(self, numbers: &[u64]) -> Self {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.with(bytes)
    }

    /// The checksum of all parts.
    pub fn checksum(&self) -> Checksum {
        Checksum(self.0.digest128())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_apart() {
        let of = |parts: &[&str]| parts.iter().fold(Checksummer::default(), Checksummer::with).checksum();
        assert_eq!(of(&["ab", "c"]), of(&["ab", "c"]));
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["ab", "c"]), of(&["abc"]));
        assert_ne!(of(&["", "a"]), of(&["a", ""]));
    }

    #[test]
    fn bytes_in_pieces_have_the_same() {
        for len in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5] {
            let bytes: Vec<u8> = (0..len).map(|byte| (byte * 7 / 3) as u8).collect();
            let read = |at: u64, to: &mut [u8]| {
                to.copy_from_slice(&bytes[at as usize..at as usize + to.len()]);
                Ok(())
            };
            assert_eq!(Checksum::of_pieces(len, 9, &read).expect("memory"), Checksum::of(&bytes, 9), "{len}");
        }
        let broken = |_: u64, _: &mut [u8]| Err(crate::error::Error::corrupt("gone"));
        Checksum::of_pieces(1, 9, &broken).expect_err("it cannot be read");
    }

    #[test]
    fn a_seed_makes_another() {
        assert_ne!(Checksum::of(b"same", 1), Checksum::of(b"same", 2));
        assert_eq!(Checksum::of(b"same", 1), Checksum::of(b"same", 1));
    }
}
