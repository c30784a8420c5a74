//! Every CloudEvents case, golden delivery and problem document over sockets: the octets of the headers as they are given, through
//! `VetLayer` in front of axum and of a bare hyper server, and through `Vet` in front of actix-web. All give the same.

#[allow(dead_code, reason = "each test uses a part of it")]
mod adapters;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use adapters::{Adapter, Call, Server};
use hookvet::{PROBLEM_JSON, Policy, Problem, Vetter};
use hookvet_receiver::Receiver;
use hookvet_tests::problems::{Case, Given, accepted, all};
use hookvet_tests::wire::{Answer, request};
use hookvet_tests::{body, cases, headers, text, vet};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

/// The path of a test that is none of the cases.
const EVERY_OCTET: &str = "/every-octet";

/// Octets of a value that each server answers itself, so that no rule of a value can name them: what HTTP forbids in a field.
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

/// How many answers were compared, by adapter.
static COMPARED: [AtomicUsize; 3] = [const { AtomicUsize::new(0) }; 3];

/// An adapter behind which every CloudEvents case has a path of its own.
#[derive(Clone)]
struct CloudEvents {
    adapter: Adapter,
    server: Server,
    vetter: Vetter,
}

fn main() {
    let mut trials = Vec::new();
    for adapter in Adapter::ALL {
        cloudevents(adapter, &mut trials);
        let cases = accepted().into_iter().chain(all()).filter(|case| case.peer.is_none() && !asks_for_peers(case));
        let cases: Vec<Case> = cases.collect();
        let routes = cases.iter().map(|case| (path_of(case), case.receiver.clone())).collect();
        let server = Server::start(adapter, routes);
        for case in cases {
            let server = server.clone();
            trials.push(Trial::test(format!("{adapter}: {}", case.name), move || delivery(adapter, &server, &case)));
        }
    }
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    for adapter in Adapter::ALL {
        println!("{adapter}: {} answers compared", COMPARED[adapter as usize].load(Ordering::Relaxed));
    }
    conclusion.exit();
}

fn cloudevents(adapter: Adapter, trials: &mut Vec<Trial>) {
    let vetter = Vetter::cloudevents().policy(Policy::strict()).solicit_batches(true).build().expect("no schema");
    let receiver = Receiver::with_clock(vetter.clone(), || 0);
    let cases = cases("cloudevents.json");
    let routes = cases.iter().map(|case| format!("/{}", text(case, "id"))).chain([EVERY_OCTET.to_owned()]);
    let server = Server::start(adapter, routes.map(|path| (path, receiver.clone())).collect());
    let own = CloudEvents { adapter, server, vetter };
    for case in cases {
        let (own, name) = (own.clone(), format!("{adapter}: {}", text(&case, "id")));
        trials.push(Trial::test(name, move || check(&own, &case)));
    }
    trials.push(Trial::test(format!("{adapter}: every octet of a value"), move || every_octet(&own)));
}

/// A golden delivery: the verdict that its handler sees, or the refusal that its sender reads, byte for byte.
fn delivery(adapter: Adapter, server: &Server, case: &Case) -> Result<(), Failed> {
    let path = path_of(case);
    let answer = server.ask(request(&case.method, &path, &case.headers, &case.body));
    COMPARED[adapter as usize].fetch_add(1, Ordering::Relaxed);
    let calls = server.take(&path);
    if case.expected["decision"] == "accept" {
        let [call] = calls.as_slice() else { return Err(format!("{} calls, {answer:?}", calls.len()).into()) };
        same("the answer", &(answer.status, answer.body.as_str()), &(204, ""))?;
        same("the handler's body", &call.body[..], &case.body[..])?;
        let verdict: Value = serde_json::from_str(&call.received.verdict().to_json())?;
        return same("the verdict", &verdict, &case.expected);
    }
    same("calls", &calls.len(), &0)?;
    Ok(case.check(&adapter.to_string(), &Given::new(answer.status, answer.headers, answer.body.as_bytes()))?)
}

/// Everybody comes from the same address here; those cases are held to in `problems.rs`.
fn asks_for_peers(case: &Case) -> bool {
    case.receiver.looks_at_peers()
}

