//! Where the blocks of a job lie in the file, for whoever gives the job up and knows nothing of its selection.

use super::Grid;
use crate::error::{Error, Result};
use crate::view::{Axis, Item, Part, View};

/// The elements of a job, in the order of its blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The elements of all blocks, one after the other in C order.
    pub view: View,
    /// For each axis of the elements within a block the axis of `view`: their order there is C order of these. Where it
    /// is another than that of `view`, each block is a box.
    pub within: Vec<usize>,
}

impl Placement {
    /// The longest text of it: what is longer is not kept.
    pub const MOST_BYTES: usize = 8 << 10;

    /// The elements of a view in its C order, within a block as between them.
    pub fn of(view: View) -> Self {
        let within = (0..view.axes().len()).collect();
        Self { view, within }
    }

    /// The same, where it can be written down.
    pub fn kept(self) -> Option<Self> {
        self.encode().is_some().then_some(self)
    }

    /// The words that describe it; `None` where positions are listed, or there are too many words.
    pub(super) fn encode(&self) -> Option<Vec<u8>> {
        let item = self.view.item();
        let mut words = vec![self.view.offset(), self.within.len() as u64];
        for (axis, &within) in self.view.axes().iter().zip(&self.within) {
            let Axis::Strided { len, stride } = axis else { return None };
            words.extend([*len, stride.cast_unsigned(), within as u64]);
        }
        words.extend([item.size() as u64, item.parts().len() as u64]);
        words.extend(item.parts().iter().flat_map(|part| [part.file, part.packed, part.len].map(|word| word as u64)));
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        (bytes.len() <= Self::MOST_BYTES).then_some(bytes)
    }

    /// Reads the words, which may say anything.
    ///
    /// # Errors
    /// Corrupt, where they are no placement of the grid's elements within the bytes of a file of `len`.
    pub(super) fn decode(bytes: &[u8], grid: &Grid, len: u64) -> Result<Self> {
        let placement = Self::read(bytes).filter(|placement| placement.fits(grid, len));
        placement.ok_or_else(|| Error::corrupt("where its blocks lie"))
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (words, rest) = bytes.as_chunks::<8>();
        let mut words = words.iter().map(|word| u64::from_le_bytes(*word));
        let mut next = || words.next();
        let (offset, ndim) = (next()?, next()?);
        let (mut axes, mut within) = (Vec::new(), Vec::new());
        for _ in 0..ndim {
            axes.push(Axis::Strided { len: next()?, stride: next()?.cast_signed() });
            within.push(usize::try_from(next()?).ok()?);
        }
        let (size, parts) = (usize::try_from(next()?).ok()?, next()?);
        let mut part = || {
            let [file, packed, len] = [next()?, next()?, next()?].map(usize::try_from);
            Some(Part { file: file.ok()?, packed: packed.ok()?, len: len.ok()? })
        };
        let parts = (0..parts).map(|_| part()).collect::<Option<Vec<Part>>>()?;
        let is_all = words.next().is_none() && rest.is_empty();
        let item = Item::of_parts(size, parts)?;
        is_all.then(|| Self { view: View::new(offset, axes, item), within })
    }

    fn fits(&self, grid: &Grid, len: u64) -> bool {
        let mut axes = self.within.clone();
        axes.sort_unstable();
        let size = self.view.dims().iter().try_fold(1_u64, |size, &len| size.checked_mul(len));
        axes.iter().copied().eq(0..axes.len())
            && size == Some(grid.elements())
            && self.view.item().size() as u64 == grid.itemsize()
            && self.view.span().is_some_and(|span| span.end <= len)
            && (self.is_in_order() || self.has_boxes(grid))
    }

    /// Whether the elements of a block follow each other as the blocks do.
    pub fn is_in_order(&self) -> bool {
        self.within.iter().copied().eq(0..self.within.len())
    }

    /// Whether each block is so many positions along one axis, of all that the axes behind it have.
    fn has_boxes(&self, grid: &Grid) -> bool {
        let [_, row, part, block, _] = grid.numbers();
        let dims = self.view.dims();
        (0..dims.len()).any(|axis| {
            let inner: u64 = dims[axis + 1..].iter().product();
            row == part && row == dims[axis] * inner && block.is_multiple_of(inner)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placement(stride: i64, within: &[usize]) -> Placement {
        let axes = vec![Axis::Strided { len: 3, stride }, Axis::Strided { len: 4, stride: 5 }];
        let parts = vec![Part { file: 1, packed: 0, len: 1 }, Part { file: 3, packed: 1, len: 1 }];
        let item = Item::of_parts(2, parts).expect("two bytes");
        Placement { view: View::new(40, axes, item), within: within.to_vec() }
    }

    fn grid() -> Grid {
        Grid::new(12, [12, 12, 8], 2).expect("a grid")
    }

    #[test]
    fn what_is_written_is_read_back() {
        for stride in [20, -20, 0] {
            for within in [[0, 1], [1, 0]] {
                let placement = placement(stride, &within);
                let bytes = placement.encode().expect("strides");
                assert_eq!(Placement::decode(&bytes, &grid(), 99).expect("just written"), placement);
            }
        }
    }

    #[test]
    fn what_lies_elsewhere_or_makes_no_sense_is_refused() {
        let refused = |bytes: &[u8], len| Placement::decode(bytes, &grid(), len).is_err();
        let bytes = placement(20, &[0, 1]).encode().expect("strides");
        assert!(!refused(&bytes, 99) && refused(&bytes, 98), "the last byte is 98");
        for wrong in
            [placement(-21, &[0, 1]), placement(i64::MAX, &[0, 1]), placement(20, &[0, 2]), placement(20, &[1, 1])]
        {
            assert!(refused(&wrong.encode().expect("strides"), 99), "{wrong:?}");
        }
        for len in 0..bytes.len() {
            assert!(refused(&bytes[..len], 99), "{len}");
        }
        assert!(refused(&[&bytes[..], &[0; 8]].concat(), 99) && refused(&[&bytes[..], &[0]].concat(), 99));
        // Any word may be as large as can be: the number of axes, of parts, a length.
        for word in 0..bytes.len() / 8 {
            let mut large = bytes.clone();
            large[word * 8..][..8].copy_from_slice(&u64::MAX.to_le_bytes());
            // Strides of -1 are words of ones, too.
            assert!(refused(&large, 99) || [3, 6].contains(&word), "{word}");
        }
    }

    #[test]
    fn blocks_in_another_order_are_boxes() {
        let bytes = placement(20, &[1, 0]).encode().expect("strides");
        for (row, block, fits) in [(12, 8, true), (12, 12, true), (4, 3, true), (12, 6, false), (6, 2, false)] {
            let grid = Grid::new(12, [row, row, block], 2).expect("a grid");
            assert_eq!(Placement::decode(&bytes, &grid, 99).is_ok(), fits, "{row} {block}");
        }
        let parts = Grid::new(12, [12, 8, 8], 2).expect("a grid");
        assert!(Placement::decode(&bytes, &parts, 99).is_err());
    }

    #[test]
    fn lists_and_long_items_are_not_kept() {
        let listed = vec![Axis::Listed { positions: vec![3, 1].into(), stride: 8 }];
        let lists = Placement { view: View::new(0, listed, Item::whole(8)), within: vec![0] };
        assert_eq!(lists.encode(), None);
        let parts = (0..400).map(|at| Part { file: 2 * at, packed: at, len: 1 }).collect();
        let item = Item::of_parts(400, parts).expect("packed");
        assert_eq!(Placement { view: View::new(0, Vec::new(), item), within: Vec::new() }.encode(), None);
    }
}
