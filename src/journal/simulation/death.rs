//! Processes that die at any store, each thread at its own; nothing that was stored is lost.

use std::cell::{Cell, RefCell};

use super::{Broken, Fate, Job, Life, Random, Stage, Step, When, all_go_well, caught, computed, ended};
use crate::error::Result;
use crate::journal::slots::Slots;
use crate::journal::{Blocks, LargeBlocks, Medium, Memory, Names, Protocol, Read, conclude};

/// The most deaths of a job.
const DEATHS: u64 = 6;

/// What outlives a process.
struct Machine {
    array: Vec<u8>,
    journal: Vec<u8>,
    named: bool,
    receipt: bool,
}

/// A store, or another step that is made whole or not at all.
enum Op {
    /// Into the journal.
    Bytes(usize, Vec<u8>),
    Word(usize, u64),
    Bits(usize, u64),
    /// Into the array.
    Array(usize, Vec<u8>),
    Appear,
    Certify,
    Vanish,
}

/// One life of a job.
struct Process<'m> {
    machine: &'m RefCell<Machine>,
    job: &'m Job,
    life: Life<Op>,
    /// The stores that each thread will make before it dies.
    left: RefCell<Vec<u64>>,
    /// The thread that runs now.
    thread: Cell<usize>,
}

impl Process<'_> {
    fn step(&self, step: Step, op: Op) -> Result<()> {
        self.life.due(step, op).into_iter().try_for_each(|op| self.make(op))
    }

    fn make(&self, op: Op) -> Result<()> {
        match op {
            Op::Bytes(at, bytes) => self.copy(at, &bytes, |machine| &mut machine.journal),
            Op::Array(at, bytes) => self.copy(at, &bytes, |machine| &mut machine.array),
            Op::Word(at, word) => self.once(|machine| machine.journal[at..at + 8].copy_from_slice(&word.to_le_bytes())),
            Op::Bits(at, bits) => self.once(|machine| {
                let word = u64::from_le_bytes(machine.journal[at..at + 8].try_into().expect("eight bytes")) | bits;
                machine.journal[at..at + 8].copy_from_slice(&word.to_le_bytes());
            }),
            Op::Appear => self.once(|machine| machine.named = true),
            Op::Certify => self.once(|machine| machine.receipt = true),
            Op::Vanish => self.once(|machine| machine.named = false),
        }
    }

    /// A copy is many stores, in an order of its own.
    fn copy(&self, at: usize, bytes: &[u8], place: fn(&mut Machine) -> &mut Vec<u8>) -> Result<()> {
        let mut random = self.life.random.borrow_mut();
        let piece = 1 + random.below(12) as usize;
        let mut starts: Vec<usize> = (0..bytes.len()).step_by(piece).collect();
        match random.below(3) {
            0 => starts.reverse(),
            1 if !starts.is_empty() => {
                let middle = random.below(starts.len() as u64) as usize;
                starts.rotate_left(middle);
            }
            _ => {}
        }
        drop(random);
        starts.into_iter().try_for_each(|start| {
            let piece = &bytes[start..(start + piece).min(bytes.len())];
            self.once(|machine| place(machine)[at + start..at + start + piece.len()].copy_from_slice(piece))
        })
    }

    fn once(&self, store: impl FnOnce(&mut Machine)) -> Result<()> {
        let left = &mut self.left.borrow_mut()[self.thread.get()];
        if *left == 0 {
            // What this thread had put off is never made.
            self.life.detour.borrow_mut().held.clear();
            return Err(ended());
        }
        *left -= 1;
        store(&mut self.machine.borrow_mut());
        Ok(())
    }

    /// What the command does, from its beginning to its end.
    fn live(&self) -> Result<()> {
        if self.machine.borrow().receipt {
            return conclude(&mut &*self);
        }
        let slots = Slots::new(self, &self.job.header, self.job.layout);
        if self.machine.borrow().named {
            self.job.check_journal(&self.machine.borrow().journal)?;
            self.life.resume(|| slots.recover(&mut &*self))?;
        } else {
            self.machine.borrow_mut().journal = vec![0; self.job.layout.nbytes() as usize];
            slots.begin(&mut &*self)?;
        }
        self.work(&slots)?;
        conclude(&mut &*self)
    }

    /// Threads take the blocks that are left, in their order; one that dies leaves the others to their own ends.
    fn work(&self, slots: &Slots<'_, Self>) -> Result<()> {
        let mut alive: Vec<usize> = (1..self.left.borrow().len()).collect();
        let mut dead = false;
        for block in 0..self.job.header.grid.blocks() {
            if slots.is_done(block)? {
                continue;
            }
            if alive.is_empty() {
                break;
            }
            let chosen = self.life.below(alive.len() as u64) as usize;
            self.thread.set(alive[chosen]);
            let result = computed(&self.machine.borrow().array[self.job.span(block)]);
            let slot = alive[chosen] as u64 - 1;
            let done = if self.life.once_in(4) {
                let (one, other) = result.split_at(self.life.below(result.len() as u64) as usize);
                let mut fill = |take: crate::journal::Take<'_>| take(one).and_then(|()| take(other));
                slots.commit_pieces(slot, block, &mut fill, &mut &*self)
            } else {
                slots.commit(slot, block, &result, &mut &*self)
            };
            if done.is_err() {
                alive.remove(chosen);
                dead = true;
            }
        }
        self.thread.set(0);
        if dead { Err(ended()) } else { Ok(()) }
    }
}

