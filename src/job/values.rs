//! What is stored: one value, a count, or the elements of another view, made chunk by chunk in the target's own bytes.

use crate::cast::Conversion;
use crate::error::Result;
use crate::generate::Generate;
use crate::plan::Chunk;
use crate::source::{Gather, Holes, Readable};
use crate::view::View;

/// Values for every element of a target view, whatever its size.
pub trait Values: Sync {
    /// A worker's own maker of values, with scratch of its own.
    fn maker(&self) -> Box<dyn Make + '_>;

    /// Whether a value may turn out not to fit when it is made.
    fn can_fail(&self) -> bool {
        false
    }

    /// Bytes of a value before it is what the target holds; 0 where it is so from the beginning.
    fn itemsize(&self) -> usize {
        0
    }

    /// Whether every element gets the same value.
    fn are_all_equal(&self) -> bool {
        false
    }

    /// Whether every byte of every element is zero.
    fn are_zero(&self) -> bool {
        false
    }

    /// Whether they can be made for any box of the target, and not only for elements that follow each other in C order.
    fn come_in_boxes(&self) -> bool {
        false
    }
}

/// Makes the values of one chunk after another.
pub trait Make {
    /// The items of a chunk of the target: packed, in C order, in the target's dtype and byte order.
    ///
    /// # Errors
    /// Where values cannot be read or do not fit the dtype.
    fn items(&mut self, chunk: &Chunk) -> Result<&[u8]>;

    /// Whether nothing but [holes](Holes) is behind the items of a chunk: then all of them are the same, and those of every
    /// other chunk of which this is true. False where that is not known.
    ///
    /// # Errors
    /// Where the source cannot be examined.
    fn are_of_holes(&mut self, _chunk: &Chunk) -> Result<bool> {
        Ok(false)
    }

    /// Adds them to others.
    ///
    /// # Errors
    /// As [`Make::items`].
    fn append(&mut self, chunk: &Chunk, items: &mut Vec<u8>) -> Result<()> {
        items.extend_from_slice(self.items(chunk)?);
        Ok(())
    }
}

/// One item for every element.
pub struct Constant(pub Vec<u8>);

impl Values for Constant {
    fn maker(&self) -> Box<dyn Make + '_> {
        Box::new(Repeat { item: &self.0, items: Vec::new() })
    }

    fn are_all_equal(&self) -> bool {
        true
    }

    fn are_zero(&self) -> bool {
        self.0.iter().all(|&byte| byte == 0)
    }
}

struct Repeat<'a> {
    item: &'a [u8],
    items: Vec<u8>,
}

impl Make for Repeat<'_> {
    fn items(&mut self, chunk: &Chunk) -> Result<&[u8]> {
        let len = chunk.view.size() as usize * self.item.len();
        if self.items.len() < len {
            self.items = self.item.repeat(len / self.item.len());
        }
        Ok(&self.items[..len])
    }
}

/// Values that depend on the element's C-order rank in the target alone.
pub struct Counted<G> {
    /// What gives the items.
    pub generate: G,
    /// What makes the target's dtype of them.
    pub convert: Conversion,
}

impl<G: Generate> Values for Counted<G> {
    fn maker(&self) -> Box<dyn Make + '_> {
        Box::new(Count { from: self, items: Vec::new(), converted: Vec::new() })
    }

    fn can_fail(&self) -> bool {
        self.convert.is_cast()
    }

    fn itemsize(&self) -> usize {
        self.convert.itemsizes().0
    }
}

struct Count<'a, G> {
    from: &'a Counted<G>,
    items: Vec<u8>,
    converted: Vec<u8>,
}

impl<G: Generate> Make for Count<'_, G> {
    fn items(&mut self, chunk: &Chunk) -> Result<&[u8]> {
        self.items.resize(chunk.view.size() as usize * self.from.convert.itemsizes().0, 0);
        self.from.generate.make(chunk.rank..chunk.rank + chunk.view.size(), &mut self.items);
        let converted = self.from.convert.apply(&mut self.items, &mut self.converted);
        converted.map_err(|misfit| super::misfit(&misfit, chunk))
    }
}

/// Values that depend on the element's own rank alone, whatever else is selected.
pub struct Placed<G> {
    /// What gives the items; it has some for every rank and all of them fit.
    pub generate: G,
    /// What makes the target's dtype of them.
    pub convert: Conversion,
    /// The rank of every element, as if it were the place of a byte in a file: of the same shape as the target.
    pub ranks: View,
}

impl<G: Generate> Values for Placed<G> {
    fn maker(&self) -> Box<dyn Make + '_> {
        Box::new(Place { from: self, items: Vec::new(), converted: Vec::new() })
    }

    fn come_in_boxes(&self) -> bool {
        true
    }
}

struct Place<'a, G> {
    from: &'a Placed<G>,
    items: Vec<u8>,
    converted: Vec<u8>,
}

impl<G: Generate> Make for Place<'_, G> {
    fn items(&mut self, chunk: &Chunk) -> Result<&[u8]> {
        let ranks = chunk.of(&self.from.ranks);
        let (itemsize, _) = self.from.convert.itemsizes();
        self.items.resize(ranks.size() as usize * itemsize, 0);
        for run in ranks.runs() {
            for stretch in 0..run.count {
                let first = run.file + stretch * run.file_stride as u64;
                let start = run.scratch.wrapping_add_signed(stretch as isize * run.scratch_stride) * itemsize;
                let items = &mut self.items[start..start + run.unit * itemsize];
                self.from.generate.make(first..first + run.unit as u64, items);
            }
        }
        let converted = self.from.convert.apply(&mut self.items, &mut self.converted);
        converted.map_err(|misfit| super::misfit(&misfit, chunk))
    }
}

/// The elements of another view, already broadcast to the target's shape, converted to its dtype.
pub struct Elements<'a> {
    /// Where the elements lie.
    pub bytes: &'a dyn Readable,
    /// The elements, of the same shape as the target.
    pub view: View,
    /// What makes the target's dtype of them.
    pub convert: Conversion,
}

impl Values for Elements<'_> {
    fn maker(&self) -> Box<dyn Make + '_> {
        let reader = Gather::new(self.bytes);
        Box::new(Fetch { from: self, reader, holes: None, items: Vec::new(), converted: Vec::new() })
    }

    fn come_in_boxes(&self) -> bool {
        true
    }

    fn can_fail(&self) -> bool {
        self.convert.is_cast()
    }

    fn itemsize(&self) -> usize {
        self.convert.itemsizes().0
    }
}

struct Fetch<'a> {
    from: &'a Elements<'a>,
    reader: Gather<'a>,
    /// Known once they have been asked for.
    holes: Option<Holes<'a>>,
    items: Vec<u8>,
    converted: Vec<u8>,
}

impl Make for Fetch<'_> {
    fn items(&mut self, chunk: &Chunk) -> Result<&[u8]> {
        let view = chunk.of(&self.from.view);
        self.items.resize(view.nbytes() as usize, 0);
        self.reader.read(&view, &mut self.items)?;
        let converted = self.from.convert.apply(&mut self.items, &mut self.converted);
        converted.map_err(|misfit| super::misfit(&misfit, chunk))
    }

    fn are_of_holes(&mut self, chunk: &Chunk) -> Result<bool> {
        let holes = match &mut self.holes {
            Some(holes) => holes,
            none => none.insert(Holes::of(self.from.bytes)?),
        };
        Ok(holes.may_be() && holes.hold(&chunk.of(&self.from.view))?)
    }
}
