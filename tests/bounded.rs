//! Answers and places stay short, whatever a sender repeats and however long its names are.

use std::collections::BTreeSet;

use hookvet::{Finding, Policy, Preset, Problem, Rule, Verdict, Vetter};
use hookvet_linear::cases;

/// The longest answer to any request, in bytes.
const LONGEST: usize = 64 * 1024;

const AMLYZE: [(&str, &str); 6] = [
    ("ce-specversion", "1.0"),
    ("ce-id", "1"),
    ("ce-source", "customer"),
    ("ce-type", "com.amlyze.customer.updated"),
    ("ce-subject", "42"),
    ("content-type", "application/json"),
];

const UPDATE: &str = r#""customerExternalID":"42","updatedAt":"2026-03-10T12:53:45Z""#;

fn all_findings(verdict: &Verdict) -> Vec<&Finding> {
    let inner = verdict.batch().into_iter().flatten().flat_map(Verdict::findings);
    verdict.findings().iter().chain(inner).collect()
}

/// Asserts what holds for the places and the answer of every verdict.
fn assert_bounded(verdict: &Verdict, about: &str) {
    let findings = all_findings(verdict);
    for finding in &findings {
        let place = serde_json::to_value(finding).expect("JSON")["where"].as_str().expect("text").to_owned();
        assert!(place.chars().count() <= "body:".len() + 256, "{about}: {place}");
        for token in place.split('/') {
            // An escaped character of a name takes two.
            assert!(token.chars().count() <= 2 * 64 + 1, "{about}: {place}");
        }
    }
    // What refuses one event of a batch is listed although the list is full.
    let refused = verdict.batch().into_iter().flatten().filter(|verdict| !verdict.is_accepted()).count();
    assert!(findings.len() <= 102 + refused, "{about}: {} findings", findings.len());
    let listed: usize = findings.iter().map(|finding| serde_json::to_string(finding).expect("JSON").len()).sum();
    assert!(listed < LONGEST, "{about}: findings of {listed} bytes");
    let answer = Problem::of(verdict).map_or(0, |problem| problem.to_json().len());
    assert!(answer <= LONGEST, "{about}: an answer of {answer} bytes");
}

#[test]
fn no_answer_to_200_kb_is_longer_than_64_kib() {
    let mut broken = BTreeSet::new();
    for case in cases(200_000) {
        for preset in Preset::ALL {
            let verdict = case.judge(Policy::new(preset));
            assert_bounded(&verdict, &format!("{} {} {preset}", case.vendor, case.name));
            broken.extend(all_findings(&verdict).into_iter().map(|finding| finding.rule));
        }
    }
    assert!(broken.len() > 30, "the cases break {} rules alone", broken.len());
}

#[test]
fn a_long_name_over_150_duplicates_is_shown_in_short() {
    let name = "n".repeat(200_000);
    let body = format!("{{{UPDATE},\"{name}\":{{{}\"a\":1}}}}", "\"a\":1,".repeat(150));
    let verdict = Vetter::amlyze().build().expect("a vetter").vet(AMLYZE, body.as_bytes(), 0);
    assert_eq!((verdict.status(), verdict.findings().len()), (400, 101));
    let first = &verdict.findings()[0];
    assert_eq!((first.rule, first.place.to_string()), (Rule::JsonDuplicate, format!("body:/{}…/a", "n".repeat(64))));
    // The place is cut, and the offset says where it is.
    let at = first.offset.expect("an offset");
    assert!(body[at..].starts_with("\"a\":1,") && at > 200_000, "{at}");
    assert!(verdict.to_json().len() < LONGEST, "{}", verdict.to_json().len());
    assert_bounded(&verdict, "a long name");
}

#[test]
fn a_deep_place_is_cut_as_a_whole() {
    let deep = format!("{}{{\"a\":1,\"a\":1}}{}", "{\"mmmmmmmmmm\":".repeat(60), "}".repeat(60));
    let body = format!("{{{UPDATE},\"x\":{deep}}}");
    let verdict = Vetter::amlyze().build().expect("a vetter").vet(AMLYZE, body.as_bytes(), 0);
    let place = verdict.findings()[0].place.to_string();
    assert!(place.starts_with("body:/x/mmmmmmmmmm/") && place.ends_with('…'), "{place}");
    assert_eq!(place.chars().count(), "body:".len() + 256);
}

#[test]
fn members_under_names_that_begin_alike_are_told_apart_by_their_offsets() {
    let name = "n".repeat(300);
    let body = format!("{{{UPDATE},\"{name}1\":1e999,\"{name}2\":1e999}}");
    let verdict = Vetter::amlyze().build().expect("a vetter").vet(AMLYZE, body.as_bytes(), 0);
    let numbers: Vec<_> = verdict.findings().iter().filter(|finding| finding.rule == Rule::JsonNumber).collect();
    assert_eq!(numbers.len(), 2);
    assert_eq!(numbers[0].place, numbers[1].place);
    assert_ne!(numbers[0].offset, numbers[1].offset);
}

#[test]
fn an_id_that_is_too_long_for_an_answer_is_left_out_of_it() {
    let strict = Vetter::cloudevents().policy(Policy::strict()).build().expect("a vetter");
    let ask = |length: usize| {
        let body =
            format!(r#"{{"specversion":"1.0","id":"{}","source":"/s","type":"t","subject":""}}"#, "i".repeat(length));
        strict.vet([("content-type", "application/cloudevents+json")], body.as_bytes(), 0)
    };
    let instance = |verdict: &Verdict| {
        Problem::of(verdict).map(|problem| problem.to_json().contains("\"instance\":")).expect("refused")
    };
    assert!(instance(&ask(100)));
    let long = ask(200_000);
    assert!(!instance(&long));
    assert_bounded(&long, "a long id");
}

#[test]
fn findings_are_bounded_over_a_whole_batch_that_is_let_through() {
    let event = r#"{"specversion":"1.0","id":"1","source":"s","type":"t","a_b":1,"c_d":2,"e_f":3,"g_h":4}"#;
    let body = format!("[{event}{}]", format!(",{event}").repeat(2_000));
    let observe = Vetter::cloudevents().policy(Policy::observe()).solicit_batches(true).build().expect("a vetter");
    let verdict = observe.vet([("content-type", "application/cloudevents-batch+json")], body.as_bytes(), 0);
    assert!(verdict.is_accepted());
    // Every event is there for the handler, and the rest of the findings is counted once.
    assert_eq!(verdict.batch().map(<[_]>::len), Some(2_001));
    assert_eq!(all_findings(&verdict).len(), 101);
    let last = verdict.findings().last().expect("a finding");
    assert_eq!((last.rule, last.message.as_ref()), (Rule::LimitFindings, "7904 further findings are left out"));
}
