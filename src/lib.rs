//! `rmm` treats a file of numbers of any size as an n-dimensional array, in place, as `numpy.memmap` does.
//!
//! The modules are layers, each knowing only those above it in this list:
//!
//! | layer | modules |
//! |---|---|
//! | words | [`error`], [`escape`], [`literal`], [`calendar`], [`shape`], [`dtype`] |
//! | meaning | [`spec`], [`index`], [`view`], [`plan`], [`scalar`], [`cast`], [`expr`], [`generate`], [`guess`], [`journal`], [`reduce`] |
//! | outside world | [`mapping`], [`format`](mod@format), [`source`], [`array`](mod@array), [`sink`] |
//! | jobs | [`job`] |
//! | command line | `cli`, with the default feature of that name |

pub mod array;
pub mod calendar;
pub mod cast;
#[cfg(feature = "cli")]
pub mod cli;
pub mod dtype;
pub mod error;
pub mod escape;
pub mod expr;
pub mod format;
pub mod generate;
pub mod guess;
pub mod index;
pub mod job;
pub mod journal;
pub mod literal;
pub mod mapping;
pub mod plan;
pub mod reduce;
pub mod scalar;
pub mod shape;
pub mod sink;
pub mod source;
pub mod spec;
pub mod view;
