//! Types: a tree becomes a graph of operations whose operands have one dtype, as NumPy 2 would compute them (NEP 50).
//!
//! Python's operators between literals are Python's; everything else is NumPy's, `!`, `&&` and `||` included. Where NumPy raises, so does this, with the
//! column: an integer literal that does not fit the dtype beside it, an operation that is not defined for a dtype.

use super::caret::{self, nearest};
use super::functions::{self, Meaning, Rule};
use super::graph::{Graph, Step, StepId};
use super::op::Op;
use super::promote::{as_float, beside, is_computed, promote};
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
                self.fitting(Weak::Int(value.trunc() as i128), number)?
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

    fn operation(&mut self, name: &str, op: Op, rule: Rule, terms: &[Term]) -> Result<StepId> {
        match rule {
            Rule::Compare => return self.compare(op, terms[0], terms[1]),
            Rule::Logical => {
                if let [_, _] = terms {
                    self.refuse_long(terms)?;
                }
                let operands = terms.iter().map(|&term| self.truth(term)).collect::<Vec<_>>();
                return Ok(self.graph.apply(op, Number::Bool, &operands));
            }
            Rule::Float | Rule::FloatReal => return self.on_floats(name, op, rule, terms),
            _ => {}
        }
        if rule == Rule::Divide {
            let number = match self.meeting(terms)? {
                number if number.class() < Class::Float => Number::Float64,
                number => number,
            };
            let operands = self.all_as(terms, number);
            return Ok(self.graph.apply(op, number, &operands));
        }
        let (number, mut operands) = self.together(terms)?;
        let refused: &[Class] = match rule {
            Rule::NotBool => &[Class::Bool],
            Rule::Real | Rule::BoolAsInt8Real => &[Class::Complex],
            Rule::Bits | Rule::Shift => &[Class::Float, Class::Complex],
            _ => &[],
        };
        self.refuse(name, operands[0], refused)?;
        let number = match (rule, number.class()) {
            (Rule::BoolAsInt8 | Rule::BoolAsInt8Real | Rule::Shift, Class::Bool) => Number::Int8,
            (Rule::Test { of_integers }, Class::Bool | Class::Unsigned | Class::Signed) => {
                return Ok(self.graph.literal_for(operands[0], Weak::Bool(of_integers), Number::Bool));
            }
            _ => number,
        };
        for operand in &mut operands {
            *operand = self.graph.cast(*operand, number);
        }
        Ok(self.graph.apply(op, number, &operands))
    }

    /// Each operand finds its own float before they meet: `arctan2` of `int8` and `uint16` is a `float32`.
    fn on_floats(&mut self, name: &str, op: Op, rule: Rule, terms: &[Term]) -> Result<StepId> {
        let numbers = self.numbers(terms)?.into_iter().map(as_float);
        let number = numbers.reduce(promote).expect("an operation has operands");
        let operands = self.all_as(terms, number);
        if rule == Rule::FloatReal {
            self.refuse(name, operands[0], &[Class::Complex])?;
        }
        Ok(self.graph.apply(op, number, &operands))
    }

    fn refuse(&self, name: &str, step: StepId, classes: &[Class]) -> Result<()> {
        let number = self.graph.number(step);
        if !classes.contains(&number.class()) {
            return Ok(());
        }
        let error = self.error(format!("'{name}' is not defined for {}", number.name()));
        Err(match number.class() {
            Class::Bool if name == "-" || name == "subtract" => {
                error.hint("of bools, ^ is the difference and ! the opposite")
            }
            Class::Complex => error.hint("real(z), imag(z) or abs(z)"),
            Class::Float => error.hint("int64(x) makes whole numbers of floats"),
            _ => error,
        })
    }

    /// `x ** 2` is a square and `x ** 0.5` a root, as in NumPy, which computes both exactly.
    fn power(&mut self, name: &str, base: Term, exponent: Term) -> Result<StepId> {
        let (number, operands) = self.together(&[base, exponent])?;
        let is_float = number.class() >= Class::Float;
        if let (Term::Step(base), Term::Weak(weak)) = (base, exponent) {
            if !is_float && weak.real() < 0.0 {
                let error = self.error("integers to negative integer powers are not allowed");
                return Err(error.hint("float64(x)**-1"));
            }
            let op = match weak.real() {
                _ if matches!(weak, Weak::Complex(_)) => None,
                // The operator squares bools, which gives int8, where the function raises them to a power.
                2.0 if name == "**" && self.graph.number(base) == Number::Bool && !is_float => {
                    return self.operation(name, Op::Square, Rule::BoolAsInt8, &[Term::Step(base)]);
                }
                1.0 if is_float => return Ok(operands[0]),
                2.0 => Some(Op::Square),
                // The function has these two of real numbers only.
                0.5 | -1.0 if number.class() == Class::Complex && name != "**" => None,
                0.5 if is_float => Some(Op::Sqrt),
                -1.0 if is_float => Some(Op::Reciprocal),
                _ => None,
            };
            if let Some(op) = op.filter(|_| number != Number::Bool) {
                return Ok(self.graph.apply(op, number, &operands[..1]));
            }
        }
        self.operation(name, Op::Power, Rule::BoolAsInt8, &[Term::Step(operands[0]), Term::Step(operands[1])])
    }

    /// What is clipped is an array, a literal too; an integer bound at an end of its dtype or beyond bounds nothing.
    fn clip(&mut self, name: &str, terms: &[Term]) -> Result<StepId> {
        let step = self.default_step(terms[0])?;
        let own = range(self.graph.number(step));
        let bounds = |bound: Term, holds: fn(i128, (i128, i128)) -> bool| match (bound, own) {
            (Term::Weak(Weak::Int(bound)), Some(own)) => holds(bound, own),
            _ => true,
        };
        let low = bounds(terms[1], |bound, (least, _)| bound > least).then_some((Op::Maximum, terms[1]));
        let high = bounds(terms[2], |bound, (_, most)| bound < most).then_some((Op::Minimum, terms[2]));
        let kept: Vec<(Op, Term)> = low.into_iter().chain(high).collect();
        let terms: Vec<Term> = [Term::Step(step)].into_iter().chain(kept.iter().map(|(_, term)| *term)).collect();
        // Beside a bound that makes the result one of floats, an integer bound need not fit what is clipped.
        let number = self.meeting(&terms)?;
        let operands = if range(number).is_none() { self.all_as(&terms, number) } else { self.together(&terms)?.1 };
        let mut clipped = operands[0];
        for ((op, _), bound) in kept.iter().zip(&operands[1..]) {
            clipped = self.operation(name, *op, Rule::Any, &[Term::Step(clipped), Term::Step(*bound)])?;
        }
        Ok(self.graph.cast(clipped, number))
    }

    fn round(&mut self, name: &str, terms: &[Term]) -> Result<StepId> {
        const MOST: i128 = 300;
        let step = self.default_step(terms[0])?;
        let number = self.graph.number(step);
        let decimals = match terms.get(1) {
            None => 0,
            Some(Term::Weak(Weak::Int(decimals))) if decimals.abs() <= MOST => *decimals,
            Some(_) => {
                return Err(self.error(format!("the decimals of {name} are an integer literal of at most {MOST}")));
            }
        };
        let is_whole = matches!(number.class(), Class::Signed | Class::Unsigned);
        if is_whole && decimals >= 0 {
            return Ok(step);
        }
        if is_whole || (number == Number::Bool && decimals != 0) {
            let error = self.error(format!("'{name}' to {decimals} decimals is not defined for {}", number.name()));
            return Err(error.hint(format!("round(float64(x), {decimals})")));
        }
        if decimals == 0 {
            return self.operation(name, Op::Rint, Rule::Float, &[Term::Step(step)]);
        }
        let factor = Term::Weak(Weak::Float(10f64.powi(decimals.unsigned_abs() as i32)));
        let (scale, back) = if decimals > 0 { (Op::Multiply, Op::Divide) } else { (Op::Divide, Op::Multiply) };
        let scaled = self.operation(name, scale, Rule::Any, &[Term::Step(step), factor])?;
        let rounded = self.operation(name, Op::Rint, Rule::Float, &[Term::Step(scaled)])?;
        self.operation(name, back, Rule::Any, &[Term::Step(rounded), factor])
    }

    /// Exact between integers, whatever their dtypes and the size of a literal.
    fn compare(&mut self, op: Op, left: Term, right: Term) -> Result<StepId> {
        let comparison = op.comparison().expect("a comparison");
        match (left, right) {
            (Term::Weak(Weak::Int(left)), Term::Weak(Weak::Int(right))) => {
                return Ok(self.graph.literal(Weak::Bool(comparison.holds(left.cmp(&right))), Number::Bool));
            }
            (Term::Step(step), Term::Weak(Weak::Int(value))) if !self.fits(value, step) => {
                let holds =
                    comparison.holds(if value > 0 { std::cmp::Ordering::Less } else { std::cmp::Ordering::Greater });
                return Ok(self.graph.literal_for(step, Weak::Bool(holds), Number::Bool));
            }
            (Term::Weak(Weak::Int(value)), Term::Step(step)) if !self.fits(value, step) => {
                let holds =
                    comparison.holds(if value > 0 { std::cmp::Ordering::Greater } else { std::cmp::Ordering::Less });
                return Ok(self.graph.literal_for(step, Weak::Bool(holds), Number::Bool));
            }
            _ => {}
        }
        let steps = self.strong(&[left, right])?;
        let (a, b) = (self.graph.number(steps[0]), self.graph.number(steps[1]));
        if a.class() == Class::Signed && b == Number::UInt64 {
            let signed = self.graph.cast(steps[0], Number::Int64);
            return Ok(self.graph.apply(Op::Mixed(comparison), Number::Int64, &[signed, steps[1]]));
        }
        if a == Number::UInt64 && b.class() == Class::Signed {
            let signed = self.graph.cast(steps[1], Number::Int64);
            return Ok(self.graph.apply(Op::Mixed(comparison.mirrored()), Number::Int64, &[signed, steps[0]]));
        }
        let number = promote(a, b);
        let operands: Vec<StepId> = steps.iter().map(|&step| self.graph.cast(step, number)).collect();
        Ok(self.graph.apply(op, number, &operands))
    }

    /// Among the operands of a logical operation an integer literal is an `int64`, whatever the others are.
    fn refuse_long(&mut self, terms: &[Term]) -> Result<()> {
        for term in terms {
            if let Term::Weak(value @ Weak::Int(_)) = *term {
                self.fitting(value, Number::Int64)?;
            }
        }
        Ok(())
    }

    fn truth(&mut self, term: Term) -> StepId {
        match term {
            Term::Weak(value) => self.graph.literal(Weak::Bool(value.truth()), Number::Bool),
            Term::Step(step) => self.graph.cast(step, Number::Bool),
        }
    }

    /// The terms in the dtype where they meet.
    fn together(&mut self, terms: &[Term]) -> Result<(Number, Vec<StepId>)> {
        let steps = self.strong(terms)?;
        let number = self.meeting(terms)?;
        Ok((number, steps.iter().map(|&step| self.graph.cast(step, number)).collect()))
    }

    /// The dtype of every term: a literal takes that which it has beside the others; alone, its own.
    fn numbers(&self, terms: &[Term]) -> Result<Vec<Number>> {
        if let [Term::Weak(value)] = terms {
            return Ok(vec![value.default_number().map_err(|wrong| self.error(wrong))?]);
        }
        let strong = terms.iter().filter_map(|term| match *term {
            Term::Step(step) => Some(self.graph.number(step)),
            Term::Weak(_) => None,
        });
        let among_literals = || terms.iter().fold(Number::Bool, |met, term| self.beside(*term, met));
        let met = strong.reduce(promote).unwrap_or_else(among_literals);
        Ok(terms.iter().map(|term| self.beside(*term, met)).collect())
    }

    fn beside(&self, term: Term, met: Number) -> Number {
        match term {
            Term::Step(step) => self.graph.number(step),
            Term::Weak(value) => beside(value, met),
        }
    }

    /// The dtype where the terms meet.
    fn meeting(&self, terms: &[Term]) -> Result<Number> {
        Ok(self.numbers(terms)?.into_iter().reduce(promote).expect("an operation has operands"))
    }

    /// What `where` takes. It alone has NumPy convert a literal as an array: an integer that does not fit is wrapped.
    fn chosen(&mut self, term: Term, number: Number) -> Result<StepId> {
        match term {
            Term::Step(step) => Ok(self.graph.cast(step, number)),
            Term::Weak(value) => {
                if range(number).is_some() {
                    value.default_number().map_err(|wrong| self.error(wrong))?;
                }
                Ok(self.graph.literal(value, number))
            }
        }
    }

    /// Every term as a float or complex number, literals directly.
    fn all_as(&mut self, terms: &[Term], number: Number) -> Vec<StepId> {
        let as_number = |term: &Term| match *term {
            Term::Step(step) => self.graph.cast(step, number),
            Term::Weak(value) => self.graph.literal(value, number),
        };
        terms.iter().map(as_number).collect()
    }

    /// Every term as a step, of the dtype that [`Self::numbers`] gives it.
    fn strong(&mut self, terms: &[Term]) -> Result<Vec<StepId>> {
        let numbers = self.numbers(terms)?;
        let step = |(term, number): (&Term, Number)| match *term {
            Term::Step(step) => Ok(step),
            Term::Weak(value) => self.fitting(value, number),
        };
        terms.iter().zip(numbers).map(step).collect()
    }

    fn default_step(&mut self, term: Term) -> Result<StepId> {
        match term {
            Term::Step(step) => Ok(step),
            Term::Weak(value) => {
                let number = value.default_number().map_err(|wrong| self.error(wrong))?;
                Ok(self.graph.literal(value, number))
            }
        }
    }

    /// A literal of a dtype; an integer must fit.
    fn fitting(&mut self, value: Weak, number: Number) -> Result<StepId> {
        if let (Some(integer), Some((least, most))) = (value.integer(), range(number))
            && !(least..=most).contains(&integer)
        {
            let error = self.error(format!("integer {integer} is out of bounds for {}", number.name()));
            return Err(error.hint(format!("{} holds {least} to {most}", number.name())));
        }
        Ok(self.graph.literal(value, number))
    }

    /// Whether the integer fits the dtype of the step, where that is one of integers.
    fn fits(&self, value: i128, step: StepId) -> bool {
        range(self.graph.number(step)).is_none_or(|(least, most)| (least..=most).contains(&value))
    }
}

/// The least and the largest of an integer dtype.
fn range(number: Number) -> Option<(i128, i128)> {
    let bits = 8 * number.itemsize() as u32;
    match number.class() {
        Class::Unsigned => Some((0, (1 << bits) - 1)),
        Class::Signed => Some((-(1 << (bits - 1)), (1 << (bits - 1)) - 1)),
        Class::Bool | Class::Float | Class::Complex => None,
    }
}
