//! The binary as its users run it: output and exit codes.

mod common;

use common::{code, hookvet, stdout};
use insta::assert_snapshot;

const UPDATE: &str = "\
POST /amlyze HTTP/1.1
ce-specversion: 1.0
ce-id: 0412a5ca-3be7-46b7-87de-38366397602e
ce-source: customer
ce-type: com.amlyze.customer.updated
ce-subject: 42
ce-time: 2026-03-10t12:53:45Z
content-type: application/json

{
  \"customerExternalID\": \"42\",
  \"riskLevel\": \"SEVERE\",
  \"updateAt\": \"2026-03-10T12:53:45Z\"
}
";

#[test]
fn check_underlines_every_finding_and_exits_1_on_a_refusal() {
    let output = hookvet(&["check"], UPDATE);
    assert_eq!(code(&output), 1);
    assert_snapshot!(stdout(&output), @r#"
    refused 422  amlyze binary mode, nothing proves the sender
      type    com.amlyze.customer.updated
      key     customer 0412a5ca-3be7-46b7-87de-38366397602e
      subject 42
      schema  urn:hookvet:amlyze:com.amlyze.customer.updated:1

    warning AMLYZE-D10: time is written with a lower-case t and z
         7 | ce-time: 2026-03-10t12:53:45Z
           |          ^^^^^^^^^^^^^^^^^^^^

    drift SCHEMA-enum (refuses): not one of the documented values: NONE, LOW, MEDIUM, HIGH, EXTREME
      --> body:/riskLevel
        12 |   "riskLevel": "SEVERE",
           |                ^^^^^^^^

    warning AMLYZE-D15: spelt updateAt, as in the vendor's example; it is read as updatedAt
      --> body:/updateAt
        13 |   "updateAt": "2026-03-10T12:53:45Z"
           |   ^^^^^^^^^^
    "#);
}

#[test]
fn check_exits_0_on_an_accepted_delivery_and_takes_policy_and_rules() {
    assert_eq!(code(&hookvet(&["check", "--policy", "tolerant"], UPDATE)), 0);
    assert_eq!(code(&hookvet(&["check", "--rule", "SCHEMA-enum=warning"], UPDATE)), 0);
    assert_eq!(code(&hookvet(&["check", "--policy", "tolerant", "--rule", "AMLYZE-D15=error"], UPDATE)), 1);
    let output = hookvet(&["check", "--format", "json", "--policy", "observe"], UPDATE);
    assert!(stdout(&output).starts_with(r#"{"decision":"accept","status":204,"vendor":"amlyze""#));
}

#[test]
fn wrong_use_exits_2_and_says_what_would_be_right() {
    for (arguments, input, says) in [
        (&["check"][..], "{}", "line 1 is no request line"),
        (&["check", "no-such-file"], "", "cannot open no-such-file"),
        (&["check", "--policy", "lenient"], "", "there are strict, standard, tolerant and observe"),
        (&["check", "--rule", "CE-V99=off"], "", "no rule is called"),
        (&["check", "--vendor", "acme"], "", "amlyze"),
        (&["check", "--secret", "hunter2"], UPDATE, "starts with whsec_"),
        (&["schema", "nothing"], "", "hookvet events"),
        (&["send", "amlyze", "nothing", "--to", "http://127.0.0.1:1"], "", "hookvet events"),
        (&["send", "amlyze", "com.amlyze.customer.updated", "--to", "http://127.0.0.1:1"], "", "no answer"),
    ] {
        let output = hookvet(arguments, input);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(code(&output), 2, "{arguments:?}: {error}");
        assert!(error.contains(says), "{arguments:?}: {error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn jsonl_answers_each_line_in_its_place_and_exits_2_when_one_is_no_request() {
    let good = r#"{"vendor":"cloudevents","headers":[["content-type","application/json"]],"body":"{}"}"#;
    let output = hookvet(&["check", "--jsonl"], &format!("{good}\n\n{{\"vendor\":7}}\n{good}"));
    assert_eq!(code(&output), 2);
    let text = stdout(&output);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with(r#"{"decision":"reject","status":400"#));
    assert_eq!(lines[1], r#"{"error":"member vendor must be a string"}"#);
    assert_eq!(lines[2], lines[0]);
    assert_eq!(code(&hookvet(&["check", "--jsonl"], good)), 0);
}

#[test]
fn events_and_schemas_are_listed() {
    let events = stdout(&hookvet(&["events"], ""));
    assert_eq!(events.lines().count(), 40);
    assert_eq!(stdout(&hookvet(&["events", "--vendor", "dataspike", "--format", "json"], "")).lines().count(), 7);
    let schema = stdout(&hookvet(&["schema", "DOCVER"], ""));
    assert!(schema.contains("urn:hookvet:dataspike:DOCVER:1"), "{schema}");
}

#[test]
fn a_dry_run_of_send_is_what_check_reads() {
    let secret = "whsec_000102030405060708090a0b0c0d0e0f";
    let arguments = ["send", "dataspike", "DOCVER", "--to", "http://h/dataspike", "--dry-run", "--now", "100"];
    let request = hookvet(&[&arguments[..], &["--secret", secret, "--fresh"]].concat(), "");
    assert_eq!(code(&request), 0);
    let check = ["check", "--now", "400", "--secret", secret];
    let output = hookvet(&check, &stdout(&request));
    assert_eq!(code(&output), 0, "{}", stdout(&output));
    assert!(stdout(&output).contains("signature verified"));
    assert_eq!(code(&hookvet(&["check", "--now", "401", "--secret", secret], &stdout(&request))), 1);
}
