//! Every example, broken at every position: hookvet's schema findings are those of `jsonschema`, used here on its own.
//!
//! The documents and what was found in each go into `target/mutations.jsonl`, where the check under Node compares them
//! with what ajv finds, and the native verdicts on them into `target/verdicts.jsonl`, where those of WebAssembly are compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use hookvet::{EventInfo, Policy, Preset, Problem, Vendor, Vetter, amlyze, dataspike, find, schema_violations};
use hookvet_tests::{SPELLINGS, headers, positions};
use serde_json::{Value, json};

/// A departure: JSON Pointer and keyword.
type Found = BTreeSet<(String, String)>;

fn schemas() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas")
}

fn json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// An example, and what it is an example of.
struct Base {
    /// Path below `schemas/`.
    path: String,
    /// Vendor and name.
    schema: String,
    /// `None` for a document that is no event.
    event: Option<&'static EventInfo>,
    /// What the schema describes: for an AMLYZE event in structured mode its data.
    value: Value,
    /// Empty where the value is not a whole body.
    headers: Vec<(String, Vec<u8>)>,
}

fn bases() -> Vec<Base> {
    let mut bases = Vec::new();
    for vendor in [Vendor::Amlyze, Vendor::Dataspike] {
        let folder = format!("examples/{vendor}");
        let entries = std::fs::read_dir(schemas().join(&folder)).expect("examples");
        let mut names: Vec<_> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        for name in names {
            let path = format!("{folder}/{name}");
            let mut example = json(&schemas().join(&path));
            let named = example["type"].as_str().or(example["document"].as_str()).expect("a name").to_owned();
            let is_structured = example["headers"][0][1] == "application/cloudevents+json";
            let is_delivery = example["headers"].is_array() && !is_structured;
            let headers = if is_delivery { headers(&example) } else { Vec::new() };
            let value = if is_structured { example["body"]["data"].take() } else { example["body"].take() };
            bases.push(Base { path, schema: format!("{vendor}/{named}"), event: find(vendor, &named), value, headers });
        }
    }
    bases
}

/// One change: the value at a JSON Pointer, or nothing there.
#[derive(Clone, Debug)]
struct Edit {
    pointer: String,
    value: Option<Value>,
}

fn set(pointer: &str, value: Value) -> Vec<Edit> {
    vec![Edit { pointer: pointer.to_owned(), value: Some(value) }]
}

/// Applies edits in their order; `None` where one has no place any more.
fn edited(base: &Value, edits: &[Edit]) -> Option<Value> {
    let mut document = base.clone();
    for edit in edits {
        let Some((parent, token)) = edit.pointer.rsplit_once('/') else {
            document = edit.value.clone()?;
            continue;
        };
        let token = token.replace("~1", "/").replace("~0", "~");
        match (document.pointer_mut(parent)?, &edit.value) {
            (Value::Object(members), Some(value)) => drop(members.insert(token, value.clone())),
            (Value::Object(members), None) => drop(members.remove(&token)?),
            (Value::Array(items), Some(value)) => {
                let at: usize = token.parse().ok()?;
                if at == items.len() { items.push(value.clone()) } else { *items.get_mut(at)? = value.clone() }
            }
            (Value::Array(items), None) => {
                let at: usize = token.parse().ok()?;
                if at >= items.len() {
                    return None;
                }
                items.remove(at);
            }
            _ => return None,
        }
    }
    Some(document)
}

/// What a value is replaced with, whatever it was.
fn other_types() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(false),
        json!(7),
        json!(-0.5),
        json!(3.0),
        json!(""),
        json!("no such word"),
        json!([]),
        json!({}),
        json!([null]),
        json!({ "newMember": 1 }),
    ]
}

