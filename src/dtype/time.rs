//! The steps in which `datetime64` and `timedelta64` count.

use std::fmt;
use std::str::FromStr;

use super::word::{decimal, shown};
use crate::error::{Error, Result};

/// A step of time: so many of a unit, as in `M8[25s]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeStep {
    /// The unit.
    pub unit: TimeUnit,
    /// How many of it make one step; at least 1.
    pub count: u32,
}

/// NumPy's units of time, longest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each is the unit of that name")]
pub enum TimeUnit {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    Nanosecond,
    Picosecond,
    Femtosecond,
    Attosecond,
    /// No unit: such values can be stored and compared but not written as dates.
    Generic,
}

impl TimeUnit {
    /// Every unit with its symbol, longest first.
    pub const ALL: &[(Self, &'static str)] = &[
        (Self::Year, "Y"),
        (Self::Month, "M"),
        (Self::Week, "W"),
        (Self::Day, "D"),
        (Self::Hour, "h"),
        (Self::Minute, "m"),
        (Self::Second, "s"),
        (Self::Millisecond, "ms"),
        (Self::Microsecond, "us"),
        (Self::Nanosecond, "ns"),
        (Self::Picosecond, "ps"),
        (Self::Femtosecond, "fs"),
        (Self::Attosecond, "as"),
        (Self::Generic, "generic"),
    ];

    /// NumPy's symbol for the unit.
    pub fn symbol(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The shorter units of which so many make one of this unit, as NumPy tries them for a divisor: `s/2` is 500 ms.
    ///
    /// NumPy reads beyond its table where no unit fits a week, and gives `0Y`; here that is an error.
    /// Months and years are those of NumPy's table: a year of 52 weeks or 365 days, a month of 4 weeks or 30 days.
    fn divisions(self) -> &'static [(u32, Self)] {
        match self {
            Self::Year => &[(12, Self::Month), (52, Self::Week), (365, Self::Day)],
            Self::Month => &[(4, Self::Week), (30, Self::Day), (720, Self::Hour)],
            Self::Week => &[(7, Self::Day), (168, Self::Hour), (10_080, Self::Minute)],
            Self::Day => &[(24, Self::Hour), (1440, Self::Minute), (86_400, Self::Second)],
            Self::Hour => &[(60, Self::Minute), (3600, Self::Second)],
            Self::Minute => &[(60, Self::Second), (60_000, Self::Millisecond)],
            Self::Second => &[(1000, Self::Millisecond), (1_000_000, Self::Microsecond)],
            Self::Millisecond => &[(1000, Self::Microsecond), (1_000_000, Self::Nanosecond)],
            Self::Microsecond => &[(1000, Self::Nanosecond), (1_000_000, Self::Picosecond)],
            Self::Nanosecond => &[(1000, Self::Picosecond), (1_000_000, Self::Femtosecond)],
            Self::Picosecond => &[(1000, Self::Femtosecond), (1_000_000, Self::Attosecond)],
            Self::Femtosecond => &[(1000, Self::Attosecond)],
            Self::Attosecond | Self::Generic => &[],
        }
    }
}

impl FromStr for TimeUnit {
    type Err = Error;

    /// The unit of that symbol; `μs` (with the Greek letter, as in NumPy) is `us`.
    fn from_str(text: &str) -> Result<Self> {
        let symbol = if text == "μs" { "us" } else { text };
        let unit = Self::ALL.iter().find(|(_, known)| *known == symbol);
        unit.map(|(unit, _)| *unit).ok_or_else(|| {
            Error::usage(format!("'{}' is no unit of time", shown(text)))
                .hint("units are Y M W D h m s ms us ns ps fs as and generic, as in M8[ns] or m8[25s]")
        })
    }
}

impl TimeStep {
    /// No unit: what `M8` means without brackets.
    pub const GENERIC: Self = Self { unit: TimeUnit::Generic, count: 1 };

