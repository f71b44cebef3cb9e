//! Arrow's IPC stream: a schema, record batches of columns, and an end, for programs that would parse text.
//!
//! A row is what is a line in text: its columns are those of a record, or the positions along the last axis. Each block
//! of whole rows is a batch of its own. The nulls are the NaT of times; NaN stays NaN.

use std::io;
use std::sync::Arc;

use arrow_array::types::{
    ArrowPrimitiveType, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType, DurationSecondType,
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{ArrayRef, BooleanArray, PrimitiveArray, RecordBatch};
use arrow_buffer::{Buffer, NullBuffer, ScalarBuffer};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use bytemuck::{Pod, pod_read_unaligned};

use super::{Block, Cutting, Format, Layout, Style};
use crate::dtype::{DType, Kind, Number, TimeStep, TimeUnit};
use crate::error::{Error, Result};
use crate::scalar::columns;

/// The smallest time is none.
const NAT: i64 = i64::MIN;

/// Batches of one layout.
pub(super) struct Arrow {
    schema: SchemaRef,
    columns: Vec<Column>,
    /// Elements in a row.
    row: u64,
    itemsize: usize,
}

/// A column of a row.
struct Column {
    /// Where its value begins in the bytes of the row.
    offset: usize,
    make: Make,
}

/// What makes a column of rows of so many bytes, from the first value on.
type Make = fn(&[u8], usize) -> ArrayRef;

impl Arrow {
    pub(super) fn new(layout: &Layout, style: &Style) -> Result<Self> {
        let itemsize = layout.dtype.itemsize();
        let dims = layout.shape.dims();
        let (row, leaves): (u64, Vec<(String, usize, DType)>) = match dims {
            _ if layout.dtype.record().is_some() => {
                (1, columns(&layout.dtype).into_iter().map(|leaf| (leaf.name, leaf.offset, leaf.dtype)).collect())
            }
            [_, .., last] => {
                let leaf = |at: u64| (at.to_string(), at as usize * itemsize, layout.dtype.clone());
                (*last, (0..*last).map(leaf).collect())
            }
            _ => (1, vec![(style.column().to_owned(), 0, layout.dtype.clone())]),
        };
        let mut fields = Vec::with_capacity(leaves.len());
        let mut made = Vec::with_capacity(leaves.len());
        for (name, offset, dtype) in leaves {
            let (data_type, make) = kind_of(&dtype)?;
            let may_be_null = matches!(dtype.kind(), Kind::Datetime(_) | Kind::Timedelta(_));
            fields.push(Field::new(name, data_type, may_be_null));
            made.push(Column { offset, make });
        }
        Ok(Self { schema: Arc::new(Schema::new(fields)), columns: made, row: row.max(1), itemsize })
    }

    /// A stream that holds the schema alone.
    fn stream(&self) -> Result<StreamWriter<Vec<u8>>, ArrowError> {
        StreamWriter::try_new(Vec::new(), &self.schema)
    }

    fn batch(&self, rows: &[u8]) -> Result<Vec<u8>, ArrowError> {
        let pitch = self.row as usize * self.itemsize;
        let columns = self.columns.iter().map(|column| (column.make)(&rows[column.offset..], pitch)).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)?;
        let mut stream = self.stream()?;
        let start = stream.get_ref().len();
        stream.write(&batch)?;
        Ok(stream.get_ref()[start..].to_vec())
    }
}

impl Format for Arrow {
    fn begin(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let stream = self.stream().map_err(io::Error::other)?;
        out.write_all(stream.get_ref())
    }

    fn items(&self, block: Block<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.batch(block.bytes).expect("whole rows of the columns of the schema, in memory"));
    }

    fn end(&self, out: &mut dyn io::Write) -> io::Result<()> {
        // A continuation marker, and the length of no message.
        out.write_all(&[0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])
    }

    fn whole(&self, first: u64, count: u64) -> u64 {
        count - (first + count) % self.row
    }

    fn cutting(&self) -> Cutting {
        Cutting::AtLines
    }
}

/// The type of a column, and what makes it.
///
/// # Errors
/// Usage, for types that have no primitive column.
fn kind_of(dtype: &DType) -> Result<(DataType, Make)> {
    let found = match dtype.kind() {
        Kind::Number(number) => number_kind(*number),
        Kind::Datetime(TimeStep { unit, count: 1 }) => match unit {
            TimeUnit::Second => Some(times::<TimestampSecondType>()),
            TimeUnit::Millisecond => Some(times::<TimestampMillisecondType>()),
            TimeUnit::Microsecond => Some(times::<TimestampMicrosecondType>()),
            TimeUnit::Nanosecond => Some(times::<TimestampNanosecondType>()),
            _ => None,
        },
        Kind::Timedelta(TimeStep { unit, count: 1 }) => match unit {
            TimeUnit::Second => Some(times::<DurationSecondType>()),
            TimeUnit::Millisecond => Some(times::<DurationMillisecondType>()),
            TimeUnit::Microsecond => Some(times::<DurationMicrosecondType>()),
            TimeUnit::Nanosecond => Some(times::<DurationNanosecondType>()),
            _ => None,
        },
        _ => None,
    };
    found.ok_or_else(|| {
        Error::usage(format!("arrow has no primitive column for {dtype}"))
            .hint("--astype f4 or --astype 'M8[us]' converts, --field selects other fields, -f csv writes any dtype")
    })
}

