//! Machines that lose power at any write, flushes that fail, and processes that are killed in between.
//!
//! What is not flushed may reach the storage or not, sector by sector, each in any of the states that it has had since
//! the last flush, or torn between two of them. A flush that fails marks everything as flushed, as Linux does: the
//! file shows what was written, the storage does not hold it, and nobody will ever try again.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use super::{Broken, Fate, Job, Life, Random, Step, When, all_go_well, caught, computed, ended};
use crate::error::{Error, Result};
use crate::journal::redo::{Digests, Last, Redo};
use crate::journal::{Blocks, Checksum, Flush, Layout, Medium, Names, Protocol, conclude};

/// Bytes that a disk writes at once, unless power is lost.
const SECTOR: usize = 16;
/// The most ends of a job.
const ENDS: u64 = 6;

/// A file on a disk: what it shows, what is stored, and the writes between the two.
#[derive(Default)]
struct Disk {
    shown: Vec<u8>,
    stored: Vec<u8>,
    waiting: Vec<(usize, Vec<u8>)>,
}

impl Disk {
    fn new(bytes: Vec<u8>) -> Self {
        Self { shown: bytes.clone(), stored: bytes, waiting: Vec::new() }
    }

    fn write(&mut self, at: usize, bytes: Vec<u8>) {
        self.shown[at..at + bytes.len()].copy_from_slice(&bytes);
        self.waiting.push((at, bytes));
    }

    fn flush(&mut self) {
        for (at, bytes) in self.waiting.drain(..) {
            self.stored[at..at + bytes.len()].copy_from_slice(&bytes);
        }
    }

    /// Some of the waiting writes are stored, all are forgotten.
    fn lose(&mut self, random: &mut Random) {
        for start in (0..self.stored.len()).step_by(SECTOR) {
            let sector = start..(start + SECTOR).min(self.stored.len());
            let touches = |(at, bytes): &&(usize, Vec<u8>)| *at < sector.end && sector.start < at + bytes.len();
            let count = self.waiting.iter().filter(touches).count() as u64;
            let stored = random.below(count + 1);
            // One more of them is torn, sometimes: its first bytes are stored, or its last.
            let (torn, at) = (random.once_in(4), start + random.below(SECTOR as u64 + 1) as usize);
            let halves =
                if random.once_in(2) { sector.start..at.min(sector.end) } else { at.min(sector.end)..sector.end };
            for (place, (at, bytes)) in self.waiting.iter().filter(touches).enumerate() {
                let part = match (place as u64).cmp(&stored) {
                    std::cmp::Ordering::Less => sector.clone(),
                    std::cmp::Ordering::Equal if torn => halves.clone(),
                    _ => continue,
                };
                let (from, to) = (part.start.max(*at), part.end.min(at + bytes.len()));
                if from < to {
                    self.stored[from..to].copy_from_slice(&bytes[from - at..to - at]);
                }
            }
        }
        self.waiting.clear();
    }
}

/// A name, and whether it is there, for processes and on the storage.
#[derive(Clone, Copy, Default)]
struct Name {
    shown: bool,
    stored: bool,
}

impl Name {
    fn lose(&mut self, random: &mut Random) {
        if random.once_in(2) {
            self.stored = self.shown;
        }
        self.shown = self.stored;
    }
}

/// What outlives the system.
struct Machine {
    array: Disk,
    journal: Disk,
    named: Name,
    receipt: Name,
}

impl Machine {
    fn lose_power(&mut self, random: &mut Random) {
        for disk in [&mut self.array, &mut self.journal] {
            disk.lose(random);
            disk.shown = disk.stored.clone();
        }
        self.named.lose(random);
        self.receipt.lose(random);
    }
}

/// One life of a job.
struct Process<'m> {
    machine: &'m RefCell<Machine>,
    job: &'m Job,
    life: Life<Op>,
    /// The steps that are made before it ends.
    left: Cell<u64>,
    /// Whether a flush may fail.
    fails: bool,
    /// Whether a resumed job stores a batch again that is not the last one.
    storing_older: Cell<bool>,
    /// Where steps go that are not made yet, as another thread makes its own at the same time.
    noted: RefCell<Option<VecDeque<(Step, Op)>>>,
    flaw: Flaw,
}

