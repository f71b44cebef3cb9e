//! How well each dtype explains the bytes: the bits that its elements need, and how plausible its values are.

use std::ops::Range;

use super::entropy::Counts;
use super::sample::Sample;
use crate::dtype::{ByteOrder, DType, Kind, Number};

/// A dtype that raw files are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    number: Number,
    order: ByteOrder,
}

/// A dtype and what the bytes cost under it.
#[derive(Clone, Debug)]
pub(super) struct Scored {
    pub(super) element: Element,
    pub(super) cost: f64,
    pub(super) why: String,
    /// How far apart elements are alike, where differences need fewer bits than values: neighbours, or those of the
    /// same channel where a few are interleaved.
    pub(super) lag: Option<usize>,
    /// The bytes of the body as they are; one for each byte of an element, lowest first.
    pub(super) plain: Vec<Counts>,
    /// Those of the differences.
    pub(super) steps: Vec<Counts>,
}

macro_rules! elements {
    ($($wide:ident)*; $($byte:ident)*) => {
        &[
            $(Element { number: Number::$byte, order: ByteOrder::Little },)*
            $(
                Element { number: Number::$wide, order: ByteOrder::Little },
                Element { number: Number::$wide, order: ByteOrder::Big },
            )*
        ]
    };
}

/// The channels that may be interleaved: differences are taken at these distances.
const LAGS: [usize; 7] = [1, 2, 3, 4, 6, 8, 16];
/// The bytes of each piece in which they are compared; a multiple of every element's size.
const PART: usize = 8 << 10;

impl Element {
    /// Every dtype that is tried.
    pub(super) const ALL: &[Self] =
        elements!(Float32 Float64 Int16 UInt16 Int32 UInt32 Int64 UInt64 Float16; UInt8 Int8);

    /// One of a known kind.
    pub(super) fn new(number: Number, order: ByteOrder) -> Self {
        Self { number, order }
    }

    /// As `--dtype` accepts it.
    pub fn dtype(self) -> DType {
        DType::new(Kind::Number(self.number), self.order)
    }

    /// Bytes of an element.
    pub fn size(self) -> usize {
        self.number.itemsize()
    }

    pub(super) fn is_float(self) -> bool {
        matches!(self.number, Number::Float16 | Number::Float32 | Number::Float64)
    }

    pub(super) fn is_signed(self) -> bool {
        matches!(self.number, Number::Int8 | Number::Int16 | Number::Int32 | Number::Int64)
    }

    /// The bits of an element, whatever its order.
    pub(super) fn bits(self, item: &[u8]) -> u64 {
        let mut bits = [0; 8];
        bits[..item.len()].copy_from_slice(item);
        if self.order == ByteOrder::Big {
            bits[..item.len()].reverse();
        }
        u64::from_le_bytes(bits)
    }

    /// The bits as a number that grows with the value.
    pub(super) fn rank(self, item: &[u8]) -> i64 {
        let width = 8 * self.size() as u32;
        let bits = self.bits(item);
        let signed = (bits << (64 - width)) as i64 >> (64 - width);
        if self.is_float() && signed < 0 {
            -(bits as i64 & (i64::MAX >> (64 - width)))
        } else if self.is_float() || self.is_signed() {
            signed
        } else {
            bits as i64
        }
    }

    /// The value, near enough to compare.
    pub(super) fn value(self, item: &[u8]) -> f64 {
        match self.number {
            Number::Float64 => f64::from_bits(self.bits(item)),
            Number::Float32 => f32::from_bits(self.bits(item) as u32).into(),
            // The bits of a half grow with its value, which is all that is needed.
            _ => self.rank(item) as f64,
        }
    }

    /// Bits of the significand that are stored, and the exponent of 1.0.
    fn float_layout(self) -> (u32, i64) {
        match self.number {
            Number::Float16 => (10, 15),
            Number::Float32 => (23, 127),
            _ => (52, 1023),
        }
    }
}

