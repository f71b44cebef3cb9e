//! The receipt of a job that is done: whoever holds it need not ask whether it ever ran.
//!
//! A journal is gone when its job is done, as it was not there before the job began. A process that is killed behind
//! its last store and before its end cannot be told from one that never began, except by its receipt.

use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::Operation;
use crate::error::{At, Error, ErrorKind, Result};
use crate::journal::{Array, Checksum, Header, ReceiptPlace};
use crate::mapping::{
    JournalFile, Mapping, NewFile, Replace, Sync, flush_named, full_path, moving_aside, partial_path,
};

const TITLE: &str = "rmm receipt 1";
/// Longer than any receipt but for its command, which is cut.
const MOST: u64 = 128 << 10;

/// What a receipt says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The number of the job.
    pub job: u128,
    /// What was computed.
    pub operation: Checksum,
    /// Where it was stored.
    array: Array,
    /// The command, to be shown.
    command: String,
}

/// Where a receipt of this path goes, from wherever it is named.
///
/// # Errors
/// Usage, where the path is none that can be kept; io, where its folder cannot be found.
pub(super) fn place(path: &Path) -> Result<ReceiptPlace> {
    let full = full_path(path)?;
    let (found, most) = (full.as_os_str().as_bytes(), ReceiptPlace::MOST_PATH);
    if found.len() > most {
        let message =
            format!("is {} bytes long from the root on, and the name of a receipt at most {most}", found.len());
        return Err(Error::usage(message).at(path));
    }
    let folder = full.parent().unwrap_or(&full).metadata();
    let folder = folder.map_err(|error| Error::io("cannot examine its folder", error).at(path))?;
    let born = folder.created().ok().and_then(|born| born.duration_since(UNIX_EPOCH).ok());
    let born = born.map_or(0, |born| born.as_nanos() as u64);
    Ok(ReceiptPlace { path: found.to_vec(), folder: folder.ino(), born })
}

impl Receipt {
    pub(super) fn of(header: &Header) -> Self {
        let Header { job, operation, array, typed, .. } = header.clone();
        Self { job, operation, array, command: typed.command.replace(['\n', '\r'], " ") }
    }

    /// That of a job which has nothing to do, and no journal.
    pub fn of_nothing(operation: &Operation, array: &Mapping) -> Self {
        let command = operation.typed.clone().kept().command.replace(['\n', '\r'], " ");
        Self { job: operation.job, operation: operation.checksum, array: super::array_of(array), command }
    }

    /// The receipt at a path, if there is one.
    ///
    /// # Errors
    /// Usage, where something else is there; io.
    pub fn read(path: &Path) -> Result<Option<Self>> {
        let mut text = Vec::new();
        // A FIFO is not even opened: that would wait for somebody to write to it.
        if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
            return Err(Error::usage("is not a regular file").at(path).hint("--receipt takes a name of its own"));
        }
        match std::fs::File::open(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io("cannot open", error).at(path)),
            Ok(file) => {
                file.take(MOST).read_to_end(&mut text).map_err(|error| Error::io("cannot read", error)).at(path)?;
            }
        }
        let receipt = String::from_utf8(text).ok().and_then(|text| Self::parse(&text));
        let foreign = || Error::usage("is there and is no receipt").at(path).hint("--receipt takes a name of its own");
        receipt.map(Some).ok_or_else(foreign)
    }

    /// Refuses the names that the job itself uses: those of the array and of its journal.
    ///
    /// # Errors
    /// Usage, where it is one of them.
    pub fn refuse_names_of(path: &Path, array: &Mapping) -> Result<()> {
        let is_array = array.is_at(path);
        if !is_array && !JournalFile::has_name(array.path(), path)? {
            return Ok(());
        }
        Err(named_as(if is_array { "the array" } else { "its journal" }, path))
    }

    /// Refuses the names that a job uses which makes a file: those of the file, of what is there of it, and of its journal.
    ///
    /// # Errors
    /// Usage, where it is one of them; io, where one of their folders cannot be found.
    pub fn refuse_names_around(path: &Path, out: &Path) -> Result<()> {
        let (own, part) = (full_path(path)?, partial_path(out)?);
        let whose = match () {
            () if own == full_path(out)? => "the file that is made",
            () if own == full_path(&part)? => "its partial file",
            () if JournalFile::has_name(&part, path)? => "its journal",
            () => return Ok(()),
        };
        Err(named_as(whose, path))
    }

    /// Makes sure that there can be a receipt at a path, before there is anything to be certified.
    ///
    /// # Errors
    /// As [`NewFile`].
    pub fn prepare(path: &Path) -> Result<()> {
        NewFile::place(path, Replace::Force).map(drop)
    }

    /// Whether it is that of this operation on this array.
    pub fn is_of(&self, operation: Checksum, array: &Mapping) -> bool {
        self.operation == operation && self.is_on(&super::array_of(array))
    }

    /// Whether the file is the one that was stored in. A receipt may lie anywhere, so where its birth does not tell a file
    /// from that of the same number on another device, the device does.
    fn is_on(&self, array: &Array) -> bool {
        let born = self.array.born != 0 && array.born != 0;
        self.array.is(array) && (born || self.array.dev == array.dev)
    }

    /// Writes it, whole or not at all, unless it is there. What else is there by now stays: it is not for this job to
    /// replace.
    ///
    /// # Errors
    /// Usage, where something else is there; as [`NewFile`].
    pub fn write(&self, path: &Path, sync: Sync) -> Result<()> {
        let in_the_way = |error: Error| error.with_hints(Vec::new()).whole_hint(moving_aside(path));
        match Self::read(path).map_err(in_the_way)? {
            Some(found) if found == *self => flush_named(path, sync),
            Some(_) => Err(in_the_way(Error::usage("is the receipt of another job by now").at(path))),
            None => self.make(path, Replace::Never, sync).map_err(|error| match error.kind() {
                ErrorKind::Usage => in_the_way(error),
                _ => error,
            }),
        }
    }

    /// Writes it in the place of one that says the same of a file that is no longer there.
    ///
    /// # Errors
    /// As [`NewFile`].
    pub fn write_again(&self, path: &Path, sync: Sync) -> Result<()> {
        self.make(path, Replace::Force, sync)
    }

    fn make(&self, path: &Path, replace: Replace, sync: Sync) -> Result<()> {
        let new = NewFile::create(path, replace)?;
        new.file().write_all(self.text().as_bytes()).map_err(|error| Error::io("cannot write", error)).at(path)?;
        new.commit(sync)
    }

    /// Takes it away where what it says is not so, after all.
    pub fn withdraw(&self, path: &Path) {
        if Self::read(path).is_ok_and(|found| found.as_ref() == Some(self)) {
            let _ = std::fs::remove_file(path);
        }
    }

    fn text(&self) -> String {
        let Self { job, operation, array: Array { dev, ino, len, born }, command } = self;
        let array = format!("array {dev} {ino} {len} {born}");
        format!("{TITLE}\njob {job:032x}\noperation {:032x}\n{array}\ncommand {command}\n", operation.0)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_prefix(TITLE)?.strip_prefix('\n')?.strip_suffix('\n')?.splitn(4, '\n');
        let mut value = |key: &str| lines.next()?.strip_prefix(key)?.strip_prefix(' ');
        let hex = |text: &str| u128::from_str_radix(text, 16).ok();
        let (job, operation) = (hex(value("job")?)?, Checksum(hex(value("operation")?)?));
        let mut numbers = value("array")?.split(' ').map(|number| number.parse().ok());
        let mut number = || numbers.next().flatten();
        let array = Array { dev: number()?, ino: number()?, len: number()?, born: number()? };
        let command = value("command")?.to_owned();
        Some(Self { job, operation, array, command })
    }
}

