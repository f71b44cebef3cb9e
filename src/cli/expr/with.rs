//! `--with NAME=FILE[:SPEC]`: a word for an array, of which it asks only what paths are there.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use clap::builder::{OsStringValueParser, TypedValueParser};

use crate::error::{Error, Result};
use crate::spec::Request;

/// A name, the file it stands for, and what is in that.
#[derive(Clone, Debug)]
pub(super) struct With {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) spec: Request,
}

/// A path need not be text, so its option is not, either.
pub(super) fn with_parser() -> impl TypedValueParser<Value = With> {
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
