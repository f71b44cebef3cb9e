//! What signals do to the programs that tests start: what they do to any program, whoever has started the tests.
//!
//! A shell that runs scripts starts `cargo test &` with SIGINT and SIGQUIT ignored, `nohup` with SIGHUP. What is ignored
//! is inherited, and `rmm` keeps to it, as a test of its own shows. A handler is not inherited: where there is one in
//! here, a program begins with the default. These handlers do nothing, so the tests themselves still ignore the signal.

use std::fs;
use std::sync::{Arc, LazyLock};

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag;

static DEFAULTS: LazyLock<()> = LazyLock::new(|| {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or_default();
    let mask = u64::from_str_radix(mask.trim(), 16).unwrap_or_default();
    for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM].into_iter().filter(|signal| mask >> (signal - 1) & 1 == 1) {
        flag::register(signal, Arc::default()).expect("signals that can be handled");
    }
});

/// Programs that are started from now on ignore none of the signals by which people stop them.
pub(crate) fn reset() {
    LazyLock::force(&DEFAULTS);
}
