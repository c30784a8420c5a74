//! Refusals that meet a sender in the middle of its request, and senders that stop in the middle of theirs.

use std::time::Duration;

use hookvet::{Rule, Vetter};
use hookvet_tower::VetLayer;

use crate::samples::{AMLYZE_BODY, AMLYZE_HEADERS, NOW, amlyze, post, post_chunked};
use crate::wire::Server;

/// Headers that are refused by themselves: one attribute comes twice.
fn bad_headers() -> String {
    format!("ce-id: 2\r\n{AMLYZE_HEADERS}")
}

/// Waits for what is left of a refused body longer than any test runs, so that a slow machine changes nothing.
fn patient(vetter: Vetter) -> Server {
    Server::behind(VetLayer::with_clock(vetter, || NOW).linger(Duration::from_secs(60)))
}

fn head_of(request: &str) -> &str {
    request.split_inclusive("\r\n\r\n").next().expect("a head")
}

#[test]
fn headers_are_refused_although_the_body_never_comes() {
    let server = Server::vetting(amlyze());
    let request = post(&bad_headers(), AMLYZE_BODY);
    let mut client = server.connect();
    client.send(head_of(&request));
    let answer = client.answer().expect("an answer");
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(client.is_closed());
}

#[test]
fn a_sender_that_asks_first_is_refused_at_once_and_never_asked_for_its_body() {
    let server = patient(amlyze());
    let request = post(&format!("{}expect: 100-continue\r\n", bad_headers()), AMLYZE_BODY);
    let mut client = server.connect();
    client.send(head_of(&request));
    let answer = client.answer().expect("an answer");
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(client.is_closed());
}

#[test]
fn a_refused_body_that_arrives_whole_leaves_the_connection_open() {
    let server = patient(amlyze());
    let mut client = server.connect();
    let bad = post(&bad_headers(), AMLYZE_BODY);
    let (head, body) = bad.split_at(head_of(&bad).len());
    client.send(head);
    std::thread::sleep(Duration::from_millis(20));
    client.send(body);
    let answer = client.answer().expect("an answer");
    assert_eq!((answer.status, answer.header("connection")), (400, None), "{answer:?}");
    client.send(post(AMLYZE_HEADERS, AMLYZE_BODY));
    assert_eq!(client.answer().expect("an answer").status, 204);
}

#[test]
fn requests_that_are_pipelined_behind_refusals_are_answered_each() {
    let server = patient(Vetter::amlyze().max_body(1000).build().expect("a vetter"));
    let good = post(AMLYZE_HEADERS, AMLYZE_BODY).into_bytes();
    let large = format!("{AMLYZE_BODY}{}", " ".repeat(900));
    let mut client = server.connect();
    client.send(
        [
            post(&bad_headers(), AMLYZE_BODY).into_bytes(),
            good.clone(),
            post(AMLYZE_HEADERS, &large).into_bytes(),
            good.clone(),
            post_chunked(AMLYZE_HEADERS, &large, 128),
            good.clone(),
            post(AMLYZE_HEADERS, AMLYZE_BODY).replacen("POST", "PUT", 1).into_bytes(),
            good.clone(),
            post(AMLYZE_HEADERS, "{").into_bytes(),
            good,
        ]
        .concat(),
    );
    let answers: Vec<_> = std::iter::from_fn(|| client.answer()).take(10).collect();
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [400, 204, 413, 204, 413, 204, 405, 204, 400, 204], "{answers:?}");
    assert_eq!(server.seen().len(), 5);
}

#[test]
fn a_sender_that_writes_everything_first_reads_its_refusal_all_the_same() {
    // Far above the limit, above what is read past, and above what the kernel holds between the two.
    let body = " ".repeat(20 * 1024 * 1024);
    for request in [post(AMLYZE_HEADERS, &body).into_bytes(), post_chunked(AMLYZE_HEADERS, &body, 8000)] {
        let server = Server::vetting(amlyze());
        let mut client = server.connect();
        client.send_blindly(&request);
        let answer = client.answer().expect("an answer");
        assert_eq!(answer.status, 413, "{answer:?}");
        assert_eq!(answer.header("connection"), Some("close"));
        assert!(client.is_closed());
        assert_eq!(server.seen().len(), 0);
    }
}

#[test]
fn bad_headers_in_front_of_a_long_body_are_read_by_their_sender() {
    let server = patient(amlyze());
    let body = " ".repeat(200 * 1024);
    for request in [post(&bad_headers(), &body).into_bytes(), post_chunked(&bad_headers(), &body, 8000)] {
        let mut client = server.connect();
        client.send(&request);
        let answer = client.answer().expect("an answer");
        assert_eq!((answer.status, answer.header("connection")), (400, None), "{answer:?}");
        client.send(post(AMLYZE_HEADERS, AMLYZE_BODY));
        assert_eq!(client.answer().expect("an answer").status, 204);
    }
}

#[test]
fn a_body_that_drips_is_408_when_its_time_is_over() {
    let server = Server::behind(VetLayer::new(amlyze()).body_deadline(Duration::from_millis(100)));
    let request = post(AMLYZE_HEADERS, AMLYZE_BODY);
    let mut client = server.connect();
    let writer = std::thread::spawn(move || {
        client.drip(&request, 1, Duration::from_millis(2));
        client
    });
    let answer = writer.join().expect("no panic").answer().expect("an answer");
    assert_eq!(answer.status, 408, "{answer:?}");
    assert_eq!(answer.rules(), ["AMLYZE-D10", "HTTP-timeout"]);
    assert_eq!(answer.header("connection"), Some("close"));
    assert_eq!(server.seen().len(), 0);
}

#[test]
fn a_body_that_is_in_time_is_not_hurried() {
    let server = Server::behind(VetLayer::new(amlyze()).body_deadline(Duration::from_secs(30)));
    let mut client = server.connect();
    client.drip(post(AMLYZE_HEADERS, AMLYZE_BODY), 100, Duration::from_millis(5));
    assert_eq!(client.answer().expect("an answer").status, 204);
}

#[test]
fn a_sender_that_leaves_in_the_middle_never_reaches_the_handler() {
    let server = Server::vetting(amlyze());
    for request in [post(AMLYZE_HEADERS, AMLYZE_BODY).into_bytes(), post_chunked(AMLYZE_HEADERS, AMLYZE_BODY, 100)] {
        let mut client = server.connect();
        client.send(&request[..request.len() - 60]);
        drop(client);

        // One that only stops writing may still be told.
        let mut client = server.connect();
        client.send(&request[..request.len() - 60]);
        client.finish();
        if let Some(answer) = client.answer() {
            assert_eq!(answer.status, 400, "{answer:?}");
            assert_eq!(answer.rules(), ["AMLYZE-D10", "HTTP-incomplete"]);
        }
        assert!(client.is_closed());
    }
    assert_eq!(server.seen().len(), 0);
    assert_eq!(server.ask(post(AMLYZE_HEADERS, AMLYZE_BODY)).status, 204);
}

#[test]
fn chunks_that_are_broken_are_400() {
    let server = Server::vetting(amlyze());
    let mut request = post_chunked(AMLYZE_HEADERS, AMLYZE_BODY, 100);
    let at = request.windows(4).rposition(|window| window == b"\r\n0\r").expect("the last chunk");
    request[at + 2] = b'x';
    let answer = server.ask(request);
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(answer.rules(), ["AMLYZE-D10", Rule::HttpIncomplete.id()]);
    assert_eq!(server.seen().len(), 0);
}
