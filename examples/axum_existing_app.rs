//! An application that was there before: ten routes with state, JSON and path parameters. hookvet is the one line marked below.
//!
//! The webhook handler is untouched: it goes on taking `Json`, and what does not belong there no longer reaches it. The other
//! nine routes do not notice.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use hookvet::Vetter;
use hookvet_tower::VetLayer;
use serde_json::{Value, json};

/// What the application keeps.
#[derive(Default)]
struct Shop {
    risk_changes: AtomicU64,
}

async fn risk_changed(State(shop): State<Arc<Shop>>, Json(event): Json<Value>) -> StatusCode {
    let count = shop.risk_changes.fetch_add(1, Ordering::Relaxed) + 1;
    println!("risk change {count}, {} members", event.as_object().map_or(0, serde_json::Map::len));
    StatusCode::NO_CONTENT
}

async fn risk_changes(State(shop): State<Arc<Shop>>) -> Json<Value> {
    Json(json!({ "count": shop.risk_changes.load(Ordering::Relaxed) }))
}

async fn customer(Path(id): Path<u64>) -> Json<Value> {
    Json(json!({ "customer": id }))
}

async fn update_customer(Path(id): Path<u64>, Json(changes): Json<Value>) -> Json<Value> {
    Json(json!({ "customer": id, "changes": changes }))
}

async fn create(Json(body): Json<Value>) -> (StatusCode, Json<Value>) {
    (StatusCode::CREATED, Json(body))
}

fn app() -> Result<Router, hookvet::BuildError> {
    Ok(Router::new()
        .route("/webhooks/amlyze", post(risk_changed))
        .route_layer(VetLayer::new(Vetter::amlyze().build()?)) // <- the line that was added, for the route above it
        .route("/", get(async || "a shop"))
        .route("/health", get(async || StatusCode::OK))
        .route("/risk-changes", get(risk_changes))
        .route("/customers", post(create))
        .route("/customers/{id}", get(customer))
        .route("/customers/{id}/details", put(update_customer))
        .route("/customers/{id}/session", delete(async |Path(_): Path<u64>| StatusCode::NO_CONTENT))
        .route("/orders", post(create))
        .route("/orders/{id}", get(async |Path(id): Path<u64>| Json(json!({ "order": id }))))
        .with_state(Arc::default()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::var("PORT").unwrap_or_else(|_| "0".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app()?).await?)
}
