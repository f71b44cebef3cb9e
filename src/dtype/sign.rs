//! The sign of a number that is held as a sign and a magnitude; zeros and NaN have one, too.

use std::ops::{Mul, Neg};

/// Plus or minus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Not set, as a bit.
    Plus,
    /// Set.
    Minus,
}

impl Sign {
    /// That of a number, by its bit: of `-0.0` it is minus.
    pub fn of(value: f64) -> Self {
        if value.is_sign_negative() { Self::Minus } else { Self::Plus }
    }

    /// That of the highest bit of the 16 that hold it.
    pub(super) fn of_head(head: u16) -> Self {
        if head >> 15 == 1 { Self::Minus } else { Self::Plus }
    }

    /// The highest bit of 16.
    pub(super) fn head(self) -> u16 {
        match self {
            Self::Plus => 0,
            Self::Minus => 1 << 15,
        }
    }

    /// The number of this sign.
    pub fn signed<T: Neg<Output = T>>(self, magnitude: T) -> T {
        match self {
            Self::Plus => magnitude,
            Self::Minus => -magnitude,
        }
    }
}

impl Neg for Sign {
    type Output = Self;

    fn neg(self) -> Self {
        match self {
            Self::Plus => Self::Minus,
            Self::Minus => Self::Plus,
        }
    }
}

impl Mul for Sign {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        self.signed(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bit_an_opposite_and_a_product() {
        assert_eq!([Sign::of(-0.0), Sign::of(0.0), Sign::of(-f64::NAN.abs())], [Sign::Minus, Sign::Plus, Sign::Minus]);
        for sign in [Sign::Plus, Sign::Minus] {
            assert_eq!(Sign::of_head(sign.head() | 0x7fff), sign);
            assert_eq!(-(-sign), sign);
            assert_eq!(sign * Sign::Minus, -sign);
            assert_eq!(Sign::of(sign.signed(2.0)), sign);
        }
    }
}