/// What is wrong with a variant besides the order of its steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    None,
    /// Any batch counts as whole.
    NoChecksum,
    /// All batches are written to the same place.
    OnePlace,
    /// Of two batches that are whole, only the last one is stored again.
    LastAlone,
    /// A resumed job takes every batch before it for one as long as there may be.
    FullBatches,
}

#[derive(Clone)]
enum Op {
    Journal(usize, Vec<u8>),
    Array(usize, Vec<u8>),
    FlushJournal,
    FlushArray,
    Appear,
    Certify,
    Vanish,
    FlushName,
    FlushReceipt,
}

impl Process<'_> {
    fn step(&self, step: Step, op: Op) -> Result<()> {
        if let Some(noted) = &mut *self.noted.borrow_mut() {
            noted.push_back((step, op));
            return Ok(());
        }
        self.life.due(step, op).into_iter().try_for_each(|op| self.make(op))
    }

    fn make(&self, op: Op) -> Result<()> {
        if self.left.get() == 0 {
            return Err(ended());
        }
        self.left.set(self.left.get() - 1);
        let mut machine = self.machine.borrow_mut();
        match op {
            Op::Journal(at, bytes) => machine.journal.write(at, bytes),
            Op::Array(at, bytes) => machine.array.write(at, bytes),
            Op::FlushJournal => return self.flush(&mut machine.journal),
            Op::FlushArray => return self.flush(&mut machine.array),
            Op::Appear => machine.named.shown = true,
            Op::Certify => machine.receipt.shown = true,
            Op::Vanish => machine.named.shown = false,
            Op::FlushName => machine.named.stored = machine.named.shown,
            Op::FlushReceipt => machine.receipt.stored = machine.receipt.shown,
        }
        Ok(())
    }

    fn flush(&self, disk: &mut Disk) -> Result<()> {
        let mut random = self.life.random.borrow_mut();
        if self.fails && random.once_in(6) {
            disk.lose(&mut random);
            if random.once_in(3) {
                // What was not stored is read from the storage again.
                disk.shown = disk.stored.clone();
            }
            // The thread that does not know it yet goes on for a while.
            self.left.set(random.below(12));
            return Err(Error::io("cannot flush", std::io::Error::from_raw_os_error(5)));
        }
        disk.flush();
        Ok(())
    }

    /// What the command does, from its beginning to its end.
    fn live(&self) -> Result<()> {
        if self.machine.borrow().receipt.shown {
            // Its receipt may not be on the storage yet, and its journal may still be there.
            return conclude(&mut &*self);
        }
        let mut redo = Redo::new(self, &self.job.header, self.job.layout);
        if self.flaw == Flaw::NoChecksum {
            redo.digests = Digests { of: |_, _| Checksum(0), of_pieces: |_, _, _| Ok(Checksum(0)) };
        }
        if self.machine.borrow().named.shown {
            self.job.check_journal(&self.machine.borrow().journal.shown)?;
            redo.examine()?;
            self.storing_older.set(redo.batches() - Last::of(&redo.stored).batch > 1);
            self.life.resume(|| redo.recover(&mut &*self, &mut &*self))?;
            if self.flaw == Flaw::FullBatches {
                let (batch, blocks) = (redo.batches(), self.job.header.grid.blocks());
                Last { batch, end: blocks.min(batch * self.job.header.batch) }.becomes(&redo.written);
            }
        } else {
            self.machine.borrow_mut().journal = Disk::new(vec![0; self.job.layout.nbytes() as usize]);
            redo.begin(&mut &*self)?;
        }
        let mut unstored = None;
        while unstored.is_some() || redo.next_block() < self.job.header.grid.blocks() {
            let batch = self.next_batch(&redo);
            let mut written = Ok(0);
            let writes = self.noted(|| batch.iter().for_each(|batch| written = redo.write(batch)));
            let stores = self.noted(|| {
                let apply = |(batch, bytes): (u64, Vec<u8>)| redo.apply(batch, &bytes, &mut &*self);
                unstored.take().map_or(Ok(()), apply).expect("what is only noted does not fail");
            });
            self.at_once([writes, stores])?;
            unstored = batch.map(|batch| Ok((written?, batch))).transpose()?;
        }
        conclude(&mut &*self)
    }

    /// The results of the next batch, if there is one.
    fn next_batch(&self, redo: &Redo<'_, Self>) -> Option<Vec<u8>> {
        let (first, blocks) = (redo.next_block(), self.job.header.grid.blocks());
        // Often as long as it may be, and else shorter, as that of a job that is stopped.
        let most = self.job.header.batch;
        let end = (first + if self.life.once_in(2) { most } else { 1 + self.life.below(most) }).min(blocks);
        let span = || self.job.span(first).start..self.job.span(end - 1).end;
        (first < blocks).then(|| computed(&self.machine.borrow().array.shown[span()]))
    }

    /// The steps of a thread, which are not made yet.
    fn noted(&self, thread: impl FnOnce()) -> VecDeque<(Step, Op)> {
        *self.noted.borrow_mut() = Some(VecDeque::new());
        thread();
        self.noted.take().unwrap_or_default()
    }

    /// Makes the steps of two threads, each in its own order. One whose step fails makes no other; it is the process
    /// that ends soon after.
    fn at_once(&self, mut threads: [VecDeque<(Step, Op)>; 2]) -> Result<()> {
        let mut done = Ok(());
        while threads.iter().any(|steps| !steps.is_empty()) {
            let steps = &mut threads[self.life.below(2) as usize];
            let Some((step, op)) = steps.pop_front() else { continue };
            if let Err(error) = self.step(step, op) {
                steps.clear();
                done = done.and(Err(error));
            }
        }
        done
    }

    /// Where a byte of the journal is in this variant.
    fn place(&self, at: u64) -> usize {
        let Layout { words, word_stride, slots, slot_stride, .. } = self.job.layout;
        let place = match at {
            _ if self.flaw != Flaw::OnePlace => at,
            at if (words + word_stride..slots).contains(&at) => at - word_stride,
            at if at >= slots + slot_stride => at - slot_stride,
            at => at,
        };
        place as usize
    }
}

