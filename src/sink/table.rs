//! A [`Preview`] as an aligned table: numbers to the right, no borders but a rule under the names, `…` for what is
//! left out. Strings in, a string out; nothing is printed.

use comfy_table::{Cell, CellAlignment, LineStyle, Table, TableStyle};

use super::{Plane, Preview, Side};
use crate::escape::shortened;

const LEFT_OUT: &str = "…";

/// The table of a preview, no wider than `width` columns of the terminal where one is given: columns are dropped from
/// the middle, and where two are too wide, their texts are cut.
pub fn render(preview: &Preview, width: Option<u16>) -> String {
    let mut text = String::new();
    for (at, plane) in preview.planes.iter().enumerate() {
        if at > 0 {
            text.push('\n');
        }
        if plane.follows_gap {
            text.push_str(LEFT_OUT);
            text.push_str("\n\n");
        }
        if !plane.caption.is_empty() {
            text.push_str(&plane.caption);
            text.push('\n');
        }
        text.push_str(&render_plane(preview, plane, width));
    }
    text
}

fn render_plane(preview: &Preview, plane: &Plane, width: Option<u16>) -> String {
    let columns = preview.headers.len();
    let mut cut = Cut { head: columns - columns / 2, tail: columns / 2, longest: usize::MAX };
    if let Some(gap) = preview.column_gap {
        cut = Cut { head: gap, tail: columns - gap, ..cut };
    }
    let mut table = draw(preview, plane, cut);
    if let Some(width) = width {
        for kept in (2..columns).rev() {
            if width_of(&table) <= usize::from(width) {
                break;
            }
            cut = Cut { head: kept - kept / 2, tail: kept / 2, ..cut };
            table = draw(preview, plane, cut);
        }
        if width_of(&table) > usize::from(width) {
            let room = usize::from(width).saturating_sub(width_beside(&table, preview, cut));
            cut.longest = (room / (cut.head + cut.tail).max(1)).max(1);
            table = draw(preview, plane, cut);
        }
    }
    table.lines().flat_map(|line| [line.trim_end().to_owned(), "\n".to_owned()]).collect()
}

/// The part of a plane that is drawn: columns at the head and the tail, and the longest text.
#[derive(Clone, Copy)]
struct Cut {
    head: usize,
    tail: usize,
    longest: usize,
}

/// The spaces between two columns.
const APART: u16 = 2;

fn draw(preview: &Preview, plane: &Plane, cut: Cut) -> Table {
    let columns = preview.headers.len();
    let has_gap = preview.column_gap.is_some() || cut.head + cut.tail < columns;
    let line = |label: &str, texts: &mut dyn Iterator<Item = (&str, Side)>| -> Vec<Cell> {
        let mut cells = vec![cell(label, Side::Right)];
        for (at, (text, side)) in texts.enumerate() {
            if has_gap && at == cut.head {
                cells.push(cell(LEFT_OUT, Side::Right));
            }
            if at < cut.head || at >= columns - cut.tail {
                cells.push(cell(&shortened(text, cut.longest), side));
            }
        }
        cells
    };
    let sides = || preview.headers.iter().map(|heading| heading.side);
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─')));
    table.set_header(line("", &mut preview.headers.iter().map(|heading| (heading.name.as_str(), heading.side))));
    for (at, (label, texts)) in plane.rows.iter().enumerate() {
        if preview.row_gap == Some(at) {
            table.add_row(line(LEFT_OUT, &mut sides().map(|side| (LEFT_OUT, side))));
        }
        table.add_row(line(label, &mut texts.iter().map(String::as_str).zip(sides())));
    }
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, APART));
    });
    if let Some(last) = table.column_mut(table.column_iter().len() - 1) {
        last.set_padding((0, 0));
    }
    table
}

fn cell(text: &str, side: Side) -> Cell {
    Cell::new(text).set_alignment(match side {
        Side::Left => CellAlignment::Left,
        Side::Right => CellAlignment::Right,
    })
}

fn width_of(table: &Table) -> usize {
    let widths = table.column_max_content_widths();
    let texts: usize = widths.iter().copied().map(usize::from).sum();
    texts + usize::from(APART) * widths.len().saturating_sub(1)
}

