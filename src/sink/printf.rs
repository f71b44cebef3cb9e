//! One `%` specification, printing one value as Python's `%` operator does.

use std::io::Write;

use crate::error::{Error, Result};

/// The widest field and the most digits that are printed.
const MOST: usize = 1000;

/// A number on its way to text; integers are those of 64 bits, with or without a sign.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    Int(i128),
    Float(f64),
}

/// One specification: `%-+ 0#`, width, precision, conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spec {
    conversion: Conversion,
    padding: Padding,
    plus: Plus,
    width: usize,
    precision: Option<usize>,
    is_alternate: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conversion {
    /// `d i u`: decimal digits, fractions cut off.
    Decimal,
    /// `o x X`: digits of an integer in another base.
    Radix(Radix),
    /// `e E`
    Exponent(Case),
    /// `f F`
    Fixed(Case),
    /// `g G`
    General(Case),
    /// `s`: the text that is printed without a specification.
    Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Radix {
    Octal,
    LowerHex,
    UpperHex,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Lower,
    Upper,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Padding {
    Left,
    Right,
    Zeros,
}

/// What stands where a number has no minus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plus {
    Nothing,
    Space,
    Sign,
}

impl Spec {
    /// The specification behind the `%` at byte `at` of `text`, and where it ends.
    ///
    /// # Errors
    /// Usage, naming the position (from 1, in characters) of the `%`.
    pub(super) fn parse(text: &str, at: usize) -> Result<(Self, usize)> {
        let bad = |what: &str| {
            let position = text[..at].chars().count() + 1;
            Error::usage(format!("format '{text}': {what} in the specification at position {position}"))
                .hint("a format is like %d, %x, %s, %.3f, %10.4e or %-12g")
        };
        let bytes = text.as_bytes();
        let mut end = at + 1;
        let mut spec = Self {
            conversion: Conversion::Text,
            padding: Padding::Left,
            plus: Plus::Nothing,
            width: 0,
            precision: None,
            is_alternate: false,
        };
        while let Some(&flag) = bytes.get(end) {
            match flag {
                b'-' => spec.padding = Padding::Right,
                b'0' if spec.padding == Padding::Left => spec.padding = Padding::Zeros,
                b'+' => spec.plus = Plus::Sign,
                b' ' if spec.plus == Plus::Nothing => spec.plus = Plus::Space,
                b'#' => spec.is_alternate = true,
                b'0' | b' ' => {}
                _ => break,
            }
            end += 1;
        }
        let number = |end: &mut usize| -> Result<usize> {
            let start = *end;
            *end += bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            match &text[start..*end] {
                "" => Ok(0),
                digits => digits
                    .parse()
                    .ok()
                    .filter(|&number| number <= MOST)
                    .ok_or_else(|| bad(&format!("{digits} is more than {MOST} digits"))),
            }
        };
        spec.width = number(&mut end)?;
        if bytes.get(end) == Some(&b'.') {
            end += 1;
            spec.precision = Some(number(&mut end)?);
        }
        if matches!(bytes.get(end), Some(b'h' | b'l' | b'L')) {
            end += 1;
        }
        let Some(letter) = text[end..].chars().next() else { return Err(bad("no conversion letter")) };
        spec.conversion = match letter {
            'd' | 'i' | 'u' => Conversion::Decimal,
            'o' => Conversion::Radix(Radix::Octal),
            'x' => Conversion::Radix(Radix::LowerHex),
            'X' => Conversion::Radix(Radix::UpperHex),
            'e' => Conversion::Exponent(Case::Lower),
            'E' => Conversion::Exponent(Case::Upper),
            'f' => Conversion::Fixed(Case::Lower),
            'F' => Conversion::Fixed(Case::Upper),
            'g' => Conversion::General(Case::Lower),
            'G' => Conversion::General(Case::Upper),
            's' => Conversion::Text,
            '*' => return Err(bad("a width or precision given by '*'")),
            '(' => return Err(bad("a name in parentheses")),
            letter => return Err(bad(&format!("unknown conversion '{letter}'"))),
        };
        Ok((spec, end + 1))
    }

    pub(super) fn conversion(&self) -> Conversion {
        self.conversion
    }

    /// Appends a number, which is an integer where the conversion is of the kind that needs one.
    ///
    /// Where Python has no `%d` for NaN and infinities, they are printed as by `%f`.
    pub(super) fn number(&self, value: Value, out: &mut Vec<u8>) {
        let start = out.len();
        let is_negative = match (value, self.conversion) {
            (Value::Int(value), _) => value < 0,
            (Value::Float(value), Conversion::Decimal) => value <= -1.0,
            (Value::Float(value), _) => value.is_sign_negative() && !value.is_nan(),
        };
        match self.plus {
            _ if is_negative => out.push(b'-'),
            Plus::Nothing => {}
            Plus::Space => out.push(b' '),
            Plus::Sign => out.push(b'+'),
        }
        let prefixed = match (self.conversion, self.is_alternate) {
            (Conversion::Radix(radix), true) => radix.prefix(),
            _ => b"",
        };
        out.extend_from_slice(prefixed);
        let digits = out.len();
        match (self.conversion, value) {
            (Conversion::Text, _) => unreachable!("text is no number"),
            (Conversion::Decimal, Value::Float(value)) if value.is_finite() => {
                // Integers are printed several times as fast as floats.
                let whole = value.trunc().abs();
                match whole as u64 {
                    u64::MAX => print(out, format_args!("{whole:.0}")),
                    whole => print(out, format_args!("{whole}")),
                }
                self.at_least_precision(digits, out);
            }
            (Conversion::Decimal | Conversion::Radix(_), Value::Int(value)) => {
                let magnitude = magnitude(value);
                match self.conversion {
                    Conversion::Radix(Radix::Octal) => print(out, format_args!("{magnitude:o}")),
                    Conversion::Radix(Radix::LowerHex) => print(out, format_args!("{magnitude:x}")),
                    Conversion::Radix(Radix::UpperHex) => print(out, format_args!("{magnitude:X}")),
                    _ => print(out, format_args!("{magnitude}")),
                }
                self.at_least_precision(digits, out);
            }
            (_, Value::Int(value)) => self.float(magnitude(value) as f64, out),
            (_, Value::Float(value)) => self.float(value.abs(), out),
        }
        self.pad(start, digits, out);
    }

    /// Appends text, cut to the precision in characters.
    pub(super) fn text(&self, print: impl FnOnce(&mut Vec<u8>), out: &mut Vec<u8>) {
        let start = out.len();
        print(out);
        if let Some(most) = self.precision {
            let mut chars = (start..out.len()).filter(|&at| is_first_byte(out[at]));
            if let Some(cut) = chars.nth(most) {
                out.truncate(cut);
            }
        }
        self.pad(start, start, out);
    }

    fn at_least_precision(&self, digits: usize, out: &mut Vec<u8>) {
        let missing = self.precision.unwrap_or(0).saturating_sub(out.len() - digits);
        insert(out, digits, b'0', missing);
    }

    /// Appends what is not negative.
    fn float(&self, value: f64, out: &mut Vec<u8>) {
        let start = out.len();
        let precision = self.precision.unwrap_or(6);
        let case = match self.conversion {
            Conversion::Exponent(case) | Conversion::Fixed(case) | Conversion::General(case) => case,
            Conversion::Decimal | Conversion::Radix(_) | Conversion::Text => Case::Lower,
        };
        match self.conversion {
            _ if value.is_nan() => out.extend_from_slice(b"nan"),
            _ if value.is_infinite() => out.extend_from_slice(b"inf"),
            Conversion::Exponent(_) => {
                let exponent = scientific(value, precision, out);
                self.point(precision, out);
                push_exponent(exponent, out);
            }
            Conversion::General(_) => self.general(value, precision.max(1), out),
            _ => {
                print(out, format_args!("{value:.precision$}"));
                self.point(precision, out);
            }
        }
        if case == Case::Upper {
            out[start..].make_ascii_uppercase();
        }
    }

    /// `%g`: `digits` significant digits, in the shorter of two notations, without zeros at the end.
    fn general(&self, value: f64, digits: usize, out: &mut Vec<u8>) {
        let start = out.len();
        let exponent = scientific(value, digits - 1, out);
        if exponent < -4 || exponent >= digits as i32 {
            self.point(digits - 1, out);
            self.strip_zeros(start, out);
            push_exponent(exponent, out);
        } else {
            out.truncate(start);
            let decimals = (digits as i32 - 1 - exponent) as usize;
            print(out, format_args!("{value:.decimals$}"));
            self.point(decimals, out);
            self.strip_zeros(start, out);
        }
    }

    /// `#` keeps the point where no digit follows it.
    fn point(&self, decimals: usize, out: &mut Vec<u8>) {
        if self.is_alternate && decimals == 0 {
            out.push(b'.');
        }
    }

    /// `#` keeps the zeros, too.
    fn strip_zeros(&self, start: usize, out: &mut Vec<u8>) {
        if self.is_alternate || !out[start..].contains(&b'.') {
            return;
        }
        while out.last() == Some(&b'0') {
            out.pop();
        }
        if out.last() == Some(&b'.') {
            out.pop();
        }
    }

    /// Fills the width; zeros go behind sign and prefix, to where the digits begin.
    fn pad(&self, start: usize, digits: usize, out: &mut Vec<u8>) {
        if self.width == 0 {
            return;
        }
        let len = out[start..].iter().filter(|&&byte| is_first_byte(byte)).count();
        let missing = self.width.saturating_sub(len);
        match self.padding {
            Padding::Right => insert(out, out.len(), b' ', missing),
            Padding::Zeros if self.conversion != Conversion::Text => insert(out, digits, b'0', missing),
            Padding::Zeros | Padding::Left => insert(out, start, b' ', missing),
        }
    }
}

impl Radix {
    fn prefix(self) -> &'static [u8] {
        match self {
            Self::Octal => b"0o",
            Self::LowerHex => b"0x",
            Self::UpperHex => b"0X",
        }
    }
}

