//! A reduction of elements of a dtype: whether NumPy has it, the dtype of its results, and the fold that does it.

use std::marker::PhantomData;

use num_complex::Complex;

use super::add::{Add, Share};
use super::best::{Best, End};
use super::count::{Count, Question};
use super::fold::{Fold, Positions};
use super::items::Steps;
use super::multiply::Multiply;
use super::op::{Nans, Op};
use super::spread::{Root, Spread};
use crate::dtype::{Bool8, Class, DType, Kind, LongDouble, Number};
use crate::error::{Error, Result};

/// A reduction of elements of one dtype.
#[derive(Clone, Debug)]
pub struct Reduction {
    op: Op,
    dtype: DType,
    ddof: f64,
    kernel: Kernel,
}

/// The type of the items that are folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kernel {
    Number(Number),
    Steps,
}

/// Work that needs the fold of a reduction.
pub trait Work {
    /// What the work gives.
    type Output;

    /// Does the work.
    fn with<F: Fold>(self, fold: &F) -> Self::Output;
}

impl Reduction {
    /// The reduction of elements of `dtype`, of whatever byte order; `ddof` counts for variances alone.
    ///
    /// # Errors
    /// Usage, where there is none.
    pub fn new(op: Op, dtype: &DType, ddof: f64) -> Result<Self> {
        let kernel = kernel(op, dtype).ok_or_else(|| refused(op, dtype))?;
        Ok(Self { op, dtype: dtype.to_native(), ddof, kernel })
    }

    /// Which it is.
    pub fn op(&self) -> Op {
        self.op
    }

    /// The dtype of the items that the fold takes, to which every element converts without loss.
    pub fn items(&self) -> DType {
        match self.kernel {
            Kernel::Number(number) => DType::native(number),
            Kernel::Steps => self.dtype.clone(),
        }
    }

    /// The dtype of the results, as in NumPy.
    pub fn result(&self) -> DType {
        let number = match self.op {
            Op::Any | Op::All => Number::Bool,
            Op::CountNonzero | Op::Argmin | Op::Argmax => Number::Int64,
            Op::Min(_) | Op::Max(_) => return self.dtype.clone(),
            Op::Sum(_) | Op::Prod | Op::Mean(_) | Op::Std(_) | Op::Var => match self.dtype.number() {
                Some(number) => self.made_of(number),
                None => return self.dtype.clone(),
            },
        };
        DType::native(number)
    }

    /// The dtype that arithmetic on elements of `number` gives.
    fn made_of(&self, number: Number) -> Number {
        let is_whole = matches!(self.op, Op::Sum(_) | Op::Prod);
        match number.class() {
            Class::Bool | Class::Signed if is_whole => Number::Int64,
            Class::Unsigned if is_whole => Number::UInt64,
            Class::Bool | Class::Signed | Class::Unsigned => Number::Float64,
            Class::Complex if matches!(self.op, Op::Std(_) | Op::Var) => match number {
                Number::Complex64 => Number::Float32,
                _ => Number::Float64,
            },
            Class::Float | Class::Complex => number,
        }
    }

    /// The dtype to make results in that are wanted as `wanted`: where that is wide enough, they are rounded once, from
    /// the accumulators. No integer result is one of 64 bits on the way to what holds it.
    pub fn made_in(&self, wanted: Option<&DType>) -> DType {
        use Number as N;
        let result = self.result();
        let (Some(own), Some(wanted)) = (result.number(), wanted.and_then(DType::number)) else { return result };
        let made = match (own, wanted) {
            _ if own.class() <= Class::Signed => match wanted {
                // Where the conversion finds what does not fit; every integer that does is exact in float64.
                N::Float16 | N::Float8E4M3 | N::Float8E5M2 => N::Float64,
                _ if matches!(wanted.class(), Class::Unsigned | Class::Signed) => own,
                _ => wanted,
            },
            (N::Float16 | N::BFloat16 | N::Float8E4M3 | N::Float8E5M2 | N::Float32, N::Float64)
            | (N::Complex64, N::Complex128) => wanted,
            _ => own,
        };
        DType::native(made)
    }

    fn has_nan(&self) -> bool {
        self.dtype.number().is_some_and(|number| number.class() >= Class::Float)
    }

