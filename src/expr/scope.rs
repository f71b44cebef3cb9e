//! What names stand for: the arrays of an expression and their fields, its index variables, and constants.

use super::caret::nearest;
use super::promote::computed;
use super::weak::Weak;
use crate::dtype::{self, DType, Number};
use crate::error::{Error, Result};

/// An array that an expression may name.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// The type of its elements, whose bytes are in any order: inputs are given in the machine's own.
    pub dtype: DType,
}

/// What an expression reads of a variable: its elements, or one field of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The position of the variable among those given.
    pub variable: usize,
    /// Where the field begins, in bytes from the beginning of the element.
    pub offset: usize,
    /// The type of the element or field, in the byte order of the file; blocks are given in the machine's own.
    pub dtype: DType,
}

/// What a name stands for.
pub(super) enum Found {
    /// An input, and the dtype in which it is computed.
    Input(usize, Number),
    /// The coordinate along an axis.
    Index(usize),
    Constant(Weak),
}

/// The names that an expression may use, and the inputs that it did use.
pub(super) struct Scope<'a> {
    variables: &'a [Variable],
    axes: usize,
    pub(super) inputs: Vec<Input>,
}

/// The index variables that have a letter.
const LETTERS: [&str; 3] = ["i", "j", "k"];

const CONSTANTS: [(&str, Weak); 6] = [
    ("pi", Weak::Float(std::f64::consts::PI)),
    ("e", Weak::Float(std::f64::consts::E)),
    ("inf", Weak::Float(f64::INFINITY)),
    ("nan", Weak::Float(f64::NAN)),
    ("True", Weak::Bool(true)),
    ("False", Weak::Bool(false)),
];

impl<'a> Scope<'a> {
    /// Of these variables, and the index variables of an array of `axes` dimensions.
    pub(super) fn new(variables: &'a [Variable], axes: usize) -> Self {
        Self { variables, axes, inputs: Vec::new() }
    }

    /// What a name with its fields stands for: variables go before index variables, and those before constants.
    ///
    /// # Errors
    /// Usage, without a column, where it stands for nothing or for what cannot be computed with.
    pub(super) fn find(&mut self, path: &[&str]) -> Result<Found> {
        let name = path[0];
        if let Some(variable) = self.variables.iter().position(|variable| variable.name == name) {
            return self.input(variable, &path[1..]);
        }
        if path.len() > 1 && (name == "np" || name == "numpy") {
            return Err(Error::usage(format!("'{}' is written {}", path.join("."), path[1..].join("."))));
        }
        let found = match axis(name) {
            Some(axis) if axis < self.axes => Some(Found::Index(axis)),
            Some(_) => {
                let dimensions =
                    if self.axes == 1 { "1 dimension".to_owned() } else { format!("{} dimensions", self.axes) };
                return Err(Error::usage(format!("'{name}' is no index of an array of {dimensions}")));
            }
            None => CONSTANTS.iter().find(|(known, _)| *known == name).map(|(_, value)| Found::Constant(*value)),
        };
        let Some(found) = found else { return Err(self.unknown(name)) };
        if path.len() > 1 {
            return Err(Error::usage(format!("'{name}' has no fields")));
        }
        Ok(found)
    }

    fn input(&mut self, variable: usize, fields: &[&str]) -> Result<Found> {
        let mut input = Input { variable, offset: 0, dtype: self.variables[variable].dtype.clone() };
        let mut path = self.variables[variable].name.clone();
        for &name in fields {
            let record = input.dtype.record().ok_or_else(|| {
                let error = Error::usage(format!("'{path}' is {} and has no field '{name}'", input.dtype.name()));
                if matches!(name, "real" | "imag") { error.hint(format!("{name}({path})")) } else { error }
            })?;
            let field = record.field(name).ok_or_else(|| {
                let names = record.fields().iter().map(|field| field.name.as_str());
                let error = Error::usage(format!("'{path}' has no field '{name}'"));
                let list = names.clone().collect::<Vec<_>>().join(", ");
                error
                    .hint(nearest(name, names).map_or(format!("it has {list}"), |near| format!("did you mean {near}?")))
            })?;
            path = format!("{path}.{name}");
            if !field.shape.is_empty() {
                return Err(Error::usage(format!("'{path}' is a subarray, with which expressions do not compute")));
            }
            input = Input { offset: input.offset + field.offset, dtype: field.dtype.clone(), ..input };
        }
        let number = computed(&input.dtype).map_err(|error| error.within(format!("'{path}'")))?;
        let known = self.inputs.iter().position(|known| *known == input);
        let position = known.unwrap_or_else(|| {
            self.inputs.push(input);
            self.inputs.len() - 1
        });
        Ok(Found::Input(position, number))
    }

    fn unknown(&self, name: &str) -> Error {
        let mut known: Vec<&str> = self.variables.iter().map(|variable| variable.name.as_str()).collect();
        for name in CONSTANTS.iter().map(|(name, _)| *name).chain(super::functions::names()) {
            known.push(name);
        }
        let error = Error::usage(format!("unknown name '{name}'"));
        if super::functions::function(name).is_some() {
            return error.hint(format!("a function has arguments: {name}(x)"));
        }
        match nearest(name, known.into_iter()) {
            // A letter is rather an array that is missing.
            _ if name.len() > 1 && dtype::parse(name).is_ok_and(|parsed| parsed.dtype.number().is_some()) => {
                error.hint(format!("a dtype is a function that casts: {name}(x)"))
            }
            Some(near) => error.hint(format!("did you mean {near}?")),
            None => error.hint(format!("--with {name}=FILE adds an array of that name")),
        }
    }
}

/// Why no array should be given this name: no expression can write it, or it has a meaning already.
pub fn taken(name: &str) -> Option<String> {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    let is_name = name.chars().all(joins) && !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit());
    if !is_name {
        return Some("a name is letters, digits and _, and does not begin with a digit".to_owned());
    }
    let is_dtype = |number: &Number| number.name() == name;
    let meaning = if axis(name).is_some() {
        "a coordinate"
    } else if CONSTANTS.iter().any(|(known, _)| *known == name) {
        "a constant"
    } else if super::functions::function(name).is_some() {
        "a function"
    } else if Number::ALL.iter().any(is_dtype) {
        "a dtype"
    } else if matches!(name, "and" | "or" | "not") {
        "an operator of Python"
    } else {
        return None;
    };
    Some(format!("{name} is {meaning}"))
}

/// The axis of an index variable: `i j k` or `i0 i1 …`.
fn axis(name: &str) -> Option<usize> {
    if let Some(axis) = LETTERS.iter().position(|letter| *letter == name) {
        return Some(axis);
    }
    let digits = name.strip_prefix('i')?;
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    if is_plain { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_mean_something_or_cannot_be_written_are_taken() {
        for (name, part) in [
            ("1y", "letters"),
            ("a b", "letters"),
            ("a.b", "letters"),
            ("", "letters"),
            ("i", "i is a coordinate"),
            ("i12", "a coordinate"),
            ("pi", "a constant"),
            ("True", "a constant"),
            ("asin", "a function"),
            ("float32", "a dtype"),
            ("not", "an operator"),
        ] {
            assert!(taken(name).is_some_and(|said| said.contains(part)), "{name}: {:?}", taken(name));
        }
        for name in ["y", "b", "_1", "é", "i01", "ij", "x"] {
            assert_eq!(taken(name), None, "{name}");
        }
    }
}
