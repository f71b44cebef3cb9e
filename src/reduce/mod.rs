//! Reductions: what they are called, what they make of each dtype, and the typed accumulators behind them.
//!
//! Nothing here knows files, threads or printing. Whoever runs a reduction brings items of the dtype that
//! [`Reduction::items`] names and puts accumulators together along the fixed [`Tree`](grid::Tree), so that results depend on
//! the elements and their order alone: not on threads, chunks or alignment.
//!
//! ```text
//!   elements in file order   |....4096....|....4096....|....4096....|..
//!   leaves, 8 lanes each           a            b            c       d
//!   a fixed pairwise tree            (a b)             (c d)          then (a b) (c d)
//! ```

mod add;
mod best;
mod count;
mod fold;
pub mod grid;
pub mod histogram;
mod items;
mod lanes;
mod multiply;
mod op;
mod reduction;
mod spread;
pub mod stats;
mod value;

pub use fold::{Finished, Fold, Positions, Remark};
pub use op::{Nans, Op};
pub use reduction::{Reduction, Work};
pub use value::Value;
