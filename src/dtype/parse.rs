//! NumPy's dtype grammar, with names for the fields of a structured dtype.
//!
//! ```text
//! dtype  := struct | item | descr list
//! struct := field (',' field)* [',']       at least one comma or one name
//! field  := [name ':'] item                all have names, or none and are f0, f1, …
//! item   := [order] [shape [order]] (word | '{' field (',' field)* [','] '}')
//! shape  := length | length ',' | '(' length ',' [length …] ')' | '()'
//! order  := '<' | '>' | '=' | '|'
//! ```
//!
//! Fields are packed. Stricter than NumPy where that guesses (`f08`, blanks, `(3)i2`), and more lenient in one place: a
//! byte order may stand before a name, `>float64`.

use std::str::FromStr;

use super::scan::Scanner;
use super::{DType, descr, word};
use crate::error::{Error, Result};

/// What a dtype text says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The type of one element.
    pub dtype: DType,
    /// The axes of a subarray such as `(2,3)f4`, which go behind those of the array; empty otherwise.
    pub shape: Vec<u64>,
}

/// Reads NumPy's dtype grammar: `f8`, `>i2`, `float64`, `M8[ns]`, `(2,3)f4`, `x:f4,y:f4`, or a descr list.
///
/// Types without a size (`S`, `U`, `V`) have item size 0, as in NumPy.
///
/// # Errors
/// Usage, naming the text and the word in it that is wrong, with the likely spelling as a hint; also an element larger
/// than [`MAX_ITEMSIZE`](super::MAX_ITEMSIZE) and records nested deeper than 32.
pub fn parse(text: &str) -> Result<Parsed> {
    if text.starts_with('[') {
        return descr::parse(text);
    }
    Scanner::new(text).dtype().map_err(|error| within(text, error))
}

impl FromStr for Parsed {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse(text)
    }
}

