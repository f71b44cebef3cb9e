//! `rmm create`: a new array file, whole or not at all.

use std::path::{Path, PathBuf};

use clap::Args;

use super::args::{CastArgs, IoArgs, SpecArgs, WriteArgs};
use super::content::ContentArgs;
use super::expr::{ExprArgs, Own};
use super::failure::Exit;
use super::signals;
use super::source::{FromArgs, Reading, Source, TextSource};
use super::ui::Ui;
use super::words::{MODES, one_of};
use crate::array::{Array, Container, Describe, Growing, NewArray, Opening};
use crate::cast::Conversion;
use crate::dtype::{DType, Parsed};
use crate::error::{At, Error, Result};
use crate::escape::shell_path;
use crate::job::Crew;
use crate::job::computed::{Computed, Storing};
use crate::job::import::{Destination, Imported, Wanted};
use crate::job::store::store;
use crate::job::values::{Elements, Values};
use crate::mapping::{Cache, Mode, NewFile, Replace, Sync};
use crate::shape::Order;
use crate::source::text::{Header, Readings};
use crate::spec::{ArraySpec, Dims, Request};
use crate::view::View;

/// Make an array file: zeros, at once and at any size, or other content
///
/// Zeros take no time and no space: the file is sparse. A name that ends in .npy, or --npy, makes what numpy.save
/// writes. An existing file is refused without --force; whatever fails, it is untouched, and no half-written file
/// appears under its name.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rmm create big.npy --shape 1024,1024,131072          1 TiB of float64 zeros, at once
  rmm create ones.dat -s 100,3 -d f4 --value 1         raw float32
  rmm create n.npy -s 10 -d i8 --arange --start 5      5, 6, 7, ...
  rmm create x.npy -s 101 --linspace 0,1               evenly spaced
  rmm create r.npy -s 1000,3 --random normal --seed 1  random
  rmm create dice.npy -s 99 -d i1 --random integers:1,7
  rmm create copy.npy --from data.npy -d f4            another dtype
  rmm create t.npy --from table.csv --skip-rows 1      text: dtype and shape from all of it
  rmm create p.npy --from table.csv --header --columns lon,lat -d f4
  printf '1 2\\n3 4\\n' | rmm create l.npy --from -     from standard input, also compressed
  rmm create like.npy --like data.npy                  the same shape and dtype, zeros")]
pub(super) struct CreateArgs {
    /// The file to make
    file: PathBuf,
    #[command(flatten)]
    spec: SpecArgs,
    #[command(flatten)]
    content: ContentArgs,
    #[command(flatten)]
    expr: ExprArgs,
    #[command(flatten)]
    from: FromArgs,
    /// The first line of text that is not skipped names the columns
    #[arg(long, requires = "from", help_heading = "Content")]
    header: bool,
    /// Take shape, dtype and order from the array in OTHER
    #[arg(long, value_name = "OTHER", help_heading = "Content")]
    like: Option<PathBuf>,
    #[command(flatten)]
    cast: CastArgs,
    #[command(flatten)]
    make: MakeArgs,
}

/// How the file is made.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
struct MakeArgs {
    /// Write a .npy header whatever the name
    #[arg(long)]
    npy: bool,
    /// Also write FILE.rmm.json, which says what is in a raw file
    #[arg(long)]
    sidecar: bool,
    /// Reserve the blocks now, so that the disk cannot be full later
    #[arg(long)]
    preallocate: bool,
    /// w+ is the same as --force
    #[arg(short, long, value_name = "M", value_parser = one_of::<Mode>(MODES), hide_possible_values = true)]
    mode: Option<Mode>,
    #[command(flatten)]
    write: WriteArgs,
    #[command(flatten)]
    io: IoArgs,
}

