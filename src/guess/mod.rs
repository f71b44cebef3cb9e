//! What bytes that nobody described may be: dtypes, byte orders, offsets and shapes, ranked.
//!
//! ```text
//!   sample ─► magic?     a known file says itself what it is
//!          ─► element    bits per byte that each dtype needs, and how plausible its values are
//!          ─► header     where bytes stop that the body would not have
//!          ─► fortran    record lengths before and behind the data
//!          ─► rows       the distance at which values are alike
//! ```
//!
//! The same sample always gives the same answer. Nothing here reads files or prints.

mod au;
mod element;
mod entropy;
mod fortran;
mod header;
mod idx;
mod magic;
mod pnm;
mod rows;
mod sample;
mod wav;

pub use element::Element;
pub use sample::{Block, Sample};

/// The longest list that is worth reading.
const MOST: usize = 8;
/// Dtypes that are listed.
const DTYPES: usize = 6;
/// Dtypes of which rows and other offsets are looked for.
const FOLLOWED: usize = 2;

/// An array that the bytes may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The dtype with its byte order.
    pub element: Element,
    /// Where the data begins, in bytes.
    pub offset: u64,
    /// The lengths of the axes: one or two where they were guessed, all where the file tells them.
    pub shape: Vec<u64>,
    /// Bytes behind the array.
    pub trailing: u64,
    /// Lower is likelier: roughly bits for each byte.
    pub cost: f64,
    /// What speaks for it, in a few words.
    pub why: String,
}

/// What a file that begins with these bytes says it is, in a few words.
pub fn remark(head: &[u8]) -> Option<String> {
    let block = Block { offset: 0, bytes: head.to_vec() };
    magic::recognise(&Sample::new(head.len() as u64, vec![block]))?.remark
}

/// What is said of a sample.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guess {
    /// What the file is as a whole, where its bytes say so.
    pub remark: Option<String>,
    /// The arrays that it may be, the likeliest first; at most eight.
    pub candidates: Vec<Candidate>,
}

/// What the bytes may be. A file of a known format is named and not guessed at.
pub fn guess(sample: &Sample) -> Guess {
    if let Some(known) = magic::recognise(sample) {
        return known;
    }
    let remark = if sample.is_empty() {
        Some("the file is empty")
    } else if sample.bytes().all(|byte| byte == 0) {
        Some("nothing but zeros in the sample: any dtype fits")
    } else if is_text(sample) {
        Some("text, not raw elements: rmm create OUT.npy --from FILE reads what is a table")
    } else {
        None
    };
    if let Some(remark) = remark {
        return Guess { remark: Some(remark.to_owned()), candidates: Vec::new() };
    }
    let candidates = rank(sample);
    let noise = entropy::of(sample.bytes()) > 7.9 && candidates.first().is_some_and(|best| best.cost > 7.9);
    let remark = noise.then(|| "hardly told from random bytes: compressed or encrypted, perhaps".to_owned());
    Guess { remark, candidates }
}

/// The arrays that the bytes may be, the likeliest first; at most eight.
pub fn rank(sample: &Sample) -> Vec<Candidate> {
    let mut found = Vec::new();
    let markers = fortran::find(sample);
    if let Some(record) = &markers {
        found.extend(follow(sample, record.start, Some(record)));
    } else {
        found.extend(follow(sample, 0, None));
    }
    found.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    found.truncate(MOST);
    found
}

/// The best dtypes, each with its headers and its rows.
fn follow(sample: &Sample, start: u64, record: Option<&fortran::Record>) -> Vec<Candidate> {
    let end = record.map_or(sample.len(), |record| record.start + record.len);
    let mut scored: Vec<element::Scored> = Element::ALL
        .iter()
        .filter(|element| end - start >= element.size() as u64)
        .filter(|element| record.is_none_or(|record| record.len.is_multiple_of(element.size() as u64)))
        .map(|&element| element::score(sample, element, start..end))
        .collect();
    scored.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    scored.truncate(DTYPES);
    let mut found = Vec::new();
    for (place, scored) in scored.iter().enumerate() {
        let size = scored.element.size() as u64;
        let offsets = match record {
            Some(record) => vec![header::Offset { at: record.start, cost: 0.0, why: record.why() }],
            None => header::offsets(sample, scored),
        };
        for (nth, offset) in offsets.iter().enumerate() {
            let count = (end - offset.at) / size;
            if count == 0 || (place >= FOLLOWED && nth > 0) {
                continue;
            }
            let shapes = if place < FOLLOWED && nth == 0 {
                rows::shapes(sample, scored.element, offset.at, count)
            } else {
                vec![rows::Rows::flat(count)]
            };
            // The best dtype has its second shape listed, too.
            let shapes = shapes.into_iter().filter(|shape| place == 0 || shape.cost == 0.0);
            for shape in shapes {
                let why = [scored.why.as_str(), &offset.why, &shape.why];
                found.push(Candidate {
                    element: scored.element,
                    offset: offset.at,
                    shape: shape.dims,
                    trailing: sample.len() - offset.at - count * size,
                    cost: scored.cost + offset.cost + shape.cost,
                    why: why.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("; "),
                });
            }
        }
    }
    found
}

fn is_text(sample: &Sample) -> bool {
    let (mut printable, mut total) = (0_u64, 0_u64);
    for byte in sample.bytes() {
        total += 1;
        printable += u64::from(matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t'));
    }
    printable == total && sample.bytes().any(|byte| matches!(byte, b'\n' | b' ' | b',')) && total >= 8
}
