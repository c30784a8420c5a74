//! What a verdict accepts, the typed event reads; it is written down again, and that is accepted too.
//!
//! Judged under `tolerant`, which accepts the most. `HOOKVET_TYPED_DOCUMENTS` sets how many random documents there are.

#[path = "../crates/core/fuzz/src/mutate.rs"]
mod mutate;

use std::collections::BTreeSet;

use hookvet::{EventInfo, Policy, Vendor, Verdict, Vetter, amlyze, dataspike, events};
use hookvet_tests::{SPELLINGS, positions};
use mutate::{Random, Tree, document};
use serde_json::{Map, Value, json};

/// What stands in a document where something else is put in as text: a number that no `Value` holds as it is written.
const HOLE: &str = "\u{e000}";

/// What is put in.
const VALUES: [&str; 33] = [
    "null",
    "true",
    "0",
    "-0",
    "7",
    "1.0",
    "-1.5",
    "1e3",
    "1e-7",
    "9007199254740993.0",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "12345678901234567890",
    "18446744073709551615",
    "18446744073709551616",
    "123456789012345678901234567890",
    "1e300",
    "-1e300",
    "1.7976931348623158e308",
    "5e-324",
    r#""""#,
    r#""true""#,
    r#"" false ""#,
    r#""no such word""#,
    r#""\u0000\ud83d\ude00""#,
    r#""2026-03-10""#,
    "[]",
    "[null]",
    r#"["a"]"#,
    "{}",
    r#"{"no such member":12345678901234567890123}"#,
];

/// An event with the judge of its vendor.
struct Judge {
    event: &'static EventInfo,
    vetter: Vetter,
}

/// What became of the documents.
#[derive(Default)]
struct Tally {
    documents: usize,
    accepted: usize,
    failures: BTreeSet<String>,
}

impl Judge {
    fn all() -> Vec<Self> {
        let vetter = |vendor| {
            let builder = Vetter::builder(vendor).policy(Policy::tolerant()).allow_unsigned();
            builder.build().expect("the built-in schemas compile")
        };
        events().iter().map(|event| Judge { event, vetter: vetter(event.vendor) }).collect()
    }

    fn vet(&self, body: &[u8]) -> Verdict {
        let headers: &[(&str, &str)] = match self.event.vendor {
            Vendor::Amlyze => &[
                ("ce-specversion", "1.0"),
                ("ce-id", "1"),
                ("ce-source", "s"),
                ("ce-type", self.event.name),
                ("ce-subject", "s"),
                ("content-type", "application/json"),
            ],
            _ => &[("content-type", "application/json")],
        };
        self.vetter.vet(headers.iter().copied(), body, 0)
    }

    fn is_accepted(&self, body: &[u8]) -> bool {
        self.vet(body).is_accepted()
    }

    /// The body that the typed event writes, and what it holds.
    fn written(&self, verdict: &Verdict, body: &[u8]) -> Result<(String, Held), String> {
        let failed = |error: &dyn std::fmt::Display| format!("is accepted and cannot be read: {error}");
        if self.event.vendor == Vendor::Amlyze {
            let event: amlyze::Event = verdict.read(body).map_err(|error| failed(&error))?;
            let text = serde_json::to_string(&event.data).map_err(|error| failed(&error))?;
            Ok((text, Held::Amlyze(event.data)))
        } else {
            let event: dataspike::Event = verdict.read(body).map_err(|error| failed(&error))?;
            let text = serde_json::to_string(&event).map_err(|error| failed(&error))?;
            Ok((text, Held::Dataspike(event.payload)))
        }
    }

    /// `place` says in a failure what was done.
    fn hold(&self, body: &[u8], place: &str, tally: &mut Tally) {
        tally.documents += 1;
        let verdict = self.vet(body);
        if !verdict.is_accepted() {
            return;
        }
        tally.accepted += 1;
        if let Err(failure) = self.round(&verdict, body) {
            tally.failures.insert(format!("{} {place}: {failure}", self.event.name));
        }
    }

    fn round(&self, verdict: &Verdict, body: &[u8]) -> Result<(), String> {
        let (written, held) = self.written(verdict, body)?;
        let again = self.vet(written.as_bytes());
        if !again.is_accepted() {
            return Err(format!("what was written is refused: {}", again.to_json()));
        }
        let (twice, held_again) = self.written(&again, written.as_bytes())?;
        if (&written, held) != (&twice, held_again) {
            return Err(format!("what was written is read as something else: {written} and {twice}"));
        }
        Ok(())
    }
}

/// What an event holds besides its text.
#[derive(PartialEq)]
enum Held {
    Amlyze(amlyze::Data),
    Dataspike(dataspike::Payload),
}

