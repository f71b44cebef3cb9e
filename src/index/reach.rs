//! What an index selects along an axis whose length is not known yet: elements of a stream are counted from its
//! beginning only.

use super::{Index, ListPlace, Pick, Slice};
use crate::error::Result;

/// How far an index reaches along the first axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To positions that are named: their number does not depend on the axis.
    Named,
    /// Up to the end of the axis, or of the slice, whichever comes first.
    Open,
    /// It counts from the end, or goes backwards.
    FromEnd,
}

impl Index {
    /// How far this reaches along the first axis of an array of so many dimensions.
    ///
    /// # Errors
    /// Usage, where it has more picks than there are axes.
    pub fn reach(&self, ndim: usize) -> Result<Reach> {
        let picks = self.expanded(ndim)?;
        Ok(match picks.first() {
            // The axis of the list is in front of the first, wherever it comes from.
            _ if self.list_place() == ListPlace::First => Reach::FromEnd,
            None => Reach::Named,
            Some(Pick::At(position)) if *position >= 0 => Reach::Named,
            Some(Pick::List(positions)) if positions.iter().all(|&position| position >= 0) => Reach::Named,
            Some(Pick::Slice(slice)) if slice.counts_from_start() => Reach::Open,
            Some(_) => Reach::FromEnd,
        })
    }
}

impl Slice {
    fn counts_from_start(self) -> bool {
        let from_start = |bound: Option<i128>| bound.is_none_or(|bound| bound >= 0);
        from_start(self.start) && from_start(self.stop) && self.step.is_none_or(|step| step > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_from_the_end_must_wait_for_it() {
        for (index, reach) in [
            ("...", Reach::Open),
            ("()", Reach::Open),
            (":", Reach::Open),
            ("2:10:3,::-1", Reach::Open),
            (":,[2,0]", Reach::Open),
            ("3", Reach::Named),
            ("[0,5],1", Reach::Named),
            ("-1", Reach::FromEnd),
            ("[0,-1]", Reach::FromEnd),
            ("-3:", Reach::FromEnd),
            (":-1", Reach::FromEnd),
            ("::-1", Reach::FromEnd),
            ("0,:,[1,2]", Reach::FromEnd),
        ] {
            let found = index.parse::<Index>().expect(index).reach(3).expect(index);
            assert_eq!(found, reach, "{index}");
        }
        "0,0".parse::<Index>().expect("two").reach(1).expect_err("too many");
    }
}
