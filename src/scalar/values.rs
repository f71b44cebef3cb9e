//! The words of a VALUE: one scalar, several in a row, or a nested list.

use super::Scalar;
use super::nest::{MAX_DEPTH, item_end};
use crate::error::{Error, Result};

/// An array in C order, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Values {
    /// Empty for a scalar.
    pub shape: Vec<u64>,
    /// The elements, in the byte order of this machine.
    pub bytes: Vec<u8>,
}

/// Reads the words of a VALUE: one is a scalar, several are a 1-D array, and one that begins with `[` is a list of
/// any depth up to 64, all of whose lists have the same length at the same depth.
///
/// # Errors
///
/// Usage, where a word is no value of the dtype, a list is ragged or stands beside other words, or there is no word.
pub fn parse_values(words: &[String], scalar: &Scalar) -> Result<Values> {
    let is_list = |word: &String| word.trim_ascii_start().starts_with('[');
    match words {
        [] => Err(Error::usage("there is no value")),
        [word] if is_list(word) => parse_list(word.trim_ascii(), scalar),
        [word] => {
            let mut bytes = vec![0; scalar.itemsize()];
            scalar.parse(word, &mut bytes)?;
            Ok(Values { shape: Vec::new(), bytes })
        }
        words => {
            if let Some(place) = words.iter().position(is_list) {
                let message = format!("value {place} of {} is a list, which has to stand alone", words.len());
                return Err(Error::usage(message).hint("write all of them as one list: '[[1,2],[3,4]]'"));
            }
            let mut bytes = vec![0; words.len() * scalar.itemsize()];
            for (place, word) in words.iter().enumerate() {
                scalar.parse(word, &mut bytes[place * scalar.itemsize()..][..scalar.itemsize()])?;
            }
            Ok(Values { shape: vec![words.len() as u64], bytes })
        }
    }
}

/// A nested list on its way to becoming an array.
struct Nested<'a> {
    scalar: &'a Scalar,
    /// The lengths seen at each depth so far: those of the first list there.
    shape: Vec<Option<u64>>,
    /// How many items each open list has so far, outermost first.
    open: Vec<u64>,
    /// The depth at which elements stand, from the first one on.
    leaf_depth: Option<usize>,
    bytes: Vec<u8>,
}

/// What may follow in a list, besides its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Item,
    Comma,
}

fn parse_list(word: &str, scalar: &Scalar) -> Result<Values> {
    let mut nested = Nested { scalar, shape: Vec::new(), open: Vec::new(), leaf_depth: None, bytes: Vec::new() };
    let mut rest = word;
    let mut next = Next::Item;
    loop {
        rest = rest.trim_ascii_start();
        let Some(first) = rest.bytes().next() else {
            return Err(nested.wrong("it is never closed"));
        };
        match (first, next) {
            (b'[', Next::Item) => nested.open()?,
            (b']', _) => {
                nested.close(next)?;
                next = Next::Comma;
                if nested.open.is_empty() {
                    break;
                }
            }
            (b',', Next::Comma) => {
                nested.count_item();
                next = Next::Item;
            }
            (b',', Next::Item) => return Err(nested.wrong("a value is missing before a comma")),
            (_, Next::Comma) => return Err(nested.wrong("a comma is missing between two items")),
            (_, Next::Item) => {
                let end = item_end(rest).map_err(|reason| nested.wrong(&reason))?;
                nested.element(rest[..end].trim_ascii_end())?;
                next = Next::Comma;
                rest = &rest[end..];
                continue;
            }
        }
        rest = &rest[1..];
    }
    if rest != "]" {
        return Err(nested.wrong("something follows its end"));
    }
    let shape = nested.shape.iter().map(|len| len.expect("every list is closed")).collect();
    Ok(Values { shape, bytes: nested.bytes })
}

