//! What a child gave back: kept in memory or, where it is much, in a file without a name, until all of it is there.
//!
//! It is believed only if it is what was asked for. This module does not know what becomes of it.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::ops::RangeInclusive;

use super::ExecFormat;
use crate::array::Array;
use crate::dtype::DType;
use crate::error::{Error, ErrorKind, Result};
use crate::format::{Format, npy};
use crate::mapping::temporary;
use crate::mapping::{Mapping, Mode, stream_name};
use crate::shape::{Order, Shape};
use crate::source::{Memory, ReadRuns, Readable};
use crate::spec::ArraySpec;
use crate::view::View;

/// The least bytes of a `.npy` header, and the most beside the dict.
const LEAST_HEADER: u64 = 10;
const BEFORE_DICT: u64 = 12;

/// What a chunk's child has to give back.
pub(super) struct Wanted<'a> {
    pub(super) format: ExecFormat,
    /// The type of the elements, in native order.
    pub(super) dtype: &'a DType,
    pub(super) shape: Shape,
    /// Bytes of all elements.
    pub(super) nbytes: u64,
}

impl Wanted<'_> {
    /// How many bytes that is.
    pub(super) fn bytes(&self) -> RangeInclusive<u64> {
        match self.format {
            ExecFormat::Raw => self.nbytes..=self.nbytes,
            ExecFormat::Npy => self.nbytes + LEAST_HEADER..=self.nbytes + npy::MAX_HEADER + BEFORE_DICT,
        }
    }
}

/// Bytes on their way in.
pub(super) enum Kept {
    Memory(Vec<u8>),
    Spool(File),
}

impl Kept {
    /// Room for so many bytes, in memory if they are not more than `bound`.
    pub(super) fn new(nbytes: u64, bound: u64) -> Result<Self> {
        if nbytes <= bound {
            return Ok(Self::Memory(Vec::with_capacity(nbytes as usize)));
        }
        temporary().map(Self::Spool)
    }

    /// What has been kept, if it is what was wanted.
    ///
    /// # Errors
    /// Child, with both, where a header says otherwise.
    pub(super) fn returned(mut self, wanted: &Wanted<'_>) -> Result<Returned> {
        let spec = match wanted.format {
            ExecFormat::Raw => {
                ArraySpec { dtype: wanted.dtype.clone(), shape: wanted.shape.clone(), order: Order::C, offset: 0 }
            }
            ExecFormat::Npy => {
                let (header, len) = self.header()?;
                check(&header, len, wanted)?;
                ArraySpec { dtype: header.dtype, shape: header.shape, order: header.order, offset: header.data_offset }
            }
        };
        let view = spec.view();
        Ok(match self {
            Self::Memory(bytes) => Returned { bytes: Box::new(Memory(bytes)), view },
            Self::Spool(file) => {
                let mapping = Mapping::from_file(file, stream_name("exec"), Mode::Read)?;
                Returned { bytes: Box::new(Array::known(mapping, spec, Format::Raw)), view }
            }
        })
    }

