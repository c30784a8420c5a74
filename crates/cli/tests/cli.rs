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
    assert!(exchange(&serve(&[]).address, &request).starts_with("HTTP/1.1 415"));
    assert!(exchange(&serve(&["--batches"]).address, &request).starts_with("HTTP/1.1 204"));
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
    let mut receiver = serve(&["--policy", "observe"]);
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
