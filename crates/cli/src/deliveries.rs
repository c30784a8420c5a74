//! What `hookvet serve` received last, for its page: in memory, over `GET /api/deliveries` and server-sent events.
//!
//! Deliveries are personal data: [`access`](crate::access) says who may see them. Headers that may hold a credential are not kept.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hookvet::Vetter;
use hookvet_tower::Delivery;
use serde_json::{Value, json};
use tokio::sync::{broadcast, watch};

use crate::access::{self, Access};
use crate::serve::kept_headers;

/// How many deliveries are kept.
const MAX_KEPT: usize = 100;

/// How many bytes are kept, all that is kept of a delivery counted; older deliveries go first.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// How many findings of a delivery are listed.
const MAX_FINDINGS: usize = 20;

/// How many deliveries a slow listener may lag behind before it is sent the list anew.
const BACKLOG: usize = 64;

/// After how much silence a line is sent, so that a broken connection is noticed.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// The last deliveries. Clones share them.
#[derive(Clone)]
pub struct Deliveries {
    kept: Arc<Mutex<Kept>>,
    news: broadcast::Sender<Arc<str>>,
    access: Access,
    ended: Arc<watch::Sender<bool>>,
}

#[derive(Default)]
struct Kept {
    last: u64,
    bytes: usize,
    entries: VecDeque<Entry>,
}

struct Entry {
    seq: u64,
    vendor: &'static str,
    summary: Arc<str>,
    /// A JSON list of `[name, value]`.
    headers: String,
    body: Vec<u8>,
}

impl Entry {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.summary.len() + self.headers.len() + self.body.len()
    }
}

impl Deliveries {
    pub fn new(access: Access) -> Self {
        let ended = Arc::new(watch::Sender::new(false));
        Self { kept: Arc::default(), news: broadcast::channel(BACKLOG).0, access, ended }
    }

    /// Ends every stream, since a receiver that shuts down waits for its connections.
    pub fn end(&self) {
        self.ended.send_replace(true);
    }

    /// `/api/deliveries`, `/api/deliveries/stream` and `/api/deliveries/{seq}`.
    pub fn routes(&self) -> Router {
        Router::new()
            .route("/api/deliveries", get(list))
            .route("/api/deliveries/stream", get(stream))
            .route("/api/deliveries/{seq}", get(one))
            .route_layer(middleware::from_fn_with_state(self.access.clone(), access::guard))
            .with_state(self.clone())
    }

    /// Remembers what goes through, accepted or refused. Stands in front of the layer that judges with the vetter.
    pub async fn record(State((deliveries, vetter)): State<(Self, Vetter)>, request: Request, next: Next) -> Response {
        let headers = kept_headers(&vetter, request.headers());
        let response = next.run(request).await;
        if let Some(delivery) = response.extensions().get::<Delivery>() {
            deliveries.add(headers, delivery, response.status());
        }
        response
    }

    fn add(&self, headers: String, delivery: &Delivery, status: StatusCode) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.last += 1;
        let verdict = delivery.verdict();
        let seq = kept.last;
        let summary: Arc<str> = json!({
            "seq": seq,
            "time": jiff::Timestamp::now().to_string(),
            "vendor": verdict.vendor().as_str(),
            "type": delivery.event().map(|event| event.event_type().chars().take(200).collect::<String>()),
            "decision": verdict.decision().as_str(),
            "status": status.as_u16(),
            "authenticity": verdict.authenticity().as_str(),
            "size": delivery.body().len(),
            "findings": verdict.findings().iter().take(MAX_FINDINGS).map(|finding| {
                json!([finding.rule.id(), finding.severity.as_str(), finding.place.to_string()])
            }).collect::<Vec<_>>(),
        })
        .to_string()
        .into();
        let entry = Entry {
            seq,
            vendor: verdict.vendor().as_str(),
            summary: summary.clone(),
            headers,
            // A copy, since the bytes may be a part of a larger buffer.
            body: delivery.body().to_vec(),
        };
        kept.bytes += entry.bytes();
        kept.entries.push_back(entry);
        while kept.entries.len() > MAX_KEPT || kept.bytes > MAX_BYTES {
            let Some(old) = kept.entries.pop_front() else { break };
            kept.bytes -= old.bytes();
        }
        // Told under the lock, so that a listener gets it either in its list or as news. Nobody may be listening.
        let _ = self.news.send(summary);
    }

    fn summaries(&self) -> Vec<Arc<str>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.entries.iter().map(|entry| entry.summary.clone()).collect()
    }

    /// What is there, and a receiver of what comes after it.
    fn listen(&self) -> (Vec<Arc<str>>, broadcast::Receiver<Arc<str>>) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.entries.iter().map(|entry| entry.summary.clone()).collect(), self.news.subscribe())
    }
}

async fn list(State(deliveries): State<Deliveries>) -> Response {
    let text = format!("[{}]", deliveries.summaries().join(","));
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// One delivery in the form that `hookvet check --jsonl` reads.
async fn one(State(deliveries): State<Deliveries>, Path(seq): Path<u64>) -> Response {
    let kept = deliveries.kept.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(entry) = kept.entries.iter().find(|entry| entry.seq == seq) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers: Value = serde_json::from_str(&entry.headers).unwrap_or_default();
    let mut request = json!({ "vendor": entry.vendor, "headers": headers });
    match std::str::from_utf8(&entry.body) {
        Ok(text) => request["body"] = text.into(),
        Err(_) => request["body_base64"] = base64(&entry.body).into(),
    }
    ([(header::CONTENT_TYPE, "application/json")], request.to_string()).into_response()
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

async fn stream(State(deliveries): State<Deliveries>) -> Response {
    let (tx, rx) = tokio::sync::mpsc::channel::<Result<Bytes, Infallible>>(8);
    tokio::spawn(async move {
        let mut ended = deliveries.ended.subscribe();
        let (mut known, mut news) = deliveries.listen();
        loop {
            let mut text = String::from("event: reset\ndata:\n\n");
            text.extend(known.iter().map(|summary| event(summary)));
            if tx.send(Ok(text.into())).await.is_err() {
                return;
            }
            loop {
                let next = tokio::select! {
                    () = tx.closed() => return,
                    _ = ended.wait_for(|ended| *ended) => return,
                    () = tokio::time::sleep(HEARTBEAT) => Ok(String::from(": still here\n\n")),
                    summary = news.recv() => summary.map(|summary| event(&summary)),
                };
                match next {
                    Ok(text) => {
                        if tx.send(Ok(text.into())).await.is_err() {
                            return;
                        }
                    }
                    // It lagged behind; the list says it all.
                    Err(broadcast::error::RecvError::Lagged(_)) => break,
                    Err(broadcast::error::RecvError::Closed) => return,
                }
            }
            (known, news) = deliveries.listen();
        }
    });
    let body = Body::new(Events(rx));
    ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
}

/// JSON text of one line, so it is one field of an event.
fn event(summary: &str) -> String {
    format!("event: delivery\ndata: {summary}\n\n")
}

/// A body of whatever comes through a channel.
struct Events(tokio::sync::mpsc::Receiver<Result<Bytes, Infallible>>);

impl http_body::Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|bytes| bytes.map(|bytes| bytes.map(http_body::Frame::data)))
    }
}
