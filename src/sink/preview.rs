//! The part of an array that a table shows: the corners of long axes, as strings.

use super::cells::{Cell, Cells};
use super::{Layout, Style};
use crate::dtype::{DType, Kind};
use crate::error::Result;
use crate::escape::printable;
use crate::scalar::columns;

/// The positions of an axis that are shown: those at its head, and those at its tail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The length of the axis.
    pub len: u64,
    /// How many are shown from the first on.
    pub head: u64,
    /// How many are shown up to the last, behind a gap; 0 where all are shown.
    pub tail: u64,
}

/// At most `limit` positions of an axis: all, or as many at both ends.
pub fn shown(len: u64, limit: usize) -> Shown {
    let limit = (limit as u64).max(1);
    if len <= limit {
        Shown { len, head: len, tail: 0 }
    } else {
        Shown { len, head: limit - limit / 2, tail: limit / 2 }
    }
}

impl Shown {
    /// How many positions are shown.
    pub fn count(self) -> u64 {
        self.head + self.tail
    }

    /// Whether some are left out.
    pub fn is_cut(self) -> bool {
        self.count() < self.len
    }

    /// The shown positions, rising.
    pub fn positions(self) -> impl Iterator<Item = u64> {
        (0..self.head).chain(self.len - self.tail..self.len)
    }
}

/// What a table shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The planes of the last two axes, in C order; one where there are no more axes.
    pub planes: Vec<Plane>,
    /// The columns.
    pub headers: Vec<Heading>,
    /// The column before which some are left out.
    pub column_gap: Option<usize>,
    /// The row before which some are left out.
    pub row_gap: Option<usize>,
}

/// The head of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Its name, or its position along the last axis.
    pub name: String,
    /// The side on which its values stand.
    pub side: Side,
}

/// A side of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Text begins on the left.
    Left,
    /// Numbers end on the right.
    Right,
}

/// Rows under each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plane {
    /// Where it is: `[0, :, :]`; empty where it is the only one.
    pub caption: String,
    /// Whether planes are left out before it.
    pub follows_gap: bool,
    /// The rows: each has the position of the row (empty for 0-d) and a text per column.
    pub rows: Vec<(String, Vec<String>)>,
}

/// The preview of an array of this layout of which `axes` are shown: for each axis one [`Shown`], and the shown
/// elements, native, in C order.
///
/// # Errors
/// Usage: a format that does not fit the dtype, or one of a whole line.
pub fn preview(layout: &Layout, axes: &[Shown], items: &[u8], style: &Style) -> Result<Preview> {
    let dtype = layout.dtype.to_native();
    let cells = match &style.fmt {
        None => Cells::plain(&dtype, style.precision),
        Some(fmt) => fmt.bind(&dtype, 1)?.cells,
    };
    let is_record = dtype.record().is_some();
    let row_axes = usize::from(axes.len() > 1 && !is_record);
    let (outer, across) = axes.split_at(axes.len() - row_axes);
    let (planes, down) = outer.split_at(outer.len().saturating_sub(1));
    let row_len = across.first().map_or(1, |axis| axis.count());
    let headers = match across.first() {
        _ if is_record => {
            columns(&dtype).iter().map(|column| heading(&printable(&column.name), &column.dtype)).collect()
        }
        Some(axis) => axis.positions().map(|at| heading(&at.to_string(), &dtype)).collect(),
        None => vec![heading(&printable(style.column()), &dtype)],
    };
    let labels: Vec<String> = match down.first() {
        Some(axis) => axis.positions().map(|at| at.to_string()).collect(),
        None => vec![String::new()],
    };
    let mut rank = 0;
    let itemsize = dtype.itemsize();
    let mut row = |label: &String| {
        let mut texts = Vec::new();
        for _ in 0..row_len {
            push_texts(&cells, &items[rank * itemsize..(rank + 1) * itemsize], &mut texts);
            rank += 1;
        }
        (label.clone(), texts)
    };
    let planes = positions(planes).into_iter().map(|(position, follows_gap)| Plane {
        caption: caption(&position, down.len() + across.len()),
        follows_gap,
        rows: labels.iter().map(&mut row).collect(),
    });
    Ok(Preview {
        planes: planes.collect(),
        headers,
        column_gap: across.first().and_then(gap),
        row_gap: down.first().and_then(gap),
    })
}

fn gap(axis: &Shown) -> Option<usize> {
    axis.is_cut().then_some(axis.head as usize)
}

fn push_texts(cells: &Cells, item: &[u8], texts: &mut Vec<String>) {
    let mut push = |cell: &Cell, bytes: &[u8]| {
        let mut text = Vec::new();
        cell.print(bytes, &mut text);
        texts.push(String::from_utf8_lossy(&text).into_owned());
    };
    match cells {
        Cells::Same(cell) => push(cell, item),
        Cells::Fields(fields) => fields.iter().for_each(|field| {
            push(&field.cell, &item[field.offset..field.offset + field.itemsize]);
        }),
        Cells::Across(cells) => cells.iter().for_each(|cell| push(cell, item)),
    }
}

