//! The smallest receiver: one route for AMLYZE's webhooks, vetted, with the typed event in the handler.
//!
//! `cargo run -p hookvet-examples --example axum-minimal`, then send it something with
//! `cargo run -p hookvet-cli -- send amlyze com.amlyze.customer.updated --to http://127.0.0.1:PORT/amlyze`.

use axum::{Router, http::StatusCode, routing::post};
use hookvet::{Vetter, amlyze};
use hookvet_tower::{VetLayer, axum::Vetted};

async fn event(Vetted(event): Vetted<amlyze::Event>) -> StatusCode {
    println!("event {}", event.context.id);
    // 204: a 200 without a body is wrong by the CloudEvents webhook document, section 2.2.
    StatusCode::NO_CONTENT
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let vetter = Vetter::amlyze().build()?;
    let app = Router::new().route("/amlyze", post(event)).route_layer(VetLayer::new(vetter));

    let port = std::env::var("PORT").unwrap_or_else(|_| "0".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
