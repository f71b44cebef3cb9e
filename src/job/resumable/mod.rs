//! Jobs in place that can be resumed: begun with a journal beside the array, which stays however they end early.
//!
//! ```text
//!   nobody's ─► begin ─► every block ─► conclude ─► nobody's
//!                │  ▲
//!      ends early▼  │resume: the same operation, with other threads perhaps
//!             unfinished ─► discard
//! ```
//!
//! Knows files, views and threads; what is computed is [`Values`](super::values::Values), and what a command line is
//! nobody here knows: an operation is a checksum, and a text to be shown.

mod batches;
mod place;
mod receipt;
mod store;
mod unfinished;

pub use batches::Batches;
pub use place::{Bytes, Place, Places};
pub use receipt::Receipt;
pub use store::{Hand, Hands, begin, chunks, store};
pub use unfinished::{Left, Pending, Unfinished};

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, ErrorKind, Result};
use crate::journal::redo::Redo;
use crate::journal::slots::Slots;
use crate::journal::{
    self, Array, Boot, Checksum, Counting, Grid, Header, Layout, Names, Placement, Protocol, ReceiptPlace, Typed,
};
use crate::mapping::{
    self, JournalFile, Kept, Mapping, PAGE, Sync, born, discarding, is_mounted_alone, journal_path, mount_of, this_boot,
};
use crate::plan::Chunks;
use crate::view::View;

/// Bytes of a batch that is flushed together.
const BATCH: u64 = 16 << 20;
/// Slots that a journal has at least, so that a job may be resumed with more threads than it was begun with.
const SLOTS: u64 = 16;
/// Slots of more bytes than this are made for the threads that there are only.
const LARGE_SLOT: u64 = 1 << 20;

/// What a job is, so that no other goes on with its journal.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The same for the same operation on the same elements alone.
    pub checksum: Checksum,
    /// The command, and where it was typed, to be shown.
    pub typed: Typed,
    /// A number that no other job has.
    pub job: u128,
    /// Where a receipt goes.
    pub receipt: Option<PathBuf>,
    /// What the job outlives: the process, or with [`Sync::Yes`] the system.
    pub sync: Sync,
}

impl Operation {
    /// Where its receipt goes.
    fn place(&self) -> Result<Option<ReceiptPlace>> {
        self.receipt.as_deref().map(receipt::place).transpose()
    }
}

/// A job that has a journal.
#[derive(Debug)]
pub struct Resumable {
    file: JournalFile,
    header: Header,
    layout: Layout,
    operation: Operation,
    /// The first block that is not known to be in the array, where that is not what the journal says.
    stored: AtomicU64,
}

impl Resumable {
    /// A new job on an array that is locked, in the blocks of a grid, which lie where `placement` says; `selected` are
    /// their elements in the order that was asked for.
    ///
    /// # Errors
    /// Io, where the folder takes no journal or that of the receipt is not there; usage, where its blocks are too large for it.
    pub fn begin(
        array: &Mapping,
        grid: Grid,
        selected: &View,
        placement: Placement,
        threads: usize,
        operation: Operation,
    ) -> Result<Self> {
        let (protocol, kept) = match operation.sync {
            Sync::No => (Protocol::Slots, Kept::Mapped),
            Sync::Yes => (Protocol::Redo, Kept::Written),
        };
        let slots = match protocol {
            Protocol::Redo => journal::PLACES,
            Protocol::Slots => {
                let threads = threads as u64;
                let most = if grid.block_bytes() > LARGE_SLOT { threads } else { SLOTS.max(threads) };
                most.min(grid.blocks()).max(1)
            }
        };
        let header = Header {
            protocol,
            job: operation.job,
            array: array_of(array),
            boot: run_for(protocol, this_boot(), array.path())?,
            mount: mount_of(array.file()),
            operation: operation.checksum,
            counting: Counting::of(selected, &placement.view),
            placement: placement.kept(),
            slots,
            batch: (BATCH / grid.block_bytes()).clamp(1, grid.blocks()),
            grid,
            typed: operation.typed.clone().kept(),
            receipt: operation.place()?,
        };
        if protocol == Protocol::Redo && grid.block_bytes() > journal::MOST_BATCH_BYTES {
            let message = format!("chunks of {} bytes are too large for --sync", grid.block_bytes());
            return Err(Error::usage(message).hint("--chunk 64MiB"));
        }
        let layout = Layout::new(&header, PAGE)?;
        if is_mounted_alone(array.file(), array.path()) {
            return Err(unkept(
                "the file is mounted here by itself, and has no journal where it comes from",
                array.path(),
            ));
        }
        let file = JournalFile::create(array.path(), layout.nbytes(), kept)?;
        let job = Self { file, header, layout, operation, stored: AtomicU64::new(0) };
        job.appear().inspect_err(|_| job.file.give_up())?;
        Ok(job)
    }

