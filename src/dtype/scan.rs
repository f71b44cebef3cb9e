//! The scanner behind `parse`: one pass from left to right, recursive only where braces nest.

use super::packed::{Item, packed, subarray_nbytes};
use super::word::{decimal, kind, shown};
use super::{ByteOrder, DType, Kind, Parsed};
use crate::error::{Error, Result};

/// How deep records may lie in records.
const MAX_DEPTH: usize = 32;

/// What is left to read, and how deep in records that is.
pub(super) struct Scanner<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text, depth: 0 }
    }

    /// All of the text.
    pub(super) fn dtype(&mut self) -> Result<Parsed> {
        if self.rest.is_empty() {
            return Err(Error::usage("dtype '' is empty"));
        }
        if self.rest.trim() != self.rest {
            return Err(Error::usage(format!("dtype '{}' begins or ends with a blank", shown(self.rest)))
                .hint(shown(self.rest.trim())));
        }
        let first = self.field()?;
        if first.name.is_none() && self.rest.is_empty() {
            return Ok(first.parsed);
        }
        let items = self.more_fields(first)?;
        match self.rest.chars().next() {
            None => Ok(Parsed { dtype: packed(items)?, shape: Vec::new() }),
            Some(found) => Err(Error::usage(format!("'{found}' is not expected here"))),
        }
    }

    /// The fields behind `first`, up to something that is no comma.
    fn more_fields(&mut self, first: Item) -> Result<Vec<Item>> {
        let mut items = vec![first];
        while self.eat(',') {
            self.skip_blanks();
            if self.rest.is_empty() || self.rest.starts_with('}') {
                break;
            }
            items.push(self.field()?);
        }
        Ok(items)
    }

    fn field(&mut self) -> Result<Item> {
        let name = self.name()?;
        let parsed = self.item()?;
        self.skip_blanks();
        Ok(Item { name, parsed })
    }

    /// The name before a colon, if there is one.
    fn name(&mut self) -> Result<Option<String>> {
        let Some(end) = self.rest.find([':', ',', '(', ')', '{', '}', '[', ']']) else { return Ok(None) };
        let Some(rest) = self.rest[end..].strip_prefix(':') else { return Ok(None) };
        let name = self.rest[..end].trim();
        let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"'\"".contains(c);
        if name.is_empty() || !name.chars().all(is_plain) {
            return Err(Error::usage(format!("'{}' cannot stand before a colon as the name of a field", shown(name)))
                .hint("names of any characters can be given in a list: [('a name', '<f4')]"));
        }
        self.rest = rest;
        self.skip_blanks();
        Ok(Some(name.to_owned()))
    }

    fn item(&mut self) -> Result<Parsed> {
        let outer = self.byte_order();
        let shape = self.shape()?;
        let inner = if shape.is_some() { self.byte_order() } else { None };
        let order = match (outer, inner) {
            (Some((_, outer)), Some((_, inner))) if outer != inner => {
                return Err(Error::usage(format!("byte orders '{outer}' and '{inner}' contradict each other")));
            }
            (outer, inner) => outer.or(inner),
        };
        let shape = shape.unwrap_or_default();
        let dtype = match order {
            Some((_, symbol)) if self.rest.starts_with('{') => {
                return Err(Error::usage(format!("byte order '{symbol}' stands before a record"))
                    .hint("each field has its own: {x:>f4,y:>i2}"));
            }
            None if self.rest.starts_with('{') => self.braces()?,
            _ => DType::new(self.element(&shape)?, order.map_or(ByteOrder::NATIVE, |(order, _)| order)),
        };
        subarray_nbytes(&dtype, &shape)?;
        Ok(Parsed { dtype, shape })
    }

    /// The type that the next word names, the element of a subarray of this shape.
    fn element(&mut self, shape: &[u64]) -> Result<Kind> {
        let word = self.word();
        if word.is_empty() {
            return Err(Error::usage(match self.rest.chars().next() {
                Some(found) => format!("'{found}' stands where a dtype is expected"),
                None => "the text ends where a dtype is expected".to_owned(),
            }));
        }
        let kind = kind(word)?;
        // NumPy takes `2S` for `S2`, but `2S3` for two of `S3`, and refuses `(2,)S`.
        if let (Kind::Bytes(0) | Kind::Str(0) | Kind::Void(0), [len, ..]) = (&kind, shape) {
            let letter = match kind {
                Kind::Bytes(_) => 'S',
                Kind::Str(_) => 'U',
                _ => 'V',
            };
            return Err(Error::usage(format!(
                "dtype '{word}' in a subarray has no length, which stands behind the letter"
            ))
            .hint(format!("{letter}{len}")));
        }
        Ok(kind)
    }

    /// A byte order and its symbol, which tells `=` from `<`.
    fn byte_order(&mut self) -> Option<(ByteOrder, char)> {
        let symbol = self.rest.chars().next()?;
        let order = ByteOrder::from_symbol(symbol)?;
        self.rest = &self.rest[1..];
        Some((order, symbol))
    }

    fn shape(&mut self) -> Result<Option<Vec<u64>>> {
        if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            let len = self.length()?;
            // NumPy reads `2,f4` as a subarray, not as two fields.
            if self.eat(',') {
                self.skip_blanks();
            }
            return Ok(Some(vec![len]));
        }
        let text = self.rest;
        if !self.eat('(') {
            return Ok(None);
        }
        let mut lens = Vec::new();
        let mut has_comma = false;
        self.skip_blanks();
        while !self.eat(')') {
            if !lens.is_empty() && !has_comma {
                return Err(self.bad_shape(text));
            }
            lens.push(self.length()?);
            self.skip_blanks();
            has_comma = self.eat(',');
            self.skip_blanks();
        }
        if lens.len() == 1 && !has_comma {
            return Err(self.bad_shape(text).hint(format!("a shape of one axis needs a comma: ({},)", lens[0])));
        }
        self.skip_blanks();
        Ok(Some(lens))
    }

    fn length(&mut self) -> Result<u64> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        let Some(len) = decimal(digits) else {
            let found =
                if digits.is_empty() { self.rest.chars().take(1).collect() } else { shown(digits).into_owned() };
            return Err(Error::usage(format!("'{found}' is no length of a subarray")));
        };
        self.rest = rest;
        Ok(len)
    }

    /// An error about the shape that begins `text` and has been read so far.
    fn bad_shape(&self, text: &str) -> Error {
        Error::usage(format!("'{}' is no shape", shown(&text[..text.len() - self.rest.len()])))
    }

    fn braces(&mut self) -> Result<DType> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::usage(format!("records are nested deeper than {MAX_DEPTH}")));
        }
        self.eat('{');
        self.skip_blanks();
        let first = self.field()?;
        let items = self.more_fields(first)?;
        if !self.eat('}') {
            return Err(Error::usage("a '{' is not closed"));
        }
        self.depth -= 1;
        packed(items)
    }

    /// Everything up to what can follow a type.
    fn word(&mut self) -> &'a str {
        let end = self.rest.find([',', '(', ')', '{', '}']).unwrap_or(self.rest.len());
        let word = self.rest[..end].trim_end();
        self.rest = &self.rest[word.len()..];
        word
    }

    fn eat(&mut self, expected: char) -> bool {
        let rest = self.rest.strip_prefix(expected);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dtype::parse;

    /// The field names, offsets and dtypes of a record.
    fn fields(text: &str) -> Vec<(String, usize, String)> {
        let dtype = parse(text).expect(text).dtype;
        let fields = dtype.record().expect(text).fields();
        fields.iter().map(|field| (field.name.clone(), field.offset, field.dtype.descr())).collect()
    }

    fn refused(text: &str) -> Error {
        let error = parse(text).expect_err(text);
        assert_eq!(error.kind(), crate::error::ErrorKind::Usage, "{text}");
        error
    }

    #[test]
    fn a_byte_order_may_stand_before_a_name() {
        for (text, descr) in [
            (">float64", "'>f8'"),
            ("<int32", "'<i4'"),
            (">int", "'>i8'"),
            (">bool", "'|b1'"),
            (">str", "'>U0'"),
            (">bfloat16", "'>V2'"),
            (">datetime64[s]", "'>M8[s]'"),
        ] {
            let dtype = parse(text).expect(text).dtype;
            let symbol = ByteOrder::NATIVE.symbol();
            let descr = if text == ">str" { format!("'{symbol}U0'") } else { descr.to_owned() };
            assert_eq!(dtype.descr(), descr, "{text}");
        }
        assert_eq!(parse(">bf16").expect("an alias").dtype.byte_order(), Some(ByteOrder::Big));
    }

    #[test]
    fn fields_can_have_names() {
        let expected = [("x", 0, "'<f4'"), ("y", 4, "'>f4'"), ("n", 8, "'|u1'")]
            .map(|(name, offset, descr)| (name.to_owned(), offset, descr.to_owned()));
        for text in ["x:<f4,y:>f4,n:u1", "x: <f4, y : >f4,n:u1,", "{x:<f4,y:>f4,n:u1}", "{ x:<f4,y:>f4,n:u1, }"] {
            assert_eq!(fields(text), expected, "{text}");
        }
        assert_eq!(fields("x:f4").len(), 1);
        assert_eq!(fields("{f4}")[0].0, "f0");
        assert_eq!(fields("日:<f4")[0], ("日".to_owned(), 0, "'<f4'".to_owned()));
        assert_eq!(fields("t:<M8[s/2],v:>f4")[0].2, "'<M8[500ms]'");
    }

    #[test]
    fn records_nest_and_repeat() {
        let dtype = parse("pos:(3,)<f4,p:{x:<f4,y:(2,)>i2},q:2{a:u1}").expect("a record").dtype;
        assert_eq!(
            dtype.descr(),
            "[('pos', '<f4', (3,)), ('p', [('x', '<f4'), ('y', '>i2', (2,))]), ('q', [('a', '|u1')], (2,))]"
        );
        assert_eq!(dtype.itemsize(), 12 + 8 + 2);
        let parsed = parse("(2,3){x:f4,y:f4}").expect("a subarray of records");
        assert_eq!((parsed.dtype.itemsize(), parsed.shape), (8, vec![2, 3]));
    }

    #[test]
    fn byte_orders_may_not_contradict() {
        assert!(refused(">(2,)<f4").message().starts_with("byte orders '>' and '<' contradict each other"));
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| format!("{}u1{}", "{".repeat(depth), "}".repeat(depth));
        assert!(parse(&nested(32)).is_ok());
        assert!(refused(&nested(33)).message().starts_with("records are nested deeper than 32"));
        assert!(refused(&"{".repeat(1_000_000)).message().len() < 300);
    }

    #[test]
    fn objects_are_refused_in_records_too() {
        assert!(refused("x:O").message().starts_with("dtype 'O' stands for Python objects"));
        assert!(refused("|O").message().starts_with("dtype 'O' stands for Python objects"));
    }

    #[test]
    fn refuses_records_that_do_not_name_their_fields_once() {
        assert!(refused("x:f4,x:i2").message().starts_with("field 'x' occurs more than once"));
        assert!(refused("x:f4,i2").message().starts_with("field 1 has no name"));
        assert!(refused("f4,x:i2").message().starts_with("field 0 has no name"));
        for text in
            [":f4", "a b:f4", "'a':f4", "x:", "x:,y:f4", "{}", "{x:f4", "{x:f4}}", "{x:f4}f4", ">{x:f4}", "x:y:f4"]
        {
            refused(text);
        }
    }

    /// A record and the text with names in braces that means it.
    fn braced() -> impl Strategy<Value = (String, usize)> {
        let leaf = (0..3usize, prop::sample::select(vec![("f4", 4), (">i2", 2), ("S3", 3), ("M8[s]", 8), ("bf16", 2)]))
            .prop_map(|(len, (word, size))| match len {
                0 => (word.to_owned(), size),
                _ => (format!("({len},2){word}"), 2 * len * size),
            });
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop::collection::vec(inner, 1..4).prop_map(|items| {
                let fields: Vec<String> =
                    items.iter().enumerate().map(|(i, item)| format!("a{i}:{}", item.0)).collect();
                (format!("{{{}}}", fields.join(",")), items.iter().map(|item| item.1).sum())
            })
        })
    }

    proptest! {
        #[test]
        fn braces_mean_what_they_show((text, size) in braced()) {
            let Parsed { dtype, shape } = parse(&text).expect(&text);
            prop_assert_eq!(dtype.itemsize() * shape.iter().product::<u64>() as usize, size);
        }
    }
}
