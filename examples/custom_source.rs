//! CloudEvents of your own, from a Rust type: the schema is derived and enforced, and the handler gets the type.

use axum::{Router, http::StatusCode, routing::post};
use hookvet::{OwnEvent, Vetter};
use hookvet_tower::{Delivery, VetLayer, axum::EventRouter, axum::Vetted};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Order {
    #[schemars(regex(pattern = r"^[0-9]+\.[0-9]{2}$"))]
    total: String,
    currency: Currency,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum Currency {
    Eur,
    Usd,
}

#[derive(Deserialize, JsonSchema)]
struct Refund {
    reason: Option<String>,
}

impl OwnEvent for Order {}
impl OwnEvent for Refund {}

async fn order(Vetted(order): Vetted<Order>, delivery: Delivery) -> StatusCode {
    let key = delivery.event().map(hookvet::EventContext::key).unwrap_or_default();
    println!("order {key}: {} {:?}", order.total, order.currency);
    StatusCode::NO_CONTENT
}

async fn refund(Vetted(refund): Vetted<Refund>) -> StatusCode {
    println!("refund, {}", if refund.reason.is_some() { "for a reason" } else { "for none" });
    StatusCode::NO_CONTENT
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let vetter =
        Vetter::cloudevents().event::<Order>("com.example.order").event::<Refund>("com.example.refund").build()?;
    let events = EventRouter::new().on::<Order, _>(order).on::<Refund, _>(refund);
    let app = Router::new().route("/orders", post(events)).route_layer(VetLayer::new(vetter));

    let port = std::env::var("PORT").unwrap_or_else(|_| "0".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
