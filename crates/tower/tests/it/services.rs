//! The layer around bare services, without axum.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::{Ready, poll_fn, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use hookvet::{Handshake, Level, Rule, Vetter};
use hookvet_tower::{Delivery, OnInvalid, VetLayer};
use http::{Method, Request, Response, StatusCode, Version};
use http_body::{Body, Frame};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tower::{Layer as _, Service, ServiceExt as _, service_fn};

use crate::samples::{AMLYZE_BODY, AMLYZE_HEADERS, amlyze, post};
use crate::wire::Client;

type Answer = Result<Response<Full<Bytes>>, Infallible>;

/// An AMLYZE delivery with any kind of body.
fn delivery<B>(body: B) -> Request<B> {
    let mut request = Request::post("/hook");
    for (name, value) in AMLYZE_HEADERS.lines().filter_map(|line| line.split_once(": ")) {
        request = request.header(name, value);
    }
    request.body(body).expect("a request")
}

async fn echo(request: Request<Full<Bytes>>) -> Answer {
    let body = request.into_body().collect().await?.to_bytes();
    Ok(Response::new(Full::new(body)))
}

async fn read<B: Body<Error: std::fmt::Debug>>(body: B) -> Bytes {
    body.collect().await.expect("a body").to_bytes()
}

/// A body that never comes.
struct Never;

impl Body for Never {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

impl From<Bytes> for Never {
    fn from(_: Bytes) -> Self {
        Self
    }
}

/// A body of these frames, each there at once.
struct Frames(VecDeque<Frame<Bytes>>);

impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(Ok))
    }
}

#[tokio::test]
async fn a_bare_service_is_called_with_what_came() {
    let service = VetLayer::new(amlyze()).layer(service_fn(echo));
    let response = service.clone().oneshot(delivery(Full::from(AMLYZE_BODY))).await.expect("infallible");
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(read(response.into_body()).await, AMLYZE_BODY);

    let response = service.oneshot(delivery(Full::from("[]"))).await.expect("infallible");
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let refused = response.extensions().get::<Delivery>().expect("the delivery, for layers around it");
    assert_eq!(refused.body(), "[]");
    assert!(!format!("{refused:?}").contains("Sputnik"));
}

#[tokio::test]
async fn a_body_of_one_frame_is_not_copied() {
    let body = Bytes::from(AMLYZE_BODY.to_owned());
    let address = body.as_ptr();
    let service = VetLayer::new(amlyze()).layer(service_fn(|request: Request<Full<Bytes>>| async move {
        let delivery = request.extensions().get::<Delivery>().expect("vetted").body().as_ptr();
        let bytes = request.into_body().collect().await?.to_bytes().as_ptr();
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(format!("{delivery:?} {bytes:?}"))))
    }));
    let response = service.oneshot(delivery(Full::new(body))).await.expect("infallible");
    assert_eq!(read(response.into_body()).await, format!("{address:?} {address:?}"));
}

#[tokio::test]
async fn the_request_is_left_as_it_was_but_for_the_extension() {
    #[derive(Clone, Debug, PartialEq)]
    struct Mark(u8);

    let service = VetLayer::new(amlyze()).layer(service_fn(|request: Request<Full<Bytes>>| async move {
        assert_eq!(request.uri(), "/hook?a=%20b");
        assert_eq!(request.version(), Version::HTTP_2);
        assert_eq!(request.extensions().get(), Some(&Mark(7)));
        assert_eq!(request.headers().get_all("x-twice").iter().count(), 2);
        assert_eq!(request.headers().len(), 9);
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    }));
    let mut request = delivery(Full::from(AMLYZE_BODY));
    *request.uri_mut() = "/hook?a=%20b".parse().expect("a target");
    *request.version_mut() = Version::HTTP_2;
    request.extensions_mut().insert(Mark(7));
    for value in ["1", "2"] {
        request.headers_mut().append("x-twice", value.parse().expect("a value"));
    }
    assert_eq!(service.oneshot(request).await.expect("infallible").status(), StatusCode::OK);
}

#[tokio::test]
async fn frames_are_joined_and_trailers_read_past() {
    let mut frames: Vec<Frame<Bytes>> =
        AMLYZE_BODY.as_bytes().chunks(11).map(|chunk| Frame::data(Bytes::from_static(chunk))).collect();
    frames.insert(3, Frame::data(Bytes::new()));
    frames.push(Frame::trailers(http::HeaderMap::new()));
    let service = VetLayer::new(amlyze()).with_body::<Full<Bytes>>().layer(service_fn(echo));
    let response = service.oneshot(delivery(Frames(frames.into()))).await.expect("infallible");
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(read(response.into_body()).await, AMLYZE_BODY);
}

