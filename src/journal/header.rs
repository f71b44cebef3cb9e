//! The beginning of every journal: which array, which job, which boot of the system, which mount, and how the rest is laid out.
//!
//! A journal may have been planted, damaged, or belong to another file. What it says is read strictly, in bounded
//! memory, and the text of its command is only ever shown.

use std::fmt;

use super::typed::{MOST_COMMAND, MOST_PATH};
use super::{Checksum, Counting, Folder, Grid, Placement, ReceiptPlace, Typed};
use crate::error::{Error, Result};

const MAGIC: [u8; 8] = *b"\x93RMMJRN\n";
const VERSION: u64 = 4;
/// Bytes of the words before the texts, and of the checksum behind them.
const WORDS: usize = MAGIC.len() + NUMBERS * 8;
const NUMBERS: usize = 33;
const CHECKSUM: usize = 16;
/// The longest header.
pub const MOST_HEADER_BYTES: usize =
    WORDS + MOST_COMMAND + ReceiptPlace::MOST_PATH + 2 * MOST_PATH + Placement::MOST_BYTES + CHECKSUM;
/// The most bytes of a batch, which is held in memory.
pub const MOST_BATCH_BYTES: u64 = 1 << 30;
/// The most slots: more threads than anyone starts.
const MOST_SLOTS: u64 = 1024;

/// The places that batches have by turns.
pub const PLACES: u64 = 2;

/// What a job can survive, and so how it keeps its journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// [`super::slots`].
    Slots,
    /// [`super::redo`].
    Redo,
}

/// Which file an array is in, whatever its name and its times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Array {
    /// The device that the file lies on; another number after a reboot, perhaps.
    pub dev: u64,
    /// Its number on that device.
    pub ino: u64,
    /// Its length in bytes.
    pub len: u64,
    /// When it was made, in nanoseconds since 1970; 0 where that is not known. Numbers of files are given again at once.
    pub born: u64,
}

impl Array {
    /// Whether it is the same file. Devices may have other numbers when the system is started again.
    pub fn is(&self, other: &Self) -> bool {
        let born = self.born == other.born || self.born == 0 || other.born == 0;
        (self.ino, self.len) == (other.ino, other.len) && born
    }
}

/// One run of the system, from its start to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Boot(pub u128);

impl Boot {
    /// From the text that the system gives: 32 hexadecimal digits with dashes.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.trim().chars().filter(|&letter| letter != '-').collect();
        let is_hex = digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        is_hex.then(|| u128::from_str_radix(&digits, 16).ok().map(Self)).flatten()
    }
}

/// One mount of a file system, from its beginning to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mount {
    /// The number of the mounted file system itself, the same through all its bind mounts and in all containers; 0 where
    /// it has none.
    pub system: u64,
    /// The number of the mount that the file was reached by; 0 where it is not known.
    pub mount: u64,
}

impl Mount {
    /// Whether the file system has, as far as is known, been mounted anew between the two. Where the file system has no
    /// number, another of its mounts cannot be told from a new one, and counts as such.
    pub fn is_another(&self, other: &Self) -> bool {
        let numbers = [(self.system, other.system), (self.mount, other.mount)];
        numbers.iter().find(|(one, other)| *one != 0 && *other != 0).is_some_and(|(one, other)| one != other)
    }
}

/// What a journal says of itself; never changed once it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// How it is kept.
    pub protocol: Protocol,
    /// A number that no other job has.
    pub job: u128,
    /// The array that is changed.
    pub array: Array,
    /// The run of the system in which it was begun.
    pub boot: Boot,
    /// The mount by which the array was reached then.
    pub mount: Mount,
    /// What is computed, where, from what: the same for the same command alone.
    pub operation: Checksum,
    /// The blocks of the job.
    pub grid: Grid,
    /// The order of the elements.
    pub counting: Counting,
    /// Where the blocks lie, where that could be written down.
    pub placement: Option<Placement>,
    /// The number of slots, one for each thread at most; of the places of batches for [`Protocol::Redo`], [`PLACES`].
    pub slots: u64,
    /// The number of blocks in a batch; 1 where there are none.
    pub batch: u64,
    /// The command, and where it was typed, to be shown.
    pub typed: Typed,
    /// Where its receipt goes, if it has one.
    pub receipt: Option<ReceiptPlace>,
}

