//! Dates and spans of time from one step to another.
//!
//! Dates follow the calendar; spans have no calendar, so a year of them is the mean of 400 years, as in NumPy. Both go
//! down to the step before (floor). NaT stays NaT.

use std::ops::ControlFlow;

use super::{Overflow, Reason};
use crate::calendar::{Date, ERA_DAYS, ERA_YEARS};
use crate::dtype::{TimeStep, TimeUnit};

/// The value that is no time: the smallest of all.
pub(super) const NAT: i64 = i64::MIN;

const ERA_MONTHS: i128 = 12 * ERA_YEARS;

/// How to turn counts of one step into counts of another.
#[derive(Clone, Debug)]
pub(super) struct TimeCast {
    rule: Rule,
    overflow: Overflow,
}

#[derive(Clone, Debug)]
enum Rule {
    /// `floor(value * times / by)`
    Scale { times: i128, by: i128 },
    /// Steps of so many months, to steps of which `times` make `by` days.
    FromMonths { months: i128, times: i128, by: i128 },
    /// Steps of which `by` make `times` days, to steps of so many months.
    ToMonths { times: i128, by: i128, months: i128 },
}

impl TimeCast {
    /// Between dates, by the calendar.
    pub(super) fn dates(from: TimeStep, to: TimeStep, overflow: Overflow) -> Self {
        let rule = match (months(from), months(to)) {
            _ if is_generic(from, to) => Rule::Scale { times: 1, by: 1 },
            (Some(months), None) => {
                let (times, by) = ratio(TimeStep { unit: TimeUnit::Day, count: 1 }, to);
                Rule::FromMonths { months, times, by }
            }
            (None, Some(months)) => {
                let (times, by) = ratio(from, TimeStep { unit: TimeUnit::Day, count: 1 });
                Rule::ToMonths { times, by, months }
            }
            (Some(from), Some(to)) => Rule::Scale { times: from, by: to },
            (None, None) => scale(from, to),
        };
        Self { rule, overflow }
    }

    /// Between spans, by their mean length.
    pub(super) fn spans(from: TimeStep, to: TimeStep, overflow: Overflow) -> Self {
        let rule = if is_generic(from, to) {
            Rule::Scale { times: 1, by: 1 }
        } else {
            match (months(from), months(to)) {
                (Some(from), Some(to)) => Rule::Scale { times: from, by: to },
                (Some(months), None) => {
                    let (times, by) = ratio(TimeStep { unit: TimeUnit::Day, count: 1 }, to);
                    let shared = greatest_common_divisor(times, ERA_MONTHS);
                    let (times, months_in) = (times / shared, ERA_MONTHS / shared);
                    Rule::Scale { times: months * ERA_DAYS * times, by: months_in * by }
                }
                (None, Some(months)) => {
                    let (times, by) = ratio(from, TimeStep { unit: TimeUnit::Day, count: 1 });
                    let shared = greatest_common_divisor(by, ERA_MONTHS);
                    let (by, months_in) = (by / shared, ERA_MONTHS / shared);
                    Rule::Scale { times: months_in * times, by: by * ERA_DAYS * months }
                }
                (None, None) => scale(from, to),
            }
        };
        Self { rule, overflow }
    }

    /// Breaks with the first item whose time does not fit 64 bits, unless it is to be wrapped or saturated.
    pub(super) fn apply(&self, src: &[u8], dst: &mut [u8]) -> ControlFlow<(usize, Reason)> {
        let items = src.chunks_exact(8).map(bytemuck::pod_read_unaligned::<i64>);
        for (index, (value, out)) in items.zip(dst.chunks_exact_mut(8)).enumerate() {
            let converted = if value == NAT {
                NAT
            } else {
                let (low, fits) = self.rule.convert(value);
                match self.overflow {
                    _ if fits => low,
                    Overflow::Wrap => low,
                    Overflow::Saturate => {
                        if value < 0 {
                            NAT + 1
                        } else {
                            i64::MAX
                        }
                    }
                    Overflow::Error | Overflow::Nan => return ControlFlow::Break((index, Reason::OutOfRange)),
                }
            };
            out.copy_from_slice(bytemuck::bytes_of(&converted));
        }
        ControlFlow::Continue(())
    }
}

