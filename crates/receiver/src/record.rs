//! What everybody needs who keeps deliveries: which headers to leave out, and what tells a redelivery from a conflict.

use hookvet::{EventContext, Vetter};
use sha2::{Digest as _, Sha256};

/// Whether a header may hold a credential: `Authorization`, `Proxy-Authorization`, `Cookie`, and every header in which `vetter`
/// expects one. Leave it out of whatever is kept or shown.
///
/// # Example
/// ```
/// use hookvet::{Credential, Vetter};
/// use hookvet_receiver::is_sensitive_header;
///
/// let vetter = Vetter::amlyze().credential(Credential::header("X-Token", "abc")?).build()?;
/// assert!(is_sensitive_header(&vetter, b"Cookie"));
/// assert!(is_sensitive_header(&vetter, b"x-token"));
/// assert!(!is_sensitive_header(&vetter, b"ce-id"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn is_sensitive_header(vetter: &Vetter, name: &[u8]) -> bool {
    let is = |other: &str| other.as_bytes().eq_ignore_ascii_case(name);
    ["authorization", "proxy-authorization", "cookie"].into_iter().any(is) || vetter.credential_headers().any(is)
}

/// A SHA-256 over a whole event: its context attributes, which binary mode carries in headers, and its body.
///
/// The same key with the same digest is a redelivery; the same key with another digest is a conflict. Without a key there is
/// neither: such a delivery is nobody's duplicate.
///
/// What is hashed: each attribute as two netstrings, its name and its decoded value, sorted by name; all of that as one netstring;
/// then the bytes of the body. A netstring is the number of bytes in decimal, a colon, the bytes, and a comma. No attribute is left
/// out, and nothing else is in it: no other header, and no content coding that was undone.
///
/// # Example
/// ```
/// use hookvet_receiver::event_digest;
///
/// let digest = event_digest([("type", "t"), ("id", "1")], b"{}");
/// // The SHA-256 of "20:2:id,1:1,4:type,1:t,,{}".
/// assert_eq!(digest[..4], [0x26, 0xC9, 0xF0, 0x17]);
/// assert_ne!(digest, event_digest([("id", "1")], b"{}"));
/// ```
#[must_use]
pub fn event_digest<'a>(attributes: impl IntoIterator<Item = (&'a str, &'a str)>, body: &[u8]) -> [u8; 32] {
    let mut sorted: Vec<_> = attributes.into_iter().collect();
    sorted.sort_unstable();
    let text: String =
        sorted.iter().map(|(name, value)| format!("{}:{name},{}:{value},", name.len(), value.len())).collect();
    let mut hash = Sha256::new();
    hash.update(format!("{}:{text},", text.len()));
    hash.update(body);
    hash.finalize().into()
}

/// Every context attribute of an event.
pub(crate) fn attributes(event: &EventContext) -> impl Iterator<Item = (&str, &str)> {
    ["id", "source", "type", "subject", "time", "specversion", "datacontenttype", "dataschema"]
        .into_iter()
        .filter_map(|name| Some((name, event.attribute(name)?)))
        .chain(event.extensions())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_part_of_an_event_counts_and_none_runs_into_the_next() {
        let events: [(&[(&str, &str)], &str); 8] = [
            (&[("a", "1"), ("b", "2")], "x"),
            (&[("a", "1"), ("b", "2")], "y"),
            (&[("a", "1"), ("b", "2x")], ""),
            (&[("a", "1b"), ("", "2")], "x"),
            (&[("a", "1,1:b,1:2")], "x"),
            (&[("a", "2"), ("b", "1")], "x"),
            (&[], "16:1:a,1:1,1:b,1:2,,x"),
            (&[], "x"),
        ];
        let digests: HashSet<_> =
            events.iter().map(|(attributes, body)| event_digest(attributes.iter().copied(), body.as_bytes())).collect();
        assert_eq!(digests.len(), events.len());
        let reversed = event_digest([("b", "2"), ("a", "1")], b"x");
        assert_eq!(reversed, event_digest(events[0].0.iter().copied(), b"x"));
    }
}
