//! Which chunks of a job are stored, for the message that says so when it ends early.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The numbers of the chunks that are stored.
#[derive(Debug, Default)]
pub(super) struct Stored(Mutex<Numbers>);

#[derive(Debug, Default)]
struct Numbers {
    /// All chunks before this one.
    before: u64,
    /// Those behind it, never more than there are threads.
    others: BTreeSet<u64>,
    /// Whether another one may be stored in part.
    torn: bool,
}

impl Stored {
    pub(super) fn note(&self, number: u64) {
        let mut numbers = self.numbers();
        numbers.others.insert(number);
        while let Some(first) = numbers.others.first().copied().filter(|&first| first == numbers.before) {
            numbers.others.remove(&first);
            numbers.before += 1;
        }
    }

    /// A chunk may be stored in part.
    pub(super) fn note_torn(&self) {
        self.numbers().torn = true;
    }

    pub(super) fn is_empty(&self) -> bool {
        let numbers = self.numbers();
        numbers.before == 0 && numbers.others.is_empty()
    }

    fn numbers(&self) -> MutexGuard<'_, Numbers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `chunks 0 to 4, 6 are stored`
impl fmt::Display for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = self.numbers();
        let ahead = match numbers.before {
            0 => None,
            1 => Some("0".to_owned()),
            before => Some(format!("0 to {}", before - 1)),
        };
        let count = numbers.before + numbers.others.len() as u64;
        let words: Vec<String> = ahead.into_iter().chain(numbers.others.iter().map(u64::to_string)).collect();
        match count {
            0 if numbers.torn => f.write_str("no other chunk is stored"),
            0 => f.write_str("nothing is stored"),
            1 => write!(f, "chunk {} is stored", words.join(", ")),
            _ => write!(f, "chunks {} are stored", words.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_which_chunks_are_stored() {
        let stored = Stored::default();
        assert_eq!(stored.to_string(), "nothing is stored");
        assert!(stored.is_empty());
        let torn = Stored::default();
        torn.note_torn();
        assert_eq!(torn.to_string(), "no other chunk is stored");
        for (number, text) in [
            (2, "chunk 2 is stored"),
            (0, "chunks 0, 2 are stored"),
            (1, "chunks 0 to 2 are stored"),
            (4, "chunks 0 to 2, 4 are stored"),
        ] {
            stored.note(number);
            assert_eq!(stored.to_string(), text);
        }
        assert!(!stored.is_empty());
    }
}
