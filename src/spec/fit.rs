//! Why an array and a file do not fit, and what would: the hints of a size mismatch.

use super::{ArraySpec, Dims};
use crate::dtype::{DType, Number};
use crate::error::Error;

/// What raw files mostly hold, most usual first.
const USUAL: &[Number] = &[
    Number::Float64,
    Number::Float32,
    Number::Int64,
    Number::Int32,
    Number::UInt16,
    Number::Int16,
    Number::UInt8,
    Number::Float16,
    Number::Complex128,
    Number::Complex64,
];

/// The array ends before or behind the end of the file. `inner` are the axes that the dtype itself brought.
pub(super) fn misfit(spec: &ArraySpec, inner: &[u64], file_len: u64) -> Error {
    let (nbytes, end) = (spec.nbytes(), spec.end());
    let from = if spec.offset > 0 { format!(" from offset {} on", spec.offset) } else { String::new() };
    let over = if file_len > end { format!(": {} left over", file_len - end) } else { String::new() };
    let what = format!(
        "shape {} of {} is {nbytes} bytes{from}, but the file has {file_len}{over}",
        spec.shape,
        spec.dtype.name()
    );
    let available = file_len - spec.offset;
    let outer = &spec.shape.dims()[..spec.shape.ndim() - inner.len()];
    let mut error = Error::usage(what);
    let shapes = fitting_shapes(outer, inner, spec.dtype.itemsize(), available);
    if !shapes.is_empty() {
        error = error.hint(format!("{} would fit", either(&shapes)));
    }
    let dtypes = fitting_dtypes(&spec.dtype, spec.shape.size(), available);
    if !dtypes.is_empty() {
        error = error.hint(format!("{} would fit", either(&dtypes)));
    }
    if file_len > end && nbytes > 0 {
        error = error
            .hint(format!("--offset {} takes the last {nbytes} bytes, behind a header", file_len - nbytes))
            .hint("--allow-trailing takes the first and leaves the rest alone");
    }
    error
}

/// The open axis cannot be inferred: `one` position along it is `one` bytes.
pub(super) fn indivisible(dims: &Dims, dtype: &DType, offset: u64, available: u64, one: u64) -> Error {
    let rest = available % one;
    let unit = if one == dtype.itemsize() as u64 {
        format!("{one}-byte elements ({})", dtype.name())
    } else {
        format!("{one}-byte slices (shape {dims} of {})", dtype.name())
    };
    let mut error = Error::usage(format!("{available} bytes are no whole number of {unit}: {rest} left over"));
    let items = one / dtype.itemsize() as u64;
    let divides =
        |number: &&Number| items.checked_mul(number.itemsize() as u64).is_some_and(|one| available.is_multiple_of(one));
    let fitting = USUAL.iter().filter(divides).take(3).map(|number| format!("--dtype {number}")).collect::<Vec<_>>();
    if !fitting.is_empty() {
        error = error.hint(format!("{} would fit", either(&fitting)));
    }
    let bytes = if rest == 1 { "byte" } else { "bytes" };
    error.hint(format!(
        "--offset {} skips a header of that size; --allow-trailing leaves the last {rest} {bytes} alone",
        offset + rest
    ))
}

/// The shape with one axis, the first that can be, made as long as the file.
fn fitting_shapes(outer: &[u64], inner: &[u64], itemsize: usize, available: u64) -> Vec<String> {
    let inner: u64 = inner.iter().product::<u64>() * itemsize as u64;
    let mut shapes = Vec::new();
    for axis in 0..outer.len() {
        let others = outer.iter().enumerate().filter(|(other, _)| *other != axis);
        let Some(one) = others.map(|(_, &len)| len).try_fold(inner, u64::checked_mul) else { continue };
        if one > 0 && available >= one && available.is_multiple_of(one) {
            let dims = outer.iter().enumerate().map(|(at, len)| if at == axis { available / one } else { *len });
            shapes.push(format!("--shape {}", dims.map(|len| len.to_string()).collect::<Vec<_>>().join(",")));
        }
    }
    shapes.truncate(3);
    shapes
}

/// The dtypes, most usual first, of which `size` elements are as long as the file.
fn fitting_dtypes(dtype: &DType, size: u64, available: u64) -> Vec<String> {
    let fits = |number: &&Number| size > 0 && available == size.saturating_mul(number.itemsize() as u64);
    let other = |number: &&Number| Some(**number) != dtype.number();
    USUAL.iter().filter(fits).filter(other).take(3).map(|number| format!("--dtype {number}")).collect()
}

/// `A, B or C`.
fn either(words: &[String]) -> String {
    match words {
        [rest @ .., last] if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}
