//! Small arrays and their whole texts, for the tests of every format.

use std::sync::Arc;

use super::{Header, Layout, OutputFormat, Sink, Stream, Style};
use crate::dtype::{ByteOrder, DType, Field, Kind, Number, Record};
use crate::shape::{Order, Shape};

pub(super) fn layout(dtype: DType, dims: &[u64]) -> Layout {
    Layout { dtype, shape: Shape::new(dims).expect("a small shape"), order: Order::C }
}

/// `int16`: 0, 1, 2, …
pub(super) fn counting(dims: &[u64]) -> (Layout, Vec<u8>) {
    let layout = layout(DType::native(Number::Int16), dims);
    let values: Vec<i16> = (0..layout.shape.size() as i16).collect();
    let items = bytemuck::cast_slice(&values).to_vec();
    (layout, items)
}

pub(super) fn strings(texts: &[&str]) -> (Layout, Vec<u8>) {
    let width = texts.iter().map(|text| text.len()).max().unwrap_or(0);
    let mut items = Vec::new();
    for (at, text) in (1..).zip(texts) {
        items.extend(text.bytes());
        items.resize(at * width, 0);
    }
    (layout(DType::new(Kind::Bytes(width), ByteOrder::NATIVE), &[texts.len() as u64]), items)
}

pub(super) fn field(name: &str, dtype: DType, shape: &[u64], offset: usize) -> Field {
    Field { name: name.to_owned(), title: None, dtype, shape: shape.to_vec(), offset }
}

pub(super) fn record(fields: Vec<Field>, itemsize: usize) -> DType {
    DType::new(Kind::Record(Arc::new(Record::new(fields, itemsize))), ByteOrder::NATIVE)
}

/// Records `(a: int16, s: S3)` with a byte of padding: 0 and "x,0", 1 and "x,1", …
pub(super) fn records(dims: &[u64]) -> (Layout, Vec<u8>) {
    let text = DType::new(Kind::Bytes(3), ByteOrder::NATIVE);
    let fields = vec![field("a", DType::native(Number::Int16), &[], 0), field("s", text, &[], 3)];
    let layout = layout(record(fields, 6), dims);
    let mut items = Vec::new();
    for at in 0..layout.shape.size() as i16 {
        items.extend(bytemuck::bytes_of(&at));
        items.extend([0xff, b'x', b',', b'0' + at as u8]);
    }
    (layout, items)
}

pub(super) fn named() -> Style {
    Style { header: Header::Names, ..Style::default() }
}

pub(super) fn formatted(fmt: &str) -> Style {
    Style { fmt: Some(fmt.parse().expect(fmt)), ..Style::default() }
}

/// All that a format makes of the items, as one block.
pub(super) fn text(format: OutputFormat, style: &Style, items: &(Layout, Vec<u8>)) -> String {
    String::from_utf8_lossy(&written(format, style, items)).into_owned()
}

/// The same as bytes.
pub(super) fn written(format: OutputFormat, style: &Style, (layout, items): &(Layout, Vec<u8>)) -> Vec<u8> {
    let sink = Sink::new(format, layout, style).expect("the style fits");
    let mut out = Vec::new();
    sink.begin(&mut out).expect("memory takes all");
    sink.items(0, items, &mut out);
    sink.end(&mut out).expect("memory takes all");
    out
}

/// All that a format makes of the items, cut into blocks of these numbers of elements, over and over.
pub(super) fn text_in_blocks(format: OutputFormat, (layout, items): &(Layout, Vec<u8>), blocks: &[usize]) -> String {
    let sink = Sink::new(format, layout, &Style::default()).expect("the style fits");
    let mut stream = Stream::new(&sink);
    let mut out = Vec::new();
    sink.begin(&mut out).expect("memory takes all");
    let mut rest = &items[..];
    for count in blocks.iter().cycle() {
        let (block, tail) = rest.split_at((count * layout.dtype.itemsize()).min(rest.len()));
        stream.write(block, &mut out);
        rest = tail;
        if rest.is_empty() {
            break;
        }
    }
    sink.end(&mut out).expect("memory takes all");
    String::from_utf8_lossy(&out).into_owned()
}