impl Medium for Process<'_> {
    fn read(&self, at: u64, to: &mut [u8]) -> Result<()> {
        let at = self.place(at);
        to.copy_from_slice(&self.machine.borrow().journal.shown[at..at + to.len()]);
        Ok(())
    }

    fn write(&self, at: u64, bytes: &[u8]) -> Result<()> {
        let step =
            if (self.job.layout.words..self.job.layout.slots).contains(&at) { Step::Complete } else { Step::Fill };
        self.step(step, Op::Journal(self.place(at), bytes.to_vec()))
    }
}

impl Flush for Process<'_> {
    fn flush(&self) -> Result<()> {
        self.step(Step::FlushJournal, Op::FlushJournal)
    }
}

impl Blocks for &Process<'_> {
    fn store(&mut self, block: u64, bytes: &[u8]) -> Result<()> {
        if self.flaw == Flaw::LastAlone && self.storing_older.get() {
            return Ok(());
        }
        // In several writes, as a block may be many places in the file.
        let start = self.job.span(block).start;
        for (place, piece) in bytes.chunks(8).enumerate() {
            self.step(Step::Store, Op::Array(start + place * 8, piece.to_vec()))?;
        }
        Ok(())
    }
}

impl Flush for &Process<'_> {
    fn flush(&self) -> Result<()> {
        self.storing_older.set(false);
        self.step(Step::FlushArray, Op::FlushArray)
    }
}

impl Names for &Process<'_> {
    fn appear(&mut self) -> Result<()> {
        self.step(Step::Appear, Op::Appear)?;
        self.step(Step::FlushName, Op::FlushName)
    }

    fn remain(&mut self) -> Result<()> {
        self.step(Step::Remain, Op::FlushName)
    }

    fn certify(&mut self) -> Result<()> {
        self.step(Step::Certify, Op::Certify)?;
        self.step(Step::FlushReceipt, Op::FlushReceipt)
    }

    fn vanish(&mut self) -> Result<()> {
        self.step(Step::Vanish, Op::Vanish)?;
        self.step(Step::FlushName, Op::FlushName)
    }
}

