//! Where the data begins: behind the bytes that the body of the file would not have.

use super::element::Scored;
use super::sample::Sample;

/// A beginning of the data.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Offset {
    pub(super) at: u64,
    pub(super) cost: f64,
    pub(super) why: String,
}

/// Headers are not looked for beyond.
const LONGEST: usize = 8192;
/// Lengths that headers of instruments and file formats have.
const USUAL: &[usize] = &[16, 32, 44, 64, 80, 128, 256, 352, 512, 1024, 2048, 4096];

/// The likeliest beginnings for these elements, which end with the file; the best first.
pub(super) fn offsets(sample: &Sample, scored: &Scored) -> Vec<Offset> {
    let size = scored.element.size();
    let phase = (sample.len() % size as u64) as usize;
    let head = sample.head();
    let limit = LONGEST.min(head.len()).min((sample.len() / 2) as usize);
    let without = Offset { at: phase as u64, cost: 0.0, why: left_over(phase, size) };
    // Headers begin with a name or a number, data may begin with any number of zeros.
    if limit <= phase || head.iter().take(4).all(|&byte| byte == 0) {
        return vec![Offset { cost: odd(phase), ..without }];
    }
    let items: Vec<f64> = surprises(&head[phase..limit], scored);
    let all: f64 = items.iter().sum();
    let (mut best, mut best_bits) = (phase, all + description(phase));
    let mut header: f64 = head[..phase].iter().map(|&byte| foreign(byte)).sum();
    let mut body = all;
    for (nth, surprise) in items.iter().enumerate() {
        let at = phase + nth * size;
        let unforeseen: f64 = head[at..at + size].iter().map(|&byte| foreign(byte)).sum();
        // The step from the header to the first element says nothing.
        let first = if scored.smooth { unforeseen - surprise } else { 0.0 };
        let bits = header + body + first + description(at);
        if at > 0 && bits < best_bits {
            (best, best_bits) = (at, bits);
        }
        header += unforeseen;
        body -= surprise;
    }
    if best == phase {
        return vec![Offset { cost: odd(phase), ..without }];
    }
    let gain = all + description(phase) - best_bits;
    let found =
        Offset { at: best as u64, cost: odd(phase) / 2.0, why: format!("a header of {best} bytes, unlike the rest") };
    vec![found, Offset { cost: odd(phase) + 0.2 + (gain / 200.0).min(1.0), ..without }]
}

/// A length that is no whole number of elements speaks against the dtype, unless there is a header.
fn odd(phase: usize) -> f64 {
    if phase > 0 { 0.3 } else { 0.0 }
}

fn left_over(phase: usize, size: usize) -> String {
    if phase > 0 { format!("{phase} bytes more than whole {size}-byte elements") } else { String::new() }
}

/// Bits that each element of the head costs under the model of the body.
fn surprises(head: &[u8], scored: &Scored) -> Vec<f64> {
    let size = scored.element.size();
    let mut before = None;
    let of = |item: &[u8]| {
        let rank = scored.element.rank(item);
        let coded = match before.replace(rank) {
            Some(before) if scored.smooth => super::element::zigzag(rank.wrapping_sub(before)),
            None if scored.smooth => 0,
            _ => scored.element.bits(item),
        };
        coded.to_le_bytes().iter().zip(&scored.counts).map(|(&byte, counts)| counts.surprise(byte)).sum()
    };
    head.chunks_exact(size).map(of).collect()
}

/// Bits of a byte of a header: padding, text, numbers; the shares that they stand for add up to one.
fn foreign(byte: u8) -> f64 {
    match byte {
        0 => 2.0,
        b' '..=b'~' => 7.5,
        1..=31 => 8.5,
        _ => 10.0,
    }
}

/// Bits that it takes to say that there is a header of this length.
fn description(at: usize) -> f64 {
    match at {
        0 => 0.0,
        at if USUAL.contains(&at) => 10.0,
        at if at.is_multiple_of(4) => 40.0,
        _ => 48.0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::element::{Element, score};
    use super::*;
    use crate::dtype::{ByteOrder, Number};

    fn found(bytes: &[u8]) -> Vec<u64> {
        let sample = Sample::whole(bytes);
        let element = Element::new(Number::Int32, ByteOrder::Little);
        let scored = score(&sample, element, sample.len());
        offsets(&sample, &scored).into_iter().map(|offset| offset.at).collect()
    }

    fn data() -> Vec<u8> {
        (0..5000_u32).flat_map(|at| (at * 37 % 4001).to_le_bytes()).collect()
    }

    #[test]
    fn a_header_of_text_is_told_from_the_data() {
        let header = b"NAME OF A FILE, ITS INSTRUMENT, AND THE DAY ON WHICH IT WAS USED";
        assert_eq!(found(&[&header[..], &data()].concat()), [64, 0]);
    }

    #[test]
    fn data_alone_has_none() {
        assert_eq!(found(&data()), [0]);
    }

    #[test]
    fn bytes_beyond_whole_elements_are_skipped_at_least() {
        assert_eq!(found(&[&[0, 0, 0][..], &data()].concat()), [3]);
    }
}
