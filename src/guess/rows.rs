//! The length of rows: the distance at which elements are alike.

use super::element::Element;
use super::sample::Sample;

/// A shape of so many elements.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rows {
    pub(super) dims: Vec<u64>,
    pub(super) cost: f64,
    pub(super) why: String,
}

/// Rows longer than this are not looked for.
const LONGEST: usize = 8192;
/// Places at which elements are compared, for the usual distance and for a length that may be that of a row.
const PLACES: usize = 200;
const MANY: usize = 12_000;
/// Elements that are compared at most.
const ELEMENTS: usize = 1 << 17;
/// How many times better than the usual distance a row must be.
const CLEAR: f64 = 1.6;
/// Distances that are looked at closely where elements may be most alike.
const VALLEYS: usize = 6;

impl Rows {
    /// One axis.
    pub(super) fn flat(count: u64) -> Self {
        Self { dims: vec![count], cost: 0.0, why: String::new() }
    }
}

/// The likeliest shapes of `count` elements from `offset` on, the best first.
pub(super) fn shapes(sample: &Sample, element: Element, offset: u64, count: u64) -> Vec<Rows> {
    let flat = |cost| Rows { cost, ..Rows::flat(count) };
    let Some((len, why, certain)) = row(sample, element, offset, count) else {
        let side = count.isqrt();
        let square = side * side == count && side >= 16;
        let square = square.then(|| Rows { dims: vec![side, side], cost: 0.5, why: "a square".to_owned() });
        return std::iter::once(flat(0.0)).chain(square).collect();
    };
    let rows = Rows { dims: vec![count / len, len], cost: if certain { 0.0 } else { 0.25 }, why };
    if certain { vec![rows, flat(0.25)] } else { vec![flat(0.0), rows] }
}

/// The length of a row, why, and whether it is more than a period.
fn row(sample: &Sample, element: Element, offset: u64, count: u64) -> Option<(u64, String, bool)> {
    let values = values(sample.head().get(offset as usize..)?, element);
    let longest = LONGEST.min(values.len() / 3);
    if longest < 3 {
        return None;
    }
    let cap = cap(&values);
    let distance = |lag, longest, places| distance(&values, cap, lag, longest, places);
    let apart: Vec<f64> = (0..=longest).map(|lag| distance(lag, longest, PLACES)).collect();
    let mut sorted = apart[1..].to_vec();
    sorted.sort_by(f64::total_cmp);
    let usual = sorted[sorted.len() / 2];
    let divides = |len: usize| len >= 2 && count.is_multiple_of(len as u64) && count / len as u64 >= 2;
    let closely = |len| distance(len, longest + 1, MANY);
    let lengths: Vec<(usize, f64)> = (2..longest)
        .filter(|&len| divides(len))
        .map(|len| (len, closely(len)))
        .filter(|&(len, own)| own < closely(len - 1) && own <= closely(len + 1))
        .collect();
    let least = lengths.iter().map(|&(_, own)| own).min_by(f64::total_cmp)?;
    // Twice a row is nearly as good as a row: the shortest that is about as good as the best.
    let (len, own) = lengths.into_iter().find(|&(_, own)| own <= least * 1.5 + usual * 0.02)?;
    let around = around(&apart, len);
    if own * CLEAR > around.min(usual) {
        return None;
    }
    // A row ends where the next begins anew; a wave goes on.
    let jump = |at: usize| (values[at] - values[at - 1]).abs().min(cap);
    let ends: Vec<usize> = (len..values.len()).step_by(len).collect();
    let at_ends = ends.iter().map(|&at| jump(at)).sum::<f64>() / ends.len() as f64;
    let inside = (1..values.len()).map(jump).sum::<f64>() / (values.len() - 1) as f64;
    // A period that nothing ties to the length of the file would hardly divide it.
    let tied = || len >= 16 && best_of_all(&apart, closely).is_some_and(|best| best.is_multiple_of(len));
    let certain = at_ends > 1.5 * inside || own < 0.5 * closely(1) || tied();
    Some((len as u64, format!("elements {len} apart are alike"), certain))
}