/// What the body of the sample costs as elements that end with this range.
pub(super) fn score(sample: &Sample, element: Element, range: Range<u64>) -> Scored {
    let size = element.size();
    let pieces: Vec<&[u8]> = sample.body(size, range).collect();
    let raw = byte_counts(&pieces, element);
    let raw_bits = mean_bits(&raw);
    let lag = lag(&pieces, element);
    let steps = step_counts(&pieces, element, lag);
    let step_bits = mean_bits(&steps) + dearer(lag);
    let lag = (step_bits < raw_bits - 0.15).then_some(lag);
    let mut cost = raw_bits.min(step_bits);
    // Every doubling of the element's size must pay for itself.
    cost += 0.03 * f64::from(size.trailing_zeros());
    if size > 1 && (halves_are_alike(&raw) || is_two_in_one(&raw)) {
        cost += 0.6;
    }
    if size > 1 {
        // The high byte varies less than the low one.
        let tilt = raw[size - 1].bits() - raw[0].bits();
        cost += 0.04 * tilt.clamp(-4.0, 4.0);
    }
    let (implausible, mut why) = if element.is_float() { floats(&pieces, element) } else { integers(&pieces, element) };
    cost += implausible;
    match lag {
        None => {}
        Some(1) => why.push_str(", smooth"),
        Some(lag) => why.extend([", smooth in ".to_owned(), lag.to_string(), " channels".to_owned()]),
    }
    Scored { element, cost, why, lag, plain: raw, steps }
}

pub(super) fn zigzag(step: i64) -> u64 {
    ((step << 1) ^ (step >> 63)) as u64
}

fn mean_bits(counts: &[Counts]) -> f64 {
    counts.iter().map(Counts::bits).sum::<f64>() / counts.len() as f64
}

/// The distance at which differences need the fewest bits, in a part of each piece.
fn lag(pieces: &[&[u8]], element: Element) -> usize {
    let parts: Vec<&[u8]> = pieces.iter().map(|piece| &piece[..piece.len().min(PART)]).collect();
    let costs = LAGS.map(|lag| (mean_bits(&step_counts(&parts, element, lag)) + dearer(lag), lag));
    costs.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).map_or(1, |(_, lag)| lag)
}

/// Channels must be worth it.
fn dearer(lag: usize) -> f64 {
    if lag == 1 { 0.0 } else { 0.1 }
}

/// The bytes of the differences between elements that are so far apart.
fn step_counts(pieces: &[&[u8]], element: Element, lag: usize) -> Vec<Counts> {
    let size = element.size();
    let mut counts = vec![Counts::new(); size];
    for piece in pieces {
        let ahead = piece.get(lag * size..).unwrap_or_default();
        for (before, item) in piece.chunks_exact(size).zip(ahead.chunks_exact(size)) {
            let step = element.rank(item).wrapping_sub(element.rank(before));
            for (counts, byte) in counts.iter_mut().zip(zigzag(step).to_le_bytes()) {
                counts.add(byte);
            }
        }
    }
    counts
}

/// The bytes as they are.
fn byte_counts(pieces: &[&[u8]], element: Element) -> Vec<Counts> {
    let size = element.size();
    let mut counts = vec![Counts::new(); size];
    for item in pieces.iter().flat_map(|piece| piece.chunks_exact(size)) {
        for (counts, byte) in counts.iter_mut().zip(element.bits(item).to_le_bytes()) {
            counts.add(byte);
        }
    }
    counts
}

/// Whether elements of half the size would explain the bytes as well.
fn halves_are_alike(counts: &[Counts]) -> bool {
    let (low, high) = counts.split_at(counts.len() / 2);
    let together: Vec<Counts> = low.iter().zip(high).map(|(low, high)| low.with(high)).collect();
    mean_bits(&together) < mean_bits(counts) + 0.03
}

/// The value that most of those seen have in common, and by how many it outnumbers the others.
#[derive(Default)]
struct Majority {
    value: u64,
    lead: u64,
}

impl Majority {
    fn see(&mut self, value: u64) {
        if self.lead == 0 {
            self.value = value;
        }
        if self.value == value {
            self.lead += 1;
        } else {
            self.lead -= 1;
        }
    }
}

/// Whether each half of the element ends in a byte that varies less than the one below it, as the high byte of a number
/// does, and the upper half begins anew.
fn is_two_in_one(counts: &[Counts]) -> bool {
    let half = counts.len() / 2;
    let varies = |at: usize| counts[at].bits();
    let ends = |end: usize| varies(end - 1) + 1.0 < varies(end - 2);
    half > 1 && ends(half) && ends(2 * half) && varies(half - 1) <= varies(half)
}

