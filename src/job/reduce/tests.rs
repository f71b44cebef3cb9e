//! Reductions against loops over all elements, and the order in which elements meet.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use proptest::prelude::*;

use super::*;
use crate::cast::{Conversion, Overflow};
use crate::dtype::DType;
use crate::index::Index;
use crate::job::Silent;
use crate::job::values::Elements;
use crate::plan::Run;
use crate::reduce::{Finished, Op, Positions, Reduction, Value, Work};
use crate::shape::{Order, Shape};
use crate::source::{Memory, ReadRuns, Readable};

/// A fold that shows which elements were merged with which.
struct Trace;

impl Fold for Trace {
    type Item = u8;
    type Acc = String;

    fn leaf(&self, items: &[u8], first: u64) -> String {
        format!("[{first}:{}]", items.iter().map(u8::to_string).collect::<Vec<_>>().join(" "))
    }

    fn merge(&self, left: &mut String, right: String) {
        *left = format!("({left}{right})");
    }

    fn finish(&self, _acc: Option<&String>, _count: u64) -> Finished {
        Value::Int(0).into()
    }
}

/// All results of a fold over a view, in C order of the axes that are kept.
fn reduced<F: Fold>(
    fold: &F,
    bytes: &dyn Readable,
    view: &View,
    dtype: &str,
    axes: &[usize],
    threads: usize,
) -> Vec<Value> {
    told(fold, bytes, view, dtype, axes, threads, |acc, count| fold.finish(acc, count).value)
}

fn told<F: Fold, R: Send>(
    fold: &F,
    bytes: &dyn Readable,
    view: &View,
    dtype: &str,
    axes: &[usize],
    threads: usize,
    finish: impl Fn(Option<&F::Acc>, u64) -> R + Sync,
) -> Vec<R> {
    let dtype = crate::dtype::parse(dtype).expect(dtype).dtype;
    let convert = Conversion::between(&dtype, &dtype, Overflow::Error).expect("the same");
    let groups = Groups::of(view, axes);
    let mut views = [view.transposed(&groups.order())];
    let counts = groups.joined(&mut views);
    let [view_read] = views;
    let values = Elements { bytes, view: view_read.clone(), convert };
    let count = axes.iter().map(|&axis| view.axes()[axis].len()).product();
    let mut found = Vec::new();
    let mut tell = |first: u64, accs: &[Option<F::Acc>]| {
        assert_eq!(first, found.len() as u64);
        found.extend(accs.iter().map(|acc| finish(acc.as_ref(), count)));
        Ok(())
    };
    let what = Reduced { values: &values, view: &view_read, axes: counts };
    reduce(&what, fold, &mut tell, Crew { threads, progress: &Silent }).expect("memory is always there");
    // From the order of the file to C order.
    let kept: Vec<u64> = groups.kept().iter().map(|&axis| view.axes()[axis].len()).collect();
    let mut places: Vec<(Vec<u64>, R)> = found
        .into_iter()
        .zip(0..)
        .map(|(value, rank)| {
            let position = Shape::new(kept.clone()).expect("small").position(rank);
            let mut sorted: Vec<(usize, u64)> = groups.kept().iter().copied().zip(position).collect();
            sorted.sort_unstable();
            (sorted.into_iter().map(|(_, at)| at).collect(), value)
        })
        .collect();
    places.sort_by(|a, b| a.0.cmp(&b.0));
    places.into_iter().map(|(_, value)| value).collect()
}

fn traced(dims: &[u64], order: Order, axes: &[usize]) -> Vec<String> {
    let shape = Shape::new(dims).expect("small");
    let view = View::of_array(&shape, 1, order, 0);
    let bytes = Memory((0..shape.size()).map(|byte| byte as u8).collect());
    told(&Trace, &bytes, &view, "u1", axes, 1, |acc, _| acc.cloned().unwrap_or_default())
}

