//! Events of a user's own, as a vetter knows them: their types, their schemas, and which types are taken at all.

use std::any::TypeId;
use std::collections::{BTreeSet, HashMap};

use hookvet_catalogue::EventInfo;

#[cfg(feature = "runtime-schemas")]
use crate::schema::OwnSchema;
#[cfg(feature = "own-schemas")]
use crate::schema::SchemaWarning;
use crate::verdict::EventContext;

/// How many types a message lists.
const SHOWN: usize = 20;

/// What a vetter knows about events that are not in the catalogue.
#[derive(Debug, Default)]
pub(crate) struct Own {
    /// The types that are taken; `None` where every one is.
    pub(crate) taken: Option<BTreeSet<String>>,
    /// Whether those of the catalogue are taken besides.
    pub(crate) takes_documented: bool,
    /// What is said about any other.
    pub(crate) message: String,
    #[cfg(feature = "runtime-schemas")]
    pub(crate) schemas: HashMap<String, OwnSchema>,
    pub(crate) rust_types: HashMap<String, TypeId>,
    #[cfg(feature = "own-schemas")]
    pub(crate) warnings: Vec<SchemaWarning>,
}

impl Own {
    /// Whether events of a type are taken. `documented` is the event of the catalogue, under whichever spelling the type was sent.
    pub(crate) fn takes(&self, event_type: &str, documented: Option<&EventInfo>) -> bool {
        let Some(taken) = &self.taken else { return true };
        taken.contains(event_type) || documented.is_some_and(|info| self.takes_documented || taken.contains(info.name))
    }

    /// The Rust type that was given for events of this type.
    pub(crate) fn rust_type(&self, event: &EventContext) -> Option<TypeId> {
        if self.rust_types.is_empty() { None } else { self.rust_types.get(event.event_type()).copied() }
    }

    #[cfg(feature = "runtime-schemas")]
    pub(crate) fn schema(&self, event_type: &str) -> Option<&OwnSchema> {
        self.schemas.get(event_type)
    }

    /// The types that have a schema of the user's own, sorted.
    #[cfg(feature = "runtime-schemas")]
    pub(crate) fn types(&self) -> Vec<&str> {
        let types: BTreeSet<&str> = self.schemas.keys().map(String::as_str).collect();
        types.into_iter().collect()
    }

    #[cfg(feature = "internals")]
    pub(crate) fn has_tables(&self, event_type: &str) -> bool {
        self.schemas.get(event_type).is_some_and(OwnSchema::has_tables)
    }

    #[cfg(feature = "own-schemas")]
    pub(crate) fn warnings(&self) -> &[SchemaWarning] {
        &self.warnings
    }
}

/// What is said about a type that is not taken.
pub(crate) fn message(taken: &BTreeSet<String>, takes_documented: bool) -> String {
    let mut shown: Vec<&str> = taken.iter().take(SHOWN).map(String::as_str).collect();
    if takes_documented {
        shown.insert(0, "a documented one");
    }
    if taken.len() > SHOWN {
        shown.push("…");
    }
    format!("expected one of the types that are taken here, which are {}", shown.join(", "))
}
