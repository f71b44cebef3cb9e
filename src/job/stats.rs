//! The figures of an array, each in one pass over all threads: statistics, and counts between edges.

use std::marker::PhantomData;
use std::sync::Mutex;

use super::reduce::{Groups, Reduced, reduce};
use super::values::{Elements, Make, Values};
use super::{Crew, Worker};
use crate::cast::{Conversion, Overflow};
use crate::dtype::{DType, Number};
use crate::error::{Error, Result};
use crate::plan::Chunk;
use crate::reduce::Value;
use crate::reduce::histogram::Edges;
use crate::reduce::stats::{Measure, Measured, Stats, Survey, items, survey};
use crate::source::Readable;
use crate::view::View;

/// Elements that are counted at a time.
const BLOCK: u64 = 1 << 14;

/// The figures of all elements of a view.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// How many elements there are, NaN included.
    pub count: u64,
    /// How many are NaN.
    pub nan: u64,
    /// How many are infinite.
    pub inf: u64,
    /// How many are zero.
    pub zero: u64,
    /// The smallest and largest that are not NaN; `None` where there are none.
    pub ends: Option<(Value, Value)>,
    /// The smallest and largest that are finite.
    pub finite: Option<(Value, Value)>,
    /// The sum of what is not NaN.
    pub sum: Value,
    /// Its mean; `None` where there is nothing else.
    pub mean: Option<Value>,
    /// Its standard deviation: infinite or NaN, as in NumPy, where `ddof` leaves nothing of the count.
    pub std: f64,
}

/// Measures all elements of `view`, of the dtype and byte order of `dtype`.
///
/// # Errors
/// Usage, for what is no number; io.
pub fn stats(bytes: &dyn Readable, view: &View, dtype: &DType, ddof: f64, crew: Crew<'_>) -> Result<Figures> {
    let refused = || Error::usage(format!("statistics are of numbers, but the dtype is {}", dtype.name()));
    let items = items(dtype).ok_or_else(refused)?;
    let groups = Groups::of(view, &(0..view.axes().len()).collect::<Vec<_>>());
    let mut views = [view.transposed(&groups.order())];
    let axes = groups.joined(&mut views);
    let [view] = views;
    let convert = Conversion::between(dtype, &items, Overflow::Error)?;
    let values = Elements { bytes, view: view.clone(), convert };
    let what = Reduced { values: &values, view: &view, axes };
    survey(&items, Run { what, ddof, crew }).ok_or_else(refused)?
}

struct Run<'a> {
    what: Reduced<'a>,
    ddof: f64,
    crew: Crew<'a>,
}

impl Survey for Run<'_> {
    type Output = Result<Figures>;

    fn over<T: Measured>(self) -> Result<Figures> {
        let mut found = Stats::<T>::NOTHING;
        let mut tell = |_: u64, accs: &[Option<Stats<T>>]| {
            accs.iter().flatten().for_each(|acc| found.merge(*acc));
            Ok(())
        };
        reduce(&self.what, &Measure::<T>(PhantomData), &mut tell, self.crew)?;
        let values = |(low, high): (T, T)| (low.value(), high.value());
        Ok(Figures {
            count: found.count,
            nan: found.nan,
            inf: found.inf,
            zero: found.zero,
            ends: found.ends.map(values),
            finite: found.finite.map(values),
            sum: found.sum(),
            mean: found.mean(),
            std: found.std(self.ddof),
        })
    }
}

/// Counts the finite elements of `view` between edges, all of which are between the outer ones.
///
/// # Errors
/// Usage, for what is no real number; io.
pub fn histogram(bytes: &dyn Readable, view: &View, dtype: &DType, edges: &Edges, crew: Crew<'_>) -> Result<Vec<u64>> {
    let view = view.in_file_order();
    let convert = Conversion::between(dtype, &DType::native(Number::Float64), Overflow::Error)?;
    let values = Elements { bytes, view: view.clone(), convert };
    let counts = Mutex::new(vec![0; edges.bins()]);
    crew.run(view.chunks(BLOCK), &|| {
        Ok(Box::new(Count { maker: values.maker(), edges, counts: vec![0; edges.bins()], all: &counts }))
    })?;
    Ok(counts.into_inner().expect("a worker that panics ends the job"))
}

