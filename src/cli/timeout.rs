//! Lengths of time as people type them: `30s`, `500ms`, `2m`.

use std::str::FromStr;
use std::time::Duration;

use crate::error::{Error, Result};

/// How long something may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timeout(pub(super) Duration);

/// In this order: `ms` ends with `s`, too.
const UNITS: &[(&str, f64)] = &[("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];

impl FromStr for Timeout {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let unit = UNITS.iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, *seconds)));
        let wrong = || Error::usage(format!("'{text}' is no length of time above zero")).hint("30s, 500ms, 2m or 1.5h");
        let (digits, seconds) = unit.ok_or_else(wrong)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let count = digits.parse::<f64>().ok().filter(|_| plain).ok_or_else(wrong)?;
        match Duration::try_from_secs_f64(count * seconds) {
            Ok(duration) if !duration.is_zero() => Ok(Self(duration)),
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_type() {
        for (text, millis) in [("30s", 30_000), ("500ms", 500), ("2m", 120_000), ("1.5h", 5_400_000), ("0.25s", 250)] {
            assert_eq!(text.parse::<Timeout>().expect(text), Timeout(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        for text in ["", "s", "30", "0s", "-1s", "1 s", "1e3s", "infs", "nans", "1d", "1.2.3s", "99999999999999999999h"]
        {
            text.parse::<Timeout>().expect_err(text);
        }
    }
}