/// The same error, naming the whole text unless it does.
fn within(text: &str, error: Error) -> Error {
    let text = word::shown(text);
    if error.message().contains(&format!("'{text}'")) {
        return error;
    }
    let message = format!("{} (in dtype '{text}')", error.message());
    error.hints().iter().fold(Error::usage(message), Error::hint)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dtype::ByteOrder;

    fn refused(text: &str) -> Error {
        let error = parse(text).expect_err(text);
        assert_eq!(error.kind(), crate::error::ErrorKind::Usage, "{text}");
        error
    }

    /// What NumPy reads, as descr (`=` for this machine's byte order) and subarray shape.
    #[test]
    fn reads_what_numpy_reads() {
        let table: &[(&str, &str, &[u64])] = &[
            ("f8", "'=f8'", &[]),
            ("<f8", "'<f8'", &[]),
            (">f8", "'>f8'", &[]),
            ("=f8", "'=f8'", &[]),
            ("|f8", "'=f8'", &[]),
            (">u1", "'|u1'", &[]),
            ("<S3", "'|S3'", &[]),
            (">V4", "'|V4'", &[]),
            (">?", "'|b1'", &[]),
            (">U3", "'>U3'", &[]),
            ("=U3", "'=U3'", &[]),
            ("|U3", "'=U3'", &[]),
            (">M8[s]", "'>M8[s]'", &[]),
            ("<m8[25s]", "'<m8[25s]'", &[]),
            (">d", "'>f8'", &[]),
            (">M8", "'>M8'", &[]),
            ("?", "'|b1'", &[]),
            ("a5", "'|S5'", &[]),
            (">a5", "'|S5'", &[]),
            ("c", "'|S1'", &[]),
            ("U", "'=U0'", &[]),
            ("V", "'|V0'", &[]),
            ("S", "'|S0'", &[]),
            ("f4,", "[('f0', '=f4')]", &[]),
            ("float64,", "[('f0', '=f8')]", &[]),
            ("f4,f4,i2", "[('f0', '=f4'), ('f1', '=f4'), ('f2', '=i2')]", &[]),
            ("<f4,<i2,>i8", "[('f0', '<f4'), ('f1', '<i2'), ('f2', '>i8')]", &[]),
            (">f4,i2", "[('f0', '>f4'), ('f1', '=i2')]", &[]),
            ("2,f4", "'=f4'", &[2]),
            ("3f4", "'=f4'", &[3]),
            ("(3,)f4", "'=f4'", &[3]),
            ("1f4", "'=f4'", &[1]),
            ("(2,3)f4", "'=f4'", &[2, 3]),
            ("2S3", "'|S3'", &[2]),
            ("2bool", "'|b1'", &[2]),
            ("(2,3)float32", "'=f4'", &[2, 3]),
            ("(2,3,)f4", "'=f4'", &[2, 3]),
            ("()f4", "'=f4'", &[]),
            ("0f4", "'=f4'", &[0]),
            ("(0,)f4", "'=f4'", &[0]),
            (">(2,)f4", "'>f4'", &[2]),
            ("(2,)>f4", "'>f4'", &[2]),
            ("2>f4", "'>f4'", &[2]),
            (">(2,)>f4", "'>f4'", &[2]),
            ("(2,)f4,", "[('f0', '=f4', (2,))]", &[]),
            ("2f4,i2", "[('f0', '=f4', (2,)), ('f1', '=i2')]", &[]),
            ("f4,(2,3)i2,", "[('f0', '=f4'), ('f1', '=i2', (2, 3))]", &[]),
            ("()f4,i2", "[('f0', '=f4'), ('f1', '=i2')]", &[]),
            ("2c", "'|S1'", &[2]),
            ("M8[s/2]", "'=M8[500ms]'", &[]),
            ("M8[ns/10]", "'=M8[100ps]'", &[]),
            ("M8[μs]", "'=M8[us]'", &[]),
            ("M8[2generic]", "'=M8'", &[]),
            ("2M8[s]", "'=M8[s]'", &[2]),
            ("M8[s],f4", "[('f0', '=M8[s]'), ('f1', '=f4')]", &[]),
            ("S,f4", "[('f0', '|S0'), ('f1', '=f4')]", &[]),
            ("S5,U2", "[('f0', '|S5'), ('f1', '=U2')]", &[]),
            ("2float32,int16", "[('f0', '=f4', (2,)), ('f1', '=i2')]", &[]),
            ("2147483647i1", "'|i1'", &[2_147_483_647]),
            ("S2147483647", "'|S2147483647'", &[]),
            ("f4, i2", "[('f0', '=f4'), ('f1', '=i2')]", &[]),
            ("f4 ,i2", "[('f0', '=f4'), ('f1', '=i2')]", &[]),
            ("f4 , i2", "[('f0', '=f4'), ('f1', '=i2')]", &[]),
            ("(2, 3)f4", "'=f4'", &[2, 3]),
            ("( 2 ,3 )f4", "'=f4'", &[2, 3]),
            ("(2,3) f4", "'=f4'", &[2, 3]),
            ("2, f4", "'=f4'", &[2]),
        ];
        for &(text, descr, shape) in table {
            let parsed: Parsed = text.parse().expect(text);
            assert_eq!(parsed.dtype.descr(), descr.replace('=', &ByteOrder::NATIVE.symbol().to_string()), "{text}");
            assert_eq!(parsed.shape, shape, "{text}");
        }
    }

    #[test]
    fn refuses_what_numpy_refuses() {
        for text in [
            "f4,,i2",
            ",f4",
            "(3)f4",
            "-1f4",
            "(2,-1)f4",
            "3(2)f4",
            "(2,)(3,)f4",
            "2(3,)f4",
            "(,)f4",
            "(2,,3)f4",
            "(02,)f4",
            "02f4",
            "((2,))f4",
            "(2 3)f4",
            "(2,3",
            "f4;i2",
            "!f4",
            "^f4",
            ">>f4",
            "> f4",
            "<>f4",
            "2,3",
            "3",
            "()",
            "(2,)",
            ">",
            "f8 ",
            " f8",
            " f4,i2",
            "f32",
            "i64",
            "u16",
            "i16",
            "float_",
            "complex_",
            "string",
            "string_",
            "unicode_",
            "boolean",
            "integer",
            "floating",
            "number",
            "int128",
            "float96",
            "Float64",
            "Int8",
            "FLOAT64",
            "bytes8",
            "str32",
            "void8",
            "record",
            "long long",
            "None",
            "bool8",
            "M8[]",
            "M4[s]",
            "f4)",
            "f4}",
            "f4{",
            "x:f4}",
        ] {
            let error = refused(text);
            assert!(error.message().contains(&format!("'{text}'")), "{error}");
        }
    }

    #[test]
    fn refuses_what_numpy_lets_pass_by_guessing() {
        for text in ["f08", "f+8", "f 8", "S03", "S+3", "2 f4", "(3)i2,f4", "M8[0s]", "M8[ 1s]", "2S", "3V", "f4, "] {
            refused(text);
        }
        for text in ["2S", "(2,)S", "2S0", "(2,3)bytes"] {
            assert_eq!(refused(text).hints(), ["S2"], "{text}");
        }
        assert_eq!(refused("(3)f4").hints(), ["a shape of one axis needs a comma: (3,)"]);
    }

    #[test]
    fn errors_name_the_word_and_the_text() {
        let error = refused("x:f32,y:f4");
        assert_eq!(error.message(), "dtype 'f32' is not understood (in dtype 'x:f32,y:f4')");
        assert_eq!(error.hints(), ["sizes are bytes: float32 or f4"]);
        assert_eq!(refused("f32").message(), "dtype 'f32' is not understood");
        assert_eq!(refused("").message(), "dtype '' is empty");
        assert_eq!(refused("f8 ").hints(), ["f8"]);
        let digits = "9".repeat(100_000);
        for (start, end) in
            [("x", ""), ("S", ""), ("S", "x"), ("M8[", "s]"), ("M8[s/", "]"), ("M8[x", "]"), ("", "f4"), ("(", "")]
        {
            assert!(refused(&format!("{start}{digits}{end}")).message().len() < 300, "{start}…{end}");
        }
        assert!(refused(&format!("{}:f4,f4", "x".repeat(100_000))).message().len() < 300);
        assert!(refused(&format!("{0}:f4,{0}:f4", "x".repeat(100_000))).message().len() < 300);
        assert!(refused(&format!("{0}'{0}:f4", "x".repeat(100_000))).message().len() < 300);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[<>=|(){},:0-9 fiuScUVMmOx\\[/éa-z]{0,24}") {
            if !text.starts_with('[') {
                let _ = parse(&text);
            }
        }
    }
}
