//! Reducing the elements of a view along some of its axes, in one pass through the file.
//!
//! The axes of the view are put into three groups, each slowest in the file first, and the view is read in their order:
//!
//! ```text
//!   rows     reduced, outside of an axis that is kept
//!   outs     kept: there is a result for each of their positions
//!   inner    reduced, inside of all axes that are kept: elements that follow each other
//! ```
//!
//! Each stretch of inner elements is cut into leaves; without inner axes, a leaf is a number of rows. Partial results are
//! put together along the fixed tree of [`Tree`], inner ones first, then rows. So every result depends on the selection
//! alone, and each page is read once: where there are many outs, they are cut into blocks whose accumulators fit memory.

use std::sync::Mutex;

use super::values::{Make, Values};
use super::{Crew, Worker};
use crate::error::Result;
use crate::plan::{Chunk, rectangles};
use crate::reduce::Fold;
use crate::reduce::grid::{LEAF, ROWS, Tree};
use crate::view::{Axis, Item, View};

/// Elements that are read at a time: their bytes stay in a core's second cache.
const READ: u64 = 4 * LEAF;
/// Elements of a task, the least that is worth handing out.
const TASK: u64 = 32 * LEAF;
/// Elements that all threads may hold together: what bounds the memory.
const HELD: u64 = 1 << 20;

/// The axes of a selection in the three groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups {
    rows: Vec<usize>,
    outs: Vec<usize>,
    inner: Vec<usize>,
}

impl Groups {
    /// Groups the axes of a view, those in `reduced` being reduced.
    pub fn of(view: &View, reduced: &[usize]) -> Self {
        let mut axes: Vec<usize> = (0..view.axes().len()).collect();
        // A single position is where it does not part what could follow each other.
        axes.sort_by_key(|&axis| match &view.axes()[axis] {
            axis if axis.len() == 1 => (0, std::cmp::Reverse(0)),
            axis => (1, std::cmp::Reverse(axis.stride().unsigned_abs())),
        });
        let inner = axes.iter().rev().take_while(|axis| reduced.contains(axis)).count();
        let inner = axes.split_off(axes.len() - inner);
        let (rows, outs) = axes.into_iter().partition(|axis| reduced.contains(axis));
        Self { rows, outs, inner }
    }

    /// The axes in the order in which they are read.
    pub fn order(&self) -> Vec<usize> {
        [&self.rows[..], &self.outs, &self.inner].concat()
    }

    /// The reduced axes, slowest in the file first.
    pub fn reduced(&self) -> Vec<usize> {
        [&self.rows[..], &self.inner].concat()
    }

    /// The axes that are kept, slowest in the file first.
    pub fn kept(&self) -> &[usize] {
        &self.outs
    }

    /// The numbers of axes of views whose axes in each group are joined as far as they step as one in all of them; the views
    /// have their axes in [`order`](Self::order).
    pub fn joined(&self, views: &mut [View]) -> [usize; 3] {
        let counts = [self.rows.len(), self.outs.len(), self.inner.len()];
        let mut first = 0;
        counts.map(|count| {
            let mut left = count;
            let mut axis = first;
            while axis + 1 < first + left {
                if views.iter().all(|view| steps_as_one(view, axis)) {
                    views.iter_mut().for_each(|view| *view = with_joined(view, axis));
                    left -= 1;
                } else {
                    axis += 1;
                }
            }
            first += left;
            left
        })
    }
}

fn steps_as_one(view: &View, axis: usize) -> bool {
    match (&view.axes()[axis], &view.axes()[axis + 1]) {
        (Axis::Strided { len: 1, .. }, Axis::Strided { .. }) => true,
        (Axis::Strided { stride: outer, .. }, Axis::Strided { len, stride }) => *outer == stride * *len as i64,
        _ => false,
    }
}

/// The view with an axis and the one behind it as one.
fn with_joined(view: &View, axis: usize) -> View {
    let mut axes = view.axes().to_vec();
    let outer = axes.remove(axis);
    if let Axis::Strided { len, .. } = &mut axes[axis] {
        *len *= outer.len();
    }
    View::new(view.offset(), axes, view.item().clone())
}

