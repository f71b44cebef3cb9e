//! The format that a file's name asks for. Names only: nothing is opened.

use std::path::Path;

use super::OutputFormat;
use crate::error::{Error, Result};

/// The formats that an ending names.
const OURS: &[(&str, OutputFormat)] = &[
    ("npy", OutputFormat::Npy),
    ("csv", OutputFormat::Csv),
    ("tsv", OutputFormat::Tsv),
    ("txt", OutputFormat::Text),
    ("json", OutputFormat::Json),
    ("ndjson", OutputFormat::Ndjson),
    ("jsonl", OutputFormat::Ndjson),
    ("arrows", OutputFormat::Arrow),
];

/// Endings of files that raw bytes would not be: containers, compressed files, documents and pictures.
const FOREIGN: &str = "\
    7z arrow avi avro bmp br bz2 cdf db dcm edf exr feather fit fits fts gguf gif gz h5 h5ad hdf hdf5 he5 \
    html jp2 jpeg jpg lz4 lzma mat md mha mp4 mrc nc nc4 nii npz nrrd ods onnx orc parquet pdf pickle pkl png \
    pt pth rar rda rdata rds root safetensors sqlite svg tar tgz tif tiff toml vtk wav webp xls xlsx xml xz \
    yaml yml z zarr zip zst";

/// The format that the ending of `path` names, in any case; raw where there is none or it promises nothing
/// (`.dat`, `.bin`, `.f32`).
///
/// # Errors
/// Usage, naming `-f`, where the ending promises a format that `rmm` does not write.
pub fn from_ending(path: &Path) -> Result<OutputFormat> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    if let Some((_, format)) = OURS.iter().find(|(ours, _)| *ours == ending) {
        return Ok(*format);
    }
    if FOREIGN.split(' ').any(|foreign| foreign == ending) {
        return Err(Error::usage(format!("rmm does not write .{ending} files"))
            .at(path)
            .hint("name the format that the bytes should have: -f npy, -f raw, -f csv, …"));
    }
    Ok(OutputFormat::Raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_endings_name_their_format() {
        for (name, format) in [
            ("a.npy", OutputFormat::Npy),
            ("dir.gz/a.CSV", OutputFormat::Csv),
            ("a.b.tsv", OutputFormat::Tsv),
            ("a.txt", OutputFormat::Text),
            ("a.json", OutputFormat::Json),
            ("a.ndjson", OutputFormat::Ndjson),
        ] {
            assert_eq!(from_ending(Path::new(name)).expect(name), format);
        }
    }

    #[test]
    fn endings_that_promise_nothing_are_raw() {
        for name in ["a", "a.dat", "a.bin", "a.raw", "a.f32", ".npy", "a.", "data.2024", "/dev/null"] {
            assert_eq!(from_ending(Path::new(name)).expect(name), OutputFormat::Raw, "{name}");
        }
    }

    #[test]
    fn foreign_endings_are_refused() {
        let every = FOREIGN.split(' ').map(|ending| format!("a.{ending}"));
        for name in every.chain(["a.npy.gz".to_owned(), "a.ZIP".to_owned()]) {
            let error = from_ending(Path::new(&name)).expect_err(&name);
            assert!(error.hints()[0].contains("-f"), "{name}");
        }
    }
}
