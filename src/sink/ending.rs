//! The format that a file's name asks for. Names only: nothing is opened.

use std::path::Path;

use super::OutputFormat;
use crate::error::{Error, Result};

/// The formats that an ending names.
const OURS: &[(&str, OutputFormat)] = &[
    ("npy", OutputFormat::Npy),
    ("csv", OutputFormat::Csv),
    ("tsv", OutputFormat::Tsv),
    ("tab", OutputFormat::Tsv),
    ("txt", OutputFormat::Text),
    ("json", OutputFormat::Json),
    ("ndjson", OutputFormat::Ndjson),
    ("jsonl", OutputFormat::Ndjson),
    ("arrows", OutputFormat::Arrow),
];

/// Endings of files that raw bytes would not be: containers, compressed files, documents and pictures.
const FOREIGN: &str = "\
    7z aif aiff arrow avi avro bmp br bz2 cdf db dcm edf exr feather fit fits flac fts gguf gif gz h5 h5ad hdf hdf5 \
    he5 html ipc jp2 jpeg jpg lz4 lzma mat md mha mp3 mp4 mrc nc nc4 nii npz nrrd ods ogg onnx orc parq parquet pdf \
    pickle pkl png pt pth rar rda rdata rds root safetensors sqlite svg tar tgz tif tiff toml vtk w64 wav webp xls \
    xlsx xml xz yaml yml z zarr zip zst";

/// Endings of headers that lie beside their data, and the words of `--emit` for them.
const HEADERS: &[(&str, &str)] = &[("nhdr", "nhdr"), ("mhd", "mhd"), ("hdr", "envi")];

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
    if let Some((_, form)) = HEADERS.iter().find(|(header, _)| *header == ending) {
        return Err(Error::usage(format!("a .{ending} file holds a header and no elements"))
            .at(path)
            .hint("-o OUT.raw writes the elements")
            .hint(format!("rmm info OUT.raw -d DTYPE -s DIMS --emit {form} > OUT.{ending}")));
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
    fn headers_beside_their_data_are_not_written_over_with_elements() {
        for (name, form) in [("a.nhdr", "nhdr"), ("a.mhd", "mhd"), ("a.HDR", "envi")] {
            let error = from_ending(Path::new(name)).expect_err(name);
            assert!(error.hints()[1].contains(&format!("--emit {form} > OUT.")), "{error}");
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