/// A document with every member that a schema has.
fn whole(schema: &Value, root: &Value, depth: usize) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(&reference[1..]).expect("a reference into the schema");
        return whole(target, root, depth);
    }
    if let Some(only) = schema.get("const").or(schema["enum"].get(0)) {
        return only.clone();
    }
    let kind = schema["type"].as_str().or(schema["type"][0].as_str()).unwrap_or_default();
    match kind {
        // Nothing is as deep as this that does not hold itself.
        "object" if depth < 12 => {
            let named = schema["properties"].as_object().into_iter().flatten();
            let mut members: Map<_, _> =
                named.map(|(name, below)| (name.clone(), whole(below, root, depth + 1))).collect();
            if let Some(any) = schema.get("additionalProperties") {
                members.insert("name".to_owned(), whole(any, root, depth + 1));
            }
            members.into()
        }
        "object" => json!({}),
        "array" => json!([whole(schema.get("items").unwrap_or(&json!({})), root, depth + 1)]),
        "string" => match schema["format"].as_str() {
            Some("uuid") => json!("1ed2fb46-8271-6a33-a9ef-7553f473af46"),
            Some("date") => json!("2026-03-10"),
            Some("date-time") => json!("2026-03-10T12:53:45Z"),
            _ => json!("LT"),
        },
        "boolean" => json!(true),
        "number" => json!(0.5),
        "integer" => json!(7),
        "" => json!({ "any": 1 }),
        other => panic!("no document for {other}"),
    }
}

/// The document with a hole at `pointer`, under `name` where that is given.
fn with_hole(document: &Value, pointer: &str, name: Option<&str>) -> Option<String> {
    let mut document = document.clone();
    match name {
        None => *document.pointer_mut(pointer)? = HOLE.into(),
        Some(name) => {
            let (parent, own) = pointer.rsplit_once('/')?;
            let members = document.pointer_mut(parent)?.as_object_mut()?;
            members.remove(own)?;
            members.insert(name.to_owned(), HOLE.into());
        }
    }
    Some(document.to_string())
}

/// Every member that a schema has, in every form that is accepted there and many that are not.
#[test]
fn every_member_is_read_in_every_form_that_is_accepted() {
    let mut tally = Tally::default();
    for judge in Judge::all() {
        let schema: Value = serde_json::from_str(judge.event.schema()).expect("JSON");
        let document = whole(&schema, &schema, 0);
        assert!(judge.is_accepted(document.to_string().as_bytes()), "{}: {document}", judge.event.name);
        for pointer in positions(&document) {
            let name = pointer.rsplit('/').next().unwrap_or_default();
            let others = SPELLINGS.iter().filter(|(own, _)| *own == name).map(|(_, other)| Some(*other));
            let own = document.pointer(&pointer).expect("there").to_string();
            let mut judge = |other: Option<&str>, value: &str| {
                let Some(text) = with_hole(&document, &pointer, other) else { return };
                let body = text.replace(&format!("\"{HOLE}\""), value);
                judge.hold(
                    body.as_bytes(),
                    &format!("{pointer} as {} with {value}", other.unwrap_or(name)),
                    &mut tally,
                );
            };
            judge(Some(&name.to_uppercase()), &own);
            judge(None, &format!("[{own}]"));
            judge(None, &format!("[{own},null]"));
            for other in others.chain([None]) {
                judge(other, &own);
                for value in VALUES {
                    judge(other, value);
                }
            }
        }
    }
    tally.done(30_000, 5_000);
}

#[test]
fn whatever_is_accepted_near_an_example_is_read() {
    let documents: usize =
        std::env::var("HOOKVET_TYPED_DOCUMENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let judges = Judge::all();
    let trees = |judge: &Judge| -> Vec<_> { judge.event.examples().iter().map(|e| Tree::parse(e.body)).collect() };
    let trees: Vec<_> = judges.iter().map(|judge| (judge, trees(judge))).collect();
    let mut random = Random(8);
    let mut tally = Tally::default();
    while tally.documents < documents {
        for (judge, examples) in &trees {
            for example in examples {
                let body = document(example, &mut random);
                judge.hold(&body, &String::from_utf8_lossy(&body), &mut tally);
            }
        }
    }
    tally.done(documents, documents / 10);
}

impl Tally {
    fn done(&self, documents: usize, accepted: usize) {
        println!("{} documents, {} accepted", self.documents, self.accepted);
        let first: Vec<_> = self.failures.iter().take(40).collect();
        assert!(first.is_empty(), "{} failures: {first:#?}", self.failures.len());
        assert!(self.documents >= documents && self.accepted >= accepted, "{} of {}", self.accepted, self.documents);
    }
}
