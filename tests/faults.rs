//! Faults over real sockets, the same for every adapter: slow, cut-off, oversized and pipelined bodies, handlers that panic, sinks
//! that fail or take their time, many connections at once, HTTP/2. Where an adapter differs, the test says why.

#[allow(dead_code, reason = "each test uses a part of it")]
mod adapters;

use std::convert::Infallible;
use std::io;
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use adapters::{Adapter, Server};
use bytes::Bytes;
use hookvet::Vetter;
use hookvet_receiver::{Disposition, Observation, OnInvalid, Quarantine, Quarantined, Receiver};
use hookvet_tests::samples::{AMLYZE_BODY, amlyze, amlyze_headers, bad_headers};
use hookvet_tests::wire::{Client, chunked, head_of, request};
use hookvet_tower::VetLayer;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use libtest_mimic::{Arguments, Trial};
use tower::{Layer as _, Service};

/// Waits for what is left of a refused body longer than any test runs, so that a slow machine changes nothing.
const PATIENT: Duration = Duration::from_secs(60);

/// How many connections are open at once in one of the tests.
const CONNECTIONS: usize = 1000;

/// What is tested of every adapter.
type Test = fn(Adapter);

fn trial(adapter: Adapter, name: &str, test: Test) -> Trial {
    Trial::test(format!("{adapter}: {name}"), move || {
        test(adapter);
        Ok(())
    })
}

