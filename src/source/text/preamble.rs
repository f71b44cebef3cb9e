//! What stands in front of the rows: a mark of UTF-8, lines to skip, the names of columns, the bracket of a list.

use super::blocks::{Block, Blocks, Rows};
use super::json::{holds_number, is_white};
use super::lines::{Lines, Quotes};
use super::quotes::{Bare, Marks, still_open};
use super::{Feed, Header, Layout, Lists, Text, TextBlocks, TextFormat, lines_of};
use crate::error::{At, Error, Result};
use crate::escape::unescape;

/// The most bytes of a header over several lines.
const HEADER: usize = 1 << 20;

/// A text at its first row.
pub(super) fn open(feed: &Feed, format: TextFormat, layout: Layout) -> Result<(Text<'_>, TextBlocks<'_>)> {
    check(format, &layout).at(feed.name())?;
    let from = feed.reader(0).map_err(|error| feed.failed(error))?;
    // A list of JSON may be one long line, of which little is looked at.
    let first = if format == TextFormat::Json && layout.skip == 0 { Rows::Anywhere } else { Rows::Lines };
    let mut head =
        Head { feed, blocks: Blocks::new(from, first, 0), block: Block::default(), done: 0, at: 0, lines: 0 };
    head.more()?;
    head.skip_mark().at(feed.name())?;
    for _ in 0..layout.skip {
        if head.line()?.is_none() {
            break;
        }
    }
    let lines = lines_of(format, &layout);
    let names = match layout.header {
        Header::Names => Some(head.names(&lines)?),
        Header::Absent => None,
    };
    let rows = match format {
        TextFormat::Ndjson => Rows::Lines,
        TextFormat::Json => head.json_rows(layout.lists)?,
        _ => lines.marks().map_or(Rows::Lines, Rows::Quoted),
    };
    let columns =
        if format.has_fields() && head.more()? { lines.first_columns(&head.block[head.done..]) } else { None };
    let Head { mut blocks, block, done, at, lines: lines_before, .. } = head;
    blocks.give_back(&block[done..], at + done as u64);
    blocks.cut_at(rows);
    let text = Text { feed, format, layout, rows, names, columns, lines_before };
    Ok((text, TextBlocks { blocks, feed }))
}

fn check(format: TextFormat, layout: &Layout) -> Result<()> {
    let Lines { delimiter, comment, .. } = lines_of(format, layout);
    let separates = |sign: u8| delimiter.map_or(sign == b' ' || sign == b'\t', |delimiter| delimiter == sign);
    if let Some(sign) = comment.filter(|&sign| format.has_fields() && separates(sign)) {
        let sign = char::from(sign).escape_default();
        return Err(Error::usage(format!("'{sign}' cannot both stand between fields and begin a comment"))
            .hint("--delimiter and --comments name them"));
    }
    let fields = [
        (layout.delimiter.is_some(), "--delimiter"),
        (layout.comment.is_some(), "--comments"),
        (layout.header == Header::Names, "--header"),
        (!layout.columns.is_empty(), "--columns"),
    ];
    match fields.iter().find(|(given, _)| *given && !format.has_fields()) {
        Some((_, option)) => Err(Error::usage(format!("{option} is for lines of fields, not for {}", format.name()))),
        None => Ok(()),
    }
}

/// A line without the blanks around it that separate nothing.
fn trimmed(line: &[u8], delimiter: Option<u8>) -> &[u8] {
    let is_blank = |byte: &&u8| byte.is_ascii_whitespace() && Some(**byte) != delimiter;
    let front = line.iter().take_while(is_blank).count();
    let back = line[front..].iter().rev().take_while(is_blank).count();
    &line[front..line.len() - back]
}

/// The beginning of a text, of which `done` bytes of the block are behind us.
struct Head<'f> {
    feed: &'f Feed,
    blocks: Blocks<'f>,
    block: Block,
    done: usize,
    /// Where in the text the block begins.
    at: u64,
    lines: u64,
}

