//! IDX files (MNIST and its kin): four bytes tell the dtype and the number of axes, and the lengths of these follow.

use super::sample::Sample;
use super::{Candidate, Element, Guess};
use crate::dtype::{ByteOrder, Number};

/// What an IDX file holds; `None` for other files, and where the lengths are not those of the file.
pub(super) fn read(sample: &Sample) -> Option<Guess> {
    let &[0, 0, code, ndim @ 1..=8] = sample.at(0, 4)? else { return None };
    let number = match code {
        0x08 => Number::UInt8,
        0x09 => Number::Int8,
        0x0b => Number::Int16,
        0x0c => Number::Int32,
        0x0d => Number::Float32,
        0x0e => Number::Float64,
        _ => return None,
    };
    let element = Element::new(number, ByteOrder::Big);
    let lens = sample.at(4, 4 * usize::from(ndim))?.chunks_exact(4);
    let shape: Vec<u64> = lens.map(|len| len.iter().fold(0, |all, &byte| all << 8 | u64::from(byte))).collect();
    let offset = 4 + 4 * u64::from(ndim);
    let nbytes = shape.iter().try_fold(element.size() as u64, |all, &len| all.checked_mul(len))?;
    if nbytes == 0 || offset.checked_add(nbytes)? != sample.len() {
        return None;
    }
    let why = "its first bytes say so".to_owned();
    let candidate = Candidate { element, offset, shape, trailing: 0, cost: 0.0, why };
    let remark = "IDX: a dtype, the lengths of the axes, and big-endian elements".to_owned();
    Some(Guess { remark: Some(remark), candidates: vec![candidate] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells_dtype_and_shape() {
        let mut bytes = vec![0, 0, 0x0b, 2, 0, 0, 0, 3, 0, 0, 0, 2];
        bytes.extend([1; 12]);
        let guess = read(&Sample::whole(&bytes)).expect("IDX");
        let best = &guess.candidates[0];
        assert_eq!(
            (best.element.dtype().to_string(), best.offset, &best.shape[..]),
            (">i2".to_owned(), 12, &[3, 2][..])
        );
        bytes.push(1);
        assert_eq!(read(&Sample::whole(&bytes)), None);
        assert_eq!(read(&Sample::whole(&[0, 0, 8, 2, 255])), None);
        let huge = [&[0, 0, 8, 3][..], &[255; 12]].concat();
        assert_eq!(read(&Sample::whole(&huge)), None);
    }
}
