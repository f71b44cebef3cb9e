//! How the parts of a job are shared out to threads: in rising order, with the first failure in that order found
//! whatever the number of threads, and nothing stored before the first chunk is known to be good.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::extent::{Done, Extent};
use crate::error::{Error, Result};
use crate::job::Crew;
use crate::plan::{Chunk, Chunks};

/// A part of the job for one thread.
pub(super) struct Part {
    pub(super) chunk: Chunk,
    /// The number of its first block.
    pub(super) first: u64,
}

/// What threads share.
pub(super) struct Share<'a> {
    state: Mutex<State<'a>>,
    turned: Condvar,
    /// Blocks from this one on need not be computed any more.
    limit: AtomicU64,
}

struct State<'a> {
    parts: Chunks<'a>,
    /// Elements in each block but the last of a part.
    block: u64,
    next: u64,
    /// Whether the first block is good, so that stores may begin.
    is_open: bool,
    failure: Option<(u64, Error)>,
    done: Done,
}

impl<'a> Share<'a> {
    /// Parts of blocks of at most `block` elements.
    pub(super) fn new(parts: Chunks<'a>, block: u64) -> Self {
        let state = State { parts, block, next: 0, is_open: false, failure: None, done: Done::default() };
        Self { state: Mutex::new(state), turned: Condvar::new(), limit: AtomicU64::new(u64::MAX) }
    }

    /// Has all threads take part; the failure of the lowest block, and what is done then.
    pub(super) fn run(
        self,
        crew: Crew<'_>,
        take_part: &(dyn Fn(&Self) -> Result<()> + Sync),
    ) -> Result<(), Box<(Error, Done)>> {
        let work = || {
            let _alarm = Alarm(&self);
            if let Err(error) = take_part(&self) {
                // It belongs to no block, so it counts last; all the same nobody goes on.
                self.fail(u64::MAX, error);
                self.limit.store(0, Ordering::Relaxed);
            }
        };
        thread::scope(|scope| {
            for _ in 1..crew.threads {
                // Where the system gives no more threads, those that there are do it all.
                if thread::Builder::new().spawn_scoped(scope, work).is_err() {
                    break;
                }
            }
            work();
        });
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        state.failure.map_or(Ok(()), |(_, error)| Err(Box::new((error, state.done))))
    }

    /// A panic in another thread is handed on when the scope joins it.
    fn state(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next part, in rising order.
    pub(super) fn take(&self) -> Option<Part> {
        let mut state = self.state();
        if self.is_over(state.next) {
            return None;
        }
        let chunk = state.parts.next()?;
        let first = state.next;
        state.next += chunk.view.size().div_ceil(state.block);
        Some(Part { chunk, first })
    }

    /// Whether a block need not be computed, as one before it failed.
    pub(super) fn is_over(&self, number: u64) -> bool {
        number >= self.limit.load(Ordering::Relaxed)
    }

    /// Ends the job at a block; those before it are still computed, as one of them may fail, too.
    pub(super) fn fail(&self, number: u64, error: Error) {
        let mut state = self.state();
        if state.failure.as_ref().is_none_or(|(first, _)| number < *first) {
            state.failure = Some((number, error));
        }
        self.limit.fetch_min(number, Ordering::Relaxed);
        state.is_open = true;
        self.turned.notify_all();
    }

    /// Says that a block is good. The first one that is lets the stores begin; whoever has another waits for it.
    ///
    /// False, where there is nothing to be stored any more.
    pub(super) fn may_store(&self, number: u64) -> bool {
        let mut state = self.state();
        if number == 0 {
            state.is_open = true;
            self.turned.notify_all();
        }
        let _open = self.turned.wait_while(state, |state| !state.is_open).unwrap_or_else(PoisonError::into_inner);
        !self.is_over(number)
    }

    /// Takes note that storing failed midway.
    pub(super) fn note_torn(&self) {
        self.state().done.note_torn();
    }

    /// Takes note of blocks that are stored.
    pub(super) fn done(&self, extent: Extent) {
        self.state().done.add(extent);
    }
}

/// Frees those who wait for a thread that panics.
struct Alarm<'s, 'a>(&'s Share<'a>);

impl Drop for Alarm<'_, '_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.limit.store(0, Ordering::Relaxed);
            self.0.state().is_open = true;
            self.0.turned.notify_all();
        }
    }
}
