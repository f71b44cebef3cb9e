//! Reading a whole view into scratch, by way of a small block in file order where the two orders cross.
//!
//! Item by item, each stretch that is read would be scattered over all of scratch: a cache line and a page for every
//! item. So a block that fits the second-level cache is read in the order of the file, and its items are permuted from
//! there, lines by lines.

use super::permute::{Transposition, reverse, transpose};
use super::{ReadRuns, Readable};
use crate::error::Result;
use crate::view::{Axis, Item, View};

/// Bytes of a block in file order: together with the lines it is permuted to, it stays in the second-level cache.
const BLOCK: u64 = 256 << 10;
/// Bytes to read of a row before the next one: the lines of the rows above are still in the cache when all are written.
const ROW: u64 = 4 << 10;

/// Reads views, a worker's own.
pub struct Gather<'a> {
    reader: Box<dyn ReadRuns + 'a>,
    block: Vec<u8>,
}

impl<'a> Gather<'a> {
    /// A reader of the views of these bytes.
    pub fn new(bytes: &'a dyn Readable) -> Self {
        Self { reader: bytes.reader(), block: Vec::new() }
    }

    /// Copies the items of `view` into scratch: packed, in its C order.
    ///
    /// # Errors
    /// Where the bytes cannot be read.
    ///
    /// # Panics
    /// If scratch is not as long as all of them.
    pub fn read(&mut self, view: &View, scratch: &mut [u8]) -> Result<()> {
        assert_eq!(scratch.len() as u64, view.nbytes(), "scratch is as long as all items");
        match Crossing::of(view) {
            Some(crossing) => self.read_crossing(&crossing, scratch),
            None => self.reader.read_runs(&mut view.runs(), scratch),
        }
    }

    fn read_crossing(&mut self, crossing: &Crossing, scratch: &mut [u8]) -> Result<()> {
        let extents = crossing.extents();
        let mut start = vec![0; extents.len()];
        loop {
            let lens: Vec<u64> = crossing
                .loops
                .iter()
                .zip(&extents)
                .zip(&start)
                .map(|((each, &most), &at)| most.min(each.len - at))
                .collect();
            let part = crossing.part(&start, &lens);
            self.block.resize(part.nbytes() as usize, 0);
            self.reader.read_runs(&mut part.runs(), &mut self.block)?;
            crossing.permute(&start, &lens, &self.block, scratch);
            let walk = start.iter_mut().zip(&extents).zip(&crossing.loops).rev();
            if !step(walk.map(|((at, &by), each)| (at, by, each.len))) {
                return Ok(());
            }
        }
    }
}

/// Moves an odometer on, fastest wheel first; false where it has gone round.
fn step<'a>(wheels: impl Iterator<Item = (&'a mut u64, u64, u64)>) -> bool {
    for (at, by, len) in wheels {
        *at += by;
        if *at < len {
            return true;
        }
        *at = 0;
    }
    false
}

/// A view whose order is not that of the file: loops that go forward through the file, slowest first.
#[derive(Debug)]
struct Crossing {
    /// The byte of the file at which the first item lies.
    file: u64,
    /// Bytes of an item.
    size: usize,
    loops: Vec<Loop>,
    /// The item of scratch that the first item becomes.
    origin: usize,
    /// The loop whose neighbours are neighbours in scratch.
    inner: usize,
}

#[derive(Clone, Copy, Debug)]
struct Loop {
    len: u64,
    /// Bytes in the file, never negative.
    file: i64,
    /// Items of scratch.
    scratch: isize,
}

