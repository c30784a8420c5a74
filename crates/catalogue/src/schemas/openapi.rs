//! One OpenAPI 3.1 document with a webhook for every event of both vendors.

use serde_json::{Value, json};

use super::headers::{self, SIGNATURE, SIGNATURE_FORM};
use super::{GENERATED_BY, schema_path};
use crate::publish::{self, Message};
use crate::{EventInfo, Vendor, events};

/// Path below `schemas/`.
pub(super) const PATH: &str = "openapi-webhooks.json";

const DESCRIPTION: &str = "What a receiver of AMLYZE's and Dataspike's webhooks has to expect. Any order, and any event more \
    than once. An address receives the events of one vendor, of every type that it subscribed to.";

/// Renders the document; references are relative to `schemas/`.
pub(super) fn document() -> Value {
    let operations = events().iter().map(|info| (info.name.to_owned(), operation(info)));
    let mut document =
        publish::openapi("Compliance webhooks", "1.0.0", &format!("{DESCRIPTION} {GENERATED_BY}"), operations);
    document["info"]["license"] = json!({ "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" });
    document["tags"] = json!([
        {
            "name": Vendor::Amlyze.as_str(),
            "description": "CloudEvents 1.0 in binary mode. No document says how a delivery proves where it comes from.",
        },
        { "name": Vendor::Dataspike.as_str(), "description": "Signed JSON." },
    ]);
    document["components"] = json!({
        "securitySchemes": {
            "dataspikeSignature": {
                "type": "apiKey",
                "in": "header",
                "name": SIGNATURE,
                "description": SIGNATURE_FORM,
            },
        },
    });
    document
}

fn operation(info: &EventInfo) -> Value {
    let is_dataspike = info.vendor == Vendor::Dataspike;
    let schema = json!({ "$ref": format!("./{}", schema_path(info.vendor, info.name)) });
    let message = Message {
        name: info.name.to_owned(),
        title: info.title.to_owned(),
        summary: info.fires.to_owned(),
        headers: headers::of(info),
        schema_format: "",
        schema: Value::Null,
        examples: Vec::new(),
        is_deprecated: info.deprecated,
    };
    let mut operation = publish::openapi_operation(&message, info.fires, &schema, &responses(info.vendor));
    operation["tags"] = json!([info.vendor.as_str()]);
    operation["security"] = if is_dataspike { json!([{ "dataspikeSignature": [] }]) } else { json!([]) };
    if is_dataspike && let Value::Object(members) = &mut operation {
        // The signature is a security scheme already.
        members.remove("parameters");
    }
    operation
}

fn responses(vendor: Vendor) -> Value {
    match vendor {
        Vendor::Dataspike => json!({
            "200": { "description": "Taken. Whether another 2xx will do is not documented." },
            "default": { "description": "Not taken. Whether and when the delivery is repeated is not documented." },
        }),
        _ => json!({
            "2XX": { "description": "Taken." },
            "default": { "description": "Not taken; the event is delivered again, whatever the status." },
        }),
    }
}
