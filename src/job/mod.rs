//! Work on whole views: a plan's chunks shared out to threads, with progress told and interruptions heard.
//!
//! Jobs know nothing of command lines or terminals. Each worker takes the next chunk in C order, so a file is gone
//! through from its beginning whatever the number of threads, and the error that is reported is the first in that
//! order.

pub mod computed;
pub mod copy;
mod delivery;
pub mod exec;
pub mod import;
pub mod lay;
pub mod listed;
pub mod reduce;
pub mod resumable;
pub mod stats;
pub mod store;
pub mod values;

pub use delivery::Emit;

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::cast::{Misfit, Reason};
use crate::dtype::Class;
use crate::error::{Error, Result};
use crate::plan::{Chunk, Chunks};
use crate::shape::Shape;
use crate::view::tuple;

/// Told how far a job has come, and asked whether it should go on.
pub trait Progress: Sync {
    /// So many more bytes are done.
    ///
    /// # Errors
    /// Whatever should end the job, such as an interrupt.
    fn advance(&self, bytes: u64) -> Result<()>;
}

/// Progress that nobody wants to hear of.
pub struct Silent;

impl Progress for Silent {
    fn advance(&self, _bytes: u64) -> Result<()> {
        Ok(())
    }
}

/// Who does a job: so many threads, and where they report.
#[derive(Clone, Copy)]
pub struct Crew<'a> {
    /// The number of threads, at least 1.
    pub threads: usize,
    /// Told of every chunk that is done.
    pub progress: &'a dyn Progress,
}

/// One thread's part in a job, with scratch of its own.
pub trait Worker {
    /// Does what can be done in any order.
    fn work(&mut self, chunk: &Chunk) -> Result<()>;

    /// Does what must be done chunk after chunk, as writing to a stream; called once after [`Worker::work`].
    fn deliver(&mut self, _chunk: &Chunk) -> Result<()> {
        Ok(())
    }

    /// Ends the part of this thread, when there is no chunk left and nothing failed.
    fn finish(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

/// Makes the workers of a job.
pub type Recruit<'w> = dyn Fn() -> Result<Box<dyn Worker + 'w>> + Sync + 'w;

/// Jobs smaller than this are done on the thread that asks for them: starting another takes longer.
const WORTH_A_THREAD: u64 = 1 << 20;

impl Crew<'_> {
    /// Goes through all chunks with workers that `recruit` makes, one a thread.
    ///
    /// # Errors
    /// The error of the first chunk, in C order, that failed; the chunks after it are given up.
    pub fn run(&self, chunks: Chunks<'_>, recruit: &Recruit<'_>) -> Result<()> {
        let threads = if chunks.nbytes() < WORTH_A_THREAD { 1 } else { self.threads };
        Crew { threads, ..*self }.share(chunks, recruit)
    }

    /// As [`Crew::run`], with all threads however few the bytes: for chunks that take long for another reason.
    ///
    /// # Errors
    /// As [`Crew::run`].
    pub fn share(&self, chunks: Chunks<'_>, recruit: &Recruit<'_>) -> Result<()> {
        let threads = self.threads.min(usize::try_from(chunks.count_left()).unwrap_or(usize::MAX));
        if threads <= 1 {
            return self.run_alone(chunks, recruit()?);
        }
        let board = Board::new(chunks);
        thread::scope(|scope| {
            for _ in 1..threads {
                // Where the system gives no more threads, those that there are do it all.
                if thread::Builder::new().spawn_scoped(scope, || self.take_part(&board, recruit)).is_err() {
                    break;
                }
            }
            self.take_part(&board, recruit);
        });
        board.outcome()
    }

    fn run_alone(&self, chunks: Chunks<'_>, mut worker: Box<dyn Worker + '_>) -> Result<()> {
        for chunk in chunks {
            worker.work(&chunk)?;
            worker.deliver(&chunk)?;
            self.progress.advance(chunk.view.nbytes())?;
        }
        worker.finish()
    }

    fn take_part(&self, board: &Board<'_>, recruit: &Recruit<'_>) {
        let _alarm = Alarm(board);
        let mut worker = match recruit() {
            Ok(worker) => worker,
            Err(error) => return board.fail(error),
        };
        while let Some((ticket, chunk)) = board.take() {
            let done = worker.work(&chunk).and_then(|()| {
                if board.wait_for_turn(ticket) {
                    worker.deliver(&chunk)?;
                    self.progress.advance(chunk.view.nbytes())?;
                }
                Ok(())
            });
            board.finish(ticket, done);
        }
        if !board.has_failed()
            && let Err(error) = worker.finish()
        {
            board.fail(error);
        }
    }
}

/// Where the threads of a job find their next chunk and wait for their turn to deliver it.
struct Board<'a> {
    state: Mutex<State<'a>>,
    turned: Condvar,
}

