//! Signals that ask the process to stop: noted, so that it can stop where it is safe, and obeyed at once where somebody
//! insists.
//!
//! Here because a handler needs the time, and so `unsafe`. Which signals are heeded, and where it is safe to stop,
//! nobody here knows.

#![allow(unsafe_code, reason = "signal handlers have no safe interface")]

use std::io;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use libc::c_int;

/// A signal that comes this soon after the first is the same request once more. `timeout` signals its child and then
/// the child's process group, and a terminal that is closed is told of by the shell and by the system; nobody insists
/// so fast.
const SAME_REQUEST: Duration = Duration::from_millis(300);

/// The first signal that came, or 0.
static CAME: AtomicI32 = AtomicI32::new(0);
/// When it came, in milliseconds of a clock that starts with the system; 0 where none has.
static SINCE: AtomicU64 = AtomicU64::new(0);

/// From now on this signal is noted. One that comes later than another, and is no echo of it, ends the
/// process at once.
///
/// # Errors
/// Io, where it is no signal that can be handled.
pub fn heed(signal: i32) -> io::Result<()> {
    let handler: extern "C" fn(c_int) = on_signal;
    // SAFETY: all zeros is a valid `sigaction` with an empty mask; the handler has the signature that is asked for
    // without SA_SIGINFO, and does only what is allowed in a signal handler.
    let status = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_RESTART | libc::SA_ONSTACK;
        libc::sigaction(signal, &raw const action, ptr::null_mut())
    };
    if status == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// The first of the heeded signals that came.
pub fn came() -> Option<i32> {
    Some(CAME.load(SeqCst)).filter(|&signal| signal != 0)
}

extern "C" fn on_signal(signal: c_int) {
    let now = milliseconds();
    match SINCE.compare_exchange(0, now, SeqCst, SeqCst) {
        Ok(_) => CAME.store(signal, SeqCst),
        // The system itself repeats this one every second, and has a limit of its own for who does not stop.
        Err(_) if signal == libc::SIGXCPU => {}
        Err(first) if now.saturating_sub(first) < SAME_REQUEST.as_millis() as u64 => {}
        // The signal is blocked in here, and ends the process when this returns.
        Err(_) => end_by(signal),
    }
}

/// Ends the process as the signal would have, had nobody heeded it.
pub fn end_by(signal: i32) {
    // SAFETY: the calls are allowed in a signal handler, too, and replace a handler by what the system does.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}

/// Never zero.
fn milliseconds() -> u64 {
    let mut time = MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: the call fills in the structure, for which zeros are valid, too.
    let time = unsafe {
        libc::clock_gettime(libc::CLOCK_MONOTONIC, time.as_mut_ptr());
        time.assume_init()
    };
    (time.tv_sec as u64 * 1000 + time.tv_nsec as u64 / 1_000_000).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_signal_cannot_be_heeded() {
        assert!(heed(0).is_err() && heed(libc::SIGKILL).is_err());
    }

    #[test]
    fn time_goes_on() {
        let first = milliseconds();
        std::thread::sleep(Duration::from_millis(2));
        assert!(milliseconds() > first);
    }
}
