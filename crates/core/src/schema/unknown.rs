//! Members that a schema is silent about: it names some members of an object, not this one, and says nothing about the others.
//!
//! What counts is what was evaluated, as `unevaluatedProperties` of 2020-12 has it: every subschema in place counts that applied,
//! and of alternatives only those that matched. Nothing is added to the schema for it.

use std::collections::{HashMap, HashSet};

use jsonschema::{Evaluation, OutputUnit};
use serde_json::Value;

use crate::json::escape_pointer;

/// JSON Pointers of the members of `payload` that no schema says anything about.
pub(super) fn members(evaluation: &Evaluation, payload: &Value) -> Vec<String> {
    let mut looked = Looked::default();
    looked.schema(evaluation.root());
    let mut found = Vec::new();
    looked.find(payload, &mut String::new(), &mut found);
    found
}

/// Where in the payload keywords applied, as JSON Pointers.
#[derive(Default)]
struct Looked<'e> {
    /// Objects of which a schema names members.
    named: HashSet<&'e str>,
    /// Objects of which a schema says what the other members are.
    said: HashSet<&'e str>,
    /// Values that a schema was applied to.
    seen: HashSet<&'e str>,
    /// Values of which no alternative matched: which names would have counted, nobody knows.
    unsure: HashSet<&'e str>,
}

impl<'e> Looked<'e> {
    /// A schema that was applied; below it stand its keywords.
    fn schema(&mut self, unit: OutputUnit<'e>) {
        self.seen.insert(unit.instance_location().as_str());
        for keyword in unit.children() {
            self.keyword(keyword);
        }
    }

    fn keyword(&mut self, unit: OutputUnit<'e>) {
        let at = unit.instance_location().as_str();
        let keyword = unit.evaluation_path().as_str().rsplit('/').next().unwrap_or_default();
        match keyword {
            "$ref" | "$dynamicRef" | "$recursiveRef" => return self.schema(unit),
            // They look at a value, or its names, and describe nothing of it.
            "not" | "propertyNames" => return,
            "anyOf" | "oneOf" => {
                if !unit.children().any(|branch| branch.valid()) {
                    self.unsure.insert(at);
                }
                return unit.children().filter(OutputUnit::valid).for_each(|branch| self.schema(branch));
            }
            "contains" => return unit.children().filter(OutputUnit::valid).for_each(|item| self.schema(item)),
            "properties" | "patternProperties" => _ = self.named.insert(at),
            "additionalProperties" | "unevaluatedProperties" => _ = self.said.insert(at),
            _ => {}
        }
        let is_about_members =
            matches!(keyword, "properties" | "patternProperties" | "additionalProperties" | "unevaluatedProperties");
        for child in unit.children() {
            // `required` can stand below `properties`, where the two are checked as one.
            if is_about_members && child.instance_location().as_str() == at {
                continue;
            }
            self.schema(child);
        }
    }

    fn find(&self, value: &Value, at: &mut String, found: &mut Vec<String>) {
        if self.unsure.contains(&**at) {
            return;
        }
        let length = at.len();
        match value {
            Value::Object(members) => {
                let is_closed = self.named.contains(&**at) && !self.said.contains(&**at);
                for (name, member) in members {
                    at.push('/');
                    escape_pointer(name, at);
                    if is_closed && !self.seen.contains(&**at) {
                        found.push(at.clone());
                    } else {
                        self.find(member, at, found);
                    }
                    at.truncate(length);
                }
            }
            Value::Array(items) => {
                for (position, item) in items.iter().enumerate() {
                    at.push('/');
                    at.push_str(&position.to_string());
                    self.find(item, at, found);
                    at.truncate(length);
                }
            }
            _ => {}
        }
    }
}

/// The names that a schema surely gives to members, wherever its plain keywords alone decide it: most payloads hold no others, and are
/// not evaluated a second time.
#[derive(Debug)]
pub(super) struct Names {
    parts: Vec<Part>,
    root: usize,
}

#[derive(Debug, Default)]
struct Part {
    members: Option<HashMap<String, usize>>,
    /// The schema of the other members.
    others: Option<usize>,
    items: Option<usize>,
    /// Only an evaluation can tell.
    is_unsure: bool,
}

