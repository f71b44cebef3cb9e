//! Storing values into a view of a file, or finding out what storing them would change.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::lay::TILES;
use super::values::{Make, Values};
use super::{Crew, Worker};
use crate::array::Array;
use crate::error::Result;
use crate::mapping::{Stores, Writer};
use crate::plan::Chunk;
use crate::source::{ReadRuns, Readable};
use crate::view::{Axis, View};

/// Bytes of a block: long enough for a system call of its own, short enough to stay in a core's cache.
const BLOCK: u64 = 1 << 20;
/// Bytes of a block where values and file run in different orders: the longer, the fewer times each page is touched.
const CROSSING_BLOCK: u64 = 4 << 20;
/// Bytes of zeros between two looks at whether to go on.
const ZEROS: u64 = 256 << 20;

/// Stores the values into the elements of `view`, which lie in the array's file.
///
/// Of repeated positions the last one wins. Elements that are not selected keep their bytes.
///
/// # Errors
/// Where a value does not fit or a store fails; what was stored before stays stored.
pub fn store(array: &Array, view: &View, values: &dyn Values, crew: Crew<'_>) -> Result<()> {
    let crew = Crew { threads: if repeats(view) { 1 } else { crew.threads }, ..crew };
    // A value is the same in any order, so it is stored in the file's own.
    let view = if values.are_all_equal() { &view.in_file_order() } else { view };
    let whole = view.in_file_order().contiguous().map(|(offset, len)| offset..offset + len);
    if let Some(range) = whole.clone().filter(|_| values.are_zero()) {
        return zero(array, range, crew);
    }
    let size = view.item().size().max(values.itemsize()).max(1) as u64;
    let chunks = if values.come_in_boxes() && !view.goes_forward() && !repeats(view) {
        view.tiles(TILES / crew.threads.max(1) as u64 / size)
    } else {
        blocks(view, values)
    };
    crew.run(chunks, &|| {
        let mut writer = array.mapping().writer(if whole.is_some() { Stores::Overwrite } else { Stores::Update })?;
        if let Some(range) = &whole {
            writer.expect(range.clone());
        }
        Ok(Box::new(Store { maker: values.maker(), writer }))
    })
}

/// Stores zeros in a range of bytes, and nothing where they are there already.
fn zero(array: &Array, mut range: Range<u64>, crew: Crew<'_>) -> Result<()> {
    while range.start < range.end {
        let end = range.end.min(range.start + ZEROS);
        array.mapping().zero(range.start..end)?;
        crew.progress.advance(end - range.start)?;
        range.start = end;
    }
    Ok(())
}

/// Makes every value without storing any, so that the first that does not fit is found before anything changes.
///
/// # Errors
/// Where a value does not fit or cannot be read.
pub fn check(view: &View, values: &dyn Values, crew: Crew<'_>) -> Result<()> {
    if !values.can_fail() {
        return Ok(());
    }
    crew.run(blocks(view, values), &|| Ok(Box::new(Check { maker: values.maker() })))
}

/// What storing would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The number of elements whose bytes would change.
    pub changed: u64,
    /// The first of them in C order: its rank in the view, its bytes now, and the bytes it would have.
    pub first: Option<Change>,
}

/// One element that would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its C-order rank in the view.
    pub rank: u64,
    /// Its bytes now, in the array's byte order.
    pub old: Vec<u8>,
    /// The bytes it would have.
    pub new: Vec<u8>,
}

/// Compares the elements of `view` with the values that would be stored there.
///
/// # Errors
/// Where a value does not fit or something cannot be read.
pub fn compare(array: &Array, view: &View, values: &dyn Values, crew: Crew<'_>) -> Result<Changes> {
    let (changed, first) = (AtomicU64::new(0), Mutex::new(None));
    crew.run(blocks(view, values), &|| {
        Ok(Box::new(Compare {
            maker: values.maker(),
            reader: array.reader(),
            old: Vec::new(),
            found: Changes { changed: 0, first: None },
            changed: &changed,
            first: &first,
        }))
    })?;
    let first = first.into_inner().expect("a worker that panics ends the job");
    Ok(Changes { changed: changed.into_inner(), first })
}

fn blocks<'v>(view: &'v View, values: &dyn Values) -> crate::plan::Chunks<'v> {
    let block = if view.goes_forward() { BLOCK } else { CROSSING_BLOCK };
    view.chunks((block / view.item().size().max(values.itemsize()).max(1) as u64).max(1))
}

/// Whether a position may be there twice, so that the order of the stores matters.
fn repeats(view: &View) -> bool {
    view.axes().iter().any(|axis| matches!(axis, Axis::Listed { .. }))
}

struct Store<'a> {
    maker: Box<dyn Make + 'a>,
    writer: Writer<'a>,
}

impl Worker for Store<'_> {
    fn work(&mut self, chunk: &Chunk) -> Result<()> {
        let items = self.maker.items(chunk)?;
        self.writer.write_runs(&mut chunk.view.runs(), items)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.writer.finish()
    }
}

struct Check<'a> {
    maker: Box<dyn Make + 'a>,
}

impl Worker for Check<'_> {
    fn work(&mut self, chunk: &Chunk) -> Result<()> {
        self.maker.items(chunk).map(drop)
    }
}

struct Compare<'a> {
    maker: Box<dyn Make + 'a>,
    reader: Box<dyn ReadRuns + 'a>,
    old: Vec<u8>,
    found: Changes,
    changed: &'a AtomicU64,
    first: &'a Mutex<Option<Change>>,
}

impl Worker for Compare<'_> {
    fn work(&mut self, chunk: &Chunk) -> Result<()> {
        self.old.resize(chunk.view.nbytes() as usize, 0);
        self.reader.read_runs(&mut chunk.view.runs(), &mut self.old)?;
        let new = self.maker.items(chunk)?;
        let size = chunk.view.item().size().max(1);
        let pairs = self.old.chunks_exact(size).zip(new.chunks_exact(size)).enumerate();
        self.found = Changes { changed: 0, first: None };
        for (item, (old, new)) in pairs.filter(|(_, (old, new))| old != new) {
            self.found.changed += 1;
            self.found.first.get_or_insert_with(|| Change {
                rank: chunk.rank + item as u64,
                old: old.to_vec(),
                new: new.to_vec(),
            });
        }
        Ok(())
    }

    fn deliver(&mut self, _chunk: &Chunk) -> Result<()> {
        self.changed.fetch_add(self.found.changed, Ordering::Relaxed);
        let mut first = self.first.lock().expect("a worker that panics ends the job");
        if first.is_none() {
            *first = self.found.first.take();
        }
        Ok(())
    }
}
