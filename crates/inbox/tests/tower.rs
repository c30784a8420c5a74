//! The layer and the route, in front of axum handlers as users write them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use hookvet::{Credential, Vetter};
use hookvet_inbox::{
    Failure, Filter, Inbox, InboxLayer, Intake, MemoryStore, Query, Selection, State, Store as _, Terms, Worker,
};
use hookvet_tower::{OnInvalid, VetLayer};
use http::{Request, StatusCode};
use tower::ServiceExt as _;

const BODY: &str = r#"{"customerExternalID":"42","riskLevel":"HIGH","updatedAt":"2026-03-10T12:53:45Z"}"#;

fn request(id: &str, body: &str) -> Request<Body> {
    Request::post("/amlyze")
        .header("ce-specversion", "1.0")
        .header("ce-id", id)
        .header("ce-source", "customer")
        .header("ce-type", "com.amlyze.customer.updated")
        .header("ce-subject", "42")
        .header("content-type", "application/json")
        .header("x-token", "secret-1")
        .header("cookie", "secret-2")
        .body(Body::from(body.to_owned()))
        .expect("a request")
}

async fn send(app: &Router, id: &str) -> u16 {
    let response = app.clone().oneshot(request(id, BODY)).await.expect("an answer");
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        assert_eq!(response.headers()["retry-after"], "5");
    }
    response.status().as_u16()
}

fn vetter() -> Vetter {
    let credential = Credential::header("X-Token", "secret-1").expect("a credential");
    Vetter::amlyze().credential(credential).build().expect("a vetter")
}

/// A handler that counts its calls and answers with a status that can be set.
#[derive(Clone, Default)]
struct Handler {
    calls: Arc<AtomicUsize>,
    status: Arc<AtomicU16>,
    takes: Duration,
}

