//! RFC 3339 timestamps by the grammar, with the leap-second rule of §5.7.

/// A timestamp that follows the grammar.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Rfc3339 {
    /// Whether `T` and `Z`, where they stand, are upper-case.
    pub(crate) is_upper_case: bool,
}

/// Reads `date-time` of RFC 3339 §5.6; `None` where `text` does not follow it.
///
/// `t` and `z` may be lower-case, the offset is required, a fraction has at least one digit and any number of them,
/// second 60 stands only where a leap second can: at 23:59:60 UTC.
pub(crate) fn parse(text: &str) -> Option<Rfc3339> {
    let bytes = text.as_bytes();
    let year = number(bytes, 0, 4)?;
    separator(bytes, 4, b'-')?;
    let month = number(bytes, 5, 2)?;
    separator(bytes, 7, b'-')?;
    let day = number(bytes, 8, 2)?;
    let t = *bytes.get(10)?;
    let hour = number(bytes, 11, 2)?;
    separator(bytes, 13, b':')?;
    let minute = number(bytes, 14, 2)?;
    separator(bytes, 16, b':')?;
    let second = number(bytes, 17, 2)?;
    let in_range = matches!(t, b'T' | b't')
        && (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour <= 23
        && minute <= 59
        && second <= 60;
    if !in_range {
        return None;
    }
    let mut at = 19;
    if bytes.get(at) == Some(&b'.') {
        let digits = bytes[at + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        at += 1 + digits;
    }
    let (offset_minutes, end, z_is_upper) = match *bytes.get(at)? {
        z @ (b'Z' | b'z') => (0, at + 1, z == b'Z'),
        sign @ (b'+' | b'-') => {
            let hours = number(bytes, at + 1, 2)?;
            separator(bytes, at + 3, b':')?;
            let minutes = number(bytes, at + 4, 2)?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = i64::from(hours * 60 + minutes);
            (if sign == b'+' { offset } else { -offset }, at + 6, true)
        }
        _ => return None,
    };
    if end != bytes.len() {
        return None;
    }
    if second == 60 {
        let utc = (i64::from(hour * 60 + minute) - offset_minutes).rem_euclid(24 * 60);
        if utc != 23 * 60 + 59 {
            return None;
        }
    }
    Some(Rfc3339 { is_upper_case: t == b'T' && z_is_upper })
}

/// Whether `text` is `full-date` of RFC 3339 §5.6.
pub(crate) fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let parts = || {
        separator(bytes, 4, b'-')?;
        separator(bytes, 7, b'-')?;
        Some((number(bytes, 0, 4)?, number(bytes, 5, 2)?, number(bytes, 8, 2)?))
    };
    bytes.len() == 10
        && parts()
            .is_some_and(|(year, month, day)| (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day))
}

fn number(bytes: &[u8], at: usize, digits: usize) -> Option<u32> {
    bytes
        .get(at..at + digits)?
        .iter()
        .try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0')))
}

fn separator(bytes: &[u8], at: usize, expected: u8) -> Option<()> {
    (bytes.get(at) == Some(&expected)).then_some(())
}

const fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_grammar_passes() {
        for text in [
            "2018-04-05T17:31:00Z",
            "2018-04-05T17:31:00.000000000Z",
            "2018-04-05T17:31:00.123456789012Z",
            "2018-04-05T18:31:00+01:00",
            "2018-04-05T17:31:00+23:59",
            "2018-04-05T17:31:00-00:00",
            "2020-02-29T00:00:00Z",
            "2016-12-31T23:59:60Z",
            "1990-12-31T15:59:60-08:00",
            "0000-01-01T00:00:00Z",
            "2000-02-29T00:00:00Z",
        ] {
            assert_eq!(parse(text), Some(Rfc3339 { is_upper_case: true }), "{text}");
        }
        assert_eq!(parse("2026-03-10t12:53:45.85z"), Some(Rfc3339 { is_upper_case: false }));
    }

    #[test]
    fn what_the_grammar_forbids_is_refused() {
        for text in [
            "",
            "lunchtime",
            "2018-04-05T18:31Z",
            "2018-04-05T18:31:00X",
            "2018-04-05T18:31:00+25:00",
            "2018-04-05T18:31:00+05",
            "2018-04-05T18:31:00+01:60",
            "2018-04-05 17:31:00Z",
            "2018-04-05T17:31:00.Z",
            "2018-04-05T17:31:00,5Z",
            "2019-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2018-04-05T24:00:00Z",
            "2018-04-05T12:30:60Z",
            "2018-04-05T23:59:61Z",
            "12018-04-05T17:31:00Z",
            "2018-13-05T17:31:00Z",
            "2018-00-05T17:31:00Z",
            "2018-04-31T17:31:00Z",
            "2018-04-05T17:31:00",
            "2018-04-05T17:31:00ZZ",
            "2018-04-05T17:31:00+01:00Z",
            "1,98-04-07T00:00:00Z",
            "2018-04-05T17:31:00é",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_is_a_date_and_nothing_more() {
        assert!(is_date("1998-04-07"));
        for text in ["", "1998-4-7", "1998-04-31", "1998-04-07T", "1,98-04-07", "19980407"] {
            assert!(!is_date(text), "{text}");
        }
    }
}
