//! INDEX: what one would write inside NumPy's subscript, as text, and what it selects of a shape.
//!
//! Integers, slices, one ellipsis and one list of positions give exactly NumPy's result, its order of axes included.
//! What NumPy also has but a file cannot be asked for in one pass (masks, several lists, `newaxis`) is refused by name.

mod place;
mod reach;

pub use place::place;
pub use reach::Reach;

use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::escape::shortened;
use crate::view::{Axis, View};

/// Characters of a text of any length that a message shows.
const SHOWN: usize = 80;

/// A subscript: one pick for each axis it speaks of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index(Vec<Pick>);

/// What is picked along one axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// One position, which drops the axis: `3`, `-1`.
    At(i128),
    /// A slice: `A:B:S`, each part optional.
    Slice(Slice),
    /// As many whole axes as are missing: `...`.
    Ellipsis,
    /// Positions in any order, repeats allowed: `[1,5,7]`.
    List(Vec<i128>),
}

/// The parts of a slice, as typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    start: Option<i128>,
    stop: Option<i128>,
    step: Option<i128>,
}

/// What an index selects of an array of a certain shape: one choice for each of its axes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    choices: Vec<Choice>,
    list_place: ListPlace,
}

/// The positions selected along one axis, all within its length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// One position; the axis is dropped.
    At(u64),
    /// `len` positions from `start`, `step` apart.
    Strided {
        /// The first position.
        start: u64,
        /// From one position to the next; negative goes down.
        step: i64,
        /// The number of positions.
        len: u64,
    },
    /// These positions.
    List(Arc<[u64]>),
}

/// Where the axis of a list stands in the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ListPlace {
    /// Where the list stands in the index.
    Natural,
    /// First of all: NumPy's rule where an integer and a list are separated by a slice.
    First,
}

impl Index {
    /// The index that selects everything.
    pub fn all() -> Self {
        Self(vec![Pick::Ellipsis])
    }

    /// The index with one pick for each of some axes, and all of the others.
    ///
    /// Axes may be negative, as in NumPy.
    ///
    /// # Errors
    /// Usage, where an axis does not exist in `ndim` dimensions or is named twice, and for more than one list: NumPy
    /// would pair their positions, which is not what lists along axes seem to say.
    pub fn along(picks: &[(i64, Pick)], ndim: usize) -> Result<Self> {
        let mut index = vec![Pick::Slice(Slice::default()); ndim];
        let mut taken = vec![false; ndim];
        if picks.iter().filter(|(_, pick)| matches!(pick, Pick::List(_))).count() > 1 {
            return Err(two_lists());
        }
        for (axis, pick) in picks {
            if *pick == Pick::Ellipsis {
                return Err(Error::usage(format!("axis {axis}: ... stands for whole axes, not for positions on one")));
            }
            let place = axis_of(*axis, ndim)?;
            if std::mem::replace(&mut taken[place], true) {
                return Err(Error::usage(format!("axis {place} is selected twice")));
            }
            index[place] = pick.clone();
        }
        Ok(Self(index))
    }

    /// What this selects of an array with axes of these lengths.
    ///
    /// # Errors
    /// Usage, as NumPy's `IndexError`: a position out of bounds, more picks than axes, a step of zero.
    pub fn select(&self, dims: &[u64]) -> Result<Selection> {
        let picks = self.expanded(dims.len())?;
        let choices = picks.iter().zip(dims).enumerate();
        let choices = choices.map(|(axis, (pick, &len))| pick.choose(axis, len)).collect::<Result<_>>()?;
        Ok(Selection { choices, list_place: self.list_place() })
    }

