//! The headers of a delivery, for the documents about an interface.

use serde_json::json;

use crate::publish::{Header, cloudevent_headers};
use crate::{EventInfo, Vendor};

/// The header that carries Dataspike's signature.
pub(super) const SIGNATURE: &str = "X-Webhook-Signature";

/// How it is made.
pub(super) const SIGNATURE_FORM: &str = "`t=` and the seconds since 1970 of the signing, a comma, `v1=` and a hexadecimal \
    HMAC-SHA256 over those seconds as text, a full stop and the body's bytes. The key is what the digits after `whsec_` \
    in the secret stand for.";

/// The headers that carry an event, apart from Content-Type.
pub(super) fn of(info: &EventInfo) -> Vec<Header> {
    if info.vendor == Vendor::Dataspike {
        let (name, description) = (SIGNATURE, SIGNATURE_FORM.to_owned());
        return vec![Header { name, required: true, description, schema: json!({ "type": "string" }) }];
    }
    cloudevent_headers(info.name, sentence(info.source_meaning), sentence(info.subject_meaning))
}

fn sentence(meaning: &str) -> String {
    let mut characters = meaning.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).chain(['.']).collect()
}
