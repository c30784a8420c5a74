//! The `jsonschema` crate behind our own types, so that its versions stay out of everything public.

use std::error::Error;
use std::fmt::Write as _;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{Draft, PatternOptions, ReferencingError, Registry, Retrieve, Uri, ValidationError};
use serde_json::Value;

use super::keywords::{self, SchemaWarning};
use super::unknown::{self, Names};
use super::violation::{self, At, SchemaFault, Violation, format_message};
use crate::json::escape_pointer;
use crate::rule::Rule;

/// How often a pattern with look-around or a back reference may try again. All others take time in proportion to the text.
const MOST_STEPS: usize = 10_000;

/// Largest compiled pattern, in bytes.
const MOST_PATTERN: usize = 1 << 20;

/// What schemas are compiled with besides their own text.
#[derive(Debug)]
pub(crate) struct Shelf {
    resources: Vec<(String, Value)>,
    pub(super) has_formats: bool,
    /// Whether schemas may become tables.
    pub(super) has_tables: bool,
}

impl Shelf {
    /// Reads the texts of documents that schemas refer to, each with its URI.
    pub(crate) fn read(resources: &[(String, String)], has_formats: bool) -> Result<Self, SchemaFault> {
        let read = |(uri, text): &(String, String)| Ok((uri.clone(), parse(uri, text)?));
        Ok(Self {
            resources: resources.iter().map(read).collect::<Result<_, SchemaFault>>()?,
            has_formats,
            has_tables: true,
        })
    }

    #[cfg(feature = "internals")]
    pub(crate) fn without_tables(self) -> Self {
        Self { has_tables: false, ..self }
    }

    /// What has no effect in the resources.
    pub(crate) fn warnings(&self) -> Vec<SchemaWarning> {
        let warnings = |(uri, schema): &(String, Value)| self.warnings_of(uri, &mut schema.clone());
        self.resources.iter().flat_map(warnings).collect()
    }

    fn warnings_of(&self, id: &str, schema: &mut Value) -> Vec<SchemaWarning> {
        let options = jsonschema::options();
        let is_checked = |draft, format: &str| !self.has_formats || options.is_known_format(draft, format);
        keywords::warnings(id, schema, &is_checked)
    }

    /// A schema with the resources that it refers to put in place; `None` where there are none.
    #[cfg(feature = "publish")]
    pub(super) fn whole(&self, text: &str) -> Option<Value> {
        if self.resources.is_empty() {
            return None;
        }
        let schema: Value = serde_json::from_str(text).ok()?;
        let registry = self.registry(Draft::default().detect(&schema)).ok()?;
        jsonschema::options().with_registry(&registry).with_retriever(Nothing).dereference(&schema).ok()
    }

    fn registry(&self, draft: Draft) -> Result<Registry<'_>, ReferencingError> {
        let mut registry = Registry::new().draft(draft).retriever(Nothing);
        for (uri, resource) in &self.resources {
            let mut resource = resource.clone();
            show_what_is_said(&mut resource, draft);
            registry = registry.add(uri, resource)?;
        }
        registry.prepare()
    }
}

/// Fetches nothing.
struct Nothing;

impl Retrieve for Nothing {
    fn retrieve(&self, _: &Uri<String>) -> Result<Value, Box<dyn Error + Send + Sync>> {
        Err("nothing is fetched".into())
    }
}

/// The value of a schema's text.
fn parse(id: &str, text: &str) -> Result<Value, SchemaFault> {
    serde_json::from_str(text).map_err(|error| SchemaFault { id: id.to_owned(), reason: error.to_string() })
}

/// Writes `true` as `{}`, its equal, where it says that other members are welcome: of the one `jsonschema` shows that it applied.
fn show_what_is_said(schema: &mut Value, draft: Draft) {
    keywords::walk(schema, draft, &mut String::new(), &mut |members, _, _| {
        for keyword in ["additionalProperties", "unevaluatedProperties"] {
            if let Some(said @ Value::Bool(true)) = members.get_mut(keyword) {
                *said = Value::Object(serde_json::Map::new());
            }
        }
    });
}

/// A compiled schema.
#[derive(Debug)]
pub(crate) struct Validator {
    inner: jsonschema::Validator,
    names: Names,
}

