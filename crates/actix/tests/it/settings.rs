//! The settings of a receiver behind actix-web.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::{HttpResponse, web};
use hookvet::{Handshake, Vetter};
use hookvet_actix::receiver::Disposition;
use hookvet_actix::{Networks, Observation, Receiver, Vet};
use hookvet_tests::samples::{AMLYZE_BODY, amlyze, amlyze_headers};
use hookvet_tests::wire::{Client, request};

use crate::server::{post, serve};

/// What an observer was shown: what became of a delivery, its status, the size of its body, and whether it was whole.
type Seen = (Disposition, u16, usize, bool);

fn behind(receiver: Receiver) -> SocketAddr {
    serve(move |app| {
        let handler = web::post().to(HttpResponse::NoContent);
        app.service(web::resource("/hook").wrap(Vet::from(receiver.clone())).route(handler));
    })
}

#[test]
fn the_address_of_the_connection_is_the_peer_and_headers_are_not_believed() {
    let from = |networks: [&str; 1]| Receiver::new(amlyze()).peers(Networks::parse(networks).expect("a network"));
    let forged = amlyze_headers(&[("x-forwarded-for", "192.0.2.7"), ("forwarded", "for=192.0.2.7")]);
    assert_eq!(post(behind(from(["127.0.0.0/8"])), &forged, AMLYZE_BODY).status, 204);
    let answer = post(behind(from(["192.0.2.0/24"])), &forged, AMLYZE_BODY);
    assert_eq!((answer.status, answer.rules()), (403, vec!["AUTH-peer".to_owned()]));
}

#[test]
fn a_sender_that_asks_whether_it_may_deliver_is_answered() {
    let vetter = Vetter::amlyze().handshake(Handshake::with_origins(["amlyze.example"])).build().expect("a vetter");
    let address = behind(Receiver::new(vetter));
    let ask = |origin: &str| {
        let headers = [("WebHook-Request-Origin".to_owned(), origin.as_bytes().to_vec())];
        Client::to(address).ask(request("OPTIONS", "/hook", &headers, b""))
    };
    let answer = ask("amlyze.example");
    assert_eq!((answer.status, answer.header("webhook-allowed-origin")), (200, Some("amlyze.example")));
    assert_eq!(answer.header("allow"), Some("POST"));
    assert_eq!(ask("other.example").header("webhook-allowed-origin"), None);
    // And then every delivery says the same.
    assert_eq!(post(address, &amlyze_headers(&[]), AMLYZE_BODY).status, 401);
    let headers = amlyze_headers(&[("webhook-request-origin", "amlyze.example")]);
    assert_eq!(post(address, &headers, AMLYZE_BODY).status, 204);
}

#[test]
fn a_delivery_that_comes_too_fast_is_429_and_learns_how_long_to_wait() {
    let limiter =
        |headers: &hookvet_actix::receiver::Headers<'_>, _| headers.get("x-fast").map(|_| Duration::from_millis(1500));
    let address = behind(Receiver::new(amlyze()).limiter(limiter));
    let answer = post(address, &amlyze_headers(&[("x-fast", "1")]), AMLYZE_BODY);
    assert_eq!((answer.status, answer.header("retry-after")), (429, Some("2")), "{answer:?}");
    assert_eq!(post(address, &amlyze_headers(&[]), AMLYZE_BODY).status, 204);
}

#[test]
fn other_methods_can_be_deliveries() {
    let receiver = Receiver::new(amlyze()).methods(["PUT"]);
    let address = serve(move |app| {
        let handler = web::put().to(HttpResponse::NoContent);
        app.service(web::resource("/hook").wrap(Vet::from(receiver.clone())).route(handler));
    });
    let whole = request("PUT", "/hook", &amlyze_headers(&[]), AMLYZE_BODY.as_bytes());
    assert_eq!(Client::to(address).ask(whole).status, 204);
    assert_eq!(post(address, &amlyze_headers(&[]), AMLYZE_BODY).header("allow"), Some("PUT"));
}

#[test]
fn an_observer_is_told_of_every_delivery_once() {
    let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
    let list = seen.clone();
    let address = behind(Receiver::new(amlyze()).observer(move |one: &Observation<'_>| {
        let adds_up = one.timings.is_some_and(|times| times.total() == times.own() + times.body);
        list.lock().expect("no panic").push((one.disposition, one.verdict.status(), one.body_bytes, adds_up));
    }));
    for (headers, body) in [(amlyze_headers(&[]), AMLYZE_BODY), (amlyze_headers(&[]), "[]"), (Vec::new(), AMLYZE_BODY)]
    {
        post(address, &headers, body);
    }
    let expected = [
        (Disposition::Delivered, 204, AMLYZE_BODY.len(), true),
        (Disposition::Refused, 422, 2, true),
        (Disposition::Refused, 415, 0, true),
    ];
    assert_eq!(*seen.lock().expect("no panic"), expected);
}