impl Medium for Process<'_> {
    fn read(&self, at: u64, to: &mut [u8]) -> Result<()> {
        to.copy_from_slice(&self.machine.borrow().journal[at as usize..at as usize + to.len()]);
        Ok(())
    }

    fn write(&self, at: u64, bytes: &[u8]) -> Result<()> {
        let op = Op::Bytes(at as usize, bytes.to_vec());
        // The header belongs to the journal's appearance; variants fill slots wrongly.
        if at == 0 { self.make(op) } else { self.step(Step::Fill, op) }
    }
}

impl Memory for Process<'_> {
    fn word(&self, at: u64) -> Result<u64> {
        let mut word = [0; 8];
        self.read(at, &mut word)?;
        Ok(u64::from_le_bytes(word))
    }

    fn set_word(&self, at: u64, word: u64) -> Result<()> {
        self.step(if word == 0 { Step::Empty } else { Step::Complete }, Op::Word(at as usize, word))
    }

    fn set_bits(&self, at: u64, bits: u64) -> Result<()> {
        self.step(Step::Done, Op::Bits(at as usize, bits))
    }
}

impl Blocks for &Process<'_> {
    fn store(&mut self, block: u64, bytes: &[u8]) -> Result<()> {
        self.step(Step::Store, Op::Array(self.job.span(block).start, bytes.to_vec()))
    }
}

impl LargeBlocks for &Process<'_> {
    fn restore(&mut self, block: u64, read: Read<'_>) -> Result<()> {
        let span = self.job.span(block);
        let mut bytes = vec![0; span.len()];
        let half = bytes.len() / 2;
        let (one, other) = bytes.split_at_mut(half);
        read(0, one)?;
        read(half as u64, other)?;
        self.step(Step::Store, Op::Array(span.start, bytes))
    }
}

impl Names for &Process<'_> {
    fn appear(&mut self) -> Result<()> {
        self.step(Step::Appear, Op::Appear)
    }

    fn remain(&mut self) -> Result<()> {
        Ok(())
    }

    fn certify(&mut self) -> Result<()> {
        self.step(Step::Certify, Op::Certify)
    }

    fn vanish(&mut self) -> Result<()> {
        self.step(Step::Vanish, Op::Vanish)
    }
}

