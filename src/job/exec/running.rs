//! A running child: the leader of a process group, with a pipe on either side that never blocks us.
//!
//! The group is ended as a whole: politely first, by force after a moment of grace. It is signalled only while its
//! leader has not been reaped, for until then its number belongs to nobody else. What is run, what comes through the
//! pipes and when it has to end are not known here.

use std::io::ErrorKind::{BrokenPipe, WouldBlock};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use crate::error::{Error, Result};
use crate::mapping::widen;

/// How often a waiting child is looked after.
pub(super) const TICK: Duration = Duration::from_millis(50);
/// How long a child that was asked to end may take before it is killed.
pub(super) const GRACE: Duration = Duration::from_secs(1);
/// How long to wait between two looks at a child that was asked to end.
const PAUSE: Duration = Duration::from_millis(2);

/// A child, the leader of its group. Dropping it kills its group, reaps it and tells the feeder that it is over.
pub(super) struct Running<'a> {
    process: Child,
    group: Pid,
    stdout: ChildStdout,
    reaped: bool,
    over: &'a AtomicBool,
}

impl<'a> Running<'a> {
    pub(super) fn start(mut command: Command, over: &'a AtomicBool) -> Result<(Self, Feed<'a>)> {
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(|error| Error::io("cannot start the child", error))?;
        let stdin = process.stdin.take().expect("asked for above");
        let stdout = process.stdout.take().expect("asked for above");
        let group = Pid::from_child(&process);
        let running = Self { process, group, stdout, reaped: false, over };
        let prepared = prepare(&stdin).and_then(|()| prepare(&running.stdout));
        prepared.map_err(|error| Error::io("cannot prepare the child's pipes", error))?;
        Ok((running, Feed { stdin, over, broken: false }))
    }

    /// What the child has to say; [`WouldBlock`] after `patience` without a word.
    pub(super) fn read(&mut self, block: &mut [u8], patience: Duration) -> io::Result<usize> {
        match self.stdout.read(block) {
            Err(error) if error.kind() == WouldBlock => {
                wait_for(&self.stdout, PollFlags::IN, patience);
                self.stdout.read(block)
            }
            other => other,
        }
    }

    /// How the child ended, if it has.
    pub(super) fn status(&mut self) -> io::Result<Option<ExitStatus>> {
        let status = self.process.try_wait()?;
        self.reaped |= status.is_some();
        Ok(status)
    }

    /// Asks the group to end and gives it a moment: until the child is gone and nobody holds its output.
    pub(super) fn end(&mut self) {
        let until = Instant::now() + GRACE;
        self.signal(Signal::TERM);
        let mut scrap = [0; 4096];
        while !self.reaped && Instant::now() < until {
            match self.read(&mut scrap, PAUSE) {
                Ok(0) if self.exited() => return,
                Ok(0) => thread::sleep(PAUSE),
                Ok(_) => {}
                Err(error) if error.kind() == WouldBlock => {}
                Err(_) => return,
            }
        }
    }

    /// Whether the child has ended, leaving it to be reaped: until then its number belongs to nobody else.
    fn exited(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        !matches!(waitid(WaitId::Pid(self.group), options), Ok(None))
    }

    fn signal(&self, signal: Signal) {
        if !self.reaped {
            // Fails only if there is nobody left to be signalled.
            let _ = kill_process_group(self.group, signal);
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        self.signal(Signal::KILL);
        if !self.reaped {
            let _ = self.process.wait();
        }
    }
}

/// The child's standard input, which stays writable until the child stops reading or is over.
pub(super) struct Feed<'a> {
    stdin: ChildStdin,
    over: &'a AtomicBool,
    /// Whether the child was found to have stopped reading.
    pub(super) broken: bool,
}

impl Write for Feed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        while !self.over.load(Ordering::Acquire) {
            match self.stdin.write(bytes) {
                Err(error) if error.kind() == WouldBlock => wait_for(&self.stdin, PollFlags::OUT, TICK),
                Err(error) if error.kind() == BrokenPipe => break,
                other => return other,
            }
        }
        self.broken = true;
        Err(BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Makes our end of a pipe one that never blocks, and the pipe roomy where that is allowed.
fn prepare(pipe: &impl AsFd) -> rustix::io::Result<()> {
    widen(pipe);
    fcntl_setfl(pipe, fcntl_getfl(pipe)? | OFlags::NONBLOCK)
}

/// Waits until the pipe is ready or the time has passed; the caller tries again in either case.
fn wait_for(pipe: &impl AsFd, what: PollFlags, patience: Duration) {
    let patience = Timespec { tv_sec: 0, tv_nsec: patience.min(TICK).subsec_nanos().into() };
    let _ = poll(&mut [PollFd::new(pipe, what)], Some(&patience));
}
