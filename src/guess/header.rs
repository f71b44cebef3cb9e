//! Where the data begins: behind the bytes that the body of the file would not have.

use super::element::{Scored, zigzag};
use super::entropy::Counts;
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
/// Bits that are worth less than a shorter header.
const PADDING: f64 = 12.0;
/// Bits that it takes to say that an element is not told by its step.
const JUMP: f64 = 2.0;
/// Lengths that headers of instruments and file formats have.
const USUAL: &[usize] =
    &[16, 24, 32, 40, 44, 54, 64, 80, 128, 256, 348, 352, 512, 632, 768, 1024, 2048, 2880, 3600, 4096];

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
    let items = surprises(&head[phase..limit], scored);
    let all: f64 = items.iter().map(|item| item.bits).sum();
    let without_bits = all + description(head, phase);
    let mut found = Vec::new();
    let mut header: f64 = (0..phase).map(|at| foreign(head, at)).sum();
    let mut body = all;
    for (nth, item) in items.iter().enumerate() {
        let at = phase + nth * size;
        // The steps from the header to the first elements say nothing.
        let firsts = &items[nth..(nth + scored.lag.unwrap_or(0)).min(items.len())];
        let first: f64 = firsts.iter().map(|item| item.alone - item.bits).sum();
        let bits = header + body + first + description(head, at);
        if at > 0 && bits < without_bits {
            found.push((at, bits));
        }
        header += (at..at + size).map(|at| foreign(head, at)).sum::<f64>();
        body -= item.bits;
    }
    let best = found.iter().map(|&(_, bits)| bits).min_by(f64::total_cmp);
    // Data may begin with zeros that padding explains as well: the header ends where it must.
    let first = best.and_then(|best| found.into_iter().find(|&(_, bits)| bits <= best + PADDING));
    let Some((at, bits)) = first.filter(|&(at, _)| at > phase) else {
        return vec![Offset { cost: odd(phase), ..without }];
    };
    let why = format!("a header of {at} bytes, unlike the rest");
    let found = Offset { at: at as u64, cost: odd(phase) / 2.0, why };
    vec![found, Offset { cost: odd(phase) + 0.2 + ((without_bits - bits) / 200.0).min(1.0), ..without }]
}

/// A length that is no whole number of elements speaks against the dtype, unless there is a header.
fn odd(phase: usize) -> f64 {
    if phase > 0 { 0.3 } else { 0.0 }
}

fn left_over(phase: usize, size: usize) -> String {
    if phase > 0 { format!("{phase} bytes more than whole {size}-byte elements") } else { String::new() }
}

/// Bits of one element under the model of the body.
struct Surprise {
    /// After those before it.
    bits: f64,
    /// By itself.
    alone: f64,
}

/// Bits that each element of the head costs under the model of the body.
fn surprises(head: &[u8], scored: &Scored) -> Vec<Surprise> {
    let items: Vec<&[u8]> = head.chunks_exact(scored.element.size()).collect();
    let cost = |bits: u64, counts: &[Counts]| -> f64 {
        bits.to_le_bytes().iter().zip(counts).map(|(&byte, counts)| counts.surprise(byte)).sum()
    };
    let of = |(at, item): (usize, &&[u8])| {
        let alone = cost(scored.element.bits(item), &scored.plain);
        let rank = |item| scored.element.rank(item);
        let step = match scored.lag {
            Some(lag) if at >= lag => cost(zigzag(rank(item).wrapping_sub(rank(items[at - lag]))), &scored.steps),
            _ => alone,
        };
        // A jump, as from zero to the smallest float, is told by where it leads.
        Surprise { bits: step.min(alone + JUMP), alone }
    };
    items.iter().enumerate().map(of).collect()
}

/// Bits of the byte at `at` of a header: padding, what stands four bytes before, text, numbers.
fn foreign(head: &[u8], at: usize) -> f64 {
    match head[at] {
        0 => 2.0,
        // Unknown numbers are all marked alike.
        byte if at >= 8 && byte == head[at - 4] && byte == head[at - 8] => 3.0,
        b' '..=b'~' => 7.5,
        1..=31 => 8.5,
        _ => 10.0,
    }
}

/// Bits that it takes to say that there is a header of this length; fewer where the file begins with a name.
fn description(head: &[u8], at: usize) -> f64 {
    let named = if head.iter().take(4).all(u8::is_ascii_graphic) { 12.0 } else { 0.0 };
    match at {
        0 => 0.0,
        at if USUAL.contains(&at) => 32.0 - named,
        at if at.is_multiple_of(128) => 44.0 - named,
        at if at.is_multiple_of(4) => 60.0 - named,
        _ => 68.0 - named,
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
        let scored = score(&sample, element, 0..sample.len());
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

    #[test]
    fn a_header_of_equal_numbers_is_one() {
        let unknown = (-12345.0_f32).to_le_bytes().repeat(158);
        assert_eq!(found(&[&unknown, &data()[..]].concat())[0], 632);
    }
}
