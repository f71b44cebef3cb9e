//! Runs a program over blocks. Knows neither names nor where elements come from.

use std::sync::LazyLock;

use bytemuck::{Pod, Zeroable};

use super::kernel::{self, Offender, elements, elements_mut, half, map1, update};
use super::program::{Extent, Instruction, Load, Program};
use crate::dtype::{BFloat16, Float8E4M3, Float8E5M2, Number};
use crate::error::{Error, Result};

/// Where the elements of a program come from, block after block.
pub trait Feed {
    /// Fills `items` with as many elements of an input as fit, those of this block, in the byte order of this machine.
    ///
    /// It is asked once a block for each of [`Program::inputs`].
    ///
    /// # Errors
    /// Where they cannot be read.
    fn load(&mut self, input: usize, items: &mut [u8]) -> Result<()>;

    /// Fills in the coordinates along an axis of the elements of this block.
    ///
    /// # Errors
    /// Where there are none.
    fn index(&mut self, axis: usize, out: &mut [i64]) -> Result<()>;

    /// Told before each part of a block is computed, which is `share` (at most 1) of it: the time to have as much of the
    /// next block brought nearer.
    fn ahead(&mut self, _share: f64) {}
}

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

/// A line of a core's cache, so that no vector of a register lies on two of them.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C, align(64))]
struct Line([u64; 8]);

/// The registers of one worker.
#[derive(Clone, Debug)]
pub struct Registers {
    blocks: Vec<Vec<Line>>,
    /// Elements as they are outside, where a register holds them in another form.
    packed: Vec<Line>,
}

/// An element that has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("integers to negative integer powers are not allowed")]
pub struct Undefined {
    /// Its position among those that were computed.
    pub item: usize,
}

/// Why a block was not computed.
#[derive(Debug)]
pub enum Stop {
    /// An element has no result.
    Undefined(Undefined),
    /// Its elements could not be had.
    Feed(Error),
}

impl Program {
    /// Registers to run it with, constants filled in.
    pub fn registers(&self) -> Registers {
        let lines = |bytes: usize| vec![Line::zeroed(); bytes.div_ceil(size_of::<Line>())];
        let elements = |extent| if extent == Extent::Block { self.block } else { self.strip };
        let register = |(extent, width): &(Extent, usize)| lines(width * elements(*extent));
        let mut blocks: Vec<Vec<Line>> = self.registers.iter().map(register).collect();
        for (bits, number, register) in &self.constants {
            let width = kernel::width(*number);
            let element = &bytemuck::cast_slice::<u64, u8>(bits)[..width];
            repeat(element, bytemuck::cast_slice_mut(&mut blocks[*register]));
        }
        Registers { blocks, packed: lines(size_of::<[u64; 2]>() * self.block) }
    }

    /// Computes the next `len` elements, at most [`Program::block_len`], in `registers` that this program made: their
    /// bytes, elements of [`Program::dtype`], which may be overwritten.
    ///
    /// # Errors
    /// The first element that has no result, or what the feed met.
    pub fn run_block<'r>(
        &self,
        registers: &'r mut Registers,
        feed: &mut dyn Feed,
        len: usize,
    ) -> Result<&'r mut [u8], Stop> {
        for (from, register) in &self.loads {
            let block: &mut [u64] = bytemuck::cast_slice_mut(&mut registers.blocks[*register]);
            let loaded = match from {
                Load::Index(axis) => feed.index(*axis, elements_mut(block, len)),
                Load::Input(input) => {
                    let number = self.inputs[*input].dtype.number().expect("inputs are numbers");
                    load(number, feed, *input, len, block, &mut registers.packed)
                }
            };
            loaded.map_err(Stop::Feed)?;
        }
        for start in (0..len).step_by(self.strip) {
            let strip = self.strip.min(len - start);
            feed.ahead(strip as f64 / len as f64);
            for instruction in &self.instructions {
                self.run_strip(instruction, registers, start, strip)
                    .map_err(|Offender(item)| Stop::Undefined(Undefined { item: start + item }))?;
            }
        }
        Ok(self.result(registers, len))
    }

    /// Does one operation for `len` elements of a block from the `start`-th on.
    fn run_strip(
        &self,
        instruction: &Instruction,
        registers: &mut Registers,
        start: usize,
        len: usize,
    ) -> Result<(), Offender> {
        let Instruction { op, number, operands, out } = instruction;
        // Strips begin on whole words, as they hold a multiple of eight elements.
        let first = |register: usize, width: usize| match self.registers[register].0 {
            Extent::Block => start * width / size_of::<u64>(),
            Extent::Strip => 0,
        };
        // A value never replaces one that is still read, so the register can be away while it is filled.
        let mut lines = std::mem::take(&mut registers.blocks[*out]);
        let mut blocks: [&[u64]; 3] = [&[]; 3];
        for (nth, (slot, operand)) in blocks.iter_mut().zip(operands).enumerate() {
            let block: &[u64] = bytemuck::cast_slice(&registers.blocks[*operand]);
            *slot = &block[first(*operand, kernel::width(op.operand(*number, nth)))..];
        }
        let block: &mut [u64] = bytemuck::cast_slice_mut(&mut lines);
        let from = first(*out, kernel::width(op.result(*number)));
        let done = kernel::apply(*op, *number, &blocks[..operands.len()], &mut block[from..], len);
        registers.blocks[*out] = lines;
        done
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
            let len = out.len() / size;
            let items = self.run_block(registers, &mut Slices { inputs, coordinates, start, len }, len);
            match items {
                Ok(items) => out.copy_from_slice(items),
                Err(Stop::Undefined(Undefined { item })) => return Err(Undefined { item: start + item }),
                Err(Stop::Feed(error)) => unreachable!("slices have no errors: {error}"),
            }
        }
        Ok(())
    }

    fn result<'r>(&self, registers: &'r mut Registers, len: usize) -> &'r mut [u8] {
        let Registers { blocks, packed } = registers;
        let (block, packed) = (bytemuck::cast_slice_mut(&mut blocks[self.result]), bytemuck::cast_slice_mut(packed));
        let bytes = len * self.number.itemsize();
        if self.number == Number::Float16 {
            map1(elements(block, len), bytemuck::cast_slice_mut(&mut packed[..bytes]), half::encode);
        } else if self.constants.iter().any(|(_, _, register)| *register == self.result) {
            // A constant is filled in once, so nobody may overwrite it.
            packed[..bytes].copy_from_slice(&bytemuck::cast_slice(block)[..bytes]);
        } else {
            return &mut bytemuck::cast_slice_mut(block)[..bytes];
        }
        &mut packed[..bytes]
    }
}

