//! Storing values in an array, or in a copy of it: what `set`, `fill` and `map-chunks -i` do once they know where and what.

use std::path::Path;

use clap::Args;

use super::args::{Destination, OpenArgs, WriteArgs};
use super::journal::{Job, refuse_unfinished};
use super::output::{Outcome, OutputArgs, Wanted};
use super::select::Selected;
use super::signals;
use super::ui::Ui;
use crate::array::{Array, NewArray};
use crate::cast::Overflow;
use crate::error::{At, Error, ErrorKind, Result};
use crate::job::resumable::{Operation, Resumable};
use crate::job::store::{Changes, check, compare, store};
use crate::job::values::Values;
use crate::mapping::{Lock, Mapping, Mode, NewFile, Sync, copy_range, remove_leftovers};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::spec::ArraySpec;
use crate::view::{View, tuple};

/// What an edit does besides storing.
#[derive(Debug, Default, Args)]
pub(super) struct EditArgs {
    /// Change nothing; say what would change (the same as --mode c without -o)
    #[arg(long, help_heading = "Output", conflicts_with_all = ["output", "format"])]
    dry_run: bool,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    pub(super) write: WriteArgs,
}

/// Something that stores in elements of an array, or of a copy of it.
pub(super) trait Store {
    /// The array, opened in the mode of the edit.
    fn array(&self) -> &Array;

    /// The elements to store in.
    fn selected(&self) -> &Selected;

    /// Makes sure of all that can be known before anything changes.
    fn check(&self, ui: &Ui) -> Result<()>;

    /// Stores in elements of the array, or of a copy of it.
    fn store(&self, target: &Array, view: &View, ui: &Ui) -> Result<()>;

    /// What storing would change.
    fn changes(&self, ui: &Ui) -> Result<Changes>;
}

/// Something that must not be stored twice where it was computed from.
pub(super) trait Resume: Store {
    /// Begins a job that stores in the array and can be resumed.
    fn begin(&self, operation: Operation, ui: &Ui) -> Result<Resumable>;

    /// Stores in what is left of the array, by way of a journal.
    fn go_on(&self, job: &Resumable, ui: &Ui) -> Result<()>;
}

/// Values for elements of an array.
pub(super) struct Edit<'a> {
    /// The array, opened in the mode of the edit.
    pub(super) array: &'a Array,
    /// The elements to store in.
    pub(super) selected: &'a Selected,
    /// What to store there, in the dtype and byte order of the selection.
    pub(super) values: &'a dyn Values,
}

impl EditArgs {
    /// The options with which the array is opened: under `--dry-run` as under `--mode c`.
    ///
    /// # Errors
    /// Usage, where an output is named though the file itself is edited.
    pub(super) fn opening(&self, open: &OpenArgs) -> Result<OpenArgs> {
        let open = if self.dry_run { open.clone().with_mode(Mode::CopyOnWrite) } else { open.clone() };
        let copies = open.mode(super::args::Intent::Edit)? == Mode::CopyOnWrite;
        if !copies && self.output.is_asked_for() {
            return Err(Error::usage("-o and -f are for --mode c, which edits a copy")
                .hint("add --mode c, or leave -o out to edit the file in place"));
        }
        Ok(open)
    }

    /// Whether nothing but a summary was asked for.
    pub(super) fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    /// Stores, where the mode says.
    ///
    /// # Errors
    /// Usage before anything changes; io and the like midway.
    pub(super) fn run(&self, edit: &dyn Store, ui: &Ui) -> Result<()> {
        note_empty(edit, ui);
        if edit.array().mapping().mode() == Mode::ReadWrite {
            return self.in_place(edit, ui);
        }
        match self.output.destination() {
            Destination::Default if self.output.format.is_none() => summarise(edit, ui),
            Destination::File(path) if self.output.format()?.is_binary() && !NewFile::would_be_direct(&path) => {
                self.to_new_file(edit, &path, ui)
            }
            _ => self.to_stream(edit, ui),
        }
    }

    /// The same for a job that can be resumed, where it is done in place and a journal is kept.
    ///
    /// # Errors
    /// As [`EditArgs::run`] and [`Job::run`].
    pub(super) fn run_resumable(&self, edit: &dyn Resume, job: &Job<'_>, ui: &Ui) -> Result<()> {
        let mapping = edit.array().mapping();
        if mapping.mode() != Mode::ReadWrite {
            job.args.refuse("mode c leaves FILE as it is")?;
        }
        if mapping.mode() != Mode::ReadWrite || !job.args.keeps() {
            return self.run(edit, ui);
        }
        note_empty(edit, ui);
        let _lock = Lock::exclusive(mapping.file(), mapping.path())?;
        job.run(edit, ui)
    }

    fn in_place(&self, edit: &dyn Store, ui: &Ui) -> Result<()> {
        let mapping = edit.array().mapping();
        let _lock = Lock::exclusive(mapping.file(), mapping.path())?;
        refuse_unfinished(mapping)?;
        remove_leftovers(mapping.path());
        edit.check(ui)?;
        if edit.selected().view.size() == 0 {
            return Ok(());
        }
        signals::heed();
        finished(mapping, edit.store(edit.array(), &edit.selected().view, ui), self.write.sync())
    }

