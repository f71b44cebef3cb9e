//! Where quoted fields begin and end, as RFC 4180 and the csv crate have it: a quote opens a field only at its very
//! beginning, and two of them inside a quoted field are one quote. Knows neither rows nor what is in a field.

use memchr::{Memchr, memchr_iter};

/// The quotes that open a field and those that close it, in turn.
pub(super) struct Turns<'a> {
    delimiter: u8,
    text: &'a [u8],
    quotes: Memchr<'a>,
    is_open: bool,
    /// The second of two that are one quote.
    doubled: Option<usize>,
}

impl<'a> Turns<'a> {
    /// Those of a text that begins where a line does: inside a quoted field, where one `is_open`.
    pub(super) fn of(delimiter: u8, text: &'a [u8], is_open: Option<usize>) -> Self {
        Self { delimiter, text, quotes: memchr_iter(b'"', text), is_open: is_open.is_some(), doubled: None }
    }
}

impl Iterator for Turns<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        for at in self.quotes.by_ref() {
            if self.doubled == Some(at) {
                continue;
            }
            if self.is_open && self.text.get(at + 1) == Some(&b'"') {
                self.doubled = Some(at + 1);
                continue;
            }
            let begins = at == 0 || matches!(self.text[at - 1], b'\n' | b'\r') || self.text[at - 1] == self.delimiter;
            if self.is_open || begins {
                self.is_open = !self.is_open;
                return Some(at);
            }
        }
        None
    }
}

/// The quote that opens the field in which the text ends; `before` is the one that is open where it begins.
pub(super) fn still_open(delimiter: u8, text: &[u8], before: Option<usize>) -> Option<usize> {
    Turns::of(delimiter, text, before).fold(before, |open, at| if open.is_some() { None } else { Some(at) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quote_that_is_not_closed_is_found() {
        for (text, open) in [
            ("1,2", None),
            ("3,\"4", Some(2)),
            ("\"a\"\"b", Some(0)),
            ("\"a\"\"b\"", None),
            ("5\" disk", None),
            ("\"a\"b\"", None),
            ("\"\",\"\"\"", Some(3)),
            ("\"a\nb\",\"c\r\n\"\"", Some(6)),
        ] {
            assert_eq!(still_open(b',', text.as_bytes(), None), open, "{text:?}");
        }
    }

    #[test]
    fn a_field_goes_on_in_the_next_line() {
        for (text, open) in [("m\",y", None), ("m", Some(7)), ("\"\"", Some(7)), ("\",\"", Some(2)), ("\"", None)] {
            assert_eq!(still_open(b',', text.as_bytes(), Some(7)), open, "{text:?}");
        }
    }
}
