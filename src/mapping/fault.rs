//! Turns the signal that a vanished page of a mapping raises into an ordinary error.
//!
//! A file that is cut short while it is mapped, a disk that is full or fails: the access raises SIGBUS. The handler
//! acts only if the address lies in the range that the faulting thread is [`watched`] on. It maps private zeros over
//! the rest of that range, so that the access goes on and harms nobody, and notes the address; the thread looks at the
//! note when its access is over. Every other SIGBUS goes to whoever handled it before.
//!
//! Pages that other threads use, too, are lost for them as well, and no signal tells them. So whoever shares pages has a
//! flag that is set before they are replaced ([`watched_by_all`]): it has to be looked at behind each access.

#![allow(unsafe_code, reason = "signal handlers and fixed mappings have no safe interface")]

use std::io;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{
    AtomicBool, AtomicPtr, AtomicUsize, Ordering::Relaxed, Ordering::SeqCst, compiler_fence, fence,
};

use libc::{c_int, c_void, siginfo_t};
use rustix::mm::{MapFlags, ProtFlags};

/// What the thread is doing; shared with its own signal handler only, hence relaxed atomics.
struct Watch {
    start: AtomicUsize,
    /// Zero while nothing is watched.
    end: AtomicUsize,
    /// The lowest address that faulted, `usize::MAX` where none did.
    lost: AtomicUsize,
    /// What tells other threads; null where none uses these pages.
    told: AtomicPtr<AtomicBool>,
}

impl Watch {
    const fn nothing() -> Self {
        let (start, end, lost) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(usize::MAX));
        Self { start, end, lost, told: AtomicPtr::new(ptr::null_mut()) }
    }
}

thread_local! {
    // Constant and without destructor: reading it in a signal handler allocates and registers nothing.
    static WATCH: Watch = const { Watch::nothing() };
}

/// Who handled SIGBUS before.
static PREVIOUS: OnceLock<libc::sigaction> = OnceLock::new();
static PAGE: AtomicUsize = AtomicUsize::new(0);

/// Installs the handler, once in the life of the process.
pub(super) fn install() -> io::Result<()> {
    static INSTALLED: OnceLock<Result<(), i32>> = OnceLock::new();
    INSTALLED.get_or_init(install_now).map_err(io::Error::from_raw_os_error)
}

fn install_now() -> Result<(), i32> {
    let failed = || io::Error::last_os_error().raw_os_error().unwrap_or(libc::EINVAL);
    PAGE.store(rustix::param::page_size(), Relaxed);
    let mut previous = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: with no new action the call only fills in the old one.
    if unsafe { libc::sigaction(libc::SIGBUS, ptr::null(), previous.as_mut_ptr()) } != 0 {
        return Err(failed());
    }
    // SAFETY: the call above succeeded, so it has filled it in.
    PREVIOUS.get_or_init(|| unsafe { previous.assume_init() });
    let handler: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) = on_bus_error;
    // SAFETY: all zeros is a valid `sigaction` with an empty mask; the handler has the signature that SA_SIGINFO asks
    // for and does only what is allowed in a signal handler.
    let status = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigaction(libc::SIGBUS, &raw const action, ptr::null_mut())
    };
    if status == 0 { Ok(()) } else { Err(failed()) }
}

/// Runs `access`, which may touch the mapped addresses `range` and must not panic.
///
/// # Errors
/// The lowest address that could not be reached. From there to the end of the range the mapping now holds private
/// zeros: throw it away. No other thread may use these pages.
pub(super) fn watched(range: Range<usize>, access: impl FnOnce()) -> Result<(), usize> {
    watch(range, ptr::null_mut(), access)
}

/// The same for pages that all threads use that have this flag.
///
/// # Errors
/// The flag is set: by this access or another, before, meanwhile or right behind it. Each of them may have gone to private
/// zeros.
pub(super) fn watched_by_all(range: Range<usize>, lost: &AtomicBool, access: impl FnOnce()) -> Result<(), ()> {
    // The access itself is what has to be known; the flag says more.
    let _ = watch(range, ptr::from_ref(lost).cast_mut(), access);
    // Pages are replaced behind the flag, so whoever has reached one that was finds it set.
    fence(SeqCst);
    if lost.load(SeqCst) { Err(()) } else { Ok(()) }
}