    /// Does `work` with the fold; `positions` say where reduced elements stand.
    pub fn with<W: Work>(&self, positions: Positions, work: W) -> W::Output {
        let &Self { op, ddof, kernel, .. } = self;
        match op {
            Op::Sum(nans) => addends(kernel, Share::Whole, nans, work),
            Op::Mean(nans) => addends(kernel, Share::Mean, nans, work),
            Op::Prod => factors(kernel, work),
            Op::Min(nans) => ends(kernel, End::Smallest, nans, None, work),
            Op::Max(nans) => ends(kernel, End::Largest, nans, None, work),
            Op::Argmin => ends(kernel, End::Smallest, Nans::Propagate, Some(positions), work),
            Op::Argmax => ends(kernel, End::Largest, Nans::Propagate, Some(positions), work),
            Op::Var => spreads(kernel, Root::No, Nans::Propagate, ddof, work),
            // As in NumPy, what has no NaN is reduced as by `std`, which divides by nothing left.
            Op::Std(_) if !self.has_nan() => spreads(kernel, Root::Square, Nans::Propagate, ddof, work),
            Op::Std(nans) => spreads(kernel, Root::Square, nans, ddof, work),
            Op::Any => counts(kernel, Question::Any, work),
            Op::All => counts(kernel, Question::All, work),
            Op::CountNonzero => counts(kernel, Question::HowMany, work),
        }
    }
}

/// The items that elements of `dtype` are reduced as; `None` where there is no such reduction.
fn kernel(op: Op, dtype: &DType) -> Option<Kernel> {
    let number = match dtype.kind() {
        Kind::Number(number) => *number,
        Kind::Datetime(_) if matches!(op, Op::Sum(_) | Op::Mean(_)) => return None,
        Kind::Datetime(_) | Kind::Timedelta(_) => {
            return (!matches!(op, Op::Prod | Op::Var | Op::Std(_))).then_some(Kernel::Steps);
        }
        Kind::Bytes(_) | Kind::Str(_) | Kind::Void(_) | Kind::Record(_) => return None,
    };
    Some(Kernel::Number(match number {
        Number::Float8E4M3 | Number::Float8E5M2 | Number::BFloat16 | Number::Float16 => Number::Float32,
        Number::Complex64 => Number::Complex128,
        Number::CLongDouble => return None,
        // There is no division in 80 bits.
        Number::LongDouble if matches!(op, Op::Mean(_) | Op::Var | Op::Std(_)) => return None,
        Number::Bool
        | Number::Int8
        | Number::UInt8
        | Number::Int16
        | Number::UInt16
        | Number::Int32
        | Number::UInt32
        | Number::Int64
        | Number::UInt64
        | Number::Float32
        | Number::Float64
        | Number::LongDouble
        | Number::Complex128 => number,
    }))
}

fn refused(op: Op, dtype: &DType) -> Error {
    let error = Error::usage(format!("{op} is not defined for {}", dtype.name()));
    match dtype.kind() {
        Kind::Record(record) => match record.fields().first() {
            Some(field) => error.hint(format!("reduce one of its fields: --field {}", field.name)),
            None => error,
        },
        _ => error,
    }
}

/// Does `$work` with `$T` as the type of the items of `$kernel`, which is one of those that every reduction takes or one of
/// `$more`.
macro_rules! with_items {
    ($kernel:expr, $T:ident => $work:expr $(, $more:pat => $type:ty)*) => {
        match $kernel {
            Kernel::Number(Number::Bool) => {
                type $T = Bool8;
                $work
            }
            Kernel::Number(Number::Int8) => {
                type $T = i8;
                $work
            }
            Kernel::Number(Number::Int16) => {
                type $T = i16;
                $work
            }
            Kernel::Number(Number::Int32) => {
                type $T = i32;
                $work
            }
            Kernel::Number(Number::Int64) => {
                type $T = i64;
                $work
            }
            Kernel::Number(Number::UInt8) => {
                type $T = u8;
                $work
            }
            Kernel::Number(Number::UInt16) => {
                type $T = u16;
                $work
            }
            Kernel::Number(Number::UInt32) => {
                type $T = u32;
                $work
            }
            Kernel::Number(Number::UInt64) => {
                type $T = u64;
                $work
            }
            Kernel::Number(Number::Float32) => {
                type $T = f32;
                $work
            }
            Kernel::Number(Number::Float64) => {
                type $T = f64;
                $work
            }
            Kernel::Number(Number::Complex128) => {
                type $T = Complex<f64>;
                $work
            }
            $($more => {
                type $T = $type;
                $work
            })*
            #[allow(unreachable_patterns, reason = "some reductions take every kernel but complex extended doubles")]
            other => unreachable!("{other:?} was refused when the reduction was made"),
        }
    };
}

