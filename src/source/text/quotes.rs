//! Where quoted fields begin and end, as RFC 4180 and the csv crate have it: a quote opens a field only at its very
//! beginning, and two of them inside a quoted field are one quote. Where there are comments, they are outside quotes, and
//! no quote is in them. Knows neither rows nor what is in a field.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr2};

/// What counts beside quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    /// What stands between two fields.
    pub(super) delimiter: u8,
    /// What begins a comment, which goes on to the end of its line.
    pub(super) comment: Option<u8>,
}

/// Something that is found on the way through a text.
#[derive(Debug, PartialEq, Eq)]
enum Mark {
    /// A quote that opens a field or closes it, in turn.
    Quote(usize),
    /// A comment up to the end of its line, without that.
    Comment(Range<usize>),
}

/// The way through a text.
struct Marked<'a> {
    marks: Marks,
    text: &'a [u8],
    at: usize,
    is_open: bool,
}

impl Iterator for Marked<'_> {
    type Item = Mark;

    fn next(&mut self) -> Option<Mark> {
        loop {
            let rest = &self.text[self.at..];
            let found = match self.marks.comment {
                Some(comment) if !self.is_open => memchr2(b'"', comment, rest),
                _ => memchr(b'"', rest),
            };
            let at = self.at + found?;
            self.at = at + 1;
            if self.text[at] != b'"' {
                self.at = memchr(b'\n', &self.text[at..]).map_or(self.text.len(), |end| at + end);
                return Some(Mark::Comment(at..self.at));
            }
            if self.is_open && self.text.get(at + 1) == Some(&b'"') {
                self.at = at + 2;
                continue;
            }
            if self.is_open || at == 0 || self.text[at - 1] == b'\n' || self.text[at - 1] == self.marks.delimiter {
                self.is_open = !self.is_open;
                return Some(Mark::Quote(at));
            }
        }
    }
}

/// The quotes that open a field and those that close it, in turn, of a text that begins where a line does: inside a quoted
/// field, where one is open before.
pub(super) fn turns(marks: Marks, text: &[u8], before: Option<usize>) -> impl Iterator<Item = usize> {
    let marked = Marked { marks, text, at: 0, is_open: before.is_some() };
    marked.filter_map(|mark| match mark {
        Mark::Quote(at) => Some(at),
        Mark::Comment(_) => None,
    })
}

/// The quote that opens the field in which the text ends; `before` is the one that is open where it begins.
pub(super) fn still_open(marks: Marks, text: &[u8], before: Option<usize>) -> Option<usize> {
    turns(marks, text, before).fold(before, |open, at| if open.is_some() { None } else { Some(at) })
}

/// A text without its comments.
pub(super) struct Bare<'a> {
    pub(super) text: Cow<'a, [u8]>,
    /// Where something was left out of it, and how many bytes were until then.
    cuts: Vec<(usize, usize)>,
}

impl<'a> Bare<'a> {
    /// Leaves comments out, and the blanks in front of one that has nothing else there.
    pub(super) fn of(marks: Marks, text: &'a [u8]) -> Self {
        let (mut bare, mut cuts, mut kept) = (Vec::new(), Vec::new(), 0);
        if marks.comment.is_none() {
            return Self { text: Cow::Borrowed(text), cuts };
        }
        for mark in (Marked { marks, text, at: 0, is_open: false }) {
            let Mark::Comment(comment) = mark else { continue };
            let line = memchr::memrchr(b'\n', &text[..comment.start]).map_or(0, |end| end + 1);
            let is_alone = text[line..comment.start].iter().all(|&byte| byte == b' ' || byte == b'\t');
            let start = if is_alone { line.max(kept) } else { comment.start };
            bare.extend_from_slice(&text[kept..start]);
            kept = comment.end;
            cuts.push((bare.len(), kept - bare.len()));
        }
        if cuts.is_empty() {
            return Self { text: Cow::Borrowed(text), cuts };
        }
        bare.extend_from_slice(&text[kept..]);
        Self { text: Cow::Owned(bare), cuts }
    }

    /// Where a byte of it stands in the whole text.
    pub(super) fn whole(&self, at: usize) -> usize {
        let cuts = self.cuts.partition_point(|&(cut, _)| cut <= at);
        at + cuts.checked_sub(1).map_or(0, |last| self.cuts[last].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: Marks = Marks { delimiter: b',', comment: None };

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
            ("a\r\"b", None),
        ] {
            assert_eq!(still_open(CSV, text.as_bytes(), None), open, "{text:?}");
        }
    }

    #[test]
    fn a_field_goes_on_in_the_next_line() {
        for (text, open) in [("m\",y", None), ("m", Some(7)), ("\"\"", Some(7)), ("\",\"", Some(2)), ("\"", None)] {
            assert_eq!(still_open(CSV, text.as_bytes(), Some(7)), open, "{text:?}");
        }
    }

    #[test]
    fn comments_are_outside_quotes_and_hold_none() {
        let marks = Marks { comment: Some(b'#'), ..CSV };
        let text = "#\"\n\"a#\",b # \"\n  # c\n\"d\",#\n#";
        let bare = Bare::of(marks, text.as_bytes());
        assert_eq!(String::from_utf8_lossy(&bare.text), "\n\"a#\",b \n\n\"d\",\n");
        for (at, byte) in bare.text.iter().enumerate() {
            assert_eq!(text.as_bytes()[bare.whole(at)], *byte, "{at}");
        }
        assert_eq!(still_open(marks, text.as_bytes(), None), None);
        assert_eq!(still_open(marks, b"# \"\n1,\"#", None), Some(6));
        let bare = Bare::of(CSV, b"a,#");
        assert_eq!((&bare.text[..], bare.whole(2)), (&b"a,#"[..], 2));
    }
}
