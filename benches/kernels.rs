//! How fast the inner loops are, in bytes of elements: gathering by item size, text, casts, byte order; and in elements:
//! the elementary functions.
//!
//! One thread, memory to memory, blocks as the jobs make them. What a whole command takes is for `compare.py`.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rmm::cast::{Conversion, Overflow};
use rmm::dtype::{self, DType};
use rmm::expr::{self, Elements, Variable};
use rmm::scalar::Scalar;
use rmm::shape::{Order, Shape};
use rmm::source::{Memory, Readable};
use rmm::view::View;

/// Bytes of the elements of one measurement: they stay in the second-level cache.
const BLOCK: usize = 256 << 10;

fn dtype_of(text: &str) -> DType {
    dtype::parse(text).expect("an ordinary dtype").dtype
}

/// Bytes without a pattern, the same in every run.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut word = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state ^ (state >> 32)) as u32).to_le_bytes()
    };
    (0..len.div_ceil(4)).flat_map(|_| word()).take(len).collect()
}

/// Ordinary numbers: finite, positive and negative, with all their digits.
fn numbers(dtype: &DType) -> Vec<u8> {
    let little = dtype_of("<f8");
    let whole = Conversion::between(&dtype_of("i4"), &little, Overflow::Error).expect("numbers");
    let mut doubles = Vec::new();
    let ints = &mut noise(4 * BLOCK / dtype.itemsize());
    whole.apply(ints, &mut doubles).expect("every int32 is a float64");
    for value in doubles.as_chunks_mut::<8>().0 {
        *value = (f64::from_le_bytes(*value) / 3.0).to_le_bytes();
    }
    let wanted = Conversion::between(&little, dtype, Overflow::Wrap).expect("numbers");
    wanted.apply(&mut doubles, &mut Vec::new()).expect("all fit or wrap").to_vec()
}

fn gather(c: &mut Criterion) {
    let mut group = c.benchmark_group("gather every other item");
    for itemsize in [1, 2, 4, 8, 16, 12] {
        let memory = Memory(noise(2 * BLOCK));
        let count = (BLOCK / itemsize) as u64;
        let pairs = Shape::new([count, 2]).expect("small");
        let view = View::of_array(&pairs, itemsize, Order::C, 0).narrowed(1, 0, 1);
        let mut scratch = vec![0; view.nbytes() as usize];
        group.throughput(Throughput::Bytes(view.nbytes()));
        group.bench_function(BenchmarkId::from_parameter(itemsize), |bench| {
            let mut reader = memory.reader();
            bench.iter(|| reader.read_runs(&mut black_box(&view).runs(), &mut scratch).expect("memory"));
        });
    }
    group.finish();
}

fn transposition(c: &mut Criterion) {
    let mut group = c.benchmark_group("read in the other order");
    for itemsize in [1, 4, 8] {
        let side = (BLOCK / itemsize).isqrt() as u64;
        let memory = Memory(noise(BLOCK));
        let view = View::of_array(&Shape::new([side, side]).expect("small"), itemsize, Order::F, 0);
        let mut scratch = vec![0; view.nbytes() as usize];
        group.throughput(Throughput::Bytes(view.nbytes()));
        group.bench_function(BenchmarkId::from_parameter(itemsize), |bench| {
            let mut reader = memory.reader();
            bench.iter(|| reader.read_runs(&mut black_box(&view).runs(), &mut scratch).expect("memory"));
        });
    }
    group.finish();
}

fn print(c: &mut Criterion) {
    let mut group = c.benchmark_group("print");
    for name in ["float64", "float32", "int64"] {
        let dtype = dtype_of(name);
        let scalar = Scalar::of(&dtype);
        let items = numbers(&dtype);
        let mut text = Vec::new();
        group.throughput(Throughput::Elements((items.len() / scalar.itemsize()) as u64));
        group.bench_function(name, |bench| {
            bench.iter(|| {
                text.clear();
                for item in black_box(&items).chunks_exact(scalar.itemsize()) {
                    scalar.print(item, &mut text);
                    text.push(b'\n');
                }
            });
        });
    }
    group.finish();
}

fn convert(c: &mut Criterion) {
    let mut group = c.benchmark_group("convert");
    for (from, to) in [("f8", "f4"), ("f4", "f8"), ("f8", "i4"), (">f8", "<f8"), (">i2", "<i2"), (">f4", "<f8")] {
        let (from, to) = (dtype_of(from), dtype_of(to));
        let convert = Conversion::between(&from, &to, Overflow::Error).expect("numbers");
        let items = numbers(&from);
        let (mut work, mut converted) = (items.clone(), Vec::new());
        group.throughput(Throughput::Bytes(items.len() as u64));
        group.bench_function(format!("{from} to {to}"), |bench| {
            bench.iter(|| {
                // A swap works in place, so each round needs its own copy; that is part of the time.
                work.copy_from_slice(&items);
                black_box(convert.apply(&mut work, &mut converted).expect("all fit"));
            });
        });
    }
    group.finish();
}

/// One thread, blocks in the first-level cache. What is copied in and out is part of the time: `x` alone tells it.
fn functions(c: &mut Criterion) {
    const COUNT: usize = 1 << 14;
    for name in ["float64", "float32"] {
        let mut group = c.benchmark_group(format!("function of {name}"));
        group.throughput(Throughput::Elements(COUNT as u64));
        let dtype = dtype_of(name);
        // From 0.05 to 0.95, where every function but arccosh is defined, and from 1 up for that.
        let mut unit: Vec<u8> = noise(4 * COUNT)
            .as_chunks::<4>()
            .0
            .iter()
            .flat_map(|word| (0.05 + 0.9 * f64::from(u32::from_le_bytes(*word)) / f64::from(u32::MAX)).to_le_bytes())
            .collect();
        let convert = Conversion::between(&dtype_of("<f8"), &dtype, Overflow::Wrap).expect("numbers");
        let items = convert.apply(&mut unit, &mut Vec::new()).expect("all fit").to_vec();
        let variables = [Variable { name: "x".to_owned(), dtype: dtype.clone() }];
        for text in [
            "x",
            "sqrt(x)",
            "exp(x)",
            "exp2(x)",
            "expm1(x)",
            "log(x)",
            "log2(x)",
            "log10(x)",
            "log1p(x)",
            "sin(x)",
            "cos(x)",
            "tan(x)",
            "arcsin(x)",
            "arccos(x)",
            "arctan(x)",
            "sinh(x)",
            "cosh(x)",
            "tanh(x)",
            "arcsinh(x)",
            "arccosh(x + 1)",
            "arctanh(x)",
            "cbrt(x)",
            "x**x",
            "arctan2(x, x)",
            "hypot(x, x)",
            "x % 0.01",
            "x // 0.01",
            "sin(1e30 * x)",
            "exp(sin(x))",
            "where(x > 0.5, log(x), x**2)",
        ] {
            let program = expr::compile(text, &variables, 1).expect("an expression of x");
            let mut registers = program.registers();
            let mut out = vec![0; COUNT * program.dtype().itemsize()];
            group.bench_function(text, |bench| {
                bench.iter(|| {
                    let inputs = [Elements::Each(black_box(&items))];
                    program
                        .run(&mut registers, &inputs, &mut |_, _, _| {}, &mut out)
                        .expect("every element has a result");
                });
            });
        }
        group.finish();
    }
}

criterion_group!(kernels, gather, transposition, print, convert, functions);
criterion_main!(kernels);
