//! `--exec`: the options of a command that computes chunks, and the ways of its results.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;

use clap::Args;

use super::args::{CastArgs, element_type};
use super::complete::dtypes;
use super::edit::{Resume, Store};
use super::elsewhere::Elsewhere;
use super::expr::described;
use super::partial::Make;
use super::select::Selected;
use super::signals;
use super::timeout::Timeout;
use super::ui::Ui;
use super::words::{BINARIES, one_of};
use crate::array::Array;
use crate::cast::{Conversion, Overflow};
use crate::dtype::{DType, Parsed};
use crate::error::{At, Error, Result};
use crate::job::Emit;
use crate::job::exec::{ChunkSize, Exec, ExecFormat, Input, Target};
use crate::job::resumable::{Operation, Resumable};
use crate::job::store::{Changes, compare};
use crate::job::values::Elements;
use crate::journal::Checksum;
use crate::mapping::{Mapping, Mode, Sync};
use crate::shape::Order;
use crate::sink::Sink;
use crate::spec::ArraySpec;
use crate::view::View;

/// What is run, and for how much at a time.
#[derive(Debug, Args)]
#[command(next_help_heading = "Computation")]
pub(super) struct ExecArgs {
    /// Pipe each chunk through sh -c CMD: raw elements in, C order, native byte order, and as many back
    #[arg(long, value_name = "CMD", conflicts_with_all = ["expr", "discard_journal"])]
    exec: Option<OsString>,
    /// What goes through the pipes: raw, or npy with a header both ways [default: raw]
    #[arg(long, value_name = "FORMAT", value_parser = one_of::<ExecFormat>(BINARIES), hide_possible_values = true)]
    exec_format: Option<ExecFormat>,
    /// A chunk that takes longer fails: 30s, 500ms, 2m
    #[arg(long, value_name = "DURATION")]
    timeout: Option<Timeout>,
    /// What is stored whole or not at all: positions along the slowest axis, or bytes: 100, 64MiB [default: 4MiB, less
    /// from 3 threads on; with --expr 16KiB or less, in the order of the file]
    #[arg(long, value_name = "N|SIZE")]
    chunk: Option<ChunkSize>,
    /// The type of the results, converted once more where they are stored in place [default: the array's own, or that of
    /// the expression]
    #[arg(long, value_name = "T", add = dtypes())]
    astype: Option<Parsed>,
}

/// A selection and the command that computes it.
pub(super) struct Computation<'a> {
    array: &'a Array,
    selected: &'a Selected,
    exec: Exec<'a>,
    /// What makes of the results what is stored.
    convert: Conversion,
}

impl ExecArgs {
    /// What is stored whole or not at all, if that was said.
    pub(super) fn chunk(&self) -> Option<ChunkSize> {
        self.chunk
    }

    /// The type that results are asked for in.
    pub(super) fn astype(&self) -> Result<Option<DType>> {
        self.astype.as_ref().map(element_type).transpose()
    }

    /// The command for a selection whose results are wanted as they are.
    ///
    /// # Errors
    /// Usage, where there is none, or `--astype` names no element.
    pub(super) fn computation<'a>(&'a self, array: &'a Array, selected: &'a Selected) -> Result<Computation<'a>> {
        let Some(command) = &self.exec else {
            return Err(Error::usage("what is to be computed? --expr E, --reduce OP or --exec CMD is missing")
                .hint("to pipe every chunk through cat: rmm map-chunks FILE --exec cat"));
        };
        let result = self.astype.as_ref().map_or_else(|| Ok(selected.dtype.clone()), element_type)?.to_native();
        let convert = Conversion::between(&result, &result, Overflow::Error)?;
        let exec = Exec {
            command,
            format: self.exec_format.unwrap_or_default(),
            result,
            timeout: self.timeout.map(|Timeout(duration)| duration),
            size: self.chunk,
        };
        Ok(Computation { array, selected, exec, convert })
    }
}