/// What makes floats implausible, in bits for each byte, and what they are.
fn floats(pieces: &[&[u8]], element: Element) -> (f64, String) {
    let (significand, one) = element.float_layout();
    let special = 2 * one + 1;
    let (reach, lowest) = match significand {
        10 => (10.0, 15.0),
        23 => (50.0, 50.0),
        _ => (70.0, 70.0),
    };
    let (mut total, mut zeros, mut odd, mut nans) = (0.0, 0.0, 0.0, 0.0);
    let (mut fill, mut missing) = (Majority::default(), Majority::default());
    let (mut sum, mut squares) = (0.0, 0.0);
    for item in pieces.iter().flat_map(|piece| piece.chunks_exact(element.size())) {
        let bits = element.bits(item);
        let exponent = (bits >> significand) as i64 & special;
        let fraction = bits & ((1 << significand) - 1);
        total += 1.0;
        match (exponent, fraction) {
            (0, 0) => zeros += 1.0,
            (exponent, _) if exponent == special => {
                nans += 1.0;
                missing.see(bits);
            }
            (exponent, _) => {
                let power = (exponent - one) as f64;
                if exponent == 0 || power > reach || power < -lowest {
                    odd += 1.0;
                    fill.see(bits);
                } else {
                    (sum, squares) = (sum + power, squares + power * power);
                }
            }
        }
    }
    let ordinary: f64 = total - zeros - nans;
    let usual = ordinary - odd;
    if usual < 1.0 {
        return (6.0, "no ordinary float".to_owned());
    }
    let mean = sum / usual;
    let spread = (squares / usual - mean * mean).max(0.0).sqrt();
    // What is missing is marked by one value, outlandish or NaN, again and again; different ones are accidents.
    let (odd, nans) = (odd - fill.lead as f64, nans - missing.lead as f64);
    let mut cost = 5.0 * odd / ordinary + nans / total;
    let widest = if significand == 10 { 2.6 } else { 9.0 };
    cost += (spread - widest).clamp(0.0, 10.0) * if significand == 10 { 0.5 } else { 0.1 };
    if significand == 10 {
        cost += if spread < 2.6 && mean > -11.0 && odd < 0.01 * ordinary && nans == 0.0 { -0.05 } else { 0.5 };
    }
    let from = (mean - 2.0 * spread).floor();
    let to = (mean + 2.0 * spread).ceil() + 1.0;
    (cost, format!("magnitudes 2^{from} to 2^{to}"))
}

