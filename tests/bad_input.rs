//! Input that is not what anybody documents: a rule id and a clear message each, never a panic.

use hookvet::{Level, Policy, Rule, Secret, SecretError, Verdict, Vetter, sign_dataspike};

const HEADERS: [(&str, &str); 6] = [
    ("ce-specversion", "1.0"),
    ("ce-id", "1"),
    ("ce-source", "customer"),
    ("ce-type", "com.amlyze.customer.updated"),
    ("ce-subject", "42"),
    ("content-type", "application/json"),
];

fn amlyze() -> Vetter {
    Vetter::amlyze().build().expect("the built-in schemas compile")
}

/// The one rejecting rule of `verdict`, its place and its status.
fn refusal(verdict: &Verdict) -> (&'static str, String, u16) {
    let mut rejecting = verdict.findings().iter().filter(|finding| finding.rejects());
    let first = rejecting.next().unwrap_or_else(|| panic!("accepted: {}", verdict.to_json()));
    assert!(!first.message.is_empty());
    assert_eq!(rejecting.next(), None, "{}", verdict.to_json());
    (first.rule.id(), first.place.to_string(), verdict.status())
}

fn amlyze_body(body: &[u8]) -> (&'static str, String, u16) {
    refusal(&amlyze().vet(HEADERS, body, 0))
}

#[test]
fn a_request_that_is_no_cloudevent() {
    let verdict = amlyze().vet([("content-type", "application/json")], b"{\"hello\":1}", 0);
    assert_eq!(refusal(&verdict), ("CE-M8", "header:ce-specversion".into(), 400));
    assert!(verdict.event().is_none());
}

#[test]
fn no_content_type() {
    let verdict = amlyze().vet(HEADERS[..5].iter().copied(), b"{}", 0);
    assert_eq!(refusal(&verdict), ("HTTP-content-type", "header:content-type".into(), 415));
}

#[test]
fn two_content_types() {
    let headers = HEADERS.into_iter().chain([("Content-Type", "application/json")]);
    assert_eq!(refusal(&amlyze().vet(headers, b"{}", 0)), ("CE-H5", "header:content-type".into(), 400));
}

#[test]
fn an_empty_body() {
    assert_eq!(amlyze_body(b""), ("JSON-empty", "body".into(), 400));
    assert_eq!(amlyze_body(b" \n"), ("JSON-empty", "body".into(), 400));
}

#[test]
fn a_body_that_is_not_utf_8() {
    assert_eq!(amlyze_body(b"{\"status\":\"\xff\"}"), ("JSON-utf8", "body".into(), 400));
}

#[test]
fn deep_nesting_and_a_megabyte_of_brackets() {
    let deep = format!("{}1{}", "[".repeat(65), "]".repeat(65));
    assert_eq!(amlyze_body(deep.as_bytes()), ("LIMIT-depth", "body".into(), 400));
    let megabyte = "[".repeat(1024 * 1024);
    assert_eq!(amlyze_body(megabyte.as_bytes()), ("LIMIT-body", "body".into(), 413));
    let roomy = Vetter::amlyze().max_body(2 * 1024 * 1024).build().expect("the built-in schemas compile");
    let verdict = roomy.vet(HEADERS, megabyte.as_bytes(), 0);
    assert_eq!(refusal(&verdict), ("LIMIT-depth", "body".into(), 400));
}

#[test]
fn duplicate_member_names() {
    let body = br#"{"customerExternalID":"42","updatedAt":"2026-03-10T12:53:45Z","pep":true,"\u0070ep":false}"#;
    let verdict = amlyze().vet(HEADERS, body, 0);
    assert_eq!(refusal(&verdict), ("JSON-duplicate", "body:/pep".into(), 400));
    assert_eq!(verdict.findings()[0].offset, Some(73));
}

#[test]
fn ten_thousand_duplicates_and_ten_thousand_strangers_list_a_hundred_findings() {
    let body = format!("{{{}\"pep\":true}}", "\"pep\":true,".repeat(10_000));
    let verdict = amlyze().vet(HEADERS, body.as_bytes(), 0);
    assert_eq!((verdict.status(), verdict.findings().len()), (400, 101));
    let many: Vec<String> = (0..10_000).map(|i| format!("\"m{i}\":0,")).collect();
    let many = many.concat();
    let body = format!("{{{many}\"customerExternalID\":\"42\",\"updatedAt\":\"2026-03-10T12:53:45Z\"}}");
    let verdict = amlyze().vet(HEADERS, body.as_bytes(), 0);
    assert_eq!((verdict.status(), verdict.findings().len()), (204, 101));
    assert_eq!(verdict.findings()[100].rule, Rule::LimitFindings);
}

