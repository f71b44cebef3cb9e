//! Options whose value is one of a few words: completions know them, and a wrong one is told which there are.

use std::str::FromStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::error::Error;

/// The words of `--format`.
pub(super) const FORMATS: &[&str] = &["tsv", "csv", "text", "json", "ndjson", "table", "npy", "raw", "hex", "arrow"];
/// The words of `--mode`.
pub(super) const MODES: &[&str] = &["r", "r+", "w+", "c", "readonly", "readwrite", "write", "copyonwrite"];
/// The words of `--order` and `--to-order`, upper case first.
pub(super) const ORDERS: &[&str] = &["C|c", "F|f"];
/// The words of `--byteorder`, with NumPy's signs.
pub(super) const BYTE_ORDERS: &[&str] = &["little|<", "big|>", "native|="];
/// The words of `--io`.
pub(super) const IOS: &[&str] = &["auto", "mmap", "pread"];
/// The words of `--cache`.
pub(super) const CACHES: &[&str] = &["keep", "drop"];
/// The words of `--overflow`.
pub(super) const OVERFLOWS: &[&str] = &["error", "wrap", "saturate", "nan"];
/// The words of `--casting`.
pub(super) const CASTINGS: &[&str] = &["no", "equiv", "safe", "same_kind", "unsafe"];
/// The words of `--from-format`.
pub(super) const SOURCES: &[&str] = &["npy", "raw", "csv", "tsv", "text", "json", "ndjson"];
/// The words of `--reduce`.
pub(super) const REDUCTIONS: &[&str] = &[
    "sum",
    "prod",
    "min",
    "max",
    "mean",
    "std",
    "var",
    "any",
    "all",
    "count_nonzero",
    "argmin",
    "argmax",
    "nansum",
    "nanmin",
    "nanmax",
    "nanmean",
    "nanstd",
];
/// The words of `--exec-format`.
pub(super) const BINARIES: &[&str] = &["npy", "raw"];

/// Reads one of the words as a value; `a|b` is a word and another spelling of it.
pub(super) fn one_of<T>(words: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err = Error> + Clone + Send + Sync + 'static,
{
    let possible = words.iter().map(|word| match word.split_once('|') {
        Some((word, other)) => PossibleValue::new(word).alias(other),
        None => PossibleValue::new(*word),
    });
    PossibleValuesParser::new(possible).try_map(|word: String| word.parse::<T>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cast::{Casting, Overflow};
    use crate::dtype::ByteOrder;
    use crate::mapping::{Cache, Io, Mode};
    use crate::reduce::Op;
    use crate::shape::Order;
    use crate::sink::OutputFormat;

    fn all_parse<T: FromStr<Err = Error>>(words: &[&str]) {
        for word in words.iter().flat_map(|word| word.split('|')) {
            assert!(word.parse::<T>().is_ok(), "{word}");
        }
    }

    #[test]
    fn every_word_is_one() {
        all_parse::<OutputFormat>(FORMATS);
        all_parse::<Io>(IOS);
        all_parse::<Mode>(MODES);
        all_parse::<Cache>(CACHES);
        all_parse::<Order>(ORDERS);
        all_parse::<ByteOrder>(BYTE_ORDERS);
        all_parse::<Overflow>(OVERFLOWS);
        all_parse::<Casting>(CASTINGS);
        all_parse::<Op>(REDUCTIONS);
        assert_eq!(REDUCTIONS.len(), Op::ALL.len());
        assert_eq!(FORMATS.len(), OutputFormat::ALL.len());
    }
}
