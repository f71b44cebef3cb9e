//! Laying the elements of a view out in a new file: tile by tile, each stored where it belongs, in no other order.
//!
//! A stream needs its elements one after the other; a file takes them in any order. So where the result runs otherwise
//! than the file it comes from, tiles are read and stored whose stretches are whole pages on both sides, and no page is
//! touched twice, whatever the size of both files.

use super::store::check;
use super::values::{Elements, Make, Values};
use super::{Crew, Worker};
use crate::array::Array;
use crate::cast::Conversion;
use crate::error::{ErrorKind, Result};
use crate::mapping::{Stores, Writer};
use crate::plan::{Chunk, Chunks};
use crate::source::{Holes, Readable};
use crate::view::View;

/// Bytes of a block where both files run in the same order: one system call stores it.
const BLOCK: u64 = 1 << 20;
/// Bytes of all tiles together: two stretches of one tile have lengths whose product is this many items. Twice as much is no
/// faster, and where memory is short it takes the room of pages that wait to be written.
pub(super) const TILES: u64 = 32 << 20;

/// Stores the elements of `view`, converted, in the elements of `target`, a view of the same shape of a new array that
/// is all zero. What is a hole stays one, as far as whole tiles are.
///
/// # Errors
/// Where elements cannot be read, do not fit, or cannot be stored; of several that do not fit, the first in C order.
pub fn lay(
    bytes: &dyn Readable,
    view: &View,
    convert: &Conversion,
    target: (&Array, &View),
    crew: Crew<'_>,
) -> Result<()> {
    let elements = Elements { bytes, view: view.clone(), convert: convert.clone() };
    let (array, place) = target;
    let leaves_holes = keeps_zeros(convert);
    let done = crew.run(tiles(view, convert, crew.threads), &|| {
        let writer = array.mapping().writer(Stores::Overwrite)?;
        let holes = if leaves_holes { Some(Holes::of(bytes)?) } else { None };
        let ahead = (!view.goes_forward()).then_some(bytes);
        Ok(Box::new(Lay { ahead, maker: elements.maker(), holes, writer, place }))
    });
    match done {
        // Tiles find another offender first.
        Err(error) if error.kind() == ErrorKind::Usage => {
            check(view, &elements, crew)?;
            Err(error)
        }
        done => done,
    }
}

/// Whether an element whose bytes are all zero becomes another of them.
pub fn keeps_zeros(convert: &Conversion) -> bool {
    let mut zero = vec![0; convert.itemsizes().0];
    convert.apply(&mut zero, &mut Vec::new()).is_ok_and(|item| item.iter().all(|&byte| byte == 0))
}

fn tiles<'v>(view: &'v View, convert: &Conversion, threads: usize) -> Chunks<'v> {
    let (before, after) = convert.itemsizes();
    if view.goes_forward() {
        view.chunks(BLOCK / before.max(after).max(1) as u64)
    } else {
        let both = if convert.is_cast() { before + after } else { before };
        view.tiles(TILES / threads.max(1) as u64 / both.max(1) as u64)
    }
}

struct Lay<'a> {
    /// Where tiles are read that do not follow each other in the file.
    ahead: Option<&'a dyn Readable>,
    maker: Box<dyn Make + 'a>,
    /// Where zeros need not even be read, as the new file has them already; `None` where they become something else.
    holes: Option<Holes<'a>>,
    writer: Writer<'a>,
    place: &'a View,
}

impl Worker for Lay<'_> {
    fn work(&mut self, chunk: &Chunk) -> Result<()> {
        if let Some(holes) = &mut self.holes
            && holes.hold(&chunk.view)?
        {
            return Ok(());
        }
        if let Some(bytes) = self.ahead {
            bytes.will_need(&chunk.view);
        }
        let items = self.maker.items(chunk)?;
        // Between two bytes of a tile there may lie data of others.
        if self.holes.as_ref().is_some_and(Holes::may_be) && items.iter().all(|&byte| byte == 0) {
            return Ok(());
        }
        self.writer.write_runs(&mut chunk.of(self.place).runs(), items)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.writer.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cast::Overflow;
    use crate::dtype::{DType, Number};
    use crate::job::Silent;
    use crate::shape::{Order, Shape};
    use crate::source::Memory;
    use crate::spec::ArraySpec;

    fn laid(dims: &[u64], overflow: Overflow, values: &[f64]) -> Result<Vec<u8>> {
        let (from, to) = (DType::native(Number::Float64), DType::native(Number::Int16));
        let shape = Shape::new(dims).expect("small");
        let source = View::of_array(&shape, 8, Order::F, 0);
        let spec = ArraySpec { dtype: to.clone(), shape, order: Order::C, offset: 0 };
        let array = Array::spooled(&spec, "test").expect("a small file");
        let memory = Memory(bytemuck::cast_slice(values).to_vec());
        let convert = Conversion::between(&from, &to, overflow).expect("numbers");
        let crew = Crew { threads: 3, progress: &Silent };
        lay(&memory, &source, &convert, (&array, &spec.view()), crew)?;
        let mut bytes = vec![0; spec.nbytes() as usize];
        array.mapping().read_at(0, &mut bytes)?;
        Ok(bytes)
    }

    #[test]
    fn elements_arrive_converted_in_the_other_order() {
        let values: Vec<f64> = (0..600 * 700).map(|at| f64::from(at % 30_000)).collect();
        let bytes = laid(&[600, 700], Overflow::Error, &values).expect("all fit");
        for (row, column) in [(0, 0), (1, 0), (0, 1), (599, 699), (123, 456)] {
            let at = (row * 700 + column) * 2;
            let found: i16 = bytemuck::pod_read_unaligned(&bytes[at..at + 2]);
            assert_eq!(f64::from(found), values[column * 600 + row], "{row} {column}");
        }
    }

    #[test]
    fn of_several_misfits_the_first_in_c_order_is_told() {
        let mut values = vec![0.0; 600 * 700];
        // (1, 0) lies before (0, 699) in the file.
        (values[1], values[699 * 600]) = (1e9, 1e9);
        let error = laid(&[600, 700], Overflow::Error, &values).expect_err("two do not fit");
        assert!(error.message().starts_with("at index (0, 699): "), "{error}");
    }
}