fn main() {
    // Both ends of every connection are in this process, and the adapters are tested side by side.
    rlimit::increase_nofile_limit(8 * CONNECTIONS as u64).expect("a limit of files");
    let tests: [(&str, Test); 16] = [
        ("a body that drips past its time is 408", drips),
        ("a sender that leaves in the middle never reaches the handler", leaves),
        ("chunks that are broken are 400", broken_chunks),
        ("a sender that writes everything first reads 413 and no reset", too_large),
        ("bad headers in front of a long body are read by their sender", long_body_behind_bad_headers),
        ("headers are refused although the body never comes", body_never_comes),
        ("a refused body that arrives whole leaves the connection open", stays_open),
        ("requests that are pipelined behind refusals are answered each", pipelined),
        ("what a sender gets that asks first", asks_first),
        ("HTTP/2 refuses one stream and leaves the others alone", http2),
        ("a thousand connections at once are each answered", many),
        ("a handler that panics costs its own connection and no other", panicking_handler),
        ("an observer that panics changes nothing", panicking_observer),
        ("a sink that fails acknowledges nothing", failing_sink),
        ("a sink that panics acknowledges nothing", panicking_sink),
        ("a slow sink acknowledges late and holds up nobody else", slow_sink),
    ];
    let mut trials: Vec<Trial> = Adapter::ALL
        .into_iter()
        .flat_map(|adapter| tests.map(|(name, test)| (adapter, name, test)))
        .map(|(adapter, name, test)| trial(adapter, name, test))
        .collect();
    trials.push(Trial::test("hyper: an inner service that is not ready holds requests back and burns no time", || {
        never_ready();
        Ok(())
    }));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn good() -> Vec<u8> {
    request("POST", "/hook", &amlyze_headers(&[]), AMLYZE_BODY.as_bytes())
}

fn good_with(headers: &[(&str, &str)]) -> Vec<u8> {
    request("POST", "/hook", &amlyze_headers(headers), AMLYZE_BODY.as_bytes())
}

/// Refused by its payload.
fn wrong_payload() -> Vec<u8> {
    request("POST", "/hook", &amlyze_headers(&[]), b"[]")
}

/// Refused by its headers, with a body behind them.
fn wrong_headers(body: &str) -> Vec<u8> {
    request("POST", "/hook", &bad_headers(), body.as_bytes())
}

fn limited(max_body: usize) -> Receiver {
    Receiver::new(Vetter::amlyze().max_body(max_body).build().expect("a vetter"))
}

/// What became of the deliveries, as an observer is told.
type Fates = Arc<Mutex<Vec<Disposition>>>;

fn observed(receiver: Receiver) -> (Receiver, Fates) {
    let fates = Fates::default();
    let list = fates.clone();
    let observer = move |seen: &Observation<'_>| list.lock().expect("no panic").push(seen.disposition);
    (receiver.observer(observer), fates)
}

fn drips(adapter: Adapter) {
    let server = Server::hook(adapter, Receiver::new(amlyze()).body_deadline(Duration::from_millis(100)));
    let mut client = server.connect();
    client.drip(good(), 1, Duration::from_millis(2));
    let answer = client.answer().expect("an answer");
    assert_eq!((answer.status, answer.rules()), (408, vec!["HTTP-timeout".to_owned()]), "{answer:?}");
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(client.is_closed());
    assert!(server.take("/hook").is_empty());
    // One that is in time is not hurried.
    let server = Server::hook(adapter, Receiver::new(amlyze()).body_deadline(PATIENT));
    let mut client = server.connect();
    client.drip(good(), 100, Duration::from_millis(5));
    assert_eq!(client.answer().expect("an answer").status, 204);
}

fn leaves(adapter: Adapter) {
    let (receiver, fates) = observed(Receiver::new(amlyze()));
    let server = Server::hook(adapter, receiver);
    for whole in [good(), chunked("/hook", &amlyze_headers(&[]), AMLYZE_BODY.as_bytes(), 100)] {
        let mut client = server.connect();
        client.send(&whole[..whole.len() - 60]);
        drop(client);
        // One that only stops writing may still be told.
        let mut client = server.connect();
        client.send(&whole[..whole.len() - 60]);
        client.finish();
        if let Some(answer) = client.answer() {
            assert_eq!((answer.status, answer.rules()), (400, vec!["HTTP-incomplete".to_owned()]), "{answer:?}");
        }
        assert!(client.is_closed());
    }
    assert_eq!(server.ask(good()).status, 204);
    assert_eq!(server.take("/hook").len(), 1);
    let fates = fates.lock().expect("no panic");
    assert_eq!(fates.iter().filter(|fate| **fate == Disposition::Delivered).count(), 1, "{fates:?}");
}

fn broken_chunks(adapter: Adapter) {
    let server = Server::hook(adapter, Receiver::new(amlyze()));
    let mut broken = chunked("/hook", &amlyze_headers(&[]), AMLYZE_BODY.as_bytes(), 100);
    let at = broken.windows(4).rposition(|window| window == b"\r\n0\r").expect("the last chunk");
    broken[at + 2] = b'x';
    let answer = server.ask(broken);
    assert_eq!((answer.status, answer.rules()), (400, vec!["HTTP-incomplete".to_owned()]), "{answer:?}");
    assert!(server.take("/hook").is_empty());
}

fn too_large(adapter: Adapter) {
    // Far above the limit, above what is read past, and above what the kernel holds between the two.
    let body = " ".repeat(16 * 1024 * 1024);
    let headers = amlyze_headers(&[]);
    for whole in
        [request("POST", "/hook", &headers, body.as_bytes()), chunked("/hook", &headers, body.as_bytes(), 64 * 1024)]
    {
        let server = Server::hook(adapter, Receiver::new(amlyze()));
        let mut client = server.connect();
        client.send_blindly(&whole);
        let answer = client.answer().expect("an answer");
        assert_eq!((answer.status, answer.rules()), (413, vec!["LIMIT-body".to_owned()]), "{answer:?}");
        assert_eq!(answer.header("connection"), Some("close"));
        assert!(client.is_closed());
        assert!(server.take("/hook").is_empty());
    }
}

fn long_body_behind_bad_headers(adapter: Adapter) {
    let server = Server::hook(adapter, Receiver::new(amlyze()).linger(PATIENT));
    let body = " ".repeat(200 * 1024);
    for whole in [wrong_headers(&body), chunked("/hook", &bad_headers(), body.as_bytes(), 8000)] {
        let mut client = server.connect();
        let answer = client.ask(&whole);
        assert_eq!((answer.status, answer.header("connection")), (400, None), "{answer:?}");
        assert_eq!(client.ask(good()).status, 204);
    }
}

fn body_never_comes(adapter: Adapter) {
    let server = Server::hook(adapter, Receiver::new(amlyze()));
    let mut client = server.connect();
    let answer = client.ask(head_of(&wrong_headers(AMLYZE_BODY)));
    assert_eq!((answer.status, answer.header("connection")), (400, Some("close")), "{answer:?}");
    assert!(client.is_closed());
}

fn stays_open(adapter: Adapter) {
    let server = Server::hook(adapter, Receiver::new(amlyze()).linger(PATIENT));
    let bad = wrong_headers(AMLYZE_BODY);
    let (head, body) = bad.split_at(head_of(&bad).len());
    let mut client = server.connect();
    client.send(head);
    std::thread::sleep(Duration::from_millis(20));
    let answer = client.ask(body);
    assert_eq!((answer.status, answer.header("connection")), (400, None), "{answer:?}");
    assert_eq!(client.ask(good()).status, 204);
}

fn pipelined(adapter: Adapter) {
    let server = Server::hook(adapter, limited(1000).linger(PATIENT));
    let headers = amlyze_headers(&[]);
    let large = format!("{AMLYZE_BODY}{}", " ".repeat(900));
    let mut client = server.connect();
    client.send(
        [
            wrong_headers(AMLYZE_BODY),
            good(),
            request("POST", "/hook", &headers, large.as_bytes()),
            good(),
            chunked("/hook", &headers, large.as_bytes(), 128),
            good(),
            request("PUT", "/hook", &headers, AMLYZE_BODY.as_bytes()),
            good(),
            wrong_payload(),
            good(),
        ]
        .concat(),
    );
    let answers: Vec<_> = std::iter::from_fn(|| client.answer()).take(10).collect();
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [400, 204, 413, 204, 413, 204, 405, 204, 422, 204], "{answers:?}");
    assert_eq!(server.take("/hook").len(), 5);
}

