//! Which columns of a text are wanted: by position or by name, and where each then stands.

use std::str::FromStr;

use crate::error::{Error, Result};
use crate::escape::printable;

/// The most columns that a row is asked for.
const MOST: usize = 1 << 24;

/// A column, by its position or its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// The position counts from 0; negative ones count from the last.
    At(i64),
    /// The name stands in the header.
    Named(String),
}

impl FromStr for Column {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.trim_ascii() {
            "" => Err(Error::usage("a column is a position or a name")),
            text => Ok(text.parse().map_or_else(|_| Self::Named(text.to_owned()), Self::At)),
        }
    }
}

/// Columns with commas between them. What stands in quotes, as in csv, is a name whatever it looks like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns(pub Vec<Column>);

impl FromStr for Columns {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut columns = Vec::new();
        let mut rest = text;
        loop {
            let (column, after) = if let Some(quoted) = rest.trim_ascii_start().strip_prefix('"') {
                let (name, after) = unquoted(quoted)?;
                (Column::Named(name), after.trim_ascii_start())
            } else {
                let len = rest.find(',').unwrap_or(rest.len());
                (rest[..len].parse()?, &rest[len..])
            };
            columns.push(column);
            if after.is_empty() {
                return Ok(Self(columns));
            }
            rest = after.strip_prefix(',').ok_or_else(|| Error::usage("a comma is missing behind a name in quotes"))?;
        }
    }
}

/// A name up to the quote that closes it, and what is behind that.
fn unquoted(text: &str) -> Result<(String, &str)> {
    let mut name = String::new();
    let mut rest = text;
    loop {
        let Some((part, after)) = rest.split_once('"') else {
            return Err(Error::usage("the quote in front of a name is never closed"));
        };
        name.push_str(part);
        match after.strip_prefix('"') {
            Some(after) => {
                name.push('"');
                rest = after;
            }
            None => return Ok((name, after)),
        }
    }
}

/// For each column up to the last that is wanted, its place among those that are.
///
/// # Errors
/// Usage, where a column is not there, or it is not known which is meant, or one is wanted twice.
pub(super) fn picks(wanted: &[Column], names: Option<&[String]>) -> Result<Vec<Option<usize>>> {
    let mut picks = Vec::new();
    for (place, column) in wanted.iter().enumerate() {
        let position = position(column, names)?;
        if picks.len() <= position {
            picks.resize(position + 1, None);
        }
        if picks[position].replace(place).is_some() {
            return Err(Error::usage(format!("column {position} is wanted twice")));
        }
    }
    Ok(picks)
}

fn position(column: &Column, names: Option<&[String]>) -> Result<usize> {
    match (column, names) {
        (&Column::At(position), Some(names)) => {
            let from = if position < 0 { names.len() as i64 } else { 0 };
            let found = usize::try_from(from.saturating_add(position)).ok().filter(|&found| found < names.len());
            let count = names.len();
            found.ok_or_else(|| {
                Error::usage(format!("there is no column {position}: the header names {count}, and the first is 0"))
            })
        }
        (&Column::At(position), None) if position >= 0 => Ok(usize::try_from(position).unwrap_or(usize::MAX).min(MOST)),
        (Column::At(position), None) => {
            Err(Error::usage(format!("column {position} counts from the last, which only --header tells")))
        }
        (Column::Named(name), Some(names)) => {
            let mut found = names.iter().enumerate().filter(|(_, other)| *other == name).map(|(at, _)| at);
            match (found.next(), found.next()) {
                (Some(at), None) => Ok(at),
                (Some(first), Some(second)) => {
                    let name = printable(name);
                    Err(Error::usage(format!("columns {first} and {second} are both called '{name}', the first is 0"))
                        .hint(format!("--columns {first} takes the first of them")))
                }
                (None, _) => Err(unknown(name, names)),
            }
        }
        (Column::Named(name), None) => {
            let name = printable(name);
            Err(Error::usage(format!("column '{name}' is a name, and there is no header")).hint("--header"))
        }
    }
}

/// A name that is not there, beside those that are, as they would be typed.
fn unknown(name: &str, names: &[String]) -> Error {
    let typed = |name: &String| {
        if name.contains([',', '"']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name.clone() }
    };
    let typed: Vec<String> = names.iter().map(typed).collect();
    let (name, there) = (printable(name).into_owned(), typed.join(", "));
    Error::usage(format!("the header has no column '{name}' (it has {})", printable(&there)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Column {
        Column::Named(name.to_owned())
    }

    fn read(text: &str) -> Result<Vec<Column>> {
        text.parse().map(|Columns(columns)| columns)
    }

    #[test]
    fn what_is_quoted_is_a_name() {
        let all = [Column::At(0), named("lon"), Column::At(-1)];
        assert_eq!(read("0, lon,-1").expect("columns"), all);
        let all = [named("a,b"), named("2020"), named("say \"hi\""), Column::At(3)];
        assert_eq!(read(r#""a,b","2020" , "say ""hi""",3"#).expect("columns"), all);
        for text in ["", "0,", "0,,1", "\"a", "\"a\"b", "\"a\"\""] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn columns_are_found_by_position_and_name() {
        let names = ["x", "y", "a,b", "x"].map(str::to_owned);
        let found = |wanted: &[Column]| picks(wanted, Some(&names)).map_err(|error| error.message().to_owned());
        assert_eq!(found(&[named("a,b"), Column::At(0)]), Ok(vec![Some(1), None, Some(0)]));
        assert_eq!(found(&[Column::At(-1)]), Ok(vec![None, None, None, Some(0)]));
        for (column, message) in [
            (named("x"), "columns 0 and 3 are both called 'x', the first is 0"),
            (named("z"), "the header has no column 'z' (it has x, y, \"a,b\", x)"),
            (Column::At(4), "there is no column 4: the header names 4, and the first is 0"),
            (Column::At(-5), "there is no column -5: the header names 4, and the first is 0"),
        ] {
            assert_eq!(found(&[column]).expect_err(message), message);
        }
        assert_eq!(picks(&[Column::At(1)], None).expect("a position"), [None, Some(0)]);
        assert!(picks(&[Column::At(-1)], None).is_err());
    }
}
