//! The items themselves: raw, or behind the header of NumPy's own format.

use std::io;

use super::{Block, Cutting, Format, Layout};
use crate::error::Result;
use crate::format::npy;

/// Bytes and nothing else.
pub(super) struct Raw;

impl Format for Raw {
    fn begin(&self, _out: &mut dyn io::Write) -> io::Result<()> {
        Ok(())
    }

    fn items(&self, block: Block<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(block.bytes);
    }

    fn cutting(&self) -> Cutting {
        Cutting::Verbatim
    }
}

/// Bytes behind a header.
pub(super) struct Npy {
    header: Vec<u8>,
}

impl Npy {
    pub(super) fn new(layout: &Layout) -> Result<Self> {
        Ok(Self { header: npy::write(&layout.dtype, &layout.shape, layout.order)? })
    }
}

impl Format for Npy {
    fn begin(&self, out: &mut dyn io::Write) -> io::Result<()> {
        out.write_all(&self.header)
    }

    fn items(&self, block: Block<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(block.bytes);
    }

    fn cutting(&self) -> Cutting {
        Cutting::Verbatim
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::counting;
    use super::super::{OutputFormat, Sink, Style};
    use super::*;

    fn bytes(format: OutputFormat, dims: &[u64]) -> Vec<u8> {
        let (layout, items) = counting(dims);
        let sink = Sink::new(format, &layout, &Style::default()).expect("no style");
        let mut out = Vec::new();
        sink.begin(&mut out).expect("memory takes all");
        sink.items(0, &items, &mut out);
        sink.end(&mut out).expect("memory takes all");
        out
    }

    #[test]
    fn raw_is_the_items() {
        for dims in [&[][..], &[0], &[2, 0], &[3], &[2, 3], &[1, 2, 3], &[1, 2, 1, 2]] {
            assert_eq!(bytes(OutputFormat::Raw, dims), counting(dims).1);
        }
    }

    #[test]
    fn npy_is_the_header_and_the_items() {
        for dims in [&[][..], &[0], &[3], &[2, 3]] {
            let (layout, items) = counting(dims);
            let header = npy::write(&layout.dtype, &layout.shape, layout.order).expect("an ordinary dtype");
            assert_eq!(bytes(OutputFormat::Npy, dims), [header, items].concat());
        }
    }
}
