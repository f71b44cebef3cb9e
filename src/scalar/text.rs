//! `S`, `U` and `V`: bytes, code points, and bytes without a meaning.
//!
//! A code point that is none (a surrogate, or above 0x10FFFF) is written as the bytes that UTF-8 would give it if it
//! went on beyond Unicode, up to the seven bytes that hold any 32-bit number; being invalid UTF-8 they are printed as
//! `\xNN`, and read back as the same code point.

use std::borrow::Cow;

use super::{Scalar, Verbs, quoted};
use crate::error::{Error, Result};
use crate::escape::{escape_bytes, hex_digit, printable_json, push_hex_digits, unescape};

pub(super) const BYTES: Verbs = Verbs {
    print: |_, item, out| escape_bytes(unpadded(item), out),
    print_json: |_, item, out| push_json(unpadded(item), out),
    parse: parse_bytes,
};

pub(super) const STR: Verbs = Verbs {
    print: |_, item, out| {
        for_each_code_point(item, |utf8| escape_bytes(utf8, out));
    },
    print_json: |_, item, out| {
        let mut text = Vec::with_capacity(item.len());
        for_each_code_point(item, |utf8| text.extend_from_slice(utf8));
        push_json(&text, out);
    },
    parse: parse_str,
};

pub(super) const VOID: Verbs = Verbs {
    print: |_, item, out| item.iter().for_each(|&byte| push_hex_digits(byte, out)),
    print_json: |scalar, item, out| {
        out.push(b'"');
        scalar.print(item, out);
        out.push(b'"');
    },
    parse: parse_void,
};

/// Appends text in quotes, those in it escaped.
pub(super) fn push_quoted(scalar: &Scalar, item: &[u8], out: &mut Vec<u8>) {
    out.push(b'\'');
    let start = out.len();
    scalar.print(item, out);
    if out[start..].contains(&b'\'') {
        for byte in out.split_off(start) {
            match byte {
                b'\'' => out.extend_from_slice(b"\\x27"),
                byte => out.push(byte),
            }
        }
    }
    out.push(b'\'');
}

/// Appends bytes as a JSON string: the text itself where they are UTF-8, else as [`escape_bytes`] shows them; so also
/// text that would be taken for such escapes.
pub(super) fn push_json(bytes: &[u8], out: &mut Vec<u8>) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && !stands_for_bytes(text)
    {
        return push_json_str(text, out);
    }
    let mut shown = Vec::new();
    escape_bytes(bytes, &mut shown);
    push_json_str(&String::from_utf8_lossy(&shown), out);
}

/// The bytes that a JSON string stands for, which `push_json` wrote: the inverse of it.
pub fn bytes_of_json(text: &str) -> Cow<'_, [u8]> {
    match unescape(text) {
        Some(bytes) if stands_for_bytes(text) => bytes,
        _ => Cow::Borrowed(text.as_bytes()),
    }
}

/// Whether text is what [`escape_bytes`] makes of bytes that are no UTF-8, or of text of which this is true.
fn stands_for_bytes(text: &str) -> bool {
    let Some(Cow::Owned(bytes)) = unescape(text) else { return false };
    let mut again = Vec::with_capacity(text.len());
    escape_bytes(&bytes, &mut again);
    again == text.as_bytes() && std::str::from_utf8(&bytes).map_or(true, stands_for_bytes)
}

/// Appends a JSON string; beyond what JSON demands, what could steer a terminal becomes `\uNNNN`.
pub(super) fn push_json_str(text: &str, out: &mut Vec<u8>) {
    let start = out.len();
    serde_json::to_writer(&mut *out, text).expect("a string can be written to memory");
    let Ok(written) = std::str::from_utf8(&out[start..]) else { return };
    if let Cow::Owned(safe) = printable_json(written) {
        out.truncate(start);
        out.extend_from_slice(safe.as_bytes());
    }
}

fn unpadded(item: &[u8]) -> &[u8] {
    let end = item.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    &item[..end]
}

fn unescaped(text: &str) -> Result<Cow<'_, [u8]>, String> {
    unescape(text).ok_or_else(|| r"a backslash begins one of \\ \t \n \r \xNN".to_owned())
}

/// How many bytes a text has once its escapes are read, and how many code points; `None` where it is no text.
///
/// # Errors
/// Usage, where a backslash begins no escape.
pub fn text_len(text: &str) -> Result<(usize, Option<usize>)> {
    let bytes =
        unescaped(text).map_err(|reason| Error::usage(format!("cannot read {} as text: {reason}", quoted(text))))?;
    let (mut rest, mut count) = (&bytes[..], 0);
    while !rest.is_empty() {
        let Some((_, after)) = decode(rest) else { return Ok((bytes.len(), None)) };
        count += 1;
        rest = after;
    }
    Ok((bytes.len(), Some(count)))
}

