//! `--from SRC`: an array to take values from, in another file or on standard input.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use super::args::warn_of_writer;
use super::input;
use super::journal::warn_of_unfinished;
use super::ui::Ui;
use super::words::{BINARIES, one_of};
use crate::array::{Array, HeaderUse, Opening};
use crate::error::{At, Error, Result};
use crate::format::{self, Format};
use crate::mapping::{Io, Mapping, Mode, copy_sparse, stream_name, temporary};
use crate::spec::{Request, Trailing};

/// Where values come from.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Content")]
pub(super) struct FromArgs {
    /// Take the values from the array in SRC; - is standard input
    #[arg(long, value_name = "SRC")]
    pub(super) from: Option<PathBuf>,
    /// What SRC is: npy or raw [default: by its first bytes, then its ending]
    #[arg(long, value_name = "FORMAT", requires = "from", value_parser = one_of::<FromFormat>(BINARIES), hide_possible_values = true)]
    from_format: Option<FromFormat>,
    /// What is in a raw SRC: dtype:shape[:order][@offset] [default: the same as in FILE]
    #[arg(long, value_name = "SPEC", requires = "from")]
    from_spec: Option<Request>,
}

/// The formats that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FromFormat {
    Npy,
    Raw,
}

impl FromStr for FromFormat {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "npy" => Ok(Self::Npy),
            "raw" => Ok(Self::Raw),
            _ => Err(Error::usage(format!("values are read from npy or raw, not '{text}'"))),
        }
    }
}

/// Endings of files that hold elements and nothing else.
const RAW_ENDINGS: &[&str] =
    &["dat", "bin", "raw", "f16", "f32", "f64", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];

impl FromArgs {
    /// The array in SRC, if one was named. A raw SRC that nothing describes is what `same` says.
    ///
    /// `target` is the file that is written: if SRC is the same one, its elements are set aside first.
    ///
    /// # Errors
    /// Usage, where it is not known what SRC is; whatever opening it meets.
    pub(super) fn open(&self, same: &Request, target: Option<&Mapping>, io: Io, ui: &Ui) -> Result<Option<Array>> {
        let Some(path) = &self.from else { return Ok(None) };
        let mapping = input::open(path)?;
        let header = match self.format_of(&mapping)? {
            FromFormat::Npy => HeaderUse::Recognise,
            FromFormat::Raw => HeaderUse::Ignore,
        };
        let said = self.from_spec.clone().unwrap_or_default();
        let request = if header == HeaderUse::Ignore { said.or(same.clone()) } else { said };
        let trailing = Trailing::Refuse;
        let opening = Opening { request, mode: Mode::Read, trailing, header, io, ..Opening::default() };
        let source = Array::over(mapping, &opening)?;
        warn_of_writer(source.mapping(), ui);
        warn_of_unfinished(path, ui);
        let changes = target.is_some_and(|target| target.identity() == source.mapping().identity());
        let aside = changes.then(|| set_aside(source.mapping())).transpose()?;
        Ok(Some(match aside {
            Some(copy) => source.moved_to(copy.with_io(io)),
            None => source,
        }))
    }

    fn format_of(&self, mapping: &Mapping) -> Result<FromFormat> {
        let found = format::recognise(mapping.file(), mapping.len()).at(mapping.path());
        let ending = mapping.path().extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match (self.from_format, found) {
            (Some(FromFormat::Raw), _) => Ok(FromFormat::Raw),
            // Whatever describes itself is read as it says.
            (_, Ok(Format::Npy(_))) | (None, Ok(Format::Raster(_))) => Ok(FromFormat::Npy),
            (_, Err(error)) => Err(error),
            (Some(FromFormat::Npy), Ok(_)) => {
                Err(Error::corrupt("does not begin as a .npy file does").at(mapping.path()))
            }
            (None, Ok(_)) if self.from_spec.is_some() => Ok(FromFormat::Raw),
            (None, Ok(_)) if ending.is_some_and(|ending| RAW_ENDINGS.contains(&&*ending)) => Ok(FromFormat::Raw),
            (None, Ok(_)) => Err(Error::usage("is no .npy file, and nothing says that it is raw")
                .at(mapping.path())
                .hint("--from-format raw, or --from-spec f4:1000,500 where it differs from FILE")),
        }
    }
}

/// A copy without a name of a file that is about to change.
fn set_aside(mapping: &Mapping) -> Result<Mapping> {
    let file = temporary()?;
    copy_sparse(mapping, &file).at(stream_name("copy"))?;
    Mapping::from_file(file, mapping.path().to_path_buf(), Mode::Read)
}
