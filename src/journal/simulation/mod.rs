//! Jobs that end at every moment, simulated with the code that real jobs run.
//!
//! A simulated machine keeps what outlives a process, or the system: the array, the journal and their names. A job is
//! begun on it, ends at a random step, is resumed, ends again while it is being resumed, and so on, until one life
//! is long enough. Then every element must have been computed exactly once: the function is one that shows.
//!
//! Each protocol must come through all of this; each deliberately broken variant of it must not. A variant is the
//! same code with one of its steps left out, or made later than the protocol says ([`Broken`]).
//!
//! `RMM_SIMULATED_JOBS=100000 cargo test --release --lib journal::simulation` sets the number of jobs, and
//! `RMM_SIMULATION_SEED` where they begin.

mod death;
mod power;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ops::Range;

use super::{Array, Boot, Checksum, Counting, Grid, Header, Layout, Mount, PLACES, Protocol, Typed};
use crate::error::{Error, ErrorKind};

/// The number of jobs where nothing is said: as many as a debug build does in a second or two.
const JOBS: u64 = 2_000;
/// Small pages, so that journals are small.
const PAGE: u64 = 64;
/// A variant is given up as not caught after this many jobs.
const PATIENCE: u64 = 200_000;

fn number(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().expect("a number"),
        Err(_) => default,
    }
}

/// Simulates as many jobs as are asked for, all of which must go well.
fn all_go_well(simulate: impl Fn(u64) -> Result<(), String>) {
    let first = number("RMM_SIMULATION_SEED", 1);
    for seed in (first..).take(number("RMM_SIMULATED_JOBS", JOBS) as usize) {
        if let Err(wrong) = simulate(seed) {
            panic!("job {seed}: {wrong}");
        }
    }
}

/// Numbers that are random enough: `SplitMix64`.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Once in `times`.
    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

/// A step of a protocol, as the machine sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Bytes into a slot, or of a batch into the journal.
    Fill,
    /// The word that says that a slot is complete, or the record of a batch.
    Complete,
    /// The word that says that a slot is empty.
    Empty,
    /// The bit of a block.
    Done,
    /// Bytes of a block into the array.
    Store,
    FlushJournal,
    FlushArray,
    Appear,
    Certify,
    Vanish,
    /// The name of the journal on stable storage.
    FlushName,
    /// The same, when a job is resumed.
    Remain,
    /// The receipt on stable storage.
    FlushReceipt,
}

/// What becomes of a step in a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It is left out.
    Dropped,
    /// It is made only when a step of this kind has been.
    Behind(Step),
}

/// A protocol with one of its rules broken.
#[derive(Clone, Copy, Debug)]
struct Broken {
    /// What is wrong with it.
    name: &'static str,
    steps: &'static [Step],
    fate: Fate,
    /// Whether only the beginning of a resumed job is broken, or everything.
    when: When,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Always,
    Resuming,
}

/// What a life is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// What the job before has left.
    Recovery,
    Work,
}

/// What has been put off by a broken variant.
struct Detour<Op> {
    broken: Option<Broken>,
    held: Vec<Op>,
}

impl<Op> Detour<Op> {
    /// The operations that are to be made now, where a step comes up.
    fn pass(&mut self, step: Step, op: Op, stage: Stage) -> VecDeque<Op> {
        let Some(broken) = self.broken.filter(|broken| broken.when == When::Always || stage == Stage::Recovery) else {
            return VecDeque::from([op]);
        };
        if broken.steps.contains(&step) {
            if broken.fate != Fate::Dropped {
                self.held.push(op);
            }
            return VecDeque::new();
        }
        let mut now = VecDeque::from([op]);
        if broken.fate == Fate::Behind(step) {
            now.extend(self.held.drain(..));
        }
        now
    }
}

/// The end of a life.
fn ended() -> Error {
    Error::new(ErrorKind::Interrupted(9), "killed")
}

/// A job like no other: 1 to 16 elements in 1 to 12 blocks, and what its array holds before it.
struct Job {
    header: Header,
    layout: Layout,
    old: Vec<u8>,
}

impl Job {
    fn draw(protocol: Protocol, random: &mut Random) -> Self {
        let (rows, row) = (1 + random.below(3), 1 + random.below(5));
        let part = 1 + random.below(row);
        let grid = Grid::new(rows * row, [row, part, 1 + random.below(part.min(3))], 8).expect("a small grid");
        let header = Header {
            protocol,
            job: u128::from(random.next()),
            array: Array { dev: 1, ino: 2, len: grid.nbytes(), born: 3 },
            boot: Boot(1),
            mount: Mount { system: 1, mount: 1 },
            operation: Checksum(3),
            grid,
            counting: Counting::Selection,
            placement: None,
            slots: if protocol == Protocol::Redo { PLACES } else { 1 + random.below(4) },
            batch: 1 + random.below(3),
            typed: Typed::default(),
            receipt: None,
        };
        let layout = Layout::new(&header, PAGE).expect("a small layout");
        Self { header, layout, old: (0..grid.nbytes()).map(|_| random.next() as u8).collect() }
    }

    /// The bytes of the array that a block is.
    fn span(&self, block: u64) -> Range<usize> {
        let ranks = self.header.grid.ranks(block);
        ranks.start as usize * 8..ranks.end as usize * 8
    }

    /// Reads the header of its journal.
    fn check_journal(&self, journal: &[u8]) -> crate::error::Result<()> {
        assert_eq!(Header::decode(journal)?, self.header, "a journal that has appeared is whole");
        Ok(())
    }
}

/// One life of a job: what befalls it, and what is wrong with it.
struct Life<Op> {
    random: RefCell<Random>,
    detour: RefCell<Detour<Op>>,
    stage: Cell<Stage>,
}

impl<Op> Life<Op> {
    fn new(random: &mut Random, broken: Option<Broken>) -> Self {
        let detour = Detour { broken, held: Vec::new() };
        Self {
            random: RefCell::new(Random(random.next())),
            detour: RefCell::new(detour),
            stage: Cell::new(Stage::Work),
        }
    }

    /// The operations that are to be made now, where a step comes up.
    fn due(&self, step: Step, op: Op) -> VecDeque<Op> {
        self.detour.borrow_mut().pass(step, op, self.stage.get())
    }

    /// The beginning of a life that resumes the job.
    fn resume(&self, recover: impl FnOnce() -> crate::error::Result<()>) -> crate::error::Result<()> {
        self.stage.set(Stage::Recovery);
        recover()?;
        self.stage.set(Stage::Work);
        Ok(())
    }

    fn below(&self, end: u64) -> u64 {
        self.random.borrow_mut().below(end)
    }

    fn once_in(&self, times: u64) -> bool {
        self.random.borrow_mut().once_in(times)
    }
}

/// What is computed: done twice, or to half an element, it shows.
fn computed(bytes: &[u8]) -> Vec<u8> {
    let words = bytes.chunks_exact(8).map(|word| u64::from_le_bytes(word.try_into().expect("eight bytes")));
    words.flat_map(|word| word.wrapping_mul(3).wrapping_add(0x0101_0101_0101_0101).to_le_bytes()).collect()
}

/// The number of jobs after which a variant is caught.
fn caught(name: &str, simulate: impl Fn(u64) -> Result<(), String>) -> u64 {
    let first = (1..=PATIENCE).find(|&seed| simulate(seed).is_err());
    first.unwrap_or_else(|| panic!("{name}: not caught in {PATIENCE} jobs"))
}
