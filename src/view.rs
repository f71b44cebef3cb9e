//! What a selection means in the file: a starting byte, axes that step from there, and the parts of each element.
//!
//! A view is a rectangular arrangement of elements. Slices, integers, transposition and broadcasting change axes and
//! the starting byte only; no element moves until a plan is made of the view.

use std::ops::Range;
use std::sync::Arc;

use crate::dtype::Field;
use crate::error::{Error, Result};
use crate::shape::{Order, Shape};

/// Elements of a file, in C order of the axes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    offset: u64,
    axes: Vec<Axis>,
    item: Item,
}

/// One axis of a view: how many positions it has, and where each of them lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Axis {
    /// `len` positions, each `stride` bytes behind the one before it (before it where negative, on it where zero).
    Strided {
        /// The number of positions.
        len: u64,
        /// Bytes from one position to the next.
        stride: i64,
    },
    /// Any positions in any order: the k-th lies `positions[k] * stride` bytes behind the start.
    Listed {
        /// Positions along the axis of the array, each below its length.
        positions: Arc<[u64]>,
        /// Bytes between neighbouring positions of the array.
        stride: i64,
    },
}

/// The bytes of an element that are wanted, packed without gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    size: usize,
    parts: Vec<Part>,
}

/// A stretch of bytes of every element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where it begins in the file, in bytes from the beginning of the element.
    pub file: usize,
    /// Where it begins in the packed item.
    pub packed: usize,
    /// Its length in bytes.
    pub len: usize,
}

impl Axis {
    /// The number of positions.
    pub fn len(&self) -> u64 {
        match self {
            Self::Strided { len, .. } => *len,
            Self::Listed { positions, .. } => positions.len() as u64,
        }
    }

    /// Whether there is no position.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes between neighbouring positions of the array (not of the list).
    pub fn stride(&self) -> i64 {
        match self {
            Self::Strided { stride, .. } | Self::Listed { stride, .. } => *stride,
        }
    }

    /// Bytes from the start of the view to the `k`-th position of this axis.
    pub fn step(&self, k: u64) -> i64 {
        match self {
            Self::Strided { stride, .. } => k as i64 * stride,
            Self::Listed { positions, stride } => positions[k as usize] as i64 * stride,
        }
    }
}

impl Item {
    /// All bytes of an element.
    pub fn whole(itemsize: usize) -> Self {
        Self { size: itemsize, parts: vec![Part { file: 0, packed: 0, len: itemsize }] }
    }

    /// The bytes of some fields of a record, in the order given.
    pub fn fields(fields: &[&Field]) -> Self {
        let mut size = 0;
        let mut parts = Vec::with_capacity(fields.len());
        for field in fields {
            parts.push(Part { file: field.offset, packed: size, len: field.nbytes() });
            size += field.nbytes();
        }
        Self { size, parts }
    }

    /// Stretches of bytes that fill an item of `size` bytes without gaps, one behind the other; `None` where they do not.
    pub fn of_parts(size: usize, parts: Vec<Part>) -> Option<Self> {
        let end = parts.iter().try_fold(0_usize, |end, part| {
            part.file.checked_add(part.len)?;
            end.checked_add(part.len).filter(|_| part.packed == end)
        });
        (end == Some(size)).then_some(Self { size, parts })
    }

    /// Bytes in one packed item.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The stretches of bytes that make it up.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }
}

impl View {
    /// All of an array of this shape and layout whose data begins at byte `offset`.
    ///
    /// The shape must have passed [`Shape::nbytes`] for this item size.
    pub fn of_array(shape: &Shape, itemsize: usize, order: Order, offset: u64) -> Self {
        let strides = shape.strides(itemsize, order);
        let axes = shape.dims().iter().zip(strides).map(|(&len, stride)| Axis::Strided { len, stride }).collect();
        Self { offset, axes, item: Item::whole(itemsize) }
    }

    /// A view of the given parts; every byte it reaches must lie in the file.
    pub fn new(offset: u64, axes: Vec<Axis>, item: Item) -> Self {
        Self { offset, axes, item }
    }

    /// The byte of the file at which the element at position zero of every axis begins (listed axes count from their
    /// array's position zero).
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The axes, slowest first.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// The bytes of each element that are wanted.
    pub fn item(&self) -> &Item {
        &self.item
    }

    /// The lengths of the axes.
    pub fn dims(&self) -> Vec<u64> {
        self.axes.iter().map(Axis::len).collect()
    }

    /// The shape of the selection.
    ///
    /// # Errors
    /// Usage, where repeated positions make it larger than any file.
    pub fn shape(&self) -> Result<Shape> {
        let shape = Shape::new(self.dims())?;
        shape.nbytes(self.item.size)?;
        Ok(shape)
    }