impl Head<'_> {
    /// Looks at the next block, where this one is done; false at the end of the text.
    fn more(&mut self) -> Result<bool> {
        if self.done < self.block.len() {
            return Ok(true);
        }
        if let Some(at) = self.blocks.next(&mut self.block).map_err(|error| self.feed.failed(error))? {
            (self.at, self.done) = (at, 0);
            return Ok(true);
        }
        self.at += self.done as u64;
        self.block.clear();
        self.done = 0;
        Ok(false)
    }

    fn skip_mark(&mut self) -> Result<()> {
        let block = &self.block[..];
        if block.starts_with(&[0xff, 0xfe]) || block.starts_with(&[0xfe, 0xff]) {
            return Err(Error::usage("is UTF-16, and text is read as UTF-8").hint("iconv -f UTF-16 -t UTF-8"));
        }
        if memchr::memchr(0, block).is_some() {
            return Err(Error::usage("holds NUL bytes: it is no text, and nothing says what it is")
                .hint("--from-format raw, or --from-spec f4:1000,500 where it differs from FILE"));
        }
        self.done = if block.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Ok(())
    }

    /// The next line, without its end.
    fn line(&mut self) -> Result<Option<&[u8]>> {
        if !self.more()? {
            return Ok(None);
        }
        let start = self.done;
        let len = memchr::memchr(b'\n', &self.block[start..]).unwrap_or(self.block.len() - start);
        self.done = (start + len + 1).min(self.block.len());
        self.lines += 1;
        Ok(Some(&self.block[start..start + len]))
    }

    /// The names in the first line that is not empty, and in those in which a quoted name goes on; a comment sign in front
    /// of them is none of them.
    fn names(&mut self, lines: &Lines) -> Result<Vec<String>> {
        let mut is_hollow = false;
        while let Some(line) = self.line()? {
            let mut line = trimmed(line, lines.delimiter);
            if let [first, rest @ ..] = line
                && Some(*first) == lines.comment
            {
                line = trimmed(rest, lines.delimiter);
            }
            if lines.quotes == Quotes::Plain
                && let Some(end) = lines.comment.and_then(|sign| memchr::memchr(sign, line))
            {
                line = trimmed(&line[..end], lines.delimiter);
            }
            if line.is_empty() {
                is_hollow = true;
                continue;
            }
            let mut header = line.to_vec();
            if let Some(marks) = lines.marks() {
                self.complete(&mut header, marks)?;
                header = Bare::of(marks, &header).text.into_owned();
            }
            let name = |field: &Vec<u8>| {
                let text = String::from_utf8_lossy(field);
                let bytes = unescape(&text).map_or_else(|| field.clone(), std::borrow::Cow::into_owned);
                String::from_utf8_lossy(&bytes).into_owned()
            };
            return Ok(lines.split(&header).iter().map(name).collect());
        }
        // Empty lines are the header and the rows of an array without columns.
        if is_hollow {
            Ok(Vec::new())
        } else {
            Err(Error::usage("there is no header: no line is left").at(self.feed.name()))
        }
    }

    /// Adds the lines in which a quoted name goes on.
    fn complete(&mut self, header: &mut Vec<u8>, marks: Marks) -> Result<()> {
        let first = self.lines;
        let mut open = still_open(marks, header, None);
        while open.is_some() {
            let name = self.feed.name();
            let wrong = |message: &str| Err(Error::usage(format!("line {first}: {message}")).at(name));
            if header.len() > HEADER {
                return wrong("the quote in front of a name is not closed within 1 MiB");
            }
            let Some(line) = self.line()? else {
                return wrong("the quote in front of a name is never closed");
            };
            header.push(b'\n');
            header.extend_from_slice(line);
            open = still_open(marks, line, open);
        }
        Ok(())
    }

    /// Where the rows of JSON end. The bracket of a list whose items they are is passed over.
    fn json_rows(&mut self, lists: Lists) -> Result<Rows> {
        self.blocks.cut_at(Rows::Anywhere);
        while self.more()? {
            let rest = &self.block[self.done..];
            let blanks = rest.iter().position(|&byte| !is_white(byte)).unwrap_or(rest.len());
            let (passed, rest) = rest.split_at(blanks);
            self.lines += memchr::memchr_iter(b'\n', passed).count() as u64;
            self.done += blanks;
            match rest {
                [] => {}
                [b'[', inner @ ..] if lists == Lists::Pairs && holds_number(inner) => {
                    return match memchr::memchr(b']', inner) {
                        Some(_) => Ok(Rows::Whole),
                        None => Err(Error::usage("a complex number is a list of two, [re, im], and this one goes on")
                            .at(self.feed.name())),
                    };
                }
                [b'[', ..] => {
                    self.done += 1;
                    return Ok(Rows::Items);
                }
                _ => return Ok(Rows::Whole),
            }
        }
        Ok(Rows::Whole)
    }
}
