//! `hookvet serve`: the layer in front of axum, an inbox behind it.
//!
//! A delivery is written to the store before it is acknowledged. Every delivery, accepted or refused, is one line of
//! JSON on standard output: vendor, documented type, status and findings, never a value of the delivery.
//!
//! At `/` stands the playground. To whoever has the token that is printed at start, it also shows what was received last.
//!
//! `/health` says that the process is alive. `/ready` says whether deliveries can be taken: it makes a test write, one a second at
//! the most, and answers 503 where that fails.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use hookvet::{PROBLEM_JSON, Problem, Rule, Vendor, Verdict, Vetter, VetterBuilder};
use hookvet_inbox::{Horizon, Inbox, Record, Store as _, StoreError};
use hookvet_tower::receiver::is_sensitive_header;
use hookvet_tower::{Delivery, Networks, VetLayer};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use crate::access::{Access, Host};
use crate::arguments::ServeArguments;
use crate::check::judged_by;
use crate::deliveries::Deliveries;
use crate::server::{self, Limits};
use crate::{Outcome, credentials, inbox, output, page, schemas};

/// Seconds after which a sender may try again when the store does not write.
const RETRY_AFTER: &str = "5";

/// How long the result of a test write is good for.
const PROBE_EVERY: Duration = Duration::from_secs(1);

/// How long the last lines may take to be written at the end.
const LAST_LINES: Duration = Duration::from_secs(1);

pub fn run(arguments: &ServeArguments) -> Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let inbox = inbox::open(&arguments.inbox, arguments.inbox_keys.as_deref()).await?;
        let tended = inbox.clone();
        tokio::spawn(async move { tended.tend(Horizon::default()).await });
        listen(arguments, &inbox).await
    })?;
    // What was cut off must not hold up the end.
    runtime.shutdown_background();
    output::OUT.finish(LAST_LINES);
    output::ERR.finish(LAST_LINES);
    Ok(Outcome::Good)
}

async fn listen(arguments: &ServeArguments, inbox: &Inbox) -> Result<()> {
    let address = arguments.listen;
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    let address = listener.local_addr()?;
    let access = access(arguments, address)?;
    let deliveries = access.clone().map(Deliveries::new);
    let app = routes(arguments, inbox, deliveries.as_ref(), access.clone())?;
    let mut line = json!({ "listening": format!("http://{address}") });
    if let Some(access) = access {
        line["page"] = access.page(address).into();
    }
    print_line(&line);
    let limits = Limits {
        idle: arguments.idle_timeout,
        connections: arguments.max_connections,
        shutdown: arguments.shutdown_timeout,
    };
    // A stream would hold up the end.
    let end = || deliveries.iter().for_each(Deliveries::end);
    server::serve(listener, app, limits, end).await;
    Ok(())
}

fn routes(
    arguments: &ServeArguments,
    inbox: &Inbox,
    deliveries: Option<&Deliveries>,
    access: Option<Access>,
) -> Result<Router> {
    let mut app = Router::new()
        .route("/health", get(|| async { StatusCode::NO_CONTENT }))
        .route("/ready", get(ready).with_state(Probe::new(inbox.clone())));
    let credentials = credentials::read(arguments.credentials.as_deref())?;
    let peers = match &arguments.peers[..] {
        [] => None,
        peers => Some(Networks::parse(peers).context("--peers")?),
    };
    if credentials.is_empty() && peers.is_none() && !arguments.listen.ip().is_loopback() {
        print_line(&json!({
            "warning": "whoever reaches /amlyze and /cloudevents can deliver there: give --credentials or --peers"
        }));
    }
    let mut names = Vec::new();
    for vendor in [Vendor::Amlyze, Vendor::Dataspike, Vendor::CloudEvents] {
        let mut builder = judged_by(vendor, &arguments.judging)?;
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
        // Dataspike signs, and adds no header of its own to a delivery.
        if vendor != Vendor::Dataspike {
            builder = credentials.iter().cloned().fold(builder, VetterBuilder::credential);
        }
        if vendor == Vendor::CloudEvents {
            builder = schemas::brought(builder, &arguments.judging)?;
        }
        let vetter = builder.build()?;
        for warning in vetter.warnings() {
            print_line(&json!({ "warning": warning.to_string() }));
        }
        let state = Receiver { inbox: inbox.clone(), vetter: vetter.clone() };
        let mut layer = VetLayer::new(vetter.clone()).on_verdict(log).body_deadline(arguments.body_timeout);
        if let Some(peers) = &peers {
            layer = layer.peers(peers.clone());
        }
        let mut route = Router::new().route(&format!("/{vendor}"), any(keep)).route_layer(layer).with_state(state);
        if let Some(deliveries) = deliveries {
            let state = (deliveries.clone(), vetter);
            route = route.route_layer(middleware::from_fn_with_state(state, Deliveries::record));
        }
        names.push(vendor.as_str());
        app = app.merge(route);
    }
    if let Some(deliveries) = deliveries {
        app = app.merge(deliveries.routes());
    }
    Ok(app.merge(page::routes(arguments.playground.clone(), &names, access)))
}

