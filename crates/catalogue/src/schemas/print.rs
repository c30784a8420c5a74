//! Schemas as text, in an order that people read, whatever order the map type has.

use serde_json::{Map, Value};

use super::ORDER;

/// What the keys of an object stand for.
#[derive(Clone, Copy, PartialEq)]
enum Keys {
    /// Keywords of a schema.
    Keywords,
    /// Names of members or definitions, each with a schema.
    Names,
    /// Plain data.
    Data,
}

/// Keywords in the order of printing; any other comes after these.
const KEYWORDS: &[&str] = &[
    "$schema",
    "$id",
    "$comment",
    "title",
    "description",
    "deprecated",
    "$ref",
    "type",
    "format",
    "minLength",
    "maxLength",
    "enum",
    "const",
    "properties",
    "required",
    "propertyNames",
    "additionalProperties",
    "items",
    "if",
    "then",
    "$defs",
    "definitions",
];

/// Keys of plain data in the order of printing; any other comes after these.
const DATA: &[&str] = &[
    "$comment",
    "asyncapi",
    "openapi",
    "info",
    "tags",
    "defaultContentType",
    "webhooks",
    "operationId",
    "action",
    "vendor",
    "type",
    "format",
    "const",
    "minLength",
    "document",
    "name",
    "title",
    "version",
    "summary",
    "description",
    "fires",
    "source",
    "subject",
    "certainty",
    "payload",
    "deprecated",
    "documentedIn",
    "id",
    "schemaFormat",
    "schema",
    "path",
    "draft07",
    "examples",
    "refused",
    "events",
    "documents",
    "address",
    "channels",
    "operations",
    "components",
    "contentType",
    "headers",
    "required",
    "properties",
    "channel",
    "messages",
    "parameters",
    "requestBody",
    "responses",
    "security",
    "bindings",
    "method",
];

/// Two spaces a level, and a line feed at the end.
pub(super) fn pretty(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value, root_keys(value), Some(0));
    text.push('\n');
    text
}

/// No white space at all.
pub(super) fn compact(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value, root_keys(value), None);
    text
}

fn root_keys(value: &Value) -> Keys {
    if value.get("$schema").is_some() { Keys::Keywords } else { Keys::Data }
}

fn write(text: &mut String, value: &Value, keys: Keys, level: Option<usize>) {
    write_ordered(text, value, keys, &[], level);
}

/// Writes a value; `order` has the names of an object whose keys are [`Keys::Names`] in their order.
fn write_ordered(text: &mut String, value: &Value, keys: Keys, order: &[Value], level: Option<usize>) {
    match value {
        Value::Object(map) => {
            let entries = ordered(map, keys, order);
            let members = map.get(ORDER).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let count = entries.len();
            text.push('{');
            for (i, (name, value, keys)) in entries.into_iter().enumerate() {
                line(text, level.map(|level| level + 1));
                text.push_str(&Value::from(name).to_string());
                text.push_str(if level.is_some() { ": " } else { ":" });
                let order = if name == "properties" { members } else { &[] };
                write_ordered(text, value, keys, order, level.map(|level| level + 1));
                comma(text, i, count);
            }
            close(text, '}', count, level);
        }
        Value::Array(list) => {
            text.push('[');
            for (i, value) in list.iter().enumerate() {
                line(text, level.map(|level| level + 1));
                write(text, value, Keys::Data, level.map(|level| level + 1));
                comma(text, i, list.len());
            }
            close(text, ']', list.len(), level);
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

fn comma(text: &mut String, i: usize, count: usize) {
    if i + 1 < count {
        text.push(',');
    }
}

fn close(text: &mut String, bracket: char, count: usize, level: Option<usize>) {
    if count > 0 {
        line(text, level);
    }
    text.push(bracket);
}

/// Begins a line at `level`, unless the text has no lines.
pub(super) fn line(text: &mut String, level: Option<usize>) {
    if let Some(level) = level {
        text.push('\n');
        text.extend(std::iter::repeat_n("  ", level));
    }
}

/// The entries in the order of printing, each with what the keys below it stand for.
fn ordered<'a>(map: &'a Map<String, Value>, keys: Keys, order: &[Value]) -> Vec<(&'a str, &'a Value, Keys)> {
    let mut entries: Vec<_> = map.iter().filter(|(name, _)| name.as_str() != ORDER).collect();
    let rank = |name: &str| match keys {
        Keys::Keywords => position(KEYWORDS.iter().copied(), name),
        Keys::Names => position(order.iter().filter_map(Value::as_str), name),
        Keys::Data => position(DATA.iter().copied(), name),
    };
    entries.sort_by_key(|(name, _)| (rank(name), name.as_str()));
    entries
        .into_iter()
        .map(|(name, value)| {
            let below = match (keys, name.as_str()) {
                (Keys::Keywords, "properties" | "$defs" | "definitions") => Keys::Names,
                (Keys::Keywords, "items" | "additionalProperties" | "propertyNames" | "if" | "then")
                | (Keys::Names, _) => Keys::Keywords,
                _ => Keys::Data,
            };
            (name.as_str(), value, below)
        })
        .collect()
}

/// Where `name` stands among `names`; after all of them if it is none.
fn position<'a>(mut names: impl Iterator<Item = &'a str>, name: &str) -> usize {
    names.position(|known| known == name).unwrap_or(usize::MAX)
}
