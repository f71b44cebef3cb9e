//! The journal of a job that ended early, as it is found beside an array: what can be said of it, and what is done
//! with it where nobody resumes it.

use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::place::{InPlace, Place};
use super::{JobNames, Operation, array_of};
use crate::error::{Error, ErrorKind, Result};
use crate::escape::shell_path;
use crate::journal::redo::Redo;
use crate::journal::slots::Slots;
use crate::journal::{Checksum, Header, Layout, MOST_HEADER_BYTES, Placement, Protocol, ReceiptPlace, Typed};
use crate::mapping::{ELSEWHERE, JournalFile, Kept, Mapping, PAGE, Sync, discarding, moving_aside, resuming, trusted};

/// A journal that belongs to the array beside it and can be trusted.
#[derive(Debug)]
pub struct Unfinished {
    pub(super) file: JournalFile,
    pub(super) header: Header,
    pub(super) layout: Layout,
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The number of blocks that are done.
    pub done: u64,
    /// The number of all blocks.
    pub blocks: u64,
    /// Which elements are done, in words.
    pub elements: String,
    /// What is whole in the journal, and not, or not surely, in the array.
    pub kept: Option<Pending>,
}

/// Blocks that are whole in a journal, and may be in the array in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// How many they are.
    pub blocks: u64,
    /// Which elements they are, in words.
    pub elements: String,
}

impl Left {
    /// Whether nothing is computed yet.
    pub fn is_nothing(&self) -> bool {
        self.done == 0 && self.kept.is_none()
    }

    /// Whether everything is computed, and whole in the array or the journal.
    pub fn is_all(&self) -> bool {
        self.done + self.kept.as_ref().map_or(0, |kept| kept.blocks) == self.blocks
    }

    /// What is done, without what is not surely so.
    fn done(&self) -> String {
        let Self { done, blocks, elements, .. } = self;
        let are = if *done == 1 { "is" } else { "are" };
        format!("{done} of {blocks} chunks {are} done: {elements}")
    }

    /// The same of a job that is given up, and whose journal is gone.
    pub fn given_up(&self) -> String {
        let torn = self.kept.as_ref().map(|kept| format!("; {} may be stored in part", kept.elements));
        self.done() + &torn.unwrap_or_default()
    }
}

impl fmt::Display for Left {
    /// `2 of 8 chunks are done: elements 0 to 8191 of the selection; 1 more is computed and waits in the journal:
    /// elements 8192 to 12287`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.done())?;
        let Some(Pending { blocks, elements }) = &self.kept else { return Ok(()) };
        let verbs = if *blocks == 1 { "is computed and waits" } else { "are computed and wait" };
        write!(f, "; {blocks} more {verbs} in the journal: {elements}")
    }
}

impl Unfinished {
    /// The journal beside an array, if there is one.
    ///
    /// # Errors
    /// Corrupt, where it is damaged, foreign or planted, or is void since the system was started again; io.
    pub fn of(array: &Mapping) -> Result<Option<Self>> {
        let planted = |error: Error| match (error.kind(), error.path()) {
            // What cannot be removed as a file is moved out of the way.
            (ErrorKind::Corrupt, Some(path)) if path.is_dir() && !path.is_symlink() => {
                let command = moving_aside(path);
                error.whole_hint(command)
            }
            (ErrorKind::Corrupt, _) => error.whole_hint(discarding(array.path())),
            _ => error,
        };
        let Some(file) = JournalFile::open(array.path()).map_err(planted)? else { return Ok(None) };
        let path = file.path().to_path_buf();
        let way_out = if file.is_ours() { discarding(array.path()) } else { moving_aside(&path) };
        Self::read(file, array).map(Some).map_err(|error| error.at(path).whole_hint(way_out))
    }

