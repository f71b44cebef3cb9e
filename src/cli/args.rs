//! Options that several subcommands share, and the types that their words become.

use std::path::{Path, PathBuf};

use clap::Args;

use super::complete::dtypes;
use super::input::Opened;
use super::ui::Ui;
use super::words::{CACHES, CASTINGS, IOS, MODES, ORDERS, OVERFLOWS, one_of};
use crate::array::{Array, Came, HeaderUse, Incoming, Opening, Origin};
use crate::cast::{Casting, Overflow};
use crate::dtype::{Class, DType, Parsed};
use crate::error::{Error, Result};
use crate::escape::path_text;
use crate::format::Follow;
use crate::mapping::{Cache, Holder, Io, Mapping, Mode, Replace, Sync};
use crate::scalar::{Fraction, Telling};
use crate::shape::Order;
use crate::spec::{ByteSize, Dims, Request, Trailing};

/// What is known of an array: the options that name it.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "The array")]
pub(super) struct SpecArgs {
    /// Element type, in NumPy's words: f8, <f4, >i2, float64, bool, S10, U8, M8[ns], bfloat16, 'x:f4,y:f4,n:i2'
    #[arg(short, long, value_name = "T", add = dtypes())]
    dtype: Option<Parsed>,
    /// Lengths of the axes: 1000000,500; one may be -1; () is 0-d
    #[arg(short, long, value_name = "DIMS")]
    shape: Option<Dims>,
    /// Memory layout: C (last axis contiguous) or F (first) [default: C]
    #[arg(long, value_name = "C|F", value_parser = one_of::<Order>(ORDERS), hide_possible_values = true)]
    order: Option<Order>,
    /// Where the data starts, in bytes: 4096, 4KiB, 0x80
    #[arg(long, value_name = "BYTES")]
    offset: Option<ByteSize>,
    /// All of these in one word: dtype:shape[:order][@offset], as in '>f4:1000,-1:F@512'
    #[arg(long, value_name = "SPEC")]
    spec: Option<Request>,
}

impl SpecArgs {
    /// What the flags and the SPEC say together.
    pub(super) fn request(&self) -> Result<Request> {
        let flags = Request {
            dtype: self.dtype.clone(),
            shape: self.shape.clone(),
            order: self.order,
            offset: self.offset.map(|offset| offset.0),
        };
        flags.with(self.spec.clone().unwrap_or_default())
    }
}

/// How an existing file is opened.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "The array")]
pub(super) struct OpenArgs {
    #[command(flatten)]
    spec: SpecArgs,
    /// r, r+, w+ or c, as in numpy.memmap (or readonly, readwrite, write, copyonwrite)
    #[arg(short, long, value_name = "M", value_parser = one_of::<Mode>(MODES), hide_possible_values = true)]
    mode: Option<Mode>,
    /// The file may be longer than the array; a pipe is read no further than it must be
    #[arg(long)]
    allow_trailing: bool,
    /// Read as raw bytes even though the file has a header
    #[arg(long)]
    raw: bool,
    /// Read the data file that a header names even where it lies outside the folder of the header
    #[arg(long, conflicts_with = "raw")]
    follow: bool,
    /// Pages of the file that have been dealt with: keep them in memory as the system does, or drop them, so that
    /// nothing else leaves it [default: keep]
    #[arg(long, value_name = "keep|drop", value_parser = one_of::<Cache>(CACHES), hide_possible_values = true)]
    cache: Option<Cache>,
    #[command(flatten)]
    io: IoArgs,
}

/// How the bytes of files travel.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "The array")]
pub(super) struct IoArgs {
    /// How bytes are read and stored: mmap (mapped into memory), pread (by pread and pwrite alone), or auto, which maps
    /// where mapping is fast and safe: not on NFS, SMB, Lustre, GPFS, FUSE, 9P and the like
    #[arg(long, value_name = "HOW", value_parser = one_of::<Io>(IOS), hide_possible_values = true)]
    io: Option<Io>,
}

impl IoArgs {
    /// The way that was asked for, or the one that suits the file system.
    pub(super) fn io(&self) -> Io {
        self.io.unwrap_or_default()
    }
}

/// What a command does with the file it opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Intent {
    /// It reads, in every mode that it accepts.
    Read,
    /// It edits in place, or a copy under mode c.
    Edit,
}

impl OpenArgs {
    /// The same with another mode.
    #[must_use]
    pub(super) fn with_mode(self, mode: Mode) -> Self {
        Self { mode: Some(mode), ..self }
    }

