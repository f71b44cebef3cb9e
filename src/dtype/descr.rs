//! Dtypes written as Python literals: NumPy's lists of fields, and what a `.npy` header says its elements are.
//!
//! ```text
//! [('x', '<f4'), ('', '|V3'), (('title', 'y'), '<i2', (2, 3)), ('z', [('re', '<f8'), ('im', '<f8')])]
//!   a field       padding       a field with a title, 2 x 3      a record in the record
//! ```
//!
//! The single types in them are strings, which `parse` reads.

use std::collections::HashSet;
use std::sync::Arc;

use super::packed::subarray_nbytes;
use super::{ByteOrder, DType, Field, Kind, MAX_ITEMSIZE, Parsed, Record};
use crate::error::{Error, Result};
use crate::literal::{self, Literal, Longs};

/// How deep records may lie in records.
const MAX_DEPTH: usize = 32;

/// What several fields without a name are.
#[derive(Clone, Copy)]
enum Unnamed {
    /// Each is named after its place, `f0`, `f1`, as in `numpy.dtype(list)`.
    Numbered,
    /// The same name twice, as in a `.npy` header.
    Clash,
}

/// The dtype that the text of a list or tuple describes, as `numpy.dtype(eval(text))` does.
///
/// Unlike there, fields of type V without a name are padding: that is how NumPy itself writes gaps.
///
/// # Errors
/// Usage.
pub(crate) fn parse(text: &str) -> Result<Parsed> {
    let literal = literal::parse(text, Longs::Refused)
        .map_err(|error| Error::usage(format!("dtype \"{text}\": {}", error.message())))?;
    dtype(&literal, Unnamed::Numbered, 0)
}

/// The dtype that a header's `descr` describes, by NumPy's `descr_to_dtype`.
///
/// # Errors
/// Usage.
pub(crate) fn from_literal(descr: &Literal) -> Result<Parsed> {
    dtype(descr, Unnamed::Clash, 0)
}

fn dtype(descr: &Literal, unnamed: Unnamed, depth: usize) -> Result<Parsed> {
    if depth > MAX_DEPTH {
        return Err(Error::usage(format!("a dtype has more than {MAX_DEPTH} others inside each other")));
    }
    match descr {
        // Names, braces and lists in a string are grammar of this program alone: no file that NumPy wrote has them.
        Literal::Str(text) if text.contains([':', '{']) || text.trim_start().starts_with('[') => {
            Err(Error::usage(format!("'{text}' is no dtype to NumPy")))
        }
        Literal::Str(text) => super::parse(text),
        Literal::List(fields) => record(fields, unnamed, depth + 1),
        Literal::Tuple(parts) => match &parts[..] {
            [base, shape] => subarray(&dtype(base, unnamed, depth + 1)?, shape),
            _ => Err(Error::usage(format!("a dtype is a pair of dtype and shape, not a tuple of {}", parts.len()))),
        },
        other => Err(Error::usage(format!("{} is no dtype", other.kind()))),
    }
}

/// Elements of `base`, repeated over the axes that `shape` says, which go before its own.
fn subarray(base: &Parsed, shape: &Literal) -> Result<Parsed> {
    let mut axes = match shape {
        Literal::Tuple(lens) | Literal::List(lens) => lens.iter().map(axis).collect::<Result<Vec<_>>>()?,
        len => vec![axis(len)?],
    };
    // NumPy reads the number behind a dtype without a size as that size; whoever means that can say it in one word.
    let is_record = base.dtype.record().is_some() && base.shape.is_empty();
    if subarray_nbytes(&base.dtype, &base.shape)? == 0 && !is_record {
        return Err(Error::usage("a dtype without a size has no subarrays"));
    }
    axes.extend(&base.shape);
    let parsed = Parsed { dtype: base.dtype.clone(), shape: axes };
    subarray_nbytes(&parsed.dtype, &parsed.shape)?;
    Ok(parsed)
}

fn axis(len: &Literal) -> Result<u64> {
    match len {
        Literal::Int(len @ 0..=0x7fff_ffff) => Ok(*len as u64),
        Literal::Int(len) if *len < 0 => Err(Error::usage(format!("a subarray has no axis of length {len}"))),
        Literal::Int(len) => Err(Error::usage(format!("a subarray's axis of length {len} is too long for NumPy"))),
        other => Err(Error::usage(format!("the shape of a subarray is made of integers, not of {}", other.kind()))),
    }
}

