//! Files that say themselves what they are: they are named, not guessed at.

use super::sample::Sample;
use super::{Candidate, Guess, au, idx, pnm, wav};

/// Where a format's own bytes stand, what they are, and what it is.
const KNOWN: &[(u64, &[u8], &str)] = &[
    (0, b"\x89PNG\r\n\x1a\n", "a PNG image: compressed, to be decoded by an image program first"),
    (0, b"\xff\xd8\xff", "a JPEG image: compressed, to be decoded by an image program first"),
    (0, b"fLaC", "FLAC: compressed sound, flac -d FILE gives a .wav"),
    (0, b"OggS", "Ogg: compressed sound or pictures, to be decoded first"),
    (8, b"AIFF", "AIFF: sound behind a header of chunks, in big-endian order"),
    (0, b"riff\x2e\x91\xcf\x11", "Wave64: sound behind a header of chunks"),
    (0, b"\x80\x04\x95", "a pickle of Python: only a program that trusts it can read it"),
    (0, b"\x80\x05\x95", "a pickle of Python: only a program that trusts it can read it"),
    (0, b"PK\x03\x04", "a zip archive (.npz is one): unzip gives the .npy files in it"),
    (0, b"\x1f\x8b", "gzip: gzip -dc FILE | rmm info - --guess"),
    (0, b"\x28\xb5\x2f\xfd", "zstd: zstd -dc FILE | rmm info - --guess"),
    (0, b"\xfd7zXZ\0", "xz: xz -dc FILE | rmm info - --guess"),
    (0, b"BZh", "bzip2: bzip2 -dc FILE | rmm info - --guess"),
    (0, b"\x89HDF\r\n\x1a\n", "HDF5 (or netCDF 4): h5dump -pH FILE tells its datasets and their offsets"),
    (0, b"CDF\x01", "netCDF 3: ncdump -h FILE tells its variables"),
    (0, b"CDF\x02", "netCDF 3: ncdump -h FILE tells its variables"),
    (0, b"PAR1", "Parquet: columns are encoded, a Parquet reader is needed"),
    (0, b"ARROW1", "an Arrow IPC file: an Arrow reader is needed"),
    (0, b"SIMPLE  =", "FITS: its header, in blocks of 2880 bytes, tells BITPIX and NAXIS; the data is big-endian"),
    (0, b"II*\0", "TIFF, little-endian: tiffinfo tells the offsets of its strips"),
    (0, b"MM\0*", "TIFF, big-endian: tiffinfo tells the offsets of its strips"),
    (0, b"NRRD000", "NRRD: its header is text, up to an empty line"),
    (344, b"n+1\0", "NIfTI: 348 bytes of header tell dim, datatype and vox_offset (mostly 352)"),
];

/// What the file says it is.
pub(super) fn recognise(sample: &Sample) -> Option<Guess> {
    let told = [wav::read, au::read, idx::read, pnm::read].into_iter().find_map(|read| read(sample));
    if told.is_some() {
        return told;
    }
    let is = |&&(at, magic, _): &&(u64, &[u8], &str)| sample.at(at, magic.len()) == Some(magic);
    let (_, _, what) = KNOWN.iter().find(is)?;
    Some(Guess { remark: Some((*what).to_owned()), candidates: Vec::<Candidate>::new() })
}

#[cfg(test)]
mod tests {
    use super::super::sample::Block;
    use super::*;

    #[test]
    fn each_is_known_by_its_own_bytes() {
        for (at, magic, what) in KNOWN {
            let mut bytes = vec![1; *at as usize];
            bytes.extend(*magic);
            let sample = Sample::new(bytes.len() as u64, vec![Block { offset: 0, bytes: bytes.clone() }]);
            assert_eq!(recognise(&sample).and_then(|guess| guess.remark).as_deref(), Some(*what));
            bytes.pop();
            let cut = Sample::new(bytes.len() as u64, vec![Block { offset: 0, bytes }]);
            assert_eq!(recognise(&cut), None, "{what}");
        }
    }
}
