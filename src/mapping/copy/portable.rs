//! Copies by relaxed atomics: words where both sides are aligned, bytes elsewhere.

#![allow(unsafe_code, reason = "mapped memory may only be touched through raw pointers")]

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};

use super::Stretches;

const WORD: usize = size_of::<u64>();

/// See [`super::copy`].
///
/// # Safety
/// As there.
pub(super) unsafe fn copy_strided(from: *const u8, to: *mut u8, stretches: Stretches) {
    let Stretches { unit, count, from_stride, to_stride } = stretches;
    for k in 0..count as isize {
        // SAFETY: the caller promises every stretch, and this is the k-th.
        unsafe { copy_stretch(from.offset(k * from_stride), to.offset(k * to_stride), unit) };
    }
}

/// See [`super::pick`].
///
/// # Safety
/// As there.
pub(super) unsafe fn pick(from: *const u8, offsets: &[u32], unit: usize, to: *mut u8) {
    for (k, &offset) in offsets.iter().enumerate() {
        // SAFETY: the caller promises the item at each offset, and room for as many.
        unsafe { copy_stretch(from.add(offset as usize), to.add(k * unit), unit) };
    }
}

/// # Safety
/// `len` bytes must be readable at `from` and writable at `to`, without overlap.
#[expect(clippy::cast_ptr_alignment, reason = "used only where both are aligned")]
unsafe fn copy_stretch(from: *const u8, to: *mut u8, len: usize) {
    let aligned = from.addr().is_multiple_of(WORD) && to.addr().is_multiple_of(WORD);
    let (from_words, to_words) = (from.cast_mut().cast::<u64>(), to.cast::<u64>());
    let words = if aligned { len / WORD } else { 0 };
    for word in 0..words {
        // SAFETY: both are aligned for a word, and the word lies within the `len` bytes.
        unsafe {
            let value = AtomicU64::from_ptr(from_words.add(word)).load(Relaxed);
            AtomicU64::from_ptr(to_words.add(word)).store(value, Relaxed);
        }
    }
    for byte in words * WORD..len {
        // SAFETY: a byte is always aligned, and this one lies within the `len` bytes.
        unsafe {
            let value = AtomicU8::from_ptr(from.cast_mut().add(byte)).load(Relaxed);
            AtomicU8::from_ptr(to.add(byte)).store(value, Relaxed);
        }
    }
}
