//! Fetching elements from a long list of places: in the order of the file, handed back in that of the list.
//!
//! In the order of a random list every element would need a system call or a window of its own. Sorted by place, those
//! of a window are read together, and each page is looked at once.

use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::error::Result;
use crate::plan::Run;
use crate::source::Readable;
use crate::view::Item;

/// Places are sorted as far as this many bytes: the pages that the system maps at once when one of them is missing.
const NEAR: u32 = 16;
/// Buckets of the sort; more of them than this leave the cache.
const BUCKETS: u64 = 1 << 16;
/// Fewer elements than this are not worth another thread.
const FEW: usize = 1 << 12;

/// Bytes of the elements dealt with together: so many that pages of a large file are touched once for several of them.
const BATCH: usize = 8 << 20;
/// A list of places takes memory, too, however small the elements.
const PLACES: usize = 1 << 20;

/// How many elements of a list are dealt with at a time: at least one, however large.
pub fn at_a_time(itemsize: usize) -> usize {
    PLACES.min(BATCH / itemsize.max(1)).max(1)
}

/// The items that begin at these bytes, packed, in the order of the list.
///
/// # Errors
/// Where one of them cannot be read.
pub fn fetch(bytes: &dyn Readable, item: &Item, places: &[u64], threads: usize) -> Result<Vec<u8>> {
    let size = item.size();
    let List { order, places } = List::by_place(places);
    let mut sorted = vec![0; places.len() * size];
    let each = places.len().div_ceil(threads.max(1)).max(FEW);
    let parts = places.chunks(each).zip(sorted.chunks_mut((each * size).max(1)));
    let whole = item.parts() == Item::whole(size).parts();
    let read = |places: &[u64], items: &mut [u8]| {
        if whole {
            return bytes.reader().read_items(places, size, items);
        }
        let mut runs = places.iter().enumerate().flat_map(|(slot, place)| {
            item.parts().iter().filter(|part| part.len > 0).map(move |part| Run {
                file: place + part.file as u64,
                file_stride: 0,
                scratch: slot * size + part.packed,
                scratch_stride: 0,
                unit: part.len,
                count: 1,
            })
        });
        bytes.reader().read_runs(&mut runs, items)
    };
    let most = parts.len();
    let parts = Mutex::new(parts);
    let work = || {
        loop {
            let Some((places, items)) = parts.lock().unwrap_or_else(PoisonError::into_inner).next() else {
                return Ok(());
            };
            read(places, items)?;
        }
    };
    thread::scope(|scope| {
        // Where the system gives no more threads, those that there are do it all.
        let others: Vec<_> = (1..most).map_while(|_| thread::Builder::new().spawn_scoped(scope, work).ok()).collect();
        let done = work();
        let joined =
            others.into_iter().map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        joined.chain([done]).collect::<Result<()>>()
    })?;
    let mut items = vec![0; sorted.len()];
    for (&at, item) in order.iter().zip(sorted.chunks_exact(size.max(1))) {
        items[at as usize * size..][..size].copy_from_slice(item);
    }
    Ok(items)
}

/// Places by rising place, as far as that helps.
struct List {
    /// For each of them where it stands in the list as it came.
    order: Vec<u32>,
    places: Vec<u64>,
}

impl List {
    fn by_place(places: &[u64]) -> Self {
        let (low, high) = places.iter().fold((u64::MAX, 0), |(low, high), &place| (low.min(place), high.max(place)));
        // Windows begin at such multiples, too: nothing goes back and forth between two of them.
        let low = low >> NEAR << NEAR;
        let span = high.saturating_sub(low);
        if span >> NEAR >= BUCKETS {
            let mut pairs: Vec<(u64, u32)> = places.iter().copied().zip(0..).collect();
            pairs.sort_unstable();
            let (places, order) = pairs.into_iter().unzip();
            return Self { order, places };
        }
        let bucket = |place: u64| ((place - low) >> NEAR) as usize;
        let mut ends = vec![0_u32; (span >> NEAR) as usize + 1];
        for &place in places {
            ends[bucket(place)] += 1;
        }
        let mut total = 0;
        for end in &mut ends {
            total += std::mem::replace(end, total);
        }
        let (mut order, mut sorted) = (vec![0; places.len()], vec![0; places.len()]);
        for (at, &place) in places.iter().enumerate() {
            let next = &mut ends[bucket(place)];
            (order[*next as usize], sorted[*next as usize]) = (at as u32, place);
            *next += 1;
        }
        Self { order, places: sorted }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::Memory;

    #[test]
    fn a_batch_is_bounded_by_its_bytes_and_its_places() {
        for (itemsize, most) in [(0, 1 << 20), (1, 1 << 20), (8, 1 << 20), (1000, 8388), (8 << 20, 1), (1 << 30, 1)] {
            assert_eq!(at_a_time(itemsize), most, "{itemsize}");
        }
    }

    proptest! {
        #[test]
        fn items_come_in_the_order_of_the_list(
            places in prop::collection::vec(0..200_000_u64, 0..9000),
            size in 1..20_usize,
            threads in 1..4_usize,
        ) {
            let memory = Memory((0..200_020_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect());
            let items = fetch(&memory, &Item::whole(size), &places, threads).expect("memory is always there");
            let expected: Vec<u8> =
                places.iter().flat_map(|&place| &memory.0[place as usize..][..size]).copied().collect();
            prop_assert!(items == expected);
        }

        #[test]
        fn every_index_is_there_once_and_nearly_sorted(
            places in prop::collection::vec(prop_oneof![0..1_u64 << 20, 0..1_u64 << 50], 0..300),
        ) {
            let list = List::by_place(&places);
            let mut all = list.order.clone();
            all.sort_unstable();
            prop_assert!(all.iter().copied().eq(0..places.len() as u32));
            prop_assert!(list.order.iter().map(|&at| places[at as usize]).eq(list.places.iter().copied()));
            prop_assert!(list.places.is_sorted_by_key(|&place| place >> NEAR));
        }
    }
}
