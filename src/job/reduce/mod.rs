//! Reducing the elements of a view along some of its axes, in one pass through the file.
//!
//! The axes of the view are put into three groups, each slowest in the file first, and the view is read in their order:
//!
//! ```text
//!   rows     reduced, outside of an axis that is kept
//!   outs     kept: there is a result for each of their positions
//!   inner    reduced, inside of all axes that are kept: elements that follow each other
//! ```
//!
//! Each stretch of inner elements is cut into leaves; without inner axes, a leaf is a number of rows. Partial results are
//! put together along the fixed tree of [`Tree`], inner ones first, then rows. So every result depends on the selection
//! alone, and each page is read once: where there are many outs, they are cut into blocks whose accumulators fit memory.

mod groups;
mod plan;
mod task;
#[cfg(test)]
mod tests;

pub use groups::Groups;

use std::sync::Mutex;

use self::plan::{Plan, TASK};
use self::task::{Gathered, Task};
use super::Crew;
use super::values::Values;
use crate::error::Result;
use crate::reduce::Fold;
use crate::reduce::grid::Tree;
use crate::view::{Axis, Item, View};

/// What is reduced: the values for a view whose axes are in the order of [`Groups`], so many of each group.
pub struct Reduced<'a> {
    /// Gives the items that the fold takes.
    pub values: &'a dyn Values,
    /// Its axes are those of rows, outs and inner elements, in this order.
    pub view: &'a View,
    /// The number of axes of rows, outs and inner elements.
    pub axes: [usize; 3],
}

/// Told the accumulators of results that follow each other, from this one on; `None` where there is nothing to reduce.
pub type Tell<'t, A> = dyn FnMut(u64, &[Option<A>]) -> Result<()> + Send + 't;

/// Reduces all elements, and tells the accumulators of all outs in C order of their axes.
///
/// # Errors
/// Where a value cannot be made, or `tell` fails.
pub fn reduce<F: Fold>(what: &Reduced<'_>, fold: &F, tell: &mut Tell<'_, F::Acc>, crew: Crew<'_>) -> Result<()> {
    let plan = Plan::new(what, crew.threads as u64);
    if plan.rows.size == 0 || plan.inner.size == 0 {
        return tell_nothing(plan.outs.size, tell);
    }
    let tasks = plan.tasks();
    let nbytes = (what.view.nbytes() / tasks.max(1)).max(1) as usize;
    let numbers = View::new(0, vec![Axis::Strided { len: tasks, stride: 0 }], Item::whole(nbytes));
    let gathered = Mutex::new(Gathered { stretch: Tree::default(), rows: Tree::default(), tell });
    crew.run(numbers.slabs(0, 1), &|| {
        Ok(Box::new(Task {
            plan: &plan,
            fold,
            values: what.values,
            maker: what.values.maker(),
            items: Vec::new(),
            column: Vec::new(),
            hollow: Vec::new(),
            found: Vec::new(),
            gathered: &gathered,
        }))
    })
}

fn tell_nothing<A: Clone>(outs: u64, tell: &mut Tell<'_, A>) -> Result<()> {
    let nothing = vec![None; outs.min(TASK) as usize];
    let mut first = 0;
    while first < outs {
        let len = (outs - first).min(TASK);
        tell(first, &nothing[..len as usize])?;
        first += len;
    }
    Ok(())
}
