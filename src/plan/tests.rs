//! Plans against the bytes of a file, taken one by one.

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
        let at = if len == 0 { Just(":".to_owned()).boxed() } else { (0..len).prop_map(|at| at.to_string()).boxed() };
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
            let mut inner = chunk.rank;
            for part in chunk.chunks(3) {
                prop_assert_eq!(part.rank, inner);
                prop_assert_eq!(&part.of(&view), &part.view);
                inner += part.view.size();
            }
            prop_assert_eq!(inner, rank);
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
