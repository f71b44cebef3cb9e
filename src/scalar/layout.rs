//! Where Python's `repr` puts the point: positional from 1e-4 to below 1e16, else one digit before the point.

/// Whether a whole number shows that it is a float.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Point {
    /// `1.0`
    Always,
    /// `1`, as in the parts of a complex number.
    AsNeeded,
}

/// Decimal exponents of the first digit that are written without an exponent.
pub(super) const POSITIONAL: std::ops::Range<i32> = -4..16;

/// Appends `d.ddd` times ten to the power of `exponent`, from digits in ASCII without zeros at either end.
pub(super) fn push_digits(digits: &[u8], exponent: i32, point: Point, out: &mut Vec<u8>) {
    if !POSITIONAL.contains(&exponent) {
        push_exponential(digits, exponent, out);
    } else if exponent < 0 {
        out.extend_from_slice(&b"0.000"[..(1 - exponent) as usize]);
        out.extend_from_slice(digits);
    } else {
        let whole = exponent as usize + 1;
        if let Some((before, after)) = digits.split_at_checked(whole).filter(|(_, after)| !after.is_empty()) {
            out.extend_from_slice(before);
            out.push(b'.');
            out.extend_from_slice(after);
        } else {
            out.extend_from_slice(digits);
            out.resize(out.len() + whole - digits.len(), b'0');
            push_whole_end(point, out);
        }
    }
}

/// Appends what follows the digits of a whole number.
pub(super) fn push_whole_end(point: Point, out: &mut Vec<u8>) {
    if point == Point::Always {
        out.extend_from_slice(b".0");
    }
}

fn push_exponential(digits: &[u8], exponent: i32, out: &mut Vec<u8>) {
    out.push(digits[0]);
    if digits.len() > 1 {
        out.push(b'.');
        out.extend_from_slice(&digits[1..]);
    }
    out.extend_from_slice(if exponent < 0 { b"e-" } else { b"e+" });
    if exponent.unsigned_abs() < 10 {
        out.push(b'0');
    }
    out.extend_from_slice(itoa::Buffer::new().format(exponent.unsigned_abs()).as_bytes());
}

/// Appends a positive number that `text` writes in any layout, point and exponent included, in this one.
pub(super) fn push_laid_out(text: &str, point: Point, out: &mut Vec<u8>) {
    let (mantissa, power) = text.split_once('e').unwrap_or((text, "0"));
    let power: i32 = power.parse().expect("an exponent is a small integer");
    let mut digits = [0; 24];
    let mut len = 0;
    let mut whole = None;
    let mut zeros = 0;
    for byte in mantissa.bytes() {
        match byte {
            b'.' => whole = Some(len as i32),
            b'0' if len == 0 => zeros += i32::from(whole.is_some()),
            digit => {
                digits[len] = digit;
                len += 1;
            }
        }
    }
    let exponent = whole.unwrap_or(len as i32) - 1 - zeros + power;
    let end = digits[..len].iter().rposition(|&digit| digit != b'0').map_or(1, |last| last + 1);
    push_digits(&digits[..end], exponent, point, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid_out(text: &str, point: Point) -> String {
        let mut out = Vec::new();
        push_laid_out(text, point, &mut out);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn any_layout_becomes_pythons() {
        for (text, expected) in [
            ("0.00001", "1e-05"),
            ("0.000012", "1.2e-05"),
            ("1e+13", "10000000000000.0"),
            ("1.5e+13", "15000000000000.0"),
            ("1.2345678e+13", "12345678000000.0"),
            ("0.0001", "0.0001"),
            ("0.00012", "0.00012"),
            ("1e+16", "1e+16"),
            ("1.5e+16", "1.5e+16"),
            ("3e-320", "3e-320"),
            ("12.50", "12.5"),
            ("100.0", "100.0"),
            ("1e-7", "1e-07"),
            ("1234567890123456.0", "1234567890123456.0"),
            ("0.1", "0.1"),
            ("1e15", "1000000000000000.0"),
        ] {
            assert_eq!(laid_out(text, Point::Always), expected, "{text}");
        }
    }

    #[test]
    fn parts_of_complex_numbers_have_no_idle_point() {
        assert_eq!(laid_out("100.0", Point::AsNeeded), "100");
        assert_eq!(laid_out("1.5", Point::AsNeeded), "1.5");
        assert_eq!(laid_out("1e+16", Point::AsNeeded), "1e+16");
    }
}
