//! Which standard streams the process was started with.
//!
//! Before `main`, Rust's runtime opens `/dev/null` in the place of each one that is closed, so that no file is ever
//! taken for it. From then on `>&-` looks like `> /dev/null`, and output would vanish without an error. What is noted
//! here was looked at earlier, when the system's loader ran the initialisers of the program.

#![allow(unsafe_code, reason = "what runs before the runtime has no safe interface")]

use std::io;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// A stream that every process is started with, unless whoever starts it has closed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Descriptor 0.
    Stdin = 0,
    /// Descriptor 1.
    Stdout = 1,
}

/// Whether the descriptors 0 and 1 were closed.
static CLOSED: [AtomicBool; 2] = [const { AtomicBool::new(false) }; 2];

/// Run by the loader before the runtime of any language; on other systems every stream counts as open.
#[cfg(target_os = "linux")]
#[used]
// SAFETY: the loader calls each address of this section once, by the C convention, before `main`.
#[unsafe(link_section = ".init_array")]
static LOOK: extern "C" fn() = {
    extern "C" fn look() {
        for (descriptor, closed) in [0, 1].into_iter().zip(&CLOSED) {
            // SAFETY: the call reads the flags of a descriptor, open or not, and no memory.
            let flags = unsafe { libc::fcntl(descriptor, libc::F_GETFD) };
            closed.store(flags == -1, Relaxed);
        }
    }
    look
};

impl Stream {
    /// # Errors
    /// What the system says of a closed descriptor, where the process was started with this one closed.
    pub fn check(self) -> io::Result<()> {
        if CLOSED[self as usize].load(Relaxed) { Err(io::Error::from_raw_os_error(libc::EBADF)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    /// Runs this test again in a process of its own, behind a shell that redirects its streams.
    fn seen_behind(redirection: &str) -> String {
        let program = std::env::current_exe().expect("this test");
        let line =
            format!("exec \"$0\" --exact mapping::stdio::tests::closed_streams_are_known --nocapture {redirection}");
        let output = Command::new("sh")
            .args(["-c", &line])
            .arg(program)
            .env("RMM_TEST_CHILD", "1")
            .stdin(Stdio::null())
            .output()
            .expect("it runs");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "the stream that is left to say it")]
    fn closed_streams_are_known() {
        if std::env::var_os("RMM_TEST_CHILD").is_some() {
            let is_open = |stream: Stream| stream.check().is_ok();
            eprintln!("open: {} {}", is_open(Stream::Stdin), is_open(Stream::Stdout));
            return;
        }
        for (redirection, seen) in [
            ("", "open: true true"),
            (">&-", "open: true false"),
            ("<&-", "open: false true"),
            ("<&- >&-", "open: false false"),
            ("< /dev/null > /dev/null", "open: true true"),
            ("<> /dev/null 1<> /dev/null", "open: true true"),
        ] {
            let stderr = seen_behind(redirection);
            assert!(stderr.contains(seen), "{redirection}: {stderr}");
        }
    }
}
