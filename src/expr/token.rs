//! The words of an expression: Python's names, numbers and operators, and `&& || !`. Knows no grammar.

use super::caret;
use crate::error::{Error, Result};

/// The longest expression, in bytes.
pub const MAX_LENGTH: usize = 1 << 16;

/// A word and where it begins, in bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token<'a> {
    pub(super) at: usize,
    pub(super) word: Word<'a>,
}

/// What a word is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word<'a> {
    Name(&'a str),
    Int(i128),
    Float(f64),
    Imaginary(f64),
    /// An operator, a bracket, a comma or a dot.
    Symbol(&'static str),
    End,
}

/// Longer ones before their beginnings.
const SYMBOLS: &[&str] = &[
    "**", "//", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+", "-", "*", "/", "%", "~", "&", "|", "^", "<", ">",
    "!", "(", ")", ",", ".",
];

/// All words of the text, the last of which is the end.
///
/// # Errors
/// Usage, at the column where no word begins or a number is none, or where the text is too long.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>> {
    if text.len() > MAX_LENGTH {
        let message = format!("the expression is too long: {} bytes, the limit is {MAX_LENGTH}", text.len());
        return Err(Error::usage(message));
    }
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        let rest = &text[at..];
        let Some(first) = rest.chars().next() else {
            tokens.push(Token { at, word: Word::End });
            return Ok(tokens);
        };
        let starts_number = first.is_ascii_digit()
            || (first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit()) && !joins_name(&tokens));
        let (word, len) = if starts_number {
            number(text, at)?
        } else if first.is_alphabetic() || first == '_' {
            let len = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            (Word::Name(&rest[..len]), len)
        } else if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            (Word::Symbol(symbol), symbol.len())
        } else {
            return Err(unexpected(text, at, first));
        };
        tokens.push(Token { at, word });
        at += len;
    }
}