#[test]
fn cut_off_json_says_where_it_ends() {
    let verdict = amlyze().vet(HEADERS, br#"{"customerExternalID":"42","#, 0);
    assert_eq!(refusal(&verdict), ("JSON-syntax", "body".into(), 400));
    assert_eq!(verdict.findings()[0].offset, Some(27));
    assert!(verdict.findings()[0].message.contains("cut off"));
}

#[test]
fn a_lone_surrogate_and_a_number_beyond_all_floats() {
    assert_eq!(amlyze_body(br#"{"x":"\ud800"}"#).0, "JSON-syntax");
    assert_eq!(amlyze_body(br#"{"x":1e400}"#), ("JSON-number", "body:/x".into(), 400));
}

#[test]
fn a_signature_header_with_two_t() {
    let secret = Secret::parse("whsec_00").expect("a secret");
    let vetter = Vetter::dataspike().secret(secret.clone()).build().expect("a vetter");
    let signature = format!("{},t=5", sign_dataspike(&secret, 5, b"{}"));
    let headers = [("content-type", "application/json"), ("x-webhook-signature", signature.as_str())];
    let verdict = vetter.vet(headers, b"{}", 5);
    assert_eq!(refusal(&verdict), ("SIG-malformed", "header:x-webhook-signature".into(), 401));
    assert_eq!(verdict.authenticity().as_str(), "failed");
}

#[test]
fn a_secret_without_its_prefix() {
    assert_eq!(Secret::parse("a1b2c3").map(|_| ()), Err(SecretError::Prefix));
}

#[test]
fn a_dataspike_vetter_without_a_secret_is_not_built_by_accident() {
    let error = Vetter::dataspike().build().map(|_| ()).expect_err("no secret");
    assert!(error.to_string().contains("allow_unsigned"), "{error}");
}

#[test]
fn ten_thousand_headers_and_a_long_value() {
    let many: Vec<(String, String)> = (0..10_000).map(|i| (format!("ce-x{i}"), "v".into())).collect();
    let headers =
        HEADERS.iter().map(|(name, value)| (*name, *value)).chain(many.iter().map(|(n, v)| (n.as_str(), v.as_str())));
    let verdict = amlyze().vet(headers, b"{}", 0);
    assert_eq!(refusal(&verdict), ("LIMIT-headers", "request".into(), 431));
    let long = "%41".repeat(30_000);
    let headers = HEADERS.into_iter().chain([("ce-long", long.as_str())]);
    let verdict = amlyze().vet(headers, br#"{"customerExternalID":"42","updatedAt":"2026-03-10T12:53:45Z"}"#, 0);
    assert!(verdict.is_accepted(), "{}", verdict.to_json().len());
}

#[test]
fn header_names_of_every_octet_give_a_finding_that_can_be_printed() {
    for octet in 0..=255_u8 {
        let name = [b"ce-a".as_slice(), &[octet]].concat();
        let headers =
            HEADERS.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes())).chain([(name.as_slice(), b"v".as_slice())]);
        let verdict = amlyze().vet(headers, b"{}", 0);
        let is_name = octet.is_ascii_alphanumeric();
        assert_eq!(verdict.is_accepted(), is_name, "{octet}: {}", verdict.to_json());
    }
}

#[test]
fn observe_lets_everything_through_but_a_limit_and_a_signature() {
    let vetter = Vetter::amlyze().policy(Policy::observe()).build().expect("a vetter");
    for body in [&b"{"[..], b"", b"\xff", b"[]", br#"{"riskLevel":7}"#] {
        let verdict = vetter.vet(HEADERS, body, 0);
        assert!(verdict.is_accepted() && !verdict.findings().is_empty(), "{}", verdict.to_json());
    }
    assert!(!vetter.vet(HEADERS, "[".repeat(300_000).as_bytes(), 0).is_accepted());
}

#[test]
fn a_comma_before_a_closing_bracket_is_read_past_only_when_asked_for() {
    let body = br#"{"sanctioned":true,"pep":true,}"#;
    assert_eq!(amlyze_body(body).0, "JSON-syntax");
    let lenient = Vetter::amlyze().rule(Rule::AmlyzeD13, Level::Warning).build().expect("a vetter");
    let verdict = lenient.vet(HEADERS, body, 0);
    assert!(verdict.is_accepted(), "{}", verdict.to_json());
    let customer: hookvet::amlyze::CustomerUpdated = verdict.read(body).expect("readable");
    assert_eq!(customer.flags.pep, Some(true));
}

#[test]
fn a_delivery_from_an_origin_that_the_handshake_does_not_allow() {
    let vetter =
        Vetter::cloudevents().handshake(hookvet::Handshake::with_origins(["a.example"])).build().expect("a vetter");
    let headers = |origins: &[&'static str]| {
        let own = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/s"), ("ce-type", "t")];
        own.into_iter().chain(origins.iter().map(|origin| ("WebHook-Request-Origin", *origin))).collect::<Vec<_>>()
    };
    assert!(vetter.vet(headers(&["a.example"]), b"", 0).is_accepted());
    for origins in [&[][..], &["b.example"], &["a.example.b.example"], &["a.example", "a.example"]] {
        let verdict = vetter.vet(headers(origins), b"", 0);
        assert_eq!(refusal(&verdict), ("CE-WH-origin", "header:webhook-request-origin".into(), 401));
    }
}

#[test]
fn an_origin_under_the_name_that_cloudevents_1_0_gave_it() {
    let one = hookvet::Handshake::with_origins(["eventgrid.azure.net"]);
    let vetters = [one, hookvet::Handshake::with_any_origin()]
        .map(|handshake| Vetter::cloudevents().handshake(handshake).build().expect("a vetter"));
    let judged = |vetter: &Vetter, origins: &[(&'static str, &'static str)]| {
        let own = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/s"), ("ce-type", "t")];
        vetter.vet(own.into_iter().chain(origins.iter().copied()).collect::<Vec<_>>(), b"", 0)
    };
    let (current, former) = ("WebHook-Request-Origin", "Origin");
    for vetter in &vetters {
        let verdict = judged(vetter, &[(former, "eventgrid.azure.net")]);
        assert!(verdict.is_accepted(), "{}", verdict.to_json());
        let finding = &verdict.findings()[0];
        assert_eq!((finding.rule, finding.place.to_string()), (Rule::CeWhOrigin, "header:origin".to_owned()));
        assert_eq!(finding.severity.as_str(), "warning");
        // Beside the header of today it adds nothing.
        let verdict = judged(vetter, &[(former, "eventgrid.azure.net"), (current, "eventgrid.azure.net")]);
        assert!(verdict.is_accepted() && verdict.findings().is_empty(), "{}", verdict.to_json());
        // Neither may stand there twice.
        let verdict = judged(vetter, &[(former, "eventgrid.azure.net"), (former, "eventgrid.azure.net")]);
        assert_eq!(refusal(&verdict), ("CE-WH-origin", "header:origin".into(), 401));
        assert_eq!(judged(vetter, &[]).status(), 401);
    }
    for origins in [&[(former, "other.example")][..], &[(current, "eventgrid.azure.net"), (former, "other.example")]] {
        assert_eq!(refusal(&judged(&vetters[0], origins)), ("CE-WH-origin", "header:origin".into(), 401));
        assert!(judged(&vetters[1], origins).is_accepted());
    }
    let verdict = judged(&vetters[0], &[(current, "other.example"), (former, "eventgrid.azure.net")]);
    assert_eq!(refusal(&verdict), ("CE-WH-origin", "header:webhook-request-origin".into(), 401));
    assert!(judged(&vetters[1], &[(former, "https://shop.example")]).is_accepted());
}

#[test]
fn an_empty_body_does_not_walk_around_a_schema_of_ones_own() {
    let vetter =
        Vetter::cloudevents().schema("t", r#"{"type":"object"}"#).only(["t", "u"]).build().expect("it compiles");
    let own = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/s"), ("content-type", "application/json")];
    let judged = |event_type| vetter.vet(own.into_iter().chain([("ce-type", event_type)]).collect::<Vec<_>>(), b"", 0);
    assert_eq!(refusal(&judged("t")).0, "CE-D4");
    assert!(judged("u").is_accepted());
}

#[test]
fn nothing_hides_behind_hundreds_of_departures_that_are_read_past() {
    // Unknown members in front of a wrong type, and values that a reading makes light of in front of one that none does.
    let many: String = (0..1_000).map(|i| format!("\"m{i}\":0,")).collect();
    let body =
        format!("{{{many}\"customerExternalID\":\"42\",\"updatedAt\":\"2026-03-10T12:53:45Z\",\"riskLevel\":7}}");
    let verdict = amlyze().vet(HEADERS, body.as_bytes(), 0);
    assert_eq!(verdict.status(), 422, "{} findings", verdict.findings().len());
    let vetter = Vetter::dataspike().allow_unsigned().build().expect("a vetter");
    let media = |count| vec![r#"{"headline":"x","published_at":"2020"}"#; count].join(",");
    let envelope = |count: usize, last: &str| {
        let media = media(count);
        format!(
            r#"{{"id":"0f0a2f5e-6b5c-4f3e-9d62-5a1c1d7c9a02","webhook_id":"8c8e7195-f176-4279-bf46-98eed9acdb35","event_type":"AML_SCREENING","payload":{{"screening_id":"0f0a2f5e-6b5c-4f3e-9d62-5a1c1d7c9a02","applicant_id":"0f0a2f5e-6b5c-4f3e-9d62-5a1c1d7c9a02","search_response":{{"requested_name":"x","search_uuid":"y","data":[{{"uuid":"u","type":"Person","risk_score":"Low","fields":{{"names":[{{"full_name":"n"}}],"media":[{media},{{"headline":{last}}}]}}}}]}}}},"timestamp":"2026-03-10T12:53:45Z"}}"#
        )
    };
    let json = [("content-type", "application/json")];
    assert_eq!(vetter.vet(json, envelope(1_000, "\"x\"").as_bytes(), 0).status(), 204);
    assert_eq!(vetter.vet(json, envelope(1_000, "7").as_bytes(), 0).status(), 422);
    // So many that not all of them are looked at.
    let verdict = vetter.vet(json, envelope(17_000, "7").as_bytes(), 0);
    assert_eq!(refusal(&verdict), ("LIMIT-departures", "body".into(), 422));
}

#[test]
fn a_long_name_over_thousands_of_departures_costs_no_more_than_the_text() {
    let name = "n".repeat(100_000);
    let items = vec!["1"; 50_000].join(",");
    let body = format!(
        "{{\"customerExternalID\":\"42\",\"updatedAt\":\"2026-03-10T12:53:45Z\",\"{name}\":[{items}],\"pep\":[{items}]}}"
    );
    let roomy = Vetter::amlyze().max_body(1024 * 1024).build().expect("a vetter");
    let verdict = roomy.vet(HEADERS, body.as_bytes(), 0);
    assert_eq!(verdict.status(), 422);
    assert_short(&verdict);
    let checks = vec!["1"; 20_000].join(",");
    let body = format!(
        r#"{{"id":"0f0a2f5e-6b5c-4f3e-9d62-5a1c1d7c9a02","webhook_id":"8c8e7195-f176-4279-bf46-98eed9acdb35","event_type":"DOCVER","payload":{{"id":"0f0a2f5e-6b5c-4f3e-9d62-5a1c1d7c9a02","applicant_id":"0f0a2f5e-6b5c-4f3e-9d62-5a1c1d7c9a02","status":"verified","checks":{{"{name}":{{"status":"verified","errors":[{checks}]}}}}}},"timestamp":"2026-03-10T12:53:45Z"}}"#
    );
    let vetter = Vetter::dataspike().allow_unsigned().build().expect("a vetter");
    let verdict = vetter.vet([("content-type", "application/json")], body.as_bytes(), 0);
    assert_eq!(verdict.status(), 422);
    assert_eq!((verdict.findings().len(), verdict.findings()[0].rule), (101, Rule::SchemaType));
    assert_short(&verdict);
}

/// However long the names are: what costs time to build costs bytes to keep.
fn assert_short(verdict: &Verdict) {
    let json = verdict.to_json();
    assert!(json.len() < 64 * 1024, "{} bytes", json.len());
    assert!(verdict.findings().iter().all(|finding| finding.place.to_string().chars().count() <= 261), "{json}");
}
