//! `hookvet serve`: what it stores, what it shows and to whom, and that it stays up.

mod common;

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use common::{
    AMLYZE, Receiver, code, command, connect, exchange, folder, get, hookvet, post, read_all, serve_in_vain, stdout,
    update,
};

const SCREENING: &str = "app.amlyze.related_entity.screening.sanctions.pending";

/// A header with which a connection ends behind its answer.
const CLOSE: &str = "connection: close\r\n";

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

/// What the store says to a question that has one row for an answer.
fn ask<T: rusqlite::types::FromSql>(store: &Path, question: &str) -> T {
    let store = rusqlite::Connection::open(store).expect("the store");
    store.query_row(question, [], |row| row.get(0)).expect("a row")
}

#[test]
fn it_stores_before_it_acknowledges_and_counts_a_redelivery() {
    let (_folder, store) = folder();
    let mut receiver = Receiver::start(&store, &["--allow-unsigned"]);
    let url = format!("http://{}/amlyze", receiver.address);
    let send = ["send", "amlyze", SCREENING, "--to", &url];
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
    let row = rusqlite::Connection::open(&store)
        .expect("the store")
        .query_row(
            "SELECT count(*), sum(hits), min(key), min(body) FROM hookvet_delivery JOIN hookvet_seen USING (seq, key)",
            [],
            |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?, row.get::<_, Vec<u8>>(3)?))
            },
        )
        .expect("a row");
    let sent = hookvet::find(hookvet::Vendor::Amlyze, SCREENING).expect("registered").examples()[0].body;
    assert_eq!((row.0, row.1), (1, 1));
    assert_eq!(row.2, "cef8654f-9885-4e61-b8e9-132b607ab6a4 019cd7cf-826c-731c-ba20-76f48d48ac9c");
    assert_eq!(row.3, sent.as_bytes());
}

#[test]
fn what_has_no_id_is_stored_each_time_and_the_attributes_are_half_of_an_event() {
    let (_folder, store) = folder();
    let receiver = Receiver::start(&store, &["--policy", "observe"]);
    for _ in 0..3 {
        let answer = exchange(&receiver.address, &post("/amlyze", &format!("{AMLYZE}{CLOSE}"), "{}"));
        assert_eq!(status(&answer), "204", "{answer}");
    }
    let stored = "SELECT count(*) || ' ' || count(seen.seq) FROM hookvet_delivery LEFT JOIN hookvet_seen AS seen USING (seq) WHERE seen.key IS NULL";
    assert_eq!(ask::<String>(&store, stored), "3 0");
    // The same id and body: once more, then with another attribute.
    for more in ["", "", "ce-time: 2026-03-10T12:53:45Z\r\n", "ce-note: x\r\n", "ce-note: x\r\n"] {
        assert_eq!(status(&exchange(&receiver.address, &update("1", &format!("{more}{CLOSE}")))), "204");
    }
    let stored = "SELECT count(*) || ' ' || sum(hits) FROM hookvet_seen WHERE key = 'customer 1'";
    assert_eq!(ask::<String>(&store, stored), "3 2");
}

#[test]
fn a_store_that_does_not_write_is_503_and_not_ready_but_alive() {
    let (_folder, store) = folder();
    let receiver = Receiver::start(&store, &["--allow-unsigned"]);
    let asked = |path: &str| status(&get(&receiver.address, path, "host: h\r\n")).to_owned();
    assert_eq!([asked("/health"), asked("/ready")], ["204", "204"]);
    let other = rusqlite::Connection::open(&store).expect("the store");
    other.execute_batch("DROP TABLE hookvet_delivery").expect("dropped");
    let body = r#"{"id":"0f0a2f5e-6b5c-4f3e-9d62-5a1c1d7c9a02","webhook_id":"8c8e7195-f176-4279-bf46-98eed9acdb35","event_type":"APPLICANT","payload":{"a":1},"timestamp":"2026-03-10T12:53:45Z"}"#;
    let request = post("/dataspike", &format!("content-type: application/json\r\n{CLOSE}"), body);
    let answer = exchange(&receiver.address, &request);
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("retry-after: 5") && answer.contains("STORE-unavailable"), "{answer}");
    // A test write is good for a second.
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!([asked("/health"), asked("/ready")], ["204", "503"]);
}