fn watch(range: Range<usize>, told: *mut AtomicBool, access: impl FnOnce()) -> Result<(), usize> {
    WATCH.with(|watch| {
        watch.told.store(told, Relaxed);
        watch.lost.store(usize::MAX, Relaxed);
        watch.start.store(range.start, Relaxed);
        watch.end.store(range.end, Relaxed);
        // The handler runs on this thread: what it must see has to be stored before the access, in program order.
        compiler_fence(SeqCst);
        access();
        compiler_fence(SeqCst);
        watch.end.store(0, Relaxed);
        match watch.lost.load(Relaxed) {
            usize::MAX => Ok(()),
            address => Err(address),
        }
    })
}

extern "C" fn on_bus_error(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel hands a valid siginfo to a handler installed with SA_SIGINFO.
    let (code, address) = unsafe { ((*info).si_code, (*info).si_addr().addr()) };
    // Signals that a process sent carry no address of a fault; their codes are zero or negative.
    if code <= 0 || !WATCH.with(|watch| replace_lost_pages(watch, address)) {
        pass_on(signal, info, context);
    }
}

fn replace_lost_pages(watch: &Watch, address: usize) -> bool {
    let (start, end) = (watch.start.load(Relaxed), watch.end.load(Relaxed));
    if !(start..end).contains(&address) {
        return false;
    }
    let page = address - address % PAGE.load(Relaxed);
    // SAFETY: where it is not null, whoever is watched has borrowed it for as long; only a shared reference is made.
    if let Some(told) = unsafe { watch.told.load(Relaxed).as_ref() } {
        told.store(true, SeqCst);
    }
    // SAFETY: the pages from `page` to `end` belong to a mapping to which no reference exists, only raw pointers. They are
    // this thread's alone, or it has just told all others that use them, who look behind each access. A system call
    // without the C library is allowed in a signal handler.
    let mapped = unsafe {
        rustix::mm::mmap_anonymous(
            ptr::without_provenance_mut(page),
            end - page,
            ProtFlags::READ | ProtFlags::WRITE,
            MapFlags::PRIVATE | MapFlags::FIXED,
        )
    };
    watch.lost.fetch_min(address, Relaxed);
    mapped.is_ok()
}

