//! Philox4x64-10: random bits of any place in a stream, found from the place alone.
//!
//! The stream is that of `numpy.random.Philox`: blocks of four 64-bit words, of which smaller draws are taken from the
//! low end. Read as little-endian bytes it is therefore one sequence of draws of any width. What the bits are made
//! into is not known here.
//!
//! J. Salmon and others, Parallel random numbers: as easy as 1, 2, 3. SC 2011.

use std::ops::Range;

/// Bytes in a block.
const BLOCK: usize = 32;
const ROUNDS: usize = 10;
const MULTIPLIERS: [u64; 2] = [0xD2E7_470E_E14C_6C93, 0xCA5A_8263_9512_1157];
/// The golden ratio and the square root of 3, less 1.
const WEYL: [u64; 2] = [0x9E37_79B9_7F4A_7C15, 0xBB67_AE85_84CA_A73B];

/// The stream of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Philox {
    key: [u64; 2],
}

/// An unsigned number drawn from the stream.
pub(super) trait Draw: bytemuck::Pod + Into<u64> {
    /// The value whose little-endian bytes these are in memory.
    #[must_use]
    fn native(self) -> Self;
}

impl Draw for u8 {
    fn native(self) -> Self {
        self
    }
}

impl Draw for u16 {
    fn native(self) -> Self {
        Self::from_le(self)
    }
}

impl Draw for u32 {
    fn native(self) -> Self {
        Self::from_le(self)
    }
}

impl Draw for u64 {
    fn native(self) -> Self {
        Self::from_le(self)
    }
}

impl Philox {
    pub(super) fn new(key: [u64; 2]) -> Self {
        Self { key }
    }

    /// Calls `each` with the draws of this width in the range, a block's or fewer at a time, and the first one's place.
    #[inline]
    pub(super) fn draws<D: Draw>(&self, places: Range<u64>, mut each: impl FnMut(u64, &[D])) {
        let per_block = (BLOCK / size_of::<D>()) as u64;
        let mut place = places.start;
        while place < places.end {
            let mut block = self.in_stream(place / per_block).map(u64::to_le);
            let draws: &mut [D] = bytemuck::cast_slice_mut(&mut block);
            for draw in draws.iter_mut() {
                *draw = draw.native();
            }
            let (skipped, left) = (place % per_block, places.end - place);
            if skipped == 0 && left >= per_block {
                // By itself, so that the compiler knows how many there are.
                each(place, draws);
                place += per_block;
            } else {
                let draws = &draws[skipped as usize..(skipped + left).min(per_block) as usize];
                each(place, draws);
                place += draws.len() as u64;
            }
        }
    }

    /// Words without end that belong to this place alone and are not in the stream.
    ///
    /// Their counters have a third word, which those of a stream of any length that is ever drawn have not.
    pub(super) fn aside(&self, place: u64) -> impl Iterator<Item = u64> {
        let philox = *self;
        (0..).flat_map(move |turn| philox.block([place, turn, 1, 0]))
    }

    /// NumPy steps its counter before it makes a block.
    fn in_stream(&self, block: u64) -> [u64; 4] {
        self.block([block + 1, 0, 0, 0])
    }

    #[inline]
    fn block(&self, counter: [u64; 4]) -> [u64; 4] {
        let ([mut a, mut b, mut c, mut d], [mut k, mut l]) = (counter, self.key);
        for _ in 0..ROUNDS {
            let (high, low) = wide_product(MULTIPLIERS[0], a);
            let (high_c, low_c) = wide_product(MULTIPLIERS[1], c);
            (a, b, c, d) = (high_c ^ b ^ k, low_c, high ^ d ^ l, low);
            (k, l) = (k.wrapping_add(WEYL[0]), l.wrapping_add(WEYL[1]));
        }
        [a, b, c, d]
    }
}

/// The high and the low word of a product.
fn wide_product(a: u64, b: u64) -> (u64, u64) {
    let product = u128::from(a) * u128::from(b);
    ((product >> 64) as u64, product as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn<D: Draw>(places: Range<u64>) -> Vec<u64> {
        let mut drawn = Vec::new();
        Philox::new([1, 2]).draws::<D>(places, |_, draws| drawn.extend(draws.iter().map(|&draw| draw.into())));
        drawn
    }

    /// The authors' own vectors, from `kat_vectors` of Random123.
    #[test]
    fn blocks_are_those_of_the_authors() {
        let zero = Philox::new([0, 0]).block([0; 4]);
        let one = Philox::new([u64::MAX; 2]).block([u64::MAX; 4]);
        assert_eq!(zero, [0x1655_4d9e_ca36_314c, 0xdb20_fe9d_672d_0fdc, 0xd7e7_72ce_e186_176b, 0x7e68_b68a_ec7b_a23b]);
        assert_eq!(one, [0x87b0_92c3_013f_e90b, 0x438c_3c67_be8d_0224, 0x9cc7_d7c6_9cd7_77b6, 0xa09c_aebf_594f_0ba0]);
    }

    #[test]
    fn a_draw_is_known_from_its_place() {
        let whole = drawn::<u16>(0..40);
        assert_eq!(drawn::<u16>(13..35), whole[13..35]);
        assert!(drawn::<u16>(7..7).is_empty());
        let words = drawn::<u64>(0..10);
        for (place, &draw) in whole.iter().enumerate() {
            assert_eq!(draw, words[place / 4] >> (place % 4 * 16) & 0xffff, "{place}");
        }
    }

    #[test]
    fn words_aside_differ_from_place_to_place() {
        let philox = Philox::new([1, 2]);
        let mut words: Vec<u64> =
            (0..8).flat_map(|place| philox.aside(place).take(8)).chain(drawn::<u64>(0..64)).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), 128);
    }
}