impl Rule {
    /// The low 64 bits of the count, and whether they are all of it and not NaT.
    fn convert(&self, value: i64) -> (i64, bool) {
        let value = i128::from(value);
        let wide = match *self {
            Self::Scale { times, by } => return multiply(value, times, by),
            Self::FromMonths { months, times, by } => {
                return multiply(Date::from_months(value * months).days(), times, by);
            }
            Self::ToMonths { times, by, months } => {
                let (quotient, rest) = (value.div_euclid(by), value.rem_euclid(by));
                // Days beyond i128 would be months beyond i64 as well.
                let Some(days) = quotient.checked_mul(times) else { return (NAT, false) };
                Date::from_days(days + rest * times / by).months().div_euclid(months)
            }
        };
        narrowed(wide)
    }
}

fn narrowed(wide: i128) -> (i64, bool) {
    (wide as i64, i64::try_from(wide).is_ok_and(|value| value != NAT))
}

/// `floor(value * times / by)` without an intermediate overflow.
fn multiply(value: i128, times: i128, by: i128) -> (i64, bool) {
    let (whole, rest) = (value.div_euclid(by), share(value.rem_euclid(by), times, by));
    match whole.checked_mul(times).and_then(|whole| whole.checked_add(rest)) {
        Some(wide) => narrowed(wide),
        None => (whole.wrapping_mul(times).wrapping_add(rest) as i64, false),
    }
}

/// `floor(part * times / by)` for `0 <= part < by`, by long division in base 2 where the product is beyond 128 bits.
fn share(part: i128, times: i128, by: i128) -> i128 {
    if let Some(product) = part.checked_mul(times) {
        return product / by;
    }
    // `by` is at most the attoseconds in 2^31 years, below 2^117, so that three of them can be added up.
    (0..i128::BITS - 1)
        .rev()
        .fold((0, 0), |(quotient, rest), bit| {
            let sum = 2 * rest + if times >> bit & 1 == 1 { part } else { 0 };
            (2 * quotient + sum / by, sum % by)
        })
        .0
}

fn is_generic(from: TimeStep, to: TimeStep) -> bool {
    from.unit == TimeUnit::Generic || to.unit == TimeUnit::Generic
}

/// The months in one step, where it is a step of the calendar.
fn months(step: TimeStep) -> Option<i128> {
    match step.unit {
        TimeUnit::Year => Some(12 * i128::from(step.count)),
        TimeUnit::Month => Some(step.count.into()),
        _ => None,
    }
}

fn scale(from: TimeStep, to: TimeStep) -> Rule {
    let (times, by) = ratio(from, to);
    Rule::Scale { times, by }
}

/// How many of `to` are in one of `from`, as a reduced fraction.
fn ratio(from: TimeStep, to: TimeStep) -> (i128, i128) {
    let (times, by) =
        if from.unit <= to.unit { (factor(from.unit, to.unit), 1) } else { (1, factor(to.unit, from.unit)) };
    let (times, by) = (times * i128::from(from.count), by * i128::from(to.count));
    let divisor = greatest_common_divisor(times, by);
    (times / divisor, by / divisor)
}

