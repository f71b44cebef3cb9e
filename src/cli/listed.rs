//! Single elements named one a line: `12`, `3,-1`. Many of them are one list of positions, and gathered as such.
//!
//! What a line says beyond integers is for the ordinary reading of an INDEX.

use crate::array::Array;
use crate::view::{Axis, View};

/// How many elements are gathered at a time: the more, the fewer times each page of the file is touched.
pub(super) const BATCH: usize = 1 << 20;

/// Where single elements of an array lie.
pub(super) struct Places {
    /// All of the selected elements.
    view: View,
    axes: Vec<(u64, u64)>,
}

impl Places {
    /// Of an array, whose elements, or the fields of them that are selected, `view` is all of.
    pub(super) fn of(array: &Array, view: &View) -> Self {
        let picked = view.axes().iter().take(array.spec().shape.ndim());
        let axes = picked.map(|axis| (axis.len(), axis.stride().unsigned_abs())).collect();
        Self { view: view.clone(), axes }
    }

    /// How many bytes behind the first element the one lies that a line names; `None` where it does not name one in
    /// plain integers.
    pub(super) fn place(&self, line: &[u8]) -> Option<u64> {
        let mut parts = line.split(|&byte| byte == b',');
        let mut place = 0;
        for &(len, stride) in &self.axes {
            place += position(parts.next()?, len)? * stride;
        }
        parts.next().is_none().then_some(place)
    }

    /// The elements in some places, in that order; a field that is a subarray keeps its axes.
    pub(super) fn view(&self, places: &[u64]) -> View {
        let listed = Axis::Listed { positions: places.into(), stride: 1 };
        let inner = self.view.axes()[self.axes.len()..].iter().cloned();
        View::new(self.view.offset(), std::iter::once(listed).chain(inner).collect(), self.view.item().clone())
    }
}

/// The position along an axis of this length that a plain integer names.
fn position(text: &[u8], len: u64) -> Option<u64> {
    let text = text.trim_ascii();
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > 18 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits.iter().fold(0u64, |value, digit| 10 * value + u64::from(digit - b'0'));
    // As in Python, -0 is 0.
    let position = if negative && value > 0 { len.checked_sub(value)? } else { value };
    (position < len).then_some(position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_integers_within_the_axis_are_positions() {
        for (text, found) in [
            ("0", Some(0)),
            (" 4 ", Some(4)),
            ("-1", Some(4)),
            ("-5", Some(0)),
            ("5", None),
            ("-6", None),
            ("-0", Some(0)),
            ("", None),
            ("-", None),
            ("1:2", None),
            ("[1]", None),
            ("1_0", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(position(text.as_bytes(), 5), found, "{text:?}");
        }
    }
}
