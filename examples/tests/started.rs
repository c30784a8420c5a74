//! Each example as a process of its own, asked over a socket what it accepts and what it refuses.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use hookvet::{Secret, sign_dataspike};
use hookvet_tests::samples::{AMLYZE_BODY, amlyze_headers, bad_headers};
use hookvet_tests::wire::{Answer, Client, request};

const SECRET: &str = "whsec_000102030405060708090a0b0c0d0e0f";
const OLD_SECRET: &str = "whsec_0f0e0d0c0b0a09080706050403020100";

const CUSTOMER: &str = r#"{"customerExternalID":"42","riskLevel":"HIGH","updatedAt":"2026-03-10T12:53:45Z"}"#;

const VERIFICATION: &str = r#"{"id":"0f0a2f5e-6b5c-4f3e-9d62-5a1c1d7c9a02","webhook_id":"8c8e7195-f176-4279-bf46-98eed9acdb35","event_type":"DOCVER","payload":{"id":"46f67eb6-1486-49f5-95cd-69313e392f35","applicant_id":"08c0091e-dd28-4c35-9d8f-5c4194e71fc3","status":"verified","checks":{"liveness":{"status":"verified","errors":[],"data":null}}},"timestamp":"2026-03-10T12:53:45Z"}"#;

/// A process that ends with this value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing more to do then.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An example that runs until this value is dropped.
struct Started {
    _running: Running,
    /// Kept open: an example that cannot print would panic.
    output: BufReader<ChildStdout>,
    address: SocketAddr,
}

impl Started {
    fn new(name: &str, settings: &[(&str, &str)]) -> Self {
        // Before anything can fail, so that it ends with the test.
        let mut running = Running(command(name, settings).stdout(Stdio::piped()).spawn().expect("the example starts"));
        let mut output = BufReader::new(running.0.stdout.take().expect("its output"));
        let mut line = String::new();
        output.read_line(&mut line).expect("a line");
        let address =
            line.trim().strip_prefix("listening on http://").unwrap_or_else(|| panic!("{name} says {line:?}"));
        let address = address.parse().expect("an address");
        Self { _running: running, output, address }
    }

    fn ask(&self, method: &str, path: &str, headers: &[(String, Vec<u8>)], body: &str) -> Answer {
        Client::to(self.address).ask(request(method, path, headers, body.as_bytes()))
    }

    fn post(&self, path: &str, headers: &[(String, Vec<u8>)], body: &str) -> u16 {
        self.ask("POST", path, headers, body).status
    }

    /// What it says next.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }
}

/// `cargo test` builds the examples of a package beside its tests.
fn command(name: &str, settings: &[(&str, &str)]) -> Command {
    let own = std::env::current_exe().expect("a path");
    let folder = own.parent().and_then(Path::parent).expect("the folder of the build").join("examples");
    let example: PathBuf = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(example.exists(), "{name} is not built: cargo test -p hookvet-examples builds it");
    let mut command = Command::new(example);
    command.env_remove("PORT").envs(settings.iter().copied());
    command
}

fn with(pairs: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect()
}

fn customer_headers_of(id: &str) -> Vec<(String, Vec<u8>)> {
    let mut headers = customer_headers(&[]);
    headers.retain(|(name, _)| name != "ce-id");
    headers.push(("ce-id".to_owned(), id.as_bytes().to_vec()));
    headers
}

fn customer_headers(more: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    let own = [
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "customer"),
        ("ce-type", "com.amlyze.customer.updated"),
        ("ce-subject", "42"),
        ("content-type", "application/json"),
    ];
    with(&[&own[..], more].concat())
}

fn signed(secret: &str, body: &str) -> Vec<(String, Vec<u8>)> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs();
    let signature = sign_dataspike(&Secret::parse(secret).expect("a secret"), now, body.as_bytes());
    with(&[("content-type", "application/json"), ("x-webhook-signature", &signature)])
}

/// What every receiver of AMLYZE's events does.
fn vets_amlyze(started: &Started, path: &str) {
    assert_eq!(started.post(path, &amlyze_headers(&[]), AMLYZE_BODY), 204);
    let refused = started.ask("POST", path, &amlyze_headers(&[]), &AMLYZE_BODY.replace("true", "7"));
    assert_eq!((refused.status, refused.rules()), (422, vec!["SCHEMA-type".to_owned()]));
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    assert_eq!(started.post(path, &bad_headers(), AMLYZE_BODY), 400);
    assert_eq!(started.post(path, &amlyze_headers(&[]), &" ".repeat(300 * 1024)), 413);
    assert_eq!(started.ask("PUT", path, &amlyze_headers(&[]), AMLYZE_BODY).header("allow"), Some("POST"));
}

#[test]
fn axum_minimal() {
    let mut started = Started::new("axum-minimal", &[]);
    vets_amlyze(&started, "/amlyze");
    assert_eq!(started.line(), "event 019cd7cf-826c-731c-ba20-76f48d48ac9c");
}