/// Formatting 64 bits is several times as fast as 128.
fn magnitude(value: i128) -> u64 {
    u64::try_from(value.unsigned_abs()).expect("integers have at most 64 bits")
}

/// Appends the significand with `decimals` digits behind the point, correctly rounded, and gives the exponent.
fn scientific(value: f64, decimals: usize, out: &mut Vec<u8>) -> i32 {
    print(out, format_args!("{value:.decimals$e}"));
    let e = out.iter().rposition(|&byte| byte == b'e').expect("the notation has an e");
    let digits = std::str::from_utf8(&out[e + 1..]).expect("digits are ASCII");
    let exponent = digits.parse().expect("the exponent of a float is a small integer");
    out.truncate(e);
    exponent
}

/// At least two digits, as C prints them.
fn push_exponent(exponent: i32, out: &mut Vec<u8>) {
    let sign = if exponent < 0 { '-' } else { '+' };
    print(out, format_args!("e{sign}{:02}", exponent.abs()));
}

fn print(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("writing to memory succeeds");
}

fn insert(out: &mut Vec<u8>, at: usize, byte: u8, count: usize) {
    out.splice(at..at, std::iter::repeat_n(byte, count));
}

fn is_first_byte(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Format, value and what Python 3's `%` prints, between tabs.
    const CASES: &str = include_str!("printf_cases.tsv");

    const TEXTS: &[(&str, &str, &str)] = &[
        ("%s", "été", "été"),
        ("%s", "abcdefg", "abcdefg"),
        ("%5s", "été", "  été"),
        ("%5s", "abcdefg", "abcdefg"),
        ("%-5s|", "été", "été  |"),
        ("%-5s|", "abcdefg", "abcdefg|"),
        ("%05s", "été", "  été"),
        ("%05s", "abcdefg", "abcdefg"),
        ("%.2s", "été", "ét"),
        ("%.2s", "abcdefg", "ab"),
        ("%5.1s", "été", "    é"),
        ("%5.1s", "abcdefg", "    a"),
        ("%+s", "été", "été"),
        ("%+s", "abcdefg", "abcdefg"),
        ("%#s", "été", "été"),
        ("%#s", "abcdefg", "abcdefg"),
    ];

    fn spec(text: &str) -> (Spec, &str) {
        let (spec, end) = Spec::parse(text, 0).expect(text);
        (spec, &text[end..])
    }

    fn number(format: &str, value: Value) -> String {
        let (spec, tail) = spec(format);
        let mut out = b"before".to_vec();
        spec.number(value, &mut out);
        let text = String::from_utf8(out).expect("numbers are ASCII");
        text.strip_prefix("before").expect("what was there stays").to_owned() + tail
    }

    #[test]
    fn numbers_are_those_of_python() {
        for case in CASES.lines().filter(|line| !line.starts_with('#')) {
            let [format, value, expected] = case.split('\t').collect::<Vec<_>>()[..] else { panic!("{case}") };
            let value = match value.parse() {
                Ok(value) => Value::Int(value),
                Err(_) => Value::Float(value.parse().expect(case)),
            };
            assert_eq!(number(format, value), expected, "{case}");
        }
    }

    #[test]
    fn texts_are_those_of_python() {
        for &(format, value, expected) in TEXTS {
            let (spec, tail) = spec(format);
            let mut out = Vec::new();
            spec.text(|out| out.extend(value.bytes()), &mut out);
            assert_eq!(String::from_utf8(out).expect("it was text") + tail, expected, "{format} % {value}");
        }
    }

    #[test]
    fn decimals_of_what_is_no_number_are_not_refused() {
        assert_eq!(number("%5d", Value::Float(f64::NAN)), "  nan");
        assert_eq!(number("%d", Value::Float(f64::NEG_INFINITY)), "-inf");
    }

    #[test]
    fn a_thousand_digits_are_exact() {
        let text = number("%.1000f", Value::Float(0.1));
        assert!(text.starts_with("0.1000000000000000055511151231257827021181583404541015625000"));
        assert_eq!(text.len(), 1002);
        assert_eq!(number("%.1000g", Value::Float(0.1)).len(), 57);
    }

    #[test]
    fn bad_specifications_are_refused_with_their_position() {
        for (text, at, position) in [
            ("%", 0, 1),
            ("é %q", 3, 3),
            ("%*d", 0, 1),
            ("%.*f", 0, 1),
            ("%(x)d", 0, 1),
            ("%5.", 0, 1),
            ("%1001d", 0, 1),
            ("%.1001f", 0, 1),
            ("%99999999999999999999999d", 0, 1),
            ("%é", 0, 1),
            ("%r", 0, 1),
            ("%c", 0, 1),
        ] {
            let error = Spec::parse(text, at).expect_err(text);
            assert!(error.message().ends_with(&format!("at position {position}")), "{error}");
        }
    }
}
