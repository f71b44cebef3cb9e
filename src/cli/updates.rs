//! `rmm set FILE --updates SRC`: lines of an INDEX, a tab and a VALUE, all of them read before the first is stored.
//!
//! What was read is kept in memory, and in a file without a name where it is long:
//!
//! ```text
//!   0  place  item        a single element
//!   1  length line        any other INDEX, read again when its turn comes
//! ```

use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::path::Path;

use tempfile::SpooledTempFile;

use super::args::CastArgs;
use super::edit::{Store, fill_copy};
use super::input::{self, Opened};
use super::nothing::EmptyParts;
use super::select::{SelectArgs, Selected};
use super::typed::{typed, typed_element};
use super::ui::Ui;
use crate::array::Array;
use crate::cast::{Conversion, Overflow};
use crate::error::{Error, Result};
use crate::index::{Index, place};
use crate::job::listed::at_a_time;
use crate::job::store::{Changes, compare, store};
use crate::job::values::{Constant, Elements, Values};
use crate::mapping::ELSEWHERE;
use crate::shape::{Order, Shape};
use crate::source::Memory;
use crate::source::text::Value;
use crate::view::{Axis, View, tuple};

/// Bytes of updates that are kept in memory.
const IN_MEMORY: usize = 16 << 20;

/// Updates of an array, all of which are known to fit.
pub(super) struct Updates<'a> {
    array: &'a Array,
    selected: Selected,
    select: &'a SelectArgs,
    cast: CastArgs,
    log: RefCell<SpooledTempFile>,
    empty: RefCell<EmptyParts>,
}

impl<'a> Updates<'a> {
    /// Reads all lines.
    ///
    /// # Errors
    /// Usage, with the number of the first line that cannot be read or does not fit; io.
    pub(super) fn read(path: &Path, array: &'a Array, select: &'a SelectArgs, cast: CastArgs) -> Result<Self> {
        let selected = select.select(Some(&Index::all()), array)?;
        let log = RefCell::new(tempfile::spooled_tempfile_in(IN_MEMORY, std::env::temp_dir()));
        let updates = Self { array, selected, select, cast, log, empty: RefCell::default() };
        updates.read_from(input::open_source(path, "--updates")?)?;
        Ok(updates)
    }

    /// Says it, where lines select nothing of an array that has elements.
    pub(super) fn note_empty(&self, ui: &Ui) {
        if self.selected.view.size() > 0 {
            self.empty.borrow().note(ui);
        }
    }

    fn read_from(&self, opened: Opened) -> Result<()> {
        match opened {
            Opened::File(mapping) => {
                let read = self.read_lines(BufReader::with_capacity(1 << 16, mapping.file()), mapping.path());
                // The last line of a file that has been cut short is in part another, and none is missing.
                mapping.check_unchanged()?;
                read
            }
            Opened::Stream(file, name) => self.read_lines(BufReader::with_capacity(1 << 16, file), &name),
        }
    }

    fn read_lines(&self, mut from: impl BufRead, name: &Path) -> Result<()> {
        let telling = self.cast.telling();
        let value = Value::of(&self.selected.dtype, telling)?;
        let mut log = self.log.borrow_mut();
        let mut log = io::BufWriter::with_capacity(1 << 16, &mut *log);
        let mut entry = Vec::new();
        let mut line = Vec::new();
        for number in 1u64.. {
            line.clear();
            if from.read_until(b'\n', &mut line).map_err(|error| Error::io("cannot read", error).at(name))? == 0 {
                break;
            }
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            if text.trim_ascii().is_empty() {
                continue;
            }
            entry.clear();
            let which = || format!("line {number} of {}", name.display());
            self.read_line(text, &value, &mut entry, &which).map_err(|error| error.within(which()))?;
            log.write_all(&entry).map_err(not_kept)?;
        }
        log.flush().map_err(not_kept)
    }

    /// Appends what a line says.
    fn read_line(&self, line: &[u8], value: &Value, entry: &mut Vec<u8>, which: &dyn Fn() -> String) -> Result<()> {
        let tab = memchr::memchr(b'\t', line);
        let tab = tab.ok_or_else(|| Error::usage("INDEX and VALUE have a tab between them, and there is none"))?;
        let (index, text) = (&line[..tab], &line[tab + 1..]);
        if let Some(place) = place(index, &self.selected.view).filter(|_| self.is_whole()) {
            entry.push(0);
            entry.extend((place - self.selected.view.offset()).to_le_bytes());
            let start = entry.len();
            entry.resize(start + self.selected.dtype.itemsize(), 0);
            return value.read(text, &mut entry[start..]);
        }
        let line = str::from_utf8(line).map_err(|_| Error::usage("is not UTF-8"))?;
        self.empty.borrow_mut().look(&self.region(line)?.0.view, which);
        entry.push(1);
        entry.extend((line.len() as u64).to_le_bytes());
        entry.extend(line.as_bytes());
        Ok(())
    }

    /// Whether a single place of the array is a single element to store.
    fn is_whole(&self) -> bool {
        self.selected.view.axes().len() == self.array.spec().shape.ndim()
    }

    /// The elements that a line is about, and the values for them.
    fn region(&self, line: &str) -> Result<(Selected, Box<dyn Values>)> {
        let (index, value) = line.split_once('\t').expect("a line without a tab was refused");
        let selected = self.select.select(Some(&index.parse()?), self.array)?;
        let dims = selected.view.dims();
        let parsed = match dims[..] {
            [] => typed_element(value, &selected.dtype, self.cast)?,
            _ => typed(&[value.to_owned()], &selected.dtype, self.cast)?,
        };
        if parsed.shape.len() > dims.len() {
            let (values, target) = (tuple(&parsed.shape), tuple(&dims));
            return Err(Error::usage(format!(
                "cannot store values of shape {values} in a selection of shape {target}"
            )));
        }
        if parsed.shape.is_empty() {
            return Ok((selected, Box::new(Constant(parsed.bytes))));
        }
        let view =
            View::of_array(&Shape::new(parsed.shape)?, selected.dtype.itemsize(), Order::C, 0).broadcast(&dims)?;
        Ok((selected, Box::new(Listed { bytes: Memory(parsed.bytes), view })))
    }
}

