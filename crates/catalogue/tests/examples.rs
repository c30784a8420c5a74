//! Every example is read, prints nothing of itself, and is written back.

use hookvet_catalogue::amlyze::{self, Context};
use hookvet_catalogue::dataspike::{
    self, Applicant, History, SecretRotated, TransmonEventCreated, TransmonRules, Verification, VerificationList,
    WebhookCreateRequest, WebhookCreated, WebhookList,
};
use hookvet_catalogue::{EventInfo, Example, Origin, Vendor, events};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

fn examples() -> impl Iterator<Item = (&'static EventInfo, &'static Example)> {
    events().iter().flat_map(|info| info.examples().iter().map(move |example| (info, example)))
}

fn header(example: &Example, name: &str) -> Option<&'static str> {
    example.headers.iter().find(|(header, _)| *header == name).map(|(_, value)| *value)
}

/// The context and the data of an AMLYZE example, in either mode.
fn amlyze_parts(example: &Example) -> (Context, String) {
    if header(example, "content-type") == Some("application/json") {
        let of = |name| header(example, name).unwrap();
        let mut context = Context::new(of("ce-id"), of("ce-source"), of("ce-type")).with_time(of("ce-time"));
        context.subject = header(example, "ce-subject").map(str::to_owned);
        (context, example.body.to_owned())
    } else {
        assert_eq!(header(example, "content-type"), Some("application/cloudevents+json"));
        let envelope: Value = serde_json::from_str(example.body).unwrap();
        let of = |name: &str| envelope[name].as_str().unwrap();
        let context =
            Context::new(of("id"), of("source"), of("type")).with_subject(of("subject")).with_time(of("time"));
        (context, envelope["data"].to_string())
    }
}

/// The example as it was before reading, after reading, and in `Debug`.
fn read(info: &EventInfo, example: &Example) -> (Value, Value, String) {
    let (before, after, debug, known) = if info.vendor == Vendor::Amlyze {
        let (context, data) = amlyze_parts(example);
        let event = amlyze::Event::read(context, data.as_bytes()).unwrap();
        assert_eq!(event.raw(), data, "{}", example.name);
        assert!(!matches!(event.data, amlyze::Data::Unknown(_)), "{}", example.name);
        (data, serde_json::to_value(&event.data), format!("{event:?}"), event.info())
    } else {
        let event = dataspike::Event::read(example.body.as_bytes()).unwrap();
        assert_eq!(event.raw(), example.body, "{}", example.name);
        assert!(!matches!(event.payload, dataspike::Payload::Unknown(_)), "{}", example.name);
        (example.body.to_owned(), serde_json::to_value(&event), format!("{event:?}"), event.info())
    };
    assert_eq!(known.unwrap().name, info.name);
    (serde_json::from_str(&before).unwrap(), after.unwrap(), debug)
}

/// What reading and writing makes of `value`, by the documented rules and no others.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .iter()
                // `null` is the same as a missing member, and so is an empty list of a check's data.
                .filter(|(_, value)| !value.is_null())
                .filter(|(name, value)| *name != "data" || !members.contains_key("status") || !is_empty_list(value))
                .map(|(name, value)| {
                    let name = match name.as_str() {
                        // The documents' tables spell it so.
                        "updateAt" => "updatedAt",
                        // The current page calls it so, the vendor's samples the other way.
                        "search_result" => "search_response",
                        name => name,
                    };
                    let value = match (name, value) {
                        // White space around a decision is no part of it.
                        ("decisionType", Value::String(word)) => word.trim().into(),
                        // Capitalised in the documents of 2022.
                        ("verification_status", Value::String(word)) => word.to_ascii_lowercase().into(),
                        (_, value) => canonical(value),
                    };
                    (name.to_owned(), value)
                })
                .collect(),
        ),
        Value::Array(list) => list.iter().map(canonical).collect(),
        scalar => scalar.clone(),
    }
}

fn is_empty_list(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
}

/// Every text and number in `value`, as it would look when printed.
fn scalars(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.values().for_each(|value| scalars(value, found)),
        Value::Array(list) => list.iter().for_each(|value| scalars(value, found)),
        Value::String(text) => found.push(text.clone()),
        Value::Number(number) => found.push(number.to_string()),
        Value::Bool(_) | Value::Null => {}
    }
}

