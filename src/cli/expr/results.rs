//! Results of an expression on their way to a stream or a new file.

use super::{Expression, Place};
use crate::array::Array;
use crate::cast::Conversion;
use crate::cli::args::CastArgs;
use crate::cli::elsewhere::Elsewhere;
use crate::cli::partial::Make;
use crate::cli::ui::Ui;
use crate::dtype::DType;
use crate::error::{At, Result};
use crate::job::Emit;
use crate::job::computed::{Computed, Storing};
use crate::job::copy::emit_values;
use crate::job::resumable::{Operation, Resumable};
use crate::mapping::{Mapping, Sync};
use crate::shape::{Order, Shape};
use crate::sink::Sink;
use crate::spec::ArraySpec;
use crate::view::View;

impl Expression<'_> {
    /// The results for a place, in a dtype of their own or the one that is asked for.
    ///
    /// # Errors
    /// Usage, for an expression that is none, or where the casting rule forbids the dtype that is asked for.
    pub(in crate::cli) fn elsewhere<'a>(
        &'a self,
        place: Place<'a>,
        astype: Option<DType>,
        cast: CastArgs,
        ui: &Ui,
    ) -> Result<Results<'a>> {
        let (program, operands) = self.compiled_for(&place)?;
        let dtype = astype.unwrap_or_else(|| program.dtype());
        cast.casting_asked().check(&program.dtype(), &dtype).at(place.array.path())?;
        cast.note_what_is_dropped(&program.dtype(), &dtype, ui);
        let shape = place.selected.view.shape()?;
        let view = place.selected.view.clone();
        let convert = Conversion::between(&program.dtype(), &dtype, cast.overflow)?;
        let computed = Computed::new(program, &operands, (place.ranks, place.dims), convert);
        Ok(Results { array: place.array, with: &self.with, view, computed, dtype, shape })
    }
}

/// Results on their way to a stream or a new file.
pub(in crate::cli) struct Results<'a> {
    array: &'a Array,
    with: &'a [(String, Array)],
    view: View,
    computed: Computed<'a>,
    dtype: DType,
    shape: Shape,
}

impl Results<'_> {
    /// Computes everything and stores nothing.
    ///
    /// # Errors
    /// Where a value does not fit or cannot be read.
    pub(in crate::cli) fn check(&self, ui: &Ui) -> Result<()> {
        let progress = ui.progress(self.view.nbytes());
        self.computed.check(&self.view, ui.crew(&progress))?;
        self.check_unchanged()
    }

    fn check_unchanged(&self) -> Result<()> {
        self.inputs().into_iter().try_for_each(Mapping::check_unchanged)
    }
}

impl Elsewhere for Results<'_> {
    fn x(&self) -> &Array {
        self.array
    }

    fn spec(&self) -> Result<ArraySpec> {
        let (dtype, shape) = (self.dtype.clone(), self.shape.clone());
        Ok(ArraySpec { dtype, shape, order: Order::C, offset: 0 })
    }

    fn stream(&self, sink: &Sink, emit: &mut Emit<'_>, ui: &Ui) -> Result<()> {
        let progress = ui.progress(self.view.nbytes());
        emit_values(&self.computed, &self.view, sink, emit, ui.crew(&progress))?;
        self.check_unchanged()
    }

    fn store_in(&self, target: &Array, ui: &Ui) -> Result<()> {
        let progress = ui.progress(self.view.nbytes());
        let stored = self.computed.store(target, &target.view(), Storing::default(), ui.crew(&progress));
        stored.map_err(|stopped| stopped.error)?;
        target.mapping().finish_writing(Sync::No)?;
        self.check_unchanged()
    }
}

impl Make for Results<'_> {
    fn inputs(&self) -> Vec<&Mapping> {
        let with = self.with.iter().map(|(_, array)| array.mapping());
        std::iter::once(self.array.mapping()).chain(with).collect()
    }

    fn begin(&self, target: &Array, operation: Operation, ui: &Ui) -> Result<Resumable> {
        self.computed.begin(target, &target.view(), Storing::default(), ui.threads(), operation)
    }

    fn go_on(&self, target: &Array, job: &Resumable, ui: &Ui) -> Result<()> {
        let progress = ui.progress(self.view.nbytes());
        self.computed.go_on(target, &target.view(), Storing::default(), job, ui.crew(&progress))?;
        self.check_unchanged()
    }
}
