//! `hookvet inbox`: what operators do with a store, on one that `hookvet serve` has filled.

mod common;

use std::path::Path;

use common::{Receiver, code, exchange, folder, hookvet, stdout, update, url};
use serde_json::Value;

const CLOSE: &str = "connection: close\r\n";

/// Three deliveries, one of which came twice and one under another content.
fn filled() -> (tempfile::TempDir, std::path::PathBuf) {
    let (folder, store) = folder();
    let receiver = Receiver::start(&store, &[]);
    for (id, more) in [("1", ""), ("2", ""), ("1", ""), ("2", "ce-note: x\r\n")] {
        let answer = exchange(&receiver.address, &update(id, &format!("{more}{CLOSE}")));
        assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    }
    (folder, store)
}

fn inbox(store: &Path, arguments: &[&str], input: &str) -> (i32, String) {
    let output = hookvet(&[&["inbox", "--inbox", &url(store)], arguments].concat(), input);
    let mut said = stdout(&output);
    said.push_str(&String::from_utf8(output.stderr.clone()).expect("UTF-8"));
    (code(&output), said)
}

fn listed(store: &Path, arguments: &[&str]) -> Vec<Value> {
    let (code, said) = inbox(store, &[&["list", "--format", "json"], arguments].concat(), "");
    assert_eq!(code, 0, "{said}");
    said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn a_list_shows_what_is_there_and_nothing_of_what_it_holds() {
    let (_folder, store) = filled();
    let (code, table) = inbox(&store, &["list"], "");
    assert_eq!((code, table.lines().count()), (0, 4), "{table}");
    assert!(table.contains("com.amlyze.customer.updated") && table.contains("(conflict)"), "{table}");
    let lines = listed(&store, &[]);
    let seen: Vec<_> = lines.iter().map(|line| (&line["redeliveries"], &line["conflict"], &line["state"])).collect();
    let ready = &Value::from("ready");
    let expected =
        [(1, false), (0, false), (0, true)].map(|(again, conflict)| (Value::from(again), Value::from(conflict)));
    assert!(seen.iter().zip(&expected).all(|(seen, (again, conflict))| *seen == (again, conflict, ready)), "{lines:?}");
    let all = format!("{table}{lines:?}");
    // The subject and what the body says.
    assert!(!all.contains("HIGH") && !all.contains("customerExternalID"), "{all}");
    assert_eq!(listed(&store, &["--state", "dead"]).len(), 0);
    assert_eq!(listed(&store, &["--vendor", "amlyze", "--subject", "42", "--limit", "2"]).len(), 2);
}

#[test]
fn what_show_prints_can_be_checked() {
    let (_folder, store) = filled();
    let (code_of_show, shown) = inbox(&store, &["show", "1"], "");
    assert_eq!(code_of_show, 0, "{shown}");
    let shown: Value = serde_json::from_str(&shown).expect("JSON");
    assert_eq!((&shown["key"], &shown["verdict"]["decision"]), (&"customer 1".into(), &"accept".into()));
    let line = serde_json::json!({ "vendor": shown["vendor"], "headers": shown["headers"], "body": shown["body"] });
    let checked = hookvet(&["check", "--jsonl"], &line.to_string());
    assert!(stdout(&checked).contains(r#""decision":"accept""#), "{}", stdout(&checked));
    assert_eq!(inbox(&store, &["show", "99"], "").0, 2);
}

#[test]
fn work_prints_each_delivery_once_and_in_order() {
    let (_folder, store) = filled();
    let (code, said) = inbox(&store, &["work", "--once"], "");
    let seqs: Vec<_> = said
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .map(|line| (line["seq"].as_i64(), line["body"].is_string()))
        .collect();
    assert_eq!((code, seqs), (0, vec![(Some(1), true), (Some(2), true), (Some(3), true)]));
    assert_eq!(inbox(&store, &["work", "--once"], ""), (0, String::new()));
    assert_eq!(listed(&store, &["--state", "done"]).len(), 3);
}

#[test]
fn the_output_of_one_is_the_input_of_the_next() {
    let (_folder, store) = filled();
    assert_eq!(inbox(&store, &["kill"], "").0, 2);
    assert_eq!(inbox(&store, &["kill", "1", "3"], ""), (0, "2 given up\n".to_owned()));
    let dead: String = listed(&store, &["--state", "dead"]).iter().map(|line| format!("{line}\n")).collect();
    assert_eq!(inbox(&store, &["retry", "--stdin"], &dead), (0, "2 to be worked on\n".to_owned()));
    assert_eq!(inbox(&store, &["retry", "--stdin"], ""), (0, "0 to be worked on\n".to_owned()));
    assert_eq!(inbox(&store, &["retry", "--stdin"], "no JSON").0, 2);
    assert_eq!(inbox(&store, &["erase", "--subject", "42"], ""), (0, "3 erased\n".to_owned()));
    assert_eq!(listed(&store, &[]).len(), 0);
    let (_, stats) = inbox(&store, &["stats", "--format", "json"], "");
    assert!(stats.contains(r#""ready":0"#), "{stats}");
    assert_eq!(
        inbox(&store, &["sweep", "--keys", "0", "--deliveries", "0"], ""),
        (0, "0 deliveries and 3 keys are swept\n".to_owned())
    );
}

#[tokio::test]
async fn release_judges_again_by_the_policy_of_today() {
    use hookvet_inbox::{Inbox, Record, Store as _};

    let (_folder, store) = folder();
    let store_of_test = Inbox::open(&url(&store)).await.expect("an inbox");
    let headers = [
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "customer"),
        ("ce-type", "com.amlyze.customer.updated"),
        ("content-type", "application/json"),
    ];
    let body =
        |risk: &str| format!(r#"{{"customerExternalID":"42","riskLevel":{risk},"updatedAt":"2026-03-10T12:53:45Z"}}"#);
    for (key, risk) in [("a", "\"SEVERE\""), ("b", "7")] {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect();
        let record = Record {
            vendor: "amlyze".into(),
            key: Some(key.into()),
            headers,
            body: body(risk).into(),
            is_quarantined: true,
            ..Record::default()
        };
        let _ = store_of_test.append(record, None).await.expect("kept");
    }
    let (code, said) = inbox(&store, &["release", "--all"], "");
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("1 is still refused: SCHEMA-enum at body:/riskLevel") && said.contains("0 released, 2"),
        "{said}"
    );
    let (code, said) = inbox(&store, &["release", "--all", "--policy", "tolerant"], "");
    assert!(code == 1 && said.contains("1 released, 1 still refused"), "{said}");
    assert_eq!(inbox(&store, &["release", "2", "--anyway"], ""), (0, "1 released\n".to_owned()));
    assert_eq!(listed(&store, &["--state", "ready"]).len(), 2);
}

#[test]
fn what_is_stored_is_encrypted_where_there_is_a_key() {
    let (folder, store) = folder();
    let keys = folder.path().join("keys.txt");
    std::fs::write(&keys, format!("a {}\n", "5".repeat(64))).expect("written");
    let keys = keys.to_str().expect("text");
    let receiver = Receiver::start(&store, &["--inbox-keys", keys]);
    let answer = exchange(&receiver.address, &update("1", CLOSE));
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    for entry in std::fs::read_dir(folder.path()).expect("a folder") {
        let path = entry.expect("a file").path();
        let bytes = std::fs::read(&path).expect("a file");
        assert!(!bytes.windows(18).any(|window| window == b"customerExternalID"), "{}", path.display());
    }
    let (code, shown) = inbox(&store, &["show", "1", "--inbox-keys", keys], "");
    assert!(code == 0 && shown.contains("customerExternalID"), "{shown}");
    let (_, without) = inbox(&store, &["show", "1"], "");
    assert!(!without.contains("customerExternalID"), "{without}");
}

#[test]
fn the_tables_can_be_printed_and_made() {
    let (_folder, store) = folder();
    assert_eq!(inbox(&store, &["stats"], "").0, 2, "no store is made by looking");
    assert!(!store.exists());
    let (code, printed) = inbox(&store, &["migrate", "--print"], "");
    assert!(code == 0 && printed.contains("CREATE TABLE hookvet_delivery") && !store.exists(), "{printed}");
    assert_eq!(inbox(&store, &["migrate"], "").0, 0);
    assert_eq!(inbox(&store, &["stats"], "").0, 0);
}
