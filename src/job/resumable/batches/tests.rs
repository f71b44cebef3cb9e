//! Batches on their way into an array in memory, where a write or a flush fails.

use std::collections::BTreeSet;

use super::*;
use crate::job::{Crew, Silent};
use crate::journal::{Grid, Layout, Names, Protocol, header_of};
use crate::shape::{Order, Shape};
use crate::view::View;

const ELEMENTS: u64 = 40;
/// Bytes of a batch of three blocks of two.
const BATCH_BYTES: usize = 6;

/// What fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spot {
    JournalWrite,
    JournalFlush,
    ArrayStore,
    ArrayFlush,
}

const SPOTS: [Spot; 4] = [Spot::JournalWrite, Spot::JournalFlush, Spot::ArrayStore, Spot::ArrayFlush];

/// A journal and an array, one of which fails once.
struct Machine {
    journal: Mutex<Vec<u8>>,
    array: Mutex<Vec<u8>>,
    /// How many times it does not fail before.
    faults: Mutex<Vec<(Spot, u64)>>,
    /// Where batches were when they were written to the journal.
    places: Mutex<BTreeSet<usize>>,
}

impl Machine {
    fn new(layout: &Layout, faults: &[(Spot, u64)]) -> Self {
        let array = (0..ELEMENTS as u8).collect();
        let journal = vec![0; layout.nbytes() as usize];
        let (journal, array) = (Mutex::new(journal), Mutex::new(array));
        Self { journal, array, faults: Mutex::new(faults.to_vec()), places: Mutex::default() }
    }

    fn fails(&self, spot: Spot) -> bool {
        let mut faults = self.faults.lock().expect("no panic");
        let Some(place) = faults.iter().position(|(other, _)| *other == spot) else { return false };
        if faults[place].1 == 0 {
            faults.remove(place);
            return true;
        }
        faults[place].1 -= 1;
        false
    }

    /// Writes all bytes, or some where it fails.
    fn put(&self, spot: Spot, to: &Mutex<Vec<u8>>, at: usize, bytes: &[u8]) -> Result<()> {
        let fails = self.fails(spot);
        let bytes = if fails { &bytes[..bytes.len() / 2] } else { bytes };
        to.lock().expect("no panic")[at..at + bytes.len()].copy_from_slice(bytes);
        if fails { Err(failed(spot)) } else { Ok(()) }
    }
}

fn failed(spot: Spot) -> Error {
    Error::new(ErrorKind::Io, format!("{spot:?} failed"))
}

impl Medium for Machine {
    fn read(&self, at: u64, to: &mut [u8]) -> Result<()> {
        to.copy_from_slice(&self.journal.lock().expect("no panic")[at as usize..][..to.len()]);
        Ok(())
    }

    fn write(&self, at: u64, bytes: &[u8]) -> Result<()> {
        if bytes.len() == BATCH_BYTES {
            self.places.lock().expect("no panic").insert(bytes.as_ptr().addr());
        }
        self.put(Spot::JournalWrite, &self.journal, at as usize, bytes)
    }
}

impl Flush for Machine {
    fn flush(&self) -> Result<()> {
        if self.fails(Spot::JournalFlush) { Err(failed(Spot::JournalFlush)) } else { Ok(()) }
    }
}

/// The array of a machine.
struct Stored<'m>(&'m Machine);

impl Blocks for Stored<'_> {
    fn store(&mut self, block: u64, bytes: &[u8]) -> Result<()> {
        self.0.put(Spot::ArrayStore, &self.0.array, block as usize * 2, bytes)
    }
}

impl Flush for Stored<'_> {
    fn flush(&self) -> Result<()> {
        if self.0.fails(Spot::ArrayFlush) { Err(failed(Spot::ArrayFlush)) } else { Ok(()) }
    }
}

struct Nameless;

impl Names for Nameless {
    fn appear(&mut self) -> Result<()> {
        Ok(())
    }

    fn remain(&mut self) -> Result<()> {
        Ok(())
    }

    fn certify(&mut self) -> Result<()> {
        Ok(())
    }

    fn vanish(&mut self) -> Result<()> {
        Ok(())
    }
}

fn header() -> Header {
    let grid = Grid::new(ELEMENTS, [ELEMENTS, ELEMENTS, 2], 1).expect("a grid");
    Header { batch: 3, ..header_of(Protocol::Redo, grid) }
}

type Go<'a> = fn(&Line<'a, Machine, Stored<'a>>, Work<'_>) -> Result<()>;

/// A life of a job: how it goes, besides what fails in the machine.
#[derive(Clone, Copy)]
struct Going {
    /// The element that has no result, and how the job ends there.
    none: (u64, ErrorKind),
    /// None at all: one batch after another.
    threads: usize,
    longest: Duration,
}

/// A life in which every element has a result, and batches are full.
fn going(threads: usize) -> Going {
    Going { none: (u64::MAX, ErrorKind::Usage), threads, longest: Duration::MAX }
}

