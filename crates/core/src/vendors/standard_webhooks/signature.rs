//! The three headers of Standard Webhooks, and the text form of its secrets.
//!
//! The signed text is `{webhook-id}.{webhook-timestamp}.{body}`, the bytes exactly as received; `webhook-signature` lists `v1,` and
//! the Base64 of HMAC-SHA256, several with blanks between them while a secret is replaced.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookvet_catalogue::Vendor;

use crate::authenticity::{Scheme, Secret, SecretError, Signature, digest, parse_seconds};
use crate::grammar::media_type::trim_ows;

pub(super) const ID: &str = "webhook-id";
const TIMESTAMP: &str = "webhook-timestamp";
const SIGNATURE: &str = "webhook-signature";

/// What a sender may put in front of a secret, so that it is known for one.
const PREFIX: &str = "whsec_";

pub(super) struct StandardScheme;

impl Scheme for StandardScheme {
    fn headers(&self) -> &'static [&'static str] {
        &[ID, TIMESTAMP, SIGNATURE]
    }

    fn timestamp_header(&self) -> &'static str {
        TIMESTAMP
    }

    fn secret(&self, text: &str) -> Result<Secret, SecretError> {
        Secret::standard_webhooks(text)
    }

    fn read(&self, values: &[&[u8]]) -> Result<Signature, (&'static str, &'static str)> {
        let value = |position: usize| trim_ows(values.get(position).copied().unwrap_or_default());
        let (id, seconds) = (value(0), value(1));
        if id.is_empty() {
            return Err((ID, "the id is empty; it tells one event from another"));
        }
        let timestamp = parse_seconds(seconds).ok_or((TIMESTAMP, "the time is no whole number of Unix seconds"))?;
        // Versions that are not known are for other receivers: v1a is an asymmetric signature.
        let texts = || value(2).split(|byte| *byte == b' ').filter_map(|part| part.strip_prefix(b"v1,"));
        if texts().next().is_none() {
            return Err((
                SIGNATURE,
                "there is no v1 signature; expected v1,BASE64, or several with a blank between them",
            ));
        }
        let digests: Vec<_> = texts().filter_map(|text| STANDARD.decode(text).ok()?.try_into().ok()).collect();
        if digests.is_empty() {
            return Err((SIGNATURE, "v1 is no HMAC-SHA256 in Base64: expected 44 characters"));
        }
        let prefix = [id, b".", seconds, b"."].concat();
        Ok(Signature { prefix, timestamp, timestamp_name: TIMESTAMP, digests })
    }
}

impl Secret {
    /// Reads a secret of Standard Webhooks: Base64, with or without `whsec_` in front.
    ///
    /// # Errors
    /// - [`SecretError::Whitespace`]: there is white space around it, such as the line end of a file.
    /// - [`SecretError::Base64`]: it is empty, or no Base64.
    ///
    /// # Example
    /// ```
    /// use hookvet::{Secret, Vetter, sign_standard_webhooks};
    ///
    /// let secret = Secret::standard_webhooks("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
    /// let body = br#"{"type":"invoice.paid","timestamp":"2026-03-10T12:53:45Z","data":{}}"#;
    /// let signature = sign_standard_webhooks(&secret, "msg_1", 1_773_147_225, body);
    /// let headers = [
    ///     ("content-type", "application/json"),
    ///     ("webhook-id", "msg_1"),
    ///     ("webhook-timestamp", "1773147225"),
    ///     ("webhook-signature", &signature),
    /// ];
    /// let verdict = Vetter::standard_webhooks().secret(secret).build()?.vet(headers, body, 1_773_147_230);
    /// assert!(verdict.is_accepted());
    /// assert_eq!(verdict.event().map(|event| event.event_type()), Some("invoice.paid"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    /// Source: Standard Webhooks 1.0.0, *Signature scheme*.
    pub fn standard_webhooks(text: &str) -> Result<Self, SecretError> {
        if text.trim() != text {
            return Err(SecretError::Whitespace);
        }
        let key = STANDARD.decode(text.strip_prefix(PREFIX).unwrap_or(text)).ok();
        key.and_then(|key| Self::from_key(&key, Vendor::StandardWebhooks)).ok_or(SecretError::Base64)
    }
}

/// The value of `webhook-signature` for `body`, sent as the event `id` and signed at `timestamp` (Unix seconds).
///
/// For tests and tools that play the sender's side.
#[must_use]
pub fn sign(secret: &Secret, id: &str, timestamp: u64, body: &[u8]) -> String {
    format!("v1,{}", STANDARD.encode(digest(secret, format!("{id}.{timestamp}.").as_bytes(), body)))
}
