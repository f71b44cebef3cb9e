//! `--stats`, `--histogram` and `--finite`: what the elements of an array are like, for people and for programs.

use std::io::{self, IsTerminal};
use std::num::NonZeroU32;

use clap::Args;

use super::facts::Facts;
use crate::array::Array;
use crate::cli::number;
use crate::cli::ui::Ui;
use crate::dtype::{Class, DType, Kind, Number, Record};
use crate::error::{At, Error, Result};
use crate::escape::shell_path;
use crate::job::stats::{Figures, histogram, stats};
use crate::reduce::Value;
use crate::reduce::histogram::Edges;
use crate::reduce::stats::items;
use crate::scalar::Scalar;
use crate::view::{Axis, Item, View};

/// The length of the longest bar.
const BAR: usize = 50;

/// What is asked of the elements.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Elements")]
pub(super) struct MeasureArgs {
    /// Read all elements: count, nan, inf, zero, and min, max, sum, mean and std of those that are not NaN; of each field of
    /// a structured dtype
    #[arg(long)]
    stats: bool,
    /// Count the finite elements between N + 1 equally distant edges, as numpy.histogram does
    #[arg(long, value_name = "N", value_parser = number::bins)]
    histogram: Option<NonZeroU32>,
    /// Exit 1 when an element is NaN or infinite
    #[arg(long)]
    finite: bool,
    /// For std: divide by the number of elements less N [default: 0]
    #[arg(long, value_name = "N", requires = "stats", value_parser = number::degrees, allow_negative_numbers = true)]
    ddof: Option<f64>,
}

/// What the elements of an array, or of each of its fields, are like.
#[derive(Default)]
pub(super) struct Measured {
    parts: Vec<Part>,
    shows_stats: bool,
}

/// The elements of an array, or one field of them.
struct Part {
    /// The name of the field; empty for a whole array.
    name: String,
    dtype: DType,
    figures: Figures,
    histogram: Option<(Edges, Vec<u64>)>,
}

impl MeasureArgs {
    /// Whether the only question is one that the exit code answers.
    pub(super) fn only_answers(&self) -> bool {
        self.finite && !self.stats && self.histogram.is_none()
    }

    /// Reads the elements, if anything is asked of them.
    ///
    /// # Errors
    /// Usage, where there is no array or it holds no numbers; io.
    pub(super) fn measure(&self, facts: &Facts, ui: &Ui) -> Result<Measured> {
        if !self.stats && !self.finite && self.histogram.is_none() {
            return Ok(Measured::default());
        }
        let array = facts.array().map_err(|misfit| super::unknown(facts.path(), misfit))?;
        let named = |error: Error| error.at(facts.path()).naming_file(&shell_path(facts.path()));
        let parts = self.parts(array).map_err(named)?;
        let parts = parts.into_iter().map(|(name, view, dtype)| self.part(array, name, &view, dtype, ui));
        let parts = parts.collect::<Result<_>>().at(facts.path())?;
        array.mapping().check_unchanged()?;
        Ok(Measured { parts, shows_stats: self.stats })
    }

    fn part(&self, array: &Array, name: String, view: &View, dtype: DType, ui: &Ui) -> Result<Part> {
        crate::cli::signals::heed();
        let progress = ui.progress(view.nbytes());
        let figures = stats(array, view, &dtype, self.ddof.unwrap_or(0.0), ui.crew(&progress))?;
        let Some(bins) = self.histogram else { return Ok(Part { name, dtype, figures, histogram: None }) };
        let bins = bins.get() as usize;
        let edges = match (figures.finite, dtype.number()) {
            (Some((low, high)), Some(number)) => {
                let float = |value| as_float(value).expect("real numbers, as was checked");
                Edges::new(float(low), float(high), bins, number)?
            }
            // As NumPy has it, in float64 whatever the dtype.
            _ => Edges::new(0.0, 1.0, bins, Number::Float64)?,
        };
        let progress = ui.progress(view.nbytes());
        let counts = histogram(array, view, &dtype, &edges, ui.crew(&progress))?;
        Ok(Part { name, dtype, figures, histogram: Some((edges, counts)) })
    }

    /// What is measured: the array, or each field of numbers.
    fn parts(&self, array: &Array) -> Result<Vec<(String, View, DType)>> {
        let mut parts = Vec::new();
        match array.dtype().record() {
            Some(record) => add_fields(&mut parts, "", &array.view(), record),
            None => parts.push((String::new(), array.view(), array.dtype().clone())),
        }
        if parts.is_empty() {
            return Err(Error::usage(format!("{} needs numbers, but no field holds any", self.option())));
        }
        parts.iter().try_for_each(|(_, _, dtype)| self.check(dtype))?;
        Ok(parts)
    }

