//! Which conversions a rule allows: NumPy's `can_cast`, by type alone and before a byte is read.

use std::fmt;
use std::str::FromStr;

use crate::dtype::{Class, DType, Field, Kind, Number, Record, TimeStep, TimeUnit};
use crate::error::{Error, Result};

/// A rule that says which conversions may happen unasked, from the strictest to the loosest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Casting {
    /// None: the same type in the same byte order.
    No,
    /// Only of byte order.
    Equiv,
    /// Only those that keep every value.
    Safe,
    /// Those that stay within a kind too, as `float64` to `float32`.
    #[default]
    SameKind,
    /// All.
    Unsafe,
}

impl Casting {
    /// Every rule with NumPy's word for it.
    pub const ALL: &[(Self, &'static str)] = &[
        (Self::No, "no"),
        (Self::Equiv, "equiv"),
        (Self::Safe, "safe"),
        (Self::SameKind, "same_kind"),
        (Self::Unsafe, "unsafe"),
    ];

    /// Whether elements of type `from` may become elements of type `to`, as `numpy.can_cast` says.
    ///
    /// Left alone on purpose: all floats are of one kind (in `ml_dtypes` some of its own are of none), and
    /// `M8[1000ms]` is not taken for `M8[s]`. A conversion that is allowed may still be one that no kernel does.
    pub fn allows(self, from: &DType, to: &DType) -> bool {
        loosest_needed(from, to).is_some_and(|needed| needed <= self)
    }

    /// Fails, naming both types and the rule, unless the conversion is allowed.
    pub fn check(self, from: &DType, to: &DType) -> Result<()> {
        if self.allows(from, to) {
            return Ok(());
        }
        let (from_name, to_name) = match (from.name(), to.name()) {
            // What has one name may differ in byte order, or in fields.
            (one, other) if one == other => (from.to_string(), to.to_string()),
            names => names,
        };
        let error = Error::usage(format!("cannot cast from {from_name} to {to_name} according to the rule '{self}'"));
        Err(if Self::Unsafe.allows(from, to) { error.hint("--casting unsafe") } else { error })
    }
}

impl FromStr for Casting {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let found = Self::ALL.iter().find(|(_, word)| *word == text);
        let unknown = || Error::usage(format!("unknown casting rule '{text}': no, equiv, safe, same_kind or unsafe"));
        found.map(|(rule, _)| *rule).ok_or_else(unknown)
    }
}

impl fmt::Display for Casting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL[*self as usize].1)
    }
}

/// The strictest rule that allows the conversion; `None` where not even `unsafe` does.
fn loosest_needed(from: &DType, to: &DType) -> Option<Casting> {
    if from == to {
        return Some(Casting::No);
    }
    Some(match (from.kind(), to.kind()) {
        (Kind::Record(from), Kind::Record(to)) => return record(from, to),
        (Kind::Record(from), _) => return (from.fields().len() == 1).then_some(Casting::Unsafe),
        (_, Kind::Record(_)) => Casting::Unsafe,
        (a, b) if a == b => Casting::Equiv,
        (Kind::Number(from), Kind::Number(to)) => number(*from, *to),
        (Kind::Number(from), Kind::Bytes(len) | Kind::Str(len)) => by_length(text_len(*from), *len),
        (Kind::Bytes(from), Kind::Bytes(to) | Kind::Str(to))
        | (Kind::Str(from), Kind::Str(to))
        | (Kind::Void(from), Kind::Void(to)) => by_length(*from, *to),
        (Kind::Number(_) | Kind::Bytes(_) | Kind::Str(_) | Kind::Datetime(_) | Kind::Timedelta(_), Kind::Void(len))
            if from.itemsize() <= *len =>
        {
            Casting::Safe
        }
        (Kind::Number(from), Kind::Timedelta(_)) => match from.class() {
            Class::Unsigned if from.itemsize() == 8 => Casting::SameKind,
            Class::Bool | Class::Unsigned | Class::Signed => Casting::Safe,
            Class::Float | Class::Complex => Casting::Unsafe,
        },
        (Kind::Datetime(from), Kind::Datetime(to)) => time(*from, *to),
        (Kind::Timedelta(from), Kind::Timedelta(to)) => span(*from, *to),
        _ => Casting::Unsafe,
    })
}

