//! How a child ended: well, badly, or of a signal that was meant for us as well.
//!
//! A child has a group of its own, so a terminal's Ctrl-C passes it by; but for a moment after its start it is still in
//! ours, and whoever stops a whole session, a container or a job of a cluster signals every process there is, in any
//! order. So we may see the child die of a request to stop before we hear of it ourselves. A shell that waits for a
//! program that dies of SIGINT takes it that both were meant; here we can wait and see.

use std::ffi::OsStr;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind, Result};

/// How long after the child's death a signal may come that was meant for both. Nobody waits for this but jobs that fail.
const SAME_REQUEST: Duration = Duration::from_millis(100);
/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(2);

/// What a shell adds to the number of the signal that ended its last program.
const BY_SIGNAL: i32 = 128;

/// Whether the child ended as it should.
///
/// # Errors
/// Child, with the signal or the status.
pub(super) fn judge(status: ExitStatus, command: &OsStr) -> Result<()> {
    let Some(code) = status.code() else {
        // The standard library says `signal: 9 (SIGKILL)`.
        let how = status.to_string().replacen(": ", " ", 1);
        return Err(Error::new(ErrorKind::Child, format!("the child was killed by {how}")));
    };
    let error = Error::new(ErrorKind::Child, format!("the child exited with status {code}"));
    match code {
        0 => Ok(()),
        126 => Err(error.hint(format!("sh may not run a program of: {}", command.display()))),
        127 => Err(error.hint(format!("sh does not find a program of: {}", command.display()))),
        _ => Err(error),
    }
}

/// What `stop` says once a child has failed: why it did, if anything is said. Where it died of a signal that is waited
/// for, a moment.
pub(super) fn asked_to_stop(status: ExitStatus, stop: &(dyn Fn() -> Option<Error> + Sync)) -> Option<Error> {
    let signalled = status.signal().is_some() || status.code().is_some_and(|code| code > BY_SIGNAL);
    let until = Instant::now() + if signalled { SAME_REQUEST } else { Duration::ZERO };
    loop {
        let asked = stop();
        if asked.is_some() || Instant::now() >= until {
            return asked;
        }
        thread::sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// How often `stop` is asked about a child that ended so, if it always says no.
    fn asked(raw: i32) -> u32 {
        let count = AtomicU32::new(0);
        let stop = || {
            count.fetch_add(1, Ordering::Relaxed);
            None
        };
        assert!(asked_to_stop(ExitStatus::from_raw(raw), &stop).is_none());
        count.into_inner()
    }

    #[test]
    fn a_signal_is_waited_for_after_a_death_by_one() {
        let (killed, exited_as_killed, exited) = (2, 130 << 8, 1 << 8);
        assert!(asked(killed) > 1 && asked(exited_as_killed) > 1);
        assert_eq!(asked(exited), 1);
    }

    #[test]
    fn who_is_asked_to_stop_a_moment_later_stops_for_that() {
        for raw in [2, 15, 143 << 8] {
            let count = AtomicU32::new(0);
            let third = || (count.fetch_add(1, Ordering::Relaxed) == 2).then(|| Error::usage("stopped"));
            assert_eq!(asked_to_stop(ExitStatus::from_raw(raw), &third).expect("asked").message(), "stopped");
        }
    }
}
