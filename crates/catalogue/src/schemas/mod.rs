//! Rendering of everything that is generated from the Rust types: JSON Schemas, examples accepted and refused, the
//! index, the AsyncAPI and OpenAPI documents, and the texts that are built into this crate.
//!
//! The schemas keep to a small set of keywords, so that a validator can be written for just these: `type`,
//! `properties`, `required`, `additionalProperties` (maps), `items`, `enum`, `const`, `format` (`uuid`, `date`,
//! `date-time`), `minLength`, `maxLength`, `minimum`, `maximum`, `minItems`, `maxItems`, `propertyNames`, `$ref` into
//! `$defs`, and `if`/`then` for a payload that may be empty. Unknown members are always allowed.

mod asyncapi;
mod documents;
mod draft07;
mod event;
mod examples;
mod headers;
mod index;
mod openapi;
mod print;
mod refused;
mod rewrite;
mod source;

use std::collections::BTreeMap;

use schemars::Schema;
use serde_json::Value;

use crate::members::Members;
use crate::{Vendor, events};

const GENERATED_BY: &str = "Generated from the Rust types by `cargo xtask generate`; do not edit.";
/// Keyword that carries the order of an object's members from the types to the printer, and is never printed.
const ORDER: &str = "x-order";

/// Renders every generated file: path relative to the root of the repository, with `/`, and text.
///
/// Reads the examples from `data/examples` of this crate's sources, so it works inside a checkout only.
///
/// # Panics
/// Where an example's file is malformed.
pub fn render() -> BTreeMap<String, String> {
    let examples = examples::read();
    let mut files = BTreeMap::new();
    let mut built_in = BTreeMap::new();
    for info in events() {
        let schema = event::schema(info);
        let path = schema_path(info.vendor, info.name);
        files.insert(format!("schemas/draft-07/{path}"), print::pretty(&draft07::convert(&schema)));
        files.insert(format!("schemas/{path}"), print::pretty(&schema));
        built_in.insert(info.schema_id, print::compact(&schema));
    }
    for document in documents::DOCUMENTS {
        let schema = document.schema();
        let path = schema_path(document.vendor, document.name);
        files.insert(format!("schemas/draft-07/{path}"), print::pretty(&draft07::convert(&schema)));
        files.insert(format!("schemas/{path}"), print::pretty(&schema));
    }
    for example in &examples {
        files.insert(format!("schemas/{}", example.path()), example.print());
    }
    let refused = refused::read();
    for refused in &refused {
        files.insert(format!("schemas/{}", refused.path()), refused.print(&examples));
    }
    files.insert("schemas/index.json".to_owned(), print::pretty(&index::index(&examples, &refused)));
    for vendor in [Vendor::Amlyze, Vendor::Dataspike] {
        files.insert(
            format!("schemas/{}", asyncapi::path(vendor)),
            print::pretty(&asyncapi::document(vendor, &examples)),
        );
    }
    files.insert(format!("schemas/{}", openapi::PATH), print::pretty(&openapi::document()));
    files.insert("schemas/README.md".to_owned(), include_str!("../../data/schemas.md").to_owned());
    files.extend(source::files(&built_in, &examples));
    files
}

/// Path of a schema below the folder of its draft.
fn schema_path(vendor: Vendor, name: &str) -> String {
    format!("{vendor}/{name}.schema.json")
}

/// Notes the order of a payload's members in its schema.
pub(crate) fn note_order<T: Members>(schema: &mut Schema) {
    let mut names = Vec::new();
    T::names(&mut names);
    schema.insert(ORDER.to_owned(), Value::from(names));
}
