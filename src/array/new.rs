//! New array files: header, data and sidecar, which appear together or not at all; and arrays in files without a name.

use std::io::Write;
use std::path::Path;

use super::Array;
use crate::dtype::DType;
use crate::error::{At, Result};
use crate::format::{Beside, Format, npy, sidecar};
use crate::mapping::{
    Cache, Io, Mapping, NewFile, Replace, Sync, follow_links, place_to_share, reserve, stream_name, unnamed,
};
use crate::spec::ArraySpec;

/// What a new file holds besides the elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Container {
    /// Nothing.
    #[default]
    Raw,
    /// NumPy's header in front of them.
    Npy,
}

/// When a new array is described in a sidecar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Describe {
    /// Where a `.npy` header cannot name the type: those that NumPy itself does not have.
    #[default]
    WhereNeeded,
    /// Always.
    Always,
    /// Never: the file is no array of this program, such as text.
    Never,
}

/// A file on its way to its name, and what will stand beside it.
///
/// Everything that can be refused is refused when it is begun; dropped before it is committed, it leaves nothing.
#[derive(Debug)]
pub struct NewArray {
    new: NewFile,
    beside: Option<Beside>,
    spec: ArraySpec,
    header: Vec<u8>,
    /// Whether a sidecar says where the data begins.
    is_described: bool,
    io: Io,
    cache: Cache,
}

impl NewArray {
    /// Begins an array of this spec, whose offset counts for raw files only: a header has its data behind it.
    ///
    /// # Errors
    /// Usage, where the file or a sidecar of its name is there and must not be replaced; io.
    pub fn begin(
        path: &Path,
        spec: ArraySpec,
        container: Container,
        describe: Describe,
        replace: Replace,
    ) -> Result<Self> {
        Self::begin_by(NewFile::create, path, spec, (container, describe), replace)
    }

    /// The same for an array whose file can be gone on with: see [`NewFile::resumable`].
    ///
    /// # Errors
    /// As [`NewArray::begin`].
    pub fn resumable(
        path: &Path,
        spec: ArraySpec,
        container: Container,
        describe: Describe,
        replace: Replace,
    ) -> Result<Self> {
        Self::begin_by(NewFile::resumable, path, spec, (container, describe), replace)
    }

