//! Events of a user's own: their types, their schemas, and which types a vetter takes at all.

#[cfg(feature = "runtime-schemas")]
use std::any::TypeId;
#[cfg(feature = "runtime-schemas")]
use std::borrow::Cow;

use hookvet_catalogue::EventInfo;

use super::VetterBuilder;
use super::builder::BuildError;
use super::judge::Judge;
use super::payload::Payload;
use crate::finding::Place;
use crate::json::Document;
use crate::order;
#[cfg(feature = "runtime-schemas")]
use crate::own::OwnEventType;
use crate::own::{Own, message};
use crate::report::Note;
use crate::rule::Rule;
#[cfg(feature = "runtime-schemas")]
use crate::schema::OwnSchema;
#[cfg(feature = "own-schemas")]
use crate::schema::Shelf;
use crate::schema::onepass;
use crate::vendors::Profile;

/// What is said of a member that a user's schema is silent about.
const UNKNOWN: &str = "the schema names no such member; it is kept";

/// What a builder was told about events.
#[derive(Clone, Debug, Default)]
pub(super) struct OwnEvents {
    taken: Taken,
    #[cfg(feature = "runtime-schemas")]
    schemas: Vec<Brought>,
    #[cfg(feature = "own-schemas")]
    resources: Vec<(String, String)>,
    #[cfg(feature = "runtime-schemas")]
    has_free_formats: bool,
    #[cfg(feature = "internals")]
    has_no_tables: bool,
}

/// Which types are taken.
#[derive(Clone, Debug, Default)]
enum Taken {
    /// Nothing was said: all of them, until there is a schema.
    #[default]
    Unsaid,
    Known,
    Only(Vec<String>),
}

/// A schema for one type, and the Rust type it was derived from.
#[cfg(feature = "runtime-schemas")]
#[derive(Clone, Debug)]
struct Brought {
    event_type: String,
    text: String,
    rust_type: Option<TypeId>,
}

impl OwnEvents {
    pub(super) fn build(self, profile: &dyn Profile) -> Result<Own, BuildError> {
        let mut own = Own::default();
        #[cfg(feature = "runtime-schemas")]
        self.compile(profile, &mut own)?;
        #[cfg(feature = "runtime-schemas")]
        let with_schema: Vec<String> = own.types().into_iter().map(str::to_owned).collect();
        #[cfg(not(feature = "runtime-schemas"))]
        let with_schema = Vec::new();
        own.taken = match self.taken {
            Taken::Unsaid if with_schema.is_empty() => None,
            Taken::Unsaid => Some(with_schema),
            Taken::Known => {
                own.takes_documented = !profile.takes_own_schemas();
                Some(with_schema)
            }
            Taken::Only(mut types) => match with_schema.into_iter().find(|event_type| !types.contains(event_type)) {
                Some(event_type) => return Err(BuildError::TypeLeftOut { event_type }),
                None => {
                    order::sort(&mut types, Ord::cmp);
                    Some(types)
                }
            },
        };
        if let Some(taken) = &own.taken {
            if taken.is_empty() && !own.takes_documented {
                return Err(BuildError::NoTypes);
            }
            own.message = message(taken, own.takes_documented);
        }
        Ok(own)
    }

    #[cfg(feature = "runtime-schemas")]
    fn compile(&self, profile: &dyn Profile, own: &mut Own) -> Result<(), BuildError> {
        let vendor = profile.vendor();
        if !profile.takes_own_schemas() && !self.schemas.is_empty() {
            return Err(BuildError::no_effect("schema", vendor));
        }
        #[cfg(feature = "own-schemas")]
        let shelf = Shelf::read(&self.resources, !self.has_free_formats)?;
        #[cfg(feature = "internals")]
        let shelf = if self.has_no_tables { shelf.without_tables() } else { shelf };
        #[cfg(feature = "own-schemas")]
        {
            if self.schemas.is_empty() && !self.resources.is_empty() {
                return Err(BuildError::no_effect("schema_resource", vendor));
            }
            own.warnings = shelf.warnings();
        }
        if self.schemas.is_empty() && self.has_free_formats {
            return Err(BuildError::no_effect("annotate_formats", vendor));
        }
        for Brought { event_type, text, rust_type } in &self.schemas {
            #[cfg(feature = "own-schemas")]
            let schema = {
                let (schema, warnings) = OwnSchema::compile(event_type, text, &shelf)?;
                own.warnings.extend(warnings);
                schema
            };
            #[cfg(not(feature = "own-schemas"))]
            let schema = OwnSchema::compile(event_type, text, !self.has_free_formats)?;
            own.events.push(OwnEventType { event_type: event_type.clone(), schema, rust_type: *rust_type });
        }
        order::sort(&mut own.events, |one, other| one.event_type.cmp(&other.event_type));
        let twice = own.events.windows(2).find(|pair| pair[0].event_type == pair[1].event_type);
        if let Some(pair) = twice {
            return Err(BuildError::TypeTwice { event_type: pair[0].event_type.clone() });
        }
        Ok(())
    }
}