impl Validator {
    /// Compiles the text of a schema, and says what in it has no effect.
    pub(crate) fn compile(id: &str, text: &str, shelf: &Shelf) -> Result<(Self, Vec<SchemaWarning>), SchemaFault> {
        let fault = |reason: String| SchemaFault { id: id.to_owned(), reason };
        let mut schema = parse(id, text)?;
        let warnings = shelf.warnings_of(id, &mut schema);
        let names = Names::of(&schema);
        let draft = Draft::default().detect(&schema);
        show_what_is_said(&mut schema, draft);
        let registry = shelf.registry(draft).map_err(|error| fault(referencing(&error)))?;
        let patterns = PatternOptions::fancy_regex()
            .backtrack_limit(MOST_STEPS)
            .size_limit(MOST_PATTERN)
            .dfa_size_limit(MOST_PATTERN);
        let inner = jsonschema::options()
            .should_validate_formats(shelf.has_formats)
            .with_registry(&registry)
            .with_retriever(Nothing)
            .with_pattern_options(patterns)
            .build(&schema)
            .map_err(|error| fault(not_compiled(&error)))?;
        Ok((Self { inner, names }, warnings))
    }

    /// How `payload` departs from the schema, and which of its members the schema is silent about.
    pub(crate) fn validate(&self, payload: &Value) -> Vec<Violation> {
        let is_valid = self.inner.is_valid(payload);
        if is_valid && self.names.cover(payload) {
            return Vec::new();
        }
        let mut found = Vec::new();
        if !is_valid {
            found.extend(self.inner.iter_errors(payload).flat_map(|error| violations(&error, payload)));
        }
        found.extend(
            unknown::members(&self.inner.evaluate(payload), payload)
                .into_iter()
                .map(|pointer| Violation::new(At::Pointer(pointer), Rule::SchemaUnknown, violation::UNKNOWN)),
        );
        found
    }
}

fn not_compiled(error: &ValidationError<'_>) -> String {
    match error.kind() {
        ValidationErrorKind::Referencing(error) => referencing(error),
        _ if error.instance_path().as_str().is_empty() => error.to_string(),
        _ => format!("{}: {error}", error.instance_path()),
    }
}

fn referencing(error: &ReferencingError) -> String {
    match error {
        ReferencingError::Unretrievable { uri, .. } => format!(
            "it refers to {uri}, which is not there: hand its text over with `.schema_resource(\"{uri}\", …)`, since \
             nothing is fetched"
        ),
        ReferencingError::PointerToNowhere { pointer } => format!("it refers to {pointer}, where nothing stands"),
        other => other.to_string(),
    }
}

