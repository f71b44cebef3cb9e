//! An array in a file: the open file, and what is known of the elements in it.
//!
//! Where the description comes from, key by key: what was asked for, then the file's own header, then its sidecar,
//! then the defaults.

mod growing;
mod incoming;
mod new;

use std::ops::Range;
use std::path::{Path, PathBuf};

pub use growing::Growing;
pub use incoming::{AlongRows, Came, Expected, Incoming};
pub use new::{Container, Describe, NewArray};

use crate::dtype::{DType, Kind, Parsed};
use crate::error::{At, Error, ErrorKind, Result};
use crate::escape::{path_text, shell_path};
use crate::format::sidecar::{self, Sidecar};
use crate::format::{self, Follow, Format, data_file, raster};
use crate::mapping::{Cache, Io, Mapping, Mode, Reader};
use crate::plan::Run;
use crate::source::{ReadRuns, Readable};
use crate::spec::{ArraySpec, Dims, Request, Trailing};
use crate::view::View;

/// An open array.
#[derive(Debug)]
pub struct Array {
    mapping: Mapping,
    /// The file that describes the array and is not the one with its elements.
    header: Option<PathBuf>,
    spec: ArraySpec,
    format: Format,
    origin: Origin,
}

/// How an array is to be opened, and what was said of it.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    /// What is known already.
    pub request: Request,
    /// What is to be done with it.
    pub mode: Mode,
    /// Whether the file may be longer than the array.
    pub trailing: Trailing,
    /// Whether a header counts.
    pub header: HeaderUse,
    /// How bytes travel between file and memory.
    pub io: Io,
    /// Whether a header may name a file outside its own folder.
    pub follow: Follow,
    /// What becomes of the pages of the file that a job leaves behind it.
    pub cache: Cache,
}

/// Whether a file's own header counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HeaderUse {
    /// It describes the array.
    #[default]
    Recognise,
    /// The file is raw whatever it begins with.
    Ignore,
}

/// Where the dtype came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was asked for.
    Asked,
    /// The file's header says so.
    Header,
    /// The sidecar beside the file says so.
    Sidecar,
    /// Nobody said anything: NumPy's default.
    Default,
}

impl Array {
    /// Opens the array in the file at `path`.
    ///
    /// # Errors
    /// Usage where the description and the file disagree, corrupt where a header or sidecar is damaged, io where the
    /// system refuses.
    pub fn open(path: &Path, opening: &Opening) -> Result<Self> {
        let looked = Mapping::open(path, Mode::Read)?;
        // What is stored goes to the file with the elements; the header that names it may be read-only.
        if !opening.mode.stores() || recognised(&looked, opening)?.is_detached() {
            return Self::over(looked, opening);
        }
        Self::over(Mapping::open(path, opening.mode)?, opening)
    }

    /// The file with the elements of the array at `path`, whatever they are: the one that its header names, where it
    /// names another.
    ///
    /// # Errors
    /// As [`Array::open`], but for what the file says of its elements.
    pub fn data_file(path: &Path, opening: &Opening) -> Result<Mapping> {
        let looked = Mapping::open(path, Mode::Read)?;
        // A damaged header names no file.
        if let Ok(Format::Raster(header)) = recognised(&looked, opening)
            && let Some(data) = data_file::open(&header, path, opening.mode, opening.follow)?
        {
            return Ok(data);
        }
        Mapping::open(path, opening.mode)
    }

    /// The array in an open file, or in the one that it names. One that was not opened by its name, as standard input,
    /// has no sidecar and names no other.
    ///
    /// # Errors
    /// As [`Array::open`].
    pub fn over(mapping: Mapping, opening: &Opening) -> Result<Self> {
        let mapping = mapping.with_io(opening.io).with_cache(opening.cache);
        let path = mapping.path().to_path_buf();
        let format = recognised(&mapping, opening)?;
        if let Format::Raster(header) = &format {
            return Self::in_raster(mapping, header, opening);
        }
        let sidecar = if mapping.is_named() { sidecar::read_beside(&path).at(&path)? } else { None };
        let sidecar = sidecar.map(Request::from).unwrap_or_default();
        let (spec, origin) = match &format {
            Format::Npy(header) => {
                let spec = ArraySpec {
                    dtype: header.dtype.clone(),
                    shape: header.shape.clone(),
                    order: header.order,
                    offset: header.data_offset,
                };
                complete(&spec, ".npy", None, mapping.len())
                    .and_then(|()| described_by_header(spec, ".npy", opening, &sidecar))
            }
            _ => described(opening, sidecar, mapping.len()),
        }
        .at(&path)?;
        Ok(Self { mapping, header: None, spec, format, origin })
    }

