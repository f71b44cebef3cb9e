//! `--linspace`, bit for bit as `numpy.linspace` makes it.

use std::ops::Range;

use num_complex::Complex;

use super::{Generate, element, make_each, uncountable};
use crate::dtype::{Class, DType, Number};
use crate::error::{Error, Result};

/// Evenly spaced values from `start` to `stop`, both included, as `numpy.linspace` makes them.
#[derive(Clone, Debug, PartialEq)]
pub struct Linspace {
    start: Complex<f64>,
    stop: Complex<f64>,
    step: Complex<f64>,
    count: u64,
    kind: LinspaceKind,
}

/// What a linspace counts in before it is converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LinspaceKind {
    /// Floor of the value: NumPy's rule for integer dtypes.
    Floored,
    Real,
    Complex,
}

impl Linspace {
    /// `count` values of `dtype` between the two ends, written `A,B`.
    ///
    /// # Errors
    /// Usage, where `dtype` is no number or the text is not two of them.
    pub fn new(dtype: &DType, ends: &str, count: u64) -> Result<Self> {
        let Some(number) = dtype.number() else { return Err(uncountable("--linspace", dtype)) };
        let kind = match number.class() {
            Class::Complex => LinspaceKind::Complex,
            Class::Float => LinspaceKind::Real,
            Class::Bool | Class::Signed | Class::Unsigned => LinspaceKind::Floored,
        };
        let end = |text: &str| -> Result<Complex<f64>> {
            match kind {
                LinspaceKind::Complex => element(text.trim()),
                _ => element(text.trim()).map(|real| Complex::new(real, 0.0)),
            }
        };
        let (start, stop) = ends.split_once(',').ok_or_else(|| {
            Error::usage(format!("--linspace '{ends}' needs the first and the last value")).hint("--linspace 0,1")
        })?;
        let (start, stop) = (end(start)?, end(stop)?);
        let step = (stop - start) / count.saturating_sub(1) as f64;
        Ok(Self { start, stop, step, count, kind })
    }

    fn value(&self, k: u64) -> Complex<f64> {
        if k + 1 == self.count && self.count > 1 {
            return self.stop;
        }
        if self.count == 1 {
            return self.start;
        }
        let part = |step: f64, start: f64, stop: f64| {
            // Where the step is too small for a float, NumPy divides before it multiplies.
            let along = if self.step == Complex::ZERO {
                k as f64 / (self.count - 1) as f64 * (stop - start)
            } else {
                k as f64 * step
            };
            along + start
        };
        Complex::new(part(self.step.re, self.start.re, self.stop.re), part(self.step.im, self.start.im, self.stop.im))
    }
}

impl Generate for Linspace {
    fn dtype(&self) -> DType {
        DType::native(if self.kind == LinspaceKind::Complex { Number::Complex128 } else { Number::Float64 })
    }

    fn make(&self, ranks: Range<u64>, items: &mut [u8]) {
        match self.kind {
            LinspaceKind::Floored => make_each(ranks, items, |k| self.value(k).re.floor()),
            LinspaceKind::Real => make_each(ranks, items, |k| self.value(k).re),
            LinspaceKind::Complex => make_each(ranks, items, |k| self.value(k)),
        }
    }
}