#[tokio::test]
async fn any_body_goes_out_where_the_layer_wraps_it() {
    let inner = service_fn(|request: Request<Full<Bytes>>| async move {
        Ok::<_, Infallible>(Response::new(BoxBody::new(request.into_body())))
    });
    let service = VetLayer::new(amlyze()).with_body::<Full<Bytes>>().layer(inner);
    let response = service.clone().oneshot(delivery(Full::<Bytes>::from(AMLYZE_BODY))).await.expect("infallible");
    assert_eq!(response.body().size_hint().exact(), Some(AMLYZE_BODY.len() as u64));
    assert_eq!(read(response.into_body()).await, AMLYZE_BODY);

    let response = service.oneshot(delivery(Full::<Bytes>::from("{"))).await.expect("infallible");
    let (announced, is_over) = (response.body().size_hint().exact(), response.body().is_end_stream());
    let body = read(response.into_body()).await;
    assert_eq!((announced, is_over), (Some(body.len() as u64), false));
    assert!(body.starts_with(b"{\"type\":\"urn:hookvet:problem:malformed\""));
}

#[tokio::test]
async fn an_inner_service_that_cannot_be_sent_is_served_where_it_is() {
    #[derive(Clone)]
    struct Local(Rc<AtomicUsize>);

    impl Service<Request<Full<Bytes>>> for Local {
        type Response = Response<Full<Bytes>>;
        type Error = Infallible;
        type Future = Pin<Box<dyn Future<Output = Answer>>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
            let count = self.0.clone();
            Box::pin(async move {
                count.fetch_add(1, Ordering::Relaxed);
                Ok(Response::default())
            })
        }
    }

    let count = Rc::new(AtomicUsize::new(0));
    let service = VetLayer::new(amlyze()).layer(Local(count.clone()));
    service.oneshot(delivery(Full::from(AMLYZE_BODY))).await.expect("infallible");
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

#[test]
fn the_future_can_be_sent_where_the_inner_one_can() {
    fn sendable<T: Send + 'static>(_: &T) {}

    let mut service = VetLayer::new(amlyze()).layer(service_fn(echo));
    sendable(&service);
    sendable(&service.call(delivery(Full::from(AMLYZE_BODY))));
}

#[tokio::test]
async fn the_service_that_was_ready_is_the_one_that_is_called() {
    /// Clones are not ready until they are asked.
    struct Once {
        is_ready: bool,
    }

    impl Clone for Once {
        fn clone(&self) -> Self {
            Self { is_ready: false }
        }
    }

    impl Service<Request<Full<Bytes>>> for Once {
        type Response = Response<Full<Bytes>>;
        type Error = Infallible;
        type Future = Ready<Answer>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            self.is_ready = true;
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
            assert!(std::mem::take(&mut self.is_ready), "called without having been ready");
            ready(Ok(Response::default()))
        }
    }

    let mut service = VetLayer::new(amlyze()).layer(Once { is_ready: false });
    for body in [AMLYZE_BODY, "{", AMLYZE_BODY] {
        poll_fn(|cx| service.poll_ready(cx)).await.expect("infallible");
        service.call(delivery(Full::from(body))).await.expect("infallible");
    }
}

#[tokio::test]
async fn every_verdict_is_shown_once() {
    let shown: Arc<Mutex<Vec<u16>>> = Arc::default();
    let list = shown.clone();
    let layer = VetLayer::new(amlyze())
        .on_verdict(move |verdict| list.lock().expect("no panic").push(verdict.status()))
        .methods([Method::POST, Method::PUT]);
    let service = layer.layer(service_fn(echo));
    let mut put = delivery(Full::from(AMLYZE_BODY));
    *put.method_mut() = Method::PUT;
    let mut get = delivery(Full::from(AMLYZE_BODY));
    *get.method_mut() = Method::GET;
    let mut xml = delivery(Full::from(AMLYZE_BODY));
    xml.headers_mut().insert("content-type", "text/xml".parse().expect("a value"));
    let mut long = delivery(Full::from(AMLYZE_BODY));
    long.headers_mut().insert("content-length", "999999999999999999".parse().expect("a value"));
    let response = service.clone().oneshot(get).await.expect("infallible");
    assert_eq!(response.headers()["allow"], "POST, PUT");
    for request in [put, xml, long, delivery(Full::from("{")), delivery(Full::from(AMLYZE_BODY))] {
        service.clone().oneshot(request).await.expect("infallible");
    }
    assert_eq!(*shown.lock().expect("no panic"), [405, 204, 415, 413, 400, 204]);
}

#[tokio::test]
async fn a_sender_that_asks_whether_it_may_deliver_is_answered() {
    let vetter = Vetter::amlyze().handshake(Handshake::with_origins(["amlyze.example"])).build().expect("a vetter");
    let service = VetLayer::new(vetter).layer(service_fn(echo));
    let ask = |origin: &'static str| {
        let request = Request::options("/hook").header("WebHook-Request-Origin", origin);
        service.clone().oneshot(request.body(Full::<Bytes>::default()).expect("a request"))
    };
    let response = ask("amlyze.example").await.expect("infallible");
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["webhook-allowed-origin"], "amlyze.example");
    assert_eq!(response.headers()["webhook-allowed-rate"], "*");
    assert_eq!(response.headers()["allow"], "POST");
    let response = ask("other.example").await.expect("infallible");
    assert!(!response.headers().contains_key("webhook-allowed-origin"));

    // And then every delivery says the same.
    let mut request = delivery(Full::from(AMLYZE_BODY));
    let response = service.clone().oneshot(request.clone()).await.expect("infallible");
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    request.headers_mut().insert("webhook-request-origin", "amlyze.example".parse().expect("a value"));
    assert_eq!(service.clone().oneshot(request).await.expect("infallible").status(), StatusCode::OK);
}