/// Every shown position along these axes, in C order, and whether some are left out before it.
fn positions(axes: &[Shown]) -> Vec<(Vec<u64>, bool)> {
    let mut all = vec![(Vec::new(), false)];
    for axis in axes {
        let mut next = Vec::new();
        for (outer, outer_gap) in &all {
            for (nth, at) in axis.positions().enumerate() {
                let follows_gap = if nth == 0 { *outer_gap } else { gap(axis) == Some(nth) };
                next.push(([&outer[..], &[at]].concat(), follows_gap));
            }
        }
        all = next;
    }
    all
}

fn caption(position: &[u64], whole_axes: usize) -> String {
    if position.is_empty() {
        return String::new();
    }
    let fixed = position.iter().map(u64::to_string);
    let all: Vec<String> = fixed.chain((0..whole_axes).map(|_| ":".to_owned())).collect();
    format!("[{}]", all.join(", "))
}

fn heading(name: &str, dtype: &DType) -> Heading {
    let side = match dtype.kind() {
        Kind::Bytes(_) | Kind::Str(_) | Kind::Void(_) => Side::Left,
        _ => Side::Right,
    };
    Heading { name: name.to_owned(), side }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{counting, formatted, records};
    use super::*;

    fn all(dims: &[u64]) -> Vec<Shown> {
        dims.iter().map(|&len| shown(len, 100)).collect()
    }

    fn whole(dims: &[u64]) -> Preview {
        let (layout, items) = counting(dims);
        preview(&layout, &all(dims), &items, &Style::default()).expect("no format")
    }

    #[test]
    fn long_axes_show_both_ends() {
        assert_eq!(shown(6, 6), Shown { len: 6, head: 6, tail: 0 });
        assert_eq!(shown(100, 5).positions().collect::<Vec<_>>(), [0, 1, 2, 98, 99]);
        assert_eq!(shown(0, 5).positions().count(), 0);
        assert_eq!(shown(9, 0).positions().collect::<Vec<_>>(), [0]);
        assert!(shown(100, 5).is_cut() && !shown(5, 5).is_cut());
    }

    #[test]
    fn planes_have_captions() {
        let preview = whole(&[2, 1, 2]);
        let captions: Vec<&str> = preview.planes.iter().map(|plane| plane.caption.as_str()).collect();
        assert_eq!(captions, ["[0, :, :]", "[1, :, :]"]);
        assert_eq!(preview.planes[1].rows, [("0".to_owned(), vec!["2".to_owned(), "3".to_owned()])]);
        assert_eq!(whole(&[2, 1, 1, 2]).planes[1].caption, "[1, 0, :, :]");
    }

    #[test]
    fn one_axis_is_one_column() {
        let preview = whole(&[2]);
        assert_eq!(preview.headers[0].name, "value");
        assert_eq!(preview.planes[0].rows[1], ("1".to_owned(), vec!["1".to_owned()]));
        assert_eq!(whole(&[]).planes[0].rows, [(String::new(), vec!["0".to_owned()])]);
    }

    #[test]
    fn records_have_their_columns() {
        let (layout, items) = records(&[2]);
        let preview = preview(&layout, &all(&[2]), &items, &Style::default()).expect("no format");
        assert_eq!(preview.headers[1], Heading { name: "s".to_owned(), side: Side::Left });
        assert_eq!(preview.planes[0].rows[1].1, ["1", "x,1"]);
    }

    #[test]
    fn gaps_stand_between_the_ends() {
        let (layout, _) = counting(&[10, 20, 30]);
        let axes = [shown(10, 3), shown(20, 3), shown(30, 3)];
        let preview = preview(&layout, &axes, &counting(&[3, 3, 3]).1, &Style::default()).expect("no format");
        assert_eq!((preview.row_gap, preview.column_gap), (Some(2), Some(2)));
        let gaps: Vec<bool> = preview.planes.iter().map(|plane| plane.follows_gap).collect();
        assert_eq!(gaps, [false, false, true]);
        assert_eq!(preview.planes[2].caption, "[9, :, :]");
    }

    #[test]
    fn an_empty_array_has_no_rows() {
        assert!(whole(&[0, 3]).planes[0].rows.is_empty());
        assert!(whole(&[0, 3, 3]).planes.is_empty());
        assert!(whole(&[2, 0]).headers.is_empty());
    }

    #[test]
    fn a_format_that_does_not_fit_is_refused() {
        let (layout, items) = records(&[1]);
        let style = formatted("%d");
        assert!(preview(&layout, &all(&[1]), &items, &style).is_err());
    }
}
