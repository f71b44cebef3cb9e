//! Copies by inline assembly: `rep movsb` for long stretches, moves of 1 to 16 bytes for short ones.
//!
//! `rep movsb` was measured equal to `memcpy`; its start costs some tens of cycles, so short stretches go by moves.
//! None of the assembly is marked as leaving memory alone, so the compiler assumes that all of it may have changed.

#![allow(unsafe_code, reason = "mapped memory may only be touched through raw pointers")]

use std::arch::asm;

use super::Stretches;

/// Stretches of at least this many bytes go by `rep movsb`.
const LONG: usize = 512;

/// Units below this many bytes go by one pass over all stretches for each power of two in them.
const NARROW: usize = 32;

type Move = unsafe fn(*const u8, *mut u8, Stretches);

/// Strided moves by their width, widest first.
const MOVES: [(usize, Move); 5] = [(16, move_16), (8, move_8), (4, move_4), (2, move_2), (1, move_1)];

/// See [`super::copy`]; `unit` and `count` must be at least 1.
///
/// # Safety
/// As there.
pub(super) unsafe fn copy_strided(from: *const u8, to: *mut u8, stretches: Stretches) {
    let Stretches { unit, count, from_stride, to_stride } = stretches;
    // Where stretches overlap in the target the last one wins, so two passes would mix them.
    let apart = to_stride.unsigned_abs() >= unit;
    if unit < NARROW && (apart || unit.is_power_of_two()) {
        let mut done = 0;
        for (width, step) in MOVES {
            if unit & width != 0 {
                // SAFETY: `done + width <= unit`, so this moves a part of each stretch that the caller promised.
                unsafe { step(from.add(done), to.add(done), stretches) };
                done += width;
            }
        }
        return;
    }
    for k in 0..count as isize {
        // SAFETY: this is the k-th stretch of those the caller promised.
        unsafe { copy_stretch(from.offset(k * from_stride), to.offset(k * to_stride), unit) };
    }
}

/// Has the processor fetch the line of an address, which need not be mapped.
pub(in super::super) fn prefetch(address: *const u8) {
    // SAFETY: a prefetch is a hint: it neither faults nor changes anything.
    unsafe { asm!("prefetcht0 [{address}]", address = in(reg) address, options(nostack, preserves_flags, readonly)) }
}

/// # Safety
/// `len >= 1` bytes must be readable at `from` and writable at `to`, without overlap.
unsafe fn copy_stretch(from: *const u8, to: *mut u8, len: usize) {
    if len >= LONG {
        // SAFETY: the caller's promise; the direction flag is clear wherever Rust runs.
        unsafe {
            asm!("rep movsb", inout("rcx") len => _, inout("rsi") from => _, inout("rdi") to => _,
                options(nostack, preserves_flags));
        }
        return;
    }
    for (width, step) in MOVES {
        if len >= width {
            let stride = width as isize;
            let moves = |count| Stretches { unit: width, count, from_stride: stride, to_stride: stride };
            // SAFETY: `len / width` moves of `width` bytes, then one that ends with the last byte, all within `len`.
            // What both of the last two move is written twice, each time as it was read.
            unsafe {
                step(from, to, moves(len / width));
                if !len.is_multiple_of(width) {
                    step(from.add(len - width), to.add(len - width), moves(1));
                }
            }
            return;
        }
    }
}

macro_rules! strided_move {
    ($name:ident, $register:ident, $load:literal, $store:literal) => {
        /// # Safety
        /// As [`copy_strided`], for stretches of the width in the name.
        unsafe fn $name(from: *const u8, to: *mut u8, stretches: Stretches) {
            // SAFETY: the loop touches `count >= 1` items, all promised by the caller; pointers that have stepped
            // behind the last item are not used.
            unsafe {
                asm!(
                    "2:", $load, $store,
                    "add {from}, {from_stride}",
                    "add {to}, {to_stride}",
                    "dec {count}",
                    "jnz 2b",
                    item = out($register) _,
                    from = inout(reg) from => _,
                    to = inout(reg) to => _,
                    count = inout(reg) stretches.count => _,
                    from_stride = in(reg) stretches.from_stride,
                    to_stride = in(reg) stretches.to_stride,
                    options(nostack)
                );
            }
        }
    };
}

strided_move!(move_1, reg, "movzx {item:e}, byte ptr [{from}]", "mov byte ptr [{to}], {item:l}");
strided_move!(move_2, reg, "movzx {item:e}, word ptr [{from}]", "mov word ptr [{to}], {item:x}");
strided_move!(move_4, reg, "mov {item:e}, dword ptr [{from}]", "mov dword ptr [{to}], {item:e}");
strided_move!(move_8, reg, "mov {item:r}, qword ptr [{from}]", "mov qword ptr [{to}], {item:r}");
strided_move!(move_16, xmm_reg, "movdqu {item}, xmmword ptr [{from}]", "movdqu xmmword ptr [{to}], {item}");
