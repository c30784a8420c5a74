//! A handler that was there before gets each delivery once, by one line: `InboxLayer`. What has come is in a store before the handler
//! is called; a repeat gets the answer without a call, and after a crash it is taken up again.
//!
//! `INBOX` is the address of the store: `sqlite:inbox.sqlite` on one machine, `postgres://...` on many.

use axum::{Router, http::StatusCode, routing::post};
use hookvet::{Vetter, amlyze};
use hookvet_inbox::{Horizon, Inbox, InboxLayer};
use hookvet_tower::{VetLayer, axum::Vetted};

async fn customer_updated(Vetted(customer): Vetted<amlyze::CustomerUpdated>) -> StatusCode {
    println!("the risk level is now {:?}", customer.risk_level);
    StatusCode::NO_CONTENT
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let vetter = Vetter::amlyze().build()?;
    let inbox = Inbox::open(&std::env::var("INBOX")?).await?;
    let app = Router::new()
        .route("/amlyze", post(customer_updated))
        .route_layer(InboxLayer::new(inbox.clone(), &vetter)) // the line
        .route_layer(VetLayer::new(vetter));

    // Forgets after a week what is done.
    tokio::spawn(async move { inbox.tend(Horizon::default()).await });

    let port = std::env::var("PORT").unwrap_or_else(|_| "0".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