/// What makes integers implausible, in bits for each byte, and what they are.
fn integers(pieces: &[&[u8]], element: Element) -> (f64, String) {
    let size = element.size();
    let width = 8 * size as u32;
    let sign = 1_u64 << (width - 1);
    let mut lengths = [0_u64; 65];
    let (mut total, mut high, mut low_zero, mut small) = (0_u64, 0_u64, 0_u64, 0_u64);
    let mut fill = Majority::default();
    let (mut own_step, mut other_step) = (0.0, 0.0);
    let (mut least, mut most) = (i128::MAX, i128::MIN);
    let mut before: Option<(i128, i128)> = None;
    let signed_of = |bits: u64| i128::from((bits << (64 - width)) as i64 >> (64 - width));
    for item in pieces.iter().flat_map(|piece| piece.chunks_exact(size)) {
        let bits = element.bits(item);
        let (signed, unsigned) = (signed_of(bits), i128::from(bits));
        let (value, other) = if element.is_signed() { (signed, unsigned) } else { (unsigned, signed) };
        lengths[(128 - value.unsigned_abs().leading_zeros()).min(64) as usize] += 1;
        (least, most) = (least.min(value), most.max(value));
        total += 1;
        if bits & sign != 0 {
            high += 1;
            fill.see(bits);
        }
        low_zero += u64::from(bits.trailing_zeros() >= 8);
        small += u64::from(signed.unsigned_abs() < u128::from(sign / 8));
        if let Some((value_before, other_before)) = before {
            // By their lengths in bits, so that a few values far from all others do not outweigh the rest.
            own_step += (1.0 + (value - value_before).unsigned_abs() as f64).log2();
            other_step += (1.0 + (other - other_before).unsigned_abs() as f64).log2();
        }
        before = Some((value, other));
    }
    let mut cost = 0.0;
    let mut sum = 0;
    let usual = lengths.iter().position(|count| {
        sum += count;
        sum * 10 >= total * 9
    });
    let usual = usual.unwrap_or(64) as u32;
    // Integers of four bytes and more are seldom as large as they can be.
    cost += match (size, usual) {
        (4, 29..) => 0.8,
        (4, 25..) => 0.3,
        (8, 62..) => 1.5,
        (8, 45..) => 0.7,
        _ => 0.0,
    };
    // Bytes with a sign are rare.
    if size == 1 && element.is_signed() {
        cost += 0.35;
    }
    if size > 1 && low_zero * 100 > total * 95 && most != least {
        cost += 1.0;
    }
    // Two clusters of opposite sign and nothing between: a sign and an exponent.
    if size == 2 && high * 20 > total && high * 20 < total * 19 && small * 20 < total {
        cost += 0.6;
    }
    if high > 0 && fill.lead == high && fill.value == sign {
        // The smallest number of all, and no other below zero, marks what is missing.
        cost += if element.is_signed() { 0.0 } else { 0.1 };
    } else if high == 0 {
        cost += if element.is_signed() == (size >= 4) { 0.0 } else { 0.05 };
    } else if own_step > 0.0 && other_step > 0.0 {
        cost +=
            0.5 * f64::log2(own_step / other_step).clamp(-1.0, 1.0) + 0.02 * f64::from(u8::from(element.is_signed()));
    }
    (cost, format!("values {least} to {most}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(bytes: &[u8], number: Number, order: ByteOrder) -> f64 {
        score(&Sample::whole(bytes), Element::new(number, order), 0..bytes.len() as u64).cost
    }

    #[test]
    fn ranks_grow_with_values() {
        let float = Element::new(Number::Float32, ByteOrder::Little);
        let ranks = [-2.0_f32, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0].map(|value| float.rank(&value.to_le_bytes()));
        assert!(ranks.is_sorted(), "{ranks:?}");
        let big = Element::new(Number::Int16, ByteOrder::Big);
        assert_eq!([[0xff, 0xfe], [1, 0]].map(|item| big.rank(&item)), [-2, 256]);
    }

    #[test]
    fn the_wrong_order_and_the_wrong_size_cost_more() {
        let values: Vec<u8> = (0..4000_u32).flat_map(|at| (at * 37 % 4001).to_le_bytes()).collect();
        let right = cost(&values, Number::Int32, ByteOrder::Little);
        assert!(right < cost(&values, Number::Int32, ByteOrder::Big));
        assert!(right < cost(&values, Number::Float32, ByteOrder::Little));
        assert!(right < cost(&values, Number::Int64, ByteOrder::Little));
        assert!(right < cost(&values, Number::UInt8, ByteOrder::Little));
    }

    #[test]
    fn channels_are_told_from_larger_elements() {
        // Two channels of float32, one of them far from the other.
        let values: Vec<u8> = (0..4000_u32)
            .flat_map(|at| [(at as f32 / 700.0).sin(), 1e6 + (at as f32 * 0.37).cos()])
            .flat_map(f32::to_le_bytes)
            .collect();
        let sample = Sample::whole(&values);
        let scored = |number| score(&sample, Element::new(number, ByteOrder::Little), 0..sample.len());
        assert_eq!(scored(Number::Float32).lag, Some(2));
        assert!(scored(Number::Float32).cost < scored(Number::Float64).cost);
        assert!(scored(Number::Float32).cost < scored(Number::Int64).cost);
    }

    #[test]
    fn one_value_for_what_is_missing_costs_nothing() {
        let float = |fill: f32| -> Vec<u8> {
            (0..4000_u32).flat_map(|at| if at % 5 == 0 { fill } else { at as f32 }.to_le_bytes()).collect()
        };
        let cost = |fill| cost(&float(fill), Number::Float32, ByteOrder::Little);
        assert!((cost(1e20) - cost(f32::NAN)).abs() < 0.1 && cost(1e20) < cost(1.0) + 0.3);
        let levels: Vec<u8> =
            (0..4000_u16).flat_map(|at| if at % 100 == 0 { 0x8000 } else { 500 + at / 9 }.to_le_bytes()).collect();
        let cost = |number| super::tests::cost(&levels, number, ByteOrder::Little);
        assert!(cost(Number::Int16) < cost(Number::UInt16));
    }
}
