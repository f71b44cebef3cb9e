//! Signals that ask the process to stop: heard at safe points while something is being written, then raised again.
//!
//! Before [`heed`] is called they end the process at once, as they should while it only reads.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{
    SIGABRT, SIGBUS, SIGCHLD, SIGCONT, SIGFPE, SIGILL, SIGKILL, SIGPIPE, SIGSEGV, SIGSTOP, SIGSYS, SIGTRAP, SIGTSTP,
    SIGTTIN, SIGTTOU, SIGURG, SIGWINCH, SIGXFSZ,
};
use signal_hook::{flag, low_level};

use crate::error::{Error, ErrorKind, Result};
use crate::mapping::{NewFile, stop};

/// Signals that are not heeded: nobody can, or they end no process, or they are those of its own faults. All others end
/// a process and come from outside, those that a system names in its own way and the real-time signals among them.
const OTHERS: [i32; 18] = [
    SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT, SIGCHLD, SIGURG, SIGWINCH, SIGPIPE, SIGXFSZ, SIGABRT, SIGBUS,
    SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP,
];

/// What must be so from the beginning: a file that reaches the size limit is an error, not the end of the process.
pub(super) fn prepare() {
    // A handler, unlike ignoring it, is not inherited by children.
    let _ = flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
}

/// From now on the process stops at safe points only. A second signal, but for one that is the first once more, ends it
/// at once.
///
/// What whoever started the process had ignored stays ignored, as `nohup` has it.
pub(super) fn heed() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    for signal in ending().filter(|&signal| !is_ignored(signal, &status)) {
        // The C library keeps some for itself.
        let _ = stop::heed(signal);
    }
}

/// Signals that end a process unless it heeds them.
fn ending() -> impl Iterator<Item = i32> {
    (1..=libc::SIGRTMAX()).filter(|signal| !OTHERS.contains(signal))
}

/// [`heed`], before a file of this name is made and there is something to be cleared away. A FIFO is only opened, and
/// that waits for its reader, who may never come: until then signals end the process at once.
pub(super) fn heed_before(target: &Path) {
    if !NewFile::would_be_direct(target) {
        heed();
    }
}

/// Whether a process with this `/proc/PID/status` ignores the signal; no, where the system does not say.
fn is_ignored(signal: i32, status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// # Errors
/// Interrupted, once a signal has come.
pub(super) fn check() -> Result<()> {
    let Some(signal) = stop::came() else { return Ok(()) };
    Err(Error::new(ErrorKind::Interrupted(signal), format!("stopped by {}", name(signal))))
}

fn name(signal: i32) -> String {
    let first = libc::SIGRTMIN();
    match low_level::signal_name(signal) {
        Some(name) => name.to_owned(),
        None if signal >= first => format!("SIGRTMIN+{}", signal - first),
        None => format!("signal {signal}"),
    }
}

/// Ends the process as the signal would have.
pub(super) fn raise(signal: i32) {
    stop::end_by(signal);
}

#[cfg(test)]
mod tests {
    use signal_hook::consts::{SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM};

    use super::*;

    #[test]
    fn every_signal_that_asks_to_stop_is_heeded_and_has_a_name() {
        let found: Vec<i32> = ending().collect();
        for signal in [SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGALRM, libc::SIGRTMIN(), libc::SIGRTMAX()] {
            assert!(found.contains(&signal), "{signal}");
        }
        assert!(OTHERS.iter().all(|signal| !found.contains(signal)));
        assert_eq!((&*name(SIGTERM), name(libc::SIGRTMIN() + 3)), ("SIGTERM", "SIGRTMIN+3".to_owned()));
    }

    #[test]
    fn ignored_signals_are_known_by_their_bits() {
        let status = "Name:\trmm\nSigBlk:\t0000000000000002\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000000002\n";
        assert!(is_ignored(SIGHUP, status));
        assert!(!is_ignored(SIGINT, status) && !is_ignored(SIGTERM, status));
        assert!(!is_ignored(SIGHUP, "") && !is_ignored(SIGHUP, "SigIgn:\tx\n"));
    }
}