    /// The array of a header that names its file, or has the data behind it.
    fn in_raster(mapping: Mapping, header: &raster::Header, opening: &Opening) -> Result<Self> {
        let path = mapping.path().to_path_buf();
        let name = header.format.name();
        if header.data != raster::Data::Here && !mapping.is_named() {
            let error = format!("the {name} header on a stream has no folder in which its data file could be");
            return Err(Error::usage(error).at(path).hint("give the header by its name"));
        }
        let data = data_file::open(header, &path, opening.mode, opening.follow)?;
        let detached = data.is_some();
        let mapping = data.map_or(mapping, |data| data.with_io(opening.io).with_cache(opening.cache));
        let data_path = detached.then(|| mapping.path());
        let (spec, origin) = header
            .spec(mapping.file(), mapping.len())
            .and_then(|spec| complete(&spec, name, data_path, mapping.len()).map(|()| spec))
            .and_then(|spec| described_by_header(spec, name, opening, &Request::default()))
            .at(&path)?;
        let format = Format::Raster(header.clone());
        Ok(Self { mapping, header: detached.then_some(path), spec, format, origin })
    }

    /// An array of which everything is known, in a file that is long enough.
    pub fn known(mapping: Mapping, spec: ArraySpec, format: Format) -> Self {
        Self { mapping, header: None, spec, format, origin: Origin::Asked }
    }

    /// The open file.
    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// The file that describes the array, where it is not the one with the elements.
    pub fn header_path(&self) -> Option<&Path> {
        self.header.as_deref()
    }

    /// The name of the file with the elements, for messages.
    pub fn path(&self) -> &Path {
        self.mapping.path()
    }

    /// What and where the elements are.
    pub fn spec(&self) -> &ArraySpec {
        &self.spec
    }

    /// The type of one element.
    pub fn dtype(&self) -> &DType {
        &self.spec.dtype
    }

    /// What the file says of itself.
    pub fn format(&self) -> &Format {
        &self.format
    }

    /// Where the dtype came from.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Bytes behind the array.
    pub fn trailing(&self) -> u64 {
        self.mapping.len() - self.spec.end()
    }

    /// The same array in a copy of its file.
    #[must_use]
    pub fn moved_to(self, copy: Mapping) -> Self {
        Self { mapping: copy, ..self }
    }

    /// The same array for so many threads at once: see [`Mapping::shared_by`].
    #[must_use]
    pub fn shared_by(self, threads: usize) -> Self {
        Self { mapping: self.mapping.shared_by(threads), ..self }
    }

    /// All elements.
    pub fn view(&self) -> View {
        self.spec.view()
    }
}

impl Readable for Array {
    fn reader(&self) -> Box<dyn ReadRuns + '_> {
        Box::new(self.mapping.reader())
    }

    fn will_need(&self, view: &View) {
        self.mapping.will_need(view);
    }

    fn may_have_holes(&self) -> Result<bool> {
        self.mapping.may_have_holes()
    }

    fn next_data(&self, byte: u64) -> Result<Option<Range<u64>>> {
        self.mapping.next_data(byte)
    }
}

impl ReadRuns for Reader<'_> {
    fn read_runs(&mut self, runs: &mut dyn Iterator<Item = Run>, scratch: &mut [u8]) -> Result<()> {
        Reader::read_runs(self, runs, scratch)
    }

    fn read_items(&mut self, places: &[u64], unit: usize, items: &mut [u8]) -> Result<()> {
        Reader::read_items(self, places, unit, items)
    }
}

impl From<Sidecar> for Request {
    fn from(sidecar: Sidecar) -> Self {
        Self {
            dtype: sidecar.dtype.map(|dtype| Parsed { dtype, shape: Vec::new() }),
            shape: sidecar.shape.as_ref().map(Dims::from),
            order: sidecar.order,
            offset: sidecar.offset,
        }
    }
}

/// A file without a header: flags, then the sidecar, then the defaults.
fn described(opening: &Opening, sidecar: Request, file_len: u64) -> Result<(ArraySpec, Origin)> {
    let origin = match (&opening.request.dtype, &sidecar.dtype) {
        (Some(_), _) => Origin::Asked,
        (None, Some(_)) => Origin::Sidecar,
        (None, None) => Origin::Default,
    };
    let spec = opening.request.clone().or(sidecar).resolve(file_len, opening.trailing)?;
    Ok((spec, origin))
}

/// What the file says of itself, unless nobody listens.
fn recognised(mapping: &Mapping, opening: &Opening) -> Result<Format> {
    match opening.header {
        HeaderUse::Recognise => format::recognise(mapping.file(), mapping.len()).at(mapping.path()),
        HeaderUse::Ignore => Ok(Format::Raw),
    }
}

