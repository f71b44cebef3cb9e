//! Python literals, as `ast.literal_eval` reads them: what `.npy` headers and NumPy's descr lists are written in.
//!
//! Strict and bounded: no expressions, no calls, no floats, at most [`MAX_DEPTH`] brackets inside each other. It knows
//! grammar alone; what a dict or a list means is for others to say.

mod text;

use crate::error::{Error, Result};
use crate::escape::shortened;

/// Characters of a word that a message shows, enough to find it by.
const SHOWN: usize = 41;

/// How deep brackets may be nested: records in records 32 deep take two brackets each, and the dict around them one.
pub const MAX_DEPTH: usize = 68;

/// A value written out in Python's grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `{key: value}`, with every pair in the order of the text, repeated keys included.
    Dict(Vec<(Literal, Literal)>),
    /// `[…]`.
    List(Vec<Literal>),
    /// `(…)` with a comma in it, or `()`.
    Tuple(Vec<Literal>),
    /// `'…'`, adjacent ones joined.
    Str(String),
    /// `b'…'`.
    Bytes(Vec<u8>),
    /// An integer, with its sign.
    Int(i128),
    /// `True` or `False`.
    Bool(bool),
    /// `None`.
    None,
}

/// What to do about the `L` behind Python 2's long integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Longs {
    /// `4L` is an error, as in Python 3.
    Refused,
    /// `4L` is 4.
    Accepted,
}

impl Literal {
    /// What it is, for messages: `a list`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Dict(_) => "a dict",
            Self::List(_) => "a list",
            Self::Tuple(_) => "a tuple",
            Self::Str(_) => "a string",
            Self::Bytes(_) => "a bytes string",
            Self::Int(_) => "an integer",
            Self::Bool(_) => "a bool",
            Self::None => "None",
        }
    }
}

/// The literal that `text` is.
///
/// # Errors
/// Usage, with the column counted in characters from 1.
pub fn parse(text: &str, longs: Longs) -> Result<Literal> {
    let mut reader = Reader { text, at: 0, depth: 0, longs };
    reader.skip_blank();
    let literal = reader.value()?;
    reader.skip_blank();
    match reader.peek() {
        None => Ok(literal),
        Some(_) => Err(reader.unexpected("the end")),
    }
}

/// A place in the text.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    longs: Longs,
}

