//! The binary as its users run it: output and exit codes.

mod common;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};

use common::{Receiver, code, exchange, folder, hookvet, stdout};
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

/// Whether a terminal would do something else with a text than to show it, line by line.
fn acts(text: &str) -> bool {
    text.chars()
        .any(|one| (one.is_control() && one != '\n') || "\u{202e}\u{2066}\u{2028}\u{200b}\u{feff}".contains(one))
}

#[test]
fn a_capture_cannot_write_a_verdict_of_its_own() {
    let forged = "x\u{1b}[2J\u{9b}1A\u{202e}\u{2028}\raccepted 204\u{feff}";
    let name = "ce-\u{1b}[2J\u{9b}1A\u{202e}\u{2028}\u{feff}";
    let capture = UPDATE
        .replace("ce-source: customer", &format!("ce-source: {forged}\nx: {forged}\n{name}: {name}"))
        .replace("com.amlyze.customer.updated", "com.amlyze.customer.updated\u{2066}")
        .replace("ce-subject: 42", &format!("ce-subject: {forged}"))
        .replace("\"riskLevel\"", &format!("\"pep{}\": 1,\n \"riskLevel\"", forged.replace('\r', "\\n")));
    for arguments in [&["check"][..], &["check", "--policy", "strict"], &["check", "--vendor", "cloudevents"]] {
        let output = hookvet(arguments, &capture);
        let text = stdout(&output);
        assert!(text.starts_with("refused ") && !acts(&text), "{text:?}");
        assert!(!text.contains("\naccepted") && text.contains(r"\u{1b}[2J"), "{text}");
        assert!(!acts(&String::from_utf8_lossy(&output.stderr)));
    }
}

#[test]
fn an_underline_stands_below_what_it_is_about_however_that_is_written() {
    let capture =
        UPDATE.replace("  \"riskLevel\": \"SEVERE\"", "\t\"risk\u{200b}\": 1, \"riskLevel\": \"SEVERE\u{202e}é\"");
    let text = stdout(&hookvet(&["check"], &capture));
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().rposition(|line| line.contains("SEVERE")).expect("a snippet");
    let columns = |line: &str, mark: char| {
        let all: Vec<usize> = line.chars().enumerate().filter(|(_, one)| *one == mark).map(|(at, _)| at).collect();
        (all[0], all[all.len() - 1])
    };
    let shown = r#""SEVERE\u{202e}é""#;
    let start = lines[at].find(shown).map(|byte| lines[at][..byte].chars().count()).expect("the value");
    assert_eq!(columns(lines[at + 1], '^'), (start, start + shown.chars().count() - 1), "{text}");
}