struct Count<'a> {
    maker: Box<dyn Make + 'a>,
    edges: &'a Edges,
    counts: Vec<u64>,
    all: &'a Mutex<Vec<u64>>,
}

impl Worker for Count<'_> {
    fn work(&mut self, chunk: &Chunk) -> Result<()> {
        // What is not finite is in no bin, and neither is what another process has stored since the edges were made.
        let mut count = |value, times| {
            if let Some(bin) = self.edges.bin(value) {
                self.counts[bin] += times;
            }
        };
        if self.maker.are_of_holes(chunk)? {
            count(0.0, chunk.view.size());
            return Ok(());
        }
        let items = self.maker.items(chunk)?.chunks_exact(size_of::<f64>());
        for value in items.map(bytemuck::pod_read_unaligned::<f64>) {
            count(value, 1);
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let mut all = self.all.lock().expect("a worker that panics ends the job");
        all.iter_mut().zip(self.counts).for_each(|(all, own)| *all += own);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::Silent;
    use crate::shape::{Order, Shape};
    use crate::source::Memory;

    const CREW: Crew<'_> = Crew { threads: 2, progress: &Silent };

    fn big_endian(items: &[i16]) -> (Memory, View, DType) {
        let view = View::of_array(&Shape::new([items.len() as u64]).expect("small"), 2, Order::C, 0);
        let bytes = items.iter().flat_map(|item| item.to_be_bytes()).collect();
        (Memory(bytes), view, crate::dtype::parse(">i2").expect("a dtype").dtype)
    }

    #[test]
    fn figures_are_those_of_all_elements() {
        let (bytes, view, dtype) = big_endian(&(0..1000).collect::<Vec<_>>());
        let figures = stats(&bytes, &view, &dtype, 0.0, CREW).expect("numbers");
        assert_eq!((figures.count, figures.zero, figures.nan), (1000, 1, 0));
        assert_eq!(figures.ends, Some((Value::Int(0), Value::Int(999))));
        assert_eq!((figures.sum, figures.mean), (Value::Int(499_500), Some(Value::Float(499.5))));
        let every_other = view.narrowed(0, 0, 1);
        assert!(stats(&bytes, &every_other, &dtype, 1.0, CREW).expect("one").std.is_nan());
        let two = view.narrowed(0, 0, 2);
        assert_eq!(stats(&bytes, &two, &dtype, 3.0, CREW).expect("two").std, f64::INFINITY);
    }

    #[test]
    fn counts_stand_between_edges() {
        let (bytes, view, dtype) = big_endian(&[0, 1, 1, 5, 9, 10]);
        let edges = Edges::new(0.0, 10.0, 2, Number::Int16).expect("two bins");
        let counts = histogram(&bytes, &view, &dtype, &edges, CREW).expect("numbers");
        assert_eq!(counts, [3, 3]);
        let narrower = Edges::new(1.0, 9.0, 2, Number::Int16).expect("two bins");
        let counts = histogram(&bytes, &view, &dtype, &narrower, CREW).expect("numbers");
        assert_eq!(counts, [2, 2], "others may be stored once the edges are known");
    }

    #[test]
    fn what_is_no_number_has_no_figures() {
        let (bytes, view, _) = big_endian(&[1]);
        let text = crate::dtype::parse("S2").expect("a dtype").dtype;
        let error = stats(&bytes, &view, &text, 0.0, CREW).expect_err("text");
        assert_eq!(error.message(), "statistics are of numbers, but the dtype is bytes16");
    }
}