fn record(descr: &[Literal], unnamed: Unnamed, depth: usize) -> Result<Parsed> {
    let mut fields: Vec<Field> = Vec::with_capacity(descr.len());
    let mut taken = HashSet::new();
    let mut offset = 0;
    for (place, field) in descr.iter().enumerate() {
        let (Literal::Tuple(parts) | Literal::List(parts)) = field else {
            return Err(Error::usage(format!("field {place} of a dtype is a tuple, not {}", field.kind())));
        };
        let (name, parsed) = match &parts[..] {
            [name, base] => (name, dtype(base, unnamed, depth)?),
            [name, base, shape] => (name, subarray(&dtype(base, unnamed, depth)?, shape)?),
            _ => {
                return Err(Error::usage(format!(
                    "field {place} of a dtype is (name, dtype) or (name, dtype, shape), not a tuple of {}",
                    parts.len()
                )));
            }
        };
        let begin = offset;
        offset += subarray_nbytes(&parsed.dtype, &parsed.shape)?;
        if offset > MAX_ITEMSIZE {
            return Err(Error::usage(format!(
                "a record of {offset} bytes or more is larger than {MAX_ITEMSIZE} bytes"
            )));
        }
        let (title, name) = names(name, place)?;
        if title.is_none() && name.is_empty() && matches!(parsed.dtype.kind(), Kind::Void(_)) {
            continue;
        }
        let name = match (name, unnamed) {
            ("", Unnamed::Clash) if !taken.insert(String::new()) => return Err(twice("")),
            ("", _) => format!("f{place}"),
            (name, _) => name.to_owned(),
        };
        for word in [Some(name.as_str()), title].into_iter().flatten() {
            if !taken.insert(word.to_owned()) {
                return Err(twice(word));
            }
        }
        let title = title.map(str::to_owned);
        fields.push(Field { name, title, dtype: parsed.dtype, shape: parsed.shape, offset: begin });
    }
    let record = Record::new(fields, offset);
    Ok(Parsed { dtype: DType::new(Kind::Record(Arc::new(record)), ByteOrder::NATIVE), shape: Vec::new() })
}

/// A field's title and its name.
fn names(name: &Literal, place: usize) -> Result<(Option<&str>, &str)> {
    if let Literal::Str(name) = name {
        return Ok((None, name));
    }
    if let Literal::Tuple(pair) | Literal::List(pair) = name {
        match &pair[..] {
            [Literal::Str(title), Literal::Str(name)] => return Ok((Some(title), name)),
            [Literal::None, Literal::Str(name)] => return Ok((None, name)),
            _ => {}
        }
    }
    Err(Error::usage(format!("the name of field {place} is neither a string nor a pair (title, name)")))
}

