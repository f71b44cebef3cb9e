//! Loops over blocks, compiled once for each level of SIMD and chosen as the machine has it. Knows no operations.
//!
//! What is done to an element is the same on every level, and so are its bits: the compiler fuses nothing by itself.

use fearless_simd::{Level, dispatch};

/// The best level that the machine has.
#[cfg(not(test))]
pub(super) fn level() -> Level {
    Level::new()
}

#[cfg(test)]
pub(super) use tests::level;

/// `out[n] = f(a[n])`.
pub(in super::super) fn map1<A: Copy, B>(a: &[A], out: &mut [B], f: impl Fn(A) -> B) {
    dispatch!(level(), _level => loop1(a, out, f));
}

/// `out[n] = f(a[n], b[n])`.
pub(super) fn map2<A: Copy, B: Copy, C>(a: &[A], b: &[B], out: &mut [C], f: impl Fn(A, B) -> C) {
    dispatch!(level(), _level => loop2(a, b, out, f));
}

/// `out[n] = f(a[n], b[n], c[n])`.
pub(super) fn map3<A: Copy, B: Copy, C: Copy, D>(a: &[A], b: &[B], c: &[C], out: &mut [D], f: impl Fn(A, B, C) -> D) {
    dispatch!(level(), _level => loop3(a, b, c, out, f));
}

/// Each item replaced by what `f` makes of it.
pub(in super::super) fn update<A: Copy>(items: &mut [A], f: impl Fn(A) -> A) {
    dispatch!(level(), _level => loop_over(items, f));
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "so that it is compiled for the level of its caller")]
fn loop1<A: Copy, B>(a: &[A], out: &mut [B], f: impl Fn(A) -> B) {
    for (out, &a) in out.iter_mut().zip(a) {
        *out = f(a);
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "so that it is compiled for the level of its caller")]
fn loop2<A: Copy, B: Copy, C>(a: &[A], b: &[B], out: &mut [C], f: impl Fn(A, B) -> C) {
    for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
        *out = f(a, b);
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "so that it is compiled for the level of its caller")]
fn loop3<A: Copy, B: Copy, C: Copy, D>(a: &[A], b: &[B], c: &[C], out: &mut [D], f: impl Fn(A, B, C) -> D) {
    for (((out, &a), &b), &c) in out.iter_mut().zip(a).zip(b).zip(c) {
        *out = f(a, b, c);
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "so that it is compiled for the level of its caller")]
fn loop_over<A: Copy>(items: &mut [A], f: impl Fn(A) -> A) {
    for item in items {
        *item = f(*item);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        static FORCED: Cell<Option<Level>> = const { Cell::new(None) };
        static ASKED: Cell<bool> = const { Cell::new(false) };
    }

    /// The best level, unless the test asks for another.
    pub(in super::super) fn level() -> Level {
        ASKED.set(true);
        FORCED.get().unwrap_or_else(Level::new)
    }

    /// Whether the work goes by the level that a test forces.
    pub(in super::super) fn asks(work: impl FnOnce()) -> bool {
        ASKED.set(false);
        work();
        ASKED.get()
    }

    /// Every level that this machine has.
    pub(in super::super) fn levels() -> Vec<Level> {
        let mut levels = vec![Level::baseline(), Level::new()];
        #[cfg(target_arch = "x86_64")]
        {
            let best = Level::new();
            levels.extend(best.as_sse2().map(Level::Sse2));
            levels.extend(best.as_sse4_2().map(Level::Sse4_2));
            levels.extend(best.as_avx2().map(Level::Avx2));
        }
        levels
    }

    /// Does the work on a level.
    pub(in super::super) fn at<R>(level: Level, work: impl FnOnce() -> R) -> R {
        FORCED.set(Some(level));
        let result = work();
        FORCED.set(None);
        result
    }

    #[test]
    fn every_level_gives_the_same_bits() {
        let a: Vec<f64> = (0..1000).map(|n| f64::from(n) / 7.0 - 60.0).collect();
        let f = |a: f64, b: f64| (a * b + 0.1).mul_add(a, b.abs().sqrt().floor() / 3.0);
        let mut expected = vec![0.0; a.len()];
        dispatch!(Level::baseline(), _level => loop2(&a, &a, &mut expected, f));
        let mut found = vec![0.0; a.len()];
        map2(&a, &a, &mut found, f);
        assert_eq!(found, expected);
        map1(&a, &mut found, |a| f(a, a));
        assert_eq!(found, expected);
        map3(&a, &a, &a, &mut found, |a, b, _| f(a, b));
        assert_eq!(found, expected);
        found.clone_from(&a);
        update(&mut found, |a| f(a, a));
        assert_eq!(found, expected);
    }
}
