//! Formats as tests of fixed positions. Each says yes only where it is sure; the slow, exact reading has the last word.

use super::words::{load4, load8};

const HIGHS: u64 = 0x8080_8080_8080_8080;

/// How long a UUID is.
pub(super) const UUID_LENGTH: usize = 36;

/// Whether a UUID of 8-4-4-4-12 hexadecimal digits and a quote stand at `at`.
#[inline(always)]
pub(super) fn uuid_and_quote(bytes: &[u8], at: usize) -> bool {
    // With a length that is known, none of the loads below has to be checked.
    let Some(window) = bytes.get(at..).and_then(|rest| rest.first_chunk::<{ UUID_LENGTH + 1 }>()) else {
        return false;
    };
    let eight = |at: usize| load8(window, at).unwrap_or_default();
    let four = |at: usize| u64::from(load4(window, at).unwrap_or_default());
    let first = hex(eight(0)) & hex(eight(28));
    let middle = hex(four(9) | (four(14) << 32)) & hex(four(19) | (four(24) << 32));
    let marks = [window[8], window[13], window[18], window[23], window[36]];
    first & middle & HIGHS == HIGHS && marks == *b"----\""
}

/// The high bit set in every byte that is a hexadecimal digit, where all bytes are ASCII.
#[inline(always)]
fn hex(word: u64) -> u64 {
    let plus = |word: u64, byte: u8| word.wrapping_add(u64::from_le_bytes([byte; 8]));
    let ascii = word & !HIGHS;
    let digit = plus(ascii, 0x80 - b'0') & !plus(ascii, 0x7f - b'9');
    let lower = ascii | u64::from_le_bytes([0x20; 8]);
    let letter = plus(lower, 0x80 - b'a') & !plus(lower, 0x7f - b'f');
    (digit | letter) & !word
}

/// Whether `text` is a UUID of 8-4-4-4-12 hexadecimal digits.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == UUID_LENGTH
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Digits where `template` has `0`, else exactly its bytes: what is left is each digit's value, or `None`.
#[inline(always)]
fn digits(word: u64, template: [u8; 8]) -> Option<u64> {
    let mut carry = [0_u8; 8];
    for (carry, byte) in carry.iter_mut().zip(template) {
        *carry = if byte == b'0' { 0x76 } else { 0x7f };
    }
    let values = word ^ u64::from_le_bytes(template);
    ((values.wrapping_add(u64::from_le_bytes(carry)) | values) & HIGHS == 0).then_some(values)
}

/// How many bytes from the first one on are digits.
#[inline(always)]
fn leading_digits(word: u64) -> usize {
    let values = word ^ u64::from_le_bytes(*b"00000000");
    let others = (values.wrapping_add(u64::from_le_bytes([0x76; 8])) | values) & HIGHS;
    (others.trailing_zeros() / 8) as usize
}

/// Ten times each value and the one behind it.
#[inline(always)]
fn pairs(values: u64) -> [u8; 8] {
    ((values << 3) + (values << 1) + (values >> 8)).to_le_bytes()
}

/// Whether `full-date` stands at `at`; a 29 February is left to the slow reading.
#[inline(always)]
fn date(bytes: &[u8], at: usize) -> Option<()> {
    let year_and_month = pairs(digits(load8(bytes, at)?, *b"0000-00-")?);
    let tail = bytes.get(at + 8..at + 10)?;
    let (tens, ones) = (tail[0].wrapping_sub(b'0'), tail[1].wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9 && is_day(year_and_month[5], tens * 10 + ones)).then_some(())
}

/// Whether the month has that day in every year.
#[inline(always)]
fn is_day(month: u8, day: u8) -> bool {
    const DAYS: [u8; 16] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0];
    month < 16 && day.wrapping_sub(1) < DAYS[usize::from(month & 15)]
}

/// Whether a date and a quote surely stand at `at`.
#[inline(always)]
pub(super) fn date_and_quote(bytes: &[u8], at: usize) -> bool {
    bytes.get(at + 10) == Some(&b'"') && date(bytes, at).is_some()
}

