//! `rmm map-chunks`: an array computed chunk by chunk, in place, to a file or to stdout.

use std::path::{Path, PathBuf};

use clap::Args;

use super::args::{CastArgs, Destination, Form, Intent, OpenArgs};
use super::edit::EditArgs;
use super::elsewhere;
use super::exec::ExecArgs;
use super::expr::{ComputedEdit, ExprArgs, Own, Place, Streamed, Validation};
use super::failure::Exit;
use super::incoming::{Extent, Flow, extent, set_down};
use super::input::is_stream;
use super::journal::{Job, JournalArgs, warn_of_unfinished};
use super::reduce::{Elements, ReduceArgs, Results};
use super::select::{Described, SelectArgs, Selected};
use super::ui::Ui;
use crate::array::{Array, Came, Incoming};
use crate::cast::{Conversion, Overflow};
use crate::error::{At, Error, Result};
use crate::index::Index;
use crate::job::computed::Storing;
use crate::job::reduce::Reduced;
use crate::job::values;
use crate::journal::Checksum;
use crate::mapping::NewFile;
use crate::plan::Once;
use crate::reduce::Op;
use crate::source::Tape;

/// Compute an array chunk by chunk, in place, to a file or to stdout
///
/// --expr computes an expression in NumPy's words, with its dtypes and results, over as many threads as there are. In
/// place, a value that does not fit keeps its whole chunk from being stored, and ends the job: with exit code 2 if it
/// is in the first chunk, and nothing has changed; with 7, and the chunks that are stored named, if it is found later.
/// --check finds it before anything is stored.
///
/// --reduce makes one element of all, or of those along each --axis, with NumPy's dtypes and rules. Sums are the same
/// bits for any number of threads; float32 is added in float64; integers are exact, and one that does not fit is an error.
///
/// With --exec, chunks are slabs along the slowest axis. Each is piped through a command, several at once, which must
/// give back as many elements and exit with status 0 before anything of the chunk is stored. It finds in its
/// environment RMM_CHUNK (a number from 0), RMM_AXIS, RMM_START and RMM_STOP (the positions along the axis that is
/// cut), RMM_SHAPE and RMM_DTYPE (as --shape and --dtype accept them). In place, a list of positions is computed in
/// rising order, each once.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rmm map-chunks data.npy --expr 'sqrt(x)*2 + 1'   the results, as rmm slice prints them
  rmm map-chunks data.npy --expr 'where(x > 3, x, -i)' -o out.npy --force
                                                   to a new file, in the dtype of the result
  rmm map-chunks data.npy --expr 'x + y' --with y=data.npy -f csv
                                                   with another array
  rmm map-chunks data.npy --reduce sum             one number
  rmm map-chunks data.npy --reduce mean --axis 0   the mean of each column
  rmm map-chunks data.npy --expr 'isnan(x)' --reduce any
                                                   of what an expression computes
  rmm map-chunks data.npy --exec 'cat'             as rmm slice prints it
  rmm map-chunks data.npy 0:2 --exec 'cat' -o out.npy --force
                                                   two rows, to a new file
  rmm map-chunks raw.dat -d f4 -s 4,8 --chunk 1 --exec 'cat' -f csv
                                                   a child for each row
  rmm map-chunks data.npy --exec 'cat' -i          in place
  rmm map-chunks data.npy --exec 'head -c $((8 * RMM_STOP - 8 * RMM_START))' :,0 --timeout 30s
                                                   the environment says what a chunk is")]