fn asks_first(adapter: Adapter) {
    let server = Server::hook(adapter, Receiver::new(amlyze()).linger(PATIENT));
    let expect = ("expect", "100-continue");
    // What is in order is asked for.
    let whole = good_with(&[expect]);
    let (head, body) = whole.split_at(head_of(&whole).len());
    let mut client = server.connect();
    assert_eq!(client.ask(head).status, 100);
    assert_eq!(client.ask(body).status, 204);

    let refused = request("POST", "/hook", &amlyze_headers(&[("ce-id", "2"), expect]), AMLYZE_BODY.as_bytes());
    let (head, body) = refused.split_at(head_of(&refused).len());
    let mut client = server.connect();
    let first = client.ask(head);
    if adapter == Adapter::Actix {
        // actix-web asks for the body before any middleware has seen the request.
        assert_eq!(first.status, 100, "{first:?}");
        let answer = client.ask(body);
        assert_eq!((answer.status, answer.header("connection")), (400, None), "{answer:?}");
        assert_eq!(client.ask(good()).status, 204);
    } else {
        assert_eq!(first.status, 400, "{first:?}");
        assert!(client.is_closed());
    }
}

fn http2(adapter: Adapter) {
    let server = Server::hook(adapter, limited(1000));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let stream = tokio::net::TcpStream::connect(server.address).await.expect("a connection");
        let (client, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .expect("HTTP/2 without asking first");
        tokio::spawn(connection);
        let ask = async |headers: Vec<(String, Vec<u8>)>, body: String| {
            let mut request = http::Request::post("http://localhost/hook");
            for (name, value) in headers {
                request = request.header(name, value);
            }
            let request = request.body(Full::new(Bytes::from(body))).expect("a request");
            let response = client.clone().send_request(request).await.expect("an answer");
            let (head, body) = response.into_parts();
            assert!(!head.headers.contains_key("connection"), "{head:?}");
            let body = body.collect().await.expect("a body").to_bytes();
            (head.status.as_u16(), String::from_utf8(body.to_vec()).expect("UTF-8"))
        };
        let body = AMLYZE_BODY.to_owned();
        for _ in 0..3 {
            let (first, second, third, fourth) = tokio::join!(
                ask(amlyze_headers(&[]), body.clone()),
                ask(bad_headers(), body.clone()),
                ask(amlyze_headers(&[]), " ".repeat(5000)),
                ask(amlyze_headers(&[]), "[]".to_owned()),
            );
            assert_eq!((first.0, second.0, third.0, fourth.0), (204, 400, 413, 422), "{second:?} {third:?} {fourth:?}");
            assert!(second.1.contains("CE-H4") && third.1.contains("LIMIT-body") && fourth.1.contains("SCHEMA-type"));
        }
    });
    assert_eq!(server.take("/hook").len(), 3);
}

