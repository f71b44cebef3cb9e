//! Writing `.npy` headers: the exact bytes that `numpy.save` writes before the data.

use super::{MAGIC, MAX_HEADER};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::shape::{Order, Shape};

/// The data begins at a multiple of this many bytes.
const ALIGN: usize = 64;

/// NumPy leaves room for the growing axis to become as long as this many digits can say.
const GROWTH_DIGITS: usize = 21;

/// Everything before the data: magic, version, length and the padded dict, for an array laid out in `order`.
///
/// Version 1.0 where the dict is Latin-1 and fits in 65 535 bytes, 2.0 where it is longer, 3.0 where a field's name is
/// not Latin-1. Types that NumPy does not know are written as the V that NumPy would read.
///
/// # Errors
/// Usage where the header would be longer than [`MAX_HEADER`], which takes tens of thousands of fields.
pub fn write(dtype: &DType, shape: &Shape, order: Order) -> Result<Vec<u8>> {
    let text = dict(dtype, shape, order);
    let (version, text) = match latin1(&text) {
        Some(text) if u16::try_from(padded(10, text.len()) - 10).is_ok() => (1, text),
        Some(text) => (2, text),
        None => (3, text.into_bytes()),
    };
    let prefix = if version == 1 { 10 } else { 12 };
    let total = padded(prefix, text.len());
    let len = total - prefix;
    if len as u64 > MAX_HEADER {
        return Err(Error::usage(format!(
            "a .npy header for this dtype is {len} bytes long, more than the {MAX_HEADER} that are read back"
        )));
    }
    let mut bytes = Vec::with_capacity(total);
    bytes.extend(MAGIC);
    bytes.extend([version, 0]);
    bytes.extend(&(len as u32).to_le_bytes()[..prefix - 8]);
    bytes.extend(text);
    bytes.resize(total - 1, b' ');
    bytes.push(b'\n');
    Ok(bytes)
}

/// The same header with blanks at its end, so that the data begins at byte `offset`; `None` where no header of its
/// version is so long, or so short.
pub fn padded_to(header: &[u8], offset: u64) -> Option<Vec<u8>> {
    let prefix = if header.get(MAGIC.len()) == Some(&1) { 10 } else { 12 };
    let offset = usize::try_from(offset).ok().filter(|&offset| offset >= header.len())?;
    let len = offset - prefix;
    if len as u64 > MAX_HEADER || (prefix == 10 && u16::try_from(len).is_err()) {
        return None;
    }
    let mut bytes = header.to_vec();
    bytes[8..prefix].copy_from_slice(&(len as u32).to_le_bytes()[..prefix - 8]);
    bytes.pop();
    bytes.resize(offset - 1, b' ');
    bytes.push(b'\n');
    Some(bytes)
}

fn dict(dtype: &DType, shape: &Shape, order: Order) -> String {
    let (fortran_order, grows) = match order {
        Order::C => ("False", shape.dims().first()),
        Order::F => ("True", shape.dims().last()),
    };
    let lens: Vec<String> = shape.dims().iter().map(u64::to_string).collect();
    let comma = if lens.len() == 1 { "," } else { "" };
    let room = grows.map_or(0, |len| GROWTH_DIGITS - len.to_string().len());
    format!(
        "{{'descr': {}, 'fortran_order': {fortran_order}, 'shape': ({}{comma}), }}{:room$}",
        dtype.descr(),
        lens.join(", "),
        ""
    )
}

/// Where the data begins behind `prefix` bytes, a dict of `len` and the end of the line. A dict that fits exactly is
/// given another 64 bytes, as NumPy does.
fn padded(prefix: usize, len: usize) -> usize {
    (prefix + len + 1) / ALIGN * ALIGN + ALIGN
}