pub(super) struct MapChunksArgs {
    /// The array; - is standard input, unless it is changed in place
    file: PathBuf,
    /// The elements, as in NumPy's subscript [default: all]
    index: Option<Index>,
    #[command(flatten)]
    expr: ExprArgs,
    #[command(flatten)]
    exec: ExecArgs,
    #[command(flatten)]
    reduce: ReduceArgs,
    #[command(flatten)]
    place: PlaceArgs,
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

/// Where results go, and whether they do.
#[derive(Debug, Args)]
#[command(next_help_heading = "Computation")]
struct PlaceArgs {
    /// Store the results where the elements came from
    #[arg(short, long, conflicts_with = "discard_journal")]
    in_place: bool,
    /// Run every child or compute every result, and check that it fits, but store and write nothing
    #[arg(long, conflicts_with_all = ["resume", "receipt", "discard_journal"])]
    check: bool,
}

pub(super) fn run(args: &MapChunksArgs, ui: &Ui) -> anyhow::Result<Exit> {
    if args.journal.discards() {
        JournalArgs::discard(args.edit.output.output.as_deref().unwrap_or(&args.file), &args.open, ui)?;
    } else if args.place.in_place {
        args.in_place(ui)?;
    } else {
        args.elsewhere(ui)?;
    }
    Ok(Exit::Done)
}

impl MapChunksArgs {
    /// The array that the command is about.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    fn in_place(&self, ui: &Ui) -> Result<()> {
        let array = self.edit.opening(&self.open)?.open(&self.file, Intent::Edit, ui)?;
        if self.place.check {
            // It is opened as if it were stored in, which is refused; to look at it is not.
            warn_of_unfinished(array.path(), ui);
        }
        let asked = self.select.select(self.index.as_ref(), &array)?;
        let once = Once::of(&asked.view);
        let selected = Selected { view: once.view(&asked.view), dtype: asked.dtype.clone() };
        if let Some(expression) = self.expr.expression(self.open.io(), Own::File(&array), ui)? {
            let place = self.place_of(&array, &asked)?;
            let (validation, storing) = (Validation::AsStored, Storing { chunk: self.exec.chunk() });
            let form = Form { astype: self.exec.astype()?, cast: self.cast };
            let job = self.job(expression.checksum(&place, form.astype.as_ref(), storing)?);
            let computed = expression.in_place(place, &once, &form, ui)?;
            let edit = ComputedEdit { array: &array, selected: &selected, computed: &computed, validation, storing };
            return if self.place.check { edit.validate(ui) } else { self.edit.run_resumable(&edit, &job, ui) };
        }
        let computation = self.exec.computation(&array, &selected)?.into_array_type(self.cast)?;
        let job = self.job(computation.checksum());
        if self.place.check { computation.check(ui) } else { self.edit.run_resumable(&computation, &job, ui) }
    }