    /// The option that a message is about.
    fn option(&self) -> &'static str {
        match self.histogram {
            Some(_) => "--histogram",
            None if self.stats => "--stats",
            None => "--finite",
        }
    }

    /// That the elements are what is asked for.
    fn check(&self, dtype: &DType) -> Result<()> {
        let needs = |what: &str| {
            let error = Error::usage(format!("{} needs {what}, but the dtype is {}", self.option(), dtype.name()));
            match dtype.kind() {
                Kind::Datetime(_) | Kind::Timedelta(_) | Kind::Number(Number::LongDouble) => {
                    error.hint("rmm map-chunks FILE --reduce min, or max")
                }
                _ => error,
            }
        };
        let is_complex = dtype.number().is_some_and(|number| number.class() == Class::Complex);
        match dtype.number() {
            None => Err(needs("numbers")),
            Some(_) if items(dtype).is_none() => Err(needs("numbers of at most 64 bits a part")),
            Some(_) if is_complex && self.histogram.is_some() => Err(needs("real numbers")),
            Some(_) => Ok(()),
        }
    }

    /// What is not finite though all should be, if that was asked.
    pub(super) fn complaint(&self, measured: &Measured, facts: &Facts) -> Option<Error> {
        let (nan, inf, count) = measured.parts.iter().fold((0, 0, 0), |(nan, inf, count), part| {
            (nan + part.figures.nan, inf + part.figures.inf, count + part.figures.count)
        });
        (self.finite && nan + inf > 0).then(|| {
            Error::usage(format!("not all of {count} elements are finite: {nan} NaN, {inf} infinite")).at(facts.path())
        })
    }
}

fn as_float(value: Value) -> Option<f64> {
    match value {
        Value::Int(value) => Some(value as f64),
        Value::Float(value) => Some(value),
        _ => None,
    }
}

fn add_fields(parts: &mut Vec<(String, View, DType)>, prefix: &str, view: &View, record: &Record) {
    for field in record.fields() {
        let name = format!("{prefix}{}", field.name);
        let mut axes = view.axes().to_vec();
        let mut stride = field.nbytes() as i64;
        for &len in &field.shape {
            stride /= len.max(1) as i64;
            axes.push(Axis::Strided { len, stride });
        }
        let own = View::new(view.offset() + field.offset as u64, axes, Item::whole(field.dtype.itemsize()));
        match field.dtype.record() {
            Some(inner) => add_fields(parts, &format!("{name}."), &own, inner),
            None if items(&field.dtype).is_some() => parts.push((name, own, field.dtype.clone())),
            None => {}
        }
    }
}

impl Measured {
    /// For people: a line for each figure, then the counts, with bars on a terminal.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for part in &self.parts {
            if self.shows_stats {
                if !part.name.is_empty() {
                    text.extend(["\n", &crate::escape::printable(&part.name), "\n"]);
                }
                text.extend(part.figures().into_iter().map(|(name, value)| format!("{name:<12}{}\n", value.shown())));
            }
            if let Some((edges, counts)) = &part.histogram {
                text.push('\n');
                if !part.name.is_empty() && !self.shows_stats {
                    text.extend([&*crate::escape::printable(&part.name), "\n"]);
                }
                text += &if io::stdout().is_terminal() { bars(edges, counts) } else { columns(edges, counts) };
            }
        }
        text
    }

    /// For programs: the keys `stats` and `histogram`, by field where there are fields.
    pub(super) fn json(&self) -> Vec<String> {
        let by_field = |value: &dyn Fn(&Part) -> Option<String>| {
            let values: Vec<(&str, String)> =
                self.parts.iter().filter_map(|part| Some((part.name.as_str(), value(part)?))).collect();
            match &values[..] {
                [] => None,
                [("", value)] => Some(value.clone()),
                _ => {
                    let pair = |(name, value): &(&str, String)| format!("{}: {value}", serde_json::Value::from(*name));
                    Some(format!("{{{}}}", values.iter().map(pair).collect::<Vec<_>>().join(", ")))
                }
            }
        };
        let stats =
            by_field(&|part| self.shows_stats.then(|| part.stats_json())).map(|json| format!("\"stats\": {json}"));
        let histogram = by_field(&Part::histogram_json).map(|json| format!("\"histogram\": {json}"));
        stats.into_iter().chain(histogram).collect()
    }
}

