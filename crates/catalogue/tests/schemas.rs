//! The schemas accept every example, and keep to the keywords that a small validator can take.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use hookvet_catalogue::Vendor::{self, Amlyze, Dataspike};
use hookvet_catalogue::dataspike::History;
use hookvet_catalogue::{events, find};
use serde_json::{Value, json};

/// What a schema of this catalogue may say; see the documentation of `schemas`.
const KEYWORDS: [&str; 26] = [
    "$schema",
    "$id",
    "$comment",
    "title",
    "description",
    "deprecated",
    "$defs",
    "definitions",
    "$ref",
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "format",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "propertyNames",
    "if",
    "then",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas")
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn validator(schema: &Value) -> jsonschema::Validator {
    let options = jsonschema::options().should_validate_formats(true);
    // Draft-07 has no such format, so a validator that keeps to it has to be told.
    let is_older = schema["$schema"] == "http://json-schema.org/draft-07/schema#";
    if is_older { options.with_format("uuid", is_uuid) } else { options }.build(schema).unwrap()
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<_> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|character| character == '-' || character.is_ascii_hexdigit())
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

fn schemas() -> Vec<(PathBuf, Value)> {
    let mut found = Vec::new();
    files(&root(), &mut found);
    found.retain(|path| path.to_str().unwrap().ends_with(".schema.json"));
    assert!(found.len() > 80);
    found.into_iter().map(|path| (path.clone(), json(&path))).collect()
}

/// The published examples of what is accepted.
fn accepted() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for vendor in ["amlyze", "dataspike"] {
        files(&root().join("examples").join(vendor), &mut found);
    }
    found
}

/// The part of an example's body that its schema describes.
fn described(example: &Value) -> &Value {
    let structured = example["headers"][0][1] == "application/cloudevents+json";
    if structured { &example["body"]["data"] } else { &example["body"] }
}