#[test]
fn every_example_is_written_back_in_canonical_form() {
    for (info, example) in examples() {
        let (before, after, _) = read(info, example);
        assert_eq!(after, canonical(&before), "{}", example.name);
    }
}

#[test]
fn no_payload_value_is_in_debug() {
    for (info, example) in examples() {
        let (mut before, _, debug) = read(info, example);
        if info.vendor == Vendor::Dataspike {
            // The name of a known event is no secret.
            before["event_type"].take();
        }
        let mut values = Vec::new();
        scalars(&before, &mut values);
        for value in values.iter().filter(|value| value.len() > 1) {
            // Words are compared as words: the value `pending` must not be found in the name `pending_documents`.
            let words = debug.split(|c: char| !(c.is_alphanumeric() || "_.-:@/".contains(c)));
            assert!(!words.clone().any(|word| word == value), "{}: {value} in {debug}", example.name);
            if value.contains(' ') {
                assert!(!debug.contains(value.as_str()), "{}: {value} in {debug}", example.name);
            }
        }
        for flag in ["true", "false"] {
            assert!(!debug.contains(flag), "{}: {debug}", example.name);
        }
        if let Some(subject) = header(example, "ce-subject") {
            assert!(!debug.contains(subject), "{}: {debug}", example.name);
        }
    }
}

#[test]
fn debug_names_the_members_that_are_present() {
    let (context, data) = (
        Context::new("1", "customer", "com.amlyze.customer.updated").with_subject("Jane"),
        r#"{"sanctioned":true,"riskLevel":"EXTREME","newMember":"Jane"}"#,
    );
    let event = amlyze::Event::read(context, data.as_bytes()).unwrap();
    assert_eq!(
        format!("{event:?}"),
        "Event { context: Context { event_type: com.amlyze.customer.updated, .. }, \
         data: CustomerUpdated(CustomerUpdated { sanctioned: .., riskLevel: .., extra: 1 }), .. }"
    );
}

#[test]
fn an_example_is_documented_or_says_that_it_is_not() {
    for (info, example) in examples() {
        let number = example.name.strip_prefix(info.name).and_then(|rest| rest.strip_prefix('.'));
        assert!(number.is_some_and(|number| number.parse::<u8>().is_ok()), "{}", example.name);
        if example.origin == Origin::Synthetic {
            assert!(
                example.note.is_some_and(|note| note.contains("made up") || note.contains("guess")),
                "{}",
                example.name
            );
        }
    }
}

#[test]
fn a_documented_delivery_has_the_documented_headers() {
    let info =
        hookvet_catalogue::find(Vendor::Amlyze, "app.amlyze.related_entity.screening.sanctions.pending").unwrap();
    let example = &info.examples()[0];
    assert_eq!(
        example.headers,
        [
            ("ce-id", "019cd7cf-826c-731c-ba20-76f48d48ac9c"),
            ("ce-source", "cef8654f-9885-4e61-b8e9-132b607ab6a4"),
            ("ce-specversion", "1.0"),
            ("ce-subject", "dea0bcc0-52d2-4f82-bc46-6f87288939b5"),
            ("ce-time", "2026-03-10t12:53:45.85z"),
            ("ce-type", info.name),
            ("content-type", "application/json"),
        ]
    );
    assert_eq!(example.body.len(), 338);
}

#[test]
fn binary_examples_are_complete_and_have_an_id_of_their_own() {
    let mut ids = Vec::new();
    for (info, example) in examples().filter(|(info, _)| info.vendor == Vendor::Amlyze) {
        let (context, _) = amlyze_parts(example);
        assert_eq!(context.event_type, info.name);
        assert!(context.time.as_ref().unwrap().instant().is_some(), "{}", example.name);
        if let Some(id) = header(example, "ce-id") {
            assert!(!ids.contains(&id), "{}", example.name);
            ids.push(id);
        }
    }
}