    /// One pick an axis: the ellipsis, written or not, replaced by whole axes.
    fn expanded(&self, ndim: usize) -> Result<Vec<Pick>> {
        let picked = self.0.iter().filter(|pick| **pick != Pick::Ellipsis).count();
        if picked > ndim {
            return Err(Error::usage(format!(
                "too many indices for array: array is {ndim}-dimensional, but {picked} were indexed"
            )));
        }
        let mut picks = self.0.clone();
        let at = picks.iter().position(|pick| *pick == Pick::Ellipsis);
        let range = at.map_or(picks.len()..picks.len(), |at| at..at + 1);
        picks.splice(range, std::iter::repeat_n(Pick::Slice(Slice::default()), ndim - picked));
        Ok(picks)
    }

    /// NumPy counts integers as lists where there is a list: apart from each other, their common axis goes first.
    fn list_place(&self) -> ListPlace {
        let advanced = |pick: &Pick| matches!(pick, Pick::At(_) | Pick::List(_));
        let has_list = self.0.iter().any(|pick| matches!(pick, Pick::List(_)));
        let first = self.0.iter().position(advanced).unwrap_or(0);
        let last = self.0.iter().rposition(advanced).unwrap_or(0);
        if has_list && !self.0[first..=last].iter().all(advanced) { ListPlace::First } else { ListPlace::Natural }
    }
}

/// The axis that `axis`, perhaps negative, names in `ndim` dimensions.
///
/// # Errors
/// Usage, as NumPy's `AxisError`.
pub fn axis_of(axis: i64, ndim: usize) -> Result<usize> {
    let place = if axis < 0 { axis + ndim as i64 } else { axis };
    usize::try_from(place)
        .ok()
        .filter(|&place| place < ndim)
        .ok_or_else(|| Error::usage(format!("axis {axis} is out of bounds for array of dimension {ndim}")))
}

impl Pick {
    fn choose(&self, axis: usize, len: u64) -> Result<Choice> {
        match self {
            Self::At(position) => Ok(Choice::At(within(*position, axis, len)?)),
            Self::List(positions) => {
                let positions = positions.iter().map(|&position| within(position, axis, len));
                Ok(Choice::List(positions.collect::<Result<_>>()?))
            }
            Self::Slice(slice) => slice.choose(len),
            Self::Ellipsis => unreachable!("an index is expanded before its picks choose"),
        }
    }
}

/// The position counted from the beginning.
fn within(position: i128, axis: usize, len: u64) -> Result<u64> {
    let from_start = if position < 0 { position + i128::from(len) } else { position };
    u64::try_from(from_start)
        .ok()
        .filter(|&at| at < len)
        .ok_or_else(|| Error::usage(format!("index {position} is out of bounds for axis {axis} with size {len}")))
}

impl Slice {
    /// All the positions of the slice `start..stop`.
    pub fn range(range: Range<u64>) -> Self {
        Self { start: Some(range.start.into()), stop: Some(range.end.into()), step: None }
    }

    /// Python's rule: bounds are clamped, never an error.
    fn choose(self, len: u64) -> Result<Choice> {
        let len = i128::from(len);
        let step = self.step.unwrap_or(1);
        if step == 0 {
            return Err(Error::usage("slice step cannot be zero"));
        }
        let (lowest, highest) = if step > 0 { (0, len) } else { (-1, len - 1) };
        let clamp = |bound: i128| (if bound < 0 { bound + len } else { bound }).clamp(lowest, highest);
        let start = self.start.map_or(if step > 0 { lowest } else { highest }, clamp);
        let stop = self.stop.map_or(if step > 0 { highest } else { lowest }, clamp);
        let count = ((stop - start) * step.signum() + step.abs() - 1) / step.abs();
        let count = count.max(0) as u64;
        // Where nothing follows the first position, the step has no meaning and might not fit.
        let step = if count > 1 { step as i64 } else { 1 };
        Ok(Choice::Strided { start: if count == 0 { 0 } else { start as u64 }, step, len: count })
    }
}

impl Selection {
    /// One choice for each axis of the array.
    pub fn choices(&self) -> &[Choice] {
        &self.choices
    }