/// One job with all its lives; what is wrong in the end, if anything is.
fn simulate(seed: u64, broken: Option<Broken>) -> std::result::Result<(), String> {
    let mut random = Random(seed);
    let job = Job::draw(Protocol::Slots, &mut random);
    let old = &job.old;
    let new = computed(old);
    let machine = RefCell::new(Machine { array: old.clone(), journal: Vec::new(), named: false, receipt: false });
    let deaths = random.below(DEATHS + 1);
    for life in 0..=deaths {
        let threads = 1 + random.below(job.header.slots) as usize;
        let last = life == deaths;
        // Some lives end soon, some late, and some threads outlive the others.
        let reach = [4, 20, 100, 400][random.below(4) as usize];
        let mut left = || if last || random.once_in(4) { u64::MAX } else { random.below(reach) };
        let left: Vec<u64> = (0..=threads).map(|_| left()).collect();
        let process = Process {
            machine: &machine,
            job: &job,
            life: Life::new(&mut random, broken),
            left: RefCell::new(left),
            thread: Cell::new(0),
        };
        match process.live() {
            Ok(()) => break,
            Err(error) if last => return Err(error.to_string()),
            Err(_) => {}
        }
        if random.once_in(16) && machine.borrow().named {
            return discarded(&process, old, &new);
        }
    }
    let machine = machine.into_inner();
    if machine.array == new { Ok(()) } else { Err(format!("{old:?} has become {:?}", machine.array)) }
}

/// A job that is given up: each block is as it was, or as it should be, and is said to be so.
fn discarded(process: &Process<'_>, old: &[u8], new: &[u8]) -> std::result::Result<(), String> {
    process.left.borrow_mut().fill(u64::MAX);
    process.thread.set(0);
    process.life.stage.set(Stage::Recovery);
    let slots = Slots::new(process, &process.job.header, process.job.layout);
    slots.recover(&mut &*process).map_err(|error| error.to_string())?;
    let mut count = 0;
    for block in 0..process.job.header.grid.blocks() {
        let done = slots.is_done(block).expect("memory");
        count += u64::from(done);
        let (span, expected) = (process.job.span(block), if done { new } else { old });
        if process.machine.borrow().array[span.clone()] != expected[span] {
            return Err(format!("block {block} is not what it is said to be"));
        }
    }
    assert_eq!(slots.count_done().expect("memory"), count);
    Ok(())
}

const BROKEN: [Broken; 13] = [
    Broken { name: "a slot is not emptied", steps: &[Step::Empty], fate: Fate::Dropped, when: When::Always },
    Broken { name: "a slot is never filled", steps: &[Step::Fill], fate: Fate::Dropped, when: When::Always },
    Broken { name: "a slot is never complete", steps: &[Step::Complete], fate: Fate::Dropped, when: When::Always },
    Broken {
        name: "complete before filled",
        steps: &[Step::Fill],
        fate: Fate::Behind(Step::Complete),
        when: When::Always,
    },
    Broken {
        name: "array before slot",
        steps: &[Step::Fill, Step::Complete],
        fate: Fate::Behind(Step::Store),
        when: When::Always,
    },
    Broken {
        name: "complete behind array",
        steps: &[Step::Complete],
        fate: Fate::Behind(Step::Store),
        when: When::Always,
    },
    Broken { name: "done before array", steps: &[Step::Store], fate: Fate::Behind(Step::Empty), when: When::Always },
    Broken { name: "empty before done", steps: &[Step::Done], fate: Fate::Behind(Step::Empty), when: When::Always },
    Broken { name: "never done", steps: &[Step::Done], fate: Fate::Dropped, when: When::Always },
    Broken { name: "slots are not stored again", steps: &[Step::Store], fate: Fate::Dropped, when: When::Resuming },
    Broken {
        name: "emptied before stored again",
        steps: &[Step::Store, Step::Done],
        fate: Fate::Behind(Step::Empty),
        when: When::Resuming,
    },
    Broken {
        name: "the journal appears late",
        steps: &[Step::Appear],
        fate: Fate::Behind(Step::Store),
        when: When::Always,
    },
    Broken {
        name: "the journal vanishes before the receipt is there",
        steps: &[Step::Certify],
        fate: Fate::Behind(Step::Vanish),
        when: When::Always,
    },
];

#[test]
fn a_process_may_die_at_any_store() {
    all_go_well(|seed| simulate(seed, None));
}

#[test]
fn every_broken_variant_is_caught() {
    for broken in BROKEN {
        caught(broken.name, |seed| simulate(seed, Some(broken)));
    }
}
