//! Selections that name a position twice, or out of order, made ready for results that go back to where they came from.

use crate::view::{Axis, View};

/// Of each listed axis of a selection, the places in its list that count: each position once, by rising number.
///
/// Of places with the same position the last one counts, as it is the last that NumPy stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once(Vec<Option<Vec<u64>>>);

impl Once {
    /// What counts of `selection`.
    pub fn of(selection: &View) -> Self {
        let counts = selection.axes().iter().map(|axis| match axis {
            Axis::Strided { .. } => None,
            Axis::Listed { positions, .. } => {
                let mut places: Vec<u64> = (0..positions.len() as u64).collect();
                let position = |&place: &u64| positions[place as usize];
                places.sort_by_key(|place| (position(place), std::cmp::Reverse(*place)));
                places.dedup_by_key(|place| position(place));
                Some(places)
            }
        });
        Self(counts.collect())
    }

    /// The elements of `view`, which has the shape of the selection, that count.
    #[must_use]
    pub fn view(&self, view: &View) -> View {
        let axes = view.axes().iter().zip(&self.0).map(|(axis, counts)| match (axis, counts) {
            (axis, None) => axis.clone(),
            (Axis::Strided { stride: 0, .. }, Some(places)) => Axis::Strided { len: places.len() as u64, stride: 0 },
            (Axis::Strided { stride, .. }, Some(places)) => {
                Axis::Listed { positions: places.as_slice().into(), stride: *stride }
            }
            (Axis::Listed { positions, stride }, Some(places)) => {
                let positions = places.iter().map(|&place| positions[place as usize]).collect();
                Axis::Listed { positions, stride: *stride }
            }
        });
        View::new(view.offset(), axes.collect(), view.item().clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Index;
    use crate::shape::{Order, Shape};

    fn view(dims: &[u64], index: &str) -> View {
        let whole = View::of_array(&Shape::new(dims).expect("small"), 8, Order::C, 0);
        index.parse::<Index>().expect(index).select(dims).expect(index).of(&whole)
    }

    #[test]
    fn repeated_positions_are_there_once() {
        let listed = view(&[5], "[3,1,3,0]");
        assert_eq!(Once::of(&listed).view(&listed), view(&[5], "[0,1,3]"));
        let strided = view(&[5], "::-2");
        assert_eq!(Once::of(&strided).view(&strided), strided);
    }

    #[test]
    fn others_go_with_the_last_of_a_position() {
        let once = Once::of(&view(&[5, 2], "[3,1,3,0]"));
        assert_eq!(once.view(&view(&[4, 2], ":")), view(&[4, 2], "[3,1,2]"));
        assert_eq!(once.view(&view(&[9, 2], "[8,6,4,2]")), view(&[9, 2], "[2,6,4]"));
        let row = view(&[1, 2], ":").broadcast(&[4, 2]).expect("one row");
        assert_eq!(once.view(&row), view(&[1, 2], ":").broadcast(&[3, 2]).expect("one row"));
    }
}