pub(super) fn run(args: &CreateArgs, ui: &Ui) -> anyhow::Result<Exit> {
    let replace = args.make.replace()?;
    let like = args.like.as_deref().map(like).transpose()?.unwrap_or_default();
    let said = args.spec.request()?.or(like);
    let contents = [args.from.from.is_some(), args.content.is_given(), args.expr.is_given()];
    if contents.iter().filter(|given| **given).count() > 1 {
        return Err(Error::usage("there is one content: name one of --from, --expr and the generators").into());
    }
    let same = Request { offset: None, ..said.clone() };
    let header = if args.header { Header::Names } else { Header::Absent };
    // What is told needs no second look.
    let readings = if said.dtype.is_some() { Readings::Once } else { Readings::Again };
    let io = args.make.io.io();
    let reading = Reading { header, readings, io, cache: Cache::default() };
    if args.from.from.is_some() {
        // Before standard input is waited for.
        args.refuse(said.offset, replace)?;
    }
    let opened = args.from.open(&same, None, reading, ui);
    let source = match opened.map_err(|error| error.naming_file(&shell_path(&args.file)))? {
        Some(Source::Text(text)) => {
            args.make_from_text(&text, &said, replace, ui)?;
            return Ok(Exit::Done);
        }
        Some(Source::Array(array)) => Some(array),
        None => None,
    };
    let request = source.as_ref().map_or(said.clone(), |source| said.clone().or(of_source(source)));
    let spec = request.resolve_new().at(&args.file)?;
    let ranks = View::of_array(&spec.shape, 1, Order::C, 0);
    let expression = args.expr.expression(io, Own::Nothing, ui)?;
    let content = match (&source, &expression) {
        (_, Some(expression)) => {
            let computed = expression.for_new(&spec, ranks, args.cast, ui).at(&args.file)?;
            Some(Content::Computed(Box::new(computed)))
        }
        (Some(source), _) => Some(Content::Elements(elements(source, &spec, args.cast, ui)?, source)),
        _ => args.content.values(&spec.dtype, ranks, args.cast, ui).at(&args.file)?.map(Content::Values),
    };
    args.make_array(spec, replace, content.as_ref(), ui)?;
    Ok(Exit::Done)
}

/// What the elements of a new array are.
enum Content<'a> {
    Values(Box<dyn Values + 'a>),
    /// Those of a file.
    Elements(Elements<'a>, &'a Array),
    Computed(Box<Computed<'a>>),
}

impl Content<'_> {
    fn store(&self, array: &Array, crew: Crew<'_>) -> Result<()> {
        match self {
            Self::Values(values) => store(array, &array.view(), values.as_ref(), crew),
            Self::Elements(elements, source) => {
                store(array, &array.view(), elements, crew)?;
                source.mapping().check_unchanged()
            }
            Self::Computed(computed) => {
                let stored = computed.store(array, &array.view(), Storing::default(), crew);
                stored.map_err(|stopped| stopped.error)
            }
        }
    }
}

impl MakeArgs {
    fn replace(&self) -> Result<Replace> {
        match self.mode {
            Some(mode) if mode != Mode::Create => {
                Err(Error::usage(format!("create makes a new file: mode {mode} is not for it"))
                    .hint("leave --mode out"))
            }
            Some(_) => Ok(Replace::Force),
            None => Ok(self.write.replace()),
        }
    }
}

impl CreateArgs {
    fn is_npy(&self) -> bool {
        self.make.npy || self.file.extension().is_some_and(|ending| ending == "npy")
    }

    /// What the file holds besides elements that begin at this byte, which must be a name for a regular file.
    fn container(&self, offset: u64) -> Result<Container> {
        let container = if self.is_npy() { Container::Npy } else { Container::Raw };
        if container == Container::Npy && offset > 0 {
            let error = Error::usage("a .npy file has its data behind its own header").at(&self.file);
            return Err(error.hint("leave --offset out"));
        }
        if self.file == Path::new("-") || NewFile::would_be_direct(&self.file) {
            return Err(Error::usage("is not a regular file").at(&self.file));
        }
        Ok(container)
    }

    /// Refuses what no content could make good: a name that is taken, a folder that is missing.
    fn refuse(&self, offset: Option<u64>, replace: Replace) -> Result<()> {
        self.container(offset.unwrap_or_default())?;
        NewArray::refuse(&self.file, replace)
    }

    fn describe(&self) -> Describe {
        if self.make.sidecar { Describe::Always } else { Describe::WhereNeeded }
    }

    /// The elements of a text, stored in the file as they are read; only where that is not their order or not all that
    /// is in the file, they are stored elsewhere first.
    fn make_from_text(&self, text: &TextSource, said: &Request, replace: Replace, ui: &Ui) -> Result<()> {
        let container = self.container(said.offset.unwrap_or_default())?;
        let telling = self.cast.telling();
        let wanted = match &said.dtype {
            Some(parsed) => Wanted::Told(&parsed.dtype, telling),
            None => Wanted::Guessed,
        };
        // From here on there is something to be cleared away.
        signals::heed();
        if said.order == Some(Order::F) {
            let source = text.spooled(wanted, ui)?;
            return self.make_from_array(&source, said, replace, ui);
        }
        let growing = Growing::begin(&self.file, container, said.clone(), replace)?.with_io(self.make.io.io());
        let offset = |dtype: &DType, row: &[u64]| growing.data_offset(dtype, row);
        let unwritten = |error| Error::io("cannot write", error).at(&self.file);
        let into = Destination { file: growing.file(), unwritten: &unwritten, offset: &offset };
        let Imported { dtype, shape, offset } = text.import(wanted, &into, ui)?;
        let rows = ArraySpec { dtype, shape, order: Order::C, offset: said.offset.unwrap_or_default() };
        let shape = match &said.shape {
            Some(dims) => dims.of_size(rows.shape.size()).ok(),
            None => Some(rows.shape.clone()),
        };
        let grown = match shape {
            Some(shape) => growing.finish(&ArraySpec { shape, ..rows.clone() }, self.describe(), offset)?,
            None => Err(growing),
        };
        match grown {
            Ok(new) => {
                if self.make.preallocate {
                    new.reserve()?;
                }
                signals::check()?;
                new.commit(self.make.write.sync())
            }
            Err(growing) => {
                let source = growing.set_aside(&rows, offset, text.name(), &mut |_| signals::check())?;
                self.make_from_array(&source, said, replace, ui)
            }
        }
    }

