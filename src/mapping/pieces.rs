//! Cuts a run where the windows of a file end, so that every piece lies in one window. Arithmetic only, no file.
//!
//! ```text
//!   windows  |        |        |        |
//!   run        aa  aa  aa  aa  aa  aa           unit 2, file stride 4
//!   pieces     11  11  2|3 44  4|5 66           a stretch that spans windows is cut, too
//! ```

use std::ops::Range;

use crate::plan::Run;

/// The bytes of the file that a run reaches, from the lowest to behind the highest; `None` beyond 64 bits.
pub(super) fn file_span(run: &Run) -> Option<Range<u64>> {
    let reach = i128::from(run.count.checked_sub(1)?) * i128::from(run.file_stride);
    let start = i128::from(run.file) + reach.min(0);
    let end = i128::from(run.file) + reach.max(0) + run.unit as i128;
    Some(u64::try_from(start).ok()?..u64::try_from(end).ok()?)
}

/// The bytes of scratch that a run reaches; `None` where they cannot be bytes of a slice.
pub(super) fn scratch_span(run: &Run) -> Option<Range<usize>> {
    let reach = i128::from(run.count.checked_sub(1)?) * run.scratch_stride as i128;
    let start = run.scratch as i128 + reach.min(0);
    let end = run.scratch as i128 + reach.max(0) + run.unit as i128;
    Some(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
}

/// The pieces of a run, in its own order.
pub(super) struct Pieces {
    rest: Run,
    /// Bytes of the first stretch of `rest` that have been given out.
    given: usize,
    window: u64,
}

impl Pieces {
    /// The pieces of a `run` whose spans exist, for windows that begin at multiples of `window` bytes.
    pub(super) fn new(run: Run, window: usize) -> Self {
        let mut rest = run;
        let packed =
            i64::try_from(run.unit) == Ok(run.file_stride) && isize::try_from(run.unit) == Ok(run.scratch_stride);
        if packed && let Some(unit) = usize::try_from(run.count).ok().and_then(|count| run.unit.checked_mul(count)) {
            rest.unit = unit;
            rest.count = u64::from(run.count > 0);
        }
        Self { rest, given: 0, window: window as u64 }
    }

    fn skip_stretches(&mut self, count: u64) {
        let rest = &mut self.rest;
        rest.count -= count;
        if rest.count > 0 {
            rest.file = rest.file.wrapping_add_signed(count as i64 * rest.file_stride);
            rest.scratch = rest.scratch.wrapping_add_signed(count as isize * rest.scratch_stride);
        }
    }
}

impl Iterator for Pieces {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        let rest = self.rest;
        if rest.count == 0 || rest.unit == 0 {
            return None;
        }
        let at = rest.file + self.given as u64;
        let start = at - at % self.window;
        let end = start.saturating_add(self.window);
        let left = rest.unit - self.given;
        if self.given > 0 || rest.count == 1 || end - at < left as u64 {
            let unit = (left as u64).min(end - at) as usize;
            let scratch = rest.scratch + self.given;
            self.given += unit;
            if self.given == rest.unit {
                self.given = 0;
                self.skip_stretches(1);
            }
            return Some(Run { file: at, file_stride: 0, scratch, scratch_stride: 0, unit, count: 1 });
        }
        let step = rest.file_stride.unsigned_abs();
        let whole = match rest.file_stride {
            0 => rest.count,
            1.. => (end - at - left as u64) / step + 1,
            _ => (at - start) / step + 1,
        };
        let count = whole.min(rest.count);
        self.skip_stretches(count);
        Some(Run { count, ..rest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(file: u64, file_stride: i64, unit: usize, count: u64) -> Run {
        Run { file, file_stride, scratch: 0, scratch_stride: unit as isize, unit, count }
    }

    #[test]
    fn every_piece_lies_in_one_window_and_nothing_is_lost() {
        for (stride, unit, count) in
            [(4, 2, 6), (-5, 3, 7), (0, 4, 9), (2, 2, 20), (3, 5, 6), (40, 20, 4), (-20, 20, 4)]
        {
            let run = run(101, stride, unit, count);
            let mut bytes = Vec::new();
            for piece in Pieces::new(run, 8) {
                let span = file_span(&piece).expect("small");
                assert_eq!(span.start / 8, (span.end - 1) / 8, "{piece:?}");
                for k in 0..piece.count {
                    for byte in 0..piece.unit {
                        let file = piece.file.wrapping_add_signed(k as i64 * piece.file_stride) + byte as u64;
                        let scratch = piece.scratch.wrapping_add_signed(k as isize * piece.scratch_stride) + byte;
                        bytes.push((file, scratch));
                    }
                }
            }
            let naive: Vec<_> = (0..count)
                .flat_map(|k| (0..unit).map(move |byte| (k, byte)))
                .map(|(k, byte)| {
                    (101_u64.wrapping_add_signed(k as i64 * stride) + byte as u64, k as usize * unit + byte)
                })
                .collect();
            assert_eq!(bytes, naive, "stride {stride} unit {unit}");
        }
    }

    #[test]
    fn packed_stretches_become_one() {
        let pieces: Vec<_> = Pieces::new(run(4, 8, 8, 1 << 40), 1 << 50).collect();
        assert_eq!(pieces.len(), 1);
        assert_eq!((pieces[0].unit, pieces[0].count), (1 << 43, 1));
    }

    #[test]
    fn spans_are_exact_or_absent() {
        assert_eq!(file_span(&run(10, -3, 2, 4)), Some(1..12));
        assert_eq!(file_span(&run(10, -3, 2, 5)), None);
        assert_eq!(file_span(&run(10, i64::MAX, 2, u64::MAX)), None);
        assert_eq!(file_span(&run(10, 1, 2, 0)), None);
        assert_eq!(scratch_span(&Run { scratch_stride: -4, scratch: 8, ..run(0, 0, 4, 3) }), Some(0..12));
    }
}
