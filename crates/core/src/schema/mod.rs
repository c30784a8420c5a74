//! The payload against its schema: violations with pointer, keyword and message.

#[cfg(feature = "own-schemas")]
mod engine;
#[cfg(feature = "own-schemas")]
mod keywords;
pub(crate) mod onepass;
#[cfg(feature = "runtime-schemas")]
mod own;
mod tables;
#[cfg(feature = "own-schemas")]
mod unknown;
mod violation;

#[cfg(feature = "internals")]
use hookvet_catalogue::EventInfo;

#[cfg(feature = "own-schemas")]
pub(crate) use engine::Shelf;
#[cfg(feature = "internals")]
pub(crate) use engine::Validator;
#[cfg(feature = "own-schemas")]
pub use keywords::SchemaWarning;
#[cfg(feature = "runtime-schemas")]
pub(crate) use own::OwnSchema;
pub use violation::SchemaFault;
pub(crate) use violation::{At, Violation};

/// The payload's departures from the schema of `event`, before any vendor's reading: JSON Pointer and keyword.
///
/// Unknown members are left out, since a schema allows them. Empty where the payload is no JSON.
#[cfg(feature = "internals")]
#[doc(hidden)]
#[must_use]
pub fn schema_violations(event: &EventInfo, payload: &[u8]) -> Vec<(String, &'static str)> {
    // As deep as serde_json reads.
    const DEPTH: usize = 127;
    let Some(schema) = onepass::schema_of(event) else { return Vec::new() };
    let Ok(found) = onepass::findings(schema, payload, DEPTH) else { return Vec::new() };
    let document = crate::json::Document::of(payload);
    let violations =
        found.violations.into_iter().filter(|violation| violation.rule != crate::rule::Rule::SchemaUnknown);
    violations
        .filter_map(|violation| {
            let pointer = violation.at.find(&document)?.pointer();
            Some((pointer, violation.rule.id().strip_prefix("SCHEMA-")?))
        })
        .collect()
}