fn path_of(case: &Case) -> String {
    format!("/{}", case.name)
}

fn check(receiver: &CloudEvents, case: &Value) -> Result<(), Failed> {
    let (id, sent_headers, sent_body) = (text(case, "id"), headers(case), body(case));
    let path = format!("/{id}");
    let answer = receiver.post(&path, &sent_headers, &sent_body);
    let verdict = vet(&receiver.vetter, case, &sent_body, 0);
    if text(case, "expect") == "reject" {
        let named: Vec<String> = text(case, "rule").split(',').map(|rule| format!("CE-{rule}")).collect();
        let is_unsupported = named.iter().any(|rule| rule == "CE-M5" || rule == "CE-M7");
        same("the status", &answer.status, if is_unsupported { &415 } else { &400 })?;
        same("the media type", &answer.header("content-type"), &Some(PROBLEM_JSON))?;
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
        return same("whether the handler was called", &receiver.take(&path).is_some(), &false);
    }
    same("the status", &(answer.status, answer.body.as_str()), &(204, ""))?;
    let seen = receiver.take(&path).ok_or("the handler was not called")?;
    same("the handler's body", &seen.body[..], &sent_body[..])?;
    for (name, value) in &sent_headers {
        let found = seen.headers.iter().any(|(other, found)| other.eq_ignore_ascii_case(name) && found == value);
        same(&format!("octets of {name}"), &found, &true)?;
    }
    same("the verdict", &seen.received.verdict().to_json(), &verdict.to_json())?;
    let Some(decoded) = case["decoded"].as_object() else { return Ok(()) };
    let event = seen.received.event().ok_or("the handler was given no event")?;
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

/// Each octet inside a value: the server refuses what HTTP forbids, the adapter judges all else as the core does.
fn every_octet(receiver: &CloudEvents) -> Result<(), Failed> {
    let own = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/s"), ("ce-type", "t")];
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    for octet in (0..=255_u8).filter(|octet| *octet != b'\n') {
        let mut headers: Vec<(String, Vec<u8>)> =
            own.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect();
        headers.push(("ce-subject".to_owned(), vec![b'a', octet, b'b']));
        let id = format!("octet-{octet:02x}");
        let answer = receiver.post(EVERY_OCTET, &headers, b"");
        *statuses.entry(answer.status).or_default() += 1;
        let seen = receiver.take(EVERY_OCTET);
        if FORBIDDEN_BY_HTTP.contains(&octet) {
            of_the_server(&answer)?;
            same(&id, &seen.is_some(), &false)?;
            continue;
        }
        let verdict = receiver.vetter.vet(headers.iter().map(|(name, value)| (name, value)), b"", 0);
        same(&id, &answer.status, &verdict.status())?;
        let subject = seen.as_ref().and_then(|seen| seen.received.event()?.subject());
        let own = if verdict.is_accepted() { verdict.event().and_then(|event| event.subject()) } else { None };
        same(&id, &subject, &own)?;
    }
    // 93 characters that stand for themselves and a space; 0x7F and the control characters but the line feed are the
    // server's; the quote, the percent sign, the tab and 0x80 to 0xFF are the adapter's to refuse.
    same("statuses", &statuses, &BTreeMap::from([(204, 93), (400, 162)]))
}

impl CloudEvents {
    fn post(&self, path: &str, headers: &[(String, Vec<u8>)], body: &[u8]) -> Answer {
        COMPARED[self.adapter as usize].fetch_add(1, Ordering::Relaxed);
        self.server.ask(request("POST", path, headers, body))
    }

    /// What the handler was given.
    fn take(&self, path: &str) -> Option<Call> {
        self.server.take(path).pop()
    }
}

/// What the server answers by itself to a request that is no HTTP: 400 and nothing else.
fn of_the_server(answer: &Answer) -> Result<(), Failed> {
    let own = (answer.status, answer.header("content-type"), answer.body.as_str());
    same("the server's own answer", &own, &(400, None, ""))
}

fn same<T: std::fmt::Debug + PartialEq + ?Sized>(what: &str, found: &T, expected: &T) -> Result<(), Failed> {
    if found == expected { Ok(()) } else { Err(format!("{what}: expected {expected:?}, found {found:?}").into()) }
}
