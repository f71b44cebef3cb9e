//! A stream of text cut into blocks that can be read by themselves: each ends where a row ends.
//!
//! ```text
//!   1.0,2.0⏎3.0,4.0⏎5.0,|6.0⏎7.0,8.0⏎     the text, read up to |
//!   └──── block ────┘└ carry ┘              what is cut off begins the next block
//! ```
//!
//! Only what must be known to find the end of a row is looked at: line ends, quotes, brackets.

use std::io::{self, Read};
use std::ops::Deref;

use memchr::{memchr, memrchr};

use super::quotes::{Marks, turns};

/// Bytes of a block: long enough that handing it out costs nothing beside reading it, short enough for many of them.
const BLOCK: usize = 1 << 20;

/// Bytes of the items of a block, and of the shortest block.
const ITEMS: usize = 8 << 20;
const SHORTEST: usize = 256;

/// Bytes of a row of csv that goes on over its lines because a quote is open: no longer one is waited for.
const LONGEST: usize = 64 << 20;

/// Bytes of the first look at a text.
const PIECE: usize = 16 << 10;

/// Where rows end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rows {
    /// At line ends.
    Lines,
    /// At line ends that are not inside a quoted field.
    Quoted(Marks),
    /// Behind the commas of the outermost list.
    Items,
    /// Nowhere: all of it is one row.
    Whole,
    /// Not known yet: a block ends where a look at the text does.
    Anywhere,
}

/// The blocks of a text, one after the other.
pub(super) struct Blocks<'a> {
    ahead: Ahead<'a>,
    rows: Rows,
    /// Bytes that a block has where its rows end in time.
    size: usize,
    /// Where in the text the next block begins.
    at: u64,
}

/// What comes next of a text: what was put back, then what is still to be read.
struct Ahead<'a> {
    carry: Vec<u8>,
    /// Bytes of it that have been read again.
    given: usize,
    from: Box<dyn Read + Send + 'a>,
    has_ended: bool,
}

impl Ahead<'_> {
    fn put_back(&mut self, bytes: &[u8]) {
        if let Some(start) = self.given.checked_sub(bytes.len()) {
            self.carry[start..self.given].copy_from_slice(bytes);
            self.given = start;
        } else {
            // Not by an iterator over its bytes: it is most of a block.
            let behind = std::mem::replace(&mut self.carry, bytes.to_vec());
            self.carry.extend_from_slice(&behind[self.given..]);
            self.given = 0;
        }
    }
}

impl Read for Ahead<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut left = &self.carry[self.given..];
        if left.is_empty() {
            // A terminal would be asked for more behind its end.
            let count = if self.has_ended { 0 } else { self.from.read(buffer)? };
            self.has_ended = count == 0;
            return Ok(count);
        }
        let count = left.read(buffer)?;
        self.given += count;
        if self.given == self.carry.len() {
            self.carry.clear();
            self.given = 0;
        }
        Ok(count)
    }
}

impl<'a> Blocks<'a> {
    /// Blocks of what `from` gives, whose first byte is byte `at` of the text.
    pub(super) fn new(from: Box<dyn Read + Send + 'a>, rows: Rows, at: u64) -> Self {
        let ahead = Ahead { carry: Vec::new(), given: 0, from, has_ended: false };
        Self { ahead, rows, size: BLOCK, at }
    }

    /// Makes blocks so short that items of so many bytes, one for each field, take no more than some MiB.
    pub(super) fn holding(&mut self, itemsize: usize) {
        // A field and what ends it are two bytes at least.
        self.size = (2 * ITEMS / itemsize.max(1)).clamp(SHORTEST, BLOCK);
    }

    /// The same text, rows ending elsewhere from here on.
    pub(super) fn cut_at(&mut self, rows: Rows) {
        self.rows = rows;
    }

    /// Puts back the end of the block that was given last, which begins at byte `at` of the text.
    pub(super) fn give_back(&mut self, rest: &[u8], at: u64) {
        self.ahead.put_back(rest);
        self.at = at;
    }

