//! The one door between a file mapping and private memory: copies that the compiler cannot see into.
//!
//! Another process may change the file at any moment, so the bytes of a mapping are never the subject of a Rust
//! reference or of a load that the compiler may repeat, merge or reason about. On x86-64 they are moved by inline
//! assembly, elsewhere by relaxed atomics. Nothing here knows files or windows.

#![allow(unsafe_code, reason = "mapped memory may only be touched through raw pointers")]

#[cfg(any(test, not(all(target_arch = "x86_64", not(miri)))))]
mod portable;
#[cfg(all(target_arch = "x86_64", not(miri)))]
mod x86_64;

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
use portable::{copy_strided, pick as pick_items};
#[cfg(all(target_arch = "x86_64", not(miri)))]
pub(super) use x86_64::prefetch;
#[cfg(all(target_arch = "x86_64", not(miri)))]
use x86_64::{copy_strided, pick as pick_items};

/// Asks for bytes before they are copied: not here.
#[cfg(not(all(target_arch = "x86_64", not(miri))))]
pub(super) fn prefetch(_from: *const u8, _len: usize) {}

/// `count` stretches of `unit` bytes and the bytes from one to the next on both sides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretches {
    /// Bytes in each stretch.
    pub(super) unit: usize,
    /// The number of stretches.
    pub(super) count: usize,
    /// Bytes from one to the next where they come from.
    pub(super) from_stride: isize,
    /// Bytes from one to the next where they go.
    pub(super) to_stride: isize,
}

/// Copies stretches, in order, from `from` to `to`.
///
/// # Safety
/// Every byte of every stretch must be mapped, readable at `from` and writable at `to`, for the whole call; the two
/// sides must not overlap. Another process may change either.
pub(super) unsafe fn copy(from: *const u8, to: *mut u8, stretches: Stretches) {
    if stretches.unit > 0 && stretches.count > 0 {
        // SAFETY: the caller's promise, and there is at least one byte.
        unsafe { copy_strided(from, to, stretches) }
    }
}

/// Copies the items of `unit` bytes at these offsets of `from`, packed, to `to`.
///
/// # Safety
/// Every byte of every item must be mapped and readable for the whole call, and as many items be writable at `to`, which
/// must not overlap them. Another process may change what is read.
pub(super) unsafe fn pick(from: *const u8, offsets: &[u32], unit: usize, to: *mut u8) {
    if unit > 0 {
        // SAFETY: the caller's promise.
        unsafe { pick_items(from, offsets, unit, to) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Copy = unsafe fn(*const u8, *mut u8, Stretches);

    fn check(copy: Copy, stretches: Stretches, shift: usize) {
        let Stretches { unit, count, from_stride, to_stride } = stretches;
        let span = |stride: isize| stride.unsigned_abs() * (count - 1) + unit;
        let first = |stride: isize| if stride < 0 { stride.unsigned_abs() * (count - 1) } else { 0 };
        let from: Vec<u8> = (0..span(from_stride) + shift).map(|byte| (byte * 7 + byte / 251) as u8).collect();
        let mut to = vec![0xEE; span(to_stride) + 2 * shift];
        let mut naive = to.clone();
        let (read, written) = (first(from_stride) + shift, first(to_stride) + shift);
        for k in 0..count as isize {
            for byte in 0..unit {
                naive[written.wrapping_add_signed(k * to_stride) + byte] =
                    from[read.wrapping_add_signed(k * from_stride) + byte];
            }
        }
        // SAFETY: the vectors were made to hold every stretch.
        unsafe { copy(from.as_ptr().add(read), to.as_mut_ptr().add(written), stretches) };
        assert!(to == naive, "{stretches:?} shifted by {shift}");
    }

    fn check_all(copy: Copy) {
        for unit in (1..=40).chain([63, 64, 65, 511, 512, 513, 4097]) {
            let wide = unit as isize;
            for strides in
                [(wide, wide), (wide + 3, wide), (wide, wide + 5), (-wide, wide), (0, wide), (wide, 0), (1, -wide)]
            {
                for (count, shift) in [(1, 0), (2, 1), (5, 3), (17, 8)] {
                    let (from_stride, to_stride) = strides;
                    check(copy, Stretches { unit, count, from_stride, to_stride }, shift);
                }
            }
        }
    }

    #[test]
    fn copies_as_a_byte_loop_does() {
        check_all(super::copy);
    }

    #[test]
    fn the_portable_way_copies_the_same() {
        check_all(portable::copy_strided);
    }

    type Pick = unsafe fn(*const u8, &[u32], usize, *mut u8);

    fn check_picks(pick: Pick) {
        let from: Vec<u8> = (0..200_000_u32).map(|byte| (byte * 7 + byte / 251) as u8).collect();
        for unit in (1..=40).chain([512, 513]) {
            for count in [0, 1, 2, 15, 16, 17, 100] {
                let offsets: Vec<u32> = (0..count).map(|k| k * 7919 % 199_000).collect();
                let mut to = vec![0xEE; offsets.len() * unit + 1];
                // SAFETY: every item lies in the first vector, and the second has room for all.
                unsafe { pick(from.as_ptr(), &offsets, unit, to.as_mut_ptr()) };
                let items = offsets.iter().flat_map(|&at| &from[at as usize..][..unit]);
                assert!(items.chain([&0xEE]).eq(&to), "{count} items of {unit} bytes");
            }
        }
    }

    #[test]
    fn picks_what_indexing_picks() {
        check_picks(super::pick);
        check_picks(portable::pick);
    }

    #[test]
    fn nothing_is_copied_of_nothing() {
        let nothing = Stretches { unit: 0, count: 5, from_stride: 1, to_stride: 1 };
        // SAFETY: there is no byte to touch.
        unsafe { super::copy(std::ptr::null(), std::ptr::null_mut(), nothing) };
        // SAFETY: nor here.
        unsafe { super::pick(std::ptr::null(), &[5], 0, std::ptr::null_mut()) };
    }
}
