//! `rmm info`: what a file holds, told without reading its elements unless that is asked for.

mod emit;
mod expect;
mod facts;
mod guesses;
mod measured;
mod table;

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::Value;

use super::args::{Intent, OpenArgs};
use super::failure::Exit;
use super::input;
use super::journal::warn_of_unfinished;
use super::signals;
use super::ui::Ui;
use super::words::one_of;
use crate::array::Opening;
use crate::error::{At, Error, ErrorKind, Result};
use crate::escape::printable_json;
use crate::escape::shell_path;
use crate::format::{Beside, sidecar};
use crate::mapping::{Replace, Sync};
use crate::spec::Request;
use emit::{FORMS, Form};
use facts::{Facts, Key, Misfit};
use guesses::Guesses;
use measured::{MeasureArgs, Measured};

/// The version of the keys that `--json` prints.
const SCHEMA: u32 = 1;

/// Say what is in a file: dtype, shape, order, sizes
///
/// Elements are not read, unless --stats, --histogram or --finite asks for that, so any file takes the same time. A raw
/// file of which nothing is known is taken for float64;
/// where that does not fit its size, the table says so, and what would.
///
/// --expect answers by its exit code, 0 for yes and 1 for no, and says on stderr what differs. Without --json or --get
/// it prints nothing else. What SPEC leaves out may be anything, and so may the length of an axis given as -1. A dtype
/// without a byte order means this machine's.
///
/// --emit describes the array for other programs: print a header to a file beside the one with the elements. Formats with
/// one order of axes name the fastest first; they refuse an array in F order, and every type that they have no word for.
///
/// --guess looks at some of the bytes of a raw file of which nothing is known, and ranks what they may be: dtypes, byte
/// orders, offsets and shapes, each with its first values. Where a header, a sidecar or an option says what is in the
/// file, the table is the usual one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rmm info data.npy                            a table
  rmm info raw.dat -d '<f4' -s -1,8            the same for a raw file, one axis inferred
  rmm info data.npy raw.dat --json             an object per file, one per line
  rmm info data.npy --get shape                one value, as --shape accepts it
  rmm slice data.npy --raw --spec \"$(rmm info data.npy --get spec)\"
                                               a whole SPEC, as --spec accepts it
  rmm info raw.dat -d f4 -s 4,8 --emit nhdr > raw.nhdr
                                               a header beside it, for programs that read NRRD
  rmm info raw.dat -d f4 -s 4,8 --write-sidecar
                                               then nothing has to be said of it any more
  rmm info raw.dat --guess                     what may a file be that nobody described?
  rmm info data.npy --expect '<f8:-1,4'        is it float64, with 4 columns?
  rmm info data.npy --stats                    its smallest and largest element, mean, NaN and more
  rmm info data.npy --histogram 4              how many elements are where between them
  rmm info data.npy --finite                   is it free of NaN and infinities?")]
pub(super) struct InfoArgs {
    /// The arrays; - is standard input
    #[arg(required = true)]
    file: Vec<PathBuf>,
    #[command(flatten)]
    open: OpenArgs,
    /// Print an object per file, one per line
    #[arg(long, conflicts_with = "get", help_heading = "Output")]
    json: bool,
    /// Print one value per file, in the form that the option of that name accepts
    #[arg(long, value_name = "KEY", value_enum, help_heading = "Output")]
    get: Option<Key>,
    /// Exit 1 unless the array is as SPEC (dtype:shape[:order][@offset]) says; print nothing but what differs
    #[arg(long, value_name = "SPEC", help_heading = "Output")]
    expect: Option<Request>,
    /// Rank what a raw file may be, by its bytes, with the commands that read it so
    #[arg(long, conflicts_with_all = ["get", "expect", "stats", "histogram", "finite"], help_heading = "Output")]
    guess: bool,
    #[command(flatten)]
    measure: MeasureArgs,
    #[command(flatten)]
    describe: DescribeArgs,
}

/// The array described, for other programs and for this one.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
struct DescribeArgs {
    /// Print what lets another program open the same bytes: an NRRD (nhdr), MetaImage (mhd) or ENVI header, the call of
    /// np.memmap (numpy), or the sidecar (json)
    #[arg(long, value_name = "FORM", value_parser = one_of::<Form>(FORMS), hide_possible_values = true,
        conflicts_with_all = ["json", "get", "expect", "guess"])]
    emit: Option<Form>,
    /// Write the sidecar FILE.rmm.json, which says from now on what is in FILE; print nothing
    #[arg(long, conflicts_with_all = ["json", "get", "expect", "guess", "emit"])]
    write_sidecar: bool,
    /// Replace a sidecar that is there
    #[arg(long, requires = "write_sidecar")]
    force: bool,
}

