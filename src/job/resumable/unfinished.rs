//! The journal of a job that ended early, as it is found beside an array: what can be said of it, and what is done
//! with it where nobody resumes it.

use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::place::{InPlace, Place};
use super::{JobNames, Operation, PAGE, array_of};
use crate::error::{Error, ErrorKind, Result};
use crate::escape::shell_path;
use crate::journal::redo::Redo;
use crate::journal::slots::Slots;
use crate::journal::{Checksum, Header, Layout, MOST_HEADER_BYTES, Protocol, ReceiptPlace};
use crate::mapping::{JournalFile, Kept, Mapping, Sync, discarding, mount_of, this_boot};

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
    /// The number of blocks that are done, or whole in the journal.
    pub done: u64,
    /// The number of all blocks.
    pub blocks: u64,
    /// Which elements are done, in words.
    pub elements: String,
}

impl fmt::Display for Left {
    /// `3 of 8 chunks are done: elements 0 to 12287 of the selection`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { done, blocks, elements } = self;
        let are = if *done == 1 { "is" } else { "are" };
        write!(f, "{done} of {blocks} chunks {are} done: {elements} of the selection")
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
                let mut aside = path.as_os_str().to_owned();
                aside.push(".old");
                let command = format!("mv {} {}", shell_path(path), shell_path(aside.as_ref()));
                error.whole_hint(command)
            }
            (ErrorKind::Corrupt, _) => error.whole_hint(discarding(array.path())),
            _ => error,
        };
        let Some(file) = JournalFile::open(array.path()).map_err(planted)? else { return Ok(None) };
        let path = file.path().to_path_buf();
        Self::read(file, array).map(Some).map_err(|error| error.at(path).whole_hint(discarding(array.path())))
    }

    fn read(file: JournalFile, array: &Mapping) -> Result<Self> {
        let header = Header::decode(&file.beginning(MOST_HEADER_BYTES)?)?;
        let (found, own) = (header.array, array_of(array));
        let same_boot = header.boot == this_boot() && header.boot.0 != 0;
        if !found.is(&own) {
            let name = array.path().file_name().unwrap_or_default().to_string_lossy();
            let (ino, len) = (found.ino, found.len);
            let where_is = if (ino, len) == (own.ino, own.len) {
                format!("where {name} was made at another time")
            } else {
                format!("where {name} is inode {} of {}", own.ino, own.len)
            };
            let message = format!("is the journal of another file: inode {ino} of {len} bytes, {where_is}");
            return Err(Error::corrupt(message));
        }
        // Only what --sync has flushed is sure to be there again, under whatever number the device has by now.
        if header.protocol == Protocol::Slots {
            let same_mount = found.dev == own.dev && !header.mount.is_another(&mount_of(array.file()));
            let since = match (same_boot, same_mount) {
                (false, _) => "before the system was started the last time",
                (true, false) => "before the file system was mounted the last time",
                (true, true) => "",
            };
            if !since.is_empty() {
                return Err(Error::corrupt(format!("was begun {since}: what was stored since then is not known")));
            }
        }
        let layout = Layout::new(&header, PAGE)?;
        file.check_len(&layout)?;
        Ok(Self { file, header, layout })
    }

    /// The command that began it, to be shown.
    pub fn command(&self) -> &str {
        &self.header.command
    }

    /// The number of the job.
    pub fn job(&self) -> u128 {
        self.header.job
    }

    /// The command that goes on with it, to be shown.
    pub fn resuming(&self) -> String {
        resuming(&self.header.command)
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

    /// How far it is.
    ///
    /// # Errors
    /// Corrupt, where that makes no sense; io.
    pub fn left(self) -> Result<(Self, Left)> {
        let this = self.seen()?;
        let left = left(&this.file, &this.header, this.layout)?;
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

    /// The same, if it is the journal of this operation, and of its receipt or of none.
    pub(super) fn for_operation(self, operation: &Operation) -> Result<Self> {
        let array = self.file.array_path();
        if self.header.operation == operation.checksum {
            // Who leaves the receipt out would have the next one who asks for it begin the job anew.
            let message = match (&self.header.receipt, operation.place()?) {
                (None, None) => return Ok(self),
                (Some(own), Some(asked)) if own.is(&asked) => return Ok(self),
                (Some(own), None) => format!("with --receipt {}, and goes on with that one alone", shown(own)),
                (Some(own), Some(asked)) => format!("with --receipt {}, not {}", shown(own), shown(&asked)),
                (None, Some(_)) => "without --receipt, and is ended without one".to_owned(),
            };
            let error = Error::new(ErrorKind::Busy, format!("is the journal of a job that was begun {message}"));
            return Err(error.at(self.file.path()).whole_hint(self.resuming()).whole_hint(discarding(&array)));
        }
        // The same words again are no way out: what they name has changed.
        let error = if self.header.command == operation.command {
            let message =
                "is the journal of another job: of the same command, when the arrays that it names were others";
            Error::new(ErrorKind::Busy, message)
        } else {
            Error::new(ErrorKind::Busy, "is the journal of another job, or an array that it reads has changed since")
                .whole_hint(resuming(&self.header.command))
        };
        Err(error.at(self.file.path()).whole_hint(discarding(&array)))
    }

    /// Why nobody else may store in the array.
    pub fn refusal(self, array: &Mapping) -> Error {
        let command = self.header.command.clone();
        let message = match self.count() {
            Ok((done, blocks)) => format!("has an unfinished job, {done} of {blocks} chunks are done"),
            Err(error) => return error,
        };
        Error::new(ErrorKind::Busy, message)
            .at(array.path())
            .whole_hint(resuming(&command))
            .whole_hint(discarding(array.path()))
    }

    /// Gives the job up: what is whole in the journal is stored, so that each block is as it was or as it should be,
    /// and the journal is removed.
    ///
    /// # Errors
    /// Corrupt, where the journal makes no sense; io.
    pub fn discard(self, array: &Mapping) -> Result<(Left, Torn)> {
        let (this, left) = self.left()?;
        let Self { file, header, layout } = this;
        let (sync, kept) = match header.protocol {
            Protocol::Redo => (Sync::Yes, Kept::Written),
            Protocol::Slots => (Sync::No, Kept::Mapped),
        };
        let file = file.kept(kept)?;
        let torn = match (header.contiguous, header.protocol) {
            (Some(first), _) => {
                let start = |block| first + header.grid.ranks(block).start * header.grid.itemsize();
                let places = |block| Place::bytes(start(block)..start(block) + header.grid.bytes_of(block));
                let mut blocks = InPlace::new(array, &places)?;
                match header.protocol {
                    Protocol::Redo => {
                        let names = &mut JobNames { file: &file, sync, receipt: None };
                        Redo::new(&file, &header, layout).recover(names, &mut blocks)?;
                    }
                    Protocol::Slots => Slots::new(&file, &header, layout).recover(&mut blocks)?,
                }
                array.finish_writing(sync)?;
                Torn(None)
            }
            (None, Protocol::Redo) => {
                let redo = Redo::new(&file, &header, layout);
                redo.examine()?;
                let pending = redo.pending();
                Torn((!pending.is_empty()).then(|| header.grid.described(std::iter::once(pending))))
            }
            (None, _) => {
                let mut pending: Vec<u64> =
                    Slots::new(&file, &header, layout).pending()?.into_iter().map(|(_, block)| block).collect();
                pending.sort_unstable();
                Torn(
                    (!pending.is_empty())
                        .then(|| header.grid.described(pending.into_iter().map(|block| block..block + 1))),
                )
            }
        };
        file.vanish(sync)?;
        Ok((left, torn))
    }
}

fn shown(receipt: &ReceiptPlace) -> String {
    shell_path(Path::new(OsStr::from_bytes(&receipt.path)))
}

/// Elements that may be as they were or as they should be, in words: where the journal does not say where they lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Torn(pub Option<String>);

/// The command that goes on with a job.
pub(super) fn resuming(command: &str) -> String {
    // Options are options anywhere but behind a lone `--`, which cannot be told from one in quotes; what stands before
    // the subcommand's name is never quoted.
    let names = [" map-chunks", " fill"];
    let end = names.iter().filter_map(|name| command.find(name).map(|start| start + name.len())).min();
    let (named, rest) = command.split_at(end.unwrap_or(command.len()));
    format!("{named} --resume{rest}")
}

pub(super) fn left(file: &JournalFile, header: &Header, layout: Layout) -> Result<Left> {
    let grid = &header.grid;
    let counted = match header.protocol {
        Protocol::Redo => {
            done_in_order(file, header, layout).map(|done| (done, grid.described(std::iter::once(0..done))))
        }
        Protocol::Slots => {
            let slots = Slots::new(file, header, layout);
            slots.count().map(|(count, whole)| (count, grid.described(slots.runs(&whole))))
        }
    };
    let (done, elements) = counted.map_err(|error| error.at(file.path()))?;
    Ok(Left { done, blocks: grid.blocks(), elements })
}

/// The number of blocks that are done, or whole in a journal of batches.
fn done_in_order(file: &JournalFile, header: &Header, layout: Layout) -> Result<u64> {
    let redo = Redo::new(file, header, layout);
    redo.examine().map(|()| redo.next_block())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_resumed_by_an_option_behind_the_name_of_its_command() {
        for (command, resumed) in [
            ("rmm map-chunks a -i --expr 'x -- 1'", "rmm map-chunks --resume a -i --expr 'x -- 1'"),
            ("rmm -j 4 fill --expr 'x + 1' -- -map-chunks", "rmm -j 4 fill --resume --expr 'x + 1' -- -map-chunks"),
            ("rmm map-chunks ' fill' -i", "rmm map-chunks --resume ' fill' -i"),
        ] {
            assert_eq!(resuming(command), resumed);
        }
    }
}
