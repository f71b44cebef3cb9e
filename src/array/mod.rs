//! An array in a file: the open file, and what is known of the elements in it.
//!
//! Where the description comes from, key by key: what was asked for, then the file's own header, then its sidecar,
//! then the defaults.

mod new;

use std::ops::Range;
use std::path::Path;

pub use new::{Container, Describe, NewArray};

use crate::dtype::{DType, Kind, Parsed};
use crate::error::{At, Error, ErrorKind, Result};
use crate::format::sidecar::{self, Sidecar};
use crate::format::{self, Format, npy};
use crate::mapping::{Cache, Mapping, Mode, Reader};
use crate::plan::Run;
use crate::source::{ReadRuns, Readable};
use crate::spec::{ArraySpec, Dims, Request, Trailing};
use crate::view::View;

/// An open array.
#[derive(Debug)]
pub struct Array {
    mapping: Mapping,
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
        let mapping = Mapping::open(path, opening.mode)?;
        Self::over(mapping, opening)
    }

    /// The array in an open file. One that was not opened by its name, as standard input, has no sidecar.
    ///
    /// # Errors
    /// As [`Array::open`].
    pub fn over(mapping: Mapping, opening: &Opening) -> Result<Self> {
        let mapping = mapping.with_cache(opening.cache);
        let path = mapping.path().to_path_buf();
        let sidecar = if mapping.is_named() { sidecar::read_beside(&path).at(&path)? } else { None };
        let sidecar = sidecar.map(Request::from).unwrap_or_default();
        let format = match opening.header {
            HeaderUse::Recognise => format::recognise(mapping.file(), mapping.len()).at(&path)?,
            HeaderUse::Ignore => Format::Raw,
        };
        let (spec, origin) = match &format {
            Format::Npy(header) => described_by_header(header, opening, &sidecar, mapping.len()),
            Format::Raw => described(opening, sidecar, mapping.len()),
        }
        .at(&path)?;
        Ok(Self { mapping, spec, format, origin })
    }

    /// An array of which everything is known, in a file that is long enough.
    pub fn known(mapping: Mapping, spec: ArraySpec, format: Format) -> Self {
        Self { mapping, spec, format, origin: Origin::Asked }
    }

    /// The open file.
    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// The name of the file, for messages.
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

    /// The same array, its pages kept in memory or not.
    #[must_use]
    pub fn with_cache(self, cache: Cache) -> Self {
        Self { mapping: self.mapping.with_cache(cache), ..self }
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

/// A file with a header, which only a dtype of the same size may contradict.
fn described_by_header(
    header: &npy::Header,
    opening: &Opening,
    sidecar: &Request,
    file_len: u64,
) -> Result<(ArraySpec, Origin)> {
    let mut spec = ArraySpec {
        dtype: header.dtype.clone(),
        shape: header.shape.clone(),
        order: header.order,
        offset: header.data_offset,
    };
    let nbytes = spec.shape.nbytes(spec.dtype.itemsize()).map_err(|error| error.with_kind(ErrorKind::Corrupt))?;
    let present = file_len.saturating_sub(spec.offset);
    if present < nbytes {
        return Err(Error::corrupt(format!(
            "the .npy header promises shape {} of {}, which is {nbytes} bytes, but the file has only {present} behind the header",
            spec.shape,
            spec.dtype.name()
        ))
        .hint("the file was not fully written; rmm slice FILE --raw -d u1 reads its bytes"));
    }
    agree(&opening.request, &spec)?;
    let void = matches!(spec.dtype.kind(), Kind::Void(_));
    let origin = match (&opening.request.dtype, &sidecar.dtype) {
        (Some(asked), _) => {
            spec.dtype = override_dtype(asked, &spec.dtype)?;
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
fn agree(request: &Request, spec: &ArraySpec) -> Result<()> {
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
            Err(Error::usage(format!("--{key} {asked} contradicts the .npy header, which says {header}"))
                .hint(format!("leave --{key} out, or add --raw to read the file without its header")))
        }
        None => Ok(()),
    }
}

fn override_dtype(asked: &Parsed, header: &DType) -> Result<DType> {
    if asked.shape.is_empty() && asked.dtype.itemsize() == header.itemsize() {
        return Ok(asked.dtype.clone());
    }
    Err(Error::usage(format!(
        "--dtype {} ({} bytes) contradicts the .npy header, which says {header} ({} bytes)",
        asked.dtype,
        asked.dtype.itemsize(),
        header.itemsize()
    ))
    .hint("--astype converts; --raw reads the file without its header"))
}
