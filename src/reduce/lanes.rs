//! Loops over the items of a leaf with eight accumulators side by side, whatever the width of the registers, compiled once
//! for each level of SIMD. Knows no reductions.

use fearless_simd::{Level, dispatch};

/// Accumulators of a leaf: the n-th takes every eighth item from the n-th on.
pub(super) const LANES: usize = 8;
/// Fewer items than this are done at the level the program was built for: asking for the machine's takes longer.
const WORTH_ASKING: usize = 64;

/// Folds the items into lanes that all begin as `start`.
pub(super) fn fold<T: Copy, A: Copy>(items: &[T], start: A, step: impl Fn(A, T) -> A) -> [A; LANES] {
    if items.len() < WORTH_ASKING {
        return loop_over(items, start, step);
    }
    dispatch!(Level::new(), _level => loop_over(items, start, step))
}

/// Folds the items into two kinds of lanes at once: each waits for itself only, so that one hides what the other takes.
pub(super) fn fold2<T: Copy, A: Copy, B: Copy>(
    items: &[T],
    (a, b): (A, B),
    step_a: impl Fn(A, T) -> A,
    step_b: impl Fn(B, T) -> B,
) -> ([A; LANES], [B; LANES]) {
    let nothing = |(), _| ();
    let (a, b, _, _) =
        dispatch!(Level::new(), _level => loop_over4(items, (a, b, (), ()), step_a, step_b, nothing, nothing));
    (a, b)
}

/// As [`fold2`], with four kinds.
pub(super) fn fold4<T: Copy, A: Copy, B: Copy, C: Copy, D: Copy>(
    items: &[T],
    start: (A, B, C, D),
    step_a: impl Fn(A, T) -> A,
    step_b: impl Fn(B, T) -> B,
    step_c: impl Fn(C, T) -> C,
    step_d: impl Fn(D, T) -> D,
) -> ([A; LANES], [B; LANES], [C; LANES], [D; LANES]) {
    dispatch!(Level::new(), _level => loop_over4(items, start, step_a, step_b, step_c, step_d))
}

/// The lanes put together, always in the same order.
pub(super) fn join<A: Copy>(lanes: [A; LANES], join: impl Fn(A, A) -> A) -> A {
    let [a, b, c, d, e, f, g, h] = lanes;
    join(join(join(a, e), join(c, g)), join(join(b, f), join(d, h)))
}

/// The sum of what `value` makes of the items.
pub(super) fn sum<T: Copy>(items: &[T], value: impl Fn(T) -> f64) -> f64 {
    join(fold(items, 0.0, |sum, item| sum + value(item)), |a, b| a + b)
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "so that it is compiled for the level of its caller")]
fn loop_over<T: Copy, A: Copy>(items: &[T], start: A, step: impl Fn(A, T) -> A) -> [A; LANES] {
    let mut lanes = [start; LANES];
    let (blocks, rest) = items.as_chunks::<LANES>();
    for block in blocks {
        for (lane, &item) in lanes.iter_mut().zip(block) {
            *lane = step(*lane, item);
        }
    }
    for (lane, &item) in lanes.iter_mut().zip(rest) {
        *lane = step(*lane, item);
    }
    lanes
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "so that it is compiled for the level of its caller")]
fn loop_over4<T: Copy, A: Copy, B: Copy, C: Copy, D: Copy>(
    items: &[T],
    (a, b, c, d): (A, B, C, D),
    step_a: impl Fn(A, T) -> A,
    step_b: impl Fn(B, T) -> B,
    step_c: impl Fn(C, T) -> C,
    step_d: impl Fn(D, T) -> D,
) -> ([A; LANES], [B; LANES], [C; LANES], [D; LANES]) {
    let (mut a, mut b, mut c, mut d) = ([a; LANES], [b; LANES], [c; LANES], [d; LANES]);
    let (blocks, rest) = items.as_chunks::<LANES>();
    for block in blocks {
        step_all(&mut a, block, &step_a);
        step_all(&mut b, block, &step_b);
        step_all(&mut c, block, &step_c);
        step_all(&mut d, block, &step_d);
    }
    step_all(&mut a, rest, &step_a);
    step_all(&mut b, rest, &step_b);
    step_all(&mut c, rest, &step_c);
    step_all(&mut d, rest, &step_d);
    (a, b, c, d)
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "so that it is compiled for the level of its caller")]
fn step_all<T: Copy, A: Copy>(lanes: &mut [A; LANES], items: &[T], step: impl Fn(A, T) -> A) {
    for (lane, &item) in lanes.iter_mut().zip(items) {
        *lane = step(*lane, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_gives_the_same_bits() {
        for len in [0, 1, 7, 8, 63, 64, 65, 4095, 4096] {
            let items: Vec<f64> = (0..len).map(|item| f64::from(item) * 0.1 - 3.0).collect();
            let expected =
                dispatch!(Level::baseline(), _level => loop_over(&items, 0.0, |sum, item| sum + item * item));
            assert_eq!(fold(&items, 0.0, |sum, item| sum + item * item), expected);
        }
    }

    #[test]
    fn several_kinds_of_lanes_are_those_of_each() {
        for len in [0, 1, 8, 13, 100] {
            let items: Vec<f64> = (0..len).map(|item| f64::from(item) * 0.1 - 3.0).collect();
            let (sum, least) = fold2(&items, (0.0, 9.0), |sum, item| sum + item, f64::min);
            assert_eq!(sum, fold(&items, 0.0, |sum, item| sum + item));
            assert_eq!(least, fold(&items, 9.0, f64::min));
            let count = |count, _| count + 1;
            let (a, b, c, d) = fold4(&items, (0.0, 9.0, -9.0, 0), |sum, item| sum + item, f64::min, f64::max, count);
            assert_eq!((a, b), (sum, least));
            assert_eq!((c, d), (fold(&items, -9.0, f64::max), fold(&items, 0, count)));
        }
    }

    #[test]
    fn lanes_take_every_eighth_item() {
        let items: Vec<u64> = (0..19).collect();
        let lanes = fold(&items, 0, |lane, item| lane * 100 + item);
        assert_eq!(lanes, [816, 10_917, 21_018, 311, 412, 513, 614, 715]);
        assert_eq!(
            join([1, 2, 3, 4, 5, 6, 7, 8], |a, b| a * 2 + b),
            (((2 + 5) * 2 + (6 + 7)) * 2) + (4 + 6) * 2 + 8 + 8
        );
    }
}