pub(super) fn run(args: &InfoArgs, ui: &Ui) -> anyhow::Result<Exit> {
    let opening = args.open.opening(Intent::Read)?;
    let misfit = if args.open.says_what_it_is()? { Misfit::Fails } else { Misfit::IsTold };
    let mut first_failure = None;
    let mut between: &[u8] = b"";
    for path in &args.file {
        let told = args.told(path, &opening, misfit, ui);
        let exit = match told {
            Ok((text, facts, measured)) => {
                if !text.is_empty() {
                    ui.data(between)?;
                    ui.data(&text)?;
                    between = args.between();
                }
                warn_of_unfinished(facts.data_file().unwrap_or(path), ui);
                if !args.guess {
                    facts.advise(ui);
                }
                args.answer(&facts, &measured, ui)
            }
            // Nobody who asked for the end wants to hear of the next file, nor takes what is not known for a "yes".
            Err(error) if matches!(error.kind(), ErrorKind::Interrupted(_)) => return Err(error.into()),
            Err(error) => {
                let error = error.naming_file(&shell_path(path));
                ui.complain(&error.to_string(), error.hints());
                error.kind().into()
            }
        };
        if exit != Exit::Done {
            first_failure.get_or_insert(exit);
        }
    }
    Ok(first_failure.unwrap_or(Exit::Done))
}

impl InfoArgs {
    /// What is printed of the file at `path`, and what is known of it.
    fn told(&self, path: &Path, opening: &Opening, misfit: Misfit, ui: &Ui) -> Result<(Vec<u8>, Facts, Measured)> {
        if !self.guess {
            let facts = Facts::of(path, opening, misfit)?;
            let measured = self.measure.measure(&facts, ui)?;
            return Ok((self.text(&facts, &measured)?, facts, measured));
        }
        let mapping = input::open(path)?;
        let sample = guesses::sample(&mapping)?;
        let facts = Facts::over(mapping, path, opening, misfit)?;
        let guesses = Guesses::of(&facts, &sample, opening.header);
        let text = if self.json { object(&facts, &[guesses.json()]) } else { guesses.table(&facts) };
        Ok((text.into_bytes(), facts, Measured::default()))
    }

    /// What is printed of one file.
    fn text(&self, facts: &Facts, measured: &Measured) -> Result<Vec<u8>> {
        if let Some(form) = self.describe.emit {
            let spec = facts.spec().map_err(|misfit| unknown(facts.path(), misfit))?;
            return Ok(form.text(facts, spec)?.into_bytes());
        }
        if self.describe.write_sidecar {
            self.sidecar(facts)?;
            return Ok(Vec::new());
        }
        match self.get {
            Some(key) => value(facts, key),
            None if self.json => Ok(object(facts, &measured.json()).into_bytes()),
            None if self.measure.only_answers() => Ok(Vec::new()),
            None if self.expect.is_some() => Ok(measured.text().into_bytes()),
            None => Ok((table::render(facts) + &measured.text()).into_bytes()),
        }
    }

    /// Writes what is known beside the file with the elements.
    fn sidecar(&self, facts: &Facts) -> Result<()> {
        let spec = facts.spec().map_err(|misfit| unknown(facts.path(), misfit))?;
        let path = facts.data_file().unwrap_or(facts.path());
        if input::is_stream(path) {
            return Err(Error::usage("there is no file that a sidecar could lie beside").at(path));
        }
        let text = sidecar::render(&spec.dtype, &spec.shape, spec.order, spec.offset).at(path)?;
        let replace = if self.describe.force { Replace::Force } else { Replace::Never };
        let planned = Beside::plan(path, Some(text), replace)?;
        // From here on there is something to be cleared away.
        signals::heed();
        let prepared = planned.prepare()?;
        signals::check()?;
        prepared.commit(Sync::No)
    }

    /// What stands between two files.
    fn between(&self) -> &'static [u8] {
        if self.json || self.get.is_some() || self.describe.emit.is_some() { b"" } else { b"\n" }
    }

    /// Whether the array and its elements are what was expected, if anything was.
    fn answer(&self, facts: &Facts, measured: &Measured, ui: &Ui) -> Exit {
        let differences = self.expect.as_ref().map(|expected| expect::differences(expected, facts));
        let mut differences = differences.unwrap_or_default();
        differences.extend(self.measure.complaint(measured, facts));
        for difference in &differences {
            ui.complain(&difference.to_string(), difference.hints());
        }
        if differences.is_empty() { Exit::Done } else { Exit::No }
    }
}