fn greatest_common_divisor(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// How many of the shorter unit are in one of the longer; neither is a year, a month or generic.
pub(super) fn factor(longer: TimeUnit, shorter: TimeUnit) -> i128 {
    attoseconds(longer) / attoseconds(shorter)
}

fn attoseconds(unit: TimeUnit) -> i128 {
    let second = 10i128.pow(18);
    match unit {
        TimeUnit::Week => 7 * 86_400 * second,
        TimeUnit::Day => 86_400 * second,
        TimeUnit::Hour => 3600 * second,
        TimeUnit::Minute => 60 * second,
        TimeUnit::Second => second,
        TimeUnit::Millisecond => 10i128.pow(15),
        TimeUnit::Microsecond => 10i128.pow(12),
        TimeUnit::Nanosecond => 10i128.pow(9),
        TimeUnit::Picosecond => 10i128.pow(6),
        TimeUnit::Femtosecond => 1000,
        TimeUnit::Attosecond => 1,
        TimeUnit::Year | TimeUnit::Month | TimeUnit::Generic => unreachable!("these have no fixed length"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Cast;
    use super::*;
    use crate::dtype::DType;

    fn cast(from: &str, to: &str, values: &[i64], overflow: Overflow) -> Result<Vec<i64>, usize> {
        let dtype = |text: &str| -> DType { crate::dtype::parse(text).unwrap().dtype };
        let cast = Cast::new(&dtype(from), &dtype(to), overflow).unwrap();
        let mut out = vec![0; values.len()];
        cast.apply(bytemuck::cast_slice(values), bytemuck::cast_slice_mut(&mut out)).map_err(|misfit| misfit.item)?;
        Ok(out)
    }

    #[test]
    fn agrees_with_numpy() {
        for (from, to, values, wanted) in [
            ("M8[h]", "M8[D]", vec![-25, -24, -1, 0, 23, 24], vec![-2, -1, -1, 0, 0, 1]),
            ("M8[M]", "M8[Y]", vec![-13, -12, -1, 0, 13], vec![-2, -1, -1, 0, 1]),
            ("M8[M]", "M8[D]", vec![-13, -1, 1, 13], vec![-396, -31, 31, 396]),
            ("M8[Y]", "M8[D]", vec![-1, 1, 2, 400], vec![-365, 365, 730, 146_097]),
            ("M8[D]", "M8[M]", vec![-1, 1, 31, 365, 366, -800], vec![-1, 0, 1, 12, 12, -27]),
            ("M8[2s]", "M8[3s]", vec![-5, 5, 7], vec![-4, 3, 4]),
            ("M8[D]", "M8[W]", vec![-9, 9, 8], vec![-2, 1, 1]),
            ("M8[Y]", "M8[D]", vec![1 << 40], vec![401_588_375_707_976]),
            ("m8[M]", "m8[D]", vec![-13, -1, 1, 13], vec![-396, -31, 30, 395]),
            ("m8[Y]", "m8[D]", vec![-1, 1, 2, 400], vec![-366, 365, 730, 146_097]),
            ("m8[D]", "m8[M]", vec![-1, 1, 31, 365, 366, -800], vec![-1, 0, 1, 11, 12, -27]),
            ("m8[D]", "m8[Y]", vec![-1, 1, 366], vec![-1, 0, 1]),
            ("m8[W]", "m8[h]", vec![1, -1], vec![168, -168]),
            ("m8[s]", "M8[s]", vec![5], vec![5]),
            ("M8[s]", "i8", vec![5, NAT], vec![5, NAT]),
        ] {
            assert_eq!(cast(from, to, &values, Overflow::Error), Ok(wanted), "{from} to {to}");
        }
    }

    #[test]
    fn the_longest_and_the_shortest_steps_meet() {
        let longest = i64::from(i32::MAX);
        for (from, to, values, wanted) in [
            ("M8[2147483647W]", "M8[2147483646as]", vec![0, 1 << 31], Err(1)),
            ("M8[2147483646as]", "M8[2147483647W]", vec![-1, i64::MAX], Ok(vec![-1, 0])),
            ("m8[2147483647Y]", "m8[as]", vec![0, 1], Err(1)),
            ("m8[as]", "m8[2147483647Y]", vec![-1, i64::MAX], Ok(vec![-1, 0])),
            ("m8[2147483647M]", "m8[2147483646as]", vec![0, longest - 2], Err(1)),
        ] {
            assert_eq!(cast(from, to, &values, Overflow::Error), wanted, "{from} to {to}");
        }
    }

    #[test]
    fn a_share_is_exact_beyond_128_bits() {
        assert_eq!(share(2, 10, 3), 6);
        let (part, by) = ((1 << 100) - 3, 1 << 100);
        assert_eq!(share(part, 3 << 98, by), (3 << 98) - 3);
        assert_eq!(share(part, (3 << 98) + 1, by), (3 << 98) - 2);
    }

    #[test]
    fn nat_stays_nat() {
        assert_eq!(cast("M8[s]", "M8[Y]", &[NAT], Overflow::Error), Ok(vec![NAT]));
        assert_eq!(cast("m8[Y]", "m8[as]", &[NAT], Overflow::Error), Ok(vec![NAT]));
    }

    #[test]
    fn a_time_out_of_range_is_found_wrapped_or_clamped() {
        let values = [1, 1 << 62, -(1 << 62)];
        assert_eq!(cast("M8[s]", "M8[ns]", &values, Overflow::Error), Err(1));
        assert_eq!(cast("M8[s]", "M8[ns]", &values, Overflow::Wrap), Ok(vec![1_000_000_000, 0, 0]));
        assert_eq!(cast("M8[s]", "M8[ns]", &values, Overflow::Saturate), Ok(vec![1_000_000_000, i64::MAX, NAT + 1]));
        assert_eq!(cast("M8[Y]", "M8[as]", &values[1..], Overflow::Error), Err(0));
        assert_eq!(cast("m8[1000W]", "m8[as]", &values[1..], Overflow::Wrap), Ok(vec![0, 0]));
    }
}
