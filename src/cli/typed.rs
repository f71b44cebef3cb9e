//! Values typed on the command line, as elements of a dtype.

use super::args::CastArgs;
use crate::cast::{Conversion, Overflow};
use crate::dtype::{DType, Kind};
use crate::error::Result;
use crate::scalar::{Scalar, Values, parse_values};

/// The values of some words: one is a scalar, several are one-dimensional, a word in brackets is nested.
///
/// Everything is checked here: what does not parse or fit is an error before anything is stored.
///
/// # Errors
/// Usage, naming the word.
pub(super) fn typed(words: &[String], dtype: &DType, cast: CastArgs) -> Result<Values> {
    let values = parse_values(words, &Scalar::told(&dtype.to_native(), cast.telling()))?;
    in_byte_order(values, dtype)
}

/// The value of one word for one element: of strings the text as it is, brackets and all.
///
/// # Errors
/// Usage, naming the word.
pub(super) fn typed_element(word: &str, dtype: &DType, cast: CastArgs) -> Result<Values> {
    if !matches!(dtype.kind(), Kind::Bytes(_) | Kind::Str(_)) {
        return typed(&[word.to_owned()], dtype, cast);
    }
    let mut bytes = vec![0; dtype.itemsize()];
    Scalar::of(&dtype.to_native()).parse(word, &mut bytes)?;
    in_byte_order(Values { shape: Vec::new(), bytes }, dtype)
}

fn in_byte_order(values: Values, dtype: &DType) -> Result<Values> {
    let Values { shape, mut bytes } = values;
    let convert = Conversion::between(&dtype.to_native(), dtype, Overflow::Error)?;
    convert.apply(&mut bytes, &mut Vec::new()).expect("the order of bytes never fails");
    Ok(Values { shape, bytes })
}