const LONG: Kernel = Kernel::Number(Number::LongDouble);

fn addends<W: Work>(kernel: Kernel, share: Share, nans: Nans, work: W) -> W::Output {
    with_items!(kernel, T => work.with(&Add::<T> { share, nans, item: PhantomData }), LONG => LongDouble, Kernel::Steps => Steps)
}

fn factors<W: Work>(kernel: Kernel, work: W) -> W::Output {
    with_items!(kernel, T => work.with(&Multiply::<T>(PhantomData)), LONG => LongDouble)
}

fn ends<W: Work>(kernel: Kernel, end: End, nans: Nans, positions: Option<Positions>, work: W) -> W::Output {
    with_items!(
        kernel,
        T => work.with(&Best::<T> { end, nans, positions, item: PhantomData }),
        LONG => LongDouble,
        Kernel::Steps => Steps
    )
}

fn spreads<W: Work>(kernel: Kernel, root: Root, nans: Nans, ddof: f64, work: W) -> W::Output {
    with_items!(kernel, T => work.with(&Spread::<T> { nans, ddof, root, item: PhantomData }))
}

fn counts<W: Work>(kernel: Kernel, question: Question, work: W) -> W::Output {
    with_items!(kernel, T => work.with(&Count::<T>(question, PhantomData)), LONG => LongDouble, Kernel::Steps => Steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dtype(text: &str) -> DType {
        crate::dtype::parse(text).expect(text).dtype
    }

    #[test]
    fn results_have_numpys_dtypes() {
        for (op, from, to) in [
            ("sum", "bool", "i8"),
            ("sum", "i2", "i8"),
            ("sum", "u4", "u8"),
            ("nansum", "f2", "f2"),
            ("prod", "c8", "c8"),
            ("sum", "m8[s]", "m8[s]"),
            ("mean", "i8", "f8"),
            ("mean", "f4", "f4"),
            ("mean", "bfloat16", "bfloat16"),
            ("std", "c8", "f4"),
            ("var", "c16", "f8"),
            ("nanstd", "f2", "f2"),
            ("min", ">i2", "i2"),
            ("max", "M8[D]", "M8[D]"),
            ("any", "f8", "bool"),
            ("count_nonzero", "M8[s]", "i8"),
            ("argmax", "f16", "i8"),
        ] {
            let reduction = Reduction::new(op.parse().expect(op), &dtype(from), 0.0).expect(op);
            assert_eq!(reduction.result(), dtype(to), "{op} of {from}");
        }
    }

    #[test]
    fn what_numpy_does_not_define_is_refused() {
        for (op, from) in [
            ("sum", "M8[s]"),
            ("mean", "M8[s]"),
            ("prod", "m8[s]"),
            ("std", "m8[s]"),
            ("min", "S3"),
            ("any", "U3"),
            ("sum", "V4"),
            ("mean", "f16"),
            ("sum", "c32"),
        ] {
            let error = Reduction::new(op.parse().expect(op), &dtype(from), 0.0).expect_err(op);
            assert_eq!(error.message(), format!("{op} is not defined for {}", dtype(from).name()));
        }
        let error = Reduction::new(Op::Any, &dtype("a:f4,b:i2"), 0.0).expect_err("a record");
        assert_eq!(error.hints(), ["reduce one of its fields: --field a"]);
    }

    #[test]
    fn wide_results_are_made_wide() {
        let made = |from: &str, wanted: &str| {
            let reduction = Reduction::new(Op::Sum(Nans::Propagate), &dtype(from), 0.0).expect(from);
            reduction.made_in(Some(&dtype(wanted)))
        };
        assert_eq!(made("f4", "f8"), dtype("f8"));
        assert_eq!(made("u8", "f8"), dtype("f8"));
        assert_eq!(made("c8", "c16"), dtype("c16"));
        assert_eq!(made("f4", "i4"), dtype("f4"));
        assert_eq!(made("f16", "f8"), dtype("f16"));
        for wanted in ["bool", "f4", "bfloat16", "f16", "c8", "c16", "c32"] {
            assert_eq!(made("i4", wanted), dtype(wanted));
        }
        for narrow in ["f2", "float8_e4m3fn", "float8_e5m2"] {
            assert_eq!(made("u8", narrow), dtype("f8"));
        }
        assert_eq!(made("u2", "i1"), dtype("u8"));
        assert_eq!(made("i2", ">f4"), dtype("f4"));
    }
}
