//! Values that depend on their place alone: `--arange` and `--linspace` as NumPy makes them, and `--random`.
//!
//! A generator gives the items of any range of ranks, so threads and chunks do not matter. It gives them in a type of
//! its own; the conversion to the array's dtype is the caller's, and so is what a rank counts: the elements of a
//! selection, or those of the whole array.

mod arange;
mod linspace;
mod normal;
mod philox;
mod random;
mod seed;

use std::ops::Range;

use bytemuck::bytes_of;

pub use arange::Arange;
pub use linspace::Linspace;
pub use random::{Distribution, Random};
pub use seed::Seed;

use crate::dtype::{DType, Number};
use crate::error::{Error, Result};
use crate::scalar::Scalar;

/// Makes the items of any range of ranks.
pub trait Generate: Sync {
    /// The type of the items, in native byte order.
    fn dtype(&self) -> DType;

    /// Makes the items of these ranks; `items` has room for exactly them.
    fn make(&self, ranks: Range<u64>, items: &mut [u8]);
}

fn make_each<T: bytemuck::Pod>(ranks: Range<u64>, items: &mut [u8], value: impl Fn(u64) -> T) {
    for (rank, item) in ranks.zip(items.chunks_exact_mut(size_of::<T>())) {
        item.copy_from_slice(bytes_of(&value(rank)));
    }
}

fn integer(text: &str) -> Result<i128> {
    let mut signed = [0; 8];
    if Scalar::of(&DType::native(Number::Int64)).parse(text, &mut signed).is_ok() {
        return Ok(bytemuck::cast::<_, i64>(signed).into());
    }
    element::<u64>(text).map(i128::from).map_err(|_| Error::usage(format!("'{text}' is no 64-bit integer")))
}

/// The value of a text as an element.
fn element<T: crate::dtype::Element>(text: &str) -> Result<T> {
    let mut value = T::zeroed();
    Scalar::of(&DType::native(T::NUMBER)).parse(text, bytemuck::bytes_of_mut(&mut value))?;
    Ok(value)
}