    /// Rows that were stored elsewhere: as many as the shape asks for, in its order, or broadcast to it.
    fn make_from_array(&self, source: &Array, said: &Request, replace: Replace, ui: &Ui) -> Result<()> {
        let size = source.spec().shape.size();
        let spec = match &said.shape {
            Some(dims) => match (dims.of_size(size), dims.fixed()) {
                (Ok(shape), _) | (Err(_), Some(Ok(shape))) => {
                    let shape = Some(Dims::from(&shape));
                    Request { shape, ..said.clone() }.or(of_source(source)).resolve_new()
                }
                (Err(error), _) => Err(error),
            },
            None => said.clone().or(of_source(source)).resolve_new(),
        }
        .at(&self.file)?;
        // Elements of as many as there are keep their C order.
        let shape = if spec.shape.size() == size { &spec.shape } else { &source.spec().shape };
        let rows = View::of_array(shape, source.dtype().itemsize(), Order::C, source.spec().offset);
        let view = rows.broadcast(spec.shape.dims()).map_err(|error| error.at(source.path()))?;
        let convert = Conversion::between(source.dtype(), &spec.dtype, self.cast.overflow)?;
        let content = Content::Elements(Elements { bytes: source, view, convert }, source);
        self.make_array(spec, replace, Some(&content), ui)
    }

    fn make_array(&self, spec: ArraySpec, replace: Replace, content: Option<&Content<'_>>, ui: &Ui) -> Result<()> {
        let container = self.container(spec.offset)?;
        signals::heed();
        let new = NewArray::begin(&self.file, spec, container, self.describe(), replace)?.with_io(self.make.io.io());
        let array = new.array()?;
        if self.make.preallocate {
            new.reserve()?;
        }
        if let Some(content) = content {
            let progress = ui.progress(array.spec().nbytes());
            content.store(&array, ui.crew(&progress)).at(&self.file)?;
            array.mapping().finish_writing(Sync::No)?;
        }
        signals::check()?;
        new.commit(self.make.write.sync())
    }
}

/// What another array is: everything but where its data lies.
fn like(path: &Path) -> Result<Request> {
    let other = Array::open(path, &Opening::default())?;
    Ok(Request { offset: None, ..Request::from(other.spec()) })
}

/// The dtype and shape of a source, where nothing else is said.
fn of_source(source: &Array) -> Request {
    Request {
        dtype: Some(Parsed { dtype: source.dtype().clone(), shape: Vec::new() }),
        shape: Some(Dims::from(&source.spec().shape)),
        ..Request::default()
    }
}

/// The elements of a source, broadcast and converted: that was asked for, so any conversion is allowed, unless a rule is
/// named.
fn elements<'a>(source: &'a Array, spec: &ArraySpec, cast: CastArgs, ui: &Ui) -> Result<Elements<'a>> {
    cast.casting_asked().check(source.dtype(), &spec.dtype).at(source.path())?;
    cast.note_what_is_dropped(source.dtype(), &spec.dtype, ui);
    let view = source.view().broadcast(spec.shape.dims()).map_err(|error| error.at(source.path()))?;
    let convert = Conversion::between(source.dtype(), &spec.dtype, cast.overflow)?;
    Ok(Elements { bytes: source, view, convert })
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;
    use crate::error::ErrorKind;
    use crate::job::Silent;

    #[test]
    fn a_source_that_changes_while_it_is_read_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.dat");
        std::fs::write(&path, [0; 24]).expect("room");
        let source = Array::open(&path, &Opening::default()).expect("an array");
        let target = Array::spooled(source.spec(), "target").expect("room");
        let convert = Conversion::between(source.dtype(), source.dtype(), crate::cast::Overflow::Error);
        let elements = Elements { bytes: &source, view: source.view(), convert: convert.expect("itself") };
        let content = Content::Elements(elements, &source);
        let crew = Crew { threads: 1, progress: &Silent };
        content.store(&target, crew).expect("unchanged");
        File::options().append(true).open(&path).and_then(|file| file.set_len(25)).expect("grown");
        let error = content.store(&target, crew).expect_err("changed");
        assert_eq!((error.kind(), error.path()), (ErrorKind::Io, Some(&*path)));
    }
}
