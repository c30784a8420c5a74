//! Dataspike: the numbered places where its documents and code disagree, each with the reading that loses nothing.

use super::Reading;
use crate::finding::Place;
use crate::json::{Document, Kind, Node};
use crate::report::Note;
use crate::rule::Rule;
use crate::schema::Violation;

pub(super) fn payload_reading(violation: &Violation, value: Option<Node<'_, '_>>) -> Reading {
    let name = violation.pointer.rsplit('/').next().unwrap_or_default();
    let kind = value.map(Node::kind);
    match (violation.rule, name) {
        (Rule::SchemaRequired, "") => match violation.member.as_deref() {
            Some("webhook_id") => Reading::Instead(
                Rule::DataspikeEnvelope,
                "webhook_id is missing, which every document shows; the id alone tells duplicates then",
            ),
            Some("timestamp") => {
                Reading::Instead(Rule::DataspikeEnvelope, "timestamp is missing, which every document shows")
            }
            _ => Reading::Keep,
        },
        (Rule::SchemaUnknown, "erros") => {
            Reading::Instead(Rule::Dataspike1, "spelt erros, as in the vendor's table; it is read as errors")
        }
        (Rule::SchemaUnknown, "documentType" | "docNumber" | "birthDate" | "expiryDate") => Reading::Instead(
            Rule::Dataspike23,
            "spelt in camelCase, as in the first documents; it is read in snake_case",
        ),
        (Rule::SchemaType, "risk_score") if kind == Some(Kind::String) => Reading::Instead(
            Rule::Dataspike7,
            "a string where an object with a type is documented; it is read as that type",
        ),
        (Rule::SchemaType, "contact_info" | "media") if kind == Some(Kind::Object) => {
            Reading::Instead(Rule::Dataspike28, "one object where a list is documented; it is read as a list of one")
        }
        _ => Reading::Keep,
    }
}

/// What a schema cannot say about a delivery whose type is documented.
pub(crate) fn look_at_payload(
    type_name: &str,
    envelope: &Document<'_>,
    add: &mut dyn FnMut(Note<'static>, Option<Node<'_, '_>>),
) {
    if type_name == "AML" {
        let message = "the older name of AML_SCREENING; the payload is taken by its shape";
        add(Note::new(Rule::Dataspike2, Place::Body("/event_type".into()), message), envelope.root().get("event_type"));
    }
    if let Some(payload) = envelope.root().get("payload")
        && payload.kind() == Kind::Object
        && payload.children().next().is_none()
    {
        let message = "the payload is empty: a test event from the dashboard, nothing to process";
        add(Note::new(Rule::DataspikeTest, Place::Body("/payload".into()), message), Some(payload));
    }
}

/// Checks the envelope of a type without a schema: what has to be there to hand it on.
pub(crate) fn check_envelope(envelope: &Document<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    for (name, kind) in [("id", Kind::String), ("event_type", Kind::String), ("payload", Kind::Object)] {
        match envelope.root().get(name) {
            None => found.push(Violation {
                pointer: String::new(),
                rule: Rule::SchemaRequired,
                member: Some(name.to_owned()),
                message: format!("required member {name} is missing"),
            }),
            Some(value) if value.kind() != kind => found.push(Violation {
                pointer: format!("/{name}"),
                rule: Rule::SchemaType,
                member: None,
                message: format!("expected {}, but found {}", kind.name(), value.kind().name()),
            }),
            Some(_) => {}
        }
    }
    found
}