struct State<'a> {
    chunks: Chunks<'a>,
    /// The ticket of the chunk that is taken next.
    next: u64,
    /// The ticket of the chunk that is delivered next.
    turn: u64,
    /// The failure with the lowest ticket.
    failure: Option<(u64, Error)>,
    /// Whether a thread panicked, whose turn never ends.
    is_broken: bool,
}

/// Frees those who wait for a thread that panics: only when all have ended does the scope hand the panic on.
struct Alarm<'b, 'a>(&'b Board<'a>);

impl Drop for Alarm<'_, '_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.state().is_broken = true;
            self.0.turned.notify_all();
        }
    }
}

impl<'a> Board<'a> {
    fn new(chunks: Chunks<'a>) -> Self {
        Self {
            state: Mutex::new(State { chunks, next: 0, turn: 0, failure: None, is_broken: false }),
            turned: Condvar::new(),
        }
    }

    /// A panic in another thread is handed on when the scope joins it.
    fn state(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<(u64, Chunk)> {
        let mut state = self.state();
        if state.failure.is_some() || state.is_broken {
            return None;
        }
        let chunk = state.chunks.next()?;
        state.next += 1;
        Some((state.next - 1, chunk))
    }

    /// Waits until all chunks before this one are delivered; false where one of them never will be.
    fn wait_for_turn(&self, ticket: u64) -> bool {
        let waiting = |state: &mut State<'_>| state.turn != ticket && !state.is_broken;
        let state = self.turned.wait_while(self.state(), waiting).unwrap_or_else(PoisonError::into_inner);
        state.failure.is_none() && !state.is_broken
    }

    fn has_failed(&self) -> bool {
        let state = self.state();
        state.failure.is_some() || state.is_broken
    }

    /// A failure that belongs to no chunk counts last.
    fn fail(&self, error: Error) {
        self.state().failure.get_or_insert((u64::MAX, error));
    }

    fn finish(&self, ticket: u64, done: Result<()>) {
        if let Err(error) = done {
            self.wait_for_turn(ticket);
            let failure = &mut self.state().failure;
            if failure.as_ref().is_none_or(|(first, _)| ticket < *first) {
                *failure = Some((ticket, error));
            }
        }
        self.state().turn += 1;
        self.turned.notify_all();
    }

    fn outcome(self) -> Result<()> {
        match self.state.into_inner().unwrap_or_else(PoisonError::into_inner).failure {
            Some((_, error)) => Err(error),
            None => Ok(()),
        }
    }
}

/// Where an item of the chunk is in the selection, for the beginning of a message.
fn place(item: usize, chunk: &Chunk) -> String {
    let shape = Shape::new(chunk.view.dims()).expect("a chunk is smaller than its view");
    let within = shape.position(item as u64);
    let position: Vec<u64> = chunk.start.iter().zip(within).map(|(start, at)| start + at).collect();
    place_of(&position)
}

/// A position in the selection, for the beginning of a message.
fn place_of(position: &[u64]) -> String {
    if position.is_empty() { String::new() } else { format!("at index {}: ", tuple(position)) }
}

/// The error of a value that does not fit, with its place in the selection.
fn misfit(misfit: &Misfit, chunk: &Chunk) -> Error {
    misfit_at(misfit, &place(misfit.item, chunk))
}

/// The error of a value that does not fit at a place.
fn misfit_at(misfit: &Misfit, place: &str) -> Error {
    let error = Error::usage(format!("{place}{misfit}"));
    match misfit.reason {
        Reason::OutOfRange if misfit.class.is_some_and(|class| class >= Class::Float) => error
            .hint("--overflow nan stores NaN, --overflow saturate the largest finite value, --overflow wrap infinity"),
        Reason::OutOfRange => {
            error.hint("--overflow saturate takes the nearest value that fits, --overflow wrap the one modulo 2^n")
        }
        Reason::TooLong => error.hint("--overflow saturate cuts it"),
        Reason::NotAscii | Reason::Unreadable => error,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::shape::{Order, Shape};
    use crate::view::View;

    fn view() -> View {
        View::of_array(&Shape::new([64, 1 << 15]).expect("two MiB"), 1, Order::C, 0)
    }

    struct Note<'a> {
        seen: &'a Mutex<Vec<u64>>,
        fail_at: Option<u64>,
    }

    impl Worker for Note<'_> {
        fn work(&mut self, chunk: &Chunk) -> Result<()> {
            // Later chunks are done sooner, so that only the board can keep them in order.
            thread::sleep(std::time::Duration::from_micros(200 / (chunk.rank / (1 << 15) + 1)));
            match self.fail_at {
                Some(rank) if chunk.rank >= rank => Err(Error::usage(format!("at {}", chunk.rank))),
                _ => Ok(()),
            }
        }

        fn deliver(&mut self, chunk: &Chunk) -> Result<()> {
            self.seen.lock().expect("no thread panics").push(chunk.rank);
            Ok(())
        }
    }

