//! JSON values as rows: nested lists, objects for records, and what `slice` writes for each dtype.
//!
//! A block is values with commas between them (the items of the outermost list), or one value a line, or one alone.
//! Numbers are never read as anything but their own text, so that each has the digits that stand there. What is no JSON
//! is refused, but for the words that Python writes for NaN and the infinities.

use super::blocks::{Rows, end_of_string};
use super::cells::Cell;
use super::kind::Kind;
use super::parsed::{Bad, Parsed, Place, Stop};
use crate::dtype::{ByteOrder, Class, DType, Kind as DKind, Number};
use crate::error::Result;
use crate::escape::{escape_bytes, printable, shortened};
use crate::scalar::Telling;
use crate::scalar::bytes_of_json;

/// How deep lists may stand in each other.
const MAX_DEPTH: usize = 64;

/// The most characters that are shown of a word which is no value.
const SHOWN: usize = 24;

/// What an element is made of.
#[derive(Debug)]
pub(super) enum Node {
    Leaf(Cell),
    /// A list of the two parts, or text.
    Complex {
        whole: Cell,
        part: Cell,
    },
    Record {
        members: Vec<Member>,
        itemsize: usize,
    },
    /// A subarray.
    Array {
        dims: Vec<u64>,
        element: Box<Node>,
    },
}

#[derive(Debug)]
pub(super) struct Member {
    name: String,
    offset: usize,
    node: Node,
}

impl Node {
    pub(super) fn told(dtype: &DType, telling: Telling) -> Result<Self> {
        if let DKind::Record(record) = dtype.kind() {
            let members = record.fields().iter().map(|field| {
                let element = Self::told(&field.dtype, telling)?;
                let node = match field.shape[..] {
                    [] => element,
                    _ => Self::Array { dims: field.shape.clone(), element: Box::new(element) },
                };
                Ok(Member { name: field.name.clone(), offset: field.offset, node })
            });
            return Ok(Self::Record { members: members.collect::<Result<_>>()?, itemsize: dtype.itemsize() });
        }
        let whole = Cell::told(dtype, telling)?;
        let part = match dtype.number() {
            Some(number) if number.class() == Class::Complex => match number {
                Number::Complex64 => Number::Float32,
                Number::Complex128 => Number::Float64,
                _ => Number::LongDouble,
            },
            _ => return Ok(Self::Leaf(whole)),
        };
        Ok(Self::Complex { whole, part: Cell::told(&DType::new(DKind::Number(part), ByteOrder::NATIVE), telling)? })
    }

    pub(super) fn guessed(kind: Kind) -> Self {
        Self::Leaf(Cell::guessed(kind))
    }

    fn itemsize(&self) -> usize {
        match self {
            Self::Leaf(cell) | Self::Complex { whole: cell, .. } => cell.itemsize,
            Self::Record { itemsize, .. } => *itemsize,
            Self::Array { dims, element } => dims.iter().product::<u64>() as usize * element.itemsize(),
        }
    }
}

/// What Python writes for numbers that JSON has none for; in quotes `rmm` writes them, too.
const WORDS: [&[u8]; 3] = [b"NaN", b"Infinity", b"-Infinity"];

/// What a complex number is.
const PAIR: &str = "a complex number is a list of two, [re, im]";

/// White space as JSON has it.
pub(super) fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether the list whose bracket is in front of this text holds a number itself, rather than lists, records or text.
pub(super) fn holds_number(inner: &[u8]) -> bool {
    let blanks = inner.iter().take_while(|&&byte| is_white(byte)).count();
    match &inner[blanks..] {
        [] | [b'[' | b']' | b'{', ..] => false,
        [b'"', text @ ..] => {
            WORDS.iter().any(|word| text.strip_prefix(*word).is_some_and(|rest| rest.starts_with(b"\"")))
        }
        _ => true,
    }
}

/// Whether text is a number as JSON writes it: no plus in front, no zero before other digits, digits on both sides of a
/// point and behind an exponent.
fn is_number(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = text.strip_prefix(b"-").unwrap_or(text);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest[0] == b'0') {
        return false;
    }
    let rest = match &rest[whole..] {
        [b'.', fraction @ ..] if digits(fraction) > 0 => &fraction[digits(fraction)..],
        rest => rest,
    };
    match rest {
        [] => true,
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => {
            !exponent.is_empty() && digits(exponent) == exponent.len()
        }
        _ => false,
    }
}

