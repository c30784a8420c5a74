//! Events of a user's own, as a vetter knows them: their types, their schemas, and which types are taken at all.

#[cfg(feature = "runtime-schemas")]
use std::any::TypeId;

use hookvet_catalogue::EventInfo;

#[cfg(feature = "runtime-schemas")]
use crate::schema::OwnSchema;
#[cfg(feature = "own-schemas")]
use crate::schema::SchemaWarning;
#[cfg(feature = "runtime-schemas")]
use crate::verdict::EventContext;

/// How many types a message lists.
const SHOWN: usize = 20;

/// What a vetter knows about events that are not in the catalogue.
#[derive(Debug, Default)]
pub(crate) struct Own {
    /// The types that are taken, sorted; `None` where every one is.
    pub(crate) taken: Option<Vec<String>>,
    /// Whether those of the catalogue are taken besides.
    pub(crate) takes_documented: bool,
    /// What is said about any other.
    pub(crate) message: String,
    /// Those that have a schema, sorted by type.
    #[cfg(feature = "runtime-schemas")]
    pub(crate) events: Vec<OwnEventType>,
    #[cfg(feature = "own-schemas")]
    pub(crate) warnings: Vec<SchemaWarning>,
}

/// A type with its schema, and the Rust type that it was derived from.
#[cfg(feature = "runtime-schemas")]
#[derive(Debug)]
pub(crate) struct OwnEventType {
    pub(crate) event_type: String,
    pub(crate) schema: OwnSchema,
    pub(crate) rust_type: Option<TypeId>,
}

impl Own {
    /// Whether events of a type are taken. `documented` is the event of the catalogue, under whichever spelling the type was sent.
    pub(crate) fn takes(&self, event_type: &str, documented: Option<&EventInfo>) -> bool {
        let Some(taken) = &self.taken else { return true };
        let is_taken = |name: &str| taken.binary_search_by(|known| known.as_str().cmp(name)).is_ok();
        is_taken(event_type) || documented.is_some_and(|info| self.takes_documented || is_taken(info.name))
    }

    /// The Rust type that was given for events of this type.
    #[cfg(feature = "runtime-schemas")]
    pub(crate) fn rust_type(&self, event: &EventContext) -> Option<TypeId> {
        if self.events.is_empty() { None } else { self.event(event.event_type())?.rust_type }
    }

    #[cfg(feature = "runtime-schemas")]
    fn event(&self, event_type: &str) -> Option<&OwnEventType> {
        let at = self.events.binary_search_by(|event| event.event_type.as_str().cmp(event_type)).ok()?;
        self.events.get(at)
    }

    #[cfg(feature = "runtime-schemas")]
    pub(crate) fn schema(&self, event_type: &str) -> Option<&OwnSchema> {
        self.event(event_type).map(|event| &event.schema)
    }

    /// The types that have a schema of the user's own, sorted.
    #[cfg(feature = "runtime-schemas")]
    pub(crate) fn types(&self) -> Vec<&str> {
        self.events.iter().map(|event| event.event_type.as_str()).collect()
    }

    #[cfg(feature = "internals")]
    pub(crate) fn has_tables(&self, event_type: &str) -> bool {
        self.schema(event_type).is_some_and(OwnSchema::has_tables)
    }

    #[cfg(feature = "own-schemas")]
    pub(crate) fn warnings(&self) -> &[SchemaWarning] {
        &self.warnings
    }
}

/// What is said about a type that is not taken.
pub(crate) fn message(taken: &[String], takes_documented: bool) -> String {
    let mut shown: Vec<&str> = taken.iter().take(SHOWN).map(String::as_str).collect();
    if takes_documented {
        shown.insert(0, "a documented one");
    }
    if taken.len() > SHOWN {
        shown.push("…");
    }
    format!("expected one of the types that are taken here, which are {}", shown.join(", "))
}