impl<'a> Reader<'a> {
    fn value(&mut self) -> Result<Literal> {
        match self.peek() {
            Some('{') => self.nested(Self::dict),
            Some('[') => self.nested(|reader| Ok(Literal::List(reader.items(']')?.0))),
            Some('(') => self.nested(Self::tuple),
            Some('\'' | '"') => self.strings(),
            Some('0'..='9' | '.' | '+' | '-') => self.integer(),
            Some(c) if c == '_' || c.is_alphabetic() => self.word(),
            _ => Err(self.unexpected("a value")),
        }
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Result<Literal>) -> Result<Literal> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(format!("more than {MAX_DEPTH} brackets inside each other")));
        }
        self.depth += 1;
        self.at += 1;
        let literal = read(self)?;
        self.depth -= 1;
        Ok(literal)
    }

    fn dict(&mut self) -> Result<Literal> {
        let mut pairs = Vec::new();
        loop {
            self.skip_blank();
            if self.take('}') {
                return Ok(Literal::Dict(pairs));
            }
            let key = self.value()?;
            self.skip_blank();
            if !self.take(':') {
                return Err(self.unexpected("':' behind a key"));
            }
            self.skip_blank();
            pairs.push((key, self.value()?));
            self.skip_blank();
            if !self.take(',') && self.peek() != Some('}') {
                return Err(self.unexpected("',' or '}'"));
            }
        }
    }

    fn tuple(&mut self) -> Result<Literal> {
        let (mut items, commas) = self.items(')')?;
        match items.pop() {
            Some(only) if commas == 0 => Ok(only),
            last => {
                items.extend(last);
                Ok(Literal::Tuple(items))
            }
        }
    }

    /// Values up to the bracket `end`, and how many commas there were.
    fn items(&mut self, end: char) -> Result<(Vec<Literal>, usize)> {
        let (mut items, mut commas) = (Vec::new(), 0);
        loop {
            self.skip_blank();
            if self.take(end) {
                return Ok((items, commas));
            }
            items.push(self.value()?);
            self.skip_blank();
            if self.take(',') {
                commas += 1;
            } else if self.peek() != Some(end) {
                return Err(self.unexpected(&format!("',' or '{end}'")));
            }
        }
    }

    fn integer(&mut self) -> Result<Literal> {
        let negative = match self.peek() {
            Some('-') => true,
            Some('+') => false,
            _ => return Ok(Literal::Int(self.magnitude()?)),
        };
        self.at += 1;
        self.skip_blank();
        if !self.peek().is_some_and(|c| c.is_ascii_digit() || c == '.') {
            return Err(self.unexpected("a number"));
        }
        let value = self.magnitude()?;
        Ok(Literal::Int(if negative { -value } else { value }))
    }

    fn magnitude(&mut self) -> Result<i128> {
        let begin = self.at;
        let word = self.take_while(|c| c.is_alphanumeric() || c == '_' || c == '.');
        let fail = |what: &str| Err(self.error_at(begin, format!("'{}' is {what}", shortened(word, SHOWN))));
        let (digits, long) = match word.strip_suffix(['l', 'L']) {
            Some(digits) => (digits, true),
            None => (word, false),
        };
        let (digits, radix) = match digits.get(..2) {
            Some("0x" | "0X") => (&digits[2..], 16),
            Some("0o" | "0O") => (&digits[2..], 8),
            Some("0b" | "0B") => (&digits[2..], 2),
            _ => (digits, 10),
        };
        let joined = if radix == 10 { digits } else { digits.strip_prefix('_').unwrap_or(digits) };
        let parts_ok = joined.split('_').all(|part| !part.is_empty() && part.chars().all(|c| c.is_digit(radix)));
        if !parts_ok {
            let float = radix == 10 && digits.contains(['.', 'e', 'E', 'j', 'J']);
            return fail(if float { "not an integer" } else { "no number" });
        }
        if long && self.longs == Longs::Refused {
            return fail("a long integer of Python 2");
        }
        let digits = joined.replace('_', "");
        if radix == 10 && digits.starts_with('0') && digits.chars().any(|c| c != '0') {
            return fail("no number: it begins with 0");
        }
        i128::from_str_radix(&digits, radix).or_else(|_| fail("larger than any size"))
    }

    /// `True`, `False`, `None`, or the prefix of a string.
    fn word(&mut self) -> Result<Literal> {
        let begin = self.at;
        let word = self.take_while(|c| c.is_alphanumeric() || c == '_' || c == '.');
        match (word, self.peek()) {
            (prefix, Some('\'' | '"')) if prefix.chars().all(|c| c.is_ascii_alphabetic()) => {
                self.at = begin;
                self.strings()
            }
            ("True", _) => Ok(Literal::Bool(true)),
            ("False", _) => Ok(Literal::Bool(false)),
            ("None", _) => Ok(Literal::None),
            (_, Some('(')) => {
                let call = &self.text[begin..];
                let call = call.find(')').map_or(call, |end| &call[..=end]);
                Err(self.error_at(begin, format!("'{}' is a call, not a literal", shortened(call, SHOWN))))
            }
            _ => Err(self.error_at(begin, format!("'{}' is a name, not a literal", shortened(word, SHOWN)))),
        }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn take(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        self.at += if found { c.len_utf8() } else { 0 };
        found
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let rest = &self.text[self.at..];
        let word = &rest[..rest.find(|c| !accept(c)).unwrap_or(rest.len())];
        self.at += word.len();
        word
    }

    fn skip_spaces(&mut self) {
        self.take_while(|c| matches!(c, ' ' | '\t' | '\x0c'));
    }

    /// Skips spaces, ends of lines, continued lines and comments.
    fn skip_blank(&mut self) {
        loop {
            self.take_while(|c| matches!(c, ' ' | '\t' | '\x0c' | '\n' | '\r'));
            let rest = &self.text[self.at..];
            if rest.starts_with('#') {
                self.take_while(|c| c != '\n');
            } else if rest.starts_with("\\\n") {
                self.at += 2;
            } else {
                return;
            }
        }
    }

    fn unexpected(&self, expected: &str) -> Error {
        match self.peek() {
            None => self.error(format!("the text ends where {expected} should be")),
            Some(c @ ('+' | '-' | '*' | '/' | '%' | '@' | '&' | '|' | '^' | '<' | '>' | '=' | '~')) => {
                self.error(format!("'{c}' makes this an expression, not a literal"))
            }
            Some(c) => self.error(format!("found '{c}' where {expected} should be")),
        }
    }

    fn error(&self, what: impl AsRef<str>) -> Error {
        self.error_at(self.at, what)
    }

    fn error_at(&self, at: usize, what: impl AsRef<str>) -> Error {
        let column = self.text[..at].chars().count() + 1;
        Error::usage(format!("column {column}: {}", what.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::Literal::{Bool, Bytes, Dict, Int, List, None, Str, Tuple};
    use super::*;

    fn ok(text: &str) -> Literal {
        parse(text, Longs::Refused).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn refused(text: &str) -> String {
        parse(text, Longs::Refused).expect_err(text).message().to_owned()
    }

    fn string(text: &str) -> Literal {
        Str(text.to_owned())
    }

    #[test]
    fn reads_what_numpy_writes() {
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }   \n";
        let pairs = vec![
            (string("descr"), string("<f4")),
            (string("fortran_order"), Bool(false)),
            (string("shape"), Tuple(vec![Int(2), Int(3)])),
        ];
        assert_eq!(ok(header), Dict(pairs));
    }

    #[test]
    fn tells_tuples_from_brackets() {
        assert_eq!(ok("()"), Tuple(vec![]));
        assert_eq!(ok("(4)"), Int(4));
        assert_eq!(ok("(4,)"), Tuple(vec![Int(4)]));
        assert_eq!(ok("((4,),)"), Tuple(vec![Tuple(vec![Int(4)])]));
        assert_eq!(ok("[1, 2,]"), List(vec![Int(1), Int(2)]));
        assert_eq!(ok("[None, True, b'x']"), List(vec![None, Bool(true), Bytes(b"x".to_vec())]));
        assert_eq!(ok("{}"), Dict(vec![]));
    }

    #[test]
    fn reads_integers() {
        for (text, value) in
            [("0x4", 4), ("0b101", 5), ("0o17", 15), ("1_0", 10), ("0x_f", 15), ("00", 0), ("-3", -3), ("+ 3", 3)]
        {
            assert_eq!(ok(text), Int(value), "{text}");
        }
        assert_eq!(parse("(4L, 0x1fL)", Longs::Accepted).expect("longs"), Tuple(vec![Int(4), Int(31)]));
    }

    #[test]
    fn skips_blanks_and_comments() {
        assert_eq!(ok("  { # first\n 'a' : \\\n 1 , } # last"), Dict(vec![(string("a"), Int(1))]));
    }

    #[test]
    fn refuses_everything_else_with_its_column() {
        for (text, message) in [
            ("", "column 1: the text ends where a value should be"),
            ("(2+2,)", "column 3: '+' makes this an expression, not a literal"),
            ("(é + 1)", "column 2: 'é' is a name, not a literal"),
            ("(np.int64(4),)", "column 2: 'np.int64(4)' is a call, not a literal"),
            ("(4.0,)", "column 2: '4.0' is not an integer"),
            ("1e3", "column 1: '1e3' is not an integer"),
            ("2j", "column 1: '2j' is not an integer"),
            ("4L", "column 1: '4L' is a long integer of Python 2"),
            ("04", "column 1: '04' is no number: it begins with 0"),
            ("1__0", "column 1: '1__0' is no number"),
            ("1_", "column 1: '1_' is no number"),
            ("0x", "column 1: '0x' is no number"),
            ("0b12", "column 1: '0b12' is no number"),
            ("--1", "column 2: '-' makes this an expression, not a literal"),
            ("-True", "column 2: found 'T' where a number should be"),
            ("{'descr", "column 2: a string without an end"),
            ("'a\nb'", "column 1: a string without an end"),
            ("'a\\", "column 3: a string without an end"),
            ("{'a' 1}", "column 6: found '1' where ':' behind a key should be"),
            ("{1, 2}", "column 3: found ',' where ':' behind a key should be"),
            ("[1 2]", "column 4: found '2' where ',' or ']' should be"),
            ("[1, 2", "column 6: the text ends where ',' or ']' should be"),
            ("(,)", "column 2: found ',' where a value should be"),
            ("{'a': 1} x", "column 10: found 'x' where the end should be"),
            ("f'a'", "column 1: 'f' begins no literal string"),
            ("日'a'", "column 1: '日' is a name, not a literal"),
            ("u1'a'", "column 1: 'u1' is a name, not a literal"),
            ("'a' b'b'", "column 1: a string beside a bytes string"),
            ("b'é'", "column 3: a bytes string holds ASCII alone"),
            (r"'\xg0'", "column 2: an escape that is no character"),
            (r"'\ud800'", "column 2: an escape that is no character"),
            (r"'\N{DASH}'", "column 2: a character by its name"),
            ("'\0'", "column 2: a NUL character"),
            ("'a'\n'b'", "column 5: found ''' where the end should be"),
        ] {
            assert_eq!(refused(text), message, "{text}");
        }
        let huge = format!("1{}", "0".repeat(50));
        assert!(refused(&huge).ends_with("0…' is larger than any size"));
    }

    #[test]
    fn stops_at_its_depth() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(parse(&nested(MAX_DEPTH), Longs::Refused).is_ok());
        assert_eq!(refused(&nested(MAX_DEPTH + 1)), "column 69: more than 68 brackets inside each other");
        assert!(refused(&"-".repeat(9000)).starts_with("column 2"));
    }
}
