//! Short words for the tests of every family.

use super::{Fraction, Scalar, Telling};
use crate::dtype::{DType, Number};

pub(super) fn number(number: Number) -> Scalar {
    Scalar::of(&DType::native(number))
}

pub(super) fn read_as(number: Number, fraction: Fraction) -> Scalar {
    Scalar::told(&DType::native(number), Telling { fraction, ..Telling::default() })
}

/// As text and as JSON.
pub(super) fn printed(scalar: &Scalar, item: &[u8]) -> (String, String) {
    let (mut text, mut json) = (Vec::new(), Vec::new());
    scalar.print(item, &mut text);
    scalar.print_json(item, &mut json);
    (String::from_utf8(text).expect("text"), String::from_utf8(json).expect("JSON is text"))
}

pub(super) fn read(scalar: &Scalar, text: &str) -> Vec<u8> {
    let mut item = vec![0xaa; scalar.itemsize()];
    scalar.parse(text, &mut item).unwrap_or_else(|error| panic!("{error}"));
    item
}

pub(super) fn refused(scalar: &Scalar, text: &str) -> String {
    let mut item = vec![0; scalar.itemsize()];
    scalar.parse(text, &mut item).expect_err(text).to_string()
}
