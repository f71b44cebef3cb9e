//! How to go through a view: chunks that follow each other in C order, and in each chunk the runs of bytes, in the
//! order in which they lie in the file.
//!
//! A chunk is a view itself, so whatever can be done with a view can be done chunk by chunk. A run is the plan's
//! smallest step: equal stretches of bytes at equal distances, in the file and in scratch. A 3 x 3 array in C order of
//! which columns 0 and 1 are selected is one run of three stretches:
//!
//! ```text
//!   file     a b . c d . e f .         unit 2 items, file_stride 3 items, count 3
//!   scratch  a b c d e f               scratch_stride 2 items
//! ```
//!
//! Scratch holds the items of a chunk in C order without gaps. Runs go forward through the file whatever the order of
//! the axes and the signs of the strides, so that each page is touched once a chunk.

mod chunks;
mod cursor;
mod rectangles;
mod tiles;
mod walk;

pub use chunks::{Chunk, Chunks};
pub use cursor::{Cursor, Taken};
pub use rectangles::rectangles;
pub use walk::Walk;

use crate::view::{Axis, View};

/// `count` stretches of `unit` bytes: each `file_stride` behind the last in the file, `scratch_stride` in scratch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Where the first stretch begins in the file.
    pub file: u64,
    /// Bytes from one stretch to the next in the file; never negative.
    pub file_stride: i64,
    /// Where the first stretch begins in scratch.
    pub scratch: usize,
    /// Bytes from one stretch to the next in scratch.
    pub scratch_stride: isize,
    /// Bytes in each stretch.
    pub unit: usize,
    /// The number of stretches; at least 1.
    pub count: u64,
}

impl View {
    /// Cuts the view into chunks of at most `most` elements (at least 1).
    pub fn chunks(&self, most: u64) -> Chunks<'_> {
        let dims = self.dims();
        let mut inner = 1;
        let mut axis = dims.len();
        while axis > 0 && inner <= most.max(1) {
            axis -= 1;
            if inner * dims[axis].max(1) > most.max(1) || axis == 0 {
                break;
            }
            inner *= dims[axis].max(1);
        }
        Chunks::along(self, axis, (most / inner).max(1))
    }

    /// Cuts the view into slabs of `step` positions along `axis`, walking the axes before it position by position.
    pub fn slabs(&self, axis: usize, step: u64) -> Chunks<'_> {
        Chunks::along(self, axis, step)
    }

    /// The runs of this view between the file and a scratch that holds all of it.
    pub fn runs(&self) -> Runs {
        Runs::new(self)
    }
}

/// The runs of a view, in the order in which they lie in the file.
#[derive(Clone, Debug)]
pub struct Runs {
    /// The loops around each run, outermost (in the file) first.
    loops: Vec<Loop>,
    /// The counter of each loop; `None` behind the last run.
    at: Option<Vec<u64>>,
    /// Where the current position of the loops lies in the file and in scratch.
    file: u64,
    scratch: usize,
    /// One template for each part of the item, relative to the position of the loops.
    parts: Vec<Run>,
    /// The part that comes next.
    part: usize,
}

/// One loop of a plan.
#[derive(Clone, Debug)]
enum Loop {
    Strided {
        len: u64,
        file: i64,
        scratch: isize,
    },
    /// The steps from the start of the loop, by rising place in the file; equal places keep the order of the list, so
    /// that the last of repeated positions is stored last.
    Listed(Vec<(i64, isize)>),
}

impl Loop {
    fn len(&self) -> u64 {
        match self {
            Self::Strided { len, .. } => *len,
            Self::Listed(steps) => steps.len() as u64,
        }
    }

    fn step(&self, k: u64) -> (i64, isize) {
        match self {
            Self::Strided { file, scratch, .. } => (k as i64 * file, k as isize * scratch),
            Self::Listed(steps) => steps[k as usize],
        }
    }

    /// How far apart in the file its positions lie.
    fn spread(&self) -> u64 {
        match self {
            Self::Strided { file, .. } => file.unsigned_abs(),
            Self::Listed(steps) => match (steps.first(), steps.last()) {
                (Some(first), Some(last)) if steps.len() > 1 => (last.0 - first.0) as u64 / (steps.len() as u64 - 1),
                _ => 0,
            },
        }
    }
}

