//! Bools: `True` and `False`, read in any case, or as 1 and 0.

use super::{Numeral, Telling};
use crate::dtype::Bool8;

impl Numeral for Bool8 {
    fn print(self, out: &mut Vec<u8>) {
        out.extend_from_slice(if self.0 == 0 { b"False" } else { b"True" });
    }

    fn print_json(self, out: &mut Vec<u8>) {
        out.extend_from_slice(if self.0 == 0 { b"false" } else { b"true" });
    }

    fn parse(text: &str, _: Telling) -> Result<Self, String> {
        let text = text.trim_ascii();
        let is = |word: &str| text.eq_ignore_ascii_case(word);
        match text {
            _ if text == "1" || is("true") => Ok(Self(1)),
            _ if text == "0" || is("false") => Ok(Self(0)),
            _ => Err("a bool is true, false, 1 or 0".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{number, printed, read, refused};
    use crate::dtype::Number;

    #[test]
    fn any_byte_but_zero_is_true() {
        let scalar = number(Number::Bool);
        assert_eq!(printed(&scalar, &[0]), ("False".to_owned(), "false".to_owned()));
        assert_eq!(printed(&scalar, &[2]), ("True".to_owned(), "true".to_owned()));
    }

    #[test]
    fn reads_words_and_digits_and_nothing_else() {
        let scalar = number(Number::Bool);
        for (text, byte) in [("true", 1), ("TRUE", 1), ("1", 1), ("False", 0), ("0", 0), (" true ", 1)] {
            assert_eq!(read(&scalar, text), [byte], "{text}");
        }
        for text in ["2", "yes", "", "1.0", "t", "-1", "00"] {
            assert!(refused(&scalar, text).contains("a bool is true, false, 1 or 0"), "{text}");
        }
    }
}
