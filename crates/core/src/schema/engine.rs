//! The `jsonschema` crate behind our own types, so that its versions stay out of everything public.

use std::fmt::Write as _;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::Value;

use super::violation::{At, SchemaFault, Violation, format_message};
use crate::json::escape_pointer;
use crate::rule::Rule;

/// A compiled schema.
#[derive(Debug)]
pub(crate) struct Validator {
    inner: jsonschema::Validator,
}

impl Validator {
    /// Compiles the text of a schema; unknown members become violations of their own, told apart from the keyword.
    pub(crate) fn compile(id: &str, text: &str) -> Result<Self, SchemaFault> {
        let fault = |reason: String| SchemaFault { id: id.to_owned(), reason };
        let mut schema: Value = serde_json::from_str(text).map_err(|error| fault(error.to_string()))?;
        close(&mut schema);
        jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .map(|inner| Self { inner })
            .map_err(|error| fault(error.to_string()))
    }

    pub(crate) fn validate(&self, payload: &Value) -> Vec<Violation> {
        self.inner.iter_errors(payload).flat_map(|error| violations(&error)).collect()
    }
}

/// Forbids the members that no schema names, so that they are reported; where a schema says more about them, it stays.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.contains_key("properties") && !members.contains_key("additionalProperties") {
                members.insert("additionalProperties".into(), Value::Bool(false));
            }
            for (keyword, inner) in members.iter_mut() {
                // Data, not schemas.
                if !matches!(keyword.as_str(), "enum" | "const" | "examples" | "default" | "required") {
                    close(inner);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

fn violations(error: &jsonschema::ValidationError<'_>) -> Vec<Violation> {
    let pointer = error.instance_path().as_str().to_owned();
    let one =
        |rule, message: String| vec![Violation { at: At::Pointer(pointer.clone()), rule, missing: None, message }];
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|name| {
                let mut pointer = pointer.clone();
                pointer.push('/');
                escape_pointer(name, &mut pointer);
                Violation {
                    at: At::Pointer(pointer),
                    rule: Rule::SchemaUnknown,
                    missing: None,
                    message: "the vendor documents no such member; it is kept".into(),
                }
            })
            .collect(),
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default().to_owned();
            let message = format!("required member {name} is missing");
            vec![Violation { at: At::Pointer(pointer), rule: Rule::SchemaRequired, missing: Some(name), message }]
        }
        ValidationErrorKind::Type { kind } => {
            one(Rule::SchemaType, format!("expected {}, but found {}", expected(kind), found(error.instance())))
        }
        ValidationErrorKind::Enum { options } => {
            one(Rule::SchemaEnum, format!("not one of the documented values: {}", list(options)))
        }
        ValidationErrorKind::Constant { expected_value } => {
            one(Rule::SchemaConst, format!("must be {}", plain(expected_value)))
        }
        ValidationErrorKind::Format { format } => one(Rule::SchemaFormat, format_message(format)),
        ValidationErrorKind::MaxLength { limit } => {
            one(Rule::SchemaMaxLength, format!("longer than {limit} characters"))
        }
        ValidationErrorKind::MinLength { limit } => {
            one(Rule::SchemaMinLength, format!("shorter than {limit} characters"))
        }
        ValidationErrorKind::Maximum { limit } => one(Rule::SchemaMaximum, format!("greater than {limit}")),
        ValidationErrorKind::Minimum { limit } => one(Rule::SchemaMinimum, format!("less than {limit}")),
        ValidationErrorKind::MaxItems { limit } => one(Rule::SchemaMaxItems, format!("more than {limit} items")),
        ValidationErrorKind::MinItems { limit } => one(Rule::SchemaMinItems, format!("fewer than {limit} items")),
        // The others stand only in schemas that a user brings.
        kind => one(keyword_rule(kind.keyword()), error.masked().to_string()),
    }
}

fn keyword_rule(keyword: &str) -> Rule {
    match keyword {
        "pattern" => Rule::SchemaPattern,
        "exclusiveMaximum" => Rule::SchemaExclusiveMaximum,
        "exclusiveMinimum" => Rule::SchemaExclusiveMinimum,
        "multipleOf" => Rule::SchemaMultipleOf,
        "uniqueItems" => Rule::SchemaUniqueItems,
        "minProperties" => Rule::SchemaMinProperties,
        "maxProperties" => Rule::SchemaMaxProperties,
        "propertyNames" => Rule::SchemaPropertyNames,
        "dependentRequired" => Rule::SchemaDependentRequired,
        "additionalItems" => Rule::SchemaAdditionalProperties,
        "unevaluatedItems" | "unevaluatedProperties" => Rule::SchemaUnevaluated,
        "contains" => Rule::SchemaContains,
        "anyOf" => Rule::SchemaAnyOf,
        "oneOf" => Rule::SchemaOneOf,
        "not" => Rule::SchemaNot,
        "falseSchema" => Rule::SchemaFalse,
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
