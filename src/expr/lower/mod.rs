//! Types: a tree becomes a graph of operations whose operands have one dtype, as NumPy 2 would compute them (NEP 50).
//!
//! Python's operators between literals are Python's; everything else is NumPy's, `!`, `&&` and `||` included. Where
//! NumPy raises, so does this, with the column: an integer literal that does not fit the dtype beside it, an operation
//! that is not defined for a dtype. This file walks the tree; what an operation is of which dtypes is in those below.

mod compare;
mod meeting;
mod operation;
mod round;

use super::caret::{self, nearest};
use super::functions::{self, Meaning, Rule};
use super::graph::{Graph, Step, StepId};
use super::op::Op;
use super::promote::is_computed;
use super::scope::{Found, Scope};
use super::tree::{Node, NodeId, Part, Tree};
use super::weak::{self, Weak};
use crate::dtype::{self, Class, Number};
use crate::error::{Error, Result};
use crate::reduce::Op as Reduction;

/// The value of a node.
#[derive(Clone, Copy, Debug)]
enum Term {
    /// A scalar of Python, which takes the dtype of what it meets.
    Weak(Weak),
    /// A value of every element.
    Step(StepId),
}

/// The typed operations of the tree, and the last of them.
///
/// # Errors
/// Usage, with the column.
pub(super) fn lower(text: &str, tree: &Tree<'_>, scope: &mut Scope<'_>) -> Result<(Graph, StepId)> {
    let mut lowering = Lowering { text, graph: Graph::default(), terms: Vec::with_capacity(tree.nodes.len()), at: 0 };
    for node in &tree.nodes {
        lowering.at = node.at;
        let term = lowering.node(node, scope)?;
        lowering.terms.push(term);
    }
    let root = *lowering.terms.last().expect("a tree has a root");
    let root = lowering.default_step(root)?;
    Ok((lowering.graph, root))
}

struct Lowering<'a> {
    text: &'a str,
    graph: Graph,
    terms: Vec<Term>,
    at: usize,
}

