//! The crates' SDK as a peer: reads events that it is sent, and sends events that it is told to.
//!
//! - `POST /receive`: a `CloudEvent`; answers 200 and what the SDK read, or 400
//! - `POST /send`: `{url, mode, event}`; builds the event with the SDK and sends it; answers 200 and the status it got, or
//!   422 where the SDK does not build it

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::routing::post;
use cloudevents::binding::http::builder::Builder;
use cloudevents::binding::http::{Serializer, to_event};
use cloudevents::message::{BinaryDeserializer as _, StructuredDeserializer as _};
use cloudevents::{AttributesReader as _, AttributesWriter as _, Data, Event, EventBuilder as _, EventBuilderV10};
use serde_json::{Map, Value, json};
use tokio::io::AsyncReadExt as _;

#[tokio::main]
async fn main() -> Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", json!({ "listening": listener.local_addr()?.port() }));
    let app = Router::new().route("/receive", post(receive)).route("/send", post(send));
    tokio::select! {
        served = axum::serve(listener, app) => served?,
        // Ends with whoever started it.
        _ = async { tokio::io::stdin().read_to_end(&mut Vec::new()).await } => {}
    }
    Ok(())
}

async fn receive(headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    match to_event(&headers, body.to_vec()) {
        Ok(event) => (StatusCode::OK, shown(&event).to_string()),
        Err(error) => (StatusCode::BAD_REQUEST, json!({ "error": error.to_string() }).to_string()),
    }
}

#[expect(clippy::redundant_closure_for_method_calls, reason = "the method's own crate is no dependency here")]
fn shown(event: &Event) -> Value {
    let mut attributes = Map::new();
    attributes.insert("specversion".into(), event.specversion().to_string().into());
    attributes.insert("id".into(), event.id().into());
    attributes.insert("source".into(), event.source().as_str().into());
    attributes.insert("type".into(), event.ty().into());
    let optional = [
        ("subject", event.subject().map(str::to_owned)),
        ("time", event.time().map(|time| time.to_rfc3339())),
        ("dataschema", event.dataschema().map(ToString::to_string)),
        ("datacontenttype", event.datacontenttype().map(str::to_owned)),
    ];
    attributes.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))));
    attributes.extend(event.iter_extensions().map(|(name, value)| (name.to_owned(), value.to_string().into())));
    let data = match event.data() {
        None => Value::Null,
        Some(Data::Json(value)) => value.clone(),
        Some(Data::String(text)) => text.as_str().into(),
        Some(Data::Binary(bytes)) => {
            let text = String::from_utf8_lossy(bytes);
            serde_json::from_str(&text).unwrap_or_else(|_| text.into())
        }
    };
    json!({ "attributes": attributes, "data": data })
}

async fn send(order: String) -> (StatusCode, String) {
    let sent = tokio::task::spawn_blocking(move || deliver(&order)).await;
    match sent {
        Ok(Ok(status)) => (StatusCode::OK, json!({ "status": status }).to_string()),
        Ok(Err(error)) => (StatusCode::UNPROCESSABLE_ENTITY, json!({ "error": format!("{error:#}") }).to_string()),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, json!({ "error": error.to_string() }).to_string()),
    }
}

fn deliver(order: &str) -> Result<u16> {
    let order: Value = serde_json::from_str(order)?;
    let event = built(&order["event"])?;
    let serializer = Serializer::new(Collected::default());
    let (headers, body) = if order["mode"] == "binary" {
        event.deserialize_binary(serializer)?
    } else {
        event.deserialize_structured(serializer)?
    };
    let url = order["url"].as_str().context("url")?;
    let (authority, path) = url.trim_start_matches("http://").split_once('/').context("url")?;
    let port = authority.rsplit(':').next().and_then(|port| port.parse().ok()).context("port")?;
    let headers: Vec<(String, Vec<u8>)> =
        headers.into_iter().map(|(name, value)| (name, value.as_bytes().to_vec())).collect();
    Ok(hookvet_sdks::post(port, &format!("/{path}"), &headers, &body)?.0)
}

fn built(order: &Value) -> Result<Event> {
    let attributes = order["attributes"].as_object().context("attributes")?;
    let text = |name: &str| attributes.get(name).and_then(Value::as_str);
    let mut event = EventBuilderV10::new()
        .id(text("id").context("id")?)
        .source(text("source").context("source")?)
        .ty(text("type").context("type")?);
    for (name, value) in attributes {
        let value = value.as_str().context("a string")?;
        event = match name.as_str() {
            "id" | "source" | "type" | "dataschema" | "datacontenttype" => event,
            "subject" => event.subject(value),
            "time" => event.time(value),
            _ => event.extension(name, value),
        };
    }
    let media_type = text("datacontenttype");
    let data = match &order["data"] {
        Value::String(text) => Data::String(text.clone()),
        other => Data::Json(other.clone()),
    };
    event = match text("dataschema") {
        Some(schema) => event.data_with_schema(media_type.unwrap_or("application/json"), schema, data),
        None => event.data(media_type.unwrap_or("application/json"), data),
    };
    let mut event = event.build()?;
    if media_type.is_none() {
        event.set_datacontenttype(None::<String>);
    }
    Ok(event)
}

type Request = (Vec<(String, HeaderValue)>, Vec<u8>);

/// Takes what the SDK writes.
#[derive(Default)]
struct Collected(Vec<(String, HeaderValue)>);

impl Builder<Request> for Collected {
    fn header(&mut self, key: &str, value: HeaderValue) {
        self.0.push((key.to_owned(), value));
    }

    fn body(&mut self, bytes: Vec<u8>) -> cloudevents::message::Result<Request> {
        Ok((std::mem::take(&mut self.0), bytes))
    }

    fn finish(&mut self) -> cloudevents::message::Result<Request> {
        self.body(Vec::new())
    }
}
