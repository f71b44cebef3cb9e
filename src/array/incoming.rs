//! Arrays that come through a pipe: what is known of them before they have come.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use super::{Array, HeaderUse, Opening, Origin, complete, described_by_header};
use crate::error::{At, Error, Result};
use crate::format::{self, HEAD, npy};
use crate::mapping::{Cache, spool, widen};
use crate::source::inflow::{Inflow, LONGEST_ROW, Reading, Rows, Seen, Stream};
use crate::spec::{Ahead, ArraySpec, Request, Trailing};
use crate::view::View;

/// How far behind the end of the array it is looked whether a stream goes on.
const BEHIND: u64 = 64 << 10;

/// What comes through a pipe.
pub enum Came {
    /// Nothing of it but a header has been read.
    Incoming(Incoming),
    /// It had to be read to its end, and lies in a file without a name.
    Array(Array),
}

impl Came {
    /// Where the dtype came from.
    pub fn origin(&self) -> Origin {
        match self {
            Self::Incoming(incoming) => incoming.origin,
            Self::Array(array) => array.origin(),
        }
    }
}

/// An array on its way.
pub struct Incoming {
    stream: Stream,
    /// What has been read of the stream.
    header: Vec<u8>,
    opening: Opening,
    spec: ArraySpec,
    origin: Origin,
    length: Length,
}

/// What tells how long the array is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    /// Its header.
    Header,
    /// Its shape.
    Shape,
    /// The end of the stream; and the bytes of a row.
    End(u64),
}

impl Incoming {
    /// The array in a stream. What cannot be dealt with as it comes is spooled.
    ///
    /// # Errors
    /// As [`Array::over`].
    pub fn of(from: File, name: PathBuf, opening: Opening) -> Result<Came> {
        let mut head = Vec::with_capacity(HEAD);
        let read = (&from).take(HEAD as u64).read_to_end(&mut head);
        read.map_err(|error| Error::io("cannot read", error).at(&name))?;
        widen(&from);
        let is_described = opening.header == HeaderUse::Recognise && format::has_header(&head);
        let is_npy = is_described && head.starts_with(npy::MAGIC);
        let mut from: Box<dyn Read + Send> = Box::new(Cursor::new(head).chain(from));
        if is_npy {
            let mut kept = Kept { from: &mut from, bytes: Vec::new() };
            let spec = npy::read(&mut kept, None).at(&name)?;
            let header = kept.bytes;
            let spec = ArraySpec { dtype: spec.dtype, shape: spec.shape, order: spec.order, offset: spec.data_offset };
            let (spec, origin) = described_by_header(spec, ".npy", &opening, &Request::default()).at(&name)?;
            let stream = Stream { from, at: header.len() as u64, name };
            return Ok(Came::Incoming(Self { stream, header, opening, spec, origin, length: Length::Header }));
        }
        let origin = if opening.request.dtype.is_some() { Origin::Asked } else { Origin::Default };
        let ahead = if is_described { Ahead::Unknown } else { opening.request.ahead().at(&name)? };
        let (spec, length) = match ahead {
            Ahead::Known(spec) => (spec, Length::Shape),
            Ahead::Open(spec, row) if row <= LONGEST_ROW => (spec, Length::End(row)),
            Ahead::Open(..) | Ahead::Unknown => {
                return Array::over(spool(&mut from, &name)?, &opening).map(Came::Array);
            }
        };
        let stream = Stream { from, at: 0, name };
        Ok(Came::Incoming(Self { stream, header: Vec::new(), opening, spec, origin, length }))
    }

    /// What the array is. Where it is [open](Incoming::is_open), the first axis is as long as in any file.
    pub fn spec(&self) -> &ArraySpec {
        &self.spec
    }

    /// Whether it is not known yet how long the first axis is.
    pub fn is_open(&self) -> bool {
        matches!(self.length, Length::End(_))
    }

    /// The name in messages.
    pub fn name(&self) -> &Path {
        &self.stream.name
    }

    /// What becomes of the pages of the files of the command.
    pub fn cache(&self) -> Cache {
        self.opening.cache
    }

    /// The whole array, in a file without a name.
    ///
    /// # Errors
    /// As [`Array::over`].
    pub fn spooled(self) -> Result<Array> {
        let Self { stream, header, opening, .. } = self;
        let mapping = spool(&mut Cursor::new(header).chain(stream.from), &stream.name)?;
        Array::over(mapping, &opening)
    }

    /// Begins to take the elements of a view in. Where the array is open, only whole rows are taken, if the first axis of
    /// the view goes through them.
    ///
    /// # Errors
    /// Io, where the system gives no thread.
    pub fn begin(self, view: View, along_rows: AlongRows) -> Result<(Inflow, Expected)> {
        let Self { stream, opening, spec, length, .. } = self;
        let until = match (opening.trailing, length) {
            (Trailing::Allow, _) => 0,
            (Trailing::Refuse, Length::Header) => spec.end(),
            (Trailing::Refuse, Length::Shape) => spec.end().saturating_add(BEHIND),
            (Trailing::Refuse, Length::End(_)) => u64::MAX,
        };
        let rows = match (length, along_rows) {
            (Length::End(len), AlongRows::Yes) => Some(Rows { from: spec.offset, len }),
            _ => None,
        };
        let name = stream.name.clone();
        let inflow = Inflow::begin(stream, view, Reading { until, rows })?;
        Ok((inflow, Expected { name, opening, spec, length }))
    }
}

/// Whether the first axis of a view is the open one of its array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlongRows {
    /// It is.
    Yes,
    /// One position is selected, or positions are listed.
    No,
}

/// What a stream should have been, to be held against what it was.
pub struct Expected {
    name: PathBuf,
    opening: Opening,
    spec: ArraySpec,
    length: Length,
}

impl Expected {
    /// The array, now that its stream has been read.
    ///
    /// # Errors
    /// Usage or corrupt, where the stream was shorter or longer than the array.
    pub fn found(&self, seen: Seen) -> Result<ArraySpec> {
        self.compared(seen).at(&self.name)
    }

    fn compared(&self, seen: Seen) -> Result<ArraySpec> {
        match self.length {
            Length::Header if seen.ended => complete(&self.spec, ".npy", None, seen.bytes).map(|()| self.spec.clone()),
            // It was read no further than it had to be.
            _ if !seen.ended && self.opening.trailing == Trailing::Allow => Ok(self.spec.clone()),
            Length::Header => Ok(self.spec.clone()),
            Length::Shape if !seen.ended => Err(Error::usage(format!(
                "shape {} of {} ends at byte {}, but more than {} bytes come",
                self.spec.shape,
                self.spec.dtype.name(),
                self.spec.end(),
                seen.bytes
            ))
            .hint("--allow-trailing takes the first and leaves the rest alone")),
            Length::Shape | Length::End(_) => self.opening.request.resolve(seen.bytes, self.opening.trailing),
        }
    }
}

/// Keeps what is read.
struct Kept<'a> {
    from: &'a mut dyn Read,
    bytes: Vec<u8>,
}

impl Read for Kept<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.bytes.extend_from_slice(&buffer[..count]);
        Ok(count)
    }
}
