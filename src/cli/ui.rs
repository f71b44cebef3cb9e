//! The only door to stdout and stderr: data, notes, errors and progress.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{number, signals};
use crate::error::{Error, Result};
use crate::escape::{printable, shortened};
use crate::job::{Crew, Progress};
use crate::mapping::Stream;

/// A job is worth a progress bar when it has taken this long.
const PATIENCE: Duration = Duration::from_millis(500);
/// More threads than this were never measured to help.
const MAX_THREADS: usize = 16;

/// Characters of a message, which may quote what somebody has typed or put in a file.
const LONGEST: usize = 1000;
/// Characters of a command in a hint: one that is cut is another, and a journal keeps no longer one.
const LONGEST_COMMAND: usize = 64 << 10;

/// Options of every subcommand.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct Globals {
    /// No notes and no progress; errors are still printed
    #[arg(short, long, global = true)]
    quiet: bool,
    /// When to colour messages; NO_COLOR is respected
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, global = true)]
    color: Color,
    /// Number of threads [default: cores, at most 16]
    #[arg(short = 'j', long, value_name = "N", value_parser = number::threads, global = true)]
    threads: Option<u16>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// How the command talks.
pub(super) struct Ui {
    quiet: bool,
    coloured: bool,
    threads: usize,
    stdout: Mutex<io::BufWriter<Stdout>>,
}

/// Standard output without the standard library's buffer, which looks for the last line end in all that passes and
/// cuts there: twice as many system calls, at odd places.
struct Stdout;

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Stream::Stdout.check()?;
        Ok(rustix::io::write(rustix::stdio::stdout(), bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Ui {
    pub(super) fn new(globals: &Globals) -> Self {
        let auto = || io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self {
            quiet: globals.quiet,
            coloured: match globals.color {
                Color::Auto => auto(),
                Color::Always => true,
                Color::Never => false,
            },
            threads: match globals.threads {
                Some(threads) => threads.into(),
                None => available_parallelism().map_or(1, usize::from).min(MAX_THREADS),
            },
            stdout: Mutex::new(io::BufWriter::with_capacity(64 << 10, Stdout)),
        }
    }

    /// A crew for a job that reports to `progress`.
    pub(super) fn crew<'a>(&self, progress: &'a dyn Progress) -> Crew<'a> {
        Crew { threads: self.threads, progress }
    }

    /// The number of threads of a crew.
    pub(super) fn threads(&self) -> usize {
        self.threads
    }

    /// Data for stdout.
    ///
    /// # Errors
    /// Broken pipe where the reader went away; io otherwise.
    pub(super) fn data(&self, bytes: &[u8]) -> Result<()> {
        self.stdout().write_all(bytes).map_err(stdout_failed)
    }

    /// Hands everything to the system.
    ///
    /// # Errors
    /// As [`Ui::data`].
    pub(super) fn flush(&self) -> Result<()> {
        self.stdout().flush().map_err(stdout_failed)
    }

    /// The last flush of a command.
    pub(super) fn close(&self) -> anyhow::Result<()> {
        Ok(self.flush()?)
    }

    fn stdout(&self) -> MutexGuard<'_, io::BufWriter<Stdout>> {
        self.stdout.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One line about what was done, unless silence was asked for.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            self.say(&["rmm: ", &printable(text)]);
        }
    }

    /// One line that helps a person, not a script: only where stderr is a terminal.
    pub(super) fn advise(&self, text: &str) {
        if io::stderr().is_terminal() {
            self.note(text);
        }
    }

    /// An error, and what to do about it. `text` has been made safe to show.
    pub(super) fn complain(&self, text: &str, hints: &[String]) {
        let (red, cyan, plain) = if self.coloured { ("\x1b[1;31m", "\x1b[36m", "\x1b[0m") } else { ("", "", "") };
        self.say(&[red, "rmm:", plain, " ", &shortened(text, LONGEST)]);
        for hint in hints {
            let longest = if hint.starts_with("rmm ") { LONGEST_COMMAND } else { LONGEST };
            self.say(&[cyan, "hint:", plain, " ", &printable(&shortened(hint, longest))]);
        }
    }

    /// A line to stderr in one write, so that lines of several processes do not mix; nobody is left to tell where it
    /// fails.
    fn say(&self, parts: &[&str]) {
        let _ = self.flush();
        let _ = io::stderr().write_all((parts.concat() + "\n").as_bytes());
    }

    /// Progress through so many bytes, 0 where it is not known how many, shown on a terminal where it takes long.
    pub(super) fn progress(&self, bytes: u64) -> Bar {
        let shown = !self.quiet && io::stderr().is_terminal();
        Bar { bytes, done: AtomicU64::new(0), began: Instant::now(), shown: shown.then(Mutex::default) }
    }
}

fn stdout_failed(error: io::Error) -> Error {
    Error::stream("cannot write", error).at("stdout")
}

/// A bar on stderr, and the place where signals are heard.
pub(super) struct Bar {
    bytes: u64,
    done: AtomicU64,
    began: Instant,
    /// The bar once it is shown; `None` where it never is.
    shown: Option<Mutex<Option<ProgressBar>>>,
}

impl Progress for Bar {
    fn advance(&self, bytes: u64) -> Result<()> {
        let done = self.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if let Some(bar) = &self.shown
            && self.began.elapsed() > PATIENCE
        {
            bar.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_or_insert_with(|| drawn(self.bytes))
                .set_position(done);
        }
        signals::check()
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(Some(bar)) = self.shown.take().map(|bar| bar.into_inner().unwrap_or_else(PoisonError::into_inner)) {
            bar.finish_and_clear();
        }
    }
}

fn drawn(bytes: u64) -> ProgressBar {
    // Of what comes through a pipe nobody knows how much it is.
    let template =
        if bytes == 0 { "{bytes} {bytes_per_sec}" } else { "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}" };
    let style = ProgressStyle::with_template(template);
    let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr());
    bar.with_style(style.expect("the template is a constant that the tests draw"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_can_be_drawn() {
        drawn(10).finish_and_clear();
        drawn(0).finish_and_clear();
    }
}
