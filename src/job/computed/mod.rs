//! Values that an expression computes from the elements of other views: loaded into registers, computed, converted and
//! passed on block by block, so that nothing leaves a core's caches in between.
//!
//! ```text
//!   window ──► register ──► program ──► conversion, checked ──► window      in place
//!   window ──► register ──► program ──► conversion, checked ──► 1 MiB ──► file, stream
//! ```
//!
//! Knows programs and views, but neither the text of an expression nor where its names came from.

mod apply;
mod extent;
mod indices;
mod lane;
mod share;

use super::values::{Make, Values};
use crate::cast::Conversion;
use crate::dtype::ByteSwap;
use crate::error::Result;
use crate::expr::Program;
use crate::mapping::Identity;
use crate::plan::{Chunk, Walk};
use crate::source::{Holes, Readable};
use crate::view::{Item, View};

pub use apply::{Stopped, Storing};
use lane::{Lane, Walked};

/// An array that a program names.
pub struct Operand<'a> {
    /// Where its elements lie.
    pub bytes: &'a dyn Readable,
    /// The file that they lie in.
    pub file: Option<Identity>,
    /// Its elements, already broadcast to the shape of the target.
    pub view: View,
}

/// The results of a program, converted to the dtype of a target.
pub struct Computed<'a> {
    program: Program,
    inputs: Vec<Source<'a>>,
    /// The rank of every element in an array of these dims, as if it were the place of a byte in a file.
    ranks: View,
    dims: Vec<u64>,
    convert: Conversion,
}

/// One input of a program.
struct Source<'a> {
    bytes: &'a dyn Readable,
    file: Option<Identity>,
    view: View,
    swap: Option<ByteSwap>,
}

impl<'a> Computed<'a> {
    /// What `program` makes of `operands`, the variables that it was compiled with, converted from its dtype.
    ///
    /// `ranks` has the shape of the target: the C-order rank of each element in an array of `dims`, whose coordinates are
    /// the index variables.
    pub fn new(
        program: Program,
        operands: &[Operand<'a>],
        (ranks, dims): (View, Vec<u64>),
        convert: Conversion,
    ) -> Self {
        let source = |input: &crate::expr::Input| {
            let Operand { bytes, file, view } = &operands[input.variable];
            let item = Item::whole(input.dtype.itemsize());
            let view = View::new(view.offset() + input.offset as u64, view.axes().to_vec(), item);
            let swap = ByteSwap::between(&input.dtype, &input.dtype.to_native());
            Source { bytes: *bytes, file: *file, view, swap }
        };
        let inputs = program.inputs().iter().map(source).collect();
        Self { program, inputs, ranks, dims, convert }
    }

    /// Whether it is computed from elements of this file.
    pub fn reads(&self, file: Identity) -> bool {
        self.inputs.iter().any(|input| input.file == Some(file))
    }
}

impl Computed<'_> {
    fn maker_along(&self, walk: Walk) -> Box<dyn Make + '_> {
        let walked = Walked::new(self, walk);
        Box::new(Compute { computed: self, lane: Lane::new(self, None), walked, holes: None, items: Vec::new() })
    }
}

impl Values for Computed<'_> {
    fn maker(&self) -> Box<dyn Make + '_> {
        self.maker_along(Walk::straight(&self.ranks))
    }

    fn can_fail(&self) -> bool {
        self.convert.is_cast() || self.program.can_fail()
    }

    fn itemsize(&self) -> usize {
        self.convert.itemsizes().0
    }
}

/// The results for the chunks of a way through the target.
struct Along<'c, 'a> {
    computed: &'c Computed<'a>,
    walk: Walk,
}

impl Values for Along<'_, '_> {
    fn maker(&self) -> Box<dyn Make + '_> {
        self.computed.maker_along(self.walk.clone())
    }

    fn can_fail(&self) -> bool {
        self.computed.can_fail()
    }

    fn itemsize(&self) -> usize {
        self.computed.itemsize()
    }
}

/// Chunks as they come, in the order of the way.
struct Compute<'c, 'a> {
    computed: &'c Computed<'a>,
    lane: Lane<'c, 'a>,
    walked: Walked,
    /// Those of each input, known once they have been asked for.
    holes: Option<Vec<Holes<'c>>>,
    items: Vec<u8>,
}