impl Header {
    /// The bytes of the header.
    pub fn encode(&self) -> Vec<u8> {
        let protocol = match self.protocol {
            Protocol::Slots => 0,
            Protocol::Redo => 1,
        };
        let halves = |number: u128| [number as u64, (number >> 64) as u64];
        let Typed { command, folder: typed_in, array: name, word } = self.typed.clone().kept();
        let word = word.map_or([0, 0], |word| [word.start as u64, word.end as u64]);
        let Array { dev, ino, len, born } = self.array;
        let placement = self.placement.as_ref().and_then(Placement::encode).unwrap_or_default();
        let (path, folder) = match &self.receipt {
            Some(receipt) => (&receipt.path[..], [receipt.folder, receipt.born]),
            None => (&[][..], [0, 0]),
        };
        let numbers: [&[u64]; 15] = [
            &[VERSION, command.len() as u64, protocol],
            &halves(self.job),
            &[dev, ino, len, born],
            &halves(self.boot.0),
            &[self.mount.system, self.mount.mount],
            &halves(self.operation.0),
            &self.grid.numbers(),
            &[placement.len() as u64],
            &[self.slots],
            &[self.batch],
            &[path.len() as u64, folder[0], folder[1]],
            &[typed_in.path.len() as u64, typed_in.number, typed_in.born],
            &[name.len() as u64],
            &word,
            &[self.counting as u64],
        ];
        let mut bytes = MAGIC.to_vec();
        bytes.extend(numbers.concat().iter().flat_map(|number| number.to_le_bytes()));
        for text in [command.as_bytes(), path, &typed_in.path, &name, &placement] {
            bytes.extend(text);
        }
        let checksum = Checksum::of(&bytes, VERSION);
        bytes.extend(checksum.0.to_le_bytes());
        bytes
    }

    /// Whether a file that begins so was written as a journal, of whatever version and whatever has become of it.
    pub fn begins(bytes: &[u8]) -> bool {
        bytes.starts_with(&MAGIC)
    }

    /// Reads the beginning of a journal, at most [`MOST_HEADER_BYTES`] of it.
    ///
    /// # Errors
    /// Corrupt, where it is anything but what [`Header::encode`] writes.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let Some(words) = bytes.get(..WORDS).filter(|words| Self::begins(words)) else {
            return Err(Error::corrupt("is not a journal of rmm"));
        };
        let numbers: [u64; NUMBERS] = std::array::from_fn(|place| {
            let start = MAGIC.len() + place * 8;
            u64::from_le_bytes(words[start..start + 8].try_into().expect("eight bytes"))
        });
        let wide = |place: usize| u128::from(numbers[place]) | u128::from(numbers[place + 1]) << 64;
        let damaged = |what: &str| Error::corrupt(format!("is a damaged journal: {what}"));
        let [version, text, protocol, ..] = numbers;
        if version != VERSION {
            let message = format!(
                "is a journal of version {version}, and {VERSION} is known: the rmm that began the job can resume it"
            );
            return Err(Error::corrupt(message));
        }
        let texts = [
            (text, MOST_COMMAND, "its command"),
            (numbers[23], ReceiptPlace::MOST_PATH, "the name of its receipt"),
            (numbers[26], MOST_PATH, "the name of its folder"),
            (numbers[29], MOST_PATH, "the name of its array"),
            (numbers[20], Placement::MOST_BYTES, "where its blocks lie"),
        ];
        let mut ends = [0; 5];
        let mut end = WORDS;
        for ((len, most, what), text_end) in texts.into_iter().zip(&mut ends) {
            let len = usize::try_from(len).ok().filter(|&len| len <= most);
            end += len.ok_or_else(|| damaged(&format!("{what} is too long")))?;
            *text_end = end;
        }
        let Some(checksum) = bytes.get(end..end + CHECKSUM) else { return Err(damaged("it ends too soon")) };
        if checksum != Checksum::of(&bytes[..end], VERSION).0.to_le_bytes() {
            return Err(damaged("its checksum is another"));
        }
        let header = Self {
            protocol: match protocol {
                0 => Protocol::Slots,
                1 => Protocol::Redo,
                _ => return Err(damaged("its protocol is unknown")),
            },
            job: wide(3),
            array: Array { dev: numbers[5], ino: numbers[6], len: numbers[7], born: numbers[8] },
            boot: Boot(wide(9)),
            mount: Mount { system: numbers[11], mount: numbers[12] },
            operation: Checksum(wide(13)),
            grid: Grid::new(numbers[15], [numbers[16], numbers[17], numbers[18]], numbers[19])
                .map_err(|error| damaged(error.message()))?,
            counting: match numbers[32] {
                0 => Counting::Selection,
                1 => Counting::File,
                2 => Counting::Chunks,
                _ => return Err(damaged("the order of its elements")),
            },
            placement: None,
            slots: numbers[21],
            batch: numbers[22],
            typed: Typed {
                command: String::from_utf8(bytes[WORDS..ends[0]].to_vec())
                    .map_err(|_| damaged("its command is no text"))?,
                folder: Folder { path: bytes[ends[1]..ends[2]].to_vec(), number: numbers[27], born: numbers[28] },
                array: bytes[ends[2]..ends[3]].to_vec(),
                word: match (numbers[30], numbers[31]) {
                    (0, 0) => None,
                    (start, end) => {
                        let at = |number| usize::try_from(number).unwrap_or(usize::MAX);
                        Some(at(start)..at(end))
                    }
                },
            },
            receipt: match &bytes[ends[0]..ends[1]] {
                [] if numbers[24..26] == [0, 0] => None,
                path @ [b'/', ..] => Some(ReceiptPlace { path: path.to_vec(), folder: numbers[24], born: numbers[25] }),
                _ => return Err(damaged("the name of its receipt")),
            },
        };
        if header.protocol == Protocol::Redo && header.batch_bytes().is_none_or(|bytes| bytes > MOST_BATCH_BYTES) {
            return Err(damaged("its batches are too long"));
        }
        let slots = match header.protocol {
            Protocol::Slots => (1..=MOST_SLOTS).contains(&header.slots),
            Protocol::Redo => header.slots == PLACES,
        };
        if !slots || header.batch == 0 {
            return Err(damaged("its counts"));
        }
        if !header.typed.makes_sense() {
            return Err(damaged("where its command was typed"));
        }
        header.check_extent().map_err(|error| damaged(error.message()))?;
        let placement = match &bytes[ends[3]..ends[4]] {
            [] => None,
            words => {
                let placement = Placement::decode(words, &header.grid, header.array.len);
                Some(placement.map_err(|error| damaged(error.message()))?)
            }
        };
        Ok(Self { placement, ..header })
    }

    /// Bytes of a batch at most.
    fn batch_bytes(&self) -> Option<u64> {
        self.grid.block_bytes().checked_mul(self.batch)
    }

    /// A job has no more bytes than its file.
    fn check_extent(&self) -> Result<()> {
        let (nbytes, len) = (self.grid.nbytes(), self.array.len);
        if nbytes > len {
            return Err(Error::corrupt(format!("{nbytes} bytes of blocks in a file of {len}")));
        }
        Ok(())
    }
}