/// Does what would have been done without this module.
fn pass_on(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let (handler, flags) = PREVIOUS.get().map_or((libc::SIG_DFL, 0), |action| (action.sa_sigaction, action.sa_flags));
    match handler {
        libc::SIG_DFL | libc::SIG_IGN => {
            // SAFETY: all zeros is a valid `sigaction`, and its handler is the default one, which ends the process. The
            // signal raised here, or by the access when it is tried again, is delivered when the handler returns. A
            // fault cannot be ignored; a signal that somebody sent is, if it was.
            unsafe {
                if handler == libc::SIG_IGN && (*info).si_code <= 0 {
                    return;
                }
                let default: libc::sigaction = std::mem::zeroed();
                libc::sigaction(signal, &raw const default, ptr::null_mut());
                libc::raise(signal);
            }
        }
        handler if flags & libc::SA_SIGINFO != 0 => {
            // SAFETY: the previous owner installed this address as a handler of this signature.
            unsafe {
                let handler: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) = std::mem::transmute(handler);
                handler(signal, info, context);
            }
        }
        handler => {
            // SAFETY: the previous owner installed this address as a handler of this signature.
            unsafe {
                let handler: extern "C" fn(c_int) = std::mem::transmute(handler);
                handler(signal);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, ExitStatus};
    use std::thread;

    use memmap2::MmapOptions;

    use super::*;
    use crate::mapping::copy::{Stretches, copy};

    /// Two pages of a file that has none, the second of which is behind its end.
    fn vanished() -> memmap2::MmapRaw {
        let file = tempfile::tempfile().expect("a temporary file");
        let page = rustix::param::page_size();
        file.set_len(page as u64).expect("one page");
        MmapOptions::new().len(2 * page).map_raw(&file).expect("mapped")
    }

    fn touch(map: &memmap2::MmapRaw, byte: usize) -> u8 {
        let mut value = [7];
        let one = Stretches { unit: 1, count: 1, from_stride: 0, to_stride: 0 };
        assert!(byte < map.len());
        // SAFETY: the byte lies in the map; that its page has none of the file behind it is what is tested.
        unsafe { copy(map.as_ptr().add(byte), value.as_mut_ptr(), one) };
        value[0]
    }

    /// Runs one test of this file again in a process of its own, as the one that is to be `ended`.
    fn ended(name: &str) -> ExitStatus {
        let program = std::env::current_exe().expect("this test");
        let test = format!("mapping::fault::tests::{name}");
        let mut command = Command::new(program);
        command.args(["--exact", &test, "--test-threads=1"]).env("RMM_TEST_CHILD", "1");
        command.output().expect("it runs").status
    }

    fn is_child() -> bool {
        std::env::var_os("RMM_TEST_CHILD").is_some()
    }

    #[test]
    fn a_page_that_vanished_reads_as_zeros_and_is_noted() {
        install().expect("installed");
        let map = vanished();
        let (start, page) = (map.as_ptr().addr(), map.len() / 2);
        assert_eq!(watched(start..start + map.len(), || assert_eq!(touch(&map, 0), 0)), Ok(()));
        assert_eq!(watched(start..start + map.len(), || assert_eq!(touch(&map, page + 5), 0)), Err(start + page + 5));
        assert_eq!(watched(start..start + map.len(), || assert_eq!(touch(&map, page + 6), 0)), Ok(()));
    }

    #[test]
    fn whoever_shares_a_page_that_vanished_is_told() {
        install().expect("installed");
        let map = vanished();
        let (page, lost) = (map.len() / 2, AtomicBool::new(false));
        let range = map.as_ptr().addr() + page..map.as_ptr().addr() + page + 8;
        let meanwhile = || {
            thread::scope(|scope| {
                let other = || watched_by_all(range.clone(), &lost, || assert_eq!(touch(&map, page), 0));
                scope.spawn(other).join().expect("no panic").expect_err("it has no page");
            });
            // This thread meets private zeros, and no fault.
            assert_eq!(touch(&map, page + 1), 0);
        };
        watched_by_all(range.clone(), &lost, meanwhile).expect_err("it is told");
        let own = AtomicBool::new(false);
        assert_eq!(watched_by_all(range, &own, || assert_eq!(touch(&map, page), 0)), Ok(()));
    }

    #[test]
    fn a_fault_elsewhere_ends_the_process_as_ever() {
        if !is_child() {
            let status = ended("a_fault_elsewhere_ends_the_process_as_ever");
            assert_eq!(status.signal(), Some(libc::SIGBUS));
            return;
        }
        install().expect("installed");
        let (map, other) = (vanished(), vanished());
        let start = other.as_ptr().addr();
        let _ = watched(start..start + other.len(), || {
            touch(&map, map.len() - 1);
        });
    }

    #[test]
    fn a_signal_that_somebody_sends_goes_to_who_was_there_before() {
        static SEEN: AtomicUsize = AtomicUsize::new(0);
        extern "C" fn count(_: c_int) {
            SEEN.fetch_add(1, Relaxed);
        }
        if !is_child() {
            assert!(ended("a_signal_that_somebody_sends_goes_to_who_was_there_before").success());
            return;
        }
        let handler: extern "C" fn(c_int) = count;
        // SAFETY: the handler does what is allowed in one, and this process was made for this test.
        unsafe { libc::signal(libc::SIGBUS, handler as usize) };
        install().expect("installed");
        // SAFETY: raising a signal that is handled.
        unsafe { libc::raise(libc::SIGBUS) };
        assert_eq!(SEEN.load(Relaxed), 1);
    }

    #[test]
    fn a_signal_that_nobody_handles_ends_the_process() {
        if !is_child() {
            assert_eq!(ended("a_signal_that_nobody_handles_ends_the_process").signal(), Some(libc::SIGBUS));
            return;
        }
        // SAFETY: this process was made for this test; the default action needs no handler.
        unsafe { libc::signal(libc::SIGBUS, libc::SIG_DFL) };
        install().expect("installed");
        // SAFETY: raising a signal.
        unsafe { libc::raise(libc::SIGBUS) };
    }
}