/// What is reduced: the values for a view whose axes are in the order of [`Groups`], so many of each group.
pub struct Reduced<'a> {
    /// Gives the items that the fold takes.
    pub values: &'a dyn Values,
    /// Its axes are those of rows, outs and inner elements, in this order.
    pub view: &'a View,
    /// The number of axes of rows, outs and inner elements.
    pub axes: [usize; 3],
}

/// Told the accumulators of results that follow each other, from this one on; `None` where there is nothing to reduce.
pub type Tell<'t, A> = dyn FnMut(u64, &[Option<A>]) -> Result<()> + Send + 't;

/// Reduces all elements, and tells the accumulators of all outs in C order of their axes.
///
/// # Errors
/// Where a value cannot be made, or `tell` fails.
pub fn reduce<F: Fold>(what: &Reduced<'_>, fold: &F, tell: &mut Tell<'_, F::Acc>, crew: Crew<'_>) -> Result<()> {
    let plan = Plan::new(what, crew.threads as u64);
    if plan.rows.size == 0 || plan.inner.size == 0 {
        return tell_nothing(plan.outs.size, tell);
    }
    let tasks = plan.tasks();
    let nbytes = (what.view.nbytes() / tasks.max(1)).max(1) as usize;
    let numbers = View::new(0, vec![Axis::Strided { len: tasks, stride: 0 }], Item::whole(nbytes));
    let gathered = Mutex::new(Gathered { stretch: Tree::default(), rows: Tree::default(), tell });
    crew.run(numbers.slabs(0, 1), &|| {
        Ok(Box::new(Task {
            plan: &plan,
            fold,
            maker: what.values.maker(),
            items: Vec::new(),
            column: Vec::new(),
            found: Vec::new(),
            gathered: &gathered,
        }))
    })
}

fn tell_nothing<A: Clone>(outs: u64, tell: &mut Tell<'_, A>) -> Result<()> {
    let nothing = vec![None; outs.min(TASK) as usize];
    let mut first = 0;
    while first < outs {
        let len = (outs - first).min(TASK);
        tell(first, &nothing[..len as usize])?;
        first += len;
    }
    Ok(())
}

/// One group of axes.
struct Group {
    dims: Vec<u64>,
    size: u64,
}

impl Group {
    fn new(view: &View, first: usize, count: usize) -> Self {
        let dims = view.dims()[first..first + count].to_vec();
        let size = if dims.contains(&0) { 0 } else { dims.iter().product() };
        Self { dims, size }
    }
}

/// Which elements make a task.
struct Plan<'a> {
    view: &'a View,
    rows: Group,
    outs: Group,
    inner: Group,
    way: Way,
}

/// How the elements are shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Stretches of inner elements are so long that a task is a part of one.
    Parts,
    /// A task is some rows of some outs: at most so many of each, with all their inner elements.
    Blocks { rows: u64, outs: u64 },
}

impl<'a> Plan<'a> {
    fn new(what: &Reduced<'a>, threads: u64) -> Self {
        let [rows, outs, inner] = what.axes;
        let view = what.view;
        let (rows, outs, inner) =
            (Group::new(view, 0, rows), Group::new(view, rows, outs), Group::new(view, rows + outs, inner));
        let way = if inner.size > TASK {
            Way::Parts
        } else {
            // Without inner elements a leaf is made of rows, which are all in memory together.
            let (leaf, elements) = (leaf_rows(&inner), leaf_rows(&inner) * inner.size.max(1));
            let most = (HELD / threads / elements).max(1);
            let outs_in_task = outs.size.clamp(1, most);
            let leaves = (TASK / (elements * outs_in_task)).max(1);
            let leaves = 1 << leaves.ilog2();
            Way::Blocks { rows: leaf * leaves, outs: outs_in_task }
        };
        Self { view, rows, outs, inner, way }
    }

    fn tasks(&self) -> u64 {
        match self.way {
            Way::Parts => self.outs.size * self.rows.size * self.inner.size.div_ceil(TASK),
            Way::Blocks { rows, outs } => self.outs.size.div_ceil(outs) * self.rows.size.div_ceil(rows),
        }
    }

