//! Points in time as ISO 8601, as far as their unit goes, and spans as counts of theirs.

use std::io::Write;

use super::int::whole;
use super::{Details, Fraction, Scalar, Verbs};
use crate::calendar::Date;
use crate::dtype::{TimeStep, TimeUnit};

const NAT: i64 = i64::MIN;
const SECONDS_PER_DAY: i128 = 86_400;
const ATTOSECONDS: i128 = 1_000_000_000_000_000_000;
/// Digits in a fraction of a second that attoseconds reach.
const PLACES: usize = 18;

/// Points in time: those without a unit are counts, as they are no dates.
pub(super) fn datetime(step: TimeStep) -> Verbs {
    if step.unit == TimeUnit::Generic {
        return TIMEDELTA;
    }
    Verbs {
        print: |scalar, item, out| push_datetime(step_of(scalar), item, out),
        print_json: |scalar, item, out| {
            out.push(b'"');
            push_datetime(step_of(scalar), item, out);
            out.push(b'"');
        },
        parse: |scalar, text, item| {
            let value =
                if is_nat(text) { NAT } else { read(text.trim_ascii(), step_of(scalar), scalar.telling.fraction)? };
            item.copy_from_slice(bytemuck::bytes_of(&value));
            Ok(())
        },
    }
}

pub(super) const TIMEDELTA: Verbs = Verbs {
    print: |_, item, out| match value(item) {
        NAT => out.extend_from_slice(b"NaT"),
        count => out.extend_from_slice(itoa::Buffer::new().format(count).as_bytes()),
    },
    print_json: |_, item, out| match value(item) {
        NAT => out.extend_from_slice(b"\"NaT\""),
        count => out.extend_from_slice(itoa::Buffer::new().format(count).as_bytes()),
    },
    parse: |scalar, text, item| {
        let value = match whole(text, scalar.telling.fraction) {
            _ if is_nat(text) => NAT,
            read => in_range(read?)?,
        };
        item.copy_from_slice(bytemuck::bytes_of(&value));
        Ok(())
    },
};

/// NumPy's name for a dtype with this step: `datetime64[25s]`.
pub(super) fn name(family: &str, step: TimeStep) -> String {
    match (step.unit, step.count) {
        (TimeUnit::Generic, _) => family.to_owned(),
        (unit, 1) => format!("{family}[{}]", unit.symbol()),
        (unit, count) => format!("{family}[{count}{}]", unit.symbol()),
    }
}

fn step_of(scalar: &Scalar) -> TimeStep {
    match scalar.details {
        Details::Step(step) => step,
        _ => unreachable!("times have a step"),
    }
}

fn value(item: &[u8]) -> i64 {
    bytemuck::pod_read_unaligned(item)
}

fn is_nat(text: &str) -> bool {
    text.trim_ascii().eq_ignore_ascii_case("nat")
}

/// A count of steps, of which the smallest is taken by NaT.
fn in_range(count: Option<i128>) -> Result<i64, String> {
    let count = count.and_then(|count| i64::try_from(count).ok()).filter(|&count| count != NAT);
    count.ok_or_else(|| format!("out of range, {} to {} steps", NAT + 1, i64::MAX))
}

/// How many of the unit make a day; `None` for days and all that is longer.
fn per_day(unit: TimeUnit) -> Option<i128> {
    match unit {
        TimeUnit::Hour => Some(24),
        TimeUnit::Minute => Some(1440),
        _ => places(unit).map(|places| SECONDS_PER_DAY * 10i128.pow(places as u32)),
    }
}

/// How many digits of a fraction of a second the unit shows; `None` for what is longer than a second.
fn places(unit: TimeUnit) -> Option<usize> {
    match unit {
        TimeUnit::Second => Some(0),
        TimeUnit::Millisecond => Some(3),
        TimeUnit::Microsecond => Some(6),
        TimeUnit::Nanosecond => Some(9),
        TimeUnit::Picosecond => Some(12),
        TimeUnit::Femtosecond => Some(15),
        TimeUnit::Attosecond => Some(PLACES),
        _ => None,
    }
}

fn push_datetime(step: TimeStep, item: &[u8], out: &mut Vec<u8>) {
    let value = value(item);
    if value == NAT {
        return out.extend_from_slice(b"NaT");
    }
    write_datetime(step.unit, i128::from(value) * i128::from(step.count), out)
        .expect("a vector takes whatever is written");
}