    /// Whether there is a journal beside the array that was written for it, or may have been: of another version, or
    /// damaged. Elsewhere the array may be anything.
    pub fn is_beside(array: &Mapping) -> bool {
        let journal = JournalFile::open(array.path()).ok().flatten();
        let beginning = journal.and_then(|file| file.beginning(MOST_HEADER_BYTES).ok()).unwrap_or_default();
        match Header::decode(&beginning) {
            Ok(header) => header.array.is(&array_of(array)),
            Err(_) => Header::begins(&beginning),
        }
    }

    /// The journal of a job that has made this array in a file of the name `part`, and given it its own name since: it can
    /// only be ended.
    ///
    /// # Errors
    /// As [`JournalFile::orphan`].
    pub fn of_made(array: &Mapping, part: &Path) -> Result<Option<Self>> {
        let file = JournalFile::orphan(part)?;
        // One of another file, or of another run of the system, is nobody's.
        Ok(file.and_then(|file| Self::read(file, array).ok()))
    }

    fn read(file: JournalFile, array: &Mapping) -> Result<Self> {
        let (header, layout) = trusted(&file, (array.file(), array.len(), array.path()))?;
        Ok(Self { file, header, layout })
    }

    /// Whether it was begun by the same words, typed in the same folder, and is another job all the same: what they name
    /// has changed.
    pub fn has_other_inputs(&self, operation: Checksum, typed: &Typed) -> bool {
        !self.is_of(operation) && self.header.typed.is(typed)
    }

    /// The number of the job.
    pub fn job(&self) -> u128 {
        self.header.job
    }

    /// The command that goes on with it, to be shown.
    pub fn resuming(&self) -> String {
        resuming(self.file.path(), &self.header.typed)
    }

    /// Whether it is a job of this operation.
    pub fn is_of(&self, operation: Checksum) -> bool {
        self.header.operation == operation
    }

    /// What the end of it must outlive, whatever is asked for now: what was begun to outlive the system ends so.
    pub fn sync(&self, asked: Sync) -> Sync {
        match self.header.protocol {
            Protocol::Redo => Sync::Yes,
            Protocol::Slots => asked,
        }
    }

    /// Ends a job that its receipt says is done, or whose array is given up with it.
    ///
    /// # Errors
    /// Io.
    pub fn conclude(&self, sync: Sync) -> Result<()> {
        self.file.vanish(sync)
    }

    /// How far it is, where what is whole in the journal counts as done.
    ///
    /// # Errors
    /// Corrupt, where that makes no sense; io.
    pub fn left(self) -> Result<(Self, Left)> {
        let this = self.seen()?;
        let left = left(&this.file, &this.header, this.layout, u64::MAX)?;
        Ok((this, left))
    }

    /// The number of blocks that are done, or whole in the journal, and of all.
    ///
    /// # Errors
    /// As [`Unfinished::left`].
    pub fn count(self) -> Result<(u64, u64)> {
        let this = self.seen()?;
        let counted = match this.header.protocol {
            Protocol::Redo => done_in_order(&this.file, &this.header, this.layout),
            Protocol::Slots => Slots::new(&this.file, &this.header, this.layout).count().map(|(count, _)| count),
        };
        let done = counted.map_err(|error| error.at(this.file.path()))?;
        Ok((done, this.header.grid.blocks()))
    }

    /// The same, to be looked at.
    fn seen(self) -> Result<Self> {
        let kept = if self.header.protocol == Protocol::Redo { Kept::Written } else { Kept::Seen };
        Ok(Self { file: self.file.kept(kept)?, ..self })
    }