#[test]
fn a_lock_of_another_process_is_waited_for_as_long_as_configured() {
    let (_folder, store) = folder();
    let url = format!("{}?patience=0.3", common::url(&store));
    let receiver = Receiver::start(Path::new(url.trim_start_matches("sqlite:")), &[]);
    let other = rusqlite::Connection::open(&store).expect("the store");
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let started = Instant::now();
    let answer = exchange(&receiver.address, &update("1", CLOSE));
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(started.elapsed() >= Duration::from_millis(300), "{:?}", started.elapsed());
    other.execute_batch("ROLLBACK").expect("given back");
    assert_eq!(status(&exchange(&receiver.address, &update("1", CLOSE))), "204");
}

#[test]
fn without_a_secret_there_is_no_dataspike_route() {
    let (_folder, store) = folder();
    let receiver = Receiver::start(&store, &[]);
    assert_eq!(status(&exchange(&receiver.address, &post("/dataspike", CLOSE, ""))), "404");
}

#[cfg(unix)]
#[test]
fn the_store_is_for_its_owner_alone_whatever_the_umask() {
    use std::os::unix::fs::PermissionsExt as _;

    let (folder, store) = folder();
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", r#"umask 000; exec "$0" "$@""#, env!("CARGO_BIN_EXE_hookvet")]);
    let receiver = Receiver::spawn(&mut shell, &store, &[]);
    assert_eq!(status(&exchange(&receiver.address, &update("1", CLOSE))), "204");
    let mut seen = Vec::new();
    for entry in fs::read_dir(folder.path()).expect("a folder") {
        let path = entry.expect("a file").path();
        let mode = path.metadata().expect("a file").permissions().mode() & 0o777;
        seen.push(format!("{} {mode:o}", path.file_name().expect("a name").display()));
    }
    seen.sort_unstable();
    assert_eq!(seen, ["store.sqlite 600", "store.sqlite-shm 600", "store.sqlite-wal 600"]);
}

#[test]
fn a_file_that_is_no_store_is_refused_unharmed() {
    let (_folder, store) = folder();
    rusqlite::Connection::open(&store).expect("a file").execute_batch("CREATE TABLE customers (name)").expect("made");
    let before = fs::read(&store).expect("the file");
    let (code, error) = serve_in_vain(&store, &[]);
    assert_eq!(code, Some(2));
    assert!(error.contains("cannot open the store") && error.contains("something else"), "{error}");
    assert_eq!(fs::read(&store).expect("the file"), before);
}

