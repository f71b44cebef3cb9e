//! The proleptic Gregorian calendar, for any year: days and months since 1970-01-01 to and from dates.
//!
//! The one place that knows how long a month is; steps of time and their names are `dtype`'s.

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// The astronomical year: 0 is 1 BC.
    pub year: i128,
    /// From 1.
    pub month: u32,
    /// From 1.
    pub day: u32,
}

/// Years after which the calendar repeats.
pub const ERA_YEARS: i128 = 400;
/// Days in that many years.
pub const ERA_DAYS: i128 = 146_097;
/// Days from the first of March of the year 0 to 1970-01-01.
const TO_1970: i128 = 719_468;

impl Date {
    /// The date so many days after 1970-01-01.
    pub fn from_days(days: i128) -> Self {
        // Years are counted from March, so that the leap day is the last of its year.
        let days = days + TO_1970;
        let (era, day_of_era) = (days.div_euclid(ERA_DAYS), days.rem_euclid(ERA_DAYS) as u32);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = era * ERA_YEARS + i128::from(year_of_era) + i128::from(month <= 2);
        Self { year, month, day }
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i128 {
        let year = self.year - i128::from(self.month <= 2);
        let year_of_era = year.rem_euclid(ERA_YEARS);
        let month_from_march = (self.month + 9) % 12;
        let day_of_year = i128::from((153 * month_from_march + 2) / 5 + self.day - 1);
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        year.div_euclid(ERA_YEARS) * ERA_DAYS + day_of_era - TO_1970
    }

    /// The first day of the month so many months after January 1970.
    pub fn from_months(months: i128) -> Self {
        Self { year: 1970 + months.div_euclid(12), month: months.rem_euclid(12) as u32 + 1, day: 1 }
    }

    /// Months since January 1970, the rest of this month left out.
    pub fn months(self) -> i128 {
        (self.year - 1970) * 12 + i128::from(self.month) - 1
    }

    /// Whether the month has that day.
    pub fn exists(self) -> bool {
        (1..=12).contains(&self.month) && self.day >= 1 && Self::from_days(self.days()) == self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_one_to_one() {
        let mut last = Date::from_days(-800_001);
        for days in -800_000..800_000 {
            let date = Date::from_days(days);
            assert_eq!(date.days(), days);
            let follows = (date.year, date.month, date.day) == (last.year, last.month, last.day + 1)
                || (date.year, date.month, date.day) == (last.year, last.month + 1, 1)
                || (date.year, date.month, date.day, last.month) == (last.year + 1, 1, 1, 12);
            assert!(follows, "{last:?} {date:?}");
            last = date;
        }
    }

    #[test]
    fn every_day_of_a_thousand_years_is_in_its_month() {
        for months in -6000..6000 {
            let (first, next) = (Date::from_months(months).days(), Date::from_months(months + 1).days());
            assert!((28..=31).contains(&(next - first)));
            assert!((first..next).all(|day| Date::from_days(day).months() == months));
        }
        assert_eq!(Date::from_months(30 * 12 + 2).days(), 11_017);
    }

    #[test]
    fn knows_the_leap_years() {
        let date = |year, month, day| Date { year, month, day };
        assert_eq!(date(2000, 3, 1).days(), 11017);
        for (at, exists) in [
            (date(2020, 2, 29), true),
            (date(2021, 2, 29), false),
            (date(1900, 2, 29), false),
            (date(2000, 2, 29), true),
            (date(2020, 4, 31), false),
            (date(2020, 13, 1), false),
            (date(2020, 0, 1), false),
            (date(2020, 1, 0), false),
            (date(-4, 2, 29), true),
            (date(2020, 12, 31), true),
        ] {
            assert_eq!(at.exists(), exists, "{at:?}");
        }
    }
}