#[test]
fn elements_are_read_in_the_order_of_the_file() {
    assert_eq!(traced(&[2, 3], Order::C, &[0, 1]), ["[0:0 1 2 3 4 5]"]);
    assert_eq!(traced(&[2, 3], Order::F, &[0, 1]), ["[0:0 1 2 3 4 5]"]);
    assert_eq!(traced(&[2, 3], Order::C, &[1]), ["[0:0 1 2]", "[0:3 4 5]"]);
    assert_eq!(traced(&[2, 3], Order::C, &[0]), ["[0:0 3]", "[0:1 4]", "[0:2 5]"]);
    assert_eq!(traced(&[2, 3], Order::F, &[0]), ["[0:0 1]", "[0:2 3]", "[0:4 5]"]);
    assert_eq!(traced(&[2, 2, 2], Order::C, &[0, 2]), ["([0:0 1][2:4 5])", "([0:2 3][2:6 7])"]);
    assert_eq!(traced(&[2, 2, 2], Order::C, &[1]), ["[0:0 2]", "[0:1 3]", "[0:4 6]", "[0:5 7]"]);
    assert_eq!(traced(&[], Order::C, &[]), ["[0:0]"]);
}

#[test]
fn nothing_is_told_for_each_out() {
    assert_eq!(traced(&[0, 3], Order::C, &[0]), ["", "", ""]);
    assert_eq!(traced(&[0, 3], Order::C, &[1]), [""; 0]);
    assert_eq!(traced(&[0, 3], Order::C, &[0, 1]), [""]);
}

struct Collect<'a> {
    bytes: &'a dyn Readable,
    view: &'a View,
    axes: &'a [usize],
    threads: usize,
}

impl Work for Collect<'_> {
    type Output = Vec<Value>;

    fn with<F: Fold>(self, fold: &F) -> Vec<Value> {
        reduced(fold, self.bytes, self.view, "<i8", self.axes, self.threads)
    }
}

fn of(op: &str, bytes: &dyn Readable, view: &View, axes: &[usize], threads: usize) -> Vec<Value> {
    let dtype = crate::dtype::parse("<i8").expect("a dtype").dtype;
    let reduction = Reduction::new(op.parse().expect(op), &dtype, 0.0).expect(op);
    let reduced = Groups::of(view, axes).reduced();
    let dims: Vec<u64> = reduced.iter().map(|&axis| view.axes()[axis].len()).collect();
    reduction.with(Positions::new(&dims, &reduced), Collect { bytes, view, axes, threads })
}

/// One result by a loop over all elements.
fn naive(op: &str, items: &[i64]) -> Value {
    let best = |best: Option<&i64>| items.iter().position(|item| Some(item) == best).expect("one of them") as i128;
    Value::Int(match op {
        "sum" => items.iter().map(|&item| i128::from(item)).sum(),
        "max" => (*items.iter().max().expect("some")).into(),
        "argmin" => best(items.iter().min()),
        _ => items.iter().filter(|item| **item != 0).count() as i128,
    })
}

fn memory(size: u64) -> Memory {
    Memory((0..size).flat_map(|rank| ((rank.wrapping_mul(2_654_435_761) >> 7 & 15) as i64 - 7).to_le_bytes()).collect())
}

/// The elements that are reduced to one, for each in C order.
fn grouped(bytes: &Memory, view: &View, axes: &[usize]) -> Vec<Vec<i64>> {
    let shape = view.shape().expect("small");
    let kept: Vec<usize> = (0..shape.ndim()).filter(|axis| !axes.contains(axis)).collect();
    let count = kept.iter().map(|&axis| shape.dims()[axis]).product::<u64>();
    let mut outs = vec![Vec::new(); count as usize];
    for rank in 0..shape.size() {
        let position = shape.position(rank);
        let byte = view.byte_of(&position) as usize;
        let out = kept.iter().fold(0, |out, &axis| out * shape.dims()[axis] + position[axis]);
        outs[out as usize].push(i64::from_le_bytes(bytes.0[byte..byte + 8].try_into().expect("eight bytes")));
    }
    outs
}

