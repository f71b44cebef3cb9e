//! Counts of bytes as people type them: `4096`, `4KiB`, `0x80`.

use std::str::FromStr;

use crate::error::{Error, Result};

/// A count of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

const UNITS: &[(&str, u64)] = &[
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("B", 1),
];

impl FromStr for ByteSize {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let unit = UNITS.iter().find_map(|(unit, bytes)| Some((text.strip_suffix(unit)?, *bytes)));
        let (digits, scale) = match text.strip_prefix("0x") {
            Some(_) => (text, 1),
            None => unit.unwrap_or((text, 1)),
        };
        let wrong = |what: &str| Error::usage(format!("'{text}' {what}")).hint("write it as 4096, 4KiB or 0x1000");
        let count = match digits.strip_prefix("0x") {
            Some(hex) if hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => u64::from_str_radix(hex, 16),
            None if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse(),
            _ => return Err(wrong("is no count of bytes")),
        };
        let bytes = count.map_err(|_| wrong("is no count of bytes that a file can have"))?.checked_mul(scale);
        match bytes {
            Some(bytes) if bytes <= crate::shape::MAX_BYTES => Ok(Self(bytes)),
            _ => Err(wrong("is more bytes than a file can have")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_type() {
        let cases =
            [("4096", 4096), ("4KiB", 4096), ("0x80", 128), ("64MiB", 64 << 20), ("1kB", 1000), ("7B", 7), ("0xB", 11)];
        for (text, bytes) in cases {
            assert_eq!(text.parse::<ByteSize>().expect(text), ByteSize(bytes), "{text}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        for text in ["", "KiB", "-1", "4 KiB", "4kib", "1.5MiB", "0x", "0xg", "9223372036854775808", "9000000000000TiB"]
        {
            assert!(text.parse::<ByteSize>().is_err(), "{text}");
        }
    }
}
