//! What the native core says about every case, for other surfaces to be held to: `target/conformance.jsonl`.
//!
//! A line is a name, a request as [`hookvet::CheckRequest`] documents it, the verdict's JSON and the problem document. Every
//! case goes through every policy.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookvet::{CheckRequest, Checker, Policy, Preset, Problem, Vendor};
use hookvet_linear::Case;
use hookvet_tests::{cases, cases_dir, text};
use serde_json::{Value, json};

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("text")).expect("JSON")
}

/// Name and request of everything that `tests/cases` and `schemas/examples` hold.
fn requests() -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for path in files(&cases_dir().join("golden")) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        all.push((format!("golden {name}"), json(&path)["request"].clone()));
    }
    for case in cases("cloudevents.json") {
        let mut request = json!({ "vendor": "cloudevents", "batches": true, "headers": case["headers"] });
        for body in ["body", "body_base64"] {
            if case[body].is_string() {
                request[body] = case[body].clone();
            }
        }
        all.push((format!("cloudevents {}", text(&case, "id")), request));
    }
    for case in cases("readings.json") {
        for form in ["accepted", "canonical"] {
            let name = format!("reading {} {form}: {}", text(&case, "rule"), text(&case, "about"));
            all.push((name, case[form].clone()));
        }
    }
    for case in cases("dataspike-signatures.json") {
        let request = json!({
            "vendor": "dataspike",
            "headers": [["content-type", "application/json"], ["X-Webhook-Signature", case["header"]]],
            "body_base64": case["raw_body_base64"],
            "secrets": [case["secret"]],
            "now": case["timestamp"],
        });
        all.push((format!("signature {}", text(&case, "name")), request));
    }
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/examples");
    for vendor in [Vendor::Amlyze, Vendor::Dataspike] {
        for folder in [examples.join(vendor.as_str()), examples.join("refused").join(vendor.as_str())] {
            for path in files(&folder) {
                let example = json(&path);
                // Documents besides the events have no headers.
                if example["headers"].is_array() {
                    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                    let body = example["body"].to_string();
                    let request = json!({ "vendor": vendor.as_str(), "headers": example["headers"], "body": body });
                    all.push((format!("example {name}"), request));
                }
            }
        }
    }
    all.extend(hostile());
    all
}

/// The deliveries of 200 KB whose answers are the longest.
fn hostile() -> Vec<(String, Value)> {
    let answer =
        |case: &Case| Problem::of(&case.judge(Policy::standard())).map_or(0, |problem| problem.to_json().len());
    let longest = hookvet_linear::cases(200_000).into_iter().filter(|case| answer(case) > 30_000);
    let request = |case: Case| {
        let headers = case.headers.iter().map(|(name, value)| json!([name, String::from_utf8_lossy(value)]));
        let request = json!({
            "vendor": case.vendor.as_str(),
            "batches": true,
            "headers": headers.collect::<Vec<_>>(),
            "body_base64": STANDARD.encode(&case.body),
        });
        (format!("hostile {}", case.name), request)
    };
    let all: Vec<_> = longest.map(request).collect();
    assert!(!all.is_empty());
    all
}

#[test]
fn the_native_verdicts_are_written_down() {
    let mut checker = Checker::default();
    let mut lines = String::new();
    let mut count = 0;
    for (name, request) in requests() {
        for preset in Preset::ALL {
            let mut request = request.clone();
            request["policy"] = preset.as_str().into();
            let parsed =
                CheckRequest::from_json(&request.to_string()).unwrap_or_else(|error| panic!("{name}: {error}"));
            let verdict = checker.check(&parsed).unwrap_or_else(|error| panic!("{name}: {error}"));
            let problem = Problem::of(&verdict).map(|problem| problem.to_json());
            assert_eq!(serde_json::to_string(&verdict).expect("text"), verdict.to_json(), "{name}");
            let line = json!({ "name": name, "request": request, "verdict": verdict.to_json(), "problem": problem });
            writeln!(lines, "{line}").expect("a string");
            count += 1;
        }
    }
    assert!(count > 1_800, "{count}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    std::fs::create_dir_all(&folder).expect("a folder");
    // Whole or not at all, since several test runs may write it at once.
    let fresh = folder.join(format!("conformance.jsonl.{}", std::process::id()));
    std::fs::write(&fresh, lines).expect("written");
    std::fs::rename(&fresh, folder.join("conformance.jsonl")).expect("renamed");
}
