//! `any`, `all` and `count_nonzero`: what is not zero is counted.

use std::marker::PhantomData;

use super::fold::{Finished, Fold};
use super::items::Item;
use super::lanes;
use super::value::Value;

/// What is asked about the count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// Is it anything but zero?
    Any,
    /// Is it all of them?
    All,
    /// How much is it?
    HowMany,
}

/// The count of what is not zero.
pub(super) struct Count<T>(pub(super) Question, pub(super) PhantomData<T>);

impl<T: Item> Fold for Count<T> {
    type Item = T;
    type Acc = u64;

    fn leaf(&self, items: &[T], _first: u64) -> u64 {
        lanes::join(lanes::fold(items, 0, |count, item| count + u64::from(item.is_nonzero())), |a, b| a + b)
    }

    fn merge(&self, left: &mut u64, right: u64) {
        *left += right;
    }

    fn finish(&self, acc: Option<&u64>, count: u64) -> Finished {
        let found = acc.copied().unwrap_or(0);
        let answer = match self.0 {
            Question::Any => i128::from(found > 0),
            Question::All => i128::from(found == count),
            Question::HowMany => found.into(),
        };
        Value::Int(answer).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(question: Question, items: &[f32]) -> Value {
        let count = Count(question, PhantomData);
        count.finish((!items.is_empty()).then(|| count.leaf(items, 0)).as_ref(), items.len() as u64).value
    }

    #[test]
    fn nan_is_not_zero_and_zero_is_whatever_its_sign() {
        let items = [0.0, -0.0, f32::NAN, 1.0];
        assert_eq!(
            [Question::Any, Question::All, Question::HowMany].map(|ask| answer(ask, &items)),
            [1, 0, 2].map(Value::Int)
        );
        assert_eq!(
            [Question::Any, Question::All, Question::HowMany].map(|ask| answer(ask, &[])),
            [0, 1, 0].map(Value::Int)
        );
    }
}