/// The width of all but the texts of the columns that are drawn: labels, gap and spaces.
fn width_beside(table: &Table, preview: &Preview, cut: Cut) -> usize {
    let widths = table.column_max_content_widths();
    let gap = widths.len() - 1 - (cut.head + cut.tail).min(preview.headers.len());
    usize::from(widths[0]) + gap + usize::from(APART) * (widths.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{counting, records};
    use super::super::{Shown, Style, preview, shown};
    use super::*;

    fn table(dims: &[u64], width: Option<u16>) -> String {
        let (layout, items) = counting(dims);
        let axes: Vec<Shown> = dims.iter().map(|&len| shown(len, 100)).collect();
        render(&preview(&layout, &axes, &items, &Style::default()).expect("no format"), width)
    }

    fn expect(table: &str, lines: &[&str]) {
        assert_eq!(table.lines().collect::<Vec<_>>(), lines, "\n{table}");
    }

    #[test]
    fn numbers_end_on_the_right() {
        expect(
            &table(&[4, 3], None),
            &["   0   1   2", "────────────", "0  0   1   2", "1  3   4   5", "2  6   7   8", "3  9  10  11"],
        );
    }

    #[test]
    fn fewer_axes_have_one_column() {
        expect(&table(&[2], None), &["   value", "────────", "0      0", "1      1"]);
        expect(&table(&[], None), &["   value", "────────", "       0"]);
    }

    #[test]
    fn planes_stand_under_their_captions() {
        let lines = ["[0, :, :]", "   0", "────", "0  0", "", "[1, :, :]", "   0", "────", "0  1"];
        expect(&table(&[2, 1, 1], None), &lines);
    }

    #[test]
    fn what_is_left_out_is_marked() {
        let (layout, _) = counting(&[9, 9, 9]);
        let axes = [shown(9, 2); 3];
        let preview = preview(&layout, &axes, &counting(&[2, 2, 2]).1, &Style::default()).expect("no format");
        let first = ["[0, :, :]", "   0  …  8", "──────────", "0  0  …  1", "…  …  …  …", "8  2  …  3", "", "…", ""];
        let last = ["[8, :, :]", "   0  …  8", "──────────", "0  4  …  5", "…  …  …  …", "8  6  …  7"];
        expect(&render(&preview, None), &[&first[..], &last].concat());
    }

    #[test]
    fn columns_that_do_not_fit_are_dropped_from_the_middle() {
        expect(
            &table(&[2, 30], Some(23)),
            &["    0   1  …  28  29", "────────────────────", "0   0   1  …  28  29", "1  30  31  …  58  59"],
        );
        for width in 10..120 {
            let table = table(&[2, 30], Some(width));
            assert!(table.lines().all(|line| line.chars().count() <= usize::from(width)), "{width}:\n{table}");
        }
    }

    #[test]
    fn a_gap_takes_in_the_columns_beside_it() {
        let (layout, _) = counting(&[1, 100]);
        let axes = [shown(1, 6), shown(100, 6)];
        let preview = preview(&layout, &axes, &counting(&[1, 6]).1, &Style::default()).expect("no format");
        expect(&render(&preview, Some(16)), &["   0  1  …  99", "──────────────", "0  0  1  …   5"]);
    }

    #[test]
    fn texts_that_do_not_fit_are_cut() {
        let (layout, items) = records(&[2]);
        let preview = preview(&layout, &[shown(2, 6)], &items, &Style::default()).expect("no format");
        expect(&render(&preview, None), &["   a  s", "─────────", "0  0  x,0", "1  1  x,1"]);
        expect(&render(&preview, Some(8)), &["   a  s", "───────", "0  0  …", "1  1  …"]);
    }

    #[test]
    fn empty_arrays_have_heads_alone() {
        expect(&table(&[0, 2], None), &["   0  1", "───────"]);
        expect(&table(&[0], None), &["   value", "────────"]);
        assert_eq!(table(&[0, 2, 2], None), "");
    }
}
