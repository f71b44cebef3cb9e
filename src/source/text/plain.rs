//! Rows of plain numbers, all of one dtype, one field after the other.
//!
//! ```text
//!   0.1,0.2,0.3⏎0.4,0.5,0.6⏎0.7,"x",nan⏎
//!   └──── rows ──────────┘└─┘└ here others go on
//! ```
//!
//! Each way here is made for one type, so that nothing is asked again at every field. Whatever is not as expected ends the
//! run in front of the field: what that means is not known here.

use std::marker::PhantomData;

use fast_float2::FastFloat;

use super::decimal;
use super::nearest::Binary;

/// Reads the number that the text begins with into an item and says how many bytes it took: 0 where the slow way has to
/// decide.
pub(super) type Fast = fn(&[u8], &mut [u8]) -> usize;

/// Reads rows from a byte of the text on into items, until these are full or a field is not plain.
pub(super) type Run = fn(&[u8], usize, Frame, &mut [u8]) -> Stand;

/// How rows of plain numbers stand in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// What stands between two fields. Blanks behind it are passed over, unless it is one.
    pub(super) delimiter: u8,
    /// What a row does not begin with.
    pub(super) comment: Option<u8>,
    /// Fields of each row.
    pub(super) fields: usize,
}

/// How far a run went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stand {
    /// Whole rows that were read.
    pub(super) rows: usize,
    /// Where the row behind them begins.
    pub(super) begin: usize,
    /// Fields of that row that were read.
    pub(super) column: usize,
    /// Where the next field begins.
    pub(super) at: usize,
}

/// A type of number in text.
pub(super) trait Plain {
    type Item: bytemuck::Pod;

    /// The number that the text begins with, and its length, which is never 0.
    fn read(text: &[u8]) -> Option<(Self::Item, usize)>;

    /// As [`Fast`].
    fn one(text: &[u8], item: &mut [u8]) -> usize {
        let Some((value, len)) = Self::read(text) else { return 0 };
        item.copy_from_slice(bytemuck::bytes_of(&value));
        len
    }

    /// As [`Run`].
    fn run(text: &[u8], from: usize, frame: Frame, items: &mut [u8]) -> Stand {
        let Frame { delimiter, comment, fields } = frame;
        let itemsize = size_of::<Self::Item>();
        let skipped = if delimiter == b' ' { b'\n' } else { b' ' };
        let mut stand = Stand { rows: 0, begin: from, column: 0, at: from };
        for row in items.chunks_exact_mut(itemsize * fields) {
            let mut at = stand.at;
            if text.get(at).copied() == comment {
                break;
            }
            for (column, item) in row.chunks_exact_mut(itemsize).enumerate() {
                let number = if column > 0 && text[at] == skipped { at + 1 } else { at };
                let Some((value, len)) = Self::read(&text[number..]) else { return Stand { column, at, ..stand } };
                let mut end = number + len;
                let expected = if column + 1 == fields { b'\n' } else { delimiter };
                if text[end] != expected {
                    let ends_in_two = expected == b'\n' && delimiter != b'\r' && text[end..].starts_with(b"\r\n");
                    if !ends_in_two {
                        return Stand { column, at, ..stand };
                    }
                    end += 1;
                }
                item.copy_from_slice(bytemuck::bytes_of(&value));
                at = end + 1;
            }
            stand = Stand { rows: stand.rows + 1, begin: at, column: 0, at };
        }
        stand
    }
}

/// Finite floats; out of range, infinite or NaN is for the slow way.
pub(super) struct Float<T>(PhantomData<T>);

/// Whole numbers of few digits.
pub(super) struct Int<T>(PhantomData<T>);

/// Whole numbers of few digits without a minus.
pub(super) struct Natural;

impl<T: Binary + FastFloat + Into<f64>> Plain for Float<T> {
    type Item = T;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the loop of a run is made for its type")]
    fn read(text: &[u8]) -> Option<(T, usize)> {
        decimal::float(text).or_else(|| any_float(text))
    }
}

/// Of any length and exponent.
#[cold]
#[inline(never)]
fn any_float<T: FastFloat + Into<f64> + Copy>(text: &[u8]) -> Option<(T, usize)> {
    fast_float2::parse_partial::<T, _>(text).ok().filter(|&(value, _)| value.into().is_finite())
}

impl<T: TryFrom<i64> + bytemuck::Pod> Plain for Int<T> {
    type Item = T;