    /// Makes sure that it is the journal of this operation, and of its receipt or of none.
    ///
    /// # Errors
    /// Busy, where it is not; io.
    pub fn check_operation(&self, operation: &Operation) -> Result<()> {
        let array = self.file.array_path();
        if self.header.operation == operation.checksum {
            // Who leaves the receipt out would have the next one who asks for it begin the job anew.
            let message = match (&self.header.receipt, operation.place()?) {
                (None, None) => return Ok(()),
                (Some(own), Some(asked)) if own.is(&asked) => return Ok(()),
                (Some(own), None) => format!("with --receipt {}, and goes on with that one alone", shown(own)),
                (Some(own), Some(asked)) => format!("with --receipt {}, not {}", shown(own), shown(&asked)),
                (None, Some(_)) => "without --receipt, and is ended without one".to_owned(),
            };
            let error = Error::new(ErrorKind::Busy, format!("is the journal of a job that was begun {message}"));
            return Err(error.at(self.file.path()).whole_hint(self.resuming()).whole_hint(discarding(&array)));
        }
        // The same words again are no way out: what they name has changed.
        let error = if self.has_other_inputs(operation.checksum, &operation.typed) {
            let message =
                "is the journal of another job: of the same command, when the arrays that it names were others";
            Error::new(ErrorKind::Busy, message)
        } else {
            Error::new(ErrorKind::Busy, "is the journal of another job, or an array that it reads has changed since")
                .whole_hint(self.resuming())
        };
        Err(error.at(self.file.path()).whole_hint(discarding(&array)))
    }

    /// Removes the journal of an array that is not there, by this name; none where there is none, else which part of the
    /// job is done.
    ///
    /// # Errors
    /// As [`JournalFile::orphan`].
    pub fn discard_orphan(array: &Path) -> Result<Option<String>> {
        let Some(file) = JournalFile::orphan(array)? else { return Ok(None) };
        let looked_at = || {
            let header = Header::decode(&file.beginning(MOST_HEADER_BYTES)?)?;
            let layout = Layout::new(&header, PAGE)?;
            file.check_len(&layout)?;
            Ok::<_, Error>((header, layout))
        };
        let looked_at = looked_at();
        file.vanish(Sync::No)?;
        let left = looked_at.and_then(|(header, layout)| left(&file.kept(Kept::Seen)?, &header, layout, 0));
        Ok(Some(left.map_or_else(|_| "which part is done is not known".to_owned(), |left| left.given_up())))
    }

    /// Why nobody else may store in the array.
    pub fn refusal(self, array: &Mapping) -> Error {
        let resuming = self.resuming();
        let message = match self.count() {
            Ok((done, blocks)) => format!("has an unfinished job, {done} of {blocks} chunks are computed"),
            Err(error) => return error,
        };
        Error::new(ErrorKind::Busy, message).at(array.path()).whole_hint(resuming).whole_hint(discarding(array.path()))
    }

    /// Gives the job up: what is whole in the journal is stored, so that each block is as it was or as it should be,
    /// and the journal is removed.
    ///
    /// Where there is no room to store it, the journal makes some, once it is copied to TMPDIR. Where even that is too
    /// little, it is gone all the same, and what may be stored in part is [named](Left::given_up), with the reason. So it
    /// is where only its name could not be flushed.
    ///
    /// # Errors
    /// Corrupt, where the journal makes no sense; io, where it cannot be read, stored, copied or removed: it is kept.
    pub fn discard(self, array: &Mapping) -> Result<(Left, Option<Error>)> {
        let this = self.seen()?;
        let found = left(&this.file, &this.header, this.layout, 0)?;
        let sync = this.sync(Sync::No);
        let Self { file, header, layout } = this;
        let Some(placement) = &header.placement else {
            let unflushed = gone(&file, sync)?;
            let torn = found.kept.is_some().then(|| {
                Error::new(ErrorKind::Io, "what waits in its journal is for places that are listed, and is not stored")
                    .at(array.path())
            });
            return Ok((found, torn.or(unflushed)));
        };
        let store_whole = |file| store_whole(file, (&header, layout, placement), array, sync);
        match store_whole(file) {
            Ok((file, left)) => Ok((left, gone(&file, sync)?)),
            Err(error) if error.is_of_room() => {
                let Some(file) = JournalFile::open(array.path())? else { return Err(error) };
                // All that the copy will need is its own before the journal goes.
                let copy = file.copied().and_then(|copy| to_store_from(copy, header.protocol));
                let copy = copy.map_err(|why| {
                    let why = format!("and there is no room for a copy of the journal, either: {}", why.message());
                    error.followed_by(why).hint(ELSEWHERE)
                })?;
                let unflushed = gone(&file, sync)?;
                drop(file);
                Ok(store_whole(copy).map_or_else(|error| (found, Some(error)), |(_, left)| (left, unflushed)))
            }
            Err(error) => Err(error),
        }
    }
}

