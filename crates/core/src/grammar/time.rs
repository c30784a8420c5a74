//! RFC 3339 timestamps by the grammar, with the leap-second rule of §5.7, as the catalogue reads them.

use hookvet_catalogue::Instant;
pub(crate) use hookvet_catalogue::is_date;

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
    read_usual(text.as_bytes()).or_else(|| read_any(text))
}

fn read_any(text: &str) -> Option<Rfc3339> {
    Instant::parse(text)?;
    // The grammar has a letter behind the date, and one at the end where there is no offset in digits.
    let bytes = text.as_bytes();
    Some(Rfc3339 { is_upper_case: bytes.get(10) != Some(&b't') && bytes.last() != Some(&b'z') })
}

/// The same for the octets of a header.
pub(crate) fn parse_octets(value: &[u8]) -> Option<Rfc3339> {
    read_usual(value).or_else(|| read_any(std::str::from_utf8(value).ok()?))
}

/// Reads what nearly every sender writes, eight octets at a time: UTC, a day that the month has in every year, no leap second.
/// `None` says nothing.
fn read_usual(value: &[u8]) -> Option<Rfc3339> {
    const DAYS: [u8; 16] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0];
    let (head, rest) = value.split_first_chunk::<19>()?;
    let (date, time) = (head.first_chunk::<16>()?, head.last_chunk()?);
    let [_, _, _, _, _, month, ..] = pairs(*date.first_chunk()?, *b"0000-00-")?;
    let mut day_and_hour = *date.last_chunk()?;
    // T or t: only those two become t with this bit.
    day_and_hour[2] |= 0x20;
    let [day, ..] = pairs(day_and_hour, *b"00t00:00")?;
    let [hour, _, _, minute, _, _, second, _] = pairs(*time, *b"00:00:00")?;
    let is_in_range =
        day.wrapping_sub(1) < DAYS[usize::from(month & 15)] && month < 16 && hour < 24 && minute < 60 && second < 60;
    let (fraction, zone) = rest.split_at_checked(rest.len().wrapping_sub(1))?;
    let is_fraction = match fraction {
        [] => true,
        [b'.', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    (is_in_range && is_fraction && matches!(zone, [b'Z' | b'z']))
        .then_some(Rfc3339 { is_upper_case: head[10] == b'T' && zone == b"Z" })
}

/// The number that each digit makes with the one behind it, where `word` has digits where `template` has `0` and its other octets
/// as they are.
#[inline]
fn pairs(word: [u8; 8], template: [u8; 8]) -> Option<[u8; 8]> {
    // The high bit is set by any digit above 9, and by any other difference at all.
    let carry = template.map(|octet| if octet == b'0' { 0x76 } else { 0x7f });
    let values = u64::from_le_bytes(word) ^ u64::from_le_bytes(template);
    let is_off = (values.wrapping_add(u64::from_le_bytes(carry)) | values) & (u64::MAX / 255 * 0x80) != 0;
    (!is_off).then(|| ((values << 3) + (values << 1) + (values >> 8)).to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_eight_octets_at_a_time_is_read_the_same_one_by_one() {
        let usual = ["2026-03-10t12:53:45.85z", "2018-02-28T17:31:00Z", "2000-12-31T23:59:59.123456789Z"];
        for text in usual {
            assert!(read_usual(text.as_bytes()).is_some(), "{text}");
            for position in 0..text.len() {
                for octet in 0..=u8::MAX {
                    let mut value = text.as_bytes().to_vec();
                    value[position] = octet;
                    let expected = std::str::from_utf8(&value).ok().and_then(read_any);
                    assert_eq!(parse_octets(&value), expected, "{value:?}");
                    value.truncate(position);
                    assert_eq!(parse_octets(&value), None, "{value:?}");
                }
            }
        }
        for month in 0..=16 {
            for day in 0..=32 {
                let text = format!("2026-{month:02}-{day:02}T00:00:00Z");
                assert_eq!(parse_octets(text.as_bytes()), parse(&text), "{text}");
            }
        }
    }

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
