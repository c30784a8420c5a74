//! One AsyncAPI 3 document per vendor: what a receiver of its webhooks has to expect.

use serde_json::{Map, Value, json};

use super::{GENERATED_BY, schema_path};
use crate::{EventInfo, Vendor, events};

/// Draft-07 is the newest draft that AsyncAPI tools must understand.
const SCHEMA_FORMAT: &str = "application/schema+json;version=draft-07";

/// Renders the document of `vendor`; references are relative to `schemas/`.
pub(super) fn document(vendor: Vendor) -> Value {
    let (title, description) = match vendor {
        Vendor::Dataspike => (
            "Dataspike webhooks",
            "Deliveries of Dataspike: JSON over HTTP POST, signed in the header X-Webhook-Signature. \
             Any order, and any event more than once.",
        ),
        _ => (
            "AMLYZE webhooks",
            "Deliveries of AMLYZE: CloudEvents 1.0 over HTTP in binary content mode. \
             Any order, and any event more than once; every status other than 2xx is followed by another delivery.",
        ),
    };
    let of_vendor = || events().iter().filter(|info| info.vendor == vendor);
    let reference = |place: &str, info: &EventInfo| json!({ "$ref": format!("#/{place}/{}", info.name) });
    let sent: Map<_, _> =
        of_vendor().map(|info| (info.name.to_owned(), reference("components/messages", info))).collect();
    let received: Vec<_> = of_vendor().map(|info| reference("channels/deliveries/messages", info)).collect();
    let messages: Map<_, _> = of_vendor().map(|info| (info.name.to_owned(), message(info))).collect();
    json!({
        "asyncapi": "3.0.0",
        "info": { "title": title, "version": "1.0.0", "description": format!("{description} {GENERATED_BY}") },
        "defaultContentType": "application/json",
        "channels": {
            "deliveries": {
                "title": "Deliveries",
                "description": "The address is the receiver's own.",
                "address": null,
                "messages": sent,
            }
        },
        "operations": {
            "receiveDelivery": {
                "action": "receive",
                "title": "Receive a delivery",
                "channel": { "$ref": "#/channels/deliveries" },
                "messages": received,
                "bindings": { "http": { "method": "POST", "bindingVersion": "0.3.0" } },
            }
        },
        "components": { "messages": messages },
    })
}

fn message(info: &EventInfo) -> Value {
    let mut message = json!({
        "name": info.name,
        "title": info.title,
        "summary": info.fires,
        "contentType": "application/json",
        "payload": {
            "schemaFormat": SCHEMA_FORMAT,
            "schema": { "$ref": format!("./draft-07/{}", schema_path(info.vendor, info.name)) },
        },
    });
    match info.vendor {
        Vendor::Dataspike => {
            message["headers"] = json!({
                "type": "object",
                "properties": {
                    "X-Webhook-Signature": {
                        "type": "string",
                        "description": "`t=` and the seconds since 1970 of the signing, a comma, `v1=` and a \
                            hexadecimal HMAC-SHA256 over the seconds, a full stop and the body.",
                    },
                },
            });
        }
        _ => message["headers"] = cloud_events_headers(info),
    }
    message
}

fn cloud_events_headers(info: &EventInfo) -> Value {
    json!({
        "type": "object",
        "required": ["ce-specversion", "ce-id", "ce-source", "ce-type"],
        "properties": {
            "ce-specversion": { "type": "string", "const": "1.0" },
            "ce-id": { "type": "string", "minLength": 1, "description": "Unique per event." },
            "ce-source": { "type": "string", "minLength": 1, "description": sentence(info.source_meaning) },
            "ce-type": { "type": "string", "const": info.name },
            "ce-subject": { "type": "string", "minLength": 1, "description": sentence(info.subject_meaning) },
            "ce-time": { "type": "string", "format": "date-time", "description": "When the event happened." },
        },
    })
}

fn sentence(meaning: &str) -> String {
    let mut characters = meaning.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).chain(['.']).collect()
}
