//! A delivery as it is kept, and its two forms on the way there.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hookvet::Vetter;
use hookvet_tower::receiver::{Received, is_sensitive_header};
use hookvet_tower::{Delivery, Quarantined};
use serde::{Deserialize, Serialize};
use worker::{Error, Result};

/// A delivery as it is kept.
#[derive(Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) vendor: String,
    /// `accept`, or `reject` for one that was set aside.
    pub(crate) decision: String,
    /// The identity for telling duplicates; `None` where no event could be made out, and for a batch: that is nobody's duplicate.
    pub(crate) key: Option<String>,
    /// Tells a redelivery, which has the same key and the same digest, from a conflict; in hexadecimal digits.
    pub(crate) digest: String,
    #[serde(rename = "type")]
    pub(crate) event_type: Option<String>,
    /// As the runtime gave them.
    pub(crate) headers: Vec<(String, String)>,
    /// The verdict's JSON form, as text.
    pub(crate) verdict: String,
    #[serde(skip)]
    pub(crate) body: Vec<u8>,
}

/// What a queue is given.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'r> {
    #[serde(flatten)]
    record: &'r Record,
    /// Milliseconds since the Unix epoch.
    received_at: u64,
    body_base64: String,
}

impl Record {
    pub(crate) fn accepted(delivery: &Delivery, headers: &HeaderMap, vetter: &Vetter) -> Self {
        let headers = headers.iter().filter(|(name, _)| !is_sensitive_header(vetter, name.as_ref()));
        Self::new(delivery, headers.map(|(name, value)| (name.as_str(), value.as_bytes())))
    }

    pub(crate) fn refused(refused: &Quarantined) -> Self {
        let headers = refused.headers().iter().map(|(name, value)| (name.as_str(), value.as_slice()));
        Self::new(refused.received(), headers)
    }

    fn new<'h>(received: &Received, headers: impl Iterator<Item = (&'h str, &'h [u8])>) -> Self {
        let verdict = received.verdict();
        Self {
            vendor: verdict.vendor().as_str().to_owned(),
            decision: verdict.decision().as_str().to_owned(),
            key: received.key(),
            digest: const_hex::encode(received.digest()),
            event_type: received.event().map(|event| event.event_type().to_owned()),
            headers: headers
                .map(|(name, value)| (name.to_owned(), String::from_utf8_lossy(value).into_owned()))
                .collect(),
            verdict: verdict.to_json(),
            body: received.body().to_vec(),
        }
    }

    /// For a queue, as JSON.
    pub(crate) fn to_message(&self, received_at: u64) -> Result<String> {
        let body_base64 = BASE64_STANDARD.encode(&self.body);
        Ok(serde_json::to_string(&Message { record: self, received_at, body_base64 })?)
    }

    /// For the store: a line of JSON, then the body as it is.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec(self)?;
        bytes.push(b'\n');
        bytes.extend_from_slice(&self.body);
        Ok(bytes)
    }

    /// Reads what [`to_bytes`](Self::to_bytes) has written.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let end = bytes.iter().position(|byte| *byte == b'\n').ok_or_else(|| Error::from("a record without an end"))?;
        let record: Self = serde_json::from_slice(&bytes[..end])?;
        Ok(Self { body: bytes[end + 1..].to_vec(), ..record })
    }
}
