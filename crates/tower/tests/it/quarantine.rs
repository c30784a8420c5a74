//! Refused deliveries that are set aside, and what happens where that fails.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hookvet::{Authenticity, Credential, Vetter};
use hookvet_tower::receiver::{Disposition, Observation};
use hookvet_tower::{OnInvalid, Quarantine, Quarantined, VetLayer};

use crate::samples::{
    AMLYZE_BODY, AMLYZE_HEADERS, AMLYZE_VALUES, DATASPIKE_BODY, NOW, amlyze, dataspike, post, post_chunked, secret,
    signed_headers,
};
use crate::wire::{Answer, Server};

/// Everything that a sink was given.
type Kept = Arc<Mutex<Vec<Quarantined>>>;

/// What became of each delivery.
type Fates = Arc<Mutex<Vec<Disposition>>>;

fn keeping() -> (Kept, Quarantine) {
    let kept = Kept::default();
    let list = kept.clone();
    let sink = move |delivery: Quarantined| {
        let list = list.clone();
        async move {
            // Done later than asked, as a store is.
            tokio::task::yield_now().await;
            list.lock().expect("no panic").push(delivery);
            Ok::<_, io::Error>(())
        }
    };
    (kept, Quarantine::new(sink))
}

fn server(vetter: Vetter, quarantine: Quarantine) -> (Server, Fates) {
    let fates = Fates::default();
    let list = fates.clone();
    let layer = VetLayer::with_clock(vetter, || NOW)
        .on_invalid(OnInvalid::Quarantine(quarantine))
        .observer(move |seen: &Observation<'_>| list.lock().expect("no panic").push(seen.disposition));
    (Server::behind(layer), fates)
}

#[test]
fn a_refused_delivery_is_kept_whole_and_answered_with_202() {
    let (kept, quarantine) = keeping();
    let (server, fates) = server(amlyze(), quarantine);
    let body = AMLYZE_BODY.replace("\"ORGANIZATION\"", "7");
    let answer = server.ask(post_chunked(&format!("{AMLYZE_HEADERS}cookie: a=b\r\nx-id: 7\r\n"), &body, 50));
    assert_eq!((answer.status, answer.body.as_str()), (202, ""));
    assert!(server.seen().is_empty());
    let kept = kept.lock().expect("no panic");
    let delivery = &kept[0];
    assert_eq!((delivery.body(), delivery.received_at()), (&body.into(), NOW));
    assert_eq!(delivery.verdict().status(), 422);
    let header = |name| delivery.headers().iter().find(|(other, _)| other == name).map(|(_, value)| value.as_slice());
    assert_eq!((header("x-id"), header("ce-source").is_some(), header("cookie")), (Some(&b"7"[..]), true, None));
    let shown = format!("{delivery:?}");
    assert!(AMLYZE_VALUES.iter().all(|value| !shown.contains(value)), "{shown}");
    assert_eq!(*fates.lock().expect("no panic"), [Disposition::Quarantined]);
}

#[test]
fn headers_that_refuse_do_not_keep_the_body_from_the_quarantine() {
    let (kept, quarantine) = keeping();
    let (server, _) = server(amlyze(), quarantine);
    let mut client = server.connect();
    for headers in [format!("ce-id: 2\r\n{AMLYZE_HEADERS}"), AMLYZE_HEADERS.replace("application/json", "text/xml")] {
        client.send(post(&headers, AMLYZE_BODY));
        assert_eq!(client.answer().expect("an answer").status, 202);
    }
    // And what is in order passes on the same connection.
    client.send(post(AMLYZE_HEADERS, AMLYZE_BODY));
    assert_eq!(client.answer().expect("an answer").status, 204);
    let kept = kept.lock().expect("no panic");
    assert_eq!(kept.iter().map(|delivery| delivery.verdict().status()).collect::<Vec<_>>(), [400, 415]);
    assert!(kept.iter().all(|delivery| delivery.body() == AMLYZE_BODY));
}

#[test]
fn what_is_not_a_whole_delivery_is_never_kept() {
    let (kept, quarantine) = keeping();
    let vetter = Vetter::amlyze().max_body(2000).build().expect("a vetter");
    let (server, fates) = server(vetter, quarantine.include_unproven(true));
    let long = " ".repeat(2001);
    assert_eq!(server.ask(post(AMLYZE_HEADERS, &long)).status, 413);
    assert_eq!(server.ask(post_chunked(AMLYZE_HEADERS, &long, 700)).status, 413);
    assert_eq!(server.ask(post(AMLYZE_HEADERS, "").replace("POST", "GET")).status, 405);
    // Cut off: the client closes its side in the middle.
    #[cfg(feature = "deadline")]
    {
        let mut client = server.connect();
        let request = post(AMLYZE_HEADERS, AMLYZE_BODY);
        client.send(&request[..request.len() - 5]);
        client.finish();
        assert!(client.answer().is_none_or(|answer| answer.status == 400));
    }
    assert!(kept.lock().expect("no panic").is_empty());
    assert!(fates.lock().expect("no panic").iter().all(|fate| *fate == Disposition::Refused));
}

#[cfg(feature = "deadline")]
#[test]
fn a_body_that_is_too_slow_is_never_kept() {
    let (kept, quarantine) = keeping();
    let layer = VetLayer::with_clock(amlyze(), || NOW)
        .on_invalid(OnInvalid::Quarantine(quarantine))
        .body_deadline(Duration::from_millis(20));
    let server = Server::behind(layer);
    let request = post(AMLYZE_HEADERS, AMLYZE_BODY);
    assert_eq!(server.ask(&request[..request.len() - 5]).status, 408);
    assert!(kept.lock().expect("no panic").is_empty());
}

#[test]
fn a_delivery_that_proves_nothing_is_kept_only_where_that_was_asked_for() {
    let other = hookvet::Secret::parse("whsec_ff").expect("a secret");
    let requests = [
        // Signed by a stranger; by nobody; and refused by its headers before the signature is looked at.
        post(&signed_headers(&other, NOW, DATASPIKE_BODY), DATASPIKE_BODY),
        post("content-type: application/json\r\n", DATASPIKE_BODY),
        post("content-type: text/plain\r\n", DATASPIKE_BODY),
    ];
    let (kept, quarantine) = keeping();
    let (strict, _) = server(dataspike(), quarantine.clone());
    let statuses = |server: &Server| requests.clone().map(|request| server.ask(request).status);
    assert_eq!(statuses(&strict), [401, 401, 415]);
    assert!(kept.lock().expect("no panic").is_empty());

    // What the secret proves is kept.
    let body = DATASPIKE_BODY.replace("\"verified\"", "\"perhaps\"");
    assert_eq!(strict.ask(post(&signed_headers(&secret(), NOW, &body), &body)).status, 202);
    assert!(matches!(kept.lock().expect("no panic")[0].verdict().authenticity(), Authenticity::Verified { .. }));

    let (open, _) = server(dataspike(), quarantine.include_unproven(true));
    assert_eq!(statuses(&open), [202, 202, 202]);
    assert_eq!(kept.lock().expect("no panic").len(), 4);
}

#[test]
fn credentials_do_not_come_into_the_store() {
    let (kept, quarantine) = keeping();
    let vetter = Vetter::amlyze()
        .credential(Credential::header("X-Token", "hunter2").expect("a credential"))
        .build()
        .expect("a vetter");
    let (server, _) = server(vetter, quarantine);
    let headers = format!("{AMLYZE_HEADERS}x-token: hunter2\r\nauthorization: Bearer hunter2\r\n");
    assert_eq!(server.ask(post(&headers, "[]")).status, 202);
    let kept = kept.lock().expect("no panic");
    assert_eq!(kept[0].headers().len(), 9);
    assert!(kept[0].headers().iter().all(|(_, value)| value != b"hunter2"));
}

fn unavailable(answer: &Answer, seconds: &str) {
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some(seconds)), "{answer:?}");
    assert_eq!(answer.rules(), ["STORE-unavailable"]);
}

