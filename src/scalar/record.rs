//! Records: Python's tuples, with a list for every axis of a field's subarray.

use super::nest::{items, unquoted};
use super::text::push_json_str;
use super::{Details, Scalar, Telling, Verbs};
use crate::dtype::Record;

/// A field as text.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) offset: usize,
    pub(super) scalar: Scalar,
    /// The shape of its subarray.
    pub(super) shape: Vec<usize>,
}

pub(super) const RECORD: Verbs = Verbs { print, print_json, parse };

pub(super) fn members(record: &Record, telling: Telling) -> Vec<Member> {
    let members = record.fields().iter().map(|field| Member {
        name: field.name.clone(),
        offset: field.offset,
        scalar: Scalar::told(&field.dtype, telling),
        shape: field.shape.iter().map(|&len| len as usize).collect(),
    });
    members.collect()
}

impl Member {
    fn nbytes(&self) -> usize {
        self.scalar.itemsize * self.shape.iter().product::<usize>()
    }

    fn bytes<'a>(&self, item: &'a [u8]) -> &'a [u8] {
        &item[self.offset..self.offset + self.nbytes()]
    }
}

fn members_of(scalar: &Scalar) -> &[Member] {
    match &scalar.details {
        Details::Members(members) => members,
        _ => unreachable!("records have members"),
    }
}

fn print(scalar: &Scalar, item: &[u8], out: &mut Vec<u8>) {
    let members = members_of(scalar);
    out.push(b'(');
    for (place, member) in members.iter().enumerate() {
        separate(place, out);
        push_array(&member.shape, &member.scalar, Scalar::print_inside, member.bytes(item), out);
    }
    // Python's way to tell a tuple of one from a number in parentheses.
    out.extend_from_slice(if members.len() == 1 { b",)" } else { b")" });
}

fn print_json(scalar: &Scalar, item: &[u8], out: &mut Vec<u8>) {
    out.push(b'{');
    for (place, member) in members_of(scalar).iter().enumerate() {
        separate(place, out);
        push_json_str(&member.name, out);
        out.extend_from_slice(b": ");
        push_array(&member.shape, &member.scalar, Scalar::print_json, member.bytes(item), out);
    }
    out.push(b'}');
}

fn separate(place: usize, out: &mut Vec<u8>) {
    if place > 0 {
        out.extend_from_slice(b", ");
    }
}

type Push = fn(&Scalar, &[u8], &mut Vec<u8>);

/// Appends elements in C order, a list for each axis.
fn push_array(shape: &[usize], scalar: &Scalar, push: Push, bytes: &[u8], out: &mut Vec<u8>) {
    let Some((&len, inner)) = shape.split_first() else {
        return push(scalar, bytes, out);
    };
    let step = bytes.len().checked_div(len).unwrap_or(0);
    out.push(b'[');
    for place in 0..len {
        separate(place, out);
        push_array(inner, scalar, push, &bytes[place * step..][..step], out);
    }
    out.push(b']');
}

fn parse(scalar: &Scalar, text: &str, item: &mut [u8]) -> Result<(), String> {
    let members = members_of(scalar);
    let inner = text.trim_ascii().strip_prefix('(').and_then(|inner| inner.strip_suffix(')'));
    let items = items(inner.ok_or("a record is a tuple in parentheses")?)?;
    if items.len() != members.len() {
        return Err(format!("the tuple has {} items, the record {} fields", items.len(), members.len()));
    }
    item.fill(0);
    for (member, text) in members.iter().zip(items) {
        let bytes = &mut item[member.offset..member.offset + member.nbytes()];
        parse_array(&member.shape, &member.scalar, text, bytes)
            .map_err(|reason| format!("field '{}': {reason}", member.name))?;
    }
    Ok(())
}

