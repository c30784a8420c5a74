//! The text of a schema that a user brings, looked at before it is compiled: what in it will never have an effect.

use jsonschema::Draft;
use serde_json::{Map, Value};

use crate::json::escape_pointer;

/// Keywords that say something to people and forbid nothing.
const REMARKS: [&str; 10] = [
    "$comment",
    "$vocabulary",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$id",
];

/// Something in a schema that is not enforced, or not the way it looks; told by [`Vetter::warnings`](crate::Vetter::warnings).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SchemaWarning {
    /// The event type of the schema, or the URI of the resource.
    pub schema: String,
    /// JSON Pointer of the place.
    pub at: String,
    /// What is the matter, and what to do.
    pub reason: String,
}

impl std::fmt::Display for SchemaWarning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the schema of {}, at {}: {}",
            self.schema,
            if self.at.is_empty() { "its root" } else { &self.at },
            self.reason
        )
    }
}

/// How a keyword holds schemas.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Below {
    Nothing,
    /// One schema, or a list of them.
    Schemas,
    /// Schemas by a name of the schema's author.
    Named,
}

fn below(keyword: &str) -> Below {
    match keyword {
        "not"
        | "if"
        | "then"
        | "else"
        | "contains"
        | "items"
        | "additionalItems"
        | "additionalProperties"
        | "propertyNames"
        | "unevaluatedItems"
        | "unevaluatedProperties"
        | "contentSchema"
        | "allOf"
        | "anyOf"
        | "oneOf"
        | "prefixItems" => Below::Schemas,
        "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas" | "dependencies" => {
            Below::Named
        }
        _ => Below::Nothing,
    }
}

/// Takes a schema that is an object, its draft and its JSON Pointer.
type Visit<'v> = &'v mut dyn FnMut(&mut Map<String, Value>, Draft, &str);

/// Calls `visit` with every schema that is an object, its draft and its JSON Pointer.
pub(super) fn walk(schema: &mut Value, draft: Draft, at: &mut String, visit: Visit<'_>) {
    let draft = draft.detect(schema);
    let Value::Object(members) = schema else { return };
    visit(members, draft, at);
    for (keyword, value) in members.iter_mut().filter(|(keyword, _)| below(keyword) != Below::Nothing) {
        let length = at.len();
        push(at, keyword);
        match value {
            Value::Array(items) => {
                for (position, item) in items.iter_mut().enumerate() {
                    step(item, draft, at, &position.to_string(), visit);
                }
            }
            Value::Object(named) if below(keyword) == Below::Named => {
                for (name, item) in named.iter_mut() {
                    step(item, draft, at, name, visit);
                }
            }
            one => walk(one, draft, at, visit),
        }
        at.truncate(length);
    }
}

fn step(schema: &mut Value, draft: Draft, at: &mut String, name: &str, visit: Visit<'_>) {
    let length = at.len();
    push(at, name);
    walk(schema, draft, at, visit);
    at.truncate(length);
}

fn push(at: &mut String, name: &str) {
    at.push('/');
    escape_pointer(name, at);
}

/// What in `schema` has no effect; `is_checked` says which formats are asserted.
pub(super) fn warnings(id: &str, schema: &mut Value, is_checked: &dyn Fn(Draft, &str) -> bool) -> Vec<SchemaWarning> {
    let mut found = Vec::new();
    let mut tell = |at: &str, keyword: Option<&str>, reason: String| {
        let mut at = at.to_owned();
        if let Some(keyword) = keyword {
            push(&mut at, keyword);
        }
        found.push(SchemaWarning { schema: id.to_owned(), at, reason });
    };
    if schema.is_object() && schema.get("$schema").is_none() {
        let reason = "expected $schema, but found none; it is read as draft 2020-12, \
                      \"$schema\": \"https://json-schema.org/draft/2020-12/schema\"";
        tell("", None, reason.to_owned());
    }
    walk(schema, Draft::default(), &mut String::new(), &mut |members, draft, at| {
        for (keyword, value) in members.iter() {
            let is_known = draft.is_known_keyword(keyword) || REMARKS.contains(&&**keyword);
            if !is_known && !keyword.starts_with("x-") {
                let reason = format!("{keyword} is no keyword of {}, so it forbids nothing", name(draft));
                tell(at, Some(keyword), reason);
            } else if let ("format", Some(format)) = (&**keyword, value.as_str())
                && !is_checked(draft, format)
            {
                tell(at, Some(keyword), format!("the format {format} is not known, so every string has it"));
            } else if draft <= Draft::Draft7 && keyword != "$ref" && members.contains_key("$ref") {
                let is_place = matches!(&**keyword, "$id" | "id" | "$schema" | "definitions" | "$defs");
                if !is_place && !REMARKS.contains(&&**keyword) {
                    tell(at, Some(keyword), format!("{} passes over what stands beside $ref", name(draft)));
                }
            }
        }
    });
    found
}

fn name(draft: Draft) -> &'static str {
    match draft {
        Draft::Draft4 => "draft 4",
        Draft::Draft6 => "draft 6",
        Draft::Draft7 => "draft 7",
        Draft::Draft201909 => "draft 2019-09",
        _ => "draft 2020-12",
    }
}