/// The elements of the head as numbers of moderate size, nothing for what is none.
fn values(bytes: &[u8], element: Element) -> Vec<f64> {
    let items = bytes.chunks_exact(element.size()).take(ELEMENTS);
    let values: Vec<f64> = items.map(|item| element.value(item)).collect();
    let limit = {
        let mut sizes: Vec<f64> = values.iter().map(|value| value.abs()).filter(|size| size.is_finite()).collect();
        sizes.sort_by(f64::total_cmp);
        sizes.get(sizes.len() * 99 / 100).copied().unwrap_or(0.0)
    };
    values.into_iter().map(|value| if value.is_nan() { 0.0 } else { value.clamp(-limit, limit) }).collect()
}

/// The distance, whether it divides the file or not, at which elements are most alike, neighbours apart.
fn best_of_all(apart: &[f64], closely: impl Fn(usize) -> f64) -> Option<usize> {
    let valley = |&lag: &usize| apart[lag] < apart[lag - 1] && apart[lag] <= apart[lag + 1];
    let mut valleys: Vec<usize> = (8..apart.len() - 1).filter(valley).collect();
    valleys.sort_by(|&a, &b| apart[a].total_cmp(&apart[b]));
    valleys.truncate(VALLEYS);
    // What few places show may be one off.
    let near = valleys.into_iter().flat_map(|lag| [lag - 1, lag, lag + 1]).map(|lag| (lag, closely(lag)));
    near.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(lag, _)| lag)
}

/// Twice the usual difference of any two elements: beyond it they are just different, however much.
fn cap(values: &[f64]) -> f64 {
    let far = values.len() / 2;
    let mut apart: Vec<f64> = values.iter().zip(&values[far..]).map(|(a, b)| (a - b).abs()).collect();
    apart.sort_by(f64::total_cmp);
    match apart.get(apart.len() / 2) {
        Some(&usual) if usual > 0.0 => 2.0 * usual,
        _ => f64::INFINITY,
    }
}

/// The mean difference of elements that are `lag` apart, at some places that are the same for every lag.
fn distance(values: &[f64], cap: f64, lag: usize, longest: usize, places: usize) -> f64 {
    let room = values.len() - longest;
    let places = places.min(room);
    // Spread evenly, and without a factor in common with rows.
    let place = |nth: usize| (nth as f64 * 0.618_033_988_749_894_9).fract() * room as f64;
    let sum: f64 =
        (0..places).map(|nth| place(nth) as usize).map(|at| (values[at + lag] - values[at]).abs().min(cap)).sum();
    sum / places as f64
}

/// The usual distance about a length.
fn around(apart: &[f64], len: usize) -> f64 {
    let mut near: Vec<f64> = apart[(len / 2).max(1)..(len * 3 / 2 + 2).min(apart.len())].to_vec();
    near.sort_by(f64::total_cmp);
    near[near.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::{ByteOrder, Number};

    fn shapes(values: &[u8]) -> Vec<Vec<u64>> {
        let element = Element::new(Number::UInt8, ByteOrder::Little);
        let found = super::shapes(&Sample::whole(values), element, 0, values.len() as u64);
        found.into_iter().map(|rows| rows.dims).collect()
    }

    #[test]
    fn rows_that_begin_anew_are_found() {
        let rows: Vec<u8> = (0..6000_u64).map(|at| (at % 60 + at / 600) as u8 * 2).collect();
        assert_eq!(shapes(&rows), [vec![100, 60], vec![6000]]);
    }

    #[test]
    fn what_has_no_rows_is_flat() {
        let ramp: Vec<u8> = (0..6000_u64).map(|at| (at / 30) as u8).collect();
        assert_eq!(shapes(&ramp), [vec![6000]]);
        assert_eq!(shapes(&[1, 2]), [vec![2]]);
    }
}
