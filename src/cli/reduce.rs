//! `--reduce`: all elements, or those along some axes, to one each.

use std::sync::Mutex;

use clap::Args;

use super::args::{Form, WriteArgs};
use super::complete::axes;
use super::number;
use super::output::{Outcome, OutputArgs, Wanted};
use super::signals;
use super::ui::Ui;
use super::words::{REDUCTIONS, one_of};
use crate::array::Array;
use crate::cast::Overflow;
use crate::dtype::{DType, Number};
use crate::error::{Error, Result};
use crate::job::Crew;
use crate::job::reduce::{Groups, Reduced, reduce};
use crate::mapping::{Stores, Sync, Writer};
use crate::plan::Chunk;
use crate::reduce::{Finished, Fold, Op, Positions, Reduction, Remark, Work};
use crate::shape::{Order, Shape};
use crate::spec::ArraySpec;
use crate::view::{View, tuple};

/// What is reduced to one, and along which axes.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Reduction")]
pub(super) struct ReduceArgs {
    /// Reduce x, or what --expr computes, to one element, with NumPy's names, dtypes and rules for NaN: sum, prod, min,
    /// max, mean, std, var, any, all, count_nonzero, argmin, argmax, nansum, nanmin, nanmax, nanmean or nanstd
    #[arg(long, value_name = "OP", conflicts_with_all = ["exec", "in_place", "discard_journal"], value_parser = one_of::<Op>(REDUCTIONS), hide_possible_values = true)]
    reduce: Option<Op>,
    /// Reduce along these axes of the selection only; negative ones count from the last [default: all]
    #[arg(long, value_name = "K[,K...]", requires = "reduce", value_delimiter = ',', value_parser = number::axis, allow_negative_numbers = true, add = axes())]
    axis: Vec<i64>,
    /// Keep reduced axes, with length 1
    #[arg(long, requires = "reduce")]
    keepdims: bool,
    /// For std, var and nanstd: divide by the number of elements less N [default: 0]
    #[arg(long, value_name = "N", requires = "reduce", value_parser = number::degrees, allow_negative_numbers = true)]
    ddof: Option<f64>,
}

impl ReduceArgs {
    /// The reduction, if one is asked for.
    pub(super) fn op(&self) -> Option<Op> {
        self.reduce
    }

    /// What is reduced and what is left of elements of `dtype` in `dims`.
    ///
    /// # Errors
    /// Usage, where NumPy has no such reduction.
    pub(super) fn along(&self, op: Op, dtype: &DType, dims: &[u64]) -> Result<Along> {
        let reduction = Reduction::new(op, dtype, self.degrees_of_freedom(op)?)?;
        let axes = self.axes(op, dims.len())?;
        let reduced = |axis: &usize| axes.contains(axis);
        let count: u64 = (0..dims.len()).filter(reduced).map(|axis| dims[axis]).product();
        if count == 0
            && let Some(reason) = op.refuses_nothing()
        {
            return Err(Error::usage(reason));
        }
        let kept = dims.iter().enumerate().filter(|(axis, _)| !reduced(axis)).map(|(_, &len)| len);
        let kept: Vec<u64> = kept.collect();
        let shape = if self.keepdims {
            (0..dims.len()).map(|axis| if reduced(&axis) { 1 } else { dims[axis] }).collect()
        } else {
            kept.clone()
        };
        Ok(Along { reduction, axes, count, kept: Shape::new(kept)?, shape: Shape::new(shape)? })
    }

    fn degrees_of_freedom(&self, op: Op) -> Result<f64> {
        match self.ddof {
            Some(_) if !op.takes_ddof() => {
                Err(Error::usage(format!("--ddof is for std, var and nanstd, not for {op}")).hint("leave --ddof out"))
            }
            ddof => Ok(ddof.unwrap_or(0.0)),
        }
    }

