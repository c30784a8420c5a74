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
    Instant::parse(text)?;
    // The grammar has a letter behind the date, and one at the end where there is no offset in digits.
    let bytes = text.as_bytes();
    Some(Rfc3339 { is_upper_case: bytes.get(10) != Some(&b't') && bytes.last() != Some(&b'z') })
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