    /// Refuses what [`NewArray::begin`] refuses whatever the array is: what can be said before it is known.
    ///
    /// # Errors
    /// As [`NewArray::begin`].
    pub fn refuse(path: &Path, replace: Replace) -> Result<()> {
        match NewFile::place(path, replace)? {
            Some(target) => Beside::plan(&target, None, replace).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Brings the sidecar of an array whose file has its name, where [`NewArray::commit`] ended between the two.
    ///
    /// # Errors
    /// Usage, where something else is in its place; io.
    pub fn complete(path: &Path, spec: ArraySpec, container: Container, describe: Describe, sync: Sync) -> Result<()> {
        let (spec, _) = placed(spec, container).at(path)?;
        Beside::complete(&follow_links(path)?, described(&spec, container, describe)?, sync)
    }

    /// The same, its file under the name that it keeps: see [`NewFile::stay`].
    ///
    /// # Errors
    /// As [`NewFile::stay`].
    pub fn stay(self, sync: Sync) -> Result<Self> {
        Ok(Self { new: self.new.stay(sync)?, ..self })
    }

    fn begin_by(
        create: fn(&Path, Replace) -> Result<NewFile>,
        path: &Path,
        spec: ArraySpec,
        (container, describe): (Container, Describe),
        replace: Replace,
    ) -> Result<Self> {
        let (spec, header) = placed(spec, container).at(path)?;
        let text = described(&spec, container, describe)?;
        let is_described = text.is_some();
        let new = create(path, replace)?;
        let beside = (!new.is_direct()).then(|| Beside::plan(new.target(), text, replace)).transpose()?;
        Ok(Self { new, beside, spec, header, is_described, io: Io::Auto, cache: Cache::default() })
    }

    /// The same, its bytes travelling in another way.
    #[must_use]
    pub fn with_io(self, io: Io) -> Self {
        Self { io, ..self }
    }

    /// The same, its bytes travelling, and staying in memory, as those of a file that it is made from.
    #[must_use]
    pub fn treated_like(self, from: &Mapping) -> Self {
        Self { io: from.io(), cache: from.cache(), ..self }
    }

    /// The same with a longer header, where a copy of `len` bytes from byte `offset` of a file on can then share its
    /// blocks. Nothing may have been written yet.
    #[must_use]
    pub fn sharing(self, from: &Mapping, (offset, len): (u64, u64)) -> Self {
        if self.header.is_empty() || self.is_described || self.new.is_direct() {
            return self;
        }
        let place = place_to_share(from, (offset, len), self.new.file(), self.spec.offset);
        let Some(header) = place.and_then(|place| npy::padded_to(&self.header, place)) else { return self };
        match (ArraySpec { offset: header.len() as u64, ..self.spec.clone() }).checked() {
            Ok(spec) => Self { spec, header, ..self },
            Err(_) => self,
        }
    }

    /// A file whose elements and header are written already.
    pub(super) fn grown(new: NewFile, beside: Beside, spec: ArraySpec, header: Vec<u8>) -> Self {
        Self { new, beside: Some(beside), spec, header, is_described: true, io: Io::Auto, cache: Cache::default() }
    }

    /// Where the elements go, and what they are.
    pub fn spec(&self) -> &ArraySpec {
        &self.spec
    }

    /// The file, to be written from its beginning where the elements come in order: see [`NewArray::write_header`].
    pub fn file(&self) -> &NewFile {
        &self.new
    }

    /// Writes what stands in front of the elements.
    ///
    /// # Errors
    /// Io.
    pub fn write_header(&self) -> Result<()> {
        self.new.file().write_all(&self.header).map_err(|error| self.new.unwritten(error))
    }

    /// The array itself, all zeros behind its header, to store in.
    ///
    /// # Errors
    /// Usage, where the file is a device or a FIFO; io.
    pub fn array(&self) -> Result<Array> {
        let mapping = self.new.mapping(self.spec.end())?.with_io(self.io).with_cache(self.cache);
        self.write_header()?;
        Ok(Array::known(mapping, self.spec.clone(), Format::Raw))
    }

    /// Takes the space for all elements now.
    ///
    /// # Errors
    /// Io, where there is not enough, or the file system cannot do this.
    pub fn reserve(&self) -> Result<()> {
        reserve(self.new.file(), self.spec.offset..self.spec.end()).at(self.new.target())
    }

    /// Gives the file its name, and the sidecar its own. Whatever described another file of that name is gone before,
    /// so that at no moment a sidecar describes what it does not stand beside.
    ///
    /// # Errors
    /// As [`NewFile::commit`].
    pub fn commit(self, sync: Sync) -> Result<()> {
        self.new.flush(sync)?;
        let prepared = self.beside.map(Beside::prepare).transpose()?;
        self.new.commit(sync)?;
        prepared.map_or(Ok(()), |prepared| prepared.commit(sync))
    }
}

impl Array {
    /// An array of zeros in a file without a name in TMPDIR, to store in and to read from.
    ///
    /// # Errors
    /// Io, where there is no space.
    pub fn spooled(spec: &ArraySpec, name: &str) -> Result<Self> {
        let spec = ArraySpec { offset: 0, ..spec.clone() };
        let mapping: Mapping = unnamed(&stream_name(name), spec.nbytes())?;
        Ok(Self::known(mapping, spec, Format::Raw))
    }
}

/// The text of the sidecar, where there is one.
pub(super) fn described(spec: &ArraySpec, container: Container, describe: Describe) -> Result<Option<String>> {
    let described = match describe {
        Describe::WhereNeeded => container == Container::Npy && is_unnamed(&spec.dtype),
        Describe::Always => true,
        Describe::Never => false,
    };
    described.then(|| sidecar::render(&spec.dtype, &spec.shape, spec.order, spec.offset)).transpose()
}

/// The spec with the data where the container has it, and the bytes in front.
pub(super) fn placed(spec: ArraySpec, container: Container) -> Result<(ArraySpec, Vec<u8>)> {
    let header = match container {
        Container::Raw => return Ok((spec, Vec::new())),
        Container::Npy => npy::write(&spec.dtype, &spec.shape, npy::saved_order(&spec.shape, spec.order))?,
    };
    let spec = ArraySpec { offset: header.len() as u64, ..spec }.checked()?;
    Ok((spec, header))
}

/// Whether a `.npy` header cannot name the type.
fn is_unnamed(dtype: &DType) -> bool {
    dtype.number().is_some_and(|number| number.typestr().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Opening;
    use crate::error::ErrorKind;
    use crate::spec::Request;

    fn spec(text: &str) -> ArraySpec {
        text.parse::<Request>().expect(text).resolve_new().expect(text)
    }

    fn begin(path: &Path, text: &str, container: Container, replace: Replace) -> Result<NewArray> {
        NewArray::begin(path, spec(text), container, Describe::WhereNeeded, replace)
    }

    #[test]
    fn header_data_and_sidecar_appear_together() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.npy");
        let new = begin(&path, "bfloat16:3", Container::Npy, Replace::Never).expect("a new name");
        new.array().expect("room");
        assert!(!path.exists() && !sidecar::path_of(&path).exists());
        new.commit(Sync::No).expect("nothing in the way");
        let array = Array::open(&path, &Opening::default()).expect("it is an array");
        assert_eq!(array.dtype().to_string(), "bfloat16");
    }

    #[test]
    fn what_it_does_not_describe_stops_it_before_anything_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.dat");
        std::fs::write(sidecar::path_of(&path), "somebody's").expect("written");
        let refused = begin(&path, "f8:3", Container::Raw, Replace::Never).expect_err("an old sidecar");
        assert_eq!(refused.kind(), ErrorKind::Usage);
        begin(&path, "f8:3", Container::Raw, Replace::Force).expect("forced").commit(Sync::No).expect("committed");
        assert!(path.exists() && !sidecar::path_of(&path).exists());
    }

    #[test]
    fn a_folder_in_the_place_of_the_sidecar_is_in_the_way() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.npy");
        std::fs::write(&path, "old").expect("written");
        std::fs::create_dir(sidecar::path_of(&path)).expect("a folder");
        for text in ["bfloat16:3", "f8:3"] {
            begin(&path, text, Container::Npy, Replace::Force).expect_err(text);
        }
        assert_eq!(std::fs::read(&path).expect("still there"), b"old");
    }

    #[test]
    fn a_link_in_the_place_of_the_sidecar_goes_and_its_target_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, victim) = (folder.path().join("a.npy"), folder.path().join("victim"));
        std::fs::write(&victim, "precious").expect("written");
        std::os::unix::fs::symlink(&victim, sidecar::path_of(&path)).expect("a link");
        begin(&path, "bfloat16:3", Container::Npy, Replace::Never).expect_err("something is there");
        let new = begin(&path, "bfloat16:3", Container::Npy, Replace::Force).expect("forced");
        new.array().expect("room");
        new.commit(Sync::No).expect("committed");
        assert_eq!(std::fs::read(&victim).expect("still there"), b"precious");
        assert!(sidecar::path_of(&path).symlink_metadata().expect("a sidecar").is_file());
    }
}