    /// The chunks of these positions, which follow each other: the outs are those of one rectangle, and so are the inner
    /// elements, unless there is a single row of a single out.
    fn chunks(&self, rows: (u64, u64), outs: (u64, u64), inner: (u64, u64)) -> Vec<Chunk> {
        let groups = [(&self.rows, rows), (&self.outs, outs), (&self.inner, inner)];
        let [rows, outs, inner] = groups.map(|(group, (start, stop))| rectangles(&group.dims, start, stop));
        let mut chunks = Vec::new();
        for row in &rows {
            for out in &outs {
                for inner in &inner {
                    let start = [&row.0[..], &out.0, &inner.0].concat();
                    let lens = [&row.1[..], &out.1, &inner.1].concat();
                    chunks.push(Chunk::of_part(self.view, start, &lens));
                }
            }
        }
        chunks
    }
}

/// Rows in a leaf: each row is one by itself where it has inner elements.
fn leaf_rows(inner: &Group) -> u64 {
    if inner.dims.is_empty() { ROWS } else { 1 }
}

/// What is put together from tasks that are done, in their order.
struct Gathered<'g, 't, A> {
    /// The parts of one stretch of inner elements.
    stretch: Tree<A>,
    /// The rows of some outs.
    rows: Tree<Vec<A>>,
    tell: &'g mut Tell<'t, A>,
}

/// One thread's part.
struct Task<'a, 'g, 't, F: Fold> {
    plan: &'a Plan<'a>,
    fold: &'a F,
    maker: Box<dyn Make + 'a>,
    /// Items of several rectangles.
    items: Vec<u8>,
    /// One column of a leaf of rows.
    column: Vec<F::Item>,
    /// The result of a task, for each of its outs.
    found: Vec<F::Acc>,
    gathered: &'a Mutex<Gathered<'g, 't, F::Acc>>,
}

impl<F: Fold> Task<'_, '_, '_, F> {
    /// A part of a stretch: the only row of the only out.
    fn part(&mut self, row: u64, out: u64, part: u64) -> Result<()> {
        let Self { plan, fold, maker, items, .. } = self;
        let stop = plan.inner.size.min((part + 1) * TASK);
        let mut tree = Tree::default();
        for start in (part * TASK..stop).step_by(READ as usize) {
            let chunks = plan.chunks((row, row + 1), (out, out + 1), (start, stop.min(start + READ)));
            let read = items_of(&mut **maker, &chunks, items)?;
            with_items(read, |items| leaves(*fold, items, row * plan.inner.size + start, &mut tree));
        }
        self.found.extend(tree.finish(|left, right| self.fold.merge(left, right)));
        Ok(())
    }

    /// Rows `rows.0..rows.1` of the outs of one rectangle.
    fn block(&mut self, rows: (u64, u64), outs: (u64, u64)) -> Result<()> {
        let Self { plan, fold, maker, items, column, .. } = self;
        let width = (outs.1 - outs.0) as usize * plan.inner.size as usize;
        let leaf = leaf_rows(&plan.inner);
        let step = (READ / width as u64 / leaf).max(1) * leaf;
        let mut tree = Tree::default();
        for start in (rows.0..rows.1).step_by(step as usize) {
            let chunks = plan.chunks((start, rows.1.min(start + step)), outs, (0, plan.inner.size));
            let read = items_of(&mut **maker, &chunks, items)?;
            with_items(read, |items| {
                for (items, row) in items.chunks(leaf as usize * width).zip((start..).step_by(leaf as usize)) {
                    let found = if plan.inner.dims.is_empty() {
                        columns(*fold, items, width, row, column)
                    } else {
                        stretches(*fold, items, plan.inner.size as usize, row * plan.inner.size)
                    };
                    tree.push(found, |left, right| merge_all(*fold, left, right));
                }
            });
        }
        self.found.extend(tree.finish(|left, right| merge_all(self.fold, left, right)).into_iter().flatten());
        Ok(())
    }
}

