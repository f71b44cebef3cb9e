//! Where the blocks of a job lie in the file, and how one is stored there, from memory or piece by piece from the
//! journal.

use std::ops::Range;

use crate::error::Result;
use crate::journal::{Blocks, Flush, LargeBlocks, Placement, Read};
use crate::mapping::{FLUSHED, Mapping, Stores, Writer};
use crate::plan::{Chunk, Chunks};
use crate::view::View;

/// Bytes of a block that are in memory at a time, where it is stored from the journal.
const PIECE: u64 = 1 << 20;

/// Where a block lies: the elements of some views, one behind the other, each in C order.
#[derive(Clone, Debug)]
pub struct Place(Vec<View>);

/// The place of each block of a job.
pub type Places<'a> = &'a (dyn Fn(u64) -> Place + Sync);

/// The bytes of a block.
#[derive(Clone, Copy)]
pub enum Bytes<'a> {
    /// All of them.
    Here(&'a [u8]),
    /// What gives any piece of them.
    Read(Read<'a>),
}

impl Bytes<'_> {
    /// `len` bytes from a byte on.
    fn piece<'s>(&'s self, at: u64, len: u64, scratch: &'s mut Vec<u8>) -> Result<&'s [u8]> {
        match self {
            Self::Here(bytes) => Ok(&bytes[at as usize..][..len as usize]),
            Self::Read(read) => {
                scratch.resize(len as usize, 0);
                read(at, scratch)?;
                Ok(scratch)
            }
        }
    }
}

impl Place {
    /// All elements of a view.
    pub fn of(view: View) -> Self {
        Self(vec![view])
    }

    /// The elements of these ranks in C order.
    pub fn among(view: &View, ranks: Range<u64>) -> Self {
        Self(Chunk::between(view, ranks.start, ranks.end).into_iter().map(|chunk| chunk.view).collect())
    }

    /// The chunk of this number.
    pub fn chunk(chunks: &Chunks<'_>, number: u64) -> Self {
        Self::of(chunks.chunk(number).view)
    }

    /// The block of these ranks, where a placement says.
    pub fn placed(Placement { view, within }: &Placement, ranks: Range<u64>) -> Self {
        let Self(boxes) = Self::among(view, ranks);
        Self(boxes.into_iter().map(|part| part.transposed(within)).collect())
    }

    /// Stores a block there, all of it before this returns.
    ///
    /// # Errors
    /// Io; what reading the bytes fails with.
    pub fn store(&self, bytes: Bytes<'_>, writer: &mut Writer<'_>) -> Result<()> {
        let (mut scratch, mut at) = (Vec::new(), 0);
        for view in &self.0 {
            let most = (PIECE / view.item().size().max(1) as u64).max(1);
            for piece in view.chunks(most) {
                let nbytes = piece.view.nbytes();
                writer.write_runs(&mut piece.view.runs(), bytes.piece(at, nbytes, &mut scratch)?)?;
                at += nbytes;
            }
        }
        // What is collected is not stored yet.
        writer.flush()
    }
}

/// All blocks of a job, each in its place in the array.
pub(super) struct InPlace<'a> {
    array: &'a Mapping,
    writer: Writer<'a>,
    places: Places<'a>,
    /// Bytes that were stored since the system was told to begin to flush.
    behind: usize,
}

impl<'a> InPlace<'a> {
    /// Nobody has just read what is stored here: whole pieces are not mapped for it.
    pub(super) fn new(array: &'a Mapping, places: Places<'a>) -> Result<Self> {
        Ok(Self { array, writer: array.writer(Stores::Overwrite)?, places, behind: 0 })
    }
}

/// Blocks of batches, which are flushed.
impl Blocks for InPlace<'_> {
    fn store(&mut self, block: u64, bytes: &[u8]) -> Result<()> {
        (self.places)(block).store(Bytes::Here(bytes), &mut self.writer)?;
        self.behind += bytes.len();
        if self.behind >= FLUSHED {
            self.behind = 0;
            self.array.begin_flush()?;
        }
        Ok(())
    }
}

impl LargeBlocks for InPlace<'_> {
    fn restore(&mut self, block: u64, read: Read<'_>) -> Result<()> {
        (self.places)(block).store(Bytes::Read(read), &mut self.writer)
    }
}

impl Flush for InPlace<'_> {
    fn flush(&self) -> Result<()> {
        self.array.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::Mode;
    use crate::shape::{Order, Shape};
    use crate::view::{Axis, Item};

    #[test]
    fn a_block_is_stored_alike_from_memory_and_from_pieces() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("array");
        // 3 rows of half a million elements of 2 bytes, in Fortran order: pieces are cut anywhere.
        let shape = Shape::new([3, 1 << 19]).expect("three MiB");
        let view = View::of_array(&shape, 2, Order::F, 10);
        let ranks = 5..(3 << 19) - 7;
        let block: Vec<u8> = ranks.clone().flat_map(|rank| (rank as u16).to_le_bytes()).collect();
        let read = |at: u64, to: &mut [u8]| {
            to.copy_from_slice(&block[at as usize..at as usize + to.len()]);
            Ok(())
        };
        for bytes in [Bytes::Here(&block), Bytes::Read(&read)] {
            std::fs::write(&path, vec![0xff; 10 + (3 << 20) + 4]).expect("written");
            let mapping = Mapping::open(&path, Mode::ReadWrite).expect("a file");
            let mut writer = mapping.writer(Stores::Overwrite).expect("opened to store");
            Place::among(&view, ranks.clone()).store(bytes, &mut writer).expect("room");
            let stored = std::fs::read(&path).expect("there");
            for rank in 0..3_u64 << 19 {
                let at = view.byte_of(&shape.position(rank)) as usize;
                let expected = if ranks.contains(&rank) { (rank as u16).to_le_bytes() } else { [0xff; 2] };
                assert_eq!(stored[at..at + 2], expected, "{rank}");
            }
            assert_eq!((&stored[..10], &stored[stored.len() - 4..]), (&[0xff; 10][..], &[0xff; 4][..]));
        }
    }

    #[test]
    fn bytes_lie_where_they_are_said_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("array");
        std::fs::write(&path, b"0123456789").expect("written");
        let mapping = Mapping::open(&path, Mode::ReadWrite).expect("a file");
        let place = |offset| {
            let axes = [(2, 5), (2, 1)].map(|(len, stride)| Axis::Strided { len, stride });
            let view = View::new(offset, axes.to_vec(), Item::whole(1));
            Place::placed(&Placement { view, within: vec![1, 0] }, 0..4)
        };
        let mut blocks = InPlace::new(&mapping, &place).expect("opened to store");
        blocks.store(3, b"abcd").expect("room");
        blocks.store(9, b"abcd").expect_err("beyond the end");
        assert_eq!(std::fs::read(&path).expect("there"), b"012ac567bd");
    }
}