    fn names(&self) -> JobNames<'_> {
        let receipt = self.operation.receipt.as_deref().map(|path| (path, Receipt::of(&self.header)));
        JobNames { file: &self.file, sync: self.operation.sync, receipt }
    }

    fn appear(&self) -> Result<()> {
        let mut names = self.names();
        match self.header.protocol {
            Protocol::Redo => Redo::new(&self.file, &self.header, self.layout).begin(&mut names),
            Protocol::Slots => Slots::new(&self.file, &self.header, self.layout).begin(&mut names),
        }
    }

    /// Goes on with a job of the same operation. What is in its slots must be [recovered](Self::recover) first.
    ///
    /// # Errors
    /// Busy, where it is another operation, or its receipt goes elsewhere; io.
    pub fn resume(unfinished: Unfinished, operation: Operation) -> Result<Self> {
        unfinished.check_operation(&operation)?;
        let sync = unfinished.sync(operation.sync);
        let Unfinished { file, header, layout } = unfinished;
        let kept = if header.protocol == Protocol::Redo { Kept::Written } else { Kept::Mapped };
        let operation = Operation { sync, ..operation };
        Ok(Self { file: file.held()?.kept(kept)?, header, layout, operation, stored: AtomicU64::new(0) })
    }

    /// Stores what is whole in the slots of a job that has any; nothing, where it has just begun.
    /// [`Resumable::in_batches`] does so for others.
    ///
    /// # Errors
    /// Corrupt, where the journal makes no sense; io.
    pub fn recover(&self, array: &Mapping, places: Places<'_>) -> Result<()> {
        let slots = Slots::new(&self.file, &self.header, self.layout);
        slots.recover(&mut place::InPlace::new(array, places)?).map_err(|error| error.at(self.file.path()))
    }

    /// What its end outlives: that is as it was begun, or more where more is asked for now.
    pub fn sync(&self) -> Sync {
        self.operation.sync
    }

    /// Whether it is stored batch by batch, as it outlives the system.
    pub fn has_batches(&self) -> bool {
        self.header.protocol == Protocol::Redo
    }

    /// The blocks of the job.
    pub fn grid(&self) -> &Grid {
        &self.header.grid
    }

    /// Whether the job is made of the same blocks as another.
    ///
    /// # Errors
    /// Busy, where it is not: the same operation was begun with other chunks.
    pub fn check_blocks(&self, other: &Grid) -> Result<()> {
        // A row that is one block is a part of a longer row of such blocks, too.
        let same = |grid: &Grid| (grid.nbytes(), grid.elements(), grid.blocks(), grid.block_len());
        if same(other) == same(&self.header.grid) {
            return Ok(());
        }
        let error = Error::new(ErrorKind::Busy, "is the journal of another job, of other chunks").at(self.file.path());
        Err(error.whole_hint(self.resuming()).whole_hint(discarding(&self.file.array_path())))
    }

    /// The command that goes on with it, to be shown.
    pub fn resuming(&self) -> String {
        mapping::resuming(self.file.path(), &self.header.typed)
    }

    /// How far it is.
    ///
    /// # Errors
    /// As [`Unfinished::left`].
    pub fn left(&self) -> Result<Left> {
        unfinished::left(&self.file, &self.header, self.layout, self.stored.load(Ordering::Acquire))
    }

    /// Ends it, when every block is stored: with a receipt where one is wanted, and without a journal.
    ///
    /// # Errors
    /// Io; usage, where the receipt cannot be where it should.
    pub fn conclude(&self) -> Result<()> {
        journal::conclude(&mut self.names())
    }

    /// Writes the receipt, where one is wanted, when every block is stored.
    ///
    /// # Errors
    /// As [`Resumable::conclude`].
    pub fn certify(&self) -> Result<()> {
        self.names().certify()
    }

    /// Whether it has come to its end, and only that may not outlive the system.
    pub fn is_over(&self) -> bool {
        self.file.is_gone()
    }

    /// Whether its journal is still where it was.
    pub fn is_there(&self) -> bool {
        self.file.is_there()
    }

    /// Ends it without a trace, when nothing is stored.
    ///
    /// # Errors
    /// Io.
    pub fn forget(&self) -> Result<()> {
        self.file.vanish(self.operation.sync)
    }
}

