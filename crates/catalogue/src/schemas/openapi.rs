//! One OpenAPI 3.1 document with a webhook for every event of both vendors.

use serde_json::{Map, Value, json};

use super::headers::{self, SIGNATURE, SIGNATURE_FORM};
use super::{GENERATED_BY, schema_path};
use crate::{EventInfo, Vendor, events};

/// Path below `schemas/`.
pub(super) const PATH: &str = "openapi-webhooks.json";

const DESCRIPTION: &str = "What a receiver of AMLYZE's and Dataspike's webhooks has to expect. Any order, and any event more \
    than once. An address receives the events of one vendor, of every type that it subscribed to.";

/// Renders the document; references are relative to `schemas/`.
pub(super) fn document() -> Value {
    let webhooks: Map<_, _> =
        events().iter().map(|info| (info.name.to_owned(), json!({ "post": operation(info) }))).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Compliance webhooks",
            "version": "1.0.0",
            "description": format!("{DESCRIPTION} {GENERATED_BY}"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "tags": [
            {
                "name": Vendor::Amlyze.as_str(),
                "description": "CloudEvents 1.0 in binary mode. No document says how a delivery proves where it comes from.",
            },
            { "name": Vendor::Dataspike.as_str(), "description": "Signed JSON." },
        ],
        "webhooks": webhooks,
        "components": {
            "securitySchemes": {
                "dataspikeSignature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": SIGNATURE,
                    "description": SIGNATURE_FORM,
                },
            },
        },
    })
}

fn operation(info: &EventInfo) -> Value {
    let is_dataspike = info.vendor == Vendor::Dataspike;
    let mut operation = json!({
        "operationId": info.name,
        "tags": [info.vendor.as_str()],
        "summary": info.title,
        "description": info.fires,
        "requestBody": {
            "required": true,
            "content": {
                "application/json": {
                    "schema": { "$ref": format!("./{}", schema_path(info.vendor, info.name)) },
                },
            },
        },
        "responses": responses(info.vendor),
        "security": if is_dataspike { json!([{ "dataspikeSignature": [] }]) } else { json!([]) },
    });
    if !is_dataspike {
        // The signature is a security scheme already.
        operation["parameters"] = headers::of(info)
            .iter()
            .map(|header| {
                json!({
                    "name": header.name,
                    "in": "header",
                    "required": header.required,
                    "description": header.description,
                    "schema": header.schema,
                })
            })
            .collect();
    }
    if info.deprecated {
        operation["deprecated"] = true.into();
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
