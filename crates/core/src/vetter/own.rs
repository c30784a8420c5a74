//! Events of a user's own: their types, their schemas, and which types a vetter takes at all.

use std::any::TypeId;
#[cfg(feature = "runtime-schemas")]
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::VetterBuilder;
use super::builder::BuildError;
use super::judge::Judge;
use super::payload::Payload;
use crate::finding::Place;
#[cfg(feature = "runtime-schemas")]
use crate::json::Document;
use crate::report::Note;
use crate::rule::Rule;
use crate::schema::OwnSchema;
use crate::schema::onepass::{self, Findings, Record, Stop};
#[cfg(feature = "own-schemas")]
use crate::schema::{SchemaWarning, Shelf};
use crate::vendors::{Profile, Resolved};

/// What is said of a member that a user's schema is silent about.
#[cfg(feature = "runtime-schemas")]
const UNKNOWN: &str = "the schema names no such member; it is kept";

/// How many types a message lists.
const SHOWN: usize = 20;

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
    Only(BTreeSet<String>),
}

/// A schema for one type, and the Rust type it was derived from.
#[cfg(feature = "runtime-schemas")]
#[derive(Clone, Debug)]
struct Brought {
    event_type: String,
    text: String,
    rust_type: Option<TypeId>,
}

/// What a vetter knows about events that are not in the catalogue.
#[derive(Debug, Default)]
pub(crate) struct Own {
    /// The types that are taken; `None` where every one is.
    taken: Option<BTreeSet<String>>,
    /// Whether those of the catalogue are taken besides.
    takes_documented: bool,
    /// What is said about any other.
    message: String,
    #[cfg_attr(
        not(feature = "runtime-schemas"),
        expect(clippy::zero_sized_map_values, reason = "without the features there is none")
    )]
    schemas: HashMap<String, OwnSchema>,
    rust_types: HashMap<String, TypeId>,
    #[cfg(feature = "own-schemas")]
    warnings: Vec<SchemaWarning>,
}

