//! The published examples of refused deliveries give the findings that stand beside them, and quote nothing.

use std::path::{Path, PathBuf};

use hookvet::{Decision, Finding, Vendor, Vetter};
use hookvet_tests::{text, vet};
use serde_json::Value;

fn examples(vendor: Vendor) -> Vec<(PathBuf, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/examples/refused").join(vendor.as_str());
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found: Vec<_> = files
        .map(|file| {
            let path = file.expect("an entry").path();
            let example = serde_json::from_str(&std::fs::read_to_string(&path).expect("text")).expect("JSON");
            (path, example)
        })
        .collect();
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    found
}

#[test]
fn each_gives_its_findings_and_no_others() {
    let mut count = 0;
    for vendor in [Vendor::Amlyze, Vendor::Dataspike] {
        let vetter = Vetter::builder(vendor).allow_unsigned().build().expect("the built-in schemas compile");
        for (path, example) in examples(vendor) {
            let path = path.display();
            let verdict = vet(&vetter, &example, example["body"].to_string().as_bytes(), 0);
            assert_eq!(verdict.decision(), Decision::Reject, "{path}: {}", verdict.to_json());
            assert_eq!(verdict.status(), 422, "{path}");
            let expected = example["findings"].as_array().expect("a list");
            let found: Vec<_> =
                verdict.findings().iter().map(|f| (f.rule.id(), f.severity.as_str(), f.place.to_string())).collect();
            let wanted: Vec<_> =
                expected.iter().map(|f| (text(f, "rule"), text(f, "severity"), text(f, "where").to_owned())).collect();
            assert_eq!(found, wanted, "{path}");
            for (finding, expected) in verdict.findings().iter().zip(expected) {
                says_what_is_allowed(finding, expected);
            }
            quotes_nothing(&example["body"], verdict.findings());
            count += 1;
        }
    }
    assert!(count >= 50, "{count}");
}

fn says_what_is_allowed(finding: &Finding, expected: &Value) {
    assert_eq!(finding.rule.id() == "SCHEMA-enum", expected["allowed"].is_array(), "{finding:?}");
    if let Some(allowed) = expected["allowed"].as_array() {
        let words: Vec<_> = allowed.iter().map(|word| word.as_str().unwrap_or("null")).collect();
        assert!(finding.message.ends_with(&format!(": {}", words.join(", "))), "{finding:?}");
    }
}

/// No text of the payload stands in a message; the vendor's own words behind the colon are not the payload's.
fn quotes_nothing(body: &Value, findings: &[Finding]) {
    match body {
        Value::Object(members) => members.values().for_each(|value| quotes_nothing(value, findings)),
        Value::Array(list) => list.iter().for_each(|value| quotes_nothing(value, findings)),
        Value::String(text) => {
            for finding in findings {
                let said = match finding.message.split_once(": ") {
                    Some((said, _)) if finding.rule.id() == "SCHEMA-enum" => said,
                    _ => &finding.message,
                };
                let mut words =
                    said.split(|character: char| !(character.is_alphanumeric() || "_-:".contains(character)));
                assert!(words.all(|word| word != text), "{finding:?}");
                assert!(!text.contains(' ') || !said.contains(text.as_str()), "{finding:?}");
            }
        }
        _ => {}
    }
}
