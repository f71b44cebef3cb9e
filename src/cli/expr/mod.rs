//! `--expr`: an expression over arrays, and the programs that it becomes for a place. What becomes of its results is in
//! [`edit`], [`results`] and [`reduced`].

mod edit;
mod incoming;
mod reduced;
mod results;
mod with;

use clap::Args;

pub(super) use self::edit::{ComputedEdit, Validation, described};
pub(super) use self::incoming::Streamed;
use self::with::{With, with_parser};
use super::args::{CastArgs, warn_of_changes};
use super::input::is_stdin;
use super::select::Selected;
use super::ui::Ui;
use crate::array::{Array, Opening};
use crate::cast::{Casting, Conversion};
use crate::dtype::DType;
use crate::error::{At, Error, Result};
use crate::expr::{Program, Variable, compile, taken};
use crate::job::computed::{Computed, Operand};
use crate::mapping::Io;
use crate::spec::ArraySpec;
use crate::view::View;

/// An expression and the arrays that it names.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Computation")]
pub(super) struct ExprArgs {
    /// Compute an expression in NumPy's words: x is the array, i j k or i0 i1 ... its coordinates, as in
    /// 'where(x > 0, sqrt(x), 0)'
    #[arg(long, value_name = "E")]
    expr: Option<String>,
    /// Another array in --expr, broadcast to the selection; may be repeated
    #[arg(long, value_name = "NAME=FILE[:SPEC]", requires = "expr", value_parser = with_parser())]
    with: Vec<With>,
}

/// What `x` names.
#[derive(Clone, Copy)]
pub(super) enum Own<'a> {
    /// Nothing.
    Nothing,
    /// An array in a file.
    File(&'a Array),
    /// An array that comes through a pipe.
    Stream,
}

impl Own<'_> {
    fn is_there(self) -> bool {
        !matches!(self, Self::Nothing)
    }

    /// Whether it lies in the file of another array.
    fn is_in(self, array: &Array) -> bool {
        matches!(self, Self::File(x) if x.mapping().identity() == array.mapping().identity())
    }
}

/// An expression whose arrays are open.
pub(super) struct Expression<'a> {
    text: &'a str,
    with: Vec<(String, Array)>,
}

impl ExprArgs {
    /// Whether there is one.
    pub(super) fn is_given(&self) -> bool {
        self.expr.is_some()
    }

    /// That each array has a name of its own, which an expression can write and which means nothing else.
    fn check_names(&self, x: Own<'_>) -> Result<()> {
        for (place, With { name, .. }) in self.with.iter().enumerate() {
            if x.is_there() && name == "x" {
                let error = Error::usage("--with x: x is the array itself");
                return Err(error.hint("--with y=other.npy"));
            }
            if let Some(taken) = taken(name) {
                let error = Error::usage(format!("--with {name}: {taken}"));
                return Err(error.hint("--with y=other.npy"));
            }
            if self.with[..place].iter().any(|before| before.name == *name) {
                let error = Error::usage(format!("--with {name} is given twice"));
                return Err(error.hint("a name for each: --with y=other.npy --with z=another.npy"));
            }
        }
        Ok(())
    }

    /// The expression, if there is one, with every array it may name besides `x`, which is open already.
    ///
    /// # Errors
    /// Usage, for names that cannot be used; whatever opening them meets.
    pub(super) fn expression(&self, io: Io, x: Own<'_>, ui: &Ui) -> Result<Option<Expression<'_>>> {
        let Some(text) = &self.expr else { return Ok(None) };
        self.check_names(x)?;
        let open = |with: &With| {
            if is_stdin(&with.path) {
                let error = Error::usage(format!("--with {}: standard input can be FILE alone", with.name));
                return Err(error.whole_hint(format!("save it first: --with {}=other.npy", with.name)));
            }
            let opening = Opening { request: with.spec.clone(), io, ..Opening::default() };
            let array = Array::open(&with.path, &opening)?;
            // Of x there is nothing more to say: where it is only read it has been said, and the job that is unfinished
            // on an array which is changed is the one at hand, or refused.
            if !x.is_in(&array) {
                warn_of_changes(array.mapping(), &with.path, ui);
            }
            Ok((with.name.clone(), array))
        };
        Ok(Some(Expression { text, with: self.with.iter().map(open).collect::<Result<_>>()? }))
    }
}

/// The elements that an expression is computed for.
pub(super) struct Place<'a> {
    /// The array they are in, which `x` names.
    pub(super) array: &'a Array,
    /// Which they are.
    pub(super) selected: &'a Selected,
    /// Their C-order ranks among the elements of an array of `dims`, whose coordinates are i, j and k.
    pub(super) ranks: View,
    /// The lengths of the axes that are counted.
    pub(super) dims: Vec<u64>,
}

/// What `x` is to an expression.
struct X<'a> {
    dtype: &'a DType,
    operand: Operand<'a>,
}

fn operand(array: &Array, view: View) -> Operand<'_> {
    Operand { bytes: array, file: Some(array.mapping().identity()), view }
}

impl Expression<'_> {
    /// The program over `x`, if there is one, and the named arrays, all as long as `dims`, with `axes` coordinates; and
    /// what it reads.
    fn compiled<'a>(&'a self, x: Option<X<'a>>, dims: &[u64], axes: usize) -> Result<(Program, Vec<Operand<'a>>)> {
        let variable = |name: &str, dtype: &DType| Variable { name: name.to_owned(), dtype: dtype.clone() };
        let own = x.as_ref().map(|x| variable("x", x.dtype));
        let with = self.with.iter().map(|(name, array)| variable(name, array.dtype()));
        let program = compile(self.text, &own.into_iter().chain(with).collect::<Vec<_>>(), axes)?;
        let own = x.map(|x| Ok(x.operand));
        let with = self.with.iter().map(|(_, array)| {
            let view = array.view().broadcast(dims).at(array.path())?;
            Ok(operand(array, view))
        });
        Ok((program, own.into_iter().chain(with).collect::<Result<_>>()?))
    }

    fn compiled_for<'a>(&'a self, place: &Place<'a>) -> Result<(Program, Vec<Operand<'a>>)> {
        let view = &place.selected.view;
        let x = X { dtype: &place.selected.dtype, operand: operand(place.array, view.clone()) };
        self.compiled(Some(x), &view.dims(), place.dims.len())
    }

    fn castable(&self, program: &Program, dtype: &DType, rule: Casting) -> Result<()> {
        rule.check(&program.dtype(), dtype).map_err(|error| match dtype.number() {
            Some(number) if rule.allows(&dtype.to_native(), dtype) => {
                error.hint(format!("{}({})", number.name(), self.text))
            }
            // No rule lets a number into a record.
            None => error.with_hints(Vec::new()),
            Some(_) => error,
        })
    }

    /// Values for a new array of this spec, of which nothing is there yet that `x` could name.
    ///
    /// # Errors
    /// Usage, for an expression that is none; whatever the array cannot be computed from.
    pub(super) fn for_new<'b>(
        &'b self,
        spec: &ArraySpec,
        ranks: View,
        cast: CastArgs,
        ui: &Ui,
    ) -> Result<Computed<'b>> {
        let dims = spec.shape.dims();
        let (program, operands) = self.compiled(None, dims, dims.len())?;
        self.castable(&program, &spec.dtype, cast.casting_asked())?;
        cast.note_what_is_dropped(&program.dtype(), &spec.dtype, ui);
        let convert = Conversion::between(&program.dtype(), &spec.dtype, cast.overflow)?;
        Ok(Computed::new(program, &operands, (ranks, dims.to_vec()), convert))
    }
}
