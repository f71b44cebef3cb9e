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

/// Has the lines of `len` bytes brought into the first cache. Any address is allowed: no access is made that could fail.
pub(in super::super) fn prefetch(from: *const u8, len: usize) {
    const LINE: usize = 64;
    for line in (0..len).step_by(LINE) {
        // SAFETY: a prefetch is a hint; it reads nothing that the program could see, and never faults.
        unsafe {
            asm!("prefetcht0 byte ptr [{from}]", from = in(reg) from.wrapping_add(line),
                options(nostack, preserves_flags, readonly));
        }
    }
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

/// See [`super::pick`]; `unit` must be at least 1.
///
/// # Safety
/// As there.
pub(super) unsafe fn pick(from: *const u8, offsets: &[u32], unit: usize, to: *mut u8) {
    // SAFETY: the caller's promise is that of each of these.
    unsafe {
        touch(from, offsets);
        match unit {
            1 => pick_1(from, offsets, to),
            2 => pick_2(from, offsets, to),
            4 => pick_4(from, offsets, to),
            8 => pick_8(from, offsets, to),
            16 => pick_16(from, offsets, to),
            _ => {
                for (k, &offset) in offsets.iter().enumerate() {
                    copy_stretch(from.add(offset as usize), to.add(k * unit), unit);
                }
            }
        }
    }
}

/// Reads a byte of each 64 KiB, which the system maps at once: until then nothing of them can be prefetched.
///
/// # Safety
/// The bytes must be readable.
unsafe fn touch(from: *const u8, offsets: &[u32]) {
    let mut before = None;
    for &offset in offsets {
        if before.replace(offset >> 16) != Some(offset >> 16) {
            // SAFETY: the caller's promise; what is read goes nowhere.
            unsafe {
                asm!("movzx {item:e}, byte ptr [{from}]", item = out(reg) _, from = in(reg) from.add(offset as usize),
                    options(nostack, preserves_flags));
            }
        }
    }
}

/// Items that are asked for before they are copied.
const ON_THEIR_WAY: usize = 16;

macro_rules! pick {
    ($name:ident, $width:literal, $register:ident, $load:literal, $store:literal) => {
        /// # Safety
        /// As [`pick`], for items of the width in the name.
        unsafe fn $name(from: *const u8, offsets: &[u32], to: *mut u8) {
            for (k, &offset) in offsets.iter().enumerate() {
                if let Some(&next) = offsets.get(k + ON_THEIR_WAY) {
                    prefetch(from.wrapping_add(next as usize), 1);
                }
                // SAFETY: the caller's promise, of the item at this offset and of the k-th of those that it becomes.
                unsafe {
                    asm!($load, $store, item = out($register) _, from = in(reg) from.add(offset as usize),
                        to = in(reg) to.add(k * $width), options(nostack, preserves_flags));
                }
            }
        }
    };
}

pick!(pick_1, 1, reg, "movzx {item:e}, byte ptr [{from}]", "mov byte ptr [{to}], {item:l}");
pick!(pick_2, 2, reg, "movzx {item:e}, word ptr [{from}]", "mov word ptr [{to}], {item:x}");
pick!(pick_4, 4, reg, "mov {item:e}, dword ptr [{from}]", "mov dword ptr [{to}], {item:e}");
pick!(pick_8, 8, reg, "mov {item:r}, qword ptr [{from}]", "mov qword ptr [{to}], {item:r}");
pick!(pick_16, 16, xmm_reg, "movdqu {item}, xmmword ptr [{from}]", "movdqu xmmword ptr [{to}], {item}");

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