#[test]
fn a_sink_that_fails_acknowledges_nothing() {
    let sink = |_: Quarantined| async { Err::<(), _>(io::Error::other("the table entities is full of Sputnik")) };
    let (server, fates) = server(amlyze(), Quarantine::new(sink).retry_after(Duration::from_millis(6500)));
    let mut client = server.connect();
    client.send(post(AMLYZE_HEADERS, "[]"));
    let answer = client.answer().expect("an answer");
    unavailable(&answer, "7");
    assert!(!answer.body.contains("Sputnik"));
    // The connection and the receiver are as good as before.
    client.send(post(AMLYZE_HEADERS, AMLYZE_BODY));
    assert_eq!(client.answer().expect("an answer").status, 204);
    assert_eq!(*fates.lock().expect("no panic"), [Disposition::NotStored, Disposition::Delivered]);
}

#[test]
fn a_sink_that_panics_has_not_kept_anything() {
    let (at_once, _) = server(
        amlyze(),
        Quarantine::new(|delivery: Quarantined| {
            assert!(delivery.body().is_empty(), "a sink that panics when it is called");
            std::future::ready(Ok::<_, io::Error>(()))
        }),
    );
    unavailable(&at_once.ask(post(AMLYZE_HEADERS, "[]")), "5");
    let (later, fates) = server(
        amlyze(),
        Quarantine::new(|delivery: Quarantined| async move {
            tokio::task::yield_now().await;
            assert!(delivery.body().is_empty(), "a sink that panics while it works");
            Ok::<_, io::Error>(())
        }),
    );
    let mut client = later.connect();
    client.send(post(AMLYZE_HEADERS, "[]"));
    unavailable(&client.answer().expect("an answer"), "5");
    client.send(post(AMLYZE_HEADERS, AMLYZE_BODY));
    assert_eq!(client.answer().expect("an answer").status, 204);
    assert_eq!(*fates.lock().expect("no panic"), [Disposition::NotStored, Disposition::Delivered]);
}