/// The text with one byte a character, where every character has one.
fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use sha2::{Digest, Sha256};

    use super::*;
    use crate::dtype::{ByteOrder, Number, parse};

    fn header(dtype: &str, dims: &[u64], order: Order) -> Vec<u8> {
        let parsed = parse(dtype).expect("a dtype");
        write(&parsed.dtype, &Shape::new(dims).expect("a shape"), order).expect("a header")
    }

    fn sha256(bytes: &[u8]) -> String {
        Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a string grows");
            hex
        })
    }

    #[test]
    fn equals_numpy_save_to_the_byte() {
        let mut file = header("<i4", &[2, 3], Order::C);
        file.extend((0..6_i32).flat_map(i32::to_le_bytes));
        assert_eq!(sha256(&file), "13c3cd0866e72d1598ffe111222ab361cfdb9f90686c6b33dec4297fd5449290");

        let mut file = header(">i2", &[2, 3], Order::F);
        file.extend([0, 3, 1, 4, 2, 5_i16].iter().flat_map(|value| value.to_be_bytes()));
        assert_eq!(sha256(&file), "3b07395ab678cf88e82adf8ad7de907bf07a8caf491de0c3bd06645013a8e286");

        let mut file = header("<f8", &[], Order::C);
        file.extend(1.5_f64.to_le_bytes());
        assert_eq!(sha256(&file), "e5bfe3c71116d779d35cc63375ccfdb4b5476d14ce1e24fb6f622b78d1904e45");
    }

    #[test]
    fn a_padded_header_says_the_same() {
        let short = header("<f4", &[2, 3], Order::F);
        for offset in [128, 129, 4096, 65_536 - 64] {
            let long = padded_to(&short, offset).expect("it fits");
            assert_eq!(long.len() as u64, offset);
            let (mut found, expected) = (&long[..], super::super::read(&mut &short[..], None).expect("a header"));
            let found = super::super::read(&mut found, None).expect("a header");
            assert_eq!(found, super::super::Header { data_offset: offset, ..expected });
        }
        assert_eq!(padded_to(&short, 128).as_deref(), Some(&short[..]));
        assert_eq!(padded_to(&short, 65_546), None);
        assert_eq!(padded_to(&short, 64), None);
        let fields: Vec<String> = (0..5000).map(|place| format!("('f{place}', '<f4')")).collect();
        let second = header(&format!("[{}]", fields.join(", ")), &[1], Order::C);
        let long = padded_to(&second, 90_112).expect("it fits");
        assert_eq!(super::super::read(&mut &long[..], None).expect("a header").data_offset, 90_112);
    }

    #[test]
    fn a_dict_that_fits_exactly_is_padded_all_the_same() {
        // Each character of the name is one of the dict; prefix and end of line are 11 more bytes.
        for (text_len, total) in [(96, 128), (97, 128), (115, 128), (116, 128), (117, 192), (118, 192)] {
            let name = "n".repeat(text_len - 85);
            let bytes = header(&format!("[('{name}', '<f4')]"), &[3], Order::C);
            let dict_len = bytes.iter().rposition(|&byte| byte == b'}').expect("a dict") + 1 - 10 + 20;
            assert_eq!((dict_len, bytes.len()), (text_len, total));
        }
    }

    #[test]
    fn a_long_header_is_version_2() {
        let fields: Vec<String> = (0..5000).map(|place| format!("('f{place}', '<f4')")).collect();
        let bytes = header(&format!("[{}]", fields.join(", ")), &[1], Order::C);
        assert_eq!(bytes.len(), 89_024);
        assert_eq!(bytes[..12], *b"\x93NUMPY\x02\x00\xb4\x5b\x01\x00");
    }

    #[test]
    fn latin1_names_are_version_1_and_others_version_3() {
        let bytes = header("[('é', '<f4')]", &[3], Order::C);
        assert_eq!(bytes[..24], *b"\x93NUMPY\x01\x00v\x00{'descr': [('\xe9");
        assert_eq!(bytes.len(), 128);
        let bytes = header("[('日', '<f4')]", &[3], Order::C);
        assert_eq!(bytes[..29], *b"\x93NUMPY\x03\x00t\x00\x00\x00{'descr': [('\xe6\x97\xa5'");
        assert_eq!(bytes.len(), 128);
    }

    #[test]
    fn types_unknown_to_numpy_are_written_as_v() {
        let dtype = DType::new(crate::dtype::Kind::Number(Number::BFloat16), ByteOrder::Little);
        let bytes = write(&dtype, &Shape::new([3]).expect("small"), Order::C).expect("a header");
        assert!(bytes[10..].starts_with(b"{'descr': '<V2',") || bytes[10..].starts_with(b"{'descr': '|V2',"));
    }

    #[test]
    fn refuses_a_header_that_nobody_reads_back() {
        let fields: Vec<String> = (0..60_000).map(|place| format!("('f{place}', '<f4')")).collect();
        let parsed = parse(&format!("[{}]", fields.join(", "))).expect("a dtype");
        let error = write(&parsed.dtype, &Shape::default(), Order::C).expect_err("too long");
        assert!(error.message().ends_with("more than the 1048576 that are read back"), "{error}");
    }
}
