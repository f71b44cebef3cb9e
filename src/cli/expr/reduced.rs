//! Results of an expression that are reduced as they are computed.

use super::{Expression, Place};
use crate::cast::{Conversion, Overflow};
use crate::cli::args::{CastArgs, Form};
use crate::cli::reduce::{Elements, ReduceArgs, Results};
use crate::cli::ui::Ui;
use crate::error::{At, Result};
use crate::job::computed::{Computed, Operand};
use crate::job::reduce::Reduced;
use crate::job::values::Values;
use crate::mapping::Mapping;
use crate::reduce::Op;
use crate::view::View;

impl Expression<'_> {
    /// The results reduced, in a file without a name.
    ///
    /// # Errors
    /// Usage, for an expression that is none, or a reduction that NumPy does not have; what the job fails with.
    pub(in crate::cli) fn reduced(
        &self,
        place: &Place<'_>,
        (reduce, op): (&ReduceArgs, Op),
        form: &Form,
        ui: &Ui,
    ) -> Result<Results> {
        let (program, operands) = self.compiled_for(place)?;
        let selected = &place.selected.view;
        let dims = selected.dims();
        let along = reduce.along(op, &program.dtype(), &dims).at(place.array.path())?;
        let groups = along.groups(selected);
        let views = [selected, &place.ranks].into_iter().chain(operands.iter().map(|operand| &operand.view));
        let mut views: Vec<View> = views.map(|view| view.transposed(&groups.order())).collect();
        let axes = groups.joined(&mut views);
        let mut read = views.into_iter();
        let (view, ranks) = (read.next().expect("the first"), read.next().expect("the second"));
        let operands: Vec<Operand<'_>> =
            operands.iter().zip(read).map(|(operand, view)| Operand { view, ..*operand }).collect();
        let convert = Conversion::between(&program.dtype(), &along.items(), Overflow::Error)?;
        let values = Computed::new(program, &operands, (ranks, place.dims.clone()), convert);
        let elements =
            Elements { reduced: Reduced { values: &values, view: &view, axes }, groups: &groups, dims: &dims };
        let results = along.results(&elements, form, ui).or_else(|error| {
            // The file's order is not that of the selection: its first element without a result is to be named.
            let all = Place {
                selected: place.selected,
                array: place.array,
                ranks: place.ranks.clone(),
                dims: place.dims.clone(),
            };
            if values.can_fail() {
                self.elsewhere(all, None, CastArgs::default(), ui)?.check(ui)?;
            }
            Err(error)
        })?;
        let with = self.with.iter().map(|(_, array)| array.mapping());
        std::iter::once(place.array.mapping()).chain(with).try_for_each(Mapping::check_unchanged)?;
        Ok(results)
    }
}
