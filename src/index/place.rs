//! The commonest index of all, read without a detour: one plain integer for each axis.
//!
//! Indices come by the million; most of them are these. Whatever is not one is left to [`Index`](super::Index), and so
//! is every error.

use crate::view::View;

/// The byte at which the element lies that a line such as `12,-3` names; `None` where the line is anything but one
/// integer within bounds for each axis of the view, and blanks around them.
pub fn place(line: &[u8], view: &View) -> Option<u64> {
    let mut rest = line;
    let mut byte = view.offset();
    let (last, outer) = view.axes().split_last()?;
    for axis in outer {
        let (at, behind) = position(rest, axis.len())?;
        byte = byte.wrapping_add_signed(axis.step(at));
        rest = behind.strip_prefix(b",")?;
    }
    let (at, behind) = position(rest, last.len())?;
    behind.is_empty().then(|| byte.wrapping_add_signed(last.step(at)))
}

/// The position that the digits in front name, and what is behind them; blanks on either side are nothing, and a line
/// may end as on Windows.
fn position(text: &[u8], len: u64) -> Option<(u64, &[u8])> {
    let text = text.trim_ascii_start();
    let (digits, backwards) = text.strip_prefix(b"-").map_or((text, false), |digits| (digits, true));
    let mut at = 0_u64;
    let mut count = 0;
    while let Some(digit) = digits.get(count).map(|digit| digit.wrapping_sub(b'0')).filter(|&digit| digit < 10) {
        at = at.checked_mul(10)?.checked_add(digit.into())?;
        count += 1;
    }
    let at = if backwards { len.checked_sub(at)? } else { at };
    (count > 0 && at < len).then(|| (at, digits[count..].trim_ascii_start()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::Index;
    use crate::shape::{Order, Shape};

    fn view(dims: &[u64], order: Order) -> View {
        View::of_array(&Shape::new(dims).expect("small"), 8, order, 16)
    }

    #[test]
    fn integers_in_bounds_are_places() {
        let view = view(&[10, 20], Order::C);
        for (line, byte) in [
            ("0,0", 16),
            ("1,2", 16 + 22 * 8),
            ("-1,-1", 16 + 199 * 8),
            ("-10,019", 16 + 19 * 8),
            (" 1 , 2\r", 16 + 22 * 8),
        ] {
            assert_eq!(place(line.as_bytes(), &view), Some(byte), "{line}");
        }
    }

    #[test]
    fn whatever_else_is_left_alone() {
        let view = view(&[10, 20], Order::C);
        for line in [
            "",
            "1",
            "1,",
            ",1",
            "10,0",
            "-11,0",
            "1,2,3",
            "1:2,3",
            "+1,2",
            "1 2",
            "1,- 2",
            "--1,2",
            "-0,99999999999999999999",
        ] {
            assert_eq!(place(line.as_bytes(), &view), None, "{line}");
        }
        assert_eq!(place(b"-0", &View::new(0, vec![], crate::view::Item::whole(8))), None);
    }

    proptest! {
        #[test]
        fn places_are_those_of_the_index(
            axes in prop::collection::vec((1..30_u64, -30..30_i64), 1..4),
            fortran in any::<bool>(),
            blank in "[ \t\r]{0,2}",
        ) {
            let (dims, at): (Vec<u64>, Vec<i64>) = axes.into_iter().unzip();
            let view = view(&dims, if fortran { Order::F } else { Order::C });
            let line = at.iter().map(|at| format!("{blank}{at}{blank}")).collect::<Vec<_>>().join(",");
            let index: Index = line.parse().expect("integers are an index");
            let expected = index.select(&dims).ok().map(|selection| selection.of(&view).offset());
            prop_assert_eq!(place(line.as_bytes(), &view), expected);
        }
    }
}
