//! Values typed on the command line, as elements of a dtype.

use super::args::CastArgs;
use crate::cast::{Conversion, Overflow};
use crate::dtype::{Class, DType, Kind, Number};
use crate::error::{Error, Result};
use crate::scalar::{Scalar, Values, parse_values};

/// The values of some words: one is a scalar, several are one-dimensional, a word in brackets is nested.
///
/// Everything is checked here: what does not parse or fit is an error before anything is stored.
///
/// # Errors
/// Usage, naming the word.
pub(super) fn typed(words: &[String], dtype: &DType, cast: CastArgs) -> Result<Values> {
    let strict = parse_values(words, &Scalar::with_fraction(&dtype.to_native(), cast.fraction()));
    let strict = strict.and_then(|values| in_byte_order(values, dtype));
    match (strict, dtype.number()) {
        (Err(_), Some(number)) if cast.overflow != Overflow::Error && number.class() != Class::Bool => {
            wrapped(words, number, dtype, cast.overflow)
        }
        (strict, _) => strict,
    }
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

/// Values that may lie outside the dtype, brought into it as `--overflow` says.
fn wrapped(words: &[String], number: Number, dtype: &DType, overflow: Overflow) -> Result<Values> {
    let wide: &[Number] = match number.class() {
        Class::Complex => &[Number::Complex128],
        Class::Float => &[Number::Float64],
        _ => &[Number::Int64, Number::UInt64, Number::Float64],
    };
    let parsed = wide.iter().map(|&wide| (wide, parse_values(words, &Scalar::of(&DType::native(wide)))));
    let (wide, values) =
        parsed.reduce(|first, next| if first.1.is_ok() { first } else { next }).expect("there are some");
    let Values { shape, mut bytes } = values?;
    let convert = Conversion::between(&DType::native(wide), dtype, overflow)?;
    let mut converted = Vec::new();
    let bytes = convert.apply(&mut bytes, &mut converted).map_err(|misfit| Error::usage(misfit.to_string()))?;
    Ok(Values { shape, bytes: bytes.to_vec() })
}

fn in_byte_order(values: Values, dtype: &DType) -> Result<Values> {
    let Values { shape, mut bytes } = values;
    let convert = Conversion::between(&dtype.to_native(), dtype, Overflow::Error)?;
    convert.apply(&mut bytes, &mut Vec::new()).expect("the order of bytes never fails");
    Ok(Values { shape, bytes })
}
