//! The one table of numbers: to add one, add a row (and its Rust type, if that is new).

use std::fmt;

use bytemuck::{Pod, Zeroable};
use num_complex::Complex;

use super::Convert;

/// Calls `$then!` with every row of the table:
/// `Variant Rust type, typestr without byte order, bytes swapped as one, class, name [other spellings];`
macro_rules! with_numbers {
    ($then:ident) => {
        $then! {
            Bool         Bool8,               "b1"   1  Bool      "bool"           ["?", "bool_"];
            Int8         i8,                  "i1"   1  Signed    "int8"           ["b", "byte"];
            UInt8        u8,                  "u1"   1  Unsigned  "uint8"          ["B", "ubyte"];
            Int16        i16,                 "i2"   2  Signed    "int16"          ["h", "short"];
            UInt16       u16,                 "u2"   2  Unsigned  "uint16"         ["H", "ushort"];
            Int32        i32,                 "i4"   4  Signed    "int32"          ["i", "intc"];
            UInt32       u32,                 "u4"   4  Unsigned  "uint32"         ["I", "uintc"];
            Int64        i64,                 "i8"   8  Signed    "int64"          ["l", "q", "p", "n", "int", "int_", "long", "longlong", "intp"];
            UInt64       u64,                 "u8"   8  Unsigned  "uint64"         ["L", "Q", "P", "N", "uint", "ulong", "ulonglong", "uintp"];
            Float8E4M3   Float8E4M3,          ""     1  Float     "float8_e4m3fn"  [];
            Float8E5M2   Float8E5M2,          ""     1  Float     "float8_e5m2"    [];
            BFloat16     BFloat16,            ""     2  Float     "bfloat16"       ["bf16"];
            Float16      Float16,             "f2"   2  Float     "float16"        ["e", "half"];
            Float32      f32,                 "f4"   4  Float     "float32"        ["f", "single"];
            Float64      f64,                 "f8"   8  Float     "float64"        ["d", "double", "float"];
            LongDouble   LongDouble,          "f16"  16 Float     "float128"       ["g", "longdouble"];
            Complex64    Complex<f32>,        "c8"   4  Complex   "complex64"      ["F", "csingle"];
            Complex128   Complex<f64>,        "c16"  8  Complex   "complex128"     ["D", "complex", "cdouble"];
            CLongDouble  Complex<LongDouble>, "c32"  16 Complex   "complex256"     ["G", "clongdouble"];
        }
    };
}

/// A Rust type whose bytes, in the byte order of this machine, are one element.
pub trait Element: Pod + Send + Sync + Convert {
    /// Its row in the table.
    const NUMBER: Number;
}

/// Work that needs the concrete Rust type of a number.
pub trait Visit {
    /// What the work gives.
    type Output;

    /// Does the work for elements of type `T`.
    fn visit<T: Element>(self) -> Self::Output;
}

/// The families of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// True or false.
    Bool,
    /// Integers without a sign.
    Unsigned,
    /// Integers in two's complement.
    Signed,
    /// Binary floating point.
    Float,
    /// A real and an imaginary part.
    Complex,
}

macro_rules! define_numbers {
    ($($variant:ident $rust:ty, $typestr:literal $swap:literal $class:ident $name:literal [$($other:literal),*];)*) => {
        /// A number type: one row of the table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "each is the NumPy type of that name")]
        pub enum Number { $($variant),* }

        impl Number {
            /// Every number, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// NumPy's name: `float64`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// Every other spelling that names it without a byte order.
            pub const fn aliases(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($other),*]),* }
            }

            /// NumPy's type string without the byte order: `f8`; `None` for the types that NumPy itself does not have.
            pub const fn typestr(self) -> Option<&'static str> {
                let text = match self { $(Self::$variant => $typestr),* };
                if text.is_empty() { None } else { Some(text) }
            }

            /// Bytes in one element.
            pub const fn itemsize(self) -> usize {
                match self { $(Self::$variant => size_of::<$rust>()),* }
            }

            /// How many bytes are reversed together to change the byte order; 1 where there is none.
            pub const fn swap_unit(self) -> usize {
                match self { $(Self::$variant => $swap),* }
            }

            /// Its family.
            pub const fn class(self) -> Class {
                match self { $(Self::$variant => Class::$class),* }
            }

            /// The least and the largest of an integer type; `None` of the others.
            pub const fn range(self) -> Option<(i128, i128)> {
                let bits = 8 * self.itemsize() as u32;
                match self.class() {
                    Class::Unsigned => Some((0, (1 << bits) - 1)),
                    Class::Signed => Some((-(1 << (bits - 1)), (1 << (bits - 1)) - 1)),
                    Class::Bool | Class::Float | Class::Complex => None,
                }
            }

            /// Does `work` with the Rust type of this number.
            pub fn visit<V: Visit>(self, work: V) -> V::Output {
                match self { $(Self::$variant => work.visit::<$rust>()),* }
            }
        }

        $(impl Element for $rust { const NUMBER: Number = Number::$variant; })*
    };
}

with_numbers!(define_numbers);

pub(crate) use with_numbers;

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

macro_rules! bits {
    ($($(#[$doc:meta])* $name:ident($bits:ty);)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
            #[repr(transparent)]
            pub struct $name(pub $bits);
        )*
    };
}

bits! {
    /// A bool as it lies in a file: any byte but 0 is true.
    Bool8(u8);
    /// The bits of an IEEE 754 binary16.
    Float16(u16);
    /// The bits of a bfloat16: the upper half of a binary32.
    BFloat16(u16);
    /// The bits of a float8 with 4 exponent and 3 mantissa bits, no infinities, largest value 448.
    Float8E4M3(u8);
    /// The bits of a float8 with 5 exponent and 2 mantissa bits, largest value 57344.
    Float8E5M2(u8);
    /// The 80 bits of an x87 extended double in 16 bytes, of which the last six mean nothing.
    LongDouble([u8; 16]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_are_unique() {
        let mut all: Vec<&str> = Number::ALL
            .iter()
            .flat_map(|number| number.aliases().iter().copied().chain([number.name()]).chain(number.typestr()))
            .collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn visiting_gives_the_row_visited() {
        struct Name;
        impl Visit for Name {
            type Output = (Number, usize);
            fn visit<T: Element>(self) -> Self::Output {
                (T::NUMBER, size_of::<T>())
            }
        }
        for &number in Number::ALL {
            assert_eq!(number.visit(Name), (number, number.itemsize()));
        }
    }

    #[test]
    fn typestrs_give_the_size() {
        for number in Number::ALL {
            if let Some(typestr) = number.typestr() {
                assert_eq!(typestr[1..].parse(), Ok(number.itemsize()));
            }
        }
    }
}