    fn header(&mut self) -> Result<(npy::Header, u64)> {
        let read = |bytes: &mut dyn Read, len| {
            let header = npy::read(bytes, Some(len)).map_err(|error| {
                let error = failed(format!("the child gave back no .npy file: {}", error.message()));
                error.hint("--exec-format raw, where the child writes bare elements")
            });
            header.map(|header| (header, len))
        };
        match self {
            Self::Memory(bytes) => read(&mut bytes.as_slice(), bytes.len() as u64),
            Self::Spool(file) => {
                let cannot = |error| Error::io("cannot read what a child gave back", error);
                let len = file.stream_position().map_err(cannot)?;
                file.rewind().map_err(cannot)?;
                read(file, len)
            }
        }
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Memory(kept) => kept.write(bytes),
            Self::Spool(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn check(header: &npy::Header, len: u64, wanted: &Wanted<'_>) -> Result<()> {
    // As a header says it: types that NumPy does not have are V there.
    let said = npy::read(&mut npy::write(wanted.dtype, &wanted.shape, Order::C)?.as_slice(), None)?;
    if header.dtype != said.dtype {
        let (got, wanted) = (&header.dtype, wanted.dtype);
        return Err(failed(format!("the child gave back elements of type {got}, expected {wanted}"))
            .hint(format!("--astype {got}, or let the child convert them")));
    }
    if header.shape != wanted.shape {
        return Err(failed(format!("the child gave back shape {}, expected {}", header.shape, wanted.shape)));
    }
    match len - header.data_offset {
        data if data == wanted.nbytes => Ok(()),
        data => Err(failed(format!("the child gave back {data} bytes behind the header, expected {}", wanted.nbytes))),
    }
}

fn failed(message: String) -> Error {
    Error::new(ErrorKind::Child, message)
}

/// Elements that a child gave back.
pub(super) struct Returned {
    bytes: Box<dyn Readable>,
    /// Where they lie, with the shape of the chunk.
    pub(super) view: View,
}

impl Returned {
    pub(super) fn reader(&self) -> Box<dyn ReadRuns + '_> {
        self.bytes.reader()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::{ByteOrder, Number};

    fn wanted(dtype: &DType) -> Wanted<'_> {
        let shape = Shape::new([2, 3]).expect("small");
        Wanted { format: ExecFormat::Npy, dtype, nbytes: shape.size() * dtype.itemsize() as u64, shape }
    }

    fn given(bytes: &[u8], dtype: &DType, bound: u64) -> Result<Vec<u8>> {
        let wanted = wanted(dtype);
        let mut kept = Kept::new(wanted.nbytes, bound)?;
        kept.write_all(bytes).expect("memory or a file");
        let returned = kept.returned(&wanted)?;
        let mut items = vec![0; wanted.nbytes as usize];
        returned.reader().read_runs(&mut returned.view.runs(), &mut items)?;
        Ok(items)
    }

    fn npy(dtype: &DType, dims: &[u64], order: Order, items: &[u8]) -> Vec<u8> {
        let header = npy::write(dtype, &Shape::new(dims).expect("small"), order).expect("a header");
        [header, items.to_vec()].concat()
    }

    #[test]
    fn either_order_comes_back_in_c_order() {
        let byte = DType::native(Number::UInt8);
        for bound in [100, 1] {
            let c = npy(&byte, &[2, 3], Order::C, &[1, 2, 3, 4, 5, 6]);
            assert_eq!(given(&c, &byte, bound).expect("C"), [1, 2, 3, 4, 5, 6]);
            let f = npy(&byte, &[2, 3], Order::F, &[1, 4, 2, 5, 3, 6]);
            assert_eq!(given(&f, &byte, bound).expect("F"), [1, 2, 3, 4, 5, 6]);
        }
    }

    #[test]
    fn another_type_or_shape_or_length_is_refused() {
        let (short, byte) = (DType::native(Number::Int16), DType::native(Number::UInt8));
        let cases = [
            (npy(&byte, &[2, 3], Order::C, &[0; 6]), "the child gave back elements of type |u1, expected <i2"),
            (
                npy(&short.with_byte_order(ByteOrder::Big), &[2, 3], Order::C, &[0; 12]),
                "the child gave back elements of type >i2, expected <i2",
            ),
            (npy(&short, &[6], Order::C, &[0; 12]), "the child gave back shape 6, expected 2,3"),
            (npy(&short, &[2, 3], Order::C, &[0; 11]), "the child gave back 11 bytes behind the header, expected 12"),
        ];
        for (bytes, message) in cases {
            let error = given(&bytes, &short, 100).expect_err(message);
            assert_eq!((error.kind(), error.message()), (ErrorKind::Child, message));
        }
        for bound in [100, 1] {
            let error = given(b"1 2 3\n4 5 6\n", &short, bound).expect_err("text");
            assert_eq!(error.kind(), ErrorKind::Child);
            assert!(error.message().starts_with("the child gave back no .npy file: "), "{error}");
        }
    }

    #[test]
    fn types_that_numpy_does_not_have_come_back_as_void() {
        let bf16 = DType::native(Number::BFloat16);
        assert_eq!(given(&npy(&bf16, &[2, 3], Order::C, &[7; 12]), &bf16, 100).expect("V2"), [7; 12]);
    }
}
