//! The dtype where terms meet, and terms in a dtype: what NEP 50 says of literals beside arrays. Knows no operation.

use super::{Lowering, Term};
use crate::dtype::Number;
use crate::error::Result;
use crate::expr::graph::StepId;
use crate::expr::promote::{beside, promote_all};
use crate::expr::weak::Weak;

impl Lowering<'_> {
    /// The terms in the dtype where they meet.
    pub(super) fn together(&mut self, terms: &[Term]) -> Result<(Number, Vec<StepId>)> {
        let steps = self.strong(terms)?;
        let number = self.meeting(terms)?;
        Ok((number, steps.iter().map(|&step| self.graph.cast(step, number)).collect()))
    }

    /// The dtype of every term: a literal takes that which it has beside the others; alone, its own.
    pub(super) fn numbers(&self, terms: &[Term]) -> Result<Vec<Number>> {
        if let [Term::Weak(value)] = terms {
            return Ok(vec![value.default_number().map_err(|wrong| self.error(wrong))?]);
        }
        let strong = terms.iter().filter_map(|term| match *term {
            Term::Step(step) => Some(self.graph.number(step)),
            Term::Weak(_) => None,
        });
        let among_literals = || terms.iter().fold(Number::Bool, |met, term| self.beside(*term, met));
        let met = promote_all(strong).unwrap_or_else(among_literals);
        Ok(terms.iter().map(|term| self.beside(*term, met)).collect())
    }

    fn beside(&self, term: Term, met: Number) -> Number {
        match term {
            Term::Step(step) => self.graph.number(step),
            Term::Weak(value) => beside(value, met),
        }
    }

    /// The dtype where the terms meet.
    pub(super) fn meeting(&self, terms: &[Term]) -> Result<Number> {
        Ok(promote_all(self.numbers(terms)?).expect("an operation has operands"))
    }

    /// What `where` takes. It alone has NumPy convert a literal as an array: an integer that does not fit is wrapped.
    pub(super) fn chosen(&mut self, term: Term, number: Number) -> Result<StepId> {
        match term {
            Term::Step(step) => Ok(self.graph.cast(step, number)),
            Term::Weak(value) => {
                if number.range().is_some() {
                    value.default_number().map_err(|wrong| self.error(wrong))?;
                }
                Ok(self.graph.literal(value, number))
            }
        }
    }

    /// Every term as a float or complex number, literals directly.
    pub(super) fn all_as(&mut self, terms: &[Term], number: Number) -> Vec<StepId> {
        let as_number = |term: &Term| match *term {
            Term::Step(step) => self.graph.cast(step, number),
            Term::Weak(value) => self.graph.literal(value, number),
        };
        terms.iter().map(as_number).collect()
    }

    /// Every term as a step, of the dtype that [`Self::numbers`] gives it.
    pub(super) fn strong(&mut self, terms: &[Term]) -> Result<Vec<StepId>> {
        let numbers = self.numbers(terms)?;
        let step = |(term, number): (&Term, Number)| match *term {
            Term::Step(step) => Ok(step),
            Term::Weak(value) => self.fitting(value, number),
        };
        terms.iter().zip(numbers).map(step).collect()
    }

    pub(super) fn default_step(&mut self, term: Term) -> Result<StepId> {
        match term {
            Term::Step(step) => Ok(step),
            Term::Weak(value) => {
                let number = value.default_number().map_err(|wrong| self.error(wrong))?;
                Ok(self.graph.literal(value, number))
            }
        }
    }

    /// A literal of a dtype; an integer must fit.
    pub(super) fn fitting(&mut self, value: Weak, number: Number) -> Result<StepId> {
        if let (Some(integer), Some((least, most))) = (value.integer(), number.range())
            && !(least..=most).contains(&integer)
        {
            let error = self.error(format!("integer {integer} is out of bounds for {}", number.name()));
            return Err(error.hint(format!("{} holds {least} to {most}", number.name())));
        }
        Ok(self.graph.literal(value, number))
    }

    /// Whether the integer fits the dtype of the step, where that is one of integers.
    pub(super) fn fits(&self, value: i128, step: StepId) -> bool {
        self.graph.number(step).range().is_none_or(|(least, most)| (least..=most).contains(&value))
    }
}
