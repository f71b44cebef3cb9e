//! One child process for one chunk: bytes go in, as many as were agreed come back, or nothing counts.
//!
//! ```text
//!   input ──► thread ──► stdin ┐                  ┌ stdout ──► this thread ──► output
//!                              └ sh -c COMMAND ───┘              asks every 50 ms: timeout? stop? input failed?
//!                                  stderr: ours
//! ```
//!
//! Feeding and reading go on at the same time, so no size can block both sides, and nothing the child does can hold
//! this process beyond its timeout. A terminal's Ctrl-C does not reach the child, once it runs; whoever hears of it lets
//! `stop` say so. The process must ignore SIGPIPE, as Rust programs do; the child gets it back at its default.
//!
//! This module knows bytes, not arrays: what they mean is a text for the message.

use std::ffi::OsStr;
use std::fmt;
use std::io::ErrorKind::{Interrupted, WouldBlock};
use std::io::Write;
use std::ops::RangeInclusive;
use std::panic::resume_unwind;
use std::process::{Command, ExitStatus};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::ended::{asked_to_stop, judge};
use super::running::{Running, TICK};
use crate::error::{Error, ErrorKind, Result};

/// The longest sleep between two looks at a child that has closed its output; the first is a hundredth of it.
const PAUSE: Duration = Duration::from_millis(10);
/// The most bytes read at once.
const BLOCK: usize = 64 << 10;

/// A command and the conditions under which it runs.
pub struct Child<'a> {
    /// What `sh -c` is given.
    pub command: &'a OsStr,
    /// Variables added to the environment.
    pub env: Vec<(&'a str, String)>,
    /// How long the child may take, from its start to its end.
    pub timeout: Option<Duration>,
    /// Asked about every 50 ms, and once the child has failed; an error ends the child and becomes the result.
    pub stop: &'a (dyn Fn() -> Option<Error> + Sync),
}

/// What a child must give back.
#[derive(Clone, Debug)]
pub struct Expected {
    /// The number of bytes; a range where a header of unknown length may come with them.
    pub bytes: RangeInclusive<u64>,
    /// What so many bytes are: `512 float64 elements`.
    pub meaning: String,
}

impl Child<'_> {
    /// Runs the command once: writes what `input` writes to its standard input, and its standard output to `output`.
    ///
    /// `input` runs on a thread of its own. It must hand on the writer's errors through [`Error::io`]: that the child
    /// stopped reading (a broken pipe) is no error, as long as the right number of bytes comes back.
    ///
    /// The output ends when the last process that holds it has closed it. A process that the child leaves behind with
    /// its standard output delays the end; with a timeout it is killed, if it is still in the child's group.
    ///
    /// # Errors
    /// In this order: what `input` failed with; what `stop` said; [`ErrorKind::Child`] if the command timed out, gave
    /// back too many bytes, ended by a signal or with a status other than 0, or gave back too few bytes. On any error
    /// what `output` was given is worthless, however much it is. Whatever the result, the child has been reaped.
    pub fn run(
        &self,
        input: impl FnOnce(&mut dyn Write) -> Result<()> + Send,
        expected: &Expected,
        output: &mut dyn Write,
    ) -> Result<()> {
        let over = AtomicBool::new(false);
        let failure = Mutex::new(None);
        thread::scope(|scope| {
            let mut command = Command::new("sh");
            command.arg("-c").arg(self.command).envs(self.env.iter().map(|(name, value)| (name, value)));
            let (mut running, mut feed) = Running::start(command, &over)?;
            let feeder = thread::Builder::new().name("rmm feeds a child".into());
            let failed = &failure;
            let feeder = feeder.spawn_scoped(scope, move || match input(&mut feed) {
                Err(error) if !(feed.broken && error.kind() == ErrorKind::BrokenPipe) => put(failed, error),
                _ => {}
            });
            let feeder = feeder.map_err(|error| Error::io("cannot start a thread", error))?;
            let watch = Watch::new(self, &failure);
            let outcome = collect(&mut running, watch, expected, output).and_then(|(bytes, status)| {
                let done = judge(status, self.command).and_then(|()| expected.check(bytes));
                done.map_err(|failed| asked_to_stop(status, self.stop).unwrap_or(failed))
            });
            if outcome.is_err() {
                running.end();
            }
            // Frees the feeder where a process that left the group still holds the standard input.
            drop(running);
            feeder.join().unwrap_or_else(|panic| resume_unwind(panic));
            take(&failure).map_or(outcome, Err)
        })
    }
}