fn violations(error: &ValidationError<'_>, payload: &Value) -> Vec<Violation> {
    let pointer = error.instance_path().as_str().to_owned();
    let one = |rule, message: String| vec![Violation::new(At::Pointer(pointer.clone()), rule, message)];
    let asked = |rule, expected: &str, message: String| {
        vec![Violation::new(At::Pointer(pointer.clone()), rule, message).expected(expected)]
    };
    let forbidden = |rule, names: &[String]| {
        let at = |name: &String| {
            let mut pointer = pointer.clone();
            pointer.push('/');
            escape_pointer(name, &mut pointer);
            Violation::new(At::Pointer(pointer), rule, violation::FORBIDDEN)
        };
        names.iter().map(at).collect()
    };
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            forbidden(Rule::SchemaAdditionalProperties, unexpected)
        }
        ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            forbidden(Rule::SchemaUnevaluatedProperties, unexpected)
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default().to_owned();
            // Of a member that is required, and forbidden besides, `jsonschema` says that it is missing even where it is there.
            if error.instance().get(&name).is_some() {
                return Vec::new();
            }
            if is_below(error, "dependentRequired") {
                return one(Rule::SchemaDependentRequired, violation::dependent(&name));
            }
            vec![Violation::missing(At::Pointer(pointer), &name)]
        }
        ValidationErrorKind::Type { kind } => {
            let types = expected(kind);
            asked(Rule::SchemaType, &types, format!("expected {types}, but found {}", found(error.instance())))
        }
        ValidationErrorKind::Enum { options } => {
            let values = list(options);
            asked(Rule::SchemaEnum, &values, format!("not one of the documented values: {values}"))
        }
        ValidationErrorKind::Constant { expected_value } => {
            let value = plain(expected_value);
            asked(Rule::SchemaConst, &value, format!("must be {value}"))
        }
        ValidationErrorKind::Format { format } => asked(Rule::SchemaFormat, format, format_message(format)),
        ValidationErrorKind::MaxLength { limit } => {
            one(Rule::SchemaMaxLength, format!("longer than {limit} characters"))
        }
        ValidationErrorKind::MinLength { limit } => {
            one(Rule::SchemaMinLength, format!("shorter than {limit} characters"))
        }
        ValidationErrorKind::Maximum { limit } => one(Rule::SchemaMaximum, format!("greater than {limit}")),
        ValidationErrorKind::Minimum { limit } => one(Rule::SchemaMinimum, format!("less than {limit}")),
        ValidationErrorKind::ExclusiveMaximum { limit } => {
            one(Rule::SchemaExclusiveMaximum, format!("not less than {limit}"))
        }
        ValidationErrorKind::ExclusiveMinimum { limit } => {
            one(Rule::SchemaExclusiveMinimum, format!("not greater than {limit}"))
        }
        ValidationErrorKind::MaxItems { limit } => one(Rule::SchemaMaxItems, format!("more than {limit} items")),
        ValidationErrorKind::MinItems { limit } => one(Rule::SchemaMinItems, format!("fewer than {limit} items")),
        ValidationErrorKind::MaxProperties { limit } => {
            one(Rule::SchemaMaxProperties, format!("more than {limit} members"))
        }
        ValidationErrorKind::MinProperties { limit } => {
            one(Rule::SchemaMinProperties, format!("fewer than {limit} members"))
        }
        ValidationErrorKind::UniqueItems => one(Rule::SchemaUniqueItems, violation::EQUAL_ITEMS.into()),
        // Told of the object as a whole, with one of its members.
        ValidationErrorKind::FalseSchema if is_below(error, "additionalProperties") => {
            let members = payload.pointer(&pointer).and_then(Value::as_object).into_iter().flatten();
            forbidden(Rule::SchemaAdditionalProperties, &members.map(|(name, _)| name.clone()).collect::<Vec<_>>())
        }
        ValidationErrorKind::FalseSchema => one(Rule::SchemaFalse, violation::NOTHING.into()),
        ValidationErrorKind::PropertyNames { .. } => one(Rule::SchemaPropertyNames, violation::NAME.into()),
        ValidationErrorKind::BacktrackLimitExceeded { .. } | ValidationErrorKind::RegexEngineFailure { .. } => {
            one(Rule::SchemaPattern, format!("whether it matches the pattern was not found out in {MOST_STEPS} steps"))
        }
        ValidationErrorKind::MultipleOf { multiple_of } => {
            one(Rule::SchemaMultipleOf, format!("not a multiple of {multiple_of}"))
        }
        ValidationErrorKind::UnevaluatedItems { .. } | ValidationErrorKind::AdditionalItems { .. } => {
            one(Rule::SchemaUnevaluatedItems, "the schema allows no such items".into())
        }
        kind => one(keyword_rule(kind.keyword()), error.masked().to_string()),
    }
}

/// Whether the keyword itself says so, and not a member of its name.
fn is_below(error: &ValidationError<'_>, keyword: &str) -> bool {
    let mut path = error.schema_path().as_str().rsplit('/');
    path.next() == Some(keyword) && !matches!(path.next(), Some("properties" | "$defs" | "definitions"))
}

fn keyword_rule(keyword: &str) -> Rule {
    match keyword {
        "pattern" => Rule::SchemaPattern,
        "contains" => Rule::SchemaContains,
        "anyOf" => Rule::SchemaAnyOf,
        "oneOf" => Rule::SchemaOneOf,
        "not" => Rule::SchemaNot,
        _ => Rule::SchemaOther,
    }
}
fn expected(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(several) => {
            let names: Vec<String> = several.iter().map(|one| one.to_string()).collect();
            names.join(" or ")
        }
    }
}

fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The vendor's own words, which may be shown.
fn list(options: &Value) -> String {
    let mut out = String::new();
    for option in options.as_array().into_iter().flatten() {
        let separator = if out.is_empty() { "" } else { ", " };
        let _ = write!(out, "{separator}{}", plain(option));
    }
    out
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