    /// The axes that are reduced, in rising order.
    fn axes(&self, op: Op, ndim: usize) -> Result<Vec<usize>> {
        if self.axis.is_empty() {
            return Ok((0..ndim).collect());
        }
        if op.is_position() && self.axis.len() > 1 {
            return Err(Error::usage(format!("{op} takes one axis or all, not {}", self.axis.len())));
        }
        let mut axes = Vec::with_capacity(self.axis.len());
        for &axis in &self.axis {
            // NumPy takes axis 0 and -1 of a single element.
            let len = ndim.max(1) as i64;
            if !(-len..len).contains(&axis) {
                return Err(Error::usage(format!("axis {axis} is out of bounds for array of dimension {ndim}")));
            }
            let axis = axis.rem_euclid(len) as usize;
            if axes.contains(&axis) {
                return Err(Error::usage("duplicate value in 'axis'"));
            }
            axes.push(axis);
        }
        axes.retain(|&axis| axis < ndim);
        axes.sort_unstable();
        Ok(axes)
    }
}

/// A reduction along some axes.
pub(super) struct Along {
    reduction: Reduction,
    axes: Vec<usize>,
    /// The number of elements that are reduced to one.
    count: u64,
    /// The axes that are kept.
    kept: Shape,
    /// The shape of the result: with `--keepdims`, reduced axes have length 1.
    shape: Shape,
}

impl Along {
    /// The dtype of the elements that are reduced.
    pub(super) fn items(&self) -> DType {
        self.reduction.items()
    }

    /// The axes of a view of the elements, in the order in which they are read.
    pub(super) fn groups(&self, view: &View) -> Groups {
        Groups::of(view, &self.axes)
    }
}

/// Elements that are ready to be reduced.
pub(super) struct Elements<'a> {
    /// Gives them in the order in which they are read.
    pub(super) reduced: Reduced<'a>,
    /// The axes of the selection in that order.
    pub(super) groups: &'a Groups,
    /// The lengths of the axes of the selection.
    pub(super) dims: &'a [u64],
}

impl Along {
    /// The results, in a file without a name.
    ///
    /// # Errors
    /// Usage, where the casting rule forbids the type that was asked for; where elements cannot be read or results do not
    /// fit.
    pub(super) fn results(&self, elements: &Elements<'_>, form: &Form, ui: &Ui) -> Result<Results> {
        if let Some(astype) = &form.astype {
            form.cast.casting_asked().check(&self.reduction.result(), astype)?;
            form.cast.note_what_is_dropped(&self.reduction.result(), astype, ui);
        }
        let dtype = self.reduction.made_in(form.astype.as_ref());
        let spec = ArraySpec { dtype: dtype.clone(), shape: self.kept.clone(), order: Order::C, offset: 0 };
        let target = Array::spooled(&spec, "reduced")?;
        signals::heed();
        let nbytes = elements.reduced.view.nbytes();
        let progress = ui.progress(nbytes);
        let rank = |axis: &usize| self.axes[..].partition_point(|other| other < axis);
        let reduced = elements.groups.reduced();
        let dims: Vec<u64> = reduced.iter().map(|&axis| elements.dims[axis]).collect();
        let positions = Positions::new(&dims, &reduced.iter().map(rank).collect::<Vec<_>>());
        let remarks = Mutex::new(Vec::new());
        let run = Run {
            along: self,
            elements,
            target: &target,
            overflow: form.cast.overflow,
            remarks: &remarks,
            crew: ui.crew(&progress),
        };
        self.reduction.with(positions, run)?;
        target.mapping().finish_writing(Sync::No)?;
        let mut remarks = remarks.into_inner().expect("a worker that panics ends the job");
        remarks.sort_unstable();
        for remark in remarks {
            ui.note(Remark::text(remark));
        }
        let view = target.view();
        let wanted = form.astype.clone().unwrap_or_else(|| self.reduction.result());
        Ok(Results { target, view, dtype, wanted, shape: self.shape.clone(), overflow: form.cast.overflow })
    }
}

/// The results of a reduction.
pub(super) struct Results {
    target: Array,
    view: View,
    dtype: DType,
    wanted: DType,
    shape: Shape,
    overflow: Overflow,
}