impl Expected {
    fn check(&self, bytes: u64) -> Result<()> {
        if self.bytes.contains(&bytes) {
            return Ok(());
        }
        let unit = if bytes == 1 { "byte" } else { "bytes" };
        Err(failed(format!("the child gave back {bytes} {unit}, expected {self}")))
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (least, most) = (self.bytes.start(), self.bytes.end());
        if least < most {
            write!(f, "{least} to ")?;
        }
        write!(f, "{most} ({})", self.meaning)
    }
}

/// Reads until the output has ended and the child, too; the bytes read and how it ended.
fn collect(
    running: &mut Running<'_>,
    mut watch: Watch<'_>,
    expected: &Expected,
    output: &mut dyn Write,
) -> Result<(u64, ExitStatus)> {
    let most = *expected.bytes.end();
    let mut block = vec![0; BLOCK];
    let mut total = 0;
    loop {
        watch.check()?;
        // One byte more than may come shows that there are too many.
        let room = (most - total).saturating_add(1).min(BLOCK as u64) as usize;
        match running.read(&mut block[..room], watch.patience()) {
            Ok(0) => break,
            Ok(count) => {
                total += count as u64;
                if total > most {
                    return Err(failed(format!("the child gave back more than {most} bytes, expected {expected}")));
                }
                output.write_all(&block[..count]).map_err(|error| Error::io("cannot keep the output", error))?;
            }
            Err(error) if matches!(error.kind(), WouldBlock | Interrupted) => {}
            Err(error) => return Err(Error::io("cannot read from the child", error)),
        }
    }
    let mut pause = PAUSE / 100;
    loop {
        watch.check()?;
        if let Some(status) = running.status().map_err(|error| Error::io("cannot wait for the child", error))? {
            return Ok((total, status));
        }
        thread::sleep(pause);
        pause = (pause * 2).min(PAUSE);
    }
}

/// What may end a child before its time.
struct Watch<'a> {
    child: &'a Child<'a>,
    failure: &'a Mutex<Option<Error>>,
    deadline: Option<Instant>,
    next: Instant,
}

impl<'a> Watch<'a> {
    fn new(child: &'a Child<'a>, failure: &'a Mutex<Option<Error>>) -> Self {
        let now = Instant::now();
        // A timeout beyond what the clock can count is none.
        let deadline = child.timeout.and_then(|timeout| now.checked_add(timeout));
        Self { child, failure, deadline, next: now + TICK }
    }

    fn check(&mut self) -> Result<()> {
        let now = Instant::now();
        if let (Some(deadline), Some(timeout)) = (self.deadline, self.child.timeout)
            && now >= deadline
        {
            return Err(failed(format!("the child did not finish within {} s", timeout.as_secs_f64())));
        }
        if now < self.next {
            return Ok(());
        }
        self.next = now + TICK;
        take(self.failure).or_else(self.child.stop).map_or(Ok(()), Err)
    }

    /// The longest that may be waited before the next check.
    fn patience(&self) -> Duration {
        let until = self.deadline.map_or(self.next, |deadline| deadline.min(self.next));
        until.saturating_duration_since(Instant::now())
    }
}

fn failed(message: String) -> Error {
    Error::new(ErrorKind::Child, message)
}

fn put(slot: &Mutex<Option<Error>>, error: Error) {
    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
}

