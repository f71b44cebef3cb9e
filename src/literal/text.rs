//! Python's strings: prefixes, quotes, escapes, and neighbours that are one.

use super::{Literal, Reader};
use crate::error::Result;

/// What a string holds, as its prefix says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Bytes,
}

impl Reader<'_> {
    /// One string or several side by side, each with its prefix.
    pub(super) fn strings(&mut self) -> Result<Literal> {
        let begin = self.at;
        let mut joined = self.string()?;
        loop {
            let end = self.at;
            // Python joins strings across lines only inside brackets.
            if self.depth > 0 {
                self.skip_blank();
            } else {
                self.skip_spaces();
            }
            let rest = self.text[self.at..].trim_start_matches(|c: char| c.is_ascii_alphabetic());
            if self.text.len() - rest.len() - self.at > 2 || !rest.starts_with(['\'', '"']) {
                self.at = end;
                return Ok(joined);
            }
            match (&mut joined, self.string()?) {
                (Literal::Str(text), Literal::Str(more)) => text.push_str(&more),
                (Literal::Bytes(bytes), Literal::Bytes(more)) => bytes.extend(more),
                _ => return Err(self.error_at(begin, "a string beside a bytes string")),
            }
        }
    }

    fn string(&mut self) -> Result<Literal> {
        let begin = self.at;
        let prefix = self.take_while(|c| c.is_ascii_alphabetic()).to_ascii_lowercase();
        let (kind, is_raw) = match prefix.as_str() {
            "" | "u" => (Kind::Text, false),
            "r" => (Kind::Text, true),
            "b" => (Kind::Bytes, false),
            "br" | "rb" => (Kind::Bytes, true),
            _ => return Err(self.error_at(begin, format!("'{prefix}' begins no literal string"))),
        };
        let rest = &self.text[self.at..];
        let quote = if rest.starts_with("'''") || rest.starts_with("\"\"\"") { &rest[..3] } else { &rest[..1] };
        self.at += quote.len();
        let mut text = String::new();
        loop {
            if self.text[self.at..].starts_with(quote) {
                self.at += quote.len();
                break;
            }
            match self.peek() {
                None => return Err(self.error_at(begin, "a string without an end")),
                Some('\n') if quote.len() == 1 => return Err(self.error_at(begin, "a string without an end")),
                Some('\0') => return Err(self.error("a NUL character")),
                Some('\\') if is_raw => text.extend([self.bump(), self.bump()].into_iter().flatten()),
                Some('\\') => self.escape(kind, &mut text)?,
                Some(c) if kind == Kind::Bytes && !c.is_ascii() => {
                    return Err(self.error("a bytes string holds ASCII alone"));
                }
                Some(_) => text.extend(self.bump()),
            }
        }
        // Each byte of a bytes string is held as the character of that number until here.
        Ok(match kind {
            Kind::Text => Literal::Str(text),
            Kind::Bytes => Literal::Bytes(text.chars().map(|c| c as u8).collect()),
        })
    }

    fn escape(&mut self, kind: Kind, text: &mut String) -> Result<()> {
        let begin = self.at;
        self.at += 1;
        let Some(letter) = self.bump() else { return Err(self.error_at(begin, "a string without an end")) };
        let c = match letter {
            '\n' => return Ok(()),
            '\\' | '\'' | '"' => letter,
            'a' => '\x07',
            'b' => '\x08',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\x0b',
            'x' => self.code_point(begin, 2, 16)?,
            'u' if kind == Kind::Text => self.code_point(begin, 4, 16)?,
            'U' if kind == Kind::Text => self.code_point(begin, 8, 16)?,
            'N' if kind == Kind::Text => return Err(self.error_at(begin, "a character by its name")),
            '0'..='7' => {
                self.at -= 1;
                let rest = &self.text[self.at..];
                let digits = rest.chars().take(3).take_while(|c| c.is_digit(8)).count();
                self.code_point(begin, digits, 8)?
            }
            // Python keeps the backslash of an escape that it does not know.
            other => {
                text.push('\\');
                other
            }
        };
        text.push(c);
        Ok(())
    }

    /// The character of the number that the next `len` digits write.
    fn code_point(&mut self, begin: usize, len: usize, radix: u32) -> Result<char> {
        let digits = self.text.get(self.at..self.at + len).filter(|text| text.chars().all(|c| c.is_digit(radix)));
        let c = digits.and_then(|digits| u32::from_str_radix(digits, radix).ok()).and_then(char::from_u32);
        self.at += digits.map_or(0, str::len);
        c.ok_or_else(|| self.error_at(begin, "an escape that is no character"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Longs, parse};
    use super::*;

    #[test]
    fn reads_strings() {
        let ok = |text: &str| parse(text, Longs::Refused).unwrap_or_else(|error| panic!("{text}: {error}"));
        for (text, value) in [
            ("'a\"b'", "a\"b"),
            ("\"a'b\"", "a'b"),
            ("u'a' 'b'\tr'c\\n'", "abc\\n"),
            ("('a'\n # no\n 'b')", "ab"),
            (r"'\n\\\'\x41\u65e5\U0001f600\101\7'", "\n\\'A日😀A\u{7}"),
            (r"'\q'", "\\q"),
            ("'a\\\nb'", "ab"),
            ("'''a\n'b'''", "a\n'b"),
            ("r'\\''", "\\'"),
        ] {
            assert_eq!(ok(text), Literal::Str(value.to_owned()), "{text}");
        }
        assert_eq!(ok(r"b'\xff' b'a'"), Literal::Bytes(b"\xffa".to_vec()));
    }
}
