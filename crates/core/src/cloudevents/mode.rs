//! Which content mode a request is in (rules M): told by Content-Type alone.

use super::media_type::{MediaType, starts_with_ignore_case, trim_ows};

/// What Content-Type says about the mode.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Told {
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
pub(crate) fn told_by(content_type: Option<&[u8]>) -> Told {
    let Some(value) = content_type.map(trim_ows) else { return Told::Binary };
    if !starts_with_ignore_case(value, b"application/cloudevents") {
        return Told::Binary;
    }
    let is = |subtype: &[u8]| MediaType::parse(value).is_some_and(|media_type| media_type.is(b"application", subtype));
    if starts_with_ignore_case(value, b"application/cloudevents-batch") {
        if is(b"cloudevents-batch+json") { Told::Batched } else { Told::UnknownBatched }
    } else if is(b"cloudevents+json") {
        Told::Structured
    } else {
        Told::UnknownStructured
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_prefix_wins_and_case_does_not_matter() {
        for (value, told) in [
            (None, Told::Binary),
            (Some("application/json"), Told::Binary),
            (Some("application/vnd.cloudevents+json"), Told::Binary),
            (Some("application/cloudevents+json; charset=utf-8"), Told::Structured),
            (Some("APPLICATION/CloudEvents+JSON"), Told::Structured),
            (Some("application/cloudevents-batch+json"), Told::Batched),
            (Some("application/cloudevents"), Told::UnknownStructured),
            (Some("application/cloudevents+xml"), Told::UnknownStructured),
            (Some("application/cloudeventsfoo+json"), Told::UnknownStructured),
            (Some("application/cloudevents-batch+avro"), Told::UnknownBatched),
        ] {
            assert_eq!(told_by(value.map(str::as_bytes)), told, "{value:?}");
        }
    }
}
