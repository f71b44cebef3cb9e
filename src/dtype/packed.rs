//! Records without gaps, and the limits on the size of one element.

use std::collections::HashSet;
use std::sync::Arc;

use super::word::shown;
use super::{ByteOrder, DType, Field, Kind, MAX_ITEMSIZE, Parsed, Record};
use crate::error::{Error, Result};
use crate::shape::Shape;

/// A field before it has an offset.
pub(super) struct Item {
    /// Its name; without one it is named after its position: `f0`.
    pub(super) name: Option<String>,
    /// Its type and the shape of its subarray.
    pub(super) parsed: Parsed,
}

/// The size of a subarray in bytes, which must not exceed that of an element.
pub(super) fn subarray_nbytes(dtype: &DType, shape: &[u64]) -> Result<usize> {
    let shape = Shape::new(shape)?;
    let nbytes = shape.nbytes(dtype.itemsize())?;
    match usize::try_from(nbytes) {
        Ok(nbytes) if nbytes <= MAX_ITEMSIZE && shape.size() <= MAX_ITEMSIZE as u64 => Ok(nbytes),
        _ => Err(Error::usage(format!(
            "a subarray ({shape}) of {}-byte elements is larger than {MAX_ITEMSIZE} bytes",
            dtype.itemsize()
        ))),
    }
}

/// A record of these fields without gaps.
pub(super) fn packed(items: Vec<Item>) -> Result<DType> {
    let any_name = items.iter().any(|item| item.name.is_some());
    let mut names = HashSet::new();
    let mut fields = Vec::with_capacity(items.len());
    let mut offset = 0;
    for (i, Item { name, parsed: Parsed { dtype, shape } }) in items.into_iter().enumerate() {
        let name = match name {
            Some(name) => name,
            None if any_name => {
                return Err(Error::usage(format!("field {i} has no name, but others have one"))
                    .hint("name all fields, x:f4,y:i2, or none: f4,i2"));
            }
            None => format!("f{i}"),
        };
        if !names.insert(name.clone()) {
            return Err(Error::usage(format!("field '{}' occurs more than once", shown(&name))));
        }
        let end = offset + subarray_nbytes(&dtype, &shape)?;
        if end > MAX_ITEMSIZE {
            return Err(Error::usage(format!("a record of {end} bytes or more is larger than {MAX_ITEMSIZE} bytes")));
        }
        fields.push(Field { name, title: None, dtype, shape, offset });
        offset = end;
    }
    Ok(DType::new(Kind::Record(Arc::new(Record::new(fields, offset))), ByteOrder::NATIVE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::parse;

    fn refused(text: &str) -> Error {
        let error = parse(text).expect_err(text);
        assert_eq!(error.kind(), crate::error::ErrorKind::Usage, "{text}");
        error
    }

    #[test]
    fn sizes_are_bounded() {
        for text in [
            "(2,)S2147483647",
            "1000000000i4",
            "(100000,100000)f8",
            "2147483648i1",
            "S2147483647,S1",
            "(100000,100000){a:V}",
            "99999999999999999999i1",
            "(4294967296,4294967296)f8",
            "{a:S2147483647,b:S1}",
        ] {
            refused(text);
        }
        assert!(refused(&format!("({}1)f4", "1,".repeat(64))).message().contains("65 dimensions"));
    }
}