#[test]
fn every_document_is_read_and_written_back() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/examples");
    for vendor in ["amlyze", "dataspike"] {
        for entry in std::fs::read_dir(folder.join(vendor).join("documents")).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap();
            let file: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let body = file["body"].to_string();
            let (written, debug) = match stem.rsplit_once('.').unwrap().0 {
                "communications-events" => both::<amlyze::CommunicationEvents>(&body),
                "applicant" => both::<Applicant>(&body),
                "history" => both::<History>(&body),
                "transmon-event-response" => both::<TransmonEventCreated>(&body),
                "transmon-rules" => both::<TransmonRules>(&body),
                "verification" => both::<Verification>(&body),
                "verification-list" => both::<VerificationList>(&body),
                "webhook-create-request" => both::<WebhookCreateRequest>(&body),
                "webhook-create-response" => both::<WebhookCreated>(&body),
                "webhook-list-response" => both::<WebhookList>(&body),
                "webhook-rotate-response" => both::<SecretRotated>(&body),
                other => panic!("{other} has no type"),
            };
            // What the history holds is kept as it came, so nothing inside is canonical.
            let expected = if stem.starts_with("history") {
                without_nulls_of_items(&file["body"])
            } else {
                canonical(&file["body"])
            };
            assert_eq!(written, expected, "{stem}");
            assert!(!debug.contains("whsec_") && !debug.contains("Doe"), "{stem}: {debug}");
        }
    }
}

fn both<T: DeserializeOwned + Serialize + std::fmt::Debug>(body: &str) -> (Value, String) {
    let read: T = serde_json::from_str(body).unwrap();
    (serde_json::to_value(&read).unwrap(), format!("{read:?}"))
}

fn without_nulls_of_items(history: &Value) -> Value {
    let mut history = history.clone();
    for item in history["data"].as_array_mut().unwrap() {
        item.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    }
    history
}

#[test]
fn a_pulled_event_has_the_data_of_a_pushed_one() {
    let text = r#"{"events":[{"type":"app.amlyze.lead.riskmanagement.kyc_scoring.pending","source":"s","subject":"l",
        "data":{"initialRiskLevel":"HIGH"}}]}"#;
    let pulled: amlyze::CommunicationEvents = serde_json::from_str(text).unwrap();
    let data = pulled.events.unwrap()[0].read_data().unwrap().unwrap();
    let amlyze::Data::RiskPending(data) = data else { panic!("{data:?}") };
    assert_eq!(data.initial_risk_level, Some(amlyze::RiskLevel::High));
}

/// Pointers to every member in `value`, outermost first.
fn members(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                found.push(pointer.clone());
                members(value, &pointer, found);
            }
        }
        Value::Array(list) => {
            for (i, value) in list.iter().enumerate() {
                members(value, &format!("{pointer}/{i}"), found);
            }
        }
        _ => {}
    }
}

/// Whether an event with this data or body can be read.
type Reader = Box<dyn Fn(&Value) -> bool>;

#[test]
fn no_missing_member_no_null_and_no_unknown_word_makes_reading_fail() {
    let mut edits = 0;
    for (info, example) in examples() {
        let (data, read): (String, Reader) = if info.vendor == Vendor::Amlyze {
            let (context, data) = amlyze_parts(example);
            (data, Box::new(move |data| amlyze::Event::read(context.clone(), data.to_string().as_bytes()).is_ok()))
        } else {
            (example.body.to_owned(), Box::new(|body| dataspike::Event::read(body.to_string().as_bytes()).is_ok()))
        };
        let data: Value = serde_json::from_str(&data).unwrap();
        let mut pointers = Vec::new();
        members(&data, "", &mut pointers);
        let needed = ["/id", "/event_type", "/payload"];
        for pointer in pointers.iter().filter(|pointer| !needed.contains(&pointer.as_str())) {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            let set = |value: Value| {
                let mut edited = data.clone();
                *edited.pointer_mut(pointer).unwrap() = value;
                edited
            };
            assert!(read(&set(Value::Null)), "{}: {pointer} null", example.name);
            if data.pointer(pointer).unwrap().is_string() {
                assert!(read(&set("no such word".into())), "{}: {pointer} another word", example.name);
            }
            let mut edited = data.clone();
            edited
                .pointer_mut(parent)
                .unwrap()
                .as_object_mut()
                .unwrap()
                .remove(&name.replace("~1", "/").replace("~0", "~"));
            assert!(read(&edited), "{}: without {pointer}", example.name);
            edits += 1;
        }
    }
    assert!(edits > 400, "{edits}");
}
