//! The binary as its users run it: output, exit codes, and a receiver on a real socket.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};

use insta::assert_snapshot;

fn hookvet(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hookvet"))
        .args(arguments)
        .env_remove("HOOKVET_DATASPIKE_SECRET")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    // A command that misuses its arguments ends before it reads.
    let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
    child.wait_with_output().expect("ended")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

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

/// A receiver that ends with this value.
struct Receiver {
    child: Child,
    address: String,
    log: BufReader<std::process::ChildStdout>,
    folder: tempfile::TempDir,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(arguments: &[&str]) -> Receiver {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = Command::new(env!("CARGO_BIN_EXE_hookvet"))
        .args(["serve", "--store"])
        .arg(folder.path().join("store.sqlite"))
        .args(if arguments.contains(&"--listen") { &[][..] } else { &["--listen", "127.0.0.1:0"] })
        .args(arguments)
        .env_remove("HOOKVET_DATASPIKE_SECRET")
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let mut log = BufReader::new(child.stdout.take().expect("piped"));
    let address = loop {
        let mut line = String::new();
        assert_ne!(log.read_line(&mut line).expect("a line"), 0, "serve ended");
        let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        if let Some(url) = line["listening"].as_str() {
            break url.trim_start_matches("http://").to_owned();
        }
    };
    Receiver { child, address, log, folder }
}

fn exchange(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("connected");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn serve_stores_before_it_acknowledges_and_counts_a_redelivery() {
    let mut receiver = serve(&["--allow-unsigned"]);
    let url = format!("http://{}/amlyze", receiver.address);
    let send = ["send", "amlyze", "app.amlyze.related_entity.screening.sanctions.pending", "--to", &url];
    for _ in 0..2 {
        let output = hookvet(&send, "");
        assert_eq!((code(&output), stdout(&output).trim()), (0, "204 No Content"));
    }
    let refused = hookvet(&[&send[..], &["--set", "/screeningMatch=maybe"]].concat(), "");
    assert_eq!(code(&refused), 1);
    let answer = stdout(&refused);
    assert!(answer.starts_with("422") && answer.contains("SCHEMA-type") && !answer.contains("Sputnik"), "{answer}");
    let mut log = String::new();
    for _ in 0..3 {
        receiver.log.read_line(&mut log).expect("a line");
    }
    assert!(!log.contains("Sputnik") && log.contains("AMLYZE-D10") && log.contains("SCHEMA-type"), "{log}");
    let store = rusqlite::Connection::open(receiver.folder.path().join("store.sqlite")).expect("the store");
    let row = store
        .query_row("SELECT count(*), sum(redeliveries), min(key), min(body) FROM deliveries", [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?, row.get::<_, Vec<u8>>(3)?))
        })
        .expect("a row");
    let sent = hookvet::find(hookvet::Vendor::Amlyze, send[2]).expect("registered").examples()[0].body;
    assert_eq!((row.0, row.1), (1, 1));
    assert_eq!(row.2, "cef8654f-9885-4e61-b8e9-132b607ab6a4 019cd7cf-826c-731c-ba20-76f48d48ac9c");
    assert_eq!(row.3, sent.as_bytes());
}

#[test]
fn serve_answers_503_with_retry_after_when_the_store_does_not_write() {
    let receiver = serve(&["--allow-unsigned"]);
    let store = rusqlite::Connection::open(receiver.folder.path().join("store.sqlite")).expect("the store");
    store.execute_batch("DROP TABLE deliveries").expect("dropped");
    let body = r#"{"id":"0f0a2f5e-6b5c-4f3e-9d62-5a1c1d7c9a02","webhook_id":"8c8e7195-f176-4279-bf46-98eed9acdb35","event_type":"APPLICANT","payload":{"a":1},"timestamp":"2026-03-10T12:53:45Z"}"#;
    let request = format!(
        "POST /dataspike HTTP/1.1\r\nhost: h\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = exchange(&receiver.address, &request);
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("retry-after: 5") && answer.contains("STORE-unavailable"), "{answer}");
}

#[test]
fn serve_without_a_secret_has_no_dataspike_route() {
    let receiver = serve(&[]);
    let request = "POST /dataspike HTTP/1.1\r\nhost: h\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    assert!(exchange(&receiver.address, request).starts_with("HTTP/1.1 404"));
}

fn get(address: &str, path: &str, headers: &str) -> String {
    exchange(address, &format!("GET {path} HTTP/1.1\r\n{headers}connection: close\r\n\r\n"))
}

#[test]
fn serve_shows_what_it_received_to_its_own_page_alone() {
    let receiver = serve(&["--allow-unsigned"]);
    let url = format!("http://{}/amlyze", receiver.address);
    let send = ["send", "amlyze", "app.amlyze.related_entity.screening.sanctions.pending", "--to", &url];
    assert_eq!(code(&hookvet(&send, "")), 0);
    assert_eq!(code(&hookvet(&[&send[..], &["--set", "/screeningMatch=maybe"]].concat(), "")), 1);
    let host = format!("host: {}\r\n", receiver.address);

    let list = get(&receiver.address, "/api/deliveries", &host);
    assert!(list.starts_with("HTTP/1.1 200") && list.contains("cache-control: no-store"), "{list}");
    assert!(
        list.contains(r#""status":204"#) && list.contains(r#""status":422"#) && !list.contains("Sputnik"),
        "{list}"
    );
    assert!(!list.contains("access-control-allow"), "{list}");
    let one = get(&receiver.address, "/api/deliveries/2", &host);
    assert!(one.contains("Sputnik") && one.contains("maybe") && one.contains("ce-type"), "{one}");
    assert!(get(&receiver.address, "/api/deliveries/3", &host).starts_with("HTTP/1.1 404"));

    // A name that somebody else points at this address, another origin, and a page of another site.
    for headers in [
        "host: evil.example\r\n".to_owned(),
        "host: 127.0.0.1.evil.example:80\r\n".to_owned(),
        format!("{host}origin: http://evil.example\r\n"),
        format!("{host}origin: null\r\n"),
        format!("{host}sec-fetch-site: cross-site\r\n"),
    ] {
        for path in ["/api/deliveries", "/api/deliveries/1", "/api/deliveries/stream"] {
            let answer = get(&receiver.address, path, &headers);
            assert!(answer.starts_with("HTTP/1.1 403") && !answer.contains("Sputnik"), "{headers}{path}: {answer}");
        }
    }
    let own = format!("{host}origin: http://{}\r\nsec-fetch-site: same-origin\r\n", receiver.address);
    assert!(get(&receiver.address, "/api/deliveries", &own).starts_with("HTTP/1.1 200"));
}

#[test]
fn serve_streams_deliveries_as_they_come() {
    let receiver = serve(&[]);
    let mut stream = TcpStream::connect(&receiver.address).expect("connected");
    write!(stream, "GET /api/deliveries/stream HTTP/1.1\r\nhost: {}\r\n\r\n", receiver.address).expect("sent");
    let mut lines = BufReader::new(stream);
    let mut until = |wanted: &str| loop {
        let mut line = String::new();
        assert_ne!(lines.read_line(&mut line).expect("a line"), 0, "the stream ended before {wanted}");
        if line.starts_with(wanted) {
            return line;
        }
    };
    until("content-type: text/event-stream");
    until("event: reset");
    let url = format!("http://{}/amlyze", receiver.address);
    let sent =
        hookvet(&["send", "amlyze", "com.amlyze.customer.updated", "--to", &url, "--set", "/data/pep=maybe"], "");
    assert_eq!(code(&sent), 1, "{}", stdout(&sent));
    until("event: delivery");
    let data = until("data: ");
    assert!(data.contains(r#""decision":"reject""#) && data.contains("SCHEMA-type"), "{data}");
}

#[test]
fn serve_shows_no_deliveries_on_an_address_that_others_reach_unless_a_host_is_named() {
    let receiver = serve(&["--listen", "0.0.0.0:0"]);
    let local = receiver.address.replace("0.0.0.0", "127.0.0.1");
    let host = format!("host: {local}\r\n");
    assert!(get(&local, "/api/deliveries", &host).starts_with("HTTP/1.1 404"));
    let receiver = serve(&["--listen", "0.0.0.0:0", "--show-deliveries-on", "inspect.example"]);
    let local = receiver.address.replace("0.0.0.0", "127.0.0.1");
    assert!(get(&local, "/api/deliveries", "host: inspect.example:8080\r\n").starts_with("HTTP/1.1 200"));
    assert!(get(&local, "/api/deliveries", &host).starts_with("HTTP/1.1 403"));
}

#[test]
fn serve_gives_the_page_out_of_a_folder_with_its_policy_and_nothing_beside_the_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("page");
    std::fs::create_dir_all(page.join("assets")).expect("made");
    std::fs::write(folder.path().join("secret.js"), "secret").expect("written");
    std::fs::write(page.join("index.html"), "<meta name=\"hookvet-receiver\" content=\"\" />").expect("written");
    std::fs::write(page.join("assets/a.js"), "plain").expect("written");
    std::fs::write(page.join("assets/a.js.gz"), "compressed").expect("written");
    let receiver = serve(&["--playground", page.to_str().expect("text")]);
    let index = get(&receiver.address, "/", "host: h\r\n");
    assert!(index.contains("script-src 'self' 'wasm-unsafe-eval'; style-src 'self'"), "{index}");
    assert!(index.contains("&quot;routes&quot;:[&quot;amlyze&quot;,&quot;cloudevents&quot;]"), "{index}");
    assert!(get(&receiver.address, "/assets/a.js", "host: h\r\n").ends_with("\r\n\r\nplain"));
    let compressed = get(&receiver.address, "/assets/a.js", "host: h\r\naccept-encoding: br, gzip\r\n");
    assert!(
        compressed.contains("content-encoding: gzip") && compressed.ends_with("\r\n\r\ncompressed"),
        "{compressed}"
    );
    for path in ["/assets/../../secret.js", "/assets/%2e%2e/%2e%2e/secret.js", "/assets/b.js", "/assets/"] {
        assert!(get(&receiver.address, path, "host: h\r\n").starts_with("HTTP/1.1 404"), "{path}");
    }
}