/// Adds a hundred to what is left.
fn live(machine: &Machine, redo: &Redo<'_, Machine>, header: &Header, going: Going) -> Result<()> {
    let Going { none: (none, kind), threads, longest } = going;
    let view = View::of_array(&Shape::new([ELEMENTS])?, 1, Order::C, 0);
    let line = Line { header, redo, longest, array: &|| Ok(Stored(machine)) };
    let go: Go<'_> = if threads == 0 { |line, work| line.here(work) } else { |line, work| line.at_once(work) };
    go(&line, &|batches| {
        Crew { threads: threads.max(1), progress: &Silent }.share(view.chunks(2), &|| {
            Ok(batches.worker(|chunk, items| {
                if (chunk.rank..chunk.rank + 2).contains(&none) {
                    return Err(Error::new(kind, "no result"));
                }
                let old = machine.array.lock().expect("no panic")[chunk.rank as usize..][..2].to_vec();
                items.extend(old.into_iter().map(|x| x + 100));
                Ok(())
            }))
        })
    })
}

/// The life of a job and, where it failed, another behind it: what the first has come to.
fn lives(faults: &[(Spot, u64)], going_on: Going) -> Result<()> {
    let header = header();
    let layout = Layout::new(&header, 64).expect("small");
    let machine = Machine::new(&layout, &[]);
    let redo = Redo::new(&machine, &header, layout);
    redo.begin(&mut Nameless).expect("nothing fails yet");
    *machine.faults.lock().expect("no panic") = faults.to_vec();
    let done = live(&machine, &redo, &header, going_on);
    let places = machine.places.lock().expect("no panic").len();
    assert!(places <= 3, "{places} batches at the same time");
    machine.faults.lock().expect("no panic").clear();
    if done.is_err() {
        let redo = Redo::new(&machine, &header, layout);
        redo.recover(&mut Nameless, &mut Stored(&machine)).expect("nothing fails any more");
        live(&machine, &redo, &header, going(2)).expect("nothing fails any more");
    }
    let new: Vec<u8> = (100..100 + ELEMENTS as u8).collect();
    assert_eq!(*machine.array.lock().expect("no panic"), new, "{faults:?}, {} threads", going_on.threads);
    done
}

#[test]
fn what_fails_first_is_reported_and_every_element_is_computed_once() {
    for threads in 0..4 {
        for spot in SPOTS {
            for nth in 0.. {
                match lives(&[(spot, nth)], going(threads)) {
                    Err(error) => assert_eq!(error.message(), format!("{spot:?} failed"), "{nth}, {threads} threads"),
                    Ok(()) if nth > 0 => break,
                    Ok(()) => panic!("{spot:?} never fails"),
                }
            }
        }
    }
}

#[test]
fn of_two_failures_that_of_the_batch_that_is_earlier_in_the_file_is_reported() {
    for threads in 1..4 {
        let last = Going { none: (ELEMENTS - 1, ErrorKind::Usage), ..going(threads) };
        // The fourth batch is not written, and the one before it not stored.
        let error = lives(&[(Spot::ArrayFlush, 2), (Spot::JournalFlush, 3)], going(threads)).expect_err("fails");
        assert_eq!(error.message(), "ArrayFlush failed");
        // Two batches are stored whatever has no result in the last one.
        let error = lives(&[(Spot::ArrayFlush, 1)], last).expect_err("fails");
        assert_eq!(error.message(), "ArrayFlush failed");
        let error = lives(&[], last).expect_err("fails");
        assert_eq!(error.message(), "no result");
    }
}

/// The number of blocks that a job without a result for one of them has stored.
fn stored(going: Going) -> u64 {
    let header = header();
    let layout = Layout::new(&header, 64).expect("small");
    let machine = Machine::new(&layout, &[]);
    let redo = Redo::new(&machine, &header, layout);
    redo.begin(&mut Nameless).expect("nothing fails");
    live(&machine, &redo, &header, going).expect_err("no result");
    let array = machine.array.lock().expect("no panic");
    let stored = array.iter().take_while(|&&x| x >= 100).count() as u64;
    assert!(array[stored as usize..].iter().all(|&x| x < 100), "in their order");
    assert_eq!((redo.next_block() * 2, redo.pending().is_empty()), (stored, true), "what is stored is known");
    stored / 2
}

#[test]
fn who_stops_a_job_finds_every_block_stored_that_was_computed() {
    for threads in 0..2 {
        for block in 0..ELEMENTS / 2 {
            let none = (block * 2, ErrorKind::Interrupted(15));
            assert_eq!(stored(Going { none, ..going(threads) }), block);
        }
    }
}

#[test]
fn a_job_that_fails_leaves_the_array_as_it_was_or_stores_every_block_that_was_computed() {
    for threads in 0..2 {
        for block in 0..ELEMENTS / 2 {
            for kind in [ErrorKind::Usage, ErrorKind::Child] {
                let expected = if block < 3 { 0 } else { block };
                assert_eq!(stored(Going { none: (block * 2, kind), ..going(threads) }), expected);
            }
        }
    }
}

#[test]
fn a_batch_that_takes_long_is_handed_on_before_it_is_full() {
    for threads in 0..2 {
        for block in 0..ELEMENTS / 2 {
            let none = (block * 2, ErrorKind::Usage);
            assert_eq!(stored(Going { none, longest: Duration::ZERO, ..going(threads) }), block);
        }
    }
    for threads in 0..4 {
        for spot in SPOTS {
            for nth in 0..ELEMENTS / 2 {
                lives(&[(spot, nth)], Going { longest: Duration::ZERO, ..going(threads) }).expect_err("it fails");
            }
        }
    }
}
