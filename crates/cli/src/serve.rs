//! `hookvet serve`: the layer in front of axum, an embedded store behind it.
//!
//! A delivery is written to the store before it is acknowledged. Every delivery, accepted or refused, is one line of
//! JSON on standard output: vendor, documented type, status and findings, never a value of the delivery.
//!
//! At `/` stands the playground. On an address of this machine alone, it also shows what was received last.

use std::io::{self, Write as _};
use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use hookvet::{PROBLEM_JSON, Problem, Rule, Vendor, Verdict, Vetter};
use hookvet_tower::{Delivery, VetLayer};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::Outcome;
use crate::arguments::ServeArguments;
use crate::check::judged_by;
use crate::deliveries::Deliveries;
use crate::page;
use crate::store::{self, Store};

/// Seconds after which a sender may try again when the store does not write.
const RETRY_AFTER: &str = "5";

pub fn run(arguments: &ServeArguments) -> Result<Outcome> {
    let store = Store::open(&arguments.store)
        .with_context(|| format!("cannot open the store {}", arguments.store.display()))?;
    let deliveries = shown_on(arguments).map(Deliveries::new);
    let app = routes(arguments, &store, deliveries.as_ref())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(listen(arguments.listen, app, deliveries))?;
    Ok(Outcome::Good)
}

async fn listen(address: SocketAddr, app: Router, deliveries: Option<Deliveries>) -> Result<()> {
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    print_line(&json!({ "listening": format!("http://{}", listener.local_addr()?) }));
    axum::serve(listener, app)
        .with_graceful_shutdown(async move {
            // Where the signal cannot be waited for, the default action of Ctrl-C ends the process.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
            if let Some(deliveries) = deliveries {
                deliveries.end();
            }
        })
        .await?;
    Ok(())
}

fn routes(arguments: &ServeArguments, store: &Store, deliveries: Option<&Deliveries>) -> Result<Router> {
    let mut app = Router::new().route("/health", get(|| async { StatusCode::NO_CONTENT }));
    let mut names = Vec::new();
    for vendor in [Vendor::Amlyze, Vendor::Dataspike, Vendor::CloudEvents] {
        let mut builder = judged_by(Vetter::builder(vendor), &arguments.judging)?;
        if arguments.allow_unsigned {
            builder = builder.allow_unsigned();
        }
        if vendor == Vendor::Dataspike && arguments.judging.secrets.is_empty() && !arguments.allow_unsigned {
            // Said aloud, because the other two routes work and this one would be missed in silence.
            print_line(&json!({
                "warning": "no route /dataspike: give --secret whsec_…, or --allow-unsigned to take what nobody has proven"
            }));
            continue;
        }
        let vetter = builder.build()?;
        let state = Receiver { store: store.clone(), vetter: vetter.clone() };
        let layer = VetLayer::new(vetter).on_verdict(log);
        let mut route = Router::new().route(&format!("/{vendor}"), any(keep)).route_layer(layer).with_state(state);
        if let Some(deliveries) = deliveries {
            route = route.route_layer(middleware::from_fn_with_state(deliveries.clone(), Deliveries::record));
        }
        names.push(vendor.as_str());
        app = app.merge(route);
    }
    if let Some(deliveries) = deliveries {
        app = app.merge(deliveries.routes());
    }
    let receiver = json!({ "routes": names, "deliveries": deliveries.is_some() });
    Ok(app.merge(page::routes(arguments.playground.clone(), &receiver)))
}

/// Under which hosts the deliveries are shown; `None` where they are not.
fn shown_on(arguments: &ServeArguments) -> Option<Vec<String>> {
    let mut hosts = arguments.show_deliveries_on.clone();
    if arguments.listen.ip().is_loopback() {
        hosts.extend(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned));
        let own = arguments.listen.ip();
        hosts.push(if own.is_ipv6() { format!("[{own}]") } else { own.to_string() });
    }
    (!hosts.is_empty()).then_some(hosts)
}

#[derive(Clone)]
struct Receiver {
    store: Store,
    vetter: Vetter,
}

/// Stores an accepted delivery, then acknowledges it.
async fn keep(State(receiver): State<Receiver>, headers: HeaderMap, delivery: Delivery) -> Response {
    let verdict = delivery.verdict();
    let event = delivery.event();
    let kept = receiver
        .store
        .keep(store::Delivery {
            received_at: jiff::Timestamp::now().to_string(),
            vendor: verdict.vendor().as_str(),
            key: event.map(hookvet::EventContext::key).unwrap_or_default(),
            id: event.map(|event| event.id().to_owned()).unwrap_or_default(),
            event_type: event.map(|event| event.event_type().to_owned()).unwrap_or_default(),
            subject: event.and_then(|event| event.subject().map(str::to_owned)),
            headers: pairs(&headers).to_string(),
            body: delivery.body().to_vec(),
            verdict: verdict.to_json(),
        })
        .await;
    match kept {
        // For the list of what came last.
        Ok(_) => (axum::Extension(delivery), StatusCode::NO_CONTENT).into_response(),
        Err(error) => {
            eprintln!("hookvet: {error}");
            let refusal =
                receiver.vetter.refuse(Rule::StoreUnavailable, "the delivery could not be stored; send it again");
            log(&refusal);
            unavailable(&refusal)
        }
    }
}

fn unavailable(refusal: &Verdict) -> Response {
    let body = Problem::of(refusal).map(|problem| problem.to_json()).unwrap_or_default();
    let headers = [(header::CONTENT_TYPE, PROBLEM_JSON), (header::RETRY_AFTER, RETRY_AFTER)];
    (StatusCode::SERVICE_UNAVAILABLE, headers, body).into_response()
}

/// Each octet of a value as one character.
pub fn pairs(headers: &HeaderMap) -> Value {
    headers
        .iter()
        .map(|(name, value)| {
            let text: String = value.as_bytes().iter().copied().map(char::from).collect();
            json!([name.as_str(), text])
        })
        .collect()
}

/// One line a delivery. Of what the sender wrote it has the names in the places of findings, and nothing else.
fn log(verdict: &Verdict) {
    print_line(&json!({
        "time": jiff::Timestamp::now().to_string(),
        "vendor": verdict.vendor().as_str(),
        "type": verdict.type_label(),
        "status": verdict.status(),
        "decision": verdict.decision().as_str(),
        "authenticity": verdict.authenticity().as_str(),
        "findings": verdict.findings().iter().map(|finding| {
            json!([finding.rule.id(), finding.severity.as_str(), finding.place.to_string()])
        }).collect::<Vec<_>>(),
    }));
}

fn print_line(value: &Value) {
    // A closed standard output must not end the receiver.
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{value}").and_then(|()| out.flush());
}
