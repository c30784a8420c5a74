//! Dates and times, kept as the text they came in.

use crate::text::texts;

texts! {
    /// A point in time, as sent.
    ///
    /// The text is kept, because vendors write zero to nine fraction digits and both letter cases, and a rewritten
    /// time would no longer be what was signed or stored. [`Timestamp::instant`] gives the point itself.
    pub struct Timestamp: "date-time";

    /// A calendar date, as sent; documented as `YYYY-MM-DD`.
    pub struct Date: "date";
}

impl Timestamp {
    /// The point in time, or `None` where the text is neither RFC 3339 nor a bare date.
    ///
    /// A bare date counts as its first second in UTC. AMLYZE describes `approvedAt` as a date and sends an instant that
    /// stands for it, so which day is meant in local time cannot be told from here.
    ///
    /// # Example
    /// ```
    /// use hookvet_catalogue::{Instant, Timestamp};
    ///
    /// let sent = Timestamp::from("2026-03-10t12:53:45.85z");
    /// assert_eq!(sent.instant(), Some(Instant { seconds: 1_773_147_225, nanos: 850_000_000 }));
    /// assert_eq!(Timestamp::from("yesterday").instant(), None);
    /// ```
    pub fn instant(&self) -> Option<Instant> {
        let bare = || date(self.as_str()).map(|days| Instant { seconds: days * 86_400, nanos: 0 });
        Instant::parse(self.as_str()).or_else(bare)
    }

    /// Whole seconds since 1970-01-01 UTC, rounded down.
    pub fn unix_seconds(&self) -> Option<i64> {
        self.instant().map(|instant| instant.seconds)
    }

    /// Whether the text is a date without a time of day.
    pub fn is_bare_date(&self) -> bool {
        is_date(self.as_str())
    }
}

/// Whether `text` is a `full-date` of RFC 3339, section 5.6: a day of the real calendar, and nothing more.
pub fn is_date(text: &str) -> bool {
    date(text).is_some()
}

impl Date {
    /// Days since 1970-01-01, or `None` where the text is not a date of the calendar.
    pub fn unix_days(&self) -> Option<i64> {
        date(self.as_str())
    }
}

/// A point in time, counted from 1970-01-01 00:00:00 UTC.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Instant {
    /// Whole seconds, rounded down; a leap second counts as the second after it.
    pub seconds: i64,
    /// Nanoseconds above `seconds`, under 1 000 000 000; finer digits are cut off.
    pub nanos: u32,
}

impl std::fmt::Debug for Instant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Instant(..)")
    }
}

impl Instant {
    /// Reads a `date-time` of RFC 3339, section 5.6, and nothing else.
    ///
    /// Either letter case, any number of fraction digits, a mandatory offset, days of the real calendar, and second 60
    /// only where the offset puts it at 23:59:60 UTC.
    pub fn parse(text: &str) -> Option<Instant> {
        let (head, mut rest) = text.as_bytes().split_first_chunk::<19>()?;
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T' | b't', h1, h2, b':', n1, n2, b':', s1, s2] = *head
        else {
            return None;
        };
        let days = days(two(y1, y2)? * 100 + two(y3, y4)?, two(m1, m2)?, two(d1, d2)?)?;
        let hour = two(h1, h2).filter(|&hour| hour < 24)?;
        let minute = two(n1, n2).filter(|&minute| minute < 60)?;
        let second = two(s1, s2).filter(|&second| second <= 60)?;
        let nanos = fraction(&mut rest)?;
        let offset = offset(rest)?;
        let minutes = days * 1440 + hour * 60 + minute - offset;
        if second == 60 && minutes.rem_euclid(1440) != 1439 {
            return None;
        }
        Some(Instant { seconds: minutes * 60 + second, nanos })
    }
}

/// Days since 1970-01-01 of a `full-date` and nothing more.
fn date(text: &str) -> Option<i64> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text.as_bytes() else { return None };
    days(two(y1, y2)? * 100 + two(y3, y4)?, two(m1, m2)?, two(d1, d2)?)
}

/// Days since 1970-01-01, where the calendar has such a day.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Count years from March, so that the leap day comes last: days before the month are then a straight line.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let before = y * 365 + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (153 * m + 2) / 5;
    Some(before + day - 1 - 719_468)
}

/// Minutes to take off local time; `Z` and `-00:00` are zero.
fn offset(rest: &[u8]) -> Option<i64> {
    let (sign, h1, h2, m1, m2) = match *rest {
        [b'Z' | b'z'] => return Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => (sign, h1, h2, m1, m2),
        _ => return None,
    };
    let hours = two(h1, h2).filter(|&hours| hours < 24)?;
    let minutes = two(m1, m2).filter(|&minutes| minutes < 60)?;
    let offset = hours * 60 + minutes;
    Some(if sign == b'-' { -offset } else { offset })
}