/// Writes the moment `ticks` units after 1970.
fn write_datetime(unit: TimeUnit, ticks: i128, out: &mut Vec<u8>) -> std::io::Result<()> {
    match unit {
        TimeUnit::Year => return write!(out, "{:04}", 1970 + ticks),
        TimeUnit::Month => return write!(out, "{:04}-{:02}", 1970 + ticks.div_euclid(12), ticks.rem_euclid(12) + 1),
        _ => {}
    }
    let per_day = per_day(unit);
    let days = match per_day {
        Some(per_day) => ticks.div_euclid(per_day),
        None if unit == TimeUnit::Week => 7 * ticks,
        None => ticks,
    };
    let Date { year, month, day } = Date::from_days(days);
    write!(out, "{year:04}-{month:02}-{day:02}")?;
    let Some(per_day) = per_day else { return Ok(()) };
    let rest = ticks.rem_euclid(per_day);
    write!(out, "T{:02}", rest / (per_day / 24))?;
    if per_day > 24 {
        write!(out, ":{:02}", rest / (per_day / 1440) % 60)?;
    }
    if let Some(places) = places(unit) {
        let per_second = per_day / SECONDS_PER_DAY;
        write!(out, ":{:02}", rest / per_second % 60)?;
        if places > 0 {
            write!(out, ".{:0places$}", rest % per_second)?;
        }
    }
    Ok(())
}

/// A moment as written.
struct Moment {
    date: Date,
    /// Since midnight.
    attoseconds: i128,
    /// Whether there is more than attoseconds can say.
    has_rest: bool,
}

/// The count of steps for an ISO 8601 date, or date and time, in UTC.
fn read(text: &str, step: TimeStep, fraction: Fraction) -> Result<i64, String> {
    let Moment { date, attoseconds, has_rest } = moment(text, step.unit)?;
    let days = date.days();
    let overflow = || "out of range".to_owned();
    let (ticks, has_rest) = match (step.unit, per_day(step.unit)) {
        (_, Some(per_day)) => {
            let tick = ATTOSECONDS * SECONDS_PER_DAY / per_day;
            let ticks = days.checked_mul(per_day).ok_or_else(overflow)? + attoseconds / tick;
            (ticks, has_rest || attoseconds % tick > 0)
        }
        (unit, None) => {
            let has_rest = has_rest || attoseconds > 0;
            match unit {
                TimeUnit::Year => (date.year - 1970, has_rest || (date.month, date.day) != (1, 1)),
                TimeUnit::Month => ((date.year - 1970) * 12 + i128::from(date.month) - 1, has_rest || date.day != 1),
                TimeUnit::Week => (days.div_euclid(7), has_rest || days.rem_euclid(7) != 0),
                _ => (days, has_rest),
            }
        }
    };
    let count = i128::from(step.count);
    if fraction == Fraction::Refuse && (has_rest || ticks.rem_euclid(count) != 0) {
        return Err("it lies between two steps, and only --casting unsafe would cut it to the earlier".to_owned());
    }
    in_range(Some(ticks.div_euclid(count)))
}