    /// A `divisor`-th of this step, in the first shorter unit in which it is a whole number, as NumPy counts it.
    fn divided(self, divisor: u64) -> Option<Self> {
        if divisor == 1 {
            return Some(self);
        }
        let whole = |&&(parts, _): &&(u32, TimeUnit)| u64::from(parts).checked_rem(divisor) == Some(0);
        let &(parts, unit) = self.unit.divisions().iter().find(whole)?;
        let count = self.count.checked_mul((u64::from(parts) / divisor) as u32).filter(|&count| count <= MAX_COUNT)?;
        Some(Self { unit, count })
    }
}

/// NumPy keeps the count of a step in a C int.
const MAX_COUNT: u32 = i32::MAX as u32;

/// What stands in the brackets: `ns`, `25s`, `generic`.
impl fmt::Display for TimeStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count != 1 {
            write!(f, "{}", self.count)?;
        }
        f.write_str(self.unit.symbol())
    }
}

/// Reads what stands in the brackets: `ns`, `25s`, `s/2`, `generic`, whose count means nothing and is dropped.
///
/// # Errors
/// Usage: an unknown unit, a count below 1 or above 2147483647 (NumPy takes `0s`, which counts nothing), a divisor
/// that no shorter unit fits.
impl FromStr for TimeStep {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (step, divisor) = text.split_once('/').map_or((text, None), |(step, divisor)| (step, Some(divisor)));
        let unit_at = step.find(|c: char| !c.is_ascii_digit()).unwrap_or(step.len());
        let (digits, symbol) = step.split_at(unit_at);
        let unit: TimeUnit = symbol.parse()?;
        let count = if digits.is_empty() { Some(1) } else { decimal(digits) };
        let count = count.filter(|count| (1..=u64::from(MAX_COUNT)).contains(count)).ok_or_else(|| {
            Error::usage(format!("the count '{}' of a time step must be from 1 to {MAX_COUNT}", shown(digits)))
        })?;
        let step = match unit {
            TimeUnit::Generic => Self::GENERIC,
            unit => Self { unit, count: count as u32 },
        };
        let Some(divisor) = divisor else { return Ok(step) };
        decimal(divisor).filter(|_| unit != TimeUnit::Generic).and_then(|divisor| step.divided(divisor)).ok_or_else(
            || Error::usage(format!("'{step}' divided by '{}' is no whole number of a shorter unit", shown(divisor))),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divides_as_numpy_does() {
        for (text, expected) in [
            ("s/2", "500ms"),
            ("3s/2", "1500ms"),
            ("ns/10", "100ps"),
            ("Y/2", "6M"),
            ("Y/5", "73D"),
            ("Y/12", "M"),
            ("7Y/13", "28W"),
            ("Y/52", "W"),
            ("Y/365", "D"),
            ("M/3", "10D"),
            ("W/7", "D"),
            ("D/25", "3456s"),
            ("h/60", "m"),
            ("s/1000000", "us"),
            ("s/2000", "500us"),
            ("10s/10", "1000ms"),
            ("s/1", "s"),
            ("as/1", "as"),
            ("fs/1000", "as"),
        ] {
            assert_eq!(text.parse::<TimeStep>().expect(text).to_string(), expected, "{text}");
        }
    }

    #[test]
    fn counts_units_and_reads_the_greek_letter() {
        for (text, unit, count) in [
            ("25s", TimeUnit::Second, 25),
            ("μs", TimeUnit::Microsecond, 1),
            ("1M", TimeUnit::Month, 1),
            ("2147483647m", TimeUnit::Minute, 2_147_483_647),
            ("2generic", TimeUnit::Generic, 1),
        ] {
            assert_eq!(text.parse::<TimeStep>().expect(text), TimeStep { unit, count }, "{text}");
        }
    }

    #[test]
    fn refuses_other_steps() {
        for text in [
            "",
            "q",
            "B",
            "S",
            "-1s",
            "+1s",
            " 10s ",
            "1.5s",
            "0s",
            "00s",
            "01s",
            "2147483648s",
            "s/",
            "s/0",
            "s/-1",
            "s/02",
            "/2",
            "s/2/2",
            "as/2",
            "s/3",
            "7s/7",
            "m/90",
            "W/25",
            "Y/53",
            "generic/2",
            "2147483647Y/2",
            "µs",
        ] {
            assert!(text.parse::<TimeStep>().is_err(), "{text}");
        }
        assert!("q".parse::<TimeStep>().is_err_and(|error| error.hints()[0].contains("M8[ns]")));
    }
}