/// What a text is replaced with: words nearly right, formats at their edges, lengths around the limits.
fn other_texts(text: &str) -> Vec<Value> {
    let texts = [
        text.to_lowercase(),
        text.to_uppercase(),
        format!(" {text}"),
        format!("{text}\n"),
        "x".repeat(255),
        "x".repeat(256),
        // Characters count, and neither octets nor UTF-16 units.
        "\u{1d11e}".repeat(255),
        "\u{1d11e}".repeat(256),
        "LT".to_owned(),
        "L".to_owned(),
        "LTU".to_owned(),
        "2026-03-10".to_owned(),
        "2026-02-29".to_owned(),
        "2024-02-29".to_owned(),
        "2026-3-10".to_owned(),
        "2026-03-10T12:53:45Z".to_owned(),
        "2026-03-10t12:53:45.850000001z".to_owned(),
        "2026-03-10T12:53:45+02:00".to_owned(),
        "2026-03-10T12:53:45".to_owned(),
        "2026-03-10T24:00:00Z".to_owned(),
        "2026-03-10T12:60:00Z".to_owned(),
        "2026-02-30T12:00:00Z".to_owned(),
        "2016-12-31T23:59:60Z".to_owned(),
        "2026-03-10T12:53:45.Z".to_owned(),
        "01827ED4-C928-7ADC-EA30-7AB7CC169D11".to_owned(),
        "01827ed4-c928-7adc-ea30-7ab7cc169d1".to_owned(),
        "01827ed4c9287adcea307ab7cc169d11".to_owned(),
        "01827ed4-c928-7adc-ea30-7ab7cc169g11".to_owned(),
        "{01827ed4-c928-7adc-ea30-7ab7cc169d11}".to_owned(),
    ];
    texts.into_iter().map(Value::from).collect()
}

/// Every way in which `base` is broken at one position.
fn mutations(base: &Value) -> Vec<Vec<Edit>> {
    let pointers = positions(base);
    let mut all = Vec::new();
    for pointer in &pointers {
        let value = base.pointer(pointer).expect("there");
        let drop_it = Edit { pointer: pointer.clone(), value: None };
        if let Some((parent, name)) = pointer.rsplit_once('/') {
            all.push(vec![drop_it.clone()]);
            if base.pointer(parent).is_some_and(Value::is_object) {
                for renamed in [format!("{name}_"), name.to_uppercase(), String::new()] {
                    if renamed != name {
                        let edit = Edit { pointer: format!("{parent}/{renamed}"), value: Some(value.clone()) };
                        all.push(vec![drop_it.clone(), edit]);
                    }
                }
                for (_, other) in SPELLINGS.iter().filter(|(spelling, _)| *spelling == name) {
                    for other_value in other_types().into_iter().chain([value.clone()]) {
                        let edit = Edit { pointer: format!("{parent}/{other}"), value: Some(other_value) };
                        all.push(vec![drop_it.clone(), edit]);
                    }
                }
            }
        }
        let mut values = other_types();
        match value {
            Value::String(text) => values.extend(other_texts(text)),
            Value::Object(_) => {
                all.push(set(&format!("{pointer}/newMember"), json!({ "any": [null, 1] })));
                all.push(set(&format!("{pointer}/new~1~0member"), Value::Null));
            }
            Value::Array(items) => {
                for item in other_types().into_iter().chain(items.first().cloned()) {
                    all.push(set(&format!("{pointer}/{}", items.len()), item));
                }
            }
            _ => {}
        }
        all.extend(values.into_iter().filter(|other| other != value).map(|other| set(pointer, other)));
    }
    all
}

/// Several of `single` at once, chosen by a fixed sequence.
fn combined(single: &[Vec<Edit>], count: usize) -> Vec<Vec<Edit>> {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut next = || {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap_or_default() % single.len()
    };
    (0..count)
        .map(|i| {
            let mut edits = Vec::new();
            for _ in 0..2 + i % 3 {
                let more = &single[next()];
                // Replacing the root would undo the others.
                if more.iter().all(|edit| !edit.pointer.is_empty()) {
                    edits.extend(more.iter().cloned());
                }
            }
            edits
        })
        .collect()
}

/// What hookvet finds, before any vendor's reading.
fn own(event: &EventInfo, document: &Value) -> Found {
    let found = schema_violations(event, document.to_string().as_bytes());
    found.into_iter().map(|(pointer, keyword)| (pointer, keyword.to_owned())).collect()
}

fn reference(validator: &jsonschema::Validator, document: &Value) -> Found {
    validator
        .iter_errors(document)
        .map(|error| (error.instance_path().as_str().to_owned(), error.kind().keyword().to_owned()))
        .collect()
}

