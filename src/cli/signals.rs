//! Signals that ask the process to stop: heard at safe points while something is being written, then raised again.
//!
//! Before [`heed`] is called they end the process at once, as they should while it only reads.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::{flag, low_level};

use crate::error::{Error, ErrorKind, Result};

/// The signal that came, or 0.
static CAME: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// What must be so from the beginning: a file that reaches the size limit is an error, not the end of the process.
pub(super) fn prepare() {
    // A handler, unlike ignoring it, is not inherited by children.
    let _ = flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
}

/// From now on the process stops at safe points only. A second signal ends it at once.
///
/// What whoever started the process had ignored stays ignored, as `nohup` has it.
pub(super) fn heed() {
    let came = CAME.get_or_init(|| Arc::new(AtomicUsize::new(0)));
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    for signal in [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|&signal| !is_ignored(signal, &status)) {
        let once = Arc::new(AtomicBool::new(false));
        // In this order: the first signal finds the flag down and raises it.
        let _ = flag::register_conditional_default(signal, Arc::clone(&once));
        let _ = flag::register(signal, once);
        let _ = flag::register_usize(signal, Arc::clone(came), signal as usize);
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
    match CAME.get().map_or(0, |came| came.load(Ordering::Relaxed)) {
        0 => Ok(()),
        signal => {
            let name = low_level::signal_name(signal as i32).unwrap_or("a signal");
            Err(Error::new(ErrorKind::Interrupted(signal as i32), format!("stopped by {name}")))
        }
    }
}

/// Ends the process as the signal would have.
pub(super) fn raise(signal: i32) {
    let _ = low_level::emulate_default_handler(signal);
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
