//! What is said of selections without elements, which are no error.

use super::ui::Ui;
use crate::view::{View, tuple};

/// Of a result, once for a command.
pub(super) fn note_result(dims: &[u64], ui: &Ui) {
    if dims.contains(&0) {
        ui.note(&format!("nothing is selected: the result has shape {}", tuple(dims)));
    }
}

/// Of lines with an INDEX each, all at once.
#[derive(Debug, Default)]
pub(super) struct EmptyLines {
    /// The number of the first, and what it selects.
    first: Option<(u64, Vec<u64>)>,
    count: u64,
}

impl EmptyLines {
    /// Looks at what a line selects.
    pub(super) fn look(&mut self, number: u64, view: &View) {
        if view.size() == 0 {
            self.count += 1;
            self.first.get_or_insert_with(|| (number, view.dims()));
        }
    }

    /// Says it of the lines that were looked at.
    pub(super) fn note(&self, name: &str, ui: &Ui) {
        let Some((number, dims)) = &self.first else { return };
        let others = match self.count {
            1 => String::new(),
            2 => ", nor by another".to_owned(),
            count => format!(", nor by {} others", count - 1),
        };
        ui.note(&format!("nothing is selected by line {number} of {name} (shape {}){others}", tuple(dims)));
    }
}
