//! Every rule is on the page about them, and is produced by some case.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hookvet::{CheckRequest, Checker, Class, Policy, Rule, Secret, Vendor, Verdict, Vetter};
use hookvet_tests::{body, cases, cases_dir, rules_page, text, vet};
use serde_json::Value;

#[test]
fn the_page_is_what_the_rules_say() {
    let page = rules_page::render();
    compare(rules_page::PATH, &page);
    compare(rules_page::DATA_PATH, &rules_page::render_data());
    for rule in Rule::ALL {
        assert_eq!(page.matches(&format!("<a id=\"{rule}\"></a>\n### {rule}\n")).count(), 1, "{rule}");
    }
}

#[test]
fn the_prose_of_the_page_says_what_observe_does_and_names_every_class() {
    let page = rules_page::render();
    let (head, _) = page.split_once("\n## How to change a rule").expect("a head");
    for class in Class::ALL {
        assert!(head.contains(&class.name().replace('-', " ")), "{class:?}");
    }
    let (_, limits) = page.split_once("\n## Limits\n\n").expect("the limits");
    let about = limits.lines().next().expect("a line");
    for rule in Rule::ALL.iter().filter(|rule| rule.id().starts_with("LIMIT-")) {
        let refuses = Policy::observe().rejects(*rule);
        assert_eq!((about.contains(rule.id()), head.contains(rule.id())), (refuses, refuses), "{rule}");
    }
}

/// Compares a file with what it is rendered from, or writes it.
fn compare(path: &str, fresh: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(&file, fresh).expect("written");
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(found == fresh, "{path} is stale: run `cargo xtask generate`");
}

/// Rules that no request as a case file has it can break, each with what does break it.
const ELSEWHERE: &[(&str, &[Rule])] = &[
    (
        "adapters, which know the method and the body's way",
        &[Rule::HttpMethod, Rule::HttpTimeout, Rule::HttpIncomplete, Rule::HttpDecoding],
    ),
    (
        "receivers with credentials or a list of networks",
        &[Rule::AuthPeer, Rule::AuthMissing, Rule::AuthMismatch, Rule::AuthExpired],
    ),
    ("adapters that keep deliveries", &[Rule::StoreUnavailable]),
    ("receivers that say which types they take", &[Rule::CeTypeUnknown]),
    ("receivers that have taken up the webhook handshake", &[Rule::CeWhOrigin, Rule::CeWhRate]),
    (
        "requests too large for a case file, in bad_input.rs",
        &[Rule::LimitHeaders, Rule::LimitBody, Rule::LimitDepartures, Rule::LimitFindings],
    ),
    (
        "schemas that a user brings",
        &[
            Rule::SchemaConst,
            Rule::SchemaPattern,
            Rule::SchemaMinimum,
            Rule::SchemaMaximum,
            Rule::SchemaExclusiveMinimum,
            Rule::SchemaExclusiveMaximum,
            Rule::SchemaMultipleOf,
            Rule::SchemaMinItems,
            Rule::SchemaMaxItems,
            Rule::SchemaUniqueItems,
            Rule::SchemaMinProperties,
            Rule::SchemaMaxProperties,
            Rule::SchemaPropertyNames,
            Rule::SchemaDependentRequired,
            Rule::SchemaAdditionalProperties,
            Rule::SchemaUnevaluatedProperties,
            Rule::SchemaUnevaluatedItems,
            Rule::SchemaContains,
            Rule::SchemaAnyOf,
            Rule::SchemaOneOf,
            Rule::SchemaNot,
            Rule::SchemaFalse,
            Rule::SchemaOther,
        ],
    ),
];

#[test]
fn every_rule_is_produced_by_a_case_or_listed_with_its_reason() {
    let produced = produced();
    let elsewhere: BTreeSet<Rule> = ELSEWHERE.iter().flat_map(|(_, rules)| *rules).copied().collect();
    let missing: Vec<_> =
        Rule::ALL.iter().filter(|rule| !produced.contains(rule) && !elsewhere.contains(rule)).collect();
    assert!(missing.is_empty(), "no case produces {missing:?}");
    let idle: Vec<_> = elsewhere.intersection(&produced).collect();
    assert!(idle.is_empty(), "listed as produced elsewhere, and a case produces it: {idle:?}");
}

/// The rules of all findings that all case files give.
fn produced() -> BTreeSet<Rule> {
    let mut found = BTreeSet::new();
    let mut checker = Checker::default();
    let mut check = |request: &Value| {
        let request = CheckRequest::from_json(&request.to_string()).expect("a request");
        note(&checker.check(&request).expect("a verdict"), &mut found);
    };
    for file in files(&cases_dir().join("golden")) {
        check(&json(&file)["request"]);
    }
    for case in cases("readings.json") {
        check(&case["accepted"]);
    }
    let cloudevents = Vetter::cloudevents().policy(Policy::strict()).solicit_batches(true).build().expect("no schema");
    for case in cases("cloudevents.json") {
        note(&vet(&cloudevents, &case, &body(&case), 0), &mut found);
    }
    for case in cases("dataspike-signatures.json") {
        let secret = Secret::parse(text(&case, "secret")).expect("a secret");
        let vetter = Vetter::dataspike().secret(secret).build().expect("a vetter");
        let headers = [("content-type", "application/json"), ("X-Webhook-Signature", text(&case, "header"))];
        note(&vetter.vet(headers, b"{}", case["timestamp"].as_u64().expect("a time")), &mut found);
    }
    for vendor in [Vendor::Amlyze, Vendor::Dataspike] {
        let vetter = Vetter::builder(vendor).allow_unsigned().build().expect("the built-in schemas compile");
        let refused = format!("../schemas/examples/refused/{vendor}");
        for file in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(refused)) {
            let example = json(&file);
            note(&vet(&vetter, &example, example["body"].to_string().as_bytes(), 0), &mut found);
        }
    }
    found
}

fn note(verdict: &Verdict, found: &mut BTreeSet<Rule>) {
    let inner = verdict.batch().into_iter().flatten().flat_map(Verdict::findings);
    found.extend(verdict.findings().iter().chain(inner).map(|finding| finding.rule));
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("text")).expect("JSON")
}