#[test]
fn check_judges_the_method_as_a_receiver_does() {
    let capture = UPDATE.replace("SEVERE", "HIGH");
    assert_eq!(code(&hookvet(&["check"], &capture)), 0);
    for line in ["PUT /amlyze HTTP/1.1", "post /amlyze HTTP/1.1", ":method: GET\n:path: /amlyze"] {
        for policy in ["strict", "observe"] {
            let arguments = ["check", "--policy", policy, "--format", "json"];
            let output = hookvet(&arguments, &capture.replace("POST /amlyze HTTP/1.1", line));
            let text = stdout(&output);
            assert!(text.starts_with(r#"{"decision":"reject","status":405"#) && text.contains("HTTP-method"), "{text}");
        }
    }
}

const BATCH: &str = "\
POST /cloudevents HTTP/1.1
content-type: application/cloudevents-batch+json

[{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"}]";

#[test]
fn batches_are_taken_where_they_were_asked_for_by_check_and_serve_alike() {
    let output = hookvet(&["check"], BATCH);
    assert!(code(&output) == 1 && stdout(&output).contains("CE-M7"), "{}", stdout(&output));
    assert_eq!(code(&hookvet(&["check", "--batches"], BATCH)), 0);
    let (head, body) = BATCH.split_once("\n\n").expect("a body");
    let head = head.replace('\n', "\r\n");
    let request = format!("{head}\r\nhost: h\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let (_folder, store) = folder();
    for (arguments, status) in [(&[][..], 415), (&["--batches"], 204)] {
        let receiver = Receiver::start(&store, arguments);
        assert!(exchange(&receiver.address, &request).starts_with(&format!("HTTP/1.1 {status}")));
    }
    let line =
        r#"{"vendor":"cloudevents","headers":[["content-type","application/cloudevents-batch+json"]],"body":"[]""#;
    let lines = format!("{line}}}\n{line},\"batches\":true}}");
    let verdicts = stdout(&hookvet(&["check", "--jsonl"], &lines));
    let statuses: Vec<&str> = verdicts.lines().filter_map(|line| line.split(',').nth(1)).collect();
    assert_eq!(statuses, [r#""status":415"#, r#""status":204"#]);
}

#[test]
fn a_short_secret_is_taken_and_named_and_white_space_around_one_is_told() {
    let stderr = |secret: &str| {
        let output = hookvet(&["check", "--secret", secret], UPDATE);
        (code(&output), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let long = "whsec_000102030405060708090a0b0c0d0e0f";
    assert_eq!(stderr(long), (1, String::new()));
    let (outcome, said) = stderr("whsec_0102");
    assert!(outcome == 1 && said.contains("--secret, number 1,") && !said.contains("0102"), "{said}");
    let (outcome, said) = stderr(&format!("{long}\n"));
    assert!(outcome == 2 && said.contains("white space around it") && !said.contains("0a0b"), "{said}");
}

#[test]
fn the_answer_of_a_server_is_shown_on_one_line_whatever_it_says() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut head = BufReader::new(stream.try_clone().expect("a stream"));
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            head.read_line(&mut line).expect("a line");
        }
        let body = "no\u{1b}[1A\u{1b}[2K204 No Content\n204 No Content\u{202e}\n";
        let answer = format!("HTTP/1.1 500 x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        stream.write_all(answer.as_bytes()).expect("sent");
        // Until the sender has read it.
        let _ = stream.read(&mut [0; 4096]);
    });
    let output = hookvet(&["send", "amlyze", "com.amlyze.customer.updated", "--to", &url], "");
    server.join().expect("served");
    let text = stdout(&output);
    assert_eq!((code(&output), text.lines().count(), acts(&text)), (1, 2, false), "{text:?}");
    assert!(text.ends_with("\\n204 No Content\\u{202e}\n"), "{text}");
}

#[test]
fn a_log_line_names_documented_types_alone() {
    let (_folder, store) = folder();
    let mut receiver = Receiver::start(&store, &["--policy", "observe"]);
    for event_type in ["com.amlyze.customer.updated", "app.amlyze.customer.updated", "Jane Doe"] {
        let request = format!(
            "POST /amlyze HTTP/1.1\r\nhost: h\r\nconnection: close\r\nce-specversion: 1.0\r\nce-id: Jane-id\r\nce-source: \
             Jane-source\r\nce-subject: Jane-subject\r\nce-type: {event_type}\r\ncontent-type: application/json\r\n\
             content-length: 2\r\n\r\n{{}}"
        );
        assert!(exchange(&receiver.address, &request).starts_with("HTTP/1.1 204"));
    }
    let mut types = Vec::new();
    for _ in 0..3 {
        let mut line = String::new();
        receiver.log.read_line(&mut line).expect("a line");
        assert!(!line.contains("Jane"), "{line}");
        let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        types.push(line["type"].as_str().expect("a type").to_owned());
    }
    assert_eq!(types, ["com.amlyze.customer.updated", "com.amlyze.customer.updated", "other"]);
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

/// An order of one's own, as a capture.
fn order(event_type: &str, body: &str) -> String {
    format!(
        "POST /orders HTTP/1.1\nce-specversion: 1.0\nce-id: 1\nce-source: /shop\nce-type: {event_type}\ncontent-type: \
         application/json\n\n{body}"
    )
}

/// A folder with a schema that refers to another file.
fn schemas() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("com.example.order.json");
    std::fs::write(&path, r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","properties":{"to":{"$ref":"address.json"}},"typ":1}"#)
        .expect("written");
    let address = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","required":["city"]}"#;
    std::fs::write(folder.path().join("address.json"), address).expect("written");
    let path = path.to_str().expect("a path").to_owned();
    (folder, path)
}

#[test]
fn check_takes_schemas_of_ones_own() {
    let (folder, _) = schemas();
    let folder = folder.path().to_str().expect("a path");
    let check = |event_type: &str, body: &str| {
        let output = hookvet(&["check", "--schemas", folder], &order(event_type, body));
        (code(&output), stdout(&output), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (status, _, said) = check("com.example.order", r#"{"to":{"city":"Vilnius"}}"#);
    assert_eq!(status, 0);
    assert!(said.contains("at /typ: typ is no keyword of draft 2020-12"), "{said}");
    let (status, text, _) = check("com.example.order", r#"{"to":{}}"#);
    assert_eq!(status, 1);
    assert!(text.contains("SCHEMA-required"), "{text}");
    // A file that is only referred to is no type.
    for event_type in ["address", "com.example.Order"] {
        let (status, text, _) = check(event_type, "{}");
        assert_eq!(status, 1);
        assert!(text.contains("CE-type-unknown"), "{text}");
    }
    let file = format!("com.example.order={folder}/address.json");
    assert_eq!(code(&hookvet(&["check", "--schema", &file], &order("com.example.order", r#"{"city":1}"#))), 0);
    assert_eq!(code(&hookvet(&["check", "--schema", &file], &order("com.example.order", "{}"))), 1);
}

#[test]
fn schemas_that_cannot_be_used_are_wrong_use() {
    let (folder, order_file) = schemas();
    let empty = tempfile::tempdir().expect("a folder");
    let path = |path: &std::path::Path| path.to_str().expect("a path").to_owned();
    let lone = format!("com.example.order={order_file}");
    let documented = format!("com.amlyze.customer.updated={}/address.json", path(folder.path()));
    for (arguments, said) in [
        (vec!["check", "--schema", "order.json"], "expected TYPE=FILE, as in com.example.order=order.json"),
        (vec!["check", "--schema", "a=missing.json"], "cannot read the schema missing.json"),
        // Without the folder nobody knows what it refers to.
        (vec!["check", "--schema", &lone], "address.json, which is not there"),
        (vec!["check", "--schemas", &path(empty.path())], "named after an event type, as com.example.order.json"),
        (vec!["check", "--vendor", "amlyze", "--schema", &documented], "`.schema(…)` has no effect here"),
    ] {
        let output = hookvet(&arguments, &order("com.example.order", "{}"));
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(code(&output), 2, "{arguments:?}: {errors}");
        assert!(errors.contains(said), "{arguments:?}: {errors}");
    }
}

#[test]
fn serve_takes_schemas_of_ones_own_at_its_route_for_them() {
    let (schemas, _) = schemas();
    let (_folder, store) = folder();
    let receiver = Receiver::start(&store, &["--schemas", schemas.path().to_str().expect("a path")]);
    let post = |event_type: &str, body: &str| {
        let request = format!(
            "POST /cloudevents HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nce-specversion: 1.0\r\nce-id: 1\r\nce-source: \
             /shop\r\nce-type: {event_type}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        exchange(&receiver.address, &request)
    };
    assert!(post("com.example.order", r#"{"to":{"city":"Vilnius"}}"#).starts_with("HTTP/1.1 204"));
    assert!(post("com.example.order", r#"{"to":{}}"#).contains("SCHEMA-required"));
    assert!(post("com.example.other", "{}").contains("CE-type-unknown"));
}