    /// The edited copy as a file, made in its own place.
    fn to_new_file(&self, edit: &dyn Store, path: &Path, ui: &Ui) -> Result<()> {
        let container = self.output.format()?.container();
        let spec = ArraySpec { offset: 0, ..edit.array().spec().clone() };
        // From here on there is something to be cleared away, also while the values are checked.
        signals::heed();
        let new = NewArray::begin(path, spec, container, self.output.describe()?, self.write.replace())?;
        let new = new.treated_like(edit.array().mapping());
        edit.check(ui)?;
        let copy = new.array()?;
        fill_copy(edit.array(), &copy)?;
        store_in(edit, &copy, ui)?;
        copy.mapping().finish_writing(Sync::No)?;
        signals::check()?;
        new.commit(self.write.sync())
    }

    /// The edited copy through a file without a name, as whatever output was asked for.
    fn to_stream(&self, edit: &dyn Store, ui: &Ui) -> Result<()> {
        edit.check(ui)?;
        let spec = edit.array().spec().clone();
        let copy = Array::spooled(&spec, "copy")?;
        fill_copy(edit.array(), &copy)?;
        store_in(edit, &copy, ui)?;
        let ArraySpec { dtype, shape, order, .. } = spec;
        let wanted = Wanted { dtype: dtype.clone(), overflow: Overflow::Error, shape, order, name: None };
        let outcome = Outcome { array: &copy, view: copy.view(), dtype, wanted };
        self.output.write(&outcome, &self.write, ui)
    }
}

/// Ends what was stored in place, however it went.
///
/// # Errors
/// What storing failed with; io.
pub(super) fn finished(mapping: &Mapping, stored: Result<()>, sync: Sync) -> Result<()> {
    stored.inspect_err(|error| {
        // What is stored deserves its time, and what is refused has stored nothing; what went wrong first is what is told.
        if error.kind() != ErrorKind::Busy {
            let _ = mapping.touch();
        }
    })?;
    mapping.finish_writing(sync)
}

fn note_empty(edit: &dyn Store, ui: &Ui) {
    if edit.selected().view.size() == 0 {
        let shape = tuple(&edit.selected().view.dims());
        ui.note(&format!("nothing is selected (shape {shape}): nothing is stored"));
    }
}

/// Copies the data of an array into one of the same spec that has it elsewhere.
pub(super) fn fill_copy(array: &Array, copy: &Array) -> Result<()> {
    let (from, to) = (array.spec(), copy.spec());
    let to = (copy.mapping().file(), to.offset);
    copy_range(array.mapping(), from.offset, from.nbytes(), to, &mut |_| signals::check()).at(copy.path())
}

/// Stores in a copy of the array with the data elsewhere.
fn store_in(edit: &dyn Store, copy: &Array, ui: &Ui) -> Result<()> {
    let view = edit.selected().view.rebased(edit.array().spec().offset, copy.spec().offset);
    edit.store(copy, &view, ui)
}

impl Store for Edit<'_> {
    fn array(&self) -> &Array {
        self.array
    }

    fn selected(&self) -> &Selected {
        self.selected
    }

    fn check(&self, ui: &Ui) -> Result<()> {
        let progress = ui.progress(self.selected.view.nbytes());
        check(&self.selected.view, self.values, ui.crew(&progress))
    }

    fn store(&self, target: &Array, view: &View, ui: &Ui) -> Result<()> {
        let progress = ui.progress(view.nbytes());
        store(target, view, self.values, ui.crew(&progress))
    }

    fn changes(&self, ui: &Ui) -> Result<Changes> {
        let progress = ui.progress(self.selected.view.nbytes());
        compare(self.array, &self.selected.view, self.values, ui.crew(&progress))
    }
}

/// Prints what would change.
fn summarise(edit: &dyn Store, ui: &Ui) -> Result<()> {
    let view = &edit.selected().view;
    let Changes { changed, first } = edit.changes(ui)?;
    let mut line = format!("{changed} of {} selected elements would change", view.size());
    if let Some(change) = first {
        let native = edit.selected().dtype.to_native();
        let convert = crate::cast::Conversion::between(&edit.selected().dtype, &native, Overflow::Error)?;
        let scalar = Scalar::of(&native);
        let text = |mut item: Vec<u8>| -> String {
            let mut text = Vec::new();
            convert.apply(&mut item, &mut Vec::new()).expect("the order of bytes never fails");
            scalar.print(&item, &mut text);
            String::from_utf8_lossy(&text).into_owned()
        };
        let place = tuple(&Shape::new(view.dims())?.position(change.rank));
        let place =
            if view.axes().is_empty() { String::new() } else { format!(", the first at {place} of the selection") };
        line.extend([&place, ": ", &text(change.old), " -> ", &text(change.new)]);
    }
    ui.data(format!("{line}\n").as_bytes())
}