impl Runs {
    fn new(view: &View) -> Self {
        let (mut file, mut scratch) = (view.offset(), 0);
        let mut loops = loops_of(view, &mut file, &mut scratch);
        // Farthest apart in the file goes outermost; the sort is stable, so ties keep C order.
        loops.sort_by_key(|each| std::cmp::Reverse(each.spread()));
        join(&mut loops);
        let size = view.item().size();
        let whole = |part: &crate::view::Part| part.len == size;
        let mut unit = size;
        if view.item().parts().iter().all(whole) {
            while let Some(&Loop::Strided { len, file, scratch }) = loops.last() {
                if file != unit as i64 || scratch != unit as isize {
                    break;
                }
                unit *= len as usize;
                loops.pop();
            }
        }
        let (count, stride) = match loops.last() {
            Some(&Loop::Strided { len, file, scratch }) => {
                loops.pop();
                (len, (file, scratch))
            }
            _ => (1, (0, 0)),
        };
        let parts = view.item().parts().iter().map(|part| Run {
            file: part.file as u64,
            file_stride: stride.0,
            scratch: part.packed,
            scratch_stride: stride.1,
            unit: if whole(part) { unit } else { part.len },
            count,
        });
        let parts: Vec<Run> = parts.filter(|run| run.unit > 0).collect();
        let at = (view.size() > 0 && !parts.is_empty()).then(|| vec![0; loops.len()]);
        let mut runs = Self { loops, at, file, scratch, parts, part: 0 };
        runs.shift(|each| each.step(0));
        runs
    }

    /// The number of runs from the first to the last.
    pub fn total(&self) -> u64 {
        self.loops.iter().map(Loop::len).product::<u64>() * self.parts.len() as u64
    }

    /// Moves the position by one step of every loop.
    fn shift(&mut self, step: impl Fn(&Loop) -> (i64, isize)) {
        for each in &self.loops {
            let (file, scratch) = step(each);
            self.file = self.file.wrapping_add_signed(file);
            self.scratch = self.scratch.wrapping_add_signed(scratch);
        }
    }

    /// Moves on to the next position of the loops, if there is one.
    fn advance(&mut self) {
        let Some(at) = &mut self.at else { return };
        for (each, k) in self.loops.iter().zip(at.iter_mut()).rev() {
            let here = each.step(*k);
            *k = if *k + 1 < each.len() { *k + 1 } else { 0 };
            let there = each.step(*k);
            self.file = self.file.wrapping_add_signed(there.0 - here.0);
            self.scratch = self.scratch.wrapping_add_signed(there.1 - here.1);
            if *k > 0 {
                return;
            }
        }
        self.at = None;
    }
}

impl Iterator for Runs {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        self.at.as_ref()?;
        let part = self.parts[self.part];
        let run = Run { file: self.file + part.file, scratch: self.scratch + part.scratch, ..part };
        self.part += 1;
        if self.part == self.parts.len() {
            self.part = 0;
            self.advance();
        }
        Some(run)
    }
}

/// A loop for every axis of more than one position, all going forward in the file.
fn loops_of(view: &View, file: &mut u64, scratch: &mut usize) -> Vec<Loop> {
    let mut loops = Vec::with_capacity(view.axes().len());
    let mut stride = view.item().size() as isize;
    for axis in view.axes().iter().rev() {
        let len = axis.len();
        match axis {
            _ if len == 0 => {}
            _ if len == 1 => *file = file.wrapping_add_signed(axis.step(0)),
            Axis::Strided { stride: in_file, .. } if *in_file < 0 => {
                *file = file.wrapping_add_signed(axis.step(len - 1));
                *scratch += (len as usize - 1) * stride as usize;
                loops.push(Loop::Strided { len, file: -in_file, scratch: -stride });
            }
            Axis::Strided { stride: in_file, .. } => loops.push(Loop::Strided { len, file: *in_file, scratch: stride }),
            Axis::Listed { .. } => {
                let mut steps: Vec<_> = (0..len).map(|k| (axis.step(k), k as isize * stride)).collect();
                steps.sort_by_key(|step| step.0);
                loops.push(Loop::Listed(steps));
            }
        }
        stride *= len.max(1) as isize;
    }
    loops.reverse();
    loops
}

