//! One window: a few MiB of a file, mapped, with bytes copied out of it and into it under the eyes of [`fault`].

#![allow(unsafe_code, reason = "mapped memory may only be touched through raw pointers")]

use std::io;
use std::ops::Range;
use std::os::fd::{AsRawFd, BorrowedFd};

use memmap2::{Advice, MmapOptions, MmapRaw};
use rustix::io::Errno;

use super::copy::{self, Stretches};
use super::pieces::{file_span, scratch_span};
use super::unchanged::Access;
use super::{Mapping, Mode, fault};
use crate::plan::Run;

/// A mapped stretch of a file that begins at a multiple of the window size.
#[derive(Debug)]
pub(super) struct Window {
    map: MmapRaw,
    /// The bytes of the file.
    range: Range<u64>,
    /// Those of them whose pages have been made ready for stores.
    ready: Range<u64>,
}

/// Items that are picked under one watch.
const TOGETHER: usize = 1024;

/// A window whose bytes cannot be reached from this byte of the file on. It must be thrown away.
pub(super) struct Lost(pub(super) u64);

impl Window {
    /// Maps the window that holds a byte of the file.
    pub(super) fn open(mapping: &Mapping, byte: u64, access: Access) -> io::Result<Self> {
        fault::install()?;
        let size = mapping.window_bytes() as u64;
        let start = byte - byte % size;
        let end = mapping.len().min(start.saturating_add(size));
        let mut options = MmapOptions::new();
        options.offset(start).len((end - start) as usize);
        let map = match access {
            Access::Store => options.map_raw(mapping.file())?,
            Access::Read if mapping.mode() == Mode::CopyOnWrite => {
                // SAFETY: the map is turned into a raw one before anything could refer to its bytes.
                MmapRaw::from(unsafe { options.map_copy_read_only(mapping.file())? })
            }
            Access::Read => options.map_raw_read_only(mapping.file())?,
        };
        Ok(Self { map, range: start..end, ready: start..start })
    }

    /// Whether a piece that lies in one window lies in this one.
    pub(super) fn holds(&self, piece: &Run) -> bool {
        self.range.contains(&piece.file)
    }

    /// Copies a piece from the file into scratch.
    ///
    /// # Panics
    /// If the piece does not lie in the window and in scratch.
    pub(super) fn gather(&self, piece: &Run, scratch: &mut [u8]) -> Result<(), Lost> {
        let (stretches, byte) = self.checked(piece, scratch.len());
        let stretches =
            Stretches { from_stride: piece.file_stride as isize, to_stride: piece.scratch_stride, ..stretches };
        let (from, to) = (self.map.as_ptr(), scratch.as_mut_ptr());
        // SAFETY: `checked` has shown that every stretch lies in the window and in scratch, which is private memory.
        // The window stays mapped while it is borrowed, and pages that vanish are replaced by the fault handler.
        self.watched(|| unsafe { copy::copy(from.add(byte), to.add(piece.scratch), stretches) })
    }

    /// Copies items of `unit` bytes that begin at these bytes of the file, packed.
    ///
    /// # Panics
    /// If one of them does not lie in the window, or there is no room for exactly all.
    pub(super) fn pick(&self, places: &[u64], unit: usize, items: &mut [u8]) -> Result<(), Lost> {
        assert_eq!(items.len(), places.len() * unit, "room for {} items of {unit} bytes", places.len());
        let mut offsets = [0; TOGETHER];
        for (places, items) in places.chunks(TOGETHER).zip(items.chunks_mut((TOGETHER * unit).max(1))) {
            let offsets = &mut offsets[..places.len()];
            for (offset, &place) in offsets.iter_mut().zip(places) {
                let inside = self.range.start <= place && place.saturating_add(unit as u64) <= self.range.end;
                assert!(inside, "{unit} bytes at {place} leave {:?}", self.range);
                *offset = (place - self.range.start) as u32;
            }
            let (from, to) = (self.map.as_ptr(), items.as_mut_ptr());
            // SAFETY: every item lies in the window, as was just seen, which is shorter than 4 GiB; there is room for all
            // of them, in private memory. The window stays mapped while it is borrowed, and pages that vanish are
            // replaced by the fault handler.
            self.watched(|| unsafe { copy::pick(from, offsets, unit, to) })?;
        }
        Ok(())
    }