/// The table of numbers: what NumPy calls safe is a matter of class and size, of the same kind a matter of class.
fn number(from: Number, to: Number) -> Casting {
    let parts = |number: Number| if number.class() == Class::Complex { 2 } else { 1 };
    let (from_class, to_class) = (from.class(), to.class());
    let (from_size, to_size) = (from.itemsize() / parts(from), to.itemsize() / parts(to));
    let safe = match (from_class, to_class) {
        (Class::Bool, _) => true,
        (Class::Unsigned, Class::Unsigned) | (Class::Signed, Class::Signed) | (Class::Complex, Class::Complex) => {
            from_size <= to_size
        }
        (Class::Unsigned, Class::Signed) => from_size < to_size,
        // NumPy takes float64 for safe for 64-bit integers, too.
        (Class::Unsigned | Class::Signed, Class::Float | Class::Complex) => {
            to_size >= (2 * from_size).min(8) || from_size == 1
        }
        // No two small formats hold each other; all of them fit float32.
        (Class::Float, Class::Float | Class::Complex) => to_size >= from_size.max(4),
        _ => false,
    };
    if safe {
        Casting::Safe
    } else if from_class <= to_class {
        Casting::SameKind
    } else {
        Casting::Unsafe
    }
}

/// The characters that NumPy sets aside for the text of a number.
fn text_len(number: Number) -> usize {
    match (number.class(), number.itemsize()) {
        (Class::Bool, _) => 5,
        (Class::Unsigned, size) => [3, 5, 10, 20][size.trailing_zeros() as usize],
        (Class::Signed, size) => [4, 6, 11, 21][size.trailing_zeros() as usize],
        (Class::Float, 16) => 48,
        (Class::Float, _) => 32,
        (Class::Complex, 32) => 96,
        (Class::Complex, _) => 64,
    }
}

/// Strings and bytes, by how many fit.
fn by_length(from: usize, to: usize) -> Casting {
    if from <= to { Casting::Safe } else { Casting::SameKind }
}

fn time(from: TimeStep, to: TimeStep) -> Casting {
    match (from.unit, to.unit) {
        (TimeUnit::Generic, _) => Casting::Safe,
        (_, TimeUnit::Generic) => Casting::Unsafe,
        (a, b) if a <= b && divides(from, to) => Casting::Safe,
        _ => Casting::SameKind,
    }
}

/// As [`time`], but years and months have no fixed length in days.
fn span(from: TimeStep, to: TimeStep) -> Casting {
    let is_calendar = |step: TimeStep| step.unit <= TimeUnit::Month;
    let crosses = is_calendar(from) != is_calendar(to) && from.unit != TimeUnit::Generic;
    if crosses { Casting::Unsafe } else { time(from, to) }
}

/// Whether every `from` is a whole number of `to`, whose unit is no longer; years and months are trusted to be.
fn divides(from: TimeStep, to: TimeStep) -> bool {
    let factor = match (from.unit, to.unit) {
        (a, b) if a == b => 1,
        (TimeUnit::Year, TimeUnit::Month) => 12,
        (TimeUnit::Year | TimeUnit::Month, _) => return true,
        (a, b) => super::time::factor(a, b),
    };
    (u128::from(from.count) * factor as u128).is_multiple_of(to.count.into())
}

/// Records convert field by field, by position; other names or titles make it at best safe.
fn record(from: &Record, to: &Record) -> Option<Casting> {
    if from.fields().len() != to.fields().len() {
        return None;
    }
    let mut needed = Casting::Equiv;
    for (from, to) in from.fields().iter().zip(to.fields()) {
        needed = needed.max(field(from, to)?);
    }
    Some(needed)
}