fn many(adapter: Adapter) {
    let server = Server::hook(adapter, Receiver::new(amlyze()));
    let (good, bad) = (good(), wrong_payload());
    let half = good.len() / 2;
    let mut clients: Vec<Client> = (0..CONNECTIONS).map(|_| server.connect()).collect();
    // All of them are in the middle of a request at the same time.
    for client in &mut clients {
        client.send(&good[..half]);
    }
    for client in &mut clients {
        client.send(&good[half..]);
        client.send(&bad);
    }
    for client in &mut clients {
        assert_eq!(client.answer().expect("an answer").status, 204);
        let refused = client.answer().expect("an answer");
        assert_eq!((refused.status, refused.rules()), (422, vec!["SCHEMA-type".to_owned()]));
    }
    assert_eq!(server.take("/hook").len(), CONNECTIONS);
}

fn panicking_handler(adapter: Adapter) {
    let server = Server::hook(adapter, Receiver::new(amlyze()));
    let mut other = server.connect();
    assert_eq!(other.ask(good()).status, 204);
    let mut client = server.connect();
    client.send(good_with(&[("x-panic", "yes")]));
    assert_eq!(client.answer(), None, "nothing is acknowledged");
    assert_eq!(other.ask(good()).status, 204);
    assert_eq!(server.ask(good()).status, 204);
    assert_eq!(server.take("/hook").len(), 4);
}

fn panicking_observer(adapter: Adapter) {
    let (receiver, fates) = observed(
        Receiver::new(amlyze())
            .on_verdict(|verdict| assert!(verdict.status() == 0, "an on_verdict that panics"))
            .observer(|seen: &Observation<'_>| assert!(seen.body_bytes == 1, "an observer that panics")),
    );
    let server = Server::hook(adapter, receiver);
    let mut client = server.connect();
    for (whole, status) in [(good(), 204), (wrong_payload(), 422), (wrong_headers(""), 400), (good(), 204)] {
        assert_eq!(client.ask(whole).status, status);
    }
    // Whoever comes behind the one that panics is told all the same.
    assert_eq!(
        *fates.lock().expect("no panic"),
        [Disposition::Delivered, Disposition::Refused, Disposition::Refused, Disposition::Delivered]
    );
}

fn quarantining(adapter: Adapter, quarantine: Quarantine) -> (Server, Fates) {
    let (receiver, fates) = observed(Receiver::new(amlyze()).on_invalid(OnInvalid::Quarantine(quarantine)));
    (Server::hook(adapter, receiver), fates)
}

fn not_stored(server: &Server, fates: &Fates, seconds: &str) {
    let mut client = server.connect();
    let answer = client.ask(wrong_payload());
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some(seconds)), "{answer:?}");
    assert_eq!(answer.rules(), ["STORE-unavailable"]);
    assert!(!answer.body.contains("Sputnik"));
    // The connection and the receiver are as good as before.
    assert_eq!(client.ask(good()).status, 204);
    assert_eq!(*fates.lock().expect("no panic"), [Disposition::NotStored, Disposition::Delivered]);
    assert_eq!(server.take("/hook").len(), 1);
}

