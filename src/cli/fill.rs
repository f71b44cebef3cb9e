//! `rmm fill`: a region filled by one of the generators.

use std::path::{Path, PathBuf};

use clap::Args;

use super::args::{CastArgs, Form, Intent, OpenArgs};
use super::content::ContentArgs;
use super::edit::{Edit, EditArgs};
use super::expr::{ComputedEdit, ExprArgs, Expression, Own, Place, Validation};
use super::failure::Exit;
use super::journal::{Job, JournalArgs};
use super::select::{SelectArgs, Selected};
use super::ui::Ui;
use crate::array::Array;
use crate::error::{At, Error};
use crate::index::Index;
use crate::job::computed::Storing;
use crate::plan::Once;

/// Fill a region of an array in place
///
/// --arange and --linspace count within the selection, in C order; --random goes by the place in the whole array, so
/// that parts filled one by one are the whole filled at once, if the seed is the same. With --mode c the file is left alone: the edited
/// copy goes to -o OUT, or a summary says what would change.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rmm fill data.npy 0 --value 5.0                  the first row, as a[0,:] = 5.0
  rmm fill data.npy :,1 --arange                   a column: 0, 1, 2, ...
  rmm fill data.npy --linspace 0,1                 everything, evenly spaced
  rmm fill data.npy 1 --expr 'x*2 + j'             from the old values and the coordinates
  rmm fill data.npy 0 --random uniform --seed 7    the first row of what seed 7 makes of the array
  rmm fill data.npy 0 --value -inf --mode c        what would change?
  rmm fill data.npy --value 0 --mode c -o zeros.npy
                                                   an edited copy")]
pub(super) struct FillArgs {
    /// The array
    file: PathBuf,
    /// The elements, as in NumPy's subscript [default: all]
    index: Option<Index>,
    #[command(flatten)]
    content: ContentArgs,
    #[command(flatten)]
    expr: ExprArgs,
    #[command(flatten)]
    journal: JournalArgs,
    #[command(flatten)]
    open: OpenArgs,
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    cast: CastArgs,
    #[command(flatten)]
    edit: EditArgs,
}

impl FillArgs {
    /// The array that the command is about.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    fn compute(
        &self,
        array: &Array,
        selected: &Selected,
        expression: &Expression<'_>,
        ui: &Ui,
    ) -> anyhow::Result<Exit> {
        let ranks = self.select.ranks(self.index.as_ref(), array)?;
        let place = Place { array, selected, ranks, dims: self.select.counted_dims(array)? };
        let once = Once::of(&selected.view);
        let (validation, storing) = (Validation::First, Storing::default());
        let operation = expression.checksum(&place, None, storing)?;
        let computed = expression.in_place(place, &once, &Form { astype: None, cast: self.cast }, ui)?;
        let selected = Selected { view: once.view(&selected.view), dtype: selected.dtype.clone() };
        let edit = ComputedEdit { array, selected: &selected, computed: &computed, validation, storing };
        if computed.reads(array.mapping().identity()) {
            let job = Job { args: &self.journal, operation, sync: self.edit.write.sync() };
            self.edit.run_resumable(&edit, &job, ui)?;
        } else {
            self.journal.refuse("what is stored does not depend on what was there, so the fill can be done again")?;
            self.edit.run(&edit, ui)?;
        }
        Ok(Exit::Done)
    }
}

pub(super) fn run(args: &FillArgs, ui: &Ui) -> anyhow::Result<Exit> {
    if args.journal.discards() {
        JournalArgs::discard(&args.file, &args.open, ui)?;
        return Ok(Exit::Done);
    }
    match (args.content.is_given(), args.expr.is_given()) {
        (false, false) => {
            return Err(Error::usage("fill with what?")
                .hint("--value V, --arange, --linspace A,B, --random uniform or --expr E")
                .into());
        }
        (true, true) => return Err(Error::usage("fill with one thing: --expr and another generator are two").into()),
        _ => {}
    }
    let array = args.edit.opening(&args.open)?.open(&args.file, Intent::Edit, ui)?;
    let selected = args.select.select(args.index.as_ref(), &array)?;
    if let Some(expression) = args.expr.expression(args.open.io(), Own::File(&array), ui)? {
        return args.compute(&array, &selected, &expression, ui);
    }
    args.journal.refuse("the fill can be done again")?;
    let ranks = args.select.ranks(args.index.as_ref(), &array)?;
    let values = args.content.values(&selected.dtype, ranks, args.cast, ui).at(&args.file)?;
    let values = values.expect("one generator was asked for");
    args.edit.run(&Edit { array: &array, selected: &selected, values: values.as_ref() }, ui)?;
    Ok(Exit::Done)
}