/// Elements in memory: `len` from the `start`-th on.
struct Slices<'a, 'c> {
    inputs: &'a [Elements<'a>],
    coordinates: &'a mut Coordinates<'c>,
    start: usize,
    len: usize,
}

impl Feed for Slices<'_, '_> {
    fn load(&mut self, input: usize, items: &mut [u8]) -> Result<()> {
        let size = items.len() / self.len;
        match self.inputs[input] {
            Elements::Same(element) => repeat(&element[..size], items),
            Elements::Each(bytes) => items.copy_from_slice(&bytes[self.start * size..][..items.len()]),
        }
        Ok(())
    }

    fn index(&mut self, axis: usize, out: &mut [i64]) -> Result<()> {
        (self.coordinates)(axis, self.start, out);
        Ok(())
    }
}

fn repeat(element: &[u8], block: &mut [u8]) {
    for place in block.chunks_exact_mut(element.len()) {
        place.copy_from_slice(element);
    }
}

/// Brings the next `len` elements into a register.
fn load(
    number: Number,
    feed: &mut dyn Feed,
    input: usize,
    len: usize,
    block: &mut [u64],
    packed: &mut [Line],
) -> Result<()> {
    let bytes = len * number.itemsize();
    if !matches!(number, Number::Float16 | Number::BFloat16 | Number::Float8E4M3 | Number::Float8E5M2) {
        feed.load(input, &mut bytemuck::cast_slice_mut(block)[..bytes])?;
        if number == Number::Bool {
            // Any byte but 0 is true.
            update(elements_mut(block, len), |byte: u8| u8::from(byte != 0));
        }
        return Ok(());
    }
    let items = &mut bytemuck::cast_slice_mut::<_, u8>(packed)[..bytes];
    feed.load(input, items)?;
    let out = elements_mut(block, len);
    match number {
        Number::Float16 => map1(bytemuck::cast_slice(items), out, half::decode),
        Number::BFloat16 => {
            map1(bytemuck::cast_slice(items), out, |value: BFloat16| f32::from_bits(u32::from(value.0) << 16));
        }
        Number::Float8E4M3 => look_up(&E4M3, items, out),
        _ => look_up(&E5M2, items, out),
    }
    Ok(())
}

/// The values of all bits of a type of one byte.
type Table = LazyLock<[f32; 256]>;

static E4M3: Table = LazyLock::new(|| std::array::from_fn(|bits| Float8E4M3(bits as u8).to_f64() as f32));
static E5M2: Table = LazyLock::new(|| std::array::from_fn(|bits| Float8E5M2(bits as u8).to_f64() as f32));

fn look_up(table: &Table, items: &[u8], out: &mut [f32]) {
    let table: &[f32; 256] = table;
    for (out, bits) in out.iter_mut().zip(items) {
        *out = table[usize::from(*bits)];
    }
}