fn twice(name: &str) -> Error {
    Error::usage(format!("two fields of a dtype are both named '{name}'"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::Number;

    fn ok(text: &str) -> Parsed {
        parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn refused(text: &str) -> String {
        parse(text).expect_err(text).message().to_owned()
    }

    /// Name, shape and offset of each field, and the itemsize.
    fn layout(text: &str) -> (Vec<(String, Vec<u64>, usize)>, usize) {
        let parsed = ok(text);
        let record = parsed.dtype.record().expect("a record");
        let fields = record.fields().iter().map(|f| (f.name.clone(), f.shape.clone(), f.offset)).collect();
        (fields, record.itemsize())
    }

    fn field(name: &str, shape: &[u64], offset: usize) -> (String, Vec<u64>, usize) {
        (name.to_owned(), shape.to_vec(), offset)
    }

    #[test]
    fn lays_out_fields_and_padding() {
        let text = "[('x','<f4'),('','|V3'),('y','<i2',(2,3)),(('T','a'),'<i2'), ('', '|V2', (2,))]";
        let fields = vec![field("x", &[], 0), field("y", &[2, 3], 7), field("a", &[], 19)];
        assert_eq!(layout(text), (fields, 25));
        assert_eq!(ok(text).dtype.record().expect("a record").fields()[2].title.as_deref(), Some("T"));
    }

    #[test]
    fn nests_records_and_subarrays() {
        let text =
            "[('a', [('b', '>f4'), ('c', '(2,)<f4', 3)]), ('d', ('<f4', (2,)), (3,)), ('e', '|V4'), ('f', 'f4', ())]";
        let fields = vec![field("a", &[], 0), field("d", &[3, 2], 28), field("e", &[], 52), field("f", &[], 56)];
        assert_eq!(layout(text), (fields, 60));
        let outer = ok(text).dtype;
        let inner = outer.record().expect("a record").fields()[0].dtype.record().expect("a record").clone();
        assert_eq!((inner.fields()[1].shape.as_slice(), inner.itemsize()), (&[3, 2][..], 28));
    }

    #[test]
    fn numbers_fields_without_a_name() {
        assert_eq!(layout("[('','f4'),('','i2')]").0, [field("f0", &[], 0), field("f1", &[], 4)]);
        assert_eq!(refused("[('f1','i4'),('','i2')]"), "two fields of a dtype are both named 'f1'");
        let literal = literal::parse("[('','f4'),('','i2')]", Longs::Refused).expect("a literal");
        assert_eq!(from_literal(&literal).expect_err("as NumPy").message(), "two fields of a dtype are both named ''");
    }

    #[test]
    fn a_pair_has_a_shape_of_its_own() {
        let parsed = ok("(('<f4', (2,)), 3)");
        assert_eq!((parsed.dtype, parsed.shape), (DType::native(Number::Float32), vec![3, 2]));
    }

    #[test]
    fn takes_records_of_nothing() {
        assert_eq!(layout("[]"), (vec![], 0));
        assert_eq!(layout("[('', '|V3')]"), (vec![], 3));
        assert_eq!(layout("[('a', '<f4', (0, 2))]"), (vec![field("a", &[0, 2], 0)], 0));
    }

    #[test]
    fn refuses_what_numpy_refuses() {
        for (text, message) in [
            ("[('a','f4'),('a','f4')]", "two fields of a dtype are both named 'a'"),
            ("[(('T','a'),'f4'),('T','f4')]", "two fields of a dtype are both named 'T'"),
            ("[(('a','a'),'f4')]", "two fields of a dtype are both named 'a'"),
            ("[('a','f4',3,4)]", "field 0 of a dtype is (name, dtype) or (name, dtype, shape), not a tuple of 4"),
            ("[('a',)]", "field 0 of a dtype is (name, dtype) or (name, dtype, shape), not a tuple of 1"),
            ("['f4']", "field 0 of a dtype is a tuple, not a string"),
            ("[(1,'f4')]", "the name of field 0 is neither a string nor a pair (title, name)"),
            ("[(('a','b','c'),'f4')]", "the name of field 0 is neither a string nor a pair (title, name)"),
            ("[('a',None)]", "None is no dtype"),
            ("[('a',b'f4')]", "a bytes string is no dtype"),
            ("[('a','f4',-1)]", "a subarray has no axis of length -1"),
            ("[('a','f4',True)]", "the shape of a subarray is made of integers, not of a bool"),
            ("[('a','f4',(2,'3'))]", "the shape of a subarray is made of integers, not of a string"),
            ("[('a','f4',2147483648)]", "a subarray's axis of length 2147483648 is too long for NumPy"),
            ("[('a','f4',536870912)]", "a subarray (536870912) of 4-byte elements is larger than 2147483647 bytes"),
            (
                "[('a','V2147483647'),('b','u1')]",
                "a record of 2147483648 bytes or more is larger than 2147483647 bytes",
            ),
            ("[('a','V',3)]", "a dtype without a size has no subarrays"),
            ("[('a','(0,)f4',(2,))]", "a dtype without a size has no subarrays"),
            ("('<f4',)", "a dtype is a pair of dtype and shape, not a tuple of 1"),
            ("[('a', '{f4,f4}')]", "'{f4,f4}' is no dtype to NumPy"),
            ("[('a', 'x:f4')]", "'x:f4' is no dtype to NumPy"),
            ("[('a', \"[('b','f4')]\")]", "'[('b','f4')]' is no dtype to NumPy"),
            ("[('a','f4'", "dtype \"[('a','f4'\": column 11: the text ends where ',' or ')' should be"),
        ] {
            assert_eq!(refused(text), message, "{text}");
        }
    }

    #[test]
    fn stops_at_its_depth() {
        let nested = |depth: usize| format!("{}'f4'{}", "[('a', ".repeat(depth), ")]".repeat(depth));
        assert_eq!(ok(&nested(32)).dtype.descr(), nested(32).replace("'f4'", "'<f4'"));
        assert_eq!(refused(&nested(33)), "a dtype has more than 32 others inside each other");
        assert!(refused(&nested(40)).ends_with("more than 68 brackets inside each other"));
    }
}
