//! Tuples and lists as written: where each item ends, quotes, and brackets that match.

/// How deep brackets may stand in each other.
pub(super) const MAX_DEPTH: usize = 64;

/// The items between the brackets of a tuple or list, without the spaces around them. A comma may follow the last.
pub(super) fn items(inner: &str) -> Result<Vec<&str>, String> {
    let mut items = Vec::new();
    let mut rest = inner;
    loop {
        let end = item_end(rest)?;
        items.push(rest[..end].trim_ascii());
        match rest.as_bytes().get(end) {
            None => break,
            Some(b',') => rest = &rest[end + 1..],
            Some(&bracket) => return Err(format!("'{}' closes nothing", char::from(bracket))),
        }
    }
    if items.last().is_some_and(|last| last.is_empty()) {
        items.pop();
    }
    Ok(items)
}

/// Where the item that `text` begins with ends: at a comma or closing bracket that is not its own, or with `text`.
///
/// Quotes count where an item begins with one; an apostrophe within a word is an ordinary character.
pub(super) fn item_end(text: &str) -> Result<usize, String> {
    let bytes = text.as_bytes();
    let mut open = [0; MAX_DEPTH];
    let mut depth = 0;
    let mut at = 0;
    let mut begins = true;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\'' | b'"' if begins => {
                let len = bytes[at + 1..].iter().position(|&other| other == byte);
                at += 1 + len.ok_or_else(|| format!("the quote {} is never closed", char::from(byte)))?;
            }
            b',' | b')' | b']' if depth == 0 => return Ok(at),
            b'(' | b'[' if depth == MAX_DEPTH => return Err(format!("brackets nest deeper than {MAX_DEPTH}")),
            b'(' | b'[' => {
                open[depth] = byte;
                depth += 1;
            }
            b')' | b']' => {
                depth -= 1;
                if (open[depth] == b'(') != (byte == b')') {
                    let (open, close) = (char::from(open[depth]), char::from(byte));
                    return Err(format!("'{open}' is closed by '{close}'"));
                }
            }
            _ => {}
        }
        begins = matches!(byte, b',' | b'(' | b'[') || (begins && byte.is_ascii_whitespace());
        at += 1;
    }
    if depth > 0 {
        return Err(format!("'{}' is never closed", char::from(open[depth - 1])));
    }
    Ok(at)
}

/// `text` without the quotes around it, if it has any.
pub(super) fn unquoted(text: &str) -> &str {
    let inside = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    inside('\'').or_else(|| inside('"')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_quotes_keep_their_commas() {
        assert_eq!(items("1, (2, 3) ,[4,[5]], 'a,]' , it's"), Ok(vec!["1", "(2, 3)", "[4,[5]]", "'a,]'", "it's"]));
        assert_eq!(items("1,"), Ok(vec!["1"]));
        assert_eq!(items(""), Ok(vec![]));
        assert_eq!(items("1,,2"), Ok(vec!["1", "", "2"]));
        assert_eq!(items("('a)', 1), 2"), Ok(vec!["('a)', 1)", "2"]));
    }

    #[test]
    fn what_does_not_match_is_refused() {
        for (text, reason) in [
            ("1]", "closes nothing"),
            ("(1", "never closed"),
            ("(1]", "is closed by"),
            ("'a", "quote ' is never closed"),
            (&"(".repeat(65), "deeper than 64"),
        ] {
            assert!(items(text).is_err_and(|error| error.contains(reason)), "{text}");
        }
    }

    #[test]
    fn quotes_come_in_pairs() {
        for (text, inside) in [("'a'", "a"), ("\"a'\"", "a'"), ("'", "'"), ("a'", "a'"), ("''", ""), ("'a\"", "'a\"")] {
            assert_eq!(unquoted(text), inside);
        }
    }
}