/// When a test write was made, and what came of it.
type Probed = (Instant, Result<(), StoreError>);

/// Finds out whether the store writes, once a second at the most. Clones share it.
#[derive(Clone)]
struct Probe {
    inbox: Inbox,
    last: Arc<Mutex<Option<Probed>>>,
}

impl Probe {
    fn new(inbox: Inbox) -> Self {
        Self { inbox, last: Arc::default() }
    }

    async fn ask(&self) -> Result<(), StoreError> {
        let mut last = self.last.lock().await;
        if let Some((at, result)) = &*last
            && at.elapsed() < PROBE_EVERY
        {
            return result.clone();
        }
        let result = self.inbox.sweep(Horizon::default(), 0).await.map(drop);
        *last = Some((Instant::now(), result.clone()));
        result
    }
}

/// Whether deliveries can be taken.
async fn ready(State(probe): State<Probe>) -> (StatusCode, String) {
    match probe.ask().await {
        Ok(()) => (StatusCode::NO_CONTENT, String::new()),
        Err(error) => {
            output::ERR.print(format!("hookvet: {error}"));
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not write\n".to_owned())
        }
    }
}

/// Who may see deliveries; `None` where nobody may.
fn access(arguments: &ServeArguments, address: SocketAddr) -> Result<Option<Access>> {
    let own = address.ip();
    let mut hosts: Vec<Host> =
        arguments.show_deliveries_on.iter().map(|name| Host { name: name.clone(), is_named: true }).collect();
    if own.is_loopback() {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()];
        let own = if own.is_ipv6() { format!("[{own}]") } else { own.to_string() };
        hosts.extend(names.into_iter().chain([own]).map(|name| Host { name, is_named: false }));
    }
    if hosts.is_empty() {
        return Ok(None);
    }
    Access::new(hosts, address.port()).context("the system gives no random numbers for a token").map(Some)
}

#[derive(Clone)]
struct Receiver {
    inbox: Inbox,
    vetter: Vetter,
}

/// Stores an accepted delivery, then acknowledges it.
async fn keep(State(receiver): State<Receiver>, headers: HeaderMap, delivery: Delivery) -> Response {
    let record = Record::new(&delivery, &receiver.vetter, &headers);
    let kept = receiver.inbox.append(record, None).await;
    match kept {
        // For the list of what came last.
        Ok(_) => (axum::Extension(delivery), StatusCode::NO_CONTENT).into_response(),
        Err(error) => {
            output::ERR.print(format!("hookvet: {error}"));
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

/// The headers that are kept beside a delivery, as a JSON list of `[name, value]` with one character for each octet of a value.
/// Those that may hold a credential are left out.
pub fn kept_headers(vetter: &Vetter, headers: &HeaderMap) -> String {
    let headers = headers.iter().filter(|(name, _)| !is_sensitive_header(vetter, name.as_ref()));
    let pair = |(name, value): (&HeaderName, &HeaderValue)| {
        let text: String = value.as_bytes().iter().copied().map(char::from).collect();
        json!([name.as_str(), text])
    };
    headers.map(pair).collect::<Value>().to_string()
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
    output::OUT.print(value.to_string());
}
