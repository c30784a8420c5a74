//! For this project's own tests, benchmarks and fuzzing: the parts that a verdict is made of. No stable interface.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use hookvet_catalogue::{EventInfo, Vendor};

use crate::json::{Decimal, Document, Fault, FaultKind, Kind, Node};
use crate::schema::onepass::compile::{Compiler, Owned};
use crate::schema::onepass::{self, Findings, Schema, Stop};
use crate::schema::{SchemaFault, Validator, Violation};
use crate::vendors::profile;

/// Deepest nesting in everything here.
pub const DEPTH: usize = 64;

/// A departure from a schema.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Departure {
    /// JSON Pointer of the value, as a verdict shows it.
    pub pointer: String,
    /// Where the value starts; `None` where the text has no such value.
    pub at: Option<usize>,
    /// Rule id.
    pub rule: &'static str,
    /// The member it is about.
    pub member: Option<String>,
    /// What is wrong.
    pub message: String,
}

impl Departure {
    fn of(violation: Violation, document: &Document<'_>) -> Self {
        let Violation { at, rule, missing, message, .. } = violation;
        let node = at.find(document);
        let is_unknown = rule == crate::Rule::SchemaUnknown;
        let member = if is_unknown { node.and_then(Node::name).map(Cow::into_owned) } else { missing };
        let pointer = node.map(Node::pointer).unwrap_or_default();
        Self { pointer, at: node.map(Node::start), rule: rule.id(), member, message }
    }
}

/// Everything that the pass finds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Found {
    /// Departures from the schema.
    pub departures: Vec<Departure>,
    /// Repeated names, numbers beyond a float, lone surrogates: rule, pointer and offset.
    pub notes: Vec<(&'static str, String, usize)>,
    /// How many more there are.
    pub left_out: usize,
}

/// A schema that was compiled to tables, here or when they were generated.
#[derive(Debug)]
pub struct Tables(Kept);

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "for tests alone")]
enum Kept {
    BuiltIn(Schema<'static>),
    Owned(Owned, u16),
}

impl Tables {
    /// The built-in tables of an event.
    #[must_use]
    pub fn of(event: &EventInfo) -> Option<Self> {
        onepass::schema_of(event).map(|schema| Self(Kept::BuiltIn(schema)))
    }

    /// Compiles a schema inside the subset.
    ///
    /// # Errors
    /// [`SchemaFault`] with the place of what is outside the subset.
    pub fn compile(id: &str, text: &str) -> Result<Self, SchemaFault> {
        let mut compiler = Compiler::new();
        let root = compiler.add(id, text, &[])?;
        Ok(Self(Kept::Owned(compiler.finish(), root)))
    }

