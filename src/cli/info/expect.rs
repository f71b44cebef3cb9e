//! `--expect`: what of an array is not as a SPEC says.

use super::facts::Facts;
use crate::array::Origin;
use crate::dtype::Parsed;
use crate::error::Error;
use crate::format::npy;
use crate::shape::Order;
use crate::spec::{ArraySpec, Request};

/// One complaint for each part that differs, in the order of a SPEC; none where the array is as expected.
pub(super) fn differences(expected: &Request, facts: &Facts) -> Vec<Error> {
    let found = match facts.spec() {
        Ok(found) => found,
        Err(misfit) => {
            let error = Error::usage(format!("nothing says what is in the file: {}", misfit.message()));
            return vec![error.at(facts.path()).hint("say it with --dtype, --shape or --spec")];
        }
    };
    let mut errors: Vec<Error> = parts(expected, found).map(|text| Error::usage(text).at(facts.path())).collect();
    if facts.origin() == Origin::Default
        && let Some(last) = errors.pop()
    {
        errors.push(last.hint("nothing says what is in the file: say it with --dtype, --shape or --spec"));
    }
    errors
}

fn parts(expected: &Request, found: &ArraySpec) -> impl Iterator<Item = String> {
    let differs = |key: &str, expected: &dyn std::fmt::Display, found: &dyn std::fmt::Display| {
        format!("expected {key} {expected}, found {found}")
    };
    let inner = expected.dtype.as_ref().map_or(&[][..], |Parsed { shape, .. }| shape);
    let dtype = expected.dtype.as_ref().filter(|parsed| parsed.dtype != found.dtype);
    let dtype = dtype.map(|parsed| differs("dtype", &parsed.dtype, &found.dtype));
    let shape = match &expected.shape {
        Some(dims) => {
            let dims = dims.extended(inner);
            (!dims.allows(&found.shape)).then(|| differs("shape", &dims, &found.shape))
        }
        None if found.shape.dims().ends_with(inner) => None,
        None => {
            let inner: Vec<String> = inner.iter().map(u64::to_string).collect();
            Some(differs("shape", &format_args!("...,{}", inner.join(",")), &found.shape))
        }
    };
    let order = expected.order.filter(|&order| order != found.order && !has_both_orders(found));
    let order = order.map(|order| differs("order", &order, &found.order));
    let offset = expected.offset.filter(|&offset| offset != found.offset);
    let offset = offset.map(|offset| differs("offset", &offset, &found.offset));
    [dtype, shape, order, offset].into_iter().flatten()
}

/// Whether the elements lie in C and in F order at once, because one axis at most is long.
pub(super) fn has_both_orders(spec: &ArraySpec) -> bool {
    npy::saved_order(&spec.shape, Order::F) == Order::C
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(text: &str) -> ArraySpec {
        text.parse::<Request>().and_then(|request| request.resolve_new()).expect(text)
    }

    fn differences(expected: &str, found: &str) -> Vec<String> {
        parts(&expected.parse().expect(expected), &spec(found)).collect()
    }

    #[test]
    fn what_is_left_out_may_be_anything() {
        for expected in [":", "<f4", ":3,4", "::F", "@128", "<f4:3,4:F@128", ":-1,4", ":3,-1"] {
            assert_eq!(differences(expected, "<f4:3,4:F@128"), [""; 0], "{expected}");
        }
    }

    #[test]
    fn every_difference_is_told() {
        assert_eq!(differences("<f4:3,4", "<f4:3,5"), ["expected shape 3,4, found 3,5"]);
        assert_eq!(differences("<f4:-1,4", "<f4:3,5"), ["expected shape -1,4, found 3,5"]);
        assert_eq!(differences(":-1", "<f4:3,5"), ["expected shape -1, found 3,5"]);
        assert_eq!(differences(">f4", "<f4:3"), ["expected dtype >f4, found <f4"]);
        let all = [
            "expected dtype <f8, found <f4",
            "expected shape 2, found 3,3",
            "expected order C, found F",
            "expected offset 0, found 8",
        ];
        assert_eq!(differences("<f8:2:C@0", "<f4:3,3:F@8"), all);
    }

    #[test]
    fn a_dtype_without_byte_order_is_native() {
        let found = format!("{}:3", crate::dtype::parse("f4").expect("native").dtype);
        assert_eq!(differences("f4", &found), [""; 0]);
    }

    #[test]
    fn axes_of_the_dtype_stand_behind_the_others() {
        assert_eq!(differences("(2,3)<f4", "<f4:5,2,3"), [""; 0]);
        assert_eq!(differences("(2,3)<f4:-1", "<f4:5,2,3"), [""; 0]);
        assert_eq!(differences("(2,3)<f4", "<f4:5,3"), ["expected shape ...,2,3, found 5,3"]);
        assert_eq!(differences("(2,3)<f4:4", "<f4:5,2,3"), ["expected shape 4,2,3, found 5,2,3"]);
    }

    #[test]
    fn one_long_axis_has_both_orders() {
        for found in ["<f4:7:F", "<f4:1,7:F", "<f4:():F", "<f4:0,3:F"] {
            assert_eq!(differences("::C", found), [""; 0], "{found}");
        }
    }
}
