//! `--expr`: an expression over arrays, and the ways of its results.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser};

use super::args::{CastArgs, warn_of_changes};
use super::edit::{Resume, Store};
use super::elsewhere::Elsewhere;
use super::input::is_stdin;
use super::partial::{Make, state};
use super::reduce::{Elements, Form, ReduceArgs, Results as Reductions};
use super::select::Selected;
use super::ui::Ui;
use crate::array::{Array, Opening};
use crate::cast::{Casting, Overflow};
use crate::dtype::{DType, Field};
use crate::error::{At, Error, Result};
use crate::expr::{Input, Program, Variable, compile, taken};
use crate::job::Emit;
use crate::job::computed::{Computed, Operand, Stopped, Storing};
use crate::job::copy::emit_values;
use crate::job::reduce::Reduced;
use crate::job::resumable::{Operation, Resumable};
use crate::job::store::{Changes, compare};
use crate::job::values::Values;
use crate::journal::{Checksum, Checksummer};
use crate::mapping::{Io, Mapping, Sync};
use crate::plan::Once;
use crate::reduce::Op;
use crate::shape::{Order, Shape};
use crate::sink::Sink;
use crate::spec::{ArraySpec, Request};
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

/// A name, the file it stands for, and what is in that.
#[derive(Clone, Debug)]
struct With {
    name: String,
    path: PathBuf,
    spec: Request,
}

/// A path need not be text, so its option is not, either.
fn with_parser() -> impl TypedValueParser<Value = With> {
    OsStringValueParser::new().try_map(|word: OsString| With::parse(&word.into_vec()))
}

impl With {
    fn parse(word: &[u8]) -> Result<Self> {
        let shown = || String::from_utf8_lossy(word).into_owned();
        let no_name = || Error::usage(format!("'{}' is no NAME=FILE", shown())).hint("--with y=other.npy");
        let equals = word.iter().position(|&byte| byte == b'=').ok_or_else(no_name)?;
        let name = std::str::from_utf8(&word[..equals]).map_err(|_| no_name())?;
        let rest = &word[equals + 1..];
        let path = |end: usize| Path::new(OsStr::from_bytes(&rest[..end]));
        // A path may have colons of its own: what is there counts, the longest first.
        let ends = (0..rest.len()).rev().filter(|&at| rest[at] == b':');
        let end = std::iter::once(rest.len()).chain(ends).find(|&end| path(end).exists()).unwrap_or(rest.len());
        let spec = std::str::from_utf8(&rest[end..]).map_err(|_| no_name())?.trim_start_matches(':');
        let spec = if spec.is_empty() { Request::default() } else { spec.parse()? };
        Ok(Self { name: name.to_owned(), path: path(end).to_path_buf(), spec })
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
    fn check_names(&self, x: Option<&Array>) -> Result<()> {
        for (place, With { name, .. }) in self.with.iter().enumerate() {
            if x.is_some() && name == "x" {
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
    pub(super) fn expression(&self, io: Io, x: Option<&Array>, ui: &Ui) -> Result<Option<Expression<'_>>> {
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
            if x.is_none_or(|x| x.mapping().identity() != array.mapping().identity()) {
                warn_of_changes(array.mapping(), &with.path, ui);
            }
            Ok((with.name.clone(), array))
        };
        Ok(Some(Expression { text, with: self.with.iter().map(open).collect::<Result<_>>()? }))
    }
}

impl Expression<'_> {
    /// Values for a new array of this spec, of which nothing is there yet that `x` could name.
    ///
    /// # Errors
    /// Usage, for an expression that is none; whatever the array cannot be computed from.
    pub(super) fn for_new<'b>(&'b self, spec: &ArraySpec, ranks: View, cast: CastArgs) -> Result<Computed<'b>> {
        let dims = spec.shape.dims();
        let (program, operands) = self.compiled(None, dims, dims.len())?;
        self.castable(&program, &spec.dtype, cast.casting_asked())?;
        Computed::new(program, &operands, (ranks, dims.to_vec()), &spec.dtype, cast.overflow)
    }
}

/// The text with another word for each `word` that is not part of a longer one.
fn with_words_replaced(text: &str, word: &str, other: &str) -> String {
    let joins = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, behind) = (&rest[..at], &rest[at + word.len()..]);
        let previous = before.chars().next_back().or_else(|| replaced.chars().next_back());
        let is_word = !previous.is_some_and(joins) && !behind.starts_with(joins);
        replaced.push_str(before);
        replaced.push_str(if is_word { other } else { word });
        rest = behind;
    }
    replaced + rest
}

fn operand(array: &Array, view: View) -> Operand<'_> {
    Operand { bytes: array, file: Some(array.mapping().identity()), view }
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

