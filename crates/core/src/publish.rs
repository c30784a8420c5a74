//! What a receiver takes of your own events, for others to read: documents for a route such as `/asyncapi.json`.
//!
//! The schemas in them are those that are enforced; references to resources are followed, so that a document stands by itself.
//!
//! # Example
//! ```
//! use hookvet::{Vetter, publish};
//!
//! let schema = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","title":"An order","required":["total"]}"#;
//! let vetter = Vetter::cloudevents().schema("com.example.order", schema).build()?;
//! let document = publish::asyncapi(&vetter, "Shop", "1.0.0");
//! assert!(document.contains("com.example.order") && document.contains("An order"));
//! assert!(publish::openapi(&vetter, "Shop", "1.0.0").contains("webhooks"));
//! # Ok::<(), hookvet::BuildError>(())
//! ```

use hookvet_catalogue::Vendor;
use hookvet_catalogue::publish::{self, Message, cloudevent_headers};
use serde_json::{Value, json};

use crate::Vetter;

const DESCRIPTION: &str = "What this receiver takes. Any order, and any event more than once.";

/// The `AsyncAPI` 3 document of the vetter's own events, as JSON.
#[must_use]
pub fn asyncapi(vetter: &Vetter, title: &str, version: &str) -> String {
    let messages: Vec<_> = messages(vetter).collect();
    publish::asyncapi(title, version, DESCRIPTION, &messages).to_string()
}

/// The `OpenAPI` 3.1 document of the vetter's own events, with a webhook for each type, as JSON.
#[must_use]
pub fn openapi(vetter: &Vetter, title: &str, version: &str) -> String {
    let (taken, refused) = (vetter.settings.accepted_status.to_string(), "Refused, with the reasons (RFC 9457).");
    let responses = json!({
        (taken): { "description": "Taken." },
        "default": { "description": refused, "content": { crate::PROBLEM_JSON: {} } },
    });
    let operations = messages(vetter).map(|message| {
        let operation = publish::openapi_operation(&message, &message.summary, &message.schema, &responses);
        (message.name, operation)
    });
    publish::openapi(title, version, DESCRIPTION, operations).to_string()
}

fn messages(vetter: &Vetter) -> impl Iterator<Item = Message> {
    vetter.own_types().into_iter().filter_map(|event_type| {
        let schema = vetter.settings.own.schema(event_type)?.published();
        let text = |keyword: &str| schema.get(keyword).and_then(Value::as_str).map(str::to_owned);
        let headers = match vetter.vendor() {
            Vendor::CloudEvents => cloudevent_headers(
                event_type,
                "Where the event comes from.".to_owned(),
                "What the event is about.".to_owned(),
            ),
            // Its headers are about the delivery, and the body says all of the event.
            _ => Vec::new(),
        };
        Some(Message {
            name: event_type.to_owned(),
            title: text("title").unwrap_or_else(|| event_type.to_owned()),
            summary: text("description").unwrap_or_default(),
            headers,
            schema_format: schema_format(text("$schema").as_deref()),
            schema: identified(schema, event_type),
            examples: Vec::new(),
            is_deprecated: false,
        })
    })
}

fn schema_format(draft: Option<&str>) -> &'static str {
    let draft = draft.unwrap_or_default();
    let known = [
        ("2019-09", "application/schema+json;version=draft-2019-09"),
        ("draft-07", "application/schema+json;version=draft-07"),
        ("draft-06", "application/schema+json;version=draft-06"),
        ("draft-04", "application/schema+json;version=draft-04"),
    ];
    let found = known.into_iter().find(|(name, _)| draft.contains(name));
    found.map_or("application/schema+json;version=draft-2020-12", |(_, format)| format)
}

/// With a name of its own: inside another document its references would lead into that one otherwise.
fn identified(mut schema: Value, event_type: &str) -> Value {
    if let Value::Object(keywords) = &mut schema
        && !keywords.contains_key("$id")
        && !keywords.contains_key("id")
    {
        let is_plain = |character: &char| character.is_ascii_alphanumeric() || ".-_".contains(*character);
        let name: String =
            event_type.chars().map(|character| if is_plain(&character) { character } else { '-' }).collect();
        let keyword = if schema_format(keywords.get("$schema").and_then(Value::as_str)).ends_with("draft-04") {
            "id"
        } else {
            "$id"
        };
        keywords.insert(keyword.to_owned(), format!("urn:hookvet:own:{name}").into());
    }
    schema
}