    /// Copies a piece from scratch into the file. The window must have been opened to store.
    ///
    /// # Panics
    /// If the piece does not lie in the window and in scratch.
    pub(super) fn scatter(&self, piece: &Run, scratch: &[u8]) -> Result<(), Lost> {
        let (stretches, byte) = self.checked(piece, scratch.len());
        let stretches =
            Stretches { from_stride: piece.scratch_stride, to_stride: piece.file_stride as isize, ..stretches };
        let (from, to) = (scratch.as_ptr(), self.map.as_mut_ptr());
        // SAFETY: as in `gather`; the map is writable, as it was opened to store, and nothing refers to its bytes.
        self.watched(|| unsafe { copy::copy(from.add(piece.scratch), to.add(byte), stretches) })
    }

    /// Asks for those bytes that lie in the window, without waiting for them; a hint that harms nobody.
    pub(super) fn prefetch(&self, bytes: Range<u64>) {
        let (start, end) = (bytes.start.max(self.range.start), bytes.end.min(self.range.end));
        if start < end {
            copy::prefetch(self.map.as_ptr().wrapping_add((start - self.range.start) as usize), (end - start) as usize);
        }
    }

    /// Writes bytes of the window to a stream, in one system call: how many of them, or why none. EFAULT says that the
    /// first of them cannot be reached.
    ///
    /// # Panics
    /// If the bytes do not lie in the window.
    pub(super) fn write_to(&self, bytes: Range<u64>, to: BorrowedFd<'_>) -> Result<usize, Errno> {
        let inside = self.range.start <= bytes.start && bytes.start <= bytes.end && bytes.end <= self.range.end;
        assert!(inside, "{bytes:?} leave {:?}", self.range);
        let (first, len) = ((bytes.start - self.range.start) as usize, (bytes.end - bytes.start) as usize);
        // SAFETY: the bytes lie in the window, which stays mapped while it is borrowed. The kernel alone reads them:
        // it copes with other processes that store in them, and with pages that have vanished.
        let written = unsafe { libc::write(to.as_raw_fd(), self.map.as_ptr().add(first).cast(), len) };
        usize::try_from(written).map_err(|_| Errno::from_io_error(&io::Error::last_os_error()).unwrap_or(Errno::IO))
    }

    /// Makes the pages of some bytes of the window ready for stores, so that what can fail fails here.
    ///
    /// # Errors
    /// EFAULT, where there is no space or no such page any more; EINVAL, where the kernel is older than 5.14.
    pub(super) fn populate(&mut self, bytes: Range<u64>) -> io::Result<()> {
        if self.ready.start <= bytes.start && bytes.end <= self.ready.end {
            return Ok(());
        }
        let (first, len) = ((bytes.start - self.range.start) as usize, (bytes.end - bytes.start) as usize);
        while let Err(error) = self.map.advise_range(Advice::PopulateWrite, first, len) {
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
        let touching = bytes.start <= self.ready.end && self.ready.start <= bytes.end;
        let both = self.ready.start.min(bytes.start)..self.ready.end.max(bytes.end);
        self.ready = if touching { both } else { bytes };
        Ok(())
    }

    /// Has the system read no more than the pages that are asked for. It may go on as before.
    pub(super) fn advise_random(&self) {
        let _ = self.map.advise(Advice::Random);
    }

    /// The bytes of the file that are mapped.
    pub(super) fn range(&self) -> Range<u64> {
        self.range.clone()
    }

    /// The piece's stretches, without strides, and the byte of the window at which the first begins.
    fn checked(&self, piece: &Run, scratch: usize) -> (Stretches, usize) {
        let file = file_span(piece).expect("a piece has at least one stretch, within the file");
        assert!(self.range.start <= file.start && file.end <= self.range.end, "{piece:?} leaves {:?}", self.range);
        let private = scratch_span(piece).expect("a piece has at least one stretch, within scratch");
        assert!(private.end <= scratch, "{piece:?} leaves the {scratch} bytes of scratch");
        let count = piece.count as usize;
        let byte = (piece.file - self.range.start) as usize;
        (Stretches { unit: piece.unit, count, from_stride: 0, to_stride: 0 }, byte)
    }

    fn watched(&self, access: impl FnOnce()) -> Result<(), Lost> {
        let start = self.map.as_ptr().addr();
        fault::watched(start..start + self.map.len(), access)
            .map_err(|address| Lost(self.range.start + (address - start) as u64))
    }
}