/// Refuses an array that is longer than its file, which is another than the header's where `data` names one.
fn complete(spec: &ArraySpec, name: &str, data: Option<&Path>, file_len: u64) -> Result<()> {
    let nbytes = spec.shape.nbytes(spec.dtype.itemsize()).map_err(|error| error.with_kind(ErrorKind::Corrupt))?;
    let present = file_len.saturating_sub(spec.offset);
    if present >= nbytes {
        return Ok(());
    }
    let (file, behind, to_read) = match data {
        Some(data) => {
            let (text, word) = (path_text(data), shell_path(data));
            (format!("its data file {text}"), format!("byte {}", spec.offset), format!("{word} -d u1"))
        }
        None => ("the file".to_owned(), "the header".to_owned(), "FILE --raw -d u1".to_owned()),
    };
    let (shape, dtype) = (&spec.shape, spec.dtype.name());
    Err(Error::corrupt(format!(
        "the {name} header promises shape {shape} of {dtype}, which is {nbytes} bytes, but {file} has only {present} behind {behind}"
    ))
    .hint(format!("the file was not fully written; its bytes are read by: rmm slice {to_read}")))
}

/// A file with a header, which only a dtype of the same size may contradict.
fn described_by_header(
    mut spec: ArraySpec,
    name: &str,
    opening: &Opening,
    sidecar: &Request,
) -> Result<(ArraySpec, Origin)> {
    agree(&opening.request, &spec, name)?;
    let void = matches!(spec.dtype.kind(), Kind::Void(_));
    let origin = match (&opening.request.dtype, &sidecar.dtype) {
        (Some(asked), _) => {
            spec.dtype = override_dtype(asked, &spec.dtype, name)?;
            Origin::Asked
        }
        (None, Some(named)) if void && named.shape.is_empty() && named.dtype.itemsize() == spec.dtype.itemsize() => {
            spec.dtype = named.dtype.clone();
            Origin::Sidecar
        }
        _ => Origin::Header,
    };
    Ok((spec, origin))
}

/// Refuses a shape, order or offset that is not the header's.
fn agree(request: &Request, spec: &ArraySpec, name: &str) -> Result<()> {
    let shape = request.shape.as_ref().map(Dims::to_string);
    let shape_agrees =
        request.shape.as_ref().is_none_or(|dims| dims.of_size(spec.shape.size()).ok().as_ref() == Some(&spec.shape));
    // Where one axis at most is longer than 1, both orders are the same bytes.
    let order_agrees = request
        .order
        .is_none_or(|order| order == spec.order || spec.shape.dims().iter().filter(|&&len| len != 1).count() < 2);
    let offset_agrees = request.offset.is_none_or(|offset| offset == spec.offset);
    let contradiction = match () {
        () if !shape_agrees => Some(("shape", shape.unwrap_or_default(), spec.shape.to_string())),
        () if !order_agrees => Some(("order", request.order.unwrap_or_default().to_string(), spec.order.to_string())),
        () if !offset_agrees => {
            Some(("offset", request.offset.unwrap_or_default().to_string(), spec.offset.to_string()))
        }
        () => None,
    };
    match contradiction {
        Some((key, asked, header)) => {
            Err(Error::usage(format!("--{key} {asked} contradicts the {name} header, which says {header}"))
                .hint(format!("leave --{key} out, or add --raw to read the file without its header")))
        }
        None => Ok(()),
    }
}

fn override_dtype(asked: &Parsed, header: &DType, name: &str) -> Result<DType> {
    if asked.shape.is_empty() && asked.dtype.itemsize() == header.itemsize() {
        return Ok(asked.dtype.clone());
    }
    Err(Error::usage(format!(
        "--dtype {} ({} bytes) contradicts the {name} header, which says {header} ({} bytes)",
        asked.dtype,
        asked.dtype.itemsize(),
        header.itemsize()
    ))
    .hint("--astype converts; --raw reads the file without its header"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_of_a_data_file_are_kept_as_those_of_any_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let header = "NRRD0004\ntype: uchar\ndimension: 1\nsizes: 3\nencoding: raw\ndata file: data\n";
        let path = folder.path().join("a.nhdr");
        std::fs::write(&path, header).and_then(|()| std::fs::write(folder.path().join("data"), "abc")).expect("room");
        let array = Array::open(&path, &Opening { cache: Cache::Drop, ..Opening::default() }).expect("three bytes");
        assert_eq!((array.mapping().cache(), array.mapping().len()), (Cache::Drop, 3));
    }
}
