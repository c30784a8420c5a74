//! `schemas/index.json`: every event and document with the paths of its schema and examples.

use serde_json::{Value, json};

use super::documents::DOCUMENTS;
use super::examples::{Example, Subject};
use super::refused::Refused;
use super::{GENERATED_BY, asyncapi, openapi, schema_path};
use crate::{Vendor, events};

/// Paths are relative to `schemas/`.
pub(super) fn index(examples: &[Example], refused: &[Refused]) -> Value {
    let events: Vec<_> = events()
        .iter()
        .map(|info| {
            let path = schema_path(info.vendor, info.name);
            let shown = examples
                .iter()
                .filter(|example| matches!(example.subject, Subject::Event(of) if of.schema_id == info.schema_id));
            json!({
                "vendor": info.vendor.as_str(),
                "type": info.name,
                "title": info.title,
                "fires": info.fires,
                "source": info.source_meaning,
                "subject": info.subject_meaning,
                "certainty": info.certainty.as_str(),
                "payload": info.payload.as_str(),
                "deprecated": info.deprecated,
                "documentedIn": info.documented_in,
                "schema": { "id": info.schema_id, "path": path, "draft07": format!("draft-07/{path}") },
                "examples": shown.map(Example::path).collect::<Vec<_>>(),
                "refused": refused
                    .iter()
                    .filter(|refused| refused.info.schema_id == info.schema_id)
                    .map(Refused::path)
                    .collect::<Vec<_>>(),
            })
        })
        .collect();
    let documents: Vec<_> = DOCUMENTS
        .iter()
        .map(|document| {
            let path = schema_path(document.vendor, document.name);
            let shown = examples.iter().filter(|example| {
                example.vendor == document.vendor
                    && matches!(example.subject, Subject::Document(name) if name == document.name)
            });
            json!({
                "vendor": document.vendor.as_str(),
                "document": document.name,
                "schema": { "id": document.id(), "path": path, "draft07": format!("draft-07/{path}") },
                "examples": shown.map(Example::path).collect::<Vec<_>>(),
            })
        })
        .collect();
    let interfaces: Vec<_> = [Vendor::Amlyze, Vendor::Dataspike].map(asyncapi::path).into();
    json!({
        "$comment": GENERATED_BY,
        "asyncapi": interfaces,
        "openapi": openapi::PATH,
        "events": events,
        "documents": documents,
    })
}
