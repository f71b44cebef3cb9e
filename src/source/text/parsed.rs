//! What reading a block of text gives: rows of items, what was seen of them, or where and why it failed.

use super::cells::{Refusal, Seen};
use super::kind::Kind;

/// The rows of one block.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The items of all rows, one behind the other, in the byte order of this machine.
    pub items: Vec<u8>,
    /// How many rows there are.
    pub rows: u64,
    /// How many lines there are, where reading them has told.
    pub lines: Option<u64>,
    /// The shape of each row; `None` where there is none.
    pub dims: Option<Vec<u64>>,
    /// Where in the block the first row begins.
    pub first: usize,
    /// What was seen of text whose length counts.
    pub seen: Seen,
    /// The first empty field, which is wrong unless all turn out to be text.
    pub missing: Option<Bad>,
    /// Where the outermost list ended, if it did.
    pub closed: Option<usize>,
}

impl Parsed {
    /// Forgets everything but the room it takes.
    pub fn clear(&mut self) {
        let items = std::mem::take(&mut self.items);
        *self = Self { items, ..Self::default() };
        self.items.clear();
    }
}

/// Something in a block that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bad {
    /// The byte of the block at which it stands.
    pub at: usize,
    /// Where in its row it stands.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What may help.
    pub hint: Option<String>,
}

impl Bad {
    /// Something at this byte of the block, and in this place of its row.
    pub fn new(at: usize, place: Place, message: impl Into<String>) -> Self {
        Self { at, place, message: message.into(), hint: None }
    }
}

/// Where in a row something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The row itself is wrong.
    Row,
    /// In the column of this number, counted from 1 as lines are.
    Column(usize),
    /// At this index of the row's own array.
    Index(Vec<u64>),
}

/// Why a block was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Something in it is wrong.
    Bad(Bad),
    /// A field is not of the kind that was guessed, but of this one.
    Widen(Kind),
}

impl Parsed {
    /// What becomes of a field that was refused: one that is empty is noted.
    pub(super) fn refuse(&mut self, refusal: Refusal, at: usize, place: Place) -> Result<(), Stop> {
        match refusal {
            Refusal::Bad(message) => Err(Stop::Bad(Bad::new(at, place, message))),
            Refusal::Widen(kind) => Err(Stop::Widen(kind)),
            Refusal::Missing => {
                self.missing.get_or_insert(Bad::new(at, place, "the field is empty"));
                Ok(())
            }
        }
    }
}
