//! The same schema in draft-07, for validators that know no newer draft.

use serde_json::{Map, Value};

/// Converts a 2020-12 schema. The keywords in use mean the same in both drafts; only where definitions live differs.
pub(super) fn convert(schema: &Value) -> Value {
    let mut converted = renamed(schema);
    converted["$schema"] = "http://json-schema.org/draft-07/schema#".into();
    // Two schemas under one id would shadow each other in a validator that holds both.
    if let Some(id) = schema["$id"].as_str() {
        converted["$id"] = format!("{id}:draft-07").into();
    }
    converted
}

fn renamed(value: &Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(key, value)| match (key.as_str(), value) {
                    ("$defs", definitions) => ("definitions".to_owned(), renamed(definitions)),
                    ("$ref", Value::String(reference)) => {
                        (key.clone(), reference.replace("#/$defs/", "#/definitions/").into())
                    }
                    (_, value) => (key.clone(), renamed(value)),
                })
                .collect::<Map<_, _>>(),
        ),
        Value::Array(list) => list.iter().map(renamed).collect(),
        scalar => scalar.clone(),
    }
}