/// The elements of a list.
struct Listed {
    bytes: Memory,
    view: View,
}

impl Values for Listed {
    fn maker(&self) -> Box<dyn crate::job::values::Make + '_> {
        Box::new(Fetched { from: &self.bytes.0, view: &self.view, items: Vec::new() })
    }
}

/// Reads the elements of a list.
struct Fetched<'a> {
    from: &'a [u8],
    view: &'a View,
    items: Vec<u8>,
}

impl crate::job::values::Make for Fetched<'_> {
    fn items(&mut self, chunk: &crate::plan::Chunk) -> Result<&[u8]> {
        let view = chunk.of(self.view);
        self.items.resize(view.nbytes() as usize, 0);
        crate::source::ReadRuns::read_runs(&mut &*self.from, &mut view.runs(), &mut self.items)?;
        Ok(&self.items)
    }
}

fn not_kept(error: io::Error) -> Error {
    Error::io("cannot keep the updates", error).hint(ELSEWHERE)
}

impl Store for Updates<'_> {
    fn array(&self) -> &Array {
        self.array
    }

    fn selected(&self) -> &Selected {
        &self.selected
    }

    /// They were when they were read.
    fn check(&self, _ui: &Ui) -> Result<()> {
        Ok(())
    }

    fn store(&self, target: &Array, view: &View, ui: &Ui) -> Result<()> {
        let itemsize = self.selected.dtype.itemsize();
        let most = at_a_time(itemsize);
        let mut log = self.log.borrow_mut();
        log.rewind().map_err(not_kept)?;
        let mut log = BufReader::with_capacity(1 << 16, &mut *log);
        let (mut batch, mut items) = (Vec::new(), Vec::new());
        let mut number = [0; 8];
        loop {
            let tag = log.fill_buf().map_err(not_kept)?.first().copied();
            if batch.len() == most || (tag != Some(0) && !batch.is_empty()) {
                store_batch(target, &at_places(view, &batch), std::mem::take(&mut items), ui)?;
                batch.clear();
            }
            let Some(tag) = tag else { return Ok(()) };
            log.consume(1);
            log.read_exact(&mut number).map_err(not_kept)?;
            let number = u64::from_le_bytes(number);
            if tag == 0 {
                batch.push(number);
                let start = items.len();
                items.resize(start + itemsize, 0);
                log.read_exact(&mut items[start..]).map_err(not_kept)?;
                continue;
            }
            let mut line = vec![0; number as usize];
            log.read_exact(&mut line).map_err(not_kept)?;
            let (region, values) = self.region(str::from_utf8(&line).expect("only text was kept"))?;
            let region = region.view.rebased(self.array.spec().offset, target.spec().offset);
            let progress = ui.progress(region.nbytes());
            store(target, &region, &*values, ui.crew(&progress))?;
        }
    }

    /// Finds out in a copy: the same element may be there many times.
    fn changes(&self, ui: &Ui) -> Result<Changes> {
        let copy = Array::spooled(self.array.spec(), "copy")?;
        fill_copy(self.array, &copy)?;
        let view = self.selected.view.rebased(self.array.spec().offset, copy.spec().offset);
        self.store(&copy, &view, ui)?;
        let convert = Conversion::between(&self.selected.dtype, &self.selected.dtype, Overflow::Error)?;
        let progress = ui.progress(view.nbytes());
        compare(self.array, &self.selected.view, &Elements { bytes: &copy, view, convert }, ui.crew(&progress))
    }
}

/// The elements that lie so many bytes behind the first, in that order.
fn at_places(all: &View, places: &[u64]) -> View {
    let listed = Axis::Listed { positions: places.into(), stride: 1 };
    View::new(all.offset(), vec![listed], all.item().clone())
}

/// Stores items, of repeated places the last.
fn store_batch(target: &Array, view: &View, items: Vec<u8>, ui: &Ui) -> Result<()> {
    let memory = View::of_array(&Shape::new(view.dims())?, view.item().size(), Order::C, 0);
    let progress = ui.progress(view.nbytes());
    store(target, view, &Listed { bytes: Memory(items), view: memory }, ui.crew(&progress))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Opening;
    use crate::error::ErrorKind;
    use crate::mapping::{Mapping, Mode};

    #[test]
    fn updates_of_a_file_that_is_cut_short_are_not_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let [path, lines] = ["a.dat", "lines"].map(|name| folder.path().join(name));
        std::fs::write(&path, [0; 24]).expect("room");
        let array = Array::open(&path, &Opening::default()).expect("an array");
        let select = SelectArgs::default();
        for kept in [12, 6] {
            std::fs::write(&lines, "0\t1\n1\t2\n2\t3\n").expect("room");
            std::fs::write(folder.path().join("none"), "").expect("room");
            let none = folder.path().join("none");
            let updates = Updates::read(&none, &array, &select, CastArgs::default()).expect("no lines");
            let mapping = Mapping::open(&lines, Mode::Read).expect("a file");
            std::fs::File::options().write(true).open(&lines).and_then(|file| file.set_len(kept)).expect("cut short");
            let read = updates.read_from(Opened::File(mapping));
            assert_eq!(read.err().map(|error| error.kind()), (kept < 12).then_some(ErrorKind::Io), "{kept}");
        }
    }
}