/// The names of a job: of its journal, and of its receipt where one is wanted.
struct JobNames<'a> {
    file: &'a JournalFile,
    sync: Sync,
    receipt: Option<(&'a Path, Receipt)>,
}

impl Names for JobNames<'_> {
    fn appear(&mut self) -> Result<()> {
        self.file.appear(self.sync)
    }

    fn remain(&mut self) -> Result<()> {
        self.file.remain(self.sync)
    }

    fn certify(&mut self) -> Result<()> {
        self.receipt.as_ref().map_or(Ok(()), |(path, receipt)| receipt.write(path, self.sync))
    }

    fn vanish(&mut self) -> Result<()> {
        self.file.vanish(self.sync)
    }
}

/// The run of the system that a journal belongs to: what it keeps in memory is gone with that, and nobody would know
/// where the runs have no names.
fn run_for(protocol: Protocol, boot: Result<Boot>, array: &Path) -> Result<Boot> {
    match (protocol, boot) {
        (Protocol::Redo, boot) => Ok(boot.unwrap_or(Boot(0))),
        (Protocol::Slots, Ok(boot)) if boot.0 != 0 => Ok(boot),
        (Protocol::Slots, Ok(_)) => {
            Err(unkept("the system does not tell its runs apart, so only jobs with --sync have one", array))
        }
        (Protocol::Slots, Err(error)) => Err(unkept(&error.to_string(), array)),
    }
}

fn unkept(why: &str, array: &Path) -> Error {
    let error = Error::new(ErrorKind::Io, format!("cannot keep a journal: {why}"));
    let journal = journal_path(array).unwrap_or_else(|_| array.to_path_buf());
    error.at(journal).hint("--no-journal does without; the job cannot be resumed then")
}

/// Which file an array is in.
fn array_of(mapping: &Mapping) -> Array {
    let identity = mapping.identity();
    Array { dev: identity.dev, ino: identity.ino, len: mapping.len(), born: born(mapping.file()) }
}

/// The blocks of a job that goes through `view` by these chunks of it.
///
/// # Errors
/// Usage, where there are too many.
pub fn grid_of(chunks: &Chunks<'_>, view: &View) -> Result<Grid> {
    let (row, block) = chunks.lengths();
    Grid::new(view.size(), [row, row, block], view.item().size() as u64).map_err(|_| {
        let error = Error::usage(format!("{} chunks are more than a journal has room for", chunks.count_left()));
        error.hint("--chunk 64MiB makes fewer")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_in_memory_is_kept_where_runs_of_the_system_have_names() {
        let of = |protocol, boot| run_for(protocol, boot, Path::new("a"));
        let failed = || Err(Error::new(ErrorKind::Io, "cannot tell"));
        assert_eq!(of(Protocol::Slots, Ok(Boot(7))).expect("it has a name"), Boot(7));
        for (boot, why) in [(Ok(Boot(0)), "does not tell its runs apart"), (failed(), "cannot tell")] {
            let error = of(Protocol::Slots, boot).expect_err(why);
            assert!(error.message().starts_with("cannot keep a journal: ") && error.message().contains(why), "{error}");
            assert_eq!((error.kind(), error.path()), (ErrorKind::Io, Some(Path::new("a.rmm-journal"))));
            assert!(error.hints()[0].starts_with("--no-journal"));
        }
        for boot in [Ok(Boot(0)), failed()] {
            assert_eq!(of(Protocol::Redo, boot).expect("it need not be known"), Boot(0));
        }
    }
}
