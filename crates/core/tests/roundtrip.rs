//! What is encoded decodes to the same event, for every valid event, in both modes and under the strictest policy.

use hookvet::{CloudEvent, Outgoing, Policy, Vetter};
use proptest::prelude::*;

/// Any text that a CloudEvents String may hold.
fn text() -> impl Strategy<Value = String> {
    let allowed = |character: &char| {
        let code = u32::from(*character);
        !character.is_control() && !(0xfdd0..=0xfdef).contains(&code) && code & 0xfffe != 0xfffe
    };
    prop::collection::vec(any::<char>().prop_filter("a String", allowed), 1..20)
        .prop_map(|characters| characters.into_iter().collect())
}

fn source() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9._~!$&'()*+,;=@-]{1,12}",
        "/[a-z/]{0,8}(%[0-9A-F]{2}){0,3}(\\?[a-z=&/?]{0,8})?(#[a-z/?]{0,8})?",
        "https://[a-z]{1,8}\\.example(:[0-9]{1,4})?/[a-z]{0,8}",
        "urn:[a-z]{2,8}:[a-z0-9:]{1,12}",
    ]
}

fn time() -> impl Strategy<Value = String> {
    "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,12})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
}

fn data() -> impl Strategy<Value = (Option<String>, Vec<u8>)> {
    let json = prop_oneof![
        Just("null".to_owned()),
        Just("[1,-0,1e3,\"\\u00e9\",{\"a\":[]}]".to_owned()),
        text().prop_map(|text| serde_json::Value::from(text).to_string()),
    ];
    prop_oneof![
        Just((None, Vec::new())),
        Just((Some("application/json; charset=utf-8".to_owned()), Vec::new())),
        json.clone().prop_map(|json| (Some("application/vnd.x+json".to_owned()), json.into_bytes())),
        json.prop_map(|json| (None, json.into_bytes())),
        text().prop_map(|text| (Some("text/plain".to_owned()), text.into_bytes())),
        prop::collection::vec(any::<u8>(), 1..40)
            .prop_map(|bytes| (Some("application/octet-stream".to_owned()), bytes)),
        prop::collection::vec(any::<u8>(), 1..40).prop_map(|bytes| (None, bytes)),
    ]
}

prop_compose! {
    fn event()(
        id in text(), source in source(), event_type in text(),
        subject in prop::option::of(text()), time in prop::option::of(time()),
        dataschema in prop::option::of("https://[a-z]{1,8}\\.example/[a-z]{0,8}(\\?[a-z=]{0,8})?"),
        extensions in prop::collection::btree_map("x[a-z0-9]{0,18}", prop_oneof![text(), Just(String::new())], 0..5),
        (datacontenttype, data) in data(),
    ) -> CloudEvent {
        let mut event = CloudEvent::new(id, source, event_type);
        event.subject = subject;
        event.time = time;
        event.dataschema = dataschema;
        event.extensions = extensions;
        event.datacontenttype = datacontenttype;
        event.data = data;
        event
    }
}

fn decoded(request: &Outgoing) -> Option<CloudEvent> {
    let vetter = Vetter::cloudevents().policy(Policy::strict()).build().expect("no schema");
    let verdict = vetter.vet(request.headers(), request.body(), 0);
    assert!(verdict.is_accepted(), "{}", verdict.to_json());
    CloudEvent::of(&verdict, request.body())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn binary_mode_gives_the_event_back(event in event()) {
        let request = event.to_binary().expect("a valid event");
        prop_assert_eq!(decoded(&request), Some(event));
    }

    #[test]
    fn structured_mode_gives_the_event_back(event in event()) {
        let request = event.to_structured().expect("a valid event");
        prop_assert_eq!(decoded(&request), Some(event));
    }

    #[test]
    fn any_header_value_gives_a_verdict(name in "(ce-[ -~]{0,30}|content-type)", value in prop::collection::vec(any::<u8>(), 0..200)) {
        let vetter = Vetter::cloudevents().policy(Policy::strict()).build().expect("no schema");
        let headers = [("ce-id".as_bytes(), b"1".as_slice()), (name.as_bytes(), value.as_slice())];
        let verdict = vetter.vet(headers, b"{}", 0);
        prop_assert!(!verdict.is_accepted() && !verdict.findings().is_empty());
    }
}
