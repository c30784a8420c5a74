//! Schemas of a user's own, for CloudEvents of a user's own.

use hookvet::{BuildError, Vetter};

const ORDER: &str = r#"{
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {"total": {"type": "string", "pattern": "^[0-9]+\\.[0-9]{2}$"}, "items": {"type": "array", "uniqueItems": true}},
    "required": ["total"]
}"#;

fn headers() -> [(&'static str, &'static str); 5] {
    [
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "/shop"),
        ("ce-type", "com.example.order"),
        ("content-type", "application/json"),
    ]
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
    let other = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/shop"), ("ce-type", "com.example.refund")];
    assert!(vetter.vet(other, b"{}", 0).is_accepted());
}

#[test]
fn a_schema_that_does_not_compile_fails_when_the_vetter_is_built() {
    for schema in ["{", r#"{"type":"nothing"}"#, r##"{"$ref":"#/$defs/missing"}"##, r#"{"pattern":"("}"#] {
        let error = Vetter::cloudevents().schema("t", schema).build().map(|_| ()).expect_err(schema);
        assert!(matches!(error, BuildError::Schema(_)), "{error}");
    }
}