impl Crossing {
    /// `None` where runs do as well: what is contiguous in the file is so in scratch, or nothing is.
    fn of(view: &View) -> Option<Self> {
        let size = view.item().size();
        if view.item().parts() != Item::whole(size).parts() || size == 0 || size > ROW as usize || view.size() == 0 {
            return None;
        }
        let (mut file, mut origin, mut scratch) = (view.offset(), 0, 1);
        let mut loops = Vec::with_capacity(view.axes().len());
        for axis in view.axes().iter().rev() {
            let &Axis::Strided { len, stride } = axis else { return None };
            if len > 1 && stride < 0 {
                file = file.wrapping_add_signed((len - 1) as i64 * stride);
                origin += (len - 1) as usize * scratch as usize;
                loops.push(Loop { len, file: -stride, scratch: -scratch });
            } else if len > 1 {
                loops.push(Loop { len, file: stride, scratch });
            }
            scratch *= len as isize;
        }
        loops.reverse();
        loops.sort_by_key(|each| std::cmp::Reverse(each.file));
        join(&mut loops);
        // Where the fastest in the file is contiguous in scratch, runs are whole stretches already; where neighbours
        // in the file are far apart, or the same, there is nothing to be read together.
        let fastest = loops.last()?;
        if fastest.scratch == 1 || fastest.file <= 0 || fastest.file as u64 > LINE_OF_FILE.max(2 * size as u64) {
            return None;
        }
        let inner = loops.iter().position(|each| each.scratch.abs() == 1)?;
        Some(Self { file, size, loops, origin, inner })
    }

    /// Positions along each loop in a block.
    fn extents(&self) -> Vec<u64> {
        let most = (BLOCK / self.size as u64).max(1);
        let mut extents = vec![1; self.loops.len()];
        let last = extents.len() - 1;
        extents[last] = self.loops[last].len.min(if self.inner == last { most } else { ROW / self.size as u64 });
        // Then what is contiguous in scratch, then the rest, fastest in the file first.
        for at in std::iter::once(self.inner).chain((0..=last).rev()) {
            let room = most / extents.iter().product::<u64>();
            extents[at] = self.loops[at].len.min(extents[at] * room.max(1));
        }
        extents
    }

    /// A part of the loops as a view whose C order is that of the file.
    fn part(&self, start: &[u64], lens: &[u64]) -> View {
        let steps = self.loops.iter().zip(start).map(|(each, &at)| at as i64 * each.file);
        let offset = self.file.wrapping_add_signed(steps.sum());
        let axes = self.loops.iter().zip(lens).map(|(each, &len)| Axis::Strided { len, stride: each.file });
        View::new(offset, axes.collect(), Item::whole(self.size))
    }

    /// Moves the items of a part, packed in file order, to their places in scratch.
    fn permute(&self, start: &[u64], lens: &[u64], block: &[u8], scratch: &mut [u8]) {
        let last = lens.len() - 1;
        let steps = self.loops.iter().zip(start).map(|(each, &at)| at as isize * each.scratch);
        let to = self.origin.wrapping_add_signed(steps.sum());
        let mut pitches = vec![1; lens.len()];
        for at in (0..last).rev() {
            pitches[at] = pitches[at + 1] * lens[at + 1] as isize;
        }
        let (row, column) = (self.loops[self.inner], self.loops[last]);
        let outer: Vec<usize> = (0..last).filter(|&at| at != self.inner).collect();
        let mut place = vec![0; outer.len()];
        loop {
            let wheels = outer.iter().zip(&place);
            let (mut from, mut to) = (0_usize, to);
            for (&at, &k) in wheels {
                from += k as usize * pitches[at] as usize;
                to = to.wrapping_add_signed(k as isize * self.loops[at].scratch);
            }
            if self.inner == last {
                let (count, size) = (lens[last] as usize, self.size);
                let lowest = to + 1 - count;
                reverse(size, &block[from * size..][..count * size], &mut scratch[lowest * size..][..count * size]);
            } else {
                let rows = lens[self.inner] as usize;
                let mut matrix = Transposition {
                    from,
                    from_pitch: pitches[self.inner],
                    to,
                    to_pitch: column.scratch,
                    rows,
                    columns: lens[last] as usize,
                };
                if row.scratch < 0 {
                    // The last row that is read is the first that is written.
                    matrix.from += (rows - 1) * pitches[self.inner] as usize;
                    matrix.from_pitch = -matrix.from_pitch;
                    matrix.to -= rows - 1;
                }
                transpose(self.size, block, scratch, matrix);
            }
            if !step(place.iter_mut().zip(&outer).rev().map(|(at, &each)| (at, 1, lens[each]))) {
                return;
            }
        }
    }
}

