//! Coordinates of elements from their ranks, stretch by stretch: within one, most coordinates stay or rise by one.

use crate::plan::Run;

/// Fills in the coordinates along an axis: `below` elements lie between neighbours on it, and it is `len` long. The
/// ranks of the elements are those of `runs`, each a stretch of rising ranks.
pub(super) fn fill(runs: &[Run], below: u64, len: u64, out: &mut [i64]) {
    for run in runs {
        let (mut first, mut place) = (run.file, run.scratch);
        for _ in 0..run.count {
            rising(first, below, len, &mut out[place..place + run.unit]);
            first = first.wrapping_add_signed(run.file_stride);
            place = place.wrapping_add_signed(run.scratch_stride);
        }
    }
}

/// The coordinates of elements whose ranks rise by one.
fn rising(first: u64, below: u64, len: u64, mut out: &mut [i64]) {
    let (mut at, mut within) = (first / below % len, first % below);
    while !out.is_empty() {
        let equal = if below == 1 { len - at } else { below - within };
        let (now, later) = out.split_at_mut(equal.min(out.len() as u64) as usize);
        if below == 1 {
            now.iter_mut().zip(at as i64..).for_each(|(out, at)| *out = at);
            at = 0;
        } else {
            now.fill(at as i64);
            at = if at + 1 == len { 0 } else { at + 1 };
        }
        within = 0;
        out = later;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rank_has_the_coordinates_of_c_order() {
        let dims = [3, 4, 5];
        for (first, stride, unit, count) in [(0, 0, 60, 1), (7, 0, 44, 1), (3, 20, 5, 3), (2, 5, 1, 9), (9, 0, 2, 4)] {
            let run = Run { file: first, file_stride: stride, scratch: 0, scratch_stride: unit as isize, unit, count };
            let ranks: Vec<u64> =
                (0..count).flat_map(|k| (0..unit as u64).map(move |at| first + k * stride as u64 + at)).collect();
            for axis in 0..3 {
                let below: u64 = dims[axis + 1..].iter().product();
                let mut found = vec![-1; ranks.len()];
                fill(&[run], below, dims[axis], &mut found);
                let expected: Vec<i64> = ranks.iter().map(|rank| (rank / below % dims[axis]) as i64).collect();
                assert_eq!(found, expected, "{run:?} along {axis}");
            }
        }
    }
}
