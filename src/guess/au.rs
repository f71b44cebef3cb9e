//! Sun audio (`.au`, `.snd`): six big-endian numbers tell where the sound begins and what it is.

use super::sample::Sample;
use super::{Candidate, Element, Guess};
use crate::dtype::{ByteOrder, Number};

/// What a file holds; `None` for other files.
pub(super) fn read(sample: &Sample) -> Option<Guess> {
    if sample.at(0, 4)? != b".snd" {
        return None;
    }
    let four = |at| sample.at(at, 4)?.try_into().ok().map(u32::from_be_bytes);
    let (offset, len, code, rate, channels) = (four(4)?, four(8)?, four(12)?, four(16)?, four(20)?);
    let remark = format!("Sun audio: {channels} channels, {rate} samples a second");
    let number = match code {
        2 => Number::Int8,
        3 => Number::Int16,
        5 => Number::Int32,
        6 => Number::Float32,
        7 => Number::Float64,
        _ => {
            let remark = Some(format!("{remark}, in encoding {code}, of which there is no dtype"));
            return Some(Guess { remark, candidates: Vec::new() });
        }
    };
    let element = Element::new(number, ByteOrder::Big);
    let (offset, channels) = (u64::from(offset), u64::from(channels));
    let room = sample.len().checked_sub(offset)?;
    // A length of all ones is not known.
    let frames = u64::from(len).min(room).checked_div(channels * element.size() as u64)?;
    let trailing = room - frames * channels * element.size() as u64;
    let shape = if channels == 1 { vec![frames] } else { vec![frames, channels] };
    let why = "its header says so".to_owned();
    let candidate = Candidate { element, offset, shape, trailing, cost: 0.0, why };
    Some(Guess { remark: Some(remark), candidates: if frames > 0 { vec![candidate] } else { Vec::new() } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(len: u32, code: u32, channels: u32) -> Vec<u8> {
        let numbers = [28, len, code, 8000, channels].map(u32::to_be_bytes).concat();
        [b".snd", &numbers[..], b"note", &[1; 13]].concat()
    }

    fn first(bytes: &[u8]) -> Option<(String, u64, Vec<u64>, u64)> {
        let guess = read(&Sample::whole(bytes))?;
        let best = guess.candidates.first()?;
        Some((best.element.dtype().to_string(), best.offset, best.shape.clone(), best.trailing))
    }

    #[test]
    fn the_header_tells_dtype_and_frames() {
        assert_eq!(first(&file(12, 3, 2)), Some((">i2".to_owned(), 28, vec![3, 2], 1)));
        assert_eq!(first(&file(u32::MAX, 2, 1)), Some(("|i1".to_owned(), 28, vec![13], 0)));
    }

    #[test]
    fn what_has_no_dtype_is_named_alone() {
        let guess = read(&Sample::whole(&file(12, 1, 1))).expect("Sun audio");
        assert!(guess.candidates.is_empty() && guess.remark.is_some_and(|remark| remark.contains("encoding 1")));
        assert_eq!(first(&file(12, 3, 0)), None);
        assert_eq!(first(&file(0, 3, 1)), None);
        assert_eq!(first(&file(12, 3, 1)[..20]), None);
        assert_eq!(first(b"RIFF"), None);
    }
}
