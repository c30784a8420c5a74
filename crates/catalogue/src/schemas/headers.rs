//! The headers of a delivery, for the documents about an interface.

use serde_json::{Value, json};

use crate::{EventInfo, Vendor};

/// The header that carries Dataspike's signature.
pub(super) const SIGNATURE: &str = "X-Webhook-Signature";

/// How it is made.
pub(super) const SIGNATURE_FORM: &str = "`t=` and the seconds since 1970 of the signing, a comma, `v1=` and a hexadecimal \
    HMAC-SHA256 over those seconds as text, a full stop and the body's bytes. The key is what the digits after `whsec_` \
    in the secret stand for.";

/// One header.
pub(super) struct Header {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) description: String,
    pub(super) schema: Value,
}

impl Header {
    /// The schema with the description in it.
    pub(super) fn described_schema(&self) -> Value {
        let mut schema = self.schema.clone();
        schema["description"] = self.description.as_str().into();
        schema
    }
}

/// The headers that carry an event, apart from Content-Type.
pub(super) fn of(info: &EventInfo) -> Vec<Header> {
    let header = |name, required, description: String, schema| Header { name, required, description, schema };
    if info.vendor == Vendor::Dataspike {
        return vec![header(SIGNATURE, true, SIGNATURE_FORM.to_owned(), json!({ "type": "string" }))];
    }
    let text = || json!({ "type": "string", "minLength": 1 });
    vec![
        header(
            "ce-specversion",
            true,
            "Version of CloudEvents.".to_owned(),
            json!({ "type": "string", "const": "1.0" }),
        ),
        header("ce-id", true, "Unique per event.".to_owned(), text()),
        header("ce-source", true, sentence(info.source_meaning), text()),
        header("ce-type", true, "The event type.".to_owned(), json!({ "type": "string", "const": info.name })),
        header("ce-subject", false, sentence(info.subject_meaning), text()),
        header(
            "ce-time",
            false,
            "When the event happened.".to_owned(),
            json!({ "type": "string", "format": "date-time" }),
        ),
    ]
}

fn sentence(meaning: &str) -> String {
    let mut characters = meaning.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).chain(['.']).collect()
}