fn line(out: &mut String, base: &Base, edits: &[Edit], found: &Found) {
    let edits: Vec<_> = edits
        .iter()
        .map(|edit| match &edit.value {
            Some(value) => json!([edit.pointer, value]),
            None => json!([edit.pointer]),
        })
        .collect();
    let found: Vec<_> = found.iter().map(|(pointer, keyword)| json!([pointer, keyword])).collect();
    let line = json!({ "schema": base.schema, "example": base.path, "edits": edits, "found": found });
    writeln!(out, "{line}").expect("a string");
}

/// What one thread found.
#[derive(Default)]
struct Outcome {
    lines: String,
    documents: usize,
    faulty: usize,
    by_keyword: BTreeMap<String, usize>,
    differences: Vec<String>,
}

fn compare(bases: &[Base]) -> Outcome {
    let mut outcome = Outcome::default();
    for base in bases {
        let schema = json(&schemas().join(format!("{}.schema.json", base.schema)));
        let validator = jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
        let single = mutations(&base.value);
        let several = combined(&single, 100);
        for edits in std::iter::once(Vec::new()).chain(single).chain(several) {
            let Some(document) = edited(&base.value, &edits) else { continue };
            let found = reference(&validator, &document);
            if let Some(event) = base.event {
                let own = own(event, &document);
                if own != found {
                    outcome.differences.push(format!("{}: {edits:?}: {own:?}, jsonschema {found:?}", base.path));
                }
            }
            line(&mut outcome.lines, base, &edits, &found);
            outcome.documents += 1;
            outcome.faulty += usize::from(!found.is_empty());
            for (_, keyword) in found {
                *outcome.by_keyword.entry(keyword).or_default() += 1;
            }
        }
    }
    outcome
}