    /// The selected part of `view`, whose axes are the ones the selection was made for.
    pub fn of(&self, view: &View) -> View {
        let mut offset = view.offset();
        let mut axes = Vec::with_capacity(self.choices.len());
        for (choice, axis) in self.choices.iter().zip(view.axes()) {
            match choice {
                Choice::At(position) => offset = offset.wrapping_add_signed(axis.step(*position)),
                Choice::Strided { start, step, len } => {
                    offset = offset.wrapping_add_signed(if *len == 0 { 0 } else { axis.step(*start) });
                    axes.push(Axis::Strided { len: *len, stride: axis.stride() * step });
                }
                Choice::List(positions) => {
                    let list = Axis::Listed { positions: Arc::clone(positions), stride: axis.stride() };
                    match self.list_place {
                        ListPlace::First => axes.insert(0, list),
                        ListPlace::Natural => axes.push(list),
                    }
                }
            }
        }
        View::new(offset, axes, view.item().clone())
    }
}

impl FromStr for Index {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let inner = text.trim();
        // A tuple is the same subscript with or without its parentheses.
        let tuple = inner.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).map(str::trim);
        if tuple == Some("") {
            return Ok(Self(Vec::new()));
        }
        let inner = tuple.unwrap_or(inner);
        if inner.is_empty() {
            return Err(bad(text, "it is empty").hint("() or ... selects everything"));
        }
        let words = split(inner).ok_or_else(|| bad(text, "its brackets do not match"))?;
        let picks = words.iter().map(|word| word.parse()).collect::<Result<Vec<Pick>>>();
        let picks = picks.map_err(|error| error.within(quoted(text)))?;
        if picks.iter().filter(|pick| **pick == Pick::Ellipsis).count() > 1 {
            return Err(bad(text, "an index can only have a single ellipsis ('...')"));
        }
        if picks.iter().filter(|pick| matches!(pick, Pick::List(_))).count() > 1 {
            return Err(two_lists().within(quoted(text)));
        }
        Ok(Self(picks))
    }
}

impl FromStr for Pick {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        let word = word.trim();
        match word {
            "..." => return Ok(Self::Ellipsis),
            "" => return Err(Error::usage("an index between commas is missing")),
            "None" | "newaxis" | "np.newaxis" => {
                return Err(Error::usage("newaxis adds no data and is not supported").hint("use --reshape"));
            }
            "True" | "False" | "true" | "false" => return Err(masked()),
            _ if is_condition(word) => return Err(masked()),
            _ => {}
        }
        if let Some(list) = word.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return positions(list).map(Self::List);
        }
        if word.contains(':') {
            return slice(word).map(Self::Slice);
        }
        Ok(Self::At(integer(word)?))
    }
}

/// Splits at the commas outside brackets; `None` where brackets do not match. One trailing comma is Python's.
fn split(text: &str) -> Option<Vec<&str>> {
    let mut words = Vec::new();
    let (mut depth, mut start) = (0u32, 0);
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => {
                words.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if start < text.len() {
        words.push(&text[start..]);
    }
    (depth == 0).then_some(words)
}

fn positions(list: &str) -> Result<Vec<i128>> {
    let list = list.trim();
    if list.is_empty() {
        return Ok(Vec::new());
    }
    let words = list.strip_suffix(',').unwrap_or(list).split(',');
    words
        .map(|word| match word.trim() {
            "True" | "False" | "true" | "false" => Err(masked()),
            word if word.contains(['[', ']']) => {
                Err(Error::usage("a list of lists is not supported").hint("give one flat list of positions"))
            }
            word => integer(word),
        })
        .collect()
}

fn slice(word: &str) -> Result<Slice> {
    let bound = |text: &str| match text.trim() {
        "" | "None" => Ok(None),
        text => integer(text).map(Some),
    };
    let parts = word.split(':').map(bound).collect::<Result<Vec<_>>>()?;
    match parts[..] {
        [start, stop] => Ok(Slice { start, stop, step: None }),
        [start, stop, step] => Ok(Slice { start, stop, step }),
        _ => Err(Error::usage(format!("slice '{}' has more than two colons", shortened(word, SHOWN)))),
    }
}

/// An integer of any length; what no array can reach is kept at the edge of what it can.
fn integer(word: &str) -> Result<i128> {
    const EDGE: i128 = 1 << 100;
    let (sign, digits) = match word.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, word.strip_prefix('+').unwrap_or(word)),
    };
    let separated = digits.split('_').all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    if !separated {
        return Err(Error::usage(format!("'{}' is no integer, slice, list or ...", shortened(word, SHOWN))));
    }
    let digits = digits.bytes().filter(u8::is_ascii_digit);
    Ok(sign * digits.fold(0, |value: i128, digit| (value * 10 + i128::from(digit - b'0')).min(EDGE)))
}