/// The part that names nothing.
const FREE: usize = 0;

impl Names {
    pub(super) fn of(schema: &Value) -> Self {
        let mut names = Self { parts: vec![Part::default()], root: FREE };
        names.root = names.part(schema, schema, &mut HashMap::new());
        names
    }

    /// Whether `payload` surely has no member that the schema is silent about.
    pub(super) fn cover(&self, payload: &Value) -> bool {
        self.cover_at(self.root, payload)
    }

    fn cover_at(&self, part: usize, value: &Value) -> bool {
        if part == FREE {
            return true;
        }
        let Some(part) = self.parts.get(part) else { return false };
        match value {
            _ if part.is_unsure => false,
            Value::Object(members) => match (&part.members, part.others) {
                (None, None) => true,
                (None, Some(others)) => members.values().all(|member| self.cover_at(others, member)),
                (Some(names), others) => members.iter().all(|(name, member)| {
                    let part = names.get(name).copied().or(others);
                    part.is_some_and(|part| self.cover_at(part, member))
                }),
            },
            Value::Array(items) => part.items.is_none_or(|part| items.iter().all(|item| self.cover_at(part, item))),
            _ => true,
        }
    }

    fn part(&mut self, schema: &Value, root: &Value, known: &mut HashMap<String, usize>) -> usize {
        let Value::Object(keywords) = schema else { return FREE };
        if !names_members(schema) {
            return FREE;
        }
        let position = self.parts.len();
        // Until it is known, and for good where a reference takes its place.
        self.parts.push(Part { is_unsure: true, ..Part::default() });
        let mut part = Part::default();
        for (keyword, value) in keywords {
            match (&**keyword, value) {
                ("$id", _) if !std::ptr::eq(schema, root) => part.is_unsure = true,
                (
                    "$schema" | "$id" | "$defs" | "definitions" | "not" | "propertyNames" | "enum" | "const"
                    | "default" | "examples",
                    _,
                ) => {}
                ("properties", Value::Object(members)) => {
                    let named = members.iter().map(|(name, member)| (name.clone(), self.part(member, root, known)));
                    part.members = Some(named.collect());
                }
                ("patternProperties" | "unevaluatedProperties" | "$dynamicRef" | "$recursiveRef", _) => {
                    part.is_unsure = true;
                }
                ("additionalProperties", others) => part.others = Some(self.part(others, root, known)),
                ("items", items @ (Value::Object(_) | Value::Bool(_))) => {
                    part.items = Some(self.part(items, root, known));
                }
                ("$ref", Value::String(target)) => match self.target(target, schema, root, known) {
                    Some(target) => return target,
                    None => part.is_unsure = true,
                },
                (_, value) => part.is_unsure |= names_members(value),
            }
        }
        self.parts[position] = part;
        position
    }

    /// What a reference stands for, where nothing that names members stands beside it.
    fn target(
        &mut self,
        target: &str,
        schema: &Value,
        root: &Value,
        known: &mut HashMap<String, usize>,
    ) -> Option<usize> {
        let others =
            schema.as_object()?.iter().filter(|(keyword, _)| !matches!(&***keyword, "$ref" | "$defs" | "definitions"));
        for (keyword, value) in others {
            let is_in_place =
                matches!(&**keyword, "properties" | "patternProperties" | "additionalProperties" | "items");
            if is_in_place || names_members(value) {
                return None;
            }
        }
        if let Some(position) = known.get(target) {
            return Some(*position);
        }
        let definition = root.pointer(target.strip_prefix('#')?)?;
        if !names_members(definition) {
            return Some(FREE);
        }
        // Where it will stand, so that it may refer to itself.
        known.insert(target.to_owned(), self.parts.len());
        Some(self.part(definition, root, known))
    }
}

/// Whether names of members can stand anywhere in it, or in what it refers to.
fn names_members(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(name, value)| {
            matches!(&**name, "properties" | "patternProperties" | "$ref" | "$dynamicRef" | "$recursiveRef")
                || names_members(value)
        }),
        Value::Array(items) => items.iter().any(names_members),
        _ => false,
    }
}
