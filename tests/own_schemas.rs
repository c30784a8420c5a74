//! Schemas of a user's own, for CloudEvents of a user's own.

use hookvet::{BuildError, Level, Policy, Rule, Secret, Vendor, Vetter, VetterBuilder};

const ORDER: &str = r#"{
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {"total": {"type": "string", "pattern": "^[0-9]+\\.[0-9]{2}$"}, "items": {"type": "array", "uniqueItems": true}},
    "required": ["total"]
}"#;

const TYPE: &str = "com.example.order";

fn headers() -> [(&'static str, &'static str); 5] {
    headers_of(TYPE)
}

fn headers_of(event_type: &str) -> [(&'static str, &str); 5] {
    [
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "/shop"),
        ("ce-type", event_type),
        ("content-type", "application/json"),
    ]
}

/// Status and rules, each with its place, of a body before each engine that takes the schema; they agree.
fn judged(schema: &str, body: &str) -> (u16, Vec<String>) {
    let builders = [Vetter::cloudevents(), hookvet::internals::without_tables(Vetter::cloudevents())];
    let [first, second] = builders.map(|builder| {
        let vetter = builder.schema(TYPE, schema).build().unwrap_or_else(|error| panic!("{schema}: {error}"));
        let verdict = vetter.vet(headers(), body.as_bytes(), 0);
        let told = |finding: &hookvet::Finding| format!("{} {}", finding.rule.id(), finding.place);
        let mut told: Vec<String> = verdict.findings().iter().map(told).collect();
        told.sort();
        (verdict.status(), told)
    });
    assert_eq!(first, second, "{schema} {body}");
    first
}

fn build_error(builder: VetterBuilder) -> String {
    builder.build().map(|_| ()).expect_err("it has no effect").to_string()
}