    /// The number of elements.
    pub fn size(&self) -> u64 {
        if self.axes.iter().any(Axis::is_empty) { 0 } else { self.axes.iter().map(Axis::len).product() }
    }

    /// The number of bytes of all elements, packed.
    pub fn nbytes(&self) -> u64 {
        self.size() * self.item.size as u64
    }

    /// Whether going through the elements in C order goes through the file steadily, each page once.
    pub fn goes_forward(&self) -> bool {
        let axes = self.axes.iter().filter(|axis| axis.len() > 1);
        let listed = axes.clone().any(|axis| matches!(axis, Axis::Listed { .. }));
        !listed && axes.map(|axis| axis.stride().unsigned_abs()).is_sorted_by(|outer, inner| outer >= inner)
    }

    /// The same elements with the axes in the order in which they vary in the file, slowest first.
    #[must_use]
    pub fn in_file_order(&self) -> Self {
        let mut axes: Vec<usize> = (0..self.axes.len()).collect();
        axes.sort_by_key(|&axis| std::cmp::Reverse(self.axes[axis].stride().unsigned_abs()));
        self.transposed(&axes)
    }

    /// Where the elements lie, if they are one stretch of the file in C order: offset and length in bytes.
    pub fn contiguous(&self) -> Option<(u64, u64)> {
        let mut runs = self.runs();
        match (runs.next(), runs.next()) {
            (None, _) => Some((0, 0)),
            (Some(run), None) if run.count == 1 => Some((run.file, run.unit as u64)),
            _ => None,
        }
    }

    /// The bytes from the first to the last that it reaches; `None` where there are none, or none that a file has.
    pub fn span(&self) -> Option<Range<u64>> {
        let parts = self.item.parts.iter().filter(|part| part.len > 0);
        let start = parts.clone().map(|part| part.file).min()?;
        let end = parts.map(|part| part.file + part.len).max()?;
        let (mut low, mut high) = (i128::from(self.offset), i128::from(self.offset));
        for axis in &self.axes {
            let (least, most) = match axis {
                Axis::Strided { len, stride } => {
                    let reach = i128::from(len.checked_sub(1)?) * i128::from(*stride);
                    (reach.min(0), reach.max(0))
                }
                Axis::Listed { positions, stride } => {
                    let steps = positions.iter().map(|&position| i128::from(position) * i128::from(*stride));
                    (steps.clone().min()?, steps.max()?)
                }
            };
            (low, high) = (low + least, high + most);
        }
        Some(u64::try_from(low + start as i128).ok()?..u64::try_from(high + end as i128).ok()?)
    }

    /// The byte of the file at which the element at `position` begins.
    pub fn byte_of(&self, position: &[u64]) -> u64 {
        self.axes.iter().zip(position).fold(self.offset, |byte, (axis, &k)| byte.wrapping_add_signed(axis.step(k)))
    }

    /// The same view of a copy of the array whose data begins at another byte.
    #[must_use]
    pub fn rebased(&self, from: u64, to: u64) -> Self {
        Self { offset: self.offset.wrapping_sub(from).wrapping_add(to), ..self.clone() }
    }

    /// The same elements with axis `axes[k]` in place `k`; `axes` is a permutation of all axes.
    #[must_use]
    pub fn transposed(&self, axes: &[usize]) -> Self {
        Self { axes: axes.iter().map(|&axis| self.axes[axis].clone()).collect(), ..self.clone() }
    }