    /// What was said of the array.
    pub(super) fn request(&self) -> Result<Request> {
        self.spec.request()
    }

    /// How the bytes of all files of the command travel.
    pub(super) fn io(&self) -> Io {
        self.io.io()
    }

    /// What becomes of the pages of all files of the command.
    pub(super) fn cache(&self) -> Cache {
        self.cache.unwrap_or_default()
    }

    /// Whether anything was said of dtype or shape.
    pub(super) fn says_what_it_is(&self) -> Result<bool> {
        let request = self.request()?;
        Ok(request.dtype.is_some() || request.shape.is_some())
    }

    /// The mode that was asked for, or the one that the command has by itself.
    ///
    /// # Errors
    /// Usage, where the command and the mode exclude each other.
    pub(super) fn mode(&self, intent: Intent) -> Result<Mode> {
        match (intent, self.mode) {
            (_, Some(Mode::Create)) => Err(Error::usage("mode w+ makes a new file and belongs to create")
                .hint("rmm create FILE --shape DIMS --force")),
            (Intent::Edit, Some(Mode::Read)) => Err(Error::usage("mode r does not allow to change the file")
                .hint("leave --mode out (r+), or use --mode c to edit a copy: --mode c -o OUT")),
            (Intent::Edit, None) => Ok(Mode::ReadWrite),
            // Whatever the mode, reading stores nothing.
            (Intent::Read, Some(Mode::ReadWrite) | None) => Ok(Mode::Read),
            (_, Some(mode)) => Ok(mode),
        }
    }

    /// How the file is to be opened.
    pub(super) fn opening(&self, intent: Intent) -> Result<Opening> {
        Ok(Opening {
            request: self.request()?,
            mode: self.mode(intent)?,
            trailing: if self.allow_trailing { Trailing::Allow } else { Trailing::Refuse },
            header: if self.raw { HeaderUse::Ignore } else { HeaderUse::Recognise },
            io: self.io(),
            follow: if self.follow { Follow::Anywhere } else { Follow::Inside },
            cache: self.cache(),
        })
    }

    /// Opens a file by its path, or the standard input where the command takes it.
    pub(super) fn open(&self, path: &Path, intent: Intent, ui: &Ui) -> Result<Array> {
        let opening = self.opening(intent)?;
        let array = match (super::input::is_stream(path), intent) {
            (true, Intent::Read) => Array::over(super::input::open(path)?, &opening)?,
            (true, Intent::Edit) => {
                return Err(Error::usage("standard input cannot be edited in place").at(path));
            }
            (false, _) => Array::open(path, &opening)?,
        };
        Ok(told_of(array, path, ui))
    }

    /// Opens a file by its path, to be read; what comes through a pipe is left there.
    ///
    /// # Errors
    /// As [`OpenArgs::open`].
    pub(super) fn open_or_incoming(&self, path: &Path, ui: &Ui) -> Result<Came> {
        if !super::input::is_stream(path) {
            return self.open(path, Intent::Read, ui).map(Came::Array);
        }
        let opening = self.opening(Intent::Read)?;
        match super::input::open_stream(path)? {
            Opened::File(mapping) => {
                let array = Array::over(mapping, &opening)?;
                Ok(Came::Array(told_of(array, path, ui)))
            }
            Opened::Stream(file, name) => {
                let came = Incoming::of(file, name, opening)?;
                advise_of_default(came.origin(), ui);
                Ok(match came {
                    Came::Array(array) => Came::Array(array.shared_by(ui.threads())),
                    Came::Incoming(_) => came,
                })
            }
        }
    }
}

/// Says what there is to say of an array that has been opened.
fn told_of(array: Array, path: &Path, ui: &Ui) -> Array {
    advise_of_default(array.origin(), ui);
    let told = warn_of_writer(array.mapping(), ui);
    // Who stores is refused.
    if !array.mapping().mode().stores() && told == Told::No {
        super::journal::warn_of_unfinished(array.header_path().map_or(path, |_| array.path()), ui);
    }
    array.shared_by(ui.threads())
}

/// Says on a terminal where the dtype of an array came from nowhere.
pub(super) fn advise_of_default(origin: Origin, ui: &Ui) {
    if origin == Origin::Default {
        ui.advise("nothing says what is in the file: read as float64; --dtype says otherwise");
    }
}

/// Whether something has been said of those who store in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Yes,
    No,
}