impl Results {
    /// Writes them where they belong.
    ///
    /// # Errors
    /// As [`OutputArgs::write`].
    pub(super) fn write(self, output: &OutputArgs, write: &WriteArgs, ui: &Ui) -> Result<()> {
        let wanted =
            Wanted { dtype: self.wanted, overflow: self.overflow, shape: self.shape, order: Order::C, name: None };
        // Axes of length 1 change no place, so the results have the shape that is wanted.
        let view = View::of_array(&wanted.shape, self.dtype.itemsize(), Order::C, self.view.offset());
        output.write(&Outcome { array: &self.target, view, dtype: self.dtype, wanted }, write, ui)
    }
}

/// The job, waiting for its fold.
struct Run<'a> {
    along: &'a Along,
    elements: &'a Elements<'a>,
    target: &'a Array,
    overflow: Overflow,
    remarks: &'a Mutex<Vec<Remark>>,
    crew: Crew<'a>,
}

impl Work for Run<'_> {
    type Output = Result<()>;

    fn with<F: Fold>(self, fold: &F) -> Result<()> {
        let mut store = Store::new(self.along, self.elements.groups, self.target, self.overflow);
        let mut tell = |first: u64, accs: &[Option<F::Acc>]| {
            let finished = accs.iter().map(|acc| fold.finish(acc.as_ref(), self.along.count));
            store.store(first, finished, self.remarks)
        };
        reduce(&self.elements.reduced, fold, &mut tell, self.crew)
    }
}

/// Puts results, which come in the order of the file, where they belong.
struct Store<'a> {
    along: &'a Along,
    target: &'a Array,
    /// The results in the order in which they come.
    view: View,
    number: Number,
    overflow: Overflow,
    items: Vec<u8>,
}

impl<'a> Store<'a> {
    fn new(along: &'a Along, groups: &Groups, target: &'a Array, overflow: Overflow) -> Self {
        let rank = |axis: &usize| (0..*axis).filter(|other| !along.axes.contains(other)).count();
        let view = target.view().transposed(&groups.kept().iter().map(rank).collect::<Vec<_>>());
        // Times are counts of steps.
        let number = target.dtype().number().unwrap_or(Number::Int64);
        Self { along, target, view, number, overflow, items: Vec::new() }
    }

    fn store(
        &mut self,
        first: u64,
        results: impl Iterator<Item = Finished>,
        remarks: &Mutex<Vec<Remark>>,
    ) -> Result<()> {
        self.items.clear();
        let mut count = 0;
        for Finished { value, remark } in results {
            value
                .store(self.number, self.overflow, &mut self.items)
                .map_err(|too_large| self.misfit(first + count, &too_large.0))?;
            if let Some(remark) = remark {
                let mut remarks = remarks.lock().expect("a worker that panics ends the job");
                if !remarks.contains(&remark) {
                    remarks.push(remark);
                }
            }
            count += 1;
        }
        let mut writer: Writer<'_> = self.target.mapping().writer(Stores::Update)?;
        let size = self.number.itemsize();
        let mut done = 0;
        for chunk in Chunk::between(&self.view, first, first + count) {
            let bytes = chunk.view.size() as usize * size;
            writer.write_runs(&mut chunk.view.runs(), &self.items[done..done + bytes])?;
            done += bytes;
        }
        writer.finish()
    }

    /// The result with this number does not fit.
    fn misfit(&self, rank: u64, value: &str) -> Error {
        let along = self.along;
        let position = Shape::new(self.view.dims()).expect("as large as the result").position(rank);
        let byte = self.view.byte_of(&position) - self.view.offset();
        let place = along.kept.position(byte / self.number.itemsize() as u64);
        let place = if place.is_empty() { String::new() } else { format!("at index {}: ", tuple(&place)) };
        let op = match along.reduction.op() {
            Op::Prod => "product",
            _ => "sum",
        };
        Error::usage(format!("{place}the {op} is {value}, which does not fit {}", self.target.dtype().name()))
            .hint("--astype float64 rounds it, --overflow wrap takes it modulo 2^64 as NumPy does")
    }
}