    /// The same elements with the axes in reverse.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self { axes: self.axes.iter().rev().cloned().collect(), ..self.clone() }
    }

    /// The same elements with an axis gone through from its end.
    #[must_use]
    pub fn turned(&self, axis: usize) -> Self {
        let mut view = self.clone();
        match &mut view.axes[axis] {
            Axis::Strided { len, stride } => {
                view.offset = view.offset.wrapping_add_signed(len.saturating_sub(1) as i64 * *stride);
                *stride = -*stride;
            }
            Axis::Listed { positions, .. } => *positions = positions.iter().rev().copied().collect(),
        }
        view
    }

    /// The part of the view with positions `start..stop` along `axis`.
    #[must_use]
    pub fn narrowed(&self, axis: usize, start: u64, stop: u64) -> Self {
        let mut view = self.clone();
        match &mut view.axes[axis] {
            Axis::Strided { len, stride } => {
                *len = stop - start;
                view.offset = view.offset.wrapping_add_signed(start as i64 * *stride);
            }
            Axis::Listed { positions, .. } => *positions = positions[start as usize..stop as usize].into(),
        }
        view
    }

    /// The same elements in the same C order with axes of other lengths, of the same product; `None` where no strides
    /// give that, as where axes that do not follow each other in the file would have to be one.
    pub fn reshaped(&self, dims: &[u64]) -> Option<Self> {
        if self.size() == 0 || dims == self.dims() {
            let axes = dims.iter().map(|&len| Axis::Strided { len, stride: 0 }).collect();
            return Some(if self.size() == 0 { Self { axes, ..self.clone() } } else { self.clone() });
        }
        // Axes that step as one, fastest first.
        let mut joined: Vec<(u64, i64)> = Vec::with_capacity(self.axes.len());
        let mut offset = 0;
        for axis in self.axes.iter().rev() {
            match (axis, joined.last_mut()) {
                (_, _) if axis.len() == 1 => offset += axis.step(0),
                (Axis::Listed { .. }, _) => return None,
                (Axis::Strided { len, stride }, Some((inner, step))) if *stride == *step * *inner as i64 => {
                    *inner *= len;
                }
                (Axis::Strided { len, stride }, _) => joined.push((*len, *stride)),
            }
        }
        let mut joined = joined.into_iter();
        let mut axes = Vec::with_capacity(dims.len());
        // What is left of those that are taken apart, from their fast end.
        let (mut left, mut step) = (1, 0);
        for &dim in dims.iter().rev() {
            if dim > 1 && left == 1 {
                (left, step) = joined.next()?;
            }
            if left % dim != 0 {
                return None;
            }
            axes.push(Axis::Strided { len: dim, stride: step });
            left /= dim;
            step *= dim as i64;
        }
        axes.reverse();
        Some(Self { offset: self.offset.wrapping_add_signed(offset), axes, item: self.item.clone() })
    }

    /// The view repeated along new or single axes to fill `dims`, by NumPy's broadcasting rules.
    ///
    /// # Errors
    /// Usage, naming both shapes, where they do not fit.
    pub fn broadcast(&self, dims: &[u64]) -> Result<Self> {
        let own = self.dims();
        let misfit =
            || Error::usage(format!("cannot broadcast values of shape {} to shape {}", tuple(&own), tuple(dims)));
        // NumPy strips leading single axes of an assigned array that has too many.
        let surplus = own.len().saturating_sub(dims.len());
        if own[..surplus].iter().any(|&len| len != 1) {
            return Err(misfit());
        }
        let mut view = self.clone();
        for axis in view.axes.drain(..surplus) {
            view.offset = view.offset.wrapping_add_signed(axis.step(0));
        }
        let missing = dims.len() - view.axes.len();
        view.axes.splice(..0, dims[..missing].iter().map(|&len| Axis::Strided { len, stride: 0 }));
        for (axis, &len) in view.axes[missing..].iter_mut().zip(&dims[missing..]) {
            match axis.len() {
                own if own == len => {}
                1 => {
                    view.offset = view.offset.wrapping_add_signed(axis.step(0));
                    *axis = Axis::Strided { len, stride: 0 };
                }
                _ => return Err(misfit()),
            }
        }
        Ok(view)
    }
}

/// A shape as Python writes it.
pub fn tuple(dims: &[u64]) -> String {
    match dims {
        [len] => format!("({len},)"),
        _ => format!("({})", dims.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(dims: &[u64], order: Order) -> View {
        View::of_array(&Shape::new(dims).expect("small"), 8, order, 0)
    }

    #[test]
    fn finds_the_byte_of_each_element() {
        assert_eq!(view(&[2, 3], Order::C).byte_of(&[1, 2]), 40);
        assert_eq!(view(&[2, 3], Order::F).byte_of(&[1, 2]), 40);
        assert_eq!(view(&[2, 3], Order::F).byte_of(&[1, 0]), 8);
        assert_eq!(view(&[2, 3], Order::C).transposed(&[1, 0]).byte_of(&[2, 0]), 16);
        assert_eq!(view(&[4], Order::C).narrowed(0, 1, 3).byte_of(&[1]), 16);
    }

    #[test]
    fn broadcasts_as_numpy_assigns() {
        let row = view(&[3], Order::C).broadcast(&[2, 3]).expect("a row fits");
        assert_eq!(row.byte_of(&[1, 2]), 16);
        let column = view(&[2, 1], Order::C).broadcast(&[2, 3]).expect("a column fits");
        assert_eq!(column.byte_of(&[1, 2]), 8);
        assert_eq!(view(&[1, 1, 3], Order::C).broadcast(&[2, 3]).expect("leading ones go").dims(), [2, 3]);
        let error = view(&[2], Order::C).broadcast(&[2, 3]).expect_err("two into three");
        assert_eq!(error.to_string(), "cannot broadcast values of shape (2,) to shape (2, 3)");
    }

    #[test]
    fn listed_axes_count_from_the_array() {
        let axes = vec![Axis::Listed { positions: [2, 0, 2].into(), stride: 8 }];
        let view = View::new(0, axes, Item::whole(8));
        assert_eq!(view.byte_of(&[2]), 16);
        assert_eq!(view.narrowed(0, 1, 2).byte_of(&[0]), 0);
    }
}
