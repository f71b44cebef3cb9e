//! Items from one order of axes to another, both in private memory: blocks of a cache line by a cache line.
//!
//! ```text
//!   from   a b c d      rows of items, `from_pitch` apart        to   a e
//!          e f g h                                                    b f
//!                                                                     c g
//!                                                                     d h    columns become rows, `to_pitch` apart
//! ```
//!
//! Items are bytes of a size; files, views and types are not known here.

/// Items along both sides of a block fill a cache line.
const LINE: usize = 64;

/// A matrix whose rows become columns; all distances are in items.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transposition {
    /// Where the first item is read.
    pub(super) from: usize,
    /// Items from one row to the next where they are read.
    pub(super) from_pitch: isize,
    /// Where it is written.
    pub(super) to: usize,
    /// Items from one to the next of what was a column where they are written.
    pub(super) to_pitch: isize,
    /// The number of rows that are read.
    pub(super) rows: usize,
    /// The number of items in each of them.
    pub(super) columns: usize,
}

/// Moves the item in row `r` and column `c` from `from + r * from_pitch + c` to `to + c * to_pitch + r`.
///
/// # Panics
/// If an item lies outside of its slice.
pub(super) fn transpose(size: usize, from: &[u8], to: &mut [u8], matrix: Transposition) {
    match size {
        1 => blocks::<1>(from, to, matrix),
        2 => blocks::<2>(from, to, matrix),
        4 => blocks::<4>(from, to, matrix),
        8 => blocks::<8>(from, to, matrix),
        16 => blocks::<16>(from, to, matrix),
        _ => each(size, from, to, matrix),
    }
}

/// Moves `count` items to where the first of them ends up last.
///
/// # Panics
/// As [`transpose`].
pub(super) fn reverse(size: usize, from: &[u8], to: &mut [u8]) {
    match size {
        1 => backwards::<1>(from, to),
        2 => backwards::<2>(from, to),
        4 => backwards::<4>(from, to),
        8 => backwards::<8>(from, to),
        16 => backwards::<16>(from, to),
        _ => to.rchunks_exact_mut(size).zip(from.chunks_exact(size)).for_each(|(to, from)| to.copy_from_slice(from)),
    }
}

fn backwards<const N: usize>(from: &[u8], to: &mut [u8]) {
    let (from, to) = (from.as_chunks::<N>().0, to.as_chunks_mut::<N>().0);
    to.iter_mut().zip(from.iter().rev()).for_each(|(to, from)| *to = *from);
}

fn blocks<const N: usize>(from: &[u8], to: &mut [u8], matrix: Transposition) {
    let side = LINE / N;
    let (from, to) = (from.as_chunks::<N>().0, to.as_chunks_mut::<N>().0);
    for column in (0..matrix.columns).step_by(side) {
        let columns = side.min(matrix.columns - column);
        for row in (0..matrix.rows).step_by(side) {
            let rows = side.min(matrix.rows - row);
            let start = matrix.from.wrapping_add_signed(row as isize * matrix.from_pitch) + column;
            let end = matrix.to.wrapping_add_signed(column as isize * matrix.to_pitch) + row;
            for c in 0..columns {
                let line = end.wrapping_add_signed(c as isize * matrix.to_pitch);
                let mut at = start + c;
                for item in &mut to[line..line + rows] {
                    *item = from[at];
                    at = at.wrapping_add_signed(matrix.from_pitch);
                }
            }
        }
    }
}

fn each(size: usize, from: &[u8], to: &mut [u8], matrix: Transposition) {
    for column in 0..matrix.columns {
        let line = matrix.to.wrapping_add_signed(column as isize * matrix.to_pitch);
        for row in 0..matrix.rows {
            let at = matrix.from.wrapping_add_signed(row as isize * matrix.from_pitch) + column;
            to[(line + row) * size..][..size].copy_from_slice(&from[at * size..][..size]);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn noise(len: usize) -> Vec<u8> {
        (0..len as u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
    }

    proptest! {
        #[test]
        fn every_item_arrives_in_its_place(
            size in prop_oneof![Just(1_usize), Just(2), Just(4), Just(8), Just(16), 1..20_usize],
            rows in 1..150_usize,
            columns in 1..150_usize,
            gap in 0..5_usize,
            upwards in any::<bool>(),
            leftwards in any::<bool>(),
        ) {
            let (row, line) = ((columns + gap) as isize, (rows + gap) as isize);
            let matrix = Transposition {
                from: if upwards { (rows - 1) * row as usize } else { 0 },
                from_pitch: if upwards { -row } else { row },
                to: if leftwards { (columns - 1) * line as usize } else { 0 },
                to_pitch: if leftwards { -line } else { line },
                rows,
                columns,
            };
            let from = noise(rows * row as usize * size);
            let mut to = vec![7; columns * line as usize * size];
            let mut expected = to.clone();
            for r in 0..rows {
                for c in 0..columns {
                    let at = matrix.from.wrapping_add_signed(r as isize * matrix.from_pitch) + c;
                    let there = matrix.to.wrapping_add_signed(c as isize * matrix.to_pitch) + r;
                    expected[there * size..][..size].copy_from_slice(&from[at * size..][..size]);
                }
            }
            transpose(size, &from, &mut to, matrix);
            prop_assert!(to == expected);
        }

        #[test]
        fn reversed_twice_is_as_before(size in 1..20_usize, count in 0..100_usize) {
            let from = noise(size * count);
            let (mut once, mut twice) = (vec![0; from.len()], vec![0; from.len()]);
            reverse(size, &from, &mut once);
            reverse(size, &once, &mut twice);
            prop_assert!(twice == from);
            prop_assert!(count == 0 || once[..size] == from[from.len() - size..]);
        }
    }
}
