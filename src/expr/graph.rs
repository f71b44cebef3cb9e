//! The typed operations of an expression: each is there once however often it is written, and what depends on literals
//! alone is computed here. Knows no names and no blocks but those of one element.

use std::collections::HashMap;

use num_complex::Complex;

use super::kernel::{self, elements_mut, half};
use super::op::Op;
use super::promote::part;
use super::weak::Weak;
use crate::dtype::{Float16, Number};

/// The place of a step in its graph, behind those of its operands.
pub(super) type StepId = usize;

/// The bits of one element, as a block of its dtype holds them.
pub(super) type Bits = [u64; 2];

/// One value of every element.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    /// An input, in the dtype in which it is computed.
    Input(usize),
    /// The coordinate along an axis.
    Index(usize),
    /// The same value for every element.
    Constant(Bits),
    /// An operation on values of the dtype.
    Apply(Op, Number, Vec<StepId>),
}

/// Steps, each with the dtype of its values.
#[derive(Clone, Debug, Default)]
pub(super) struct Graph {
    steps: Vec<(Step, Number)>,
    known: HashMap<(Step, Number), StepId>,
    /// For every step, whether an element of it may turn out to have no result.
    can_fail: Vec<bool>,
}

impl Graph {
    pub(super) fn steps(&self) -> &[(Step, Number)] {
        &self.steps
    }

    pub(super) fn number(&self, id: StepId) -> Number {
        self.steps[id].1
    }

    /// The step, which may have been there before.
    pub(super) fn push(&mut self, step: Step, number: Number) -> StepId {
        let key = (step, number);
        if let Some(&id) = self.known.get(&key) {
            return id;
        }
        let can_fail = match &key.0 {
            Step::Apply(op, number, operands) => {
                op.can_fail(*number) || operands.iter().any(|&operand| self.can_fail[operand])
            }
            Step::Input(_) | Step::Index(_) | Step::Constant(_) => false,
        };
        self.can_fail.push(can_fail);
        self.known.insert(key.clone(), self.steps.len());
        self.steps.push(key);
        self.steps.len() - 1
    }

    /// The operation on operands of `number`, which is computed here if all of them are constant.
    pub(super) fn apply(&mut self, op: Op, number: Number, operands: &[StepId]) -> StepId {
        let result = op.result(number);
        let constants: Option<Vec<Bits>> = operands.iter().map(|&id| self.constant(id)).collect();
        if let Some(constants) = constants {
            let blocks: Vec<&[u64]> = constants.iter().map(|bits| &bits[..]).collect();
            let mut out = [0; 2];
            // What has no result is found when it runs.
            if kernel::apply(op, number, &blocks, &mut out, 1).is_ok() {
                return self.push(Step::Constant(out), result);
            }
        }
        if op == Op::Divide
            && let Some(inverse) = self.exact_inverse(operands[1], number)
        {
            let inverse = self.push(Step::Constant(inverse), number);
            return self.apply(Op::Multiply, number, &[operands[0], inverse]);
        }
        self.push(Step::Apply(op, number, operands.to_vec()), result)
    }

    /// One over a constant power of two, by which multiplying rounds as dividing by the power does, and faster.
    fn exact_inverse(&self, id: StepId, number: Number) -> Option<Bits> {
        let mut block = self.constant(id)?;
        match number {
            Number::Float32 => {
                let value = &mut elements_mut::<f32>(&mut block, 1)[0];
                let inverse = 1.0 / *value;
                let is_exact = value.to_bits() << 9 == 0 && value.is_normal() && inverse.is_normal();
                *value = inverse;
                is_exact.then_some(block)
            }
            Number::Float64 => {
                let value = &mut elements_mut::<f64>(&mut block, 1)[0];
                let inverse = 1.0 / *value;
                let is_exact = value.to_bits() << 12 == 0 && value.is_normal() && inverse.is_normal();
                *value = inverse;
                is_exact.then_some(block)
            }
            _ => None,
        }
    }

    /// The same values as `number`.
    pub(super) fn cast(&mut self, id: StepId, number: Number) -> StepId {
        let from = self.number(id);
        if from == number { id } else { self.apply(Op::Cast(number), from, &[id]) }
    }

