//! Grammars that several standards share: timestamps (RFC 3339), URIs (RFC 3986), media types (RFC 9110).

pub(crate) mod media_type;
pub(crate) mod time;
pub(crate) mod uri;