impl Handler {
    fn app(&self, inbox: &Inbox, terms: Terms) -> Router {
        let handler = self.clone();
        let handle = move |body: String| async move {
            assert_eq!(body, BODY);
            handler.calls.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(handler.takes).await;
            StatusCode::from_u16(handler.status.load(Ordering::SeqCst)).expect("a status")
        };
        Router::new()
            .route("/amlyze", post(handle))
            .route_layer(InboxLayer::new(inbox.clone(), &vetter()).terms(terms))
            .route_layer(VetLayer::new(vetter()))
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

fn inbox() -> Inbox {
    Inbox::new(MemoryStore::new())
}

async fn states(inbox: &Inbox) -> Vec<State> {
    let page = inbox.find(Query { limit: 100, ..Query::default() }).await.expect("found");
    page.deliveries.iter().map(|delivery| delivery.state).collect()
}

#[tokio::test]
async fn a_handler_is_called_once_a_delivery() {
    let (inbox, handler) = (inbox(), Handler::default());
    handler.status.store(201, Ordering::SeqCst);
    let app = handler.app(&inbox, Terms::default());
    assert_eq!([send(&app, "1").await, send(&app, "1").await, send(&app, "2").await], [201, 204, 201]);
    assert_eq!((handler.calls(), states(&inbox).await), (2, vec![State::Done, State::Done]));
    let page = inbox.find(Query { limit: 1, ..Query::default() }).await.expect("found");
    let names: Vec<_> = page.deliveries[0].record.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.contains(&"ce-id") && !names.contains(&"x-token") && !names.contains(&"cookie"), "{names:?}");
    assert_eq!((&page.deliveries[0].record.body[..], page.deliveries[0].redeliveries), (BODY.as_bytes(), 1));
}

#[tokio::test]
async fn what_failed_is_tried_again_and_given_up_at_last() {
    let (inbox, handler) = (inbox(), Handler::default());
    handler.status.store(500, Ordering::SeqCst);
    let app = handler.app(&inbox, Terms { max_attempts: 3, ..Terms::default() });
    for _ in 0..3 {
        assert_eq!(send(&app, "1").await, 500);
    }
    // The first one finds that it was tried too often.
    assert_eq!([send(&app, "1").await, send(&app, "1").await, send(&app, "1").await], [503, 202, 202]);
    assert_eq!((handler.calls(), states(&inbox).await), (3, vec![State::Dead]));
    // An operator looks after it.
    handler.status.store(204, Ordering::SeqCst);
    let selection = Selection { filter: Filter::in_state(State::Dead), limit: None };
    assert_eq!(inbox.amend(selection, hookvet_inbox::Change::Retry).await, Ok(1));
    assert_eq!((send(&app, "1").await, handler.calls()), (204, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_same_instant_it_is_called_once_and_the_others_come_again() {
    let (inbox, handler) = (inbox(), Handler { takes: Duration::from_secs(5), ..Handler::default() });
    handler.status.store(204, Ordering::SeqCst);
    // Shorter than the handler takes: it is held all the same.
    let app = handler.app(&inbox, Terms { duration: Duration::from_secs(2), ..Terms::default() });
    let mut answers = futures_util::future::join_all((0..8).map(|_| send(&app, "1"))).await;
    answers.sort_unstable();
    assert_eq!((answers, handler.calls()), ([[204].as_slice(), &[503; 7]].concat(), 1));
    assert_eq!(send(&app, "1").await, 204);
}

#[tokio::test]
async fn without_the_layer_that_judges_it_says_so() {
    let app =
        Router::new().route("/amlyze", post(async || StatusCode::OK)).route_layer(InboxLayer::new(inbox(), &vetter()));
    assert_eq!(send(&app, "1").await, 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_stores_and_a_worker_does_the_work() {
    let inbox = inbox();
    let app = Router::new()
        .route_service("/amlyze", Intake::<Body>::new(inbox.clone(), &vetter()))
        .route_layer(VetLayer::new(vetter()));
    for id in ["1", "2", "3", "1"] {
        assert_eq!(send(&app, id).await, 202);
    }
    let (seen, all_seen) = tokio::sync::mpsc::unbounded_channel();
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let terms = Terms { duration: Duration::from_secs(2), max_attempts: 2 };
    let worker = Worker::new(inbox.clone()).terms(terms).concurrency(2);
    let running = tokio::spawn(worker.run(
        move |delivery: hookvet_inbox::Delivery| {
            let seen = seen.clone();
            async move {
                let id = delivery.record.id.clone().expect("an id");
                seen.send((id.clone(), delivery.attempts)).expect("somebody listens");
                match (&*id, delivery.attempts) {
                    // Longer than a lease.
                    ("1", _) => tokio::time::sleep(Duration::from_secs(5)).await,
                    ("2", 1) => panic!("the handler's own fault"),
                    ("3", _) => return Err(Failure::retry_after(Duration::ZERO, "not now")),
                    _ => {}
                }
                Ok(())
            }
        },
        async move { drop(ended.await) },
    ));
    let started = std::time::Instant::now();
    let expected = [State::Done, State::Ready, State::Dead];
    while states(&inbox).await != expected {
        assert!(started.elapsed() < Duration::from_secs(60), "{:?}", states(&inbox).await);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    end.send(()).expect("it runs");
    running.await.expect("it ended");
    drop(inbox);
    let mut all_seen = all_seen;
    let mut calls = Vec::new();
    while let Ok(call) = all_seen.try_recv() {
        calls.push(call);
    }
    calls.sort();
    let call = |id: &str, attempt| (id.to_owned(), attempt);
    assert_eq!(calls, [call("1", 1), call("2", 1), call("3", 1), call("3", 2)]);
}

#[tokio::test]
async fn an_inbox_is_a_quarantine() {
    let inbox = inbox();
    let layer = VetLayer::new(vetter()).on_invalid(OnInvalid::quarantine(inbox.clone()));
    let app = Router::new().route("/amlyze", post(async || StatusCode::NO_CONTENT)).route_layer(layer);
    let response = app.clone().oneshot(request("1", &BODY.replace("HIGH", "SEVERE"))).await.expect("an answer");
    assert_eq!(response.status(), 202);
    assert_eq!(states(&inbox).await, [State::Quarantined]);
    let page = inbox.find(Query { limit: 1, ..Query::default() }).await.expect("found");
    assert!(page.deliveries[0].record.verdict.contains("SCHEMA-enum"));
    assert!(page.deliveries[0].record.headers.iter().all(|(name, _)| name != "x-token" && name != "cookie"));
}