impl Make for Compute<'_, '_> {
    fn items(&mut self, chunk: &Chunk) -> Result<&[u8]> {
        let mut items = std::mem::take(&mut self.items);
        items.clear();
        let made = self.append(chunk, &mut items);
        self.items = items;
        made.map(|()| self.items.as_slice())
    }

    fn append(&mut self, chunk: &Chunk, items: &mut Vec<u8>) -> Result<()> {
        self.lane.begin(&self.walked, chunk, None)?;
        while let Some(block) = self.lane.next_block(&self.walked, chunk, None)? {
            items.extend_from_slice(block);
        }
        Ok(())
    }

    fn are_of_holes(&mut self, chunk: &Chunk) -> Result<bool> {
        if !self.computed.program.axes().is_empty() {
            return Ok(false);
        }
        let holes = match &mut self.holes {
            Some(holes) => holes,
            none => {
                none.insert(self.computed.inputs.iter().map(|input| Holes::of(input.bytes)).collect::<Result<_>>()?)
            }
        };
        for (holes, view) in holes.iter_mut().zip(self.walked.inputs()) {
            if !(holes.may_be() && holes.hold(&chunk.of(view))?) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::{Variable, compile};
    use crate::index::Index;
    use crate::shape::{Order, Shape};
    use crate::source::Memory;

    /// An array of 3 rows of 4 big-endian int16, 0 to 11, in Fortran order.
    fn array() -> (Memory, View) {
        let items = (0..12).flat_map(|place: i16| (place % 3 * 4 + place / 3).to_be_bytes());
        let view = View::of_array(&shape(), 2, Order::F, 0);
        (Memory(items.collect()), view)
    }

    fn shape() -> Shape {
        Shape::new([3, 4]).expect("small")
    }

    /// `text` over the selected elements, as one chunk of float64.
    fn computed(text: &str, index: &str) -> Result<Vec<f64>> {
        let (memory, view) = array();
        let selection = index.parse::<Index>()?.select(shape().dims())?;
        let dtype = crate::dtype::parse(">i2")?.dtype;
        let program = compile(text, &[Variable { name: "x".to_owned(), dtype }], 2)?;
        let operands = [Operand { bytes: &memory, file: None, view: selection.of(&view) }];
        let ranks = selection.of(&View::of_array(&shape(), 1, Order::C, 0));
        let target = crate::dtype::parse(">f8")?.dtype;
        let convert = Conversion::between(&program.dtype(), &target, crate::cast::Overflow::Error)?;
        let values = Computed::new(program, &operands, (ranks.clone(), vec![3, 4]), convert);
        let mut found = Vec::new();
        let mut maker = values.maker();
        for chunk in ranks.chunks(2) {
            let items = maker.items(&chunk)?;
            found.extend(items.chunks_exact(8).map(|item| f64::from_be_bytes(item.try_into().expect("eight bytes"))));
        }
        Ok(found)
    }

    #[test]
    fn elements_of_any_order_are_computed_in_c_order() {
        let all = computed("x * 2.5", ":").expect("it runs");
        assert_eq!(all, (0..12).map(|item| f64::from(item) * 2.5).collect::<Vec<_>>());
        assert_eq!(computed("x + 1", "1, ::-1").expect("it runs"), [8.0, 7.0, 6.0, 5.0]);
    }

    #[test]
    fn index_variables_are_the_arrays_own_coordinates() {
        assert_eq!(computed("i * 100 + j - x", "2, 1:").expect("it runs"), [192.0, 192.0, 192.0]);
        assert_eq!(computed("i0 * 10 + i1", "[2,0], ::3").expect("it runs"), [20.0, 23.0, 0.0, 3.0]);
        assert_eq!(computed("j", "::-2, 3").expect("it runs"), [3.0, 3.0]);
    }

    #[test]
    fn an_element_without_a_result_is_named() {
        let error = computed("2 ** (x - 3 * j)", "0:2").expect_err("negative exponents");
        assert_eq!(error.message(), "at index (0, 1): integers to negative integer powers are not allowed");
    }
}