fn agrees(ops: &[&str], bytes: &Memory, view: &View, axes: &[usize], threads: usize) {
    let outs = grouped(bytes, view, axes);
    for op in ops {
        let expected: Vec<Value> = outs.iter().map(|items| naive(op, items)).collect();
        assert!(of(op, bytes, view, axes, threads) == expected, "{op} of {:?} along {axes:?}", view.dims());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn agrees_with_a_loop_over_all_elements(
        dims in prop::collection::vec(1_u64..9, 0..5),
        order in prop::sample::select(vec![Order::C, Order::F]),
        picks in prop::collection::vec(any::<bool>(), 5),
        reverse in any::<bool>(),
        threads in 1_usize..4,
    ) {
        let shape = Shape::new(dims.clone()).expect("small");
        let whole = View::of_array(&shape, 8, order, 0);
        let index = if reverse && !dims.is_empty() { "::-2" } else { "..." };
        let view = index.parse::<Index>().expect(index).select(&dims).expect(index).of(&whole);
        let axes: Vec<usize> = (0..dims.len()).filter(|&axis| picks[axis]).collect();
        let bytes = memory(shape.size());
        agrees(&["sum", "max", "argmin", "count_nonzero"], &bytes, &view, &axes, threads);
    }
}

#[test]
fn large_ones_are_cut_into_tasks() {
    for (dims, axes) in
        [(&[2, 140_000][..], &[1][..]), (&[140_000, 3], &[0]), (&[2, 2, 140_000], &[0, 2]), (&[40, 100, 70], &[1])]
    {
        let shape = Shape::new(dims).expect("small");
        let bytes = memory(shape.size());
        agrees(&["sum", "argmin"], &bytes, &View::of_array(&shape, 8, Order::C, 0), axes, 2);
    }
    let shape = Shape::new([1000, 150]).expect("small");
    agrees(&["argmin"], &memory(150_000), &View::of_array(&shape, 8, Order::F, 0), &[0, 1], 2);
}

#[test]
fn results_do_not_depend_on_threads() {
    struct Bits<'a>(&'a Memory, &'a View, &'a [usize], usize);
    impl Work for Bits<'_> {
        type Output = Vec<Value>;
        fn with<F: Fold>(self, fold: &F) -> Vec<Value> {
            reduced(fold, self.0, self.1, "<f8", self.2, self.3)
        }
    }
    let bytes = Memory((0..300_000_u64).flat_map(|rank| (1.0 / (rank + 1) as f64).to_le_bytes()).collect());
    let dtype = DType::native(crate::dtype::Number::Float64);
    for (dims, axes) in
        [(&[300_000][..], &[0][..]), (&[300, 1000], &[0]), (&[50_000, 6], &[0]), (&[3, 100, 1000], &[0, 2])]
    {
        let view = View::of_array(&Shape::new(dims).expect("small"), 8, Order::C, 0);
        for op in [Op::Sum(crate::reduce::Nans::Propagate), Op::Var] {
            let reduction = Reduction::new(op, &dtype, 0.0).expect("floats");
            let of = |threads| reduction.with(Positions::default(), Bits(&bytes, &view, axes, threads));
            let expected = of(1);
            for threads in [2, 3, 7] {
                assert_eq!(of(threads), expected, "{op} of {dims:?} over {axes:?}");
            }
        }
    }
}

/// Bytes whose pages without anything but zeros are holes, and how many were read.
struct Sparse(Memory, AtomicUsize);

struct Counting<'a>(&'a Sparse);

impl Readable for Sparse {
    fn reader(&self) -> Box<dyn ReadRuns + '_> {
        Box::new(Counting(self))
    }

    fn may_have_holes(&self) -> Result<bool> {
        Ok(true)
    }

    fn next_data(&self, byte: u64) -> Result<Option<Range<u64>>> {
        const PAGE: usize = 4096;
        let bytes = &self.0.0;
        let mut pages = (byte as usize / PAGE * PAGE..bytes.len()).step_by(PAGE);
        let is_data = |page: &usize| bytes[*page..bytes.len().min(page + PAGE)].iter().any(|&byte| byte != 0);
        let data = pages.find(is_data).map(|page| (page as u64).max(byte)..(page + PAGE) as u64);
        Ok(data)
    }
}

