//! Goes through a view element after element in C order and gives the runs of as many as are asked for at a time.
//!
//! Where [`Runs`](super::Runs) sorts what it gives by place in the file, for chunks that are read as a whole, a cursor
//! keeps C order, so that several views of one shape can be gone through in step, block by block. Scratch holds the
//! elements asked for last, packed, in that order.

use super::Run;
use crate::view::{Axis, View};

/// A place in a view, and the way on from there.
#[derive(Clone, Debug)]
pub struct Cursor {
    /// Elements that follow each other without a gap: a stretch.
    unit: u64,
    /// Stretches at equal distances: a row.
    count: u64,
    stride: i64,
    /// The axes around a row, slowest first, and the position along each.
    outer: Vec<(Axis, u64)>,
    /// The byte at which the row begins.
    row: u64,
    /// The elements of the row that are behind the cursor.
    done: u64,
    /// Elements in front of it.
    left: u64,
    itemsize: usize,
}

impl Cursor {
    /// In front of the first element.
    ///
    /// # Panics
    /// Unless the elements of the view are whole, in one part.
    pub fn new(view: &View) -> Self {
        let [part] = view.item().parts() else { panic!("a cursor goes through elements in one part") };
        let itemsize = view.item().size();
        let mut axes = joined(view.axes());
        let mut row = view.offset() + part.file as u64;
        let mut stretched = |step: Option<i64>| match axes.last() {
            Some(&Axis::Strided { len, stride }) if step.is_none_or(|step| step == stride) => {
                axes.pop();
                Some((len, stride))
            }
            _ => None,
        };
        let unit = stretched(Some(itemsize as i64)).map_or(1, |(len, _)| len);
        let (count, stride) = stretched(None).unwrap_or((1, 0));
        for axis in axes.iter().filter(|axis| !axis.is_empty()) {
            row = row.wrapping_add_signed(axis.step(0));
        }
        let outer = axes.into_iter().map(|axis| (axis, 0)).collect();
        Self { unit, count, stride, outer, row, done: 0, left: view.size(), itemsize }
    }

    /// The number of elements in front of it.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// Goes on by at most `len` elements: their runs, which have to be taken to the last one.
    pub fn take(&mut self, len: usize) -> Taken<'_> {
        Taken { len: (len as u64).min(self.left), cursor: self, scratch: 0 }
    }

    /// The bytes from here on that follow each other, and of which at most `len` elements are: where they begin, and
    /// how many they are.
    pub fn ahead(&self, len: usize) -> (u64, u64) {
        let (place, within) = (self.done / self.unit, self.done % self.unit);
        let file = self.row.wrapping_add_signed(place as i64 * self.stride) + within * self.itemsize as u64;
        (file, (self.unit - within).min(len as u64).min(self.left) * self.itemsize as u64)
    }

    fn run(&mut self, most: u64, scratch: usize) -> (Run, u64) {
        let (place, within) = (self.done / self.unit, self.done % self.unit);
        let file = self.row.wrapping_add_signed(place as i64 * self.stride) + within * self.itemsize as u64;
        let (elements, count) = if within > 0 || most < self.unit {
            (most.min(self.unit - within), 1)
        } else {
            (self.unit, (most / self.unit).min(self.count - place))
        };
        let unit = elements as usize * self.itemsize;
        let run = Run { file, file_stride: self.stride, scratch, scratch_stride: unit as isize, unit, count };
        self.done += elements * count;
        self.left -= elements * count;
        if self.done == self.unit * self.count {
            self.next_row();
        }
        (run, elements * count)
    }

    fn next_row(&mut self) {
        self.done = 0;
        for (axis, at) in self.outer.iter_mut().rev() {
            let here = axis.step(*at);
            *at = if *at + 1 < axis.len() { *at + 1 } else { 0 };
            self.row = self.row.wrapping_add_signed(axis.step(*at) - here);
            if *at > 0 {
                return;
            }
        }
    }
}

/// The runs of the elements that were asked for, in C order.
#[derive(Debug)]
pub struct Taken<'a> {
    cursor: &'a mut Cursor,
    len: u64,
    scratch: usize,
}

impl Iterator for Taken<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        if self.len == 0 {
            return None;
        }
        let (run, elements) = self.cursor.run(self.len, self.scratch);
        self.len -= elements;
        self.scratch += elements as usize * self.cursor.itemsize;
        Some(run)
    }
}

/// The axes of more than one position, neighbours that step as one joined.
fn joined(axes: &[Axis]) -> Vec<Axis> {
    let mut joined: Vec<Axis> = Vec::with_capacity(axes.len());
    for axis in axes {
        match (joined.last_mut(), axis) {
            (_, Axis::Strided { len: 1, .. }) => {}
            (Some(Axis::Strided { len: outer, stride }), &Axis::Strided { len, stride: inner })
                if i64::try_from(len).ok().and_then(|len| len.checked_mul(inner)) == Some(*stride) =>
            {
                *outer *= len;
                *stride = inner;
            }
            _ => joined.push(axis.clone()),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::any_view;
    use super::*;
    use crate::shape::{Order, Shape};

    fn bytes(run: &Run) -> impl Iterator<Item = (u64, usize)> {
        let run = *run;
        (0..run.count).flat_map(move |k| {
            let file = run.file.wrapping_add_signed(k as i64 * run.file_stride);
            let scratch = run.scratch.wrapping_add_signed(k as isize * run.scratch_stride);
            (0..run.unit).map(move |byte| (file + byte as u64, scratch + byte))
        })
    }

    proptest! {
        #[test]
        fn any_steps_go_through_the_view_in_c_order(view in any_view(), step in 1usize..9) {
            let size = view.item().size();
            let shape = Shape::new(view.dims()).expect("small");
            let expected: Vec<u64> = (0..view.size()).map(|rank| view.byte_of(&shape.position(rank))).collect();
            let mut cursor = Cursor::new(&view);
            let mut found = Vec::new();
            while cursor.left() > 0 {
                let now = (step as u64).min(cursor.left()) as usize;
                let (ahead, len) = cursor.ahead(step);
                let taken: Vec<(u64, usize)> = cursor.take(step).collect::<Vec<_>>().iter().flat_map(bytes).collect();
                prop_assert_eq!(ahead, taken[0].0);
                prop_assert!(len > 0 && taken[..len as usize].iter().map(|byte| byte.0).eq(ahead..ahead + len));
                prop_assert!(taken.iter().map(|byte| byte.1).eq(0..now * size));
                found.extend(taken.iter().step_by(size).map(|byte| byte.0));
            }
            prop_assert_eq!(found, expected);
            prop_assert_eq!(cursor.take(5).count(), 0);
        }
    }

    #[test]
    fn what_follows_itself_is_one_run() {
        let view = View::of_array(&Shape::new([10, 20]).expect("small"), 8, Order::C, 64);
        let mut cursor = Cursor::new(&view);
        let runs: Vec<Run> = cursor.take(150).collect();
        assert_eq!((runs.len(), runs[0].file, runs[0].unit, runs[0].count), (1, 64, 1200, 1));
        let column = view.narrowed(1, 3, 4);
        let mut cursor = Cursor::new(&column);
        let runs: Vec<Run> = cursor.take(7).collect();
        assert_eq!((runs.len(), runs[0].unit, runs[0].count, runs[0].file_stride), (1, 8, 7, 160));
    }
}