impl Judge<'_, '_> {
    /// Judges data for which the user may have brought a schema; whether it is JSON.
    pub(super) fn own_payload(&mut self, payload: &Payload<'_>) -> bool {
        let max_depth = self.settings.max_depth;
        #[cfg(feature = "runtime-schemas")]
        let schema = self.settings.own.schema(self.event_type());
        #[cfg(feature = "runtime-schemas")]
        let passed = match schema {
            Some(schema) => schema.with_tables(|tables| onepass::pass(tables, &payload.bytes, max_depth)),
            None => onepass::pass(onepass::ANY, &payload.bytes, max_depth),
        };
        #[cfg(not(feature = "runtime-schemas"))]
        let passed = onepass::pass(onepass::ANY, &payload.bytes, max_depth);
        let mut findings = match passed {
            Ok(mut record) => record.take_findings().unwrap_or_default(),
            Err(stop) => {
                self.stopped(stop, &payload.prefix, payload.base, true);
                return false;
            }
        };
        #[cfg(feature = "runtime-schemas")]
        if let Some(schema) = schema {
            schema.add_departures(&payload.bytes, &mut findings);
            self.verdict.schema = Some(Cow::Owned(schema.id.clone()));
        }
        if !findings.is_empty() {
            let document = Document::of(&payload.bytes);
            self.json_notes(&findings.notes, &document, payload, payload.part());
            for violation in findings.violations.iter_mut().filter(|one| one.rule == Rule::SchemaUnknown) {
                violation.message = UNKNOWN.into();
            }
            self.departures("", findings, &document, payload);
        }
        true
    }

    /// Reports a type that is not taken, or that is missing where it would have chosen the schema.
    pub(super) fn look_at_type(&mut self, documented: Option<&EventInfo>, place: impl FnOnce() -> Place) {
        let own = &self.settings.own;
        if !own.takes(self.event_type(), documented) {
            self.add(Note::new(Rule::CeTypeUnknown, place(), own.message.clone()));
        }
    }
}

impl VetterBuilder {
    /// Takes events of these types alone, under any of their spellings; others break the rule `CE-type-unknown`. Default: every type,
    /// or, once a schema is given, the types that have one.
    ///
    /// # Example
    /// ```
    /// use hookvet::Vetter;
    ///
    /// let vetter = Vetter::amlyze().only(["com.amlyze.customer.updated"]).build()?;
    /// let headers = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "customer"), ("ce-subject", "42"),
    ///     ("ce-type", "com.amlyze.customer.kyc.completed"), ("content-type", "application/json")];
    /// let verdict = vetter.vet(headers, b"{}", 0);
    /// assert!(verdict.findings().iter().any(|finding| finding.rule.id() == "CE-type-unknown"));
    /// # Ok::<(), hookvet::BuildError>(())
    /// ```
    pub fn only<T: Into<String>>(mut self, types: impl IntoIterator<Item = T>) -> Self {
        self.own.taken = Taken::Only(types.into_iter().map(Into::into).collect());
        self
    }

    /// Takes events of the documented types alone, and of those that have a schema of your own; others break the rule
    /// `CE-type-unknown`.
    pub fn only_known_types(mut self) -> Self {
        self.own.taken = Taken::Known;
        self
    }

    /// A JSON Schema of your own for events of one type, under the profiles `cloudevents` and `standard-webhooks`. It is enforced as it is written, on data that
    /// is declared as JSON. As soon as there is one, events of a type without a schema break the rule `CE-type-unknown`, since the
    /// sender chooses the type: [`only`](Self::only) names further types that are taken.
    ///
    /// Members are reported as unknown where the schema names some members of an object, not this one, and is silent about the rest.
    /// References lead into the schema itself or to a [resource](Self::schema_resource); nothing is ever fetched. Without the feature
    /// `own-schemas`, that is with `runtime-schemas` alone, a keyword outside the subset is an error when the vetter is built.
    #[cfg(feature = "runtime-schemas")]
    pub fn schema(mut self, event_type: impl Into<String>, schema: impl Into<String>) -> Self {
        let (event_type, text) = (event_type.into(), schema.into());
        self.own.schemas.push(Brought { event_type, text, rust_type: None });
        self
    }

    /// A document that schemas refer to by this URI, or by a `$id` in it. A relative one, as `address.json`, is what schemas without a
    /// `$id` refer to by the same words.
    #[cfg(feature = "own-schemas")]
    pub fn schema_resource(mut self, uri: impl Into<String>, text: impl Into<String>) -> Self {
        self.own.resources.push((uri.into(), text.into()));
        self
    }

    /// Takes the keyword `format` of schemas of your own as a remark. Default: it is asserted.
    #[cfg(feature = "runtime-schemas")]
    pub fn annotate_formats(mut self) -> Self {
        self.own.has_free_formats = true;
        self
    }

    #[cfg(feature = "internals")]
    pub(crate) fn without_tables(mut self) -> Self {
        self.own.has_no_tables = true;
        self
    }

    #[cfg(feature = "schemars")]
    pub(super) fn push_event(mut self, event_type: String, text: String, rust_type: TypeId) -> Self {
        self.own.schemas.push(Brought { event_type, text, rust_type: Some(rust_type) });
        self
    }
}