    #[inline]
    fn read(text: &[u8]) -> Option<(T, usize)> {
        let (value, len) = decimal::whole(text)?;
        Some((T::try_from(value).ok()?, len))
    }
}

impl Plain for Natural {
    type Item = i64;

    #[inline]
    fn read(text: &[u8]) -> Option<(i64, usize)> {
        decimal::whole(text).filter(|_| text[0] != b'-')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame { delimiter: b',', comment: Some(b'#'), fields: 2 };

    /// Where a run stops, and what it stored.
    fn run(text: &str, frame: Frame, rows: usize) -> (Stand, Vec<f64>) {
        let mut items = vec![0; 8 * frame.fields * rows];
        let stand = Float::<f64>::run(text.as_bytes(), 0, frame, &mut items);
        let read = stand.rows * frame.fields + stand.column;
        (stand, items.as_chunks::<8>().0[..read].iter().map(|item| bytemuck::pod_read_unaligned(item)).collect())
    }

    #[test]
    fn a_run_ends_with_the_text_or_the_room() {
        let text = "1,2.5\n-3, 4e1\r\n5,6\n";
        let all = Stand { rows: 3, begin: text.len(), column: 0, at: text.len() };
        assert_eq!(run(text, FRAME, 5), (all, vec![1.0, 2.5, -3.0, 40.0, 5.0, 6.0]));
        assert_eq!(run(text, FRAME, 1), (Stand { rows: 1, begin: 6, column: 0, at: 6 }, vec![1.0, 2.5]));
    }

    #[test]
    fn a_run_stops_in_front_of_what_is_not_plain() {
        for (text, begin, column, at) in [
            ("1,2\n3,nan\n", 4, 1, 6),
            ("1,2\n3,4,5\n", 4, 1, 6),
            ("1,2\n3\n", 4, 0, 4),
            ("1,2\n3,4 \n", 4, 1, 6),
            ("1,2\n3,  4\n", 4, 1, 6),
            ("1,2\n3,4\r", 4, 1, 6),
            ("1,2\n3,4#\n", 4, 1, 6),
            ("1,2\n3,1e400\n", 4, 1, 6),
            ("1,2\n 3,4\n", 4, 0, 4),
            ("1,2\n\n", 4, 0, 4),
            ("1,2\n#\n", 4, 0, 4),
        ] {
            assert_eq!(run(text, FRAME, 9).0, Stand { rows: 1, begin, column, at }, "{text:?}");
        }
        let marked = Frame { comment: Some(b'3'), ..FRAME };
        assert_eq!(run("1,2\n3,4\n", marked, 9).0, Stand { rows: 1, begin: 4, column: 0, at: 4 });
    }

    #[test]
    fn blanks_that_separate_are_not_passed_over() {
        let blank = Frame { delimiter: b' ', ..FRAME };
        assert_eq!(run("1 2\n3  4\n", blank, 9).0, Stand { rows: 1, begin: 4, column: 1, at: 6 });
        let returns = Frame { delimiter: b'\r', ..FRAME };
        assert_eq!(run("1\r2\n3\r4\r\n", returns, 9).0, Stand { rows: 1, begin: 4, column: 1, at: 6 });
    }

    #[test]
    fn whole_numbers_beyond_their_type_are_left_to_others() {
        let mut item = [0; 1];
        assert_eq!(Int::<i8>::one(b"-128,", &mut item), 4);
        assert_eq!(item, [0x80]);
        assert_eq!(Int::<i8>::one(b"128,", &mut item), 0);
        assert_eq!(Int::<u8>::one(b"-1,", &mut item), 0);
        assert_eq!(Natural::one(b"-1,", &mut [0; 8]), 0);
        assert_eq!(Natural::one(b"x", &mut [0; 8]), 0);
    }

    #[test]
    fn numbers_at_the_end_of_a_text_are_read_as_all_others() {
        for field in ["0.1", "-2.5e3", ".5", "+1", "1e-310", "12345678901234567890.5"] {
            let mut item = [0; 8];
            assert_eq!(Float::<f64>::one(field.as_bytes(), &mut item), field.len());
            assert_eq!(bytemuck::pod_read_unaligned::<f64>(&item), field.parse::<f64>().expect("a number"));
        }
        for field in ["nan", "-inf", "1e400", "x", ""] {
            assert_eq!(Float::<f64>::one(field.as_bytes(), &mut [0; 8]), 0, "{field}");
        }
    }
}
