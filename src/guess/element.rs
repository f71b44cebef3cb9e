//! How well each dtype explains the bytes: the bits that its elements need, and how plausible its values are.

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
    /// Whether neighbours are alike, so that differences need fewer bits than values.
    pub(super) smooth: bool,
    /// The bytes of the body as they are, or of the differences; one for each byte of an element, lowest first.
    pub(super) counts: Vec<Counts>,
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

/// What the body of the sample costs as elements that end at `end`.
pub(super) fn score(sample: &Sample, element: Element, end: u64) -> Scored {
    let size = element.size();
    let phase = end % size as u64;
    let pieces: Vec<&[u8]> = sample.body(size, phase, end).collect();
    let raw = byte_counts(&pieces, element);
    let steps = step_counts(&pieces, element);
    let (step_bits, raw_bits) = (mean_bits(&steps), mean_bits(&raw));
    let smooth = step_bits < raw_bits - 0.15;
    let mut cost = raw_bits.min(step_bits);
    // Every doubling of the element's size must pay for itself.
    cost += 0.03 * f64::from(size.trailing_zeros());
    if size > 1 && halves_are_alike(&raw) {
        cost += 0.6;
    }
    if size > 1 {
        // The high byte varies less than the low one.
        let tilt = raw[size - 1].bits() - raw[0].bits();
        cost += 0.04 * tilt.clamp(-4.0, 4.0);
    }
    let (implausible, mut why) = if element.is_float() { floats(&pieces, element) } else { integers(&pieces, element) };
    cost += implausible;
    if smooth {
        why.push_str(", smooth");
    }
    Scored { element, cost, why, smooth, counts: if smooth { steps } else { raw } }
}

pub(super) fn zigzag(step: i64) -> u64 {
    ((step << 1) ^ (step >> 63)) as u64
}

fn mean_bits(counts: &[Counts]) -> f64 {
    counts.iter().map(Counts::bits).sum::<f64>() / counts.len() as f64
}

/// The bytes of the differences between neighbours.
fn step_counts(pieces: &[&[u8]], element: Element) -> Vec<Counts> {
    let size = element.size();
    let mut counts = vec![Counts::new(); size];
    for piece in pieces {
        let mut before = element.rank(&piece[..size]);
        for item in piece.chunks_exact(size) {
            let rank = element.rank(item);
            for (counts, byte) in counts.iter_mut().zip(zigzag(rank.wrapping_sub(before)).to_le_bytes()) {
                counts.add(byte);
            }
            before = rank;
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
    let (mut sum, mut squares) = (0.0, 0.0);
    for item in pieces.iter().flat_map(|piece| piece.chunks_exact(element.size())) {
        let bits = element.bits(item);
        let exponent = (bits >> significand) as i64 & special;
        let fraction = bits & ((1 << significand) - 1);
        total += 1.0;
        match (exponent, fraction) {
            (0, 0) => zeros += 1.0,
            (exponent, _) if exponent == special => nans += 1.0,
            (exponent, _) => {
                let power = (exponent - one) as f64;
                (sum, squares) = (sum + power, squares + power * power);
                if exponent == 0 || power > reach || power < -lowest {
                    odd += 1.0;
                }
            }
        }
    }
    let ordinary: f64 = total - zeros - nans;
    if ordinary < 1.0 {
        return (6.0, "no ordinary float".to_owned());
    }
    let mean = sum / ordinary;
    let spread = (squares / ordinary - mean * mean).max(0.0).sqrt();
    // NaNs mark missing values, and then there are many; a few of them are accidents.
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
        high += u64::from(bits & sign != 0);
        low_zero += u64::from(bits.trailing_zeros() >= 8);
        small += u64::from(signed.unsigned_abs() < u128::from(sign / 8));
        if let Some((value_before, other_before)) = before {
            own_step += (value - value_before).unsigned_abs() as f64;
            other_step += (other - other_before).unsigned_abs() as f64;
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
    if high == 0 {
        cost += if element.is_signed() == (size >= 4) { 0.0 } else { 0.05 };
    } else if own_step > 0.0 && other_step > 0.0 {
        cost +=
            0.15 * f64::log2(own_step / other_step).clamp(-2.0, 2.0) + 0.02 * f64::from(u8::from(element.is_signed()));
    }
    (cost, format!("values {least} to {most}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(bytes: &[u8], number: Number, order: ByteOrder) -> f64 {
        score(&Sample::whole(bytes), Element::new(number, order), bytes.len() as u64).cost
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
}