/// Whether what follows may be a field, as in `x.f0`, so that a dot begins no number.
fn joins_name(tokens: &[Token<'_>]) -> bool {
    matches!(tokens.last(), Some(Token { word: Word::Name(_) | Word::Symbol(")"), .. }))
}

fn unexpected(text: &str, at: usize, found: char) -> Error {
    let error = caret::error(text, at, format!("unexpected '{found}'"));
    match found {
        '=' => error.hint("compare with =="),
        '[' | ']' => error.hint("select with INDEX before the expression: rmm map-chunks FILE 0:10 --expr 'x + 1'"),
        '?' => error.hint("where(condition, a, b)"),
        '\'' | '"' => error.hint("a field of a structured dtype is written x.name"),
        _ => error,
    }
}

/// The number that begins at `at`, and its length in bytes.
fn number(text: &str, at: usize) -> Result<(Word<'_>, usize)> {
    let rest = &text[at..];
    let bytes = rest.as_bytes();
    let radix = match bytes.get(1).filter(|_| bytes[0] == b'0').map(u8::to_ascii_lowercase) {
        Some(b'x') => 16,
        Some(b'o') => 8,
        Some(b'b') => 2,
        _ => 10,
    };
    let wrong = |what: &str, len: usize| caret::error(text, at, format!("'{}' is no {what}", &rest[..len]));
    let word_end = |from: usize| {
        let more = rest[from..].find(|c: char| !(c.is_alphanumeric() || c == '_'));
        more.map_or(rest.len(), |more| from + more)
    };
    if radix != 10 {
        let len = word_end(0);
        let digits = rest[2..len].strip_prefix('_').unwrap_or(&rest[2..len]);
        return Ok((Word::Int(integer(digits, radix).ok_or_else(|| wrong("number", len))?), len));
    }
    let digits_end =
        |from: usize| bytes[from..].iter().position(|byte| !is_digit(*byte)).map_or(bytes.len(), |n| from + n);
    let mut end = digits_end(0);
    let mut is_float = false;
    if bytes.get(end) == Some(&b'.') {
        is_float = true;
        end = digits_end(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if bytes.get(end + 1 + sign).is_some_and(u8::is_ascii_digit) {
            is_float = true;
            end = digits_end(end + 1 + sign);
        }
    }
    let len = word_end(end);
    let (digits, suffix) = (&rest[..end], &rest[end..len]);
    match suffix {
        "" if !is_float => {
            if digits.len() > 1 && digits.starts_with('0') && digits.bytes().any(|byte| !matches!(byte, b'0' | b'_')) {
                return Err(wrong("number", len).hint("octal numbers begin with 0o"));
            }
            let value = integer(digits, 10).ok_or_else(|| wrong("integer of at most 127 bits", len))?;
            Ok((Word::Int(value), len))
        }
        "" => Ok((Word::Float(float(digits).ok_or_else(|| wrong("number", len))?), len)),
        "j" | "J" => Ok((Word::Imaginary(float(digits).ok_or_else(|| wrong("number", len))?), len)),
        _ => Err(wrong("number", len)),
    }
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'_'
}

/// Underscores stand between digits only, as in Python.
fn without_underscores(digits: &str) -> Option<String> {
    let bytes = digits.as_bytes();
    let alnum = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    let is_between = |at: usize| alnum(at.checked_sub(1)) && alnum(Some(at + 1));
    let fine = (0..bytes.len()).all(|at| bytes[at] != b'_' || is_between(at));
    fine.then(|| digits.replace('_', ""))
}

fn integer(digits: &str, radix: u32) -> Option<i128> {
    i128::from_str_radix(&without_underscores(digits)?, radix).ok()
}

fn float(digits: &str) -> Option<f64> {
    without_underscores(digits)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Word<'_> {
        let words = tokens(text).expect(text);
        assert_eq!(words.len(), 2, "{text}");
        words[0].word.clone()
    }

    #[test]
    fn numbers_are_pythons() {
        for (text, value) in [
            ("0", 0),
            ("00", 0),
            ("12_345", 12_345),
            ("0xFf", 255),
            ("0x_ff", 255),
            ("0o17", 15),
            ("0b101", 5),
            ("170141183460469231731687303715884105727", i128::MAX),
        ] {
            assert_eq!(word(text), Word::Int(value), "{text}");
        }
        for (text, value) in
            [("1.", 1.0), (".5", 0.5), ("1e-3", 1e-3), ("1_0.5E+2", 1050.0), ("0e0", 0.0), ("007.5", 7.5)]
        {
            assert_eq!(word(text), Word::Float(value), "{text}");
        }
        assert_eq!(word("1e400"), Word::Float(f64::INFINITY));
        assert_eq!([word("1j"), word("2.5J"), word("1e3j")], [1.0, 2.5, 1000.0].map(Word::Imaginary));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["1_", "1__0", "0x", "0xg", "0b2", "01", "1e", "1x", "1.5f", "0o8", "1._5", "1e5_", "12j3"] {
            assert!(tokens(text).is_err(), "{text}");
        }
        let error = tokens("170141183460469231731687303715884105728").expect_err("128 bits");
        assert!(error.message().contains("is no integer of at most 127 bits at column 1"), "{error}");
    }

    #[test]
    fn longer_symbols_go_first() {
        let words: Vec<_> = tokens("a**b//c<=d!=!e").unwrap().into_iter().map(|token| token.word).collect();
        let symbols: Vec<_> = words
            .iter()
            .filter_map(|word| if let Word::Symbol(symbol) = word { Some(*symbol) } else { None })
            .collect();
        assert_eq!(symbols, ["**", "//", "<=", "!=", "!"]);
    }

    #[test]
    fn a_dot_joins_a_name_and_begins_a_number() {
        assert_eq!(tokens("x.f0").unwrap().len(), 4);
        assert_eq!(tokens("x+.5").unwrap().len(), 4);
    }

    #[test]
    fn what_begins_no_word_is_pointed_at() {
        let error = tokens("x = 1").expect_err("an assignment");
        assert_eq!(error.message(), "unexpected '=' at column 3");
        assert_eq!(error.hints().last().map(String::as_str), Some("compare with =="));
        assert!(tokens(&"1".repeat(MAX_LENGTH + 1)).is_err());
    }
}
