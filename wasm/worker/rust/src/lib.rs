//! A Cloudflare Worker that vets compliance webhooks: the middleware of axum servers, at the edge.
//!
//! [`VetLayer`] stands in front of an axum router, as it does in a server. What it accepts goes to a Durable Object, to a
//! queue or to an origin before the sender hears of it; what it refuses is answered with a problem document, or set aside.
//!
//! - `settings`: what the variables and secrets of the Worker say
//! - `incoming`: a request of the runtime as one of the `http` crate
//! - `record`, `place`: a delivery as it is kept, and where
//! - `store`: the Durable Object

mod incoming;
mod origin;
mod place;
mod record;
mod settings;
mod store;

use std::cell::RefCell;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode, header};
use axum::response::IntoResponse as _;
use axum::routing::{any, get};
use hookvet::{PROBLEM_JSON, Problem, Rule, Verdict, Vetter};
use hookvet_tower::{Delivery, OnInvalid, Quarantine, Quarantined, VetLayer};
use serde::Serialize;
use tower_service::Service as _;
use worker::send::SendFuture;
use worker::{Context, Env, Error, event, js_sys};

use crate::record::Record;
use crate::settings::{Destination, Settings};

pub use crate::store::Deliveries;

/// Seconds after which a sender may try again where its delivery could not be kept.
const RETRY_AFTER: &str = "5";

thread_local! {
    /// The router, and the environment that it was built for. The runtime hands every request of an instance the same one.
    static APP: RefCell<Option<(Env, Router)>> = const { RefCell::new(None) };
}

/// Answers one request.
///
/// # Errors
/// Where the settings are wrong; the runtime's log then says which one.
#[event(fetch)]
async fn fetch(request: worker::web_sys::Request, env: Env, _context: Context) -> worker::Result<Response<Body>> {
    let mut app = app(env)?;
    let Ok(response) = app.call(incoming::read(&request)?).await;
    Ok(response)
}

fn app(env: Env) -> worker::Result<Router> {
    APP.with_borrow_mut(|app| match app {
        Some((of, router)) if js_sys::Object::is(of, &env) => Ok(router.clone()),
        _ => {
            let router = routes(&env)?;
            *app = Some((env, router.clone()));
            Ok(router)
        }
    })
}

fn routes(env: &Env) -> worker::Result<Router> {
    let settings = Settings::of(env)?;
    let mut app = Router::new().route("/health", get(async || StatusCode::NO_CONTENT));
    for vetter in settings.vetters {
        let path = format!("/{}", vetter.vendor());
        let mut layer = VetLayer::with_clock(vetter.clone(), now).on_verdict(log);
        if let Some(place) = settings.quarantine {
            let env = env.clone();
            let sink = move |refused: Quarantined| {
                let (env, record) = (env.clone(), Record::refused(&refused));
                SendFuture::new(async move { place.keep(&env, &record).await.map_err(described) })
            };
            layer = layer.on_invalid(OnInvalid::Quarantine(Quarantine::new(sink)));
        }
        let taker = Taker { env: env.clone(), vetter, destination: settings.destination.clone() };
        app = app.merge(Router::new().route(&path, any(take)).route_layer(layer).with_state(taker));
    }
    Ok(app)
}

/// What the handler needs.
#[derive(Clone)]
struct Taker {
    env: Env,
    vetter: Vetter,
    destination: Destination,
}

/// Hands on an accepted delivery, and answers once that is done.
#[worker::send]
async fn take(State(taker): State<Taker>, delivery: Delivery, request: Request) -> Response<Body> {
    let (kept, message) = match &taker.destination {
        Destination::Origin(origin) => {
            let answer = origin::forward(origin, request.uri(), request.headers(), delivery.body()).await;
            (answer, "the delivery could not be handed on; send it again")
        }
        Destination::Place(place) => {
            let kept = place.keep(&taker.env, &Record::accepted(&delivery, request.headers(), &taker.vetter)).await;
            let answer = kept.map(|()| place.answer().into_response());
            (answer, "the delivery could not be stored; send it again")
        }
    };
    kept.unwrap_or_else(|error| {
        worker::console_error!("hookvet: {}", described(error));
        let refusal = taker.vetter.refuse(Rule::StoreUnavailable, message);
        log(&refusal);
        unavailable(&refusal)
    })
}

fn unavailable(refusal: &Verdict) -> Response<Body> {
    let problem = Problem::of(refusal).map(|problem| problem.to_json()).unwrap_or_default();
    let headers = [(header::CONTENT_TYPE, PROBLEM_JSON), (header::RETRY_AFTER, RETRY_AFTER)];
    (StatusCode::SERVICE_UNAVAILABLE, headers, problem).into_response()
}

/// Seconds since the Unix epoch.
fn now() -> u64 {
    now_millis() / 1000
}

/// Milliseconds since the Unix epoch.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "JavaScript counts in floats, and from 1970 on"
)]
fn now_millis() -> u64 {
    js_sys::Date::now() as u64
}

/// What is logged: one line a delivery, without a value of it.
#[derive(Serialize)]
struct Line<'v> {
    vendor: &'v str,
    #[serde(rename = "type")]
    event_type: &'v str,
    status: u16,
    decision: &'v str,
    authenticity: &'v str,
    findings: Vec<(&'v str, &'v str, String)>,
}

fn log(verdict: &Verdict) {
    let findings = verdict.findings().iter();
    let line = Line {
        vendor: verdict.vendor().as_str(),
        event_type: verdict.type_label(),
        status: verdict.status(),
        decision: verdict.decision().as_str(),
        authenticity: verdict.authenticity().as_str(),
        findings: findings.map(|found| (found.rule.id(), found.severity.as_str(), found.place.to_string())).collect(),
    };
    worker::console_log!("{}", serde_json::to_string(&line).unwrap_or_default());
}

/// An error as one that can go from thread to thread.
fn described(error: Error) -> std::io::Error {
    std::io::Error::other(error.to_string())
}
