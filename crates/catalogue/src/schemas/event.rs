//! The schema of one event.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

use super::rewrite::{Nulls, at, rewrite};
use super::{GENERATED_BY, ORDER};
use crate::amlyze::{
    CustomerUpdated, KycCompleted, RelatedEntityScreeningCompleted, RelatedEntityScreeningPending,
    RetrospectiveCompleted, RiskDecided, RiskPending, ScreeningCompleted, ScreeningList, ScreeningPending,
};
use crate::dataspike::{AmlScreening, DocverChecks, Envelope, Verification};
use crate::registry::Shape;
use crate::{EventInfo, Vendor};

/// Renders the 2020-12 schema of `info`.
pub(super) fn schema(info: &EventInfo) -> Value {
    let mut schema = match info.shape {
        Shape::CustomerUpdated => data::<CustomerUpdated>(),
        Shape::RiskPending => data::<RiskPending>(),
        Shape::RiskDecided => data::<RiskDecided>(),
        Shape::KycCompleted => data::<KycCompleted>(),
        Shape::RetrospectiveCompleted => retrospective(),
        Shape::ScreeningPending => data::<ScreeningPending>(),
        Shape::ScreeningCompleted => one_finding(data::<ScreeningCompleted>(), info.name),
        Shape::RelatedEntityScreeningPending => data::<RelatedEntityScreeningPending>(),
        Shape::RelatedEntityScreeningCompleted => one_finding(data::<RelatedEntityScreeningCompleted>(), info.name),
        Shape::Docver => envelope::<Verification>(info.name),
        Shape::DocverChecks => envelope::<DocverChecks>(info.name),
        Shape::AmlScreening => envelope::<AmlScreening>(info.name),
        Shape::Aml | Shape::Opaque => opaque_envelope(info.name),
    };
    schema["$id"] = info.schema_id.into();
    // In the one keyword for remarks that every validator takes; `documentedIn` of the index is the same as a list.
    schema["$comment"] = format!("{GENERATED_BY}\nDocumented in:\n{}", info.documented_in.join("\n")).into();
    schema["title"] = info.title.into();
    let what = match info.vendor {
        Vendor::Dataspike => "The whole envelope.",
        _ => "The data, which is the whole body in binary mode.",
    };
    schema["description"] = format!("{} {what}", info.fires).into();
    if info.deprecated {
        schema["deprecated"] = true.into();
    }
    schema
}

/// A generator for draft 2020-12.
pub(super) fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12().into_generator()
}

/// The root schema of a payload in which `null` is no documented form.
pub(super) fn data<T: JsonSchema>() -> Value {
    let mut schema = generator().into_root_schema_for::<T>().to_value();
    rewrite(&mut schema, Nulls::Refused);
    schema
}

/// The documented example has a space in front of one word, so this spelling is documented too.
fn retrospective() -> Value {
    let mut schema = data::<RetrospectiveCompleted>();
    let decision = at(&mut schema, "/$defs/RetrospectiveDecision");
    decision["$comment"] =
        "The vendor gives no list. Two words are seen in its examples, one of them behind a space.".into();
    if let Value::Array(words) = at(decision, "/enum") {
        words.insert(2, " NON_SUSPICIOUS".into());
    }
    schema
}

/// Keeps the finding of the list that `name` is about, and drops the other three.
fn one_finding(mut schema: Value, name: &str) -> Value {
    let searched = name.split('.').find_map(ScreeningList::from_segment);
    if let Value::Object(properties) = at(&mut schema, "/properties") {
        for list in ScreeningList::ALL {
            if Some(list) != searched {
                properties.remove(list.flag_name());
            }
        }
    }
    schema
}

fn envelope<T: JsonSchema>(name: &str) -> Value {
    let mut generator = generator();
    let payload = generator.subschema_for::<T>().to_value();
    let mut schema = generator.into_root_schema_for::<Envelope>().to_value();
    if let (Value::Object(member), Value::Object(payload)) = (at(&mut schema, "/properties/payload"), payload) {
        member.remove("type");
        member.extend(payload);
    }
    rewrite(&mut schema, Nulls::Absent);
    at(&mut schema, "/properties")["event_type"] = json!({ "description": "The event's name.", "const": name });
    let definition = at(&mut schema, &format!("/$defs/{}", T::schema_name()));
    may_be_empty(definition);
    if name == "AML_SCREENING" {
        older_name(
            definition,
            "search_response",
            "search_result",
            "Name of `search_response` in the vendor's samples.",
        );
        older_name(at(&mut schema, "/$defs/Company"), "reference", "ref", "Name of `reference` in the Python SDK.");
    }
    schema
}

fn opaque_envelope(name: &str) -> Value {
    let mut schema = generator().into_root_schema_for::<Envelope>().to_value();
    rewrite(&mut schema, Nulls::Absent);
    at(&mut schema, "/properties")["event_type"] = json!({ "description": "The event's name.", "const": name });
    schema
}

/// Test events have an empty payload, so members are required only where there is any.
fn may_be_empty(definition: &mut Value) {
    if let Value::Object(keywords) = definition
        && let Some(required) = keywords.remove("required")
    {
        keywords.insert("if".to_owned(), json!({ "minProperties": 1 }));
        keywords.insert("then".to_owned(), json!({ "required": required }));
    }
}

/// Documents another name of a member beside the one that is written.
fn older_name(definition: &mut Value, name: &str, older: &str, description: &str) {
    let mut member = at(definition, &format!("/properties/{name}")).clone();
    member["description"] = description.into();
    at(definition, "/properties")[older] = member;
    if let Some(Value::Array(order)) = definition.get_mut(ORDER) {
        let place = order.iter().position(|known| known == name).map_or(order.len(), |place| place + 1);
        order.insert(place, older.into());
    }
}