fn parse_bytes(_: &Scalar, text: &str, item: &mut [u8]) -> Result<(), String> {
    let bytes = unescaped(text)?;
    if bytes.len() > item.len() {
        return Err(format!("it has {} bytes, {} fit", bytes.len(), item.len()));
    }
    item[..bytes.len()].copy_from_slice(&bytes);
    item[bytes.len()..].fill(0);
    Ok(())
}

fn parse_str(_: &Scalar, text: &str, item: &mut [u8]) -> Result<(), String> {
    let bytes = unescaped(text)?;
    let places = item.as_chunks_mut::<4>().0;
    let capacity = places.len();
    let mut places = places.iter_mut();
    let mut count = 0;
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        let (code, after) = decode(rest).ok_or(r"its \xNN are not UTF-8")?;
        if let Some(place) = places.next() {
            *place = native(code);
        }
        count += 1;
        rest = after;
    }
    if count > capacity {
        return Err(format!("it has {count} code points, {capacity} fit"));
    }
    places.for_each(|place| *place = [0; 4]);
    Ok(())
}

fn parse_void(_: &Scalar, text: &str, item: &mut [u8]) -> Result<(), String> {
    let digits = text.trim_ascii().as_bytes();
    if digits.len() != 2 * item.len() {
        return Err(format!("it has {} characters, not {} hexadecimal digits", digits.len(), 2 * item.len()));
    }
    for (byte, pair) in item.iter_mut().zip(digits.as_chunks::<2>().0) {
        let (high, low) = (hex_digit(pair[0]), hex_digit(pair[1]));
        *byte = high.zip(low).map(|(high, low)| high << 4 | low).ok_or("not all of it is hexadecimal digits")?;
    }
    Ok(())
}

fn native(code: u32) -> [u8; 4] {
    *bytemuck::bytes_of(&code).first_chunk().expect("a u32 has four bytes")
}

/// Calls `each` with the bytes of every code point up to the padding.
fn for_each_code_point(item: &[u8], mut each: impl FnMut(&[u8])) {
    let codes = unpadded(item).chunks(4).map(|chunk| {
        let mut whole = [0; 4];
        whole[..chunk.len()].copy_from_slice(chunk);
        bytemuck::cast::<[u8; 4], u32>(whole)
    });
    for code in codes {
        match char::from_u32(code) {
            Some(c) => each(c.encode_utf8(&mut [0; 4]).as_bytes()),
            None => encode_beyond(code, &mut each),
        }
    }
}

/// How many bits a sequence of so many bytes holds, from 1 byte on.
const SEQUENCE_BITS: [u32; 7] = [7, 11, 16, 21, 26, 31, 36];

fn sequence_len(code: u32) -> usize {
    1 + SEQUENCE_BITS.iter().position(|&bits| u64::from(code) >> bits == 0).expect("36 bits hold 32")
}

fn encode_beyond(code: u32, each: &mut impl FnMut(&[u8])) {
    let len = sequence_len(code);
    let mut bytes = [0; 7];
    let mut rest = u64::from(code);
    for byte in bytes[1..len].iter_mut().rev() {
        *byte = 0x80 | (rest & 0x3f) as u8;
        rest >>= 6;
    }
    bytes[0] = (0xff00u16 >> len) as u8 | rest as u8;
    each(&bytes[..len]);
}

