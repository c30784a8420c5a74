//! What is turned away: with which status and rules, without the handler, and without a word of what was sent.

use std::time::Duration;

use hookvet::{PROBLEM_JSON, Secret, Vetter};
use hookvet_tower::VetLayer;

use crate::samples::{
    AMLYZE_BODY, AMLYZE_HEADERS, AMLYZE_VALUES, DATASPIKE_BODY, NOW, amlyze, dataspike, post, post_chunked, secret,
    signed_headers,
};
use crate::wire::{Answer, Server};

/// Sends `request` and expects a refusal: `status`, a problem document of that kind with these rules, the handler not
/// called, and nothing of the payload in it.
fn refuse(server: &Server, request: impl AsRef<[u8]>, status: u16, kind: &str, rules: &[&str]) -> Answer {
    let answer = server.ask(request);
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some(PROBLEM_JSON));
    assert_eq!(answer.header("content-length"), Some(answer.body.len().to_string().as_str()));
    assert!(answer.body.starts_with(&format!(r#"{{"type":"urn:hookvet:problem:{kind}","#)), "{answer:?}");
    assert_eq!(answer.rules(), rules, "{answer:?}");
    for value in AMLYZE_VALUES.into_iter().chain(["4da42a83", "bd59f3da", "passport"]) {
        assert!(!answer.body.contains(value), "{value} in {answer:?}");
    }
    assert_eq!(server.seen().len(), 0);
    answer
}

#[test]
fn every_fault_of_the_headers_is_reported_at_once() {
    let server = Server::vetting(amlyze());
    let headers = AMLYZE_HEADERS
        .replace("ce-id: 019cd7cf-826c-731c-ba20-76f48d48ac9c\r\n", "")
        .replace("ce-source: cef8654f-9885-4e61-b8e9-132b607ab6a4", "ce-source: ")
        .replace(
            "ce-time: 2026-03-10t12:53:45.85z",
            "ce-time: 2026-03-10t12:53:45.85z\r\nce-time: 2026-03-10T12:53:46Z",
        );
    let answer = server.ask(post(&headers, AMLYZE_BODY));
    assert_eq!(answer.status, 400, "{answer:?}");
    let rules = answer.rules();
    assert!(rules.len() > 2, "{rules:?}");
    assert!(rules.contains(&"CE-A1".to_owned()), "{rules:?}");
    assert_eq!(server.seen().len(), 0);
}

#[test]
fn a_missing_attribute_is_400() {
    let server = Server::vetting(amlyze());
    let headers = AMLYZE_HEADERS.replace("ce-id: 019cd7cf-826c-731c-ba20-76f48d48ac9c\r\n", "");
    refuse(&server, post(&headers, AMLYZE_BODY), 400, "malformed", &["AMLYZE-D10", "CE-A1"]);
}

#[test]
fn a_body_that_is_cut_off_is_400() {
    let server = Server::vetting(amlyze());
    let body = &AMLYZE_BODY[..200];
    refuse(&server, post(AMLYZE_HEADERS, body), 400, "malformed", &["AMLYZE-D10", "JSON-syntax"]);
}

#[test]
fn a_signature_that_is_missing_wrong_or_old_is_401() {
    let server = Server::vetting(dataspike());
    let unsigned = "content-type: application/json\r\n";
    refuse(&server, post(unsigned, DATASPIKE_BODY), 401, "unauthorized", &["SIG-missing"]);

    let other = Secret::parse("whsec_ffff").expect("a secret");
    let forged = signed_headers(&other, NOW, DATASPIKE_BODY);
    refuse(&server, post(&forged, DATASPIKE_BODY), 401, "unauthorized", &["SIG-mismatch"]);

    let signed = signed_headers(&secret(), NOW, DATASPIKE_BODY);
    let changed = DATASPIKE_BODY.replace("verified", "rejected");
    refuse(&server, post(&signed, &changed), 401, "unauthorized", &["SIG-mismatch"]);

    let stale = signed_headers(&secret(), NOW - 301, DATASPIKE_BODY);
    refuse(&server, post(&stale, DATASPIKE_BODY), 401, "unauthorized", &["SIG-stale"]);
}

#[test]
fn another_method_than_post_is_405_and_learns_which_one_is_right() {
    let server = Server::vetting(amlyze());
    for method in ["GET", "PUT", "DELETE", "OPTIONS", "FOO"] {
        let request = post(AMLYZE_HEADERS, AMLYZE_BODY).replacen("POST", method, 1);
        let answer = refuse(&server, request, 405, "method", &["HTTP-method"]);
        assert_eq!(answer.header("allow"), Some("POST"), "{method}");
        assert!(!answer.body.contains(method) || method == "POST", "{method}");
    }
}

#[test]
fn a_content_length_above_the_limit_is_413() {
    let server = Server::vetting(Vetter::amlyze().max_body(300).build().expect("a vetter"));
    let request = post(AMLYZE_HEADERS, AMLYZE_BODY);
    refuse(&server, request, 413, "too-large", &["AMLYZE-D10", "LIMIT-body"]);
}

#[test]
fn a_chunked_body_that_walks_past_the_limit_is_413() {
    let server = Server::vetting(Vetter::amlyze().max_body(300).build().expect("a vetter"));
    let request = post_chunked(AMLYZE_HEADERS, AMLYZE_BODY, 100);
    refuse(&server, request, 413, "too-large", &["AMLYZE-D10", "LIMIT-body"]);
}

#[test]
fn a_format_that_is_not_understood_is_415() {
    let server = Server::vetting(amlyze());
    let headers = AMLYZE_HEADERS.replace("application/json", "text/xml");
    let answer = server.ask(post(&headers, AMLYZE_BODY));
    assert_eq!(answer.status, 415, "{answer:?}");
    let answer = server.ask(post(&format!("{AMLYZE_HEADERS}content-encoding: gzip\r\n"), AMLYZE_BODY));
    assert_eq!(answer.status, 415, "{answer:?}");
    let batch = "content-type: application/cloudevents-batch+json\r\n";
    let answer = server.ask(post(batch, "[]"));
    assert_eq!(answer.status, 415, "{answer:?}");
    assert_eq!(server.seen().len(), 0);
}

#[test]
fn a_payload_that_departs_from_its_schema_is_422_with_every_departure() {
    let server = Server::vetting(amlyze());
    let body = AMLYZE_BODY.replace("true", "\"Sputnik\"").replace("1998-04-07", "Sputnik 1998-04-07");
    let answer =
        refuse(&server, post(AMLYZE_HEADERS, &body), 422, "schema", &["AMLYZE-D10", "SCHEMA-format", "SCHEMA-type"]);
    assert!(answer.body.contains("body:/screeningMatch"), "{answer:?}");
    assert!(answer.body.contains("body:/establishmentDate"), "{answer:?}");
}

#[test]
fn a_head_request_is_refused_without_a_body() {
    let server = Server::vetting(amlyze());
    let mut client = server.connect();
    client.send("HEAD /hook HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    // The length of the body that a GET would have, and then nothing.
    let mut wire = String::new();
    while !client.is_closed() {
        wire.push_str(&client.take_unread());
    }
    assert!(wire.starts_with("HTTP/1.1 405 "), "{wire}");
    assert!(wire.ends_with("\r\n\r\n"), "{wire}");
}

#[test]
fn a_delivery_that_comes_too_fast_is_429_and_learns_how_long_to_wait() {
    for (wait, seconds) in [(Duration::ZERO, "1"), (Duration::from_millis(1_500), "2"), (Duration::from_secs(60), "60")]
    {
        let layer = VetLayer::with_clock(amlyze(), || NOW).limiter(move |headers, now| {
            assert_eq!(now, NOW);
            headers.contains_key("x-fast").then_some(wait)
        });
        let server = Server::behind(layer);
        let request = post(&format!("x-fast: 1\r\n{AMLYZE_HEADERS}"), AMLYZE_BODY);
        let answer = refuse(&server, request, 429, "too-many", &["CE-WH-rate"]);
        assert_eq!(answer.header("retry-after"), Some(seconds));
        let answer = server.ask(post(AMLYZE_HEADERS, AMLYZE_BODY));
        assert_eq!((answer.status, answer.header("retry-after")), (204, None));
    }
}