#[test]
fn every_mutation_of_every_example_has_the_same_findings() {
    let bases = bases();
    // The large examples come last; dealing them out in turn spreads them.
    let mut hands: [Vec<Base>; 4] = Default::default();
    for (at, base) in bases.into_iter().enumerate() {
        hands[at % 4].push(base);
    }
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let threads: Vec<_> = hands.iter().map(|hand| scope.spawn(|| compare(hand))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    let text: String = outcomes.iter().map(|outcome| outcome.lines.as_str()).collect();
    publish("mutations.jsonl", &text);
    let differences: Vec<_> = outcomes.iter().flat_map(|outcome| &outcome.differences).collect();
    assert!(differences.is_empty(), "{} differences, such as {:#?}", differences.len(), &differences[..1]);
    let documents: usize = outcomes.iter().map(|outcome| outcome.documents).sum();
    let faulty: usize = outcomes.iter().map(|outcome| outcome.faulty).sum();
    let mut by_keyword = BTreeMap::<&str, usize>::new();
    for (keyword, count) in outcomes.iter().flat_map(|outcome| &outcome.by_keyword) {
        *by_keyword.entry(keyword).or_default() += count;
    }
    println!("{documents} documents, {faulty} of them at fault: {by_keyword:?}");
    assert!(documents > 40_000 && faulty > 20_000, "{documents} documents, {faulty} of them at fault");
    for keyword in ["type", "required", "enum", "const", "format", "minLength", "maxLength"] {
        assert!(by_keyword.contains_key(keyword), "no mutation breaks {keyword}");
    }
}

/// Whole or not at all, since several test runs may write it at once.
fn publish(name: &str, text: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    std::fs::create_dir_all(&folder).expect("a folder");
    let fresh = folder.join(format!("{name}.{}", std::process::id()));
    std::fs::write(&fresh, text).expect("written");
    std::fs::rename(&fresh, folder.join(name)).expect("renamed");
}

/// What the npm package has to say about every mutation, under each policy in turn: `target/verdicts.jsonl`. A line with a vendor
/// and headers comes before the bodies that they belong to, each with policy, verdict and problem document.
#[test]
fn the_native_verdicts_are_written_down() {
    let (mut lines, mut count) = (String::new(), 0);
    for base in bases().iter().filter(|base| base.event.is_some() && !base.headers.is_empty()) {
        let vendor = if base.schema.starts_with("amlyze/") { Vendor::Amlyze } else { Vendor::Dataspike };
        let headers: Vec<_> = base.headers.iter().map(|(name, value)| (name, String::from_utf8_lossy(value))).collect();
        writeln!(lines, "{}", json!({ "vendor": vendor.as_str(), "headers": headers })).expect("a string");
        let vetters = Preset::ALL.map(|preset| {
            let vetter = Vetter::builder(vendor).allow_unsigned().policy(Policy::new(preset)).build();
            (preset, vetter.expect("the built-in schemas compile"))
        });
        let single = mutations(&base.value);
        let several = combined(&single, 100);
        for edits in std::iter::once(Vec::new()).chain(single).chain(several) {
            let Some(document) = edited(&base.value, &edits) else { continue };
            let body = document.to_string();
            let (preset, vetter) = &vetters[count % vetters.len()];
            let verdict = vetter.vet(base.headers.iter().map(|(name, value)| (name, value)), body.as_bytes(), 0);
            let problem = Problem::of(&verdict).map(|problem| problem.to_json());
            let line =
                json!({ "policy": preset.as_str(), "body": body, "verdict": verdict.to_json(), "problem": problem });
            writeln!(lines, "{line}").expect("a string");
            count += 1;
        }
    }
    publish("verdicts.jsonl", &lines);
    assert!(count > 20_000, "{count}");
}

/// The same three forms that ajv takes, as the check under Node asserts.
#[test]
fn three_forms_that_ajv_takes_are_format_faults_here() {
    let format = |pointer: &str| vec![(pointer.to_owned(), "format")];
    let updated = find(Vendor::Amlyze, "com.amlyze.customer.updated").expect("registered");
    for time in ["2026-03-10 12:53:45Z", "2026-03-10T12:53:45+0200"] {
        let payload = json!({ "updatedAt": time }).to_string();
        assert_eq!(schema_violations(updated, payload.as_bytes()), format("/updatedAt"), "{time}");
    }
    let envelope = json!({
        "id": "urn:uuid:1ed2fb46-8271-6a33-a9ef-7553f473af46",
        "webhook_id": "1ed2f903-2d75-6b19-b6a5-29535bc3340e",
        "event_type": "KYT_WALLET_CHECK",
        "timestamp": "2022-09-08T20:25:40Z",
        "payload": {},
    });
    let check = find(Vendor::Dataspike, "KYT_WALLET_CHECK").expect("registered");
    assert_eq!(schema_violations(check, envelope.to_string().as_bytes()), format("/id"));
}

/// A handler behind the default policy never meets an event that its type cannot read.
#[test]
fn what_is_accepted_can_be_read() {
    let [amlyze, dataspike] = [Vendor::Amlyze, Vendor::Dataspike]
        .map(|vendor| Vetter::builder(vendor).allow_unsigned().build().expect("the built-in schemas compile"));
    let (mut accepted, mut unreadable) = (0, Vec::new());
    for base in bases().iter().filter(|base| base.event.is_some() && !base.headers.is_empty()) {
        let single = mutations(&base.value);
        let several = combined(&single, 300);
        for edits in single.into_iter().chain(several) {
            let Some(document) = edited(&base.value, &edits) else { continue };
            let body = document.to_string();
            let is_amlyze = base.schema.starts_with("amlyze/");
            let vetter = if is_amlyze { &amlyze } else { &dataspike };
            let verdict = vetter.vet(base.headers.iter().map(|(name, value)| (name, value)), body.as_bytes(), 0);
            if !verdict.is_accepted() {
                continue;
            }
            accepted += 1;
            let read = if is_amlyze {
                verdict.read::<amlyze::Event>(body.as_bytes()).map(drop)
            } else {
                verdict.read::<dataspike::Event>(body.as_bytes()).map(drop)
            };
            if let Err(error) = read {
                unreadable.push(format!("{}: {edits:?}: {error}: {}", base.path, verdict.to_json()));
            }
        }
    }
    assert!(unreadable.is_empty(), "{} of {accepted}, such as {:#?}", unreadable.len(), unreadable.first());
    assert!(accepted > 10_000, "{accepted}");
}
