//! One word of NumPy's dtype grammar, such as `float64`, `f8`, `S5` or `M8[ns]`: no byte order, no shape, no commas.

use std::borrow::Cow;

use super::{Kind, MAX_ITEMSIZE, Number, TimeStep};
use crate::error::{Error, Result};

/// The longest `U`, in code points: what fits [`MAX_ITEMSIZE`].
const MAX_CODE_POINTS: usize = MAX_ITEMSIZE / 4;

/// How much of a long text a message repeats, in characters.
const SHOWN: usize = 60;

/// What the type named `word` means.
///
/// # Errors
/// Usage, naming the word: it is unknown (with the likeliest spelling as a hint), its length is no plain number or too
/// large, or elements of it cannot lie in a file.
pub(super) fn kind(word: &str) -> Result<Kind> {
    if let Some(kind) = named(word) {
        return Ok(kind);
    }
    if let Some((letter, digits)) = flexible(word) {
        return sized(word, letter, digits);
    }
    if let Some((kind, step)) = time(word) {
        let step = step.parse::<TimeStep>().map_err(|error| {
            let message = format!("dtype '{}' is not understood: {}", shown(word), error.message());
            error.hints().iter().fold(Error::usage(message), Error::hint)
        })?;
        return Ok(kind(step));
    }
    if let Some(reason) = refusal(word) {
        return Err(Error::usage(format!("dtype '{word}' {reason}")));
    }
    let error = Error::usage(format!("dtype '{}' is not understood", shown(word)));
    Err(match suggestion(word) {
        Some(hint) => error.hint(hint),
        None => error,
    })
}

/// A plain decimal number: digits only, and no needless zero in front (which NumPy lets pass in `f08`).
pub(super) fn decimal(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

/// The beginning of a text, for a message.
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// The types whose names say everything.
fn named(word: &str) -> Option<Kind> {
    match word {
        "S" | "a" | "bytes" | "bytes_" => Some(Kind::Bytes(0)),
        "U" | "str" | "str_" | "unicode" => Some(Kind::Str(0)),
        "V" | "void" => Some(Kind::Void(0)),
        "c" => Some(Kind::Bytes(1)),
        "M8" | "M" | "datetime64" => Some(Kind::Datetime(TimeStep::GENERIC)),
        "m8" | "m" | "timedelta64" => Some(Kind::Timedelta(TimeStep::GENERIC)),
        _ => Number::ALL
            .iter()
            .find(|number| number.name() == word || number.typestr() == Some(word) || number.aliases().contains(&word))
            .map(|&number| Kind::Number(number)),
    }
}

/// The letter and the length of `S5`, `a5`, `U5` and `V5`, well formed or not.
fn flexible(word: &str) -> Option<(char, &str)> {
    let letter = word.chars().next().filter(|letter| "SaUV".contains(*letter))?;
    let digits = &word[1..];
    digits.starts_with(|c: char| c.is_ascii_digit() || "+- ".contains(c)).then_some((letter, digits))
}

fn sized(word: &str, letter: char, digits: &str) -> Result<Kind> {
    let word = shown(word);
    let (limit, unit) = if letter == 'U' { (MAX_CODE_POINTS, "code points") } else { (MAX_ITEMSIZE, "bytes") };
    if digits.is_empty() || digits.bytes().any(|byte| !byte.is_ascii_digit()) {
        return Err(Error::usage(format!("dtype '{word}' is not understood: the length must be a number of {unit}")));
    }
    let significant = digits.trim_start_matches('0');
    let length = significant.parse().unwrap_or(if significant.is_empty() { 0 } else { usize::MAX });
    if length > limit {
        return Err(Error::usage(format!("dtype '{word}' is too long: the limit is {limit} {unit}")));
    }
    if decimal(digits).is_none() {
        return Err(Error::usage(format!("dtype '{word}' is not understood: its length begins with a needless 0"))
            .hint(format!("{letter}{length}")));
    }
    Ok(match letter {
        'U' => Kind::Str(length),
        'V' => Kind::Void(length),
        _ => Kind::Bytes(length),
    })
}

/// A kind of time, before its step is known.
type TimeKind = fn(TimeStep) -> Kind;

/// The kind of time that a word names, and the step in the brackets of `M8[ns]`.
fn time(word: &str) -> Option<(TimeKind, &str)> {
    let (name, step) = word.strip_suffix(']')?.split_once('[')?;
    match name {
        "M8" | "datetime64" => Some((Kind::Datetime, step)),
        "m8" | "timedelta64" => Some((Kind::Timedelta, step)),
        _ => None,
    }
}

/// Why elements of a type that NumPy has cannot lie in a file.
fn refusal(word: &str) -> Option<&'static str> {
    match word {
        "O" | "O4" | "O8" | "object" | "object_" | "object0" => {
            Some("stands for Python objects: a file would hold their addresses, not their values")
        }
        "T" | "StringDType" | "StringDType()" => {
            Some("stands for strings of any length, which NumPy keeps outside the array: use S or U with a length")
        }
        _ => None,
    }
}

