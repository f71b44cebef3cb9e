//! The `.npy` format: a header that is a Python dict, and behind it the bytes of one array.
//!
//! ```text
//!   \x93NUMPY  1 0  len    {'descr': '<f4', 'fortran_order': False, 'shape': (3,), }      …  \n   data
//!   6 bytes    2    2      Latin-1, padded with spaces so that the data begins at a multiple of 64
//!                   4 in versions 2.0 (Latin-1) and 3.0 (UTF-8)
//! ```
//!
//! It knows the header alone: whether the data behind it is complete is for those who know the file.

mod read;
mod write;

use crate::dtype::{DType, Kind};
use crate::error::Result;
use crate::shape::{Order, Shape};

pub use read::read;
pub use write::{padded_to, write};

/// The first bytes of every `.npy` file.
pub const MAGIC: &[u8] = b"\x93NUMPY";

/// The longest header that is read or written, in bytes.
///
/// NumPy writes any length (113 984 bytes for 5000 fields) and reads back 10 000 characters unless told otherwise;
/// this is far above what anybody writes, and little enough to read from a hostile file.
pub const MAX_HEADER: u64 = 1 << 20;

/// What a header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The type of each element.
    pub dtype: DType,
    /// The shape of the array, with the axes of a subarray dtype behind its own.
    pub shape: Shape,
    /// The order of the elements.
    pub order: Order,
    /// Where the data begins, in bytes from the beginning of the file; any number, in old files not even aligned.
    pub data_offset: u64,
}

/// The order that a header names for an array of `shape` in `order`.
///
/// NumPy writes `fortran_order: False` for everything that is contiguous in C order: at most one axis longer than 1,
/// or no elements at all.
pub fn saved_order(shape: &Shape, order: Order) -> Order {
    let long_axes = shape.dims().iter().filter(|&&len| len > 1).count();
    if long_axes < 2 || shape.size() == 0 { Order::C } else { order }
}

/// What holds for any bytes whatever: reading them does not panic, and a header that is read can be written and read
/// again. The body of a fuzz target.
///
/// # Panics
/// Where it does not hold.
pub fn check_any(bytes: &[u8]) {
    let Ok(header) = read(&mut &bytes[..], Some(bytes.len() as u64)) else { return };
    assert!(header.data_offset <= bytes.len() as u64, "the data begins inside the file");
    let again = || -> Result<Header> {
        let written = write(&header.dtype, &header.shape, header.order)?;
        read(&mut &written[..], None)
    };
    // A header near the limit may grow beyond it: escapes and padding are spelled out.
    if header.data_offset < MAX_HEADER / 8 {
        let again = again().expect("what was read can be written");
        assert_eq!((again.shape, again.order), (header.shape, header.order));
        assert_eq!(again.dtype.itemsize(), header.dtype.itemsize());
        // Types that NumPy does not have are written as bytes.
        assert!(again.dtype == header.dtype || !is_numpys(&header.dtype), "{} for {}", again.dtype, header.dtype);
    }
}

/// Whether NumPy has a name for it, and for all that it is made of.
fn is_numpys(dtype: &DType) -> bool {
    match dtype.kind() {
        Kind::Number(number) => number.typestr().is_some(),
        Kind::Record(record) => record.fields().iter().all(|field| is_numpys(&field.dtype)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dtype::{Number, parse};

    fn shape(dims: &[u64]) -> Shape {
        Shape::new(dims).expect("a small shape")
    }

    #[test]
    fn names_the_order_that_numpy_names() {
        for dims in [&[][..], &[5], &[5, 1], &[1, 5, 1], &[2, 0, 3], &[1, 1]] {
            assert_eq!(saved_order(&shape(dims), Order::F), Order::C, "{dims:?}");
        }
        assert_eq!(saved_order(&shape(&[4, 6]), Order::F), Order::F);
        assert_eq!(saved_order(&shape(&[4, 6]), Order::C), Order::C);
    }

    fn dtypes() -> impl Strategy<Value = DType> {
        // BFloat16 and float8 are V to NumPy, and come back as that.
        let numbers: Vec<Number> = Number::ALL.iter().copied().filter(|number| number.typestr().is_some()).collect();
        let leaf = prop_oneof![
            (prop::sample::select(numbers), any::<bool>()).prop_map(|(number, swap)| {
                let dtype = DType::native(number);
                if swap { dtype.with_byte_order(crate::dtype::ByteOrder::Big) } else { dtype }
            }),
            prop::sample::select(vec!["|S5", "<U3", ">U2", "|V7", "<M8[ns]", ">m8[25s]", "<M8"])
                .prop_map(|text| parse(text).expect("a dtype").dtype),
        ];
        let field = ("[a-z'\"\\\\é日]{1,4}", 0_usize..3, prop::collection::vec(0_u64..4, 0..3));
        leaf.prop_recursive(3, 12, 4, move |inner| {
            prop::collection::vec((field.clone(), inner), 1..4).prop_map(|fields| {
                let (mut laid, mut offset) = (Vec::new(), 0);
                for (place, ((name, gap, shape), dtype)) in fields.into_iter().enumerate() {
                    let title = (gap == 2).then(|| format!("title {place}"));
                    let field = crate::dtype::Field {
                        name: format!("{name}{place}"),
                        title,
                        dtype,
                        shape,
                        offset: offset + gap,
                    };
                    offset = field.offset + field.nbytes();
                    laid.push(field);
                }
                let record = crate::dtype::Record::new(laid, offset + 1);
                DType::new(crate::dtype::Kind::Record(record.into()), crate::dtype::ByteOrder::NATIVE)
            })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn reads_back_what_it_writes(dtype in dtypes(), dims in prop::collection::vec(0_u64..1000, 0..5), f in any::<bool>()) {
            let order = if f { Order::F } else { Order::C };
            let bytes = write(&dtype, &shape(&dims), order).expect("a header");
            prop_assert_eq!(bytes.len() % 64, 0);
            let expected = Header { dtype, shape: shape(&dims), order, data_offset: bytes.len() as u64 };
            prop_assert_eq!(read(&mut &bytes[..], Some(bytes.len() as u64)).expect("own header"), expected.clone());
            prop_assert_eq!(read(&mut &bytes[..], None).expect("own header from a pipe"), expected);
        }

        #[test]
        fn no_mutation_of_a_header_makes_it_panic(
            dtype in dtypes(),
            version in 1_u8..4,
            edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 0..8),
        ) {
            let mut bytes = write(&dtype, &shape(&[4, 3]), Order::C).expect("a header");
            if bytes[6] == 1 && version != 1 {
                bytes.splice(6..10, [&[version, 0][..], &(bytes.len() as u32 - 10).to_le_bytes()].concat());
            }
            for (place, byte, edit) in edits {
                if bytes.is_empty() {
                    break;
                }
                let at = place.index(bytes.len());
                match edit {
                    0 => bytes[at] = byte,
                    1 => bytes.insert(at, b"'\"()[]{},:-0\\#|V"[usize::from(byte) % 16]),
                    2 => drop(bytes.remove(at)),
                    _ => bytes.truncate(at),
                }
            }
            check_any(&bytes);
        }
    }
}
