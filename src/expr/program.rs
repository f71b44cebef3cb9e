//! A compiled expression: a list of instructions over registers, each of which holds a block of elements.
//!
//! Registers are reused as soon as their value has been read for the last time; constants keep theirs, filled once.

use super::graph::{Bits, Graph, Step, StepId};
use super::kernel;
use super::op::Op;
use super::scope::Input;
use crate::dtype::{DType, Number};

/// Bytes of all registers together: what a core's second cache holds beside the data on its way.
const CACHED: usize = 256 << 10;
/// Bytes of one register at most: longer blocks gain nothing.
const LONGEST: usize = 16 << 10;
/// Elements of a block at least, so that what is done once a block stays cheap.
const SHORTEST: usize = 128;

/// The place of a register.
pub(super) type Register = usize;

/// What a register is filled with.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Instruction {
    /// The block of an input.
    Load(usize),
    /// The coordinates along an axis.
    Index(usize),
    /// An operation on registers that hold elements of the dtype.
    Apply(Op, Number, Vec<Register>),
}

/// An expression that is ready to run over blocks.
#[derive(Clone, Debug)]
pub struct Program {
    pub(super) inputs: Vec<Input>,
    pub(super) instructions: Vec<(Instruction, Register)>,
    pub(super) constants: Vec<(Bits, Number, Register)>,
    /// Bytes of the widest element that each register holds.
    pub(super) widths: Vec<usize>,
    pub(super) result: Register,
    pub(super) number: Number,
    /// The number of operations.
    pub(super) operations: usize,
    /// Elements in a block.
    pub(super) block: usize,
}

impl Program {
    /// What it reads, in the order in which [`Program::run`] takes it.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// The axes whose coordinates it reads, in rising order.
    pub fn axes(&self) -> Vec<usize> {
        let mut axes: Vec<usize> = (self.instructions.iter())
            .filter_map(|(instruction, _)| if let Instruction::Index(axis) = instruction { Some(*axis) } else { None })
            .collect();
        axes.sort_unstable();
        axes
    }

    /// The type of its results, in the byte order of this machine.
    pub fn dtype(&self) -> DType {
        DType::native(self.number)
    }

    /// Elements that are computed together.
    pub fn block_len(&self) -> usize {
        self.block
    }

    /// Whether a value may turn out to have no result when it runs: an integer to a negative power.
    pub fn can_fail(&self) -> bool {
        self.instructions.iter().any(|(instruction, _)| match instruction {
            Instruction::Apply(Op::Power, number, _) => {
                matches!(number.class(), crate::dtype::Class::Signed)
            }
            _ => false,
        })
    }

    /// Assigns registers to the steps that `root` needs.
    pub(super) fn new(graph: &Graph, root: StepId, inputs: Vec<Input>) -> Self {
        let last_use = last_uses(graph, root);
        let mut program = Self {
            inputs,
            instructions: Vec::new(),
            constants: Vec::new(),
            widths: Vec::new(),
            result: 0,
            number: graph.number(root),
            operations: 0,
            block: 0,
        };
        let mut register_of: Vec<Register> = vec![0; graph.steps().len()];
        let mut free: Vec<Register> = Vec::new();
        for (id, (step, number)) in graph.steps().iter().enumerate() {
            if last_use[id].is_none() {
                continue;
            }
            let is_constant = matches!(step, Step::Constant(_));
            let reused = if is_constant { None } else { free.pop() };
            let register = reused.unwrap_or_else(|| {
                program.widths.push(0);
                program.widths.len() - 1
            });
            register_of[id] = register;
            let width = &mut program.widths[register];
            *width = kernel::width(*number).max(*width);
            match step {
                Step::Constant(bits) => program.constants.push((*bits, *number, register)),
                Step::Input(input) => program.instructions.push((Instruction::Load(*input), register)),
                Step::Index(axis) => program.instructions.push((Instruction::Index(*axis), register)),
                Step::Apply(op, number, operands) => {
                    let sources: Vec<Register> = operands.iter().map(|&operand| register_of[operand]).collect();
                    program.instructions.push((Instruction::Apply(*op, *number, sources), register));
                    program.operations += 1;
                    let mut done: Vec<StepId> = operands.clone();
                    done.sort_unstable();
                    done.dedup();
                    done.retain(|&operand| last_use[operand] == Some(id) && !is_constant_step(graph, operand));
                    free.extend(done.iter().map(|&operand| register_of[operand]));
                }
            }
        }
        program.result = register_of[root];
        let total: usize = program.widths.iter().sum();
        let widest = program.widths.iter().copied().max().unwrap_or(1);
        program.block = (CACHED / total.max(1)).min(LONGEST / widest.max(1)).max(SHORTEST);
        program
    }
}

fn is_constant_step(graph: &Graph, id: StepId) -> bool {
    matches!(graph.steps()[id].0, Step::Constant(_))
}

/// The last step that reads each step; `None` for those that the root does not need.
fn last_uses(graph: &Graph, root: StepId) -> Vec<Option<StepId>> {
    let mut last = vec![None; graph.steps().len()];
    last[root] = Some(usize::MAX);
    for id in (0..=root).rev() {
        if let (Some(_), Step::Apply(_, _, operands)) = (last[id], &graph.steps()[id].0) {
            for &operand in operands {
                last[operand] = last[operand].max(Some(id));
            }
        }
    }
    last
}