fn failing_sink(adapter: Adapter) {
    let sink = |_: Quarantined| async { Err::<(), _>(io::Error::other("the table entities is full of Sputnik")) };
    let quarantine = Quarantine::new(sink).retry_after(Duration::from_millis(6500));
    let (server, fates) = quarantining(adapter, quarantine);
    not_stored(&server, &fates, "7");
}

fn panicking_sink(adapter: Adapter) {
    let sink = |delivery: Quarantined| async move {
        tokio::task::yield_now().await;
        assert!(delivery.body().is_empty(), "a sink that panics while it works");
        Ok::<_, io::Error>(())
    };
    let (server, fates) = quarantining(adapter, Quarantine::new(sink));
    not_stored(&server, &fates, "5");
}

fn slow_sink(adapter: Adapter) {
    let (may_end, has_ended) = (Arc::new(tokio::sync::Notify::new()), Arc::new(AtomicBool::new(false)));
    let sink = {
        let (may_end, has_ended) = (may_end.clone(), has_ended.clone());
        move |_: Quarantined| {
            let (may_end, has_ended) = (may_end.clone(), has_ended.clone());
            async move {
                may_end.notified().await;
                has_ended.store(true, Ordering::SeqCst);
                Ok::<_, io::Error>(())
            }
        }
    };
    let (server, _) = quarantining(adapter, Quarantine::new(sink));
    let mut waiting = server.connect();
    waiting.send(wrong_payload());
    // Others are served while it works, on the one thread that this server has.
    for _ in 0..3 {
        assert_eq!(server.ask(good()).status, 204);
    }
    assert!(!has_ended.load(Ordering::SeqCst));
    may_end.notify_one();
    assert_eq!(waiting.answer().expect("an answer").status, 202);
    assert!(has_ended.load(Ordering::SeqCst), "acknowledged before it was kept");
    assert_eq!(waiting.ask(good()).status, 204);
}

/// What a service waits for that is not ready.
#[derive(Default)]
struct Gate {
    is_open: AtomicBool,
    polls: AtomicUsize,
    waiting: Mutex<Vec<Waker>>,
}

#[derive(Clone)]
struct Gated(Arc<Gate>);

impl Service<http::Request<Full<Bytes>>> for Gated {
    type Response = http::Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.polls.fetch_add(1, Ordering::SeqCst);
        // Before the look, so that a gate which opens in between wakes it.
        self.0.waiting.lock().expect("no panic").push(cx.waker().clone());
        if self.0.is_open.load(Ordering::SeqCst) { Poll::Ready(Ok(())) } else { Poll::Pending }
    }

    fn call(&mut self, _: http::Request<Full<Bytes>>) -> Self::Future {
        std::future::ready(Ok(http::Response::new(Full::from("open"))))
    }
}

/// The layer passes the inner service's readiness on: a server that waits for it reads nothing, and asks once.
fn never_ready() {
    let gate = Arc::new(Gate::default());
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a socket");
    let address = listener.local_addr().expect("an address");
    let layer = VetLayer::new(amlyze()).with_body::<Full<Bytes>>();
    let service = TowerToHyperService::new(layer.layer(Gated(gate.clone())));
    std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                let http1 = hyper::server::conn::http1::Builder::new();
                tokio::spawn(http1.serve_connection(TokioIo::new(stream), service.clone()));
            }
        });
    });
    let mut client = Client::to(address);
    // Refused by its headers, and still not judged: nothing is before the inner service has room.
    client.send([wrong_headers(""), good()].concat());
    while gate.polls.load(Ordering::SeqCst) == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(200));
    // More than once where hyper looks again because bytes have come, and far less than a loop that does not wait.
    assert!(gate.polls.load(Ordering::SeqCst) < 10, "{} polls", gate.polls.load(Ordering::SeqCst));
    gate.is_open.store(true, Ordering::SeqCst);
    gate.waiting.lock().expect("no panic").drain(..).for_each(Waker::wake);
    assert_eq!(client.answer().expect("an answer").status, 400);
    assert_eq!(client.answer().expect("an answer").body, "open");
}