/// Items farther apart in the file than this share no cache line, and no page with enough of the others.
const LINE_OF_FILE: u64 = 64;

/// Joins neighbouring loops that step as one.
fn join(loops: &mut Vec<Loop>) {
    let mut joined: Vec<Loop> = Vec::with_capacity(loops.len());
    for inner in loops.drain(..) {
        match joined.last_mut() {
            Some(outer)
                if outer.file == inner.file * inner.len as i64
                    && outer.scratch == inner.scratch * inner.len as isize =>
            {
                *outer = Loop { len: outer.len * inner.len, ..inner };
            }
            _ => joined.push(inner),
        }
    }
    *loops = joined;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Memory;
    use super::*;
    use crate::shape::{Order, Shape};

    fn noise(len: usize) -> Vec<u8> {
        (0..len as u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
    }

    fn naive(view: &View, file: &[u8]) -> Vec<u8> {
        let shape = view.shape().expect("small");
        let size = view.item().size();
        (0..shape.size())
            .flat_map(|rank| &file[view.byte_of(&shape.position(rank)) as usize..][..size])
            .copied()
            .collect()
    }

    fn check(view: &View, file: &Memory) {
        let mut scratch = vec![0; view.nbytes() as usize];
        Gather::new(file).read(view, &mut scratch).expect("memory is always there");
        assert!(scratch == naive(view, &file.0), "{view:?}");
    }

    fn whole(dims: &[u64], size: usize, order: Order) -> View {
        View::of_array(&Shape::new(dims).expect("small"), size, order, 3)
    }

    #[test]
    fn reads_large_views_in_any_order_block_by_block() {
        let file = Memory(noise(5 << 20));
        for (dims, axes) in [
            (&[700, 900][..], &[1, 0][..]),
            (&[3, 200_000], &[1, 0]),
            (&[200_000, 3], &[1, 0]),
            (&[90, 70, 80], &[2, 1, 0]),
            (&[90, 70, 80], &[2, 0, 1]),
            (&[90, 70, 80], &[1, 2, 0]),
            (&[90, 70, 80], &[0, 2, 1]),
            (&[10_000, 3, 4, 5], &[0, 3, 1, 2]),
        ] {
            for size in [1, 2, 4, 8, 3] {
                check(&whole(dims, size, Order::C).transposed(axes), &file);
            }
        }
    }

    proptest! {
        #[test]
        fn reads_what_a_naive_loop_reads(
            axes in prop::collection::vec((1..40_u64, 1..3_u64, any::<bool>()), 1..4),
            size in 1..18_usize,
            fortran in any::<bool>(),
            swap in any::<(usize, usize)>(),
        ) {
            let dims: Vec<u64> = axes.iter().map(|axis| axis.0).collect();
            let shape = Shape::new(&*dims).expect("small");
            prop_assume!(shape.size() * (size as u64) < 1 << 19);
            let array = whole(&dims, size, if fortran { Order::F } else { Order::C });
            let mut order: Vec<usize> = (0..axes.len()).collect();
            order.swap(swap.0 % axes.len(), swap.1 % axes.len());
            let mut offset = array.offset();
            let stepped = axes.iter().zip(array.axes()).map(|(&(len, step, backwards), axis)| {
                let stride = axis.stride() * step as i64;
                let len = len.div_ceil(step);
                if backwards {
                    offset = offset.wrapping_add_signed(stride * (len - 1) as i64);
                }
                Axis::Strided { len, stride: if backwards { -stride } else { stride } }
            });
            let axes = stepped.collect();
            let view = View::new(offset, axes, Item::whole(size)).transposed(&order);
            check(&view, &Memory(noise(1 << 19)));
        }
    }
}
