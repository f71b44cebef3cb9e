//! What to do where a format has no word for a dtype.

use crate::cast::Casting;
use crate::dtype::{DType, Number};
use crate::error::Error;
use crate::spec::ArraySpec;

/// Types that every format has a word for, the smallest first.
const KNOWN_TO_ALL: [Number; 4] = [Number::UInt8, Number::Int16, Number::Float32, Number::Float64];

/// The error of a format that has no element type for an array; `FILE` in its hints stands for the array.
pub(super) fn unsaid(message: String, spec: &ArraySpec) -> Error {
    let error = Error::usage(message);
    let known = KNOWN_TO_ALL.map(DType::native);
    // Nothing that a number is may get lost on the way; of complex numbers, text and records something would.
    let wide = known.into_iter().find(|known| Casting::Safe.allows(&spec.dtype.to_native(), known));
    let Some(wide) = wide.filter(|_| spec.dtype.number().is_some()) else { return error.hint("--emit json says it") };
    error
        .hint(format!("rmm slice FILE --raw --spec '{spec}' --astype {} -o OUT.raw", wide.name()))
        .hint("--emit json says it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Request;

    #[test]
    fn what_converts_without_loss_is_converted() {
        for (spec, wide) in [
            ("bool:4,5", Some("uint8")),
            ("i1:4@7", Some("int16")),
            ("f2:4", Some("float32")),
            (">f2:4", Some("float32")),
            ("bfloat16:4", Some("float32")),
            ("c8:4", None),
            ("S3:4", None),
            ("{x:f4,y:i2}:4", None),
        ] {
            let spec = spec.parse::<Request>().and_then(|request| request.resolve_new()).expect(spec);
            let error = unsaid("no word".to_owned(), &spec);
            let (last, commands) = error.hints().split_last().expect("a hint");
            assert_eq!(last, "--emit json says it");
            let expected = wide.map(|wide| format!("rmm slice FILE --raw --spec '{spec}' --astype {wide} -o OUT.raw"));
            assert!(commands.iter().eq(expected.iter()), "{commands:?}");
        }
    }
}