    /// Fills `block` with the next whole rows, and says where they begin; `None` at the end of the text. A block ends
    /// with a line end, or a comma of the outermost list, unless it is the last one of [`Rows::Whole`].
    ///
    /// # Errors
    /// Where the text cannot be read.
    pub(super) fn next(&mut self, block: &mut Block) -> io::Result<Option<u64>> {
        block.clear();
        let mut wanted = self.size;
        let has_ended = loop {
            let has_ended = block.fill(&mut self.ahead, wanted)?;
            // Whoever reads the block finds the quote that is not closed.
            let is_lost = matches!(self.rows, Rows::Quoted(_)) && block.len() >= LONGEST;
            let cut = match last_end(self.rows, block) {
                _ if has_ended => block.len(),
                0 if is_lost => block.len(),
                cut => cut,
            };
            if cut > 0 || has_ended {
                self.ahead.put_back(&block[cut..]);
                block.len = cut;
                break has_ended;
            }
            // A row longer than a block: the next look is at twice as much, so that all looks together are few.
            wanted = 2 * block.len().max(self.size);
        };
        if block.is_empty() {
            return Ok(None);
        }
        let at = self.at;
        self.at += block.len() as u64;
        if block.last() != Some(&b'\n') && (has_ended || matches!(self.rows, Rows::Quoted(_))) {
            block.extend(b"\n");
        }
        Ok(Some(at))
    }
}

/// Bytes of a text, in room that is cleared once and used again.
#[derive(Debug, Default)]
pub struct Block {
    bytes: Vec<u8>,
    len: usize,
}

impl Deref for Block {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl Block {
    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    fn extend(&mut self, bytes: &[u8]) {
        let end = self.len + bytes.len();
        if end > self.bytes.len() {
            self.bytes.resize(end, 0);
        }
        self.bytes[self.len..end].copy_from_slice(bytes);
        self.len = end;
    }

