//! Conversion of elements: which the rules allow ([`Casting`], by type) and what becomes of values ([`Cast`]).
//!
//! Works on private blocks in native byte order; knows dtypes and words, not files, views or threads.

mod casting;
mod conversion;
mod misfit;
mod number;
mod record;
mod string;
mod text;
mod time;

use std::ops::ControlFlow;

/// What becomes of a value that the target does not hold, in numbers as in text.
pub use crate::scalar::Overflow;
pub use casting::Casting;
pub use conversion::Conversion;
pub use misfit::{Misfit, Reason};

use crate::dtype::{Class, DType, Kind, Number};
use crate::error::{Error, Result};
use number::{Nan, NumberCast};
use record::RecordCast;
use string::{StringCast, Width};
use text::{Parse, Print};
use time::TimeCast;

/// How elements of one type become elements of another: chosen once, applied to any number of blocks.
///
/// Fractions are cut toward zero; anything but zero is true, NaN too; an imaginary part is dropped where there is no
/// place for it; floats are rounded once, half to even. Times go down to the step before and NaT stays NaT; to and
/// from numbers they are their count, and NaN becomes NaT. All as in NumPy's `astype`, but for values that do not fit:
/// see [`Overflow`].
#[derive(Clone, Debug)]
pub struct Cast {
    from: DType,
    to: DType,
    work: Work,
}

#[derive(Clone, Debug)]
enum Work {
    /// The bytes stay as they are.
    Copy,
    Number(NumberCast),
    Time(TimeCast),
    String(StringCast),
    Print(Print),
    Parse(Parse),
    Record(RecordCast),
}

impl Cast {
    /// A conversion from `from` to `to`, whose byte orders do not matter here.
    ///
    /// Fails where there is no such conversion, and where NaN is wanted for what does not fit but the target has none.
    pub fn new(from: &DType, to: &DType, overflow: Overflow) -> Result<Self> {
        if overflow == Overflow::Nan && to.record().is_none() && !holds_nan(to) {
            let message = format!("--overflow nan needs floats or complex numbers, but {} has no NaN", to.name());
            return Err(Error::usage(message).hint("--overflow saturate"));
        }
        Self::between(from, to, overflow)
    }

    /// As [`Cast::new`], but where nothing changes nothing is asked of the target.
    fn between(from: &DType, to: &DType, overflow: Overflow) -> Result<Self> {
        let (from, to) = (from.to_native(), to.to_native());
        let work = if from == to { Work::Copy } else { Work::new(&from, &to, overflow)? };
        Ok(Self { from, to, work })
    }

    /// Converts the items of `src` into those of `dst`; both are whole items in native byte order, as many of each.
    ///
    /// Fails with the first item that does not fit; what is in `dst` then means nothing.
    pub fn apply(&self, src: &[u8], dst: &mut [u8]) -> Result<(), Misfit> {
        debug_assert_eq!(src.len() * self.to.itemsize(), dst.len() * self.from.itemsize());
        let found = match &self.work {
            Work::Copy => {
                dst.copy_from_slice(src);
                ControlFlow::Continue(())
            }
            Work::Number(cast) => cast.apply(src, dst),
            Work::Time(cast) => cast.apply(src, dst),
            Work::String(cast) => cast.apply(src, dst),
            Work::Print(cast) => cast.apply(src, dst),
            Work::Parse(cast) => cast.apply(src, dst),
            Work::Record(cast) => return cast.apply(src, dst),
        };
        match found {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break((item, reason)) => {
                let size = self.from.itemsize();
                Err(Misfit::new(item, reason, &self.from, &src[item * size..][..size], &self.to))
            }
        }
    }
}

impl Work {
    fn new(from: &DType, to: &DType, overflow: Overflow) -> Result<Self> {
        let impossible = |why: &str| {
            let message = format!("cannot convert {} to {}{why}", from.name(), to.name());
            Err(Error::usage(message))
        };
        Ok(match (from.kind(), to.kind()) {
            (Kind::Record(from), Kind::Record(to)) => Self::Record(RecordCast::new(from, to, overflow)?),
            (Kind::Record(_), _) => return impossible(": a record is no single value; select a field"),
            (_, Kind::Record(_)) => return impossible(": a single value is no record"),
            (Kind::Datetime(from), Kind::Datetime(to)) => Self::Time(TimeCast::dates(*from, *to, overflow)),
            (Kind::Timedelta(from), Kind::Timedelta(to)) => Self::Time(TimeCast::spans(*from, *to, overflow)),
            (Kind::Datetime(a), Kind::Timedelta(b)) | (Kind::Timedelta(a), Kind::Datetime(b)) => {
                if a != b {
                    return impossible(": the steps differ");
                }
                Self::Copy
            }
            (Kind::Void(_), Kind::Void(_)) => return impossible(": the sizes differ"),
            _ => match (Width::of(from), Width::of(to), count(from), count(to)) {
                (Some(from), Some(to), ..) => Self::String(StringCast::new(from, to, overflow)),
                (Some(width), None, None, Some(_)) => Self::Parse(Parse::new(width, to)),
                (None, Some(width), Some(_), None) => Self::Print(Print::new(from, width, overflow)),
                (.., Some(from), Some(to)) if from == to => Self::Copy,
                (.., Some(from), Some(number)) => {
                    let nan = if to.number().is_none() { Nan::NotATime } else { Nan::Misfit };
                    Self::Number(NumberCast::new(from, number, overflow, nan))
                }
                _ => return impossible(""),
            },
        })
    }
}