fn shown(receipt: &ReceiptPlace) -> String {
    shell_path(Path::new(OsStr::from_bytes(&receipt.path)))
}

fn to_store_from(file: JournalFile, protocol: Protocol) -> Result<JournalFile> {
    file.kept(if protocol == Protocol::Redo { Kept::Written } else { Kept::Mapped })
}

/// Removes the journal of a job that is given up: why that may not outlive the system, if it may not.
fn gone(file: &JournalFile, sync: Sync) -> Result<Option<Error>> {
    file.vanish(Sync::No)?;
    // If it is found once more, it is given up once more, and stores nothing that is not there.
    Ok(file.remain(sync).err().map(|error| error.with_hints(Vec::new())))
}

/// Stores what is whole in a journal.
fn store_whole(
    file: JournalFile,
    (header, layout, placement): (&Header, Layout, &Placement),
    array: &Mapping,
    sync: Sync,
) -> Result<(JournalFile, Left)> {
    let places = |block| Place::placed(placement, header.grid.ranks(block));
    let mut blocks = InPlace::new(array, &places)?;
    let file = to_store_from(file, header.protocol)?;
    match header.protocol {
        Protocol::Redo => {
            let names = &mut JobNames { file: &file, sync, receipt: None };
            Redo::new(&file, header, layout).recover(names, &mut blocks)?;
        }
        Protocol::Slots => Slots::new(&file, header, layout).recover(&mut blocks)?,
    }
    array.finish_writing(sync)?;
    let left = left(&file, header, layout, u64::MAX)?;
    Ok((file, left))
}

/// How far a job is. Of batches, those before block `stored` are known to be in the array; the last ones in the journal
/// may be or not.
pub(super) fn left(file: &JournalFile, header: &Header, layout: Layout, stored: u64) -> Result<Left> {
    let grid = &header.grid;
    let looked_at = || match header.protocol {
        Protocol::Redo => {
            let redo = Redo::new(file, header, layout);
            redo.examine()?;
            let pending = redo.pending();
            let done = stored.clamp(pending.start, pending.end);
            Ok((done, grid.described(std::iter::once(0..done)), std::iter::once(done..pending.end).collect()))
        }
        Protocol::Slots => {
            let slots = Slots::new(file, header, layout);
            let (count, mut kept) = slots.count()?;
            kept.sort_unstable();
            let runs: Vec<_> = kept.iter().map(|&block| block..block + 1).collect();
            Ok((count - kept.len() as u64, grid.described(slots.runs()), runs))
        }
    };
    let (done, elements, kept) = looked_at().map_err(|error: Error| error.at(file.path()))?;
    let blocks = kept.iter().map(|run: &std::ops::Range<u64>| run.end - run.start).sum();
    let kept = (blocks > 0).then(|| Pending { blocks, elements: grid.described(kept.into_iter()) });
    let elements = format!("{elements} {}", header.counting.words());
    Ok(Left { done, blocks: grid.blocks(), elements, kept })
}

/// The number of blocks that are done, or whole in a journal of batches.
fn done_in_order(file: &JournalFile, header: &Header, layout: Layout) -> Result<u64> {
    let redo = Redo::new(file, header, layout);
    redo.examine().map(|()| redo.next_block())
}