impl Expression<'_> {
    /// The program over `x`, if there is one, and the named arrays, all as long as `dims`, with `axes` coordinates; and
    /// what it reads.
    fn compiled<'a>(&'a self, x: Option<&Place<'a>>, dims: &[u64], axes: usize) -> Result<(Program, Vec<Operand<'a>>)> {
        let variable = |name: &str, dtype: &DType| Variable { name: name.to_owned(), dtype: dtype.clone() };
        let own = x.map(|place| variable("x", &place.selected.dtype));
        let with = self.with.iter().map(|(name, array)| variable(name, array.dtype()));
        let program = compile(self.text, &own.into_iter().chain(with).collect::<Vec<_>>(), axes)?;
        let own = x.map(|place| Ok(operand(place.array, place.selected.view.clone())));
        let with = self.with.iter().map(|(_, array)| {
            let view = array.view().broadcast(dims).at(array.path())?;
            Ok(operand(array, view))
        });
        Ok((program, own.into_iter().chain(with).collect::<Result<_>>()?))
    }

    fn compiled_for<'a>(&'a self, place: &Place<'a>) -> Result<(Program, Vec<Operand<'a>>)> {
        self.compiled(Some(place), &place.selected.view.dims(), place.dims.len())
    }

    /// Values to be stored where the elements came from, in their own dtype, for those that count.
    ///
    /// # Errors
    /// Usage, for an expression that is none, or whose result the casting rule keeps out of the array.
    pub(super) fn in_place<'a>(&'a self, place: Place<'a>, once: &Once, cast: CastArgs) -> Result<Computed<'a>> {
        self.refuse_overlap(&place)?;
        let dtype = &place.selected.dtype;
        let (program, mut operands) = self.compiled_for(&place)?;
        let castable = self.castable(&program, dtype, cast.casting()).map_err(|error| match dtype.record() {
            Some(_) => error.hint(
                self.field_hint(&program, dtype).unwrap_or_else(|| "--field NAME stores in one field, x".to_owned()),
            ),
            None => error,
        });
        castable.at(place.array.path())?;
        for operand in &mut operands {
            operand.view = once.view(&operand.view);
        }
        Computed::new(program, &operands, (once.view(&place.ranks), place.dims), dtype, cast.overflow)
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

    /// The command that stores in the one field that is read, for a result that no record takes.
    fn field_hint(&self, program: &Program, dtype: &DType) -> Option<String> {
        let read = |input: &Input, field: &Field| (input.offset, &input.dtype) == (field.offset, &field.dtype);
        let own = program.inputs().iter().filter(|input| input.variable == 0).collect::<Vec<_>>();
        let mut fields = dtype.record()?.fields().iter();
        let field = fields.find(|field| !own.is_empty() && own.iter().all(|input| read(input, field)))?;
        let path = format!("x.{}", field.name);
        let text = with_words_replaced(self.text, &path, "x");
        (text != self.text).then(|| format!("--field {} --expr '{text}'", field.name))
    }

    /// What is computed, of what, where: the same for the same job alone, whatever its threads and casting. Arrays that
    /// were stored in since are others, but for the one that the job itself stores in.
    ///
    /// # Errors
    /// Io, where an array cannot be examined.
    pub(super) fn checksum(&self, place: &Place<'_>, storing: Storing) -> Result<Checksum> {
        let own = described("expr", place.array, &place.selected.view, &place.selected.dtype).with(self.text);
        let own = own.with(format!("{:?} {:?} {:?}", place.ranks, place.dims, storing.chunk));
        let with = self.with.iter().try_fold(own, |sum, (name, array)| {
            let mapping = array.mapping();
            let sum = sum.with(name).with(array.dtype().to_string()).with(format!("{:?}", array.view()));
            let is_own = mapping.identity() == place.array.mapping().identity();
            if is_own { Ok(sum.with("the array itself")) } else { Ok(sum.with_numbers(&state(mapping)?)) }
        });
        with.map(|with: Checksummer| with.checksum())
    }

    /// An array that is stored in may be read in the same places only: others may be stored already.
    fn refuse_overlap(&self, place: &Place<'_>) -> Result<()> {
        for (name, array) in &self.with {
            let same_file = array.mapping().identity() == place.array.mapping().identity();
            let same_elements = || {
                array.dtype() == &place.selected.dtype
                    && array.view().broadcast(&place.selected.view.dims()).is_ok_and(|view| view == place.selected.view)
            };
            if same_file && !same_elements() {
                return Err(Error::usage(format!("{name} reads other places of the file that is changed"))
                    .at(array.path())
                    .hint("leave -i out and write to another file: -o OUT"));
            }
        }
        Ok(())
    }

    /// The results for a place, in a dtype of their own or the one that is asked for.
    ///
    /// # Errors
    /// Usage, for an expression that is none, or where the casting rule forbids the dtype that is asked for.
    pub(super) fn elsewhere<'a>(
        &'a self,
        place: Place<'a>,
        astype: Option<DType>,
        cast: CastArgs,
    ) -> Result<Results<'a>> {
        let (program, operands) = self.compiled_for(&place)?;
        let dtype = astype.unwrap_or_else(|| program.dtype());
        cast.casting_asked().check(&program.dtype(), &dtype).at(place.array.path())?;
        let shape = place.selected.view.shape()?;
        let view = place.selected.view.clone();
        let computed = Computed::new(program, &operands, (place.ranks, place.dims), &dtype, cast.overflow)?;
        Ok(Results { array: place.array, with: &self.with, view, computed, dtype, shape })
    }
}