/// The number that an element is; of a time, its count of steps.
fn count(dtype: &DType) -> Option<Number> {
    match dtype.kind() {
        Kind::Datetime(_) | Kind::Timedelta(_) => Some(Number::Int64),
        _ => dtype.number(),
    }
}

fn holds_nan(dtype: &DType) -> bool {
    dtype.number().is_some_and(|number| number.class() >= Class::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cast(from: &str, to: &str, overflow: Overflow) -> Result<Cast> {
        let dtype = |text: &str| crate::dtype::parse(text).unwrap().dtype;
        Cast::new(&dtype(from), &dtype(to), overflow)
    }

    #[test]
    fn the_same_type_in_any_order_is_itself() {
        for (from, to) in [("<i4", ">i4"), ("M8[s]", "i8"), ("S3", "S3"), ("m8[s]", "M8[s]"), ("V3", "V3")] {
            assert!(matches!(cast(from, to, Overflow::Error).unwrap().work, Work::Copy), "{from} to {to}");
        }
        assert!(!matches!(cast("i4", "u4", Overflow::Error).unwrap().work, Work::Copy));
        let mut out = [0; 3];
        cast("S3", "S3", Overflow::Error).unwrap().apply(b"abc", &mut out).unwrap();
        assert_eq!(&out, b"abc");
    }

    #[test]
    fn a_misfit_is_named_by_value_and_type() {
        let cast = cast("f8", "u1", Overflow::Error).unwrap();
        let misfit = cast.apply(bytemuck::cast_slice(&[1.0, 1e40]), &mut [0; 2]).unwrap_err();
        assert_eq!((misfit.item, misfit.to_string()), (1, "1e+40 does not fit uint8".to_owned()));
    }

    #[test]
    fn nan_is_no_time_and_other_misfits_are_none_of_that() {
        let mut values = vec![1.5; 2000];
        (values[3], values[1500]) = (f64::NAN, f64::NAN);
        for (to, overflow) in [("M8[s]", Overflow::Error), ("m8[ms]", Overflow::Wrap), ("m8", Overflow::Saturate)] {
            let mut out = vec![0i64; values.len()];
            let converted = cast("f8", to, overflow).unwrap();
            converted.apply(bytemuck::cast_slice(&values), bytemuck::cast_slice_mut(&mut out)).unwrap();
            let is_nat = |at: usize| at == 3 || at == 1500;
            assert!(out.iter().enumerate().all(|(at, &time)| time == if is_nat(at) { i64::MIN } else { 1 }), "{to}");
        }
        let mut out = [0i64; 2];
        let ends = [f64::NEG_INFINITY, 1e300];
        let saturated = cast("f8", "M8[s]", Overflow::Saturate).unwrap();
        saturated.apply(bytemuck::cast_slice(&ends), bytemuck::cast_slice_mut(&mut out)).unwrap();
        assert_eq!(out, [i64::MIN + 1, i64::MAX], "the first of all times is not NaT");
        let refused = |from: &str, to: &str, items: &[u8]| {
            let misfit = cast(from, to, Overflow::Error).unwrap().apply(items, &mut [0; 16]).unwrap_err();
            (misfit.item, misfit.to_string())
        };
        let items = [f32::NAN, f32::INFINITY];
        assert_eq!(refused("f4", "M8[s]", bytemuck::cast_slice(&items)).1, "inf does not fit datetime64[s]");
        assert_eq!(refused("f4", "i8", bytemuck::cast_slice(&items)), (0, "nan does not fit int64".to_owned()));
    }

    #[test]
    fn nan_is_refused_where_there_is_none() {
        let error = cast("f8", "u1", Overflow::Nan).unwrap_err();
        assert_eq!(error.to_string(), "--overflow nan needs floats or complex numbers, but uint8 has no NaN");
        assert!(cast("f8", "c8", Overflow::Nan).is_ok());
        assert!(cast("a:<i4,b:<f8", "a:<i4,b:<f4", Overflow::Nan).is_ok());
        assert!(cast("a:<i4", "a:<i2", Overflow::Nan).is_err());
    }

    #[test]
    fn what_has_no_meaning_is_refused_by_name() {
        for (from, to) in [("V3", "V4"), ("V4", "i4"), ("i4", "V4"), ("m8[s]", "M8[ms]"), ("V3", "S3")] {
            assert!(
                cast(from, to, Overflow::Wrap).unwrap_err().to_string().starts_with("cannot convert"),
                "{from} {to}"
            );
        }
    }
}