#[test]
fn every_example_passes_its_schema_in_both_drafts() {
    for path in accepted() {
        let example = json(&path);
        let vendor = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
        let name = example["type"].as_str().or(example["document"].as_str()).unwrap();
        for draft in ["", "draft-07/"] {
            let schema = json(&root().join(format!("{draft}{vendor}/{name}.schema.json")));
            let errors: Vec<_> = validator(&schema).iter_errors(described(&example)).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{draft}{}: {errors:#?}", path.display());
        }
    }
}

#[test]
fn every_refused_example_has_its_findings_in_both_drafts() {
    let mut count = 0;
    for vendor in ["amlyze", "dataspike"] {
        let mut found = Vec::new();
        files(&root().join("examples/refused").join(vendor), &mut found);
        for path in found {
            let example = json(&path);
            let wanted: BTreeSet<_> = example["findings"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|finding| {
                    let keyword = finding["rule"].as_str().unwrap().strip_prefix("SCHEMA-")?;
                    let place = finding["where"].as_str().unwrap().strip_prefix("body").unwrap();
                    Some((place.trim_start_matches(':').to_owned(), keyword.to_owned()))
                })
                .collect();
            for draft in ["", "draft-07/"] {
                let name = example["type"].as_str().unwrap();
                let schema = json(&root().join(format!("{draft}{vendor}/{name}.schema.json")));
                let errors: BTreeSet<_> = validator(&schema)
                    .iter_errors(&example["body"])
                    .map(|error| (error.instance_path().to_string(), error.kind().keyword().to_owned()))
                    .collect();
                assert_eq!(errors, wanted, "{draft}{}", path.display());
            }
            count += 1;
        }
    }
    assert!(count >= 50, "{count}");
}

/// What is caught up through either vendor's REST interface is held to the same schema as what is pushed.
#[test]
fn pulled_events_pass_the_schemas_of_pushed_ones() {
    let mut count = 0;
    for path in accepted() {
        let example = json(&path);
        let pulled: Vec<(Vendor, String, Value)> = match example["document"].as_str() {
            Some("communications-events") => example["body"]["events"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|event| (Amlyze, event["type"].as_str().unwrap().to_owned(), event["data"].clone()))
                .collect(),
            Some("history") => {
                let history: History = serde_json::from_str(&example["body"].to_string()).unwrap();
                let items = history.data.unwrap().into_iter();
                items
                    .map(|item| (Dataspike, item.event_type.clone().unwrap(), item.envelope().parse().unwrap()))
                    .collect()
            }
            _ => Vec::new(),
        };
        for (vendor, name, value) in pulled {
            let info = find(vendor, &name).unwrap_or_else(|| panic!("{}: {name}", path.display()));
            let validator = validator(&serde_json::from_str(info.schema()).unwrap());
            let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{}: {name}: {errors:#?}", path.display());
            count += 1;
        }
    }
    assert!(count >= 5, "{count}");
}

#[test]
fn every_data_file_is_published_and_every_event_has_one() {
    let (mut data, published) = (Vec::new(), accepted());
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/examples"), &mut data);
    let names = |paths: &[PathBuf]| -> BTreeSet<_> {
        paths.iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&data), names(&published));
    assert_eq!(data.len(), published.len());
    let index = json(&root().join("index.json"));
    let listed = |list: &str| -> Vec<String> {
        let entries = index[list].as_array().unwrap().iter();
        entries
            .flat_map(|entry| entry["examples"].as_array().unwrap())
            .map(|path| path.as_str().unwrap().into())
            .collect()
    };
    let all = [listed("events"), listed("documents")].concat();
    assert_eq!(all.len(), published.len());
    assert!(all.iter().all(|path| root().join(path).is_file()));
}

#[test]
fn no_keyword_is_outside_the_subset() {
    for (path, schema) in schemas() {
        check_keywords(&schema, &path);
    }
}

fn check_keywords(schema: &Value, path: &Path) {
    let keywords =
        schema.as_object().unwrap_or_else(|| panic!("{}: a schema that is no object: {schema}", path.display()));
    for (keyword, value) in keywords {
        let at = || format!("{}: {keyword}: {value}", path.display());
        assert!(KEYWORDS.contains(&keyword.as_str()), "{}", at());
        match keyword.as_str() {
            "properties" | "$defs" | "definitions" => {
                value.as_object().unwrap().values().for_each(|below| check_keywords(below, path));
            }
            "items" | "additionalProperties" | "propertyNames" => check_keywords(value, path),
            "if" => assert_eq!(value, &json!({ "minProperties": 1 }), "{}", at()),
            "then" => assert_eq!(value.as_object().unwrap().keys().collect::<Vec<_>>(), ["required"], "{}", at()),
            "format" => assert!(["uuid", "date", "date-time"].contains(&value.as_str().unwrap()), "{}", at()),
            "$ref" => {
                let below =
                    ["#/$defs/", "#/definitions/"].iter().any(|start| value.as_str().unwrap().starts_with(start));
                assert!(below, "{}", at());
            }
            "description" | "title" | "$comment" => assert!(!value.as_str().unwrap().contains("[`"), "{}", at()),
            _ => {}
        }
    }
}

#[test]
fn schemas_are_closed_on_words_and_open_on_members() {
    let check = |vendor: Vendor, name: &str, pointer: &str, value: Value| {
        let info = find(vendor, name).unwrap();
        let validator = validator(&serde_json::from_str(info.schema()).unwrap());
        let mut body: Value = serde_json::from_str(info.examples()[0].body).unwrap();
        if body.get("specversion").is_some() {
            body = body["data"].take();
        }
        assert!(validator.is_valid(&body));
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[member] = value;
        validator.is_valid(&body)
    };
    let updated = "com.amlyze.customer.updated";
    assert!(!check(Amlyze, updated, "/riskLevel", json!("HUGE")));
    assert!(!check(Amlyze, updated, "/riskLevel", json!(null)));
    assert!(!check(Amlyze, updated, "/pep", json!("true")));
    assert!(!check(Amlyze, updated, "/updatedAt", json!("yesterday")));
    assert!(check(Amlyze, updated, "/newMember", json!({ "any": [null] })));
    let pending = "app.amlyze.related_entity.screening.sanctions.pending";
    assert!(!check(Amlyze, pending, "/countryCode", json!("RUS")));
    assert!(!check(Amlyze, pending, "/establishmentDate", json!("1998-02-30")));
    assert!(!check(Dataspike, "DOCVER", "/event_type", json!("AML_SCREENING")));
    assert!(!check(Dataspike, "DOCVER", "/payload/status", json!("passed")));
    assert!(!check(Dataspike, "DOCVER", "/payload/status", json!(null)));
    assert!(!check(Dataspike, "DOCVER", "/payload", json!({ "id": "b86a3cbe-7880-4759-a4f3-9bcabac3cf3c" })));
    assert!(check(Dataspike, "DOCVER", "/payload", json!({})));
    assert!(check(
        Dataspike,
        "DOCVER",
        "/payload/checks",
        json!({ "new_check": { "status": "failed", "data": "any" } })
    ));
    assert!(!check(Dataspike, "DOCVER", "/payload/checks", json!({ "poa": { "errors": [] } })));
    assert!(!check(Dataspike, "DOCVER", "/payload/checks", json!({ "passport": { "status": "unsure" } })));
    assert!(check(Dataspike, "AML_SCREENING", "/payload/search_response", json!(null)));
    assert!(check(Dataspike, "AML", "/payload", json!({ "any": 1 })));
    assert!(!check(Dataspike, "AML", "/payload", json!([])));
}

#[test]
fn optional_members_of_dataspike_may_be_null() {
    for (path, schema) in schemas().into_iter().filter(|(path, _)| path.to_str().unwrap().contains("/dataspike/")) {
        let definitions = schema.get("$defs").or(schema.get("definitions")).and_then(Value::as_object);
        let mut objects = vec![&schema];
        objects.extend(definitions.into_iter().flat_map(|map| map.values()));
        for object in objects {
            let Some(properties) = object["properties"].as_object() else { continue };
            let required = object.get("required").or(object.pointer("/then/required")).and_then(Value::as_array);
            for (name, property) in properties {
                if required.is_some_and(|required| required.contains(&json!(name))) {
                    continue;
                }
                let name = format!("{}: {name}", path.display());
                if let Some(reference) = property.get("$ref") {
                    assert!(reference.as_str().unwrap().ends_with("OrNull"), "{name}");
                } else if let Some(types) = property.get("type") {
                    assert!(types.as_array().is_some_and(|types| types.contains(&json!("null"))), "{name}");
                }
            }
        }
    }
}

#[test]
fn built_in_schemas_are_the_published_ones() {
    for info in events() {
        let built_in: Value = serde_json::from_str(info.schema()).unwrap();
        let published = json(&root().join(format!("{}/{}.schema.json", info.vendor, info.name)));
        assert!(built_in == published, "{}: the crate must be built anew", info.name);
        assert!(!info.schema().contains('\n'));
    }
}