    /// A literal as an element of `number`, which an integer fits.
    pub(super) fn literal(&mut self, weak: Weak, number: Number) -> StepId {
        self.push(Step::Constant(bits(weak, number)), number)
    }

    /// A literal for each element of a step, which is computed nevertheless if that may fail.
    pub(super) fn literal_for(&mut self, id: StepId, weak: Weak, number: Number) -> StepId {
        let literal = self.literal(weak, number);
        if !self.can_fail[id] {
            return literal;
        }
        let condition = self.cast(id, Number::Bool);
        self.apply(Op::Where, number, &[condition, literal, literal])
    }

    fn constant(&self, id: StepId) -> Option<Bits> {
        match self.steps[id].0 {
            Step::Constant(bits) => Some(bits),
            _ => None,
        }
    }
}

/// The element of `number` nearest to a literal; of an integer that does not fit one, modulo 2^n.
fn bits(weak: Weak, number: Number) -> Bits {
    let mut block = [0; 2];
    let real = weak.real();
    match (number, part(number)) {
        (Number::Bool, _) => elements_mut::<u8>(&mut block, 1)[0] = weak.truth().into(),
        (Number::Float16, _) => {
            let value = match weak {
                Weak::Int(value) => half::rounded(value as f32),
                _ => Float16::from_f64(real).to_f64() as f32,
            };
            elements_mut(&mut block, 1)[0] = value;
        }
        (Number::Float32, _) => elements_mut(&mut block, 1)[0] = real as f32,
        (Number::Float64, _) => elements_mut(&mut block, 1)[0] = real,
        (Number::Complex64, _) => {
            let value = weak.complex();
            elements_mut(&mut block, 1)[0] = Complex::new(value.re as f32, value.im as f32);
        }
        (Number::Complex128, _) => elements_mut(&mut block, 1)[0] = weak.complex(),
        _ => {
            let value = weak.integer().unwrap_or(real as i128);
            match number.itemsize() {
                1 => elements_mut(&mut block, 1)[0] = value as u8,
                2 => elements_mut(&mut block, 1)[0] = value as u16,
                4 => elements_mut(&mut block, 1)[0] = value as u32,
                _ => block[0] = value as u64,
            }
        }
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_twice_is_there_once() {
        let mut graph = Graph::default();
        let x = graph.push(Step::Input(0), Number::Float64);
        let first = graph.apply(Op::Sqrt, Number::Float64, &[x]);
        let sum = graph.apply(Op::Add, Number::Float64, &[first, x]);
        assert_eq!(graph.apply(Op::Sqrt, Number::Float64, &[x]), first);
        assert_eq!(graph.apply(Op::Add, Number::Float64, &[first, x]), sum);
        assert_eq!(graph.steps().len(), 3);
    }

    #[test]
    fn dividing_by_a_power_of_two_is_multiplying_and_by_others_is_not() {
        for (divisor, is_multiplied) in [(2.0, true), (-0.25, true), (3.0, false), (0.0, false), (1e-310, false)] {
            let mut graph = Graph::default();
            let x = graph.push(Step::Input(0), Number::Float64);
            let by = graph.literal(Weak::Float(divisor), Number::Float64);
            let root = graph.apply(Op::Divide, Number::Float64, &[x, by]);
            let Step::Apply(op, ..) = graph.steps()[root].0 else { panic!("nothing is constant") };
            assert_eq!(op == Op::Multiply, is_multiplied, "{divisor}");
        }
    }

    #[test]
    fn what_is_constant_is_computed_once() {
        let mut graph = Graph::default();
        let four = graph.literal(Weak::Int(4), Number::Float64);
        let root = graph.apply(Op::Sqrt, Number::Float64, &[four]);
        assert_eq!(graph.steps()[root], (Step::Constant([2f64.to_bits(), 0]), Number::Float64));
        let small = graph.cast(four, Number::Int8);
        let minus = graph.literal(Weak::Int(-1), Number::Int8);
        let never = graph.apply(Op::Power, Number::Int8, &[small, minus]);
        assert!(matches!(graph.steps()[never].0, Step::Apply(Op::Power, ..)));
    }
}
