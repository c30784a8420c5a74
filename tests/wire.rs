//! Every CloudEvents case over a socket: the octets of its headers as they are given, through `VetLayer` in front of axum.

use std::collections::{BTreeMap, HashMap};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Extension, Router};
use hookvet::{PROBLEM_JSON, Policy, Problem, Vetter};
use hookvet_tests::{body, cases, headers, text, vet};
use hookvet_tower::{Delivery, VetLayer};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

/// How long a case may wait for its answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Cases that hyper refuses before the layer sees them, each with the reason: none. HTTP allows every octet that the cases
/// put into a value (a tab, and 0x80 to 0xFF), and every name is a token.
const REFUSED_BY_HYPER: [(&str, &str); 0] = [];

/// Octets of a value that hyper answers itself, so that no rule of a value can name them: what HTTP forbids in a field.
const FORBIDDEN_BY_HTTP: [u8; 31] = {
    let mut octets = [0x7f; 31];
    let mut at = 0;
    let mut octet = 0;
    while octet < 0x20 {
        // A tab is allowed, and a line feed ends the line.
        if octet != b'\t' && octet != b'\n' {
            octets[at] = octet;
            at += 1;
        }
        octet += 1;
    }
    octets
};

/// What the handler was given.
struct Seen {
    headers: HeaderMap,
    body: Bytes,
    delivery: Delivery,
}

type AllSeen = Arc<Mutex<HashMap<String, Seen>>>;

/// A receiver on loopback, and what its handler was given, by the name of the case.
#[derive(Clone)]
struct Receiver {
    address: SocketAddr,
    seen: AllSeen,
    vetter: Vetter,
}