/// One job with all its lives; what is wrong in the end, if anything is.
fn simulate(seed: u64, broken: Option<Broken>, flaw: Flaw) -> std::result::Result<(), String> {
    let mut random = Random(seed);
    let job = Job::draw(Protocol::Redo, &mut random);
    let old = &job.old;
    let machine = RefCell::new(Machine {
        array: Disk::new(old.clone()),
        journal: Disk::default(),
        named: Name::default(),
        receipt: Name::default(),
    });
    let ends = random.below(ENDS + 1);
    for life in 0..=ends {
        let last = life == ends;
        let reach = [4, 20, 60, 200][random.below(4) as usize];
        let process = Process {
            machine: &machine,
            job: &job,
            life: Life::new(&mut random, broken),
            left: Cell::new(if last { u64::MAX } else { random.below(reach) }),
            fails: !last && random.once_in(3),
            storing_older: Cell::new(false),
            noted: RefCell::new(None),
            flaw,
        };
        match process.live() {
            Ok(()) => break,
            Err(error) if last || error.kind() == crate::error::ErrorKind::Corrupt => return Err(error.to_string()),
            Err(_) => {}
        }
        // Whoever is killed loses nothing; where power is lost all is lost that was not flushed.
        if random.once_in(2) {
            machine.borrow_mut().lose_power(&mut random);
        }
    }
    let mut machine = machine.into_inner();
    // What was reported as done is done, whatever happens now.
    machine.lose_power(&mut random);
    match () {
        () if machine.array.shown != computed(old) => Err(format!("{old:?} has become {:?}", machine.array.shown)),
        () if !machine.receipt.shown => Err("the receipt is lost".to_owned()),
        () if machine.named.shown => Err("the journal is back".to_owned()),
        () => Ok(()),
    }
}

const BROKEN: [Broken; 14] = [
    Broken {
        name: "a name that is found is not flushed",
        steps: &[Step::Remain],
        fate: Fate::Dropped,
        when: When::Resuming,
    },
    Broken {
        name: "the journal is not flushed",
        steps: &[Step::FlushJournal],
        fate: Fate::Dropped,
        when: When::Always,
    },
    Broken {
        name: "the array is flushed when the place of its batch is taken",
        steps: &[Step::FlushArray],
        fate: Fate::Behind(Step::Complete),
        when: When::Always,
    },
    Broken { name: "the array is not flushed", steps: &[Step::FlushArray], fate: Fate::Dropped, when: When::Always },
    Broken { name: "the name is not flushed", steps: &[Step::FlushName], fate: Fate::Dropped, when: When::Always },
    Broken {
        name: "the receipt is not flushed",
        steps: &[Step::FlushReceipt],
        fate: Fate::Dropped,
        when: When::Always,
    },
    Broken {
        name: "flushed before written",
        steps: &[Step::Fill, Step::Complete],
        fate: Fate::Behind(Step::FlushJournal),
        when: When::Always,
    },
    Broken {
        name: "recorded behind the flush",
        steps: &[Step::Complete],
        fate: Fate::Behind(Step::FlushJournal),
        when: When::Always,
    },
    Broken {
        name: "array before journal",
        steps: &[Step::FlushJournal],
        fate: Fate::Behind(Step::FlushArray),
        when: When::Always,
    },
    Broken {
        name: "the last batch is not stored again",
        steps: &[Step::Store],
        fate: Fate::Dropped,
        when: When::Resuming,
    },
    Broken {
        name: "the last batch is not written again",
        steps: &[Step::Fill, Step::Complete],
        fate: Fate::Dropped,
        when: When::Resuming,
    },
    Broken {
        name: "what is written again is not flushed",
        steps: &[Step::FlushJournal],
        fate: Fate::Dropped,
        when: When::Resuming,
    },
    Broken {
        name: "what is stored again is not flushed",
        steps: &[Step::FlushArray],
        fate: Fate::Dropped,
        when: When::Resuming,
    },
    Broken {
        name: "the journal vanishes before the receipt is there",
        steps: &[Step::Certify, Step::FlushReceipt],
        fate: Fate::Behind(Step::Vanish),
        when: When::Always,
    },
];

#[test]
fn power_may_be_lost_at_any_write() {
    all_go_well(|seed| simulate(seed, None, Flaw::None));
}

#[test]
fn every_broken_variant_is_caught() {
    for broken in BROKEN {
        caught(broken.name, |seed| simulate(seed, Some(broken), Flaw::None));
    }
    for flaw in [Flaw::NoChecksum, Flaw::OnePlace, Flaw::LastAlone, Flaw::FullBatches] {
        caught(&format!("{flaw:?}"), |seed| simulate(seed, None, flaw));
    }
}