#[tokio::test]
async fn what_is_refused_is_passed_on_where_that_was_asked_for() {
    let inner = service_fn(|request: Request<Full<Bytes>>| async move {
        let delivery: Delivery = request.extensions().get().cloned().expect("vetted");
        assert_eq!(request.into_body().collect().await?.to_bytes(), delivery.body());
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(delivery.verdict().status().to_string())))
    });
    let service = VetLayer::new(amlyze()).on_invalid(OnInvalid::PassWithVerdict).layer(inner);
    let mut bad_headers = delivery(Full::from(AMLYZE_BODY));
    bad_headers.headers_mut().remove("ce-id");
    for (request, verdict) in [
        (delivery(Full::from(AMLYZE_BODY)), "204"),
        (delivery(Full::from("{")), "400"),
        (delivery(Full::from("[]")), "422"),
        (bad_headers, "400"),
    ] {
        let response = service.clone().oneshot(request).await.expect("infallible");
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(read(response.into_body()).await, verdict);
    }

    // What is not a whole delivery is nobody's to see.
    let mut get = delivery(Full::from(AMLYZE_BODY));
    *get.method_mut() = Method::GET;
    assert_eq!(service.clone().oneshot(get).await.expect("infallible").status(), StatusCode::METHOD_NOT_ALLOWED);
    let long = delivery(Full::from(" ".repeat(300_000)));
    assert_eq!(service.oneshot(long).await.expect("infallible").status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_policy_cannot_let_a_part_of_a_body_through() {
    let vetter = Vetter::amlyze().max_body(10).rule(Rule::LimitBody, Level::Off).build().expect("a vetter");
    let service = VetLayer::new(vetter).layer(service_fn(echo));
    let response = service.oneshot(delivery(Full::from(AMLYZE_BODY))).await.expect("infallible");
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[test]
fn a_refusal_waits_for_no_body_where_there_is_no_timer_or_no_need() {
    let poll_once = |version| {
        let mut request = delivery(Never);
        request.headers_mut().remove("ce-id");
        *request.version_mut() = version;
        let inner =
            service_fn(|_: Request<Never>| async { Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())) });
        let mut future = Box::pin(VetLayer::new(amlyze()).layer(inner).call(request));
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(response) => response.expect("infallible").headers().contains_key("connection"),
            Poll::Pending => panic!("waits"),
        }
    };
    // Outside a runtime there is no timer; the rest of the body stands in the way of the next request.
    assert!(poll_once(Version::HTTP_11));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    assert!(runtime.block_on(async { poll_once(Version::HTTP_11) }));
    // HTTP/2 ends one stream by itself.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let _guard = runtime.enter();
    assert!(!poll_once(Version::HTTP_2));
}

async fn never_called(_: Request<Never>) -> Answer {
    Ok(Response::new(Full::default()))
}

#[test]
fn a_body_is_waited_for_without_an_end_where_there_is_no_timer() {
    let poll_once = || {
        let mut future = Box::pin(VetLayer::new(amlyze()).layer(service_fn(never_called)).call(delivery(Never)));
        future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending()
    };
    assert!(poll_once());
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    assert!(runtime.block_on(async { poll_once() }));
}

#[cfg(feature = "deadline")]
#[tokio::test(start_paused = true)]
async fn a_body_may_take_30_seconds_by_default_and_as_long_as_it_likes_where_that_is_said() {
    let started = tokio::time::Instant::now();
    let answer = VetLayer::new(amlyze()).layer(service_fn(never_called)).oneshot(delivery(Never)).await;
    assert_eq!(answer.expect("infallible").status(), StatusCode::REQUEST_TIMEOUT);
    // What is left of the body is not read past: it would not end.
    assert_eq!(started.elapsed().as_secs(), 30);
    let patient = VetLayer::new(amlyze()).body_deadline(None).layer(service_fn(never_called));
    let day = std::time::Duration::from_secs(24 * 60 * 60);
    assert!(tokio::time::timeout(day, patient.oneshot(delivery(Never))).await.is_err());
}

#[test]
fn a_hyper_server_takes_the_layer() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a socket");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let layer = VetLayer::new(amlyze()).with_body::<Full<Bytes>>();
        let service = TowerToHyperService::new(layer.layer(service_fn(echo)));
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                let connection =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service.clone());
                tokio::spawn(connection);
            }
        });
    });
    let mut client = Client::to(address);
    client.send(post(AMLYZE_HEADERS, AMLYZE_BODY));
    let answer = client.answer().expect("an answer");
    assert_eq!((answer.status, answer.body.as_str()), (200, AMLYZE_BODY));
    client.send(post(AMLYZE_HEADERS, "{"));
    assert_eq!(client.answer().expect("an answer").status, 400);
}
