//! Expressions: NumPy's names, operators, precedence, types and results, over blocks of elements.
//!
//! A text is parsed, typed by NumPy's rules (NEP 50), freed of what is constant or written twice, and compiled to a
//! program over registers of 8 KiB and less, which fit a core's caches. Nothing here knows files, threads or printing:
//! whoever runs a program brings blocks of elements and coordinates.
//!
//! ```text
//! text ─► tokens ─► Tree ─► Graph ─► Program ─► run over blocks
//!         words     as      typed    registers  kernels, chosen
//!                   written steps               once a block
//! ```
//!
//! Left alone on purpose: integers among literals have at most 127 bits, casts of values that do not fit are taken
//! modulo 2^n (NumPy's depend on the machine), and `bfloat16` and float8 are computed as `float32`.

mod caret;
mod exact;
mod functions;
mod graph;
mod kernel;
mod lower;
mod op;
mod parse;
mod program;
mod promote;
mod scope;
#[cfg(test)]
mod tests;
mod token;
mod tree;
mod vm;
mod weak;

pub use parse::MAX_DEPTH;
pub use program::Program;
pub use scope::{Input, Variable, taken};
pub use token::MAX_LENGTH;
pub use vm::{Coordinates, Elements, Feed, Registers, Stop, Undefined};

use crate::error::Result;

/// Compiles `text`, which may name the variables and the index variables of an array of `axes` dimensions.
///
/// # Errors
/// Usage, with the column and a caret below it as hints: the grammar, an unknown name, an operation that is not defined
/// for a dtype, an integer that does not fit one.
pub fn compile(text: &str, variables: &[Variable], axes: usize) -> Result<Program> {
    let tree = parse::parse(text)?;
    let mut scope = scope::Scope::new(variables, axes);
    let (graph, root) = lower::lower(text, &tree, &mut scope)?;
    Ok(Program::new(&graph, root, scope.inputs))
}
