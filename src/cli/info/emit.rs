//! `--emit`: the header, or the line of Python, that lets another program open the same bytes.

use std::path::Path;
use std::str::FromStr;

use super::expect::has_both_orders;
use super::facts::Facts;
use crate::cli::input::is_stream;
use crate::error::{At, Error, Result};
use crate::escape::shell_path;
use crate::format::{envi, memmap, metaimage, nrrd, sidecar};
use crate::shape::Order;
use crate::spec::ArraySpec;

/// The forms in which an array is described to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// An NRRD header.
    Nhdr,
    /// A `MetaImage` header.
    Mhd,
    /// An ENVI header.
    Envi,
    /// A call of `np.memmap`.
    Numpy,
    /// The sidecar.
    Json,
}

/// The words of `--emit`.
pub(super) const FORMS: &[&str] = &["nhdr", "mhd", "envi", "numpy", "json"];

impl FromStr for Form {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "nhdr" => Ok(Self::Nhdr),
            "mhd" => Ok(Self::Mhd),
            "envi" => Ok(Self::Envi),
            "numpy" => Ok(Self::Numpy),
            "json" => Ok(Self::Json),
            _ => Err(Error::usage(format!("--emit knows no form '{text}'")).hint("--emit nhdr")),
        }
    }
}

impl Form {
    /// The array that the facts tell of, in this form.
    ///
    /// # Errors
    /// Usage, where the form has no word for it.
    pub(super) fn text(self, facts: &Facts, spec: &ArraySpec) -> Result<String> {
        let path = facts.data_file().unwrap_or(facts.path());
        self.of(spec, path).map_err(|error| about(error, path)).at(facts.path())
    }

    fn of(self, spec: &ArraySpec, path: &Path) -> Result<String> {
        match self {
            Self::Nhdr => image(spec, "NRRD", "nhdr", &|spec| nrrd::write(spec, beside(path)?)),
            Self::Mhd => image(spec, "MetaImage", "mhd", &|spec| metaimage::write(spec, beside(path)?)),
            Self::Envi => image(spec, "ENVI", "envi", &envi::write),
            Self::Numpy => memmap::write(spec, name(path.to_str(), path)?),
            Self::Json => sidecar::render(&spec.dtype, &spec.shape, spec.order, spec.offset),
        }
    }
}

/// The header of an image, which has elements, in one order: its axes count from the fastest on, so an array in F order
/// would be read back transposed.
fn image(spec: &ArraySpec, format: &str, word: &str, write: &dyn Fn(&ArraySpec) -> Result<String>) -> Result<String> {
    if spec.shape.size() == 0 {
        let error =
            Error::usage(format!("{format} has no word for an array without elements, of shape {}", spec.shape));
        return Err(error.hint("--emit json says the shape"));
    }
    if spec.order == Order::C || has_both_orders(spec) {
        return write(spec);
    }
    // No order helps where there is no word for the dtype.
    write(spec)?;
    let transposed = ArraySpec { shape: spec.shape.reversed(), order: Order::C, ..spec.clone() };
    Err(Error::usage(format!("{format} has no word for order F"))
        .hint(format!("rmm info FILE --raw --spec '{transposed}' --emit {word}"))
        .hint("--emit numpy and --emit json say the order"))
}

/// The name of the file for a header that will lie beside it.
fn beside(path: &Path) -> Result<&str> {
    name(path.file_name().and_then(|name| name.to_str()), path)
}

fn name<'a>(text: Option<&'a str>, path: &Path) -> Result<&'a str> {
    if is_stream(path) {
        return Err(Error::usage("standard input has no name that another program could open"));
    }
    let text = text.filter(|text| text.trim() == *text && !text.contains(char::is_control));
    text.ok_or_else(|| Error::usage("the name of the file cannot stand in a line of text"))
}

/// The hints with the name of the file in them.
fn about(error: Error, path: &Path) -> Error {
    error.naming_file(&shell_path(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Request;

    fn of(form: Form, text: &str, name: &str) -> Result<String> {
        let spec = text.parse::<Request>().and_then(|request| request.resolve_new()).expect(text);
        form.of(&spec, Path::new(name))
    }

    #[test]
    fn every_word_is_a_form() {
        for word in FORMS {
            word.parse::<Form>().expect(word);
        }
        "hdf5".parse::<Form>().expect_err("no form");
    }

    #[test]
    fn a_header_names_the_file_beside_it() {
        let text = of(Form::Nhdr, "<f4:3,4", "dir/a b.raw").expect("NRRD");
        assert!(text.ends_with("data file: a b.raw\n"), "{text}");
        assert!(of(Form::Numpy, "<f4:3,4", "dir/a.raw").expect("NumPy").contains("'dir/a.raw'"));
    }

    #[test]
    fn what_cannot_be_said_is_refused() {
        for form in [Form::Nhdr, Form::Mhd, Form::Envi] {
            let error = of(form, "<f4:3,4:F@8", "a.raw").expect_err("order F");
            assert!(error.message().ends_with("has no word for order F"), "{error}");
            assert!(error.hints()[0].contains("'<f4:4,3:C@8'"), "{error}");
            of(form, "<f4:1,4:F", "a.raw").expect("both orders");
            for record in ["{x:<f4,y:<i2}:3,4", "{x:<f4,y:<i2}:3,4:F"] {
                let error = of(form, record, "a.raw").expect_err("a record");
                assert!(error.message().ends_with("for void48"), "{error}");
            }
            let error = of(form, "f2:3,4:F", "a.raw").expect_err("half a float");
            assert_eq!(error.hints()[0], "rmm slice FILE --raw --spec '<f2:3,4:F@0' --astype float32 -o OUT.raw");
            let error = of(form, "<f4:0,4", "a.raw").expect_err("nothing in it");
            assert!(error.message().ends_with("an array without elements, of shape 0,4"), "{error}");
        }
        for name in ["a\nb", " a", "-"] {
            of(Form::Nhdr, "<f4:3", name).expect_err(name);
        }
    }
}
