//! Blocks through a sink one after the other, cut anywhere.

use super::Sink;

/// The sequential way through a [`Sink`]: it counts the elements, and keeps what is less than a line of hex.
pub struct Stream<'a> {
    sink: &'a Sink,
    first: u64,
    kept: Vec<u8>,
}

impl<'a> Stream<'a> {
    /// A stream that begins with the first element.
    pub fn new(sink: &'a Sink) -> Self {
        Self { sink, first: 0, kept: Vec::new() }
    }

    /// Appends the text of the next elements, as much as is complete.
    ///
    /// Nothing is left behind the last element, because every line ends with its row.
    pub fn write(&mut self, items: &[u8], out: &mut Vec<u8>) {
        if self.kept.is_empty() {
            let rest = self.format(items, out);
            self.kept.extend(&items[rest..]);
        } else {
            let mut kept = std::mem::take(&mut self.kept);
            kept.extend(items);
            let rest = self.format(&kept, out);
            kept.drain(..rest);
            self.kept = kept;
        }
    }

    /// Takes note of elements that somebody else has formatted: whole lines, behind whole lines.
    pub fn pass(&mut self, count: u64) {
        debug_assert!(self.kept.is_empty(), "what comes before a whole line is whole lines");
        self.first += count;
    }

    /// Appends the text of what can be formatted and gives its number of bytes.
    fn format(&mut self, items: &[u8], out: &mut Vec<u8>) -> usize {
        let Some(count) = items.len().checked_div(self.sink.itemsize) else { return 0 };
        let count = self.sink.whole(self.first, count as u64);
        let bytes = count as usize * self.sink.itemsize;
        self.sink.items(self.first, &items[..bytes], out);
        self.first += count;
        bytes
    }
}