fn uncountable(option: &str, dtype: &DType) -> Error {
    Error::usage(format!("{option} cannot count in {}", dtype.name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cast::{Conversion, Overflow};

    fn hex(generate: &dyn Generate, dtype: &DType, count: u64) -> String {
        let mut items = vec![0; count as usize * generate.dtype().itemsize()];
        // In two pieces, which must not matter.
        let (first, rest) = items.split_at_mut((count / 2) as usize * generate.dtype().itemsize());
        generate.make(0..count / 2, first);
        generate.make(count / 2..count, rest);
        let convert = Conversion::between(&generate.dtype(), dtype, Overflow::Error).expect("numbers convert");
        let mut converted = Vec::new();
        let items = convert.apply(&mut items, &mut converted).expect("they fit");
        items.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
    }

    fn dtype(text: &str) -> DType {
        text.parse::<crate::dtype::Parsed>().expect(text).dtype
    }

    /// `numpy.arange(0.1, 2, 0.3, dtype).tobytes().hex()`
    #[test]
    fn counts_as_arange_does() {
        let cases = [
            (
                "<f8",
                "9a9999999999b93f9a9999999999d93f676666666666e63f010000000000f03fceccccccccccf43f9b9999999999f93f686666666666fe3f",
            ),
            ("<f4", "cdcccc3dcdcccc3e3433333f0000803f6766a63fcdcccc3f3433f33f"),
            ("<f2", "662e66369939003c333d663e993f"),
        ];
        for (name, expected) in cases {
            let arange = Arange::new(&dtype(name), Some("0.1"), Some("0.3"), 7, Overflow::Error).expect(name);
            assert_eq!(hex(&arange, &dtype(name), 7), expected, "{name}");
        }
        let down = Arange::new(&dtype("<i2"), Some("5"), Some("-2"), 3, Overflow::Error).expect("it fits");
        assert_eq!(hex(&down, &dtype("<i2"), 3), "050003000100");
        let high = Arange::new(&dtype("<u8"), Some("18446744073709551614"), None, 2, Overflow::Error).expect("it fits");
        assert_eq!(hex(&high, &dtype("<u8"), 2), "feffffffffffffffffffffffffffffff");
    }

    /// `numpy.arange` of `longdouble` and `clongdouble` elements that were read from these texts.
    #[test]
    fn counts_extended_doubles_as_arange_does() {
        let cases = [
            (
                ("<f16", "0.1", "0.3"),
                "cdccccccccccccccfb3f cdccccccccccccccfd3f 34333333333333b3fe3f 0000000000000080ff3f 67666666666666a6ff3f \
                 cdccccccccccccccff3f 34333333333333f3ff3f",
            ),
            (
                ("<f16", "1e-4940", "3e-4945"),
                "628e2763060000000000 3a1d3463060000000000 12ac4063060000000000 ea3a4d63060000000000 c2c95963060000000000 \
                 9a586663060000000000",
            ),
            (
                ("<c32", "0.1+0.7j", "0.3-0.1j"),
                "cdccccccccccccccfb3f 33333333333333b3fe3f cdccccccccccccccfd3f 9999999999999999fe3f 34333333333333b3fe3f \
                 fefffffffffffffffd3f 0000000000000080ff3f caccccccccccccccfd3f",
            ),
        ];
        for ((name, start, step), expected) in cases {
            let dtype = dtype(name);
            // Six bytes of padding follow every ten.
            let expected = format!("{expected} ").replace(' ', "000000000000");
            let count = (expected.len() / 2 / dtype.itemsize()) as u64;
            let arange = Arange::new(&dtype, Some(start), Some(step), count, Overflow::Error).expect(name);
            assert_eq!(hex(&arange, &dtype, count), expected, "{name} {start}");
        }
    }

    #[test]
    fn counts_dates_in_their_steps() {
        let days = dtype("<M8[D]");
        let arange = Arange::new(&days, Some("1970-01-03"), Some("2"), 3, Overflow::Error).expect("dates count");
        assert_eq!(hex(&arange, &days, 3), "020000000000000004000000000000000600000000000000");
    }

    /// `numpy.linspace(0.1, 0.7, 7, dtype=dtype).tobytes().hex()`
    #[test]
    fn spaces_as_linspace_does() {
        let cases = [
            (
                "<f8",
                "9a9999999999b93f9a9999999999c93f333333333333d33f9a9999999999d93f000000000000e03f333333333333e33f666666666666e63f",
            ),
            ("<f4", "cdcccc3dcdcc4c3e9a99993ecdcccc3e0000003f9a99193f3333333f"),
        ];
        for (name, expected) in cases {
            let linspace = Linspace::new(&dtype(name), "0.1,0.7", 7).expect(name);
            assert_eq!(hex(&linspace, &dtype(name), 7), expected, "{name}");
        }
        let floored = Linspace::new(&dtype("i1"), "-3,3", 5).expect("integers");
        assert_eq!(hex(&floored, &dtype("i1"), 5), "fdfe000103");
        assert_eq!(hex(&Linspace::new(&dtype("i1"), "-3,3", 1).expect("one"), &dtype("i1"), 1), "fd");
    }

    #[test]
    fn refuses_what_does_not_fit_or_count() {
        for (name, start, step, count) in
            [("u1", "0", "1", 257), ("i1", "-129", "1", 1), ("u8", "-1", "1", 1), ("i4", "0.5", "1", 1)]
        {
            assert!(
                Arange::new(&dtype(name), Some(start), Some(step), count, Overflow::Error).is_err(),
                "{name} {start}"
            );
        }
        for (name, start, step) in [
            ("f2", "60000", "10000"),
            ("f2", "1e9", "0.3"),
            ("f4", "1e38", "2e38"),
            ("f8", "1e308", "5e307"),
            ("c8", "2e38", "1e38"),
        ] {
            let count = |overflow| Arange::new(&dtype(name), Some(start), Some(step), 3, overflow);
            assert!(count(Overflow::Error).is_err(), "{name}");
            assert!(count(Overflow::Wrap).is_ok(), "{name}");
        }
        assert!(Arange::new(&dtype("i2"), Some("32766"), None, 4, Overflow::Wrap).is_ok());
        assert!(Arange::new(&dtype("?"), None, None, 2, Overflow::Error).is_err());
        assert!(Arange::new(&dtype("S3"), None, None, 2, Overflow::Error).is_err());
        assert!(Arange::new(&dtype("f16"), Some("0.5+1j"), None, 2, Overflow::Error).is_err());
        assert!(Arange::new(&dtype("c32"), None, Some("half"), 2, Overflow::Error).is_err());
        assert!(Linspace::new(&dtype("M8[D]"), "0,1", 2).is_err());
        assert!(Linspace::new(&dtype("f8"), "0", 2).is_err());
    }
}