/// A figure in the type in which it is shown.
struct Shown {
    value: Option<Value>,
    number: Number,
}

impl Shown {
    fn count(count: u64) -> Self {
        Self { value: Some(Value::Int(count.into())), number: Number::UInt64 }
    }

    fn print(&self, print: impl Fn(&Scalar, &[u8], &mut Vec<u8>)) -> Option<String> {
        // Sums have more digits than any integer dtype.
        if let Some(Value::Int(value)) = self.value
            && self.number != Number::Bool
        {
            return Some(value.to_string());
        }
        let mut item = Vec::new();
        self.value?.store(self.number, crate::cast::Overflow::Saturate, &mut item).ok()?;
        let mut text = Vec::new();
        print(&Scalar::of(&DType::native(self.number)), &item, &mut text);
        Some(String::from_utf8_lossy(&text).into_owned())
    }

    fn shown(&self) -> String {
        self.print(Scalar::print).unwrap_or_else(|| "nan".to_owned())
    }

    fn json(&self) -> String {
        self.print(Scalar::print_json).unwrap_or_else(|| "\"NaN\"".to_owned())
    }
}

impl Part {
    /// All nine figures in their order.
    fn figures(&self) -> [(&'static str, Shown); 9] {
        let Figures { count, nan, inf, zero, ends, sum, mean, std, .. } = self.figures;
        let own = self.dtype.number().unwrap_or(Number::Float64);
        let wide = if own.class() == Class::Complex { Number::Complex128 } else { Number::Float64 };
        let end = |value| Shown { value, number: own };
        [
            ("count", Shown::count(count)),
            ("nan", Shown::count(nan)),
            ("inf", Shown::count(inf)),
            ("zero", Shown::count(zero)),
            ("min", end(ends.map(|ends| ends.0))),
            ("max", end(ends.map(|ends| ends.1))),
            ("sum", Shown { value: Some(sum), number: wide }),
            ("mean", Shown { value: mean, number: wide }),
            ("std", Shown { value: Some(Value::Float(std)), number: Number::Float64 }),
        ]
    }

    fn stats_json(&self) -> String {
        let pairs = self.figures().map(|(name, value)| format!("\"{name}\": {}", value.json()));
        format!("{{{}}}", pairs.join(", "))
    }

    fn histogram_json(&self) -> Option<String> {
        let (edges, counts) = self.histogram.as_ref()?;
        let edges: Vec<String> = shown(edges).collect();
        let counts: Vec<String> = counts.iter().map(u64::to_string).collect();
        Some(format!("{{\"edges\": [{}], \"counts\": [{}]}}", edges.join(", "), counts.join(", ")))
    }
}

/// Each edge in the dtype of all.
fn shown(edges: &Edges) -> impl Iterator<Item = String> {
    edges.values().iter().map(|&edge| Shown { value: Some(Value::Float(edge)), number: edges.number() }.shown())
}

/// Lower edge, upper edge and count of each bin.
fn columns(edges: &Edges, counts: &[u64]) -> String {
    let edges: Vec<String> = shown(edges).collect();
    let line = |(edges, count): (&[String], &u64)| format!("{}\t{}\t{count}\n", edges[0], edges[1]);
    edges.windows(2).zip(counts).map(line).collect()
}

/// Lower edge, count and a bar for each bin.
fn bars(edges: &Edges, counts: &[u64]) -> String {
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let lows: Vec<String> = shown(edges).take(counts.len()).collect();
    let (low_width, count_width) = (lows.iter().map(String::len).max().unwrap_or(0), most.to_string().len());
    let line = |(low, &count): (&String, &u64)| {
        let eighths = (u128::from(count) * (8 * BAR) as u128).div_ceil(most.into()) as usize;
        let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
        let bar = "█".repeat(eighths / 8) + part;
        format!("{low:>low_width$}  {count:>count_width$}  {bar}").trim_end().to_owned() + "\n"
    };
    lows.iter().zip(counts).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_counts() {
        let edges = Edges::new(0.0, 3.0, 3, Number::Float64).expect("three bins");
        assert_eq!(bars(&edges, &[1, 0, 400]), format!("0.0    1  ▏\n1.0    0\n2.0  400  {}\n", "█".repeat(50)));
        assert_eq!(columns(&edges, &[1, 0, 4]), "0.0\t1.0\t1\n1.0\t2.0\t0\n2.0\t3.0\t4\n");
    }
}
