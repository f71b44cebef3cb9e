//! A compiled expression: what is loaded, and a list of operations over registers, each of which holds elements.
//!
//! A block is computed in strips that the first-level cache holds, operation after operation. Inputs, coordinates and
//! the result have registers of a whole block, since that is what is moved at a time; what lies between has registers of
//! a strip, reused as soon as their value has been read for the last time; constants keep theirs, filled once.

use super::graph::{Bits, Graph, Step, StepId};
use super::kernel;
use super::op::Op;
use super::scope::Input;
use crate::dtype::{DType, Number};

/// Bytes of all registers of a block together: what a core's second cache holds beside the data on its way.
const CACHED: usize = 256 << 10;
/// Bytes of one of them at most: with twice as many, an input, a result and the lines on their way are more than a core's
/// first cache holds (measured: a fifth more processor time).
const LONGEST: usize = 8 << 10;
/// Bytes of a register of a strip: those that an operation uses fit a core's first cache.
const STRIP: usize = 2 << 10;
/// Elements of a strip at least, so that what is done once a strip stays cheap.
const SHORTEST: usize = 128;

/// The place of a register.
pub(super) type Register = usize;

/// How many elements a register holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    Block,
    Strip,
}

/// What fills a register of a block before anything is computed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Load {
    /// The elements of an input.
    Input(usize),
    /// The coordinates along an axis.
    Index(usize),
}

/// An operation on registers that hold elements of the dtype.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Instruction {
    pub(super) op: Op,
    pub(super) number: Number,
    pub(super) operands: Vec<Register>,
    pub(super) out: Register,
}

/// An expression that is ready to run over blocks.
#[derive(Clone, Debug)]
pub struct Program {
    pub(super) inputs: Vec<Input>,
    pub(super) loads: Vec<(Load, Register)>,
    pub(super) instructions: Vec<Instruction>,
    pub(super) constants: Vec<(Bits, Number, Register)>,
    /// What each register holds: how many elements, and the bytes of the widest.
    pub(super) registers: Vec<(Extent, usize)>,
    pub(super) result: Register,
    pub(super) number: Number,
    /// Elements in a block, whole strips of them.
    pub(super) block: usize,
    /// Elements in a strip.
    pub(super) strip: usize,
}

impl Program {
    /// What it reads, in the order in which [`Program::run`] takes it.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// The axes whose coordinates it reads, in rising order.
    pub fn axes(&self) -> Vec<usize> {
        let axis = |(load, _): &(Load, Register)| if let Load::Index(axis) = load { Some(*axis) } else { None };
        let mut axes: Vec<usize> = self.loads.iter().filter_map(axis).collect();
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
        self.instructions.iter().any(|instruction| instruction.op.can_fail(instruction.number))
    }

    /// Assigns registers to the steps that `root` needs.
    pub(super) fn new(graph: &Graph, root: StepId, inputs: Vec<Input>) -> Self {
        let mut assignment = Assignment { last_use: last_uses(graph, root), graph, root, free: Vec::new() };
        let mut program = Self {
            inputs,
            loads: Vec::new(),
            instructions: Vec::new(),
            constants: Vec::new(),
            registers: Vec::new(),
            result: 0,
            number: graph.number(root),
            block: 0,
            strip: 0,
        };
        let mut register_of: Vec<Register> = vec![0; graph.steps().len()];
        for (id, (step, number)) in graph.steps().iter().enumerate() {
            if assignment.last_use[id].is_none() {
                continue;
            }
            let register = assignment.register(id, &mut program.registers);
            register_of[id] = register;
            match step {
                Step::Constant(bits) => program.constants.push((*bits, *number, register)),
                Step::Input(input) => program.loads.push((Load::Input(*input), register)),
                Step::Index(axis) => program.loads.push((Load::Index(*axis), register)),
                Step::Apply(op, number, steps) => {
                    let operands = steps.iter().map(|&operand| register_of[operand]).collect();
                    program.instructions.push(Instruction { op: *op, number: *number, operands, out: register });
                    assignment.release(id, steps, &register_of);
                }
            }
        }
        program.result = register_of[root];
        program.measure();
        program
    }

    /// How many elements a strip and a block have, now that all registers are known.
    fn measure(&mut self) {
        let widest = self.registers.iter().map(|(_, width)| *width).max().unwrap_or(1);
        let total = |wanted: Extent| -> usize {
            let registers = self.registers.iter().filter(|(extent, _)| *extent == wanted);
            registers.map(|(_, width)| *width).sum::<usize>().max(1)
        };
        let (strips, blocks) = (total(Extent::Strip), total(Extent::Block));
        // A power of two, so that strips begin on whole words and blocks are whole strips.
        self.strip = 1 << (STRIP / widest).min(CACHED / strips).max(SHORTEST).ilog2();
        let most = (CACHED / blocks).min(LONGEST / widest);
        self.block = (most / self.strip).max(1) * self.strip;
    }
}

/// Which registers can be used again while steps are given theirs, one after the other.
struct Assignment<'g> {
    graph: &'g Graph,
    root: StepId,
    last_use: Vec<Option<StepId>>,
    free: Vec<Register>,
}

impl Assignment<'_> {
    /// The register of a step: one that is free where it is a strip's, else one more.
    fn register(&mut self, id: StepId, registers: &mut Vec<(Extent, usize)>) -> Register {
        let is_between = id != self.root && self.is_computed(id);
        // The constant that is the result itself is moved a block at a time, too.
        let is_constant = id != self.root && matches!(self.graph.steps()[id].0, Step::Constant(_));
        let extent = if is_between || is_constant { Extent::Strip } else { Extent::Block };
        let reused = if is_between { self.free.pop() } else { None };
        let register = reused.unwrap_or_else(|| {
            registers.push((extent, 0));
            registers.len() - 1
        });
        let width = &mut registers[register].1;
        *width = kernel::width(self.graph.number(id)).max(*width);
        register
    }

    /// Frees what is read by this step for the last time.
    fn release(&mut self, id: StepId, operands: &[StepId], register_of: &[Register]) {
        let mut done = operands.to_vec();
        done.sort_unstable();
        done.dedup();
        let is_free = |operand: &&StepId| self.last_use[**operand] == Some(id) && self.is_computed(**operand);
        let freed: Vec<Register> = done.iter().filter(is_free).map(|&operand| register_of[operand]).collect();
        self.free.extend(freed);
    }

    fn is_computed(&self, id: StepId) -> bool {
        matches!(self.graph.steps()[id].0, Step::Apply(..))
    }
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
