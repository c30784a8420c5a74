//! What is let through, and that nothing of it is changed on the way.

use std::time::Duration;

use hookvet::{Authenticity, amlyze, dataspike};

use crate::samples::{
    AMLYZE_BODY, AMLYZE_BODY_ODD, AMLYZE_HEADERS, DATASPIKE_BODY, NOW, amlyze, dataspike, post, post_chunked, secret,
    signed_headers,
};
use crate::wire::{Seen, Server};

/// What the handler was given, where it was called exactly once.
fn only(server: &Server) -> Seen {
    let mut seen = server.seen();
    assert_eq!(seen.len(), 1);
    seen.remove(0)
}

#[test]
fn the_documented_amlyze_example_reaches_the_handler() {
    let server = Server::vetting(amlyze());
    let answer = server.ask(post(AMLYZE_HEADERS, AMLYZE_BODY));
    assert_eq!(answer.status, 204, "{answer:?}");
    let seen = only(&server);
    assert_eq!(seen.body, AMLYZE_BODY);
    assert_eq!(seen.headers["ce-time"], "2026-03-10t12:53:45.85z");
    let verdict = seen.delivery.verdict();
    assert!(verdict.is_accepted());
    assert_eq!(
        seen.delivery.event().map(hookvet::EventContext::key).as_deref(),
        Some("cef8654f-9885-4e61-b8e9-132b607ab6a4 019cd7cf-826c-731c-ba20-76f48d48ac9c")
    );
    let rules: Vec<&str> = verdict.findings().iter().map(|finding| finding.rule.id()).collect();
    assert_eq!(rules, ["AMLYZE-D10"]);
    let event: amlyze::RelatedEntityScreeningPending = seen.delivery.read().expect("a typed event");
    assert_eq!(event.screening_guid.as_deref(), Some("20642e48-8251-47e3-a363-d857343ee171"));
}

#[test]
fn a_signed_dataspike_delivery_reaches_the_handler() {
    let server = Server::vetting(dataspike());
    let headers = signed_headers(&secret(), NOW - 300, DATASPIKE_BODY);
    let answer = server.ask(post(&headers, DATASPIKE_BODY));
    assert_eq!(answer.status, 204, "{answer:?}");
    let seen = only(&server);
    assert_eq!(seen.body, DATASPIKE_BODY);
    assert_eq!(*seen.delivery.verdict().authenticity(), Authenticity::Verified { label: Some("2026-03".into()) });
    let event: dataspike::Event = seen.delivery.read().expect("a typed event");
    assert!(matches!(event.payload, dataspike::Payload::Docver(_)));
}

#[test]
fn the_handler_gets_the_bytes_that_were_sent_however_they_travelled() {
    let server = Server::vetting(amlyze());
    let mut asked = 0;
    let mut expect_same = |send: &dyn Fn(&mut crate::wire::Client), how: &str| {
        let mut client = server.connect();
        send(&mut client);
        let answer = client.answer().expect("an answer");
        assert_eq!(answer.status, 204, "{how}: {answer:?}");
        asked += 1;
        let seen = server.seen();
        assert_eq!(seen.len(), asked, "{how}");
        assert_eq!(seen[asked - 1].body, AMLYZE_BODY_ODD, "{how}");
        assert_eq!(seen[asked - 1].delivery.body(), AMLYZE_BODY_ODD, "{how}");
    };
    let whole = post(AMLYZE_HEADERS, AMLYZE_BODY_ODD);
    expect_same(&|client| client.send(&whole), "in one write");
    expect_same(&|client| client.drip(&whole, 97, Duration::from_millis(1)), "in many writes");
    for size in [1, 7, 10_000] {
        let chunked = post_chunked(AMLYZE_HEADERS, AMLYZE_BODY_ODD, size);
        expect_same(&|client| client.send(&chunked), "in chunks");
        expect_same(&|client| client.drip(&chunked, 211, Duration::from_millis(1)), "in chunks and many writes");
    }
}

#[test]
fn a_signature_holds_over_bytes_that_came_in_pieces() {
    let server = Server::vetting(dataspike());
    let body = format!(" {}\n", DATASPIKE_BODY.replace("\":", "\" :  "));
    let request = post_chunked(&signed_headers(&secret(), NOW, &body), &body, 13);
    let mut client = server.connect();
    client.drip(&request, 50, Duration::from_millis(1));
    assert_eq!(client.answer().expect("an answer").status, 204);
    assert_eq!(only(&server).body, body);
}

#[test]
fn trailers_are_read_past() {
    let server = Server::vetting(amlyze());
    let mut request = post_chunked(&format!("{AMLYZE_HEADERS}trailer: x-checksum\r\n"), AMLYZE_BODY, 100);
    request.truncate(request.len() - 2);
    request.extend_from_slice(b"x-checksum: 1\r\n\r\n");
    assert_eq!(server.ask(request).status, 204);
    assert_eq!(only(&server).body, AMLYZE_BODY);
}

#[test]
fn a_sender_that_asks_first_is_told_to_go_on() {
    let server = Server::vetting(amlyze());
    let request = post(&format!("{AMLYZE_HEADERS}expect: 100-continue\r\n"), AMLYZE_BODY);
    let (head, body) = request.split_at(request.len() - AMLYZE_BODY.len());
    let mut client = server.connect();
    client.send(head);
    assert_eq!(client.answer().expect("a word").status, 100);
    client.send(body);
    assert_eq!(client.answer().expect("an answer").status, 204);
}

#[test]
fn a_body_of_exactly_the_limit_passes() {
    let body = format!("{AMLYZE_BODY}{}", " ".repeat(2000 - AMLYZE_BODY.len()));
    let server = Server::vetting(hookvet::Vetter::amlyze().max_body(2000).build().expect("a vetter"));
    assert_eq!(server.ask(post(AMLYZE_HEADERS, &body)).status, 204);
    assert_eq!(server.ask(post_chunked(AMLYZE_HEADERS, &body, 999)).status, 204);
    assert_eq!(server.ask(post(AMLYZE_HEADERS, &format!("{body} "))).status, 413);
    assert_eq!(server.ask(post_chunked(AMLYZE_HEADERS, &format!("{body} "), 999)).status, 413);
}

#[test]
fn one_connection_carries_many_deliveries() {
    let server = Server::vetting(amlyze());
    let mut client = server.connect();
    for _ in 0..5 {
        client.send(post(AMLYZE_HEADERS, AMLYZE_BODY));
        assert_eq!(client.answer().expect("an answer").status, 204);
    }
    assert_eq!(server.seen().len(), 5);
}