#[test]
fn axum_inbox() {
    let folder = tempfile::tempdir().expect("a folder");
    let inbox = format!("sqlite:{}", folder.path().join("inbox.sqlite").display());
    let post = |started: &Started, id: &str| started.post("/amlyze", &customer_headers_of(id), CUSTOMER);
    let mut started = Started::new("axum-inbox", &[("INBOX", &inbox)]);
    assert_eq!([post(&started, "1"), post(&started, "1"), post(&started, "1"), post(&started, "2")], [204; 4]);
    assert_eq!([started.line(), started.line()], ["the risk level is now Some(High)"; 2]);
    // It is known after a start too.
    started = Started::new("axum-inbox", &[("INBOX", &inbox)]);
    assert_eq!([post(&started, "2"), post(&started, "3")], [204; 2]);
    assert_eq!(started.line(), "the risk level is now Some(High)");
    let refused = started.post("/amlyze", &customer_headers_of("4"), &CUSTOMER.replace("HIGH", "SEVERE"));
    assert_eq!(refused, 422);
}

#[test]
fn axum_intake() {
    let folder = tempfile::tempdir().expect("a folder");
    let inbox = format!("sqlite:{}", folder.path().join("inbox.sqlite").display());
    let mut started = Started::new("axum-intake", &[("INBOX", &inbox)]);
    let post = |id: &str| started.post("/amlyze", &customer_headers_of(id), CUSTOMER);
    assert_eq!([post("1"), post("1"), post("1")], [202; 3]);
    assert_eq!(started.line(), "delivery 1, attempt 1, 3 members");
    assert_eq!(started.post("/amlyze", &customer_headers_of("2"), CUSTOMER), 202);
    assert_eq!(started.line(), "delivery 2, attempt 1, 3 members");
}

#[test]
fn actix_minimal() {
    let mut started = Started::new("actix-minimal", &[]);
    vets_amlyze(&started, "/amlyze");
    assert_eq!(started.line(), format!("event 019cd7cf-826c-731c-ba20-76f48d48ac9c, {} bytes", AMLYZE_BODY.len()));
}

#[test]
fn hyper() {
    let mut started = Started::new("hyper", &[]);
    vets_amlyze(&started, "/");
    assert!(started.line().starts_with("delivery cef8654f-9885-4e61-b8e9-132b607ab6a4 "));
}

#[cfg(feature = "poem")]
#[test]
fn poem() {
    let mut started = Started::new("poem", &[]);
    vets_amlyze(&started, "/amlyze");
    assert_eq!(started.line(), "event 019cd7cf-826c-731c-ba20-76f48d48ac9c");
}