fn parse_array(shape: &[usize], scalar: &Scalar, text: &str, bytes: &mut [u8]) -> Result<(), String> {
    let Some((&len, inner)) = shape.split_first() else {
        return scalar.parse_inside(text, bytes).map_err(|reason| match scalar.details {
            Details::Members(_) => reason,
            _ => format!("'{}' as {}: {reason}", unquoted(text), scalar.name),
        });
    };
    let list = text.strip_prefix('[').and_then(|list| list.strip_suffix(']'));
    let items = items(list.ok_or("an axis of a subarray is a list in brackets")?)?;
    if items.len() != len {
        return Err(format!("the list has {} items, its axis {len}", items.len()));
    }
    let step = bytes.len().checked_div(len).unwrap_or(0);
    for (place, text) in items.into_iter().enumerate() {
        parse_array(inner, scalar, text, &mut bytes[place * step..][..step])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::testing::{printed, read, refused};
    use super::super::{Column, columns};
    use crate::dtype::{ByteOrder, DType, Field, Kind, Number, Record};
    use crate::scalar::Scalar;

    fn dtype(fields: Vec<(&str, DType, &[u64])>, padding: usize) -> DType {
        let mut offset = 0;
        let mut placed = Vec::new();
        for (name, dtype, shape) in fields {
            let field = Field { name: name.to_owned(), title: None, dtype, shape: shape.to_vec(), offset };
            offset += field.nbytes() + padding;
            placed.push(field);
        }
        DType::new(Kind::Record(Arc::new(Record::new(placed, offset))), ByteOrder::NATIVE)
    }

    fn int8() -> DType {
        DType::native(Number::Int8)
    }

    fn text(kind: Kind) -> DType {
        DType::new(kind, ByteOrder::NATIVE)
    }

    /// A byte, text, a record of a matrix and a number, with a byte of padding behind every field.
    fn mixed() -> DType {
        let inner = dtype(vec![("m", int8(), &[2, 2]), ("c", DType::native(Number::Complex64), &[])], 1);
        dtype(vec![("a", int8(), &[]), ("s", text(Kind::Bytes(4)), &[]), ("p", inner, &[])], 1)
    }

    #[test]
    fn records_print_as_tuples_and_read_back() {
        let scalar = Scalar::of(&mixed());
        let shown = r"(-1, 'a\x27,)', ([[1, 2], [3, 4]], (1+2j)))".to_owned();
        let item = read(&scalar, &shown);
        let json = r#"{"a": -1, "s": "a',)", "p": {"m": [[1, 2], [3, 4]], "c": [1.0, 2.0]}}"#;
        assert_eq!(printed(&scalar, &item), (shown, json.to_owned()));
        assert_eq!((item[0], item[1], &item[2..6], item[6]), (255, 0, &b"a',)"[..], 0));
        assert_eq!(read(&scalar, r#"( -1 ,"a',)",([[1,2,],[3,4]],1+2j),)"#), item);
    }

    #[test]
    fn every_length_of_tuple_reads_back() {
        for (fields, shown) in [
            (vec![], "()"),
            (vec![("x", int8(), &[][..])], "(7,)"),
            (vec![("x", int8(), &[0])], "([],)"),
            (vec![("x", text(Kind::Void(0)), &[]), ("y", text(Kind::Bytes(1)), &[])], "(, '')"),
            (vec![("x", text(Kind::Str(2)), &[2])], "(['é', ' '],)"),
        ] {
            let scalar = Scalar::of(&dtype(fields, 0));
            assert_eq!(printed(&scalar, &read(&scalar, shown)).0, shown);
        }
    }

    #[test]
    fn a_tuple_that_does_not_fit_is_refused() {
        let scalar = Scalar::of(&mixed());
        for (text, reason) in [
            ("1", "a record is a tuple in parentheses"),
            ("(1, 'a')", "the tuple has 2 items, the record 3 fields"),
            ("(1, 'a', ([[1, 2], [3]], 1))", "field 'p': field 'm': the list has 1 items, its axis 2"),
            ("(1, 'a', (3, 1))", "field 'p': field 'm': an axis of a subarray is a list"),
            ("(300, 'a', ([[1, 2], [3, 4]], 1))", "field 'a': '300' as int8: out of range, -128 to 127"),
            ("(1, 'abcde', ([[1, 2], [3, 4]], 1))", "field 's': 'abcde' as S4: it has 5 bytes, 4 fit"),
            ("(1, 'a, ([[1, 2], [3, 4]], 1))", "never closed"),
            ("(1, 'a', 2", "a record is a tuple"),
        ] {
            assert!(refused(&scalar, text).contains(reason), "{text}: {}", refused(&scalar, text));
        }
    }

    #[test]
    fn columns_are_the_leaves() {
        let place = |column: &Column| (column.name.clone(), column.offset);
        let columns: Vec<_> = columns(&mixed()).iter().map(place).collect();
        let expected =
            [("a", 0), ("s", 2), ("p.m[0,0]", 7), ("p.m[0,1]", 8), ("p.m[1,0]", 9), ("p.m[1,1]", 10), ("p.c", 12)];
        assert_eq!(columns, expected.map(|(name, offset)| (name.to_owned(), offset)));
    }

    #[test]
    fn what_is_no_record_is_one_column() {
        let columns = columns(&int8());
        assert_eq!((columns.len(), &columns[0].name[..], columns[0].bytes(&[5])), (1, "", &[5][..]));
    }

    #[test]
    fn fields_may_be_records_in_an_array() {
        let inner = dtype(vec![("x", int8(), &[])], 0);
        let dtype = dtype(vec![("p", inner, &[2])], 0);
        let names: Vec<_> = columns(&dtype).into_iter().map(|column| column.name).collect();
        assert_eq!(names, ["p[0].x", "p[1].x"]);
        let scalar = Scalar::of(&dtype);
        assert_eq!(printed(&scalar, &read(&scalar, "([(1,), (2)],)")).0, "([(1,), (2,)],)");
    }
}