/// Whether [`is_number`] holds of text that was read as a number to its end, by a look at less of it.
fn is_plain(text: &[u8]) -> bool {
    match text.strip_prefix(b"-").unwrap_or(text) {
        [] | [b'+' | b'.', ..] | [b'0', b'0'..=b'9', ..] => false,
        rest => rest
            .iter()
            .position(|&byte| byte == b'.')
            .is_none_or(|point| rest.get(point + 1).is_some_and(u8::is_ascii_digit)),
    }
}

fn no_value(word: &[u8]) -> String {
    let mut shown = Vec::new();
    escape_bytes(word, &mut shown);
    let shown = String::from_utf8_lossy(&shown);
    format!("'{}' is no JSON value: a number, a string, true, false or null", shortened(&shown, SHOWN))
}

/// Reads a block of values.
pub(super) fn read(rows: Rows, text: &[u8], node: &Node, into: &mut Parsed) -> Result<(), Stop> {
    let mut reader = Reader { text, at: 0, node, dims: Vec::new(), leaf_depth: None, path: Vec::new(), into };
    match rows {
        Rows::Lines | Rows::Quoted(_) | Rows::Anywhere => reader.lines(),
        Rows::Items => reader.items(),
        Rows::Whole => reader.whole(),
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    node: &'a Node,
    /// The shape of a row: those of the first at each depth.
    dims: Vec<Option<u64>>,
    leaf_depth: Option<usize>,
    /// Where in its row the next value stands.
    path: Vec<u64>,
    into: &'a mut Parsed,
}

impl Reader<'_> {
    fn lines(&mut self) -> Result<(), Stop> {
        let whole = self.text;
        while self.at < whole.len() {
            let end = self.at + memchr::memchr(b'\n', &whole[self.at..]).unwrap_or(whole.len() - self.at);
            // A value does not go on in the next line.
            self.text = &whole[..end];
            if self.peek().is_some() {
                self.row()?;
                if self.peek().is_some() {
                    return Err(self.bad("something follows the value on its line"));
                }
            }
            self.text = whole;
            self.at = end + 1;
        }
        Ok(())
    }

    fn whole(&mut self) -> Result<(), Stop> {
        if self.peek().is_none() {
            return Ok(());
        }
        self.row()?;
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.bad("something follows the value; --from-format ndjson reads one a line")),
        }
    }

    fn items(&mut self) -> Result<(), Stop> {
        let mut is_owed = false;
        while let Some(byte) = self.peek() {
            if byte == b']' && is_owed {
                return Err(self.bad("a value is missing behind a comma"));
            }
            if byte == b']' {
                return self.close();
            }
            self.row()?;
            match self.peek() {
                Some(b',') => (self.at, is_owed) = (self.at + 1, true),
                Some(b']') => return self.close(),
                Some(_) => return Err(self.bad("a comma is missing between two values")),
                None => return Err(self.bad("the list is never closed")),
            }
        }
        Ok(())
    }

    /// The outermost list ends here, and the text with it.
    fn close(&mut self) -> Result<(), Stop> {
        self.into.closed = Some(self.at);
        self.at += 1;
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.bad("something follows the list")),
        }
    }

    fn row(&mut self) -> Result<(), Stop> {
        let begin = self.at;
        self.path.clear();
        self.value(0)?;
        if self.into.rows == 0 {
            self.into.first = begin;
            // Lists without elements end where there is nothing.
            self.into.dims = Some(self.dims.iter().map(|len| len.unwrap_or(0)).collect());
        }
        self.into.rows += 1;
        Ok(())
    }

    /// A list of the next axis, or an element.
    fn value(&mut self, depth: usize) -> Result<(), Stop> {
        if self.peek() == Some(b'[') && !self.is_pair() {
            if self.leaf_depth.is_some_and(|leaf_depth| depth >= leaf_depth) {
                return Err(self.bad("it is ragged: a list stands where elements stood before"));
            }
            if depth == MAX_DEPTH {
                return Err(self.bad(&format!("lists nest deeper than {MAX_DEPTH}")));
            }
            if self.dims.len() == depth {
                if self.into.rows > 0 {
                    return Err(self.bad("it is ragged: a list stands where there was none before"));
                }
                self.dims.push(None);
            }
            let len = self.list(|reader| reader.value(depth + 1))?;
            let expected = *self.dims[depth].get_or_insert(len);
            if len != expected {
                return Err(self.bad(&format!("it is ragged: a list has {len} items, those before it {expected}")));
            }
            return Ok(());
        }
        if *self.leaf_depth.get_or_insert(depth) != depth || self.dims.len() > depth {
            return Err(self.bad("it is ragged: an element stands where lists stood before"));
        }
        let start = self.into.items.len();
        self.into.items.resize(start + self.node.itemsize(), 0);
        self.element(self.node, start)
    }

    /// Whether the list that begins here is the two parts of a complex number.
    fn is_pair(&self) -> bool {
        let inner = self.text[self.at + 1..].iter().find(|&&byte| !is_white(byte));
        matches!(self.node, Node::Complex { .. }) && !matches!(inner, Some(b'[' | b']'))
    }

    /// Reads a list, each item by `item`, and says how many there were.
    fn list(&mut self, mut item: impl FnMut(&mut Self) -> Result<(), Stop>) -> Result<u64, Stop> {
        self.at += 1;
        let mut len = 0;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(0);
        }
        loop {
            self.path.push(len);
            item(self)?;
            len += 1;
            match self.peek() {
                Some(b',') => {
                    self.at += 1;
                    if self.peek() == Some(b']') {
                        return Err(self.bad("a value is missing behind a comma"));
                    }
                }
                Some(b']') => {
                    self.at += 1;
                    self.path.pop();
                    return Ok(len);
                }
                Some(_) => return Err(self.bad("a comma is missing between two values")),
                None => return Err(self.bad("a list is never closed")),
            }
            self.path.pop();
        }
    }

    fn element(&mut self, node: &Node, start: usize) -> Result<(), Stop> {
        match (node, self.peek()) {
            (Node::Leaf(cell), _) => self.scalar(cell, start),
            (Node::Complex { part, .. }, Some(b'[')) => {
                let mut places = [start, start + part.itemsize].into_iter();
                let len = self.list(|reader| match places.next() {
                    Some(place) => reader.scalar(part, place),
                    None => Err(reader.bad(PAIR)),
                })?;
                if len == 2 { Ok(()) } else { Err(self.bad(PAIR)) }
            }
            (Node::Complex { whole, .. }, _) => self.scalar(whole, start),
            (Node::Record { members, .. }, Some(b'{')) => self.record(members, start),
            (Node::Record { .. }, _) => Err(self.bad("a record is an object")),
            (Node::Array { dims, element }, _) => self.subarray(dims, element, start),
        }
    }

    fn subarray(&mut self, dims: &[u64], element: &Node, start: usize) -> Result<(), Stop> {
        let Some((&len, inner)) = dims.split_first() else { return self.element(element, start) };
        if self.peek() != Some(b'[') {
            return Err(self.bad("an axis of a subarray is a list"));
        }
        let step = inner.iter().product::<u64>() as usize * element.itemsize();
        let mut count = 0;
        let found = self.list(|reader| {
            if count == len {
                return Err(reader.bad(&format!("the axis of a subarray has {len} items")));
            }
            count += 1;
            reader.subarray(inner, element, start + (count - 1) as usize * step)
        })?;
        if found == len { Ok(()) } else { Err(self.bad(&format!("a list has {found} items, its axis {len}"))) }
    }

    fn record(&mut self, members: &[Member], start: usize) -> Result<(), Stop> {
        let mut found = vec![false; members.len()];
        self.at += 1;
        let mut next = if self.peek() == Some(b'}') { b'}' } else { b',' };
        while next == b',' {
            if self.peek() != Some(b'"') {
                return Err(self.bad("the name of a field is missing"));
            }
            let name = self.string()?;
            let place = members.iter().position(|member| member.name == name);
            let Some(place) = place else {
                return Err(self.bad(&format!("the dtype has no field '{}'", printable(&name))));
            };
            if std::mem::replace(&mut found[place], true) {
                return Err(self.bad(&format!("field '{}' is there twice", printable(&name))));
            }
            if self.peek() != Some(b':') {
                return Err(self.bad("a colon is missing behind a name"));
            }
            self.at += 1;
            self.element(&members[place].node, start + members[place].offset)?;
            next = self.peek().unwrap_or(0);
            if !matches!(next, b',' | b'}') {
                return Err(self.bad("an object is never closed"));
            }
            self.at += usize::from(next == b',');
        }
        self.at += 1;
        match found.iter().position(|&found| !found) {
            None => Ok(()),
            Some(place) => Err(self.bad(&format!("field '{}' is missing", printable(&members[place].name)))),
        }
    }

    fn scalar(&mut self, cell: &Cell, start: usize) -> Result<(), Stop> {
        let Some(first) = self.peek() else { return Err(self.bad("a value is missing")) };
        let item = start..start + cell.itemsize;
        let begin = self.at;
        if let Some(fast) = cell.fast {
            let len = fast(&self.text[begin..], &mut self.into.items[item.clone()]);
            let after = self.text.get(begin + len).copied().unwrap_or(b'\n');
            let is_ended = matches!(after, b',' | b']' | b'}') || is_white(after);
            if len > 0 && is_ended && is_plain(&self.text[begin..begin + len]) {
                self.at += len;
                return Ok(());
            }
        }
        let field = match first {
            b'"' => {
                let text = self.string()?;
                // What is in quotes is text whatever it looks like, but for the numbers that JSON has no others for.
                if cell.is_guess() && !WORDS.contains(&text.as_bytes()) {
                    return Err(Stop::Widen(Kind::Text));
                }
                if cell.keeps_blanks() {
                    let mut escaped = Vec::new();
                    escape_bytes(&bytes_of_json(&text), &mut escaped);
                    escaped
                } else {
                    text.into_bytes()
                }
            }
            b'[' | b'{' | b'}' | b']' | b',' | b':' => {
                return Err(self.bad(match first {
                    b'{' => "an object needs --dtype with its fields",
                    b'[' => "a list stands where an element is wanted",
                    _ => "a value is missing",
                }));
            }
            _ => {
                let is_end = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b':') || is_white(*byte);
                let rest = &self.text[begin..];
                let word = &rest[..rest.iter().position(is_end).unwrap_or(rest.len())];
                let is_value = matches!(word, b"true" | b"false" | b"null") || WORDS.contains(&word) || is_number(word);
                if !is_value {
                    return Err(self.bad(&no_value(word)));
                }
                let field = match (word, cell.missing) {
                    (b"null", Some(missing)) => missing.as_bytes(),
                    (b"null", None) => return Err(self.bad("null has a value among floats (NaN) and times (NaT) only")),
                    (word, _) => word,
                };
                self.at += word.len();
                field.to_vec()
            }
        };
        let place = Place::Index(self.path.clone());
        match cell.read(&field, &mut self.into.items[item], &mut self.into.seen) {
            Ok(()) => Ok(()),
            Err(refusal) => self.into.refuse(refusal, begin, place),
        }
    }

    /// The string that begins here.
    fn string(&mut self) -> Result<String, Stop> {
        let end = end_of_string(self.text, self.at);
        let Some(quoted) = self.text.get(self.at..=end) else { return Err(self.bad("a string is never closed")) };
        match serde_json::from_slice(quoted) {
            Ok(text) => {
                self.at = end + 1;
                Ok(text)
            }
            Err(error) => Err(self.bad(&format!("a string is wrong: {error}"))),
        }
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text[self.at..];
        let blanks = rest.iter().position(|&byte| !is_white(byte));
        self.at += blanks.unwrap_or(rest.len());
        self.text.get(self.at).copied()
    }

    fn bad(&self, message: &str) -> Stop {
        let at = self.at.min(self.text.len());
        Stop::Bad(Bad::new(at, Place::Index(self.path.clone()), message))
    }
}