#[test]
fn an_observer_that_panics_changes_nothing() {
    let count = Arc::new(Mutex::new(0));
    let counting = count.clone();
    let layer = VetLayer::new(amlyze())
        .on_verdict(|verdict| assert!(verdict.status() == 0, "an on_verdict that panics"))
        .observer(|seen: &Observation<'_>| assert!(seen.body_bytes == 1, "an observer that panics"))
        .observer(move |_: &Observation<'_>| *counting.lock().expect("no panic") += 1);
    let server = Server::behind(layer);
    let mut client = server.connect();
    for (body, status) in [(AMLYZE_BODY, 204), ("[]", 422), (AMLYZE_BODY, 204)] {
        client.send(post(AMLYZE_HEADERS, body));
        assert_eq!(client.answer().expect("an answer").status, status);
    }
    // Whoever comes behind the one that panics is told all the same.
    assert_eq!(*count.lock().expect("no panic"), 3);
}

#[test]
fn an_observer_is_told_once_with_lengths_and_times() {
    let seen: Arc<Mutex<Vec<(u16, usize, bool)>>> = Arc::default();
    let list = seen.clone();
    let layer = VetLayer::new(amlyze()).observer(move |one: &Observation<'_>| {
        let timings = one.timings.expect("a clock");
        let adds_up = timings.total() == timings.own() + timings.body;
        list.lock().expect("no panic").push((one.verdict.status(), one.body_bytes, adds_up));
    });
    let server = Server::behind(layer);
    for (headers, body) in [(AMLYZE_HEADERS, AMLYZE_BODY), (AMLYZE_HEADERS, "[]"), ("", AMLYZE_BODY)] {
        server.ask(post(headers, body));
    }
    assert_eq!(*seen.lock().expect("no panic"), [(204, AMLYZE_BODY.len(), true), (422, 2, true), (415, 0, true)]);
}
