//! From the bytes that are stored to the bytes that are wanted: byte order and type together, block by block.

use super::{Cast, Misfit, Overflow};
use crate::dtype::{ByteSwap, DType};
use crate::error::Result;

/// What turns elements of one dtype, in its byte order, into those of another in its own.
#[derive(Clone, Debug)]
pub struct Conversion {
    steps: Steps,
    itemsizes: (usize, usize),
}

#[derive(Clone, Debug)]
enum Steps {
    /// The bytes are what is wanted.
    Nothing,
    /// Only the order of the bytes differs.
    Swap(ByteSwap),
    /// The types differ: to native order, converted, to the wanted order.
    Cast { before: Option<ByteSwap>, cast: Box<Cast>, after: Option<ByteSwap> },
    /// The type between, whose items have so many bytes, differs from both: one cast, then the other.
    Through { before: Option<ByteSwap>, casts: Box<[Cast; 2]>, between: usize, after: Option<ByteSwap> },
}

impl Conversion {
    /// From `from` to `to`, whose byte orders count here.
    ///
    /// # Errors
    /// Usage, where there is no such conversion.
    pub fn between(from: &DType, to: &DType, overflow: Overflow) -> Result<Self> {
        let steps = if from.to_native() == to.to_native() {
            ByteSwap::between(from, to).map_or(Steps::Nothing, Steps::Swap)
        } else {
            let (inner, outer) = (from.to_native(), to.to_native());
            let cast = Box::new(Cast::new(&inner, &outer, overflow)?);
            Steps::Cast { before: ByteSwap::between(from, &inner), cast, after: ByteSwap::between(&outer, to) }
        };
        Ok(Self { steps, itemsizes: (from.itemsize(), to.itemsize()) })
    }

    /// From `from` to `to` by way of `between`, each value as that dtype has it.
    ///
    /// # Errors
    /// Usage, where there is no such conversion.
    pub fn through(from: &DType, between: &DType, to: &DType, overflow: Overflow) -> Result<Self> {
        let native = between.to_native();
        if native == from.to_native() || native == to.to_native() {
            return Self::between(from, to, overflow);
        }
        let (inner, outer) = (from.to_native(), to.to_native());
        let casts = Box::new([Cast::new(&inner, &native, overflow)?, Cast::new(&native, &outer, overflow)?]);
        let (before, after) = (ByteSwap::between(from, &inner), ByteSwap::between(&outer, to));
        let steps = Steps::Through { before, casts, between: native.itemsize(), after };
        Ok(Self { steps, itemsizes: (from.itemsize(), to.itemsize()) })
    }

    /// Whether the bytes stay as they are.
    pub fn is_identity(&self) -> bool {
        matches!(self.steps, Steps::Nothing)
    }

    /// Whether types differ, so that a value may fail to fit and the items are in another buffer.
    pub fn is_cast(&self) -> bool {
        matches!(self.steps, Steps::Cast { .. } | Steps::Through { .. })
    }

    /// Bytes of an item before and after.
    pub fn itemsizes(&self) -> (usize, usize) {
        self.itemsizes
    }

    /// The wanted items, in `items` itself or in `converted`; both may be overwritten.
    ///
    /// # Errors
    /// The first item that does not fit.
    pub fn apply<'a>(&self, items: &'a mut [u8], converted: &'a mut Vec<u8>) -> Result<&'a [u8], Misfit> {
        match &self.steps {
            Steps::Nothing => Ok(items),
            Steps::Swap(swap) => {
                swap.apply(items);
                Ok(items)
            }
            Steps::Cast { before, cast, after } => {
                if let Some(swap) = before {
                    swap.apply(items);
                }
                let count = items.len().checked_div(self.itemsizes.0).unwrap_or(0);
                converted.resize(count * self.itemsizes.1, 0);
                cast.apply(items, converted)?;
                if let Some(swap) = after {
                    swap.apply(converted);
                }
                Ok(converted)
            }
            Steps::Through { before, casts, between, after } => {
                let [first, second] = &**casts;
                if let Some(swap) = before {
                    swap.apply(items);
                }
                let count = items.len().checked_div(self.itemsizes.0).unwrap_or(0);
                converted.resize(count * (self.itemsizes.1 + between), 0);
                let (wanted, between) = converted.split_at_mut(count * self.itemsizes.1);
                first.apply(items, between)?;
                second.apply(between, wanted)?;
                if let Some(swap) = after {
                    swap.apply(wanted);
                }
                Ok(wanted)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::{ByteOrder, Number};

    fn converted(from: &DType, to: &DType, items: &[u8]) -> Vec<u8> {
        let convert = Conversion::between(from, to, Overflow::Error).expect("numbers convert");
        convert.apply(&mut items.to_vec(), &mut Vec::new()).expect("it fits").to_vec()
    }

    #[test]
    fn swaps_what_differs_in_order_alone() {
        let little = DType::new(crate::dtype::Kind::Number(Number::Int16), ByteOrder::Little);
        let big = little.with_byte_order(ByteOrder::Big);
        assert_eq!(converted(&little, &big, &[1, 2, 3, 4]), [2, 1, 4, 3]);
        assert!(Conversion::between(&big, &big, Overflow::Error).expect("the same").is_identity());
    }

    #[test]
    fn converts_through_native_order() {
        let big = |number| DType::new(crate::dtype::Kind::Number(number), ByteOrder::Big);
        assert_eq!(converted(&big(Number::Int16), &big(Number::Int32), &[0xff, 0xfe]), [0xff, 0xff, 0xff, 0xfe]);
    }

    #[test]
    fn what_lies_between_counts() {
        let native = DType::native;
        let through = |between, to| {
            let (from, to) = (native(Number::Float64), DType::native(to).with_byte_order(ByteOrder::Big));
            Conversion::through(&from, &native(between), &to, Overflow::Error).expect("numbers convert")
        };
        let applied = |convert: &Conversion, value: f64| {
            convert
                .apply(&mut value.to_le_bytes(), &mut Vec::new())
                .map(<[u8]>::to_vec)
                .map_err(|misfit| misfit.to_string())
        };
        let cut = through(Number::Int16, Number::Float32);
        assert!(cut.is_cast() && cut.itemsizes() == (8, 4));
        assert_eq!(applied(&cut, -2.75), Ok((-2f32).to_be_bytes().to_vec()));
        assert_eq!(applied(&cut, 1e6), Err("1000000.0 does not fit int16".to_owned()));
        assert_eq!(applied(&through(Number::Int16, Number::Int8), 300.0), Err("300 does not fit int8".to_owned()));
        for same in [Number::Float64, Number::Int16] {
            assert_eq!(applied(&through(same, Number::Int16), 2.75), Ok(vec![0, 2]));
        }
    }

    #[test]
    fn tells_which_item_does_not_fit() {
        let convert =
            Conversion::between(&DType::native(Number::Int16), &DType::native(Number::UInt8), Overflow::Error);
        let convert = convert.expect("numbers convert");
        assert!(convert.is_cast());
        let misfit = convert.apply(&mut [1, 0, 0, 1], &mut Vec::new()).expect_err("256 is no uint8");
        assert_eq!(misfit.item, 1);
    }
}