/// What a job of this kind is done to.
pub(super) fn described(kind: &str, array: &Array, view: &View, dtype: &DType) -> Checksummer {
    let sum = Checksummer::default().with(env!("CARGO_PKG_VERSION")).with(kind).with(dtype.to_string());
    sum.with(format!("{view:?}")).with_numbers(&[array.mapping().identity().ino, array.mapping().len()])
}

/// When values that may not fit are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Validation {
    /// Before anything is stored.
    First,
    /// Chunk by chunk, each before it is stored.
    AsStored,
}

/// Results on their way into the elements that they were computed for.
pub(super) struct ComputedEdit<'a> {
    /// The array, opened in the mode of the edit.
    pub(super) array: &'a Array,
    /// The elements to store in.
    pub(super) selected: &'a Selected,
    /// What to store there.
    pub(super) computed: &'a Computed<'a>,
    /// When it is validated.
    pub(super) validation: Validation,
    /// What belongs together.
    pub(super) storing: Storing,
}

impl ComputedEdit<'_> {
    /// Computes everything and stores nothing.
    ///
    /// # Errors
    /// Where a value does not fit or cannot be read.
    pub(super) fn validate(&self, ui: &Ui) -> Result<()> {
        let progress = ui.progress(self.selected.view.nbytes());
        self.computed.check(&self.selected.view, ui.crew(&progress))
    }
}

impl Store for ComputedEdit<'_> {
    fn array(&self) -> &Array {
        self.array
    }

    fn selected(&self) -> &Selected {
        self.selected
    }

    fn check(&self, ui: &Ui) -> Result<()> {
        if self.validation == Validation::First { self.validate(ui) } else { Ok(()) }
    }

    fn store(&self, target: &Array, view: &View, ui: &Ui) -> Result<()> {
        let progress = ui.progress(view.nbytes());
        let is_copy = target.mapping().identity() != self.array.mapping().identity();
        let told = |stopped: Stopped| if is_copy { stopped.error } else { stopped.in_place() };
        self.computed.store(target, view, self.storing, ui.crew(&progress)).map_err(told)
    }

    fn changes(&self, ui: &Ui) -> Result<Changes> {
        let progress = ui.progress(self.selected.view.nbytes());
        compare(self.array, &self.selected.view, self.computed, ui.crew(&progress))
    }
}

impl Resume for ComputedEdit<'_> {
    fn begin(&self, operation: Operation, ui: &Ui) -> Result<Resumable> {
        self.computed.begin(self.array, &self.selected.view, self.storing, ui.threads(), operation)
    }

    fn go_on(&self, job: &Resumable, ui: &Ui) -> Result<()> {
        let view = &self.selected.view;
        let progress = ui.progress(view.nbytes());
        self.computed.go_on(self.array, view, self.storing, job, ui.crew(&progress))
    }
}

impl Expression<'_> {
    /// The results reduced, in a file without a name.
    ///
    /// # Errors
    /// Usage, for an expression that is none, or a reduction that NumPy does not have; what the job fails with.
    pub(super) fn reduced(
        &self,
        place: &Place<'_>,
        (reduce, op): (&ReduceArgs, Op),
        form: &Form,
        ui: &Ui,
    ) -> Result<Reductions> {
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
        let values = Computed::new(program, &operands, (ranks, place.dims.clone()), &along.items(), Overflow::Error)?;
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
                self.elsewhere(all, None, CastArgs::default())?.check(ui)?;
            }
            Err(error)
        })?;
        let with = self.with.iter().map(|(_, array)| array.mapping());
        std::iter::once(place.array.mapping()).chain(with).try_for_each(Mapping::check_unchanged)?;
        Ok(results)
    }
}

/// Results on their way to a stream or a new file.
pub(super) struct Results<'a> {
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
    pub(super) fn check(&self, ui: &Ui) -> Result<()> {
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