#[test]
fn axum_existing_app() {
    let mut started = Started::new("axum-existing-app", &[]);
    vets_amlyze(&started, "/webhooks/amlyze");
    assert_eq!(started.line(), "risk change 1, 10 members");
    // The other nine routes are as they were.
    let json = with(&[("content-type", "application/json")]);
    for (method, path, body, answer) in [
        ("GET", "/", "", (200, "a shop")),
        ("GET", "/health", "", (200, "")),
        ("GET", "/risk-changes", "", (200, r#"{"count":1}"#)),
        ("POST", "/customers", "[7]", (201, "[7]")),
        ("GET", "/customers/7", "", (200, r#"{"customer":7}"#)),
        ("PUT", "/customers/7/details", "{}", (200, r#"{"changes":{},"customer":7}"#)),
        ("DELETE", "/customers/7/session", "", (204, "")),
        ("POST", "/orders", "{}", (201, "{}")),
        ("GET", "/orders/3", "", (200, r#"{"order":3}"#)),
    ] {
        let given = started.ask(method, path, &json, body);
        assert_eq!((given.status, given.body.as_str()), answer, "{method} {path}");
    }
}

#[test]
fn two_vendors_one_app() {
    let mut started = Started::new(
        "two-vendors-one-app",
        &[("AMLYZE_TOKEN", "not so secret"), ("DATASPIKE_SECRET", SECRET), ("DATASPIKE_OLD_SECRET", OLD_SECRET)],
    );
    let token = ("x-webhook-token", "not so secret");
    assert_eq!(started.post("/amlyze", &customer_headers(&[]), CUSTOMER), 401);
    assert_eq!(started.post("/amlyze", &customer_headers(&[("x-webhook-token", "guess")]), CUSTOMER), 401);
    assert_eq!(started.post("/amlyze", &customer_headers(&[token]), CUSTOMER), 204);
    assert_eq!(started.line(), "a customer with the risk level Some(High)");
    assert_eq!(started.post("/amlyze", &amlyze_headers(&[token]), AMLYZE_BODY), 204);
    assert_eq!(started.line(), "app.amlyze.related_entity.screening.sanctions.pending");
    for (secret, label) in [(SECRET, "new"), (OLD_SECRET, "old")] {
        assert_eq!(started.post("/dataspike", &signed(secret, VERIFICATION), VERIFICATION), 204);
        assert!(started.line().ends_with(&format!(r#"Verified {{ label: Some("{label}") }}"#)));
    }
    assert_eq!(started.post("/dataspike", &signed("whsec_ff", VERIFICATION), VERIFICATION), 401);
    assert_eq!(started.post("/dataspike", &customer_headers(&[token]), CUSTOMER), 401);
}

#[test]
fn quarantine() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("a path");
    let started = Started::new("quarantine", &[("DATASPIKE_SECRET", SECRET), ("QUARANTINE", path)]);
    let kept = || {
        let entries = std::fs::read_dir(folder.path()).expect("a folder");
        let mut files: Vec<String> =
            entries.map(|entry| std::fs::read_to_string(entry.expect("an entry").path()).expect("text")).collect();
        files.sort_by_key(String::len);
        files
    };
    assert_eq!(started.post("/dataspike", &signed(SECRET, VERIFICATION), VERIFICATION), 204);
    let drifting = VERIFICATION.replace("verified", "paused");
    assert_eq!(started.post("/dataspike", &signed("whsec_ff", &drifting), &drifting), 401);
    assert!(kept().is_empty());
    assert_eq!(started.post("/dataspike", &signed(SECRET, &drifting), &drifting), 202);
    let files = kept();
    assert_eq!(files.len(), 2);
    assert!(files.contains(&drifting), "{files:?}");
    assert!(
        files.iter().any(|file| file.contains("SCHEMA-enum") && file.contains("body:/payload/status")),
        "{files:?}"
    );
}

#[test]
fn custom_source() {
    let mut started = Started::new("custom-source", &[]);
    let headers = |event_type: &'static str| {
        with(&[
            ("ce-specversion", "1.0"),
            ("ce-id", "7"),
            ("ce-source", "/shop"),
            ("ce-type", event_type),
            ("content-type", "application/json"),
        ])
    };
    let order = r#"{"total":"9.90","currency":"EUR"}"#;
    assert_eq!(started.post("/orders", &headers("com.example.order"), order), 204);
    assert_eq!(started.line(), "order /shop 7: 9.90 Eur");
    assert_eq!(started.post("/orders", &headers("com.example.refund"), "{}"), 204);
    assert_eq!(started.line(), "refund, for none");
    for (event_type, body, rule) in [
        ("com.example.order", order.replace("EUR", "DEM"), "SCHEMA-enum"),
        ("com.example.order", order.replace("9.90", "much"), "SCHEMA-pattern"),
        ("com.example.order", order.replace('}', r#","gift":true}"#), "SCHEMA-additionalProperties"),
        ("com.example.order", "{}".to_owned(), "SCHEMA-required"),
        // The sender chooses the type, and gets past no schema by it.
        ("com.example.Order", "{}".to_owned(), "CE-type-unknown"),
    ] {
        let refused = started.ask("POST", "/orders", &headers(event_type), &body);
        assert_eq!(refused.status, 422, "{refused:?}");
        assert!(refused.rules().contains(&rule.to_owned()), "{refused:?}");
    }
}

#[test]
fn schema_files() {
    let mut started = Started::new("schema-files", &[]);
    let headers = with(&[
        ("ce-specversion", "1.0"),
        ("ce-id", "7"),
        ("ce-source", "/shop"),
        ("ce-type", "com.example.order"),
        ("content-type", "application/json"),
    ]);
    let order = r#"{"total":"9.90","currency":"EUR"}"#;
    assert_eq!(started.post("/orders", &headers, order), 204);
    assert_eq!(started.line(), "order /shop 7 with 2 members");
    for (body, rule) in [
        (order.replace("EUR", "DEM"), "SCHEMA-enum"),
        (order.replace("9.90", "much"), "SCHEMA-pattern"),
        (order.replace('}', r#","gift":true}"#), "SCHEMA-unknown"),
        (order.replace('}', r#","to":{"city":"Vilnius"}}"#), "SCHEMA-required"),
        (order.replace('}', r#","to":{"city":"Vilnius","country":"LT","zip":"1"}}"#), "SCHEMA-additionalProperties"),
        ("{}".to_owned(), "SCHEMA-required"),
    ] {
        let refused = started.ask("POST", "/orders", &headers, &body);
        assert_eq!(refused.status, 422, "{refused:?}");
        assert!(refused.rules().contains(&rule.to_owned()), "{refused:?}");
    }
}

#[test]
fn a_schema_that_does_not_compile_ends_the_example_before_it_listens() {
    let folder = tempfile::tempdir().expect("a folder");
    let schema = folder.path().join("schema.json");
    std::fs::write(&schema, r#"{"type":"nothing"}"#).expect("written");
    let mut child = command("schema-files", &[("ORDER_SCHEMA", schema.to_str().expect("a path"))])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the example starts");
    let (mut said, mut complained) = (String::new(), String::new());
    child.stdout.take().expect("its output").read_to_string(&mut said).expect("text");
    child.stderr.take().expect("its errors").read_to_string(&mut complained).expect("text");
    assert!(!child.wait().expect("an end").success());
    assert_eq!(said, "");
    assert!(complained.contains("com.example.order"), "{complained}");
}
