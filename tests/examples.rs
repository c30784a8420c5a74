//! Every documented example is accepted under the default policy, and reads back as a typed event.

use hookvet::{Decision, Vendor, Verdict, Vetter, amlyze, dataspike, events};

fn vetter(vendor: Vendor) -> Vetter {
    Vetter::builder(vendor).allow_unsigned().build().expect("the built-in schemas compile")
}

#[test]
fn every_example_of_every_event_is_accepted_by_default() {
    let mut count = 0;
    for event in events() {
        let vetter = vetter(event.vendor);
        assert!(!event.examples().is_empty(), "{} has no example", event.name);
        for example in event.examples() {
            let verdict = vetter.vet(example.headers.iter().copied(), example.body.as_bytes(), 0);
            assert_eq!(verdict.decision(), Decision::Accept, "{}: {}", example.name, verdict.to_json());
            assert_eq!(verdict.schema(), Some(event.schema_id), "{}", example.name);
            assert_eq!(verdict.event().map(hookvet::EventContext::event_type), Some(event.name), "{}", example.name);
            reads(event.vendor, &verdict, example.body.as_bytes());
            count += 1;
        }
    }
    assert!(count >= 40, "{count} examples");
}

fn reads(vendor: Vendor, verdict: &Verdict, body: &[u8]) {
    if vendor == Vendor::Amlyze {
        let event: amlyze::Event = verdict.read(body).expect("a typed event");
        assert_eq!(Some(event.key()), verdict.event().map(hookvet::EventContext::key));
    } else {
        let event: dataspike::Event = verdict.read(body).expect("a typed event");
        assert_eq!(Some(event.key()), verdict.event().map(hookvet::EventContext::key));
    }
}

/// The documented binary-mode example, its headers as printed.
#[test]
fn the_documented_binary_mode_example_gives_its_one_warning() {
    let name = "app.amlyze.related_entity.screening.sanctions.pending";
    let example = &hookvet::find(Vendor::Amlyze, name).expect("registered").examples()[0];
    let verdict = vetter(Vendor::Amlyze).vet(example.headers.iter().copied(), example.body.as_bytes(), 0);
    assert_eq!(
        verdict.to_json(),
        concat!(
            r#"{"decision":"accept","status":204,"vendor":"amlyze","mode":"binary","event":{"#,
            r#""key":"cef8654f-9885-4e61-b8e9-132b607ab6a4 019cd7cf-826c-731c-ba20-76f48d48ac9c","#,
            r#""id":"019cd7cf-826c-731c-ba20-76f48d48ac9c","#,
            r#""type":"app.amlyze.related_entity.screening.sanctions.pending","#,
            r#""source":"cef8654f-9885-4e61-b8e9-132b607ab6a4","subject":"dea0bcc0-52d2-4f82-bc46-6f87288939b5","#,
            r#""time":"2026-03-10t12:53:45.85z","#,
            r#""attributes":{"specversion":"1.0","datacontenttype":"application/json"}},"#,
            r#""schema":"urn:hookvet:amlyze:app.amlyze.related_entity.screening.sanctions.pending:1","#,
            r#""authenticity":"unproven","findings":[{"rule":"AMLYZE-D10","severity":"warning","#,
            r#""where":"header:ce-time","message":"time is written with a lower-case t and z","refuses":false}],"format":2}"#
        )
    );
}

/// Nothing of a payload shows in a verdict or in any `Debug` form: every string value of every example is looked for.
#[test]
fn no_verdict_shows_a_value_of_the_payload() {
    for event in events() {
        for example in event.examples() {
            let broken = example.body.replace("true", "17").replace("null", "{}").replace("[]", "\"\"");
            let verdict = Vetter::builder(event.vendor)
                .allow_unsigned()
                .policy(hookvet::Policy::strict())
                .build()
                .expect("the built-in schemas compile")
                .vet(example.headers.iter().copied(), broken.as_bytes(), 0);
            let findings = serde_json::to_string(verdict.findings()).expect("text");
            let shown = format!("{verdict:?} {findings}");
            for value in names_and_dates(&broken) {
                assert!(!shown.contains(&value), "{}: {value} in {shown}", example.name);
            }
        }
    }
}

/// Values that only a payload can hold: long enough not to be a word of a message or a documented enum value.
fn names_and_dates(body: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut stack = vec![serde_json::from_str::<serde_json::Value>(body).expect("JSON")];
    while let Some(value) = stack.pop() {
        match value {
            serde_json::Value::Object(members) => stack.extend(members.into_iter().map(|(_, value)| value)),
            serde_json::Value::Array(items) => stack.extend(items),
            serde_json::Value::String(text) if text.len() >= 8 && text.contains([' ', '-', '@', ':']) => {
                found.push(text);
            }
            _ => {}
        }
    }
    found
}