fn main() {
    let vetter = Vetter::cloudevents().policy(Policy::strict()).solicit_batches(true).build().expect("no schema");
    let receiver = Receiver::start(vetter);
    let mut trials: Vec<Trial> = cases("cloudevents.json")
        .into_iter()
        .map(|case| {
            let receiver = receiver.clone();
            Trial::test(text(&case, "id").to_owned(), move || check(&receiver, &case))
        })
        .collect();
    trials.push(Trial::test("every octet of a value", move || every_octet(&receiver)));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn check(receiver: &Receiver, case: &Value) -> Result<(), Failed> {
    let (id, sent_headers, sent_body) = (text(case, "id"), headers(case), body(case));
    let answer = receiver.post(id, &sent_headers, &sent_body)?;
    if REFUSED_BY_HYPER.iter().any(|(refused, _)| *refused == id) {
        return same("hyper's own answer", &answer, &Answer::of_hyper());
    }
    let verdict = vet(&receiver.vetter, case, &sent_body, 0);
    if text(case, "expect") == "reject" {
        let named: Vec<String> = text(case, "rule").split(',').map(|rule| format!("CE-{rule}")).collect();
        let is_unsupported = named.iter().any(|rule| rule == "CE-M5" || rule == "CE-M7");
        same("the status", &answer.status, if is_unsupported { &415 } else { &400 })?;
        same("the media type", &answer.content_type.as_deref(), &Some(PROBLEM_JSON))?;
        let problem: Value = serde_json::from_str(&answer.body)?;
        let found: Vec<&str> = problem["findings"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|finding| finding["rule"].as_str())
            .collect();
        if !found.iter().any(|rule| named.iter().any(|name| name == rule)) {
            return Err(format!("expected one of {named:?}, found {found:?}").into());
        }
        let own = Problem::of(&verdict).map(|problem| problem.to_json());
        same("the problem document", &Some(answer.body), &own)?;
        return same("whether the handler was called", &receiver.take(id).is_some(), &false);
    }
    same("the status", &(answer.status, answer.body.as_str()), &(204, ""))?;
    let seen = receiver.take(id).ok_or("the handler was not called")?;
    same("the handler's body", &seen.body[..], &sent_body[..])?;
    for (name, value) in &sent_headers {
        let found = seen.headers.get_all(name).iter().any(|found| found.as_bytes() == value);
        same(&format!("octets of {name}"), &found, &true)?;
    }
    same("the verdict", &seen.delivery.verdict().to_json(), &verdict.to_json())?;
    let Some(decoded) = case["decoded"].as_object() else { return Ok(()) };
    let event = seen.delivery.event().ok_or("the handler was given no event")?;
    for (name, value) in decoded {
        let found = match name.as_str() {
            "id" => Some(event.id()),
            "type" => Some(event.event_type()),
            "source" => Some(event.source()),
            "subject" => event.subject(),
            "time" => event.time(),
            other => event.attribute(other),
        };
        same(name, &found, &value.as_str())?;
    }
    Ok(())
}

/// Each octet inside a value: hyper refuses what HTTP forbids, the layer judges all else as the core does.
fn every_octet(receiver: &Receiver) -> Result<(), Failed> {
    let own = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/s"), ("ce-type", "t")];
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    for octet in (0..=255_u8).filter(|octet| *octet != b'\n') {
        let mut headers: Vec<(String, Vec<u8>)> =
            own.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect();
        headers.push(("ce-subject".to_owned(), vec![b'a', octet, b'b']));
        let id = format!("octet-{octet:02x}");
        let answer = receiver.post(&id, &headers, b"")?;
        *statuses.entry(answer.status).or_default() += 1;
        let seen = receiver.take(&id);
        if FORBIDDEN_BY_HTTP.contains(&octet) {
            same(&id, &answer, &Answer::of_hyper())?;
            same(&id, &seen.is_some(), &false)?;
            continue;
        }
        let verdict = receiver.vetter.vet(headers.iter().map(|(name, value)| (name, value)), b"", 0);
        same(&id, &answer.status, &verdict.status())?;
        let subject = seen.as_ref().and_then(|seen| seen.delivery.event()?.subject());
        let own = if verdict.is_accepted() { verdict.event().and_then(|event| event.subject()) } else { None };
        same(&id, &subject, &own)?;
    }
    // 93 characters that stand for themselves and a space; 0x7F and the control characters but the line feed are hyper's,
    // the quote, the percent sign, the tab and 0x80 to 0xFF are the layer's to refuse.
    same("statuses", &statuses, &BTreeMap::from([(204, 93), (400, 162)]))
}

impl Receiver {
    /// Serves on a free port until the process ends.
    fn start(vetter: Vetter) -> Self {
        let seen = AllSeen::default();
        let kept = seen.clone();
        let handler = async move |Path(case): Path<String>,
                                  Extension(delivery): Extension<Delivery>,
                                  headers: HeaderMap,
                                  body: Bytes| {
            lock(&kept).insert(case, Seen { headers, body, delivery });
            StatusCode::NO_CONTENT
        };
        let layer = VetLayer::with_clock(vetter.clone(), || 0);
        let app = Router::new().route("/{case}", post(handler).layer(layer));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("an address");
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                axum::serve(listener, app).await.expect("a server");
            });
        });
        Self { address, seen, vetter }
    }

    /// Writes the request octet for octet; the path names the case.
    fn post(&self, case: &str, headers: &[(String, Vec<u8>)], body: &[u8]) -> Result<Answer, Failed> {
        let mut request = format!("POST /{case} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n").into_bytes();
        for (name, value) in headers {
            request.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        request.extend(format!("Content-Length: {}\r\n\r\n", body.len()).bytes());
        request.extend(body);
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.write_all(&request)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Answer::parse(&answer).ok_or_else(|| format!("no HTTP answer: {answer:?}").into())
    }

    fn take(&self, case: &str) -> Option<Seen> {
        lock(&self.seen).remove(case)
    }
}

fn lock(seen: &AllSeen) -> std::sync::MutexGuard<'_, HashMap<String, Seen>> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A response as it stood on the wire.
#[derive(Debug, Eq, PartialEq)]
struct Answer {
    status: u16,
    content_type: Option<String>,
    body: String,
}

impl Answer {
    /// What hyper answers to a request that is no HTTP: 400 and nothing else.
    fn of_hyper() -> Self {
        Self { status: 400, content_type: None, body: String::new() }
    }

    fn parse(text: &str) -> Option<Self> {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let content_type = lines
            .filter_map(|line| line.split_once(": "))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))
            .map(|(_, value)| value.to_owned());
        Some(Self { status, content_type, body: body.to_owned() })
    }
}

fn same<T: std::fmt::Debug + PartialEq + ?Sized>(what: &str, found: &T, expected: &T) -> Result<(), Failed> {
    if found == expected { Ok(()) } else { Err(format!("{what}: expected {expected:?}, found {found:?}").into()) }
}