/// Joins neighbouring loops that step as one.
fn join(loops: &mut Vec<Loop>) {
    let mut joined: Vec<Loop> = Vec::with_capacity(loops.len());
    for inner in loops.drain(..) {
        match (joined.last_mut(), &inner) {
            (Some(Loop::Strided { len: outer, file, scratch }), &Loop::Strided { len, file: by, scratch: to })
                if *file == by * len as i64 && *scratch == to * len as isize =>
            {
                *outer *= len;
                (*file, *scratch) = (by, to);
            }
            _ => joined.push(inner),
        }
    }
    *loops = joined;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::index::Index;
    use crate::shape::{Order, Shape};
    use crate::view::{Item, Part};

    #[test]
    fn a_chunk_is_found_by_its_number() {
        let shape = Shape::new([3, 4, 5]).expect("small");
        let view = View::of_array(&shape, 2, Order::F, 6);
        for most in [1, 2, 3, 5, 7, 10, 20, 25, 60, 100] {
            let chunks = view.chunks(most);
            let (row, block) = chunks.lengths();
            assert!((1..=most).contains(&block) && block <= row && view.size().is_multiple_of(row));
            for (number, chunk) in view.chunks(most).enumerate() {
                assert_eq!(chunks.chunk(number as u64), chunk, "{number} of {most}");
            }
        }
        let scalar = View::of_array(&Shape::new([]).expect("0-d"), 2, Order::C, 6);
        assert_eq!((scalar.chunks(1).chunk(0).view, scalar.chunks(1).lengths()), (scalar, (1, 1)));
    }

    /// The bytes of a file whose every byte is known by its place.
    fn file() -> Vec<u8> {
        (0..40_000u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
    }

    /// What the view's elements are, element by element and byte by byte.
    fn naive(view: &View, file: &[u8]) -> Vec<u8> {
        let shape = view.shape().expect("small");
        let mut bytes = Vec::new();
        for rank in 0..shape.size() {
            let start = view.byte_of(&shape.position(rank)) as usize;
            for part in view.item().parts() {
                bytes.extend(&file[start + part.file..start + part.file + part.len]);
            }
        }
        bytes
    }

    fn stretches(run: Run) -> impl Iterator<Item = (usize, usize)> {
        (0..run.count).map(move |k| {
            let file = run.file.wrapping_add_signed(k as i64 * run.file_stride) as usize;
            (file, run.scratch.wrapping_add_signed(k as isize * run.scratch_stride))
        })
    }

    fn gathered(view: &View, file: &[u8]) -> Vec<u8> {
        let mut scratch = vec![0; view.nbytes() as usize];
        for run in view.runs() {
            for (from, to) in stretches(run) {
                scratch[to..to + run.unit].copy_from_slice(&file[from..from + run.unit]);
            }
        }
        scratch
    }

    fn view(dims: &[u64], order: Order, index: &str) -> View {
        let whole = View::of_array(&Shape::new(dims).expect("small"), 8, order, 16);
        index.parse::<Index>().expect(index).select(dims).expect(index).of(&whole)
    }

    #[test]
    fn contiguous_views_are_one_run() {
        for (index, unit) in [("...", 960), ("1", 480), ("0,1:3", 320), ("1,2,3", 40), ("1,2,3,4", 8)] {
            let runs: Vec<Run> = view(&[2, 3, 4, 5], Order::C, index).runs().collect();
            assert_eq!(runs.len(), 1, "{index}");
            assert_eq!((runs[0].unit, runs[0].count), (unit, 1), "{index}");
        }
        assert_eq!(view(&[2, 3], Order::F, "...").reversed().runs().count(), 1);
    }

    #[test]
    fn columns_are_one_run_of_stretches() {
        let runs: Vec<Run> = view(&[100, 6], Order::C, ":,2:4").runs().collect();
        let expected = Run { file: 32, file_stride: 48, scratch: 0, scratch_stride: 16, unit: 16, count: 100 };
        assert_eq!(runs, [expected]);
    }

    #[test]
    fn contiguous_views_take_any_shape() {
        let contiguous = view(&[4, 6, 10], Order::C, "...");
        for dims in [&[240][..], &[24, 10], &[2, 2, 3, 2, 5, 2], &[10, 24], &[1, 240, 1]] {
            let reshaped = contiguous.reshaped(dims).expect("it is contiguous");
            assert_eq!((reshaped.dims(), reshaped.contiguous()), (dims.to_vec(), Some((16, 1920))), "{dims:?}");
        }
        assert_eq!(view(&[4, 6], Order::F, "...").reshaped(&[24]), None);
        assert_eq!(view(&[4, 6], Order::C, ":,1:").reshaped(&[20]), None);
        assert!(view(&[4, 6], Order::C, ":,1:").reshaped(&[2, 2, 5]).is_some());
    }

    #[test]
    fn runs_go_forward_in_the_file() {
        for (order, index) in [(Order::C, "::-1,::-2"), (Order::F, "::-1"), (Order::C, "[4,0,2,0],::-1")] {
            let starts: Vec<u64> = view(&[5, 6], order, index).runs().map(|run| run.file).collect();
            assert!(starts.is_sorted(), "{index}: {starts:?}");
        }
    }

    #[test]
    fn the_last_of_repeated_positions_is_stored_last() {
        let targets: Vec<usize> = view(&[5], Order::C, "[3,1,3]").runs().map(|run| run.scratch).collect();
        assert_eq!(targets, [8, 0, 16]);
    }

    #[test]
    fn fields_are_packed() {
        let parts = Item::fields(&[]);
        assert_eq!(parts.size(), 0);
        let whole = view(&[3, 2], Order::C, "...");
        let field = |name: &str, offset, len| crate::dtype::Field {
            name: name.into(),
            title: None,
            dtype: crate::dtype::DType::new(crate::dtype::Kind::Void(len), crate::dtype::ByteOrder::Little),
            shape: vec![],
            offset,
        };
        let item = Item::fields(&[&field("b", 5, 2), &field("a", 0, 3)]);
        assert_eq!(item.parts()[1], Part { file: 0, packed: 2, len: 3 });
        let view = View::new(whole.offset(), whole.axes().to_vec(), item);
        assert_eq!(gathered(&view, &file()), naive(&view, &file()));
        assert_eq!(view.runs().total(), 2);
    }

    #[test]
    fn nothing_selected_is_no_run_and_no_chunk() {
        for index in ["0:0", "[]", ":,3:1"] {
            let view = view(&[5, 6], Order::C, index);
            assert_eq!((view.runs().count(), view.chunks(4).count()), (0, 0), "{index}");
        }
    }

    #[test]
    fn chunks_stay_below_their_size() {
        let view = view(&[4, 5, 6], Order::C, "...");
        let sizes = |most| view.chunks(most).map(|chunk| chunk.view.size()).collect::<Vec<_>>();
        assert_eq!(sizes(1000), [120]);
        assert_eq!(sizes(70), [60, 60]);
        assert_eq!(sizes(29), [24, 6, 24, 6, 24, 6, 24, 6]);
        assert_eq!(sizes(1).len(), 120);
        assert_eq!(view.slabs(0, 3).map(|chunk| chunk.view.size()).collect::<Vec<_>>(), [90, 30]);
    }

    /// Shapes, layouts and indices that NumPy would accept.
    pub(super) fn any_view() -> impl Strategy<Value = View> {
        let axis = (0u64..6).prop_flat_map(|len| {
            let bound = -8i64..8;
            let slice = (proptest::option::of(bound.clone()), proptest::option::of(bound), 1i64..4, any::<bool>());
            let slice = slice.prop_map(|(start, stop, step, down)| {
                let text = |bound: Option<i64>| bound.map_or(String::new(), |bound| bound.to_string());
                format!("{}:{}:{}", text(start), text(stop), if down { -step } else { step })
            });
            let list = proptest::collection::vec(0..len.max(1), 0..if len == 0 { 1 } else { 5 });
            let list = list.prop_map(|list| format!("{list:?}"));
            let at =
                if len == 0 { Just(":".to_owned()).boxed() } else { (0..len).prop_map(|at| at.to_string()).boxed() };
            (Just(len), slice, list, at, 0..10u8)
        });
        (proptest::collection::vec(axis, 0..5), any::<bool>(), 1usize..20, 0u64..17).prop_map(
            |(axes, fortran, itemsize, offset)| {
                let dims: Vec<u64> = axes.iter().map(|axis| axis.0).collect();
                let mut listed = false;
                let picks = axes.iter().map(|(_, slice, list, at, choice)| match choice {
                    0..4 => slice.clone(),
                    4..6 if !std::mem::replace(&mut listed, true) => list.clone(),
                    4..7 => at.clone(),
                    _ => ":".to_owned(),
                });
                let picks: Vec<String> = picks.collect();
                let index = if picks.is_empty() { "...".to_owned() } else { picks.join(",") };
                let order = if fortran { Order::F } else { Order::C };
                let whole = View::of_array(&Shape::new(&*dims).expect("small"), itemsize, order, offset);
                index.parse::<Index>().expect("made so").select(&dims).expect("made so").of(&whole)
            },
        )
    }

    proptest! {
        #[test]
        fn runs_gather_what_a_naive_loop_gathers(view in any_view()) {
            let file = file();
            prop_assert_eq!(gathered(&view, &file), naive(&view, &file));
            prop_assert_eq!(gathered(&view.reversed(), &file), naive(&view.reversed(), &file));
        }

        #[test]
        fn runs_move_every_byte_once(view in any_view()) {
            let moved: u64 = view.runs().map(|run| run.unit as u64 * run.count).sum();
            prop_assert_eq!(moved, view.nbytes());
            prop_assert_eq!(view.runs().count() as u64, if view.size() == 0 { 0 } else { view.runs().total() });
        }

        #[test]
        fn a_view_reshaped_has_the_same_elements(view in any_view(), cut in 1u64..7, turn in any::<bool>()) {
            let view = if turn { view.reversed() } else { view };
            let size = view.size();
            let shapes = [vec![size], vec![size / cut.max(1), cut], vec![1, cut, size / cut], [view.dims(), vec![1]].concat()];
            for dims in shapes.into_iter().filter(|dims| dims.iter().product::<u64>() == size) {
                if let Some(reshaped) = view.reshaped(&dims) {
                    prop_assert_eq!(reshaped.dims(), dims);
                    prop_assert_eq!(naive(&reshaped, &file()), naive(&view, &file()));
                }
            }
        }

        #[test]
        fn a_span_is_from_the_first_byte_to_the_last(view in any_view()) {
            let bytes = || view.runs().flat_map(|run| stretches(run).map(move |(file, _)| (file, file + run.unit)));
            let expected = bytes().map(|bytes| bytes.0).min().zip(bytes().map(|bytes| bytes.1).max());
            prop_assert_eq!(view.span(), expected.map(|(start, end)| start as u64..end as u64));
        }

        #[test]
        fn chunks_are_the_view_in_c_order(view in any_view(), most in 1u64..40) {
            let file = file();
            let (mut together, mut rank) = (Vec::new(), 0);
            let mut left = view.chunks(most).count_left();
            let mut chunks = view.chunks(most);
            while let Some(chunk) = chunks.next() {
                prop_assert!(chunk.view.size() <= most);
                prop_assert_eq!(chunk.rank, rank);
                left -= 1;
                prop_assert_eq!(chunks.count_left(), left);
                rank += chunk.view.size();
                prop_assert_eq!(&chunk.of(&view), &chunk.view);
                together.extend(gathered(&chunk.view, &file));
            }
            prop_assert_eq!(together, naive(&view, &file));
        }

        #[test]
        fn tiles_are_the_view_whatever_their_order(view in any_view(), most in 1u64..40) {
            let dims = view.dims();
            let mut seen = std::collections::BTreeSet::new();
            let mut left = view.tiles(most).count_left();
            for tile in view.tiles(most) {
                prop_assert!(tile.view.size() <= most);
                prop_assert_eq!(&tile.of(&view), &tile.view);
                let shape = Shape::new(tile.view.dims()).expect("small");
                for rank in 0..shape.size() {
                    let place: Vec<u64> = shape.position(rank).iter().zip(&tile.start).map(|(at, start)| at + start).collect();
                    let rank_in_view = place.iter().zip(&dims).fold(0, |rank, (at, len)| rank * len + at);
                    prop_assert!(rank > 0 || rank_in_view == tile.rank);
                    prop_assert!(seen.insert(rank_in_view));
                }
                left -= 1;
            }
            prop_assert_eq!((left, seen.len() as u64), (0, view.size()));
        }
    }
}
