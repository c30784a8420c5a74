//! A route that stores deliveries and answers at once, and a worker that does the work: for handlers that take long, and for work that
//! is done on other machines than the receiving.
//!
//! `INBOX` is the address of the store: `sqlite:inbox.sqlite` on one machine, `postgres://...` on many.

use axum::{Router, body::Body};
use hookvet::Vetter;
use hookvet_inbox::{Delivery, Failure, Inbox, Intake, Worker};
use hookvet_tower::VetLayer;

async fn work(delivery: Delivery) -> Result<(), Failure> {
    let body: serde_json::Value = serde_json::from_slice(&delivery.record.body).map_err(Failure::dead)?;
    println!(
        "delivery {}, attempt {}, {} members",
        delivery.seq,
        delivery.attempts,
        body.as_object().map_or(0, serde_json::Map::len)
    );
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let vetter = Vetter::amlyze().build()?;
    let inbox = Inbox::open(&std::env::var("INBOX")?).await?;
    let app = Router::new()
        .route_service("/amlyze", Intake::<Body>::new(inbox.clone(), &vetter))
        .route_layer(VetLayer::new(vetter));

    // In this process or in any other that opens the same inbox.
    tokio::spawn(Worker::new(inbox).concurrency(4).run(work, std::future::pending()));

    let port = std::env::var("PORT").unwrap_or_else(|_| "0".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