/// Says that a file which is only read is being stored in. Nobody waits for that: the values may be of two times.
pub(super) fn warn_of_writer(mapping: &Mapping, ui: &Ui) -> Told {
    if !mapping.mode().stores()
        && let Some(holder) = Holder::storing_in(mapping.file())
    {
        let path = path_text(mapping.path());
        ui.note(&format!("{path}: {holder} is storing in it: what is read may be partly old and partly new"));
        return Told::Yes;
    }
    Told::No
}

/// Says once that what is read of a file may be of two times: somebody stores in it, or did and has not ended.
pub(super) fn warn_of_changes(mapping: &Mapping, path: &Path, ui: &Ui) {
    if warn_of_writer(mapping, ui) == Told::No {
        super::journal::warn_of_unfinished(path, ui);
    }
}

/// What becomes of values that are converted.
#[derive(Clone, Copy, Debug, Default, Args)]
#[command(next_help_heading = "Conversion")]
pub(super) struct CastArgs {
    /// A value that does not fit: error, wrap (modulo 2^n), saturate, or nan (floats)
    #[arg(long, value_name = "WHAT", default_value_t, value_parser = one_of::<Overflow>(OVERFLOWS), hide_possible_values = true)]
    pub(super) overflow: Overflow,
    /// Which conversions between types are allowed: no, equiv, safe, same_kind or unsafe [default: same_kind, and
    /// whatever --astype or the --dtype of a new file asks for]
    #[arg(long, value_name = "RULE", value_parser = one_of::<Casting>(CASTINGS), hide_possible_values = true)]
    casting: Option<Casting>,
}

/// How results are wanted.
pub(super) struct Form {
    /// The type that was asked for.
    pub(super) astype: Option<DType>,
    /// Which types that may be, and what becomes of results that do not fit.
    pub(super) cast: CastArgs,
}

impl CastArgs {
    /// The rule for conversions that nobody asked for.
    pub(super) fn casting(self) -> Casting {
        self.casting.unwrap_or_default()
    }

    /// How text is read as elements.
    pub(super) fn telling(self) -> Telling {
        let fraction = if self.casting() == Casting::Unsafe { Fraction::Truncate } else { Fraction::Refuse };
        Telling { fraction, overflow: self.overflow }
    }

    /// The rule for a conversion that was asked for: any, unless one is named.
    pub(super) fn casting_asked(self) -> Casting {
        self.casting.unwrap_or(Casting::Unsafe)
    }

    /// Says, as NumPy does, that a conversion that was asked for drops imaginary parts, unless a rule is named.
    pub(super) fn note_what_is_dropped(self, from: &DType, to: &DType, ui: &Ui) {
        let is_complex = |dtype: &DType| dtype.number().map(|number| number.class() == Class::Complex);
        let is_bool = to.number().is_some_and(|number| number.class() == Class::Bool);
        if self.casting.is_none() && is_complex(from) == Some(true) && is_complex(to) == Some(false) && !is_bool {
            ui.note(&format!("from {} to {}, the imaginary parts are dropped", from.name(), to.name()));
        }
    }
}

/// The type that `--astype` names.
///
/// # Errors
/// Usage, where it has no size or is no type of one element.
pub(super) fn element_type(astype: &Parsed) -> Result<DType> {
    let dtype = &astype.dtype;
    if !astype.shape.is_empty() {
        let error = Error::usage("--astype converts each element to one, not to a subarray");
        return Err(error.hint(format!("--astype {dtype}")));
    }
    if dtype.itemsize() == 0 {
        return Err(Error::usage(format!("--astype {dtype} has itemsize 0")).hint("give its length: S10, U8"));
    }
    Ok(dtype.clone())
}

/// A file that is made.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct WriteArgs {
    /// Replace OUT if it exists
    #[arg(long)]
    force: bool,
    /// Put everything on stable storage before exiting
    #[arg(long)]
    sync: bool,
}

impl WriteArgs {
    /// Whether an existing file may be replaced.
    pub(super) fn replace(&self) -> Replace {
        if self.force { Replace::Force } else { Replace::Never }
    }

    /// Whether to wait for the storage.
    pub(super) fn sync(&self) -> Sync {
        if self.sync { Sync::Yes } else { Sync::No }
    }
}

/// Where a result goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Destination {
    /// Nobody said: the standard output, which may be a terminal.
    Default,
    /// `-o -`.
    Stdout,
    /// `-o OUT`.
    File(PathBuf),
}

impl Destination {
    /// What `-o` said.
    pub(super) fn of(output: Option<&Path>) -> Self {
        match output {
            None => Self::Default,
            Some(path) if super::input::is_stdout(path) => Self::Stdout,
            Some(path) => Self::File(path.to_path_buf()),
        }
    }
}