fn number_kind(number: Number) -> Option<(DataType, Make)> {
    Some(match number {
        Number::Bool => (DataType::Boolean, |rows, pitch| {
            let values: Vec<bool> = gather::<u8>(rows, pitch).iter().map(|&byte| byte != 0).collect();
            Arc::new(BooleanArray::from(values))
        }),
        Number::Int8 => plain::<Int8Type>(),
        Number::Int16 => plain::<Int16Type>(),
        Number::Int32 => plain::<Int32Type>(),
        Number::Int64 => plain::<Int64Type>(),
        Number::UInt8 => plain::<UInt8Type>(),
        Number::UInt16 => plain::<UInt16Type>(),
        Number::UInt32 => plain::<UInt32Type>(),
        Number::UInt64 => plain::<UInt64Type>(),
        Number::Float16 => plain::<Float16Type>(),
        Number::Float32 => plain::<Float32Type>(),
        Number::Float64 => plain::<Float64Type>(),
        _ => return None,
    })
}

/// A column whose values are the bytes of the items, by their size alone.
fn plain<T: ArrowPrimitiveType>() -> (DataType, Make) {
    (T::DATA_TYPE, |rows, pitch| {
        let bytes = match size_of::<T::Native>() {
            1 => Buffer::from_vec(gather::<u8>(rows, pitch)),
            2 => Buffer::from_vec(gather::<u16>(rows, pitch)),
            4 => Buffer::from_vec(gather::<u32>(rows, pitch)),
            _ => Buffer::from_vec(gather::<u64>(rows, pitch)),
        };
        let len = bytes.len() / size_of::<T::Native>();
        Arc::new(PrimitiveArray::<T>::new(ScalarBuffer::new(bytes, 0, len), None))
    })
}

fn times<T: ArrowPrimitiveType<Native = i64>>() -> (DataType, Make) {
    (T::DATA_TYPE, |rows, pitch| {
        let values = gather::<i64>(rows, pitch);
        let nulls: NullBuffer = values.iter().map(|&value| value != NAT).collect();
        Arc::new(PrimitiveArray::<T>::new(ScalarBuffer::from(values), Some(nulls)))
    })
}

/// The first value of each row.
fn gather<T: Pod>(rows: &[u8], pitch: usize) -> Vec<T> {
    rows.chunks(pitch).map(|row| pod_read_unaligned(&row[..size_of::<T>()])).collect()
}

#[cfg(test)]
mod tests {
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use arrow_ipc::reader::StreamReader;

    use super::super::testing::{counting, layout, written};
    use super::super::{OutputFormat, Style};
    use super::*;

    /// What the crate's own reader finds.
    fn read(items: &(Layout, Vec<u8>)) -> (SchemaRef, Vec<RecordBatch>) {
        let bytes = written(OutputFormat::Arrow, &Style::default(), items);
        let reader = StreamReader::try_new(&bytes[..], None).expect("a stream");
        (reader.schema(), reader.collect::<Result<_, ArrowError>>().expect("batches"))
    }

    #[test]
    fn columns_are_those_of_the_last_axis() {
        let (schema, batches) = read(&counting(&[2, 2, 3]));
        assert_eq!(schema.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>(), ["0", "1", "2"]);
        let second: Vec<i16> =
            batches.iter().flat_map(|batch| batch.column(1).as_primitive::<Int16Type>().values().to_vec()).collect();
        assert_eq!(second, [1, 4, 7, 10]);
        let (schema, batches) = read(&counting(&[3]));
        assert_eq!((schema.field(0).name().as_str(), batches[0].num_rows()), ("value", 3));
    }

    #[test]
    fn a_time_that_is_none_is_null() {
        let dtype = crate::dtype::parse("M8[ms]").expect("a dtype").dtype;
        let (_, batches) = read(&(layout(dtype, &[2]), bytemuck::cast_slice(&[5_i64, NAT]).to_vec()));
        let column = batches[0].column(0).as_primitive::<TimestampMillisecondType>();
        assert_eq!((column.value(0), column.is_null(1), column.null_count()), (5, true, 1));
    }

    #[test]
    fn what_is_no_primitive_is_refused() {
        for dtype in ["S3", "U2", "V4", "c8", "bfloat16", "f16", "M8[D]", "m8[25s]"] {
            let dtype = crate::dtype::parse(dtype).expect(dtype).dtype;
            assert!(Arrow::new(&layout(dtype.clone(), &[2]), &Style::default()).is_err(), "{dtype}");
        }
    }

    #[test]
    fn nothing_is_a_stream_of_nothing() {
        for dims in [&[0][..], &[0, 2], &[2, 0]] {
            let (schema, batches) = read(&counting(dims));
            assert_eq!((schema.fields().len(), batches.len()), (dims.get(1).map_or(1, |&len| len as usize), 0));
        }
    }
}