impl fmt::Display for Boot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::view::{Axis, Item, View};

    /// A header of 12 elements of 4 bytes in blocks of 2.
    pub(in crate::journal) fn header() -> Header {
        Header {
            protocol: Protocol::Slots,
            job: 0x1234_5678_9abc_def0_0fed_cba9_8765_4321,
            array: Array { dev: 1, ino: 2, len: 100, born: 3 },
            boot: Boot(77),
            mount: Mount { system: 5, mount: 6 },
            operation: Checksum(88),
            grid: Grid::new(12, [12, 12, 2], 4).expect("a grid"),
            counting: Counting::File,
            placement: Some(placement(52)),
            slots: 3,
            batch: 1,
            typed: Typed {
                command: "rmm map-chunks a.npy --expr 'x*2' -i".to_owned(),
                folder: Folder { path: b"/data/\xfe".to_vec(), number: 9, born: 10 },
                array: b"a.npy".to_vec(),
                word: Some(15..20),
            },
            receipt: Some(ReceiptPlace { path: b"/data/\xff done".to_vec(), folder: 7, born: 8 }),
        }
    }

    /// 12 elements of 4 bytes, one behind the other from a byte on.
    fn placement(first: u64) -> Placement {
        let axes = vec![Axis::Strided { len: 12, stride: 4 }];
        Placement { view: View::new(first, axes, Item::whole(4)), within: vec![0] }
    }

    fn refused(bytes: &[u8]) -> String {
        let error = Header::decode(bytes).expect_err("no journal");
        assert_eq!(error.kind(), crate::error::ErrorKind::Corrupt);
        error.message().to_owned()
    }

    #[test]
    fn what_is_written_is_read_back() {
        for (protocol, slots) in [(Protocol::Slots, 3), (Protocol::Redo, PLACES)] {
            for placement in [None, Some(placement(0)), Some(placement(52))] {
                for receipt in [None, header().receipt] {
                    let header = Header { protocol, placement: placement.clone(), slots, receipt, ..header() };
                    let mut bytes = header.encode();
                    assert_eq!(Header::decode(&bytes).expect("just written"), header);
                    bytes.extend([7; 100]);
                    assert_eq!(Header::decode(&bytes).expect("what follows is not the header's"), header);
                }
            }
        }
    }

    #[test]
    fn a_long_command_is_cut_where_a_letter_ends() {
        let path = [b"/", &[b'a'; ReceiptPlace::MOST_PATH - 1][..]].concat();
        let receipt = Some(ReceiptPlace { path, folder: u64::MAX, born: u64::MAX });
        let long = vec![b'/'; MOST_PATH];
        let typed = Typed {
            command: "é".repeat(MOST_COMMAND),
            folder: Folder { path: long.clone(), number: u64::MAX, born: u64::MAX },
            array: long,
            word: Some(MOST_COMMAND - 2..MOST_COMMAND),
        };
        let mut axes = vec![Axis::Strided { len: 12, stride: 4 }];
        axes.resize(339, Axis::Strided { len: 1, stride: 0 });
        let placement = Some(Placement { view: View::new(0, axes, Item::whole(4)), within: (0..339).collect() });
        let bytes = Header { typed: typed.clone(), receipt: receipt.clone(), placement, ..header() }.encode();
        assert_eq!(bytes.len(), MOST_HEADER_BYTES);
        let read = Header::decode(&bytes).expect("just written");
        let command = "é".repeat(MOST_COMMAND / 2);
        assert_eq!((read.typed, read.receipt), (Typed { command, ..typed }, receipt));
    }

    #[test]
    fn every_bit_counts() {
        let bytes = header().encode();
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            refused(&damaged);
        }
        for len in 0..bytes.len() {
            refused(&bytes[..len]);
        }
    }

    #[test]
    fn a_journal_of_another_version_is_refused_with_its_number() {
        let mut bytes = header().encode();
        bytes[8] = 2;
        assert!(refused(&bytes).starts_with("is a journal of version 2, and 4 is known"));
    }

    #[test]
    fn what_makes_no_sense_is_refused_though_its_checksum_is_right() {
        let typed = |folder: &[u8], word| {
            let typed = header().typed;
            Typed { folder: Folder { path: folder.to_vec(), ..typed.folder }, word, ..typed }
        };
        let receipt = |path: &[u8]| Some(ReceiptPlace { path: path.to_vec(), folder: 1, born: 1 });
        for (header, message) in [
            (Header { slots: 0, ..header() }, "counts"),
            (Header { slots: 1025, ..header() }, "counts"),
            (Header { protocol: Protocol::Redo, slots: 1, ..header() }, "counts"),
            (Header { protocol: Protocol::Redo, slots: 3, ..header() }, "counts"),
            (Header { batch: 0, ..header() }, "counts"),
            (Header { protocol: Protocol::Redo, batch: 1 << 28, ..header() }, "its batches are too long"),
            (Header { protocol: Protocol::Redo, batch: u64::MAX, ..header() }, "its batches are too long"),
            (Header { placement: Some(placement(53)), ..header() }, "where its blocks lie"),
            (Header { placement: Some(placement(u64::MAX)), ..header() }, "where its blocks lie"),
            (Header { array: Array { len: 47, ..header().array }, ..header() }, "in a file of 47"),
            (Header { receipt: receipt(b"done"), ..header() }, "the name of its receipt"),
            (Header { receipt: receipt(b""), ..header() }, "the name of its receipt"),
            (Header { receipt: receipt(&[b'/'; ReceiptPlace::MOST_PATH + 1]), ..header() }, "its receipt is too long"),
            (Header { typed: typed(b"data", None), ..header() }, "where its command was typed"),
            (Header { typed: typed(b"/", Some(15..15)), ..header() }, "where its command was typed"),
            (
                Header { typed: typed(b"/", Some(std::ops::Range { start: 15, end: 14 })), ..header() },
                "where its command was typed",
            ),
        ] {
            assert!(refused(&header.encode()).contains(message), "{}", refused(&header.encode()));
        }
    }

    #[test]
    fn a_file_is_the_same_by_its_number_length_and_birth() {
        let array = header().array;
        for same in [array, Array { dev: 9, ..array }, Array { born: 0, ..array }] {
            assert!(array.is(&same) && same.is(&array), "{same:?}");
        }
        for other in [Array { ino: 9, ..array }, Array { len: 9, ..array }, Array { born: 9, ..array }] {
            assert!(!array.is(&other) && !other.is(&array), "{other:?}");
        }
    }

    #[test]
    fn a_mount_is_another_where_what_is_known_of_both_differs() {
        let mount = |system, mount| Mount { system, mount };
        for (one, other, another) in [
            (mount(5, 6), mount(5, 7), false),
            (mount(5, 6), mount(4, 6), true),
            (mount(0, 6), mount(0, 7), true),
            (mount(5, 6), mount(0, 7), true),
            (mount(5, 6), mount(0, 6), false),
            (mount(5, 0), mount(0, 7), false),
            (mount(0, 0), mount(0, 0), false),
        ] {
            assert_eq!((one.is_another(&other), other.is_another(&one)), (another, another), "{one:?} {other:?}");
        }
    }

    #[test]
    fn reads_the_name_of_a_boot() {
        let boot = Boot::parse("01234567-89ab-cdef-0123-456789abcdef\n").expect("as Linux writes it");
        assert_eq!(boot.to_string(), "0123456789abcdef0123456789abcdef");
        for text in ["", "0123", "01234567-89ab-cdef-0123-456789abcdeg", "+1234567-89ab-cdef-0123-456789abcdef"] {
            assert_eq!(Boot::parse(text), None, "{text}");
        }
    }
}