#[test]
fn a_schema_of_your_own_is_enforced_on_its_type() {
    let vetter = Vetter::cloudevents().schema("com.example.order", ORDER).build().expect("it compiles");
    let rules = |body: &str| {
        let verdict = vetter.vet(headers(), body.as_bytes(), 0);
        let rules: Vec<_> = verdict.findings().iter().map(|finding| finding.rule.id()).collect();
        (verdict.status(), rules)
    };
    assert_eq!(rules(r#"{"total":"9.90"}"#), (204, vec![]));
    assert_eq!(rules(r#"{"total":"9.90","note":1}"#), (204, vec!["SCHEMA-unknown"]));
    assert_eq!(rules(r#"{"total":"much"}"#), (422, vec!["SCHEMA-pattern"]));
    assert_eq!(rules(r#"{"items":[1,1]}"#), (422, vec!["SCHEMA-required", "SCHEMA-uniqueItems"]));
    let verdict = vetter.vet(headers(), br#"{"total":"hush hush"}"#, 0);
    assert!(!verdict.to_json().contains("hush"), "{}", verdict.to_json());
}

#[test]
fn what_a_schema_forbids_is_refused() {
    let closed = r#"{"properties":{"a":true},"additionalProperties":false}"#;
    assert_eq!(judged(closed, r#"{"a":"x","b":1}"#), (422, vec!["SCHEMA-additionalProperties body:/b".to_owned()]));
    assert_eq!(judged(closed, r#"{"a":"x"}"#), (204, vec![]));
    let unevaluated = r#"{"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false}"#;
    let refused = (422, vec!["SCHEMA-unevaluatedProperties body:/b".to_owned()]);
    assert_eq!(judged(unevaluated, r#"{"a":"x","b":1}"#), refused);
    assert_eq!(judged(r#"{"enum":[]}"#, "1"), (422, vec!["SCHEMA-enum body".to_owned()]));
    assert_eq!(judged("false", "1"), (422, vec!["SCHEMA-false body".to_owned()]));
    assert_eq!(judged("true", "1"), (204, vec![]));
}

#[test]
fn nothing_is_added_to_a_schema() {
    let one_of = r#"{"oneOf":[{"properties":{"kind":{"const":"a"},"x":true}},{"properties":{"kind":{"const":"b"}}}]}"#;
    // Known to the branch that matches, and silent about the other member.
    assert_eq!(judged(one_of, r#"{"kind":"a","x":1}"#), (204, vec![]));
    assert_eq!(judged(one_of, r#"{"kind":"a","extra":1}"#), (204, vec!["SCHEMA-unknown body:/extra".to_owned()]));
    let halves = r#"{"allOf":[{"properties":{"a":true}},{"properties":{"b":true}}]}"#;
    assert_eq!(judged(halves, r#"{"a":1,"b":2}"#), (204, vec![]));
    assert_eq!(judged(halves, r#"{"a":1,"c":2}"#), (204, vec!["SCHEMA-unknown body:/c".to_owned()]));
    let not = r#"{"not":{"properties":{"a":{"type":"string"}}}}"#;
    assert_eq!(judged(not, r#"{"a":1,"b":2}"#), (204, vec![]));
    let said = r#"{"properties":{"a":true},"additionalProperties":true}"#;
    assert_eq!(judged(said, r#"{"a":1,"b":2}"#), (204, vec![]));
    let said = r#"{"properties":{"a":true},"unevaluatedProperties":true}"#;
    assert_eq!(judged(said, r#"{"a":1,"b":2}"#), (204, vec![]));
    let condition = r#"{"if":{"required":["a"]},"then":{"properties":{"a":true,"b":true}}}"#;
    assert_eq!(judged(condition, r#"{"a":1,"b":2}"#), (204, vec![]));
    assert_eq!(judged(condition, r#"{"b":2}"#), (204, vec![]));
    let beside =
        r##"{"properties":{"o":{"$ref":"#/$defs/o","required":["a"]}},"$defs":{"o":{"properties":{"a":true}}}}"##;
    assert_eq!(judged(beside, r#"{"o":{"a":1,"z":1}}"#), (204, vec!["SCHEMA-unknown body:/o/z".to_owned()]));
    // The member's name is a keyword's.
    let named = r#"{"properties":{"properties":{"type":"object"},"not":{"properties":{"a":true}}},"minProperties":0}"#;
    let found = (204, vec!["SCHEMA-unknown body:/not/b".to_owned()]);
    assert_eq!(judged(named, r#"{"properties":{"x":1},"not":{"a":1,"b":2}}"#), found);
    // Beside a departure the others are still told.
    let found = (422, vec!["SCHEMA-type body:/a".to_owned(), "SCHEMA-unknown body:/z".to_owned()]);
    assert_eq!(judged(r#"{"properties":{"a":{"type":"string"}},"minProperties":0}"#, r#"{"a":1,"z":2}"#), found);
    // Where no alternative matches, nobody knows which names would have counted.
    let none = r#"{"anyOf":[{"properties":{"a":{"type":"string"}}},{"properties":{"b":true},"required":["b"]}]}"#;
    assert_eq!(judged(none, r#"{"a":1,"z":2}"#), (422, vec!["SCHEMA-anyOf body".to_owned()]));
}

#[test]
fn a_sender_cannot_leave_the_schema_out_by_another_type() {
    let vetter = Vetter::cloudevents().schema(TYPE, ORDER).build().expect("it compiles");
    for event_type in ["com.example.Order", "com.example.order.", "com.example.refund"] {
        let verdict = vetter.vet(headers_of(event_type), br#"{"total":"much"}"#, 0);
        let rules: Vec<&str> = verdict.findings().iter().map(|finding| finding.rule.id()).collect();
        assert_eq!(verdict.status(), 422, "{event_type}: {rules:?}");
        assert!(rules.contains(&"CE-type-unknown"), "{event_type}: {rules:?}");
    }
    let structured = br#"{"specversion":"1.0","id":"1","source":"/shop","type":"com.example.refund","data":{}}"#;
    let verdict = vetter.vet([("content-type", "application/cloudevents+json")], structured, 0);
    let finding = &verdict.findings()[0];
    assert_eq!((finding.rule, finding.place.to_string()), (Rule::CeTypeUnknown, "body:/type".to_owned()));
    assert_eq!(finding.message, "expected one of the types that are taken here, which are com.example.order");
    // Without a schema every type is taken, as before.
    assert!(Vetter::cloudevents().build().expect("no schema").vet(headers(), b"{}", 0).is_accepted());
    // A type without a schema has to be named.
    let both = Vetter::cloudevents().schema(TYPE, ORDER).only([TYPE, "com.example.refund"]).build().expect("types");
    assert!(both.vet(headers_of("com.example.refund"), b"{}", 0).is_accepted());
    assert!(!both.vet(headers_of("com.example.other"), b"{}", 0).is_accepted());
    // It is a rule as any other.
    let lenient = Vetter::cloudevents().schema(TYPE, ORDER).rule(Rule::CeTypeUnknown, Level::Warning).build();
    assert!(lenient.expect("it compiles").vet(headers_of("com.example.refund"), b"{}", 0).is_accepted());
}

#[test]
fn a_vetter_takes_the_types_that_it_is_told() {
    let known = Vetter::amlyze().only_known_types().build().expect("the catalogue");
    let customer = Vetter::amlyze().only(["com.amlyze.customer.updated"]).build().expect("one type");
    let rules = |vetter: &Vetter, event_type: &str| {
        let headers = [
            ("ce-specversion", "1.0"),
            ("ce-id", "1"),
            ("ce-source", "customer"),
            ("ce-subject", "42"),
            ("ce-type", event_type),
            ("content-type", "application/json"),
        ];
        let verdict = vetter.vet(headers, br#"{"customerExternalID":"42"}"#, 0);
        verdict.findings().iter().any(|finding| finding.rule == Rule::CeTypeUnknown)
    };
    assert!(!rules(&known, "com.amlyze.customer.updated"));
    assert!(!rules(&known, "app.amlyze.customer.updated"));
    assert!(rules(&known, "com.amlyze.customer.vanished"));
    assert!(!rules(&customer, "app.amlyze.customer.updated"));
    assert!(rules(&customer, "com.amlyze.customer.kyc.completed"));
    let dataspike = Vetter::dataspike().allow_unsigned().only(["DOCVER"]).build().expect("one type");
    let type_unknown = |body: &str| {
        let verdict = dataspike.vet([("content-type", "application/json")], body.as_bytes(), 0);
        verdict.findings().iter().find(|finding| finding.rule == Rule::CeTypeUnknown).map(|one| one.place.to_string())
    };
    assert_eq!(type_unknown(r#"{"id":"1","event_type":"AML","payload":{}}"#).as_deref(), Some("body:/event_type"));
    assert_eq!(type_unknown(r#"{"id":"1","event_type":"DOCVER","payload":{}}"#), None);
}

#[test]
fn a_standard_webhook_is_held_to_a_schema_of_ones_own() {
    // The whole body, and a type that the sender may leave out leads past no schema.
    let vetter =
        Vetter::builder(Vendor::StandardWebhooks).allow_unsigned().schema("order", ORDER).build().expect("all");
    let judged = |body: &str| {
        let headers = [("content-type", "application/json"), ("webhook-id", "1")];
        let verdict = vetter.vet(headers, body.as_bytes(), 0);
        let rules = verdict.findings().iter().map(|finding| format!("{} {}", finding.rule.id(), finding.place));
        (verdict.status(), rules.filter(|rule| !rule.starts_with("SCHEMA-unknown")).collect::<Vec<_>>())
    };
    assert_eq!(judged(r#"{"type":"order","total":"9.90"}"#), (204, vec![]));
    assert_eq!(judged(r#"{"type":"order","total":"much"}"#), (422, vec!["SCHEMA-pattern body:/total".to_owned()]));
    assert_eq!(judged(r#"{"type":"Order"}"#), (422, vec!["CE-type-unknown body:/type".to_owned()]));
    assert_eq!(judged("{}"), (422, vec!["CE-type-unknown body:/type".to_owned()]));
}

#[test]
fn settings_without_effect_fail_when_the_vetter_is_built() {
    let secret = || Secret::parse("whsec_000102030405060708090a0b0c0d0e0f").expect("a secret");
    for vendor in [Vendor::Amlyze, Vendor::CloudEvents] {
        for builder in [Vetter::builder(vendor).secret(secret()), Vetter::builder(vendor).tolerance(9)] {
            let error = build_error(builder);
            assert!(error.contains("has no effect here") && error.contains(".credential("), "{error}");
        }
    }
    assert!(build_error(Vetter::dataspike().allow_unsigned().tolerance(9)).contains("no secret is given"));
    assert!(build_error(Vetter::amlyze().schema(TYPE, ORDER)).contains("`.schema(…)` has no effect here"));
    let dataspike = Vetter::dataspike().secret(secret());
    assert!(build_error(dataspike.schema(TYPE, ORDER)).contains("`.schema(…)` has no effect here"));
    assert!(build_error(Vetter::cloudevents().schema_resource("a.json", "{}")).contains("add `.schema(type, text)`"));
    assert!(build_error(Vetter::cloudevents().annotate_formats()).contains("add `.schema(type, text)`"));
    assert!(build_error(Vetter::cloudevents().only_known_types()).contains("no event type would be taken"));
    assert!(build_error(Vetter::amlyze().only(Vec::<String>::new())).contains("no event type would be taken"));
    let twice = build_error(Vetter::cloudevents().schema(TYPE, ORDER).schema(TYPE, "true"));
    assert_eq!(
        twice,
        "the event type com.example.order has two schemas; give it one, with `.schema(…)` or with `.event(…)`"
    );
    let left_out = build_error(Vetter::cloudevents().schema(TYPE, ORDER).only(["com.example.refund"]));
    assert!(left_out.starts_with("the event type com.example.order has a schema and is not among"), "{left_out}");
}

#[test]
fn references_lead_to_what_was_handed_over() {
    let order = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","properties":{"to":{"$ref":"address.json#/$defs/place"}}}"#;
    let address = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","$defs":{"place":{"required":["city"],"properties":{"city":{"type":"string"}}}}}"#;
    let vetter =
        Vetter::cloudevents().schema(TYPE, order).schema_resource("address.json", address).build().expect("all");
    assert_eq!(vetter.vet(headers(), br#"{"to":{"city":"Vilnius"}}"#, 0).status(), 204);
    assert_eq!(vetter.vet(headers(), br#"{"to":{}}"#, 0).findings()[0].rule, Rule::SchemaRequired);
    assert_eq!(vetter.vet(headers(), br#"{"to":{"city":"x","zip":1}}"#, 0).findings()[0].rule, Rule::SchemaUnknown);
    assert!(vetter.warnings().is_empty(), "{:?}", vetter.warnings());
    let error = build_error(Vetter::cloudevents().schema(TYPE, r#"{"$ref":"https://example.com/address.json"}"#));
    assert!(error.contains("it refers to https://example.com/address.json, which is not there"), "{error}");
    let error =
        build_error(Vetter::cloudevents().schema(TYPE, "true").schema_resource("b.json", r#"{"$ref":"c.json"}"#));
    assert!(error.contains("c.json, which is not there"), "{error}");
    let error = build_error(Vetter::cloudevents().schema(TYPE, "true").schema_resource("b.json", "{"));
    assert!(error.contains("b.json"), "{error}");
}

#[test]
fn what_has_no_effect_in_a_schema_is_told() {
    let schema = r#"{"typ":"object","properties":{"a":{"format":"colour"},"b":{"x-note":1,"enum":[{"typ":1}]}}}"#;
    let vetter = Vetter::cloudevents().schema(TYPE, schema).build().expect("it compiles");
    let mut told: Vec<String> = vetter.warnings().iter().map(ToString::to_string).collect();
    told.sort();
    assert_eq!(told.len(), 3, "{told:?}");
    let of = |rest: &str| format!("the schema of com.example.order, at {rest}");
    assert_eq!(told[0], of("/properties/a/format: the format colour is not known, so every string has it"));
    assert_eq!(told[1], of("/typ: typ is no keyword of draft 2020-12, so it forbids nothing"));
    assert!(told[2].starts_with(&of("its root: expected $schema, but found none")), "{}", told[2]);
    let old = r##"{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"$ref":"#/definitions/a","type":"string"}},"definitions":{"a":true}}"##;
    let vetter = Vetter::cloudevents().schema(TYPE, old).build().expect("it compiles");
    assert_eq!(vetter.warnings().len(), 1, "{:?}", vetter.warnings());
    assert_eq!(vetter.warnings()[0].at, "/properties/a/type");
}

#[test]
fn formats_are_asserted_unless_they_are_remarks() {
    let schema = r#"{"format":"date"}"#;
    assert_eq!(judged(schema, r#""soon""#), (422, vec!["SCHEMA-format body".to_owned()]));
    assert_eq!(judged(r#"{"format":"email"}"#, r#""soon""#), (422, vec!["SCHEMA-format body".to_owned()]));
    let vetter = Vetter::cloudevents().schema(TYPE, schema).annotate_formats().build().expect("it compiles");
    assert!(vetter.vet(headers(), br#""soon""#, 0).is_accepted());
}

#[test]
fn what_cannot_be_read_does_not_pass_for_checked() {
    // Under a policy that takes numbers beyond a float, the schema still refuses.
    let policy = Policy::standard().with(Rule::JsonNumber, Level::Off);
    let vetter = Vetter::cloudevents().policy(policy).schema(TYPE, ORDER).build().expect("it compiles");
    assert_eq!(vetter.vet(headers(), br#"{"total":1e999}"#, 0).status(), 422);
}

#[test]
fn the_schema_in_force_is_handed_out() {
    let vetter = Vetter::cloudevents().schema(TYPE, ORDER).build().expect("it compiles");
    assert_eq!(vetter.schema(TYPE), Some(ORDER));
    assert_eq!(vetter.own_types(), [TYPE]);
    assert_eq!(vetter.schema("com.example.refund"), None);
}

#[test]
fn a_hostile_schema_is_an_error_or_has_a_bounded_cost() {
    let build = |schema: &str| Vetter::cloudevents().schema(TYPE, schema).build();
    let deep = format!("{}true{}", r#"{"items":"#.repeat(200), "}".repeat(200));
    for (schema, reason) in [
        ("", "does not compile"),
        ("order", "does not compile"),
        ("7", "does not compile"),
        (&deep, "recursion limit"),
        (r#"{"pattern":"("}"#, "does not compile"),
        (r#"{"pattern":"(a{1000}){1000}{1000}"}"#, "does not compile"),
    ] {
        let error = build(schema).map(|_| ()).expect_err("no schema").to_string();
        assert!(error.starts_with("the schema com.example.order") && error.contains(reason), "{error}");
    }
    let large = format!(r#"{{"enum":[{}]}}"#, vec![r#""words""#; 1_300_000].join(","));
    assert!(large.len() > 10_000_000);
    assert!(build_error(Vetter::cloudevents().schema(TYPE, large)).contains("expected at most 4194304 bytes"));
    // Refers to itself, and the value ends it.
    let list = r##"{"properties":{"next":{"$ref":"#"}},"required":["name"]}"##;
    assert_eq!(judged(list, r#"{"name":1,"next":{"name":2}}"#).1.len(), 2, "the names are required, and not described");
    let list = r##"{"properties":{"next":{"$ref":"#"},"name":true},"required":["name"]}"##;
    assert_eq!(judged(list, r#"{"name":1,"next":{"name":2}}"#), (204, vec![]));
    assert_eq!(judged(list, r#"{"name":1,"next":{}}"#).0, 422);
    // Exponential for an engine that tries everything, with a look-ahead that no other can do.
    let vetter = build(r#"{"items":{"pattern":"^(?=(a+)+$)(a|aa)+b$"}}"#).expect("a pattern");
    let body = format!("[{}]", vec![format!("\"{}!\"", "a".repeat(2_000)); 100].join(","));
    let started = std::time::Instant::now();
    let verdict = vetter.vet(headers(), body.as_bytes(), 0);
    assert_eq!(verdict.status(), 422);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn a_schema_that_does_not_compile_fails_when_the_vetter_is_built() {
    for schema in ["{", r#"{"type":"nothing"}"#, r##"{"$ref":"#/$defs/missing"}"##, r#"{"pattern":"("}"#] {
        let error = Vetter::cloudevents().schema("t", schema).build().map(|_| ()).expect_err(schema);
        assert!(matches!(error, BuildError::Schema(_)), "{error}");
    }
}
