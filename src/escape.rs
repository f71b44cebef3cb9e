//! Text that is safe to show: control characters, escape sequences and invalid UTF-8 become visible escapes.
//!
//! The same escapes are used for messages and for the text of S and U elements, and [`unescape`] reads them back:
//! `\\`, `\t`, `\n`, `\r` and `\xNN` for a byte. Code points that steer a terminal or reorder text (C0, DEL, C1, the
//! bidirectional controls) are written as the `\xNN` of their UTF-8 bytes.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// `text` with everything that could steer a terminal made visible.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len() + 8);
    for c in text.chars() {
        if steers(c) { push_escaped(c, &mut out) } else { push_char(c, &mut out) }
    }
    Cow::Owned(String::from_utf8(out).expect("escapes are ASCII and the rest was text"))
}

/// `text` in at most so many characters, with an ellipsis as the last where the rest is left out.
pub fn shortened(text: &str, longest: usize) -> Cow<'_, str> {
    if text.chars().nth(longest).is_none() {
        return Cow::Borrowed(text);
    }
    let kept: String = text.chars().take(longest.saturating_sub(1)).collect();
    Cow::Owned(kept + "…")
}

/// JSON in which what could steer a terminal, and JSON lets stand in its strings, is written as `\uNNNN`.
pub fn printable_json(json: &str) -> Cow<'_, str> {
    if *printable(json) == *json {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 8);
    for c in json.chars() {
        // What is no ASCII stands in strings only; so does DEL.
        if steers(c) && (c == '\u{7f}' || !c.is_ascii()) {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// A path as text: what is no UTF-8, backslashes and controls escaped, so that different paths look different.
pub fn path_text(path: &Path) -> String {
    let mut out = Vec::new();
    escape_bytes(path.as_os_str().as_bytes(), &mut out);
    String::from_utf8(out).expect("escapes are ASCII and the rest was text")
}

/// A word as a shell takes it: as it is, in quotes, or where it holds what should not be shown as it is, in the `$'…'`
/// of bash, zsh, ksh and POSIX.1-2024.
pub fn shell_word(word: &OsStr) -> String {
    match word.to_str() {
        // Zsh takes a word that begins with = for the name of a command.
        Some(text)
            if !text.is_empty()
                && !text.starts_with('=')
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/+,:@%=".contains(&byte)) =>
        {
            text.to_owned()
        }
        Some(text) if !text.chars().any(steers) => format!("'{}'", text.replace('\'', "'\\''")),
        _ => escaped_word(word.as_bytes()),
    }
}

/// A path as a shell takes it, and as no command takes it for an option.
pub fn shell_path(path: &Path) -> String {
    // What is called - alone has been typed for a stream.
    if path.as_os_str().as_bytes().starts_with(b"-") && path != Path::new("-") {
        return shell_word(Path::new(".").join(path).as_os_str());
    }
    shell_word(path.as_os_str())
}

fn escaped_word(bytes: &[u8]) -> String {
    let mut out = String::from("$'");
    // In octal: where a hexadecimal escape ends, shells do not agree.
    let escape = |out: &mut String, byte: u8| {
        let _ = write!(out, "\\{byte:03o}");
    };
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\\' | '\'' => out.extend(['\\', c]),
                // Interactive shells put an old command here.
                '!' => escape(&mut out, b'!'),
                _ if steers(c) => c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| escape(&mut out, byte)),
                _ => out.push(c),
            }
        }
        chunk.invalid().iter().for_each(|&byte| escape(&mut out, byte));
    }
    out + "'"
}

/// Appends `bytes` as text: valid UTF-8 as it is, anything else, backslashes and controls escaped.
pub fn escape_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c == '\\' || steers(c) { push_escaped(c, out) } else { push_char(c, out) }
        }
        for &byte in chunk.invalid() {
            push_hex(byte, out);
        }
    }
}

/// The bytes that [`escape_bytes`] wrote as `text`; `None` where a backslash begins no escape.
pub fn unescape(text: &str) -> Option<Cow<'_, [u8]>> {
    if !text.contains('\\') {
        return Some(Cow::Borrowed(text.as_bytes()));
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let (&letter, tail) = rest.split_first()?;
        rest = tail;
        match letter {
            b'\\' => out.push(b'\\'),
            b't' => out.push(b'\t'),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b'x' => {
                let digits = rest.get(..2)?;
                out.push(hex_digit(digits[0])? << 4 | hex_digit(digits[1])?);
                rest = &rest[2..];
            }
            _ => return None,
        }
    }
    Some(Cow::Owned(out))
}

