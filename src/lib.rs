//! `rmm` treats a file of numbers of any size as an n-dimensional array, in place, as `numpy.memmap` does.
//!
//! The modules are layers, each knowing only those above it in this list:
//!
//! | layer | modules |
//! |---|---|
//! | words | [`error`], [`escape`], [`literal`], [`shape`], [`dtype`] |

pub mod dtype;
pub mod error;
pub mod escape;
pub mod literal;
pub mod shape;