    fn with<R>(&self, look: impl FnOnce(Schema<'_>) -> R) -> R {
        match &self.0 {
            Kept::BuiltIn(schema) => look(*schema),
            Kept::Owned(owned, root) => look(Schema { program: &owned.program(), root: *root }),
        }
    }

    /// Whether there is nothing to report, warnings included.
    #[must_use]
    pub fn is_clean(&self, bytes: &[u8]) -> bool {
        self.with(|schema| onepass::pass(schema, bytes, DEPTH)).is_ok_and(|record| record.is_clean())
    }

    /// Everything that is wrong.
    ///
    /// # Errors
    /// What is no JSON: the fault in words and its offset.
    pub fn findings(&self, bytes: &[u8]) -> Result<Found, (String, usize)> {
        let found = self.with(|schema| onepass::findings(schema, bytes, DEPTH));
        let Findings { violations, notes, left_out, .. } = found.map_err(|stop| match stop {
            Stop::Fault(fault) => words(fault),
            other => (format!("{other:?}"), 0),
        })?;
        let document = Document::of(bytes);
        let pointer = |at| document.at_offset(at).map(Node::pointer).unwrap_or_default();
        Ok(Found {
            departures: violations.into_iter().map(|violation| Departure::of(violation, &document)).collect(),
            notes: notes.into_iter().map(|note| (note.rule.id(), pointer(note.at), note.at)).collect(),
            left_out,
        })
    }

    /// The raw values of the watched members of the root, by slot; an empty container is marked.
    #[must_use]
    pub fn captured(&self, bytes: &[u8]) -> BTreeMap<u8, (String, bool)> {
        let record = self.with(|schema| onepass::pass(schema, bytes, DEPTH)).unwrap_or_default();
        let raw = |span: onepass::Span| String::from_utf8_lossy(&bytes[span.start..span.end]).into_owned();
        (1..onepass::SLOTS).filter_map(|slot| record.get(slot).map(|span| (slot, (raw(span), span.is_empty)))).collect()
    }
}

fn words(fault: Fault) -> (String, usize) {
    let kind = fault.kind;
    (if kind == FaultKind::Depth { "depth".to_owned() } else { kind.message() }, fault.at)
}

/// The Dataspike event that a body names, as it is found before the body is read.
#[must_use]
pub fn dataspike_event(bytes: &[u8]) -> Option<&'static EventInfo> {
    let profile = profile(Vendor::Dataspike);
    profile.envelope().and_then(|envelope| envelope.event(profile, bytes))
}

/// The `jsonschema` crate behind the same types.
#[derive(Debug)]
pub struct Oracle(Validator);

impl Oracle {
    /// Compiles a schema.
    ///
    /// # Errors
    /// [`SchemaFault`] where `jsonschema` refuses it.
    pub fn compile(id: &str, text: &str) -> Result<Self, SchemaFault> {
        let shelf = crate::schema::Shelf::read(&[], true)?;
        Validator::compile(id, text, &shelf).map(|(validator, _)| Self(validator))
    }

    /// Whether there is nothing to report about a value, warnings included.
    #[must_use]
    pub fn is_clean(&self, value: &serde_json::Value) -> bool {
        self.0.validate(value).is_empty()
    }

    /// All departures; `None` where `serde_json` does not read the text.
    #[must_use]
    pub fn departures(&self, bytes: &[u8]) -> Option<Vec<Departure>> {
        let value = serde_json::from_slice(bytes).ok()?;
        // Where names repeat, its pointers name the last of them; such documents are not compared.
        let document = Document::of(bytes);
        let violations = self.0.validate(&value).into_iter();
        Some(violations.map(|violation| Departure::of(violation, &document)).collect())
    }
}

/// What JSON for interchange does not let through in a text that is JSON, in the order of a verdict, found in the document alone.
#[must_use]
pub fn notes(bytes: &[u8]) -> Vec<(&'static str, String, usize)> {
    let document = Document::of(bytes);
    let mut notes: Vec<(&'static str, String, usize)> = Vec::new();
    for object in document.nodes().filter(|node| node.kind() == Kind::Object) {
        let mut names = HashSet::new();
        for member in object.children().filter(|member| !names.insert(member.name())) {
            notes.push((crate::Rule::JsonDuplicate.id(), member.pointer(), member.name_start()));
        }
    }
    for node in document.nodes() {
        if node.kind() == Kind::Number && Decimal::read(node.raw()).is_none() {
            notes.push((crate::Rule::JsonNumber.id(), node.pointer(), node.name_start()));
        }
        if node.has_lone_surrogate() {
            notes.push((crate::Rule::JsonSyntax.id(), node.pointer(), node.name_start()));
        }
    }
    notes
}

/// The generated source of the tables of all built-in events, from the schemas that the catalogue embeds.
///
/// # Errors
/// [`SchemaFault`] with the place of what is outside the subset.
pub fn render_tables() -> Result<String, SchemaFault> {
    let mut compiler = Compiler::new();
    let mut roots = Vec::new();
    for event in hookvet_catalogue::events() {
        roots.push(compiler.add(event.schema_id, event.schema(), &profile(event.vendor).captured(event))?);
    }
    Ok(onepass::render::render(&compiler.finish(), &roots))
}

/// A builder whose schemas are judged by `jsonschema` alone.
pub fn without_tables(builder: crate::VetterBuilder) -> crate::VetterBuilder {
    builder.without_tables()
}

/// Whether the schema of this type was compiled to tables.
#[must_use]
pub fn has_tables(vetter: &crate::Vetter, event_type: &str) -> bool {
    vetter.settings.own.has_tables(event_type)
}
