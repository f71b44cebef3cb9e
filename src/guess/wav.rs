//! WAV files: the chunks of RIFF tell the dtype and where the sound begins.

use super::sample::Sample;
use super::{Candidate, Element, Guess};
use crate::dtype::{ByteOrder, Number};

/// What the `fmt ` chunk says.
struct Sound {
    code: u16,
    channels: u64,
    rate: u32,
    bits: u16,
}

/// What a WAV file holds; `None` for other files.
pub(super) fn read(sample: &Sample) -> Option<Guess> {
    if sample.at(0, 4)? != b"RIFF" {
        return None;
    }
    if sample.at(8, 4)? != b"WAVE" {
        let what = "RIFF: chunks of a name, a length of four bytes and their data".to_owned();
        return Some(Guess { remark: Some(what), candidates: Vec::new() });
    }
    let Some((sound, start, len)) = chunks(sample) else {
        let what = "WAV, whose data chunk is not among its first bytes".to_owned();
        return Some(Guess { remark: Some(what), candidates: Vec::new() });
    };
    let Sound { code, channels, rate, bits } = sound;
    let remark = format!("WAV: {channels} channels of {bits} bits, {rate} samples a second");
    let number = match (code, bits) {
        (1, 8) => Some(Number::UInt8),
        (1, 16) => Some(Number::Int16),
        (1, 32) => Some(Number::Int32),
        (3, 32) => Some(Number::Float32),
        (3, 64) => Some(Number::Float64),
        _ => None,
    };
    let Some(number) = number else {
        let remark = format!("{remark}, in encoding {code}, of which there is no dtype");
        return Some(Guess { remark: Some(remark), candidates: Vec::new() });
    };
    let element = Element::new(number, ByteOrder::Little);
    // Streams are written with a length that is not yet known.
    let len = len.min(sample.len() - start);
    let frames = len / (channels * element.size() as u64);
    let end = start + frames * channels * element.size() as u64;
    let shape = if channels == 1 { vec![frames] } else { vec![frames, channels] };
    let candidate = Candidate {
        element,
        offset: start,
        shape,
        trailing: sample.len() - end,
        cost: 0.0,
        why: "the fmt and data chunks say so".to_owned(),
    };
    Some(Guess { remark: Some(remark), candidates: if frames > 0 { vec![candidate] } else { Vec::new() } })
}

/// The format, and where the data begins and how long it says it is.
fn chunks(sample: &Sample) -> Option<(Sound, u64, u64)> {
    let mut at = 12;
    let mut sound = None;
    loop {
        let name = sample.at(at, 4)?;
        let len = u64::from(u32::from_le_bytes(sample.at(at + 4, 4)?.try_into().ok()?));
        let start = at + 8;
        if name == b"fmt " {
            sound = format(sample.at(start, 16)?, || sample.at(start + 24, 2));
        } else if name == b"data" {
            return sound.map(|sound| (sound, start, len));
        }
        at = start + len.next_multiple_of(2);
    }
}

fn format<'a>(fields: &[u8], extended: impl Fn() -> Option<&'a [u8]>) -> Option<Sound> {
    let two = |at: usize| u16::from_le_bytes([fields[at], fields[at + 1]]);
    let code = match two(0) {
        // The real code is the beginning of a GUID behind.
        0xfffe => extended().map(|code| u16::from_le_bytes([code[0], code[1]]))?,
        code => code,
    };
    let rate = u32::from(two(4)) | u32::from(two(6)) << 16;
    (two(2) > 0).then(|| Sound { code, channels: two(2).into(), rate, bits: two(14) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(code: u16, bits: u16, len: u32) -> Vec<u8> {
        let mut bytes = b"RIFF\0\0\0\0WAVEjunk\x01\0\0\0x\0fmt \x10\0\0\0".to_vec();
        bytes.extend(code.to_le_bytes());
        bytes.extend([2, 0, 0x44, 0xac, 0, 0, 0, 0, 0, 0, 0, 0]);
        bytes.extend(bits.to_le_bytes());
        bytes.extend(b"data");
        bytes.extend(len.to_le_bytes());
        bytes.extend([0; 21]);
        bytes
    }

    fn read(bytes: &[u8]) -> Guess {
        super::read(&Sample::whole(bytes)).expect("RIFF")
    }

    #[test]
    fn chunks_are_followed_and_whole_frames_counted() {
        for (len, frames, trailing) in [(20, 5, 1), (8, 2, 13), (u32::MAX, 5, 1)] {
            let found = read(&file(1, 16, len)).candidates;
            assert_eq!((found[0].offset, &found[0].shape[..], found[0].trailing), (54, &[frames, 2][..], trailing));
        }
        assert_eq!(read(&file(3, 32, 16)).candidates[0].element, Element::new(Number::Float32, ByteOrder::Little));
    }

    #[test]
    fn what_has_no_dtype_is_named_alone() {
        let guess = read(&file(1, 24, 12));
        assert!(guess.candidates.is_empty() && guess.remark.is_some_and(|remark| remark.contains("24 bits")));
        for cut in [12, 20, 40, 50] {
            assert!(read(&file(1, 16, 4)[..cut]).candidates.is_empty(), "{cut}");
        }
        assert!(super::read(&Sample::whole(b"RIF")).is_none());
    }
}