impl OwnEvents {
    pub(super) fn build(self, profile: &'static dyn Profile) -> Result<Own, BuildError> {
        let mut own = Own::default();
        #[cfg(feature = "runtime-schemas")]
        self.compile(profile, &mut own)?;
        let with_schema: BTreeSet<String> = own.types().map(str::to_owned).collect();
        let is_documented = hookvet_catalogue::events().iter().any(|event| event.vendor == profile.vendor());
        own.taken = match self.taken {
            // Schemas for what a vendor does not document yet say nothing about the rest.
            Taken::Unsaid if with_schema.is_empty() || is_documented => None,
            Taken::Unsaid => Some(with_schema),
            Taken::Known => {
                own.takes_documented = is_documented;
                Some(with_schema)
            }
            Taken::Only(types) => match with_schema.difference(&types).next() {
                Some(left_out) => return Err(BuildError::TypeLeftOut { event_type: left_out.clone() }),
                None => Some(types),
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
    fn compile(&self, profile: &'static dyn Profile, own: &mut Own) -> Result<(), BuildError> {
        let instead = "no schema is given that it could be for; add `.schema(type, text)`, or leave it out";
        if self.schemas.is_empty() && self.has_free_formats {
            return Err(BuildError::NoEffect { setting: "annotate_formats", instead });
        }
        #[cfg(feature = "own-schemas")]
        let shelf = {
            if self.schemas.is_empty() && !self.resources.is_empty() {
                return Err(BuildError::NoEffect { setting: "schema_resource", instead });
            }
            let shelf = Shelf::read(&self.resources, !self.has_free_formats)?;
            own.warnings = shelf.warnings();
            #[cfg(feature = "internals")]
            let shelf = if self.has_no_tables { shelf.without_tables() } else { shelf };
            shelf
        };
        for Brought { event_type, text, rust_type } in &self.schemas {
            if profile.resolve(event_type).event.is_some() {
                return Err(BuildError::TypeDocumented { event_type: event_type.clone(), vendor: profile.name() });
            }
            #[cfg(feature = "own-schemas")]
            let schema = {
                let (schema, warnings) = OwnSchema::compile(event_type, text, &shelf)?;
                own.warnings.extend(warnings);
                schema
            };
            #[cfg(not(feature = "own-schemas"))]
            let schema = OwnSchema::compile(event_type, text, !self.has_free_formats)?;
            if own.schemas.insert(event_type.clone(), schema).is_some() {
                return Err(BuildError::TypeTwice { event_type: event_type.clone() });
            }
            own.rust_types.extend(rust_type.map(|rust_type| (event_type.clone(), rust_type)));
        }
        Ok(())
    }
}

fn message(taken: &BTreeSet<String>, takes_documented: bool) -> String {
    let mut shown: Vec<&str> = taken.iter().take(SHOWN).map(String::as_str).collect();
    if takes_documented {
        shown.insert(0, "a documented one");
    }
    if taken.len() > SHOWN {
        shown.push("…");
    }
    format!("expected one of the types that are taken here, which are {}", shown.join(", "))
}

impl Own {
    fn takes(&self, resolved: &Resolved, event_type: &str) -> bool {
        let Some(taken) = &self.taken else { return true };
        // Under whichever of its spellings.
        taken.contains(event_type)
            || resolved.event.is_some_and(|event| self.takes_documented || taken.contains(event.name))
    }

    /// The Rust type that was given for events of this type.
    pub(super) fn rust_type(&self, event_type: &str) -> Option<TypeId> {
        self.rust_types.get(event_type).copied()
    }

    pub(super) fn schema(&self, event_type: &str) -> Option<&OwnSchema> {
        self.schemas.get(event_type)
    }

    /// The types that have a schema of the user's own, in no order.
    pub(super) fn types(&self) -> impl Iterator<Item = &str> {
        self.schemas.keys().map(String::as_str)
    }

    /// Reads the data of an event of this type by the tables of its schema, where it has one.
    pub(super) fn pass(&self, event_type: &str, bytes: &[u8], max_depth: usize) -> Result<Record, Stop> {
        #[cfg(feature = "runtime-schemas")]
        if let Some(schema) = self.schema(event_type) {
            return schema.with_tables(|tables| onepass::pass(tables, bytes, max_depth));
        }
        #[cfg(not(feature = "runtime-schemas"))]
        match self.schema(event_type) {
            None => {}
            Some(schema) => match *schema {},
        }
        onepass::pass(onepass::ANY, bytes, max_depth)
    }

    #[cfg(feature = "internals")]
    pub(crate) fn has_tables(&self, event_type: &str) -> bool {
        self.schemas.get(event_type).is_some_and(OwnSchema::has_tables)
    }

    #[cfg(feature = "own-schemas")]
    pub(super) fn warnings(&self) -> &[SchemaWarning] {
        &self.warnings
    }
}

impl Judge<'_, '_> {
    /// Reports a type that is not taken, or that is missing where it would have chosen the schema.
    pub(super) fn look_at_type(&mut self, resolved: &Resolved, place: impl FnOnce() -> Place) {
        let own = &self.settings.own;
        if !own.takes(resolved, self.event_type()) {
            self.add(Note::new(Rule::CeTypeUnknown, place(), own.message.clone()));
        }
    }

    /// Enforces the schema that the user brought for this type; `findings` is what its tables have found, where they were asked.
    #[cfg(feature = "runtime-schemas")]
    pub(super) fn own_schema(&mut self, payload: &Payload<'_>, findings: Option<Findings>) {
        let settings = self.settings;
        let Some(schema) = settings.own.schema(self.event_type()) else { return };
        self.verdict.schema = Some(Cow::Owned(schema.id.clone()));
        let pass = || schema.with_tables(|tables| onepass::findings(tables, &payload.bytes, settings.max_depth));
        let Some(mut findings) = findings.or_else(|| pass().ok()) else { return };
        schema.add_departures(&payload.bytes, &mut findings);
        if !findings.is_empty()
            && let Ok(document) = Document::parse(&payload.bytes, settings.max_depth)
        {
            for violation in findings.violations.iter_mut().filter(|one| one.rule == Rule::SchemaUnknown) {
                violation.message = UNKNOWN.into();
            }
            self.departures("", findings, &document, payload);
        }
    }

    #[cfg(not(feature = "runtime-schemas"))]
    #[expect(clippy::unused_self, reason = "the other form of this function uses it")]
    pub(super) fn own_schema(&mut self, _: &Payload<'_>, _: Option<Findings>) {}
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

    /// A JSON Schema of your own for events of one type that the vendor does not document. It is enforced as it is written, on data that
    /// is declared as JSON; of Standard Webhooks, on the whole body. As soon as there is one, events of a type without a schema break
    /// the rule `CE-type-unknown`, since the sender chooses the type: [`only`](Self::only) names further types that are taken. Where
    /// the vendor documents events, [`only_known_types`](Self::only_known_types) says so.
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
