//! The facts of a file as a table for people: a key and its value on each line, under the file's name.

use comfy_table::{LineStyle, Table, TableStyle};

use super::expect::has_both_orders;
use super::facts::{Facts, Key, text};
use crate::array::Origin;
use crate::escape::printable;
use crate::spec::ArraySpec;

/// The spaces between key and value.
const APART: u16 = 2;

/// Binary multiples of a byte.
const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/// The table, with a newline behind each of its lines.
pub(super) fn render(facts: &Facts) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─')));
    table.set_header(["path", &printable(&facts.path().to_string_lossy())]);
    for (key, value) in rows(facts) {
        table.add_row([key, &printable(&value)]);
    }
    for (column, apart) in table.column_iter_mut().zip([APART, 0]) {
        column.set_padding((0, apart));
    }
    table.lines().flat_map(|line| [line.trim_end().to_owned(), "\n".to_owned()]).collect()
}

fn rows(facts: &Facts) -> Vec<(&'static str, String)> {
    let plain = |key| text(&facts.value(key));
    let bytes = |key| in_bytes(facts.value(key).as_u64().unwrap_or(0));
    let mut rows = vec![("format", plain(Key::Format))];
    rows.extend(facts.data_file().map(|path| ("data file", path.to_string_lossy().into_owned())));
    match facts.spec() {
        Ok(spec) => rows.extend([
            ("dtype", dtype(spec, facts.origin())),
            ("byte order", plain(Key::Byteorder)),
            ("shape", plain(Key::Shape)),
            ("ndim", plain(Key::Ndim)),
            ("size", plain(Key::Size)),
            ("order", if has_both_orders(spec) { "C and F".to_owned() } else { plain(Key::Order) }),
            ("offset", plain(Key::Offset)),
            ("itemsize", plain(Key::Itemsize)),
            ("nbytes", bytes(Key::Nbytes)),
            ("strides", plain(Key::Strides)),
        ]),
        Err(misfit) => {
            rows.push(("problem", misfit.message().to_owned()));
            rows.extend(misfit.hints().iter().map(|hint| ("hint", hint.clone())));
        }
    }
    let holes = facts.value(Key::Holes).as_u64().filter(|&holes| holes > 0);
    let holes = holes.map_or(String::new(), |holes| format!(", {} in holes", human(holes)));
    rows.extend([("file size", bytes(Key::FileSize)), ("allocated", bytes(Key::Allocated) + &holes)]);
    if facts.spec().is_ok() {
        rows.push(("trailing", bytes(Key::Trailing)));
    }
    rows.extend(facts.sidecar().map(|path| ("sidecar", path.to_string_lossy().into_owned())));
    rows
}

/// The type as `--dtype` accepts it, and its name where that is another.
fn dtype(spec: &ArraySpec, origin: Origin) -> String {
    let (text, name) = (spec.dtype.to_string(), spec.dtype.name());
    let name = if text == name { String::new() } else { format!(" ({name})") };
    let assumed = if origin == Origin::Default { ", assumed" } else { "" };
    text + &name + assumed
}

/// A count of bytes, and in larger units where they help.
fn in_bytes(bytes: u64) -> String {
    if bytes < 1024 { bytes.to_string() } else { format!("{bytes} ({})", human(bytes)) }
}

/// A count of bytes in the largest unit of which there is one, to a tenth: `1 TiB`, `1.5 MiB`, `17 bytes`.
fn human(bytes: u64) -> String {
    let mut tenths = u128::from(bytes) * 10;
    let mut unit = if bytes == 1 { "byte" } else { "bytes" };
    for (power, larger) in UNITS.iter().enumerate() {
        // Rounded before they are compared, so that nothing is 1024 KiB.
        let one = 1_u128 << (10 * (power + 1));
        let rounded = (u128::from(bytes) * 10 + one / 2) / one;
        if tenths < 10 * 1024 {
            break;
        }
        (tenths, unit) = (rounded, larger);
    }
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{whole} {unit}"),
        (whole, tenth) => format!("{whole}.{tenth} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Opening;
    use crate::cli::info::facts::Misfit;

    #[test]
    fn sizes_are_told_in_the_unit_that_fits() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (1023, "1023 bytes"),
            (1024, "1 KiB"),
            (1536, "1.5 KiB"),
            ((1 << 20) - 1, "1 MiB"),
            (1 << 20, "1 MiB"),
            (1_500_000, "1.4 MiB"),
            (1 << 40, "1 TiB"),
            (i64::MAX as u64, "8 EiB"),
        ] {
            assert_eq!(human(bytes), text);
        }
        assert_eq!((in_bytes(17), in_bytes(4096)), ("17".to_owned(), "4096 (4 KiB)".to_owned()));
    }

    fn table(bytes: &[u8], spec: &str) -> String {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), bytes).expect("room for it");
        let opening = Opening { request: spec.parse().expect(spec), ..Opening::default() };
        render(&Facts::of(file.path(), &opening, Misfit::IsTold).expect("a file"))
    }

    fn has(table: &str, line: &str) {
        assert!(table.lines().any(|found| found == line), "{line} in\n{table}");
    }

    #[test]
    fn values_stand_in_one_column() {
        let table = table(&[0; 24], "<f4:2,3:F");
        for line in
            ["dtype       <f4 (float32)", "byte order  little", "shape       2,3", "order       F", "strides     4,8"]
        {
            has(&table, line);
        }
        assert!(table.lines().next().is_some_and(|line| line.starts_with("path        /")), "{table}");
    }

    #[test]
    fn what_was_assumed_is_marked() {
        has(&table(&[0; 24], ":"), "dtype       <f8 (float64), assumed");
        has(&table(&[0; 24], ":"), "order       C and F");
    }

    #[test]
    fn a_misfit_stands_where_the_array_would() {
        let table = table(&[0; 17], ":");
        has(&table, "problem    17 bytes are no whole number of 8-byte elements (float64): 1 left over");
        let path = table.lines().find_map(|line| line.strip_prefix("path       ")).expect("a path");
        has(&table, &format!("hint       rmm info {path} --guess"));
        has(&table, "file size  17");
        let keys: Vec<&str> = table.lines().filter_map(|line| line.split(' ').next()).collect();
        assert!(!keys.contains(&"shape") && !keys.contains(&"trailing"), "{table}");
    }
}
