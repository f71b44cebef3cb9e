//! What happens when the system gives no more memory: a message, an exit code, and no temporary file left.
//!
//! Rust ends such a process by SIGABRT. Under `ulimit -v` that is an everyday failure, and failures have exit codes.

#![allow(unsafe_code, reason = "an allocator has no safe interface")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::ffi::{CStr, CString, c_char};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering::AcqRel, Ordering::Acquire};

/// The system's allocator, which ends the process where the system has no memory left. To be made the global one by a
/// program that wants this.
#[derive(Debug)]
pub struct OrExit {
    /// The exit code of a process that ends so.
    pub code: i32,
}

impl OrExit {
    fn checked(&self, memory: *mut u8, size: usize) -> *mut u8 {
        if memory.is_null() { self.end(size) } else { memory }
    }

    /// Nothing here allocates, and nothing waits for a lock that the failing thread may hold.
    #[cold]
    fn end(&self, size: usize) -> ! {
        let mut digits = [0; 20];
        let mut rest = size;
        let mut first = digits.len();
        while rest > 0 || first == digits.len() {
            first -= 1;
            digits[first] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        for part in [&b"rmm: out of memory: the system does not give "[..], &digits[first..], b" bytes more\n"] {
            let _ = rustix::io::write(rustix::stdio::stderr(), part);
        }
        let words = LAST_WORDS.swap(ptr::null_mut(), AcqRel);
        if !words.is_null() {
            // SAFETY: it was made by `CString::into_raw`, and whoever takes it out owns it.
            let words = unsafe { CStr::from_ptr(words) };
            let _ = rustix::io::write(rustix::stdio::stderr(), words.to_bytes());
        }
        for name in &DOOMED {
            let name = name.swap(ptr::null_mut(), AcqRel);
            if !name.is_null() {
                // SAFETY: a name in the list was made by `CString::into_raw`, and whoever takes it out owns it.
                unsafe { libc::unlink(name) };
            }
        }
        // SAFETY: the call ends the process without running anything of it.
        unsafe { libc::_exit(self.code) }
    }
}

// SAFETY: all is left to the system's allocator, whose contract is the same; only where that returns null does this
// not return at all.
unsafe impl GlobalAlloc for OrExit {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract.
        self.checked(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract.
        self.checked(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller keeps the contract.
        self.checked(unsafe { System.realloc(memory, layout, size) }, size)
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// The names of files that must not outlive the process. A process makes one file and its sidecar at a time.
static DOOMED: [AtomicPtr<c_char>; 4] = [const { AtomicPtr::new(ptr::null_mut()) }; 4];

/// A file that goes when memory runs out, until this is dropped.
#[derive(Debug)]
pub(super) struct Doomed {
    /// `None` where there was no room in the list.
    slot: Option<(&'static AtomicPtr<c_char>, *mut c_char)>,
}

// SAFETY: the pointer is only compared and given back to `CString`, by whichever thread takes it out of the list.
unsafe impl Send for Doomed {}
// SAFETY: a shared reference gives no access to the pointer.
unsafe impl Sync for Doomed {}

impl Doomed {
    pub(super) fn new(path: &Path) -> Self {
        let Ok(name) = CString::new(path.as_os_str().as_bytes()) else { return Self { slot: None } };
        let name = name.into_raw();
        let free = |slot: &&AtomicPtr<c_char>| slot.compare_exchange(ptr::null_mut(), name, AcqRel, Acquire).is_ok();
        let slot = DOOMED.iter().find(free).map(|slot| (slot, name));
        if slot.is_none() {
            // SAFETY: it was made by `into_raw` just above and is in no list.
            drop(unsafe { CString::from_raw(name) });
        }
        Self { slot }
    }
}

impl Drop for Doomed {
    fn drop(&mut self) {
        if let Some((slot, name)) = self.slot
            && slot.compare_exchange(name, ptr::null_mut(), AcqRel, Acquire).is_ok()
        {
            // SAFETY: it was made by `into_raw` in `new`, and the exchange has just taken it out of the list.
            drop(unsafe { CString::from_raw(name) });
        }
    }
}

/// What is said when memory runs out, behind that it did. A process does one job at a time.
static LAST_WORDS: AtomicPtr<c_char> = AtomicPtr::new(ptr::null_mut());

/// Lines that are said where memory runs out, until this is dropped: made beforehand, as nothing can be made then.
#[derive(Debug)]
pub struct LastWords(*mut c_char);

impl LastWords {
    /// From lines that have been made safe to show, each with its end.
    pub fn new(lines: &str) -> Self {
        let words = CString::new(lines).unwrap_or_default().into_raw();
        let free = LAST_WORDS.compare_exchange(ptr::null_mut(), words, AcqRel, Acquire);
        if free.is_err() {
            // SAFETY: it was made by `into_raw` just above, and nobody else has seen it.
            drop(unsafe { CString::from_raw(words) });
            return Self(ptr::null_mut());
        }
        Self(words)
    }
}

impl Drop for LastWords {
    fn drop(&mut self) {
        if !self.0.is_null() && LAST_WORDS.compare_exchange(self.0, ptr::null_mut(), AcqRel, Acquire).is_ok() {
            // SAFETY: it was made by `into_raw` in `new`, and the exchange has just taken it out of its place.
            drop(unsafe { CString::from_raw(self.0) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_leave_the_list_when_they_are_no_longer_doomed() {
        let path = Path::new("/nowhere/at/all");
        for _ in 0..10 {
            let all: Vec<Doomed> = (0..6).map(|_| Doomed::new(path)).collect();
            let listed = all.iter().filter(|doomed| doomed.slot.is_some()).count();
            assert!((1..=DOOMED.len()).contains(&listed), "{listed}");
        }
        assert!(Doomed::new(Path::new("a\0b")).slot.is_none());
    }

    #[test]
    fn last_words_are_those_of_one_job_at_a_time() {
        let first = LastWords::new("first\n");
        assert!(LastWords::new("second\n").0.is_null());
        drop(first);
        assert!(!LastWords::new("third\n").0.is_null());
    }

    #[test]
    fn memory_is_given_as_the_system_gives_it() {
        let (memory, layout) = (OrExit { code: 3 }, Layout::from_size_align(64, 8).expect("a small layout"));
        // SAFETY: the layouts are those that the memory was asked for with, and only its own bytes are touched.
        unsafe {
            let zeros = memory.alloc_zeroed(layout);
            assert_eq!(zeros.add(63).read(), 0);
            zeros.write(7);
            let longer = memory.realloc(zeros, layout, 4096);
            assert_eq!(longer.read(), 7);
            memory.dealloc(longer, Layout::from_size_align(4096, 8).expect("a small layout"));
            let other = memory.alloc(layout);
            other.write(1);
            memory.dealloc(other, layout);
        }
    }
}