#[test]
fn no_credential_is_stored_or_shown() {
    let (folder, store) = folder();
    let file = folder.path().join("credentials");
    fs::write(&file, "header X-Own-Token: hunter2\n").expect("written");
    let receiver = Receiver::start(&store, &["--credentials", file.to_str().expect("text")]);
    let doors = "authorization: Basic hunter2\r\nProxy-Authorization: Basic hunter2\r\ncookie: session=hunter2\r\n\
                 X-Own-Token: hunter2\r\n";
    assert_eq!(status(&exchange(&receiver.address, &update("1", &format!("{doors}{CLOSE}")))), "204");
    let headers: String = ask(&store, "SELECT headers FROM hookvet_delivery");
    let shown =
        get(&receiver.address, "/api/deliveries/1", &format!("host: {}\r\n{}", receiver.address, receiver.cookie()));
    for kept in [headers, shown] {
        assert!(kept.contains(r#"["ce-id","1"]"#) && !kept.contains("hunter2"), "{kept}");
    }
}

#[test]
fn it_asks_for_a_credential_at_the_routes_whose_senders_sign_nothing() {
    let (folder, store) = folder();
    let file = folder.path().join("credentials");
    fs::write(&file, "# of this year\nbearer abc\nbasic amlyze:p:w\n").expect("written");
    let mut with_variable = command();
    with_variable.env("HOOKVET_CREDENTIALS", "header X-Token: v");
    let arguments = ["--allow-unsigned", "--credentials", file.to_str().expect("text")];
    let receiver = Receiver::spawn(&mut with_variable, &store, &arguments);
    let sent = |headers: &str| exchange(&receiver.address, &update("1", &format!("{headers}{CLOSE}")));
    let refused = sent("");
    assert!(refused.starts_with("HTTP/1.1 401") && refused.contains("AUTH-missing"), "{refused}");
    assert!(refused.contains("www-authenticate: Bearer"), "{refused}");
    for wrong in ["authorization: Bearer abd\r\n", "x-token: w\r\n"] {
        assert_eq!(status(&sent(wrong)), "401", "{wrong}");
    }
    for right in ["authorization: Bearer abc\r\n", "authorization: Basic YW1seXplOnA6dw==\r\n", "x-token: v\r\n"] {
        assert_eq!(status(&sent(right)), "204", "{right}");
    }
    let verdict: String = ask(&store, "SELECT verdict FROM hookvet_delivery");
    assert!(verdict.contains("line 2") && !verdict.contains("abc"), "{verdict}");
    let event = "ce-specversion: 1.0\r\nce-source: s\r\nce-type: t\r\nce-id: 1\r\n";
    let cloudevents =
        |more: &str| exchange(&receiver.address, &post("/cloudevents", &format!("{event}{more}{CLOSE}"), ""));
    assert_eq!([status(&cloudevents("")), status(&cloudevents("x-token: v\r\n"))], ["401", "204"]);
    let url = format!("http://{}/dataspike", receiver.address);
    let dataspike = hookvet(&["send", "dataspike", "DOCVER", "--to", &url], "");
    assert_eq!(code(&dataspike), 0, "{}", stdout(&dataspike));
}

#[test]
fn a_list_of_credentials_without_any_is_wrong_use_and_opens_nothing() {
    let (folder, store) = folder();
    let file = folder.path().join("credentials");
    for (text, says) in
        [("# none\n", "holds no credential"), ("bearer abc\nhunter2\n", "line 2: expected bearer TOKEN")]
    {
        fs::write(&file, text).expect("written");
        let (code, error) = serve_in_vain(&store, &["--credentials", file.to_str().expect("text")]);
        assert_eq!(code, Some(2));
        assert!(error.contains(says) && !error.contains("hunter2"), "{error}");
    }
}

#[test]
fn it_takes_deliveries_from_the_named_networks_alone() {
    let (_folder, store) = folder();
    for (peers, expected) in [("192.0.2.0/24,2001:db8::/32", "403"), ("192.0.2.0/24,127.0.0.0/8", "204")] {
        let receiver = Receiver::start(&store, &["--peers", peers]);
        assert_eq!(status(&exchange(&receiver.address, &update("1", CLOSE))), expected, "{peers}");
    }
    let (code, error) = serve_in_vain(&store, &["--peers", "192.0.2.0/33"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("--peers: network number 1"), "{error}");
}

#[test]
fn it_shows_what_it_received_to_its_own_page_with_the_token_alone() {
    let (_folder, store) = folder();
    let receiver = Receiver::start(&store, &["--allow-unsigned"]);
    let url = format!("http://{}/amlyze", receiver.address);
    let send = ["send", "amlyze", SCREENING, "--to", &url];
    assert_eq!(code(&hookvet(&send, "")), 0);
    assert_eq!(code(&hookvet(&[&send[..], &["--set", "/screeningMatch=maybe"]].concat(), "")), 1);
    let host = format!("host: {}\r\n", receiver.address);
    let cookie = receiver.cookie();
    let own = format!("{host}{cookie}");

    let list = get(&receiver.address, "/api/deliveries", &own);
    assert!(list.starts_with("HTTP/1.1 200") && list.contains("cache-control: no-store"), "{list}");
    assert!(
        list.contains(r#""status":204"#) && list.contains(r#""status":422"#) && !list.contains("Sputnik"),
        "{list}"
    );
    assert!(!list.contains("access-control-allow"), "{list}");
    let one = get(&receiver.address, "/api/deliveries/2", &own);
    assert!(one.contains("Sputnik") && one.contains("maybe") && one.contains("ce-type"), "{one}");
    assert_eq!(status(&get(&receiver.address, "/api/deliveries/3", &own)), "404");
    let same_origin = format!("{own}origin: http://{}\r\nsec-fetch-site: same-origin\r\n", receiver.address);
    assert_eq!(status(&get(&receiver.address, "/api/deliveries", &same_origin)), "200");

    // Without the token; with another; under a name that somebody else points at this address; from another origin; from a page of
    // another site; through a proxy that has written the host anew.
    let token = receiver.page.as_deref().and_then(|page| page.split_once("token=")).expect("a token").1;
    let other_token = cookie.replace(token, &"0".repeat(token.len()));
    for headers in [
        host.clone(),
        format!("{host}{other_token}"),
        format!("{host}{}", cookie.replace(token, "")),
        format!("{host}{}", cookie.replace(&token[1..], "")),
        format!("host: evil.example\r\n{cookie}"),
        format!("host: 127.0.0.1.evil.example:80\r\n{cookie}"),
        format!("{own}origin: http://evil.example\r\n"),
        format!("{own}origin: null\r\n"),
        format!("{own}sec-fetch-site: cross-site\r\n"),
        format!("{own}forwarded: for=192.0.2.1\r\n"),
        format!("{own}X-Forwarded-For: 192.0.2.1\r\n"),
        format!("{own}x-forwarded-proto: https\r\n"),
        format!("{own}X-Real-IP: 192.0.2.1\r\n"),
        format!("{own}via: 1.1 proxy\r\n"),
    ] {
        for path in ["/api/deliveries", "/api/deliveries/1", "/api/deliveries/stream"] {
            let answer = get(&receiver.address, path, &headers);
            assert!(answer.starts_with("HTTP/1.1 403") && !answer.contains("Sputnik"), "{headers}{path}: {answer}");
        }
    }
}

#[test]
fn the_token_moves_from_the_address_into_a_cookie_and_is_another_at_each_start() {
    let (_folder, store) = folder();
    let receiver = Receiver::start(&store, &[]);
    let page = receiver.page.clone().expect("a page");
    let token = page.strip_prefix(&format!("{}/?token=", receiver.address)).expect("a token");
    assert_eq!(token.len(), 64, "{token}");
    let host = format!("host: {}\r\n", receiver.address);
    let answer = get(&receiver.address, &format!("/?token={token}"), &host);
    let port = receiver.address.rsplit_once(':').expect("a port").1;
    assert!(answer.starts_with("HTTP/1.1 303") && answer.contains("location: ./\r\n"), "{answer}");
    let cookie = format!("set-cookie: hookvet-{port}={token}; Path=/; HttpOnly; SameSite=Strict\r\n");
    assert!(answer.contains(&cookie), "{answer}");
    for wrong in ["", "0", &token[1..], &"0".repeat(64)] {
        let answer = get(&receiver.address, &format!("/?token={wrong}"), &host);
        assert!(answer.starts_with("HTTP/1.1 403") && !answer.contains("set-cookie"), "{wrong}: {answer}");
    }
    let again = Receiver::start(&store, &[]);
    assert!(!again.page.as_deref().expect("a page").ends_with(token));
}

#[test]
fn it_streams_deliveries_as_they_come() {
    let (_folder, store) = folder();
    let receiver = Receiver::start(&store, &[]);
    let mut stream = connect(&receiver.address);
    let head = format!("host: {}\r\n{}", receiver.address, receiver.cookie());
    write!(stream, "GET /api/deliveries/stream HTTP/1.1\r\n{head}\r\n").expect("sent");
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
fn it_shows_no_deliveries_on_an_address_that_others_reach_unless_a_host_is_named() {
    let (_folder, store) = folder();
    let receiver = Receiver::start(&store, &["--listen", "0.0.0.0:0"]);
    let local = receiver.address.replace("0.0.0.0", "127.0.0.1");
    let host = format!("host: {local}\r\n");
    assert_eq!(receiver.page, None);
    assert!(receiver.warnings.iter().any(|warning| warning.contains("--credentials")), "{:?}", receiver.warnings);
    assert_eq!(status(&get(&local, "/api/deliveries", &host)), "404");
    let arguments = ["--listen", "0.0.0.0:0", "--peers", "127.0.0.1", "--show-deliveries-on", "inspect.example"];
    let receiver = Receiver::start(&store, &arguments);
    assert!(!receiver.warnings.iter().any(|warning| warning.contains("--credentials")), "{:?}", receiver.warnings);
    let local = receiver.address.replace("0.0.0.0", "127.0.0.1");
    assert!(receiver.page.as_deref().expect("a page").starts_with("inspect.example:"));
    let cookie = receiver.cookie();
    let seen = |headers: &str| status(&get(&local, "/api/deliveries", &format!("{headers}{cookie}"))).to_owned();
    // Who names a host may have a proxy in front of it.
    assert_eq!(seen("host: inspect.example:8080\r\nx-forwarded-for: 192.0.2.1\r\n"), "200");
    assert_eq!(seen(&host), "403");
    assert_eq!(status(&get(&local, "/api/deliveries", "host: inspect.example\r\n")), "403");
}

#[test]
fn the_list_of_deliveries_has_a_bound_in_bytes_that_counts_headers_too() {
    let (_folder, store) = folder();
    let receiver = Receiver::start(&store, &[]);
    let long = format!("x-long: {}\r\n{CLOSE}", "x".repeat(250_000));
    for number in 0..100 {
        assert_eq!(status(&exchange(&receiver.address, &update(&number.to_string(), &long))), "204");
    }
    let list =
        get(&receiver.address, "/api/deliveries", &format!("host: {}\r\n{}", receiver.address, receiver.cookie()));
    let count = list.matches(r#""seq":"#).count();
    assert!((60..=67).contains(&count), "{count} deliveries of 250 KB each are kept within 16 MiB");
}

#[test]
fn it_gives_the_page_out_of_a_folder_with_its_policy_and_nothing_beside_the_folder() {
    let (folder, store) = folder();
    let page = folder.path().join("page");
    fs::create_dir_all(page.join("assets")).expect("made");
    fs::write(folder.path().join("secret.js"), "secret").expect("written");
    fs::write(page.join("index.html"), "<meta name=\"hookvet-receiver\" content=\"\" />").expect("written");
    fs::write(page.join("assets/a.js"), "plain").expect("written");
    fs::write(page.join("assets/a.js.gz"), "compressed").expect("written");
    let receiver = Receiver::start(&store, &["--playground", page.to_str().expect("text")]);
    let index = get(&receiver.address, "/", "host: h\r\n");
    assert!(index.contains("script-src 'self' 'wasm-unsafe-eval'; style-src 'self'"), "{index}");
    assert!(index.contains("&quot;routes&quot;:[&quot;amlyze&quot;,&quot;cloudevents&quot;]"), "{index}");
    assert!(index.contains("&quot;deliveries&quot;:&quot;locked&quot;"), "{index}");
    let index = get(&receiver.address, "/", &format!("host: h\r\n{}", receiver.cookie()));
    assert!(index.contains("&quot;deliveries&quot;:&quot;listed&quot;"), "{index}");
    assert!(get(&receiver.address, "/assets/a.js", "host: h\r\n").ends_with("\r\n\r\nplain"));
    let compressed = get(&receiver.address, "/assets/a.js", "host: h\r\naccept-encoding: br, gzip\r\n");
    assert!(
        compressed.contains("content-encoding: gzip") && compressed.ends_with("\r\n\r\ncompressed"),
        "{compressed}"
    );
    for path in ["/assets/../../secret.js", "/assets/%2e%2e/%2e%2e/secret.js", "/assets/b.js", "/assets/"] {
        assert_eq!(status(&get(&receiver.address, path, "host: h\r\n")), "404", "{path}");
    }
}

/// How long the other side takes to close the connection.
fn time_to_close(mut stream: TcpStream) -> Duration {
    let started = Instant::now();
    // It may be closed with a reset.
    let _ = stream.read_to_end(&mut Vec::new());
    started.elapsed()
}

#[test]
fn a_connection_that_sends_nothing_or_half_a_head_is_closed_by_default() {
    let (_folder, store) = folder();
    let receiver = Receiver::start(&store, &[]);
    let idle = connect(&receiver.address);
    let mut half = connect(&receiver.address);
    half.write_all(b"POST /amlyze HTTP/1.1\r\nhost: h\r\n").expect("sent");
    for stream in [idle, half] {
        let time = time_to_close(stream);
        assert!(time < Duration::from_secs(15), "{time:?}");
    }
}

#[test]
fn headers_that_drip_an_idle_connection_and_an_answer_that_nobody_reads_end_in_time() {
    let (folder, store) = folder();
    let page = folder.path().join("page");
    fs::create_dir_all(page.join("assets")).expect("made");
    fs::write(page.join("assets/large.js"), vec![b' '; 32 * 1024 * 1024]).expect("written");
    let receiver = Receiver::start(&store, &["--idle-timeout", "0.5", "--playground", page.to_str().expect("text")]);
    let mut dripping = connect(&receiver.address);
    let started = Instant::now();
    for octet in update("1", &"x-more: y\r\n".repeat(90)).bytes() {
        std::thread::sleep(Duration::from_millis(20));
        if dripping.write_all(&[octet]).is_err() {
            break;
        }
    }
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());

    let mut idle = connect(&receiver.address);
    idle.write_all(update("1", "").as_bytes()).expect("sent");
    let mut answer = [0; 1024];
    let read = idle.read(&mut answer).expect("an answer");
    assert!(answer[..read].starts_with(b"HTTP/1.1 204"));
    assert!(time_to_close(idle) < Duration::from_secs(5));

    // More than the buffers of both sides hold.
    let mut unread = connect(&receiver.address);
    unread.write_all(b"GET /assets/large.js HTTP/1.1\r\nhost: h\r\n\r\n").expect("sent");
    std::thread::sleep(Duration::from_secs(2));
    let mut bytes = Vec::new();
    let _ = unread.read_to_end(&mut bytes);
    assert!(bytes.len() < 32 * 1024 * 1024, "the connection was still open");
}

#[test]
fn a_body_that_does_not_come_is_408_in_time() {
    let (_folder, store) = folder();
    let receiver = Receiver::start(&store, &["--body-timeout", "0.5"]);
    let request = update("1", CLOSE);
    let started = Instant::now();
    let mut stream = connect(&receiver.address);
    stream.write_all(&request.as_bytes()[..request.len() - 5]).expect("sent");
    let answer = read_all(&mut stream);
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("HTTP-timeout"), "{answer}");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[test]
fn connections_above_the_bound_wait_for_their_turn() {
    let (_folder, store) = folder();
    let receiver = Receiver::start(&store, &["--max-connections", "2", "--idle-timeout", "1"]);
    let _idle = [connect(&receiver.address), connect(&receiver.address)];
    let started = Instant::now();
    assert_eq!(status(&exchange(&receiver.address, &update("1", CLOSE))), "204");
    let time = started.elapsed();
    assert!((Duration::from_millis(500)..Duration::from_secs(10)).contains(&time), "{time:?}");
}

#[cfg(unix)]
mod signals {
    use std::process::Command;

    use super::*;

    fn signal(receiver: &Receiver, name: &str) {
        let pid = receiver.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().expect("kill").success());
    }

    /// The exit code, and how long it took.
    fn end(receiver: &mut Receiver) -> (Option<i32>, Duration) {
        let started = Instant::now();
        loop {
            if let Some(status) = receiver.child.try_wait().expect("a child") {
                return (status.code(), started.elapsed());
            }
            assert!(started.elapsed() < common::PATIENCE, "it did not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn both_signals_let_a_request_that_is_under_way_come_to_its_end() {
        for name in ["TERM", "INT"] {
            let (_folder, store) = folder();
            let mut receiver = Receiver::start(&store, &[]);
            let request = update("1", "");
            let (head, rest) = request.split_at(request.len() - 5);
            let mut stream = connect(&receiver.address);
            stream.write_all(head.as_bytes()).expect("sent");
            std::thread::sleep(Duration::from_millis(200));
            signal(&receiver, name);
            std::thread::sleep(Duration::from_millis(200));
            stream.write_all(rest.as_bytes()).expect("sent");
            assert!(read_all(&mut stream).starts_with("HTTP/1.1 204"), "{name}");
            assert_eq!(end(&mut receiver).0, Some(0), "{name}");
            assert_eq!(ask::<i64>(&store, "SELECT count(*) FROM hookvet_delivery"), 1);
        }
    }

    #[test]
    fn a_request_that_does_not_end_holds_up_the_end_for_so_long_and_no_longer() {
        let (_folder, store) = folder();
        let mut receiver = Receiver::start(&store, &["--shutdown-timeout", "0.5"]);
        let request = update("1", "");
        let mut stream = connect(&receiver.address);
        stream.write_all(&request.as_bytes()[..request.len() - 5]).expect("sent");
        std::thread::sleep(Duration::from_millis(200));
        signal(&receiver, "TERM");
        let (code, time) = end(&mut receiver);
        assert_eq!(code, Some(0));
        assert!((Duration::from_millis(400)..Duration::from_secs(5)).contains(&time), "{time:?}");
    }

    #[test]
    fn a_second_signal_ends_at_once() {
        let (_folder, store) = folder();
        let mut receiver = Receiver::start(&store, &["--shutdown-timeout", "60", "--body-timeout", "60"]);
        let request = update("1", "");
        let mut stream = connect(&receiver.address);
        stream.write_all(&request.as_bytes()[..request.len() - 5]).expect("sent");
        for _ in 0..2 {
            std::thread::sleep(Duration::from_millis(200));
            assert!(receiver.child.try_wait().expect("a child").is_none());
            signal(&receiver, "TERM");
        }
        assert!(end(&mut receiver).1 < Duration::from_secs(5));
    }
}

/// Sends one refused delivery after the other, each with a line in the log of some kilobytes.
fn send_noise(receiver: &Receiver, count: usize) {
    let mut stream = connect(&receiver.address);
    let mut body =
        String::from(r#"{"customerExternalID":"42","riskLevel":"SEVERE","updatedAt":"2026-03-10T12:53:45Z""#);
    for number in 0..60 {
        write!(body, r#","an_unknown_member_with_a_name_of_some_length_{number}":1"#).expect("a string");
    }
    body.push('}');
    let request = post("/amlyze", &format!("{AMLYZE}ce-id: 1\r\n"), &body);
    for _ in 0..count {
        stream.write_all(request.as_bytes()).expect("sent");
        let mut reader = BufReader::new(&mut stream);
        let (mut line, mut length) = (String::new(), 0);
        reader.read_line(&mut line).expect("an answer");
        assert!(line.starts_with("HTTP/1.1 422"), "{line}");
        while line != "\r\n" {
            line.clear();
            reader.read_line(&mut line).expect("a header");
            length =
                line.strip_prefix("content-length: ").map_or(length, |text| text.trim().parse().expect("a number"));
        }
        reader.read_exact(&mut vec![0; length]).expect("a body");
    }
}

#[test]
fn a_standard_output_that_nobody_reads_stops_nothing_and_what_is_missing_is_counted() {
    let (_folder, store) = folder();
    let mut receiver = Receiver::start(&store, &[]);
    send_noise(&receiver, 600);
    assert_eq!(status(&exchange(&receiver.address, &update("1", CLOSE))), "204");
    let (mut lines, mut missing) = (0, 0);
    while lines + missing < 601 {
        let mut line = String::new();
        assert_ne!(receiver.log.read_line(&mut line).expect("a line"), 0);
        let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        match line["warning"].as_str() {
            Some(warning) => {
                let count =
                    warning.strip_suffix(" lines before this one are missing: they could not be written fast enough");
                missing += count.expect("a count").parse::<usize>().expect("a number");
            }
            None => lines += 1,
        }
    }
    assert_eq!(lines + missing, 601);
    assert!(missing > 0 && lines > 100, "{lines} lines, {missing} missing");
}

#[test]
fn a_closed_standard_output_stops_nothing() {
    let (_folder, store) = folder();
    let mut receiver = Receiver::start(&store, &[]);
    // Another reader takes the place of the one that is dropped.
    let nothing = command().arg("events").stdout(std::process::Stdio::piped()).spawn().expect("started");
    let mut nothing = nothing;
    drop(std::mem::replace(&mut receiver.log, BufReader::new(nothing.stdout.take().expect("piped"))));
    let _ = nothing.wait();
    send_noise(&receiver, 20);
    assert_eq!(status(&exchange(&receiver.address, &update("1", CLOSE))), "204");
}
