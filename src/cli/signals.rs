//! Signals that ask the process to stop: heard at safe points while something is being written, then raised again.
//!
//! Before [`heed`] is called they end the process at once, as they should while it only reads.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{
    SIGALRM, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ,
};
use signal_hook::{flag, low_level};

use crate::error::{Error, ErrorKind, Result};
use crate::mapping::{NewFile, stop};

/// Signals that end a process unless it heeds them, and come from outside: those of its own faults are not among them.
const ENDING: [i32; 11] =
    [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO];

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
    for signal in ENDING.into_iter().filter(|&signal| !is_ignored(signal, &status)) {
        let _ = stop::heed(signal);
    }
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
    let name = low_level::signal_name(signal).unwrap_or("a signal");
    Err(Error::new(ErrorKind::Interrupted(signal), format!("stopped by {name}")))
}

/// Ends the process as the signal would have.
pub(super) fn raise(signal: i32) {
    stop::end_by(signal);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_signals_are_known_by_their_bits() {
        let status = "Name:\trmm\nSigBlk:\t0000000000000002\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000000002\n";
        assert!(is_ignored(SIGHUP, status));
        assert!(!is_ignored(SIGINT, status) && !is_ignored(SIGTERM, status));
        assert!(!is_ignored(SIGHUP, "") && !is_ignored(SIGHUP, "SigIgn:\tx\n"));
    }
}
