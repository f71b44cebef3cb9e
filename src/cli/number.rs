//! Numbers in options, each refused in one line with what would have been one. Knows no option but by what its number
//! counts.

use std::num::NonZeroU32;

use crate::error::{Error, Result};

/// The most bins of a histogram that can be asked for: edges and counts of each thread take some 32 MiB then.
const MOST_BINS: u32 = 1 << 20;
/// The most digits behind a point that can be asked for; nobody reads more.
const MOST_DIGITS: u8 = 100;
/// The most threads that can be asked for.
const MOST_THREADS: u16 = 1024;

/// `--histogram`: a number of bins.
pub(super) fn bins(text: &str) -> Result<NonZeroU32> {
    let number = text.parse().ok().filter(|number: &NonZeroU32| number.get() <= MOST_BINS);
    let refused = || format!("'{text}' is no number of bins from 1 to {MOST_BINS}");
    number.ok_or_else(|| Error::usage(refused()).hint("--histogram 10"))
}

/// `--ddof`: what is taken from the number of elements.
pub(super) fn degrees(text: &str) -> Result<f64> {
    let number = text.parse().ok().filter(|degrees: &f64| degrees.is_finite());
    number.ok_or_else(|| Error::usage(format!("'{text}' is no finite number")).hint("--ddof 1"))
}

/// `--axis`: one axis.
pub(super) fn axis(text: &str) -> Result<i64> {
    let refused = || format!("'{text}' is no axis, which is a whole number, of -1 the last");
    text.parse().map_err(|_| Error::usage(refused()).hint("--axis 0, --axis -1 or --axis 0,2"))
}

/// `--precision`: digits behind a point.
pub(super) fn digits(text: &str) -> Result<u8> {
    let number = text.parse().ok().filter(|&digits| digits <= MOST_DIGITS);
    let refused = || format!("'{text}' is no number of digits from 0 to {MOST_DIGITS}");
    number.ok_or_else(|| Error::usage(refused()).hint("--precision 3"))
}

/// `--threads`.
pub(super) fn threads(text: &str) -> Result<u16> {
    let number = text.parse().ok().filter(|number| (1..=MOST_THREADS).contains(number));
    let refused = || format!("'{text}' is no number of threads from 1 to {MOST_THREADS}");
    number.ok_or_else(|| Error::usage(refused()).hint("-j 4"))
}

/// `--skip-rows`: a number of lines.
pub(super) fn lines(text: &str) -> Result<u64> {
    text.parse().map_err(|_| Error::usage(format!("'{text}' is no number of lines")).hint("--skip-rows 1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_to_their_ends() {
        assert_eq!(bins("1048576").map(NonZeroU32::get).ok(), Some(MOST_BINS));
        assert_eq!((threads("1").ok(), threads("1024").ok()), (Some(1), Some(1024)));
        assert_eq!((axis("-1").ok(), lines("0").ok(), degrees("1.5").ok()), (Some(-1), Some(0), Some(1.5)));
    }

    #[test]
    fn what_is_refused_is_told_with_its_range_and_an_example() {
        let told = |error: Error| (error.message().to_owned(), error.hints().to_vec());
        for text in ["0", "-1", "x", "1048577", "1.0", ""] {
            let (message, hints) = told(bins(text).expect_err(text));
            assert_eq!(message, format!("'{text}' is no number of bins from 1 to 1048576"));
            assert_eq!(hints, ["--histogram 10"]);
        }
        for text in ["0", "1025", "many", "-1"] {
            let (message, _) = told(threads(text).expect_err(text));
            assert_eq!(message, format!("'{text}' is no number of threads from 1 to 1024"));
        }
        for text in ["x", "nan", "inf", ""] {
            assert_eq!(told(degrees(text).expect_err(text)).0, format!("'{text}' is no finite number"));
        }
        assert!(told(axis("1.5").expect_err("a fraction")).0.starts_with("'1.5' is no axis"));
        assert_eq!(told(lines("-1").expect_err("negative")).0, "'-1' is no number of lines");
    }
}