    /// Reads until there are so many bytes; whether the text has ended before.
    fn fill(&mut self, from: &mut dyn Read, wanted: usize) -> io::Result<bool> {
        while self.len < wanted {
            if self.len == self.bytes.len() {
                // A short text takes little room.
                self.bytes.resize((2 * self.len).max(PIECE).min(wanted), 0);
            }
            let end = self.bytes.len().min(wanted);
            match from.read(&mut self.bytes[self.len..end]) {
                Ok(0) => return Ok(true),
                Ok(count) => self.len += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }
}

/// Where the last whole row ends; 0 where none does.
fn last_end(rows: Rows, text: &[u8]) -> usize {
    let last_line = |text: &[u8]| memrchr(b'\n', text).map_or(0, |at| at + 1);
    match rows {
        Rows::Quoted(marks) if memchr(b'"', text).is_some() => last_unquoted_line(marks, text),
        Rows::Lines | Rows::Quoted(_) => last_line(text),
        Rows::Items => last_comma(text),
        Rows::Whole => 0,
        Rows::Anywhere => text.len(),
    }
}

/// The end of the last line that no quoted field is in.
fn last_unquoted_line(marks: Marks, text: &[u8]) -> usize {
    let (mut end, mut outside, mut is_open) = (0, 0, false);
    let last = |outside: usize, until: usize| memrchr(b'\n', &text[outside..until]).map(|line| outside + line + 1);
    for at in turns(marks, text, None) {
        if is_open {
            outside = at + 1;
        } else {
            end = last(outside, at).unwrap_or(end);
        }
        is_open = !is_open;
    }
    if is_open { end } else { last(outside, text.len()).unwrap_or(end) }
}

/// The end of the last comma outside all brackets and strings.
fn last_comma(text: &[u8]) -> usize {
    let (mut end, mut depth, mut at) = (0, 0i64, 0);
    while at < text.len() {
        match text[at] {
            b'"' => at = end_of_string(text, at),
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth -= 1,
            b',' if depth == 0 => end = at + 1,
            _ => {}
        }
        at += 1;
    }
    end
}

/// The closing quote of the string that opens at `start`, or the last byte.
pub(super) fn end_of_string(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(next) = memchr::memchr2(b'"', b'\\', &text[at.min(text.len())..]) {
        at += next;
        if text[at] == b'"' {
            return at;
        }
        at += 2;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives few bytes at a time.
    struct Trickle<'a>(&'a [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = 7.min(self.0.len()).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn blocks_are_whole_lines_and_all_of_the_text() {
        let text: String = (0..150_000).map(|line| format!("{line},{}\n", line * 7)).collect();
        let mut blocks = Blocks::new(Box::new(Trickle(text.as_bytes())), Rows::Lines, 5);
        let (mut block, mut all) = (Block::default(), Vec::new());
        while let Some(at) = blocks.next(&mut block).expect("memory") {
            assert_eq!(at, 5 + all.len() as u64);
            assert_eq!(block.last(), Some(&b'\n'));
            all.extend_from_slice(&block);
        }
        assert!(all == text.as_bytes());
    }

    #[test]
    fn a_line_may_be_longer_than_a_block_and_the_last_has_no_end() {
        let text = "1,".repeat(3 << 20) + "\n7";
        let mut blocks = Blocks::new(Box::new(text.as_bytes()), Rows::Lines, 0);
        let mut block = Block::default();
        assert_eq!(blocks.next(&mut block).expect("memory"), Some(0));
        assert_eq!(block.len(), (6 << 20) + 3);
        assert!(block.ends_with(b"1,\n7\n"));
        assert_eq!(blocks.next(&mut block).expect("memory"), None);
    }

    #[test]
    fn quoted_line_ends_are_no_row_ends() {
        let end = |text: &str| last_end(Rows::Quoted(Marks { delimiter: b',', comment: Some(b'%') }), text.as_bytes());
        for (text, rows) in [
            ("1,2\n3", "1,2\n"),
            ("\"a\nb\",1\n\"c\nd", "\"a\nb\",1\n"),
            ("\"a\"\"\n\",1\n2", "\"a\"\"\n\",1\n"),
            ("5\" disk\n6", "5\" disk\n"),
            ("x,\"\"\ny,\"\n", "x,\"\"\n"),
            ("\"a\n", ""),
            ("% ,\"\n\"%\n", "% ,\"\n"),
        ] {
            assert_eq!(&text[..end(text)], rows, "{text:?}");
        }
    }

    #[test]
    fn blocks_of_wide_items_are_short_and_all_of_the_text() {
        let text: String = (0..20_000).map(|line| format!("{line}\n")).collect();
        for itemsize in [1, 8, 8000, 1 << 30] {
            let mut blocks = Blocks::new(Box::new(Trickle(text.as_bytes())), Rows::Lines, 0);
            let (mut block, mut all) = (Block::default(), Vec::new());
            // What has been looked at before is cut anew.
            let at = blocks.next(&mut block).expect("memory").expect("some");
            blocks.give_back(&block[6..], at + 6);
            all.extend_from_slice(&block[..6]);
            blocks.holding(itemsize);
            while let Some(at) = blocks.next(&mut block).expect("memory") {
                assert_eq!((at, block.last()), (all.len() as u64, Some(&b'\n')));
                assert!(block.len() / 2 * itemsize <= ITEMS || block.len() <= SHORTEST, "{}", block.len());
                all.extend_from_slice(&block);
            }
            assert!(all == text.as_bytes(), "{itemsize}");
        }
    }

    #[test]
    fn nobody_waits_for_a_quote_that_is_never_closed() {
        let text = b"\"1,2\n".chain(io::repeat(b'\n'));
        let mut blocks = Blocks::new(Box::new(text), Rows::Quoted(Marks { delimiter: b',', comment: None }), 0);
        let mut block = Block::default();
        assert_eq!(blocks.next(&mut block).expect("memory"), Some(0));
        assert!((LONGEST..3 * LONGEST).contains(&block.len()), "{}", block.len());
    }

    #[test]
    fn lists_are_cut_at_their_own_commas() {
        let end = |text: &str| last_end(Rows::Items, text.as_bytes());
        for (text, rows) in [
            ("1,2,3", "1,2,"),
            ("[1,2],[3,", "[1,2],"),
            ("{\"a,]\":[1]},{\"b", "{\"a,]\":[1]},"),
            ("\"\\\",\",\"x", "\"\\\",\","),
            ("[1,2", ""),
        ] {
            assert_eq!(&text[..end(text)], rows, "{text}");
        }
    }
}