    fn ranks(threads: usize, fail_at: Option<u64>) -> (Vec<u64>, Result<()>) {
        let seen = Mutex::new(Vec::new());
        let view = view();
        let crew = Crew { threads, progress: &Silent };
        let done = crew.run(view.chunks(1 << 15), &|| Ok(Box::new(Note { seen: &seen, fail_at })));
        (seen.into_inner().expect("no thread panicked"), done)
    }

    #[test]
    fn delivers_in_order_whatever_the_threads() {
        for threads in [1, 2, 3, 7, 100] {
            let (seen, done) = ranks(threads, None);
            done.expect("nothing fails");
            assert_eq!(seen, (0..64).map(|chunk| chunk << 15).collect::<Vec<_>>(), "{threads}");
        }
    }

    #[test]
    fn reports_the_first_failure_and_delivers_nothing_behind_it() {
        for threads in [1, 2, 3, 7] {
            let (seen, done) = ranks(threads, Some(5 << 15));
            assert_eq!(done.expect_err("it fails").to_string(), format!("at {}", 5 << 15), "{threads}");
            assert_eq!(seen.len(), 5, "{threads}");
        }
    }

    #[test]
    fn a_panic_is_handed_on_by_all_threads() {
        struct Panic;
        impl Worker for Panic {
            fn work(&mut self, chunk: &Chunk) -> Result<()> {
                assert!(chunk.rank != 3 << 15, "a broken invariant");
                Ok(())
            }
        }
        for threads in [1, 2, 3, 7] {
            let job = thread::spawn(move || {
                let crew = Crew { threads, progress: &Silent };
                crew.run(view().chunks(1 << 15), &|| Ok(Box::new(Panic)))
            });
            // If a thread waited for the one that panicked, this would wait, too.
            assert!(job.join().is_err(), "{threads}");
        }
    }

    #[test]
    fn stops_where_progress_says_so() {
        struct Enough(AtomicU64);
        impl Progress for Enough {
            fn advance(&self, bytes: u64) -> Result<()> {
                let before = self.0.fetch_add(bytes, Ordering::Relaxed);
                if before > 1 << 18 { Err(Error::new(crate::error::ErrorKind::Interrupted(2), "stop")) } else { Ok(()) }
            }
        }
        let seen = Mutex::new(Vec::new());
        let enough = Enough(AtomicU64::new(0));
        let crew = Crew { threads: 3, progress: &enough };
        let done = crew.run(view().chunks(1 << 15), &|| Ok(Box::new(Note { seen: &seen, fail_at: None })));
        assert!(done.is_err());
        assert!(seen.into_inner().expect("no thread panicked").len() < 64);
    }
}
