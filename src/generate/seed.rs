//! `--seed`: from one number to the key of a stream, as `numpy.random.SeedSequence` does for `numpy.random.Philox`.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// A number that random values begin with: `0` to `2**128 - 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(u128);

/// Words of entropy that are mixed with each other.
const POOL: usize = 4;

impl Seed {
    /// What `numpy.random.Philox(seed)` takes as its key.
    pub(super) fn key(self) -> [u64; 2] {
        let pool = self.pool();
        let mut hash = Hash { state: 0x8b51_f9dd, step: 0x58f3_8ded };
        let words = pool.map(|word| u64::from(hash.of(word)));
        [words[0] | words[1] << 32, words[2] | words[3] << 32]
    }

    fn pool(self) -> [u32; POOL] {
        let mut hash = Hash { state: 0x43b0_d7e5, step: 0x931e_8875 };
        // The lowest word goes first; a seed without high words is one with zeros there.
        let mut pool = std::array::from_fn(|word| hash.of((self.0 >> (32 * word)) as u32));
        for from in 0..POOL {
            for to in (0..POOL).filter(|&to| to != from) {
                pool[to] = mixed(pool[to], hash.of(pool[from]));
            }
        }
        pool
    }
}

/// A hash whose multiplier goes on with every word.
struct Hash {
    state: u32,
    step: u32,
}

impl Hash {
    fn of(&mut self, word: u32) -> u32 {
        let word = word ^ self.state;
        self.state = self.state.wrapping_mul(self.step);
        let word = word.wrapping_mul(self.state);
        word ^ word >> 16
    }
}

fn mixed(a: u32, b: u32) -> u32 {
    let word = a.wrapping_mul(0xca01_f9dd).wrapping_sub(b.wrapping_mul(0x4973_f715));
    word ^ word >> 16
}

impl From<u128> for Seed {
    fn from(number: u128) -> Self {
        Self(number)
    }
}

impl FromStr for Seed {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = |_| Error::usage(format!("seed '{text}' is no whole number from 0 to 2**128 - 1"));
        text.parse().map(Self).map_err(wrong)
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `numpy.random.Philox(seed).state["state"]["key"]`
    #[test]
    fn keys_are_those_of_philox() {
        let cases = [
            ("0", [0xdb2c_d7e7_b0f4_78be, 0xabf4_641a_2c71_ba49]),
            ("1", [0x672d_8ee5_6d67_91ff, 0x8ae1_9ca1_4eb1_072c]),
            ("42", [0x9f1e_2e6d_cd54_0ab7, 0xd578_73dc_79fb_94b6]),
            ("4294967296", [0x50ff_846c_ec53_f444, 0x7a49_18db_e827_8562]),
            ("18446744073709551621", [0x3bc5_6ee7_d67e_b732, 0x784f_8ac1_3182_cbed]),
            ("340282366920938463463374607431768211455", [0x8395_1678_30e0_1209, 0x84c0_e37d_cc99_cac3]),
        ];
        for (seed, key) in cases {
            assert_eq!(seed.parse::<Seed>().expect(seed).key(), key, "{seed}");
        }
    }

    #[test]
    fn refuses_what_is_no_seed() {
        for text in ["-1", "1.5", "", "x", "340282366920938463463374607431768211456"] {
            let error = text.parse::<Seed>().expect_err(text).to_string();
            assert!(error.starts_with(&format!("seed '{text}' is no whole number")), "{error}");
        }
        let highest = u128::MAX.to_string();
        assert_eq!(highest.parse::<Seed>().expect("it fits").to_string(), highest);
    }
}
