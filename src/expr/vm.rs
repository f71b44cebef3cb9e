//! Runs a program over blocks. Knows neither names nor where elements come from.

use super::kernel::{self, Offender, elements, elements_mut, half};
use super::program::{Instruction, Program};
use crate::dtype::{BFloat16, Element, Float8E4M3, Float8E5M2, Number};

/// The elements of one input, in the byte order of this machine.
#[derive(Clone, Copy, Debug)]
pub enum Elements<'a> {
    /// One for each element of the result.
    Each(&'a [u8]),
    /// One for all of them.
    Same(&'a [u8]),
}

/// Fills in coordinates: along the given axis, those of the elements from the given one on.
pub type Coordinates<'a> = dyn FnMut(usize, usize, &mut [i64]) + 'a;

/// The registers of one worker.
#[derive(Clone, Debug)]
pub struct Registers {
    blocks: Vec<Vec<u64>>,
}

/// An element that has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("integers to negative integer powers are not allowed")]
pub struct Undefined {
    /// Its position among those that were computed.
    pub item: usize,
}

impl Program {
    /// Registers to run it with, constants filled in.
    pub fn registers(&self) -> Registers {
        let words = |width: &usize| (width * self.block).div_ceil(size_of::<u64>());
        let mut blocks: Vec<Vec<u64>> = self.widths.iter().map(|width| vec![0; words(width)]).collect();
        for (bits, number, register) in &self.constants {
            let width = kernel::width(*number);
            let element = &bytemuck::cast_slice::<u64, u8>(bits)[..width];
            repeat(element, bytemuck::cast_slice_mut(&mut blocks[*register]));
        }
        Registers { blocks }
    }

    /// Computes every element of `out`, whose bytes are elements of [`Program::dtype`].
    ///
    /// `inputs` are in the order of [`Program::inputs`]; `coordinates` is asked for those along [`Program::axes`] only.
    /// Any number of elements is computed, block by block, in `registers` that this program made.
    ///
    /// # Errors
    /// The first element that has no result: an integer to a negative power. `out` is then partly filled.
    ///
    /// # Panics
    /// Where an input has fewer elements than `out`.
    pub fn run(
        &self,
        registers: &mut Registers,
        inputs: &[Elements<'_>],
        coordinates: &mut Coordinates<'_>,
        out: &mut [u8],
    ) -> Result<(), Undefined> {
        let size = self.number.itemsize();
        for (nth, out) in out.chunks_mut(self.block * size).enumerate() {
            let start = nth * self.block;
            self.run_block(registers, inputs, coordinates, start, out.len() / size)
                .map_err(|Offender(item)| Undefined { item: start + item })?;
            store(self.number, &registers.blocks[self.result], out);
        }
        Ok(())
    }

    fn run_block(
        &self,
        registers: &mut Registers,
        inputs: &[Elements<'_>],
        coordinates: &mut Coordinates<'_>,
        start: usize,
        len: usize,
    ) -> Result<(), Offender> {
        for (instruction, register) in &self.instructions {
            // A value never replaces one that is still read, so the block can be away while it is filled.
            let mut block = std::mem::take(&mut registers.blocks[*register]);
            let done = match instruction {
                Instruction::Load(input) => {
                    let number = self.inputs[*input].dtype.number().expect("inputs are numbers");
                    load(number, inputs[*input], start, len, &mut block);
                    Ok(())
                }
                Instruction::Index(axis) => {
                    coordinates(*axis, start, elements_mut(&mut block, len));
                    Ok(())
                }
                Instruction::Apply(op, number, operands) => {
                    let mut blocks: [&[u64]; 3] = [&[]; 3];
                    for (slot, operand) in blocks.iter_mut().zip(operands) {
                        *slot = &registers.blocks[*operand];
                    }
                    kernel::apply(*op, *number, &blocks[..operands.len()], &mut block, len)
                }
            };
            registers.blocks[*register] = block;
            done?;
        }
        Ok(())
    }
}

fn repeat(element: &[u8], block: &mut [u8]) {
    for place in block.chunks_exact_mut(element.len()) {
        place.copy_from_slice(element);
    }
}

/// Brings `len` elements from `start` on into a register.
fn load(number: Number, from: Elements<'_>, start: usize, len: usize, block: &mut [u64]) {
    match (from, number) {
        (Elements::Each(bytes), _) => {
            let size = number.itemsize();
            decode(number, &bytes[start * size..(start + len) * size], block, len);
        }
        (Elements::Same(element), _) => {
            decode(number, element, block, 1);
            let width = decoded_width(number);
            let bytes: &mut [u8] = bytemuck::cast_slice_mut(block);
            let (first, rest) = bytes.split_at_mut(width);
            repeat(first, &mut rest[..(len - 1) * width]);
        }
    }
}

fn decoded_width(number: Number) -> usize {
    match number {
        Number::BFloat16 | Number::Float8E4M3 | Number::Float8E5M2 => size_of::<f32>(),
        other => kernel::width(other),
    }
}

fn decode(number: Number, bytes: &[u8], block: &mut [u64], len: usize) {
    fn each<T: Element, U: bytemuck::Pod>(bytes: &[u8], block: &mut [u64], len: usize, f: impl Fn(T) -> U) {
        for (out, item) in elements_mut(block, len).iter_mut().zip(bytes.chunks_exact(size_of::<T>())) {
            *out = f(bytemuck::pod_read_unaligned(item));
        }
    }
    match number {
        // Any byte but 0 is true.
        Number::Bool => each(bytes, block, len, |byte: u8| u8::from(byte != 0)),
        Number::Float16 => each(bytes, block, len, half::decode),
        Number::BFloat16 => each(bytes, block, len, |value: BFloat16| f32::from_bits(u32::from(value.0) << 16)),
        Number::Float8E4M3 => each(bytes, block, len, |value: Float8E4M3| value.to_f64() as f32),
        Number::Float8E5M2 => each(bytes, block, len, |value: Float8E5M2| value.to_f64() as f32),
        _ => bytemuck::cast_slice_mut(block)[..bytes.len()].copy_from_slice(bytes),
    }
}

/// Brings a register out.
fn store(number: Number, block: &[u64], out: &mut [u8]) {
    if number == Number::Float16 {
        let len = out.len() / number.itemsize();
        for (item, value) in out.chunks_exact_mut(number.itemsize()).zip(elements::<f32>(block, len)) {
            item.copy_from_slice(bytemuck::bytes_of(&half::encode(*value)));
        }
    } else {
        out.copy_from_slice(&bytemuck::cast_slice::<u64, u8>(block)[..out.len()]);
    }
}