impl Computation<'_> {
    /// The same with its results converted to the array's own type.
    ///
    /// # Errors
    /// Usage, where the casting rule forbids that.
    pub(super) fn into_array_type(self, cast: CastArgs) -> Result<Self> {
        let dtype = &self.selected.dtype;
        cast.casting().check(&self.exec.result, &dtype.to_native()).map_err(|error| error.at(self.array.path()))?;
        Ok(Self { convert: Conversion::between(&self.exec.result, dtype, cast.overflow)?, ..self })
    }

    /// What is run, for what: the same for the same job alone, whatever its threads and casting.
    pub(super) fn checksum(&self) -> Checksum {
        let Exec { command, format, result, size, .. } = &self.exec;
        let sum = described("exec", self.array, &self.selected.view, &self.selected.dtype);
        sum.with(command.as_bytes()).with(format!("{format:?} {size:?}")).with(result.to_string()).checksum()
    }

    fn input(&self) -> Input<'_> {
        Input { bytes: self.array, view: &self.selected.view, dtype: &self.selected.dtype }
    }

    /// Runs everything and stores nothing.
    ///
    /// # Errors
    /// As the job itself.
    pub(super) fn check(&self, ui: &Ui) -> Result<()> {
        signals::heed();
        let progress = ui.progress(self.selected.view.nbytes());
        self.exec.check(&self.input(), &self.convert, ui.crew(&progress)).at(self.array.path())?;
        self.array.mapping().check_unchanged()
    }

    /// Stores the results in a new array of the shape of the selection.
    fn fill(&self, target: &Array, ui: &Ui) -> Result<()> {
        self.fill_view(target, &target.view(), ui)?;
        target.mapping().finish_writing(Sync::No)
    }

    fn fill_view(&self, target: &Array, view: &View, ui: &Ui) -> Result<()> {
        signals::heed();
        let progress = ui.progress(view.nbytes());
        let target = Target { file: target.mapping(), view, convert: &self.convert };
        self.exec.fill(&self.input(), &target, ui.crew(&progress)).at(self.array.path())?;
        self.array.mapping().check_unchanged()
    }

    /// The results, converted to `dtype`, in a file without a name.
    fn spooled(&self, dtype: &DType, ui: &Ui) -> Result<Array> {
        let shape = self.selected.view.shape()?;
        shape.nbytes(dtype.itemsize())?;
        let spec = ArraySpec { dtype: dtype.clone(), shape, order: Order::C, offset: 0 };
        let spooled = Array::spooled(&spec, "computed")?;
        self.fill(&spooled, ui)?;
        Ok(spooled)
    }
}

impl Store for Computation<'_> {
    fn array(&self) -> &Array {
        self.array
    }

    fn selected(&self) -> &Selected {
        self.selected
    }

    /// The casting rule has been checked; what children do is known when they have done it.
    fn check(&self, _ui: &Ui) -> Result<()> {
        Ok(())
    }

    fn store(&self, target: &Array, view: &View, ui: &Ui) -> Result<()> {
        if target.mapping().mode() != Mode::ReadWrite {
            return self.fill_view(target, view, ui);
        }
        signals::heed();
        let progress = ui.progress(view.nbytes());
        let place = Target { file: target.mapping(), view, convert: &self.convert };
        self.exec.edit(&self.input(), &place, ui.crew(&progress)).at(target.path())
    }

    fn changes(&self, ui: &Ui) -> Result<Changes> {
        let spooled = self.spooled(&self.selected.dtype, ui)?;
        let keep = Conversion::between(&self.selected.dtype, &self.selected.dtype, Overflow::Error)?;
        let values = Elements { bytes: &spooled, view: spooled.view(), convert: keep };
        let progress = ui.progress(self.selected.view.nbytes());
        compare(self.array, &self.selected.view, &values, ui.crew(&progress))
    }
}

impl Elsewhere for Computation<'_> {
    fn x(&self) -> &Array {
        self.array
    }

    fn spec(&self) -> Result<ArraySpec> {
        let (dtype, shape) = (self.exec.result.clone(), self.selected.view.shape()?);
        Ok(ArraySpec { dtype, shape, order: Order::C, offset: 0 })
    }

    fn stream(&self, sink: &Sink, emit: &mut Emit<'_>, ui: &Ui) -> Result<()> {
        signals::heed();
        let progress = ui.progress(self.selected.view.nbytes());
        self.exec.stream(&self.input(), sink, emit, ui.crew(&progress)).at(self.array.path())?;
        self.array.mapping().check_unchanged()
    }

    fn store_in(&self, target: &Array, ui: &Ui) -> Result<()> {
        self.fill(target, ui)
    }
}

impl Make for Computation<'_> {
    fn inputs(&self) -> Vec<&Mapping> {
        vec![self.array.mapping()]
    }

    fn begin(&self, target: &Array, operation: Operation, ui: &Ui) -> Result<Resumable> {
        let target = Target { file: target.mapping(), view: &target.view(), convert: &self.convert };
        self.exec.begin(&self.input(), &target, ui.threads(), operation)
    }

    fn go_on(&self, target: &Array, job: &Resumable, ui: &Ui) -> Result<()> {
        let progress = ui.progress(self.selected.view.nbytes());
        let place = Target { file: target.mapping(), view: &target.view(), convert: &self.convert };
        self.exec.edit_resumable(&self.input(), &place, job, ui.crew(&progress)).at(self.array.path())?;
        self.array.mapping().check_unchanged()
    }
}

impl Resume for Computation<'_> {
    fn begin(&self, operation: Operation, ui: &Ui) -> Result<Resumable> {
        let target = Target { file: self.array.mapping(), view: &self.selected.view, convert: &self.convert };
        self.exec.begin(&self.input(), &target, ui.threads(), operation)
    }

    fn go_on(&self, job: &Resumable, ui: &Ui) -> Result<()> {
        let view = &self.selected.view;
        let progress = ui.progress(view.nbytes());
        let place = Target { file: self.array.mapping(), view, convert: &self.convert };
        self.exec.edit_resumable(&self.input(), &place, job, ui.crew(&progress))
    }
}
