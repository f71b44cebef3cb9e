//! What is said of selections without elements, which are no error.

use super::ui::Ui;
use crate::view::{View, tuple};

/// Of a result, once for a command.
pub(super) fn note_result(dims: &[u64], ui: &Ui) {
    if dims.contains(&0) {
        ui.note(&format!("nothing is selected: the result has shape {}", tuple(dims)));
    }
}

/// Of several selections, all at once.
#[derive(Debug, Default)]
pub(super) struct EmptyParts {
    /// Which is the first, and its shape.
    first: Option<(String, Vec<u64>)>,
    count: u64,
}

impl EmptyParts {
    /// Looks at one of them.
    pub(super) fn look(&mut self, view: &View, which: impl FnOnce() -> String) {
        if view.size() == 0 {
            self.count += 1;
            self.first.get_or_insert_with(|| (which(), view.dims()));
        }
    }

    /// Says it of those that were looked at.
    pub(super) fn note(&self, ui: &Ui) {
        let Some((which, dims)) = &self.first else { return };
        let others = match self.count {
            1 => String::new(),
            2 => ", nor by another".to_owned(),
            count => format!(", nor by {} others", count - 1),
        };
        ui.note(&format!("nothing is selected by {which} (shape {}){others}", tuple(dims)));
    }
}
