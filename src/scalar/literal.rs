//! Python's number syntax: digits with underscores between them, a fraction, an exponent, `0x`, `0o` and `0b`.

use crate::dtype::Sign;

/// A number as written, exactly: `digits` times ten to the power of `exponent`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Literal {
    pub(super) sign: Sign,
    /// ASCII digits without zeros in front; empty for zero.
    pub(super) digits: Vec<u8>,
    pub(super) exponent: i64,
}

impl Literal {
    /// Reads a number; the error is the reason.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let text = text.trim_ascii();
        let sign = if text.starts_with('-') { Sign::Minus } else { Sign::Plus };
        let body = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (mut digits, exponent) = match radix(body) {
            Some(radix) => (prefixed(&body[2..], radix)?, 0),
            None => decimal(body).ok_or("it is not a number")?,
        };
        let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
        digits.drain(..zeros);
        Ok(Self { sign, digits, exponent })
    }

    /// The same number in the plainest form, for a reader that knows no underscores.
    pub(super) fn plain(&self) -> String {
        let sign = if self.sign == Sign::Minus { "-" } else { "" };
        format!("{sign}0{}e{}", String::from_utf8_lossy(&self.digits), self.exponent)
    }
}

fn radix(body: &str) -> Option<u32> {
    match body.as_bytes() {
        [b'0', b'x' | b'X', ..] => Some(16),
        [b'0', b'o' | b'O', ..] => Some(8),
        [b'0', b'b' | b'B', ..] => Some(2),
        _ => None,
    }
}

fn prefixed(body: &str, radix: u32) -> Result<Vec<u8>, String> {
    let mut value = 0u128;
    let is_digit = |byte: u8| char::from(byte).is_digit(radix);
    let (digits, rest) = take_digits(body.as_bytes(), is_digit).ok_or("it is not a number")?;
    if !rest.is_empty() {
        return Err("it is not a number".to_owned());
    }
    for digit in digits {
        let digit = char::from(digit).to_digit(radix).expect("only digits were taken");
        let next = value.checked_mul(radix.into()).and_then(|value| value.checked_add(digit.into()));
        value = next.ok_or_else(|| format!("numbers in base {radix} have at most 128 bits"))?;
    }
    Ok(value.to_string().into_bytes())
}

/// The digits without the point, and the exponent of the last.
fn decimal(body: &str) -> Option<(Vec<u8>, i64)> {
    let is_digit = |byte: u8| byte.is_ascii_digit();
    let (mut digits, mut rest) = take_digits(body.as_bytes(), is_digit).unwrap_or((Vec::new(), body.as_bytes()));
    let mut exponent = 0;
    if let Some(fraction) = rest.strip_prefix(b".") {
        let (places, after) = match fraction.first() {
            Some(byte) if byte.is_ascii_digit() => take_digits(fraction, is_digit)?,
            _ => (Vec::new(), fraction),
        };
        exponent = -(places.len() as i64);
        digits.extend(places);
        rest = after;
    }
    if digits.is_empty() {
        return None;
    }
    if let [b'e' | b'E', power @ ..] = rest {
        let (negative, power) = match power {
            [b'-', power @ ..] => (true, power),
            [b'+', power @ ..] => (false, power),
            _ => (false, power),
        };
        let (power, after) = take_digits(power, is_digit)?;
        let power =
            power.iter().fold(0i64, |value, digit| value.saturating_mul(10).saturating_add((digit - b'0').into()));
        exponent = if negative { i64::saturating_sub(exponent, power) } else { exponent.saturating_add(power) };
        rest = after;
    }
    rest.is_empty().then_some((digits, exponent))
}

/// The digits that `text` begins with, without their underscores, and what follows; `None` where there are none, or
/// an underscore does not stand between two digits.
fn take_digits(text: &[u8], is_digit: impl Fn(u8) -> bool) -> Option<(Vec<u8>, &[u8])> {
    let end = text.iter().position(|&byte| byte != b'_' && !is_digit(byte)).unwrap_or(text.len());
    let (run, rest) = text.split_at(end);
    let mut digits = Vec::with_capacity(run.len());
    for part in run.split(|&byte| byte == b'_') {
        if part.is_empty() {
            return None;
        }
        digits.extend_from_slice(part);
    }
    Some((digits, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(Sign, String, i64)> {
        let literal = Literal::read(text).ok()?;
        Some((literal.sign, String::from_utf8_lossy(&literal.digits).into_owned(), literal.exponent))
    }

    #[test]
    fn reads_what_python_reads() {
        for (text, sign, digits, exponent) in [
            ("12", Sign::Plus, "12", 0),
            ("-007", Sign::Minus, "7", 0),
            ("+1_000", Sign::Plus, "1000", 0),
            ("1.50", Sign::Plus, "150", -2),
            (".5", Sign::Plus, "5", -1),
            ("5.", Sign::Plus, "5", 0),
            ("1_0.2_5e-1_0", Sign::Plus, "1025", -12),
            ("0", Sign::Plus, "", 0),
            ("1E+3", Sign::Plus, "1", 3),
            ("0xff", Sign::Plus, "255", 0),
            ("-0o17", Sign::Minus, "15", 0),
            ("0B1_01", Sign::Plus, "5", 0),
            (" 3 ", Sign::Plus, "3", 0),
            ("5.e1", Sign::Plus, "5", 1),
        ] {
            assert_eq!(read(text), Some((sign, digits.to_owned(), exponent)), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_number() {
        for text in [
            "", "-", "+-1", ".", "e5", "1e", "1e+", "_1", "1_", "1__0", "1_.5", "1._5", "1e_5", "0x", "0xg", "0x1p3",
            "1,5", "1d3", "1 2", "٣", "0b2", "nan", "- 1",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(Literal::read(&format!("0x1{}", "0".repeat(32))).is_err_and(|reason| reason.contains("128 bits")));
    }
}