/// Where the quote behind a timestamp is, if one surely stands at `at`: no 29 February, no leap second, no offset.
#[inline(always)]
pub(super) fn date_time_and_quote(bytes: &[u8], at: usize) -> Option<usize> {
    let window = bytes.get(at..)?.first_chunk::<20>()?;
    let year_and_month = pairs(digits(load8(window, 0)?, *b"0000-00-")?);
    // T or t: only those two become t with this bit.
    let day_to_minute = load8(window, 8)? | 0x20_0000;
    let day_to_minute = pairs(digits(day_to_minute, *b"00t00:00")?);
    let behind = load4(window, 16)?.to_le_bytes();
    let (tens, ones) = (behind[1].wrapping_sub(b'0'), behind[2].wrapping_sub(b'0'));
    let is_in_range = is_day(year_and_month[5], day_to_minute[0])
        && day_to_minute[3] <= 23
        && day_to_minute[6] <= 59
        && behind[0] == b':'
        && tens <= 5
        && ones <= 9;
    if !is_in_range {
        return None;
    }
    let mut end = at + 19;
    if behind[3] == b'.' {
        let first = end + 1;
        end = first;
        while let Some(digits) = load8(bytes, end).map(leading_digits) {
            end += digits;
            if digits < 8 {
                break;
            }
        }
        if end == first {
            return None;
        }
    }
    (matches!(bytes.get(end), Some(b'Z' | b'z')) && bytes.get(end + 1) == Some(&b'"')).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::time;

    /// Texts near the grammar: each of `seeds` with every byte replaced by each of some others.
    fn near(seeds: &[&str], mut look: impl FnMut(&[u8])) {
        for seed in seeds {
            look(seed.as_bytes());
            for at in 0..seed.len() {
                for byte in (0..=127).chain([0x80, 0xb0, 0xff]) {
                    let mut text = seed.as_bytes().to_vec();
                    text[at] = byte;
                    look(&text);
                }
                for other in at + 1..seed.len() {
                    for byte in *b"0139:-Tz." {
                        let mut text = seed.as_bytes().to_vec();
                        text[at] = byte;
                        text[other] = byte;
                        look(&text);
                    }
                }
            }
        }
    }

    #[test]
    fn a_timestamp_that_is_let_through_is_one_and_few_are_left_over() {
        let (mut sure, mut right) = (0, 0);
        near(
            &["2026-03-10T12:53:45Z", "2026-12-31t23:59:59.850z", "2024-02-29T00:00:00Z", "2016-12-31T23:59:60Z"],
            |text| {
                let mut quoted = text.to_vec();
                quoted.extend(b"\",  ");
                let fast = date_time_and_quote(&quoted, 0);
                let exact = std::str::from_utf8(text).is_ok_and(|text| time::parse(text).is_some());
                if let Some(end) = fast {
                    assert!(end < text.len() || exact, "{:?}", String::from_utf8_lossy(text));
                    assert_eq!(quoted[end], b'"');
                    sure += 1;
                }
                right += usize::from(exact);
            },
        );
        assert!(sure * 10 > right * 6, "{sure} of {right}");
    }

    #[test]
    fn every_day_of_four_hundred_years_is_a_date_but_for_29_february() {
        for year in 1900..2301 {
            for month in 0..14 {
                for day in 0..33 {
                    let text = format!("{year:04}-{month:02}-{day:02}");
                    let fast = date_and_quote(format!("{text}\"").as_bytes(), 0);
                    let is_special = (month, day) == (2, 29);
                    assert_eq!(fast, !is_special && time::is_date(&text), "{text}");
                    let stamp = format!("{text}T{:02}:{:02}:{:02}Z", day % 26, month * 5, day * 2);
                    let fast = date_time_and_quote(format!("{stamp}\"").as_bytes(), 0).is_some();
                    let is_special = is_special || stamp.ends_with(":60Z");
                    assert_eq!(fast, !is_special && time::parse(&stamp).is_some(), "{stamp}");
                }
            }
        }
    }

    #[test]
    fn a_date_that_is_let_through_is_one() {
        near(&["1998-04-07", "2000-01-31"], |text| {
            let mut quoted = text.to_vec();
            quoted.push(b'"');
            let exact = std::str::from_utf8(text).is_ok_and(time::is_date);
            assert!(!date_and_quote(&quoted, 0) || exact, "{:?}", String::from_utf8_lossy(text));
        });
    }

    #[test]
    fn the_two_readings_of_a_uuid_agree() {
        near(&["1ed2fb46-8271-6a33-A9EF-7553f473af46"], |text| {
            let mut quoted = text.to_vec();
            quoted.push(b'"');
            let exact = std::str::from_utf8(text).is_ok_and(is_uuid);
            assert_eq!(uuid_and_quote(&quoted, 0), exact, "{:?}", String::from_utf8_lossy(text));
            assert!(!uuid_and_quote(text, 0));
        });
    }
}
