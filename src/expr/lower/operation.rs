//! What an operation makes of its operands: the dtype it computes in, those it refuses, and the operations that NumPy
//! makes of others. Knows terms and steps, no tree.

use super::{Lowering, Term};
use crate::dtype::{Class, Number};
use crate::error::Result;
use crate::expr::functions::Rule;
use crate::expr::graph::StepId;
use crate::expr::op::Op;
use crate::expr::promote::{as_float, promote_all};
use crate::expr::weak::Weak;

impl Lowering<'_> {
    pub(super) fn operation(&mut self, name: &str, op: Op, rule: Rule, terms: &[Term]) -> Result<StepId> {
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
        let number = promote_all(numbers).expect("an operation has operands");
        let operands = self.all_as(terms, number);
        if rule == Rule::FloatReal {
            self.refuse(name, operands[0], &[Class::Complex])?;
        }
        Ok(self.graph.apply(op, number, &operands))
    }

    pub(super) fn refuse(&self, name: &str, step: StepId, classes: &[Class]) -> Result<()> {
        let number = self.graph.number(step);
        if !classes.contains(&number.class()) {
            return Ok(());
        }
        let error = self.error(format!("'{name}' is not defined for {}", number.name()));
        Err(match number.class() {
            Class::Bool if name == "-" || name == "subtract" => {
                error.hint("of bools, ^ is the difference and ! the opposite")
            }
            Class::Complex if classes.contains(&Class::Float) => {
                error.hint("int64(real(z)) makes whole numbers of the real parts")
            }
            Class::Complex => error.hint("real(z), imag(z) or abs(z)"),
            Class::Float => error.hint("int64(x) makes whole numbers of floats"),
            _ => error,
        })
    }

    /// `x ** 2` is a square and `x ** 0.5` a root, as in NumPy, which computes both exactly.
    pub(super) fn power(&mut self, name: &str, base: Term, exponent: Term) -> Result<StepId> {
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
    pub(super) fn clip(&mut self, name: &str, terms: &[Term]) -> Result<StepId> {
        let step = self.default_step(terms[0])?;
        let own = self.graph.number(step).range();
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
        let operands = if number.range().is_none() { self.all_as(&terms, number) } else { self.together(&terms)?.1 };
        let mut clipped = operands[0];
        for ((op, _), bound) in kept.iter().zip(&operands[1..]) {
            clipped = self.operation(name, *op, Rule::Any, &[Term::Step(clipped), Term::Step(*bound)])?;
        }
        Ok(self.graph.cast(clipped, number))
    }
}