impl Nested<'_> {
    fn open(&mut self) -> Result<()> {
        let depth = self.open.len();
        if self.leaf_depth.is_some_and(|leaf_depth| depth >= leaf_depth) {
            return Err(self.wrong("it is ragged: a list stands where elements stood before"));
        }
        if depth == MAX_DEPTH {
            return Err(self.wrong(&format!("lists nest deeper than {MAX_DEPTH}")));
        }
        self.open.push(0);
        if self.shape.len() == depth {
            self.shape.push(None);
        }
        Ok(())
    }

    fn element(&mut self, text: &str) -> Result<()> {
        let depth = self.open.len();
        if *self.leaf_depth.get_or_insert(depth) != depth || self.shape.len() > depth {
            return Err(self.wrong("it is ragged: an element stands where lists stood before"));
        }
        let start = self.bytes.len();
        self.bytes.resize(start + self.scalar.itemsize(), 0);
        let read = self.scalar.parse_inside(text, &mut self.bytes[start..]);
        read.map_err(|reason| self.wrong(self.scalar.refuse(text, &reason).message()))
    }

    fn count_item(&mut self) {
        *self.open.last_mut().expect("items stand in a list") += 1;
    }

    /// Ends the innermost list; a comma may have been its last word.
    fn close(&mut self, next: Next) -> Result<()> {
        if next == Next::Comma {
            self.count_item();
        }
        let len = self.open.pop().expect("only what is open is closed");
        let expected = *self.shape[self.open.len()].get_or_insert(len);
        if len != expected {
            return Err(self.wrong(&format!("it is ragged: this list has {len} items, those before it {expected}")));
        }
        Ok(())
    }

    /// A failure at the place that has been reached.
    fn wrong(&self, reason: &str) -> Error {
        let place: Vec<String> = self.open.iter().map(u64::to_string).collect();
        let place = if place.is_empty() { String::new() } else { format!(" at [{}]", place.join(",")) };
        Error::usage(format!("list of values{place}: {reason}"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::number;
    use super::*;
    use crate::dtype::{ByteOrder, DType, Kind, Number};

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    fn bytes_of(text: &[&str]) -> Result<Values> {
        parse_values(&words(text), &number(Number::UInt8))
    }

    fn refused(text: &[&str]) -> String {
        bytes_of(text).expect_err(&text.join(" ")).to_string()
    }

    #[test]
    fn words_and_lists_have_the_shape_they_show() {
        for (text, shape, bytes) in [
            (&["7"][..], &[][..], &[7][..]),
            (&["7", "8"], &[2], &[7, 8]),
            (&["[7]"], &[1], &[7]),
            (&["[[1,2],[3,4],]"], &[3 - 1, 2], &[1, 2, 3, 4]),
            (&[" [ [ 1 , 2 , ] , [ 3 , 4 ] ] "], &[2, 2], &[1, 2, 3, 4]),
            (&["[]"], &[0], &[]),
            (&["[[],[]]"], &[2, 0], &[]),
            (&["[[[5]]]"], &[1, 1, 1], &[5]),
        ] {
            let expected = Values { shape: shape.to_vec(), bytes: bytes.to_vec() };
            assert_eq!(bytes_of(text).unwrap_or_else(|error| panic!("{error}")), expected, "{text:?}");
        }
    }

    #[test]
    fn ragged_lists_are_refused_with_their_place() {
        assert_eq!(
            refused(&["[[1,2],[3]]"]),
            "list of values at [1]: it is ragged: this list has 1 items, those before it 2"
        );
        for (text, place) in [
            ("[1,[2]]", "at [1]: it is ragged: a list"),
            ("[[1],2]", "at [1]: it is ragged: an element"),
            ("[[],[1]]", "at [1]: it is ragged"),
            ("[[],[[]]]", "at [1]: it is ragged"),
            ("[[],1]", "at [1]: it is ragged"),
            ("[[[1],[2]],[[3],[4,5]]]", "at [1,1]: it is ragged"),
        ] {
            assert!(refused(&[text]).contains(place), "{text}: {}", refused(&[text]));
        }
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for (text, reason) in [
            ("[1,2", "never closed"),
            ("[", "never closed"),
            ("[1]]", "something follows"),
            ("[1],[2]", "something follows"),
            ("[,]", "missing before a comma"),
            ("[1,,2]", "at [1]: a value is missing"),
            ("[[1][2]]", "a comma is missing"),
            ("[1)", "comma is missing"),
            ("['1]", "never closed"),
            ("[1,x]", "at [1]: cannot read 'x' as uint8"),
            (&"[".repeat(65), "deeper than 64"),
            ("['1']", "cannot read ''1'' as uint8"),
        ] {
            assert!(refused(&[text]).contains(reason), "{text}: {}", refused(&[text]));
        }
        assert!(refused(&["1", "[2]"]).contains("value 1 of 2 is a list"));
        assert!(refused(&[]).contains("no value"));
        assert!(refused(&["1", "256"]).contains("'256'"));
        let deep = format!("{}1{}", "[".repeat(64), "]".repeat(64));
        assert_eq!(bytes_of(&[&deep]).expect("as deep as may be").shape, [1; 64]);
    }

    #[test]
    fn lists_of_text_and_complex_numbers_keep_their_commas() {
        let text = Scalar::of(&DType::new(Kind::Bytes(3), ByteOrder::NATIVE));
        let values = parse_values(&words(&["['a,]', b c, \"it\", '']"]), &text).expect("four texts");
        assert_eq!((values.shape, &values.bytes[..]), (vec![4], &b"a,]b cit\0\0\0\0"[..]));
        let complex = parse_values(&words(&["[(1+2j), 3]"]), &number(Number::Complex64)).expect("two numbers");
        assert_eq!(complex.bytes, bytemuck::cast_slice::<f32, u8>(&[1.0, 2.0, 3.0, 0.0]));
    }
}
