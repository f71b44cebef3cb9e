//! Unsigned integers of a fixed number of 64-bit limbs: as much arithmetic as exact decimal conversion needs.
//!
//! Callers choose a capacity that their largest value fits; nothing is allocated.

use std::cmp::Ordering;

/// The largest power of ten in one limb is ten to the power of this.
const TENS_IN_LIMB: u32 = 19;

/// An unsigned integer below 2 to the power of 64 N.
#[derive(Clone)]
pub(super) struct Big<const N: usize> {
    /// Least significant first; those from `len` on are 0.
    limbs: [u64; N],
    /// The number of limbs up to the highest that is not 0.
    len: usize,
}

impl<const N: usize> Big<N> {
    pub(super) fn new(value: u64) -> Self {
        let mut limbs = [0; N];
        limbs[0] = value;
        Self { limbs, len: usize::from(value != 0) }
    }

    /// The number of bits up to the highest that is set.
    pub(super) fn bits(&self) -> i32 {
        match self.len {
            0 => 0,
            len => 64 * len as i32 - self.limbs[len - 1].leading_zeros() as i32,
        }
    }

    /// Multiplies by `factor`, then adds `term`.
    pub(super) fn multiply_add(&mut self, factor: u64, term: u64) {
        let mut carry = term;
        for limb in &mut self.limbs[..self.len] {
            let wide = u128::from(*limb) * u128::from(factor) + u128::from(carry);
            (*limb, carry) = (wide as u64, (wide >> 64) as u64);
        }
        if carry > 0 {
            self.limbs[self.len] = carry;
            self.len += 1;
        }
    }

    /// Multiplies by ten to the power of `exponent`.
    pub(super) fn multiply_power_of_ten(&mut self, exponent: u32) {
        for _ in 0..exponent / TENS_IN_LIMB {
            self.multiply_add(10u64.pow(TENS_IN_LIMB), 0);
        }
        self.multiply_add(10u64.pow(exponent % TENS_IN_LIMB), 0);
    }

    /// Multiplies by two to the power of `bits`.
    pub(super) fn shift_left(&mut self, bits: u32) {
        self.multiply_add(1 << (bits % 64), 0);
        let limbs = (bits / 64) as usize;
        if limbs > 0 && self.len > 0 {
            self.limbs.copy_within(..self.len, limbs);
            self.limbs[..limbs].fill(0);
            self.len += limbs;
        }
    }

    /// Adds a number.
    pub(super) fn add(&mut self, other: &Self) {
        let len = self.len.max(other.len);
        let mut carry = false;
        for (limb, &term) in self.limbs[..len].iter_mut().zip(&other.limbs) {
            let (sum, first) = limb.overflowing_add(term);
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            (*limb, carry) = (sum, first || second);
        }
        self.len = len;
        if carry {
            self.limbs[len] = 1;
            self.len += 1;
        }
    }

    /// Subtracts a number that is not larger.
    pub(super) fn subtract(&mut self, other: &Self) {
        let mut borrow = false;
        for (limb, &term) in self.limbs[..self.len].iter_mut().zip(&other.limbs) {
            let (rest, first) = limb.overflowing_sub(term);
            let (rest, second) = rest.overflowing_sub(u64::from(borrow));
            (*limb, borrow) = (rest, first || second);
        }
        debug_assert!(!borrow, "the subtrahend is larger");
        while self.len > 0 && self.limbs[self.len - 1] == 0 {
            self.len -= 1;
        }
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let own = self.limbs[..self.len].iter().rev();
        self.len.cmp(&other.len).then_with(|| own.cmp(other.limbs[..other.len].iter().rev()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn big(value: u128) -> Big<4> {
        let mut big = Big::new((value >> 64) as u64);
        big.shift_left(64);
        big.add(&Big::new(value as u64));
        big
    }

    #[test]
    fn agrees_with_wide_integers() {
        let values = [0, 1, 9, u64::MAX as u128, 1 << 64, (1 << 90) - 1, 12_345_678_901_234_567_890_123];
        for a in values {
            assert_eq!(big(a).bits(), 128 - a.leading_zeros() as i32);
            for b in values {
                let mut sum = big(a);
                sum.add(&big(b));
                assert!(sum.compare(&big(a + b)).is_eq(), "{a} + {b}");
                sum.subtract(&big(b));
                assert!(sum.compare(&big(a)).is_eq(), "{a} + {b} - {b}");
                assert_eq!(big(a).compare(&big(b)), a.cmp(&b));
            }
            let mut scaled = big(a);
            scaled.shift_left(30);
            assert!(scaled.compare(&big(a << 30)).is_eq(), "{a} << 30");
        }
    }

    #[test]
    fn a_power_of_ten_is_many_tens() {
        let (mut at_once, mut stepwise) = (Big::<8>::new(7), Big::<8>::new(7));
        at_once.multiply_power_of_ten(100);
        (0..100).for_each(|_| stepwise.multiply_add(10, 0));
        assert!(at_once.compare(&stepwise).is_eq());
    }
}
