//! CloudEvents of your own, from a schema file that refers to another one.
//!
//! A schema that does not compile is an error when the vetter is built, before anything listens: `ORDER_SCHEMA=file` takes the place of
//! `schemas/com.example.order.json`.

use axum::{Json, Router, http::StatusCode, routing::post};
use hookvet::{EventContext, Level, Policy, Rule, Vetter};
use hookvet_tower::{Delivery, VetLayer};
use serde_json::Value;

async fn order(delivery: Delivery, Json(order): Json<Value>) -> StatusCode {
    let key = delivery.event().map(EventContext::key);
    let members = order.as_object().map_or(0, serde_json::Map::len);
    println!("order {} with {members} members", key.as_deref().unwrap_or_default());
    StatusCode::NO_CONTENT
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let schema = match std::env::var("ORDER_SCHEMA") {
        Ok(file) => std::fs::read_to_string(file)?,
        Err(_) => include_str!("schemas/com.example.order.json").to_owned(),
    };
    let vetter = Vetter::cloudevents()
        .schema("com.example.order", schema)
        .schema_resource("address.json", include_str!("schemas/address.json"))
        // Our own senders know what they may say, so a member that the schema does not name is refused.
        .policy(Policy::standard().with(Rule::SchemaUnknown, Level::Drift))
        .build()?;
    for warning in vetter.warnings() {
        eprintln!("{warning}");
    }
    let app = Router::new().route("/orders", post(order)).route_layer(VetLayer::new(vetter));

    let port = std::env::var("PORT").unwrap_or_else(|_| "0".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
