//! What is said about a payload, whichever engine says it.

use crate::rule::Rule;

/// A schema that does not compile.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the schema {id} does not compile: {reason}")]
pub struct SchemaFault {
    /// The schema's `$id`, or the name it was given.
    pub id: String,
    /// What is wrong with it.
    pub reason: String,
}

/// One way in which a payload departs from its schema.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Violation {
    /// JSON Pointer from the payload's root to the value.
    pub(crate) pointer: String,
    /// The rule of the keyword.
    pub(crate) rule: Rule,
    /// The member that the keyword is about, where that is not the value itself.
    pub(crate) member: Option<String>,
    pub(crate) message: String,
}

/// What a string should look like that has not its format.
pub(crate) fn format_message(format: &str) -> String {
    let form = match format {
        "date-time" => "an RFC 3339 timestamp such as 2026-03-10T12:53:45Z",
        "date" => "an RFC 3339 date such as 2026-03-10",
        "uuid" => "a UUID: 8-4-4-4-12 hexadecimal digits",
        other => return format!("not of the format {other}"),
    };
    format!("expected {form}")
}