    fn job(&self, operation: Checksum) -> Job<'_> {
        Job { args: &self.journal, operation, sync: self.edit.write.sync() }
    }

    fn elsewhere(&self, ui: &Ui) -> Result<()> {
        let made = self.made()?;
        if self.edit.is_dry_run() {
            return Err(Error::usage("--dry-run says what would change in place").hint("add -i, or use --check"));
        }
        if !self.place.check {
            self.edit.output.refuse_early(&self.file, &self.edit.write)?;
        }
        let array = match self.open.open_or_incoming(&self.file, ui)? {
            Came::Array(array) => array,
            Came::Incoming(incoming) => match self.flow(incoming, ui)? {
                Some(array) => array,
                None => return Ok(()),
            },
        };
        let selected = self.select.select(self.index.as_ref(), &array)?;
        if let Some(op) = self.reduce.op() {
            let results = self.reduced(op, &array, &selected, ui)?;
            return if self.place.check { Ok(()) } else { results.write(&self.edit.output, &self.edit.write, ui) };
        }
        if let Some(expression) = self.expr.expression(self.open.io(), Own::File(&array), ui)? {
            let astype = self.exec.astype()?;
            let place = self.place_of(&array, &selected)?;
            let operation = expression.checksum(&place, astype.as_ref(), Storing::default())?;
            let results = expression.elsewhere(place, astype, self.cast, ui)?;
            return match made {
                _ if self.place.check => results.check(ui),
                Some(out) => elsewhere::make(&results, &out, &self.edit, self.job(operation), ui),
                _ => elsewhere::write(&results, &self.edit.output, &self.edit.write, ui),
            };
        }
        let computation = self.exec.computation(&array, &selected)?;
        match made {
            _ if self.place.check => computation.check(ui),
            Some(out) => elsewhere::make(&computation, &out, &self.edit, self.job(computation.checksum()), ui),
            _ => elsewhere::write(&computation, &self.edit.output, &self.edit.write, ui),
        }
    }

    /// Writes what an expression makes of an array that comes, as it comes; the array, where it has to be there first.
    fn flow(&self, incoming: Incoming, ui: &Ui) -> Result<Option<Array>> {
        let described = Described { spec: incoming.spec(), path: incoming.name() };
        let reach = self.select.reach(self.index.as_ref(), described)?;
        let selected = self.select.select(self.index.as_ref(), described)?;
        let extent = extent(&incoming, reach, &selected.view);
        let expression = self.expr.expression(self.open.io(), Own::Stream, ui)?;
        let (Some(extent), Some(expression)) = (extent, expression) else { return set_down(incoming, ui) };
        let is_elsewhere = self.reduce.op().is_none() && !self.place.check;
        let is_alone = extent == Extent::Known || !expression.names_others();
        if !is_elsewhere || !is_alone || !self.edit.output.takes(extent)? {
            return set_down(incoming, ui);
        }
        let (ranks, dims) = (self.select.ranks(self.index.as_ref(), described)?, self.select.counted_dims(described)?);
        let tape = Tape::default();
        let place = Streamed { tape: &tape, selected: &selected, ranks, dims };
        let (computed, dtype) = expression.over_stream(place, self.exec.astype()?, self.cast, ui)?;
        let (view, shape) = (selected.view.clone(), selected.view.shape()?);
        let fits = |found: Described<'_>| self.select.select(self.index.as_ref(), found).map(|_| ());
        let flow =
            Flow { incoming, tape: &tape, values: &computed, view, dtype, shape, name: None, extent, fits: &fits };
        flow.write(&self.edit.output, &self.edit.write, ui)?;
        expression.check_others().map(|()| None)
    }

    /// The file that is made by a job that can be resumed, where that is asked for.
    ///
    /// # Errors
    /// Usage, where it cannot be: text has no place that is known before what stands in front of it.
    fn made(&self) -> Result<Option<PathBuf>> {
        if !self.journal.is_asked_for() {
            return Ok(None);
        }
        match self.edit.output.destination() {
            Destination::File(out)
                if !self.place.check
                    && self.reduce.op().is_none()
                    && self.edit.output.format()?.is_binary()
                    && !is_stream(&self.file)
                    && !NewFile::would_be_direct(&out) =>
            {
                Ok(Some(out))
            }
            _ => self
                .journal
                .refuse("only results of files, stored in place or in npy and raw files, can be resumed")
                .map(|()| None),
        }
    }

    /// The elements, or what the expression makes of them, reduced.
    fn reduced(&self, op: Op, array: &Array, selected: &Selected, ui: &Ui) -> Result<Results> {
        if !self.edit.output.format()?.is_text() {
            self.edit.output.refuse_terminal(self.edit.output.format()?)?;
        }
        let form = Form { astype: self.exec.astype()?, cast: self.cast };
        if let Some(expression) = self.expr.expression(self.open.io(), Own::File(array), ui)? {
            return expression.reduced(&self.place_of(array, selected)?, (&self.reduce, op), &form, ui);
        }
        let dims = selected.view.dims();
        let along = self.reduce.along(op, &selected.dtype, &dims).at(array.path())?;
        let groups = along.groups(&selected.view);
        let mut views = [selected.view.transposed(&groups.order())];
        let axes = groups.joined(&mut views);
        let [view] = views;
        let convert = Conversion::between(&selected.dtype, &along.items(), Overflow::Error)?;
        let values = values::Elements { bytes: array, view: view.clone(), convert };
        let reduced = Reduced { values: &values, view: &view, axes };
        let results = along.results(&Elements { reduced, groups: &groups, dims: &dims }, &form, ui)?;
        array.mapping().check_unchanged()?;
        Ok(results)
    }

    /// Where an expression is computed.
    fn place_of<'a>(&self, array: &'a Array, selected: &'a Selected) -> Result<Place<'a>> {
        let ranks = self.select.ranks(self.index.as_ref(), array)?;
        Ok(Place { array, selected, ranks, dims: self.select.counted_dims(array)? })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::Parser;

    use super::super::Cli;
    use super::super::ui::Ui;
    use crate::error::{Error, ErrorKind};

    /// Runs a command on `array`, a file of the bytes 0 to 5 as 3 rows of 2 in a folder of its own.
    fn rmm(folder: &Path, words: &[&str]) -> Result<Vec<u8>, Error> {
        let file = folder.join("array");
        std::fs::write(&file, [0, 1, 2, 3, 4, 5]).expect("a file");
        let file = file.display().to_string();
        let given = ["rmm", "-q", "map-chunks", &file, "-d", "u1", "-s", "3,2"];
        let out = folder.join("out").display().to_string();
        let words = words.iter().map(|&word| if word == "OUT" { &out } else { word });
        let cli = Cli::try_parse_from(given.into_iter().chain(words)).expect("as it is typed");
        let ui = Ui::new(&cli.globals);
        cli.command.run(&ui).map_err(|error| error.downcast().expect("an error of ours"))?;
        Ok(std::fs::read(folder.join("array")).expect("it is there"))
    }

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a temporary folder")
    }

    fn refused(words: &[&str]) -> String {
        let folder = folder();
        let error = rmm(folder.path(), words).expect_err(&words.join(" "));
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
        assert_eq!(std::fs::read(folder.path().join("array")).expect("it is there"), [0, 1, 2, 3, 4, 5]);
        assert_eq!(folder.path().read_dir().expect("a folder").count(), 1, "{words:?} left something behind");
        error.message().to_owned()
    }

    const ONES: &str = r"tr '\000-\377' '\001'";

    #[test]
    fn computes_in_place() {
        let folder = folder();
        assert_eq!(rmm(folder.path(), &["1", "-i", "--exec", ONES]).expect("in place"), [0, 1, 1, 1, 4, 5]);
        assert_eq!(rmm(folder.path(), &["-i", "--exec", ONES, "--check"]).expect("checked"), [0, 1, 2, 3, 4, 5]);
        let saturate = ["-i", "--exec", "cat; cat /dev/null; printf '      '", "--astype", "u2", "--casting", "unsafe"];
        let saturate = [&saturate[..], &["--overflow", "saturate", "--sync", "--no-journal"]].concat();
        assert_eq!(rmm(folder.path(), &saturate).expect("saturated"), [255, 255, 255, 255, 255, 255]);
    }

    #[test]
    fn results_in_place_are_first_converted_to_what_is_asked_for() {
        for (words, expected) in [
            (&["x*1.5", "--astype", "u1"][..], [0, 1, 3, 4, 6, 7]),
            (&["x*1.5", "--astype", ">u2"], [0, 1, 3, 4, 6, 7]),
            (&["x-1", "--astype", "?"], [1, 0, 1, 1, 1, 1]),
            (&["x*60.0", "--astype", "u1", "--overflow", "saturate"], [0, 60, 120, 180, 240, 255]),
            (&["x*60.0", "--astype", "i2", "--casting", "unsafe", "--overflow", "wrap"], [0, 60, 120, 180, 240, 44]),
            (
                &["x*60.0", "--astype", "i1", "--casting", "unsafe", "--overflow", "saturate"],
                [0, 60, 120, 127, 127, 127],
            ),
        ] {
            let words = [&["-i", "--expr"], words].concat();
            assert_eq!(rmm(folder().path(), &words).expect("in place"), expected, "{words:?}");
        }
        assert_eq!(
            refused(&["-i", "--expr", "x*60.0", "--astype", "u1", "--check"]),
            "at index (2, 1): 300.0 does not fit uint8"
        );
        for (words, rule) in [
            (&["x", "--astype", "f4"][..], "float32 to uint8 according to the rule 'same_kind'"),
            (
                &["x*1.5", "--astype", "u1", "--casting", "same_kind"],
                "float64 to uint8 according to the rule 'same_kind'",
            ),
        ] {
            let message = refused(&[&["-i", "--expr"], words].concat());
            assert_eq!(message, format!("cannot cast from {rule}"));
        }
    }

    #[test]
    fn computes_to_a_file_that_is_whole_or_absent() {
        let folder = folder();
        let out = folder.path().join("out");
        for (words, expected) in [
            (&["0", "--exec", ONES, "-o", "OUT"][..], &b"\x01\x01"[..]),
            (&["0", "--exec", ONES, "-o", "OUT", "-f", "csv", "--force"], b"1\n1\n"),
            (&["-i", "0", "--exec", ONES, "--mode", "c", "-o", "OUT", "--force"], b"\x01\x01\x02\x03\x04\x05"),
            (&["0:0", "--exec", ONES, "-o", "OUT", "--force"], b""),
        ] {
            assert_eq!(rmm(folder.path(), words).expect("computed"), [0, 1, 2, 3, 4, 5]);
            assert_eq!(std::fs::read(&out).expect("it is there"), expected, "{words:?}");
        }
        let error = rmm(folder.path(), &["--exec", "exit 1", "-o", "OUT", "--force"]).expect_err("status 1");
        assert_eq!(error.kind(), ErrorKind::Child);
        assert_eq!(std::fs::read(&out).expect("the one before"), b"");
    }

    #[test]
    fn what_is_wrong_is_known_before_anything_runs() {
        let ran = folder();
        let touch = format!("touch {}; cat", ran.path().join("ran").display());
        for (words, message) in [
            (&["-i", "--astype", "f4"][..], "cannot cast from float32 to uint8 according to the rule 'same_kind'"),
            (&["--astype", "S0"], "--astype |S0 has itemsize 0"),
            (&["-i", "-o", "OUT"], "-o and -f are for --mode c, which edits a copy"),
            (&["-i", "--mode", "r"], "mode r does not allow to change the file"),
            (&["--dry-run"], "--dry-run says what would change in place"),
            (&["-f", "json", "--header"], "--header is for tsv, csv and text, not for json"),
        ] {
            assert_eq!(refused(&[words, &["--exec", &touch]].concat()), message);
        }
        assert_eq!(refused(&["-i"]), "what is to be computed? --expr E, --reduce OP or --exec CMD is missing");
        assert!(!ran.path().join("ran").exists());
    }
}
