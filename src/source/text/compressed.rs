//! gzip and zstd, recognised by their first bytes and read in bounded memory, all members and frames of a file.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// The largest window of a zstd frame: what `zstd --ultra -22` and all below it use, but not `--long` beyond 64 MiB.
const WINDOW: u64 = 64 << 20;
/// Bytes read at a time.
const BUFFER: usize = 128 << 10;

/// A way to compress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
}

impl Compression {
    /// How a file that begins so is compressed.
    pub fn recognise(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    /// Its name: `gzip`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// The bytes that were compressed. What is damaged is an error of the kind [`io::ErrorKind::InvalidData`], what ends
    /// too early one of [`io::ErrorKind::UnexpectedEof`].
    pub fn reader<'a>(self, from: impl Read + Send + 'a) -> Box<dyn Read + Send + 'a> {
        let from = BufReader::with_capacity(BUFFER, from);
        match self {
            Self::Gzip => Box::new(Gzip(Some(GzDecoder::new(from)))),
            Self::Zstd => Box::new(Zstd::new(from)),
        }
    }
}

/// One member after another. Zeros behind one are padding, as tapes and blocks of a fixed size leave it.
struct Gzip<R>(Option<GzDecoder<R>>);

impl<R: BufRead> Gzip<R> {
    /// The member behind one that has ended; `None` at the end of the file.
    fn after(mut from: R) -> io::Result<Option<GzDecoder<R>>> {
        loop {
            let bytes = from.fill_buf()?;
            let (len, zeros) = (bytes.len(), bytes.iter().take_while(|&&byte| byte == 0).count());
            from.consume(zeros);
            match len {
                0 => return Ok(None),
                len if zeros < len => return Ok(Some(GzDecoder::new(from))),
                _ => {}
            }
        }
    }
}

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.0 {
            match member.read(buffer) {
                Ok(0) if !buffer.is_empty() => {}
                // Damage under one kind of error.
                Err(error) if error.kind() == io::ErrorKind::InvalidInput => return Err(damaged(error)),
                read => return read,
            }
            let ended = self.0.take().map(GzDecoder::into_inner);
            self.0 = ended.map(Self::after).transpose()?.flatten();
        }
        Ok(0)
    }
}

/// One frame after another.
struct Zstd<R> {
    from: R,
    decoder: FrameDecoder,
    is_inside: bool,
}

impl<R: BufRead> Zstd<R> {
    fn new(from: R) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(WINDOW);
        Self { from, decoder, is_inside: false }
    }

    /// Begins the next frame; false at the end of the file.
    fn enter(&mut self) -> io::Result<bool> {
        while !self.from.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.from) {
                Ok(()) => {
                    self.is_inside = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    io::copy(&mut self.from.by_ref().take(length.into()), &mut io::sink())?;
                }
                Err(error) => return Err(damaged(error)),
            }
        }
        Ok(false)
    }

    fn leave(&mut self) -> io::Result<()> {
        self.is_inside = false;
        match (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum()) {
            (Some(written), Some(found)) if written != found => Err(damaged("the checksum of a frame is wrong")),
            _ => Ok(()),
        }
    }
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.is_inside && !self.enter()? {
                return Ok(0);
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                self.decoder.decode_blocks(&mut self.from, BlockDecodingStrategy::UptoBlocks(1)).map_err(damaged)?;
            }
            match self.decoder.read(buffer)? {
                0 if !buffer.is_empty() => self.leave()?,
                count => return Ok(count),
            }
        }
    }
}

fn damaged(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(bytes).expect("memory");
        writer.finish().expect("memory")
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
    }

    fn all(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut read = Vec::new();
        let compression = Compression::recognise(bytes).expect("compressed");
        compression.reader(bytes).read_to_end(&mut read)?;
        Ok(read)
    }

    #[test]
    fn members_and_frames_follow_each_other() {
        let text = "1.5,2.5\n".repeat(100_000);
        for compress in [gzip, zstd] {
            let twice = [compress(text.as_bytes()), compress(b"3\n")].concat();
            assert!(all(&twice).expect("whole") == format!("{text}3\n").as_bytes());
            assert!(all(&compress(b"")).expect("whole").is_empty());
        }
        let padded = [gzip(b"1\n"), vec![0; 600], gzip(b"2\n"), vec![0; 1 << 18]].concat();
        assert_eq!(all(&padded).expect("whole"), b"1\n2\n");
        assert!(all(&[gzip(b"1\n"), vec![0; 9], b"x".to_vec()].concat()).is_err(), "what follows is no member");
        let skipped = [zstd(b"1\n"), vec![0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9], zstd(b"2\n")].concat();
        assert_eq!(all(&skipped).expect("whole"), b"1\n2\n");
    }

    #[test]
    fn damage_is_an_error() {
        let text = "1.5,2.5\n".repeat(10_000);
        for compress in [gzip, zstd] {
            let whole = compress(text.as_bytes());
            assert!(all(&whole[..whole.len() - 1]).is_err(), "cut short");
            assert!(all(&whole[..whole.len() / 2]).is_err(), "cut short");
            let mut damaged = whole.clone();
            let last = damaged.len() - 5;
            damaged[last] ^= 0x55;
            assert!(all(&damaged).is_err(), "a changed byte");
        }
    }

    #[test]
    fn other_bytes_are_not_compressed() {
        for head in [&b""[..], b"\x1f\x8b", b"1,2\n", b"\x28\xb5\x2f"] {
            assert_eq!(Compression::recognise(head), None);
        }
    }
}
