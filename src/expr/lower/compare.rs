//! Comparisons, exact whatever the dtypes, and what is true.

use super::{Lowering, Term};
use crate::dtype::{Class, Number};
use crate::error::Result;
use crate::expr::graph::StepId;
use crate::expr::op::Op;
use crate::expr::promote::promote;
use crate::expr::weak::Weak;

impl Lowering<'_> {
    /// Exact between integers, whatever their dtypes and the size of a literal.
    pub(super) fn compare(&mut self, op: Op, left: Term, right: Term) -> Result<StepId> {
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
    pub(super) fn refuse_long(&mut self, terms: &[Term]) -> Result<()> {
        for term in terms {
            if let Term::Weak(value @ Weak::Int(_)) = *term {
                self.fitting(value, Number::Int64)?;
            }
        }
        Ok(())
    }

    pub(super) fn truth(&mut self, term: Term) -> StepId {
        match term {
            Term::Weak(value) => self.graph.literal(Weak::Bool(value.truth()), Number::Bool),
            Term::Step(step) => self.graph.cast(step, Number::Bool),
        }
    }
}