impl ReadRuns for Counting<'_> {
    fn read_runs(&mut self, runs: &mut dyn Iterator<Item = Run>, scratch: &mut [u8]) -> Result<()> {
        self.0.1.fetch_add(scratch.len(), Relaxed);
        self.0.0.0.as_slice().read_runs(runs, scratch)
    }
}

#[test]
fn holes_give_what_reading_their_zeros_gives() {
    struct Told<'a>(&'a dyn Readable, &'a View, &'a [usize], usize);
    impl Work for Told<'_> {
        type Output = Vec<String>;
        fn with<F: Fold>(self, fold: &F) -> Vec<String> {
            let values = reduced(fold, self.0, self.1, "<f8", self.2, self.3);
            values.iter().map(|value| format!("{value:?}")).collect()
        }
    }
    let size = 1 << 20;
    let mut bytes = vec![0; size * 8];
    for (places, value) in [(230_000..230_100, 0.1), (500_001..500_002, -0.0), (960_000..970_000, -7.3)] {
        for (nth, item) in bytes.chunks_exact_mut(8).enumerate().skip(places.start).take(places.len()) {
            item.copy_from_slice(&(value * (1 + nth % 7) as f64).to_le_bytes());
        }
    }
    let dense = Memory(bytes.clone());
    let dtype = DType::native(crate::dtype::Number::Float64);
    // At most so many eighths are read by one thread: what has data, and one branch without.
    for (dims, order, axes, ops, eighths) in [
        (&[size as u64][..], Order::C, &[0][..], &["sum", "prod", "max", "std", "any", "argmin", "argmax"][..], 5),
        (&[1 << 10, 1 << 10], Order::C, &[0], &["sum", "argmax"], 5),
        (&[1 << 10, 1 << 10], Order::C, &[1], &["std"], 8),
        (&[1 << 10, 1 << 10], Order::F, &[0, 1], &["min", "argmin"], 8),
        (&[3, 300_000], Order::C, &[1], &["argmin"], 5),
    ] {
        let view = View::of_array(&Shape::new(dims).expect("small"), 8, order, 0);
        let places = Groups::of(&view, axes).reduced();
        let lens: Vec<u64> = places.iter().map(|&axis| dims[axis]).collect();
        for op in ops {
            let reduction = Reduction::new(op.parse().expect(op), &dtype, 0.0).expect(op);
            let of = |bytes: &dyn Readable, threads| {
                reduction.with(Positions::new(&lens, &places), Told(bytes, &view, axes, threads))
            };
            let expected = of(&dense, 1);
            for threads in [1, 3] {
                let sparse = Sparse(Memory(bytes.clone()), AtomicUsize::new(0));
                assert!(of(&sparse, threads) == expected, "{op} of {dims:?} over {axes:?}");
                let read = sparse.1.into_inner();
                assert!(threads > 1 || read <= bytes.len() / 8 * eighths, "{op} of {dims:?} read {read}");
            }
        }
    }
}

/// Nothing but holes until something has been read.
struct Late(Sparse);

impl Readable for Late {
    fn reader(&self) -> Box<dyn ReadRuns + '_> {
        self.0.reader()
    }

    fn may_have_holes(&self) -> Result<bool> {
        Ok(true)
    }

    fn next_data(&self, byte: u64) -> Result<Option<Range<u64>>> {
        if self.0.1.load(Relaxed) == 0 { Ok(None) } else { self.0.next_data(byte) }
    }
}

#[test]
fn what_is_stored_in_a_hole_before_it_is_read_counts_once() {
    let mut items = vec![0_i64; 1 << 20];
    items[5] = 7;
    let late = Late(Sparse(Memory(items.iter().flat_map(|item| item.to_le_bytes()).collect()), AtomicUsize::new(0)));
    let view = View::of_array(&Shape::new([1 << 20]).expect("small"), 8, Order::C, 0);
    assert_eq!(of("sum", &late, &view, &[0], 1), [Value::Int(7)]);
}
