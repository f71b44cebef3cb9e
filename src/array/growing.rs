//! A new file whose elements are written before it is known how many there are, and of what dtype.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::new::{described, placed};
use super::{Array, Container, Describe, NewArray};
use crate::dtype::DType;
use crate::error::{At, Error, Result};
use crate::format::{Beside, Format};
use crate::mapping::{Io, Mapping, Mode, NewFile, Replace, copy_range, stream_name, temporary};
use crate::shape::{Order, Shape};
use crate::spec::{ArraySpec, Request};

/// A file on its way to its name; dropped before it is committed, it leaves nothing.
#[derive(Debug)]
pub struct Growing {
    new: NewFile,
    container: Container,
    said: Request,
    replace: Replace,
    io: Io,
}

impl Growing {
    /// Begins a file of which no more is known than what is said: where that is an offset, elements begin there.
    ///
    /// # Errors
    /// Usage, where the file or a sidecar of its name is there and must not be replaced; io.
    pub fn begin(path: &Path, container: Container, said: Request, replace: Replace) -> Result<Self> {
        let new = NewFile::create(path, replace)?;
        // What is in the way of a sidecar is so whatever the sidecar says, and storing takes long.
        Beside::plan(new.target(), None, replace)?;
        Ok(Self { new, container, said, replace, io: Io::Auto })
    }

    /// The same, its bytes travelling in another way.
    #[must_use]
    pub fn with_io(self, io: Io) -> Self {
        Self { io, ..self }
    }

    /// The file to write elements into.
    pub fn file(&self) -> &File {
        self.new.file()
    }

    /// The byte at which elements begin, as far as can be told while it is not known how many rows of these dims there
    /// will be: NumPy's headers leave room for any number.
    ///
    /// # Errors
    /// Usage, where a header cannot name the dtype.
    pub fn data_offset(&self, dtype: &DType, row: &[u64]) -> Result<u64> {
        let shape = match self.said.shape.as_ref().and_then(crate::spec::Dims::fixed) {
            Some(shape) => shape?,
            None => Shape::new([&[1], row].concat())?,
        };
        let spec =
            ArraySpec { dtype: dtype.clone(), shape, order: Order::C, offset: self.said.offset.unwrap_or_default() };
        Ok(placed(spec, self.container)?.0.offset)
    }

    /// The array that all elements make, whose first is at byte `offset`; the file itself where that is not where its
    /// container has it.
    ///
    /// # Errors
    /// Usage, where a sidecar is in the way; io.
    pub fn finish(self, spec: &ArraySpec, describe: Describe, offset: u64) -> Result<Result<NewArray, Self>> {
        let (spec, header) = placed(spec.clone(), self.container).at(self.new.target())?;
        if spec.offset != offset || spec.order != Order::C {
            return Ok(Err(self));
        }
        let text = described(&spec, self.container, describe)?;
        let beside = Beside::plan(self.new.target(), text, self.replace)?;
        let failed = |error| Error::io("cannot write", error).at(self.new.target());
        self.file().set_len(spec.end()).map_err(failed)?;
        self.file().write_all_at(&header, 0).map_err(failed)?;
        Ok(Ok(NewArray::grown(self.new, beside, spec, header).with_io(self.io)))
    }

    /// The elements in a file without a name, and none under the name that it would have had; tells of every piece that
    /// is copied.
    ///
    /// # Errors
    /// Whatever `told` fails with; io.
    pub fn set_aside(
        self,
        spec: &ArraySpec,
        offset: u64,
        name: &Path,
        told: &mut dyn FnMut(u64) -> Result<()>,
    ) -> Result<Array> {
        let file = temporary()?;
        let nbytes = spec.nbytes();
        self.file().set_len(offset + nbytes).map_err(|error| Error::io("cannot write", error).at(self.new.target()))?;
        let from = self.new.file().try_clone().map_err(|error| Error::io("cannot open again", error))?;
        let from = Mapping::from_file(from, self.new.target().to_path_buf(), Mode::Read)?.with_io(self.io);
        copy_range(&from, offset, nbytes, (&file, 0), told).at(stream_name("copy"))?;
        let mapping = Mapping::from_file(file, name.to_path_buf(), Mode::Read)?.with_io(self.io);
        drop(self);
        Ok(Array::known(mapping, ArraySpec { offset: 0, ..spec.clone() }, Format::Raw))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::Sync;

    #[test]
    fn rows_may_be_written_before_they_are_counted() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.npy");
        let spec: ArraySpec = "<i2:3,2".parse::<Request>().expect("a spec").resolve_new().expect("a whole spec");
        let growing = Growing::begin(&path, Container::Npy, Request::default(), Replace::Never).expect("a new name");
        let offset = growing.data_offset(&spec.dtype, &[2]).expect("a header");
        growing.file().write_all_at(&[1; 100], offset).expect("room");
        assert!(!path.exists());
        let new = growing.finish(&spec, Describe::WhereNeeded, offset).expect("room").expect("where it belongs");
        new.commit(Sync::No).expect("nothing in the way");
        let array = Array::open(&path, &super::super::Opening::default()).expect("it is an array");
        assert_eq!((array.spec().shape.dims(), array.trailing()), (&[3, 2][..], 0));
    }

    #[test]
    fn elements_in_the_wrong_place_are_set_aside() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.npy");
        let spec: ArraySpec = "u1:3".parse::<Request>().expect("a spec").resolve_new().expect("a whole spec");
        let growing = Growing::begin(&path, Container::Npy, Request::default(), Replace::Never).expect("a new name");
        growing.file().write_all_at(b"..abc...", 0).expect("room");
        let growing = growing.finish(&spec, Describe::Never, 2).expect("room").expect_err("a header is longer");
        let array = growing.set_aside(&spec, 2, Path::new("<text>"), &mut |_| Ok(())).expect("room");
        let mut bytes = [0; 3];
        array.mapping().read_runs(&mut array.view().runs(), &mut bytes).expect("it is there");
        assert_eq!(&bytes, b"abc");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }
}