fn moment(text: &str, unit: TimeUnit) -> Result<Moment, String> {
    let wrong = || "a date is written 2020-01-31 or 2020-01-31T23:59:59.5, or NaT".to_owned();
    let unsigned = text.trim_start_matches(['-', '+']);
    let digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    let (year, mut rest) = text.split_at(text.len() - unsigned.len() + digits);
    if digits == 0 || year.len() < 4 || text.len() - unsigned.len() > 1 {
        return Err(wrong());
    }
    if rest.is_empty() && digits > 4 && unit != TimeUnit::Year {
        return Err(format!("{digits} digits would be the year alone; {}", wrong()));
    }
    // Beyond what any step can reach, and small enough to count in days.
    let is_far = |year: &i128| year.unsigned_abs() > 10u128.pow(30);
    let year: i128 = year.parse().ok().filter(|year| !is_far(year)).ok_or("out of range")?;
    // A field of two digits behind its separator.
    let mut field = |separators: &[char]| {
        let after = rest.strip_prefix(separators)?;
        let pair = after.get(..2).filter(|pair| pair.bytes().all(|byte| byte.is_ascii_digit()))?;
        rest = &after[2..];
        pair.parse::<u32>().ok()
    };
    let month = field(&['-']);
    let day = month.and_then(|_| field(&['-']));
    let hour = day.and_then(|_| field(&['T', ' ']));
    let minute = hour.and_then(|_| field(&[':']));
    let second = minute.and_then(|_| field(&[':']));
    let (mut fraction, mut has_rest) = (0, false);
    if let Some(after) = second.and_then(|_| rest.strip_prefix('.')) {
        let places = after.bytes().take_while(u8::is_ascii_digit).count();
        if places == 0 {
            return Err(wrong());
        }
        let (shown, beyond) = after.as_bytes()[..places].split_at(places.min(PLACES));
        fraction = shown.iter().fold(0, |value, digit| 10 * value + i128::from(digit - b'0'));
        fraction *= 10i128.pow((PLACES - shown.len()) as u32);
        has_rest = beyond.iter().any(|&digit| digit != b'0');
        rest = &after[places..];
    }
    if hour.is_some() && rest.trim_start().starts_with(['Z', 'z', '+', '-']) {
        return Err(format!("time zones are refused, and '{rest}' is one: NumPy's times are UTC"));
    }
    if !rest.is_empty() {
        return Err(wrong());
    }
    let date = Date { year, month: month.unwrap_or(1), day: day.unwrap_or(1) };
    let (hour, minute, second) = (hour.unwrap_or(0), minute.unwrap_or(0), second.unwrap_or(0));
    if !date.exists() {
        return Err("there is no such day".to_owned());
    }
    if hour > 23 || minute > 59 || second > 59 {
        return Err("there is no such time of day".to_owned());
    }
    let seconds = i128::from(3600 * hour + 60 * minute + second);
    Ok(Moment { date, attoseconds: seconds * ATTOSECONDS + fraction, has_rest })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{printed, read, refused};
    use super::*;
    use crate::dtype::{ByteOrder, DType, Kind};

    fn datetimes(count: u32, symbol: &str) -> Scalar {
        let (unit, _) = TimeUnit::ALL.iter().find(|(_, name)| *name == symbol).expect("a unit");
        Scalar::of(&DType::new(Kind::Datetime(TimeStep { unit: *unit, count }), ByteOrder::NATIVE))
    }

    fn bytes(value: i64) -> Vec<u8> {
        bytemuck::bytes_of(&value).to_vec()
    }

    /// Every row was printed by NumPy 2.4.
    const BY_NUMPY: &[(i64, u32, &str, &str)] = &[
        (i64::MAX, 1, "s", "292277026596-12-04T15:30:07"),
        (-i64::MAX, 1, "s", "-292277022657-01-27T08:29:53"),
        (8030, 1, "Y", "10000"),
        (-1975, 1, "Y", "-005"),
        (-1970, 1, "Y", "0000"),
        (-3970, 1, "Y", "-2000"),
        (i64::MAX, 1, "M", "768614336404566620-08"),
        (96360, 1, "M", "10000-01"),
        (-24000, 1, "M", "-030-01"),
        (5, 1, "h", "1970-01-01T05"),
        (5, 1, "m", "1970-01-01T00:05"),
        (5, 1, "ms", "1970-01-01T00:00:00.005"),
        (1_577_836_800_123_456_789, 1, "ns", "2020-01-01T00:00:00.123456789"),
        (-1, 1, "as", "1969-12-31T23:59:59.999999999999999999"),
        (-1, 1, "ps", "1969-12-31T23:59:59.999999999999"),
        (-1, 25, "s", "1969-12-31T23:59:35"),
        (7, 25, "s", "1970-01-01T00:02:55"),
        (3, 2, "W", "1970-02-12"),
        (i64::MAX, 1, "h", "1052197288658909-10-10T07"),
        (18262, 1, "D", "2020-01-01"),
    ];

    #[test]
    fn prints_what_numpy_prints_and_reads_it_back() {
        for &(value, count, unit, text) in BY_NUMPY {
            let scalar = datetimes(count, unit);
            assert_eq!(printed(&scalar, &bytes(value)), (text.to_owned(), format!("\"{text}\"")));
            assert_eq!(read(&scalar, text), bytes(value), "{text}");
        }
    }

    #[test]
    fn every_count_of_every_unit_reads_back() {
        let values = [NAT, NAT + 1, -1, 0, 1, 1 << 40, i64::MAX - 1, i64::MAX];
        for (_, unit) in TimeUnit::ALL {
            for count in [1, 7, u32::MAX] {
                let scalar = datetimes(count, unit);
                for value in values {
                    let text = printed(&scalar, &bytes(value)).0;
                    assert_eq!(read(&scalar, &text), bytes(value), "{text} as {count}{unit}");
                }
            }
        }
    }

    #[test]
    fn missing_times_have_a_word() {
        for unit in ["s", "generic"] {
            assert_eq!(printed(&datetimes(1, unit), &bytes(NAT)), ("NaT".to_owned(), "\"NaT\"".to_owned()));
            assert_eq!(read(&datetimes(1, unit), "nat"), bytes(NAT));
        }
        assert_eq!(read(&datetimes(1, "generic"), "-5"), bytes(-5));
    }

    #[test]
    fn coarser_text_begins_its_year_month_or_day() {
        let seconds = datetimes(1, "s");
        for text in ["2020", "2020-01", "2020-01-01", "2020-01-01T00", "2020-01-01 00:00", "2020-01-01T00:00:00.000"] {
            assert_eq!(read(&seconds, text), bytes(1_577_836_800), "{text}");
        }
    }

    #[test]
    fn finer_text_must_be_exact() {
        for (count, unit, text) in [
            (1, "s", "2020-01-01T00:00:00.5"),
            (1, "D", "2020-01-01T01"),
            (1, "M", "2020-01-02"),
            (1, "Y", "2020-02"),
            (25, "s", "1970-01-01T00:00:30"),
            (1, "W", "1970-01-02"),
            (1, "as", "1970-01-01T00:00:00.0000000000000000001"),
        ] {
            assert!(refused(&datetimes(count, unit), text).contains("between two steps"), "{text}");
            let step = step_of(&datetimes(count, unit));
            assert!(super::read(text, step, Fraction::Truncate).is_ok(), "{text}");
        }
        let unsafely = |text| super::read(text, step_of(&datetimes(1, "s")), Fraction::Truncate);
        assert_eq!(unsafely("1970-01-01T00:00:00.999"), Ok(0));
        assert_eq!(unsafely("1969-12-31T23:59:59.999"), Ok(-1));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        let seconds = datetimes(1, "s");
        for (text, reason) in [
            ("", "a date is written"),
            ("5", "a date is written"),
            ("20200101", "8 digits would be the year alone"),
            ("2020-1-1", "a date is written"),
            ("2020-02-30", "no such day"),
            ("2020-13-01", "no such day"),
            ("2020-01-01T24:00", "no such time"),
            ("2020-01-01T23:60", "no such time"),
            ("now", "a date is written"),
            ("2020-01-01T00:00:00Z", "time zones"),
            ("2020-01-01T00:00+01:00", "'+01:00' is one"),
            ("2020-01-01T00:00:00.", "a date is written"),
            ("2020-01-01x", "a date is written"),
            ("--2020", "a date is written"),
            ("99999999999999999999-01", "out of range"),
            ("9999999999999999999999999999999999999999-01", "out of range"),
            ("9999999999999999999999999999999-01", "out of range"),
            ("292277026596-12-04T15:30:08", "out of range"),
            ("2020-01-01T0é", "a date is written"),
        ] {
            assert!(refused(&seconds, text).contains(reason), "{text}: {}", refused(&seconds, text));
        }
        assert!(refused(&datetimes(1, "as"), "9000000000000000000-01-01").contains("out of range"));
        assert_eq!(
            refused(&datetimes(25, "s"), "x"),
            "cannot read 'x' as datetime64[25s]: a date is written 2020-01-31 or 2020-01-31T23:59:59.5, or NaT"
        );
    }

    #[test]
    fn spans_are_counts() {
        let step = TimeStep { unit: TimeUnit::Second, count: 1 };
        let spans = Scalar::of(&DType::new(Kind::Timedelta(step), ByteOrder::NATIVE));
        for (text, value) in [("5", 5), ("-1e3", -1000), ("NaT", NAT), ("9223372036854775807", i64::MAX)] {
            assert_eq!(read(&spans, text), bytes(value), "{text}");
        }
        assert_eq!(printed(&spans, &bytes(-5)), ("-5".to_owned(), "-5".to_owned()));
        assert_eq!(printed(&spans, &bytes(NAT)), ("NaT".to_owned(), "\"NaT\"".to_owned()));
        for (text, reason) in [("-9223372036854775808", "out of range"), ("1.5", "fraction"), ("5 s", "not a number")] {
            assert!(refused(&spans, text).contains(reason), "{text}");
        }
    }
}