fn take(slot: &Mutex<Option<Error>>) -> Option<Error> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).take()
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::path::Path;

    use rustix::process::{Pid, Signal};

    use super::super::running::GRACE;
    use super::*;

    /// A command with its conditions, and a place for the files that it leaves.
    struct Case {
        command: String,
        timeout: Option<Duration>,
        folder: tempfile::TempDir,
    }

    fn sh(command: impl Into<String>) -> Case {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Case { command: command.into(), timeout: Some(Duration::from_secs(60)), folder }
    }

    impl Case {
        fn within(mut self, seconds: f64) -> Self {
            self.timeout = Some(Duration::from_secs_f64(seconds));
            self
        }

        /// Runs it with `$AT` in the environment and sees to it that it leaves no zombie.
        fn run_with(
            &self,
            input: impl FnOnce(&mut dyn Write) -> Result<()> + Send,
            bytes: RangeInclusive<u64>,
            stop: &(dyn Fn() -> Option<Error> + Sync),
        ) -> Result<Vec<u8>> {
            let command = format!("echo $$ > $AT/pid\n{}", self.command);
            let env = vec![("AT", self.folder.path().display().to_string()), ("RMM_SHAPE", "3,4".into())];
            let child = Child { command: command.as_ref(), env, timeout: self.timeout, stop };
            let expected = Expected { meaning: format!("{} float64 elements", bytes.end() / 8), bytes };
            let mut output = Vec::new();
            let result = child.run(input, &expected, &mut output);
            let pid = self.file("pid");
            assert!(!Path::new("/proc").join(pid.trim()).exists(), "{}: process {pid} is left", self.command);
            result.map(|()| output)
        }

        fn run(&self, input: &[u8], expected: u64) -> Result<Vec<u8>> {
            self.run_with(|feed| give(feed, input), expected..=expected, &|| None)
        }

        fn refused(&self, input: &[u8], expected: u64) -> String {
            let error = self.run(input, expected).expect_err(&self.command);
            assert_eq!(error.kind(), ErrorKind::Child, "{}: {error}", self.command);
            error.to_string()
        }

        fn file(&self, name: &str) -> String {
            std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
        }
    }

    fn give(feed: &mut dyn Write, bytes: &[u8]) -> Result<()> {
        feed.write_all(bytes).map_err(|error| Error::stream("cannot feed the child", error))
    }

    /// Whether a process that is not our child is there and no zombie.
    fn lives(pid: &str) -> bool {
        let stat = std::fs::read_to_string(Path::new("/proc").join(pid.trim()).join("stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with(['Z', 'X']))
    }

    /// Every byte value, without a period that a buffer could hide.
    fn noise(len: u32) -> Vec<u8> {
        (0..len).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
    }

    #[test]
    fn bytes_come_back_as_they_went_at_any_size() {
        for len in [0, 1, 4096, 65_537, 8 << 20] {
            let bytes = noise(len);
            assert!(sh("cat").run(&bytes, len.into()).expect("cat") == bytes, "{len}");
        }
    }

    #[test]
    fn a_child_that_reads_everything_first_is_waited_for() {
        let bytes = noise(3 << 20);
        assert!(sh("cat > $AT/all; cat $AT/all").run(&bytes, 3 << 20).expect("cat") == bytes);
    }

    #[test]
    fn a_child_need_not_read() {
        assert_eq!(sh("true").run(&noise(4 << 20), 0).expect("nothing to say"), [0; 0]);
        assert_eq!(
            sh("exec 0<&-; sleep 0.1; head -c 800 /dev/zero").run(&noise(4 << 20), 800).expect("zeros"),
            [0; 800]
        );
        assert_eq!(sh("head -c 10").run(&noise(4 << 20), 10).expect("ten"), noise(10));
    }

    #[test]
    fn the_number_of_bytes_must_be_right() {
        let message = "the child gave back 10 bytes, expected 4096 (512 float64 elements)";
        assert_eq!(sh("head -c 10").refused(&noise(4096), 4096), message);
        assert_eq!(sh("printf x").refused(&[], 8), "the child gave back 1 byte, expected 8 (1 float64 elements)");
        let message = "the child gave back more than 4096 bytes, expected 4096 (512 float64 elements)";
        assert_eq!(sh("yes").refused(&noise(4096), 4096), message);
        assert_eq!(sh("cat; printf x").refused(&noise(4096), 4096), message);
    }

    #[test]
    fn a_header_makes_it_a_range() {
        let run = |command: &str| sh(command).run_with(|_| Ok(()), 8..=16, &|| None);
        for (command, len) in [("head -c 8 /dev/zero", 8), ("head -c 16 /dev/zero", 16)] {
            assert_eq!(run(command).expect(command).len(), len);
        }
        let error = run("printf 1234567").expect_err("too few");
        assert_eq!(error.message(), "the child gave back 7 bytes, expected 8 to 16 (2 float64 elements)");
        run("head -c 17 /dev/zero").expect_err("too many");
    }

    #[test]
    fn the_status_must_be_zero() {
        assert_eq!(sh("exit 7").refused(&noise(4096), 4096), "the child exited with status 7");
        assert_eq!(sh("cat; exit 7").refused(&noise(4096), 4096), "the child exited with status 7");
        assert_eq!(sh("kill -9 $$").refused(&[], 0), "the child was killed by signal 9 (SIGKILL)");
    }

    #[test]
    fn a_missing_program_is_explained() {
        for (command, status) in [("no-such-program 2> $AT/said", 127), ("/dev/null 2> $AT/said", 126)] {
            let error = sh(command).run(&noise(4096), 4096).expect_err(command);
            assert_eq!(error.message(), format!("the child exited with status {status}"));
            assert!(error.hints()[0].contains(command), "{:?}", error.hints());
        }
    }

    #[test]
    fn a_command_that_cannot_be_passed_on_is_an_io_error() {
        let child = Child { command: "a\0b".as_ref(), env: vec![], timeout: None, stop: &|| None };
        let expected = Expected { bytes: 0..=0, meaning: "nothing".into() };
        let error = child.run(|_| Ok(()), &expected, &mut Vec::new()).expect_err("NUL");
        assert_eq!(error.kind(), ErrorKind::Io);
    }

    #[test]
    fn time_runs_out() {
        for command in ["exec sleep 100", "exec >&-; sleep 100", "while :; do sleep 0.01; done", "cat; sleep 100"] {
            let begin = Instant::now();
            let case = sh(command).within(0.2);
            assert_eq!(case.refused(&noise(4096), 4096), "the child did not finish within 0.2 s", "{command}");
            assert!(begin.elapsed() < GRACE, "{command}: {:?}", begin.elapsed());
        }
    }

    #[test]
    fn time_runs_out_for_the_whole_group() {
        let case = sh("sleep 100 & echo $! > $AT/grandchild; wait").within(0.3);
        case.refused(&[], 0);
        let grandchild = case.file("grandchild");
        // Nobody waits for it here, so it may take a moment to go.
        let until = Instant::now() + GRACE;
        while lives(&grandchild) && Instant::now() < until {
            thread::sleep(PAUSE);
        }
        assert!(!grandchild.is_empty() && !lives(&grandchild));
    }

    #[test]
    fn who_does_not_listen_is_killed() {
        let case = sh("trap '' TERM; echo > $AT/ready; while :; do sleep 0.05; done").within(0.3);
        let begin = Instant::now();
        case.refused(&[], 0);
        assert!(begin.elapsed() >= GRACE && begin.elapsed() < 10 * GRACE, "{:?}", begin.elapsed());
    }

    #[test]
    fn who_is_ended_may_tidy_up() {
        let case = sh("trap 'sleep 0.1; echo tidy > $AT/said; exit' TERM; while :; do sleep 0.01; done").within(0.3);
        case.refused(&[], 0);
        assert_eq!(case.file("said"), "tidy\n");
    }

    #[test]
    fn a_process_outside_the_group_cannot_hold_us() {
        let escape = "echo $$ > $AT/escaped; exec sleep 100 <&3";
        let case = sh(format!("exec 3<&0; setsid sh -c '{escape}' & wait")).within(0.5);
        let begin = Instant::now();
        case.refused(&noise(4 << 20), 4 << 20);
        assert!(begin.elapsed() < 10 * GRACE);
        let pid = case.file("escaped").trim().parse().ok().and_then(Pid::from_raw).expect("it said so");
        rustix::process::kill_process(pid, Signal::KILL).expect("it lives on");
    }

    #[test]
    fn who_inherits_the_output_delays_the_end() {
        let begin = Instant::now();
        sh("sleep 0.4 & printf 12345678").run(&[], 8).expect("in the end");
        assert!(begin.elapsed() >= Duration::from_millis(400));
    }

    #[test]
    fn stop_ends_a_child_soon() {
        let stop = || Some(Error::new(ErrorKind::Interrupted(2), "interrupted"));
        for command in ["exec sleep 100", "yes > /dev/null", "exec yes", "exec >&-; sleep 100"] {
            let begin = Instant::now();
            let error = sh(command).run_with(|_| Ok(()), 0..=u64::MAX, &stop).expect_err(command);
            assert_eq!(error.kind(), ErrorKind::Interrupted(2), "{command}");
            assert!(begin.elapsed() < GRACE, "{command}: {:?}", begin.elapsed());
        }
    }

    #[test]
    fn the_input_s_own_error_wins() {
        let broken = |feed: &mut dyn Write| {
            let _ = give(feed, b"1234");
            Err(Error::usage("element 3 is bad"))
        };
        for command in ["cat", "exit 7", "exec sleep 100", "yes", "cat > /dev/null; exec sleep 100"] {
            let error = sh(command).run_with(broken, 4..=4, &|| None).expect_err(command);
            assert_eq!((error.kind(), error.message()), (ErrorKind::Usage, "element 3 is bad"), "{command}");
        }
    }

    #[test]
    fn a_panic_of_the_input_is_handed_on() {
        let case = sh("cat");
        let run = || case.run_with(|_| panic!("as planned"), 0..=0, &|| None);
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).expect_err("it panics");
        assert_eq!(panic.downcast_ref(), Some(&"as planned"));
    }

    #[test]
    fn an_output_that_fails_ends_the_child() {
        let mut small = [0; 100];
        let child = Child {
            command: "head -c 200 /dev/zero; exec sleep 100".as_ref(),
            env: vec![],
            timeout: None,
            stop: &|| None,
        };
        let expected = Expected { bytes: 4096..=4096, meaning: "bytes".into() };
        let error = child.run(|_| Ok(()), &expected, &mut &mut small[..]).expect_err("too small");
        assert_eq!(error.kind(), ErrorKind::Io);
    }

    #[test]
    fn variables_arrive() {
        assert_eq!(sh("printf %s $RMM_SHAPE").run(&[], 3).expect("3,4"), b"3,4");
    }

    #[test]
    fn a_child_has_sigpipe_at_its_default() {
        assert_eq!(sh("kill -PIPE $$").refused(&[], 0), "the child was killed by signal 13 (SIGPIPE)");
    }

    /// Not a test by itself: run by the next one, which looks at what this process says.
    #[test]
    fn says_something_if_asked_to() {
        if env::var_os("RMM_TEST_SAY").is_some() {
            sh("cat; echo from the child >&2").run(b"1234", 4).expect("cat");
        }
    }

    #[test]
    fn stderr_passes_through() {
        let mut command = Command::new(env::current_exe().expect("a test binary"));
        command.args(["--exact", "job::exec::child::tests::says_something_if_asked_to"]).env("RMM_TEST_SAY", "");
        let said = command.output().expect("it runs");
        assert!(said.status.success());
        assert_eq!(String::from_utf8_lossy(&said.stderr), "from the child\n");
    }
}
