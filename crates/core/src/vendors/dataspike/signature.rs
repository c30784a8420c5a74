//! The `X-Webhook-Signature` header: `t={unix seconds},v1={hex HMAC-SHA256}`.
//!
//! The signed text is `t` as it stands in the header, a full stop, and the body bytes exactly as received; the key is
//! what the secret's hexadecimal digits decode to. Source: Dataspike webhook configuration.

use crate::authenticity::{DIGEST_BYTES, Digest, Scheme, Secret, SecretError, Signature, digest, parse_seconds};
use crate::grammar::media_type::trim_ows;

/// In lower case.
const HEADER: &str = "x-webhook-signature";

pub(super) struct DataspikeScheme;

impl Scheme for DataspikeScheme {
    fn headers(&self) -> &'static [&'static str] {
        &[HEADER]
    }

    fn secret(&self, text: &str) -> Result<Secret, SecretError> {
        Secret::parse(text)
    }

    /// Parts stand in any order, blanks around them do not count, unknown parts are ignored, and `v1` may be there several times.
    fn read(&self, values: &[&[u8]]) -> Result<Signature, (&'static str, &'static str)> {
        parse(values.first().copied().unwrap_or_default()).map_err(|message| (HEADER, message))
    }
}

fn parse(value: &[u8]) -> Result<Signature, &'static str> {
    let mut timestamp = None;
    let mut digests = Vec::new();
    let mut has_v1 = false;
    for part in value.split(|byte| *byte == b',').map(trim_ows) {
        if let Some(text) = part.strip_prefix(b"t=") {
            if timestamp.replace(text).is_some() {
                return Err("the signature header has more than one t part");
            }
        } else if let Some(text) = part.strip_prefix(b"v1=") {
            has_v1 = true;
            let mut digest: Digest = [0; DIGEST_BYTES];
            if text.len() == 2 * DIGEST_BYTES && const_hex::decode_to_slice(text, &mut digest).is_ok() {
                digests.push(digest);
            }
        }
    }
    let digits = timestamp.ok_or("the signature header has no t part; expected t=UNIX_SECONDS,v1=HEX")?;
    if !has_v1 {
        return Err("the signature header has no v1 part; expected t=UNIX_SECONDS,v1=HEX");
    }
    if digests.is_empty() {
        return Err("v1 is no HMAC-SHA256 in hexadecimal: expected 64 digits");
    }
    let timestamp = parse_seconds(digits).ok_or("t is no whole number of Unix seconds")?;
    Ok(Signature { prefix: [digits, b"."].concat(), timestamp, timestamp_name: "t", digests })
}

/// The value of `X-Webhook-Signature` for `body`, signed at `timestamp` (Unix seconds).
///
/// For tests and tools that play the vendor's side.
///
/// # Example
/// ```
/// use hookvet::{Secret, sign_dataspike};
///
/// let secret = Secret::parse("whsec_a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1")?;
/// assert!(sign_dataspike(&secret, 1_689_694_333, b"{}").starts_with("t=1689694333,v1="));
/// # Ok::<(), hookvet::SecretError>(())
/// ```
#[must_use]
pub fn sign(secret: &Secret, timestamp: u64, body: &[u8]) -> String {
    let signature = digest(secret, format!("{timestamp}.").as_bytes(), body);
    format!("t={timestamp},v1={}", const_hex::encode(signature))
}

#[cfg(test)]
mod tests {
    use super::*;

    const V1: &str = "7b7545338873f90baa7b1798bca0bdc2d453deb3dd9132bfc06d91e446461cbf";

    #[test]
    fn parts_come_in_any_order_with_blanks_and_strangers() {
        let header = parse(format!(" v0=x , v1={} ,t=5,v1=00", V1.to_uppercase()).as_bytes()).expect("well formed");
        assert_eq!((header.timestamp, header.digests.len()), (5, 1));
    }

    #[test]
    fn a_header_without_exactly_one_t_or_without_a_v1_is_refused() {
        for value in ["", "t=5", &format!("v1={V1}"), &format!("t=5,t=5,v1={V1}"), "t=5,v1=", "t=5,v1=xyz"] {
            assert!(parse(value.as_bytes()).is_err(), "{value}");
        }
        for t in ["", "-5", "+5", "5.0", "99999999999999999999", "\u{665}"] {
            assert!(parse(format!("t={t},v1={V1}").as_bytes()).is_err(), "{t}");
        }
    }

    #[test]
    fn leading_zeros_are_signed_as_they_are_sent() {
        assert_eq!(parse(format!("t=007,v1={V1}").as_bytes()).expect("well formed").prefix, b"007.");
    }
}
