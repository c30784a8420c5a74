//! Events that the SDKs send are accepted under the default policy with the findings they deserve, and events that hookvet
//! sends are read back by the SDKs. Everything crosses real sockets on loopback.
//!
//! `expected.json` holds what was found, so that a change of either side shows: `UPDATE_GOLDEN=1` writes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result, bail};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::post as route;
use hookvet::{CloudEvent, Verdict, Vetter};
use hookvet_sdks::{Peer, post, start_all};
use hookvet_tower::VetLayer;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};

type Verdicts = Arc<Mutex<Vec<Verdict>>>;

fn main() -> Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let events: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(here.join("events.json"))?)?;
    let file: PathBuf = here.join("expected.json");
    let runtime = tokio::runtime::Runtime::new()?;
    let (port, verdicts) = runtime.block_on(receiver())?;
    let peers = start_all(Path::new(env!("CARGO_BIN_EXE_sdk-rust-peer")))?;
    let mut found = BTreeMap::new();
    let mut trials = Vec::new();
    // One after the other, so that each verdict belongs to what was just sent.
    for peer in &peers {
        for event in &events {
            for mode in ["binary", "structured"] {
                let name = event["name"].as_str().context("a name")?;
                let sent = from_peer(peer, port, event, mode, &verdicts)?;
                let read = to_peer(peer, event, mode)?;
                found.insert(format!("{} sends {name}, {mode}", peer.name), sent);
                found.insert(format!("{} reads {name}, {mode}", peer.name), read);
            }
        }
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, format!("{:#}\n", serde_json::to_value(&found)?))?;
    }
    let expected: BTreeMap<String, Value> = serde_json::from_str(&std::fs::read_to_string(&file)?)?;
    if expected.len() != found.len() {
        bail!("expected.json has {} entries, and {} were found", expected.len(), found.len());
    }
    for (name, value) in found {
        let expected = expected.get(&name).cloned();
        trials.push(Trial::test(name.clone(), move || check(&name, &value, expected.as_ref())));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn check(name: &str, found: &Value, expected: Option<&Value>) -> Result<(), Failed> {
    if expected != Some(found) {
        return Err(format!("expected {expected:?}, found {found}").into());
    }
    // Whatever an SDK puts on the wire is accepted; whatever hookvet sends in structured mode is read back equal.
    if name.contains(" sends ") && found["status"].is_number() && found["status"] != 204 {
        return Err(format!("refused: {found}").into());
    }
    if name.contains(" reads ") && name.ends_with("structured") && found != "equal" {
        return Err(format!("not read back: {found}").into());
    }
    Ok(())
}

/// A receiver under the default policy; every verdict is kept.
async fn receiver() -> Result<(u16, Verdicts)> {
    let verdicts = Verdicts::default();
    let kept = verdicts.clone();
    let layer = VetLayer::new(Vetter::cloudevents().build()?).on_verdict(move |verdict: &Verdict| {
        kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(verdict.clone());
    });
    let app = Router::new().route("/events", route(|| async { StatusCode::NO_CONTENT })).route_layer(layer);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok((port, verdicts))
}

/// Lets the peer send the event here; what became of it.
fn from_peer(peer: &Peer, port: u16, event: &Value, mode: &str, verdicts: &Verdicts) -> Result<Value> {
    let order = json!({ "url": format!("http://127.0.0.1:{port}/events"), "mode": mode, "event": event });
    let headers = [("content-type".to_owned(), b"application/json".to_vec())];
    let (status, answer) = post(peer.port, "/send", &headers, order.to_string().as_bytes())?;
    if status != 200 {
        return Ok(json!("the SDK does not send it"));
    }
    let answer: Value = serde_json::from_slice(&answer)?;
    let verdict = verdicts.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop().context("no verdict")?;
    let rules: Vec<&str> = verdict.findings().iter().map(|finding| finding.rule.id()).collect();
    let subject = event["attributes"]["subject"].as_str();
    let meant = verdict
        .event()
        .is_some_and(|read| read.subject() == subject && Some(read.source()) == event["attributes"]["source"].as_str());
    Ok(json!({ "status": answer["status"], "rules": rules, "read_as_meant": meant }))
}

/// Sends the event to the peer; whether it reads what was meant.
fn to_peer(peer: &Peer, event: &Value, mode: &str) -> Result<Value> {
    let own = built(event)?;
    let request = if mode == "binary" { own.to_binary()? } else { own.to_structured()? };
    let headers: Vec<(String, Vec<u8>)> =
        request.headers().map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).collect();
    let (status, answer) = post(peer.port, "/receive", &headers, request.body())?;
    let answer: Value = serde_json::from_slice(&answer)?;
    if status != 200 {
        return Ok(json!({ "refused": answer["error"] }));
    }
    let mut differing: Vec<String> = Vec::new();
    let attributes = event["attributes"].as_object().context("attributes")?;
    for (name, value) in attributes {
        let read = &answer["attributes"][name];
        let is_same_time = name == "time" && instant(read).is_some() && instant(read) == instant(value);
        if read != value && !is_same_time {
            differing.push(name.clone());
        }
    }
    if answer["data"] != event["data"] {
        differing.push("data".to_owned());
    }
    Ok(if differing.is_empty() { json!("equal") } else { json!({ "differs": differing }) })
}

fn instant(value: &Value) -> Option<hookvet::Instant> {
    value.as_str().and_then(hookvet::Instant::parse)
}

fn built(event: &Value) -> Result<CloudEvent> {
    let attributes = event["attributes"].as_object().context("attributes")?;
    let text = |name: &str| attributes.get(name).and_then(Value::as_str).map(str::to_owned);
    let required = |name: &str| text(name).context("a required attribute");
    let mut own = CloudEvent::new(required("id")?, required("source")?, required("type")?);
    own.subject = text("subject");
    own.time = text("time");
    own.dataschema = text("dataschema");
    let standard = ["id", "source", "type", "subject", "time", "dataschema", "datacontenttype"];
    for (name, value) in attributes.iter().filter(|(name, _)| !standard.contains(&name.as_str())) {
        own = own.with_extension(name, value.as_str().context("a string")?);
    }
    let media_type = text("datacontenttype").unwrap_or_else(|| "application/json".to_owned());
    let data = match (&event["data"], media_type.as_str()) {
        (Value::String(text), "text/plain") => text.clone(),
        (data, _) => data.to_string(),
    };
    Ok(own.with_data(media_type, data))
}