fn two_lists() -> Error {
    Error::usage("more than one list of positions is not supported")
        .hint("select along one axis at a time, the other of part.npy: rmm slice FILE '[0,2]' -o part.npy")
}

/// Whether something is compared or combined in a word. One that begins so may be a dtype, as `<f4` is.
fn is_condition(word: &str) -> bool {
    word.contains(['&', '~']) || word.get(1..).is_some_and(|rest| rest.contains(['<', '>', '=', '|']))
}

fn masked() -> Error {
    Error::usage("masks (True, False) and conditions are not supported").hint("give the positions: [0,2]")
}

fn bad(text: &str, what: &str) -> Error {
    Error::usage(what).within(quoted(text))
}

fn quoted(text: &str) -> String {
    format!("INDEX '{}'", shortened(text, SHOWN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::{Order, Shape};

    /// The values that an index picks of `arange(size).reshape(dims)`, and their shape.
    fn picked(dims: &[u64], index: &str) -> Result<(Vec<u64>, Vec<u64>)> {
        let view = View::of_array(&Shape::new(dims)?, 1, Order::C, 0);
        let view = index.parse::<Index>()?.select(dims)?.of(&view);
        let shape = view.shape()?;
        let values = (0..shape.size()).map(|rank| view.byte_of(&shape.position(rank))).collect();
        Ok((shape.dims().to_vec(), values))
    }

    fn error(dims: &[u64], index: &str) -> String {
        picked(dims, index).expect_err(index).to_string()
    }

    /// Along `arange(10)`, as NumPy prints it.
    #[test]
    fn slices_as_python_does() {
        let cases: &[(&str, &[u64])] = &[
            ("10:11", &[]),
            ("-11:", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
            (":-11", &[]),
            ("::3", &[0, 3, 6, 9]),
            ("-1::-3", &[9, 6, 3, 0]),
            ("7:2:-2", &[7, 5, 3]),
            ("2:8:-1", &[]),
            ("8:2:1", &[]),
            ("2::-1", &[2, 1, 0]),
            (":0:-1", &[9, 8, 7, 6, 5, 4, 3, 2, 1]),
            (":-11:-1", &[9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
            ("11::-1", &[9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
            ("-11::-1", &[]),
            ("::100", &[0]),
            ("5::100", &[5]),
            ("::4611686018427387904", &[0]),
            ("::-4611686018427387904", &[9]),
            (":1180591620717411303424", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
            ("-1180591620717411303424:2", &[0, 1]),
            (" 1 : 3 ", &[1, 2]),
        ];
        for (index, expected) in cases {
            let (shape, values) = picked(&[10], index).expect(index);
            assert_eq!(values, *expected, "{index}");
            assert_eq!(shape, [expected.len() as u64], "{index}");
        }
    }

    #[test]
    fn integers_drop_their_axis_and_lists_keep_it() {
        let cases: &[(&str, &[u64], &[u64])] = &[
            ("-1", &[4], &[8, 9, 10, 11]),
            ("2,3", &[], &[11]),
            ("...,0", &[3], &[0, 4, 8]),
            ("()", &[3, 4], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
            ("[0,-1]", &[2, 4], &[0, 1, 2, 3, 8, 9, 10, 11]),
            ("[1]", &[1, 4], &[4, 5, 6, 7]),
            ("[]", &[0, 4], &[]),
            ("[0,0],1", &[2], &[1, 1]),
            (":,[1,3]", &[3, 2], &[1, 3, 5, 7, 9, 11]),
            ("0,[1,3]", &[2], &[1, 3]),
            ("0,", &[4], &[0, 1, 2, 3]),
            ("(2,3)", &[], &[11]),
            ("( 0 , )", &[4], &[0, 1, 2, 3]),
        ];
        for (index, shape, values) in cases {
            assert_eq!(picked(&[3, 4], index).expect(index), (shape.to_vec(), values.to_vec()), "{index}");
        }
        assert_eq!(picked(&[], "()").expect("0-d"), (vec![], vec![0]));
        assert_eq!(picked(&[], "...").expect("0-d"), (vec![], vec![0]));
    }

    #[test]
    fn a_list_apart_from_an_integer_goes_first() {
        let shape = |index| picked(&[5, 3, 4, 6], index).expect(index).0;
        assert_eq!(shape(":,[0,1],:,0"), [2, 5, 4]);
        assert_eq!(shape("0,...,[0,1],:"), [2, 3, 6]);
        assert_eq!(shape("...,[0,1],0"), [5, 3, 2]);
        assert_eq!(shape(":,0,[1,2],..."), [5, 2, 6]);
        assert_eq!(picked(&[5, 3, 4], ":,0,...,[0,1]").expect("an empty ellipsis separates").0, [2, 5]);
    }

    #[test]
    fn refuses_what_numpy_refuses() {
        assert_eq!(error(&[3, 4], "3"), "index 3 is out of bounds for axis 0 with size 3");
        assert_eq!(error(&[3, 4], "0,-5"), "index -5 is out of bounds for axis 1 with size 4");
        assert_eq!(error(&[3, 4], "[0,3]"), "index 3 is out of bounds for axis 0 with size 3");
        assert_eq!(error(&[3, 4], "0,0,0"), "too many indices for array: array is 2-dimensional, but 3 were indexed");
        assert_eq!(error(&[3], "::0"), "slice step cannot be zero");
        for index in ["...,...", "1.0", "", " ", "a", "1:2:3:4", "[1", "1]", "0,,1", "--1", "1 2", "0x1", "_1", "[[0]]"]
        {
            error(&[3, 4], index);
        }
        error(&[], "0");
        error(&[], ":");
    }

    #[test]
    fn refuses_by_name_what_is_not_supported() {
        assert!(error(&[3, 4], "[0],[1]").contains("more than one list"));
        assert!(error(&[3, 4], "None").contains("newaxis"));
        assert!(error(&[3, 4], "[True,False,True]").contains("masks"));
        assert!(error(&[3, 4], "[[0,1]]").contains("list of lists"));
    }

    #[test]
    fn axes_are_named_one_by_one() {
        let pick = |text: &str| text.parse::<Pick>().expect(text);
        let index = Index::along(&[(0, pick("1:3")), (-1, pick("0"))], 3).expect("two axes of three");
        assert_eq!(index.select(&[4, 5, 6]).expect("in range").choices()[2], Choice::At(0));
        assert!(Index::along(&[(0, pick("0")), (-2, pick("0"))], 2).is_err());
        assert!(Index::along(&[(2, pick("0"))], 2).is_err());
        assert!(Index::along(&[(0, pick("[0]")), (1, pick("[0]"))], 2).is_err());
        assert!(Index::along(&[(0, pick("..."))], 2).is_err());
    }
}
