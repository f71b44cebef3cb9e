//! Results of an expression that are stored where its elements came from: what may be, and the edit that does it.

use super::{Expression, Place};
use crate::array::Array;
use crate::cast::Conversion;
use crate::cli::args::Form;
use crate::cli::edit::{Resume, Store};
use crate::cli::partial::state;
use crate::cli::select::Selected;
use crate::cli::ui::Ui;
use crate::dtype::{DType, Field};
use crate::error::{At, Error, Result};
use crate::expr::{Input, Program};
use crate::job::computed::{Computed, Stopped, Storing};
use crate::job::resumable::{Operation, Resumable};
use crate::job::store::{Changes, compare};
use crate::journal::{Checksum, Checksummer};
use crate::plan::Once;
use crate::view::View;

impl Expression<'_> {
    /// Values to be stored where the elements came from, in their own dtype, for those that count; first converted to
    /// another, where one is asked for.
    ///
    /// # Errors
    /// Usage, for an expression that is none, or where the casting rule keeps out of the array what is to be stored.
    pub(in crate::cli) fn in_place<'a>(
        &'a self,
        place: Place<'a>,
        once: &Once,
        Form { astype, cast }: &Form,
        ui: &Ui,
    ) -> Result<Computed<'a>> {
        self.refuse_overlap(&place)?;
        let dtype = &place.selected.dtype;
        let (program, mut operands) = self.compiled_for(&place)?;
        let castable = match astype {
            // Only what is stored has a byte order.
            Some(asked) => {
                let asked = asked.to_native();
                let asked_for = cast.casting_asked().check(&program.dtype(), &asked);
                asked_for.and_then(|()| cast.casting().check(&asked, &dtype.to_native()))
            }
            None => self.castable(&program, dtype, cast.casting()),
        };
        let castable = castable.map_err(|error| match dtype.record() {
            Some(_) => error.hint(
                self.field_hint(&program, dtype).unwrap_or_else(|| "--field NAME stores in one field, x".to_owned()),
            ),
            None => error,
        });
        castable.at(place.array.path())?;
        if let Some(asked) = astype {
            cast.note_what_is_dropped(&program.dtype(), asked, ui);
        }
        for operand in &mut operands {
            operand.view = once.view(&operand.view);
        }
        let found = program.dtype();
        let convert = Conversion::through(&found, astype.as_ref().unwrap_or(&found), dtype, cast.overflow)?;
        Ok(Computed::new(program, &operands, (once.view(&place.ranks), place.dims), convert))
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

    /// What is computed, of what, where, and as what: the same for the same job alone, whatever its threads and rules for
    /// casting. Arrays that were stored in since are others, but for the one that the job itself stores in.
    ///
    /// # Errors
    /// Io, where an array cannot be examined.
    pub(in crate::cli) fn checksum(
        &self,
        place: &Place<'_>,
        astype: Option<&DType>,
        storing: Storing,
    ) -> Result<Checksum> {
        let own = described("expr", place.array, &place.selected.view, &place.selected.dtype).with(self.text);
        let own = match astype {
            Some(dtype) => own.with("as").with(dtype.to_native().to_string()),
            None => own,
        };
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

/// What a job of this kind is done to.
pub(in crate::cli) fn described(kind: &str, array: &Array, view: &View, dtype: &DType) -> Checksummer {
    let sum = Checksummer::default().with(env!("CARGO_PKG_VERSION")).with(kind).with(dtype.to_string());
    sum.with(format!("{view:?}")).with_numbers(&[array.mapping().identity().ino, array.mapping().len()])
}

/// When values that may not fit are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Validation {
    /// Before anything is stored.
    First,
    /// Chunk by chunk, each before it is stored.
    AsStored,
}

/// Results on their way into the elements that they were computed for.
pub(in crate::cli) struct ComputedEdit<'a> {
    /// The array, opened in the mode of the edit.
    pub(in crate::cli) array: &'a Array,
    /// The elements to store in.
    pub(in crate::cli) selected: &'a Selected,
    /// What to store there.
    pub(in crate::cli) computed: &'a Computed<'a>,
    /// When it is validated.
    pub(in crate::cli) validation: Validation,
    /// What belongs together.
    pub(in crate::cli) storing: Storing,
}

impl ComputedEdit<'_> {
    /// Computes everything and stores nothing.
    ///
    /// # Errors
    /// Where a value does not fit or cannot be read.
    pub(in crate::cli) fn validate(&self, ui: &Ui) -> Result<()> {
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