impl<F: Fold> Worker for Task<'_, '_, '_, F> {
    fn work(&mut self, task: &Chunk) -> Result<()> {
        self.found.clear();
        let plan = self.plan;
        match plan.way {
            Way::Parts => {
                let parts = plan.inner.size.div_ceil(TASK);
                let row = task.rank / parts;
                self.part(row % plan.rows.size, row / plan.rows.size, task.rank % parts)
            }
            Way::Blocks { rows, outs } => {
                let blocks = plan.rows.size.div_ceil(rows);
                let (row, out) = (task.rank % blocks * rows, task.rank / blocks * outs);
                let mut first = out;
                for (_, lens) in rectangles(&plan.outs.dims, out, plan.outs.size.min(out + outs)) {
                    let stop = first + lens.iter().product::<u64>();
                    self.block((row, plan.rows.size.min(row + rows)), (first, stop))?;
                    first = stop;
                }
                Ok(())
            }
        }
    }

    fn deliver(&mut self, task: &Chunk) -> Result<()> {
        let Self { plan, fold, .. } = self;
        let mut gathered = self.gathered.lock().expect("a worker that panics ends the job");
        let Gathered { stretch, rows, tell } = &mut *gathered;
        let (row, blocks, first) = match plan.way {
            Way::Parts => {
                let parts = plan.inner.size.div_ceil(TASK);
                self.found.drain(..).for_each(|part| stretch.push(part, |left, right| fold.merge(left, right)));
                if task.rank % parts + 1 < parts {
                    return Ok(());
                }
                self.found.extend(stretch.finish(|left, right| fold.merge(left, right)));
                let row = task.rank / parts;
                (row % plan.rows.size, plan.rows.size, row / plan.rows.size)
            }
            Way::Blocks { rows, outs } => {
                let blocks = plan.rows.size.div_ceil(rows);
                (task.rank % blocks, blocks, task.rank / blocks * outs)
            }
        };
        rows.push(std::mem::take(&mut self.found), |left, right| merge_all(*fold, left, right));
        if row + 1 < blocks {
            return Ok(());
        }
        let found = rows.finish(|left, right| merge_all(*fold, left, right)).into_iter().flatten();
        tell(first, &found.map(Some).collect::<Vec<_>>())
    }
}

/// The items of chunks that follow each other.
fn items_of<'i>(maker: &'i mut dyn Make, chunks: &[Chunk], joined: &'i mut Vec<u8>) -> Result<&'i [u8]> {
    if let [chunk] = chunks {
        return maker.items(chunk);
    }
    joined.clear();
    for chunk in chunks {
        joined.extend_from_slice(maker.items(chunk)?);
    }
    Ok(joined)
}

/// Bytes as items, where they lie if they are aligned.
fn with_items<T: bytemuck::Pod>(bytes: &[u8], work: impl FnOnce(&[T])) {
    match bytemuck::try_cast_slice(bytes) {
        Ok(items) => work(items),
        Err(_) => work(&bytes.chunks_exact(size_of::<T>()).map(bytemuck::pod_read_unaligned).collect::<Vec<T>>()),
    }
}

/// Adds the leaves of items that follow each other, the first of which is number `first`.
fn leaves<F: Fold>(fold: &F, items: &[F::Item], first: u64, tree: &mut Tree<F::Acc>) {
    for (leaf, start) in items.chunks(LEAF as usize).zip((first..).step_by(LEAF as usize)) {
        tree.push(fold.leaf(leaf, start), |left, right| fold.merge(left, right));
    }
}

/// One leaf for each column of some rows, the first of which is number `row`.
fn columns<F: Fold>(fold: &F, items: &[F::Item], width: usize, row: u64, column: &mut Vec<F::Item>) -> Vec<F::Acc> {
    if width == 1 {
        return vec![fold.leaf(items, row)];
    }
    let leaf_of = |first: usize| {
        column.clear();
        column.extend(items[first..].iter().step_by(width));
        fold.leaf(column, row)
    };
    (0..width).map(leaf_of).collect()
}