fn field(from: &Field, to: &Field) -> Option<Casting> {
    let elements = loosest_needed(&from.dtype, &to.dtype)?;
    let names = if (&from.name, &from.title) == (&to.name, &to.title) { Casting::Equiv } else { Casting::Safe };
    let shapes = match (&from.shape[..], &to.shape[..]) {
        (a, b) if a == b => Casting::Equiv,
        ([], _) => Casting::Safe,
        _ => Casting::Unsafe,
    };
    Some(elements.max(names).max(shapes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `numpy.can_cast` with `ml_dtypes`, row to column in the order of the table: s safe, k same kind, . unsafe.
    const NUMPY: [&str; 19] = [
        "sssssssssssssssssss", // bool
        ".s.s.s.s.ssssssssss", // int8
        ".ksssssssssssssssss", // uint8
        ".k.s.s.s.kkkkssssss", // int16
        ".kkkssssskkkkssssss", // uint16
        ".k.k.s.s.kkkkksskss", // int32
        ".kkkkkssskkkkksskss", // uint32
        ".k.k.k.s.kkkkksskss", // int64
        ".kkkkkkkskkkkksskss", // uint64
        ".........s.k.ssssss", // float8_e4m3fn
        ".........kskkssssss", // float8_e5m2
        ".........k.s.ssssss", // bfloat16
        ".........kkksssssss", // float16
        ".........kkkkssssss", // float32
        ".........kkkkksskss", // float64
        ".........kkkkkkskks", // float128
        ".........k.k....sss", // complex64
        ".........k.k....kss", // complex128
        ".........k.k....kks", // complex256
    ];

    fn dtype(text: &str) -> DType {
        crate::dtype::parse(text).unwrap().dtype
    }

    fn needed(from: &str, to: &str) -> Option<Casting> {
        loosest_needed(&dtype(from), &dtype(to))
    }

    #[test]
    fn numbers_cast_as_in_numpy() {
        let own = [Number::Float8E4M3, Number::Float8E5M2, Number::BFloat16];
        for (row, &from) in NUMPY.iter().zip(Number::ALL) {
            for (word, &to) in row.chars().zip(Number::ALL) {
                let at_least = match word {
                    _ if from == to => Casting::No,
                    's' => Casting::Safe,
                    // To ml_dtypes, some of its own formats are of no kind; to us they are floats.
                    _ if own.contains(&to) && from.class() == Class::Float => Casting::SameKind,
                    'k' if own.contains(&to) && from.class() == Class::Complex => Casting::Unsafe,
                    _ if to == Number::Float16 && own.contains(&from) => Casting::SameKind,
                    'k' => Casting::SameKind,
                    _ => Casting::Unsafe,
                };
                assert_eq!(number_or_same(from, to), at_least, "{from} to {to}");
            }
        }
    }

    fn number_or_same(from: Number, to: Number) -> Casting {
        loosest_needed(&DType::native(from), &DType::native(to)).unwrap()
    }

    #[test]
    fn byte_order_is_equiv() {
        assert_eq!(needed("<i4", ">i4"), Some(Casting::Equiv));
        assert_eq!(needed(">i2", "<i4"), Some(Casting::Safe));
        assert_eq!(needed("<i4", "<i4"), Some(Casting::No));
        assert!(!Casting::No.allows(&dtype("<i4"), &dtype(">i4")));
    }

    #[test]
    fn texts_are_safe_when_long_enough() {
        for (from, to, wanted) in [
            ("S3", "S8", Casting::Safe),
            ("S8", "S3", Casting::SameKind),
            ("S3", "U3", Casting::Safe),
            ("U3", "S8", Casting::Unsafe),
            ("i8", "S21", Casting::Safe),
            ("i8", "S20", Casting::SameKind),
            ("u8", "U20", Casting::Safe),
            ("bool", "U5", Casting::Safe),
            ("f8", "U31", Casting::SameKind),
            ("c16", "S64", Casting::Safe),
            ("S3", "i4", Casting::Unsafe),
            ("S8", "V3", Casting::Unsafe),
            ("V8", "V3", Casting::SameKind),
            ("i4", "V4", Casting::Safe),
            ("c16", "V8", Casting::Unsafe),
            ("M8[s]", "S60", Casting::Unsafe),
        ] {
            assert_eq!(needed(from, to), Some(wanted), "{from} to {to}");
        }
    }

    #[test]
    fn times_are_safe_toward_shorter_units() {
        for (from, to, wanted) in [
            ("M8[D]", "M8[s]", Casting::Safe),
            ("M8[s]", "M8[D]", Casting::SameKind),
            ("M8[Y]", "M8[7D]", Casting::Safe),
            ("M8[W]", "M8[2D]", Casting::SameKind),
            ("M8[W]", "M8[7D]", Casting::Safe),
            ("M8[24h]", "M8[D]", Casting::SameKind),
            ("M8", "M8[s]", Casting::Safe),
            ("M8[s]", "M8", Casting::Unsafe),
            ("m8[Y]", "m8[M]", Casting::Safe),
            ("m8[M]", "m8[Y]", Casting::SameKind),
            ("m8[Y]", "m8[D]", Casting::Unsafe),
            ("m8", "m8[Y]", Casting::Safe),
            ("i8", "m8[s]", Casting::Safe),
            ("u8", "m8[s]", Casting::SameKind),
            ("f8", "m8[s]", Casting::Unsafe),
            ("i8", "M8[s]", Casting::Unsafe),
            ("m8[s]", "M8[s]", Casting::Unsafe),
        ] {
            assert_eq!(needed(from, to), Some(wanted), "{from} to {to}");
        }
    }

    #[test]
    fn records_cast_by_position() {
        let record = "a:<i4,b:<f8";
        for (to, wanted) in [
            ("x:<i4,y:<f8", Some(Casting::Safe)),
            ("a:>i4,b:<f8", Some(Casting::Equiv)),
            ("a:<i2,b:<f8", Some(Casting::SameKind)),
            ("b:<f8,a:<i4", Some(Casting::Unsafe)),
            ("a:<i4", None),
            ("f8", None),
        ] {
            assert_eq!(needed(record, to), wanted, "{to}");
        }
        assert_eq!(needed("a:<i4", "f8"), Some(Casting::Unsafe));
        assert_eq!(needed("f8", record), Some(Casting::Unsafe));
        assert_eq!(needed("a:(2,)<i4", "a:(3,)<i4"), Some(Casting::Unsafe));
    }

    #[test]
    fn a_refusal_names_types_and_rule() {
        let error = Casting::SameKind.check(&dtype("f8"), &dtype("u1")).unwrap_err();
        assert_eq!(error.to_string(), "cannot cast from float64 to uint8 according to the rule 'same_kind'");
        assert_eq!(error.hints(), ["--casting unsafe"]);
        assert!(Casting::Unsafe.check(&dtype("f8"), &dtype("u1")).is_ok());
        let error = Casting::No.check(&dtype("<f8"), &dtype(">f8")).unwrap_err();
        assert_eq!(error.to_string(), "cannot cast from <f8 to >f8 according to the rule 'no'");
        let error = Casting::Safe.check(&dtype("a:<i4,b:<f8"), &dtype("f8")).unwrap_err();
        assert!(error.hints().is_empty());
    }

    #[test]
    fn words_are_read_back() {
        for (rule, word) in Casting::ALL {
            assert_eq!((word.parse::<Casting>().unwrap(), &rule.to_string()[..]), (*rule, *word));
        }
        assert!("loose".parse::<Casting>().unwrap_err().to_string().contains("unknown casting rule 'loose'"));
    }
}