/// The value of one hexadecimal digit.
pub fn hex_digit(digit: u8) -> Option<u8> {
    (digit as char).to_digit(16).map(|value| value as u8)
}

/// Appends a byte as two hexadecimal digits.
pub fn push_hex_digits(byte: u8, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.extend([DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
}

/// Characters that a terminal may act on, or that make text read in another order than it is stored.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn push_char(c: char, out: &mut Vec<u8>) {
    out.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
}

fn push_escaped(c: char, out: &mut Vec<u8>) {
    match c {
        '\\' => out.extend(b"\\\\"),
        '\t' => out.extend(b"\\t"),
        '\n' => out.extend(b"\\n"),
        '\r' => out.extend(b"\\r"),
        _ => c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| push_hex(byte, out)),
    }
}

fn push_hex(byte: u8, out: &mut Vec<u8>) {
    out.extend(b"\\x");
    push_hex_digits(byte, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(bytes: &[u8]) -> String {
        let mut out = Vec::new();
        escape_bytes(bytes, &mut out);
        String::from_utf8(out).expect("escapes are ASCII")
    }

    #[test]
    fn what_is_too_long_ends_in_an_ellipsis() {
        assert!(matches!(shortened("five", 4), Cow::Borrowed("five")));
        assert_eq!(shortened("été 日本", 4), "été…");
        assert_eq!(shortened("ab", 0), "…");
    }

    #[test]
    fn leaves_text_alone() {
        assert!(matches!(printable("été 日本"), Cow::Borrowed(_)));
        assert_eq!(escaped("été".as_bytes()), "été");
    }

    #[test]
    fn escapes_what_steers_a_terminal() {
        assert_eq!(printable("\u{1b}[31m\u{9b}\u{202e}"), "\\x1b[31m\\xc2\\x9b\\xe2\\x80\\xae");
        assert_eq!(escaped(b"a\tb\nc\\d\xff\x00e"), "a\\tb\\nc\\\\d\\xff\\x00e");
    }

    #[test]
    fn json_keeps_its_own_lines_and_steers_nothing() {
        assert!(matches!(printable_json("{\"a\": 1}"), Cow::Borrowed(_)));
        assert_eq!(printable_json("{\"\u{9b}\u{202e}\u{7f}é\": 1}\n"), "{\"\\u009b\\u202e\\u007fé\": 1}\n");
    }

    #[test]
    fn paths_are_told_apart_and_can_be_pasted() {
        let odd = Path::new(std::ffi::OsStr::from_bytes(b"a\xff\n"));
        assert_eq!(path_text(odd), "a\\xff\\n");
        assert_eq!(shell_path(odd), r"$'a\377\n'");
        assert_eq!(shell_path(Path::new("a/b.npy")), "a/b.npy");
        assert_eq!(shell_path(Path::new("it's a file")), r"'it'\''s a file'");
        assert_eq!((shell_path(Path::new("-x")), shell_path(Path::new("-"))), ("./-x".to_owned(), "-".to_owned()));
        assert_eq!(shell_word(OsStr::new("=x")), "'=x'");
    }

    #[test]
    fn a_shell_reads_every_word_as_it_was() {
        let all: Vec<u8> = (1..=255).collect();
        for word in
            [&all[..], b"", b"a\n;touch b;#", b"'\x1b!7\\'", "\u{202e}é".as_bytes(), b"\xff0", b"-n", b"$HOME `x` \\"]
        {
            let shown = shell_word(OsStr::from_bytes(word));
            assert_eq!(printable(&shown), shown);
            let mut shell = std::process::Command::new("bash");
            let printed = shell.args(["-c", &format!("printf %s {shown}")]).output().expect("bash");
            assert_eq!(printed.stdout, word, "{shown}");
        }
    }

    #[test]
    fn every_byte_reads_back() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(unescape(&escaped(&all)).expect("own escapes"), all);
    }

    #[test]
    fn refuses_what_is_no_escape() {
        for text in ["\\", "\\q", "\\x", "\\x1", "\\xg0"] {
            assert_eq!(unescape(text), None, "{text}");
        }
    }
}
