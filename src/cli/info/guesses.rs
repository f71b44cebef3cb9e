//! `--guess`: what a raw file may be, as a table with commands to paste, or as JSON.

use std::path::Path;

use comfy_table::{LineStyle, Table, TableStyle};
use serde_json::Value;

use super::facts::Facts;
use super::table;
use crate::array::{HeaderUse, Origin};
use crate::dtype::ByteSwap;
use crate::error::Result;
use crate::escape::{path_text, shell_path};
use crate::guess::{Block, Candidate, Guess, Sample, guess};
use crate::mapping::Mapping;
use crate::scalar::Scalar;

/// Values that are shown of each candidate.
const VALUES: u64 = 4;
/// The spaces between columns.
const APART: u16 = 2;

/// What a file may be, or why nothing is guessed.
pub(super) struct Guesses {
    remark: Option<String>,
    rows: Vec<Row>,
}

/// One candidate, as it is shown.
struct Row {
    candidate: Candidate,
    values: Vec<String>,
    command: String,
}

/// The bytes that are looked at: few, whatever the length of the file.
///
/// # Errors
/// Io, where they cannot be read.
pub(super) fn sample(mapping: &Mapping) -> Result<Sample> {
    let read = |(offset, len): (u64, u64)| {
        let mut bytes = vec![0; len as usize];
        mapping.read_at(offset, &mut bytes)?;
        Ok(Block { offset, bytes })
    };
    let blocks = Sample::places(mapping.len()).into_iter().map(read).collect::<Result<_>>()?;
    Ok(Sample::new(mapping.len(), blocks))
}

impl Guesses {
    /// What the file may be; where something says what it is, only that.
    pub(super) fn of(facts: &Facts, sample: &Sample, header: HeaderUse) -> Self {
        let told = match facts.origin() {
            Origin::Default => None,
            Origin::Header => Some("nothing to guess: the header says what is in the file"),
            Origin::Sidecar => Some("nothing to guess: the sidecar says what is in the file"),
            Origin::Asked => Some("nothing to guess: the options say what is in the file"),
        };
        if let Some(told) = told {
            return Self { remark: Some(told.to_owned()), rows: Vec::new() };
        }
        let Guess { remark, candidates } = guess(sample);
        let row = |candidate: Candidate| Row {
            values: values(&candidate, sample),
            command: command(&candidate, facts.path(), header),
            candidate,
        };
        let remark = remark.map(|remark| remark.replace("FILE", &shell_path(facts.path())));
        Self { remark, rows: candidates.into_iter().map(row).collect() }
    }

    /// For people: the remark, the candidates, the commands; the usual table where something says what is in the file.
    pub(super) fn table(&self, facts: &Facts) -> String {
        if facts.origin() != Origin::Default {
            let remark = self.remark.as_deref().unwrap_or_default();
            return format!("{}{remark}\n", table::render(facts));
        }
        let mut text = format!("{}\n", path_text(facts.path()));
        if let Some(remark) = &self.remark {
            text.extend([remark, "\n"]);
        }
        if self.rows.is_empty() {
            return text;
        }
        let mut table = Table::new();
        table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─')));
        table.set_header(["", "dtype", "offset", "shape", "values", "why"]);
        for (nth, row) in self.rows.iter().enumerate() {
            let candidate = &row.candidate;
            table.add_row([
                (nth + 1).to_string(),
                candidate.element.dtype().to_string(),
                candidate.offset.to_string(),
                shape(&candidate.shape),
                format!("{} …", row.values.join(" ")),
                candidate.why.clone(),
            ]);
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, APART));
        }
        text.extend(table.lines().flat_map(|line| [line.trim_end().to_owned(), "\n".to_owned()]));
        text.push('\n');
        text.extend(self.rows.iter().flat_map(|row| [&row.command, "\n"].map(str::to_owned)));
        text
    }

    /// For programs: the keys `remark` and `guesses`.
    pub(super) fn json(&self) -> String {
        let rows: Vec<String> = self.rows.iter().map(Row::json).collect();
        let remark = self.remark.clone().map_or(Value::Null, Value::from);
        format!("\"remark\": {remark}, \"guesses\": [{}]", rows.join(", "))
    }
}

impl Row {
    fn json(&self) -> String {
        let Candidate { element, offset, shape, trailing, why, .. } = &self.candidate;
        format!(
            "{{\"dtype\": {}, \"offset\": {offset}, \"shape\": {}, \"trailing\": {trailing}, \"values\": {}, \"why\": {}, \"command\": {}}}",
            Value::from(element.dtype().to_string()),
            Value::from(shape.as_slice()),
            Value::from(self.values.as_slice()),
            Value::from(why.as_str()),
            Value::from(self.command.as_str()),
        )
    }
}

/// The first elements as text.
fn values(candidate: &Candidate, sample: &Sample) -> Vec<String> {
    let dtype = candidate.element.dtype();
    let count = candidate.shape.iter().product::<u64>().min(VALUES) as usize;
    let Some(bytes) = sample.at(candidate.offset, count * dtype.itemsize()) else { return Vec::new() };
    let mut bytes = bytes.to_vec();
    let native = dtype.to_native();
    if let Some(swap) = ByteSwap::between(&dtype, &native) {
        swap.apply(&mut bytes);
    }
    let scalar = Scalar::of(&native);
    let text = |item: &[u8]| {
        let mut text = Vec::new();
        scalar.print(item, &mut text);
        String::from_utf8_lossy(&text).into_owned()
    };
    bytes.chunks_exact(dtype.itemsize()).map(text).collect()
}

/// The command that reads the candidate.
fn command(candidate: &Candidate, path: &Path, header: HeaderUse) -> String {
    let mut command =
        format!("rmm slice {} -d '{}' -s {}", shell_path(path), candidate.element.dtype(), shape(&candidate.shape));
    if candidate.offset > 0 {
        command.extend([" --offset ".to_owned(), candidate.offset.to_string()]);
    }
    if candidate.trailing > 0 {
        command += " --allow-trailing";
    }
    if header == HeaderUse::Ignore {
        command += " --raw";
    }
    command
}

fn shape(dims: &[u64]) -> String {
    dims.iter().map(u64::to_string).collect::<Vec<_>>().join(",")
}