/// Words that people write, with what they mean.
const OTHER_WORDS: &[(&str, &str)] = &[
    ("string", "S10 for ten bytes or U10 for ten code points"),
    ("string_", "S10 for ten bytes"),
    ("unicode_", "U10 for ten code points"),
    ("bytes0", "S10 for ten bytes"),
    ("str0", "U10 for ten code points"),
    ("void0", "V10 for ten bytes"),
    ("char", "int8, or S1 for a character"),
    ("boolean", "bool"),
    ("bool8", "bool"),
    ("float_", "float64"),
    ("complex_", "complex128"),
    ("cfloat", "complex128"),
    ("int0", "intp"),
    ("uint0", "uintp"),
    ("integer", "int64"),
    ("number", "float64"),
    ("floating", "float64"),
    ("None", "float64"),
    ("float8", "float8_e4m3fn or float8_e5m2"),
    ("fp8", "float8_e4m3fn or float8_e5m2"),
    ("fp16", "float16"),
    ("fp32", "float32"),
    ("fp64", "float64"),
    ("record", "name the fields: x:f4,y:i2"),
];

/// The likeliest meaning of a word that names nothing.
fn suggestion(word: &str) -> Option<String> {
    if let Some((_, meaning)) = OTHER_WORDS.iter().find(|(other, _)| *other == word) {
        return Some((*meaning).to_owned());
    }
    let bare = word.trim_start_matches(['<', '>', '=', '|', '!', '^']);
    if bare != word && named(bare.trim()).is_some() {
        return Some(format!("a byte order is one of < > = | directly before the name: <{}", bare.trim()));
    }
    let unspaced: String = word.split_whitespace().collect();
    let simplified = [word.to_lowercase(), unspaced, word.trim_end_matches("_t").to_owned()];
    let known = simplified.into_iter().find(|candidate| candidate != word && named(candidate).is_some());
    known.or_else(|| in_bits(word)).or_else(|| nearest(word).map(str::to_owned))
}

/// What a word with a size in bits (`f32`, `bytes40`) or another wrong number behind its letter might mean.
fn in_bits(word: &str) -> Option<String> {
    let digits_at = word.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = word.split_at(digits_at);
    let bits = decimal(digits)?;
    let (name, flexible) = match letters {
        "i" => ("int", None),
        "u" => ("uint", None),
        "f" => ("float", None),
        "c" => ("complex", None),
        "bytes" => ("", Some(("S", 8))),
        "str" => ("", Some(("U", 32))),
        "void" => ("", Some(("V", 8))),
        _ => return None,
    };
    if let Some((letter, unit)) = flexible {
        return (bits % unit == 0).then(|| format!("{letter}{}", bits / unit));
    }
    if let Some(Kind::Number(number)) = named(&format!("{name}{bits}")) {
        return number.typestr().map(|typestr| format!("sizes are bytes: {} or {typestr}", number.name()));
    }
    let sizes = Number::ALL.iter().filter_map(|number| number.typestr()).filter(|typestr| typestr.starts_with(letters));
    Some(format!("sizes are bytes: {}", sizes.collect::<Vec<_>>().join(", ")))
}

/// The name that is the fewest edits away, where that is few for a word of that length.
fn nearest(word: &str) -> Option<&'static str> {
    const LONGEST: usize = 20;
    if !(3..=LONGEST).contains(&word.len()) {
        return None;
    }
    let names = Number::ALL.iter().flat_map(|number| [Some(number.name()), number.typestr()].into_iter().flatten());
    let others = ["datetime64", "timedelta64", "bytes", "str", "void"];
    let (distance, name) = names.chain(others).map(|name| (distance(word, name), name)).min_by_key(|near| near.0)?;
    (distance <= word.len() / 3).then_some(name)
}

