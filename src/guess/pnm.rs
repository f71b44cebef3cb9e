//! PGM and PPM images: width, height and the largest value stand in front of the pixels as text.

use super::sample::Sample;
use super::{Candidate, Element, Guess};
use crate::dtype::{ByteOrder, Number};

/// The longest header that is read: comments may stand in it.
const LONGEST: usize = 1024;

/// What an image holds; `None` for other files, and where its pixels are not all there.
pub(super) fn read(sample: &Sample) -> Option<Guess> {
    let channels: u64 = match sample.at(0, 2)? {
        b"P5" => 1,
        b"P6" => 3,
        _ => return None,
    };
    let head = sample.head().get(2..)?;
    let (mut at, mut numbers) = (0, Vec::new());
    while numbers.len() < 3 {
        numbers.push(number(&head[..head.len().min(LONGEST)], &mut at)?);
    }
    let (width, height, most) = (numbers[0], numbers[1], numbers[2]);
    // One blank ends the header.
    if !head.get(at)?.is_ascii_whitespace() || width == 0 || height == 0 {
        return None;
    }
    let element = match most {
        1..=255 => Element::new(Number::UInt8, ByteOrder::Little),
        256..=65535 => Element::new(Number::UInt16, ByteOrder::Big),
        _ => return None,
    };
    let offset = 3 + at as u64;
    let nbytes = width.checked_mul(height)?.checked_mul(channels * element.size() as u64)?;
    let trailing = sample.len().checked_sub(offset)?.checked_sub(nbytes)?;
    let shape = if channels == 1 { vec![height, width] } else { vec![height, width, channels] };
    let kind = if channels == 1 { "PGM: a grey image" } else { "PPM: a colour image" };
    let remark = Some(format!("{kind} of {width} by {height} pixels"));
    let why = "its header says so".to_owned();
    Some(Guess { remark, candidates: vec![Candidate { element, offset, shape, trailing, cost: 0.0, why }] })
}

/// The next number, behind blanks and comments.
fn number(head: &[u8], at: &mut usize) -> Option<u64> {
    let begun = *at;
    loop {
        match head.get(*at)? {
            b'#' => *at += head[*at..].iter().position(|&byte| byte == b'\n')?,
            byte if byte.is_ascii_whitespace() => *at += 1,
            _ => break,
        }
    }
    let digits = head[*at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let text = std::str::from_utf8(&head[*at..*at + digits]).ok()?;
    let apart = *at > begun;
    *at += digits;
    text.parse().ok().filter(|_| apart)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(bytes: &[u8]) -> Option<(String, u64, Vec<u64>, u64)> {
        let guess = read(&Sample::whole(bytes))?;
        let best = &guess.candidates[0];
        Some((best.element.dtype().to_string(), best.offset, best.shape.clone(), best.trailing))
    }

    #[test]
    fn the_header_tells_dtype_and_shape() {
        assert_eq!(first(b"P5\n3 2\n255\n123456"), Some(("|u1".to_owned(), 11, vec![2, 3], 0)));
        assert_eq!(
            first(b"P6 # a comment 9\n 1 2 65535 abcdefghijkl."),
            Some((">u2".to_owned(), 28, vec![2, 1, 3], 1))
        );
    }

    #[test]
    fn what_is_no_image_is_left_to_others() {
        for bytes in [
            &b"P5"[..],
            b"P4\n3 2\n255\n123456",
            b"P53 2 255 123456",
            b"P5\n3 2\n255\n12345",
            b"P5\n3 2\n65536\n123456",
            b"P5\n0 2\n255\n123456",
            b"P5\n3 2\n255",
            b"P5\n99999999999 99999999999 255\n123456",
            b"P5 # no end",
            b"P5\n3 x\n255\n123456",
        ] {
            assert_eq!(first(bytes), None, "{}", bytes.escape_ascii());
        }
    }
}
