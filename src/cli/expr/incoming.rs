//! An expression over an array that comes through a pipe.

use super::{Expression, X};
use crate::cast::Conversion;
use crate::cli::args::CastArgs;
use crate::cli::select::Selected;
use crate::cli::ui::Ui;
use crate::dtype::DType;
use crate::error::Result;
use crate::job::computed::{Computed, Operand};
use crate::mapping::Mapping;
use crate::source::Tape;
use crate::view::View;

/// The elements of a stream that an expression is computed for.
pub(in crate::cli) struct Streamed<'a> {
    /// Where they are while they are dealt with.
    pub(in crate::cli) tape: &'a Tape,
    /// Which they are.
    pub(in crate::cli) selected: &'a Selected,
    /// Their C-order ranks among the elements of an array of `dims`.
    pub(in crate::cli) ranks: View,
    /// The lengths of the axes that are counted.
    pub(in crate::cli) dims: Vec<u64>,
}

impl Expression<'_> {
    /// Whether it names other arrays than `x`.
    pub(in crate::cli) fn names_others(&self) -> bool {
        !self.with.is_empty()
    }

    /// The results for the elements of a stream, in a dtype of their own or the one that is asked for.
    ///
    /// # Errors
    /// As [`Expression::elsewhere`].
    pub(in crate::cli) fn over_stream<'a>(
        &'a self,
        place: Streamed<'a>,
        astype: Option<DType>,
        cast: CastArgs,
        ui: &Ui,
    ) -> Result<(Computed<'a>, DType)> {
        let Streamed { tape, selected, ranks, dims } = place;
        let view = &selected.view;
        let own = Operand { bytes: tape, file: None, view: view.clone() };
        let x = X { dtype: &selected.dtype, operand: own };
        let (program, operands) = self.compiled(Some(x), &view.dims(), dims.len())?;
        let dtype = astype.unwrap_or_else(|| program.dtype());
        cast.casting_asked().check(&program.dtype(), &dtype)?;
        cast.note_what_is_dropped(&program.dtype(), &dtype, ui);
        let convert = Conversion::between(&program.dtype(), &dtype, cast.overflow)?;
        Ok((Computed::new(program, &operands, (ranks, dims), convert), dtype))
    }

    /// # Errors
    /// Io, where a file of another array than `x` is not as it was.
    pub(in crate::cli) fn check_others(&self) -> Result<()> {
        self.with.iter().map(|(_, array)| array.mapping()).try_for_each(Mapping::check_unchanged)
    }
}