/// The least number of bytes to insert, delete or replace.
pub(crate) fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.bytes().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The message and the first hint for a word that is refused.
    fn refused(word: &str) -> (String, Option<String>) {
        let error = kind(word).expect_err(word);
        assert!(error.message().starts_with(&format!("dtype '{word}' ")), "{error}");
        (error.message().to_owned(), error.hints().first().cloned())
    }

    #[test]
    fn every_spelling_of_a_number_names_it() {
        for &number in Number::ALL {
            for word in [number.name()].iter().chain(number.aliases()).copied().chain(number.typestr()) {
                assert_eq!(kind(word).expect(word), Kind::Number(number), "{word}");
            }
        }
    }

    #[test]
    fn texts_and_voids_take_a_length() {
        for (words, expected) in [
            (&["S", "S0", "a", "bytes", "bytes_"][..], Kind::Bytes(0)),
            (&["U", "U0", "str", "str_", "unicode"], Kind::Str(0)),
            (&["V", "V0", "void"], Kind::Void(0)),
            (&["c", "S1", "a1"], Kind::Bytes(1)),
            (&["S5", "a5"], Kind::Bytes(5)),
            (&["S2147483647"], Kind::Bytes(2_147_483_647)),
            (&["U536870911"], Kind::Str(536_870_911)),
            (&["V2147483647"], Kind::Void(2_147_483_647)),
        ] {
            for word in words {
                assert_eq!(kind(word).expect(word), expected, "{word}");
            }
        }
    }

    #[test]
    fn lengths_are_plain_and_bounded() {
        for word in ["S-1", "S+3", "S1.5", "S 5", "U5x", "V0x10"] {
            assert!(refused(word).0.contains("the length must be"), "{word}");
        }
        for word in ["S2147483648", "U536870912", "V2147483648", "S99999999999999999999999", "U4294967297"] {
            assert!(refused(word).0.contains("the limit is"), "{word}");
        }
        assert_eq!(refused("S03").1.as_deref(), Some("S3"));
    }

    #[test]
    fn times_take_a_step() {
        let second = TimeStep { unit: crate::dtype::TimeUnit::Second, count: 25 };
        for word in ["M8[25s]", "datetime64[25s]"] {
            assert_eq!(kind(word).expect(word), Kind::Datetime(second));
        }
        for word in ["m8[25s]", "timedelta64[25s]"] {
            assert_eq!(kind(word).expect(word), Kind::Timedelta(second));
        }
        for word in ["M8", "M", "datetime64", "M8[generic]", "M8[2generic]"] {
            assert_eq!(kind(word).expect(word), Kind::Datetime(TimeStep::GENERIC));
        }
        for word in ["M8[]", "M8[q]", "M8[B]", "M8[-1s]", "M4[s]", "M[s]", "M8[ 10s ]", "M8[s", "M8s", "M8[s]x"] {
            refused(word);
        }
        assert_eq!(refused("M8[q]").0, "dtype 'M8[q]' is not understood: 'q' is no unit of time");
    }

    #[test]
    fn objects_have_no_place_in_a_file() {
        for word in ["O", "O8", "object", "object_", "object0"] {
            assert!(refused(word).0.contains("addresses"), "{word}");
        }
        assert!(refused("T").0.contains("outside the array"));
    }

    #[test]
    fn likely_mistakes_get_the_right_spelling() {
        for (word, hint) in [
            ("f32", "sizes are bytes: float32 or f4"),
            ("f64", "sizes are bytes: float64 or f8"),
            ("i16", "sizes are bytes: int16 or i2"),
            ("u16", "sizes are bytes: uint16 or u2"),
            ("i64", "sizes are bytes: int64 or i8"),
            ("c64", "sizes are bytes: complex64 or c8"),
            ("i128", "sizes are bytes: i1, i2, i4, i8"),
            ("f1", "sizes are bytes: f2, f4, f8, f16"),
            ("i3", "sizes are bytes: i1, i2, i4, i8"),
            ("Float64", "float64"),
            ("FLOAT64", "float64"),
            ("Int8", "int8"),
            ("long long", "longlong"),
            ("f 8", "f8"),
            ("uint8_t", "uint8"),
            ("float_", "float64"),
            ("bool8", "bool"),
            ("boolean", "bool"),
            ("string", "S10 for ten bytes or U10 for ten code points"),
            ("bytes40", "S5"),
            ("str32", "U1"),
            ("void8", "V1"),
            ("f08", "f8"),
            ("flaot32", "float32"),
            ("bflot16", "bfloat16"),
            ("float8_e4m3", "float8_e4m3fn"),
            ("datetime", "datetime64"),
            (">f4", "a byte order is one of < > = | directly before the name: <f4"),
            ("!f4", "a byte order is one of < > = | directly before the name: <f4"),
        ] {
            assert_eq!(refused(word).1.as_deref(), Some(hint), "{word}");
        }
    }

    #[test]
    fn far_from_every_name_there_is_no_hint() {
        for word in ["", "q7", "é", "xyzzy", "entirely unlike any dtype that there is"] {
            assert_eq!(refused(word).1, None, "{word}");
        }
    }

    #[test]
    fn numbers_are_plain() {
        assert_eq!(decimal("0"), Some(0));
        assert_eq!(decimal("120"), Some(120));
        for text in ["", "01", "00", "+1", "-1", " 1", "1_0", "18446744073709551616"] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }
}
