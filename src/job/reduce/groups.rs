//! Which axes are rows, which have results, and which hold elements that follow each other.

use crate::view::{Axis, View};

/// The axes of a selection in the three groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups {
    rows: Vec<usize>,
    outs: Vec<usize>,
    inner: Vec<usize>,
}

impl Groups {
    /// Groups the axes of a view, those in `reduced` being reduced.
    pub fn of(view: &View, reduced: &[usize]) -> Self {
        let mut axes: Vec<usize> = (0..view.axes().len()).collect();
        // A single position is where it does not part what could follow each other.
        axes.sort_by_key(|&axis| match &view.axes()[axis] {
            axis if axis.len() == 1 => (0, std::cmp::Reverse(0)),
            axis => (1, std::cmp::Reverse(axis.stride().unsigned_abs())),
        });
        let inner = axes.iter().rev().take_while(|axis| reduced.contains(axis)).count();
        let inner = axes.split_off(axes.len() - inner);
        let (rows, outs) = axes.into_iter().partition(|axis| reduced.contains(axis));
        Self { rows, outs, inner }
    }

    /// The axes in the order in which they are read.
    pub fn order(&self) -> Vec<usize> {
        [&self.rows[..], &self.outs, &self.inner].concat()
    }

    /// The reduced axes, slowest in the file first.
    pub fn reduced(&self) -> Vec<usize> {
        [&self.rows[..], &self.inner].concat()
    }

    /// The axes that are kept, slowest in the file first.
    pub fn kept(&self) -> &[usize] {
        &self.outs
    }

    /// The numbers of axes of views whose axes in each group are joined as far as they step as one in all of them; the views
    /// have their axes in [`order`](Self::order).
    pub fn joined(&self, views: &mut [View]) -> [usize; 3] {
        let counts = [self.rows.len(), self.outs.len(), self.inner.len()];
        let mut first = 0;
        counts.map(|count| {
            let mut left = count;
            let mut axis = first;
            while axis + 1 < first + left {
                if views.iter().all(|view| steps_as_one(view, axis)) {
                    for view in &mut *views {
                        *view = with_joined(view, axis);
                    }
                    left -= 1;
                } else {
                    axis += 1;
                }
            }
            first += left;
            left
        })
    }
}

fn steps_as_one(view: &View, axis: usize) -> bool {
    match (&view.axes()[axis], &view.axes()[axis + 1]) {
        (Axis::Strided { len: 1, .. }, Axis::Strided { .. }) => true,
        (Axis::Strided { stride: outer, .. }, Axis::Strided { len, stride }) => *outer == stride * *len as i64,
        _ => false,
    }
}

/// The view with an axis and the one behind it as one.
fn with_joined(view: &View, axis: usize) -> View {
    let mut axes = view.axes().to_vec();
    let outer = axes.remove(axis);
    if let Axis::Strided { len, .. } = &mut axes[axis] {
        *len *= outer.len();
    }
    View::new(view.offset(), axes, view.item().clone())
}