fn named_as(whose: &str, path: &Path) -> Error {
    let error = Error::usage(format!("the receipt cannot have the name of {whose}")).at(path);
    error.hint("--receipt takes a name of its own")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Typed;

    fn receipt() -> Receipt {
        let array = Array { dev: 1, ino: 2, len: 3, born: 4 };
        Receipt { job: 7, operation: Checksum(8), array, command: "rmm map-chunks x -i".to_owned() }
    }

    #[test]
    fn as_much_of_a_command_as_a_header_keeps_is_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let typed = Typed { command: "é\n".repeat(1 << 17), ..Typed::default() };
        let command = typed.kept().command.replace('\n', " ");
        let long = Receipt { command, ..receipt() };
        let path = folder.path().join("receipt");
        long.write(&path, Sync::No).expect("written");
        assert_eq!(Receipt::read(&path).expect("a receipt"), Some(long));
    }

    #[test]
    fn a_file_of_another_device_is_another_unless_its_birth_says_that_it_is_not() {
        let Receipt { array, .. } = receipt();
        for (other, same) in [
            (array, true),
            (Array { dev: 9, ..array }, true),
            (Array { born: 0, ..array }, true),
            (Array { dev: 9, born: 0, ..array }, false),
            (Array { ino: 9, ..array }, false),
            (Array { born: 9, ..array }, false),
        ] {
            assert_eq!(receipt().is_on(&other), same, "{other:?}");
            assert_eq!(Receipt { array: other, ..receipt() }.is_on(&array), same, "{other:?}");
        }
    }

    #[test]
    fn what_is_written_is_read_back_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("receipt");
        assert_eq!(Receipt::read(&path).expect("nothing is there"), None);
        for sync in [Sync::No, Sync::Yes, Sync::No] {
            receipt().write(&path, sync).expect("written");
            assert_eq!(Receipt::read(&path).expect("a receipt"), Some(receipt()));
        }
        for text in ["", "rmm receipt 1\n", "rmm receipt 2\njob 1\n", &receipt().text()[..60], "notes"] {
            std::fs::write(&path, text).expect("written");
            assert_eq!(Receipt::read(&path).expect_err(text).kind(), crate::error::ErrorKind::Usage);
        }
        Receipt::read(folder.path()).expect_err("a folder");
    }

    #[test]
    fn what_is_there_and_is_not_its_own_is_not_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("receipt");
        let other = Receipt { job: 8, ..receipt() };
        for sync in [Sync::No, Sync::Yes] {
            for text in ["notes", &other.text()] {
                std::fs::write(&path, text).expect("written");
                let error = receipt().write(&path, sync).expect_err("somebody else's");
                assert_eq!((error.kind(), error.hints()), (ErrorKind::Usage, &[moving_aside(&path)][..]));
                receipt().withdraw(&path);
                assert_eq!(std::fs::read_to_string(&path).expect("there"), text);
            }
            receipt().write_again(&path, sync).expect("said to be void");
            receipt().withdraw(&path);
            assert!(!path.exists());
        }
    }
}
