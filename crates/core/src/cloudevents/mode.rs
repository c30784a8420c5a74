//! Which content mode a request is in (rules M): Content-Type alone says it.

use crate::grammar::media_type::{MediaType, starts_with_ignore_case, trim_ows};

/// What Content-Type says about the mode.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Declared {
    /// M3: anything that is not a CloudEvents media type, or none.
    Binary,
    /// M1 in the JSON format, the only event format that is read.
    Structured,
    /// M2 in the JSON format.
    Batched,
    /// M5: a CloudEvents media type in a format that is not read.
    UnknownStructured,
    /// M5 for a batch.
    UnknownBatched,
}

/// Applies M1 to M5. The longer prefix is tested first, since `application/cloudevents` begins both.
pub(crate) fn of(content_type: Option<&[u8]>) -> Declared {
    let Some(value) = content_type.map(trim_ows) else { return Declared::Binary };
    if !starts_with_ignore_case(value, b"application/cloudevents") {
        return Declared::Binary;
    }
    let is = |subtype: &[u8]| MediaType::parse(value).is_some_and(|media_type| media_type.is(b"application", subtype));
    if starts_with_ignore_case(value, b"application/cloudevents-batch") {
        if is(b"cloudevents-batch+json") { Declared::Batched } else { Declared::UnknownBatched }
    } else if is(b"cloudevents+json") {
        Declared::Structured
    } else {
        Declared::UnknownStructured
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_prefix_wins_and_case_does_not_matter() {
        for (value, declared) in [
            (None, Declared::Binary),
            (Some("application/json"), Declared::Binary),
            (Some("application/vnd.cloudevents+json"), Declared::Binary),
            (Some("application/cloudevents+json; charset=utf-8"), Declared::Structured),
            (Some("APPLICATION/CloudEvents+JSON"), Declared::Structured),
            (Some("application/cloudevents-batch+json"), Declared::Batched),
            (Some("application/cloudevents"), Declared::UnknownStructured),
            (Some("application/cloudevents+xml"), Declared::UnknownStructured),
            (Some("application/cloudeventsfoo+json"), Declared::UnknownStructured),
            (Some("application/cloudevents-batch+avro"), Declared::UnknownBatched),
        ] {
            assert_eq!(of(value.map(str::as_bytes)), declared, "{value:?}");
        }
    }
}