/// One stretch of inner elements for each out of a row.
fn stretches<F: Fold>(fold: &F, items: &[F::Item], len: usize, first: u64) -> Vec<F::Acc> {
    let stretch = |items: &[F::Item]| {
        let mut tree = Tree::default();
        leaves(fold, items, first, &mut tree);
        tree.finish(|left, right| fold.merge(left, right)).expect("no stretch is empty")
    };
    items.chunks(len).map(stretch).collect()
}

fn merge_all<F: Fold>(fold: &F, left: &mut Vec<F::Acc>, right: Vec<F::Acc>) {
    for (left, right) in left.iter_mut().zip(right) {
        fold.merge(left, right);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cast::{Conversion, Overflow};
    use crate::dtype::DType;
    use crate::index::Index;
    use crate::job::Silent;
    use crate::job::values::Elements;
    use crate::reduce::{Finished, Op, Positions, Reduction, Value, Work};
    use crate::shape::{Order, Shape};
    use crate::source::Memory;

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
        bytes: &Memory,
        view: &View,
        dtype: &str,
        axes: &[usize],
        threads: usize,
    ) -> Vec<Value> {
        told(fold, bytes, view, dtype, axes, threads, |acc, count| fold.finish(acc, count).value)
    }

    fn told<F: Fold, R: Send>(
        fold: &F,
        bytes: &Memory,
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
        bytes: &'a Memory,
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

    fn of(op: &str, bytes: &Memory, view: &View, axes: &[usize], threads: usize) -> Vec<Value> {
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
        Memory(
            (0..size)
                .flat_map(|rank| ((rank.wrapping_mul(2_654_435_761) >> 7 & 15) as i64 - 7).to_le_bytes())
                .collect(),
        )
    }

    fn naive_over(op: &str, bytes: &Memory, view: &View, axes: &[usize]) -> Vec<Value> {
        let shape = view.shape().expect("small");
        let mut outs: std::collections::BTreeMap<Vec<u64>, Vec<i64>> = std::collections::BTreeMap::new();
        for rank in 0..shape.size() {
            let position = shape.position(rank);
            let byte = view.byte_of(&position) as usize;
            let kept =
                position.iter().enumerate().filter(|(axis, _)| !axes.contains(axis)).map(|(_, at)| *at).collect();
            let item = i64::from_le_bytes(bytes.0[byte..byte + 8].try_into().expect("eight bytes"));
            outs.entry(kept).or_default().push(item);
        }
        outs.values().map(|items| naive(op, items)).collect()
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
            for op in ["sum", "max", "argmin", "count_nonzero"] {
                prop_assert_eq!(of(op, &bytes, &view, &axes, threads), naive_over(op, &bytes, &view, &axes), "{}", op);
            }
        }
    }

    #[test]
    fn large_ones_are_cut_into_tasks() {
        for (dims, axes) in [
            (&[500_000][..], &[0][..]),
            (&[3, 200_000], &[1]),
            (&[3, 200_000], &[0]),
            (&[200_000, 3], &[0]),
            (&[200_000, 3], &[1]),
            (&[2, 150_000, 2], &[0, 2]),
            (&[2, 2, 150_000], &[0, 2]),
            (&[70, 100, 70], &[1]),
        ] {
            let shape = Shape::new(dims).expect("small");
            let bytes = memory(shape.size());
            for order in [Order::C, Order::F] {
                let view = View::of_array(&shape, 8, order, 0);
                for op in ["sum", "argmin"] {
                    assert_eq!(
                        of(op, &bytes, &view, axes, 2),
                        naive_over(op, &bytes, &view, axes),
                        "{op} {dims:?} {axes:?}"
                    );
                }
            }
        }
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
        let bytes = Memory((0..600_000_u64).flat_map(|rank| (1.0 / (rank + 1) as f64).to_le_bytes()).collect());
        let dtype = DType::native(crate::dtype::Number::Float64);
        for (dims, axes) in
            [(&[600_000][..], &[0][..]), (&[600, 1000], &[0]), (&[100_000, 6], &[0]), (&[6, 100, 1000], &[0, 2])]
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
}