/// Nanoseconds of an optional full stop and digits; a full stop without a digit is refused.
fn fraction(rest: &mut &[u8]) -> Option<u32> {
    let Some((b'.', digits)) = rest.split_first() else { return Some(0) };
    let mut nanos = 0;
    let mut unit = 100_000_000;
    let mut count = 0;
    for digit in digits.iter().take_while(|digit| digit.is_ascii_digit()) {
        nanos += unit * u32::from(digit - b'0');
        unit /= 10;
        count += 1;
    }
    *rest = &digits[count..];
    (count > 0).then_some(nanos)
}

/// The number that two digits write.
fn two(tens: u8, ones: u8) -> Option<i64> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<(i64, u32)> {
        Instant::parse(text).map(|instant| (instant.seconds, instant.nanos))
    }

    #[test]
    fn every_form_the_vendors_write_is_read() {
        assert_eq!(parsed("1970-01-01T00:00:00Z"), Some((0, 0)));
        assert_eq!(parsed("2018-04-05T17:31:00Z"), Some((1_522_949_460, 0)));
        assert_eq!(parsed("2019-12-13T12:01:02.694Z"), Some((1_576_238_462, 694_000_000)));
        assert_eq!(parsed("2023-06-16T09:23:21.575405178Z"), Some((1_686_907_401, 575_405_178)));
        assert_eq!(parsed("2026-03-10t12:53:45.85z"), Some((1_773_147_225, 850_000_000)));
    }

    #[test]
    fn an_offset_is_taken_off() {
        assert_eq!(parsed("1970-01-01T02:00:00+02:00"), Some((0, 0)));
        assert_eq!(parsed("1969-12-31T22:30:00-01:30"), Some((0, 0)));
        assert_eq!(parsed("1970-01-01T00:00:00-00:00"), Some((0, 0)));
    }

    #[test]
    fn the_calendar_is_the_real_one() {
        assert_eq!(parsed("2000-02-29T00:00:00Z"), Some((951_782_400, 0)));
        assert_eq!(parsed("0000-01-01T00:00:00Z"), Some((-62_167_219_200, 0)));
        assert_eq!(parsed("9999-12-31T23:59:59Z"), Some((253_402_300_799, 0)));
        for wrong in ["2023-02-29", "1900-02-29", "2023-04-31", "2023-13-01", "2023-00-10", "2023-01-00"] {
            assert_eq!(parsed(&format!("{wrong}T00:00:00Z")), None, "{wrong}");
        }
    }

    #[test]
    fn a_leap_second_stands_at_the_end_of_a_day_of_utc_only() {
        assert_eq!(parsed("1990-12-31T23:59:60Z"), parsed("1991-01-01T00:00:00Z"));
        assert_eq!(parsed("1990-12-31T15:59:60-08:00"), parsed("1991-01-01T00:00:00Z"));
        assert_eq!(parsed("1990-12-31T23:59:60+01:00"), None);
    }

    #[test]
    fn digits_beyond_nanoseconds_are_cut_off() {
        assert_eq!(parsed("1970-01-01T00:00:00.0000000019Z"), Some((0, 1)));
    }

    #[test]
    fn everything_else_is_refused() {
        for wrong in [
            "",
            "2023-06-16",
            "2023-06-16T09:23:21",
            "2023-06-16 09:23:21Z",
            "2023-06-16T09:23:21.Z",
            "2023-06-16T09:23:21,5Z",
            "2023-06-16T24:00:00Z",
            "2023-06-16T09:60:00Z",
            "2023-06-16T09:23:61Z",
            "2023-06-16T09:23:21+0200",
            "2023-06-16T09:23:21+24:00",
            "2023-06-16T09:23Z",
            "2023-6-16T09:23:21Z",
            "1,98-04-07T09:23:21Z",
            "2023-06-16T09:23:21Z ",
            "+2023-06-16T09:23:21Z",
        ] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_bare_date_is_tolerated_in_a_timestamp() {
        let date = Timestamp::from("2025-04-15");
        assert_eq!((date.unix_seconds(), date.is_bare_date()), (Some(1_744_675_200), true));
        assert!(!Timestamp::from("2025-04-15T00:00:00Z").is_bare_date());
        assert_eq!(Date::from("1998-04-07").unix_days(), Some(10_323));
        assert_eq!(Date::from("1998-04-31").unix_days(), None);
    }
}