/// The first code point of `bytes`, in as few bytes as it needs, and what follows it.
fn decode(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (&first, _) = bytes.split_first()?;
    if first < 0x80 {
        return Some((first.into(), &bytes[1..]));
    }
    let len = first.leading_ones() as usize;
    if !(2..=7).contains(&len) {
        return None;
    }
    let (sequence, rest) = bytes.split_at_checked(len)?;
    let mut code = u64::from(first & (0xff >> len));
    for byte in &sequence[1..] {
        if byte >> 6 != 0b10 {
            return None;
        }
        code = code << 6 | u64::from(byte & 0x3f);
    }
    let code = u32::try_from(code).ok()?;
    (sequence_len(code) == len).then_some((code, rest))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{printed, read, refused};
    use super::*;
    use crate::dtype::{ByteOrder, DType, Kind};

    fn scalar(kind: Kind) -> Scalar {
        Scalar::of(&DType::new(kind, ByteOrder::NATIVE))
    }

    fn code_points(codes: &[u32]) -> Vec<u8> {
        codes.iter().flat_map(|&code| native(code)).collect()
    }

    #[test]
    fn bytes_lose_their_padding_and_nothing_else() {
        let bytes = scalar(Kind::Bytes(6));
        assert_eq!(printed(&bytes, b"abc\0\0\0"), ("abc".to_owned(), "\"abc\"".to_owned()));
        assert_eq!(printed(&bytes, b"a\0\"\\\n\0"), (r#"a\x00"\\\n"#.to_owned(), r#""a\u0000\"\\\n""#.to_owned()));
        assert_eq!(printed(&bytes, b"\xff\x1b\xc2\x9b\0\0").0, r"\xff\x1b\xc2\x9b");
        assert_eq!(printed(&bytes, b"\xff\0\0\0\0\0").1, r#""\\xff""#);
        assert_eq!(printed(&bytes, "\u{202e}\u{9b}".as_bytes()).1, r#""\u202e\u009b""#);
        for item in [b"a\0\"\\\n\0", b"\xff\x1b\xc2\x9b\0\0", b"\0\0\0\0\0\0", b" '( ] ", b"\0\0\0\0\0\x01"] {
            assert_eq!(read(&bytes, &printed(&bytes, item).0), item);
        }
    }

    #[test]
    fn text_that_does_not_fit_is_refused() {
        assert_eq!(refused(&scalar(Kind::Bytes(3)), "abcdef"), "cannot read 'abcdef' as S3: it has 6 bytes, 3 fit");
        assert_eq!(refused(&scalar(Kind::Bytes(1)), "é"), "cannot read 'é' as S1: it has 2 bytes, 1 fit");
        assert!(refused(&scalar(Kind::Str(2)), "日本語").contains("it has 3 code points, 2 fit"));
        assert!(refused(&scalar(Kind::Bytes(3)), r"\q").contains("a backslash begins"));
        assert!(refused(&scalar(Kind::Str(3)), r"\q").contains("a backslash begins"));
    }

    #[test]
    fn any_32_bits_are_a_readable_code_point() {
        let text = scalar(Kind::Str(3));
        for code in [
            1,
            0x41,
            0x7f,
            0x80,
            0x7ff,
            0x800,
            0xd7ff,
            0xd800,
            0xdfff,
            0xe000,
            0xffff,
            0x1_0000,
            0x10_ffff,
            0x11_0000,
            0x1f_ffff,
            0x20_0000,
            0x3ff_ffff,
            0x400_0000,
            0x7fff_ffff,
            0x8000_0000,
            u32::MAX,
        ] {
            for item in [code_points(&[code, 0, 0]), code_points(&[0, code, 0]), code_points(&[code, code, code])] {
                let (shown, json) = printed(&text, &item);
                assert_eq!(read(&text, &shown), item, "{shown}");
                assert!(serde_json::from_str::<String>(&json).is_ok(), "{json}");
            }
        }
        assert_eq!(printed(&text, &code_points(&[0xd800, 0x41, 0])).0, r"\xed\xa0\x80A");
        assert_eq!(printed(&text, &code_points(&[0xe9, 0x65e5, 0])), ("é日".to_owned(), "\"é日\"".to_owned()));
    }

    #[test]
    fn bytes_that_are_no_code_point_are_refused() {
        for text in [r"\xff", r"\x80", r"\xc3", r"\xc3A", r"\xc0\x80", r"\xe0\x80\x80", r"\xfe\xbf\xbf\xbf\xbf\xbf\xbf"]
        {
            assert!(refused(&scalar(Kind::Str(3)), text).contains("are not UTF-8"), "{text}");
        }
    }

    #[test]
    fn void_is_hexadecimal_of_its_exact_size() {
        let void = scalar(Kind::Void(3));
        assert_eq!(printed(&void, &[0, 0xab, 0xff]), ("00abff".to_owned(), "\"00abff\"".to_owned()));
        assert_eq!(read(&void, "00ABff"), [0, 0xab, 0xff]);
        assert!(refused(&void, "00ab").contains("it has 4 characters, not 6 hexadecimal digits"));
        assert!(refused(&void, "00abfg").contains("hexadecimal"));
        assert!(read(&scalar(Kind::Void(0)), "").is_empty());
    }

    #[test]
    fn json_strings_are_told_apart_from_the_escapes_of_bytes() {
        let bytes = scalar(Kind::Bytes(12));
        for item in [
            &b"\xff"[..],
            br"\xff",
            br"\\xff",
            br"\\\\xff",
            br"a\b",
            br"\t\xff",
            b"\t\xff",
            br"\xFF",
            br"\x41",
            b"\xff\\",
        ] {
            let mut padded = item.to_vec();
            padded.resize(12, 0);
            let decoded: String = serde_json::from_str(&printed(&bytes, &padded).1).expect("a string");
            assert_eq!(bytes_of_json(&decoded), item, "{decoded}");
        }
        assert_eq!(printed(&scalar(Kind::Bytes(3)), br"a\b").1, r#""a\\b""#);
    }

    #[test]
    fn texts_are_measured_without_their_escapes() {
        for (text, len) in [("", (0, Some(0))), ("日本", (6, Some(2))), (r"a\t\\", (3, Some(3))), (r"\xff", (1, None))]
        {
            assert_eq!(text_len(text).expect("good escapes"), len, "{text}");
        }
        assert!(text_len(r"C:\data").expect_err("no escape").message().contains("a backslash begins"));
    }

    #[test]
    fn quotes_inside_quotes_are_escaped() {
        let bytes = scalar(Kind::Bytes(3));
        let mut out = Vec::new();
        push_quoted(&bytes, b"a'\"", &mut out);
        assert_eq!(out, br#"'a\x27"'"#);
    }
}
