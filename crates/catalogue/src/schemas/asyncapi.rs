//! One AsyncAPI 3 document per vendor: what a receiver of its webhooks has to expect.

use serde_json::{Map, Value, json};

use super::examples::{Example, plain};
use super::headers::{self, SIGNATURE, SIGNATURE_FORM};
use super::{GENERATED_BY, schema_path};
use crate::publish::{self, Message};
use crate::{EventInfo, Vendor, events};

/// Draft-07 is the newest draft that AsyncAPI tools must understand.
const SCHEMA_FORMAT: &str = "application/schema+json;version=draft-07";

/// Path of the document of `vendor` below `schemas/`.
pub(super) fn path(vendor: Vendor) -> String {
    format!("{vendor}/asyncapi.json")
}

/// Renders the document of `vendor`; references are relative to its folder.
pub(super) fn document(vendor: Vendor, examples: &[Example]) -> Value {
    let (title, description) = match vendor {
        Vendor::Dataspike => (
            "Dataspike webhooks",
            "Deliveries of Dataspike: JSON over HTTP POST, signed in the header X-Webhook-Signature. \
             Any order, and any event more than once.",
        ),
        _ => (
            "AMLYZE webhooks",
            "Deliveries of AMLYZE: CloudEvents 1.0 over HTTP in binary content mode. \
             Any order, and any event more than once; every status other than 2xx is followed by another delivery. \
             No document says how a delivery proves where it comes from, so no security scheme stands here: protect the \
             address itself.",
        ),
    };
    let of_vendor = events().iter().filter(|info| info.vendor == vendor);
    let messages: Vec<_> = of_vendor.map(|info| message(info, examples)).collect();
    let mut document = publish::asyncapi(title, "1.0.0", &format!("{description} {GENERATED_BY}"), &messages);
    document["info"]["license"] = json!({ "name": "MIT OR Apache-2.0" });
    if vendor == Vendor::Dataspike {
        document["components"]["securitySchemes"] = json!({
            "signature": { "type": "httpApiKey", "in": "header", "name": SIGNATURE, "description": SIGNATURE_FORM },
        });
        document["operations"]["receiveDelivery"]["security"] =
            json!([{ "$ref": "#/components/securitySchemes/signature" }]);
    }
    document
}

fn message(info: &EventInfo, examples: &[Example]) -> Message {
    let headers = headers::of(info);
    let names: Vec<_> = headers.iter().map(|header| header.name).collect();
    Message {
        name: info.name.to_owned(),
        title: info.title.to_owned(),
        summary: info.fires.to_owned(),
        examples: vec![shown(plain(examples, info), &names)],
        headers,
        schema_format: SCHEMA_FORMAT,
        schema: json!({ "$ref": format!("../draft-07/{}", schema_path(info.vendor, info.name)) }),
        is_deprecated: info.deprecated,
    }
}

fn shown(example: &Example, names: &[&str]) -> Value {
    let headers: Map<_, _> = example
        .data
        .headers
        .iter()
        .filter(|(name, _)| names.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
        .collect();
    let body = example.data.body();
    let payload: Value = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{}: {error}", example.name));
    let mut shown = json!({ "name": example.name, "payload": payload });
    if !headers.is_empty() {
        shown["headers"] = headers.into();
    }
    shown
}
