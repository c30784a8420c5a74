//! Documents about a receiver of webhooks, AsyncAPI 3 and OpenAPI 3.1: for the vendors' events, and for those of a user.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

/// One header.
#[derive(Clone, Debug)]
pub struct Header {
    /// Its name.
    pub name: &'static str,
    /// Whether every delivery has it.
    pub required: bool,
    /// What it says.
    pub description: String,
    /// The schema of its value.
    pub schema: Value,
}

impl Header {
    /// The schema with the description in it.
    fn described_schema(&self) -> Value {
        let mut schema = self.schema.clone();
        schema["description"] = self.description.as_str().into();
        schema
    }
}

/// The headers that carry an event in binary mode, apart from Content-Type.
pub fn cloudevent_headers(event_type: &str, source: String, subject: String) -> Vec<Header> {
    let header = |name, required, description: String, schema| Header { name, required, description, schema };
    let text = || json!({ "type": "string", "minLength": 1 });
    vec![
        header(
            "ce-specversion",
            true,
            "Version of CloudEvents.".to_owned(),
            json!({ "type": "string", "const": "1.0" }),
        ),
        header("ce-id", true, "Unique per event.".to_owned(), text()),
        header("ce-source", true, source, text()),
        header("ce-type", true, "The event type.".to_owned(), json!({ "type": "string", "const": event_type })),
        header("ce-subject", false, subject, text()),
        header(
            "ce-time",
            false,
            "When the event happened.".to_owned(),
            json!({ "type": "string", "format": "date-time" }),
        ),
    ]
}

/// One event, as the documents show it.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its type.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// When it is sent.
    pub summary: String,
    /// What carries it besides the body.
    pub headers: Vec<Header>,
    /// The media type of the schema in AsyncAPI.
    pub schema_format: &'static str,
    /// The schema of the body in AsyncAPI, or a reference to it.
    pub schema: Value,
    /// Deliveries as AsyncAPI shows them.
    pub examples: Vec<Value>,
    /// Whether it will not be sent any more.
    pub is_deprecated: bool,
}

/// The AsyncAPI 3 document of a receiver.
pub fn asyncapi(title: &str, version: &str, description: &str, messages: &[Message]) -> Value {
    let reference = |place: &str, name: &str| json!({ "$ref": format!("#/{place}/{}", escape(name)) });
    let names = || messages.iter().map(|message| message.name.clone());
    let sent: Map<_, _> = names().map(|name| (name.clone(), reference("components/messages", &name))).collect();
    let received: Vec<_> = names().map(|name| reference("channels/deliveries/messages", &name)).collect();
    let messages: Map<_, _> =
        messages.iter().map(|message| (message.name.clone(), asyncapi_message(message))).collect();
    json!({
        "asyncapi": "3.0.0",
        "info": { "title": title, "version": version, "description": description },
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

fn asyncapi_message(message: &Message) -> Value {
    let Message { name, title, summary, headers, schema_format, schema, examples, is_deprecated } = message;
    let required: Vec<_> = headers.iter().filter(|header| header.required).map(|header| header.name).collect();
    let properties: Map<_, _> =
        headers.iter().map(|header| (header.name.to_owned(), header.described_schema())).collect();
    let schema = embedded(schema, &format!("#/components/messages/{}/payload/schema", escape(name)));
    let mut shown = json!({
        "name": name,
        "title": title,
        "summary": summary,
        "contentType": "application/json",
        "headers": { "type": "object", "required": required, "properties": properties },
        "payload": { "schemaFormat": schema_format, "schema": schema },
    });
    if !examples.is_empty() {
        shown["examples"] = examples.clone().into();
    }
    if *is_deprecated {
        shown["tags"] = json!([{ "name": "deprecated" }]);
    }
    shown
}

/// The OpenAPI 3.1 document of a receiver, with a webhook for each operation by its event type.
pub fn openapi(
    title: &str,
    version: &str,
    description: &str,
    operations: impl Iterator<Item = (String, Value)>,
) -> Value {
    let webhooks: Map<_, _> = operations.map(|(name, operation)| (name, json!({ "post": operation }))).collect();
    json!({
        "openapi": "3.1.0",
        "info": { "title": title, "version": version, "description": description },
        "webhooks": webhooks,
    })
}

/// One operation of an OpenAPI document.
pub fn openapi_operation(message: &Message, description: &str, schema: &Value, responses: &Value) -> Value {
    let place = format!("#/webhooks/{}/post/requestBody/content/application~1json/schema", escape(&message.name));
    let schema = rooted(schema, &place);
    let mut operation = json!({
        "operationId": message.name,
        "summary": message.title,
        "description": description,
        "requestBody": { "required": true, "content": { "application/json": { "schema": schema } } },
        "responses": responses,
        "parameters": message.headers.iter().map(parameter).collect::<Vec<_>>(),
    });
    if message.is_deprecated {
        operation["deprecated"] = true.into();
    }
    operation
}

fn parameter(header: &Header) -> Value {
    json!({
        "name": header.name,
        "in": "header",
        "required": header.required,
        "description": header.description,
        "schema": header.schema,
    })
}

/// A schema as it stands in an AsyncAPI document, whose parser does not know `$id`: one that only leads into itself goes without.
fn embedded(schema: &Value, place: &str) -> Value {
    let mut schema = schema.clone();
    if let Value::Object(members) = &mut schema
        && members.iter().all(|(_, value)| leads_into_itself(value))
    {
        members.remove("$id");
    }
    rooted(&schema, place)
}

/// Whether a part of a schema refers to nothing but the schema it is in.
fn leads_into_itself(part: &Value) -> bool {
    match part {
        Value::Object(members) => members.iter().all(|(name, value)| match (name.as_str(), value) {
            ("$id", _) => false,
            ("$ref", Value::String(target)) => target.starts_with('#'),
            (_, value) => leads_into_itself(value),
        }),
        Value::Array(items) => items.iter().all(leads_into_itself),
        _ => true,
    }
}

/// A schema whose references into itself lead to where it stands in a document. One with a `$id` is a resource of its own, in which
/// they lead into itself already.
fn rooted(schema: &Value, place: &str) -> Value {
    match schema {
        Value::Object(members) if members.contains_key("$id") => schema.clone(),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                let value = match (name.as_str(), value) {
                    ("$ref", Value::String(target)) if target.starts_with('#') => {
                        format!("{place}{}", &target[1..]).into()
                    }
                    // Data, not schemas.
                    ("enum" | "const" | "default" | "examples", data) => data.clone(),
                    (_, value) => rooted(value, place),
                };
                (name.clone(), value)
            };
            Value::Object(members.iter().map(member).collect())
        }
        Value::Array(items) => items.iter().map(|item| rooted(item, place)).collect(),
        other => other.clone(),
    }
}

/// A name as one token of a JSON Pointer in a URI fragment.
fn escape(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        match byte {
            b'~' => out.push_str("~0"),
            b'/' => out.push_str("~1"),
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'.' | b'-' | b'_' => out.push(char::from(byte)),
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}
