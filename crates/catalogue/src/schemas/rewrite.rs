//! From what schemars emits to the keywords that the published schemas keep to.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// What `null` means in place of an optional member.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Nulls {
    /// The same as a missing member.
    Absent,
    /// No documented form.
    Refused,
}

/// Suffix of a definition that allows `null` besides.
const OR_NULL: &str = "OrNull";

/// Rewrites a root schema in place.
pub(super) fn rewrite(root: &mut Value, nulls: Nulls) {
    let mut nullable = BTreeSet::new();
    schema(root, nulls, &mut nullable);
    for name in nullable {
        let mut definition = root["$defs"][&name].clone();
        allow_null(&mut definition);
        root["$defs"][format!("{name}{OR_NULL}")] = definition;
    }
    prune_definitions(root);
}

/// Names what `pointer` leads to, which must be there.
pub(super) fn at<'a>(value: &'a mut Value, pointer: &str) -> &'a mut Value {
    value.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}"))
}

fn schema(value: &mut Value, nulls: Nulls, nullable: &mut BTreeSet<String>) {
    if *value == Value::Bool(true) {
        *value = json!({});
    }
    let Value::Object(keywords) = value else { return };
    merge_any_of(keywords, nulls, nullable);
    if nulls == Nulls::Refused {
        refuse_null(keywords);
    }
    if !keywords
        .get("format")
        .and_then(Value::as_str)
        .is_none_or(|format| ["uuid", "date", "date-time"].contains(&format))
    {
        keywords.remove("format");
    }
    // Members that no field stands for are allowed without saying so.
    if keywords.get("additionalProperties") == Some(&Value::Bool(true)) {
        keywords.remove("additionalProperties");
    }
    if let Some(Value::String(text)) = keywords.get_mut("description") {
        *text = first_paragraph(text);
    }
    for (keyword, below) in keywords.iter_mut() {
        match (keyword.as_str(), below) {
            ("properties" | "$defs", Value::Object(schemas)) => {
                schemas.values_mut().for_each(|below| schema(below, nulls, nullable));
            }
            ("items" | "additionalProperties" | "propertyNames", below) => schema(below, nulls, nullable),
            _ => {}
        }
    }
}

/// Turns the two-way choice that stands for an optional definition into a plain reference.
fn merge_any_of(keywords: &mut Map<String, Value>, nulls: Nulls, nullable: &mut BTreeSet<String>) {
    let Some(Value::Array(choices)) = keywords.remove("anyOf") else { return };
    let [Value::Object(choice), null] = choices.as_slice() else { panic!("a choice that is not about null") };
    assert_eq!(null, &json!({ "type": "null" }));
    keywords.extend(choice.clone());
    if let (Nulls::Absent, Some(Value::String(reference))) = (nulls, keywords.get_mut("$ref")) {
        nullable.insert(reference.trim_start_matches("#/$defs/").to_owned());
        reference.push_str(OR_NULL);
    }
}

fn refuse_null(keywords: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = keywords.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            keywords["type"] = only.clone();
        }
    }
}

fn allow_null(definition: &mut Value) {
    definition["type"] = json!([definition["type"], "null"]);
    if let Some(Value::Array(words)) = definition.get_mut("enum") {
        words.push(Value::Null);
    }
}

/// Drops definitions that nothing refers to any more.
fn prune_definitions(root: &mut Value) {
    let mut used = BTreeSet::new();
    let mut open = vec![without_definitions(root)];
    while let Some(value) = open.pop() {
        for name in references(&value) {
            if used.insert(name.clone()) {
                open.push(root["$defs"][name].clone());
            }
        }
    }
    let Value::Object(keywords) = root else { return };
    if let Some(Value::Object(definitions)) = keywords.get_mut("$defs") {
        definitions.retain(|name, _| used.contains(name));
        if definitions.is_empty() {
            keywords.remove("$defs");
        }
    }
}

fn without_definitions(root: &Value) -> Value {
    let mut copy = root.clone();
    if let Value::Object(keywords) = &mut copy {
        keywords.remove("$defs");
    }
    copy
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => map
            .iter()
            .flat_map(|(key, value)| match value {
                Value::String(text) if key == "$ref" => vec![text.trim_start_matches("#/$defs/").to_owned()],
                value => references(value),
            })
            .collect(),
        Value::Array(list) => list.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// The first paragraph of a doc comment, on one line.
fn first_paragraph(text: &str) -> String {
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    paragraph.split_whitespace().collect::<Vec<_>>().join(" ")
}