/// All keys in their order, and what else is to be told, as one line of JSON.
fn object(facts: &Facts, more: &[String]) -> String {
    let mut pairs = vec![format!("\"schema\": {SCHEMA}")];
    pairs.extend(Key::value_variants().iter().map(|&key| format!("\"{key}\": {}", facts.value(key))));
    if let Err(misfit) = facts.spec() {
        let hints = Value::from(misfit.hints());
        pairs.push(format!("\"problem\": {}, \"hints\": {hints}", Value::from(misfit.message())));
    }
    pairs.extend_from_slice(more);
    format!("{}\n", printable_json(&format!("{{{}}}", pairs.join(", "))))
}

/// One value on a line.
fn value(facts: &Facts, key: Key) -> Result<Vec<u8>> {
    let line = |text: &[u8]| [text, b"\n"].concat();
    match (key, facts.value(key), facts.spec()) {
        // A name need not be UTF-8, but must name the same file again.
        (Key::Path, ..) => Ok(line(facts.path().as_os_str().as_bytes())),
        (Key::DataFile, ..) => Ok(line(facts.data_file().unwrap_or(facts.path()).as_os_str().as_bytes())),
        (_, Value::Null, Err(misfit)) => Err(unknown(facts.path(), misfit)),
        (_, value, _) => Ok(line(facts::text(&value).as_bytes())),
    }
}

/// There is no such value, because the file does not fit what it was taken for.
fn unknown(path: &Path, misfit: &Error) -> Error {
    Error::usage(misfit.message()).at(path).with_hints_of(misfit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(bytes: &[u8], spec: &str) -> Facts {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), bytes).expect("room for it");
        let opening = Opening { request: spec.parse().expect(spec), ..Opening::default() };
        Facts::of(file.path(), &opening, Misfit::IsTold).expect("a file")
    }

    fn got(facts: &Facts, key: Key) -> String {
        String::from_utf8(value(facts, key).expect("known")).expect("ASCII")
    }

    #[test]
    fn values_are_in_the_form_that_options_accept() {
        let facts = facts(&[0; 24], ">f4:2,-1:F@0");
        for (key, text) in [
            (Key::Dtype, ">f4\n"),
            (Key::Shape, "2,3\n"),
            (Key::Order, "F\n"),
            (Key::Strides, "4,8\n"),
            (Key::Byteorder, "big\n"),
            (Key::FortranOrder, "True\n"),
            (Key::Spec, ">f4:2,3:F@0\n"),
        ] {
            assert_eq!(got(&facts, key), text);
        }
        let scalar = super::tests::facts(&[0; 8], "f8:()");
        assert_eq!((got(&scalar, Key::Shape), got(&scalar, Key::Strides)), ("()\n".to_owned(), "()\n".to_owned()));
    }

    #[test]
    fn the_object_has_every_key_in_its_order() {
        let text = object(&facts(&[0; 24], "<i2:3,4"), &[]);
        assert!(text.starts_with("{\"schema\": 1, \"path\": \"") && text.ends_with("}\n"), "{text}");
        assert!(
            text.contains(
                "\"format\": \"raw\", \"data_file\": null, \"dtype\": \"<i2\", \"name\": \"int16\", \"byteorder\": \"little\", \
                 \"shape\": [3,4], \"ndim\": 2, \"size\": 12, \"order\": \"C\", \"fortran_order\": false, \
                 \"offset\": 0, \"itemsize\": 2, \"nbytes\": 24, \"strides\": [8,2], \"file_size\": 24, \"allocated\": "
            ),
            "{text}"
        );
        assert!(text.contains("\"trailing\": 0, \"spec\": \"<i2:3,4:C@0\"}"), "{text}");
        serde_json::from_str::<Value>(&text).expect("JSON");
    }

    #[test]
    fn a_file_that_does_not_fit_has_a_size_and_no_shape() {
        let facts = facts(&[0; 17], ":");
        let object: Value = serde_json::from_str(&object(&facts, &[])).expect("JSON");
        assert_eq!((&object["shape"], &object["file_size"]), (&Value::Null, &Value::from(17)));
        assert!(object["problem"].as_str().is_some_and(|text| text.contains("1 left over")), "{object}");
        assert!(object["hints"].to_string().contains("--guess"), "{object}");
        assert_eq!(got(&facts, Key::FileSize), "17\n");
        let error = value(&facts, Key::Shape).expect_err("unknown");
        assert!(error.path().is_some() && error.message().contains("1 left over"), "{error}");
    }
}