impl Lowering<'_> {
    fn error(&self, message: impl std::fmt::Display) -> Error {
        caret::error(self.text, self.at, message)
    }

    fn node(&mut self, node: &Node<'_>, scope: &mut Scope<'_>) -> Result<Term> {
        match &node.part {
            Part::Int(value) => Ok(Term::Weak(Weak::Int(*value))),
            Part::Float(value) => Ok(Term::Weak(Weak::Float(*value))),
            Part::Imaginary(value) => Ok(Term::Weak(Weak::Complex(num_complex::Complex::new(0.0, *value)))),
            Part::Name(path) => self.name(path, scope),
            Part::Unary(symbol, operand) => match self.terms[*operand] {
                Term::Weak(value) if *symbol != "!" => {
                    weak::unary(symbol, value).map(Term::Weak).map_err(|wrong| self.error(wrong))
                }
                operand => self.call(symbol, functions::prefix(symbol), &[operand]),
            },
            Part::Binary(symbol, left, right) => match (self.terms[*left], self.terms[*right]) {
                (Term::Weak(left), Term::Weak(right)) if !matches!(*symbol, "&&" | "||") => {
                    weak::binary(symbol, left, right).map(Term::Weak).map_err(|wrong| self.error(wrong))
                }
                (left, right) => self.call(symbol, functions::infix(symbol), &[left, right]),
            },
            Part::Call(name, arguments) => self.named_call(name, arguments),
        }
    }

    fn name(&mut self, path: &[&str], scope: &mut Scope<'_>) -> Result<Term> {
        match scope.find(path).map_err(|error| {
            let pointed = self.error(error.message());
            error.hints().iter().fold(pointed, Error::hint)
        })? {
            Found::Input(input, number) => Ok(Term::Step(self.graph.push(Step::Input(input), number))),
            Found::Index(axis) => Ok(Term::Step(self.graph.push(Step::Index(axis), Number::Int64))),
            Found::Constant(value) => Ok(Term::Weak(value)),
        }
    }

    fn named_call(&mut self, name: &str, arguments: &[NodeId]) -> Result<Term> {
        let terms: Vec<Term> = arguments.iter().map(|id| self.terms[*id]).collect();
        if let Some((arity, meaning)) = functions::function(name) {
            let wanted = if meaning == Meaning::Round { 1..=2 } else { arity..=arity };
            if !wanted.contains(&terms.len()) {
                let wanted = if meaning == Meaning::Round { "1 or 2".to_owned() } else { arity.to_string() };
                let plural = if wanted == "1" { "" } else { "s" };
                return Err(self.error(format!("{name} takes {wanted} argument{plural}, not {}", terms.len())));
            }
            return self.call(name, meaning, &terms);
        }
        if let Some(number) = dtype::parse(name).ok().and_then(|parsed| parsed.dtype.number()) {
            let [term] = terms[..] else {
                return Err(self.error(format!("{name} takes 1 argument, not {}", terms.len())));
            };
            return self.explicit_cast(term, number);
        }
        let error = self.error(format!("unknown function '{name}'"));
        let names = functions::names().chain(Number::ALL.iter().copied().filter(|n| is_computed(*n)).map(Number::name));
        if let Ok(op) = name.parse::<Reduction>() {
            let reduced = format!("--reduce {op} makes one element of all");
            return Err(match name {
                "max" => error.hint("did you mean maximum?").hint(reduced),
                "min" => error.hint("did you mean minimum?").hint(reduced),
                _ => error.hint(reduced),
            });
        }
        Err(match nearest(name, names) {
            _ if name == "astype" => error.hint("the name of the dtype is the function: float32(x)"),
            Some(near) => error.hint(format!("did you mean {near}?")),
            None => error,
        })
    }

    fn explicit_cast(&mut self, term: Term, number: Number) -> Result<Term> {
        if !is_computed(number) {
            let error = self.error(format!("expressions do not compute with {}", number.name()));
            let wide = if number.itemsize() > 8 { Number::Float64 } else { Number::Float32 };
            let hint = format!("{}(x) computes with the nearest that there is; --astype converts results", wide.name());
            return Err(error.hint(hint));
        }
        let step = match term {
            Term::Step(step) => self.graph.cast(step, number),
            Term::Weak(Weak::Complex(_)) if number.class() != Class::Complex && number != Number::Bool => {
                return Err(self.error("a complex number has no real value").hint("real(z)"));
            }
            Term::Weak(Weak::Float(value)) if matches!(number.class(), Class::Signed | Class::Unsigned) => {
                if !value.is_finite() {
                    return Err(self.error(format!("{value} is no integer")));
                }
                let integer = value.trunc() as i128;
                if integer as f64 != value.trunc() {
                    return Err(self.error(format!("{value:e} is out of bounds for {}", number.name())));
                }
                self.fitting(Weak::Int(integer), number)?
            }
            Term::Weak(value) => self.fitting(value, number)?,
        };
        Ok(Term::Step(step))
    }

    fn call(&mut self, name: &str, meaning: Meaning, terms: &[Term]) -> Result<Term> {
        let step = match meaning {
            Meaning::Op(op, rule) => self.operation(name, op, rule, terms)?,
            Meaning::Power => self.power(name, terms[0], terms[1])?,
            Meaning::Where => {
                let condition = self.default_step(terms[0])?;
                let condition = self.graph.cast(condition, Number::Bool);
                let number = self.meeting(&terms[1..])?;
                let values = [self.chosen(terms[1], number)?, self.chosen(terms[2], number)?];
                self.graph.apply(Op::Where, number, &[condition, values[0], values[1]])
            }
            Meaning::Clip => self.clip(name, terms)?,
            Meaning::Round => self.round(name, terms)?,
            Meaning::Positive => {
                let step = self.default_step(terms[0])?;
                self.refuse(name, step, &[Class::Bool])?;
                step
            }
            Meaning::Real | Meaning::Imag => {
                if let Term::Weak(value) = terms[0] {
                    return Ok(Term::Weak(if meaning == Meaning::Real {
                        value.real_part()
                    } else {
                        value.imaginary_part()
                    }));
                }
                let step = self.default_step(terms[0])?;
                let number = self.graph.number(step);
                match (number.class(), meaning) {
                    (Class::Complex, Meaning::Real) => self.graph.apply(Op::Real, number, &[step]),
                    (Class::Complex, _) => self.graph.apply(Op::Imag, number, &[step]),
                    (_, Meaning::Real) => step,
                    _ => self.graph.literal_for(step, Weak::Int(0), number),
                }
            }
            Meaning::Angle => {
                let step = self.default_step(terms[0])?;
                let number = self.graph.number(step);
                if number.class() == Class::Complex {
                    self.graph.apply(Op::Angle, number, &[step])
                } else {
                    let zero = Term::Weak(Weak::Int(0));
                    self.operation(name, Op::Arctan2, Rule::FloatReal, &[zero, Term::Step(step)])?
                }
            }
        };
        Ok(Term::Step(step))
    }
}
